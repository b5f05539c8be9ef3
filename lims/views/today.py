"""The first screen: where samples stand, and what waits for this person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lims.domain.analyses import Analysis
from lims.domain.certificates import Certificate
from lims.domain.instruments import Reading
from lims.domain.samples import Sample
from lims.i18n import N_
from lims.rules.flows import AnalysisState, CertificateState, ReadingState, SampleState
from lims.rules.rights import Actor, Right
from lims.views import catalogue, worksheets
from lims.views.instruments import InstrumentRow
from lims.views.instruments import rows as instrument_rows
from lims.views.worksheets import WorksheetRow


@dataclass(frozen=True, slots=True)
class Station:
    """One station of the samples' line with how many stand there, and the place that lists them."""

    name: str
    count: int
    place: str


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for this person: how many, in words, and where it is done."""

    one: str
    """In words where there is one, and where there are several."""
    many: str
    count: int
    place: str


@dataclass(frozen=True, slots=True)
class TodayCard:
    """Everything on the first screen."""

    stations: tuple[Station, ...]
    tasks: tuple[Task, ...]
    worksheets: tuple[WorksheetRow, ...]
    instruments: tuple[InstrumentRow, ...]


def card(work: Session, person: Actor) -> TodayCard:
    """Return the first screen of *person*."""
    counted = _counts(work)
    stations = tuple(Station(name, counted[key], place) for key, name, place in STATIONS)
    tasks = tuple(Task(one, many, counted[key], place) for key, one, many, right, place in TASKS if right in person.rights and counted[key])
    mine = worksheets.rows(work, analyst=person.login, open_only=True) if Right.TEST in person.rights else []
    return TodayCard(stations, tasks, tuple(mine), tuple(row for row in instrument_rows(work) if row.active and row.profile))


STATIONS = (
    ("expected", N_("To receive"), "intake"),
    ("in_test", N_("In test"), "bench"),
    ("submitted", N_("To review"), "review"),
    ("drafts", N_("To approve"), "certificates"),
    ("issued", N_("Issued"), "certificates"),
)

TASKS = (
    ("expected", N_("sample to receive"), N_("samples to receive"), Right.RECEIVE, "intake"),
    ("waiting", N_("analysis to put on a worksheet"), N_("analyses to put on a worksheet"), Right.ASSIGN, "bench"),
    ("unmatched", N_("reading that needs a person"), N_("readings that need a person"), Right.TEST, "inbox"),
    ("matched", N_("reading to accept"), N_("readings to accept"), Right.TEST, "inbox"),
    ("submitted", N_("sample to review"), N_("samples to review"), Right.REVIEW, "review"),
    ("drafts", N_("report to approve"), N_("reports to approve"), Right.APPROVE, "certificates"),
    ("unconfirmed", N_("limit to confirm"), N_("limits to confirm"), Right.CONFIRM, "limits"),
)


def counts(work: Session) -> dict[str, int]:
    """Return the counts that navigation and the first screen show."""
    return _counts(work)


def _counts(work: Session) -> dict[str, int]:
    readings = dict(work.execute(select(Reading.state, func.count()).group_by(Reading.state)).all())
    reports = dict(work.execute(select(Certificate.state, func.count()).group_by(Certificate.state)).all())
    return {
        "expected": work.scalar(select(func.count(Sample.id)).where(Sample.stage == SampleState.EXPECTED)) or 0,
        "waiting": _analyses(work, AnalysisState.REQUESTED),
        "in_test": work.scalar(select(func.count(Analysis.sample_id.distinct())).where(Analysis.state.in_((AnalysisState.ASSIGNED, AnalysisState.IN_TEST))))
        or 0,
        "submitted": work.scalar(select(func.count(Analysis.sample_id.distinct())).where(Analysis.state == AnalysisState.SUBMITTED)) or 0,
        "unmatched": readings.get(ReadingState.NEEDS_PERSON, 0),
        "matched": readings.get(ReadingState.MATCHED, 0),
        "drafts": reports.get(CertificateState.DRAFT, 0),
        "issued": reports.get(CertificateState.ISSUED, 0),
        "unconfirmed": catalogue.unconfirmed(work),
    }


def _analyses(work: Session, state: AnalysisState) -> int:
    query = select(func.count(Analysis.id)).join(Sample, Analysis.sample_id == Sample.id).where(Analysis.state == state, Sample.stage == SampleState.RECEIVED)
    return work.scalar(query) or 0
