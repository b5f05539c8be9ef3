"""Lines with separators: which column is what, and no value where nobody can tell."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codecs.delimited import DelimitedSettings, readings
from drivers.codecs.plate import PlateSettings
from drivers.codecs.plate import readings as plate
from drivers.core.form import Wrong, filled
from drivers.core.profile import read

FOLDER = Path(__file__).parents[2] / "resources" / "instruments"
TWO = {"columns": {"sample": "1", "value": "2"}}


def form(**table: Any) -> DelimitedSettings:
    return filled(DelimitedSettings, TWO | table, "quirks")  # type: ignore[no-any-return]


def found(text: str, encoding: str = "utf-8", **table: Any) -> list[tuple[object, ...]]:
    return [(each.sample, each.text, each.value, each.unit, each.result, each.flags) for each in readings(text.encode(encoding), encoding, form(**table))]


@pytest.mark.parametrize(
    ("line", "table", "expected"),
    [
        ("S-1,13.20", {}, ("S-1", "13.20", Decimal("13.20"), None, None, ())),
        ("S-1 , <0.5 mg/kg", {}, ("S-1", "<0.5", Decimal("0.5"), "mg/kg", None, ())),
        ("S-1;13,2", {"separator": ";", "decimal": ","}, ("S-1", "13,2", Decimal("13.2"), None, None, ())),
        ("S-1;1.302,5", {"separator": ";", "decimal": ","}, ("S-1", "1.302,5", None, None, "1.302,5", ())),
        ("S-1;13,2", {"separator": ";"}, ("S-1", "13,2", None, None, "13,2", ())),
        ("S-1\t13.2%", {"separator": "\t", "fixed_unit": "g"}, ("S-1", "13.2", Decimal("13.2"), "%", None, ())),
        ("  S-1   13.2 ", {"separator": " "}, ("S-1", "13.2", Decimal("13.2"), None, None, ())),
        ('"S,1",1e3', {}, ("S,1", "1e3", Decimal(1000), None, None, ())),
        ("玉米１,１３．２", {}, ("玉米１", "１３．２", Decimal("13.2"), None, None, ())),
        ("S-1,HIGH", {}, ("S-1", "HIGH", None, None, "HIGH", ())),
        ("S-1,10⁵", {}, ("S-1", "10⁵", None, None, "10⁵", ())),
        ("S-1,3x10⁵", {}, ("S-1", "3x10⁵", None, None, "3x10⁵", ())),
        ("S-1,4.7 × 10", {}, ("S-1", "4.7 × 10", None, None, "4.7 × 10", ())),
        ("S-1,", {}, ("S-1", "", None, None, None, ("missing:value",))),
        (",5", {}, (None, "5", None, None, None, ("missing:sample",))),
        ("S-1", {}, ("S-1", "", None, None, None, ("missing:value",))),
        ("S-1,5,6", {"width": 2}, ("S-1", "5", None, None, None, ("missing:columns",))),
        ("S-1,5", {"width": 3}, ("S-1", "5", None, None, None, ("missing:columns",))),
    ],
)
def test_one_line(line: str, table: dict[str, Any], expected: tuple[object, ...]) -> None:
    assert found(line + "\r\n", **table) == [expected]


def test_several_tests_in_one_line_and_lines_that_hold_none() -> None:
    table = {
        "columns": {"sample": "1", "time": "2"},
        "measured": [{"test": "M", "column": "3", "unit": "%"}, {"test": "TW", "column": "4", "unit": "g/L"}],
        "skip": ["^#", "average"],
    }
    text = b"# run 1\nS-1,2026-02-08 14:44,13.2,780\n\naverage,,13.2,780\nS-2,2026/02/08 14:45,14,\n"
    made = readings(text, "ascii", filled(DelimitedSettings, table))
    assert [(each.sample, each.test, each.value, each.unit, each.at, each.flags) for each in made] == [
        ("S-1", "M", Decimal("13.2"), "%", datetime(2026, 2, 8, 14, 44), ()),
        ("S-1", "TW", Decimal(780), "g/L", datetime(2026, 2, 8, 14, 44), ()),
        ("S-2", "M", Decimal(14), "%", datetime(2026, 2, 8, 14, 45), ()),
        ("S-2", "TW", None, None, datetime(2026, 2, 8, 14, 45), ("missing:value",)),
    ]


def test_a_header_names_the_columns_wherever_they_stand() -> None:
    table = {"header": True, "columns": {"sample": "编号", "value": "浓度", "words": "结果"}}
    text = "编号,样品名称,项目名称,浓度,结果\r\nS-1,玉米,AFB1,4.7,阴性\r\n".encode("gb18030")
    (reading,) = readings(text, "gb18030", filled(DelimitedSettings, table))
    assert (reading.sample, reading.value, reading.result) == ("S-1", Decimal("4.7"), "阴性")
    (reading,) = readings("浓度,浓度,编号,结果\n1,2,S,阴性\n".encode(), "utf-8", filled(DelimitedSettings, table))
    assert (reading.value, reading.flags) == (None, ("missing:value",)), "a name that stands there twice names neither"


@pytest.mark.parametrize(
    ("key", "table"),
    [
        ("separator", {"separator": ",,"}),
        ("separator", {"separator": '"'}),
        ("decimal", {"decimal": ","}),
        ("width", {"width": -1}),
        ("columns.value", {"columns": {"value": "0"}}),
        ("columns.value", {"columns": {"value": "3"}, "width": 2}),
        ("columns.value", {"columns": {"value": "浓度"}}),
        ("columns.colour", {"columns": {"colour": "1"}}),
        ("columns.value", {"measured": [{"test": "M", "column": "2"}]}),
        ("measured[0].column", {"columns": {}, "measured": [{"test": "M", "column": "x"}]}),
        ("skip[0]", {"skip": ["("]}),
        ("required[0]", {"required": ["colour"]}),
        ("time_formats[0]", {"time_formats": ["%Q"]}),
    ],
)
def test_settings_that_cannot_be(key: str, table: dict[str, Any]) -> None:
    with pytest.raises(Wrong) as caught:
        form(**table)
    assert (caught.value.code, caught.value.path) == ("unknown-value", f"quirks.{key}")


def test_prm_2000_as_its_manual_says() -> None:
    """`a.aaaaa,bb.bbb,cc.ccc,dd.ddd,eeeeee,fff.ff,g`: nD, three Brix values, concentration, temperature, channel."""
    made = read(FOLDER / "refractometer-line.toml").readings(b"1.33299,00.012,00.013,00.014,000.01,020.00,1\r", "x")
    assert [(each.test, str(each.value), each.unit, each.position) for each in made] == [
        ("nD", "1.33299", None, "1"),
        ("BRIX1", "0.012", "%", "1"),
        ("BRIX2", "0.013", "%", "1"),
        ("BRIX3", "0.014", "%", "1"),
        ("CONC", "0.01", None, "1"),
    ]


def test_g810_second_column_is_the_moisture() -> None:
    (reading,) = read(FOLDER / "gehaka-g810.toml").readings(b"0001;13.4;25.1\r\n", "x")
    assert (reading.test, reading.value, reading.unit, reading.sample) == ("moisture", Decimal("13.4"), "%", None)


# -- a microplate --------------------------------------------------------------------------------------------------


def a_plate(values: dict[str, str], row: str = " ".join(["0.100"] * 12)) -> bytes:
    rows = [row.split() for _ in range(8)]
    for well, value in values.items():
        rows[ord(well[0]) - ord("A")][int(well[1:]) - 1] = value
    # A minus sign takes the place of the blank before it.
    return ("begin\r\n" + ",\r\n".join(" ".join(each).replace(" -", "-") for each in rows) + "\r\nend").encode()


def test_the_wells_of_a_plate_are_raw_channels_and_no_results() -> None:
    made = plate(a_plate({"A1": "1.234", "B3": "-0.002", "H12": "2.0005", "C1": "OVER"}), "ascii", PlateSettings())
    assert len(made) == 96 and all(each.value is None and each.sample is None for each in made)
    wells = {each.position: each for each in made}
    assert wells["A1"].raw == (("absorbance", Decimal("1.234")),)
    assert wells["B3"].raw == (("absorbance", Decimal("-0.002")),)
    assert str(wells["H12"].raw[0][1]) == "2.0005"
    assert (wells["C1"].raw, wells["C1"].result) == ((), "OVER")


@pytest.mark.parametrize("broken", [a_plate({})[:-40] + b"end", a_plate({}).replace(b"0.100 0.100", b"0.1000.100", 1), b"begin\r\n1 2\r\nend"])
def test_a_plate_with_a_well_missing_has_no_numbers(broken: bytes) -> None:
    made = plate(broken, "ascii", PlateSettings())
    assert made and all(each.raw == () and each.value is None and each.flags == ("missing:wells",) for each in made)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    st.one_of(st.binary(max_size=120), st.text(alphabet='09.,;"<\t \r\n米-', max_size=80).map(lambda text: text.encode())),
    st.sampled_from([",", ";", " ", "\t"]),
)
def test_any_bytes(data: bytes, separator: str) -> None:
    for encoding in ("auto", "latin-1", "gb18030", "utf-8"):
        for reading in readings(data, encoding, form(separator=separator, header=True)):
            assert reading.value is None or (reading.sample and not reading.flags)
        plate(data, encoding, PlateSettings())
