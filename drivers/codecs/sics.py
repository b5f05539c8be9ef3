"""Lines of MT-SICS: the weight of a balance, the tare, and the value and temperature of an electrode."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from drivers.core.encoding import decoded
from drivers.core.form import unknown_value
from drivers.core.reading import Reading


@dataclass(frozen=True, slots=True)
class SicsSettings:
    """How one instrument writes its numbers."""

    value_width: int = 10
    """Characters of a weight, blanks before it included: a line that lost a digit is shorter, and is no value. 0: not aligned."""

    def __post_init__(self) -> None:
        if self.value_width < 0:
            raise unknown_value("value_width", self.value_width)


_NUMBER = r"[-+]?\d+(?:\.\d+)?"
WEIGHT = re.compile(rf"(?:(S|TI?) ([SD])|TA A) ( *({_NUMBER})) ([A-Za-z%µ]\S{{0,4}})", re.ASCII)
ELECTRODE = re.compile(rf"\S+ A ([SD]) +({_NUMBER}) +([A-Za-z%µ]\S*) +(\S+) +(\d+)(?: +\d+)?", re.ASCII)
"""ID, acknowledged, stable or not, value, unit, temperature, its unit (0 is degrees Celsius), compensation (Mettler Toledo, SevenMulti command set)."""
FAILED = re.compile(r"S [-+]$|S S Error ")
"""Over or under range; a fault of the balance with its number."""


def readings(data: bytes, encoding: str, settings: SicsSettings) -> list[Reading]:
    """Return the weight (test `weight`, a tare `tare`), or an electrode's value (its unit names the test) and temperature (`temperature`).

    Source: MT-SICS reference manuals; the width of the value is common knowledge, not read in one.
    """
    line = decoded(data, encoding)[0].strip("\r\n\0 ")
    weight = WEIGHT.fullmatch(line)
    if weight is not None and len(weight[3]) >= settings.value_width:
        test, stable = "weight" if weight[1] == "S" else "tare", weight[2] != "D"
        return [Reading(instrument="", sample=None, test=test, value=Decimal(weight[4]), text=weight[4], unit=weight[5], stable=stable)]
    electrode = ELECTRODE.fullmatch(line)
    if electrode is not None:
        return _electrode(electrode)
    test, said = "tare" if line.startswith("T") else "weight", line.removeprefix("S S ")
    return [Reading(instrument="", sample=None, test=test, text=said, result=said, status="failed" if FAILED.match(line) else "final")] if line else []


def _electrode(found: re.Match[str]) -> list[Reading]:
    stable, value, unit, warmth, degrees = found[1] == "S", found[2], found[3], found[4], found[5]
    electrode = Reading(instrument="", sample=None, test=unit, value=Decimal(value), text=value, unit=unit, stable=stable)
    temperature = Reading(instrument="", sample=None, test="temperature", text=warmth, stable=stable)
    if degrees == "0" and re.fullmatch(_NUMBER, warmth, re.ASCII):
        return [electrode, replace(temperature, value=Decimal(warmth), unit="°C")]
    return [electrode, replace(temperature, result=f"{warmth} {degrees}")]
