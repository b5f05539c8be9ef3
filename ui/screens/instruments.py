"""Instruments: the register, and the port of this workstation each one hangs on."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lims.i18n import N_, _
from lims.machine import Machine
from lims.rules.rights import Right
from lims.services import instruments
from lims.services.instruments import InstrumentDraft, PortRow, Ports, ProfileRow
from lims.views import instruments as view
from lims.views.instruments import InstrumentRow
from ui.kit.cell import Cell
from ui.kit.command import Command, button
from ui.kit.editors import Open
from ui.kit.form import Field
from ui.kit.label import Label
from ui.kit.panel import CellView, Divider, Head, Rows, Title, Words
from ui.kit.table import Column
from ui.screens.moments import minute
from ui.screens.register import Register, Sheet
from ui.theme import theme

UNKNOWN = "n/a"
"""What pyserial says of a port of which the system knows nothing."""

PORT_MARKS = {"opening": "wait", "live": "live", "lost": "warn", "held": "warn", "stopped": "none"}
"""State of a port -> its mark."""


class Laboratory(Protocol):
    """What this place needs of the open laboratory."""

    @property
    def ports(self) -> Ports: ...
    @property
    def folder(self) -> Any: ...


class Here(Protocol):
    """The window, which also knows the open laboratory."""

    laboratory: Laboratory


@dataclass(frozen=True, slots=True)
class Shelf:
    """What this workstation offers: kinds of instrument by name, serial ports with their words."""

    profiles: Mapping[str, ProfileRow]
    addresses: Mapping[str, str]


class Instruments(Register):
    """The register with the state of each port; below it the port of the instrument under the cursor."""

    title = N_("Instruments")
    watches = frozenset({"instrument", "reading", "message"})
    icon = "microscope"
    right = Right.INSTRUMENTS
    adding = N_("Add instrument")
    empty = (N_("No instruments yet."), N_("Add one, choose how it speaks, and connect it to a port of this workstation."))
    arrived = Signal()
    """Something came in, or a port changed its state; emitted on a port's thread."""

    def start(self) -> None:
        super().start()
        laboratory = cast(Here, self.shell).laboratory
        self.ports, self.machine, self.folder = laboratory.ports, Machine(), str(laboratory.folder.path)
        self.today = date.min
        self.shelf = Shelf({}, {})
        self._shown = ""
        self.address: Open
        self.whose: Label
        self._listen()
        self.columns = (
            Column(N_("Number"), lambda row: row, lambda row: Cell(row.code, "text" if row.active else "text2", weight=500), 72, name="code"),
            Column(N_("Name"), lambda row: row.name, lambda name: Cell(name, tip=name), 150, stretch=True, name="name"),
            Column(N_("Model"), lambda row: row.model, lambda model: Cell(model, "text2", tip=model), 100),
            Column(N_("Port"), lambda row: self.port_of(row.code), self._port_cell, 166, name="port"),
            Column(N_("Calibrated until"), lambda row: row, lambda row: self._calibrated(row), 116, name="calibrated"),
            Column(N_("Readings"), lambda row: row.readings, lambda count: str(count) if count else "", 74, "right"),
            Column(N_("Last message"), lambda row: row.last_message, lambda at: Cell(minute(at), "text2"), 138),
        )

    def more(self) -> Sequence[Command]:
        return (
            Command("instruments.connect", N_("Connect"), self.connect_port, "", "plug", self.why_not_connect, "quiet", "menu"),
            Command("instruments.disconnect", N_("Disconnect"), self.disconnect_port, "", "unplug", self.why_not_disconnect, side="menu"),
        )

    def build(self) -> QWidget:
        table = super().build()
        self.foot = self._port_strip()
        return table

    def key(self, row: InstrumentRow) -> Hashable:
        return row.code

    def read(self, work: Any) -> tuple[list[InstrumentRow], date]:
        return view.rows(work), work.today()

    def take(self, answer: tuple[list[InstrumentRow], date]) -> Sequence[InstrumentRow]:
        rows, self.today = answer
        return rows

    def refill(self) -> None:
        self.desk.run(self._look_round, then=self._take_shelf, once="instruments.shelf")
        super().refill()

    def card(self, row: InstrumentRow) -> None:
        assert self.panel is not None
        facts = [
            (_("Number"), row.code),
            (_("Model"), row.model),
            (_("Serial number"), row.serial),
            (_("Calibrated until"), self._calibrated(row).text),
            (_("Readings"), str(row.readings)),
            (_("Last message"), minute(row.last_message)),
        ]
        state = [] if row.active else [Words(_("Not in use: it cannot be connected."), mark="none")]
        late = [Words(_("The calibration has run out on {day}.").format(day=row.calibrated_until), "warn", "warn")] if self._late(row) else []
        rows = Rows([(key, value) for key, value in facts if value])
        self.panel.put(self.heading(), Head(row.name), *state, *late, rows, Divider(), *self._speech(row), foot=(self.acts["instruments.change"],))

    def sheet(self, row: InstrumentRow | None) -> Sheet:
        known = {other.code for other in self.table.rows()}
        kinds = {name: profile.title for name, profile in self.shelf.profiles.items()}
        if row is None:
            return Sheet(fields(kinds, known), _draft, {"active": True}, _("New instrument"))
        kinds = {**({row.profile: row.profile} if row.profile else {}), **kinds}
        values = {name: getattr(row, name) for name in InstrumentDraft.__dataclass_fields__}
        return Sheet(fields(kinds), _draft, values, row.name)

    def keep(self, draft: InstrumentDraft, row: InstrumentRow | None) -> None:
        self.desk.ask(instruments.save, draft, by=self.person, then=self.saved, form=self.form)

    # -- the port ----------------------------------------------------------------------------------------------------------

    def port_of(self, code: str) -> PortRow | None:
        """Return the port of an instrument as it stands, or None where none was opened."""
        return next((port for port in self.ports.rows() if port.code == code), None)

    def connect_port(self) -> None:
        """Open the port that is chosen or typed, and remember it for this workstation."""
        row, address = self.table.current(), self.address.get()
        if row is not None:
            self.machine.put("ports", self.folder, row.code, value=address)
            self.desk.run(self.ports.open, row.code, address, then=lambda _answer: self._live())

    def disconnect_port(self) -> None:
        """Close the port of the instrument under the cursor."""
        row = self.table.current()
        if row is not None:
            self.desk.run(self.ports.shut, row.code, then=lambda _answer: self._live())

    def why_not_connect(self) -> str | None:
        """Say why the instrument under the cursor cannot be connected, or return None."""
        row = self.table.current()
        if row is None:
            return _("Choose a row first.")
        if not row.active:
            return _("{name} is not in use. F2 changes that.").format(name=row.name)
        if not row.profile:
            return _("{name} has no profile that tells how it speaks. F2 chooses one.").format(name=row.name)
        return None if self.address.get() else _("Choose or type the port first.")

    def why_not_disconnect(self) -> str | None:
        """Say why there is nothing to disconnect, or return None."""
        row = self.table.current()
        port = None if row is None else self.port_of(row.code)
        if row is None:
            return _("Choose a row first.")
        return _("{name} is not connected.").format(name=row.name) if port is None or port.state == "stopped" else None

    def _show(self, row: InstrumentRow | None) -> None:
        super()._show(row)
        code = "" if row is None else row.code
        if code != self._shown:
            self._shown = code
            self.address.put(self.machine.get("ports", self.folder, code))
            self.whose.setText(_("Port of {name}").format(name=row.name) if row else _("Port"))
        self._say_port()

    def _port_strip(self) -> QWidget:
        strip = QWidget()
        column = QVBoxLayout(strip)
        column.setContentsMargins(theme.size("margin"), 10, 16, 12)
        column.setSpacing(6)
        self.whose, self.port_state, self.trouble = Label(_("Port"), "note", "text2", 500), CellView(Cell()), Label("", "note", "warn", wrap=True)
        self.address = Open(lambda: self.shelf.addresses, _("COM3, /dev/ttyUSB0, or socket://192.168.1.20:4001"))
        self.address.setAccessibleName(_("Port"))
        self.address.setMinimumWidth(240)
        self.address.changed.connect(self.refresh)
        if line_edit := self.address.lineEdit():
            line_edit.returnPressed.connect(lambda: self.acts.do("instruments.connect"))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.address, 100)
        for name in ("instruments.connect", "instruments.disconnect"):
            line.addWidget(button(self.acts[name], commands=self.acts))
        line.addWidget(self.port_state, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addStretch(1)
        column.addWidget(self.whose)
        column.addLayout(line)
        column.addWidget(self.trouble)
        return strip

    def _say_port(self) -> None:
        port = self.port_of(self._shown)
        self.port_state.say(self._port_cell(port, short=True) if self._shown else Cell())
        self.trouble.setText(port.trouble if port else "")
        self.trouble.setVisible(bool(port and port.trouble))
        self.refresh()

    def _live(self) -> None:
        """Show every port as it stands now."""
        self.table.put(self.table.rows())
        self._say_port()

    def _listen(self) -> None:
        heard, listeners = self.arrived.emit, self.ports.on_arrival
        self.arrived.connect(self._live, Qt.ConnectionType.QueuedConnection)
        listeners.append(heard)
        self.destroyed.connect(lambda: listeners.remove(heard))

    def _look_round(self) -> Shelf:
        addresses = {device: f"{device} · {words}" if words not in {"", device, UNKNOWN} else device for device, words in self.ports.addresses()}
        return Shelf({profile.name: profile for profile in self.ports.profiles()}, addresses)

    def _take_shelf(self, shelf: Shelf | None) -> None:
        if shelf is not None:
            self.shelf = shelf
            typed = self.address.get()
            self.address.refill()
            self.address.put(typed)
            if self.form is None:
                self._show(self.table.current())

    # -- what is shown -------------------------------------------------------------------------------------------------------

    def _port_cell(self, port: PortRow | None, short: bool = False) -> Cell:
        if port is None:
            return Cell(_("not connected"), "text2", mark="none")
        after = None if short else Cell(port.address, "text3", role="bytes")
        return Cell(port.words, "warn" if port.trouble else "text2", mark=PORT_MARKS[port.state], after=after, tip=port.trouble)

    def _calibrated(self, row: InstrumentRow) -> Cell:
        if row.calibrated_until is None:
            return Cell(_("not recorded"), "text3")
        return Cell(str(row.calibrated_until), "warn" if self._late(row) else "text", mark="warn" if self._late(row) else "")

    def _late(self, row: InstrumentRow) -> bool:
        return row.calibrated_until is not None and row.calibrated_until < self.today

    def _speech(self, row: InstrumentRow) -> list[QWidget]:
        """Say how the instrument speaks and what of it nobody has verified."""
        if not row.profile:
            return [Title(_("How it speaks")), Words(_("No profile is chosen: its readings are typed in by a person."))]
        profile = self.shelf.profiles.get(row.profile)
        if profile is None:
            return [Title(_("How it speaks")), Words(_("The profile {name} is not on this workstation.").format(name=row.profile), "warn", "warn")]
        known = Words(f"{profile.title} · {profile.name}")
        if not profile.not_verified:
            return [Title(_("How it speaks")), known]
        return [Title(_("How it speaks")), known, Title(_("Not verified on a real instrument")), *(Words(words, mark="ask") for words in profile.not_verified)]


def fields(kinds: Mapping[str, str], taken: frozenset[str] | set[str] | None = None) -> tuple[Field, ...]:
    """Return the questions about an instrument; with *taken* numbers it is a new one."""

    def free(code: str) -> str | None:
        return _("This number is taken.") if taken and code in taken else None

    locked = taken is None
    note = N_("Names the journal of what it sends; it stays.") if locked else N_("The laboratory's own number, on the instrument's label.")
    return (
        Field("code", N_("Number"), check=free, locked=locked, note=note),
        Field("name", N_("Name")),
        Field("model", N_("Model"), optional=True),
        Field("serial", N_("Serial number"), optional=True),
        Field("profile", N_("How it speaks"), kind="choice", options=kinds, optional=True, note=N_("Without a profile its readings are typed in.")),
        Field("calibrated_until", N_("Calibrated until"), kind="date", optional=True),
        Field("active", N_("In use"), kind="tick"),
    )


def _draft(profile: str | None, **answers: Any) -> InstrumentDraft:
    return InstrumentDraft(profile=profile or "", **answers)
