"""The first screen: where samples stand, what waits for this person, whether the instruments are alive."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from lims.i18n import N_, _, n_
from lims.services.ports import PortRow
from lims.views import today as view
from lims.views.instruments import InstrumentRow
from lims.views.today import Station, Task, TodayCard
from lims.views.worksheets import WorksheetRow
from ui.kit import paint
from ui.kit.cell import Cell
from ui.kit.command import Button
from ui.kit.empty import Empty
from ui.kit.label import Label, Rule, ground
from ui.kit.screen import Screen
from ui.kit.table import Column, Table
from ui.screens.moments import clock_time, in_words, today
from ui.screens.wires import PORT_MARKS, Bell, laboratory
from ui.theme import theme

WORK: tuple[Column[WorksheetRow], ...] = (
    Column(
        N_("Worksheet"), lambda row: row, lambda row: Cell(row.title or row.number, weight=500, below=Cell(row.number, "text2", role="note")), 140, stretch=True
    ),
    Column(N_("Instrument"), lambda row: row.instrument, lambda name: Cell(name, "text2"), 170),
    Column(N_("Done"), lambda row: row, lambda row: _share(row), 190),
)

INSTRUMENTS: tuple[Column[tuple[InstrumentRow, PortRow | None]], ...] = (
    Column(N_("Instrument"), lambda pair: pair, lambda pair: _instrument(*pair), 200, stretch=True),
    Column(N_("Readings"), lambda pair: pair[0].readings, lambda count: Cell(str(count), weight=500, align="right"), 70, "right"),
)


class Today(Screen):
    """What is mine, what waits for me."""

    title = N_("Today")
    watches = frozenset({"sample", "analysis", "certificate", "reading", "worksheet", "instrument", "confirmation"})

    def start(self) -> None:
        self.ports = laboratory(self).ports
        self._instruments: tuple[InstrumentRow, ...] = ()
        Bell(self, self._put_instruments)

    def build(self) -> QWidget:
        page = ground(QWidget(), "window")
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 20, 24, 24)
        column.setSpacing(16)
        self.headline, self.day = Label(role="headline"), Label(ink="text2")
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.headline)
        head.addWidget(self.day)
        column.addLayout(head)
        self.line = Stations()
        self.line.chosen.connect(self.shell.open)
        column.addWidget(self.line)
        parts = QHBoxLayout()
        parts.setSpacing(16)
        empty = Empty("flask-conical", N_("No worksheet of yours is open."), N_("What is assigned to you stands here."))
        self.work = Table(WORK, key=lambda row: row.number, words=N_("My work"), row_height=58, head=False, many=False, empty=empty)
        self.work.opened.connect(lambda row: self.shell.open("bench", row.number))
        parts.addWidget(_card(N_("My work"), self.work), 3)
        side = QVBoxLayout()
        side.setSpacing(16)
        self.tasks = QVBoxLayout()
        self.tasks.setSpacing(0)
        waiting = QWidget()
        waiting.setLayout(self.tasks)
        side.addWidget(_card(N_("Waiting for me"), waiting))
        none = Empty("microscope", N_("No instrument yet."), N_("The technical manager adds them in Instruments."))
        self.instruments = Table(INSTRUMENTS, key=lambda pair: pair[0].code, words=N_("Instruments"), row_height=52, head=False, many=False, empty=none)
        self.instruments.opened.connect(lambda pair: self.shell.open("instruments", pair[0].code))
        side.addWidget(_card(N_("Instruments"), self.instruments), 1)
        parts.addLayout(side, 2)
        column.addLayout(parts, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        return scroll

    def refill(self) -> None:
        self.desk.ask(view.card, self.person, then=self._put, once="today")

    def _put(self, card: TodayCard | None) -> None:
        if card is None:
            return
        self.headline.say(self._next(card.tasks))
        self.day.say(in_words(today()))
        self.line.put(card.stations)
        self.work.put(card.worksheets)
        self._instruments = tuple(card.instruments)
        self._put_instruments()
        while self.tasks.count():
            if widget := self.tasks.takeAt(0).widget():
                widget.deleteLater()
        for task in card.tasks:
            self.tasks.addWidget(_TaskLine(task, self))
        if not card.tasks:
            words = Label(_("Nothing waits for you."), ink="text2")
            words.setContentsMargins(20, 10, 20, 14)
            self.tasks.addWidget(words)

    def _put_instruments(self) -> None:
        """Show every instrument with its port as it stands now."""
        states = {port.code: port for port in self.ports.rows()}
        self.instruments.put([(row, states.get(row.code)) for row in self._instruments])

    def _next(self, tasks: Sequence[Task]) -> str:
        if not tasks:
            return _("Nothing waits for you.")
        return _("Next: {tasks}").format(tasks=_(", ").join(f"{task.count} {n_(task.one, task.many, task.count)}" for task in tasks))


class Stations(QWidget):
    """The samples' line with how many stand at each station; a figure is a door to the place that lists them."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._stations: tuple[Station, ...] = ()
        self.setFixedHeight(88)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._at = 0
        theme.changed.connect(self.update)

    def put(self, stations: Sequence[Station]) -> None:
        """Show where samples stand."""
        self._stations = tuple(stations)
        self.setAccessibleName(", ".join(f"{_(one.name)} {one.count}" for one in stations))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(800, 88)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._stations:
            place = int(event.position().x() // (self.width() / len(self._stations)))
            self.chosen.emit(self._stations[min(place, len(self._stations) - 1)].place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self._at = max(0, min(self._at + step, len(self._stations) - 1))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._stations:
            self.chosen.emit(self._stations[self._at].place)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        step = (self.width() - 40) / max(len(self._stations), 1)
        for place, one in enumerate(self._stations):
            self._paint_one(painter, one, 20 + place * step, step, place + 1 < len(self._stations))
            if self.hasFocus() and place == self._at:
                paint.outline(painter, "focus", QRectF(12 + place * step, 6, step - 8, 76), 2, 6)
        painter.end()

    def _paint_one(self, painter: QPainter, one: Station, left: float, step: float, joined: bool) -> None:
        paint.station(painter, "now" if one.count else "later", QPointF(left + 6, 22), 5)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour("text2"))
        words = _(one.name)
        painter.drawText(QRectF(left + 18, 11, step, 22), int(paint.LEFT), words)
        if joined:
            painter.setPen(QPen(theme.colour("line2"), 1.5))
            painter.drawLine(QPointF(left + 28 + theme.width(words), 22), QPointF(left + step - 8, 22))
        painter.setFont(theme.font("figure"))
        painter.setPen(theme.colour("text" if one.count else "text3"))
        painter.drawText(QRectF(left, 36, step, 44), int(paint.LEFT), str(one.count))


class _TaskLine(QWidget):
    def __init__(self, task: Task, screen: Screen) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(20, 9, 16, 9)
        line.addWidget(Label(str(task.count), "section", weight=500))
        line.addSpacing(6)
        line.addWidget(Label(n_(task.one, task.many, task.count), wrap=True), 1)
        go = Button(_("Open"), "quiet", size="control_in_row")
        go.setAccessibleName(f"{go.words} {task.count} {n_(task.one, task.many, task.count)}")
        go.clicked.connect(lambda: screen.shell.open(task.place))
        line.addWidget(go)
        column.addLayout(line)
        column.addWidget(Rule())


def _card(title: str, content: QWidget) -> QWidget:
    card = ground(QWidget(), "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(1, 0, 1, 1)
    column.setSpacing(0)
    head = Label(_(title), "section")
    head.setContentsMargins(20, 12, 20, 12)
    column.addWidget(head)
    column.addWidget(Rule())
    column.addWidget(content, 1)
    return card


def _share(row: WorksheetRow) -> Cell:
    done = row.handed_in / row.analyses if row.analyses else 0.0
    return Cell(_("{done} of {all}").format(done=row.handed_in, all=row.analyses), progress=done)


def _instrument(row: InstrumentRow, port: PortRow | None) -> Cell:
    """Say whether it is alive: its port as it stands, where it has one here, and when it last spoke."""
    last = _("last message {time}").format(time=clock_time(row.last_message)) if row.last_message else _("nothing received yet")
    if port is None:
        return Cell(row.name, weight=500, mark="none", below=Cell(last, "text2", role="note"))
    said = port.trouble or f"{port.words} · {last}"
    return Cell(row.name, weight=500, mark=PORT_MARKS[port.state], below=Cell(said, "warn" if port.trouble else "text2", role="note"), tip=port.trouble)
