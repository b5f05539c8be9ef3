"""What becomes of readings: they land matched by number or place, and nothing enters a result without being accepted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lims.clock import local
from lims.db.store import Work
from lims.domain.analyses import Analysis, Determination
from lims.domain.catalogue import Item
from lims.domain.instruments import Code, Instrument, Message, Reading
from lims.domain.people import Person
from lims.errors import Refusal
from lims.i18n import _
from lims.rules.flows import READING_FLOW, AnalysisFacts, ReadingFacts, ReadingState
from lims.rules.inbox import Cause, Demands, Problem, problem
from lims.rules.quantity import parse
from lims.rules.rights import PROGRAM, Actor, Right
from lims.services import analyses
from lims.services.analyses import Typed
from lims.services.recognition import FINAL, asked, misfit, recognise, told
from lims.services.verb import verb
from lims.views.analyses import facts_of, load, present
from lims.views.names import named

HELD_BACK = (Cause.CONTROL, Cause.CONTROL_FAILED, Cause.UNSTABLE)
"""Causes no person can set aside: the value is measured again."""

OPEN = (ReadingState.NEW, ReadingState.MATCHED, ReadingState.NEEDS_PERSON)


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
    sent_test: str = ""
    result: str = ""
    outcome: str = ""
    position: str = ""
    lot: str = ""
    stable: bool | None = None
    raw: dict[str, str] = field(default_factory=dict)


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
    """Why the message could not be read whole, in English words."""
    demands: Demands = field(default_factory=Demands)


def land(work: Work, delivery: Delivery) -> int:
    """Keep a message and its readings, once; match what can be matched. Returns how many readings came in."""
    instrument = work.scalars(select(Instrument).where(Instrument.code == delivery.instrument)).first()
    if instrument is None:
        raise Refusal(_("There is no instrument {code} in the register.").format(code=delivery.instrument))
    if _landed(work, instrument.id, delivery):
        return 0
    with work.acting(PROGRAM, "readings.land"):
        message = _message(work, instrument, delivery)
        broken = problem(Cause.BROKEN, words=delivery.problem) if delivery.problem else _again(work, message, delivery.demands)
        sent = in_own_words(work, instrument.id, delivery.readings) or _nothing(broken)
        rows = [_new(message, place, each) for place, each in enumerate(sent, 1)]
        recognise(work, instrument, rows, delivery.demands, broken)
        work.add_all(rows)
    if instrument.automatic_by:
        _take(work, instrument, rows)
    return len(delivery.readings)


def read_anew(work: Work, message: Message, sent: Sequence[Sent], demands: Demands, *, unread: str = "") -> int:
    """Put what the present profile reads in a message's bytes beside what was read before: open readings are replaced, decided ones stay.

    *unread* says why the profile cannot read it. Returns how many readings are new: none where everything would stand as it does. The caller signs.
    """
    broken = problem(Cause.BROKEN, words=unread) if unread else _again(work, message, demands)
    sent = in_own_words(work, message.instrument_id, sent) or _nothing(broken)
    said = Counter(told_by(each) for each in sent)
    before = list(work.scalars(select(Reading).where(Reading.message_id == message.id).order_by(Reading.pass_no, Reading.place)))
    decided = [one for one in before if one.state is not ReadingState.REPLACED and (one.state not in OPEN or (one.decided_by and told(one) in said))]
    waiting = [one for one in before if one.state in OPEN and one not in decided]
    fresh = _beside(sent, decided)
    last = max((one.pass_no for one in before), default=0)
    rows = [_new(message, place, each, last + 1) for place, each in enumerate(fresh, 1)]
    recognise(work, work.get_one(Instrument, message.instrument_id), rows, demands, broken, [one for one in decided if told(one) not in said])
    if [_stands(one) for one in waiting] == [_stands(one) for one in rows]:
        return 0
    for one in waiting:
        one.state = READING_FLOW.make("read_anew", ReadingFacts(one.state), PROGRAM)
    work.add_all(rows)
    return 0 if unread else len(rows)


def _beside(sent: Sequence[Sent], decided: Sequence[Reading]) -> list[Sent]:
    """Return what was sent without what is decided already, each once."""
    known = Counter(map(told, decided))
    fresh = []
    for each in sent:
        if known[told_by(each)]:
            known[told_by(each)] -= 1
        else:
            fresh.append(each)
    return fresh


def _stands(one: Reading) -> tuple[object, ...]:
    return told(one), one.value, one.unit, one.state, one.cause, one.facts, one.analysis_id


@verb("readings.match")
def match(work: Work, reading: int, analysis: int, *, by: Actor) -> None:
    """Say which analysis a reading belongs to; it still has to be accepted."""
    one = work.get_one(Reading, reading)
    one.state = READING_FLOW.make("match", ReadingFacts(one.state), by)
    if one.cause in HELD_BACK:
        raise Refusal(_("This value cannot be a result: measure again, and reject this reading with a reason."))
    (wanted,) = asked(work, Analysis.id == analysis)
    if words := misfit(one, wanted.state, wanted.Procedure, wanted.Item, wanted.Procedure.unit or wanted.unit or ""):
        raise Refusal(words)
    one.analysis_id, one.cause, one.reason, one.decided_by = analysis, None, "", by.id


@verb("readings.map_code", Right.INSTRUMENTS)
def map_code(work: Work, reading: int, item: str, *, demands_of: Callable[[Instrument], Demands], by: Actor) -> int:
    """Say which item an instrument means by a code, for this reading and all to come. Returns how many readings found their analysis by it."""
    one = work.get_one(Reading, reading)
    sent = one.sent_test or one.test
    if not sent:
        raise Refusal(_("The instrument sent no code with this reading. Match it to its sample instead."))
    if work.scalar(select(Item.id).where(Item.code == item)) is None:
        raise Refusal(_("There is no item {code} in the library.").format(code=item))
    known = work.scalars(select(Code).where(Code.instrument_id == one.instrument_id, Code.sent == sent)).first()
    if known is None:
        work.add(Code(instrument_id=one.instrument_id, sent=sent, item=item))
    else:
        known.item = item
    instrument = work.get_one(Instrument, one.instrument_id)
    demands = demands_of(instrument)
    waiting = select(Reading).where(
        Reading.instrument_id == one.instrument_id,
        Reading.state == ReadingState.NEEDS_PERSON,
        (Reading.sent_test == sent) | ((Reading.sent_test == "") & (Reading.test == sent)),
    )
    rows = list(work.scalars(waiting.order_by(Reading.message_id, Reading.place)))
    for each in rows:
        each.test = item
    lost = [each for each in rows if each.cause in (Cause.UNKNOWN_TEST, Cause.UNKNOWN_SAMPLE) and demands.control(each.sample.strip(), item) is None]
    for _message, together in groupby(lost, key=lambda each: each.message_id):
        recognise(work, instrument, list(together), demands, None)
    return sum(each.state is ReadingState.MATCHED for each in lost)


@verb("readings.accept")
def accept(work: Work, readings: Sequence[int], *, by: Actor) -> int:
    """Take matched readings into the results, each into the next free place. All or none. Returns how many."""
    rows = _chosen(work, readings)
    loaded = {row.id: row for row in load(work, {one.analysis_id for one in rows if one.analysis_id})}
    facts = facts_of(work, list(loaded.values()))
    for one in rows:
        row = loaded.get(one.analysis_id or 0)
        words = misfit(one, row.state, row.procedure, row.item, row.unit) if row else _("It belongs to no analysis yet. Match it first.")
        one.state = READING_FLOW.make("accept", ReadingFacts(one.state, words), by)
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


@verb("readings.weigh", Right.TEST)
def weigh(work: Work, delivery: Delivery, cell: Typed, unit: str, *, by: Actor) -> str:
    """Take the stable value a balance or meter just sent into one cell of the bench, in the cell's *unit*. Returns it as it stands there.

    The message lands like every other; refused, its reading stays in the inbox. Raises Refusal.
    """
    one = _stable(work, delivery)
    (row, facts), *_none = analyses.rows(work, [cell.analysis])
    analyses.open_for_values(row, facts, cell.place, by)
    sent = parse(one.value).into(one.unit, unit or row.unit)
    one.state = READING_FLOW.make("weigh", ReadingFacts(one.state), by)
    one.analysis_id, one.cause, one.decided_by = row.id, None, by.id
    typed = replace(cell, text=sent.shown())
    analyses.put(work, row, analyses.entry(work, row, typed, by, one.id))
    return typed.text


def _stable(work: Work, delivery: Delivery) -> Reading:
    """Return the last stable number of a message, landed first where it has not been."""
    land(work, delivery)
    query = (
        select(Reading)
        .join(Message, Reading.message_id == Message.id)
        .where(
            Message.workstation == delivery.workstation,
            Message.journal == delivery.journal,
            Message.first_row == delivery.first_row,
            Message.last_row == delivery.last_row,
            Reading.stable.is_(True),
            Reading.status.in_(FINAL),
        )
    )
    found = work.scalars(query.order_by(Reading.place.desc())).first()
    if found is None:
        raise Refusal(_("The instrument sent no stable value. Wait until it has settled, and read again."))
    return found


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


def _message(work: Work, instrument: Instrument, delivery: Delivery) -> Message:
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
    return message


def in_own_words(session: Session, instrument: int, sent: Sequence[Sent]) -> list[Sent]:
    """Return what was sent with the laboratory's own meaning of this instrument's codes, where it has one."""
    codes = {one.sent: one.item for one in session.scalars(select(Code).where(Code.instrument_id == instrument))}
    return [replace(each, test=codes.get(each.sent_test or each.test, each.test)) for each in sent]


def _new(message: Message, place: int, sent: Sent, pass_no: int = 1) -> Reading:
    said: dict[str, Any] = {name: _kept(value) for name, value in asdict(sent).items()}
    return Reading(message_id=message.id, instrument_id=message.instrument_id, place=place, received_at=message.received_at, pass_no=pass_no, **said)


def _kept(value: Any) -> Any:
    """Return what a server can keep: a NUL is shown as a sign, the bytes stand in the message."""
    return value.replace("\0", "␀") if isinstance(value, str) else value


def told_by(each: Sent) -> tuple[object, ...]:
    """Return what `recognition.told` says of the reading this will be."""
    words = (each.sample, each.test, each.value, each.unit, each.status, each.flags, each.said_at, each.position)
    return (*map(_kept, words), tuple(sorted(each.raw.items())))


NOTHING = told_by(Sent("", "", "", ""))
"""What stands in the inbox for a message nobody could read."""


def _nothing(broken: Problem | None) -> tuple[Sent, ...]:
    """A message that could not be read whole still stands in the inbox, for a person to look at; a question asked twice does not."""
    return (Sent("", "", "", ""),) if broken and broken.cause is Cause.BROKEN else ()


def _again(work: Work, message: Message, demands: Demands) -> Problem | None:
    """Say when the instrument sent the very same bytes before: one measurement sent twice is not two determinations; a quiet place says the same for hours."""
    if demands.about == "places":
        return None
    query = select(Message.received_at).where(
        Message.sha256 == message.sha256, Message.instrument_id == message.instrument_id, Message.id < message.id, Message.problem == ""
    )
    before = work.scalar(query.order_by(Message.id.desc()).limit(1))
    if before is None:
        return None
    return problem(Cause.AGAIN, time=f"{local(before, work.setting('time_zone')):%Y-%m-%d %H:%M}")


def _take(work: Work, instrument: Instrument, rows: Sequence[Reading]) -> None:
    """Let matched readings enter their results by the rule a person switched on; whatever does not go in by itself waits for a person."""
    matched = [one for one in rows if one.state is ReadingState.MATCHED]
    person = work.get_one(Person, instrument.automatic_by)
    if not matched or not person.active:
        return
    with work.acting(PROGRAM, "readings.take", _("by the rule {person} switched on for {instrument}").format(person=person.name, instrument=instrument.code)):
        loaded = {row.id: row for row in load(work, {one.analysis_id for one in matched if one.analysis_id})}
        facts = facts_of(work, list(loaded.values()))
        for one in matched:
            row = loaded[one.analysis_id or 0]
            owner = replace(person.actor(), id=facts[row.id].assigned_to or person.id)
            try:
                _put(work, one, row, facts[row.id], owner, entered_by=person.id)
            except Refusal:
                continue
            one.state, one.decided_by = READING_FLOW.make("take", ReadingFacts(one.state), PROGRAM), person.id


def _put(work: Work, reading: Reading, row: Analysis, facts: AnalysisFacts, by: Actor, *, entered_by: int = 0) -> None:
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
        Determination(
            attempt_id=attempt.id, place=place, text=reading.value, unit=reading.unit, reading_id=reading.id, person_id=entered_by or by.id, at=work.now()
        ),
    )
