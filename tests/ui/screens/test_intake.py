"""Laws of intake: a form typed and registered, a sample checked in or refused, labels, all by keys; mistakes stand beside what they speak of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCalendarWidget, QTableView

from lims import i18n
from tests.ui.screens.reception import FORM, INTAKE, Reception, Seat
from ui.kit.preview import Preview
from ui.screens import moments

Key = Qt.Key
pytestmark = pytest.mark.qt_log_ignore(r"This plugin does not support (raise|grabbing)", extend=True)
"""The list of an open choice, on a screen without a window manager."""


@pytest.fixture
def seat(sit) -> Seat:
    made = sit("shou")
    made.go("intake")
    return made


@pytest.fixture
def form(seat: Seat):
    seat.control(Key.Key_N)
    return seat.window.screen_in_front.registration


def filled(seat: Seat, **answers: str) -> None:
    """Answer the questions of the form by Tab and typing, then tick everything there is to test."""
    today = moments.today().isoformat()
    for name, words in {**FORM, "product": "玉米", "sampled_on": today, **answers}.items():
        if name != "test_kind":
            seat.to(name)
            seat.write(words)
    seat.to("test_kind")
    seat.write("监督抽检")
    seat.to("client")
    seat.settled()


def take_all(seat: Seat) -> None:
    offers = seat.window.screen_in_front.registration.offers
    for _step in range(90):
        if seat.focus is offers:
            break
        seat.press(Key.Key_Tab)
    seat.control(Key.Key_A)


def test_a_sample_is_registered_from_its_form_without_a_mouse(seat: Seat, form, reception: Reception) -> None:
    filled(seat)
    take_all(seat)
    seat.control(Key.Key_Return)
    assert "LS2026-00001" in seat.done
    card = reception.card("LS2026-00001")
    assert {name: card.form[name] for name in FORM} == FORM
    assert [one.item_code for one in card.analyses] == ["aflatoxin-b1", "deoxynivalenol", "moisture"]
    table = seat.window.screen_in_front.table
    assert table.isVisible() and table.hasFocus() and table.current().number == "LS2026-00001"


def test_what_is_needed_is_said_beside_its_field_and_nothing_is_written(seat: Seat, form, reception: Reception) -> None:
    seat.to("client")
    seat.write("示范区市场监督管理局")
    seat.control(Key.Key_Return)
    notes = {name: note.words for name, note in form.form.notes.items() if note.words}
    assert notes == dict.fromkeys(
        ("form_number", "test_kind", "business_name", "product", "sample_name", "sample_amount", "sampling_body", "samplers", "sampled_on"), "这一项要填。"
    )
    assert seat.focus.objectName() == "form_number", "the first of them has the cursor"
    assert form.form.editors["client"].get() == "示范区市场监督管理局"
    assert not seat.window.screen_in_front.table.rows()


def test_nothing_chosen_to_test_is_said_where_it_is_chosen(seat: Seat, form) -> None:
    filled(seat)
    seat.control(Key.Key_Return)
    assert form.about.words == "选检验项目。"
    assert seat.focus is form.offers


def test_a_day_to_come_is_said_when_the_field_is_left(seat: Seat, form) -> None:
    tomorrow = moments.today() + timedelta(1)
    seat.to("sampled_on")
    seat.write(tomorrow.isoformat())
    seat.press(Key.Key_Tab)
    said = form.form.notes["sampled_on"].words
    assert tomorrow.isoformat() in said and moments.today().isoformat() in said


@pytest.mark.parametrize(("language", "monday"), [("zh_CN", "一"), ("en", "Mon")])
def test_a_day_is_chosen_from_a_calendar_by_keys(language: str, monday: str, sit) -> None:
    i18n.use(language)
    seat = sit("shou")
    form = seat.go("intake").registration
    seat.control(Key.Key_N)
    seat.to("sampled_on")
    seat.write("2026-11-02")
    QTest.keyClick(seat.focus, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    calendar = next(one for one in QApplication.topLevelWidgets() for one in one.findChildren(QCalendarWidget) if one.isVisible())
    view = calendar.findChild(QTableView)
    assert str(view.model().index(0, 0).data() or view.model().index(0, 1).data()).endswith(monday)
    QTest.keyClick(view, Key.Key_Right)
    QTest.keyClick(view, Key.Key_Return)
    seat.settled()
    assert form.form.editors["sampled_on"].get().isoformat() == "2026-11-03"


def test_a_form_number_taken_twice_says_which_sample_and_when(seat: Seat, form, reception: Reception) -> None:
    number = reception.registered()
    filled(seat)
    take_all(seat)
    seat.control(Key.Key_Return)
    said = form.form.notes["form_number"].words
    assert number in said and moments.today().isoformat() in said
    assert seat.focus.objectName() == "form_number"
    assert form.offers.asked(), "nothing has to be chosen again"
    seat.write("XBJ26110116383000999")
    seat.control(Key.Key_Return)
    assert "LS2026-00002" in seat.done


def test_a_sample_number_taken_twice_is_said_beside_it(seat: Seat, form, reception: Reception) -> None:
    number = reception.registered()
    filled(seat, form_number="XBJ26110116383000998", number=number)
    take_all(seat)
    seat.control(Key.Key_Return)
    assert number in form.form.notes["number"].words and "留空" in form.form.notes["number"].words


def test_what_was_typed_stays_when_the_form_is_left(seat: Seat, form) -> None:
    seat.to("remark")
    seat.focus.insertPlainText("<b>两袋</b> & 一盒")
    seat.to("client")
    seat.write("市监局")
    seat.press(Key.Key_Escape)
    assert seat.window.screen_in_front.table.isVisible()
    seat.go("samples")
    seat.go("intake")
    assert seat.window.screen_in_front.acts["intake.new"].words().startswith("继续")
    seat.control(Key.Key_N)
    assert form.form.editors["client"].get() == "市监局"
    assert form.form.editors["remark"].get() == "<b>两袋</b> & 一盒"


def test_a_form_in_front_has_the_cursor_again_when_one_comes_back(seat: Seat, form) -> None:
    seat.to("client")
    seat.go("today")
    seat.go("intake")
    assert seat.focus.objectName() == "client"


def test_another_language_does_not_throw_away_what_was_typed(seat: Seat, form) -> None:
    seat.to("client")
    seat.write("市监局")
    seat.window.speak("en")
    seat.settled()
    assert seat.said and form.form.editors["client"].get() == "市监局"


def test_another_person_or_the_end_of_the_day_do_not_throw_it_away_either(seat: Seat, form) -> None:
    left = []
    seat.window.left.connect(lambda: left.append(1))
    seat.to("client")
    seat.write("市监局")
    seat.control(Key.Key_L)
    assert not left and seat.said
    seat.window.close()
    assert seat.window.isVisible() and form.form.editors["client"].get() == "市监局"
    seat.window.strip.clear()
    seat.control(Key.Key_L)
    seat.to_widget(seat.window.strip._act)
    seat.press(Key.Key_Return)
    assert left == [1], "who means it is let go"


def test_a_known_business_answers_for_itself_and_never_over_what_was_typed(seat: Seat, reception: Reception) -> None:
    reception.registered(business_address="青春路 8 号", business_phone="010-1")
    seat.go("today")
    seat.go("intake")
    seat.control(Key.Key_N)
    form = seat.window.screen_in_front.registration.form
    seat.to("business_phone")
    seat.write("139")
    seat.to("business_name")
    seat.write("青春路农贸市场")
    seat.press(Key.Key_Tab)
    assert form.editors["business_address"].get() == "青春路 8 号" and form.editors["business_phone"].get() == "139"
    assert form.editors["sampling_body"].get() == FORM["sampling_body"], "a team brings many forms"


@pytest.fixture
def expected(sit, reception: Reception) -> Seat:
    """Somebody before a sample that has come."""
    reception.registered()
    made = sit("shou")
    made.go("intake")
    return made


def check_in(seat: Seat, **answers: str) -> None:
    for name, words in {**INTAKE, **answers}.items():
        if name not in ("seal", "agrees") or name in answers:
            seat.to(name)
            seat.write(words)


def test_a_sample_is_received_after_its_check(expected: Seat, reception: Reception) -> None:
    expected.press(Key.Key_Return)
    assert expected.focus.objectName() == "delivered_by", "the first that nobody has answered"
    check_in(expected)
    expected.control(Key.Key_Return)
    assert "LS2026-00001" in expected.done
    card = reception.card("LS2026-00001")
    assert [(one.number, one.amount, one.place) for one in card.portions] == [("LS2026-00001-1", "2 kg", "A 柜 2 层"), ("LS2026-00001-B", "1 kg", "B 柜 1 层")]


def test_a_check_that_is_not_finished_says_what_is_missing(expected: Seat, reception: Reception) -> None:
    expected.press(Key.Key_Return)
    expected.control(Key.Key_Return)
    sheet = expected.window.screen_in_front.receipt
    assert {name for name, note in sheet.notes.items() if note.words} == {"delivered_by", "appearance", "test_amount", "test_place", "backup_place"}
    assert reception.card("LS2026-00001").row.received_at is None


def test_a_broken_seal_asks_for_a_remark(expected: Seat, reception: Reception) -> None:
    expected.press(Key.Key_Return)
    check_in(expected, seal="封条破损")
    expected.control(Key.Key_Return)
    sheet = expected.window.screen_in_front.receipt
    assert sheet.notes["intake_remark"].words
    expected.to("intake_remark")
    expected.focus.insertPlainText("仅外箱封条破损")
    expected.control(Key.Key_Return)
    assert reception.card("LS2026-00001").intake["intake_remark"] == "仅外箱封条破损"


def test_a_check_that_was_begun_is_not_closed_by_moving_on(expected: Seat, reception: Reception) -> None:
    reception.registered()
    expected.press(Key.Key_Return)
    expected.to("delivered_by")
    expected.write("甲")
    intake = expected.window.screen_in_front
    intake.table.select("LS2026-00002")
    expected.settled()
    assert intake.receipt.editors["delivered_by"].get() == "甲"
    assert "LS2026-00001" in intake.unfinished()


def test_a_sample_is_refused_with_a_reason(expected: Seat, reception: Reception) -> None:
    expected.window.screen_in_front.acts.do("intake.refuse")
    expected.settled()
    dialog = expected.dialog
    expected.press(Key.Key_Return)
    assert dialog.isVisible() and dialog.form.notes["reason"].words == "这一项要填。"
    dialog.form.editors["reason"].lineEdit().setFocus()
    expected.write("<b>破损</b> & {漏}")
    expected.press(Key.Key_Return)
    assert "LS2026-00001" in expected.done
    assert reception.card("LS2026-00001").refusal == "<b>破损</b> & {漏}"


def test_labels_wait_for_the_portions_and_are_shown_before_they_are_printed(expected: Seat, reception: Reception) -> None:
    expected.control(Key.Key_P)
    assert "收样" in expected.said
    expected.window.strip.clear()
    expected.press(Key.Key_Return)
    check_in(expected)
    expected.control(Key.Key_Return)
    expected.control(Key.Key_P)
    (shown,) = expected.window.screen_in_front.panel.findChildren(Preview)
    expected.qtbot.waitUntil(lambda: len(shown.sizes) == 2)
    assert [(round(size.width() / 72 * 25.4), round(size.height() / 72 * 25.4)) for size in shown.sizes] == [(50, 30), (50, 30)]


def test_the_panel_follows_the_cursor(expected: Seat, reception: Reception) -> None:
    reception.registered(sample_name="玉米（二等）")
    expected.settled()
    expected.press(Key.Key_Up)
    QApplication.processEvents()
    assert expected.window.screen_in_front.card.row.name == "玉米（二等）"
