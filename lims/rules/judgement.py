"""From determinations to a verdict, with the explanation that is stored: nothing unknown ever passes.

Sources: GB/T 8170-2008 (full value and rounded value comparison), ISO/IEC 17025:2017 7.8.6 (decision rule).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.limits import FORBIDDEN, Limit, Operator
from lims.rules.quantity import Measured
from lims.rules.replicates import Tolerance, mean
from lims.rules.rounding import plain, round_to
from lims.rules.units import convert
from lims.rules.verdict import Verdict


class Comparison(StrEnum):
    """Which value is held against the limit (GB/T 8170-2008, 4.3)."""

    FULL = "full"
    ROUNDED = "rounded"


COMPARISON_WORDS = {
    Comparison.FULL: N_("full value comparison (GB/T 8170-2008)"),
    Comparison.ROUNDED: N_("rounded value comparison (GB/T 8170-2008)"),
}


class Reason(StrEnum):
    """Why a verdict came out as it did."""

    WITHIN = "within"
    BEYOND = "beyond"
    BELOW_DETECTION = "below_detection"
    DETECTION_UNKNOWN = "detection_unknown"
    DETECTION_ABOVE_LIMIT = "detection_above_limit"
    OPEN_END = "open_end"
    NOT_DETECTED = "not_detected"
    DETECTED = "detected"
    DETECTED_UNKNOWN = "detected_unknown"
    NO_LIMIT = "no_limit"
    UNIT = "unit"
    INCOMPLETE = "incomplete"
    APART = "apart"


REASON_WORDS = {
    Reason.WITHIN: N_("The value keeps the limit."),
    Reason.BEYOND: N_("The value does not keep the limit."),
    Reason.BELOW_DETECTION: N_("Nothing was found above {compared}, and the limit lies higher or equal."),
    Reason.DETECTION_UNKNOWN: N_("Not detected; the method's limit of detection is not stated."),
    Reason.DETECTION_ABOVE_LIMIT: N_("The limit of detection lies above the limit, so the value cannot be judged. Use a method that reaches lower."),
    Reason.OPEN_END: N_("The value is only known to lie beyond {compared}, so it cannot be judged. Dilute and measure again."),
    Reason.NOT_DETECTED: N_("Not detected, as demanded."),
    Reason.DETECTED: N_("Detected where nothing may be found."),
    Reason.DETECTED_UNKNOWN: N_("A value where nothing may be found, but the method's limit of detection is not on file. Enter it in the procedure."),
    Reason.NO_LIMIT: N_("The library has no limit for this item in this product. Choose one or report the value without a verdict."),
    Reason.UNIT: N_("The unit of the value cannot be turned into the limit's. Enter the value in {unit}."),
    Reason.INCOMPLETE: N_("Determinations are missing."),
    Reason.APART: N_("The determinations lie too far apart."),
}


@dataclass(frozen=True, slots=True)
class Procedure:
    """How an item is determined by a method and how its result is reported."""

    code: str
    item: str
    method: str
    unit: str
    determinations: int = 1
    single_rounding: str = ""
    """Interval to which each determination is rounded before the mean, or empty."""
    rounding: str = ""
    """Interval of the reported value, or empty for as measured."""
    comparison: Comparison = Comparison.FULL
    tolerance: Tolerance | None = None
    formula: str = ""
    """Gives one determination from what is entered, or empty where the value itself is entered."""
    detection_limit: Decimal | None = None
    quantitation_limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one attempt, with everything it rests on, as it is stored."""

    verdict: Verdict
    reason: Reason
    comparison: Comparison
    determined: tuple[str, ...] = ()
    value: str = ""
    """The calculated value, not rounded."""
    reported: str = ""
    """The value as printed, in the limit's unit."""
    compared: str = ""
    """The value that was held against the limit."""
    unit: str = ""
    operator: str = ""
    limit: str = ""
    standard: str = ""
    clause: str = ""
    limit_code: str = ""
    formula: str = ""
    rounding: str = ""
    tolerance: str = ""

    def why(self) -> str:
        """Return the reason in one sentence."""
        return _(REASON_WORDS[self.reason]).format(compared=f"{self.compared} {self.unit}".strip(), unit=self.unit)


def judge(found: Sequence[Measured | None], procedure: Procedure, limit: Limit | None, *, unit: str = "") -> Judgement:
    """Judge one attempt: *found* holds a place for each determination, *unit* is theirs (the procedure's unless given).

    Tolerance, rounding of the single value and limit of detection are meant in the procedure's unit.
    """
    facts = _Facts(procedure, limit, tuple("" if one is None else one.shown() for one in found))
    present = [one for one in found if one is not None]
    if len(present) < procedure.determinations:
        return facts.said(Verdict.UNDECIDED, Reason.INCOMPLETE)
    try:
        present = [one.into(unit or procedure.unit, procedure.unit) for one in present]
    except Refusal:
        return facts.said(Verdict.UNDECIDED, Reason.UNIT, reported=" / ".join(one for one in facts.determined))
    numbers = [round_to(one.value, procedure.single_rounding) for one in present if one.value is not None and not one.comparator]
    if len(numbers) < len(present):
        return _open(present, facts)
    if procedure.tolerance and procedure.tolerance.refusal(numbers):
        return facts.said(Verdict.UNDECIDED, Reason.APART)
    return _number(mean(numbers), facts)


@dataclass(frozen=True, slots=True)
class _Facts:
    procedure: Procedure
    limit: Limit | None
    determined: tuple[str, ...]

    @property
    def target(self) -> str:
        return self.limit.unit if self.limit and self.limit.unit else self.procedure.unit

    @property
    def detection_limit(self) -> Decimal | None:
        """In the target's unit; raises Refusal where no factor is known."""
        known = self.procedure.detection_limit
        return None if known is None else self.converted(known)

    def converted(self, value: Decimal) -> Decimal:
        return convert(value, self.procedure.unit, self.target)

    def said(self, verdict: Verdict, reason: Reason, value: str = "", reported: str = "", compared: str = "") -> Judgement:
        limit, procedure = self.limit, self.procedure
        return Judgement(
            verdict,
            reason,
            procedure.comparison,
            self.determined,
            value,
            reported,
            compared,
            self.target,
            limit.operator.value if limit else "",
            plain(limit.limit) if limit and limit.limit is not None else "",
            limit.standard if limit else "",
            limit.clause if limit else "",
            limit.code if limit else "",
            procedure.formula,
            procedure.rounding,
            procedure.tolerance.shown() if procedure.tolerance else "",
        )


def _number(exact: Decimal, facts: _Facts) -> Judgement:
    try:
        value = facts.converted(exact)
    except Refusal:
        return facts.said(Verdict.UNDECIDED, Reason.UNIT, plain(exact), plain(exact), plain(exact))
    rounded = round_to(value, facts.procedure.rounding)
    compared = rounded if facts.procedure.comparison is Comparison.ROUNDED else value
    verdict, reason = _held(compared, facts.limit, facts.detection_limit)
    return facts.said(verdict, reason, plain(value), plain(rounded), plain(compared))


def _held(value: Decimal, limit: Limit | None, detection_limit: Decimal | None) -> tuple[Verdict, Reason]:
    if limit is None:
        return Verdict.UNDECIDED, Reason.NO_LIMIT
    if limit.operator in FORBIDDEN:
        if detection_limit is None:
            return Verdict.UNDECIDED, Reason.DETECTED_UNKNOWN
        return (Verdict.FAIL, Reason.DETECTED) if value >= detection_limit else (Verdict.PASS, Reason.NOT_DETECTED)
    return (Verdict.PASS, Reason.WITHIN) if _keeps(value, limit) else (Verdict.FAIL, Reason.BEYOND)


def _keeps(value: Decimal, limit: Limit) -> bool:
    assert limit.limit is not None
    match limit.operator:
        case Operator.AT_MOST:
            return value <= limit.limit
        case Operator.BELOW:
            return value < limit.limit
        case Operator.AT_LEAST:
            return value >= limit.limit
        case _:
            return value > limit.limit


def _open(present: list[Measured], facts: _Facts) -> Judgement:
    """Judge what is not a plain number: <x, >x, not detected. Several such must all say the same."""
    shown = {one.shown() for one in present}
    if len(shown) > 1:
        return facts.said(Verdict.UNDECIDED, Reason.APART, reported=" / ".join(sorted(shown)))
    one = present[0]
    limit, edge = facts.limit, one.value if one.value is not None else facts.procedure.detection_limit
    compared = "" if edge is None else plain(edge)
    text = one.shown()
    if limit is None:
        return facts.said(Verdict.UNDECIDED, Reason.NO_LIMIT, text, text, compared)
    try:
        bound, detection_limit = None if edge is None else facts.converted(edge), facts.detection_limit
    except Refusal:
        return facts.said(Verdict.UNDECIDED, Reason.UNIT, text, text, compared)
    if bound is not None:
        compared = plain(bound)
        text = text if one.value is None else f"{one.comparator}{compared}"
    verdict, reason = _edge(one, bound, limit, detection_limit)
    return facts.said(verdict, reason, text, text, compared)


def _edge(one: Measured, bound: Decimal | None, limit: Limit, detection_limit: Decimal | None) -> tuple[Verdict, Reason]:
    if one.comparator == ">":
        return _above(bound, limit)
    if limit.operator in FORBIDDEN:
        return _not_found(one, bound, detection_limit)
    assert limit.limit is not None
    if limit.operator in (Operator.AT_LEAST, Operator.ABOVE):
        below = bound is not None and bound <= limit.limit
        return (Verdict.FAIL, Reason.BEYOND) if below else (Verdict.UNDECIDED, Reason.OPEN_END)
    if bound is None:
        return Verdict.PASS, Reason.DETECTION_UNKNOWN
    if bound > limit.limit:
        return Verdict.UNDECIDED, Reason.DETECTION_ABOVE_LIMIT
    return Verdict.PASS, Reason.BELOW_DETECTION


def _not_found(one: Measured, bound: Decimal | None, detection_limit: Decimal | None) -> tuple[Verdict, Reason]:
    """Below what? Only what lies below the limit of detection, or is said to, has not been found."""
    if one.not_detected:
        return Verdict.PASS, Reason.NOT_DETECTED
    if bound is None or detection_limit is None:
        return Verdict.UNDECIDED, Reason.DETECTED_UNKNOWN
    return (Verdict.PASS, Reason.NOT_DETECTED) if bound <= detection_limit else (Verdict.UNDECIDED, Reason.DETECTION_ABOVE_LIMIT)


def _above(bound: Decimal | None, limit: Limit) -> tuple[Verdict, Reason]:
    if limit.operator in FORBIDDEN:
        return Verdict.FAIL, Reason.DETECTED
    assert bound is not None and limit.limit is not None
    if limit.operator in (Operator.AT_MOST, Operator.BELOW):
        return (Verdict.FAIL, Reason.BEYOND) if bound >= limit.limit else (Verdict.UNDECIDED, Reason.OPEN_END)
    return (Verdict.PASS, Reason.WITHIN) if bound >= limit.limit else (Verdict.UNDECIDED, Reason.OPEN_END)
