"""Uniformity of content by the Chinese Pharmacopoeia, decided on exact squares: the standard deviation is rounded only where it is shown.

Source: ChP general chapter 0941 (uniformity of content). The limit L belongs to the dosage form or the monograph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.pharmacopoeia import ROOM, counted, not_negative, number, positive, ratio, surplus, wanting
from lims.rules.rounding import EXACT, round_to
from lims.rules.verdict import Decision, Verdict, said

FIRST, ALL = 10, 30


def uniformity(contents: Sequence[Decimal], limit: Decimal, *, figures: str = "4s", sums: str = "0.01") -> Decision:
    """Judge the contents of 10 units, or of 30 where the first 10 asked for more, each in per cent of the label, against L (ChP 0941).

    A = |100 - mean|, S with n - 1. Of 10: A + 2.2 S <= L passes, A + S > L fails, anything else asks for 20 more.
    Of 30: with A <= 0.25 L, A^2 + S^2 <= 0.25 L^2 passes; with a larger A, A + 1.7 S <= L.
    *figures* and *sums* are the intervals to which mean, A, S and their sums are shown; nothing is decided on what is shown.
    """
    have = counted(contents, ALL)
    show = _Shown(positive(_("The limit"), limit), figures, sums)
    for content in contents:
        not_negative(_("Content of a unit"), content)
    if have < FIRST:
        return wanting(have, FIRST)
    decision = _first(_spread(contents[:FIRST]), show)
    if decision.verdict is not Verdict.UNDECIDED:
        return Decision(decision.verdict, (*decision.because, *surplus(have, FIRST)))
    return Decision(decision.verdict, decision.because, ALL - have) if have < ALL else _second(_spread(contents), show)


def standard_deviation(values: Sequence[Decimal], rounding: str) -> Decimal:
    """Return the standard deviation with n - 1, rounded to *rounding*; of two values at least."""
    for value in values:
        number(value)
    if len(values) < 2:
        raise Refusal(_("A standard deviation needs two values at least. Enter more."))
    return round_to(_spread(values).deviation(), rounding)


@dataclass(frozen=True, slots=True)
class _Spread:
    """The sums that mean and deviation come from, free of any division: *off* is n A, *scatter* n (n - 1) S^2."""

    count: int
    total: Decimal
    off: Decimal
    scatter: Decimal

    def deviation(self) -> Decimal:
        with localcontext(prec=EXACT):
            return (self.scatter / (self.count * (self.count - 1))).sqrt()

    def sum_is_at_most(self, limit: Decimal, factor: Decimal) -> bool:
        """Tell whether A + factor S <= limit: both sides times n, the deviation's squared."""
        with localcontext(prec=ROOM):
            room = self.count * limit - self.off
            return room >= 0 and self.count * factor**2 * self.scatter <= (self.count - 1) * room**2

    def squares_are_at_most(self, limit: Decimal) -> bool:
        """Tell whether A^2 + S^2 <= 0.25 limit^2."""
        with localcontext(prec=ROOM):
            squares = (self.count - 1) * self.off**2 + self.count * self.scatter
            return 4 * squares <= self.count**2 * (self.count - 1) * limit**2


@dataclass(frozen=True, slots=True)
class _Shown:
    """L, and how finely figures and sums are written."""

    limit: Decimal
    figures: str
    sums: str

    def figures_of(self, spread: _Spread) -> dict[str, Decimal | int]:
        found = {"mean": ratio(spread.total, Decimal(spread.count)), "a": ratio(spread.off, Decimal(spread.count)), "s": spread.deviation()}
        return {"count": spread.count, **{name: round_to(value, self.figures) for name, value in found.items()}}

    def sum_of(self, spread: _Spread, factor: Decimal) -> Decimal:
        with localcontext(prec=EXACT):
            return round_to(spread.off / spread.count + factor * spread.deviation(), self.sums)

    def squares_of(self, spread: _Spread) -> Decimal:
        with localcontext(prec=EXACT):
            return round_to((spread.off / spread.count) ** 2 + spread.deviation() ** 2, self.sums)


_FIGURES = N_("{count} units: mean {mean} %, A = {a}, S = {s}.")


def _spread(values: Sequence[Decimal]) -> _Spread:
    count = len(values)
    with localcontext(prec=ROOM):
        total = sum(values, Decimal(0))
        squares = sum((value**2 for value in values), Decimal(0))
        return _Spread(count, total, abs(100 * count - total), count * squares - total**2)


def _first(spread: _Spread, show: _Shown) -> Decision:
    wide, narrow = Decimal("2.2"), Decimal(1)
    facts = {"outer": show.sum_of(spread, wide), "inner": show.sum_of(spread, narrow), "limit": show.limit}
    if spread.sum_is_at_most(show.limit, wide):
        verdict, words = Verdict.PASS, N_("A + 2.2 S = {outer} ≤ L = {limit} (ChP general chapter 0941).")
    elif spread.sum_is_at_most(show.limit, narrow):
        verdict, words = (
            Verdict.UNDECIDED,
            N_("A + 2.2 S = {outer} > L = {limit} and A + S = {inner} ≤ L: 20 more units are tested (ChP general chapter 0941)."),
        )
    else:
        verdict, words = Verdict.FAIL, N_("A + S = {inner} > L = {limit} (ChP general chapter 0941).")
    return Decision(verdict, (said(_FIGURES, **show.figures_of(spread)), said(words, **facts)))


def _second(spread: _Spread, show: _Shown) -> Decision:
    with localcontext(prec=ROOM):
        near, most = 4 * spread.off <= spread.count * show.limit, round_to(show.limit**2 / 4, show.sums)
    kept = spread.squares_are_at_most(show.limit) if near else spread.sum_is_at_most(show.limit, Decimal("1.7"))
    sign = "≤" if kept else ">"
    if near:
        words = N_("A ≤ 0.25 L, and A² + S² = {sum} {sign} 0.25 L² = {most} (ChP general chapter 0941).")
        rule = said(words, sum=show.squares_of(spread), sign=sign, most=most)
    else:
        words = N_("A > 0.25 L, and A + 1.7 S = {sum} {sign} L = {limit} (ChP general chapter 0941).")
        rule = said(words, sum=show.sum_of(spread, Decimal("1.7")), sign=sign, limit=show.limit)
    return Decision(Verdict.PASS if kept else Verdict.FAIL, (said(_FIGURES, **show.figures_of(spread)), rule))
