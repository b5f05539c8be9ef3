"""The standards library: every limit with its source, and the laboratory's confirmation that it has read it in its own copy."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lims.i18n import N_, _, n_
from lims.rules.rights import Right, right_refusal
from lims.services import catalogue
from lims.views import catalogue as view
from lims.views.catalogue import LimitPage, LimitRow
from ui.kit.ask import Dialog
from ui.kit.cell import Cell, dash
from ui.kit.command import Command
from ui.kit.editors import Text
from ui.kit.empty import Empty
from ui.kit.form import Field
from ui.kit.label import Label, Rule
from ui.kit.panel import SIDE, Divider, Head, MarkView, Panel, Rows, Words
from ui.kit.screen import Screen
from ui.kit.segments import Segments
from ui.kit.table import Column, Table
from ui.screens.moments import minute
from ui.theme import theme

PARTS = {"asked": N_("To confirm"), "placed": N_("Our products"), "all": N_("All")}

NOTHING = {
    "asked": (N_("Nothing waits for confirmation."), N_("Limits that samples are held against, and that nobody has confirmed, appear here.")),
    "placed": (N_("No limits of the laboratory's own products."), N_("They appear here when a product is placed under the headings of the standards.")),
    "all": (N_("The library holds no limits."), N_("They come with an edition of a standard.")),
}
"""What an empty part is, and what will fill it."""

EVIDENCE = {
    "primary_text": N_("text of the standard"),
    "official_bulletin": N_("official bulletin"),
    "third_party_transcription": N_("transcript by a third party"),
    "knowledge": N_("general knowledge, no document"),
    "knowledge+code_from_transcription": N_("general knowledge, number from a transcript"),
    "": N_("table taken over here"),
}
"""What a row of the library rests on, in words; anything else is shown as it is written."""

CONFIDENCE = {"high": N_("high"), "medium": N_("medium"), "low": N_("low"), "unknown": N_("unknown")}
"""How sure whoever wrote the row was."""

COLUMNS: tuple[Column[LimitRow], ...] = (
    Column(N_("Item"), lambda row: row.item, lambda name: Cell(name, weight=500, tip=name), 110, name="item"),
    Column(N_("Heading"), lambda row: row.classification, lambda words: Cell(words, "text2", tip=words), 96, stretch=True, name="heading"),
    Column(N_("Requirement"), lambda row: row, lambda row: _requirement(row), 172, name="requirement"),
    Column(N_("Standard"), lambda row: row, lambda row: _standard(row), 158, name="standard"),
    Column(N_("Rests on"), lambda row: row, lambda row: _evidence(row), 98, name="evidence"),
    Column(N_("Confidence"), lambda row: row.confidence, lambda said: _confidence(said), 82, name="confidence"),
    Column(N_("Checked"), lambda row: row, lambda row: _checked(row), 118, name="checked"),
)


class Limits(Screen):
    """Limits to confirm, those of the laboratory's products, and all of them."""

    title = N_("Limits")
    watches = frozenset({"limit", "confirmation", "standard", "analysis", "basis", "placement"})

    def start(self) -> None:
        self._wanted: Hashable = None
        self._asked: tuple[str, str] | None = None
        """The part and the words that the list answers."""

    def commands(self) -> Sequence[Command]:
        return (
            Command("limits.find", N_("Find limits"), self.find, "Ctrl+F", "search", side="menu"),
            Command("limits.edition", N_("Show the edition"), self.edition, icon="book-open", refusal=self.why_nothing, side="menu"),
            Command("limits.clear", N_("Empty the search field"), self.clear, "Esc", refusal=self.why_not_clear, side="menu", palette=False),
            Command("limits.confirm", self._confirm_words, self.confirm, icon="book-open-check", refusal=self.why_not_confirm, kind="primary"),
        )

    def build(self) -> QWidget:
        self.nothing = Empty("book-open-check", *NOTHING["asked"])
        self.table = Table(COLUMNS, key=lambda row: row.code, name=lambda row: f"{row.item} {row.classification}", words=self.title, empty=self.nothing)
        self.table.moved.connect(self._moved)
        self.table.chosen.connect(lambda _rows: self.refresh())
        self.table.offer([self.acts["limits.confirm"], self.acts["limits.edition"]])
        self.panel = Panel()
        self.finder = Finder(_("item, food, standard"), self.table)
        self.search = self.finder.field
        self.search.changed.connect(self.refill)
        return beneath(self.finder, self.table)

    def built(self) -> None:
        self.which = Segments(PARTS, N_("Which limits"))
        self.which.chosen.connect(lambda _value: self.refill())
        self.bar.lead(self.which)

    def refill(self) -> None:
        self.desk.ask(_page, self.which.value, self.search.get(), then=self.put, once="limits.rows")

    def put(self, page: LimitPage) -> None:
        """Show what was read."""
        part, text = self.which.value, self.search.get()
        self.which.count(page.counts)
        self.finder.say(_cut(len(page.rows), page.counts[part]))
        self.nothing.say(*(_not_found(text, part, page.counts) if text else NOTHING[part]))
        current = self.table.current()
        self.table.put(page.rows)
        if page.rows and ((part, text) != self._asked or self.table.current() is None):
            wanted = self._wanted or (current and current.code)
            if not self.table.select(wanted):
                self.table.select(page.rows[0].code)
            self.table.executeDelayedItemsLayout()
            self.table.scrollTo(self.table.currentIndex())
        self._asked, self._wanted = (part, text), None
        self.refresh()

    def show_thing(self, key: Hashable) -> None:
        """Search the whole library for a limit by its number in the library, or for the limits of a standard by the standard's."""
        self.which.choose("all", tell=False)
        self.search.put(key)
        self._wanted, self._asked = key, None
        self.refill()

    def find(self) -> None:
        """Go to the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def clear(self) -> None:
        """Search for nothing any more."""
        self.search.put("")
        self.table.setFocus()
        self.refill()

    def edition(self) -> None:
        """Go to the edition in which the limit under the cursor stands."""
        if (row := self.table.current()) is not None:
            self.shell.open("standards", row.standard)

    def confirm(self) -> None:
        """Ask for the remark and confirm what is selected."""
        rows = self._to_confirm()
        codes = [row.code for row in rows]

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            words = confirmed_words(len(codes))
            done = dialog.done_with(lambda _answer: self.shell.toast(words))
            self.desk.ask(catalogue.confirm, codes, remark=answer["remark"], by=self.person, then=done, form=dialog)

        note = "\n".join(f"{row.item} · {row.classification} · {_demanded(row)} · {_place(row)}" for row in rows[:SHOWN])
        more = "\n" + _("and {count} more").format(count=len(rows) - SHOWN) if len(rows) > SHOWN else ""
        dialog = Whole(self, self._confirm_words(), _(I_HAVE_READ), note + more, (REMARK,), self._confirm_words(), _("Back"), False, send)
        dialog.open()
        dialog.form.focus()

    def why_not_confirm(self) -> str | None:
        """Say why nothing can be confirmed now, or return None."""
        if refusal := right_refusal(Right.CONFIRM, self.person):
            return refusal
        if not self.table.selected():
            return _("Choose the limits you have read in the standard.")
        return None if self._to_confirm() else _("What is chosen is confirmed already.")

    def why_nothing(self) -> str | None:
        """Say that the cursor is on no limit, or return None."""
        return None if self.table.current() is not None else _("Choose a row first.")

    def why_not_clear(self) -> str | None:
        """Say that nothing is searched for, or return None."""
        return None if self.search.text() else _("The list is in front.")

    def _confirm_words(self) -> str:
        count = len(self._to_confirm())
        return _("Confirm {count}").format(count=count) if count else _("Confirm")

    def _to_confirm(self) -> list[LimitRow]:
        return [row for row in self.table.selected() if not row.confirmed_by]

    def _moved(self, row: LimitRow | None) -> None:
        assert self.panel is not None
        if row is None:
            self.panel.put(_("Limit"), Words(_("Nothing is chosen.")))
            return
        figure, room = _demanded(row), self.panel.width() - 2 * SIDE
        short = theme.width(figure, "figure", 500) <= room
        self.panel.put(
            _("Limit"),
            Head(f"{row.item} · {row.level}" if row.level else row.item, row.classification, figure if short else ""),
            *([] if short else [Words(figure, "text", role="body")]),
            Words(*_confirmation(row)),
            Divider(),
            Rows(_said(_stands(row)), _("Where it stands")),
            Divider(),
            Rows(_said(_known(row)), _("How the program knows it")),
            foot=(self.acts["limits.edition"],),
        )


class Finder(QWidget):
    """The line above a list: what is searched for, and what else there is to say of what is shown."""

    def __init__(self, hint: str, table: Table) -> None:
        super().__init__()
        self.field = Search(hint, table)
        self._words, self._mark = Label("", ink="text2", wrap=True), MarkView("say")
        line = QHBoxLayout()
        line.setContentsMargins(theme.size("margin"), 8, 16, 8)
        line.setSpacing(8)
        line.addWidget(self.field)
        line.addSpacing(8)
        line.addWidget(self._mark)
        line.addWidget(self._words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(Rule())
        self.say("")

    def say(self, words: str) -> None:
        """Say something of what is shown, or nothing."""
        self._words.say(words)
        self._mark.setVisible(bool(words))


class Search(Text):
    """What is searched for in a list; Enter and Down lead into it."""

    def __init__(self, hint: str, table: Table) -> None:
        super().__init__(hint)
        self._table = table
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(_("Search in the list"))
        self.returnPressed.connect(table.setFocus)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Down:
            self._table.setFocus()
        else:
            super().keyPressEvent(event)


WIDTH = 264
"""Px of a search field."""


def beneath(finder: Finder, table: Table) -> QWidget:
    """Return a list with its line above it."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(finder)
    column.addWidget(table, 1)
    return page


class Whole(Dialog):
    """A dialog as high as all it says."""

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.layout().totalHeightForWidth(self.width()))


SHOWN = 8
"""Limits named in the dialog; the others are counted."""

REMARK = Field("remark", N_("Remark"), kind="lines", optional=True, lines=2)
I_HAVE_READ = N_("I have read them in the laboratory's own copy of the standard, and they say the same.")


def confirmed_words(count: int) -> str:
    """Say that limits are confirmed."""
    return n_("{count} limit confirmed.", "{count} limits confirmed.", count).format(count=count)


def evidence(said: str) -> str:
    """Return what a row of the library rests on, in words."""
    return _(EVIDENCE.get(said, said))


def confidence(said: str) -> str:
    """Return how sure a row of the library is, in words."""
    return _(CONFIDENCE.get(said, said))


def _page(work: Any, part: str, text: str) -> LimitPage:
    return view.limit_page(work, work.today(), part, text)


def _cut(shown: int, there: int) -> str:
    words = _("The first {shown} of {count} are shown. Search for an item, a food or a standard to see the others.")
    return words.format(shown=shown, count=there) if shown < there else ""


def _not_found(text: str, part: str, counts: Mapping[str, int]) -> tuple[str, str]:
    elsewhere = counts["all"] if part != "all" else 0
    note = n_("The whole library holds {count} such limit: choose “All”.", "The whole library holds {count} such limits: choose “All”.", elsewhere)
    words = note.format(count=elsewhere) if elsewhere else _("Two characters of a name, its initials in pinyin, or the number of a standard are enough.")
    return _("Nothing is found for “{text}”.").format(text=text), words


def _confirmation(row: LimitRow) -> tuple[str, str, str]:
    if not row.confirmed_by:
        return _("No report can rest on this limit yet. Compare it with the laboratory's own copy of the standard, then confirm it."), "text2", "wait"
    words = _("Confirmed by {person} on {time}.").format(person=row.confirmed_by, time=minute(row.confirmed_at))
    return f"{words} {row.remark}".strip(), "text2", "done"


def _stands(row: LimitRow) -> list[tuple[str, str]]:
    return [
        (_("Standard"), row.standard),
        (_("Title"), row.title),
        (_("Clause"), row.clause or _("not recorded")),
        (_("In force"), _("yes") if row.in_force else _("not on today's date")),
        (_("Heading"), row.classification),
        (_("Level"), row.level),
        (_("Expressed as"), row.basis),
        (_("Condition"), row.condition),
        (_("Note"), row.note),
    ]


def _known(row: LimitRow) -> list[tuple[str, str]]:
    return [
        (_("Rests on"), evidence(row.evidence)),
        (_("Source"), row.source),
        (_("Confidence"), confidence(row.confidence)),
        (_("Number in the library"), row.code),
    ]


def _said(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(key, value) for key, value in rows if value]


def _told(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _demanded(row: LimitRow) -> str:
    return f"{row.requirement} {row.unit}".strip() or _("no figure in the library")


def _place(row: LimitRow) -> str:
    return f"{row.standard} {row.clause}".strip()


def _requirement(row: LimitRow) -> Cell:
    if not row.requirement:
        return dash()
    more = " · ".join(part for part in (row.unit, row.level) if part)
    return Cell(row.requirement, weight=500, after=Cell(more, "text3") if more else None, tip=f"{_demanded(row)} {row.level}".strip())


def _standard(row: LimitRow) -> Cell:
    tip = _told(_place(row), row.title)
    return Cell(_place(row), tip=tip) if row.in_force else Cell(_place(row), "text2", mark="warn", tip=_told(_("This edition is not in force today."), tip))


def _evidence(row: LimitRow) -> Cell:
    return Cell(evidence(row.evidence), "text2", tip=_told(evidence(row.evidence), row.source))


def _confidence(said: str) -> Cell:
    mark = {"low": "warn", "unknown": "ask"}.get(said, "")
    return Cell(confidence(said), "text2", mark=mark)


def _checked(row: LimitRow) -> Cell:
    if not row.confirmed_by:
        return Cell(_("not confirmed"), chip="wait", tip=_("The laboratory has not confirmed this limit, so it cannot decide a report yet."))
    return Cell(row.confirmed_by, chip="good", tip=_told(minute(row.confirmed_at), row.remark))
