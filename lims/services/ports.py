"""The ports of this workstation and what comes in by them: the only room that knows the drivers.

A port thread hands frozen deliveries to a queue; whoever keeps the books empties it with `Ports.collect`. A delivery
leaves the queue only when its unit of work is committed, and what a killed program left in a journal lands when the
port is opened again.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import drivers
from drivers import journal as journals
from drivers import plugins, printers, stored
from drivers import port as wire
from drivers.codecs.lis2 import Order, Query
from drivers.core.profile import Profile, Serial
from drivers.core.reading import Reading
from drivers.delivery import Delivery as Received
from drivers.health import Health
from drivers.port import Port, PortState
from drivers.printers import Label
from drivers.stored import replay
from drivers.transport import Transport, open_transport, serial_ports
from lims.clock import Clock, local
from lims.db.store import Store, Work
from lims.domain.instruments import Instrument, Message
from lims.domain.instruments import Reading as Kept
from lims.errors import Refusal, Trouble
from lims.i18n import _, language
from lims.rules.flows import ReadingState
from lims.rules.inbox import Control, Demands, Reckoning, Span
from lims.rules.rapid import WRITTEN, Outcome
from lims.rules.rights import Actor, Right, right_refusal
from lims.services import readings
from lims.services.instruments import load
from lims.services.profiles import SHIPPED, profiles
from lims.services.readings import Delivery, Sent
from lims.services.recognition import FINAL, told
from lims.services.verb import verb
from lims.services.wire_words import FAILED, HINTS, LEFT, PORT_WORDS, QUARANTINED, said
from lims.views import instruments as view
from lims.views.labels import LabelRow

UNKEPT = ("codes", "nothing")
"""What instruments are about whose messages are no readings: their bytes stay in the journal alone."""

BEGUN_S = 3.0
"""An instrument that cannot begin says so within this."""

READ_S = 65.0
"""A balance may take its own time to settle: forty seconds are common, sixty its driver's limit."""


@dataclass(frozen=True, slots=True)
class PortRow:
    """One port of this workstation as it stands, and what it has counted since the program began."""

    code: str
    address: str
    state: str
    words: str
    trouble: str = ""
    asked: bool = False
    """Whether it can be asked for a value: a balance or a meter."""
    measures: bool = False
    """Whether a measurement is begun from here: a photometer's run, a logger's round."""
    prints: bool = False
    """Whether it is a label printer."""
    last_byte: datetime | None = None
    last_message: datetime | None = None
    received: int = 0
    """Bytes."""
    messages: int = 0
    noise: int = 0
    quarantined: int = 0
    refused: int = 0
    wrong_sums: int = 0
    unknown: int = 0
    silences: int = 0
    hint: str = ""
    """What is probably wrong with the line, in words."""
    left: tuple[tuple[str, str], ...] = ()
    """Files of a watched folder that are not taken, and why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an instrument that was asked answered: the message with its value, or why there is none."""

    delivery: Delivery | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One row of a journal, as the monitor shows it."""

    row: int
    at: datetime
    direction: str
    """`rx` from the instrument, `tx` to it, `mark` what happened to the port."""
    data: bytes
    note: str


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A kind of instrument the program can speak with."""

    name: str
    title: str
    maker: str
    model: str
    not_verified: tuple[str, ...]
    sources: tuple[str, ...] = ()
    about: str = "samples"
    link: str = ""
    codec: str = ""
    usb: tuple[str, ...] = ()
    own: bool = False
    """Made here, not shipped."""


@dataclass(frozen=True, slots=True)
class AddressRow:
    """One serial port of this workstation; *address* stays true when the system numbers its ports anew."""

    address: str
    words: str
    usb: str


def differs(session: Session, received: Received) -> bool:
    """Tell whether the laboratory holds this message with other readings than the present program finds in it."""
    where = (Message.journal == received.journal, Message.first_row == received.first_row, Message.last_row == received.last_row)
    message = session.scalars(select(Message).where(*where)).first()
    if message is None:
        return False
    kept = list(session.scalars(select(Kept).where(Kept.message_id == message.id, Kept.state != ReadingState.REPLACED)))
    sent = readings.in_own_words(session, message.instrument_id, [_sent(reading) for reading in received.readings])
    found = Counter(readings.told_by(each) for each in sent)
    rejected = Counter(told(one) for one in kept if one.state is ReadingState.REJECTED)
    held = Counter(told(one) for one in kept if one.state is not ReadingState.REJECTED and told(one) != readings.NOTHING)
    return bool(held - found or found - held - rejected)


def demands(profile: Profile) -> Demands:
    """Return what a profile demands of its readings, in the laboratory's own terms."""
    return Demands(
        profile.about,
        {item: Span(span.low, span.high, span.unit) for item, span in profile.ranges.items()},
        tuple(Control(each.sample, each.test, Span(each.low, each.high)) for each in profile.controls),
        Reckoning(**{each.name: getattr(profile.calculation, each.name) for each in fields(profile.calculation)}) if profile.calculation else None,
    )


@verb("readings.read_anew", Right.INSTRUMENTS)
def read_anew(work: Work, code: str, own: Path, *, by: Actor) -> int:
    """Read the bytes of every message of an instrument that waits for a person, or gave no reading, with its profile as it is now.

    What was read before stays on record as read anew; what was accepted stays accepted. Returns how many readings are new. Raises Refusal.
    """
    profile = profile_of(load(work, code), own)
    waiting = Message.id.in_(select(Kept.message_id).where(Kept.state.in_(readings.OPEN)))
    silent = Message.id.not_in(select(Kept.message_id))
    query = select(Message, silent).join(Instrument, Message.instrument_id == Instrument.id).where(Instrument.code == code, waiting | silent)
    found = 0
    for message, quiet in work.execute(query.order_by(Message.id)).all():
        pieces = stored.pieces(profile, message.content, code)
        sent = tuple(_sent(reading) for piece in pieces for reading in piece.readings)
        reason = next((piece.quarantined for piece in pieces if piece.quarantined), "" if quiet else "undecodable")
        if sent or reason:  # a whole message that never had a value in it, a question say, is none to look at
            found += readings.read_anew(work, message, sent, demands(profile), unread="" if sent else QUARANTINED[reason])
    return found


def refusal_to_read_anew(person: Actor) -> str | None:
    """Say why *person* may not have bytes read anew, or return None."""
    return right_refusal(Right.INSTRUMENTS, person)


def profile_of(instrument: Instrument, own: Path) -> Profile:
    """Return the profile an instrument speaks by. Raises Refusal and Trouble."""
    known = profiles(own)
    found = known.profiles.get(instrument.profile)
    if found is None and instrument.profile and known.faults:
        raise Trouble(said(known.faults[0]))
    if found is None:
        raise Refusal(_("Instrument {code} has no profile that tells how it speaks. Choose one in Instruments.").format(code=instrument.code))
    return found


class Ports:
    """The open ports of this workstation and the queue between their threads and whoever keeps the books."""

    def __init__(self, store: Store, journals: Path, own_profiles: Path, clock: Clock) -> None:
        self._store, self._journals, self._own, self._clock = store, journals, own_profiles, clock
        self._open: dict[str, Port] = {}
        self._states: dict[str, PortState] = {}
        self._demands: dict[str, Demands] = {}
        self._names: dict[str, str] = {}
        self._profiles: dict[str, Profile] = {}
        self._wires: dict[str, Transport] = {}
        self._readers: dict[str, Future[Delivery | str]] = {}
        """Code of an instrument -> who waits for its value."""
        self._queue: deque[Delivery] = deque()
        self._collecting = threading.Lock()
        self.workstation = socket.gethostname()[:80]
        for fault in plugins.found().faults:
            logging.getLogger(__name__).warning("%s: %s", fault.facts["name"], fault.facts["detail"])
        self.on_arrival: list[Callable[[], None]] = []
        """Called on a port's thread when something came in or a port changed its state."""
        self.on_scan: list[Callable[[str], None]] = []
        """Called on a port's thread with every code a scanner read."""

    def open(self, code: str, address: str) -> None:
        """Open the port of an instrument; what its journal holds and the laboratory lacks lands first. Raises Refusal and Trouble."""
        instrument = self._instrument(code)
        profile = profile_of(instrument, self._own)
        self.shut(code)
        self._names[code], self._demands[code], self._profiles[code] = instrument.name, demands(profile), profile
        journal = self._journals / f"{code}.sqlite3"
        try:
            if journal.exists() and profile.about not in UNKEPT:
                self._queue.extend(self._delivery(received) for received in replay(journal, profile, code, after=self._kept(code, journal)))
            port = Port(
                profile,
                address,
                journal,
                self._clock,
                self._arrived,
                self._changed,
                instrument=code,
                worklist=self._worklist,
                opener=lambda place, line: self._wired(code, place, line),
            )
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
        return [self._row(state) for state in self._states.values()]

    def tail(self, code: str, after: int = 0, most: int = 400) -> list[JournalRow]:
        """Return the rows of an instrument's journal behind row *after*, the last *most* of them. Raises Trouble."""
        journal = self._journals / f"{code}.sqlite3"
        if not journal.exists():
            return []
        try:
            after = max(after, journals.last_row(journal) - most)
            return [JournalRow(one.row, one.at, one.direction, one.data, one.note) for one in journals.entries(journal, after)]
        except drivers.Trouble as trouble:
            raise Trouble(said(trouble)) from None

    def read(self, code: str) -> Answer:
        """Ask a balance or meter for a stable value and wait for it; its message lands in the inbox like every other.

        An instrument that cannot be asked is waited for until somebody presses its print key. `give_up` ends the waiting. Raises nothing.
        """
        port, name = self._open.get(code), self._names.get(code, code)
        if port is None:
            return Answer(words=_("{name} is not connected. Connect it in Instruments.").format(name=name))
        waiting: Future[Delivery | str] = Future()
        self._readers[code] = waiting
        port.ask(["ask"]).add_done_callback(lambda asked: self._answered(code, asked.result()))
        try:
            found = waiting.result(READ_S)
        except TimeoutError:
            found = "not-stable"
        except CancelledError:
            return Answer(words=_("Reading was given up."))
        finally:
            self._readers.pop(code, None)
        return Answer(words=_(FAILED[found]).format(name=name)) if isinstance(found, str) else Answer(found)

    def measure(self, code: str) -> None:
        """Begin a measurement on an instrument that waits for it, and see that it has begun; its readings land when they are there. Raises Refusal."""
        port, name = self._open.get(code), self._names.get(code, code)
        if port is None:
            raise Refusal(_("{name} is not connected. Connect it in Instruments.").format(name=name))
        asked = port.ask(["read"])
        with suppress(TimeoutError):  # it is measuring
            if reason := asked.result(BEGUN_S).reason:
                raise Refusal(_(FAILED[reason]).format(name=name))

    def give_up(self, code: str) -> None:
        """Wait no longer for an instrument's value."""
        if waiting := self._readers.get(code):
            waiting.cancel()

    def send_worklist(self, code: str, sheet: str) -> int:
        """Send what is still to be measured on a worksheet to its instrument, and wait until it has it. Returns how many samples. Raises Refusal."""
        port, profile = self._open.get(code), profile_of(self._instrument(code), self._own)
        if port is None:
            raise Refusal(_("{name} is not connected. Connect it in Instruments.").format(name=self._names.get(code, code)))
        if not profile.takes_orders:
            raise Refusal(_("The profile of {name} knows no worklists.").format(name=self._names.get(code, code)))
        with self._store.work() as work:
            wanted = view.orders(work, worksheet=sheet)
        asked = [Order(one.sample, one.items) for one in wanted if any(item in profile.tests.values() for item in one.items)]
        if not asked:
            raise Refusal(_("Nothing on worksheet {number} is measured by {name}.").format(number=sheet, name=self._names.get(code, code)))
        with self._store.work() as work:
            now = local(work.now(), work.setting("time_zone")).replace(tzinfo=None)
        sent = port.ask(profile.download(asked, now)).result()
        if sent.reason:
            raise Refusal(_(FAILED[sent.reason]).format(name=self._names.get(code, code)))
        return len(asked)

    def print_labels(self, code: str, rows: Sequence[LabelRow]) -> int:
        """Print the labels of portions on a label printer. Returns how many were sent. Raises Refusal."""
        port, profile, name = self._open.get(code), profile_of(self._instrument(code), self._own), self._names.get(code, code)
        if port is None:
            raise Refusal(_("{name} is not connected. Connect it in Instruments.").format(name=name))
        media = profile.link_settings
        for row in rows:
            lines = (row.name, " · ".join(filter(None, (row.kind, row.received_on.isoformat(), row.storage))))
            try:
                label = Label(lines, row.number, width_mm=media.width_mm, height_mm=media.height_mm, dpi=media.dpi, font=media.font)
                sent = port.ask(printers.lines(media.language, label)).result(READ_S)
            except ValueError:
                raise Refusal(_("{number} has no room on the label of {name}. Take a larger label.").format(number=row.number, name=name)) from None
            except TimeoutError:
                silent = FAILED["no-answer"]
                raise Refusal(_(silent).format(name=name)) from None
            if sent.reason:
                raise Refusal(_(FAILED[sent.reason]).format(name=name))
        return len(rows)

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

    def understood(self, code: str) -> list[ProfileRow]:
        """Return the profiles that find readings in the last bytes of an instrument's journal, those that find most first. Raises Trouble."""
        data = b"".join(row.data for row in self.tail(code) if row.direction == "rx")
        known = profiles(self._own).profiles
        found = {name: len(stored.decode(profile, data, code)) for name, profile in known.items()} if data else {}
        rows = [row for row in self.profiles() if found.get(row.name)]
        return sorted(rows, key=lambda row: -found[row.name])

    @property
    def own_profiles(self) -> Path:
        """The folder of the laboratory's own profiles."""
        return self._own

    def faults(self) -> list[str]:
        """Return what is wrong with profiles that cannot be used, a sentence each."""
        return [said(fault) for fault in profiles(self._own).faults]

    def addresses(self) -> list[AddressRow]:
        """Return the serial ports of this workstation as they are plugged now."""
        return [AddressRow(port.address, f"{port.device} · {port.words}" if port.words else port.device, port.usb) for port in serial_ports()]

    def demands(self, instrument: Instrument) -> Demands:
        """Return what the profile of an instrument demands of its readings. Raises Refusal and Trouble."""
        return demands(profile_of(instrument, self._own))

    def profiles(self) -> list[ProfileRow]:
        """Return the kinds of instrument that can be connected, by name."""
        spoken = "zh" if language() == "zh_CN" else "en"
        return [
            ProfileRow(
                one.name,
                one.title[spoken],
                one.maker,
                one.model,
                tuple(said[spoken] for said in one.not_verified),
                one.sources,
                one.about,
                one.link,
                one.codec,
                one.usb,
                one.file.parent != SHIPPED,
            )
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

    def _instrument(self, code: str) -> Instrument:
        with self._store.work() as work:
            instrument = work.scalars(select(Instrument).where(Instrument.code == code)).first()
        if instrument is None or not instrument.active:
            raise Refusal(_("There is no instrument {code} in use.").format(code=code))
        return instrument

    def _arrived(self, received: Received) -> None:
        if self._profiles[received.instrument].about in UNKEPT:
            self._scanned(received)
            return
        delivery = self._delivery(received)
        self._queue.append(delivery)
        if any(each.stable and each.status in FINAL for each in delivery.readings):
            self._heard(received.instrument, delivery)
        self._tell()

    def _scanned(self, received: Received) -> None:
        """A scanned code is typing, no reading: it goes to whoever listens."""
        for code in filter(None, (reading.sample for reading in received.readings)):
            for tell in self.on_scan:
                tell(code)

    def _answered(self, code: str, asked: wire.Sent) -> None:
        """A question to an instrument has ended: without a value somebody may still press the print key, if it cannot be asked."""
        if asked.reason not in ("", "one-way"):
            self._heard(code, asked.reason)

    def _heard(self, code: str, what: Delivery | str) -> None:
        waiting = self._readers.get(code)
        if waiting is not None and not waiting.done():
            with suppress(InvalidStateError):  # given up at this very moment
                waiting.set_result(what)

    def _row(self, state: PortState) -> PortRow:
        """Return a port as it stands, with what it has counted, in the reader's language."""
        code, profile = state.instrument, self._profiles[state.instrument]
        health = self._open[code].health if code in self._open else Health()
        left = getattr(self._wires.get(code), "left", {})  # of a watched folder alone
        return PortRow(
            code,
            state.address,
            state.state,
            _(PORT_WORDS[state.state]),
            said(state.trouble) if state.trouble else "",
            asked=profile.about == "samples" and hasattr(profile.link_settings, "ask"),  # a scanner that is started by a command gives no value
            measures="read" in profile.commands,
            prints=hasattr(profile.link_settings, "language"),
            **{each.name: getattr(health, each.name) for each in fields(health) if each.name != "hint"},
            hint=_(HINTS[health.hint]) if health.hint else "",
            left=tuple(sorted((name, _(LEFT[reason])) for name, reason in list(left.items()))),
        )

    def _wired(self, code: str, address: str, line: Serial) -> Transport:
        """Open the wire of a port and remember it; called on its thread."""
        wire = self._wires[code] = open_transport(address, line, self._profiles[code].link_settings)
        return wire

    def _worklist(self, queries: Sequence[Query]) -> list[Order]:
        """Return what is still to be measured of the samples an instrument asks for; called on a thread of its own."""
        numbers = [number for query in queries for number in query.samples]
        tests = {test for query in queries for test in query.tests}
        with self._store.work() as work:
            wanted = view.orders(work, samples=numbers)
        return [Order(one.sample, tuple(item for item in one.items if not tests or item in tests)) for one in wanted]

    def _changed(self, state: PortState) -> None:
        self._states[state.instrument] = state
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
            QUARANTINED.get(received.quarantined, received.quarantined),
            self._demands.get(received.instrument, Demands()),
        )


def _sent(reading: Reading) -> Sent:
    meant = WRITTEN[Outcome(reading.outcome)] if reading.outcome else reading.result or reading.text
    return Sent(
        sample=reading.sample or "",
        test=reading.test or "",
        value=reading.text if reading.value is not None else meant,
        unit=reading.unit or "",
        status=reading.status,
        flags=" ".join(reading.flags),
        said_at=reading.at.isoformat() if reading.at else "",
        sent_test=reading.sent_test or "",
        result=reading.result or "",
        outcome=reading.outcome or "",
        position=reading.position or "",
        lot=reading.lot or "",
        stable=reading.stable,
        raw={name: format(value, "f") for name, value in reading.raw},
    )
