"""What every test stands on: no screen, repeatable random examples, a private PostgreSQL."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("LIMS_FOLDER", None)
os.environ.pop("LIMS_DATABASE", None)

import pytest
from hypothesis import HealthCheck, settings

from lims import i18n
from tests.postgres import Postgres, find_postgres

settings.register_profile(
    "suite", derandomize=True, max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("suite")


NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A private server for the whole run. Where CI is set a missing one fails."""
    programs = find_postgres()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL here, and CI is set")
        pytest.skip("no PostgreSQL here")
    server = Postgres(programs)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def machine(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes this workstation's own settings."""
    monkeypatch.setenv("LIMS_MACHINE", str(tmp_path_factory.getbasetemp() / "machines" / f"{next(NUMBERS)}.json"))


@pytest.fixture
def english() -> Iterator[None]:
    """The process speaks English for this test."""
    before = i18n.language()
    i18n.use("en")
    yield
    i18n.use(before)
