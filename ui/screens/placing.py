"""Placing a product in one standard: its headings with what is proposed on top, ticked by a person in their order, the most specific first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lims.i18n import N_, _
from lims.views.catalogue import ProductRow
from lims.views.names import found
from lims.views.placements import SAMPLING, PlacementRow
from lims.views.standards import HeadingRow
from ui.kit.cell import Cell
from ui.kit.command import Commands, button
from ui.kit.editors import Text, Tick
from ui.kit.empty import Empty
from ui.kit.form import Note
from ui.kit.label import Label, Rule, Short
from ui.kit.table import Column, Section, Table
from ui.screens.limits import Search
from ui.theme import theme


class Headings(Table):
    """The headings of one classification with ticks: Space, Enter or a click ticks one and takes the tick away; the order of ticking counts."""

    ticked = Signal()

    def __init__(self) -> None:
        self.order: list[str] = []
        """Codes of what is ticked, the most specific first."""
        columns: tuple[Column[HeadingRow], ...] = (
            Column(N_("Ticked"), lambda row: row.code, self._tick, 66, name="ticked"),
            Column(N_("Heading"), lambda row: row, _heading, 260, stretch=True, name="heading"),
            Column(N_("Why it is proposed"), lambda row: row.because, lambda why: Cell(why, "text2", tip=why), 280, name="because"),
            Column(N_("Limits"), lambda row: row.limits, lambda count: Cell(str(count) if count else "", "text2"), 76, "right"),
        )
        self.nothing = Empty("tag", N_("This standard has no headings."))
        super().__init__(
            columns, key=lambda row: row.code, name=lambda row: row.name, words=N_("Headings"), row_height=56, many=False, margin=12, empty=self.nothing
        )
        self.opened.connect(self._turn)
        self.clicked.connect(self._clicked)

    def tick(self, order: Iterable[str]) -> None:
        """Tick these in this order and nothing else."""
        self.order = list(order)
        self.rows_model.forget()
        self.viewport().update()
        self.ticked.emit()

    def shift(self, by: int) -> None:
        """Move what the cursor is on up or down in the order."""
        if (row := self.current()) is not None and row.code in self.order:
            at = self.order.index(row.code)
            order = [code for code in self.order if code != row.code]
            order.insert(max(at + by, 0), row.code)
            self.tick(order)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and (row := self.current()) is not None:
            self._turn(row)
        else:
            super().keyPressEvent(event)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == 0 and (row := self.row_at(index)) is not None:
            self._turn(row)

    def _turn(self, row: HeadingRow) -> None:
        self.tick([code for code in self.order if code != row.code] if row.code in self.order else [*self.order, row.code])

    def _tick(self, code: str) -> Cell:
        if code not in self.order:
            return Cell(icon="circle", ink="text3", tip=_("not ticked"))
        place = str(self.order.index(code) + 1)
        return Cell(place, "accent_text", 500, icon="circle-check", tip=_("ticked as number {place}").format(place=place))


class Placing(QWidget):
    """The page on which a product is placed in one classification."""

    moved = Signal(object)
    """The heading under the cursor, or None."""
    changed = Signal()

    def __init__(self, acts: Commands) -> None:
        super().__init__()
        self.row: PlacementRow | None = None
        self.product: ProductRow | None = None
        self.sent = False
        self._all: dict[str, HeadingRow] = {}
        self._proposed: list[HeadingRow] = []
        self._before: tuple[Any, ...] = ()
        self.table = Headings()
        self.table.moved.connect(self.moved)
        self.table.ticked.connect(self._ticked)
        self.search = Search(_("name, initials, number"), self.table)
        self.search.setFixedWidth(220)
        self.search.changed.connect(self._fill)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head(acts))
        column.addWidget(Rule())
        column.addWidget(self.table, 1)
        column.addWidget(Rule())
        column.addLayout(self._foot())

    def open(self, product: ProductRow, row: PlacementRow, headings: Sequence[HeadingRow]) -> None:
        """Show every heading of the classification, those proposed on top, ticked as a person has decided before: the program ticks nothing."""
        self.product, self.row, self.sent = product, row, False
        self._all = {one.code: one for one in headings}
        self._proposed = [replace(self._all[one.code], because=one.because) for one in row.candidates if one.code in self._all]
        self.title.setText(_("{product} in {classification}").format(product=product.name, classification=tree(row.classification)))
        self.editions.setText(_(", ").join(row.standards))
        self.search.put("")
        self.about.say("", "")
        self.remark.put(row.remark)
        self.nowhere.put(row.placed and not row.headings)
        self._fill()
        if rows := self.table.rows():
            self.table.select(rows[0].code)
        self.table.tick(one.code for one in row.headings)
        self._before = self._answer()

    def headings(self) -> list[str]:
        """Return what is ticked, the most specific first."""
        return list(self.table.order)

    def dirty(self) -> bool:
        """Return whether anything was decided that is not kept yet."""
        return self.row is not None and self._answer() != self._before

    def refusal(self) -> str | None:
        """Say why there is nothing to keep yet, or return None."""
        if self.sent:
            return _("It is being saved.")
        if not self.table.order and not self.nowhere.get():
            return _("Tick the headings under which it stands, or that the standard does not treat of it.")
        return None if self._answer()[:2] != self._before[:2] else _("It stands so already. Tick or untick a heading to change it.")

    def note(self, mistakes: Mapping[str, str]) -> None:
        """Show why it is not kept; what is ticked stays."""
        self.sent = False
        self.about.say(" ".join(mistakes.values()), "bad")
        self.changed.emit()

    def focus(self) -> None:
        """Go to the headings."""
        self.table.setFocus()

    def _head(self, acts: Commands) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(16, 10, 16, 10)
        line.setSpacing(8)
        self.title, self.editions = Short(role="headline"), Short(role="note", ink="text2")
        line.addWidget(button(acts["products.leave"], commands=acts))
        line.addWidget(self.title)
        line.addWidget(self.editions)
        line.addStretch(1)
        line.addWidget(self.search)
        return line

    def _foot(self) -> QVBoxLayout:
        self.chosen, self.about = Label("", wrap=True), Note("")
        self.nowhere = Tick(_("The standard does not treat of this product"))
        self.nowhere.setObjectName("nowhere")
        self.nowhere.changed.connect(self._nowhere)
        self.remark = Text(_("Remark (optional)"))
        self.remark.setObjectName("remark")
        self.remark.setAccessibleName(_("Remark"))
        self.remark.changed.connect(self.changed)
        column = QVBoxLayout()
        column.setContentsMargins(theme.size("margin"), 10, 16, 12)
        column.setSpacing(6)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self.nowhere)
        line.addWidget(self.remark, 1)
        column.addWidget(self.chosen)
        column.addWidget(self.about)
        column.addLayout(line)
        return column

    def _fill(self) -> None:
        text = self.search.get()
        proposed = [one for one in self._proposed if found(text, one.sought)]
        known = {one.code for one in self._proposed}
        others = [one for one in self._all.values() if one.code not in known and found(text, one.sought)]
        parts = ((N_("Proposed by their names"), proposed), (N_("The other headings"), others))
        self.table.nothing.say(_("Nothing is found for “{text}”.").format(text=text) if text else N_("This standard has no headings."))
        self.table.put([line for title, rows in parts if rows for line in (Section(title, len(rows)), *rows)])
        if self.table.current() is None and (rows := self.table.rows()):
            self.table.select(rows[0].code)

    def _ticked(self) -> None:
        self.sent = False
        if self.table.order:
            self.nowhere.put(False)
        self._say()

    def _nowhere(self) -> None:
        self.sent = False
        if self.nowhere.get():
            self.table.tick([])
        self._say()

    def _say(self) -> None:
        """Write what will be kept."""
        self.about.say("", "")
        names = [f"{place}  {self._name(code)}" for place, code in enumerate(self.table.order, 1)]
        if names:
            self.chosen.say(_("Stands under, the most specific first:") + "\n" + "\n".join(names), "text")
        elif self.nowhere.get():
            self.chosen.say(_("The standard does not treat of this product: no limit of it will be offered."), "text")
        else:
            self.chosen.say(_("Nothing is ticked yet. Space ticks the heading under the cursor, Alt+Up and Alt+Down change the order."), "text2")
        self.changed.emit()

    def _name(self, code: str) -> str:
        assert self.row is not None
        known = self._all.get(code) or next((one for one in self.row.headings if one.code == code), None)
        return known.words() if known else code

    def _answer(self) -> tuple[Any, ...]:
        return tuple(self.table.order), self.nowhere.get(), self.remark.get()


def tree(classification: str) -> str:
    """Return what a classification is called: the number of its standard, or the sampling rules in the reader's words."""
    return _("Sampling rules") if classification == SAMPLING else classification


def _heading(row: HeadingRow) -> Cell:
    below = " · ".join(part for part in (row.number, row.group, row.note) if part)
    return Cell(row.name, weight=500, below=Cell(below, "text2", role="note"), tip="\n".join(part for part in (row.name, below) if part))
