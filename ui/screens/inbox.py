"""The instrument inbox: what was sent, what it belongs to or why a person must look, and the bytes it came in."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from lims.i18n import N_, _, n_
from lims.rules.flows import READING_FLOW, ReadingFacts, ReadingState
from lims.rules.inbox import Cause
from lims.rules.rapid import OUTCOME_WORDS, Outcome
from lims.rules.rights import Right, right_refusal
from lims.services import ports, readings
from lims.services.recognition import STATUS_WORDS
from lims.views import instruments as view
from lims.views.instruments import CandidateRow, MessageCard, ReadingRow
from ui.kit import ask
from ui.kit.cell import Cell, identifier, verdict
from ui.kit.command import Command
from ui.kit.empty import Empty
from ui.kit.panel import Divider, Head, Offer, Offers, Panel, Rows, Title, Words
from ui.kit.screen import Screen
from ui.kit.segments import Segments
from ui.kit.table import Column, Section, Table
from ui.screens.bytes import told
from ui.screens.mapping import map_code
from ui.screens.moments import clock_time, minute
from ui.screens.wires import laboratory
from ui.theme import theme

STATES = {
    "open": (ReadingState.NEW, ReadingState.MATCHED, ReadingState.NEEDS_PERSON),
    "accepted": (ReadingState.ACCEPTED,),
    "rejected": (ReadingState.REJECTED, ReadingState.REPLACED),
    "recorded": (ReadingState.RECORDED,),
}

CAUSES: Mapping[Cause, str] = {
    Cause.BROKEN: N_("not whole"),
    Cause.AGAIN: N_("sent before"),
    Cause.NOT_FINAL: N_("not final"),
    Cause.CONTROL: N_("control out of bounds"),
    Cause.CONTROL_FAILED: N_("control failed"),
    Cause.UNSTABLE: N_("not stable"),
    Cause.NO_RESULT: N_("no result"),
    Cause.UNKNOWN_SAMPLE: N_("unknown sample"),
    Cause.UNKNOWN_TEST: N_("unknown code"),
    Cause.OUTSIDE_RANGE: N_("outside range"),
    Cause.OUT_OF_BOUNDS: N_("out of bounds"),
    Cause.UNFIT: N_("does not fit"),
    Cause.TWICE: N_("value came twice"),
    Cause.DIFFERS: N_("differs from result"),
}
"""Why a reading needs a person, in two words for its row; the whole sentence stands in the panel and in the tip."""

COLUMNS: tuple[Column[ReadingRow], ...] = (
    Column(N_("Time"), lambda row: row.received_at, clock_time, 84),
    Column(N_("Instrument"), lambda row: row.instrument, width=160),
    Column(N_("Number as sent"), lambda row: row, lambda row: _sent(row), 132),
    Column(N_("Item"), lambda row: row.item or row.test, width=136),
    Column(N_("Value"), lambda row: row.value, lambda value: Cell(value, weight=500, align="right"), 80, "right"),
    Column(N_("Unit"), lambda row: row.unit, lambda unit: Cell(unit, "text3"), 62),
    Column(N_("Belongs to"), lambda row: row, lambda row: _belongs(row), 190),
    Column(N_("What to look at"), lambda row: row, lambda row: _look(row), 150, stretch=True),
)


class Inbox(Screen):
    """Readings waiting to be accepted, and those that were."""

    title = N_("Instrument inbox")
    watches = frozenset({"reading", "analysis"})
    grid = True

    def start(self) -> None:
        self._candidates: list[CandidateRow] = []
        self._message: MessageCard | None = None

    def commands(self) -> Sequence[Command]:
        return (
            Command("inbox.reject", N_("Reject"), self._reject, "Del", "x", side="right", refusal=lambda: self._refusal("reject")),
            Command("inbox.map", N_("This code means…"), self._map, "C", "tag", self._why_not_map, "quiet", "menu"),
            Command("inbox.read_anew", N_("Read anew"), self._read_anew, "", "refresh-cw", self._why_not_read_anew, side="menu"),
            Command("inbox.match", N_("Match to sample"), self._match, "M", kind="quiet", side="right", refusal=lambda: self._refusal("match")),
            Command("inbox.accept", self._accept_words, self._accept, "A", kind="primary", refusal=self._why_not_accept),
        )

    def build(self) -> QWidget:
        self.table = Table(
            COLUMNS,
            key=lambda row: row.id,
            name=lambda row: f"{row.sample} {row.test}",
            words=N_("Readings"),
            empty=Empty("inbox", N_("The inbox is clear."), N_("New readings appear here by themselves.")),
        )
        self.table.moved.connect(self._moved)
        self.table.chosen.connect(lambda _rows: self.refresh())
        self.table.offer([self.acts[name] for name in ("inbox.accept", "inbox.match", "inbox.map", "inbox.read_anew", "inbox.reject")])
        self.panel = Panel()
        return self.table

    def built(self) -> None:
        self.which = Segments({"open": N_("To do"), "accepted": N_("Accepted"), "rejected": N_("Put aside"), "recorded": N_("Recorded")}, N_("Which readings"))
        self.which.chosen.connect(lambda _value: self.refill())
        self.bar.lead(self.which)

    def refill(self) -> None:
        self.desk.ask(view.inbox, STATES[self.which.value], then=self._put, once="inbox")
        self.desk.ask(view.inbox_counts, then=self._count, once="inbox.counts")

    def show_thing(self, key: Hashable) -> None:
        self.table.select(key)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _put(self, rows: list[ReadingRow]) -> None:
        asking = [row for row in rows if row.state is ReadingState.NEEDS_PERSON]
        rest = [row for row in rows if row.state is not ReadingState.NEEDS_PERSON]
        matched = [Section(N_("Matched, waiting to be accepted"), len(rest))] if asking and rest else []
        self.table.put([*asking, *matched, *rest])
        if self.table.current() is None and rows:
            self.table.select(rows[0].id)
        self.note(_("Nothing enters a result without being accepted."))
        self.refresh()

    def _count(self, counts: dict[ReadingState, int]) -> None:
        self.which.count({name: sum(counts.get(state, 0) for state in states) for name, states in STATES.items()})

    def _moved(self, row: ReadingRow | None) -> None:
        self._candidates, self._message = [], None
        self._tell()
        self.refresh()
        if row:
            self.desk.ask(view.message, row.message_id, then=self._put_message, once="inbox.message")
            if row.state is ReadingState.NEEDS_PERSON:
                self.desk.ask(view.candidates, row.id, then=self._put_candidates, once="inbox.candidates")

    def _put_message(self, message: MessageCard | None) -> None:
        self._message = message
        self._tell()

    def _put_candidates(self, rows: list[CandidateRow] | None) -> None:
        self._candidates = rows or []
        self._tell()

    def _tell(self) -> None:
        row = self.table.current()
        if self.panel is None:
            return
        if row is None:
            self.panel.put(_("Reading"), Words(_("Choose a reading to see where it comes from.")))
            return
        parts: list[QWidget] = [
            Head(" · ".join(filter(None, (row.item or row.test, row.instrument))), row.said_at.replace("T", " "), f"{row.value} {row.unit}".strip() or "—")
        ]
        if row.reason:
            parts += [Words(row.reason, "warn" if row.state is ReadingState.NEEDS_PERSON else "text2", "ask" if row.state is ReadingState.NEEDS_PERSON else "")]
        if row.cause is Cause.UNKNOWN_TEST:
            parts += [Offers([Offer(row.sent_test or row.test, _("Code as sent"), self.acts["inbox.map"])])]
        if row.because:
            parts += [Divider(), Title(_("How it was worked out")), *(Words(words) for words in row.because)]
        if self._candidates and row.value:
            parts += [Divider(), Title(_("It could belong to")), Offers([self._offer(row, one) for one in self._candidates[:5]])]
        parts += [Divider(), Rows(self._facts(row))]
        if self._message:
            parts += [Divider(), Title(_("As received")), _inset(_Bytes(self._message.content))]
        self.panel.put(_("Reading {number}").format(number=row.id), *parts)

    def _facts(self, row: ReadingRow) -> list[tuple[str, str]]:
        facts = [
            (_("State"), _(READING_FLOW.words[row.state])),
            (_("Belongs to"), f"{row.matched_number} {row.matched_name}".strip() or "—"),
            (_("Sent as"), _(STATUS_WORDS[row.status]) if row.status in STATUS_WORDS else _("final")),
            (_("Flags"), row.flags or "—"),
            *((title, said) for title, said in self._further(row) if said),
        ]
        if message := self._message:
            rows = _("rows {first} to {last} of {journal}").format(first=message.first_row, last=message.last_row, journal=message.journal[:8])
            facts += [
                (_("Arrived"), minute(message.received_at)),
                (_("Workstation"), message.workstation),
                (_("Journal"), rows),
                ("SHA-256", _short(message.sha256)),
            ]
        return facts

    def _further(self, row: ReadingRow) -> list[tuple[str, str]]:
        """Return what only some instruments say."""
        meant = _(OUTCOME_WORDS[Outcome(row.outcome)]) if row.outcome else ""
        return [
            (_("Code as sent"), row.sent_test if row.sent_test != row.test else ""),
            (_("Verdict as sent"), f"{row.result} = {meant}" if row.result and meant else row.result),
            (_("Position"), row.position),
            (_("Lot"), row.lot),
            *row.raw.items(),
        ]

    def _offer(self, row: ReadingRow, one: CandidateRow) -> Offer:
        def match() -> None:
            self.desk.ask(readings.match, row.id, one.analysis_id, by=self.person)

        command = Command(f"inbox.to.{one.analysis_id}", N_("Match"), match, kind="quiet", refusal=lambda: self._refusal("match"))
        return Offer(f"{one.sample_number} {one.sample_name}", one.item, command)

    # -- commands ------------------------------------------------------------------------------------------------------

    def _matched(self) -> list[ReadingRow]:
        """Return the chosen matched readings; with fewer than two chosen, all that are matched."""
        chosen = [row for row in self.table.selected() if row.state is ReadingState.MATCHED]
        return chosen if len(chosen) > 1 else [row for row in self.table.rows() if row.state is ReadingState.MATCHED]

    def _accept_words(self) -> str:
        count = len(self._matched())
        return _("Accept {count} that match").format(count=count) if count else _("Accept")

    def _why_not_accept(self) -> str | None:
        rows = self._matched()
        if not rows:
            return _("No matched reading waits.")
        return READING_FLOW.refusal("accept", ReadingFacts(rows[0].state), self.person)

    def _accept(self) -> None:
        self.desk.ask(readings.accept_mine, [row.id for row in self._matched()], by=self.person, then=self._accepted)

    def _accepted(self, count: int) -> None:
        self.shell.toast(n_("{count} reading taken into the results.", "{count} readings taken into the results.", count).format(count=count))

    def _refusal(self, verb: str) -> str | None:
        row = self.table.current()
        return READING_FLOW.refusal(verb, ReadingFacts(row.state), self.person) if row else _("No reading is chosen.")

    def _match(self) -> None:
        if row := self.table.current():
            if self._candidates:
                self.desk.ask(readings.match, row.id, self._candidates[0].analysis_id, by=self.person)
            else:
                self.shell.message("say", _("Nothing in test fits this reading. Start the analysis on the bench first, or reject the reading."))

    def _why_not_map(self) -> str | None:
        row = self.table.current()
        if row is None:
            return _("No reading is chosen.")
        if row.cause is not Cause.UNKNOWN_TEST:
            return _("What this code means is known.")
        return right_refusal(Right.INSTRUMENTS, self.person)

    def _map(self) -> None:
        if row := self.table.current():
            map_code(self, row, laboratory(self).ports)

    def _why_not_read_anew(self) -> str | None:
        return ports.refusal_to_read_anew(self.person) or (_("No reading is chosen.") if self.table.current() is None else None)

    def _read_anew(self) -> None:
        if row := self.table.current():
            folder = laboratory(self).ports.own_profiles
            self.desk.ask(ports.read_anew, row.instrument_code, folder, by=self.person, then=self._read)

    def _read(self, count: int) -> None:
        self.shell.toast(_("Everything that waits was read anew; readings that are new: {count}.").format(count=count))

    def _reject(self) -> None:
        rows = [row for row in self.table.selected() if row.state in STATES["open"]] or [self.table.current()]
        ask.reason(
            self,
            _("Reject"),
            n_("{count} reading is put aside. It stays on record.", "{count} readings are put aside. They stay on record.", len(rows)).format(count=len(rows)),
            then=lambda reason, dialog: self.desk.ask(
                readings.reject, [row.id for row in rows if row], reason=reason, by=self.person, then=dialog.done_with(), form=dialog
            ),
        )


class _Bytes(QPlainTextEdit):
    """A message as it came, control bytes by name."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFont(theme.font("bytes"))
        self.setAccessibleName(_("As received"))
        self.setPlainText(told(content))
        self.setMinimumHeight(150)


def _inset(widget: QWidget) -> QWidget:
    held = QWidget()
    column = QVBoxLayout(held)
    column.setContentsMargins(18, 0, 18, 0)
    column.addWidget(widget)
    return held


def _sent(row: ReadingRow) -> Cell:
    return identifier(row.sample) if row.sample and row.cause is not Cause.UNKNOWN_SAMPLE else Cell(row.sample or "—", "bad")


def _belongs(row: ReadingRow) -> Cell:
    if not row.matched_number:
        return Cell(_("not matched"), "text2")
    cell = identifier(row.matched_number)
    return Cell(cell.text, prefix=cell.prefix, after=Cell(row.matched_name))


def _look(row: ReadingRow) -> Cell:
    match row.state:
        case ReadingState.NEEDS_PERSON:
            return verdict("ask", _(CAUSES[row.cause]) if row.cause else row.reason, tip=row.reason)
        case ReadingState.MATCHED:
            return verdict("good", _("fits"))
        case ReadingState.ACCEPTED:
            return verdict("good", _("accepted"), tip=row.reason)
        case _:
            return Cell(row.reason, "text2")


def _short(digest: str) -> str:
    return f"{digest[:4]}…{digest[-4:]}"
