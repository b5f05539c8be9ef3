"""A journey sits at the real window over a real laboratory, as a person does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from lims import i18n
from lims.machine import Machine
from tests.journeys.seat import Seat
from ui.app import Program
from ui.kit.crash import Watch
from ui.theme import theme

Sit = Callable[..., Seat]


@pytest.fixture
def sit(qapp: QApplication, tmp_path: Path) -> Iterator[Sit]:
    """Open the program on a folder and sit down at it."""
    theme.start(qapp, "light")
    seats: list[Seat] = []

    def at(folder: Path, demonstration: bool = False, language: str = "zh_CN") -> Seat:
        i18n.use(language)
        seats.append(opened(folder, demonstration, tmp_path / "machine.json", tmp_path))
        return seats[-1]

    yield at
    for seat in seats:
        seat.program.hide()
        seat.program.close_laboratory()
        seat.program.deleteLater()
    i18n.use(i18n.DEFAULT_LANGUAGE)
    QApplication.processEvents()


def opened(folder: Path, demonstration: bool, machine: Path, pictures: Path) -> Seat:
    """Start the program; whatever falls fails the journey."""
    watch = Watch()
    seat = Seat(Program(folder, "", Machine(machine), watch, demonstration=demonstration), pictures)
    watch.report = seat.fallen.append  # type: ignore[method-assign]
    watch.fell.connect(seat.fallen.append)
    seat.program.show()
    seat.wait(lambda: seat.program.desk)
    seat.program.desk.crashed.connect(seat.fallen.append)  # type: ignore[union-attr]
    seat.settled()
    return seat
