"""First data: the shipped catalogue, read and checked row by row; a mistake is refused with file and line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.catalogue import Item, Limit, Procedure, Product, Standard
from lims.domain.thing import Thing
from lims.errors import Refusal
from lims.i18n import _
from lims.rules import formula
from lims.rules.judgement import Comparison
from lims.rules.limits import FORBIDDEN, Operator
from lims.rules.replicates import Kind
from lims.rules.rounding import round_to
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
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    return value


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


def _needed(text: str) -> str:
    if not text:
        raise ValueError(_("empty"))
    return text


SHEETS = (
    Sheet("items.csv", Item, {"code": _needed, "name_zh": _needed, "name_en": str}, {}),
    Sheet("products.csv", Product, {"code": _needed, "name_zh": _needed, "name_en": str, "prefix": str}, {}),
    Sheet(
        "standards.csv",
        Standard,
        {
            "code": _needed,
            "title_zh": str,
            "title_en": str,
            "in_force": _optional(date.fromisoformat),
            "abolished": _optional(date.fromisoformat),
            "source": str,
        },
        {},
    ),
    Sheet(
        "procedures.csv",
        Procedure,
        {
            "code": _needed,
            "method": _needed,
            "title_zh": str,
            "unit": str,
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
            "source": str,
            "evidence": str,
        },
        {"item": Item},
    ),
    Sheet(
        "limits.csv",
        Limit,
        {
            "code": _needed,
            "classification": str,
            "operator": Operator,
            "limit": _optional(_decimal),
            "unit": str,
            "basis": str,
            "condition": str,
            "clause": str,
            "source": str,
            "evidence": str,
        },
        {"item": Item, "product": Product, "standard": Standard},
    ),
)


def load(work: Work, folder: Path = CATALOGUE) -> None:
    """Add every shipped row whose code the laboratory does not have yet; rows it has are never touched."""
    for sheet in SHEETS:
        keys = {kind: dict(work.execute(select(kind.code, kind.id)).all()) for kind in {*sheet.links.values(), sheet.kind}}  # type: ignore[attr-defined]
        rows = list(_rows(sheet, folder / sheet.file, keys))
        known = keys[sheet.kind]
        work.write_many(sheet.kind, [row for row in rows if row["code"] not in known])


def _rows(sheet: Sheet, path: Path, keys: Mapping[type[Thing], Mapping[str, int]]) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if strange := set(reader.fieldnames or ()) ^ {*sheet.columns, *sheet.links}:
            raise _wrong(path, 1, _("columns {names}").format(names=", ".join(sorted(strange))))
        seen: set[str] = set()
        for row in reader:
            read = _row(sheet, path, reader.line_num, row, keys)
            if read["code"] in seen:
                raise _wrong(path, reader.line_num, _("code {code} stands twice").format(code=read["code"]))
            seen.add(read["code"])
            yield read


def _row(sheet: Sheet, path: Path, line: int, row: Mapping[str, str], keys: Mapping[type[Thing], Mapping[str, int]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    if None in row:  # csv's key for what stands beyond the last column
        raise _wrong(path, line, _("more fields than columns"))
    for name, reads in sheet.columns.items():
        try:
            read[name] = reads((row[name] or "").strip())
        except (ValueError, InvalidOperation, Refusal, AttributeError, TypeError):
            raise _wrong(path, line, f"{name} = {row[name]!r}") from None
    for name, kind in sheet.links.items():
        if row[name] not in keys[kind]:
            raise _wrong(path, line, _("{name} {code} is not in the library").format(name=name, code=repr(row[name])))
        read[f"{name}_id"] = keys[kind][row[name]]
    if sheet.kind is Limit and (read["limit"] is None) != (read["operator"] in FORBIDDEN):
        raise _wrong(path, line, _("limit and operator do not go together"))
    return read


def _wrong(path: Path, line: int, what: str) -> Refusal:
    return Refusal(_("{file}, line {line}: {what}. Mend the file.").format(file=path.name, line=line, what=what))
