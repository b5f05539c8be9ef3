"""A sample with three analyses from registration to draft report: processor time and statements, ours against raw sqlite3."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import event, func, select

from lims import i18n
from lims.db.store import Store
from lims.domain.thing import Thing
from lims.rules.rights import Actor, Role
from lims.services import analyses, founding, people, samples, worksheets
from lims.services.passwords import Argon2
from lims.services.samples import Asked, SampleDraft
from lims.views import analyses as analysis_view
from lims.views import catalogue

ROUNDS = 60
TRANSACTIONS = 5
ROW = "x" * 120
"""What a row of ours holds on average."""

FORM = {
    "test_kind": "Supervisory sampling",
    "client": "示范区市场监督管理局",
    "business_name": "桃山粮库",
    "sample_name": "玉米",
    "sample_amount": "4 kg",
    "sampling_body": "检验所",
    "samplers": "吴涛、郑洁",
    "sampled_on": "2026-11-01",
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
WEIGHINGS = {"W0": "25.1234", "W1": "3.0021", "W2": "27.7512"}
STAFF = (("shou", Role.RECEPTIONIST), ("shen", Role.REVIEWER), ("jian", Role.ANALYST))


def main() -> None:
    """Print both costs and their ratio, and what a sample takes in statements, rows and bytes."""
    i18n.use("en")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ours.sqlite3"
        store = _laboratory(file)
        cast = _cast(store)
        statements, before = _statements(store), _rows(store)
        ours = min(_cpu(lambda turn=turn: _walk(store, cast, turn)) for turn in range(ROUNDS))
        rows = (_rows(store) - before) // ROUNDS
        raw = _raw(Path(folder) / "raw.sqlite3", rows)
        print(f"workflow: ours {ours:.2f} ms cpu, raw sqlite3 writing {rows} rows in {TRANSACTIONS} transactions {raw:.2f} ms, ratio {ours / raw:.1f}")
        print(f"workflow: {statements[0] / ROUNDS:.0f} statements, {rows} rows and {file.stat().st_size / ROUNDS / 1024:.1f} KiB a sample")


def _laboratory(file: Path) -> Store:
    store = Store(f"sqlite:///{file}", Argon2(PasswordHasher(1, 8, 1)))
    with store.work() as work:
        guan = founding.found(work, founding.FoundingDraft("实验室", "地址", "guan", "管理员", "bench-2026", "bench-2026"))
    for login, role in STAFF:
        with store.work() as work:
            people.create(work, people.AccountDraft(login, login, frozenset({role}), "first-2026"), by=guan)
        with store.work() as work:
            people.change_password(work, "first-2026", "bench-2026", by=people.sign_in(work, login, "first-2026").actor)
    return store


def _cast(store: Store) -> list[Actor]:
    with store.work() as work:
        return [people.sign_in(work, login, "bench-2026").actor for login, _role in STAFF]


def _walk(store: Store, cast: list[Actor], turn: int) -> None:
    receptionist, reviewer, analyst = cast
    with store.work() as work:
        asked = tuple(Asked(row.item_code, row.procedure, row.limit) for row in catalogue.offers(work, "maize", date(2026, 11, 1)))
        number = samples.register(work, SampleDraft("maize", FORM | {"form_number": f"F{turn:05}"}, asked), by=receptionist)
    with store.work() as work:
        samples.receive(work, number, INTAKE, by=receptionist)
    with store.work() as work:
        sheet = worksheets.create(work, [row.id for row in analysis_view.waiting(work)], by=analyst)
        worksheets.start(work, sheet, by=analyst)
    with store.work() as work:
        rows = analysis_view.rows(work, sample=number)
        for row in rows:
            for place in range(1, row.places + 1):
                if row.inputs:
                    analyses.weigh(work, row.id, place, WEIGHINGS, by=analyst)
                else:
                    analyses.enter(work, row.id, place, "4.7", by=analyst)
        analyses.submit(work, [row.id for row in rows], by=analyst)
    with store.work() as work:
        analyses.review(work, [row.id for row in rows], by=reviewer)


def _raw(file: Path, rows: int) -> float:
    """Write as many rows, with one index, in as many transactions, by hand."""
    base = sqlite3.connect(file, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE thing (id INTEGER PRIMARY KEY, a, b, c)",
        "CREATE INDEX ix ON thing (a)",
    ):
        base.execute(statement)

    def write() -> None:
        for _transaction in range(TRANSACTIONS):
            base.execute("BEGIN IMMEDIATE")
            base.executemany("INSERT INTO thing (a, b, c) VALUES (?, ?, ?)", [(place, "4.7", ROW) for place in range(rows // TRANSACTIONS)])
            base.execute("COMMIT")

    return min(_cpu(write) for _turn in range(ROUNDS))


def _rows(store: Store) -> int:
    with store.work() as work:
        return sum(work.scalar(select(func.count()).select_from(table)) or 0 for table in Thing.metadata.sorted_tables)


def _statements(store: Store) -> list[int]:
    count = [0]

    def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        count[0] += not statement.startswith(("BEGIN", "COMMIT"))

    event.listen(store.engine, "before_cursor_execute", see)
    return count


def _cpu(job: Callable[[], None]) -> float:
    start = time.process_time()
    job()
    return (time.process_time() - start) * 1000
