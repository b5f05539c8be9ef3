"""Rows of worksheets: the list, and one sheet as a grid of samples by items."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from lims.domain.analyses import Analysis
from lims.domain.instruments import Instrument
from lims.domain.people import Person
from lims.domain.worksheets import Worksheet
from lims.rules.flows import AnalysisState
from lims.rules.rights import Right, rights_of
from lims.views import analyses
from lims.views.analyses import AnalysisRow

HANDED_IN = (AnalysisState.SUBMITTED, AnalysisState.REVIEWED)


@dataclass(frozen=True, slots=True)
class WorksheetRow:
    """One line of the list."""

    id: int
    number: str
    title: str
    analyst: str
    analyst_login: str
    instrument: str
    instrument_code: str
    created_at: datetime
    analyses: int
    handed_in: int


@dataclass(frozen=True, slots=True)
class GridItem:
    """One group of columns: an item with what is entered for it."""

    code: str
    name: str
    unit: str
    method: str
    places: int
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GridRow:
    """One sample with its analyses by item code."""

    position: int
    sample_number: str
    sample_name: str
    cells: dict[str, AnalysisRow]


@dataclass(frozen=True, slots=True)
class WorksheetCard:
    """One worksheet as a grid."""

    row: WorksheetRow
    conditions: str
    items: tuple[GridItem, ...]
    rows: tuple[GridRow, ...]


@dataclass(frozen=True, slots=True)
class Hands:
    """Who can be given work, and what it can be done on: sign-in name or number, and name."""

    analysts: tuple[tuple[str, str], ...]
    instruments: tuple[tuple[str, str], ...]


def hands(work: Session) -> Hands:
    """Return analysts whose account is open and instruments in use."""
    people = work.scalars(select(Person).where(Person.active).order_by(Person.login))
    devices = work.execute(select(Instrument.code, Instrument.name).where(Instrument.active).order_by(Instrument.code))
    return Hands(tuple((one.login, one.name) for one in people if Right.TEST in rights_of(one.roles)), tuple((code, name) for code, name in devices))


def rows(work: Session, *, analyst: str = "", open_only: bool = False, number: str = "") -> list[WorksheetRow]:
    """Return worksheets, newest first; of an analyst, or the one with *number*."""
    handed = func.sum(case((Analysis.state.in_(HANDED_IN), 1), else_=0))
    query = (
        select(
            Worksheet.id,
            Worksheet.number,
            Worksheet.title,
            Person.name,
            Person.login,
            func.coalesce(Instrument.name, ""),
            func.coalesce(Instrument.code, ""),
            Worksheet.created_at,
            func.count(Analysis.id),
            handed,
        )
        .join(Person, Worksheet.analyst_id == Person.id)
        .outerjoin(Instrument, Worksheet.instrument_id == Instrument.id)
        .join(Analysis, Analysis.worksheet_id == Worksheet.id)
        .where(Analysis.state != AnalysisState.CANCELLED)
        .group_by(Worksheet.id, Person.name, Person.login, Instrument.name, Instrument.code)
        .order_by(Worksheet.id.desc())
    )
    if analyst:
        query = query.where(Person.login == analyst)
    if number:
        query = query.where(Worksheet.number == number)
    found = [WorksheetRow(*row) for row in work.execute(query)]
    return [row for row in found if row.handed_in < row.analyses] if open_only else found


def card(work: Session, number: str) -> WorksheetCard | None:
    """Return one worksheet as a grid, or None."""
    sheet = work.scalars(select(Worksheet).where(Worksheet.number == number)).first()
    if sheet is None:
        return None
    found = [one for one in analyses.rows(work, worksheet=sheet.id) if one.state is not AnalysisState.CANCELLED]
    head = next(iter(rows(work, number=number)), None)
    if head is None:
        return None
    return WorksheetCard(head, sheet.conditions, _items(found), _grid(found))


def _items(found: Iterable[AnalysisRow]) -> tuple[GridItem, ...]:
    items: dict[str, GridItem] = {}
    for one in found:
        items.setdefault(one.item_code, GridItem(one.item_code, one.item, one.unit, one.method, one.places, one.inputs))
    return tuple(items.values())


def _grid(found: Iterable[AnalysisRow]) -> tuple[GridRow, ...]:
    lines: dict[str, GridRow] = {}
    for one in found:
        lines.setdefault(one.sample_number, GridRow(one.position or 0, one.sample_number, one.sample_name, {})).cells[one.item_code] = one
    return tuple(lines.values())
