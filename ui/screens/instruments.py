"""Instruments: the register, and the port of this workstation each one hangs on."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lims.i18n import N_, _
from lims.machine import Machine
from lims.rules.rights import Right
from lims.services import instruments, ports
from lims.services.instruments import InstrumentDraft
from lims.services.ports import AddressRow, PortRow, ProfileRow
from lims.views import instruments as view
from lims.views.instruments import CodeRow, InstrumentRow, KitLotRow
from ui.kit import ask
from ui.kit.cell import Cell
from ui.kit.command import Command, button
from ui.kit.editors import Open
from ui.kit.form import Field
from ui.kit.label import Label, plain
from ui.kit.panel import CellView, Divider, Head, Rows, Title, Words
from ui.kit.table import Column
from ui.screens.health import health
from ui.screens.lots import enter_lot
from ui.screens.moments import minute
from ui.screens.register import Register, Sheet
from ui.screens.wires import PORT_MARKS, Bell, laboratory
from ui.theme import theme

ADDRESSES = N_(
    "Plug it in and choose it: it is known by its adapter, whatever number the system gives it. Or type: socket://192.168.1.20:4001 calls it over the network, "
    "listen://0.0.0.0:5000 waits for its call, folder://D:/export watches a folder for its files."
)
"""What can stand for a port."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What the laboratory says of one instrument: its codes, the lots of its kits."""

    code: str = ""
    codes: tuple[CodeRow, ...] = ()
    lots: tuple[KitLotRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """What this workstation offers: kinds of instrument by name, serial ports with their words."""

    profiles: Mapping[str, ProfileRow]
    ports: Mapping[str, AddressRow]
    faults: tuple[str, ...] = ()
    """What is wrong with profiles that cannot be used."""

    @property
    def addresses(self) -> Mapping[str, str]:
        """Address -> its words."""
        return {address: port.words for address, port in self.ports.items()}

    def kinds(self, address: str = "") -> dict[str, str]:
        """Return the kinds of instrument by name; those known to come with the adapter at *address* stand first."""
        usb = self.ports[address].usb if address in self.ports else ""
        ordered = sorted(self.profiles.values(), key=lambda profile: (not usb or usb not in profile.usb, profile.title))
        return {profile.name: profile.title for profile in ordered}


class Instruments(Register):
    """The register with the state of each port; below it the port of the instrument under the cursor."""

    title = N_("Instruments")
    watches = frozenset({"instrument", "instrument_code", "kit_lot", "reading", "message"})
    icon = "microscope"
    right = Right.INSTRUMENTS
    adding = N_("Add instrument")
    empty = (N_("No instruments yet."), N_("Add one, choose how it speaks, and connect it to a port of this workstation."))

    def start(self) -> None:
        super().start()
        here = laboratory(self)
        self.ports, self.machine, self.folder = here.ports, Machine(), str(here.folder.path)
        self.today = date.min
        self.shelf, self.meant = Shelf({}, {}), Meant()
        self._shown = ""
        self.address: Open
        self.whose: Label
        Bell(self, self._live)
        self.columns = (
            Column(N_("Number"), lambda row: row, lambda row: Cell(row.code, "text" if row.active else "text2", weight=500), 72, name="code"),
            Column(N_("Name"), lambda row: row.name, lambda name: Cell(name, tip=name), 150, stretch=True, name="name"),
            Column(N_("Model"), lambda row: row.model, lambda model: Cell(model, "text2", tip=model), 100),
            Column(N_("Port"), lambda row: self.port_of(row.code), self._port_cell, 196, name="port"),
            Column(N_("Calibrated until"), lambda row: row, lambda row: self._calibrated(row), 116, name="calibrated"),
            Column(N_("To look at"), lambda row: row.waiting, lambda count: Cell(str(count), "warn", mark="ask") if count else "", 84, "right"),
            Column(N_("Last message"), lambda row: row.last_message, lambda at: Cell(minute(at), "text2"), 138),
        )

    def more(self) -> Sequence[Command]:
        return (
            Command("instruments.connect", N_("Connect"), self.connect_port, "", "plug", self.why_not_connect, "quiet", "menu"),
            Command("instruments.disconnect", N_("Disconnect"), self.disconnect_port, "", "unplug", self.why_not_disconnect, side="menu"),
            Command("instruments.measure", N_("Measure now"), self._measure, "", "timer", self._why_not_measure, side="menu"),
            Command("instruments.monitor", N_("Line monitor"), self._monitor, "F8", "activity", self._why_not_one),
            Command("instruments.teach", N_("Teach"), self._teach, "", "pen-line", self._why_not_teach, side="menu"),
            Command("instruments.let_in", self._let_in_words, self._let_in, "", "arrow-right", self._why_not_let_in, side="menu"),
            Command("instruments.lots", N_("Kit lots"), self._lots, "", "package", self._why_not_lots, side="menu"),
            Command("instruments.read_anew", N_("Read anew"), self._read_anew, "", "refresh-cw", self._why_not_anew, side="menu"),
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
        self._ask_meant(self._shown)

    def card(self, row: InstrumentRow) -> None:
        assert self.panel is not None
        facts = [
            (_("Number"), row.code),
            (_("Model"), row.model),
            (_("Serial number"), row.serial),
            (_("Calibrated until"), self._calibrated(row).text),
            (_("Readings"), str(row.readings)),
            (_("To look at"), str(row.waiting)),
            (_("Last message"), minute(row.last_message)),
        ]
        port = self.port_of(row.code)
        hint = [Words(port.hint, "warn", "warn")] if port and port.hint else []
        left = (
            [Divider(), Title(_("Files left where they are")), *(Words(f"{file}: {why}", mark="warn") for file, why in port.left)] if port and port.left else []
        )
        rule = (
            [Words(_("Matched readings enter results by themselves: {person} switched it on.").format(person=row.automatic), mark="live")]
            if row.automatic
            else []
        )
        state = [] if row.active else [Words(_("Not in use: it cannot be connected."), mark="none")]
        late = [Words(_("The calibration has run out on {day}.").format(day=row.calibrated_until), "warn", "warn")] if self._late(row) else []
        rows = Rows([(key, value) for key, value in facts if value])
        line = [Divider(), Rows(health(port, whole=False), _("The line"))] if port else []
        meant = self.meant if self.meant.code == row.code else Meant()
        codes = [Divider(), Rows([(one.sent, one.item_name) for one in meant.codes], _("What its codes mean here"))] if meant.codes else []
        lots = [Divider(), Title(_("Kit lots")), *(self._lot(lot) for lot in meant.lots)] if meant.lots else []
        parts = (*state, *late, *hint, *rule, rows, *left, *line, *codes, *lots, Divider(), *self._speech(row), *self._faults())
        self.panel.put(self.heading(), Head(row.name), *parts, foot=(self.acts["instruments.change"],))

    def sheet(self, row: InstrumentRow | None) -> Sheet:
        known = {other.code for other in self.table.rows()}
        kinds = self.shelf.kinds()
        if row is None:
            return self._connecting(known)
        kinds = {**({row.profile: row.profile} if row.profile else {}), **kinds}
        values = {name: getattr(row, name) for name in InstrumentDraft.__dataclass_fields__}
        return Sheet(fields(kinds), _draft, values, row.name)

    def keep(self, draft: InstrumentDraft, row: InstrumentRow | None) -> None:
        address = self.form.port if self.form is not None and row is None else ""
        then = (lambda code: self._listen_to(code, address)) if address and draft.profile else self.saved
        self.desk.ask(instruments.save, draft, by=self.person, then=then, form=self.form)

    def _ask_meant(self, code: str) -> None:
        if code:
            self.desk.ask(_meant, code, then=self._take_meant, once="instruments.meant")

    def _take_meant(self, meant: Meant | None) -> None:
        if meant is not None and meant != self.meant:
            self.meant = meant
            if self.form is None:
                self._show(self.table.current())

    def _connecting(self, known: set[str]) -> Sheet:
        """Return the form of a new instrument: its port first, then who speaks there; the kinds that come with the adapter stand first."""
        address = [""]
        form = Sheet(
            (port_field(lambda: self.shelf.addresses), *fields(lambda: self.shelf.kinds(address[0]), known)),
            lambda port, **answers: _draft(**answers),
            {"active": True},
            _("New instrument"),
        )
        form.port = ""

        def chosen(name: str) -> None:
            if name == "port":
                form.port = address[0] = str(form.editors["port"].get() or "")
                form.editors["profile"].refill()

        form.changed.connect(chosen)
        return form

    def _listen_to(self, code: str, address: str) -> None:
        """A new instrument is kept: open its port and see what it says."""
        self.saved(code)
        self.machine.put("ports", self.folder, code, value=address)
        self.desk.run(self.ports.open, code, address, then=lambda _answer: self.shell.open("monitor", code))

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

    # -- more about one instrument -----------------------------------------------------------------------------------------

    def _why_not_one(self) -> str | None:
        return _("Choose a row first.") if self.table.current() is None else None

    def _why_not_measure(self) -> str | None:
        row = self.table.current()
        if row is None:
            return _("Choose a row first.")
        port = self.port_of(row.code)
        if port is None or port.state != "live":
            return _("{name} is not connected.").format(name=row.name)
        return None if port.measures else _("{name} measures by itself and sends what it has.").format(name=row.name)

    def _measure(self) -> None:
        if row := self.table.current():
            begun = _("{name} measures; its readings come into the inbox.").format(name=row.name)
            self.desk.run(self.ports.measure, row.code, then=lambda _none: self.shell.toast(begun))

    def _monitor(self) -> None:
        if row := self.table.current():
            self.shell.open("monitor", row.code)

    def _why_not_teach(self) -> str | None:
        return self._why_not_one() or self.why_not()

    def _teach(self) -> None:
        if row := self.table.current():
            self.shell.open("teaching", row.code)

    def _let_in_words(self) -> str:
        row = self.table.current()
        return _("Stop letting readings in") if row and row.automatic else _("Let readings in by rule")

    def _why_not_let_in(self) -> str | None:
        row = self.table.current()
        if refusal := self._why_not_one() or self.why_not():
            return refusal
        return None if row.profile else _("{name} has no profile that tells how it speaks. F2 chooses one.").format(name=row.name)

    def _let_in(self) -> None:
        if row := self.table.current():
            on = not row.automatic
            words = (
                _("Readings of {name} that match, are final and stable and lie in range enter results without being accepted one by one.")
                if on
                else _("From now on every reading of {name} waits to be accepted.")
            ).format(name=row.name)
            ask.reason(
                self,
                self._let_in_words(),
                words,
                note=_("The trail keeps who switched it and why, and every reading that entered by it."),
                then=lambda reason, dialog: self.desk.ask(
                    instruments.let_in, row.code, on, reason=reason, by=self.person, then=dialog.done_with(), form=dialog
                ),
            )

    def _why_not_lots(self) -> str | None:
        return self._why_not_one() or self.why_not()

    def _lots(self) -> None:
        if row := self.table.current():
            enter_lot(self, row)

    def _why_not_anew(self) -> str | None:
        row = self.table.current()
        if refusal := self._why_not_one() or self.why_not():
            return refusal
        return None if row.last_message else _("{name} has sent nothing yet.").format(name=row.name)

    def _read_anew(self) -> None:
        if row := self.table.current():
            self.desk.ask(ports.read_anew, row.code, self.ports.own_profiles, by=self.person, then=self._read)

    def _read(self, count: int) -> None:
        self.shell.toast(_("Everything that waits was read anew; readings that are new: {count}.").format(count=count))

    def _show(self, row: InstrumentRow | None) -> None:
        super()._show(row)
        code = "" if row is None else row.code
        if code != self._shown:
            self._shown = code
            port = self.port_of(code)
            self.address.put(self.machine.get("ports", self.folder, code) or (port.address if port else ""))
            self._ask_meant(code)
            self.whose.setText(_("Port of {name}").format(name=row.name) if row else _("Port"))
        self._say_port()

    def _port_strip(self) -> QWidget:
        strip = QWidget()
        column = QVBoxLayout(strip)
        column.setContentsMargins(theme.size("margin"), 10, 16, 12)
        column.setSpacing(6)
        self.whose, self.port_state, self.trouble = Label(_("Port"), "note", "text2", 500), CellView(Cell()), Label("", "note", "warn", wrap=True)
        self.address = Open(lambda: self.shelf.addresses, _("Choose a port, or type an address"))
        self.address.setAccessibleName(_("Port"))
        self.address.setToolTip(plain(_(ADDRESSES)))
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

    def _look_round(self) -> Shelf:
        ports = {port.address: port for port in self.ports.addresses()}
        return Shelf({profile.name: profile for profile in self.ports.profiles()}, ports, tuple(self.ports.faults()))

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

    def _lot(self, lot: KitLotRow) -> QWidget:
        """Say what of a lot a person checks: its item, its number, how long it may be used."""
        words = _("{item} · lot {number} · until {day}").format(item=lot.item_name, number=lot.number, day=lot.expires)
        if not lot.active:
            return Words(_("{lot} · not in use").format(lot=words), mark="none")
        return Words(words, "warn", "warn") if lot.expires < self.today else Words(words, mark="live")

    def _faults(self) -> list[QWidget]:
        """Say which profiles of this workstation cannot be used, where somebody who can mend them looks."""
        if not self.shelf.faults or self.why_not():
            return []
        return [Divider(), Title(_("Profiles that cannot be used")), *(Words(words, mark="warn") for words in self.shelf.faults)]


def _meant(work: Any, code: str) -> Meant:
    return Meant(code, tuple(view.codes(work, code)), tuple(view.lots(work, code)))


def only_captures(profile: ProfileRow | None) -> bool:
    """Return whether what an instrument of this kind sends is kept whole and read by nobody yet: it waits to be taught."""
    return profile is not None and profile.about == "samples" and profile.codec == "nothing"


def port_field(addresses: Callable[[], Mapping[str, str]]) -> Field:
    """Return the question where a new instrument is plugged in."""
    return Field("port", N_("Port"), kind="open", options=addresses, optional=True, hint=N_("Choose a port, or type an address"), note=ADDRESSES)


def fields(kinds: Mapping[str, str] | Callable[[], Mapping[str, str]], taken: frozenset[str] | set[str] | None = None) -> tuple[Field, ...]:
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
