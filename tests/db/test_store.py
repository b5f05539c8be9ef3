"""Units of work: whole or not at all, on a file and on a server, alone and beside others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from lims.clock import SteppingClock
from lims.db.store import Store, Work, reading
from lims.domain.businesses import Business
from lims.domain.catalogue import Item
from lims.domain.settings import SettingValue
from lims.domain.trail import TrailLine
from lims.errors import Mistakes, Refusal, Stale, Trouble
from lims.rules.rights import PROGRAM, Actor
from tests.db.conftest import CHEAP, done
from tests.postgres import Postgres

WANG = Actor(5, "shen", "王芳", frozenset())
LI = Actor(3, "jian", "李航", frozenset())
AFTERNOON = datetime(2026, 2, 8, 6, 44, tzinfo=UTC)
"""14:44 where the laboratory stands."""


def depot(work: Work, name: str = "桃山粮库", by: Actor = PROGRAM) -> Business:
    with work.acting(by, "test.add"):
        work.add(business := Business(name=name))
    return business


def rename(store: Store, name: str, phone: str, by: Actor) -> None:
    with store.work() as work, work.acting(by, "test.phone"):
        work.scalars(select(Business).where(Business.name == name)).one().phone = phone


def counted(store: Store) -> tuple[int, int]:
    with store.work() as work:
        return work.scalar(select(func.count(Business.id))) or 0, work.scalar(select(func.count(TrailLine.id))) or 0


def test_a_unit_of_work_that_ends_well_is_there_for_everybody(store: Store, opened: Callable[..., Store]) -> None:
    other = opened(store.url)
    with store.work() as work:
        depot(work)
    assert counted(other) == (1, 1)
    rename(other, "桃山粮库", "69600000", WANG)
    with store.work() as work:
        assert work.scalars(select(Business.phone)).one() == "69600000"


@pytest.mark.parametrize("error", [Refusal("no"), Mistakes({"name": "no"}), Trouble("no"), KeyError("a bug"), KeyboardInterrupt()], ids=repr)
def test_one_that_does_not_leaves_nothing_behind(store: Store, error: BaseException) -> None:
    def broken_off(work: Work) -> None:
        depot(work)
        raise error

    with pytest.raises(type(error)):
        done(store, broken_off)
    assert counted(store) == (0, 0)


def test_what_is_kept_is_done_although_the_rest_is_refused(store: Store) -> None:
    def refused(work: Work) -> None:
        depot(work, "refused")
        work.keep(lambda later: depot(later, "kept") and None)
        raise Refusal("wrong password")

    with pytest.raises(Refusal, match="wrong password"):
        done(store, refused)
    with store.work() as work:
        assert work.scalars(select(Business.name)).all() == ["kept"]


def test_what_is_kept_is_done_too_where_nothing_is_refused(store: Store) -> None:
    with store.work() as work:
        depot(work, "done")
        work.keep(lambda later: depot(later, "kept") and None)
    assert counted(store)[0] == 2


def test_what_changed_is_told_after_the_commit_and_only_then(store: Store, opened: Callable[..., Store]) -> None:
    def refused(work: Work) -> None:
        depot(work, "refused")
        raise Refusal("no")

    other, told = opened(store.url), list[tuple[frozenset[str], int]]()
    store.on_change.append(lambda kinds: told.append((kinds, counted(other)[0])))
    with store.work() as work:
        depot(work)
        assert told == []
    with store.work() as work:
        work.scalars(select(Business)).all()
    with pytest.raises(Refusal):
        done(store, refused)
    assert told == [(frozenset({"business"}), 1)]


def test_one_act_has_one_moment_and_the_day_is_the_laboratorys(url: URL, opened: Callable[..., Store]) -> None:
    store = opened(url, SteppingClock(datetime(2026, 2, 8, 20, 0, tzinfo=UTC)))
    with store.work() as work:
        assert work.now() == work.now()
        assert str(work.today()) == "2026-02-09"
        with work.acting(PROGRAM, "test.zone"):
            work.add(SettingValue(name="time_zone", value="Europe/Lisbon"))
    with store.work() as work:
        assert str(work.today()) == "2026-02-08"


def test_who_signs_within_who_signs_gives_the_pen_back(store: Store) -> None:
    with store.work() as work, work.acting(WANG, "outer", "because"):
        depot(work, "inner", LI)
        work.add(Business(name="outer"))
    with store.work() as work:
        assert work.execute(select(TrailLine.name, TrailLine.person, TrailLine.verb, TrailLine.reason)).all() == [
            ("inner", "李航", "test.add", ""),
            ("outer", "王芳", "outer", "because"),
        ]


# -- two at once -----------------------------------------------------------------------------------------------------


def test_a_thing_changed_meanwhile_is_not_overwritten_and_says_by_whom_and_when(url: URL, opened: Callable[..., Store], english: None) -> None:
    store, other = opened(url, lambda: AFTERNOON), opened(url, lambda: AFTERNOON)
    with store.work() as work:
        mine = depot(work)
        depot(work, "另一家")
    rename(other, "桃山粮库", "69600001", WANG)
    rename(other, "另一家", "69600002", LI)

    def change(work: Work) -> None:
        work.add(mine)
        mine.phone = "69600009"

    with pytest.raises(Stale) as caught:
        done(store, change, LI)
    assert caught.value.words == "王芳 changed this at 14:44. Look at it again and repeat."
    with store.work() as work:
        assert work.scalars(select(Business.phone).order_by(Business.id)).all() == ["69600001", "69600002"]


def test_on_a_server_two_in_the_same_moment_are_two(postgres: Postgres, opened: Callable[..., Store], english: None) -> None:
    url = postgres.fresh("same_moment")
    store, other = opened(url, lambda: AFTERNOON), opened(url, lambda: AFTERNOON)
    done(store, depot)

    def change(work: Work) -> None:
        mine = work.scalars(select(Business)).one()
        rename(other, mine.name, "69600001", WANG)
        mine.phone = "69600009"

    def add(work: Work) -> None:
        done(other, lambda work: depot(work, "新的一家"))
        depot(work, "新的一家")

    with pytest.raises(Stale, match="王芳 changed this at 14:44"):
        done(store, change, LI)
    with pytest.raises(Stale, match="Somebody else entered the same number or name"):
        done(store, add)
    assert counted(store) == (2, 3)


def test_who_waits_too_long_for_the_file_is_told_so(folder: Any, opened: Callable[..., Store], english: None) -> None:
    store, other = opened(folder.url), opened(folder.url)
    event.listen(other.engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=20"))
    other.engine.dispose()
    with store.work() as work:
        depot(work)
        with pytest.raises(Trouble, match=r"^Another program holds the database"), other.work():
            pytest.fail("two write at once")
    assert counted(other)[0] == 1


# -- what a record rests on --------------------------------------------------------------------------------------------


def test_every_connection_to_a_file_syncs_fully_keeps_a_wal_and_minds_foreign_keys(folder: Any, opened: Callable[..., Store]) -> None:
    """synchronous 2 is FULL: SQLite's own number."""
    engine = opened(folder.url).engine
    connections = [engine.connect() for _ in range(4)]
    assert len({id(connection.connection.driver_connection) for connection in connections}) == 4
    for connection in connections:
        raw: Any = connection.connection.driver_connection
        found = {name: raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode", "foreign_keys")}
        connection.close()
        assert found == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1}


def test_a_relation_nobody_loaded_is_not_read_behind_the_readers_back(store: Store) -> None:
    from sqlalchemy.orm import configure_mappers

    from lims.domain.thing import Thing

    configure_mappers()
    lazy = {str(relation): relation.lazy for mapper in Thing.registry.mappers for relation in mapper.relationships}
    assert len(lazy) > 10 and set(lazy.values()) == {"raise"}


def test_a_number_comes_back_with_the_digits_it_was_written_with(store: Store) -> None:
    from decimal import Decimal

    from lims.domain.catalogue import Procedure

    with store.work() as work, work.acting(PROGRAM, "test.add"):
        work.add(item := Item(code="i", name_zh="i"))
        work.flush()
        work.add(Procedure(code="p", item_id=item.id, method="m", tolerance=Decimal("7.10"), detection_limit=Decimal("1E-7")))
    with store.work() as work:
        kept = work.execute(select(Procedure.tolerance, Procedure.detection_limit)).one()
    assert [str(value) for value in kept] == ["7.10", "1E-7"] and all(type(value) is Decimal for value in kept)


# -- what cannot be opened ------------------------------------------------------------------------------------------------


def test_a_server_that_does_not_keep_utf_8_is_refused(postgres: Postgres, english: None) -> None:
    """Trigrams and order of Chinese need it: PostgreSQL's SQL_ASCII keeps bytes and knows no characters."""
    url = postgres.fresh("utf")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS plain")
        connection.execute("CREATE DATABASE plain TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    with pytest.raises(Refusal, match="keeps text as SQL_ASCII"):
        Store(url.replace("/utf?", "/plain?"), CHEAP)


def test_a_server_that_is_not_there_is_said_in_one_line(english: None) -> None:
    with pytest.raises(Trouble) as caught:
        Store("postgresql://lims:geheim@127.0.0.1:1/none?connect_timeout=2", CHEAP)
    assert caught.value.words.startswith("The database server cannot be reached: ")
    assert "\n" not in caught.value.words and "geheim" not in caught.value.words


def test_a_server_that_went_away_is_said_and_found_again(postgres: Postgres, opened: Callable[..., Store], english: None) -> None:
    store, other = opened(url := postgres.fresh("went_away")), psycopg.connect(postgres.fresh("beside").replace("+psycopg", ""), autocommit=True)
    done(store, depot)

    def cut_off(work: Work) -> None:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'went_away'")
        depot(work, "another")

    with pytest.raises(Trouble, match=r"^The database server cannot be reached: .*$"):
        done(store, cut_off)
    other.close()
    assert counted(store) == counted(opened(url)) == (1, 1)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://name:geheim@server/laboratory", "A laboratory lives in a SQLite file or on a PostgreSQL server; mysql is neither."),
        ("name:geheim@server", "This is no address of a database."),
        ("postgresql://name:geheim@server:port/laboratory", "This is no address of a database."),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_a_password(url: str, words: str, english: None) -> None:
    with pytest.raises(Refusal, match=f"^{re.escape(words)}") as caught:
        Store(url, CHEAP)
    assert "geheim" not in caught.value.words


def test_a_database_without_a_laboratory_has_nothing_to_read(postgres: Postgres, tmp_path: Path, english: None) -> None:
    for url in (postgres.fresh("nobody_yet"), f"sqlite:///{tmp_path / 'none.sqlite3'}"):
        with pytest.raises(Trouble, match="There is no laboratory in this database yet"), reading(url):
            pytest.fail("read nothing")
    assert list(tmp_path.iterdir()) == []


def test_who_only_reads_cannot_write_and_is_not_kept_waiting(store: Store) -> None:
    with store.work() as work:
        depot(work)
        work.flush()
        with reading(store.url) as session:
            assert session.scalars(select(Business.name)).all() == []
    with reading(store.url) as session:
        assert session.scalars(select(Business.name)).all() == ["桃山粮库"]

    def write(session: Session) -> None:
        session.add(Business(name="no"))
        session.flush()

    with pytest.raises(Trouble), reading(store.url) as session:
        write(session)
    assert counted(store)[0] == 1
