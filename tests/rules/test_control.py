"""Quality control of a run: what is accepted at which level, and which pattern on a chart breaks which rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules import control
from lims.rules.control import SHEWHART, WESTGARD, Chart, Rule, Zone, broken, judge_chart
from lims.rules.verdict import Verdict

D = Decimal
PASS, FAIL, UNDECIDED = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED


def test_recovery_is_what_was_found_beyond_the_sample_in_per_cent_of_what_was_added() -> None:
    assert control.recovery(D("0.58"), D("0.10"), D("0.50")) == 96


def test_a_recovery_that_does_not_come_out_even_is_carried_to_thirty_digits() -> None:
    assert control.recovery(D(2), D(0), D(3)) == D("66.6666666666666666666666666667")


RECOVERIES = [
    # below 0.1 mg/kg: 60 to 120
    ("0.0999", "60", PASS),
    ("0.0999", "59.99", FAIL),
    ("0.0999", "120", PASS),
    ("0.0999", "120.01", FAIL),
    # 0.1 itself belongs to 0.1 to 1: 80 to 110
    ("0.1", "79.99", FAIL),
    ("0.1", "80", PASS),
    ("0.1", "110", PASS),
    ("0.1", "110.01", FAIL),
    ("0.999", "80", PASS),
    # 1 stands in two rows and has the narrower one: 90 to 110
    ("1", "89.99", FAIL),
    ("1", "90", PASS),
    ("1", "110", PASS),
    ("1", "110.01", FAIL),
    # 100 itself still belongs to 1 to 100
    ("100", "90", PASS),
    ("100", "89.99", FAIL),
    # above 100: 95 to 105
    ("100.01", "94.99", FAIL),
    ("100.01", "95", PASS),
    ("100.01", "105", PASS),
    ("100.01", "105.01", FAIL),
]


@pytest.mark.parametrize(("level", "per_cent", "verdict"), RECOVERIES)
def test_a_recovery_is_accepted_by_the_level_of_the_addition(level: str, per_cent: str, verdict: Verdict) -> None:
    assert control.judge_recovery(D(per_cent), D(0), D(100), level=D(level)).verdict is verdict


def test_a_recovery_is_compared_before_it_is_rounded() -> None:
    decision = control.judge_recovery(D("59.9999999999"), D(0), D(100), level=D("0.05"))
    assert decision.verdict is FAIL
    assert decision.why() == "The recovery is 60.00 %; at 0.05 mg/kg 60 % to 120 % are accepted."


def test_no_digit_is_lost_before_a_recovery_is_compared() -> None:
    added, most = D("3" + "0" * 40), "36" + "0" * 39
    assert control.judge_recovery(D(most), D(0), added, level=D("0.05")).verdict is PASS
    assert control.judge_recovery(D(f"{most}.{'0' * 14}1"), D(0), added, level=D("0.05")).verdict is FAIL


def test_variation_is_the_standard_deviation_by_the_mean() -> None:
    assert control.variation([D(9), D(10), D(11)]) == 10
    # deviations from 5: 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32; root of 32/7 is 2.138090, by 5
    assert round(control.variation([D(digit) for digit in "24445579"]), 4) == D("42.7618")


@pytest.mark.parametrize(
    ("level", "most"),
    [("0.0001", "43"), ("0.001", "30"), ("0.01", "21"), ("0.1", "15"), ("1", "11"), ("10", "7.5"), ("100", "5.3"), ("1000", "3.8")],
)
def test_a_level_the_standard_names_has_its_own_variation(level: str, most: str) -> None:
    for deviation, verdict in ((D(most), PASS), (D(most) + D("0.1"), FAIL)):
        assert control.judge_variation([100 - deviation, D(100), 100 + deviation], level=D(level)).verdict is verdict


@pytest.mark.parametrize(
    ("level", "deviation", "verdict"),
    [
        ("5", "7.5", PASS),  # what 10 mg/kg allows is allowed below it
        ("5", "7.6", UNDECIDED),
        ("5", "11", UNDECIDED),
        ("5", "11.1", FAIL),  # what 1 mg/kg forbids is forbidden above it
        ("0.00001", "43", PASS),
        ("0.00001", "43.1", UNDECIDED),
        ("2000", "3.8", UNDECIDED),
        ("2000", "3.9", FAIL),
    ],
)
def test_between_two_levels_only_what_both_say_is_said(level: str, deviation: str, verdict: Verdict) -> None:
    values = [100 - D(deviation), D(100), 100 + D(deviation)]
    assert control.judge_variation(values, level=D(level)).verdict is verdict


def test_the_variation_is_explained() -> None:
    values = [D(90), D(100), D(110)]
    assert control.judge_variation(values, level=D(1)).why() == "The coefficient of variation is 10.00 % at 1 mg/kg. Up to 11 % is accepted there."
    assert control.judge_variation(values, level=D(10)).why() == "The coefficient of variation is 10.00 % at 10 mg/kg. No more than 7.5 % is accepted there."
    assert control.judge_variation(values, level=D(5)).why() == (
        "The coefficient of variation is 10.00 % at 5 mg/kg. "
        "GB/T 27404-2008 names no value for this level, and the neighbouring ones do not decide. Use the method's own."
    )


def test_values_that_are_equal_do_not_vary() -> None:
    assert control.variation([D(7), D(7)]) == 0
    assert control.judge_variation([D(7), D(7)], level=D(1000)).verdict is PASS


@pytest.mark.parametrize(
    ("first", "second", "verdict"), [("9.5", "10.5", PASS), ("10.5", "9.5", PASS), ("9.49", "10.51", FAIL), ("0", "0", PASS), ("0", "1", FAIL)]
)
def test_duplicates_may_differ_by_so_much_of_their_mean(first: str, second: str, verdict: Verdict) -> None:
    assert control.judge_duplicates(D(first), D(second), allowed=D(10)).verdict is verdict


def test_duplicates_too_far_apart_are_repeated() -> None:
    why = control.judge_duplicates(D(8), D(12), allowed=D(10)).why()
    assert why == "The duplicates differ by 40.00 % of their mean; 10 % are allowed. Repeat the analysis."
    assert control.judge_duplicates(D(0), D(0), allowed=D(10)).why() == "The duplicates differ by 0.00 % of their mean; 10 % are allowed."


@pytest.mark.parametrize(
    ("found", "limit", "verdict"),
    [("0.009", "0.01", PASS), ("0.01", "0.01", FAIL), ("0.011", "0.01", FAIL), ("-0.001", "0.01", PASS), (None, "0.01", PASS), (None, None, PASS)],
)
def test_a_blank_lies_below_the_limit_and_not_at_it(found: str | None, limit: str | None, verdict: Verdict) -> None:
    assert control.judge_blank(found and D(found), limit=limit and D(limit)).verdict is verdict


def test_a_blank_is_not_judged_by_a_limit_nobody_knows() -> None:
    decision = control.judge_blank(D("0.001"), limit=None)
    assert decision.verdict is UNDECIDED
    assert decision.why() == "The blank cannot be judged: the method has no limit of detection or quantitation on file."


@pytest.mark.parametrize(("r", "verdict"), [("0.995", PASS), ("0.9949999", FAIL), ("1", PASS), ("-0.999", FAIL)])
def test_a_curve_reaches_the_least_correlation(r: str, verdict: Verdict) -> None:
    assert control.judge_curve(D(r), least=D("0.995")).verdict is verdict
    assert control.judge_curve(D(r), least=D(1)).verdict is (PASS if r == "1" else FAIL)


@pytest.mark.parametrize(("r", "least"), [("1.01", "0.995"), ("-1.01", "0.995"), ("0.9", "0"), ("0.9", "-0.5"), ("0.9", "1.1")])
def test_no_correlation_lies_beyond_one(r: str, least: str) -> None:
    with pytest.raises(Refusal):
        control.judge_curve(D(r), least=D(least))


@pytest.mark.parametrize(("found", "verdict"), [("4.5", PASS), ("5.5", PASS), ("4.49", FAIL), ("5.51", FAIL)])
def test_a_check_standard_keeps_near_its_nominal_value_on_both_sides(found: str, verdict: Verdict) -> None:
    assert control.judge_check(D(found), D(5), allowed=D(10)).verdict is verdict


def test_a_check_standard_says_on_which_side_it_lies() -> None:
    assert control.judge_check(D(4), D(5), allowed=D(10)).why() == "The check standard differs by -20.00 % from its nominal value; ±10 % are allowed."


CHART = Chart(D(10), D("0.5"))


@pytest.mark.parametrize(
    ("value", "zone"),
    [
        ("10", Zone.WITHIN),
        ("11", Zone.WITHIN),
        ("9", Zone.WITHIN),
        ("11.01", Zone.WARNING),
        ("8.99", Zone.WARNING),
        ("11.5", Zone.WARNING),
        ("8.5", Zone.WARNING),
        ("11.51", Zone.ACTION),
        ("8.49", Zone.ACTION),
    ],
)
def test_a_chart_warns_beyond_two_and_acts_beyond_three_standard_deviations(value: str, zone: Zone) -> None:
    assert CHART.zone(D(value)) is zone


def test_the_lines_of_a_chart_lie_at_whole_standard_deviations() -> None:
    assert [CHART.line(times) for times in (-3, -2, 0, 2, 3)] == [D("8.5"), D(9), D(10), D(11), D("11.5")]


def breaks(times: str, rules: Sequence[Rule]) -> list[tuple[str, int]]:
    """Which rules are broken where, by values so many standard deviations from the centre."""
    values = [10 + D(each) / 2 for each in times.split()]
    return [(one.rule.code, one.point) for one in broken(CHART, values, rules)]


WESTGARD_PATTERNS = [
    ("0 3", []),
    ("0 3.01", [("1-3s", 2)]),
    ("0 -3.01", [("1-3s", 2)]),
    ("2.01 2.01", [("2-2s", 2)]),
    ("-2.01 -2.01", [("2-2s", 2)]),
    ("2.01 2", []),
    ("2.01 0 2.01", []),
    ("2.01 -2.01", [("R-4s", 2)]),
    ("-2.01 2.01", [("R-4s", 2)]),
    ("2 -2.01", []),
    ("2.01 0 -2.01", []),
    ("1.01 1.01 1.01", []),
    ("1.01 1.01 1.01 1.01", [("4-1s", 4)]),
    ("-1.01 -1.01 -1.01 -1.01 -1.01", [("4-1s", 4), ("4-1s", 5)]),
    ("1.01 1.01 1 1.01", []),
    ("1.01 1.01 -1.01 1.01", []),
    ("1.01 1.01 0 1.01 1.01", []),
    ("0.1 " * 9, []),
    ("0.1 " * 10, [("10x", 10)]),
    ("-0.1 " * 11, [("10x", 10), ("10x", 11)]),
    ("0.1 " * 5 + "0 " + "0.1 " * 4, []),
    ("0.1 " * 5 + "-0.1 " + "0.1 " * 5, []),
    ("3.01 3.01", [("1-3s", 1), ("1-3s", 2), ("2-2s", 2)]),
]


@pytest.mark.parametrize(("times", "found"), WESTGARD_PATTERNS)
def test_a_pattern_breaks_the_westgard_rules_it_shows(times: str, found: list[tuple[str, int]]) -> None:
    assert breaks(times, WESTGARD) == found


SHEWHART_PATTERNS = [
    # 1: one point beyond 3s
    ("3", []),
    ("-3.01", [("1", 1)]),
    # 2: nine on one side
    ("0.1 0.2 " * 4, []),
    ("0.1 0.2 " * 4 + "0.1", [("2", 9)]),
    ("-0.1 -0.2 " * 4 + "-0.1", [("2", 9)]),
    ("0.1 0.2 " * 4 + "0", []),
    ("0.1 0.2 " * 2 + "-0.1 " + "0.1 0.2 " * 2 + "0.1", []),
    # 3: six rising or falling
    ("-0.4 -0.2 0 0.2 0.4", []),
    ("-0.4 -0.2 0 0.2 0.4 0.6", [("3", 6)]),
    ("0.6 0.4 0.2 0 -0.2 -0.4", [("3", 6)]),
    ("0.6 -0.4 -0.2 0 0.2 0.4 0.6", [("3", 7)]),
    ("-0.4 -0.2 0 0 0.4 0.6", []),
    ("0 0 0 0 0 0", []),
    # 4: fourteen up and down in turn
    ("0.5 -0.5 " * 6 + "0.5", []),
    ("0.5 -0.5 " * 7, [("4", 14)]),
    ("1.5 " + "0.5 -0.5 " * 7, [("4", 15)]),
    ("0.5 -0.5 " * 6 + "0.5 0.5", []),
    # 5: two of three beyond 2s on one side
    ("2.01 0 2.01", [("5", 3)]),
    ("2.01 2.01", [("5", 2)]),
    ("2.01 2.01 0", [("5", 2)]),
    ("-2.01 0 -2.01", [("5", 3)]),
    ("2.01 0 0 2.01", []),
    ("2.01 0 2", []),
    ("2.01 0 -2.01", []),
    # 6: four of five beyond 1s on one side
    ("1.01 1.01 0 1.01 1.01", [("6", 5)]),
    ("-1.01 -1.01 -1.01 -1.01 0", [("6", 4)]),
    ("1.01 1.01 0 1.01 1", []),
    ("1.01 1.01 -1.01 -1.01 1.01", []),
    ("1.01 1.01 0 1.01 0 1.01", []),
    # 7: fifteen within 1s
    ("1 1 -1 -1 " * 3 + "1 1", []),
    ("1 1 -1 -1 " * 3 + "1 1 -1", [("7", 15)]),
    ("1.01 " + "1 1 -1 -1 " * 3 + "1 1 -1", [("7", 16)]),
    ("1 1 -1 -1 " * 3 + "1.01 1 -1", []),
    # 8: eight on both sides, none within 1s
    ("1.01 1.01 -1.01 -1.01 " * 2, [("8", 8)]),
    ("0 " + "1.01 1.01 -1.01 -1.01 " * 2, [("8", 9)]),
    ("1.01 1.01 -1.01 -1.01 1.01 1.01 -1.01", []),
    ("1.01 1.01 -1.01 -1.01 1.01 1 -1.01 -1.01", []),
    ("1.01 1.02 " * 4, [("6", point) for point in range(4, 9)]),
    ("-1.01 -1.02 " * 4, [("6", point) for point in range(4, 9)]),
]


@pytest.mark.parametrize(("times", "found"), SHEWHART_PATTERNS)
def test_a_pattern_breaks_the_shewhart_tests_it_shows(times: str, found: list[tuple[str, int]]) -> None:
    assert breaks(times, SHEWHART) == found


def test_every_rule_of_both_sets_has_a_pattern_that_breaks_it() -> None:
    shown = {code for _times, found in (*WESTGARD_PATTERNS, *SHEWHART_PATTERNS) for code, _point in found}
    assert shown == {rule.code for rule in (*WESTGARD, *SHEWHART)}


def test_a_run_out_of_control_waits() -> None:
    decision = judge_chart(CHART, [D("11.2"), D("11.1")], WESTGARD)
    assert decision.verdict is FAIL
    assert decision.why() == (
        "Point 2 is 11.1 and lies beyond a warning limit. Point 2 breaks 2-2s: two in a row lie more than 2s from the mean on one side. "
        "The run is out of control: its results wait until the cause is found and put right."
    )


def test_a_warning_alone_does_not_fail_a_run() -> None:
    decision = judge_chart(CHART, [D(10), D("11.1")], WESTGARD)
    assert decision.verdict is PASS
    assert decision.why() == "Point 2 is 11.1 and lies beyond a warning limit."


def test_a_value_beyond_the_action_limit_fails_a_run_whatever_rules_are_chosen() -> None:
    assert judge_chart(CHART, [D("11.6")], ()).verdict is FAIL


def test_a_rule_broken_at_an_earlier_point_does_not_fail_the_newest() -> None:
    assert judge_chart(CHART, [D(15), D(10)], WESTGARD).verdict is PASS


def test_without_a_value_a_chart_says_nothing() -> None:
    assert broken(CHART, [], WESTGARD) == ()
    assert judge_chart(CHART, [], WESTGARD).verdict is UNDECIDED


tenths = st.integers(-40, 40).map(lambda tenth: D(tenth) / 10)
series = st.lists(tenths, max_size=25)
both = (*WESTGARD, *SHEWHART)


def found(chart: Chart, values: Sequence[D]) -> list[tuple[str, int]]:
    return [(one.rule.code, one.point) for one in broken(chart, values, both)]


@given(series)
def test_a_series_mirrored_at_the_centre_breaks_the_same_rules(values: list[D]) -> None:
    assert found(Chart(D(0), D(1)), values) == found(Chart(D(0), D(1)), [-value for value in values])


@given(series, st.integers(-1000, 1000).map(D), st.sampled_from(["0.003", "0.7", "1", "12", "9999.99"]).map(D))
def test_rules_do_not_depend_on_the_place_and_the_unit_of_the_chart(values: list[D], place: D, unit: D) -> None:
    assert found(Chart(D(0), D(1)), values) == found(Chart(place, unit), [place + value * unit for value in values])


@given(series, tenths)
def test_a_later_point_changes_nothing_about_the_earlier_ones(values: list[D], later: D) -> None:
    chart = Chart(D(0), D(1))
    assert [one for one in found(chart, [*values, later]) if one[1] <= len(values)] == found(chart, values)


ORDER = {FAIL: 0, UNDECIDED: 1, PASS: 2}
amounts = st.decimals(0, 500, places=3)
levels = st.sampled_from(["0.0001", "0.05", "0.1", "0.5", "1", "50", "100", "1000", "5000"]).map(D)


@given(amounts, amounts, levels)
def test_a_recovery_farther_from_a_hundred_is_never_judged_better(deviation: D, more: D, level: D) -> None:
    for side in (1, -1):
        near = control.judge_recovery(1000 + side * deviation, D(0), D(1000), level=level)
        far = control.judge_recovery(1000 + side * min(deviation + more, D(1000)), D(0), D(1000), level=level)
        assert ORDER[far.verdict] <= ORDER[near.verdict]


@given(amounts, amounts, levels)
def test_values_farther_apart_are_never_judged_better(deviation: D, more: D, level: D) -> None:
    near, far = ([1000 - by, D(1000), 1000 + by] for by in (deviation, min(deviation + more, D(1000))))
    assert ORDER[control.judge_variation(far, level=level).verdict] <= ORDER[control.judge_variation(near, level=level).verdict]
    assert ORDER[control.judge_duplicates(far[0], far[2], allowed=D(15)).verdict] <= ORDER[control.judge_duplicates(near[0], near[2], allowed=D(15)).verdict]
    assert ORDER[control.judge_check(far[2], D(1000), allowed=D(15)).verdict] <= ORDER[control.judge_check(near[2], D(1000), allowed=D(15)).verdict]


ODD = ["NaN", "sNaN", "-NaN123", "Infinity", "-Infinity", "1e999999", "1e61", "1e-61", "0e-999999", "1." + "3" * 100]

CALLS: list[Callable[[D], object]] = [
    lambda odd: control.recovery(odd, D(0), D(1)),
    lambda odd: control.recovery(D(1), odd, D(1)),
    lambda odd: control.recovery(D(1), D(0), odd),
    lambda odd: control.judge_recovery(D(1), D(0), D(1), level=odd),
    lambda odd: control.judge_recovery(odd, D(0), D(1), level=D(1)),
    lambda odd: control.variation([D(1), odd]),
    lambda odd: control.judge_variation([D(1), odd], level=D(1)),
    lambda odd: control.judge_variation([D(1), D(1)], level=odd),
    lambda odd: control.judge_duplicates(D(1), odd, allowed=D(10)),
    lambda odd: control.judge_duplicates(odd, D(1), allowed=D(10)),
    lambda odd: control.judge_duplicates(D(1), D(1), allowed=odd),
    lambda odd: control.judge_blank(odd, limit=D(1)),
    lambda odd: control.judge_blank(D(1), limit=odd),
    lambda odd: control.judge_curve(odd, least=D("0.99")),
    lambda odd: control.judge_curve(D(1), least=odd),
    lambda odd: control.judge_check(odd, D(1), allowed=D(10)),
    lambda odd: control.judge_check(D(1), odd, allowed=D(10)),
    lambda odd: control.judge_check(D(1), D(1), allowed=odd),
    lambda odd: Chart(odd, D(1)),
    lambda odd: Chart(D(0), odd),
    CHART.zone,
    lambda odd: broken(CHART, [D(10), odd], both),
    lambda odd: judge_chart(CHART, [D(10), odd], both),
]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("call", CALLS)
def test_what_cannot_be_reckoned_with_is_refused(call: Callable[[D], object], odd: str) -> None:
    with pytest.raises(Refusal) as refusal:
        call(D(odd))
    assert str(D(odd))[:40] in refusal.value.words


@pytest.mark.parametrize("value", ["9e60", "1e-60", "9" * 60 + "." + "3" * 40])
def test_the_largest_the_smallest_and_the_longest_number_can_be_reckoned_with(value: str) -> None:
    assert control.judge_duplicates(D(value), D(value), allowed=D(0)).verdict is PASS


@pytest.mark.parametrize(
    "call",
    [
        lambda: control.recovery(D(-1), D(0), D(1)),
        lambda: control.recovery(D(1), D(-1), D(1)),
        lambda: control.recovery(D(1), D(0), D(0)),
        lambda: control.judge_recovery(D(1), D(0), D(1), level=D(0)),
        lambda: control.variation([]),
        lambda: control.variation([D(1)]),
        lambda: control.variation([D(0), D(0)]),
        lambda: control.variation([D(2), D(-1)]),
        lambda: control.judge_variation([D(1), D(2)], level=D(0)),
        lambda: control.judge_duplicates(D(-1), D(1), allowed=D(10)),
        lambda: control.judge_duplicates(D(1), D(1), allowed=D(-10)),
        lambda: control.judge_blank(D(1), limit=D(0)),
        lambda: control.judge_check(D(1), D(0), allowed=D(10)),
        lambda: control.judge_check(D(-1), D(1), allowed=D(10)),
        lambda: control.judge_check(D(1), D(1), allowed=D(-1)),
        lambda: Chart(D(1), D(0)),
        lambda: Chart(D(1), D(-1)),
    ],
)
def test_amounts_that_cannot_be_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(Refusal):
        call()


@given(st.sampled_from(CALLS), st.decimals())
def test_no_number_raises_anything_but_a_refusal(call: Callable[[D], object], odd: D) -> None:
    with suppress(Refusal):
        call(odd)
