"""What people do with accounts: sign in, sign, change a password, keep the list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from lims.db.store import Work
from lims.domain.people import Person
from lims.errors import Mistakes, Refusal
from lims.i18n import _
from lims.rules.rights import PROGRAM, Actor, Right, Role, roles_mistake
from lims.services.passwords import mistake
from lims.services.verb import verb

FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
LONGEST_NAME = 120
"""Characters: as many as a line of the trail holds."""

_LOGIN = re.compile(r"[\w.@-]{2,60}")


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """What the administrator typed about a person."""

    login: str
    name: str
    roles: frozenset[Role]
    password: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody signed in."""

    actor: Actor
    must_change: bool
    """Only the change of the password is open until it is done."""


def found_laboratory(work: Work, login: str, name: str, password: str) -> Actor:
    """Make the first administrator of a new laboratory; refused as soon as anybody has an account."""
    if work.scalar(select(func.count(Person.id))):
        raise Refusal(_("This laboratory has accounts already. Sign in."))
    draft = AccountDraft(login, name, frozenset({Role.ADMINISTRATOR}), password)
    _check(work, draft)
    with work.acting(PROGRAM, "people.found"):
        person = _made(work, draft)
        person.must_change = False
        work.flush()
    return person.actor()


@verb("people.create", Right.PEOPLE)
def create(work: Work, draft: AccountDraft, *, by: Actor) -> str:
    """Make an account; its password must be changed at the first sign-in. Returns the sign-in name."""
    _check(work, draft)
    return _made(work, draft).login


@verb("people.amend", Right.PEOPLE)
def amend(work: Work, login: str, name: str, roles: frozenset[Role], active: bool, *, by: Actor) -> None:
    """Change name, roles, and whether the account may be used. One administrator must stay."""
    person = _person(work, login)
    wrong = {"name": words} if (words := _name_mistake(name)) else {}
    if words := roles_mistake(roles):
        wrong["roles"] = words
    if wrong:
        raise Mistakes(wrong)
    if Role.ADMINISTRATOR in person.roles and person.active and not (active and Role.ADMINISTRATOR in roles):
        accounts = work.scalars(select(Person).where(Person.active).order_by(Person.id).with_for_update())  # two administrators cannot close each other
        if not any(other is not person and Role.ADMINISTRATOR in other.roles for other in accounts):
            raise Refusal(_("This is the only administrator. Make another one first."))
    person.name, person.roles, person.active = name.strip(), roles, active


@verb("people.reset", Right.PEOPLE)
def reset_password(work: Work, login: str, password: str, *, by: Actor) -> None:
    """Give a person a new first password, to be changed at the next sign-in; also ends a wait."""
    person = _person(work, login)
    if words := mistake(password, login):
        raise Mistakes({"password": words})
    person.password_hash, person.must_change = work.passwords.hash(password), True
    person.failures, person.locked_until = 0, None


@verb("people.password", first_password=True)
def change_password(work: Work, old: str, new: str, *, by: Actor) -> None:
    """Change one's own password."""
    confirm(work, old, by)
    person = _person(work, by.login)
    if words := mistake(new, by.login):
        raise Mistakes({"new": words})
    if work.passwords.verify(person.password_hash, new):
        raise Mistakes({"new": _("This is the password you have already.")})
    person.password_hash, person.must_change = work.passwords.hash(new), False


def sign_in(work: Work, login: str, password: str) -> Entry:
    """Let somebody in, or raise Refusal; wrong passwords are counted by account, and waited for from the sixth on."""
    person = work.scalars(select(Person).where(Person.login == login.strip())).first()
    if person is None:
        work.passwords.hash(password)  # an unknown name takes as long as a wrong password
        raise Refusal(_("The sign-in name or the password is wrong."))
    if not person.active:
        raise Refusal(_("This account is closed. The administrator can open it again."))
    _verify(work, person, password)
    return Entry(person.actor(), person.must_change)


def confirm(work: Work, password: str, by: Actor) -> None:
    """Check the password again before a signature, or raise Refusal."""
    _verify(work, _person(work, by.login), password)


def _verify(work: Work, person: Person, password: str) -> None:
    now = work.now()
    if person.locked_until and now < person.locked_until:
        seconds = int((person.locked_until - now).total_seconds()) + 1
        raise Refusal(_("Too many wrong passwords. Wait {seconds} s.").format(seconds=seconds))
    if work.passwords.verify(person.password_hash, password):
        if person.failures:
            with work.acting(person.actor(), "people.sign_in"):
                person.failures, person.locked_until = 0, None
        return
    login = person.login
    work.keep(lambda again: _count_failure(again, login))
    left = FREE_TRIES - person.failures
    if left > 0:
        raise Refusal(_("Wrong password. {left} tries left, then a wait of {seconds} seconds.").format(left=left, seconds=int(FIRST_WAIT.total_seconds())))
    raise Refusal(_("Wrong password. Wait {seconds} s.").format(seconds=int(wait_after(person.failures + 1).total_seconds())))


def _count_failure(work: Work, login: str) -> None:
    person = work.scalars(select(Person).where(Person.login == login).with_for_update()).one()  # guesses at once are counted one by one
    with work.acting(PROGRAM, "people.wrong_password"):
        person.failures += 1
        if wait := wait_after(person.failures):
            person.locked_until = work.now() + wait


def wait_after(failures: int) -> timedelta:
    """Return how long an account waits after so many wrong passwords: none up to five, then 30 s, doubling up to 15 min."""
    if failures <= FREE_TRIES:
        return timedelta()
    doublings = min(failures - FREE_TRIES - 1, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _check(work: Work, draft: AccountDraft) -> None:
    wrong: dict[str, str] = {}
    if not _LOGIN.fullmatch(draft.login):
        wrong["login"] = _("Two or more letters or digits, without blanks.")
    elif work.scalar(select(Person.id).where(func.lower(Person.login) == draft.login.lower())):
        wrong["login"] = _("This sign-in name is taken.")
    if words := _name_mistake(draft.name):
        wrong["name"] = words
    if words := roles_mistake(draft.roles):
        wrong["roles"] = words
    if words := mistake(draft.password, draft.login):
        wrong["password"] = words
    if wrong:
        raise Mistakes(wrong)


def _name_mistake(name: str) -> str | None:
    if not name.strip():
        return _("The name is needed.")
    return _("At most {count} characters.").format(count=LONGEST_NAME) if len(name.strip()) > LONGEST_NAME else None


def _made(work: Work, draft: AccountDraft) -> Person:
    person = Person(login=draft.login, name=draft.name.strip(), roles=draft.roles, password_hash=work.passwords.hash(draft.password))
    work.add(person)
    work.flush()
    return person


def _person(work: Work, login: str) -> Person:
    person = work.scalars(select(Person).where(Person.login == login)).first()
    if person is None:
        raise Refusal(_("There is no account {login}.").format(login=login))
    return person
