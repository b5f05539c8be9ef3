"""A new edition of a standard from a table: read row by row, held against the present one, taken in whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims import i18n
from lims.db import seed
from lims.domain.analyses import Basis
from lims.domain.catalogue import Confirmation, Heading, Item, Limit, Standard
from lims.domain.trail import TrailLine
from lims.errors import Mistakes, Refusal, Stale
from lims.rules.limits import Comparison
from lims.rules.verdict import Verdict
from lims.services import analyses, catalogue, certificates, editions, founding, placements, samples, worksheets
from lims.services.editions import Change, Dry, EditionDraft, dry_run, take
from lims.services.grids import Grid, grid, workbook
from lims.services.limit_tables import MOST_SOUGHT, Wrong
from lims.services.samples import Asked
from lims.views import catalogue as catalogue_view
from tests.services.small import INTAKE, PASSWORD, Apart, Small, statements
from tests.services.workbooks import xlsx

DRAFT = EditionDraft(
    "GB 2761-2026",
    "食品安全国家标准 食品中真菌毒素限量",
    issued=date(2026, 5, 15),
    in_force=date(2026, 11, 15),
    source="卫生健康委公告附件的表 1 和表 3",
)
"""An edition that never was: in force on the day the samples here are taken, not in force ten days before."""

MAIZE, FLOUR, RICE = "玉米、玉米面(渣、片)及玉米制品", "玉米、玉米面(渣、片)", "稻谷、糙米、大米"
SIX_COLUMNS = ("项目", "食品大类", "食品名称", "限量", "单位", "条件")
ROWS = (
    ("黄曲霉毒素B1", "谷物及其制品", MAIZE, "≤10", "μg/kg", ""),
    ("DON", "谷物及其制品", FLOUR, "≤1000", "μg/kg", ""),
    ("aflatoxin-b1", "谷物及其制品", "爆裂玉米", "≤5.0", "μg/kg", "按原粮计"),
)
"""The limit of one present row is another, one stays, one stands under a heading that is new."""


def table(*rows: Sequence[str], header: Sequence[str] = SIX_COLUMNS) -> Grid:
    """Return rows as a file holds them, the first in line 2."""
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return grid(out.getvalue().encode(), "edition.csv")


def changed(place: int, **fields: str) -> Grid:
    """Return the table with some fields of one row otherwise, by the name of their column."""
    rows = [dict(zip(SIX_COLUMNS, row, strict=True)) for row in ROWS]
    rows[place] |= fields
    header = list(dict.fromkeys([*SIX_COLUMNS, *fields]))
    return table(*([row.get(name, "") for name in header] for row in rows), header=header)


def told(dry: Dry) -> list[tuple[Change, str, str, str, str]]:
    """Return the differences in short."""
    return [(one.change, one.item_code, one.heading_code, one.old.words() if one.old else "", one.new.words() if one.new else "") for one in dry.differences]


def limits_of(small: Small, standard: str) -> dict[str, Limit]:
    """Return the limits of an edition as they stand in the library, by code."""
    query = select(Limit).join(Standard, Limit.standard_id == Standard.id).where(Standard.code == standard).order_by(Limit.id)
    with small.store.work() as work:
        return {row.code: row for row in work.scalars(query.options(joinedload(Limit.item), joinedload(Limit.heading), joinedload(Limit.standard)))}


def standard(small: Small, code: str) -> Standard:
    with small.store.work() as work:
        return work.scalars(select(Standard).where(Standard.code == code)).one()


def everything(small: Small) -> dict[str, list[str]]:
    """Return every row of the library, for a comparison."""
    with small.store.work() as work:
        return {
            kind.__tablename__: [repr(row) for row in work.scalars(select(kind).order_by(kind.id))] for kind in (Standard, Heading, Item, Limit, Confirmation)
        }


# -- what taking it in would do ----------------------------------------------------------------------------------------------


def test_every_limit_is_held_against_the_present_edition(small: Small) -> None:
    dry = small.do(dry_run, DRAFT, table(*ROWS))
    assert told(dry) == [
        (Change.CHANGED, "aflatoxin-b1", "gb2761-h1", "≤ 20 μg/kg", "≤ 10 μg/kg"),
        (Change.SAME, "deoxynivalenol", "gb2761-h20", "≤ 1000 μg/kg", "≤ 1000 μg/kg"),
        (Change.ADDED, "aflatoxin-b1", "gb2761-own-1", "", "≤ 5.0 μg/kg; 按原粮计"),
    ]
    assert [dry.count(change) for change in Change] == [1, 0, 1, 1]
    assert (dry.errors, dry.rows, dry.good, dry.left_out, dry.replaced, dry.ends) == ((), 3, 3, (), "GB 2761-2017", date(2026, 11, 15))
    assert dry.draft == replace(DRAFT, replaces="GB 2761-2017", classification="GB 2761")
    assert [(one.old_limit, one.line) for one in dry.differences] == [("gb2761-2017-aflatoxin-b1-maize", 2), ("gb2761-2017-deoxynivalenol-maize", 3), ("", 4)]
    assert [(one.item, one.heading) for one in dry.differences][::2] == [
        ("Aflatoxin B1", "谷物及其制品 · 玉米、玉米面(渣、片)及玉米制品"),
        ("Aflatoxin B1", "谷物及其制品 · 爆裂玉米"),
    ]


def test_what_is_no_longer_stated_is_removed(small: Small) -> None:
    dry = small.do(dry_run, DRAFT, table(ROWS[0]))
    assert told(dry)[1:] == [(Change.REMOVED, "deoxynivalenol", "gb2761-h20", "≤ 1000 μg/kg", "")]
    assert (dry.differences[1].old_limit, dry.differences[1].line) == ("gb2761-2017-deoxynivalenol-maize", 0)


def test_while_a_row_cannot_be_read_nobody_can_tell_what_is_removed(small: Small) -> None:
    dry = small.do(dry_run, DRAFT, table(ROWS[0], ("脱氧雪腐", *ROWS[1][1:])))
    assert [one.change for one in dry.differences] == [Change.CHANGED] and (dry.rows, dry.good) == (2, 1)


def test_nothing_is_written(small: Small) -> None:
    before, trail = everything(small), small.trail_length()
    small.do(dry_run, DRAFT, table(*ROWS))
    assert (everything(small), small.trail_length()) == (before, trail)


@pytest.mark.parametrize(
    ("fields", "change"),
    [
        ({"限量": "≤ 20"}, Change.SAME),
        ({"限量": "<=20"}, Change.SAME),
        ({"限量": "不得超过20"}, Change.SAME),
        ({"限量": "≤20.0"}, Change.CHANGED),
        ({"限量": "<20"}, Change.CHANGED),
        ({"限量": "≥20"}, Change.CHANGED),
        ({"限量": "≤20", "单位": "ug/kg"}, Change.SAME),
        ({"限量": "≤20", "单位": "mg/kg"}, Change.CHANGED),
        ({"限量": "≤20", "单位": ""}, Change.CHANGED),
        ({"限量": "≤20", "条件": "按原粮计"}, Change.CHANGED),
        ({"限量": "≤20", "表示方式": ""}, Change.SAME),
        ({"限量": "≤20", "表示方式": "以总量计"}, Change.CHANGED),
        ({"限量": "≤20", "比较方式": "全数值比较"}, Change.SAME),
        ({"限量": "≤20", "比较方式": "修约值比较"}, Change.CHANGED),
        ({"限量": "≤20", "修约间隔": "1"}, Change.CHANGED),
        ({"限量": "≤20", "备注": "别的话", "条款": "4.1"}, Change.SAME),
    ],
    ids=str,
)
def test_a_limit_is_changed_where_it_demands_otherwise_and_not_where_it_is_written_otherwise(fields: dict[str, str], change: Change, small: Small) -> None:
    assert small.do(dry_run, DRAFT, changed(0, **fields)).differences[0].change is change


def test_of_several_limits_of_one_item_the_same_condition_is_compared_first(small: Small) -> None:
    small.do(take, DRAFT, table(*((*ROWS[0][:3], limit, "μg/kg", condition) for limit, condition in (("≤10", "甲"), ("≤20", "乙"), ("≤30", "丙")))), by="ji")
    later = replace(DRAFT, standard="GB 2761-2027", in_force=date(2027, 1, 1))
    rows = [(*ROWS[0][:3], limit, "μg/kg", condition) for limit, condition in (("≤40", "丁"), ("≤20", "乙"), ("≤11", "甲"))]
    assert [(one.change, one.old and one.old.condition) for one in small.do(dry_run, later, table(*rows)).differences] == [
        (Change.CHANGED, "丙"),
        (Change.SAME, "乙"),
        (Change.CHANGED, "甲"),
    ]
    assert [one.change for one in small.do(dry_run, later, table(*rows[1:])).differences] == [Change.SAME, Change.CHANGED, Change.REMOVED]


# -- which edition it replaces -----------------------------------------------------------------------------------------------


def test_the_edition_of_the_same_number_in_force_now_is_replaced(small: Small) -> None:
    small.do(take, DRAFT, table(*ROWS), by="ji")
    dry = small.do(dry_run, replace(DRAFT, standard="GB2761-2030", in_force=date(2030, 1, 1)), table(*ROWS))
    assert (dry.replaced, dry.draft.replaces, dry.draft.classification, dry.ends) == ("GB 2761-2026", "GB 2761-2026", "GB 2761", date(2030, 1, 1))


def test_an_edition_may_be_named_and_keeps_an_end_that_it_has(small: Small) -> None:
    small.do(take, DRAFT, table(*ROWS), by="ji")
    dry = small.do(dry_run, replace(DRAFT, standard="GB 2761-2030", in_force=date(2030, 1, 1), replaces="gb 2761-2017"), table(*ROWS))
    assert (dry.replaced, dry.ends, dry.count(Change.CHANGED)) == ("GB 2761-2017", None, 1)


def test_without_its_first_day_an_edition_ends_nothing_and_concerns_no_sample(small: Small) -> None:
    small.registered()
    dry = small.do(dry_run, replace(DRAFT, in_force=None), table(*ROWS))
    assert (dry.replaced, dry.ends, dry.affected) == ("GB 2761-2017", None, ())
    small.do(take, replace(DRAFT, in_force=None), table(*ROWS), by="ji")
    assert standard(small, "GB 2761-2017").abolished is None


def test_a_standard_nobody_knows_yet_is_compared_with_nothing(small: Small) -> None:
    dry = small.do(dry_run, replace(DRAFT, standard="DB31/ 2026-2026", replaces="DB31/ 2026-2016"), table(*ROWS))
    assert (dry.replaced, dry.ends, dry.draft.classification, dry.draft.replaces) == ("", None, "DB31/ 2026", "DB31/ 2026-2016")
    assert [one.change for one in dry.differences] == [Change.ADDED] * 3
    assert [one.words() for one in dry.headings] == [f"谷物及其制品 · {name}" for name in (MAIZE, FLOUR, "爆裂玉米")]


def test_an_amendment_stands_beside_what_it_amends_unless_that_is_named(small: Small) -> None:
    dry = small.do(dry_run, replace(DRAFT, standard="GB 2761.1-2026", classification="gb2761"), table(*ROWS))
    assert (dry.replaced, dry.ends, dry.draft.classification) == ("", None, "GB 2761")
    assert [one.heading_code for one in dry.differences] == ["gb2761-h1", "gb2761-h20", "gb2761-own-1"]


MISTAKEN = [
    ({"standard": " "}, {"standard": "Write its number with the year."}),
    ({"standard": "GB " + "9" * 60}, {"standard": "At most 60 characters."}),
    ({"standard": "GB 2761-2017"}, {"standard": "The library has GB 2761-2017 already. An edition is taken in once."}),
    ({"standard": "ＧＢ2761-2017"}, {"standard": "The library has GB 2761-2017 already. An edition is taken in once."}),
    ({"title_zh": "\n"}, {"title_zh": "Write its Chinese title."}),
    ({"title_en": "\0", "source": "\ud83c"}, dict.fromkeys(("title_en", "source"), "It holds a sign that no text has. Type it again.")),
    ({"issued": date(2026, 11, 16)}, {"in_force": "It would be in force before it was issued."}),
    ({"abolished": date(2026, 11, 15)}, {"abolished": "It would end before it begins."}),
    ({"replaces": "GB 2761-2011"}, {"replaces": "The library has no GB 2761-2011. Of this standard it has GB 2761-2017."}),
    ({"in_force": date(2017, 9, 17), "issued": None}, {"in_force": "GB 2761-2017 came into force on 2017-09-17. What replaces it begins later."}),
    ({"classification": "GB 2762"}, {"classification": "The headings of GB 2761-2017 are those of GB 2761. Name the same, or none."}),
    ({"standard": "", "title_zh": "", "abolished": date(2026, 1, 1)}, {"standard": ..., "title_zh": ..., "abolished": ...}),
]


def test_what_is_wrong_with_the_edition_itself_is_said_field_by_field(small: Small, subtests: pytest.Subtests) -> None:
    for fields, wrong in MISTAKEN:
        with subtests.test(str(fields)):
            for job, by in ((dry_run, {}), (take, {"by": "ji"})):
                said = small.mistaken(job, replace(DRAFT, **fields), table(*ROWS), **by)  # type: ignore[arg-type]
                assert said.keys() == wrong.keys() and all(words in (..., said[name]) for name, words in wrong.items())


# -- how a table is read -----------------------------------------------------------------------------------------------------


def test_the_librarys_own_columns_and_the_chinese_ones_say_the_same(small: Small) -> None:
    header = [
        *("code", "item", "heading", "standard", "level", "requirement", "unit", "basis", "condition", "comparison", "rounding"),
        *("clause", "note", "source", "evidence", "confidence"),
    ]
    row = [
        "x-1",
        "deoxynivalenol",
        "gb2761-h20",
        "GB 2761-2026",
        "一等",
        "≤1000",
        "μg/kg",
        "干基",
        "甲",
        "rounded",
        "1",
        "表3",
        "注",
        "公告",
        "primary_text",
        "high",
    ]
    chinese = [
        "编号",
        "检验项目",
        "食品类别（名称）",
        "标准号",
        "等级",
        "限量值",
        "单位",
        "表示方式",
        "适用条件",
        "比较方式",
        "修约间隔",
        "条款",
        "备注",
        "来源",
        "依据类型",
        "可信度",
    ]
    said = [
        "x-1",
        "呕吐毒素",
        "谷物及其制品 · 玉米、玉米面（渣、片）",
        "GB2761-2026",
        "一等",
        "≤1000",
        "微克/千克",
        "干基",
        "甲",
        "修约值比较",
        "1",
        "表3",
        "注",
        "公告",
        "primary_text",
        "high",
    ]
    for number, (names, fields) in enumerate([(header, row), (chinese, said)]):
        year = f"GB 2761-{2026 + number}"
        small.do(
            take,
            replace(DRAFT, standard=year, replaces="GB 2761-2017"),
            table([one.replace("2026", str(2026 + number)).replace("x-1", year) for one in fields], header=names),
            by="ji",
        )
    first, second = limits_of(small, "GB 2761-2026")["GB 2761-2026"], limits_of(small, "GB 2761-2027")["GB 2761-2027"]
    kept = (
        "item_id",
        "heading_id",
        "level",
        "requirement",
        "unit",
        "basis",
        "condition",
        "comparison",
        "rounding",
        "clause",
        "note",
        "source",
        "evidence",
        "confidence",
    )
    assert [getattr(first, name) for name in kept] == [getattr(second, name) for name in kept]
    assert [getattr(first, name) for name in kept[2:]] == [
        "一等",
        "≤1000",
        "μg/kg",
        "干基",
        "甲",
        Comparison.ROUNDED,
        "1",
        "表3",
        "注",
        "公告",
        "primary_text",
        "high",
    ]
    assert (first.item.code, first.heading.code) == ("deoxynivalenol", "gb2761-h20")


def test_a_workbook_says_the_same_as_a_file(small: Small) -> None:
    book = workbook(xlsx([SIX_COLUMNS, *([cell.replace("玉米面", "玉米面\n") for cell in row] for row in ROWS)]), "edition.xlsx")
    assert small.do(dry_run, DRAFT, book) == small.do(dry_run, DRAFT, table(*ROWS))


def test_a_column_called_food_category_is_the_group_beside_a_name_and_the_name_alone(small: Small) -> None:
    beside = table(("DON", "谷物及其制品", FLOUR, "≤1000", "μg/kg"), header=("项目", "食品类别", "食品名称", "限量", "单位"))
    alone = table(("DON", FLOUR, "≤1000", "μg/kg"), header=("项目", "食品类别", "限量", "单位"))
    for one in (beside, alone):
        assert [each.heading_code for each in small.do(dry_run, DRAFT, one).differences][:1] == ["gb2761-h20"]


def test_what_the_library_has_no_place_for_is_left_out_and_said(small: Small) -> None:
    dry = small.do(dry_run, DRAFT, changed(0, 检测方法="GB 5009.22", requirement="", 序号="1"))
    assert dry.left_out == ("限量", "检测方法", "序号")
    assert [one.column for one in dry.errors] == ["requirement"] * 3, "of two names for one column the first that is known counts"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("项目", "食品名称"), "requirement / 限量 / 限量值 / 最大残留限量 / 标准值 / 标准指标 / 技术要求 / 指标"),
        (("项目", "限量"), "heading / 食品类别/名称 / 食品类别(名称) / 食品名称 / 名称"),
        (("食品类别", "限量"), "item / 项目 / 检验项目 / 项目名称"),
    ],
)
def test_a_table_without_a_column_that_is_needed_is_refused(header: tuple[str, ...], words: str, small: Small) -> None:
    assert small.refused(dry_run, DRAFT, table(("x", "y"), header=header)) == f"The table has no column {words}. Name its columns in the first line."


def test_a_table_without_rows_is_refused(small: Small) -> None:
    for rows in ((), ([""] * 6, [" "] * 6)):
        assert small.refused(take, DRAFT, table(*rows), by="ji") == "The table has no rows below its header. Nothing can be taken in."


UNREADABLE = "Write it like ≤0.2, 0.80~2.00, n=5,c=2,m=10,M=100 or 不得检出."
FULL_ROW = [
    ({"项目": "黄曲霉素B1"}, "项目", "The library has no item 黄曲霉素B1. Near to it: Aflatoxin B1."),
    ({"项目": "Plutonium"}, "项目", "The library has no item Plutonium."),
    ({"项目": ""}, "项目", "The item is empty. Where cells are merged, write it into every row."),
    ({"食品名称": " "}, "食品名称", "The heading is empty. Where cells are merged, write it into every row."),
    ({"食品名称": "gb2761-h999"}, "食品名称", "GB 2761 has no heading gb2761-h999."),
    ({"食品名称": "gb1353-h1"}, "食品名称", "gb1353-h1 is a heading of GB 1353, not of GB 2761."),
    ({"限量": ""}, "限量", "The limit is empty. Write — where the standard demands nothing."),
    ({"限量": "10"}, "限量", "“10” says neither at most nor at least. Write ≤10 or ≥10."),
    ({"限量": "0.5 mg/kg"}, "限量", "“0.5 mg/kg” says neither at most nor at least. Write ≤0.5 mg/kg or ≥0.5 mg/kg."),
    ({"限量": "≤10 μg/kg"}, "限量", "“≤10 μg/kg” holds a unit. Write it into the column of units."),
    ({"限量": "≤10 左右"}, "限量", f"“≤10 左右” is no limit this program can read. {UNREADABLE}"),
    ({"限量": "20~10"}, "限量", f"“20~10” is no limit this program can read. {UNREADABLE}"),
    ({"限量": "±5"}, "限量", f"“±5” is no limit this program can read. {UNREADABLE}"),
    ({"单位": "ppb"}, "单位", "ppb is no unit this program knows."),
    ({"比较方式": "nearly"}, "比较方式", "“nearly” is no way to compare. Write full or rounded."),
    ({"修约间隔": "0.3"}, "修约间隔", "“0.3” is no rounding interval. Write 0.1, 0.5, 20 or 3s."),
    ({"标准号": "GB 2761-2017"}, "标准号", "The row is of GB 2761-2017, not of GB 2761-2026. Take one edition in at a time."),
    ({"编号": "gb2761-2017-aflatoxin-b1-maize"}, "编号", "gb2761-2017-aflatoxin-b1-maize is taken. Leave the field empty for a code of its own."),
    ({"编号": "x" * 61}, "编号", "At most 60 characters."),
    ({"备注": "a\0b"}, "", "The row holds a sign that no text has. Write it anew."),
]


def test_what_is_wrong_in_a_row_is_said_with_line_and_column(small: Small, subtests: pytest.Subtests) -> None:
    for fields, column, words in FULL_ROW:
        with subtests.test(str(fields)):
            dry = small.do(dry_run, DRAFT, changed(2, **fields))
            assert dry.errors == (Wrong(4, column, words),) and (dry.rows, dry.good) == (3, 2)


def test_everything_wrong_in_a_row_is_said_at_once(small: Small) -> None:
    dry = small.do(dry_run, DRAFT, changed(1, 项目="?", 食品名称="", 限量="5", 单位="ppb", 标准号="GB 1"))
    assert [(one.line, one.column) for one in dry.errors] == [(3, "项目"), (3, "食品名称"), (3, "限量"), (3, "单位"), (3, "标准号")]


def test_a_row_with_too_few_or_too_many_fields_is_wrong_as_a_whole(small: Small) -> None:
    dry = small.do(dry_run, DRAFT, table(*ROWS, ROWS[0][:4], (*ROWS[0], "")))
    assert dry.errors == (Wrong(5, "", "The row has 4 fields where the header has 6."), Wrong(6, "", "The row has 7 fields where the header has 6."))


def test_the_same_limit_twice_is_wrong_where_it_stands_the_second_time(small: Small) -> None:
    twice = table(
        *ROWS, ("AFB1", "", " 玉米、玉米面（渣、片）及玉米制品", "≤30", "μg/kg", ""), ("AFB1", "谷物及其制品", "爆裂玉米", "≤6", "μg/kg", "按 原粮计")
    )
    dry = small.do(dry_run, DRAFT, twice)
    assert dry.errors == tuple(
        Wrong(line, "项目", f"The same item, heading, level and condition stand in line {first} already.") for line, first in ((5, 2), (6, 4))
    )


def test_the_same_item_under_one_heading_may_have_levels_and_conditions(small: Small) -> None:
    header = (*SIX_COLUMNS, "等级")
    rows = [(*ROWS[0], "一等"), (*ROWS[0], "二等"), (*ROWS[0][:5], "湿法", "二等")]
    assert small.do(take, DRAFT, table(*rows, header=header), by="ji") == 3
    assert list(limits_of(small, "GB 2761-2026")) == ["gb2761-2026-aflatoxin-b1-h1", "gb2761-2026-aflatoxin-b1-h1-2", "gb2761-2026-aflatoxin-b1-h1-3"]


def test_a_code_that_is_given_twice_is_taken_the_second_time(small: Small) -> None:
    rows = [(*row, code) for row, code in zip(ROWS, ("a", "b", "a"), strict=True)]
    dry = small.do(dry_run, DRAFT, table(*rows, header=(*SIX_COLUMNS, "编号")))
    assert dry.errors == (Wrong(4, "编号", "a is taken. Leave the field empty for a code of its own."),)


def test_a_code_that_is_made_is_nobody_elses_and_no_longer_than_one_may_be(small: Small) -> None:
    name = "卫生部药品标准 中药成方制剂 第二十册 附录甲、附录乙和附录丙的全部内容（试行）"
    rows = [(*row, code) for row, code in zip(ROWS, ("", "", "gb2761-2026-aflatoxin-b1-h1"), strict=True)]
    small.do(take, DRAFT, table(*rows[::-1], header=(*SIX_COLUMNS, "编号")), by="ji")
    assert sorted(limits_of(small, "GB 2761-2026")) == ["gb2761-2026-aflatoxin-b1-h1", "gb2761-2026-aflatoxin-b1-h1-2", "gb2761-2026-deoxynivalenol-h20"]
    small.do(take, replace(DRAFT, standard=name), table(*ROWS), by="ji")
    assert len(limits_of(small, name)) == 3 and all(len(code) <= 60 for code in limits_of(small, name))
    with small.store.work() as work, work.acting(small.people["ji"], "test"):
        work.add(Item(code="x" * 60, name_zh="名称很长的物质", group="other"))
    long = replace(DRAFT, standard="GB 2761-2028", in_force=date(2028, 1, 1))
    small.do(take, long, table(*(("名称很长的物质", "", MAIZE, "≤1", "", condition) for condition in "甲乙")), by="ji")
    assert [len(code) for code in limits_of(small, "GB 2761-2028")] == [55, 57]


def test_a_heading_is_known_by_its_code_its_name_its_number_or_all_of_them(small: Small) -> None:
    with small.store.work() as work, work.acting(small.people["ji"], "test"):
        empty = {"parent": "", "note": "", "source": "", "evidence": "", "confidence": ""}
        for code, group, number in (("x-1", "甲类", "1"), ("x-2", "甲类", "2"), ("x-3", "乙类", "1")):
            work.add(Heading(code=code, classification="GB 2761", group=group, number=number, name="豆粉", **empty))
    header = ("项目", "食品大类", "分类号", "食品名称", "限量")
    known = {("", "", "x-2"): "x-2", ("甲类", "1", "豆粉"): "x-1", ("乙 类", "", "豆粉"): "x-3", ("", "2", "豆 粉"): "x-2", ("", "", "乙类 · 1 豆粉"): "x-3"}
    for place, code in known.items():
        assert small.do(dry_run, DRAFT, table(("DON", *place, "≤1"), header=header)).differences[0].heading_code == code
    dry = small.do(dry_run, DRAFT, table(("DON", "甲类", "", "豆粉", "≤1"), header=header))
    assert dry.errors[0].words == "“豆粉” stands in several places: 甲类 · 1 豆粉; 甲类 · 2 豆粉. Write its group or number, or its code."
    assert small.do(dry_run, DRAFT, table(("DON", "丙类", "", "豆粉", "≤1"), header=header)).headings[0].words() == "丙类 · 豆粉"


def test_a_name_that_two_items_share_is_no_name(small: Small) -> None:
    with small.store.work() as work, work.acting(small.people["ji"], "test"):
        work.add(Item(code="other-toxin", name_zh="另一种毒素", group="mycotoxin", aliases="DON"))
    assert small.do(dry_run, DRAFT, table(*ROWS)).errors == (Wrong(3, "项目", "“DON” may be deoxynivalenol, other-toxin. Write the code of one."),)


def test_a_new_heading_is_listed_once_with_those_it_may_be(small: Small) -> None:
    rows = [*ROWS, ("DON", "谷物及其制品", "爆裂 玉米", "≤500", "μg/kg", ""), ("DON", "谷物及其制品", "玉米、玉米面", "≤500", "μg/kg", "")]
    dry = small.do(dry_run, DRAFT, table(*rows))
    assert [(one.code, one.name, one.line) for one in dry.headings] == [("gb2761-own-1", "爆裂玉米", 4), ("gb2761-own-2", "玉米、玉米面", 6)]
    assert "谷物及其制品 · 玉米、玉米面(渣、片)" in dry.headings[1].near
    assert [one.heading_code for one in dry.differences[2:4]] == ["gb2761-own-1"] * 2


def test_new_headings_of_a_later_edition_are_numbered_on(small: Small) -> None:
    small.do(take, DRAFT, table(*ROWS), by="ji")
    later = small.do(
        dry_run,
        replace(DRAFT, standard="GB 2761-2027", in_force=date(2027, 1, 1)),
        table(*ROWS, *((*ROWS[0][:2], name, *ROWS[0][3:]) for name in ("甜玉米", "糯玉米"))),
    )
    assert [(one.code, one.name) for one in later.headings] == [("gb2761-own-2", "甜玉米"), ("gb2761-own-3", "糯玉米")]


def test_near_names_are_sought_for_some_hundreds_and_not_for_a_whole_wrong_column(small: Small) -> None:
    errors = small.do(dry_run, DRAFT, table(*((f"水分{n}", "", FLOUR, "≤1", "%", "") for n in range(MOST_SOUGHT + 10)))).errors
    assert errors[0].words == "The library has no item 水分0. Near to it: Moisture."
    assert errors[MOST_SOUGHT].words == f"The library has no item 水分{MOST_SOUGHT}."


# -- taking it in ------------------------------------------------------------------------------------------------------------


def test_what_is_taken_in_stands_in_the_library_unconfirmed(small: Small) -> None:
    assert small.do(take, DRAFT, table(*ROWS), by="ji") == 3
    kept = standard(small, "GB 2761-2026")
    assert (kept.title_zh, kept.classification, kept.replaces, kept.source) == (DRAFT.title_zh, "GB 2761", "GB 2761-2017", DRAFT.source)
    assert (kept.issued, kept.in_force, kept.abolished) == (DRAFT.issued, DRAFT.in_force, None)
    rows = limits_of(small, "GB 2761-2026")
    assert [(row.item.code, row.heading.words(), row.requirement, row.unit, row.condition, row.source, row.comparison) for row in rows.values()] == [
        ("aflatoxin-b1", f"谷物及其制品 · {MAIZE}", "≤10", "μg/kg", "", DRAFT.source, None),
        ("deoxynivalenol", f"谷物及其制品 · {FLOUR}", "≤1000", "μg/kg", "", DRAFT.source, None),
        ("aflatoxin-b1", "谷物及其制品 · 爆裂玉米", "≤5.0", "μg/kg", "按原粮计", DRAFT.source, None),
    ]
    assert list(rows) == ["gb2761-2026-aflatoxin-b1-h1", "gb2761-2026-deoxynivalenol-h20", "gb2761-2026-aflatoxin-b1-own-1"]
    with small.store.work() as work:
        assert catalogue_view.confirmed_codes(work, [row.id for row in rows.values()]) == frozenset()


def test_what_stood_there_before_is_changed_in_one_date(small: Small) -> None:
    before = everything(small)
    small.do(take, DRAFT, table(*ROWS), by="ji")
    after = everything(small)
    assert standard(small, "GB 2761-2017").abolished == date(2026, 11, 15)
    for kind in before:
        gone = set(before[kind]) - set(after[kind])
        assert len(gone) == (kind == "standard") and len(after[kind]) >= len(before[kind])


def test_every_row_and_the_end_of_the_other_edition_are_signed_in_the_trail(small: Small) -> None:
    before = small.trail_length()
    small.do(take, DRAFT, table(*ROWS), by="ji")
    with small.store.work() as work:
        lines = list(work.scalars(select(TrailLine).order_by(TrailLine.id)))[before:]
    assert [(line.kind, line.name, line.field) for line in lines] == [
        ("standard", "GB 2761-2026", ""),
        ("heading", "gb2761-own-1", ""),
        *(("limit", code, "") for code in limits_of(small, "GB 2761-2026")),
        ("standard", "GB 2761-2017", "abolished"),
    ]
    assert {(line.person, line.verb) for line in lines} == {("姓ji", "editions.take")}
    assert (lines[-1].old, lines[-1].new) == (None, "2026-11-15")


def test_nothing_is_taken_in_while_anything_is_wrong(small: Small) -> None:
    before = everything(small)
    wrong = changed(1, 限量="1000", 单位="ppb")
    assert small.refused(take, DRAFT, wrong, by="ji") == (
        "Nothing was taken in. Mistakes in the table: 2. Line 3, 限量: “1000” says neither at most nor at least. Write ≤1000 or ≥1000."
    )
    assert small.refused(take, DRAFT, table(ROWS[0][:2]), by="ji") == (
        "Nothing was taken in. Mistakes in the table: 1. Line 2, whole row: The row has 2 fields where the header has 6."
    )
    assert everything(small) == before


def test_the_same_file_is_taken_in_once(small: Small) -> None:
    small.do(take, DRAFT, table(*ROWS), by="ji")
    said = small.mistaken(take, DRAFT, table(*ROWS), by="ji")
    assert said == {"standard": "The library has GB 2761-2026 already. An edition is taken in once."}


def test_two_who_take_the_same_edition_in_at_once_leave_one(small: Small, apart: Apart) -> None:
    by = small.people["ji"]
    said = apart(*(lambda work: take(work, DRAFT, table(*ROWS), by=by) for _twice in range(2)))
    assert isinstance(said, (Mistakes, Stale))
    assert len(limits_of(small, "GB 2761-2026")) == 3


def test_of_two_that_would_end_the_same_edition_at_once_the_first_does(small: Small, apart: Apart) -> None:
    by, second = small.people["ji"], replace(DRAFT, standard="GB 2761-2027", in_force=date(2027, 1, 1), replaces="GB 2761-2017")
    apart(lambda work: take(work, DRAFT, table(*ROWS), by=by), lambda work: take(work, second, table(*ROWS[:2]), by=by))
    assert standard(small, "GB 2761-2017").abolished == date(2026, 11, 15)
    assert (len(limits_of(small, "GB 2761-2026")), len(limits_of(small, "GB 2761-2027"))) in ((3, 2), (3, 0))


@pytest.mark.parametrize("login", ["shou", "jian", "shen", "pi", "guan", "quan1"])
def test_only_who_keeps_the_standards_takes_one_in(login: str, small: Small) -> None:
    assert small.refused(take, DRAFT, table(*ROWS), by=login) == "You may not keep standards, products and methods. Technical manager can."


def test_the_number_of_statements_does_not_grow_with_the_rows(small: Small) -> None:
    dry, taken = [], []
    for number, count in enumerate((4, 400)):
        for _each in range(2 + 4 * number):
            small.registered()
        rows = table(*ROWS, *((*ROWS[0][:2], f"食品{n}", "≤5", "μg/kg", "") for n in range(count)))
        later = replace(DRAFT, standard=f"GB 2761-{2030 + number}", in_force=date(2030 + number, 1, 1), replaces="GB 2761-2017")
        with statements(small.store) as seen:
            assert len(small.do(dry_run, DRAFT, rows).affected) == (2, 8)[number]
        dry.append(len(seen))
        with statements(small.store) as seen:
            small.do(take, later, rows, by="ji")
        taken.append(len(seen))
    assert dry[0] == dry[1] <= 12
    assert taken[1] <= taken[0] <= 20, "the second has no other edition to end"


# -- whom it concerns --------------------------------------------------------------------------------------------------------


def affected(small: Small, *rows: Sequence[str], draft: EditionDraft = DRAFT) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return sample, item and the limits it is held against now, of what an edition concerns."""
    return [(one.number, one.difference.item_code, one.limits) for one in small.do(dry_run, draft, table(*rows or ROWS)).affected]


AFLATOXIN = ("aflatoxin-b1", ("gb2761-2017-aflatoxin-b1-maize",))
DON = ("deoxynivalenol", ("gb2761-2017-deoxynivalenol-maize",))


def test_a_sample_on_its_way_is_named_with_item_and_limit(small: Small) -> None:
    expected, received, begun = small.registered(), small.received(), small.begun()
    submitted, reviewed = small.submitted(), small.submitted()
    small.do(analyses.review, list(small.keys(reviewed).values()), by="shen")
    assert affected(small) == [(number, *AFLATOXIN) for number in (expected, received, begun, submitted, reviewed)]
    one = small.do(dry_run, DRAFT, table(*ROWS)).affected[0]
    assert (one.name, one.product, one.product_on) == ("玉米", "Maize", date(2026, 11, 20))
    assert (one.difference.change, one.difference.old_limit, one.difference.new and one.difference.new.requirement) == (Change.CHANGED, AFLATOXIN[1][0], "≤10")


def test_a_limit_that_is_removed_concerns_its_samples_too(small: Small) -> None:
    number = small.registered()
    assert affected(small, ROWS[0]) == [(number, *AFLATOXIN), (number, *DON)]


def test_what_does_not_change_concerns_nobody(small: Small) -> None:
    small.registered()
    assert affected(small, (*ROWS[0][:3], "≤20", *ROWS[0][4:]), ROWS[1]) == []


def test_only_a_product_that_stands_under_a_changed_heading_is_concerned(small: Small) -> None:
    small.registered("cowpea")
    small.registered("wine")
    assert affected(small) == []
    number = small.registered()
    small.do(placements.place, "maize", "GB 2761", ["gb2761-h20"], by="ji")
    assert affected(small) == []
    small.do(placements.place, "maize", "GB 2761", ["gb2761-h2"], by="ji")
    assert affected(small, *ROWS, ("AFB1", "", RICE, "≤10", "μg/kg", "")) == [(number, *AFLATOXIN)]


def test_a_sample_is_concerned_where_the_edition_holds_on_its_day(small: Small) -> None:
    numbers = {day: small.registered(product_date=day) for day in ("2026-11-14", "2026-11-15", "2026-11-17", "2026-11-18")}
    assert [number for number, _item, _limits in affected(small)] == list(numbers.values())[1:]
    short = replace(DRAFT, abolished=date(2026, 11, 18))
    assert [number for number, _item, _limits in affected(small, draft=short)] == list(numbers.values())[1:3]


def test_what_was_refused_cancelled_or_reported_is_not_concerned(small: Small) -> None:
    refused, received = small.registered(), small.received()
    small.do(samples.refuse, refused, reason="封条破损", by="shou")
    small.do(analyses.cancel, [small.keys(received)["aflatoxin-b1"]], reason="委托方撤回", by="ji")
    small.approved()
    issued = small.issued()
    assert affected(small) == []
    small.do(certificates.revise, issued, reason="样品名称有误", by="pi")
    assert [item for _number, item, _limits in affected(small)] == ["aflatoxin-b1"], "what is being revised is open again"


def test_what_was_asked_without_a_limit_is_concerned_by_one_that_is_added(small: Small) -> None:
    draft = replace(small.draft(), asked=(Asked("aflatoxin-b1", "aflatoxin-b1-reader"),))
    number = small.do(samples.register, draft, by="shou")
    assert affected(small) == [(number, "aflatoxin-b1", ())]


def test_of_several_levels_the_one_a_sample_is_held_against_concerns_it(small: Small) -> None:
    header = (*SIX_COLUMNS, "等级")
    rows = [(*ROWS[0], "一等"), (*ROWS[0][:3], "≤15", *ROWS[0][4:], "二等")]
    small.do(take, DRAFT, table(*rows, header=header), by="ji")
    first, second = limits_of(small, "GB 2761-2026")
    numbers = {
        limit: small.do(samples.register, replace(small.draft(), asked=(Asked("aflatoxin-b1", "aflatoxin-b1-reader", limit),)), by="shou")
        for limit in (first, second)
    }
    both = Asked("aflatoxin-b1", "aflatoxin-b1-reader", first), Asked("aflatoxin-b1", "aflatoxin-b1-reader", second)
    third = small.do(samples.register, replace(small.draft(), asked=both), by="shou")
    later = replace(DRAFT, standard="GB 2761-2027", in_force=date(2026, 11, 19))
    dry = small.do(dry_run, later, table(rows[0], (*rows[1][:3], "≤14", *rows[1][4:]), header=header))
    assert [(one.number, one.limits, one.difference.level) for one in dry.affected] == [(numbers[second], (second,), "二等"), (third, (first, second), "二等")]
    with small.store.work() as work:
        assert len(list(work.scalars(select(Basis)))) == 1


# -- a whole standard --------------------------------------------------------------------------------------------------------


def shipped(edition: str) -> list[dict[str, str]]:
    """Return the rows of an edition as they were shipped."""
    files = sorted((seed.CATALOGUE / "limits").glob("*.csv"))
    rows = (row for file in files for row in csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
    return [row for row in rows if row["standard"] == edition]


def test_a_whole_standard_comes_back_with_its_next_edition(small: Small) -> None:
    """GB 2762-2025 as shipped, made into an edition of 2027: a tenth of the lead limits halved, one food left out, one added, the rest as it was."""
    small.do(founding.refresh_library)
    rows = [{**row, "code": "", "standard": "GB 2762-2027"} for row in shipped("GB 2762-2025")]
    total = len(rows)
    assert total > 150
    rows[0] |= {"requirement": "≤0.1"}
    rows[7] |= {"requirement": "≤0.01", "condition": "以干重计"}
    left_out = rows.pop(11)
    rows.append({**rows[0], "item": "镉", "heading": "昆虫及其制品", "requirement": "≤0.5", "basis": "以Cd计"})
    file = table(*(row.values() for row in rows), header=list(rows[0]))
    draft = EditionDraft("GB 2762-2027", "食品安全国家标准 食品中污染物限量", issued=date(2026, 11, 1), in_force=date(2027, 6, 30), source="公开征求意见稿")
    dry = small.do(dry_run, draft, file)
    assert dry.errors == () and dry.replaced == "GB 2762-2025" and [one.name for one in dry.headings] == ["昆虫及其制品"]
    assert {change: dry.count(change) for change in Change} == {Change.ADDED: 1, Change.REMOVED: 1, Change.CHANGED: 2, Change.SAME: total - 3}
    (gone,) = [one for one in dry.differences if one.change is Change.REMOVED]
    assert (gone.item_code, gone.heading_code) == (left_out["item"], left_out["heading"])
    assert small.do(take, draft, file, by="ji") == len(rows)
    old, new = limits_of(small, "GB 2762-2025"), limits_of(small, "GB 2762-2027")
    assert (len(old), len(new)) == (total, len(rows)) and standard(small, "GB 2762-2025").abolished == date(2027, 6, 30)
    assert len({row.rule().place() for row in new.values()}) > 1 and {row.comparison for row in new.values()} <= {Comparison.FULL, Comparison.ROUNDED, None}
    again = small.do(
        dry_run,
        replace(draft, standard="GB 2762-2028", in_force=date(2028, 1, 1), replaces="GB 2762-2027"),
        table(*({**row, "standard": ""}.values() for row in rows), header=list(rows[0])),
    )
    assert {one.change for one in again.differences} == {Change.SAME}


def test_the_other_editions_as_shipped_can_be_taken_in_again(small: Small) -> None:
    """What the library holds can be read by what reads editions, except for rows without a figure or with a rule of their own."""
    small.do(founding.refresh_library)
    for edition in ("GB 2763-2021", "GB 31650-2019", "GB 29921-2021", "GB/T 1354-2018"):
        rows = [{**row, "code": "", "standard": ""} for row in shipped(edition)]
        draft = EditionDraft(f"{edition[:-4]}2099", "x", in_force=date(2099, 1, 1), replaces=edition)
        dry = small.do(dry_run, draft, table(*(row.values() for row in rows), header=list(rows[0])))
        assert dry.errors == (), edition
        assert {one.change for one in dry.differences} == {Change.SAME} and dry.headings == ()


def test_from_the_file_to_a_verdict_by_the_new_edition(small: Small) -> None:
    small.do(take, DRAFT, table(*ROWS), by="ji")
    popcorn = "gb2761-2026-aflatoxin-b1-own-1"
    small.do(placements.place, "maize", "GB 2761", ["gb2761-own-1", "gb2761-h1", "gb2761-h20"], by="ji")
    small.do(placements.confirm, "maize", ["GB 2761"], by="ji")
    assert small.do(catalogue.confirm_standard, "GB 2761-2026", by="ji") == 3
    days = {
        day: [row.limit for row in small.do(catalogue_view.offers, "maize", day) if row.item_code == "aflatoxin-b1"]
        for day in (date(2026, 11, 14), date(2026, 11, 15))
    }
    assert list(days.values()) == [["gb2761-2017-aflatoxin-b1-maize"], [popcorn, "gb2761-2026-aflatoxin-b1-h1"]]
    asked = (Asked("aflatoxin-b1", "aflatoxin-b1-reader", popcorn),)
    late = small.mistaken(samples.register, replace(small.draft(product_date="2026-11-14"), asked=asked), by="shou")
    early = small.mistaken(samples.register, small.draft(product_date="2026-11-15"), by="shou")
    assert late == early == {"asked": "Aflatoxin B1 is not in the library in this way. Choose again."}
    number = small.do(samples.register, replace(small.draft(product_date="2026-11-15"), asked=asked), by="shou")
    small.do(samples.receive, number, INTAKE, by="shou")
    small.do(worksheets.start, small.assigned(number), by="jian")
    small.do(analyses.enter, small.keys(number)["aflatoxin-b1"], 1, "7.5", by="jian")
    small.do(analyses.submit, list(small.keys(number).values()), by="jian")
    small.do(analyses.review, list(small.keys(number).values()), by="shen")
    row = small.rows(number)["aflatoxin-b1"]
    assert (row.verdict, row.requirement, row.limit_place) == (Verdict.FAIL, "≤ 5.0", "GB 2761-2026")
    key = small.certificate(number)
    small.do(certificates.approve, key, PASSWORD, by="pi")


# -- whatever comes ----------------------------------------------------------------------------------------------------------

FIELD = st.one_of(
    st.sampled_from(
        ["AFB1", "DON", "≤10", "10", "gb2761-h1", MAIZE, "μg/kg", "full", "", "—", "不得检出", "n=5,c=2,m=1,M=9", "GB 2761-2026", "0.1", "\0", "x" * 70]
    ),
    st.text(max_size=8),
)
NAMES = [
    name for names in ({"item": ..., "heading": ..., "requirement": ...}, SIX_COLUMNS, ("编号", "修约间隔", "比较方式", "标准号", "分类号")) for name in names
]


@settings(max_examples=100)
@given(
    header=st.lists(st.sampled_from([*NAMES, "", "?"]), max_size=7),
    rows=st.lists(st.lists(FIELD, max_size=10), max_size=5),
    text=st.text(max_size=8),
)
def test_whatever_a_table_holds_is_read_or_refused_in_words(header: list[str], rows: list[list[str]], text: str, small: Small) -> None:
    draft = replace(DRAFT, standard=f"GB 2761-2026{text}", classification=text[:3])
    whole = Grid(("item", "heading", "requirement", *header), tuple((line, tuple(row)) for line, row in enumerate(rows, 2)))
    try:
        dry = small.do(dry_run, draft, whole)
    except (Refusal, Mistakes):
        return
    assert dry.good <= dry.rows and bool(dry.errors) == (dry.good < dry.rows)


def test_every_word_is_said_in_chinese_too(small: Small) -> None:
    with i18n.speaking("zh_CN"):
        dry = small.do(dry_run, DRAFT, changed(2, 项目="黄曲霉素B1"))
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in one.words) for one in dry.errors)
    assert not any(word in one.words for one in dry.errors for word in ("library", "item", "Near"))


def test_the_words_for_a_change_are_four() -> None:
    words: Mapping[Any, str] = editions.CHANGE_WORDS
    assert set(words) == set(Change)
