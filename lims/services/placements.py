"""What people do with products: add them, place them under the headings of each standard, confirm where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.catalogue import Confirmation, Heading, Placement, Product, Standard
from lims.errors import Mistakes, Refusal
from lims.i18n import _
from lims.rules.rights import Actor, Right
from lims.services.verb import verb
from lims.views.digests import placement_digest
from lims.views.placements import SAMPLING, confirmed_placements, placements

PREFIX = re.compile(r"[A-Z0-9]{0,6}")


@verb("placements.add_product", Right.CATALOGUE)
def add_product(work: Work, code: str, name_zh: str, name_en: str = "", prefix: str = "", *, by: Actor) -> str:
    """Add a product; *code* is its short name in files, *prefix* what its sample numbers begin with. Returns the code. Raises Mistakes."""
    code, name_zh, prefix = code.strip(), name_zh.strip(), prefix.strip()
    known = set(work.execute(select(Product.code, Product.name_zh)).all())
    wrong: dict[str, str] = {}
    if not code or len(code) > 60:
        wrong["code"] = _("Give it a short name of at most 60 characters.")
    elif code in {one for one, _name in known}:
        wrong["code"] = _("{code} is taken.").format(code=code)
    if not name_zh:
        wrong["name_zh"] = _("Write its Chinese name.")
    elif name_zh in {name for _code, name in known}:
        wrong["name_zh"] = _("There is a product of this name already.")
    if not PREFIX.fullmatch(prefix):
        wrong["prefix"] = _("At most six capital letters or digits.")
    if wrong:
        raise Mistakes(wrong)
    work.add(Product(code=code, name_zh=name_zh, name_en=name_en.strip(), prefix=prefix))
    return code


@verb("placements.place", Right.CATALOGUE)
def place(work: Work, product: str, classification: str, headings: Sequence[str], *, by: Actor, remark: str = "") -> int:
    """Say under which headings of a classification a product stands, the most specific first; none where it does not treat of it.

    A further placement takes the place of the one before and has to be confirmed anew. Returns its key.
    """
    known = _product(work, product)
    if classification not in {SAMPLING, *work.scalars(select(Standard.classification).where(Standard.classification != ""))}:
        raise Refusal(_("The library has no classification {classification}.").format(classification=classification or "—"))
    rows = {row.code: row for row in work.scalars(select(Heading).where(Heading.code.in_(headings)))}
    if strange := next((code for code in headings if code not in rows or rows[code].classification != classification), None):
        raise Refusal(_("{classification} has no heading {code}.").format(classification=classification, code=strange))
    before = placements(work, known.id).get(known.id, {}).get(classification)
    wanted = list(dict.fromkeys(headings))
    if before and before.headings == wanted:
        return before.id
    placement = Placement(product_id=known.id, classification=classification, headings=wanted, person_id=by.id, at=work.now(), remark=remark)
    work.add(placement)
    work.flush()
    return placement.id


@verb("placements.confirm", Right.CONFIRM)
def confirm(work: Work, product: str, classifications: Sequence[str], *, by: Actor, remark: str = "") -> None:
    """Confirm where a product stands, as its last placement says."""
    known = _product(work, product)
    placed, sure = placements(work, known.id).get(known.id, {}), confirmed_placements(work)
    if missing := next((one for one in classifications if one not in placed), None):
        raise Refusal(_("Nobody has placed {product} in {classification} yet. Place it first.").format(product=known.name_zh, classification=missing))
    for one in (placed[name] for name in classifications):
        if one.id not in sure:
            work.add(Confirmation(placement_id=one.id, person_id=by.id, at=work.now(), digest=placement_digest(one), remark=remark))


def _product(work: Work, code: str) -> Product:
    row = work.scalars(select(Product).where(Product.code == code).with_for_update()).first()
    if row is None:
        raise Refusal(_("There is no product {code} in the library.").format(code=code))
    return row
