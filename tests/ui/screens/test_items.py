"""Laws of items and methods: found by any name, a method changed with a reason, whether it is accredited always said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtCore import Qt

from lims import i18n
from lims.services import catalogue, scope
from lims.services.scope import ScopeDraft
from lims.views import items as view
from lims.views.items import ProcedureRow
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.screens import moments
from ui.screens.items import Items

Key = Qt.Key


@pytest.fixture
def seat(sit: Callable[..., Seat]) -> Seat:
    made = sit("ji")
    made.go("items")
    return made


@pytest.fixture
def items(seat: Seat) -> Items:
    return seat.window.screen_in_front


def procedure(reception: Reception, code: str) -> ProcedureRow:
    return next(row for row in reception.do(view.procedures, moments.today()) if row.code == code)


def cells(items: Items, item: str) -> dict[str, str]:
    row = next(one for one in items.table.rows() if one.item.code == item)
    return {column.name: column.cell(row).words() for column in items.table.columns}


def test_every_item_stands_with_its_group_in_words_and_the_methods_for_it(items: Items, reception: Reception) -> None:
    assert [row.item.code for row in items.table.rows()] == [row.code for row in reception.do(view.items)]
    assert cells(items, "carbofuran")["group"] == i18n._("pesticide residues")
    items.show_thing("carbofuran")
    assert {row.item_code for row in items.methods.rows()} == {"carbofuran"} and len(items.methods.rows()) > 1
    assert items.methods.current() is items.methods.rows()[0]


@pytest.mark.parametrize(
    ("typed", "codes"), [("克百", ["carbofuran"]), ("kbw", ["carbofuran"]), ("呋喃丹", ["carbofuran"]), ("Carbof", ["carbofuran"]), ("没有", [])]
)
def test_an_item_is_found_by_characters_initials_and_other_names(typed: str, codes: list[str], seat: Seat, items: Items) -> None:
    seat.control(Key.Key_F)
    seat.type(typed)
    seat.settled()
    assert [row.item.code for row in items.table.rows()] == codes
    assert [row.item_code for row in items.methods.rows()] == codes * len(items.methods.rows())
    seat.press(Key.Key_Escape)
    assert len(items.table.rows()) > 1 and items.table.hasFocus()


def test_items_are_narrowed_to_a_group(seat: Seat, items: Items) -> None:
    items.group.put("mycotoxin")
    items.group.changed.emit()
    assert {row.item.code for row in items.table.rows()} == {"aflatoxin-b1", "deoxynivalenol"}


def test_a_method_is_changed_by_keys_with_its_reason(seat: Seat, items: Items, reception: Reception) -> None:
    items.show_thing("carbofuran")
    seat.press(Key.Key_Return)
    assert items.methods.hasFocus()
    seat.press(Key.Key_F2)
    assert items.form.editors["quantitation_limit"].get() == "0.01"
    seat.write("mgkg")
    seat.to("rounding")
    seat.write("0.3")
    seat.to("detection_limit")
    seat.write("0.02")
    seat.control(Key.Key_Return)
    assert items.form.notes["reason"].words == "这一项要填。"
    seat.type("方法验证报告 <3>")
    seat.control(Key.Key_Return)
    wrong = {name for name, note in items.form.notes.items() if note.kind == "bad"}
    assert wrong == {"unit", "rounding", "detection_limit"} and procedure(reception, "carbofuran-lcms").detection_limit == ""
    for name, typed in (("unit", "μg/kg"), ("rounding", "2s"), ("detection_limit", "0.003")):
        seat.to(name)
        seat.write(typed)
    seat.control(Key.Key_Return)
    row = procedure(reception, "carbofuran-lcms")
    assert (row.unit, row.rounding, row.detection_limit, row.quantitation_limit) == ("μg/kg", "2s", "0.003", "0.01")
    assert items.form is None and items.methods.hasFocus() and items.methods.current() == row
    assert "0.003 μg/kg" in words(items.panel)


def test_esc_gives_a_change_up_and_what_is_begun_is_said(seat: Seat, items: Items, reception: Reception) -> None:
    items.show_thing("carbofuran")
    items.methods.setFocus()
    seat.press(Key.Key_F2)
    assert items.unfinished() is None
    seat.write("%")
    assert items.unfinished()
    items.table.select("moisture")
    seat.settled()
    assert items.form is not None and items.form.heading.startswith("克百威"), "what was begun stays"
    seat.press(Key.Key_Escape)
    assert items.form is None and procedure(reception, "carbofuran-lcms").unit == "mg/kg"


def test_a_form_nobody_has_touched_gives_way_and_one_that_is_open_survives_the_work_of_others(seat: Seat, items: Items, reception: Reception) -> None:
    items.show_thing("carbofuran")
    items.methods.setFocus()
    seat.press(Key.Key_F2)
    reception.do(catalogue.change_procedure, "moisture-drying", {"rounding": "0.1"}, reason="核对", by=reception.people["ji"])
    seat.settled()
    assert items.form is not None
    items.table.select("moisture")
    seat.settled()
    assert items.form is None


def test_what_is_accredited_today_is_said(seat: Seat, items: Items, reception: Reception) -> None:
    assert cells(items, "moisture")["scope"] == i18n._("not in scope")
    reception.do(scope.add, [ScopeDraft("粮食", "moisture", "GB 5009.3-2016", date(2024, 1, 1))], by=reception.people["ji"])
    seat.settled()
    assert cells(items, "moisture")["scope"] == i18n._("{count} in scope").format(count=1)
    items.show_thing("moisture")
    seat.settled()
    held = [row.method for row in items.methods.rows() if row.in_scope]
    assert held == ["GB 5009.3-2016"] and i18n._("In the accreditation scope today.") in words(items.panel)


def test_a_rapid_method_says_that_it_only_screens(seat: Seat, items: Items) -> None:
    items.show_thing("aflatoxin-b1")
    seat.settled()
    rapid = [row for row in items.methods.rows() if row.rapid]
    assert rapid
    items.methods.select(rapid[0].code)
    seat.settled()
    assert i18n._("Screens only: its results never stand in a formal report.") in words(items.panel)
    items.methods.select(next(row.code for row in items.methods.rows() if not row.rapid))
    seat.settled()
    assert i18n._("Screens only: its results never stand in a formal report.") not in words(items.panel)


def test_a_method_is_told_in_full(seat: Seat, items: Items) -> None:
    items.show_thing("moisture")
    seat.settled()
    row, said = items.methods.current(), words(items.panel)
    assert {row.method, row.title, row.technique, row.unit, row.formula, row.tolerance, row.note, row.source, row.code, "2"} - {""} <= set(said)


def test_the_limits_of_an_item_are_a_step_away(seat: Seat, items: Items) -> None:
    items.show_thing("moisture")
    items.acts.do("items.limits")
    seat.settled()
    assert {row.item_code for row in seat.window.screen_in_front.table.rows()} == {"moisture"}


def test_an_analyst_reads_and_changes_nothing(sit: Callable[..., Seat]) -> None:
    seat = sit("jian")
    items = seat.go("items")
    items.methods.setFocus()
    refusal = items.acts["items.change"].refusal()
    assert "技术负责人" in refusal
    seat.press(Key.Key_F2)
    assert items.form is None and seat.said == refusal
