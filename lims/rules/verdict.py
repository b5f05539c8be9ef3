"""The four things that can be said of a result, and what a sample's results say together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from lims.i18n import N_, _, joined
from lims.rules.rounding import plain


class Verdict(StrEnum):
    """What is said of one result or of a whole sample. Unknown never becomes a pass."""

    PASS = "pass"  # noqa: S105  (a verdict, no password)
    FAIL = "fail"
    UNDECIDED = "undecided"
    NONE = "none"


WORDS = {
    Verdict.PASS: N_("Conforms"),
    Verdict.FAIL: N_("Does not conform"),
    Verdict.UNDECIDED: N_("Undecided"),
    Verdict.NONE: N_("Not judged"),
}


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of a sample: one failing result fails it, one undecided leaves it undecided, nothing judged judges nothing."""
    said = set(verdicts)
    for verdict in (Verdict.FAIL, Verdict.UNDECIDED, Verdict.PASS):
        if verdict in said:
            return verdict
    return Verdict.NONE


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of an explanation: its English words and what stands in their gaps, so that it can be read in either language at any time."""

    words: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def shown(self) -> str:
        """Return the sentence in the present language."""
        return _(self.words).format(**self.facts)


def said(words: str, /, **facts: object) -> Said:
    """Return a sentence; Decimals are written out without an exponent."""
    return Said(words, {name: plain(fact) if isinstance(fact, Decimal) else str(fact) for name, fact in facts.items()})


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule decides, and the sentences that lead to it in their order."""

    verdict: Verdict
    because: tuple[Said, ...]
    further: int = 0
    """How many more determinations the rule asks for before it can decide; then the verdict is undecided."""

    def why(self) -> str:
        """Return the explanation in the present language."""
        return joined(one.shown() for one in self.because)
