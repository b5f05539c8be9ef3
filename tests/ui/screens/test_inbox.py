"""Laws of the inbox: nothing enters a result by itself; accept, match and reject by single keys; where a reading comes from is shown byte by byte."""

from __future__ import annotations

import html

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QPlainTextEdit, QToolTip

from lims.rules.flows import ReadingState
from lims.services.readings import Sent
from tests.ui.screens.looking import seen, words
from tests.ui.screens.reception import Reception, Seat
from ui.kit.command import Button
from ui.screens.inbox import Inbox

Key = Qt.Key


@pytest.fixture
def numbers(reception: Reception) -> list[str]:
    """Three samples in test; readings for one of them, for an unknown number, and one that is no number."""
    made = [reception.received(items=("aflatoxin-b1",)) for _sample in range(3)]
    reception.begun_together(made)
    reception.instrument()
    reception.landed(Sent(made[1], "aflatoxin-b1", "4.70", "µg/kg", said_at="2026-11-26T10:31:52"))
    reception.landed(Sent("LS2026-0002", "aflatoxin-b1", "5.1", "µg/kg", flags="<H> & {L}"))
    return made


@pytest.fixture
def seat(sit, numbers: list[str]) -> Seat:
    made = sit("jian")
    made.go("inbox")
    return made


@pytest.fixture
def inbox(seat: Seat) -> Inbox:
    return seat.window.screen_in_front


def reported(reception: Reception, number: str) -> str:
    return reception.card(number).analyses[0].reported


def test_what_needs_a_person_stands_first_and_says_why(inbox: Inbox) -> None:
    rows = inbox.table.rows()
    assert [row.state for row in rows] == [ReadingState.NEEDS_PERSON, ReadingState.MATCHED]
    assert inbox.table.current() is rows[0]
    assert "LS2026-0002" in rows[0].reason
    assert any(rows[0].reason in text for text in words(inbox.panel))


def test_nothing_enters_a_result_before_it_is_accepted_and_a_accepts(seat: Seat, inbox: Inbox, numbers: list[str], reception: Reception) -> None:
    assert reported(reception, numbers[1]) == ""
    seat.letter(Key.Key_A)
    assert reported(reception, numbers[1]) == "4.70" and seat.done
    assert [row.state for row in inbox.table.rows()] == [ReadingState.NEEDS_PERSON]


def test_the_nearest_sample_is_offered_first_and_m_takes_it(seat: Seat, inbox: Inbox, numbers: list[str], reception: Reception) -> None:
    """LS2026-0002 is LS2026-00002 with a digit lost."""
    offers = [button for button in seen(inbox.panel, Button) if button.objectName().startswith("inbox.to.")]
    assert len(offers) == 3
    near = next(text for text in words(inbox.panel) if text.startswith("LS2026-0000"))
    assert near.startswith(numbers[1])
    seat.letter(Key.Key_M)
    assert [row.state for row in inbox.table.rows()] == [ReadingState.MATCHED, ReadingState.MATCHED]
    assert reported(reception, numbers[1]) == "", "matched is not accepted"


def test_del_rejects_with_a_reason_and_the_reading_stays_on_record(seat: Seat, inbox: Inbox) -> None:
    seat.press(Key.Key_Delete)
    assert seat.dialog
    seat.control(Key.Key_Return)
    assert seat.dialog, "a reason is needed"
    seat.type("样品号录入有误 <b>")
    seat.control(Key.Key_Return)
    assert seat.dialog is None and len(inbox.table.rows()) == 1
    inbox.which.choose("rejected")
    seat.settled()
    (row,) = inbox.table.rows()
    assert row.reason == "样品号录入有误 <b>"
    assert "样品号录入有误 <b>" in words(inbox.panel)


def test_what_was_accepted_is_refused_in_words(seat: Seat, inbox: Inbox) -> None:
    seat.letter(Key.Key_A)
    inbox.which.choose("accepted")
    seat.settled()
    assert inbox.acts["inbox.reject"].refusal() and inbox.acts["inbox.match"].refusal() and inbox.acts["inbox.accept"].refusal()


def test_the_bytes_are_shown_as_they_came(inbox: Inbox) -> None:
    (shown,) = seen(inbox.panel, QPlainTextEdit)
    assert shown.toPlainText() == "<STX>LS2026-0002<CR><ETX>" and shown.isReadOnly()


@pytest.mark.qt_log_ignore(r"This plugin does not support raise", extend=True)
def test_flags_and_reasons_are_shown_as_sent(seat: Seat, inbox: Inbox) -> None:
    assert "<H> & {L}" in words(inbox.panel)
    table = inbox.table
    index = table.rows_model.index(0, 7)
    at = table.visualRect(index).center()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, at, table.viewport().mapToGlobal(at))
    seat.window.activateWindow()
    table.itemDelegate().helpEvent(event, table, _option(table, index), index)
    assert html.unescape(QToolTip.text().removeprefix("<span>").removesuffix("</span>")) == inbox.table.rows()[0].reason
    QToolTip.hideText()


def _option(table, index):
    from PySide6.QtWidgets import QStyleOptionViewItem

    option = QStyleOptionViewItem()
    option.rect = table.visualRect(index)
    return option


def test_another_analysts_readings_are_refused_by_name_of_the_thing(sit, reception: Reception, numbers: list[str]) -> None:
    reception.hired("jian2", "检验员乙")
    seat = sit("jian2")
    seat.go("inbox")
    seat.letter(Key.Key_A)
    assert "检验员" in seat.said and reported(reception, numbers[1]) == ""


def test_a_reading_that_comes_in_appears_by_itself(seat: Seat, inbox: Inbox, numbers: list[str], reception: Reception) -> None:
    reception.landed(Sent(numbers[0], "aflatoxin-b1", "3", "µg/kg"))
    seat.settled()
    assert len(inbox.table.rows()) == 3
    assert inbox.table.current().sample == "LS2026-0002", "the cursor stays where it was"


def test_an_empty_inbox_says_what_will_fill_it(sit, reception: Reception) -> None:
    seat = sit("jian")
    seat.go("inbox")
    said = words(seat.window.screen_in_front)
    assert "收件箱已清空。" in said and "新读数会自己出现在这里。" in said
    assert seat.window.screen_in_front.acts["inbox.accept"].refusal()
