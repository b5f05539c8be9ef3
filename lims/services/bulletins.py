"""Whole tables of printed results, judged row by row: what comes in goes out again, with a verdict and its explanation."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from lims.errors import Refusal, Trouble
from lims.i18n import _, why
from lims.rules.bulletin import explanation, judge_printed
from lims.rules.verdict import Verdict
from lims.services.grids import Grid

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "item": ("item", "检验项目"),
    "result": ("result", "检验结果", "实测值"),
    "limit": ("limit", "标准值", "标准指标", "技术要求"),
    "unit": ("unit", "单位"),
    "lod": ("lod", "检出限"),
    "rule": ("rule", "比较方式"),
}
"""What each column may be called; the first name found counts."""

NEEDED = ("result", "limit")
ADDED = ("verdict", "explanation")
VERDICTS = {Verdict.PASS: "合格", Verdict.FAIL: "不合格", Verdict.UNDECIDED: "待判定"}
"""What stands in the column, in every language: programs read it."""
LONGEST = 1000
"""Characters of a field that is judged: no bulletin prints a longer value or limit."""


def judged(table: Grid) -> Iterator[tuple[str, ...]]:
    """Return header and rows with two columns more, in the same order, one for one. Raises Refusal where a column is missing."""
    return _judged(table, _places(table.header))


def write(rows: Iterable[Sequence[str]], to: TextIO, delimiter: str = ",") -> None:
    """Write rows as separated text."""
    to.writelines(f"{delimiter.join(_quoted(field, delimiter) for field in row)}\n" for row in rows)


def save(rows: Iterable[Sequence[str]], file: Path, delimiter: str = ",") -> None:
    """Write rows to a file that spreadsheets open as UTF-8: whole, or not at all. Raises Trouble."""
    try:
        if file.exists() and not file.is_file():  # a folder, which refuses, or a device or a pipe, which stays what it is
            _write_marked(rows, file, delimiter)
        else:
            _replace(rows, Path(os.path.realpath(file)), delimiter)
    except OSError as error:
        raise Trouble(_("{file} could not be written: {why}. Choose another place and try again.").format(file=file, why=why(error))) from None


def _replace(rows: Iterable[Sequence[str]], file: Path, delimiter: str) -> None:
    unfinished = file.with_name(f"{file.name[:40]}.{os.getpid()}.part")
    try:
        _write_marked(rows, unfinished, delimiter)
        unfinished.replace(file)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise


def _write_marked(rows: Iterable[Sequence[str]], file: Path, delimiter: str) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as to:
        write(rows, to, delimiter)


def _quoted(field: str, delimiter: str) -> str:
    """Return a field as it is written; the library's writer would let a lone carriage return part a row in two."""
    return '"' + field.replace('"', '""') + '"' if any(sign in field for sign in (delimiter, '"', "\r", "\n")) else field


def _judged(table: Grid, places: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    yield (*table.header, *ADDED)
    width = len(table.header)
    for _line, fields in table.rows:
        said = _row(fields, places, width)
        yield (*fields[:width], *("",) * (width - len(fields)), *said, *fields[width:])


def _row(fields: Sequence[str], places: Mapping[str, int], width: int) -> tuple[str, str]:
    if len(fields) != width:
        words = _("The row has {count} fields where the header has {width}, so nothing in it can be relied on.").format(count=len(fields), width=width)
        return VERDICTS[Verdict.UNDECIDED], words
    got = {name: fields[place] for name, place in places.items()}
    if long := [name for name in got if len(got[name]) > LONGEST]:
        words = _("{names} is longer than anything a bulletin prints. A person must judge.").format(names=_(", ").join(long))
        return VERDICTS[Verdict.UNDECIDED], words
    judgement = judge_printed(got["result"], got["limit"], got.get("unit", ""), got.get("lod", ""), got.get("rule", ""))
    return VERDICTS[judgement.verdict], explanation(judgement)


def _places(header: Sequence[str]) -> dict[str, int]:
    named = {_name(name): place for place, name in reversed(list(enumerate(header)))}
    places = {column: next((named[name] for name in names if name in named), -1) for column, names in COLUMNS.items()}
    if missing := [column for column in NEEDED if places[column] < 0]:
        words = _("; ").join(" / ".join(COLUMNS[column]) for column in missing)
        raise Refusal(_("The table has no column {names}. Name its columns in the first line.").format(names=words))
    return {column: place for column, place in places.items() if place >= 0}


def _name(text: str) -> str:
    """Return a column's name without case, full-width signs, and the blanks and new lines that a narrow column brings."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
