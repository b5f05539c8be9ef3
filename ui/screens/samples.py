"""All samples: where each of them stands, found by state or number, and one of them in full."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from PySide6.QtWidgets import QStackedWidget, QWidget

from lims.i18n import N_, _
from lims.rules.flows import SAMPLE_FLOW, AnalysisState, SampleFacts, SampleState, correction_refusal
from lims.rules.rights import Right, right_refusal
from lims.rules.sampling import FORM
from lims.services import samples
from lims.views import catalogue
from lims.views import samples as view
from lims.views.analyses import AnalysisRow
from lims.views.catalogue import OfferRow
from lims.views.samples import PAGE, SampleCard, SampleRow
from ui.kit.cell import Cell, identifier, state
from ui.kit.command import Command
from ui.kit.editors import Text
from ui.kit.empty import Empty
from ui.kit.form import Field
from ui.kit.panel import Head, Panel, Words
from ui.kit.screen import Screen
from ui.kit.segments import Segments
from ui.kit.table import Column, Table
from ui.screens import why
from ui.screens.asking import WIDTH, Asking
from ui.screens.choosing import choose_limit
from ui.screens.labels import show_labels
from ui.screens.moments import day, minute
from ui.screens.questions import answers, fields
from ui.screens.register import Sheet
from ui.screens.sample import SamplePage

REASON = Field("reason", N_("Reason"), kind="lines", lines=2, section=N_("Why it is corrected"))

ALL = "all"
STATES = {one.value: one for one in (SampleState.RECEIVED, SampleState.IN_TEST, SampleState.REPORTED)}
FILTER = {ALL: N_("All"), **{name: SAMPLE_FLOW.words[one] for name, one in STATES.items()}}

COLUMNS: tuple[Column[SampleRow], ...] = (
    Column(N_("Sample number"), lambda row: row.number, identifier, 140, name="number"),
    Column(N_("Sample"), lambda row: row.name, lambda name: Cell(name, weight=500, tip=name), 150, name="name"),
    Column(N_("Sampled business"), lambda row: row.business, lambda name: Cell(name, tip=name), 180, stretch=True),
    Column(N_("Sampling form number"), lambda row: row.form_number, lambda number: identifier(number, 6), 190),
    Column(N_("Sampling date"), lambda row: row.sampled_on, lambda on: Cell(day(on), "text2"), 100),
    Column(N_("Received"), lambda row: row.received_at, lambda at: Cell(minute(at), "text2"), 142),
    Column(N_("Reviewed"), lambda row: row, lambda row: Cell(_("{done} of {all}").format(done=row.done, all=row.analyses), "text2"), 84, "right"),
    Column(N_("State"), lambda row: row.state, lambda now: state(now.value, _(SAMPLE_FLOW.words[now])), 110, name="state"),
)


class Samples(Screen):
    """The list, page by page; a sample that is opened takes its place, and the list waits where it was left."""

    title = N_("All samples")
    watches = frozenset({"sample", "portion", "analysis", "judgement", "certificate"})

    def start(self) -> None:
        self.card: SampleCard | None = None
        self.sheet: Sheet | Asking | None = None
        """The sampling form while it is being corrected, or what more can be asked of the sample while it is being chosen."""
        self._ended, self._asked = False, PAGE

    def commands(self) -> Sequence[Command]:
        return (
            Command("samples.labels", N_("Print labels"), self.labels, "Ctrl+P", "printer", self._why_no_labels),
            Command("samples.correct", N_("Correct the form"), self.correct, "F2", "pencil", self._why_not_correct, side="menu"),
            Command("samples.ask", N_("Add items"), self.ask, "Ctrl+N", "plus", self._why_not_correct, side="menu"),
            Command("samples.limit", N_("Another limit"), self.other_limit, icon="book-open", refusal=self._why_not_limit, side="menu"),
            Command("samples.trail", N_("Trail"), self.trail, "F4", "history", self._why_nothing),
            Command("samples.archive", N_("Archive"), self.archive, icon="archive", refusal=self._why_not_archive, side="menu"),
            Command("samples.find", N_("Find a number"), self.find, "Ctrl+F", "search", side="menu"),
            Command("samples.leave", N_("All samples"), self.leave, "Esc", "arrow-left", self._why_not_leave, side="menu", palette=False),
            Command("samples.go", self._go_words, self.go, kind="primary", refusal=self._why_not_go),
        )

    def build(self) -> QWidget:
        self.nothing = Empty("list", N_("No samples yet."), N_("A sample stands here as soon as its sampling form is registered in Intake."))
        self.table = Table(COLUMNS, key=lambda row: row.id, name=lambda row: row.number, words=self.title, many=False, empty=self.nothing)
        self.table.moved.connect(lambda _row: self.refresh())
        self.table.opened.connect(lambda row: self.shell.open("samples", row.number))
        self.table.near_end.connect(self._next_page)
        self.table.offer([self.acts[name] for name in ("samples.go", "samples.labels", "samples.trail")])
        self.page = SamplePage(self.acts, (self.acts["samples.leave"],))
        self.page.moved.connect(self._explain)
        self.page.explained.connect(self.why)
        self.page.report_wanted.connect(lambda key: self.shell.open("certificates", key))
        self.panel = Panel()
        self.panel.hide()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.page)
        return self.stack

    def built(self) -> None:
        self.which = Segments(FILTER, N_("Which samples"))
        self.which.chosen.connect(lambda _value: self._fill())
        self.number = Text(_("number begins with"))
        self.number.setFixedWidth(190)
        self.number.setAccessibleName(_("Beginning of the number"))
        self.number.changed.connect(self._fill)
        self.number.returnPressed.connect(self.table.setFocus)
        self.bar.lead(self.which)
        self.bar.lead(self.number)

    @property
    def reading(self) -> bool:
        """Whether one sample is in front."""
        return self.card is not None

    def shown(self) -> None:
        """The place itself is the list; the window then shows the one that is asked for."""
        if not self.unfinished():
            self._to_list()
        super().shown()

    def begin(self) -> None:
        (self.page.results if self.reading else self.table).setFocus()

    def show_thing(self, key: Hashable) -> None:
        if self.sheet and self.card and str(key) != self.card.row.number:
            if words := self.unfinished():
                self.shell.message("warn", words)
                return
            self._drop()
        self.desk.ask(view.card, str(key), then=self._put_card, once="samples.card")

    def refill(self) -> None:
        self._fill(max(PAGE, len(self.table.rows())))
        if self.card:
            self.show_thing(self.card.row.number)

    def why(self) -> None:
        if self.reading:
            self.show_panel(True)
            self._explain(self.page.results.current())

    # -- the list ----------------------------------------------------------------------------------------------------------

    def _fill(self, limit: int = PAGE) -> None:
        self._ask(limit)
        self.desk.ask(view.counts, then=self._count, once="samples.counts")

    def _ask(self, limit: int = PAGE, before: int | None = None) -> None:
        self._asked = limit
        then = self._put if before is None else self._add
        self.desk.ask(view.rows, state=STATES.get(self.which.value), find=self.number.get(), before=before, limit=limit, then=then, once="samples.rows")

    def _put(self, rows: list[SampleRow]) -> None:
        self._ended = len(rows) < self._asked
        if self.number.get() or self.which.value != ALL:
            self.nothing.say(N_("Nothing fits the filter."), N_("Choose all samples, or empty the field."))
        else:
            self.nothing.say(N_("No samples yet."), N_("A sample stands here as soon as its sampling form is registered in Intake."))
        self.table.put(rows)
        if rows and self.table.current() is None:
            self.table.select(rows[0].id)
        self.refresh()

    def _add(self, rows: list[SampleRow]) -> None:
        self._ended = len(rows) < self._asked
        self.table.add(rows)

    def _next_page(self) -> None:
        rows = self.table.rows()
        if rows and not self._ended:
            self._ask(before=rows[-1].id)

    def _count(self, counts: dict[SampleState, int]) -> None:
        self.which.count({ALL: sum(counts.values()), **{name: counts.get(one, 0) for name, one in STATES.items()}})

    # -- one sample --------------------------------------------------------------------------------------------------------

    def _put_card(self, card: SampleCard | None) -> None:
        if card is None:
            self._to_list()
            return
        begun = self.card is None
        self.card = card
        self.page.put(card)
        if begun:
            self.table.select(card.row.id)
            self.stack.setCurrentWidget(self.page)
            self._show_lead(False)
            self.page.results.setFocus()
        self.note(f"{card.row.number} · {card.product}")
        self.refresh()

    def _to_list(self) -> None:
        self.card = self.sheet = None
        self.show_panel(False)
        self.stack.setCurrentWidget(self.table)
        self._show_lead(True)
        self.note("")
        self.refresh()

    def _show_lead(self, shown: bool) -> None:
        self.which.setVisible(shown)
        self.number.setVisible(shown)

    def _explain(self, row: AnalysisRow | None) -> None:
        if self.sheet is None and self.panel and self.panel.isVisible():
            self.panel.put(_("Why"), *([*why.explanation(row), *why.attempts(row)] if row else [Words(_("Nothing is chosen."))]), keys="F3")

    # -- correcting, asking more -------------------------------------------------------------------------------------------

    def correct(self) -> None:
        """Open the sampling form as it was taken down, with the reason below."""
        assert self.panel is not None
        assert self.card is not None
        number, seen = self.card.row.number, self.card.form
        sheet = Sheet((*fields(FORM), REASON), dict, seen, _("Correct {number}").format(number=number))

        def save() -> None:
            if (typed := sheet.draft()) is not None:
                sheet.sent = True
                reason, then = typed.pop("reason"), lambda _none: self._kept(_("The form is corrected."))
                self.desk.ask(samples.correct, number, answers(typed), seen, reason=reason, by=self.person, then=then, form=sheet)

        self._begin(sheet, save, Words(_("Both stay on record: what was written and what is right.")))

    def ask(self) -> None:
        """Offer what the library holds for the sample's product and day and is not asked of it yet."""
        assert self.card is not None
        self.desk.ask(catalogue.offers, self.card.product_code, self.card.product_on, then=self._offer, once="samples.offers")

    def _offer(self, offered: Sequence[OfferRow]) -> None:
        if self.card is None or self.sheet is not None:
            return
        present = {row.item_code for row in self.card.analyses}
        rows = [row for row in offered if row.item_code not in present]
        if not rows:
            self.shell.message("say", _("Everything the library holds for {product} is asked already.").format(product=self.card.product))
            return
        number, sheet = self.card.row.number, Asking(self.card, rows)

        def save() -> None:
            sheet.sent = True
            self.desk.ask(samples.ask, number, sheet.asked(), by=self.person, then=lambda _none: self._kept(_("The items are added.")), form=sheet)

        assert self.panel is not None
        self.panel.drag_to(max(self.panel.width(), WIDTH))
        self._begin(sheet, save)

    def _begin(self, sheet: Sheet | Asking, save: Callable[[], None], *words: Words) -> None:
        assert self.panel is not None and self.card is not None
        self.sheet, self._save = sheet, save
        sheet.changed.connect(self.refresh)
        self.panel.put(sheet.heading, Head(self.card.row.name, self.card.row.form_number), *words, sheet, foot=(self.acts["samples.leave"],))
        self.show_panel(True)
        sheet.focus()
        self.refresh()

    def _kept(self, words: str) -> None:
        self._drop()
        self.shell.toast(words)

    def _drop(self) -> None:
        self.sheet = None
        self.show_panel(False)
        self.page.results.setFocus()
        self.refresh()

    def unfinished(self) -> str | None:
        if self.sheet is None or not self.sheet.dirty():
            return None
        return _("Items are chosen and not added yet.") if isinstance(self.sheet, Asking) else _("A correction is not saved yet.")

    # -- commands ----------------------------------------------------------------------------------------------------------

    def go(self) -> None:
        """Open the chosen sample; from an open one go on to its report."""
        if self.sheet:
            self._save()
            self.refresh()
        elif self.card:
            self.shell.open("certificates", self.card.certificates[-1][0])
        elif row := self.table.current():
            self.shell.open("samples", row.number)

    def leave(self) -> None:
        """Give up what is begun in the panel, put the panel away, then go back to the list."""
        if self.sheet:
            self._drop()
        elif self.panel and self.panel.isVisible():
            self.show_panel(False)
        else:
            self.shell.open("samples")

    def find(self) -> None:
        """Go to the list and filter it by number."""
        if self.reading:
            self.shell.open("samples")
        self.number.setFocus()
        self.number.selectAll()

    def labels(self) -> None:
        """Show the labels of the sample, then print them."""
        if row := self._row():
            show_labels(self, row.number)

    def other_limit(self) -> None:
        """Ask for another limit of the chosen item."""
        if row := self.page.results.current():
            choose_limit(self, row)

    def trail(self) -> None:
        """Go to everything that was done to the sample."""
        if row := self._row():
            self.shell.open("trail", row.number)

    def archive(self) -> None:
        """Put a reported sample aside."""
        if row := self._row():
            self.desk.ask(samples.archive, row.number, by=self.person)

    def _row(self) -> SampleRow | None:
        return self.card.row if self.card else self.table.current()

    def _go_words(self) -> str:
        return _("Add") if isinstance(self.sheet, Asking) else _("Save") if self.sheet else _("Open the report") if self.card else _("Open")

    def _why_not_correct(self) -> str | None:
        if self.card is None:
            return _("Open the sample first.")
        if self.sheet is not None:
            return _("Save or leave what is open at the right first.")
        return right_refusal(Right.RECEIVE, self.person) or correction_refusal(self.card.row.state, self.card.reported)

    def _why_not_limit(self) -> str | None:
        if self.card is None:
            return _("Open the sample first.")
        if refusal := right_refusal(Right.CATALOGUE, self.person):
            return refusal
        row = self.page.results.current()
        if row is None:
            return _("Choose an item of the sample.")
        open_ = (AnalysisState.REQUESTED, AnalysisState.ASSIGNED, AnalysisState.IN_TEST)
        return None if row.state in open_ else _("Another limit can be chosen only before {item} is handed in.").format(item=row.item)

    def _why_not_go(self) -> str | None:
        if self.sheet and self.sheet.sent:
            return _("It is being saved.")
        if isinstance(self.sheet, Asking):
            return None if self.sheet.dirty() else _("Choose what to test.")
        if self.sheet:
            return None if self.sheet.dirty() else _("Nothing is different. Change what was wrong.")
        if self.card:
            return None if self.card.certificates else _("No report yet: it is drafted when every result is reviewed.")
        return self._why_nothing()

    def _why_nothing(self) -> str | None:
        return None if self._row() else _("Choose a sample.")

    def _why_no_labels(self) -> str | None:
        row = self._row()
        if row is None or row.received_at is not None:
            return self._why_nothing()
        return _("Sample {number} has no portions to label yet. Receive it first.").format(number=row.number)

    def _why_not_archive(self) -> str | None:
        row = self._row()
        return SAMPLE_FLOW.refusal("archive", SampleFacts(row.state, row.analyses), self.person) if row else self._why_nothing()

    def _why_not_leave(self) -> str | None:
        return None if self.reading else _("The list is in front.")
