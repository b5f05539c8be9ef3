"""What a thing is called, by its kind and key: for records that hold keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lims.domain.analyses import Analysis, Attempt, Determination, Judged
from lims.domain.businesses import Business
from lims.domain.catalogue import Confirmation, Item, Limit, Procedure, Product, Standard
from lims.domain.certificates import Certificate, Signature
from lims.domain.instruments import Instrument, Message, Reading
from lims.domain.people import Person
from lims.domain.samples import Sample
from lims.domain.samplings import Sampling
from lims.domain.thing import Thing
from lims.domain.worksheets import Worksheet
from lims.views.names import named

Names = Mapping[str, Mapping[str, str]]
"""Kind -> key -> name."""


def names(work: Session, wanted: Mapping[str, Iterable[str]]) -> Names:
    """Return the names of the things *wanted*, key by kind: one query a kind, however many there are."""
    return {kind: _read(work, *CALLED[kind], keys) for kind, keys in wanted.items() if kind in CALLED}


def _read(work: Session, query: Any, name: Callable[..., str], keys: Iterable[str]) -> dict[str, str]:
    found = query.where(query.selected_columns[0].in_([int(key) for key in keys if key.isdecimal()]))
    return {str(key): name(*words) for key, *words in work.execute(found)}


_ASKED: Any = select(Attempt.id, Sample.number, Item, Attempt.number).join(Analysis, Attempt.analysis_id == Analysis.id).join(Sample).join(Item)

_CALLED: Mapping[type[Thing], tuple[Any, Callable[..., str]]] = {
    Person: (select(Person.id, Person.name), str),
    Business: (select(Business.id, Business.name), str),
    Sampling: (select(Sampling.id, Sampling.number), str),
    Sample: (select(Sample.id, Sample.number), str),
    Item: (select(Item.id, Item), named),
    Product: (select(Product.id, Product), named),
    Standard: (select(Standard.id, Standard.code), str),
    Procedure: (select(Procedure.id, Procedure.method), str),
    Limit: (select(Limit.id, Limit.code), str),
    Worksheet: (select(Worksheet.id, Worksheet.number), str),
    Instrument: (select(Instrument.id, Instrument.code), str),
    Message: (select(Message.id, Message.workstation, Message.first_row, Message.last_row), lambda station, first, last: f"{station}:{first}-{last}"),
    Reading: (select(Reading.id, Reading.sample, Reading.test), lambda sample, test: f"{sample} {test}".strip()),
    Certificate: (select(Certificate.id, Certificate.number, Certificate.revision), lambda number, revision: f"{number}-{revision}"),
    Confirmation: (select(Confirmation.id, Limit.code).join(Limit), str),
    Analysis: (select(Analysis.id, Sample.number, Item).join(Sample).join(Item), lambda number, item: f"{number} · {named(item)}"),
    Attempt: (_ASKED, lambda number, item, count: f"{number} · {named(item)} · {count}"),
    Determination: (
        _ASKED.with_only_columns(Determination.id, Sample.number, Item, Attempt.number).join(Determination, Determination.attempt_id == Attempt.id),
        lambda number, item, count: f"{number} · {named(item)} · {count}",
    ),
    Judged: (
        _ASKED.with_only_columns(Judged.id, Sample.number, Item, Attempt.number).join(Judged, Judged.attempt_id == Attempt.id),
        lambda number, item, count: f"{number} · {named(item)} · {count}",
    ),
    Signature: (select(Signature.id, Sample.number).join(Sample), str),
}
"""Kind of thing -> what is read of it, its key first, and the name this gives."""

CALLED = {kind.__tablename__: how for kind, how in _CALLED.items()}
