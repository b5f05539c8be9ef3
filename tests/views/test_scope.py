"""Laws of the accreditation as it is read: what holds on a day, what the library can use of it."""

from __future__ import annotations

from datetime import date

import pytest

from lims.services import scope
from lims.services.scope import ScopeDraft
from lims.views import items
from lims.views import scope as view
from lims.views.names import found
from tests.services.small import Small

FIRST, LAST = date(2024, 1, 1), date(2029, 12, 31)


@pytest.mark.parametrize(("on", "holds"), [(date(2023, 12, 31), False), (FIRST, True), (LAST, True), (date(2030, 1, 1), False)])
def test_a_line_holds_from_its_first_day_to_its_last(on: date, holds: bool, small: Small) -> None:
    small.do(scope.add, [ScopeDraft("粮食", "moisture", "GB 5009.3-2016", FIRST, LAST)], by="ji")
    (row,) = small.do(view.scope, on)
    assert row.holds is holds
    held = {one.method for one in small.do(items.procedures, on) if one.item_code == "moisture" and one.in_scope}
    assert held == ({"GB 5009.3-2016"} if holds else set())


def test_a_method_the_library_does_not_know_is_marked(small: Small) -> None:
    small.do(scope.add, [ScopeDraft("粮食", "moisture", method, FIRST) for method in ("GB 5009.3-2016", "GB 5009.3")], by="ji")
    rows = small.do(view.scope, LAST)
    assert {row.method: row.known for row in rows} == {"GB 5009.3-2016": True, "GB 5009.3": False}
    assert all(found(text, row.sought) for row in rows for text in ("粮食", "水分", "sf", "moisture", "5009.3"))
