"""Rounding by GB/T 8170-2008: half to even, on the exact decimal, in one step, never twice."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from lims.errors import Refusal
from lims.i18n import _

EXACT = 250
"""Digits that every value this program reads can be reckoned in without losing one: 60 typed ones, exponents of two digits."""


def round_to(value: Decimal, interval: str) -> Decimal:
    """Round *value* to *interval*.

    ``0.1``, ``0.5`` or ``20`` is a step (1, 2 or 5 times a power of ten), ``3s`` is three significant digits; the empty
    interval leaves the value as it is.
    Significant digits are only ever taken away: 0.12 to ``3s`` stays 0.12, since no digit is known that was not measured.
    Source: GB/T 8170-2008, 3.1-3.4 (rounding to 1, 0.2 and 0.5 units; no successive rounding; negatives by their absolute value).
    """
    if not interval:
        return value
    with localcontext(prec=EXACT):
        if interval.endswith("s"):
            return _to_digits(value, _digits(interval))
        step = _step(interval)
        return ((value / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step).quantize(step)


def _to_digits(value: Decimal, digits: int) -> Decimal:
    if not value or len(value.as_tuple().digits) <= digits:
        return value
    rounded = value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1), ROUND_HALF_EVEN)
    if rounded.adjusted() > value.adjusted():  # 9.996 -> 10.0, not 10.00
        rounded = rounded.quantize(Decimal(1).scaleb(rounded.adjusted() - digits + 1), ROUND_HALF_EVEN)
    return rounded


def _digits(interval: str) -> int:
    count = interval[:-1]
    if not count.isdecimal() or not 1 <= int(count) <= 40:
        raise Refusal(_("“{interval}” is no number of significant digits. Write it like 3s.").format(interval=interval))
    return int(count)


def _step(interval: str) -> Decimal:
    try:
        step = Decimal(interval)
    except ArithmeticError:
        step = Decimal(0)
    if not step.is_finite() or step <= 0 or step.normalize().as_tuple().digits not in ((1,), (2,), (5,)) or abs(step.adjusted()) > 40:
        raise Refusal(_("“{interval}” is no rounding interval. Write 0.1, 0.5, 20 or 3s.").format(interval=interval))
    return step


def plain(value: Decimal) -> str:
    """Return the digits as they are printed: never an exponent, trailing zeros kept, and no negative zero."""
    text = format(value, "f")
    return text.removeprefix("-") if not value else text
