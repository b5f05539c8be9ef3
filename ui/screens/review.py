"""Review: a sample with its results, one row an item, what deviates, and the three signatures."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lims.i18n import N_, _, n_
from lims.rules.flows import ANALYSIS_FLOW, AnalysisState
from lims.rules.rights import Right
from lims.rules.verdict import WORDS, Verdict
from lims.services import analyses
from lims.views import analyses as view
from lims.views import samples as sample_view
from lims.views.analyses import AnalysisRow, ReviewRow
from lims.views.samples import SampleCard
from ui.kit import ask
from ui.kit.cell import Cell, number, state, verdict
from ui.kit.command import Command
from ui.kit.empty import Empty
from ui.kit.label import Label, ground
from ui.kit.panel import CellView, Line, Panel, Slot, Slots
from ui.kit.screen import Screen
from ui.kit.table import Column, Table
from ui.screens import why
from ui.screens.lines import stations
from ui.screens.moments import either

LIST: tuple[Column[ReviewRow], ...] = (Column(N_("Sample"), lambda row: row, lambda row: _sample_cell(row), 240, stretch=True),)

COLUMNS: tuple[Column[AnalysisRow], ...] = (
    Column(N_("Item"), lambda row: row.item, lambda item: Cell(item, weight=500), 140),
    Column(N_("Determined"), lambda row: " · ".join(row.values), lambda text: Cell(text, "text2"), 112),
    Column(N_("Reported"), lambda row: row, lambda row: number(row.reported, row.verdict.value), 76, "right"),
    Column(N_("Unit"), lambda row: row.unit, lambda unit: Cell(unit, "text3"), 60),
    Column(N_("Limit"), lambda row: row, why.requirement, 112, "right", name="limit"),
    Column(N_("Distance to the limit"), lambda row: row, lambda row: Cell(limits=why.limits(row)) if why.limits(row) else "", 130, stretch=True),
    Column(N_("Verdict"), lambda row: row, lambda row: verdict(row.verdict.value, tip=why.because(row)), 142),
    Column(N_("Analyst"), lambda row: row.attempts[-1].analyst if row.attempts else "", width=110),
    Column(N_("Attempts"), lambda row: len(row.attempts), lambda count: Cell(str(count), "warn", 500) if count > 1 else str(count), 74, "centre"),
    Column(N_("State"), lambda row: row.state, lambda now: state(now.value, _(ANALYSIS_FLOW.words[now])), 96),
)


class Review(Screen):
    """Results handed in, sample by sample."""

    title = N_("Review")
    watches = frozenset({"analysis", "judgement", "certificate"})
    bar_below = True
    grid = True

    def start(self) -> None:
        self.card: SampleCard | None = None
        self._left_number = ""

    def commands(self) -> Sequence[Command]:
        return (
            Command("review.return", N_("Return to bench"), self._return, "Del", "corner-down-left", kind="quiet", refusal=self._why_not_return),
            Command("review.why", N_("Why"), self.why, icon="circle-help"),
            Command("review.trail", N_("Trail"), self._trail, "F4", "history", self._why_no_trail, side="menu"),
            Command("review.next", N_("Next exception"), self._next, "N", kind="quiet", side="right", refusal=self._why_not_next),
            Command("review.pass", self._pass_words, self._pass, kind="primary", refusal=self._why_not_pass),
        )

    def build(self) -> QWidget:
        empty = Empty("clipboard-check", N_("Nothing waits for review."), N_("Results stand here as soon as an analyst submits them."))
        self.list = Table(LIST, key=lambda row: row.sample_number, words=N_("Samples to review"), row_height=60, head=False, many=False, margin=8, empty=empty)
        self.list.moved.connect(self._chosen)
        self.left = self.list
        self.panel = Panel()
        self.panel.hide()
        content = ground(QWidget(), "surface")
        around = QVBoxLayout(content)
        around.setContentsMargins(0, 0, 0, 0)
        self.paper = QWidget()
        self.paper.hide()  # until there is a sample to show on it
        around.addWidget(self.paper)
        column = QVBoxLayout(self.paper)
        column.setContentsMargins(0, 16, 0, 12)
        column.setSpacing(8)
        head = QVBoxLayout()
        head.setContentsMargins(24, 0, 24, 0)
        title = QHBoxLayout()
        self.name, self.sample_number, self.chip, self.form = Label(role="headline"), Label(ink="text2"), CellView(Cell()), Label(role="note", ink="text2")
        for widget in (self.name, self.sample_number, self.chip):
            title.addWidget(widget)
        title.addStretch(1)
        title.addWidget(self.form)
        head.addLayout(title)
        self.line = Line()
        head.addWidget(self.line)
        column.addLayout(head)
        self.table = Table(COLUMNS, key=lambda row: row.id, name=lambda row: row.item, words=N_("Results"), margin=16)
        self.table.moved.connect(lambda _row: self._moved())
        self.table.chosen.connect(lambda _rows: self.refresh())
        self.table.opened.connect(lambda _row: self.why())
        column.addWidget(self.table, 1)
        self.slots = QHBoxLayout()
        self.slots.setContentsMargins(24, 4, 24, 4)
        column.addLayout(self.slots)
        return content

    def begin(self) -> None:
        (self.list if self.paper.isHidden() else self.table).setFocus()

    def refill(self) -> None:
        self.desk.ask(view.review_rows, then=self._put_list, once="review.list")
        if self._left_number:
            self._open(self._left_number)

    def show_thing(self, key: Hashable) -> None:
        self._open(str(key))

    def why(self) -> None:
        if self.panel:
            self.show_panel(True)
            self._moved()

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _put_list(self, rows: list[ReviewRow]) -> None:
        self.list.put(rows)
        self.note(n_("{count} sample waits", "{count} samples wait", len(rows)).format(count=len(rows)) if rows else "")
        if rows and self._left_number not in {row.sample_number for row in rows}:
            self._open(rows[0].sample_number)

    def _chosen(self, row: ReviewRow | None) -> None:
        if row and row.sample_number != self._left_number:
            self._open(row.sample_number)

    def _open(self, sample: str) -> None:
        self._left_number = sample
        self.list.select(sample)
        self.desk.ask(sample_view.card, sample, then=self._put_card, once="review.card")

    def _put_card(self, card: SampleCard | None) -> None:
        self.card = card
        if card is None:
            return
        if self.paper.isHidden():
            self.paper.show()
            if self.list.hasFocus():
                self.begin()
        self.name.say(card.row.name)
        self.sample_number.say(card.row.number)
        self.chip.say(verdict(card.verdict.value, _(WORDS[card.verdict])))
        self.form.say(" · ".join(part for part in (_(card.form.get("test_kind", "")), card.row.business, card.row.form_number) if part))
        self.line.put(stations(card.stations))
        rows = [row for row in card.analyses if row.state is not AnalysisState.CANCELLED]
        self.table.put(rows)
        if rows and self.table.current() is None:
            self.table.select(rows[0].id)
        self._put_slots(card)
        self._moved()

    def _put_slots(self, card: SampleCard) -> None:
        while self.slots.count():
            if widget := self.slots.takeAt(0).widget():
                widget.deleteLater()
        test, reviewed, approval = card.stations[2:5]
        turn = Right.REVIEW in self.person.rights
        slots = [
            Slot(_("Test"), test.by or "—", "done" if test.at else "later", [either(test.at), _("I did these tests; the data are true.")]),
            Slot(
                _("Review"),
                reviewed.by if reviewed.at else self.person.name if turn else _("Reviewer"),
                "done" if reviewed.at else "now" if turn else "later",
                [either(reviewed.at), _("I checked the records, calculations and verdicts.")],
            ),
            Slot(
                _("Approval"),
                approval.by or _("Authorised signatory"),
                "done" if approval.at else "later",
                [either(approval.at), _("I approve this report for issue.")],
            ),
        ]
        self.slots.addWidget(Slots(slots, across=True))

    def _moved(self) -> None:
        row = self.table.current()
        if self.panel and self.panel.isVisible():
            self.panel.put(_("Why"), *([*why.explanation(row), *why.attempts(row)] if row else []), keys="F3")
        self.refresh()

    # -- commands ------------------------------------------------------------------------------------------------------

    def _submitted(self) -> list[AnalysisRow]:
        return [row for row in self.table.rows() if row.state is AnalysisState.SUBMITTED]

    def _refusal(self, verb: str, rows: Sequence[AnalysisRow]) -> str | None:
        return next((words for row in rows if row.facts and (words := ANALYSIS_FLOW.refusal(verb, row.facts, self.person))), None)

    def _pass_words(self) -> str:
        count = len(self._submitted())
        return _("Pass {count}").format(count=count) if count else _("Pass")

    def _why_not_pass(self) -> str | None:
        rows = self._submitted()
        return self._refusal("review", rows) if rows else _("Nothing of this sample waits for review.")

    def _pass(self) -> None:
        rows = self._submitted()
        words = n_("{count} result of {sample} passed.", "{count} results of {sample} passed.", len(rows)).format(count=len(rows), sample=self._left_number)
        self.desk.ask(analyses.review, [row.id for row in rows], by=self.person, then=lambda _none: self._passed(words))

    def _passed(self, words: str) -> None:
        self._left_number = ""
        self.shell.toast(words)
        self.refill()

    def _returnable(self) -> list[AnalysisRow]:
        return [row for row in self.table.selected() if row.state in (AnalysisState.SUBMITTED, AnalysisState.REVIEWED)]

    def _trail(self) -> None:
        if self.card:
            self.shell.open("trail", self.card.row.number)

    def _why_no_trail(self) -> str | None:
        return None if self.card else _("No sample is chosen.")

    def _why_not_return(self) -> str | None:
        rows = self._returnable()
        return self._refusal("return", rows) if rows else _("Choose the result to return.")

    def _return(self) -> None:
        rows = self._returnable()
        ask.reason(
            self,
            _("Return to bench"),
            _(", ").join(row.item for row in rows),
            note=_("A further attempt begins; the present one stays on record."),
            then=lambda reason, dialog: self.desk.ask(
                analyses.return_, [row.id for row in rows], reason=reason, by=self.person, then=dialog.done_with(), form=dialog
            ),
        )

    def _exceptions(self) -> list[AnalysisRow]:
        return [row for row in self.table.rows() if row.near or row.verdict in (Verdict.FAIL, Verdict.UNDECIDED) or len(row.attempts) > 1]

    def _why_not_next(self) -> str | None:
        return None if self._exceptions() else _("No result of this sample deviates.")

    def _next(self) -> None:
        rows, current = self._exceptions(), self.table.current()
        keys = [row.id for row in rows]
        explained = self.panel is not None and self.panel.isVisible()  # the one under the cursor comes first
        place = keys.index(current.id) + explained if current and current.id in keys else 0
        self.table.select(keys[place % len(keys)])
        self.why()


def _sample_cell(row: ReviewRow) -> Cell:
    mark = {Verdict.PASS: "done", Verdict.FAIL: "bad"}.get(row.verdict, "ask")
    below = Cell(f"{row.business} · " + n_("{count} item", "{count} items", row.total).format(count=row.total), "text2", role="note")
    return Cell(row.sample_name, weight=500, after=Cell(row.sample_number, "text2", role="note"), right=Cell(mark=mark), below=below)
