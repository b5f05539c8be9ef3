"""ChP General Notices, 1107 and the rules of sampling: rounded comparison, accepted counts, packages to open."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.pharmacopoeia import (
    counted,
    herb_packages,
    microbial_count,
    most_accepted,
    not_negative,
    number,
    ordered,
    positive,
    ratio,
    raw_material_packages,
    surplus,
    wanting,
    within,
    written_digits,
)
from lims.rules.rounding import plain
from lims.rules.verdict import Verdict

D = Decimal
PASS, FAIL, UNDECIDED = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED

SENSELESS = [D(word) for word in ("NaN", "sNaN", "Infinity", "-Infinity", "1e41", "-1e41", "1e-41", "1e999999", "-1e-999999", "9" * 61)]

anything = st.one_of(st.decimals(allow_nan=True, allow_infinity=True), st.sampled_from(SENSELESS), st.decimals(min_value=-5, max_value=130, places=2))


@pytest.mark.parametrize(
    ("value", "compared", "verdict"),
    [
        ("110.04", "110.0", PASS),
        ("110.05", "110.0", PASS),
        ("110.051", "110.1", FAIL),
        ("89.95", "90.0", PASS),
        ("89.949", "89.9", FAIL),
        ("90.0", "90.0", PASS),
        ("110.0", "110.0", PASS),
    ],
)
def test_a_value_is_rounded_to_the_digits_of_its_limit_and_then_compared(value: str, compared: str, verdict: Verdict) -> None:
    decision = within(D(value), D("90.0"), D("110.0"))
    assert decision.verdict is verdict
    assert [one.facts["rounded"] for one in decision.because] == [compared, compared]


def test_the_explanation_names_value_rounded_value_and_limit() -> None:
    assert within(D("110.051"), D("90.0"), D("110.0")).why() == (
        "110.051, compared as 110.1, keeps the limit ≥ 90.0. 110.051, compared as 110.1, does not keep the limit ≤ 110.0."
    )


@pytest.mark.parametrize(("value", "limit", "compared"), [("0.15", "0.2", "0.2"), ("0.25", "0.2", "0.2"), ("0.251", "0.2", "0.3"), ("14.5", "15", "14")])
def test_an_exact_five_goes_to_the_even_digit(value: str, limit: str, compared: str) -> None:
    assert within(D(value), None, D(limit)).because[0].facts["rounded"] == compared


def test_each_end_is_compared_with_its_own_digits() -> None:
    decision = within(D("98.6"), D("99"), D("101.0"))
    assert decision.verdict is PASS
    assert [one.facts["rounded"] for one in decision.because] == ["99", "98.6"]


def test_the_full_value_is_compared_where_the_standard_says_so() -> None:
    assert within(D("110.01"), D("90.0"), D("110.0"), rounding="").verdict is FAIL
    assert within(D("110.0"), D("90.0"), D("110.0"), rounding="").verdict is PASS


def test_another_interval_may_be_stated() -> None:
    assert within(D("110.4"), D("90.0"), D("110.0"), rounding="1").verdict is PASS


def test_without_a_limit_nothing_is_decided() -> None:
    decision = within(D("99"), None, None)
    assert decision.verdict is UNDECIDED
    assert decision.why() == "No limit is given, so the value cannot be judged."


def test_a_range_from_above_to_below_is_refused() -> None:
    with pytest.raises(Refusal, match="lower limit lies above"):
        within(D("99"), D("110.0"), D("90.0"))
    ordered(D("90.0"), D("90.0"))


@pytest.mark.parametrize("senseless", SENSELESS, ids=lambda value: str(value)[:12])
def test_what_nobody_can_have_measured_is_refused(senseless: Decimal) -> None:
    for value, low, high in ((senseless, D(1), None), (D(1), senseless, None), (D(1), None, senseless)):
        with pytest.raises(Refusal, match="no value this rule can use"):
            within(value, low, high)


@pytest.mark.parametrize("value", ["1e40", "1e-40", "-1e40", "9" * 41, "0." + "3" * 60, "0"])
def test_the_longest_value_is_taken(value: str) -> None:
    assert number(D(value)) == D(value)


def test_a_refusal_shows_no_endless_number() -> None:
    with pytest.raises(Refusal) as refusal:
        number(D("7" * 5000))
    assert len(refusal.value.words) < 150


@given(st.decimals(min_value=80, max_value=120, places=4), st.decimals(min_value=0, max_value=20, places=4))
def test_a_verdict_never_improves_when_the_value_moves_away(value: Decimal, further: Decimal) -> None:
    away = value + further if value >= 100 else value - further
    if within(value, D("90.0"), D("110.0")).verdict is FAIL:
        assert within(away, D("90.0"), D("110.0")).verdict is FAIL


@given(anything, st.none() | anything, st.none() | anything, st.sampled_from([None, "", "0.1", "3s", "x", "0"]))
def test_a_comparison_raises_nothing_but_a_refusal(value: Decimal, low: Decimal | None, high: Decimal | None, rounding: str | None) -> None:
    with suppress(Refusal):
        assert within(value, low, high, rounding=rounding).why()


@pytest.mark.parametrize(("limit", "interval"), [("90.0", "0.1"), ("15", "1"), ("0.30", "0.01"), ("1E+2", "100"), ("100", "1")])
def test_a_limit_is_written_with_its_digits(limit: str, interval: str) -> None:
    assert written_digits(D(limit)) == interval


@pytest.mark.parametrize(("limit", "most"), [("10", "20"), ("100", "200"), ("1000", "2000"), ("1E+4", "20000"), ("100.0", "200")])
def test_a_power_of_ten_accepts_twice_itself(limit: str, most: str) -> None:
    assert plain(most_accepted(D(limit))) == most


@pytest.mark.parametrize("limit", ["500", "30000", "1", "0", "-10", "0.1", "1000.0000000000000000000000000000000001"])
def test_of_other_limits_twice_is_not_said(limit: str) -> None:
    with pytest.raises(Refusal, match="largest accepted count"):
        most_accepted(D(limit))
    decision = microbial_count(D(0), D(limit))
    assert decision.verdict is UNDECIDED
    assert "is not known" in decision.why()


@pytest.mark.parametrize(
    ("count", "verdict"),
    [("200", PASS), ("201", PASS), ("205", PASS), ("206", FAIL), ("210", FAIL), ("0", PASS)],
)
def test_a_count_is_compared_as_reported_with_two_digits(count: str, verdict: Verdict) -> None:
    assert microbial_count(D(count), D(100)).verdict is verdict


def test_a_count_may_be_compared_in_full() -> None:
    assert microbial_count(D(201), D(100), rounding="").verdict is FAIL


def test_a_failed_count_is_not_repeated() -> None:
    assert microbial_count(D(2500), D(1000)).why() == (
        "2500, compared as 2500, does not keep the limit ≤ 2000. The limit 1000 accepts 2000 at most (ChP general chapter 1107). "
        "A count that does not conform is not repeated (ChP general chapter 1107)."
    )
    assert "repeated" not in microbial_count(D(20), D(10)).why()


def test_the_largest_count_of_another_limit_is_taken_as_given() -> None:
    assert microbial_count(D(1000), D(500), most=D(1000)).verdict is PASS
    assert microbial_count(D(1100), D(500), most=D(1000)).verdict is FAIL


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(Refusal, match="Microbial count cannot be negative"):
        microbial_count(D(-1), D(100))
    with pytest.raises(Refusal, match="Largest accepted count cannot be negative"):
        microbial_count(D(1), D(500), most=D(-1))


@given(anything, anything, st.none() | anything)
def test_a_count_raises_nothing_but_a_refusal(count: Decimal, limit: Decimal, most: Decimal | None) -> None:
    with suppress(Refusal):
        assert microbial_count(count, limit, most=most).why()


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 5))
def test_a_larger_count_is_never_judged_better(count: int, more: int, power: int) -> None:
    if microbial_count(D(count), D(10**power)).verdict is FAIL:
        assert microbial_count(D(count + more), D(10**power)).verdict is FAIL


@pytest.mark.parametrize(
    ("packages", "opened"),
    [(1, 1), (2, 2), (3, 3), (4, 3), (10, 5), (50, 9), (100, 11), (300, 19), (301, 10), (325, 11), (1000, 17)],
)
def test_of_raw_material_the_root_and_one_is_opened(packages: int, opened: int) -> None:
    assert raw_material_packages(packages) == opened


@pytest.mark.parametrize(("packages", "opened"), [(3, 3), (4, 3), (10, 4), (50, 8), (300, 18), (301, 10), (361, 11), (441, 11), (1000, 17)])
def test_the_root_may_be_rounded_to_the_nearest(packages: int, opened: int) -> None:
    """300: 17.32; 301: 8.67; 361: 9.5 and 441: 10.5, both to the even number; 1000: 15.81."""
    assert raw_material_packages(packages, up=False) == opened


@given(st.integers(4, 10**12))
def test_the_root_is_the_smallest_whole_number_that_reaches_it(packages: int) -> None:
    root = raw_material_packages(packages) - 1
    times = 1 if packages <= 300 else 4
    assert times * (root - 1) ** 2 < packages <= times * root**2


@pytest.mark.parametrize(
    ("packages", "opened"), [(1, 1), (4, 4), (5, 5), (99, 5), (100, 5), (101, 6), (120, 6), (1000, 50), (1001, 51), (1100, 51), (2000, 60), (1050, 51)]
)
def test_of_herbs_five_or_five_per_cent_and_one_of_the_rest_are_opened(packages: int, opened: int) -> None:
    assert herb_packages(packages) == opened


@pytest.mark.parametrize(("packages", "opened"), [(101, 5), (110, 6), (130, 6), (1001, 50), (2000, 60)])
def test_a_share_of_herbs_may_be_rounded_to_the_nearest(packages: int, opened: int) -> None:
    """110: 5.5 to the even 6; 130: 6.5 to the even 6."""
    assert herb_packages(packages, up=False) == opened


@pytest.mark.parametrize("packages", [1, 50, 500, 5000])
def test_costly_herbs_are_all_opened(packages: int) -> None:
    assert herb_packages(packages, costly=True) == packages


@given(st.integers(1, 10**6))
def test_no_more_packages_are_opened_than_there_are(packages: int) -> None:
    assert 1 <= raw_material_packages(packages) <= packages
    assert 1 <= herb_packages(packages) <= packages
    if packages >= 100:
        assert herb_packages(packages) == ceil((min(packages, 1000) * 5 + max(packages - 1000, 0)) / 100)


@pytest.mark.parametrize("packages", [0, -1, 10**12 + 1, 10**4000])
def test_a_batch_without_packages_or_without_end_is_refused(packages: int) -> None:
    for rule in (raw_material_packages, herb_packages):
        with pytest.raises(Refusal, match="number of packages"):
            rule(packages)


def test_the_name_of_a_wrong_value_stands_in_the_refusal() -> None:
    assert not_negative("Blank", D(0)) == 0
    assert positive("Titer", D("0.1")) == D("0.1")
    with pytest.raises(Refusal, match="Blank cannot be negative"):
        not_negative("Blank", D("-0.1"))
    with pytest.raises(Refusal, match="Titer must be more than zero"):
        positive("Titer", D(0))


def test_no_values_and_too_many_are_refused() -> None:
    assert counted([1, 2], 2) == 2
    with pytest.raises(Refusal, match="No values"):
        counted([], 2)
    with pytest.raises(Refusal, match="3 values were entered where the rule knows 2"):
        counted([1, 2, 3], 2)


def test_what_is_missing_is_counted() -> None:
    assert (wanting(4, 6).verdict, wanting(4, 6).further, wanting(4, 6).why()) == (UNDECIDED, 2, "4 of 6 values are there.")


def test_values_after_the_decision_are_said_not_to_count() -> None:
    assert surplus(6, 6) == ()
    assert [one.shown() for one in surplus(7, 6)] == ["The first 6 units decide already; those after them do not count."]


def test_a_quotient_keeps_what_comes_out_even_and_is_carried_far_where_not() -> None:
    assert plain(ratio(D("99.0"), D(4))) == "24.75"
    assert plain(ratio(D(1), D(3))) == "0." + "3" * 22
    assert len(ratio(D("2." + "3" * 50), D(3)).as_tuple().digits) == 60
    assert plain(ratio(D("0E-50"), D(3))) == "0"
