"""Units are turned into one another exactly, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.rounding import plain
from lims.rules.units import ALONE, FACTORS, convert, known, spelt, turns

D = Decimal

EVERY = (*ALONE, *(unit for family in FACTORS for unit in family))


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
        ("0.8", "g/100 g", "mg/kg", "8000"),
        ("5", "‰", "g/kg", "5"),
        ("2", "mg/g", "mg/kg", "2000"),
        ("2.5", "mg/100g", "mg/kg", "25"),
        ("3", "μg/g", "mg/kg", "3"),
        ("120", "μg/100g", "mg/kg", "1.20"),
        ("7", "ng/g", "μg/kg", "7"),
        ("15", "ng/kg", "μg/kg", "0.015"),
        ("0.18", "g/l", "g/L", "0.18"),
        ("180", "mg/L", "g/L", "0.180"),
        ("0.5", "g/100mL", "g/L", "5"),
        ("8", "mg/100mL", "mg/L", "80"),
        ("1.5", "mg/mL", "μg/mL", "1500"),
        ("9", "ng/mL", "μg/L", "9"),
        ("250", "ng/L", "μg/L", "0.250"),
        ("30", "MPN/100g", "MPN/g", "0.30"),
        ("2.3", "MPN/mL", "MPN/100mL", "230"),
        ("0.0250", "kg", "g", "25.0"),
        ("250", "μg", "mg", "0.250"),
        ("1.5", "mL", "μL", "1500"),
        ("0.75", "L", "mL", "750"),
        ("5", "ug/kg", "μg/kg", "5"),
        ("5", "µg/kg", "μg/kg", "5"),
        ("3", "CFU/g", "CFU/g", "3"),
    ],
)
def test_a_unit_is_turned_by_its_exact_factor_and_digits_stay(value: str, unit: str, target: str, converted: str) -> None:
    assert plain(convert(D(value), unit, target)) == converted
    assert turns(unit, target)


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("mg/kg", "mg/kg"),
        ("MG/KG", "mg/kg"),
        ("Mg/Kg", "mg/kg"),
        (" mg / kg ", "mg/kg"),
        ("ｍｇ／ｋｇ", "mg/kg"),
        ("mg∕kg", "mg/kg"),
        ("mg·kg⁻¹", "mg/kg"),
        ("mg·kg-1", "mg/kg"),
        ("mg·kg^-1", "mg/kg"),
        ("mg*kg−1", "mg/kg"),
        ("mg.kg-1", "mg/kg"),
        ("毫克/千克", "mg/kg"),
        ("毫克/公斤", "mg/kg"),
        ("毫克每千克", "mg/kg"),
        ("㎎/㎏", "mg/kg"),
        ("微克/千克", "μg/kg"),
        ("µg/kg", "μg/kg"),
        ("ug/kg", "μg/kg"),
        ("UG/KG", "μg/kg"),
        ("纳克/克", "ng/g"),
        ("g/100 g", "g/100g"),
        ("克/100克", "g/100g"),
        ("％", "%"),
        ("g/100ml", "g/100mL"),
        ("g/l", "g/L"),
        ("毫克/升", "mg/L"),
        ("μg·mL⁻¹", "μg/mL"),
        ("微升", "μL"),
        ("ul", "μL"),
        ("um", "μm"),
        ("uS/cm", "μS/cm"),
        ("cfu/ml", "CFU/mL"),
        ("CFU·g⁻¹", "CFU/g"),
        ("CFU/g（mL）", "CFU/g(mL)"),
        ("CFU/g(ml)", "CFU/g(mL)"),
        ("菌落形成单位/克", "CFU/g"),
        ("CFU/cm2", "CFU/cm²"),
        ("CFU/cm^2", "CFU/cm²"),
        ("CFU/平方厘米", "CFU/cm²"),
        ("MPN/100 mL", "MPN/100mL"),
        ("%体积", "%vol"),
        ("％vol", "%vol"),
        ("°C", "℃"),
        ("摄氏度", "℃"),
        ("分钟", "min"),
        ("小时", "h"),
        ("mol·L⁻¹", "mol/L"),
        ("KJ/100 g", "kJ/100g"),
        ("/25 g", "/25g"),
    ],
)
def test_a_unit_is_known_in_every_usual_spelling(written: str, unit: str) -> None:
    assert (spelt(written), known(written)) == (unit, True)


@pytest.mark.parametrize("unit", EVERY)
def test_our_own_spelling_is_its_own(unit: str) -> None:
    assert (spelt(unit), known(unit), turns(unit, unit)) == (unit, True, True)


@pytest.mark.parametrize("unit", ["ppm", "ppb", "apples", "mg/kg干基", "", " ", "1", "/30g", "g/g"])
def test_an_unknown_unit_stays_as_it_is_written(unit: str) -> None:
    assert (spelt(f" {unit} "), known(unit)) == (unit.strip(), False)


@pytest.mark.parametrize(
    ("unit", "target"),
    [
        ("mg/kg", "mg/L"),
        ("g/100g", "g/100mL"),
        ("%", "mg/L"),
        ("%vol", "%"),
        ("", "mg/kg"),
        ("mg/kg", ""),
        ("CFU/g", "CFU/mL"),
        ("CFU/g(mL)", "CFU/g"),
        ("CFU/mL", "CFU/"),
        ("CFU/g", "CFU/100mL"),
        ("CFU/g", "MPN/g"),
        ("MPN/g", "MPN/mL"),
        ("/25g", "/g"),
        ("mg/片", "mg/粒"),
        ("ppm", "mg/kg"),
        ("mg/kg", "ppb"),
    ],
)
def test_a_unit_without_a_known_factor_is_refused_and_both_are_named(unit: str, target: str) -> None:
    assert not turns(unit, target)
    with pytest.raises(Refusal) as refusal:
        convert(D(1), unit, target)
    for named in (unit, target):
        assert (named or "no unit") in refusal.value.words


@pytest.mark.parametrize("unit", ["CFU/g", "CFU/mL", "cfu/ml", "MPN/g", "MPN/mL", "/25g", "/25mL"])
def test_a_unit_for_both_forms_of_a_sample_takes_each_of_them(unit: str) -> None:
    target = {"C": "CFU/g(mL)", "c": "CFU/g(mL)", "M": "MPN/g(mL)", "/": "/25g(mL)"}[unit[0]]
    assert turns(unit, target)
    assert convert(D("1.20"), unit, target) == D("1.20")


@pytest.mark.parametrize("unit", ["mg/kg", "CFU/cm²", "/10g", "CFU/g(mL)x"])
def test_a_unit_for_both_forms_takes_no_other(unit: str) -> None:
    assert not turns(unit, "CFU/g(mL)")


def test_an_unknown_unit_is_its_own_equal() -> None:
    assert convert(D("5.0"), "ppm", " ppm ") == D("5.0")


@pytest.mark.parametrize(("unit", "target"), [(one, other) for family in FACTORS for one in family for other in family])
def test_there_and_back_is_the_same_value_to_the_last_digit(unit: str, target: str) -> None:
    value = D("123456789012345678901234567890.123456789012345678901234567890")
    assert convert(convert(value, unit, target), target, unit) == value


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_two_texts_are_turned_or_refused(unit: str, target: str) -> None:
    assert spelt(spelt(unit)) == spelt(unit)
    if turns(unit, target):
        assert convert(D(1), unit, target) > 0
    else:
        with pytest.raises(Refusal):
            convert(D(1), unit, target)
