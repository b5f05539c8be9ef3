"""The accreditation scope: the lines of the certificate's annex, entered one by one or pasted from a spreadsheet, ended with day and reason."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from lims.i18n import N_, _, n_
from lims.rules.rights import Right
from lims.services import scope
from lims.services.scope import ScopeDraft
from lims.views import items as item_view
from lims.views import scope as view
from lims.views.names import found
from lims.views.scope import ScopeRow
from ui.kit.ask import Dialog
from ui.kit.cell import Cell, dash
from ui.kit.command import Command
from ui.kit.empty import Empty
from ui.kit.form import Field
from ui.kit.panel import Head, Panel, Rows, Words
from ui.kit.segments import Segments
from ui.kit.table import Column, Table
from ui.screens.limits import Search, Whole
from ui.screens.moments import today
from ui.screens.pasting import Library, Pasting
from ui.screens.register import Register, Sheet

WHICH = {"valid": N_("Valid today"), "all": N_("All")}


class Scope(Register):
    """The lines of the accreditation; several are entered on a page of their own."""

    title = N_("Accreditation")
    watches = frozenset({"scope", "item", "procedure"})
    icon = "shield-check"
    right = Right.CATALOGUE
    adding = N_("Add line")
    empty = (
        N_("No accreditation is entered yet."),
        N_("Enter the lines of the certificate's annex here: object, item, method with its year. Paste them from a spreadsheet, or add them one by one."),
    )
    columns: tuple[Column[Any], ...] = (
        Column(N_("Object"), lambda row: row.object, lambda words: Cell(words, weight=500, tip=words), 150, name="object"),
        Column(N_("Item"), lambda row: row.item, lambda words: Cell(words, tip=words), 140, name="item"),
        Column(N_("Method"), lambda row: row, lambda row: _method(row), 170, name="method"),
        Column(N_("Restriction"), lambda row: row.restriction, lambda words: Cell(words, "text2", tip=words), 90, stretch=True, name="restriction"),
        Column(N_("Valid from"), lambda row: row.valid_from.isoformat(), lambda day: Cell(day, "text2"), 96, name="from"),
        Column(N_("Valid until"), lambda row: row.valid_to, lambda day: Cell(day.isoformat(), "text2") if day else dash(), 96, name="to"),
        Column(N_("Today"), lambda row: row, lambda row: _today(row), 118, name="holds"),
    )

    def start(self) -> None:
        super().start()
        self.rows: Sequence[ScopeRow] = ()
        self.library = Library({}, {}, {})
        self.pasting = False
        """Whether the page is in front on which several lines are entered."""
        self._beside = True
        """Whether the panel stood there before."""

    def commands(self) -> Sequence[Command]:
        return (
            Command("scope.add", self.adding, self.add, "Ctrl+N", "plus", self.why_not_add, "quiet"),
            Command("scope.paste", N_("Paste lines"), self.paste, "Ctrl+Shift+V", "table", self.why_not_add, "quiet"),
            Command("scope.end", N_("End lines"), self.end, "Ctrl+E", "calendar", self.why_not_end),
            Command("scope.seek", N_("Find in the list"), self.seek, "Ctrl+F", "search", side="menu"),
            Command("scope.save", self._save_words, self.save, "", "", self.why_not_save, "primary", "menu"),
            Command("scope.leave", N_("Back"), self.leave, "Esc", "arrow-left", self.why_not_leave, side="menu", palette=False),
        )

    def build(self) -> QWidget:
        self.nothing = Empty(self.icon, *self.empty, commands=(self.acts["scope.paste"], self.acts["scope.add"]))
        self.table = Table(self.columns, key=self.key, name=lambda row: f"{row.object} {row.item}", words=self.title, empty=self.nothing)
        self.table.moved.connect(self._moved)
        self.table.chosen.connect(lambda _rows: self.refresh())
        self.table.offer([self.acts["scope.add"], self.acts["scope.end"]])
        self.search = Search(_("object, item, method"), self.table)
        self.search.setFixedWidth(180)
        self.search.changed.connect(self._show_rows)
        self.page = Pasting(self.acts)
        self.page.changed.connect(self.refresh)
        self.page.said.connect(lambda words: self.shell.message("warn", words))
        self.panel = Panel()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.page)
        self.first = self.table
        return self.stack

    def built(self) -> None:
        super().built()
        self.which = Segments(WHICH, N_("Which lines"))
        self.which.chosen.connect(lambda _value: self._show_rows())
        self.bar.lead(self.which)
        self.bar.lead(self.search)

    def begin(self) -> None:
        (self.page.table if self.pasting else self.table).setFocus()

    def key(self, row: ScopeRow) -> Hashable:
        return row.id

    def read(self, work: Any) -> tuple[list[ScopeRow], Library]:
        methods: dict[str, list[str]] = {}
        for one in item_view.procedures(work, work.today()):
            methods.setdefault(one.item_code, []).append(one.method)
        return view.scope(work, work.today()), Library(item_view.item_names(work), item_view.item_codes(work), methods)

    def put(self, answer: tuple[list[ScopeRow], Library]) -> None:
        self.rows, self.library = answer
        self.page.know(self.library)
        if self._wanted is not None and not any(row.id == self._wanted and row.holds for row in self.rows):
            self.which.choose("all", tell=False)
        self._show_rows()

    def show_thing(self, key: Hashable) -> None:
        self._wanted = key
        self.search.put("")
        self.refill()

    def card(self, row: ScopeRow) -> None:
        assert self.panel is not None
        facts = [
            (_("Method"), row.method),
            (_("Restriction"), row.restriction),
            (_("Valid from"), row.valid_from.isoformat()),
            (_("Valid until"), row.valid_to.isoformat() if row.valid_to else _("open")),
            (_("Today"), _today(row).text),
        ]
        unknown = Words(_(UNKNOWN), "warn", "warn")
        self.panel.put(
            self.heading(),
            Head(row.item, row.object),
            *([] if row.known else [unknown]),
            Rows([(key, value) for key, value in facts if value]),
            foot=(self.acts["scope.end"],),
        )

    # -- one line ----------------------------------------------------------------------------------------------------------

    def sheet(self, row: ScopeRow | None) -> Sheet:
        objects = dict.fromkeys(one.object for one in self.rows)
        here = self.table.current()
        values = {"object": here.object, "valid_from": here.valid_from, "valid_to": here.valid_to} if here is not None and here.holds else {}
        item = ""

        def methods() -> dict[str, str]:
            return {method: method for method in self.library.methods.get(item, ())}

        def changed(name: str) -> None:
            nonlocal item
            if name == "item" and (code := self.library.code(str(form.editors["item"].get()))) != item:
                item = code
                form.editors["method"].refill()

        form = Sheet(fields(self.library, {name: name for name in objects}, methods), dict, values, _("New line"))
        form.changed.connect(changed)
        return form

    def keep(self, draft: Mapping[str, Any], row: ScopeRow | None) -> None:
        item = self.library.code(str(draft["item"])) or str(draft["item"])
        line = ScopeDraft(draft["object"], item, draft["method"], draft["valid_from"], draft["valid_to"], draft["restriction"])
        self.desk.ask(scope.add, [line], by=self.person, then=self._added, form=self.form)

    def _added(self, count: int) -> None:
        if self.pasting:
            self._to_list()
        self._drop()
        if count:
            self.shell.toast(n_("{count} line added.", "{count} lines added.", count).format(count=count))
        else:
            self.shell.message("say", _("Nothing is new: these lines stand in the scope already."))
        self.refill()
        self.table.setFocus()

    # -- several lines -----------------------------------------------------------------------------------------------------

    def paste(self) -> None:
        """Open the page for several lines with what was copied from a spreadsheet."""
        assert self.panel is not None
        self.pasting, self._beside = True, self.panel.isVisible()
        self._show_lead(False)
        self.stack.setCurrentWidget(self.page)
        self.show_panel(False)
        self.page.begin()
        self.refresh()

    def _to_list(self) -> None:
        self.pasting = False
        self._show_lead(True)
        self.page.clear()
        self.stack.setCurrentWidget(self.table)
        self.show_panel(self._beside)
        self._show(self.table.current())

    def _show_lead(self, shown: bool) -> None:
        self.which.setVisible(shown)
        self.search.setVisible(shown)

    def save(self) -> None:
        """Send what the form or the page holds."""
        if not self.pasting:
            super().save()
        elif self.page.refusal() is None:
            self.page.sent = True
            self.desk.ask(scope.add, self.page.drafts(), by=self.person, then=self._added, form=self.page)
            self.refresh()

    def leave(self) -> None:
        """Give the form or the page up, or empty the search."""
        if self.pasting:
            self._to_list()
        elif self.form is None:
            self.search.put("")
            self._show_rows()
        super().leave()

    def unfinished(self) -> str | None:
        if self.pasting and self.page.lines():
            return _("Lines of the scope are entered and not added yet.")
        return super().unfinished()

    # -- ending ------------------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """Ask for day and reason, and end the selected lines."""
        rows = self._to_end()
        keys = [row.id for row in rows]

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            words = n_("{count} line ended.", "{count} lines ended.", len(keys)).format(count=len(keys))
            done = dialog.done_with(lambda _none: self.shell.toast(words))
            self.desk.ask(scope.end, keys, answer["on"], reason=answer["reason"], by=self.person, then=done, form=dialog)

        note = "\n".join(f"{row.object} · {row.item} · {row.method}" for row in rows[:SHOWN])
        more = "\n" + _("and {count} more").format(count=len(rows) - SHOWN) if len(rows) > SHOWN else ""
        words = _("Results of these lines leave the scope after that day. What is reported stays.")
        dialog = Whole(self, self._end_words(len(rows)), words, note + more, END, self._end_words(len(rows)), _("Back"), False, send)
        dialog.open()
        dialog.form.focus()

    def seek(self) -> None:
        """Go to the search field."""
        self.search.setFocus()
        self.search.selectAll()

    # -- refusals ----------------------------------------------------------------------------------------------------------

    def why_not_add(self) -> str | None:
        """Say why no line can be added now, or return None."""
        return self.why_not() or (_("Add the lines of this page first, or go back with Esc.") if self.pasting else None)

    def why_not_end(self) -> str | None:
        """Say why no line can be ended now, or return None."""
        if words := self.why_not():
            return words
        if self.pasting or not self.table.selected():
            return _("Choose a row first.")
        return None if self._to_end() else _("What is chosen has ended already.")

    def why_not_save(self) -> str | None:
        return self.page.refusal() if self.pasting else super().why_not_save()

    def why_not_leave(self) -> str | None:
        return None if self.pasting or self.search.text() else super().why_not_leave()

    def _to_end(self) -> list[ScopeRow]:
        return [row for row in self.table.selected() if row.valid_to is None or row.valid_to >= today()]

    @staticmethod
    def _end_words(count: int) -> str:
        return n_("End {count} line", "End {count} lines", count).format(count=count)

    def _save_words(self) -> str:
        count = len(self.page.lines()) if self.pasting else 0
        return n_("Add {count} line", "Add {count} lines", count).format(count=count) if count else _("Save")

    def _show_rows(self) -> None:
        text, valid = self.search.get(), [row for row in self.rows if row.holds]
        self.which.count({"valid": len(valid), "all": len(self.rows)})
        rows = [row for row in (valid if self.which.value == "valid" else self.rows) if found(text, row.sought)]
        if text:
            self.nothing.say(_("Nothing is found for “{text}”.").format(text=text))
        elif self.rows:
            self.nothing.say(N_("No line is valid today."), N_("Choose “All” to see the others."))
        else:
            self.nothing.say(*self.empty)
        super().put(rows)


UNKNOWN = N_("The library knows no method of this number for the item, so no result is marked as in scope by this line. Compare the number and its year.")
SHOWN = 8
"""Lines named in the dialog; the others are counted."""
END = (
    Field("on", N_("Last day"), kind="date"),
    Field("reason", N_("Reason"), kind="lines", lines=2),
)


def fields(library: Library, objects: Mapping[str, str], methods: Callable[[], Mapping[str, str]]) -> tuple[Field, ...]:
    """Return the questions about one line of the annex."""

    def known(item: str) -> str | None:
        return None if library.code(item) else _("The library has no item {item}.").format(item=item)

    return (
        Field("object", N_("Object"), kind="open", options=objects, note=N_("Category and object as the annex names them.")),
        Field("item", N_("Item"), kind="open", options=library.names, check=known, hint=N_("type a part of its name")),
        Field("method", N_("Method"), kind="open", options=methods, note=N_("Number with its year, as the method is called in the library.")),
        Field("restriction", N_("Restriction"), optional=True),
        Field("valid_from", N_("Valid from"), kind="date"),
        Field("valid_to", N_("Valid until"), kind="date", optional=True),
    )


def _method(row: ScopeRow) -> Cell:
    return Cell(row.method, tip=row.method) if row.known else Cell(row.method, mark="warn", tip=_(UNKNOWN))


def _today(row: ScopeRow) -> Cell:
    if row.holds:
        return Cell(_("valid"), chip="good")
    return Cell(_("not yet"), chip="wait") if row.valid_from > today() else Cell(_("ended"), chip="none")
