"""The shipped working-day calendar says what the State Council arranged, day by day."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest

from lims.rules.working_days import HOLIDAYS, known, ordinary
from resources import FOLDER

NOTICES = {
    2024: (
        {"元旦": "01-01 1", "春节": "02-10 8", "清明节": "04-04 3", "劳动节": "05-01 5", "端午节": "06-10 1", "中秋节": "09-15 3", "国庆节": "10-01 7"},
        {"02-04": "春节", "02-18": "春节", "04-07": "清明节", "04-28": "劳动节", "05-11": "劳动节", "09-14": "中秋节", "09-29": "国庆节", "10-12": "国庆节"},
    ),
    2025: (
        {"元旦": "01-01 1", "春节": "01-28 8", "清明节": "04-04 3", "劳动节": "05-01 5", "端午节": "05-31 3", "国庆节": "10-01 8"},
        {"01-26": "春节", "02-08": "春节", "04-27": "劳动节", "09-28": "国庆节", "10-11": "国庆节"},
    ),
    2026: (
        {"元旦": "01-01 3", "春节": "02-15 9", "清明节": "04-04 3", "劳动节": "05-01 5", "端午节": "06-19 3", "中秋节": "09-25 3", "国庆节": "10-01 7"},
        {"01-04": "元旦", "02-14": "春节", "02-28": "春节", "05-09": "劳动节", "09-20": "国庆节", "10-10": "国庆节"},
    ),
}
"""Year -> first day and number of days off, and the days worked for which holiday; typed by hand from the notices."""
SHARED = {date(2025, 10, 6): "中秋节"}
"""Mid-autumn 2025 lies within the eight days of National Day."""

with (FOLDER / "catalogue" / "calendar.csv").open(encoding="utf-8", newline="") as lines:
    ROWS = list(csv.DictReader(lines))


def days_off(year: int) -> dict[date, str]:
    """Return the days off of a year by the notice."""
    found = {}
    for name, words in NOTICES[year][0].items():
        first, count = words.split()
        begun = date.fromisoformat(f"{year}-{first}")
        found |= {begun + timedelta(place): name for place in range(int(count))}
    return found | {day: name for day, name in SHARED.items() if day.year == year}


@pytest.mark.parametrize("year", NOTICES)
def test_the_days_off_are_those_of_the_notice(year: int) -> None:
    assert {date.fromisoformat(row["day"]): row["name_zh"] for row in ROWS if row["working"] == "no" and row["day"].startswith(str(year))} == days_off(year)


@pytest.mark.parametrize("year", NOTICES)
def test_the_make_up_days_are_those_of_the_notice(year: int) -> None:
    worked = {row["day"][5:]: row["name_zh"] for row in ROWS if row["working"] == "yes" and row["day"].startswith(str(year))}
    assert worked == {day: f"{name}调休上班" for day, name in NOTICES[year][1].items()}


def test_a_make_up_day_lies_at_a_weekend_and_names_its_holiday_in_both_languages() -> None:
    english = HOLIDAYS
    for row in ROWS:
        holiday = row["name_zh"].removesuffix("调休上班")
        if row["working"] == "yes":
            assert not ordinary(date.fromisoformat(row["day"])) and row["name_en"] == f"Make-up day for {english[holiday]}"
        else:
            assert row["name_en"] == english[holiday]


def test_each_day_stands_once_in_order_under_its_own_code_with_its_notice() -> None:
    found = [row["day"] for row in ROWS]
    assert found == sorted(set(found)) == [row["code"] for row in ROWS]
    assert all(row["source"] == f"国务院办公厅关于{row['day'][:4]}年部分节假日安排的通知" for row in ROWS)


def test_the_known_years_follow_from_what_is_shipped() -> None:
    assert known((date.fromisoformat(row["day"]), row["name_zh"]) for row in ROWS) == (date(2024, 1, 1), date(2026, 12, 31))
