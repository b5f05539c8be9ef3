"""The standards library: every limit with its source, and the laboratory's confirmation that it has read it in its own copy."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from lims.i18n import N_, _, n_
from lims.rules.rights import Right, right_refusal
from lims.services import catalogue
from lims.views import catalogue as view
from lims.views.catalogue import LimitRow
from ui.kit.ask import Dialog
from ui.kit.cell import Cell
from ui.kit.command import Command
from ui.kit.empty import Empty
from ui.kit.form import Field
from ui.kit.panel import Divider, Head, Panel, Rows, Words
from ui.kit.screen import Screen
from ui.kit.segments import Segments
from ui.kit.table import Column, Table
from ui.screens.moments import minute

EVIDENCE = {
    "official_bulletin": N_("official bulletin"),
    "official_text": N_("official text"),
    "knowledge": N_("general knowledge, no document"),
}
"""What a row of the library rests on, in words; anything else is shown as it is written."""

COLUMNS: tuple[Column[LimitRow], ...] = (
    Column(N_("Item"), lambda row: row.item, lambda name: Cell(name, weight=500), 126, name="item"),
    Column(N_("Product"), lambda row: row.product, width=70),
    Column(N_("Classification"), lambda row: row.classification, lambda words: Cell(words, "text2", tip=words), 120, stretch=True),
    Column(N_("Requirement"), lambda row: row, lambda row: _requirement(row), 112, name="requirement"),
    Column(N_("Standard"), lambda row: row, lambda row: _standard(row), 150),
    Column(N_("Rests on"), lambda row: row.evidence, lambda evidence: Cell(_(EVIDENCE.get(evidence, evidence)), "text2"), 124),
    Column(N_("Checked"), lambda row: row, lambda row: _checked(row), 150, name="checked"),
)


class Limits(Screen):
    """Limits to confirm, and all of them."""

    title = N_("Standards")
    watches = frozenset({"limit", "confirmation", "standard"})

    def start(self) -> None:
        self.rows: list[LimitRow] = []
        self._wanted: Hashable = None

    def commands(self) -> Sequence[Command]:
        return (Command("limits.confirm", self._confirm_words, self.confirm, icon="book-open-check", refusal=self.why_not_confirm, kind="primary"),)

    def build(self) -> QWidget:
        self.nothing = Empty("book-open-check", N_("Every limit is confirmed."), N_("New limits of a later library appear here."))
        self.table = Table(COLUMNS, key=lambda row: row.code, name=lambda row: f"{row.item} {row.product}", words=self.title, empty=self.nothing)
        self.table.moved.connect(self._moved)
        self.table.chosen.connect(lambda _rows: self.refresh())
        self.table.offer([self.acts["limits.confirm"]])
        self.panel = Panel()
        return self.table

    def built(self) -> None:
        self.which = Segments({"open": N_("To confirm"), "all": N_("All")}, N_("Which limits"))
        self.which.chosen.connect(lambda _value: self._show())
        self.bar.lead(self.which)

    def refill(self) -> None:
        self.desk.ask(lambda work: view.limit_rows(work, work.today()), then=self.put, once="limits.rows")

    def put(self, rows: list[LimitRow]) -> None:
        """Show what was read."""
        self.rows = rows
        self._show()

    def show_thing(self, key: Hashable) -> None:
        self.which.choose("all", tell=False)
        self._wanted = key
        self._show()

    def confirm(self) -> None:
        """Ask for the remark and confirm what is selected."""
        rows = self._to_confirm()
        codes = [row.code for row in rows]

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            words = n_("{count} limit confirmed.", "{count} limits confirmed.", len(codes)).format(count=len(codes))
            done = dialog.done_with(lambda _answer: self.shell.toast(words))
            self.desk.ask(catalogue.confirm, codes, remark=answer["remark"], by=self.person, then=done, form=dialog)

        words = _("I have read them in the laboratory's own copy of the standard, and they say the same.")
        note = "\n".join(f"{row.item} · {row.product} · {row.requirement} {row.unit} · {row.standard} {row.clause}" for row in rows[:SHOWN])
        more = "\n" + _("and {count} more").format(count=len(rows) - SHOWN) if len(rows) > SHOWN else ""
        dialog = Dialog(self, self._confirm_words(), words, note + more, (REMARK,), self._confirm_words(), _("Back"), False, send)
        dialog.open()
        dialog.form.focus()

    def why_not_confirm(self) -> str | None:
        """Say why nothing can be confirmed now, or return None."""
        if refusal := right_refusal(Right.CATALOGUE, self.person):
            return refusal
        if not self.table.selected():
            return _("Choose the limits you have read in the standard.")
        return None if self._to_confirm() else _("What is chosen is confirmed already.")

    def _confirm_words(self) -> str:
        count = len(self._to_confirm())
        return _("Confirm {count}").format(count=count) if count else _("Confirm")

    def _to_confirm(self) -> list[LimitRow]:
        return [row for row in self.table.selected() if not row.confirmed_by]

    def _show(self) -> None:
        unconfirmed = [row for row in self.rows if not row.confirmed_by]
        self.which.count({"open": len(unconfirmed), "all": len(self.rows)})
        rows = unconfirmed if self.which.value == "open" else self.rows
        self.table.put(rows)
        if self._wanted is not None and self.table.select(self._wanted):
            self._wanted = None
        elif rows and self.table.current() is None:
            self.table.select(rows[0].code)
        self.refresh()

    def _moved(self, row: LimitRow | None) -> None:
        assert self.panel is not None
        if row is None:
            self.panel.put(_("Limit"), Words(_("Nothing is chosen.")))
            return
        source = [(_("Rests on"), _(EVIDENCE.get(row.evidence, row.evidence))), (_("Source"), row.source), (_("Number in the library"), row.code)]
        self.panel.put(
            _("Limit"),
            Head(f"{row.item} · {row.product}", row.classification, f"{row.requirement} {row.unit}".strip()),
            Words(*self._confirmation(row)),
            Divider(),
            Rows(_said(self._place(row)), _("Where it stands")),
            Divider(),
            Rows(_said(source), _("How the program knows it")),
        )

    def _confirmation(self, row: LimitRow) -> tuple[str, str, str]:
        if not row.confirmed_by:
            return _("No report can rest on this limit yet. Compare it with the laboratory's own copy of the standard, then confirm it."), "text2", "wait"
        words = _("Confirmed by {person} on {time}.").format(person=row.confirmed_by, time=minute(row.confirmed_at))
        return f"{words} {row.remark}".strip(), "text2", "done"

    def _place(self, row: LimitRow) -> list[tuple[str, str]]:
        return [
            (_("Standard"), row.standard),
            (_("Title"), row.title),
            (_("Clause"), row.clause or _("not recorded")),
            (_("In force"), _("yes") if row.in_force else _("not on today's date")),
            (_("Expressed as"), row.basis),
            (_("Condition"), row.condition),
        ]


SHOWN = 8
"""Limits named in the dialog; the others are counted."""

REMARK = Field("remark", N_("Remark"), kind="lines", optional=True, lines=2)


def _said(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(key, value) for key, value in rows if value]


def _requirement(row: LimitRow) -> Cell:
    return Cell(row.requirement, weight=500, after=Cell(row.unit, "text3"))


def _standard(row: LimitRow) -> Cell:
    place = f"{row.standard} {row.clause}".strip()
    return Cell(place, tip=row.title) if row.in_force else Cell(place, "text2", mark="warn", tip=_("This edition is not in force today."))


def _checked(row: LimitRow) -> Cell:
    if not row.confirmed_by:
        return Cell(_("not confirmed"), chip="wait", tip=_("The laboratory has not confirmed this limit, so it cannot decide a report yet."))
    return Cell(row.confirmed_by, chip="good", tip=row.remark)
