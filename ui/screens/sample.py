"""One sample in full: its line, results, form and intake as answered, portions and reports."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from lims.i18n import N_, _
from lims.rules.flows import CERTIFICATE_FLOW, PORTION_WORDS, SAMPLE_FLOW, CertificateState, SampleState
from lims.rules.sampling import FORM, INTAKE
from lims.rules.verdict import WORDS
from lims.views.samples import PortionRow, SampleCard
from ui.kit.cell import Cell, identifier, state, verdict
from ui.kit.command import Command, Commands, button
from ui.kit.label import Label, Rule, Short, ground
from ui.kit.panel import CellView, Line, Words
from ui.kit.table import Column, Table
from ui.screens.lines import stations
from ui.screens.questions import Answers, said
from ui.screens.review import COLUMNS as RESULTS
from ui.theme import theme

PORTION_KINDS = {"test": N_("test portion"), "backup": N_("backup portion")}

PORTIONS: tuple[Column[PortionRow], ...] = (
    Column(N_("Portion"), lambda row: row.number, identifier, 140),
    Column(N_("Kind"), lambda row: row.kind, lambda kind: _(PORTION_KINDS[kind]), 104),
    Column(N_("Amount"), lambda row: row.amount, width=76),
    Column(N_("Where it lies"), lambda row: row.place, lambda place: Cell(place, tip=place), 90, stretch=True),
    Column(N_("State"), lambda row: row.state, lambda now: state(now.value, _(PORTION_WORDS[now])), 84),
)

Report = tuple[int, str, int, CertificateState]
"""Key, number, revision, state."""

REPORTS: tuple[Column[Report], ...] = (
    Column(N_("Report"), lambda row: row[1], identifier, 150, stretch=True),
    Column(N_("Revision"), lambda row: row[2], str, 70, "right"),
    Column(N_("State"), lambda row: row[3], lambda now: state(now.value, _(CERTIFICATE_FLOW.words[now])), 100),
)

NARROW = 800
"""Px below which the cards stand under one another."""
NAME = 200
"""Px of its name that a sample keeps when there is no room; who it is from gives way first."""


class SamplePage(QWidget):
    """The page of one sample."""

    moved = Signal(object)
    """The analysis the cursor is on, or None."""
    explained = Signal()
    """Enter on a result: why it is so."""
    report_wanted = Signal(int)

    def __init__(self, acts: Commands, head: Sequence[Command]) -> None:
        super().__init__()
        self._acts, self._correct = acts, acts["samples.correct"]
        ground(self, "surface")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._head(acts, head))
        self.line = Line()
        kept = QHBoxLayout()
        kept.setContentsMargins(24, 4, 24, 4)
        kept.addWidget(self.line)
        column.addLayout(kept)
        column.addWidget(Rule())
        self.results = Table(RESULTS, key=lambda row: row.id, name=lambda row: row.item, words=N_("Results"), many=False, margin=12)
        self.results.moved.connect(self.moved)
        self.results.opened.connect(lambda _row: self.explained.emit())
        self.portions = Table(PORTIONS, key=lambda row: row.number, name=lambda row: row.number, words=N_("Portions"), many=False, margin=12)
        self.reports = Table(REPORTS, key=lambda row: row[0], name=lambda row: row[1], words=N_("Reports"), many=False, margin=12)
        self.reports.opened.connect(lambda row: self.report_wanted.emit(row[0]))
        for table in (self.results, self.portions, self.reports):
            table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            table.horizontalScrollBar().rangeChanged.connect(lambda _least, _most, table=table: _fit(table))
        self._forms, self._intakes = QVBoxLayout(), QVBoxLayout()
        column.addWidget(self._body(), 1)

    def put(self, card: SampleCard) -> None:
        """Show one sample; where the cursor was in its results it stays."""
        row = card.row
        self.name.setText(row.name)
        self.name.setMinimumWidth(min(self.name.sizeHint().width(), NAME))
        self.number.setText(row.number)
        self.chip.say(verdict(card.verdict.value, _(WORDS[card.verdict])) if card.analyses and row.received_at else Cell())
        self.state.say(state(row.state.value, _(SAMPLE_FLOW.words[row.state])))
        self.about.setText(" · ".join(part for part in (_(card.form.get("test_kind", "")), row.business, row.form_number) if part))
        self.line.put(stations(card.stations))
        _fill(self.results, card.analyses)
        _fill(self.portions, card.portions)
        _fill(self.reports, card.certificates)
        self._portions.setVisible(bool(card.portions))
        self._reports.setVisible(bool(card.certificates))
        form, intake = said(FORM, card.form), said(INTAKE, card.intake)
        _replace(self._forms, _card(_("Sampling form"), Answers(form), button(self._correct, size="control_in_row", commands=self._acts)))
        refused = [_card(_(SAMPLE_FLOW.words[SampleState.REFUSED]), _refusal(card.refusal))] if card.refusal else []
        _replace(self._intakes, *refused, *([_card(_("Intake"), Answers(intake, titled=False))] if intake else []))
        if card.analyses and self.results.current() is None:
            self.results.select(card.analyses[0].id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._parts.setDirection(QBoxLayout.Direction.TopToBottom if self.width() < NARROW else QBoxLayout.Direction.LeftToRight)

    def _head(self, acts: Commands, commands: Sequence[Command]) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(16, 0, 24, 0)
        line.setSpacing(8)
        for command in commands:
            line.addWidget(button(command, commands=acts))
        self.name, self.number = Short(role="headline"), Label(ink="text2", select=True)
        self.chip, self.state, self.about = CellView(Cell()), CellView(Cell()), Short(role="note", ink="text2")
        for widget in (self.name, self.number, self.state, self.chip):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.about)
        return line

    def _body(self) -> QWidget:
        page = ground(QWidget(), "window")
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(16)
        column.addWidget(_card(_("Results"), self.results, button(self._acts["samples.ask"], size="control_in_row", commands=self._acts)))
        self._parts = parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        parts.setSpacing(16)
        left, right = QVBoxLayout(), QVBoxLayout()
        for side in (left, right, self._forms, self._intakes):
            side.setSpacing(16)
        self._portions, self._reports = _card(_("Portions"), self.portions), _card(_("Reports"), self.reports)
        left.addLayout(self._forms)
        right.addWidget(self._portions)
        right.addWidget(self._reports)
        right.addLayout(self._intakes)
        for side in (left, right):
            side.addStretch(1)
            parts.addLayout(side, 1)
        column.addLayout(parts)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        return scroll


def _card(title: str, content: QWidget, *acts: QWidget) -> QWidget:
    card = ground(QWidget(), "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(1, 0, 1, 8)
    column.setSpacing(0)
    head = QHBoxLayout()
    head.setContentsMargins(20, 8, 12, 8)
    head.addWidget(Label(title, "section"))
    head.addStretch(1)
    for act in acts:
        head.addWidget(act)
    column.addLayout(head)
    column.addWidget(Rule())
    column.addWidget(content)
    return card


def _fill(table: Table, rows: Sequence[object]) -> None:
    """Show all rows: the page scrolls, the table does not."""
    table.put(rows)
    _fit(table)


def _fit(table: Table) -> None:
    bar = table.horizontalScrollBar()
    room = bar.sizeHint().height() if bar.maximum() else 0
    table.setFixedHeight(theme.size("head") + len(table.rows()) * table.verticalHeader().defaultSectionSize() + 2 + room)


def _replace(column: QVBoxLayout, *widgets: QWidget) -> None:
    while column.count():
        if widget := column.takeAt(0).widget():
            widget.hide()
            widget.deleteLater()
    for widget in widgets:
        column.addWidget(widget)


def _refusal(reason: str) -> QWidget:
    words = Words(_(reason), "warn", "warn", "body")
    words.setContentsMargins(2, 12, 0, 8)
    return words
