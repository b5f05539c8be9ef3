"""Laws of products: people place and confirm them, the program only proposes; what nobody has confirmed is provisional."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from lims import i18n
from lims.services import placements as service
from lims.views import catalogue
from lims.views import placements as view
from lims.views.placements import PlacementRow
from tests.turns import turns
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.kit.table import Section
from ui.screens.products import Products

Key, Alt = Qt.Key, Qt.KeyboardModifier.AltModifier
MAIZE, SWEET = "gb2763-h5", "gb2763-h6"
"""玉米 and 鲜食玉米 in GB 2763."""


@pytest.fixture
def seat(sit: Callable[..., Seat]) -> Seat:
    made = sit("ji")
    made.go("products", "maize")
    return made


@pytest.fixture
def products(seat: Seat) -> Products:
    return seat.window.screen_in_front


def placed(reception: Reception, classification: str, product: str = "maize") -> PlacementRow:
    return next(row for row in reception.do(view.placing, product) if row.classification == classification)


def put(reception: Reception, *headings: str, classification: str = "GB 2763") -> None:
    reception.do(service.place, "maize", classification, headings, by=reception.people["ji"])


def shown(products: Products, classification: str) -> dict[str, str]:
    row = next(one for one in products.table.rows() if one.classification == classification)
    return {column.name: column.cell(row).words() for column in products.table.columns}


def to_row(seat: Seat, products: Products, classification: str) -> None:
    products.table.setFocus()
    assert products.table.select(classification)
    seat.settled()


def place(seat: Seat, products: Products, classification: str) -> Any:
    to_row(seat, products, classification)
    seat.press(Key.Key_F2)
    assert products.placing and products.page.isVisible()
    return products.page.table


def test_every_standard_is_listed_and_those_without_a_proposal_come_last_and_quietly(products: Products) -> None:
    rows = products.table.rows_model.rows
    heading = next(place for place, row in enumerate(rows) if isinstance(row, Section))
    near, far = rows[:heading], rows[heading + 1 :]
    assert rows[heading].count == len(far) > len(near)
    assert {row.classification for row in near} >= {"GB 2761", "GB 1353", "GB 2763"} and all(row.placed or row.candidates for row in near)
    assert not any(row.placed or row.candidates for row in far)
    assert products.table.columns[0].cell(far[0]).weight == 400 and products.table.columns[0].cell(near[0]).weight == 500


def test_where_a_product_stands_by_whom_and_when_is_told(products: Products, seat: Seat) -> None:
    told = shown(products, "GB 2761")
    assert "另有 1 条" in told["where"] and "技术负责人甲" in told["placed"] and "技术负责人甲" in told["confirmed"]
    to_row(seat, products, "GB 2761")
    said = words(products.panel)
    assert {"GB 2761-2017", i18n._("Confirmed."), "1  谷物及其制品 · 玉米、玉米面(渣、片)及玉米制品"} <= set(said)
    assert shown(products, "GB 2763")["where"].startswith(i18n._("not placed yet")), "proposed, but not placed"


def test_the_program_ticks_nothing_and_keeps_what_a_person_ticks_in_that_order(seat: Seat, products: Products, reception: Reception) -> None:
    table = place(seat, products, "GB 2763")
    assert table.order == [] and products.acts["products.go"].refusal() and table.current().code == MAIZE and table.current().because
    seat.control(Key.Key_Return)
    assert products.placing and not placed(reception, "GB 2763").placed
    seat.press(Key.Key_Down)
    seat.press(Key.Key_Space)
    seat.press(Key.Key_Up)
    seat.press(Key.Key_Return)
    assert table.order == [SWEET, MAIZE]
    seat.press(Key.Key_Up, Alt)
    assert table.order == [MAIZE, SWEET], "the more specific goes before"
    seat.press(Key.Key_Down, Alt)
    seat.press(Key.Key_Up, Alt)
    seat.to("remark")
    seat.type("按 <b>谷物</b> 归类")
    seat.control(Key.Key_Return)
    row = placed(reception, "GB 2763")
    assert [one.code for one in row.headings] == [MAIZE, SWEET] and row.remark == "按 <b>谷物</b> 归类" and not row.confirmed_by
    assert not products.placing and products.table.hasFocus() and products.table.current().classification == "GB 2763"
    assert shown(products, "GB 2763")["confirmed"] == i18n._("provisional")
    assert any("按 <b>谷物</b> 归类" in text for text in words(products.panel)) and "GB 2763" in seat.done


def test_the_order_cannot_go_beyond_its_ends_nor_hold_what_is_not_ticked(seat: Seat, products: Products) -> None:
    table = place(seat, products, "GB 2763")
    seat.press(Key.Key_Up, Alt)
    assert seat.said == i18n._("Go to a ticked heading first: its row changes place in the order.")
    seat.press(Key.Key_Space)
    for key in (Key.Key_Up, Key.Key_Down):
        seat.press(key, Alt)
        assert seat.said == i18n._("The heading stands at this end of the order already.") and table.order == [MAIZE]


def test_a_standard_that_does_not_treat_of_the_product_is_a_decision_too(seat: Seat, products: Products, reception: Reception) -> None:
    table = place(seat, products, "GB 2763")
    seat.press(Key.Key_Space)
    seat.to("nowhere")
    seat.press(Key.Key_Space)
    assert table.order == [], "one or the other"
    table.setFocus()
    seat.press(Key.Key_Space)
    assert not products.page.nowhere.get()
    seat.to("nowhere")
    seat.press(Key.Key_Space)
    seat.control(Key.Key_Return)
    row = placed(reception, "GB 2763")
    assert row.placed and not row.headings
    assert shown(products, "GB 2763")["where"] == i18n._("the standard does not treat of it")


@pytest.mark.parametrize(("typed", "found"), [("玉米笋", {"gb2763-h130"}), ("xyms", set()), ("yms", {"gb2763-h130"}), ("没有这个", set())])
def test_headings_are_searched_by_characters_and_initials(typed: str, found: set[str], seat: Seat, products: Products) -> None:
    table = place(seat, products, "GB 2763")
    count = len(table.rows())
    assert count > 200 and len({row.code for row in table.rows()}) == count, "every heading once"
    seat.control(Key.Key_F)
    seat.type(typed)
    seat.settled()
    assert {row.code for row in table.rows()} == found
    if found:
        seat.press(Key.Key_Down)
        seat.press(Key.Key_Space)
        assert set(table.order) == found
    else:
        assert any(typed in text for text in words(table))


def test_esc_keeps_nothing_and_what_is_begun_is_said_before_the_window_closes(seat: Seat, products: Products, reception: Reception) -> None:
    place(seat, products, "GB 2763")
    assert products.unfinished() is None
    seat.press(Key.Key_Space)
    assert "GB 2763" in products.unfinished()
    seat.press(Key.Key_Escape)
    assert not products.placing and products.unfinished() is None and not placed(reception, "GB 2763").placed
    assert products.left.isVisible() and products.table.hasFocus()


def test_a_placement_is_changed_from_what_it_was_and_has_to_be_confirmed_anew(seat: Seat, products: Products, reception: Reception) -> None:
    table = place(seat, products, "GB 2761")
    assert table.order == ["gb2761-h1", "gb2761-h20"]
    assert products.acts["products.go"].refusal() == i18n._("It stands so already. Tick or untick a heading to change it.")
    table.select("gb2761-h20")
    seat.press(Key.Key_Space)
    seat.control(Key.Key_Return)
    row = placed(reception, "GB 2761")
    assert [one.code for one in row.headings] == ["gb2761-h1"] and not row.confirmed_by
    assert products.table.current().classification == "GB 2761"
    assert i18n._("Provisional: nobody has confirmed it, so no report can rest on it yet.") in words(products.panel)


def test_placements_are_confirmed_together_and_only_those_that_are_open(seat: Seat, products: Products, reception: Reception) -> None:
    put(reception, MAIZE)
    put(reception, classification="GB 2760")
    seat.settled()
    assert next(row for row in products.list.rows() if row.code == "maize").open == 2
    products.table.setFocus()
    seat.control(Key.Key_A)
    assert products.acts["products.go"].words() == i18n._("Confirm {count}").format(count=2)
    seat.control(Key.Key_Return)
    said = "\n".join(words(seat.dialog))
    assert "GB 2763 · 谷物 · 玉米" in said and f"GB 2760 · {i18n._('the standard does not treat of it')}" in said and "GB 2761" not in said
    seat.type("本所文本")
    seat.control(Key.Key_Return)
    assert seat.dialog is None and "2" in seat.done
    assert {placed(reception, name).confirmed_by for name in ("GB 2763", "GB 2760")} == {"技术负责人甲"}
    assert products.acts["products.go"].refusal() == i18n._("The placements of the chosen rows are confirmed already.")
    to_row(seat, products, "GB/T 20569")
    assert products.acts["products.go"].refusal() == i18n._("The product is not placed yet. F2 places it.")


def test_a_product_is_added_by_keys_and_mistakes_stand_beside_their_fields(seat: Seat, products: Products, reception: Reception) -> None:
    seat.control(Key.Key_N)
    seat.type("玉米")
    seat.to("code")
    seat.type("rice")
    seat.to("prefix")
    seat.type("dm")
    seat.control(Key.Key_Return)
    assert products.form.notes["name_zh"].words and products.form.notes["prefix"].words and not products.form.notes["code"].words
    assert seat.focus.objectName() == "name_zh" and "rice" not in {row.code for row in reception.do(catalogue.products)}
    seat.write("大米")
    seat.to("prefix")
    seat.write("DM")
    seat.control(Key.Key_Return)
    assert products.form is None and products.list.current().code == "rice" and products.list.hasFocus()
    assert products.name.text() == "大米" and all(not row.placed for row in products.table.rows())


def test_a_form_somebody_has_begun_stays_while_others_work(seat: Seat, products: Products, reception: Reception) -> None:
    seat.control(Key.Key_N)
    put(reception, MAIZE)
    seat.settled()
    assert products.form is not None and products.form.isVisible(), "untouched, but nothing else was chosen"
    seat.type("大米")
    assert products.unfinished()
    products.table.select("GB 1353")
    seat.settled()
    assert products.form.editors["name_zh"].get() == "大米"
    seat.press(Key.Key_Escape)
    assert products.form is None and products.unfinished() is None


@pytest.mark.parametrize(("typed", "codes"), [("葡萄", ["wine"]), ("ptj", ["wine"]), ("LS", ["maize"]), ("玉米x", [])])
def test_products_are_searched(typed: str, codes: list[str], seat: Seat, products: Products) -> None:
    seat.control(Key.Key_F)
    seat.type(typed)
    seat.settled()
    assert [row.code for row in products.list.rows()] == codes
    seat.press(Key.Key_Escape)
    assert len(products.list.rows()) == 3 and products.list.hasFocus()


def test_another_product_is_shown_with_its_own_placements(seat: Seat, products: Products) -> None:
    products.list.setFocus()
    products.list.select("cowpea")
    seat.settled()
    assert products.name.text() == "豇豆" and shown(products, "GB 2763")["where"] == "豇豆"
    seat.press(Key.Key_Return)
    assert products.table.hasFocus()
    seat.go("products", ("wine", "GB 2760"))
    assert products.product.code == "wine" and products.table.current().classification == "GB 2760"
    seat.go("products", ("wine", "GB 2763"))
    assert products.table.current().classification == "GB 2763"


def test_the_limits_under_a_heading_are_a_step_away(seat: Seat, products: Products) -> None:
    to_row(seat, products, "GB 2763")
    assert products.acts["products.limits"].refusal()
    to_row(seat, products, "GB 1353")
    products.acts.do("products.limits")
    seat.settled()
    limits = seat.window.screen_in_front
    assert {row.code for row in limits.table.rows()} == {"gb1353-2018-moisture-maize"}


def test_the_program_gives_the_heading_under_the_cursor_in_full(seat: Seat, products: Products) -> None:
    table = place(seat, products, "GB 2763")
    assert i18n._("“{term}” names the product.").format(term="玉米") in words(products.panel)
    table.select("gb2763-h130")
    seat.settled()
    assert {"玉米笋", "蔬菜"} <= set(words(products.panel))


def test_a_tick_is_set_with_the_mouse_too(seat: Seat, products: Products) -> None:
    table = place(seat, products, "GB 2763")
    spot = table.visualRect(table.rows_model.index(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot))
    assert table.order == [MAIZE]
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.rows_model.index(1, 1)).center())
    assert table.order == [MAIZE], "only the column of ticks"


@pytest.mark.parametrize("login", ["jian", "shou", "guan"])
def test_nobody_else_places_products(login: str, sit: Callable[..., Seat]) -> None:
    seat = sit(login)
    seat.window.open("products")
    seat.settled()
    assert not isinstance(seat.window.screen_in_front, Products) and i18n._("Products") in seat.said


def test_two_hundred_headings_are_shown_before_anybody_feels_it(seat: Seat, products: Products) -> None:
    table = place(seat, products, "GB 2763")
    assert len(table.rows()) > 200
    assert turns(lambda: products.page.open(products.page.product, products.page.row, table.rows())) < 5_000_000
