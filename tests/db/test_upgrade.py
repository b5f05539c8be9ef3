"""From one shape to the next: what the program finds is looked at, copied, changed step by step, or left exactly as it was."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from sqlalchemy import Connection, func, select, text
from sqlalchemy.engine import URL, make_url

from lims.db import seed, upgrade
from lims.db.engine import open_engine
from lims.db.folder import Folder
from lims.db.store import Store, Work, reading
from lims.domain.businesses import Business
from lims.domain.catalogue import Confirmation, Heading, Item, Limit, Standard
from lims.errors import Trouble
from lims.rules.rights import PROGRAM, Actor, Right
from lims.rules.verdict import Verdict
from lims.services import catalogue, founding, placements
from lims.views import analyses as analysis_view
from lims.views import catalogue as library_view
from lims.views import placements as placement_view
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
    heading = Heading(code="h", classification="GB 1353", name="各类玉米")
    work.add_all([item := Item(code="moisture", name_zh="水分"), heading, standard := Standard(code="GB 1353-2018")])
    work.flush()
    work.add(Limit(code="l", item_id=item.id, heading_id=heading.id, standard_id=standard.id, requirement="≤14.0", unit="%"))


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


# -- from the first library to the whole one -------------------------------------------------------------------------------

FIRST_LIMITS = (
    ("gb2763-2021-carbofuran-cowpea", "carbofuran", "cowpea", "GB 2763-2021", "蔬菜 · 豇豆", "≤", "0.02", "mg/kg", ""),
    ("gb2763-2021-thiamethoxam-cowpea", "thiamethoxam", "cowpea", "GB 2763-2021", "蔬菜 · 豇豆", "≤", "0.3", "mg/kg", ""),
    (
        *("gb2761-2017-aflatoxin-b1-maize", "aflatoxin-b1", "maize", "GB 2761-2017"),
        *("谷物及其制品 · 玉米、玉米面(渣、片)及玉米制品", "≤", "20", "μg/kg", "表1"),
    ),
    ("gb2761-2017-deoxynivalenol-maize", "deoxynivalenol", "maize", "GB 2761-2017", "谷物及其制品 · 玉米、玉米面(渣、片)", "≤", "1000", "μg/kg", "表3"),
    ("gb1353-2018-moisture-maize", "moisture", "maize", "GB 1353-2018", "玉米 · 各类玉米", "≤", "14.0", "%", "表1"),
    ("gb2760-2024-sulphur-dioxide-wine", "sulphur-dioxide", "wine", "GB 2760-2024", "15.03.01 葡萄酒", "≤", "0.25", "g/L", "表A.1"),
    ("own-1", "moisture", "wine", "Q/BJ 1-2020", "本厂", "不得检出", None, "", ""),
)
"""Code, item, product, standard, classification, operator, limit, unit, clause: the six of the first library, and one of the laboratory's own."""

HEADINGS = {
    "gb2763-2021-carbofuran-cowpea": ("gb2763-h111", "≤0.02"),
    "gb2763-2021-thiamethoxam-cowpea": ("gb2763-h111", "≤0.3"),
    "gb2761-2017-aflatoxin-b1-maize": ("gb2761-h1", "≤20"),
    "gb2761-2017-deoxynivalenol-maize": ("gb2761-h20", "≤1000"),
    "gb1353-2018-moisture-maize": ("gb1353-h1", "≤14.0"),
    "gb2760-2024-sulphur-dioxide-wine": ("gb2760-h43", "≤0.25"),
    "own-1": ("kept-7", "不得检出"),
}
"""Where each of them stands in the whole library, and what it demands."""

JUDGED = {
    "verdict": "pass",
    "reason": "within",
    "comparison": "rounded",
    "determined": ["12.47", "12.55"],
    "value": "12.51",
    "reported": "12.5",
    "compared": "12.5",
    "unit": "%",
    "operator": "≤",
    "limit": "14.0",
    "standard": "GB 1353-2018",
    "clause": "表1",
    "limit_code": "gb1353-2018-moisture-maize",
    "formula": "(W1 + W0 − W2) / W1 × 100",
    "rounding": "0.1",
    "tolerance": "0.2 %",
}
"""A judgement as the first version stored it."""


def first_digest(code: str) -> str:
    """Return what the first version confirmed of a limit: the SHA-256 of all it said."""
    names = ("code", "item", "product", "standard", "classification", "operator", "limit", "unit", "clause")
    said = dict(zip(names, map(str, next(row for row in FIRST_LIMITS if row[0] == code)), strict=True))
    return hashlib.sha256(rfc8785.dumps({**said, "basis": "", "condition": "", "source": "公开网页", "evidence": "knowledge"})).hexdigest()


@pytest.fixture(params=["sqlite", "postgresql"])
def first(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[URL]:
    """A laboratory of the first version: six limits and one of its own, one of them confirmed, a sample tested against another."""
    file = URL.create("sqlite", database=str(tmp_path / "first.sqlite3"))
    url = file if request.param == "sqlite" else make_url(request.getfixturevalue("postgres").fresh("first_version"))
    with monkeypatch.context() as older:
        folder = tmp_path / "first"
        shutil.copytree(upgrade.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__", "0002*", "0003*", "0004*"))
        older.setattr(upgrade, "MIGRATIONS", folder)
        engine = open_engine(url)
        upgrade.upgrade(engine, None, lambda: AT)
        with engine.begin() as connection:
            work_first(connection)
        engine.dispose()
    yield url
    if request.param == "postgresql":
        request.getfixturevalue("postgres").drop("first_version")


def work_first(connection: Connection) -> None:
    """Write what the first version would have written, in SQL."""

    def add(table: str, **said: Any) -> None:
        names = ", ".join(f'"{name}"' for name in said)
        connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(f":{name}" for name in said)})'), said)

    def keys(table: str) -> dict[str, int]:
        return dict(connection.execute(text(f'SELECT code, id FROM "{table}"')).all())

    for name, login in (("孙浩", "ji"), ("陈静", "jian")):
        never = {"password_hash": "-", "active": True, "must_change": False, "failures": 0, "version": 1}
        add("person", login=login, name=name, roles="technical" if login == "ji" else "analyst", **never)
    for code in dict.fromkeys(row[1] for row in FIRST_LIMITS):
        add("item", code=code, name_zh=code, name_en="")
    for code, name in (("cowpea", "豇豆"), ("maize", "玉米"), ("wine", "葡萄酒")):
        add("product", code=code, name_zh=name, name_en="", prefix="LS")
    for code in dict.fromkeys(row[3] for row in FIRST_LIMITS):
        add("standard", code=code, title_zh="", title_en="", in_force=date(2019, 2, 1), source="公开网页")
    items, products, standards = keys("item"), keys("product"), keys("standard")
    for code, item, product, standard, classification, operator, limit, unit, clause in FIRST_LIMITS:
        where = {"item_id": items[item], "product_id": products[product], "standard_id": standards[standard]}
        said = {"classification": classification, "operator": operator, "limit": limit, "unit": unit, "clause": clause}
        add("limit", code=code, **where, **said, basis="", condition="", source="公开网页", evidence="knowledge")
    limits = keys("limit")
    code = "gb2760-2024-sulphur-dioxide-wine"
    add("confirmation", limit_id=limits[code], person_id=1, at=AT, digest=first_digest(code), remark="第 3 页")
    add("confirmation", limit_id=limits["gb1353-2018-moisture-maize"], person_id=1, at=AT, digest=first_digest("gb1353-2018-moisture-maize"), remark="")
    drying = {
        "unit": "%",
        "determinations": 2,
        "single_rounding": "0.01",
        "rounding": "0.1",
        "comparison": "rounded",
        "tolerance_kind": "abs",
        "tolerance": "0.2",
    }
    formula = {"formula": "(W1 + W0 − W2) / W1 × 100", "inputs": "W0=empty dish (g); W1=test portion (g); W2=dish and dried portion (g)"}
    method = {"code": "moisture-drying", "item_id": items["moisture"], "method": "GB 5009.3-2016", "title_zh": "", "source": "", "evidence": ""}
    add("procedure", **method, **drying, **formula)
    blank = dict.fromkeys(("link", "credit_code", "licence_kind", "licence_number", "legal_person", "address", "contact", "phone"), "")
    add("business", name="桃山粮库", client=False, sampled=True, version=1, **blank)
    add("sampling", number="CY-1", business_id=1, sampled_on=date(2026, 2, 1), form="{}", version=1)
    sample = {"number": "LS2026-00001", "name": "玉米", "product_id": products["maize"], "sampling_id": 1, "product_on": date(2026, 2, 1), "stage": "received"}
    add("sample", **sample, registered_at=AT, refusal="", intake="{}", version=1)
    asked = {"sample_id": 1, "item_id": items["moisture"], "procedure_id": 1, "limit_id": limits["gb1353-2018-moisture-maize"]}
    add("analysis", **asked, state="in_test", assigned_to=2, version=1)
    add("attempt", analysis_id=1, number=1, begun_at=AT, begun_by=2, cause="")
    for place, value in ((1, "12.47"), (2, "12.55")):
        add("determination", attempt_id=1, place=place, text=value, unit="%", inputs="{}", person_id=2, at=AT)
    add("judgement", attempt_id=1, at=AT, verdict="pass", reported="12.5", explanation=json.dumps(JUDGED))


def test_the_limits_of_the_first_library_stand_under_headings_and_say_in_words_what_they_demand(first: URL, opened: Callable[..., Store]) -> None:
    store = opened(first)
    with store.engine.connect() as connection:
        assert upgrade.differences(connection) == []
    with store.work() as work:
        rows = {row.code: row for row in work.scalars(select(Limit).options(*library_view._loaded()))}
        assert {code: (row.heading.code, row.requirement) for code, row in rows.items()} == HEADINGS
        assert {row.item.code: row.item.group for row in rows.values()} == {
            **dict.fromkeys(("carbofuran", "thiamethoxam"), "pesticide"),
            **dict.fromkeys(("aflatoxin-b1", "deoxynivalenol"), "mycotoxin"),
            "moisture": "quality",
            "sulphur-dioxide": "additive",
        }
        own = rows["own-1"]
        assert (own.heading.classification, own.heading.name, own.standard.classification) == ("Q/BJ 1", "本厂", "Q/BJ 1")
        assert all(row.heading.classification == row.standard.classification for row in rows.values())
        assert {row.unit for row in rows.values()} == {"mg/kg", "μg/kg", "%", "g/L", ""}


def test_a_laboratory_of_the_first_version_is_asked_anew_where_its_products_stand_and_what_it_confirms(first: URL, opened: Callable[..., Store]) -> None:
    """What was judged stays; the confirmations stay on record, but they were of other words, and nobody has placed a product yet."""
    store = opened(first)
    ji = Actor(1, "ji", "孙浩", frozenset({Right.CATALOGUE, Right.CONFIRM}))

    def row() -> analysis_view.AnalysisRow:
        with store.work() as work:
            return analysis_view.rows(work, sample="LS2026-00001")[0]

    before = row()
    assert (before.verdict, before.reported, before.unit, before.requirement, before.values) == (Verdict.PASS, "12.5", "%", "≤ 14.0", ("12.47", "12.55"))
    assert [step.value for step in before.steps][-3:] == ["≤ 14.0 %", "12.5", before.steps[-1].value]
    assert not before.limit_confirmed
    with store.work() as work:
        kept = work.scalars(select(Confirmation).order_by(Confirmation.id)).all()
        assert [(one.digest, one.remark) for one in kept] == [(first_digest("gb2760-2024-sulphur-dioxide-wine"), "第 3 页"), (kept[1].digest, "")]
        assert library_view.confirmed_codes(work) == frozenset()
        assert library_view.unconfirmed(work) == 1, "the limit an analysis rests on waits, confirmed before or not"
        assert [one.code for one in library_view.asked_limits(work, date(2026, 2, 8)) if not one.confirmed_by] == ["gb1353-2018-moisture-maize"]
        assert {one.code: one.placed for one in library_view.products(work)} == {"cowpea": 0, "maize": 0, "wine": 0}
    with store.work() as work:
        assert catalogue.confirm(work, ["gb1353-2018-moisture-maize"], by=ji) == 1
    assert (row().limit_confirmed, row().unplaced) == (False, "GB 1353")
    with store.work() as work:
        (place,) = [one for one in placement_view.placing(work, "maize") if one.classification == "GB 1353"]
        assert ([one.code for one in place.candidates], place.placed) == (["gb1353-h1"], False)
        placements.place(work, "maize", "GB 1353", ["gb1353-h1"], by=ji)
        placements.confirm(work, "maize", ["GB 1353"], by=ji)
    after = row()
    assert after.limit_confirmed
    assert (after.verdict, after.reported, after.steps) == (before.verdict, before.reported, before.steps)


def test_the_rest_of_the_library_comes_to_a_laboratory_of_the_first_version_and_touches_nothing(first: URL, opened: Callable[..., Store]) -> None:
    store = opened(first)
    with store.work() as work:
        founding.refresh_library(work)
    with store.work() as work:
        headings = {row.code: row for row in work.scalars(select(Heading))}
        limits = {row.code: row for row in work.scalars(select(Limit).options(*library_view._loaded()))}
    shipped = {row["code"]: row for row in csv.DictReader((seed.CATALOGUE / "headings.csv").read_text("utf-8").splitlines())}
    assert headings.keys() == shipped.keys() | {"kept-7"}
    for code, row in shipped.items():
        names = ("classification", "parent", "group", "number", "name", "note", "source", "evidence", "confidence")
        assert [getattr(headings[code], name) for name in names] == [row[name] for name in names], code
    assert {code: (limits[code].heading.code, limits[code].requirement) for code in HEADINGS} == HEADINGS
    assert limits["gb2763-2021-carbofuran-cowpea"].source == "公开网页", "the laboratory's own row, not the newly shipped one"
    assert len(limits) > 2000


@pytest.mark.parametrize("first", ["sqlite"], indirect=True)
def test_a_copy_is_taken_of_a_laboratory_of_the_first_version_before_each_step(first: URL, opened: Callable[..., Store], tmp_path: Path) -> None:
    opened(first, lambda: AT, tmp_path / "backups")
    steps = [step.revision for step in reversed(list(upgrade.scripts().walk_revisions()))]
    assert [revision(file) for file in sorted((tmp_path / "backups").iterdir())] == steps[:-1]


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
