"""Laws of the editions: each says from when until when it holds, a table is looked at before it is taken over, and only what is right is."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QFileDialog

from lims import i18n
from lims.rules.rights import Right
from lims.services import editions
from lims.services.editions import Change, EditionDraft
from lims.services.grids import grid_of
from lims.services.limit_tables import Wrong
from lims.views import catalogue as limit_view
from lims.views import standards as view
from lims.views.standards import StandardRow
from tests.ui.screens.looking import cut_labels, primaries, words
from tests.ui.screens.reception import Reception, Seat
from ui.kit.command import Button
from ui.screens import edition, moments
from ui.screens import standards as screen
from ui.screens.standards import Standards
from ui.theme import theme

Key = Qt.Key
MYCOTOXINS, UNDATED, NEW = "GB 2761-2017", "GB 2763-2026", "GB 2761-2027"
HEADER = ("项目", "食品大类", "食品名称", "限量", "单位")
MAIZE = ("谷物及其制品", "玉米、玉米面(渣、片)及玉米制品")
ROWS = (("黄曲霉毒素B1", *MAIZE, "≤10", "μg/kg"), ("脱氧雪腐镰刀菌烯醇", "谷物及其制品", "玉米、玉米面(渣、片)", "≤1000", "μg/kg"))
WRONG = (("黄曲霉毒素B1", *MAIZE, "10", "μg/kg"), ("黄曲霉毒素X", *MAIZE, "≤10", "μg/kg"))


@pytest.fixture
def seat(sit: Callable[..., Seat]) -> Seat:
    made = sit("ji")
    made.go("standards")
    return made


@pytest.fixture
def standards(seat: Seat) -> Standards:
    return seat.window.screen_in_front


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Write a table of limits."""

    def write(*rows: Sequence[str], name: str = "limits.csv", header: Sequence[str] = HEADER) -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *rows])
        return path

    return write


def kept(reception: Reception, code: str) -> StandardRow | None:
    return next((row for row in reception.do(view.standards, moments.today()) if row.code == code), None)


def codes(standards: Standards) -> list[str]:
    return [row.code for row in standards.table.rows()]


def said_of(standards: Standards, code: str) -> Mapping[str, str]:
    row = next(row for row in standards.table.rows() if row.code == code)
    return {column.name: column.cell(row).words() for column in standards.table.columns}


def asked(seat: Seat, path: object, standard: str = NEW, **more: str) -> None:
    """Fill in the form for a new edition by keys, and have its table read."""
    if seat.window.screen_in_front.form is None:
        seat.control(Key.Key_N)
    begins = (moments.today() - timedelta(days=1)).isoformat()
    answers = {"file": str(path), "standard": standard, "title_zh": "真菌毒素限量", "in_force": begins, "source": "标准公开系统", **more}
    for name, answer in answers.items():
        seat.to(name)
        seat.write(answer)
    seat.control(Key.Key_Return)


# -- the list ------------------------------------------------------------------------------------------------------------------


def test_every_edition_says_whether_it_holds_today_and_how_much_of_it_is_confirmed(seat: Seat, standards: Standards, reception: Reception) -> None:
    assert len(codes(standards)) == len(reception.do(view.standards, moments.today()))
    said = said_of(standards, MYCOTOXINS)
    assert (said["issued"], said["in_force"], said["abolished"], said["confirmed"]) == ("2017-03-17", "2017-09-17", "", "0 / 2")
    assert said["state"] == i18n._("in force")
    assert said_of(standards, "GB 2762-2017")["state"] == i18n._("abolished")
    reception.confirmed()
    seat.settled()
    assert said_of(standards, MYCOTOXINS)["confirmed"] == "2 / 2"


def test_an_edition_without_a_date_says_that_it_is_never_chosen_by_itself(seat: Seat, standards: Standards) -> None:
    said = said_of(standards, UNDATED)
    assert (said["in_force"], said["state"]) == (i18n._("no date"), i18n._("never chosen by itself"))
    seat.go("standards", UNDATED)
    assert standards.table.current().code == UNDATED
    assert i18n._("no date: never chosen by itself") in words(standards.panel)


def test_what_begins_later_is_not_yet_in_force(standards: Standards) -> None:
    row = replace(standards.table.rows()[0], holds=False, in_force=moments.today() + timedelta(days=1), abolished=None)
    assert screen._state(row).text == i18n._("not yet in force")


@pytest.mark.parametrize("typed", ["GB 2761", "gb2761-2017", "真菌毒素", "zjds"])
def test_an_edition_is_found_by_number_title_and_initials(typed: str, seat: Seat, standards: Standards) -> None:
    seat.control(Key.Key_F)
    seat.write(typed)
    seat.settled()
    assert codes(standards) == [MYCOTOXINS]
    seat.press(Key.Key_Return)
    assert standards.table.hasFocus()
    standards.show_thing(UNDATED)
    seat.settled()
    assert standards.table.current().code == UNDATED and standards.search.text() == ""


def test_an_edition_tells_where_it_comes_from_and_what_took_its_place(seat: Seat, standards: Standards) -> None:
    seat.go("standards", "GB 2762-2022")
    row, said = standards.table.current(), words(standards.panel)
    assert {row.title, row.source, row.replaces, "GB 2762-2025", i18n._("Replaced by")} <= set(said)
    assert said_of(standards, "GB 2762-2022")["title"] == row.title.removeprefix("食品安全国家标准 ")


def test_the_limits_of_an_edition_are_shown_in_their_place(seat: Seat, standards: Standards) -> None:
    seat.go("standards", MYCOTOXINS)
    standards.acts.do("standards.limits")
    seat.settled()
    limits = seat.window.screen_in_front
    assert {row.standard for row in limits.table.rows()} == {MYCOTOXINS} and len(limits.table.rows()) == 2
    seat.go("standards", "GB 2762-2017")
    assert "GB 2762-2017" in standards.acts["standards.limits"].refusal()


# -- dates -----------------------------------------------------------------------------------------------------------------------


def test_the_dates_are_set_by_keys_with_a_reason(seat: Seat, standards: Standards, reception: Reception) -> None:
    seat.go("standards", UNDATED)
    seat.press(Key.Key_F2)
    seat.write("2026-09-01")
    seat.control(Key.Key_Return)
    assert standards.form.notes["reason"].words == "这一项要填。" and kept(reception, UNDATED).in_force is None
    seat.write("公告第 3 号 <b>")
    seat.control(Key.Key_Return)
    row = kept(reception, UNDATED)
    assert (row.in_force, row.abolished, row.holds) == (date(2026, 9, 1), None, True)
    assert standards.table.current() == row and standards.table.hasFocus()


def test_what_stood_there_is_shown_and_an_end_before_the_beginning_is_told_beside_it(seat: Seat, standards: Standards, reception: Reception) -> None:
    seat.go("standards", MYCOTOXINS)
    seat.press(Key.Key_F2)
    assert standards.form.editors["in_force"].text() == "2017-09-17"
    seat.to("abolished")
    seat.write("2017-01-01")
    seat.to("reason")
    seat.write("公告")
    seat.control(Key.Key_Return)
    assert standards.form.notes["abolished"].words and kept(reception, MYCOTOXINS).abolished is None
    seat.press(Key.Key_Escape)
    assert standards.form is None and standards.table.hasFocus()


# -- confirmation ------------------------------------------------------------------------------------------------------------------


def test_the_whole_standard_is_confirmed_with_a_remark_and_the_count_is_named(seat: Seat, standards: Standards, reception: Reception) -> None:
    seat.go("standards", MYCOTOXINS)
    standards.acts.do("standards.confirm")
    seat.settled()
    said = words(seat.dialog)
    assert any(MYCOTOXINS in text and "2" in text for text in said) and i18n._(screen.I_HAVE_READ) in said
    seat.type("本所文本 <2017>")
    seat.control(Key.Key_Return)
    rows = [row for row in reception.do(limit_view.limit_rows, moments.today()) if row.confirmed_by]
    assert {(row.standard, row.remark) for row in rows} == {(MYCOTOXINS, "本所文本 <2017>")} and len(rows) == 2
    assert seat.dialog is None and "2" in seat.done
    assert MYCOTOXINS in standards.acts["standards.confirm"].refusal()


def test_who_only_keeps_the_library_confirms_nothing(sit: Callable[..., Seat], reception: Reception) -> None:
    reception.people["keeper"] = replace(reception.people["ji"], rights=frozenset({Right.CATALOGUE}))
    seat = sit("keeper")
    standards = seat.go("standards", MYCOTOXINS)
    assert "技术负责人" in standards.acts["standards.confirm"].refusal() and standards.acts["standards.change"].refusal() is None


def test_who_only_confirms_keeps_no_edition(sit: Callable[..., Seat], reception: Reception) -> None:
    reception.people["reader"] = replace(reception.people["ji"], rights=frozenset({Right.CONFIRM}))
    seat = sit("reader")
    standards = seat.go("standards", MYCOTOXINS)
    assert standards.acts["standards.confirm"].refusal() is None
    assert all("技术负责人" in standards.acts[name].refusal() for name in ("standards.add", "standards.change"))


# -- a new edition ------------------------------------------------------------------------------------------------------------------


def test_a_table_is_read_looked_at_and_taken_over_by_keys(seat: Seat, standards: Standards, reception: Reception, table: Callable[..., Path]) -> None:
    asked(seat, table(*ROWS))
    trial = standards.trial
    assert trial.isVisible() and not standards.bar.isVisible() and trial.differences.hasFocus()
    assert trial.which._counts == {"added": 0, "removed": 0, "changed": 1, "same": 1} and trial.which.value == "changed"
    (row,) = trial.differences.rows()
    cell = {column.name: column.cell(row).words() for column in trial.differences.columns}
    assert (cell["old"], cell["new"], cell["line"]) == ("≤ 20 μg/kg", "≤ 10 μg/kg", "2")
    said = words(standards.panel)
    assert {MYCOTOXINS, "标准公开系统", "≤ 20 μg/kg", "≤ 10 μg/kg"} <= set(said)
    assert kept(reception, NEW) is None, "nothing is written before it is taken over"
    assert len(primaries(seat.window)) == 1
    seat.to_widget(trial.which)
    seat.press(Key.Key_Right)
    assert trial.which.value == "same" and [one.change for one in trial.differences.rows()] == [Change.SAME]
    seat.control(Key.Key_Return)
    new, old = kept(reception, NEW), kept(reception, MYCOTOXINS)
    assert (new.limits, new.confirmed, new.source, new.replaces, new.holds) == (2, 0, "标准公开系统", MYCOTOXINS, True)
    assert old.abolished == new.in_force and not old.holds
    assert standards.table.isVisible() and standards.table.current() == new and NEW in seat.done and standards.bar.isVisible()


def test_the_open_samples_it_touches_are_named_and_opened(seat: Seat, standards: Standards, reception: Reception, table: Callable[..., Path]) -> None:
    number = reception.received()
    asked(seat, table(*ROWS))
    trial = standards.trial
    assert {(one.number, one.difference.item_code) for one in trial.affected.rows()} == {(number, "aflatoxin-b1")}
    assert trial.affected.isVisible() and any("1" in text for text in words(trial._open))
    seat.to_widget(trial.affected)
    seat.press(Key.Key_Return)
    assert type(seat.window.screen_in_front).__name__ == "Samples" and seat.window.screen_in_front.card.row.number == number
    seat.go("standards")
    assert trial.isVisible(), "what was read waits"


def test_where_no_sample_is_touched_that_is_said(seat: Seat, standards: Standards, table: Callable[..., Path]) -> None:
    asked(seat, table(*ROWS))
    assert not standards.trial.affected.isVisible() and i18n._("No open sample is touched.") in words(standards.trial)


def test_mistakes_are_told_row_by_row_and_nothing_is_taken_over(seat: Seat, standards: Standards, reception: Reception, table: Callable[..., Path]) -> None:
    asked(seat, table(ROWS[1], *WRONG))
    trial = standards.trial
    told = [(row.line, row.column) for row in trial.wrong.rows()]
    assert told == [(3, "限量"), (4, "项目")] and all(row.words for row in trial.wrong.rows())
    assert trial.wrong.hasFocus() and not trial.which.isVisible() and not trial.differences.isVisible()
    assert trial.differences.rows() == [], "while there are mistakes nobody can tell what changes"
    refusal = standards.acts["standards.save"].refusal()
    assert "2" in refusal and refusal in words(trial)
    seat.control(Key.Key_Return)
    assert seat.said == refusal and kept(reception, NEW) is None


def test_a_whole_row_that_is_wrong_says_so() -> None:
    told = {column.name: column.cell(Wrong(7, "", "<b>")).words() for column in edition.WRONG}
    assert told == {"line": "7", "column": i18n._("whole row"), "words": "<b>"}


def test_esc_leads_back_to_the_form_with_all_that_was_typed_and_then_to_the_list(seat: Seat, standards: Standards, table: Callable[..., Path]) -> None:
    wrong, right = table(*WRONG, name="wrong.csv"), table(*ROWS, name="right.csv")
    asked(seat, wrong)
    seat.press(Key.Key_Escape)
    assert standards.table.isVisible() and standards.form.editors["file"].text() == str(wrong) and standards.form.editors["standard"].text() == NEW
    assert seat.focus.objectName() == "file"
    seat.write(str(right))
    seat.control(Key.Key_Return)
    assert standards.trial.which.isVisible()
    seat.press(Key.Key_Escape)
    seat.press(Key.Key_Escape)
    assert standards.form is None and standards.table.hasFocus()
    assert words(standards.panel)[0] != i18n._("New edition")


def test_what_is_wrong_with_file_and_answers_is_told_beside_them(seat: Seat, standards: Standards, table: Callable[..., Path], tmp_path: Path) -> None:
    asked(seat, tmp_path / "nothing.csv")
    assert "nothing.csv" in standards.form.notes["file"].words and standards.acts["standards.save"].refusal() is None
    asked(seat, table(*ROWS), MYCOTOXINS)
    assert MYCOTOXINS in standards.form.notes["standard"].words
    asked(seat, table(("1",), header=("甲",)), NEW)
    assert standards.reading is None and standards.form is not None and standards.form._above.words


@pytest.mark.parametrize("written", ['"{path}"', "“{path}”", "{address}"])
def test_a_path_is_pasted_as_other_programs_write_it(written: str, seat: Seat, standards: Standards, table: Callable[..., Path]) -> None:
    path = table(*ROWS)
    asked(seat, written.format(path=path, address=QUrl.fromLocalFile(str(path)).toString()))
    assert standards.reading is not None


def test_a_file_is_chosen_by_the_button_beside_its_field(seat: Seat, standards: Standards, table: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([("", ""), (str(table(*ROWS)), "")])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: next(answers))
    seat.control(Key.Key_N)
    seat.press(Key.Key_Tab)
    assert seat.focus is standards.form.choose and isinstance(seat.focus, Button)
    seat.press(Key.Key_Space)
    assert standards.form.editors["file"].text() == ""
    seat.press(Key.Key_Space)
    assert standards.form.editors["file"].text().endswith("limits.csv")


def test_an_edition_that_somebody_else_took_over_meanwhile_is_refused(
    seat: Seat, standards: Standards, reception: Reception, table: Callable[..., Path]
) -> None:
    path = table(*ROWS)
    asked(seat, path)
    draft = EditionDraft(NEW, "真菌毒素限量", in_force=moments.today(), source="别处")
    reception.do(editions.take, draft, grid_of(path), by=reception.people["ji"])
    seat.settled()
    seat.control(Key.Key_Return)
    assert NEW in seat.said and standards.trial.isVisible() and kept(reception, NEW).source == "别处"
    assert standards.acts["standards.save"].refusal() is None


def test_while_a_table_is_looked_at_the_list_waits(seat: Seat, standards: Standards, reception: Reception, table: Callable[..., Path]) -> None:
    asked(seat, table(*ROWS))
    for name in ("standards.add", "standards.change", "standards.confirm", "standards.limits", "standards.find"):
        assert standards.acts[name].refusal() == i18n._("A table was read. Take it over, or go back to the list first.")
    assert NEW in seat.window.unfinished()
    reception.confirmed()
    seat.settled()
    assert "≤ 10 μg/kg" in words(standards.panel), "the panel goes on telling of the table"


def test_new_headings_are_named_with_those_they_may_be(seat: Seat, standards: Standards, table: Callable[..., Path]) -> None:
    asked(seat, table(*ROWS, ("黄曲霉毒素B1", "谷物及其制品", "玉米、玉米面(渣、片)及玉米制品类", "≤5", "μg/kg")))
    said = words(standards.panel)
    assert any("玉米制品类" in text for text in said)
    assert any(text.startswith(("可能", "Perhaps")) for text in said if MAIZE[1] in text)


def test_what_the_table_does_not_hold_is_shown_as_removed_and_many_new_headings_are_counted(
    seat: Seat, standards: Standards, table: Callable[..., Path]
) -> None:
    count = edition.SHOWN + 3
    asked(seat, table(ROWS[1], *(("黄曲霉毒素B1", "坚果", f"新品{place}", "≤5", "μg/kg") for place in range(count))))
    standards.trial.which.choose("removed")
    seat.settled()
    (row,) = standards.trial.differences.rows()
    cell = {column.name: column.cell(row).words() for column in standards.trial.differences.columns}
    assert (cell["old"], cell["new"], cell["line"]) == ("≤ 20 μg/kg", "—", "")
    said = words(standards.panel)
    assert str(count) in said and i18n._("and {count} more").format(count=3) in said and i18n._("nothing") in said
    standards.trial.which.choose("changed")
    seat.settled()
    assert standards.trial.differences.rows() == [] and i18n._("None.") in words(standards.trial)


def test_a_first_edition_is_compared_with_nothing(seat: Seat, standards: Standards, table: Callable[..., Path]) -> None:
    asked(seat, table(*ROWS), "DB11/T 9999-2027")
    assert standards.trial.which.value == "added" and standards.trial.which._counts["added"] == 2
    assert i18n._("There is no present edition to compare it with.") in words(standards.trial)


@pytest.mark.parametrize("language", [*i18n.LANGUAGES, "pseudo"])
def test_in_the_smallest_window_nothing_of_it_is_cut_and_the_panel_leaves_the_primary_free(
    language: str, sit: Callable[..., Seat], reception: Reception, table: Callable[..., Path]
) -> None:
    i18n.use(language)
    reception.received()
    seat = sit("ji")
    seat.window.resize(theme.size("window_width"), theme.size("window_height"))
    standards = seat.go("standards")
    for rows in (ROWS, WRONG):
        asked(seat, table(*rows))
        assert not standards.panel.isVisible() and cut_labels(standards.trial) == []
        seat.press(Key.Key_F3)
        assert standards.panel.isVisible() and standards.panel.y() > standards.trial.head.height() and cut_labels(standards.panel) == []
        seat.press(Key.Key_Escape)
        seat.press(Key.Key_Escape)
