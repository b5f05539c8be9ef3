"""Laws of the sampling rules: the tree folds by keys, a food shows what is asked of it, a food without a table says where its tables stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from lims import i18n
from tests.services.rules import sampling_rules
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.screens.panels import Panels

Key = Qt.Key
GRAIN, FLOUR, MAIZE, SAUCES = (f"sampling-2026-h{number}" for number in range(1, 5))


@pytest.fixture
def seat(sit: Callable[..., Seat], reception: Reception) -> Seat:
    sampling_rules(reception.store)
    made = sit("ji")
    made.go("panels")
    return made


@pytest.fixture
def panels(seat: Seat) -> Panels:
    return seat.window.screen_in_front


def foods(panels: Panels) -> list[str]:
    return [row.code for row in panels.tree.rows()]


def here(panels: Panels) -> str:
    return panels.tree.current().code


def test_right_opens_a_branch_and_goes_into_it_left_goes_up_and_folds_it(seat: Seat, panels: Panels) -> None:
    assert foods(panels) == [GRAIN, SAUCES] and here(panels) == GRAIN and panels.tree.hasFocus()
    seat.press(Key.Key_Right)
    assert foods(panels) == [GRAIN, FLOUR, MAIZE, SAUCES] and here(panels) == GRAIN
    seat.press(Key.Key_Right)
    assert here(panels) == FLOUR
    seat.press(Key.Key_Right)
    assert here(panels) == FLOUR, "nothing stands below"
    seat.press(Key.Key_Down)
    seat.press(Key.Key_Left)
    assert here(panels) == GRAIN and len(foods(panels)) == 4
    seat.press(Key.Key_Left)
    assert foods(panels) == [GRAIN, SAUCES]
    seat.press(Key.Key_Left)
    seat.press(Key.Key_Return)
    assert len(foods(panels)) == 4


def test_a_click_turns_a_branch(seat: Seat, panels: Panels) -> None:
    spot = panels.tree.visualRect(panels.tree.rows_model.index(0, 0)).center()
    for count in (4, 2):
        QTest.mouseClick(panels.tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot))
        assert len(foods(panels)) == count


def test_a_food_shows_its_table_with_bases_methods_and_the_year(seat: Seat, panels: Panels) -> None:
    panels.show_thing(MAIZE)
    seat.settled()
    assert [row.item_code for row in panels.table.rows()] == ["aflatoxin-b1", "deoxynivalenol"]
    assert "2026" in panels.year.text() and "2026" in panels.subtitle and panels.name.text() == "1-1 玉米粉（片、渣）"
    panels.table.setFocus()
    seat.press(Key.Key_Down)
    said = set(words(panels.panel))
    assert {"脱氧雪腐镰刀菌烯醇", "GB 2761", "产品明示标准", "GB 5009.111", "GB/T 30956", "注 a", "食品安全监督抽检实施细则（2026 年版）的第三方转录"} <= said


def test_a_food_without_a_table_says_where_its_tables_stand(seat: Seat, panels: Panels) -> None:
    assert panels.none.isVisible() and i18n._("Its tables stand below it: Right opens the branch.") in words(panels.none)
    panels.show_thing(FLOUR)
    seat.settled()
    assert i18n._("Its tables stand beside it, under their own numbers.") in words(panels.none)
    panels.show_thing(SAUCES)
    seat.settled()
    assert "本转录缺表 2-1" in words(panels.none)
    assert panels.acts["panels.item"].refusal() == panels.acts["panels.limits"].refusal() == i18n._("Choose the row of an item first.")


@pytest.mark.parametrize(("typed", "found"), [("玉米", [GRAIN, MAIZE]), ("xmf", [GRAIN, FLOUR]), ("1-1", [GRAIN, MAIZE]), ("tw", [SAUCES]), ("没有", [])])
def test_the_tree_is_searched_by_characters_initials_and_number(typed: str, found: list[str], seat: Seat, panels: Panels) -> None:
    seat.control(Key.Key_F)
    seat.type(typed)
    seat.settled()
    assert foods(panels) == found
    if found:
        assert here(panels) == found[-1], "the first that is meant, not what stands above it"
        seat.press(Key.Key_Return)
        assert panels.tree.hasFocus()
    seat.press(Key.Key_Escape)
    assert {GRAIN, SAUCES} <= set(foods(panels)) and panels.search.text() == ""
    if found:
        assert here(panels) == found[-1], "what was found stays chosen when everything is back"


def test_from_an_item_one_goes_to_its_methods_and_to_its_limits(seat: Seat, panels: Panels) -> None:
    panels.show_thing(MAIZE)
    seat.settled()
    panels.table.setFocus()
    seat.press(Key.Key_Return)
    assert seat.window.screen_in_front.table.current().item.code == "aflatoxin-b1"
    panels = seat.go("panels")
    panels.acts.do("panels.limits")
    seat.settled()
    assert {row.item_code for row in seat.window.screen_in_front.table.rows()} == {"aflatoxin-b1"}


def test_the_reception_reads_the_rules_and_is_told_what_is_not_hers(sit: Callable[..., Seat], reception: Reception) -> None:
    sampling_rules(reception.store)
    seat = sit("shou")
    panels = seat.go("panels", MAIZE)
    seat.settled()
    assert len(panels.table.rows()) == 2
    for name in ("items", "limits"):
        assert i18n._("Items and methods" if name == "items" else "Limits") in panels.acts[f"panels.{'item' if name == 'items' else name}"].refusal()


def test_a_library_without_rules_says_so(sit: Callable[..., Seat]) -> None:
    panels = sit("ji").go("panels")
    assert i18n._("No sampling rules are in the library.") in words(panels.tree) and panels.subtitle == ""
