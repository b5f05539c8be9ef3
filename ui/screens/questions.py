"""The questions of a paper form as fields to fill in, and its answers as they are read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from lims.i18n import _
from lims.rules.sampling import Kind, Question, Section, date_mistake
from ui.kit.form import Field
from ui.kit.label import Label
from ui.screens.moments import today

KINDS = {Kind.TEXT: "text", Kind.LINES: "lines", Kind.DATE: "date", Kind.CHOICE: "open"}

Said = tuple[str, tuple[tuple[str, str], ...]]
"""A part of a form as it is read: its title, and each answered question with its words."""


def fields(sections: Iterable[Section], titled: bool = True) -> list[Field]:
    """Return a field for every question, under the headings of the form unless *titled* is false."""
    return [_field(question, section.title if titled and not place else "") for section in sections for place, question in enumerate(section.questions)]


def answers(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what a form's fields hold as a form keeps it: words as typed or chosen, days in ISO form, nothing empty."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items() if value}


def said(sections: Iterable[Section], kept: Mapping[str, str]) -> list[Said]:
    """Return the answered questions part by part, in words; a part without an answer is left out."""
    read = ((_(section.title), tuple((_(one.label), _words(one, kept[one.name])) for one in section.questions if kept.get(one.name))) for section in sections)
    return [(title, rows) for title, rows in read if rows]


class Answers(QWidget):
    """Answers as they are read: questions at the left, what was written at the right."""

    def __init__(self, parts: Sequence[Said], titled: bool = True) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(20, 12, 20, 16)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for title, rows in parts:
            if titled:
                head = Label(title, "note", "text", 500)
                head.setContentsMargins(0, 8 if grid.rowCount() > 1 else 0, 0, 2)
                grid.addWidget(head, grid.rowCount(), 0, 1, 2)
            for label, words in rows:
                line = grid.rowCount()
                grid.addWidget(Label(label, "note", "text2"), line, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(Label(words, wrap=True, select=True), line, 1, Qt.AlignmentFlag.AlignTop)


def _field(question: Question, section: str) -> Field:
    return Field(
        question.name,
        question.label,
        KINDS[question.kind],
        optional=not question.needed,
        options={choice: choice for choice in question.choices},
        span=2 if question.kind is Kind.LINES else 1,
        section=section,
        check=_past if question.past else _nothing,
    )


def _past(day: date) -> str | None:
    return date_mistake(day.isoformat(), today())


def _nothing(_answer: object) -> None:
    return None


def _words(question: Question, answer: str) -> str:
    """A choice of the form is kept in the program's own words and read in the reader's; everything else stands as written."""
    return _(answer) if answer in question.choices else answer
