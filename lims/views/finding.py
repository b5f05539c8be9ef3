"""What a typed or scanned text finds: numbers and names that begin with it, each with the place that shows it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lims.domain.businesses import Business
from lims.domain.certificates import Certificate
from lims.domain.samples import Portion, Sample
from lims.domain.samplings import Sampling
from lims.domain.worksheets import Worksheet
from lims.rules.rights import Actor

MOST = 8
"""Of each kind."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found."""

    place: str
    key: Hashable
    title: str
    note: str


def find(work: Session, text: str, *, by: Actor) -> list[Hit]:
    """Return what begins with *text*, exact numbers first, of the kinds this person can open."""
    del by  # everybody reads samples; the window itself opens only places the person uses
    text = text.strip()
    if not text:
        return []
    queries: tuple[tuple[str, Select[*tuple[Any, ...]]], ...] = (
        ("samples", select(Sample.number, Sample.number, Sample.name).where(_begins(Sample.number, text))),
        ("samples", select(Sample.number, Portion.number, Sample.name).join(Sample, Portion.sample_id == Sample.id).where(_begins(Portion.number, text))),
        (
            "samples",
            select(Sample.number, Sampling.number, Sample.name).join(Sampling, Sample.sampling_id == Sampling.id).where(_begins(Sampling.number, text)),
        ),
        ("samples", select(Sample.number, Sample.number, Sample.name).where(_begins(Sample.name, text))),
        (
            "certificates",
            select(Certificate.id, Certificate.number, Sample.name).join(Sample, Certificate.sample_id == Sample.id).where(_begins(Certificate.number, text)),
        ),
        ("bench", select(Worksheet.number, Worksheet.number, Worksheet.title).where(_begins(Worksheet.number, text))),
        ("businesses", select(Business.id, Business.name, Business.address).where(_begins(Business.name, text))),
    )
    hits = [Hit(place, key, title, note) for place, query in queries for key, title, note in _first(work, query)]
    once = {(hit.place, hit.key, hit.title): hit for hit in hits}
    return sorted(once.values(), key=lambda hit: hit.title.casefold() != text.casefold())


def _begins(column: InstrumentedAttribute[str], text: str) -> Any:
    """A range instead of LIKE: an index serves it on every database."""
    return (column >= text) & (column < f"{text}\U0010ffff")


def _first(work: Session, query: Select[*tuple[Any, ...]]) -> list[Any]:
    return list(work.execute(query.limit(MOST)))
