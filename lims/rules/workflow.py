"""A workflow is a table of moves; this module reads such tables and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar, cast

from lims.errors import Refusal
from lims.i18n import _
from lims.rules.rights import Actor, Right, right_refusal


class Stateful(Protocol):
    """The facts of a thing that stands in a state."""

    @property
    def state(self) -> StrEnum:
        """Where it stands."""
        ...


F = TypeVar("F", bound=Stateful)
S = TypeVar("S", bound=StrEnum)

Guard = Callable[[F, Actor], str | None]
"""Returns the refusal in words, or None: a misspelt guard cannot mean yes."""


@dataclass(frozen=True, slots=True)
class Move(Generic[F, S]):
    """One row of a workflow table."""

    verb: str
    label: str
    sources: tuple[S, ...]
    target: S
    right: Right
    guards: tuple[Guard[F], ...] = ()
    needs_reason: bool = False
    needs_password: bool = False
    by_itself: bool = False
    """Follows from other moves; no person makes it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A move as it stands for one thing and one person: open, or refused and why."""

    verb: str
    label: str
    refusal: str | None
    needs_reason: bool = False
    needs_password: bool = False


class Workflow(Generic[F, S]):
    """The moves of one kind of thing, and the words of its states."""

    def __init__(self, name: str, initial: S, words: Mapping[S, str], *moves: Move[F, S]) -> None:
        self.name, self.initial, self.words, self.moves = name, initial, dict(words), moves
        self.by_verb = {move.verb: move for move in moves}
        if len(self.by_verb) != len(moves):
            raise ValueError(f"{name}: two moves share a verb")

    def refusal(self, verb: str, facts: F, person: Actor) -> str | None:
        """Say why *person* may not make this move now, or return None."""
        move = self.by_verb[verb]
        if facts.state not in move.sources:
            return _("“{move}” is not possible: it is {state}.").format(move=_(move.label), state=_(self.words[cast(S, facts.state)]))
        if not move.by_itself and (refusal := right_refusal(move.right, person)):
            return refusal
        return next((refusal for guard in move.guards if (refusal := guard(facts, person))), None)

    def make(self, verb: str, facts: F, person: Actor, reason: str = "") -> S:
        """Return the state after the move, or raise Refusal."""
        if refusal := self.refusal(verb, facts, person):
            raise Refusal(refusal)
        move = self.by_verb[verb]
        if move.needs_reason and not reason.strip():
            raise Refusal(_("“{move}” needs a reason. Write why.").format(move=_(move.label)))
        return move.target

    def offers(self, facts: F, person: Actor) -> Iterator[Offer]:
        """Yield every move a person could meet in this state, with its refusal."""
        for move in self.moves:
            if facts.state in move.sources and not move.by_itself:
                yield Offer(move.verb, move.label, self.refusal(move.verb, facts, person), move.needs_reason, move.needs_password)

    def mermaid(self) -> str:
        """Draw the table as a Mermaid state diagram."""
        arrows = [f"    {source.value} --> {move.target.value}: {move.verb}" for move in self.moves for source in move.sources]
        return "\n".join(["stateDiagram-v2", f"    [*] --> {self.initial.value}", *arrows]) + "\n"
