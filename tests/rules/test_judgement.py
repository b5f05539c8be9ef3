"""From determinations to a verdict: every kind of value against every kind of demand, and nothing unknown ever passes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims import i18n
from lims.errors import Refusal
from lims.rules.judgement import COMPARISON_WORDS, REASON_WORDS, Judgement, Procedure, Reason, judge, wanted
from lims.rules.limits import Comparison, Limit
from lims.rules.quantity import Measured, read
from lims.rules.replicates import Kind as ToleranceKind
from lims.rules.replicates import Tolerance, mean, spread
from lims.rules.uncertainty import Decide, Uncertainty
from lims.rules.verdict import Verdict

D = Decimal
PASS, FAIL, UNDECIDED, NONE = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED, Verdict.NONE
R = Reason


def procedure(unit: str = "mg/kg", **more: Any) -> Procedure:
    return Procedure("p", "x", "GB 5009.12-2023", unit, **more)


def limit(text: str, unit: str = "mg/kg", **more: Any) -> Limit:
    return Limit("l", "x", "cowpea", text, unit, "GB 2762-2025", **more)


def judged(values: str | list[str], text: str | None, *, unit: str = "mg/kg", lod: str = "", loq: str = "", **more: Any) -> Judgement:
    """Judge values against one limit, everything in one unit."""
    values = [values] if isinstance(values, str) else values
    known = {"detection_limit": D(lod) if lod else None, "quantitation_limit": D(loq) if loq else None, "determinations": len(values)}
    return judge([read(value) for value in values], procedure(unit, **{**known, **more}), None if text is None else limit(text, unit))


AT_MOST = {  # value: without a limit of detection, with one below the limit, with one above it
    "0": ((PASS, R.WITHIN), (PASS, R.BELOW_DETECTION), (UNDECIDED, R.DETECTION_ABOVE_LIMIT)),
    "0.005": ((PASS, R.WITHIN), (PASS, R.BELOW_DETECTION), (UNDECIDED, R.DETECTION_ABOVE_LIMIT)),
    "0.01": ((PASS, R.WITHIN), (PASS, R.WITHIN), (UNDECIDED, R.DETECTION_ABOVE_LIMIT)),
    "0.05": ((PASS, R.WITHIN), (PASS, R.WITHIN), (UNDECIDED, R.DETECTION_ABOVE_LIMIT)),
    "0.0501": ((FAIL, R.BEYOND), (FAIL, R.BEYOND), (UNDECIDED, R.DETECTION_ABOVE_LIMIT)),
    "0.1": ((FAIL, R.BEYOND), (FAIL, R.BEYOND), (FAIL, R.BEYOND)),
    "<0.01": ((PASS, R.BELOW_DETECTION),) * 3,
    "<0.05": ((PASS, R.BELOW_DETECTION),) * 3,
    "<0.06": ((UNDECIDED, R.DETECTION_ABOVE_LIMIT),) * 3,
    ">0.05": ((FAIL, R.BEYOND),) * 3,
    ">0.04": ((UNDECIDED, R.OPEN_END),) * 3,
    "未检出": ((PASS, R.DETECTION_UNKNOWN), (PASS, R.BELOW_DETECTION), (UNDECIDED, R.DETECTION_ABOVE_LIMIT)),
    "未检出(0.01)": ((PASS, R.BELOW_DETECTION),) * 3,
    "未检出(0.06)": ((UNDECIDED, R.DETECTION_ABOVE_LIMIT),) * 3,
    "<LOQ": ((UNDECIDED, R.QUANTITATION_UNKNOWN),) * 3,
    "<LOQ(0.05)": ((PASS, R.BELOW_QUANTITATION),) * 3,
    "<LOQ(0.06)": ((UNDECIDED, R.QUANTITATION_ABOVE_LIMIT),) * 3,
    "检出": ((UNDECIDED, R.WORDS),) * 3,
    "阳性": ((UNDECIDED, R.WORDS),) * 3,
    "弱阳性": ((UNDECIDED, R.WORDS),) * 3,
    "阴性": ((UNDECIDED, R.WORDS),) * 3,
    "无效": ((UNDECIDED, R.INVALID),) * 3,
    "0.01;0.02": ((UNDECIDED, R.SEVERAL),) * 3,
    "正常": ((UNDECIDED, R.NO_VALUE),) * 3,
    "": ((UNDECIDED, R.NO_VALUE),) * 3,
}
FORBIDDEN = {  # value: without a limit of detection, 0.01, 0.1
    "0": ((PASS, R.NOT_DETECTED),) * 3,
    "0.005": ((UNDECIDED, R.DETECTED_UNKNOWN), (PASS, R.NOT_DETECTED), (PASS, R.NOT_DETECTED)),
    "0.01": ((UNDECIDED, R.DETECTED_UNKNOWN), (FAIL, R.DETECTED), (PASS, R.NOT_DETECTED)),
    "0.05": ((UNDECIDED, R.DETECTED_UNKNOWN), (FAIL, R.DETECTED), (PASS, R.NOT_DETECTED)),
    "0.1": ((UNDECIDED, R.DETECTED_UNKNOWN), (FAIL, R.DETECTED), (FAIL, R.DETECTED)),
    "<0.01": ((UNDECIDED, R.DETECTED_UNKNOWN), (PASS, R.NOT_DETECTED), (PASS, R.NOT_DETECTED)),
    "<0.05": ((UNDECIDED, R.DETECTED_UNKNOWN), (UNDECIDED, R.DETECTION_ABOVE_LIMIT), (PASS, R.NOT_DETECTED)),
    ">0.05": ((FAIL, R.DETECTED),) * 3,
    "未检出": ((PASS, R.NOT_DETECTED),) * 3,
    "未检出(0.05)": ((PASS, R.NOT_DETECTED),) * 3,
    "<LOQ": ((FAIL, R.DETECTED),) * 3,
    "检出": ((FAIL, R.DETECTED),) * 3,
    "阳性": ((FAIL, R.DETECTED),) * 3,
    "弱阳性": ((UNDECIDED, R.WORDS),) * 3,
    "阴性": ((PASS, R.NOT_DETECTED),) * 3,
    "无效": ((UNDECIDED, R.INVALID),) * 3,
    "0.01;0.02": ((UNDECIDED, R.SEVERAL),) * 3,
    "正常": ((UNDECIDED, R.NO_VALUE),) * 3,
}
FREE = {
    "0": ((NONE, R.NOTHING_DEMANDED),) * 3,
    "0.05": ((NONE, R.NOTHING_DEMANDED),) * 3,
    "<0.05": ((NONE, R.NOTHING_DEMANDED),) * 3,
    ">0.05": ((NONE, R.NOTHING_DEMANDED),) * 3,
    "未检出": ((PASS, R.FREE_OF_IT),) * 3,
    "<LOQ": ((NONE, R.NOTHING_DEMANDED),) * 3,
    "阳性": ((NONE, R.NOTHING_DEMANDED),) * 3,
    "无效": ((UNDECIDED, R.INVALID),) * 3,
    "正常": ((UNDECIDED, R.NO_VALUE),) * 3,
}
UNREAD = {"0.01": ((UNDECIDED, R.UNREAD),) * 3, "未检出": ((UNDECIDED, R.UNREAD),) * 3, ">0.05": ((UNDECIDED, R.UNREAD),) * 3}
MISSING = {"0.01": ((UNDECIDED, R.NO_FIGURE),) * 3, "未检出": ((UNDECIDED, R.NO_FIGURE),) * 3}
NO_LIMIT = {"0.01": ((UNDECIDED, R.NO_LIMIT),) * 3, "未检出": ((UNDECIDED, R.NO_LIMIT),) * 3, "<0.01": ((UNDECIDED, R.NO_LIMIT),) * 3}
BY_THE_MATRIX: list[tuple[str | None, Any]] = [
    ("≤0.05", AT_MOST),
    ("不得检出", FORBIDDEN),
    ("不得使用", FORBIDDEN),
    ("—", FREE),
    ("0.05", UNREAD),
    ("见GB 2762", UNREAD),
    ("", MISSING),
    (None, NO_LIMIT),
]
MATRIX = [
    (value, text, lod, *expected) for text, rows in BY_THE_MATRIX for value, row in rows.items() for lod, expected in zip(("", "0.01", "0.1"), row, strict=True)
]


@pytest.mark.parametrize(("value", "text", "lod", "verdict", "reason"), MATRIX)
def test_the_verdict_matrix_holds(value: str, text: str | None, lod: str, verdict: Verdict, reason: Reason) -> None:
    one = judged(value, text, lod=lod)
    assert (one.verdict, one.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("value", "text", "lod", "verdict", "reason"),
    [
        ("80", "≥80", "", PASS, R.WITHIN),
        ("79.99", "≥80", "", FAIL, R.BEYOND),
        ("79.99", "≥80", "1", FAIL, R.BEYOND),
        ("0.5", "≥80", "1", FAIL, R.BEYOND),
        ("79", "≥80", "100", UNDECIDED, R.OPEN_END),
        ("未检出", "≥80", "", UNDECIDED, R.DETECTION_UNKNOWN),
        ("未检出", "≥80", "1", FAIL, R.BEYOND),
        ("未检出", "≥80", "100", UNDECIDED, R.OPEN_END),
        ("<80", "≥80", "", FAIL, R.BEYOND),
        ("<81", "≥80", "", UNDECIDED, R.OPEN_END),
        (">80", "≥80", "", PASS, R.WITHIN),
        (">79", "≥80", "", UNDECIDED, R.OPEN_END),
        ("<LOQ(80)", "≥80", "", FAIL, R.BEYOND),
        ("<LOQ(81)", "≥80", "", UNDECIDED, R.OPEN_END),
        ("80", ">80", "", FAIL, R.BEYOND),
        ("80.01", ">80", "", PASS, R.WITHIN),
        (">80", ">80", "", PASS, R.WITHIN),
        ("<80", ">80", "", FAIL, R.BEYOND),
        ("5", "<5", "", FAIL, R.BEYOND),
        ("4.99", "<5", "", PASS, R.WITHIN),
        ("<5", "<5", "", PASS, R.BELOW_DETECTION),
        (">5", "<5", "", FAIL, R.BEYOND),
        ("未检出", "<5", "5", PASS, R.BELOW_DETECTION),
        ("未检出", "<5", "5.1", UNDECIDED, R.DETECTION_ABOVE_LIMIT),
        ("0.80", "0.80~2.00", "", PASS, R.WITHIN),
        ("2.00", "0.80~2.00", "", PASS, R.WITHIN),
        ("0.799", "0.80~2.00", "", FAIL, R.BEYOND),
        ("2.001", "0.80~2.00", "", FAIL, R.BEYOND),
        ("未检出", "0.80~2.00", "", UNDECIDED, R.DETECTION_UNKNOWN),
        ("未检出", "0.80~2.00", "0.1", FAIL, R.BEYOND),
        ("1.5", "0.80~2.00", "1.6", UNDECIDED, R.OPEN_END),
        (">1", "0.80~2.00", "", UNDECIDED, R.OPEN_END),
        (">2", "0.80~2.00", "", FAIL, R.BEYOND),
        ("<0.8", "0.80~2.00", "", FAIL, R.BEYOND),
        ("<1", "0.80~2.00", "", UNDECIDED, R.OPEN_END),
        ("34.0", "35±1.0", "", PASS, R.WITHIN),
        ("36.0", "35±1.0", "", PASS, R.WITHIN),
        ("33.9", "35±1.0", "", FAIL, R.BEYOND),
        ("200", "≤10²(可接受最大菌数200)", "", PASS, R.WITHIN),
        ("201", "≤10²(可接受最大菌数200)", "", FAIL, R.BEYOND),
    ],
)
def test_a_lower_limit_an_open_one_and_a_range_are_kept_or_not(value: str, text: str, lod: str, verdict: Verdict, reason: Reason) -> None:
    one = judged(value, text, lod=lod)
    assert (one.verdict, one.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("value", "text", "lod", "verdict"),
    [  # whatever lies below 0.052 is rounded to 0.05 at most
        ("0.01", "≤0.05", "0.052", PASS),
        ("0.052", "≤0.05", "0.052", PASS),
        ("未检出", "≤0.05", "0.052", PASS),
        ("未检出", "≤0.05", "0.055", UNDECIDED),
        ("<0.052", "≤0.05", "", PASS),
        ("<0.055", "≤0.05", "", UNDECIDED),
        ("<LOQ(0.052)", "≤0.05", "", PASS),
        ("未检出", "<0.05", "0.052", UNDECIDED),
        ("未检出", "<0.05", "0.048", UNDECIDED),
        ("未检出", "<0.05", "0.044", PASS),
        ("未检出", "≥0.05", "0.048", UNDECIDED),
        ("未检出", "≥0.05", "0.044", FAIL),
        ("未检出", ">0.05", "0.052", FAIL),
        ("未检出", ">0.05", "0.056", UNDECIDED),
        (">0.048", "≤0.05", "", UNDECIDED),
        (">0.052", "≤0.05", "", UNDECIDED),
        (">0.056", "≤0.05", "", FAIL),
        (">0.048", "<0.05", "", FAIL),
        (">0.048", "≥0.05", "", PASS),
        (">0.044", "≥0.05", "", UNDECIDED),
        (">0.052", ">0.05", "", UNDECIDED),
        (">0.056", ">0.05", "", PASS),
    ],
)
def test_in_rounded_comparison_what_is_open_on_one_side_is_rounded_too(value: str, text: str, lod: str, verdict: Verdict) -> None:
    assert judged(value, text, lod=lod, rounding="0.01", comparison=Comparison.ROUNDED).verdict is verdict


def test_what_is_forbidden_is_held_against_the_limit_of_detection_unrounded() -> None:
    assert judged("<0.052", "不得检出", lod="0.05", rounding="0.01", comparison=Comparison.ROUNDED).verdict is UNDECIDED


@pytest.mark.parametrize(("loq", "verdict", "reason"), [("0.03", PASS, R.BELOW_QUANTITATION), ("0.06", UNDECIDED, R.QUANTITATION_ABOVE_LIMIT)])
def test_a_trace_lies_below_the_methods_limit_of_quantitation(loq: str, verdict: Verdict, reason: Reason) -> None:
    one = judged("<LOQ", "≤0.05", lod="0.01", loq=loq)
    assert (one.verdict, one.reason, one.compared) == (verdict, reason, loq)


BY_THE_STANDARD = [  # GB/T 8170-2008, 4.3.4: limit, interval, measured, full value comparison, rounded value, rounded value comparison
    ("≥1400", "100", "1349", FAIL, "1300", FAIL),
    ("≥1400", "100", "1351", FAIL, "1400", PASS),
    ("≥1400", "100", "1400", PASS, "1400", PASS),
    ("≥1400", "100", "1402", PASS, "1400", PASS),
    ("≥97.0", "0.1", "97.01", PASS, "97.0", PASS),
    ("≥97.0", "0.1", "97.00", PASS, "97.0", PASS),
    ("≥97.0", "0.1", "96.96", FAIL, "97.0", PASS),
    ("≥97.0", "0.1", "96.94", FAIL, "96.9", FAIL),
    ("≤0.5", "0.1", "0.452", PASS, "0.5", PASS),
    ("≤0.5", "0.1", "0.500", PASS, "0.5", PASS),
    ("≤0.5", "0.1", "0.549", FAIL, "0.5", PASS),
    ("≤0.5", "0.1", "0.551", FAIL, "0.6", FAIL),
    ("1.2~1.6", "0.1", "1.151", FAIL, "1.2", PASS),
    ("1.2~1.6", "0.1", "1.200", PASS, "1.2", PASS),
    ("1.2~1.6", "0.1", "1.649", FAIL, "1.6", PASS),
    ("1.2~1.6", "0.1", "1.651", FAIL, "1.7", FAIL),
    ("10.0±0.1", "0.1", "9.89", FAIL, "9.9", PASS),
    ("10.0±0.1", "0.1", "9.85", FAIL, "9.8", FAIL),
    ("10.0±0.1", "0.1", "10.10", PASS, "10.1", PASS),
    ("10.0±0.1", "0.1", "10.16", FAIL, "10.2", FAIL),
]


@pytest.mark.parametrize(("text", "interval", "value", "full", "rounded", "by_rounded"), BY_THE_STANDARD)
def test_full_and_rounded_comparison_differ_as_in_the_standards_examples(
    text: str, interval: str, value: str, full: Verdict, rounded: str, by_rounded: Verdict
) -> None:
    exact = judged(value, text, unit="", rounding=interval)
    assert (exact.verdict, exact.compared, exact.comparison) == (full, value, Comparison.FULL)
    one = judged(value, text, unit="", rounding=interval, comparison=Comparison.ROUNDED)
    assert (one.verdict, one.compared, one.reported, one.comparison) == (by_rounded, rounded, rounded, Comparison.ROUNDED)


@pytest.mark.parametrize(
    ("value", "rounded", "verdict"),
    [("110.04", "110.0", PASS), ("110.05", "110.0", PASS), ("110.051", "110.1", FAIL), ("89.95", "90.0", PASS), ("89.949", "89.9", FAIL)],
)
def test_the_pharmacopoeia_rounds_to_the_limits_digits_and_then_compares(value: str, rounded: str, verdict: Verdict) -> None:
    one = judged(value, "90.0~110.0", unit="%", rounding="0.1", comparison=Comparison.ROUNDED)
    assert (one.verdict, one.reported, one.compared) == (verdict, rounded, rounded)


@pytest.mark.parametrize(
    ("value", "text", "reported", "verdict"),
    [
        ("0.0501", "≤0.05", "0.05(+)", FAIL),
        ("0.0499", "≤0.05", "0.05(-)", PASS),
        ("0.0500", "≤0.05", "0.05", PASS),
        ("0.0401", "≤0.05", "0.04", PASS),
        ("0.0601", "≤0.05", "0.06", FAIL),
        ("79.996", "≥80.00", "80.00(-)", FAIL),
        ("80.004", "≥80.00", "80.00(+)", PASS),
        ("0.796", "0.80~2.00", "0.80(-)", FAIL),
        ("2.001", "0.80~2.00", "2.00(+)", FAIL),
        ("1.004", "0.80~2.00", "1.00", PASS),
    ],
)
def test_a_value_rounded_to_the_limit_itself_is_marked_by_where_it_lies(value: str, text: str, reported: str, verdict: Verdict) -> None:
    one = judged(value, text, rounding="0.01")
    assert (one.reported, one.verdict, one.value, one.compared) == (reported, verdict, value, value)


MARKED = [
    ("0.5(+)", "≤0.5", FAIL),
    ("0.5(-)", "≤0.5", PASS),
    ("0.5(+)", "<0.5", FAIL),
    ("0.5(-)", "<0.5", PASS),
    ("97.0(-)", "≥97.0", FAIL),
    ("97.0(+)", "≥97.0", PASS),
    ("97.0(-)", ">97.0", FAIL),
    ("97.0(+)", ">97.0", PASS),
    ("1.2(-)", "1.2~1.6", FAIL),
    ("1.2(+)", "1.2~1.6", PASS),
    ("1.6(+)", "1.2~1.6", FAIL),
    ("1.6(-)", "1.2~1.6", PASS),
    ("5.0(+)", "5.0~5.0", FAIL),
    ("5.0(-)", "5.0~5.0", FAIL),
    ("0.4(+)", "≤0.5", PASS),
    ("0.6(-)", "≤0.5", FAIL),
    ("0.6(-)", "<0.5", FAIL),
]


@pytest.mark.parametrize(("value", "text", "verdict"), MARKED)
def test_a_marked_value_at_the_limit_lies_a_little_beyond_or_within(value: str, text: str, verdict: Verdict) -> None:
    one = judged(value, text)
    assert (one.verdict, one.reported) == (verdict, value)


@pytest.mark.parametrize(("value", "text"), [("0.5(+)", "≤0.5"), ("97.0(-)", "≥97.0")])
def test_in_rounded_comparison_the_mark_does_not_count(value: str, text: str) -> None:
    assert judged(value, text, comparison=Comparison.ROUNDED).verdict is PASS
    assert judged(value, text, rounding="0.1", comparison=Comparison.ROUNDED).verdict is PASS


@pytest.mark.parametrize(
    ("values", "reported", "verdict"),
    [
        (["0.05(+)", "0.05"], "0.05(+)", FAIL),
        (["0.05(-)", "0.05"], "0.05(-)", PASS),
        (["0.052(+)", "0.052"], "0.05(+)", FAIL),
    ],
)
def test_a_mark_goes_over_to_the_mean_and_is_written_once(values: list[str], reported: str, verdict: Verdict) -> None:
    one = judged(values, "≤0.05", rounding="0.01")
    assert (one.reported, one.verdict) == (reported, verdict)


def test_the_limits_own_rounding_and_comparison_come_before_the_procedures() -> None:
    by_limit = limit("≤0.05", rounding="0.01", comparison=Comparison.ROUNDED)
    one = judge([read("0.0549")], procedure(rounding="0.001"), by_limit)
    assert (one.verdict, one.reported, one.rounding, one.comparison) == (PASS, "0.05", "0.01", Comparison.ROUNDED)
    other = judge([read("0.0549")], procedure(rounding="0.001"), limit("≤0.05"))
    assert (other.verdict, other.reported, other.rounding, other.comparison) == (FAIL, "0.055", "0.001", Comparison.FULL)


@pytest.mark.parametrize(
    ("values", "interval", "reported"),
    [
        (["12.47", "12.55"], "0.1", "12.5"),  # moisture: mean 12.51
        (["19.72", "20.25"], "0.1", "20.0"),  # fatty acid value: mean 19.985
        (["40.22", "41.28"], "0.1", "40.8"),  # mean 40.75, to the even digit
        (["6.21", "6.49"], "0.1", "6.4"),  # unsound: mean 6.35, to the even digit
        (["750", "753"], "1", "752"),  # test weight: mean 751.5, to the even digit
    ],
)
def test_the_mean_is_rounded_once(values: list[str], interval: str, reported: str) -> None:
    assert judged(values, None, unit="%", rounding=interval).reported == reported


def test_each_determination_is_rounded_before_the_mean_in_the_procedures_unit() -> None:
    rules = procedure("μg/kg", determinations=2, single_rounding="1")
    one = judge([read("47.4"), read("48.3")], rules, limit("≤0.0475"))  # 47 and 48, not 47.85
    assert (one.verdict, one.value, one.reported, one.unit) == (PASS, "0.0475", "0.0475", "mg/kg")
    assert judge([read("47.4"), read("48.3")], rules, limit("≤0.0474")).verdict is FAIL


@pytest.mark.parametrize(("values", "verdict", "reason"), [(["0.040", "0.044"], PASS, R.WITHIN), (["0.040", "0.0441"], UNDECIDED, R.APART)])
def test_determinations_too_far_apart_are_not_judged(values: list[str], verdict: Verdict, reason: Reason) -> None:
    one = judged(values, "≤0.05", tolerance=Tolerance(ToleranceKind.ABSOLUTE, D("0.004"), "mg/kg"))
    assert (one.verdict, one.reason, one.tolerance) == (verdict, reason, "0.004 mg/kg")


def test_the_tolerance_is_meant_after_rounding_each_determination() -> None:
    tolerance = Tolerance(ToleranceKind.ABSOLUTE, D("0.2"), "%")
    assert judged(["12.44", "12.66"], "≤13.0", unit="%", single_rounding="0.1", tolerance=tolerance).reason is R.APART  # 12.4 and 12.7
    assert judged(["12.46", "12.74"], "≤13.0", unit="%", single_rounding="0.1", tolerance=tolerance).reason is R.WITHIN  # 12.5 and 12.7


@pytest.mark.parametrize("text", ["≤0.05", "不得检出", "正常", "—", "0.05", "", None])
def test_a_missing_determination_leaves_it_undecided(text: str | None) -> None:
    limits = [] if text is None else [limit(text)]
    for found in ([], [None, None], [read("0.01"), None], [None, read("正常")]):
        one = judge(found, procedure(determinations=2), *limits)
        assert (one.verdict, one.reason) == (UNDECIDED, R.INCOMPLETE)


@pytest.mark.parametrize("count", [0, -1])
@pytest.mark.parametrize("text", ["≤0.05", "正常", "应", "不得检出"])
def test_without_any_value_nothing_is_judged_whatever_the_procedure_asks_for(count: int, text: str) -> None:
    tolerance = Tolerance(ToleranceKind.RELATIVE, D(10))
    one = judge([], procedure(determinations=count, tolerance=tolerance), limit(text))
    assert (one.verdict, one.reason) == (UNDECIDED, R.INCOMPLETE)


def test_determinations_that_say_different_things_are_not_judged() -> None:
    one = judged(["0.03", "未检出"], "≤0.05")
    assert (one.verdict, one.reason, one.reported, one.determined) == (UNDECIDED, R.APART, "0.03 / 未检出", ("0.03", "未检出"))


@pytest.mark.parametrize(("values", "verdict"), [(["未检出", "未检出"], PASS), (["<0.01", "<0.01"], PASS), ([">0.06", ">0.06"], FAIL)])
def test_determinations_that_say_the_same_are_judged_as_one(values: list[str], verdict: Verdict) -> None:
    assert judged(values, "≤0.05").verdict is verdict


def test_one_invalid_determination_makes_the_attempt_invalid() -> None:
    one = judge([read("0.03"), read("无效"), None], procedure(determinations=3), limit("≤0.05"))
    assert (one.verdict, one.reason, one.reported) == (UNDECIDED, R.INVALID, "0.03 / 无效")


@pytest.mark.parametrize(
    ("kind", "value", "values", "allowed"),
    [
        (ToleranceKind.ABSOLUTE, "0.2", ["12.4", "12.6"], True),
        (ToleranceKind.ABSOLUTE, "0.2", ["12.4", "12.61"], False),
        (ToleranceKind.ABSOLUTE, "0", ["12.4", "12.40"], True),
        (ToleranceKind.RELATIVE, "10", ["1.9", "2.1"], True),  # 0.2 is 10 % of 2.0
        (ToleranceKind.RELATIVE, "10", ["1.9", "2.11"], False),
        (ToleranceKind.RELATIVE, "10", ["-1.9", "-2.1"], True),
        (ToleranceKind.RELATIVE, "3", ["3.3", "3.3", "3.4"], True),  # 0.1 is 3 % of 10/3, which does not come out even
        (ToleranceKind.RELATIVE, "2.9", ["3.3", "3.3", "3.4"], False),
        (ToleranceKind.RELATIVE, "10", ["0", "0"], True),
        (ToleranceKind.RELATIVE, "10", ["-1", "1"], False),
    ],
)
def test_a_tolerance_allows_its_own_figure_exactly(kind: ToleranceKind, value: str, values: list[str], allowed: bool) -> None:
    refusal = Tolerance(kind, D(value), "%").refusal([D(one) for one in values])
    assert (refusal is None) == allowed


def test_a_tolerance_says_what_it_allows_and_what_was_found() -> None:
    assert Tolerance(ToleranceKind.ABSOLUTE, D("0.20"), "%").shown() == "0.20 %"
    assert Tolerance(ToleranceKind.RELATIVE, D(10)).shown() == "10 % of the mean"
    words = Tolerance(ToleranceKind.ABSOLUTE, D("0.20"), "%").refusal([D("12.4"), D("12.7")])
    assert words == "The determinations differ by 0.3 %, more than the 0.20 % allowed. Repeat the analysis; both stay on record."


@pytest.mark.parametrize("rule", [mean, spread, Tolerance(ToleranceKind.ABSOLUTE, D(1)).refusal, Tolerance(ToleranceKind.RELATIVE, D(1)).refusal])
def test_without_determinations_there_is_neither_mean_nor_spread(rule: Any) -> None:
    with pytest.raises(Refusal):
        rule([])


def test_a_mean_keeps_every_digit_and_carries_one_that_does_not_come_out_even() -> None:
    assert mean([D("0.10"), D("0.11")]) == D("0.105")
    assert str(mean([D(1), D(1), D(2)])) == "1.33333333333333333333"
    assert mean([D("9" * 60), D("9" * 60)]) == D("9" * 60)
    assert spread([D("9" * 60), D("-1"), D(7)]) == D(f"1{'0' * 60}")


@pytest.mark.parametrize(
    ("value", "own", "theirs", "reported", "verdict"),
    [
        ("47.0", "μg/kg", "mg/kg", "0.0470", PASS),
        ("51", "μg/kg", "mg/kg", "0.051", FAIL),
        ("<47", "μg/kg", "mg/kg", "<0.047", PASS),
        (">50", "μg/kg", "mg/kg", ">0.050", FAIL),
        ("0.047", "", "mg/kg", "0.047", PASS),
        ("0.047 mg/kg", "μg/kg", "mg/kg", "0.047", PASS),
        ("51 μg/kg", "mg/kg", "mg/kg", "0.051", FAIL),
        ("0.0051 %", "", "mg/kg", "51", FAIL),
        ("0.047", "mg/kg", "", "0.047", PASS),
    ],
)
def test_a_value_is_compared_and_reported_in_the_limits_unit(value: str, own: str, theirs: str, reported: str, verdict: Verdict) -> None:
    one = judge([read(value)], procedure(own), limit("≤0.05", theirs))
    assert (one.verdict, one.reported, one.unit) == (verdict, reported, theirs or own)


def test_the_limits_of_detection_and_quantitation_are_meant_in_the_procedures_unit() -> None:
    rules = procedure("μg/kg", detection_limit=D(10), quantitation_limit=D(30))
    below = judge([read("9.9")], rules, limit("≤0.05"))
    assert (below.verdict, below.reason, below.reported, below.compared) == (PASS, R.BELOW_DETECTION, "<0.010", "0.010")
    assert below.why() == "Nothing was found above 0.010 mg/kg, and the limit lies higher or equal."
    assert judge([read("<LOQ")], rules, limit("≤0.05")).compared == "0.030"
    assert judge([read("未检出")], rules, limit("≤0.005")).reason is R.DETECTION_ABOVE_LIMIT


def test_the_unit_a_value_came_in_may_be_said_beside_it() -> None:
    one = judge([read("47.0")], procedure("mg/kg"), limit("≤0.05"), unit="μg/kg")
    assert (one.verdict, one.reported) == (PASS, "0.0470")
    plan = limit("n=2,c=0,m=0.05", "mg/kg")
    assert judge([read("47"), read("48")], procedure("mg/kg"), plan, unit="μg/kg").verdict is PASS
    assert judge([read("47"), read("48")], procedure("mg/kg"), plan).verdict is FAIL


@pytest.mark.parametrize("value", ["0.01", "<0.01", "未检出(0.01)", "0.01 mg/L", "<LOQ(0.01)"])
def test_a_unit_that_cannot_be_turned_leaves_it_undecided_and_names_the_one_wanted(value: str) -> None:
    one = judge([read(value)], procedure("mg/L"), limit("≤0.05", "mg/kg"))
    assert (one.verdict, one.reason, one.unit) == (UNDECIDED, R.UNIT, "mg/kg")
    assert one.why() == "The unit of the value cannot be turned into the limit's. Enter the value in mg/kg."


def test_a_limit_of_detection_in_a_unit_that_cannot_be_turned_leaves_it_undecided() -> None:
    one = judge([read("未检出")], procedure("mg/L", detection_limit=D("0.01")), limit("≤0.05", "mg/kg"))
    assert (one.verdict, one.reason, one.reported) == (UNDECIDED, R.UNIT, "未检出")


def test_a_unit_where_none_is_expected_leaves_it_undecided() -> None:
    one = judge([read("7.1 mg/kg")], procedure(""), limit("6.5~8.5", ""))
    assert (one.verdict, one.reason, one.reported) == (UNDECIDED, R.UNIT, "7.1")
    assert "no unit" in one.why()


@pytest.mark.parametrize(
    ("value", "text", "verdict", "reason"),
    [
        ("未检出/25g", "不得检出/25g", PASS, R.NOT_DETECTED),
        ("未检出", "不得检出/25g", PASS, R.NOT_DETECTED),
        ("未检出/25g", "不得检出", PASS, R.NOT_DETECTED),
        ("阴性/25g", "不得检出/25g(mL)", PASS, R.NOT_DETECTED),
        ("未检出/10g", "不得检出/25g", UNDECIDED, R.AMOUNT),
        ("阴性/25g", "不得检出/50cm²", UNDECIDED, R.AMOUNT),
        ("0/10g", "不得检出/25g", UNDECIDED, R.AMOUNT),
        ("检出/10g", "不得检出/25g", FAIL, R.DETECTED),
        ("阳性/25g", "不得检出/25g", FAIL, R.DETECTED),
    ],
)
def test_what_was_not_found_in_another_amount_does_not_pass(value: str, text: str, verdict: Verdict, reason: Reason) -> None:
    one = judged(value, text, unit="")
    assert (one.verdict, one.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("values", "text", "verdict", "reason"),
    [
        ("正常", "正常", PASS, R.MEANT),
        ("异常", "正常", FAIL, R.NOT_MEANT),
        ("基本正常", "正常", UNDECIDED, R.WORDS),
        ("阴性", "阴性", PASS, R.MEANT),
        ("阴性", "应为阴性", PASS, R.MEANT),
        ("阳性", "应为阴性", FAIL, R.NOT_MEANT),
        ("弱阳性", "阴性", UNDECIDED, R.WORDS),
        ("阳性", "阳性", PASS, R.MEANT),
        ("阴性", "阳性", FAIL, R.NOT_MEANT),
        ("检出", "未检出", FAIL, R.NOT_MEANT),
        ("符合规定", "应符合规定", PASS, R.MEANT),
        ("合格", "无肉眼可见外来异物", PASS, R.MEANT),
        ("Conforms", "无肉眼可见外来异物", PASS, R.MEANT),
        ("不合格", "无肉眼可见外来异物", FAIL, R.NOT_MEANT),
        ("不符合规定", "正常", FAIL, R.NOT_MEANT),
        ("Does not conform", "正常", FAIL, R.NOT_MEANT),
        ("有沙粒", "无肉眼可见外来异物", UNDECIDED, R.WORDS),
        ("0.03", "正常", UNDECIDED, R.WORDS),
        ("", "正常", UNDECIDED, R.NO_VALUE),
        ("", "应", UNDECIDED, R.NO_VALUE),
        ("无效", "阴性", UNDECIDED, R.INVALID),
        (["正常", "正常"], "正常", PASS, R.MEANT),
        (["正常", "符合"], "正常", PASS, R.MEANT),
        (["正常", "异常"], "正常", FAIL, R.NOT_MEANT),
        (["正常", "微黄"], "正常", UNDECIDED, R.WORDS),
    ],
)
def test_words_are_held_against_words(values: str | list[str], text: str, verdict: Verdict, reason: Reason) -> None:
    one = judged(values, text)
    assert (one.verdict, one.reason, one.limit) == (verdict, reason, text)


THREE = "n=5,c=2,m=10⁴,M=10⁵"
TWO = "n=5,c=0,m=0/25g"


@pytest.mark.parametrize(
    ("values", "text", "lod", "verdict", "reason"),
    [
        (["9000", "10000", "10001", "100000", "<10"], THREE, "", PASS, R.PLAN),
        (["9000", "10001", "10001", "50000", "<10"], THREE, "", FAIL, R.PLAN),
        (["10", "10", "10", "10", "1.1×10⁵"], THREE, "", FAIL, R.PLAN),
        (["10", "10", "10", "10"], THREE, "", UNDECIDED, R.INCOMPLETE),
        (["10", "10", "10", "200000"], THREE, "", FAIL, R.PLAN),
        ([], THREE, "", UNDECIDED, R.INCOMPLETE),
        (["10"] * 6, THREE, "", UNDECIDED, R.PLAN),
        (["10", "10", "10", "10", "无效"], THREE, "", UNDECIDED, R.INVALID),
        (["10", "10", "10", "10", "正常"], THREE, "", UNDECIDED, R.PLAN),
        (["10", "10001", "10001", "10", "正常"], THREE, "", UNDECIDED, R.PLAN),
        (["10", "10", "10", "10", "-1"], THREE, "", UNDECIDED, R.NO_VALUE),
        (["未检出"] * 5, THREE, "", PASS, R.PLAN),
        (["未检出"] * 5, THREE, "10", PASS, R.PLAN),
        (["未检出"] * 5, THREE, "20000", UNDECIDED, R.PLAN),
        (["未检出(10)"] * 5, THREE, "20000", PASS, R.PLAN),
        (["未检出"] * 5, TWO, "", PASS, R.PLAN),
        (["阴性"] * 5, TWO, "", PASS, R.PLAN),
        (["未检出/25g"] * 5, TWO, "", PASS, R.PLAN),
        (["未检出/10g"] * 5, TWO, "", UNDECIDED, R.PLAN),
        (["未检出"] * 4 + ["检出"], TWO, "", FAIL, R.PLAN),
        (["未检出"] * 4 + ["阳性"], TWO, "", FAIL, R.PLAN),
        (["未检出"] * 4 + ["-1"], TWO, "", UNDECIDED, R.NO_VALUE),
        (["未检出"] * 4 + ["-1 MPN/g"], TWO, "", UNDECIDED, R.NO_VALUE),
    ],
)
def test_a_sampling_plan_judges_every_unit(values: list[str], text: str, lod: str, verdict: Verdict, reason: Reason) -> None:
    rules = procedure("CFU/g", detection_limit=D(lod) if lod else None)
    one = judge([read(value) for value in values], rules, limit(text, "CFU/g"))
    assert (one.verdict, one.reason) == (verdict, reason)


def test_values_of_a_plan_are_turned_into_its_unit_or_nothing_is_judged() -> None:
    five = [read("12")] * 4
    assert judge([*five, read("1.5 MPN/100g")], procedure("MPN/g"), limit("n=5,c=0,m=15", "MPN/g")).reported == "12 / 12 / 12 / 12 / 0.015"
    one = judge([*five, read("12 CFU/mL")], procedure("CFU/g"), limit(THREE, "CFU/g"))
    assert (one.verdict, one.reason, one.reported) == (UNDECIDED, R.UNIT, "12 / 12 / 12 / 12 / 12")


def test_a_plan_says_that_the_limit_of_detection_is_not_stated() -> None:
    silent, stated = judged(["未检出"] * 5, THREE, unit="CFU/g"), judged(["未检出"] * 5, THREE, unit="CFU/g", lod="10")
    words = "Not detected; the method's limit of detection is not stated."
    assert [one.shown() for one in silent.said].count(words) == 1
    assert words not in [one.shown() for one in stated.said]
    assert words not in [one.shown() for one in judged(["未检出"] * 5, TWO, unit="").said]
    assert words not in [one.shown() for one in judged(["未检出(10)"] * 5, THREE, unit="CFU/g").said]
    assert words not in [one.shown() for one in judged(["10", "10", "10", "10", "正常"], THREE, unit="CFU/g").said]
    assert words in [one.shown() for one in judged(["未检出"], "n=1,c=0,m=1", unit="CFU/g").said]


def test_a_plan_explains_what_it_counted() -> None:
    said = " ".join(one.shown() for one in judged(["10", "10001", "10", "10", "10"], THREE, unit="CFU/g").said)
    assert said.startswith("Sampling plan: n = 5, c = 2, m = 10000, M = 100000. Of 5 values 1 lie above m, 0 of them above M.")


@pytest.mark.parametrize(("text", "determinations", "count"), [(THREE, 1, 5), ("n=60,c=0,m=0/25g", 2, 60), ("≤0.05", 2, 2), ("", 3, 3)])
def test_a_plan_wants_a_value_of_each_unit_everything_else_the_procedures_determinations(text: str, determinations: int, count: int) -> None:
    assert wanted(determinations, text) == count


@pytest.mark.parametrize(
    ("texts", "verdicts"),
    [
        (["≤0.05", "≤0.02"], [FAIL, PASS]),
        (["≤0.02", "≤0.05"], [FAIL, PASS]),
        (["≤0.05", "≤0.04"], [PASS, PASS]),
        (["≤0.05", "0.02"], [UNDECIDED, PASS]),
        (["0.02", "≤0.02", "—", "≤0.05"], [FAIL, UNDECIDED, PASS, NONE]),
        (["—", "≤0.05"], [PASS, NONE]),
        (["—"], [NONE]),
    ],
)
def test_of_several_limits_all_must_hold_and_the_worst_stands_in_front(texts: list[str], verdicts: list[Verdict]) -> None:
    one = judge([read("0.03")], procedure(), *(limit(text) for text in texts))
    assert [one.verdict, *(other.verdict for other in one.others)] == verdicts


def test_without_a_limit_the_value_is_reported_undecided() -> None:
    one = judge([read("0.03")], procedure())
    assert (one.verdict, one.reason, one.reported, one.unit, one.others) == (UNDECIDED, R.NO_LIMIT, "0.03", "mg/kg", ())
    assert (one.operator, one.limit, one.standard, one.clause, one.limit_code, one.level, one.basis) == ("", "", "", "", "", "", "")


def test_a_judgement_holds_everything_it_rests_on() -> None:
    tolerance = Tolerance(ToleranceKind.RELATIVE, D(10))
    rules = procedure("μg/kg", determinations=2, rounding="0.01", formula="a / b", tolerance=tolerance)
    one = judge([read("51"), read("52")], rules, limit("≤0.05", level="一等", basis="以Pb计", clause="表1"))
    assert one == Judgement(
        FAIL,
        R.BEYOND,
        Comparison.FULL,
        determined=("51", "52"),
        value="0.0515",
        reported="0.05(+)",
        compared="0.0515",
        unit="mg/kg",
        operator="≤",
        limit="0.05",
        standard="GB 2762-2025",
        clause="表1",
        limit_code="l",
        formula="a / b",
        rounding="0.01",
        tolerance="10 % of the mean",
        level="一等",
        basis="以Pb计",
        entered_in="μg/kg",
    )
    assert one.why() == "The value does not keep the limit."


@pytest.mark.parametrize(
    ("text", "operator", "figures"),
    [
        ("≤0.050", "≤", "0.050"),
        ("≥80", "≥", "80"),
        ("<5", "<", "5"),
        (">5", ">", "5"),
        ("≤10⁴", "≤", "10000"),
        ("≤10²(可接受最大菌数200)", "≤", "200"),
        ("0.80~2.00", "", "0.80~2.00"),
        ("35±1.0", "", "34.0~36.0"),
        ("不得检出", "不得检出", ""),
        ("不得检出/25g", "不得检出", "/25g"),
        ("禁止使用", "不得使用", ""),
        ("正常", "", "正常"),
        (THREE, "", THREE),
        ("0.05", "", "0.05"),
        ("", "", ""),
    ],
)
def test_a_judgement_names_the_limit(text: str, operator: str, figures: str) -> None:
    one = judged("0.03", text, unit="")
    assert (one.operator, one.limit) == (operator, figures)


def test_every_reason_and_comparison_has_words_in_both_languages() -> None:
    assert set(REASON_WORDS) == set(Reason)
    assert set(COMPARISON_WORDS) == set(Comparison)
    one = judged("0.005", "≤0.05", lod="0.01")
    assert one.why() == "Nothing was found above 0.01 mg/kg, and the limit lies higher or equal."
    with i18n.speaking("zh_CN"):
        assert "0.01 mg/kg" in one.why()
        assert "Nothing" not in one.why()


U = Uncertainty(D("0.01"), D(2))


@pytest.mark.parametrize(
    ("value", "verdict", "reason"),
    [
        ("0.04", PASS, R.WITHIN),
        ("0.0401", UNDECIDED, R.GUARD),
        ("0.05", UNDECIDED, R.GUARD),
        ("0.0501", UNDECIDED, R.GUARD),
        ("0.06", UNDECIDED, R.GUARD),
        ("0.0601", FAIL, R.BEYOND),
    ],
)
def test_within_the_guard_band_a_person_decides(value: str, verdict: Verdict, reason: Reason) -> None:
    one = judged(value, "≤0.05", uncertainty=U, decision=Decide.GUARDED)
    assert (one.verdict, one.reason) == (verdict, reason)
    assert one.said[0].shown() == "The guard band is 1 × the expanded uncertainty 0.01 (k = 2) = 0.01."


@pytest.mark.parametrize(("value", "verdict"), [("0.045", PASS), ("0.046", UNDECIDED), ("0.056", FAIL)])
def test_a_relative_uncertainty_is_taken_of_the_value(value: str, verdict: Verdict) -> None:
    relative = Uncertainty(D(10), D(2), ToleranceKind.RELATIVE)  # 0.0045, 0.0046, 0.0056
    assert judged(value, "≤0.05", uncertainty=relative, decision=Decide.GUARDED).verdict is verdict


def test_a_relative_uncertainty_is_the_same_in_every_unit() -> None:
    rules = procedure("μg/kg", uncertainty=Uncertainty(D(10), D(2), ToleranceKind.RELATIVE), decision=Decide.GUARDED)
    assert [judge([read(value)], rules, limit("≤0.05")).verdict for value in ("45", "46", "56")] == [PASS, UNDECIDED, FAIL]


def test_the_uncertainty_is_meant_in_the_procedures_unit() -> None:
    rules = procedure("μg/kg", uncertainty=Uncertainty(D(10), D(2)), decision=Decide.GUARDED)
    assert judge([read("40")], rules, limit("≤0.05")).verdict is PASS
    assert judge([read("41")], rules, limit("≤0.05")).verdict is UNDECIDED


@pytest.mark.parametrize("decision", [Decide.SIMPLE, Decide.QUOTED])
@pytest.mark.parametrize(("value", "verdict"), [("0.05", PASS), ("0.0501", FAIL)])
def test_a_stated_uncertainty_has_no_part_in_the_verdict(decision: Decide, value: str, verdict: Verdict) -> None:
    one = judged(value, "≤0.05", uncertainty=U, decision=decision)
    assert one.verdict is verdict
    assert [said.facts for said in one.said] == [{"expanded": "0.01", "k": "2"}]


def test_simple_acceptance_without_an_uncertainty_says_nothing_more() -> None:
    assert judged("0.04", "≤0.05").said == ()


def test_a_guard_band_without_an_uncertainty_decides_nothing() -> None:
    for value in ("0.01", "0.9"):
        one = judged(value, "≤0.05", decision=Decide.GUARDED)
        assert (one.verdict, one.reason) == (UNDECIDED, R.GUARD)


@pytest.mark.parametrize(
    ("value", "text", "lod", "verdict", "reason"),
    [
        ("未检出", "≤0.05", "0.04", PASS, R.BELOW_DETECTION),
        ("0.01", "≤0.05", "0.04", PASS, R.BELOW_DETECTION),
        ("<0.04", "≤0.05", "", PASS, R.BELOW_DETECTION),
        ("<LOQ(0.04)", "≤0.05", "", PASS, R.BELOW_QUANTITATION),
        ("未检出", "≤0.05", "0.041", UNDECIDED, R.GUARD),
        ("0.01", "≤0.05", "0.041", UNDECIDED, R.GUARD),
        ("<0.05", "<0.05", "", UNDECIDED, R.GUARD),
        ("未检出", "≤0.05", "0.06", UNDECIDED, R.DETECTION_ABOVE_LIMIT),
        ("未检出", "≤0.05", "", PASS, R.DETECTION_UNKNOWN),
        (">0.061", "≤0.05", "", FAIL, R.BEYOND),
        (">0.06", "≤0.05", "", UNDECIDED, R.GUARD),
        ("<0.03", "≥0.05", "", FAIL, R.BEYOND),
        ("<0.04", "≥0.05", "", UNDECIDED, R.GUARD),
        (">0.06", "≥0.05", "", PASS, R.WITHIN),
        (">0.05", "≥0.05", "", UNDECIDED, R.GUARD),
    ],
)
def test_what_is_open_on_one_side_keeps_the_guard_band_too(value: str, text: str, lod: str, verdict: Verdict, reason: Reason) -> None:
    one = judged(value, text, lod=lod, uncertainty=U, decision=Decide.GUARDED)
    assert (one.verdict, one.reason) == (verdict, reason)


def test_a_marked_value_at_the_limit_still_lies_in_the_guard_band() -> None:
    assert judged("0.05(+)", "≤0.05", uncertainty=U, decision=Decide.GUARDED).verdict is UNDECIDED


def test_an_uncertainty_has_no_part_in_what_is_forbidden() -> None:
    one = judged("0.02", "不得检出", lod="0.01", uncertainty=U, decision=Decide.GUARDED)
    assert (one.verdict, one.said) == (FAIL, ())


@pytest.mark.parametrize(("decision", "verdict", "reason"), [(Decide.GUARDED, UNDECIDED, R.GUARD), (Decide.SIMPLE, FAIL, R.BEYOND)])
def test_an_uncertainty_that_cannot_be_reckoned_exactly_never_lets_a_value_pass(decision: Decide, verdict: Verdict, reason: Reason) -> None:
    endless = Uncertainty(D("1." + "3" * 139), D(2), ToleranceKind.RELATIVE)
    one = judged(f"{'9' * 60}.{'9' * 60}", "≤0.05", uncertainty=endless, decision=decision)
    assert (one.verdict, one.reason, one.said) == (verdict, reason, ())


RANK = {FAIL: 0, UNDECIDED: 1, PASS: 2}
amounts = st.decimals(min_value=0, max_value=10, allow_nan=False, allow_infinity=False, places=3)
detection = st.none() | st.decimals(min_value=D("0.001"), max_value=10, allow_nan=False, allow_infinity=False, places=3)
rounding = st.sampled_from(
    [("", Comparison.FULL), ("0.1", Comparison.FULL), ("0.1", Comparison.ROUNDED), ("0.5", Comparison.ROUNDED), ("2s", Comparison.ROUNDED)]
)
decisions = st.sampled_from(
    [
        (None, Decide.SIMPLE),
        (Uncertainty(D("0.5"), D(2)), Decide.SIMPLE),
        (Uncertainty(D("0.5"), D(2)), Decide.GUARDED),
        (Uncertainty(D(20), D(2), ToleranceKind.RELATIVE), Decide.GUARDED),
        (None, Decide.GUARDED),
    ]
)
rules = st.builds(
    lambda lod, way, decision: procedure(detection_limit=lod, rounding=way[0], comparison=way[1], uncertainty=decision[0], decision=decision[1]),
    detection,
    rounding,
    decisions,
)


def rank(value: D, rule: Procedure, text: str) -> int:
    return RANK[judge([Measured(f"{value:f}", value)], rule, limit(text)).verdict]


@given(amounts, amounts, amounts, st.sampled_from(["≤", "<"]), rules)
def test_a_verdict_never_improves_when_the_value_rises_from_an_upper_limit(one: D, other: D, bound: D, sign: str, rule: Procedure) -> None:
    low, high = sorted((one, other))
    assert rank(low, rule, f"{sign}{bound:f}") >= rank(high, rule, f"{sign}{bound:f}")


@given(amounts, amounts, amounts, st.sampled_from(["≥", ">"]), rules)
def test_a_verdict_never_improves_when_the_value_falls_from_a_lower_limit(one: D, other: D, bound: D, sign: str, rule: Procedure) -> None:
    low, high = sorted((one, other))
    assert rank(low, rule, f"{sign}{bound:f}") <= rank(high, rule, f"{sign}{bound:f}")


@given(amounts, amounts, amounts, amounts, rules)
def test_a_verdict_never_improves_when_the_value_leaves_a_range(bound: D, width: D, near: D, far: D, rule: Procedure) -> None:
    text, near, far = f"{bound:f}~{bound + width:f}", min(near, far), max(near, far)
    assert rank(bound + width + near, rule, text) >= rank(bound + width + far, rule, text)
    assert rank(max(bound - near, D(0)), rule, text) >= rank(max(bound - far, D(0)), rule, text)


@given(amounts, amounts, st.sampled_from(["不得检出", "不得使用"]), rules)
def test_a_verdict_never_improves_when_more_of_what_is_forbidden_is_found(one: D, other: D, text: str, rule: Procedure) -> None:
    low, high = sorted((one, other))
    assert rank(low, rule, text) >= rank(high, rule, text)


@given(st.lists(amounts, min_size=5, max_size=5), st.integers(0, 4), amounts)
def test_a_plans_verdict_never_improves_when_a_unit_holds_more(values: list[D], place: int, more: D) -> None:
    plan = limit("n=5,c=2,m=3,M=7")
    worse = [value + more if number == place else value for number, value in enumerate(values)]
    before, after = (judge([Measured(f"{one:f}", one) for one in each], procedure(), plan).verdict for each in (values, worse))
    assert RANK[before] >= RANK[after]


@given(amounts, st.lists(st.sampled_from(["≤0.05", "≤5", "≥3", "1~4", "不得检出", "—", "0.05", "正常", ""]), min_size=1, max_size=4))
def test_a_further_limit_never_makes_a_verdict_better(value: D, texts: list[str]) -> None:
    order = [FAIL, UNDECIDED, PASS, NONE]
    found = [Measured(f"{value:f}", value)]
    whole = judge(found, procedure(), *(limit(text) for text in texts))
    assert order.index(whole.verdict) == min(order.index(judge(found, procedure(), limit(text)).verdict) for text in texts)
    assert len(whole.others) == len(texts) - 1


# fmt: off
PIECES = (
    "0", "5", "0.05", "10", "e9", "e-30", "⁴", "-", "<", ">", "≤", "≥", "~", "±", "n=5,c=2,m=", ",M=", "不得检出", "未检出", "检出", "阳性", "阴性", "弱阳性",
    "无效", "<LOQ", "正常", "符合", "—", ";", "、", " ", "/", "(", ")", "(+)", "(-)", "mg/kg", "μg/kg", "mg/L", "CFU/g", "/25g", "/10g", "%", "应", "①", "٣",
)
# fmt: on
texts = st.lists(st.sampled_from(PIECES), max_size=6).map("".join) | st.text(max_size=12)
units = st.sampled_from(["", "mg/kg", "μg/kg", "mg/L", "CFU/g", "/25g", "?"])


@given(st.lists(st.none() | texts, max_size=6), texts, units, units, st.integers(-1, 6), st.sampled_from(["", "0.01", "1e90"]), rules, units)
def test_whatever_is_found_and_demanded_a_judgement_comes_back(
    found: list[str | None], text: str, own: str, theirs: str, count: int, lod: str, rule: Procedure, unit: str
) -> None:
    known = D(lod) if lod else None
    rule = procedure(
        own,
        determinations=count,
        detection_limit=known,
        quantitation_limit=known,
        comparison=rule.comparison,
        uncertainty=rule.uncertainty,
        decision=rule.decision,
        tolerance=Tolerance(ToleranceKind.RELATIVE, D(10)),
    )
    one = judge([None if value is None else read(value) for value in found], rule, limit(text, theirs), unit=unit)
    assert one.verdict in Verdict
    assert one.why()
    assert all(said.shown() for said in one.said)
    if all(value is None for value in found):
        assert one.verdict is UNDECIDED


@pytest.mark.parametrize(("text", "value"), [("<5", "4.6"), (">5", "5.4")])
def test_an_open_bound_is_not_kept_by_a_value_that_rounds_onto_it(text: str, value: str) -> None:
    assert judged(value, text, rounding="1", comparison=Comparison.ROUNDED).verdict is FAIL
    assert judged(value, text, rounding="1", comparison=Comparison.FULL).verdict is PASS


def test_at_the_edge_of_its_guard_band_an_open_bound_is_not_kept_and_a_closed_one_is() -> None:
    """U = 1: up to 4 conforms against ≤5, below 4 against <5."""
    guarded = {"uncertainty": Uncertainty(D(1), D(2)), "decision": Decide.GUARDED}
    assert (judged("4", "≤5", **guarded).verdict, judged("4", "<5", **guarded).verdict) == (PASS, UNDECIDED)
    assert (judged("6", "≤5", **guarded).verdict, judged("6", "<5", **guarded).verdict) == (UNDECIDED, FAIL)


@pytest.mark.parametrize(
    ("values", "text", "kept"),
    [
        (["正常"], "正常", ("正常", "正常", "正常")),
        (["正常"], "应正常", ("正常", "正常", "正常")),
        (["异常"], "应为正常", ("异常", "异常", "异常")),
        (["不符合"], "应具有产品应有的色泽", ("不符合", "不符合", "不符合")),
        (["微黄"], "正常", ("微黄", "微黄", "微黄")),
        (["正常", "异常"], "正常", ("异常 / 正常", "异常 / 正常", "异常 / 正常")),
        ([""], "正常", ("", "", "")),
        (["some words"], "≤5", ("some words", "some words", "")),
        (["未检出"], "≤5", ("未检出", "未检出", "")),
        (["<2"], "≤5", ("<2", "<2", "2")),
    ],
)
def test_what_was_said_is_kept_as_value_as_report_and_as_compared(values: list[str], text: str, kept: tuple[str, str, str]) -> None:
    judgement = judged(values, text)
    assert (judgement.value, judgement.reported, judgement.compared) == kept


def test_a_value_in_a_unit_that_cannot_be_turned_is_kept_as_it_was_entered() -> None:
    judgement = judge([read("1.20E1")], procedure("mg/L"), limit("≤5"))
    assert (judgement.reason, judgement.value, judgement.reported, judgement.compared, judgement.tolerance) == (R.UNIT, "12.0", "12.0", "12.0", "")
    words = judge([read("<12")], procedure("mg/L"), limit("≤5"))
    assert (words.reason, words.value, words.reported) == (R.UNIT, "<12", "<12")


def test_nothing_found_in_another_amount_is_reported_as_it_was_written() -> None:
    judgement = judged("未检出/10g", "不得检出/25g", unit="")
    assert (judgement.verdict, judgement.reason, judgement.reported) == (UNDECIDED, R.AMOUNT, "未检出/10g")


def test_the_values_of_a_plan_are_kept_in_order() -> None:
    judgement = judged(["10", "<10", "20"], "n=3,c=1,m=15,M=50", unit="CFU/g")
    assert (judgement.value, judgement.reported, judgement.compared) == ("10 / <10 / 20", "10 / <10 / 20", "10 / <10 / 20")


@pytest.mark.parametrize("demanded", ["正常", "应正常", "应为正常"])
def test_should_be_is_no_part_of_what_is_demanded(demanded: str) -> None:
    assert (judged("正常", demanded).verdict, judged("异常", demanded).verdict) == (PASS, FAIL)


def test_what_lies_below_the_limit_of_detection_keeps_an_open_bound_at_it_unless_it_is_rounded() -> None:
    assert judged("4.9", "<5", lod="5").verdict is PASS
    assert judged("4.9", "<5", lod="5", rounding="1", comparison=Comparison.ROUNDED).verdict is not PASS
    assert judged("4.9", "≤5", lod="5").value == "4.9"
