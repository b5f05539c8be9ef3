"""One table for every list and grid: columns declared over frozen rows, painted by one delegate.

    table = Table(COLUMNS, key=lambda row: row.id, name=lambda row: row.number, words=N_("Samples"), empty=Empty("inbox", N_("Nothing here")))
    table.put(rows)                 # keeps selection, place and scroll by key; never jumps
    table.opened.connect(...)       # row: Enter or double click (lists)
    table.moved.connect(...)        # row or None: another row is current
    table.chosen.connect(...)       # list of selected rows
    table.current(), table.selected(), table.column(), table.select(key)

    Column(N_("Result"), lambda row: row, show=result_cell, width=78, align="right", name="result", editable=can_type, typed=lambda row: row.typed)

A grid (`kind="grid"`) has cell focus and Excel's keys; what is typed, pasted, cut, filled or undone arrives as one list of `Edit`
at `edit=`: the screen keeps it and puts the rows again. `Section` among the rows is a heading. `look=` gives a row's ground ("qc").
`frozen=2` keeps the first two columns in sight. Sorting belongs to the query: a column with `sort` emits
`sort_wanted(name, descending)`; `near_end` asks for the next page, which `add(rows)` appends. `offer(commands)` is the context menu.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QGuiApplication, QInputMethodEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTableView, QWidget

from lims.i18n import _
from ui.kit import grid
from ui.kit.cell import Cell, as_cell
from ui.kit.delegate import Delegate
from ui.kit.empty import Empty
from ui.kit.frozen import Frozen
from ui.kit.grid import Edit
from ui.kit.header import Group, Header
from ui.theme import theme

if TYPE_CHECKING:
    from ui.kit.command import Command

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its title, where its value lives, how it is shown."""

    title: str
    value: Callable[[Row], Any]
    show: Callable[[Any], Cell | str | None] = lambda value: "" if value is None else str(value)
    width: int = 120
    align: str = "left"
    stretch: bool = False
    """Takes the spare width; exactly one column of a table does."""
    name: str = ""
    """By which an Edit and a test know it; the title where empty."""
    editable: bool | Callable[[Row], bool] = False
    locked: Callable[[Row], str] = lambda _row: ""
    """Said to who types into a cell that takes no typing: what it comes from, or why not now."""
    typed: Callable[[Row], str] | None = None
    """What an editor begins with and a copy takes: as typed. The shown words where nothing is given."""
    choices: Sequence[str] | Callable[[Row], Sequence[str]] = ()
    """What an editor offers while typing; other words stay possible."""
    group: Group | None = None
    sort: str = ""
    """The query's name for sorting by this column; empty cannot be sorted."""
    tip: str = ""

    def cell(self, row: Row) -> Cell:
        """Return what this column shows of *row*."""
        return as_cell(self.show(self.value(row)))

    def text(self, row: Row) -> str:
        """Return what an editor begins with."""
        return self.typed(row) if self.typed else self.cell(row).words()

    def can_edit(self, row: Row) -> bool:
        """Return whether *row* can be typed into here."""
        return self.editable(row) if callable(self.editable) else self.editable

    def offers(self, row: Row) -> Sequence[str]:
        """Return what is offered while typing."""
        return self.choices(row) if callable(self.choices) else self.choices


@dataclass(frozen=True, slots=True)
class Section:
    """A heading between rows."""

    title: str
    count: int | None = None


class Rows(QAbstractTableModel):
    """Frozen rows for Qt's views, replaced whole."""

    def __init__(self, columns: Sequence[Column[Any]], key: Callable[[Any], Hashable], name: Callable[[Any], str], parent: QWidget) -> None:
        super().__init__(parent)
        self.columns, self.key, self.name = tuple(columns), key, name
        self.rows: list[Any] = []
        self._cells: dict[tuple[int, int], Cell] = {}

    def key_at(self, place: int) -> Hashable:
        """Return the key of a row, or of a heading by its title."""
        row = self.rows[place]
        return ("section", row.title) if isinstance(row, Section) else self.key(row)

    def put(self, rows: Sequence[Any]) -> bool:
        """Replace the rows; return whether the same things stand in the same order, so that nothing had to move."""
        before = [self.key_at(place) for place in range(len(self.rows))]
        old, self.rows = self.rows, list(rows)
        after = [self.key_at(place) for place in range(len(self.rows))]
        if before == after and before:
            self._cells.clear()
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.columns) - 1))
            return True
        self.rows = old
        self.beginResetModel()
        self.rows = list(rows)
        self._cells.clear()
        self.endResetModel()
        return False

    def add(self, rows: Sequence[Any]) -> None:
        """Append a page."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()

    def forget(self) -> None:
        """Work the cells out anew: theme or language has changed."""
        self._cells.clear()

    def cell(self, place: int, column: int) -> Cell:
        """Return what stands at a place."""
        at = place, column
        if at not in self._cells:
            if len(self._cells) > 20_000:
                self._cells.clear()
            row = self.rows[place]
            self._cells[at] = Cell(_(row.title)) if isinstance(row, Section) else self.columns[column].cell(row)
        return self._cells[at]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return _(self.columns[section].title)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.cell(index.row(), index.column()).words()
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(index.row(), index.column())
            case Qt.ItemDataRole.EditRole:
                row = self.rows[index.row()]
                return None if isinstance(row, Section) else self.columns[index.column()].text(row)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or index.row() >= len(self.rows):
            return Qt.ItemFlag.NoItemFlags
        row = self.rows[index.row()]
        if isinstance(row, Section):
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self.columns[index.column()].can_edit(row) else flags

    def _spoken(self, place: int, column: int) -> str:
        """Number, item, column, value, verdict: a cell's name for who cannot see it."""
        row, declared = self.rows[place], self.columns[column]
        if isinstance(row, Section):
            return _(row.title)
        cell = self.cell(place, column)
        parts = (self.name(row), _(declared.group.title) if declared.group else "", _(declared.title), cell.words(), cell.error)
        return ", ".join(part for part in parts if part)


class Table(QTableView):
    """A list or a grid over frozen rows."""

    opened = Signal(object)
    moved = Signal(object)
    chosen = Signal(object)
    sort_wanted = Signal(str, bool)
    near_end = Signal()
    said = Signal(str)
    """Something a person should know about what was pasted or typed."""

    def __init__(
        self,
        columns: Sequence[Column[Any]],
        *,
        key: Callable[[Any], Hashable],
        words: str,
        kind: str = "list",
        name: Callable[[Any], str] = lambda _row: "",
        look: Callable[[Any], str] = lambda _row: "",
        edit: Callable[[list[Edit]], None] | None = None,
        grows: bool = False,
        empty: Empty | None = None,
        row_height: int = 0,
        head: bool = True,
        margin: int | None = None,
        many: bool = True,
        frozen: int = 0,
    ) -> None:
        super().__init__()
        if kind not in {"list", "grid"}:
            raise ValueError(f"no table kind {kind}")
        self.grid, self.look, self.edit_many, self.grows = kind == "grid", look, edit, grows
        self.margin = margin if margin is not None else 0 if self.grid else 16
        self.columns = tuple(columns)
        self.sorted_by: tuple[str, bool] = ("", False)
        self.hover = -1
        self._stretch = next((place for place, column in enumerate(self.columns) if column.stretch), len(self.columns) - 1)
        self._group_ends = {place for place in range(len(columns)) if place + 1 == len(columns) or columns[place].group is not columns[place + 1].group}
        self._commands: Sequence[Command] = ()
        self._filled = False
        self._empty = empty
        self._frozen: Frozen | None = None
        self._row_height = row_height
        self.rows_model = Rows(self.columns, key, name, self)
        self.past = grid.Past()
        self.setAccessibleName(_(words))
        self._set_up(head, many)
        self.setModel(self.rows_model)
        self._after_model()
        self._frozen = Frozen(self, frozen) if frozen else None

    def put(self, rows: Iterable[Any]) -> None:
        """Show *rows*: the same things stay selected and current, and what was in view stays in view."""
        model, keys = self.rows_model, self._selected_keys()
        at = self.currentIndex()
        current = (model.key_at(at.row()), at.column(), at.row()) if at.isValid() and at.row() < len(model.rows) else None
        scroll = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        self._filled = True
        rows = list(rows)
        blocker = self.selectionModel().blockSignals(True)
        same = model.put(rows)
        if not same:
            self._span_sections()
            self._restore(keys, current)
            self.verticalScrollBar().setValue(scroll[0])
            self.horizontalScrollBar().setValue(scroll[1])
        self.selectionModel().blockSignals(blocker)
        self._show_empty()
        self._repaint()
        self.horizontalHeader().viewport().update()
        self.moved.emit(self.current())
        self.chosen.emit(self.selected())

    def add(self, rows: Iterable[Any]) -> None:
        """Append the next page."""
        self.rows_model.add(list(rows))
        self._span_sections()
        self._show_empty()

    def rows(self) -> list[Any]:
        """Return the rows without headings, in order."""
        return [row for row in self.rows_model.rows if not isinstance(row, Section)]

    def current(self) -> Any | None:
        """Return the row the cursor is on, or None."""
        return self.row_at(self.currentIndex())

    def column(self) -> Column[Any] | None:
        """Return the column the cursor is in, or None."""
        at = self.currentIndex()
        return self.columns[at.column()] if at.isValid() else None

    def selected(self) -> list[Any]:
        """Return the selected rows from top to bottom; in a grid the rows of the selected cells."""
        places = sorted({place for area in self.selectionModel().selection() for place in range(area.top(), area.bottom() + 1)})
        rows = (self.rows_model.rows[place] for place in places if place < len(self.rows_model.rows))
        return [row for row in rows if not isinstance(row, Section)]

    def select(self, key: Hashable, column: int | str = 0) -> bool:
        """Go to the row with *key*; return whether it is here."""
        place = self.place_of(key)
        if place is None:
            return False
        at = column if isinstance(column, int) else self.column_place(column)
        self._go_to(self.rows_model.index(place, at))
        return True

    def place_of(self, key: Hashable) -> int | None:
        """Return where the row with *key* stands."""
        return next((place for place in range(len(self.rows_model.rows)) if self.rows_model.key_at(place) == key), None)

    def column_place(self, name: str) -> int:
        """Return where a column stands, by its name or title; raises StopIteration for an unknown one."""
        return next(place for place, column in enumerate(self.columns) if name in (column.name, column.title))

    def row_at(self, index: Index) -> Any | None:
        """Return the row at *index*, or None on a heading or outside."""
        if not index.isValid() or index.row() >= len(self.rows_model.rows):
            return None
        row = self.rows_model.rows[index.row()]
        return None if isinstance(row, Section) else row

    def offer(self, commands: Sequence[Command]) -> None:
        """Set the commands of the context menu."""
        self._commands = tuple(commands)

    def paste(self) -> None:
        """Take the clipboard's block into the cells from the cursor on."""
        grid.paste(self)

    def fill_down(self) -> None:
        """Repeat the top cell of the selection downwards."""
        grid.fill(self, down=True)

    def undo(self) -> None:
        """Take the last edit back, a whole paste at once."""
        grid.step(self, back=True)

    def redo(self) -> None:
        """Make the last edit that was taken back again."""
        grid.step(self, back=False)

    def frozen_width(self) -> int:
        """Return how far from the left the columns reach that stay in sight."""
        return self._frozen.width_wanted() if self._frozen else 0

    def ends_group(self, column: int) -> bool:
        """Return whether a stronger line stands after this column."""
        return column in self._group_ends

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.grid and grid.key(self, event):
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            if (row := self.current()) is not None:
                self.opened.emit(row)
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(grid.copied(self))
        elif self.grid and grid.is_typing(event) and (words := self._locked()):
            self.said.emit(words)
        else:
            super().keyPressEvent(event)

    def _locked(self) -> str:
        row, column = self.current(), self.column()
        return "" if row is None or column is None or column.can_edit(row) else column.locked(row)

    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        super().scrollTo(index, hint)
        if self._frozen and self.horizontalScrollBar().value():
            hidden = self._frozen.width_wanted() - self.columnViewportPosition(index.column())
            if hidden > 0:
                self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - hidden)

    def edit(self, *args: Any) -> Any:
        if self._frozen and args[0].column() < self._frozen.count:
            self.horizontalScrollBar().setValue(0)  # an editor opens in this view, not in the one above it
        begun = super().edit(*args)
        if begun and len(args) > 1 and args[1] == QAbstractItemView.EditTrigger.EditKeyPressed and (editor := self.indexWidget(args[0])):
            editor.end(False)  # F2 goes on writing where the value ends
        return begun

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """An input method begins a cell; what it hands over at once, without composing, Qt would drop."""
        begun = self.indexWidget(self.currentIndex()) is not None
        super().inputMethodEvent(event)
        editor = self.indexWidget(self.currentIndex())
        if not begun and event.commitString() and isinstance(editor, QLineEdit):
            editor.insert(event.commitString())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Where the cursor is, a row is chosen: Qt alone would put it there without a sign."""
        super().focusInEvent(event)
        at = self.currentIndex()
        if at.isValid() and not self.grid and not self.selectionModel().hasSelection():
            self._go_to(at)

    def focusNextPrevChild(self, onward: bool) -> bool:
        """Tab stays in a grid; Qt asks this before the key reaches anything else."""
        if not self.grid:
            return super().focusNextPrevChild(onward)
        grid.move(self, 0, 1 if onward else -1)
        return True

    def leave(self, onward: bool) -> None:
        """Go to what stands after the table, or before it."""
        super().focusNextPrevChild(onward)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._commands and self.current() is not None:
            from ui.kit.command import menu

            menu(self._commands, self).popup(event.globalPos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover_at(event.position().toPoint())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover_at(QPoint(-1, -1))
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        if self._frozen:
            self._frozen.place()
        if self._empty:
            self._empty.setGeometry(self.viewport().geometry())

    def _set_up(self, head: bool, many: bool) -> None:
        header = Header(self, self.columns)
        self.setHorizontalHeader(header)
        header.setVisible(head)
        header.sectionClicked.connect(self._head_clicked)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        side = self.verticalHeader()
        side.setVisible(False)
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setMinimumSectionSize(20)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        one, several = QAbstractItemView.SelectionMode.SingleSelection, QAbstractItemView.SelectionMode.ExtendedSelection
        self.setSelectionMode(several if many else one)
        items, whole = QAbstractItemView.SelectionBehavior.SelectItems, QAbstractItemView.SelectionBehavior.SelectRows
        self.setSelectionBehavior(items if self.grid else whole)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.AnyKeyPressed | trigger.EditKeyPressed | trigger.DoubleClicked if self.grid else trigger.NoEditTriggers)
        self.setItemDelegate(Delegate(self))
        self.doubleClicked.connect(self._double_clicked)
        self.verticalScrollBar().valueChanged.connect(self._maybe_more)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self.horizontalHeader().viewport().update())
        theme.changed.connect(self._redress)
        self._set_row_height()

    def _after_model(self) -> None:
        for place, column in enumerate(self.columns):
            self.setColumnWidth(place, column.width + (self.margin if place == 0 else 0))
        self.selectionModel().currentChanged.connect(self._current_changed)
        self.selectionModel().selectionChanged.connect(lambda: self.chosen.emit(self.selected()))
        if self._empty:
            self._empty.setParent(self)
            self._empty.hide()

    def _repaint(self) -> None:
        self.viewport().update()
        if self._frozen:
            self._frozen.viewport().update()

    def _set_row_height(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._row_height or theme.size("grid_row" if self.grid else "list_row"))

    def _redress(self) -> None:
        self.rows_model.forget()
        self._set_row_height()
        self._repaint()

    def _fit(self) -> None:
        """Give the spare width to the one column that wants it."""
        others = sum(self.columnWidth(place) for place in range(len(self.columns)) if place != self._stretch)
        least = self.columns[self._stretch].width + (self.margin if self._stretch == 0 else 0)
        if self.columns[self._stretch].stretch:
            self.setColumnWidth(self._stretch, max(least, self.viewport().width() - others))

    def _go_to(self, index: Index) -> None:
        """Choose the cell, or its row, alone: Qt would add to what is chosen when somebody happens to hold Ctrl or Shift."""
        flag = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect if self.grid else flag.ClearAndSelect | flag.Rows)

    def _selected_keys(self) -> set[tuple[Hashable, int]]:
        areas = self.selectionModel().selection()
        return {
            (self.rows_model.key_at(place), column)
            for area in areas
            for place in range(area.top(), min(area.bottom() + 1, len(self.rows_model.rows)))
            for column in (range(area.left(), area.right() + 1) if self.grid else (0,))
        }

    def _restore(self, keys: set[tuple[Hashable, int]], current: tuple[Hashable, int, int] | None) -> None:
        model, selection = self.rows_model, QItemSelection()
        if not model.rows:
            return
        wanted: dict[Hashable, list[int]] = {}
        for key, column in keys:
            wanted.setdefault(key, []).append(column)
        if current:
            place = self.place_of(current[0])
            if place is None:  # it is gone: its place is taken by what followed
                place = min(current[2], len(model.rows) - 1)
                while place > 0 and isinstance(model.rows[place], Section):
                    place -= 1
                wanted.setdefault(model.key_at(place), [current[1]])
            self.selectionModel().setCurrentIndex(model.index(place, current[1]), QItemSelectionModel.SelectionFlag.NoUpdate)
        for place in range(len(model.rows)) if wanted else ():
            for column in wanted.get(model.key_at(place), ()):
                right = column if self.grid else len(self.columns) - 1
                selection.select(model.index(place, column if self.grid else 0), model.index(place, right))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _span_sections(self) -> None:
        self.clearSpans()
        for place, row in enumerate(self.rows_model.rows):
            if isinstance(row, Section):
                self.setRowHeight(place, theme.size("head"))
                if len(self.columns) > 1:  # Qt warns of a span of one
                    self.setSpan(place, 0, 1, len(self.columns))

    def _show_empty(self) -> None:
        if self._empty:
            self._empty.setGeometry(self.viewport().geometry())
            self._empty.setVisible(self._filled and not self.rows_model.rows)

    def _current_changed(self, now: QModelIndex, before: QModelIndex) -> None:
        self._repaint()
        if now.row() != before.row():
            self.horizontalHeader().viewport().update()
        self.moved.emit(self.row_at(now))

    def _double_clicked(self, index: QModelIndex) -> None:
        if not self.grid and (row := self.row_at(index)) is not None:
            self.opened.emit(row)

    def _head_clicked(self, section: int) -> None:
        if name := self.columns[section].sort:
            self.sorted_by = (name, self.sorted_by[0] == name and not self.sorted_by[1])
            self.horizontalHeader().viewport().update()
            self.sort_wanted.emit(*self.sorted_by)

    def _maybe_more(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if self.rows_model.rows and value >= bar.maximum() - 2 * bar.pageStep():
            self.near_end.emit()

    def _hover_at(self, point: QPoint) -> None:
        place = self.rowAt(point.y()) if point.x() >= 0 else -1
        if place != self.hover:
            self.hover = place
            self._repaint()


__all__ = ["Cell", "Column", "Edit", "Empty", "Group", "Rows", "Section", "Table"]
