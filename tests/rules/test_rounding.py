"""GB/T 8170-2008: half to even, on the exact decimal, in one step."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.rounding import plain, round_to

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
    "interval", ["0", "0.0", "-0.1", "0.3", "25", "0.15", "s", "0s", "-3s", "1.5s", "41s", "x", "nan", "Infinity", "1e50", "1e-50", " ", "3 s", "sNaN"]
)
def test_an_interval_that_is_none_is_refused_in_words(interval: str) -> None:
    with pytest.raises(Refusal) as refusal:
        round_to(D("1.23"), interval)
    assert interval in refusal.value.words


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
