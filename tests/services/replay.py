"""The trail read from its first line on: what it says must be what stands in the database."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import inspect, select

from lims.db.store import Work
from lims.domain.thing import Thing
from lims.domain.trail import TrailLine

KINDS: dict[str, type[Thing]] = {mapper.class_.__tablename__: mapper.class_ for mapper in Thing.registry.mappers if mapper.class_.trailed}
EMPTY = (None, "", {})


def told_and_standing(work: Work) -> Iterable[tuple[tuple[str, str], dict[str, str], dict[str, str]]]:
    """Yield each thing the trail or the database knows: its kind and key, what the trail tells of it, and what stands there."""
    told = replayed(work.scalars(select(TrailLine).order_by(TrailLine.id)))
    stands = {(name, "/".join(map(str, inspect(row).identity))): row for name, kind in KINDS.items() for row in work.scalars(select(kind))}
    for key in told.keys() | stands.keys():
        yield key, worded(told.get(key, {})), worded(columns(stands[key])) if key in stands else {}


def columns(row: Thing) -> dict[str, Any]:
    """Return what stands in a row, secrets veiled."""
    names = [column.key for column in inspect(type(row)).column_attrs if column.key not in ("id", "version")]
    return {name: "•••" if name in row.secret and getattr(row, name) not in EMPTY else said(getattr(row, name)) for name in names}


def worded(values: dict[str, Any]) -> dict[str, str]:
    """Return values as words, the empty ones left out."""
    return {name: str(value) for name, value in values.items() if value not in EMPTY}


def said(value: Any) -> Any:
    """Return a value as the trail writes it."""
    match value:
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case frozenset():
            return ",".join(sorted(value))
        case _:
            return value


def replayed(lines: Iterable[TrailLine]) -> dict[tuple[str, str], dict[str, Any]]:
    """Make everything and change everything as the lines say."""
    things: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for line in lines:
        thing = things[line.kind, line.thing]
        name, _dot, part = line.field.partition(".")
        if not line.field:
            assert not thing, f"{line.kind} {line.thing} is made twice"
            thing.update(json.loads(line.new or ""))
        elif part:
            thing.setdefault(name, {}).update({part: line.new})
        else:
            assert line.new == "•••" or str(line.old or "") == str(thing.get(name) or ""), (line.field, line.old, thing.get(name))
            thing[name] = line.new
    return dict(things)
