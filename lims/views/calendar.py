"""The working-day calendar: as the rules reckon with it, and a year of it as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lims.domain.calendar import Day
from lims.rules.working_days import Calendar, known
from lims.views.names import named


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day that the calendar holds."""

    day: date
    working: bool
    name: str
    source: str
    """Empty: the laboratory arranged it."""


def calendar(work: Session) -> Calendar:
    """Return the laboratory's working days; the known years follow from the holidays that stand in it."""
    rows = work.execute(select(Day.day, Day.working, Day.name_zh)).all()
    first, last = known((row.day, row.name_zh) for row in rows)
    return Calendar({row.day: row.working for row in rows}, last, first)


def days(work: Session, year: int) -> tuple[DayRow, ...]:
    """Return what the calendar holds of a year, day by day."""
    query = select(Day).where(Day.day.between(date(year, 1, 1), date(year, 12, 31)), Day.name_zh != "").order_by(Day.day)
    return tuple(DayRow(row.day, row.working, named(row), row.source) for row in work.scalars(query))
