"""Editions of standards: from when until when each is in force, what it holds, what of it is confirmed; a new one is read from a table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from lims.i18n import N_, _, n_
from lims.rules.rights import Right, right_refusal
from lims.services import catalogue, editions
from lims.services.editions import Difference, Dry, EditionDraft
from lims.services.grids import Grid
from lims.views import standards as view
from lims.views.standards import StandardRow
from ui.kit.ask import Dialog
from ui.kit.cell import Cell, dash
from ui.kit.command import Command
from ui.kit.form import Field
from ui.kit.panel import Divider, Head, Rows, Words
from ui.kit.table import Column
from ui.screens import edition
from ui.screens.edition import Asking, Trial
from ui.screens.limits import I_HAVE_READ, REMARK, Finder, Whole, beneath, confirmed_words, evidence
from ui.screens.moments import day, today
from ui.screens.register import Register, Sheet

COMMON = ("食品安全国家标准 ", "National food safety standard - ")
"""What the titles of many standards begin with, and none of them is told by."""


class Standards(Register):
    """The list of editions; a table that was read takes its place until it is taken over or left."""

    title = N_("Editions")
    watches = frozenset({"standard", "limit", "confirmation"})
    icon = "book-open"
    right = Right.CATALOGUE
    adding = N_("Import an edition")
    empty = (N_("The library holds no standards."), N_("An edition is imported from a table of its limits."))
    columns: tuple[Column[Any], ...] = (
        Column(N_("Edition"), lambda row: row.code, lambda code: Cell(code, weight=500, tip=code), 140, name="code"),
        Column(N_("Title"), lambda row: row.title, lambda title: Cell(_short(title), tip=title), 110, stretch=True, name="title"),
        Column(N_("Today"), lambda row: row, lambda row: _state(row), 130, name="state"),
        Column(N_("In force from"), lambda row: row.in_force, lambda on: Cell(day(on) if on else _("no date"), "text2"), 100, name="in_force"),
        Column(N_("Abolished"), lambda row: row.abolished, lambda on: Cell(day(on), "text2"), 100, name="abolished"),
        Column(N_("Confirmed"), lambda row: row, lambda row: _confirmed(row), 78, "right", name="confirmed", tip=N_("Confirmed limits of all limits")),
        Column(N_("Published"), lambda row: row.issued, lambda on: Cell(day(on), "text2"), 100, name="issued"),
        Column(N_("Classification"), lambda row: row.classification, lambda tree: Cell(tree, "text2", tip=tree), 104, name="classification"),
    )

    def start(self) -> None:
        super().start()
        self.reading: tuple[EditionDraft, Grid, Dry] | None = None
        """What was said of an edition, its table, and what taking it over would do."""
        self._known: Sequence[StandardRow] = ()
        self._typed: Mapping[str, Any] = {}
        self._sent = False

    def commands(self) -> Sequence[Command]:
        labels: Mapping[str, Any] = {"standards.change": N_("Set the dates"), "standards.save": self._save_words}
        return [replace(one, label=labels.get(one.name, one.label)) for one in super().commands()]

    def more(self) -> Sequence[Command]:
        return (
            Command("standards.confirm", N_("Confirm the standard"), self.confirm, icon="book-open-check", refusal=self.why_not_confirm),
            Command("standards.limits", N_("Show its limits"), self.limits, icon="list", refusal=self.why_no_limits, side="menu"),
            Command("standards.find", N_("Find an edition"), self.find, "Ctrl+F", "search", self._why_not_here, side="menu"),
        )

    def build(self) -> QWidget:
        super().build()
        self.finder = Finder(_("number or title"), self.table)
        self.search = self.finder.field
        self.search.changed.connect(self.refill)
        self.trial = Trial(self.acts["standards.save"], self.acts["standards.leave"], self.acts)
        self.trial.moved.connect(self._explain)
        self.trial.refused.connect(self._refused)
        self.trial.opened.connect(lambda number: self.shell.open("samples", number))
        self.stack = QStackedWidget()
        self.stack.addWidget(beneath(self.finder, self.table))
        self.stack.addWidget(self.trial)
        return self.stack

    def begin(self) -> None:
        self.trial.begin() if self.reading else self.table.setFocus()

    def key(self, row: StandardRow) -> Hashable:
        return row.code

    def refill(self) -> None:
        self.desk.ask(_found, self.search.get(), then=self.put, once="standards.rows")

    def take(self, answer: tuple[list[StandardRow], list[StandardRow]]) -> Sequence[StandardRow]:
        rows, self._known = answer
        return rows

    def show_thing(self, key: Hashable) -> None:
        self.search.put("")
        self._wanted = key
        self.refill()

    def card(self, row: StandardRow) -> None:
        assert self.panel is not None
        mark, words = _today(row)
        dates = [
            (_("Published"), day(row.issued)),
            (_("In force from"), day(row.in_force)),
            (_("Abolished"), day(row.abolished)),
            (_("Replaces"), row.replaces),
            (_("Replaced by"), _(", ").join(one.code for one in self._known if one.replaces == row.code)),
            (_("Classification"), row.classification),
        ]
        known = [(_("Rests on"), evidence(row.evidence)), (_("Source"), row.source)]
        self.panel.put(
            self.heading(),
            Head(row.code, row.title),
            Words(_(words), mark=mark),
            Divider(),
            Rows((name, value) for name, value in dates if value),
            Divider(),
            Rows([(_("In the library"), str(row.limits)), (_("Confirmed"), str(row.confirmed))], _("Limits")),
            Divider(),
            Rows([(name, value) for name, value in known if value], _("How the program knows it")),
            foot=(self.acts["standards.limits"],),
        )

    def sheet(self, row: StandardRow | None) -> Sheet:
        if row is None:
            return Asking(self._known, self._typed)
        return Sheet(DATES, dict, {"in_force": row.in_force, "abolished": row.abolished}, row.code)

    def keep(self, draft: Any, row: StandardRow | None) -> None:
        if row is None:
            path, said = draft
            self._typed = {"file": path, **asdict(said)}
            self.desk.ask(edition.read, path, said, then=lambda found: self.look(said, *found), form=self.form)
        else:
            self.desk.ask(catalogue.date_edition, row.code, **draft, by=self.person, then=lambda _none: self.saved(row.code), form=self.form)

    # -- a table that was read -------------------------------------------------------------------------------------------------

    def look(self, draft: EditionDraft, table: Grid, dry: Dry) -> None:
        """Show what taking a table over would do, in place of the list."""
        self.form = self.changing = None
        self.reading, self._sent = (draft, table, dry), False
        self.trial.put(dry)
        self.bar.hide()
        self.stack.setCurrentWidget(self.trial)
        self.put_panel_away()
        self.trial.begin()
        self.refresh()

    def save(self) -> None:
        if self.reading is None:
            super().save()
            return
        draft, table, _dry = self.reading
        self._sent = True
        self.desk.ask(editions.take, draft, table, by=self.person, then=lambda count: self._taken(draft.standard, count), form=self.trial)
        self.refresh()

    def _refused(self, words: str) -> None:
        self._sent = False
        self.shell.message("warn", words)
        self.refresh()

    def leave(self) -> None:
        """Give up what is open: a table that was read leads back to its form."""
        if self.reading is None:
            super().leave()
            return
        self._to_list()
        self._ask(None)

    def _taken(self, code: str, count: int) -> None:
        words = n_("{standard} is taken over with {count} limit.", "{standard} is taken over with {count} limits.", count)
        self.shell.toast(words.format(standard=code, count=count))
        self._typed = {}
        self._to_list()
        self.search.put("")
        self.saved(code)

    def _to_list(self) -> None:
        self.reading, self._sent = None, False
        self.bar.show()
        self.stack.setCurrentIndex(0)
        self._show(self.table.current())

    def _place_panel(self) -> None:
        """Over a table that was read the panel leaves the line with the primary free, as it leaves the command bar."""
        super()._place_panel()
        if self.reading and self.panel and self._floats:
            top = self.trial.head.height() + 1
            self.panel.setGeometry(self.width() - self.panel.width(), top, self.panel.width(), self.height() - top)

    def _explain(self, row: Difference | None) -> None:
        if self.reading is not None and self.panel is not None:
            self.panel.put(_("New edition"), *edition.parts(self.reading[2], row))

    def _show(self, row: Any | None) -> None:
        if self.reading is None:
            super()._show(row)

    def unfinished(self) -> str | None:
        if self.reading is None:
            return super().unfinished()
        return _("{standard} was read and not taken over.").format(standard=self.reading[0].standard)

    def _save_words(self) -> str:
        return _("Take over") if self.reading else _("Compare") if isinstance(self.form, Asking) else _("Save")

    def why_not_save(self) -> str | None:
        if self.reading is None:
            return super().why_not_save()
        wrong = len({one.line for one in self.reading[2].errors})
        if wrong:
            words = n_("{count} row is wrong. Mend it and read the table again.", "{count} rows are wrong. Mend them and read the table again.", wrong)
            return words.format(count=wrong)
        return _("It is being saved.") if self._sent else None

    def why_not_leave(self) -> str | None:
        return super().why_not_leave() if self.reading is None else None

    def why_not(self) -> str | None:
        return super().why_not() or self._why_not_here()

    def _why_not_here(self) -> str | None:
        return _("A table was read. Take it over, or go back to the list first.") if self.reading else None

    # -- the list --------------------------------------------------------------------------------------------------------------

    def find(self) -> None:
        """Go to the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def limits(self) -> None:
        """Show the limits of the edition under the cursor."""
        if (row := self.table.current()) is not None:
            self.shell.open("limits", row.code)

    def confirm(self) -> None:
        """Ask for the remark and confirm every limit of the edition under the cursor."""
        if (row := self.table.current()) is not None:
            self._ask_confirmation(row)

    def _ask_confirmation(self, row: StandardRow) -> None:

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            done = dialog.done_with(lambda count: self.shell.toast(confirmed_words(count)))
            self.desk.ask(catalogue.confirm_standard, row.code, remark=answer["remark"], by=self.person, then=done, form=dialog)

        count = row.limits - row.confirmed
        note = _("{standard} has {count} limits, {open} of them are not confirmed yet.").format(standard=row.code, count=row.limits, open=count)
        dialog = Whole(self, _("Confirm the standard"), _(I_HAVE_READ), note, (REMARK,), _("Confirm {count}").format(count=count), _("Back"), False, send)
        dialog.open()
        dialog.form.focus()

    def why_not_confirm(self) -> str | None:
        """Say why the edition under the cursor cannot be confirmed, or return None."""
        if refusal := right_refusal(Right.CONFIRM, self.person) or self.why_no_limits():
            return refusal
        row = self.table.current()
        return _("Every limit of {standard} is confirmed.").format(standard=row.code) if row and row.confirmed >= row.limits else None

    def why_no_limits(self) -> str | None:
        """Say why no limits can be shown, or return None."""
        row = self.table.current()
        if row is None or self.reading:
            return self._why_not_here() or _("Choose a row first.")
        return None if row.limits else _("The library has no limits of {standard}.").format(standard=row.code)


DATES = (
    Field("in_force", N_("In force from"), kind="date", optional=True, note=N_("Without a day the edition is never chosen by itself.")),
    Field("abolished", N_("Abolished"), kind="date", optional=True, note=N_("The first day on which it no longer holds.")),
    Field("reason", N_("Reason"), kind="lines", lines=2, note=N_("Where it is stated. Results that were judged keep what they were judged by.")),
)


def _found(work: Any, text: str) -> tuple[list[StandardRow], list[StandardRow]]:
    """Return the editions that are meant, and all of them."""
    rows = view.standards(work, work.today())
    wanted = frozenset(view.find_standards(work, text))
    return [row for row in rows if row.code in wanted] if text else rows, rows


def _short(title: str) -> str:
    return next((title.removeprefix(words) for words in COMMON if title.startswith(words)), title)


def _confirmed(row: StandardRow) -> Cell:
    return Cell(f"{row.confirmed} / {row.limits}", "text" if row.confirmed else "text2") if row.limits else dash()


def _state(row: StandardRow) -> Cell:
    mark, words = _today(row)
    shown = N_("never chosen by itself") if row.in_force is None else words
    return Cell(_(shown), "text2", mark=mark, tip=_(words))


def _today(row: StandardRow) -> tuple[str, str]:
    if row.holds:
        return "done", N_("in force")
    if row.in_force is None:
        return "ask", N_("no date: never chosen by itself")
    return ("none", N_("abolished")) if row.in_force <= today() else ("wait", N_("not yet in force"))
