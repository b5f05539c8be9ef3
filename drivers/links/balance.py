"""The link of the balances that speak plain lines: A&D, Ohaus, Radwag, CAS, each in its own dialect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from drivers.core.asking import DONE, MORE, AskingLink, AskingSettings, Heard, Understand

AND_WEIGHT = re.compile(r"(?:^|,)(ST|US|QT|OL),(?:(?:LO|OK|HI|--),)?([-+]?)")
OHAUS_WEIGHT = re.compile(r"[-+ ]*[\d.]")
RADWAG_WEIGHT = re.compile(r"(S[A-Z]{0,2}) +(?:([?^v])(?= |$))?")
RADWAG_SHORT = re.compile(r"([A-Z]{1,3}) ([AIE^v])")
CAS_WEIGHT = re.compile(r"[SU]? *[-+]? *\d")
RANGES: Mapping[str, str] = {"^": "over-range", "v": "under-range", "-": "under-range", "+": "over-range", "": "over-range"}
"""Mark of Radwag, or sign of the number an A&D balance shows out of range -> reason."""


@dataclass(frozen=True, slots=True)
class BalanceSettings(AskingSettings):
    """Whose lines they are. The commands stand in the profile; a CAS balance is not asked."""

    dialect: Literal["and", "ohaus", "radwag", "cas"] = "and"


def link(settings: BalanceSettings | None = None, encoding: str = "latin-1") -> AskingLink:
    """Return the host's end of the wire of a balance of the dialect the settings name."""
    settings = settings or BalanceSettings()
    understand, unanswered = DIALECTS[settings.dialect]
    return AskingLink(settings, understand, unanswered=lambda command: command in unanswered, seven_bit=True)


def of_and(line: str, command: str) -> Heard:
    """Return what a line of A&D is: `ST` stable, `US` not, `QT` a stable count, `OL` out of range. `S` waits for a stable one."""
    weight = AND_WEIGHT.search(line)
    if weight is None:
        return Heard(answer=DONE if command and command not in (*_AND_WEIGHING, *_AND_SILENT) else "")
    if command not in _AND_WEIGHING or (command == "S" and weight[1] == "US"):
        return Heard(True)
    return Heard(True, RANGES[weight[2]] if weight[1] == "OL" else DONE)


def of_ohaus(line: str, command: str) -> Heard:
    """Return what a line of Ohaus is: `ES` not understood, or not stable in 40 s; `?` behind the unit not stable. `SP` waits for a stable one."""
    if line.strip() == "ES":
        return Heard(answer="" if not command else "not-stable" if command == "SP" else "refused")
    weight = OHAUS_WEIGHT.match(line) is not None
    if command in ("PV", "?"):
        return Heard(weight, DONE)
    waits = not command or command in _OHAUS_SILENT or (command == "SP" and line.rstrip().endswith("?"))
    return Heard(weight, DONE if weight and not waits else "")


def of_radwag(line: str, command: str) -> Heard:
    """Return what a line of Radwag is: `CMD A` accepted (a weight follows), `I` not now, `E` not stable in time, `^` and `v` range; or a frame."""
    short = RADWAG_SHORT.fullmatch(line.strip())
    if short is not None:
        weighing = short[1].startswith("S")
        answers = {**RANGES, "A": MORE if weighing else DONE, "I": "busy", "E": "not-stable"}
        return Heard(weighing and short[2] in "^v", answers[short[2]] if short[1] == command else "")
    weight = RADWAG_WEIGHT.match(line)
    if weight is None:
        return Heard(answer=DONE if command and not command.startswith("S") else "")
    if weight[1] != command or (command == "S" and weight[2] == "?"):
        return Heard(True)
    return Heard(True, RANGES[weight[2]] if weight[2] in ("^", "v") else DONE)


def of_cas(line: str, command: str) -> Heard:
    """Return what a line of CAS is: mass and unit, `S` or `U` before them."""
    return Heard(CAS_WEIGHT.match(line) is not None, DONE if command else "")


_AND_WEIGHING, _AND_SILENT = ("Q", "S", "SI", "SIR"), frozenset({"C", "R", "Z"})
_OHAUS_SILENT = frozenset({"T", "Z", "0P"})

DIALECTS: Mapping[str, tuple[Understand, frozenset[str]]] = {
    "and": (of_and, _AND_SILENT),
    "cas": (of_cas, frozenset()),
    "ohaus": (of_ohaus, _OHAUS_SILENT),
    "radwag": (of_radwag, frozenset()),
}
"""Dialect -> (what its lines are, the commands without an answer). Sources: see the codec of the same name."""
