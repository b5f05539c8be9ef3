"""The two dialogs there are: for a reason that is asked, and for a signature with its password.

    ask.reason(self, _("Return to bench"), _("What has to be done again?"), then=lambda reason, dialog: desk.ask(
        analyses.return_, keys, reason=reason, by=person, then=dialog.done_with(self.refill), form=dialog))
    ask.signature(self, meaning=_("You sign as reviewer: I checked raw data, calculation and verdict"), thing="NC2026-00412 · 10 items · digest 9b04…c2d7",
        then=lambda password, dialog: desk.ask(certificates.approve, key, password, by=person, then=dialog.done_with(self.signed), form=dialog))

A dialog stays open until what it asked for is done: a refusal or a mistake is shown inside, and nothing has to be typed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from lims.i18n import N_, _
from ui.kit.command import Button
from ui.kit.form import Field, Form
from ui.kit.label import Label, ground

WIDTH = 420


class Dialog(QDialog):
    """A question with one answer: fields, a way back, and the one command."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        words: str,
        note: str,
        fields: tuple[Field, ...],
        act: str,
        back: str,
        danger: bool,
        then: Callable[[dict[str, Any], Dialog], Any],
    ) -> None:
        super().__init__(parent.window())
        self._then, self._after = then, None
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ground(self, "surface")
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(4)
        column.addWidget(Label(title, "section", wrap=True))
        column.addSpacing(4)
        if words:
            column.addWidget(Label(words, weight=500, wrap=True))
        if note:
            column.addWidget(Label(note, "note", "text2", wrap=True))
        column.addSpacing(4)
        self.form: Form[dict[str, Any]] = Form(fields)
        self.form.put({})
        column.addWidget(self.form)
        column.addSpacing(8)
        line = QHBoxLayout()
        line.addStretch(1)
        self.back = Button(back, "plain", "Esc")
        self.back.clicked.connect(self.reject)
        self.act = Button(act, "danger" if danger else "primary", "Ctrl+Return" if fields[0].kind == "lines" else "Return")
        self.act.clicked.connect(self.send)
        for keys in ("Ctrl+Return", "Ctrl+Enter", "Return", "Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.send)
        line.addWidget(self.back)
        line.addWidget(self.act)
        column.addLayout(line)
        self.form.changed.connect(lambda _name: self.act.refuse(None))

    def send(self) -> None:
        """Hand over the answer, once."""
        if self.act.refusal is None and (answer := self.form.draft()) is not None:
            self.act.refuse(_("It is being done."))
            self._then(answer, self)

    def note(self, mistakes: Mapping[str, str]) -> None:
        """Show what was wrong with the answer; it can be given again."""
        self.act.refuse(None)
        self.form.note(mistakes)
        last = list(self.form.editors)[-1]
        if "password" in self.form.editors:
            self.form.editors["password"].selectAll()
        self.form.focus(next((name for name in mistakes if name in self.form.editors), last))
        self.adjustSize()

    def done_with(self, then: Callable[[Any], Any] | None = None) -> Callable[[Any], None]:
        """Return what closes the dialog when the answer has come, and goes on with *then*."""

        def close(answer: Any) -> None:
            self.accept()
            if then:
                then(answer)

        return close


def reason(parent: QWidget, title: str, words: str = "", *, act: str = "", danger: bool = False, then: Callable[[str, Dialog], Any], note: str = "") -> Dialog:
    """Ask why, in words that will stand in the trail."""
    fields = (Field("reason", N_("Reason"), kind="lines", lines=3),)
    dialog = Dialog(parent, title, words, note, fields, act or title, _("Back"), danger, lambda answer, asked: then(answer["reason"], asked))
    dialog.open()
    dialog.form.focus()
    return dialog


def signature(
    parent: QWidget,
    *,
    meaning: str,
    thing: str,
    then: Callable[..., Any],
    title: str = "",
    act: str = "",
    with_reason: bool = False,
    danger: bool = False,
) -> Dialog:
    """Ask for the password under what is signed. *then* gets (password, dialog), or (password, reason, dialog) where a reason is asked too."""
    password = Field("password", N_("Password"), kind="password")
    fields = (Field("reason", N_("Reason"), kind="lines", lines=2), password) if with_reason else (password,)

    def hand_over(answer: dict[str, Any], asked: Dialog) -> None:
        if with_reason:
            then(answer["password"], answer["reason"], asked)
        else:
            then(answer["password"], asked)

    dialog = Dialog(parent, title or _("Sign"), meaning, thing, fields, act or _("Sign"), _("Do not sign"), danger, hand_over)
    dialog.open()
    dialog.form.focus()
    return dialog
