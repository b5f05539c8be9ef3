"""The inbox as it is shown: what needs a person first, and what a stray reading may belong to."""

from __future__ import annotations

from lims.rules.flows import ReadingState
from lims.services import readings
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
