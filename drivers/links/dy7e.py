"""The link of the modules of Guangzhou Dayuan's DY readers: frames that begin with 7E and carry their length; the host asks.

Source: github wangzhenxiong/HuiBiao_F80, Constants.java, CRC8Util.java, SerialHelper.java.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from drivers.core.form import unknown_value
from drivers.core.link import Counts, Done, Event, Failed, Message, Quarantine, Send

BEGIN = 0x7E
ENDS = (0x7E, 0xAA)
"""A DY1000 ends its answers with 7E, a DY3500P with AA; a request ends as the module wants."""
AROUND = 6
"""7E, command, two of length, checksum, end."""
LONGEST = 4096
"""Bytes of data of an answer; what says it is longer is no frame. A scan has about 100, a photometer of 24 channels 192."""
TRIES = 3
GAP_S = 0.3
"""A frame does not pause this long."""

CARD, MOVE, READ, READ_DRY = 0x13, 0x11, 0x15, 0x20
"""Requests: is a card there, move it, read; a reply is the request and one."""
PRESENT, ABSENT = b"\x01", b"\x02"
IN_AND_SCAN = b"\x01"

Module = Literal["strip", "photometer", "dry"]
ANSWERS: dict[Module, int] = {"strip": 1, "photometer": 3, "dry": 1}
"""Answers that make one message. A photometer sends light only: empty channels, begin and end of the reaction make a change of absorbance."""

_ROW = re.compile(rb"(?=\x7e)")


@dataclass(frozen=True, slots=True)
class Dy7eSettings:
    """Which module it is and how it frames."""

    dialect: Literal["S", "P", "sum"] = "S"
    """`S`: length high byte first, byte sum; `P`: low byte first, CRC-8 of polynomial 31; `sum`: low byte first, byte sum."""
    end_byte: Literal["7e", "aa"] = "7e"
    """Of a request."""
    module: Module = "strip"
    """`strip` is polled: a card that is put in is scanned and read; the others are read when `submit` asks."""
    poll_s: float = 1.0
    answer_s: float = 3.0
    pauses_s: tuple[float, ...] = ()
    """Photometer: seconds from the empty channels to the begin of the reaction, in which the cuvettes are put in, and from there to its end."""
    unasked: bool = False
    """Answers nobody asked for are taken: stored bytes are read, nothing is asked."""

    def __post_init__(self) -> None:
        if len(self.pauses_s) != ANSWERS[self.module] - 1 or any(pause <= 0 for pause in self.pauses_s):
            raise unknown_value("pauses_s", list(self.pauses_s))
        for name in ("poll_s", "answer_s"):
            if getattr(self, name) <= 0:
                raise unknown_value(name, getattr(self, name))

    @property
    def commands(self) -> tuple[str, ...]:
        """See Profile: a strip is read when it is put in, the other modules when they are told."""
        return () if self.module == "strip" else ("read",)


class Dy7eLink:
    """The host's end of the wire of one module.

    The text of a message is the data of its answers, one after the other. What a wrong sum or silence spoils is asked for again, three times in all.
    """

    def __init__(self, settings: Dy7eSettings | None = None, encoding: str = "latin-1") -> None:
        self.counts = Counts()
        self._settings = settings or Dy7eSettings()
        self._order: Literal["big", "little"] = "big" if self._settings.dialect == "S" else "little"
        self._read = READ_DRY if self._settings.module == "dry" else READ
        self._polls = self._settings.module == "strip" and not self._settings.unasked
        self._held = bytearray()
        self._start = 0
        self._heard = 0.0
        self._tickets = 0
        self._step = ""
        """What is waited for: `card`, `move` and `read` an answer, `pause` the next reading, nothing of these."""
        self._due: float | None = None
        self._tries = 0
        self._fresh = True
        """The card in the module was not read yet."""
        self._answers: list[bytes] = []
        self._span = (0, 0)
        self._ticket: int | None = None

    @property
    def begun_at(self) -> int | None:
        """See Link."""
        if self._answers:
            return self._span[0]
        return self._start if self._held else None

    def cut(self, data: bytes) -> list[bytes]:
        """Before every 7E, whether it begins a frame or not."""
        return [part for part in _ROW.split(data) if part]

    def feed(self, data: bytes, now: float) -> list[Event]:
        """See Link."""
        self.counts.received += len(data)
        self._heard = now
        self._held += data
        return self._frames(now)

    def poll(self, now: float) -> list[Event]:
        """See Link. Whatever is overdue happens at the moment it was due, so that replay sees the same; only the last request is sent."""
        if self._polls and self._due is None:
            self._due = now
        events: list[Event] = []
        while (due := self.next_deadline()) is not None and due <= now:
            late = self._broken(due) if self._held and due >= self._heard + GAP_S else self._late(due)
            if any(isinstance(event, Send) for event in late):
                events = [event for event in events if not isinstance(event, Send)]
            events += late
        return events

    def next_deadline(self) -> float | None:
        """See Link."""
        gap = self._heard + GAP_S if self._held else None
        due = 0.0 if self._polls and self._due is None else self._due
        return min((moment for moment in (gap, due) if moment is not None), default=None)

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """Read a photometer or a dry module; the only record is `read`. A strip is read when its card is put in."""
        self._tickets += 1
        if self._settings.module == "strip" or list(records) != ["read"]:
            return self._tickets, [Failed(self._tickets, "refused")]
        if self._step:
            return self._tickets, [Failed(self._tickets, "busy")]
        self._ticket = self._tickets
        return self._tickets, self._ask_data(now)

    def abort(self) -> list[Event]:
        """See Link."""
        size = len(self._held)
        if self._answers or self._is_data(self._held):
            self._span = (self._span[0] if self._answers else self._start, self._start + size)
        else:
            self.counts.noise += size
        self._taken(size)
        events = [*self._kept("lost"), *self._ended("lost"), *self._rest(None)]
        self._fresh = True
        return events

    # -- frames ----------------------------------------------------------------------------------------------------

    def _frames(self, now: float) -> list[Event]:
        """Take every whole frame; stop at one that may still become whole."""
        events: list[Event] = []
        while self._held:
            size = self._size(0)
            if size is None:
                self._noise(self._next(1))
            elif len(self._held) < size:
                break
            elif self._is_whole(0, size):
                frame = self._taken(size)
                events += self._reply(frame[1], frame[4:-2], now)
            else:
                self._noise(self._next(1))
        return events

    def _broken(self, now: float) -> list[Event]:
        """The frame now arriving never ends: go on behind it, where the next whole one begins."""
        place = self._next(1)
        while place < len(self._held) and not self._is_whole(place, self._size(place)):
            place = self._next(place + 1)
        if self._answers or not self._is_data(self._held):
            self._noise(place)
            return self._frames(now)
        self._span = (self._start, self._start + place)
        self._taken(place)
        return self._kept("timed-out") + self._frames(now)

    def _next(self, place: int) -> int:
        found = self._held.find(BEGIN, place)
        return found if found >= 0 else len(self._held)

    def _size(self, place: int) -> int | None:
        """Return how long the frame at *place* is at least, None where there is none."""
        head = self._held[place : place + 4]
        if head[:1] != b"\x7e":
            return None
        if len(head) < 4:
            return AROUND
        size = int.from_bytes(head[2:4], self._order)
        return size + AROUND if size <= LONGEST else None

    def _is_whole(self, place: int, size: int | None) -> bool:
        if size is None or len(self._held) < place + size or self._held[place + size - 1] not in ENDS:
            return False
        counted = self._held[place + 1 : place + size - 2]
        right = crc8(counted) if self._settings.dialect == "P" else sum(counted) % 256
        if right != self._held[place + size - 2]:
            self.counts.wrong_sums += 1
            return False
        return True

    def _is_data(self, held: bytearray) -> bool:
        return held[:2] == bytes((BEGIN, self._read + 1))

    def _noise(self, size: int) -> None:
        self.counts.noise += size
        self._taken(size)

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        self._start += size
        return taken

    # -- what the module says --------------------------------------------------------------------------------------

    def _reply(self, code: int, data: bytes, now: float) -> list[Event]:
        if code == self._read + 1 and (self._step == "read" or self._settings.unasked):
            return self._data(data, now)
        if code == CARD + 1 and self._polls and self._step in ("", "card") and data in (PRESENT, ABSENT):
            self._fresh = self._fresh or data == ABSENT
            if self._fresh and data == PRESENT:
                return self._ask("move", MOVE, IN_AND_SCAN, now)
            return self._rest(now)
        if code == MOVE + 1 and self._step == "move":
            return self._ask_data(now)
        self.counts.unknown += 1
        return []

    def _data(self, data: bytes, now: float) -> list[Event]:
        if self._answers and len(data) != len(self._answers[0]):
            # Other channels than before: nobody can tell which light belongs to which.
            return [*self._kept("ended-early"), *self._ended("no-answer"), *self._rest(now)]
        self._fresh = False
        self._span = (self._span[0] if self._answers else self._start - len(data) - AROUND, self._start)
        self._answers.append(data)
        if len(self._answers) < ANSWERS[self._settings.module]:
            pause = self._settings.pauses_s[len(self._answers) - 1]
            self._step, self._due = "pause", None if self._settings.unasked else now + pause
            return []
        self.counts.messages += 1
        message = Message(b"".join(self._answers), *self._span)
        return [message, *self._ended(""), *self._rest(now)]

    # -- what it is asked ------------------------------------------------------------------------------------------

    def _late(self, due: float) -> list[Event]:
        """Do what was due at the moment *due*."""
        if self._step == "":
            return self._ask("card", CARD, b"", due)
        if self._step == "pause":
            return self._ask_data(due)
        self.counts.silences += 1
        if self._step == "read" and self._tries < TRIES:
            return self._ask_data(due, self._tries + 1)
        # A card that was not scanned or read waits until it is put in again.
        self._fresh = self._fresh and self._step == "card"
        return [*self._kept("timed-out"), *self._ended("no-answer"), *self._rest(due)]

    def _ask_data(self, now: float, tries: int = 1) -> list[Event]:
        self._tries = tries
        return self._ask("read", self._read, b"", now)

    def _ask(self, step: str, code: int, data: bytes, now: float) -> list[Event]:
        self._step, self._due = step, now + self._settings.answer_s
        counted = bytes((code,)) + len(data).to_bytes(2, self._order) + data
        right = crc8(counted) if self._settings.dialect == "P" else sum(counted) % 256
        return [Send(bytes((BEGIN,)) + counted + bytes((right,)) + bytes.fromhex(self._settings.end_byte))]

    def _kept(self, reason: str) -> list[Event]:
        """Put what was begun into quarantine."""
        start, end = self._span
        self._answers, self._span = [], (0, 0)
        if not end:
            return []
        self.counts.quarantined += 1
        return [Quarantine(reason, start, end)]

    def _ended(self, reason: str) -> list[Event]:
        ticket, self._ticket = self._ticket, None
        if ticket is None:
            return []
        return [Failed(ticket, reason) if reason else Done(ticket)]

    def _rest(self, now: float | None) -> list[Event]:
        """Wait for the next card, or for the next `submit`."""
        self._step, self._answers, self._span = "", [], (0, 0)
        self._due = now + self._settings.poll_s if now is not None and self._polls else None
        return []


def crc8(data: bytes | bytearray) -> int:
    """Return the CRC-8 of *data*: polynomial 31, start 00, not reflected."""
    crc = 0
    for byte in data:
        crc = _CRC[crc ^ byte]
    return crc


def _shifted(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1 ^ 0x31) & 0xFF if byte & 0x80 else byte << 1
    return byte


_CRC = tuple(_shifted(byte) for byte in range(256))
