"""Rows of the standards' editions, of their headings, and of what the sampling rules ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lims.domain.catalogue import Heading, Limit, Panel, Standard
from lims.i18n import language
from lims.views.digests import confirmed_limits
from lims.views.items import meant, parts
from lims.views.names import named, sought


@dataclass(frozen=True, slots=True)
class StandardRow:
    """One edition of a standard."""

    code: str
    title: str
    classification: str
    issued: date | None
    in_force: date | None
    abolished: date | None
    replaces: str
    limits: int
    confirmed: int
    source: str
    evidence: str
    holds: bool


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """A place in a classification."""

    code: str
    classification: str
    parent: str
    group: str
    number: str
    name: str
    note: str = ""
    because: str = ""
    """Why it is proposed."""
    limits: int = 0
    sought: str = ""
    """By which it is found while somebody types."""

    def words(self) -> str:
        """Return group, number and name in one line."""
        return " · ".join(part for part in (self.group, f"{self.number} {self.name}".strip()) if part)


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One item that the sampling rules ask of a food."""

    place: str
    item: str
    item_code: str
    bases: tuple[str, ...]
    methods: tuple[str, ...]
    note: str


def standards(work: Session, on: date) -> list[StandardRow]:
    """Return every edition with the number of its limits and of those confirmed."""
    counts = dict(work.execute(select(Limit.standard_id, func.count(Limit.id)).group_by(Limit.standard_id)).all())
    sure = Counter(row.standard_id for row in confirmed_limits(work))
    return [
        StandardRow(
            row.code,
            title(row),
            row.classification,
            row.issued,
            row.in_force,
            row.abolished,
            row.replaces,
            counts.get(row.id, 0),
            sure[row.id],
            row.source,
            row.evidence,
            row.edition().holds(on),
        )
        for row in work.scalars(select(Standard).order_by(Standard.id))
    ]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A food of the sampling rules' tree."""

    code: str
    parent: str
    number: str
    name: str
    note: str
    year: str
    """Of the rules."""
    items: int
    """How many items the rules ask of it."""
    source: str
    sought: str


def headings_in(work: Session, classification: str) -> list[HeadingRow]:
    """Return every heading of a classification with the number of its limits."""
    counted = select(Limit.heading_id, func.count(Limit.id).label("limits")).group_by(Limit.heading_id).subquery()
    query = select(Heading, counted.c.limits).outerjoin(counted, counted.c.heading_id == Heading.id).where(Heading.classification == classification)
    return [heading_row(row, limits=count or 0, sought=sought((row.name, row.group, row.number))) for row, count in work.execute(query.order_by(Heading.id))]


def rules(work: Session, classification: str = "抽检细则") -> list[RuleRow]:
    """Return the tree of the sampling rules, each food after the one above it."""
    counted = select(Panel.heading_id, func.count(Panel.id).label("asked")).group_by(Panel.heading_id).subquery()
    query = select(Heading, counted.c.asked).outerjoin(counted, counted.c.heading_id == Heading.id).where(Heading.classification == classification)
    below: dict[str, list[RuleRow]] = {}
    for row, count in work.execute(query.order_by(Heading.id)):
        below.setdefault(row.parent, []).append(_rule_row(row, count or 0))
    return list(_from(below, ""))


def _from(below: Mapping[str, Sequence[RuleRow]], parent: str) -> Iterator[RuleRow]:
    for row in below.get(parent, ()):
        yield row
        yield from _from(below, row.code)


def _rule_row(row: Heading, items: int) -> RuleRow:
    year = next((part for part in row.code.split("-") if part.isdecimal()), "")
    return RuleRow(row.code, row.parent, row.number, row.name, row.note, year, items, row.source, sought((row.name, row.number)))


def find_headings(work: Session, text: str) -> list[str]:
    """Return the codes of headings that *text* means, by name, group or number."""
    rows = work.execute(select(Heading.code, Heading.name, Heading.group, Heading.number))
    return [row.code for row in rows if meant(text, (row.name, row.group, row.number))]


def find_standards(work: Session, text: str) -> list[str]:
    """Return the numbers of editions that *text* means, by number or title."""
    rows = work.execute(select(Standard.code, Standard.title_zh, Standard.title_en))
    return [row.code for row in rows if meant(text, (row.code, row.title_zh, row.title_en))]


def panel(work: Session, heading: str) -> list[PanelRow]:
    """Return what the sampling rules ask of a food, in the rules' order."""
    query = select(Panel).join(Heading, Panel.heading_id == Heading.id).where(Heading.code == heading).options(joinedload(Panel.item)).order_by(Panel.id)
    return [PanelRow(row.place, named(row.item), row.item.code, parts(row.bases), parts(row.methods), row.note) for row in work.scalars(query)]


def heading_row(row: Heading, *, because: str = "", limits: int = 0, sought: str = "") -> HeadingRow:
    """Return a heading as screens see it."""
    return HeadingRow(row.code, row.classification, row.parent, row.group, row.number, row.name, row.note, because, limits, sought)


def title(row: Standard) -> str:
    """Return a standard's title in the language of the reader, where there is one."""
    return row.title_zh if language() == "zh_CN" or not row.title_en else row.title_en
