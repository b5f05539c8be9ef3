"""Rapid tests: what a reading says, when it says nothing, and what has to follow. A positive is a suspicion, never the verdict of a report.

Sources: GB/T 5009.199-2003 (enzyme inhibition, spectrophotometer and card); the usual rules of colloidal-gold strips (no control line, no result);
食品安全法 (2021), Article 112 (what a rapid test finds suspicious is tested by the formal method).
Thresholds, cut-offs and the least control are properties of the method or of the kit's lot and are handed in. Comparisons are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum
from itertools import pairwise

from lims.errors import Refusal
from lims.i18n import N_, _, joined
from lims.rules.control import PRODUCTS, checked, percent
from lims.rules.rounding import round_to
from lims.rules.verdict import Said, Verdict, said


class Outcome(StrEnum):
    """What a rapid test says."""

    POSITIVE = "positive"
    WEAK = "weak positive"
    NEGATIVE = "negative"
    INVALID = "invalid"


OUTCOME_WORDS = {
    Outcome.POSITIVE: N_("Positive"),
    Outcome.WEAK: N_("Weak positive"),
    Outcome.NEGATIVE: N_("Negative"),
    Outcome.INVALID: N_("Invalid"),
}

WRITTEN = {Outcome.POSITIVE: "阳性", Outcome.WEAK: "弱阳性", Outcome.NEGATIVE: "阴性", Outcome.INVALID: "无效"}
"""What a rapid test says, as a result is written where there is no number; `quantity.read` knows these words."""

_VERDICTS = {Outcome.POSITIVE: Verdict.FAIL, Outcome.WEAK: Verdict.FAIL, Outcome.NEGATIVE: Verdict.PASS, Outcome.INVALID: Verdict.UNDECIDED}


@dataclass(frozen=True, slots=True)
class Screened:
    """What a rapid test says, the sentences that lead to it, and how often it has to be repeated at least."""

    outcome: Outcome
    because: tuple[Said, ...]
    further: int = 0

    @property
    def verdict(self) -> Verdict:
        """The verdict on the rapid-test sheet, where a fail reads 疑似不合格; no other paper may use it."""
        return _VERDICTS[self.outcome]

    def why(self) -> str:
        """Return the explanation in the present language."""
        return joined(one.shown() for one in self.because)


SUSPECTED = said(N_("A positive rapid test is a suspicion only: confirm it by another method before anything is judged."))


@dataclass(frozen=True, slots=True)
class Enzyme:
    """What an enzyme inhibition method lays down."""

    threshold: Decimal
    """Per cent of inhibition from which a sample is positive."""
    least_control: Decimal | None
    """The least change of absorbance the control has to show, or None where none is known."""
    repeats: int
    """How often a positive is repeated at least."""

    def __post_init__(self) -> None:
        checked(self.threshold)
        if not 0 < self.threshold <= 100:
            raise Refusal(_("The threshold of inhibition lies above 0 % and not above 100 %. Enter the method's own."))
        if self.least_control is not None:
            checked(self.least_control)
            if self.least_control <= 0:
                raise Refusal(_("The least change of the control lies above 0. Leave it empty where none is known."))
        if not 1 <= self.repeats <= 9:
            raise Refusal(_("A positive is repeated 1 to 9 times. Enter the method's number."))


def gb_5009_199(least_control: Decimal | None) -> Enzyme:
    """Return what GB/T 5009.199-2003 lays down: positive from 50 %, repeated twice at least. The least change of the control is the laboratory's."""
    return Enzyme(Decimal(50), least_control, 2)


def inhibition(control: Decimal, sample: Decimal) -> Decimal:
    """Return the inhibition in per cent, 30 digits, from the changes of absorbance of *control* and *sample* (GB/T 5009.199-2003).

    Raises Refusal where the control does not change. A sample that changes more than the control has a negative inhibition.
    """
    checked(control, sample)
    if control <= 0:
        raise Refusal(_("The absorbance of the control does not rise, so there is no inhibition to work out. Repeat with fresh enzyme."))
    with localcontext(prec=PRODUCTS):
        lost = control - sample
    return percent(lost, control)


def enzyme(control: Decimal, sample: Decimal, method: Enzyme, *, interfering: bool) -> Screened:
    """Read an enzyme inhibition test from the changes of absorbance of *control* and *sample*; at the threshold it is positive.

    *interfering* says whether the sample is one that disturbs the enzyme (`interferes`). Raises Refusal for what is no number.
    """
    checked(control, sample)
    if control <= 0 or (method.least_control is not None and control < method.least_control):
        return _dead(control, method)
    with localcontext(prec=PRODUCTS):
        inhibited = (control - sample) * 100 >= method.threshold * control
    words = N_("The inhibition is {value} %; positive is {threshold} % and more.")
    because = (said(words, value=round_to(inhibition(control, sample), "0.01"), threshold=method.threshold),)
    return _inhibited(Outcome.POSITIVE if inhibited else Outcome.NEGATIVE, because, method.repeats, interfering=interfering)


def _dead(control: Decimal, method: Enzyme) -> Screened:
    if method.least_control is None:
        because = said(N_("The control changed by {control} only: the enzyme is not fit. Repeat with fresh enzyme."), control=control)
    else:
        words = N_("The control changed by {control}, less than the {least} asked for: the enzyme is not fit. Repeat with fresh enzyme.")
        because = said(words, control=control, least=method.least_control)
    return Screened(Outcome.INVALID, (because,), 1)


class Colour(StrEnum):
    """Colour of a tablet of the enzyme card."""

    WHITE = "white"
    PALE_BLUE = "pale blue"
    SKY_BLUE = "sky blue"


COLOUR_WORDS = {Colour.WHITE: N_("White"), Colour.PALE_BLUE: N_("Pale blue"), Colour.SKY_BLUE: N_("Sky blue")}

CARD = {
    Colour.WHITE: (Outcome.POSITIVE, N_("The tablet stayed white.")),
    Colour.PALE_BLUE: (Outcome.WEAK, N_("The tablet turned pale blue, less than the control.")),
    Colour.SKY_BLUE: (Outcome.NEGATIVE, N_("The tablet turned sky blue like the control.")),
}
"""What the sample's tablet says beside a control that turned blue (GB/T 5009.199-2003, card)."""


def card(control: Colour, sample: Colour, *, interfering: bool) -> Screened:
    """Read an enzyme card. Only a control that turned sky blue is one the sample can be compared with; a positive is repeated twice at least."""
    if control is not Colour.SKY_BLUE:
        return Screened(Outcome.INVALID, (said(N_("The control did not turn blue, so the card says nothing. Repeat with a new card.")),), 1)
    outcome, words = CARD[sample]
    return _inhibited(outcome, (said(words),), 2, interfering=interfering)


def _inhibited(outcome: Outcome, because: tuple[Said, ...], repeats: int, *, interfering: bool) -> Screened:
    if interfering:
        because = (*because, said(N_("This kind of sample disturbs the enzyme, so the result may be false.")))
    if outcome is Outcome.NEGATIVE:
        return Screened(outcome, because)
    return Screened(outcome, (*because, said(N_("Repeat the test; repetitions at least: {count}."), count=repeats), SUSPECTED), repeats)


INTERFERING = (
    *("葱", "蒜", "韭", "萝卜", "芹", "菇", "番茄", "西红柿"),
    *("onion", "garlic", "leek", "radish", "celery", "mushroom", "tomato"),
)
"""Parts of the names of samples that disturb the enzyme (GB/T 5009.199-2003)."""


def interferes(name: str) -> bool:
    """Tell whether a sample of this name is known to disturb the enzyme: rather one too many than one too few."""
    return any(part in name.casefold() for part in INTERFERING)


class Kit(StrEnum):
    """How a strip works: with little of the substance its test line is strong (competitive), or weak (sandwich)."""

    COMPETITIVE = "competitive"
    SANDWICH = "sandwich"


class Reading(StrEnum):
    """How a strip is read."""

    COMPARED = "compared"
    """The colour of the test line beside that of the control line."""
    DISAPPEARING = "disappearing"
    """Whether there is a test line, however pale."""
    RATIO = "ratio"
    """Test line over control line, measured by a reader."""


class Line(StrEnum):
    """The test line beside the control line."""

    ABSENT = "absent"
    LIGHTER = "lighter"
    EQUAL = "equal"
    DARKER = "darker"


SEEN = {
    Reading.COMPARED: {Line.ABSENT: Outcome.POSITIVE, Line.LIGHTER: Outcome.POSITIVE, Line.EQUAL: Outcome.NEGATIVE, Line.DARKER: Outcome.NEGATIVE},
    Reading.DISAPPEARING: {Line.ABSENT: Outcome.POSITIVE, Line.LIGHTER: Outcome.NEGATIVE, Line.EQUAL: Outcome.NEGATIVE, Line.DARKER: Outcome.NEGATIVE},
}
"""What the test line of a competitive strip says to the eye."""

LINE_SENTENCES = {
    Line.ABSENT: N_("There is no test line."),
    Line.LIGHTER: N_("The test line is lighter than the control line."),
    Line.EQUAL: N_("The test line is as dark as the control line."),
    Line.DARKER: N_("The test line is darker than the control line."),
}


@dataclass(frozen=True, slots=True)
class Strip:
    """A kind of colloidal-gold strip; the *cutoff* is that of the lot's curve, and only a measured ratio has one."""

    kit: Kit
    reading: Reading
    cutoff: Decimal | None = None

    def __post_init__(self) -> None:
        if self.kit is Kit.SANDWICH and self.reading is not Reading.RATIO:
            raise Refusal(_("For a sandwich strip only the measured ratio has a rule. Choose the ratio."))
        if (self.cutoff is None) is (self.reading is Reading.RATIO):
            raise Refusal(_("A strip read by its ratio needs a cut-off, any other has none. Check the kit's leaflet."))
        if self.cutoff is not None:
            _ratio(self.cutoff)
            if not self.cutoff:
                raise Refusal(_("The cut-off lies above 0. Enter that of the kit's lot."))


def look(strip: Strip, *, control_line: bool, test_line: Line) -> Screened:
    """Read a strip by eye. Without a control line it says nothing. Raises Refusal for a strip that is measured."""
    if strip.reading is Reading.RATIO:
        raise Refusal(_("This strip is read by a reader. Enter the ratio."))
    if not control_line:
        return _no_control_line()
    return _struck(SEEN[strip.reading][test_line], said(LINE_SENTENCES[test_line]))


def measure(strip: Strip, *, control_line: bool, ratio: Decimal | None) -> Screened:
    """Read a strip from its *ratio* of test line to control line. Without a control line it says nothing, whatever the ratio.

    Competitive strips are positive below the cut-off only, sandwich strips above it only: at the cut-off itself both are negative.
    Raises Refusal for a strip that is read by eye, and where the ratio is missing or no number.
    """
    if strip.cutoff is None:
        raise Refusal(_("This strip is read by eye. Enter how the test line looks."))
    if not control_line:
        return _no_control_line()
    if ratio is None:
        raise Refusal(_("The ratio is missing. Enter what the reader shows."))
    _ratio(ratio)
    positive = ratio < strip.cutoff if strip.kit is Kit.COMPETITIVE else ratio > strip.cutoff
    because = said(RATIO_SENTENCES[strip.kit], ratio=ratio, cutoff=strip.cutoff)
    return _struck(Outcome.POSITIVE if positive else Outcome.NEGATIVE, because)


RATIO_SENTENCES = {
    Kit.COMPETITIVE: N_("The ratio is {ratio}; positive is what lies below the cut-off {cutoff}."),
    Kit.SANDWICH: N_("The ratio is {ratio}; positive is what lies above the cut-off {cutoff}."),
}


def _no_control_line() -> Screened:
    return Screened(Outcome.INVALID, (said(N_("There is no control line, so the strip says nothing. Repeat with a new one.")),), 1)


def _struck(outcome: Outcome, because: Said) -> Screened:
    if outcome is Outcome.NEGATIVE:
        return Screened(outcome, (because,))
    return Screened(outcome, (because, said(N_("Repeat the test with a fresh portion.")), SUSPECTED), 1)


def _ratio(value: Decimal) -> None:
    checked(value)
    if value < 0:
        raise Refusal(_("A ratio of two lines is not negative. Check what the reader shows."))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a half-quantitative reading: its name on the kit, such as A to D, and the least ratio that belongs to it."""

    name: str
    least: Decimal


def step(steps: Sequence[Step], ratio: Decimal) -> Step:
    """Return the step a *ratio* falls in; a ratio at a border belongs to the step that begins there.

    *steps* stand from the highest ratio down, the last from 0 on, so that every ratio has one. Raises Refusal where they do not.
    """
    _ratio(ratio)
    for one in steps:
        _ratio(one.least)
    falling = all(one.least > following.least for one, following in pairwise(steps))
    if not steps or not falling or steps[-1].least:
        raise Refusal(_("The steps of a kit fall from the highest ratio to 0, each named once. Check them against the leaflet."))
    return next(one for one in steps if ratio >= one.least)


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot of kits; it may be used up to and on its last day."""

    number: str
    expires: date


def check_lot(lot: Lot, day: date) -> None:
    """Raise Refusal where the lot has expired on the *day* of the test."""
    if day > lot.expires:
        words = _("Lot {number} expired on {expires}. Take one that is in date.")
        raise Refusal(words.format(number=lot.number, expires=lot.expires.isoformat()))


def run(results: Sequence[Screened], *, positive: Outcome, negative: Outcome) -> tuple[Screened, ...]:
    """Return the results of a run as its controls leave them: all invalid unless the positive control read positive and the negative one negative."""
    wrong = tuple(said(words) for words, read, expected in _controls(positive, negative) if read is not expected)
    if not wrong:
        return tuple(results)
    again = said(N_("No result of this run counts. Repeat it with controls that read as they should."))
    return tuple(replace(one, outcome=Outcome.INVALID, because=(*wrong, again), further=1) for one in results)


def _controls(positive: Outcome, negative: Outcome) -> tuple[tuple[str, Outcome, Outcome], ...]:
    return (
        (N_("The positive control did not read positive."), positive, Outcome.POSITIVE),
        (N_("The negative control did not read negative."), negative, Outcome.NEGATIVE),
    )
