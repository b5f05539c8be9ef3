"""Rows of the standards library: what is demanded where, what is confirmed, and what can be asked of a product."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from lims.domain.analyses import Analysis, Basis
from lims.domain.catalogue import Confirmation, Heading, Item, Limit, Placement, Procedure, Product, Standard
from lims.domain.people import Person
from lims.domain.samples import Sample
from lims.views.digests import confirmed_limits, limit_digest
from lims.views.items import find_items
from lims.views.names import named, sought
from lims.views.placements import confirmed_placements, covering, placements
from lims.views.standards import find_headings, find_standards, title


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit as the library shows it."""

    code: str
    item: str
    item_code: str
    heading: str
    """Code of the heading it stands under."""
    classification: str
    """Group, number and name of the heading in the standard's own words."""
    level: str
    requirement: str
    unit: str
    basis: str
    condition: str
    standard: str
    title: str
    clause: str
    note: str
    source: str
    evidence: str
    confidence: str
    in_force: bool
    confirmed_by: str
    """Empty: 未经实验室核对."""
    confirmed_at: datetime | None
    remark: str


@dataclass(frozen=True, slots=True)
class LimitPage:
    """Limits of one part of the library, and how many each part holds of what is searched for."""

    rows: tuple[LimitRow, ...]
    counts: Mapping[str, int]
    """By the names of PARTS."""


PARTS = ("asked", "placed", "all")
"""Limits that analyses rest on and nobody has confirmed; those under the headings of products; the whole library."""
MOST = 500
"""Limits of a page."""


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product of the library."""

    code: str
    name: str
    prefix: str
    placed: int = 0
    """In how many classifications it has been placed."""
    open: int = 0
    """How many of these placements nobody has confirmed."""
    sought: str = ""
    """By which it is found while somebody types."""


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
    """Limit and placement are both confirmed."""
    classification: str = ""
    level: str = ""


def confirmed_codes(work: Session, among: Iterable[int | None] | None = None) -> frozenset[str]:
    """Return the codes of all limits, or of those *among* keys, whose last confirmation covers what they say now."""
    return frozenset(row.code for row in confirmed_limits(work, among))


def sure_headings(work: Session) -> frozenset[tuple[int, str]]:
    """Return every product with every heading under which its confirmed placement puts it."""
    confirmed = confirmed_placements(work)
    last = [one for trees in placements(work).values() for one in trees.values() if one.id in confirmed]
    return frozenset((one.product_id, code) for one in last for code in one.headings)


def unconfirmed(work: Session) -> int:
    """Return how much waits for somebody's confirmation: limits that analyses rest on, and placements of products."""
    sure = confirmed_placements(work)
    open_ = sum(one.id not in sure for trees in placements(work).values() for one in trees.values())
    asked = list(work.scalars(select(Limit.id).where(_asked())))
    return open_ + len(asked) - len(confirmed_limits(work, asked))


def _asked() -> ColumnElement[bool]:
    """Limits that analyses are held against."""
    further = select(Basis.limit_id).where(Basis.limit_id.is_not(None))
    return or_(Limit.id.in_(select(Analysis.limit_id).where(Analysis.limit_id.is_not(None))), Limit.id.in_(further))


def limit_rows(work: Session, on: date, *conditions: ColumnElement[bool], most: int | None = None) -> list[LimitRow]:
    """Return limits that meet *conditions* on item, heading or standard, those not confirmed first."""
    last = select(func.max(Confirmation.id)).where(Confirmation.limit_id == Limit.id).correlate(Limit).scalar_subquery()
    query = (
        select(Limit, Confirmation, Person.name)
        .join(Item, Limit.item_id == Item.id)
        .join(Heading, Limit.heading_id == Heading.id)
        .join(Standard, Limit.standard_id == Standard.id)
        .where(*conditions)
        .outerjoin(Confirmation, Confirmation.id == last)
        .outerjoin(Person, Person.id == Confirmation.person_id)
        .options(*_loaded())
        .order_by(Confirmation.id.is_not(None), Limit.id)
        .limit(most)
    )
    found = [_limit_row(limit, confirmation, name, on) for limit, confirmation, name in work.execute(query)]
    return sorted(found, key=lambda row: bool(row.confirmed_by))  # one that reads otherwise than it was confirmed is not confirmed


def asked_limits(work: Session, on: date) -> list[LimitRow]:
    """Return the limits that analyses rest on, those not confirmed first: what samples wait for."""
    return limit_rows(work, on, _asked())


def limit_page(work: Session, on: date, part: str, text: str = "", most: int = MOST) -> LimitPage:
    """Return at most so many limits of one of PARTS, those that are meant by every word of *text*; each may be a limit's own number."""
    wanted = and_(true(), *(or_(_meant(work, word), Limit.code == word) for word in text.split()))
    parts = {"placed": _placed(work), "all": true()}
    asked = [row for row in limit_rows(work, on, _asked(), wanted) if not row.confirmed_by]
    counted = select(func.count(Limit.id)).select_from(Limit).join(Limit.item).join(Limit.heading).join(Limit.standard).where(wanted)
    counts = {"asked": len(asked), **{name: work.scalar(counted.where(condition)) or 0 for name, condition in parts.items()}}
    return LimitPage(tuple(limit_rows(work, on, parts[part], wanted, most=most) if part in parts else asked[:most]), counts)


def _placed(work: Session) -> ColumnElement[bool]:
    """Limits under headings in which products have been placed."""
    return Heading.code.in_({code for trees in placements(work).values() for one in trees.values() for code in one.headings})


def _meant(work: Session, text: str) -> ColumnElement[bool]:
    """Limits whose item, heading or standard is meant."""
    return or_(Item.code.in_(find_items(work, text)), Heading.code.in_(find_headings(work, text)), Standard.code.in_(find_standards(work, text)))


def find_limits(work: Session, product: str, item: str, on: date) -> list[LimitRow]:
    """Return the limits in force of an item for a product, each by code or name: under its headings where it is placed, else under those that may cover it."""
    items = find_items(work, item, whole=True) or find_items(work, item)
    known = work.scalars(select(Product).where(or_(Product.code == product, Product.name_zh == product, Product.name_en == product))).first()
    placed = {code for one in placements(work, known.id).get(known.id, {}).values() for code in one.headings} if known else set()
    stated = {row.heading: row for row in limit_rows(work, on, Item.code.in_(items)) if row.in_force}
    where = placed & set(stated) or {place.code for place in covering(work, known.name_zh if known else product, set(stated))}
    return [row for row in limit_rows(work, on, Item.code.in_(items), Heading.code.in_(where)) if row.in_force]


def choices(work: Session, analysis: int, on: date) -> list[LimitRow]:
    """Return the limits an analysis may be held against: of its item under the headings of the sample's product, in every edition."""
    query = select(Analysis.item_id, Sample.product_id).join(Sample, Analysis.sample_id == Sample.id).where(Analysis.id == analysis)
    item, product = work.execute(query).one()
    headings = {code for one in placements(work, product).get(product, {}).values() for code in one.headings}
    return limit_rows(work, on, Limit.item_id == item, Heading.code.in_(headings))


def products(work: Session) -> list[ProductRow]:
    """Return the products, by name."""
    placed, sure = placements(work), confirmed_placements(work)
    return [_product_row(row, list(placed.get(row.id, {}).values()), sure) for row in work.scalars(select(Product).order_by(Product.name_zh))]


def offers(work: Session, product: str, on: date) -> list[OfferRow]:
    """Return what can be asked of a product: every limit in force on its day under its headings, by each procedure of a formal test.

    Items stand in the library's order, limits of one item in the order of the headings, the most specific first; grades follow what holds for all.
    """
    known = work.scalars(select(Product).where(Product.code == product)).first()
    if known is None:
        return []
    placed = placements(work, known.id).get(known.id, {})
    order = {code: place for one in placed.values() for place, code in enumerate(one.headings)}
    query = select(Limit).join(Heading).where(Heading.code.in_(order)).options(*_loaded()).order_by(Limit.id)
    found = [row for row in work.scalars(query) if row.standard.edition().holds(on)]
    found.sort(key=lambda row: (row.item_id, bool(row.level), order[row.heading.code], row.standard.code, row.id))
    procedures: dict[int, list[Procedure]] = {}
    wanted = select(Procedure).where(Procedure.item_id.in_({row.item_id for row in found}), Procedure.rapid.is_(False)).order_by(Procedure.id)
    for procedure in work.scalars(wanted):
        procedures.setdefault(procedure.item_id, []).append(procedure)
    confirmed, sure = confirmed_codes(work, [row.id for row in found]), sure_headings(work)
    return [
        _offer(row, procedure, confirmed=row.code in confirmed and (known.id, row.heading.code) in sure)
        for row in found
        for procedure in procedures.get(row.item_id, [])
    ]


def _product_row(row: Product, placed: Sequence[Placement], sure: Container[int]) -> ProductRow:
    names = sought((row.code, row.name_zh, row.name_en, row.prefix))
    return ProductRow(row.code, named(row), row.prefix, len(placed), sum(one.id not in sure for one in placed), names)


def _offer(row: Limit, procedure: Procedure, *, confirmed: bool) -> OfferRow:
    rule = row.rule()
    return OfferRow(
        named(row.item),
        row.item.code,
        procedure.code,
        procedure.method,
        row.code,
        f"{rule.demanded()} {row.level}".strip(),
        row.unit,
        rule.place(),
        confirmed,
        row.heading.words(),
        row.level,
    )


def _loaded() -> tuple[ExecutableOption, ...]:
    return joinedload(Limit.item), joinedload(Limit.heading), joinedload(Limit.standard)


def _limit_row(limit: Limit, confirmation: Confirmation | None, name: str | None, on: date) -> LimitRow:
    rule = limit.rule()
    covered = bool(confirmation and confirmation.digest == limit_digest(rule))
    return LimitRow(
        limit.code,
        named(limit.item),
        limit.item.code,
        limit.heading.code,
        limit.heading.words(),
        limit.level,
        rule.demanded(),
        limit.unit,
        limit.basis,
        limit.condition,
        limit.standard.code,
        title(limit.standard),
        limit.clause,
        limit.note,
        limit.source,
        limit.evidence,
        limit.confidence,
        limit.standard.edition().holds(on),
        name or "" if covered else "",
        confirmation.at if covered and confirmation else None,
        confirmation.remark if covered and confirmation else "",
    )
