"""Products: what the laboratory tests, and under which headings of each standard it stands; people place and confirm, the program only proposes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from lims.i18n import N_, _, n_
from lims.rules.rights import Right, right_refusal
from lims.services import placements
from lims.views import catalogue, standards
from lims.views import placements as view
from lims.views.catalogue import ProductRow
from lims.views.names import found
from lims.views.placements import PlacementRow
from lims.views.standards import HeadingRow
from ui.kit.ask import Dialog
from ui.kit.cell import Cell
from ui.kit.command import Command
from ui.kit.empty import Empty
from ui.kit.form import Field
from ui.kit.label import Label, Rule, ground
from ui.kit.panel import CellView, Divider, Head, Panel, Rows, Title, Words
from ui.kit.screen import Screen
from ui.kit.table import Column, Section, Table
from ui.navigation import BY_NAME
from ui.screens.limits import Search, Whole
from ui.screens.moments import day, minute
from ui.screens.placing import Placing, tree
from ui.screens.register import Sheet
from ui.theme import theme

LIST: tuple[Column[ProductRow], ...] = (Column(N_("Product"), lambda row: row, lambda row: _product(row), 240, stretch=True),)

COLUMNS: tuple[Column[PlacementRow], ...] = (
    Column(N_("Standard"), lambda row: row, lambda row: _standard(row), 122, name="standard"),
    Column(N_("Stands under"), lambda row: row, lambda row: _where(row), 170, stretch=True, name="where"),
    Column(N_("Placed by"), lambda row: row, lambda row: _placed(row), 150, name="placed"),
    Column(N_("Confirmed by"), lambda row: row, lambda row: _confirmed(row), 136, name="confirmed"),
)

FIELDS = (
    Field("name_zh", N_("Chinese name"), hint="豇豆", note=N_("As the standards name the food: by this name headings are proposed.")),
    Field("name_en", N_("English name"), optional=True),
    Field("code", N_("Short name"), hint="cowpea", note=N_("In files and commands; it stays.")),
    Field("prefix", N_("Beginning of its sample numbers"), optional=True, note=N_("At most six capital letters or digits.")),
)

REMARK = Field("remark", N_("Remark"), kind="lines", optional=True, lines=2)
SHOWN = 8
"""Placements named in the dialog; the others are counted."""


class Products(Screen):
    """The products at the left; of the chosen one every standard with where it stands, or the page on which it is placed."""

    title = N_("Products")
    watches = frozenset({"product", "placement", "confirmation"})

    def start(self) -> None:
        self.rows: list[ProductRow] = []
        self.product: ProductRow | None = None
        self.form: Sheet | None = None
        self.placing = False
        """Whether the page is in front on which a product is placed."""
        self._at: Hashable = None
        self._wanted: Hashable = None
        self._told: tuple[ProductRow | None, PlacementRow | None] | None = None
        """What the panel says: it is made anew only where that changes."""
        self._row: Hashable = None
        """The placement to go to as soon as it is read."""

    def commands(self) -> Sequence[Command]:
        return (
            Command("products.add", N_("New product"), self.add, "Ctrl+N", "plus", self.why_not_add, "quiet"),
            Command("products.place", N_("Place"), self.place, "F2", "map-pin", self.why_not_place, "quiet"),
            Command("products.limits", N_("Show limits"), self.limits, "", "book-open-check", self.why_no_limits, side="menu"),
            Command("products.up", N_("More specific"), lambda: self.page.table.shift(-1), "Alt+Up", "arrow-up", self.why_not_up, side="menu"),
            Command("products.down", N_("Less specific"), lambda: self.page.table.shift(1), "Alt+Down", "arrow-down", self.why_not_down, side="menu"),
            Command("products.find", N_("Find in the list"), self.seek, "Ctrl+F", "search", side="menu"),
            Command("products.leave", N_("Back"), self.leave, "Esc", "arrow-left", self.why_not_leave, side="menu", palette=False),
            Command("products.go", self._go_words, self.go, kind="primary", refusal=self.why_not_go),
        )

    def build(self) -> QWidget:
        self.left = self._build_left()
        self.table = Table(COLUMNS, key=lambda row: row.classification, name=lambda row: tree(row.classification), words=N_("Placements"), margin=16)
        self.table.moved.connect(self._moved)
        self.table.chosen.connect(lambda _rows: self.refresh())
        self.table.opened.connect(lambda _row: self.acts.do("products.place"))
        self.table.offer([self.acts[name] for name in ("products.place", "products.go", "products.limits")])
        self.page = Placing(self.acts)
        self.page.moved.connect(self._explain)
        self.page.changed.connect(self.refresh)
        self.panel = Panel()
        self.panel.put(self.heading(), Words(_("Nothing is chosen.")))
        self.stack = QStackedWidget()
        nothing = Empty("tag", N_("No product is chosen."), N_("Choose one at the left, or add the first one."), commands=(self.acts["products.add"],))
        for content in (nothing, self._build_overview(), self.page):
            self.stack.addWidget(content)
        self.first = self.list
        return self.stack

    def built(self) -> None:
        assert self.panel is not None
        self.panel.closed.connect(self._drop)

    def refill(self) -> None:
        self.desk.ask(catalogue.products, then=self._put_list, once="products.list")
        if self.product:
            self._ask_placing(self.product)

    def show_thing(self, key: Hashable) -> None:
        """Go to a product by its code, or to one of its placements by code and classification."""
        self._wanted, self._row = key if isinstance(key, tuple) else (key, None)
        self._show_list()
        if self.product is not None and self._wanted is None:
            self._ask_placing(self.product)

    # -- what is shown -----------------------------------------------------------------------------------------------------

    def _build_left(self) -> QWidget:
        left = ground(QWidget(), "surface")
        column = QVBoxLayout(left)
        column.setContentsMargins(12, 11, 12, 0)
        column.setSpacing(10)
        self.nothing = Empty("tag", N_("No products yet."), N_("Add the foods, drugs and grains that this laboratory tests."))
        self.list = Table(LIST, key=lambda row: row.code, words=self.title, row_height=60, head=False, many=False, margin=0, empty=self.nothing)
        self.list.moved.connect(self._chosen)
        self.list.opened.connect(lambda _row: self.table.setFocus())
        self.search = Search(_("name, initials, code"), self.list)
        self.search.setFixedWidth(theme.size("list_left") - 24)
        self.search.changed.connect(self._show_list)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        return left

    def _build_overview(self) -> QWidget:
        whole = ground(QWidget(), "surface")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(12)
        line = QHBoxLayout()
        line.setContentsMargins(24, 0, 24, 0)
        line.setSpacing(10)
        self.name, self.about, self.chip = Label(role="headline", wrap=True), Label(ink="text2", select=True), CellView(Cell())
        line.addWidget(self.name, 1)
        line.addWidget(self.about)
        line.addWidget(self.chip)
        column.addLayout(line)
        column.addWidget(Rule())
        column.addWidget(self.table, 1)
        return whole

    def _put_list(self, rows: list[ProductRow]) -> None:
        self.rows = rows
        self._show_list()

    def _show_list(self) -> None:
        text = self.search.get()
        if self._wanted is not None and not any(found(text, row.sought) for row in self.rows if row.code == self._wanted):
            self.search.put(text := "")
        rows = [row for row in self.rows if found(text, row.sought)]
        self.nothing.say(*((_("Nothing is found for “{text}”.").format(text=text), "") if text else (N_("No products yet."), "")))
        self.list.put(rows)
        if self._wanted is not None and self.list.select(self._wanted):
            self._wanted = None
        elif rows and self.list.current() is None:
            self.list.select(rows[0].code)

    def _chosen(self, row: ProductRow | None) -> None:
        if row is None or self.placing:
            return
        fresh = self.product is None or self.product.code != row.code
        self.product = row
        self.name.setText(row.name)
        self.about.setText(" · ".join(part for part in (row.code, row.prefix) if part))
        self.chip.say(_open(row.open) if row.open else Cell())
        if fresh:
            self._ask_placing(row)

    def _ask_placing(self, row: ProductRow) -> None:
        self.desk.ask(view.placing, row.code, then=lambda rows: self._put_placing(row.code, rows), once="products.placing")

    def _put_placing(self, product: str, rows: list[PlacementRow]) -> None:
        if self.product is None or self.product.code != product:
            return
        near = [row for row in rows if row.placed or row.candidates]
        far = [row for row in rows if not row.placed and not row.candidates]
        self.table.put([*near, *([Section(N_("Nothing is proposed here"), len(far)), *far] if far else [])])
        if not self._to_row() and self.table.current() is None and rows:
            self.table.select((near or far)[0].classification)
        if not self.placing:
            self.stack.setCurrentIndex(1)
        self.refresh()

    def _to_row(self) -> bool:
        wanted, self._row = self._row, None
        return wanted is not None and self.table.select(wanted)

    def _moved(self, row: PlacementRow | None) -> None:
        assert self.panel is not None
        self.refresh()
        if self.placing or (self.form and (self.form.dirty() or self._at == self._here())):
            return
        if self.form is None and self._told == (self.product, row):
            return
        self.form, self._told = None, (self.product, row)
        if row is None or self.product is None:
            self.panel.put(self.heading(), Words(_("Nothing is chosen.")))
        else:
            self.panel.put(self.product.name, *_card(row), foot=(self.acts["products.place"], self.acts["products.limits"]))

    def _explain(self, row: HeadingRow | None) -> None:
        """Show the heading under the cursor in full while a product is placed."""
        assert self.panel is not None
        if not self.placing:
            return
        if row is None:
            self.panel.put(_("Heading"), Words(_("Nothing is chosen.")))
            return
        facts = [(_("Number"), row.number), (_("Group"), row.group), (_("Limits under it"), str(row.limits)), (_("Note"), row.note)]
        why = Words(row.because or _("The program does not propose it: the name tells nothing of the product."))
        self.panel.put(_("Heading"), Head(row.name, tree(row.classification)), Rows([(key, value) for key, value in facts if value]), Divider(), why)

    # -- adding a product --------------------------------------------------------------------------------------------------

    def add(self) -> None:
        """Open an empty form in the panel."""
        assert self.panel is not None
        self._at, self._told = self._here(), None
        self.form = Sheet(FIELDS, dict, {}, _("New product"))
        self.form.changed.connect(lambda _name: self.refresh())
        self.panel.put(self.form.heading, self.form, foot=(self.acts["products.leave"],))
        self.show_panel(True)
        self.form.focus()
        self.refresh()

    def _save(self) -> None:
        if self.form is not None and (draft := self.form.draft()) is not None:
            self.form.sent = True
            self.desk.ask(placements.add_product, **draft, by=self.person, then=self._added, form=self.form)

    def _added(self, code: str) -> None:
        self._wanted = code
        self.search.put("")
        self._drop()
        self.refill()
        self.list.setFocus()

    def _here(self) -> Hashable:
        """Return what is chosen: a form that nobody has touched gives way only when that changes."""
        row = self.table.current()
        return self.product and self.product.code, row and row.classification

    def _drop(self) -> None:
        """Give up a form in the panel."""
        if self.form is not None:
            self.form = self._told = None
            self._moved(self.table.current())
            self.put_panel_away()

    # -- placing -----------------------------------------------------------------------------------------------------------

    def place(self) -> None:
        """Open the page with the headings of the standard under the cursor."""
        row, product = self.table.current(), self.product
        if row is not None and product is not None:
            self.desk.ask(standards.headings_in, row.classification, then=lambda rows: self._open(product, row, rows), once="products.headings")

    def _open(self, product: ProductRow, row: PlacementRow, headings: list[HeadingRow]) -> None:
        assert self.left is not None
        self.placing, self._told = True, None
        self.left.hide()
        self.put_panel_away()
        self.stack.setCurrentWidget(self.page)
        self.page.open(product, row, headings)
        self.page.focus()
        self.refresh()

    def _keep(self) -> None:
        page = self.page
        assert page.product is not None and page.row is not None
        page.sent = True
        self.desk.ask(
            placements.place,
            page.product.code,
            page.row.classification,
            page.headings(),
            remark=page.remark.get(),
            by=self.person,
            then=lambda _key: self._placed(_("{title} is kept, provisional until somebody confirms it.").format(title=page.title.text())),
            form=page,
        )
        self.refresh()

    def _placed(self, words: str) -> None:
        self.shell.toast(words)
        self._to_overview()

    def _to_overview(self) -> None:
        self.placing = False
        if self.left is not None:
            self.left.show()
        self.stack.setCurrentIndex(1)
        self.table.setFocus()
        self._moved(self.table.current())

    def unfinished(self) -> str | None:
        if self.form is not None and self.form.dirty():
            return _("{name} was changed and not saved.").format(name=self.form.heading)
        return _("{name} was changed and not saved.").format(name=self.page.title.text()) if self.placing and self.page.dirty() else None

    # -- commands ----------------------------------------------------------------------------------------------------------

    def go(self) -> None:
        """Save the form, keep the placement, or confirm what is selected, whichever is in front."""
        if self.form is not None:
            self._save()
        elif self.placing:
            self._keep()
        else:
            self._confirm()

    def leave(self) -> None:
        """Give up the form, or the placing."""
        if self.form is not None:
            self._drop()
            (self.list if self.product is None else self.table).setFocus()
        elif self.placing:
            self._to_overview()
        else:
            self.search.put("")
            self._show_list()
            self.list.setFocus()

    def limits(self) -> None:
        """Go to the limits under the first heading of the row."""
        if (row := self.table.current()) is not None and row.headings:
            self.shell.open("limits", f"{row.classification} {row.headings[0].name}")

    def seek(self) -> None:
        """Go to the search field of what is in front."""
        field = self.page.search if self.placing else self.search
        field.setFocus()
        field.selectAll()

    def why_not_add(self) -> str | None:
        """Say why no product can be added now, or return None."""
        return right_refusal(Right.CATALOGUE, self.person) or (_("Place the product first, or go back with Esc.") if self.placing else None)

    def why_not_place(self) -> str | None:
        """Say why nothing can be placed now, or return None."""
        if self.placing or self.form is not None:
            return _("Save or leave what is open first.")
        return right_refusal(Right.CATALOGUE, self.person) or (None if self.table.current() is not None else _("Choose a row first."))

    def why_no_limits(self) -> str | None:
        """Say why no limits can be shown, or return None."""
        place, row = BY_NAME["limits"], self.table.current()
        if not place.used_by(self.shell.rights):
            return _("Your rights do not use “{place}”.").format(place=_(place.title))
        return None if row is not None and row.headings and not self.placing else _("Choose the row of a standard in which the product stands.")

    def why_not_up(self) -> str | None:
        """Say why the heading under the cursor cannot become more specific, or return None."""
        return self._why_not_shift(0)

    def why_not_down(self) -> str | None:
        """Say why the heading under the cursor cannot become less specific, or return None."""
        return self._why_not_shift(-1)

    def why_not_leave(self) -> str | None:
        """Say why there is nothing to leave, or return None."""
        return None if self.form is not None or self.placing or self.search.text() else _("The list is in front.")

    def why_not_go(self) -> str | None:
        """Say why nothing can be saved, kept or confirmed now, or return None."""
        if self.form is not None:
            return _("It is being saved.") if self.form.sent else None
        if self.placing:
            return self.page.refusal()
        if refusal := right_refusal(Right.CONFIRM, self.person):
            return refusal
        if not self.table.selected():
            return _("Choose a row first.")
        if not any(row.placed for row in self.table.selected()):
            return _("The product is not placed yet. F2 places it.")
        return None if self._to_confirm() else _("The placements of the chosen rows are confirmed already.")

    def _go_words(self) -> str:
        if self.form is not None:
            return _("Save")
        count = len(self.page.headings() if self.placing else self._to_confirm())
        if self.placing:
            return n_("Place under {count} heading", "Place under {count} headings", count).format(count=count) if count else _("Keep")
        return _("Confirm {count}").format(count=count) if count else _("Confirm")

    def _why_not_shift(self, end: int) -> str | None:
        row = self.page.table.current() if self.placing else None
        order = self.page.headings()
        if row is None or row.code not in order:
            return _("Go to a ticked heading first: its row changes place in the order.")
        return _("The heading stands at this end of the order already.") if order[end] == row.code else None

    def _to_confirm(self) -> list[PlacementRow]:
        return [row for row in self.table.selected() if row.placed and not row.confirmed_by]

    def _confirm(self) -> None:
        rows, product = self._to_confirm(), self.product
        assert product is not None
        names = [row.classification for row in rows]

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            words = n_("{count} placement confirmed.", "{count} placements confirmed.", len(names)).format(count=len(names))
            done = dialog.done_with(lambda _none: self.shell.toast(words))
            self.desk.ask(placements.confirm, product.code, names, remark=answer["remark"], by=self.person, then=done, form=dialog)

        words = _("{product} stands under these headings.").format(product=product.name)
        note = "\n".join(f"{tree(row.classification)} · {_under(row)}" for row in rows[:SHOWN])
        more = "\n" + _("and {count} more").format(count=len(rows) - SHOWN) if len(rows) > SHOWN else ""
        dialog = Whole(self, self._go_words(), words, note + more, (REMARK,), self._go_words(), _("Back"), False, send)
        dialog.open()
        dialog.form.focus()


def _card(row: PlacementRow) -> list[QWidget]:
    """Return the parts that tell where a product stands in one standard, by whom, and what is proposed."""
    parts: list[QWidget] = [Head(tree(row.classification), row.title), *([Words(_(", ").join(row.standards))] if row.standards else []), Words(*_state(row))]
    if row.headings:
        parts.append(Title(_("Stands under, the most specific first")))
        parts += [Words(f"{place}  {one.words()}", "text", role="body") for place, one in enumerate(row.headings, 1)]
    if row.placed:
        said = [(_("Placed by"), row.placed_by), (_("Placed at"), minute(row.placed_at)), (_("Remark"), row.remark)]
        said += [(_("Confirmed by"), row.confirmed_by), (_("Confirmed at"), minute(row.confirmed_at))]
        parts += [Divider(), Rows([(key, value) for key, value in said if value])]
    parts += [Divider(), Title(_("Proposed by their names"))]
    parts += [Head(one.words(), one.because) for one in row.candidates]
    return parts if row.candidates else [*parts, Words(_("No heading here shares a word with the product's name. F2 shows all of them."))]


def _state(row: PlacementRow) -> tuple[str, str, str]:
    if not row.placed:
        return _("Nobody has placed the product here yet. Limits of this standard are not offered for it."), "text2", "wait"
    if not row.confirmed_by:
        return _("Provisional: nobody has confirmed it, so no report can rest on it yet."), "warn", "warn"
    return _("Confirmed."), "text2", "done"


def _product(row: ProductRow) -> Cell:
    told = n_("{count} standard", "{count} standards", row.placed).format(count=row.placed) if row.placed else _("not placed yet")
    below = " · ".join(part for part in (row.code, row.prefix, told) if part)
    return Cell(row.name, weight=500, right=_open(row.open) if row.open else None, below=Cell(below, "text2", role="note"), tip=row.name)


def _open(count: int) -> Cell:
    return Cell(_("{count} to confirm").format(count=count), chip="warn")


def _standard(row: PlacementRow) -> Cell:
    near = row.placed or row.candidates
    tip = "\n".join(part for part in (tree(row.classification), row.title) if part)
    return Cell(tree(row.classification), "text" if near else "text2", 500 if near else 400, tip=tip)


def _under(row: PlacementRow) -> str:
    """Return where a product stands, in one line."""
    return _("; ").join(one.words() for one in row.headings) or _("the standard does not treat of it")


def _where(row: PlacementRow) -> Cell:
    if row.headings:
        first, *others = row.headings
        more = Cell(_("and {count} more").format(count=len(others)), "text2", role="note") if others else None
        return Cell(f"{first.number} {first.name}".strip(), right=more, tip="\n".join(one.words() for one in row.headings))
    if row.placed:
        return Cell(_("the standard does not treat of it"), "text2")
    count = len(row.candidates)
    told = Cell(_("{count} proposed").format(count=count), "accent_text", role="note") if count else None
    return Cell(_("not placed yet"), "text2" if count else "text3", right=told)


def _placed(row: PlacementRow) -> Cell:
    return Cell(row.placed_by, after=Cell(day(row.placed_at), "text2", role="note"), tip=minute(row.placed_at)) if row.placed else Cell()


def _confirmed(row: PlacementRow) -> Cell:
    if not row.placed:
        return Cell()
    if not row.confirmed_by:
        return Cell(_("provisional"), chip="warn", tip=_("Provisional: nobody has confirmed it, so no report can rest on it yet."))
    return Cell(row.confirmed_by, chip="good", tip=minute(row.confirmed_at))
