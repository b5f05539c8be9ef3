"""From one shape to the next: what the program finds is looked at, copied, changed step by step, or left exactly as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import URL

from lims.db import upgrade
from lims.db.folder import Folder
from lims.db.store import Store, Work, reading
from lims.domain.businesses import Business
from lims.domain.catalogue import Item, Limit, Product, Standard
from lims.errors import Trouble
from lims.rules.limits import Operator
from lims.rules.rights import PROGRAM
from tests.db.conftest import done
from tests.postgres import Postgres

AT = datetime(2026, 2, 8, 6, 44, tzinfo=UTC)
ROOT = Path(upgrade.__file__).parents[2]

STEP = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = {revision!r}, {down!r}


def upgrade() -> None:
    {body}
"""
WIDER = """with op.batch_alter_table("item") as table:
        table.alter_column("code", type_=sa.String(length=120), existing_type=sa.String(length=60), existing_nullable=False)"""
MORE = 'op.add_column("business", sa.Column("fax", sa.Text(), nullable=False, server_default="none"))'
BROKEN = """op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO nowhere VALUES (1)")"""
TORN = """with op.batch_alter_table("limit") as table:
        table.alter_column("unit", type_=sa.String(length=90), existing_type=sa.Text(), existing_nullable=False)
    op.execute("DELETE FROM item")"""


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes this program a later one, with more steps behind its own."""
    folder = tmp_path / "migrations"
    shutil.copytree(upgrade.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    present = upgrade.scripts().get_current_head()

    def steps(**bodies: str) -> None:
        down = present
        for revision, body in bodies.items():
            (folder / "versions" / f"{revision}.py").write_text(STEP.format(revision=revision, down=down, body=body), "utf-8")
            down = revision
        monkeypatch.setattr(upgrade, "MIGRATIONS", folder)

    return steps


def furnish(work: Work) -> None:
    """Write rows that hang on one another."""
    work.add(Business(name="桃山粮库"))
    work.add_all([item := Item(code="moisture", name_zh="水分"), product := Product(code="maize", name_zh="玉米"), standard := Standard(code="GB 1353-2018")])
    work.flush()
    work.add(Limit(code="l", item_id=item.id, product_id=product.id, standard_id=standard.id, operator=Operator.AT_MOST, unit="%"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def revision(file: Path) -> str:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return str(base.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_the_migrated_shape_is_the_mapped_one(store: Store) -> None:
    with store.engine.connect() as connection:
        assert upgrade.differences(connection) == []


def test_a_difference_would_be_seen(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("CREATE TABLE more (id INTEGER PRIMARY KEY)"))
        connection.execute(text('CREATE INDEX more_names ON "item" (name_zh)'))
    with store.engine.connect() as connection:
        assert len(upgrade.differences(connection)) == 2


def test_an_older_laboratory_is_brought_up_with_its_rows(url: URL, opened: Callable[..., Store], later: Callable[..., None]) -> None:
    store = opened(url)
    done(store, furnish)
    store.close()
    later(s1=WIDER, s2=MORE)
    store = opened(url)
    with store.work() as work:
        assert work.execute(text("SELECT name, fax FROM business")).all() == [("桃山粮库", "none")]
        assert work.execute(select(Item.code, Limit.code).join(Limit, Limit.item_id == Item.id)).all() == [("moisture", "l")]
        assert work.scalar(text("SELECT version_num FROM alembic_version")) == "s2"
        work.execute(text("SELECT 1"))
    opened(url)  # and a second time nothing is left to do


def test_a_copy_is_taken_before_each_step(folder: Folder, opened: Callable[..., Store], later: Callable[..., None]) -> None:
    before = upgrade.scripts().get_current_head()
    store = opened(folder.url, lambda: AT, folder.backups)
    done(store, furnish)
    store.close()
    assert names(folder.backups) == [], "a new laboratory has nothing to copy"
    later(s1=WIDER, s2=MORE)
    opened(folder.url, lambda: AT, folder.backups)
    copies = {file.name: revision(file) for file in sorted(folder.backups.iterdir())}
    assert copies == {"before-s1-20260208T064400Z.sqlite3": before, "before-s2-20260208T064400Z.sqlite3": "s1"}
    with closing(sqlite3.connect(folder.backups / "before-s1-20260208T064400Z.sqlite3")) as base:
        assert base.execute("SELECT name FROM business").fetchall() == [("桃山粮库",)]


def test_without_room_for_the_copy_no_step_is_made(folder: Folder, opened: Callable[..., Store], later: Callable[..., None], english: None) -> None:
    before = upgrade.scripts().get_current_head()
    opened(folder.url).close()
    folder.backups.rmdir()
    folder.backups.write_text("a file stands here")
    later(s1=MORE)
    with pytest.raises(Trouble, match="could not be written: a file stands where a folder is needed"):
        opened(folder.url, lambda: AT, folder.backups)
    assert revision(folder.database) == before


@pytest.mark.parametrize("step", [BROKEN, TORN], ids=["broken", "torn"])
def test_a_step_that_fails_leaves_the_laboratory_as_it_was(step: str, url: URL, opened: Callable[..., Store], later: Callable[..., None]) -> None:
    store = opened(url)
    done(store, furnish)
    store.close()
    later(s1=MORE, s2=step)
    with pytest.raises(Exception, match=r"nowhere|tears rows|foreign key"):
        opened(url)
    (upgrade.MIGRATIONS / "versions" / "s2.py").unlink()
    with opened(url).work() as work:
        assert work.scalar(text("SELECT version_num FROM alembic_version")) == "s1"
        assert work.scalar(select(func.count(Item.id))) == 1
        assert not work.connection().dialect.has_table(work.connection(), "half")


def test_two_workstations_may_begin_an_empty_server_at_once(postgres: Postgres, opened: Callable[..., Store]) -> None:
    url = postgres.fresh("begun_at_once")
    with ThreadPoolExecutor(3) as workstations:
        for begun in [workstations.submit(opened, url) for _ in range(3)]:
            begun.result()


# -- what is not ours, or not whole ----------------------------------------------------------------------------------------


def newer(file: Path) -> None:
    Store(URL.create("sqlite", database=str(file)), None).close()  # type: ignore[arg-type]
    with closing(sqlite3.connect(file)) as base, base:
        base.execute("UPDATE alembic_version SET version_num = 'of-a-later-year'")


def newer_killed(file: Path) -> None:
    """What a newer program left behind when it was killed: the change of version is in the WAL alone."""
    newer(file)
    change = "UPDATE alembic_version SET version_num = 'later-still'"
    code = f"import os, sqlite3, sys; base = sqlite3.connect(sys.argv[1]); base.execute({change!r}); base.commit(); os._exit(9)"
    subprocess.run([sys.executable, "-c", code, str(file)], check=False)
    assert file.with_name(f"{file.name}-wal").stat().st_size


def stranger(file: Path) -> None:
    with closing(sqlite3.connect(file)) as base, base:
        base.execute("CREATE TABLE songs (name TEXT)")


def stranger_with_wal(file: Path) -> None:
    stranger(file)
    with closing(sqlite3.connect(file)) as base:
        base.execute("PRAGMA journal_mode=WAL")


def no_database(file: Path) -> None:
    file.write_bytes(b"minutes of the meeting of 8 February\n" * 500)


def truncated(file: Path) -> None:
    store = Store(URL.create("sqlite", database=str(file)), None)  # type: ignore[arg-type]
    done(store, furnish)
    store.close()
    os.truncate(file, file.stat().st_size // 2)


def short(file: Path) -> None:
    truncated(file)
    os.truncate(file, 700)


def torn_page(file: Path) -> None:
    truncated(file)
    with file.open("r+b") as pages:
        pages.seek(100)
        pages.write(b"\xff" * 400)


def content(folder: Path) -> dict[str, bytes]:
    """Every file but SQLite's shared memory, which holds nothing of its own."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and not path.name.endswith("-shm")}


NOT_OURS = "This database was not made by this program."
NEWER = "This laboratory was last opened by a newer version of the program."
UNREADABLE = "cannot be read as a laboratory's database. Restore a backup."


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (newer, NEWER),
        (newer_killed, NEWER),
        (stranger, NOT_OURS),
        (stranger_with_wal, NOT_OURS),
        (no_database, UNREADABLE),
        (truncated, UNREADABLE),
        (short, UNREADABLE),
        (torn_page, UNREADABLE),
    ],
    ids=lambda part: part.__name__ if callable(part) else "",
)
def test_what_cannot_be_opened_is_said_and_left_byte_for_byte(
    make: Callable[[Path], None], words: str, folder: Folder, opened: Callable[..., Store], english: None
) -> None:
    make(folder.database)
    before = content(folder.path)
    with pytest.raises(Trouble) as caught:
        opened(folder.url, lambda: AT, folder.backups)
    assert words in caught.value.words and "\n" not in caught.value.words
    assert content(folder.path) == before
    assert list(folder.backups.iterdir()) == []


def test_a_folder_in_the_files_place_is_said(folder: Folder, opened: Callable[..., Store], english: None) -> None:
    folder.database.mkdir()
    with pytest.raises(Trouble, match="cannot be opened"):
        opened(folder.url)


SONGS = "CREATE TABLE songs (name TEXT)"
ELSEWHERE = "CREATE TABLE alembic_version (version_num VARCHAR(32)); INSERT INTO alembic_version VALUES ('of-another-program')"


@pytest.mark.parametrize("tables", [SONGS, ELSEWHERE], ids=["unknown", "of Alembic"])
def test_a_servers_database_of_somebody_else_is_left_alone(tables: str, postgres: Postgres, opened: Callable[..., Store]) -> None:
    import psycopg

    url = postgres.fresh("strangers")
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(tables)  # type: ignore[call-overload]
    with pytest.raises(Trouble):
        opened(url)
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (1,)


# -- a copy, and only reading ------------------------------------------------------------------------------------------------


def test_a_copy_holds_what_was_committed_while_somebody_writes(folder: Folder, opened: Callable[..., Store], tmp_path: Path) -> None:
    store, target = opened(folder.url), tmp_path / "usb" / "copy.sqlite3"
    done(store, furnish)
    with store.work() as work, work.acting(PROGRAM, "test.add"):
        work.add(Business(name="not yet"))
        work.flush()
        upgrade.copy(store.engine, target)
    assert names(target.parent) == ["copy.sqlite3"]
    with opened(URL.create("sqlite", database=str(target))).work() as work:
        assert work.scalars(select(Business.name)).all() == ["桃山粮库"]


def test_a_copy_that_was_broken_off_is_made_anew_and_never_half(folder: Folder, opened: Callable[..., Store], tmp_path: Path, english: None) -> None:
    store, target = opened(folder.url), tmp_path / "copy.sqlite3"
    target.with_name("copy.sqlite3.part").write_bytes(b"half a page of a killed program")
    upgrade.copy(store.engine, target)
    assert revision(target) == upgrade.scripts().get_current_head()
    with pytest.raises(Trouble, match=r"^The backup .* could not be written"):
        upgrade.copy(store.engine, target / "below a file.sqlite3")
    assert names(tmp_path) == ["copy.sqlite3", "laboratory"]


def test_who_only_reads_does_not_bring_a_laboratory_up(
    url: URL, opened: Callable[..., Store], later: Callable[..., None], monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    opened(url).close()
    present = upgrade.scripts().get_current_head()
    later(s1=MORE)
    with pytest.raises(Trouble, match="Open it once with this one"), reading(url):
        pytest.fail("read in an older shape")
    monkeypatch.undo()
    with reading(url) as session:
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == present


def test_who_only_reads_leaves_nothing_beside_the_file(folder: Folder, opened: Callable[..., Store]) -> None:
    opened(folder.url).close()
    before = names(folder.path)
    with reading(folder.url) as session:
        assert session.scalars(select(Business)).all() == []
    assert names(folder.path) == before


def test_the_migrations_lie_in_one_line() -> None:
    """Alembic's own rule: one base, one head, no branch."""
    directory = upgrade.scripts()
    assert len(directory.get_bases()) == len(directory.get_heads()) == 1


def test_a_folder_with_a_percent_sign_is_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(upgrade.MIGRATIONS, tmp_path / "50% off")
    monkeypatch.setattr(upgrade, "MIGRATIONS", tmp_path / "50% off")
    assert upgrade.scripts().get_current_head()
