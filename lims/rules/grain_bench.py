"""What a grain bench works out from weighings, titrations and tastings, before anything is judged.

Sources: GB 5009.3 (moisture), GB/T 5494 and 5495 (foreign matter, unsound kernels, husked yield), GB/T 15684 and GB/T 20569-20571 (fatty acid value,
gluten water absorption, tasting), GB/T 21304 (hardness). Masses in g, volumes in mL, shares in %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.replicates import REPORTED, mean, measured
from lims.rules.rounding import EXACT, round_to
from lims.rules.verdict import Said, said


def moisture(*, dish: Decimal, sample: Decimal, dried: Decimal) -> Decimal:
    """Return moisture in %, (W1 + W0 - W2)/W1 x 100, not rounded: *dish* W0, *sample* W1, *dried* W2 dish and dried sample, all g (GB 5009.3)."""
    with localcontext(prec=EXACT):
        return _share(measured(sample) + measured(dish) - measured(dried), sample)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Return *part* in % of *whole*, both g, not rounded.

    Large foreign matter M = m1/m (GB/T 5494-2019), head rice m/m0 (GB/T 21719-2008), yellow rice m1/m (GB/T 5496-1985), sound kernels of soybean.
    """
    return _share(measured(part), measured(whole))


def _share(part: Decimal, whole: Decimal) -> Decimal:
    if not 0 <= part <= whole:
        raise Refusal(_("A part weighs less than nothing or more than the whole. Check the weighings."))
    with localcontext(prec=EXACT):
        return _quotient(part * 100, whole)


def small_foreign_matter(*, picked: Decimal, portion: Decimal, large: Decimal) -> Decimal:
    """Return N in %, (100 - M) x m3/m2, not rounded: *picked* m3 and *portion* m2 in g, *large* M in % (GB/T 5494-2019)."""
    return _of_small_sample(picked, portion, large)


def mineral_matter(*, picked: Decimal, portion: Decimal, large: Decimal) -> Decimal:
    """Return A in %, (100 - M) x m4/m2, not rounded (GB/T 5494-2019)."""
    return _of_small_sample(picked, portion, large)


def unsound_kernels(*, picked: Decimal, portion: Decimal, large: Decimal) -> Decimal:
    """Return C in %, (100 - M) x m5/m2, not rounded (GB/T 5494-2019)."""
    return _of_small_sample(picked, portion, large)


def mouldy_kernels(*, picked: Decimal, portion: Decimal, large: Decimal) -> Decimal:
    """Return D in %, (100 - M) x m6/m2, not rounded (GB/T 5494-2019)."""
    return _of_small_sample(picked, portion, large)


def _of_small_sample(picked: Decimal, portion: Decimal, large: Decimal) -> Decimal:
    """The portion is taken from what remains after the large foreign matter, so it stands for 100 - M per cent of the sample."""
    if measured(picked) > measured(portion) or measured(large) > 100:
        raise Refusal(_("A part weighs less than nothing or more than the whole. Check the weighings."))
    with localcontext(prec=EXACT):
        return _quotient((100 - large) * picked, portion)


def foreign_matter(*, large: Decimal, small: Decimal) -> Decimal:
    """Return the total in %, B = M + N of the two means, not rounded yet, rounded once to 0.1 (GB/T 5494-2019)."""
    with localcontext(prec=EXACT):
        return round_to(measured(large) + measured(small), "0.1")


def husked_yield(*, paddy: Decimal, sound: Decimal, unsound: Decimal) -> Decimal:
    """Return husked rice yield in %, (m1 + m2/2)/m0 x 100, not rounded: unsound husked kernels count half, all g (GB/T 5495-2008)."""
    with localcontext(prec=EXACT):
        if measured(sound) + measured(unsound) > measured(paddy):
            raise Refusal(_("A part weighs less than nothing or more than the whole. Check the weighings."))
        return _share(sound + unsound / 2, paddy)


KOH = Decimal("56.1")
"""Molar mass of potassium hydroxide, g/mol, as the method writes it."""
DILUTION = 2
"""50 mL of extract, of which 25 mL are titrated."""


def fatty_acid_value(*, titrated: Decimal, blank: Decimal, concentration: Decimal, sample: Decimal, moisture: Decimal) -> Decimal:
    """Return mg KOH per 100 g dry matter, (V - V0) x c x 56.1 x 2 x 100 x 100/(m x (100 - w)), not rounded.

    *titrated* V and *blank* V0 in mL, *concentration* c in mol/L, *sample* m in g, *moisture* w in % (GB/T 20569-2006 annex A, GB/T 20570-2015 annex A).
    """
    if measured(titrated) < measured(blank):
        raise Refusal(_("The blank used more than the sample. Check the titration."))
    if measured(moisture) >= 100:
        raise Refusal(_("Moisture is 100 % or more. Check the weighings."))
    with localcontext(prec=EXACT):
        return _quotient((titrated - blank) * measured(concentration) * KOH * DILUTION * 100 * 100, measured(sample) * (100 - moisture))


def gluten_water_absorption(*, wet: Decimal, dry: Decimal) -> Decimal:
    """Return the water wet gluten holds in % of the dry one, (m1 - m2)/m2 x 100, not rounded, both g (GB/T 20571-2006 annex A)."""
    if measured(dry) > measured(wet):
        raise Refusal(_("Dry gluten weighs more than wet gluten. Check the weighings."))
    with localcontext(prec=EXACT):
        return _quotient((wet - dry) * 100, dry)


CARRIED = 50
"""Digits a quotient is carried to, as in the formulas of the library."""


def _quotient(above: Decimal, below: Decimal) -> Decimal:
    if not below:
        raise Refusal(_("Something would be divided by zero. Check the weighings."))
    with localcontext(prec=CARRIED):
        return above / below


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One line of a tasting sheet and the most points it can have."""

    code: str
    label: str
    most: int


STEAMED_BUN = (
    ScoreItem("volume", N_("Specific volume"), 15),
    ScoreItem("colour", N_("Surface colour"), 15),
    ScoreItem("springiness", N_("Springiness"), 10),
    ScoreItem("odour", N_("Odour"), 20),
    ScoreItem("taste", N_("Taste"), 20),
    ScoreItem("toughness", N_("Toughness"), 10),
    ScoreItem("stickiness", N_("Stickiness"), 10),
)
"""Wheat: GB/T 20571-2006 annex."""

MAIZE_BUN = (
    ScoreItem("odour", N_("Odour"), 40),
    ScoreItem("colour", N_("Colour"), 10),
    ScoreItem("outside", N_("Outer structure"), 5),
    ScoreItem("inside", N_("Inner structure"), 5),
    ScoreItem("taste", N_("Taste"), 40),
)
"""Maize: GB/T 20570-2015 annex B."""


def eating_score(points: Mapping[str, Decimal], sheet: Sequence[ScoreItem]) -> Decimal:
    """Return the sum of one judge's points; every item of the sheet has some, none more than it can have."""
    if points.keys() != {item.code for item in sheet}:
        raise Refusal(_("Give points for each of these and nothing else: {items}.").format(items=_(", ").join(_(item.label) for item in sheet)))
    for item in sheet:
        if measured(points[item.code]) > item.most:
            raise Refusal(_("{item} has at most {most} points.").format(item=_(item.label), most=item.most))
    with localcontext(prec=EXACT):
        return sum(points.values(), Decimal(0))


def volume_points(volume: Decimal) -> Decimal:
    """Return the points for the specific volume of a steamed bun in mL/g, rounded to the 0.1 the scale counts in: 15 from 2.3 on, 1 less for each 0.1 less."""
    below = (Decimal("2.3") - round_to(measured(volume), "0.1")) * 10
    return Decimal(min(15, max(0, 15 - int(below))))


@dataclass(frozen=True, slots=True)
class Panel:
    """What a panel of judges says together."""

    score: Decimal | None
    """Whole points, or None where the judges lie too far apart."""
    left_out: tuple[int, ...]
    """Numbers of the judges that do not count, from 1."""
    because: tuple[Said, ...]


def panel_score(scores: Sequence[Decimal], apart: Decimal | None) -> Panel:
    """Return the mean of the judges in whole points; who lies more than *apart* points from the first mean does not count, once.

    Without *apart* every judge counts; whether one is left out, and from how many points on, is a setting of the laboratory.
    """
    if not scores or any(measured(score) > 100 for score in scores):
        raise Refusal(_("Give the judges' scores, each from 0 to 100."))
    far = [] if apart is None else _far(scores, measured(apart))
    counted = [score for number, score in enumerate(scores, 1) if number not in far]
    why = tuple(said(N_("Judge {number}, {score}, lies more than {apart} from the mean."), number=one, score=scores[one - 1], apart=apart) for one in far)
    if not counted:
        return Panel(None, tuple(far), (*why, said(N_("No judge is left. Taste again."))))
    score = round_to(mean(counted), "1")
    return Panel(score, tuple(far), (*why, said(REPORTED, value=score)))


def _far(scores: Sequence[Decimal], apart: Decimal) -> list[int]:
    """Compared without a division: n x score against the sum."""
    count = len(scores)
    with localcontext(prec=EXACT):
        total = sum(scores, Decimal(0))
        return [number for number, score in enumerate(scores, 1) if abs(count * score - total) > count * apart]


class Hardness(StrEnum):
    """How hard wheat is."""

    HARD = "hard"
    MIXED = "mixed"
    SOFT = "soft"


HARDNESS_WORDS = {Hardness.HARD: N_("Hard wheat"), Hardness.MIXED: N_("Mixed wheat"), Hardness.SOFT: N_("Soft wheat")}


def hardness(index: Decimal) -> Hardness:
    """Return the class of a hardness index, rounded to whole numbers: 60 and more hard, 45 and less soft (GB 1351, GB/T 21304-2007)."""
    whole = round_to(measured(index), "1")
    return Hardness.HARD if whole >= 60 else Hardness.SOFT if whole <= 45 else Hardness.MIXED
