"""How a service function becomes a verb: the right it needs, and the name under which the trail knows it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from lims.db.store import Work
from lims.domain.people import Person
from lims.errors import Refusal
from lims.i18n import _
from lims.rules.rights import Actor, Right, right_refusal

P = ParamSpec("P")
R = TypeVar("R")

VERBS: dict[str, Callable[..., Any]] = {}
"""Every verb of the program by name."""


def verb(name: str, *rights: Right, first_password: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a service function `f(work, ..., by=person)`: it is refused without *rights*, and signed in the trail as *name*.

    What counts is the account as it stands now, not as it stood at sign-in. A keyword argument called ``reason`` is kept
    in the trail as the why. *first_password*: open also to somebody whose password was set by another.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def signed(*args: P.args, **options: P.kwargs) -> R:
            work = cast(Work, args[0])
            person = _standing(work, cast(Actor, options["by"]), first_password)
            for right in rights:
                if refusal := right_refusal(right, person):
                    raise Refusal(refusal)
            options["by"] = person
            with work.acting(person, name, str(options.get("reason", ""))):
                return function(*args, **options)

        if name in VERBS:
            raise ValueError(f"two verbs are called {name}")
        VERBS[name] = signed
        return signed

    return mark


def _standing(work: Work, person: Actor, first_password: bool) -> Actor:
    account = work.get(Person, person.id)
    if account is None:
        raise Refusal(_("There is no account {login}.").format(login=person.login))
    work.held.add(account)
    if not account.active:
        raise Refusal(_("This account is closed. The administrator can open it again."))
    if account.must_change and not first_password:
        raise Refusal(_("Your password was set by somebody else. Change it before you sign anything."))
    return account.actor()
