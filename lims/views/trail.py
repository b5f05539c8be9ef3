"""Rows of the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lims.domain.trail import TrailLine


@dataclass(frozen=True, slots=True)
class TrailRow:
    """Who, when, what, from, to, why."""

    id: int
    at: datetime
    person: str
    """Empty: the program itself."""
    verb: str
    kind: str
    name: str
    field: str
    """Empty where the thing was made; *new* then holds its values."""
    old: str
    new: str
    reason: str


def rows(work: Session, *, kind: str = "", name: str = "", before: int | None = None, limit: int = 200) -> list[TrailRow]:
    """Return a page of the trail, newest first; *name* begins the name of a thing; *before* is the last key of the page above."""
    query = select(TrailLine).order_by(TrailLine.id.desc()).limit(limit)
    if kind:
        query = query.where(TrailLine.kind == kind)
    if name:
        query = query.where(TrailLine.name >= name, TrailLine.name < f"{name}\U0010ffff")
    if before is not None:
        query = query.where(TrailLine.id < before)
    return [
        TrailRow(one.id, one.at, one.person, one.verb, one.kind, one.name, one.field, one.old or "", one.new or "", one.reason) for one in work.scalars(query)
    ]
