"""Several lines of the accreditation at once: a grid to paste into from a spreadsheet; nothing is taken while one line is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lims.i18n import N_, _, n_
from lims.services.scope import ScopeDraft
from lims.views.names import folded
from ui.kit.cell import Cell
from ui.kit.command import Commands, button
from ui.kit.editors import Unreadable, read_day
from ui.kit.label import Label, Rule
from ui.kit.table import Column, Edit, Table


@dataclass(frozen=True, slots=True)
class Library:
    """What the library knows of items: names by code, codes by any name, methods by code."""

    names: Mapping[str, str]
    codes: Mapping[str, str]
    methods: Mapping[str, Sequence[str]]

    def code(self, item: str) -> str:
        """Return the code of what is called *item*, by its code or any of its names; empty where nothing is."""
        return self.codes.get(folded(item), "")


@dataclass(frozen=True, slots=True)
class Line:
    """One line exactly as typed."""

    place: int
    object: str = ""
    item: str = ""
    method: str = ""
    restriction: str = ""
    valid_from: str = ""
    valid_to: str = ""

    def blank(self) -> bool:
        """Return whether nothing stands in it."""
        return not any(getattr(self, name).strip() for name in NAMES)


NAMES = ("object", "item", "method", "restriction", "valid_from", "valid_to")
"""The columns of a spreadsheet, in their order."""


class Pasting(QWidget):
    """The page: what is typed or pasted, each cell marked where it is wrong."""

    changed = Signal()
    said = Signal(str)

    def __init__(self, acts: Commands) -> None:
        super().__init__()
        self.library, self.sent = Library({}, {}, {}), False
        self.refused = ""
        self._lines: list[Line] = [Line(0)]
        columns = (
            self._column("object", N_("Object"), 140),
            self._column("item", N_("Item"), 130, lambda _row: list(self.library.names.values())),
            self._column("method", N_("Method"), 160, lambda row: self.library.methods.get(self.library.code(row.item), ())),
            self._column("restriction", N_("Restriction"), 110),
            self._column("valid_from", N_("Valid from"), 98),
            self._column("valid_to", N_("Valid until"), 98),
            Column(N_("Check"), lambda row: row, self._check, 220, stretch=True, name="check", locked=lambda _row: _("It says what is wrong with the line.")),
        )
        words, key = N_("Lines to add"), lambda row: row.place
        self.table = Table(columns, key=key, name=lambda row: str(row.place + 1), words=words, kind="grid", edit=self._typed, grows=True)
        self.table.said.connect(self.said)
        self.words = Label("", ink="text2", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 16, 10)
        head.setSpacing(12)
        head.addWidget(button(acts["scope.leave"], commands=acts))
        head.addWidget(self.words, 1)
        head.addWidget(button(acts["scope.save"], commands=acts))
        column.addLayout(head)
        column.addWidget(Rule())
        column.addWidget(self.table, 1)
        self._show()

    def know(self, library: Library) -> None:
        """Take what the library knows now."""
        self.library = library
        self._show()

    def begin(self) -> None:
        """Take what was copied from a spreadsheet, and put the cursor into the first cell."""
        self.table.select(self._lines[-1].place)
        if "\t" in QGuiApplication.clipboard().text():
            self.table.paste()
        self.table.setFocus()

    def clear(self) -> None:
        """Begin with nothing."""
        self._lines, self.sent, self.refused = [Line(0)], False, ""
        self.table.past.forget()
        self._show()

    def lines(self) -> list[Line]:
        """Return the lines in which something stands."""
        return [line for line in self._lines if not line.blank()]

    def drafts(self) -> list[ScopeDraft]:
        """Return the lines as a service takes them; all of them must be right."""
        return [self._draft(line) for line in self.lines()]

    def refusal(self) -> str | None:
        """Say why the lines cannot be added yet, or return None."""
        if self.sent:
            return _("It is being saved.")
        if not self.lines():
            return _("No line is entered yet. Paste rows of a spreadsheet here, or type.")
        if wrong := sum(bool(self.mistakes(line)) for line in self.lines()):
            said = n_("{count} line is wrong. Nothing is added until it is right.", "{count} lines are wrong. Nothing is added until they are right.", wrong)
            return said.format(count=wrong)
        return self.refused or None

    def note(self, mistakes: Mapping[str, str]) -> None:
        """Show why the lines were not added; they stay."""
        self.sent, self.refused = False, " ".join(mistakes.values())
        self._show()

    def mistakes(self, line: Line) -> dict[str, str]:
        """Return what is wrong with a line, by its columns."""
        wrong: dict[str, str] = {}
        if not line.object.strip():
            wrong["object"] = _("Write the object as the annex names it.")
        if not self.library.code(line.item):
            wrong["item"] = _("The library has no item {item}.").format(item=line.item.strip() or "—")
        if not line.method.strip():
            wrong["method"] = _("Write the method's number with its year.")
        days: dict[str, date | None] = {}
        for name in ("valid_from", "valid_to"):
            try:
                days[name] = read_day(getattr(line, name))
            except Unreadable as error:
                wrong[name] = str(error)
        if "valid_from" not in wrong and days["valid_from"] is None:
            wrong["valid_from"] = _("Write the day from which it is accredited.")
        if (first := days.get("valid_from")) and (last := days.get("valid_to")) and last < first:
            wrong["valid_to"] = _("It would end before it begins.")
        return wrong

    def _draft(self, line: Line) -> ScopeDraft:
        first = read_day(line.valid_from)
        assert first is not None
        return ScopeDraft(line.object.strip(), self.library.code(line.item), line.method.strip(), first, read_day(line.valid_to), line.restriction.strip())

    def _typed(self, edits: list[Edit]) -> None:
        self.sent, self.refused = False, ""
        lines = {line.place: line for line in self._lines}
        for edit in edits:
            lines[edit.place] = replace(lines.get(edit.place, Line(edit.place)), **{edit.name: edit.text})  # type: ignore[arg-type]
        last = max((place for place, line in lines.items() if not line.blank()), default=-1)
        before = len(self._lines)
        self._lines = [lines.get(place, Line(place)) for place in range(max(before, last + 2))]
        self.table.add(self._lines[before:])  # the editor that is open stays where it is: nothing is made anew
        self._show()

    def _show(self) -> None:
        self.table.put(self._lines)
        if self.table.current() is None:
            self.table.select(0)
        wrong = self.refusal() if self.lines() else None
        self.words.say(wrong or _(HOW), "bad" if wrong else "text2")
        self.changed.emit()

    def _column(self, name: str, title: str, width: int, choices: Sequence[str] | Callable[[Line], Sequence[str]] = ()) -> Column[Line]:
        return Column(
            title, lambda row: row, lambda row: self._cell(row, name), width, name=name, editable=True, typed=lambda row: getattr(row, name), choices=choices
        )

    def _cell(self, line: Line, name: str) -> Cell:
        said = getattr(line, name)
        wrong = "" if line.blank() else self.mistakes(line).get(name, "")
        return Cell(said, "bad" if wrong else "text", error=wrong, tip=said)

    def _check(self, line: Line) -> Cell:
        if line.blank():
            return Cell()
        if wrong := self.mistakes(line):
            return Cell(next(iter(wrong.values())), chip="bad", tip="\n".join(wrong.values()))
        code = self.library.code(line.item)
        name = self.library.names.get(code, code)
        if line.method.strip() not in self.library.methods.get(code, ()):
            return Cell(_("{item}; the library knows no such method for it").format(item=name), chip="warn")
        return Cell(name, chip="good")


HOW = N_("One line of the annex a row: object, item, method, restriction, from, to. Copy them in a spreadsheet and paste them here with Ctrl+V.")

__all__ = ["Library", "Line", "Pasting"]
