"""Numbers come from masks; what cannot stand on a label is refused."""

from __future__ import annotations

import pytest

from lims.errors import Refusal
from lims.rules.numbering import checked, fill, mask_mistake, number_mistake


def test_a_mask_is_filled_with_prefix_year_and_serial() -> None:
    assert fill("{prefix}{year}-{serial:05}", year=2026, serial=42, prefix="NC") == "NC2026-00042"


@pytest.mark.parametrize("mask", ["{prefix}{year}-{serial:05}", "W{year}-{serial:04}", "BG{serial:06}", "{year}.{serial:03}"])
def test_a_mask_with_a_serial_can_number(mask: str) -> None:
    assert mask_mistake(mask) is None


@pytest.mark.parametrize(
    "mask",
    [
        "",
        "BG",
        "{year}",
        "{serial",
        "serial}",
        "{serial:zz}",
        "{seriall:05}",
        "{serial:05}{month}",
        "{0}",
        "{}",
        "{serial.real}",
        "{serial!r}{prefix!r}",
        "编{serial:05}",
        "{serial:5}",
        "{serial:060}",
        "{serial:{year}}",
        "{prefix[0]}{serial}",
    ],
)
def test_a_mask_that_cannot_number_is_named_with_an_example(mask: str) -> None:
    words = mask_mistake(mask)
    assert words
    assert "{prefix}{year}-{serial:05}" in words


@pytest.mark.parametrize("number", ["NC2026-00042", "a.b_c-1", "123"])
def test_letters_digits_points_and_hyphens_can_stand_on_a_label(number: str) -> None:
    assert number_mistake(number) is None


@pytest.mark.parametrize("number", ["", "ab", "-ab", "a b c", "样品一号", "a/b/c", "x" * 41, "abc\n", "=1+1", "<b>1</b>"])
def test_a_number_no_label_can_carry_is_named(number: str) -> None:
    assert number_mistake(number)


def test_a_number_that_can_stand_on_a_label_goes_on_and_any_other_is_refused() -> None:
    assert checked("NC2026-00042") == "NC2026-00042"
    with pytest.raises(Refusal, match="样品一号"):
        checked("样品一号")
