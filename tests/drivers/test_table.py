"""Tables: what a column map finds in separated text and in workbooks, and what it refuses rather than guesses."""

from __future__ import annotations

import struct
import tracemalloc
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codecs.table import FLAGS, REFUSALS, Columns, TableSettings, ValueColumn, readings
from drivers.core.form import Wrong, filled
from drivers.core.profile import Profile
from drivers.core.reading import Reading
from drivers.stored import decode
from drivers.virtual import Shown, compose, device
from tests.services.workbooks import _entry, locked, workbook_of, xlsx

LONG = TableSettings(Columns(sample=("Sample",), test=("Test",), value=("Value", "Conc."), unit=("Unit",), result=("Verdict",)))
WIDE = TableSettings(Columns(sample=("Sample",)), (ValueColumn(("Protein", "Protein %"), "protein", "%"), ValueColumn(("Moisture",), "moisture")), unit="g")
AT = datetime(2026, 2, 8, 14, 44)
FILES = ("dy-export-csv", "finecare-csv", "icp-ms-file", "lc-ms-csv", "nir-grain-analyser-file")


def read(text: str | bytes, how: TableSettings = LONG, encoding: str = "auto") -> list[Reading]:
    return readings(text.encode("utf-8") if isinstance(text, str) else text, encoding, how)


def said(found: list[Reading]) -> list[tuple[object, ...]]:
    return [(each.sample, each.test, each.value, each.text, each.unit, each.result, each.flags) for each in found]


# -- public columns ----------------------------------------------------------------------------------------------------


def test_the_dayuan_export_is_gbk_with_these_columns(profiles: dict[str, Profile]) -> None:
    text = "编号,样品名称,项目名称,浓度,结果,时间\r\n007,玉米,黄曲霉毒素B1,4.70,阴性,2026-02-08 14:44:05\r\n008,大米,铅,<0.05 mg/kg,阳性,2026/2/8 9:05\r\n"
    one, two = decode(profiles["dy-export-csv"], text.encode("gbk"))
    assert (one.sample, one.test, one.value, one.text, one.unit, one.result, one.outcome) == (
        "007",
        "aflatoxin-b1",
        Decimal("4.70"),
        "4.70",
        None,
        "阴性",
        "negative",
    )
    assert (one.comment, one.at) == ("玉米", datetime(2026, 2, 8, 14, 44, 5))
    assert (two.comparator, two.value, two.unit, two.outcome, two.at) == ("<", Decimal("0.05"), "mg/kg", "positive", datetime(2026, 2, 8, 9, 5))


def test_the_finecare_export_has_three_columns(profiles: dict[str, Profile]) -> None:
    found = decode(profiles["finecare-csv"], b"Sample Number,Test Name,Result\nA-1,AFB1,2.5 ppb\nA-2,DON,Error 7\n")
    assert said(found) == [
        ("A-1", "aflatoxin-b1", Decimal("2.5"), "2.5", "μg/kg", None, ()),
        ("A-2", "deoxynivalenol", None, "Error 7", None, "Error 7", ()),
    ]


@pytest.mark.parametrize("name", FILES)
def test_what_was_shown_is_what_is_read(name: str, profiles: dict[str, Profile]) -> None:
    """Every stock profile of a file against its virtual instrument, all its tests, two samples."""
    profile = profiles[name]
    codes = list(profile.tests)
    unit = "%" if name.startswith("nir") else next(iter(profile.units))
    shown = [Shown(sample, code, f"{place}.{place}0", unit, AT) for sample in ("W-1", "W,2") for place, code in enumerate(codes, 1)]
    instrument = device(profile)
    instrument.send(compose(profile, shown))
    found = [each for data in instrument.poll(0.0) for each in decode(profile, data)]
    assert [(each.sample, each.sent_test, each.text, each.unit) for each in found] == [
        (one.sample, one.test, one.value, profile.units[one.unit]) for one in shown
    ]
    assert {each.test for each in found} == set(profile.tests.values())
    assert {each.at for each in found} == ({AT} if profile.codec_settings.columns.time else {None})


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("duplicate", [("W-1", ()), ("W-2", ()), ("W-1", ()), ("W-2", ())]),
        ("split", [("W-1", ()), ("W-2", ())]),
        ("drop", [("W-1", ()), ("W-2", ("no-line-end",))]),
        ("flip-bit", [(None, ("no-header",))]),
        ("gbk", [(None, ("no-header",)), ("W-1", ()), ("W-2", ())]),
    ],
)
def test_a_spoilt_file_is_refused_or_marked(fault: str, expected: list[object], profiles: dict[str, Profile]) -> None:
    profile = profiles["finecare-csv"]
    instrument = device(profile, fault)
    instrument.send(compose(profile, [Shown(sample, "DON", "5.0", "ppb", AT) for sample in ("W-1", "W-2")]))
    assert [(each.sample, each.flags) for data in instrument.poll(0.0) for each in decode(profile, data)] == expected


def test_two_tables_in_one_file_are_read_as_one(profiles: dict[str, Profile]) -> None:
    profile = profiles["finecare-csv"]
    instrument = device(profile, "join")
    instrument.send([*compose(profile, [Shown("W-1", "DON", "5.0", "ppb", AT)]), *compose(profile, [Shown("W-2", "DON", "6.0", "ppb", AT)])])
    (data,) = instrument.poll(0.0)
    assert [(each.sample, each.text) for each in decode(profile, data)] == [("W-1", "5.0"), ("W-2", "6.0")]


# -- separated text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_separator_is_the_one_that_finds_the_header(mark: str, end: str, encoding: str) -> None:
    rows = [["结果报告"], [], ["SAMPLE", "Operator", " Test ", "conc.", "Unit"], ["甲-1", "x", "DON", "4.70", "μg/kg"], ["", "", "", "", ""]]
    text = end.join(mark.join(row) for row in rows) + end
    assert said(read(text.encode(encoding))) == [("甲-1", "DON", Decimal("4.70"), "4.70", "μg/kg", None, ())]


def test_a_header_two_separators_find_is_refused_unless_one_is_set() -> None:
    text = "Sample,Test,Value\nA,DON,1\nSample;Test;Value\nB;DON;2\n"
    assert said(read(text)) == [(None, None, None, "", None, None, ("ambiguous-separator",))]
    assert said(read(text, replace(LONG, separator=";"))) == [("B", "DON", Decimal(2), "2", None, None, ())]


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("", "no-header"),
        ("Sample,Value\nA,1\n", "no-header"),
        ("Sample,Test\nA,DON\n", "no-header"),
        ("Sample,Test,Value,Conc.\nA,DON,1,2\n", "doubled-column"),
        ("Sample,Test,Value,Value\nA,DON,1,2\n", "doubled-column"),
        ("\n" * 100 + "Sample,Test,Value\nA,DON,1\n", "no-header"),
    ],
)
def test_a_table_nobody_can_read_is_one_reading_that_says_why(text: str, flag: str) -> None:
    assert said(read(text)) == [(None, None, None, "", None, None, (flag,))]
    assert flag in REFUSALS


def test_a_row_longer_than_the_header_has_no_value() -> None:
    """A decimal comma that nobody quoted moves everything behind it."""
    found = read("Sample,Test,Value,Unit\nA,DON,4,7,mg/kg\nB,DON,4.7,mg/kg,,\n")
    assert said(found) == [("A", "DON", None, "A DON 4 7 mg/kg", None, None, ("row-too-long",)), ("B", "DON", Decimal("4.7"), "4.7", "mg/kg", None, ())]


def test_a_quotation_mark_nobody_closed_stops_the_reading_with_a_flag() -> None:
    found = read('Sample,Test,Value\nA,DON,1\nB,"DON,2\nC,DON,3\n')
    assert said(found) == [("A", "DON", Decimal(1), "1", None, None, ()), (None, None, None, "", None, None, ("broken-row",))]
    assert said(read('Sample,Test,Value\n"A ""x"", 1",DON,1\n')) == [('A "x", 1', "DON", Decimal(1), "1", None, None, ())]


def test_the_last_figure_of_an_open_line_is_marked() -> None:
    text = "Sample,Test,Value\nA,DON,1\nB,DON,4"
    assert [each.flags for each in read(text)] == [(), ("no-line-end",)]
    assert [each.flags for each in read(text, replace(LONG, open_last_line=True))] == [(), ()]
    assert set(FLAGS) == {"broken-row", "row-too-long", "no-line-end"}


# -- values ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "sign", "value"),
    [
        ("4.70", ".", "4.70"), ("4,70", ".", None), ("4,70", ",", "4.70"), ("4.70", ",", None), ("1.234,5", ",", None), ("1,234,5", ",", None),
        ("<0,5", ",", "0.5"), ("1e-3", ".", "0.001"), ("", ".", None), ("n.d.", ".", None), ("<=5", ".", None), ("٤", ".", None), ("NaN", ".", None),
    ],
)  # fmt: skip
def test_a_number_is_the_text_as_sent_or_no_number(sent: str, sign: str, value: str | None) -> None:
    (one,) = read(f'Sample;Test;Value\nA;DON;"{sent}"\n', replace(LONG, decimal_sign=sign))
    assert one.value == (None if value is None else Decimal(value))
    assert (one.text, one.result) == (sent, None if value is not None else sent or None)
    assert value is None or "E" in sent.upper() or one.value.as_tuple().exponent == Decimal(value).as_tuple().exponent  # type: ignore[union-attr]


def test_a_unit_behind_the_number_is_taken_off_where_the_profile_says_so() -> None:
    how = replace(LONG, unit_in_value=True, unit="g")
    found = read("Sample,Test,Value\nA,DON,<4.70 ug/kg\nB,DON,12%\nC,DON,5\nD,DON,5 10\nE,DON,about 5 g\n", how)
    assert [(each.text, each.unit) for each in found] == [("<4.70", "ug/kg"), ("12", "%"), ("5", "g"), ("5 10", None), ("about 5 g", None)]
    assert said(read("Sample,Test,Value\nA,DON,5 g\n"))[0][2] is None


def test_a_wide_row_has_a_reading_for_each_column_that_is_filled() -> None:
    found = read("Sample,protein  %,Moisture\nA,12.1,13.0\nB,,14.2\nC,,\n", WIDE)
    assert [(each.sample, each.test, each.text, each.unit) for each in found] == [
        ("A", "protein", "12.1", "%"),
        ("A", "moisture", "13.0", "g"),
        ("B", "moisture", "14.2", "g"),
    ]


def test_rows_without_a_sample_come_unless_they_are_not_wanted() -> None:
    text = "Sample,Test,Value\n,DON,1\nA,DON,2\nmade by X,,\n"
    assert [each.sample for each in read(text)] == [None, "A"]
    assert [each.sample for each in read(text, replace(LONG, needs_sample=True))] == ["A"]


def test_everything_else_a_row_says() -> None:
    columns = Columns(("S",), ("T",), ("V",), (), ("R",), ("Day",), ("Clock",), ("Vial",), ("By",), ("Lot",), ("Kind",), ("Note",))
    how = TableSettings(columns, statuses={"QC": "control", "Unknown": "final"}, time_formats=("%d.%m.%Y %H:%M",))
    one, two = read("S,T,V,R,Day,Clock,Vial,By,Lot,Kind,Note\nA,DON,1,ok,08.02.2026,14:44,7,me,L1,QC,n\nB,DON,2,,08.02.2026,noon,,,,Saturated,\n", how)
    assert (one.result, one.at, one.position, one.operator, one.lot, one.status, one.flags, one.comment) == ("ok", AT, "7", "me", "L1", "control", (), "n")
    assert (two.result, two.at, two.position, two.operator, two.lot, two.status, two.flags) == (None, None, None, None, None, "final", ("Saturated",))


def test_columns_by_letter_and_number_need_no_header() -> None:
    how = TableSettings(Columns(sample=("#A",), test=("#3",), value=("#AA",)), separator=",", first_row=2)
    text = "whatever\n" + "A,x,DON," + "," * 22 + ",4.7\n"
    assert said(read(text, how)) == [("A", "DON", Decimal("4.7"), "4.7", None, None, ())]
    assert read(text, replace(how, separator=""))[0].flags == ("ambiguous-separator",)
    in_a_workbook = TableSettings(Columns(sample=("#B",), test=("#C",), value=("#4",)), first_row=2)
    assert said(read(xlsx([[], [None, "A", "DON", 4.7]]), in_a_workbook)) == [("A", "DON", Decimal("4.7"), "4.7", None, None, ())]


@pytest.mark.parametrize(
    ("table", "path"),
    [
        ({}, "columns.value"),
        ({"columns": {"sample": ["S"]}}, "columns.value"),
        ({"columns": {"value": ["#0"]}, "first_row": 1}, "columns"),
        ({"columns": {"value": [""]}}, "columns"),
        ({"columns": {"value": ["#A"]}}, "first_row"),
        ({"columns": {"value": ["V"]}, "first_row": 1}, "first_row"),
        ({"columns": {"value": ["V"]}, "separator": ":"}, "separator"),
        ({"columns": {"value": ["V"]}, "statuses": {"QC": "good"}}, "statuses.QC"),
        ({"columns": {"colour": ["V"]}}, "columns.colour"),
    ],
)
def test_settings_that_cannot_be_are_refused(table: dict[str, object], path: str) -> None:
    with pytest.raises(Wrong) as caught:
        filled(TableSettings, table)
    assert caught.value.path == path


# -- workbooks ---------------------------------------------------------------------------------------------------------


def test_a_workbook_is_read_as_its_text_would_be() -> None:
    found = read(
        xlsx([["结果"], [None], [None, "Sample", "Test", "Value", "Unit"], [None, 1234567, "DON", 4.7, "g", "a note"], [None, "007", "DON", "4.70", "g"]])
    )
    assert said(found) == [("1234567", "DON", Decimal("4.7"), "4.7", "g", None, ()), ("007", "DON", Decimal("4.70"), "4.70", "g", None, ())]


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_a_double_comes_back_as_the_same_double(values: list[float]) -> None:
    found = read(xlsx([["Sample", "Test", "Value"], *(["A", "DON", value] for value in values)]))
    assert [float(each.text) for each in found] == values
    assert [each.value for each in found] == [Decimal(repr(value)) for value in values]
    assert all(not each.text.endswith(".0") for each in found)


def test_moments_and_days_of_a_workbook() -> None:
    how = replace(LONG, columns=replace(LONG.columns, time=("At",)))
    found = read(xlsx([["Sample", "Test", "Value", "At"], ["A", "DON", 1, datetime(2026, 2, 8, 6)], ["B", "DON", 1, AT.date()]]), how)
    assert [each.at for each in found] == [datetime(2026, 2, 8, 6), datetime(2026, 2, 8)]


def test_an_old_workbook_and_its_sheets_by_name() -> None:
    data = xls({"Info": [["nothing"]], "Results": [["Sample", "Test", "Value"], ["A", "DON", 4.7]]})
    assert said(read(data, replace(LONG, sheet="Results"))) == [("A", "DON", Decimal("4.7"), "4.7", None, None, ())]
    assert read(data)[0].flags == ("no-header",)
    assert read(data, replace(LONG, sheet="Missing"))[0].flags == ("no-such-sheet",)


@pytest.mark.parametrize(
    ("data", "flag"),
    [
        (locked(), "workbook-locked"),
        (b"PK\x03\x04 and no more", "workbook-unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, "workbook-unreadable"),
        (xlsx([["Sample", "Test", "Value"]])[:-30], "workbook-unreadable"),
        (workbook_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "workbook-too-large"),
        (workbook_of(""), "no-header"),
    ],
)
def test_a_workbook_nobody_can_read_is_one_reading_that_says_why(data: bytes, flag: str) -> None:
    tracemalloc.start()
    assert said(read(data)) == [(None, None, None, "", None, None, (flag,))]
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


# -- noise -------------------------------------------------------------------------------------------------------------

PIECES = st.one_of(
    st.sampled_from([b"Sample", b"Test", b"Value", b",", b";", b"\t", b"|", b"\n", b"\r", b'"', b"\0", b"4.7", b"\xff\xfe", b"\xef\xbb\xbf"]),
    st.binary(max_size=9),
)
GOOD = xlsx([["Sample", "Test", "Value"], ["A", "DON", 4.7]])


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(PIECES, max_size=30).map(b"".join), st.sampled_from(["auto", "utf-8", "gb18030"]), st.sampled_from([LONG, WIDE]))
def test_any_text_is_survived(data: bytes, encoding: str, how: TableSettings) -> None:
    for found in (read(data, how, encoding), read(b"Sample,Test,Value,Protein\n" + data, how, encoding)):
        assert all(each.value is None or each.text for each in found)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_broken_workbook_is_survived(spoilt: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for at, byte in spoilt:
        data[at] = byte
    assert isinstance(read(bytes(data)), list)


def xls(sheets: dict[str, list[list[str | float]]]) -> bytes:
    """Return a workbook in BIFF8 ([MS-XLS] 2.4: BOF, BoundSheet8, Label, Number, EOF) in a compound file ([MS-CFB])."""
    bof = lambda kind: struct.pack("<HHHHHHII", 0x809, 16, 0x600, kind, 0, 0, 0, 0)  # noqa: E731
    bodies = [
        bof(0x10) + b"".join(_record(row, column, value) for row, cells in enumerate(rows) for column, value in enumerate(cells)) + b"\x0a\0\0\0"
        for rows in sheets.values()
    ]
    names = [name.encode("ascii") for name in sheets]
    at = len(bof(5)) + sum(4 + 8 + len(name) for name in names) + 4
    bounds = b""
    for name, body in zip(names, bodies, strict=True):
        bounds += struct.pack("<HHIHBB", 0x85, 8 + len(name), at, 0, len(name), 0) + name
        at += len(body)
    stream = (bof(5) + bounds + b"\x0a\0\0\0" + b"".join(bodies)).ljust(4096, b"\0")
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0
    )
    table = struct.pack("<10I", 0xFFFFFFFD, 0xFFFFFFFE, *range(3, 10), 0xFFFFFFFE)
    folder = _entry("Root Entry", 5, 0xFFFFFFFE, 0, 1) + _entry("Workbook", 2, 2, len(stream), 0xFFFFFFFF) + bytes(256)
    return head.ljust(512, b"\xff") + table.ljust(512, b"\xff") + folder + stream


def _record(row: int, column: int, value: str | float) -> bytes:
    if isinstance(value, float):
        return struct.pack("<HHHHHd", 0x203, 14, row, column, 0, value)
    text = value.encode("ascii")
    return struct.pack("<HHHHHHB", 0x204, 9 + len(text), row, column, 0, len(text), 0) + text
