"""A register: things in a list, the one under the cursor in the panel, added and changed there through a form.

    class Businesses(Register):
        title, watches, icon, right = N_("Businesses"), frozenset({"business"}), "building", Right.RECEIVE
        adding, empty = N_("Add business"), (N_("No businesses yet."), N_("..."))
        columns = (Column(...), ...)
        def key(self, row): ...            # what tells one thing from another
        def read(self, work): ...          # the rows
        def card(self, row): ...           # parts of the panel for one thing
        def sheet(self, row): ...          # the form to change *row*, or to add one where it is None
        def keep(self, draft, row): ...    # hand the draft to a service, then=self.saved, form=self.form

The keys are the same in every register: Ctrl+N adds, F2 or Enter changes, Ctrl+Enter saves, Esc gives up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from lims.i18n import N_, _
from lims.rules.rights import Right, right_refusal
from ui.kit.command import Command
from ui.kit.empty import Empty
from ui.kit.form import Field, Form
from ui.kit.panel import SIDE, Panel, Words
from ui.kit.screen import Screen
from ui.kit.table import Column, Table


class Sheet(Form[Any]):
    """The form in the panel; it knows whether its answer is on the way, so that nothing is saved twice."""

    def __init__(self, fields: Sequence[Field], make: Callable[..., Any], values: Mapping[str, Any], heading: str) -> None:
        super().__init__(fields, make)
        self.heading, self.sent = heading, False
        self.port = ""
        """Of a new instrument: where it is plugged in."""
        self.setContentsMargins(SIDE, 0, SIDE, 0)
        self.put(values)
        self.changed.connect(self._changed)

    def note(self, mistakes: Mapping[str, str]) -> None:
        self.sent = False
        super().note(mistakes)

    def _changed(self) -> None:
        self.sent = False


class Register(Screen):
    """The list, the panel and the commands; what is listed and how it is asked comes from the subclass."""

    icon = ""
    right: Right
    adding = ""
    """Words of the command that adds."""
    empty = ("", "")
    columns: tuple[Column[Any], ...] = ()

    def key(self, row: Any) -> Hashable:
        """Return what tells one thing from another."""
        raise NotImplementedError

    def read(self, work: Any) -> Any:
        """Return what is shown; anything but plain rows goes through `take`."""
        raise NotImplementedError

    def take(self, answer: Any) -> Sequence[Any]:
        """Return the rows of what `read` returned."""
        rows: Sequence[Any] = answer
        return rows

    def card(self, row: Any) -> None:
        """Show one thing in the panel."""
        raise NotImplementedError

    def sheet(self, row: Any | None) -> Sheet:
        """Return the form for *row*, or for a new thing."""
        raise NotImplementedError

    def keep(self, draft: Any, row: Any | None) -> None:
        """Hand a draft to the service that keeps it."""
        raise NotImplementedError

    def more(self) -> Sequence[Command]:
        """Return the commands this register has beside the common ones."""
        return ()

    def start(self) -> None:
        self.form: Sheet | None = None
        self.changing: Any | None = None
        self._at: Hashable = None
        self._wanted: Hashable = None

    def commands(self) -> Sequence[Command]:
        name = type(self).__name__.lower()
        return (
            Command(f"{name}.add", self.adding, self.add, "Ctrl+N", "plus", self.why_not, "quiet"),
            Command(f"{name}.change", N_("Change"), self.change, "F2", "pencil", self.why_not_change),
            *self.more(),
            Command(f"{name}.save", N_("Save"), self.save, "", "", self.why_not_save, "primary", "menu"),
            Command(f"{name}.leave", N_("Back"), self.leave, "Esc", "", self.why_not_leave, side="menu", palette=False),
        )

    def build(self) -> QWidget:
        adds = next(iter(self.acts))
        self.table = Table(self.columns, key=self.key, words=self.title, many=False, empty=Empty(self.icon, *self.empty, commands=(adds,)))
        self.table.moved.connect(self._moved)
        self.table.opened.connect(lambda _row: self.acts.do(self._named("change")))
        self.table.offer([command for command in self.acts if not command.name.endswith((".save", ".leave"))])
        self.panel = Panel()
        return self.table

    def built(self) -> None:
        assert self.panel is not None
        self.panel.closed.connect(self._drop)

    def refill(self) -> None:
        self.desk.ask(self.read, then=self.put, once=self._named("rows"))

    def put(self, answer: Any) -> None:
        """Show what was read; the panel follows the cursor."""
        rows = self.take(answer)
        self.table.put(rows)
        if self._wanted is not None and self.table.select(self._wanted):
            self._wanted = None
        elif rows and self.table.current() is None and self.form is None:
            self.table.select(self.key(rows[0]))
        self.refresh()

    def show_thing(self, key: Hashable) -> None:
        if not self.table.select(key):
            self._wanted = key
            self.refill()

    def add(self) -> None:
        """Open an empty form."""
        self._ask(None)

    def change(self) -> None:
        """Open the form of the thing under the cursor."""
        self._ask(self.table.current())

    def save(self) -> None:
        """Send what the form holds."""
        if self.form is not None and (draft := self.form.draft()) is not None:
            self.form.sent = True
            self.keep(draft, self.changing)

    def saved(self, key: Hashable) -> None:
        """Go to what was saved."""
        self._wanted = key
        self._drop()
        self.refill()
        self.table.setFocus()

    def leave(self) -> None:
        """Give the form up."""
        self._drop()
        self.table.setFocus()

    def why_not(self) -> str | None:
        """Say why this person may change nothing here, or return None."""
        return right_refusal(self.right, self.person)

    def why_not_change(self) -> str | None:
        """Say why the thing under the cursor cannot be changed, or return None."""
        return self.why_not() or (_("Choose a row first.") if self.table.current() is None else None)

    def why_not_save(self) -> str | None:
        """Say why nothing can be saved now, or return None."""
        if self.form is None:
            return _("Nothing is being changed. F2 changes the chosen row.")
        return _("It is being saved.") if self.form.sent else None

    def why_not_leave(self) -> str | None:
        """Say why there is nothing to give up, or return None."""
        return None if self.form is not None else _("Nothing is being changed. F2 changes the chosen row.")

    def unfinished(self) -> str | None:
        return _("{name} was changed and not saved.").format(name=self.form.heading) if self.form is not None and self.form.dirty() else None

    def _ask(self, row: Any | None) -> None:
        assert self.panel is not None
        self.changing, self.form = row, self.sheet(row)
        current = self.table.current()
        self._at = None if current is None else self.key(current)
        self.panel.put(self.form.heading, self.form, foot=(self.acts[self._named("save")], self.acts[self._named("leave")]))
        self.show_panel(True)
        self.form.focus()
        self.refresh()

    def _drop(self) -> None:
        if self.form is not None:
            self.form = self.changing = None
            self._show(self.table.current())

    def _moved(self, row: Any | None) -> None:
        """A form that somebody has begun stays open; an untouched one gives way to the row the cursor went to."""
        here = None if row is None else self.key(row)
        if self.form is not None and (self.form.dirty() or here == self._at):
            return
        self.form = self.changing = None
        self._show(row)

    def _show(self, row: Any | None) -> None:
        assert self.panel is not None
        if row is None:
            self.panel.put(self.heading(), Words(_("Nothing is chosen.")))
        else:
            self.card(row)
        self.refresh()

    def _named(self, command: str) -> str:
        return f"{type(self).__name__.lower()}.{command}"
