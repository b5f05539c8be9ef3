"""A laboratory for each test, and seats at its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.screens.reception import Reception, Seat


@pytest.fixture
def reception(tmp_path: Path) -> Iterator[Reception]:
    """A new laboratory: its people, its library, no sample."""
    made = Reception(tmp_path)
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
