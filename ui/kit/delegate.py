"""How a cell of a table is painted and typed into; one delegate serves every table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QAbstractItemModel, QCoreApplication, QEvent, QItemSelection, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QCompleter, QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QToolTip, QWidget

from lims.i18n import _
from ui.kit import cell as cells
from ui.kit import paint
from ui.kit.label import plain
from ui.theme import theme

if TYPE_CHECKING:
    from ui.kit.table import Table

Index = QModelIndex | QPersistentModelIndex


class Delegate(QStyledItemDelegate):
    """Paints grounds, lines and the frozen cell; opens an editor that leaves as Excel's does."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        table, place, column = self._table, index.row(), index.column()
        row = table.row_at(index)
        rect = QRectF(option.rect)
        if row is None:
            self._section(painter, rect, table.rows_model.rows[place] if column == 0 else None)
            return
        selection = table.selectionModel()
        current = table.currentIndex()
        chosen = selection.isSelected(index)
        block = table.grid and chosen and _is_block(selection.selection())
        painter.fillRect(option.rect, theme.colour(self._ground(place, row, chosen, block, current.row() == place)))
        inner = rect.adjusted(table.margin if column == 0 else 0, 0, -1 if table.grid else 0, -1)
        cells.draw(painter, table.rows_model.cell(place, column), inner, table.columns[column].align)
        self._lines(painter, rect, column)
        if block:
            self._edges(painter, rect, index)
        if table.grid and current == index:
            width = 2 if table.hasFocus() or table.state() == QAbstractItemView.State.EditingState else 1
            paint.outline(painter, "focus", rect.adjusted(0, 0, -1, -1), 3 if theme.contrast else width)
        elif theme.contrast and current.row() == place and not table.grid and column == 0:
            painter.fillRect(QRectF(rect.left(), rect.top(), 4, rect.height()), theme.colour("focus"))

    def _ground(self, place: int, row: Any, chosen: bool, block: bool, current: bool) -> str:
        table = self._table
        if block:
            return "accent_soft"
        if chosen if not table.grid else current:
            return "selected"
        if table.hover == place and not table.grid:
            return "hover"
        return table.look(row) or "surface"

    def _lines(self, painter: QPainter, rect: QRectF, column: int) -> None:
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(QPointF(rect.left(), rect.bottom() - 0.5), QPointF(rect.right(), rect.bottom() - 0.5))
        if self._table.grid:
            painter.setPen(QPen(theme.colour("line2" if self._table.ends_group(column) else "line"), 1))
            painter.drawLine(QPointF(rect.right() - 0.5, rect.top()), QPointF(rect.right() - 0.5, rect.bottom()))

    def _edges(self, painter: QPainter, rect: QRectF, index: Index) -> None:
        """Draw the outer line of a selected block where this cell touches it."""
        chosen = self._table.selectionModel().isSelected
        painter.setPen(QPen(theme.colour("focus"), 1))
        right, bottom = rect.right() - 0.5, rect.bottom() - 0.5
        sides = (
            ((-1, 0), QPointF(rect.left(), rect.top() + 0.5), QPointF(right, rect.top() + 0.5)),
            ((1, 0), QPointF(rect.left(), bottom), QPointF(right, bottom)),
            ((0, -1), QPointF(rect.left() + 0.5, rect.top()), QPointF(rect.left() + 0.5, bottom)),
            ((0, 1), QPointF(right, rect.top()), QPointF(right, bottom)),
        )
        for (down, across), start, end in sides:
            if not chosen(index.sibling(index.row() + down, index.column() + across)):
                painter.drawLine(start, end)

    def _section(self, painter: QPainter, rect: QRectF, section: Any) -> None:
        """Paint a heading; its words stand in the first column, which spans the others."""
        painter.fillRect(rect, theme.colour("sunken"))
        if section is None:
            return
        inner = rect.adjusted(8 + self._table.margin, 0, -8, -1)
        painter.setFont(theme.font("note", 500))
        painter.setPen(theme.colour("text2"))
        words = _(section.title)
        painter.drawText(inner, int(paint.LEFT), words)
        if section.count is not None:
            painter.setFont(theme.font("note"))
            painter.setPen(theme.colour("text3"))
            painter.drawText(inner.adjusted(theme.width(words, "note", 500) + 8, 0, 0, 0), int(paint.LEFT), str(section.count))

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        if not index.isValid() or self._table.row_at(index) is None:
            return False
        cell = self._table.rows_model.cell(index.row(), index.column())
        cut = cells.wanted_width(cell) > option.rect.width() - 2 * cells.PAD
        QToolTip.showText(event.globalPos(), plain(cell.error or cell.tip or (cell.words() if cut else "")), view)
        return True

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        row, column = self._table.row_at(index), self._table.columns[index.column()]
        editor = CellEditor(parent)
        editor.setAlignment(paint.ALIGN[column.align])
        editor.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        if offered := column.offers(row):
            completer = QCompleter(list(offered), editor)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.popup().setProperty("popup", True)
            editor.setCompleter(completer)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        cast(QLineEdit, editor).setText(str(index.data(Qt.ItemDataRole.EditRole) or ""))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        from ui.kit import grid

        typed = cast(QLineEdit, editor).text()
        if typed != str(index.data(Qt.ItemDataRole.EditRole) or ""):
            grid.send(self._table, [(index.row(), index.column(), typed)])

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(0, 0, -1, -1))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes down, Tab right, Shift back; arrows leave a value that was begun by typing."""
        if event.type() == QEvent.Type.KeyPress and isinstance(watched, CellEditor):
            way = watched.way_out(cast(QKeyEvent, event))
            if way:
                from ui.kit import grid

                self.commitData.emit(watched)
                self.closeEditor.emit(watched, QAbstractItemDelegate.EndEditHint.NoHint)
                grid.move(self._table, *way)
                return True
        return super().eventFilter(watched, event)


def _is_block(selection: QItemSelection) -> bool:
    """Return whether more than one cell is selected, without listing them."""
    return selection.count() > 1 or any(area.width() * area.height() > 1 for area in selection)


class CellEditor(QLineEdit):
    """A line to type in, as large as its cell, on plain ground."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFont(theme.font("body"))
        self.setStyleSheet(
            f"QLineEdit {{ border: 2px solid {theme.hex('focus')}; border-radius: 0; padding: 0 5px; min-height: 0; max-height: 999px;"
            f" background: {theme.hex('surface')}; }}"
        )

    def way_out(self, event: QKeyEvent) -> tuple[int, int] | None:
        """Return where a key leads out of the cell, as rows down and columns right, or None."""
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        offers = self._offers()
        if offers and offers.currentIndex().isValid():
            return None  # the key takes what is offered
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                return (-1, 0) if back else (1, 0)
            case Qt.Key.Key_Tab:
                return (0, 1)
            case Qt.Key.Key_Backtab:
                return (0, -1)
            case Qt.Key.Key_Up if not offers:
                return (-1, 0)
            case Qt.Key.Key_Down if not offers:
                return (1, 0)
        return None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A list of offers gets the keys first and hands on what it does not want, past the delegate: that leads out all the same."""
        offers = self._offers()
        if offers and self.way_out(event):
            offers.hide()
            QCoreApplication.postEvent(self, event.clone())
        else:
            super().keyPressEvent(event)

    def _offers(self) -> QAbstractItemView | None:
        """Return the list of what is offered while it is in sight."""
        completer = self.completer()
        return completer.popup() if completer and completer.popup().isVisible() else None
