"""What people do with instruments, and the ports of this workstation: the only room that knows the drivers.

A port thread hands frozen deliveries to a queue; whoever keeps the books empties it with `Ports.collect`. A delivery
leaves the queue only when its unit of work is committed, and what a killed program left in a journal lands when the
port is opened again.
"""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple, dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import drivers
from drivers import journal as journals
from drivers.core.profile import Profile, Shelf, shelf
from drivers.core.reading import Reading
from drivers.delivery import Delivery as Received
from drivers.port import Port, PortState
from drivers.stored import replay
from drivers.transport import serial_ports
from lims.clock import Clock
from lims.db.store import Store, Work
from lims.domain.instruments import Instrument, Message
from lims.domain.instruments import Reading as Kept
from lims.errors import Mistakes, Refusal, Trouble
from lims.i18n import N_, _, language
from lims.rules.numbering import number_mistake
from lims.rules.rights import Actor, Right
from lims.services import readings
from lims.services.readings import Delivery, Sent
from lims.services.verb import verb
from resources import FOLDER

SHIPPED = FOLDER / "instruments"

TROUBLES: Mapping[str, str] = {
    "no-such-port": N_("There is no port {port}. Check the cable and choose the port again."),
    "port-held": N_("The port {port} is held by another program. Close that program and try again."),
    "not-permitted": N_("This account may not use the port {port}. On Linux add it to the group dialout."),
    "port-lost": N_("The port {port} was lost. Everything received is safe; it is opened again by itself."),
    "settings-refused": N_("The port {port} does not take the instrument's line settings. Choose another adapter."),
    "disk-full": N_("The disk is full: the instrument is not answered until there is room. Everything received is safe."),
    "journal-held": N_("The journal {path} is held by another program. Close that program and try again."),
    "journal-foreign": N_("{path} is not a journal of this program. Choose another file."),
    "journal-unusable": N_("The journal {path} cannot be used. Check the disk and the rights of the folder."),
    "no-such-journal": N_("There is no journal {path}. Check the name."),
    "profile-unreadable": N_("The profile {file} cannot be read. Check its rights."),
    "profile-broken": N_("The profile {file} is no TOML: {detail}. Mend the file."),
    "profile-doubled": N_("The profile {file} bears a name that {other} has already. Rename one of them."),
    "profile-unknown-key": N_("The profile {file} holds {key}, which nothing reads. Mend the file."),
    "profile-missing-key": N_("The profile {file} lacks {key}. Mend the file."),
    "profile-wrong-type": N_("In the profile {file}, {key} should be of type {expected}. Mend the file."),
    "profile-unknown-value": N_("In the profile {file}, {key} cannot be {value}. Mend the file."),
    "bug": N_("The port stopped on a fault of the program: {detail}. Everything received is safe; connect again."),
}
"""What a driver says, in words; a test holds that every code has some."""

PORT_WORDS: Mapping[str, str] = {
    "opening": N_("opening"),
    "live": N_("connected"),
    "lost": N_("lost, trying again"),
    "held": N_("held by another program"),
    "stopped": N_("not connected"),
}


QUARANTINED: Mapping[str, str] = {
    "ended-early": N_("The instrument ended before the message was whole."),
    "timed-out": N_("The instrument fell silent in the middle of a message."),
    "started-again": N_("The instrument began anew before the message was whole."),
    "lost": N_("The line was lost in the middle of a message."),
    "too-long": N_("The message is longer than any this instrument should send."),
    "undecodable": N_("The message is whole, but its profile cannot read it."),
}
"""Why a message was kept for a person, by the drivers' word for it."""


@dataclass(frozen=True, slots=True)
class InstrumentDraft:
    """What was typed about an instrument."""

    code: str
    name: str
    model: str = ""
    serial: str = ""
    profile: str = ""
    calibrated_until: date | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class PortRow:
    """One port of this workstation as it stands."""

    code: str
    address: str
    state: str
    words: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A kind of instrument the program can speak with."""

    name: str
    title: str
    maker: str
    model: str
    not_verified: tuple[str, ...]


@verb("instruments.save", Right.INSTRUMENTS)
def save(work: Work, draft: InstrumentDraft, *, by: Actor) -> str:
    """Add an instrument to the register, or change the one with this code. Returns its code."""
    wrong = {}
    if words := number_mistake(draft.code):
        wrong["code"] = words
    elif other := work.scalar(select(Instrument.code).where(func.lower(Instrument.code) == draft.code.lower(), Instrument.code != draft.code)):
        wrong["code"] = _("There is an instrument {code} already.").format(code=other)  # one journal file on systems that do not tell case
    if not draft.name.strip():
        wrong["name"] = _("The name is needed.")
    if wrong:
        raise Mistakes(wrong)
    instrument = work.scalars(select(Instrument).where(Instrument.code == draft.code)).first()
    if instrument is None:
        work.add(Instrument(**asdict(draft)))
    else:
        for name, value in asdict(draft).items():
            setattr(instrument, name, value)
    return draft.code


def profiles(own: Path) -> Shelf:
    """Return the shipped profiles and the laboratory's own."""
    return shelf(dict.fromkeys((SHIPPED, own)))


def said(trouble: drivers.Trouble) -> str:
    """Put what a driver says into words."""
    return _(TROUBLES[trouble.code]).format(**trouble.facts)


def differs(session: Session, received: Received) -> bool:
    """Tell whether the laboratory holds this message with other readings than the present program finds in it."""
    where = (Message.journal == received.journal, Message.first_row == received.first_row, Message.last_row == received.last_row)
    message = session.scalars(select(Message.id).where(*where)).first()
    if message is None:
        return False
    columns = (Kept.sample, Kept.test, Kept.value, Kept.unit, Kept.status, Kept.flags, Kept.said_at)
    kept = session.execute(select(*columns).where(Kept.message_id == message, Kept.test != "").order_by(Kept.place)).all()
    return [tuple(row) for row in kept] != [astuple(_sent(reading)) for reading in received.readings]


class Ports:
    """The open ports of this workstation and the queue between their threads and whoever keeps the books."""

    def __init__(self, store: Store, journals: Path, own_profiles: Path, clock: Clock) -> None:
        self._store, self._journals, self._own, self._clock = store, journals, own_profiles, clock
        self._open: dict[str, Port] = {}
        self._states: dict[str, PortRow] = {}
        self._queue: deque[Delivery] = deque()
        self._collecting = threading.Lock()
        self.workstation = socket.gethostname()[:80]
        self.on_arrival: list[Callable[[], None]] = []
        """Called on a port's thread when something came in or a port changed its state."""

    def open(self, code: str, address: str) -> None:
        """Open the port of an instrument; what its journal holds and the laboratory lacks lands first. Raises Refusal and Trouble."""
        profile = self._profile(code)
        self.shut(code)
        journal = self._journals / f"{code}.sqlite3"
        try:
            if journal.exists():
                self._queue.extend(self._delivery(received) for received in replay(journal, profile, code, after=self._kept(code, journal)))
            port = Port(profile, address, journal, self._clock, self._arrived, self._changed, instrument=code)
            self._open[code] = port
            port.start()
        except drivers.Trouble as trouble:
            raise Trouble(said(trouble)) from None

    def shut(self, code: str) -> None:
        """Close the port of an instrument, if it is open."""
        if port := self._open.pop(code, None):
            port.stop()

    def close(self) -> None:
        """Close every port."""
        for code in list(self._open):
            self.shut(code)
        self.collect()

    def rows(self) -> list[PortRow]:
        """Return every port as it stands."""
        return list(self._states.values())

    def collect(self) -> int:
        """Land what came in, each message in a unit of work of its own. Returns how many readings landed."""
        landed = 0
        with self._collecting:
            while self._queue:
                delivery = self._queue[0]
                with self._store.work() as work:
                    landed += readings.land(work, delivery)
                self._queue.popleft()
        return landed

    def addresses(self) -> list[tuple[str, str]]:
        """Return the serial ports of this workstation: address and what the system calls it."""
        return serial_ports()

    def profiles(self) -> list[ProfileRow]:
        """Return the kinds of instrument that can be connected, by name."""
        spoken = "zh" if language() == "zh_CN" else "en"
        return [
            ProfileRow(one.name, one.title[spoken], one.maker, one.model, tuple(said[spoken] for said in one.not_verified))
            for one in sorted(profiles(self._own).profiles.values(), key=lambda one: one.name)
        ]

    def _kept(self, code: str, journal: Path) -> int:
        """Return the last row of a journal that the laboratory holds."""
        query = (
            select(func.max(Message.last_row))
            .join(Instrument, Message.instrument_id == Instrument.id)
            .where(Instrument.code == code, Message.workstation == self.workstation, Message.journal == journals.identity(journal))
        )
        with self._store.work() as work:
            return work.scalar(query) or 0

    def _profile(self, code: str) -> Profile:
        with self._store.work() as work:
            instrument = work.scalars(select(Instrument).where(Instrument.code == code)).first()
        if instrument is None or not instrument.active:
            raise Refusal(_("There is no instrument {code} in use.").format(code=code))
        known = profiles(self._own)
        found = known.profiles.get(instrument.profile)
        if found is None and instrument.profile and known.faults:
            raise Trouble(said(known.faults[0]))
        if found is None:
            raise Refusal(_("Instrument {code} has no profile that tells how it speaks. Choose one in Instruments.").format(code=code))
        return found

    def _arrived(self, received: Received) -> None:
        self._queue.append(self._delivery(received))
        self._tell()

    def _changed(self, state: PortState) -> None:
        trouble = said(state.trouble) if state.trouble else ""
        self._states[state.instrument] = PortRow(state.instrument, state.address, state.state, _(PORT_WORDS[state.state]), trouble)
        self._tell()

    def _tell(self) -> None:
        for tell in self.on_arrival:
            tell()

    def _delivery(self, received: Received) -> Delivery:
        return Delivery(
            received.instrument,
            self.workstation,
            received.journal,
            received.first_row,
            received.last_row,
            received.raw,
            received.received,
            tuple(_sent(reading) for reading in received.readings),
            _(QUARANTINED.get(received.quarantined, received.quarantined)),
        )


def _sent(reading: Reading) -> Sent:
    value = reading.text if reading.value is not None else reading.result or reading.text
    at = reading.at.isoformat() if reading.at else ""
    return Sent(reading.sample or "", reading.test or "", value, reading.unit or "", reading.status, " ".join(reading.flags), at)
