"""Determinations made twice: how far they may lie apart, and what they give together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.rounding import EXACT, plain, round_to
from lims.rules.verdict import Decision, Said, Verdict, said

FURTHER = 20
"""Digits beyond the written ones to which a mean that does not come out even is carried."""


class Kind(StrEnum):
    """How a tolerance is meant."""

    ABSOLUTE = "abs"
    RELATIVE = "rel"
    """Per cent of the mean."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far determinations may lie apart."""

    kind: Kind
    value: Decimal
    unit: str = ""

    def refusal(self, values: Sequence[Decimal]) -> str | None:
        """Say why *values* lie too far apart, or return None."""
        difference = spread(values)
        if self._allows(difference, values):
            return None
        return _("The determinations differ by {difference} {unit}, more than the {allowed} allowed. Repeat the analysis; both stay on record.").format(
            difference=plain(difference), allowed=self.shown(), unit=self.unit
        )

    def _allows(self, difference: Decimal, values: Sequence[Decimal]) -> bool:
        """Compare without dividing, so that a mean that does not come out even cannot decide at the border."""
        with localcontext(prec=EXACT):
            if self.kind is Kind.ABSOLUTE:
                return difference <= self.value
            return difference * len(values) * 100 <= self.value * abs(sum(values, Decimal(0)))

    def shown(self) -> str:
        """Return the tolerance as printed."""
        return f"{plain(self.value)} {self.unit}".strip() if self.kind is Kind.ABSOLUTE else _("{value} % of the mean").format(value=plain(self.value))


def spread(values: Sequence[Decimal]) -> Decimal:
    """Return the largest less the smallest. Raises Refusal where there is none."""
    _some(values)
    with localcontext(prec=EXACT):
        return max(values) - min(values)


def mean(values: Sequence[Decimal]) -> Decimal:
    """Return the arithmetic mean, not rounded. Raises Refusal where there is no value."""
    _some(values)
    with localcontext(prec=EXACT):
        total = sum(values, Decimal(0))
    with localcontext(prec=len(total.as_tuple().digits) + FURTHER):
        return total / len(values)


def _some(values: Sequence[Decimal]) -> None:
    if not values:
        raise Refusal(_("There is no determination. Enter at least one."))


PAIR = 2
FOUR = 4
"""A pair that lies apart asks for a third and a fourth determination, as grain laboratories do; neither of the pair is dropped."""


@dataclass(frozen=True, slots=True)
class Determined:
    """What several determinations give together; both values are None while they lie apart or one is missing."""

    mean: Decimal | None
    """Not rounded: what is judged is rounded once, from here."""
    value: Decimal | None
    """As reported."""
    decision: Decision


def determined(
    values: Sequence[Decimal], tolerance: Tolerance | None, rounding: str, *, single: str = "", left_out: Mapping[int, str] | None = None
) -> Determined:
    """Join the determinations of one figure: each rounded to *single* where the sheet writes it so, their mean rounded once to *rounding*.

    *left_out* names determinations, numbered from 1, that do not count, with the reason; none is left out before four are made.
    Without a tolerance they are joined and not compared, and the verdict is that nothing was judged.
    """
    spared = left_out or {}
    numbered = {number: round_to(measured(value), single) for number, value in enumerate(values, 1)}
    why = _spared(numbered, spared)
    if len(numbered) < PAIR:
        return Determined(None, None, Decision(Verdict.UNDECIDED, (said(TWO_NEEDED),), PAIR - len(numbered)))
    counted = [value for number, value in numbered.items() if number not in spared]
    if tolerance and not _agree(tolerance, counted):
        return Determined(None, None, _further(tolerance, counted, FOUR - len(numbered), why))
    exact = mean(counted)
    value = round_to(exact, rounding)
    compared = said(WITHIN, difference=spread(counted), allowed=_allowed(tolerance)) if tolerance else said(NOT_COMPARED)
    return Determined(exact, value, Decision(Verdict.PASS if tolerance else Verdict.NONE, (*why, compared, said(REPORTED, value=value))))


REPORTED = N_("Reported: {value}.")
TWO_NEEDED = N_("Two determinations are needed.")
NOT_COMPARED = N_("No tolerance is on file, so the determinations were not compared.")
WITHIN = N_("The determinations differ by {difference}; {allowed} is allowed.")
APART = {
    Kind.ABSOLUTE: N_("The determinations differ by {difference}, more than the {allowed} allowed."),
    Kind.RELATIVE: N_("The determinations differ by {difference}, more than {allowed} of their mean."),
}


def _spared(numbered: Mapping[int, Decimal], left_out: Mapping[int, str]) -> tuple[Said, ...]:
    if not left_out:
        return ()
    if len(numbered) < FOUR:
        raise Refusal(_("Make a third and a fourth determination before one is left out."))
    if not left_out.keys() <= numbered.keys() or len(numbered) - len(left_out) < PAIR:
        raise Refusal(_("Leave out determinations that were made, and count at least two."))
    if not all(reason.strip() for reason in left_out.values()):
        raise Refusal(_("Say why a determination does not count."))
    words = N_("Determination {number}, {value}, does not count: {reason}.")
    return tuple(said(words, number=number, value=numbered[number], reason=left_out[number].strip().rstrip(".。")) for number in sorted(left_out))


def _agree(tolerance: Tolerance, values: Sequence[Decimal]) -> bool:
    return measured(tolerance.value) == tolerance.value and tolerance.refusal(values) is None


def _further(tolerance: Tolerance, counted: Sequence[Decimal], further: int, why: tuple[Said, ...]) -> Decision:
    apart = said(APART[tolerance.kind], difference=spread(counted), allowed=_allowed(tolerance))
    then = said(N_("Further determinations to make: {further}."), further=further) if further > 0 else said(CHOOSE)
    return Decision(Verdict.UNDECIDED, (*why, apart, then), max(further, 0))


CHOOSE = N_("Say which do not count and why; all stay on record.")


def _allowed(tolerance: Tolerance) -> str:
    return f"{plain(tolerance.value)} {'%' if tolerance.kind is Kind.RELATIVE else tolerance.unit}".strip()


def measured(value: Decimal) -> Decimal:
    """Return *value* where it can have been measured, or raise Refusal: whatever is reckoned with passes here, so that nothing overflows."""
    if value.is_finite() and value >= 0 and len(value.as_tuple().digits) <= MOST_DIGITS and -30 <= value.adjusted() <= 12:
        return value
    raise Refusal(_("“{value}” cannot have been measured. Write a number that is not negative, like 3.0021.").format(value=f"{value:.40}"))


MOST_DIGITS = 100
"""Digits of a number that is reckoned with; no balance and no formula of the bench gives more."""
