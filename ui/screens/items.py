"""Items and methods: what can be determined, how often the library limits it, and how each method reports it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from lims.i18n import N_, _, n_
from lims.rules.judgement import COMPARISON_WORDS
from lims.rules.limits import Comparison
from lims.rules.rights import Right, right_refusal
from lims.rules.uncertainty import DECIDE_WORDS, Decide
from lims.services import catalogue
from lims.views import items as view
from lims.views.items import ItemRow, ProcedureRow
from lims.views.names import found
from ui.kit.cell import Cell
from ui.kit.command import Command
from ui.kit.editors import Choice
from ui.kit.empty import Empty
from ui.kit.form import Field
from ui.kit.label import Label, Rule, ground
from ui.kit.panel import Divider, Head, Panel, Rows, Title, Words
from ui.kit.screen import Screen
from ui.kit.table import Column, Table
from ui.navigation import BY_NAME
from ui.screens.limits import Search, evidence
from ui.screens.register import Sheet
from ui.theme import theme

GROUPS = {
    "contaminant": N_("contaminants"),
    "mycotoxin": N_("mycotoxins"),
    "pesticide": N_("pesticide residues"),
    "veterinary": N_("veterinary drug residues"),
    "additive": N_("additives"),
    "microbe": N_("microorganisms"),
    "quality": N_("quality"),
    "grain": N_("grain quality"),
    "drug": N_("drug tests"),
    "other": N_("others"),
}
"""Kinds of item, in words."""


@dataclass(frozen=True, slots=True)
class Row:
    """An item with the methods for it."""

    item: ItemRow
    procedures: tuple[ProcedureRow, ...]

    @property
    def in_scope(self) -> int:
        """How many of its methods the laboratory is accredited for."""
        return sum(one.in_scope for one in self.procedures)


ITEMS: tuple[Column[Row], ...] = (
    Column(N_("Item"), lambda row: row.item.name, lambda name: Cell(name, weight=500, tip=name), 150, name="item"),
    Column(N_("Name in Chinese"), lambda row: row.item.other, lambda name: Cell(name, "text2", tip=name), 150),
    Column(N_("Group"), lambda row: row.item.group, lambda group: Cell(_group(group), "text2"), 144, name="group"),
    Column(N_("Other names"), lambda row: row.item.aliases, lambda names: _aliases(names), 90, stretch=True),
    Column(N_("Limits"), lambda row: row.item.limits, lambda count: str(count or ""), 66, "right"),
    Column(N_("Methods"), lambda row: len(row.procedures), lambda count: str(count or ""), 70, "right"),
    Column(N_("Accreditation"), lambda row: row, lambda row: _share(row), 108, name="scope"),
)

METHODS: tuple[Column[ProcedureRow], ...] = (
    Column(N_("Method"), lambda row: row.method, lambda method: Cell(method, weight=500, tip=method), 158, name="method"),
    Column(N_("Title"), lambda row: row.title, lambda title: Cell(title, "text2", tip=title), 120, stretch=True),
    Column(N_("Technique"), lambda row: row, lambda row: _technique(row), 140),
    Column(N_("Unit"), lambda row: row.unit, lambda unit: Cell(unit, "text2"), 72),
    Column(N_("LOD"), lambda row: row.detection_limit, width=64, align="right", name="lod", tip=N_("Limit of detection")),
    Column(N_("LOQ"), lambda row: row.quantitation_limit, width=64, align="right", name="loq", tip=N_("Limit of quantitation")),
    Column(N_("Accreditation"), lambda row: row.in_scope, lambda held: _scope(held), 108, name="scope"),
)

FIELDS = (
    Field("unit", N_("Unit"), optional=True, note=N_("In which values are entered; empty means the limit's.")),
    Field("rounding", N_("Rounding of the reported value"), optional=True, note=N_("1, 0.1 or 0.01; 2s for two significant digits; empty as measured.")),
    Field("detection_limit", N_("Limit of detection"), optional=True, note=N_("In the method's unit.")),
    Field("quantitation_limit", N_("Limit of quantitation"), optional=True, note=N_("In the method's unit.")),
    Field("uncertainty", N_("Expanded uncertainty"), optional=True, note=N_("0.02 in the method's unit or 10% of the value, k = 2.")),
    Field("decision", N_("Decision rule"), kind="choice", options=dict(DECIDE_WORDS)),
    Field("reason", N_("Reason"), kind="lines", lines=2, note=N_("Where it stands: the method's text, a validation.")),
)


class Items(Screen):
    """The items, below them the methods of the one under the cursor, at the right one method in full."""

    title = N_("Items and methods")
    watches = frozenset({"item", "procedure", "limit", "scope"})

    def start(self) -> None:
        self.rows: list[Row] = []
        self.form: Sheet | None = None
        self.changing: ProcedureRow | None = None
        self._item = ""
        self._told: tuple[Row | None, ProcedureRow | None] | None = None
        """What the panel says: it is made anew only where that changes."""
        self._wanted: Hashable = None

    def commands(self) -> Sequence[Command]:
        return (
            Command("items.change", N_("Change the method"), self.change, "F2", "pencil", self.why_not_change, "quiet"),
            Command("items.limits", N_("Show limits"), self.limits, "", "book-open-check", self.why_no_limits),
            Command("items.seek", N_("Find in the list"), self.seek, "Ctrl+F", "search", side="menu"),
            Command("items.save", N_("Save"), self.save, "", "", self.why_not_save, "primary", "menu"),
            Command("items.leave", N_("Back"), self.leave, "Esc", "", self.why_not_leave, side="menu", palette=False),
        )

    def build(self) -> QWidget:
        whole = ground(QWidget(), "surface")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.nothing = Empty("flask-conical", N_("The library holds no items."))
        self.table = Table(ITEMS, key=lambda row: row.item.code, name=lambda row: row.item.name, words=N_("Items"), many=False, empty=self.nothing)
        self.table.moved.connect(self._chosen)
        self.table.opened.connect(lambda _row: self.methods.setFocus())
        self.table.offer([self.acts["items.limits"]])
        none = Empty("flask-conical", N_("The library knows no method for this item."))
        self.methods = Table(METHODS, key=lambda row: row.code, name=lambda row: row.method, words=N_("Methods"), many=False, empty=none)
        self.methods.moved.connect(self._moved)
        self.methods.opened.connect(lambda _row: self.acts.do("items.change"))
        self.methods.offer([self.acts["items.change"]])
        theme.changed.connect(self._fit)
        self._fit()
        self.of = Label("", "note", "text2", 500)
        self.of.setContentsMargins(theme.size("margin"), 9, 16, 5)
        column.addWidget(self.table, 1)
        for part in (Rule(), self.of, self.methods):
            column.addWidget(part)
        self.panel = Panel()
        self.first = self.table
        return whole

    def _fit(self) -> None:
        self.methods.setFixedHeight(theme.size("head") + LINES * theme.size("list_row") + 2)

    def built(self) -> None:
        assert self.panel is not None
        self.panel.closed.connect(self._drop)
        self.group = Choice(lambda: {"": _("All groups"), **{name: _(words) for name, words in GROUPS.items()}})
        self.group.put("")
        self.group.setFixedWidth(168)
        self.group.setAccessibleName(_("Group of items"))
        self.group.changed.connect(self._show)
        self.search = Search(_("name, initials"), self.table)
        self.search.setFixedWidth(180)
        self.search.changed.connect(self._show)
        self.bar.lead(self.group)
        self.bar.lead(self.search)

    def refill(self) -> None:
        self.desk.ask(_read, then=self.put, once="items.rows")

    def put(self, rows: list[Row]) -> None:
        """Show what was read."""
        self.rows = rows
        self._show()

    def show_thing(self, key: Hashable) -> None:
        self._wanted = key
        self.group.put("")
        self.search.put("")
        self._show()

    # -- what is shown -----------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        text, group = self.search.get(), self.group.get()
        rows = [row for row in self.rows if group in ("", row.item.group) and found(text, row.item.sought)]
        self.nothing.say(_("Nothing is found for “{text}”.").format(text=text) if text else N_("The library holds no items."))
        self.bar.remain(n_("{count} item", "{count} items", len(rows)).format(count=len(rows)))
        self.table.put(rows)
        if self._wanted is not None and self.table.select(self._wanted):
            self._wanted = None
        elif rows and self.table.current() is None:
            self.table.select(rows[0].item.code)

    def _chosen(self, row: Row | None) -> None:
        item = row.item.code if row else ""
        self.of.say(_("Methods for {item}").format(item=row.item.name) if row else _("Methods"))
        blocked = self.methods.blockSignals(True)
        self.methods.put(row.procedures if row else ())
        if row and row.procedures and (item != self._item or self.methods.current() is None):
            self.methods.select(row.procedures[0].code)
        self.methods.blockSignals(blocked)
        self._item = item
        self._moved(self.methods.current())

    def _moved(self, row: ProcedureRow | None) -> None:
        assert self.panel is not None
        here = self.table.current()
        if self.form and (self.form.dirty() or (row and self.changing and row.code == self.changing.code)):
            return
        if self.form is None and self._told == (here, row):
            self.refresh()
            return
        self.form = self.changing = None
        self._told = here, row
        if here is None:
            self.panel.put(self.heading(), Words(_("Nothing is chosen.")))
        else:
            foot = (self.acts["items.change"],) if row else ()
            self.panel.put(_("Item and method"), *_card(here.item), *(_method(row) if row else ()), foot=foot)
        self.refresh()

    # -- changing a method -------------------------------------------------------------------------------------------------

    def change(self) -> None:
        """Open the form of the method under the cursor."""
        row = self.methods.current()
        if row is None:
            return
        assert self.panel is not None
        self.changing, self._told = row, None
        values = {field.name: getattr(row, field.name) for field in FIELDS[:-1]}
        self.form = Sheet(FIELDS, dict, values, f"{row.item} · {row.method}")
        self.form.changed.connect(lambda _name: self.refresh())
        self.panel.put(_("Change the method"), Head(row.item, row.method), self.form, foot=(self.acts["items.save"], self.acts["items.leave"]))
        self.show_panel(True)
        self.form.focus()
        self.refresh()

    def save(self) -> None:
        """Send what the form holds."""
        if self.form is not None and self.changing is not None and (said := self.form.draft()) is not None:
            self.form.sent = True
            reason = said.pop("reason")
            self.desk.ask(catalogue.change_procedure, self.changing.code, said, reason=reason, by=self.person, then=lambda _none: self._saved(), form=self.form)

    def _saved(self) -> None:
        self._drop()
        self.methods.setFocus()
        self.refill()

    def leave(self) -> None:
        """Give the form up, or empty the search."""
        if self.form is not None:
            self._drop()
            self.methods.setFocus()
        else:
            self.search.put("")
            self._show()
            self.table.setFocus()

    def _drop(self) -> None:
        if self.form is not None:
            self.form = self.changing = self._told = None
            self._moved(self.methods.current())
            self.put_panel_away()

    def unfinished(self) -> str | None:
        return _("{name} was changed and not saved.").format(name=self.form.heading) if self.form is not None and self.form.dirty() else None

    # -- commands ----------------------------------------------------------------------------------------------------------

    def limits(self) -> None:
        """Go to the limits of the item under the cursor."""
        if (row := self.table.current()) is not None:
            self.shell.open("limits", row.item.name)

    def seek(self) -> None:
        """Go to the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def why_not_change(self) -> str | None:
        """Say why no method can be changed now, or return None."""
        return right_refusal(Right.CATALOGUE, self.person) or (None if self.methods.current() is not None else _("Choose the row of a method first."))

    def why_no_limits(self) -> str | None:
        """Say why no limits can be shown, or return None."""
        place, row = BY_NAME["limits"], self.table.current()
        if not place.used_by(self.shell.rights):
            return _("Your rights do not use “{place}”.").format(place=_(place.title))
        if row is None:
            return _("Choose a row first.")
        return None if row.item.limits else _("The library has no limit of {item}.").format(item=f"“{row.item.name}”")

    def why_not_save(self) -> str | None:
        """Say why nothing can be saved now, or return None."""
        if self.form is None:
            return _("Nothing is being changed. F2 changes the chosen row.")
        return _("It is being saved.") if self.form.sent else None

    def why_not_leave(self) -> str | None:
        """Say why there is nothing to give up, or return None."""
        return None if self.form is not None or self.search.text() else _("Nothing is being changed. F2 changes the chosen row.")


LINES = 5
"""Methods in sight at once below the items."""


def _read(work: Any) -> list[Row]:
    of: dict[str, list[ProcedureRow]] = {}
    for one in view.procedures(work, work.today()):
        of.setdefault(one.item_code, []).append(one)
    return [Row(item, tuple(of.get(item.code, ()))) for item in view.items(work)]


def _card(item: ItemRow) -> list[QWidget]:
    facts = [(_("Group"), _group(item.group)), (_("Other names"), "\n".join(item.aliases)), (_("Limits"), str(item.limits))]
    return [Head(item.name, item.other), Rows([(key, value) for key, value in facts if value])]


def _method(row: ProcedureRow) -> list[QWidget]:
    """Return the parts that tell how the item is determined by one method."""
    reported = [
        (_("Unit"), row.unit or _("the limit's")),
        (_("Determinations"), str(row.determinations)),
        (_("Rounding"), row.rounding or _("as measured")),
        (_("Comparison"), _(COMPARISON_WORDS[Comparison(row.comparison)])),
        (_("Allowed difference"), row.tolerance),
        (_("Limit of detection"), f"{row.detection_limit} {row.unit}".strip() if row.detection_limit else _("not recorded")),
        (_("Limit of quantitation"), f"{row.quantitation_limit} {row.unit}".strip() if row.quantitation_limit else _("not recorded")),
        (_("Expanded uncertainty"), f"{row.uncertainty} {row.unit if '%' not in row.uncertainty else ''}".strip() or _("not recorded")),
        (_("Decision rule"), _(DECIDE_WORDS[Decide(row.decision)])),
        (_("Formula"), row.formula),
    ]
    known = [(_("Rests on"), evidence(row.evidence)), (_("Source"), row.source), (_("Note"), row.note), (_("Number in the library"), row.code)]
    kind = Words(_("Screens only: its results never stand in a formal report."), "warn", "warn") if row.rapid else None
    held = Words(_("In the accreditation scope today.")) if row.in_scope else Words(_("Not in the accreditation scope today."), mark="none")
    return [
        Divider(),
        Head(row.method, row.title),
        *([Words(row.technique)] if row.technique else []),
        *([kind] if kind else []),
        held,
        Title(_("How it is reported")),
        Rows([(key, value) for key, value in reported if value]),
        Divider(),
        Title(_("How the program knows it")),
        Rows([(key, value) for key, value in known if value]),
    ]


def _group(group: str) -> str:
    return _(GROUPS.get(group, group))


def _aliases(names: Sequence[str]) -> Cell:
    return Cell(_("; ").join(names), "text2", tip="\n".join(names))


def _technique(row: ProcedureRow) -> Cell:
    tag = Cell(_("rapid"), tag=True) if row.rapid else None
    return Cell(row.technique, "text2", right=tag, tip=row.technique)


def _scope(held: bool) -> Cell:
    return Cell(_("in scope"), "text2", mark="good", role="note") if held else Cell(_("not in scope"), "text3", role="note")


def _share(row: Row) -> Cell:
    if not row.in_scope:
        return Cell(_("not in scope"), "text3", role="note") if row.procedures else Cell()
    return Cell(_("{count} in scope").format(count=row.in_scope), "text2", mark="good", role="note")
