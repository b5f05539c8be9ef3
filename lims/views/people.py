"""Rows of the list of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lims.domain.people import Person
from lims.rules.rights import Role


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


def any_account(work: Session) -> bool:
    """Tell whether anybody can sign in; a new laboratory has nobody."""
    return bool(work.scalar(select(func.count(Person.id))))
