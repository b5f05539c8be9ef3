"""Measurement uncertainty: what it makes of a verdict, how it is combined, and how it is reported.

Sources: ISO/IEC 17025:2017 3.7, 7.1.3 and 7.8.6 (decision rule, agreed with the customer, stated in the report), ILAC-G8:09/2019,
JCGM 106:2012 8.2 (simple acceptance) and 8.3 (guard bands), JCGM 100:2008 5.1 (combination), 6.2 (expanded uncertainty) and 7.2.6 (digits).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, localcontext
from enum import StrEnum

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.quantity import number
from lims.rules.replicates import Kind
from lims.rules.rounding import EXACT, plain
from lims.rules.verdict import Decision, Said, Verdict, said

CARRIED = 50
"""Significant digits to which a combined or standard uncertainty that does not come out even is carried."""

FARTHEST = 200
"""Powers of ten, up or down, that a number may reach."""


class Decide(StrEnum):
    """The decision rule: how measurement uncertainty enters a statement of conformity."""

    SIMPLE = "simple"
    """The value decides alone; the uncertainty is stated beside it (JCGM 106, 8.2)."""
    GUARDED = "guarded"
    """The limits are drawn in for accepting and drawn out for rejecting (JCGM 106, 8.3.2 and 8.3.3)."""
    QUOTED = "quoted"
    """The uncertainty is reported and has no part in the verdict."""


DECIDE_WORDS = {
    Decide.SIMPLE: N_("simple acceptance"),
    Decide.GUARDED: N_("acceptance with a guard band"),
    Decide.QUOTED: N_("uncertainty quoted only"),
}


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The expanded uncertainty U a method gives, in the unit of the value or in per cent of it, with its coverage factor k."""

    value: Decimal
    k: Decimal
    kind: Kind = Kind.ABSOLUTE

    def __post_init__(self) -> None:
        _sound(self.value, self.k)
        if self.value <= 0 or self.k <= 0:
            raise Refusal(_("An uncertainty and its coverage factor k are larger than zero. Enter both as the method states them."))

    def expanded(self, value: Decimal) -> Decimal:
        """Return U at *value*, in its unit, exactly."""
        _sound(value)
        with _exactly():
            return self.value if self.kind is Kind.ABSOLUTE else self.value * abs(value) / 100

    def standard(self, value: Decimal) -> Decimal:
        """Return the standard uncertainty u = U / k at *value*, in its unit, to CARRIED digits (JCGM 100, 6.2.1)."""
        expanded = self.expanded(value)
        with localcontext(Context(prec=CARRIED)):
            return expanded / self.k


def read(text: str, k: Decimal) -> Uncertainty | None:
    """Return the expanded uncertainty that is written, ``0.02`` in the unit of the value or ``10%`` of it, or None for the empty text.

    Raises Refusal for any other text.
    """
    figure, percent, rest = text.strip().replace("％", "%").partition("%")
    if not figure + percent:
        return None
    if rest:
        raise Refusal(_("“{text}” is no uncertainty. Write it like 0.02 or 10%.").format(text=text))
    return Uncertainty(number(figure), k, Kind.RELATIVE if percent else Kind.ABSOLUTE)


def decide(
    value: Decimal,
    low: Decimal | None,
    high: Decimal | None,
    uncertainty: Uncertainty | None,
    rule: Decide,
    *,
    open: bool = False,  # noqa: A002  (as in limits.Bounds)
    factor: Decimal = Decimal(1),
) -> Decision:
    """Hold *value* against a lower limit, an upper one or both, in one unit; a limit itself is kept unless it is *open*.

    With a guard band w = *factor* × U the value conforms while it keeps w from every limit, does not conform once it lies more than w beyond one,
    and is undecided between. Raises Refusal for a range that ends before it begins and for numbers that cannot be.
    Source: ISO/IEC 17025:2017 7.8.6; JCGM 106:2012 8.2, 8.3 (w = rU, usually with r = 1); ILAC-G8:09/2019.
    """
    _sound(value, factor, *(limit for limit in (low, high) if limit is not None))
    if factor <= 0:
        raise Refusal(_("The factor of a guard band is larger than zero."))
    if low is not None and high is not None and low > high:
        raise Refusal(_("The lower limit {low} lies above the upper limit {high}. Correct the limits.").format(low=plain(low), high=plain(high)))
    if low is None and high is None:
        return Decision(Verdict.UNDECIDED, (said(N_("There is no limit to hold the value against.")),))
    limits = _Limits(low, high, open)
    if rule is Decide.GUARDED:
        return _guarded(value, limits, uncertainty, factor)
    verdict = Verdict.PASS if limits.keeps(value, Decimal(0)) else Verdict.FAIL
    return Decision(verdict, (said(_ALONE[verdict], value=value, limit=limits.shown()), _stated(value, uncertainty, rule)))


@dataclass(frozen=True, slots=True)
class _Limits:
    low: Decimal | None
    high: Decimal | None
    open: bool

    def keeps(self, value: Decimal, band: Decimal) -> bool:
        """Tell whether *value* lies between the limits drawn in by *band*, or out where it is negative."""
        with _exactly():
            rooms = [value - (self.low + band)] if self.low is not None else []
            rooms += [self.high - band - value] if self.high is not None else []
        return all(room > 0 or (room == 0 and not self.open) for room in rooms)

    def shown(self) -> str:
        signs = (">", "<") if self.open else ("≥", "≤")
        return ", ".join(f"{sign} {plain(limit)}" for sign, limit in zip(signs, (self.low, self.high), strict=True) if limit is not None)


_ALONE = {
    Verdict.PASS: N_("The value {value} keeps the limit {limit}."),
    Verdict.FAIL: N_("The value {value} does not keep the limit {limit}."),
}

_BESIDE = {
    Decide.SIMPLE: N_("Simple acceptance: the expanded uncertainty {expanded} (k = {k}) is stated and not taken into account."),
    Decide.QUOTED: N_("The expanded uncertainty {expanded} (k = {k}) is quoted only and does not change the verdict."),
}

_GUARDED = {
    Verdict.PASS: N_("The value {value} keeps the limit {limit} with the guard band to spare."),
    Verdict.FAIL: N_("The value {value} lies beyond the limit {limit} by more than the guard band."),
    Verdict.UNDECIDED: N_("The value {value} lies in the guard band of the limit {limit}, where it may conform or not."),
}

_WHO = N_("The program does not decide this. An authorised signatory does, by the rule agreed with the customer (ISO/IEC 17025:2017 7.1.3).")


def _stated(value: Decimal, uncertainty: Uncertainty | None, rule: Decide) -> Said:
    if uncertainty is None:
        return said(N_("The method states no uncertainty."))
    return said(_BESIDE[rule], expanded=uncertainty.expanded(value), k=uncertainty.k)


def _guarded(value: Decimal, limits: _Limits, uncertainty: Uncertainty | None, factor: Decimal) -> Decision:
    if uncertainty is None:
        return Decision(Verdict.UNDECIDED, (said(N_("The method states no uncertainty, so there is no guard band. Enter it in the procedure.")),))
    expanded = uncertainty.expanded(value)
    with _exactly():
        band = factor * expanded
        drowned = uncertainty.kind is Kind.RELATIVE and factor * uncertainty.value >= 100
    if drowned:  # a value would come into the band by moving away from the limit
        words = N_("The guard band is at least as wide as the value itself, so nothing can be decided. State the uncertainty in the unit of the value.")
        return Decision(Verdict.UNDECIDED, (said(words),))
    verdict = _banded(value, limits, band)
    width = N_("The guard band is {factor} × the expanded uncertainty {expanded} (k = {k}) = {band}.")
    because = said(width, factor=factor, expanded=expanded, k=uncertainty.k, band=band), said(_GUARDED[verdict], value=value, limit=limits.shown())
    return Decision(verdict, (*because, said(_WHO)) if verdict is Verdict.UNDECIDED else because)


def _banded(value: Decimal, limits: _Limits, band: Decimal) -> Verdict:
    if limits.keeps(value, band):
        return Verdict.PASS
    return Verdict.UNDECIDED if limits.keeps(value, -band) else Verdict.FAIL


def of_sum(standards: Sequence[Decimal]) -> Decimal:
    """Return the standard uncertainty of a sum or difference of independent values from theirs, all in one unit, to CARRIED digits.

    A value taken several times, as in a − 2b, brings its uncertainty as often: 2u(b). Raises Refusal for none or a negative one.
    Source: JCGM 100:2008 5.1.2, with partial derivatives of 1 and −1.
    """
    return _quadrature([_positive(standard) for standard in standards])


def of_product(result: Decimal, factors: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """Return the standard uncertainty of a product or quotient, in the unit of *result*, to CARRIED digits.

    *factors* are the values above and below the line, each with its standard uncertainty; their relative uncertainties add in quadrature.
    Raises Refusal for none, for a negative uncertainty, and for a factor of zero, which has no relative uncertainty.
    Source: JCGM 100:2008 5.1.6.
    """
    _sound(result)
    parts = []
    for value, standard in factors:
        _sound(value)
        if not value:
            raise Refusal(_("A value of zero has no relative uncertainty. Combine absolute uncertainties instead."))
        with localcontext(Context(prec=EXACT)):
            parts.append(_positive(standard) * result / value)
    return _quadrature(parts)


def expand(standard: Decimal, k: Decimal) -> Uncertainty:
    """Return the expanded uncertainty U = k·u, exactly (JCGM 100, 6.2.1). Raises Refusal unless both are larger than zero."""
    _sound(standard, k)
    with _exactly():
        return Uncertainty(standard * k, k)


def reported(value: Decimal, expanded: Decimal, *, digits: int, up: bool) -> tuple[Decimal, Decimal]:
    """Return *value* and its expanded uncertainty U, in one unit, as they are printed: U to *digits* significant digits, the value to the same place.

    *up* rounds U away from zero; otherwise, as the value always, half to even.
    Raises Refusal for other than one or two digits.
    Source: JCGM 100:2008 7.2.6 (at most two significant digits; rounding up may be appropriate), GB/T 8170-2008.
    """
    if digits not in (1, 2):
        raise Refusal(_("An uncertainty is reported to one or two significant digits."))
    _sound(value)
    if not _positive(expanded):
        raise Refusal(_("An uncertainty and its coverage factor k are larger than zero. Enter both as the method states them."))
    with localcontext(Context(prec=2 * EXACT)):
        rounded = _significant(expanded, digits, ROUND_UP if up else ROUND_HALF_EVEN)
        return value.quantize(rounded, ROUND_HALF_EVEN), rounded


def _significant(expanded: Decimal, digits: int, way: str) -> Decimal:
    rounded = expanded.quantize(Decimal(1).scaleb(expanded.adjusted() - digits + 1), way)
    if rounded.adjusted() > expanded.adjusted():  # 0.0996 -> 0.10, not 0.100
        rounded = rounded.quantize(Decimal(1).scaleb(rounded.adjusted() - digits + 1), way)
    return rounded


def _quadrature(parts: Sequence[Decimal]) -> Decimal:
    if not parts:
        raise Refusal(_("There is no uncertainty to combine. Enter at least one."))
    with localcontext(Context(prec=EXACT)) as context:
        total = sum((part * part for part in parts), Decimal(0))
        context.prec = CARRIED
        return total.sqrt()


def _positive(standard: Decimal) -> Decimal:
    _sound(standard)
    if standard < 0:
        raise Refusal(_("An uncertainty is never negative. Check “{value}”.").format(value=plain(standard)))
    return standard


def _sound(*numbers: Decimal) -> None:
    for one in numbers:
        if not one.is_finite() or abs(one.adjusted()) > FARTHEST or len(one.as_tuple().digits) > EXACT:
            raise Refusal(_("“{value}” is no number that can be calculated with. Check it.").format(value=one))


@contextmanager
def _exactly() -> Iterator[None]:
    try:
        with localcontext(Context(prec=EXACT, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])):
            yield
    except ArithmeticError:
        raise Refusal(_("The value, its limit and its uncertainty lie too far apart to be compared exactly. Check their units.")) from None
