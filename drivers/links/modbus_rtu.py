"""The link of Modbus RTU: the host is the master and asks register after register; every answer names what it answers."""

from __future__ import annotations

import re
import struct
from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Literal

from drivers.core.form import unknown_value
from drivers.core.link import Counts, Done, Event, Failed, Message, Quarantine, Send, Warn

READ_HOLDING, READ_INPUT, WRITE_ONE, WRITE_MANY, EXCEPTION = 0x03, 0x04, 0x06, 0x10, 0x80
MOST_READ, MOST_WRITTEN = 125, 123
"""Registers in one request: a frame has at most 256 bytes."""
EXCEPTIONS = {
    1: "illegal-function",
    2: "illegal-data-address",
    3: "illegal-data-value",
    4: "device-failure",
    5: "acknowledge",
    6: "busy",
    8: "memory-parity-error",
    10: "gateway-path-unavailable",
    11: "gateway-target-failed",
}
"""Code of an exception answer -> its name (Modbus Application Protocol V1.1b3, clause 7); the link warns of it by this name."""
LATER = (5, 6)
"""Exceptions that mean: the same request again after a while."""

_HEAD = re.compile(rb"[\x01-\xf7](?:[\x03\x04\x06\x10\x83\x84\x86\x90]|\Z)")
_WRITE = re.compile(r"write (\d{1,3}) (0x[0-9A-Fa-f]{1,4}|\d{1,5})((?: (?:0x[0-9A-Fa-f]{1,4}|\d{1,5}))+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Poll:
    """Registers asked for in one request."""

    address: int
    function: Literal[3, 4]
    """3 reads holding registers, 4 input registers."""
    start: int
    """The first register as it goes over the wire, from 0: `40001` of a manual is 0 of function 3."""
    count: int

    def __post_init__(self) -> None:
        for key, value, low, high in (
            ("address", self.address, 1, 247),
            ("start", self.start, 0, 0xFFFF),
            ("count", self.count, 1, min(MOST_READ, 0x10000 - self.start)),
        ):
            if not low <= value <= high:
                raise unknown_value(key, value)

    @property
    def head(self) -> bytes:
        """The first three bytes of the answer: address, function, number of bytes."""
        return bytes((self.address, self.function, 2 * self.count))

    @property
    def request(self) -> bytes:
        """The frame that asks."""
        return framed(bytes((self.address, self.function)) + _words((self.start, self.count)))


@dataclass(frozen=True, slots=True)
class ModbusSettings:
    """What is asked, how often, and how long is waited. Seconds."""

    polls: tuple[Poll, ...]
    """One round, in this order. No two may have answers that look alike: an answer alone then tells which registers it holds."""
    every_s: float = 300.0
    """From the beginning of a round to the next; the first begins at once."""
    timeout_s: float = 1.0
    """An answer begins within this; after `busy` as long is waited."""
    retries: int = 3
    """So often a request is sent again."""
    gap_s: float = 0.2
    """The line is silent so long before the next request: `silence_s` at least, cheap probes need more than 200 ms."""
    pause_s: float = 0.1
    """A frame that pauses this long has broken off: adapters hand over bytes in bursts, so it is far above the standard's 1.5 characters."""
    echo: bool = False
    """The adapter repeats what we send (two-wire RS-485): exactly those bytes are dropped before the answer."""
    unasked: bool = False
    """Answers nobody asked for are taken and nothing is asked: stored bytes are read."""

    def __post_init__(self) -> None:
        check_polls(self.polls)
        for key, value, fits in (
            ("every_s", self.every_s, self.every_s >= 0),
            ("timeout_s", self.timeout_s, 0 < self.timeout_s < inf),
            ("retries", self.retries, 0 <= self.retries <= 10),
            ("gap_s", self.gap_s, 0 <= self.gap_s < inf),
            ("pause_s", self.pause_s, 0 < self.pause_s < inf),
        ):
            if not fits:
                raise unknown_value(key, value)

    @property
    def commands(self) -> tuple[str, ...]:
        """See Profile: a round can be asked for at any time."""
        return ("read",)


class ModbusLink:
    """The master's end of a line with one or several slaves.

    `submit` takes `read` (a round now), `write ADDRESS REGISTER VALUE` and `write ADDRESS REGISTER VALUE VALUE ...` (decimal or 0x...);
    address 0 writes to all, and none answers. All records of one submission are tried, the first failure is reported.
    The length of a frame comes from its content; where the checksum does not fit, the search goes on one byte later.
    """

    def __init__(self, settings: ModbusSettings, encoding: str = "latin-1") -> None:
        self.counts = Counts()
        self._settings = settings
        self._heads = {poll.head for poll in settings.polls}
        self._begins = {head[:2] for head in self._heads}
        self._round = [_Request(poll.request, poll.head, 5 + 2 * poll.count) for poll in settings.polls]
        self._ours = {request.frame for request in self._round}
        self._row = re.compile(b"(?=" + b"|".join(map(re.escape, sorted(self._heads))) + b")")
        self._offset = 0
        self._tickets = 0
        self._renew()

    def _renew(self) -> None:
        self._buffer = bytearray()
        """Begins with what may be a frame."""
        self._heard = 0.0
        self._orders: deque[_Order] = deque()
        self._asked: _Request | None = None
        """Its answer is waited for; it is the first of the first order."""
        self._due = 0.0
        self._tries = 0
        self._received_before = 0
        self._echoed = False
        self._free = 0.0
        """From here on the line is free for a request."""
        self._next_round = inf if self._settings.unasked else 0.0

    @property
    def begun_at(self) -> int | None:
        """See Link."""
        return self._offset - len(self._buffer) if self._buffer else None

    def cut(self, data: bytes) -> list[bytes]:
        """Before everything that looks like the head of an answer."""
        return [part for part in self._row.split(data) if part]

    def feed(self, data: bytes, now: float) -> list[Event]:
        """See Link."""
        events = self._break_off(now)
        self.counts.received += len(data)
        self._offset += len(data)
        self._heard = now
        if not self._buffer and self._asked is not None and self._asked.is_answer(data) and data[: len(self._asked.frame)] not in self._ours:
            return events + self._taken(data, self._offset - len(data), answers=True)
        self._buffer += data
        return events + self._take()

    def poll(self, now: float) -> list[Event]:
        """See Link."""
        events = self._break_off(now)
        if self._asked is not None and now >= self._answer_due():
            self.counts.silences += self.counts.received == self._received_before
            events += self._again("no-answer")
        return events + self._ask(now)

    def next_deadline(self) -> float | None:
        """See Link."""
        ask = self._free if self._orders else max(self._free, self._next_round)
        due = ask if self._asked is None else self._answer_due()
        due = min(due, self._heard + self._settings.pause_s) if self._buffer else due
        return None if due == inf else due

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """See Link; a record that is no command fails as `refused`, and nothing is sent."""
        self._tickets += 1
        requests: deque[_Request] = deque()
        for record in records:
            said = self._round if record == "read" else _writing(record)
            if not said:
                return self._tickets, [Failed(self._tickets, "refused")]
            requests += said
        if not requests:
            return self._tickets, [Done(self._tickets)]
        self._orders.append(_Order(self._tickets, requests))
        return self._tickets, self._ask(now)

    def abort(self) -> list[Event]:
        """See Link."""
        events = self._take("lost")
        events += [Failed(order.ticket, "lost") for order in self._orders if order.ticket is not None]
        self._renew()
        return events

    # -- asking ----------------------------------------------------------------------------------------------------

    def _ask(self, now: float) -> list[Event]:
        events: list[Event] = []
        while self._asked is None and now >= self._free:
            if not self._orders:
                if now < self._next_round:
                    break
                self._next_round = now + self._settings.every_s
                self._orders.append(_Order(None, deque(self._round)))
            request = self._orders[0].requests[0]
            events.append(Send(request.frame))
            self._free = now + self._settings.gap_s
            if request.head:
                self._asked, self._due = request, now + self._settings.timeout_s
                self._received_before, self._echoed = self.counts.received, False
            else:
                events += self._over()
        return events

    def _answer_due(self) -> float:
        if not self._buffer:
            return self._due
        # What has begun to arrive may be the answer; noise without end is none.
        return min(max(self._due, self._heard + self._settings.pause_s), self._due + self._settings.timeout_s)

    def _again(self, reason: str) -> list[Event]:
        """Ask the same again, or give it up for this round."""
        self._asked = None
        self._tries += 1
        return [] if self._tries <= self._settings.retries else self._over(reason)

    def _over(self, failure: str = "") -> list[Event]:
        """The first request of the first order has its answer, or never gets one."""
        self._asked, self._tries = None, 0
        order = self._orders[0]
        order.requests.popleft()
        order.failure = order.failure or failure
        if order.requests:
            return []
        self._orders.popleft()
        if order.ticket is None:
            return []
        return [Failed(order.ticket, order.failure) if order.failure else Done(order.ticket)]

    # -- hearing ---------------------------------------------------------------------------------------------------

    def _break_off(self, now: float) -> list[Event]:
        return self._take("timed-out") if self._buffer and now >= self._heard + self._settings.pause_s else []

    def _take(self, reason: str = "") -> list[Event]:
        """Take every whole frame; with a *reason* nothing more comes, and what was begun goes to quarantine for it."""
        data, base = bytes(self._buffer), self._offset - len(self._buffer)
        self._buffer.clear()
        events: list[Event] = []
        place, passed, begun = 0, 0, -1
        while found := _HEAD.search(data, place):
            place = found.start()
            size = self._size(data, place)
            if size > 0:
                events += self._pass(base, passed, begun, place, reason)
                events += self._frame(data[place : place + size], base + place)
                place = passed = place + size
                begun = -1
            elif size == 0 and not reason:
                self._buffer += data[place:]
                break
            else:
                begun = place if size == 0 and begun < 0 and data[place : place + 2] in self._begins else begun
                place += 1
        else:
            place = len(data)
        return events + self._pass(base, passed, begun, place, reason)

    def _size(self, data: bytes, place: int) -> int:
        """Return the bytes of the whole frame at *place*; 0 when more must come to say, -1 when there is none."""
        for size in self._sizes(data, place):
            if place + size > len(data):
                return 0
            if crc16(data[place : place + size]) == 0:
                return size
        self.counts.wrong_sums += data[place : place + 3] in self._heads
        return -1

    def _sizes(self, data: bytes, place: int) -> Iterable[int]:
        """Return what a frame at *place* may measure, the shortest first: an answer, or one of our own requests come back."""
        head = data[place : place + 3]
        if len(head) < 2:
            return (2,)
        ours = self._ours | {self._asked.frame} if self._asked is not None else self._ours
        requests = {len(frame) for frame in ours if data.startswith(frame[: len(data) - place], place)}
        if head[1] in (READ_HOLDING, READ_INPUT):
            if len(head) < 3:
                return (3,)
            return sorted(requests | ({5 + head[2]} if head[2] % 2 == 0 and 2 <= head[2] <= 2 * MOST_READ else set()))
        return sorted(requests | {5 if head[1] & EXCEPTION else 8})

    def _pass(self, base: int, start: int, begun: int, end: int, reason: str) -> list[Event]:
        """Account for the bytes before a frame: noise, and from *begun* on a message that was not completed."""
        if begun < 0:
            self.counts.noise += end - start
            return []
        self.counts.noise += begun - start
        self.counts.quarantined += 1
        return [Quarantine(reason, base + begun, base + end)]

    def _frame(self, frame: bytes, start: int) -> list[Event]:
        asked = self._asked
        if asked is not None and frame == asked.frame and self._settings.echo and not self._echoed:
            self._echoed = True
            return []
        if asked is not None and asked.refused_by(frame):
            return self._exception(frame[2])
        answers = asked is not None and asked.answered_by(frame)
        if frame in self._ours or not (answers or (self._settings.unasked and frame[:3] in self._heads)):
            self.counts.unknown += 1
            return []
        return self._taken(frame, start, answers)

    def _taken(self, frame: bytes, start: int, answers: bool) -> list[Event]:
        """Take a frame that is known: the answer to what is asked, or stored bytes."""
        self._free = self._heard + self._settings.gap_s
        events: list[Event] = self._over() if answers else []
        if frame[:3] in self._heads:
            self.counts.messages += 1
            events.insert(0, Message(frame, start, start + len(frame)))
        return events

    def _exception(self, code: int) -> list[Event]:
        self.counts.refused += 1
        self._free = self._heard + self._settings.gap_s
        if code in LATER:
            self._free = self._heard + self._settings.timeout_s
            return self._again("busy")
        return [Warn(EXCEPTIONS.get(code, "unknown-exception")), *self._over("refused")]


@dataclass(frozen=True, slots=True)
class _Request:
    frame: bytes
    head: bytes
    """How its answer begins; empty where none comes."""
    size: int = 0
    """Bytes of the answer that brings registers."""

    def is_answer(self, data: bytes) -> bool:
        """Say whether *data* is the answer and nothing else, as it nearly always is: nothing needs to be searched then."""
        return len(data) == self.size and data.startswith(self.head) and crc16(data) == 0

    def answered_by(self, frame: bytes) -> bool:
        # The answer to writing one register is the request itself; any other request that comes back is none.
        return frame.startswith(self.head) and (frame != self.frame or self.frame == self.head)

    def refused_by(self, frame: bytes) -> bool:
        return frame[0] == self.frame[0] and frame[1] == self.frame[1] | EXCEPTION


@dataclass(slots=True)
class _Order:
    ticket: int | None
    """None for a round of the schedule."""
    requests: deque[_Request]
    failure: str = ""


def _writing(record: str) -> list[_Request]:
    """Return the request of a `write` record, none where it is not one."""
    found = _WRITE.fullmatch(record)
    if found is None:
        return []
    address, register, *values = (int(word, 0 if word.startswith("0x") else 10) for word in record.split()[1:])
    if address > 247 or len(values) > MOST_WRITTEN or register + len(values) > 0x10000 or max(values) > 0xFFFF:
        return []
    if len(values) == 1:
        frame = framed(bytes((address, WRITE_ONE)) + _words((register, values[0])))
        return [_Request(frame, frame if address else b"")]
    head = bytes((address, WRITE_MANY)) + _words((register, len(values)))
    return [_Request(framed(head + bytes((2 * len(values),)) + _words(values)), head if address else b"")]


def check_polls(polls: Sequence[Poll]) -> None:
    """Raise Wrong at a poll whose answer would look like that of one before it: same address, function and count."""
    heads: set[bytes] = set()
    for place, poll in enumerate(polls):
        if poll.head in heads:
            raise unknown_value(f"polls[{place}].count", poll.count)
        heads.add(poll.head)
    if not polls:
        raise unknown_value("polls", [])


def silence_s(baudrate: int) -> float:
    """Return the least silence between two frames in seconds: 3.5 characters of 11 bits, 1.75 ms above 19200 baud.

    Modbus over Serial Line V1.02, clause 2.5.1.1.
    """
    return 0.00175 if baudrate > 19_200 else 3.5 * 11 / baudrate


def crc16(data: bytes) -> int:
    """Return the CRC-16 of Modbus: polynomial A001 (8005 reflected), from FFFF; 0 over a whole frame with its own sum.

    Modbus over Serial Line V1.02, clause 6.2.2.
    """
    crc, pairs = 0xFFFF, _crc_of_pairs()
    for pair in struct.unpack_from(f"<{len(data) // 2}H", data):
        crc = pairs[crc ^ pair]
    return crc >> 8 ^ _CRC[(crc ^ data[-1]) & 0xFF] if len(data) % 2 else crc


def framed(body: bytes) -> bytes:
    """Return *body*, from the address on, with its sum, low byte first."""
    return body + crc16(body).to_bytes(2, "little")


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ 0xA001 if byte & 1 else byte >> 1
    return byte


_CRC = tuple(map(_crc_of_byte, range(256)))


@cache
def _crc_of_pairs() -> array[int]:
    """Return the sums of every two bytes, low one first: half the steps, for a table whose making takes milliseconds once."""
    first = [crc >> 8 ^ _CRC[crc & 0xFF] for crc in _CRC]
    return array("H", [low ^ high for high in _CRC for low in first])


def _words(values: Iterable[int]) -> bytes:
    return b"".join(value.to_bytes(2, "big") for value in values)
