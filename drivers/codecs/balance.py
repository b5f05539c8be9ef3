"""Lines of A&D, Ohaus, Radwag and CAS balances, read by words: the makers' own examples do not keep their columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from drivers.core.encoding import decoded
from drivers.core.form import unknown_value
from drivers.core.reading import Reading


@dataclass(frozen=True, slots=True)
class BalanceSettings:
    """Whose lines they are."""

    dialect: Literal["and", "ohaus", "radwag", "cas"] = "and"
    """As of the link."""
    value_width: int = 0
    """Characters of a number, sign and blanks before it included: a line that lost a digit is shorter, and is no value. 0: not aligned."""

    def __post_init__(self) -> None:
        if self.value_width < 0:
            raise unknown_value("value_width", self.value_width)


@dataclass(frozen=True, slots=True)
class Weight:
    """What a line says; *field* is its number as sent, sign and blanks before it included."""

    field: str
    value: str
    unit: str
    stable: bool
    flags: tuple[str, ...] = ()
    comment: str = ""


COMPARED = frozenset({"LO", "OK", "HI", "--"})
"""A&D: second header, the comparator's verdict."""
_UNIT = r"([A-Za-z%][!-~]{0,4})"
_AND = re.compile(r"([-+]\d+(?:\.\d+)?) *" + _UNIT, re.ASCII)
_OHAUS = re.compile(r"( *([-+]?) *(\d+(?:\.\d+)?)) +" + _UNIT + r"(?: *(\?))?", re.ASCII)
_RADWAG = re.compile(r"S[A-Z]{0,2} +(?:(\?) )?(([-+]?) *(\d+(?:\.\d+)?)) *" + _UNIT, re.ASCII)
_CAS = re.compile(r"([SU]?) *(([-+]?) *(\d+(?:\.\d+)?))" + _UNIT, re.ASCII)


def readings(data: bytes, encoding: str, settings: BalanceSettings) -> list[Reading]:
    """Return the weight of one line. What is out of range has failed; what cannot be read has no value.

    Sources: A&D GC and FX series, Ohaus RS232 interface and Explorer, Radwag PS and MA series, CAS CBL series: operating manuals, data output.
    """
    line = decoded(data, encoding)[0].strip("\r\n\0").rstrip()
    if not line:
        return []
    weight, out = DIALECTS[settings.dialect](line)
    if weight is None or len(weight.field) < settings.value_width:
        return [Reading(instrument="", sample=None, test="weight", text=line.strip(), result=line.strip(), status="failed" if out else "final")]
    return [
        Reading(
            instrument="",
            sample=None,
            test="weight",
            value=Decimal(weight.value),
            text=weight.field.strip(),
            unit=weight.unit,
            stable=weight.stable,
            flags=weight.flags,
            comment=weight.comment,
        )
    ]


def of_and(line: str) -> tuple[Weight | None, bool]:
    """Return what `ST,+0001.234 kg` says, and whether it is out of range; LO, OK, HI after the header is a flag, what stands before it a comment."""
    words = [word.strip() for word in line.split(",")]
    place = next((place for place, word in enumerate(words) if word in ("ST", "US", "QT", "OL")), None)
    if place is None or words[place] == "OL":
        return None, place is not None
    *flags, number = words[place + 1 :] or [""]
    found = _AND.fullmatch(number)
    if found is None or len(flags) > 1 or not set(flags) <= COMPARED:
        return None, False
    return Weight(found[1], found[1], found[2], words[place] != "US", tuple(flags), ",".join(words[:place])), False


def of_ohaus(line: str) -> tuple[Weight | None, bool]:
    """Return what `  192.21 g` says; `?` at its end means not stable."""
    found = _OHAUS.fullmatch(line)
    return Weight(found[1], found[2] + found[3], found[4], found[5] is None) if found else None, False


def of_radwag(line: str) -> tuple[Weight | None, bool]:
    """Return what `SI ?       18.5 g` says: `?` not stable, `^` and `v` out of range."""
    found = _RADWAG.fullmatch(line)
    return Weight(found[2], found[3] + found[4], found[5], found[1] is None) if found else None, re.match(r"S[A-Z]{0,2} +[\^v](?: |$)", line) is not None


def of_cas(line: str) -> tuple[Weight | None, bool]:
    """Return what `S  1000.00g` says; without the S nobody says that it is stable."""
    found = _CAS.fullmatch(line.strip())
    return Weight(found[2], found[3] + found[4], found[5], found[1] == "S") if found else None, False


DIALECTS: Mapping[str, Callable[[str], tuple[Weight | None, bool]]] = {"and": of_and, "cas": of_cas, "ohaus": of_ohaus, "radwag": of_radwag}
"""Dialect -> line -> (weight where one can be read, whether it says that it is out of range)."""
