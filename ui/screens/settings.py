"""What the laboratory can set, generated from the table of settings; mistakes stand beside their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from lims.i18n import N_, _
from lims.rules.rights import Right, right_refusal
from lims.services import settings as service
from lims.settings import HIDDEN, SETTINGS, Setting
from lims.views import settings as view
from ui.kit.command import Command
from ui.kit.form import Field, Form
from ui.kit.label import ground
from ui.kit.screen import Screen
from ui.screens import moments
from ui.theme import theme

WIDTH = 760


class Settings(Screen):
    """The settings of the laboratory, by group."""

    title = N_("Settings")
    watches = frozenset({"setting"})

    def commands(self) -> Sequence[Command]:
        return (
            Command("settings.undo", N_("Undo changes"), self.put_back, icon="undo", refusal=self._why_not_undo),
            Command("settings.save", N_("Save"), self.save, refusal=self.why_not_save, kind="primary"),
        )

    def build(self) -> QWidget:
        self.form: Form[dict[str, Any]] = Form(fields(), columns=2)
        self.form.setMaximumWidth(WIDTH)
        self.form.put({})
        self.form.lock()
        self.form.changed.connect(lambda _name: self._changed_by_hand())
        self.kept: Mapping[str, str] = {}
        self._sent = False
        page = ground(QWidget(), "surface")
        line = QHBoxLayout(page)
        line.setContentsMargins(theme.size("margin"), 20, theme.size("margin"), theme.size("margin"))
        line.addWidget(self.form, 100, Qt.AlignmentFlag.AlignTop)
        line.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        self.first = self.form.editors[SHOWN[0].name]
        return scroll

    def refill(self) -> None:
        self.desk.ask(view.values, then=self.put, once="settings.values")

    def put(self, values: Mapping[str, str]) -> None:
        """Show what is set; what a person has begun to change stays."""
        first = not self.kept
        self.kept = {setting.name: values[setting.name] for setting in SHOWN}
        if not self.form.dirty():
            self.put_back()
        if first and self.isVisible():
            self.begin()  # until now every field was locked
        self.refresh()

    def put_back(self) -> None:
        """Show what is set in place of what was typed."""
        self.form.put(self.kept)
        self.form.lock(self._refused() is not None)
        self.refresh()

    def save(self) -> None:
        """Keep what was changed."""
        if (answers := self.form.draft()) is not None:
            self._sent = True
            changed = {name: value for name, value in answers.items() if value != self.kept[name]}
            self.desk.ask(service.change, changed, by=self.person, then=lambda _answer: self._saved(answers), form=Answer(self))
            self.refresh()

    def note_mistakes(self, mistakes: dict[str, str]) -> None:
        """Show what was wrong beside the fields; it can be sent again."""
        self._sent = False
        self.form.note(mistakes)
        self.refresh()

    def unfinished(self) -> str | None:
        return _("Settings were changed and not saved.") if self.form.dirty() else None

    def why_not_save(self) -> str | None:
        """Say why nothing can be saved now, or return None."""
        if refusal := self._refused():
            return refusal
        if self._sent:
            return _("It is being saved.")
        return None if self.form.dirty() else _("No setting has been changed.")

    def _why_not_undo(self) -> str | None:
        return None if self.form.dirty() else _("No setting has been changed.")

    def _refused(self) -> str | None:
        return right_refusal(Right.SETTINGS, self.person)

    def _changed_by_hand(self) -> None:
        self._sent = False
        self.refresh()

    def _saved(self, answers: Mapping[str, str]) -> None:
        self._sent = False
        self.kept = dict(answers)
        moments.use(answers["time_zone"])
        self.put_back()
        self.shell.toast(_("Settings saved."))


class Answer(QObject):
    """Hands mistakes of the service to the settings page; gone with it."""

    def __init__(self, screen: Settings) -> None:
        super().__init__(screen)
        self._screen = screen

    def note(self, mistakes: dict[str, str]) -> None:
        """Show *mistakes* (field -> words)."""
        self._screen.note_mistakes(mistakes)


SHOWN = tuple(setting for setting in SETTINGS if setting.name not in HIDDEN)


def fields() -> tuple[Field, ...]:
    """Return the fields of the page: one a setting, a heading where a group begins."""
    groups: set[str] = set()
    made = []
    for setting in SHOWN:
        made.append(_field(setting, "" if setting.group in groups else setting.group))
        groups.add(setting.group)
    return tuple(made)


def _field(setting: Setting, heading: str) -> Field:
    kind = "choice" if setting.choices else "lines" if setting.lines else "text"
    optional = setting.mistake("") is None and not setting.choices
    span = 2 if setting.lines or setting.name == "laboratory_address" else 1
    return Field(setting.name, setting.label, kind, optional, setting.choices, section=heading, check=setting.mistake, span=span, lines=2)
