"""A scanner types fast and ends with Enter: characters less than 30 ms apart are a scan wherever the focus is.

    scanner = Scanner(app); app.installEventFilter(scanner); scanner.scanned.connect(window.scanned)

A field with the property `scans` takes the scan as typing. What a scan wrote into another field is taken out again, and a command on
a single letter waits until it is sure that the letter was not the beginning of a code (`in_progress`).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit

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
        self._place: QObject | None = None
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
        place = QApplication.focusWidget()
        if isinstance(place, QLineEdit) and place is self._place:
            place.setText(self._before)
        elif isinstance(place, QLineEdit):  # an editor the first character has opened
            QCoreApplication.postEvent(place, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier))
        self.scanned.emit(code)


def in_progress() -> bool:
    """Return whether a scan is running in now."""
    app = QApplication.instance()
    scanner = app.findChild(Scanner) if app else None
    return scanner is not None and len(scanner.code) > 1
