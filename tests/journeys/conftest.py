"""A journey sits at the real window over a real laboratory, as a person does; every step leaves a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lims import i18n
from lims.machine import Machine
from ui.app import Program
from ui.kit.ask import Dialog
from ui.kit.crash import Watch
from ui.kit.screen import Screen
from ui.screens.entry import Entry
from ui.theme import theme
from ui.window import Window


class Seat:
    """Somebody at the window: opens places, gives commands, answers dialogs, and takes a picture of each step."""

    def __init__(self, qtbot: QtBot, program: Program, pictures: Path) -> None:
        self.qtbot, self.program, self._pictures, self._step = qtbot, program, pictures, 0
        self.fallen: list[BaseException] = []

    @property
    def page(self) -> QWidget:
        """What the window shows now."""
        page = self.program.stack.currentWidget()
        assert page is not None
        return page

    @property
    def window(self) -> Window:
        """The window of the person at work."""
        assert isinstance(self.page, Window)
        return self.page

    def wait(self, holds: Callable[[], Any]) -> None:
        """Wait until *holds*, at most a minute: the machine may be busy."""
        self.qtbot.waitUntil(lambda: bool(holds()), timeout=60_000)

    def settled(self) -> None:
        """Wait until every answer has come and been shown."""
        desk = self.program.desk
        assert desk is not None
        for _again in range(3):
            self.wait(desk.idle)
            QApplication.processEvents()
        assert not self.fallen, self.fallen

    def enter(self, login: str, password: str) -> None:
        """Sign in; whoever is at work leaves first."""
        if isinstance(self.page, Window):
            self.window.commands.do("leave")
        self.wait(lambda: isinstance(self.page, Entry))
        entry = self.page
        assert isinstance(entry, Entry)
        entry.fill(login, password)
        if not isinstance(self.page, Window):
            entry.card.send()
        self.wait(lambda: isinstance(self.page, Window))
        self.settled()

    def go(self, place: str, key: Any = None) -> Any:
        """Open a place and wait until it is filled."""
        self.window.open(place, key)
        self.settled()
        screen = self.window.screen_in_front
        assert isinstance(screen, Screen)
        self.picture(place)
        return screen

    def do(self, command: str) -> None:
        """Give a command of the screen in front that must not be refused."""
        screen = self.window.screen_in_front
        assert screen is not None
        assert screen.acts[command].refusal() is None, screen.acts[command].refusal()
        screen.acts.do(command)
        self.settled()

    def answer(self, **fields: str) -> None:
        """Fill in the open dialog and send it; it must close."""
        dialog = self.dialog()
        for name, value in fields.items():
            dialog.form.editors[name].put(value)
        dialog.send()
        self.settled()
        assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, Dialog) and one.isVisible()]

    def dialog(self) -> Dialog:
        """Return the open dialog."""
        self.wait(lambda: [one for one in QApplication.topLevelWidgets() if isinstance(one, Dialog) and one.isVisible()])
        return next(one for one in QApplication.topLevelWidgets() if isinstance(one, Dialog) and one.isVisible())

    def picture(self, name: str) -> None:
        """Keep how it looks now."""
        self._step += 1
        self.program.grab().save(str(self._pictures / f"{self._step:02}-{name}.png"))


@pytest.fixture
def sit(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., Seat]]:
    """Open the program on a folder and sit down at it."""
    i18n.use("zh_CN")
    theme.start(qapp, "light")
    programs: list[Program] = []

    def open_(folder: Path, demonstration: Any = None) -> Seat:
        watch = Watch()
        program = Program(folder, "", demonstration, Machine(tmp_path / "machine.json"), watch)
        programs.append(program)
        seat = Seat(qtbot, program, tmp_path)
        watch.report = seat.fallen.append  # type: ignore[method-assign]
        watch.fell.connect(seat.fallen.append)
        program.show()
        seat.wait(lambda: program.desk is not None or seat.fallen)
        assert not seat.fallen, seat.fallen
        program.desk.crashed.connect(seat.fallen.append)  # type: ignore[union-attr]
        return seat

    yield open_
    for program in programs:
        program.hide()
        program.close_laboratory()
        program.deleteLater()
    QApplication.processEvents()
