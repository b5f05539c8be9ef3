"""Samples, the portions they were divided into, and what was seen when they came in."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.domain.thing import Thing, key, version, words
from lims.rules.flows import PortionState, SampleState

if TYPE_CHECKING:
    from lims.domain.analyses import Analysis
    from lims.domain.catalogue import Product
    from lims.domain.samplings import Sampling


class Sample(Thing, kw_only=True):
    """One sample of a sampling visit."""

    __tablename__ = "sample"

    id: Mapped[int] = key()
    number: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str]
    """As on the form: the report prints it so."""
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    sampling_id: Mapped[int] = mapped_column(ForeignKey("sampling.id"), index=True)
    product_on: Mapped[date]
    """The day by which the edition of a standard is chosen: production or purchase, else sampling."""
    stage: Mapped[SampleState] = mapped_column(default=SampleState.EXPECTED, index=True)
    """What persons moved it to; the state that is shown follows (lims.rules.flows.sample_state)."""
    registered_at: Mapped[datetime]
    received_at: Mapped[datetime | None] = mapped_column(default=None)
    received_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    refusal: Mapped[str] = words()
    intake: Mapped[dict[str, str]] = mapped_column(default_factory=dict)
    """Answers of the intake check by question name (lims.rules.sampling.INTAKE)."""
    version: Mapped[int] = version()
    sampling: Mapped[Sampling] = relationship(lazy="raise", init=False, repr=False)
    product: Mapped[Product] = relationship(lazy="raise", init=False, repr=False)
    analyses: Mapped[list[Analysis]] = relationship(lazy="raise", init=False, default_factory=list, repr=False, order_by="Analysis.id")
    portions: Mapped[list[Portion]] = relationship(lazy="raise", init=False, default_factory=list, repr=False, order_by="Portion.id")
    __mapper_args__ = {"version_id_col": version}


class Portion(Thing, kw_only=True):
    """A part of a sample with a label of its own: test, backup, retained."""

    __tablename__ = "portion"

    id: Mapped[int] = key()
    number: Mapped[str] = mapped_column(String(60), unique=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    """test or backup."""
    amount: Mapped[str] = words()
    place: Mapped[str] = words()
    state: Mapped[PortionState] = mapped_column(default=PortionState.SEALED)
    version: Mapped[int] = version()
    __mapper_args__ = {"version_id_col": version}
