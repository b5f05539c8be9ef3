"""Rows as official bulletins print them: judged by what stands there, and undecided with a reason where that does not suffice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims import i18n
from lims.rules.bulletin import WAYS, explanation, judge_printed
from lims.rules.judgement import Reason
from lims.rules.limits import Comparison
from lims.rules.verdict import Verdict

PASS, FAIL, UNDECIDED = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED
R = Reason
PLAN = "n=5,c=2,m=10⁴,M=10⁵CFU/g"

ROWS = [
    # a number against a number
    ("0.12mg/kg", "≤0.05mg/kg", FAIL, R.BEYOND),
    ("0.05mg/kg", "≤0.05mg/kg", PASS, R.WITHIN),
    ("0.0501mg/kg", "≤0.05mg/kg", FAIL, R.BEYOND),
    ("0.12 mg/kg", "≤ 0.05", FAIL, R.BEYOND),
    ("0.12", "≤0.2mg/kg", PASS, R.WITHIN),
    ("０．１２ｍｇ／ｋｇ", "≤０．２ｍｇ／ｋｇ", PASS, R.WITHIN),
    ("0.12mg/kg（以Pb计）", "≤0.05mg/kg（以Pb计）", FAIL, R.BEYOND),
    ("0.12(以脂肪计)", "≤0.25（以脂肪计）", PASS, R.WITHIN),
    ("5(以Pb计)", "≤9", PASS, R.WITHIN),
    ("0.12(以Pb计)μg/kg", "≤0.05mg/kg", UNDECIDED, R.NO_VALUE),
    ("0.30g/100g", "不得超过0.25g/100g", FAIL, R.BEYOND),
    ("5.2%", "≤5.0%", FAIL, R.BEYOND),
    ("79", "≥80", FAIL, R.BEYOND),
    ("3.0", "<3.0", FAIL, R.BEYOND),
    ("<0.01", "≤0.05mg/kg", PASS, R.BELOW_DETECTION),
    ("＜0.1", "≤0.05mg/kg", UNDECIDED, R.DETECTION_ABOVE_LIMIT),
    (">0.06", "≤0.05mg/kg", FAIL, R.BEYOND),
    # units
    ("120μg/kg", "≤0.1mg/kg", FAIL, R.BEYOND),
    ("90ug/kg", "≤0.1mg/kg", PASS, R.WITHIN),
    ("0.8g/kg", "≤1000mg/kg", PASS, R.WITHIN),
    ("0.12mg/L", "≤0.2mg/kg", UNDECIDED, R.UNIT),
    ("0.12ppm", "≤0.2mg/kg", UNDECIDED, R.NO_VALUE),
    # ranges
    ("0.80g/100g", "0.80~2.00g/100g", PASS, R.WITHIN),
    ("2.00", "0.80～2.00g/100g", PASS, R.WITHIN),
    ("0.79g/100g", "0.80~2.00g/100g", FAIL, R.BEYOND),
    ("20.1g/kg", "0.80-2.00g/100g", FAIL, R.BEYOND),
    ("36.0%vol", "35±1.0%vol", PASS, R.WITHIN),
    ("33.9%vol", "35±1.0%vol", FAIL, R.BEYOND),
    ("44.5", "44.0%vol~46.0%vol", PASS, R.WITHIN),
    # what is forbidden
    ("0.12mg/kg", "不得使用", FAIL, R.DETECTED),
    ("0.12", "不得检出", FAIL, R.DETECTED),
    ("0.12/0.13", "不得检出", FAIL, R.DETECTED),
    ("0", "不得检出", PASS, R.NOT_DETECTED),
    ("0.0", "不得检出", PASS, R.NOT_DETECTED),
    ("-0.01", "不得检出", UNDECIDED, R.DETECTED_UNKNOWN),
    ("0;0.12", "不得检出", UNDECIDED, R.SEVERAL),
    ("<0.01", "不得检出", UNDECIDED, R.DETECTED_UNKNOWN),
    ("未检出", "不得检出", PASS, R.NOT_DETECTED),
    ("未检出", "不得使用", PASS, R.NOT_DETECTED),
    ("未检出(<0.01)", "不得使用", PASS, R.NOT_DETECTED),
    ("检出", "不得检出", FAIL, R.DETECTED),
    ("阳性", "不得检出", FAIL, R.DETECTED),
    ("检出/50cm²", "不得检出/50cm²", FAIL, R.DETECTED),
    ("未检出/25g", "不得检出/25g", PASS, R.NOT_DETECTED),
    ("未检出/10g", "不得检出/25g", UNDECIDED, R.AMOUNT),
    # not detected against a number
    ("未检出", "≤0.05mg/kg", PASS, R.DETECTION_UNKNOWN),
    ("ND", "≤0.05mg/kg", PASS, R.DETECTION_UNKNOWN),
    ("未检出（检出限：0.01mg/kg）", "≤0.05mg/kg", PASS, R.BELOW_DETECTION),
    ("未检出(检出限:10μg/kg)", "≤0.05mg/kg", PASS, R.BELOW_DETECTION),
    ("未检出（检出限：0.1mg/kg）", "≤0.05mg/kg", UNDECIDED, R.DETECTION_ABOVE_LIMIT),
    ("未检出", "≥0.05mg/kg", UNDECIDED, R.DETECTION_UNKNOWN),
    ("<LOQ", "≤0.05mg/kg", UNDECIDED, R.QUANTITATION_UNKNOWN),
    ("<LOQ(0.02)", "≤0.05mg/kg", PASS, R.BELOW_QUANTITATION),
    ("检出", "≤0.05mg/kg", UNDECIDED, R.WORDS),
    # sampling plans
    ("9000;10000;10001;100000;<10", PLAN, PASS, R.PLAN),
    ("1.2×10⁴；1.3×10⁴；2.0×10⁴；<10；<10", PLAN, FAIL, R.PLAN),
    ("10、10、10、10、1.1×10⁵", PLAN, FAIL, R.PLAN),
    ("100，200，300，400，500", PLAN, PASS, R.PLAN),
    ("100/200/300/400/500", PLAN, PASS, R.PLAN),
    ("100 200 300 400 500", PLAN, PASS, R.PLAN),
    ("100、200、300、400、500 CFU/g", PLAN, PASS, R.PLAN),
    ("100CFU/mL;200CFU/mL;300CFU/mL;400CFU/mL;500CFU/mL", PLAN, UNDECIDED, R.UNIT),
    ("100CFU/g;200;300;400;500", "n=5,c=2,m=10⁴,M=10⁵CFU/g(mL)", PASS, R.PLAN),
    ("10;20;30;40", PLAN, UNDECIDED, R.INCOMPLETE),
    ("200000", PLAN, FAIL, R.PLAN),
    ("10", PLAN, UNDECIDED, R.INCOMPLETE),
    ("均<10", PLAN, PASS, R.PLAN),
    ("均＜10 CFU/g", PLAN, PASS, R.PLAN),
    ("均为未知", PLAN, UNDECIDED, R.PLAN),
    ("均未检出", "n=5,c=0,m=0/25g", PASS, R.PLAN),
    ("未检出;未检出;未检出;未检出;未检出", "n=5,c=0,m=0/25g", PASS, R.PLAN),
    ("未检出;未检出;检出;未检出;未检出", "n=5,c=0,m=0/25g", FAIL, R.PLAN),
    ("未检出/25g;未检出/25g;未检出/25g;未检出/25g;未检出/25g", "n=5,c=0,m=0/25g", PASS, R.PLAN),
    # several values where one is asked for
    ("0.01;0.02", "≤0.05mg/kg", PASS, R.WITHIN),
    ("0.06mg/kg;0.07mg/kg", "≤0.05mg/kg", FAIL, R.BEYOND),
    ("0.04;0.06", "≤0.05mg/kg", UNDECIDED, R.SEVERAL),
    ("0.5;3.0", "0.80~2.00", UNDECIDED, R.SEVERAL),
    ("0.9;1.5", "0.80~2.00", PASS, R.WITHIN),
    ("未检出;未检出", "≤0.05mg/kg", PASS, R.DETECTION_UNKNOWN),
    ("60μg/kg;0.07mg/kg", "≤0.05mg/kg", FAIL, R.BEYOND),
    ("1,500", "≤1000", UNDECIDED, R.NO_VALUE),
    ("1,500", "≤2000", UNDECIDED, R.NO_VALUE),
    # words
    ("正常", "正常", PASS, R.MEANT),
    ("异常", "正常", FAIL, R.NOT_MEANT),
    ("符合规定", "应符合规定", PASS, R.MEANT),
    ("阴性", "阴性", PASS, R.MEANT),
    ("微黄", "正常", UNDECIDED, R.WORDS),
    ("不合格;不合格", "正常", UNDECIDED, R.WORDS),
    ("均正常", "正常", UNDECIDED, R.WORDS),
    # nothing to judge by, or nothing to judge
    ("0.12", "—", UNDECIDED, R.NOTHING_DEMANDED),
    ("0.12;0.13", "/", UNDECIDED, R.NOTHING_DEMANDED),
    ("未检出", "—", PASS, R.FREE_OF_IT),
    ("0.12", "0.05", UNDECIDED, R.UNREAD),
    ("0.12mg/kg", "0.05mg/kg", UNDECIDED, R.UNREAD),
    ("0.12", "", UNDECIDED, R.NO_FIGURE),
    ("", "≤0.05mg/kg", UNDECIDED, R.NO_VALUE),
    ("—", "≤0.05mg/kg", UNDECIDED, R.NO_VALUE),
    ("", "", UNDECIDED, R.NO_VALUE),
    ("无效", "≤0.05mg/kg", UNDECIDED, R.INVALID),
    ("0.12*", "≤0.05mg/kg", UNDECIDED, R.NO_VALUE),
    ("0.04¹", "≤0.05mg/kg", UNDECIDED, R.NO_VALUE),
    ("见附件", "见附件1", UNDECIDED, R.NO_VALUE),
    ("٠٫١", "≤0.05mg/kg", UNDECIDED, R.NO_VALUE),
    ("0.05(+)", "≤0.05mg/kg", FAIL, R.BEYOND),
    ("0.05(-)", "≤0.05mg/kg", PASS, R.WITHIN),
    ("150", "≤10²(可接受最大菌数200)", PASS, R.WITHIN),
]


@pytest.mark.parametrize(("result", "limit", "verdict", "reason"), ROWS)
def test_a_row_is_judged_as_it_is_printed(result: str, limit: str, verdict: Verdict, reason: Reason) -> None:
    one = judge_printed(result, limit)
    assert (one.verdict, one.reason) == (verdict, reason)
    assert judge_printed(f" {result} ", f" {limit} ").verdict is verdict


@pytest.mark.parametrize(
    ("result", "limit", "unit", "lod", "verdict", "reason"),
    [
        ("未检出", "≤0.05", "mg/kg", "0.01", PASS, R.BELOW_DETECTION),
        ("未检出", "≤0.05mg/kg", "", "0.05mg/kg", PASS, R.BELOW_DETECTION),
        ("未检出", "≤0.05mg/kg", "", "0.1", UNDECIDED, R.DETECTION_ABOVE_LIMIT),
        ("未检出", "≤0.05mg/kg", "", "60μg/kg", UNDECIDED, R.DETECTION_ABOVE_LIMIT),
        ("未检出", "≤0.05mg/kg", "", "40 ug/kg", PASS, R.BELOW_DETECTION),
        ("未检出", "≤0.05", "", "0.1mg/kg", UNDECIDED, R.DETECTION_ABOVE_LIMIT),
        ("未检出(0.01)", "≤0.05mg/kg", "", "0.1", PASS, R.BELOW_DETECTION),
        ("0.005", "≤0.05mg/kg", "", "0.01", PASS, R.BELOW_DETECTION),
        ("0.005;0.006", "≤0.05mg/kg", "", "0.01", PASS, R.BELOW_DETECTION),
        ("0.12mg/kg", "不得检出", "", "0.01", FAIL, R.DETECTED),
        ("0.12", "不得检出", "mg/kg", "0.12", FAIL, R.DETECTED),
        ("0.005mg/kg", "不得检出", "", "0.01mg/kg", PASS, R.NOT_DETECTED),
        ("0.12mg/kg;0.13mg/kg", "不得检出", "", "10μg/kg", FAIL, R.DETECTED),
        ("<0.01", "不得检出", "mg/kg", "0.01", PASS, R.NOT_DETECTED),
        ("0.12mg/kg", "不得检出", "", "0.01mg/L", FAIL, R.DETECTED),
        ("未检出", "≥0.05mg/kg", "", "0.01", FAIL, R.BEYOND),
        ("未检出、未检出、未检出、未检出、未检出", "n=5,c=2,m=10,M=100", "CFU/g", "20", UNDECIDED, R.PLAN),
        ("未检出、未检出、未检出、未检出、未检出", "n=5,c=2,m=10,M=100", "CFU/g", "10", PASS, R.PLAN),
    ],
)
def test_a_limit_of_detection_beside_the_row_is_taken_into_account(result: str, limit: str, unit: str, lod: str, verdict: Verdict, reason: Reason) -> None:
    one = judge_printed(result, limit, unit, lod)
    assert (one.verdict, one.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("result", "limit", "unit", "reported", "verdict"),
    [
        ("0.12", "≤0.05", "mg/kg", "0.12", FAIL),
        ("120", "≤0.1mg/kg", "μg/kg", "0.120", FAIL),
        ("0.12mg/kg", "≤200", "μg/kg", "1.2×10²", PASS),
        ("120μg/kg", "≤0.1mg/kg", "g/kg", "0.120", FAIL),
        ("0.12", "≤0.2mg/kg", "毫克/千克", "0.12", PASS),
        ("0.12", "≤0.2mg/kg", "—", "0.12", PASS),
        ("0.12", "≤0.2mg/kg", " / ", "0.12", PASS),
        ("7.1", "6.5~8.5", "无量纲", "7.1", PASS),
        ("12", "≤20CFU/g(mL)", "CFU/mL", "12", PASS),
    ],
)
def test_the_unit_column_stands_where_value_or_limit_name_none(result: str, limit: str, unit: str, reported: str, verdict: Verdict) -> None:
    one = judge_printed(result, limit, unit)
    assert (one.reported, one.verdict) == (reported, verdict)


@pytest.mark.parametrize(("value", "limit", "unit"), [("0.12", "≤0.2mg/kg", "mg/L"), ("0.12", "≤0.2mg/kg", "ppm"), ("0.12mg/L", "≤0.2", "mg/kg")])
def test_a_unit_column_that_cannot_be_turned_leaves_it_undecided(value: str, limit: str, unit: str) -> None:
    assert judge_printed(value, limit, unit).reason is R.UNIT


@pytest.mark.parametrize("words", ["full", "FULL", "", " ", "—", "全数值", "全数值比较", "全数值比较法"])
def test_the_full_value_is_compared_unless_the_row_says_otherwise(words: str) -> None:
    one = judge_printed("0.0501", "≤0.05", rule=words)
    assert (one.verdict, one.comparison, one.compared) == (FAIL, Comparison.FULL, "0.0501")


@pytest.mark.parametrize("words", ["rounded", "Rounded", "修约值", "修约值比较", "修约值比较法", "ｒｏｕｎｄｅｄ"])
@pytest.mark.parametrize(
    ("result", "limit", "compared", "verdict"),
    [
        ("0.0501", "≤0.05", "0.05", PASS),
        ("0.055", "≤0.05", "0.06", FAIL),
        ("0.045", "<0.05", "0.04", PASS),
        ("110.05", "90.0~110.0", "110.0", PASS),
        ("110.051", "90.0~110.0", "110.1", FAIL),
        ("89.95", "90.0~110.0", "90.0", PASS),
        ("89.949", "90.0~110.0", "89.9", FAIL),
        ("0.796", "0.8~2.00", "0.80", PASS),
        ("36.04", "35±1.0", "36.0", PASS),
        ("14999", "≤10⁴", "10000", PASS),
        ("15000", "≤10⁴", "20000", FAIL),
        ("80.5", "≥81", "80", FAIL),
    ],
)
def test_rounded_comparison_rounds_to_the_limits_last_digit(words: str, result: str, limit: str, compared: str, verdict: Verdict) -> None:
    one = judge_printed(result, limit, rule=words)
    assert (one.verdict, one.comparison, one.compared) == (verdict, Comparison.ROUNDED, compared)


def test_the_value_is_rounded_in_the_limits_unit() -> None:
    assert judge_printed("54μg/kg", "≤0.05mg/kg", rule="rounded").verdict is PASS
    assert judge_printed("56μg/kg", "≤0.05mg/kg", rule="rounded").verdict is FAIL


@pytest.mark.parametrize("limit", ["不得检出", "正常", "—", PLAN])
def test_where_nothing_is_compared_the_way_of_comparing_changes_nothing(limit: str) -> None:
    for result in ("0.12", "正常", "未检出", "1;2;3;4;5"):
        assert judge_printed(result, limit, rule="rounded").verdict is judge_printed(result, limit).verdict


def test_a_way_of_comparing_that_is_not_understood_leaves_it_undecided() -> None:
    one = judge_printed(" 0.01 ", " ≤0.05 ", rule="by eye")
    assert (one.verdict, one.reason, one.reported, one.limit, one.determined) == (UNDECIDED, R.NO_WAY, "0.01", "≤0.05", ("0.01",))
    assert "“by eye” is no way to compare. Write full or rounded." in explanation(one)
    assert None not in WAYS.values()


COUNTED = "Sampling plan: n = 5, c = 2, m = 10000, M = 100000. Of 5 values 1 lie above m, 0 of them above M. The plan is kept."
BESIDE = "One of value and limit has no unit; it is taken to be the other's."


@pytest.mark.parametrize(
    ("result", "limit", "unit", "noted"),
    [
        ("0.12", "≤0.05mg/kg", "", True),
        ("0.12mg/kg", "≤0.05", "", True),
        ("0.12", "≤0.05mg/kg", "—", True),
        ("1;2;3;4;5", PLAN, "", True),
        ("<0.01", "≤0.05mg/kg", "", True),
        ("0.12", "≤0.05", "", False),
        ("0.12mg/kg", "≤0.05mg/kg", "", False),
        ("0.12", "≤0.05mg/kg", "mg/kg", False),
        ("未检出", "≤0.05mg/kg", "", False),
        ("正常", "≤0.05mg/kg", "", False),
        ("0.12mg/kg", "不得检出", "", False),
        ("未检出;未检出", "≤0.05mg/kg", "", False),
    ],
)
def test_a_unit_that_is_taken_from_the_other_side_is_said(result: str, limit: str, unit: str, noted: bool) -> None:
    assert (BESIDE in [one.shown() for one in judge_printed(result, limit, unit).said]) == noted


@pytest.mark.parametrize(
    ("lod", "noted"),
    [
        ("无", True),
        ("<0.01", True),
        ("0", True),
        ("-0.01", True),
        ("0.01mg/L", True),
        ("0.01 ppm", True),
        ("0.01;0.02", True),
        ("", False),
        (" ", False),
        ("—", False),
        ("0.01", False),
        ("0.01mg/kg", False),
    ],
)
def test_a_limit_of_detection_that_is_left_out_is_said(lod: str, noted: bool) -> None:
    one = judge_printed("未检出", "≤0.05mg/kg", lod=lod)
    words = f"“{lod.strip()}” is no limit of detection this program can read; it was left out."
    assert (words in [said.shown() for said in one.said]) == noted
    assert one.reason is (R.BELOW_DETECTION if lod.startswith("0.01") and not noted else R.DETECTION_UNKNOWN)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            ("0.12mg/kg", "≤0.05mg/kg"),
            "found 0.12 mg/kg; limit ≤ 0.05 mg/kg; 0.12, full value comparison (GB/T 8170-2008). The value does not keep the limit.",
        ),
        (
            ("0.0501", "≤0.05", "mg/kg", "", "rounded"),
            "found 0.05 mg/kg; limit ≤ 0.05 mg/kg; 0.05, rounded value comparison (GB/T 8170-2008). The value keeps the limit.",
        ),
        (
            ("35.5%vol", "35±1.0%vol"),
            "found 35.5 %vol; limit 34.0~36.0 %vol; 35.5, full value comparison (GB/T 8170-2008). The value keeps the limit.",
        ),
        (
            ("120μg/kg;130μg/kg", "≤0.1mg/kg"),
            "found 0.120 / 0.130 mg/kg; limit ≤ 0.1 mg/kg; 0.120 / 0.130, full value comparison (GB/T 8170-2008). The value does not keep the limit.",
        ),
        (("未检出", "≤0.05mg/kg"), "found 未检出; limit ≤ 0.05 mg/kg. Not detected; the method's limit of detection is not stated."),
        (
            ("未检出", "≤0.05mg/kg", "", "0.01"),
            "found 未检出; limit ≤ 0.05 mg/kg. Nothing was found above 0.01 mg/kg, and the limit lies higher or equal.",
        ),
        (("0.12mg/kg", "不得检出/25g"), "found 0.12 mg/kg; limit not to be detected /25g. Detected where nothing may be found."),
        (("正常", "正常"), "found 正常; limit 正常. The sample is as demanded."),
        (("", "≤0.05mg/kg"), "found —; limit ≤ 0.05 mg/kg. This is no value that can be judged."),
        (("0.12", ""), "found 0.12. The library names this limit but does not have its figure. Enter it from the standard."),
        (
            ("0.12mg/L", "≤0.2mg/kg"),
            "found 0.12 mg/L; limit ≤ 0.2 mg/kg. The unit of the value cannot be turned into the limit's. Enter the value in mg/kg.",
        ),
        (
            ("0.12", "≤0.2mg/kg", "mg/L"),
            "found 0.12 mg/L; limit ≤ 0.2 mg/kg. The unit of the value cannot be turned into the limit's. Enter the value in mg/kg.",
        ),
        (
            ("10;10;10;10;20000", PLAN, "CFU/g"),
            f"found 10 / 10 / 10 / 10 / 20000 CFU/g; limit n=5, c=2, m=10⁴, M=10⁵CFU/g. Judged by the sampling plan. {COUNTED}",
        ),
    ],
)
def test_the_explanation_names_value_limit_comparison_and_reason(row: tuple[str, ...], words: str) -> None:
    assert explanation(judge_printed(*row)) == words


def test_the_explanation_speaks_chinese() -> None:
    with i18n.speaking("zh_CN"):
        words = explanation(judge_printed("0.12mg/kg", "≤0.05mg/kg"))
        assert "0.12 mg/kg" in words
        assert "≤ 0.05 mg/kg" in words
        assert "全数值比较法（GB/T 8170-2008）" in words
        assert words.endswith("不符合限量要求。")


# fmt: off
PIECES = (
    "0", "5", "0.05", "10", "e9", "e-30", "e99", "⁴", "-", "<", ">", "≤", "≥", "~", "±", "n=5,c=2,m=", ",M=", "不得检出", "未检出", "检出", "阳性", "弱阳性",
    "无效", "均", "<LOQ", "正常", "符合", "—", ";", "、", " ", "/", "(", ")", "(+)", "(-)", "（以", "计）", "mg/kg", "μg/kg", "mg/L", "CFU/g", "/25g", "%",
    "应", "①", "٣", "{}", "{x}", "rounded", "全数值", "可接受最大菌数", "\\x00",
)
# fmt: on
texts = st.lists(st.sampled_from(PIECES), max_size=6).map("".join) | st.text(max_size=12) | st.sampled_from(["", "0.05", "≤0.05", "mg/kg", "不得检出", PLAN])


@given(texts, texts, texts, texts, texts | st.sampled_from(sorted(WAYS)))
def test_any_texts_give_a_judgement_with_an_explanation_in_both_languages(result: str, limit: str, unit: str, lod: str, rule: str) -> None:
    one = judge_printed(result, limit, unit, lod, rule)
    assert one.verdict in (PASS, FAIL, UNDECIDED)
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            assert one.why() in explanation(one)


@given(texts, texts, st.sampled_from(["", "mg/kg"]), texts)
def test_a_value_that_is_no_value_never_passes_a_figure(garbage: str, lod: str, unit: str, rule: str) -> None:
    assert judge_printed(f"{garbage}?", "≤0.05mg/kg", unit, lod, rule).verdict is UNDECIDED


@given(st.text(max_size=12), texts)
def test_a_bare_number_as_a_limit_decides_nothing(lod: str, result: str) -> None:
    assert judge_printed(result, "0.05", lod=lod).verdict is UNDECIDED


@pytest.mark.parametrize("text", ["120,150,130", "120 150 130", "120/150/130", "120、150、130", "120；150；130"])
def test_where_a_plan_asks_for_several_values_a_comma_or_a_blank_parts_them(text: str) -> None:
    judgement = judge_printed(text, "n=3,c=1,m=140,M=200", "CFU/g")
    assert (judgement.verdict, judgement.determined) == (Verdict.PASS, ("120", "150", "130"))
