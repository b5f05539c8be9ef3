"""Opening the laboratory's file or server, and one unit of work at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, create_engine, event, insert, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from lims import domain  # noqa: F401  (every noun is mapped before the first session)
from lims.clock import DEFAULT_ZONE, Clock, day_of, system_clock
from lims.db import upgrade, witness
from lims.domain.settings import SettingValue
from lims.domain.thing import Thing
from lims.domain.trail import TrailLine
from lims.errors import Refusal, Stale, Trouble
from lims.i18n import _
from lims.rules.rights import Actor
from lims.settings import BY_NAME

log = logging.getLogger(__name__)

Kinds = frozenset[str]
"""Names of the kinds of thing that a unit of work touched."""


class Passwords(Protocol):
    """How passwords are kept: turned into a hash, and checked against one."""

    def hash(self, password: str) -> str:
        """Return what is kept in the password's place."""
        ...

    def verify(self, hashed: str, password: str) -> bool:
        """Tell whether *password* gave what is kept."""
        ...


class Work(Session):
    """One unit of work: a session that knows the time, who acts and why."""

    clock: Clock
    passwords: Passwords
    actor: Actor | None = None
    verb: str = ""
    reason: str = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.touched: set[str] = set()
        self.seen: tuple[list[tuple[Thing, str, Any, Any]], list[Thing]] = ([], [])
        self.kept: list[Callable[[Work], None]] = []
        self._settings: dict[str, str] | None = None
        self._now: datetime | None = None

    def now(self) -> datetime:
        """Return the moment of this unit of work: one act has one time."""
        self._now = self._now or self.clock()
        return self._now

    def today(self) -> date:
        """Return the day where the laboratory stands."""
        return day_of(self.now(), self.setting("time_zone") or DEFAULT_ZONE)

    def setting(self, name: str) -> str:
        """Return what the laboratory has set, or the default."""
        if self._settings is None:
            rows = self.execute(select(SettingValue.name, SettingValue.value)).all()
            self._settings = {row.name: row.value for row in rows}
        return self._settings.get(name, BY_NAME[name].default)

    @contextmanager
    def acting(self, actor: Actor, verb: str, reason: str = "") -> Iterator[None]:
        """Sign what follows for the trail: who does what and why. Services do it by @verb."""
        self.flush()
        before = self.actor, self.verb, self.reason
        self.actor, self.verb, self.reason = actor, verb, reason
        try:
            yield
            self.flush()
        finally:
            self.actor, self.verb, self.reason = before

    def keep(self, job: Callable[[Work], None]) -> None:
        """Do *job* in a unit of work of its own even if this one is refused: a wrong password is counted all the same."""
        self.kept.append(job)

    def write_many(self, kind: type[Thing], rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Write many new rows of *kind* and their trail lines in two statements; return their keys in order."""
        if not rows:
            return []
        if self.actor is None:
            raise RuntimeError("a change nobody signed for: the service must be marked with @verb")
        self.flush()
        connection = self.connection()
        connection.info[witness.DOOR] = True
        try:
            statement = insert(kind).returning(kind.__table__.c.id, sort_by_parameter_order=True)
            keys = list(connection.execute(statement, [dict(row) for row in rows]).scalars())
            connection.execute(insert(TrailLine), witness.lines_for(self, kind, rows, keys))
        finally:
            connection.info[witness.DOOR] = False
        self.touched.add(kind.__tablename__)
        return keys


class Store:
    """The laboratory's file or server.

    Opening brings the shape up to date. Raises Trouble when it cannot be read or was made by a newer program.
    """

    def __init__(self, url: str | URL, passwords: Passwords, clock: Clock = system_clock, backups: Path | None = None) -> None:
        self.url = make_url(url)
        self.clock, self.passwords = clock, passwords
        self.on_change: list[Callable[[Kinds], None]] = []
        self._guard = threading.RLock()
        self.engine = open_engine(self.url)
        with _as_trouble(self.url):
            upgrade.upgrade(self.engine, backups, clock)
        kind = type("LaboratoryWork", (Work,), {"clock": staticmethod(clock), "passwords": passwords})
        witness.watch(self.engine, kind)
        self._make: sessionmaker[Work] = sessionmaker(self.engine, class_=kind, expire_on_commit=False)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """One unit of work: commit if it ends well, roll back if it does not."""
        with self._guard, _as_trouble(self.url), self._make() as work:
            try:
                with work.begin():
                    work.connection().info[witness.DOOR] = False
                    yield work
            except StaleDataError:
                raise Stale(self._stale_words()) from None
            except Refusal:
                self._keep(work.kept)
                raise
            self._keep(work.kept)
            touched = frozenset(work.touched)
        if touched:
            for tell in self.on_change:
                tell(touched)

    def _keep(self, jobs: list[Callable[[Work], None]]) -> None:
        for job in jobs:
            with self.work() as work:
                job(work)

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()

    def _stale_words(self) -> str:
        with self._make() as work:
            last = work.scalars(select(TrailLine).order_by(TrailLine.id.desc()).limit(1)).first()
        if last is None:
            return _("This was changed meanwhile. Look at it again and repeat.")
        return _("{person} changed this at {time}. Look at it again and repeat.").format(person=last.person or _("the program"), time=f"{last.at:%H:%M} UTC")


def open_engine(url: URL) -> Engine:
    """Return the engine for a SQLite file or a PostgreSQL server, with everything set that a record needs."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine
    if url.get_backend_name() != "postgresql":
        raise Refusal(_("A laboratory lives in a SQLite file or on a PostgreSQL server; {kind} is neither.").format(kind=url.get_backend_name()))
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
    event.listen(engine, "connect", _check_postgres)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the engine's own BEGIN IMMEDIATE, not sqlite3's guess
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _check_postgres(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        encoding = cursor.fetchone()[0]
    connection.rollback()
    if encoding != "UTF8":
        raise Refusal(_("The database server keeps text as {encoding}. Make the database with ENCODING 'UTF8' and a UTF-8 locale.").format(encoding=encoding))


@contextmanager
def _as_trouble(url: URL) -> Iterator[None]:
    """Turn what the file, disk or server says into a sentence; everything was rolled back."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        if words := _words(error, url):
            log.warning("database: %s", error.orig)
            raise Trouble(words) from error
        raise


def _words(error: DBAPIError, url: URL) -> str | None:
    said = str(error.orig).lower()
    place = url.database or ""
    if "disk is full" in said or "disk i/o error" in said or "no space left" in said:
        return _("The disk is full: nothing was saved. Make room and try again.")
    if "not a database" in said or "malformed" in said or "file is encrypted" in said:
        return _("{file} cannot be read as a laboratory's database. Restore a backup.").format(file=place)
    if "readonly" in said or "read-only" in said or "unable to open" in said:
        return _("{file} cannot be opened for writing. Check its rights and the folder's.").format(file=place)
    if "locked" in said:
        return _("Another program holds the database. Wait a moment and try again.")
    if isinstance(error, OperationalError) and url.get_backend_name() == "postgresql":
        return _("The database server cannot be reached: {why}.").format(why=str(error.orig).splitlines()[0])
    if isinstance(error, DatabaseError) and url.get_backend_name() == "sqlite" and type(error) is DatabaseError:
        return _("{file} cannot be read as a laboratory's database. Restore a backup.").format(file=place)
    return None
