"""A scanner types fast and ends with Enter: characters less than 30 ms apart are a scan wherever the focus is.

    scanner = Scanner(app); app.installEventFilter(scanner); scanner.scanned.connect(window.scanned)

A field with the property `scans` takes the scan as typing. What a scan wrote into another field is taken out again, and a command on
a single letter waits until it is sure that the letter was not the beginning of a code (`unless_scanned`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from shiboken6 import isValid

APART = 0.030
"""Seconds between two characters of a scan, at most."""
LEAST = 4
"""Characters a scan has at least."""
SURE = 60
"""Milliseconds after which a single letter is known to be no scan."""

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class Scanner(QObject):
    """An event filter of the application that tells codes from typing.

    It listens to ShortcutOverride, which comes to the focused widget before anything else has seen the key.
    """

    scanned = Signal(str)

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock, self.code, self._last = clock, "", 0.0
        self.count = 0
        """Scans heard so far."""
        self._place: QObject | None = None
        """Where the code began."""
        self._at: QObject | None = None
        """Where its last character went."""
        self._before = ""
        self._ended = ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and watched is QGuiApplication.focusObject():
            return self._heard(watched, event)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in ENTER and self._ended:
            self._take()
            return True
        return False

    def _heard(self, place: QObject, event: QKeyEvent) -> bool:
        before, self._at = self._at, place
        if self.code and event.text() == self.code[-1] and _opened_by(before, place):
            return False
        now = self._clock()
        fast, self._last = now - self._last <= APART, now
        self._ended = ""
        if place.property("scans"):
            self.code = ""
        elif event.key() in ENTER:
            code, self.code = self.code, ""
            if fast and len(code) >= LEAST:
                self._ended = code
                event.accept()  # Enter is the scanner's: no command may take it
                return True
        elif event.text().isprintable() and event.text() and not event.modifiers() & COMMAND:
            if fast and self.code:
                self.code += event.text()
            else:
                self.code, self._place = event.text(), place
                self._before = place.text() if isinstance(place, QLineEdit) else ""
        elif event.key() != Qt.Key.Key_Shift:
            self.code = ""
        return False

    def _take(self) -> None:
        code, self._ended = self._ended, ""
        self.count += 1
        place = QApplication.focusWidget()
        if isinstance(place, QLineEdit) and place is self._place:
            place.setText(self._before)
        elif isinstance(place, QLineEdit):  # an editor the first character has opened
            QCoreApplication.postEvent(place, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier))
        self.scanned.emit(code)


def _opened_by(before: QObject | None, place: QObject) -> bool:
    """Return whether *place* is an editor that the last character opened in *before*: Qt hands it the same key once more."""
    return before is not place and isinstance(before, QWidget) and isValid(before) and isinstance(place, QLineEdit) and before.isAncestorOf(place)


def listening() -> Scanner | None:
    """Return the application's scanner."""
    app = QApplication.instance()
    return app.findChild(Scanner) if app else None


def unless_scanned(run: Callable[[], Any]) -> None:
    """Run what a single letter asks for once it is sure that no scan began with it: none is running in, and none has ended meanwhile."""
    scanner = listening()
    before = scanner.count if scanner else 0

    def sure() -> None:
        if scanner is None or not isValid(scanner) or (len(scanner.code) <= 1 and scanner.count == before):
            run()

    QTimer.singleShot(SURE, scanner or QApplication.instance(), sure)
