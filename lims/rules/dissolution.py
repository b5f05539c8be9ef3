"""Dissolution and drug release: the two stages of the Chinese Pharmacopoeia, and the three of the USP for imported standards.

Sources: ChP general chapter 0931 (dissolution and drug release); USP <711>, acceptance table of immediate release.
All values are per cent of the labelled amount, and so are the 10 % and 20 % of the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.pharmacopoeia import ROOM, counted, number, ordered, short, surplus, wanting, written_digits
from lims.rules.replicates import mean
from lims.rules.rounding import plain, round_to
from lims.rules.verdict import Decision, Said, Verdict, said, together

FIRST, ALL = 6, 12


@dataclass(frozen=True, slots=True)
class Point:
    """What each unit had released at one time, in their order, and the range it must keep; an end that is not demanded is None."""

    released: Sequence[Decimal]
    low: Decimal | None
    high: Decimal | None = None
    time: str = ""


def dissolution(units: Sequence[Decimal], q: Decimal, *, rounding: str | None = None) -> Decision:
    """Judge the dissolution of 6 units, or of 12 where the first 6 asked for more, against Q (ChP 0931).

    Stage 1 passes with all at Q or above, or with 1-2 below Q, none below Q - 10 and the mean at Q or above. It asks for 6 more with 1-2 below Q,
    one of them below Q - 10 but not below Q - 20, and the mean at Q or above. Of all 12 then 1-3 may lie below Q, one of them as before, the mean not.
    Values and mean are rounded to the digits of Q, or to *rounding*. Buffer stages of enteric forms are judged alike.
    """
    return release([Point(units, q)], rounding=rounding)


def release(points: Sequence[Point], *, rounding: str | None = None) -> Decision:
    """Judge the release of the same units at all sampling times, each against its range (ChP 0931, extended and controlled release).

    The stages are those of `dissolution`, with outside the range for below Q, at every time; all times ask for more units together.
    """
    have = _units(points)
    if have < FIRST:
        return wanting(have, FIRST)
    tallies = [_tally(point, FIRST, rounding) for point in points]
    verdict = together(_first(tally) for tally in tallies)
    because = [tally.words for tally in tallies]
    if verdict is not Verdict.UNDECIDED:
        words = N_("Stage 1 is met (ChP general chapter 0931).") if verdict is Verdict.PASS else N_("Stage 1 is not met (ChP general chapter 0931).")
        return Decision(verdict, (*because, said(words), *surplus(have, FIRST)))
    if have < ALL:
        more = said(N_("Stage 1 asks for {more} more units (ChP general chapter 0931)."), more=ALL - have)
        return Decision(verdict, (*because, more), ALL - have)
    return _second([_tally(point, ALL, rounding) for point in points])


def acid_stage(units: Sequence[Decimal], most: Decimal, *, rounding: str | None = None) -> Decision:
    """Judge what 6 enteric units released in acid: none above *most*, or 1-2 above it and the mean not (ChP 0931)."""
    have = counted(units, FIRST)
    tally = _tally(_checked(Point(units, None, most)), FIRST, rounding)
    if have < FIRST:
        return wanting(have, FIRST)
    kept = not tally.outside or (tally.outside <= 2 and tally.mean_inside)
    words = N_("The acid stage is met (ChP general chapter 0931).") if kept else N_("The acid stage is not met (ChP general chapter 0931).")
    return Decision(Verdict.PASS if kept else Verdict.FAIL, (tally.words, said(words)))


def usp_dissolution(units: Sequence[Decimal], q: Decimal, *, rounding: str | None = None) -> Decision:
    """Judge 6, 12 or 24 units against Q by USP <711>, for imported standards only.

    S1: each of 6 at Q + 5 or above. S2: mean of 12 at Q or above, none below Q - 15. S3: mean of 24 at Q or above, at most 2 below Q - 15, none below Q - 25.
    """
    have = counted(units, 24)
    point = _checked(Point(units, q))
    because: list[Said] = []
    for stage, wanted in enumerate((6, 12, 24), 1):
        if have < wanted:
            return Decision(Verdict.UNDECIDED, (*because, *wanting(have, wanted).because), wanted - have)
        kept, words = _usp_stage(point, stage, wanted, rounding)
        because.append(words)
        if kept:
            return Decision(Verdict.PASS, (*because, *surplus(have, wanted)))
    return Decision(Verdict.FAIL, tuple(because))


@dataclass(frozen=True, slots=True)
class _Tally:
    """How many units of one time lie outside the range, outside it by more than 10 and by more than 20, and whether their mean lies inside."""

    outside: int
    by_ten: int
    by_twenty: int
    mean_inside: bool
    words: Said


def _first(tally: _Tally) -> Verdict:
    if not tally.outside:
        return Verdict.PASS
    if tally.outside > 2 or tally.by_ten > 1 or tally.by_twenty or not tally.mean_inside:
        return Verdict.FAIL
    return Verdict.UNDECIDED if tally.by_ten else Verdict.PASS


def _second(tallies: Sequence[_Tally]) -> Decision:
    kept = all(tally.outside <= 3 and tally.by_ten <= 1 and not tally.by_twenty and tally.mean_inside for tally in tallies)
    words = N_("Stage 2 is met (ChP general chapter 0931).") if kept else N_("Stage 2 is not met (ChP general chapter 0931).")
    return Decision(Verdict.PASS if kept else Verdict.FAIL, (*(tally.words for tally in tallies), said(words)))


def _tally(point: Point, count: int, rounding: str | None) -> _Tally:
    values = point.released[:count]
    beyond = [_beyond(value, point, rounding) for value in values]
    middle = mean(values)
    outside, ten, twenty = (sum(one > by for one in beyond) for by in (0, 10, 20))
    counts = {"count": len(values), "outside": outside, "ten": ten, "twenty": twenty}
    words = N_("{outside} of {count} units do not keep {limit} %, {ten} by more than 10 %, {twenty} by more than 20 %; mean {mean} %.")
    if point.time:
        words = N_("{time}: {outside} of {count} units do not keep {limit} %, {ten} by more than 10 %, {twenty} by more than 20 %; mean {mean} %.")
    sentence = said(words, time=point.time, limit=_limit(point), mean=short(_rounded(middle, point, rounding)), **counts)
    return _Tally(outside, ten, twenty, _beyond(middle, point, rounding) <= 0, sentence)


def _beyond(value: Decimal, point: Point, rounding: str | None) -> Decimal:
    """Return by how much the rounded value lies outside the range; zero or less inside it."""
    rounded = _rounded(value, point, rounding)
    with localcontext(prec=ROOM):
        below = [point.low - rounded] if point.low is not None else []
        return max(below + ([rounded - point.high] if point.high is not None else []))


def _rounded(value: Decimal, point: Point, rounding: str | None) -> Decimal:
    """Return *value* with the digits of the limit, the finer ones where its two ends differ."""
    ends = [end for end in (point.low, point.high) if end is not None]
    return round_to(value, min(map(written_digits, ends), key=Decimal) if rounding is None else rounding)


def _limit(point: Point) -> str:
    if point.low is not None and point.high is not None:
        return f"{plain(point.low)}–{plain(point.high)}"
    return " ".join(f"{sign} {plain(end)}" for sign, end in (("≥", point.low), ("≤", point.high)) if end is not None)


def _usp_stage(point: Point, stage: int, count: int, rounding: str | None) -> tuple[bool, Said]:
    values = point.released[:count]
    below = [_beyond(value, point, rounding) for value in values]
    middle = mean(values)
    reached = _beyond(middle, point, rounding) <= 0
    stages = {
        1: max(below) <= -5,
        2: reached and max(below) <= 15,
        3: reached and max(below) <= 25 and sum(one > 15 for one in below) <= 2,
    }
    words = N_("Stage S{stage} is met: {count} units against {limit} %, mean {mean} %, lowest {lowest} % (USP <711>).")
    if not stages[stage]:
        words = N_("Stage S{stage} is not met: {count} units against {limit} %, mean {mean} %, lowest {lowest} % (USP <711>).")
    shown = [short(_rounded(one, point, rounding)) for one in (middle, min(values))]
    return stages[stage], said(words, stage=stage, count=count, limit=_limit(point), mean=shown[0], lowest=shown[1])


def _units(points: Sequence[Point]) -> int:
    if not points:
        raise Refusal(_("No sampling time was entered. Enter the values of at least one."))
    if len({len(point.released) for point in points}) > 1:
        raise Refusal(_("Every sampling time needs the values of the same units. Enter what is missing."))
    for point in points:
        _checked(point)
    return counted(points[0].released, ALL)


def _checked(point: Point) -> Point:
    for value in point.released:
        number(value)
    ordered(point.low, point.high)
    if point.low is None and point.high is None:
        raise Refusal(_("A sampling time needs a lower or an upper limit. Enter one."))
    return point
