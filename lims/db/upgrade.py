"""Bringing a laboratory's database to this program's shape, with a copy taken before each step."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from lims.clock import Clock
from lims.domain.thing import Thing
from lims.errors import Trouble
from lims.i18n import _

MIGRATIONS = Path(__file__).parent / "migrations"


def scripts() -> ScriptDirectory:
    """Return the migrations of this program."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def upgrade(engine: Engine, backups: Path | None, clock: Clock) -> None:
    """Make every missing step; a SQLite file is copied into *backups* before each. Raises Trouble for a newer database."""
    directory = scripts()
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        strangers = present is None and bool(inspect(connection).get_table_names())
    steps = _steps(directory, present, strangers)
    for step in steps:
        if backups and present:
            copy(engine, backups / f"before-{step.revision}-{clock():%Y%m%dT%H%M%SZ}.sqlite3")
        with engine.begin() as connection:
            _make(connection, directory, step)
        present = step.revision


def _steps(directory: ScriptDirectory, present: str | None, strangers: bool) -> list[Any]:
    known = {script.revision for script in directory.walk_revisions()}
    if strangers:
        raise Trouble(_("This database was not made by this program. Choose another folder or database."))
    if present is not None and present not in known:
        raise Trouble(_("This laboratory was last opened by a newer version of the program. Install that version to open it."))
    return list(reversed(list(directory.iterate_revisions("head", present or "base"))))


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
    unfinished = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(f"{Path(engine.url.database).absolute().as_uri()}?mode=ro", uri=True) as source, sqlite3.connect(unfinished) as copied:
            source.backup(copied)
        source.close()
        copied.close()
        unfinished.replace(target)
    except (sqlite3.Error, OSError) as error:
        unfinished.unlink(missing_ok=True)
        raise Trouble(_("The backup {file} could not be written: {why}. Choose another place and try again.").format(file=target, why=error)) from None
