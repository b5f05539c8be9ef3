"""Laws of the first screen: it says what is next, every figure is a door, and instruments tell whether they are alive."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from lims.services.readings import Sent
from tests.ui.screens.looking import seen, words
from tests.ui.screens.reception import Reception
from ui.kit.command import Button
from ui.screens import moments
from ui.screens.today import Today

Key = Qt.Key


@pytest.fixture
def busy(reception: Reception) -> str:
    """One sample expected, one in test with a reading that belongs to nothing, one to review, one report to approve."""
    reception.registered()
    number = reception.received(items=("aflatoxin-b1",))
    reception.begun(number, {})
    reception.instrument()
    reception.landed(Sent("LS2026-0027", "aflatoxin-b1", "5.1", "µg/kg"))
    reception.submitted({"aflatoxin-b1": "4.7"})
    reception.reviewed()
    return number


def test_nothing_to_do_is_said(sit) -> None:
    seat = sit("shou")
    today = seat.go("today")
    assert today.headline.text() == "没有等你处理的事。"
    assert f"{moments.today().month}月{moments.today().day}日" in today.day.text().replace(" ", "")


@pytest.mark.parametrize(
    ("login", "place", "waits"),
    [
        ("shou", "intake", "1 个样品待收样"),
        ("jian", "inbox", "1 条读数待人处理"),
        ("shen", "review", "1 个样品待审核"),
        ("pi", "certificates", "1 份报告待批准"),
        ("ji", "limits", "3 条限量待核对"),
    ],
)
def test_what_waits_for_a_person_is_counted_and_opens_by_keys(login: str, place: str, waits: str, busy: str, sit) -> None:
    seat = sit(login)
    today: Today = seat.go("today")
    assert today.headline.text() == f"下一步：{waits}"
    doors = [one for one in seen(today, Button) if one.words == "打开"]
    assert doors[0].accessibleName() == f"打开 {waits}", "a reader hears which of several doors it is"
    seat.to_widget(doors[0])
    seat.press(Key.Key_Return)
    assert seat.window.screen_in_front is seat.window.screen_of(place)


def test_every_figure_of_the_line_is_a_door(busy: str, sit) -> None:
    seat = sit("shou")
    today: Today = seat.go("today")
    assert "待收样 1" in today.line.accessibleName() and "待审核 1" in today.line.accessibleName() and "待批准 1" in today.line.accessibleName()
    seat.to_widget(today.line)
    seat.press(Key.Key_Return)
    assert seat.window.screen_in_front is seat.window.screen_of("intake")


def test_a_figure_of_a_place_one_does_not_use_is_said(busy: str, sit) -> None:
    seat = sit("shou")
    today: Today = seat.go("today")
    seat.to_widget(today.line)
    seat.press(Key.Key_Right, times=2)
    seat.press(Key.Key_Return)
    assert "审核" in seat.said and seat.window.screen_in_front is today


def test_my_worksheet_is_continued_with_enter(busy: str, sit) -> None:
    seat = sit("jian")
    today: Today = seat.go("today")
    seat.to_widget(today.work)
    seat.press(Key.Key_Down)
    seat.press(Key.Key_Return)
    bench = seat.window.screen_in_front
    assert bench is seat.window.screen_of("bench") and bench.sheet.row.number == today.work.current().number


def test_instruments_tell_when_they_last_spoke(busy: str, sit, reception: Reception) -> None:
    reception.instrument("NEW", name="新仪器 <1>")
    seat = sit("jian")
    today: Today = seat.go("today")
    said = [today.instruments.rows_model.cell(place, 0).words() for place in range(len(today.instruments.rows()))]
    assert any("色谱工作站" in text and "最近" in text for text in said) and any("新仪器 <1>" in text and "没有" in text for text in said)
    assert "新仪器 <1>" in " ".join(words(today))
