"""Uncertainty never turns a doubtful value into a pass; it adds in quadrature and is reported to two digits at most."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.replicates import Kind
from lims.rules.rounding import plain
from lims.rules.uncertainty import DECIDE_WORDS, Decide, Uncertainty, decide, expand, of_product, of_sum, read, reported
from lims.rules.verdict import Verdict

D = Decimal
PASS, FAIL, UNDECIDED = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED

TWO = D(2)


def absolute(text: str) -> Uncertainty:
    return Uncertainty(D(text), TWO)


def relative(text: str) -> Uncertainty:
    return Uncertainty(D(text), TWO, Kind.RELATIVE)


def maybe(text: str) -> D | None:
    return D(text) if text else None


@pytest.mark.parametrize("rule", [Decide.SIMPLE, Decide.QUOTED])
@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        ("0.20", "", "0.20", PASS),
        ("0.2001", "", "0.20", FAIL),
        ("85.0", "85", "", PASS),
        ("84.9", "85", "", FAIL),
        ("9.9", "10", "20", FAIL),
        ("10", "10", "20", PASS),
        ("20", "10", "20", PASS),
        ("20.1", "10", "20", FAIL),
    ],
)
def test_without_a_guard_band_the_value_decides_alone(rule: Decide, value: str, low: str, high: str, verdict: Verdict) -> None:
    for uncertainty in (None, absolute("5"), relative("50"), relative("200")):
        assert decide(D(value), maybe(low), maybe(high), uncertainty, rule).verdict is verdict


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        # limit 0.20, U = 0.02: accepted to 0.18, rejected above 0.22
        ("0.18", "", "0.20", PASS),
        ("0.1801", "", "0.20", UNDECIDED),
        ("0.20", "", "0.20", UNDECIDED),
        ("0.22", "", "0.20", UNDECIDED),
        ("0.2201", "", "0.20", FAIL),
        # mirrored: at least 0.85
        ("0.87", "0.85", "", PASS),
        ("0.8699", "0.85", "", UNDECIDED),
        ("0.83", "0.85", "", UNDECIDED),
        ("0.8299", "0.85", "", FAIL),
        # both: 0.10 to 0.20
        ("0.0799", "0.10", "0.20", FAIL),
        ("0.08", "0.10", "0.20", UNDECIDED),
        ("0.1199", "0.10", "0.20", UNDECIDED),
        ("0.12", "0.10", "0.20", PASS),
        ("0.18", "0.10", "0.20", PASS),
        ("0.1801", "0.10", "0.20", UNDECIDED),
        ("0.22", "0.10", "0.20", UNDECIDED),
        ("0.2201", "0.10", "0.20", FAIL),
        # a range narrower than two guard bands accepts nothing
        ("0.115", "0.10", "0.13", UNDECIDED),
    ],
)
def test_a_guard_band_lies_on_both_sides_of_a_limit(value: str, low: str, high: str, verdict: Verdict) -> None:
    assert decide(D(value), maybe(low), maybe(high), absolute("0.02"), Decide.GUARDED).verdict is verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    # 9 + 0.9 = 9.9; 9.1 + 0.91 = 10.01; 11.1 - 1.11 = 9.99; 11.2 - 1.12 = 10.08
    [("9", PASS), ("9.1", UNDECIDED), ("11.1", UNDECIDED), ("11.2", FAIL), ("0", PASS)],
)
def test_a_relative_uncertainty_is_taken_of_the_value(value: str, verdict: Verdict) -> None:
    assert decide(D(value), None, D(10), relative("10"), Decide.GUARDED).verdict is verdict


def test_the_guard_band_is_the_uncertainty_times_its_factor() -> None:
    def half(value: str) -> Verdict:
        return decide(D(value), None, D("0.20"), absolute("0.02"), Decide.GUARDED, factor=D("0.5")).verdict

    assert [half(value) for value in ("0.19", "0.191", "0.21", "0.211")] == [PASS, UNDECIDED, UNDECIDED, FAIL]


@pytest.mark.parametrize(
    ("rule", "value", "verdict"),
    [
        (Decide.SIMPLE, "0.20", FAIL),
        (Decide.SIMPLE, "0.1999", PASS),
        (Decide.GUARDED, "0.18", UNDECIDED),
        (Decide.GUARDED, "0.1799", PASS),
        (Decide.GUARDED, "0.22", FAIL),
        (Decide.GUARDED, "0.2199", UNDECIDED),
    ],
)
def test_an_open_limit_is_not_kept_by_the_limit_itself(rule: Decide, value: str, verdict: Verdict) -> None:
    assert decide(D(value), None, D("0.20"), absolute("0.02"), rule, open=True).verdict is verdict
    assert decide(-D(value), D("-0.20"), None, absolute("0.02"), rule, open=True).verdict is verdict


def test_the_explanation_says_what_was_done_with_the_uncertainty() -> None:
    def why(rule: Decide, value: str, uncertainty: Uncertainty | None) -> str:
        return decide(D(value), None, D("0.20"), uncertainty, rule).why()

    u = absolute("0.02")
    assert why(Decide.SIMPLE, "0.19", u) == (
        "The value 0.19 keeps the limit ≤ 0.20. Simple acceptance: the expanded uncertainty 0.02 (k = 2) is stated and not taken into account."
    )
    assert why(Decide.QUOTED, "0.21", u) == (
        "The value 0.21 does not keep the limit ≤ 0.20. The expanded uncertainty 0.02 (k = 2) is quoted only and does not change the verdict."
    )
    assert why(Decide.SIMPLE, "0.19", None) == "The value 0.19 keeps the limit ≤ 0.20. The method states no uncertainty."
    assert why(Decide.GUARDED, "0.17", u) == (
        "The guard band is 1 × the expanded uncertainty 0.02 (k = 2) = 0.02. The value 0.17 keeps the limit ≤ 0.20 with the guard band to spare."
    )
    assert why(Decide.GUARDED, "0.23", u).endswith("The value 0.23 lies beyond the limit ≤ 0.20 by more than the guard band.")
    assert why(Decide.GUARDED, "0.21", u).endswith(
        "The value 0.21 lies in the guard band of the limit ≤ 0.20, where it may conform or not. "
        "The program does not decide this. An authorised signatory does, by the rule agreed with the customer (ISO/IEC 17025:2017 7.1.3)."
    )


def test_a_limit_is_named_with_its_signs() -> None:
    assert "≥ 10, ≤ 20" in decide(D(15), D(10), D(20), None, Decide.SIMPLE).why()
    assert "> 10, < 20" in decide(D(15), D(10), D(20), None, Decide.SIMPLE, open=True).why()
    assert "limit ≥ 10." in decide(D(15), D(10), None, None, Decide.SIMPLE).why()


def test_every_decision_rule_has_its_words() -> None:
    assert set(DECIDE_WORDS) == set(Decide)


def test_what_is_not_known_leaves_it_undecided() -> None:
    without = decide(D("0.01"), None, D("0.20"), None, Decide.GUARDED)
    assert without.verdict is UNDECIDED
    assert "no guard band" in without.why()
    unlimited = decide(D("0.01"), None, None, absolute("0.02"), Decide.SIMPLE)
    assert unlimited.verdict is UNDECIDED
    assert "no limit" in unlimited.why()


@pytest.mark.parametrize(("uncertainty", "factor"), [("100", "1"), ("60", "2")])
def test_a_guard_band_as_wide_as_the_value_decides_nothing(uncertainty: str, factor: str) -> None:
    for value in ("-10", "0", "1", "1000"):
        decision = decide(D(value), None, D(5), relative(uncertainty), Decide.GUARDED, factor=D(factor))
        assert decision.verdict is UNDECIDED
        assert "as wide as the value" in decision.why()


@pytest.mark.parametrize(
    ("value", "low", "high", "factor", "words"),
    [
        ("NaN", "", "1", "1", "NaN"),
        ("sNaN", "", "1", "1", "sNaN"),
        ("Infinity", "", "1", "1", "Infinity"),
        ("1", "NaN", "", "1", "NaN"),
        ("1", "", "-Infinity", "1", "Infinity"),
        ("1e201", "", "1", "1", "no number"),
        ("1", "", "1e-201", "1", "no number"),
        ("1" * 251, "", "1", "1", "no number"),
        ("1", "", "1", "0", "larger than zero"),
        ("1", "", "1", "-1", "larger than zero"),
        ("1", "", "1", "NaN", "NaN"),
        ("1", "3", "2", "1", "lower limit 3 lies above the upper limit 2"),
        ("1e150", "", "1e-150", "1", "too far apart"),
    ],
)
def test_a_number_that_cannot_be_is_refused(value: str, low: str, high: str, factor: str, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        decide(D(value), maybe(low), maybe(high), absolute("0.1"), Decide.GUARDED, factor=D(factor))
    assert words in refusal.value.words


@pytest.mark.parametrize(("value", "k"), [("0", "2"), ("-0.1", "2"), ("0.1", "0"), ("0.1", "-2"), ("NaN", "2"), ("0.1", "Infinity"), ("1e999", "2")])
def test_an_uncertainty_that_cannot_be_is_refused(value: str, k: str) -> None:
    with pytest.raises(Refusal):
        Uncertainty(D(value), D(k))


@pytest.mark.parametrize(
    ("text", "uncertainty"),
    [("0.02", absolute("0.02")), ("10%", relative("10")), (" 2.5 % ", relative("2.5")), ("10％", relative("10")), ("", None), ("  ", None)],
)
def test_an_uncertainty_is_read_as_a_method_writes_it(text: str, uncertainty: Uncertainty | None) -> None:
    assert read(text, TWO) == uncertainty


@pytest.mark.parametrize("text", ["%", "x", "10%%", "10% of it", "±0.02", "<0.02", "-0.02", "0", "0%", "nan", "0.02 mg/kg", "1\x00"])
def test_what_is_no_uncertainty_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read(text, TWO)


# Values, limits and uncertainties as they may come

numbers = st.decimals(min_value=-1000, max_value=1000, places=3)
positive = st.decimals(min_value=D("0.001"), max_value=500, places=3)
uncertainties = st.builds(Uncertainty, positive, st.sampled_from([D("1.96"), TWO, D(3)]), st.sampled_from(Kind))
rules = st.sampled_from(Decide)
factors = st.sampled_from([D("0.5"), D(1), D("1.5")])
RANK = {FAIL: 0, UNDECIDED: 1, PASS: 2}


@given(numbers, numbers, numbers, uncertainties, rules, factors, st.booleans())
def test_a_verdict_never_improves_when_the_value_moves_beyond(one: D, other: D, limit: D, u: Uncertainty, rule: Decide, factor: D, bare: bool) -> None:
    lower, higher = sorted([one, other])

    def rank(value: D, low: D | None, high: D | None) -> int:
        return RANK[decide(value, low, high, u, rule, open=bare, factor=factor).verdict]

    assert rank(lower, None, limit) >= rank(higher, None, limit)
    assert rank(lower, limit, None) <= rank(higher, limit, None)


@given(numbers, numbers, uncertainties, rules, factors, st.booleans())
def test_a_lower_limit_is_the_mirror_of_an_upper_one(value: D, limit: D, u: Uncertainty, rule: Decide, factor: D, bare: bool) -> None:
    upper, lower = decide(value, None, limit, u, rule, open=bare, factor=factor), decide(-value, -limit, None, u, rule, open=bare, factor=factor)
    assert upper.verdict is lower.verdict


@given(numbers, numbers, numbers, uncertainties, rules, factors)
def test_a_range_is_no_better_than_the_worse_of_its_limits(value: D, one: D, other: D, u: Uncertainty, rule: Decide, factor: D) -> None:
    low, high = sorted([one, other])
    sides = [decide(value, low, None, u, rule, factor=factor).verdict, decide(value, None, high, u, rule, factor=factor).verdict]
    assert decide(value, low, high, u, rule, factor=factor).verdict is min(sides, key=RANK.__getitem__)


@given(numbers, numbers, uncertainties, factors)
def test_a_guard_band_only_ever_takes_certainty_away(value: D, limit: D, u: Uncertainty, factor: D) -> None:
    simple = decide(value, None, limit, u, Decide.SIMPLE).verdict
    assert decide(value, None, limit, u, Decide.GUARDED, factor=factor).verdict in (simple, UNDECIDED)
    assert decide(value, None, limit, u, Decide.QUOTED).verdict is simple


@given(numbers, numbers, positive, positive)
def test_a_larger_uncertainty_decides_no_more(value: D, limit: D, one: D, other: D) -> None:
    small, large = (decide(value, None, limit, Uncertainty(u, TWO), Decide.GUARDED).verdict for u in sorted([one, other]))
    assert large in (small, UNDECIDED)


anything = st.decimals()
perhaps = st.none() | anything


@given(anything, perhaps, perhaps, anything, anything, st.sampled_from(Kind), rules, anything)
def test_no_number_raises_anything_but_a_refusal(value: D, low: D | None, high: D | None, u: D, k: D, kind: Kind, rule: Decide, factor: D) -> None:
    for work in (
        lambda: decide(value, low, high, Uncertainty(u, k, kind), rule, factor=factor).why(),
        lambda: decide(value, low, high, None, rule).why(),
        lambda: Uncertainty(u, k, kind).standard(value),
        lambda: of_sum([value, u]),
        lambda: of_product(value, [(u, k), (k, u)]),
        lambda: expand(u, k),
        lambda: reported(value, u, digits=2, up=True),
        lambda: reported(value, u, digits=1, up=False),
    ):
        try:
            found = work()
        except Refusal:
            continue
        assert "NaN" not in str(found)
        assert "Infinity" not in str(found)


@given(st.text(), anything)
def test_no_text_raises_anything_but_a_refusal(text: str, k: D) -> None:
    try:
        found = read(text, k)
    except Refusal:
        return
    assert found is None or found.value > 0


# Combination


@pytest.mark.parametrize(
    ("standards", "combined"),
    [
        # 2.0 ± 0.1 and 3.0 ± 0.2: 0.01 + 0.04 = 0.05, whose root is a tenth of that of 5
        (["0.1", "0.2"], "0.22360679774997896964091736687312762354406183596115"),
        (["3", "4"], "5"),
        (["0.5"], "0.5"),
        (["2", "3", "6"], "7"),
        (["0.02", "0"], "0.02"),
        (["0"], "0"),
    ],
)
def test_uncertainties_of_a_sum_or_difference_add_in_quadrature(standards: list[str], combined: str) -> None:
    assert of_sum([D(standard) for standard in standards]) == D(combined)


@pytest.mark.parametrize(
    ("result", "factors", "combined"),
    [
        # 2.0 × 3.0 = 6.0: 5 % and 6.67 %: 36/400 + 144/900 = 0.09 + 0.16 = 0.25
        ("6.0", [("2.0", "0.1"), ("3.0", "0.2")], "0.5"),
        # 6 / 2 = 3: 5 % and 12 % give 13 %
        ("3", [("6", "0.3"), ("2", "0.24")], "0.39"),
        ("-3", [("-6", "0.3"), ("2", "0.24")], "0.39"),
        # 1 / 3: a third of 1 %, carried to fifty digits
        ("0.1", [("3", "0.1")], "0.00" + "3" * 50),
    ],
)
def test_relative_uncertainties_of_a_product_or_quotient_add_in_quadrature(result: str, factors: list[tuple[str, str]], combined: str) -> None:
    assert of_product(D(result), [(D(value), D(standard)) for value, standard in factors]) == D(combined)


@given(st.lists(positive, min_size=1, max_size=6))
def test_a_combined_uncertainty_lies_between_the_largest_and_the_sum(standards: list[D]) -> None:
    combined = of_sum(standards)
    assert max(standards) <= combined <= sum(standards)
    squared = sum(Fraction(standard) ** 2 for standard in standards)
    assert abs(Fraction(combined) ** 2 - squared) <= squared / 10**48


@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=4), positive)
def test_a_product_has_the_relative_uncertainty_of_its_factors(factors: list[tuple[D, D]], result: D) -> None:
    relative_squared = sum((Fraction(standard) / Fraction(value)) ** 2 for value, standard in factors)
    found = (Fraction(of_product(result, factors)) / Fraction(result)) ** 2
    assert abs(found - relative_squared) <= relative_squared / 10**48


def test_an_uncertainty_is_turned_from_standard_to_expanded_and_back() -> None:
    assert expand(D("0.25"), TWO) == absolute("0.50")
    assert absolute("0.5").standard(D(7)) == D("0.25")
    assert relative("10").expanded(D("-5.0")) == D("0.5")
    assert relative("10").standard(D("5.0")) == D("0.25")
    assert plain(Uncertainty(D("0.1"), D(3)).standard(D(1))) == "0.0" + "3" * 50


@pytest.mark.parametrize("standards", [[], ["-0.1"], ["0.1", "NaN"], ["Infinity"]])
def test_what_cannot_be_combined_is_refused(standards: list[str]) -> None:
    with pytest.raises(Refusal):
        of_sum([D(standard) for standard in standards])
    with pytest.raises(Refusal):
        of_product(D(1), [(D(1), D(standard)) for standard in standards])


def test_a_factor_of_zero_has_no_relative_uncertainty() -> None:
    with pytest.raises(Refusal) as refusal:
        of_product(D(0), [(D(0), D("0.1"))])
    assert "zero" in refusal.value.words
    with pytest.raises(Refusal):
        expand(D(0), TWO)


# Reporting


@pytest.mark.parametrize(
    ("value", "expanded", "digits", "up", "printed"),
    [
        # JCGM 100, 7.2.6: 10.47 mΩ might be rounded up to 11 mΩ; 28.05 kHz is rounded down to 28 kHz; 10.057 62 Ω with 27 mΩ becomes 10.058 Ω
        ("100", "10.47", 2, True, ("100", "11")),
        ("100", "28.05", 2, False, ("100", "28")),
        ("10.05762", "0.027", 2, False, ("10.058", "0.027")),
        ("12.3456", "0.2341", 2, True, ("12.35", "0.24")),
        ("12.3456", "0.2341", 2, False, ("12.35", "0.23")),
        ("12.3456", "0.2341", 1, True, ("12.3", "0.3")),
        ("12.3456", "0.2341", 1, False, ("12.3", "0.2")),
        ("12.25", "0.25", 1, False, ("12.2", "0.2")),
        ("1.2345", "0.0996", 2, True, ("1.23", "0.10")),
        ("1.2345", "0.0996", 2, False, ("1.23", "0.10")),
        ("1.2345", "0.0991", 2, False, ("1.234", "0.099")),
        ("1.25", "0.96", 1, False, ("1", "1")),
        ("4565", "123", 2, True, ("4560", "130")),
        ("4565", "123", 2, False, ("4560", "120")),
        ("2.1", "0.2", 2, True, ("2.10", "0.20")),
        ("-0.004", "0.1", 1, True, ("0.0", "0.1")),
    ],
)
def test_the_uncertainty_has_two_digits_at_most_and_the_value_the_same_place(
    value: str, expanded: str, digits: int, up: bool, printed: tuple[str, str]
) -> None:
    found = reported(D(value), D(expanded), digits=digits, up=up)
    assert tuple(map(plain, found)) == printed


def test_the_farthest_values_can_be_reported() -> None:
    value, expanded = reported(D("1e200"), D("1e-200"), digits=2, up=True)
    assert (plain(value), plain(expanded)) == ("1" + "0" * 200 + "." + "0" * 201, "0." + "0" * 199 + "10")


@pytest.mark.parametrize("digits", [0, 3, -1])
def test_no_other_number_of_digits_is_reported(digits: int) -> None:
    with pytest.raises(Refusal):
        reported(D(1), D("0.1"), digits=digits, up=True)


@pytest.mark.parametrize(("value", "expanded"), [("NaN", "0.1"), ("1", "NaN"), ("1", "0"), ("1", "-0.1"), ("1", "Infinity")])
def test_nothing_is_reported_of_what_cannot_be(value: str, expanded: str) -> None:
    with pytest.raises(Refusal):
        reported(D(value), D(expanded), digits=2, up=True)


@given(numbers, positive, st.sampled_from([1, 2]))
def test_rounding_up_never_makes_an_uncertainty_smaller(value: D, expanded: D, digits: int) -> None:
    shown, up = reported(value, expanded, digits=digits, up=True)
    nearest = reported(value, expanded, digits=digits, up=False)[1]
    assert up >= max(expanded, nearest)
    assert len(plain(up).replace(".", "").strip("0")) <= digits
    assert shown.as_tuple().exponent == up.as_tuple().exponent
    assume(up != expanded)
    assert up - expanded < D(1).scaleb(up.adjusted() - digits + 1)
