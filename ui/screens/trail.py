"""The audit trail: who, when, what, from, to, why; newest first, read in pages."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from PySide6.QtWidgets import QWidget

from lims.i18n import N_, _
from lims.views import trail as view
from lims.views.trail import TrailRow
from ui.kit.cell import Cell
from ui.kit.command import Command
from ui.kit.editors import Choice, Text
from ui.kit.empty import Empty
from ui.kit.panel import Divider, Head, Panel, Rows, Title, Words
from ui.kit.screen import Screen
from ui.kit.table import Column, Table
from ui.screens.moments import second
from ui.screens.trail_words import KINDS, field_words, kind_words, thing_words, unfolded, value_words, verb_words

PAGE = 200


class Trail(Screen):
    """The trail with its two filters; the panel shows one line in full."""

    title = N_("Audit trail")
    watches = frozenset(KINDS)

    def start(self) -> None:
        self._ended, self._asked = False, PAGE
        self.table: Table
        self.columns: tuple[Column[TrailRow], ...] = (
            Column(N_("When"), lambda row: row.at, lambda at: Cell(second(at), "text2"), 166),
            Column(N_("Who"), lambda row: row.person or _("the program"), lambda name: Cell(name, weight=500), 76, name="who"),
            Column(N_("What"), lambda row: verb_words(row.verb), width=116, name="what"),
            Column(N_("Thing"), _thing, lambda words: Cell(words, tip=words), 160, stretch=True, name="thing"),
            Column(N_("Field"), lambda row: field_words(row.kind, row.field) if row.field else _("made"), lambda words: Cell(words, "text2"), 92),
            Column(N_("From"), lambda row: value_words(row.kind, row.field, row.old), width=76),
            Column(N_("To"), lambda row: value_words(row.kind, row.field, row.new) if row.field else "", width=76, name="to"),
            Column(N_("Why"), lambda row: row.reason, lambda words: Cell(words, tip=words), 72),
        )

    def commands(self) -> Sequence[Command]:
        return (Command("trail.filter", N_("Filter by name"), lambda: self.name.setFocus(), "Ctrl+F", "filter", side="menu"),)

    def build(self) -> QWidget:
        self.nothing = Empty("history", N_("Nothing stands here."), N_("The trail begins with the first change, and nobody can change it."))
        self.table = Table(self.columns, key=lambda row: row.id, name=lambda row: row.name, words=self.title, many=False, empty=self.nothing)
        self.table.moved.connect(self._moved)
        self.table.near_end.connect(self._next_page)
        self.panel = Panel()
        return self.table

    def built(self) -> None:
        self.kind = Choice(lambda: {"": _("All kinds"), **{kind: _(words) for kind, words in KINDS.items()}})
        self.kind.put("")
        self.kind.setFixedWidth(170)
        self.kind.setAccessibleName(_("Kind of thing"))
        self.kind.changed.connect(self.refill)
        self.name = Text(_("number or name begins with"))
        self.name.setFixedWidth(240)
        self.name.setAccessibleName(_("Beginning of the number or name"))
        self.name.changed.connect(self.refill)
        self.bar.lead(self.kind)
        self.bar.lead(self.name)

    def refill(self) -> None:
        self._ask(self._put, limit=max(PAGE, len(self.table.rows())))

    def show_thing(self, key: Hashable) -> None:
        self.kind.put("")
        self.name.put(key)
        self.refill()

    def _ask(self, then: Callable[[list[TrailRow]], None], limit: int = PAGE, before: int | None = None) -> None:
        self._asked = limit
        self.desk.ask(view.rows, kind=self.kind.get(), name=self.name.get(), before=before, limit=limit, then=then, once="trail.rows")

    def _put(self, rows: list[TrailRow]) -> None:
        self._ended = len(rows) < self._asked
        found = self.kind.get() or self.name.get()
        self.nothing.say(*((N_("Nothing fits the filter."), N_("Choose all kinds, or empty the field.")) if found else (N_("Nothing stands here."), "")))
        self.table.put(rows)
        if rows and self.table.current() is None:
            self.table.select(rows[0].id)

    def _next_page(self) -> None:
        rows = self.table.rows()
        if rows and not self._ended:
            self._ask(self._add, before=rows[-1].id)

    def _add(self, rows: list[TrailRow]) -> None:
        self._ended = len(rows) < self._asked
        self.table.add(rows)

    def _moved(self, row: TrailRow | None) -> None:
        assert self.panel is not None
        if row is None:
            self.panel.put(_("Line"), Words(_("Nothing is chosen.")))
            return
        facts = [(_("Who"), row.person or _("the program")), (_("When"), second(row.at)), (_("Kind"), kind_words(row.kind))]
        if row.reason:
            facts.append((_("Why"), row.reason))
        self.panel.put(_("Line {number}").format(number=row.id), Head(thing_words(row), verb_words(row.verb)), Rows(facts), Divider(), *self._change(row))

    def _change(self, row: TrailRow) -> list[QWidget]:
        if not row.field:
            made = ((field_words(row.kind, name), value_words(row.kind, name, value)) for name, value in unfolded(row.new))
            return [Title(_("Made with these values")), Rows(made)]
        values = (value_words(row.kind, row.field, value) or _("empty") for value in (row.old, row.new))
        return [Title(field_words(row.kind, row.field)), Rows(zip((_("From"), _("To")), values, strict=True))]


def _thing(row: TrailRow) -> str:
    return f"{kind_words(row.kind)} {thing_words(row)}"
