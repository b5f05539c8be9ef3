"""The witness: writes who, when, what, from, to, why into the trail before anything is committed, by itself.

Changes reach trailed tables by two doors only, a flush of the unit of work or `Work.write_many`; any other INSERT, UPDATE
or DELETE raises, however it is written. Lines of the trail itself are written here and never changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Delete, Insert, TextClause, Update, event, insert, inspect
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.attributes import History
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from lims.domain.thing import Thing
from lims.domain.trail import TrailLine

if TYPE_CHECKING:
    from lims.db.store import Work

Loaded = tuple[type[Thing], tuple[Any, ...], int]
"""A thing that is about to be changed: its kind, its key, and the version it was loaded in."""

DOOR = "through the witness"
_RAW_CHANGE = re.compile(r"\s*(insert|update|delete|replace|merge|truncate)\b", re.IGNORECASE)


def watch(engine: Engine, sessions: type[Session]) -> None:
    """Let the witness see every flush of *sessions* and every statement of *engine*."""
    event.listen(sessions, "before_flush", _before_flush)
    event.listen(sessions, "after_flush", _after_flush)
    event.listen(sessions, "after_soft_rollback", _after_rollback)
    event.listen(engine, "before_execute", _before_execute)
    event.listen(engine, "before_cursor_execute", _before_cursor_execute)


def _before_flush(work: Work, _context: UOWTransaction, _instances: Any) -> None:
    gone = [thing for thing in work.deleted if isinstance(thing, Thing) and (thing.trailed or isinstance(thing, TrailLine))]
    if gone:
        raise RuntimeError(f"nothing is ever deleted: {gone[0].__tablename__} {gone[0].called()}")
    if any(isinstance(thing, TrailLine) for thing in (*work.new, *work.dirty)):
        raise RuntimeError("nobody writes the trail but the witness")
    changed = [thing for thing in work.dirty if isinstance(thing, Thing) and thing.trailed and work.is_modified(thing)]
    made = [thing for thing in work.new if isinstance(thing, Thing) and thing.trailed]
    work.seen = ([change for thing in changed for change in _changes(thing)], made)
    work.loaded = [(type(thing), inspect(thing).identity or (), thing.version) for thing in changed if hasattr(thing, "version")]
    if (changed or made) and work.actor is None:
        raise RuntimeError("a change nobody signed for: the service must be marked with @verb")
    work.door = work.connection().info
    work.door[DOOR] = True


def _after_flush(work: Work, _context: UOWTransaction) -> None:
    changes, made = work.seen
    lines = [_line(work, thing, field, old, new) for thing, field, old, new in changes]
    lines += [_line(work, thing, "", None, _whole(thing)) for thing in made]
    work.touched.update(thing.__tablename__ for thing in (*work.new, *work.dirty, *work.deleted))
    if lines:
        work.connection().execute(insert(TrailLine), lines)
    work.door[DOOR] = False


def _after_rollback(work: Work, _transaction: Any) -> None:
    """A flush that failed leaves no door open behind it."""
    work.door[DOOR] = False


def lines_for(work: Work, kind: type[Thing], rows: Iterable[Mapping[str, Any]], keys: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the trail lines for rows written in bulk."""
    return [
        _head(work)
        | {
            "kind": kind.__tablename__,
            "thing": str(key),
            "name": str(row.get("code") or row.get("number") or key),
            "field": "",
            "old": None,
            "new": _json({**_standing(kind), **row}, kind.secret),
        }
        for row, key in zip(rows, keys, strict=True)
    ]


@cache
def _standing(kind: type[Thing]) -> dict[str, Any]:
    """Return what stands in the columns of a row that says nothing of them."""
    return {column.key: column.default.arg for column in kind.__table__.columns if isinstance(column.default, ScalarElementColumnDefault)}


def _changes(thing: Thing) -> list[tuple[Thing, str, Any, Any]]:
    state = inspect(thing)
    found: list[tuple[Thing, str, Any, Any]] = []
    histories = {attribute.key: state.attrs[attribute.key].history for attribute in state.mapper.column_attrs if attribute.key != "version"}
    _refuse(thing, histories)
    for name, history in histories.items():
        if not history.has_changes():
            continue
        old, new = (history.deleted or [None])[0], (history.added or [None])[0]
        if name in thing.secret:
            found.append((thing, name, None, "•••"))
        elif isinstance(new, dict) and isinstance(old, dict):
            found += [(thing, f"{name}.{key}", old.get(key), new.get(key)) for key in {**old, **new} if old.get(key) != new.get(key)]
        else:
            found.append((thing, name, old, new))
    return found


def _refuse(thing: Thing, histories: Mapping[str, History]) -> None:
    """Raise where what stands for good would be overwritten, or a state reached that no move leads to."""
    changed = {name for name, history in histories.items() if history.has_changes()}
    before = {name: next(iter(history.deleted or history.unchanged or ()), None) for name, history in histories.items()}
    if late := sorted(changed & thing.fixed(before)):
        raise RuntimeError(f"{thing.__tablename__} {thing.called()}: {', '.join(late)} can no longer change")
    if thing.flow and "state" in changed:
        now = getattr(thing, "state", None)
        if not any(before["state"] in move.sources and move.target is now for move in thing.flow.moves):
            raise RuntimeError(f"{thing.__tablename__} {thing.called()}: no move leads from {before['state']} to {now}")


def _line(work: Work, thing: Thing, field: str, old: Any, new: Any) -> dict[str, Any]:
    key = key_words(inspect(thing).mapper.primary_key_from_instance(thing))
    return _head(work) | {"kind": thing.__tablename__, "thing": key, "name": thing.called(), "field": field, "old": _text(old), "new": _text(new)}


def key_words(key: Iterable[Any]) -> str:
    """Return a row's key as the trail writes it."""
    return "/".join(str(part) for part in key)


def _head(work: Work) -> dict[str, Any]:
    assert work.actor is not None
    return {"at": work.now(), "person_id": work.actor.id, "person": work.actor.name, "verb": work.verb, "reason": work.reason}


def _whole(thing: Thing) -> str:
    state = inspect(thing)
    return _json({attribute.key: getattr(thing, attribute.key) for attribute in state.mapper.column_attrs}, thing.secret)


def _json(values: Mapping[str, Any], secret: frozenset[str]) -> str:
    said = {name: "•••" if name in secret else value for name, value in values.items() if value not in (None, "", {}) and name not in UNSAID}
    return json.dumps(said, ensure_ascii=False, default=_text)


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case Enum():
            return str(value.value)
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case frozenset():
            return ",".join(sorted(value))
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=_text)
        case _:
            return str(value)


def _before_execute(connection: Connection, clause: Any, *_rest: Any) -> None:
    if connection.info.get(DOOR):
        return
    if isinstance(clause, (Insert, Update, Delete)):
        name = getattr(clause.table, "name", "")
        if name in WATCHED:
            raise RuntimeError(f"{name} may only be written through the unit of work")
    elif isinstance(clause, TextClause) and _RAW_CHANGE.match(clause.text):
        raise RuntimeError("raw changes do not reach the trail")


def _before_cursor_execute(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    """The last look, at the words as they go to the database: behind a comment, within WITH, past the compiler."""
    if not connection.info.get(DOOR) and _changes_watched(statement):
        raise RuntimeError("raw changes do not reach the trail")


@lru_cache(maxsize=1024)
def _changes_watched(statement: str) -> bool:
    return _CHANGE.search(_COMMENT.sub(" ", statement)) is not None


WATCHED = frozenset(mapper.class_.__tablename__ for mapper in Thing.registry.mappers if mapper.class_.trailed) | {TrailLine.__tablename__}
UNSAID = frozenset({"id", "version"})
"""Columns the trail leaves out: the key stands beside, the version is the store's own."""
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_CHANGE = re.compile(
    r"\b(?:(?:insert(?:\s+or\s+\w+)?|replace|merge)\s+into|update(?:\s+or\s+\w+)?|delete\s+from|truncate(?:\s+table)?|(?:drop|alter)\s+table(?:\s+if\s+exists)?)"
    rf"\s+(?:only\s+)?(?:[\w\"]+\.)?[\"`\[]?(?:{'|'.join(sorted(WATCHED))})\b",
    re.IGNORECASE,
)
