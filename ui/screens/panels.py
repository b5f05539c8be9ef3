"""The sampling rules of a year: the tree of foods at the left, at the right what is asked of the chosen one, judged by what, tested by which methods."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from lims.i18n import N_, _, n_
from lims.views import standards as view
from lims.views.names import found
from lims.views.standards import PanelRow, RuleRow
from ui.kit.cell import Cell
from ui.kit.command import Command
from ui.kit.empty import Empty
from ui.kit.label import Label, Rule, ground
from ui.kit.panel import Divider, Head, Panel, Rows, Title, Words
from ui.kit.screen import Screen
from ui.kit.table import Column, Table
from ui.navigation import BY_NAME
from ui.screens.limits import Search
from ui.theme import theme

COLUMNS: tuple[Column[PanelRow], ...] = (
    Column(N_("No."), lambda row: row.place, lambda place: Cell(place, "text2"), 52, name="place"),
    Column(N_("Item"), lambda row: row.item, lambda name: Cell(name, weight=500, tip=name), 136, name="item"),
    Column(N_("Judged by"), lambda row: row.bases, lambda bases: _several(bases), 130, name="bases"),
    Column(N_("Methods"), lambda row: row.methods, lambda methods: _several(methods), 140, stretch=True, name="methods"),
    Column(N_("Note"), lambda row: row.note, lambda note: Cell(note, "text2", tip=note), 110, name="note"),
)

STEP = 16
"""Px by which a food stands further right than the one above it."""
SIGN = 19
"""Px of the sign with which a branch opens: what has none stands as far right."""


class Tree(Table):
    """Foods under one another; Right opens a branch or goes into it, Left folds it or goes to the one above, Enter turns it."""

    def __init__(self) -> None:
        self._open: set[str] = set()
        self._all: dict[str, RuleRow] = {}
        self._below: dict[str, list[RuleRow]] = {}
        self._narrowed: set[str] | None = None
        self.nothing = Empty("clipboard-list", N_("No sampling rules are in the library."))
        column: Column[RuleRow] = Column(N_("Food"), lambda row: row, self._cell, 240, stretch=True, name="food")
        super().__init__(
            (column,), key=lambda row: row.code, name=lambda row: row.name, words=N_("Foods"), head=False, many=False, margin=0, empty=self.nothing
        )
        self.clicked.connect(self._clicked)

    def put_tree(self, rows: Sequence[RuleRow]) -> None:
        """Show the foods as they come, each after the one above it; what was open stays open."""
        self._all, self._below = {row.code: row for row in rows}, {}
        for row in rows:
            self._below.setdefault(row.parent, []).append(row)
        self._show()

    def narrow(self, text: str) -> None:
        """Show only what *text* means, with what stands above it; everything again where it is empty."""
        meant = [row for row in self._all.values() if found(text, row.sought)] if text.strip() else []
        self._narrowed = {code for row in meant for code in (row.code, *self.above(row))} if text.strip() else None
        self.nothing.say(_("Nothing is found for “{text}”.").format(text=text) if text.strip() else N_("No sampling rules are in the library."))
        self._show()
        if meant:
            self.select(meant[0].code)

    def above(self, row: RuleRow) -> Iterator[str]:
        """Return the codes of what stands above a food, the nearest first."""
        while row := self._all.get(row.parent):  # type: ignore[assignment]
            yield row.code

    def reach(self, code: str) -> bool:
        """Open what stands above a food and go to it; return whether it is here."""
        if code in self._all:
            self._narrowed = None
            self._open.update(self.above(self._all[code]))
            self._show()
        return self.select(code)

    def under(self, row: RuleRow) -> list[RuleRow]:
        """Return what stands directly below a food."""
        return self._below.get(row.code, [])

    def is_open(self, row: RuleRow) -> bool:
        """Return whether what stands below a food is in sight."""
        return self._narrowed is not None or row.code in self._open

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.current()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        match event.key():
            case Qt.Key.Key_Right if row and plain:
                self._into(row)
            case Qt.Key.Key_Left if row and plain:
                self._out_of(row)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space if row and plain and self.under(row):
                self._turn(row)
            case _:
                super().keyPressEvent(event)

    def _into(self, row: RuleRow) -> None:
        below = self.under(row)
        if below and not self.is_open(row):
            self._turn(row)
        elif below:
            self.select(next((one.code for one in below if self.place_of(one.code) is not None), row.code))

    def _out_of(self, row: RuleRow) -> None:
        if self.under(row) and row.code in self._open and self._narrowed is None:
            self._turn(row)
        elif row.parent:
            self.select(row.parent)

    def _turn(self, row: RuleRow) -> None:
        if self._narrowed is None:
            self._open ^= {row.code}
            self._show()

    def _clicked(self, index: QModelIndex) -> None:
        if (row := self.row_at(index)) is not None and self.under(row):
            self._turn(row)

    def _show(self) -> None:
        self.put(self._in_sight(""))
        if self.current() is None and self.rows():
            self.select(self.rows()[0].code)

    def _in_sight(self, parent: str) -> Iterator[RuleRow]:
        for row in self._below.get(parent, ()):
            if self._narrowed is None or row.code in self._narrowed:
                yield row
                if self.is_open(row):
                    yield from self._in_sight(row.code)

    def _cell(self, row: RuleRow) -> Cell:
        depth, below = len(list(self.above(row))), self.under(row)
        sign = ("chevron-down" if self.is_open(row) else "chevron-right") if below else ""
        count = Cell(str(row.items), "text3", role="note") if row.items else None
        words = f"{row.number} {row.name}"
        return Cell(
            words,
            "text" if below or row.items else "text2",
            400 if depth else 500,
            icon=sign,
            indent=STEP * depth + (0 if below else SIGN),
            right=count,
            tip=words,
        )


class Panels(Screen):
    """The tree, and of the chosen food the table of the rules."""

    title = N_("Sampling rules")
    watches = frozenset({"heading", "panel", "item"})

    def start(self) -> None:
        self.food: RuleRow | None = None
        self._wanted: Hashable = None

    def commands(self) -> Sequence[Command]:
        return (
            Command("panels.item", N_("Show the item"), self.show_item, "", "flask-conical", lambda: self._why_not("items")),
            Command("panels.limits", N_("Show limits"), self.show_limits, "", "book-open-check", lambda: self._why_not("limits")),
            Command("panels.seek", N_("Find in the list"), self.seek, "Ctrl+F", "search", side="menu"),
            Command("panels.leave", N_("Empty the search field"), self.leave, "Esc", refusal=self.why_not_leave, side="menu", palette=False),
        )

    def build(self) -> QWidget:
        self.left = self._build_left()
        whole = ground(QWidget(), "surface")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(12)
        line = QHBoxLayout()
        line.setContentsMargins(24, 0, 24, 0)
        line.setSpacing(12)
        self.name, self.year = Label(role="headline", wrap=True), Label(ink="text2")
        line.addWidget(self.name, 1)
        line.addWidget(self.year)
        column.addLayout(line)
        column.addWidget(Rule())
        self.table = Table(
            COLUMNS, key=lambda row: (row.place, row.item_code), name=lambda row: row.item, words=N_("What the rules ask"), many=False, margin=16
        )
        self.table.moved.connect(self._moved)
        self.table.opened.connect(lambda _row: self.acts.do("panels.item"))
        self.table.offer([self.acts["panels.item"], self.acts["panels.limits"]])
        self.none = Empty("clipboard-list", N_("No food is chosen."), N_("Choose one at the left."))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.none)
        self.stack.addWidget(self.table)
        column.addWidget(self.stack, 1)
        self.panel = Panel()
        self.panel.put(_("Item"), Words(_("Nothing is chosen.")))
        self.first = self.tree
        return whole

    def _build_left(self) -> QWidget:
        left = ground(QWidget(), "surface")
        column = QVBoxLayout(left)
        column.setContentsMargins(8, 11, 8, 0)
        column.setSpacing(10)
        self.tree = Tree()
        self.tree.moved.connect(self._chosen)
        self.search = Search(_("food, initials, number"), self.tree)
        self.search.setFixedWidth(theme.size("list_left") - 16)
        self.search.changed.connect(lambda: self.tree.narrow(self.search.get()))
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        return left

    def refill(self) -> None:
        self.desk.ask(view.rules, then=self._put_tree, once="panels.tree")
        if self.food:
            self._ask(self.food)

    def show_thing(self, key: Hashable) -> None:
        self.search.put("")
        if not self.tree.reach(str(key)):
            self._wanted = key

    def seek(self) -> None:
        """Go to the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def leave(self) -> None:
        """Search for nothing any more; what was found stays chosen."""
        self.search.put("")
        if self.food is None or not self.tree.reach(self.food.code):
            self.tree.narrow("")
        self.tree.setFocus()

    def show_item(self) -> None:
        """Go to the item under the cursor and its methods."""
        if (row := self.table.current()) is not None:
            self.shell.open("items", row.item_code)

    def show_limits(self) -> None:
        """Go to the limits of the item under the cursor."""
        if (row := self.table.current()) is not None:
            self.shell.open("limits", row.item)

    def why_not_leave(self) -> str | None:
        """Say that nothing is searched for, or return None."""
        return None if self.search.text() else _("The list is in front.")

    def _why_not(self, name: str) -> str | None:
        place = BY_NAME[name]
        if not place.used_by(self.shell.rights):
            return _("Your rights do not use “{place}”.").format(place=_(place.title))
        return None if self.stack.currentWidget() is self.table and self.table.current() is not None else _("Choose the row of an item first.")

    def _put_tree(self, rows: list[RuleRow]) -> None:
        self.tree.put_tree(rows)
        year = next((row.year for row in rows if row.year), "")
        self.note(_("{year} rules").format(year=year) if year else "")
        if self._wanted is not None and self.tree.reach(str(self._wanted)):
            self._wanted = None

    def _chosen(self, row: RuleRow | None) -> None:
        if row is not None and (self.food is None or row.code != self.food.code):
            self._ask(row)

    def _ask(self, row: RuleRow) -> None:
        self.food = row
        self.desk.ask(view.panel, row.code, then=lambda rows: self._put(row, rows), once="panels.table")

    def _put(self, food: RuleRow, rows: list[PanelRow]) -> None:
        self.name.setText(f"{food.number} {food.name}")
        told = n_("{count} item", "{count} items", len(rows)).format(count=len(rows)) if rows else ""
        self.year.setText(" · ".join(part for part in (_("{year} rules").format(year=food.year) if food.year else "", told) if part))
        below = any(True for _one in self.tree.under(food))
        self.none.say(
            N_("No table of its own."),
            food.note or (N_("Its tables stand below it: Right opens the branch.") if below else N_("Its tables stand beside it, under their own numbers.")),
        )
        self.stack.setCurrentWidget(self.table if rows else self.none)
        self.table.put(rows)
        if rows:
            self.table.select((rows[0].place, rows[0].item_code))
        self._moved(self.table.current())

    def _moved(self, row: PanelRow | None) -> None:
        assert self.panel is not None
        self.refresh()
        if self.food is None:
            return
        about = [*([Words(self.food.note)] if self.food.note else []), Rows([(_("Source"), self.food.source)])]
        if row is None:
            self.panel.put(_("Food"), Head(f"{self.food.number} {self.food.name}"), *about)
            return
        methods, bases = row.methods or (_("none named"),), row.bases or (_("none named"),)
        parts: list[QWidget] = [Head(row.item, f"{self.food.number} {self.food.name}"), *([Words(row.note)] if row.note else [])]
        parts += [Divider(), Title(_("Judged by")), *(Words(one, "text", role="body") for one in bases)]
        parts += [Divider(), Title(_("Methods")), *(Words(one, "text", role="body") for one in methods)]
        self.panel.put(_("Item"), *parts, Divider(), Title(_("Of the whole table")), *about, foot=(self.acts["panels.item"], self.acts["panels.limits"]))


def _several(names: Sequence[str]) -> Cell:
    return Cell(_("; ").join(names), "text2", tip="\n".join(names))
