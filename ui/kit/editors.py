"""The ways a question of a form is answered: each editor has get(), put(value), changed, and says in words what cannot be read.

Values are exactly as typed: 7.10 stays 7.10, surrounding spaces and full-width digits excepted. An empty answer is "" for text
and None for numbers, dates and choices.
"""

from __future__ import annotations

import calendar
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from PySide6.QtCore import QDate, QLocale, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QCalendarWidget, QComboBox, QCompleter, QGridLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from lims import i18n
from lims.i18n import _
from ui.kit import paint
from ui.kit.command import icon_button
from ui.theme import theme

Options = Mapping[Any, str] | Callable[[], Mapping[Any, str]]
"""Value -> words, in order; a function where they are read anew each time the form is filled."""


class Unreadable(ValueError):
    """What was typed cannot be read as what is asked; the words say what to do."""


class Text(QLineEdit):
    """One line, as typed, without the spaces around it."""

    changed = Signal()
    left = Signal()

    def __init__(self, hint: str = "") -> None:
        super().__init__()
        self.setPlaceholderText(hint)
        self.textEdited.connect(lambda _text: self.changed.emit())
        self.editingFinished.connect(self.left)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setFont(theme.font("body"))

    def get(self) -> Any:
        """Return the answer; raises Unreadable."""
        return self.text().strip()

    def put(self, value: Any) -> None:
        """Show *value*."""
        self.setText("" if value is None else str(value))


class Number(Text):
    """A decimal number exactly as typed."""

    def get(self) -> Decimal | None:
        return read_number(self.text())


class Password(Text):
    """Dots."""

    def __init__(self, hint: str = "") -> None:
        super().__init__(hint)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setProperty("scans", True)  # a password typed fast is no code, and is never said aloud
        self.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText)

    def get(self) -> str:
        return self.text()


class Lines(QPlainTextEdit):
    """Several lines, as typed."""

    changed = Signal()
    left = Signal()

    def __init__(self, hint: str = "", lines: int = 3) -> None:
        super().__init__()
        self.setPlaceholderText(hint)
        self.setTabChangesFocus(True)
        self.setFont(theme.font("body"))
        self.setFixedHeight(20 * lines + 12)
        self.textChanged.connect(self.changed)

    def get(self) -> str:
        """Return the answer."""
        return self.toPlainText().strip()

    def put(self, value: Any) -> None:
        """Show *value* without telling that it changed."""
        blocked = self.blockSignals(True)
        self.setPlainText("" if value is None else str(value))
        self.blockSignals(blocked)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class Day(Text):
    """A day typed as 2026-11-23; a calendar opens from the button inside or with Alt+Down."""

    def __init__(self, hint: str = "") -> None:
        super().__init__(hint or "2026-11-23")
        self._open = icon_button("calendar", _("Calendar"), self.show_calendar)
        self._open.setParent(self)
        self._open.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._open.setFixedSize(26, 26)
        self.setTextMargins(0, 0, 24, 0)

    def get(self) -> date | None:
        return read_day(self.text())

    def put(self, value: Any) -> None:
        self.setText(value.isoformat() if isinstance(value, date) else str(value or ""))

    def show_calendar(self) -> None:
        """Open the calendar below the field, at the day that is typed."""
        popup = QWidget(self, Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = QCalendarWidget(popup)
        shown.setLocale(QLocale(i18n.language()))
        shown.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        shown.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        try:
            if day := self.get():
                shown.setSelectedDate(QDate(day.year, day.month, day.day))
        except Unreadable:
            pass
        box = QVBoxLayout(popup)
        box.setContentsMargins(1, 1, 1, 1)
        box.addWidget(shown)
        shown.clicked.connect(lambda day: self._choose(day, popup))
        shown.activated.connect(lambda day: self._choose(day, popup))
        popup.move(self.mapToGlobal(self.rect().bottomLeft()))
        popup.show()
        shown.setFocus()

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.show_calendar()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._open.move(self.width() - 28, (self.height() - 26) // 2)

    def _choose(self, day: QDate, popup: QWidget) -> None:
        popup.close()
        self.setText(day.toString(Qt.DateFormat.ISODate))
        self.setFocus()
        self.changed.emit()
        self.left.emit()


class _Box(QComboBox):
    """A drop-down with a painted arrow that the wheel does not turn by accident."""

    changed = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFont(theme.font("body"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.view().setProperty("popup", True)
        self.setMaxVisibleItems(16)
        self.activated.connect(lambda _place: (self.changed.emit(), self.left.emit()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        token = "text2" if self.isEnabled() else "disabled"
        pixmap = theme.pixmap("chevron-down", token, 16, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(self.width() - 24, self.height() / 2 - 8), pixmap)
        painter.end()


class Choice(_Box):
    """One of several, shown by words, kept by value; nothing chosen is None."""

    def __init__(self, options: Options, optional: bool = False) -> None:
        super().__init__()
        self._options, self._optional = options, optional
        self.refill()

    def refill(self) -> None:
        """Read the options anew and keep what was chosen."""
        chosen = self.get()
        self.clear()
        if self._optional:
            self.addItem("", None)
        for value, words in _read(self._options).items():
            self.addItem(_(words), value)
        self.setCurrentIndex(self._place(chosen))

    def get(self) -> Any:
        """Return the chosen value."""
        return self.currentData()

    def put(self, value: Any) -> None:
        """Choose *value*; one that is not offered leaves nothing chosen."""
        self.setCurrentIndex(self._place(value))

    def _place(self, value: Any) -> int:
        if value is None:
            return 0 if self._optional and self.count() else -1
        return next((place for place in range(self.count()) if self.itemData(place) == value), -1)


class Open(_Box):
    """A choice in which other words can be typed; completes from anywhere in the words."""

    def __init__(self, options: Options, hint: str = "") -> None:
        super().__init__()
        self._options = options
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.lineEdit().setPlaceholderText(hint)
        self.lineEdit().setFont(theme.font("body"))
        self.lineEdit().textEdited.connect(lambda _text: self.changed.emit())
        self.lineEdit().editingFinished.connect(self.left)
        self.refill()

    def refill(self) -> None:
        """Read the options anew and keep what was typed."""
        typed = self.currentText()
        self.clear()
        for value, words in _read(self._options).items():
            self.addItem(_(words), value)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.popup().setProperty("popup", True)
        self.setCompleter(completer)
        self.setEditText(typed)

    def get(self) -> Any:
        """Return the value of the chosen words, or the words as typed."""
        typed = self.currentText().strip()
        place = self.findText(typed, Qt.MatchFlag.MatchExactly)
        return self.itemData(place) if typed and place >= 0 else typed

    def put(self, value: Any) -> None:
        """Show the words of *value*, or *value* itself."""
        place = next((place for place in range(self.count()) if self.itemData(place) == value), -1)
        self.setCurrentIndex(place)
        self.setEditText(self.itemText(place) if place >= 0 else str(value or ""))


class Tick(QAbstractButton):
    """Yes or no, with its words at the right."""

    changed = Signal()
    left = Signal()

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words
        self.setCheckable(True)
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(lambda: (self.changed.emit(), self.left.emit()))
        theme.changed.connect(self.updateGeometry)

    def get(self) -> bool:
        """Return whether it is ticked."""
        return self.isChecked()

    def put(self, value: Any) -> None:
        """Tick it or not."""
        self.setChecked(bool(value))

    def sizeHint(self) -> QSize:
        return QSize(round(theme.width(self.words)) + 28, 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        from PySide6.QtCore import QRectF
        from PySide6.QtGui import QPen

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(1, self.height() / 2 - 8, 16, 16)
        on = self.isChecked()
        painter.setBrush(theme.colour("accent" if on and self.isEnabled() else "surface" if self.isEnabled() else "sunken"))
        painter.setPen(QPen(theme.colour("focus" if self.hasFocus() else "accent" if on else "field"), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(box, 4, 4)
        if on:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("on_accent"), 1.8, c=Qt.PenCapStyle.RoundCap))
            painter.drawPolyline([QPointF(box.left() + x * 16, box.top() + y * 16) for x, y in paint.TICK])
        painter.setPen(theme.colour("text" if self.isEnabled() else "disabled"))
        painter.setFont(theme.font("body"))
        painter.drawText(QRectF(26, 0, self.width() - 26, self.height()), int(paint.LEFT), self.words)
        painter.end()


class Several(QWidget):
    """Any number of several: ticks in columns; the answer is a frozen set of values."""

    changed = Signal()
    left = Signal()

    def __init__(self, options: Options, columns: int = 2) -> None:
        super().__init__()
        self._ticks: dict[Any, Tick] = {}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(0)
        for place, (value, words) in enumerate(_read(options).items()):
            self._ticks[value] = tick = Tick(_(words))
            tick.changed.connect(self.changed)
            tick.left.connect(self.left)
            layout.addWidget(tick, place // columns, place % columns)

    def get(self) -> frozenset[Any]:
        """Return what is ticked."""
        return frozenset(value for value, tick in self._ticks.items() if tick.isChecked())

    def put(self, value: Any) -> None:
        """Tick what is in *value*."""
        for each, tick in self._ticks.items():
            tick.setChecked(each in (value or ()))


def read_number(typed: str) -> Decimal | None:
    """Return the number with the digits as typed; raises Unreadable for what a laboratory would not write."""
    text = unicodedata.normalize("NFKC", typed).strip().replace("−", "-").replace("。", ".")
    if not text:
        return None
    if "," in text:
        raise Unreadable(_("Write the number without a comma: 1000 or 0.5."))
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unreadable(_("“{typed}” is not a number.").format(typed=typed.strip())) from None
    if not number.is_finite() or "_" in text:
        raise Unreadable(_("“{typed}” is not a number.").format(typed=typed.strip()))
    return number


def read_day(typed: str) -> date | None:
    """Return the day; hyphens, slashes, points, 年月日 and eight bare digits are understood, the year is never guessed."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return None
    for sign in "/.年月":
        text = text.replace(sign, "-")
    text = text.replace("日", "").replace(" ", "")
    parts = [text[:4], text[4:6], text[6:]] if len(text) == 8 and text.isdigit() else text.split("-")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts) or len(parts[0]) != 4:
        raise Unreadable(_("Write the day as 2026-11-23."))
    year, month, day = (int(part) for part in parts)
    if not 1 <= month <= 12:
        raise Unreadable(_("There are 12 months, not {month}.").format(month=month))
    if year < 1:
        raise Unreadable(_("Write the day as 2026-11-23."))
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise Unreadable(_("{year}-{month:02} has no day {day}.").format(year=year, month=month, day=day))
    return date(year, month, day)


def _read(options: Options | Sequence[str]) -> Mapping[Any, str]:
    if callable(options):
        options = options()
    return options if isinstance(options, Mapping) else {each: each for each in options}
