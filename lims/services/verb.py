"""How a service function becomes a verb: the right it needs, and the name under which the trail knows it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from lims.db.store import Work
from lims.errors import Refusal
from lims.rules.rights import Actor, Right, right_refusal

P = ParamSpec("P")
R = TypeVar("R")

VERBS: dict[str, Callable[..., Any]] = {}
"""Every verb of the program by name."""


def verb(name: str, *rights: Right) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a service function `f(work, ..., by=person)`: it is refused without *rights*, and signed in the trail as *name*.

    A keyword argument called ``reason`` is kept in the trail as the why.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def signed(*args: P.args, **options: P.kwargs) -> R:
            work, person = cast(Work, args[0]), cast(Actor, options["by"])
            for right in rights:
                if refusal := right_refusal(right, person):
                    raise Refusal(refusal)
            with work.acting(person, name, str(options.get("reason", ""))):
                return function(*args, **options)

        if name in VERBS:
            raise ValueError(f"two verbs are called {name}")
        VERBS[name] = signed
        return signed

    return mark
