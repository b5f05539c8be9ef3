"""A SQLite file or a PostgreSQL server: opened with everything a record needs, and what it says put into words."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, IntegrityError, OperationalError

from lims.errors import Refusal, Trouble
from lims.i18n import _

log = logging.getLogger(__name__)

FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
"""No room on the disk, in the person's quota, or in the largest file the file system takes."""
BUSY = ("locked", "deadlock", "could not serialize", "lock timeout")


def address(url: str | URL) -> URL:
    """Return the address of a database. Raises Refusal for what is none; the words do not repeat it, it may hold a password."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise Refusal(_("This is no address of a database. Write it like postgresql://name@server/laboratory.")) from None


def open_engine(url: URL, *, reading: bool = False) -> Engine:
    """Return the engine for a SQLite file or a PostgreSQL server; one for *reading* cannot change anything, not even how a file is journalled."""
    kind = url.get_backend_name()
    if kind == "sqlite":
        return _reading_sqlite(url) if reading else _sqlite(url)
    if kind != "postgresql":
        raise Refusal(_("A laboratory lives in a SQLite file or on a PostgreSQL server; {kind} is neither.").format(kind=kind))
    engine = create_engine(url.set(drivername="postgresql+psycopg"), execution_options={"postgresql_readonly": True} if reading else {})
    event.listen(engine, "connect", _check_postgres, insert=True)  # before SQLAlchemy itself stumbles over bytes that are no text
    return engine


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _reading_sqlite(url: URL) -> Engine:
    engine = create_engine(url, creator=lambda: _read_only(Path(url.database or "")))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _read_only(file: Path) -> sqlite3.Connection:
    """Open a file beside whoever writes it; without a WAL file nobody does, and none is left behind for its owner to stumble over."""
    alone = "" if file.with_name(f"{file.name}-wal").exists() else "&immutable=1"
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro{alone}", uri=True, isolation_level=None, check_same_thread=False)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the engine's own BEGIN IMMEDIATE, not sqlite3's guess
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _check_postgres(connection: Any, _record: Any) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        connection.close()
        raise Refusal(_("The database server keeps text as {encoding}. Make the database with ENCODING 'UTF8' and a UTF-8 locale.").format(encoding=encoding))


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Turn what the file, disk or server says into Trouble; everything was rolled back."""
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
    said, code, place = str(error.orig).lower(), getattr(error.orig, "sqlite_errorcode", None), url.database or ""
    if code in FULL or "no space left" in said or "quota exceeded" in said:
        return _("The disk is full: nothing was saved. Make room and try again.")
    if "disk i/o error" in said:
        return _("The disk with {file} reports an error: nothing was saved. Have the disk checked, and keep the last backup safe.").format(file=place)
    if "not a database" in said or "malformed" in said or "file is encrypted" in said:
        return _("{file} cannot be read as a laboratory's database. Restore a backup.").format(file=place)
    if "readonly" in said or "read-only" in said or "unable to open" in said:
        return _("{file} cannot be opened for writing. Check its rights and the folder's.").format(file=place)
    if any(word in said for word in BUSY):
        return _("Another program holds the database. Wait a moment and try again.")
    if isinstance(error, OperationalError) and url.get_backend_name() == "postgresql":
        return _("The database server cannot be reached: {why}.").format(why=str(error.orig).splitlines()[0])
    if url.get_backend_name() == "sqlite" and type(error) is DatabaseError:
        return _("{file} cannot be read as a laboratory's database. Restore a backup.").format(file=place)
    return None
