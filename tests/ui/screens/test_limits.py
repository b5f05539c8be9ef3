"""Laws of the limits: what waits stands first, everything is found, each says where it comes from, and only a confirmed one decides a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from lims import i18n
from lims.services import placements
from lims.views import catalogue as view
from lims.views.catalogue import LimitPage
from tests.turns import ROUNDS, turns
from tests.ui.screens.looking import cut_labels, words
from tests.ui.screens.reception import Reception, Seat
from ui.screens import limits as screen
from ui.screens import moments
from ui.screens.limits import Limits

Key = Qt.Key
CARBOFURAN = "gb2763-2021-carbofuran-cowpea"


@pytest.fixture
def seat(sit: Callable[..., Seat], reception: Reception) -> Seat:
    """The technical manager, while one sample of maize rests on three limits."""
    reception.received()
    made = sit("ji")
    made.go("limits")
    return made


@pytest.fixture
def limits(seat: Seat) -> Limits:
    return seat.window.screen_in_front


def confirmed(reception: Reception) -> dict[str, str]:
    return {row.code: row.remark for row in reception.do(view.limit_rows, moments.today()) if row.confirmed_by}


def codes(limits: Limits) -> list[str]:
    return [row.code for row in limits.table.rows()]


def part(seat: Seat, limits: Limits, name: str) -> None:
    """Choose a part by keys."""
    seat.to_widget(limits.which)
    for _step in range(3):
        if limits.which.value == name:
            return
        seat.press(Key.Key_Right)
    raise AssertionError(name)


def searched(seat: Seat, words: str) -> None:
    seat.control(Key.Key_F)
    seat.write(words)
    seat.settled()


def test_what_samples_rest_on_and_nobody_has_confirmed_stands_first(seat: Seat, limits: Limits, reception: Reception) -> None:
    assert {row.item_code for row in limits.table.rows()} == {"aflatoxin-b1", "deoxynivalenol", "moisture"}
    assert limits.table.current() is limits.table.rows()[0] and limits.table.hasFocus()
    assert "3" in limits.which.accessibleName()
    reception.confirmed()
    seat.settled()
    assert codes(limits) == [] and limits.nothing.isVisible()
    assert i18n._("Nothing waits for confirmation.") in words(limits)


def test_the_three_parts_are_reached_by_keys_and_counted(seat: Seat, limits: Limits) -> None:
    for name in ("placed", "all"):
        part(seat, limits, name)
        assert len(codes(limits)) == 6 and "6" in limits.which.accessibleName()
    assert limits.which._counts == {"asked": 3, "placed": 6, "all": 6}


def test_limits_under_headings_where_no_product_stands_are_only_in_the_whole_library(seat: Seat, limits: Limits, reception: Reception) -> None:
    part(seat, limits, "placed")
    reception.do(placements.place, "maize", "GB 2761", [], by=reception.people["ji"])
    seat.settled()
    assert {row.standard for row in limits.table.rows()} == {"GB 1353-2018", "GB 2760-2024", "GB 2763-2021"} and len(codes(limits)) == 4
    part(seat, limits, "all")
    assert len(codes(limits)) == 6


@pytest.mark.parametrize("typed", ["克百", "kbw", "KBW", "豇豆 克百威", "carbofuran", CARBOFURAN])
def test_a_limit_is_found_by_two_characters_initials_words_and_its_number(typed: str, seat: Seat, limits: Limits) -> None:
    part(seat, limits, "all")
    searched(seat, typed)
    assert codes(limits) == [CARBOFURAN] and limits.table.current().code == CARBOFURAN
    seat.press(Key.Key_Return)
    assert limits.table.hasFocus()


@pytest.mark.parametrize("typed", ["GB 2763", "gb2763-2021", "农药", "豇豆"])
def test_limits_are_found_by_their_standard_and_their_heading(typed: str, seat: Seat, limits: Limits) -> None:
    part(seat, limits, "all")
    searched(seat, typed)
    assert {row.item_code for row in limits.table.rows()} == {"carbofuran", "thiamethoxam"}


def test_what_is_not_found_here_is_told_to_be_elsewhere_and_esc_shows_everything_again(seat: Seat, limits: Limits) -> None:
    searched(seat, "克百威")
    assert codes(limits) == [] and any("1" in text and "克百威" not in text for text in words(limits.nothing))
    seat.press(Key.Key_Escape)
    assert len(codes(limits)) == 3 and limits.search.text() == "" and limits.table.hasFocus()
    searched(seat, "<b>没有</b>")
    part(seat, limits, "all")
    assert any("<b>没有</b>" in text for text in words(limits.nothing))


def test_down_leads_from_the_search_field_into_the_list(seat: Seat, limits: Limits) -> None:
    searched(seat, "黄曲")
    seat.press(Key.Key_Down)
    assert limits.table.hasFocus() and limits.table.current().item_code == "aflatoxin-b1"


def test_the_cursor_stays_on_its_limit_in_another_part(seat: Seat, limits: Limits) -> None:
    seat.press(Key.Key_Down)
    code = limits.table.current().code
    part(seat, limits, "all")
    assert limits.table.current().code == code and [row.code for row in limits.table.selected()] == [code]


def test_where_its_limit_is_not_found_the_cursor_begins_at_the_top(seat: Seat, limits: Limits) -> None:
    part(seat, limits, "all")
    seat.to_widget(limits.table)
    seat.control(Key.Key_End)
    item = limits.table.current().item_code
    typed = "GB 2761" if item in {"carbofuran", "thiamethoxam"} else "GB 2763"
    searched(seat, typed)
    assert len(codes(limits)) == 2 and limits.table.current() is limits.table.rows()[0]


def test_the_cursors_limit_is_in_sight_in_a_long_list(seat: Seat, limits: Limits) -> None:
    row = limits.table.current()
    limits.which.choose("all", tell=False)
    limits.put(LimitPage([replace(row, code=row.code if place == 200 else f"limit-{place}") for place in range(300)], dict.fromkeys(screen.PARTS, 300)))
    assert limits.table.current().code == row.code
    assert limits.table.viewport().rect().contains(limits.table.visualRect(limits.table.currentIndex()))


def test_a_list_that_does_not_show_everything_says_so(seat: Seat, limits: Limits) -> None:
    page = seat.reception.do(view.limit_page, moments.today(), "all", "", 2)
    assert len(page.rows) == 2 and page.counts["all"] == 6
    limits.which.choose("all", tell=False)
    limits.put(page)
    said = [text for text in words(limits.finder) if "2" in text and "6" in text]
    assert len(said) == 1
    part(seat, limits, "asked")
    assert not [text for text in words(limits.finder) if "6" in text]


def test_the_technical_manager_confirms_what_is_chosen(seat: Seat, limits: Limits, reception: Reception) -> None:
    first = limits.table.rows()[0]
    seat.control(Key.Key_Return)
    said = words(seat.dialog)
    assert any(all(part in text for part in (first.item, first.standard, first.requirement, first.classification)) for text in said), (
        "what is confirmed is named"
    )
    seat.type("本所文本 <2021> & 勘误")
    seat.control(Key.Key_Return)
    assert confirmed(reception) == {first.code: "本所文本 <2021> & 勘误"} and seat.done
    assert first.code not in codes(limits)
    limits.show_thing(first.code)
    seat.settled()
    assert limits.table.current().code == first.code
    said = words(limits.panel)
    assert any("技术负责人甲" in text and "本所文本 <2021> & 勘误" in text and moments.minute(limits.table.current().confirmed_at) in text for text in said)
    assert limits.acts["limits.confirm"].refusal()


def test_several_are_chosen_and_confirmed_by_keys(seat: Seat, limits: Limits, reception: Reception) -> None:
    seat.press(Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert "2" in limits.acts["limits.confirm"].words()
    seat.control(Key.Key_A)
    assert "3" in limits.acts["limits.confirm"].words()
    seat.control(Key.Key_Return)
    seat.control(Key.Key_Return)
    assert len(confirmed(reception)) == 3 and not limits.table.rows()


def test_what_is_confirmed_already_is_not_confirmed_again(seat: Seat, limits: Limits, reception: Reception) -> None:
    seat.control(Key.Key_Return)
    seat.control(Key.Key_Return)
    part(seat, limits, "all")
    seat.to_widget(limits.table)
    seat.control(Key.Key_A)
    assert "5" in limits.acts["limits.confirm"].words()


def test_a_dialog_names_eight_and_counts_the_others(seat: Seat, limits: Limits) -> None:
    row = limits.table.rows()[0]
    limits.put(LimitPage([replace(row, code=f"limit-{place}") for place in range(11)], dict.fromkeys(screen.PARTS, 11)))
    seat.control(Key.Key_A)
    seat.control(Key.Key_Return)
    (note,) = [text for text in words(seat.dialog) if row.standard in text]
    assert note.count(row.standard) == 8 and "3" in note.splitlines()[-1]


@pytest.mark.parametrize("parts", range(1, 9))
def test_nothing_in_a_dialog_is_cut_however_long_its_lines_are(parts: int, seat: Seat, limits: Limits) -> None:
    row = limits.table.rows()[0]
    long = "谷物及其制品 · 玉米、玉米面(渣、片)及玉米制品"
    limits.put(LimitPage([replace(row, code=f"limit-{place}", classification=long[: 6 * place + 4]) for place in range(parts)], dict.fromkeys(screen.PARTS, 1)))
    seat.control(Key.Key_A)
    seat.control(Key.Key_Return)
    assert cut_labels(seat.dialog) == []


@pytest.mark.parametrize("login", ["jian", "shen", "pi"])
def test_nobody_else_confirms(login: str, sit: Callable[..., Seat], reception: Reception) -> None:
    reception.received()
    seat = sit(login)
    limits = seat.go("limits")
    refusal = limits.acts["limits.confirm"].refusal()
    assert "技术负责人" in refusal
    seat.control(Key.Key_Return)
    assert seat.dialog is None and seat.said == refusal and not confirmed(reception)


def test_esc_confirms_nothing(seat: Seat, reception: Reception) -> None:
    seat.control(Key.Key_Return)
    seat.press(Key.Key_Escape)
    assert seat.dialog is None and not confirmed(reception)


def test_a_limit_tells_all_it_knows_and_what_is_empty_stays_empty(seat: Seat, limits: Limits) -> None:
    seat.go("limits", CARBOFURAN)
    row = limits.table.current()
    said = words(limits.panel)
    known = (row.item, row.classification, row.standard, row.title, row.source, row.code, screen.evidence(row.evidence), screen.confidence(row.confidence))
    assert all(any(each in text for text in said) for each in known)
    assert "没有记录" in said, "the row has no clause"
    assert i18n._("Condition") not in said
    full = replace(row, level="一等", basis="以干基计", condition="<40 ℃", note="注 1", clause="表 1", in_force=False)
    limits._moved(full)
    said = words(limits.panel)
    assert all(any(each in text for text in said) for each in ("一等", "以干基计", "<40 ℃", "注 1", "表 1", i18n._("not on today's date")))


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_what_a_limit_rests_on_is_said_in_words(language: str) -> None:
    with i18n.speaking(language):
        said = {name: screen.evidence(name) for name in screen.EVIDENCE}
        assert len(set(said.values())) == len(said) and not any("_" in words for words in said.values())
        assert screen.evidence("以后的凭据") == "以后的凭据"


def test_a_long_requirement_is_read_whole_in_the_panel(seat: Seat, limits: Limits) -> None:
    demanded = "不得检出大肠埃希菌(1 g或1 ml);含脏器提取物的还不得检出沙门菌(10 g或10 ml)"
    limits._moved(replace(limits.table.current(), requirement=demanded, unit=""))
    seat.settled()
    (label,) = [one for one in limits.panel.findChildren(QLabel) if one.text() == demanded and one.isVisible()]
    assert label.wordWrap() and label.width() < limits.panel.width() and cut_labels(limits.panel) == []
    limits._moved(replace(limits.table.current(), requirement="", unit=""))
    assert i18n._("no figure in the library") in words(limits.panel)


def test_the_cells_say_requirement_unit_level_standard_and_who_confirmed(limits: Limits) -> None:
    row = replace(limits.table.current(), requirement="≤ 14.0", unit="%", level="一等", clause="表 1", confidence="low")
    cell = {column.name: column.cell(row) for column in limits.table.columns}
    assert cell["requirement"].words() == "≤ 14.0 % · 一等"
    assert cell["standard"].words() == f"{row.standard} 表 1"
    assert cell["confidence"].mark == "warn" and row.source in cell["evidence"].tip
    assert cell["checked"].words() == "未核对"
    old = {column.name: column.cell(replace(row, in_force=False, requirement="", unit="")) for column in limits.table.columns}
    assert old["standard"].mark == "warn" and old["requirement"].text == "—"
    bare = {column.name: column.cell(replace(row, unit="", level="")) for column in limits.table.columns}
    assert bare["requirement"].words() == "≤ 14.0"


def test_a_standard_opens_with_its_limits_and_a_limit_with_its_edition(seat: Seat, limits: Limits) -> None:
    seat.go("limits", "GB 2763-2021")
    assert limits.which.value == "all" and {row.standard for row in limits.table.rows()} == {"GB 2763-2021"}
    assert limits.search.text() == "GB 2763-2021"
    limits.acts.do("limits.edition")
    seat.settled()
    assert type(seat.window.screen_in_front).__name__ == "Standards"
    assert seat.window.screen_in_front.table.current().code == "GB 2763-2021"


def test_three_thousand_rows_are_shown_at_once(limits: Limits) -> None:
    row = limits.table.current()
    parts = dict.fromkeys(screen.PARTS, 3000)
    pages = [LimitPage([replace(row, code=f"limit-{number}-{place}") for place in range(3000)], parts) for number in range(ROUNDS)]
    assert turns(lambda: limits.put(pages.pop())) < 10_000_000 and len(limits.table.rows()) == 3000
