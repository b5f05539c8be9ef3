"""The standards library: items, products and where they are placed, standards, methods, limits, panels, scope, and what is confirmed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.domain.thing import Thing, code, key, words
from lims.rules import judgement, limits
from lims.rules.limits import Comparison
from lims.rules.replicates import Kind, Tolerance
from lims.rules.sums import NotFound, SumKind
from lims.rules.uncertainty import Decide, read


class Item(Thing, kw_only=True):
    """Something that can be determined: a residue, a toxin, moisture. One list for all standards."""

    __tablename__ = "item"

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    name_zh: Mapped[str]
    name_en: Mapped[str] = words()
    group: Mapped[str] = words()
    """contaminant, mycotoxin, pesticide, veterinary, additive, microbe, quality, grain, drug, other."""
    aliases: Mapped[str] = words()
    """Other spellings, separated by `` | ``."""


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
    """One edition of a standard; its dates are the laboratory's to set where the shipped library does not know them."""

    __tablename__ = "standard"

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    """Number with year: GB 2763-2021."""
    title_zh: Mapped[str] = words()
    title_en: Mapped[str] = words()
    classification: Mapped[str] = words()
    """The tree of headings in which its limits are stated; editions share it."""
    issued: Mapped[date | None] = mapped_column(default=None)
    in_force: Mapped[date | None] = mapped_column(default=None)
    abolished: Mapped[date | None] = mapped_column(default=None)
    replaces: Mapped[str] = words()
    source: Mapped[str] = words()
    evidence: Mapped[str] = words()
    confidence: Mapped[str] = words()

    def edition(self) -> limits.Edition:
        """Return the edition as the rules know it."""
        return limits.Edition(self.code, self.title_zh, self.title_en, self.in_force, self.abolished)


class Heading(Thing, kw_only=True):
    """A place in a standard's own classification: a food, a grain, a dosage form as that standard names it."""

    __tablename__ = "heading"
    added_only = True

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    classification: Mapped[str] = mapped_column(index=True)
    """The standard's number without its year, or 抽检细则 for the sampling rules."""
    parent: Mapped[str] = words()
    """Code of the heading above; empty at the top."""
    group: Mapped[str] = words()
    """The part of the standard it stands in: the same name in two groups is two headings."""
    number: Mapped[str] = words()
    """Food code or number of the table."""
    name: Mapped[str]
    """In the standard's own words, exclusions and all."""
    note: Mapped[str] = words()
    source: Mapped[str] = words()
    evidence: Mapped[str] = words()
    confidence: Mapped[str] = words()

    def words(self) -> str:
        """Return group, number and name in one line."""
        return " · ".join(part for part in (self.group, f"{self.number} {self.name}".strip()) if part)


class Placement(Thing, kw_only=True):
    """Where a person has placed a product in one classification; a correction is a further row, the last one counts."""

    __tablename__ = "placement"
    added_only = True

    id: Mapped[int] = key()
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    classification: Mapped[str]
    headings: Mapped[list[str]]
    """Codes of the headings that cover the product, the most specific first; none where the standard does not treat of it."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    remark: Mapped[str] = words()

    def called(self) -> str:
        return f"{self.product_id}/{self.classification}"


class Method(Thing, kw_only=True):
    """A test method as the library lists it that determines many things at once, or nothing the library names."""

    __tablename__ = "method"

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    title_zh: Mapped[str] = words()
    analyte: Mapped[str] = words()
    technique: Mapped[str] = words()
    rapid: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = words()
    source: Mapped[str] = words()
    evidence: Mapped[str] = words()
    confidence: Mapped[str] = words()


class Procedure(Thing, kw_only=True):
    """How an item is determined by a method, and how its result is reported."""

    __tablename__ = "procedure"

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    method: Mapped[str]
    """Number with year, and the method within the standard."""
    title_zh: Mapped[str] = words()
    matrix: Mapped[str] = words()
    technique: Mapped[str] = words()
    rapid: Mapped[bool] = mapped_column(default=False)
    """Whether it only screens: its results never stand in a formal report."""
    unit: Mapped[str] = words()
    """Empty where no source names one: then values are entered in the limit's."""
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
    uncertainty: Mapped[str] = words()
    """Expanded uncertainty where the method gives it, ``0.02`` in the procedure's unit or ``10%`` of the value."""
    coverage: Mapped[Decimal] = mapped_column(default=Decimal(2))
    """Coverage factor k."""
    decision: Mapped[Decide] = mapped_column(default=Decide.SIMPLE)
    note: Mapped[str] = words()
    source: Mapped[str] = words()
    evidence: Mapped[str] = words()
    confidence: Mapped[str] = words()
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
            read(self.uncertainty, self.coverage),
            self.decision,
        )


class Limit(Thing, kw_only=True):
    """What a standard demands of an item under one of its headings; a row is never changed, a new one takes its place."""

    __tablename__ = "limit"
    added_only = True

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    heading_id: Mapped[int] = mapped_column(ForeignKey("heading.id"), index=True)
    standard_id: Mapped[int] = mapped_column(ForeignKey("standard.id"), index=True)
    level: Mapped[str] = words()
    """Grade or class where the standard states several: 一等, 宜存."""
    requirement: Mapped[str] = words()
    """In the grammar of lims.rules.limits; empty where the library has no figure."""
    unit: Mapped[str] = words()
    basis: Mapped[str] = words()
    condition: Mapped[str] = words()
    comparison: Mapped[Comparison | None] = mapped_column(default=None)
    """None where the method says which value is compared."""
    rounding: Mapped[str] = words()
    clause: Mapped[str] = words()
    note: Mapped[str] = words()
    source: Mapped[str] = words()
    evidence: Mapped[str] = words()
    confidence: Mapped[str] = words()
    item: Mapped[Item] = relationship(lazy="raise", init=False, repr=False)
    heading: Mapped[Heading] = relationship(lazy="raise", init=False, repr=False)
    standard: Mapped[Standard] = relationship(lazy="raise", init=False, repr=False)

    def rule(self) -> limits.Limit:
        """Return the limit as the rules know it; item, heading and standard must be loaded."""
        return limits.Limit(
            self.code,
            self.item.code,
            self.heading.code,
            self.requirement,
            self.unit,
            self.standard.code,
            self.level,
            self.heading.words(),
            self.basis,
            self.condition,
            self.comparison,
            self.rounding,
            self.clause,
            self.source,
            self.evidence,
        )


class Confirmation(Thing, kw_only=True):
    """The laboratory has read a limit in its own copy of the standard, or agrees with a placement; the last one counts."""

    __tablename__ = "confirmation"
    added_only = True

    id: Mapped[int] = key()
    limit_id: Mapped[int | None] = mapped_column(ForeignKey("limit.id"), default=None, index=True)
    placement_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id"), default=None, index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    digest: Mapped[str]
    """SHA-256 of what was confirmed: what reads otherwise is not confirmed."""
    remark: Mapped[str] = words()


class Panel(Thing, kw_only=True):
    """One item that the sampling rules of a year ask of a food: by which standards it is judged, by which methods it is tested."""

    __tablename__ = "panel"

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    heading_id: Mapped[int] = mapped_column(ForeignKey("heading.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    place: Mapped[str] = words()
    """Number of the row in the rules' table."""
    bases: Mapped[str] = words()
    """Standards it is judged by, separated by `` | ``."""
    methods: Mapped[str] = words()
    note: Mapped[str] = words()
    source: Mapped[str] = words()
    evidence: Mapped[str] = words()
    confidence: Mapped[str] = words()
    item: Mapped[Item] = relationship(lazy="raise", init=False, repr=False)
    heading: Mapped[Heading] = relationship(lazy="raise", init=False, repr=False)


class SumRule(Thing, kw_only=True):
    """An item that is not tested but added up from others of the same sample."""

    __tablename__ = "sum_rule"

    id: Mapped[int] = key()
    code: Mapped[str] = code()
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    kind: Mapped[SumKind]
    parts: Mapped[str]
    """Codes of the items that are added up, separated by `` | ``."""
    not_found: Mapped[NotFound] = mapped_column(default=NotFound.NOTHING)
    note: Mapped[str] = words()
    source: Mapped[str] = words()
    evidence: Mapped[str] = words()
    confidence: Mapped[str] = words()


class Scope(Thing, kw_only=True):
    """One line of the laboratory's accreditation: object, parameter, method with year, restriction, from when until when."""

    __tablename__ = "scope"

    id: Mapped[int] = key()
    object: Mapped[str]
    """Category and object as the certificate's annex names them."""
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    method: Mapped[str]
    """Number with year."""
    restriction: Mapped[str] = words()
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(default=None)
    item: Mapped[Item] = relationship(lazy="raise", init=False, repr=False)

    def called(self) -> str:
        return f"{self.object} {self.method}"
