"""Rows of businesses and clients."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lims.domain.businesses import Business
from lims.domain.samplings import Sampling


@dataclass(frozen=True, slots=True)
class BusinessRow:
    """One business."""

    id: int
    name: str
    client: bool
    sampled: bool
    link: str
    credit_code: str
    licence_kind: str
    licence_number: str
    legal_person: str
    address: str
    contact: str
    phone: str
    samplings: int


def rows(work: Session) -> list[BusinessRow]:
    """Return every business by name, with how often it was sampled."""
    counted = select(Sampling.business_id, func.count().label("samplings")).group_by(Sampling.business_id).subquery()
    query = select(Business, func.coalesce(counted.c.samplings, 0)).outerjoin(counted, counted.c.business_id == Business.id).order_by(Business.name)
    return [
        BusinessRow(
            one.id,
            one.name,
            one.client,
            one.sampled,
            one.link,
            one.credit_code,
            one.licence_kind,
            one.licence_number,
            one.legal_person,
            one.address,
            one.contact,
            one.phone,
            count,
        )
        for one, count in work.execute(query)
    ]
