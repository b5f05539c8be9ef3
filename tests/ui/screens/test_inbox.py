"""Laws of the inbox: nothing enters a result by itself; accept, match and reject by single keys; where a reading comes from is shown byte by byte."""

from __future__ import annotations

import html

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QPlainTextEdit, QToolTip

from lims import i18n
from lims.rules.flows import ReadingState
from lims.rules.inbox import Cause
from lims.services import instruments
from lims.services.readings import Sent
from lims.views import instruments as view
from tests.ui.screens.looking import seen, words
from tests.ui.screens.reception import Reception, Seat
from ui.kit.command import Button
from ui.screens.inbox import CAUSES, Inbox
from ui.theme import theme

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


@pytest.fixture
def manager(sit, reception: Reception, numbers: list[str]) -> Seat:
    """The technical manager before readings whose code nobody knows: two of samples in test."""
    for number in numbers[:2]:
        reception.landed(Sent(number, "AFB-1", "6.3", "µg/kg", sent_test="AFB-1"))
    made = sit("ji")
    made.go("inbox")
    return made


def test_c_says_what_a_code_means_and_every_reading_that_waits_finds_its_analysis(manager: Seat, reception: Reception, numbers: list[str]) -> None:
    inbox = manager.window.screen_in_front
    assert [row.sent_test for row in inbox.table.rows()[:2]] == ["AFB-1", "AFB-1"]
    assert inbox.table.rows_model.cell(0, 7).text == "代码未对应"
    manager.letter(Key.Key_C)
    assert manager.dialog is not None
    manager.choose("item", "aflatoxin-b1")
    manager.press(Key.Key_Return)
    assert manager.dialog is None and manager.done == "有 2 条读数据此找到了检验项。"
    (code,) = reception.do(view.codes, "GC-01")
    assert (code.sent, code.item) == ("AFB-1", "aflatoxin-b1")
    assert {row.sample for row in inbox.table.rows() if row.state is ReadingState.MATCHED} >= set(numbers[:2])
    assert reported(reception, numbers[0]) == "", "matched is not accepted"
    reception.landed(Sent(numbers[2], "AFB-1", "2.2", "µg/kg", sent_test="AFB-1"))
    manager.settled()
    assert {row.sample for row in inbox.table.rows() if row.state is ReadingState.MATCHED} >= set(numbers), "it holds for all to come"


def test_a_code_is_said_by_whoever_keeps_instruments_only(seat: Seat, inbox: Inbox, reception: Reception, numbers: list[str]) -> None:
    reception.landed(Sent(numbers[0], "AFB-1", "6.3", "µg/kg", sent_test="AFB-1"))
    seat.settled()
    inbox.table.select(inbox.table.rows()[0].id)
    assert "技术负责人" in inbox.acts["inbox.map"].refusal()
    assert "技术负责人" in inbox.acts["inbox.read_anew"].refusal()


def test_why_it_needs_a_person_stands_in_two_words_in_its_row_and_whole_beside_it(inbox: Inbox) -> None:
    row, cell = inbox.table.rows()[0], inbox.table.rows_model.cell(0, 7)
    assert cell.text == "样品不存在" and cell.chip == "ask" and cell.tip == row.reason
    assert row.reason in words(inbox.panel)


def test_every_cause_has_its_two_words() -> None:
    assert set(CAUSES) == set(Cause)


def test_what_entered_by_rule_stands_among_the_accepted(seat: Seat, inbox: Inbox, reception: Reception, numbers: list[str]) -> None:
    """The rule is switched on before the value comes: it is in the result, and nobody pressed anything."""
    reception.do(instruments.let_in, "GC-01", True, reason="三个月比对全部相符", by=reception.people["ji"])
    reception.landed(Sent(numbers[2], "aflatoxin-b1", "3.30", "µg/kg", sent_test="AFB1"))
    assert reported(reception, numbers[2]) == "3.30"
    inbox.which.choose("accepted")
    seat.settled()
    assert [row.sample for row in inbox.table.rows()] == [numbers[2]]


def test_four_segments_stand_whole_beside_the_commands(sit, reception: Reception, numbers: list[str]) -> None:
    """In both languages, at the smallest window."""
    for language in i18n.LANGUAGES:
        i18n.use(language)
        seat = sit("jian")
        inbox = seat.go("inbox")
        seat.window.resize(theme.size("window_width"), theme.size("window_height"))
        seat.settled()
        assert inbox.which.width() == inbox.which.sizeHint().width()
        for one in seen(inbox.bar, Button):
            assert one.width() >= one.sizeHint().width() and one.geometry().left() >= inbox.which.geometry().right(), one.words
