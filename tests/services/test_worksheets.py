"""Worksheets: what is measured together, by whom, and from when on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lims.domain.analyses import Attempt
from lims.services import analyses, instruments, people, samples, worksheets
from lims.services.instruments import InstrumentDraft
from lims.views import analyses as analysis_view
from lims.views import worksheets as view
from tests.services.small import INTAKE, ROLES, Small


def test_a_worksheet_holds_its_analyses_in_the_order_of_their_samples(small: Small) -> None:
    first, second = small.received(), small.received()
    keys = [*small.keys(second).values(), *small.keys(first).values()]
    number = small.do(worksheets.create, keys, by="jian", title="水分", instrument="LM-1")
    card = small.do(view.card, number)
    assert (number, card.row.title, card.row.analyst, card.row.instrument, card.row.analyses) == ("W2026-0001", "水分", "姓jian", "液质联用仪", 6)
    assert [(row.position, row.sample_number) for row in card.rows] == [(1, first), (2, second)]
    assert {cell.state.value for row in card.rows for cell in row.cells.values()} == {"assigned"}


def test_work_is_given_to_another_analyst(small: Small) -> None:
    number = small.received()
    sheet = small.do(worksheets.create, list(small.keys(number).values()), by="ji", analyst="jian2")
    assert small.refused(worksheets.start, sheet, by="jian") == "This is another analyst's work. Have it assigned to you first."
    assert small.do(worksheets.start, sheet, by="jian2") == 3


def test_unfinished_work_is_handed_over_and_what_was_entered_stays_under_its_name(small: Small) -> None:
    number = small.begun()
    keys = small.keys(number)
    small.do(analyses.enter, keys["aflatoxin-b1"], 1, "4.7", by="jian")
    small.do(analyses.submit, [keys["aflatoxin-b1"]], by="jian")
    assert small.do(worksheets.hand_over, "W2026-0001", "jian2", reason="病假", by="ji") == 2
    assert small.row(keys["aflatoxin-b1"]).analyst == "姓jian", "what is handed in is no more given away"
    small.fill_but(number, "aflatoxin-b1", by="jian2")
    assert small.refused(analyses.enter, keys["deoxynivalenol"], 1, "<50", by="jian").startswith("This is another analyst's work.")
    assert small.mistaken(worksheets.hand_over, "W2026-0001", "jian2", reason="病假", by="ji") == {"analyst": "姓jian2 has this work already."}
    assert small.mistaken(worksheets.hand_over, "W2026-0001", "shen", reason="病假", by="ji") == {"analyst": "Choose an analyst."}
    small.do(analyses.submit, [keys["moisture"], keys["deoxynivalenol"]], by="jian2")
    assert small.refused(worksheets.hand_over, "W2026-0001", "jian", reason="病假", by="ji") == "Nothing on worksheet W2026-0001 is unfinished."


def test_who_entered_something_cannot_review_it_after_it_was_handed_over(small: Small) -> None:
    keys = small.keys(small.begun("wine", by="quan1"))
    small.do(analyses.enter, keys["sulphur-dioxide"], 1, "0.18", by="quan1")
    small.do(worksheets.hand_over, "W2026-0001", "quan2", reason="换班", by="ji")
    small.do(analyses.submit, [keys["sulphur-dioxide"]], by="quan2")
    for login in ("quan1", "quan2"):
        assert small.refused(analyses.review, [keys["sulphur-dioxide"]], by=login).startswith("You entered this result")
    small.do(analyses.review, [keys["sulphur-dioxide"]], by="quan3")


@pytest.mark.parametrize("login", ["shen", "guan", "nobody", "jian2"])
def test_only_an_analyst_whose_account_is_open_is_given_work(small: Small, login: str) -> None:
    small.do(people.amend, "jian2", "姓jian2", ROLES["jian2"], False, by="guan")
    keys = list(small.keys(small.received()).values())
    assert small.mistaken(worksheets.create, keys, by="ji", analyst=login) == {"analyst": "Choose an analyst."}
    assert small.mistaken(worksheets.create, keys, by="ji") == {"analyst": "Choose an analyst."}


def test_only_an_instrument_in_use_is_put_on_a_worksheet(small: Small) -> None:
    keys = list(small.keys(small.received()).values())
    small.do(instruments.save, InstrumentDraft("OLD-1", "旧仪器", active=False), by="ji")
    for code in ("OLD-1", "XX-9"):
        assert small.mistaken(worksheets.create, keys, by="jian", instrument=code) == {"instrument": f"There is no instrument {code} in use."}


def test_nothing_of_a_sample_that_was_not_received_is_tested(small: Small) -> None:
    number = small.registered()
    said = small.refused(worksheets.create, list(small.keys(number).values()), by="jian")
    assert said == f"Sample {number} has not been received, so nothing of it can be tested."
    assert small.do(view.rows) == []


def test_an_empty_worksheet_is_not_made(small: Small) -> None:
    for keys in ([], [999]):
        assert small.refused(worksheets.create, keys, by="jian") == "Nothing is chosen. Mark the analyses that go on the worksheet."
    assert small.assigned(small.received()) == "W2026-0001"


def test_what_is_assigned_may_be_given_to_somebody_else_until_it_is_begun(small: Small) -> None:
    number = small.received()
    keys = list(small.keys(number).values())
    small.do(worksheets.create, keys, by="jian")
    second = small.do(worksheets.create, keys, by="jian", analyst="jian2")
    assert [row.number for row in small.do(view.rows)] == [second]
    small.do(worksheets.start, second, by="jian2")
    assert small.refused(worksheets.create, keys, by="jian") == "“Assign” is not possible: it is in test."


def test_starting_begins_the_first_attempt_of_everything_assigned_once(small: Small) -> None:
    number = small.received()
    sheet = small.assigned(number)
    assert small.do(worksheets.start, sheet, by="jian") == 3
    assert small.do(worksheets.start, sheet, by="jian") == 0
    with small.store.work() as work:
        begun = work.scalars(select(Attempt)).all()
    assert {one.analysis_id for one in begun} == set(small.keys(number).values())
    assert [(one.number, one.begun_by, one.cause) for one in begun] == [(1, small.people["jian"].id, "")] * 3


def test_a_cancelled_analysis_is_not_begun_and_leaves_the_sheet(small: Small) -> None:
    number = small.received()
    sheet = small.assigned(number)
    moisture = small.keys(number)["moisture"]
    small.do(analyses.cancel, [moisture], reason="样品不足", by="ji")
    assert small.do(worksheets.start, sheet, by="jian") == 2
    assert "moisture" not in small.do(view.card, sheet).rows[0].cells


def test_what_waits_is_what_was_received_and_stands_on_no_sheet(small: Small) -> None:
    first, second = small.received(), small.registered()
    assert {row.sample_number for row in small.do(analysis_view.waiting)} == {first}
    small.do(samples.receive, second, INTAKE, by="shou")
    small.assigned(first)
    assert {row.sample_number for row in small.do(analysis_view.waiting)} == {second}


def test_the_rooms_conditions_are_noted_as_written(small: Small) -> None:
    sheet = small.assigned(small.received())
    small.do(worksheets.note, sheet, " 23 °C, 45 % <RH> ", by="jian")
    assert small.do(view.card, sheet).conditions == "23 °C, 45 % <RH>"


def test_an_unknown_worksheet_is_named(small: Small) -> None:
    assert small.refused(worksheets.start, "W9", by="jian") == "There is no worksheet W9."
    assert small.refused(worksheets.note, "W9", "x", by="jian") == "There is no worksheet W9."
