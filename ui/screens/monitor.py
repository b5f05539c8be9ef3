"""The line monitor: what goes over the wire of one instrument, byte by byte out of its journal, and how the line fares."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lims.i18n import N_, _
from lims.rules.rights import Right, right_refusal
from lims.services import ports
from lims.services.ports import JournalRow, PortRow, ProfileRow
from lims.views import instruments as view
from lims.views.instruments import InstrumentRow, ReadingRow
from ui.kit.cell import Cell
from ui.kit.command import Command
from ui.kit.empty import Empty
from ui.kit.label import ground
from ui.kit.panel import Divider, Head, Offer, Offers, Panel, Rows, Title, Words
from ui.kit.screen import Screen
from ui.kit.table import Column, Table
from ui.screens.bytes import Line, lines
from ui.screens.health import health
from ui.screens.instruments import only_captures
from ui.screens.moments import clock_time, minute
from ui.screens.wires import PORT_MARKS, Bell, laboratory

EVERY_MS = 400
"""While it is in sight the monitor looks this often for rows it has not shown."""
MOST = 2000
"""Lines kept in sight; the journal keeps all."""

WHO: tuple[Column[tuple[InstrumentRow, PortRow | None]], ...] = (Column(N_("Instrument"), lambda pair: pair, lambda pair: _who(*pair), 240, stretch=True),)

COLUMNS: tuple[Column[Line], ...] = (
    Column(N_("Time"), lambda line: line.at, lambda at: Cell(clock_time(at), "text2") if at else "", 84),
    Column(N_("Way"), lambda line: line.direction, lambda way: _way(way), 84),
    Column(N_("Bytes"), lambda line: line.digits, lambda digits: Cell(digits, role="bytes"), 372),
    Column(N_("Text"), lambda line: line, lambda line: _text(line), 200, stretch=True),
)


class Monitor(Screen):
    """One instrument's line as it lives."""

    title = N_("Line monitor")
    watches = frozenset({"instrument", "reading", "message"})
    grid = True

    def start(self) -> None:
        self.ports = laboratory(self).ports
        self._code, self._last = "", 0
        self._lines: list[Line] = []
        self._newest: ReadingRow | None = None
        self._understood: list[ProfileRow] = []
        self._profiles: dict[str, ProfileRow] = {}
        self._shown: object = None
        """What the panel says now."""
        self._halted = False
        self._clock = QTimer(self, interval=EVERY_MS)
        self._clock.timeout.connect(self._look)
        Bell(self, self._look)

    def commands(self) -> Sequence[Command]:
        return (
            Command("monitor.halt", self._halt_words, self._halt, "H", "", self._why_not, "quiet"),
            Command("monitor.understand", N_("Who understands this?"), self._understand, "", "circle-help", self._why_not),
            Command("monitor.read_anew", N_("Read anew"), self._read_anew, "", "refresh-cw", self._why_not_anew),
        )

    def build(self) -> QWidget:
        self.left = ground(QWidget(), "surface")
        column = QVBoxLayout(self.left)
        column.setContentsMargins(12, 10, 12, 0)
        nobody = Empty("microscope", N_("No instrument is connected."), N_("Connect one in Instruments."))
        self.who = Table(WHO, key=lambda pair: pair[0].code, words=N_("Instruments"), row_height=60, head=False, many=False, margin=0, empty=nobody)
        self.who.moved.connect(self._chosen)
        column.addWidget(self.who)
        silent = Empty("activity", N_("Nothing has come over this line yet."), N_("Print or send something on the instrument."))
        self.table = Table(COLUMNS, key=lambda line: line.key, words=N_("Bytes of the line"), row_height=24, empty=silent)
        self.panel = Panel()
        self.first = self.who
        return self.table

    def refill(self) -> None:
        self.desk.run(self.ports.profiles, then=self._put_profiles, once="monitor.profiles")
        self.desk.ask(view.rows, then=self._put, once="monitor.instruments")
        if self._code:
            self.desk.ask(view.newest, self._code, then=self._put_newest, once="monitor.newest")

    def show_thing(self, key: Hashable) -> None:
        if not self.who.select(key):
            self._code = str(key)
            self.refill()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._clock.start()

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        self._clock.stop()

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _put(self, rows: list[InstrumentRow]) -> None:
        wanted, states = self._code, {port.code: port for port in self.ports.rows()}
        self.who.put([(row, states.get(row.code)) for row in rows if row.active and row.profile])
        if not (wanted and self.who.select(wanted)) and self.who.current() is None and self.who.rows():
            self.who.select(self.who.rows()[0][0].code)

    def _put_profiles(self, profiles: list[ProfileRow] | None) -> None:
        self._profiles = {profile.name: profile for profile in profiles or ()}
        self._tell()

    def _chosen(self, pair: tuple[InstrumentRow, PortRow | None] | None) -> None:
        code = pair[0].code if pair else ""
        if code != self._code or not self._lines:
            self._code, self._last, self._lines, self._understood, self._newest = code, 0, [], [], None
            self.table.put([])
            self.note(pair[0].name if pair else "")
            self._look()
            if code:
                self.desk.ask(view.newest, code, then=self._put_newest, once="monitor.newest")
        self._tell()
        self.refresh()

    def _look(self) -> None:
        if self._code and not self._halted and self.isVisible():
            self.desk.run(self.ports.tail, self._code, self._last, then=lambda rows, code=self._code: self._take(rows, code), once="monitor.tail")

    def _take(self, rows: list[JournalRow] | None, code: str) -> None:
        if rows is None or code != self._code:
            return
        if rows and rows[-1].row > self._last:
            bar = self.table.verticalScrollBar()
            at_end = bar.value() >= bar.maximum()
            fresh = [row for row in rows if row.row > self._last]
            self._last = rows[-1].row
            self._lines = [*self._lines, *lines(fresh)][-MOST:]
            self.table.put(self._lines)
            if at_end:
                self.table.scrollToBottom()
        self._tell()

    def _put_newest(self, row: ReadingRow | None) -> None:
        self._newest = row
        self._tell()

    def _tell(self) -> None:
        pair = self.who.current()
        port = next((port for port in self.ports.rows() if pair and port.code == pair[0].code), None)
        shown = (pair and pair[0], port, self._newest, tuple(self._understood), len(self._profiles))
        if self.panel is None or shown == self._shown:
            return  # the panel stays as it is, and with it a button somebody is going to press
        self._shown = shown
        if pair is None:
            self.panel.put(self.heading(), Words(_("Choose an instrument to see its line.")))
            return
        row = pair[0]
        parts: list[QWidget] = [Head(row.name, port.address if port else "", port.words if port else _("not connected"))]
        if port and (port.trouble or port.hint):
            parts += [Words(words, "warn", "warn") for words in (port.trouble, port.hint) if words]
        parts += self._next(row, port)
        if port:
            parts += [Divider(), Rows(health(port))]
        if self._newest:
            said = f"{self._newest.value} {self._newest.unit}".strip() or self._newest.result or "—"
            facts = [(_("Sample"), self._newest.sample or self._newest.position or "—"), (_("Item"), self._newest.item or self._newest.test or "—")]
            parts += [Divider(), Title(_("Newest reading")), Rows([*facts, (_("Value"), said), (_("Arrived"), minute(self._newest.received_at))])]
            parts += [self._lead(_("Instrument inbox"), _("Look at it, and accept it there."), "inbox", self._newest.id)]
        if self._understood:
            parts += [Divider(), Title(_("These profiles understand it")), Offers([self._offer(profile) for profile in self._understood])]
        self.panel.put(_("The line"), *parts)

    def _next(self, row: InstrumentRow, port: PortRow | None) -> list[QWidget]:
        """Say what a person does next, until the first reading of this instrument is there."""
        if port is None or port.state == "stopped":
            return [Divider(), self._lead(_("Not connected"), _("Choose its port in Instruments and connect it."), "instruments", row.code)]
        if only_captures(self._profiles.get(row.profile)) and row.last_message:
            words = _("Its messages are captured whole. Two or three are enough to teach what is what.")
            return [Divider(), self._lead(_("Teach a reader"), words, "teaching", row.code, lambda: right_refusal(Right.INSTRUMENTS, self.person))]
        if self._newest or port.state != "live" or row.last_message:
            return []
        words = (
            _("Bytes have come, but no whole message yet. Let it finish; if nothing follows, ask who understands this.")
            if port.received
            else _("Print or send something on the instrument. Its bytes appear here, and after them its first reading.")
        )
        return [Divider(), Title(_("What to do next")), Words(words)]

    def _lead(self, title: str, words: str, place: str, key: Hashable, refusal: Callable[[], str | None] = lambda: None) -> QWidget:
        """Offer the way to another place."""
        command = Command(f"monitor.to.{place}", N_("Open"), lambda: self.shell.open(place, key), kind="quiet", refusal=refusal)
        return Offers([Offer(title, words, command)])

    def _offer(self, profile: ProfileRow) -> Offer:
        command = Command(f"monitor.speak.{profile.name}", N_("Open"), lambda: self.shell.open("instruments", self._code), kind="quiet")
        return Offer(profile.title, profile.name, command)

    # -- commands ------------------------------------------------------------------------------------------------------

    def _why_not(self) -> str | None:
        return None if self._code else _("Choose an instrument first.")

    def _why_not_anew(self) -> str | None:
        return self._why_not() or ports.refusal_to_read_anew(self.person)

    def _halt_words(self) -> str:
        return _("Go on") if self._halted else _("Halt")

    def _halt(self) -> None:
        self._halted = not self._halted
        self._look()
        self.refresh()

    def _understand(self) -> None:
        self.desk.run(self.ports.understood, self._code, then=self._put_understood, once="monitor.understood")

    def _put_understood(self, found: list[ProfileRow]) -> None:
        self._understood = found
        self._tell()
        if not found:
            self.shell.message("say", _("No profile understands what came. Check speed and parity, or teach it from a captured message."))

    def _read_anew(self) -> None:
        self.desk.ask(ports.read_anew, self._code, self.ports.own_profiles, by=self.person, then=self._read)

    def _read(self, count: int) -> None:
        self.shell.toast(_("Everything that waits was read anew; readings that are new: {count}.").format(count=count))


def _who(row: InstrumentRow, port: PortRow | None) -> Cell:
    state = Cell(port.words if port else _("not connected"), "text2", role="note", mark=PORT_MARKS[port.state] if port else "none")
    return Cell(row.name, weight=500, below=state, tip=port.trouble if port else "")


def _way(way: str) -> Cell:
    words = {"rx": _("from it"), "tx": _("to it"), "mark": _("the port")}[way]
    return Cell(words, {"rx": "text", "tx": "accent_text"}.get(way, "text2"))


def _text(line: Line) -> Cell:
    return Cell(line.text, "text2" if line.direction == "mark" else "text", role="bytes", tip=line.text)
