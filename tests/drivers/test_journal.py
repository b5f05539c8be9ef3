"""The journal: only added to, on the disk when told so, and plain about what goes wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers import Trouble
from drivers.journal import Journal, entries, identity

Clock = Callable[[], datetime]


def test_settings_are_read_back(tmp_path: Path, clock: Clock) -> None:
    with Journal(tmp_path / "a.sqlite3", clock) as journal:
        assert (journal.pragma("synchronous"), journal.pragma("journal_mode")) == (2, "wal"), "2 is FULL"


def test_rows_come_back_as_written(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "deep" / "a.sqlite3"
    with Journal(path, clock) as journal:
        written = [*journal.add("rx", [b"\x05", bytes(range(256))]), *journal.add("tx", [b"\x06"])]
        journal.mark("closed")
    found = list(entries(path))
    assert found[:3] == written and [entry.row for entry in found] == [1, 2, 3, 4]
    assert found[2].as_json() == {"at": "2026-02-08T06:44:00.001000Z", "dir": "tx", "hex": "06"}
    assert found[3].as_json() == {"at": "2026-02-08T06:44:00.002000Z", "dir": "mark", "hex": "", "note": "closed"}
    assert [entry.row for entry in entries(path, after=1, end=datetime(2026, 2, 8, 6, 44, 0, 2000, UTC))] == [2, 3]
    assert [entry.row for entry in entries(path, begin=datetime(2026, 2, 8, 6, 44, 0, 1000, UTC))] == [3, 4]


def test_identity_stays_and_sessions_are_counted(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "a.sqlite3"
    for session in (1, 2):
        with Journal(path, clock) as journal:
            assert journal.session == session and journal.identity == identity(path)
            journal.mark("open")


@pytest.mark.parametrize("statement", ["UPDATE entry SET note = 'x'", "DELETE FROM entry"])
def test_rows_cannot_be_changed(statement: str, tmp_path: Path, clock: Clock) -> None:
    with Journal(tmp_path / "a.sqlite3", clock) as journal:
        journal.mark("open")
    base = sqlite3.connect(tmp_path / "a.sqlite3")
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        base.execute(statement)
    base.close()


def test_a_full_disk_is_told_and_leaves_no_half_row(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "a.sqlite3"
    with Journal(path, clock) as journal:
        journal.add("rx", [b"before"])
        journal.pragma(f"max_page_count = {journal.pragma('page_count')}")
        with pytest.raises(Trouble) as caught:
            journal.add("rx", [b"small", b"x" * 100_000])
        assert caught.value.code == "disk-full"
        journal.pragma("max_page_count = 1000000")
        journal.add("rx", [b"after"])
    assert [entry.data for entry in entries(path)] == [b"before", b"after"]


@pytest.mark.parametrize(("content", "code"), [(b"not a database, by far" * 100, "journal-foreign")])
def test_another_file_is_refused(content: bytes, code: str, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "a.sqlite3").write_bytes(content)
    with pytest.raises(Trouble) as caught:
        Journal(tmp_path / "a.sqlite3", clock)
    assert caught.value.code == code


def test_a_journal_of_a_later_program_is_refused(tmp_path: Path, clock: Clock) -> None:
    base = sqlite3.connect(tmp_path / "a.sqlite3")
    base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(Trouble) as caught:
        Journal(tmp_path / "a.sqlite3", clock)
    assert caught.value.code == "journal-foreign"


def test_a_database_of_something_else_is_no_journal(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "a.sqlite3")
    base.execute("CREATE TABLE accounts (name TEXT)")
    base.close()
    for reading in (lambda path: list(entries(path)), identity):
        with pytest.raises(Trouble) as caught:
            reading(tmp_path / "a.sqlite3")
        assert caught.value.code == "journal-foreign"


def test_no_such_journal(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as caught:
        list(entries(tmp_path / "none.sqlite3"))
    assert caught.value.code == "no-such-journal" and not any(tmp_path.iterdir())
