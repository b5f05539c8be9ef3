"""Working days: holidays and make-up days as the State Council arranged them, periods counted without their first day, nothing guessed in silence."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.working_days import HOLIDAYS, MOST, Calendar, Due, known, ordinary

OFF, ON = False, True


def run(first: str, days: int, working: bool = OFF) -> dict[date, bool]:
    """Return so many days from *first* on, all alike."""
    return {date.fromisoformat(first) + timedelta(place): working for place in range(days)}


ARRANGED = {
    # 2025: National Day and Mid-autumn, 1 to 8 October; 28 September and 11 October are worked
    **run("2025-10-01", 8),
    **run("2025-09-28", 1, ON),
    **run("2025-10-11", 1, ON),
    # 2026: New Year, Spring Festival from 15 to 23 February; 4 January, 14 and 28 February are worked
    **run("2026-01-01", 3),
    **run("2026-01-04", 1, ON),
    **run("2026-02-15", 9),
    **run("2026-02-14", 1, ON),
    **run("2026-02-28", 1, ON),
}
"""Typed by hand from the notices for 2025 and 2026."""

CALENDAR = Calendar(ARRANGED, date(2026, 12, 31), date(2024, 1, 1))

WORKED = [
    # around National Day 2025: Friday 26 September, then the Sunday that is worked
    ("2025-09-26", 1, "2025-09-28"),
    ("2025-09-26", 3, "2025-09-30"),
    ("2025-09-26", 4, "2025-10-09"),
    ("2025-09-26", 6, "2025-10-11"),
    ("2025-09-26", 7, "2025-10-13"),
    # received on a holiday
    ("2025-10-05", 1, "2025-10-09"),
    ("2025-10-08", 5, "2025-10-14"),
    # around Spring Festival 2026: Friday 13 February
    ("2026-02-13", 1, "2026-02-14"),
    ("2026-02-13", 2, "2026-02-24"),
    ("2026-02-13", 5, "2026-02-27"),
    ("2026-02-13", 6, "2026-02-28"),
    ("2026-02-13", 7, "2026-03-02"),
    # over the turn of the year
    ("2025-12-31", 1, "2026-01-04"),
    ("2025-12-31", 6, "2026-01-09"),
    # a plain week
    ("2025-07-07", 5, "2025-07-14"),
    ("2025-07-12", 1, "2025-07-14"),
    # back
    ("2025-10-09", -1, "2025-09-30"),
    ("2025-10-09", -3, "2025-09-28"),
    ("2025-10-09", -4, "2025-09-26"),
    ("2025-10-03", -1, "2025-09-30"),
]


@pytest.mark.parametrize(("day", "count", "due"), WORKED)
def test_a_period_counted_by_hand_comes_out(day: str, count: int, due: str) -> None:
    assert CALENDAR.after(date.fromisoformat(day), count) == Due(date.fromisoformat(due), False)


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2025-09-26", "2025-10-13", 7),
        ("2025-09-30", "2025-10-11", 3),
        ("2025-10-01", "2025-10-08", 0),
        ("2025-10-08", "2025-10-08", 0),
        ("2025-10-08", "2025-10-09", 1),
        ("2026-02-13", "2026-03-02", 7),
        ("2025-12-31", "2026-01-09", 6),
        ("2025-10-11", "2025-09-30", -3),
        ("2025-10-09", "2025-10-08", 0),
        ("2025-10-09", "2025-09-30", -1),
    ],
)
def test_days_between_counted_by_hand_come_out(first: str, last: str, count: int) -> None:
    assert CALENDAR.between(date.fromisoformat(first), date.fromisoformat(last)) == count


def test_nought_working_days_after_a_day_is_the_day_itself_even_a_holiday_or_one_of_an_unknown_year() -> None:
    for day in (date(2025, 10, 1), date(2025, 10, 9), date(2031, 1, 1)):
        assert CALENDAR.after(day, 0) == Due(day, False)


def test_what_the_calendar_does_not_hold_is_what_its_weekday_says() -> None:
    assert [CALENDAR.is_working(date(2025, 7, day)) for day in range(7, 14)] == [True] * 5 + [False] * 2
    assert CALENDAR.is_working(date(2025, 9, 28)) and not CALENDAR.is_working(date(2025, 10, 1))


# -- what is not known ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "count", "due", "year"),
    [
        ("2026-12-30", 1, "2026-12-31", None),
        ("2026-12-30", 2, "2027-01-01", "2027"),
        ("2026-12-31", 1, "2027-01-01", "2027"),
        ("2026-06-01", 700, "2029-02-05", "2027"),
        ("2028-03-01", 1, "2028-03-02", "2028"),
        ("2023-12-31", 1, "2024-01-01", None),
        ("2023-12-29", 1, "2024-01-01", "2023"),
        ("2024-01-02", -1, "2024-01-01", None),
        ("2024-01-02", -2, "2023-12-29", "2023"),
        ("2027-01-01", -1, "2026-12-31", None),
        ("2027-01-04", -1, "2027-01-01", "2027"),
    ],
)
def test_a_date_that_rests_on_a_day_of_an_unknown_year_is_provisional_and_says_which(day: str, count: int, due: str, year: str | None) -> None:
    """Here nothing but the known years is held, so that the dates can be counted by weekday."""
    found = Calendar({}, date(2026, 12, 31), date(2024, 1, 1)).after(date.fromisoformat(day), count)
    assert (found.date, found.provisional) == (date.fromisoformat(due), year is not None)
    assert (found.because.facts["year"] if found.because else None) == year
    if found.because:
        assert found.because.shown() == f"The working-day calendar does not hold the holidays of {year}, so this date is provisional."


def names(*years: int) -> list[tuple[date, str]]:
    """Return the seven holidays of each year, on invented days."""
    return [(date(year, 1 + month, 1), name) for year in years for month, name in enumerate(HOLIDAYS)]


def test_a_year_is_known_when_its_seven_holidays_stand_in_the_calendar() -> None:
    assert known(names(2026)) == (date(2026, 1, 1), date(2026, 12, 31))
    assert known(names(2024, 2025, 2026)) == (date(2024, 1, 1), date(2026, 12, 31))
    assert known([(date(2026, 10, 1), "国庆节、中秋节"), *(one for one in names(2026) if one[1] not in {"国庆节", "中秋节"})])[1] == date(2026, 12, 31)


@pytest.mark.parametrize("left_out", HOLIDAYS)
def test_one_holiday_missing_leaves_the_year_unknown(left_out: str) -> None:
    assert known([one for one in names(2026) if one[1] != left_out]) == (date.max, date.min)
    assert known([*names(2025), *(one for one in names(2026) if one[1] != left_out)]) == (date(2025, 1, 1), date(2025, 12, 31))


def test_a_year_missing_between_known_ones_begins_the_known_years_anew() -> None:
    assert known(names(2023, 2025, 2026)) == (date(2025, 1, 1), date(2026, 12, 31))


def test_of_an_empty_calendar_every_date_is_provisional() -> None:
    first, last = known([])
    empty = Calendar({}, last, first)
    assert empty.after(date(2026, 3, 2), 1).provisional and empty.after(date(2026, 3, 2), -1).provisional
    assert empty.unknown(date.min, date.max) == date.min


# -- laws ----------------------------------------------------------------------------------------------------------------------

days = st.dates(date(2023, 1, 1), date(2028, 12, 31))
counts = st.integers(-80, 80)
calendars = st.builds(lambda held, ends: Calendar(held, max(ends), min(ends)), st.dictionaries(days, st.booleans(), max_size=120), st.tuples(days, days))


@given(calendars, days, counts.filter(bool))
def test_a_period_ends_on_a_working_day(calendar: Calendar, day: date, count: int) -> None:
    assert calendar.is_working(calendar.after(day, count).date)


@given(calendars, days, counts)
def test_what_was_counted_off_is_counted_back(calendar: Calendar, day: date, count: int) -> None:
    assert calendar.between(day, calendar.after(day, count).date) == count


@given(calendars, days, counts)
def test_one_working_day_more_ends_later_and_a_later_begin_not_earlier(calendar: Calendar, day: date, count: int) -> None:
    due = calendar.after(day, count).date
    assert due < calendar.after(day, count + 1).date
    assert due <= calendar.after(day + timedelta(1), count).date


@given(calendars, days, days)
def test_days_between_are_those_one_would_count(calendar: Calendar, one: date, other: date) -> None:
    first, last = sorted((one, other))
    span = [first + timedelta(place) for place in range((last - first).days + 1)]
    assert calendar.between(first, last) == sum(map(calendar.is_working, span[1:]))
    assert calendar.between(last, first) == -sum(map(calendar.is_working, span[:-1]))


@given(calendars, days, days, days)
def test_days_between_add_up(calendar: Calendar, one: date, two: date, three: date) -> None:
    first, second, third = sorted((one, two, three))
    assert calendar.between(first, second) + calendar.between(second, third) == calendar.between(first, third)


@given(calendars, days, counts.filter(bool))
def test_a_date_is_certain_only_if_every_day_counted_is_known(calendar: Calendar, day: date, count: int) -> None:
    due = calendar.after(day, count)
    span = abs((due.date - day).days)
    counted = [day + timedelta(place if count > 0 else -place) for place in range(1, span + 1)]
    strange = [one for one in counted if not calendar.known_from <= one <= calendar.known_to]
    assert due.provisional == bool(strange) == (due.because is not None)
    if due.because:
        assert due.because.facts["year"] == str(min(strange).year)


@given(calendars, st.dates(), st.integers())
def test_nothing_but_a_refusal_is_ever_raised(calendar: Calendar, day: date, count: int) -> None:
    with suppress(Refusal):
        assert calendar.is_working(calendar.after(day, count).date) or not count


@given(st.dates(), st.dates())
def test_days_between_can_be_counted_for_any_two_days(one: date, other: date) -> None:
    assert abs(CALENDAR.between(one, other)) <= abs((one - other).days)


@pytest.mark.parametrize("count", [MOST + 1, -MOST - 1, 10**30])
def test_more_than_can_be_counted_is_refused_with_what_can(count: int) -> None:
    with pytest.raises(Refusal, match=f"^{count} working days cannot be counted. Write at most {MOST}.$"):
        CALENDAR.after(date(2026, 1, 5), count)


def test_as_much_as_can_be_counted_is() -> None:
    """Two thousand weeks of five working days."""
    assert Calendar({}, date.max).after(date(2026, 1, 5), MOST) == Due(date(2026, 1, 5) + timedelta(weeks=2000), False)


@pytest.mark.parametrize(("day", "count"), [(date.max, 1), (date.min, -1), (date(9999, 12, 30), 5), (date(1, 1, 4), -5)])
def test_the_end_of_all_calendars_is_refused(day: date, count: int) -> None:
    with pytest.raises(Refusal, match="not so many working days"):
        CALENDAR.after(day, count)


def test_monday_to_friday_are_ordinary() -> None:
    assert [ordinary(date(2026, 6, day)) for day in range(1, 8)] == [True] * 5 + [False] * 2
