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

from lims.domain.analyses import Analysis, Attempt, Determination
from lims.domain.catalogue import Item, Limit, Procedure
from lims.domain.certificates import Certificate
from lims.domain.people import Person
from lims.domain.samples import Sample
from lims.i18n import N_, _, n_
from lims.rules import formula
from lims.rules.flows import AnalysisFacts, AnalysisState, CertificateState, SampleState
from lims.rules.judgement import COMPARISON_WORDS, REASON_WORDS, Comparison, Reason
from lims.rules.limits import Operator
from lims.rules.quantity import Measured, parse
from lims.rules.rounding import plain, round_to
from lims.rules.verdict import WORDS as VERDICT_WORDS
from lims.rules.verdict import Verdict, together
from lims.views.catalogue import confirmed_codes
from lims.views.names import named


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation: what, its value, and where it comes from."""

    title: str
    value: str
    detail: str = ""


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


def counting(attempt: Attempt | None, procedure: Procedure) -> list[Determination | None]:
    """Return the determination that counts at each place of an attempt: the last one entered."""
    last = {one.place: one for one in attempt.determinations} if attempt else {}
    return [last.get(place) for place in range(1, procedure.determinations + 1)]


def measured(one: Determination | None, unit: str) -> Measured | None:
    """Return what was determined in *unit*, or None where nothing was, or it was taken back."""
    return parse(one.text).into(one.unit, unit) if one and one.text else None


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
    confirmed = confirmed_codes(work, [one.limit_id for one in found])
    return [_row(one, people, facts[one.id], confirmed) for one in found]


def load(work: Session, ids: Iterable[int]) -> list[Analysis]:
    """Return analyses with everything their verdict rests on, in order of their keys: for services, which change them.

    On a server whoever comes second waits for the first and sees what came of it.
    """
    return list(work.scalars(_whole().where(Analysis.id.in_(list(ids))).order_by(Analysis.id).with_for_update(of=Analysis)).unique())


def facts_of(work: Session, loaded: Sequence[Analysis]) -> dict[int, AnalysisFacts]:
    """Return what the moves of loaded analyses ask about, by key."""
    numbers = reported(work, {one.sample_id for one in loaded})
    return {one.id: _facts(one, numbers.get(one.sample_id, "")) for one in loaded}


@cache
def _whole() -> Select[Analysis]:
    return select(Analysis).options(
        joinedload(Analysis.item),
        joinedload(Analysis.procedure),
        joinedload(Analysis.sample),
        joinedload(Analysis.limit).options(joinedload(Limit.item), joinedload(Limit.product), joinedload(Limit.standard)),
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


def explained(explanation: Mapping[str, Any]) -> tuple[Step, ...]:
    """Put a stored judgement into words, step by step: determined, calculated, reported, limit, comparison, verdict."""
    said = {key: value or "" for key, value in explanation.items()}
    unit = said["unit"]
    requirement = f"{said['operator']} {said['limit']}".strip()
    steps = [Step(_("Determined"), " · ".join(explanation["determined"]), _("Formula {formula}").format(formula=said["formula"]) if said["formula"] else "")]
    if said["tolerance"]:
        steps.append(Step(_("Allowed difference"), said["tolerance"]))
    if said["value"]:
        steps.append(Step(_("Calculated"), said["value"], _("not rounded")))
    if said["reported"]:
        detail = _("rounded to {interval}, GB/T 8170-2008").format(interval=said["rounding"]) if said["rounding"] else _("as measured")
        steps.append(Step(_("Reported"), f"{said['reported']} {unit}".strip(), detail))
    if requirement:
        steps.append(Step(_("Limit"), f"{requirement} {unit}".strip(), f"{said['standard']} {said['clause']}".strip()))
        steps.append(Step(_("Compared"), said["compared"], _(COMPARISON_WORDS[Comparison(said["comparison"])])))
    verdict, reason = Verdict(said["verdict"]), Reason(said["reason"])
    why = _(REASON_WORDS[reason]).format(compared=f"{said['compared']} {unit}".strip(), unit=unit)
    return (*steps, Step(_("Verdict"), _(VERDICT_WORDS[verdict]), why))


INPUT_WORDS = {
    "empty dish (g)": N_("empty dish (g)"),
    "test portion (g)": N_("test portion (g)"),
    "dish and dried portion (g)": N_("dish and dried portion (g)"),
}


def _row(one: Analysis, people: Mapping[int, str], facts: AnalysisFacts, confirmed: frozenset[str]) -> AnalysisRow:
    attempt = one.attempts[-1] if one.attempts else None
    last = {found.place: found for found in attempt.determinations} if attempt else {}
    places = range(1, one.procedure.determinations + 1)
    judged = attempt.judgements[-1] if attempt and attempt.judgements else None
    limit = one.limit
    unit = limit.unit if limit and limit.unit else one.procedure.unit
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
        one.procedure.determinations,
        _inputs(one.procedure.formula, one.procedure.inputs),
        tuple(last[place].text if place in last else "" for place in places),
        tuple(last[place].inputs if place in last else {} for place in places),
        tuple(bool(place in last and last[place].reading_id) for place in places),
        f"{limit.operator} {plain(limit.limit)}" if limit and limit.limit is not None else _(limit.operator) if limit else "",
        plain(limit.limit) if limit and limit.limit is not None else "",
        f"{limit.standard.code} {limit.clause}".strip() if limit else "",
        bool(limit and limit.code in confirmed),
        judged.reported if judged else "",
        judged.verdict if judged else Verdict.UNDECIDED,
        bool(judged and _near(judged.explanation)),
        facts.lacks,
        tuple(_attempt(tried, people, one.procedure.determinations) for tried in one.attempts),
        explained(judged.explanation) if judged else (),
        people.get(one.reviewed_by or 0, ""),
        facts,
    )


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
    found = [measured(determination, one.procedure.unit) for determination in counting(attempt, one.procedure)]
    if empty := found.count(None):
        return n_("{count} value is missing.", "{count} values are missing.", empty).format(count=empty)
    tolerance = one.procedure.rule("").tolerance
    numbers = [round_to(value.value, one.procedure.single_rounding) for value in found if value and value.value is not None]
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
