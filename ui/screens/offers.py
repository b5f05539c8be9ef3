"""What can be asked of a product, to be ticked: item and method, requirement and where it stands, confirmed or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent

from lims.i18n import N_, _
from lims.services.samples import Asked
from lims.views.catalogue import OfferRow
from ui.kit.cell import Cell
from ui.kit.empty import Empty
from ui.kit.table import Column, Table


class Offers(Table):
    """A list with ticks: Space, Enter or a click takes an item and gives it back, Ctrl+A takes every item once, or none."""

    ticked = Signal(int)
    """How many are taken."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str, str | None]] = set()
        columns: tuple[Column[OfferRow], ...] = (
            Column(N_("Taken"), lambda row: row, self._tick, 58, "centre", name="taken"),
            Column(N_("Item"), lambda row: row, _item, 140, stretch=True, name="item"),
            Column(N_("Requirement"), lambda row: row, _requirement, 165, name="requirement"),
            Column(N_("Limit"), lambda row: row.confirmed, _confirmed, 126, name="confirmed"),
        )
        self._nothing = Empty("flask-conical", N_("Choose the product first."), N_("What the library holds for it stands here."))
        super().__init__(columns, key=_key, name=lambda row: row.item, words=N_("What to test"), row_height=56, many=False, margin=12, empty=self._nothing)
        self.opened.connect(self._turn)
        self.clicked.connect(self._clicked)
        self.put([])

    def offer_rows(self, rows: Sequence[OfferRow], product: str, on: date) -> None:
        """Show what the library offers for *product* on a day; what was taken and is still offered stays taken."""
        if not rows and product:
            self._nothing.say(N_("Nothing to test is in the library for this product."), _("In the editions in force on {day}.").format(day=on.isoformat()))
        self._take({_key(row) for row in rows} & self._taken, rows)

    def asked(self) -> tuple[Asked, ...]:
        """Return what is taken, in the order of the library."""
        return tuple(Asked(row.item_code, row.procedure, row.limit) for row in self.rows() if _key(row) in self._taken)

    def take_all(self) -> None:
        """Take every item once, by its first method, against each standard's most specific limit; where that is taken, nothing."""
        methods: dict[str, str] = {}
        first: dict[tuple[str, str], OfferRow] = {}
        for row in self.rows():
            if methods.setdefault(row.item_code, row.procedure) == row.procedure and not row.level:
                first.setdefault((row.item_code, row.standard), row)
        every = {_key(row) for row in first.values()}
        self._take(set() if every == self._taken else every)

    def clear_ticks(self) -> None:
        """Take nothing."""
        self._take(set())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and (row := self.current()) is not None:
            self._turn(row)
        elif event.key() == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.take_all()
        else:
            super().keyPressEvent(event)

    def _turn(self, row: OfferRow) -> None:
        self._take(self._taken ^ {_key(row)})

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == 0 and (row := self.row_at(index)) is not None:
            self._turn(row)

    def _take(self, taken: set[tuple[str, str, str | None]], rows: Sequence[OfferRow] | None = None) -> None:
        self._taken = taken
        self.put(self.rows() if rows is None else rows)
        if self.current() is None and self.rows():
            self.select(_key(self.rows()[0]))
        self.ticked.emit(len(taken))

    def _tick(self, row: OfferRow) -> Cell:
        taken = _key(row) in self._taken
        return Cell(icon="circle-check" if taken else "circle", ink="accent_text" if taken else "text3", tip=_("taken") if taken else _("not taken"))


def _key(row: Any) -> tuple[str, str, str | None]:
    return row.item_code, row.procedure, row.limit


def _item(row: OfferRow) -> Cell:
    return Cell(row.item, weight=500, below=Cell(row.method, "text2", role="note"), tip=row.item)


def _requirement(row: OfferRow) -> Cell:
    return Cell(f"{row.requirement} {row.unit}".strip(), below=Cell(row.standard, "text2", role="note"), tip=row.standard)


def _confirmed(confirmed: bool) -> Cell:
    if confirmed:
        return Cell(_("confirmed"), "text2", mark="good", role="note")
    return Cell(_("not confirmed"), chip="warn", tip=_("The laboratory has not confirmed this limit, so it cannot decide a report yet."))
