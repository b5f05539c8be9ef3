"""Intake: sampling forms typed in, samples received with their check or refused with a reason, labels printed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from lims.i18n import N_, _, n_
from lims.rules.flows import SAMPLE_FLOW, SampleFacts, SampleState
from lims.rules.rights import Right, right_refusal
from lims.rules.sampling import FORM, INTAKE, REFUSAL_REASONS
from lims.services import samples
from lims.views import samples as view
from lims.views.samples import SampleCard, SampleRow
from ui.kit.ask import Dialog
from ui.kit.cell import Cell, identifier, state
from ui.kit.command import Command, button
from ui.kit.empty import Empty
from ui.kit.form import Field
from ui.kit.panel import Divider, Head, Panel, Rows, Words
from ui.kit.screen import Screen
from ui.kit.table import Column, Section, Table
from ui.screens import why
from ui.screens.labels import show_labels
from ui.screens.moments import day, minute, today
from ui.screens.questions import answers, fields, said
from ui.screens.register import Sheet
from ui.screens.registration import Registration

COLUMNS: tuple[Column[SampleRow], ...] = (
    Column(N_("Sample number"), lambda row: row.number, identifier, 132, name="number"),
    Column(N_("Sample"), lambda row: row.name, lambda name: Cell(name, weight=500, tip=name), 100, name="name"),
    Column(N_("Sampled business"), lambda row: row.business, lambda name: Cell(name, tip=name), 140, stretch=True, name="business"),
    Column(N_("Sampling form number"), lambda row: row.form_number, lambda number: identifier(number, 6), 190, name="form_number"),
    Column(N_("Sampling date"), lambda row: row.sampled_on, lambda on: Cell(day(on), "text2"), 102),
    Column(N_("Items"), lambda row: row.analyses, lambda count: str(count), 56, "right"),
    Column(N_("State"), lambda row: row.state, lambda now: state(now.value, _(SAMPLE_FLOW.words[now])), 92),
    Column(N_("Received"), lambda row: row.received_at, lambda at: Cell(minute(at), "text2"), 142),
)

BEGINNING = {"seal": "Seal intact", "agrees": "Agrees"}
"""What a check begins with: most samples come as they should."""

AGAIN = ("delivered_by", "transport", "test_place", "backup_place")
"""Answers the next sample of a delivery begins with."""

CAME = (SampleState.RECEIVED, SampleState.IN_TEST, SampleState.REPORTED)
"""A sample that was received is in one of these."""

PAGE = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is still expected, and what has been received."""

    expected: tuple[SampleRow, ...]
    received: tuple[SampleRow, ...]


def delivery(work: Any, most: int) -> Delivery:
    """Read what intake shows."""
    received = (row for now in CAME for row in view.rows(work, state=now, limit=most))
    return Delivery(tuple(view.rows(work, state=SampleState.EXPECTED, limit=most)), tuple(received))


class Intake(Screen):
    """What is expected and what came today; the check of a sample in the panel, a new form in place of the list."""

    title = N_("Intake")
    watches = frozenset({"sample", "sampling", "analysis", "product", "business"})
    grid = True

    def start(self) -> None:
        self.registration = Registration(self.desk)
        self.writing = False
        """Whether the sampling form is in front."""
        self.card: SampleCard | None = None
        self.receipt: Sheet | None = None
        self._of: SampleRow | None = None
        """The sample the panel speaks of."""
        self._again: dict[str, str] = {}
        self._wanted: Hashable = None
        self._most = PAGE

    def commands(self) -> Sequence[Command]:
        return (
            Command("intake.new", self._new_words, self.new, "Ctrl+N", "plus", self._why_not_new, "quiet"),
            Command("intake.labels", N_("Print labels"), self.labels, "Ctrl+P", "printer", self._why_no_labels),
            Command("intake.refuse", N_("Refuse"), self.refuse, icon="ban", refusal=lambda: self._of_here("refuse")),
            Command("intake.leave", N_("Back"), self.leave, "Esc", "arrow-left", self._why_not_leave, side="menu", palette=False),
            Command("intake.clear", N_("Empty the form"), self.clear, icon="rotate-ccw", refusal=self._why_not_clear, side="menu"),
            Command("intake.go", self._go_words, self.go, kind="primary", refusal=self._why_not_go),
        )

    def build(self) -> QWidget:
        self.registration.offer([button(self.acts[name], commands=self.acts) for name in ("intake.clear", "intake.leave")])
        expects = N_("Type in a sampling form: its sample stands here until it is received.")
        empty = Empty("package-check", N_("Nothing is expected."), expects, (self.acts["intake.new"],))
        self.table = Table(COLUMNS, key=lambda row: row.number, name=lambda row: row.number, words=N_("Expected and received samples"), many=False, empty=empty)
        self.table.moved.connect(self._moved)
        self.table.opened.connect(lambda _row: self.acts.do("intake.go"))
        self.table.near_end.connect(self._more)
        self.table.offer([self.acts[name] for name in ("intake.go", "intake.refuse", "intake.labels")])
        self.panel = Panel()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.registration)
        self.registration.changed.connect(self._typed)
        return self.stack

    def begin(self) -> None:
        if self.writing:
            (self.registration.focusWidget() or self.registration.form.editors["form_number"]).setFocus()
        else:
            super().begin()

    def refill(self) -> None:
        self.desk.ask(delivery, self._most, then=self._put, once="intake.rows")

    def show_thing(self, key: Hashable) -> None:
        self._to_list()
        if not self.table.select(key):
            self._wanted = key
            self.refill()

    def scanned(self, code: str) -> bool:
        """A sample or its form is gone to, its check opened; a new form number goes where it is asked."""
        row = next((row for row in self.table.rows() if code in (row.number, row.form_number)), None)
        if row is None:
            if self.writing:
                self.registration.put_number(code)
            return self.writing
        if words := self._unsaved_receipt():
            self.shell.message("warn", words)
            return True
        self.show_thing(row.number)
        if row.state is SampleState.EXPECTED:
            self.acts.do("intake.go")
        return True

    def unfinished(self) -> str | None:
        return self._unsaved_receipt() or (_("A sampling form is not registered yet.") if self.registration.dirty() else None)

    # -- what is shown -----------------------------------------------------------------------------------------------------

    def _put(self, found: Delivery) -> None:
        came = [row for row in found.received if day(row.received_at) == day(today())]
        parts = ((N_("To receive"), found.expected), (N_("Received today"), came))
        self.table.put([row for title, rows in parts if rows for row in (Section(title, len(rows)), *rows)])
        self.note(_("{expected} expected, {came} received today").format(expected=len(found.expected), came=len(came)))
        if self._wanted is not None and self.table.select(self._wanted):
            self._wanted = None
        elif self.table.current() is None and (rows := self.table.rows()):
            self.table.select(rows[0].number)
        self.refresh()

    def _more(self) -> None:
        if sum(row.state is SampleState.EXPECTED for row in self.table.rows()) >= self._most:
            self._most += PAGE
            self.refill()

    def _moved(self, row: SampleRow | None) -> None:
        """A check that somebody has begun stays open; an untouched one gives way to the row the cursor went to."""
        if self.receipt is not None and (self.receipt.dirty() or row == self._of):
            return
        if row is not None and row == self._of:
            return
        self._of, self.card, self.receipt = row, None, None
        self._show()

    def _show(self) -> None:
        assert self.panel is not None
        if self._of is None:
            self.panel.put(_("Sample"), Words(_("Nothing is chosen.")))
        else:
            self.desk.ask(view.card, self._of.number, then=self._put_card, once="intake.card")
        self.refresh()

    def _put_card(self, card: SampleCard | None) -> None:
        if card is None or self.panel is None or self._of is None or card.row.number != self._of.number:
            return
        self.card = card
        if self.receipt is not None:
            self._offer_amount()
            return
        parts: list[QWidget] = [Head(card.row.name, f"{card.row.number} · {card.product}")]
        if card.refusal:
            parts.append(Words(_("Refused: {reason}").format(reason=_(card.refusal)), "warn", "warn"))
        parts += [Divider(), Rows([(one.item, why.demands(one)) for one in card.analyses], _("What is tested"))]
        for title, rows in (*said(INTAKE, card.intake), *said(FORM, card.form)):
            parts += [Divider(), Rows(rows, title)]
        self.panel.put(card.row.number, *parts, foot=(self.acts["intake.labels"],) if card.portions else ())
        self.refresh()

    # -- receiving ---------------------------------------------------------------------------------------------------------

    def go(self) -> None:
        """Register the form in front, receive the sample whose check is open, or open the check of the chosen one."""
        if self.writing:
            self._register()
        elif self.receipt is not None:
            self._receive()
        else:
            self._check()

    def _check(self) -> None:
        assert self.panel is not None
        row = self._of
        assert row is not None
        self.receipt = Sheet(fields(INTAKE, titled=False), dict, BEGINNING | self._again, _("Receive {number}").format(number=row.number))
        self.receipt.changed.connect(lambda _name: self.refresh())
        self._offer_amount()
        self.panel.put(self.receipt.heading, Head(row.name, f"{row.business} · {row.form_number}"), self.receipt, foot=(self.acts["intake.leave"],))
        self.show_panel(True)
        self.receipt.focus(next((name for name, editor in self.receipt.editors.items() if not editor.get() and not self.receipt.fields[name].optional), ""))
        self.refresh()

    def _offer_amount(self) -> None:
        """The backup portion is as the form has it, until somebody writes otherwise."""
        if self.receipt is not None and self.card is not None and not self.receipt.dirty():
            self.receipt.put(BEGINNING | self._again | {"backup_amount": self.card.form.get("backup_amount", "")})

    def _receive(self) -> None:
        assert self.receipt is not None and self._of is not None
        sheet = self.receipt
        typed = sheet.draft()
        if typed is not None:
            sheet.sent = True
            self.refresh()
            intake = answers(typed)
            self.desk.ask(samples.receive, self._of.number, intake, by=self.person, then=lambda number: self._received(number, intake), form=sheet)

    def _received(self, number: str, intake: Mapping[str, str]) -> None:
        self._again = {name: intake[name] for name in AGAIN if name in intake}
        self._close_check()
        words = _("{number} received, {count} labels.").format(number=number, count=len(view.PORTIONS))
        self.shell.toast(words, _("Print labels"), lambda: show_labels(self, number))
        self.refill()

    def refuse(self) -> None:
        """Ask for the reason and send the sample back."""
        row = self._of
        assert row is not None
        reason = Field("reason", N_("Reason"), "open", options={_(words): words for words in REFUSAL_REASONS}, note=N_("Choose one, or write your own."))
        title = _("Refuse {number}").format(number=row.number)
        words, note = f"{row.name} · {row.business}", _("The sample goes back; nothing of it is tested.")

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            then = dialog.done_with(lambda _none: self._refused(row.number))
            self.desk.ask(samples.refuse, row.number, reason=answer["reason"], by=self.person, then=then, form=dialog)

        dialog = Dialog(self, title, words, note, (reason,), _("Refuse"), _("Back"), False, send)
        dialog.open()
        dialog.form.focus()

    def _refused(self, number: str) -> None:
        self._close_check()
        self.shell.toast(_("{number} refused.").format(number=number))
        self.refill()

    def labels(self) -> None:
        """Show the labels of the chosen sample, then print them."""
        assert self._of is not None
        show_labels(self, self._of.number)

    # -- a new form --------------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """Put the sampling form in place of the list; one that is being filled in is gone on with."""
        assert self.panel is not None
        self._panel_stood = not self.panel.isHidden()
        self.show_panel(False)
        self.writing = True
        self.stack.setCurrentWidget(self.registration)
        self.registration.begin()
        self.refresh()

    def clear(self) -> None:
        """Begin the form again."""
        self.registration.clear()

    def leave(self) -> None:
        """Go back to the list; a form keeps what was typed, a check is given up."""
        if self.writing:
            self._to_list()
        else:
            self._close_check()
            self._show()
        self.table.setFocus()
        self.refresh()

    def _register(self) -> None:
        if (draft := self.registration.draft()) is not None:
            self.registration.sent = True
            self.refresh()
            self.desk.ask(samples.register, draft, by=self.person, then=self._registered, form=self.registration)

    def _registered(self, number: str) -> None:
        self.registration.clear()
        self._wanted = number
        self._to_list()
        self.shell.toast(_("{number} registered.").format(number=number))
        self.refill()
        self.table.setFocus()

    def _to_list(self) -> None:
        if self.writing:
            self.writing = False
            self.stack.setCurrentWidget(self.table)
            self.show_panel(self._panel_stood)
            self.bar.remain("")
        self.refresh()

    def _close_check(self) -> None:
        self.receipt = None
        self.table.setFocus()

    def _typed(self) -> None:
        count = len(self.registration.offers.asked())
        self.bar.remain(n_("{count} item to test", "{count} items to test", count).format(count=count) if self.writing and count else "")
        self.refresh()

    # -- words and refusals ------------------------------------------------------------------------------------------------

    def _go_words(self) -> str:
        return _("Register") if self.writing else _("Receive")

    def _new_words(self) -> str:
        return _("Go on with the form") if self.registration.dirty() and not self.writing else _("New form")

    def _why_not_go(self) -> str | None:
        if self.writing:
            return right_refusal(Right.RECEIVE, self.person) or (_("It is being registered.") if self.registration.sent else None)
        return _("It is being saved.") if self.receipt is not None and self.receipt.sent else self._of_here("receive")

    def _of_here(self, verb: str) -> str | None:
        if self.writing:
            return _("Go back to the list first.")
        if self._of is None:
            return _("Choose a sample that is expected.")
        return SAMPLE_FLOW.refusal(verb, SampleFacts(self._of.state, self._of.analyses), self.person)

    def _why_no_labels(self) -> str | None:
        if self.writing:
            return _("Go back to the list first.")
        if self._of is None:
            return _("Choose a sample that is received.")
        if self._of.received_at is None:
            return _("Sample {number} has no portions to label yet. Receive it first.").format(number=self._of.number)
        return None

    def _why_not_new(self) -> str | None:
        return _("The form is in front.") if self.writing else right_refusal(Right.RECEIVE, self.person)

    def _why_not_leave(self) -> str | None:
        return None if self.writing or self.receipt is not None else _("No sampling form and no check is open.")

    def _why_not_clear(self) -> str | None:
        return None if self.registration.dirty() else _("The form is empty.")

    def _unsaved_receipt(self) -> str | None:
        if self.receipt is not None and self.receipt.dirty():
            return _("{name} was changed and not saved.").format(name=self.receipt.heading)
        return None
