"""Microbiology: sampling plans n, c, m, M, and how colonies on plates become a reported count.

Sources: GB 29921-2021 and the product standards that name a plan (two-class and three-class plans); GB 4789.2-2022 (calculating and reporting the aerobic
plate count); 食品安全抽样检验管理办法 (microbiological items are not re-inspected).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import IntEnum
from itertools import pairwise

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules import units
from lims.rules.control import CARRIED, checked
from lims.rules.quantity import Kind, Measured
from lims.rules.rounding import EXACT, plain, shown
from lims.rules.verdict import Decision, Said, Verdict, said

D = Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """A sampling plan: of *n* values none may lie above *M* and at most *c* above *m*. Without M it has two classes, above m or not."""

    n: int
    c: int
    m: Decimal
    """0 where nothing may be found."""
    M: Decimal | None = None
    unit: str = ""
    """The unit of m and M, or where nothing may be found in an amount, the amount: ``/25g``. Empty where values come in the unit of m already."""

    def __post_init__(self) -> None:
        checked(self.m, *([] if self.M is None else [self.M]))
        if not 0 <= self.c < self.n <= LARGEST:
            raise Refusal(_("In a sampling plan n lies between 1 and {largest}, and c below n. Check the plan.").format(largest=LARGEST))
        if self.m < 0 or (self.M is not None and self.m >= self.M):
            raise Refusal(_("In a sampling plan m is not negative and M lies above m. Check the plan."))

    def said(self) -> Said:
        """Return the plan as a sentence."""
        least = f"0{self.unit}" if not self.m and self.unit.startswith("/") else plain(self.m)
        if self.M is None:
            return said(N_("Sampling plan: n = {n}, c = {c}, m = {m}."), n=self.n, c=self.c, m=least)
        return said(N_("Sampling plan: n = {n}, c = {c}, m = {m}, M = {M}."), n=self.n, c=self.c, m=least, M=self.M)


LARGEST = 1000
"""Values in a plan: far more than any standard asks for."""


def judge(plan: Plan, values: Sequence[Measured]) -> Decision:
    """Judge the values of one item by its plan: number, ``<10``, ``>300``, found or not found, each in the plan's unit or in one that turns into it.

    Exactly m and exactly M pass. What cannot be told from m or M decides nothing: the verdict stands only where it is the same either way. Missing values
    are asked for unless those present fail already; too many decide nothing. Raises Refusal for a negative number.
    """
    _check(values)
    above = [_above(value, plan.m, plan.unit) for value in values]
    over = [False if plan.M is None or low is False else _above(value, plan.M, plan.unit) for value, low in zip(values, above, strict=True)]
    because = (plan.said(), _tally(plan, above, over), *_untold(values, above, over))
    if len(values) > plan.n:
        many = said(N_("The plan asks for {n} values, {count} are entered. Take out those that do not belong to it."), n=plan.n, count=len(values))
        return Decision(Verdict.UNDECIDED, (*because, many))
    if broken := _broken(plan, above, over):
        return Decision(Verdict.FAIL, (*because, *broken, said(N_("Microbiological items are not re-inspected."))))
    if missing := plan.n - len(values):
        return Decision(Verdict.UNDECIDED, (*because, said(N_("Values still missing: {missing}."), missing=missing)), missing)
    if None in over or sum(one is not False for one in above) > plan.c:
        return Decision(Verdict.UNDECIDED, because)
    return Decision(Verdict.PASS, (*because, said(N_("The plan is kept."))))


def _tally(plan: Plan, above: Sequence[bool | None], over: Sequence[bool | None]) -> Said:
    if plan.M is None:
        return said(N_("Of {count} values {above} lie above m."), count=len(above), above=above.count(True))
    return said(N_("Of {count} values {above} lie above m, {over} of them above M."), count=len(above), above=above.count(True), over=over.count(True))


def _untold(values: Sequence[Measured], above: Sequence[bool | None], over: Sequence[bool | None]) -> tuple[Said, ...]:
    unknown = [value.text for value, low, high in zip(values, above, over, strict=True) if low is None or high is None]
    if not unknown:
        return ()
    words = N_("These cannot be told from m or M: {values}. Enter counts in the plan's unit, from a dilution that decides.")
    return (said(words, values=" / ".join(unknown)),)


def _broken(plan: Plan, above: Sequence[bool | None], over: Sequence[bool | None]) -> tuple[Said, ...]:
    if True in over:
        return (said(N_("A value lies above M.")),)
    if above.count(True) > plan.c:
        return (said(N_("More than c values lie above m.")),)
    return ()


FOUND = (Kind.DETECTED, Kind.POSITIVE, Kind.TRACE)
NOT_FOUND = (Kind.NOT_DETECTED, Kind.NEGATIVE)


def _above(value: Measured, limit: Decimal, unit: str) -> bool | None:
    """Tell whether a value lies above *limit*, or None where that is not known. Found is above 0, not found is not; of any other limit they say nothing."""
    if unit and value.unit and not units.turns(value.unit, unit):
        return None
    if not limit and value.kind in (*FOUND, *NOT_FOUND):
        return value.kind in FOUND
    amount = value.into(unit, unit).value if unit else value.value
    return None if amount is None else _compared(value, amount, limit)


def _compared(value: Measured, amount: Decimal, limit: Decimal) -> bool | None:
    match value.kind:
        case Kind.NUMBER:
            return amount > limit or (amount == limit and value.mark == "(+)")
        case Kind.BELOW | Kind.NOT_DETECTED:
            return False if amount <= limit else None
        case Kind.ABOVE:
            return True if amount >= limit else None
        case _:
            return None


def _check(values: Sequence[Measured]) -> None:
    for one in values:
        if one.value is None:
            continue
        checked(one.value)
        if one.value < 0 or (one.kind is Kind.BELOW and not one.value):
            raise Refusal(_("“{text}” is no count: nothing lies below 0. Enter it again.").format(text=one.text))


@dataclass(frozen=True, slots=True)
class Dilution:
    """The plates of one dilution."""

    tenfold: int
    """0 undiluted, 1 for 1:10, 2 for 1:100 and so on."""
    plates: tuple[int | None, ...]
    """Colonies on the one or two plates that count; None for too many to count (多不可计). A plate overgrown by spreaders is left out."""

    def __post_init__(self) -> None:
        if not 0 <= self.tenfold <= MOST_TENFOLD:
            raise Refusal(_("A dilution lies between 1:1 and 1:10^{most}. Check the dilutions.").format(most=MOST_TENFOLD))
        if not 1 <= len(self.plates) <= 2:
            raise Refusal(_("A dilution has one plate or two that count. Enter their colonies."))
        if any(one is not None and not 0 <= one <= MOST_COLONIES for one in self.plates):
            raise Refusal(_("A plate has 0 to {most} colonies. Enter more than can be counted as such.").format(most=MOST_COLONIES))

    @property
    def times(self) -> Decimal:
        """How many times it is diluted."""
        return D(10**self.tenfold)

    @property
    def mean(self) -> Decimal | None:
        """Mean of its plates, or None where one could not be counted."""
        counted = [one for one in self.plates if one is not None]
        return D(sum(counted)) / len(counted) if len(counted) == len(self.plates) else None

    def shown(self) -> str:
        """Return it as it is written: 1:100."""
        return f"1:{plain(self.times)}"


MOST_TENFOLD = 12
MOST_COLONIES = 100_000

FEWEST, MOST = 30, 300
"""Colonies between which a plate is counted, both included (GB 4789.2)."""


class Growth(IntEnum):
    """How much grew on a plate."""

    NONE = 0
    FEW = 1
    COUNTABLE = 2
    MANY = 3


@dataclass(frozen=True, slots=True)
class PlateCount:
    """A count per g or mL."""

    exact: Decimal
    """Not rounded; where only an end is known, that end."""
    reported: Measured
    """As GB 4789.2 reports it; its value written out in full is the other form the standard allows."""
    because: tuple[Said, ...]


def plate_count(dilutions: Sequence[Dilution], *, blank: int) -> PlateCount:
    """Return the count from the plates of all *dilutions*, and of the *blank* control its colonies.

    Raises Refusal where the blank grew, and where the plates contradict one another or the standard has no rule for them. Plates of the highest dilution that
    cannot be counted give more than 300 times it: no rule of the standard, but what is known. Source: GB 4789.2-2022; other counts have other ranges.
    """
    if blank:
        raise Refusal(_("Colonies grew on the blank control, so the count is invalid. Repeat it."))
    rows = _in_order(dilutions)
    countable = [row for row in rows if _growth(row) is Growth.COUNTABLE]
    if countable:
        return _weighted(countable)
    if _growth(rows[-1]) is Growth.MANY:
        return _all_many(rows[-1])
    if _growth(rows[0]) is Growth.MANY:
        return _nearest(rows)
    if _growth(rows[0]) is Growth.FEW:
        return _times_mean(rows[0], N_("Every plate has fewer than 30 colonies: the lowest dilution counts, {dilution}."))
    words = N_("Nothing grew on any plate: less than 1 times the lowest dilution, {dilution}.")
    return _open("<", rows[0].times, said(words, dilution=rows[0].shown()))


def rounded(count: Decimal) -> Decimal:
    """Return a count as GB 4789.2 reports it: below 100 a whole number, from 100 on two significant digits, halves upwards (四舍五入, not GB/T 8170)."""
    checked(count)
    if count < 0:
        raise Refusal(_("A count is not negative. Check what was entered."))
    with localcontext(prec=EXACT):
        if count < 100:
            return count.quantize(D(1), ROUND_HALF_UP)
        once = count.quantize(D(1).scaleb(count.adjusted() - 1), ROUND_HALF_UP)
        return once.quantize(D(1).scaleb(once.adjusted() - 1))  # 996 -> 1.0E+3, not 1.00E+3


def _in_order(dilutions: Sequence[Dilution]) -> list[Dilution]:
    rows = sorted(dilutions, key=lambda row: row.tenfold)
    if not rows:
        raise Refusal(_("There are no plates. Enter the colonies of each dilution."))
    if any(one.tenfold == following.tenfold for one, following in pairwise(rows)):
        raise Refusal(_("A dilution is entered twice. Enter its plates together."))
    if any(_growth(one) < _growth(following) for one, following in pairwise(rows)):
        raise Refusal(_("More grew at a higher dilution than at a lower one. Check whether plates were exchanged; otherwise repeat the count."))
    return rows


def _growth(row: Dilution) -> Growth:
    """Return how much grew at a dilution. Whether one plate of two decides, the standard does not say clearly: then the person does."""
    sides = {_side(one) for one in row.plates}
    if sides == {Growth.NONE, Growth.FEW}:
        return Growth.FEW
    if len(sides) > 1:
        words = _("The plates at {dilution} lie on both sides of the range of 30 to 300 colonies. Enter only those that count by your procedure.")
        raise Refusal(words.format(dilution=row.shown()))
    return sides.pop()


def _side(colonies: int | None) -> Growth:
    if colonies is None or colonies > MOST:
        return Growth.MANY
    if colonies >= FEWEST:
        return Growth.COUNTABLE
    return Growth.FEW if colonies else Growth.NONE


def _weighted(rows: Sequence[Dilution]) -> PlateCount:
    if len(rows) == 1:
        return _times_mean(rows[0], N_("Only {dilution} lies between 30 and 300 colonies: its mean counts."))
    if len(rows) > 2 or rows[1].tenfold - rows[0].tenfold != 1:
        raise Refusal(_("Only two neighbouring dilutions can be counted together. Check the dilutions; otherwise repeat the count."))
    first, second = rows
    colonies = sum(one for row in rows for one in row.plates if one is not None)
    with localcontext(prec=CARRIED):
        exact = colonies * first.times * 10 / D(10 * len(first.plates) + len(second.plates))
    words = N_("{first} and {second} lie between 30 and 300 colonies: N = ΣC / ((n1 + 0.1 n2) d) = {colonies} / (({n1} + 0.1 × {n2}) × {d}).")
    facts = {"colonies": colonies, "n1": len(first.plates), "n2": len(second.plates), "d": 1 / first.times}
    return _counted(exact, said(words, first=first.shown(), second=second.shown(), **facts))


def _all_many(highest: Dilution) -> PlateCount:
    if highest.mean is not None:
        return _times_mean(highest, N_("Every plate has more than 300 colonies: the highest dilution counts, {dilution}."))
    words = N_("At the highest dilution, {dilution}, there are more colonies than can be counted: more than 300 times it. Dilute further.")
    return _open(">", rounded(MOST * highest.times), said(words, dilution=highest.shown()))


def _nearest(rows: Sequence[Dilution]) -> PlateCount:
    distances = sorted((_distance(row.mean), row.tenfold, row) for row in rows if row.mean is not None)
    if distances[0][2].mean == 0 or [one for one, _tenfold, _row in distances].count(distances[0][0]) > 1:
        raise Refusal(_("No dilution comes nearest to 30 or 300 colonies. Repeat the count with dilutions between."))
    return _times_mean(distances[0][2], N_("No dilution lies between 30 and 300 colonies: {dilution} comes nearest."))


def _distance(mean: Decimal) -> Decimal:
    return FEWEST - mean if mean < FEWEST else mean - MOST


def _times_mean(row: Dilution, words: str) -> PlateCount:
    assert row.mean is not None
    return _counted(row.mean * row.times, said(words, dilution=row.shown()))


def _counted(exact: Decimal, because: Said) -> PlateCount:
    value = rounded(exact)
    return PlateCount(exact, Measured(shown(value), value), (because,))


def _open(sign: str, end: Decimal, because: Said) -> PlateCount:
    kind = Kind.BELOW if sign == "<" else Kind.ABOVE
    return PlateCount(end, Measured(f"{sign}{shown(end)}", end, kind), (because,))
