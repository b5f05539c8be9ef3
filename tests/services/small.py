"""A small laboratory over a real database, worked in by services only; each test gets a copy of its own."""

from __future__ import annotations

import atexit
import csv
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, func, select, text

from lims import i18n
from lims.clock import SteppingClock
from lims.db import seed
from lims.db.store import Store, Work
from lims.demo import ASKED, PLACED
from lims.domain.analyses import Analysis
from lims.domain.catalogue import Item
from lims.domain.certificates import Certificate
from lims.domain.instruments import Message, Reading
from lims.domain.samples import Sample
from lims.domain.thing import Thing
from lims.domain.trail import TrailLine
from lims.errors import Mistakes, Refusal
from lims.rules.flows import ReadingState
from lims.rules.inbox import Demands
from lims.rules.rights import Actor, Role
from lims.services import analyses, catalogue, certificates, founding, instruments, people, placements, readings, samples, worksheets
from lims.services.founding import FoundingDraft
from lims.services.instruments import InstrumentDraft
from lims.services.passwords import Argon2
from lims.services.people import AccountDraft
from lims.services.readings import Delivery, Sent
from lims.services.samples import SampleDraft
from lims.views import analyses as analysis_view
from lims.views import instruments as instrument_view
from lims.views import samples as sample_view
from lims.views.instruments import ReadingRow
from tests.postgres import Postgres

MORNING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""Eight in the morning where the laboratory stands."""
TODAY = "2026-11-23"
PASSWORD, FIRST = "own-2026", "first-2026"

ROLES: dict[str, frozenset[Role]] = {
    "shou": frozenset({Role.RECEPTIONIST}),
    "jian": frozenset({Role.ANALYST}),
    "jian2": frozenset({Role.ANALYST}),
    "shen": frozenset({Role.REVIEWER}),
    "pi": frozenset({Role.SIGNATORY}),
    "ji": frozenset({Role.TECHNICAL}),
    **{login: frozenset({Role.ANALYST, Role.REVIEWER, Role.SIGNATORY}) for login in ("quan1", "quan2", "quan3")},
}
"""Who works here beside guan, who keeps accounts and settings."""

FORM = {
    "test_kind": "Supervisory sampling",
    "client": "示范区市场监督管理局",
    "business_name": "桃山粮库",
    "sample_amount": "3 kg",
    "sampling_body": "示范区食品抽样队",
    "samplers": "甲、乙",
    "sampled_on": "2026-11-20",
}
ITEMS = frozenset(one.item for asked in ASKED.values() for one in asked)
NAMES = {"maize": "玉米", "cowpea": "豇豆", "wine": "葡萄酒"}
INTAKE = {
    "delivered_by": "甲",
    "seal": "Seal intact",
    "agrees": "Agrees",
    "appearance": "干燥，无霉变",
    "test_amount": "2 kg",
    "backup_amount": "1 kg",
    "test_place": "A 柜 2 层",
    "backup_place": "B 柜 1 层",
}
WEIGHINGS = ({"W0": "25.1234", "W1": "3.0021", "W2": "27.7512"}, {"W0": "24.9876", "W1": "3.0105", "W2": "27.6204"})
VALUES = {"aflatoxin-b1": "4.7", "deoxynivalenol": "<100", "carbofuran": "0.035", "thiamethoxam": "0.12", "sulphur-dioxide": "0.18"}

_serials = count(1)


class Small:
    """The laboratory and short ways to bring a sample to any point of its path."""

    def __init__(self, store: Store, clock: SteppingClock, people: Mapping[str, Actor] = MappingProxyType({})) -> None:
        self.store, self.clock = store, clock
        self._forms = count(1)
        self.people = dict(people)

    def do(self, job: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Do one job in a unit of work of its own; `by` may be a sign-in name."""
        if isinstance(options.get("by"), str):
            options["by"] = self.people[options["by"]]
        with self.store.work() as work:
            return job(work, *args, **options)

    def refused(self, job: Callable[..., Any], *args: Any, **options: Any) -> str:
        """Return the words in which a job is refused; nothing is written."""
        before = self.trail_length()
        with pytest.raises(Refusal) as caught:
            self.do(job, *args, **options)
        assert self.trail_length() == before
        return caught.value.words

    def mistaken(self, job: Callable[..., Any], *args: Any, **options: Any) -> dict[str, str]:
        """Return what a job finds wrong in a draft, field by field; nothing is written."""
        before = self.trail_length()
        with pytest.raises(Mistakes) as caught:
            self.do(job, *args, **options)
        assert self.trail_length() == before
        return caught.value.fields

    def trail_length(self) -> int:
        """Return how many lines the trail has."""
        with self.store.work() as work:
            return work.scalar(select(func.count(TrailLine.id))) or 0

    def draft(self, product: str = "maize", number: str = "", **form: str) -> SampleDraft:
        """Return a filled-in form with what this laboratory asks of the product."""
        return SampleDraft(product, {**FORM, "sample_name": NAMES[product], "form_number": f"CY-{next(self._forms):05}", **form}, ASKED[product], number)

    def registered(self, product: str = "maize", number: str = "", **form: str) -> str:
        """Register a sample; return its number."""
        return self.do(samples.register, self.draft(product, number, **form), by="shou")

    def received(self, product: str = "maize", number: str = "", **form: str) -> str:
        """Register and receive a sample; return its number."""
        return self.do(samples.receive, self.registered(product, number, **form), INTAKE, by="shou")

    def keys(self, number: str) -> dict[str, int]:
        """Return the keys of a sample's analyses by item."""
        query = select(Item.code, Analysis.id).select_from(Analysis).join(Sample).join(Item).where(Sample.number == number).order_by(Analysis.id)
        with self.store.work() as work:
            return dict(work.execute(query).all())

    def rows(self, number: str) -> dict[str, analysis_view.AnalysisRow]:
        """Return a sample's analyses by item."""
        return {row.item_code: row for row in self.do(analysis_view.rows, sample=number)}

    def row(self, key: int) -> analysis_view.AnalysisRow:
        """Return one analysis."""
        return self.do(analysis_view.rows, ids=[key])[0]

    def assigned(self, number: str, by: str = "jian") -> str:
        """Put a sample's analyses on a worksheet; return its number."""
        return self.do(worksheets.create, list(self.keys(number).values()), by=by)

    def begun(self, product: str = "maize", by: str = "jian", number: str = "") -> str:
        """Receive a sample and begin its worksheet; return the sample's number."""
        number = self.received(product, number)
        self.do(worksheets.start, self.assigned(number, by), by=by)
        return number

    def fill(self, number: str, by: str = "jian") -> None:
        """Enter every value of a sample that stands on the bench."""
        self.fill_but(number, by=by)

    def fill_but(self, number: str, *without: str, by: str) -> None:
        """Enter every value of a sample but those of some items."""
        for item, key in self.keys(number).items():
            if item in without:
                continue
            if item == "moisture":
                for place, weighings in enumerate(WEIGHINGS, 1):
                    self.do(analyses.weigh, key, place, weighings, by=by)
            else:
                self.do(analyses.enter, key, 1, VALUES[item], by=by)

    def submitted(self, product: str = "maize", by: str = "jian") -> str:
        """Bring a sample to review; return its number."""
        number = self.begun(product, by)
        self.fill(number, by)
        self.do(analyses.submit, list(self.keys(number).values()), by=by)
        return number

    def reviewed(self, product: str = "maize", by: str = "shen", tester: str = "jian") -> int:
        """Bring a sample to its draft report; return the report's key."""
        number = self.submitted(product, tester)
        self.do(analyses.review, list(self.keys(number).values()), by=by)
        return self.certificate(number)

    def certificate(self, number: str) -> int:
        """Return the key of a sample's last report."""
        query = select(func.max(Certificate.id)).join(Sample, Certificate.sample_id == Sample.id).where(Sample.number == number)
        with self.store.work() as work:
            return work.execute(query).scalar_one()

    def confirm(self) -> None:
        """Let the technical manager confirm every limit this laboratory works with."""
        self.do(catalogue.confirm, [one.limit for asked in ASKED.values() for one in asked], by="ji", remark="实验室文本第 3 页")

    def approved(self, product: str = "maize") -> int:
        """Bring a sample to its approved report; return the report's key."""
        key = self.reviewed(product)
        self.confirm()
        self.do(certificates.approve, key, PASSWORD, by="pi")
        return key

    def issued(self, product: str = "maize") -> int:
        """Bring a sample to its issued report; return the report's key."""
        key = self.approved(product)
        self.do(certificates.issue, key, by="pi")
        return key

    def card(self, number: str) -> sample_view.SampleCard:
        """Return one sample in full."""
        return self.do(sample_view.card, number)

    def send(self, *sent: Sent, instrument: str = "LM-1", **other: Any) -> list[int]:
        """Let an instrument send one message; return the keys of its readings, in order."""
        delivery = message(*sent, instrument=instrument, **other)
        self.do(readings.land, delivery)
        return self.landed(delivery)

    def inbox(self) -> dict[int, ReadingRow]:
        """Return every reading by key."""
        return {row.id: row for row in self.do(instrument_view.inbox, tuple(ReadingState))}

    def landed(self, delivery: Delivery) -> list[int]:
        """Return the keys of the readings of a message."""
        query = select(Reading.id).join(Message, Reading.message_id == Message.id).where(Message.first_row == delivery.first_row).order_by(Reading.id)
        with self.store.work() as work:
            return list(work.scalars(query))


def message(*sent: Sent, instrument: str = "LM-1", first_row: int | None = None, content: bytes = b"1H|\\^&\r", problem: str = "", **other: Any) -> Delivery:
    """Return one message as a port would hand it over; without *at* it came in the morning, without *demands* nothing is demanded of it."""
    first = first_row if first_row is not None else 10 * next(_serials)
    at, demands = other.get("at", MORNING), other.get("demands", Demands())
    return Delivery(instrument, "bench-pc", "journal-1", first, first + 3, content, at, sent, problem, demands)


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """Collect the statements that reach the database."""
    seen: list[str] = []

    def see(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(store.engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(store.engine, "before_cursor_execute", see)


class Apart:
    """Two workstations: the second begins while the first has written but not committed."""

    def __init__(self, small: Small) -> None:
        self._small = small

    def __call__(self, first: Callable[[Work], Any], second: Callable[[Work], Any]) -> Any:
        """Do *first*, hold it back until *second* waits for it or is done; return what *second* returned or raised."""
        with closing(Store(self._small.store.url, PASSWORDS, self._small.clock)) as other, ThreadPoolExecutor(1) as pool:
            with self._small.store.work() as work:
                first(work)
                said = pool.submit(self._said, other, second)
                while not said.done() and not self._waits(other):
                    wait([said], 0.01)
            return said.result()

    @staticmethod
    def _said(store: Store, job: Callable[[Work], Any]) -> Any:
        try:
            with i18n.speaking("en"), store.work() as work:
                return job(work)
        except Exception as error:  # noqa: BLE001  (what it raised is what the test asks about)
            return error

    @staticmethod
    def _waits(store: Store) -> bool:
        if store.url.get_backend_name() == "sqlite":
            return True  # it cannot even begin
        with store.engine.connect() as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            return bool(connection.scalar(text(query)))


PASSWORDS = Argon2(PasswordHasher(1, 8, 1))
"""The least cost there is."""


@cache
def library() -> Path:
    """Return a folder with the part of the shipped library that this laboratory works with: its own items, with every heading they need."""
    folder = Path(tempfile.mkdtemp(prefix="library-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for sheet in seed.SHEETS:
        for path in sorted(seed.CATALOGUE.glob(sheet.file)):
            _shorten(path, folder / path.relative_to(seed.CATALOGUE))
    return folder


def _shorten(path: Path, target: Path) -> None:
    """Copy those rows of a file that are about the items of this laboratory, or about nothing in particular."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    kept = [row for row in rows if (row["code"] if path.name == "items.csv" else row.get("item", next(iter(ITEMS)))) in ITEMS]
    if path.name == "headings.csv":
        kept = [row for row in rows if row["classification"] in {tree for _product, tree, _headings in PLACED}]
    if path.parent.name == "limits":
        kept = [row for row in kept if row["code"] in LIMITS]
    if path.name == "panels.csv":
        kept = []
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)


LIMITS = frozenset(one.limit for asked in ASKED.values() for one in asked)


def found(url: str) -> dict[str, Actor]:
    """Set the laboratory up in an empty database; return its people."""
    clock = SteppingClock(MORNING - timedelta(days=1))
    with closing(Store(url, PASSWORDS, clock)) as store:
        small = Small(store, clock)
        guan = small.do(founding.found, FoundingDraft("示范区检验所", "示范区迎宾路 8 号", "guan", "管理员", PASSWORD, PASSWORD), library())
        small.people["guan"] = guan
        for login, roles in ROLES.items():
            small.do(people.create, AccountDraft(login, f"姓{login}", roles, FIRST), by=guan)
            small.people[login] = small.do(people.sign_in, login, FIRST).actor
            small.do(people.change_password, FIRST, PASSWORD, by=login)
        for product, classification, headings in PLACED:
            small.do(placements.place, product, classification, headings, by="ji")
            small.do(placements.confirm, product, [classification], by="ji")
        small.do(instruments.save, InstrumentDraft("LM-1", "液质联用仪", profile="chromatography-lis"), by="ji")
        return small.people


class Copies:
    """The founded laboratory on one kind of database, renewed for each test; the store stays, so that nothing is compiled twice."""

    def __init__(self, folder: Path, server: Postgres | None) -> None:
        self._folder, self._server = folder, server
        self._keeper: psycopg.Connection[Any] | None = None
        self._name = self.empty()
        self.people = found(self.address(self._name))
        self.clock = SteppingClock(MORNING)
        self._keep()
        self.store = Store(self.address(self._name), PASSWORDS, self.clock)

    def empty(self) -> str:
        """Make an empty database and return its name."""
        name = f"small_{next(_serials)}"
        if self._server:
            self._server.fresh(name)
        return name

    def address(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql+psycopg://lims@/{name}?host={self._server._folder}" if self._server else f"sqlite:///{self._file(name)}"

    def renew(self) -> None:
        """Let the store stand before the founded laboratory in the morning of its first day."""
        self.store.on_change.clear()
        self.clock.forward(MORNING - self.clock())
        if self._server:
            self._run(RENEW)
        else:
            self.store.close()
            for beside in self._folder.glob(f"{self._name}.sqlite3-*"):
                beside.unlink()
            shutil.copy(self._file("kept"), self._file(self._name))

    def _keep(self) -> None:
        """Put the founded laboratory by: a file beside, or a schema of the same server, which needs no new database for each test."""
        if self._server:
            self._run("CREATE SCHEMA kept", *(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"' for table in TABLES))
        else:
            shutil.copy(self._file(self._name), self._file("kept"))

    def _run(self, *statements: str) -> None:
        if self._keeper is None:
            self._keeper = psycopg.connect(self.address(self._name).replace("+psycopg", ""), autocommit=True)
        self._keeper.execute("; ".join(statements))  # type: ignore[call-overload]

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()
        if self._keeper:
            self._keeper.close()

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.sqlite3"


TABLES = [table.name for table in Thing.metadata.sorted_tables]
RENEW = "; ".join(
    (
        "SET session_replication_role = replica",
        *(f'DELETE FROM public."{table}"; INSERT INTO public."{table}" SELECT * FROM kept."{table}"' for table in TABLES),
        *(
            f"""SELECT setval(pg_get_serial_sequence('public."{table.name}"', 'id'), coalesce((SELECT max(id) FROM public."{table.name}"), 0) + 1, false)"""
            for table in Thing.metadata.sorted_tables
            if "id" in table.columns
        ),
    )
)
"""Every row as it was, and keys go on from there."""

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def copies(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Copies]]:
    """Return the founded laboratory on a kind of database, made when it is first asked for."""
    made: dict[str, Copies] = {}
    memory = Path("/dev/shm")  # where there is one: a real file, but no disk to wait for
    folder = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))

    def of(kind: str) -> Copies:
        if kind not in made:
            server = request.getfixturevalue("postgres") if kind == "postgresql" else None
            made[kind] = Copies(folder, server)
        return made[kind]

    yield of
    for one in made.values():
        one.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=KINDS)
def laboratory(request: pytest.FixtureRequest, copies: Callable[[str], Copies]) -> Copies:
    """The kinds of database, one after the other."""
    return copies(request.param)


@pytest.fixture
def store(laboratory: Copies) -> Store:
    """A laboratory of its own with people and an instrument, on SQLite and on PostgreSQL."""
    laboratory.renew()
    return laboratory.store


@pytest.fixture
def small(store: Store, laboratory: Copies) -> Small:
    """The laboratory and short ways to bring a sample to any point of its path."""
    return Small(store, laboratory.clock, laboratory.people)


__all__ = ["Apart", "Copies", "Small", "copies", "laboratory", "message", "small", "statements", "store"]
