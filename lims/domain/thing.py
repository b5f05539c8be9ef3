"""The common ground of everything the laboratory keeps: column types, the key, what the trail watches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator

from lims.rules.flows import AnalysisState, CertificateState, PortionState, ReadingState, SampleState
from lims.rules.inbox import Cause
from lims.rules.limits import Comparison
from lims.rules.replicates import Kind
from lims.rules.rights import Role
from lims.rules.sums import NotFound, SumKind
from lims.rules.uncertainty import Decide
from lims.rules.verdict import Verdict
from lims.rules.workflow import Workflow


def key() -> MappedColumn[Any]:
    """A row's own number, given by the database."""
    return mapped_column(primary_key=True, init=False)


def code() -> MappedColumn[Any]:
    """A name by which people know the thing; taken once."""
    return mapped_column(String(60), unique=True)


def words() -> MappedColumn[Any]:
    """Text as it was written; nothing written is the empty string."""
    return mapped_column(Text, default="")


def version() -> MappedColumn[Any]:
    """Counts the changes of a row, so that two people cannot overwrite each other."""
    return mapped_column(init=False)


class Exact(TypeDecorator[Decimal]):
    """A Decimal kept as the digits that were written, trailing zeros and all."""

    impl = String(80)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Roles(TypeDecorator[frozenset[Role]]):
    """A set of roles, kept as their names in order."""

    impl = String(200)
    cache_ok = True

    def process_bind_param(self, value: Iterable[Role] | None, dialect: Dialect) -> str | None:
        return None if value is None else ",".join(sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[Role] | None:
        return None if value is None else frozenset(Role(name) for name in value.split(",") if name)


def _named(kind: type[StrEnum]) -> Enum:
    return Enum(kind, values_callable=lambda members: [member.value for member in members], native_enum=False, length=20)


ENUMS = (AnalysisState, Cause, CertificateState, PortionState, ReadingState, SampleState, Comparison, Decide, Kind, NotFound, SumKind, Verdict)


class Thing(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False):
    """Everything the laboratory keeps."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        Decimal: Exact,
        datetime: Moment,
        frozenset[Role]: Roles,
        dict[str, str]: JSON,
        list[str]: JSON,
        dict[str, Any]: JSON,
        **{kind: _named(kind) for kind in ENUMS},
    }

    trailed: ClassVar[bool] = True
    """Whether changes of this kind are written into the audit trail."""
    secret: ClassVar[frozenset[str]] = frozenset()
    """Columns whose values the trail does not repeat."""
    added_only: ClassVar[bool] = False
    """Whether a row stays as it was written; a correction is a further row."""
    flow: ClassVar[Workflow[Any, Any] | None] = None
    """The moves by which *state* may change; no other reaches the database."""

    def fixed(self, before: Mapping[str, Any]) -> frozenset[str]:
        """Return the columns that may not change any more; *before* holds their values as they stand in the database."""
        return frozenset(before) if self.added_only else frozenset()

    def called(self) -> str:
        """Return the name by which people know this thing: what stands in the trail."""
        return str(getattr(self, "code", getattr(self, "number", getattr(self, "id", ""))))
