"""Rows of the library's items and of the methods by which they are determined; items by name, alias and pinyin initials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lims.domain.catalogue import Item, Limit, Method, Procedure
from lims.pinyin import initials
from lims.rules.rounding import plain
from lims.views.names import folded, named, sought
from lims.views.scope import accredited


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of the library."""

    code: str
    name: str
    other: str
    """Its name in the other language."""
    group: str
    aliases: tuple[str, ...]
    limits: int
    procedures: int
    sought: str
    """By which it is found while somebody types."""


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """How an item is determined by a method."""

    code: str
    item: str
    item_code: str
    method: str
    title: str
    technique: str
    rapid: bool
    unit: str
    determinations: int
    rounding: str
    comparison: str
    tolerance: str
    detection_limit: str
    quantitation_limit: str
    formula: str
    note: str
    source: str
    evidence: str
    in_scope: bool = False
    uncertainty: str = ""
    """Expanded uncertainty as the method gives it: 0.02 in its unit, or 10% of the value."""
    decision: str = ""
    """What part it has in a verdict (lims.rules.uncertainty.Decide)."""


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A method that determines many things at once, or nothing the library names."""

    code: str
    title: str
    analyte: str
    technique: str
    rapid: bool
    note: str
    source: str


def items(work: Session) -> list[ItemRow]:
    """Return every item with how many limits and procedures there are for it."""
    counts = {kind: dict(work.execute(select(kind.item_id, func.count(kind.id)).group_by(kind.item_id)).all()) for kind in (Limit, Procedure)}
    return [
        ItemRow(
            row.code,
            named(row),
            row.name_en if named(row) == row.name_zh else row.name_zh,
            row.group,
            parts(row.aliases),
            counts[Limit].get(row.id, 0),
            counts[Procedure].get(row.id, 0),
            sought((row.code, row.name_zh, row.name_en, *parts(row.aliases))),
        )
        for row in work.scalars(select(Item).order_by(Item.id))
    ]


def procedures(work: Session, on: date) -> list[ProcedureRow]:
    """Return every procedure, with whether the laboratory is accredited for it on a day."""
    scope = accredited(work, on)
    query = select(Procedure).options(joinedload(Procedure.item)).order_by(Procedure.id)
    return [_procedure_row(row, in_scope=(row.item_id, row.method) in scope) for row in work.scalars(query)]


def methods(work: Session) -> list[MethodRow]:
    """Return the methods that belong to no single item."""
    rows = work.scalars(select(Method).order_by(Method.code))
    return [MethodRow(row.code, row.title_zh, row.analyte, row.technique, row.rapid, row.note, row.source) for row in rows]


def item_names(work: Session) -> dict[str, str]:
    """Return the names of all items by code."""
    return {row.code: named(row) for row in work.scalars(select(Item))}


def item_codes(work: Session) -> dict[str, str]:
    """Return the code of every item by each of its names and aliases, folded."""
    rows = work.execute(select(Item.code, Item.name_zh, Item.name_en, Item.aliases))
    return {folded(name): row.code for row in rows for name in (row.code, row.name_zh, row.name_en, *parts(row.aliases)) if name}


def find_items(work: Session, text: str, *, whole: bool = False) -> list[str]:
    """Return the codes of items that *text* means: part of a name or alias, pinyin initials; with *whole* only the full name."""
    rows = work.execute(select(Item.code, Item.name_zh, Item.name_en, Item.aliases))
    return [row.code for row in rows if meant(text, (row.code, row.name_zh, row.name_en, *parts(row.aliases)), whole=whole)]


def meant(text: str, names: Iterable[str], *, whole: bool = False) -> bool:
    """Tell whether *text* means a thing by one of its names: a part of it, its pinyin initials; with *whole* only all of it. Nothing means nothing."""
    wanted, told = folded(text), [folded(name) for name in names]
    if whole or not wanted:
        return bool(wanted) and wanted in told
    return any(wanted in name for name in told) or (wanted.isascii() and any(wanted in initials(name) for name in told))


def parts(text: str) -> tuple[str, ...]:
    """Return what is separated by `` | ``."""
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _procedure_row(row: Procedure, *, in_scope: bool) -> ProcedureRow:
    tolerance = row.rule("").tolerance
    return ProcedureRow(
        row.code,
        named(row.item),
        row.item.code,
        row.method,
        row.title_zh,
        row.technique,
        row.rapid,
        row.unit,
        row.determinations,
        row.rounding,
        row.comparison.value,
        tolerance.shown() if tolerance else "",
        "" if row.detection_limit is None else plain(row.detection_limit),
        "" if row.quantitation_limit is None else plain(row.quantitation_limit),
        row.formula,
        row.note,
        row.source,
        row.evidence,
        in_scope,
        row.uncertainty,
        row.decision.value,
    )
