"""Laws of settings: what is wrong stands beside its field, what is right is kept, and only the administrator changes anything."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from lims.views import settings as view
from tests.ui.screens.reception import Reception, Seat
from ui.screens.settings import Settings

Key = Qt.Key


@pytest.fixture
def seat(sit) -> Seat:
    made = sit("guan")
    made.go("settings")
    return made


@pytest.fixture
def settings(seat: Seat) -> Settings:
    return seat.window.screen_in_front


def test_the_first_field_has_the_cursor(seat: Seat) -> None:
    assert seat.focus.objectName() == "laboratory_name"


def test_what_is_changed_is_kept_as_typed(seat: Seat, settings: Settings, reception: Reception) -> None:
    assert settings.acts["settings.save"].refusal() == "没有改动任何设置。"
    seat.to("laboratory_name")
    seat.write("<b>示范</b> & {实验室} %s =1+1")
    seat.control(Key.Key_Return)
    assert reception.do(view.values)["laboratory_name"] == "<b>示范</b> & {实验室} %s =1+1" and seat.done
    assert settings.acts["settings.save"].refusal() == "没有改动任何设置。"


@pytest.mark.parametrize(
    ("field", "typed"),
    [("laboratory_name", " "), ("time_zone", "Mars/Olympus"), ("sample_mask", "{year}"), ("sample_mask", "{nothing}-{serial}"), ("certificate_mask", "BG")],
)
def test_a_mistake_stands_beside_its_field_and_nothing_is_written(field: str, typed: str, seat: Seat, settings: Settings, reception: Reception) -> None:
    before = reception.do(view.values)
    seat.to(field)
    seat.write(typed)
    seat.control(Key.Key_Return)
    assert settings.form.notes[field].words
    assert reception.do(view.values) == before
    assert seat.focus.objectName() == field


def test_changes_are_undone_by_one_command(seat: Seat, settings: Settings) -> None:
    seat.to("laboratory_phone")
    seat.write("010-1")
    assert settings.unfinished()
    settings.acts.do("settings.undo")
    assert settings.form.editors["laboratory_phone"].get() == "" and settings.unfinished() is None


def test_numbers_follow_the_mask_that_was_set(seat: Seat, reception: Reception) -> None:
    seat.to("sample_mask")
    seat.write("Y{year}-{serial:04}")
    seat.control(Key.Key_Return)
    assert reception.registered().startswith("Y20") and reception.registered().endswith("-0002")
