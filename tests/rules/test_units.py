"""Units are turned into one another exactly, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lims.errors import Refusal
from lims.rules.rounding import plain
from lims.rules.units import FACTORS, convert

D = Decimal


@pytest.mark.parametrize(
    ("value", "unit", "target", "converted"),
    [
        ("0.035", "mg/kg", "μg/kg", "35"),
        ("4.7", "μg/kg", "mg/kg", "0.0047"),
        ("7.10", "μg/kg", "mg/kg", "0.00710"),
        ("0.050", "mg/kg", "μg/kg", "50"),
        ("12.50", "mg/kg", "g/kg", "0.01250"),
        ("14.0", "%", "g/kg", "140"),
        ("14.0", "%", "g/100g", "14.0"),
        ("0.18", "g/l", "g/L", "0.18"),
        ("180", "mg/L", "g/L", "0.180"),
        ("5", "ug/kg", "μg/kg", "5"),
        ("5", "µg/kg", "μg/kg", "5"),
        ("3", "CFU/g", "CFU/g", "3"),
    ],
)
def test_a_unit_is_turned_by_its_exact_factor_and_digits_stay(value: str, unit: str, target: str, converted: str) -> None:
    assert plain(convert(D(value), unit, target)) == converted


@pytest.mark.parametrize(
    ("unit", "target"), [("mg/kg", "mg/L"), ("%", "mg/L"), ("", "mg/kg"), ("mg/kg", ""), ("CFU/g", "CFU/mL"), ("ppm", "mg/kg"), ("MG/KG", "mg/kg")]
)
def test_a_unit_without_a_known_factor_is_refused_and_both_are_named(unit: str, target: str) -> None:
    with pytest.raises(Refusal) as refusal:
        convert(D(1), unit, target)
    for named in (unit, target):
        assert (named or "no unit") in refusal.value.words


@pytest.mark.parametrize(("unit", "target"), [(one, other) for family in FACTORS for one in family for other in family])
def test_there_and_back_is_the_same_value_to_the_last_digit(unit: str, target: str) -> None:
    value = D("123456789012345678901234567890.123456789012345678901234567890")
    assert convert(convert(value, unit, target), target, unit) == value
