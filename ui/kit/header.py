"""The head of a table: titles, groups over them, and at a group's right edge the limit of the current row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHeaderView

from lims.i18n import _
from ui.kit import paint
from ui.theme import theme

if TYPE_CHECKING:
    from ui.kit.table import Column, Table


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring columns under one name: an item, its unit, and what limit holds for a row."""

    title: str
    unit: str = ""
    limit: Callable[[Any], str] = lambda _row: ""


class Header(QHeaderView):
    """Paints titles from the columns' declarations; two storeys where any column has a group."""

    def __init__(self, table: Table, columns: tuple[Column[Any], ...]) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table, self._columns = table, columns
        self.grouped = any(column.group for column in columns)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(32)
        self.setFixedHeight(theme.size("head_groups" if self.grouped else "head"))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.size("head_groups" if self.grouped else "head"))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        column, grid = self._columns[section], self._table.grid
        painter.fillRect(rect, theme.colour("sunken" if grid else "surface"))
        painter.save()
        painter.setClipRect(rect)
        low = QRectF(rect)
        if column.group:
            low.setTop(rect.top() + 30)
            self._paint_group(painter, section, rect)
            if grid:
                painter.setPen(QPen(theme.colour("line"), 1))
                painter.drawLine(QPointF(low.left(), low.top() - 0.5), QPointF(low.right(), low.top() - 0.5))
        self._paint_title(painter, column, low, section)
        painter.setPen(QPen(theme.colour("line2" if grid else "line"), 1))
        painter.drawLine(QPointF(rect.left(), rect.bottom() + 0.5), QPointF(rect.right() + 1, rect.bottom() + 0.5))
        painter.restore()
        if grid:
            border = "line2" if self._table.ends_group(section) else "line"
            top = low.top() if column.group and border == "line" else rect.top()
            painter.setPen(QPen(theme.colour(border), 1))
            painter.drawLine(QPointF(rect.right() + 0.5, top), QPointF(rect.right() + 0.5, rect.bottom()))

    def _paint_title(self, painter: QPainter, column: Column[Any], rect: QRectF, section: int) -> None:
        inner = rect.adjusted(8 + (self._table.margin if section == 0 else 0), 0, -8, 0)
        painter.setFont(theme.font("note", 500))
        painter.setPen(theme.colour("text2"))
        words = _(column.title)
        arrow = ""
        if column.sort and self._table.sorted_by[0] == column.sort:
            arrow = " ↓" if self._table.sorted_by[1] else " ↑"
        painter.drawText(inner, int(paint.ALIGN[column.align]), paint.shortened(painter, words + arrow, inner.width() + 1))

    def _paint_group(self, painter: QPainter, section: int, rect: QRect) -> None:
        group = self._columns[section].group
        assert group is not None
        members = [place for place, column in enumerate(self._columns) if column.group is group]
        left = max(self.sectionViewportPosition(members[0]), self._table.frozen_width())  # the title stays in sight as long as the group does
        right = min(self.sectionViewportPosition(members[-1]) + self.sectionSize(members[-1]), self.viewport().width())
        inner = QRectF(left + 8, rect.top(), right - left - 16, 30)
        row = self._table.current()
        limit = group.limit(row) if row is not None else ""
        limit = _("this row {limit}").format(limit=limit) if limit else ""
        room = inner.width() - (theme.width(limit, "note", 500) + 12 if limit else 0)
        painter.setFont(theme.font("body", 500))
        painter.setPen(theme.colour("text"))
        title = paint.shortened(painter, _(group.title), room)
        painter.drawText(inner, int(paint.LEFT), title)
        used = theme.width(title, "body", 500) + 9
        painter.setFont(theme.font("note"))
        painter.setPen(theme.colour("text3"))
        if used + theme.width(group.unit, "note") <= room:
            painter.drawText(inner.adjusted(used, 0, 0, 0), int(paint.LEFT), group.unit)
        painter.setFont(theme.font("note", 500))
        painter.setPen(theme.colour("text2"))
        painter.drawText(inner, int(paint.RIGHT), limit)
