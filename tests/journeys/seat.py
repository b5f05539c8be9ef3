"""Somebody at the real window with nothing but a keyboard; every step leaves a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDeadlineTimer
from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from lims.i18n import _
from ui.app import Program
from ui.kit.ask import Dialog
from ui.kit.screen import Screen
from ui.screens.entry import Page
from ui.window import Window

PATIENCE = 30_000
"""Milliseconds: the machine may be busy."""
BREATH = 40
"""Milliseconds a person needs to reach Enter; whatever is faster is a scanner."""


class Seat:
    """Presses keys, reads what is shown, waits for answers; a person's eyes and hands."""

    def __init__(self, program: Program, pictures: Path) -> None:
        self.program, self.fallen = program, list[BaseException]()
        self._pictures, self._step = pictures, 0

    # -- what is shown -----------------------------------------------------------------------------------------------------

    @property
    def page(self) -> QWidget:
        """What the program shows now: opening, first run, sign-in, or the window."""
        page = self.program.stack.currentWidget()
        assert page is not None
        return page

    @property
    def window(self) -> Window:
        """The window of the person at work."""
        assert isinstance(self.page, Window), self.page
        return self.page

    @property
    def screen(self) -> Any:
        """The screen in front."""
        screen = self.window.screen_in_front
        assert isinstance(screen, Screen)
        return screen

    @property
    def focus(self) -> QWidget:
        """Where a key goes now."""
        top = self.dialog() or self.program
        if QApplication.activeWindow() is not top:  # without a screen no window manager does it
            top.activateWindow()
            assert QTest.qWaitForWindowActive(top)
        found = QApplication.focusWidget()
        assert found is not None
        return found

    def words(self, of: QWidget | None = None) -> str:
        """Return every visible label of the program, or of one part of it."""
        return "\n".join(label.text() for label in (of or self.program).findChildren(QLabel) if label.isVisible())

    def dialog(self) -> Dialog | None:
        """Return the dialog that is open, or None."""
        return next((one for one in QApplication.topLevelWidgets() if isinstance(one, Dialog) and one.isVisible()), None)

    def picture(self, name: str) -> None:
        """Keep how it looks now."""
        self._step += 1
        (self.dialog() or self.program).grab().save(str(self._pictures / f"{self._step:02}-{name}.png"))

    # -- waiting -----------------------------------------------------------------------------------------------------------

    def wait(self, holds: Callable[[], Any]) -> None:
        """Let the program go on until *holds*."""
        end = QDeadlineTimer(PATIENCE)
        while not holds():
            assert not self.fallen, self.fallen
            assert not end.hasExpired(), "nothing happened"
            QTest.qWait(2)

    def settled(self) -> None:
        """Wait until every answer has come and been shown."""
        desk = self.program.desk
        assert desk is not None
        for _again in range(3):
            self.wait(desk.idle)
            QApplication.processEvents()
        assert not self.fallen, self.fallen

    # -- keys --------------------------------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys one after the other, each named as a shortcut is: Ctrl+Return, F3, A."""
        for name in keys:
            combination = QKeySequence(name)[0]
            QTest.keyClick(self.focus, combination.key(), combination.keyboardModifiers())
            self.settled()

    def write(self, words: str) -> None:
        """Type *words*; Chinese comes from an input method."""
        if words.isascii():
            for letter in words:  # the first one may open an editor, which then has the focus
                QTest.keyClick(self.focus, letter)
        else:
            event = QInputMethodEvent()
            event.setCommitString(words)
            QApplication.sendEvent(self.focus, event)
        QTest.qWait(BREATH)

    def tab_to(self, name: str) -> None:
        """Press Tab until the field *name* has the focus."""
        for _field in range(120):
            if name in (self.focus.objectName(), getattr(self.focus.parentWidget(), "objectName", str)()):
                return
            QTest.keyClick(self.focus, "\t")
        raise AssertionError(f"Tab does not reach {name}")

    def fill(self, **fields: str) -> None:
        """Go from field to field by Tab and write into each, in place of what stands there."""
        for name, words in fields.items():
            self.tab_to(name)
            self.press("Ctrl+A")
            self.write(words)

    def press_until(self, key: str, holds: Callable[[], Any]) -> None:
        """Press *key* again and again until *holds*."""
        for _time in range(60):
            if holds():
                return
            self.press(key)
        raise AssertionError(f"{key} does not lead there, the cursor is in {self.focus}")

    # -- what everybody does -------------------------------------------------------------------------------------------------

    def sign_in(self, login: str, password: str) -> None:
        """Sign in; whoever is at work leaves first."""
        if isinstance(self.page, Window):
            self.press("Ctrl+L")
        self.wait(lambda: isinstance(self.page, Page))
        self.fill(login=login, password=password)
        QTest.keyClick(self.focus, "\r")
        self.settled()

    def go(self, place: str) -> Any:
        """Press Ctrl and the number of a place, or find one beyond the ninth in the palette; return its screen."""
        number = [one.name for one in self.window.places].index(place) + 1
        if number < 10:
            self.press(f"Ctrl+{number}")
        else:
            self.press("Ctrl+K")
            self.write(_(self.window.places[number - 1].title))
            self.press("Return")
        assert self.window.places[number - 1].load() is type(self.screen)
        self.picture(place)
        return self.screen

    def answer(self, **fields: str) -> None:
        """Fill in the dialog that is open and send it; it must close."""
        self.wait(self.dialog)
        for name, words in fields.items():
            self.fill(**{name: words})
        self.picture("dialog")
        self.press("Ctrl+Return")
        assert self.dialog() is None, self.words(self.dialog())
