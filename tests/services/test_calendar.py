"""The working-day calendar: shipped as the State Council arranged it, changed with a reason, never guessed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from lims import i18n
from lims.db import seed
from lims.domain.trail import TrailLine
from lims.errors import Stale
from lims.rules.rights import PROGRAM
from lims.rules.working_days import HOLIDAYS, Due
from lims.services import calendar
from lims.views import calendar as view
from lims.views.calendar import DayRow
from tests.services.small import Apart, Small, statements

NOTICE = "国务院办公厅关于2026年部分节假日安排的通知"
MID_AUTUMN = date(2026, 9, 25)
"""A Friday."""
WHY = {"reason": "设备检修 <b>", "by": "ji"}


def row(small: Small, day: date) -> DayRow | None:
    """Return what the calendar holds of a day."""
    return next((one for one in small.do(view.days, day.year) if one.day == day), None)


def lines(small: Small) -> list[TrailLine]:
    """Return what the trail says of days, but for those that were shipped."""
    with small.store.work() as work:
        return list(work.scalars(select(TrailLine).where(TrailLine.kind == "day", TrailLine.person_id != PROGRAM.id).order_by(TrailLine.id)))


def test_a_new_laboratory_reckons_with_the_holidays_of_the_notices(small: Small) -> None:
    days = small.do(view.calendar)
    assert days.after(date(2025, 9, 26), 7) == Due(date(2025, 10, 13), False)
    assert days.after(date(2026, 2, 13), 2) == Due(date(2026, 2, 24), False)
    assert days.after(date(2026, 12, 30), 2).provisional and days.after(date(2023, 12, 29), 1).provisional


def test_a_year_is_read_in_order_in_the_readers_language(small: Small) -> None:
    rows = small.do(view.days, 2026)
    assert rows == tuple(sorted(rows, key=lambda one: one.day)) and len(rows) == 33 + 6
    assert rows[0] == DayRow(date(2026, 1, 1), False, "New Year's Day", NOTICE)
    with i18n.speaking("zh_CN"):
        assert row(small, date(2026, 1, 4)) == DayRow(date(2026, 1, 4), True, "元旦调休上班", NOTICE)
    assert small.do(view.days, 2031) == ()


def test_calendar_and_year_are_one_query_each(small: Small) -> None:
    for job in (view.calendar, lambda work: view.days(work, 2026)):
        with statements(small.store) as seen:
            small.do(job)
        assert len(seen) == 1


def test_a_day_the_laboratory_arranges_moves_what_is_due(small: Small) -> None:
    small.do(calendar.set_day, date(2026, 11, 24), False, " 停电检修 ", **WHY)
    assert row(small, date(2026, 11, 24)) == DayRow(date(2026, 11, 24), False, "停电检修", "")
    assert small.do(view.calendar).after(date(2026, 11, 23), 1) == Due(date(2026, 11, 25), False)
    (line,) = lines(small)
    assert (line.name, line.field, line.verb, line.reason) == ("2026-11-24", "", "calendar.set", "设备检修 <b>")


def test_a_shipped_day_is_changed_field_by_field_on_record_and_no_longer_rests_on_the_notice(small: Small) -> None:
    small.do(calendar.set_day, MID_AUTUMN, True, "值班", **WHY)
    assert row(small, MID_AUTUMN) == DayRow(MID_AUTUMN, True, "值班", "")
    told = {line.field: (line.old, line.new) for line in lines(small)}
    assert told == {"working": ("False", "True"), "name_zh": ("中秋节", "值班"), "name_en": ("Mid-autumn Festival", ""), "source": (NOTICE, "")}


def test_a_name_kept_in_one_language_keeps_the_other(small: Small) -> None:
    for name in ("Mid-autumn Festival", "中秋节"):
        small.do(calendar.set_day, MID_AUTUMN, True, name, source=NOTICE, **WHY)
    assert [(line.field, line.new) for line in lines(small)] == [("working", "True")]


def test_a_cleared_day_is_what_its_weekday_says_and_no_library_brings_it_back(small: Small) -> None:
    small.do(calendar.clear_day, MID_AUTUMN, **WHY)
    small.do(calendar.clear_day, date(2026, 1, 4), **WHY)

    def load(work: Any) -> None:
        with work.acting(PROGRAM, "test.load"):
            seed.load(work)

    small.do(load)
    days = small.do(view.calendar)
    assert days.is_working(MID_AUTUMN) and not days.is_working(date(2026, 1, 4))
    assert row(small, MID_AUTUMN) is None and row(small, date(2026, 1, 4)) is None
    small.do(calendar.set_day, MID_AUTUMN, False, "中秋节", **WHY)
    assert row(small, MID_AUTUMN) == DayRow(MID_AUTUMN, False, "中秋节", "")


def test_what_is_not_there_cannot_be_cleared(small: Small) -> None:
    small.do(calendar.clear_day, MID_AUTUMN, **WHY)
    for day in (MID_AUTUMN, date(2026, 11, 24)):
        assert small.refused(calendar.clear_day, day, **WHY) == (f"The working-day calendar holds nothing of {day}. Choose a day that stands in it.")


def test_a_reason_and_a_name_are_needed(small: Small) -> None:
    words = "Deadlines depend on the calendar, so a change needs a reason. Write it."
    assert small.refused(calendar.set_day, MID_AUTUMN, True, "值班", reason=" \n", by="ji") == words
    assert small.refused(calendar.clear_day, MID_AUTUMN, reason="", by="ji") == words
    assert small.mistaken(calendar.set_day, MID_AUTUMN, True, " ", **WHY) == {"name": "The name is needed."}


def test_a_year_becomes_known_with_its_last_holiday_and_not_before(small: Small) -> None:
    for month, name in enumerate(HOLIDAYS, 1):
        assert small.do(view.calendar).after(date(2026, 12, 31), 30).provisional
        small.do(calendar.set_day, date(2027, month, 1), False, name, source="通知", **WHY)
    assert small.do(view.calendar).known_to == date(2027, 12, 31)
    assert small.do(view.calendar).after(date(2026, 12, 31), 30).provisional is False


def test_two_who_change_a_day_at_once_do_not_overwrite_each_other(small: Small, apart: Apart) -> None:
    by = small.people["ji"]

    def change(name: str) -> Any:
        return lambda work: calendar.set_day(work, MID_AUTUMN, True, name, reason="值班", by=by)

    said = apart(change("甲"), change("乙"))
    if small.store.engine.dialect.name == "postgresql":
        assert isinstance(said, Stale)
        assert [line.new for line in lines(small) if line.field == "name_zh"] == ["甲"]
    else:
        assert [(line.old, line.new) for line in lines(small) if line.field == "name_zh"] == [("中秋节", "甲"), ("甲", "乙")]
