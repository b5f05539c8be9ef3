"""How a wire fares: when something last came, what was counted, and what the bytes say about speed, parity and echo."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Literal

from drivers.core.link import Counts

Hint = Literal["", "speed", "parity", "echo"]
"""What is probably wrong with the line, in one word; none where nothing is."""

LEAST = 32
"""Bytes from which a guess is made; below it anything could be."""
SAMPLE = 1024
"""The newest so many bytes are looked at."""
BINARY = frozenset({"dy7e", "modbus_rtu"})
"""Links whose good traffic is no text: only that no frame is recognised says something about them."""
UNSEEN = 256
"""So many bytes of a binary link without a message, and most of them outside every frame: the speed is wrong."""

USUAL = (("\0", "~"), ("\u00a0", "ÿ"), ("\u0370", "\u03ff"), ("\u2000", "\u23ff"), ("\u3000", "\u303f"), ("\u4e00", "\u9fff"), ("\uff00", "\uffef"))
"""First and last characters of what stands on a Chinese ticket: ASCII, micro and degree, Greek, ℃ and ≤, signs, words, full width."""
_CONTROLS = bytes((0x00, *range(0x01, 0x08), *range(0x09, 0x0E), 0x10, 0x11, 0x12, 0x13, 0x15, 0x17, 0x1B, 0x1C, 0x1D, 0x1E))
"""Controls that lines, frames and tickets use."""
_PLAIN = bytes(range(0x20, 0x7F))
_LOW = bytes(code & 0x7F for code in range(256))
_ODD = bytes(code.bit_count() % 2 for code in range(256))


@dataclass(frozen=True, slots=True)
class Health:
    """What one port has seen since it was made, whatever happened to its wire. Counts are those of a link (see Counts)."""

    last_byte: datetime | None = None
    last_message: datetime | None = None
    """When the last whole message was on the disk."""
    received: int = 0
    noise: int = 0
    messages: int = 0
    quarantined: int = 0
    refused: int = 0
    wrong_sums: int = 0
    unknown: int = 0
    silences: int = 0
    hint: Hint = ""


class Pulse:
    """Keeps the health of one port: its thread tells it, any thread asks for `health`."""

    def __init__(self, link: str) -> None:
        self._binary = link in BINARY
        self._counts = self._before = Counts()
        self._last_byte: datetime | None = None
        self._last_message: datetime | None = None
        self._heard = self._said = self._text = b""
        self._unseen = self._noise = 0
        """Bytes since the last message, and what the link had counted as noise by then."""

    def opened(self, counts: Counts) -> None:
        """A link was made for a wire; its *counts* are looked at while it lives. The line may have other settings now."""
        self._before, self._counts = _sum(self._before, self._counts), counts
        self._heard = self._said = self._text = b""
        self._unseen = self._noise = 0

    def heard(self, data: bytes, at: datetime) -> None:
        """Bytes came."""
        self._last_byte = at
        self._heard = (self._heard + data)[-SAMPLE:]
        self._unseen += len(data)

    def said(self, data: bytes) -> None:
        """Bytes went out."""
        self._said = (self._said + data)[-SAMPLE:]

    def message(self, text: bytes, at: datetime) -> None:
        """A whole message came; *text* is what the link made of it."""
        self._last_message = at
        self._text = (self._text + text)[-SAMPLE:]
        self._unseen, self._noise = 0, self._counts.noise

    @property
    def health(self) -> Health:
        """Return how the wire stands at this moment."""
        return Health(last_byte=self._last_byte, last_message=self._last_message, hint=self._hint(), **asdict(_sum(self._before, self._counts)))

    def _hint(self) -> Hint:
        if echoes(self._heard, self._said):
            return "echo"
        if self._binary:
            return "speed" if self._unseen >= UNSEEN and 2 * (self._counts.noise - self._noise) > self._unseen else ""
        # A ticket's pictures look like a wrong speed; its text does not.
        return hint(self._heard) and (hint(self._text) if len(self._text) >= LEAST else hint(self._heard))


def hint(heard: bytes) -> Hint:
    """Return what is probably wrong with a line that should carry text and carried *heard*: its speed, its parity, nothing.

    Seven bits with parity read as eight without carry the parity in their eighth bit: then every byte has an even number
    of ones, or every byte an odd one. Sampled at another speed the bits of several fall into one byte: most are no text,
    neither plain nor in the Chinese encodings.
    """
    heard = heard[-SAMPLE:]
    if len(heard) < LEAST:
        return ""
    high = sum(byte >= 0x80 for byte in heard) / len(heard)
    odd = sum(heard.translate(_ODD)) / len(heard)
    if high > 0.1 and (odd < 0.03 or odd > 0.97) and _strange(heard.translate(_LOW)) < 0.03:
        return "parity"
    return "speed" if _strange(heard) > 0.25 and not _chinese(heard) else ""


def echoes(heard: bytes, said: bytes) -> bool:
    """Say whether *heard* is nothing but what we *said* ourselves: a two-wire line, or a plug that is a loop."""
    return len(heard) >= 6 and len(set(heard)) > 2 and heard[-64:] in said


def _strange(heard: bytes) -> float:
    """Return the share of bytes that no text of an instrument in ASCII holds."""
    return len(heard.translate(None, _PLAIN + _CONTROLS)) / len(heard)


def _chinese(heard: bytes) -> bool:
    """Say whether *heard*, cut anywhere, is UTF-8 or GB18030 text with nothing strange beside it."""
    return any(_reads(heard[start : len(heard) - end], encoding) for encoding in ("utf-8", "gb18030") for start in range(4) for end in range(4))


def _reads(heard: bytes, encoding: str) -> bool:
    try:
        text = heard.decode(encoding)
    except UnicodeDecodeError:
        return False
    return "\x7f" not in text and sum(any(low <= char <= high for low, high in USUAL) for char in text) > 0.9 * len(text)


def _sum(one: Counts, other: Counts) -> Counts:
    return Counts(*(before + now for before, now in zip(astuple(one), astuple(other), strict=True)))
