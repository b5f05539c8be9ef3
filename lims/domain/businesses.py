"""Businesses: who is sampled and who asks for tests."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lims.domain.thing import Thing, key, version, words


class Business(Thing, kw_only=True):
    """A sampled enterprise or a client, as the sampling form knows it."""

    __tablename__ = "business"

    id: Mapped[int] = key()
    name: Mapped[str] = mapped_column(String(200), unique=True)
    client: Mapped[bool] = mapped_column(default=False)
    """Asks for tests and gets reports."""
    sampled: Mapped[bool] = mapped_column(default=True)
    """Samples are taken there."""
    link: Mapped[str] = words()
    """Production, circulation, catering, online."""
    credit_code: Mapped[str] = words()
    licence_kind: Mapped[str] = words()
    licence_number: Mapped[str] = words()
    legal_person: Mapped[str] = words()
    address: Mapped[str] = words()
    contact: Mapped[str] = words()
    phone: Mapped[str] = words()
    version: Mapped[int] = version()
    __mapper_args__ = {"version_id_col": version}

    def called(self) -> str:
        return self.name
