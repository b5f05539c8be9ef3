"""The standards library: items, products, standards, methods, procedures and limits, and which limits are confirmed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.domain.thing import Thing, code, key, words
from lims.rules import judgement, limits
from lims.rules.judgement import Comparison
from lims.rules.limits import Operator
from lims.rules.replicates import Kind, Tolerance


class Item(Thing, kw_only=True):
    """Something that can be determined: a residue, a toxin, moisture."""

    __tablename__ = "item"

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    name_zh: Mapped[str]
    name_en: Mapped[str] = words()


class Product(Thing, kw_only=True):
    """A food, drug or grain as the laboratory names it."""

    __tablename__ = "product"

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    name_zh: Mapped[str]
    name_en: Mapped[str] = words()
    prefix: Mapped[str] = words()
    """What sample numbers of this product begin with."""


class Standard(Thing, kw_only=True):
    """One edition of a standard."""

    __tablename__ = "standard"

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    """Number with year: GB 2763-2021."""
    title_zh: Mapped[str] = words()
    title_en: Mapped[str] = words()
    in_force: Mapped[date | None] = mapped_column(default=None)
    abolished: Mapped[date | None] = mapped_column(default=None)
    source: Mapped[str] = words()

    def edition(self) -> limits.Edition:
        """Return the edition as the rules know it."""
        return limits.Edition(self.code, self.title_zh, self.title_en, self.in_force, self.abolished)


class Procedure(Thing, kw_only=True):
    """How an item is determined by a method, and how its result is reported."""

    __tablename__ = "procedure"

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    method: Mapped[str]
    """Number with year, and the method within the standard."""
    title_zh: Mapped[str] = words()
    unit: Mapped[str] = words()
    determinations: Mapped[int] = mapped_column(default=1)
    single_rounding: Mapped[str] = words()
    rounding: Mapped[str] = words()
    comparison: Mapped[Comparison] = mapped_column(default=Comparison.FULL)
    tolerance_kind: Mapped[Kind | None] = mapped_column(default=None)
    tolerance: Mapped[Decimal | None] = mapped_column(default=None)
    formula: Mapped[str] = words()
    inputs: Mapped[str] = words()
    """Words for the formula's names: ``W0=weighing dish (g); W1=...``."""
    detection_limit: Mapped[Decimal | None] = mapped_column(default=None)
    quantitation_limit: Mapped[Decimal | None] = mapped_column(default=None)
    source: Mapped[str] = words()
    evidence: Mapped[str] = words()
    item: Mapped[Item] = relationship(lazy="raise", init=False, repr=False)

    def rule(self, item: str) -> judgement.Procedure:
        """Return the procedure as the rules know it."""
        tolerance = Tolerance(self.tolerance_kind, self.tolerance, self.unit) if self.tolerance_kind and self.tolerance is not None else None
        return judgement.Procedure(
            self.code,
            item,
            self.method,
            self.unit,
            self.determinations,
            self.single_rounding,
            self.rounding,
            self.comparison,
            tolerance,
            self.formula,
            self.detection_limit,
            self.quantitation_limit,
        )


class Limit(Thing, kw_only=True):
    """What a standard demands of an item in a product; a row is never changed, a new one takes its place."""

    __tablename__ = "limit"
    added_only = True

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    standard_id: Mapped[int] = mapped_column(ForeignKey("standard.id"))
    classification: Mapped[str] = words()
    operator: Mapped[Operator]
    limit: Mapped[Decimal | None] = mapped_column(default=None)
    unit: Mapped[str] = words()
    basis: Mapped[str] = words()
    condition: Mapped[str] = words()
    clause: Mapped[str] = words()
    source: Mapped[str] = words()
    evidence: Mapped[str] = words()
    item: Mapped[Item] = relationship(lazy="raise", init=False, repr=False)
    product: Mapped[Product] = relationship(lazy="raise", init=False, repr=False)
    standard: Mapped[Standard] = relationship(lazy="raise", init=False, repr=False)

    def rule(self) -> limits.Limit:
        """Return the limit as the rules know it; item, product and standard must be loaded."""
        return limits.Limit(
            self.code,
            self.item.code,
            self.product.code,
            self.operator,
            self.limit,
            self.unit,
            self.standard.code,
            self.classification,
            self.basis,
            self.condition,
            self.clause,
            self.source,
            self.evidence,
        )


class Confirmation(Thing, kw_only=True):
    """The laboratory has read a limit in its own copy of the standard."""

    __tablename__ = "confirmation"
    added_only = True

    id: Mapped[int] = key()
    limit_id: Mapped[int] = mapped_column(ForeignKey("limit.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    digest: Mapped[str]
    """SHA-256 of the limit's content as confirmed: a limit that reads otherwise is not confirmed."""
    remark: Mapped[str] = words()
