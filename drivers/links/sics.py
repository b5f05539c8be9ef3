"""The link of MT-SICS: Mettler Toledo's balances, and its pH and conductivity meters of the same form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.core.asking import DONE, MORE, AskingLink, AskingSettings, Heard

ANSWERED_BY: Mapping[str, str] = {"SI": "S", "SIR": "S", "SR": "S", "ST": "S", "SU": "S", "@": "I4"}
"""Commands whose answer begins with another word than their own (MT-SICS reference manuals)."""
STABLE_ONLY = ("S", "ST")
"""A dynamic value does not answer these: it belongs to a stream they have just ended."""
WITHOUT_ID: Mapping[str, str] = {"ES": "refused", "ET": "garbled", "EL": "refused"}
"""Not understood or not allowed, garbled on the way, cannot be executed."""
ANSWERS: Mapping[str, str] = {"A": DONE, "B": MORE, "S": DONE, "D": DONE, "I": "busy", "L": "refused", "+": "over-range", "-": "under-range"}
"""What the second word says of the command."""

_READING = re.compile(r"S [SD+-](?= |$)|TI? [SD] +\S|TA A +\S|\S+ A [SD] +\S+ +\S")
"""A weight or its error, a tare, the value of a meter's electrode."""


@dataclass(frozen=True, slots=True)
class SicsSettings(AskingSettings):
    """MT-SICS level 0 and 1. A stable weight may take as long as the balance's own limit, and 40 s is common."""

    ask: str = "S"
    tare: str = "T"
    zero: str = "Z"
    cancel: str = "@"


def link(settings: SicsSettings | None = None, encoding: str = "latin-1") -> AskingLink:
    """Return the host's end of a wire that speaks MT-SICS."""
    return AskingLink(settings or SicsSettings(), understand)


def understand(line: str, command: str) -> Heard:
    """Return what one *line* is. It answers *command* only when it begins with the word that does (see ANSWERED_BY)."""
    words = line.split()
    reading = _READING.match(line.strip()) is not None
    if not command or not words:
        return Heard(reading)
    if len(words) == 1 and words[0] in WITHOUT_ID:
        return Heard(answer=WITHOUT_ID[words[0]])
    asked = command.split(maxsplit=1)[0]
    if words[0] != ANSWERED_BY.get(asked, asked):
        # The balance was switched on again: it has forgotten what it was asked.
        return Heard(reading, "interrupted" if words[:2] == ["I4", "A"] else "")
    return Heard(reading, _answer(asked, words))


def _answer(asked: str, words: list[str]) -> str:
    said = words[1] if len(words) > 1 else ""
    if asked in STABLE_ONLY and said == "D":
        return ""
    if words[2:3] == ["Error"]:
        return "refused"
    if said == "A" and words[2:3] == ["D"] and len(words) > 4:
        return "not-stable"
    return ANSWERS.get(said, "")
