"""Laws of review: what deviates is gone to with one key, nothing is passed by who tested it, what is returned keeps its first attempt."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lims.rules.flows import AnalysisState
from lims.rules.rights import Right
from tests.ui.screens import looking
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.kit.command import CommandButton
from ui.screens.review import Review

Key = Qt.Key
VALUES = {"aflatoxin-b1": "23.7", "deoxynivalenol": "950"}
"""One fails (limit 20), one is near its limit (1000)."""


@pytest.fixture
def number(reception: Reception) -> str:
    return reception.submitted(VALUES)


@pytest.fixture
def seat(sit, number: str) -> Seat:
    made = sit("shen")
    made.go("review")
    return made


@pytest.fixture
def review(seat: Seat) -> Review:
    return seat.window.screen_in_front


def states(reception: Reception, number: str) -> dict[str, AnalysisState]:
    return {one.item_code: one.state for one in reception.card(number).analyses}


def test_a_sample_is_opened_with_its_results_and_slots(review: Review, number: str) -> None:
    said = words(review)
    assert "玉米" in said and number in said
    assert [row.item_code for row in review.table.rows()] == ["aflatoxin-b1", "deoxynivalenol"]
    assert {"检验员甲", "审核员甲"} <= set(said), "who tested, and whose turn it is"


def test_n_goes_to_the_next_exception_and_explains_it(seat: Seat, review: Review) -> None:
    seat.letter(Key.Key_N)
    assert review.panel.isVisible()
    first = review.table.current().item_code
    assert first == review.table.rows()[0].item_code, "the one under the cursor comes first"
    seat.letter(Key.Key_N)
    second = review.table.current().item_code
    assert {first, second} == {"aflatoxin-b1", "deoxynivalenol"}, "failing, and near the limit"
    assert {"950": "deoxynivalenol", "23.7": "aflatoxin-b1"}[next(text for text in words(review.panel) if text in ("950", "23.7"))] == second
    seat.letter(Key.Key_N)
    assert review.table.current().item_code == first, "round again"


def test_nothing_that_deviates_is_said(sit, reception: Reception) -> None:
    reception.submitted({"aflatoxin-b1": "4.7"})
    seat = sit("shen")
    review = seat.go("review")
    assert review.acts["review.next"].refusal() == "这个样品没有例外的结果。"
    seat.letter(Key.Key_N)
    assert seat.said == "这个样品没有例外的结果。"


def test_a_result_is_returned_with_a_reason(seat: Seat, review: Review, number: str, reception: Reception) -> None:
    review.table.select(next(row.id for row in review.table.rows() if row.item_code == "aflatoxin-b1"))
    review.acts.do("review.return")
    seat.settled()
    seat.control(Key.Key_Return)
    assert seat.dialog, "a reason is needed"
    seat.type("请附复测图谱 {1} & <2>")
    seat.control(Key.Key_Return)
    assert seat.dialog is None
    assert states(reception, number) == {"aflatoxin-b1": AnalysisState.IN_TEST, "deoxynivalenol": AnalysisState.SUBMITTED}
    one = next(one for one in reception.card(number).analyses if one.item_code == "aflatoxin-b1")
    assert [(attempt.number, attempt.reported, attempt.cause) for attempt in one.attempts] == [(1, "23.7", ""), (2, "", "请附复测图谱 {1} & <2>")]
    review.table.select(one.id)
    seat.press(Key.Key_F3)
    assert "请附复测图谱 {1} & <2>" in words(review.panel)


def test_ctrl_enter_passes_and_the_report_is_drafted(seat: Seat, review: Review, number: str, reception: Reception) -> None:
    assert "2" in review.acts["review.pass"].words()
    seat.control(Key.Key_Return)
    assert set(states(reception, number).values()) == {AnalysisState.REVIEWED}
    assert number in seat.done and len(reception.card(number).certificates) == 1
    assert not review.list.rows()


def test_who_tested_cannot_pass_and_hears_who_can(sit, reception: Reception, number: str) -> None:
    reception.people["both"] = replace(reception.people["jian"], rights=frozenset({Right.TEST, Right.REVIEW}))
    seat = sit("both")
    review = seat.go("review")
    refusal = review.acts["review.pass"].refusal()
    assert "审核员" in refusal and review.bar.reason.text() == refusal
    seat.control(Key.Key_Return)
    assert AnalysisState.REVIEWED not in states(reception, number).values() and seat.said == refusal


def test_the_next_sample_follows_the_one_that_is_passed(sit, reception: Reception) -> None:
    first, second = reception.submitted({"aflatoxin-b1": "4.7"}), reception.submitted({"aflatoxin-b1": "5"})
    seat = sit("shen")
    review = seat.go("review")
    shown = review.card.row.number
    seat.control(Key.Key_Return)
    assert {shown, review.card.row.number} == {first, second}


def test_a_double_click_or_a_key_held_down_passes_one_sample_only(sit, reception: Reception) -> None:
    """The next sample stands under the button before anybody has looked at it."""
    first, second = reception.submitted({"aflatoxin-b1": "4.7"}), reception.submitted({"aflatoxin-b1": "5"})
    seat = sit("shen")
    review = seat.go("review")
    (button,) = [one for one in looking.seen(review, CommandButton) if one.command.name == "review.pass"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    seat.settled()
    left, at = Qt.MouseButton.LeftButton, QPointF(button.rect().center())
    again = QMouseEvent(QMouseEvent.Type.MouseButtonDblClick, at, button.mapToGlobal(at), left, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(button, again)
    QTest.mouseRelease(button, left)
    seat.settled()
    assert {states(reception, one)["aflatoxin-b1"] for one in (first, second)} == {AnalysisState.REVIEWED, AnalysisState.SUBMITTED}
    assert not any(shortcut.autoRepeat() for shortcut in seat.window.findChildren(QShortcut))


def test_nothing_to_review_is_said_with_what_will_fill_it(sit) -> None:
    seat = sit("shen")
    review = seat.go("review")
    assert {"没有等待审核的结果。", "检验员一提交，结果就列在这里。"} <= set(words(review))
    for name in ("review.return", "review.next", "review.pass"):
        assert review.acts[name].refusal()
