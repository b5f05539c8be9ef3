"""The parts around the screens: navigation, top bar, status bar, and the band of a demonstration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from lims.i18n import _
from ui.kit import paint
from ui.kit.command import Button, icon_button
from ui.kit.empty import Picture
from ui.kit.label import Label, Short, ground, plain
from ui.kit.panel import MarkView
from ui.navigation import FOOT, Place
from ui.theme import theme


class Navigation(QWidget):
    """The places, 208 wide with words and counts, or a rail of icons 56 wide."""

    chosen = Signal(str)

    def __init__(self, places: Sequence[Place], laboratory: str) -> None:
        super().__init__()
        ground(self, "window")
        self.rows: dict[str, Row] = {}
        self._words: list[QWidget] = []
        self.rail = False
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 8)
        column.setSpacing(0)
        column.addWidget(self._head(laboratory))
        column.addSpacing(6)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._places(places))
        column.addWidget(self._scroll, 1)
        self.narrow(False)

    def show_place(self, name: str) -> None:
        """Mark where one is."""
        for other, row in self.rows.items():
            row.setChecked(other == name)
        if name in self.rows:
            self._scroll.ensureWidgetVisible(self.rows[name], 0, 0)

    def count(self, counts: Mapping[str, int]) -> None:
        """Write the counts beside the places."""
        for row in self.rows.values():
            row.count(sum(counts.get(name, 0) for name in row.place.counts), any(counts.get(name, 0) for name in row.place.warns))

    def narrow(self, rail: bool) -> None:
        """Become a rail of icons, or wide again."""
        self.rail = rail
        self.setFixedWidth(theme.size("rail" if rail else "navigation"))
        for widget in self._words:
            widget.setVisible(not rail)
        for row in self.rows.values():
            row.narrow(rail)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
            if (row := self.focusWidget()) is not None:
                self._scroll.ensureWidgetVisible(row, 0, 0)
        else:
            super().keyPressEvent(event)

    def _places(self, places: Sequence[Place]) -> QWidget:
        """Return the rows under their groups; they scroll where the window is too low for all of them."""
        whole = ground(QWidget(), "window")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        group = ""
        for place in places:
            if place.group == FOOT and group != FOOT:
                column.addStretch(1)
            elif place.group != group:
                self._begin(place.group, column)
            group = place.group
            self.rows[place.name] = row = Row(place)
            row.clicked.connect(lambda _checked=False, name=place.name: self.chosen.emit(name))
            column.addWidget(row)
        if group != FOOT:
            column.addStretch(1)
        return whole

    def _head(self, laboratory: str) -> QWidget:
        head = QWidget()
        head.setFixedHeight(theme.size("top"))
        line = QHBoxLayout(head)
        line.setContentsMargins(6, 0, 0, 0)
        line.setSpacing(10)
        line.addWidget(Picture("mark", "accent", 28))
        words = QWidget()
        names = QVBoxLayout(words)
        names.setContentsMargins(0, 4, 0, 4)
        names.setSpacing(0)
        names.addWidget(Label(_("Shiyan"), "section"))
        names.addWidget(Short(laboratory, "note", "text2"))
        line.addWidget(words, 1)
        self._words.append(words)
        return head

    def _begin(self, group: str, column: QVBoxLayout) -> None:
        label = Label(_(group), "note", "text2")
        label.setContentsMargins(10, 10, 0, 4)
        self._words.append(label)
        column.addWidget(label)


class Row(QAbstractButton):
    """One place: icon, words, count."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place, self._count, self._late, self._rail, self._hover = place, 0, False, False, False
        self.setCheckable(True)
        self.setFixedHeight(theme.size("navigation_row"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._tell()
        theme.changed.connect(self.update)

    def count(self, count: int, late: bool) -> None:
        """Show how many things are in this place, with a triangle when one of them waits for a person."""
        self._count, self._late = count, late
        self._tell()
        self.update()

    def narrow(self, rail: bool) -> None:
        """Show the icon alone."""
        self._rail = rail
        self._tell()
        self.update()

    def nextCheckState(self) -> None:
        """Being here is not a switch: the window says where one is."""

    def _tell(self) -> None:
        words = _(self.place.title)
        self.setAccessibleName(f"{words} {self._count}" if self._count else words)
        self.setToolTip(plain(words) if self._rail else "")

    def enterEvent(self, event: object) -> None:
        self._hover = True
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._hover = False
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect, here, size = QRectF(self.rect()), self.isChecked(), theme.size("icon_navigation")
        if here or self._hover:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selected" if here else "hover"))
            painter.drawRoundedRect(rect, 6, 6)
        if self.hasFocus():
            paint.outline(painter, "focus", rect, 2, 6)
        ink = "accent_text" if here else "text2"
        left = (rect.width() - size) / 2 if self._rail else 10
        painter.drawPixmap(QPointF(left, (rect.height() - size) / 2), theme.pixmap(self.place.icon, ink, size, self.devicePixelRatioF()))
        if self._rail:
            self._paint_dot(painter, rect)
        else:
            painter.setFont(theme.font("body", 500))
            painter.setPen(theme.colour("accent_text" if here else "text"))
            painter.drawText(rect.adjusted(38, 0, -40 if self._count else -4, 0), int(paint.LEFT), _(self.place.title))
            self._paint_count(painter, rect.adjusted(0, 0, -10, 0))
        painter.end()

    def _paint_count(self, painter: QPainter, rect: QRectF) -> None:
        if not self._count:
            return
        words = str(self._count)
        painter.setFont(theme.font("note", 500))
        painter.setPen(theme.colour("warn" if self._late else "text2"))
        painter.drawText(rect, int(paint.RIGHT), words)
        if self._late:
            right = rect.right() - theme.width(words, "note", 500) - 5
            paint.mark(painter, "warn", QRectF(right - 12, rect.center().y() - 6, 12, 12))

    def _paint_dot(self, painter: QPainter, rect: QRectF) -> None:
        if self._count:
            painter.setPen(QPen(theme.colour("window"), 1.5))
            painter.setBrush(theme.colour("warn_solid" if self._late else "wait_solid"))
            painter.drawEllipse(QPointF(rect.right() - 7, rect.top() + 8), 4.5, 4.5)


class Search(QAbstractButton):
    """What looks like a field and opens the palette."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(QSize(theme.size("search"), 32))
        self.setAccessibleName(_("Search"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(theme.colour("surface"))
        painter.setPen(QPen(theme.colour("focus" if self.hasFocus() else "field"), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.drawPixmap(QPointF(11, 8), theme.pixmap("scan-barcode", "text2", 16, self.devicePixelRatioF()))
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour("text3"))
        painter.drawText(rect.adjusted(34, 0, -60, 0), int(paint.LEFT), _("Scan, or search anything"))
        paint.key_cap(painter, "Ctrl+K", rect.right() - 8, rect.center().y(), "text2", "line2")
        painter.end()


class Person(QAbstractButton):
    """Who is at work: a disc with the first character, and the name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setAccessibleName(_("Person: {name}").format(name=name))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(round(min(theme.width(self._name, "body", 500), 160)) + 46, 34)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent_soft"))
        painter.drawEllipse(QRectF(4, 4, 26, 26))
        painter.setFont(theme.font("note", 500))
        painter.setPen(theme.colour("accent_text"))
        # the last character of a Chinese name tells people apart better than the family name
        letter = self._name.strip()[-1:] if self._name[-1:] > "\u2e80" else self._name[:1]
        painter.drawText(QRectF(4, 4, 26, 26), int(paint.CENTRE), letter)
        painter.setFont(theme.font("body", 500))
        painter.setPen(theme.colour("text"))
        room = QRectF(38, 0, self.width() - 38, self.height())
        painter.drawText(room, int(paint.LEFT), paint.shortened(painter, self._name, room.width()))
        if self.hasFocus():
            paint.outline(painter, "focus", QRectF(self.rect()), 2, 6)
        painter.end()


class Top(QWidget):
    """Title, where one is, search, panel switch, person."""

    def __init__(self, person: str) -> None:
        super().__init__()
        ground(self, "surface")
        self.setFixedHeight(theme.size("top"))
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.size("margin"), 0, 16, 0)
        line.setSpacing(8)
        self.title, self.note = Label(role="title"), Short(ink="text2")
        self.search, self.person = Search(), Person(person)
        self.panel = icon_button("panel-right", _("Show or hide the panel"))
        line.addWidget(self.title)
        line.addWidget(self.note)
        line.addStretch(1)
        line.addWidget(self.search)
        line.addSpacing(12)
        line.addWidget(self.panel)
        line.addSpacing(4)
        line.addWidget(self.person)


class Status(QWidget):
    """When was saved, what the screen says; at the right the database and the language."""

    def __init__(self, database: str) -> None:
        super().__init__()
        ground(self, "window")
        self.setFixedHeight(theme.size("status"))
        line = QHBoxLayout(self)
        line.setContentsMargins(theme.size("margin"), 0, 16, 0)
        line.setSpacing(6)
        self._dot = MarkView("live", 12)
        self._saved, self._words = Label(role="note", ink="text2"), Label(role="note", ink="text2")
        self._warn = MarkView("warn", 12)
        self.language = _Link("中文 / EN", _("Change language"))
        for widget in (self._dot, self._saved):
            line.addWidget(widget)
        line.addSpacing(14)
        line.addWidget(self._warn)
        line.addWidget(self._words)
        line.addStretch(1)
        line.addWidget(Short(database, "note", "text2"))
        line.addSpacing(14)
        line.addWidget(self.language)
        self._warn.hide()
        self.saved(_("Ready"))

    def saved(self, words: str) -> None:
        """Say when was saved, or what is being done."""
        self._saved.setText(words)

    def say(self, words: str, warning: bool = False) -> None:
        """Say what the screen has to say: the selection, how much is filled, the one warning."""
        self._words.say(words, "warn" if warning else "text2")
        self._warn.setVisible(warning and bool(words))


class Band(QWidget):
    """The only coloured frame there is: a demonstration's reports are not valid."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(theme.size("band"))
        self._words = _("Demonstration data, reports are not valid")
        self.setAccessibleName(self._words)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("warn_soft"))
        painter.setFont(theme.font("note", 500))
        painter.setPen(theme.colour("warn"))
        painter.drawText(self.rect(), int(paint.CENTRE), self._words)
        painter.end()


class _Link(Button):
    """Small words that can be pressed."""

    def __init__(self, words: str, name: str) -> None:
        super().__init__(words)
        self.setAccessibleName(name)
        self.setToolTip(plain(name))
        self._height = 24

    def _paint_words(self, painter: QPainter, ink: str) -> None:
        painter.setFont(theme.font("note"))
        painter.setPen(theme.colour("text2"))
        painter.drawText(QRectF(self.rect()), int(paint.CENTRE), self.words)
