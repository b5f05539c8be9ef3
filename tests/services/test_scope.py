"""The accreditation scope: lines of the certificate's annex, each from a day on and until a day, ended with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from lims.domain.trail import TrailLine
from lims.services import scope
from lims.services.scope import ScopeDraft
from lims.views import items as item_view
from lims.views import scope as view
from tests.services.small import Small

MOISTURE = ScopeDraft("粮食 · 玉米", "moisture", "GB 5009.3-2016", date(2026, 1, 1))
ON = date(2026, 11, 23)


def lines(small: Small, on: date = ON) -> list[view.ScopeRow]:
    """Return the scope as it is on a day."""
    return small.do(view.scope, on)


def test_a_line_holds_from_its_first_day_to_its_last(small: Small) -> None:
    draft = replace(MOISTURE, object=" 粮食 · 玉米 ", method=" GB 5009.3-2016 ", valid_to=date(2026, 6, 30), restriction=" 只用第一法 ")
    assert small.do(scope.add, [draft], by="ji") == 1
    (row,) = lines(small)
    assert (row.object, row.item, row.item_code, row.method, row.restriction) == ("粮食 · 玉米", "Moisture", "moisture", "GB 5009.3-2016", "只用第一法")
    held = {day: lines(small, day)[0].holds for day in map(date.fromisoformat, ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01"))}
    assert list(held.values()) == [False, True, True, False]


def test_a_line_that_stands_there_already_is_left_out(small: Small) -> None:
    other = replace(MOISTURE, method="GB 5009.3-2025")
    assert small.do(scope.add, [MOISTURE, MOISTURE], by="ji") == 1
    before = small.trail_length()
    assert small.do(scope.add, [MOISTURE], by="ji") == 0
    assert small.trail_length() == before
    assert small.do(scope.add, [MOISTURE, other, replace(MOISTURE, valid_from=date(2027, 1, 1))], by="ji") == 2
    assert [row.method for row in lines(small)] == ["GB 5009.3-2016", "GB 5009.3-2025", "GB 5009.3-2016"]


def test_nothing_to_add_adds_nothing(small: Small) -> None:
    assert small.do(scope.add, [], by="ji") == 0


WRONG = (
    ({"object": " "}, {"object": "Write the object as the annex names it."}),
    ({"item": "nothing"}, {"item": "The library has no item nothing."}),
    ({"item": ""}, {"item": "The library has no item —."}),
    ({"method": ""}, {"method": "Write the method's number with its year."}),
    ({"valid_to": date(2025, 12, 31)}, {"valid_to": "It would end before it begins."}),
)


@pytest.mark.parametrize(("said", "words"), WRONG)
def test_one_mistake_in_one_line_adds_none_of_them(small: Small, said: dict[str, object], words: dict[str, str]) -> None:
    drafts = [MOISTURE, replace(MOISTURE, **said)]
    assert small.mistaken(scope.add, drafts, by="ji") == words
    assert lines(small) == []


def test_a_line_may_be_valid_for_one_day(small: Small) -> None:
    assert small.do(scope.add, [replace(MOISTURE, valid_to=MOISTURE.valid_from)], by="ji") == 1


def test_a_line_is_ended_with_a_reason_and_stays_on_record(small: Small) -> None:
    small.do(scope.add, [MOISTURE], by="ji")
    (row,) = lines(small)
    assert small.refused(scope.end, [row.id], ON, reason=" ", by="ji") == "Ending a line of the scope needs a reason. Write it down."
    said = small.refused(scope.end, [row.id], date(2025, 12, 31), reason="x", by="ji")
    assert said == "粮食 · 玉米 is accredited only from 2026-01-01 on."
    small.do(scope.end, [row.id], date(2026, 11, 22), reason="方法已作废", by="ji")
    (row,) = lines(small)
    assert (row.valid_to, row.holds) == (date(2026, 11, 22), False)
    with small.store.work() as work:
        line = work.scalars(select(TrailLine).where(TrailLine.verb == "scope.end")).one()
    assert (line.name, line.field, line.old, line.new, line.reason) == ("粮食 · 玉米 GB 5009.3-2016", "valid_to", None, "2026-11-22", "方法已作废")


def test_of_several_lines_all_are_ended_or_none(small: Small) -> None:
    small.do(scope.add, [MOISTURE, replace(MOISTURE, object="粮食 · 小麦", valid_from=date(2026, 12, 1))], by="ji")
    keys = [row.id for row in lines(small)]
    assert small.refused(scope.end, keys, ON, reason="x", by="ji") == "粮食 · 小麦 is accredited only from 2026-12-01 on."
    assert [row.valid_to for row in lines(small)] == [None, None]
    small.do(scope.end, keys, date(2027, 1, 1), reason="x", by="ji")
    assert {row.valid_to for row in lines(small)} == {date(2027, 1, 1)}


def test_a_method_is_in_the_scope_while_a_line_names_it_with_its_year(small: Small) -> None:
    def held(on: date) -> set[str]:
        return {row.method for row in small.do(item_view.procedures, on) if row.in_scope}

    assert held(ON) == set()
    small.do(scope.add, [MOISTURE, replace(MOISTURE, method="GB 5009.3")], by="ji")
    assert held(ON) == {"GB 5009.3-2016"}
    assert held(date(2025, 12, 31)) == set()
    assert {row.method: row.known for row in lines(small)} == {"GB 5009.3-2016": True, "GB 5009.3": False}


@pytest.mark.parametrize("login", ["shou", "jian", "shen", "pi", "guan", "quan1"])
def test_only_the_technical_manager_keeps_the_scope(small: Small, login: str) -> None:
    words = "You may not keep standards, products and methods. Technical manager can."
    assert small.refused(scope.add, [MOISTURE], by=login) == words
    assert small.refused(scope.end, [1], ON, reason="x", by=login) == words
