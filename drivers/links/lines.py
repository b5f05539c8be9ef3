"""The link of printers of lines: a one-way instrument whose data set ends with a fixed run of line ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from drivers.core.link import Counts, Event, Failed, Message, Quarantine

LONGEST = 64_000
_ROW = re.compile(rb"(?<=\n)")
_BLANK = b"\r\n\0 "


@dataclass(frozen=True, slots=True)
class LinesSettings:
    """How a data set ends."""

    block_end: str = "\r\n\r\n\r\n"
    """RIDA CUBE SCAN: the last line's own end and two more."""
    idle_s: float = 5.0
    """A set that pauses this long is not complete and goes to quarantine."""


class LinesLink:
    """The host's end of a one-way wire that carries sets of lines."""

    def __init__(self, settings: LinesSettings | None = None, encoding: str = "latin-1") -> None:
        self.counts = Counts()
        self._settings = settings or LinesSettings()
        self._end = self._settings.block_end.encode("ascii")
        self._block = bytearray()
        self._offset = 0
        self._heard = 0.0
        self._tickets = 0

    @property
    def begun_at(self) -> int | None:
        """See Link."""
        return self._offset - len(self._block) if self._block else None

    def cut(self, data: bytes) -> list[bytes]:
        """One line a row."""
        return [part for part in _ROW.split(data) if part]

    def feed(self, data: bytes, now: float) -> list[Event]:
        """See Link."""
        self.counts.received += len(data)
        self._heard = now
        events: list[Event] = []
        for byte in data:
            self._offset += 1
            if not self._block and byte in _BLANK:
                self.counts.noise += 1
                continue
            self._block.append(byte)
            if self._block.endswith(self._end):
                events.append(Message(bytes(self._block), self._offset - len(self._block), self._offset))
                self.counts.messages += 1
                self._block.clear()
            elif len(self._block) > LONGEST:
                events += self._quarantine("too-long")
        return events

    def poll(self, now: float) -> list[Event]:
        """See Link."""
        due = self.next_deadline()
        return self._quarantine("timed-out") if due is not None and now >= due else []

    def next_deadline(self) -> float | None:
        """See Link."""
        return self._heard + self._settings.idle_s if self._block else None

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """Nothing can be sent to this kind of instrument."""
        self._tickets += 1
        return self._tickets, [Failed(self._tickets, "one-way")]

    def abort(self) -> list[Event]:
        """See Link."""
        return self._quarantine("lost")

    def _quarantine(self, reason: str) -> list[Event]:
        if not self._block:
            return []
        event = Quarantine(reason, self._offset - len(self._block), self._offset)
        self.counts.quarantined += 1
        self._block.clear()
        return [event]
