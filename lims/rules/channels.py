"""Rapid readers that send raw channels: what a run with its control, and the two lines of a strip, say of each sample.

The laws of a rapid test are those of `lims.rules.rapid`; here its readings are brought to them. A control is the day's, a cut-off and a curve the lot's:
all are handed in, and without them nothing is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_05UP, Decimal, localcontext
from itertools import pairwise
from typing import Literal

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.control import CARRIED, PRODUCTS, checked
from lims.rules.rapid import Enzyme, Outcome, Screened, Strip, enzyme, inhibition, measure
from lims.rules.rounding import plain, round_to
from lims.rules.verdict import Said, Verdict, said

PRINTED = "0.01"
"""The last digit of an inhibition in per cent."""
RATIO_PRINTED = "0.0001"
"""The last digit of a ratio of two lines."""
DIGITS = 100
"""Of a ratio: no checked number has more."""


@dataclass(frozen=True, slots=True)
class Cuvette:
    """One channel of a photometer: *change* is the change of absorbance in the time of the reaction, None where the reader sent none."""

    position: str
    sample: str
    change: Decimal | None
    interfering: bool = False
    """The sample is of a kind that disturbs the enzyme (`rapid.interferes`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """What raw channels say of one sample; *screened* is None where nothing can be said, and *because* says why not."""

    position: str
    sample: str
    screened: Screened | None
    because: tuple[Said, ...]
    inhibition: Decimal | None = None
    """Per cent, with the digits that are printed."""
    ratio: Decimal | None = None
    """Test line over control line, with the digits that are printed."""
    concentration: Decimal | None = None
    """From the lot's curve, in the curve's unit."""
    comparator: Literal["<", ">"] | None = None
    """The concentration lies beyond this end of the curve."""

    @property
    def outcome(self) -> Outcome | None:
        """What the test says, None where it is undecided."""
        return self.screened.outcome if self.screened else None

    @property
    def verdict(self) -> Verdict:
        """The verdict on the rapid-test sheet."""
        return self.screened.verdict if self.screened else Verdict.UNDECIDED


NO_CONTROL = said(N_("There is no control of this day, so the inhibition cannot be worked out. Measure a control first."))
NO_CHANGE = said(N_("The reader sent no change of absorbance for this position. Measure it again."))
NO_LINES = said(N_("The reader sent no lines for this strip. Measure it again."))


def inhibition_run(run: Sequence[Cuvette], control: Cuvette | None, method: Enzyme) -> tuple[Concluded, ...]:
    """Return what a run says of each cuvette but the *control*, which is the day's and may have stood in an earlier run of the same day.

    Without a control all are undecided; with one below the method's minimum all are invalid. Raises Refusal for what is no number.
    """
    return tuple(_inhibited(one, control.change if control else None, method) for one in run if one != control)


def _inhibited(one: Cuvette, control: Decimal | None, method: Enzyme) -> Concluded:
    if control is None or one.change is None:
        return Concluded(position=one.position, sample=one.sample, screened=None, because=(NO_CONTROL if control is None else NO_CHANGE,))
    screened = enzyme(control, one.change, method, interfering=one.interfering)
    found = None if screened.outcome is Outcome.INVALID else round_to(inhibition(control, one.change), PRINTED)
    return Concluded(position=one.position, sample=one.sample, screened=screened, because=screened.because, inhibition=found)


@dataclass(frozen=True, slots=True)
class Lines:
    """The two lines of one strip in the reader's own measure, None where the reader sent none."""

    position: str
    sample: str
    control: Decimal | None
    test: Decimal | None


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the lot's curve."""

    concentration: Decimal
    ratio: Decimal


@dataclass(frozen=True, slots=True)
class Curve:
    """The curve of a lot, as the kit's leaflet gives it: points of rising concentration whose ratios only fall or only rise."""

    points: tuple[Point, ...]
    unit: str
    logarithmic: bool
    """Between two points the ratio is linear in the logarithm of the concentration, else in the concentration itself."""
    printed: str = "3s"
    """Interval of rounding of a concentration (`round_to`)."""

    def __post_init__(self) -> None:
        checked(*(number for point in self.points for number in (point.concentration, point.ratio)))
        steps = list(pairwise(self.points))
        rising = all(before.concentration < after.concentration for before, after in steps)
        falls = [before.ratio > after.ratio for before, after in steps]
        level = any(before.ratio == after.ratio for before, after in steps)
        if not steps or not rising or level or len(set(falls)) > 1:
            raise Refusal(_("A curve has two points at least; their concentrations rise, and their ratios only fall or only rise. Check the kit's leaflet."))
        lowest = self.points[0].concentration
        if lowest < 0 or (self.logarithmic and not lowest):
            raise Refusal(_("A concentration is not negative, and on a logarithmic curve it lies above 0. Check the kit's leaflet."))
        round_to(lowest, self.printed)


def lines(one: Lines, strip: Strip, *, least_line: Decimal | None = None, curve: Curve | None = None) -> Concluded:
    """Return what the lines of one strip say: the ratio against the *strip*'s cut-off, and the concentration where the lot has a *curve*.

    A control line below *least_line*, or none at all, makes the strip invalid. Raises Refusal for what is no number, for a negative test line,
    and for a strip that is read by eye.
    """
    if one.control is None or one.test is None:
        return Concluded(position=one.position, sample=one.sample, screened=None, because=(NO_LINES,))
    checked(one.control, one.test)
    if one.control <= 0 or (least_line is not None and one.control < least_line):
        screened = measure(strip, control_line=False, ratio=None)
        return Concluded(position=one.position, sample=one.sample, screened=screened, because=screened.because)
    with localcontext(prec=DIGITS, rounding=ROUND_05UP):
        # Rounded so that a ratio that does not come out even never looks like a cut-off or a point of the curve.
        ratio = one.test / one.control
    printed = round_to(ratio, RATIO_PRINTED)
    screened = _with_ratio(measure(strip, control_line=True, ratio=ratio), printed)
    if curve is None:
        return Concluded(position=one.position, sample=one.sample, screened=screened, because=screened.because, ratio=printed)
    comparator, found = concentration(curve, ratio)
    because = (*screened.because, said(CURVE_SENTENCES[comparator], value=found, unit=curve.unit))
    return Concluded(position=one.position, sample=one.sample, screened=screened, because=because, ratio=printed, concentration=found, comparator=comparator)


def _with_ratio(screened: Screened, printed: Decimal) -> Screened:
    """Write the ratio with the digits that are printed; it was compared with all it has."""
    first, *rest = screened.because
    return replace(screened, because=(replace(first, facts={**first.facts, "ratio": plain(printed)}), *rest))


CURVE_SENTENCES: dict[Literal["<", ">"] | None, str] = {
    None: N_("The lot's curve gives {value} {unit}."),
    "<": N_("The ratio lies beyond the lot's curve, which begins at {value} {unit}."),
    ">": N_("The ratio lies beyond the lot's curve, which ends at {value} {unit}."),
}


def concentration(curve: Curve, ratio: Decimal) -> tuple[Literal["<", ">"] | None, Decimal]:
    """Return the concentration at *ratio*; beyond an end of the curve that end and `<` or `>`, never an extrapolation.

    A point of the curve gives its own concentration; between two, the straight line through them is taken, and rounded once.
    """
    first, last = curve.points[0], curve.points[-1]
    falling = first.ratio > last.ratio
    if (ratio > first.ratio) if falling else (ratio < first.ratio):
        return "<", first.concentration
    if (ratio < last.ratio) if falling else (ratio > last.ratio):
        return ">", last.concentration
    low, high = next((low, high) for low, high in pairwise(curve.points) if min(low.ratio, high.ratio) <= ratio <= max(low.ratio, high.ratio))
    return None, round_to(_between(low, high, ratio, logarithmic=curve.logarithmic), curve.printed)


def _between(low: Point, high: Point, ratio: Decimal, *, logarithmic: bool) -> Decimal:
    for point in (low, high):
        if ratio == point.ratio:
            return point.concentration
    if logarithmic:
        with localcontext(prec=2 * CARRIED):
            share = (ratio - low.ratio) / (high.ratio - low.ratio)
            return low.concentration * ((high.concentration / low.concentration).ln() * share).exp()
    with localcontext(prec=PRODUCTS):
        return low.concentration + (ratio - low.ratio) * (high.concentration - low.concentration) / (high.ratio - low.ratio)
