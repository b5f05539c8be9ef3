"""What is typed, sent or printed is read whole or kept as text; nothing is guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.quantity import NOT_DETECTED, Kind, Measured, number, parse, read
from lims.rules.units import ALONE, FACTORS

D = Decimal

UNITS = (*ALONE, *(unit for family in FACTORS for unit in family))


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
        ("＞３００", "300", ">", ">300"),
        ("-0.5", "-0.5", "", "-0.5"),
        ("−0.5", "-0.5", "", "-0.5"),
        ("－０．５", "-0.5", "", "-0.5"),
        ("+3", "3", "", "3"),
        ("＋3", "3", "", "3"),
        ("5E-3", "0.005", "", "0.005"),
        ("小于0.01", "0.01", "<", "<0.01"),
        ("低于 10", "10", "<", "<10"),
        ("大于300", "300", ">", ">300"),
        ("高于 1.50", "1.50", ">", ">1.50"),
    ],
)
def test_a_number_is_read_with_every_digit_it_was_written_with(text: str, value: str, comparator: str, shown: str) -> None:
    measured = parse(text)
    assert measured.value is not None
    assert measured.value.as_tuple() == D(value).as_tuple()
    assert (measured.text, measured.comparator, measured.shown()) == (text.strip(), comparator, shown)


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("1.2e3", "1.2E+3", "1.2×10³"),
        ("1.20e3", "1.20E+3", "1.20×10³"),
        ("1.200e3", "1200", "1200"),
        ("1.3E4", "1.3E+4", "1.3×10⁴"),
        ("2.6×10⁶", "2.6E+6", "2.6×10⁶"),
        ("2.6 × 10⁶", "2.6E+6", "2.6×10⁶"),
        ("2.6x10^6", "2.6E+6", "2.6×10⁶"),
        ("2.6*10^6", "2.6E+6", "2.6×10⁶"),
        ("2.6·10^6", "2.6E+6", "2.6×10⁶"),
        ("２．６×１０⁶", "2.6E+6", "2.6×10⁶"),
        ("5×10⁻³", "0.005", "0.005"),
        ("10⁵", "1E+5", "1×10⁵"),
        ("10⁻²", "0.01", "0.01"),
        ("<10⁴", "1E+4", "<1×10⁴"),
        ("-1.5×10¹²", "-1.5E+12", "-1.5×10¹²"),
    ],
)
def test_a_power_of_ten_keeps_the_digits_it_has_and_shows_no_others(text: str, value: str, shown: str) -> None:
    measured = parse(text)
    assert measured.value is not None
    assert measured.value.as_tuple() == D(value).as_tuple()
    assert measured.shown() == shown


@pytest.mark.parametrize("digits", ["9" * 31, "1234567890" * 6, f"{'7' * 60}.{'3' * 60}", f"-{'8' * 60}"])
def test_sixty_digits_before_the_point_and_behind_it_are_kept_to_the_last(digits: str) -> None:
    measured = parse(digits)
    assert (measured.value, measured.shown()) == (D(digits), digits)


def test_sixty_digits_and_a_power_are_kept_to_the_last() -> None:
    digits = "1234567890" * 6
    assert parse(f"{digits}e9").value == D(f"{digits}000000000")
    assert parse(f"{digits}e9").shown() == f"1.{digits[1:]}×10⁶⁸"
    assert read("9" * 61).kind is Kind.TEXT


@pytest.mark.parametrize("text", ["5²", "0.05¹", "0.05①", "3.2⑴", "2₁", "12❷", "7㉑", "10²⁰⁰", "10⁻¹²³"])
def test_the_mark_of_a_note_never_becomes_a_digit_of_the_number_before_it(text: str) -> None:
    assert read(text).kind is Kind.TEXT


@pytest.mark.parametrize("text", ["٣", "०.५", "٠٫٥", "一", "1½", "½", "Ⅳ"])
def test_digits_of_other_scripts_and_fractions_are_text(text: str) -> None:
    assert read(text) == Measured(text, kind=Kind.TEXT)


@pytest.mark.parametrize("text", ["未检出", "未检测出", "ND", "nd", "N.D.", "Not detected", "ＮＤ", "未 检 出", "<LOD", "＜ＭＤＬ", "＜检出限", "低于检出限"])
def test_words_that_say_not_detected_are_kept_as_they_are(text: str) -> None:
    measured = parse(text)
    assert measured.not_detected
    assert measured.value is None
    assert measured.shown() == text
    assert measured.comparator == ""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<LOQ", Kind.TRACE),
        ("＜定量限", Kind.TRACE),
        ("低于定量限", Kind.TRACE),
        ("检出但低于定量限", Kind.TRACE),
        ("检出", Kind.DETECTED),
        ("Detected", Kind.DETECTED),
        ("阳性", Kind.POSITIVE),
        ("Positive", Kind.POSITIVE),
        ("POS", Kind.POSITIVE),
        ("弱阳性", Kind.WEAK),
        ("weak positive", Kind.WEAK),
        ("阴性", Kind.NEGATIVE),
        ("Neg.", Kind.NEGATIVE),
        ("无效", Kind.INVALID),
        ("INVALID", Kind.INVALID),
    ],
)
def test_words_with_a_meaning_are_values_and_stay_as_they_are(text: str, kind: Kind) -> None:
    measured = parse(text)
    assert (measured.kind, measured.value, measured.shown(), measured.printed()) == (kind, None, text, text)
    assert not measured.not_detected


def test_every_word_for_not_detected_is_read_as_such() -> None:
    assert {read(word).kind for word in NOT_DETECTED} == {Kind.NOT_DETECTED}


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit"),
    [
        ("未检出(<0.01)", Kind.NOT_DETECTED, "0.01", ""),
        ("未检出（＜0.010）", Kind.NOT_DETECTED, "0.010", ""),
        ("未检出(检出限:0.01 mg/kg)", Kind.NOT_DETECTED, "0.01", "mg/kg"),
        ("未检出（检出限：10μg/kg）", Kind.NOT_DETECTED, "10", "μg/kg"),
        ("ND(LOD=0.5)", Kind.NOT_DETECTED, "0.5", ""),
        ("未检出(<10CFU/g)", Kind.NOT_DETECTED, "10", "CFU/g"),
        ("未检出(<10CFU/g(mL))", Kind.NOT_DETECTED, "10", "CFU/g(mL)"),
        ("<LOQ(0.05)", Kind.TRACE, "0.05", ""),
        ("＜定量限（0.05mg/kg）", Kind.TRACE, "0.05", "mg/kg"),
        ("低于定量限(定量限:0.05)", Kind.TRACE, "0.05", ""),
    ],
)
def test_the_limit_of_detection_or_quantitation_beside_the_words_is_read(text: str, kind: Kind, value: str, unit: str) -> None:
    measured = parse(text)
    assert (measured.kind, measured.value, measured.unit) == (kind, D(value), unit)
    assert measured.shown() == measured.printed() == text


@pytest.mark.parametrize("text", ["<LOQ(检出限:0.01)", "低于定量限(LOD=0.01mg/kg)", "<定量限(方法检出限 0.01)", "<LOQ(检出限为0.01)", "<LOQ(MDL 0.01)"])
def test_a_limit_of_detection_beside_a_trace_is_not_taken_for_that_of_quantitation(text: str) -> None:
    measured = read(text)
    assert (measured.kind, measured.value) == (Kind.TRACE, None)


@pytest.mark.parametrize(
    "text", ["未检出(-0.01)", "未检出(0)", "未检出(0.01 ppm)", "未检出(0.01(+))", "阴性(0.5)", "检出(0.5)", "未检出(检出限:无)", "未检出()"]
)
def test_words_beside_what_is_no_limit_of_detection_are_text(text: str) -> None:
    assert read(text).kind is Kind.TEXT


@pytest.mark.parametrize(
    ("text", "kind", "unit"),
    [
        ("检出/50cm²", Kind.DETECTED, "/50cm²"),
        ("未检出/25g", Kind.NOT_DETECTED, "/25g"),
        ("未检出 / 25 g", Kind.NOT_DETECTED, "/25g"),
        ("阴性/25mL", Kind.NEGATIVE, "/25mL"),
        ("检出/30g", Kind.TEXT, ""),
        ("正常/25g", Kind.TEXT, ""),
        ("未检出/25g/检出/25g", Kind.TEXT, ""),
    ],
)
def test_words_are_read_with_the_amount_they_are_said_of(text: str, kind: Kind, unit: str) -> None:
    measured = read(text)
    assert (measured.kind, measured.unit, measured.value) == (kind, unit, None)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0.12mg/kg", "0.12", "mg/kg"),
        ("0.12 mg/kg", "0.12", "mg/kg"),
        ("0.12　ｍｇ／ｋｇ", "0.12", "mg/kg"),
        ("0.12MG/KG", "0.12", "mg/kg"),
        ("0.12毫克/千克", "0.12", "mg/kg"),
        ("0.12 mg·kg⁻¹", "0.12", "mg/kg"),
        ("5.2%", "5.2", "%"),
        ("5.2％", "5.2", "%"),
        ("0.8 g/100 g", "0.8", "g/100g"),
        ("35.2%vol", "35.2", "%vol"),
        ("<10 CFU/g", "10", "CFU/g"),
        ("＜10CFU/mL", "10", "CFU/mL"),
        ("3.0 MPN/g", "3.0", "MPN/g"),
        ("12 CFU/cm²", "12", "CFU/cm²"),
        ("25℃", "25", "℃"),
        ("25 °C", "25", "℃"),
        ("0/25g", "0", "/25g"),
        ("2.6×10⁶CFU/mL", "2.6E+6", "CFU/mL"),
        ("1.3E4 CFU/g", "1.3E+4", "CFU/g"),
        ("5 ㎎", "5", "mg"),
    ],
)
def test_a_unit_is_read_with_the_number_in_our_spelling(text: str, value: str, unit: str) -> None:
    measured = read(text)
    assert (measured.value, measured.unit) == (D(value), unit)
    assert measured.kind in (Kind.NUMBER, Kind.BELOW)


@pytest.mark.parametrize("text", ["0.12 ppm", "5 apples", "0.12mg/kg mg/kg", "12 mg/kg(干基)", "0.12 mg / kg 湿重"])
def test_a_number_with_an_unknown_unit_is_text(text: str) -> None:
    assert read(text) == Measured(text, kind=Kind.TEXT)


@pytest.mark.parametrize(("text", "mark"), [("0.05(+)", "(+)"), ("0.05（－）", "(-)"), ("97.0(-)%", "(-)")])
def test_the_mark_of_a_rounded_value_is_read_and_shown(text: str, mark: str) -> None:
    measured = read(text)
    assert (measured.kind, measured.mark) == (Kind.NUMBER, mark)
    assert measured.shown().endswith(mark)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("120;95;<10;30;8", ["120", "95", "10", "30", "8"]),
        ("1，2，3", ["1", "2", "3"]),
        ("0.12,0.13", ["0.12", "0.13"]),
        ("10、20、30", ["10", "20", "30"]),
        ("10；20；30；", ["10", "20", "30"]),
        ("0.12/0.13", ["0.12", "0.13"]),
        ("0.12 / 0.13 mg/kg", ["0.12", "0.13"]),
        ("10 20 30", ["10", "20", "30"]),
        ("120 130 140 150 160", ["120", "130", "140", "150", "160"]),
        ("10\n20", ["10", "20"]),
        ("12 mg/kg; 13 mg/kg", ["12", "13"]),
        ("10、20、30 CFU/g", ["10", "20", "30"]),
        ("1.2×10³；8.0×10²", ["1200", "800"]),
        ("12 CFU/100mL；13 CFU/100mL", ["12", "13"]),
        ("0/25g 0/25g", ["0", "0"]),
    ],
)
def test_several_values_are_read_one_by_one(text: str, values: list[str]) -> None:
    measured = read(text)
    assert (measured.kind, measured.value, measured.shown(), measured.printed()) == (Kind.SEVERAL, None, text.strip(), text.strip())
    assert [one.value for one in measured.several] == [D(value) for value in values]


def test_several_words_are_several_values() -> None:
    assert [one.kind for one in read("未检出、检出、阴性").several] == [Kind.NOT_DETECTED, Kind.DETECTED, Kind.NEGATIVE]
    assert [(one.kind, one.unit) for one in read("未检出/25g 检出/25g").several] == [(Kind.NOT_DETECTED, "/25g"), (Kind.DETECTED, "/25g")]
    assert [one.unit for one in read("12 mg/kg; 13 μg/kg").several] == ["mg/kg", "μg/kg"]


@pytest.mark.parametrize("text", ["1,000", "<1,000", "小于 1 000", "1,234.5", "1,500 CFU/g", "12 500", "1,200,000", "10 000 CFU/g", "１，５００", "120,150"])
def test_thousands_set_apart_are_not_told_from_several_values_so_they_are_text(text: str) -> None:
    assert read(text).kind is Kind.TEXT


@pytest.mark.parametrize("text", ["1;x", "1;;2;x", "0.12;见附件", ";", "1;"])
def test_of_several_parts_all_have_to_be_values(text: str) -> None:
    assert read(text).kind is not Kind.SEVERAL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "abc",
        "正常",
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
        "10^",
        "9" * 61,
    ],
)
def test_what_is_no_value_is_refused_in_words(text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse(text)
    assert text.strip() in refusal.value.words


def test_a_weighing_keeps_its_digits() -> None:
    assert str(number("3.00210")) == "3.00210"


@pytest.mark.parametrize("text", ["<3.0021", "未检出", ">1", "", "3,0021", "3.0021 g", "阳性", "1;2"])
def test_a_weighing_is_a_plain_number(text: str) -> None:
    with pytest.raises(Refusal):
        number(text)


def test_words_stay_words_in_another_unit() -> None:
    assert parse("未检出").into("mg/kg", "μg/kg") == parse("未检出")


@pytest.mark.parametrize(
    ("text", "unit", "target", "shown", "printed"),
    [
        ("0.0470", "mg/kg", "μg/kg", "47.0", "47.0"),
        ("<0.10", "mg/kg", "μg/kg", "<1.0×10²", "<1.0×10²"),
        ("0.035 mg/kg", "", "μg/kg", "35", "35 μg/kg"),
        ("0.035 mg/kg", "g/kg", "μg/kg", "35", "35 μg/kg"),
        ("35 ug/kg", "", "MG/KG", "0.035", "0.035 mg/kg"),
        ("12 CFU/g", "", "CFU/g(mL)", "12", "12 CFU/g"),
        ("0.05(+)", "mg/kg", "μg/kg", "5×10¹(+)", "5×10¹(+)"),
    ],
)
def test_a_value_goes_into_another_unit_its_own_before_the_neighbours(text: str, unit: str, target: str, shown: str, printed: str) -> None:
    turned = read(text).into(unit, target)
    assert (turned.shown(), turned.printed(), turned.text) == (shown, printed, text)


def test_the_limit_of_detection_beside_the_words_goes_into_another_unit() -> None:
    turned = read("未检出(10μg/kg)").into("", "mg/kg")
    assert (turned.kind, turned.value, turned.unit) == (Kind.NOT_DETECTED, D("0.010"), "mg/kg")


def test_a_value_whose_unit_cannot_be_turned_is_refused() -> None:
    with pytest.raises(Refusal):
        read("0.1 mg/kg").into("mg/L", "mg/L")


@pytest.mark.parametrize(
    ("text", "plainly", "shown", "printed"),
    [
        ("0.050 毫克/千克", "0.050 毫克/千克", "0.050", "0.050 mg/kg"),
        ("＜１０ CFU／g", "＜１０ CFU／g", "<10", "<10 CFU/g"),
        ("未检出（检出限：0.01）", "未检出（检出限：0.01）", "未检出（检出限：0.01）", "未检出（检出限：0.01）"),
        ("阴性/25 g", "阴性/25 g", "阴性/25 g", "阴性/25 g"),
    ],
)
def test_a_value_has_three_faces_as_written_without_its_unit_and_with_it(text: str, plainly: str, shown: str, printed: str) -> None:
    measured = read(f" {text} ")
    assert (measured.text, measured.shown(), measured.printed()) == (plainly, shown, printed)


def test_a_value_made_without_a_number_shows_its_words() -> None:
    assert Measured("≈3").shown() == "≈3"


@given(st.text(max_size=20))
def test_any_text_is_a_value_or_a_refusal(text: str) -> None:
    try:
        measured = parse(text)
    except Refusal:
        return
    assert measured.value is None or measured.value.is_finite()


# fmt: off
PIECES = (
    "0", "5", "12", "0.05", ".", ",", "，", "、", "；", "/", " ", "-", "+", "<", "＜", ">", "e", "E", "×", "10", "^", "⁶", "⁻", "²", "①", "(", ")", "(-)",
    "（+）", "未检出", "ND", "检出", "阳性", "<LOQ", "检出限:", "mg/kg", "CFU/g", "g(mL)", "％", "/25g", "cm²", "～", "±", "٣", "１", "．", "一", "\x00", "𝟏",
)
# fmt: on
scribbles = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@given(scribbles | st.text(max_size=30))
def test_reading_never_raises_and_keeps_the_text(text: str) -> None:
    measured = read(text)
    assert measured.text == text.strip()
    assert isinstance(measured.shown(), str)
    assert isinstance(measured.printed(), str)


@given(scribbles)
def test_a_text_and_what_is_printed_of_it_mean_the_same(text: str) -> None:
    measured = read(text)
    assume(measured.value is None or measured.value)  # a zero is printed without its power
    again = read(measured.printed())
    assert (again.kind, again.comparator, again.unit, again.mark) == (measured.kind, measured.comparator, measured.unit, measured.mark)
    assert (again.value is None) == (measured.value is None)
    assert again.value is None or again.value.as_tuple() == (measured.value or D(0)).as_tuple()


digits = st.integers(-(10**60) + 1, 10**60 - 1).filter(bool)


@given(st.sampled_from(["", "<", ">"]), digits, st.integers(-20, 30), st.sampled_from(["", *UNITS]), st.sampled_from(["", "(+)", "(-)"]))
def test_a_value_that_is_printed_is_read_back_with_sign_digits_power_unit_and_mark(sign: str, whole: int, power: int, unit: str, mark: str) -> None:
    kind = {"": Kind.NUMBER, "<": Kind.BELOW, ">": Kind.ABOVE}[sign]
    made = Measured("", D(whole).scaleb(0) if not power else D((whole < 0, D(abs(whole)).as_tuple().digits, power)), kind, unit, mark=mark)
    again = read(made.printed())
    assert again.value is not None and made.value is not None
    assert (again.kind, again.value.as_tuple(), again.unit, again.mark) == (kind, made.value.as_tuple(), unit, mark)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
def test_what_is_printed_is_read_back_as_the_same_value(value: D) -> None:
    assert parse(parse(format(value, "f")).shown()).value == value
