"""A sampling visit: the form as it was filled in."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lims.domain.thing import Thing, key, version


class Sampling(Thing, kw_only=True):
    """One sampling form. What the program reckons with has a column; every answer as written stands in *form*."""

    __tablename__ = "sampling"

    id: Mapped[int] = key()
    number: Mapped[str] = mapped_column(String(60), unique=True)
    """The form's own number."""
    business_id: Mapped[int] = mapped_column(ForeignKey("business.id"), index=True)
    sampled_on: Mapped[date]
    form: Mapped[dict[str, str]]
    """Answers by question name (lims.rules.sampling.FORM)."""
    version: Mapped[int] = version()
    __mapper_args__ = {"version_id_col": version}
