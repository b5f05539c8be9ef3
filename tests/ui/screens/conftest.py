"""A laboratory for each test, and seats at its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from lims.rules.rights import Right
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


@pytest.fixture(scope="session")
def laboratories(tmp_path_factory: pytest.TempPathFactory, founded: Reception) -> Iterator[dict[str, Reception]]:
    """A laboratory where nothing has happened, and one with something in every state; nobody changes anything in them."""
    made = {name: Reception(tmp_path_factory.mktemp(name), founded) for name in ("empty", "filled")}
    made["filled"].busy()
    for one in made.values():
        one.people["all"] = replace(one.people["jian"], rights=frozenset(Right))
    yield made
    for one in made.values():
        one.close()
