"""The working-day calendar: days that are not what their weekday says, or that have a name."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from lims.domain.thing import Thing, code, key, words


class Day(Thing, kw_only=True):
    """A holiday, a make-up day, or a day the laboratory arranges for itself; without a name it is what its weekday says."""

    __tablename__ = "day"

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    """The day as it is written: 2026-10-01."""
    day: Mapped[date] = mapped_column(unique=True)
    working: Mapped[bool]
    name_zh: Mapped[str] = words()
    name_en: Mapped[str] = words()
    source: Mapped[str] = words()
    """The notice it rests on; empty where the laboratory arranged it."""
    version: Mapped[int] = mapped_column(init=False, insert_default=1)
    __mapper_args__ = {"version_id_col": version}
