"""A segmented filter for at most four choices, each with its count.

Made like this:
    filter = Segments({"waiting": N_("Waiting"), "done": N_("Done")}, N_("Which readings"))
    filter.chosen.connect(self.refill); filter.count({"waiting": 12}); filter.value
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lims.i18n import _
from ui.kit import paint
from ui.theme import theme

MOST = 4


class Segments(QWidget):
    """One of a few, all of them in sight; left and right arrows move."""

    chosen = Signal(str)

    def __init__(self, options: Mapping[str, str], words: str) -> None:
        super().__init__()
        if not 1 <= len(options) <= MOST:
            raise ValueError(f"a segmented filter has one to {MOST} choices")
        self._options, self._counts, self._words = dict(options), dict[str, int](), words
        self.value = next(iter(options))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)
        self._tell()

    def count(self, counts: Mapping[str, int]) -> None:
        """Show how many each choice holds."""
        self._counts = dict(counts)
        self.updateGeometry()
        self.update()
        self._tell()

    def choose(self, value: str, tell: bool = True) -> None:
        """Choose *value*; a value that is not offered raises KeyError."""
        self._options[value]
        if value != self.value:
            self.value = value
            self.update()
            self._tell()
            if tell:
                self.chosen.emit(value)

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._widths())) + 4, theme.size("control"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("focus"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("sunken"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1) if self.hasFocus() else QRectF(self.rect()), 6, 6)
        left = 2.0
        for (value, words), width in zip(self._options.items(), self._widths(), strict=True):
            self._paint_one(painter, QRectF(left, 2, width, self.height() - 4), value, _(words))
            left += width
        painter.end()

    def _paint_one(self, painter: QPainter, rect: QRectF, value: str, words: str) -> None:
        here = value == self.value
        if here:
            painter.setPen(QPen(theme.colour("line2"), 1))
            painter.setBrush(theme.colour("surface"))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(theme.font("body", 500))
        painter.setPen(theme.colour("text" if here else "text2"))
        painter.drawText(rect.adjusted(11, 0, 0, 0), int(paint.LEFT), words)
        if value in self._counts:
            painter.setFont(theme.font("note"))
            painter.setPen(theme.colour("text2" if here else "text3"))
            painter.drawText(rect.adjusted(0, 0, -11, 0), int(paint.RIGHT), str(self._counts[value]))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = 2.0
        for value, width in zip(self._options, self._widths(), strict=True):
            if left <= event.position().x() < left + width:
                self.choose(value)
            left += width

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        values = list(self._options)
        self.choose(values[(values.index(self.value) + step) % len(values)])

    def _widths(self) -> list[float]:
        def one(value: str, words: str) -> float:
            count = 7 + theme.width(str(self._counts[value]), "note") if value in self._counts else 0
            return 22 + theme.width(_(words), "body", 500) + count

        return [one(value, words) for value, words in self._options.items()]

    def _tell(self) -> None:
        count = self._counts.get(self.value)
        said = _(self._options[self.value]) + (f" {count}" if count is not None else "")
        self.setAccessibleName(f"{_(self._words)}: {said}")
