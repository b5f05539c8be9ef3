"""The journal: every byte of one instrument, in one SQLite file, on the disk before anybody acknowledges it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from drivers import Trouble
from drivers.core.reading import utc_text

Clock = Callable[[], datetime]
Direction = Literal["rx", "tx", "mark"]

SCHEMA = """
CREATE TABLE journal (identity TEXT NOT NULL);
CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    elapsed REAL NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('rx', 'tx', 'mark')),
    bytes BLOB NOT NULL,
    note TEXT NOT NULL,
    UNIQUE (session, seq)
);
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'a journal is only added to'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'a journal is only added to'); END;
"""
VERSION = 1
INSERT = "INSERT INTO entry (session, seq, at, elapsed, direction, bytes, note) VALUES (?, ?, ?, ?, ?, ?, ?)"


SUBMIT = "submit "
"""A mark that begins so says which records the link was told to send: `submit ["S"]`; every other mark ends what was begun."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. *elapsed* counts seconds of an even clock within the session, the moment the link was told; *at* is UTC."""

    row: int
    session: int
    at: datetime
    elapsed: float
    direction: Direction
    data: bytes
    note: str

    def as_json(self) -> dict[str, object]:
        """Return the row as one line of `journal export`."""
        line: dict[str, object] = {"at": utc_text(self.at), "dir": self.direction, "hex": self.data.hex()}
        return line | ({"note": self.note} if self.direction == "mark" else {})


class Journal:
    """The writing end, owned by one thread. Each `add` is on the disk when it returns (synchronous=FULL)."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open or make the file; raises Trouble `journal-held`, `journal-foreign`, `journal-unusable`, `disk-full`."""
        self.path, self._clock, self._seq = path, clock, 0
        self._started = time.monotonic()
        self._waiting: list[tuple[str, float, Direction, bytes, str]] = []
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, isolation_level=None)
        try:
            with _told(path):
                self._prepare()
        except Trouble:
            self._base.close()
            raise

    def _prepare(self) -> None:
        if self._base.execute("PRAGMA user_version").fetchone()[0] not in (0, VERSION):
            raise Trouble("journal-foreign", path=str(self.path), detail="user_version")
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = FULL")
        if not self._base.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry'").fetchone():
            self._base.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION};")
            self._base.execute("INSERT INTO journal VALUES (?)", (uuid.uuid4().hex,))
            self._base.execute("COMMIT")
        self.identity: str = self._base.execute("SELECT identity FROM journal").fetchone()[0]
        self.session: int = self._base.execute("SELECT coalesce(max(session), 0) + 1 FROM entry").fetchone()[0]

    def add(self, direction: Direction, parts: Sequence[bytes], note: str = "") -> list[Entry]:
        """Write what waits, and one row for each part, in one transaction and return those rows; raises Trouble, `disk-full` too."""
        at, elapsed = self._clock(), self.elapsed()
        moment = utc_text(at)
        rows = [*self._waiting, *((moment, elapsed, direction, part, note) for part in parts)]
        with _told(self.path):
            self._base.execute("BEGIN IMMEDIATE")
            try:
                self._base.executemany(INSERT, [(self.session, seq, *row) for seq, row in enumerate(rows, start=self._seq)])
                # AUTOINCREMENT: within a transaction one number follows the other.
                last: int = self._base.execute("SELECT last_insert_rowid()").fetchone()[0]
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise
        self._seq += len(rows)
        self._waiting.clear()
        return [Entry(row, self.session, at, elapsed, direction, part, note) for row, part in enumerate(parts, start=last - len(parts) + 1)]

    def later(self, direction: Direction, data: bytes, elapsed: float, note: str = "") -> None:
        """Write down what needs not be on the disk yet, what we said ourselves: it goes with the next `add` or `flush`."""
        self._waiting.append((utc_text(self._clock()), elapsed, direction, data, note))

    def flush(self) -> None:
        """Write what waits; raises as `add` does."""
        if self._waiting:
            self.add("tx", ())

    def digests(self) -> set[str]:
        """Return the SHA-256 of every received row, as 64 hexadecimal digits each."""
        with _told(self.path):
            return {hashlib.sha256(data).hexdigest() for (data,) in self._base.execute("SELECT bytes FROM entry WHERE direction = 'rx'")}

    def elapsed(self) -> float:
        """Return seconds of the even clock the rows are stamped with."""
        return time.monotonic() - self._started

    def mark(self, note: str) -> None:
        """Write down something that happened to the port itself."""
        self.add("mark", (b"",), note)

    def pragma(self, name: str) -> object:
        """Return a PRAGMA of this very connection."""
        return self._base.execute(f"PRAGMA {name}").fetchone()[0]

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def submission(records: Sequence[str]) -> str:
    """Return the note of a mark that *records* were submitted."""
    return SUBMIT + json.dumps(list(records), ensure_ascii=False)


def submitted(note: str) -> list[str]:
    """Return the records of such a note."""
    return [str(record) for record in json.loads(note.removeprefix(SUBMIT))]


def entries(path: Path, after: int = 0, begin: datetime | None = None, end: datetime | None = None) -> Iterator[Entry]:
    """Read rows with a number above *after* and a moment from *begin* on, before *end*. Nothing is written."""
    with closing(_reader(path)) as base, _told(path):
        query = "SELECT id, session, at, elapsed, direction, bytes, note FROM entry WHERE id > ? ORDER BY id"
        for row, session, at, elapsed, direction, data, note in base.execute(query, (after,)):
            moment = datetime.fromisoformat(at).astimezone(UTC)
            if (begin is None or moment >= begin) and (end is None or moment < end):
                yield Entry(row, session, moment, elapsed, direction, data, note)


def identity(path: Path) -> str:
    """Return the identity of a journal file."""
    with closing(_reader(path)) as base, _told(path):
        return str(base.execute("SELECT identity FROM journal").fetchone()[0])


def last_row(path: Path) -> int:
    """Return the number of the last row, 0 where there is none."""
    with closing(_reader(path)) as base, _told(path):
        return int(base.execute("SELECT coalesce(max(id), 0) FROM entry").fetchone()[0])


def session_before(path: Path, row: int) -> int:
    """Return the last row before the session that *row* belongs to."""
    query = "SELECT coalesce(min(id), 1) - 1 FROM entry WHERE session = (SELECT session FROM entry WHERE id = ?)"
    with closing(_reader(path)) as base, _told(path):
        return int(base.execute(query, (row,)).fetchone()[0])


def _reader(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise Trouble("no-such-journal", path=str(path))
    with _told(path):
        return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)


CODES = {
    sqlite3.SQLITE_FULL: "disk-full",
    sqlite3.SQLITE_IOERR_WRITE: "disk-full",  # a quota, or the largest file the file system takes
    sqlite3.SQLITE_IOERR_SHMSIZE: "disk-full",
    sqlite3.SQLITE_BUSY: "journal-held",
    sqlite3.SQLITE_LOCKED: "journal-held",
    sqlite3.SQLITE_NOTADB: "journal-foreign",
    sqlite3.SQLITE_ERROR: "journal-foreign",  # our statements are right: it has not our tables
}


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say into Trouble."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        said = getattr(error, "sqlite_errorcode", 0)
        code = CODES.get(said) or CODES.get(said & 0xFF, "journal-unusable")
        raise Trouble(code, path=str(path), detail=str(error)) from error
