"""Results worked out from raw channels: inhibition against the day's control, two lines against the lot of the kit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lims.clock import day_of
from lims.db.store import Work
from lims.domain.instruments import Instrument, KitLot, Reading
from lims.errors import Refusal
from lims.i18n import N_
from lims.rules.channels import Concluded, Curve, Cuvette, Lines, Point, inhibition_run, lines
from lims.rules.flows import ReadingState
from lims.rules.inbox import Cause, Problem, Reckoning, problem, unfit
from lims.rules.rapid import WRITTEN, Enzyme, Kit, Lot, Outcome, Strip, check_lot, interferes
from lims.rules.rapid import Reading as By
from lims.rules.verdict import Said, said

CHANGE, TEST_LINE, CONTROL_LINE = "absorbance change", "test line", "control line"
"""Names of raw channels, as drivers give them."""
SENT = "sent"
"""Among the reasons of a reading: value, unit and status as sent, where others were worked out."""
REPEATS = 2
"""How often a positive is repeated at least (GB/T 5009.199-2003)."""
NO_LOT = said(N_("No lot of a kit for {test} is entered for this instrument. Enter it with its cut-off from the leaflet."))


def reckon(work: Work, instrument: Instrument, rows: Sequence[Reading], how: Reckoning, names: Mapping[int, str]) -> dict[int, Problem]:
    """Work out what raw channels say, into the readings themselves; return place -> why a reading has no result.

    *names* are the names of the samples by place. In as many queries for one as for many.
    """
    raw = [one for one in rows if one.raw]
    for one in raw:
        one.because = {SENT: [one.value, one.unit, one.status]}
    return _KINDS[how.kind](raw, work, instrument, how, names) if raw else {}


def curve(points: Mapping[str, str], unit: str, scale: str) -> Curve | None:
    """Return the curve of a lot, None where it has none. Raises Refusal for one that is none."""
    try:
        made = sorted((Point(Decimal(concentration), Decimal(ratio)) for concentration, ratio in points.items()), key=lambda point: point.concentration)
    except InvalidOperation:
        made = [Point(Decimal(1), Decimal(1))]  # refused below with the words of the law
    return Curve(tuple(made), unit, scale == "logarithmic") if points else None


def _inhibition(rows: Sequence[Reading], work: Work, instrument: Instrument, how: Reckoning, names: Mapping[int, str]) -> dict[int, Problem]:
    controls = [one for one in rows if _is_control(one, how)]
    samples = [one for one in rows if not _is_control(one, how)]
    method = Enzyme(how.threshold, how.least_control, REPEATS)
    found = {one.place: trouble for one in controls if (trouble := _check_control(one, how))}
    control = controls[-1] if controls else _days_control(work, instrument, rows[0].received_at, how)
    day = _cuvette(control, names) if control is not None else None
    concluded = inhibition_run([_cuvette(one, names) for one in samples], day, method)
    for one, said_ in zip(samples, concluded, strict=True):
        if said_.inhibition is not None:
            one.value, one.unit = format(said_.inhibition, "f"), "%"
        found |= _write(one, said_)
    return found


def _check_control(one: Reading, how: Reckoning) -> Problem | None:
    """The control's change is its result: whether the enzyme is fit."""
    change = _number(one, CHANGE)
    least = how.least_control or Decimal(0)
    one.status, one.value, one.unit = "control", one.raw.get(CHANGE, ""), "Abs"
    one.control_held = change is not None and change > 0 and change >= least
    return None if one.control_held else problem(Cause.CONTROL, sample=one.sample or one.position, value=one.value, low=str(least), high="")


def _days_control(work: Work, instrument: Instrument, at: datetime, how: Reckoning) -> Reading | None:
    """Return the last control this instrument measured up to then on the same day of the laboratory; a failed one counts even if it was rejected."""
    zone = work.setting("time_zone")
    begin = datetime.combine(day_of(at, zone), time(), ZoneInfo(zone))
    query = (
        select(Reading)
        .where(
            Reading.instrument_id == instrument.id,
            Reading.control_held.is_not(None),
            Reading.state.in_((ReadingState.RECORDED, ReadingState.NEEDS_PERSON, ReadingState.REJECTED)),
            Reading.received_at.between(begin, at),
        )
        .order_by(Reading.id.desc())
    )
    return next((one for one in work.scalars(query.limit(50)) if _is_control(one, how) and CHANGE in one.raw), None)


def _is_control(one: Reading, how: Reckoning) -> bool:
    return bool(how.control) and any(re.fullmatch(how.control, text) for text in (one.sample.strip(), one.position.strip()) if text)


def _cuvette(one: Reading, names: Mapping[int, str]) -> Cuvette:
    return Cuvette(one.position, one.sample.strip(), _number(one, CHANGE), interferes(names.get(one.place, "")))


def _lines(rows: Sequence[Reading], work: Work, instrument: Instrument, how: Reckoning, _names: Mapping[int, str]) -> dict[int, Problem]:
    lots = list(work.scalars(select(KitLot).where(KitLot.instrument_id == instrument.id, KitLot.active).order_by(KitLot.expires.desc(), KitLot.id.desc())))
    found: dict[int, Problem] = {}
    for one in rows:
        lot = next((lot for lot in lots if lot.item == one.test and one.lot in ("", lot.number)), None)
        if lot is None or lot.cutoff is None:
            found[one.place] = problem(Cause.NO_RESULT, words=NO_LOT.words, test=one.test)
            continue
        one.lot = lot.number
        found |= _read(one, lot, how, day_of(one.received_at, work.setting("time_zone")))
    return found


def _read(one: Reading, lot: KitLot, how: Reckoning, day: date) -> dict[int, Problem]:
    if trouble := unfit(lambda: _refused(one, lot, how, day)):
        return {one.place: trouble}
    concluded = _measured(one, lot, how, day)
    if concluded.concentration is not None:
        one.value, one.unit = f"{concluded.comparator or ''}{concluded.concentration:f}", lot.unit
    elif concluded.outcome is not None:
        one.value, one.unit = WRITTEN[concluded.outcome], ""
    return _write(one, concluded)


def _measured(one: Reading, lot: KitLot, how: Reckoning, day: date) -> Concluded:
    check_lot(Lot(lot.number, lot.expires), day)
    strip = Strip(Kit.COMPETITIVE if how.competitive else Kit.SANDWICH, By.RATIO, lot.cutoff)
    measured = Lines(one.position, one.sample, _number(one, CONTROL_LINE), _number(one, TEST_LINE))
    return lines(measured, strip, least_line=how.least_line, curve=curve(lot.curve, lot.unit, lot.scale))


def _refused(one: Reading, lot: KitLot, how: Reckoning, day: date) -> str | None:
    """Return why a strip cannot be read, in the present language."""
    try:
        _measured(one, lot, how, day)
    except Refusal as refusal:
        return refusal.words
    return None


def _write(one: Reading, concluded: Concluded) -> dict[int, Problem]:
    """Write what was concluded into the reading; a test that says nothing needs a person."""
    one.because = {**one.because, "said": [asdict(sentence) for sentence in concluded.because]}
    if concluded.outcome in (None, Outcome.INVALID):
        return {one.place: _nothing(concluded.because[0])}
    one.outcome = str(concluded.outcome)
    return {}


def _nothing(because: Said) -> Problem:
    return Problem(Cause.NO_RESULT, {"words": because.words, **because.facts})


def _number(one: Reading, name: str) -> Decimal | None:
    try:
        return Decimal(one.raw[name]) if name in one.raw else None
    except InvalidOperation:
        return None


_KINDS: Mapping[str, Callable[..., dict[int, Problem]]] = {"inhibition": _inhibition, "line-ratio": _lines}
"""Kind of a profile's calculation -> how it is done."""
