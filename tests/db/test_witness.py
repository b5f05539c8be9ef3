"""The witness: every change stands in the trail by itself, and no change finds a way around it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Enum, delete, event, func, insert, inspect, select, text, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError

from lims.db.store import Store, Work
from lims.domain.analyses import Analysis
from lims.domain.businesses import Business
from lims.domain.catalogue import Heading, Item, Procedure
from lims.domain.certificates import Certificate, Document
from lims.domain.instruments import Message, Reading
from lims.domain.people import Person
from lims.domain.samplings import Sampling
from lims.domain.settings import Counter
from lims.domain.thing import Thing
from lims.domain.trail import TrailLine
from lims.errors import Stale
from lims.rules.rights import PROGRAM, Actor, Role
from tests.db.conftest import CHEAP, done

KINDS: dict[str, type[Thing]] = {mapper.class_.__tablename__: mapper.class_ for mapper in Thing.registry.mappers}
TRAILED = [kind for kind in KINDS.values() if kind.trailed]
WATCHED = [*TRAILED, TrailLine]
WANG = Actor(5, "shen", "王芳", frozenset())
AT = datetime(2026, 2, 8, 6, 44, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared(empty: Callable[[], URL]) -> Iterator[Store]:
    """One store for all tests whose statements must never arrive."""
    store = Store(empty(), CHEAP, lambda: AT)
    yield store
    store.close()


def raw(statement: str) -> Callable[[Work, type[Thing]], object]:
    return lambda work, kind: work.execute(text(statement.format(table=kind.__tablename__, column=column(kind))))


def driver(statement: str) -> Callable[[Work, type[Thing]], object]:
    return lambda work, kind: work.connection().exec_driver_sql(statement.format(table=kind.__tablename__, column=column(kind)))


def column(kind: type[Thing]) -> str:
    return str(kind.__table__.columns.keys()[-1])


AROUND: dict[str, Callable[[Work, type[Thing]], object]] = {
    "insert": lambda work, kind: work.connection().execute(insert(kind.__table__)),  # type: ignore[arg-type]
    "update": lambda work, kind: work.connection().execute(update(kind.__table__).values({column(kind): None})),  # type: ignore[arg-type]
    "delete": lambda work, kind: work.connection().execute(delete(kind.__table__)),  # type: ignore[arg-type]
    "insert by the session": lambda work, kind: work.execute(insert(kind), [{column(kind): None}]),
    "insert in bulk": lambda work, kind: work.bulk_insert_mappings(inspect(kind), [{column(kind): None}]),
    "update by the session": lambda work, kind: work.execute(update(kind).values({column(kind): None})),
    "update by a query": lambda work, kind: work.query(kind).update({column(kind): None}),
    "delete by the session": lambda work, kind: work.execute(delete(kind)),
    "delete by a query": lambda work, kind: work.query(kind).delete(),
    "within a query": lambda work, kind: work.execute(select(delete(kind).returning(*inspect(kind).primary_key).cte())),
    "insert as text": raw("INSERT INTO {table} DEFAULT VALUES"),
    "update as text": raw('UPDATE {table} SET "{column}" = NULL'),
    "delete as text": raw("delete from {table}"),
    "text behind a comment": raw('/* nothing */ -- at all\n UPDATE {table} SET "{column}" = NULL'),
    "text within WITH": raw("WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone"),
    "with a comment inside": driver('DELETE FROM -- really\n "{table}"'),
    "insert or replace": driver('INSERT OR REPLACE INTO "{table}" DEFAULT VALUES'),
    "past the compiler": driver('UPDATE "{table}" SET "{column}" = NULL'),
    "with its schema": driver('DELETE FROM public."{table}"'),
    "drop": driver("DROP TABLE {table}"),
    "drop a column": driver('ALTER TABLE {table} DROP COLUMN "{column}"'),
    "truncate": driver("TRUNCATE {table}"),
}


def refusal(store: Store, job: Callable[[Work], object]) -> str:
    try:
        done(store, job)
    except RuntimeError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("way", AROUND)
def test_no_statement_reaches_a_watched_table_around_the_witness(way: str, shared: Store) -> None:
    words = {kind.__tablename__: refusal(shared, lambda work, kind=kind: AROUND[way](work, kind)) for kind in WATCHED}
    expected = ("may only be written through the unit of work", "raw changes do not reach the trail")
    assert {name: said for name, said in words.items() if not said.endswith(expected)} == {}


def test_only_the_counters_of_numbers_leave_no_trail() -> None:
    """A serial is given out twice a minute and stands in the number itself."""
    assert {name for name, kind in KINDS.items() if not kind.trailed} == {"counter", "trail"}


def test_reading_is_free_whatever_it_reads(shared: Store) -> None:
    with shared.work() as work:
        assert work.execute(text("SELECT count(*) FROM sample WHERE number = 'update'")).scalar() == 0
        assert work.scalars(select(Business).with_for_update()).all() == []
        work.execute(update(Counter).values(last=1))


# -- what a flush writes -------------------------------------------------------------------------------------------------


VALUES: dict[str, Callable[[int], Any]] = {
    "String": lambda turn: f"words {turn}",
    "Text": lambda turn: f"words {turn}",
    "Integer": lambda turn: 10 + turn,
    "Boolean": bool,
    "Date": lambda turn: date(2026, 2, 8 + turn),
    "Moment": lambda turn: AT + timedelta(days=turn),
    "Exact": lambda turn: Decimal(f"0.{turn}0"),
    "JSON": lambda turn: {"answer": f"SECRET {turn}"},
    "LargeBinary": lambda turn: f"SECRET {turn}".encode(),
    "Roles": lambda turn: frozenset({list(Role)[turn]}),
}
"""The first and the second value of a column, by its type."""


def value(kind: type[Thing], name: str, turn: int) -> Any:
    kept = inspect(kind).columns[name].type
    if name == "password_hash":
        return f"SECRET {turn}"
    return list(kept.enum_class)[turn] if isinstance(kept, Enum) and kept.enum_class else VALUES[type(kept).__name__](turn)


def filled(kind: type[Thing], turn: int = 0) -> dict[str, Any]:
    return {column.key: value(kind, column.key, turn) for column in inspect(kind).columns if column.key not in ("id", "version")}


@pytest.fixture
def loose(url: URL, opened: Callable[..., Store]) -> Store:
    """A store in which a row may stand without what it belongs to."""
    store = opened(url, lambda: AT)

    def untie(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA foreign_keys=OFF" if store.engine.dialect.name == "sqlite" else "SET session_replication_role = replica")
        connection.commit()

    event.listen(store.engine, "connect", untie)
    store.engine.dispose()
    return store


def lines(store: Store) -> list[TrailLine]:
    with store.work() as work:
        return list(work.scalars(select(TrailLine).order_by(TrailLine.id)))


def test_every_kind_of_thing_is_seen_when_it_is_made_and_when_it_is_changed(loose: Store) -> None:
    for kind in TRAILED:
        first, second, before = filled(kind), filled(kind, 1), len(lines(loose))
        with loose.work() as work, work.acting(WANG, "test.make", "new"):
            work.add(thing := kind(**first))
        (made,) = lines(loose)[before:]
        assert (made.kind, made.field, made.old, made.verb, made.person, made.reason, made.at) == (kind.__tablename__, "", None, "test.make", "王芳", "new", AT)
        assert set(json.loads(made.new or "{}")) == {name for name, kept in first.items() if kept not in (None, "", {})}
        changing = {name: kept for name, kept in second.items() if not inspect(kind).columns[name].primary_key and name not in thing.fixed(first)}
        with loose.work() as work, work.acting(PROGRAM, "test.change"):
            work.add(thing)
            for name, kept in changing.items():
                setattr(thing, name, kept)
        fields = {line.field.split(".")[0]: line for line in lines(loose)[before + 1 :]}
        assert set(fields) == set(changing), kind
        assert all(line.kind == kind.__tablename__ and line.thing == made.thing for line in fields.values())


@pytest.mark.parametrize(("kind", "name"), [(Person, "password_hash"), (Message, "content"), (Document, "content"), (Certificate, "content")])
def test_what_is_secret_never_stands_in_the_trail(kind: type[Thing], name: str, loose: Store) -> None:
    first = filled(kind) | ({"approved_at": None} if kind is Certificate else {})
    with loose.work() as work, work.acting(PROGRAM, "test.make"):
        work.add(thing := kind(**first))
    with loose.work() as work, work.acting(PROGRAM, "test.change"):
        if kind is Message:
            work.write_many(kind, [filled(kind, 1)])
        elif name not in thing.fixed(first):
            work.add(thing)
            setattr(thing, name, value(kind, name, 1))
    said = lines(loose)
    assert len(said) == (1 if kind is Document else 2)
    assert all("SECRET" not in f"{line.old} {line.new}" and "•••" in (line.new or "") for line in said)


def test_a_line_says_who_when_what_from_to_and_why(url: URL, opened: Callable[..., Store]) -> None:
    store = opened(url, lambda: AT)
    with store.work() as work, work.acting(PROGRAM, "samples.register"):
        work.add(business := Business(name="桃山粮库"))
        work.flush()
        form = {"stall": "6 号仓", "grade": "二等"}
        work.add(sampling := Sampling(number="LSKC26110116000207", business_id=business.id, sampled_on=date(2026, 2, 7), form=form))
    with store.work() as work, work.acting(WANG, "samples.amend", "抄错"):
        work.add(sampling)
        sampling.form = {"stall": "7 号仓", "grade": "二等", "model": "散装"}
        work.add(business)
        business.phone = "69600000"
    said = {(line.kind, line.name, line.field, line.old, line.new, line.person_id, line.person, line.verb, line.reason, line.at) for line in lines(store)[2:]}
    signed = (5, "王芳", "samples.amend", "抄错", AT)
    assert said == {
        ("sampling", "LSKC26110116000207", "form.stall", "6 号仓", "7 号仓", *signed),
        ("sampling", "LSKC26110116000207", "form.model", None, "散装", *signed),
        ("business", business.called(), "phone", "", "69600000", *signed),
    }


def test_what_is_only_added_to_is_never_overwritten(loose: Store) -> None:
    kinds = [kind for kind in TRAILED if kind.added_only]
    assert {kind.__tablename__ for kind in kinds} == {
        *("attempt", "determination", "judgement", "basis", "signature", "document", "message"),
        *("heading", "limit", "placement", "confirmation"),
    }
    for kind in kinds:
        with loose.work() as work, work.acting(PROGRAM, "test.make"):
            work.add(thing := kind(**filled(kind)))
        for name, kept in filled(kind, 1).items():
            late = pytest.raises(RuntimeError, match=f"{kind.__tablename__} .*{name} can no longer change")
            with late, loose.work() as work, work.acting(PROGRAM, "test.change"):
                setattr(work.get_one(kind, inspect(thing).identity), name, kept)


def test_a_state_changes_only_by_a_move_of_its_workflow(loose: Store) -> None:
    tells_apart: dict[type[Thing], str] = {Analysis: "sample_id", Certificate: "revision", Reading: "place"}
    assert {kind for kind in TRAILED if kind.flow} == set(tells_apart)
    for kind, name in tells_apart.items():
        assert kind.flow
        for turn, (old, new) in enumerate(permutations(kind.flow.words, 2)):
            with loose.work() as work, work.acting(PROGRAM, "test.make"):
                work.add(thing := kind(**filled(kind) | {"state": old, name: turn}))
            leads = any(old in move.sources and move.target is new for move in kind.flow.moves)
            refused = nullcontext() if leads else pytest.raises(RuntimeError, match=f"no move leads from {old} to {new}")
            with refused, loose.work() as work, work.acting(PROGRAM, "test.change"):
                work.get_one(kind, thing.id).state = new


def test_what_was_touched_and_not_changed_leaves_no_line(store: Store) -> None:
    with store.work() as work, work.acting(PROGRAM, "test.make"):
        work.add(business := Business(name="桃山粮库"))
    with store.work() as work, work.acting(PROGRAM, "test.touch"):
        work.add(business)
        business.name = "桃山粮库"
    assert len(lines(store)) == 1


def test_nothing_is_ever_deleted(loose: Store) -> None:
    for kind in TRAILED:
        with loose.work() as work, work.acting(PROGRAM, "test.make"):
            work.add(thing := kind(**filled(kind)))
        with pytest.raises(RuntimeError, match=f"nothing is ever deleted: {kind.__tablename__}"), loose.work() as work, work.acting(PROGRAM, "test.delete"):
            work.delete(thing)
        with loose.work() as work:
            assert work.scalar(select(func.count()).select_from(kind)) == 1


def test_a_change_that_nobody_signed_is_not_made(store: Store) -> None:
    with pytest.raises(RuntimeError, match="nobody signed"), store.work() as work:
        work.add(Business(name="桃山粮库"))
    with pytest.raises(RuntimeError, match="nobody signed"), store.work() as work:
        work.write_many(Item, [{"code": "x", "name_zh": "x"}])
    with store.work() as work, work.acting(PROGRAM, "test.make"):
        work.add(business := Business(name="桃山粮库"))
    with pytest.raises(RuntimeError, match="nobody signed"), store.work() as work:
        work.merge(business).phone = "1"
    assert len(lines(store)) == 1


def test_the_trail_is_written_by_nobody_else_and_never_changed(store: Store) -> None:
    with store.work() as work, work.acting(WANG, "test.make"):
        work.add(Business(name="桃山粮库"))
    forged = {"at": AT, "person_id": 5, "person": "王芳", "verb": "samples.receive", "kind": "sample", "thing": "1"}

    def add(work: Work) -> None:
        work.add(TrailLine(**forged))

    def change(work: Work) -> None:
        work.scalars(select(TrailLine)).one().person = "李航"

    def remove(work: Work) -> None:
        work.delete(work.scalars(select(TrailLine)).one())

    def many(work: Work) -> None:
        work.write_many(TrailLine, [forged])

    for tamper in (add, change, remove, many):
        with pytest.raises(RuntimeError, match=r"nobody writes the trail|nothing is ever deleted"):
            done(store, tamper)
    assert [(line.person, line.verb) for line in lines(store)] == [("王芳", "test.make")]


def test_a_flush_that_failed_leaves_no_door_open(store: Store) -> None:
    def twice(work: Work) -> None:
        with work.begin_nested():
            work.add(Business(name="桃山粮库"))

    def around(work: Work) -> None:
        with pytest.raises(IntegrityError):
            twice(work)
        work.connection().exec_driver_sql("UPDATE business SET phone = '1'")

    done(store, twice)
    with pytest.raises(RuntimeError, match="raw changes"):
        done(store, around)


# -- the other door ------------------------------------------------------------------------------------------------------


def test_many_rows_and_their_lines_are_two_statements(url: URL, opened: Callable[..., Store]) -> None:
    store = opened(url, lambda: AT)
    said = list[str]()
    with store.work() as work, work.acting(WANG, "library.load", "first data"):
        event.listen(store.engine, "before_cursor_execute", lambda *context: said.append(context[2]) if context[2].startswith("INSERT") else None)
        keys = work.write_many(Item, [{"code": f"item-{place}", "name_zh": f"项目 {place}"} for place in range(300)])
        assert len(said) == 2, said
    with store.work() as work:
        rows = dict(work.execute(select(Item.id, Item.code)).all())
    assert [rows[key] for key in keys] == [f"item-{place}" for place in range(300)], "keys in the order of the rows"
    written = lines(store)
    signed = ("王芳", "library.load", "first data")
    assert [(line.thing, line.name, line.person, line.verb, line.reason) for line in written] == [(str(key), rows[key], *signed) for key in keys]
    assert json.loads(written[7].new or "") == {"code": "item-7", "name_zh": "项目 7"}


def test_of_many_rows_the_trail_says_also_what_nobody_said_of_them(store: Store) -> None:
    """A column left out gets its default in the database, so the trail has it too: read from its first line on it gives what stands there."""
    with store.work() as work, work.acting(WANG, "library.load"):
        (item,) = work.write_many(Item, [{"code": "x", "name_zh": "x"}])
        work.write_many(Procedure, [{"code": "p", "item_id": item, "method": "GB 1"}])
    said = json.loads(lines(store)[-1].new or "")
    told = {"code": "p", "item_id": item, "method": "GB 1"}
    assert said == told | {"determinations": 1, "rapid": False, "comparison": "full", "coverage": "2", "decision": "simple"}


def test_a_thing_is_named_by_its_code_also_where_it_has_a_number_of_its_own(store: Store) -> None:
    with store.work() as work, work.acting(WANG, "library.load"):
        named = {"classification": "GB 1", "name": "玉米"}
        work.write_many(Heading, [{"code": "h1", **named}, {"code": "h2", "number": "1.1", **named}])
        work.add(Heading(code="h3", classification="GB 1", name="x", number="1.2"))
    assert [line.name for line in lines(store)] == ["h1", "h2", "h3"]


def test_many_rows_that_cannot_be_written_leave_no_line(store: Store) -> None:
    with pytest.raises((IntegrityError, Stale)), store.work() as work, work.acting(PROGRAM, "library.load"):
        work.write_many(Item, [{"code": "twice", "name_zh": "x"}, {"code": "twice", "name_zh": "x"}])
    with store.work() as work:
        assert work.write_many(Item, []) == []
        assert work.scalar(select(func.count(Item.id))) == 0
    assert lines(store) == []


def test_numbers_are_written_into_the_trail_as_they_were(store: Store) -> None:
    with store.work() as work, work.acting(PROGRAM, "test.make"):
        (item,) = work.write_many(Item, [{"code": "i", "name_zh": "i"}])
        work.write_many(Procedure, [{"code": "p", "item_id": item, "method": "m", "tolerance": Decimal("0.20")}])
    assert json.loads(lines(store)[-1].new or "")["tolerance"] == "0.20"
