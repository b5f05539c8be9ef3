"""Worksheets: what is measured together on the bench."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lims.domain.thing import Thing, key, version, words


class Worksheet(Thing, kw_only=True):
    """One bench run: its analyses point to it with their position."""

    __tablename__ = "worksheet"

    id: Mapped[int] = key()
    number: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = words()
    analyst_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    instrument_id: Mapped[int | None] = mapped_column(ForeignKey("instrument.id"), default=None)
    created_at: Mapped[datetime]
    conditions: Mapped[str] = words()
    """Room temperature and humidity, as noted."""
    version: Mapped[int] = version()
    __mapper_args__ = {"version_id_col": version}
