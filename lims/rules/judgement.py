"""From determinations to a verdict, with the explanation that is stored: nothing unknown ever passes.

Sources: GB/T 8170-2008 (full value and rounded value comparison), ISO/IEC 17025:2017 7.8.6 (decision rule).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules import microbiology, units
from lims.rules.limits import Bounds, Comparison, Forbidden, Free, Limit, Unread, Worded, requirement
from lims.rules.microbiology import Plan
from lims.rules.quantity import Kind, Measured
from lims.rules.replicates import Kind as ToleranceKind
from lims.rules.replicates import Tolerance, mean
from lims.rules.rounding import plain, round_to, shown, sign
from lims.rules.uncertainty import Decide, Uncertainty, decide
from lims.rules.units import convert
from lims.rules.verdict import Said, Verdict, said

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
    BELOW_QUANTITATION = "below_quantitation"
    GUARD = "guard"
    QUANTITATION_UNKNOWN = "quantitation_unknown"
    QUANTITATION_ABOVE_LIMIT = "quantitation_above_limit"
    FREE_OF_IT = "free_of_it"
    INVALID = "invalid"
    PLAN = "plan"
    NOTHING_DEMANDED = "nothing_demanded"
    UNREAD = "unread"
    NO_FIGURE = "no_figure"
    MEANT = "meant"
    NOT_MEANT = "not_meant"
    WORDS = "words"
    SEVERAL = "several"
    NO_VALUE = "no_value"
    NO_WAY = "no_way"
    AMOUNT = "amount"


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
    Reason.BELOW_QUANTITATION: N_("Found, but below the limit of quantitation; the limit lies higher or equal."),
    Reason.GUARD: N_(
        "The value lies so near to the limit that the measurement uncertainty leaves it open. Measure again, or agree another decision rule with the client."
    ),
    Reason.QUANTITATION_UNKNOWN: N_("Found, but below a limit of quantitation that is not stated, so it cannot be judged."),
    Reason.QUANTITATION_ABOVE_LIMIT: N_("The limit of quantitation lies above the limit, so the value cannot be judged. Use a method that reaches lower."),
    Reason.FREE_OF_IT: N_("Nothing was found, and the standard demands nothing."),
    Reason.INVALID: N_("The test was invalid. Repeat it."),
    Reason.PLAN: N_("Judged by the sampling plan."),
    Reason.NOTHING_DEMANDED: N_("The standard demands nothing of this item; the value is reported without a verdict."),
    Reason.UNREAD: N_("The limit has a rule of its own, or does not say whether it means at most or at least. A person must judge."),
    Reason.NO_FIGURE: N_("The library names this limit but does not have its figure. Enter it from the standard."),
    Reason.MEANT: N_("The sample is as demanded."),
    Reason.NOT_MEANT: N_("The sample is not as demanded."),
    Reason.WORDS: N_("Words and limit cannot be compared. A person must judge."),
    Reason.SEVERAL: N_("Several values stand where the limit asks for one. Judge each, or enter the reported value."),
    Reason.NO_VALUE: N_("This is no value that can be judged."),
    Reason.NO_WAY: N_("It is not clear which value is to be compared with the limit, so nothing is judged."),
    Reason.AMOUNT: N_("Nothing was found, but in another amount of sample than the limit names. Test the amount that is demanded."),
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
    uncertainty: Uncertainty | None = None
    decision: Decide = Decide.SIMPLE


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
    level: str = ""
    basis: str = ""
    entered_in: str = ""
    """The unit in which the determinations were entered."""
    said: tuple[Said, ...] = ()
    """Sentences beyond the reason: what a plan counted, what stands beside the figures."""
    others: tuple[Judgement, ...] = ()
    """The same value against the further limits of the item: all must hold; the one that decides stands in front."""

    def why(self) -> str:
        """Return the reason in one sentence."""
        return _(REASON_WORDS[self.reason]).format(compared=f"{self.compared} {self.unit}".strip(), unit=self.unit or _("no unit"))


def judge(found: Sequence[Measured | None], procedure: Procedure, *limits: Limit | None, unit: str = "") -> Judgement:
    """Judge one attempt: *found* holds a place for each determination, *unit* is theirs (the procedure's unless given).

    Several limits must all be kept: the verdict is the worst of them. Tolerance, rounding of the single value and limit of detection are
    meant in the procedure's unit.
    """
    said = sorted((_against(found, procedure, limit, unit) for limit in limits or (None,)), key=lambda one: _WORST.index(one.verdict))
    return replace(said[0], others=tuple(said[1:]))


_WORST = (Verdict.FAIL, Verdict.UNDECIDED, Verdict.PASS, Verdict.NONE)


def wanted(determinations: int, limit: str) -> int:
    """Return how many values are needed: a sampling plan asks for one of each unit, whatever the procedure's *determinations*."""
    demands = requirement(limit)
    return demands.n if isinstance(demands, Plan) else determinations


def _against(found: Sequence[Measured | None], procedure: Procedure, limit: Limit | None, unit: str) -> Judgement:
    facts, wanted_ = _Facts(procedure, limit, tuple("" if one is None else one.shown() for one in found)), max(1, procedure.determinations)
    present = [one for one in found if one is not None]
    if any(one.kind is Kind.INVALID for one in present):
        return facts.said(Verdict.UNDECIDED, Reason.INVALID, reported=facts.written)
    match limit.demands if limit else None:
        case Plan() as plan:
            return _planned(present, plan, facts, unit or facts.unit)
        case Worded(words) if len(present) >= wanted_:
            return _worded(present, words, facts)
        case Forbidden(amount=amount) if any(_elsewhere(one, amount) for one in present):
            return facts.said(Verdict.UNDECIDED, Reason.AMOUNT, reported=facts.written)
    if len(present) < wanted_:
        return facts.said(Verdict.UNDECIDED, Reason.INCOMPLETE)
    return _measured(present, facts, unit or facts.unit)


def _elsewhere(one: Measured, amount: str) -> bool:
    """Tell whether nothing was found in another amount than the one demanded."""
    nothing = one.kind in (Kind.NOT_DETECTED, Kind.NEGATIVE) or one.value == 0
    return nothing and bool(amount) and one.unit.startswith("/") and not units.turns(one.unit, amount)


def _measured(present: list[Measured], facts: _Facts, unit: str) -> Judgement:
    try:
        present = [one.into(unit, facts.unit) for one in present]
    except Refusal:
        return facts.said(Verdict.UNDECIDED, Reason.UNIT, reported=facts.written)
    numbers = [round_to(one.value, facts.procedure.single_rounding) for one in present if one.value is not None and one.kind is Kind.NUMBER]
    if len(numbers) < len(present):
        return _open(present, facts)
    if facts.procedure.tolerance and facts.procedure.tolerance.refusal(numbers):
        return facts.said(Verdict.UNDECIDED, Reason.APART)
    marks = {one.mark for one in present} - {""}
    return _number(mean(numbers), facts, marks.pop() if len(marks) == 1 else "")


@dataclass(frozen=True, slots=True)
class _Facts:
    procedure: Procedure
    limit: Limit | None
    determined: tuple[str, ...]

    @property
    def unit(self) -> str:
        """What values are entered in: the procedure's unit, the limit's where the procedure names none."""
        return self.procedure.unit or self.target

    @property
    def target(self) -> str:
        return self.limit.unit if self.limit and self.limit.unit else self.procedure.unit

    @property
    def written(self) -> str:
        return " / ".join(one for one in self.determined if one)

    @property
    def rounding(self) -> str:
        return self.limit.rounding if self.limit and self.limit.rounding else self.procedure.rounding

    @property
    def comparison(self) -> Comparison:
        return self.limit.comparison if self.limit and self.limit.comparison else self.procedure.comparison

    @property
    def detection_limit(self) -> Decimal | None:
        """In the target's unit; raises Refusal where no factor is known."""
        known = self.procedure.detection_limit
        return None if known is None else self.converted(known)

    @property
    def quantitation_limit(self) -> Decimal | None:
        """In the target's unit; raises Refusal where no factor is known."""
        known = self.procedure.quantitation_limit
        return None if known is None else self.converted(known)

    def converted(self, value: Decimal) -> Decimal:
        return convert(value, self.unit, self.target)

    @property
    def full(self) -> bool:
        return self.comparison is Comparison.FULL

    def compared(self, value: Decimal) -> Decimal:
        """Return what is held against bounds: the value, or in rounded value comparison the rounded one."""
        return value if self.full else round_to(value, self.rounding)

    def said(self, verdict: Verdict, reason: Reason, value: str = "", reported: str = "", compared: str = "", said: tuple[Said, ...] = ()) -> Judgement:
        limit, procedure = self.limit, self.procedure
        operator, figures = _demanded(limit)
        return Judgement(
            verdict,
            reason,
            self.comparison,
            self.determined,
            value,
            reported,
            compared,
            self.target,
            operator,
            figures,
            limit.standard if limit else "",
            limit.clause if limit else "",
            limit.code if limit else "",
            procedure.formula,
            self.rounding,
            procedure.tolerance.shown() if procedure.tolerance else "",
            limit.level if limit else "",
            limit.basis if limit else "",
            self.unit,
            said,
        )


def _demanded(limit: Limit | None) -> tuple[str, str]:
    match limit.demands if limit else None:
        case Bounds(low=low, high=high) as bounds:
            both = [one for one in (low, high) if one is not None]
            return bounds.operator, plain(both[0]) if bounds.operator else bounds.figures()
        case Forbidden(operator, amount):
            return operator.value, amount
        case _:
            return "", limit.requirement if limit else ""


def _number(exact: Decimal, facts: _Facts, mark: str = "") -> Judgement:
    try:
        value, detection_limit = facts.converted(exact), facts.detection_limit
    except Refusal:
        return facts.said(Verdict.UNDECIDED, Reason.UNIT, plain(exact), shown(exact), plain(exact))
    rounded = round_to(value, facts.rounding)
    compared, demands = facts.compared(value), facts.limit.demands if facts.limit else None
    if detection_limit is not None and value < detection_limit and isinstance(demands, Bounds):
        edge = facts.compared(detection_limit)
        verdict, reason, said = _guarded(edge, demands, facts, *_below(edge, demands, facts.full))
        return facts.said(verdict, reason, plain(value), f"<{shown(detection_limit)}", plain(edge), said)
    at_limit = facts.full and isinstance(demands, Bounds) and rounded in (demands.low, demands.high)
    reported = shown(rounded) + ((sign(value, rounded) if at_limit else "") or mark)
    verdict, reason = _held(compared, mark if facts.full else "", facts.limit, detection_limit)
    said = ()
    if isinstance(demands, Bounds) and (facts.procedure.uncertainty or facts.procedure.decision is Decide.GUARDED):
        verdict, reason, said = _uncertain(compared, demands, facts, verdict, reason)
    return facts.said(verdict, reason, plain(value), reported, plain(compared), said)


def _uncertain(value: Decimal, bounds: Bounds, facts: _Facts, verdict: Verdict, reason: Reason) -> tuple[Verdict, Reason, tuple[Said, ...]]:
    """Let the method's uncertainty have the part that its decision rule gives it (ISO/IEC 17025:2017 7.8.6)."""
    own = facts.procedure.uncertainty
    try:
        if own and own.kind is ToleranceKind.ABSOLUTE:
            own = replace(own, value=facts.converted(own.value))
        decision = decide(value, bounds.low, bounds.high, own, facts.procedure.decision, open=bounds.open)
    except Refusal:  # too far apart to be reckoned exactly
        return (Verdict.UNDECIDED, Reason.GUARD, ()) if facts.procedure.decision is Decide.GUARDED else (verdict, reason, ())
    if facts.procedure.decision is not Decide.GUARDED:
        return verdict, reason, decision.because[1:]
    return decision.verdict, Reason.GUARD if decision.verdict is Verdict.UNDECIDED else reason, decision.because


def _guarded(edge: Decimal, bounds: Bounds, facts: _Facts, verdict: Verdict, reason: Reason) -> tuple[Verdict, Reason, tuple[Said, ...]]:
    """Let a guard band be kept by all that lies beyond *edge* too; what is undecided stays so."""
    if facts.procedure.decision is not Decide.GUARDED or verdict is Verdict.UNDECIDED:
        return verdict, reason, ()
    return _uncertain(edge, bounds, facts, verdict, reason)


def _held(value: Decimal, mark: str, limit: Limit | None, detection_limit: Decimal | None) -> tuple[Verdict, Reason]:
    demands = limit.demands if limit else None
    if isinstance(demands, Bounds):
        return (Verdict.PASS, Reason.WITHIN) if _keeps(value, mark, demands) else (Verdict.FAIL, Reason.BEYOND)
    if not isinstance(demands, Forbidden):
        return _not_judged(limit)
    if detection_limit is None:
        return (Verdict.UNDECIDED, Reason.DETECTED_UNKNOWN) if value else (Verdict.PASS, Reason.NOT_DETECTED)
    return (Verdict.FAIL, Reason.DETECTED) if value >= detection_limit else (Verdict.PASS, Reason.NOT_DETECTED)


def _keeps(value: Decimal, mark: str, bounds: Bounds) -> bool:
    """Hold a value against its bounds; one written at a bound with a mark lies a little above or below it (GB/T 8170-2008, 4.3.2)."""
    if (mark == "(+)" and value == bounds.high) or (mark == "(-)" and value == bounds.low):
        return False
    return bounds.keeps(value) or (bool(mark) and value in (bounds.low, bounds.high))


def _not_judged(limit: Limit | None) -> tuple[Verdict, Reason]:
    if limit is None:
        return Verdict.UNDECIDED, Reason.NO_LIMIT
    demands = limit.demands
    if isinstance(demands, Free):
        return Verdict.NONE, Reason.NOTHING_DEMANDED
    return Verdict.UNDECIDED, Reason.NO_FIGURE if demands == Unread() else Reason.UNREAD


def _open(present: list[Measured], facts: _Facts) -> Judgement:
    """Judge what is not a plain number: <x, >x, not detected, words. Several such must all say the same."""
    said = {(one.kind, one.shown()) for one in present}
    if len(said) > 1:
        return facts.said(Verdict.UNDECIDED, Reason.APART, reported=" / ".join(sorted(text for _kind, text in said)))
    one, text = present[0], present[0].shown()
    if one.kind in (Kind.TEXT, Kind.SEVERAL):
        return facts.said(Verdict.UNDECIDED, Reason.SEVERAL if one.kind is Kind.SEVERAL else Reason.NO_VALUE, text, text)
    try:
        edge = _edge(one, facts)
        detection_limit = facts.detection_limit
    except Refusal:
        return facts.said(Verdict.UNDECIDED, Reason.UNIT, text, text)
    if one.comparator and edge is not None:
        text = f"{one.comparator}{shown(edge)}"
    demands = facts.limit.demands if facts.limit else None
    if edge is None or not isinstance(demands, Bounds):
        return facts.said(*_opened(one, edge, facts, detection_limit), text, text, "" if edge is None else plain(edge))
    edge = facts.compared(edge)
    verdict, reason, because = _guarded(edge, demands, facts, *_opened(one, edge, facts, detection_limit))
    return facts.said(verdict, reason, text, text, plain(edge), because)


def _edge(one: Measured, facts: _Facts) -> Decimal | None:
    """Return the number beyond or below which the value lies, in the target's unit."""
    if one.value is not None:
        return facts.converted(one.value)
    return {Kind.NOT_DETECTED: facts.detection_limit, Kind.TRACE: facts.quantitation_limit}.get(one.kind)


def _opened(one: Measured, edge: Decimal | None, facts: _Facts, detection_limit: Decimal | None) -> tuple[Verdict, Reason]:
    demands = facts.limit.demands if facts.limit else None
    if isinstance(demands, Forbidden):
        return _found_or_not(one, edge, detection_limit)
    if isinstance(demands, Free) and one.not_detected:
        return Verdict.PASS, Reason.FREE_OF_IT
    if not isinstance(demands, Bounds):
        return _not_judged(facts.limit)
    if one.kind is Kind.ABOVE and edge is not None:
        return _beyond(edge, demands, facts.full)
    if one.kind is Kind.TRACE:
        return _trace(edge, demands, facts.full)
    return _below(edge, demands, facts.full) if one.kind in (Kind.BELOW, Kind.NOT_DETECTED) else (Verdict.UNDECIDED, Reason.WORDS)


def _trace(edge: Decimal | None, bounds: Bounds, full: bool) -> tuple[Verdict, Reason]:
    """Judge what was found below the limit of quantitation."""
    if edge is None:
        return Verdict.UNDECIDED, Reason.QUANTITATION_UNKNOWN
    verdict, reason = _below(edge, bounds, full)
    said = {Reason.BELOW_DETECTION: Reason.BELOW_QUANTITATION, Reason.DETECTION_ABOVE_LIMIT: Reason.QUANTITATION_ABOVE_LIMIT}
    return verdict, said.get(reason, reason)


def _below(edge: Decimal | None, bounds: Bounds, full: bool) -> tuple[Verdict, Reason]:
    """Judge what lies below *edge*, or once rounded at it; None where the limit of detection is not stated."""
    if edge is None:
        return Verdict.PASS if bounds.low is None else Verdict.UNDECIDED, Reason.DETECTION_UNKNOWN
    if bounds.low is not None:
        fails = edge < bounds.low or (edge == bounds.low and (full or bounds.open))
        return (Verdict.FAIL, Reason.BEYOND) if fails else (Verdict.UNDECIDED, Reason.OPEN_END)
    passes = bounds.below_high(edge) or (edge == bounds.high and full)
    return (Verdict.PASS, Reason.BELOW_DETECTION) if passes else (Verdict.UNDECIDED, Reason.DETECTION_ABOVE_LIMIT)


def _beyond(edge: Decimal, bounds: Bounds, full: bool) -> tuple[Verdict, Reason]:
    """Judge what lies above *edge*, or once rounded at it."""
    if bounds.high is not None:
        fails = edge > bounds.high or (edge == bounds.high and (full or bounds.open))
        return (Verdict.FAIL, Reason.BEYOND) if fails else (Verdict.UNDECIDED, Reason.OPEN_END)
    passes = bounds.above_low(edge) or (edge == bounds.low and full)
    return (Verdict.PASS, Reason.WITHIN) if passes else (Verdict.UNDECIDED, Reason.OPEN_END)


def _found_or_not(one: Measured, edge: Decimal | None, detection_limit: Decimal | None) -> tuple[Verdict, Reason]:
    """Below what? Only what lies below the limit of detection, or is said to, has not been found."""
    if one.kind in (Kind.NOT_DETECTED, Kind.NEGATIVE):
        return Verdict.PASS, Reason.NOT_DETECTED
    if one.kind is Kind.WEAK:
        return Verdict.UNDECIDED, Reason.WORDS
    if one.kind is not Kind.BELOW:
        return Verdict.FAIL, Reason.DETECTED
    if edge is None or detection_limit is None:
        return Verdict.UNDECIDED, Reason.DETECTED_UNKNOWN
    return (Verdict.PASS, Reason.NOT_DETECTED) if edge <= detection_limit else (Verdict.UNDECIDED, Reason.DETECTION_ABOVE_LIMIT)


_AGREE = ("符合", "符合规定", "符合要求", "合格", "conforms")
_DISAGREE = ("不符合", "不符合规定", "不符合要求", "不合格", "does not conform")
_OPPOSITES = {"阴性": "阳性", "阳性": "阴性", "正常": "异常", "未检出": "检出"}


def _worded(present: list[Measured], words: str, facts: _Facts) -> Judgement:
    """Compare words: the demanded ones, or a person's statement that the sample is as demanded. Anything else needs a person."""
    text = " / ".join(sorted({one.text.strip() for one in present}))
    said, words = {one.text.strip().casefold() for one in present}, words.casefold()
    demanded = words.removeprefix("应为").removeprefix("应")
    if "" in said:
        return facts.said(Verdict.UNDECIDED, Reason.NO_VALUE, text, text)
    if said <= {words, demanded, *_AGREE}:
        return facts.said(Verdict.PASS, Reason.MEANT, text, text, text)
    if said & {*_DISAGREE, _OPPOSITES.get(demanded, _DISAGREE[0])}:
        return facts.said(Verdict.FAIL, Reason.NOT_MEANT, text, text, text)
    return facts.said(Verdict.UNDECIDED, Reason.WORDS, text, text, text)


def _planned(present: list[Measured], plan: Plan, facts: _Facts, unit: str) -> Judgement:
    try:
        values = [one if plan.unit else one.into(unit, facts.target) for one in present]
        decision = microbiology.judge(plan, [_at_most(one, plan, facts) for one in values])
    except Refusal:
        turned = plan.unit or all(units.turns(one.unit or unit, facts.target) for one in present)
        return facts.said(Verdict.UNDECIDED, Reason.NO_VALUE if turned else Reason.UNIT, reported=facts.written)
    reason = Reason.INCOMPLETE if decision.further else Reason.PLAN
    text = " / ".join(one.shown() for one in values)
    silent = any(one.not_detected and one.value is None for one in values) and plan.m > 0 and facts.detection_limit is None
    return facts.said(decision.verdict, reason, text, text, text, (*decision.because, *((_SILENT,) if silent else ())))


_SILENT = said(N_("Not detected; the method's limit of detection is not stated."))


def _at_most(one: Measured, plan: Plan, facts: _Facts) -> Measured:
    """What was not detected lies below the limit of detection; where none is stated it keeps m, as it would keep any number."""
    if not one.not_detected or one.value is not None or not plan.m:
        return one
    return Measured(one.text, plan.m if facts.detection_limit is None else facts.detection_limit, Kind.BELOW)
