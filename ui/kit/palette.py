"""The palette (Ctrl+K): things by number or name, commands with their refusals, places; one list, chosen by Enter."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QGraphicsDropShadowEffect, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from lims.i18n import N_, _
from ui.kit import paint
from ui.kit.cell import Cell
from ui.kit.empty import Picture
from ui.kit.label import Rule, ground
from ui.kit.table import Column, Section, Table
from ui.theme import theme

ROW, MOST = 36, 11
PAUSE = 150
"""Milliseconds without typing before the store is asked."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette."""

    group: str
    title: str
    run: Callable[[], Any] = field(compare=False)
    note: str = ""
    icon: str = ""
    keys: str = ""
    refusal: str = ""

    def matches(self, words: Sequence[str]) -> bool:
        """Return whether every typed word occurs in what the line says."""
        text = f"{self.title} {self.note} {self.keys}".casefold()
        return all(word in text for word in words)

    @property
    def key(self) -> Hashable:
        """What tells this line from the others."""
        return self.group, self.title, self.note


class Palette(QWidget):
    """A field and a list over the window; Esc or a click beside it puts it away."""

    wanted = Signal(str)
    """Typed words to look up in the store."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        ground(self, "raised")
        self._entries: list[Entry] = []
        self._found: list[Entry] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 8)
        column.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(16, 0, 16, 0)
        line.setSpacing(12)
        self.field = QLineEdit()
        self.field.setProperty("bare", True)
        self.field.setProperty("scans", True)
        self.field.setFixedHeight(46)
        self.field.setPlaceholderText(_("Number, name or command"))
        self.field.setAccessibleName(_("Search"))
        self.field.installEventFilter(self)
        line.addWidget(Picture("search", "text2"))
        line.addWidget(self.field)
        column.addLayout(line)
        column.addWidget(Rule())
        self.list = Table(
            [Column("", lambda entry: entry, _cell, stretch=True)],
            key=lambda entry: entry.key,
            words=N_("Found"),
            row_height=ROW,
            head=False,
            margin=4,
            many=False,
        )
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(lambda index: self._run(self.list.row_at(index)))
        column.addWidget(self.list)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(lambda: self.wanted.emit(self.field.text().strip()))
        self.field.textChanged.connect(self._typed)
        self.hide()

    def open(self, entries: Iterable[Entry], typed: str = "") -> None:
        """Show the palette with *entries*, over the top of the window."""
        self._entries, self._found = list(entries), []
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(0, 6)
        shadow.setColor(QColor(0, 0, 0, 90))
        self.setGraphicsEffect(shadow)
        self.field.setText(typed)
        self._fill()
        self.show()
        self.raise_()
        self.field.setFocus()

    def found(self, entries: Iterable[Entry]) -> None:
        """Put what the store has found before the rest."""
        self._found = list(entries)
        self._fill()

    def shown(self) -> list[Entry]:
        """Return the lines that stand in the list."""
        return self.list.rows()

    def place(self) -> None:
        """Stand 96 px below the window's top, in the middle."""
        room = self.parentWidget()
        width = min(theme.size("palette"), room.width() - 48)
        count = sum(theme.size("head") if isinstance(row, Section) else ROW for row in self.list.rows_model.rows)
        height = 46 + 10 + max(min(count, ROW * MOST), ROW)
        self.setGeometry((room.width() - width) // 2, theme.size("palette_top"), width, min(height, room.height() - theme.size("palette_top") - 24))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}.get(Qt.Key(event.key()))
            if step:
                self._move(step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.current())
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
        if event.type() == QEvent.Type.FocusOut:
            QTimer.singleShot(0, self, self._maybe_hide)
        return super().eventFilter(watched, event)

    def _typed(self) -> None:
        self._found = []
        self._fill()
        if self.field.text().strip():
            self._pause.start()

    def _fill(self) -> None:
        words = self.field.text().casefold().split()
        rows: list[Entry | Section] = []
        for entry in [*self._found, *(entry for entry in self._entries if entry.matches(words))]:
            if not any(isinstance(row, Section) and row.title == entry.group for row in rows):
                rows.append(Section(entry.group))
            rows.append(entry)
        self.list.put(rows)
        if entries := self.list.rows():
            self.list.scrollToTop()
            called = next((entry for entry in entries if entry.title.casefold().split() == words), entries[0])  # what is called just so, before what begins so
            self.list.select(called.key)
        self.place()

    def _move(self, step: int) -> None:
        entries = self.list.rows()
        if entries:
            now = entries.index(self.list.current()) if self.list.current() in entries else 0
            self.list.select(entries[max(0, min(now + step, len(entries) - 1))].key)

    def _run(self, entry: Entry | None) -> None:
        if entry is not None and not entry.refusal:
            self.hide()
            entry.run()

    def _maybe_hide(self) -> None:
        if not self.field.hasFocus():
            self.hide()


def _cell(entry: Entry) -> Cell:
    note = entry.refusal or entry.note
    right = Cell(paint.keys_words(entry.keys), "text3", role="note") if entry.keys else None
    ink = "disabled" if entry.refusal else "text"
    return Cell(entry.title, ink, icon=entry.icon, after=Cell(note, "text2", role="note") if note else None, right=right, tip=note)
