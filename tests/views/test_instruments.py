"""The inbox as it is shown: what needs a person first, and what a stray reading may belong to; lots, codes, and what is to be measured."""

from __future__ import annotations

from datetime import date, timedelta

from lims.i18n import speaking
from lims.rules.flows import ReadingState
from lims.rules.inbox import Demands
from lims.services import analyses, instruments, readings, worksheets
from lims.services.instruments import KitLotDraft
from lims.services.readings import Sent
from lims.views import instruments as view
from tests.services.small import Small


def afb(number: str) -> Sent:
    """Return an aflatoxin reading."""
    return Sent(number, "aflatoxin-b1", "4.7", "μg/kg")


def test_what_needs_a_person_comes_first_then_the_newest(small: Small) -> None:
    number = small.begun()
    keys = small.send(afb(number), afb("?1"), afb(number), afb("?2"))
    assert [row.id for row in small.do(view.inbox)] == [keys[3], keys[1], keys[2], keys[0]]
    small.do(readings.reject, [keys[1]], reason="x", by="jian")
    assert keys[1] not in [row.id for row in small.do(view.inbox)]
    assert small.do(view.inbox_counts) == {ReadingState.MATCHED: 2, ReadingState.NEEDS_PERSON: 1, ReadingState.REJECTED: 1}


def test_an_instrument_is_answered_by_every_number_it_asked_for_two_portions_of_one_sample_as_well(small: Small) -> None:
    number, other = small.begun(), small.begun()
    asked = (f"{number}-1", f"{number}-B", other, "nobody")
    found = small.do(view.orders, samples=asked)
    assert {row.sample: row.items for row in found} == dict.fromkeys(asked[:3], ("aflatoxin-b1", "deoxynivalenol", "moisture"))


def test_the_nearest_number_is_offered_first(small: Small) -> None:
    numbers = [small.begun() for _three in range(3)]
    (key,) = small.send(afb("LS2026-0003"))
    assert [row.sample_number for row in small.do(view.candidates, key)] == [numbers[2], numbers[0], numbers[1]]


def test_only_analyses_of_the_item_are_offered_and_of_every_item_where_there_is_none(small: Small) -> None:
    number = small.begun()
    known, unknown = small.send(afb("?"), Sent("?", "gold", "1", "g"))
    assert [row.item for row in small.do(view.candidates, known)] == ["Aflatoxin B1"]
    assert {(row.sample_number, row.item) for row in small.do(view.candidates, unknown)} == {
        (number, item) for item in ("Aflatoxin B1", "Deoxynivalenol", "Moisture")
    }


def test_the_register_counts_what_each_instrument_sent(small: Small) -> None:
    small.send(afb("?"), afb("??"))
    (row,) = small.do(view.rows)
    assert (row.code, row.readings, row.last_message is not None) == ("LM-1", 2, True)
    assert (row.waiting, row.automatic) == (2, "")


def test_the_last_reading_of_an_instrument_is_its_newest_whatever_became_of_it(small: Small) -> None:
    assert small.do(view.newest, "LM-1") is None
    _first, last = small.send(afb("?"), afb("??"))
    small.do(readings.reject, [last], reason="x", by="jian")
    newest = small.do(view.newest, "LM-1")
    assert newest is not None and (newest.id, newest.instrument_code) == (last, "LM-1")


def test_a_reading_is_named_by_the_item_it_is_of_also_where_it_belongs_to_none(small: Small) -> None:
    known, unknown = small.send(afb("?"), Sent("?", "gold", "1", "g"))
    assert {row.id: row.item for row in small.do(view.inbox)} == {known: "Aflatoxin B1", unknown: ""}
    with speaking("zh_CN"):
        assert {row.id: row.item for row in small.do(view.inbox)}[known] == "黄曲霉毒素B1"


def test_a_message_that_was_not_whole_says_why_in_the_readers_language(small: Small) -> None:
    (key,) = small.send(problem="The line was lost in the middle of a message.")
    (row,) = [row for row in small.do(view.inbox) if row.id == key]
    assert small.do(view.message, row.message_id).problem == "The line was lost in the middle of a message."
    with speaking("zh_CN"):
        assert "line" not in small.do(view.message, row.message_id).problem


def test_lots_in_use_come_first_then_by_item_the_longest_lasting_first(small: Small) -> None:
    for item, number, days, active in (
        ("carbofuran", "1", 9, True),
        ("aflatoxin-b1", "2", 1, True),
        ("aflatoxin-b1", "3", 5, True),
        ("aflatoxin-b1", "4", 9, False),
    ):
        small.do(instruments.save_lot, KitLotDraft("LM-1", item, number, date(2027, 1, 1) + timedelta(days), "0.80", active=active), by="ji")
    rows = small.do(view.lots, "LM-1")
    assert [row.number for row in rows] == ["3", "2", "1", "4"]
    assert (rows[0].cutoff, rows[0].item_name, rows[0].scale) == ("0.80", "Aflatoxin B1", "linear")
    assert small.do(view.lots, "ZZ-9") == []


def test_the_laboratorys_own_codes_are_listed_with_what_they_mean(small: Small) -> None:
    keys = small.send(Sent("?", "Z", "1", "g", sent_test="Z"), Sent("?", "A", "1", "g", sent_test="A"))
    for key, item in zip(keys, ("carbofuran", "aflatoxin-b1"), strict=True):
        small.do(readings.map_code, key, item, demands_of=lambda instrument: Demands(), by="ji")
    assert [(row.sent, row.item, row.item_name) for row in small.do(view.codes, "LM-1")] == [
        ("A", "aflatoxin-b1", "Aflatoxin B1"),
        ("Z", "carbofuran", "Carbofuran"),
    ]


def test_what_is_to_be_measured_is_told_under_the_number_that_was_asked_and_only_what_is_not_done(small: Small) -> None:
    number, waiting, done = small.begun("cowpea"), small.received("cowpea"), small.submitted("cowpea")
    (row,) = small.do(view.orders, samples=[number])
    assert (row.sample, set(row.items)) == (number, {"carbofuran", "thiamethoxam"})
    assert [one.sample for one in small.do(view.orders, samples=[f"{number}-1", "X-1"])] == [f"{number}-1"]
    assert small.do(view.orders, samples=[waiting, done]) == []
    assert small.do(view.orders, samples=[]) == []
    small.do(analyses.enter, small.keys(number)["carbofuran"], 1, "0.035", by="jian")
    small.do(analyses.submit, [small.keys(number)["carbofuran"]], by="jian")
    assert [one.items for one in small.do(view.orders, samples=[number])] == [("thiamethoxam",)]


def test_a_worksheet_is_told_in_its_order(small: Small) -> None:
    numbers = [small.received("cowpea") for _three in range(3)]
    keys = [key for number in reversed(numbers) for key in small.keys(number).values()]
    sheet = small.do(worksheets.create, keys, by="jian")
    assert [(one.sample, len(one.items)) for one in small.do(view.orders, worksheet=sheet)] == [(number, 2) for number in numbers]
    assert small.do(view.orders, worksheet="W-none") == []
