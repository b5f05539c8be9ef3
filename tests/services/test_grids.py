"""Tables from outside: separated text in two encodings, workbooks as Excel writes them, and what cannot be read said in words."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Trouble
from lims.services.grids import Grid, grid, grid_of, workbook
from tests.services.workbooks import Value, locked, workbook_of, xlsx


def refused(content: bytes, reads: object = grid) -> str:
    with pytest.raises(Trouble) as caught:
        reads(content, "limits")  # type: ignore[operator]
    return caught.value.words


# -- separated text ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_text_is_read_with_the_line_each_row_begins_on(encoding: str, delimiter: str) -> None:
    text = '\n项目,限量\r\n\r\n铅,"≤0.2\n"\n镉,≤0.1'.replace(",", delimiter)
    assert grid(text.encode(encoding), "x") == Grid(("项目", "限量"), ((4, ("铅", "≤0.2\n")), (6, ("镉", "≤0.1"))), delimiter)


def test_the_mark_of_gb18030_is_no_part_of_the_first_name() -> None:
    assert grid("\ufeff项目,限量".encode("gb18030"), "x").header == ("项目", "限量")


def test_a_header_may_run_over_several_lines_and_a_quotation_mark_in_it_that_nobody_closed_does_not() -> None:
    assert grid('项目,"限量\n(mg/kg)"\n铅,≤0.2'.encode(), "x").header == ("项目", "限量\n(mg/kg)")
    assert grid('项目,"限量\n铅,≤0.2'.encode(), "x") == Grid(("项目", "限量"), ((2, ("铅", "≤0.2")),))


def test_the_separator_is_the_one_that_makes_more_columns() -> None:
    assert grid(b"a,b,c\td\n", "x").delimiter == ","
    assert grid(b"a\tb\tc,d\n", "x").delimiter == "\t"
    assert grid(b'"a\tb",c\n', "x").header == ("a\tb", "c")
    assert grid(b"a\n", "x").delimiter == ","


def test_fields_are_kept_as_they_stand_be_they_too_few_or_too_many() -> None:
    rows = grid('a,b\n 1 ,\n1\n1,2,3\n"大豆"油,"x""y"\n'.encode(), "x").rows
    assert rows == ((2, (" 1 ", "")), (3, ("1",)), (4, ("1", "2", "3")), (5, ("大豆油", 'x"y')))


def test_text_of_no_known_encoding_and_text_without_a_line_are_said() -> None:
    assert refused(b"\xff\xfea\0") == "limits is neither UTF-8 nor GB18030 text. Save it as CSV (UTF-8) and try again."
    assert refused("\ufeff项".encode()[:-1]) == "limits is neither UTF-8 nor GB18030 text. Save it as CSV (UTF-8) and try again."
    for nothing in (b"", b"\n\r\n \t\n", b"\xef\xbb\xbf"):
        assert refused(nothing) == "limits is empty. It needs a first line with the names of its columns."


@given(content=st.binary(max_size=200))
def test_bytes_are_a_table_or_trouble(content: bytes) -> None:
    for reads in (grid, workbook):
        with suppress(Trouble):
            assert isinstance(reads(content, "x"), Grid)


# -- workbooks ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("≤0.20", "≤0.20"),
        ("007", "007"),
        (" 铅 ", "铅"),
        ("铅\n(以Pb计)", "铅\n(以Pb计)"),
        (12, "12"),
        (12.0, "12"),
        (0, "0"),
        (7.10, "7.1"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (123456789012345, "123456789012345"),
        (1e15, "1000000000000000"),
        (-0.5, "-0.5"),
        (1e300, "1E+300"),
        (date(2026, 9, 2), "2026-09-02"),
        (datetime(2026, 9, 2), "2026-09-02"),
        (datetime(2026, 9, 2, 18), "2026-09-02 18:00:00"),
        (True, "TRUE"),
        (False, "FALSE"),
        (None, ""),
    ],
    ids=repr,
)
def test_a_cell_reads_as_excel_shows_it_at_most(value: Value, text: str) -> None:
    assert workbook(xlsx([["项目", "限量"], ["x", value]]), "x").rows == ((2, ("x", text)),)


def test_a_time_of_day_reads_as_one() -> None:
    assert workbook(workbook_of('<row r="1"><c r="A1" s="1"><v>0.5</v></c></row>'), "x").header == ("12:00:00",)


def test_rows_keep_their_line_and_lines_without_content_are_none() -> None:
    table = workbook(xlsx([[], ["项目", "限量"], [None, ""], ["铅", 0.2], [], ["镉", 0.1]]), "x")
    assert table == Grid(("项目", "限量"), ((4, ("铅", "0.2")), (6, ("镉", "0.1"))))


def test_what_cannot_be_read_as_a_workbook_is_said() -> None:
    words = "limits is no workbook this program can read. Save it as .xlsx or as CSV (UTF-8) and try again."
    for content in (b"", b"PK\x03\x04", b"item,limit\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), xlsx([["a"]])[:-30]):
        assert refused(content, workbook) == words


def test_an_empty_workbook_is_said() -> None:
    for rows in ([], [[None, ""]]):
        assert refused(xlsx(rows), workbook) == "limits is empty. It needs a first line with the names of its columns."


@pytest.mark.parametrize("far", ['<row r="2"><c r="XFD1048576"><v>1</v></c></row>', "<row r='1048576'><c r='f9'><v>1</v></c></row>"])
def test_a_cell_far_out_is_said_and_takes_no_memory(far: str) -> None:
    """A sheet of 1,048,576 rows and 16,384 columns would need hundreds of gigabytes."""
    words = refused(workbook_of(f'<row r="1"><c r="A1"><v>1</v></c></row>{far}'), workbook)
    assert words == "limits has a cell that lies too far out. Copy the table into a new workbook and try again."


def test_a_workbook_locked_with_a_password_is_said() -> None:
    """Excel puts a locked workbook into a compound file with a stream called EncryptedPackage."""
    assert refused(locked(), workbook) == "limits is locked with a password. Save it without one and try again."


def test_a_damaged_workbook_is_a_table_or_trouble() -> None:
    whole, dice = xlsx([["项目", "限量", "日期"], ["铅", 0.2, date(2026, 9, 2)]]), random.Random(8170)
    for _each in range(300):
        damaged = bytearray(whole)
        for _twist in range(dice.randint(1, 12)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        with suppress(Trouble):
            assert isinstance(workbook(bytes(damaged), "x"), Grid)


# -- files -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", "项目\n铅\n".encode()), ("a.TXT", "项目\n铅\n".encode("gb18030")), ("a.xlsx", xlsx([["项目"], ["铅"]])), ("a.XLSM", xlsx([["项目"], ["铅"]]))],
)
def test_a_file_is_read_by_its_ending(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert grid_of(tmp_path / name) == Grid(("项目",), ((2, ("铅",)),))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.csv", "there is no such file or folder"), (tmp_path, "it is a folder")):
        with pytest.raises(Trouble, match=f"cannot be read: {words}"):
            grid_of(path)
