"""Limits in force on a product's day: chosen by date, never guessed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.rules.limits import Edition, Limit, Operator


def limit(standard: str, value: str | None = "0.02", operator: Operator = Operator.AT_MOST) -> Limit:
    return Limit(f"{standard}-x", "x", "cowpea", operator, Decimal(value) if value else None, "mg/kg", standard, clause="表1")


OLD = Edition("GB 1-2017", in_force=date(2017, 9, 17), abolished=date(2026, 3, 1))
NEW = Edition("GB 1-2025", in_force=date(2026, 3, 1))
UNDATED = Edition("GB 1-2027")
EDITIONS = (OLD, NEW, UNDATED)


@pytest.mark.parametrize(
    ("on", "standards"),
    [
        (date(2017, 9, 16), []),
        (date(2017, 9, 17), ["GB 1-2017"]),
        (date(2026, 2, 28), ["GB 1-2017"]),
        (date(2026, 3, 1), ["GB 1-2025"]),
        (date(2030, 1, 1), ["GB 1-2025"]),
    ],
)
def test_the_edition_of_the_products_day_is_chosen(on: date, standards: list[str]) -> None:
    assert [one.standard for one in EDITIONS if one.holds(on)] == standards


@given(st.dates())
def test_an_edition_without_a_first_day_is_never_chosen(on: date) -> None:
    assert not UNDATED.holds(on)


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 5000))
def test_an_edition_holds_from_its_first_day_to_the_day_before_its_last(first: date, length: int) -> None:
    edition = Edition("X", in_force=first, abolished=first + timedelta(days=length))
    assert edition.holds(first) == (length > 0)
    assert not edition.holds(first - timedelta(days=1))
    assert not edition.holds(first + timedelta(days=length))


def test_a_limit_is_printed_with_its_sign_and_every_digit() -> None:
    assert limit("GB 1-2025", "0.020").requirement() == "≤ 0.020"
    assert limit("GB 1-2025", "5", Operator.AT_LEAST).requirement() == "≥ 5"
    assert limit("GB 1-2025", None, Operator.ABSENT).requirement() == "not to be detected"
    assert limit("GB 1-2025").place() == "GB 1-2025 表1"
