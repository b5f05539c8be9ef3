"""What people do with the standards library: confirm limits against the laboratory's own copy."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.db.store import Work
from lims.domain.catalogue import Confirmation, Limit
from lims.errors import Refusal
from lims.i18n import _
from lims.rules.rights import Actor, Right
from lims.services.verb import verb
from lims.views.catalogue import limit_digest


@verb("catalogue.confirm", Right.CATALOGUE)
def confirm(work: Work, codes: Sequence[str], *, by: Actor, remark: str = "") -> None:
    """Confirm limits: the technical manager has read them in the laboratory's own copy of the standard."""
    query = select(Limit).where(Limit.code.in_(codes)).options(joinedload(Limit.item), joinedload(Limit.product), joinedload(Limit.standard))
    rows = work.scalars(query).all()
    if missing := set(codes) - {row.code for row in rows}:
        raise Refusal(_("The library has no limit {code}.").format(code=", ".join(sorted(missing))))
    confirmed = set(work.scalars(select(Confirmation.limit_id).where(Confirmation.limit_id.in_([row.id for row in rows]))))
    for row in rows:
        if row.id not in confirmed:
            work.add(Confirmation(limit_id=row.id, person_id=by.id, at=work.now(), digest=limit_digest(row.rule()), remark=remark))
