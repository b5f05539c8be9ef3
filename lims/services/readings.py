"""What becomes of readings: they land matched by sample number, and nothing enters a result without being accepted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.analyses import Analysis, Determination
from lims.domain.catalogue import Item
from lims.domain.instruments import Instrument, Message, Reading
from lims.domain.samples import Portion, Sample
from lims.errors import Refusal
from lims.i18n import _
from lims.rules import units
from lims.rules.flows import ANALYSIS_FLOW, READING_FLOW, AnalysisState, ReadingFacts, ReadingState
from lims.rules.quantity import parse
from lims.rules.rights import PROGRAM, Actor
from lims.services import analyses
from lims.services.verb import verb
from lims.views.analyses import facts_of, load, present
from lims.views.names import named

FINAL = ("final", "corrected")


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
        for place, sent in enumerate(delivery.readings or _nothing(delivery.problem), 1):
            reading = _new(instrument.id, message.id, place, sent, delivery.received_at)
            work.add(_recognised(work, reading, sent, delivery.problem))
    return len(delivery.readings)


@verb("readings.match")
def match(work: Work, reading: int, analysis: int, *, by: Actor) -> None:
    """Say which analysis a reading belongs to; it still has to be accepted."""
    one = work.get_one(Reading, reading)
    one.state = READING_FLOW.make("match", ReadingFacts(one.state), by)
    if problem := _misfit(work, one, analysis):
        raise Refusal(problem)
    one.analysis_id, one.reason, one.decided_by = analysis, "", by.id


@verb("readings.accept")
def accept(work: Work, readings: Sequence[int], *, by: Actor) -> int:
    """Take matched readings into the results, each into the next free place. All or none. Returns how many."""
    rows = list(work.scalars(select(Reading).where(Reading.id.in_(readings)).order_by(Reading.id)))
    for one in rows:
        problem = _misfit(work, one, one.analysis_id) if one.analysis_id else _("It belongs to no analysis yet. Match it first.")
        one.state = READING_FLOW.make("accept", ReadingFacts(one.state, problem), by)
        one.decided_by = by.id
        _put(work, one, by)
        work.flush()
    return len(rows)


@verb("readings.accept_mine")
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
    for one in work.scalars(select(Reading).where(Reading.id.in_(readings))):
        one.state = READING_FLOW.make("reject", ReadingFacts(one.state), by, reason)
        one.reason, one.decided_by = reason.strip(), by.id


def _landed(work: Work, instrument: int, delivery: Delivery) -> bool:
    query = select(Message.id).where(
        Message.instrument_id == instrument,
        Message.workstation == delivery.workstation,
        Message.journal == delivery.journal,
        Message.first_row == delivery.first_row,
        Message.last_row == delivery.last_row,
    )
    return work.scalar(query) is not None


def _new(instrument: int, message: int, place: int, sent: Sent, at: datetime) -> Reading:
    return Reading(
        message_id=message,
        instrument_id=instrument,
        place=place,
        sample=sent.sample,
        test=sent.test,
        value=sent.value,
        unit=sent.unit,
        status=sent.status,
        flags=sent.flags,
        said_at=sent.said_at,
        received_at=at,
    )


def _nothing(problem: str) -> tuple[Sent, ...]:
    """A message that could not be read whole still stands in the inbox, for a person to look at."""
    return (Sent("", "", "", ""),) if problem else ()


def _recognised(work: Work, reading: Reading, sent: Sent, broken: str) -> Reading:
    analysis, problem = (None, broken) if broken else _belongs(work, sent)
    reading.analysis_id, reading.reason = analysis, problem
    reading.state = READING_FLOW.make("query" if problem else "recognise", ReadingFacts(ReadingState.NEW), PROGRAM)
    return reading


def _belongs(work: Work, sent: Sent) -> tuple[int | None, str]:
    """Return the analysis a value belongs to, or why a person has to look."""
    if sent.status not in FINAL:
        return None, _("The instrument calls this value {status}; it does not enter a result by itself.").format(status=sent.status)
    sample = work.scalars(select(Sample).where(Sample.number == sent.sample)).first()
    sample = sample or work.scalars(select(Sample).join(Portion, Portion.sample_id == Sample.id).where(Portion.number == sent.sample)).first()
    if sample is None:
        return None, _("No sample has the number {number}.").format(number=sent.sample or "—")
    row = work.execute(
        select(Analysis.id, Analysis.state).join(Item, Analysis.item_id == Item.id).where(Analysis.sample_id == sample.id, Item.code == sent.test)
    ).first()
    if row is None:
        return None, _("Nothing called {test} is asked of sample {number}.").format(test=sent.test or "—", number=sample.number)
    problem = _value_problem(sent.value) or _state_problem(row.state)
    return (None, problem) if problem else (row.id, "")


def _value_problem(value: str) -> str:
    try:
        parse(value)
    except Refusal as refusal:
        return refusal.words
    return ""


def _state_problem(state: AnalysisState) -> str:
    if state is AnalysisState.IN_TEST:
        return ""
    return _("The analysis is {state}; a value can come in only while it is in test.").format(state=_(ANALYSIS_FLOW.words[state]))


def _misfit(work: Work, reading: Reading, analysis: int) -> str | None:
    (row,) = load(work, [analysis])
    if problem := _value_problem(reading.value) or _state_problem(row.state):
        return problem
    if row.procedure.formula:
        return _("{item} is calculated from weighings; a reading cannot stand in for them.").format(item=named(row.item))
    if row.item.code != reading.test:
        return _("The reading is of {test}, the analysis of {item}. Choose the analysis of this item.").format(test=reading.test or "—", item=named(row.item))
    measured = parse(reading.value)
    try:
        units.convert(measured.value or Decimal(0), reading.unit, row.procedure.unit)
    except Refusal as refusal:
        return refusal.words
    return None


def _put(work: Work, reading: Reading, by: Actor) -> None:
    (row,) = load(work, [reading.analysis_id or 0])
    attempt = present(row)
    values = analyses.found(attempt, row.procedure)
    place = next((place for place, value in enumerate(values, 1) if value is None), None)
    if place is None:
        raise Refusal(
            _("{item} of sample {number} has all its values. Repeat the analysis, or reject the reading.").format(
                item=named(row.item), number=row.sample.number
            )
        )
    analyses.open_for_values(row, facts_of(work, [row])[row.id], place, by)
    analyses.put(
        work,
        row,
        Determination(attempt_id=attempt.id, place=place, text=reading.value, unit=reading.unit, reading_id=reading.id, person_id=by.id, at=work.now()),
    )
