"""Bytes as a person reads them: control characters by name, sixteen to a line beside their digits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lims.services.ports import JournalRow

NAMES = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI"),
    *("DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US"),
)
"""ISO 646, columns 0 and 1."""
ACROSS = 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the monitor: up to sixteen bytes of a journal row, or what happened to the port."""

    key: tuple[int, int]
    """Row of the journal, and which of its lines."""
    at: datetime | None
    """Of the first line of a row."""
    direction: str
    digits: str
    text: str


def lines(rows: list[JournalRow]) -> Iterator[Line]:
    """Yield journal rows as lines of sixteen bytes."""
    for row in rows:
        if row.direction == "mark":
            yield Line((row.row, 0), row.at, "mark", "", row.note)
            continue
        for place in range(0, max(len(row.data), 1), ACROSS):
            part = row.data[place : place + ACROSS]
            yield Line((row.row, place), None if place else row.at, row.direction, part.hex(" ").upper(), named(part))


def named(content: bytes) -> str:
    """Return bytes as text: control bytes by name in angle brackets, bytes beyond ASCII by their digits."""
    return "".join(_one(byte) for byte in content)


def told(content: bytes, most: int = 4000) -> str:
    """Return a message as it is read: a line for each record or printed line, in the encoding its bytes are in."""
    part = content[:most]
    for encoding in ("utf-8", "gb18030", "latin-1"):
        try:
            text = part.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    shown = "".join(f"<{NAMES[ord(sign)]}>" if ord(sign) < len(NAMES) else "<DEL>" if ord(sign) == 0x7F else sign for sign in text)
    return shown.replace("<LF>", "<LF>\n") + ("…" if len(content) > most else "")


def _one(byte: int) -> str:
    if byte < len(NAMES):
        return f"<{NAMES[byte]}>"
    return chr(byte) if byte < 0x7F else f"<{byte:02X}>"
