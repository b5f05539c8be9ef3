"""A form declared as a list of fields; it fills one frozen draft (or a dict) and shows mistakes beside the fields.

    FIELDS = (
        Field("name", N_("Name")),
        Field("amount", N_("Amount"), kind="number", note=N_("In kg.")),
        Field("sampled_on", N_("Sampled on"), kind="date"),
        Field("kind", N_("Kind of business"), kind="choice", options=KINDS),
        Field("remark", N_("Remark"), kind="lines", optional=True, span=2),
    )
    form = Form(FIELDS, make=BusinessDraft, columns=2)
    form.put(draft)                                # a draft, a mapping, or nothing for an empty form
    if (draft := form.draft()) is not None:        # None: the notes stand beside the fields, the first of them has the focus
        desk.ask(businesses.save, draft, by=person, then=self.saved, form=form)   # Mistakes come back to the fields

Kinds: text, number (Decimal as typed), date, lines, choice (value by words), open (choice with other words), password, tick,
several (frozenset). A field is checked when it is left; its note goes away the moment the answer is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from lims.i18n import N_, _
from ui.kit import editors, paint
from ui.kit.label import Label
from ui.theme import theme

Draft = TypeVar("Draft")
OPTIONAL = N_("optional")
SEEN = 80
"""Px around the field with the cursor that are in sight too: its words above, its note below."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question: the draft's attribute, the words above it, how it is answered."""

    name: str
    label: str
    kind: str = "text"
    optional: bool = False
    """May stay empty; says so inside."""
    options: editors.Options | None = None
    note: str = ""
    """A standing remark below."""
    hint: str = ""
    """An example inside the empty field."""
    span: int = 1
    section: str = ""
    """A heading before this field, where another part begins."""
    check: Callable[[Any], str | None] = lambda _value: None
    """What is wrong with a readable answer, in words."""
    warn: Callable[[Any], str | None] = lambda _value: None
    """What a person should look at; saving stays possible."""
    locked: bool = False
    """Shown, cannot be changed; *note* says what can change it."""
    lines: int = 3


def _combo(field: Field) -> QWidget:
    return editors.Choice(field.options or {}, field.optional)


KINDS: dict[str, Callable[[Field], Any]] = {
    "text": lambda field: editors.Text(_hint(field)),
    "number": lambda field: editors.Number(_hint(field)),
    "date": lambda field: editors.Day(_hint(field)),
    "lines": lambda field: editors.Lines(_hint(field), field.lines),
    "choice": _combo,
    "open": lambda field: editors.Open(field.options or {}, _hint(field)),
    "password": lambda field: editors.Password(),
    "tick": lambda field: editors.Tick(_(field.label)),
    "several": lambda field: editors.Several(field.options or {}),
}
"""Kind of field -> its editor."""


class Form(QWidget, Generic[Draft]):
    """Asks the fields, hands over a draft, or says beside each field what is wrong."""

    changed = Signal(str)
    """Name of the field a person has just changed."""

    def __init__(self, fields: Sequence[Field], make: Callable[..., Draft] = dict, columns: int = 1) -> None:  # type: ignore[assignment]
        super().__init__()
        names = [field.name for field in fields]
        if len(set(names)) != len(names):
            raise ValueError("two fields share a name")
        self.fields = {field.name: field for field in fields}
        self._make = make
        self.editors: dict[str, Any] = {}
        self.notes: dict[str, Note] = {}
        self._above = Note("")
        self._given: dict[str, str] = {}
        self._extra: dict[str, Any] = {}
        self._lay_out(fields, columns)

    def put(self, draft: Draft | Mapping[str, Any] | None = None) -> None:
        """Fill the fields from a draft or a mapping; what is not given is emptied. What has no field is kept for the next draft."""
        values = _values(draft)
        self._extra = {name: value for name, value in values.items() if name not in self.editors}
        for name, editor in self.editors.items():
            if hasattr(editor, "refill"):
                editor.refill()
            editor.put(values.get(name))
        self.note({})
        self._start = self._raw()

    def values(self) -> dict[str, Any]:
        """Return the readable answers by name, unreadable ones left out."""
        answers = {}
        for name, editor in self.editors.items():
            try:
                answers[name] = editor.get()
            except editors.Unreadable:
                continue
        return answers

    def draft(self) -> Draft | None:
        """Return the draft, or None after noting what is wrong and going to the first of it."""
        wrong = {name: words for name in self.editors if (words := self.mistake(name))}
        self.note(wrong)
        if wrong:
            self.focus(next(iter(wrong)))
            return None
        return self._make(**self._extra, **self.values())

    def mistake(self, name: str) -> str | None:
        """Say what is wrong with one answer as it stands, or None."""
        field = self.fields[name]
        try:
            answer = self.editors[name].get()
        except editors.Unreadable as error:
            return str(error)
        if answer in ("", None) or answer == frozenset():
            return None if field.optional or field.locked or field.kind == "tick" else _("This is needed.")
        return field.check(answer)

    def note(self, mistakes: Mapping[str, str]) -> None:
        """Show *mistakes* (field -> words) beside their fields and no others; those of no field stand above."""
        self._given = dict(mistakes)
        for name, note in self.notes.items():
            self._set(name, mistakes.get(name, ""), "bad")
            if not mistakes.get(name):
                self._warn(name)
            note.updateGeometry()
        rest = [words for name, words in mistakes.items() if name not in self.notes]
        self._above.say(" ".join(rest), "bad")
        first = next((name for name in self.editors if mistakes.get(name)), None)
        if first:
            self.focus(first)

    def dirty(self) -> bool:
        """Return whether anything was changed since the form was filled."""
        return self._raw() != getattr(self, "_start", self._raw())

    def focus(self, name: str = "") -> None:
        """Put the cursor into a field, the first where none is named, and the field into sight."""
        editor = self.editors[name or next(iter(self.editors))]
        editor.setFocus()
        around = self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if around is not None:
            around.ensureWidgetVisible(editor, 0, SEEN)

    def lock(self, locked: bool = True) -> None:
        """Let everything be read and nothing be changed, or the other way round."""
        for name, editor in self.editors.items():
            editor.setEnabled(not locked and not self.fields[name].locked)

    def show_field(self, name: str, shown: bool) -> None:
        """Show or hide one question with its label."""
        self.editors[name].parentWidget().setVisible(shown)

    def _lay_out(self, fields: Sequence[Field], columns: int) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.addWidget(self._above, 0, 0, 1, columns)
        line, place = 1, 0
        for field in fields:
            span = min(field.span, columns)
            if field.section or place + span > columns:
                line, place = line + (place > 0), 0
            if field.section:
                title = Label(_(field.section), "section")
                title.setContentsMargins(0, 12 if line > 1 else 0, 0, 2)
                grid.addWidget(title, line, 0, 1, columns)
                line += 1
            grid.addWidget(self._question(field), line, place, 1, span)
            place += span
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(line + 1, 1)

    def _question(self, field: Field) -> QWidget:
        whole = QWidget()
        box = QVBoxLayout(whole)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        if field.kind not in KINDS:
            raise ValueError(f"{field.name}: no kind of field {field.kind}")
        self.editors[field.name] = editor = KINDS[field.kind](field)
        self.notes[field.name] = note = Note(_(field.note))
        editor.setObjectName(field.name)
        editor.setAccessibleName(_(field.label))
        label = Label("" if field.kind == "tick" else _(field.label), "note", "text2", 500)
        label.setBuddy(editor)
        box.addWidget(label)
        box.addWidget(editor)
        box.addWidget(note)
        box.addStretch(1)
        editor.changed.connect(lambda: self._typed(field.name))
        editor.left.connect(lambda: self._left(field.name))
        if field.locked:
            editor.setEnabled(False)
        return whole

    def _typed(self, name: str) -> None:
        """A standing note goes away the moment the answer is right; nothing new is said while typing."""
        self._given.pop(name, None)
        if self.notes[name].kind == "bad":
            self._set(name, self.mistake(name) or "", "bad")
        self.changed.emit(name)

    def _left(self, name: str) -> None:
        if name in self._given:
            return
        try:
            empty = self.editors[name].get() in ("", None, frozenset())
        except editors.Unreadable:
            empty = False
        self._set(name, "" if empty else self.mistake(name) or "", "bad")
        self._warn(name)

    def _warn(self, name: str) -> None:
        field = self.fields[name]
        if self.notes[name].kind != "bad" and not self.mistake(name):
            answer = self.editors[name].get()
            self._set(name, "" if answer in ("", None) else field.warn(answer) or "", "warn")

    def _set(self, name: str, words: str, kind: str) -> None:
        note, editor = self.notes[name], self.editors[name]
        note.say(words, kind)
        state = kind if words else ""
        editor.setAccessibleDescription(words)
        if isinstance(editor, QLineEdit | QComboBox | QPlainTextEdit) and editor.property("state") != state:
            editor.setProperty("state", state)
            editor.style().unpolish(editor)
            editor.style().polish(editor)

    def _raw(self) -> dict[str, Any]:
        return {name: editor.text() if isinstance(editor, QLineEdit) else editor.get() for name, editor in self.editors.items()}


class Note(QWidget):
    """The line below a field: a standing remark, or what is wrong with its mark."""

    def __init__(self, standing: str) -> None:
        super().__init__()
        self.kind, self._standing = "", standing
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        self._words = Label(standing, "note", "text2", wrap=True)
        box.addWidget(self._words)
        if not standing:
            self.hide()

    @property
    def words(self) -> str:
        """What is said now."""
        return self._words.text() if self.kind else ""

    def say(self, words: str, kind: str) -> None:
        """Say what is wrong (bad, warn), or the standing remark again."""
        self.kind = kind if words else ""
        self._words.say(words or self._standing, kind if words else "text2")
        self.layout().setContentsMargins(paint.MARK + 5 if words else 0, 0, 0, 0)
        self.setVisible(bool(words or self._standing))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.kind:
            painter = QPainter(self)
            paint.mark(painter, self.kind, QRectF(0, max((theme.metrics("note").height() - 12) / 2, 0), 12, 12))
            painter.end()


def _hint(field: Field) -> str:
    return _(field.hint) if field.hint else _(OPTIONAL) if field.optional else ""


def _values(draft: Any) -> dict[str, Any]:
    if draft is None:
        return {}
    if isinstance(draft, Mapping):
        return dict(draft)
    names = getattr(draft, "__dataclass_fields__", None) or vars(draft)
    return {name: getattr(draft, name) for name in names}
