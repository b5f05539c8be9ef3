"""Rows of the list of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lims.domain.people import Person
from lims.rules.rights import Right, Role, rights_of


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One account."""

    login: str
    name: str
    roles: frozenset[Role]
    active: bool
    must_change: bool
    locked_until: datetime | None


def rows(work: Session) -> list[PersonRow]:
    """Return every account, those in use first."""
    query = select(Person).order_by(Person.active.desc(), Person.login)
    return [PersonRow(one.login, one.name, one.roles, one.active, one.must_change, one.locked_until) for one in work.scalars(query)]


def holders(work: Session, right: Right) -> list[PersonRow]:
    """Return who may do something now."""
    return [row for row in rows(work) if row.active and right in rights_of(row.roles)]


def any_account(work: Session) -> bool:
    """Tell whether anybody can sign in; a new laboratory has nobody."""
    return bool(work.scalar(select(func.count(Person.id))))
