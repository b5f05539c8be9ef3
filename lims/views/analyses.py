"""Rows of the bench and of review: analyses with their attempts, verdicts, and what may be done with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from lims.domain.analyses import Analysis, Attempt, Basis, Determination
from lims.domain.catalogue import Item, Limit
from lims.domain.certificates import Certificate
from lims.domain.people import Person
from lims.domain.samples import Sample
from lims.errors import Refusal
from lims.i18n import N_, _, n_
from lims.rules import formula, limits
from lims.rules.flows import AnalysisFacts, AnalysisState, CertificateState, SampleState
from lims.rules.judgement import COMPARISON_WORDS, REASON_WORDS, Reason
from lims.rules.limits import Bounds, Comparison, Operator
from lims.rules.quantity import Kind, Measured, read
from lims.rules.rights import Right, holders
from lims.rules.rounding import plain, round_to
from lims.rules.verdict import WORDS as VERDICT_WORDS
from lims.rules.verdict import Said, Verdict, together
from lims.views.catalogue import confirmed_codes, sure_headings
from lims.views.names import named


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation: what, its value, and where it comes from."""

    title: str
    value: str
    detail: str = ""
    verdict: Verdict | None = None
    """Where the line says a verdict: the first of them is the one that decides."""


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt as it stands."""

    number: int
    analyst: str
    begun_at: datetime
    cause: str
    determinations: tuple[str, ...]
    reported: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class AnalysisRow:
    """One analysis, complete for grid, review and explanation."""

    id: int
    sample_number: str
    sample_name: str
    item: str
    item_code: str
    method: str
    unit: str
    state: AnalysisState
    position: int | None
    analyst: str
    places: int
    """How many determinations the procedure asks for."""
    inputs: tuple[tuple[str, str], ...]
    """Names and words of what is entered for a calculated determination; empty where the value itself is entered."""
    values: tuple[str, ...]
    """Each determination of the present attempt, empty where there is none yet."""
    entered: tuple[Mapping[str, str], ...]
    """What was entered for each determination of a formula, as typed."""
    from_reading: tuple[bool, ...]
    weighed: tuple[frozenset[str], ...]
    """Names of the inputs a balance sent."""
    requirement: str
    limit: str
    """The limit's number for drawing, or empty."""
    limit_place: str
    limit_confirmed: bool
    reported: str
    verdict: Verdict
    near: bool
    """From nine tenths of an upper limit on."""
    lacks: str | None
    attempts: tuple[AttemptRow, ...]
    steps: tuple[Step, ...]
    reviewed_by: str = ""
    facts: AnalysisFacts | None = None
    unplaced: str = ""
    """The classification in which nobody has confirmed the product's place, where the limits themselves are confirmed."""
    standards: tuple[tuple[str, str], ...] = ()
    """Number and title of each standard it is held against."""
    broken: tuple[str, ...] = ()
    """Numbers of the standards that the value does not meet."""
    comparison: Comparison | None = None
    demands: tuple[str, ...] = ()
    """What each limit demands, each with its own unit; the one that was asked for first."""
    decides: str = ""
    """What the limit demands by which the value is judged, in the row's unit: what `limit` draws."""
    """Which value was compared, where one was judged."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An analysis of a received sample that stands on no worksheet yet."""

    id: int
    sample_number: str
    sample_name: str
    item: str
    method: str
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A sample with results to look at."""

    sample_number: str
    sample_name: str
    business: str
    submitted: int
    reviewed: int
    total: int
    verdict: Verdict
    submitted_at: datetime | None


def present(row: Analysis) -> Attempt:
    """Return the attempt that counts: the last."""
    return row.attempts[-1]


def waiting(work: Session) -> list[WaitingRow]:
    """Return what can go on a worksheet, oldest first."""
    query = (
        select(Analysis.id, Sample.number, Sample.name, Item, Analysis, Sample.received_at)
        .join(Sample, Analysis.sample_id == Sample.id)
        .join(Item, Analysis.item_id == Item.id)
        .options(joinedload(Analysis.procedure))
        .where(Analysis.state == AnalysisState.REQUESTED, Sample.stage == SampleState.RECEIVED)
        .order_by(Sample.received_at, Analysis.id)
    )
    return [WaitingRow(key, number, name, named(item), row.procedure.method, at) for key, number, name, item, row, at in work.execute(query)]


def counting(attempt: Attempt | None, places: int) -> list[Determination | None]:
    """Return the determination that counts at each place of an attempt: the last one entered."""
    last = {one.place: one for one in attempt.determinations} if attempt else {}
    return [last.get(place) for place in range(1, places + 1)]


def measured(one: Determination | None, unit: str) -> Measured | None:
    """Return what was determined in *unit*, or None where nothing was, or it was taken back."""
    return read(one.text).into(one.unit, unit) if one and one.text else None


def rows(work: Session, *, worksheet: int | None = None, sample: str | None = None, ids: Sequence[int] | None = None) -> list[AnalysisRow]:
    """Return analyses of a worksheet, of a sample or by key, in bench order, in a fixed number of queries."""
    query = _whole().join(Sample, Analysis.sample_id == Sample.id).order_by(Analysis.position, Sample.number, Analysis.id)
    if worksheet is not None:
        query = query.where(Analysis.worksheet_id == worksheet)
    if sample is not None:
        query = query.where(Sample.number == sample)
    if ids is not None:
        query = query.where(Analysis.id.in_(ids))
    found = list(work.scalars(query).unique())
    people = dict(work.execute(select(Person.id, Person.name)).all())
    facts = facts_of(work, found)
    confirmed = confirmed_codes(work, [key for one in found for key in (one.limit_id, *(basis.limit_id for basis in one.bases))])
    sure = sure_headings(work)
    return [_row(one, people, facts[one.id], confirmed, _unplaced(one, sure)) for one in found]


def load(work: Session, ids: Iterable[int]) -> list[Analysis]:
    """Return analyses with everything their verdict rests on, in order of their keys: for services, which change them.

    On a server whoever comes second waits for the first and sees what came of it.
    """
    return list(work.scalars(_whole().where(Analysis.id.in_(list(ids))).order_by(Analysis.id).with_for_update(of=Analysis)).unique())


def facts_of(work: Session, loaded: Sequence[Analysis]) -> dict[int, AnalysisFacts]:
    """Return what the moves of loaded analyses ask about, by key."""
    numbers = reported(work, {one.sample_id for one in loaded})
    return {one.id: _facts(one, numbers.get(one.sample_id, "")) for one in loaded}


_LIMIT = joinedload(Limit.item), joinedload(Limit.heading), joinedload(Limit.standard)


@cache
def _whole() -> Select[Analysis]:
    return select(Analysis).options(
        joinedload(Analysis.item),
        joinedload(Analysis.procedure),
        joinedload(Analysis.sample),
        joinedload(Analysis.limit).options(*_LIMIT),
        joinedload(Analysis.bases).joinedload(Basis.limit).options(*_LIMIT),
        joinedload(Analysis.attempts).options(selectinload(Attempt.determinations), selectinload(Attempt.judgements)),
    )


def review_rows(work: Session) -> list[ReviewRow]:
    """Return samples with submitted results, those handed in first on top."""
    other = aliased(Analysis)
    query = (
        select(Sample)
        .join(other, (other.sample_id == Sample.id) & (other.state == AnalysisState.SUBMITTED))
        .group_by(Sample.id)
        .order_by(func.min(other.submitted_at), Sample.id)
        .options(joinedload(Sample.sampling), selectinload(Sample.analyses).selectinload(Analysis.attempts).selectinload(Attempt.judgements))
    )
    return [_review_row(sample) for sample in work.scalars(query).unique()]


def explained(explanation: Mapping[str, Any], cause: str = "") -> tuple[Step, ...]:
    """Put a stored judgement into words, step by step: determined, turned, reported, limit, comparison, verdict, and each further limit.

    *cause* is why another limit was chosen than the product's day gives.
    """
    said = {key: value or "" for key, value in explanation.items()}
    unit = said["unit"]
    steps = [Step(_("Determined"), " · ".join(explanation["determined"]), _("Formula {formula}").format(formula=said["formula"]) if said["formula"] else "")]
    if said["tolerance"]:
        steps.append(Step(_("Allowed difference"), said["tolerance"]))
    if said["value"]:
        turned = said.get("entered_in") not in ("", None, unit)
        detail = _("not rounded; entered in {unit}, turned by an exact factor").format(unit=said["entered_in"]) if turned else _("not rounded")
        steps.append(Step(_("Calculated"), f"{said['value']} {unit}".strip() if turned else said["value"], detail))
    if said["reported"]:
        detail = _("rounded to {interval}, GB/T 8170-2008").format(interval=said["rounding"]) if said["rounding"] else _("as measured")
        steps.append(Step(_("Reported"), f"{said['reported']} {unit}".strip(), detail))
    if said["standard"]:
        chosen = _("chosen by hand: {cause}").format(cause=cause) if cause else _("in force on the product's day")
        others = _("{holders} may choose another limit or edition, with the reason in writing.").format(holders=holders(Right.CATALOGUE))
        steps.append(Step(_("Edition"), said["standard"], f"{chosen}\n{others}"))
    steps.extend(_held(said))
    for other in explanation.get("others") or ():
        steps.extend(_held({key: value or "" for key, value in other.items()}))
    return tuple(steps)


def _held(said: Mapping[str, Any]) -> list[Step]:
    """Return a value against one limit: the limit, what was compared, the verdict with its sentences."""
    requirement, unit, steps = f"{said['operator']} {said['limit']}".strip(), said["unit"], []
    if requirement:
        place = " ".join(part for part in (said["standard"], said["clause"], said.get("level", ""), said.get("basis", "")) if part)
        steps.append(Step(_("Limit"), f"{requirement} {unit}".strip(), place))
    if requirement and said["compared"]:
        steps.append(Step(_("Compared"), said["compared"], _(COMPARISON_WORDS[Comparison(said["comparison"])])))
    why = _(REASON_WORDS[Reason(said["reason"])]).format(compared=f"{said['compared']} {unit}".strip(), unit=unit)
    more = [Said(one["words"], one["facts"]).shown() for one in said.get("said") or ()]
    verdict = Verdict(said["verdict"])
    return [*steps, Step(_("Verdict"), _(VERDICT_WORDS[verdict]), "\n".join((why, *more)), verdict)]


def drawn(requirement: str) -> str:
    """Return the number to draw a value against: the bound of a limit with one side, or nothing."""
    bounds = limits.requirement(requirement)
    one = (bounds.high or bounds.low) if isinstance(bounds, Bounds) and bounds.operator else None
    return "" if one is None else plain(one)


def _held_against(one: Analysis) -> list[Limit]:
    """Return the limits of the library that an analysis is held against."""
    return [limit for limit in (one.limit, *(basis.limit for basis in one.bases)) if limit]


def _unplaced(one: Analysis, sure: frozenset[tuple[int, str]]) -> str:
    """Return the classification in which the product's place under a limit's heading is not confirmed, or nothing."""
    return next((limit.heading.classification for limit in _held_against(one) if (one.sample.product_id, limit.heading.code) not in sure), "")


INPUT_WORDS = {
    "empty dish (g)": N_("empty dish (g)"),
    "test portion (g)": N_("test portion (g)"),
    "dish and dried portion (g)": N_("dish and dried portion (g)"),
}


def _row(one: Analysis, people: Mapping[int, str], facts: AnalysisFacts, confirmed: frozenset[str], unplaced: str) -> AnalysisRow:
    attempt = one.attempts[-1] if one.attempts else None
    last = {found.place: found for found in attempt.determinations} if attempt else {}
    places = range(1, one.places + 1)
    judged = attempt.judgements[-1] if attempt and attempt.judgements else None
    limit, rules, said = one.limit, one.rules(), judged.explanation if judged else {}
    unit = said.get("unit") or (limit.unit if limit and limit.unit else one.procedure.unit)
    decides = f"{said['operator']} {said['limit']}" if said.get("operator") and said.get("limit") else ""
    held = _held_against(one)
    confirmed_all = all(each.code in confirmed for each in held)
    titles = {each.standard.code: each.standard.title_zh for each in held}
    return AnalysisRow(
        one.id,
        one.sample.number,
        one.sample.name,
        named(one.item),
        one.item.code,
        one.procedure.method,
        unit,
        one.state,
        one.position,
        people.get(one.assigned_to or 0, ""),
        one.places,
        _inputs(one.procedure.formula, one.procedure.inputs),
        tuple(last[place].text if place in last else "" for place in places),
        tuple(last[place].inputs if place in last else {} for place in places),
        tuple(bool(place in last and last[place].reading_id) for place in places),
        tuple(frozenset(last[place].weighed) if place in last else frozenset() for place in places),
        "\n".join(_demanded(rule, unit) for rule in rules),
        drawn(decides) if decides else drawn(limit.requirement) if limit and limit.unit in ("", unit) else "",
        "\n".join(rule.place() for rule in rules),
        bool(rules) and confirmed_all and not unplaced,
        judged.reported if judged else "",
        judged.verdict if judged else Verdict.UNDECIDED,
        bool(judged and _near(judged.explanation)),
        facts.lacks,
        tuple(_attempt(tried, people, one.places) for tried in one.attempts),
        explained(judged.explanation, one.limit_cause) if judged else (),
        people.get(one.reviewed_by or 0, ""),
        facts,
        unplaced if confirmed_all else "",
        tuple((rule.standard, titles.get(rule.standard, "")) for rule in rules),
        tuple(each["standard"] for each in (said, *(said.get("others") or ())) if each.get("verdict") == Verdict.FAIL),
        Comparison(said["comparison"]) if said else None,
        tuple(" ".join(part for part in (rule.demanded(), rule.unit, rule.level) if part) for rule in rules),
        decides,
    )


def _demanded(rule: limits.Limit, unit: str) -> str:
    """Return what is demanded as a row shows it, with its unit where that is not the row's."""
    return " ".join(part for part in (rule.demanded(), rule.unit if rule.unit != unit else "", rule.level) if part)


def _attempt(attempt: Attempt, people: Mapping[int, str], places: int) -> AttemptRow:
    last = {one.place: one for one in attempt.determinations}
    judged = attempt.judgements[-1] if attempt.judgements else None
    analyst = people.get(attempt.determinations[-1].person_id if attempt.determinations else attempt.begun_by, "")
    values = tuple(last[place].text if place in last else "" for place in range(1, places + 1))
    return AttemptRow(
        attempt.number, analyst, attempt.begun_at, attempt.cause, values, judged.reported if judged else "", judged.verdict if judged else Verdict.UNDECIDED
    )


def _inputs(asked: str, words: str) -> tuple[tuple[str, str], ...]:
    if not asked:
        return ()
    said = dict(part.strip().split("=", 1) for part in words.split(";") if "=" in part)
    return tuple((name, _(said.get(name, name))) for name in sorted(formula.names(asked)))


def _near(explanation: Mapping[str, Any]) -> bool:
    """Tell whether a conforming value has come to nine tenths of an upper limit."""
    if explanation["verdict"] != Verdict.PASS or explanation["operator"] not in (Operator.AT_MOST, Operator.BELOW) or explanation["reason"] != Reason.WITHIN:
        return False
    return Decimal(explanation["compared"]) * 10 >= Decimal(explanation["limit"]) * 9


def _facts(one: Analysis, reported: str) -> AnalysisFacts:
    attempt = one.attempts[-1] if one.attempts else None
    entered = frozenset(found.person_id for tried in one.attempts for found in tried.determinations)
    return AnalysisFacts(one.state, one.assigned_to, entered, one.submitted_by, _lacks(one, attempt), reported)


def _lacks(one: Analysis, attempt: Attempt | None) -> str | None:
    try:
        found = [measured(determination, one.unit) for determination in counting(attempt, one.places)]
    except Refusal as refusal:  # in a unit that no longer turns into the procedure's
        return refusal.words
    if empty := found.count(None):
        return n_("{count} value is missing.", "{count} values are missing.", empty).format(count=empty)
    tolerance = one.procedure.rule("").tolerance
    numbers = [round_to(value.value, one.procedure.single_rounding) for value in found if value and value.value is not None and value.kind is Kind.NUMBER]
    return tolerance.refusal(numbers) if tolerance and len(numbers) == len(found) else None


def reported(work: Session, samples: Iterable[int]) -> dict[int, str]:
    """Return by sample the number of the approved report that rests on it, empty while a revision of it is being drafted."""
    query = select(Certificate.sample_id, Certificate.number, Certificate.state).where(Certificate.sample_id.in_(list(samples))).order_by(Certificate.id)
    found: dict[int, str] = {}
    for sample, number, state in work.execute(query):
        found[sample] = number if state in (CertificateState.APPROVED, CertificateState.ISSUED) else ""
    return found


def _review_row(sample: Sample) -> ReviewRow:
    counted = [one for one in sample.analyses if one.state is not AnalysisState.CANCELLED]
    verdicts = [one.attempts[-1].judgements[-1].verdict if one.attempts and one.attempts[-1].judgements else Verdict.UNDECIDED for one in counted]
    return ReviewRow(
        sample.number,
        sample.name,
        sample.sampling.form.get("business_name", ""),
        sum(one.state is AnalysisState.SUBMITTED for one in counted),
        sum(one.state is AnalysisState.REVIEWED for one in counted),
        len(counted),
        together(verdicts),
        min((one.submitted_at for one in counted if one.submitted_at), default=None),
    )
