"""A laboratory's database of each sort: a file, and a server of the tests' own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy.engine import URL, make_url

from lims.db.folder import Folder
from lims.db.store import Store, Work
from lims.rules.rights import PROGRAM, Actor
from lims.services.passwords import Argon2
from tests.postgres import Postgres

CHEAP = Argon2(PasswordHasher(1, 8, 1))
"""Passwords at the least cost: what they cost is tested elsewhere."""

_serials = count(1)


def done(store: Store, job: Callable[[Work], object], by: Actor = PROGRAM, reason: str = "") -> None:
    """Do one job in a unit of work of its own, signed by somebody."""
    with store.work() as work, work.acting(by, "test.job", reason):
        job(work)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], URL]]:
    """Gives the address of one more database that holds its tables and nothing else: a copy, which is quicker than making one."""
    if request.param == "sqlite":
        made = Folder(tmp_path_factory.mktemp("template"))
        Store(made.url, CHEAP).close()

        def file() -> URL:
            folder = Folder(tmp_path_factory.mktemp("laboratory"))
            folder.make()
            shutil.copy(made.database, folder.database)
            return folder.url

        yield file
        return

    postgres: Postgres = request.getfixturevalue("postgres")
    template = make_url(postgres.fresh(f"db_{next(_serials)}"))
    names = [template.database]
    Store(template, CHEAP).close()

    def server() -> URL:
        names.append(f"db_{next(_serials)}")
        postgres._sql(f'CREATE DATABASE "{names[-1]}" TEMPLATE "{template.database}"')
        return template.set(database=names[-1])

    yield server
    for name in names:
        postgres.drop(str(name))


@pytest.fixture
def url(empty: Callable[[], URL]) -> URL:
    """A database for one test, with nothing in it."""
    return empty()


@pytest.fixture
def opened() -> Iterator[Callable[..., Store]]:
    """Opens stores and closes them after the test."""
    stores: list[Store] = []

    def open_(url: str | URL, *more: object, **options: object) -> Store:
        stores.append(Store(url, CHEAP, *more, **options))  # type: ignore[arg-type]
        return stores[-1]

    yield open_
    for store in stores:
        store.close()


@pytest.fixture
def store(url: URL, opened: Callable[..., Store]) -> Store:
    """A laboratory's store with nothing in it."""
    return opened(url)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A laboratory's folder with its rooms."""
    place = Folder(tmp_path / "laboratory")
    place.make()
    return place
