"""Bytes as a person reads them: control characters by name, sixteen to a line beside their digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from lims.i18n import N_, _
from lims.services.ports import JournalRow

NAMES = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI"),
    *("DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US"),
)
"""ISO 646, columns 0 and 1."""
ACROSS = 16
HAPPENED: Mapping[str, str] = {"closed": N_("port closed"), "lost": N_("port lost"), "submit": N_("asked {rest}")}
"""What a journal notes of its port -> its words."""


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
            yield Line((row.row, 0), row.at, "mark", "", happened(row.note))
            continue
        signs = named(row.data)
        for place in range(0, max(len(row.data), 1), ACROSS):
            digits = row.data[place : place + ACROSS].hex(" ").upper()
            yield Line((row.row, place), None if place else row.at, row.direction, digits, "".join(signs[place : place + ACROSS]))


def happened(note: str) -> str:
    """Return what a journal says of its port, in words; what was asked of the instrument stands there as it was."""
    word, _blank, rest = note.partition(" ")
    if word == "open" and " profile " in rest:
        address, _profile, profile = rest.partition(" profile ")
        return _("opened {address}, speaks {profile}").format(address=address, profile=profile.partition(" ")[0])
    return _(HAPPENED[word]).format(rest=rest) if word in HAPPENED else note


def named(content: bytes) -> list[str]:
    """Return for each byte the sign that begins there: control bytes by name in angle brackets, Chinese as it is read, what is no text by its digits."""
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return [each for sign in text for each in (_sign(sign), *[""] * (len(sign.encode(encoding)) - 1))]
    return [_sign(chr(byte)) if byte < 0x80 else f"<{byte:02X}>" for byte in content]


def told(content: bytes, most: int = 4000) -> str:
    """Return a message as it is read: a line for each record or printed line, in the encoding its bytes are in."""
    part = content[:most]
    for encoding in ("utf-8", "gb18030", "latin-1"):
        try:
            text = part.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    shown = "".join(_sign(sign) for sign in text)
    return shown.replace("<LF>", "<LF>\n") + ("…" if len(content) > most else "")


def _sign(sign: str) -> str:
    return f"<{NAMES[ord(sign)]}>" if ord(sign) < len(NAMES) else "<DEL>" if ord(sign) == 0x7F else sign
