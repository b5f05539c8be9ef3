"""What a person may be allowed to do, and the roles of a laboratory that carry these rights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lims.i18n import N_, _


class Right(StrEnum):
    """One thing a person may do; the bench's rights and the keeper's rights never meet in one person."""

    RECEIVE = "receive"
    ASSIGN = "assign"
    TEST = "test"
    REVIEW = "review"
    APPROVE = "approve"
    CATALOGUE = "catalogue"
    CONFIRM = "confirm"
    INSTRUMENTS = "instruments"
    TRAIL = "trail"
    PEOPLE = "people"
    SETTINGS = "settings"


class Role(StrEnum):
    """What a person is in the laboratory."""

    RECEPTIONIST = "receptionist"
    ANALYST = "analyst"
    REVIEWER = "reviewer"
    SIGNATORY = "signatory"
    TECHNICAL = "technical"
    ADMINISTRATOR = "administrator"


R = Right

ROLES: dict[Role, tuple[str, frozenset[Right]]] = {
    Role.RECEPTIONIST: (N_("Receptionist"), frozenset({R.RECEIVE})),
    Role.ANALYST: (N_("Analyst"), frozenset({R.TEST, R.ASSIGN})),
    Role.REVIEWER: (N_("Reviewer"), frozenset({R.REVIEW, R.TRAIL})),
    Role.SIGNATORY: (N_("Authorised signatory"), frozenset({R.APPROVE, R.TRAIL})),
    Role.TECHNICAL: (N_("Technical manager"), frozenset({R.CATALOGUE, R.CONFIRM, R.INSTRUMENTS, R.ASSIGN, R.TRAIL})),
    Role.ADMINISTRATOR: (N_("Administrator"), frozenset({R.PEOPLE, R.SETTINGS, R.TRAIL})),
}
"""Role -> its words and its rights. The administrator keeps accounts and settings and holds no right of the bench."""

RIGHT_WORDS = {
    R.RECEIVE: N_("receive samples"),
    R.ASSIGN: N_("assign work"),
    R.TEST: N_("enter results"),
    R.REVIEW: N_("review"),
    R.APPROVE: N_("approve reports"),
    R.CATALOGUE: N_("keep standards, products and methods"),
    R.CONFIRM: N_("confirm limits and placements"),
    R.INSTRUMENTS: N_("keep instruments"),
    R.TRAIL: N_("read the audit trail"),
    R.PEOPLE: N_("keep accounts"),
    R.SETTINGS: N_("keep settings"),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person as signed in."""

    id: int
    login: str
    name: str
    rights: frozenset[Right]


PROGRAM = Actor(0, "", "", frozenset())
"""The program itself, where no person acts: readings landing, the first data. The trail names it by its own word."""


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """Return what somebody with these roles may do."""
    return frozenset().union(*(ROLES[role][1] for role in roles))


def roles_mistake(roles: Iterable[Role]) -> str | None:
    """Say why these roles cannot meet in one person, or return None."""
    held = frozenset(roles)
    if not held:
        return _("Choose at least one role.")
    if Role.ADMINISTRATOR in held and len(held) > 1:
        return _("The administrator holds no right of the bench. Give the other roles to another account.")
    return None


def holders(right: Right) -> str:
    """Return the words of the roles that hold *right*: who can do it instead."""
    return _(", ").join(_(words) for words, rights in ROLES.values() if right in rights)


def right_refusal(right: Right, person: Actor) -> str | None:
    """Say why *person* may not do what needs *right*, and who may, or return None."""
    if right in person.rights:
        return None
    return _("You may not {act}. {holders} can.").format(act=_(RIGHT_WORDS[right]), holders=holders(right))
