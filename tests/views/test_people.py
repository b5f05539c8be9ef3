"""Accounts as they are shown."""

from __future__ import annotations

from lims.services import people
from lims.views import people as view
from tests.services.small import ROLES, Small


def test_accounts_in_use_come_first(small: Small) -> None:
    small.do(people.amend, "jian", "姓jian", ROLES["jian"], False, by="guan")
    rows = small.do(view.rows)
    assert [row.login for row in rows] == [*sorted({*ROLES, "guan"} - {"jian"}), "jian"]
    assert {row.must_change for row in rows} == {False}
