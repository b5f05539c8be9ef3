"""Rows of instruments and of the inbox: what they sent, what it belongs to, and the bytes it came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from lims.domain.analyses import Analysis
from lims.domain.catalogue import Item
from lims.domain.instruments import Code, Instrument, KitLot, Message, Reading
from lims.domain.people import Person
from lims.domain.samples import Portion, Sample
from lims.domain.worksheets import Worksheet
from lims.i18n import _
from lims.rules.flows import AnalysisState, ReadingState
from lims.rules.inbox import Cause, why
from lims.rules.verdict import Said
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
    automatic: str
    """Who let its matched readings enter results by themselves; empty where every one waits for a person."""
    readings: int
    waiting: int
    """Readings that need a person."""
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
    cause: Cause | None
    reason: str
    """Why it needs a person, in the reader's language, or why it was rejected."""
    message_id: int
    sent_test: str
    result: str
    outcome: str
    position: str
    lot: str
    raw: Mapping[str, str]
    because: tuple[str, ...]
    """How the value was worked out, in the reader's language."""
    instrument_code: str


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


@dataclass(frozen=True, slots=True)
class OrderRow:
    """What is to be measured of one sample, for an instrument that asks."""

    sample: str
    """Number as the instrument knows it: the sample's or a portion's."""
    name: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KitLotRow:
    """A lot of a kit as an instrument reads it."""

    item: str
    item_name: str
    number: str
    expires: date
    cutoff: str
    curve: Mapping[str, str]
    scale: str
    unit: str
    active: bool


@dataclass(frozen=True, slots=True)
class CodeRow:
    """What an instrument calls an item, by the laboratory's own word."""

    sent: str
    item: str
    item_name: str


UNDONE = (AnalysisState.ASSIGNED, AnalysisState.IN_TEST)


def orders(work: Session, *, samples: Sequence[str] = (), worksheet: str = "") -> list[OrderRow]:
    """Return what is still to be measured of samples by number, or of a whole worksheet, in its order."""
    query = (
        select(Sample.number, Sample.name, Item.code)
        .join(Analysis, Analysis.sample_id == Sample.id)
        .join(Item, Analysis.item_id == Item.id)
        .where(Analysis.state.in_(UNDONE))
        .order_by(Analysis.position, Sample.number, Analysis.id)
    )
    if worksheet:
        query = query.join(Worksheet, Analysis.worksheet_id == Worksheet.id).where(Worksheet.number == worksheet)
        wanted = work.execute(query).all()
        called = {number: [number] for number, _name, _item in wanted}
    else:
        portions = dict(
            work.execute(select(Portion.number, Sample.number).join(Sample, Portion.sample_id == Sample.id).where(Portion.number.in_(samples))).all()
        )
        called = {}
        for number in dict.fromkeys(samples):
            called.setdefault(portions.get(number, number), []).append(number)
        wanted = work.execute(query.where(Sample.number.in_(called))).all()
    found: dict[tuple[str, str], list[str]] = {}
    for number, name, item in wanted:
        for asked in called[number]:
            found.setdefault((asked, name), []).append(item)
    return [OrderRow(number, name, tuple(items)) for (number, name), items in found.items()]


def lots(work: Session, code: str) -> list[KitLotRow]:
    """Return the kit lots of an instrument, those in use first."""
    query = (
        select(KitLot, Item)
        .join(Instrument, KitLot.instrument_id == Instrument.id)
        .join(Item, Item.code == KitLot.item)
        .where(Instrument.code == code)
        .order_by(KitLot.active.desc(), KitLot.item, KitLot.expires.desc())
    )
    return [
        KitLotRow(lot.item, named(item), lot.number, lot.expires, "" if lot.cutoff is None else str(lot.cutoff), lot.curve, lot.scale, lot.unit, lot.active)
        for lot, item in work.execute(query)
    ]


def codes(work: Session, code: str) -> list[CodeRow]:
    """Return what the laboratory says an instrument means by its codes."""
    query = select(Code, Item).join(Instrument, Code.instrument_id == Instrument.id).join(Item, Item.code == Code.item).where(Instrument.code == code)
    return [CodeRow(one.sent, one.item, named(item)) for one, item in work.execute(query.order_by(Code.sent))]


def rows(work: Session) -> list[InstrumentRow]:
    """Return the register."""
    waiting = func.sum(case((Reading.state == ReadingState.NEEDS_PERSON, 1), else_=0)).label("waiting")
    counted = select(Reading.instrument_id, func.count().label("count"), waiting).group_by(Reading.instrument_id).subquery()
    last = select(Message.instrument_id, func.max(Message.received_at).label("at")).group_by(Message.instrument_id).subquery()
    query = (
        select(Instrument, func.coalesce(Person.name, ""), func.coalesce(counted.c.count, 0), func.coalesce(counted.c.waiting, 0), last.c.at)
        .outerjoin(Person, Instrument.automatic_by == Person.id)
        .outerjoin(counted, counted.c.instrument_id == Instrument.id)
        .outerjoin(last, last.c.instrument_id == Instrument.id)
        .order_by(Instrument.active.desc(), Instrument.code)
    )
    return [
        InstrumentRow(one.id, one.code, one.name, one.model, one.serial, one.profile, one.calibrated_until, one.active, automatic, count, waiting, at)
        for one, automatic, count, waiting, at in work.execute(query)
    ]


def inbox(work: Session, states: Sequence[ReadingState] = OPEN, limit: int = 500) -> list[ReadingRow]:
    """Return readings: what needs a person first, then the matched, newest first."""
    return _readings(work, Reading.state.in_(states), Reading.state != ReadingState.NEEDS_PERSON, limit=limit)


def newest(work: Session, code: str) -> ReadingRow | None:
    """Return the last reading an instrument sent, or None."""
    return next(iter(_readings(work, Instrument.code == code, limit=1)), None)


def _readings(work: Session, condition: ColumnElement[bool], *order: ColumnElement[bool], limit: int) -> list[ReadingRow]:
    query = (
        select(Reading, Instrument, Sample.number, Sample.name, Item)
        .join(Instrument, Reading.instrument_id == Instrument.id)
        .outerjoin(Analysis, Reading.analysis_id == Analysis.id)
        .outerjoin(Sample, Analysis.sample_id == Sample.id)
        .outerjoin(Item, (Item.id == Analysis.item_id) | (Analysis.id.is_(None) & (Item.code == Reading.test)))
        .where(condition)
        .order_by(*order, Reading.id.desc())
        .limit(limit)
    )
    return [
        ReadingRow(
            one.id,
            one.received_at,
            instrument.name,
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
            one.cause,
            one.reason or (why(one.cause, one.facts) if one.cause else ""),
            one.message_id,
            one.sent_test,
            one.result,
            one.outcome,
            one.position,
            one.lot,
            one.raw,
            tuple(Said(said["words"], said["facts"]).shown() for said in one.because.get("said", ())),
            instrument.code,
        )
        for one, instrument, number, name, item in work.execute(query)
    ]


def inbox_counts(work: Session) -> dict[ReadingState, int]:
    """Return how many readings stand in each state."""
    return dict(work.execute(select(Reading.state, func.count()).group_by(Reading.state)).all())


def message(work: Session, key: int) -> MessageCard:
    """Return the message of a reading with its bytes."""
    one, instrument = work.execute(select(Message, Instrument.name).join(Instrument, Message.instrument_id == Instrument.id).where(Message.id == key)).one()
    return MessageCard(
        instrument, one.workstation, one.journal, one.first_row, one.last_row, one.content, one.sha256, one.received_at, _(one.problem) if one.problem else ""
    )


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
