"""What people do with the working-day calendar: say of a day that the laboratory works on it or not, or leave it to its weekday again."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.calendar import Day
from lims.errors import Mistakes, Refusal
from lims.i18n import _
from lims.rules.rights import Actor, Right
from lims.rules.working_days import ordinary
from lims.services.verb import verb


@verb("calendar.set", Right.CATALOGUE)
def set_day(work: Work, day: date, working: bool, name: str, *, reason: str, by: Actor, source: str = "") -> None:
    """Say whether the laboratory works on a day, what the day is called and which notice that rests on; *source* is empty where the laboratory arranged it."""
    _check(reason)
    if not (name := name.strip()):
        raise Mistakes({"name": _("The name is needed.")})
    row = _row(work, day) or Day(code=day.isoformat(), day=day, working=working)
    work.add(row)
    row.working, row.source = working, source.strip()
    if name not in (row.name_zh, row.name_en):
        row.name_zh, row.name_en = name, ""


@verb("calendar.clear", Right.CATALOGUE)
def clear_day(work: Work, day: date, *, reason: str, by: Actor) -> None:
    """Leave a day to its weekday again; the row stays, nameless, so that no later library brings the day back."""
    _check(reason)
    row = _row(work, day)
    if row is None or not row.name_zh:
        raise Refusal(_("The working-day calendar holds nothing of {day}. Choose a day that stands in it.").format(day=day.isoformat()))
    row.working, row.name_zh, row.name_en, row.source = ordinary(day), "", "", ""


def _row(work: Work, day: date) -> Day | None:
    return work.scalars(select(Day).where(Day.day == day)).first()


def _check(reason: str) -> None:
    if not reason.strip():
        raise Refusal(_("Deadlines depend on the calendar, so a change needs a reason. Write it."))
