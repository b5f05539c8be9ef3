"""Words on the screen, always as plain text: a name with `<b>` or `&` in it shows as typed.

Made like this:
    Label("Maize", role="headline")       Label("note", ink="text3", role="note", wrap=True)
    widget.setToolTip(plain(words))       tool tips guess markup; this keeps them from guessing
"""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from ui.theme import theme

CHINESE_LINE = 1.18
"""A paragraph's line in Chinese: 118 % of the face's own height."""


class Label(QLabel):
    """Words in a role of type and a colour of the theme; follows theme and language by itself."""

    def __init__(self, text: str = "", role: str = "body", ink: str = "text", weight: int = 0, wrap: bool = False, select: bool = False) -> None:
        super().__init__(text)
        self._role, self._ink, self._weight = role, ink, weight
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if select:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
        self._dress()
        theme.changed.connect(self._dress)

    def say(self, text: str, ink: str = "") -> None:
        """Show other words, in another colour where one is given."""
        self.setText(text)
        if ink and ink != self._ink:
            self._ink = ink
            self._dress()

    def _dress(self) -> None:
        self.setFont(theme.font(self._role, self._weight))
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme.colour(self._ink))
        self.setPalette(palette)


class Short(Label):
    """One line that gives way in the middle when there is no room, and tells the whole in its tool tip."""

    def __init__(self, text: str = "", role: str = "body", ink: str = "text", weight: int = 0) -> None:
        super().__init__(text, role, ink, weight)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(24)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        fits = self.fontMetrics().horizontalAdvance(self.text()) <= self.width() + 1
        self.setToolTip("" if fits else plain(self.text()))
        painter = QPainter(self)
        painter.setPen(theme.colour(self._ink))
        painter.setFont(self.font())
        shown = self.text() if fits else self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask), shown)
        painter.end()


class Rule(QFrame):
    """A hairline between two areas."""

    def __init__(self, vertical: bool = False) -> None:
        super().__init__()
        self._vertical = vertical
        (self.setFixedWidth if vertical else self.setFixedHeight)(1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("line"))
        painter.end()


def plain(text: str) -> str:
    """Return *text* as a tool tip that shows it as typed."""
    return f"<span>{html.escape(text).replace(chr(10), '<br>')}</span>" if text else ""


def ground(widget: QWidget, name: str) -> QWidget:
    """Give *widget* one of the grounds of the style sheet: window, surface, card, raised, desk."""
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    widget.setProperty("ground", name)
    return widget
