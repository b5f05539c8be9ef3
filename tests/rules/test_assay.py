"""Assays and losses by the usual formulas; every expected value is reckoned by hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.assay import (
    assay,
    by_absorptivity,
    by_reference,
    constant_weight,
    loss_on_drying,
    on_dry_basis,
    relative_deviation,
    residue_on_ignition,
    titrated,
)
from lims.rules.rounding import round_to
from lims.rules.verdict import Verdict

D = Decimal

specials = st.sampled_from([D(word) for word in ("NaN", "sNaN", "Infinity", "-Infinity", "1e40", "1e-40", "1e999999", "0", "-0.0", "-1", "9" * 61)])
anything = st.one_of(specials, st.decimals(allow_nan=True, allow_infinity=True), st.decimals(min_value=0, max_value=200, places=4))


def test_a_titration_gives_the_share_of_the_label() -> None:
    """(20.02 - 0.02) mL x 18.00 mg/mL x 1.010 = 363.6 mg; 0.3636 g x 0.5 g / (0.6 g x 0.3 g) = 101 %."""
    found = titrated(D("20.02"), D("0.02"), D("18.00"), D("1.010"), D("0.6000"), mean_weight=D("0.5000"), label=D("0.3"))
    assert found == D("101")


def test_a_titrated_drug_substance_is_per_cent_of_what_was_weighed() -> None:
    """20.00 mL x 18.00 mg/mL = 0.3600 g of 0.3636 g: 99.00990... %."""
    assert round_to(titrated(D("20.20"), D("0.20"), D("18.00"), D("1.000"), D("0.3636")), "0.000001") == D("99.009901")


def test_a_blank_above_the_volume_is_refused() -> None:
    with pytest.raises(Refusal, match="back titration"):
        titrated(D("1.00"), D("1.01"), D(18), D(1), D(1))
    assert titrated(D("1.00"), D("1.00"), D(18), D(1), D(1)) == 0


def test_an_absorbance_gives_the_share_of_the_label_by_its_absorption_coefficient() -> None:
    """0.495 / 500 = 0.00099 g/100 mL; in 5000 mL 0.0495 g; 0.0495 g x 0.2 g / (0.2 g x 0.05 g) = 99 %."""
    found = by_absorptivity(D("0.495"), D(500), D(5000), D("0.2000"), mean_weight=D("0.2000"), label=D("0.05"))
    assert found == D(99)
    assert by_absorptivity(D("0.495"), D(500), D(5000), D("0.0500")) == D(99)


def test_a_reference_solution_gives_the_share_of_the_label() -> None:
    """1980 / 2000 x 0.0002 g/mL x 250 mL = 0.0495 g; 0.0495 g x 0.2 g / (0.1 g x 0.1 g) = 99 %."""
    found = by_reference(D(1980), D(2000), D("0.0002"), D(250), D("0.1000"), mean_weight=D("0.2000"), label=D("0.1"))
    assert found == D(99)
    assert by_reference(D(1980), D(2000), D("0.0002"), D(250), D("0.0500")) == D(99)


def test_the_dried_substance_holds_more() -> None:
    """98.0 / (1 - 0.02) = 100."""
    assert on_dry_basis(D("98.0"), D("2.0")) == 100
    assert on_dry_basis(D("98.0"), D(0)) == 98


def test_water_of_a_hundred_per_cent_leaves_nothing_to_refer_to() -> None:
    with pytest.raises(Refusal, match="below 100 %"):
        on_dry_basis(D("98.0"), D(100))


def test_the_loss_on_drying_is_what_the_dish_lost() -> None:
    """25.0000 + 1.0000 - 25.9850 = 0.0150 g of 1.0000 g."""
    assert loss_on_drying(D("25.0000"), D("1.0000"), D("25.9850")) == D("1.5")
    assert loss_on_drying(D("25.0000"), D("1.0000"), D("26.0000")) == 0
    assert loss_on_drying(D("25.0000"), D("1.0000"), D("25.0000")) == 100


@pytest.mark.parametrize("dried", ["26.0001", "24.9999"])
def test_a_dried_sample_heavier_than_before_or_lighter_than_nothing_is_refused(dried: str) -> None:
    with pytest.raises(Refusal, match="dried sample"):
        loss_on_drying(D("25.0000"), D("1.0000"), D(dried))


def test_the_residue_on_ignition_is_its_share_of_the_sample() -> None:
    assert residue_on_ignition(D("0.0010"), D("1.0000")) == D("0.1")
    assert residue_on_ignition(D("1.0000"), D("1.0000")) == 100
    with pytest.raises(Refusal, match="residue weighs more"):
        residue_on_ignition(D("1.0001"), D("1.0000"))


@pytest.mark.parametrize(
    ("weighings", "constant"),
    [(["26.0003", "26.0000"], True), (["26.0000", "26.0003"], True), (["26.0004", "26.0000"], False), (["25", "26.0001", "26.0000"], True), (["26"], False)],
)
def test_a_weight_is_constant_when_two_weighings_differ_by_no_more_than_0_3_mg(weighings: list[str], constant: bool) -> None:
    assert constant_weight([D(one) for one in weighings]) is constant
    assert constant_weight([]) is False


def test_another_difference_may_be_allowed() -> None:
    assert constant_weight([D("26.0005"), D("26.0000")], D("0.0005"))


def test_two_results_deviate_from_their_mean() -> None:
    """|99.0 - 101.0| / 200 x 100 = 1 %."""
    assert relative_deviation(D("99.0"), D("101.0")) == 1
    assert relative_deviation(D("101.0"), D("99.0")) == 1
    assert relative_deviation(D("101.0"), D("101.0")) == 0
    assert relative_deviation(D(0), D("0.1")) == 100


def test_two_zeros_have_no_relative_deviation() -> None:
    with pytest.raises(Refusal, match="Both results are zero"):
        relative_deviation(D(0), D("0.0"))


@pytest.mark.parametrize(("value", "verdict"), [("101.0", Verdict.PASS), ("101.05", Verdict.PASS), ("101.051", Verdict.FAIL), ("98.4", Verdict.FAIL)])
def test_a_drug_substance_without_an_upper_limit_may_give_101_0_per_cent(value: str, verdict: Verdict) -> None:
    """101.05 is rounded to the even 101.0."""
    decision = assay(D(value), D("98.5"), substance=True)
    assert decision.verdict is verdict
    assert "for a drug substance not more than 101.0 % (ChP General Notices)" in decision.why()


def test_a_stated_upper_limit_goes_before_101_0() -> None:
    decision = assay(D("101.6"), D("98.5"), D("102.0"), substance=True)
    assert decision.verdict is Verdict.PASS
    assert "101.0" not in decision.why()


def test_a_preparation_without_an_upper_limit_has_none() -> None:
    assert assay(D("130.0"), D("90.0")).verdict is Verdict.PASS


@pytest.mark.parametrize("substance", [True, False])
def test_an_assay_without_any_limit_is_not_judged(substance: bool) -> None:
    assert assay(D("50.0"), None, substance=substance).verdict is Verdict.UNDECIDED


def test_an_assay_may_be_compared_in_full() -> None:
    assert assay(D("101.01"), D("98.5"), substance=True, rounding="").verdict is Verdict.FAIL


CALCULATIONS: dict[Callable[..., Decimal], tuple[str, ...]] = {
    titrated: ("20", "0.1", "18", "1.01", "0.6"),
    by_absorptivity: ("0.5", "500", "5000", "0.2"),
    by_reference: ("1980", "2000", "0.0002", "250", "0.1"),
    on_dry_basis: ("98", "2"),
    loss_on_drying: ("25", "1", "25.5"),
    residue_on_ignition: ("0.001", "1"),
    relative_deviation: ("99", "101"),
}
PLACES = [(rule, place) for rule, values in CALCULATIONS.items() for place in range(len(values))]


@pytest.mark.parametrize(("rule", "place"), PLACES, ids=lambda one: getattr(one, "__name__", str(one)))
@pytest.mark.parametrize("wrong", ["-1", "NaN", "sNaN", "Infinity", "1e999999", "1e-999999"])
def test_a_value_that_cannot_be_is_refused_wherever_it_stands(rule: Callable[..., Decimal], place: int, wrong: str) -> None:
    values = [D(one) for one in CALCULATIONS[rule]]
    values[place] = D(wrong)
    with pytest.raises(Refusal):
        rule(*values)


DIVISORS = [(titrated, 4), (by_absorptivity, 1), (by_absorptivity, 3), (by_reference, 1), (by_reference, 4), (loss_on_drying, 1), (residue_on_ignition, 1)]


@pytest.mark.parametrize(("rule", "place"), DIVISORS, ids=lambda one: getattr(one, "__name__", str(one)))
def test_nothing_is_divided_by_zero(rule: Callable[..., Decimal], place: int) -> None:
    values = [D(one) for one in CALCULATIONS[rule]]
    values[place] = D(0)
    with pytest.raises(Refusal, match=r"more than zero|weighs more"):
        rule(*values)


@pytest.mark.parametrize("rule", [titrated, by_absorptivity, by_reference], ids=lambda one: one.__name__)
def test_a_label_or_mean_weight_of_nothing_is_refused(rule: Callable[..., Decimal]) -> None:
    values = [D(one) for one in CALCULATIONS[rule]]
    with pytest.raises(Refusal, match="Mean weight must"):
        rule(*values, mean_weight=D(0))
    with pytest.raises(Refusal, match="Labelled amount must"):
        rule(*values, label=D(0))


def test_a_weighing_that_cannot_be_is_refused() -> None:
    for weighings in ([D(-1)], [D("NaN"), D(1)]):
        with pytest.raises(Refusal):
            constant_weight(weighings)


@given(st.sampled_from(sorted(CALCULATIONS, key=lambda rule: rule.__name__)), st.data())
def test_a_calculation_gives_a_number_or_a_refusal(rule: Callable[..., Decimal], data: st.DataObject) -> None:
    values = [data.draw(anything) for _one in CALCULATIONS[rule]]
    with suppress(Refusal):
        assert rule(*values) >= 0


@given(st.decimals(min_value=0, max_value=50, places=2), st.decimals(min_value=0, max_value=5, places=2))
def test_more_volume_is_never_less_content(volume: Decimal, more: Decimal) -> None:
    first, second = (titrated(one, D(0), D("18.02"), D("1.003"), D("0.6123"), mean_weight=D("0.5031"), label=D("0.3")) for one in (volume, volume + more))
    assert first <= second
