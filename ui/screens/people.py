"""People: accounts with their roles, what each role may do, passwords."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, cast

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from lims.i18n import N_, _
from lims.rules.rights import RIGHT_WORDS, ROLES, Actor, Right, Role
from lims.services import people
from lims.services.people import AccountDraft
from lims.views import people as view
from lims.views.people import PersonRow
from ui.kit.ask import Dialog
from ui.kit.cell import Cell
from ui.kit.command import Command
from ui.kit.desk import Desk
from ui.kit.form import Field
from ui.kit.panel import Head, Rows, Step, Steps, Title
from ui.kit.screen import Shell
from ui.kit.table import Column
from ui.screens.moments import minute
from ui.screens.register import Register, Sheet


class People(Register):
    """The list of accounts."""

    title = N_("People")
    watches = frozenset({"person"})
    icon = "users"
    right = Right.PEOPLE
    adding = N_("Add person")
    empty = (N_("No accounts yet."), N_("The administrator adds them here."))
    columns = (
        Column(N_("Full name"), lambda row: row, lambda row: Cell(row.name, "text" if row.active else "text2", weight=500), 160, name="name"),
        Column(N_("Sign-in name"), lambda row: row.login, lambda login: Cell(login, role="bytes"), 140),
        Column(N_("Roles"), lambda row: _(", ").join(_(ROLES[role][0]) for role in _ordered(row.roles)), width=220, stretch=True),
        Column(N_("State"), lambda row: row, lambda row: _state(row), 220, name="state"),
    )

    def more(self) -> Sequence[Command]:
        return (Command("people.reset", N_("New first password"), self.reset, "", "key-round", self.why_not_change),)

    def key(self, row: PersonRow) -> Hashable:
        return row.login

    def read(self, work: Any) -> list[PersonRow]:
        return view.rows(work)

    def card(self, row: PersonRow) -> None:
        assert self.panel is not None
        facts = [(_("State"), _state(row).text)]
        if row.locked_until:
            facts.append((_("Waits until"), minute(row.locked_until)))
        roles = [Step(_(ROLES[role][0]), notes=[_may(role)]) for role in _ordered(row.roles)]
        self.panel.put(
            self.heading(),
            Head(row.name, row.login),
            Rows(facts),
            Title(_("Roles and what they may do")),
            Steps(roles),
            foot=(self.acts["people.change"], self.acts["people.reset"]),
        )

    def sheet(self, row: PersonRow | None) -> Sheet:
        if row is None:
            return Sheet((*NEW, *_ticks()), _account, {}, _("New person"))
        ticked = {role.value: role in row.roles for role in Role}
        return Sheet((*KNOWN, *_ticks()), _amended, {"name": row.name, "active": row.active, **ticked}, row.name)

    def keep(self, draft: Any, row: PersonRow | None) -> None:
        if row is None:
            self.desk.ask(people.create, draft, by=self.person, then=self.saved, form=self.form)
        else:
            self.desk.ask(people.amend, row.login, *draft, by=self.person, then=lambda _answer: self.saved(row.login), form=self.form)

    def reset(self) -> None:
        """Give the person under the cursor a new first password."""
        if (row := self.table.current()) is not None:
            self._ask_password(row)

    def _ask_password(self, row: PersonRow) -> None:

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            done = dialog.done_with(lambda _answer: self.shell.toast(_("{name} has a new first password.").format(name=row.name)))
            self.desk.ask(people.reset_password, row.login, answer["password"], by=self.person, then=done, form=dialog)

        note = _("Hand it over in person. {name} must change it at the next sign-in; a wait after wrong passwords ends.").format(name=row.name)
        dialog = Dialog(self, _("New first password"), f"{row.name} · {row.login}", note, (FIRST,), _("Set"), _("Back"), False, send)
        dialog.open()
        dialog.form.focus()


def change_password(shell: Shell, desk: Desk, person: Actor) -> Dialog:
    """Ask for the old and the new password of *person* and change it."""

    def send(answer: dict[str, Any], dialog: Dialog) -> None:
        if answer["new"] != answer["again"]:
            dialog.note({"again": _("The two passwords differ.")})
        else:
            done = dialog.done_with(lambda _answer: shell.toast(_("Your password is changed.")))
            desk.ask(people.change_password, answer["old"], answer["new"], by=person, then=done, form=Sides(dialog))

    dialog = Dialog(cast(QWidget, shell), _("Change password"), f"{person.name} · {person.login}", "", OWN, _("Change"), _("Back"), False, send)
    dialog.open()
    dialog.form.focus()
    return dialog


class Sides(QObject):
    """Puts a refusal of the present password beside the field it was typed into; gone with its dialog."""

    def __init__(self, dialog: Dialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog

    def note(self, mistakes: dict[str, str]) -> None:
        """Show *mistakes*; what belongs to no field belongs to the old password."""
        self._dialog.note({name or "old": words for name, words in mistakes.items()})


def _may(role: Role) -> str:
    """Return in words what a role may do."""
    return _(", ").join(_(words) for right, words in RIGHT_WORDS.items() if right in ROLES[role][1])


FIRST = Field("password", N_("First password"), kind="password", note=N_("Changed by its owner at the first sign-in."))
OWN = (
    Field("old", N_("Present password"), kind="password"),
    Field("new", N_("New password"), kind="password"),
    Field("again", N_("New password again"), kind="password"),
)
NAME = Field("name", N_("Full name"), note=N_("As it stands on records and reports."))
NEW = (Field("login", N_("Sign-in name"), hint=N_("letters or digits")), NAME, FIRST)
KNOWN = (NAME, Field("active", N_("The account may be used"), kind="tick"))


def _ticks() -> tuple[Field, ...]:
    """Return one question a role, with what it may do below it."""
    heads = {next(iter(ROLES)): N_("Roles")}
    return tuple(Field(role.value, words, kind="tick", note=_may(role), section=heads.get(role, "")) for role, (words, _rights) in ROLES.items())


def _account(login: str, name: str, password: str, **roles: bool) -> AccountDraft:
    return AccountDraft(login, name, _ticked(roles), password)


def _amended(name: str, active: bool, **roles: bool) -> tuple[str, frozenset[Role], bool]:
    return name, _ticked(roles), active


def _ticked(roles: dict[str, bool]) -> frozenset[Role]:
    return frozenset(role for role in Role if roles[role.value])


def _ordered(roles: frozenset[Role]) -> list[Role]:
    return [role for role in Role if role in roles]


def _state(row: PersonRow) -> Cell:
    if not row.active:
        return Cell(_("closed"), "text2", mark="none")
    if row.locked_until:
        return Cell(_("waits after wrong passwords"), mark="warn")
    if row.must_change:
        return Cell(_("must change the password"), "text2", mark="wait")
    return Cell(_("in use"), "text2", mark="done")
