"""One sample with five analyses from registration to approval: processor time and statements, beside raw sqlite3 writing the same rows.

Four transactions: registered and received, measured and submitted, reviewed, approved. Password checks are left out (argon2's cost is meant
to be felt), and so are the report's pages, which are paper's own cost: a few bytes stand for them.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

from sqlalchemy import event

from lims import i18n
from lims.db import seed
from lims.db.store import Store, Work
from lims.demo import ASKED, PLACED
from lims.reports import food
from lims.rules.flows import CertificateState
from lims.rules.rights import Actor, Role
from lims.services import analyses, catalogue, certificates, founding, people, placements, samples, worksheets
from lims.services.analyses import Typed
from lims.services.samples import Asked, SampleDraft
from lims.views import analyses as analysis_view
from lims.views import certificates as certificate_view

ROUNDS = 50
ITEMS = 5
PASSWORD, FIRST = "bench-2026", "first-2026"

FORM = {
    "test_kind": "Supervisory sampling",
    "client": "示范区市场监督管理局",
    "business_name": "青春路农贸市场",
    "sample_name": "豇豆",
    "sample_amount": "4 kg",
    "sampling_body": "检验所",
    "samplers": "吴涛、郑洁",
}
INTAKE = {
    "delivered_by": "吴涛",
    "seal": "Seal intact",
    "agrees": "Agrees",
    "appearance": "正常",
    "test_amount": "2 kg",
    "backup_amount": "2 kg",
    "test_place": "A1",
    "backup_place": "B1",
}
FURTHER = [f"item-{count}" for count in range(ITEMS - len(ASKED["cowpea"]))]
PEOPLE = {"shou": Role.RECEPTIONIST, "jian": Role.ANALYST, "shen": Role.REVIEWER, "pi": Role.SIGNATORY, "ji": Role.TECHNICAL}
PAGES = b"%PDF-1.7 " + bytes(1000)


class NoCost:
    """Passwords that cost nothing to check."""

    def hash(self, password: str) -> str:
        """Return it as it is."""
        return password

    def verify(self, hashed: str, password: str) -> bool:
        """Compare."""
        return hashed == password


Rows = dict[str, list[tuple[Any, ...]]]
"""Table -> the rows that one transaction has added, as they stood when all was done."""


def main() -> None:
    """Print both costs and their ratio, and what a sample takes in statements."""
    i18n.use("en")
    food.pages = lambda sheet: PAGES + sheet.number.encode()
    with tempfile.TemporaryDirectory() as folder:
        ours, raw = Path(folder) / "ours.sqlite3", Path(folder) / "raw.sqlite3"
        laboratory = Laboratory(ours, Path(folder) / "catalogue")
        laboratory.sample(0)  # statements are compiled and plans made once in a program's life
        laboratory.copy(raw)
        laboratory.statements.clear()
        pairs = [(laboratory.sample(turn), _raw(raw, laboratory.written())) for turn in range(1, ROUNDS)]
        a, b = (min(costs) for costs in zip(*pairs, strict=True))
        rows = sum(len(added) for each in laboratory.written() for added in each.values())
        laboratory.store.close()
    counted = {name: count // (ROUNDS - 1) for name, count in laboratory.statements.items()}
    print(f"workflow: {ITEMS} analyses, {rows} rows in 4 transactions: ours {a:.2f} ms cpu, raw sqlite3 {b:.2f} ms cpu, ratio {a / b:.1f}")
    print(f"workflow: {sum(counted.values())} SQL statements a sample ({', '.join(f'{name} {count}' for name, count in counted.items())})")


class Laboratory:
    """A laboratory with five items to ask of a cowpea, and the people it takes."""

    def __init__(self, file: Path, library_folder: Path) -> None:
        self.store = Store(f"sqlite:///{file}", NoCost())
        self.statements: Counter[str] = Counter()
        self._file, self._marks, self._now = file, list[dict[str, int]](), ""
        with self.store.work() as work:
            guan = founding.found(work, founding.FoundingDraft("实验室", "地址", "guan", "甲", PASSWORD, PASSWORD))
        self.people = {login: self._account(login, role, guan) for login, role in PEOPLE.items()}
        with self.store.work() as work, work.acting(guan, "laboratory.library"):
            seed.load(work, _five(library_folder))
        with self.store.work() as work:
            for product, classification, headings in PLACED:
                placements.place(work, product, classification, headings, by=self.people["ji"])
                placements.confirm(work, product, [classification], by=self.people["ji"])
            self.day = work.today()
            self.asked = (*ASKED["cowpea"], *(Asked(name, name, name) for name in FURTHER))
            catalogue.confirm(work, [one.limit for one in self.asked if one.limit], by=self.people["ji"])
        assert len(self.asked) == ITEMS
        event.listen(self.store.engine, "before_cursor_execute", self._count)

    def sample(self, turn: int) -> float:
        """Take one sample from registration to approval; return the processor time in milliseconds."""
        self._marks = []
        draft = SampleDraft("cowpea", FORM | {"form_number": f"F{turn:05}", "sampled_on": self.day.isoformat()}, self.asked)
        by = self.people
        start = time.process_time()
        with self._work("register and receive") as work:
            number = samples.receive(work, samples.register(work, draft, by=by["shou"]), INTAKE, by=by["shou"])
        with self._work("measure and submit") as work:
            keys = [row.id for row in analysis_view.waiting(work) if row.sample_number == number]
            worksheets.start(work, worksheets.create(work, keys, by=by["jian"]), by=by["jian"])
            assert not analyses.fill(work, [Typed(key, 1, "0.011") for key in keys], by=by["jian"])
            analyses.submit(work, keys, by=by["jian"])
        with self._work("review") as work:
            analyses.review(work, keys, by=by["shen"])
        with self._work("approve") as work:
            (waiting,) = certificate_view.rows(work, states=(CertificateState.DRAFT,))
            certificates.approve_and_issue(work, waiting.id, PASSWORD, by=by["pi"])
        return (time.process_time() - start) * 1000 - self._looking

    def written(self) -> list[Rows]:
        """Return what the last sample has added, transaction by transaction."""
        ends = [*self._marks[1:], _last(self._file)]
        with closing(sqlite3.connect(self._file)) as base:
            return [
                {table: _between(base, table, first[table], end[table]) for table in first if end[table] > first[table]}
                for first, end in zip(self._marks, ends, strict=True)
            ]

    def copy(self, target: Path) -> None:
        """Copy the laboratory's file, shape, indexes and all."""
        with closing(sqlite3.connect(self._file)) as base, closing(sqlite3.connect(target)) as copied:
            base.backup(copied)

    def _work(self, name: str) -> AbstractContextManager[Work]:
        start = time.process_time()
        self._marks.append(_last(self._file))
        self._looking = (0.0 if len(self._marks) == 1 else self._looking) + (time.process_time() - start) * 1000
        self._now = name
        return self.store.work()

    def _count(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.statements[self._now] += not statement.startswith(("BEGIN", "COMMIT"))

    def _account(self, login: str, role: Role, guan: Actor) -> Actor:
        with self.store.work() as work:
            people.create(work, people.AccountDraft(login, login, frozenset({role}), FIRST), by=guan)
        with self.store.work() as work:
            actor = people.sign_in(work, login, FIRST).actor
            people.change_password(work, FIRST, PASSWORD, by=actor)
        return actor


def _five(folder: Path) -> Path:
    """Write a catalogue with three further items to ask of a cowpea, in the shape of the shipped one. Their limits are invented."""
    shutil.copytree(seed.CATALOGUE, folder)
    for file, column in ((folder / "items.csv", "code"), (folder / "procedures.csv", "item"), (folder / "limits/pesticides.csv", "item")):
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        pattern = next(row for row in rows if row["code"] in ("carbofuran", "carbofuran-lcms", ASKED["cowpea"][0].limit))
        rows += [{**pattern, column: name, "code": name} for name in FURTHER]
        with file.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(pattern))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _between(base: sqlite3.Connection, table: str, first: int, end: int) -> list[tuple[Any, ...]]:
    return base.execute(f'SELECT * FROM "{table}" WHERE rowid > ? AND rowid <= ?', (first, end)).fetchall()


def _last(file: Path) -> dict[str, int]:
    """Return the last row of every table."""
    with closing(sqlite3.connect(file)) as base:
        tables = [name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: base.execute(f'SELECT coalesce(max(rowid), 0) FROM "{table}"').fetchone()[0] for table in tables}


def _raw(file: Path, transactions: list[Rows]) -> float:
    """Write the same finished rows by hand; return the processor time in milliseconds."""
    with closing(sqlite3.connect(file, isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
        start = time.process_time()
        for rows in transactions:
            base.execute("BEGIN IMMEDIATE")
            for table, added in rows.items():
                places = ", ".join("?" * len(added[0]))
                base.executemany(f'INSERT INTO "{table}" VALUES ({places})', added)
            base.execute("COMMIT")
        return (time.process_time() - start) * 1000
