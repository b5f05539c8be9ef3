"""Tables that an instrument's program exports, separated text or Excel workbooks, read by a map of their columns."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from drivers.core.encoding import decoded
from drivers.core.form import unknown_value
from drivers.core.reading import Reading, Status, number

REFUSALS = (
    "no-header", "ambiguous-separator", "doubled-column",
    "workbook-locked", "workbook-too-large", "workbook-unreadable", "no-such-sheet",
)  # fmt: skip
"""Flags of the one reading, without sample, test and value, that stands for a table nobody can read."""
FLAGS = ("broken-row", "row-too-long", "no-line-end")
"""Flags of rows: a quotation mark nobody closed (no row behind it is read); more fields than the header, so that nobody knows which
belong where; the last line of the text is open, so that its last figure may be cut off."""
HEADER_WITHIN = 100
"""Rows among which the header must be."""
MOST_CELLS = 5_000_000
"""Cells between the first of a sheet and its last. A workbook needs memory for every one of them, be they empty."""
MOST_UNPACKED = 256_000_000
"""Bytes of all the parts of a workbook."""
_LOCKED = "EncryptedPackage".encode("utf-16-le")
"""Name of the stream into which Excel puts a workbook with a password ([MS-OFFCRYPTO] 2.3.4.4)."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PLACE = re.compile(r"#(?:([A-Z]{1,3})|([1-9][0-9]{0,4}))")
_NEAR_UNIT = re.compile(r"([<>]?\s*[+-]?[\d.,]+(?:[eE][+-]?\d{1,3})?)\s*([^\d\s.,+-].*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each thing stands: any of the names the header may give it, or `#C` or `#3` for the third column."""

    sample: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    value: tuple[str, ...] = ()
    """A number, or words in its place."""
    unit: tuple[str, ...] = ()
    result: tuple[str, ...] = ()
    """Words beside the number."""
    date: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    """The moment, or the rest of it where the day has a column of its own."""
    position: tuple[str, ...] = ()
    operator: tuple[str, ...] = ()
    lot: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    comment: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column that holds the values of one test; an empty cell was not measured."""

    names: tuple[str, ...]
    test: str
    """The test's code as if it were sent."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TableSettings:
    """How one program lays out its table: one value a row, or a row of values a sample."""

    columns: Columns = field(default_factory=Columns)
    values: tuple[ValueColumn, ...] = ()
    separator: Literal["", ",", ";", "\t", "|"] = ""
    """Empty: the one with which the header's names are found."""
    sheet: str = ""
    """Name of a workbook's sheet; empty for the first."""
    first_row: int = 0
    """Row the values begin in, counted from 1, where no column has a name; 0 where there is a header."""
    decimal_sign: Literal[".", ","] = "."
    unit: str = ""
    """Unit of every value that has none of its own."""
    unit_in_value: bool = False
    """The unit stands behind the number in one cell: `4.7 ug/kg`."""
    needs_sample: bool = False
    """A row without a sample is none: a mean, a sum, a remark."""
    open_last_line: bool = False
    """The program never ends its last line: an open one does not show that the file is cut off."""
    statuses: Mapping[str, Status] = field(default_factory=dict)
    """Words of the status column -> what they mean; any others become flags."""
    time_formats: tuple[str, ...] = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")

    def __post_init__(self) -> None:
        if not (self.columns.value or self.columns.result or self.values):
            raise unknown_value("columns.value", "")
        wanted = _wanted(self)
        for name in (name for names in wanted.values() for name in names):
            if not name or (name.startswith("#") and name != "#" and _index(name) is None):
                raise unknown_value("columns", name)
        named = any(_index(name) is None for names in wanted.values() for name in names)
        if self.first_row < 0 or named == bool(self.first_row):
            raise unknown_value("first_row", self.first_row)


class _Refused(Exception):  # noqa: N818  (a table, not a fault of ours)
    """The table cannot be read; its argument is one of REFUSALS."""


def readings(data: bytes, encoding: str, settings: TableSettings) -> list[Reading]:
    """Return the readings of one file, row by row. What cannot be read is one reading with a flag of REFUSALS and nothing else."""
    try:
        if data.startswith((_ZIP, _OLE)):
            return _of_workbook(data, settings)
        text = data.decode("utf-16", "replace") if data.startswith(_UTF16) else decoded(data, encoding)[0].removeprefix("\ufeff")
        return _of_text(text, settings)
    except _Refused as refused:
        return [_refusal(str(refused))]


def _refusal(flag: str) -> Reading:
    return Reading(instrument="", sample=None, test=None, flags=(flag,))


# -- separated text ----------------------------------------------------------------------------------------------------


def _of_text(text: str, settings: TableSettings) -> list[Reading]:
    tables = [(rows, places) for mark in settings.separator or ",;\t|" for rows in (_fields(text, mark),) if (places := _places_in(rows, settings))]
    if len(tables) != 1:
        raise _Refused("ambiguous-separator" if tables else "no-header")
    rows, places = tables[0]
    found: list[list[Reading]] = []
    try:
        found.extend(_of_row(row, places, settings, strict=True) for row in rows)
    except csv.Error:
        return [*_joined(found), _refusal("broken-row")]
    if found and not text.endswith(("\n", "\r")) and not settings.open_last_line:
        found[-1] = [replace(each, flags=(*each.flags, "no-line-end")) for each in found[-1]]
    return _joined(found)


def _fields(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _places_in(rows: Iterator[list[str]], settings: TableSettings) -> _Places | None:
    """Return where the columns are when *rows* are cut rightly; None when they have no header."""
    try:
        return _header(rows, settings)
    except csv.Error:
        return None


def _joined(found: Iterable[list[Reading]]) -> list[Reading]:
    return [reading for row in found for reading in row]


# -- workbooks ---------------------------------------------------------------------------------------------------------


def _of_workbook(data: bytes, settings: TableSettings) -> list[Reading]:
    rows = iter(_workbook(data, settings.sheet))
    places = _header(rows, settings)
    if places is None:
        raise _Refused("no-header")
    return _joined(_of_row(row, places, settings, strict=False) for row in rows)


def _workbook(data: bytes, name: str) -> list[list[str]]:
    """Return the rows of a sheet as text, from its first cell on; numbers as the shortest text that reads back as the same double."""
    from python_calamine import CalamineWorkbook, WorksheetNotFound

    if _LOCKED in data:
        raise _Refused("workbook-locked")
    if data.startswith(_ZIP) and _reach(data) > MOST_CELLS:
        raise _Refused("workbook-too-large")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_name(name) if name else book.get_sheet_by_index(0)
        wide, high = sheet.total_width + 1, sheet.total_height + 1
        before = [""] * (sheet.start[1] if sheet.start else 0)
        rows = [before + [_cell(cell) for cell in row] for row in sheet.iter_rows()] if wide * high <= MOST_CELLS else None
    except WorksheetNotFound:
        raise _Refused("no-such-sheet" if name else "workbook-unreadable") from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001  (a panic of the library is no Exception)
        raise _Refused("workbook-unreadable") from None
    if rows is None:
        raise _Refused("workbook-too-large")
    return rows


_CELL = re.compile(rb"""\br=["']([A-Za-z]{0,6})([0-9]{1,12})["']""")


def _reach(data: bytes) -> int:
    """Return how many cells the largest part of an .xlsx spans. An .xls has ends of its own."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data))
        if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
            raise _Refused("workbook-too-large")
        return max((_spanned(parts.read(part)) for part in parts.infolist()), default=0)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OSError):
        raise _Refused("workbook-unreadable") from None


def _spanned(part: bytes) -> int:
    wide = high = 1
    for cell in _CELL.finditer(part):
        high = max(high, int(cell[2]))
        if cell[1]:
            wide = max(wide, _column(cell[1].decode("ascii")))
    return wide * high


def _cell(cell: object) -> str:
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return repr(cell).removesuffix(".0")
        case datetime():
            return cell.isoformat(" ", "seconds")
        case date():
            return cell.isoformat()
        case time():
            return cell.isoformat("seconds")
        case _:
            return str(cell)


# -- columns -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the columns are: by the field of Columns, or by the place of the ValueColumn."""

    by_role: Mapping[str | int, int]
    header: tuple[str, ...]
    """The header itself, where there is one; programs that write one table below the other repeat it."""


def _wanted(settings: TableSettings) -> dict[str | int, tuple[str, ...]]:
    named: dict[str | int, tuple[str, ...]] = {each.name: getattr(settings.columns, each.name) for each in fields(Columns)}
    return {role: names for role, names in (named | {place: each.names for place, each in enumerate(settings.values)}).items() if names}


def _header(rows: Iterator[list[str]], settings: TableSettings) -> _Places | None:
    """Read *rows* up to where the values begin. The header has the sample, the test, and something to say about them."""
    wanted = {role: (frozenset(map(_plain, names)), {_index(name) for name in names} - {None}) for role, names in _wanted(settings).items()}
    if settings.first_row:
        for _ in islice(rows, settings.first_row - 1):
            pass
        return _Places({role: min(place for place in places if place is not None) for role, (_, places) in wanted.items()}, ())
    for row in islice(rows, HEADER_WITHIN):
        plain = [_plain(cell) for cell in row]
        hits = {role: [place for place, name in enumerate(plain) if name in names or place in places] for role, (names, places) in wanted.items()}
        found = {role: places for role, places in hits.items() if places}
        says = found.keys() & {"value", "result", *range(len(settings.values))}
        if (
            says
            and all(role in found for role in ("sample", "test") if role in wanted)
            and any(plain[place] in wanted[role][0] for role, (place, *_) in found.items())
        ):
            if any(len(places) > 1 for places in found.values()):
                raise _Refused("doubled-column")
            return _Places({role: places[0] for role, places in found.items()}, tuple(row))
    return None


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _index(name: str) -> int | None:
    """Return the place of a column called `#C` or `#3`, counted from 0; None for any other name."""
    found = _PLACE.fullmatch(name)
    return None if found is None else (_column(found[1]) if found[1] else int(found[2])) - 1


def _column(letters: str) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number


# -- rows --------------------------------------------------------------------------------------------------------------


def _of_row(row: list[str], places: _Places, settings: TableSettings, *, strict: bool) -> list[Reading]:
    """Return what one row says; where it is *strict*, a row longer than the header says nothing."""
    cells = {role: row[place].strip() for role, place in places.by_role.items() if place < len(row)}
    sample, test = cells.get("sample"), cells.get("test")
    spoken = [role for role in places.by_role if role in ("test", "value", "result") or isinstance(role, int)]
    if not any(cells.get(role) for role in spoken) or (settings.needs_sample and not sample):
        return []
    if places.header == tuple(row):
        return []
    if strict and places.header and any(cell.strip() for cell in row[len(places.header) :]):
        return [Reading(instrument="", sample=sample or None, test=test or None, text=" ".join(row).strip(), flags=("row-too-long",))]
    said = cells.get("status", "")
    common: dict[str, Any] = {
        "instrument": "",
        "sample": sample or None,
        "position": cells.get("position") or None,
        "status": settings.statuses.get(said, "final"),
        "flags": (said,) if said and said not in settings.statuses else (),
        "at": _at(" ".join(filter(None, (cells.get("date"), cells.get("time")))), settings.time_formats),
        "comment": cells.get("comment", ""),
        "operator": cells.get("operator") or None,
        "lot": cells.get("lot") or None,
    }
    words, unit = cells.get("result", ""), cells.get("unit") or settings.unit
    if not settings.values:
        return [_valued(common, test or None, cells.get("value", ""), words, unit, settings)]
    measured = ((column, cells[place]) for place, column in enumerate(settings.values) if cells.get(place))
    return [_valued(common, column.test, sent, words, column.unit or unit, settings) for column, sent in measured]


def _valued(common: Mapping[str, Any], test: str | None, sent: str, words: str, unit: str, settings: TableSettings) -> Reading:
    text = sent
    if settings.unit_in_value and (near := _NEAR_UNIT.fullmatch(sent)):
        text, unit = near[1], near[2]
    found = number(_pointed(text, settings.decimal_sign))
    return Reading(
        **common,
        test=test,
        value=found[1] if found else None,
        text=text if found else sent,
        comparator=found[0] if found else None,
        unit=(unit or None) if found else None,
        result=words or (None if found else sent or None),
    )


def _pointed(text: str, sign: str) -> str:
    """Return *text* with a decimal point; where the sign is a comma, one with a point is no number (it may part thousands)."""
    return text if sign == "." else "" if "." in text else text.replace(",", ".")


@lru_cache(maxsize=1024)
def _at(moment: str, formats: tuple[str, ...]) -> datetime | None:
    for form in formats if moment else ():
        try:
            return datetime.strptime(moment, form)
        except ValueError:
            continue
    return None
