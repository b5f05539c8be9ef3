"""Tables that come from outside, as text: comma- or tab-separated files and Excel workbooks, row by row with the line each stands on."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path

from lims.errors import Trouble
from lims.i18n import _, why

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
TOGETHER = 40
"""Lines that a record may run over which does not have the header's number of fields; a longer one is a quotation mark nobody closed."""
MOST_CELLS = 5_000_000
"""Cells between the first of a sheet and its last. A workbook needs memory for every one of them, be they empty."""
LOCKED = "EncryptedPackage".encode("utf-16-le")
"""Name of the stream into which Excel puts a workbook with a password ([MS-OFFCRYPTO] 2.3.4.4)."""

csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with its header; a row has the fields it was read with, be they too few or too many."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """Number of the line, and the fields."""
    delimiter: str = ","


def grid_of(path: Path) -> Grid:
    """Read a file by its ending. Raises Trouble, with the reason, for one that cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Trouble(_("{file} cannot be read: {why}.").format(file=path, why=why(error))) from None
    return workbook(content, path.name) if path.suffix.lower() in WORKBOOKS else grid(content, path.name)


def grid(content: bytes, name: str) -> Grid:
    """Read separated text in UTF-8 (with or without a mark) or GB18030. Raises Trouble for what is neither or has no header."""
    lines = list(io.StringIO(_text(content, name), newline=""))  # ends of lines only: a field may hold any other separator
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise _empty(name)
    delimiter = max(",\t", key=lambda mark: len(_record(lines, first, mark)[0]))
    header, used = _record(lines, first, delimiter)
    return Grid(header, tuple(_records(lines, first + used, delimiter, len(header))), delimiter)


def workbook(content: bytes, name: str) -> Grid:
    """Read the first sheet of an Excel or ODS workbook. Numbers come as the digits Excel shows at most, days as 2026-09-02. Raises Trouble."""
    from python_calamine import CalamineError, CalamineWorkbook

    if LOCKED in content:
        raise Trouble(_("{file} is locked with a password. Save it without one and try again.").format(file=name))
    if _reach(content) > MOST_CELLS:
        raise Trouble(_("{file} has a cell that lies too far out. Copy the table into a new workbook and try again.").format(file=name))
    try:
        cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError):
        raise Trouble(_("{file} is no workbook this program can read. Save it as .xlsx or as CSV (UTF-8) and try again.").format(file=name)) from None
    rows = [(line, tuple(_cell(cell) for cell in row)) for line, row in enumerate(cells, 1)]
    filled = [(line, row) for line, row in rows if any(row)]
    if not filled:
        raise _empty(name)
    return Grid(filled[0][1], tuple(filled[1:]))


def _empty(name: str) -> Trouble:
    return Trouble(_("{file} is empty. It needs a first line with the names of its columns.").format(file=name))


_CELL = re.compile(rb"""\br=["']([A-Za-z]{0,6})([0-9]{1,12})["']""")


def _reach(content: bytes) -> int:
    """Return how many cells the largest sheet of an .xlsx spans; 0 for any other file, which has ends of its own."""
    with suppress(zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OSError):
        parts = zipfile.ZipFile(io.BytesIO(content))
        return max((_spanned(parts.read(part)) for part in parts.namelist() if part.startswith("xl/worksheets/")), default=0)
    return 0


def _spanned(sheet: bytes) -> int:
    wide = high = 1
    for letters, number in _CELL.findall(sheet):
        high = max(high, int(number))
        if letters:
            wide = max(wide, _column(letters))
    return wide * high


def _column(letters: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _cell(value: object) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return _digits(value)
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ")
        case _:
            return str(value).strip()


def _digits(value: float) -> str:
    """Return a number as text, from here on no float: 15 digits are what Excel keeps; what was typed as text keeps its zeros."""
    exact = Decimal(f"{value:.15g}")
    return format(exact.normalize(), "f") if abs(exact.adjusted()) < 20 else str(exact)


def _text(content: bytes, name: str) -> str:
    marked = content.startswith(b"\xef\xbb\xbf")
    for encoding in ("utf-8-sig",) if marked else ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding).removeprefix("\ufeff")
    raise Trouble(_("{file} is neither UTF-8 nor GB18030 text. Save it as CSV (UTF-8) and try again.").format(file=name))


def _records(lines: Sequence[str], start: int, delimiter: str, width: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    at = start
    while at < len(lines):
        fields, used = _record(lines, at, delimiter, width)
        if fields:
            yield at + 1, fields
        at += used


def _record(lines: Sequence[str], at: int, delimiter: str, width: int = 0) -> tuple[tuple[str, ...], int]:
    """Return one record and how many lines it took. One whose quotation mark nobody closed is the single line it began on."""
    reader = csv.reader(_from(lines, at), delimiter=delimiter)
    fields = next(reader)
    if reader.line_num == 1:
        return tuple(fields), 1
    with suppress(csv.Error):
        reader = csv.reader(_from(lines, at), delimiter=delimiter, strict=True)
        fields = next(reader)
        if len(fields) == width or reader.line_num <= TOGETHER:
            return tuple(fields), reader.line_num
    return tuple(next(csv.reader([lines[at].rstrip("\r\n")], delimiter=delimiter))), 1


def _from(lines: Sequence[str], at: int) -> Iterator[str]:
    """Return the lines from one on, and an empty one behind the last, into which a quotation mark that is not closed runs on."""
    return chain((lines[place] for place in range(at, len(lines))), ("",))
