"""What nobody foresaw: said plainly in a window, with a report to copy; nothing is sent anywhere.

    watch = crash.Watch(parent); watch.install(); desk.crashed.connect(watch.report)

Catches what Python and its threads let fall, and writes Qt's own warnings into the log.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

from PySide6 import __version__ as pyside
from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from lims.i18n import _
from ui.kit.command import Button
from ui.kit.label import Label, ground
from ui.theme import theme

log = logging.getLogger(__name__)

LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Watch(QObject):
    """Waits for what nobody foresaw, on any thread, and shows it on the screen's."""

    fell = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.fell.connect(self.report)
        self.window: Crash | None = None

    def install(self) -> None:
        """Take over the hooks of Python, its threads and Qt."""
        sys.excepthook = self._fallen
        threading.excepthook = lambda fallen: self.fell.emit(fallen.exc_value)
        qInstallMessageHandler(qt_said)

    def report(self, error: BaseException) -> None:
        """Log *error* and show it; a second one while the window is open is added below the first."""
        log.error("unforeseen", exc_info=error)
        if self.window is None:
            self.window = Crash(report_of(error))
            self.window.finished.connect(self._closed)
            self.window.show()
        else:
            self.window.add(report_of(error))

    def _fallen(self, kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        self.fell.emit(error)

    def _closed(self, _code: int) -> None:
        self.window = None


class Crash(QDialog):
    """What failed, that nothing was changed, and the report."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent or QApplication.activeWindow())
        self.setWindowTitle(_("This step failed"))
        ground(self, "surface")
        self.resize(620, 380)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        column.addWidget(Label(_("This step failed and nothing was changed."), "section", wrap=True))
        column.addWidget(Label(_("Copy the report for your administrator. You can go on working."), ink="text2", wrap=True))
        self.text = QPlainTextEdit(report)
        self.text.setReadOnly(True)
        self.text.setFont(theme.font("bytes"))
        self.text.setAccessibleName(_("Report"))
        column.addWidget(self.text, 1)
        line = QHBoxLayout()
        line.addStretch(1)
        close = Button(_("Close"), "quiet", "Esc")
        close.clicked.connect(self.reject)
        copy = Button(_("Copy report"), "primary", icon="copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        line.addWidget(close)
        line.addWidget(copy)
        column.addLayout(line)

    def add(self, report: str) -> None:
        """Put another report below."""
        self.text.appendPlainText("\n" + report)


def report_of(error: BaseException) -> str:
    """Return what an administrator needs: versions and the trace, no data of the laboratory beyond it."""
    import platform

    head = f"Shiyan {_version()} · Python {platform.python_version()} · PySide6 {pyside} · {platform.platform()}"
    return head + "\n" + "".join(traceback.format_exception(error))


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("shiyan-lims")
    except metadata.PackageNotFoundError:
        return "?"


def qt_said(kind: QtMsgType, _context: QMessageLogContext, words: str | None) -> None:
    """Write what Qt says into the log."""
    logging.getLogger("qt").log(LEVELS.get(kind, logging.WARNING), "%s", words)


__all__: list[Any] = ["Crash", "Watch", "qt_said", "report_of"]
