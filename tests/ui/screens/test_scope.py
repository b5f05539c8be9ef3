"""Laws of the accreditation: lines are added one by one or pasted, nothing is taken while one is wrong, an ended line stays on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView

from lims import i18n
from lims.services import scope as service
from lims.services.scope import ScopeDraft
from lims.views import scope as view
from lims.views.scope import ScopeRow
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.screens import moments
from ui.screens.scope import Scope

Key = Qt.Key
Control, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PASTED = (
    "粮食及制品\t水分\tGB 5009.3-2016\t\t2024-01-01\t2029-12-31\n"
    "蔬菜\t克 百威\tGB 23200.121-2021\t只做豇豆\t2024/1/1\t\n"
    "\t\t\t\t\t\n"
    "酒类\t亚硫酸盐\tGB 5009.34-2022\t\t20240101\t\n"
)


@pytest.fixture
def seat(sit: Callable[..., Seat]) -> Seat:
    QGuiApplication.clipboard().clear()
    made = sit("ji")
    made.go("scope")
    return made


@pytest.fixture
def scope(seat: Seat) -> Scope:
    return seat.window.screen_in_front


def lines(reception: Reception) -> list[ScopeRow]:
    return reception.do(view.scope, moments.today())


def added(reception: Reception, *drafts: ScopeDraft) -> None:
    reception.do(service.add, drafts, by=reception.people["ji"])


def paste(seat: Seat, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    seat.press(Key.Key_V, Control | Shift)


def test_an_empty_scope_says_what_to_do(scope: Scope) -> None:
    said = words(scope.table)
    assert i18n._("No accreditation is entered yet.") in said and any("Ctrl" in text or "粘贴" in text or "Paste" in text for text in said)


def test_a_line_is_added_by_keys_with_the_item_under_any_of_its_names(seat: Seat, scope: Scope, reception: Reception) -> None:
    seat.control(Key.Key_N)
    seat.type("粮食及制品")
    seat.to("item")
    seat.type("不知道的项目")
    seat.to("method")
    seat.type("GB 5009.3-2016")
    seat.to("valid_from")
    seat.type("2024-01-01")
    seat.control(Key.Key_Return)
    assert "不知道的项目" in scope.form.notes["item"].words and not lines(reception)
    seat.to("item")
    seat.write("水分含量")
    seat.to("valid_to")
    seat.type("2023-01-01")
    seat.control(Key.Key_Return)
    assert scope.form.notes["valid_to"].words and not lines(reception)
    seat.to("valid_to")
    seat.write("2029-12-31")
    seat.control(Key.Key_Return)
    (row,) = lines(reception)
    assert (row.object, row.item_code, row.method, row.valid_from, row.valid_to) == (
        "粮食及制品", "moisture", "GB 5009.3-2016", date(2024, 1, 1), date(2029, 12, 31)
    )  # fmt: skip
    assert scope.form is None and scope.table.current().id == row.id and scope.table.hasFocus() and seat.done


def test_the_methods_of_the_item_are_offered(seat: Seat, scope: Scope) -> None:
    seat.control(Key.Key_N)
    method = scope.form.editors["method"]
    assert method.count() == 0
    seat.to("item")
    seat.type("水分")
    assert "GB 5009.3-2016" in {method.itemText(place) for place in range(method.count())}
    seat.write("克百威")
    assert "GB 23200.121-2021" in {method.itemText(place) for place in range(method.count())}


def test_a_second_line_begins_with_the_object_and_the_days_of_the_one_under_the_cursor(seat: Seat, scope: Scope, reception: Reception) -> None:
    added(reception, ScopeDraft("粮食", "moisture", "GB 5009.3-2016", date(2024, 1, 1), date(2029, 1, 1)))
    seat.settled()
    seat.control(Key.Key_N)
    got = {name: scope.form.editors[name].get() for name in ("object", "item", "method", "valid_from", "valid_to")}
    assert got == {"object": "粮食", "item": "", "method": "", "valid_from": date(2024, 1, 1), "valid_to": date(2029, 1, 1)}


def test_rows_of_a_spreadsheet_are_pasted_and_added_together(seat: Seat, scope: Scope, reception: Reception) -> None:
    paste(seat, PASTED)
    assert scope.pasting and len(scope.page.lines()) == 3 and scope.acts["scope.save"].refusal() is None
    assert scope.unfinished() and not lines(reception)
    assert scope.acts["scope.save"].words() == i18n._("Add {count} lines").format(count=3)
    seat.control(Key.Key_Return)
    found = {(row.object, row.item_code, row.method, row.restriction, row.valid_from, row.valid_to) for row in lines(reception)}
    assert found == {
        ("粮食及制品", "moisture", "GB 5009.3-2016", "", date(2024, 1, 1), date(2029, 12, 31)),
        ("蔬菜", "carbofuran", "GB 23200.121-2021", "只做豇豆", date(2024, 1, 1), None),
        ("酒类", "sulphur-dioxide", "GB 5009.34-2022", "", date(2024, 1, 1), None),
    }
    assert not scope.pasting and scope.unfinished() is None and len(scope.table.rows()) == 3 and "3" in seat.done


def test_nothing_is_taken_while_one_line_is_wrong_and_it_is_put_right_in_its_cell(seat: Seat, scope: Scope, reception: Reception) -> None:
    paste(seat, PASTED + "\t不知道\t\t\t2024-13-01\t2020-01-01\n茶\t铅笔\tGB 1\t\t\t\n水果\t克百威\tGB 23200.121-2021\t\t2024-01-01\t2023-01-01\n")
    page = scope.page
    wrong = [set(page.mistakes(line)) for line in page.lines()]
    assert wrong == [set(), set(), set(), {"object", "item", "method", "valid_from"}, {"item", "valid_from"}, {"valid_to"}]
    assert "3" in scope.acts["scope.save"].refusal() and scope.acts["scope.save"].refusal() in words(page)
    seat.control(Key.Key_Return)
    assert not lines(reception) and scope.pasting
    assert page.table.rows_model.cell(4, 1).error and page.table.rows_model.cell(4, 6).chip == "bad"
    for place in (4, 5, 6):
        page.table.select(place, "object")
        seat.press(Key.Key_Right, Shift, times=5)
        seat.press(Key.Key_Delete)
    assert scope.acts["scope.save"].refusal() is None and len(page.lines()) == 3
    seat.control(Key.Key_Z)
    assert len(page.lines()) == 4, "one step back"
    page.table.select(6, "valid_to")
    seat.type("2030-01-01")
    seat.press(Key.Key_Return)
    seat.control(Key.Key_Return)
    assert len(lines(reception)) == 4


def test_lines_are_typed_too_and_an_empty_row_waits_below(seat: Seat, scope: Scope, reception: Reception) -> None:
    seat.press(Key.Key_V, Control | Shift)
    page = scope.page
    assert scope.pasting and len(page.table.rows()) == 1 and not page.lines()
    assert scope.acts["scope.save"].refusal() == i18n._("No line is entered yet. Paste rows of a spreadsheet here, or type.")
    for typed in ("粮食", "水分", "GB 9999-2030", "", "2024-01-01"):
        if typed:
            seat.type(typed)
        seat.press(Key.Key_Tab)
    assert len(page.table.rows()) == 2 and len(page.lines()) == 1
    assert page.table.rows_model.cell(0, 6).chip == "warn", "the library knows no such method, but the annex may"
    seat.control(Key.Key_Return)
    (row,) = lines(reception)
    assert row.method == "GB 9999-2030" and not row.known
    assert any(cell.mark == "warn" for cell in (column.cell(row) for column in scope.table.columns))


@pytest.mark.parametrize(("column", "typed"), [("item", "铅"), ("item", "克百威"), ("item", "百"), ("method", "GB 23200.121-2021"), ("method", "x")])
def test_a_cell_with_offers_is_written_over(column: str, typed: str, seat: Seat, scope: Scope) -> None:
    paste(seat, PASTED)
    scope.page.table.select(1, column)
    seat.press(Key.Key_F2)
    seat.write(typed)
    seat.press(Key.Key_Return)
    scope.page.table.setFocus()
    assert getattr(scope.page.lines()[1], column) == typed


def offers(seat: Seat) -> QAbstractItemView:
    shown = seat.focus.completer().popup()
    assert shown.isVisible()
    return shown


def test_what_is_offered_is_taken_by_keys_and_what_is_typed_in_full_needs_no_choice(seat: Seat, scope: Scope) -> None:
    """The list of offers gets the keys, as it does on a real screen."""
    paste(seat, PASTED)
    scope.page.table.select(1, "item")
    for keys, taken in (((Key.Key_Down, Key.Key_Return), "克百威"), ((), "克百")):
        seat.press(Key.Key_F2)
        seat.write("克百")
        for key in keys:
            QTest.keyClick(offers(seat), key)
        seat.settled()
        QTest.keyClick(seat.focus if keys else offers(seat), Key.Key_Return)
        seat.settled()
        assert scope.page.lines()[1].item == taken and scope.page.table.currentIndex().row() == 2
        scope.page.table.select(1, "item")


def test_esc_leaves_the_page_and_what_was_pasted_behind(seat: Seat, scope: Scope, reception: Reception) -> None:
    paste(seat, PASTED)
    seat.press(Key.Key_Escape)
    assert not scope.pasting and not lines(reception) and scope.table.hasFocus() and scope.unfinished() is None
    QGuiApplication.clipboard().clear()
    seat.press(Key.Key_V, Control | Shift)
    assert not scope.page.lines()


def test_lines_that_stand_there_already_are_said_not_doubled(seat: Seat, scope: Scope, reception: Reception) -> None:
    added(reception, ScopeDraft("粮食及制品", "moisture", "GB 5009.3-2016", date(2024, 1, 1)))
    paste(seat, "粮食及制品\t水分\tGB 5009.3-2016\t\t2024-01-01\t\n")
    seat.control(Key.Key_Return)
    assert len(lines(reception)) == 1 and seat.said == i18n._("Nothing is new: these lines stand in the scope already.")


def test_lines_are_ended_with_day_and_reason_and_stay_on_record(seat: Seat, scope: Scope, reception: Reception) -> None:
    yesterday = moments.today() - timedelta(1)
    added(
        reception, ScopeDraft("粮食", "moisture", "GB 5009.3-2016", date(2024, 1, 1)), ScopeDraft("酒", "sulphur-dioxide", "GB 5009.34-2022", date(2024, 1, 1))
    )
    seat.settled()
    scope.table.setFocus()
    seat.control(Key.Key_A)
    seat.control(Key.Key_E)
    assert any("水分" in text and "GB 5009.3-2016" in text for text in words(seat.dialog))
    seat.type(yesterday.isoformat())
    seat.to("reason")
    seat.type("方法作废")
    seat.control(Key.Key_Return)
    assert seat.dialog is None and {row.valid_to for row in lines(reception)} == {yesterday} and not any(row.holds for row in lines(reception))
    assert not scope.table.rows() and i18n._("No line is valid today.") in words(scope.table)
    scope.which.choose("all")
    assert len(scope.table.rows()) == 2
    seat.control(Key.Key_A)
    assert scope.acts["scope.end"].refusal() == i18n._("What is chosen has ended already.")


def test_what_begins_later_is_not_valid_yet(seat: Seat, scope: Scope, reception: Reception) -> None:
    added(reception, ScopeDraft("粮食", "moisture", "GB 5009.3-2016", moments.today() + timedelta(1)))
    seat.settled()
    assert not scope.table.rows()
    seat.go("scope", lines(reception)[0].id)
    assert scope.table.columns[-1].cell(scope.table.current()).words() == i18n._("not yet")


@pytest.mark.parametrize(("typed", "count"), [("水分", 1), ("sf", 1), ("34-2022", 1), ("粮", 1), ("xyz", 0)])
def test_lines_are_searched(typed: str, count: int, seat: Seat, scope: Scope, reception: Reception) -> None:
    added(
        reception, ScopeDraft("粮食", "moisture", "GB 5009.3-2016", date(2024, 1, 1)), ScopeDraft("酒", "sulphur-dioxide", "GB 5009.34-2022", date(2024, 1, 1))
    )
    seat.settled()
    seat.control(Key.Key_F)
    seat.type(typed)
    seat.settled()
    assert len(scope.table.rows()) == count
    seat.press(Key.Key_Escape)
    assert len(scope.table.rows()) == 2


def test_the_signatory_reads_and_changes_nothing(sit: Callable[..., Seat]) -> None:
    seat = sit("pi")
    scope = seat.go("scope")
    for name in ("add", "paste", "end"):
        assert "技术负责人" in scope.acts[f"scope.{name}"].refusal()
    seat.press(Key.Key_V, Control | Shift)
    assert not scope.pasting and scope.form is None
