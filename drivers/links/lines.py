"""The link of instruments that send lines and hear nothing: a set is one line, or several up to an end, a pause, or both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from drivers.core.form import unknown_value
from drivers.core.link import Counts, Event, Failed, Message, Quarantine

LONGEST = 64_000
_BETWEEN = re.compile(rb"[\r\n\0 ]*[\r\n\0]")
"""What may stand between two sets; blanks right before a set belong to its first column."""
_BLANK = b"\r\n\0 "


@dataclass(frozen=True, slots=True)
class LinesSettings:
    """How a data set begins and ends."""

    block_end: str = "\r\n\r\n\r\n"
    """RIDA CUBE SCAN: the last line's own end and two more. One line is a set with LF, or CR: a line end that follows is skipped."""
    block_start: str = ""
    """A set begins with this, and all before it is noise; empty: with whatever comes."""
    idle_s: float = 5.0
    """A set that pauses this long is not complete and goes to quarantine."""
    idle_ends: bool = False
    """The pause is the end of a set whose last line is whole; where `block_end` is empty, of any set."""
    bare_records: bool = False
    """Stored bytes are read: where a pause would end a set, their end does."""

    def __post_init__(self) -> None:
        for key, value in (("block_end", self.block_end), ("block_start", self.block_start)):
            if not value.isascii():
                raise unknown_value(key, value)
        if not self.block_end and not self.idle_ends:
            raise unknown_value("block_end", self.block_end)
        if self.idle_s <= 0:
            raise unknown_value("idle_s", self.idle_s)


class LinesLink:
    """The host's end of a one-way wire that carries sets of lines."""

    def __init__(self, settings: LinesSettings | None = None, encoding: str = "latin-1") -> None:
        self.counts = Counts()
        self._settings = settings or LinesSettings()
        self._first, self._end = self._settings.block_start.encode("ascii"), self._settings.block_end.encode("ascii")
        after = b"|".join(b"(?<=%s)" % re.escape(end) for end in {b"\n", self._end} if end)
        self._row = re.compile(after + (b"|(?=%s)" % re.escape(self._first) if self._first else b""))
        self._block = bytearray()
        """What came and is not said yet: a set from its first byte on, or what may become one."""
        self._begun = False
        self._searched = len(self._first)
        self._offset = 0
        self._heard = 0.0
        self._tickets = 0

    @property
    def begun_at(self) -> int | None:
        """See Link."""
        return self._offset - len(self._block) if self._block else None

    def cut(self, data: bytes) -> list[bytes]:
        """One line a row; also after a set's end and before its start."""
        return [part for part in self._row.split(data) if part]

    def feed(self, data: bytes, now: float) -> list[Event]:
        """See Link."""
        self.counts.received += len(data)
        self._offset += len(data)
        self._heard = now
        self._block += data
        events: list[Event] = []
        while self._begins() and self._over(events):
            pass
        return events

    def poll(self, now: float) -> list[Event]:
        """See Link."""
        due = self.next_deadline()
        if due is None or now < due:
            return []
        if self._settings.idle_ends and not self._torn():
            return [self._message(len(self._block))]
        self.counts.silences += 1
        return [self._quarantine("timed-out", len(self._block))]

    def next_deadline(self) -> float | None:
        """See Link."""
        return self._heard + self._settings.idle_s if self._begun else None

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """Nothing can be sent to this kind of instrument."""
        self._tickets += 1
        return self._tickets, [Failed(self._tickets, "one-way")]

    def abort(self) -> list[Event]:
        """See Link."""
        if not self._begun:
            self._noise(len(self._block))
            return []
        if self._settings.idle_ends and self._settings.bare_records and not self._torn():
            return [self._message(len(self._block))]
        return [self._quarantine("lost", len(self._block))]

    def _torn(self) -> bool:
        """Say whether the last line breaks off, where lines have ends: half a number is another number."""
        return bool(self._end) and not self._block.endswith((b"\r", b"\n"))

    def _begins(self) -> bool:
        """Drop what stands before a set; say whether one has begun."""
        if self._begun:
            return True
        if self._first:
            found = self._block.find(self._first)
            # The start may be cut by the end of what came.
            self._noise(max(0, len(self._block) - len(self._first) + 1) if found < 0 else found)
            self._begun = found >= 0
        else:
            between = _BETWEEN.match(self._block)
            self._noise(between.end() if between else 0)
            self._begun = bool(self._block.lstrip(_BLANK))
            if not self._begun:
                self._noise(max(0, len(self._block) - LONGEST))
        return self._begun

    def _over(self, events: list[Event]) -> bool:
        """Say what the block that has begun holds whole: True when something was said and there may be more."""
        at = self._block.find(self._end, self._searched, LONGEST + 1) if self._end else -1
        # Whichever is whole first holds, as it does when the bytes come one by one.
        stop = at + len(self._end) if at >= 0 else min(len(self._block), LONGEST + 1)
        again = self._block.find(self._first, self._searched, stop) if self._first else -1
        if again >= 0:
            events.append(self._quarantine("started-again", again))
        elif at >= 0:
            events.append(self._message(at + len(self._end)))
        elif len(self._block) > LONGEST:
            events.append(self._quarantine("too-long", LONGEST + 1))
        else:
            self._searched = max(self._searched, len(self._block) - max(len(self._end), len(self._first)) + 1)
            return False
        return True

    def _message(self, size: int) -> Message:
        start = self._offset - len(self._block)
        message = Message(bytes(self._block[:size]), start, start + size)
        self.counts.messages += 1
        self._drop(size)
        return message

    def _quarantine(self, reason: str, size: int) -> Quarantine:
        start = self._offset - len(self._block)
        self.counts.quarantined += 1
        self._drop(size)
        return Quarantine(reason, start, start + size)

    def _noise(self, size: int) -> None:
        self.counts.noise += size
        self._drop(size)

    def _drop(self, size: int) -> None:
        del self._block[:size]
        self._begun, self._searched = False, len(self._first)
