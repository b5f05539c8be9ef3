"""The link of Sartorius balances: SBI, lines of 16 or 22 characters and commands that begin with ESC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.core.asking import DONE, AskingLink, AskingSettings, Heard

PRINT, TEXTS = "P", ("x1_", "x2_")
"""The only commands an SBI balance answers: a print line; model and serial number (Sartorius, Entris II and MSE manuals: data interface)."""
WIDTHS = (14, 20)
"""Characters of a print line without CR LF: the plain one, and the one with an identification in front."""
REASONS: Mapping[str, str] = {"High": "over-range", "ERR 55": "over-range", "Low": "under-range", "ERR 54": "under-range", "Cal. Ext.": "busy"}
"""What a status word says of the command; the others refuse it (Sartorius, Entris II: error codes)."""

_STATUS = re.compile(r"(ERR) *(\d+)|\bHigh\b|\bLow\b|Cal\. ?Ext\.|\b(?:APP|DIS|PRT|COMM|SYS)\.ERR", re.ASCII)
_READING = re.compile(r"(?:.{6,7})?[-+ ] *\d|(?=.*\d)(?:.{6})?[-+ ].{9} .{3}$")
"""Begins as a number, or has the columns of one: a spoilt number is a reading without a value."""


@dataclass(frozen=True, slots=True)
class SbiSettings(AskingSettings):
    """Commands without their ESC. `T` tares (and sets zero), `V` sets zero; neither is answered."""

    ask: str = PRINT
    tare: str = "T"
    zero: str = "V"


def link(settings: SbiSettings | None = None, encoding: str = "latin-1") -> AskingLink:
    """Return the host's end of a wire that speaks SBI."""
    return AskingLink(settings or SbiSettings(), understand, unanswered=lambda command: command not in (PRINT, *TEXTS), prefix="\x1b", seven_bit=True)


def understand(line: str, command: str) -> Heard:
    """Return what one *line* is. A weight without a unit is one that was not stable: it comes, and `P` has failed."""
    word = status(line)
    if word is not None:
        return Heard(True, REASONS.get(re.sub(r"(?<=ERR )0+", "", word), "refused") if command else "")
    if command in TEXTS:
        return Heard(answer=DONE)
    if _READING.match(line) is None:
        return Heard()
    unstable = len(line) in WIDTHS and line[-3:].isspace()
    return Heard(True, "" if command != PRINT else "not-stable" if unstable else DONE)


def status(line: str) -> str | None:
    """Return the status word of a *line*, None for another line. The word is searched for: the manuals differ about its columns."""
    found = _STATUS.search(line)
    if found is not None:
        return f"ERR {found[2]}" if found[1] else found[0]
    return line.removeprefix("Stat").strip() or "Stat" if line.startswith("Stat") else None
