"""What is typed or sent is read whole or refused; nothing is guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.quantity import number, parse

D = Decimal


@pytest.mark.parametrize(
    ("text", "value", "comparator", "shown"),
    [
        ("0.035", "0.035", "", "0.035"),
        ("7.10", "7.10", "", "7.10"),
        (" 12 ", "12", "", "12"),
        ("<0.01", "0.01", "<", "<0.01"),
        ("< 0.010", "0.010", "<", "<0.010"),
        (">1000", "1000", ">", ">1000"),
        ("＜０．０１", "0.01", "<", "<0.01"),
        ("１２．５０", "12.50", "", "12.50"),
        ("-0.5", "-0.5", "", "-0.5"),
        ("+3", "3", "", "3"),
        ("1.2e3", "1200", "", "1200"),
        ("5E-3", "0.005", "", "0.005"),
    ],
)
def test_a_number_is_read_with_every_digit_it_was_written_with(text: str, value: str, comparator: str, shown: str) -> None:
    measured = parse(text)
    assert measured.value == D(value)
    assert (measured.text, measured.comparator, measured.shown()) == (text.strip(), comparator, shown)


@pytest.mark.parametrize("text", ["未检出", "未检测出", "ND", "nd", "N.D.", "Not detected", "ＮＤ"])
def test_words_that_say_not_detected_are_kept_as_they_are(text: str) -> None:
    measured = parse(text)
    assert measured.not_detected
    assert measured.value is None
    assert measured.shown() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "abc",
        "阴性",
        "nan",
        "NaN",
        "sNaN",
        "inf",
        "Infinity",
        "1e999",
        "1e100",
        "1,5",
        "1,000",
        "1 000",
        "1.",
        ".5",
        "1.2.3",
        "<",
        "<<1",
        "=1+1",
        "0x10",
        "1_000",
        "--1",
        "≤0.01",
        "1±0.1",
        "9" * 31,
    ],
)
def test_what_is_no_value_is_refused_in_words(text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse(text)
    assert text.strip() in refusal.value.words


@pytest.mark.parametrize("text", ["<3.0021", "未检出", ">1", "", "3,0021"])
def test_a_weighing_is_a_plain_number(text: str) -> None:
    with pytest.raises(Refusal):
        number(text)


def test_words_stay_words_in_another_unit() -> None:
    assert parse("未检出").into("mg/kg", "μg/kg") == parse("未检出")
    assert parse("<0.10").into("mg/kg", "μg/kg").shown() == "<100"


@given(st.text(max_size=20))
def test_any_text_is_a_value_or_a_refusal(text: str) -> None:
    try:
        measured = parse(text)
    except Refusal:
        return
    assert measured.value is None or measured.value.is_finite()


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
def test_what_is_printed_is_read_back_as_the_same_value(value: D) -> None:
    assert parse(parse(format(value, "f")).shown()).value == value
