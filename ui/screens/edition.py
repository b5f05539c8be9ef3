"""A new edition of a standard: what is asked of it beside its table, and what taking it over would do, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from lims.errors import Mistakes, Trouble
from lims.i18n import N_, _, n_
from lims.services import editions
from lims.services.editions import Affected, Change, Difference, Dry, EditionDraft, Stated
from lims.services.grids import Grid, grid_of
from lims.services.limit_tables import Wrong
from lims.views.standards import StandardRow
from ui.kit.cell import Cell, identifier
from ui.kit.command import Command, Commands, button, icon_button
from ui.kit.empty import Empty
from ui.kit.form import Field
from ui.kit.label import Label, Rule, Short
from ui.kit.panel import Check, Checks, Divider, Head, MarkView, Rows, Title, Words
from ui.kit.segments import Segments
from ui.kit.table import Column, Table
from ui.screens.moments import day
from ui.screens.register import Sheet
from ui.theme import theme

CHANGES = {Change.ADDED: N_("Added"), Change.REMOVED: N_("Removed"), Change.CHANGED: N_("Changed"), Change.SAME: N_("As before")}
TABLES = N_("Tables")
ENDINGS = "*.csv *.tsv *.txt *.xlsx *.xlsm *.xls *.ods"

DIFFERENCES: tuple[Column[Difference], ...] = (
    Column(N_("Item"), lambda row: row.item, lambda name: Cell(name, weight=500, tip=name), 140, name="item"),
    Column(N_("Heading"), lambda row: row.heading, lambda words: Cell(words, "text2", tip=words), 150, stretch=True, name="heading"),
    Column(N_("Level"), lambda row: row.level, lambda level: Cell(level, tag=True) if level else None, 76, name="level"),
    Column(N_("Present edition"), lambda row: row.old, lambda old: _stated(old, "text2"), 176, name="old"),
    Column(N_("New edition"), lambda row: row.new, lambda new: _stated(new), 176, name="new"),
    Column(N_("Row"), lambda row: row.line, lambda line: Cell(str(line) if line else "", "text2"), 60, "right", name="line"),
)
WRONG: tuple[Column[Wrong], ...] = (
    Column(N_("Row"), lambda row: row.line, lambda line: Cell(str(line), weight=500), 76, name="line"),
    Column(N_("Column"), lambda row: row.column, lambda column: Cell(column or _("whole row"), "text2"), 150, name="column"),
    Column(N_("What is wrong"), lambda row: row.words, lambda words: Cell(words, mark="bad", tip=words), 300, stretch=True, name="words"),
)
AFFECTED: tuple[Column[Affected], ...] = (
    Column(N_("Sample number"), lambda row: row.number, identifier, 150, name="number"),
    Column(N_("Sample"), lambda row: row.name, lambda name: Cell(name, weight=500, tip=name), 140, name="name"),
    Column(N_("Product's day"), lambda row: row.product_on, lambda on: Cell(day(on), "text2"), 108, name="day"),
    Column(N_("Item"), lambda row: row.difference.item, lambda name: Cell(name, tip=name), 130, stretch=True, name="item"),
    Column(N_("Present edition"), lambda row: row.difference.old, lambda old: _stated(old, "text2"), 150, name="old"),
    Column(N_("New edition"), lambda row: row.difference.new, lambda new: _stated(new), 150, name="new"),
)


def read(work: Any, path: str, draft: EditionDraft) -> tuple[Grid, Dry]:
    """Read the table and see what taking it over would do; what is wrong with the file is told beside its field."""
    try:
        table = grid_of(Path(path))
    except Trouble as trouble:
        raise Mistakes({"file": trouble.words}) from None
    return table, editions.dry_run(work, draft, table)


class Asking(Sheet):
    """The form for a new edition; a file is typed, pasted, or chosen."""

    def __init__(self, known: Sequence[StandardRow], values: Mapping[str, Any]) -> None:
        super().__init__(_fields(known), _answer, values, _("New edition"))
        editor = self.editors["file"]
        self.choose = icon_button("folder-open", _("Choose the file"), self._choose)
        column, line = editor.parentWidget().layout(), QHBoxLayout()
        column.removeWidget(editor)
        line.setSpacing(4)
        line.addWidget(editor, 1)
        line.addWidget(self.choose)
        column.insertLayout(1, line)
        QWidget.setTabOrder(editor, self.choose)

    def _choose(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(self, _("Choose the file"), "", f"{_(TABLES)} ({ENDINGS})")
        if path:
            self.editors["file"].put(path)
            self.changed.emit("file")


class Trial(QWidget):
    """What taking a table over would do: what is wrong row by row, else how it differs, and the open samples it touches."""

    moved = Signal(object)
    """The difference under the cursor, or None."""
    opened = Signal(str)
    """Number of a sample that is touched."""
    refused = Signal(str)
    """Why it was not taken over."""

    def __init__(self, take: Command, leave: Command, commands: Commands) -> None:
        super().__init__()
        self.dry: Dry | None = None
        self.which = Segments({change.value: words for change, words in CHANGES.items()}, N_("Which differences"))
        self.which.chosen.connect(lambda _value: self._show())
        self.differences = Table(
            DIFFERENCES, key=_key, words=N_("Differences"), name=lambda row: f"{row.item} {row.heading}", many=False, empty=Empty("list", N_("None."))
        )
        self.differences.moved.connect(self.moved)
        self.wrong = Table(WRONG, key=lambda row: (row.line, row.column, row.words), words=N_("Mistakes"), name=lambda row: str(row.line), many=False)
        self.affected = Table(AFFECTED, key=_touched, words=N_("Open samples"), name=lambda row: row.number, many=False)
        self.affected.opened.connect(lambda row: self.opened.emit(row.number))
        self._rule, self._open = Rule(), Label("", weight=500, wrap=True)
        self._open.setContentsMargins(theme.size("margin"), 10, 16, 10)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.head = self._headed(button(leave, commands=commands), button(take, commands=commands))
        for part in (self.head, Rule(), self._line(), Rule(), self.differences, self.wrong, self._rule, self._open, self.affected):
            column.addWidget(part, {self.differences: 3, self.wrong: 3, self.affected: 1}.get(part, 0))
        commands.refreshed.connect(lambda: self._reason.say(take.refusal() or ""))

    def put(self, dry: Dry) -> None:
        """Show what was found out."""
        self.dry, right = dry, not dry.errors
        touched = len({one.number for one in dry.affected})
        fullest = next((change for change in (Change.CHANGED, Change.ADDED, Change.REMOVED) if dry.count(change)), Change.SAME)
        self._title.setText(dry.draft.standard)
        self._words.say(_summary(dry))
        self._open.say(_touches(touched))
        self.which.count({change.value: dry.count(change) for change in CHANGES})
        self.which.choose(fullest.value, tell=False)
        self.wrong.put(dry.errors)
        self.affected.put(dry.affected)
        for part in (self.which, self.differences, self._rule, self._open):
            part.setVisible(right)
        for part in (self._mark, self.wrong):
            part.setVisible(not right)
        self.affected.setVisible(right and touched > 0)
        self._show()

    def note(self, mistakes: Mapping[str, str]) -> None:
        """Say why it was not taken over."""
        self.refused.emit(" ".join(mistakes.values()))

    def begin(self) -> None:
        """Put the cursor where one begins to look."""
        (self.wrong if self.dry and self.dry.errors else self.differences).setFocus()

    def _show(self) -> None:
        assert self.dry is not None
        rows = [] if self.dry.errors else [one for one in self.dry.differences if one.change == self.which.value]
        self.differences.put(rows)
        for table in (self.differences, self.wrong, self.affected):
            if table.rows():
                table.select(table.rows_model.key_at(0))

    def _headed(self, leave: QWidget, take: QWidget) -> QWidget:
        """Return the line with the way back, the edition's number, and at the right the primary with what stands against it."""
        head = QWidget()
        head.setFixedHeight(theme.size("commands"))
        self._title, self._reason = Short("", "section"), Label("", ink="text2", wrap=True)
        self._reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        across = QHBoxLayout(head)
        across.setContentsMargins(theme.size("margin") - 10, 0, 16, 0)
        across.setSpacing(8)
        for part in (leave, self._title, self._reason, take):
            across.addWidget(part, part is self._reason)
        return head

    def _line(self) -> QWidget:
        """Return the line with the choice of differences and what it is compared with."""
        line = QWidget()
        self._mark, self._words = MarkView("bad"), Label("", ink="text2", wrap=True)
        across = QHBoxLayout(line)
        across.setContentsMargins(theme.size("margin"), 8, 16, 8)
        across.setSpacing(8)
        for part in (self.which, self._mark, self._words):
            across.addWidget(part, part is self._words)
        return line


def parts(dry: Dry, row: Difference | None) -> list[QWidget]:
    """Return the panel's parts: the difference under the cursor, and what the edition is."""
    found: list[QWidget] = []
    if row is not None:
        stated = [(_("Present edition"), row.old.words() if row.old else _("nothing")), (_("New edition"), row.new.words() if row.new else _("nothing"))]
        found += [Head(f"{row.item} · {row.level}" if row.level else row.item, row.heading), Rows(stated), Divider()]
    draft = dry.draft
    facts = [
        (_("Edition"), draft.standard),
        (_("Title"), draft.title_zh),
        (_("Published"), day(draft.issued)),
        (_("In force from"), day(draft.in_force) or _("no date")),
        (_("Classification"), draft.classification),
        (_("Compared with"), dry.replaced or _("nothing")),
        (_("Which ends on"), day(dry.ends)),
        (_("Rows"), str(dry.rows)),
        (_("Source"), draft.source),
        (_("Columns left out"), _(", ").join(dry.left_out)),
    ]
    found.append(Rows([(key, value) for key, value in facts if value], _("What would be taken over")))
    if dry.headings:
        checks = [Check("warn" if one.near else "say", one.words(), "", _near(one.near)) for one in dry.headings[:SHOWN]]
        found += [Divider(), Title(_("New headings"), str(len(dry.headings))), Checks(checks)]
        if len(dry.headings) > SHOWN:
            found.append(Words(_("and {count} more").format(count=len(dry.headings) - SHOWN)))
    return found


SHOWN = 40
"""New headings named in the panel; the others are counted."""


def _near(names: Sequence[str]) -> str:
    return _("Perhaps the same, written otherwise: {names}").format(names=_(", ").join(names)) if names else ""


def _fields(known: Sequence[StandardRow]) -> tuple[Field, ...]:
    codes = {row.code: row.code for row in known}
    trees = {row.classification: row.classification for row in known if row.classification}
    return (
        Field("file", N_("File"), note=N_("CSV or Excel. The first line names the columns: at least item, heading and requirement.")),
        Field("standard", N_("Number with year"), hint="GB 2762-2027"),
        Field("title_zh", N_("Title")),
        Field("issued", N_("Published"), kind="date", optional=True),
        Field("in_force", N_("In force from"), kind="date", optional=True, note=N_("Without a day the edition is never chosen by itself.")),
        Field("replaces", N_("Replaces"), kind="open", optional=True, options=codes, note=N_("Empty: the edition of the same number that is in force now.")),
        Field("classification", N_("Classification"), kind="open", optional=True, options=trees, note=N_("Empty: that of the edition it replaces.")),
        Field("source", N_("Source"), optional=True, note=N_("Where the table comes from; it stands with every limit whose row names none.")),
    )


def _answer(file: str, **said: Any) -> tuple[str, EditionDraft]:
    """Return the path, also where it was pasted with quotation marks or as an address, and the draft."""
    path = file.strip("\"'“”")
    return QUrl(path).toLocalFile() if path.startswith("file:") else path, EditionDraft(**said)


def _key(row: Difference) -> tuple[str, ...]:
    return row.change.value, str(row.line), row.old_limit, row.item_code, row.heading_code, row.level


def _touched(row: Affected) -> tuple[Any, ...]:
    return row.number, row.limits, _key(row.difference)


def _touches(count: int) -> str:
    touched = n_("{count} open sample is touched:", "{count} open samples are touched:", count).format(count=count)
    return touched if count else _("No open sample is touched.")


def _stated(said: Stated | None, ink: str = "text") -> Cell:
    if said is None:
        return Cell("—", "text3")
    return Cell(said.words(), ink, tip=said.words())


def _summary(dry: Dry) -> str:
    if dry.errors:
        return _("{good} of {rows} rows can be read.").format(good=dry.good, rows=dry.rows)
    return _("Compared with {standard}.").format(standard=dry.replaced) if dry.replaced else _("There is no present edition to compare it with.")
