"""Signing in: a page of its own before the window; whoever was given a password changes it here first.

Made like this:
    page = Entry(desk, "示范实验室", demonstration=[("shou", "收样员", "demo-2026"), ...])
    page.entered.connect(open_window)      # Actor
    page.spoken.connect(speak)             # a language was chosen: make the page again in it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from lims import i18n
from lims.i18n import LANGUAGES, N_, _
from lims.services import people
from ui.kit import paint
from ui.kit.command import Button
from ui.kit.desk import Desk
from ui.kit.empty import Picture
from ui.kit.form import Field, Form
from ui.kit.label import Label, Rule, ground
from ui.kit.message import Message, Strip
from ui.kit.panel import MarkView
from ui.kit.segments import Segments
from ui.theme import theme

CARD = 420

SIGN_IN = (Field("login", N_("Sign-in name")), Field("password", N_("Password"), kind="password"))
OWN = (
    Field("new", N_("New password"), kind="password", note=N_("At least 8 characters, without the sign-in name.")),
    Field("again", N_("New password again"), kind="password"),
)


class Page(QWidget):
    """A page before the window: the mark, a heading, cards in the middle, the language at the top right."""

    spoken = Signal(str)
    card: Card
    """The form in the middle."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        ground(self, "window")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.strip = Strip()
        whole.addWidget(self.strip)
        whole.addWidget(self._top())
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = ground(QWidget(), "window")
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(24, 8, 24, 24)
        self.column.setSpacing(16)
        self.column.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        scroll.setWidget(body)
        whole.addWidget(scroll, 1)
        desk.refused.connect(self._refused)
        desk.troubled.connect(self._troubled)

    def put(self, *parts: QWidget) -> None:
        """Show *parts* under each other in the middle of the page."""
        while item := self.column.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.column.addStretch(2)
        for part in parts:
            self.column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        self.column.addStretch(3)

    def begin(self) -> None:
        """Put the cursor into the first field; a page that was put into the window begins anew."""
        self.card.form.focus()

    def _top(self) -> QWidget:
        top = QWidget()
        line = QHBoxLayout(top)
        line.setContentsMargins(24, 16, 24, 0)
        line.addStretch(1)
        self.language = Segments(LANGUAGES, N_("Language"))
        if i18n.language() in LANGUAGES:
            self.language.choose(i18n.language(), tell=False)
        self.language.chosen.connect(self.spoken)
        line.addWidget(self.language)
        return top

    def _refused(self, words: str) -> None:
        self.strip.put(Message("warn", words))

    def _troubled(self, words: str, again: Callable[[], Any]) -> None:
        self.strip.put(Message("bad", words, "", _("Try again"), again))


class Entry(Page):
    """Asks who one is, and for an own password where somebody else set the present one."""

    entered = Signal(object)
    """The Actor who may begin."""

    def __init__(self, desk: Desk, laboratory: str, demonstration: Sequence[tuple[str, str, str]] = ()) -> None:
        super().__init__(desk)
        self._laboratory, self._demonstration = laboratory, tuple(demonstration)
        self.ask_who()

    def ask_who(self) -> None:
        """Show the first page: sign-in name and password."""
        self.card = Card(SIGN_IN, _("Sign in"), self._sign_in, refused="password")
        parts: list[QWidget] = [head(self._laboratory or _("Shiyan"), _("Shiyan") if self._laboratory else ""), self.card]
        if self._demonstration:
            parts.append(self._offered())
        self.put(*parts)
        self.begin()

    def fill(self, login: str, password: str) -> None:
        """Write an account of the demonstration into the fields; Enter signs in."""
        self.card.form.put({"login": login, "password": password})
        self.card.act.setFocus()

    def _sign_in(self, answer: Mapping[str, str]) -> None:
        login, password = answer["login"], answer["password"]
        self.desk.ask(people.sign_in, login, password, then=lambda entry: self._signed_in(entry, password), form=self.card)

    def _signed_in(self, entry: people.Entry, password: str) -> None:
        if entry.must_change:
            self._ask_own(entry, password)
        else:
            self.entered.emit(entry.actor)

    def _ask_own(self, entry: people.Entry, password: str) -> None:
        """Show the second page: an own password in place of the one that somebody else set."""

        def change(answer: Mapping[str, str]) -> None:
            if answer["new"] != answer["again"]:
                self.card.note({"again": _("The two passwords differ.")})
            else:
                done = lambda _answer: self.entered.emit(entry.actor)  # noqa: E731
                self.desk.ask(people.change_password, password, answer["new"], by=entry.actor, then=done, form=self.card)

        words = _("Somebody else set your password. Choose one that only you know: it signs in your name.")
        self.card = Card(OWN, _("Change and sign in"), change, refused="new", words=words, back=self.ask_who)
        self.put(head(entry.actor.name, _("Your own password")), self.card)
        self.begin()

    def _offered(self) -> QWidget:
        card = ground(QWidget(), "card")
        card.setFixedWidth(CARD)
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 14, 0, 8)
        column.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(20, 0, 20, 2)
        line.setSpacing(8)
        line.addWidget(MarkView("warn"))
        line.addWidget(Label(_("Demonstration"), weight=500))
        line.addStretch(1)
        line.addWidget(Label(_("one click fills the fields"), "note", "text2"))
        column.addLayout(line)
        said = _("Everything here is invented, its reports are not valid. Every account has the password {password}.")
        words = Label(said.format(password=self._demonstration[0][2]), "note", "text2", wrap=True)
        words.setContentsMargins(20, 0, 20, 8)
        column.addWidget(words)
        for login, role, password in self._demonstration:
            column.addWidget(Rule())
            account = Account(login, role)
            account.clicked.connect(lambda _checked=False, login=login, password=password: self.fill(login, password))
            column.addWidget(account)
        return card


class Card(QWidget):
    """A form with its one command; a refusal stands below the field it belongs to, and nothing has to be typed again."""

    def __init__(
        self,
        fields: Sequence[Field],
        act: str,
        then: Callable[[Any], None],
        refused: str = "",
        words: str = "",
        back: Callable[[], None] | None = None,
        make: Callable[..., Any] = dict,
    ) -> None:
        super().__init__()
        ground(self, "card")
        self.setFixedWidth(CARD)
        self._then, self._refused = then, refused
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 20)
        column.setSpacing(12)
        if words:
            column.addWidget(Label(words, ink="text2", wrap=True))
        self.form: Form[Any] = Form(fields, make)
        self.form.put({})
        column.addWidget(self.form)
        self.act = Button(act, "primary", "Return", size="control_alone")
        self.act.clicked.connect(self.send)
        line = QHBoxLayout()
        line.addStretch(1)
        if back:
            leave = Button(_("Back"), "plain", size="control_alone")
            leave.clicked.connect(back)
            line.addWidget(leave)
        line.addWidget(self.act)
        column.addLayout(line)
        for keys in ("Return", "Enter", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.send)
        self.form.changed.connect(lambda _name: self.act.refuse(None))

    def send(self) -> None:
        """Hand the answer over, once."""
        if self.act.refusal is None and (answer := self.form.draft()) is not None:
            self.act.refuse(_("It is being done."))
            self._then(answer)

    def note(self, mistakes: Mapping[str, str]) -> None:
        """Show what was wrong; it can be sent again at once."""
        self.act.refuse(None)
        said = {name or self._refused: words for name, words in mistakes.items()}
        self.form.note(said)
        if self._refused and self._refused in said:
            self.form.editors[self._refused].selectAll()


class Account(QAbstractButton):
    """One account of the demonstration: its role, and its sign-in name at the right."""

    def __init__(self, login: str, role: str) -> None:
        super().__init__()
        self._login, self._role, self._hover = login, role, False
        self.setAccessibleName(f"{role} {login}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(CARD, theme.size("list_row"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = self.rect().toRectF()
        if self._hover:
            painter.fillRect(rect, theme.colour("hover"))
        if self.hasFocus():
            paint.outline(painter, "focus", rect, 2)
        painter.drawPixmap(20, round(rect.center().y()) - 8, theme.pixmap("user", "text2", 16, self.devicePixelRatioF()))
        painter.setFont(theme.font("body", 500))
        painter.setPen(theme.colour("text"))
        painter.drawText(rect.adjusted(46, 0, -90, 0), int(paint.LEFT), self._role)
        painter.setFont(theme.font("bytes"))
        painter.setPen(theme.colour("text2"))
        painter.drawText(rect.adjusted(0, 0, -20, 0), int(paint.RIGHT), self._login)
        painter.end()

    def enterEvent(self, event: Any) -> None:
        self._hover = True
        self.update()

    def leaveEvent(self, event: Any) -> None:
        self._hover = False
        self.update()


def head(title: str, note: str) -> QWidget:
    """Return the mark with a headline and a grey line under it, centred."""
    made = QWidget()
    made.setFixedWidth(CARD)
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 4)
    column.setSpacing(4)
    column.addWidget(Picture("mark", "accent", 48), 0, Qt.AlignmentFlag.AlignHCenter)
    column.addSpacing(6)
    for words, role, ink in ((title, "headline", "text"), (note, "body", "text2")):
        label = Label(words, role, ink, wrap=True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setVisible(bool(words))
        column.addWidget(label)
    return made
