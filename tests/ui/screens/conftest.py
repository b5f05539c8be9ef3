"""A laboratory for each test, and seats at its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.screens.reception import Reception, Seat


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Reception:
    """A laboratory that was founded and closed, to begin others from."""
    made = Reception(tmp_path_factory.mktemp("founded"))
    made.close()
    return made


@pytest.fixture
def reception(tmp_path: Path, founded: Reception) -> Iterator[Reception]:
    """A new laboratory: its people, its library, no sample."""
    made = Reception(tmp_path, founded)
    yield made
    made.close()


@pytest.fixture
def sit(qtbot: QtBot, reception: Reception) -> Iterator[Callable[..., Seat]]:
    """Sit down at the window as somebody of the laboratory."""
    seats: list[Seat] = []

    def at(login: str, laboratory: Reception = reception) -> Seat:
        seats.append(Seat(qtbot, laboratory, login))
        return seats[-1]

    yield at
    for seat in seats:
        seat.close()
