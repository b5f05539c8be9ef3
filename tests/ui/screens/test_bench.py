"""Laws of the bench: values by keys, blocks at once, what is no value is said and not kept, and every value tells why."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from sqlalchemy import select

from drivers.virtual.served import Served, serve
from lims.domain.analyses import Analysis, Attempt, Determination
from lims.domain.catalogue import Item
from lims.domain.samples import Sample
from lims.rules.flows import AnalysisState, ReadingState
from lims.services.profiles import SHIPPED, profiles
from lims.views import instruments as view
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.screens.bench import Bench

needs_pty = pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
AFLATOXIN, DON, WEIGHED, MOISTURE = "aflatoxin-b1|1|", "deoxynivalenol|1|", "moisture|1|W0", "moisture|1|"


@pytest.fixture
def numbers(reception: Reception) -> list[str]:
    """Three samples of maize on one worksheet."""
    made = [reception.received() for _sample in range(3)]
    reception.begun_together(made)
    return made


@pytest.fixture
def seat(sit, numbers: list[str]) -> Seat:
    made = sit("jian")
    made.go("bench")
    return made


@pytest.fixture
def bench(seat: Seat) -> Bench:
    return seat.window.screen_in_front


def kept(reception: Reception, number: str, item: str = "aflatoxin-b1") -> list[str]:
    """Every determination that was written, in order."""
    query = select(Determination.text).join(Attempt).join(Analysis).join(Sample).join(Item).where(Sample.number == number, Item.code == item)
    return reception.do(lambda work: list(work.scalars(query.order_by(Determination.id))))


def at(bench: Bench, number: str, column: str) -> None:
    bench.table.select(number, column)
    bench.table.setFocus()


def shown(bench: Bench, number: str, column: str) -> str:
    table = bench.table
    return table.rows_model.cell(table.place_of(number), table.column_place(column)).text


def test_the_grid_has_the_cursor_when_the_place_is_opened(seat: Seat, bench: Bench) -> None:
    assert seat.focus is bench.table


def test_a_value_is_typed_and_enter_goes_down(seat: Seat, bench: Bench, numbers: list[str], reception: Reception) -> None:
    at(bench, numbers[0], AFLATOXIN)
    seat.type("4.70")
    seat.press(Key.Key_Return)
    assert kept(reception, numbers[0]) == ["4.70"] and shown(bench, numbers[0], AFLATOXIN) == "4.70", "as typed"
    assert bench.table.current().sample_number == numbers[1] and bench.table.column().name == AFLATOXIN
    seat.type("5")
    seat.press(Key.Key_Up)
    assert kept(reception, numbers[1]) == ["5"] and bench.table.current().sample_number == numbers[0]


def test_tab_goes_right_and_shift_goes_back(seat: Seat, bench: Bench, numbers: list[str], reception: Reception) -> None:
    at(bench, numbers[0], AFLATOXIN)
    seat.type("4.7")
    seat.press(Key.Key_Tab)
    assert bench.table.column().name == "aflatoxin-b1|result" and kept(reception, numbers[0]) == ["4.7"]
    seat.press(Key.Key_Backtab, Shift)
    assert bench.table.column().name == AFLATOXIN


def test_f2_goes_on_writing_and_esc_gives_the_value_back(seat: Seat, bench: Bench, numbers: list[str], reception: Reception) -> None:
    at(bench, numbers[0], AFLATOXIN)
    seat.type("4.7")
    seat.press(Key.Key_Return)
    at(bench, numbers[0], AFLATOXIN)
    seat.press(Key.Key_F2)
    assert isinstance(seat.focus, QLineEdit) and seat.focus.text() == "4.7"
    seat.type("5")
    seat.press(Key.Key_Escape)
    assert kept(reception, numbers[0]) == ["4.7"] and shown(bench, numbers[0], AFLATOXIN) == "4.7"
    seat.press(Key.Key_F2)
    seat.type("5")
    seat.press(Key.Key_Return)
    assert shown(bench, numbers[0], AFLATOXIN) == "4.75"


def test_a_block_is_pasted_in_one_step_and_taken_back_in_one(seat: Seat, bench: Bench, numbers: list[str], reception: Reception) -> None:
    QGuiApplication.clipboard().setText("4.7\n18.6\n23.7\n")
    at(bench, numbers[0], AFLATOXIN)
    seat.control(Key.Key_V)
    assert [shown(bench, number, AFLATOXIN) for number in numbers] == ["4.7", "18.6", "23.7"]
    seat.control(Key.Key_Z)
    assert [shown(bench, number, AFLATOXIN) for number in numbers] == ["", "", ""]
    assert [kept(reception, number)[0] for number in numbers] == ["4.7", "18.6", "23.7"], "nothing is ever deleted"


@pytest.mark.parametrize("typed", ["3.1.2", "abc", "=1+1", "<b>", "4,7"])
def test_what_is_no_number_is_said_and_nothing_is_written(typed: str, seat: Seat, bench: Bench, numbers: list[str], reception: Reception) -> None:
    at(bench, numbers[0], AFLATOXIN)
    seat.type(typed)
    seat.press(Key.Key_Return)
    assert kept(reception, numbers[0]) == []
    assert typed in seat.said and seat.said.count("。") <= 2
    table = bench.table
    cell = table.rows_model.cell(table.place_of(numbers[0]), table.column_place(AFLATOXIN))
    assert (cell.text, cell.error) == (typed, seat.said), "it stays in sight, marked, to be put right"
    assert bench.acts["bench.go"].refusal() is not None


def test_a_wrong_value_can_be_put_right_or_taken_back(seat: Seat, bench: Bench, numbers: list[str], reception: Reception) -> None:
    at(bench, numbers[0], AFLATOXIN)
    seat.type("4.7")
    seat.press(Key.Key_Return)
    at(bench, numbers[0], AFLATOXIN)
    seat.type("4.7.1")
    seat.press(Key.Key_Return)
    seat.control(Key.Key_Z)
    assert shown(bench, numbers[0], AFLATOXIN) == "4.7" and kept(reception, numbers[0]) == ["4.7"]
    assert not bench.problems


def test_what_is_marked_as_wrong_is_not_handed_in_behind_ones_back(seat: Seat, bench: Bench, numbers: list[str], reception: Reception) -> None:
    """The value before the wrong one is still on record, but it is not what stands in the cell."""
    at(bench, numbers[0], AFLATOXIN)
    for typed in ("4.7", "5"):
        seat.type(typed)
        seat.press(Key.Key_Return)
    assert bench.acts["bench.go"].words() == "提交 2 项"
    at(bench, numbers[0], AFLATOXIN)
    seat.type("4.7.1")
    seat.press(Key.Key_Return)
    assert bench.acts["bench.go"].words() == "提交 1 项"
    at(bench, numbers[1], AFLATOXIN)
    seat.type("x")
    seat.press(Key.Key_Return)
    assert "标出" in bench.acts["bench.go"].refusal()
    at(bench, numbers[0], AFLATOXIN)
    seat.type("4.71")
    seat.press(Key.Key_Return)
    seat.control(Key.Key_Return)
    states = {one.state for one in reception.card(numbers[0]).analyses if one.item_code == "aflatoxin-b1"}
    assert states == {AnalysisState.SUBMITTED} and kept(reception, numbers[0]) == ["4.7", "4.71"]
    assert {one.state for one in reception.card(numbers[1]).analyses} == {AnalysisState.IN_TEST}


def test_one_wrong_cell_of_a_block_does_not_stop_the_others(seat: Seat, bench: Bench, numbers: list[str], reception: Reception) -> None:
    QGuiApplication.clipboard().setText("4.7\n三点五\n23.7\n")
    at(bench, numbers[0], AFLATOXIN)
    seat.control(Key.Key_V)
    assert [kept(reception, number) for number in numbers] == [["4.7"], [], ["23.7"]]
    assert "三点五" in seat.said


def test_a_calculated_cell_explains_itself_and_takes_no_typing(seat: Seat, bench: Bench, numbers: list[str], reception: Reception) -> None:
    at(bench, numbers[0], WEIGHED)
    for typed in ("25.1234", "3.0021", "27.7512"):
        seat.type(typed)
        seat.press(Key.Key_Tab)
    assert bench.table.column().name == MOISTURE and shown(bench, numbers[0], MOISTURE) == "12.47", "grain.md 6"
    seat.type("9")
    seat.press(Key.Key_Return)
    assert shown(bench, numbers[0], MOISTURE) == "12.47"
    at(bench, numbers[0], MOISTURE)
    seat.type("9")
    seat.settled()
    assert all(name in seat.said for name in ("称量瓶质量", "试样质量")), "it says what feeds it"


def test_why_explains_the_value_under_the_cursor(seat: Seat, bench: Bench, numbers: list[str]) -> None:
    at(bench, numbers[0], AFLATOXIN)
    seat.type("23.7")
    seat.press(Key.Key_Return)
    at(bench, numbers[0], AFLATOXIN)
    seat.press(Key.Key_F3)
    said = " ".join(words(bench.panel))
    assert bench.panel.isVisible()
    assert all(part in said for part in ("玉米", "黄曲霉毒素", numbers[0], "23.7", "≤ 20", "GB 2761-2017", "不合格"))
    seat.press(Key.Key_Down)
    assert numbers[1] in " ".join(words(bench.panel)), "the panel follows the cursor"


def test_a_failing_value_and_one_near_its_limit_look_otherwise(seat: Seat, bench: Bench, numbers: list[str]) -> None:
    """18 is nine tenths of the limit of 20."""
    QGuiApplication.clipboard().setText("17.9\n18\n20.1\n")
    at(bench, numbers[0], AFLATOXIN)
    seat.control(Key.Key_V)
    table = bench.table
    result = [table.rows_model.cell(table.place_of(number), table.column_place("aflatoxin-b1|result")) for number in numbers]
    assert [("remark" in cell.corner, bool(cell.tip)) for cell in result] == [(False, False), (True, True), (False, False)]
    assert [(cell.ink, cell.weight) for cell in result] == [("text", 500), ("text", 500), ("bad", 600)]
    verdict = [table.rows_model.cell(table.place_of(number), table.column_place("aflatoxin-b1|verdict")) for number in numbers]
    assert [cell.words() for cell in verdict] == ["合格", "合格", "不合格"]
    assert "1 项不合格" in bench.bar.reason.text()


def test_a_grey_submit_says_what_is_missing_and_ctrl_enter_hands_in(seat: Seat, bench: Bench, numbers: list[str], reception: Reception) -> None:
    refusal = bench.acts["bench.go"].refusal()
    assert refusal and bench.bar.reason.text() == refusal
    seat.control(Key.Key_Return)
    assert seat.said == refusal
    QGuiApplication.clipboard().setText("4.7\n18.6\n23.7\n")
    at(bench, numbers[0], AFLATOXIN)
    seat.control(Key.Key_V)
    assert bench.acts["bench.go"].words() == "提交 3 项"
    assert "6 项未完成" in bench.bar.reason.text(), "what stays behind is counted"
    seat.control(Key.Key_Return)
    assert seat.done
    assert {one.state for number in numbers for one in reception.card(number).analyses if one.item_code == "aflatoxin-b1"} == {AnalysisState.SUBMITTED}
    at(bench, numbers[0], AFLATOXIN)
    seat.type("9")
    seat.press(Key.Key_Return)
    assert shown(bench, numbers[0], AFLATOXIN) == "4.7", "what is handed in is not typed over"


def test_what_is_handed_in_cannot_be_undone_by_a_key(seat: Seat, bench: Bench, numbers: list[str]) -> None:
    QGuiApplication.clipboard().setText("4.7\n18.6\n23.7\n")
    at(bench, numbers[0], AFLATOXIN)
    seat.control(Key.Key_V)
    seat.control(Key.Key_Return)
    seat.window.strip.clear()
    seat.control(Key.Key_Z)
    assert [shown(bench, number, AFLATOXIN) for number in numbers] == ["4.7", "18.6", "23.7"] and not bench.problems


def test_a_result_is_done_again_with_a_reason_and_the_first_stays(seat: Seat, bench: Bench, numbers: list[str]) -> None:
    at(bench, numbers[0], AFLATOXIN)
    seat.type("4.7")
    seat.press(Key.Key_Return)
    at(bench, numbers[0], AFLATOXIN)
    bench.acts.do("bench.repeat")
    seat.settled()
    seat.type("进样针堵塞 & <重做>")
    seat.control(Key.Key_Return)
    assert shown(bench, numbers[0], AFLATOXIN) == ""
    at(bench, numbers[0], AFLATOXIN)
    seat.press(Key.Key_F3)
    said = words(bench.panel)
    assert "进样针堵塞 & <重做>" in said and "4.7" in " ".join(said)


def test_waiting_analyses_become_a_worksheet(sit, reception: Reception) -> None:
    number = reception.received()
    seat = sit("jian")
    bench = seat.go("bench")
    seat.to_widget(bench.which)
    seat.press(Key.Key_Right)
    assert bench.waiting.isVisible() and len(bench.waiting.rows()) == 3
    for name in ("bench.start", "bench.repeat", "bench.recall"):
        assert bench.acts[name].refusal(), f"{name} speaks of a worksheet, and none is in front"
    assert bench.acts["bench.go"].refusal()
    seat.to_widget(bench.waiting)
    seat.control(Key.Key_A)
    seat.control(Key.Key_Return)
    seat.press(Key.Key_Return)  # who does it: whoever makes the worksheet, unless another is chosen
    assert bench.sheet.rows[0].sample_number == number and seat.focus is bench.table
    assert {one.state for one in bench.sheet.rows[0].cells.values()} == {AnalysisState.IN_TEST}


def test_another_analysts_work_is_read_and_not_typed_into(sit, reception: Reception, numbers: list[str]) -> None:
    reception.hired("jian2", "检验员乙")
    seat = sit("jian2")
    bench = seat.go("bench")
    at(bench, numbers[0], AFLATOXIN)
    seat.type("9")
    seat.press(Key.Key_Return)
    assert kept(reception, numbers[0]) == [] and seat.said


def test_in_a_small_window_why_stands_clear_of_the_command_bar(seat: Seat, bench: Bench, numbers: list[str]) -> None:
    seat.window.resize(1180, 680)
    seat.settled()
    at(bench, numbers[0], AFLATOXIN)
    seat.press(Key.Key_F3)
    assert bench.panel.isVisible() and bench.panel.geometry().top() >= bench.bar.geometry().bottom()
    assert bench.panel.geometry().right() <= bench.rect().right()


def test_who_does_not_test_gives_the_work_to_somebody_and_later_to_another(sit, reception: Reception) -> None:
    number = reception.received()
    reception.hired("jian2", "检验员乙")
    seat = sit("ji")
    bench = seat.go("bench")
    seat.to_widget(bench.which)
    seat.press(Key.Key_Right)
    seat.to_widget(bench.waiting)
    seat.control(Key.Key_A)
    seat.control(Key.Key_Return)
    seat.press(Key.Key_Return)
    assert seat.dialog is not None, "somebody must be chosen: who makes this worksheet does not test"
    analyst = seat.dialog.form.editors["analyst"]
    while analyst.get() != "jian":
        seat.press(Key.Key_Down)
    seat.press(Key.Key_Return)
    assert seat.dialog is None
    assert {one.state for one in bench.sheet.rows[0].cells.values()} == {AnalysisState.ASSIGNED}, "its analyst starts it"
    assert bench.sheet.row.analyst_login == "jian" and bench.sheet.rows[0].sample_number == number
    bench.acts.do("bench.hand_over")
    seat.settled()
    assert list(seat.dialog.form.fields["analyst"].options) == ["jian2"]
    seat.press(Key.Key_Down)
    seat.press(Key.Key_Tab)
    seat.type("病假")
    seat.control(Key.Key_Return)
    assert seat.dialog is None and bench.sheet.row.analyst_login == "jian2"


SETTLES, NEVER = 20.0, 0.001
"""How fast a virtual balance comes to rest: at once; not while anybody waits."""


@pytest.fixture
def balance(reception: Reception) -> Iterator[Callable[..., Served]]:
    """Connect a balance on a pseudo-terminal with something on its pan."""
    switched_on: list[Served] = []

    def connected(value: str, unit: str = "g", haste: float = SETTLES) -> Served:
        reception.instrument("BAL-1", name="天平 BAL-1", profile="mettler-sics")
        made = serve(profiles(SHIPPED).profiles["mettler-sics"], haste=haste)
        switched_on.append(made)
        reception.ports.open("BAL-1", made.address)
        made.send([[value, unit, "dynamic"]])
        assert made.wait(10)
        return made

    yield connected
    reception.ports.close()
    for one in switched_on:
        one.close()


def live(seat: Seat, bench: Bench) -> None:
    """Wait until the balance is there."""
    seat.qtbot.waitUntil(lambda: bench.acts["bench.read"].refusal() is None, timeout=10_000)


def f6(seat: Seat) -> None:
    """Press F6 and wait for nothing: a balance takes its time."""
    QTest.keyClick(seat.focus, Key.Key_F6)
    QApplication.processEvents()


@needs_pty
def test_a_stable_weight_goes_into_its_cell_and_the_cursor_goes_on(seat: Seat, bench: Bench, numbers: list[str], reception: Reception, balance) -> None:
    """25.1234 g on the pan: the cell asks for grams, so it stands there as it was sent."""
    at(bench, numbers[0], WEIGHED)
    balance("25.1234")
    live(seat, bench)
    f6(seat)
    seat.qtbot.waitUntil(lambda: shown(bench, numbers[0], WEIGHED) == "25.1234", timeout=10_000)
    seat.settled()
    assert bench.table.current().sample_number == numbers[1] and bench.table.column().name == WEIGHED
    cell = bench.table.rows_model.cell(bench.table.place_of(numbers[0]), bench.table.column_place(WEIGHED))
    assert cell.tip == "来自仪器"
    assert [row.state for row in reception.do(view.inbox, (ReadingState.ACCEPTED,))] == [ReadingState.ACCEPTED]


@needs_pty
def test_from_the_last_row_the_cursor_goes_on_to_the_next_weighing(seat: Seat, bench: Bench, numbers: list[str], balance) -> None:
    at(bench, numbers[-1], WEIGHED)
    balance("25.1234")
    live(seat, bench)
    f6(seat)
    seat.qtbot.waitUntil(lambda: shown(bench, numbers[-1], WEIGHED) == "25.1234", timeout=10_000)
    seat.settled()
    assert bench.table.current().sample_number == numbers[0]
    assert bench.table.column_place(bench.table.column().name) == bench.table.column_place(WEIGHED) + 1


@needs_pty
def test_a_stable_value_is_a_determination_where_nothing_is_weighed(seat: Seat, bench: Bench, numbers: list[str], reception: Reception, balance) -> None:
    """A meter in mg/kg into a cell in µg/kg: 0.0047 mg/kg are 4.7 µg/kg."""
    at(bench, numbers[0], AFLATOXIN)
    balance("0.0047", "mg/kg")
    live(seat, bench)
    f6(seat)
    seat.qtbot.waitUntil(lambda: kept(reception, numbers[0]) == ["4.7"], timeout=10_000)
    seat.settled()
    assert reception.card(numbers[0]).analyses[0].from_reading == (True,)


@needs_pty
def test_grams_are_no_concentration_and_the_reading_stays_in_the_inbox(seat: Seat, bench: Bench, numbers: list[str], reception: Reception, balance) -> None:
    at(bench, numbers[0], AFLATOXIN)
    balance("25.1234")
    live(seat, bench)
    f6(seat)
    seat.qtbot.waitUntil(lambda: bool(seat.said), timeout=10_000)
    seat.settled()
    assert "g" in seat.said and seat.said.endswith("。") and kept(reception, numbers[0]) == []


@needs_pty
def test_a_value_that_does_not_settle_is_waited_for_and_f6_gives_up(seat: Seat, bench: Bench, numbers: list[str], reception: Reception, balance) -> None:
    at(bench, numbers[0], WEIGHED)
    balance("25.1234", haste=NEVER)
    live(seat, bench)
    f6(seat)
    assert bench.acts["bench.read"].words() == "放弃"
    seat.qtbot.wait(300)
    assert shown(bench, numbers[0], WEIGHED) == "", "what is not stable stands in no cell"
    f6(seat)
    seat.settled()
    assert seat.said == "已放弃读取仪器。" and shown(bench, numbers[0], WEIGHED) == ""
    assert bench.acts["bench.read"].words() == "读取 BAL-1"


def test_without_an_instrument_f6_says_what_to_do(seat: Seat, bench: Bench, numbers: list[str]) -> None:
    at(bench, numbers[0], WEIGHED)
    seat.press(Key.Key_F6)
    assert seat.said == "这台电脑没有连接天平或仪表。请在“仪器”里连接。"


@needs_pty
def test_what_is_calculated_is_not_read(seat: Seat, bench: Bench, numbers: list[str], balance) -> None:
    at(bench, numbers[0], MOISTURE)
    balance("25.1234")
    seat.qtbot.waitUntil(lambda: "天平" not in (bench.acts["bench.read"].refusal() or "天平"), timeout=10_000)
    f6(seat)
    assert "算出" in seat.said


def test_a_worksheet_is_sent_to_the_instrument_it_names_only(seat: Seat, bench: Bench) -> None:
    assert bench.acts["bench.send"].refusal() == "这张工作单没有指定仪器。"
