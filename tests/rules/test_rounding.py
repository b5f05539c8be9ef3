"""GB/T 8170-2008: half to even, on the exact decimal, in one step."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.rounding import plain, round_to, scaled, shown, sign

D = Decimal

BY_THE_STANDARD = [
    # 3.2.1: what goes is less than 5
    ("12.1498", "1", "12"),
    ("12.1498", "0.1", "12.1"),
    # 3.2.2: more than 5
    ("1268", "100", "1300"),
    # 3.2.3: 5 and something behind it
    ("10.5002", "1", "11"),
    ("12.5000000001", "1", "13"),
    # 3.2.4: exactly 5: to the even neighbour
    ("1.050", "0.1", "1.0"),
    ("0.35", "0.1", "0.4"),
    ("2500", "1000", "2000"),
    ("3500", "1000", "4000"),
    ("0.0325", "2s", "0.032"),
    ("32500", "2s", "32000"),
    # 3.2.5: negatives by their absolute value
    ("-355", "10", "-360"),
    ("-325", "10", "-320"),
    ("-0.0365", "2s", "-0.036"),
    # 3.3.1: one step only: 15.4546 gives 15, not 15.455 -> 15.46 -> 15.5 -> 16
    ("15.4546", "1", "15"),
    ("15.4545", "0.1", "15.5"),
    # 3.4.1: 0.5 units
    ("60.25", "0.5", "60.0"),
    ("60.38", "0.5", "60.5"),
    ("60.28", "0.5", "60.5"),
    ("-60.75", "0.5", "-61.0"),
    # 3.4.2: 0.2 units (here of the hundreds: steps of 20)
    ("830", "20", "840"),
    ("842", "20", "840"),
    ("832", "20", "840"),
    ("-930", "20", "-920"),
    ("12.3", "0.2", "12.4"),
    ("12.1", "0.2", "12.0"),
]


@pytest.mark.parametrize(("value", "interval", "rounded"), BY_THE_STANDARD)
def test_a_worked_example_of_the_standard_comes_out(value: str, interval: str, rounded: str) -> None:
    assert plain(round_to(D(value), interval)) == rounded


@pytest.mark.parametrize(
    ("value", "interval", "rounded"),
    [
        ("9.996", "3s", "10.0"),
        ("0.09996", "3s", "0.100"),
        ("999.6", "3s", "1000"),
        ("0.12", "3s", "0.12"),
        ("123456", "3s", "123000"),
        ("0", "3s", "0"),
        ("0.000", "2s", "0.000"),
    ],
)
def test_significant_digits_are_only_ever_taken_away(value: str, interval: str, rounded: str) -> None:
    assert plain(round_to(D(value), interval)) == rounded


def test_without_an_interval_the_value_stays_as_written() -> None:
    assert plain(round_to(D("7.10"), "")) == "7.10"


def test_a_value_that_rounds_to_nothing_has_no_sign() -> None:
    assert plain(round_to(D("-0.04"), "0.1")) == "0.0"


@pytest.mark.parametrize(
    "interval",
    ["0", "0.0", "-0.1", "0.3", "25", "0.15", "s", "0s", "-3s", "1.5s", "41s", "x", "nan", "Infinity", "1e41", "1e-41", " ", "3 s", "sNaN"],
)
def test_an_interval_that_is_none_is_refused_in_words(interval: str) -> None:
    with pytest.raises(Refusal) as refusal:
        round_to(D("1.23"), interval)
    assert interval in refusal.value.words


def test_steps_of_forty_powers_and_forty_significant_digits_are_the_largest() -> None:
    assert plain(round_to(D("6e40"), "1e40")) == f"6{'0' * 40}"
    assert plain(round_to(D(f"0.{'0' * 39}14"), "1e-40")) == f"0.{'0' * 39}1"
    assert plain(round_to(D("7" * 41), "40s")) == f"{'7' * 39}80"


@pytest.mark.parametrize("interval", ["1e999999999", "9" * 5000 + "s", "0." + "9" * 300, "1" * 5000])
def test_an_absurd_interval_is_refused(interval: str) -> None:
    with pytest.raises(Refusal):
        round_to(D("1.23"), interval)


@pytest.mark.parametrize("value", ["NaN", "-NaN", "sNaN", "Infinity", "-Infinity", "1e300", "-1e300", "1e-300"])
@pytest.mark.parametrize("interval", ["0.1", "3s"])
def test_what_is_no_measured_value_is_refused(value: str, interval: str) -> None:
    with pytest.raises(Refusal) as refusal:
        round_to(D(value), interval)
    assert str(D(value)) in refusal.value.words


@pytest.mark.parametrize("value", ["1e99", "-1e99", "1e-99", f"{'9' * 30}.{'9' * 30}e99"])
@pytest.mark.parametrize("interval", ["0.01", "0.5", "3s", "1e40", "1e-40"])
def test_the_longest_value_that_can_be_typed_can_be_rounded(value: str, interval: str) -> None:
    assert round_to(D(value), interval).is_finite()


decimals = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=9)
steps = st.builds(lambda digit, power: D(digit).scaleb(power), st.sampled_from([1, 2, 5]), st.integers(-6, 4))


@given(decimals, steps)
def test_the_rounded_value_is_the_nearest_multiple(value: D, step: D) -> None:
    rounded = round_to(value, format(step, "f"))
    assert rounded % step == 0
    assert abs(rounded - value) * 2 <= step
    if abs(rounded - value) * 2 == step:
        assert (rounded / step) % 2 == 0


@given(decimals, steps)
def test_a_rounded_value_is_not_rounded_further(value: D, step: D) -> None:
    interval = format(step, "f")
    assert round_to(round_to(value, interval), interval) == round_to(value, interval)


@given(decimals, steps)
def test_a_negative_value_rounds_like_its_absolute(value: D, step: D) -> None:
    assert round_to(-value, format(step, "f")) == -round_to(value, format(step, "f"))


@given(decimals, decimals, steps)
def test_the_larger_value_never_rounds_to_the_smaller_one(one: D, other: D, step: D) -> None:
    low, high = sorted((one, other))
    assert round_to(low, format(step, "f")) <= round_to(high, format(step, "f"))


@given(decimals, st.integers(1, 12))
def test_a_value_of_so_many_digits_is_not_rounded_further(value: D, digits: int) -> None:
    rounded = round_to(value, f"{digits}s")
    assert len(rounded.as_tuple().digits) <= digits or rounded == value == 0
    assert round_to(rounded, f"{digits}s").as_tuple() == rounded.as_tuple()


@given(decimals, decimals, st.integers(1, 12))
def test_the_larger_value_never_rounds_to_fewer_significant_units(one: D, other: D, digits: int) -> None:
    low, high = sorted((one, other))
    assert round_to(low, f"{digits}s") <= round_to(high, f"{digits}s")


@given(decimals, st.integers(1, 12))
def test_the_value_of_significant_digits_is_the_nearest_one(value: D, digits: int) -> None:
    unit = D(1).scaleb(value.adjusted() - digits + 1)
    assert abs(round_to(value, f"{digits}s") - value) * 2 <= unit


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("0.050", "0.050"),
        ("-0.050", "-0.050"),
        ("1E-7", "0.0000001"),
        ("120", "120"),
        ("1.20E+2", "120"),
        ("2.6E+6", "2600000"),
        ("0", "0"),
        ("-0", "0"),
        ("-0.00", "0.00"),
    ],
)
def test_digits_are_printed_without_a_power_and_zero_without_a_sign(value: str, printed: str) -> None:
    assert plain(D(value)) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("0.050", "0.050"),
        ("120", "120"),
        ("1.20E+2", "120"),
        ("1.2E+2", "1.2×10²"),
        ("1E+1", "1×10¹"),
        ("2.6E+6", "2.6×10⁶"),
        ("2.60E+6", "2.60×10⁶"),
        ("-2.6E+6", "-2.6×10⁶"),
        ("1E+12", "1×10¹²"),
        ("0E+3", "0"),
        ("-0E+3", "0"),
        ("NaN", "NaN"),
        ("1234567890123456789012345678901234567890E+5", "1.234567890123456789012345678901234567890×10⁴⁴"),
    ],
)
def test_a_value_is_shown_with_the_digits_it_has_and_no_others(value: str, printed: str) -> None:
    assert shown(D(value)) == printed


@pytest.mark.parametrize(
    ("value", "rounded", "mark"),
    [
        # GB/T 8170-2008, 3.3.2
        ("15.4546", "15.5", "(-)"),
        ("-15.4546", "-15.5", "(+)"),
        ("16.5203", "16.5", "(+)"),
        ("-16.5203", "-16.5", "(-)"),
        ("17.5000", "17.5", ""),
    ],
)
def test_a_rounded_value_is_marked_by_where_the_measured_one_lies(value: str, rounded: str, mark: str) -> None:
    assert sign(D(value), D(rounded)) == mark


@given(decimals, steps)
def test_a_mark_points_from_the_rounded_value_to_the_measured_one(value: D, step: D) -> None:
    rounded = round_to(value, format(step, "f"))
    assert sign(value, rounded) == {1: "(+)", 0: "", -1: "(-)"}[(value > rounded) - (value < rounded)]


@given(st.integers(10**59, 10**60 - 1), st.integers(-99, 99))
def test_a_power_of_ten_costs_no_digit(whole: int, power: int) -> None:
    moved = scaled(D(whole), power)
    assert (moved.as_tuple().digits, moved.as_tuple().exponent) == (D(whole).as_tuple().digits, power)
