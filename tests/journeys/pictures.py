"""Every place of the demonstration as pictures, to look at: `python -m tests.journeys.pictures FOLDER [zh_CN|en] [light|dark|contrast] [SCALE]`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

FOLDER, LANGUAGE, LOOK, SCALE = (*sys.argv[1:5], *("pictures", "zh_CN", "light", "1")[len(sys.argv) - 1 :])
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_SCALE_FACTOR"] = SCALE

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lims import demo, i18n
from lims.machine import Machine
from tests.journeys.conftest import Seat
from ui.app import Program
from ui.kit.crash import Watch
from ui.theme import theme

PATIENCE = 60


class Waiting:
    """What a seat needs of pytest-qt."""

    def waitUntil(self, holds: Callable[[], bool], timeout: int) -> None:
        """Let the window go on until *holds*."""
        end = time.monotonic() + timeout / 1000
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError
            QTest.qWait(5)


def main() -> None:
    """Photograph every place as somebody who uses it, before and after the path is walked."""
    app = QApplication([])
    i18n.use(LANGUAGE)
    theme.start(app, LOOK)
    target = Path(FOLDER).absolute()
    target.mkdir(parents=True, exist_ok=True)
    laboratory = demo.folder(target / "laboratory", fresh=True)
    program = Program(laboratory.path, "", demo, Machine(target / "machine.json"), Watch())
    seat = Seat(Waiting(), program, target)  # type: ignore[arg-type]
    program.show()
    seat.wait(lambda: program.desk)
    seat.settled()
    seat.picture("sign-in")
    for login, places in BEFORE.items():
        seat.enter(login, demo.PASSWORD)
        for place in places:
            seat.go(place)
            LOOKS.get(place, lambda _seat: None)(seat)
    seat.program.hide()
    program.close_laboratory()


def one_sample(seat: Seat) -> None:
    """One sample in full."""
    screen = seat.window.screen_in_front
    seat.go("samples", screen.table.rows()[0].number)  # type: ignore[union-attr]


def new_form(seat: Seat) -> None:
    """A sampling form, and the check of a sample."""
    seat.do("intake.new")
    seat.picture("intake-form")


def a_worksheet(seat: Seat) -> None:
    """A worksheet with the explanation of a value."""
    screen = seat.window.screen_in_front
    screen.why()  # type: ignore[union-attr]
    seat.settled()
    seat.picture("bench-why")


BEFORE = {
    "shou": ("today", "intake", "samples", "certificates", "businesses"),
    "jian1": ("today", "bench", "inbox", "instruments", "limits"),
    "shen": ("today", "review"),
    "ji": ("today", "limits", "instruments", "trail"),
    "guan": ("people", "settings", "trail"),
}
LOOKS = {"samples": one_sample, "intake": new_form, "bench": a_worksheet}

if __name__ == "__main__":
    main()
