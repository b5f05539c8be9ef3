"""The right panel: why a value is what it is, the detail of a thing, checks, signatures; made of a few parts.

    panel.put(_("Why it does not conform"),
        Head(_("Maize · aflatoxin B1"), "LS2026-00207 · row 8"),
        Bar(Limits(value, high=limit, verdict="bad"), top="23.735", low="0", high=_("Limit 20"), unit="µg/kg"),
        Steps([Step(_("Measured"), "23.41 · 24.06", [_("Plate reader MB-2, 10:31")]), Step(_("Verdict"), _("Fails"), mark="bad", ink="bad")]),
        Divider(), Title(_("Next step")), Words(_("Another analyst repeats it.")),
        keys="F3", foot=[command, command])

Parts: Head, Title, Words, Bar, Steps, Rows (key and value), Checks, Slots (signatures), History, Offers (a choice with a button each), Divider; any
widget is a part. The panel itself decides nothing: a screen puts it again when its row moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from lims.i18n import _
from ui.kit import paint
from ui.kit.cell import Cell
from ui.kit.cell import draw as draw_cell
from ui.kit.command import Command, button, icon_button
from ui.kit.label import Label, Rule, Short, ground
from ui.kit.paint import Limits, Station
from ui.theme import theme

SIDE = 18
"""Space between the panel's edge and what it says."""


@dataclass(frozen=True, slots=True)
class Step:
    """One station of an explanation: what, its value, and where it comes from."""

    title: str
    value: str = ""
    notes: Sequence[str] = ()
    mark: str = ""
    """A mark in place of the ring: done, bad, warn, ask."""
    ink: str = "text"


@dataclass(frozen=True, slots=True)
class Slot:
    """One signature: whose turn it is or was."""

    step: str
    person: str
    state: str
    """done, now or later."""
    lines: Sequence[str] = ()
    """Moment and digest, scope, meaning in the first person."""


@dataclass(frozen=True, slots=True)
class Check:
    """One condition with its mark (done, bad, warn, wait)."""

    mark: str
    label: str
    value: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One way out with its button."""

    title: str
    note: str
    command: Command = field(repr=False)


class Panel(QWidget):
    """Head with the title, a body that scrolls, a foot with commands; dragged at its left edge."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        ground(self, "surface")
        self.setFixedWidth(theme.size("panel"))
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(_Edge(self))
        column = QVBoxLayout()
        column.setSpacing(0)
        whole.addLayout(column)
        head = QWidget()
        head.setFixedHeight(theme.size("top"))
        line = QHBoxLayout(head)
        line.setContentsMargins(SIDE, 0, 8, 0)
        self._title = Short("", "section")
        self._chip = CellView(Cell())
        self._keys = KeyCap("")
        line.addWidget(self._title)
        line.addStretch(1)
        line.addWidget(self._chip)
        line.addWidget(self._keys)
        line.addWidget(icon_button("x", _("Close the panel"), self.closed.emit))
        column.addWidget(head)
        column.addWidget(Rule())
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._scroll, 1)
        self._foot = QWidget()
        self._foot_line = QHBoxLayout(self._foot)
        self._foot_line.setContentsMargins(SIDE, 10, SIDE, 10)
        self._foot_line.setSpacing(8)
        column.addWidget(self._foot)
        self.put("")

    def put(self, title: str, *parts: QWidget, keys: str = "", chip: Cell | None = None, foot: Sequence[Command] = ()) -> None:
        """Show *parts* from top to bottom in place of what was there."""
        self._title.setText(title)
        self.setAccessibleName(title)
        self._keys.say(keys)
        self._chip.say(chip or Cell())
        scroll = self._scroll.verticalScrollBar().value()
        body = ground(QWidget(), "surface")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 14, 0, 16)
        column.setSpacing(10)
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        self._scroll.setWidget(body)
        self._scroll.verticalScrollBar().setValue(scroll)
        while self._foot_line.count():
            if widget := self._foot_line.takeAt(0).widget():
                widget.deleteLater()
        for command in foot:
            self._foot_line.addWidget(button(command))
        self._foot_line.addStretch(1)
        self._foot.setVisible(bool(foot))

    def drag_to(self, width: int) -> None:
        """Take another width, within what the window allows."""
        self.setFixedWidth(max(theme.size("panel_least"), min(width, theme.size("panel_most"))))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(QRectF(0, 0, 1, self.height()), theme.colour("line"))
        painter.end()


class _Part(QWidget):
    """A part with the panel's side margins and a column to fill."""

    def __init__(self, spacing: int = 2) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SIDE, 0, SIDE, 0)
        self.column.setSpacing(spacing)


class Head(_Part):
    """What the panel speaks of: a name and a grey line; *figure* is a value in full."""

    def __init__(self, title: str, note: str = "", figure: str = "") -> None:
        super().__init__()
        if figure:
            self.column.addWidget(Label(figure, "figure", select=True))
        self.column.addWidget(Label(title, weight=500, wrap=True, select=True))
        if note:
            self.column.addWidget(Label(note, "note", "text2", wrap=True, select=True))


class Title(_Part):
    """A heading inside the panel, with a grey remark at the right."""

    def __init__(self, title: str, note: str = "") -> None:
        super().__init__()
        line = QHBoxLayout()
        line.addWidget(Label(title, "note", "text", 500))
        line.addStretch(1)
        line.addWidget(Label(note, "note", "text2"))
        self.column.addLayout(line)


class Words(_Part):
    """A paragraph, with a mark before it where it warns."""

    def __init__(self, text: str, ink: str = "text2", mark: str = "", role: str = "note") -> None:
        super().__init__()
        line = QHBoxLayout()
        line.setSpacing(8)
        if mark:
            line.addWidget(MarkView(mark), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(Label(text, role, ink, wrap=True, select=True), 1)
        self.column.addLayout(line)


class Divider(QWidget):
    """A hairline across the panel, with air."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.addWidget(Rule())


KEY = 112
"""Px of a key at most: what stands beside it needs room too."""


class Rows(_Part):
    """Keys at the left, values at the right; long values break."""

    def __init__(self, rows: Iterable[tuple[str, str]], title: str = "") -> None:
        super().__init__(6)
        if title:
            self.column.addWidget(Label(title, "note", "text", 500))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        for place, (key, value) in enumerate(rows):
            named = Label(key, "note", "text2", wrap=True)
            named.setFixedWidth(min(round(theme.width(key, "note")) + 2, KEY))
            grid.addWidget(named, place, 0, Qt.AlignmentFlag.AlignTop)
            shown = Label(value, wrap=True, select=True)
            shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, place, 1)
        self.column.addLayout(grid)


class Steps(_Part):
    """The stations of an explanation, joined by a line."""

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__(0)
        for place, step in enumerate(steps):
            self.column.addWidget(_StepView(step, place + 1 < len(steps)))


class _StepView(QWidget):
    def __init__(self, step: Step, joined: bool) -> None:
        super().__init__()
        self._step, self._joined = step, joined
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 0, 8)
        column.setSpacing(1)
        line = QHBoxLayout()
        line.setSpacing(8)
        title = Label(step.title, "note", "text", 500)
        line.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        value = Label(step.value, "body", step.ink, 600 if step.ink == "bad" else 500, wrap=True, select=True)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        line.addWidget(value, 1)
        column.addLayout(line)
        for note in step.notes:
            column.addWidget(Label(note, "note", "text2", wrap=True, select=True))
        if step.mark:
            self.setAccessibleName(f"{step.title}: {step.value or paint.mark_words(step.mark)}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._joined:
            painter.setPen(QPen(theme.colour("line2"), 1.5))
            painter.drawLine(QPointF(7, 18), QPointF(7, self.height() + 2))
        if self._step.mark:
            paint.mark(painter, self._step.mark, QRectF(0, 2, 14, 14))
        else:
            painter.setPen(QPen(theme.colour("wait_solid"), 1.5))
            painter.setBrush(theme.colour("surface"))
            painter.drawEllipse(QPointF(7, 9), 4.3, 4.3)
        painter.end()


class Bar(QWidget):
    """The limit bar with its words: the value above its point, zero, the limit and the unit below."""

    def __init__(self, limits: Limits, value: str = "", limit: str = "", unit: str = "", ink: str = "") -> None:
        super().__init__()
        self._limits, self._value, self._limit, self._unit, self._ink = limits, value, limit, unit, ink or _bar_ink(limits)
        self.setFixedHeight(58)
        self.setAccessibleName(" ".join(part for part in (value, unit, limit) if part))
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(SIDE, 0, self.width() - 2 * SIDE, 58)
        track = QRectF(rect.left(), 20, rect.width(), 14)
        paint.limit_bar(painter, self._limits, track)
        value, limit = self._limits.value, self._limits.high or self._limits.low
        point = paint.limit_place(self._limits, value if value is not None and not self._limits.below else Decimal(0), track)
        painter.setFont(theme.font("note", 500))
        painter.setPen(theme.colour(self._ink))
        painter.drawText(_around(point, rect, 0, theme.width(self._value, "note", 500)), int(paint.CENTRE), self._value)
        painter.setFont(theme.font("note"))
        painter.setPen(theme.colour("text2"))
        painter.drawText(QRectF(rect.left(), 38, rect.width(), 18), int(paint.LEFT), "0")
        painter.drawText(QRectF(rect.left(), 38, rect.width(), 18), int(paint.RIGHT), self._unit)
        if limit is not None:
            room = rect.adjusted(14, 0, -theme.width(self._unit, "note") - 8, 0)
            painter.drawText(_around(paint.limit_place(self._limits, limit, track), room, 38, theme.width(self._limit, "note")), int(paint.CENTRE), self._limit)
        painter.end()


class History(QWidget):
    """The last values of the same business, bin or control, the limit dashed, the present one filled."""

    def __init__(self, values: Sequence[Decimal | None], names: Sequence[str], limit: Decimal | None = None, words: str = "", bad: bool = False) -> None:
        super().__init__()
        self._values, self._names, self._limit, self._words, self._bad = values, names, limit, words, bad
        self.setFixedHeight(96)
        self.setAccessibleName(", ".join(f"{name} {value if value is not None else '-'}" for name, value in zip(names, values, strict=False)))
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._values:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right = SIDE + (theme.width(self._words, "note") + 8 if self._words else 0)
        rect = QRectF(SIDE + 14, 12, self.width() - SIDE - 14 - right, 54)
        numbers = [max(value or Decimal(0), Decimal(0)) for value in self._values]
        top = max([*numbers, self._limit or Decimal(0)]) or Decimal(1)
        step = rect.width() / max(len(numbers) - 1, 1)
        points = [QPointF(rect.left() + place * step, rect.bottom() - float(number / top) * rect.height()) for place, number in enumerate(numbers)]
        if self._limit is not None:
            height = rect.bottom() - float(self._limit / top) * rect.height()
            painter.setPen(QPen(theme.colour("bad_solid"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(rect.left() - 6, height), QPointF(rect.right() + 6, height))
            painter.setFont(theme.font("note"))
            painter.setPen(theme.colour("bad"))
            painter.drawText(QRectF(rect.right() + 8, height - 9, right, 18), int(paint.LEFT), self._words)
        painter.setPen(QPen(theme.colour("text3"), 1.4))
        painter.drawPolyline(points)
        painter.setFont(theme.font("note"))
        for place, point in enumerate(points):
            last = place + 1 == len(points)
            painter.setPen(QPen(theme.colour("surface"), 1.5))
            painter.setBrush(theme.colour("bad_solid" if last and self._bad else "text" if last else "text3"))
            if last and self._bad:
                painter.drawRect(QRectF(point.x() - 4, point.y() - 4, 8, 8))
            else:
                painter.drawEllipse(point, 4, 4)
            painter.setPen(theme.colour("text" if last else "text2"))
            if place < len(self._names):
                painter.drawText(QRectF(point.x() - 30, 74, 60, 18), int(paint.CENTRE), self._names[place])
        painter.end()


class Checks(_Part):
    """Conditions with their marks, one line each."""

    def __init__(self, checks: Iterable[Check], title: str = "") -> None:
        super().__init__(6)
        if title:
            self.column.addWidget(Label(title, "note", "text", 500))
        for check in checks:
            line = QHBoxLayout()
            line.setSpacing(8)
            line.addWidget(MarkView(check.mark), 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(Label(check.label, wrap=True), 1, Qt.AlignmentFlag.AlignTop)
            line.addWidget(Label(check.value, "note", "text2"), 0, Qt.AlignmentFlag.AlignTop)
            self.column.addLayout(line)
            if check.note:
                note = Label(check.note, "note", check.mark if check.mark in {"warn", "bad"} else "text2", wrap=True)
                note.setContentsMargins(22, 0, 0, 0)
                self.column.addWidget(note)


class Slots(QWidget):
    """Signature slots, in a column (panel) or side by side (review)."""

    def __init__(self, slots: Sequence[Slot], across: bool = False) -> None:
        super().__init__()
        box: QHBoxLayout | QVBoxLayout = QHBoxLayout(self) if across else QVBoxLayout(self)
        side = 0 if across else SIDE - 2
        box.setContentsMargins(side, 0, side, 0)
        box.setSpacing(12 if across else 8)
        for slot in slots:
            box.addWidget(_SlotView(slot), 1)


class _SlotView(QWidget):
    def __init__(self, slot: Slot) -> None:
        super().__init__()
        self._slot = slot
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(2)
        top = QHBoxLayout()
        top.addWidget(Label(slot.step, "note", "text2"))
        top.addStretch(1)
        if slot.state == "done":
            top.addWidget(MarkView("done"))
        else:
            top.addWidget(
                Label(_("your turn") if slot.state == "now" else _("waits for the step before"), "note", "accent_text" if slot.state == "now" else "text2", 500)
            )
        column.addLayout(top)
        column.addWidget(Label(slot.person, "section", "text2" if slot.state == "later" else "text", wrap=True))
        for line in slot.lines:
            column.addWidget(Label(line, "note", "text2", wrap=True, select=True))
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(", ".join([slot.step, slot.person, *slot.lines]))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now, later = self._slot.state == "now", self._slot.state == "later"
        pen = QPen(theme.colour("accent_text" if now else "line2"), 1.5 if now else 1)
        if later:
            pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.setBrush(theme.colour("accent_soft" if now else "surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        painter.end()


class Offers(_Part):
    """Ways out, each with its button, parted by hairlines."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        super().__init__(8)
        for offer in offers:
            line = QHBoxLayout()
            words = QVBoxLayout()
            words.setSpacing(1)
            words.addWidget(Label(offer.title, weight=500, wrap=True))
            words.addWidget(Label(offer.note, "note", "text2", wrap=True))
            line.addLayout(words, 1)
            line.addWidget(button(offer.command, "control_in_row"), 0, Qt.AlignmentFlag.AlignVCenter)
            self.column.addLayout(line)
            self.column.addWidget(Rule())


class MarkView(QWidget):
    """A mark by itself."""

    def __init__(self, name: str, size: int = 14) -> None:
        super().__init__()
        self._name, self._size = name, size
        self.setFixedSize(QSize(size, size + 4))
        self.setAccessibleName(paint.mark_words(name))
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.mark(painter, self._name, QRectF(0, 2, self._size, self._size))
        painter.end()


class CellView(QWidget):
    """A cell outside a table: a chip in a head, a verdict beside a name."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(cell)
        theme.changed.connect(self.update)

    def say(self, cell: Cell) -> None:
        """Show another cell."""
        from ui.kit.cell import wanted_width

        self._cell = cell
        self.setFixedSize(round(wanted_width(cell)) + 18 if cell.words() else 0, 26)
        self.setAccessibleName(cell.words())
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_cell(painter, self._cell, QRectF(self.rect()))
        painter.end()


class Line(QWidget):
    """The sample's line as a widget."""

    def __init__(self, stations: Sequence[Station] = ()) -> None:
        super().__init__()
        self.setFixedHeight(60)
        self.put(stations)
        theme.changed.connect(self.update)

    def put(self, stations: Sequence[Station]) -> None:
        """Show where a thing stands."""
        self._stations = tuple(stations)
        self.setAccessibleName(", ".join(f"{station.name} {station.note}".strip() for station in stations))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.stations(painter, self._stations, QRectF(self.rect()).adjusted(2, 0, 0, 0))
        painter.end()


class KeyCap(QWidget):
    """The keys of what this is, in a cap."""

    def __init__(self, keys: str) -> None:
        super().__init__()
        self.say(keys)

    def say(self, keys: str) -> None:
        """Show other keys, or none."""
        self._keys = keys
        self.setFixedSize(round(paint.key_cap_width(keys)) + 2 if keys else 0, 20)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._keys:
            painter = QPainter(self)
            paint.key_cap(painter, self._keys, self.width() - 1, 10, "text2", "line2")
            painter.end()


class _Edge(QWidget):
    """The left edge, to drag."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel
        self.setFixedWidth(4)
        self.setCursor(Qt.CursorShape.SizeHorCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        right = self._panel.mapToGlobal(QPoint(self._panel.width(), 0)).x()
        self._panel.drag_to(right - event.globalPosition().toPoint().x())


def _around(middle: float, rect: QRectF, top: float, width: float) -> QRectF:
    """Return a place for words centred on *middle* that stays inside *rect*."""
    left = max(rect.left(), min(middle - width / 2 - 2, rect.right() - width - 4))
    return QRectF(left, top, width + 4, 18)


def _bar_ink(limits: Limits) -> str:
    return paint.MARKS[limits.verdict].token if limits.verdict != "good" else "text"
