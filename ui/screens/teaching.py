"""Teach a reader: mark in one captured message what is what; the rule is tried on every other one at once and kept as a profile."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from lims.i18n import N_, _
from lims.rules.rights import Right, right_refusal
from lims.services import ports, teaching
from lims.services.ports import ProfileRow
from lims.services.teaching import FIELD_WORDS, Captured, Lesson, Mark, TaughtDraft, TriedRow
from lims.views import instruments as view
from lims.views.instruments import InstrumentRow
from ui.kit.cell import Cell
from ui.kit.command import Command, CommandButton
from ui.kit.editors import Choice
from ui.kit.empty import Empty
from ui.kit.label import Label, ground
from ui.kit.panel import Divider, Offer, Offers, Panel, Rows, Title, Words
from ui.kit.screen import Screen
from ui.kit.segments import Segments
from ui.kit.table import Column, Table
from ui.screens.instruments import only_captures
from ui.screens.moments import minute
from ui.screens.taught import ask_name
from ui.screens.wires import laboratory
from ui.theme import theme

KEYS = {"sample": "S", "value": "V", "unit": "U", "words": "W", "test": "T", "position": "P", "time": "D"}
"""What can be marked, in the order of need, by key."""

MESSAGES: tuple[Column[Captured], ...] = (
    Column(N_("Captured"), lambda one: one, lambda one: Cell(minute(one.at), below=Cell(_brief(one.text), "text2", role="note")), 240, stretch=True),
)
FOUND: tuple[Column[TriedRow], ...] = (
    Column(N_("Read"), lambda one: one, lambda one: _whole(one), 104),
    Column(N_("What it finds"), lambda one: one.found, lambda found: Cell(_told(found), tip=_told(found)), 160, stretch=True),
)


class Teaching(Screen):
    """One instrument's captured messages, the one that is marked, and what the rule finds in all of them."""

    title = N_("Teach a reader")
    watches = frozenset({"message", "instrument"})
    grid = True

    def start(self) -> None:
        self.ports = laboratory(self).ports
        self._code = ""
        self._names: dict[str, str] = {}
        self._kinds: dict[str, ProfileRow] = {}
        self._all: list[Captured] = []
        self._text = ""
        self._marks: dict[str, Mark] = {}
        self._lesson: Lesson | None = None
        self._trouble = ""
        theme.changed.connect(self._paint)

    def commands(self) -> Sequence[Command]:
        marks = (
            Command(f"teaching.{name}", N_("Mark"), lambda name=name: self._mark(name), key, "", self._why_not_mark, side="menu", palette=False)
            for name, key in KEYS.items()
        )
        return (
            *marks,
            Command("teaching.clear", N_("Take marks away"), self._clear, "Del", "x", self._why_not_clear, "quiet"),
            Command("teaching.keep", N_("Keep as profile"), self._keep, kind="primary", refusal=self._why_not_keep),
        )

    def build(self) -> QWidget:
        self.left = ground(QWidget(), "surface")
        left = QVBoxLayout(self.left)
        left.setContentsMargins(12, 10, 12, 0)
        left.setSpacing(8)
        self.who = Choice(lambda: self._names)
        self.who.setAccessibleName(_("Instrument"))
        self.who.changed.connect(lambda: self._choose(self.who.get()))
        nothing = Empty(
            "inbox",
            N_("Nothing was captured yet."),
            N_("Add the reader in Instruments with the profile capture-ticket or capture-line, connect it, and print two or three results."),
        )
        self.list = Table(MESSAGES, key=lambda one: one.message, words=N_("Captured messages"), row_height=52, head=False, many=False, margin=0, empty=nothing)
        self.list.moved.connect(self._open)
        left.addWidget(self.who)
        left.addWidget(self.list, 1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 10, 16, 0)
        column.setSpacing(8)
        how = _("Select a piece of the message and say what it is: S sample number, V value, U unit, W verdict, T test, P position, D date and time.")
        column.addWidget(Label(how, "note", "text2", wrap=True))
        self.message = _Message()
        self.message.selectionChanged.connect(self.refresh)
        column.addWidget(self.message, 3)
        found_nothing = Empty("book-open-check", N_("No rule yet."), N_("Mark the value or the verdict, and what tells whose it is."))
        columns = (Column(N_("Message"), lambda one: self._all[one.place].text, lambda text: Cell(_brief(text), tip=text), 220), *FOUND)
        self.tried = Table(columns, key=lambda one: one.place, words=N_("What the rule finds"), row_height=28, many=False, margin=0, empty=found_nothing)
        self.tried.put([])
        column.addWidget(self.tried, 2)
        self.panel = Panel()
        self.first = self.list
        return content

    def built(self) -> None:
        self.decimal = Segments({".": N_("4.7"), ",": N_("4,7")}, N_("Decimal sign"))
        self.decimal.chosen.connect(lambda _sign: self._learn())
        self.bar.lead(self.decimal)

    def refill(self) -> None:
        self.desk.run(self.ports.profiles, then=self._put_kinds, once="teaching.profiles")

    def show_thing(self, key: Hashable) -> None:
        self._choose(str(key))

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _put_kinds(self, profiles: list[ProfileRow] | None) -> None:
        self._kinds = {profile.name: profile for profile in profiles or ()}
        self.desk.ask(view.rows, then=self._put, once="teaching.instruments")

    def _put(self, rows: list[InstrumentRow]) -> None:
        """Offer the instruments that measure samples, those whose messages nobody reads yet first."""
        speaking = [row for row in rows if row.active and row.profile in self._kinds and self._kinds[row.profile].about == "samples"]
        self._names = {row.code: row.name for row in sorted(speaking, key=lambda row: not only_captures(self._kinds[row.profile]))}
        self.who.refill()
        self._choose(self._code or next(iter(self._names), ""))

    def _choose(self, code: str | None) -> None:
        if code and code != self._code:
            self._code = code
            self._clear()
        self.who.put(self._code)
        if not self._code:
            self.list.put([])
        else:
            self.desk.ask(teaching.captured, self._code, self.ports.own_profiles, then=self._take, once="teaching.captured")
        self._tell()

    def _take(self, found: list[Captured] | None) -> None:
        self._all = found or []
        self.tried.put([])
        self.list.put(self._all)
        if self.list.current() is None and self._all:
            self.list.select(self._all[0].message)
        self._learn()

    def _open(self, one: Captured | None) -> None:
        text = one.text if one else ""
        if text != self._text:
            self._text = text
            self._marks.clear()
            self._lesson, self._trouble = None, ""
            self.message.setPlainText(text.replace("\r\n", "\n").replace("\r", "\n"))
            self.tried.put([])
            self._paint()
        self._tell()

    def _tell(self) -> None:
        if self.panel is None:
            return
        offers = [Offer(_(FIELD_WORDS[name]), self._shown(name), self.acts[f"teaching.{name}"]) for name in KEYS]
        parts: list[QWidget] = [Title(_("What is selected is the…")), Offers(offers)]
        if self._trouble:
            parts.append(Words(self._trouble, "warn", "ask"))
        if self._lesson:
            told = _("It reads {whole} of {all} captured messages.").format(whole=self._lesson.complete, all=len(self._lesson.tried))
            parts += [Divider(), Title(_("The rule")), Words(told, "text" if self._lesson.complete else "warn"), Rows(self._rule())]
        self.panel.put(self.heading(), *parts)
        for made in self.panel.findChildren(CommandButton):
            self.acts.refreshed.connect(made.refresh)  # what is selected decides whether it can be marked

    def _rule(self) -> list[tuple[str, str]]:
        """Return how the rule finds each field, as the profile will say it."""
        assert self._lesson is not None
        settings = self._lesson.rule.settings
        fields = getattr(settings, "fields", None) or getattr(settings, "columns", None) or {}
        table = getattr(settings, "table", None)
        rows = [(_(FIELD_WORDS.get(name, name)), str(how)) for name, how in dict(fields).items()]
        return [*rows, *([(_("row"), table.row)] if table else [])]

    def _shown(self, name: str) -> str:
        """Return what is marked as a field."""
        mark = self._marks.get(name)
        return self._plain()[mark.start : mark.end] if mark else ""

    def _plain(self) -> str:
        return self.message.toPlainText()

    def _paint(self) -> None:
        """Show what is marked in the message itself."""
        shown = []
        for mark in self._marks.values():
            selection = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.message.document())
            cursor.setPosition(mark.start)
            cursor.setPosition(mark.end, QTextCursor.MoveMode.KeepAnchor)
            look = QTextCharFormat()
            look.setBackground(theme.colour("selected"))
            look.setForeground(theme.colour("accent_text"))
            look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            look.setUnderlineColor(theme.colour("focus"))
            selection.cursor, selection.format = cursor, look
            shown.append(selection)
        self.message.setExtraSelections(shown)

    # -- commands ------------------------------------------------------------------------------------------------------

    def _why_not_mark(self) -> str | None:
        return None if self.message.textCursor().hasSelection() else _("Select a piece of the message first.")

    def _mark(self, name: str) -> None:
        cursor, text = self.message.textCursor(), self._plain()
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        self._marks[name] = Mark(name, start, end)
        self._paint()
        self._learn()

    def _why_not_clear(self) -> str | None:
        return None if self._marks else _("Nothing is marked yet.")

    def _clear(self) -> None:
        self._marks.clear()
        self._lesson, self._trouble = None, ""
        self.tried.put([])
        self._paint()
        self._tell()
        self.refresh()

    def _learn(self) -> None:
        """Work the rule out anew and try it on everything."""
        if not self._marks:
            return
        others = [one.text for one in self._all]
        self.desk.run(teaching.tried_out, self._plain(), tuple(self._marks.values()), others, self.decimal.value, then=self._learned, once="teaching.lesson")

    def _learned(self, answer: tuple[Lesson | None, str] | None) -> None:
        if answer is not None:
            self._lesson, self._trouble = answer
            self.tried.put(self._lesson.tried if self._lesson else [])
        self._tell()
        self.refresh()

    def _why_not_keep(self) -> str | None:
        if refusal := right_refusal(Right.INSTRUMENTS, self.person):
            return refusal
        if self._lesson is None:
            return self._trouble or _("Mark the value or the verdict first.")
        return None

    def _keep(self) -> None:
        if self._lesson:
            ask_name(self, self._code, self._lesson, self._keep_as)

    def _keep_as(self, draft: TaughtDraft, dialog: Any) -> None:
        done = dialog.done_with(lambda name: self._kept(name))
        self.desk.ask(teaching.keep, self._lesson, draft, self.ports.own_profiles, by=self.person, then=done, form=dialog)

    def _kept(self, name: str) -> None:
        """The rule is a profile now: a reader that is connected speaks by it from here on, and what it sent before can be read."""
        port = next((port for port in self.ports.rows() if port.code == self._code and port.state != "stopped"), None)
        if port:
            self.desk.run(self.ports.open, self._code, port.address)
        title = _("The profile {name} is kept, and {instrument} speaks by it.").format(name=name, instrument=self._names.get(self._code, self._code))
        self.shell.message("say", title, _("What it captured before can be read by it too."), _("Read anew"), self._read_anew)
        self._clear()

    def _read_anew(self) -> None:
        self.desk.ask(ports.read_anew, self._code, self.ports.own_profiles, by=self.person, then=self._read)

    def _read(self, count: int) -> None:
        self.shell.toast(_("Everything that waits was read anew; readings that are new: {count}.").format(count=count))


class _Message(QPlainTextEdit):
    """A captured message: selected by mouse or by Shift and the arrows; letters and Del are the screen's."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
        self.setTabChangesFocus(True)
        self.setFont(theme.font("bytes"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(_("The message"))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and (event.text().isalpha() or event.key() == Qt.Key.Key_Delete):
            event.ignore()
            return True
        return super().event(event)


def _brief(text: str) -> str:
    """Return the lines of a message in one: the first alone, a heading, is the same on every ticket."""
    return "  ".join(line.strip() for line in text.splitlines() if line.strip())


def _whole(one: TriedRow) -> Cell:
    return Cell(_("whole"), chip="good") if one.complete else Cell(_("not whole"), chip="ask")


def _told(found: Sequence[tuple[str, str]]) -> str:
    return " · ".join(f"{_(FIELD_WORDS.get(name, name))} {said}" for name, said in found)
