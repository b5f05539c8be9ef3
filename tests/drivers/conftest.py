"""Vectors, profiles and a clock for the tests of the drivers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.core.profile import Profile, shelf

HERE = Path(__file__).parent
VECTORS = Path(os.environ.get("DRIVER_VECTORS", HERE / "vectors"))
PROFILES = HERE.parents[1] / "resources" / "instruments"


def vector(path: Path) -> dict[str, Any]:
    """Read one vector; a file of another form fails with its name."""
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        assert {"id", "role", "steps", "expect"} <= found.keys()
        assert all(step["dir"] in ("rx", "tx", "wait") for step in found["steps"])
    except (ValueError, AssertionError, KeyError, TypeError) as error:
        pytest.fail(f"{path.name} is not a vector of the known form: {error!r}")
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "session_file" in metafunc.fixturenames:
        folder = VECTORS / "sessions" if (VECTORS / "sessions").is_dir() else VECTORS
        files = sorted(folder.glob("*.json"))
        metafunc.parametrize("session_file", files, ids=[file.stem for file in files])


@pytest.fixture
def session(session_file: Path) -> dict[str, Any]:
    return vector(session_file)


@pytest.fixture
def example() -> Callable[[str], dict[str, Any]]:
    return lambda name: json.loads((HERE / "vectors" / "examples" / f"{name}.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def profiles() -> dict[str, Profile]:
    found = shelf([PROFILES])
    assert found.faults == ()
    return dict(found.profiles)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    start = datetime(2026, 2, 8, 6, 44, tzinfo=UTC)
    ticks = iter(range(10**9))
    return lambda: start + timedelta(milliseconds=next(ticks))
