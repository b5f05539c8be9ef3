"""What people do with businesses and clients."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.businesses import Business
from lims.errors import Mistakes
from lims.i18n import _
from lims.rules.rights import Actor, Right
from lims.services.verb import verb

LONGEST_NAME = 200
"""Characters."""


@dataclass(frozen=True, slots=True)
class BusinessDraft:
    """What was typed about a business."""

    name: str
    client: bool = False
    sampled: bool = True
    link: str = ""
    credit_code: str = ""
    licence_kind: str = ""
    licence_number: str = ""
    legal_person: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""


@verb("businesses.save", Right.RECEIVE)
def save(work: Work, draft: BusinessDraft, *, by: Actor, number: int | None = None) -> int:
    """Add a business, or change the one with *number* (its key). Returns its key."""
    name = draft.name.strip()
    if not name:
        raise Mistakes({"name": _("The name is needed.")})
    if len(name) > LONGEST_NAME:
        raise Mistakes({"name": _("At most {count} characters.").format(count=LONGEST_NAME)})
    other = work.scalars(select(Business).where(Business.name == name)).first()
    if other and other.id != number:
        raise Mistakes({"name": _("There is a business of this name already.")})
    business = work.get_one(Business, number) if number else Business(name=name)
    work.add(business)
    for field, value in (asdict(draft) | {"name": name}).items():
        setattr(business, field, value)
    work.flush()
    return business.id


def known(work: Work, name: str, form: dict[str, str]) -> Business:
    """Return the business of this name; one that is not known yet is added as the sampling form has it."""
    business = work.scalars(select(Business).where(Business.name == name)).first()
    if business is None:
        business = Business(
            name=name,
            link=form.get("link", ""),
            credit_code=form.get("credit_code", ""),
            licence_kind=form.get("licence_kind", ""),
            licence_number=form.get("licence_number", ""),
            legal_person=form.get("legal_person", ""),
            address=form.get("business_address", ""),
            contact=form.get("business_contact", ""),
            phone=form.get("business_phone", ""),
        )
        work.add(business)
        work.flush()
    return business
