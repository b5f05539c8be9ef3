"""Tickets by template: what is found, what is not guessed at, and patterns that could hang."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codecs.pattern import LINE, checked
from drivers.codecs.template import TemplateSettings, readings
from drivers.core.form import Wrong, filled
from drivers.core.reading import Reading
from tests.turns import turns

FIELDS = {
    "sample": r"^样品编号:\s*(?P<v>\S+)",
    "value": r"^检测结果:\s*(?P<v>[<>≤≥]?\s*[-+0-9.,]+)\s*(?P<u>\S+)?",
    "words": r"^结论:\s*(?P<w>\S+)",
    "time": r"^检测时间:\s*(?P<v>[0-9].*)",
}
TICKET = ["检测报告", "样品编号：GR26-1", "检测结果：4.70 μg/kg", "结论：合格", "检测时间：2026-01-15 09:30:01"]
TABLE = {
    "header": "通道.*结果",
    "row": r"(?P<position>[0-9]+)\s+(?P<sample>\S+)\s+(?P<value>[-0-9.]+)\s*(?P<unit>%)\s+(?P<result>\S+)",
}


def form(**table: Any) -> TemplateSettings:
    return filled(TemplateSettings, {"fields": FIELDS} | table, "quirks")  # type: ignore[no-any-return]


def read(lines: list[str], encoding: str = "gb18030", **table: Any) -> list[Reading]:
    return readings("\r\n".join(lines).encode(encoding), encoding, form(**table))


def one(lines: list[str], **table: Any) -> Reading:
    (reading,) = read(lines, **table)
    return reading


def test_a_ticket() -> None:
    found = one(TICKET)
    assert (found.sample, str(found.value), found.text, found.unit, found.result, found.at, found.flags) == (
        "GR26-1", "4.70", "4.70", "μg/kg", "合格", datetime(2026, 1, 15, 9, 30, 1), (),
    )  # fmt: skip


def test_paper_that_leaves_upside_down() -> None:
    assert read(TICKET[::-1], direction="up") == read(TICKET)
    over = {"fields": FIELDS | {"value": r"检测结果\n(?P<v>[0-9.]+)"}}
    lines = ["检测结果", "5.5", "样品编号：S"]
    assert one(lines, **over).value == Decimal("5.5")
    assert one(lines[::-1], direction="up", **over).value == Decimal("5.5")
    assert one(lines[::-1], **over).value is None, "upside down the number stands above its label"


@pytest.mark.parametrize(
    ("value", "table", "number", "result"),
    [
        ("４．７μg/kg", {}, "4.7", "合格"),
        ("＜0.5 μg/kg", {}, "0.5", "合格"),
        ("4,7 μg/kg", {}, None, "合格"),
        ("4,7 μg/kg", {"decimal": ","}, "4.7", "合格"),
        ("4.7 μg/kg", {"decimal": ","}, None, "合格"),
        ("≤0.5 μg/kg", {}, None, "合格"),
        ("10⁵ CFU/g", {}, None, "合格"),
        ("4.7×10⁵ CFU/g", {}, None, "合格"),
    ],
)
def test_what_is_a_number(value: str, table: dict[str, Any], number: str | None, result: str) -> None:
    lines = [*TICKET[:2], f"检测结果：{value}", *TICKET[3:]]
    found = one(lines, **table) if "⁵" not in value else readings("\n".join(lines).encode(), "utf-8", form(**table))[0]
    assert (found.value, found.result) == (None if number is None else Decimal(number), result)


@pytest.mark.parametrize(("missing", "line"), [("sample", 1), ("value", 2), ("words", 3)])
def test_a_missing_field_leaves_no_value(missing: str, line: int) -> None:
    found = one(TICKET[:line] + TICKET[line + 1 :], required=["sample", "value", "words"])
    assert (found.value, found.comparator, found.flags) == (None, None, (f"missing:{missing}",))


def test_two_tickets_run_together_belong_to_nobody() -> None:
    found = one(TICKET + [line.replace("GR26-1", "GR26-2").replace("4.70", "9.1") for line in TICKET])
    assert (found.sample, found.value, found.flags) == (None, None, ("missing:sample", "missing:value"))


def test_a_label_without_words_does_not_take_the_next_line() -> None:
    assert one(["样品编号：", *TICKET[2:]]).flags == ("missing:sample",)


def test_raw_channels() -> None:
    fields = {"sample": FIELDS["sample"], "test_line": r"^T:\s*(?P<v>\S+)", "control_line": r"^C:\s*(?P<v>\S+)"}
    found = one(["样品编号:S", "T: 120.5", "C: 900"], fields=fields, required=["sample", "test_line"])
    assert found.raw == (("test line", Decimal("120.5")), ("control line", Decimal(900)))
    assert one(["样品编号:S", "C: 900"], fields=fields, required=["sample", "test_line"]).raw == ()


ROWS = ["通道 样品 抑制率 结果", "--------", "1 S-1 12.5 % 合格", "2 S-2 63.0% 不合格", "--------", "检验者：王"]


def test_a_table() -> None:
    found = read(ROWS, fields={}, table=TABLE)
    assert [(each.position, each.sample, str(each.value), each.unit, each.result, each.flags) for each in found] == [
        ("1", "S-1", "12.5", "%", "合格", ()),
        ("2", "S-2", "63.0", "%", "不合格", ()),
    ]


def test_a_row_that_cannot_be_read_is_shown_to_a_person() -> None:
    lines = [*ROWS[:3], "2 S-2 6#.0% 不合格", "3 S-3 7.0 % 合格", *ROWS[4:]]
    found = read(lines, fields={}, table=TABLE)
    assert [(each.sample, each.flags) for each in found] == [("S-1", ()), ("S-3", ()), (None, ("missing:row", "missing:sample", "missing:value"))]
    assert (found[2].value, found[2].result) == (None, "2 S-2 6#.0% 不合格")
    last = [*ROWS[:3], "2 S-2 6#.0% 不合格", *ROWS[4:]]
    assert [each.value for each in read(last, fields={}, table=TABLE | {"footer": "检验者"})] == [Decimal("12.5"), None]


def test_no_heading_or_no_row_is_a_ticket_for_a_person() -> None:
    for lines in (ROWS[2:], ROWS[:2], []):
        found = one(lines, fields={}, table=TABLE)
        assert found.value is None and found.flags == ("missing:table", "missing:sample", "missing:value")


@pytest.mark.parametrize(
    "pattern",
    [
        "(?P<v>(a+)+)", "(?P<v>(?:[0-9]+,?)*)", "(?P<v>(a|a)*)x", "(?P<v>(?:a?){30}a{30})", "(?P<v>.*.*.*x)", r"\s*(?P<v>.+?)\s*$",
        r"(?P<v>a)(?=b)", r"(?P<v>a)\1", "(?s)(?P<v>.)", "(?P<v>[0-9]", "(?P<other>a)", "[0-9]", "(?P<v>" + "a" * 2000 + ")", r"a\s*\n\s*(?P<v>.*)",
    ],
)  # fmt: skip
def test_patterns_that_cannot_be(pattern: str) -> None:
    with pytest.raises(Wrong) as caught:
        form(fields=FIELDS | {"value": pattern})
    assert (caught.value.code, caught.value.path) == ("unknown-value", "quirks.fields.value")


@pytest.mark.parametrize(
    "pattern",
    [
        r"样品编号[::]\s*(?P<v>\S+)", r"样品名称[::]\s*(?P<v>.+)", r"检测结果[::]\s*(?P<v>[<>≤≥]?\s*[\d.]+)\s*(?P<u>\S+)",
        r"检测时间[::]\s*(?P<v>[\d-]+ [\d:]+)", r"^(?P<v>[0-9]+(?:\.[0-9]+)?)\s*(?P<u>%|mg/kg)$", r"\A.*\n.*\n *(?P<v>\S+)",
    ],
)  # fmt: skip
def test_patterns_of_real_tickets(pattern: str) -> None:
    """The first four are those of the worked example."""
    assert checked(pattern.replace("::", ":"), "p", ("v", "u")) == pattern.replace("::", ":")


@pytest.mark.parametrize("pattern", [r".*(?P<v>a*)b", r"a*(?P<v>a*)b", r"(?P<v>[a-z]*)\w*!", r".*\n.*\n(?P<v>a*)b"])
def test_the_worst_text_of_a_pattern_that_may_be_costs_little(pattern: str) -> None:
    fields = {"value": checked(pattern, "p", ("v",))}
    assert turns(lambda: read(["a" * LINE] * 100, fields=fields)) < LINE * 100 * 10_000


@pytest.mark.parametrize(
    ("key", "table"),
    [
        ("fields.colour", {"fields": {"colour": "(?P<v>a)"}}),
        ("fields", {"fields": {"sample": "(?P<v>a)"}}),
        ("table.row", {"table": {"row": "(?P<sample>a)"}}),
        ("table.row", {"table": {"row": "(?P<v>a)"}}),
        ("table.header", {"table": {"row": TABLE["row"], "header": "a\\n"}}),
        ("specimen", {"specimen": "{colour}"}),
        ("specimen", {"specimen": "{value:>9999}"}),
        ("specimen", {"specimen": "{value.real.x}"}),
    ],
)
def test_settings_that_cannot_be(key: str, table: dict[str, Any]) -> None:
    with pytest.raises(Wrong) as caught:
        form(**table)
    assert (caught.value.code, caught.value.path) == ("unknown-value", f"quirks.{key}")


LINES = (
    st.lists(st.sampled_from([*TICKET, *ROWS, "样品编号：", "检测结果：1", "", "ﬃ㎍½"]), max_size=12).map("\r\n".join).map(lambda text: text.encode("utf-8"))
)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.one_of(LINES, st.binary(max_size=200)), st.booleans(), st.booleans())
def test_any_bytes(data: bytes, up: bool, table: bool) -> None:
    table_of: dict[str, Any] = {"table": TABLE} if table else {}
    for encoding in ("auto", "latin-1", "gb18030", "utf-8"):
        for found in readings(data, encoding, form(direction="up" if up else "down", **table_of)):
            assert found.value is None or (found.sample and not found.flags)
