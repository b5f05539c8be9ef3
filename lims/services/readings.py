"""What becomes of readings: they land matched by sample number, and nothing enters a result without being accepted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from lims.clock import local
from lims.db.store import Work
from lims.domain.analyses import Analysis, Determination
from lims.domain.catalogue import Item, Limit, Procedure
from lims.domain.instruments import Instrument, Message, Reading
from lims.domain.samples import Portion, Sample
from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.flows import ANALYSIS_FLOW, READING_FLOW, AnalysisFacts, AnalysisState, ReadingFacts, ReadingState
from lims.rules.quantity import parse
from lims.rules.rights import PROGRAM, Actor, Right
from lims.services import analyses
from lims.services.verb import verb
from lims.views.analyses import facts_of, load, present
from lims.views.names import named

FINAL = ("final", "corrected")

STATUS_WORDS = {
    "preliminary": N_("preliminary"),
    "control": N_("a control"),
    "failed": N_("failed"),
}
"""What an instrument calls a value that is not final."""

NEVER = ("control", "failed")
"""What nobody can make a sample's result."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One value as an instrument sent it, after the profile's map."""

    sample: str
    test: str
    value: str
    unit: str
    status: str = "final"
    flags: str = ""
    said_at: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message from a journal with the readings in it."""

    instrument: str
    """Code of the instrument in the register."""
    workstation: str
    journal: str
    first_row: int
    last_row: int
    content: bytes
    received_at: datetime
    readings: tuple[Sent, ...]
    problem: str = ""


def land(work: Work, delivery: Delivery) -> int:
    """Keep a message and its readings, once; match what can be matched. Returns how many readings came in."""
    instrument = work.scalars(select(Instrument).where(Instrument.code == delivery.instrument)).first()
    if instrument is None:
        raise Refusal(_("There is no instrument {code} in the register.").format(code=delivery.instrument))
    if _landed(work, instrument.id, delivery):
        return 0
    with work.acting(PROGRAM, "readings.land"):
        message = Message(
            instrument_id=instrument.id,
            workstation=delivery.workstation,
            journal=delivery.journal,
            first_row=delivery.first_row,
            last_row=delivery.last_row,
            content=delivery.content,
            sha256=hashlib.sha256(delivery.content).hexdigest(),
            received_at=delivery.received_at,
            problem=delivery.problem,
        )
        work.add(message)
        work.flush()
        problem = delivery.problem or _again(work, message)
        rows = [_new(message, place, sent) for place, sent in enumerate(delivery.readings or _nothing(problem), 1)]
        _recognise(work, rows, problem)
        work.add_all(rows)
    return len(delivery.readings)


@verb("readings.match")
def match(work: Work, reading: int, analysis: int, *, by: Actor) -> None:
    """Say which analysis a reading belongs to; it still has to be accepted."""
    one = work.get_one(Reading, reading)
    one.state = READING_FLOW.make("match", ReadingFacts(one.state), by)
    (asked,) = _asked(work, Analysis.id == analysis)
    if problem := _misfit(one, asked.state, asked.Procedure, asked.Item, asked.Procedure.unit or asked.unit or ""):
        raise Refusal(problem)
    one.analysis_id, one.reason, one.decided_by = analysis, "", by.id


@verb("readings.accept")
def accept(work: Work, readings: Sequence[int], *, by: Actor) -> int:
    """Take matched readings into the results, each into the next free place. All or none. Returns how many."""
    rows = _chosen(work, readings)
    loaded = {row.id: row for row in load(work, {one.analysis_id for one in rows if one.analysis_id})}
    facts = facts_of(work, list(loaded.values()))
    for one in rows:
        row = loaded.get(one.analysis_id or 0)
        problem = _misfit(one, row.state, row.procedure, row.item, row.unit) if row else _("It belongs to no analysis yet. Match it first.")
        one.state = READING_FLOW.make("accept", ReadingFacts(one.state, problem), by)
        one.decided_by = by.id
        if row:
            _put(work, one, row, facts[row.id], by)
    return len(rows)


@verb("readings.accept_mine", Right.TEST)
def accept_mine(work: Work, readings: Sequence[int], *, by: Actor) -> int:
    """Take those of the readings that belong to this person's own analyses; the others wait for their analyst. Returns how many."""
    query = select(Reading.id).join(Analysis, Reading.analysis_id == Analysis.id).where(Reading.id.in_(readings), Analysis.assigned_to == by.id)
    mine = list(work.scalars(query))
    if not mine:
        raise Refusal(_("These readings belong to another analyst's work. That analyst can accept them."))
    return accept(work, mine, by=by)


@verb("readings.reject")
def reject(work: Work, readings: Sequence[int], *, reason: str, by: Actor) -> None:
    """Put readings aside with a reason; they stay on record."""
    for one in _chosen(work, readings):
        one.state = READING_FLOW.make("reject", ReadingFacts(one.state), by, reason)
        one.reason, one.decided_by = reason.strip(), by.id


def _chosen(work: Work, readings: Sequence[int]) -> list[Reading]:
    rows = list(work.scalars(select(Reading).where(Reading.id.in_(readings)).order_by(Reading.id)))
    if not rows:
        raise Refusal(_("Nothing is chosen."))
    return rows


def _landed(work: Work, instrument: int, delivery: Delivery) -> bool:
    query = select(Message.id).where(
        Message.instrument_id == instrument,
        Message.workstation == delivery.workstation,
        Message.journal == delivery.journal,
        Message.first_row == delivery.first_row,
        Message.last_row == delivery.last_row,
    )
    return work.scalar(query) is not None


def _new(message: Message, place: int, sent: Sent) -> Reading:
    said = {name: text.replace("\0", "␀") for name, text in asdict(sent).items()}  # no server keeps a NUL; the bytes stand in the message
    return Reading(message_id=message.id, instrument_id=message.instrument_id, place=place, received_at=message.received_at, **said)


def _nothing(problem: str) -> tuple[Sent, ...]:
    """A message that could not be read whole still stands in the inbox, for a person to look at."""
    return (Sent("", "", "", ""),) if problem else ()


def _again(work: Work, message: Message) -> str:
    """Say when the instrument sent the very same bytes before: one measurement sent twice is not two determinations."""
    query = select(Message.received_at).where(
        Message.sha256 == message.sha256, Message.instrument_id == message.instrument_id, Message.id != message.id, Message.problem == ""
    )
    before = work.scalar(query.order_by(Message.id.desc()).limit(1))
    if before is None:
        return ""
    at = local(before, work.setting("time_zone"))
    return _("The instrument sent the very same message before, at {time}. Match it only if it is a further determination.").format(time=f"{at:%Y-%m-%d %H:%M}")


def _recognise(work: Work, rows: Sequence[Reading], broken: str) -> None:
    """Find the analysis of each value of a message, or say why a person has to look; in as many queries for one as for many."""
    samples = _samples(work, {one.sample.strip() for one in rows})
    asked = {(each.sample_id, each.Item.code): each for each in _asked(work, Analysis.sample_id.in_({key for key, _number in samples.values()}))}
    for one in rows:
        key, number = samples.get(one.sample.strip(), (0, ""))
        found = asked.get((key, one.test))
        one.reason = (
            broken
            or _stranger(one, number, bool(found))
            or (_misfit(one, found.state, found.Procedure, found.Item, found.Procedure.unit or found.unit or "") if found else None)
            or ""
        )
        one.analysis_id = found.id if found and not one.reason else None
        one.state = READING_FLOW.make("query" if one.reason else "recognise", ReadingFacts(ReadingState.NEW), PROGRAM)


def _samples(work: Work, written: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return key and number of the samples that are written by their own number or by a portion's."""
    own = select(Sample.number.label("written"), Sample.id, Sample.number).where(Sample.number.in_(written))
    portions = (
        select(Portion.number.label("written"), Sample.id, Sample.number).join(Portion, Portion.sample_id == Sample.id).where(Portion.number.in_(written))
    )
    return {row.written: (row.id, row.number) for query in (portions, own) for row in work.execute(query)}


def _asked(work: Work, condition: ColumnElement[bool]) -> Sequence[Any]:
    """Return what readings are held against: analyses with their state, procedure and item."""
    query = (
        select(Analysis.id, Analysis.sample_id, Analysis.state, Procedure, Item, Limit.unit)
        .join(Procedure, Analysis.procedure_id == Procedure.id)
        .join(Item, Analysis.item_id == Item.id)
        .outerjoin(Limit, Analysis.limit_id == Limit.id)
        .where(condition)
    )
    return work.execute(query).all()


def _stranger(reading: Reading, number: str, asked: bool) -> str | None:
    """Say why a value finds no analysis by itself, or return None."""
    if reading.status not in FINAL:
        status = _(STATUS_WORDS.get(reading.status, reading.status))
        return _("The instrument calls this value {status}; it does not enter a result by itself.").format(status=status)
    if not number:
        return _("No sample has the number {number}.").format(number=reading.sample.strip() or "—")
    return None if asked else _("Nothing called {test} is asked of sample {number}.").format(test=reading.test or "—", number=number)


def _misfit(reading: Reading, state: AnalysisState, procedure: Procedure, item: Item, unit: str) -> str | None:
    """Say why a reading cannot be a value of an analysis, or return None."""
    if reading.status in NEVER:
        status = _(STATUS_WORDS[reading.status])
        return _("The instrument calls this value {status}; it cannot be a sample's result. Reject it with a reason.").format(status=status)
    if state is not AnalysisState.IN_TEST:
        return _("The analysis is {state}; a value can come in only while it is in test.").format(state=_(ANALYSIS_FLOW.words[state]))
    if procedure.formula:
        return _("{item} is calculated from weighings; a reading cannot stand in for them.").format(item=named(item))
    if item.code != reading.test:
        return _("The reading is of {test}, the analysis of {item}. Choose the analysis of this item.").format(test=reading.test or "—", item=named(item))
    try:
        parse(reading.value).into(reading.unit, unit)
    except Refusal as refusal:
        return refusal.words
    return None


def _put(work: Work, reading: Reading, row: Analysis, facts: AnalysisFacts, by: Actor) -> None:
    attempt = present(row)
    values = analyses.found(row)
    place = next((place for place, value in enumerate(values, 1) if value is None), None)
    if place is None:
        raise Refusal(
            _("{item} of sample {number} has all its values. Repeat the analysis, or reject the reading.").format(
                item=named(row.item), number=row.sample.number
            )
        )
    analyses.open_for_values(row, facts, place, by)
    analyses.put(
        work,
        row,
        Determination(attempt_id=attempt.id, place=place, text=reading.value, unit=reading.unit, reading_id=reading.id, person_id=by.id, at=work.now()),
    )
