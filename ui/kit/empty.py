"""What stands where nothing is: what this is, what will fill it, and one or two commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lims.i18n import _
from ui.kit.label import Label
from ui.theme import theme

if TYPE_CHECKING:
    from ui.kit.command import Command


class Picture(QWidget):
    """An icon that follows the theme."""

    def __init__(self, icon: str, token: str = "text2", size: int = 16) -> None:
        super().__init__()
        self._icon, self._token, self._size = icon, token, size
        self.setFixedSize(QSize(size, size))
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, theme.pixmap(self._icon, self._token, self._size, self.devicePixelRatioF()))
        painter.end()


class Empty(QWidget):
    """Icon, title, note and at most two commands, in the middle of the free place."""

    def __init__(self, icon: str, title: str, note: str = "", commands: Sequence[Command] = ()) -> None:
        super().__init__()
        from ui.kit.command import button

        column = QVBoxLayout(self)
        column.addStretch(2)
        column.setSpacing(8)
        column.addWidget(Picture(icon, "text3", theme.size("icon_empty")), 0, Qt.AlignmentFlag.AlignHCenter)
        self._title, self._note = Label(_(title), "section", wrap=True), Label(_(note), ink="text2", wrap=True)
        for words in (self._title, self._note):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(words)
        self._note.setVisible(bool(note))
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addStretch(1)
        for command in commands[:2]:
            line.addWidget(button(command))
        line.addStretch(1)
        column.addLayout(line)
        column.addStretch(3)

    def say(self, title: str, note: str = "") -> None:
        """Show other words: nothing found is not the same as nothing there."""
        self._title.setText(_(title))
        self._note.setText(_(note))
        self._note.setVisible(bool(note))
