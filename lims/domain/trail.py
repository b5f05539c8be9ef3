"""The audit trail: who, when, what, from, to, why. Nobody writes it but lims.db."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lims.domain.thing import Thing, key, words


class TrailLine(Thing, kw_only=True):
    """One line: a thing that was made (field empty, *new* holds its values) or one field that changed."""

    __tablename__ = "trail"
    __table_args__ = (Index("ix_trail_thing", "kind", "thing"),)
    trailed = False

    id: Mapped[int] = key()
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int]
    """0 is the program itself."""
    person: Mapped[str] = mapped_column(String(120))
    verb: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    thing: Mapped[str] = mapped_column(String(80))
    """The row's key."""
    name: Mapped[str] = words()
    """The name by which people know it."""
    field: Mapped[str] = words()
    old: Mapped[str | None] = mapped_column(default=None)
    new: Mapped[str | None] = mapped_column(default=None)
    reason: Mapped[str] = words()
