"""ChP 0941: uniformity of content; the computed sets digit for digit, the borders exactly."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.rounding import plain
from lims.rules.uniformity import standard_deviation, uniformity
from lims.rules.verdict import Verdict

D = Decimal
PASS, FAIL, UNDECIDED = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED
L = D("15.0")


def values(text: str) -> list[Decimal]:
    return [D(one) for one in text.split()]


EVEN = values("98.2 101.5 99.0 97.8 100.3 102.1 98.9 99.7 100.8 96.5")
WIDE = values("88.0 95.5 104.2 92.1 98.7 108.9 90.4 101.3 96.6 85.9")
MORE = values("97.1 99.0 95.2 101.8 94.4 98.3 96.9 100.5 93.7 97.7 99.9 95.8 102.2 96.1 98.8 94.9 97.3 100.1 95.0 98.0")


def around(middle: int, *sides: int, count: int) -> list[Decimal]:
    """Values with this mean: each of *sides* above and below it, the rest on it."""
    return [*(D(middle + side) for side in sides), *(D(middle - side) for side in sides), *[D(middle)] * (count - 2 * len(sides))]


def test_ten_even_units_pass() -> None:
    decision = uniformity(EVEN, L)
    assert (decision.verdict, decision.further) == (PASS, 0)
    assert decision.why() == "10 units: mean 99.48 %, A = 0.52, S = 1.742. A + 2.2 S = 4.35 ≤ L = 15.0 (ChP general chapter 0941)."


def test_ten_wide_units_ask_for_twenty_more() -> None:
    decision = uniformity(WIDE, L)
    assert (decision.verdict, decision.further) == (UNDECIDED, 20)
    assert decision.because[-1].shown() == "A + 2.2 S = 19.94 > L = 15.0 and A + S = 11.16 ≤ L: 20 more units are tested (ChP general chapter 0941)."


def test_thirty_units_pass_by_their_squares() -> None:
    decision = uniformity(WIDE + MORE, L)
    assert (decision.verdict, decision.further) == (PASS, 0)
    assert decision.why() == ("30 units: mean 97.14 %, A = 2.857, S = 4.589. A ≤ 0.25 L, and A² + S² = 29.22 ≤ 0.25 L² = 56.25 (ChP general chapter 0941).")


@pytest.mark.parametrize(("found", "shown"), [(EVEN, "1.742"), (WIDE + MORE, "4.589")])
def test_the_standard_deviation_comes_out_to_the_stated_digits(found: list[Decimal], shown: str) -> None:
    assert plain(standard_deviation(found, "0.001")) == shown
    assert plain(standard_deviation(found, "4s")) == shown


def test_the_standard_deviation_divides_by_one_less() -> None:
    """Squares of 1, 0, 1 give 2, over 2: 1."""
    assert standard_deviation(values("99 100 101"), "0.01") == 1
    assert standard_deviation(values("7 7"), "0.01") == 0


def test_a_single_value_does_not_deviate() -> None:
    for few in ([], [D(1)]):
        with pytest.raises(Refusal, match="two values at least"):
            standard_deviation(few, "0.01")
    with pytest.raises(Refusal, match="no value"):
        standard_deviation([D(1), D("NaN")], "0.01")


@pytest.mark.parametrize(("limit", "verdict"), [("22", PASS), ("21.999999", UNDECIDED)])
def test_exactly_at_the_limit_ten_units_pass(limit: str, verdict: Verdict) -> None:
    """A = 0; four times 15 squared over 9 is 100, so S = 10 and A + 2.2 S = 22."""
    assert uniformity(around(100, 15, 15, count=10), D(limit)).verdict is verdict


@pytest.mark.parametrize("middle", [90, 110])
@pytest.mark.parametrize(("limit", "verdict"), [("32", PASS), ("31.999999", UNDECIDED), ("20", UNDECIDED), ("19.999999", FAIL)])
def test_the_mean_counts_by_how_far_it_lies_from_the_label(middle: int, limit: str, verdict: Verdict) -> None:
    """A = 10 and S = 10: A + 2.2 S = 32, A + S = 20."""
    assert uniformity(around(middle, 15, 15, count=10), D(limit)).verdict is verdict


def test_ten_units_further_off_than_the_limit_fail_whatever_their_deviation() -> None:
    decision = uniformity([D(84)] * 10, L)
    assert decision.verdict is FAIL
    assert decision.because[-1].shown() == "A + S = 16.00 > L = 15.0 (ChP general chapter 0941)."


@pytest.mark.parametrize(("limit", "verdict"), [("8", PASS), ("7.999999", FAIL)])
def test_exactly_at_the_limit_thirty_units_pass_by_their_squares(limit: str, verdict: Verdict) -> None:
    """A = 0; twice 14 squared and twice 6 squared are 464, over 29: S = 4, and 16 = 0.25 x 64. S of the first ten is 7.18."""
    assert uniformity(around(100, 14, 6, count=30), D(limit)).verdict is verdict


@pytest.mark.parametrize(("limit", "verdict"), [("26", PASS), ("25.999999", FAIL)])
def test_the_squares_count_mean_and_deviation_alike(limit: str, verdict: Verdict) -> None:
    """A = 5; the squares are 2 (1296 + 676 + 100 + 16) = 4176, over 29: S = 12, and 25 + 144 = 169 = 0.25 x 676. S of the first ten is 16.97."""
    assert uniformity([*around(95, 36, count=10), *around(95, 26, 10, 4, count=20)], D(limit)).verdict is verdict


@pytest.mark.parametrize(("limit", "verdict"), [("9.8", PASS), ("9.799999", FAIL)])
def test_thirty_units_further_off_than_a_quarter_of_the_limit_are_judged_by_1_7_s(limit: str, verdict: Verdict) -> None:
    """A = 3 > 2.45 and S = 4: A + 1.7 S = 9.8. The first ten have S = 6.60, so that A + S = 9.60."""
    decision = uniformity([*around(97, 14, count=10), *around(97, 6, count=20)], D(limit))
    assert decision.verdict is verdict
    sign = "≤" if verdict is PASS else ">"
    assert decision.because[-1].shown() == f"A > 0.25 L, and A + 1.7 S = 9.80 {sign} L = {limit} (ChP general chapter 0941)."


def test_exactly_a_quarter_of_the_limit_belongs_to_the_squares() -> None:
    """A = 3 = 0.25 x 12; the squares are 2 (225 + 169 + 12) = 812, over 29: S = 5.292. 9 + 28 = 37 > 36, though 3 + 1.7 S = 11.996 would pass."""
    decision = uniformity([*around(97, 15, count=10), *around(97, 13, 2, 2, 2, count=20)], D(12))
    assert decision.verdict is FAIL
    assert decision.because[-1].shown() == "A ≤ 0.25 L, and A² + S² = 37.00 > 0.25 L² = 36.00 (ChP general chapter 0941)."


def test_the_limit_is_the_dosage_form_s() -> None:
    """A + 2.2 S = 19.94."""
    assert uniformity(WIDE, D("20.0")).verdict is PASS
    assert uniformity(WIDE, D("11.0")).verdict is FAIL


@pytest.mark.parametrize(("count", "further"), [(1, 9), (9, 1), (10, 20), (11, 19), (29, 1)])
def test_missing_units_are_asked_for(count: int, further: int) -> None:
    decision = uniformity((WIDE + MORE)[:count], L)
    assert (decision.verdict, decision.further) == (UNDECIDED, further)


@pytest.mark.parametrize(("first", "verdict"), [(EVEN, PASS), ([D(80)] * 10, FAIL)])
def test_units_after_a_decision_do_not_count(first: list[Decimal], verdict: Verdict) -> None:
    for later in ([D(50)] * 20, [D(100)] * 20, [D(50)]):
        decision = uniformity(first + later, L)
        assert (decision.verdict, decision.further) == (verdict, 0)
        assert "those after them do not count" in decision.why()
    assert "do not count" not in uniformity(first, L).why()


@pytest.mark.parametrize("contents", [[], [D(100)] * 31, [D("NaN")] * 10, [D("-0.1"), *[D(100)] * 9], [*[D(100)] * 9, D("sNaN")], [D("1e999999")] * 10])
def test_contents_that_cannot_be_are_refused(contents: list[Decimal]) -> None:
    with pytest.raises(Refusal):
        uniformity(contents, L)


@pytest.mark.parametrize("limit", ["0", "-15", "NaN", "Infinity"])
def test_a_limit_that_cannot_be_is_refused(limit: str) -> None:
    with pytest.raises(Refusal):
        uniformity(EVEN, D(limit))


def test_longest_numbers_are_still_told_apart() -> None:
    """Of equal units A + 2.2 S is A: here 15 and a unit of the 57th decimal."""
    assert uniformity([D("84." + "9" * 57)] * 10, L).verdict is FAIL
    assert uniformity([D(85)] * 10, L).verdict is PASS


content = st.decimals(min_value=70, max_value=130, places=1)
RANK = {PASS: 0, UNDECIDED: 1, FAIL: 2}


@given(st.lists(content, min_size=10, max_size=10), st.decimals(min_value=1, max_value=4, places=1), st.decimals(min_value=1, max_value=30, places=1))
def test_a_verdict_never_improves_when_units_spread(found: list[Decimal], times: Decimal, limit: Decimal) -> None:
    """The sum of ten is ten times their mean: it stays, while every distance from it grows."""
    total = sum(found)
    wider = [(total + (one * 10 - total) * times) / 10 for one in found]
    if min(wider) >= 0:
        assert RANK[uniformity(wider, limit).verdict] >= RANK[uniformity(found, limit).verdict]


@given(st.lists(content, min_size=10, max_size=10), st.decimals(min_value=0, max_value=20, places=1), st.decimals(min_value=1, max_value=30, places=1))
def test_a_verdict_never_improves_when_units_move_away_from_the_label(found: list[Decimal], shift: Decimal, limit: Decimal) -> None:
    away = [one + shift if sum(found) >= 1000 else one - shift for one in found]
    assert RANK[uniformity(away, limit).verdict] >= RANK[uniformity(found, limit).verdict]


@given(st.lists(content, min_size=20, max_size=20), st.decimals(min_value=1, max_value=14, places=1))
def test_a_verdict_of_thirty_never_improves_with_a_lower_limit(later: list[Decimal], lower: Decimal) -> None:
    ranks = [RANK[uniformity(WIDE + later, limit).verdict] for limit in (L, lower)]
    assert ranks == sorted(ranks)


anything = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True), st.decimals(min_value=0, max_value=200, places=3), st.just(D("1e-40")), st.just(D("1e40"))
)


@given(st.lists(anything, max_size=32), anything, st.sampled_from(["4s", "0.01", "x", ""]))
def test_nothing_but_a_refusal_is_raised(contents: list[Decimal], limit: Decimal, figures: str) -> None:
    with suppress(Refusal):
        assert uniformity(contents, limit, figures=figures).why()
    with suppress(Refusal):
        assert standard_deviation(contents, figures) >= 0
