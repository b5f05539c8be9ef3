"""The inbox of readings: why one needs a person, what a profile demands of it, and whether a control holds others back.

Sources: ISO/IEC 17025:2017, 7.7.1 (control results are checked before results are reported) and 7.11.3 (data are not altered on their way);
a measuring range is that of the instrument's manual and comes with its profile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from lims.errors import Refusal
from lims.i18n import LANGUAGES, N_, _, language, speaking
from lims.rules.quantity import Kind, parse
from lims.rules.verdict import Said


class Cause(StrEnum):
    """Why a reading needs a person."""

    BROKEN = "broken"
    AGAIN = "again"
    NOT_FINAL = "not_final"
    CONTROL = "control"
    CONTROL_FAILED = "control_failed"
    UNSTABLE = "unstable"
    NO_RESULT = "no_result"
    UNKNOWN_SAMPLE = "unknown_sample"
    UNKNOWN_TEST = "unknown_test"
    OUTSIDE_RANGE = "outside_range"
    OUT_OF_BOUNDS = "out_of_bounds"
    UNFIT = "unfit"
    TWICE = "twice"
    DIFFERS = "differs"


CAUSE_WORDS: Mapping[Cause, str] = {
    Cause.BROKEN: N_("{words}"),
    Cause.AGAIN: N_("The instrument sent the very same message before, at {time}. Match it only if it is a further determination."),
    Cause.NOT_FINAL: N_("The instrument calls this value {status}; it does not enter a result by itself."),
    Cause.CONTROL: N_("The control {sample} reads {value}, outside {low} to {high}. Look for the cause; values after it wait."),
    Cause.CONTROL_FAILED: N_("The last control of {test} on this instrument, {sample}, failed. Repeat the control before values are taken."),
    Cause.UNSTABLE: N_("The instrument had not settled when it sent this value. Send it again when it is stable."),
    Cause.NO_RESULT: N_("{words}"),
    Cause.UNKNOWN_SAMPLE: N_("No sample has the number {number}."),
    Cause.UNKNOWN_TEST: N_("Nothing called {test} is asked of sample {number}."),
    Cause.OUTSIDE_RANGE: N_("{value} lies outside the instrument's measuring range, {low} to {high}. Dilute or concentrate, and measure again."),
    Cause.OUT_OF_BOUNDS: N_("{place} reads {value}, outside {low} to {high}. See to it now."),
    Cause.UNFIT: N_("{words}"),
    Cause.TWICE: N_("The same value of the same sample, said at the same time, came before. Match it only if it is a further determination."),
    Cause.DIFFERS: N_("{value} was taken into the result from these bytes before. Repeat the analysis if this reading is the right one."),
}
"""Cause -> its sentence; `{words}` are sentences of the laws themselves, and of what is unfit one in each language."""

_TRANSLATED = frozenset({"words", "status"})
"""Facts that are sentences or words of the program and are shown in the reader's language."""


def why(cause: Cause, facts: Mapping[str, str]) -> str:
    """Return the sentence of a cause in the present language."""
    if cause is Cause.UNFIT:
        return facts.get(language(), facts["en"])
    if cause is Cause.NO_RESULT:  # a sentence of the law with gaps of its own
        return Said(facts["words"], {name: fact for name, fact in facts.items() if name != "words"}).shown()
    return _(CAUSE_WORDS[cause]).format(**{name: _(fact) if name in _TRANSLATED and fact else fact or "—" for name, fact in facts.items()})


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one reading needs a person."""

    cause: Cause
    facts: Mapping[str, str] = field(default_factory=dict)


def problem(cause: Cause, **facts: str) -> Problem:
    """Return a problem with its facts."""
    return Problem(cause, facts)


def unfit(says: Callable[[], str | None]) -> Problem | None:
    """Return what another law *says* against a reading, None where it says nothing; such a sentence is whole, so it is kept in each language."""
    if says() is None:
        return None
    words = {}
    for name in LANGUAGES:
        with speaking(name):
            words[name] = says() or ""
    return Problem(Cause.UNFIT, words)


FLAGS: Mapping[str, str] = {
    "no-header": N_("The columns the profile asks for were not found in the file. Compare the file's first line with the profile."),
    "ambiguous-separator": N_("What separates the columns of the file is not clear. Say it in the profile."),
    "doubled-column": N_("A column the profile asks for stands twice in the file. Name it in the profile so that only one fits."),
    "workbook-locked": N_("The workbook is protected by a password. Save it without one."),
    "workbook-too-large": N_("The workbook is too large to be read. Save the results in a file of their own."),
    "workbook-unreadable": N_("The workbook cannot be read. Save it again on the instrument."),
    "no-such-sheet": N_("The workbook has no sheet of the name the profile asks for. Name it in the profile."),
    "broken-row": N_("The row of the file is not whole. Compare it with the file."),
    "row-too-long": N_("The row has more columns than the heading: a decimal comma, perhaps. Say the decimal sign in the profile."),
    "no-line-end": N_("The last line of the file has no end, so its last figure may be cut off. Save the file again."),
    "missing:sample": N_("The message lacks the sample number. Compare it with the profile, or teach it anew."),
    "missing:test": N_("The message lacks the test. Compare it with the profile, or teach it anew."),
    "missing:value": N_("The message lacks the value. Compare it with the profile, or teach it anew."),
    "missing:words": N_("The message lacks the verdict. Compare it with the profile, or teach it anew."),
    "missing:unit": N_("The message lacks the unit. Compare it with the profile, or teach it anew."),
    "missing:position": N_("The message lacks the position. Compare it with the profile, or teach it anew."),
    "missing:time": N_("The message lacks the time. Compare it with the profile, or teach it anew."),
    "missing:row": N_("A line of the table is no row of results. Compare it with the profile, or teach it anew."),
    "missing:table": N_("The table of results was not found in the message. Compare it with the profile, or teach it anew."),
}
"""Flag of a codec that could not read something -> what that means."""


def lacking(flags: str) -> Problem | None:
    """Return what a codec says it could not read, by the flags of a reading separated by blanks, or None."""
    words = next((FLAGS[flag] for flag in flags.split() if flag in FLAGS), None)
    return Problem(Cause.NO_RESULT, {"words": words}) if words else None


@dataclass(frozen=True, slots=True)
class Span:
    """From *low* to *high* in *unit*, both included; either end may be open, and without a unit it is whatever is sent."""

    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""

    def misses(self, text: str, unit: str) -> bool:
        """Tell whether the number *text* says lies outside; `<5` and `>50` say that themselves, and words lie nowhere."""
        value = self._number(text, unit)
        return value is not None and not self._within(value)

    def holds(self, text: str, unit: str) -> bool:
        """Tell whether *text* is a number that lies within; `<5`, words and a unit that cannot be turned are none."""
        value = self._number(text, unit)
        return value is not None and self._within(value)

    def _within(self, value: Decimal) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def _number(self, text: str, unit: str) -> Decimal | None:
        try:
            value = parse(text)
            value = value.into(unit, self.unit) if self.unit and unit else value
        except Refusal:
            return None
        return value.value if value.kind is Kind.NUMBER else None

    def facts(self) -> dict[str, str]:
        """Return the two ends as they are shown."""
        return {"low": _end(self.low, self.unit), "high": _end(self.high, self.unit)}


def _end(value: Decimal | None, unit: str) -> str:
    return "" if value is None else f"{value} {unit}".strip()


@dataclass(frozen=True, slots=True)
class Control:
    """A control sample by the numbers that are its own, the item it controls (`*` for all), and what it must read."""

    sample: str
    """Regular expression of the whole number."""
    test: str
    span: Span

    def covers(self, sample: str, test: str) -> bool:
        """Tell whether a reading is of this control."""
        return self.test in ("*", test) and re.fullmatch(self.sample, sample) is not None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How raw channels become a result: by inhibition against the day's control, or by test line over control line."""

    kind: str
    """`inhibition` or `line-ratio`."""
    control: str = ""
    """Inhibition: regular expression of the numbers or positions of the control."""
    least_control: Decimal | None = None
    threshold: Decimal = Decimal(50)
    competitive: bool = True
    least_line: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Demands:
    """What the profile of an instrument demands of its readings."""

    about: str = "samples"
    """`samples`, or `places` for a logger, whose values belong to no sample."""
    ranges: Mapping[str, Span] = field(default_factory=dict)
    """Item code, or for a logger its own word for the value -> measuring range, or the bounds of the place."""
    controls: tuple[Control, ...] = ()
    reckoning: Reckoning | None = None

    def control(self, sample: str, test: str) -> Control | None:
        """Return the control a reading is of, or None."""
        return next((one for one in self.controls if one.covers(sample, test)), None)


def first(problems: Iterable[Problem | None]) -> Problem | None:
    """Return the first problem there is."""
    return next((one for one in problems if one is not None), None)
