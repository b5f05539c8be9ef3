"""The first columns of a wide grid stay in sight: a second view over the same rows lies on the table while it is scrolled sideways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from ui.kit.delegate import Delegate
from ui.kit.header import Header
from ui.theme import theme

if TYPE_CHECKING:
    from ui.kit.table import Table


class Frozen(QTableView):
    """The table's first columns; selection, cursor and scroll are the table's own."""

    def __init__(self, table: Table, columns: int) -> None:
        super().__init__(table)
        self._table, self.count = table, columns
        self.setModel(table.rows_model)
        self.setSelectionModel(table.selectionModel())
        self.setItemDelegate(Delegate(table))
        self.setHorizontalHeader(Header(table, table.columns))
        self.horizontalHeader().setVisible(not table.horizontalHeader().isHidden())
        side = self.verticalHeader()
        side.setVisible(False)
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setMinimumSectionSize(20)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(table.selectionMode())
        self.setSelectionBehavior(table.selectionBehavior())
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for column in range(len(table.columns)):
            self.setColumnHidden(column, column >= columns)
        table.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalScrollBar().valueChanged.connect(table.verticalScrollBar().setValue)
        table.horizontalScrollBar().valueChanged.connect(self.place)
        self.doubleClicked.connect(table.edit)
        self.hide()

    def width_wanted(self) -> int:
        """Return how wide the columns that stay are."""
        return sum(self._table.columnWidth(column) for column in range(self.count))

    def place(self) -> None:
        """Lie over the table's left edge while it is scrolled, and be gone otherwise."""
        table = self._table
        scrolled = table.horizontalScrollBar().value() > 0
        if scrolled:
            for column in range(self.count):
                self.setColumnWidth(column, table.columnWidth(column))
            self.verticalHeader().setDefaultSectionSize(table.verticalHeader().defaultSectionSize())
            for place in range(len(table.rows_model.rows)):
                if table.rowHeight(place) != table.verticalHeader().defaultSectionSize():
                    self.setRowHeight(place, table.rowHeight(place))
            area = table.viewport().geometry()
            top = 0 if table.horizontalHeader().isHidden() else table.horizontalHeader().height()
            self.setGeometry(area.left(), area.top() - top, self.width_wanted() + 1, area.height() + top)
            self.verticalScrollBar().setValue(table.verticalScrollBar().value())
        self.setVisible(scrolled)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().width() - 1, 0, 1, self.viewport().height(), theme.colour("line2"))
        painter.end()
