"""A balance's value into the cell with one key: only a stable one, in the cell's unit, and the determination knows the reading."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from lims.domain.analyses import Determination
from lims.domain.trail import TrailLine
from lims.errors import Refusal
from lims.rules.flows import ReadingState
from lims.rules.inbox import Cause
from lims.services import analyses, instruments, readings
from lims.services.analyses import Typed
from lims.services.instruments import InstrumentDraft
from lims.services.readings import Delivery, Sent
from tests.services.small import Small, message


@pytest.fixture(autouse=True)
def _balance(small: Small) -> None:
    """A balance stands in the register."""
    small.do(instruments.save, InstrumentDraft("BAL-1", "天平", profile="mettler-sics"), by="ji")


def shown(value: str, unit: str = "g", *, stable: bool | None = True, **other: Any) -> Delivery:
    """Return what a balance sends."""
    return message(Sent("", "", value, unit, stable=stable, **other), instrument="BAL-1", content=f"S S {value} {unit}".encode())


def weigh(small: Small, delivery: Delivery, cell: Typed, unit: str = "g", by: str = "jian") -> str:
    """Take what the balance sent into a cell."""
    return small.do(readings.weigh, delivery, cell, unit, by=by)


def cell(small: Small, number: str, item: str = "moisture", place: int = 1, weighing: str = "W1") -> Typed:
    """Return a cell of the bench, nothing typed in it."""
    return Typed(small.keys(number)[item], place, "", weighing)


def last(small: Small) -> Determination:
    """Return the determination entered last."""
    with small.store.work() as work:
        return work.scalars(select(Determination).order_by(Determination.id.desc())).first()  # type: ignore[return-value]


def test_a_stable_value_goes_into_a_weighing_of_a_formula_and_the_determination_knows_its_reading(small: Small) -> None:
    number = small.begun()
    for weighing, value in (("W0", "25.1234"), ("W1", "3.0021"), ("W2", "27.7512")):
        assert weigh(small, shown(value), cell(small, number, weighing=weighing)) == value
    made, (first, second, third) = last(small), sorted(small.inbox())
    assert made.inputs == {"W0": "25.1234", "W1": "3.0021", "W2": "27.7512"}
    assert made.weighed == {"W0": str(first), "W1": str(second), "W2": str(third)}
    assert made.reading_id is None
    row = small.rows(number)["moisture"]
    assert row.weighed[0] == {"W0", "W1", "W2"} and row.values[0] != ""
    assert {one.state for one in small.inbox().values()} == {ReadingState.ACCEPTED}
    assert {one.analysis_id for one in small.inbox().values()} == {row.id}


def test_a_stable_value_goes_into_a_determination(small: Small) -> None:
    number = small.begun()
    assert weigh(small, shown("4.70", "μg/kg"), cell(small, number, "aflatoxin-b1", weighing=""), "") == "4.70"
    made, (key,) = last(small), small.inbox()
    assert (made.text, made.unit, made.reading_id, made.weighed) == ("4.70", "μg/kg", key, {})
    assert small.rows(number)["aflatoxin-b1"].from_reading == (True,)


@pytest.mark.parametrize(
    ("value", "unit", "into"), [("3002.1", "mg", "3.0021"), ("0.0030021", "kg", "3.0021"), ("-0.5", "mg", "-0.0005"), ("3.0020", "g", "3.0020")]
)
def test_the_value_is_turned_into_the_cells_unit_exactly(small: Small, value: str, unit: str, into: str) -> None:
    assert weigh(small, shown(value, unit), cell(small, small.begun())) == into
    assert last(small).inputs == {"W1": into}


def test_a_unit_that_cannot_be_turned_is_refused_and_the_reading_waits(small: Small) -> None:
    delivery = shown("12", "pcs")
    small.do(readings.land, delivery)
    assert small.refused(readings.weigh, delivery, cell(small, small.begun()), "g", by="jian") == "pcs cannot be turned into g."
    assert [row.state for row in small.inbox().values()] == [ReadingState.NEEDS_PERSON]


def test_what_is_typed_over_a_weighed_value_forgets_its_reading(small: Small) -> None:
    number = small.begun()
    weigh(small, shown("3.0021"), cell(small, number))
    weigh(small, shown("25.1234"), cell(small, number, weighing="W0"))
    typed = Typed(small.keys(number)["moisture"], 1, "3.0022", "W1")
    assert small.do(analyses.fill, [typed], by="jian") == []
    assert (last(small).inputs, set(last(small).weighed)) == ({"W1": "3.0022", "W0": "25.1234"}, {"W0"})
    weigh(small, shown("4.7", "μg/kg"), cell(small, number, "aflatoxin-b1", weighing=""), "")
    small.do(analyses.fill, [Typed(small.keys(number)["aflatoxin-b1"], 1, "4.8")], by="jian")
    assert (last(small).text, last(small).reading_id) == ("4.8", None)
    assert small.rows(number)["aflatoxin-b1"].from_reading == (False,)


def test_a_value_is_weighed_again_over_another(small: Small) -> None:
    number = small.begun()
    weigh(small, shown("3.0021"), cell(small, number))
    weigh(small, shown("3.0105"), cell(small, number))
    assert (last(small).inputs, last(small).weighed) == ({"W1": "3.0105"}, {"W1": str(max(small.inbox()))})


NOT_STABLE = "The instrument sent no stable value. Wait until it has settled, and read again."


@pytest.mark.parametrize(
    "delivery",
    [shown("3.0", stable=False), shown("3.0", stable=None), shown("3.0", status="preliminary"), shown("3.0", status="failed"), message(instrument="BAL-1")],
    ids=["unstable", "not said", "preliminary", "failed", "nothing"],
)
def test_what_is_not_stable_and_final_is_refused_and_stays_in_the_inbox(small: Small, delivery: Delivery) -> None:
    place = cell(small, small.begun())
    assert small.refused(readings.weigh, delivery, place, "g", by="jian") == NOT_STABLE
    small.do(readings.land, delivery)
    assert small.refused(readings.weigh, delivery, place, "g", by="jian") == NOT_STABLE
    assert {row.state for row in small.inbox().values()} <= {ReadingState.NEEDS_PERSON}


def test_of_several_values_in_a_message_the_last_stable_one_counts(small: Small) -> None:
    sent = (Sent("", "", "3.1", "g", stable=True), Sent("", "", "3.2", "g", stable=True), Sent("", "", "3.3", "g", stable=False))
    assert weigh(small, message(*sent, instrument="BAL-1"), cell(small, small.begun())) == "3.2"


@pytest.mark.parametrize("before", [True, False])
def test_the_message_lands_once_whether_it_is_collected_before_or_after(small: Small, before: bool) -> None:
    number, delivery = small.begun(), shown("3.0021")
    if before:
        small.do(readings.land, delivery)
    weigh(small, delivery, cell(small, number))
    assert small.do(readings.land, delivery) == 0
    assert [row.state for row in small.inbox().values()] == [ReadingState.ACCEPTED]


def test_one_value_is_taken_once(small: Small) -> None:
    number, delivery = small.begun(), shown("3.0021")
    weigh(small, delivery, cell(small, number))
    words = "“Take into the cell” is not possible: it is accepted."
    assert small.refused(readings.weigh, delivery, cell(small, number, place=2), "g", by="jian") == words


def test_the_same_weight_twice_is_two_weighings(small: Small) -> None:
    number = small.begun()
    weigh(small, shown("3.0021"), cell(small, number))
    weigh(small, shown("3.0021"), cell(small, number, place=2))
    assert [dict(one) for one in small.rows(number)["moisture"].entered] == [{"W1": "3.0021"}, {"W1": "3.0021"}]


def test_a_cell_that_is_not_ones_own_or_not_open_takes_nothing(small: Small) -> None:
    number, done = small.begun(), small.submitted()
    for place, by, words in (
        (cell(small, number), "jian2", "This is another analyst's work. Have it assigned to you first."),
        (cell(small, number, place=3), "jian", "Moisture is determined 2 times, not more."),
        (cell(small, done), "jian", "Moisture is submitted; values are entered only while it is in test."),
        (cell(small, number, weighing=""), "jian", "This value is calculated. Enter the weighings it comes from."),
        (cell(small, number, weighing="W9"), "jian", "This value is calculated. Enter the weighings it comes from."),
    ):
        assert small.refused(readings.weigh, shown("3.0021"), place, "g", by=by) == words
    assert small.inbox() == {}


def test_the_trail_knows_who_took_the_value_and_that_the_program_landed_it(small: Small) -> None:
    number = small.begun()
    before = small.trail_length()
    weigh(small, shown("3.0021"), cell(small, number))
    with small.store.work() as work:
        lines = work.scalars(select(TrailLine).order_by(TrailLine.id).offset(before)).all()
    assert {(line.kind, line.verb, line.person) for line in lines if line.kind in ("message", "determination")} == {
        ("message", "readings.land", ""),
        ("determination", "readings.weigh", small.people["jian"].name),
    }
    assert [row.cause for row in small.inbox().values()] == [None]


def test_a_balances_value_without_a_cell_waits_like_any_other(small: Small) -> None:
    (key,) = small.send(Sent("", "", "3.0021", "g", stable=True), instrument="BAL-1")
    assert small.inbox()[key].cause is Cause.UNKNOWN_SAMPLE
    with pytest.raises(Refusal):
        small.do(readings.accept, [key], by="jian")
