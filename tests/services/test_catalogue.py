"""The library: nothing shipped is confirmed; a confirmation is a row with person, moment and the digest of what was read."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest
from sqlalchemy import select

from lims.domain.catalogue import Confirmation, Limit
from lims.services import catalogue
from lims.views import catalogue as view
from tests.services.small import TODAY, Apart, Small

ON = date.fromisoformat(TODAY)
MOISTURE, CARBOFURAN = "gb1353-2018-moisture-maize", "gb2763-2021-carbofuran-cowpea"


def test_no_shipped_limit_is_confirmed(small: Small) -> None:
    rows = small.do(view.limit_rows, ON)
    assert len(rows) == 6
    assert {(row.confirmed_by, row.confirmed_at, row.remark) for row in rows} == {("", None, "")}
    assert small.do(view.unconfirmed) == 6
    assert not any(row.confirmed for product in ("maize", "cowpea", "wine") for row in small.do(view.offers, product, ON))


def test_a_confirmation_holds_person_moment_remark_and_the_digest_of_the_limit(small: Small) -> None:
    small.do(catalogue.confirm, [MOISTURE], by="ji", remark="实验室文本第 3 页")
    with small.store.work() as work:
        kept = work.scalars(select(Confirmation)).one()
        (limit,) = [row for row in work.scalars(select(Limit).options(*view._loaded())) if row.code == MOISTURE]
        assert (kept.person_id, kept.remark, kept.digest) == (small.people["ji"].id, "实验室文本第 3 页", view.limit_digest(limit.rule()))
    (row,) = [row for row in small.do(view.limit_rows, ON) if row.confirmed_by]
    assert (row.code, row.confirmed_by, row.remark, row.confirmed_at) == (MOISTURE, "姓ji", "实验室文本第 3 页", kept.at)
    assert small.do(view.unconfirmed) == 5
    assert [row.limit for row in small.do(view.offers, "maize", ON) if row.confirmed] == [MOISTURE]


@pytest.mark.parametrize("login", ["shou", "jian", "shen", "pi", "guan", "quan1"])
def test_only_the_technical_manager_confirms(small: Small, login: str) -> None:
    said = small.refused(catalogue.confirm, [MOISTURE], by=login)
    assert said == "You may not keep standards and confirm limits. Technical manager can."


def test_a_limit_is_confirmed_once_and_its_first_confirmation_stays(small: Small) -> None:
    small.do(catalogue.confirm, [MOISTURE, CARBOFURAN], by="ji", remark="第一次")
    small.do(catalogue.confirm, [MOISTURE], by="ji", remark="第二次")
    with small.store.work() as work:
        assert [row.remark for row in work.scalars(select(Confirmation))] == ["第一次", "第一次"]


def test_an_unknown_limit_is_named_and_nothing_is_confirmed(small: Small) -> None:
    assert small.refused(catalogue.confirm, [MOISTURE, "gb0-x"], by="ji") == "The library has no limit gb0-x."
    assert small.do(view.unconfirmed) == 6


def test_a_confirmation_of_what_no_longer_stands_there_does_not_count(small: Small) -> None:
    with small.store.work() as work, work.acting(small.people["ji"], "test"):
        limit = work.scalars(select(Limit).where(Limit.code == MOISTURE)).one()
        work.add(Confirmation(limit_id=limit.id, person_id=small.people["ji"].id, at=work.now(), digest="0" * 64))
    assert small.do(view.confirmed_codes, [limit.id]) == frozenset()
    assert not any(row.confirmed_by for row in small.do(view.limit_rows, ON))


def test_the_digest_covers_every_word_of_a_limit(small: Small) -> None:
    with small.store.work() as work:
        rule = work.scalars(select(Limit).where(Limit.code == MOISTURE).options(*view._loaded())).one().rule()
    digests = {view.limit_digest(replace(rule, **{field.name: f"{getattr(rule, field.name)}x"})) for field in fields(rule)}
    assert len(digests | {view.limit_digest(rule)}) == len(fields(rule)) + 1


def test_only_editions_in_force_on_the_products_day_are_offered(small: Small) -> None:
    day = date(2019, 2, 1)
    assert [row.item_code for row in small.do(view.offers, "maize", day)] == ["aflatoxin-b1", "deoxynivalenol", "moisture"]
    assert "moisture" not in [row.item_code for row in small.do(view.offers, "maize", date(2019, 1, 31))]
    assert small.do(view.offers, "wine", date(2025, 2, 7)) == []
    assert [row.limit for row in small.do(view.offers, "wine", date(2025, 2, 8))] == ["gb2760-2024-sulphur-dioxide-wine"]


def test_two_technical_managers_at_once_leave_one_confirmation(small: Small, apart: Apart) -> None:
    by = small.people["ji"]
    apart(*(lambda work: catalogue.confirm(work, [MOISTURE], by=by) for _twice in range(2)))
    with small.store.work() as work:
        assert len(work.scalars(select(Confirmation)).all()) == 1
