"""Analyses: one thing asked of a sample, the attempts at it, what was determined, what was judged."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.domain.thing import Thing, key, version, words
from lims.rules import judgement, limits
from lims.rules.flows import ANALYSIS_FLOW, AnalysisState
from lims.rules.verdict import Verdict

if TYPE_CHECKING:
    from lims.domain.catalogue import Item, Limit, Procedure
    from lims.domain.samples import Sample


class Analysis(Thing, kw_only=True):
    """One item asked of one sample, by one procedure, against one limit."""

    __tablename__ = "analysis"
    flow = ANALYSIS_FLOW
    __table_args__ = (UniqueConstraint("sample_id", "item_id"),)

    id: Mapped[int] = key()
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"))
    limit_id: Mapped[int | None] = mapped_column(ForeignKey("limit.id"), default=None)
    limit_cause: Mapped[str] = words()
    """Why another limit or edition was chosen than the product's day gives; empty where none was."""
    state: Mapped[AnalysisState] = mapped_column(default=AnalysisState.REQUESTED, index=True)
    worksheet_id: Mapped[int | None] = mapped_column(ForeignKey("worksheet.id"), default=None, index=True)
    position: Mapped[int | None] = mapped_column(default=None)
    """Place of the sample on the worksheet."""
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None, index=True)
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    reviewed_at: Mapped[datetime | None] = mapped_column(default=None)
    version: Mapped[int] = version()
    sample: Mapped[Sample] = relationship(lazy="raise", init=False, repr=False, viewonly=True)
    item: Mapped[Item] = relationship(lazy="raise", init=False, repr=False)
    procedure: Mapped[Procedure] = relationship(lazy="raise", init=False, repr=False)
    limit: Mapped[Limit | None] = relationship(lazy="raise", init=False, repr=False)
    bases: Mapped[list[Basis]] = relationship(lazy="raise", init=False, default_factory=list, repr=False, order_by="Basis.id")
    attempts: Mapped[list[Attempt]] = relationship(lazy="raise", init=False, default_factory=list, repr=False, order_by="Attempt.number")
    __mapper_args__ = {"version_id_col": version}

    def called(self) -> str:
        return f"{self.sample_id}/{self.id}"

    @property
    def places(self) -> int:
        """How many determinations there are to be: those of the procedure, or one for each unit of a sampling plan."""
        return judgement.wanted(self.procedure.determinations, self.limit.requirement if self.limit else "")

    @property
    def unit(self) -> str:
        """What values are entered in: the procedure's unit, the limit's where the procedure names none."""
        return self.procedure.unit or (self.limit.unit if self.limit else "")

    def rules(self) -> list[limits.Limit]:
        """Return every limit the value is held against, the first the one that was asked for."""
        return [*([self.limit.rule()] if self.limit else []), *(basis.rule(self.item.code) for basis in self.bases)]


class Basis(Thing, kw_only=True):
    """A further limit of an analysis, of another standard or claimed by the label; all must be kept."""

    __tablename__ = "basis"
    added_only = True

    id: Mapped[int] = key()
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"), index=True)
    limit_id: Mapped[int | None] = mapped_column(ForeignKey("limit.id"), default=None)
    requirement: Mapped[str] = words()
    """As claimed, where it is no limit of the library."""
    unit: Mapped[str] = words()
    origin: Mapped[str] = words()
    """Where a claim stands: product label, contract."""
    limit: Mapped[Limit | None] = relationship(lazy="raise", init=False, repr=False)

    def rule(self, item: str) -> limits.Limit:
        """Return the limit as the rules know it."""
        return self.limit.rule() if self.limit else limits.Limit("", item, "", self.requirement, self.unit, self.origin)

    def called(self) -> str:
        return f"{self.analysis_id}/{self.origin or self.limit_id}"


class Attempt(Thing, kw_only=True):
    """One try at an analysis; a further try leaves it as it was."""

    __tablename__ = "attempt"
    added_only = True
    __table_args__ = (UniqueConstraint("analysis_id", "number"),)

    id: Mapped[int] = key()
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    begun_at: Mapped[datetime]
    begun_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cause: Mapped[str] = words()
    """Why there is a further attempt."""
    determinations: Mapped[list[Determination]] = relationship(lazy="raise", init=False, default_factory=list, repr=False, order_by="Determination.id")
    judgements: Mapped[list[Judged]] = relationship(lazy="raise", init=False, default_factory=list, repr=False, order_by="Judged.id")

    def called(self) -> str:
        return f"{self.analysis_id}/{self.number}"


class Determination(Thing, kw_only=True):
    """One value of one attempt, entered or accepted; a correction is a further row, the last one counts."""

    __tablename__ = "determination"
    added_only = True

    id: Mapped[int] = key()
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    place: Mapped[int]
    """1 for the first determination, 2 for the second."""
    text: Mapped[str]
    """As typed or sent; empty takes an earlier value back; for a formula the calculated value."""
    unit: Mapped[str] = words()
    inputs: Mapped[dict[str, str]] = mapped_column(default_factory=dict)
    """What was entered for a formula, by name, as typed."""
    reading_id: Mapped[int | None] = mapped_column(ForeignKey("reading.id"), default=None)
    weighed: Mapped[dict[str, str]] = mapped_column(default_factory=dict)
    """Which inputs a balance sent: name -> key of the reading."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    def called(self) -> str:
        return f"{self.attempt_id}/{self.place}"


class Judged(Thing, kw_only=True):
    """The verdict on an attempt with its explanation, as it stood at a moment; the last one counts."""

    __tablename__ = "judgement"
    added_only = True

    id: Mapped[int] = key()
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    at: Mapped[datetime]
    verdict: Mapped[Verdict]
    reported: Mapped[str]
    explanation: Mapped[dict[str, Any]]
    """lims.rules.judgement.Judgement as it was."""

    def called(self) -> str:
        return f"{self.attempt_id}"
