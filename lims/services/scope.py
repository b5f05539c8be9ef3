"""What people do with the accreditation scope: enter its lines from the certificate's annex, end them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.catalogue import Item, Scope
from lims.errors import Mistakes, Refusal
from lims.i18n import _
from lims.rules.rights import Actor, Right
from lims.services.verb import verb


@dataclass(frozen=True, slots=True)
class ScopeDraft:
    """One line as the certificate's annex states it."""

    object: str
    item: str
    """Code of the parameter."""
    method: str
    valid_from: date
    valid_to: date | None = None
    restriction: str = ""


@verb("scope.add", Right.CATALOGUE)
def add(work: Work, drafts: Sequence[ScopeDraft], *, by: Actor) -> int:
    """Add lines; those that stand there already are left out. Returns how many are new. Raises Mistakes."""
    items = dict(work.execute(select(Item.code, Item.id).where(Item.code.in_([one.item for one in drafts]))).all())
    present = {(row.object, row.item_id, row.method, row.valid_from) for row in work.scalars(select(Scope))}
    fresh = []
    for draft in drafts:
        _check(draft, items)
        key = (draft.object.strip(), items[draft.item], draft.method.strip(), draft.valid_from)
        if key not in present:
            present.add(key)
            names = ("object", "item_id", "method", "valid_from")
            fresh.append({**dict(zip(names, key, strict=True)), "valid_to": draft.valid_to, "restriction": draft.restriction.strip()})
    work.write_many(Scope, fresh)
    return len(fresh)


@verb("scope.end", Right.CATALOGUE)
def end(work: Work, lines: Sequence[int], on: date, *, reason: str, by: Actor) -> None:
    """Say that lines are no longer accredited after a day."""
    if not reason.strip():
        raise Refusal(_("Ending a line of the scope needs a reason. Write it down."))
    for row in work.scalars(select(Scope).where(Scope.id.in_(lines)).order_by(Scope.id)):
        if on < row.valid_from:
            raise Refusal(_("{object} is accredited only from {day} on.").format(object=row.object, day=row.valid_from.isoformat()))
        row.valid_to = on


def _check(draft: ScopeDraft, items: dict[str, int]) -> None:
    wrong: dict[str, str] = {}
    if not draft.object.strip():
        wrong["object"] = _("Write the object as the annex names it.")
    if draft.item not in items:
        wrong["item"] = _("The library has no item {item}.").format(item=draft.item or "—")
    if not draft.method.strip():
        wrong["method"] = _("Write the method's number with its year.")
    if draft.valid_to and draft.valid_to < draft.valid_from:
        wrong["valid_to"] = _("It would end before it begins.")
    if wrong:
        raise Mistakes(wrong)
