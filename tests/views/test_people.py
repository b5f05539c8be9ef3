"""Accounts as they are shown, and who can do something now."""

from __future__ import annotations

from lims.rules.rights import Right
from lims.services import people
from lims.views import people as view
from tests.services.small import ROLES, Small


def test_accounts_in_use_come_first(small: Small) -> None:
    small.do(people.amend, "jian", "姓jian", ROLES["jian"], False, by="guan")
    rows = small.do(view.rows)
    assert [row.login for row in rows] == [*sorted({*ROLES, "guan"} - {"jian"}), "jian"]
    assert {row.must_change for row in rows} == {False}


def test_who_can_do_something_is_who_holds_the_right_in_an_open_account(small: Small) -> None:
    small.do(people.amend, "quan1", "姓quan1", ROLES["quan1"], False, by="guan")
    assert [row.login for row in small.do(view.holders, Right.APPROVE)] == ["pi", "quan2", "quan3"]
    assert [row.login for row in small.do(view.holders, Right.PEOPLE)] == ["guan"]
