"""Rows of the accreditation scope: what the laboratory may report under its mark on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lims.domain.catalogue import Procedure, Scope
from lims.views.names import named, sought


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One line of the accreditation."""

    id: int
    object: str
    item: str
    item_code: str
    method: str
    restriction: str
    valid_from: date
    valid_to: date | None
    holds: bool
    known: bool
    """Whether the library has this method for the item: only then its results are known to be in the scope."""
    sought: str
    """By which it is found while somebody types."""


def scope(work: Session, on: date) -> list[ScopeRow]:
    """Return the accreditation, line by line."""
    query = select(Scope).options(joinedload(Scope.item)).order_by(Scope.object, Scope.id)
    known = {tuple(row) for row in work.execute(select(Procedure.item_id, Procedure.method))}
    return [_row(row, on, known=(row.item_id, row.method) in known) for row in work.scalars(query)]


def accredited(work: Session, on: date) -> frozenset[tuple[int, str]]:
    """Return item and method of everything in the scope on a day."""
    return frozenset((row.item_id, row.method) for row in work.scalars(select(Scope)) if holds(row, on))


def _row(row: Scope, on: date, *, known: bool) -> ScopeRow:
    names = sought((row.object, row.item.name_zh, row.item.name_en, row.method))
    return ScopeRow(row.id, row.object, named(row.item), row.item.code, row.method, row.restriction, row.valid_from, row.valid_to, holds(row, on), known, names)


def holds(row: Scope, on: date) -> bool:
    """Tell whether a line of the scope is valid on a day."""
    return row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)
