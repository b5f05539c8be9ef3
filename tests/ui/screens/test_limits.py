"""Laws of the standards library: a limit decides a report only after the technical manager has confirmed it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from lims.views import catalogue as view
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.screens import moments
from ui.screens.limits import Limits

Key = Qt.Key


@pytest.fixture
def seat(sit) -> Seat:
    made = sit("ji")
    made.go("limits")
    return made


@pytest.fixture
def limits(seat: Seat) -> Limits:
    return seat.window.screen_in_front


def confirmed(reception: Reception) -> dict[str, str]:
    return {row.code: row.remark for row in reception.do(view.limit_rows, moments.today()) if row.confirmed_by}


def test_the_technical_manager_confirms_what_is_chosen(seat: Seat, limits: Limits, reception: Reception) -> None:
    first = limits.table.rows()[0]
    assert limits.table.current() is first
    seat.control(Key.Key_Return)
    said = words(seat.dialog)
    assert any(first.item in text and first.standard in text for text in said), "what is confirmed is named"
    seat.type("本所文本 <2021> & 勘误")
    seat.control(Key.Key_Return)
    assert confirmed(reception) == {first.code: "本所文本 <2021> & 勘误"} and seat.done
    assert first.code not in {row.code for row in limits.table.rows()}
    limits.show_thing(first.code)
    seat.settled()
    assert limits.table.current().code == first.code
    assert any("技术负责人甲" in text and "本所文本 <2021> & 勘误" in text for text in words(limits.panel))
    assert limits.acts["limits.confirm"].refusal()


def test_all_are_chosen_and_confirmed_by_keys(seat: Seat, limits: Limits, reception: Reception) -> None:
    count = len(limits.table.rows())
    seat.control(Key.Key_A)
    assert str(count) in limits.acts["limits.confirm"].words()
    seat.control(Key.Key_Return)
    seat.control(Key.Key_Return)
    assert len(confirmed(reception)) == count and not limits.table.rows()


@pytest.mark.parametrize("login", ["jian", "shen", "pi"])
def test_nobody_else_confirms(login: str, sit, reception: Reception) -> None:
    seat = sit(login)
    limits = seat.go("limits")
    refusal = limits.acts["limits.confirm"].refusal()
    assert "技术负责人" in refusal
    seat.control(Key.Key_Return)
    assert seat.dialog is None and seat.said == refusal and not confirmed(reception)


def test_esc_confirms_nothing(seat: Seat, reception: Reception) -> None:
    seat.control(Key.Key_Return)
    seat.press(Key.Key_Escape)
    assert seat.dialog is None and not confirmed(reception)


def test_where_a_limit_stands_is_told_and_what_is_empty_stays_empty(seat: Seat, limits: Limits) -> None:
    """The two rows of cowpea have no clause."""
    limits.show_thing("gb2763-2021-carbofuran-cowpea")
    seat.settled()
    said = words(limits.panel)
    assert "GB 2763-2021" in said and "没有记录" in said
