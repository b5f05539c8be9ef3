"""An instrument that prints a set of lines for each test and hears nothing, as the RIDA CUBE SCAN does."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from drivers.virtual import Shown

KEY_WIDTH = 7
PAUSE_S = 0.2
"""Between two sets."""
SILENT_S = 8.0


class Printer:
    """Prints one set after the other. It is one-way: what a fault spoils, nobody can ask for again.

    Faults, once, on the first set: `split` every byte a write of its own (always); `join` all sets in one write;
    `drop` the last line end is missing; `flip-bit` one bit of the first line wrong; `duplicate` the set printed twice;
    `silence` it stops in the middle, and prints the whole set 8 s later. `wrong-number` does nothing: there are none.
    """

    def __init__(self, fault: str | None = None, haste: float = 1.0, encoding: str = "latin-1") -> None:
        self._fault, self._haste, self._encoding = fault, haste, encoding
        self._queue: deque[list[str]] = deque()
        self._until = 0.0

    def send(self, messages: Sequence[Sequence[str]]) -> None:
        """See Device."""
        self._queue.extend(list(message) for message in messages)

    @property
    def idle(self) -> bool:
        """See Device."""
        return not self._queue

    def unplug(self) -> None:
        """See Device."""

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """Hear nothing."""
        return []

    def poll(self, now: float) -> list[bytes]:
        """See Device."""
        if now < self._until or not self._queue:
            return []
        self._until = now + PAUSE_S / self._haste
        return self._print(now)

    def _print(self, now: float) -> list[bytes]:
        fault = self._fault
        self._fault = fault if fault == "split" else None
        if fault == "silence":
            self._until = now + SILENT_S / self._haste
            return [self._set(self._queue[0])[:30]]
        if fault == "join":
            joined = b"".join(self._set(lines) for lines in self._queue)
            self._queue.clear()
            return [joined]
        return _spoilt(self._set(self._queue.popleft()), fault)

    def _set(self, lines: Sequence[str]) -> bytes:
        return "".join(f"{line}\r\n" for line in (*lines, "", "")).encode(self._encoding, errors="replace")


def _spoilt(data: bytes, fault: str | None) -> list[bytes]:
    if fault == "split":
        return [data[at : at + 1] for at in range(len(data))]
    if fault == "drop":
        return [data[:-2]]
    if fault == "flip-bit":
        return [data[:8] + bytes((data[8] ^ 0x01,)) + data[9:]]
    return [data, data] if fault == "duplicate" else [data]


def compose(results: Sequence[Shown]) -> list[list[str]]:
    """Return one set of lines for each result."""
    return [
        [
            _line("Name", "sample"),
            _line("ID", shown.sample),
            _line("Type", "Control" if shown.control else "Sample"),
            _line("Applic", shown.test),
            _line(shown.test, f"{shown.value} {shown.unit}"),
            _line("Time", f"{shown.at:%H:%M}"),
            _line("Date", f"{shown.at:%d-%m-%Y}"),
            _line("Operat", "virtual"),
            _line("Lot No", "0000"),
            _line("Ser No", "VIRTUAL"),
        ]
        for shown in results
    ]


def _line(key: str, value: str) -> str:
    return f"{key + ':':<{KEY_WIDTH}}"[:KEY_WIDTH] + value
