"""Rows of instruments and of the inbox: what they sent, what it belongs to, and the bytes it came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lims.domain.analyses import Analysis
from lims.domain.catalogue import Item
from lims.domain.instruments import Instrument, Message, Reading
from lims.domain.samples import Sample
from lims.rules.flows import ReadingState
from lims.views.names import named

OPEN = (ReadingState.NEW, ReadingState.MATCHED, ReadingState.NEEDS_PERSON)


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """One instrument of the register."""

    id: int
    code: str
    name: str
    model: str
    serial: str
    profile: str
    calibrated_until: date | None
    active: bool
    readings: int
    last_message: datetime | None


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One reading of the inbox."""

    id: int
    received_at: datetime
    instrument: str
    sample: str
    """As sent."""
    test: str
    """As sent, or the item code after the profile's map."""
    value: str
    unit: str
    status: str
    flags: str
    said_at: str
    state: ReadingState
    analysis_id: int | None
    matched_number: str
    matched_name: str
    item: str
    """Name of the item in the reader's language; empty where the library does not know what was sent."""
    reason: str
    message_id: int


@dataclass(frozen=True, slots=True)
class MessageCard:
    """The bytes a reading came in."""

    instrument: str
    workstation: str
    journal: str
    first_row: int
    last_row: int
    content: bytes
    sha256: str
    received_at: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """An analysis in test that a reading could belong to."""

    analysis_id: int
    sample_number: str
    sample_name: str
    item: str


def rows(work: Session) -> list[InstrumentRow]:
    """Return the register."""
    counted = select(Reading.instrument_id, func.count().label("count")).group_by(Reading.instrument_id).subquery()
    last = select(Message.instrument_id, func.max(Message.received_at).label("at")).group_by(Message.instrument_id).subquery()
    query = (
        select(Instrument, func.coalesce(counted.c.count, 0), last.c.at)
        .outerjoin(counted, counted.c.instrument_id == Instrument.id)
        .outerjoin(last, last.c.instrument_id == Instrument.id)
        .order_by(Instrument.active.desc(), Instrument.code)
    )
    return [
        InstrumentRow(one.id, one.code, one.name, one.model, one.serial, one.profile, one.calibrated_until, one.active, count, at)
        for one, count, at in work.execute(query)
    ]


def inbox(work: Session, states: Sequence[ReadingState] = OPEN, limit: int = 500) -> list[ReadingRow]:
    """Return readings: what needs a person first, then the matched, newest first."""
    query = (
        select(Reading, Instrument.name, Sample.number, Sample.name, Item)
        .join(Instrument, Reading.instrument_id == Instrument.id)
        .outerjoin(Analysis, Reading.analysis_id == Analysis.id)
        .outerjoin(Sample, Analysis.sample_id == Sample.id)
        .outerjoin(Item, (Item.id == Analysis.item_id) | (Analysis.id.is_(None) & (Item.code == Reading.test)))
        .where(Reading.state.in_(states))
        .order_by(Reading.state != ReadingState.NEEDS_PERSON, Reading.id.desc())
        .limit(limit)
    )
    return [
        ReadingRow(
            one.id,
            one.received_at,
            instrument,
            one.sample,
            one.test,
            one.value,
            one.unit,
            one.status,
            one.flags,
            one.said_at,
            one.state,
            one.analysis_id,
            number or "",
            name or "",
            named(item) if item else "",
            one.reason,
            one.message_id,
        )
        for one, instrument, number, name, item in work.execute(query)
    ]


def inbox_counts(work: Session) -> dict[ReadingState, int]:
    """Return how many readings stand in each state."""
    return dict(work.execute(select(Reading.state, func.count()).group_by(Reading.state)).all())


def message(work: Session, key: int) -> MessageCard:
    """Return the message of a reading with its bytes."""
    one, instrument = work.execute(select(Message, Instrument.name).join(Instrument, Message.instrument_id == Instrument.id).where(Message.id == key)).one()
    return MessageCard(instrument, one.workstation, one.journal, one.first_row, one.last_row, one.content, one.sha256, one.received_at, one.problem)


def candidates(work: Session, reading: int) -> list[CandidateRow]:
    """Return the analyses in test of the reading's item, nearest sample number first; of every item where none fits."""
    one = work.get_one(Reading, reading)
    query = (
        select(Analysis.id, Sample.number, Sample.name, Item)
        .join(Sample, Analysis.sample_id == Sample.id)
        .join(Item, Analysis.item_id == Item.id)
        .where(Analysis.state == "in_test")
    )
    found = work.execute(query).all()
    fitting = [row for row in found if row[3].code == one.test] or list(found)
    return [CandidateRow(key, number, name, named(item)) for key, number, name, item in sorted(fitting, key=lambda row: (-_alike(row[1], one.sample), row[1]))]


def _alike(number: str, sent: str) -> int:
    """Count how many characters agree from both ends: a lost or mistyped one in the middle keeps a number near."""
    head = next((place for place, (a, b) in enumerate(zip(number, sent, strict=False)) if a != b), min(len(number), len(sent)))
    tail = next((place for place, (a, b) in enumerate(zip(reversed(number), reversed(sent), strict=False)) if a != b), min(len(number), len(sent)))
    return min(head + tail, len(number))
