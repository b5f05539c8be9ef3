"""The thread of one open instrument: it alone owns the link, the wire and the journal."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from drivers import Trouble
from drivers.codecs.lis2 import Order, Query
from drivers.core.link import Done, Event, Failed, Message, Quarantine, Send
from drivers.core.profile import Profile, Serial
from drivers.delivery import Delivery, Feeder
from drivers.health import Health, Pulse
from drivers.journal import Clock, Journal, submission
from drivers.transport import Keeping, Transport, open_transport

BACKOFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Pauses before a lost port is tried again; the last one forever."""
GATHER_S = 0.02
"""Who was not answered goes on sending: a while later more of it is there, for one transaction instead of several."""
WORKLIST_S = 3.0
"""An instrument that asks gives up after 5 to 20 s (experience, no standard says it); the worklist has this much of it."""
MOST_HELD = 16 * 1024 * 1024
"""While the disk is full the wire is read into memory up to here, then left alone."""


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
    """What became of a message submitted to the instrument; *reason* (FAILURES) is empty when it arrived."""

    instrument: str
    ticket: int
    reason: str = ""
    answer: Delivery | None = None
    """The message its answer came in, where the instrument answers with one."""


Worklist = Callable[[tuple[Query, ...]], Sequence[Order]]
"""What an instrument asks -> what it is to do, tests by our item codes; none where nothing is known."""


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
        worklist: Worklist | None = None,
        opener: Callable[[str, Serial], Transport] | None = None,
        serial: Serial | None = None,
        backoff: Sequence[float] = BACKOFF_S,
    ) -> None:
        """Nothing is opened before `start`. *instrument* defaults to the profile's name, *serial* to its settings.

        *worklist* is asked, on a thread of its own, what an instrument that queries is to do; without one, and when it
        takes longer than WORKLIST_S or raises, the instrument is told that nothing is known.
        """
        self.instrument = instrument or profile.name
        self.address = address
        self._profile, self._path, self._clock = profile, journal, clock
        self._deliver, self._report, self._sent = deliver, report, sent
        self._clerk = Clerk(worklist, f"worklist {self.instrument}")
        self._open = opener or (lambda address, line: open_transport(address, line, profile.link_settings))
        self._serial, self._backoff = serial or profile.serial, backoff
        self._orders: queue.Queue[tuple[int, tuple[str, ...]]] = queue.Queue()
        self._numbers = itertools.count(1)
        self._tickets: dict[int, int] = {}
        """The link's ticket -> ours."""
        self._asked: dict[int, Future[Sent]] = {}
        self._stopping = threading.Event()
        self._gone = threading.Event()
        """The thread has ended: nobody else answers for what is submitted."""
        self._thread = threading.Thread(target=self._run, name=f"port {self.instrument}", daemon=True)
        self._failures = 0
        self._said: tuple[State, str] | None = None
        self._unwritten = bytearray()
        self._pulse = Pulse(profile.link)

    def start(self) -> None:
        """Open the port and keep it open until `stop`."""
        self._clerk.open()
        self._thread.start()

    def stop(self, limit: float = 3.0) -> bool:
        """Close the port and wait for its thread at most *limit* seconds; False when it still runs."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(limit)
        return not self._thread.is_alive()

    def submit(self, records: Sequence[str]) -> int:
        """Send one message to the instrument and return its ticket; `sent` tells how it ended.

        It waits for a port that is being opened; one that cannot be opened fails it with `lost`.
        """
        ticket = next(self._numbers)
        self._order(ticket, records)
        return ticket

    def ask(self, records: Sequence[str]) -> Future[Sent]:
        """Submit, and return what will become of it: for whoever waits for the answer, a weight say."""
        ticket, future = next(self._numbers), Future[Sent]()
        self._asked[ticket] = future
        self._order(ticket, records)
        return future

    def _order(self, ticket: int, records: Sequence[str]) -> None:
        self._orders.put((ticket, tuple(records)))
        if self._gone.is_set():
            self._fail_orders()

    @property
    def health(self) -> Health:
        """Return how the wire fares, over all its openings."""
        return self._pulse.health

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
                    self._fail_orders()
                    self._stopping.wait(self._pause())
        except BaseException as bug:
            trouble = Trouble("bug", detail=repr(bug))
            raise
        finally:
            self._clerk.close()
            self._gone.set()
            self._fail_orders()
            self._tell(State.STOPPED, trouble)

    def _live(self) -> None:
        """Open the wire and serve it until told to stop; raises Trouble when it breaks."""
        transport = self._open(self.address, self._serial)
        try:
            while not self._stopping.is_set():
                try:
                    with Journal(self._path, self._clock) as journal:
                        self._served(journal, transport)
                except Trouble as said:
                    if isinstance(transport, Keeping):
                        self._unwritten.clear()
                        raise
                    if "path" not in said.facts:
                        raise
                    self._tell(State.LOST, said)
                    self._fail_orders()
                    self._hold(transport)
        finally:
            transport.close()

    def _served(self, journal: Journal, transport: Transport) -> None:
        link = self._profile.new_link()
        feeder = Feeder(link, self._profile, self.instrument, journal.identity)
        self._pulse.opened(link.counts)
        journal.mark(f"open {self.address} profile {self._profile.name} {self._profile.digest[:12]}".rstrip())
        if isinstance(transport, Keeping):
            transport.knows(journal.digests())
        ended = "closed"
        try:
            # What the disk had no room for is too old to be answered: the instrument has given up meanwhile.
            self._received(journal, None, feeder)
            self._failures = 0
            self._tell(State.LIVE, address=transport.address)
            while not self._stopping.is_set():
                self._turn(journal, transport, feeder)
        except Trouble as said:
            ended = f"lost {said.code}"
            raise
        finally:
            self._act(journal, None, journal.elapsed(), *feeder.settle(link.abort()))
            for ticket in self._tickets.values():
                self._ended(Sent(self.instrument, ticket, "lost"))
            self._tickets.clear()
            _try_mark(journal, ended)

    def _turn(self, journal: Journal, transport: Transport, feeder: Feeder) -> None:
        """One round: what came is journalled, then fed, then answered; then time, then orders."""
        if came := transport.read():
            self._unwritten += came
            answered = self._received(journal, transport, feeder)
            if not answered and not self._clerk.busy:
                time.sleep(GATHER_S)
        else:
            journal.flush()
        now = journal.elapsed()
        self._act(journal, transport, now, *feeder.pass_time(now))
        while (answer := self._clerk.answer()) is not None:
            queries, orders = answer
            at = self._clock().astimezone().replace(tzinfo=None)
            self._submit(journal, transport, feeder, self._profile.answer(orders, at, queries[0].sender))
        while not self._orders.empty():
            ticket, records = self._orders.get()
            self._submit(journal, transport, feeder, records, ticket)

    def _received(self, journal: Journal, transport: Transport | None, feeder: Feeder) -> bool:
        """Journal what came, then feed it; say whether it was answered."""
        if not self._unwritten:
            return False
        came = bytes(self._unwritten)
        written = journal.add("rx", feeder.link.cut(came))
        self._unwritten.clear()
        self._pulse.heard(came, written[-1].at)
        now = written[0].elapsed
        self._act(journal, transport, now, *feeder.pass_time(now))
        answered = False
        for entry in written:
            events, made = feeder.feed(entry)
            self._act(journal, transport, now, events, made)
            answered = answered or any(isinstance(event, Send) for event in events)
        return answered

    def _submit(self, journal: Journal, transport: Transport, feeder: Feeder, records: Sequence[str], ticket: int | None = None) -> None:
        now = journal.elapsed()
        journal.later("mark", b"", now, submission(records))
        known, events = feeder.link.submit(records, now)
        if ticket is not None:
            self._tickets[known] = ticket
        self._act(journal, transport, now, *feeder.settle(events))

    def _act(self, journal: Journal, transport: Transport | None, now: float, events: list[Event], deliveries: list[Delivery]) -> None:
        """Answer first, hand over second: the instrument waits, and the bytes are safe either way. *now* is what the link was told."""
        made, newest = iter(deliveries), None
        try:
            for event in events:
                if isinstance(event, Send) and transport is not None:
                    transport.write(event.data)
                    journal.later("tx", event.data, now)
                    self._pulse.said(event.data)
                elif isinstance(event, Message | Quarantine):
                    newest = next(made)
                    if isinstance(event, Message):
                        self._pulse.message(event.text, newest.received)
                        if transport is not None and (queries := self._profile.queries(event.text)):
                            self._clerk.ask(queries)
                elif isinstance(event, Done | Failed) and event.ticket in self._tickets:
                    reason = event.reason if isinstance(event, Failed) else ""
                    self._ended(Sent(self.instrument, self._tickets.pop(event.ticket), reason, None if reason else newest))
        finally:
            for delivery in deliveries:
                self._deliver(delivery)

    def _hold(self, transport: Transport) -> None:
        """The disk takes nothing for a while: what comes is kept in memory and not answered."""
        end = time.monotonic() + self._pause()
        while time.monotonic() < end and not self._stopping.is_set():
            if len(self._unwritten) < MOST_HELD:
                self._unwritten += transport.read()
            else:
                self._stopping.wait(self._backoff[0])

    def _ended(self, sent: Sent) -> None:
        self._sent(sent)
        future = self._asked.pop(sent.ticket, None)
        if future is not None and future.set_running_or_notify_cancel():
            future.set_result(sent)

    def _fail_orders(self) -> None:
        """Nobody is there to hear what was submitted meanwhile."""
        with suppress(queue.Empty):
            while True:
                self._ended(Sent(self.instrument, self._orders.get_nowait()[0], "lost"))

    def _tell(self, state: State, trouble: Trouble | None = None, address: str = "") -> None:
        """Report a change, not every vain attempt."""
        trying_again = state is State.OPENING and self._failures
        if not trying_again and self._said != (state, trouble.code if trouble else ""):
            self._said = (state, trouble.code if trouble else "")
            self._report(PortState(self.instrument, state, address or self.address, self._clock(), trouble))

    def _pause(self) -> float:
        """Return for how long to wait before the next attempt: each time longer."""
        self._failures += 1
        return self._backoff[min(self._failures, len(self._backoff)) - 1]


class Clerk:
    """Asks the worklist on a thread of its own, one question after the other, so that no question holds up the wire."""

    def __init__(self, worklist: Worklist | None, name: str) -> None:
        self._worklist, self._name = worklist, name
        self._asked: queue.SimpleQueue[Question | None] = queue.SimpleQueue()
        self._waiting: deque[Question] = deque()

    def open(self) -> None:
        """Begin to answer."""
        if self._worklist is not None:
            threading.Thread(target=self._work, args=(self._worklist,), name=self._name, daemon=True).start()

    def close(self) -> None:
        """Stop after the question at hand."""
        self._asked.put(None)

    @property
    def busy(self) -> bool:
        """Say whether somebody waits for an answer."""
        return bool(self._waiting)

    def ask(self, queries: tuple[Query, ...]) -> None:
        """Put a question."""
        question = Question(queries, time.monotonic() + WORKLIST_S)
        self._waiting.append(question)
        if self._worklist is None:
            question.known.set()
        else:
            self._asked.put(question)

    def answer(self) -> tuple[tuple[Query, ...], Sequence[Order]] | None:
        """Return the oldest question and what is known, None while it may yet be answered; too late, nothing is known."""
        if not self._waiting or not (self._waiting[0].known.is_set() or time.monotonic() >= self._waiting[0].due):
            return None
        question = self._waiting.popleft()
        return question.queries, question.orders if question.known.is_set() else ()

    def _work(self, worklist: Worklist) -> None:
        while (question := self._asked.get()) is not None:
            try:
                # Who hung on one question until it was too late for the next need not look for its answer.
                if time.monotonic() < question.due:
                    question.orders = worklist(question.queries)
            except Exception:  # noqa: BLE001
                question.orders = ()  # the laboratory's database is away, say: the instrument must not wait for that
            finally:
                question.known.set()


@dataclass(slots=True)
class Question:
    """What an instrument asked, and what came of it."""

    queries: tuple[Query, ...]
    due: float
    orders: Sequence[Order] = ()
    known: threading.Event = field(default_factory=threading.Event)


def _try_mark(journal: Journal, note: str) -> None:
    try:
        journal.mark(note)
    except Trouble:
        return  # the disk is full or gone: the reason is on its way to the person already
