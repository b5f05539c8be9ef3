"""A value on another basis: worked by hand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules import conversions

D = Decimal


def test_what_is_in_the_dry_matter() -> None:
    assert conversions.on_dry_matter(D("1.74"), D("13.0")) == D("2")  # 1.74 / 0.87
    assert conversions.as_is(D("2"), D("13.0")) == D("1.74")


def test_a_dried_product_is_judged_as_the_fresh_one_it_was_made_of() -> None:
    """Dried 20 % water, fresh 92 %: one part dried comes of ten parts fresh."""
    assert conversions.as_fresh(D("5.0"), D(20), D(92)) == D("0.50")


def test_a_concentrate_is_judged_as_it_is_made_up() -> None:
    assert conversions.as_made_up(D("0.16"), conversions.FORMULA_DILUTION) == D("0.02")  # powdered infant formula, 8 : 1


def test_a_spirit_is_judged_per_litre_of_pure_alcohol() -> None:
    assert conversions.of_pure_alcohol(D("0.26"), D("52.0")) == D("0.5")


def test_a_density_turns_volume_into_mass() -> None:
    assert conversions.by_mass(D("206"), D("1.03")) == D("200")


@given(st.decimals(0, 1000, places=4), st.decimals(0, "99.9", places=1))
def test_to_the_dry_matter_and_back_is_the_same_value(value: D, water: D) -> None:
    assert abs(conversions.as_is(conversions.on_dry_matter(value, water), water) - value) < D("1e-40")


NONSENSE = ("NaN", "sNaN", "Infinity", "-Infinity")


@pytest.mark.parametrize(
    ("convert", "wrong"),
    [
        (lambda x: conversions.on_dry_matter(D(1), x), ("100", "-1", *NONSENSE)),
        (lambda x: conversions.as_is(D(1), x), ("100", "-0.1", *NONSENSE)),
        (lambda x: conversions.as_fresh(D(1), x, D(50)), ("100", *NONSENSE)),
        (lambda x: conversions.as_fresh(D(1), D(50), x), ("100", *NONSENSE)),
        (lambda x: conversions.as_made_up(D(1), x), ("0.99", "0", "-8", *NONSENSE)),
        (lambda x: conversions.of_pure_alcohol(D(1), x), ("0", "-1", "100.1", *NONSENSE)),
        (lambda x: conversions.by_mass(D(1), x), ("0", "-1", *NONSENSE)),
        (lambda x: conversions.by_mass(x, D(1)), NONSENSE),
    ],
)
def test_what_cannot_be_is_refused_in_words(convert: Callable[[D], D], wrong: tuple[str, ...]) -> None:
    for text in wrong:
        with pytest.raises(Refusal):
            convert(D(text))


def test_the_ends_that_can_be_are_taken() -> None:
    assert conversions.on_dry_matter(D(1), D(0)) == 1
    assert conversions.as_made_up(D(1), D(1)) == 1
    assert conversions.of_pure_alcohol(D(1), D(100)) == 1
