"""A scanned code: its text, without the AIM identifier before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.core.encoding import decoded
from drivers.core.reading import Reading

AIM = re.compile(r"\]([A-Za-z])[0-9A-Za-z]")
SYMBOLOGIES: Mapping[str, str] = {"A": "Code 39", "C": "Code 128", "E": "EAN", "L": "PDF417", "Q": "QR", "d": "DataMatrix"}
"""Code character of the AIM identifier (ISO/IEC 15424) -> symbology."""
SEPARATORS = "\x04\x1c\x1d\x1e"
"""EOT, FS, GS, RS may stand in a code's data (GS between the fields of GS1)."""


@dataclass(frozen=True, slots=True)
class BarcodeSettings:
    """What comes with a code."""

    aim: bool = True
    """`]C1` and the like before the code are the scanner's words, not the code's."""
    no_read: tuple[str, ...] = ("NG", "ERR99")
    """What it says instead of a code; as of the link."""


def readings(data: bytes, encoding: str, settings: BarcodeSettings) -> list[Reading]:
    """Return the code as the sample, test `code`; flags are its AIM identifier and symbology. An unreadable code is no sample."""
    text = decoded(data, encoding)[0].strip("\r\n\0")
    if not text.strip() or text.strip() in settings.no_read:
        return []
    found = AIM.match(text) if settings.aim else None
    code = text[found.end() :] if found else text
    flags = tuple(filter(None, (found[0], SYMBOLOGIES.get(found[1])))) if found else ()
    readable = bool(code.strip()) and "\ufffd" not in code and all(sign.isprintable() or sign in SEPARATORS for sign in code)
    return [
        Reading(
            instrument="",
            sample=code.strip(" ") if readable else None,
            test="code",
            text=code,
            result=code,
            status="final" if readable else "failed",
            flags=flags,
        )
    ]
