"""Laws of the table: it keeps its place, answers Excel's keys, hands typed values over as typed, and shows markup as typed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.turns import turns
from ui.kit import cell as cells
from ui.kit.cell import Cell
from ui.kit.command import Command, menu
from ui.kit.table import Column, Edit, Empty, Group, Section, Table

Key, Modifier = Qt.Key, Qt.KeyboardModifier


@dataclass(frozen=True)
class Row:
    """A sample with two determinations and a result nobody types."""

    number: str
    one: str = ""
    two: str = ""

    @property
    def mean(self) -> str:
        """What is calculated."""
        return f"({self.one}+{self.two})" if self.one and self.two else ""


ITEM = Group("Aflatoxin B1", "µg/kg", lambda row: "≤ 20" if row.number.startswith("LS") else "≤ 5")
COLUMNS = (
    Column("Number", lambda row: row.number, cells.identifier, 130, name="number"),
    Column("First", lambda row: row.one, width=80, align="right", editable=True, name="one", group=ITEM),
    Column("Second", lambda row: row.two, width=80, align="right", editable=True, name="two", group=ITEM),
    Column("Result", lambda row: row.mean, width=80, align="right", stretch=True, name="mean", group=ITEM),
)
ROWS = [Row(f"LS2026-{number:05}", str(number)) for number in range(1, 31)]


class Sheet:
    """A grid that keeps what is typed, as a screen would."""

    def __init__(self, qtbot, rows=ROWS, **options):
        self.rows, self.heard = list(rows), []
        self.table = Table(COLUMNS, key=lambda row: row.number, name=lambda row: row.number, words="Samples", kind="grid", edit=self.keep, **options)
        qtbot.addWidget(self.table)
        self.table.resize(600, 400)
        self.table.put(self.rows)
        self.table.show()
        self.table.setFocus()

    def keep(self, edits: list[Edit]) -> None:
        self.heard.append(edits)
        for edit in edits:
            self.rows[edit.place] = replace(self.rows[edit.place], **{edit.name: edit.text})
        self.table.put(self.rows)

    def at(self, place: int, column: int) -> None:
        self.table.setCurrentIndex(self.table.rows_model.index(place, column))

    def press(self, key: Key, modifier: Modifier = Modifier.NoModifier) -> None:
        QTest.keyClick(self.table, key, modifier)

    @property
    def editor(self) -> QLineEdit:
        return self.table.indexWidget(self.table.currentIndex())

    @property
    def where(self) -> tuple[int, int]:
        return self.table.currentIndex().row(), self.table.currentIndex().column()


@pytest.fixture
def sheet(qtbot) -> Sheet:
    return Sheet(qtbot)


@pytest.fixture
def plain_list(qtbot) -> Table:
    table = Table(COLUMNS, key=lambda row: row.number, name=lambda row: row.number, words="Samples")
    qtbot.addWidget(table)
    table.resize(600, 300)
    table.put(ROWS)
    table.show()
    return table


def test_the_model_keeps_qts_contract(sheet, qtmodeltester):
    qtmodeltester.check(sheet.table.rows_model, force_py=True)


def test_rows_put_again_keep_selection_cursor_and_scroll(plain_list, qtbot):
    plain_list.select("LS2026-00020")
    plain_list.verticalScrollBar().setValue(333)
    moved = [Row("LS2026-00000"), *reversed(ROWS)]
    plain_list.put(moved)
    assert plain_list.current().number == "LS2026-00020"
    assert [row.number for row in plain_list.selected()] == ["LS2026-00020"]
    assert plain_list.verticalScrollBar().value() == 333


def test_when_the_current_row_is_gone_the_next_takes_its_place(plain_list):
    plain_list.select("LS2026-00003")
    plain_list.put([row for row in ROWS if row.number != "LS2026-00003"])
    assert plain_list.current().number == "LS2026-00004"


def test_enter_and_double_click_open_a_row_of_a_list(plain_list, qtbot):
    plain_list.select("LS2026-00002")
    with qtbot.waitSignal(plain_list.opened) as opened:
        QTest.keyClick(plain_list, Key.Key_Return)
    assert opened.args[0].number == "LS2026-00002"


def test_headings_are_no_rows(qtbot):
    table = Table(COLUMNS, key=lambda row: row.number, words="Samples")
    qtbot.addWidget(table)
    table.put([Section("Late", 1), ROWS[0], Section("Today", 1), ROWS[1]])
    table.show()
    table.select(ROWS[0].number)
    QTest.keyClick(table, Key.Key_Down)
    assert table.current() == ROWS[1]
    table.selectAll()
    assert table.selected() == ROWS[:2] and table.rows() == ROWS[:2]


def test_typing_replaces_f2_goes_on_and_enter_goes_down(sheet):
    sheet.at(0, 1)
    QTest.keyClick(sheet.table, Key.Key_7)
    QTest.keyClicks(sheet.editor, ".10")
    QTest.keyClick(sheet.editor, Key.Key_Return)
    assert sheet.rows[0].one == "7.10", "what was typed stays as typed"
    assert sheet.where == (1, 1)
    sheet.at(0, 1)
    sheet.press(Key.Key_F2)
    QTest.keyClicks(sheet.editor, "5")
    QTest.keyClick(sheet.editor, Key.Key_Tab)
    assert sheet.rows[0].one == "7.105"
    assert sheet.where == (0, 2)


def test_an_input_method_begins_a_cell(sheet):
    sheet.at(0, 2)
    for composing, committed in (("w", ""), ("wei jian chu", ""), ("", "未检出")):
        event = QInputMethodEvent(composing, [])
        event.setCommitString(committed)
        QApplication.sendEvent(sheet.table, event)
    QTest.keyClick(sheet.editor, Key.Key_Return)
    assert sheet.rows[0].two == "未检出"


def test_esc_restores_the_cell(sheet):
    sheet.at(0, 1)
    QTest.keyClick(sheet.table, Key.Key_9)
    QTest.keyClick(sheet.editor, Key.Key_Escape)
    assert sheet.rows[0].one == "1" and not sheet.heard


def test_a_calculated_cell_cannot_be_typed_into(sheet):
    sheet.at(0, 3)
    QTest.keyClick(sheet.table, Key.Key_9)
    assert sheet.table.findChild(QLineEdit) is None


@pytest.mark.parametrize(
    ("key", "modifier", "ends"),
    [
        (Key.Key_Return, Modifier.NoModifier, (2, 1)),
        (Key.Key_Return, Modifier.ShiftModifier, (0, 1)),
        (Key.Key_Tab, Modifier.NoModifier, (1, 2)),
        (Key.Key_Backtab, Modifier.ShiftModifier, (1, 0)),
        (Key.Key_Down, Modifier.NoModifier, (2, 1)),
        (Key.Key_Left, Modifier.NoModifier, (1, 0)),
        (Key.Key_Down, Modifier.ControlModifier, (29, 1)),
        (Key.Key_Up, Modifier.ControlModifier, (0, 1)),
    ],
)
def test_keys_move_as_in_excel(sheet, key, modifier, ends):
    sheet.at(1, 1)
    sheet.press(key, modifier)
    assert sheet.where == ends


def test_enter_at_the_end_of_a_block_goes_to_the_top_of_the_next_column(sheet):
    sheet.at(0, 1)
    sheet.press(Key.Key_Down, Modifier.ShiftModifier)
    sheet.press(Key.Key_Right, Modifier.ShiftModifier)
    seen = []
    for _each in range(4):
        sheet.press(Key.Key_Return)
        seen.append(sheet.where)
    assert seen == [(0, 1), (1, 1), (0, 2), (1, 2)]


def test_delete_empties_what_can_be_typed_into_and_nothing_else(sheet):
    sheet.at(0, 1)
    sheet.table.selectRow(0)
    sheet.press(Key.Key_Delete)
    assert sheet.rows[0] == Row("LS2026-00001")


def test_a_block_is_pasted_at_once_and_undone_at_once(sheet):
    QGuiApplication.clipboard().setText('3.10\t3.05\r\n"0.50"\t未检出\r\n')
    sheet.at(4, 1)
    sheet.press(Key.Key_V, Modifier.ControlModifier)
    assert len(sheet.heard) == 1
    assert [(row.one, row.two) for row in sheet.rows[4:6]] == [("3.10", "3.05"), ("0.50", "未检出")]
    sheet.press(Key.Key_Z, Modifier.ControlModifier)
    assert [(row.one, row.two) for row in sheet.rows[4:6]] == [("5", ""), ("6", "")]
    sheet.press(Key.Key_Y, Modifier.ControlModifier)
    assert sheet.rows[5].two == "未检出"


def test_what_does_not_fit_is_said_and_never_dropped_in_silence(sheet, qtbot):
    QGuiApplication.clipboard().setText("1\t2\t3\n4\t5\t6")
    sheet.at(29, 1)
    with qtbot.waitSignal(sheet.table.said) as said:
        sheet.table.paste()
    assert "4" in said.args[0], "one calculated cell and three below the last row"


def test_a_table_that_grows_hands_over_rows_below_its_last(qtbot):
    heard = []
    table = Table(COLUMNS, key=lambda row: row.number, words="Samples", kind="grid", edit=heard.extend, grows=True)
    qtbot.addWidget(table)
    table.put(ROWS[:1])
    QGuiApplication.clipboard().setText("2\n3\n4")
    table.select(ROWS[0].number, "one")
    table.paste()
    assert [(edit.row, edit.place, edit.text) for edit in heard] == [(ROWS[0], 0, "2"), (None, 1, "3"), (None, 2, "4")]


def test_one_value_fills_the_whole_selection(sheet):
    QGuiApplication.clipboard().setText("<0.05")
    sheet.at(0, 2)
    sheet.press(Key.Key_Down, Modifier.ShiftModifier)
    sheet.table.paste()
    assert [row.two for row in sheet.rows[:3]] == ["<0.05", "<0.05", ""]


def test_fill_down_repeats_the_top_cell(sheet):
    sheet.at(2, 1)
    sheet.press(Key.Key_Down, Modifier.ShiftModifier)
    sheet.press(Key.Key_Down, Modifier.ShiftModifier)
    sheet.press(Key.Key_D, Modifier.ControlModifier)
    assert [row.one for row in sheet.rows[2:6]] == ["3", "3", "3", "6"]


def test_everything_selected_in_a_large_grid_is_painted_without_being_listed(qtbot):
    table = Table([Column("Number", lambda row: row, stretch=True)], key=lambda row: row, words="Numbers", kind="grid")
    qtbot.addWidget(table)
    table.put(range(50_000))
    table.show()
    table.selectAll()
    assert turns(table.viewport().grab) < 1_000_000


def test_copy_gives_back_what_paste_takes(sheet):
    sheet.at(1, 0)
    for _each in range(3):
        sheet.press(Key.Key_Right, Modifier.ShiftModifier)
    sheet.press(Key.Key_C, Modifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines() == ["LS2026-00002\t2\t\t"]


def test_the_head_shows_the_limit_of_the_current_row(sheet, qtbot):
    group = ITEM
    sheet.at(0, 1)
    assert group.limit(sheet.table.current()) == "≤ 20"


def test_a_cell_is_named_by_number_item_column_and_value(sheet):
    name = sheet.table.rows_model.data(sheet.table.rows_model.index(0, 1), Qt.ItemDataRole.AccessibleTextRole)
    assert name == "LS2026-00001, Aflatoxin B1, First, 1"
    interface = QAccessible.queryAccessibleInterface(sheet.table)
    assert interface.text(QAccessible.Text.Name) == "样品"


def test_markup_in_a_name_is_shown_as_typed(qtbot):
    table = Table([Column("Name", lambda row: row, stretch=True)], key=lambda row: row, words="Names")
    qtbot.addWidget(table)
    table.put(["<b>玉米</b> & 小麦"])
    assert table.rows_model.data(table.rows_model.index(0, 0)) == "<b>玉米</b> & 小麦"


def test_an_identifier_never_loses_its_tail(qapp):
    cell = cells.identifier("XBJ26110116383-000412")
    assert (cell.prefix, cell.text) == ("XBJ26110116383-", "000412")
    assert cells.identifier("XBJ26110116383000412", 6).text == "000412"


def test_sorting_is_asked_for_and_never_done_here(plain_list, qtbot):
    table = Table([Column("Name", lambda row: row, sort="name", stretch=True)], key=lambda row: row, words="Names")
    qtbot.addWidget(table)
    table.put(["b", "a"])
    with qtbot.waitSignal(table.sort_wanted) as wanted:
        table.horizontalHeader().sectionClicked.emit(0)
    assert wanted.args == ["name", False] and table.rows() == ["b", "a"]


def test_an_empty_table_says_what_will_fill_it(qtbot):
    empty = Empty("inbox", "Nothing here", "Readings appear by themselves.")
    table = Table([Column("Name", lambda row: row)], key=lambda row: row, words="Names", empty=empty)
    qtbot.addWidget(table)
    table.show()
    assert empty.isHidden(), "before the first answer nobody knows that it is empty"
    table.put([])
    assert empty.isVisible()
    table.put(["a"])
    assert empty.isHidden()


def test_a_hundred_thousand_rows_are_put_and_reached_at_once(qtbot):
    """Row heights are fixed, so no row is measured; without that this takes minutes."""
    table = Table([Column("Number", lambda row: row, stretch=True)], key=lambda row: row, words="Numbers")
    qtbot.addWidget(table)
    table.resize(300, 300)
    table.show()
    table.put(range(100_000))
    table.select(99_999)
    table.grab()
    assert len(table.rows_model._cells) < 500


def test_frozen_columns_stay_and_the_cursor_is_never_behind_them(qtbot):
    columns = [Column(f"C{number}", lambda row, number=number: f"{row}{number}", width=100, name=f"c{number}") for number in range(12)]
    table = Table(columns, key=lambda row: row, words="Wide", kind="grid", frozen=2)
    qtbot.addWidget(table)
    table.resize(500, 200)
    table.put(["a", "b", "c"])
    table.show()
    assert not table._frozen.isVisible()
    table.select("b", 11)
    assert table._frozen.isVisible() and table._frozen.width() == 201
    for column in range(11, 1, -1):
        table.select("b", column)
        assert table.columnViewportPosition(column) >= 200
    table.select("b", 0)
    assert not table._frozen.isVisible(), "at the left edge the columns are there by themselves"


def test_the_context_menu_offers_commands_and_says_why_not(qtbot, sheet):
    shown = menu((Command("a", "Do & go", print, refusal=lambda: "Not <now>."),), sheet.table)
    action = shown.actions()[0]
    assert not action.isEnabled() and "Not &lt;now&gt;." in action.toolTip() and action.text() == "Do && go"
    shown.deleteLater()


def test_cells_nest_and_are_read_in_order():
    cell = Cell("豇豆", after=Cell("NC2026-00412"), right=Cell(mark="bad"), below=Cell("10 项"))
    assert cell.words() == "豇豆 NC2026-00412 不合格 10 项"
