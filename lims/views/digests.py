"""What a confirmation covers: the SHA-256 of all that a limit or a placement says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import lru_cache

import rfc8785
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lims.domain import catalogue
from lims.domain.catalogue import Confirmation, Placement
from lims.rules.limits import Limit

LAST = select(func.max(Confirmation.id)).where(Confirmation.limit_id.is_not(None)).group_by(Confirmation.limit_id)
"""Keys of the confirmations of limits that count: the last one of each."""


def confirmed_limits(work: Session, among: Iterable[int | None] | None = None) -> list[catalogue.Limit]:
    """Return all limits, or those *among* keys, whose last confirmation covers what they say now."""
    query = select(catalogue.Limit, Confirmation.digest).join(Confirmation, Confirmation.limit_id == catalogue.Limit.id).where(Confirmation.id.in_(LAST))
    if among is not None:
        query = query.where(catalogue.Limit.id.in_({key for key in among if key is not None}))
    whole = joinedload(catalogue.Limit.item), joinedload(catalogue.Limit.heading), joinedload(catalogue.Limit.standard)
    return [row for row, digest in work.execute(query.options(*whole)) if limit_digest(row.rule()) == digest]


@lru_cache(maxsize=4096)
def limit_digest(limit: Limit) -> str:
    """Return the SHA-256 of what a limit says."""
    return _digest({part.name: str(getattr(limit, part.name) or "") for part in fields(limit)})


def placement_digest(placement: Placement) -> str:
    """Return the SHA-256 of what a placement says."""
    return _digest({"product": str(placement.product_id), "classification": placement.classification, "headings": " ".join(placement.headings)})


def _digest(said: Mapping[str, str]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(said))).hexdigest()
