"""Bringing a laboratory's database to this program's shape, with a copy taken before each step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from lims.clock import Clock
from lims.db.engine import FULL, open_engine
from lims.domain.thing import Thing
from lims.errors import Trouble
from lims.i18n import _, why

MIGRATIONS = Path(__file__).parent / "migrations"
TURN = 0x5348_4959
"""Number of the lock under which workstations upgrade a server, one after the other."""


def scripts() -> ScriptDirectory:
    """Return the migrations of this program."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def upgrade(engine: Engine, backups: Path | None, clock: Clock) -> None:
    """Make every missing step; a SQLite file is copied into *backups* before each. Raises Trouble, having changed nothing, for what is not ours or newer."""
    directory, present = scripts(), _looked_at(engine)
    for step in _steps(directory, present):
        if backups and present:
            copy(engine, backups / f"before-{step.revision}-{clock():%Y%m%dT%H%M%SZ}.sqlite3")
        with _changing(engine) as connection:
            if _revision(connection) == step.down_revision:  # another workstation may have been here first
                _make(connection, directory, step)


def check_present(engine: Engine) -> None:
    """Raise Trouble unless the database has this program's shape already."""
    present = _looked_at(engine)
    if present is None:
        raise Trouble(_("There is no laboratory in this database yet. Open the program with it to set one up."))
    if _steps(scripts(), present):
        raise Trouble(_("This laboratory was last opened by an older version of the program. Open it once with this one, which brings it up to date."))


def _looked_at(engine: Engine) -> str | None:
    """Return the database's revision, None for a new one, changing nothing in it. Raises Trouble for a stranger's."""
    file = engine.url.get_backend_name() == "sqlite"
    if file and not (engine.url.database and Path(engine.url.database).is_file()):
        return None
    looking = open_engine(engine.url, reading=True) if file else engine
    try:
        with looking.connect() as connection:
            present = _revision(connection)
            if present is None and inspect(connection).get_table_names():
                raise Trouble(_("This database was not made by this program. Choose another folder or database."))
            return present
    finally:
        if file:
            looking.dispose()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _steps(directory: ScriptDirectory, present: str | None) -> list[Any]:
    if present is not None and present not in {script.revision for script in directory.walk_revisions()}:
        raise Trouble(_("This laboratory was last opened by a newer version of the program. Install that version to open it."))
    return list(reversed(list(directory.iterate_revisions("head", present or "base"))))


@contextmanager
def _changing(engine: Engine) -> Iterator[Connection]:
    """One transaction for one step. A SQLite table is changed by making it anew, which its children must not notice: they are checked at the end."""
    file = engine.url.get_backend_name() == "sqlite"
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if file:
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not file:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
                yield connection
                if file and (torn := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise RuntimeError(f"the step tears rows from what they belong to: {torn[:3]}")
        finally:
            if file:
                raw.execute("PRAGMA foreign_keys=ON")


def _make(connection: Connection, directory: ScriptDirectory, step: Any) -> None:
    context = MigrationContext.configure(connection, opts={"target_metadata": Thing.metadata, "render_as_batch": True})
    with Operations.context(context):
        step.module.upgrade()
    context._ensure_version_table()  # noqa: SLF001  (Alembic has no public door for a single step)
    context.stamp(directory, step.revision)


def differences(connection: Connection) -> list[Any]:
    """Return where the database's shape and the mapped shape differ; empty when they agree."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
    return list(compare_metadata(context, Thing.metadata))


def copy(engine: Engine, target: Path) -> None:
    """Copy a SQLite laboratory to *target* while it is in use; other databases have tools of their own. Raises Trouble."""
    if engine.url.get_backend_name() != "sqlite" or not engine.url.database:
        return
    file, unfinished = Path(engine.url.database), target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        # Opened for writing: whoever leaves a WAL file last must be able to clear it away, or the next owner cannot open it.
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as source, closing(sqlite3.connect(unfinished)) as copied:
            source.backup(copied)
        unfinished.replace(target)
    except (sqlite3.Error, OSError) as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        full = getattr(error, "sqlite_errorcode", None) in FULL
        words = _("the disk is full") if full else why(error) if isinstance(error, OSError) else str(error)
        raise Trouble(_("The backup {file} could not be written: {why}. Choose another place and try again.").format(file=target, why=words)) from None
