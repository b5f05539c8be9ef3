"""Rows of the audit trail, with keys of other things read as their names."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, or_, select
from sqlalchemy.orm import Session

from lims.domain.analyses import Analysis, Attempt, Determination, Judged
from lims.domain.certificates import Certificate, Signature
from lims.domain.instruments import Reading
from lims.domain.samples import Portion, Sample
from lims.domain.samplings import Sampling
from lims.domain.thing import Thing
from lims.domain.trail import TrailLine
from lims.views.called import Names, names


@dataclass(frozen=True, slots=True)
class TrailRow:
    """Who, when, what, from, to, why."""

    id: int
    at: datetime
    person: str
    """Empty: the program itself."""
    verb: str
    kind: str
    name: str
    field: str
    """Empty where the thing was made; *new* then holds its values."""
    old: str
    new: str
    reason: str


def rows(work: Session, *, kind: str = "", name: str = "", before: int | None = None, limit: int = 200) -> list[TrailRow]:
    """Return a page of the trail, newest first.

    *name* begins the name of a thing; the whole number of a sample gives everything that was done to it and to what was asked of it.
    *before* is the last key of the page above.
    """
    query = select(TrailLine).order_by(TrailLine.id.desc()).limit(limit)
    if kind:
        query = query.where(TrailLine.kind == kind)
    if name:
        query = query.where(_about(work, name))
    if before is not None:
        query = query.where(TrailLine.id < before)
    lines = work.scalars(query).all()
    known = _names(work, lines)
    return [_row(line, known) for line in lines]


# -- what belongs to a sample ------------------------------------------------------------------------------------------

_OF_ATTEMPTS: Any = select(Attempt.id).join(Analysis)

BELOW: Mapping[type[Thing], Callable[[int], Any]] = {
    Sample: lambda key: select(Sample.id).where(Sample.id == key),
    Sampling: lambda key: select(Sample.sampling_id).where(Sample.id == key),
    Portion: lambda key: select(Portion.id).where(Portion.sample_id == key),
    Analysis: lambda key: select(Analysis.id).where(Analysis.sample_id == key),
    Attempt: lambda key: _OF_ATTEMPTS.where(Analysis.sample_id == key),
    Determination: lambda key: select(Determination.id).where(Determination.attempt_id.in_(_OF_ATTEMPTS.where(Analysis.sample_id == key))),
    Judged: lambda key: select(Judged.id).where(Judged.attempt_id.in_(_OF_ATTEMPTS.where(Analysis.sample_id == key))),
    Reading: lambda key: select(Reading.id).join(Analysis, Reading.analysis_id == Analysis.id).where(Analysis.sample_id == key),
    Certificate: lambda key: select(Certificate.id).where(Certificate.sample_id == key),
    Signature: lambda key: select(Signature.id).where(Signature.sample_id == key),
}
"""Kind of thing -> the keys of those that belong to a sample."""


def _about(work: Session, name: str) -> ColumnElement[bool]:
    begins = (TrailLine.name >= name) & (TrailLine.name < f"{name}\U0010ffff")
    sample = work.scalar(select(Sample.id).where(Sample.number == name))
    if sample is None:
        return begins
    keys = ((kind, select(cast(below(sample).subquery().c[0], String))) for kind, below in BELOW.items())
    return or_(begins, *((TrailLine.kind == kind.__tablename__) & TrailLine.thing.in_(mine) for kind, mine in keys))


# -- names -------------------------------------------------------------------------------------------------------------

POINTS: Mapping[tuple[str, str], str] = {
    (table.name, column.name): next(iter(column.foreign_keys)).column.table.name
    for table in Thing.metadata.sorted_tables
    for column in table.columns
    if column.foreign_keys
}
"""Columns that hold the key of another thing -> its kind."""


def _names(work: Session, lines: Iterable[TrailLine]) -> Names:
    """Read what the things of a page are called."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        wanted[line.kind].add(line.thing)
        for field, value in _values(line):
            if target := POINTS.get((line.kind, field)):
                wanted[target].add(value)
    return names(work, wanted)


def _values(line: TrailLine) -> Iterator[tuple[str, str]]:
    if line.field:
        yield from ((line.field, value) for value in (line.old, line.new) if value)
    elif line.new:
        yield from ((field, str(value)) for field, value in json.loads(line.new).items())


def _row(line: TrailLine, known: Names) -> TrailRow:
    def read(field: str, value: Any) -> Any:
        return known.get(POINTS.get((line.kind, field), ""), {}).get(str(value), value)

    old, new = read(line.field, line.old or ""), read(line.field, line.new or "")
    if not line.field and new:
        new = json.dumps({field: read(field, value) for field, value in json.loads(new).items()}, ensure_ascii=False)
    name = known.get(line.kind, {}).get(line.thing, line.name)
    return TrailRow(line.id, line.at, line.person, line.verb, line.kind, name, line.field, old, new, line.reason)
