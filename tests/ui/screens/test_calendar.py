"""Laws of the working-day calendar: a year at a time, days set and cleared by keys with a reason, an unknown year says that it is one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt

from lims import i18n
from lims.rules.working_days import HOLIDAYS
from lims.services import calendar as service
from lims.views import calendar as view
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.kit.command import Button
from ui.screens import calendar as screen
from ui.screens.calendar import Calendar

Key = Qt.Key
TODAY = date(2026, 8, 3)
NOTICE = "国务院办公厅关于2026年部分节假日安排的通知"
MID_AUTUMN = date(2026, 9, 25)


@pytest.fixture
def seat(sit: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch) -> Seat:
    monkeypatch.setattr(screen, "today", lambda: TODAY)
    made = sit("ji")
    made.go("calendar")
    return made


@pytest.fixture
def calendar(seat: Seat) -> Calendar:
    return seat.window.screen_in_front


def row(reception: Reception, day: date) -> view.DayRow | None:
    return next((one for one in reception.do(view.days, day.year) if one.day == day), None)


def years_shown(calendar: Calendar) -> set[int]:
    return {one.day.year for one in calendar.table.rows()}


def choose(seat: Seat, name: str, downwards: int) -> None:
    """Choose in a drop-down by keys."""
    seat.to(name)
    seat.press(Key.Key_Down, times=downwards)


def test_this_year_is_shown_at_the_next_day_that_is_not_what_its_weekday_says(seat: Seat, calendar: Calendar) -> None:
    assert "2026" in words(calendar) and years_shown(calendar) == {2026} and len(calendar.table.rows()) == 39
    assert calendar.table.current().day == date(2026, 9, 20) and calendar.table.hasFocus()
    assert calendar.gap.isHidden()
    said = words(calendar.panel)
    assert NOTICE in said and "国庆节调休上班" in said


def test_the_years_are_turned_by_keys_and_by_buttons(seat: Seat, calendar: Calendar) -> None:
    seat.control(Key.Key_PageUp)
    assert years_shown(calendar) == {2025} and "2025" in words(calendar)
    seat.control(Key.Key_PageDown)
    seat.control(Key.Key_PageDown)
    assert years_shown(calendar) == set() and "2027" in words(calendar)
    before, _after = calendar.years.findChildren(Button)
    seat.to_widget(before)
    seat.press(Key.Key_Space)
    assert years_shown(calendar) == {2026}


def test_an_unknown_year_says_so_until_its_seven_holidays_stand_in_it(seat: Seat, calendar: Calendar, reception: Reception) -> None:
    seat.control(Key.Key_PageDown)
    assert calendar.gap.isVisible()
    assert any("暂定" in text or "provisional" in text for text in words(calendar.gap))
    for month, name in enumerate(HOLIDAYS, 1):
        assert calendar.gap.isVisible()
        reception.do(service.set_day, date(2027, month, 1), False, name, reason="通知", by=reception.people["ji"])
        seat.settled()
    assert calendar.gap.isHidden() and len(calendar.table.rows()) == 7


def test_a_day_is_set_by_keys_and_shown_in_its_own_year(seat: Seat, calendar: Calendar, reception: Reception) -> None:
    seat.control(Key.Key_N)
    seat.type("2027-01-01")
    choose(seat, "working", 1)
    seat.to("name")
    seat.write("元旦")
    seat.to("source")
    seat.write("国务院办公厅关于2027年部分节假日安排的通知")
    seat.to("reason")
    seat.write("通知已发布 <b>")
    seat.control(Key.Key_Return)
    made = row(reception, date(2027, 1, 1))
    assert made == view.DayRow(date(2027, 1, 1), False, "元旦", "国务院办公厅关于2027年部分节假日安排的通知")
    assert calendar.table.current() == made and calendar.year == 2027 and calendar.table.hasFocus()


def test_a_day_is_changed_with_a_reason_and_what_stood_there_is_shown_first(seat: Seat, calendar: Calendar, reception: Reception) -> None:
    calendar.show_thing(MID_AUTUMN)
    seat.press(Key.Key_F2)
    values = {name: editor.get() for name, editor in calendar.form.editors.items()}
    assert values == {"working": False, "name": "中秋节", "source": NOTICE, "reason": ""}
    choose(seat, "working", 1)
    seat.control(Key.Key_Return)
    assert calendar.form.notes["reason"].words == "这一项要填。" and row(reception, MID_AUTUMN).working is False
    seat.write("抢检")
    seat.control(Key.Key_Return)
    assert row(reception, MID_AUTUMN) == view.DayRow(MID_AUTUMN, True, "中秋节", NOTICE)
    assert calendar.table.current().working


def test_an_english_name_chosen_is_kept_as_the_holiday_it_names(sit: Callable[..., Seat], reception: Reception) -> None:
    i18n.use("en")
    seat = sit("ji")
    calendar = seat.go("calendar", MID_AUTUMN)
    seat.press(Key.Key_F2)
    assert calendar.form.editors["name"].currentText() == "Mid-autumn Festival"
    seat.to("reason")
    seat.write("no change of name")
    seat.control(Key.Key_Return)
    i18n.use("zh_CN")
    assert row(reception, MID_AUTUMN).name == "中秋节"


def test_a_day_is_cleared_with_a_reason(seat: Seat, calendar: Calendar, reception: Reception) -> None:
    calendar.show_thing(MID_AUTUMN)
    calendar.acts.do("calendar.clear")
    seat.settled()
    assert any("中秋节" in text for text in words(seat.dialog))
    seat.type("录错")
    seat.control(Key.Key_Return)
    assert seat.dialog is None and "2026-09-25" in seat.done
    assert row(reception, MID_AUTUMN) is None and MID_AUTUMN not in {one.day for one in calendar.table.rows()}
    assert reception.do(view.calendar).is_working(MID_AUTUMN)


def test_a_day_of_another_year_is_shown_when_it_is_asked_for(seat: Seat, calendar: Calendar) -> None:
    seat.go("calendar", date(2025, 10, 6))
    assert calendar.year == 2025 and calendar.table.current().day == date(2025, 10, 6)
    seat.go("calendar", MID_AUTUMN)
    assert calendar.year == 2026 and calendar.table.current().day == MID_AUTUMN


def test_the_laboratorys_own_days_say_that_they_are(seat: Seat, calendar: Calendar, reception: Reception) -> None:
    reception.do(service.set_day, date(2026, 8, 10), False, "<b>停电</b>", reason="检修", by=reception.people["ji"])
    seat.settled()
    calendar.show_thing(date(2026, 8, 10))
    seat.settled()
    said: dict[str, Any] = {column.name: column.cell(calendar.table.current()).words() for column in calendar.table.columns if column.name}
    assert said["name"] == "<b>停电</b>" and said["source"] == i18n._("the laboratory")


def test_the_ends_of_all_calendars_are_said(seat: Seat, calendar: Calendar) -> None:
    for year, key in ((date.min.year, Key.Key_PageUp), (date.max.year, Key.Key_PageDown)):
        calendar.turn(year)
        seat.settled()
        seat.control(key)
        assert seat.said == i18n._("The years of the calendar end here.") and calendar.year == year


@pytest.mark.parametrize("login", ["guan", "jian"])
def test_nobody_else_keeps_the_calendar(login: str, sit: Callable[..., Seat]) -> None:
    seat = sit(login)
    seat.window.open("calendar")
    seat.settled()
    assert not isinstance(seat.window.screen_in_front, Calendar) and i18n._("Working days") in seat.said
