"""First data: the shipped catalogue, read and checked row by row; a mistake is refused with file and line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.calendar import Day
from lims.domain.catalogue import Heading, Item, Limit, Method, Panel, Procedure, Product, Standard, SumRule
from lims.domain.thing import Thing
from lims.errors import Refusal, Trouble
from lims.i18n import _, why
from lims.rules import formula, quantity, units
from lims.rules.limits import Comparison, demand
from lims.rules.replicates import Kind
from lims.rules.rounding import round_to
from lims.rules.sums import NotFound, SumKind
from resources import FOLDER

CATALOGUE = FOLDER / "catalogue"

Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of the catalogue: the kind of thing it holds and how each column is read."""

    file: str
    kind: type[Thing]
    columns: Mapping[str, Read]
    links: Mapping[str, type[Thing]]
    """Columns that name another thing by its code."""


def _optional(read: Read) -> Read:
    return lambda text: read(text) if text else None


def _decimal(text: str) -> Decimal:
    return quantity.number(text)


def _count(text: str) -> int:
    if (count := int(text)) < 1:
        raise ValueError(text)
    return count


def _interval(text: str) -> str:
    round_to(Decimal(1), text)
    return text


def _formula(text: str) -> str:
    if text:
        formula.names(text)
    return text


def _unit(text: str) -> str:
    if text and (not units.known(text) or units.spelt(text) != text):
        raise ValueError(text)
    return text


def _needed(text: str) -> str:
    if not text:
        raise ValueError(_("empty"))
    return text


def _requirement(text: str) -> str:
    if quantity.read(text).kind is quantity.Kind.NUMBER:  # neither at most nor at least
        raise ValueError(text)
    return text


def _yes(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(text)
    return text == "yes"


SOURCED: Mapping[str, Read] = {"source": str, "evidence": str, "confidence": str}
"""What every row of the library says of itself."""

SHEETS = (
    Sheet("items.csv", Item, {"code": _needed, "name_zh": _needed, "name_en": str, "group": _needed, "aliases": str}, {}),
    Sheet("products.csv", Product, {"code": _needed, "name_zh": _needed, "name_en": str, "prefix": str}, {}),
    Sheet(
        "standards.csv",
        Standard,
        {
            "code": _needed,
            "title_zh": str,
            "title_en": str,
            "classification": str,
            "replaces": str,
            **dict.fromkeys(("issued", "in_force", "abolished"), _optional(date.fromisoformat)),
            **SOURCED,
        },
        {},
    ),
    Sheet(
        "headings.csv",
        Heading,
        {"code": _needed, "classification": _needed, "parent": str, "group": str, "number": str, "name": _needed, "note": str, **SOURCED},
        {},
    ),
    Sheet("methods.csv", Method, {"code": _needed, "title_zh": str, "analyte": str, "technique": str, "rapid": _yes, "note": str, **SOURCED}, {}),
    Sheet(
        "procedures.csv",
        Procedure,
        {
            "code": _needed,
            "method": _needed,
            "title_zh": str,
            "matrix": str,
            "technique": str,
            "rapid": _yes,
            "unit": _unit,
            "determinations": _count,
            "single_rounding": _interval,
            "rounding": _interval,
            "comparison": Comparison,
            "tolerance_kind": _optional(Kind),
            "tolerance": _optional(_decimal),
            "formula": _formula,
            "inputs": str,
            "detection_limit": _optional(_decimal),
            "quantitation_limit": _optional(_decimal),
            "note": str,
            **SOURCED,
        },
        {"item": Item},
    ),
    Sheet(
        "limits/*.csv",
        Limit,
        {
            "code": _needed,
            "level": str,
            "requirement": _requirement,
            "unit": _unit,
            "basis": str,
            "condition": str,
            "comparison": _optional(Comparison),
            "rounding": _interval,
            "clause": str,
            "note": str,
            **SOURCED,
        },
        {"item": Item, "heading": Heading, "standard": Standard},
    ),
    Sheet("panels.csv", Panel, {"code": _needed, "place": str, "bases": str, "methods": str, "note": str, **SOURCED}, {"heading": Heading, "item": Item}),
    Sheet("sums.csv", SumRule, {"code": _needed, "kind": SumKind, "parts": _needed, "not_found": NotFound, "note": str, **SOURCED}, {"item": Item}),
    Sheet("calendar.csv", Day, {"code": _needed, "day": date.fromisoformat, "working": _yes, "name_zh": _needed, "name_en": str, "source": _needed}, {}),
)


def _standard_mistake(row: Mapping[str, Any]) -> str | None:
    if row["in_force"] and row["abolished"] and row["abolished"] <= row["in_force"]:
        return _("it ends before it begins")
    return None


def _procedure_mistake(row: Mapping[str, Any]) -> str | None:
    detection, quantitation = row["detection_limit"], row["quantitation_limit"]
    if detection is not None and quantitation is not None and detection > quantitation:
        return _("the limit of detection lies above the limit of quantitation")
    if (row["tolerance_kind"] is None) != (row["tolerance"] is None):
        return _("a tolerance needs its kind, and a kind its tolerance")
    asked = formula.names(row["formula"]) if row["formula"] else ()
    told = [words.partition("=")[0].strip() for words in row["inputs"].split(";") if words.strip()]
    if unknown := sorted(set(told) ^ set(asked)):
        return _("formula and inputs do not name the same: {names}").format(names=", ".join(unknown))
    return None


def _limit_mistake(row: Mapping[str, Any]) -> str | None:
    read = demand(row["requirement"])
    if read.unit:
        return _("the unit stands in a column of its own")
    return None


MISTAKES: Mapping[type[Thing], Callable[[Mapping[str, Any]], str | None]] = {
    Standard: _standard_mistake,
    Procedure: _procedure_mistake,
    Limit: _limit_mistake,
}
"""What can be wrong with a row although each of its fields can be read."""


def load(work: Work, folder: Path = CATALOGUE) -> None:
    """Add every shipped row whose code the laboratory does not have yet; rows it has are never touched."""
    for sheet in SHEETS:
        keys = {kind: dict(work.execute(select(kind.code, kind.id)).all()) for kind in {*sheet.links.values(), sheet.kind}}  # type: ignore[attr-defined]
        seen: dict[str, dict[str, Any]] = {}
        for path in sorted(folder.glob(sheet.file)) or [folder / sheet.file]:
            for row in _rows(sheet, path, keys, seen):
                seen[row["code"]] = row
        known = keys[sheet.kind]
        fresh = [row for code, row in seen.items() if code not in known]
        work.write_many(sheet.kind, _without_own_editions(work, fresh, seen) if sheet.kind is Limit else fresh)


def _without_own_editions(work: Work, fresh: list[dict[str, Any]], shipped: Container[str]) -> list[dict[str, Any]]:
    """Leave out limits of editions that the laboratory took in itself: its own rows stand for them."""
    if not fresh:
        return fresh
    codes: dict[int, set[str]] = {}
    for standard, code in work.execute(select(Limit.standard_id, Limit.code)):
        codes.setdefault(standard, set()).add(code)
    own = {standard for standard, stated in codes.items() if not any(code in shipped for code in stated)}
    return [row for row in fresh if row["standard_id"] not in own]


def _rows(sheet: Sheet, path: Path, keys: Mapping[type[Thing], Mapping[str, int]], seen: Container[str]) -> Iterator[dict[str, Any]]:
    lines = _lines(path)
    _line, header = next(lines, (1, []))
    if strange := set(header) ^ {*sheet.columns, *sheet.links} | {name for name in header if header.count(name) > 1}:
        raise _wrong(path, 1, _("columns {names}").format(names=", ".join(sorted(strange))))
    for line, fields in lines:
        if len(fields) != len(header):
            raise _wrong(path, line, _("{count} fields for {columns} columns").format(count=len(fields), columns=len(header)))
        read = _row(sheet, path, line, dict(zip(header, fields, strict=True)), keys)
        if read["code"] in seen:
            raise _wrong(path, line, _("code {code} stands twice").format(code=read["code"]))
        yield read


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Return the rows with the number of the line each ends on, without the blanks around their fields."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        for fields in reader:
            if fields:
                yield reader.line_num, [field.strip() for field in fields]
    except csv.Error as error:
        raise _wrong(path, reader.line_num, str(error)) from None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise Trouble(_("{file} cannot be read: {why}.").format(file=path, why=why(error))) from None
    except UnicodeDecodeError as error:
        raise _wrong(path, error.object[: error.start].count(b"\n") + 1, _("no UTF-8")) from None


def _row(sheet: Sheet, path: Path, line: int, row: Mapping[str, str], keys: Mapping[type[Thing], Mapping[str, int]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, reads in sheet.columns.items():
        try:
            read[name] = reads(row[name])
        except (ValueError, Refusal):
            raise _wrong(path, line, f"{name} = {row[name]!r}") from None
    for name, kind in sheet.links.items():
        if row[name] not in keys[kind]:
            raise _wrong(path, line, _("{name} {code} is not in the library").format(name=name, code=repr(row[name])))
        read[f"{name}_id"] = keys[kind][row[name]]
    if sheet.kind in MISTAKES and (words := MISTAKES[sheet.kind](read)):
        raise _wrong(path, line, words)
    return read


def _wrong(path: Path, line: int, what: str) -> Refusal:
    return Refusal(_("{file}, line {line}: {what}. Mend the file.").format(file=path.name, line=line, what=what))
