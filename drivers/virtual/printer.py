"""Instruments that print and hear nothing: sets of lines, tickets, whole frames. What they print is handed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from drivers.core.profile import Profile
from drivers.virtual import UNPLUG, Shown, encoding

PAUSE_S = 0.2
"""Between two sets."""
SILENT_S = 8.0
RESTART_S = 6.0
"""From switching on to the first byte."""
GBK = "样品：玉米\r\n".encode("gbk")

Encode = Callable[[Sequence[str]], bytes]
"""Lines of one message -> its bytes with whatever frames them."""


class Printer:
    """Prints one message after the other. It is one-way: what a fault spoils, nobody can ask for again.

    Faults, once, on the first message: `split` every byte a write of its own (always); `join` all messages in one write; `drop` the last
    two bytes are missing; `flip-bit` one bit of the ninth byte wrong, or of the middle one of less than sixteen; `duplicate` printed twice;
    `silence` it stops in the middle and prints the whole message 8 s later; `restart` the same with 6 s and the garbage of switching on;
    `unplug` the same with the plug pulled; `gbk` a Chinese line in GBK goes before it, whatever the encoding. `wrong-number` and `nak` do
    nothing: there are none.
    """

    def __init__(self, encode: Encode, fault: str | None = None, haste: float = 1.0) -> None:
        self._encode, self._fault, self._haste = encode, fault, haste
        self._queue: deque[list[str]] = deque()
        self._until = 0.0
        self._first: list[bytes] = []
        """What goes before the next message."""

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
        first, self._first = self._first, []
        return first + self._print(now)

    def _print(self, now: float) -> list[bytes]:
        fault, whole = self._fault, self._encode(self._queue[0])
        self._fault = fault if fault == "split" else None
        if fault in ("silence", "restart", "unplug"):
            self._until = now + (SILENT_S if fault == "silence" else RESTART_S) / self._haste
            self._first = [b"\x00\xff"] if fault == "restart" else []
            return [whole[: len(whole) // 2], *([UNPLUG] if fault == "unplug" else [])]
        if fault == "join":
            joined = b"".join(map(self._encode, self._queue))
            self._queue.clear()
            return [joined]
        self._queue.popleft()
        return _spoilt(whole, fault)


def _spoilt(data: bytes, fault: str | None) -> list[bytes]:
    if fault == "split":
        return [data[at : at + 1] for at in range(len(data))]
    if fault == "drop":
        return [data[:-2]]
    if fault == "flip-bit":
        place = min(8, len(data) // 2)
        return [data[:place] + bytes((data[place] ^ 0x01,)) + data[place + 1 :]]
    if fault == "gbk":
        return [GBK, data]
    return [data, data] if fault == "duplicate" else [data]


def of_lines(fault: str | None, haste: float, profile: Profile) -> Printer:
    """Return a printer of sets of lines that end as the profile says."""
    end, used = profile.link_settings.block_end, encoding(profile)
    return Printer(lambda lines: ("\r\n".join(lines) + end).encode(used, errors="replace"), fault, haste)


def key_value(results: Sequence[Shown], profile: Profile) -> list[list[str]]:
    """Return one set of lines for each result, as the RIDA CUBE SCAN prints them."""
    width = profile.codec_settings.key_width
    return [
        [
            f"{key + ':':<{width}}"[:width] + value
            for key, value in (
                ("Name", "sample"),
                ("ID", shown.sample),
                ("Type", "Control" if shown.control else "Sample"),
                ("Applic", shown.test),
                (shown.test, f"{shown.value} {shown.unit}"),
                ("Time", f"{shown.at:%H:%M}"),
                ("Date", f"{shown.at:%d-%m-%Y}"),
                ("Operat", "virtual"),
                ("Lot No", "0000"),
                ("Ser No", "VIRTUAL"),
            )
        ]
        for shown in results
    ]
