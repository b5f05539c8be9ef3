"""Rows of the sample screens: frozen, complete, free of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, and_, case, func, literal, select, type_coerce
from sqlalchemy.orm import Session, joinedload, selectinload

from lims.clock import day_of
from lims.domain.analyses import Analysis
from lims.domain.businesses import Business
from lims.domain.certificates import Certificate
from lims.domain.people import Person
from lims.domain.samples import Portion, Sample
from lims.domain.samplings import Sampling
from lims.i18n import _
from lims.rules.flows import FOLLOWS, AnalysisState, CertificateState, PortionState, Progress, SampleState
from lims.rules.verdict import Verdict, together
from lims.views import settings
from lims.views.analyses import AnalysisRow, reported
from lims.views.analyses import rows as analysis_rows
from lims.views.labels import LabelRow
from lims.views.names import named
from lims.views.worksheets import HANDED_IN

PORTIONS = {"test": "1", "backup": "B"}
"""Kind of portion -> what follows the sample number on its label."""

PAGE = 100

_BEGUN = (AnalysisState.IN_TEST, AnalysisState.SUBMITTED, AnalysisState.REVIEWED)
_IN_FORCE = (CertificateState.ISSUED,)


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One line of the list."""

    id: int
    number: str
    name: str
    business: str
    form_number: str
    sampled_on: date
    received_at: datetime | None
    state: SampleState
    analyses: int
    done: int
    """Analyses that are reviewed."""


@dataclass(frozen=True, slots=True)
class PortionRow:
    """One labelled part of a sample."""

    number: str
    kind: str
    amount: str
    place: str
    state: PortionState


@dataclass(frozen=True, slots=True)
class StationRow:
    """One station of the sample's line: when and by whom, empty where it is still to come."""

    name: str
    at: datetime | date | None
    by: str


@dataclass(frozen=True, slots=True)
class SampleCard:
    """One sample in full."""

    row: SampleRow
    product: str
    product_code: str
    product_on: date
    """The day that chooses the edition."""
    form: Mapping[str, str]
    intake: Mapping[str, str]
    refusal: str
    received_by: str
    portions: tuple[PortionRow, ...]
    analyses: tuple[AnalysisRow, ...]
    verdict: Verdict
    certificates: tuple[tuple[int, str, int, CertificateState], ...]
    """Key, number, revision and state of each report."""
    stations: tuple[StationRow, ...]
    reported: str
    """Number of the approved report that rests on it; empty while there is none or a revision is being drafted."""


def rows(work: Session, *, state: SampleState | None = None, find: str = "", before: int | None = None, limit: int = PAGE) -> list[SampleRow]:
    """Return a page of samples, newest first; *before* is the key of the last row of the page above. *find* begins a number."""
    query = _query()
    shown = query.selected_columns.state
    if state is not None:
        query = query.where(shown == state.value)
    if find:
        query = query.where(Sample.number >= find, Sample.number < f"{find}\U0010ffff")
    if before is not None:
        query = query.where(Sample.id < before)
    return [_row(row) for row in work.execute(query.order_by(Sample.id.desc()).limit(limit))]


def counts(work: Session) -> dict[SampleState, int]:
    """Return how many samples stand in each state."""
    inner = _query().subquery()
    return {SampleState(state): count for state, count in work.execute(select(inner.c.state, func.count()).group_by(inner.c.state))}


def state_of(work: Session, number: str) -> SampleState:
    """Return the state of one sample."""
    row = work.execute(_query().where(Sample.number == number)).one()
    return SampleState(row.state)


def card(work: Session, number: str) -> SampleCard | None:
    """Return one sample in full, or None."""
    query = select(Sample).where(Sample.number == number).options(joinedload(Sample.sampling), joinedload(Sample.product), selectinload(Sample.portions))
    sample = work.scalars(query).first()
    if sample is None:
        return None
    found = work.execute(_query().where(Sample.number == number)).one()
    row = _row(found)
    analyses = tuple(analysis_rows(work, sample=number))
    reports = work.execute(
        select(Certificate.id, Certificate.number, Certificate.revision, Certificate.state).where(Certificate.sample_id == sample.id).order_by(Certificate.id)
    )
    receiver = work.scalar(select(Person.name).where(Person.id == sample.received_by)) or ""
    counted = [one.verdict for one in analyses if one.state is not AnalysisState.CANCELLED]
    return SampleCard(
        row,
        named(sample.product),
        sample.product.code,
        sample.product_on,
        sample.sampling.form,
        sample.intake,
        sample.refusal,
        receiver,
        tuple(PortionRow(one.number, one.kind, one.amount, one.place, one.state) for one in sample.portions),
        analyses,
        together(counted),
        tuple(reports.all()),
        stations(work, sample, receiver),
        reported(work, [sample.id]).get(sample.id, ""),
    )


def labels(work: Session, number: str) -> list[LabelRow]:
    """Return what is printed on the labels of a sample's portions."""
    zone = settings.values(work)["time_zone"]
    query = (
        select(Portion, Sample)
        .join(Sample, Portion.sample_id == Sample.id)
        .where(Sample.number == number)
        .order_by(Portion.id)
        .options(joinedload(Sample.sampling))
    )
    return [
        LabelRow(
            number=portion.number,
            name=sample.name,
            kind=_("test portion") if portion.kind == "test" else _("backup portion"),
            received_on=day_of(sample.received_at, zone) if sample.received_at else sample.product_on,
            storage=_(sample.sampling.form.get("storage", "")),
        )
        for portion, sample in work.execute(query)
    ]


def stations(work: Session, sample: Sample, receiver: str) -> tuple[StationRow, ...]:
    """Return the sample's line: sampling, intake, test, review, approval, issue."""
    people = dict(work.execute(select(Person.id, Person.name)).all())
    asked = work.execute(
        select(Analysis.state, Analysis.submitted_at, Analysis.submitted_by, Analysis.reviewed_at, Analysis.reviewed_by).where(
            Analysis.sample_id == sample.id, Analysis.state != AnalysisState.CANCELLED
        )
    ).all()
    tested = sorted((one.submitted_at, one.submitted_by) for one in asked if one.submitted_at)
    reviewed = sorted((one.reviewed_at, one.reviewed_by) for one in asked if one.reviewed_at)
    all_tested = bool(asked) and all(one.state in HANDED_IN for one in asked)
    all_reviewed = bool(asked) and all(one.state is AnalysisState.REVIEWED for one in asked)
    report = work.scalars(select(Certificate).where(Certificate.sample_id == sample.id).order_by(Certificate.id.desc()).limit(1)).first()
    return (
        StationRow(_("Sampling"), sample.sampling.sampled_on, sample.sampling.form.get("samplers", "")),
        StationRow(_("Intake"), sample.received_at, receiver),
        StationRow(_("Test"), tested[-1][0] if all_tested else None, _everybody(tested, people)),
        StationRow(_("Review"), reviewed[-1][0] if all_reviewed else None, _everybody(reviewed, people)),
        StationRow(_("Approval"), report.approved_at if report else None, people.get(report.approved_by or 0, "") if report else ""),
        StationRow(_("Issue"), report.issued_at if report else None, ""),
    )


def _everybody(signed: list[tuple[datetime, int]], people: Mapping[int, str]) -> str:
    return _(", ").join(dict.fromkeys(people[who] for _at, who in signed))


def _row(found: Any) -> SampleRow:
    return SampleRow(**{**found._asdict(), "state": SampleState(found.state)})


def _query() -> Select[Any]:
    progress = Progress(
        _count(Analysis.state.in_(_BEGUN)),
        select(func.count(Certificate.id)).where(Certificate.sample_id == Sample.id, Certificate.state.in_(_IN_FORCE)).correlate(Sample).scalar_subquery(),
    )
    followed = [(and_(Sample.stage == SampleState.RECEIVED, holds(progress)), literal(state.value)) for state, holds in FOLLOWS]
    state = case(*followed, else_=type_coerce(Sample.stage, String)).label("state")
    return (
        select(
            Sample.id,
            Sample.number,
            Sample.name,
            Business.name.label("business"),
            Sampling.number.label("form_number"),
            Sampling.sampled_on,
            Sample.received_at,
            state,
            _count(Analysis.state != AnalysisState.CANCELLED).label("analyses"),
            _count(Analysis.state == AnalysisState.REVIEWED).label("done"),
        )
        .join(Sampling, Sample.sampling_id == Sampling.id)
        .join(Business, Sampling.business_id == Business.id)
    )


def _count(condition: Any) -> Any:
    return select(func.count(Analysis.id)).where(Analysis.sample_id == Sample.id, condition).correlate(Sample).scalar_subquery()
