"""Laws of forms: values as typed, mistakes beside their fields and gone when right, dates without guessing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from lims.errors import Mistakes
from lims.i18n import _
from ui.kit.editors import Unreadable, read_day, read_number
from ui.kit.form import Field, Form
from ui.kit.label import Label, plain


@dataclass(frozen=True)
class Draft:
    """What a person typed."""

    name: str
    amount: Decimal | None = None
    sampled_on: date | None = None
    kind: str | None = None
    remark: str = ""
    id: int = 0


FIELDS = (
    Field("name", "Name"),
    Field("amount", "Amount", "number", check=lambda value: None if value > 0 else "More than nothing is needed."),
    Field("sampled_on", "Sampled on", "date"),
    Field("kind", "Kind", "choice", options={"a": "Market", "b": "Shop"}, optional=True),
    Field("remark", "Remark", "lines", optional=True, span=2),
)


@pytest.fixture
def form(qtbot) -> Form[Draft]:
    made = Form(FIELDS, make=Draft, columns=2)
    qtbot.addWidget(made)
    made.put(Draft("玉米", Decimal("7.10"), date(2026, 11, 23), "b", "", 5))
    made.show()
    return made


def test_what_was_put_comes_back_unchanged(form):
    assert form.draft() == Draft("玉米", Decimal("7.10"), date(2026, 11, 23), "b", "", 5)
    assert str(form.draft().amount) == "7.10" and not form.dirty()


def test_a_draft_that_cannot_be_read_is_not_handed_over(form):
    form.editors["amount"].setText("3.1.2")
    form.editors["name"].setText("  ")
    assert form.draft() is None
    assert form.notes["amount"].words == "“3.1.2”不是数。"
    assert form.notes["name"].words == "这一项要填。"
    assert not form.notes["remark"].words and form.dirty()


def test_a_field_is_checked_when_it_is_left_and_not_before(form, qtbot):
    editor = form.editors["sampled_on"]
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, "2026-11-3")
    assert not form.notes["sampled_on"].words
    QTest.keyClicks(editor, "1")
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    editor.editingFinished.emit()
    assert form.notes["sampled_on"].words == "2026 年 11 月没有 31 日。"
    assert editor.property("state") == "bad" and editor.accessibleDescription() == "2026 年 11 月没有 31 日。"
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    QTest.keyClicks(editor, "0")
    assert not form.notes["sampled_on"].words, "the note goes away the moment the answer is right"


def test_mistakes_of_a_service_stand_beside_their_fields(form):
    form.note(Mistakes({"name": "This number was received before.", "seal": "The seal is broken."}).fields)
    assert form.notes["name"].words == "This number was received before."
    assert form._above.words == "The seal is broken.", "what has no field is said above, never lost"
    QTest.keyClicks(form.editors["name"], "x")
    assert not form.notes["name"].words


def test_a_warning_does_not_stop_saving(qtbot):
    form = Form((Field("warm", "Arrived at", warn=lambda value: "The form asks for 0-4." if value == "6.2" else None),))
    qtbot.addWidget(form)
    form.put({"warm": "6.2"})
    assert form.notes["warm"].words == "The form asks for 0-4." and form.notes["warm"].kind == "warn"
    assert form.draft() == {"warm": "6.2"}


def test_a_check_speaks_of_a_readable_answer(form):
    form.editors["amount"].setText("0")
    assert form.draft() is None and form.notes["amount"].words == "More than nothing is needed."


def test_an_input_method_writes_into_a_field(form, qtbot):
    event = QInputMethodEvent()
    event.setCommitString("黄芩")
    editor = form.editors["name"]
    editor.setText("")
    QApplication.sendEvent(editor, event)
    assert form.values()["name"] == "黄芩"


def test_a_choice_that_is_not_offered_chooses_nothing(form):
    form.put({"kind": "unknown"})
    assert form.values()["kind"] is None


def test_an_open_choice_gives_a_value_for_known_words_and_the_words_for_others(qtbot):
    form = Form((Field("business", "Business", "open", options={7: "青春路市场"}),))
    qtbot.addWidget(form)
    form.put({"business": 7})
    assert form.editors["business"].currentText() == "青春路市场" and form.values() == {"business": 7}
    form.editors["business"].setEditText(" 新店 ")
    assert form.values() == {"business": "新店"}


def test_several_answers_are_a_frozen_set(qtbot):
    form = Form((Field("roles", "Roles", "several", options={"a": "Analyst", "r": "Reviewer"}),))
    qtbot.addWidget(form)
    form.put({"roles": {"r"}})
    assert form.draft() == {"roles": frozenset({"r"})}
    form.put({})
    assert form.draft() is None


def test_two_fields_of_one_name_are_an_error():
    with pytest.raises(ValueError, match="share a name"):
        Form((Field("a", "A"), Field("a", "B")))


@given(some.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_a_number_keeps_every_digit(number: Decimal):
    assert read_number(f" {number:f} ") == number and str(read_number(f"{number:f}")) == f"{number:f}"


@pytest.mark.parametrize(("typed", "reads"), [("３．１０", "3.10"), ("−0.5", "-0.5"), ("1e3", "1E+3"), ("", "None")])
def test_numbers_as_people_type_them(typed, reads):
    assert str(read_number(typed)) == reads


@pytest.mark.parametrize("typed", ["1,000", "3.1.2", "nan", "inf", "1_0", "<0.05", "三"])
def test_what_is_no_number_is_said(typed):
    with pytest.raises(Unreadable):
        read_number(typed)


@pytest.mark.parametrize("typed", ["2026-11-23", "2026/11/23", "2026.11.23", "20261123", "2026年11月23日", " 2026-11-23 ", "２０２６-11-23"])
def test_days_as_people_type_them(typed):
    assert read_day(typed) == date(2026, 11, 23)


@pytest.mark.parametrize("typed", ["11-23", "26-11-23", "2026-13-01", "2026-02-29", "2026-11-00", "yesterday", "0000-01-01"])
def test_what_is_no_day_is_said_and_no_year_is_guessed(typed):
    with pytest.raises(Unreadable):
        read_day(typed)


def test_markup_is_shown_as_typed(qtbot):
    label = Label("<b>玉米</b> & co")
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText and label.text() == "<b>玉米</b> & co"
    assert plain("<b>a</b> & b") == "<span>&lt;b&gt;a&lt;/b&gt; &amp; b</span>"


def test_every_label_of_a_form_belongs_to_its_field(form):
    labels = {label.text(): label.buddy() for label in form.findChildren(QLabel) if label.buddy()}
    assert labels[_("Name")] is form.editors["name"]
