"""What a standard demands is read in its own words or left to a person; its edition is chosen by the day. Nothing is guessed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims import i18n
from lims.rules.limits import Bounds, Demand, Edition, Forbidden, Free, Limit, Operator, Unread, Worded, demand, demanded, requirement
from lims.rules.microbiology import Plan

D = Decimal


def limit(standard: str, text: str = "≤0.02", clause: str = "表1") -> Limit:
    return Limit(f"{standard}-x", "x", "cowpea", text, "mg/kg", standard, clause=clause)


OLD = Edition("GB 1-2017", in_force=date(2017, 9, 17), abolished=date(2026, 3, 1))
NEW = Edition("GB 1-2025", in_force=date(2026, 3, 1))
UNDATED = Edition("GB 1-2027")
EDITIONS = (OLD, NEW, UNDATED)


@pytest.mark.parametrize(
    ("on", "standards"),
    [
        (date(2017, 9, 16), []),
        (date(2017, 9, 17), ["GB 1-2017"]),
        (date(2026, 2, 28), ["GB 1-2017"]),
        (date(2026, 3, 1), ["GB 1-2025"]),
        (date(2030, 1, 1), ["GB 1-2025"]),
    ],
)
def test_the_edition_of_the_products_day_is_chosen(on: date, standards: list[str]) -> None:
    assert [one.standard for one in EDITIONS if one.holds(on)] == standards


@given(st.dates())
def test_an_edition_without_a_first_day_is_never_chosen(on: date) -> None:
    assert not UNDATED.holds(on)


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 5000))
def test_an_edition_holds_from_its_first_day_to_the_day_before_its_last(first: date, length: int) -> None:
    edition = Edition("X", in_force=first, abolished=first + timedelta(days=length))
    assert edition.holds(first) == (length > 0)
    assert not edition.holds(first - timedelta(days=1))
    assert not edition.holds(first + timedelta(days=length))


def test_a_limit_names_its_standard_and_clause_and_without_a_clause_the_standard() -> None:
    assert limit("GB 1-2025").place() == "GB 1-2025 表1"
    assert limit("GB 1-2025", clause="").place() == "GB 1-2025"


def test_a_limit_of_the_library_is_read_like_one_of_a_bulletin() -> None:
    assert limit("GB 1-2025", "≤0.020").demands == Bounds(high=D("0.020"))
    assert limit("GB 1-2025", "≤0.020").demanded() == "≤ 0.020"


AT_MOST, AT_LEAST, BELOW, ABOVE = (Bounds(high=D("0.5")), Bounds(low=D("0.5")), Bounds(high=D("0.5"), open=True), Bounds(low=D("0.5"), open=True))
SPELLINGS = {
    **dict.fromkeys(["≤", "<=", "≦", "⩽", "＜=", "不超过", "不得超过", "不得过", "不大于", "不高于", "不多于"], AT_MOST),
    **dict.fromkeys(["≥", ">=", "≧", "⩾", "＞=", "不低于", "不得低于", "不少于", "不得少于", "不小于"], AT_LEAST),
    **dict.fromkeys(["<", "＜", "小于", "低于"], BELOW),
    **dict.fromkeys([">", "＞", "大于", "高于"], ABOVE),
}


@pytest.mark.parametrize("sign", SPELLINGS)
@pytest.mark.parametrize(("figure", "unit"), [("0.5", ""), (" 0.5", ""), ("0.5mg/kg", "mg/kg"), ("０．５ 毫克／千克", "mg/kg"), ("0.5%", "%")])
def test_every_spelling_of_a_sign_means_the_same_side(sign: str, figure: str, unit: str) -> None:
    assert demand(sign + figure) == Demand(SPELLINGS[sign], unit)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("≤10⁴", "1E+4", ""),
        ("≤10⁴CFU/g", "1E+4", "CFU/g"),
        ("≤5×10⁴ CFU/g(mL)", "5E+4", "CFU/g(mL)"),
        ("≤10 000 CFU/g", "10000", "CFU/g"),
        ("≤1 000 000", "1000000", ""),
        ("≤-18℃", "-18", "℃"),
        ("≤0.050", "0.050", ""),
        ("≤1e30", "1E+30", ""),
        ("≤1e-30", "1E-30", ""),
        ("≤0.05mg/kg（以Pb计）", "0.05", "mg/kg"),
        ("≤0.05（以脂肪（干）计）", "0.05", ""),
        ("≤3.0mg/g(KOH)", "3.0", "mg/g"),
        ("≤0.3(按干基计)", "0.3", ""),
        ("不得过0.3%", "0.3", "%"),
    ],
)
def test_an_upper_limit_keeps_its_digits_and_takes_its_unit(text: str, value: str, unit: str) -> None:
    read = demand(text)
    assert (read.requirement, read.unit) == (Bounds(high=D(value)), unit)
    assert isinstance(read.requirement, Bounds)
    assert str(read.requirement.high) == value


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("0.80~2.00", "0.80", "2.00", ""),
        ("0.80～2.00", "0.80", "2.00", ""),
        ("0.80-2.00", "0.80", "2.00", ""),
        ("0.80－2.00", "0.80", "2.00", ""),
        ("0.80—2.00", "0.80", "2.00", ""),
        ("0.80–2.00", "0.80", "2.00", ""),
        ("0.80至2.00", "0.80", "2.00", ""),
        ("0.80 ~ 2.00", "0.80", "2.00", ""),
        ("0.80~2.00g/100g", "0.80", "2.00", "g/100g"),
        ("90.0%~110.0%", "90.0", "110.0", "%"),
        ("90.0%-110.0%", "90.0", "110.0", "%"),
        ("10℃~30", "10", "30", "℃"),
        ("10⁴~10⁵CFU/g", "1E+4", "1E+5", "CFU/g"),
        ("1 000~2 000", "1000", "2000", ""),
        ("-18~-15℃", "-18", "-15", "℃"),
        ("5.0~5.0", "5.0", "5.0", ""),
        ("0.80~2.00(以还原糖计)", "0.80", "2.00", ""),
        ("35±1.0", "34.0", "36.0", ""),
        ("35±1.0%vol", "34.0", "36.0", "%vol"),
        ("35%vol ± 1.0%vol", "34.0", "36.0", "%vol"),
        ("35.0%±1.5%", "33.5", "36.5", "%"),
        ("7.00±0", "7.00", "7.00", ""),
    ],
)
def test_a_range_is_read_with_both_ends_and_the_unit_of_either(text: str, low: str, high: str, unit: str) -> None:
    read = demand(text)
    assert isinstance(read.requirement, Bounds)
    assert (str(read.requirement.low), str(read.requirement.high), read.requirement.open, read.unit) == (low, high, False, unit)
    assert read.requirement.operator == ""


def test_a_range_around_a_value_is_exact_to_sixty_digits() -> None:
    middle = f"1.{'0' * 28}1"
    assert requirement(f"{middle}±1") == Bounds(D(f"0.{'0' * 28}1"), D(f"2.{'0' * 28}1"))


@pytest.mark.parametrize(
    ("text", "plan", "unit"),
    [
        ("n=5,c=2,m=10⁴,M=10⁵", Plan(5, 2, D("1E+4"), D("1E+5")), ""),
        ("n=5,c=2,m=10⁴,M=10⁵CFU/g", Plan(5, 2, D("1E+4"), D("1E+5")), "CFU/g"),
        ("n=5, c=2, m=10⁴CFU/g, M=10⁵CFU/g", Plan(5, 2, D("1E+4"), D("1E+5")), "CFU/g"),
        ("n=5, c=2, m=10⁴CFU/g, M=10⁵", Plan(5, 2, D("1E+4"), D("1E+5")), "CFU/g"),
        ("n＝5，c＝2，m＝10，M＝10²CFU/g（mL）", Plan(5, 2, D(10), D("1E+2")), "CFU/g(mL)"),
        ("n=5；c=1；m=100；M=1 000", Plan(5, 1, D(100), D(1000)), ""),
        ("n=5、c=1、m=5×10⁴、M=10⁶", Plan(5, 1, D("5E+4"), D("1E+6")), ""),
        ("n=5,c=0,m=100", Plan(5, 0, D(100)), ""),
        ("n=5,c=0,m=100CFU/g", Plan(5, 0, D(100)), "CFU/g"),
        ("n=5,c=0,m=100,M=—", Plan(5, 0, D(100)), ""),
        ("n=5,c=0,m=0/25g", Plan(5, 0, D(0), unit="/25g"), ""),
        ("n=5,c=0,m=0/25 g,M=-", Plan(5, 0, D(0), unit="/25g"), ""),
        ("n=5,c=0,m=0/25g(mL)", Plan(5, 0, D(0), unit="/25g(mL)"), ""),
        ("n=5,c=0,m=0", Plan(5, 0, D(0)), ""),
        ("n=60,c=0,m=0/100g", Plan(60, 0, D(0), unit="/100g"), ""),
    ],
)
def test_a_sampling_plan_is_read_with_two_classes_or_three(text: str, plan: Plan, unit: str) -> None:
    assert demand(text) == Demand(plan, unit)


@pytest.mark.parametrize(
    "text",
    [
        "n=5,c=5,m=10,M=100",
        "n=0,c=0,m=10",
        "n=5,c=2,m=100,M=10",
        "n=5,c=2,m=10,M=10",
        "n=5,c=2,m=x",
        "n=5,c=2,m=≤10",
        "n=5,c=2,m=10,M=x",
        "n=5,c=2,m=10(+),M=100",
        "n=5,c=2,m=-1",
        "n=5,c=2,m=10CFU/g,M=100CFU/mL",
        "n=5,c=2",
        "n=9999,c=2,m=10",
        "n=5 c=2 m=10 M=100",
    ],
)
def test_a_plan_that_cannot_be_is_left_to_a_person(text: str) -> None:
    assert demand(text) == Demand(Unread(text))


@pytest.mark.parametrize(
    ("text", "operator", "amount"),
    [
        ("不得检出", Operator.ABSENT, ""),
        ("不应检出", Operator.ABSENT, ""),
        ("不可检出", Operator.ABSENT, ""),
        (" 不得检出 ", Operator.ABSENT, ""),
        ("不得检出/25g", Operator.ABSENT, "/25g"),
        ("不得检出 / 25 g", Operator.ABSENT, "/25g"),
        ("不得检出/50cm²", Operator.ABSENT, "/50cm²"),
        ("不得检出（以干基计）", Operator.ABSENT, ""),
        ("不得使用", Operator.UNUSED, ""),
        ("禁止使用", Operator.UNUSED, ""),
        ("不得添加", Operator.UNUSED, ""),
    ],
)
def test_what_is_forbidden_is_read_with_the_amount_it_is_looked_for_in(text: str, operator: Operator, amount: str) -> None:
    assert demand(text) == Demand(Forbidden(operator, amount))


@pytest.mark.parametrize("text", ["—", "-", "--", "——", "/", "－", "不作要求", "无要求", "不作规定", " — ", "—(以Pb计)"])
def test_a_dash_demands_nothing(text: str) -> None:
    assert demand(text) == Demand(Free())


@pytest.mark.parametrize("text", ["正常", "阴性", "符合规定", "应为阴性", "mg/kg", "无肉眼可见外来异物", "均匀一致", "不得检出大肠埃希菌、沙门菌", "未检出"])
def test_words_without_a_figure_are_compared_as_words(text: str) -> None:
    assert demand(text) == Demand(Worded(text))


@pytest.mark.parametrize("text", ["0.05", "0.05mg/kg", "5", "10⁴", "10", "１０", "1,000", "10 000", "0", "٥", "①", "½", "5²"])
def test_a_bare_number_is_never_judged_by(text: str) -> None:
    assert demand(text) == Demand(Unread(text))


@pytest.mark.parametrize(
    "text",
    [
        "≤",
        "≤x",
        "≤0.05 ppm",
        "≤0.05(+)",
        "≤0.05,≤0.1",
        "≤0.05 0.1",
        "≤1,000",
        "≥0.5且≤0.8",
        "0.5≤x≤0.8",
        "≤0.05~0.1",
        "<5~10",
        "5~3",
        "0.8mg/kg~2.0g/kg",
        "1~2~3",
        "10.0±0.1(不含0.1)",
        "35±-1",
        "250±5%",
        "±10",
        "±",
        "Q=80",
        "Q=x",
        "/25g",
        "L=15.0",
        "不超过百分之三",
        "不少于标示装量",
        "见GB 2760",
        "不得检出(0.01)",
        "≤1e31",
        "≤1e-31",
        "≤1e50",
        "≤1e-50",
        "≤0e99",
        "***",
        "……",
        "?",
    ],
)
def test_what_is_not_understood_is_left_to_a_person_with_its_words(text: str) -> None:
    assert demand(text) == Demand(Unread(text))


@pytest.mark.parametrize("text", ["", "  ", "\n", "(以Pb计)"])
def test_a_missing_figure_is_unread_without_words(text: str) -> None:
    assert demand(text) == Demand(Unread())


@pytest.mark.parametrize(
    ("text", "most", "written", "unit"),
    [
        ("≤10²(可接受最大菌数200)", 200, "10²", ""),
        ("≤10³（可接受最大菌数：2000）", 2000, "10³", ""),
        ("不得过10² CFU/g(可接受最大菌数200)", 200, "10²", "CFU/g"),
        ("<=5×10²(可接受最大菌数1000)", 1000, "5×10²", ""),
        ("≤100(可接受最大菌数200)", 200, "100", ""),
    ],
)
def test_a_count_of_the_pharmacopoeia_accepts_more_than_it_prints(text: str, most: int, written: str, unit: str) -> None:
    assert demand(text) == Demand(Bounds(high=D(most), written=written), unit)
    assert demanded(text) == f"≤ {written}"


@pytest.mark.parametrize("text", ["≤x(可接受最大菌数200)", "10²(可接受最大菌数200)", "≤10²(可接受最大菌数待核对)"])
def test_a_count_that_does_not_say_what_it_accepts_is_left_to_a_person(text: str) -> None:
    assert demand(text) == Demand(Unread(text))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("≤0.020", "≤ 0.020"),
        ("不得超过 0.1", "≤ 0.1"),
        ("≥5", "≥ 5"),
        ("＜5", "< 5"),
        (">5", "> 5"),
        ("≤10⁴CFU/g", "≤ 1×10⁴"),
        ("0.80~2.00", "0.80~2.00"),
        ("35±1.0", "34.0~36.0"),
        ("不得检出", "not to be detected"),
        ("不得检出/25g", "not to be detected /25g"),
        ("禁止使用", "not to be used"),
        ("正常", "正常"),
        ("n=5,c=0,m=0/25g", "n=5, c=0, m=0/25g"),
        ("0.05", "0.05"),
        ("—", "—"),
        ("", ""),
    ],
)
def test_a_limit_is_printed_with_its_sign_and_every_digit(text: str, printed: str) -> None:
    assert demanded(text) == printed


def test_a_limit_in_words_is_printed_in_the_readers_language() -> None:
    with i18n.speaking("zh_CN"):
        assert demanded("禁止使用") == "不得使用"
        assert demanded("不应检出/25g") == "不得检出 /25g"


@pytest.mark.parametrize(
    ("bounds", "kept", "broken"),
    [
        (Bounds(high=D("0.05")), ["-1", "0", "0.05", "0.050"], ["0.0500001", "1"]),
        (Bounds(low=D(80)), ["80", "80.0", "100"], ["79.999", "-80"]),
        (Bounds(high=D(5), open=True), ["4.999"], ["5", "5.000", "6"]),
        (Bounds(low=D(5), open=True), ["5.0001"], ["5", "4"]),
        (Bounds(D("0.80"), D("2.00")), ["0.8", "1", "2"], ["0.79", "2.01"]),
        (Bounds(D(1), D(2), open=True), ["1.5"], ["1", "2"]),
    ],
)
def test_bounds_keep_their_own_figure_unless_they_are_open(bounds: Bounds, kept: list[str], broken: list[str]) -> None:
    assert all(bounds.keeps(D(value)) for value in kept)
    assert not any(bounds.keeps(D(value)) for value in broken)


# fmt: off
PIECES = (
    "≤", "<", "＜", "≥", ">", "=", "不得过", "不低于", "不得检出", "不得使用", "n=5", "c=2", "m=", "M=", "10", "0", "0.05", "⁴", "e9", "5", " ", ",", "；",
    "~", "～", "-", "—", "至", "±", "%", "mg/kg", "CFU/g", "/25g", "(以Pb计)", "（", ")", "可接受最大菌数", "200", "正常", "(+)", "٥", "①", "\x00", "+", ".",
)
# fmt: on


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join) | st.text(max_size=30))
def test_any_text_is_a_demand_that_can_be_printed(text: str) -> None:
    read = demand(text)
    assert isinstance(read.requirement, Bounds | Forbidden | Plan | Worded | Free | Unread)
    assert isinstance(demanded(text), str)
    if isinstance(read.requirement, Bounds):
        assert read.requirement.low is not None or read.requirement.high is not None


@given(st.sampled_from(sorted(SPELLINGS)), st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=6))
def test_a_limit_that_is_printed_is_read_back_as_the_same(sign: str, value: D) -> None:
    text = f"{sign}{value:f}"
    assert requirement(demanded(text)) == requirement(text)
