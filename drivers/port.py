"""The thread of one open instrument: it alone owns the link, the wire and the journal."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from drivers import Trouble
from drivers.core.link import Counts, Done, Event, Failed, Send
from drivers.core.profile import Profile, Serial
from drivers.delivery import Delivery, Feeder
from drivers.journal import Clock, Journal
from drivers.transport import Transport, open_transport

BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Pauses before a lost port is tried again; the last one forever."""


class State(StrEnum):
    """How a port stands."""

    OPENING = "opening"
    LIVE = "live"
    LOST = "lost"
    HELD = "held"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class PortState:
    """A change of a port's state: where it is open, and what is wrong."""

    instrument: str
    state: State
    address: str
    at: datetime
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message submitted to the instrument; *reason* is empty when it arrived."""

    instrument: str
    ticket: int
    reason: str = ""


class Port:
    """One instrument on one wire. Callbacks come from its thread and get frozen rows only."""

    def __init__(
        self,
        profile: Profile,
        address: str,
        journal: Path,
        clock: Clock,
        deliver: Callable[[Delivery], None],
        report: Callable[[PortState], None],
        *,
        instrument: str | None = None,
        sent: Callable[[Sent], None] = lambda sent: None,
        opener: Callable[[str, Serial], Transport] = open_transport,
        serial: Serial | None = None,
        backoff: Sequence[float] = BACKOFF_S,
    ) -> None:
        """Nothing is opened before `start`. *instrument* defaults to the profile's name, *serial* to its settings."""
        self.instrument = instrument or profile.name
        self.address = address
        self._profile, self._path, self._clock = profile, journal, clock
        self._deliver, self._report, self._sent = deliver, report, sent
        self._opener, self._serial, self._backoff = opener, serial or profile.serial, backoff
        self._orders: queue.Queue[tuple[int, tuple[str, ...]]] = queue.Queue()
        self._numbers = itertools.count(1)
        self._tickets: dict[int, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"port {self.instrument}", daemon=True)
        self._failures = 0
        self._said: tuple[State, str] | None = None
        self._unwritten = bytearray()
        self._counts = Counts()

    def start(self) -> None:
        """Open the port and keep it open until `stop`."""
        self._thread.start()

    def stop(self, limit: float = 3.0) -> bool:
        """Close the port and wait for its thread at most *limit* seconds; False when it still runs."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(limit)
        return not self._thread.is_alive()

    def submit(self, records: Sequence[str]) -> int:
        """Send one message to the instrument and return its ticket; `sent` tells how it ended."""
        ticket = next(self._numbers)
        self._orders.put((ticket, tuple(records)))
        return ticket

    @property
    def counts(self) -> Counts:
        """Return what the link has seen so far."""
        return replace(self._counts)

    # -- the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        trouble: Trouble | None = None
        try:
            while not self._stopping.is_set():
                self._tell(State.OPENING)
                try:
                    self._live()
                except Trouble as said:
                    self._tell(State.HELD if said.code == "port-held" else State.LOST, said)
                    self._pause()
        except BaseException as bug:
            trouble = Trouble("bug", detail=repr(bug))
            raise
        finally:
            self._tell(State.STOPPED, trouble)

    def _live(self) -> None:
        """Open journal and wire and serve them until told to stop; raises Trouble when either breaks."""
        with Journal(self._path, self._clock) as journal:
            transport = self._opener(self.address, self._serial)
            try:
                self._served(journal, transport)
            finally:
                transport.close()

    def _served(self, journal: Journal, transport: Transport) -> None:
        link = self._profile.new_link()
        self._counts = link.counts
        feeder = Feeder(link, self._profile, self.instrument, journal.identity)
        journal.mark(f"open {self.address} profile {self._profile.name}")
        self._failures = 0
        self._tell(State.LIVE, address=transport.address)
        ended = "closed"
        try:
            # What the disk had no room for is too old to be answered: the instrument has given up meanwhile.
            self._received(journal, None, feeder)
            while not self._stopping.is_set():
                self._turn(journal, transport, feeder)
        except Trouble as said:
            ended = f"lost {said.code}"
            raise
        finally:
            self._act(journal, None, *feeder.settle(link.abort()))
            _try_mark(journal, ended)

    def _turn(self, journal: Journal, transport: Transport, feeder: Feeder) -> None:
        """One round: what came is journalled, then fed, then answered; then time, then orders."""
        self._unwritten += transport.read()
        self._received(journal, transport, feeder)
        self._act(journal, transport, *feeder.pass_time(journal.elapsed()))
        while not self._orders.empty():
            ticket, records = self._orders.get()
            known, events = feeder.link.submit(records, journal.elapsed())
            self._tickets[known] = ticket
            self._act(journal, transport, *feeder.settle(events))

    def _received(self, journal: Journal, transport: Transport | None, feeder: Feeder) -> None:
        if not self._unwritten:
            return
        written = journal.add("rx", feeder.link.cut(bytes(self._unwritten)))
        self._unwritten.clear()
        self._act(journal, transport, *feeder.pass_time(written[0].elapsed))
        for entry in written:
            self._act(journal, transport, *feeder.feed(entry))

    def _act(self, journal: Journal, transport: Transport | None, events: list[Event], deliveries: list[Delivery]) -> None:
        """Answer first, hand over second: the instrument waits, and the bytes are safe either way."""
        try:
            for event in events:
                if isinstance(event, Send) and transport is not None:
                    transport.write(event.data)
                    journal.add("tx", (event.data,))
                elif isinstance(event, Done | Failed):
                    ticket = self._tickets.pop(event.ticket)
                    self._sent(Sent(self.instrument, ticket, getattr(event, "reason", "")))
        finally:
            for delivery in deliveries:
                self._deliver(delivery)

    def _tell(self, state: State, trouble: Trouble | None = None, address: str = "") -> None:
        """Report a change, not every vain attempt."""
        trying_again = state is State.OPENING and self._failures
        if not trying_again and self._said != (state, trouble.code if trouble else ""):
            self._said = (state, trouble.code if trouble else "")
            self._report(PortState(self.instrument, state, address or self.address, self._clock(), trouble))

    def _pause(self) -> None:
        self._stopping.wait(self._backoff[min(self._failures, len(self._backoff) - 1)])
        self._failures += 1


def _try_mark(journal: Journal, note: str) -> None:
    try:
        journal.mark(note)
    except Trouble:
        return  # the disk is full or gone: the reason is on its way to the person already
