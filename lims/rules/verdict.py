"""The four things that can be said of a result, and what a sample's results say together."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from lims.i18n import N_


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
