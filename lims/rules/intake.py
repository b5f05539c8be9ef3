"""Grain by weight: what is added or taken off at intake for its quality, and whether a pile holds what the books say.

Sources: 国粮发〔2010〕178号 (bonus and deduction by full steps; the rates are rows of the library and come from the caller); working sheet of a state
grain laboratory for the quantity of a pile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.replicates import measured
from lims.rules.rounding import EXACT, plain, round_to
from lims.rules.verdict import Decision, Said, Verdict, said


class Direction(StrEnum):
    """On which side of its base a value is counted."""

    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Deduction:
    """One row of the rates: what each full step away from the base adds to the net weight or takes off it."""

    index: str
    direction: Direction
    base: Decimal
    step: Decimal
    """Points of one step; what remains below a full step is ignored."""
    percent: Decimal
    """Per cent of the net weight for each step: above 0 a bonus, below 0 a deduction."""
    cap: Decimal | None = None
    """Points beyond which nothing more is counted."""


@dataclass(frozen=True, slots=True)
class Deducted:
    """What one rate gives for one truck; figures are None where the index has not been determined."""

    index: str
    steps: int | None
    percent: Decimal | None
    weight: Decimal | None
    """In kg, three decimals: above 0 added, below 0 taken off."""
    because: Said


@dataclass(frozen=True, slots=True)
class Settled:
    """All rates of one truck and their sum in kg, or None while an index is missing."""

    lines: tuple[Deducted, ...]
    weight: Decimal | None


def settled(found: Mapping[str, Decimal | None], rates: Sequence[Deduction], net: Decimal) -> Settled:
    """Return bonus and deduction for a truck of *net* kg; *found* holds the values as reported, in per cent."""
    if not rates:
        raise Refusal(_("No rates are given. Choose the rules of bonus and deduction."))
    lines = tuple(deducted(found.get(rate.index), rate, net) for rate in rates)
    weights = [line.weight for line in lines if line.weight is not None]
    with localcontext(prec=EXACT):
        return Settled(lines, sum(weights, Decimal("0.000")) if len(weights) == len(lines) else None)


def deducted(value: Decimal | None, rate: Deduction, net: Decimal) -> Deducted:
    """Return what one rate gives: full steps x per cent, and of *net* kg the weight, rounded once to 0.001 kg."""
    net = measured(net)
    if value is None:
        return Deducted(rate.index, None, None, None, said(N_("{index}: not determined yet."), index=rate.index))
    steps = full_steps(value, rate)
    with localcontext(prec=EXACT):
        percent = rate.percent * steps
        weight = round_to(net * percent / 100, "0.001")
    facts = {"index": rate.index, "value": value, "base": rate.base, "steps": steps, "percent": _signed(percent), "weight": _signed(weight)}
    return Deducted(rate.index, steps, percent, weight, said(STEPPED[rate.direction], **facts))


STEPPED = {
    Direction.BELOW: N_("{index}: {value} % against {base} %, full steps below: {steps}, {percent} % of the net weight, {weight} kg."),
    Direction.ABOVE: N_("{index}: {value} % against {base} %, full steps above: {steps}, {percent} % of the net weight, {weight} kg."),
}


def full_steps(value: Decimal, rate: Deduction) -> int:
    """Return how many full steps *value* lies beyond the base on the side of the rate, up to its cap; counted with integers: 1.1 holds 0.5 twice."""
    if not (measured(rate.step) and measured(rate.percent.copy_abs()) <= 100):
        raise Refusal(_("A rate needs a step above 0 and at most 100 % for each step. Correct it in the library."))
    with localcontext(prec=EXACT):
        points = measured(value) - measured(rate.base)
        points = -points if rate.direction is Direction.BELOW else points
        points = points if rate.cap is None else min(points, measured(rate.cap))
        return int(max(points, Decimal(0)) // rate.step)


def _either(value: Decimal) -> Decimal:
    return measured(value.copy_abs()).copy_sign(value)


def _signed(value: Decimal) -> str:
    return f"+{plain(value)}" if value > 0 else plain(value)


def represented(tonnes: Decimal, most: Decimal) -> Decision:
    """Say whether one sample can stand for a position of *tonnes*; *most* is a setting of the task. Above it nobody knows."""
    facts = {"tonnes": measured(tonnes), "most": measured(most)}
    if tonnes <= most:
        return Decision(Verdict.PASS, (said(N_("The sample stands for {tonnes} t, at most {most} t are allowed."), **facts),))
    words = N_("The sample stands for {tonnes} t, more than {most} t. Take several samples and judge them together, or say why one is enough.")
    return Decision(Verdict.UNDECIDED, (said(words, **facts),))


def real_volume(pile: Decimal, taken_off: Decimal) -> Decimal:
    """Return the volume of the grain in m3: what was measured less what is no grain (ducts, posts, empty corners)."""
    if measured(taken_off) > measured(pile):
        raise Refusal(_("More volume is taken off than was measured. Check the lengths."))
    with localcontext(prec=EXACT):
        return pile - taken_off


def mean_density(test_weight: Decimal, factor: Decimal) -> Decimal:
    """Return the density of the pile in kg/m3, one decimal: test weight in g/L x correction factor."""
    with localcontext(prec=EXACT):
        return round_to(measured(test_weight) * measured(factor), "0.1")


def computed_quantity(volume: Decimal, density: Decimal) -> Decimal:
    """Return the grain in the pile in whole kg: volume in m3 x density in kg/m3."""
    with localcontext(prec=EXACT):
        return round_to(measured(volume) * measured(density), "1")


def moisture_loss(book: Decimal, *, intake: Decimal, present: Decimal) -> Decimal:
    """Return what drying has cost in whole kg, book x (intake - present)/(100 - present), moistures in %; below 0 where the grain became moister."""
    if measured(intake) >= 100 or measured(present) >= 100:
        raise Refusal(_("Moisture is 100 % or more. Check the weighings."))
    with localcontext(prec=EXACT):
        return round_to(measured(book) * (intake - present) / (100 - present), "1")


def natural_loss(book: Decimal, years: Decimal, rate: Decimal) -> Decimal:
    """Return the loss of mere storing in whole kg: book x *rate* in % for a year x *years*."""
    if measured(rate) > 100:
        raise Refusal(_("A loss is at most 100 % a year. Correct the setting."))
    with localcontext(prec=EXACT):
        return round_to(measured(book) * rate * measured(years) / 100, "1")


def checked_quantity(computed: Decimal, *losses: Decimal) -> Decimal:
    """Return what is answered for in kg: the grain in the pile and the losses that are accounted for."""
    with localcontext(prec=EXACT):
        return sum((_either(loss) for loss in losses), measured(computed))


def difference_rate(book: Decimal, checked: Decimal) -> Decimal:
    """Return how far the books lie from the check in % of the books, (book - checked)/book, one decimal; above 0 grain is missing."""
    if not measured(book):
        raise Refusal(_("The books say that the pile is empty. Enter the quantity of the books."))
    with localcontext(prec=EXACT):
        return round_to((book - measured(checked)) * 100 / book, "0.1")


def books(rate: Decimal, allowed: Decimal) -> Decision:
    """Take the books as right where the difference rate in % lies within *allowed* on either side; else somebody looks for the cause."""
    facts = {"rate": _signed(_either(rate)), "allowed": measured(allowed)}
    if rate.copy_abs() <= allowed:
        return Decision(Verdict.PASS, (said(N_("The difference is {rate} %, within ±{allowed} %: the books are taken as right."), **facts),))
    return Decision(Verdict.FAIL, (said(N_("The difference is {rate} %, more than ±{allowed} %. Find the cause and check again."), **facts),))
