"""Excel's keys in a grid: moving, copying blocks, pasting, filling, clearing, undoing; every change leaves as a list of Edit."""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

from lims.i18n import _

if TYPE_CHECKING:
    from ui.kit.table import Column, Table

Key, Modifier, Standard = Qt.Key, Qt.KeyboardModifier, QKeySequence.StandardKey
Typed = tuple[int, int, str]
"""Row, column, text."""

ARROWS = {Key.Key_Up: (-1, 0), Key.Key_Down: (1, 0), Key.Key_Left: (0, -1), Key.Key_Right: (0, 1)}


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell as a person wants it: exactly what was typed."""

    row: Any
    """The row as it stands; None below the last row of a table that grows."""
    column: Column[Any]
    text: str
    place: int
    """Position in the table, from 0."""

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name or self.column.title


Memory = tuple[Hashable, int, int, str, str]
"""Key of the row, its place, column, text before, text after."""


@dataclass(slots=True)
class Past:
    """What was edited, for undo and redo; forgotten when the work is handed in."""

    done: list[list[Memory]] = field(default_factory=list)
    undone: list[list[Memory]] = field(default_factory=list)

    def forget(self) -> None:
        """Begin anew."""
        self.done.clear()
        self.undone.clear()


def key(table: Table, event: QKeyEvent) -> bool:
    """Answer a key of a grid; return whether it was one."""
    back = bool(event.modifiers() & Modifier.ShiftModifier)
    control = bool(event.modifiers() & Modifier.ControlModifier)
    for standard, answer in STANDARD.items():
        if event.matches(standard):
            answer(table)
            return True
    match event.key():
        case Key.Key_Tab | Key.Key_Backtab if control:
            table.leave(not back)
        case Key.Key_Return | Key.Key_Enter if not control:
            move(table, -1 if back else 1, 0)
        case Key.Key_Tab | Key.Key_Backtab:
            move(table, 0, -1 if back or event.key() == Key.Key_Backtab else 1)
        case Key.Key_Delete | Key.Key_Backspace:
            clear(table)
        case Key.Key_D if control:
            fill(table, down=True)
        case Key.Key_R if control:
            fill(table, down=False)
        case arrow if control and arrow in ARROWS:
            to_edge(table, *ARROWS[arrow], extend=back)
        case _:
            return False
    return True


def is_typing(event: QKeyEvent) -> bool:
    """Return whether a key begins to write into a cell."""
    command = event.modifiers() & (Modifier.ControlModifier | Modifier.AltModifier | Modifier.MetaModifier)
    return event.key() == Key.Key_F2 or bool(event.text() and event.text().isprintable() and not command)


def move(table: Table, down: int, right: int) -> None:
    """Go on by one cell; inside a selected block stay in it, column by column or row by row."""
    at = table.currentIndex()
    if not at.isValid():
        return
    block = _block(table)
    if block and (block[1] > block[0] or block[3] > block[2]):
        place, column = _next_in(block, at.row(), at.column(), down, right)
        table.selectionModel().setCurrentIndex(table.rows_model.index(place, column), QItemSelectionModel.SelectionFlag.NoUpdate)
        return
    place, column = at.row() + down, at.column() + right
    while 0 <= place < len(table.rows_model.rows) and table.row_at(table.rows_model.index(place, 0)) is None:
        place += down or 1
    target = table.rows_model.index(place, column)
    if target.isValid():
        table.setCurrentIndex(target)


def to_edge(table: Table, down: int, right: int, extend: bool) -> None:
    """Go to the edge of the block of filled cells, as Excel does."""
    model, at = table.rows_model, table.currentIndex()
    if not at.isValid():
        return
    place, column = at.row(), at.column()

    def filled(row: int, col: int) -> bool:
        return 0 <= row < len(model.rows) and 0 <= col < len(model.columns) and bool(model.cell(row, col).words())

    inside = filled(place, column) and filled(place + down, column + right)
    while 0 <= place + down < len(model.rows) and 0 <= column + right < len(model.columns):
        if inside and not filled(place + down, column + right):
            break
        place, column = place + down, column + right
        if not inside and filled(place, column):
            break
    flag = QItemSelectionModel.SelectionFlag
    if extend:
        table.selectionModel().setCurrentIndex(model.index(place, column), flag.SelectCurrent)
    else:
        table.setCurrentIndex(model.index(place, column))


def copied(table: Table) -> str:
    """Return the selected block as Excel writes it: tabs between cells, a line for each row, quotes where needed."""
    block = _block(table)
    if not block:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    for place in range(block[0], block[1] + 1):
        row = table.row_at(table.rows_model.index(place, 0))
        if row is not None:
            writer.writerow([table.columns[column].text(row) for column in range(block[2], block[3] + 1)])
    return out.getvalue()


def copy(table: Table) -> None:
    """Take the selected block into the clipboard."""
    QGuiApplication.clipboard().setText(copied(table))


def cut(table: Table) -> None:
    """Copy, then clear."""
    copy(table)
    clear(table)


def paste(table: Table) -> None:
    """Take the clipboard's block from the cursor on; one value fills the whole selection."""
    lines = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text()), delimiter="\t"))
    block = _block(table)
    if not lines or not block:
        return
    if len(lines) == 1 and len(lines[0]) == 1:
        send(table, [(place, column, lines[0][0]) for place, column in _cells(block)])
        return
    send(table, [(block[0] + down, block[2] + right, text) for down, line in enumerate(lines) for right, text in enumerate(line)])


def fill(table: Table, *, down: bool) -> None:
    """Repeat the first row or column of the selection through it."""
    block = _block(table)
    if not block:
        return
    top, bottom, left, right = block
    if down and top == bottom:
        top -= 1  # as Excel: with one row selected the cell above is taken
    if not down and left == right:
        left -= 1
    typed: list[Typed] = []
    for place in range(max(top, 0), bottom + 1):
        for column in range(max(left, 0), right + 1):
            source = table.row_at(table.rows_model.index(top if down else place, 0))
            if (place > top if down else column > left) and source is not None:
                typed.append((place, column, table.columns[column if down else left].text(source)))
    send(table, typed)


def clear(table: Table) -> None:
    """Empty the selected cells that can be typed into."""
    if block := _block(table):
        send(table, [(place, column, "") for place, column in _cells(block)], quiet=True)


def send(table: Table, typed: Iterable[Typed], quiet: bool = False) -> None:
    """Hand the wanted cells over as one list of edits, remember them for undo, and say what did not fit."""
    edits, memory, lost = [], [], 0
    for place, column, text in typed:
        inside = 0 <= column < len(table.columns)
        row = table.row_at(table.rows_model.index(place, 0)) if inside else None
        new = inside and row is None and table.grows and place >= len(table.rows_model.rows)
        declared = table.columns[column] if inside else None
        if declared is None or not (new or (row is not None and declared.can_edit(row))):
            lost += bool(text.strip())
            continue
        before = declared.text(row) if row is not None else ""
        if before != text:
            edits.append(Edit(row, declared, text, place))
            memory.append((table.rows_model.key(row) if row is not None else None, place, column, before, text))
    if edits and table.edit_many:
        table.past.done.append(memory)
        table.past.undone.clear()
        table.edit_many(edits)
    if lost and not quiet:
        table.said.emit(_("{count} values were left out: they fall on cells that cannot be typed into.").format(count=lost))


def step(table: Table, *, back: bool) -> None:
    """Undo or redo one step: every cell of it gets the text it had before, or after."""
    source, other = (table.past.done, table.past.undone) if back else (table.past.undone, table.past.done)
    if not source or not table.edit_many:
        return
    memory = source.pop()
    other.append(memory)
    edits = []
    for row_key, place, column, before, after in memory:
        found = table.place_of(row_key) if row_key is not None else place
        row = table.row_at(table.rows_model.index(found, 0)) if found is not None else None
        if found is not None and (row is not None or table.grows):
            edits.append(Edit(row, table.columns[column], before if back else after, found))
    if edits:
        table.edit_many(edits)


def _block(table: Table) -> tuple[int, int, int, int] | None:
    """Return the rectangle around the selection, or the cursor's cell: top, bottom, left, right."""
    areas = list(table.selectionModel().selection())
    at = table.currentIndex()
    if not areas:
        return (at.row(), at.row(), at.column(), at.column()) if at.isValid() else None
    return (
        min(area.top() for area in areas),
        max(area.bottom() for area in areas),
        min(area.left() for area in areas),
        max(area.right() for area in areas),
    )


def _cells(block: tuple[int, int, int, int]) -> Iterable[tuple[int, int]]:
    return ((place, column) for place in range(block[0], block[1] + 1) for column in range(block[2], block[3] + 1))


def _next_in(block: tuple[int, int, int, int], place: int, column: int, down: int, right: int) -> tuple[int, int]:
    """Return the next cell of a block: down its columns, or along its rows, and round again at the end."""
    top, bottom, left, end = block
    high, wide = bottom - top + 1, end - left + 1
    if down:
        at = ((column - left) * high + (place - top) + down) % (high * wide)
        return top + at % high, left + at // high
    at = ((place - top) * wide + (column - left) + right) % (high * wide)
    return top + at // wide, left + at % wide


STANDARD = {
    Standard.Copy: copy,
    Standard.Cut: cut,
    Standard.Paste: paste,
    Standard.Undo: lambda table: table.undo(),
    Standard.Redo: lambda table: table.redo(),
}
