"""The link that plays a printer: an instrument with a ticket printer believes it prints, and the host reads the paper.

Lengths of the control sequences: Epson, ESC/POS Command Reference; those of Chinese micro printers as github wangzhenxiong/HuiBiao_F80 sends them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from drivers.core.form import unknown_value
from drivers.core.link import Counts, Event, Failed, Message, Quarantine, Send

LONGEST = 256_000
"""Bytes of one ticket, pictures included."""

ESC, FS, GS, DLE, LF, FF, CR = 0x1B, 0x1C, 0x1D, 0x10, 0x0A, 0x0C, 0x0D
_TEXT = re.compile(rb"[^\x1b\x1c\x1d\x10\n\x0c\r]+")
_OTHERS = bytes(set(range(32)) - set(b"\t"))
"""Controls of one byte, that print nothing."""
_ROW = re.compile(rb"(?<=[\n\x0c])|(?<=\r)(?!\n)|(?<=\x1b[im])|(?<=\x1b[dJ].)|(?<=\x1dV[\x00\x01\x30\x31])|(?<=\x1dV[ABabgh].)", re.DOTALL)
_CUTS = frozenset((0x00, 0x01, 0x30, 0x31))
"""GS V m without n; any other m takes an n."""


def _lengths(**sequences: str) -> Mapping[bytes, int]:
    """Return introducer and command -> length of the whole sequence."""
    introducers = {"esc": b"\x1b", "fs": b"\x1c", "gs": b"\x1d", "dle": b"\x10"}
    return MappingProxyType({
        introducers[name.partition("_")[0]] + command.encode("ascii"): int(name.rpartition("_")[2])
        for name, commands in sequences.items()
        for command in commands
    })  # fmt: skip


LENGTHS = _lengths(
    esc_2="@2im<SLv",
    esc_3="a!dJ1{9-EGMRtVr3 U%?Te=u",
    esc_4="$\\c",
    esc_5="p*",
    fs_2="&.",
    fs_3="!-WC",
    fs_4="Sp",
    gs_2=":",
    gs_3="!BHhwfrabI/T",
    gs_4="LWP$\\*",
    gs_5="^",
    gs_8="v",
    dle_3="\x04",
)
"""Whole length of each sequence that always has the same; of a picture, what stands before its dots."""
COUNTED = frozenset((b"\x1dV", b"\x1d(", b"\x1bD", b"\x1dk"))
"""Sequences that say their own length."""
PICTURES = frozenset((b"\x1b*", b"\x1dv", b"\x1d*"))


@dataclass(frozen=True, slots=True)
class TicketSettings:
    """How a ticket ends besides the cut of the paper, and what the printer says of itself."""

    idle_s: float = 3.0
    """A pause this long ends a ticket whose last line is whole."""
    empty_lines: int = 0
    """So many empty lines after each other end a ticket; 0: they never do."""
    first_line: str = ""
    """Text in the first line of every ticket: the line before it was the last of another."""
    last_line: str = ""
    """Text in the last line of every ticket, where the paper leaves upside down the title."""
    status: Literal[0x12, 0x16] = 0x12
    """The answer to DLE EOT n: all is well."""
    bare_records: bool = False
    """Stored bytes are read: their end ends a ticket as a pause does."""

    def __post_init__(self) -> None:
        if self.idle_s <= 0:
            raise unknown_value("idle_s", self.idle_s)
        if self.empty_lines < 0:
            raise unknown_value("empty_lines", self.empty_lines)


class TicketLink:
    """The printer's end of a wire that carries tickets."""

    def __init__(self, settings: TicketSettings | None = None, encoding: str = "gb18030") -> None:
        self.counts = Counts()
        self._settings = settings or TicketSettings()
        self._first, self._last = _spellings(self._settings.first_line, encoding), _spellings(self._settings.last_line, encoding)
        self._offset = 0
        """Of the first byte not taken yet: those of `_tail` are waiting for the rest of their sequence."""
        self._tail = b""
        self._skip = 0
        """Bytes of a picture still to come."""
        self._heard = 0.0
        self._tickets = 0
        # the ticket now printed
        self._start: int | None = None
        self._text = bytearray()
        self._printed = False
        self._after_cr = False
        self._line_text = self._line_start = 0
        self._empty = 0

    @property
    def begun_at(self) -> int | None:
        """See Link."""
        return self._start if self._start is not None or not self._tail else self._offset

    def cut(self, data: bytes) -> list[bytes]:
        """One line a row; also after every cut of the paper."""
        return [part for part in _ROW.split(data) if part]

    def feed(self, data: bytes, now: float) -> list[Event]:
        """See Link."""
        self.counts.received += len(data)
        events: list[Event] = []
        data, at = self._tail + data, 0
        self._tail = b""
        while at < len(data):
            size = self._token(data, at, events, now)
            if not size:
                break
            at += size
        self._tail = data[at:]
        if self._tail:
            self._heard = now
        return events

    def poll(self, now: float) -> list[Event]:
        """See Link."""
        due = self.next_deadline()
        if due is None or now < due:
            return []
        self.counts.silences += self._printed and self._torn()
        events: list[Event] = []
        self._finish(events, "timed-out" if self._torn() else "")
        return events

    def next_deadline(self) -> float | None:
        """See Link."""
        return self._heard + self._settings.idle_s if self._start is not None or self._tail or self._skip else None

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """A printer says nothing of its own."""
        self._tickets += 1
        return self._tickets, [Failed(self._tickets, "one-way")]

    def abort(self) -> list[Event]:
        """See Link."""
        events: list[Event] = []
        self._finish(events, "lost" if self._torn() or not self._settings.bare_records else "")
        return events

    def _torn(self) -> bool:
        """Say whether what came breaks off: a printer prints a line when its end comes, and half a number is another number."""
        return bool(self._tail or self._skip or self._text[self._line_text :].strip())

    # -- tokens ----------------------------------------------------------------------------------------------------

    def _token(self, data: bytes, at: int, events: list[Event], now: float) -> int:
        """Take one run of text, one line end, one sequence or one piece of a picture; return its size, 0 when more has to come."""
        if self._skip:
            size = self._room(min(self._skip, len(data) - at))
            self._skip -= size
            self._taken(size, now, events)
            return size
        if text := _TEXT.match(data, at):
            size = self._room(len(text[0]))
            shown = text[0][:size].translate(None, _OTHERS)
            self._text += shown
            self._printed = self._printed or bool(shown.strip())
            self._after_cr = False
            self._taken(size, now, events)
            return size
        if data[at] in (LF, FF, CR):
            self._line_end(data[at], now, events)
            return 1
        size = _size(data, at)
        if size:
            self._sequence(data[at : at + size], now, events)
        return size

    def _line_end(self, byte: int, now: float, events: list[Event]) -> None:
        if byte == LF and self._after_cr:
            # The other half of CR LF: of the line that is over, or of a ticket that is.
            self._text.append(byte)
            self._after_cr = False
            self._taken(1, now, events)
            self._line_text, self._line_start = len(self._text), self._offset
            self._drop_unprinted()
            return
        self._text.append(LF if byte == FF else byte)
        self._taken(1, now, events)
        self._new_line(1, events)
        self._after_cr = byte == CR

    def _sequence(self, sequence: bytes, now: float, events: list[Event]) -> None:
        self._after_cr = False
        if sequence[:2] == b"\x10\x04":
            self._asked(len(sequence), events)
            return
        self.counts.unknown += sequence[:2] not in LENGTHS and sequence[:2] not in COUNTED
        self._skip = _dots(sequence)
        self._printed = self._printed or sequence[:2] in PICTURES
        self._taken(len(sequence), now, events)
        if sequence[:2] in (b"\x1bd", b"\x1bJ"):
            lines = max(1, sequence[2]) if sequence[1:2] == b"d" else 1
            self._text += b"\n" * lines
            self._new_line(lines, events)
        elif sequence[:2] == b"\x1dV" or sequence in (b"\x1bi", b"\x1bm"):
            self._finish(events, "")

    def _asked(self, size: int, events: list[Event]) -> None:
        """A question for the printer's state is no part of what is printed and does not keep a ticket open."""
        events.append(Send(bytes((self._settings.status,))))
        self._offset += size
        if self._start is None:
            self.counts.noise += size

    # -- lines and tickets -----------------------------------------------------------------------------------------

    def _taken(self, size: int, now: float, events: list[Event]) -> None:
        if self._start is None:
            self._start = self._line_start = self._offset
        self._heard = now
        self._offset += size
        if self._offset - self._start > LONGEST:
            self._emit(events, "too-long", self._offset, b"")

    def _room(self, size: int) -> int:
        """Return how much of *size* fits, so that a ticket that never ends is cut at the same byte however it comes."""
        return min(size, LONGEST + 1 - (0 if self._start is None else self._offset - self._start))

    def _new_line(self, lines: int, events: list[Event]) -> None:
        """A line is over, and so may the ticket be; *lines* - 1 empty ones follow."""
        if self._start is None:
            return
        line = bytes(self._text[self._line_text :]).strip()
        if line and any(word in line for word in self._first) and bytes(self._text[: self._line_text]).strip():
            rest, start = self._text[self._line_text :], self._line_start
            self._emit(events, "", start, bytes(self._text[: self._line_text]))
            self._text, self._start, self._printed = rest, start, True
        self._empty = lines - 1 if line else self._empty + lines
        self._line_text, self._line_start = len(self._text), self._offset
        over = line and any(word in line for word in self._last)
        if over or 0 < self._settings.empty_lines <= self._empty:
            self._finish(events, "")
        else:
            self._drop_unprinted()

    def _drop_unprinted(self) -> None:
        if not self._printed and self._start is not None:
            self.counts.noise += self._offset - self._start
            self._blank()

    def _finish(self, events: list[Event], reason: str) -> None:
        """The ticket is over: whole, or for *reason* not. What printed nothing was none."""
        end = self._offset + len(self._tail)
        if self._printed and self._start is not None:
            self._emit(events, reason, end, bytes(self._text))
        else:
            self.counts.noise += end - (self._offset if self._start is None else self._start)
            self._blank()
        self._offset, self._tail, self._skip = end, b"", 0

    def _emit(self, events: list[Event], reason: str, end: int, text: bytes) -> None:
        assert self._start is not None
        events.append(Quarantine(reason, self._start, end) if reason else Message(text, self._start, end))
        self.counts.quarantined += bool(reason)
        self.counts.messages += not reason
        self._blank()

    def _blank(self) -> None:
        self._start, self._text = None, bytearray()
        self._line_text = self._line_start = self._empty = 0
        self._printed = self._after_cr = False


def _spellings(words: str, encoding: str) -> tuple[bytes, ...]:
    """Return the bytes *words* may be sent as."""
    encodings = ("utf-8", "gb18030") if encoding == "auto" else (encoding,)
    return tuple(dict.fromkeys(words.encode(each, errors="replace") for each in encodings)) if words else ()


def _size(data: bytes, at: int) -> int:
    """Return the length of the control sequence at *at* without its picture, 0 when that cannot be known yet."""
    head = data[at : at + 8]
    if len(head) < 2:
        return 0
    if head[1] in (ESC, FS, GS, DLE, LF, FF, CR):
        # Broken off: what follows is a sequence or a line end of its own.
        return 1
    size = LENGTHS.get(head[:2], 0) or _counted(head, data, at)
    return size if len(data) - at >= size else 0


def _counted(head: bytes, data: bytes, at: int) -> int:
    """Return the length of a sequence that says it itself; a large number when too little of it is there to know."""
    more = len(data) + 1
    match head[:2]:
        case b"\x1dV":
            return more if len(head) < 3 else 3 if head[2] in _CUTS else 4
        case b"\x1d(":
            return 5
        case b"\x1bD":
            return _until_nul(data, at + 2, 33) - at
        case b"\x1dk":
            if len(head) < 4:
                return more
            return 4 + head[3] if head[2] >= 65 else _until_nul(data, at + 3, 256) - at
    return 2


def _until_nul(data: bytes, at: int, most: int) -> int:
    """Return the place after the NUL that ends a list; *most* bytes without one are no list."""
    found = data.find(b"\0", at, at + most)
    return found + 1 if found >= 0 else at + most


def _dots(sequence: bytes) -> int:
    """Return how many bytes that are no text follow *sequence*."""
    match sequence[:2]:
        case b"\x1b*":
            return (sequence[3] + 256 * sequence[4]) * (3 if sequence[2] in (32, 33) else 1)
        case b"\x1dv":
            return (sequence[4] + 256 * sequence[5]) * (sequence[6] + 256 * sequence[7])
        case b"\x1d*":
            return sequence[2] * sequence[3] * 8
        case b"\x1d(":
            return sequence[3] + 256 * sequence[4]
    return 0
