"""Laws of businesses: known from their first form on, added and changed by keys, told exactly as they were written."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from lims import i18n
from lims.views import businesses as view
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.screens.businesses import Businesses

Key = Qt.Key


@pytest.fixture
def seat(sit) -> Seat:
    made = sit("shou")
    made.go("businesses")
    return made


@pytest.fixture
def businesses(seat: Seat) -> Businesses:
    return seat.window.screen_in_front


def test_a_business_is_known_from_its_first_form_on(seat: Seat, businesses: Businesses, reception: Reception) -> None:
    assert "还没有企业。" in words(businesses)
    reception.registered(business_name="桃山库", business_address="桃山 <1> 号 & 2 号")
    seat.settled()
    (row,) = businesses.table.rows()
    assert row.name == "桃山库" and row.samplings == 1
    assert "桃山 <1> 号 & 2 号" in words(businesses.panel)


def test_one_is_added_and_changed_by_keys(seat: Seat, businesses: Businesses, reception: Reception) -> None:
    seat.control(Key.Key_N)
    seat.control(Key.Key_Return)
    assert businesses.form.notes["name"].words == "这一项要填。"
    seat.to("name")
    seat.write("A&B <酒业> {有限} =1+1")
    seat.to("client")
    seat.press(Key.Key_Space)
    seat.control(Key.Key_Return)
    (row,) = reception.do(view.rows)
    assert (row.name, row.client) == ("A&B <酒业> {有限} =1+1", True) and businesses.table.hasFocus()
    seat.press(Key.Key_F2)
    seat.to("phone")
    seat.write("010-1")
    seat.control(Key.Key_Return)
    assert reception.do(view.rows)[0].phone == "010-1"


def test_a_name_that_is_taken_is_said_beside_it(seat: Seat, businesses: Businesses, reception: Reception) -> None:
    reception.registered(business_name="桃山库")
    seat.control(Key.Key_N)
    seat.to("name")
    seat.write("桃山库")
    seat.control(Key.Key_Return)
    assert businesses.form.notes["name"].words and len(reception.do(view.rows)) == 1


def test_what_was_written_is_never_translated(sit, reception: Reception) -> None:
    """A contact who is called like a word of the program stays who he is."""
    reception.registered(business_name="Sample", business_contact="Client", business_address="Town", link="Circulation")
    i18n.use("zh_CN")
    seat = sit("shou")
    businesses = seat.go("businesses")
    said = words(businesses.panel)
    assert {"Sample", "Client", "Town"} <= set(said)
    assert "流通" in said, "a choice of the form is a word of the program"
