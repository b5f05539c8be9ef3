"""Laws of samples: the list page by page, found by state and number, and one of them in full with everything that was done to it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea

from lims.rules.rights import PROGRAM
from lims.services import placements
from lims.services import samples as asking
from tests.services import stating
from tests.services.stating import Stated
from tests.ui.screens import looking
from tests.ui.screens.looking import words
from tests.ui.screens.reception import INTAKE, Reception, Seat
from ui.kit.preview import Preview
from ui.screens.samples import Samples

Key = Qt.Key


@pytest.fixture
def seat(sit, reception: Reception) -> Seat:
    reception.registered()
    reception.received(sample_name="玉米 <b>二</b> & 号", remark="两袋 {甲} %s &amp;")
    made = sit("shou")
    made.go("samples")
    return made


@pytest.fixture
def samples(seat: Seat) -> Samples:
    return seat.window.screen_in_front


def test_the_newest_stands_first_and_has_the_cursor(seat: Seat, samples: Samples) -> None:
    assert [row.number for row in samples.table.rows()] == ["LS2026-00002", "LS2026-00001"]
    assert seat.focus is samples.table and samples.table.current().number == "LS2026-00002"


def test_enter_opens_a_sample_and_esc_goes_back_to_the_same_row(seat: Seat, samples: Samples) -> None:
    seat.press(Key.Key_Down)
    seat.press(Key.Key_Return)
    assert samples.reading and samples.card.row.number == "LS2026-00001"
    assert seat.focus is samples.page.results
    seat.press(Key.Key_Escape)
    assert not samples.reading and samples.table.current().number == "LS2026-00001"


def test_a_sample_in_full_tells_its_line_form_intake_portions_and_results(seat: Seat, samples: Samples) -> None:
    seat.press(Key.Key_Return)
    said = words(samples.page)
    assert {"玉米 <b>二</b> & 号", "两袋 {甲} %s &amp;", INTAKE["appearance"], "LS2026-00002-1", "LS2026-00002-B", "A 柜 2 层", "封样完好"} <= set(said)
    assert any("黄曲霉毒素" in text for text in said) and "水分" in said
    assert looking.marked_up(seat.window) == [] and looking.cut_identifiers(seat.window) == [] and looking.cut_labels(seat.window) == []
    assert looking.unreached(seat.window, samples) == [] and looking.nameless(seat.window) == []


def test_filter_by_state_and_by_the_beginning_of_a_number(seat: Seat, samples: Samples) -> None:
    seat.control(Key.Key_F)
    seat.write("LS2026-00001")
    seat.settled()
    assert [row.number for row in samples.table.rows()] == ["LS2026-00001"]
    seat.write("XX")
    seat.settled()
    assert not samples.table.rows() and "没有符合筛选的记录。" in words(samples)
    samples.number.put("")
    samples.which.choose("received")
    seat.settled()
    assert [row.number for row in samples.table.rows()] == ["LS2026-00002"]


def test_why_a_result_is_so_is_told_here_too(sit, reception: Reception) -> None:
    number = reception.submitted({"aflatoxin-b1": "23.7"})
    seat = sit("shou")
    samples = seat.go("samples", number)
    seat.press(Key.Key_F3)
    said = " ".join(words(samples.panel))
    assert "23.7" in said and "≤ 20" in said and "不合格" in said
    seat.press(Key.Key_Escape)
    assert samples.reading and not samples.panel.isVisible(), "first the panel, then the sample"


def test_labels_of_a_sample_without_portions_are_refused_in_words(seat: Seat, samples: Samples) -> None:
    seat.press(Key.Key_Down)
    assert "LS2026-00001" in samples.acts["samples.labels"].refusal()
    seat.press(Key.Key_Up)
    seat.control(Key.Key_P)
    assert samples.panel.findChildren(Preview)


def test_its_report_and_its_trail_are_one_key_away(sit, reception: Reception) -> None:
    reception.issued()
    seat = sit("pi")
    samples = seat.go("samples", "LS2026-00001")
    assert samples.acts["samples.go"].refusal() is None
    seat.press(Key.Key_F4)
    seat.settled()
    trail = seat.window.screen_in_front
    assert trail.heading() == "追溯" and {row.name for row in trail.table.rows()} >= {"LS2026-00001"}


def test_a_sample_with_no_report_says_when_there_will_be_one(seat: Seat, samples: Samples) -> None:
    seat.press(Key.Key_Return)
    assert "审核" in samples.acts["samples.go"].refusal()


def test_a_thousand_samples_are_read_page_by_page(sit, reception: Reception) -> None:
    for _sample in range(3):
        reception.registered()
    seat = sit("shou")
    samples = seat.go("samples")
    samples._ask(limit=2)
    seat.settled()
    assert len(samples.table.rows()) == 2
    samples._next_page()
    seat.settled()
    assert [row.number for row in samples.table.rows()] == ["LS2026-00003", "LS2026-00002", "LS2026-00001"]


def test_what_changes_meanwhile_is_shown_by_itself(seat: Seat, samples: Samples, reception: Reception) -> None:
    reception.registered()
    seat.settled()
    assert [row.number for row in samples.table.rows()] == ["LS2026-00003", "LS2026-00002", "LS2026-00001"]
    assert samples.table.current().number == "LS2026-00002", "the cursor stays on its sample"


def test_a_form_is_corrected_beside_the_sample_and_the_reason_is_asked(seat: Seat, samples: Samples) -> None:
    seat.press(Key.Key_Return)
    seat.press(Key.Key_F2)
    assert samples.sheet is not None and samples.acts["samples.go"].refusal(), "nothing is different yet"
    seat.to("sample_name")
    seat.write("黄玉米 <i>三</i> 号")
    seat.control(Key.Key_Return)
    assert samples.sheet.notes["reason"].kind == "bad", "why is asked beside its field"
    seat.go("today")
    seat.go("samples")
    assert samples.sheet is not None and samples.sheet.values()["sample_name"] == "黄玉米 <i>三</i> 号", "what was typed is kept"
    seat.window.open("samples", "LS2026-00001")
    seat.settled()
    assert samples.card.row.number == "LS2026-00002", "another sample does not take its place"
    seat.to("reason")
    seat.type("名称写错")
    seat.control(Key.Key_Return)
    assert samples.sheet is None and samples.card.row.name == "黄玉米 <i>三</i> 号"
    assert "黄玉米 <i>三</i> 号" in words(samples.page)


def test_esc_gives_a_correction_up(seat: Seat, samples: Samples) -> None:
    seat.press(Key.Key_Return)
    seat.press(Key.Key_F2)
    seat.press(Key.Key_Escape)
    assert samples.sheet is None and samples.reading and seat.focus is samples.page.results


def test_who_does_not_receive_corrects_nothing(sit, reception: Reception) -> None:
    reception.received()
    seat = sit("jian")
    samples = seat.go("samples")
    seat.press(Key.Key_Return)
    assert "收样员" in samples.acts["samples.correct"].refusal()


def test_what_was_forgotten_at_registration_is_asked_later(sit, reception: Reception) -> None:
    reception.registered(items=("moisture",))
    seat = sit("shou")
    samples = seat.go("samples", "LS2026-00001")
    assert [row.item_code for row in samples.card.analyses] == ["moisture"]
    seat.control(Key.Key_N)
    seat.settled()
    assert seat.focus is samples.sheet.offers and samples.acts["samples.go"].refusal(), "nothing is chosen yet"
    offered = [row.item_code for row in samples.sheet.offers.rows()]
    assert "aflatoxin-b1" in offered and "moisture" not in offered, "what is asked already is not offered again"
    assert samples.sheet.offers.horizontalScrollBar().maximum() == 0, "an offer is read without moving it sideways"
    assert looking.cut_labels(seat.window) == [] and looking.unreached(seat.window, samples) == []
    samples.sheet.focus()
    while samples.sheet.offers.current().item_code != "aflatoxin-b1":
        seat.press(Key.Key_Down)
    seat.press(Key.Key_Space)
    seat.window.open("samples", "LS2026-00002")
    assert samples.unfinished() and samples.card.row.number == "LS2026-00001", "a choice is not lost by the way"
    seat.control(Key.Key_Return)
    seat.settled()
    assert samples.sheet is None and not samples.panel.isVisible()
    assert {row.item_code for row in samples.card.analyses} == {"moisture", "aflatoxin-b1"}


@pytest.mark.parametrize("width", [1180, 1300, 1440, 1920])
def test_beside_the_panel_the_name_stays_and_the_page_scrolls_only_downwards(sit, reception: Reception, width: int) -> None:
    reception.received(items=("moisture",), business_name="示范区" * 20)
    seat = sit("shou")
    seat.window.resize(width, 800)
    samples = seat.go("samples", "LS2026-00001")
    seat.control(Key.Key_N)
    seat.settled()
    name, page = samples.page.name, samples.page.findChild(QScrollArea)
    assert name.width() >= name.sizeHint().width()
    assert page.verticalScrollBar().maximum() > 0 and page.horizontalScrollBar().maximum() == 0


def test_a_choice_that_somebody_else_made_meanwhile_stays_and_is_refused_in_words(sit, reception: Reception) -> None:
    number = reception.registered(items=("moisture",))
    seat = sit("shou")
    samples = seat.go("samples", number)
    seat.control(Key.Key_N)
    seat.settled()
    seat.press(Key.Key_Space)
    (taken,) = samples.sheet.asked()
    reception.do(asking.ask, number, (taken,), by=reception.people["shou"])
    seat.control(Key.Key_Return)
    seat.settled()
    assert samples.sheet.asked() == (taken,) and samples.sheet.about.words.startswith("该样品已经检验")
    seat.press(Key.Key_Escape)
    assert samples.sheet is None and len(samples.card.analyses) == 2


def test_when_everything_is_asked_it_says_so(seat: Seat, samples: Samples) -> None:
    seat.press(Key.Key_Return)
    seat.control(Key.Key_N)
    seat.settled()
    assert samples.sheet is None and "玉米" in seat.said


STRICTER = Stated("gb9001-moisture", "moisture", "≤12.0", "%")


def test_another_limit_is_chosen_with_its_reason(sit, reception: Reception) -> None:
    with reception.store.work() as work, work.acting(PROGRAM, "test.library"):
        stating._add(work, STRICTER)
    reception.do(placements.place, "maize", STRICTER.classification, [STRICTER.heading], by=reception.people["ji"])
    number = reception.received()
    seat = sit("ji")
    samples = seat.go("samples", number)
    rows = [row.item_code for row in samples.card.analyses]
    seat.press(Key.Key_Down, times=rows.index("moisture"))
    assert samples.page.results.current().item_code == "moisture"
    samples.acts["samples.limit"].run()
    seat.settled()
    choice = seat.dialog.form.editors["limit"]
    assert [words for words in (choice.itemText(place) for place in range(choice.count())) if words] == [
        "≤ 14.0 % · GB 1353-2018 · 玉米 · 各类玉米",
        "≤ 12.0 % · GB 9001-2020 · gb9001-h1",
    ]
    seat.dialog.form.put({"limit": STRICTER.code, "reason": "合同约定"})
    seat.dialog.send()
    seat.settled()
    assert seat.dialog is None and "水分" in seat.done
    row = next(row for row in reception.card(number).analyses if row.item_code == "moisture")
    assert (row.requirement, row.limit_place) == ("≤ 12.0", "GB 9001-2020")


@pytest.mark.parametrize(("login", "word"), [("shou", "技术负责人"), ("jian", "技术负责人")])
def test_only_who_keeps_the_library_chooses_another_limit(login: str, word: str, sit, reception: Reception) -> None:
    seat = sit(login)
    samples = seat.go("samples", reception.received())
    assert word in samples.acts["samples.limit"].refusal()
