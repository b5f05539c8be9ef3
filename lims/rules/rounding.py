"""Rounding by GB/T 8170-2008: half to even, on the exact decimal, in one step, never twice."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from lims.errors import Refusal
from lims.i18n import _

EXACT = 250
"""Digits that every value this program reads can be reckoned in without losing one: 60 typed ones, exponents of two digits."""

FARTHEST = 200
"""Powers of ten, up or down, from which on nothing is rounded: no measured value reaches them."""


def round_to(value: Decimal, interval: str) -> Decimal:
    """Round *value* to *interval*.

    ``0.1``, ``0.5`` or ``20`` is a step (1, 2 or 5 times a power of ten), ``3s`` is three significant digits; the empty
    interval leaves the value as it is.
    Significant digits are only ever taken away: 0.12 to ``3s`` stays 0.12, since no digit is known that was not measured.
    Source: GB/T 8170-2008, 3.1-3.4 (rounding to 1, 0.2 and 0.5 units; no successive rounding; negatives by their absolute value).
    """
    if not interval:
        return value
    if not value.is_finite() or abs(value.adjusted()) > FARTHEST:
        raise Refusal(_("“{value}” is no number that can be rounded.").format(value=value))
    with localcontext(prec=EXACT):
        if interval.endswith("s"):
            return _to_digits(value, _digits(interval))
        step = _step(interval)
        return ((value / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step).quantize(step)


def _to_digits(value: Decimal, digits: int) -> Decimal:
    if len(value.as_tuple().digits) <= digits:
        return value
    rounded = value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1), ROUND_HALF_EVEN)
    if rounded.adjusted() > value.adjusted():  # 9.996 -> 10.0, not 10.00
        rounded = rounded.quantize(Decimal(1).scaleb(rounded.adjusted() - digits + 1), ROUND_HALF_EVEN)
    return rounded


def _digits(interval: str) -> int:
    count = interval[:-1]
    if not count.isdecimal() or len(count) > 2 or not 1 <= int(count) <= 40:
        raise Refusal(_("“{interval}” is no number of significant digits. Write it like 3s.").format(interval=interval))
    return int(count)


def _step(interval: str) -> Decimal:
    try:
        step = Decimal(interval if len(interval) <= 50 else "")
    except ArithmeticError:
        step = Decimal(0)
    if not step.is_finite() or step <= 0 or abs(step.adjusted()) > 40 or step.normalize().as_tuple().digits not in ((1,), (2,), (5,)):
        raise Refusal(_("“{interval}” is no rounding interval. Write 0.1, 0.5, 20 or 3s.").format(interval=interval))
    return step


def plain(value: Decimal) -> str:
    """Return the digits as they are printed: never an exponent, trailing zeros kept, and no negative zero."""
    text = format(value, "f")
    return text.removeprefix("-") if not value else text


def shown(value: Decimal) -> str:
    """Return *value* with the digits it has and no others: 0.050, 120, 2.6×10⁶."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent <= 0 or not value:
        return plain(value)
    digits = scaled(value, -value.adjusted())
    return f"{plain(digits)}×10{str(value.adjusted()).translate(_RAISED)}"


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def scaled(value: Decimal, power: int) -> Decimal:
    """Return *value* times a power of ten, every digit kept."""
    with localcontext(prec=EXACT):
        return value.scaleb(power)


def sign(value: Decimal, rounded: Decimal) -> str:
    """Return the mark that says how *rounded* was come by: (+) more was measured, (-) less, nothing when it is the value itself.

    Source: GB/T 8170-2008, 4.3.2 (full value comparison where the written value stands at the limit).
    """
    return "" if value == rounded else "(+)" if value > rounded else "(-)"
