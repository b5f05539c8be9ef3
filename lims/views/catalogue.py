"""Rows of the standards library: limits with their confirmation, and what can be asked of a product."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime

import rfc8785
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from lims.domain.catalogue import Confirmation, Item, Limit, Procedure, Product, Standard
from lims.domain.people import Person
from lims.rules import limits
from lims.rules.rounding import plain
from lims.views.names import named


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit as the library shows it."""

    code: str
    item: str
    product: str
    classification: str
    requirement: str
    unit: str
    basis: str
    condition: str
    standard: str
    title: str
    clause: str
    source: str
    evidence: str
    in_force: bool
    confirmed_by: str
    """Empty: 未经实验室核对."""
    confirmed_at: datetime | None
    remark: str


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product of the library."""

    code: str
    name: str
    prefix: str


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An item that can be asked of a product: by a procedure, against a limit in force."""

    item: str
    item_code: str
    procedure: str
    method: str
    limit: str | None
    requirement: str
    unit: str
    standard: str
    confirmed: bool


def limit_digest(limit: limits.Limit) -> str:
    """Return the SHA-256 of what a limit says: what a confirmation covers."""
    said = {field.name: str(getattr(limit, field.name)) for field in fields(limit)}
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def confirmed_codes(work: Session, among: Iterable[int | None] | None = None) -> frozenset[str]:
    """Return the codes of all limits, or of those *among* keys, whose confirmation covers what they say now."""
    query = select(Limit, Confirmation.digest).join(Confirmation, Confirmation.limit_id == Limit.id).options(*_loaded())
    if among is not None:
        query = query.where(Limit.id.in_({key for key in among if key is not None}))
    return frozenset(row.code for row, digest in work.execute(query) if limit_digest(row.rule()) == digest)


def limit_rows(work: Session, on: date, *conditions: ColumnElement[bool]) -> list[LimitRow]:
    """Return the library of limits, or those of the products and items that meet *conditions*; those not confirmed first."""
    query = (
        select(Limit, Confirmation, Person.name)
        .join(Product, Limit.product_id == Product.id)
        .join(Item, Limit.item_id == Item.id)
        .where(*conditions)
        .outerjoin(Confirmation, Confirmation.limit_id == Limit.id)
        .outerjoin(Person, Person.id == Confirmation.person_id)
        .options(*_loaded())
        .order_by(Confirmation.id.is_not(None), Limit.id)
    )
    return [_limit_row(limit, confirmation, name, on) for limit, confirmation, name in work.execute(query)]


def products(work: Session) -> list[ProductRow]:
    """Return the products, by name."""
    return [ProductRow(row.code, named(row), row.prefix) for row in work.scalars(select(Product).order_by(Product.name_zh))]


def offers(work: Session, product: str, on: date) -> list[OfferRow]:
    """Return what can be asked of a product: every limit in force on the product's day, with each procedure for its item."""
    editions = {row.code: row.edition() for row in work.scalars(select(Standard))}
    query = select(Limit).join(Product, Limit.product_id == Product.id).where(Product.code == product).options(*_loaded()).order_by(Limit.id)
    found = [row for row in work.scalars(query) if editions[row.standard.code].holds(on)]
    procedures: dict[int, list[Procedure]] = {}
    for procedure in work.scalars(select(Procedure).where(Procedure.item_id.in_([row.item_id for row in found])).order_by(Procedure.id)):
        procedures.setdefault(procedure.item_id, []).append(procedure)
    confirmed = confirmed_codes(work, [row.id for row in found])
    return [
        OfferRow(
            named(row.item),
            row.item.code,
            procedure.code,
            procedure.method,
            row.code,
            row.rule().requirement(),
            row.unit,
            row.rule().place(),
            row.code in confirmed,
        )
        for row in found
        for procedure in procedures.get(row.item_id, [])
    ]


def find_limits(work: Session, product: str, item: str, on: date) -> list[LimitRow]:
    """Return the limits of an item in a product, each by code or by name, in the editions in force on a day."""
    return [row for row in limit_rows(work, on, _called(Product, product), _called(Item, item)) if row.in_force]


def _called(kind: type[Product | Item], name: str) -> ColumnElement[bool]:
    return or_(kind.code == name, kind.name_zh == name, kind.name_en == name)


def _loaded() -> tuple[ExecutableOption, ...]:
    return joinedload(Limit.item), joinedload(Limit.product), joinedload(Limit.standard)


def _limit_row(limit: Limit, confirmation: Confirmation | None, name: str | None, on: date) -> LimitRow:
    rule = limit.rule()
    holds = bool(confirmation and confirmation.digest == limit_digest(rule))
    return LimitRow(
        limit.code,
        named(limit.item),
        named(limit.product),
        limit.classification,
        f"{limit.operator} {plain(limit.limit)}" if limit.limit is not None else rule.requirement(),
        limit.unit,
        limit.basis,
        limit.condition,
        limit.standard.code,
        limit.standard.title_zh,
        limit.clause,
        limit.source,
        limit.evidence,
        limit.standard.edition().holds(on),
        name or "" if holds else "",
        confirmation.at if holds and confirmation else None,
        confirmation.remark if holds and confirmation else "",
    )


def item_names(work: Session) -> dict[str, str]:
    """Return the names of all items by code."""
    return {row.code: named(row) for row in work.scalars(select(Item))}


def unconfirmed(work: Session) -> int:
    """Return how many limits nobody has confirmed."""
    return work.scalar(select(func.count(Limit.id)).outerjoin(Confirmation, Confirmation.limit_id == Limit.id).where(Confirmation.id.is_(None))) or 0
