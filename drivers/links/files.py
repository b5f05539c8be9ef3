"""The link of a watched folder: every file is one message, whole when it comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.core.form import unknown_value
from drivers.core.link import Counts, Event, Failed, Message


@dataclass(frozen=True, slots=True)
class FilesSettings:
    """Which files of the folder are meant, and when they are whole; the wire asks for both (see drivers.folder)."""

    pattern: str = "*.csv *.xlsx *.xls *.txt"
    """Names with `*`, `?` and `[...]`, separated by blanks; large and small letters are the same."""
    settle_s: float = 2.0
    """A file is whole when its size and time have not changed for so long."""

    def __post_init__(self) -> None:
        if not self.pattern.split() or "/" in self.pattern or "\\" in self.pattern:
            raise unknown_value("pattern", self.pattern)
        if not 0 <= self.settle_s <= 3600:
            raise unknown_value("settle_s", self.settle_s)


class FilesLink:
    """The host's end of a folder. What is fed in one piece was read as one file: here, and only here, the pieces have a meaning."""

    def __init__(self, settings: FilesSettings | None = None, encoding: str = "latin-1") -> None:
        self.counts = Counts()
        self._tickets = 0

    @property
    def begun_at(self) -> int | None:
        """See Link: a message never comes in parts."""
        return None

    def cut(self, data: bytes) -> list[bytes]:
        """One file a row."""
        return [data] if data else []

    def feed(self, data: bytes, now: float) -> list[Event]:
        """See Link."""
        if not data:
            return []
        start = self.counts.received
        self.counts.received += len(data)
        self.counts.messages += 1
        return [Message(data, start, start + len(data))]

    def poll(self, now: float) -> list[Event]:
        """See Link."""
        return []

    def next_deadline(self) -> float | None:
        """See Link."""
        return None

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """Nothing is ever written into an instrument's folder."""
        self._tickets += 1
        return self._tickets, [Failed(self._tickets, "one-way")]

    def abort(self) -> list[Event]:
        """See Link."""
        return []
