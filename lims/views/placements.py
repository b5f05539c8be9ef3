"""Rows of where products stand in each standard's own classification, and what the program proposes there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lims.domain.catalogue import Confirmation, Heading, Limit, Placement, Product, Standard
from lims.domain.people import Person
from lims.rules.placing import Place, ancestry, candidates
from lims.views.digests import placement_digest
from lims.views.standards import HeadingRow, heading_row, title

SAMPLING = "抽检细则"
"""The classification of the sampling rules: the tree that has levels."""

MOST_PROPOSED = 40


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """Where a product stands in one classification, or may stand."""

    classification: str
    standards: tuple[str, ...]
    """Editions whose limits are stated in this tree."""
    headings: tuple[HeadingRow, ...]
    """As placed, the most specific first; empty where the standard does not treat of the product, or nobody has placed it yet."""
    candidates: tuple[HeadingRow, ...]
    """What the program proposes, the most likely first."""
    placed_by: str = ""
    placed_at: datetime | None = None
    remark: str = ""
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    title: str = ""
    """Title of the latest edition."""

    @property
    def placed(self) -> bool:
        """Whether a person has decided, be it that the standard does not treat of the product."""
        return self.placed_at is not None


def placements(work: Session, product: int | None = None) -> dict[int, dict[str, Placement]]:
    """Return the placement that counts, by product and classification."""
    query = select(Placement).order_by(Placement.id)
    found: dict[int, dict[str, Placement]] = {}
    for one in work.scalars(query if product is None else query.where(Placement.product_id == product)):
        found.setdefault(one.product_id, {})[one.classification] = one
    return found


def placing(work: Session, product: str) -> list[PlacementRow]:
    """Return every classification with where a product stands in it, and what the program proposes."""
    known = work.scalars(select(Product).where(Product.code == product)).one()
    headings = list(work.scalars(select(Heading).order_by(Heading.id)))
    editions: dict[str, list[Standard]] = {SAMPLING: []}
    for standard in work.scalars(select(Standard).where(Standard.classification != "").order_by(Standard.id)):
        editions.setdefault(standard.classification, []).append(standard)
    placed, signed = placements(work, known.id).get(known.id, {}), confirmed_placements(work)
    people = dict(work.execute(select(Person.id, Person.name)).all())
    names = names_of(known, placed.get(SAMPLING), headings)
    return [
        _row(tree, known_as, [one for one in headings if one.classification == tree], names, placed.get(tree), people, signed)
        for tree, known_as in editions.items()
    ]


def names_of(product: Product, placed: Placement | None, headings: Sequence[Heading]) -> tuple[str, ...]:
    """Return a product's names, the most specific first: its own, then those above its place in the sampling rules' tree."""
    tree = {row.code: row for row in headings if row.classification == SAMPLING}
    if placed is None or not placed.headings:
        return product.name_zh, *ancestry(product.name_zh, [_place(row) for row in tree.values()])
    wider, row = [product.name_zh], tree.get(placed.headings[0])
    while row:
        wider.append(row.name)
        row = tree.get(row.parent)
    return tuple(dict.fromkeys(wider))


def _row(
    tree: str,
    editions: Sequence[Standard],
    headings: Sequence[Heading],
    names: Sequence[str],
    placed: Placement | None,
    people: Mapping[int, str],
    signed: Mapping[int, tuple[str, datetime]],
) -> PlacementRow:
    by_code = {row.code: row for row in headings}
    found = candidates(names, [_place(row) for row in headings], MOST_PROPOSED)
    proposed_ = tuple(heading_row(by_code[one.place.code], because=one.because.shown()) for one in found)
    codes, named_ = tuple(one.code for one in editions), title(editions[-1]) if editions else ""
    if placed is None:
        return PlacementRow(tree, codes, (), proposed_, title=named_)
    name, at = signed.get(placed.id, ("", None))
    where = tuple(heading_row(by_code[code]) for code in placed.headings if code in by_code)
    return PlacementRow(tree, codes, where, proposed_, people.get(placed.person_id, ""), placed.at, placed.remark, name, at, named_)


def _place(row: Heading) -> Place:
    return Place(row.code, row.classification, row.group, row.number, row.name, row.parent)


def covering(work: Session, product: str, among: Collection[str]) -> list[Place]:
    """Return those of some headings, by code, that most likely cover what is called *product*."""
    tree = [_place(row) for row in work.scalars(select(Heading).where(Heading.classification == SAMPLING))]
    places = [_place(row) for row in work.scalars(select(Heading).where(Heading.code.in_(among)).order_by(Heading.id))]
    found = candidates((product, *ancestry(product, tree)), places, MOST_PROPOSED)
    return [one.place for one in found if one.rank == found[0].rank]


def proposed(work: Session, product: Product, item: int, on: date) -> tuple[str, ...]:
    """Return in words the headings that may cover a product and state a limit for an item on a day: what a person chooses from."""
    query = select(Heading, Standard).join(Limit, Limit.heading_id == Heading.id).join(Standard, Limit.standard_id == Standard.id)
    found = [(heading, standard) for heading, standard in work.execute(query.where(Limit.item_id == item)) if standard.edition().holds(on)]
    words = {heading.code: f"{standard.code} {heading.words()}" for heading, standard in found}
    placed = placements(work, product.id).get(product.id, {})
    tree = list(work.scalars(select(Heading).where(Heading.classification == SAMPLING)))
    places = list({heading.code: _place(heading) for heading, _standard in found}.values())
    return tuple(words[one.place.code] for one in candidates(names_of(product, placed.get(SAMPLING), tree), places, FEW))


FEW = 4
"""Headings named in an explanation."""


def confirmed_placements(work: Session) -> dict[int, tuple[str, datetime]]:
    """Return by key who confirmed a placement as it reads, and when."""
    query = select(Placement, Confirmation.digest, Confirmation.at, Person.name).join(Confirmation, Confirmation.placement_id == Placement.id)
    rows = work.execute(query.join(Person, Person.id == Confirmation.person_id))
    return {row.id: (name, at) for row, digest, at, name in rows if digest == placement_digest(row)}
