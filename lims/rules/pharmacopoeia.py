"""What the tests of the Chinese Pharmacopoeia share: comparing rounded values, microbial counts, packages to open.

Sources: ChP, General Notices (comparison, rounding), general chapters 0211 (taking herbs), 1105 and 1107 (microbial counts).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal, localcontext

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.replicates import FURTHER
from lims.rules.rounding import EXACT, plain, round_to
from lims.rules.verdict import Decision, Said, Verdict, said

LARGEST = 40
"""Powers of ten: no mass, volume or share of a laboratory lies further from one."""
LONGEST = 60
"""Digits of a value that is typed, or carried from one calculation into the next."""
ROOM = 4 * EXACT
"""Digits in which products and squares of such values stay exact."""
PACKAGES_MOST = 10**12


def within(value: Decimal, low: Decimal | None, high: Decimal | None, *, rounding: str | None = None) -> Decision:
    """Hold *value* against a range whose ends belong to it.

    It is rounded once, to the digits each limit is written with, and then compared (ChP General Notices); *rounding* is another interval,
    or empty for the full value. Without any limit it stays undecided.
    """
    number(value)
    ordered(low, high)
    ends = [(operator.ge, "≥", low), (operator.le, "≤", high)]
    sides = [_side(value, keeps, sign, bound, rounding) for keeps, sign, bound in ends if bound is not None]
    if not sides:
        return Decision(Verdict.UNDECIDED, (said(N_("No limit is given, so the value cannot be judged.")),))
    return Decision(Verdict.PASS if all(kept for kept, _words in sides) else Verdict.FAIL, tuple(words for _kept, words in sides))


def most_accepted(limit: Decimal) -> Decimal:
    """Return the largest count accepted under a limit of 10^n: 2 x 10^n (ChP 1107). Other limits are refused, since twice is said of powers of ten only."""
    if not _power_of_ten(limit):
        raise Refusal(_("Twice the limit is accepted of 10, 100, 1000 and so on only. Enter the largest accepted count of this limit."))
    return Decimal(2 * 10 ** limit.adjusted())


def microbial_count(count: Decimal, limit: Decimal, *, most: Decimal | None = None, rounding: str = "2s") -> Decision:
    """Judge a count in cfu by its limit; *most* is the largest accepted count where *limit* is no power of ten.

    The count is compared as it is reported, with two digits (ChP 1105). A count that fails is not repeated (ChP 1107).
    """
    not_negative(_("Microbial count"), count)
    if most is None and not _power_of_ten(limit):
        return Decision(Verdict.UNDECIDED, (said(N_("The largest accepted count of the limit {limit} is not known. Enter it with the limit."), limit=limit),))
    accepted = most_accepted(limit) if most is None else not_negative(_("Largest accepted count"), most)
    kept, words = _side(count, operator.le, "≤", accepted, rounding)
    rule = said(N_("The limit {limit} accepts {most} at most (ChP general chapter 1107)."), limit=number(limit), most=accepted)
    once = () if kept else (said(N_("A count that does not conform is not repeated (ChP general chapter 1107).")),)
    return Decision(Verdict.PASS if kept else Verdict.FAIL, (words, rule, *once))


def raw_material_packages(packages: int, *, up: bool = True) -> int:
    """Return how many of a batch's *packages* of raw material are opened: all up to 3, sqrt(n) + 1 up to 300, then sqrt(n) / 2 + 1.

    The root is rounded *up* before 1 is added, or else to the nearest.
    """
    if _batch(packages) <= 3:
        return packages
    with localcontext(prec=EXACT):
        root = Decimal(packages).sqrt()
        return _whole(root if packages <= 300 else root / 2, up=up) + 1


def herb_packages(packages: int, *, costly: bool = False, up: bool = True) -> int:
    """Return how many *packages* of herbs or pieces are opened: below 5 and of *costly* ones all, to 99 five, to 1000 5 %, of the rest 1 % (ChP 0211)."""
    if _batch(packages) < 5 or costly:
        return packages
    if packages < 100:
        return 5
    return _whole((Decimal(min(packages, 1000)) * 5 + max(packages - 1000, 0)) / 100, up=up)


def number(value: Decimal) -> Decimal:
    """Return *value* when a laboratory can have measured it; raises Refusal for NaN, infinity, absurd exponents and lengths."""
    if value.is_finite() and abs(value.adjusted()) <= LARGEST and len(value.as_tuple().digits) <= LONGEST:
        return value
    raise Refusal(_("“{value}” is no value this rule can use. Enter it again.").format(value=str(value)[:LARGEST]))


def not_negative(what: str, value: Decimal) -> Decimal:
    """Return *value*, zero or more; *what* names it in the refusal."""
    if number(value) < 0:
        raise Refusal(_("{what} cannot be negative. Enter it again.").format(what=what))
    return value


def positive(what: str, value: Decimal) -> Decimal:
    """Return *value*, more than zero; *what* names it in the refusal."""
    if number(value) <= 0:
        raise Refusal(_("{what} must be more than zero. Enter it again.").format(what=what))
    return value


def ordered(low: Decimal | None, high: Decimal | None) -> None:
    """Raise Refusal when an end of a range is no number, or the two stand in the wrong order."""
    ends = [number(end) for end in (low, high) if end is not None]
    if ends != sorted(ends):
        raise Refusal(_("The lower limit lies above the upper one. Correct the limits."))


def counted(units: Sequence[object], most: int) -> int:
    """Return how many *units* there are; raises Refusal for none and for more than the rule knows."""
    if not units:
        raise Refusal(_("No values were entered. Enter those of the first units."))
    if len(units) > most:
        raise Refusal(_("{count} values were entered where the rule knows {most} at most. Keep those of this test.").format(count=len(units), most=most))
    return len(units)


def wanting(have: int, wanted: int) -> Decision:
    """Return the decision that waits for the rest of *wanted* values."""
    return Decision(Verdict.UNDECIDED, (said(N_("{have} of {wanted} values are there."), have=have, wanted=wanted),), wanted - have)


def surplus(have: int, deciding: int) -> tuple[Said, ...]:
    """Return what is said of values that came after those which decide already."""
    words = N_("The first {count} units decide already; those after them do not count.")
    return (said(words, count=deciding),) if have > deciding else ()


def written_digits(limit: Decimal) -> str:
    """Return the interval that the digits of a *limit* stand for: 0.1 for 90.0."""
    exponent = number(limit).as_tuple().exponent
    assert isinstance(exponent, int)
    return plain(Decimal(1).scaleb(exponent))


def ratio(numerator: Decimal, denominator: Decimal) -> Decimal:
    """Return the quotient, carried some digits beyond the written ones where it does not come out even."""
    if not numerator:
        return Decimal(0)
    digits = len(numerator.as_tuple().digits) + len(denominator.as_tuple().digits) + FURTHER
    with localcontext(prec=min(digits, LONGEST)):
        return numerator / denominator


def short(value: Decimal) -> Decimal:
    """Return *value* as a sentence shows it: ten digits say enough."""
    return round_to(value, "10s")


def _side(value: Decimal, keeps: Callable[[Decimal, Decimal], bool], sign: str, bound: Decimal, rounding: str | None) -> tuple[bool, Said]:
    rounded = round_to(value, written_digits(bound) if rounding is None else rounding)
    kept = keeps(rounded, bound)
    words = N_("{value}, compared as {rounded}, keeps the limit {limit}.") if kept else N_("{value}, compared as {rounded}, does not keep the limit {limit}.")
    return kept, said(words, value=short(value), rounded=short(rounded), limit=f"{sign} {plain(bound)}")


def _power_of_ten(limit: Decimal) -> bool:
    return number(limit) >= 10 and limit == Decimal(1).scaleb(limit.adjusted())


def _batch(packages: int) -> int:
    if not 1 <= packages <= PACKAGES_MOST:
        raise Refusal(_("The number of packages of a batch lies between 1 and {most}. Enter it again.").format(most=PACKAGES_MOST))
    return packages


def _whole(value: Decimal, *, up: bool) -> int:
    return int(value.to_integral_value(ROUND_CEILING if up else ROUND_HALF_EVEN))
