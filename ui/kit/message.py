"""What is said across a screen: the message strip for what stays true until dealt with, the toast for what is done.

    shell.message("warn", _("14 rows pasted, 1 is wrong"), _("Row 8 was used before."), _("Go to row 8"), self.go)
    shell.toast(_("13 received"), _("Undo"), self.undo)

Kinds: bad, warn, say. Never a toast for a refusal or an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from lims.i18n import _
from ui.kit import paint
from ui.kit.command import Button, icon_button
from ui.kit.label import Label, plain
from ui.theme import theme

GROUND = {"bad": "bad_soft", "warn": "warn_soft", "say": "accent_soft"}
TOAST = 6000
"""Milliseconds a toast stays, not counting while the pointer is on it."""


@dataclass(frozen=True, slots=True)
class Message:
    """What happened, what follows, one command."""

    kind: str
    title: str
    note: str = ""
    label: str = ""
    run: Callable[[], Any] | None = None


ABOVE = 136
"""How far from the window's bottom a toast stands: clear of the status bar and of a command bar below."""


class Strip(QWidget):
    """40 px under the top bar; the newest message first, the others counted."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []
        self.setFixedHeight(theme.size("strip"))
        line = QHBoxLayout(self)
        line.setContentsMargins(24 + paint.MARK + 12, 0, 12, 0)
        line.setSpacing(10)
        self._title, self._note, self._more = Label(weight=500), Label(ink="text2"), Label(ink="text2", role="note")
        self._note.setMinimumWidth(0)
        self._act = Button("", "quiet", size="control_in_row")
        self._act.clicked.connect(self._do)
        self._close = icon_button("x", _("Close"), self.dismiss)
        for widget in (self._title, self._note):
            line.addWidget(widget)
        line.addStretch(1)
        for widget in (self._more, self._act, self._close):
            line.addWidget(widget)
        theme.changed.connect(self.update)
        self.hide()

    def put(self, message: Message) -> None:
        """Show *message* first; the same words are not shown twice."""
        self.messages = [message, *(other for other in self.messages if other.title != message.title)]
        self._show()

    def dismiss(self) -> None:
        """Put the newest away; the one before it shows again."""
        if self.messages:
            self.messages.pop(0)
        self._show()

    def clear(self) -> None:
        """Put all away."""
        self.messages.clear()
        self._show()

    def _show(self) -> None:
        self.setVisible(bool(self.messages))
        if not self.messages:
            return
        first, rest = self.messages[0], len(self.messages) - 1
        self._title.setText(first.title)
        self._note.setText(first.note)
        self.setToolTip(plain(f"{first.title}\n{first.note}".strip()))
        self._more.setText(_("and {count} more").format(count=rest) if rest else "")
        self._act.say(first.label)
        self._act.setVisible(bool(first.label))
        self.setAccessibleName(f"{first.title} {first.note}".strip())
        self.update()

    def _do(self) -> None:
        run = self.messages[0].run if self.messages else None
        self.dismiss()
        if run:
            run()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.messages:
            return
        painter = QPainter(self)
        kind = self.messages[0].kind
        painter.fillRect(self.rect(), theme.colour(GROUND[kind]))
        painter.setPen(QPen(theme.colour(paint.MARKS[kind].token if theme.contrast else "line"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        paint.mark(painter, kind, QRectF(24, self.height() / 2 - 8, 16, 16))
        painter.end()


class Toast(QWidget):
    """A dark slip at the bottom centre for what is done and can be undone; goes by itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._run: Callable[[], Any] | None = None
        line = QHBoxLayout(self)
        line.setContentsMargins(40, 0, 8, 0)
        line.setSpacing(16)
        self._words = Label(ink="on_strip")
        self._act = _Slip("")
        self._act.clicked.connect(self._do)
        line.addWidget(self._words)
        line.addStretch(1)
        line.addWidget(self._act)
        self.setFixedHeight(40)
        self._timer = QTimer(self, singleShot=True, interval=TOAST)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def put(self, words: str, label: str = "", run: Callable[[], Any] | None = None) -> None:
        """Say that something is done, with at most one command."""
        self._run = run
        self._words.setText(words)
        self._act.say(label)
        self._act.setVisible(bool(label))
        self.setAccessibleName(words)
        self.place()
        self.show()
        self.raise_()
        self._timer.start()

    def place(self) -> None:
        """Stand at the bottom centre of the parent."""
        room = self.parentWidget().rect()
        width = min(max(self.sizeHint().width(), 320), room.width() - 48)
        self.setGeometry((room.width() - width) // 2, room.bottom() - ABOVE, width, 40)

    def _do(self) -> None:
        run, self._run = self._run, None
        self.hide()
        if run:
            run()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("ink_strip"))
        painter.drawRoundedRect(self.rect(), 6, 6)
        painter.drawPixmap(16, 12, theme.pixmap("check", "on_strip", 16, self.devicePixelRatioF()))
        painter.end()


class _Slip(Button):
    """The one command on a toast."""

    def _colours(self) -> tuple[str, str, str]:
        return "", "", "on_strip"
