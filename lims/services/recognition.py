"""What a reading belongs to, or why a person has to look: found when it lands, and again when a code is mapped or its bytes are read anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from lims.db.store import Work
from lims.domain.analyses import Analysis
from lims.domain.catalogue import Item, Limit, Procedure
from lims.domain.instruments import Instrument, Reading
from lims.domain.samples import Portion, Sample
from lims.domain.worksheets import Worksheet
from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.flows import ANALYSIS_FLOW, READING_FLOW, AnalysisState, ReadingFacts, ReadingState
from lims.rules.inbox import Cause, Demands, Problem, first, lacking, problem, unfit
from lims.rules.quantity import parse
from lims.rules.rights import PROGRAM
from lims.services import reckoning
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


NOWHERE = (0, "", "")
"""Key, number and name where no sample is found."""


def recognise(work: Work, instrument: Instrument, rows: Sequence[Reading], demands: Demands, broken: Problem | None, decided: Sequence[Reading] = ()) -> None:
    """Find the analysis of each value, or say why a person has to look; in as many queries for one as for many.

    *decided* are readings of the same bytes that somebody decided about and that these bytes no longer say.
    """
    if demands.about == "places":
        _watch(work, instrument, rows, demands, broken)
        return
    samples = _samples(work, {one.sample.strip() for one in rows})
    places = _positions(work, instrument) if any(one.position and not one.sample.strip() for one in rows) else {}
    whose = {one.place: samples.get(one.sample.strip()) or places.get(_place_number(one)) or NOWHERE for one in rows}
    names = {place: name for place, (_key, _number, name) in whose.items()}
    reckoned = reckoning.reckon(work, instrument, rows, demands.reckoning, names) if demands.reckoning else {}
    wanted = {(each.sample_id, each.Item.code): each for each in asked(work, Analysis.sample_id.in_({key for key, _number, _name in whose.values()}))}
    known = _said_before(work, rows)
    failed = _controls(work, instrument, rows, demands, broken, known)
    for one in rows:
        key, number, _name = whose[one.place]
        found = wanted.get((key, one.test))
        trouble = first(
            (
                _of_control(one, demands),  # what nobody can set aside comes first: a milder cause must not hide it
                problem(Cause.UNSTABLE) if one.stable is False else None,
                _held_back(one, failed),
                broken,
                _not_final(one),
                reckoned.get(one.place),
                lacking(one.flags) if not one.value else None,
                _stranger(one, number, bool(found)),
                _outside(one, demands),
                _differing(one, decided),
                _unfit(one, found) if found else None,
                problem(Cause.TWICE) if told(one) in known else None,
            )
        )
        one.cause, one.facts = (trouble.cause, dict(trouble.facts)) if trouble else (None, {})
        one.analysis_id = found.id if found and not trouble else None
        if one.control_held and trouble is None:
            one.state = READING_FLOW.make("record", ReadingFacts(one.state), PROGRAM)
        elif trouble is None:
            one.state = READING_FLOW.make("recognise", ReadingFacts(one.state), PROGRAM)
        elif one.state is ReadingState.NEW:
            one.state = READING_FLOW.make("query", ReadingFacts(one.state), PROGRAM)


def _watch(work: Work, instrument: Instrument, rows: Sequence[Reading], demands: Demands, broken: Problem | None) -> None:
    """Keep a logger's values on record; a person is asked when a place leaves its bounds, not again at every further value outside."""
    alarmed = _alarmed(work, rows)
    for one in rows:
        span = demands.ranges.get(one.test)
        missed = problem(Cause.NOT_FINAL, status=STATUS_WORDS["failed"]) if one.status == "failed" else None
        if missed is None and span and span.misses(one.value, one.unit):
            missed = problem(Cause.OUT_OF_BOUNDS, place=f"{instrument.name} {one.position or one.test}", value=_shown(one), **span.facts())
        trouble = broken or missed
        one.cause, one.facts = (trouble.cause, dict(trouble.facts)) if trouble else (None, {})
        asks = bool(broken or (missed and (one.test, one.position) not in alarmed))
        if missed:
            alarmed.add((one.test, one.position))
        one.state = READING_FLOW.make("query" if asks else "record", ReadingFacts(one.state), PROGRAM)


def _alarmed(work: Work, rows: Sequence[Reading]) -> set[tuple[str, str]]:
    """Return test and position of the places a person has before them already."""
    query = select(Reading.test, Reading.position).where(
        Reading.instrument_id.in_({one.instrument_id for one in rows}),
        Reading.message_id.not_in({one.message_id for one in rows}),
        Reading.state == ReadingState.NEEDS_PERSON,
        Reading.cause.in_((Cause.OUT_OF_BOUNDS, Cause.NOT_FINAL)),
    )
    return {(test, position) for test, position in work.execute(query)}


def _controls(
    work: Work, instrument: Instrument, rows: Sequence[Reading], demands: Demands, broken: Problem | None, known: frozenset[tuple[object, ...]]
) -> Mapping[str, str]:
    """Check the controls among *rows*; return item -> number of the control that failed and was not repeated since, in this message or before."""
    if not demands.controls:
        return {}
    here: dict[str, str] = {}
    for one in rows:
        rule = demands.control(one.sample.strip(), one.test)
        if rule is None or one.status == "failed":
            continue
        held = rule.span.holds(one.value, one.unit)
        if held and (broken or told(one) in known):
            continue  # an old control sent again clears nothing
        one.control_held = held
        here[one.test] = here.get(one.test) or ("" if held else one.sample)
    return {test: sample for test, sample in {**_last_controls(work, instrument), **here}.items() if sample}


def _last_controls(work: Work, instrument: Instrument) -> dict[str, str]:
    """Return item -> number of a control that failed in the last message with controls of it; empty where all held."""
    counting = Reading.instrument_id == instrument.id, Reading.control_held.is_not(None), Reading.state != ReadingState.REPLACED
    last = select(Reading.test, func.max(Reading.message_id).label("message")).where(*counting).group_by(Reading.test).subquery()
    query = select(Reading.test, Reading.sample, Reading.control_held).join(last, (Reading.test == last.c.test) & (Reading.message_id == last.c.message))
    found: dict[str, str] = {}
    for test, sample, held in work.execute(query.where(*counting).order_by(Reading.id)):
        found[test] = found.get(test) or ("" if held else sample)
    return found


def _of_control(one: Reading, demands: Demands) -> Problem | None:
    rule = demands.control(one.sample.strip(), one.test) if one.control_held is False else None
    return problem(Cause.CONTROL, sample=one.sample, value=_shown(one), **rule.span.facts()) if rule else None


def _held_back(one: Reading, failed: Mapping[str, str]) -> Problem | None:
    waits = one.test in failed and one.control_held is None and one.status not in NEVER
    return problem(Cause.CONTROL_FAILED, test=one.test, sample=failed[one.test]) if waits else None


def _not_final(one: Reading) -> Problem | None:
    if one.status in FINAL or one.control_held is not None:
        return None
    return problem(Cause.NOT_FINAL, status=STATUS_WORDS.get(one.status, one.status))


def _outside(one: Reading, demands: Demands) -> Problem | None:
    span = demands.ranges.get(one.test)
    return problem(Cause.OUTSIDE_RANGE, value=_shown(one), **span.facts()) if span and span.misses(one.value, one.unit) else None


def _differing(one: Reading, decided: Sequence[Reading]) -> Problem | None:
    """Bytes that gave a result once and read otherwise now are for a person."""
    taken = next((other for other in decided if (other.sample, other.test) == (one.sample, one.test) and other.state is ReadingState.ACCEPTED), None)
    return problem(Cause.DIFFERS, value=_shown(taken)) if taken else None


def _shown(one: Reading) -> str:
    return f"{one.value} {one.unit}".strip()


def _said_before(work: Work, rows: Sequence[Reading]) -> frozenset[tuple[object, ...]]:
    """Return what earlier messages of this instrument said at the same moments: one measurement sent in two wrappings."""
    moments = {one.said_at for one in rows if one.said_at}
    if not moments:
        return frozenset()
    query = select(Reading).where(
        Reading.instrument_id == rows[0].instrument_id,
        Reading.said_at.in_(moments),
        Reading.message_id < rows[0].message_id,
        Reading.state.not_in((ReadingState.REJECTED, ReadingState.REPLACED)),
    )
    return frozenset(told(one) for one in work.scalars(query))


def _positions(work: Work, instrument: Instrument) -> dict[int, tuple[int, str, str]]:
    """Return place -> key, number and name of the sample on the one worksheet that is open on this instrument; nothing where there are several."""
    query = (
        select(Worksheet.id, Analysis.position, Sample.id, Sample.number, Sample.name)
        .join(Analysis, Analysis.worksheet_id == Worksheet.id)
        .join(Sample, Analysis.sample_id == Sample.id)
        .where(Worksheet.instrument_id == instrument.id, Analysis.state == AnalysisState.IN_TEST, Analysis.position.is_not(None))
    )
    found = work.execute(query).all()
    return {place or 0: (key, number, name) for _sheet, place, key, number, name in found} if len({row[0] for row in found}) == 1 else {}


def _place_number(one: Reading) -> int:
    """Return the number of a position as sent: 3 of `3`, `CH3`, `Pos 03`; 0 where there is none, or it is one of many like the well B3 of a plate."""
    found = re.fullmatch(r"(?:[^\W\d_]{2,}[.:：]?)?\s*([0-9]{1,4})", one.position.strip())
    return int(found[1]) if found and not one.sample.strip() else 0


def told(one: Reading) -> tuple[object, ...]:
    """Return what makes two readings the same: what the instrument said, before anything was worked out or decided."""
    value, unit, status = one.because.get(reckoning.SENT) or (one.value, one.unit, one.status)
    return (one.sample, one.test, value, unit, status, one.flags, one.said_at, one.position, tuple(sorted(one.raw.items())))


def _samples(work: Work, written: Iterable[str]) -> dict[str, tuple[int, str, str]]:
    """Return key, number and name of the samples that are written by their own number or by a portion's."""
    own = select(Sample.number.label("written"), Sample.id, Sample.number, Sample.name).where(Sample.number.in_(written))
    portions = (
        select(Portion.number.label("written"), Sample.id, Sample.number, Sample.name)
        .join(Portion, Portion.sample_id == Sample.id)
        .where(Portion.number.in_(written))
    )
    return {row.written: (row.id, row.number, row.name) for query in (portions, own) for row in work.execute(query)}


def asked(work: Work, condition: ColumnElement[bool]) -> Sequence[Any]:
    """Return what readings are held against: analyses with their state, procedure and item."""
    query = (
        select(Analysis.id, Analysis.sample_id, Analysis.state, Procedure, Item, Limit.unit)
        .join(Procedure, Analysis.procedure_id == Procedure.id)
        .join(Item, Analysis.item_id == Item.id)
        .outerjoin(Limit, Analysis.limit_id == Limit.id)
        .where(condition)
    )
    return work.execute(query).all()


def _stranger(reading: Reading, number: str, asked: bool) -> Problem | None:
    """Say why a value finds no analysis by itself, or return None."""
    if reading.control_held is not None:
        return None
    if not number:
        return problem(Cause.UNKNOWN_SAMPLE, number=reading.sample.strip() or reading.position)
    return None if asked else problem(Cause.UNKNOWN_TEST, test=reading.test, number=number)


def _unfit(reading: Reading, found: Any) -> Problem | None:
    return unfit(lambda: misfit(reading, found.state, found.Procedure, found.Item, found.Procedure.unit or found.unit or ""))


def misfit(reading: Reading, state: AnalysisState, procedure: Procedure, item: Item, unit: str) -> str | None:
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
