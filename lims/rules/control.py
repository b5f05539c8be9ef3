"""Quality control of a run: recovery, repeatability, duplicates, blank, curve, check standard, and control charts with their run rules.

Sources: GB/T 27404-2008, annex F (recovery and coefficient of variation by level); GB/T 4091-2001, identical with ISO 8258:1991 (the eight tests of a
Shewhart chart; withdrawn on 2020-10-01); J. O. Westgard and others, Clinical Chemistry 27 (1981) 493 (the multi-rule).
Every comparison is exact and made before rounding; what is shown is rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from itertools import pairwise

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.rounding import EXACT, plain, round_to
from lims.rules.verdict import Decision, Said, Verdict, said

D = Decimal

PRODUCTS = 4 * EXACT
"""Digits in which a product of three checked numbers loses none."""

CARRIED = 30
"""Digits to which a quotient or a square root that does not come out even is carried."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The recovery accepted up to a level, in per cent, both ends included."""

    level: Decimal | None
    """mg/kg; None for every level above the last."""
    including: bool
    """Whether the level itself still belongs here."""
    least: Decimal
    most: Decimal


RECOVERY = (
    Accepted(D("0.1"), False, D(60), D(120)),
    Accepted(D(1), False, D(80), D(110)),
    Accepted(D(100), True, D(90), D(110)),
    Accepted(None, True, D(95), D(105)),
)
"""By level of the addition (GB/T 27404-2008, annex F).

The first row stands below 0.1 mg/kg and the last above 100, which places those two borders; 1 mg/kg is named in two rows and has the narrower one.
"""

VARIATION = (
    (D("0.0001"), D(43)),
    (D("0.001"), D(30)),
    (D("0.01"), D(21)),
    (D("0.1"), D(15)),
    (D(1), D(11)),
    (D(10), D("7.5")),
    (D(100), D("5.3")),
    (D(1000), D("3.8")),
)
"""Level in mg/kg, and the largest coefficient of variation within the laboratory in per cent (GB/T 27404-2008, annex F)."""


def recovery(found: Decimal, unspiked: Decimal, added: Decimal) -> Decimal:
    """Return the recovery in per cent, 30 digits: what was found of what was *added*, all in one unit.

    For a reference material *unspiked* is 0 and *added* its certified value. Raises Refusal for a negative amount and where nothing was added.
    """
    _amounts(found, unspiked)
    _positive(added)
    with localcontext(prec=PRODUCTS):
        gained = found - unspiked
    return percent(gained, added)


def judge_recovery(found: Decimal, unspiked: Decimal, added: Decimal, *, level: Decimal) -> Decision:
    """Judge a recovery by the *level* of the addition in mg/kg. Raises Refusal as `recovery` does, and for a level that is not above 0."""
    _positive(level)
    value = recovery(found, unspiked, added)
    row = next(one for one in RECOVERY if one.level is None or level < one.level or (one.including and level == one.level))
    with localcontext(prec=PRODUCTS):
        kept = row.least * added <= (found - unspiked) * 100 <= row.most * added
    words = N_("The recovery is {value} %; at {level} mg/kg {least} % to {most} % are accepted.")
    return decided(kept, said(words, value=round_to(value, "0.01"), level=level, least=row.least, most=row.most))


def variation(values: Sequence[Decimal]) -> Decimal:
    """Return the coefficient of variation in per cent (standard deviation with n - 1 over the mean), 30 digits.

    Raises Refusal for fewer than two values, a negative one, and values that are all 0.
    """
    square, whole = _variation_squared(values)
    with localcontext(prec=CARRIED + 10):
        root = (square / whole).sqrt()
    with localcontext(prec=CARRIED):
        return +root


def judge_variation(values: Sequence[Decimal], *, level: Decimal) -> Decision:
    """Judge the repeatability of *values* at a *level* in mg/kg. Raises Refusal as `variation` does, and for a level that is not above 0.

    The standard names single levels. What it allows falls as the level rises, so that between two of them the smaller value surely passes and more than the
    larger one surely fails; what lies between is undecided. Below the first level and above the last only one side is known.
    """
    _positive(level)
    square, whole = _variation_squared(values)
    passes = next((most for named, most in VARIATION if named >= level), None)
    fails = next((most for named, most in reversed(VARIATION) if named <= level), None)
    facts = [said(N_("The coefficient of variation is {value} % at {level} mg/kg."), value=round_to(variation(values), "0.01"), level=level)]
    with localcontext(prec=PRODUCTS):
        if passes is not None and square <= passes**2 * whole:
            return decided(True, *facts, said(N_("Up to {most} % is accepted there."), most=passes))
        if fails is not None and square > fails**2 * whole:
            return decided(False, *facts, said(N_("No more than {most} % is accepted there."), most=fails))
    unknown = said(N_("GB/T 27404-2008 names no value for this level, and the neighbouring ones do not decide. Use the method's own."))
    return Decision(Verdict.UNDECIDED, (*facts, unknown))


def judge_duplicates(first: Decimal, second: Decimal, *, allowed: Decimal) -> Decision:
    """Judge two results of one sample: their difference may be *allowed* per cent of their mean. Raises Refusal for a negative number."""
    _amounts(first, second, allowed)
    with localcontext(prec=PRODUCTS):
        apart, total = abs(first - second), first + second
        kept = apart * 200 <= allowed * total
    value = percent(apart * 2, total) if total else D(0)
    words = N_("The duplicates differ by {value} % of their mean; {allowed} % are allowed.")
    return decided(kept, said(words, value=round_to(value, "0.01"), allowed=allowed), *([] if kept else [said(N_("Repeat the analysis."))]))


def judge_blank(found: Decimal | None, *, limit: Decimal | None) -> Decision:
    """Judge a blank: *found* (None where nothing was) has to lie below the *limit* of detection or quantitation, in its unit."""
    if found is None:
        return decided(True, said(N_("Nothing was found in the blank.")))
    checked(found)
    if limit is None:
        return Decision(Verdict.UNDECIDED, (said(N_("The blank cannot be judged: the method has no limit of detection or quantitation on file.")),))
    _positive(limit)
    return decided(found < limit, said(N_("The blank is {found}; it has to lie below {limit}."), found=found, limit=limit))


def judge_curve(r: Decimal, *, least: Decimal) -> Decision:
    """Judge a calibration by its correlation coefficient; *least* is the method's. For a falling curve hand in the absolute value.

    Raises Refusal beyond -1 to 1.
    """
    checked(r, least)
    if abs(r) > 1 or not 0 < least <= 1:
        raise Refusal(_("A correlation coefficient lies between -1 and 1, and the least one accepted above 0. Check both."))
    return decided(r >= least, said(N_("The correlation coefficient is {r}; at least {least} is asked for."), r=r, least=least))


def judge_check(found: Decimal, nominal: Decimal, *, allowed: Decimal) -> Decision:
    """Judge a standard measured among the samples: it may differ from its *nominal* value by *allowed* per cent. Raises Refusal for a negative number."""
    _amounts(found, allowed)
    _positive(nominal)
    with localcontext(prec=PRODUCTS):
        apart = found - nominal
        kept = abs(apart) * 100 <= allowed * nominal
    words = N_("The check standard differs by {value} % from its nominal value; ±{allowed} % are allowed.")
    return decided(kept, said(words, value=round_to(percent(apart, nominal), "0.01"), allowed=allowed))


class Zone(StrEnum):
    """Where a control value lies on its chart; a value on a line lies within it."""

    WITHIN = "within"
    WARNING = "warning"
    ACTION = "action"


ZONE_SENTENCES = {
    Zone.WITHIN: N_("Point {point} is {value} and lies within the warning limits."),
    Zone.WARNING: N_("Point {point} is {value} and lies beyond a warning limit."),
    Zone.ACTION: N_("Point {point} is {value} and lies beyond an action limit."),
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A control chart: centre line and standard deviation, warning at 2 and action at 3 of them."""

    mean: Decimal
    s: Decimal

    def __post_init__(self) -> None:
        checked(self.mean)
        _positive(self.s)

    def line(self, times: int) -> Decimal:
        """Return where the line *times* standard deviations above the centre is drawn (below, where negative)."""
        with localcontext(prec=PRODUCTS):
            return self.mean + times * self.s

    def zone(self, value: Decimal) -> Zone:
        """Return where *value* lies. Raises Refusal for what is no number."""
        checked(value)
        if not self.line(-3) <= value <= self.line(3):
            return Zone.ACTION
        return Zone.WITHIN if self.line(-2) <= value <= self.line(2) else Zone.WARNING


Pattern = Callable[[Sequence[Decimal], Decimal], bool]
"""Tells from the newest deviations from the centre, oldest first, and the standard deviation whether a rule is broken at the last of them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One run rule of a control chart."""

    code: str
    words: str
    points: int
    """How many points it looks at, the newest one included."""
    needed: int
    """How many there have to be before it can be broken."""
    shows: Pattern


def _beyond(times: int, count: int) -> Pattern:
    """The newest point and *count* in all lie beyond so many standard deviations, on one side."""

    def shows(points: Sequence[Decimal], s: Decimal) -> bool:
        sides = ([side * point > times * s for point in points] for side in (1, -1))
        return any(beyond[-1] and sum(beyond) >= count for beyond in sides)

    return shows


def _apart(points: Sequence[Decimal], s: Decimal) -> bool:
    return max(points) > 2 * s and min(points) < -2 * s


def _trend(points: Sequence[Decimal], _s: Decimal) -> bool:
    return len(directions := set(_directions(points))) == 1 and directions != {0}


def _alternating(points: Sequence[Decimal], _s: Decimal) -> bool:
    directions = _directions(points)
    return all(one * following < 0 for one, following in pairwise(directions))


def _hugging(points: Sequence[Decimal], s: Decimal) -> bool:
    return all(abs(point) <= s for point in points)


def _shunning(points: Sequence[Decimal], s: Decimal) -> bool:
    return all(abs(point) > s for point in points) and min(points) < 0 < max(points)


def _directions(points: Sequence[Decimal]) -> list[int]:
    return [(later > earlier) - (later < earlier) for earlier, later in pairwise(points)]


WESTGARD = (
    Rule("1-3s", N_("Point {point} breaks 1-3s: it lies more than 3s from the mean."), 1, 1, _beyond(3, 1)),
    Rule("2-2s", N_("Point {point} breaks 2-2s: two in a row lie more than 2s from the mean on one side."), 2, 2, _beyond(2, 2)),
    Rule("R-4s", N_("Point {point} breaks R-4s: of two in a row one lies above +2s and one below -2s."), 2, 2, _apart),
    Rule("4-1s", N_("Point {point} breaks 4-1s: four in a row lie more than 1s from the mean on one side."), 4, 4, _beyond(1, 4)),
    Rule("10x", N_("Point {point} breaks 10x: ten in a row lie on one side of the mean."), 10, 10, _beyond(0, 10)),
)
"""Westgard's multi-rule. R-4s is meant for controls of one run: leave it out where neighbouring points come from different runs."""

SHEWHART = (
    Rule("1", N_("Point {point} breaks test 1: it lies more than 3s from the mean."), 1, 1, _beyond(3, 1)),
    Rule("2", N_("Point {point} breaks test 2: nine in a row lie on one side of the mean."), 9, 9, _beyond(0, 9)),
    Rule("3", N_("Point {point} breaks test 3: six in a row rise or fall."), 6, 6, _trend),
    Rule("4", N_("Point {point} breaks test 4: fourteen in a row go up and down in turn."), 14, 14, _alternating),
    Rule("5", N_("Point {point} breaks test 5: two of three in a row lie more than 2s from the mean on one side."), 3, 2, _beyond(2, 2)),
    Rule("6", N_("Point {point} breaks test 6: four of five in a row lie more than 1s from the mean on one side."), 5, 4, _beyond(1, 4)),
    Rule("7", N_("Point {point} breaks test 7: fifteen in a row lie within 1s of the mean."), 15, 15, _hugging),
    Rule("8", N_("Point {point} breaks test 8: eight in a row lie on both sides, none within 1s of the mean."), 8, 8, _shunning),
)
"""The eight tests of GB/T 4091-2001. A point on a line lies within it, one on the centre line on neither side."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that is broken at a point; points are counted from 1, as on the chart."""

    rule: Rule
    point: int

    def said(self) -> Said:
        """Return it as a sentence."""
        return said(self.rule.words, point=self.point)


def broken(chart: Chart, values: Sequence[Decimal], rules: Sequence[Rule]) -> tuple[Broken, ...]:
    """Return which rules are broken at which points, in the order of the points. A rule is broken at the point that completes its pattern.

    *values* stand in the order in which they were measured. Raises Refusal for what is no number.
    """
    checked(*values)
    with localcontext(prec=PRODUCTS):
        deviations = [value - chart.mean for value in values]
        return tuple(
            Broken(rule, point)
            for point in range(1, len(values) + 1)
            for rule in rules
            if _breaks(rule, deviations[max(0, point - rule.points) : point], chart.s)
        )


def judge_chart(chart: Chart, values: Sequence[Decimal], rules: Sequence[Rule]) -> Decision:
    """Judge the newest of *values* in the light of those before it: what was broken at earlier points was dealt with then.

    A warning does not fail the run. Without a value it is undecided.
    """
    if not values:
        return Decision(Verdict.UNDECIDED, (said(N_("There is no control value.")),))
    found = [one.said() for one in broken(chart, values, rules) if one.point == len(values)]
    zone = chart.zone(values[-1])
    because = (said(ZONE_SENTENCES[zone], point=len(values), value=values[-1]), *found)
    if not found and zone is not Zone.ACTION:
        return decided(True, *because)
    return decided(False, *because, said(N_("The run is out of control: its results wait until the cause is found and put right.")))


def _breaks(rule: Rule, points: Sequence[Decimal], s: Decimal) -> bool:
    return len(points) >= rule.needed and rule.shows(points, s)


def decided(kept: bool, *because: Said) -> Decision:
    """Return a pass or a fail with its sentences."""
    return Decision(Verdict.PASS if kept else Verdict.FAIL, because)


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Return *part* in per cent of *whole*, 30 digits. Both are checked numbers, *whole* is not 0."""
    with localcontext(prec=CARRIED):
        return part * 100 / whole


def checked(*values: Decimal) -> None:
    """Raise Refusal unless all are numbers of a size that can be measured: below 10^60, at most 100 digits."""
    for value in values:
        if not value.is_finite() or abs(value.adjusted()) > 60 or len(value.as_tuple().digits) > 100:
            raise Refusal(_("“{value}” is no number that can be reckoned with. Check what was entered.").format(value=_short(value)))


def _short(value: Decimal) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _amounts(*values: Decimal) -> None:
    checked(*values)
    for value in values:
        if value < 0:
            raise Refusal(_("{value} is negative; an amount is not. Check what was entered.").format(value=plain(value)))


def _positive(value: Decimal) -> None:
    checked(value)
    if value <= 0:
        raise Refusal(_("{value} has to lie above 0. Check what was entered.").format(value=plain(value)))


def _variation_squared(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Return two numbers whose quotient is the square of the coefficient of variation in per cent, without dividing."""
    _amounts(*values)
    if len(values) < 2:
        raise Refusal(_("A coefficient of variation needs two values at least."))
    count = len(values)
    with localcontext(prec=PRODUCTS):
        total, squares = sum(values, D(0)), sum((value * value for value in values), D(0))
        if not total:
            raise Refusal(_("All values are 0, so they have no coefficient of variation."))
        return 10000 * count * (count * squares - total * total), (count - 1) * total * total
