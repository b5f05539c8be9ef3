"""Sums over several items: shares of their own limits, and totals of what belongs together.

Sources: GB 2760-2024 annex A (additives of one function used together: the shares of each in its own maximum add up to at most 1);
GB 31650-2019 and GB 2763 (residue definitions that are sums). What was not found counts as nothing unless the method says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.quantity import Kind, Measured
from lims.rules.rounding import EXACT, plain
from lims.rules.verdict import Decision, Said, Verdict, said

FIGURES = 40
"""Significant digits of a sum that does not come out even: with the digits results and limits have, what is not 1 never becomes 1."""

CARRIED = 6
"""Decimals to which a sum of shares is shown; it is compared exactly."""


class SumKind(StrEnum):
    """What is added up."""

    SHARES = "shares"
    """Of each item in its own limit: at most 1."""
    TOTAL = "total"


class NotFound(StrEnum):
    """How much of its limit of detection a part counts that was not detected."""

    NOTHING = "nothing"
    HALF = "half"
    WHOLE = "whole"


COUNTS = {NotFound.NOTHING: Fraction(0), NotFound.HALF: Fraction(1, 2), NotFound.WHOLE: Fraction(1)}


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a sum: what was found, and its own limit, both in one unit."""

    name: str
    found: Measured
    limit: Decimal | None = None
    detection_limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """What a sum is at most, and as the rule counts it."""

    most: Fraction | None
    """None where a part lies above what could be measured, or was not detected without a limit of detection."""
    counted: Fraction


def sum_of(parts: Sequence[Part], kind: SumKind, not_found: NotFound = NotFound.NOTHING) -> Decimal:
    """Return a sum to FIGURES digits, never rounded onto 1 from beside it. Raises Refusal where it cannot be told."""
    if kind is SumKind.TOTAL:
        return total(parts, not_found)[0]
    decision = shares(parts, not_found)
    if decision.verdict is Verdict.UNDECIDED:
        raise Refusal(decision.why())
    counted = _range(parts, not_found, [Fraction(part.limit or 1) for part in parts]).counted
    with localcontext(prec=FIGURES):
        return (Decimal(counted.numerator) / Decimal(counted.denominator)).normalize()


def shares(parts: Sequence[Part], not_found: NotFound = NotFound.NOTHING) -> Decision:
    """Judge Σ xᵢ / limitᵢ ≤ 1. Undecided where the answer depends on what could not be measured. Raises Refusal for a limit of zero or below."""
    if wrong := next((part.name for part in parts if part.limit is None or part.limit <= 0), None):
        raise Refusal(_("{item} has no limit to take a share of. Choose its limit first.").format(item=wrong))
    if strange := _strange(parts):
        return strange
    whole = _range(parts, not_found, [Fraction(part.limit or 1) for part in parts])
    because = (said(N_("Sum of the shares {shares} = {sum}; at most 1 is allowed."), shares=" + ".join(map(_share, parts)), sum=_decimal(whole.counted)),)
    if whole.counted > 1:
        return Decision(Verdict.FAIL, because)
    if any(part.found.kind is Kind.ABOVE for part in parts):
        return Decision(Verdict.UNDECIDED, (*because, said(N_("A part is only known to lie above a number. Dilute and measure it again."))))
    if whole.most is None and not_found is not NotFound.NOTHING:
        return Decision(Verdict.UNDECIDED, (*because, said(N_("A part was not detected and its limit of detection is not stated, so it cannot be counted."))))
    return Decision(Verdict.PASS, (*because, *_counting(parts, not_found, whole)))


def total(parts: Sequence[Part], not_found: NotFound = NotFound.NOTHING) -> tuple[Decimal, tuple[Said, ...]]:
    """Return the sum of parts in one unit, with how it was counted. Raises Refusal where a part has no number to add."""
    if strange := _strange(parts):
        raise Refusal(strange.why())
    if above := next((part.name for part in parts if part.found.kind is Kind.ABOVE), None):
        raise Refusal(_("{item} is only known to lie above a number. Dilute and measure it again.").format(item=above))
    whole = _range(parts, not_found, [Fraction(1)] * len(parts))
    with localcontext(prec=EXACT):
        value = Decimal(whole.counted.numerator) / Decimal(whole.counted.denominator)  # parts are decimals, halves of them too: it ends
    return value, (said(N_("Sum of {names}: {sum}."), names=" + ".join(part.name for part in parts), sum=value), *_counting(parts, not_found, whole))


def _strange(parts: Sequence[Part]) -> Decision | None:
    if not parts:
        return Decision(Verdict.UNDECIDED, (said(N_("There is nothing to add up.")),))
    known = (Kind.NUMBER, Kind.BELOW, Kind.ABOVE, Kind.NOT_DETECTED, Kind.TRACE)
    names = [part.name for part in parts if part.found.kind not in known or (part.found.kind is Kind.NUMBER and (part.found.value or 0) < 0)]
    if not names:
        return None
    return Decision(Verdict.UNDECIDED, (said(N_("{names}: no number that can be added up."), names="; ".join(names)),))


def _range(parts: Sequence[Part], not_found: NotFound, units: Sequence[Fraction]) -> Range:
    ends = [_ends(part, not_found) for part in parts]
    counted = sum((end / unit for (_most, end), unit in zip(ends, units, strict=True)), Fraction(0))
    known = [most / unit for (most, _counted), unit in zip(ends, units, strict=True) if most is not None]
    return Range(sum(known, Fraction(0)) if len(known) == len(parts) else None, counted)


def _ends(part: Part, not_found: NotFound) -> tuple[Fraction | None, Fraction]:
    """Return what a part is at most, and as counted."""
    value = part.found.value if part.found.value is not None else part.detection_limit
    edge = None if value is None else Fraction(value)
    match part.found.kind:
        case Kind.NUMBER | Kind.ABOVE:
            exact = edge or Fraction(0)
            return exact if part.found.kind is Kind.NUMBER else None, exact
        case _:
            return edge, (edge or Fraction(0)) * COUNTS[not_found]


def _counting(parts: Sequence[Part], not_found: NotFound, whole: Range) -> tuple[Said, ...]:
    """Say how what was not detected was counted, where something was not."""
    silent = [part.name for part in parts if part.found.kind in (Kind.BELOW, Kind.NOT_DETECTED, Kind.TRACE)]
    if not silent:
        return ()
    words = {
        NotFound.NOTHING: N_("Not detected and counted as 0: {names}."),
        NotFound.HALF: N_("Not detected and counted with half the limit of detection: {names}."),
        NotFound.WHOLE: N_("Not detected and counted with the limit of detection: {names}."),
    }[not_found]
    return (said(words, names="; ".join(silent)), *(() if whole.most is None else (said(N_("At most the sum is {most}."), most=_decimal(whole.most)),)))


def _share(part: Part) -> str:
    return f"{part.found.shown()}/{plain(part.limit or Decimal(0))}"


def _decimal(value: Fraction) -> Decimal:
    """Return a fraction as a number to be looked at."""
    with localcontext(prec=EXACT):
        return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1).scaleb(-CARRIED)).normalize() + Decimal(0)
