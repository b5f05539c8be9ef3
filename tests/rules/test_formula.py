"""Formulas reckon exactly, compare and round, say where they cannot be read, and can run nothing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from math import floor
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.formula import LONGEST, Open, calculate, digest, evaluate, names, order
from lims.rules.replicates import Kind, Tolerance, mean, spread
from lims.rules.rounding import plain, round_to
from tests.turns import turns

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
    exact = (Fraction(w1) + Fraction(w0) - Fraction(w2)) / Fraction(w1) * 100
    found = Fraction(evaluate(MOISTURE, {"W0": w0, "W1": w1, "W2": w2}))
    assert abs(found - exact) <= abs(exact) * Fraction(1, 10**40) + Fraction(1, 10**40)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("-2^2", "-4"),
        ("(-2)^2", "4"),
        ("2^-1", "0.5"),
        ("2^3^2", "512"),
        ("2^-2^2", "0.0625"),
        ("2*3^2", "18"),
        ("-2^-2", "-0.25"),
        ("(-2)^-1", "-0.5"),
        ("(-1)/(-4)", "0.25"),
        ("7^0", "1"),
        ("10^-3", "0.001"),
        ("1.2e-3 * 10", "0.012"),
        ("1E2 + 1e+1", "110"),
        ("2 · 3", "6"),
        ("（1 + 2） × 3", "9"),
        ("2\u3000×\u30003", "6"),
    ],
)
def test_powers_and_the_spellings_of_signs_bind_as_on_paper(formula: str, value: str) -> None:
    assert evaluate(formula, {}) == D(value)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("min(3, 1.5, 2)", "1.5"),
        ("最小（3，1.5，2）", "1.5"),
        ("max(1/3, 1/2, 0.4)", "0.5"),
        ("最大(-1, -2)", "-1"),
        ("sum(1, 2, 3.5)", "6.5"),
        ("求和(1，2)", "3"),
        ("mean(12.47, 12.55)", "12.51"),
        ("平均(1, 2, 4) × 3", "7"),
        ("abs(2 - 5)", "3"),
        ("绝对值(2)", "2"),
        ("sqrt(2.25)", "1.5"),
        ("sqrt(4/9) * 9", "6"),
        ("平方根(0)", "0"),
        ("round(12.465, 0.01)", "12.46"),
        ("修约（12.475，0.01）", "12.48"),
        ("round(60.25, 0.5)", "60.0"),
        ("round(832, 20)", "840"),
        ("round(0.0325, 2s)", "0.032"),
        ("round(2.5, 1)", "2"),
        ("round(0.125, 1e-2)", "0.12"),
        ("if(2 > 1, 5, 6)", "5"),
        ("如果（2 < 1，5，6）", "6"),
    ],
)
def test_a_function_has_a_latin_and_a_chinese_name(formula: str, value: str) -> None:
    assert evaluate(formula, {}) == D(value)


def test_a_rounded_value_is_written_to_its_interval() -> None:
    assert plain(evaluate("round(60.25, 0.50)", {})) == "60.00"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("1 < 2", True),
        ("2 < 2", False),
        ("2 <= 2", True),
        ("3 ≤ 2", False),
        ("2 > 2", False),
        ("3 > 2", True),
        ("2 >= 2", True),
        ("1 ≥ 2", False),
        ("2 = 2.0", True),
        ("2 = 3", False),
        ("2 <> 3", True),
        ("2 <> 2", False),
        ("2 ≠ 3", True),
        ("1/3*3 = 1", True),
        ("1/3 < 0.34 and 1/3 > 0.33", True),
        ("1/-2 > 1", False),
        ("1 = 1 or 1 = 2 and 1 = 3", True),
        ("(1 = 1 or 1 = 2) and 1 = 3", False),
        ("not 1 = 1 and 1 = 2", False),
        ("not (1 = 1 and 1 = 2)", True),
        ("not not 1 = 1", True),
        ("1 = 2 或 1 = 1 且 非 1 = 2", True),
        ("((1) < (2))", True),
    ],
)
def test_a_condition_is_decided_on_exact_values(condition: str, holds: bool) -> None:
    assert evaluate(f"if({condition}, 1, 0)", {}) == int(holds)


@pytest.mark.parametrize("formula", ["if(W > 0, 1 / W, 7)", "if(W = 0 or 1 / W > 0, 7, 1)", "if(W > 0 and 1 / W > 0, 1, 7)"])
def test_what_is_not_taken_is_not_reckoned(formula: str) -> None:
    assert evaluate(formula, {"W": D(0)}) == 7


@pytest.mark.parametrize(
    ("formula", "values", "value"),
    [
        # 2.5 × 3 / 3 lies exactly between 2 and 3 and goes to 2, also where the division comes first
        ("round(V / m * c, 1)", {"V": "2.5", "m": "3", "c": "3"}, "2"),
        ("round((V / m) * (c / 7) * 7, 1)", {"V": "0.5", "m": "3", "c": "3"}, "0"),
        ("round(V / m + c / m, 1)", {"V": "0.5", "m": "3", "c": "1"}, "0"),
    ],
)
def test_a_value_halfway_is_seen_although_a_quotient_in_it_is_endless(formula: str, values: dict[str, str], value: str) -> None:
    assert evaluate(formula, {name: D(text) for name, text in values.items()}) == D(value)


def test_a_quotient_that_does_not_come_out_has_fifty_digits_rounded_once() -> None:
    assert plain(evaluate("2/3", {})) == "0." + "6" * 49 + "7"
    assert plain(evaluate("sqrt(2)", {})) == "1.4142135623730950488016887242096980785696718753769"


def test_what_comes_out_keeps_every_digit() -> None:
    assert plain(evaluate("1e30 + 1e-30", {})) == "1" + "0" * 30 + "." + "0" * 29 + "1"
    assert plain(evaluate("2 × W", {"W": D("1.50")})) == "3.00"
    assert plain(evaluate("W / 2", {"W": D("1." + "0" * 58 + "1")})) == "0.5" + "0" * 58 + "5"


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("9^9^9", "whole number from -99 to 99"),
        ("10^1000000", "whole number from -99 to 99"),
        ("2^-100", "whole number from -99 to 99"),
        ("2^0.5", "whole number from -99 to 99"),
        ("2^(1/0)", "zero"),
        ("2^(1e99^3)", "too large"),
    ],
)
def test_a_runaway_power_is_refused_when_it_is_written(formula: str, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        names(formula)
    assert words in refusal.value.words


def test_the_largest_power_that_is_taken_comes_out() -> None:
    assert evaluate("10^99 × 10^-99 + 2^(1+1)", {}) == 5


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("2^W", "whole number"),
        ("(W - W)^(W - W)", "Zero to the power of zero"),
        ("0^-W^0", "zero"),
        ("sqrt(-W)", "negative"),
        ("W/(W - 1.5)", "zero"),
        ("1e99 × 1e99 × 1e99", "too large"),
        ("1e-99 × 1e-99 × 1e-99", "too small"),
        ("×".join(["1e99^99"] * 40), "too large"),
        ("×".join(["1e-99^99"] * 40), "too small"),
        (f"if({'×'.join(['1e-99^99'] * 40)} > 0, 1, 2)", "too small"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(formula: str, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        evaluate(formula, {"W": D("1.5")})
    assert words in refusal.value.words


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "1e201", "1e-201", "1" * 251])
def test_a_value_that_is_no_usable_number_is_refused_by_its_name(value: str) -> None:
    with pytest.raises(Refusal) as refusal:
        evaluate("1 + W1", {"W1": D(value)})
    assert "W1" in refusal.value.words


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("W1 W2", "“W” at column 4"),
        ("W1 + × 2", "“×” at column 6"),
        ("W1 = 2", "“=” at column 4"),
        ("(W1 + 2))", "“)” at column 9"),
        ("if(1 < 2 < 3, 1, 2)", "“<” at column 10"),
        ("W1 +", "missing at column 5"),
        ("max(1, 2", "missing at column 9"),
        ("", "missing at column 1"),
        ("1 +\n2", "“U+000A” at column 4"),
        ("1\x00", "“U+0000” at column 2"),
        ("\ud800", "“U+D800” at column 1"),
        ("2 + foo(1)", "Column 5: there is no function “foo”"),
        ("2 + max()", "Column 5: write it like max(A, B)"),
        ("max(1 < 2)", "Column 1: write it like max"),
        ("if(1, 2, 3)", "Column 1: write it like if(A > B, A, B)"),
        ("if(1 < 2, 3)", "Column 1: write it like if"),
        ("round(1.23)", "Column 1: write it like round(A, 0.01)"),
        ("round(1.23, W)", "Column 1: write it like round"),
        ("abs(1, 2)", "Column 1: write it like abs(A)"),
        ("sum(3s)", "Column 1: write it like sum"),
        ("1 + and", "Column 5: “and” is a word"),
        ("1 + 求和", "Column 5: “求和” is a word"),
        ("1 + 1e100", "Column 5: a number has at most 30 digits"),
        ("0." + "1" * 31, "Column 1: a number has at most 30 digits"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_column(formula: str, words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        names(formula)
    assert words in refusal.value.words


@pytest.mark.parametrize("interval", ["0.3", "0", "0s", "41s", "25"])
def test_an_interval_that_is_none_is_refused_when_it_is_written(interval: str) -> None:
    with pytest.raises(Refusal) as refusal:
        names(f"round(W, {interval})")
    assert f"“{interval}”" in refusal.value.words


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os')",
        "__import__(os)",
        "eval(1)",
        "().__class__",
        "lambda: 1",
        "lambda x: x",
        'f"{1}"',
        "f'{W1}'",
        "W1.real",
        "W1[0]",
        '"x"',
        "'x'",
        "`x`",
        "W1; W2",
        "W1 := 2",
        "W1 == 2",
        "W1 != 2",
        "W1 // 2",
        "W1 % 2",
        "W1 ** 2",
        "W1 & 2",
        "~W1",
        "W1 if W2 else 3",
        "not W1",
        "W1 and W2",
        "{W1}",
        "W1 # 2",
        "W1 \\ 2",
        "1_000",
        "0x10",
        "1j",
        ".5",
        "5.",
        "1,000",
        "+1",
        "inf()",
        "W1\n",
        "W1\r",
        "\nW1",
        "W1\u2028",
        "W1\u00a0+ 1",
        "W1\u200b",
        "W1\x00",
        "\ufeff1",
        "１+1",
        "W1 + ２",
        "٣",
        "1.٣",
        "1e٣",
        "W１",
        "²",
        "W1²",
        "\u0430 + 1",
        "m\u0430x(1, 2)",
        "ｍａｘ(1, 2)",
        "1 － 1",
        "1 – 1",
        "1 ∗ 1",
        "1 ∕ 2",
        "1 ＋ 1",
        "max(1；2)",
        "max(1; 2)",
        "max(1、2)",
        "max(1, 2,)",
        "max(, 1)",
        "2W1",
        "2(3)",
        "(2)(3)",
        "3s",
        "1 < 2",
        "(1 < 2) + 1",
        "if((1 < 2) < 3, 1, 2)",
        "\u202e1",
    ],
)
def test_nothing_but_the_language_is_read(formula: str) -> None:
    with pytest.raises(Refusal):
        names(formula)


@pytest.mark.parametrize("name", ["W1", "w_0", "试样质量", "ρ", "V₀", "m₁₂", "android", "notes", "order", "minimum", "e", "s", "非水溶物", "〇"])
def test_a_name_of_latin_chinese_or_usual_greek_letters_is_taken_whole(name: str) -> None:
    assert names(f"{name} + 1") == (name,)
    assert evaluate(f"{name} × 2", {name: D(3)}) == 6


def test_a_function_is_no_name_that_is_asked_for() -> None:
    assert names("if(A > min(B, A), 修约(C, 0.1), D)") == ("A", "B", "C", "D")


@pytest.mark.parametrize(
    "formula",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "9" * 1000,
        "0." + "9" * 998,
        "max(" * 61 + "1" + ")" * 61,
        "1^" * 61 + "1",
        "(1+" * 61 + "1" + ")" * 61,
        "-(1+" * 200 + "1",
    ],
)
def test_what_is_too_long_or_too_deep_is_refused_at_once(formula: str) -> None:
    names("1")  # the grammar is read once

    def refused() -> None:
        with pytest.raises(Refusal):
            names(formula)

    assert turns(refused) < 10_000_000


def test_the_longest_and_the_deepest_that_is_taken_can_be_evaluated() -> None:
    assert evaluate("1" + "+1" * ((LONGEST - 1) // 2), {}) == (LONGEST - 1) // 2 + 1
    assert evaluate("max(" * 60 + "1" + ")" * 60, {}) == 1
    with pytest.raises(Refusal) as refusal:
        names("1" * (LONGEST + 1))
    assert f"{LONGEST} characters" in refusal.value.words


# A tree is written down with as few brackets as it can be, and reckoned a second time with fractions.

Tree = tuple[Any, ...]
NAMED = {"A": "0.5", "质量": "3.0021"}
LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "^": 4}


def written(tree: Tree, least: int = 0) -> str:
    kind, *parts = tree
    if kind == "leaf":
        return str(parts[0])
    if kind == "if":
        sign, left, right, then, otherwise = parts
        return f"if({written(left)}{sign}{written(right)}, {written(then)}, {written(otherwise)})"
    if kind == "round":
        return f"round({written(parts[0])}, {parts[1]})"
    if kind not in LEVELS:
        return f"{kind}({', '.join(map(written, parts))})"
    level = LEVELS[kind]
    if kind == "neg":
        text = f"-{written(parts[0], 3)}"
    elif kind == "^":
        text = f"{written(parts[0], 5)}^{parts[1]}"
    else:
        text = f"{written(parts[0], level)} {kind} {written(parts[1], level + 1)}"
    return f"({text})" if level < least else text


def reckoned(tree: Tree) -> Fraction:
    kind, *parts = tree
    if kind == "leaf":
        value = Fraction(NAMED.get(parts[0], parts[0]))
    elif kind == "if":
        sign, left, right, then, otherwise = parts
        one, other = reckoned(left), reckoned(right)
        holds = {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other, "=": one == other, "<>": one != other}[sign]
        value = reckoned(then if holds else otherwise)
    elif kind == "round":
        value = halved(reckoned(parts[0]) / Fraction(parts[1])) * Fraction(parts[1])
    elif kind == "^":
        value = reckoned(parts[0]) ** parts[1]
    else:
        found = [reckoned(part) for part in parts]
        value = {
            "+": lambda: found[0] + found[1],
            "-": lambda: found[0] - found[1],
            "*": lambda: found[0] * found[1],
            "/": lambda: found[0] / found[1],
            "neg": lambda: -found[0],
            "abs": lambda: found[0] if found[0] > 0 else -found[0],
            "min": lambda: min(found),
            "max": lambda: max(found),
            "sum": lambda: sum(found, Fraction(0)),
            "mean": lambda: sum(found, Fraction(0)) / len(found),
        }[kind]()
    assume(max(abs(value.numerator), value.denominator) < 10**40)
    return value


def halved(value: Fraction) -> int:
    """Return the nearest whole number, the even one of two."""
    below, rest = floor(value), value - floor(value)
    return below + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1))


leaves = st.tuples(st.just("leaf"), st.sampled_from(["0", "1", "2", "3", "7", "10", "0.5", "2.5", "1.25e1", "0.03", *NAMED]))


def grown(part: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    some = st.lists(part, min_size=1, max_size=3)
    return st.one_of(
        st.tuples(st.sampled_from("+-*/"), part, part),
        st.tuples(st.just("neg"), part),
        st.tuples(st.just("abs"), part),
        st.tuples(st.just("^"), part, st.integers(-3, 4)),
        st.tuples(st.just("if"), st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]), part, part, part, part),
        st.tuples(st.just("round"), part, st.sampled_from(["1", "0.5", "0.01", "20"])),
        st.builds(lambda kind, parts: (kind, *parts), st.sampled_from(["min", "max", "sum", "mean"]), some),
    )


def empty_power(tree: Any) -> bool:
    """Tell whether somewhere something is raised to the power of zero, which for zero has no value here."""
    return isinstance(tree, tuple) and ((tree[0] == "^" and tree[2] == 0) or any(empty_power(part) for part in tree))


@given(st.recursive(leaves, grown, max_leaves=10))
def test_a_formula_gives_what_fractions_give(tree: Tree) -> None:
    assume(not empty_power(tree))
    text, values = written(tree), {name: D(value) for name, value in NAMED.items()}
    assume(len(text) <= LONGEST)
    try:
        exact = reckoned(tree)
    except ZeroDivisionError:
        with pytest.raises(Refusal) as refusal:
            evaluate(text, values)
        assert "zero" in refusal.value.words
        return
    found = Fraction(evaluate(text, values))
    if ends(exact):
        assert found == exact
    else:
        assert 0 < abs(found - exact) <= abs(exact) / 10**49


def ends(value: Fraction) -> bool:
    """Tell whether a fraction has an end as a decimal."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


words = [
    "if",
    "如果",
    "min",
    "修约",
    "round",
    "sqrt",
    "sum",
    "平均",
    "(",
    ")",
    "（",
    "）",
    ",",
    "，",
    "+",
    "-",
    "×",
    "/",
    "^",
    "<",
    "<=",
    "=",
    "and",
    "或",
    "not",
]
words += ["1", "0", "0.5", "3s", "1e9", "1e99", "99", "W1", "质量", " ", "\n", ".", "e", "_", "٣", "'", "\x00", "\ud800"]


@given(st.one_of(st.text(), st.lists(st.sampled_from(words), max_size=30).map("".join)), st.decimals())
def test_no_text_and_no_value_raises_anything_but_a_refusal(text: str, value: D) -> None:
    try:
        found = evaluate(text, dict.fromkeys(["W1", "质量", "e", "_", "x"], value))
    except Refusal:
        return
    assert found.is_finite()
    assert round_to(found, "1e-40").is_finite()
    assert len(digest(text)) == 64


# Formulas that rest on one another

DRY = {"dry": "fat / (100 − moisture) × 100", "fat": "(m1 − m0) / m × 100", "moisture": "(W1 + W0 − W2) / W1 × 100"}
WEIGHED = {"m": "2.0000", "m0": "50.0000", "m1": "50.2000", "W0": "25.0000", "W1": "4.0000", "W2": "28.2000"}
"""fat 0.2 / 2 = 10 %, moisture 0.8 / 4 = 20 %, fat of the dry matter 10 / 80 = 12.5 %."""


def weighed(*left_out: str) -> dict[str, D]:
    return {name: D(text) for name, text in WEIGHED.items() if name not in left_out}


def test_a_formula_comes_after_those_it_rests_on() -> None:
    assert sorted(order(DRY)) == sorted(DRY)
    assert order(DRY).index("dry") == 2
    assert order({}) == ()


@given(st.permutations(range(6)), st.randoms(use_true_random=False))
def test_whatever_the_order_they_are_written_in_formulas_are_put_in_order(numbers: list[int], chance: Any) -> None:
    formulas = {f"F{one}": "+".join(["1", *(f"F{other}" for other in range(one) if chance.random() < 0.5)]) for one in numbers}
    found = order(formulas)
    assert sorted(found) == sorted(formulas)
    assert all(found.index(asked) < found.index(name) for name, text in formulas.items() for asked in names(text))


def test_formulas_that_rest_on_one_another_are_calculated_together() -> None:
    assert calculate(DRY, weighed()) == {"fat": 10, "moisture": 20, "dry": D("12.5")}


@pytest.mark.parametrize(
    ("formulas", "circles"),
    [
        ({"A": "A + 1"}, {"A → A"}),
        ({"A": "B", "B": "C", "C": "A", "D": "A"}, {"A → B → C → A", "B → C → A → B", "C → A → B → C"}),
    ],
)
def test_a_circle_is_refused_and_named_in_the_direction_it_is_asked(formulas: dict[str, str], circles: set[str]) -> None:
    with pytest.raises(Refusal) as refusal:
        calculate(formulas, {})
    assert any(f"circle: {circle}." in refusal.value.words for circle in circles)


def test_a_missing_input_leaves_open_what_rests_on_it_and_nothing_else() -> None:
    assert calculate(DRY, weighed("m0", "W2")) == {"fat": Open(("m0",)), "moisture": Open(("W2",)), "dry": Open(("m0", "W2"))}
    assert calculate(DRY, weighed("m0")) == {"fat": Open(("m0",)), "moisture": 20, "dry": Open(("m0",))}


def test_a_refusal_names_the_formula() -> None:
    with pytest.raises(Refusal) as refusal:
        calculate(DRY, weighed() | {"m": D(0)})
    assert refusal.value.words.startswith("fat: Something would be divided by zero")
    with pytest.raises(Refusal) as refusal:
        order({"fat": "m1 −"})
    assert refusal.value.words.startswith("fat: The formula ends too early")


def test_what_is_calculated_cannot_be_entered_too() -> None:
    with pytest.raises(Refusal) as refusal:
        calculate(DRY, weighed() | {"fat": D(9)})
    assert "at once: fat" in refusal.value.words


# Which formula gave a result


def test_the_fingerprint_is_taken_of_the_edition_and_the_one_spelling() -> None:
    assert digest(MOISTURE) == sha256(b"1\n((((W1+W0)-W2)/W1)*100)").hexdigest()
    assert (
        digest("如果(非 A≤1 且 B≠2 或 A=1, 修约(-A^2,3s), 平均(A,1.50))")
        == sha256(b"1\nif((((not (A<=1)) and (B<>2)) or (A=1)),round((-(A^2)),3s),mean(A,1.50))").hexdigest()
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A×B", "A * B"),
        ("(A/B)*C", "A ÷ B · C"),
        ("(A-B)+C", "A − B + C"),
        ("--A", "A"),
        ("((A))", "A"),
        ("max（A，B）", "最大(A,B)"),
        ("if(A<=B,A,B)", "如果（（A ≤ B），A，B）"),
    ],
)
def test_another_spelling_has_the_same_fingerprint(one: str, other: str) -> None:
    assert digest(one) == digest(other)


def test_another_formula_has_another_fingerprint() -> None:
    different = [
        "A/B*C",
        "A/(B*C)",
        "A*B",
        "B*A",
        "A-B-C",
        "A-(B-C)",
        "-A^2",
        "(-A)^2",
        "A^2^3",
        "(A^2)^3",
        "round(A,0.1)",
        "round(A,0.10)",
        "round(A,1s)",
        "A",
    ]
    different += [
        "if(A<B,A,B)",
        "if(A<=B,A,B)",
        "if(A<B or B<A and A<B,A,B)",
        "if((A<B or B<A) and A<B,A,B)",
        "min(A,B)",
        "max(A,B)",
        "sum(A,B)",
        "A+B",
        "A*10",
    ]
    assert len({digest(one) for one in different}) == len(different)
