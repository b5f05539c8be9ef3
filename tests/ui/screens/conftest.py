"""A laboratory for each test, and seats at its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.screens.reception import Reception, Seat


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reception]:
    """A laboratory on its first day, open for all tests; others begin from it."""
    made = Reception(tmp_path_factory.mktemp("founded"))
    yield made
    made.close()


@pytest.fixture
def reception(founded: Reception) -> Reception:
    """A new laboratory: its people, its library, no sample."""
    founded.begin_again()
    return founded


@pytest.fixture
def sit(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Callable[..., Seat]]:
    """Sit down at the window as somebody of a laboratory."""
    seats: list[Seat] = []

    def at(login: str, laboratory: Reception | None = None) -> Seat:
        seats.append(Seat(qtbot, laboratory or request.getfixturevalue("reception"), login))
        return seats[-1]

    yield at
    for seat in seats:
        seat.close()
