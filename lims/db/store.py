"""Opening the laboratory's file or server, and one unit of work at a time."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, event, func, insert, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, UOWTransaction, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from lims import domain  # noqa: F401  (every noun is mapped before the first session)
from lims.clock import DEFAULT_ZONE, Clock, day_of, local, system_clock
from lims.db import upgrade, witness
from lims.db.engine import address, open_engine, told
from lims.domain.settings import SettingValue
from lims.domain.thing import Thing
from lims.domain.trail import TrailLine
from lims.errors import Refusal, Stale
from lims.i18n import _
from lims.rules.rights import Actor
from lims.settings import BY_NAME

UNIQUE = "23505"
"""PostgreSQL's word for a name taken twice: two workstations at once. A SQLite file has one writer, there it is a bug."""

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
        self.loaded: list[witness.Loaded] = []
        self.door: dict[Any, Any] = {}
        self.kept: list[Callable[[Work], None]] = []
        self.held: set[Thing] = set()
        """Things that are asked for again and again: a session forgets what nobody holds, and would read them anew."""
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
        """Write many new rows of *kind* and their trail lines in two calls; return their keys in order."""
        if not rows:
            return []
        if kind is TrailLine:
            raise RuntimeError("nobody writes the trail but the witness")
        if self.actor is None:
            raise RuntimeError("a change nobody signed for: the service must be marked with @verb")
        self.flush()
        connection = self.connection()
        connection.info[witness.DOOR] = True
        try:
            keys = _insert(connection, kind, rows)
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
        self.url = address(url)
        self.clock, self.passwords = clock, passwords
        self.on_change: list[Callable[[Kinds], None]] = []
        self._guard = threading.RLock()
        self.engine = open_engine(self.url)
        try:
            with told(self.url):
                upgrade.upgrade(self.engine, backups, clock)
        except BaseException:
            self.engine.dispose()
            raise
        kind = type("LaboratoryWork", (Work,), {"clock": staticmethod(clock), "passwords": passwords})
        if self.engine.dialect.name == "sqlite":
            event.listen(kind, "before_flush", _give_keys)
        witness.watch(self.engine, kind)
        self._make: sessionmaker[Work] = sessionmaker(self.engine, class_=kind, expire_on_commit=False)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """One unit of work: commit if it ends well, roll back if it does not."""
        with self._guard, told(self.url), self._make() as work:
            try:
                with work.begin():
                    work.connection().info[witness.DOOR] = False
                    yield work
            except StaleDataError:
                raise Stale(self._stale_words(work.loaded)) from None
            except IntegrityError as error:
                if getattr(error.orig, "sqlstate", "") != UNIQUE:
                    raise
                raise Stale(_("Somebody else entered the same number or name at this very moment. Look again and repeat.")) from error
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

    def _stale_words(self, loaded: list[witness.Loaded]) -> str:
        """Say who changed which of the things that this unit of work had loaded, and when by the laboratory's clock."""
        with self._make() as work:
            for kind, key, version in loaded:
                present = work.get(kind, key)
                if present is None or present.version == version:  # type: ignore[attr-defined]
                    continue
                query = select(TrailLine).where(TrailLine.kind == kind.__tablename__, TrailLine.thing == witness.key_words(key))
                if last := work.scalars(query.order_by(TrailLine.id.desc()).limit(1)).first():
                    at = local(last.at, work.setting("time_zone") or DEFAULT_ZONE)
                    return _("{person} changed this at {time}. Look at it again and repeat.").format(person=last.person or _("the program"), time=f"{at:%H:%M}")
        return _("This was changed meanwhile. Look at it again and repeat.")


def _insert(connection: Connection, kind: type[Thing], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows in one call and return their keys in order."""
    key = kind.__table__.c.id
    if connection.dialect.name != "sqlite":
        return list(connection.execute(insert(kind).returning(key, sort_by_parameter_order=True), [dict(row) for row in rows]).scalars())
    first = _next_key(connection, kind)
    keys = list(range(first, first + len(rows)))
    connection.execute(insert(kind), [{**row, "id": number} for number, row in zip(keys, rows, strict=True)])
    return keys


@contextmanager
def reading(url: str | URL) -> Iterator[Session]:
    """A session that only reads a laboratory, beside whoever writes it; nothing is upgraded. Raises Refusal and Trouble."""
    engine = open_engine(address(url), reading=True)
    try:
        with told(engine.url):
            upgrade.check_present(engine)
            with Session(engine) as session:
                yield session
    finally:
        engine.dispose()


def _give_keys(work: Work, _context: UOWTransaction, _instances: Any) -> None:
    """Give several new things of a kind their keys, so that they are written in one call."""
    made: dict[type[Thing], list[Any]] = defaultdict(list)
    for thing in work.new:
        if isinstance(thing, Thing) and "id" in type(thing).__table__.c and getattr(thing, "id", None) is None:
            made[type(thing)].append(thing)
    for kind, things in made.items():
        if len(things) > 1:
            first = _next_key(work.connection(), kind)
            for number, thing in enumerate(things, first):
                thing.id = number


def _next_key(connection: Connection, kind: type[Thing]) -> int:
    """Return the next key of a kind in a file.

    Asked for keys, SQLAlchemy would write to SQLite row by row. Its one writer knows them beforehand: nothing is ever deleted.
    """
    return connection.scalar(select(func.coalesce(func.max(kind.__table__.c.id), 0) + 1)) or 1
