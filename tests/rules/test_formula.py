"""Formulas reckon exactly with the four operations and can run nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.formula import evaluate, names
from lims.rules.replicates import Kind, Tolerance, mean, spread
from lims.rules.rounding import plain, round_to

D = Decimal

MOISTURE = "(W1 + W0 − W2) / W1 × 100"
"""GB 5009.3-2016, direct drying: what was lost, in per cent of the test portion."""


@pytest.mark.parametrize(
    ("w0", "w1", "w2", "single"),
    # 3.0021 + 25.1234 - 27.7512 = 0.3743; 0.3743 / 3.0021 x 100 = 12.4679...   3.0105 + 24.9876 - 27.6204 = 0.3777; / 3.0105 x 100 = 12.5460...
    [("25.1234", "3.0021", "27.7512", "12.47"), ("24.9876", "3.0105", "27.6204", "12.55")],
)
def test_moisture_of_a_weighed_dish_comes_out(w0: str, w1: str, w2: str, single: str) -> None:
    exact = evaluate(MOISTURE, {"W0": D(w0), "W1": D(w1), "W2": D(w2)})
    assert plain(round_to(exact, "0.01")) == single


def test_two_moistures_within_the_tolerance_give_their_mean() -> None:
    both = (D("12.47"), D("12.55"))
    assert spread(both) == D("0.08")
    assert Tolerance(Kind.ABSOLUTE, D("0.2"), "%").refusal(both) is None
    assert plain(mean(both)) == "12.51"
    assert plain(round_to(mean(both), "0.1")) == "12.5"


def test_names_are_asked_for_in_the_order_they_appear_and_once() -> None:
    assert names(MOISTURE) == ("W1", "W0", "W2")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("2+3*4", "14"),
        ("(2+3)*4", "20"),
        ("2-3-4", "-5"),
        ("8/4/2", "1"),
        ("-2*-3", "6"),
        ("7 × 3 ÷ 2", "10.5"),
        ("5 − 7", "-2"),
        ("--2", "2"),
        ("0.1+0.2", "0.3"),
    ],
)
def test_the_four_operations_bind_as_on_paper(formula: str, value: str) -> None:
    assert evaluate(formula, {}) == D(value)


def test_chinese_names_may_stand_in_a_formula() -> None:
    assert evaluate("吸光度 / 斜率", {"吸光度": D("0.42"), "斜率": D("0.21")}) == 2


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('x')",
        "W1.__class__",
        "open('/etc/passwd')",
        "().__class__",
        "lambda: 1",
        "9**9**9",
        "1 if 1 else 2",
        "W1; W2",
        "W1 = 2",
        "[1]",
        "1e5000",
        "1,5",
        "W1 W2",
        "1 +",
        "",
        "   ",
        "W1\nW2",
        "f(1)",
        "9" * 31,
        "(" * 600 + "1" + ")" * 600,
        "-" * 5000 + "1",
        "1" + "+1" * 5000,
    ],
)
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises(Refusal):
        evaluate(formula, {"W1": D(1), "W2": D(2)})


def test_the_deepest_formula_that_is_taken_can_be_evaluated() -> None:
    assert evaluate("-" * 198 + "1", {}) == 1
    assert evaluate("(" * 99 + "1" + ")" * 99, {}) == 1


@pytest.mark.parametrize("formula", ["1 / W", "1 / (W - W)", "W ÷ W"])
def test_dividing_by_zero_is_a_refusal(formula: str) -> None:
    with pytest.raises(Refusal) as refusal:
        evaluate(formula, {"W": D(0)})
    assert "zero" in refusal.value.words


def test_a_missing_value_is_named() -> None:
    with pytest.raises(Refusal) as refusal:
        evaluate(MOISTURE, {"W1": D(3)})
    assert "W0, W2" in refusal.value.words


@pytest.mark.parametrize(
    ("values", "kind", "value", "apart"),
    [
        (("12.47", "12.67"), Kind.ABSOLUTE, "0.2", False),
        (("12.47", "12.68"), Kind.ABSOLUTE, "0.2", True),
        (("9.5", "10.5"), Kind.RELATIVE, "10", False),
        (("9.49", "10.51"), Kind.RELATIVE, "10", True),
        (("1.0", "1.0", "1.3"), Kind.ABSOLUTE, "0.2", True),
    ],
)
def test_determinations_beyond_the_tolerance_are_named_with_what_is_allowed(values: tuple[str, ...], kind: Kind, value: str, apart: bool) -> None:
    words = Tolerance(kind, D(value), "%").refusal([D(one) for one in values])
    assert (words is not None) == apart
    if words:
        assert value in words


typed = st.decimals(min_value=D("0.0001"), max_value=D(10000), places=4, allow_nan=False)


@given(typed, typed, typed)
def test_the_formula_agrees_with_exact_fractions(w0: D, w1: D, w2: D) -> None:
    from fractions import Fraction

    exact = (Fraction(w1) + Fraction(w0) - Fraction(w2)) / Fraction(w1) * 100
    found = Fraction(evaluate(MOISTURE, {"W0": w0, "W1": w1, "W2": w2}))
    assert abs(found - exact) <= abs(exact) * Fraction(1, 10**40) + Fraction(1, 10**40)
