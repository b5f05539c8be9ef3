"""Laws of the trail: every step with who, when, what, from, to and why, filtered and read by keys, in words of the laboratory."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt

from lims.services import people
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.screens.trail import PAGE, Trail

Key = Qt.Key


@pytest.fixture
def seat(sit, reception: Reception) -> Seat:
    reception.begun(reception.received(items=("aflatoxin-b1",), remark="<b>两袋</b> & {甲}"), {"aflatoxin-b1": "4.70"})
    made = sit("shen")
    made.go("trail")
    return made


@pytest.fixture
def trail(seat: Seat) -> Trail:
    return seat.window.screen_in_front


def cells(trail: Trail, column: str) -> list[str]:
    place = trail.table.column_place(column)
    return [trail.table.rows_model.cell(row, place).words() for row in range(len(trail.table.rows()))]


def test_the_newest_step_stands_first_with_who_and_what(trail: Trail) -> None:
    assert cells(trail, "who")[0] == "检验员甲"
    assert {"收样员甲", "检验员甲"} <= set(cells(trail, "who"))
    assert trail.table.current() is trail.table.rows()[0]


def test_one_step_is_told_in_full_as_it_was_written(seat: Seat, trail: Trail) -> None:
    made = next(row for row in trail.table.rows() if row.kind == "sampling" and not row.field)
    trail.table.select(made.id)
    said = words(trail.panel)
    assert "<b>两袋</b> & {甲}" in said and "收样员甲" in said
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text) for text in said), "to the second, with the year"


def test_the_reason_stands_in_the_trail(sit, reception: Reception) -> None:
    from lims.services import samples

    number = reception.registered()
    reception.do(samples.refuse, number, reason="封条 <破损> & {漏}", by=reception.people["shou"])
    seat = sit("shen")
    trail = seat.go("trail", number)
    row = trail.table.rows()[0]
    assert row.reason == "封条 <破损> & {漏}" and "封条 <破损> & {漏}" in words(trail.panel)


def test_the_whole_story_of_a_sample_is_found_by_its_number(seat: Seat, trail: Trail) -> None:
    everything = len(trail.table.rows())
    seat.control(Key.Key_F)
    assert seat.focus is trail.name
    seat.write("LS2026-00001")
    seat.settled()
    kinds = {row.kind for row in trail.table.rows()}
    assert {"sample", "analysis", "determination"} <= kinds and len(trail.table.rows()) < everything
    seat.write("XX")
    seat.settled()
    assert not trail.table.rows() and "没有符合筛选的记录。" in words(trail)


def test_one_kind_alone_is_chosen_by_keys(seat: Seat, trail: Trail) -> None:
    seat.to_widget(trail.kind)
    place = trail.kind._place("determination")
    seat.press(Key.Key_Down, times=place)
    trail.kind.activated.emit(trail.kind.currentIndex())
    seat.settled()
    assert {row.kind for row in trail.table.rows()} == {"determination"}


def test_a_long_trail_is_read_page_by_page(sit, reception: Reception) -> None:
    for _sample in range(12):
        reception.received()
    seat = sit("shen")
    trail = seat.go("trail")
    assert len(trail.table.rows()) == PAGE
    seat.press(Key.Key_End, times=1)
    trail.table.verticalScrollBar().setValue(trail.table.verticalScrollBar().maximum())
    seat.settled()
    keys = [row.id for row in trail.table.rows()]
    assert len(keys) > PAGE and keys == sorted(set(keys), reverse=True), "nothing twice, nothing left out"


def test_a_password_is_never_told(sit, reception: Reception) -> None:
    reception.do(people.reset_password, "jian", "geheim-2026", by=reception.people["guan"])
    seat = sit("guan")
    trail = seat.go("trail")
    for row in trail.table.rows():
        trail.table.select(row.id)
        assert not [text for text in words(trail.panel) if "geheim" in text or "argon2" in text]


def test_nobody_reads_it_without_the_right(sit, reception: Reception) -> None:
    seat = sit("jian")
    seat.window.open("trail")
    assert "追溯" in seat.said and seat.window.screen_in_front is None
