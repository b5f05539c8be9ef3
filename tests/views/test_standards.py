"""Editions, their headings, and the sampling rules as they are shown and found: by two characters, pinyin initials, a number."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from lims import i18n
from lims.domain.catalogue import Heading, Item, Panel
from lims.rules.rights import PROGRAM
from lims.services import catalogue
from lims.views import catalogue as limit_view
from lims.views import standards as view
from lims.views.names import found
from tests.services.small import LIMITS, TODAY, Small
from tests.services.stating import Stated, state

ON = date.fromisoformat(TODAY)
MOISTURE, CARBOFURAN, WINE = "gb1353-2018-moisture-maize", "gb2763-2021-carbofuran-cowpea", "gb2760-2024-sulphur-dioxide-wine"


# -- editions


def test_an_edition_is_shown_with_its_days_and_how_many_of_its_limits_are_confirmed(small: Small) -> None:
    small.do(catalogue.confirm, ["gb2761-2017-aflatoxin-b1-maize"], by="ji")
    rows = {row.code: row for row in small.do(view.standards, ON)}
    row = rows["GB 2761-2017"]
    assert (row.classification, row.in_force, row.abolished, row.limits, row.confirmed, row.holds) == ("GB 2761", date(2017, 9, 17), None, 2, 1, True)
    assert (rows["GB 1353-2018"].limits, rows["GB 1353-2018"].confirmed) == (1, 0)
    assert (rows["GB 2760-2014"].limits, rows["GB 2760-2014"].holds) == (0, False)
    assert {row.code: row.holds for row in small.do(view.standards, date(2017, 9, 16))}["GB 2761-2017"] is False


def test_a_title_is_that_of_the_readers_language_where_there_is_one(small: Small) -> None:
    state(small, Stated("gb9001-x", "x", "≤1"))
    assert {row.code: row.title for row in small.do(view.standards, ON)}["GB 9001-2020"] == "虚拟标准", "it has no English one"
    with i18n.speaking("zh_CN"):
        assert {row.code: row.title for row in small.do(view.standards, ON)}["GB 2761-2017"] == "食品安全国家标准 食品中真菌毒素限量"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("GB 2761", {"GB 2761-2017"}),
        ("gb2761", {"GB 2761-2017"}),
        ("2763", {"GB 2763-2021", "GB 2763.1-2022", "GB 2763-2026"}),
        ("真菌", {"GB 2761-2017"}),
        ("zjds", {"GB 2761-2017"}),
        ("mycotoxin", {"GB 2761-2017"}),
        ("GB 0", set()),
        ("", set()),
    ],
)
def test_an_edition_is_found_by_number_title_and_initials(small: Small, text: str, codes: set[str]) -> None:
    assert set(small.do(view.find_standards, text)) == codes


# -- headings


@pytest.mark.parametrize(
    ("text", "code", "not_code"),
    [
        ("豇豆", "gb2763-h111", "gb2763-h5"),
        ("玉米", "gb2763-h5", "gb2763-h111"),
        ("ptj", "gb2760-h43", "gb2763-h111"),
        ("15.03.01", "gb2760-h43", "gb2760-h1"),
        ("１５．０３．０１", "gb2760-h43", "gb2760-h1"),
        ("蔬菜", "gb2763-h111", "gb1353-h1"),
    ],
)
def test_a_heading_is_found_by_name_group_number_and_initials(small: Small, text: str, code: str, not_code: str) -> None:
    codes = small.do(view.find_headings, text)
    assert code in codes and not_code not in codes
    classification = {"gb2763": "GB 2763", "gb2760": "GB 2760"}[code.partition("-")[0]]
    rows = small.do(view.headings_in, classification)
    assert {row.code for row in rows if found(text, row.sought)} == {row.code for row in rows} & set(codes), "typing finds what a search finds"


def test_nothing_finds_nothing(small: Small) -> None:
    assert small.do(view.find_headings, "") == small.do(view.find_headings, " ") == []


def test_headings_stand_in_the_order_of_the_standard_with_how_much_it_states_there(small: Small) -> None:
    rows = small.do(view.headings_in, "GB 2763")
    counted = {row.code: row.limits for row in rows if row.limits}
    assert counted == {"gb2763-h111": 2}
    (cowpea,) = [row for row in rows if row.code == "gb2763-h111"]
    assert (cowpea.words(), cowpea.classification) == ("蔬菜 · 豇豆", "GB 2763")
    (wine,) = [row for row in small.do(view.headings_in, "GB 2760") if row.code == "gb2760-h43"]
    assert wine.words() == "15.03.01 葡萄酒"
    assert small.do(view.headings_in, "GB 0") == []


# -- the sampling rules


@pytest.fixture
def ruled(small: Small) -> Small:
    """A laboratory with three foods of the sampling rules, the lower ones entered before those above them, and what is asked of one."""
    foods = (
        ("sampling-2026-h3", "sampling-2026-h2", "1.1.1", "玉米粉、玉米片、玉米渣"),
        ("sampling-2026-h2", "sampling-2026-h1", "1.1", "谷物加工品"),
        ("sampling-2026-h1", "", "1", "粮食加工品"),
    )
    with small.store.work() as work, work.acting(PROGRAM, "test.library"):
        for code, parent, number, name in foods:
            work.add(heading := Heading(code=code, classification="抽检细则", parent=parent, number=number, name=name, source="虚拟细则"))
            work.flush()
            if number == "1.1.1":
                lowest = heading.id
        items = dict(work.execute(select(Item.code, Item.id)).all())
        for place, item, note in (("1", "aflatoxin-b1", "限玉米片"), ("2", "deoxynivalenol", "")):
            work.add(
                Panel(
                    code=f"sampling-2026-h3-{place}",
                    heading_id=lowest,
                    item_id=items[item],
                    place=place,
                    bases="GB 2761 | GB 2762",
                    methods="GB 5009.22",
                    note=note,
                )
            )
            work.flush()
    return small


def test_the_tree_of_the_rules_has_each_food_after_the_one_above_it(ruled: Small) -> None:
    rows = ruled.do(view.rules)
    assert [(row.number, row.parent, row.items, row.year) for row in rows] == [
        ("1", "", 0, "2026"),
        ("1.1", "sampling-2026-h1", 0, "2026"),
        ("1.1.1", "sampling-2026-h2", 2, "2026"),
    ]
    assert [row.number for row in rows if found("ymf", row.sought)] == ["1.1.1"]


def test_what_the_rules_ask_of_a_food_stands_in_their_order(ruled: Small) -> None:
    assert [(row.place, row.item, row.bases, row.methods, row.note) for row in ruled.do(view.panel, "sampling-2026-h3")] == [
        ("1", "Aflatoxin B1", ("GB 2761", "GB 2762"), ("GB 5009.22",), "限玉米片"),
        ("2", "Deoxynivalenol", ("GB 2761", "GB 2762"), ("GB 5009.22",), ""),
    ]
    assert ruled.do(view.panel, "sampling-2026-h1") == []


# -- limits


def codes(rows: list[limit_view.LimitRow]) -> set[str]:
    """Return the codes of limits."""
    return {row.code for row in rows}


@pytest.mark.parametrize(
    ("text", "found_"),
    [
        ("克百威", {CARBOFURAN}),
        ("kbw", {CARBOFURAN}),
        ("豇豆", {CARBOFURAN, "gb2763-2021-thiamethoxam-cowpea"}),
        ("GB 1353", {MOISTURE}),
        ("15.03.01", {WINE}),
        ("nothing", set()),
    ],
)
def test_limits_are_found_by_item_heading_or_standard(small: Small, text: str, found_: set[str]) -> None:
    assert codes(small.do(limit_view.limit_page, ON, "all", text).rows) == found_


def test_a_search_is_cut_off_where_it_is_told(small: Small) -> None:
    assert len(small.do(limit_view.limit_page, ON, "all", "gb", most=2).rows) == 2


def test_a_page_of_limits_counts_every_part_and_takes_several_words(small: Small) -> None:
    small.registered("wine")
    page = small.do(limit_view.limit_page, ON, "all")
    assert (codes(page.rows), page.counts) == (LIMITS, {"asked": 1, "placed": 6, "all": 6})
    assert codes(small.do(limit_view.limit_page, ON, "asked").rows) == {WINE}
    page = small.do(limit_view.limit_page, ON, "all", "豇豆 kbw")
    assert (codes(page.rows), page.counts) == ({CARBOFURAN}, {"asked": 0, "placed": 1, "all": 1})
    assert codes(small.do(limit_view.limit_page, ON, "all", MOISTURE).rows) == {MOISTURE}, "a limit's own number"
    small.confirm()
    assert small.do(limit_view.limit_page, ON, "asked").counts["asked"] == 0


def test_limits_of_where_products_stand_are_what_the_laboratory_works_with(small: Small) -> None:
    state(small, Stated("gb9001-x", "aflatoxin-b1", "≤1"))
    assert codes(small.do(limit_view.limit_page, ON, "placed").rows) == LIMITS | {"gb9001-x"}


def test_a_limit_says_where_it_stands_and_where_it_comes_from(small: Small) -> None:
    (row,) = small.do(limit_view.limit_page, ON, "all", "GB 1353").rows
    assert (row.item, row.heading, row.classification, row.requirement, row.unit, row.standard, row.clause, row.in_force) == (
        "Moisture",
        "gb1353-h1",
        "玉米 · 各类玉米",
        "≤ 14.0",
        "%",
        "GB 1353-2018",
        "表1",
        True,
    )
    assert row.source and row.evidence and row.confidence


def test_limits_of_a_product_are_those_under_its_headings_by_code_or_name(small: Small) -> None:
    for product in ("maize", "玉米", "Maize"):
        for item in ("aflatoxin-b1", "黄曲霉毒素B1", "AFB1", "hqmds"):
            assert codes(small.do(limit_view.find_limits, product, item, ON)) == {"gb2761-2017-aflatoxin-b1-maize"}, (product, item)
    assert small.do(limit_view.find_limits, "maize", "aflatoxin-b1", date(2017, 9, 16)) == []
    assert small.do(limit_view.find_limits, "maize", "nothing", ON) == []


def test_limits_of_a_food_that_is_no_product_of_the_laboratory_are_those_that_may_cover_it(small: Small) -> None:
    assert codes(small.do(limit_view.find_limits, "玉米面", "黄曲霉毒素B1", ON)) == {"gb2761-2017-aflatoxin-b1-maize"}
    assert small.do(limit_view.find_limits, "牛肝", "黄曲霉毒素B1", ON) == []


def test_an_analysis_may_be_held_against_every_edition_of_its_item_under_the_products_headings(small: Small) -> None:
    older = Stated("gb9001-2010-afb1", "aflatoxin-b1", "≤10", standard="GB 9001-2010", in_force=date(2010, 1, 1), abolished=date(2020, 1, 1))
    state(small, older)
    state(small, Stated("gb9003-afb1", "aflatoxin-b1", "≤5", standard="GB 9003-2020", heading="gb9003-h1"), product="wine")
    keys = small.keys(small.registered())
    rows = {row.code: row.in_force for row in small.do(limit_view.choices, keys["aflatoxin-b1"], ON)}
    assert rows == {"gb2761-2017-aflatoxin-b1-maize": True, older.code: False}
