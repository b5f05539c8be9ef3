"""Print lines of Sartorius balances (SBI): a weight in fixed columns, or a status word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from drivers.core.encoding import decoded
from drivers.core.reading import Reading
from drivers.links.sbi import WIDTHS, status

PLAIN, NAMED = WIDTHS
"""A line of another length has lost some characters, and is no value."""
NUMBER = re.compile(r"([-+ ]?) *(\d+(?:\.\d*)?)(?:\[(\d+)\])?", re.ASCII)
UNIT = re.compile(r"[A-Za-z%][!-~]{0,3}")
NET = ("", "N")
"""Identifications of the weight itself; gross, tare, count and moisture name their own test."""


@dataclass(frozen=True, slots=True)
class SbiSettings:
    """The columns of one model."""

    id_width: Literal[6, 7] = 6
    """Characters of the identification before a weight in the long line; 7 on the moisture analysers MA."""


def readings(data: bytes, encoding: str, settings: SbiSettings) -> list[Reading]:
    """Return the value of one print line. A line without a unit was not stable; digits in square brackets are not verified (flag `[]`).

    Sources: Sartorius, Entris II, WZA224 and Master series: data output formats of 16 and 22 characters; MA160 for *id_width* 7.
    """
    line = decoded(data, encoding)[0].strip("\r\n\0")
    if not line.strip():
        return []
    word = status(line)
    if word is not None:
        return [Reading(instrument="", sample=None, test="weight", text=line.strip(), result=word, status="failed")]
    long = len(line) == NAMED
    name = line[: settings.id_width].strip() if long else ""
    field, unit = (line[settings.id_width : 16], line[16:].strip()) if long else (line[:10], line[10:].strip())
    found = NUMBER.fullmatch(field)
    if len(line) not in WIDTHS or found is None or (unit and UNIT.fullmatch(unit) is None):
        return [Reading(instrument="", sample=None, test="weight", text=line.strip(), result=line.strip())]
    sign, verified, unverified = found[1].strip(), found[2], found[3] or ""
    return [
        Reading(
            instrument="",
            sample=None,
            test="weight" if name in NET else name,
            value=Decimal(sign + verified + unverified),
            text=field.replace(" ", ""),
            unit=unit or None,
            stable=bool(unit),
            flags=("[]",) if unverified else (),
        )
    ]
