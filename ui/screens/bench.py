"""The bench: what waits for a worksheet, and a worksheet as a grid of samples by items, with why each value is judged as it is."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from lims.i18n import N_, _, n_
from lims.machine import Machine
from lims.rules.flows import ANALYSIS_FLOW, AnalysisState
from lims.rules.rights import Right, right_refusal
from lims.rules.verdict import Verdict
from lims.services import analyses, readings, worksheets
from lims.services.analyses import Problem, Typed
from lims.services.ports import Answer, PortRow
from lims.views import analyses as view
from lims.views import worksheets as sheet_view
from lims.views.analyses import AnalysisRow, WaitingRow
from lims.views.worksheets import GridItem, GridRow, WorksheetCard, WorksheetRow
from ui.kit import ask, grid
from ui.kit.cell import Cell, dash, identifier, number, verdict
from ui.kit.command import Command
from ui.kit.empty import Empty
from ui.kit.label import ground
from ui.kit.panel import Panel
from ui.kit.screen import Screen
from ui.kit.segments import Segments
from ui.kit.table import Column, Edit, Group, Table
from ui.screens import why
from ui.screens.assigning import hand_over, new_worksheet
from ui.screens.moments import minute
from ui.screens.wires import Bell, laboratory
from ui.theme import theme

WAITING: tuple[Column[WaitingRow], ...] = (
    Column(N_("Sample number"), lambda row: row.sample_number, identifier, 170),
    Column(N_("Sample"), lambda row: row.sample_name, width=180),
    Column(N_("Item"), lambda row: row.item, width=180),
    Column(N_("Method"), lambda row: row.method, width=180, stretch=True),
    Column(N_("Received"), lambda row: row.received_at, lambda at: Cell(minute(at), "text2"), 142),
)

LIST: tuple[Column[WorksheetRow], ...] = (Column(N_("Worksheet"), lambda row: row, lambda row: _sheet_cell(row), 240, stretch=True),)

HEAD: tuple[Column[GridRow], ...] = (
    Column(N_("No."), lambda row: row.position, str, 44, "centre"),
    Column(N_("Sample number"), lambda row: row.sample_number, identifier, 128),
    Column(N_("Sample"), lambda row: row.sample_name, width=120, stretch=True),
)


class Bench(Screen):
    """A worksheet of samples by items, or what waits for one."""

    title = N_("Bench")
    watches = frozenset({"analysis", "worksheet", "determination", "judgement", "sample"})
    grid = True

    def start(self) -> None:
        self.sheet: WorksheetCard | None = None
        self.problems: dict[tuple[int, int, str], Problem] = {}
        self.table: Table | None = None
        self._shape: tuple[GridItem, ...] = ()
        self._counts: dict[str, int] = {}
        self._reading = ""
        """Code of the instrument whose value is waited for."""
        here = laboratory(self)
        self.ports, self.machine, self.folder = here.ports, Machine(), str(here.folder.path)
        Bell(self, self._rung)  # perhaps a balance is there now

    def commands(self) -> Sequence[Command]:
        return (
            Command("bench.start", N_("Start"), self._start, icon="flask-conical", kind="quiet", refusal=self._why_not_start),
            Command("bench.repeat", N_("Repeat"), self._repeat, icon="refresh-cw", refusal=lambda: self._of_here("repeat")),
            Command("bench.recall", N_("Recall"), self._recall, icon="undo", refusal=self._why_not_recall),
            Command("bench.why", N_("Why"), self.why, icon="circle-help"),
            Command("bench.read", self._read_words, self._read, "F6", "scale", self._why_not_read),
            Command("bench.send", N_("Send to instrument"), self._send, icon="upload", side="menu", refusal=self._why_not_send),
            Command("bench.hand_over", N_("Hand over"), self._hand_over, side="menu", refusal=self._why_not_hand_over),
            Command("bench.cancel", N_("Cancel analysis"), self._cancel, side="menu", refusal=lambda: self._of_here("cancel")),
            Command("bench.go", self._go_words, self._go, kind="primary", refusal=self._why_not_go),
        )

    def build(self) -> QWidget:
        self.left = self._build_left()
        self.waiting = Table(
            WAITING,
            key=lambda row: row.id,
            words=N_("Analyses waiting for a worksheet"),
            empty=Empty("inbox", N_("Nothing waits."), N_("Analyses of received samples stand here until they are on a worksheet.")),
        )
        self.waiting.chosen.connect(lambda _rows: self.refresh())
        self.holder = QVBoxLayout()
        self.holder.setContentsMargins(0, 0, 0, 0)
        self.holder.addWidget(Empty("flask-conical", N_("No worksheet is chosen."), N_("Choose one at the left, or put waiting analyses on a new one.")))
        held = QWidget()
        held.setLayout(self.holder)
        self.panel = Panel()
        self.panel.hide()
        self.stack = QStackedWidget()
        self.stack.addWidget(held)
        self.stack.addWidget(self.waiting)
        return self.stack

    def _build_left(self) -> QWidget:
        left = ground(QWidget(), "surface")
        column = QVBoxLayout(left)
        column.setContentsMargins(12, 10, 12, 0)
        column.setSpacing(8)
        self.which = Segments({"sheets": N_("Worksheets"), "waiting": N_("Waiting")}, N_("What is shown"))
        self.which.chosen.connect(self._switch)
        column.addWidget(self.which)
        empty = Empty("flask-conical", N_("No worksheet yet."), N_("Put waiting analyses on one."))
        self.list = Table(LIST, key=lambda row: row.number, words=N_("Worksheets"), row_height=60, head=False, many=False, margin=0, empty=empty)
        self.list.moved.connect(self._chosen)
        column.addWidget(self.list, 1)
        return left

    def begin(self) -> None:
        (self.waiting if self.which.value == "waiting" else self.table or self.list).setFocus()

    def refill(self) -> None:
        self.desk.ask(sheet_view.rows, then=self._put_list, once="bench.list")
        self.desk.ask(view.waiting, then=self._put_waiting, once="bench.waiting")
        if self.sheet:
            self._open(self.sheet.row.number)

    def show_thing(self, key: Hashable) -> None:
        self.which.choose("sheets")
        self._open(str(key))

    def why(self) -> None:
        if self.panel:
            self.show_panel(True)
            self._explain()

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _switch(self, which: str) -> None:
        self.stack.setCurrentIndex(1 if which == "waiting" else 0)
        if which == "waiting" and self.panel:
            self.panel.hide()
        self.refresh()

    def _put_list(self, rows: list[WorksheetRow]) -> None:
        self.list.put(rows)
        self._count(sheets=sum(row.handed_in < row.analyses for row in rows))
        if self.sheet is None and rows:
            mine = next((row for row in rows if row.analyst_login == self.person.login and row.handed_in < row.analyses), rows[0])
            self._open(mine.number)

    def _put_waiting(self, rows: list[WaitingRow]) -> None:
        self.waiting.put(rows)
        self._count(waiting=len(rows))
        self.refresh()

    def _count(self, **counts: int) -> None:
        self._counts |= counts
        self.which.count(self._counts)

    def _chosen(self, row: WorksheetRow | None) -> None:
        if row and (self.sheet is None or self.sheet.row.number != row.number):
            self.problems.clear()
            self._open(row.number)

    def _open(self, sheet: str) -> None:
        self.desk.ask(sheet_view.card, sheet, then=self._put_sheet, once="bench.sheet")

    def _put_sheet(self, sheet: WorksheetCard | None) -> None:
        if sheet is None:
            return
        self.sheet = sheet
        if self._shape != sheet.items or self.table is None:
            self._make_table(sheet.items)
        if self.table:
            self.table.put(sheet.rows)
            if self.table.current() is None and sheet.rows:
                self.table.select(sheet.rows[0].sample_number, len(HEAD))
        self.list.select(sheet.row.number)
        self.note(" / ".join(part for part in (sheet.row.title, sheet.row.number, sheet.row.instrument) if part))
        self._remainder()
        self._moved()

    def _make_table(self, items: tuple[GridItem, ...]) -> None:
        self._shape = items
        columns = [*HEAD, *(column for item in items for column in self._columns(item))]
        table = Table(
            columns,
            key=lambda row: row.sample_number,
            name=lambda row: row.sample_number,
            words=N_("Worksheet"),
            kind="grid",
            edit=self._typed,
            frozen=len(HEAD),
        )
        table.moved.connect(lambda _row: self._moved())
        table.said.connect(lambda words: self.shell.message("warn", words))
        table.offer([self.acts[name] for name in ("bench.read", "bench.why", "bench.repeat", "bench.cancel")])
        held = self.table.hasFocus() if self.table else self.isVisible() and self.which.value == "sheets"
        while self.holder.count():
            if widget := self.holder.takeAt(0).widget():
                widget.deleteLater()
        self.table = table
        self.holder.addWidget(table)
        if held:
            table.show()
            table.setFocus()

    def _columns(self, item: GridItem) -> Iterable[Column[GridRow]]:
        group = Group(item.name, item.unit, lambda row: _limit(row, item.code))
        for place in range(1, item.places + 1):
            counted = f" {place}" if item.places > 1 else ""
            for name, words in item.inputs:
                yield self._value_column(item, place, group, name, f"{words}{counted}")
            yield self._value_column(item, place, group, "", _("Determined") + counted)

        def locked(_row: GridRow) -> str:
            return _("It follows from what was determined. Type there.")

        def one(row: GridRow) -> AnalysisRow | None:
            return row.cells.get(item.code)

        yield Column(N_("Reported"), one, _reported, 84, "right", name=f"{item.code}|result", group=group, locked=locked)
        yield Column(N_("Verdict"), one, _verdict, 142, name=f"{item.code}|verdict", group=group, locked=locked)

    def _value_column(self, item: GridItem, place: int, group: Group, weighing: str, title: str) -> Column[GridRow]:
        def editable(row: GridRow) -> bool:
            one = row.cells.get(item.code)
            return bool(one and one.state is AnalysisState.IN_TEST and (weighing or not item.inputs))

        def locked(row: GridRow) -> str:
            one = row.cells.get(item.code)
            if one is None:
                return _("{item} is not asked of sample {number}.").format(item=item.name, number=row.sample_number)
            if one.state is not AnalysisState.IN_TEST:
                return _("{item} is {state}; values are entered only while it is in test.").format(item=item.name, state=_(ANALYSIS_FLOW.words[one.state]))
            return _("{item} is calculated from {inputs}. Type those.").format(item=item.name, inputs=_(", ").join(words for _name, words in item.inputs))

        def typed(row: GridRow) -> str:
            one = row.cells.get(item.code)
            problem = self.problems.get((one.id, place, weighing)) if one else None
            return problem.typed.text if problem else _text(one, place, weighing)

        return Column(
            title,
            lambda row: row.cells.get(item.code),
            lambda one: self._value_cell(one, place, weighing),
            max(132 if weighing else 92, round(theme.width(title, "note", 500)) + 24),
            "right",
            name=f"{item.code}|{place}|{weighing}",
            editable=editable,
            locked=locked,
            typed=typed,
            group=group,
        )

    def _value_cell(self, one: AnalysisRow | None, place: int, weighing: str) -> Cell | str:
        if one is None:
            return dash()
        if problem := self.problems.get((one.id, place, weighing)):
            return Cell(problem.typed.text, "bad", align="right", error=problem.words)
        text = _text(one, place, weighing)
        edited = "edited" if text and one.state is AnalysisState.IN_TEST else ""
        computed = bool(one.inputs) and not weighing
        sent = weighing in one.weighed[place - 1] if weighing else one.from_reading[place - 1]
        return Cell(text, "text2" if computed else "text", align="right", corner=edited, tip=_("from the instrument") if sent else "")

    # -- what is typed -------------------------------------------------------------------------------------------------

    def _typed(self, edits: list[Edit]) -> None:
        cells = []
        for edit in edits:
            code, place, weighing = edit.name.split("|")
            if edit.row and (one := edit.row.cells.get(code)):
                cells.append(Typed(one.id, int(place), edit.text, weighing))
                self.problems.pop((one.id, int(place), weighing), None)
        if cells:
            self.desk.ask(analyses.fill, cells, by=self.person, then=self._filled)

    def _filled(self, problems: list[Problem]) -> None:
        for problem in problems:
            self.problems[problem.typed.analysis, problem.typed.place, problem.typed.weighing] = problem
        if problems:
            self.shell.message("bad", problems[0].words)
        if self.sheet:
            self._open(self.sheet.row.number)

    def _rung(self) -> None:
        if self.isVisible():
            self.refresh()

    # -- what an instrument sends into a cell -----------------------------------------------------------------------------

    def _meters(self) -> list[PortRow]:
        """Return the balances and meters that are connected to this workstation."""
        return [port for port in self.ports.rows() if port.asked and port.state == "live"]

    def _meter(self) -> PortRow | None:
        """Return the one that is read: the one this workstation used last, else the first."""
        connected, last = self._meters(), self.machine.get("balance", self.folder)
        return next((port for port in connected if port.code == last), next(iter(connected), None))

    def _read_words(self) -> str:
        if self._reading:
            return _("Give up")
        meter = self._meter()
        return _("Read {instrument}").format(instrument=meter.code) if meter else _("Read the instrument")

    def _why_not_read(self) -> str | None:
        if self._reading:
            return None
        if self._meter() is None:
            return _("No balance or meter is connected to this workstation. Connect it in Instruments.")
        cell = self._cell()
        if cell is None:
            return _("Go to the cell the value belongs into.")
        one, _place, weighing = cell
        if one.state is not AnalysisState.IN_TEST:
            return _("{item} is {state}; values are entered only while it is in test.").format(item=one.item, state=_(ANALYSIS_FLOW.words[one.state]))
        if one.inputs and not weighing:
            return _("{item} is calculated from {inputs}. Type those.").format(item=one.item, inputs=_(", ").join(words for _name, words in one.inputs))
        return None

    def _cell(self) -> tuple[AnalysisRow, int, str] | None:
        """Return the analysis, determination and weighing of the cell under the cursor, where it is one for values."""
        row, column = (self.table.current(), self.table.column()) if self.table and self.which.value == "sheets" else (None, None)
        if row is None or column is None or column.name.count("|") != 2:
            return None
        code, place, weighing = column.name.split("|")
        return (row.cells[code], int(place), weighing) if code in row.cells else None

    def _read(self) -> None:
        meter, cell = self._meter(), self._cell()
        if self._reading:
            self.ports.give_up(self._reading)
        elif meter and cell:
            one, place, weighing = cell
            self._reading = meter.code
            self.shell.status(_("Waiting for a stable value of {instrument}. F6 gives up.").format(instrument=meter.code))
            self.refresh()
            unit = _unit_of(dict(one.inputs).get(weighing, ""))
            self.desk.run(
                self.ports.read,
                meter.code,
                then=lambda sent: self._weighed(sent, Typed(one.id, place, "", weighing), unit),
            )

    def _weighed(self, sent: Answer, cell: Typed, unit: str) -> None:
        self._reading = ""
        self._remainder()
        if sent.delivery is None:
            self.shell.message("warn", sent.words)
        else:
            self.problems.pop((cell.analysis, cell.place, cell.weighing), None)
            self.desk.ask(readings.weigh, sent.delivery, cell, unit, by=self.person, then=self._taken)
        self.refresh()

    def _taken(self, text: str) -> None:
        """The value stands in its cell: go on to the next one, down, and from the last row to the next column that takes a value."""
        if self.table:
            before = self.table.currentIndex()
            grid.move(self.table, 1, 0)
            first = self.table.rows()[0]
            further = (place for place in range(before.column() + 1, len(self.table.columns)) if self.table.columns[place].can_edit(first))
            if self.table.currentIndex() == before and (column := next(further, None)) is not None:
                self.table.setCurrentIndex(self.table.rows_model.index(0, column))
        self.shell.status(_("{value} taken from the instrument.").format(value=text))

    def _why_not_send(self) -> str | None:
        if self.which.value == "waiting" or self.sheet is None:
            return _("Choose a worksheet first.")
        if not self.sheet.row.instrument_code:
            return _("This worksheet names no instrument.")
        port = next((port for port in self.ports.rows() if port.code == self.sheet.row.instrument_code and port.state == "live"), None)
        return None if port else _("{name} is not connected. Connect it in Instruments.").format(name=self.sheet.row.instrument)

    def _send(self) -> None:
        if self.sheet:
            head = self.sheet.row
            self.desk.run(self.ports.send_worklist, head.instrument_code, head.number, then=lambda count: self._sent(count, head.instrument))

    def _sent(self, count: int, instrument: str) -> None:
        self.shell.toast(n_("{count} sample sent to {instrument}.", "{count} samples sent to {instrument}.", count).format(count=count, instrument=instrument))

    # -- commands ------------------------------------------------------------------------------------------------------

    def _rows(self) -> list[AnalysisRow]:
        if self.which.value == "waiting":
            return []
        return [one for row in self.sheet.rows for one in row.cells.values()] if self.sheet else []

    def _here(self) -> AnalysisRow | None:
        if self.which.value == "waiting":
            return None
        row, column = (self.table.current(), self.table.column()) if self.table else (None, None)
        if row is None or column is None:
            return None
        return row.cells.get(column.name.split("|")[0]) or next(iter(row.cells.values()), None)

    def _allowed(self, verb: str) -> list[AnalysisRow]:
        marked = {analysis for analysis, _place, _weighing in self.problems} if verb == "submit" else ()
        return [one for one in self._rows() if one.id not in marked and one.facts and ANALYSIS_FLOW.refusal(verb, one.facts, self.person) is None]

    def _refusal(self, verb: str, state: AnalysisState, none: str) -> str | None:
        """Say why *verb* is possible for no analysis of the worksheet that stands in *state*."""
        if self.which.value == "waiting" or self.sheet is None:
            return _("Choose a worksheet first.")
        said = [ANALYSIS_FLOW.refusal(verb, one.facts, self.person) for one in self._rows() if one.state is state and one.facts]
        return none if not said else None if None in said else said[0]

    def _go_words(self) -> str:
        if self.which.value == "waiting":
            return _("New worksheet with {count}").format(count=len(self.waiting.selected()))
        ready = len(self._allowed("submit"))
        return _("Submit {count}").format(count=ready) if ready else _("Submit")

    def _why_not_go(self) -> str | None:
        if self.which.value == "waiting":
            return right_refusal(Right.ASSIGN, self.person) or (None if self.waiting.selected() else _("Mark the analyses that go on the worksheet."))
        refusal = self._refusal("submit", AnalysisState.IN_TEST, _("Nothing on this worksheet is in test."))
        if refusal is None and not self._allowed("submit"):
            return _("A value is marked as wrong. Put it right, or take it back with Ctrl+Z.")
        here = [one for one in self._rows() if one.state is AnalysisState.IN_TEST]
        empty = sum(not value for one in here for value in one.values)
        if refusal and empty and refusal in {one.lacks for one in here}:
            return n_("{count} value is missing.", "{count} values are missing.", empty).format(count=empty)
        return refusal

    def _go(self) -> None:
        if self.which.value == "waiting":
            new_worksheet(self, [row.id for row in self.waiting.selected()], self._created)
        else:
            ready = [one.id for one in self._allowed("submit")]
            words = n_("{count} result submitted for review.", "{count} results submitted for review.", len(ready)).format(count=len(ready))
            self.desk.ask(analyses.submit, ready, by=self.person, then=lambda _none: self._submitted(words))

    def _submitted(self, words: str) -> None:
        """What is handed in is no more undone by a key."""
        if self.table:
            self.table.past.forget()
        self.shell.toast(words)

    def _created(self, sheet: str, analyst: str) -> None:
        self.which.choose("sheets")
        if analyst == self.person.login:
            self.desk.ask(worksheets.start, sheet, by=self.person)
        self._open(sheet)
        self.begin()

    def _why_not_start(self) -> str | None:
        return self._refusal("start", AnalysisState.ASSIGNED, _("Everything on this worksheet has been started."))

    def _start(self) -> None:
        if self.sheet:
            self.desk.ask(worksheets.start, self.sheet.row.number, by=self.person)

    def _why_not_hand_over(self) -> str | None:
        if self.which.value == "waiting" or self.sheet is None:
            return _("Choose a worksheet first.")
        unfinished = any(one.state in worksheets.UNFINISHED for one in self._rows())
        return right_refusal(Right.ASSIGN, self.person) or (None if unfinished else _("Everything on this worksheet is handed in."))

    def _hand_over(self) -> None:
        if self.sheet:
            hand_over(self, self.sheet.row)

    def _why_not_recall(self) -> str | None:
        return self._refusal("recall", AnalysisState.SUBMITTED, _("Nothing on this worksheet waits for review."))

    def _recall(self) -> None:
        self.desk.ask(analyses.recall, [one.id for one in self._allowed("recall")], by=self.person)

    def _of_here(self, verb: str) -> str | None:
        one = self._here()
        return ANALYSIS_FLOW.refusal(verb, one.facts, self.person) if one and one.facts else _("No value is chosen.")

    def _repeat(self) -> None:
        if one := self._here():
            ask.reason(
                self,
                _("Repeat"),
                f"{one.item} · {one.sample_number}",
                note=_("The attempt so far stays on record."),
                then=lambda reason, dialog: self.desk.ask(
                    analyses.repeat, one.id, reason=reason, by=self.person, then=dialog.done_with(lambda _none: self._forget(one.id)), form=dialog
                ),
            )

    def _forget(self, analysis: int) -> None:
        """What was typed wrong belongs to the attempt before."""
        self.problems = {cell: problem for cell, problem in self.problems.items() if cell[0] != analysis}
        if self.sheet:
            self._open(self.sheet.row.number)

    def _cancel(self) -> None:
        if one := self._here():
            ask.reason(
                self,
                _("Cancel analysis"),
                f"{one.item} · {one.sample_number}",
                danger=True,
                then=lambda reason, dialog: self.desk.ask(analyses.cancel, [one.id], reason=reason, by=self.person, then=dialog.done_with(), form=dialog),
            )

    # -- words -----------------------------------------------------------------------------------------------------------

    def _moved(self) -> None:
        self._explain()
        self.refresh()

    def _remainder(self) -> None:
        rows = self._rows()
        lacking = sum(one.state is AnalysisState.IN_TEST and one.lacks is not None for one in rows)
        failing = sum(one.verdict is Verdict.FAIL for one in rows)
        parts = [_("{count} not complete").format(count=lacking) if lacking else "", _("{count} do not conform").format(count=failing) if failing else ""]
        self.bar.remain(_(", ").join(part for part in parts if part))
        filled = sum(bool(value) for one in rows for value in one.values)
        self.shell.status(_("{filled} of {all} values").format(filled=filled, all=sum(one.places for one in rows)))

    def _explain(self) -> None:
        if self.panel and self.panel.isVisible():
            one = self._here()
            self.panel.put(_("Why"), *([*why.explanation(one), *why.attempts(one)] if one else []), keys="F3")


def _sheet_cell(row: WorksheetRow) -> Cell:
    share = _("{done} of {all}").format(done=row.handed_in, all=row.analyses)
    return Cell(row.title or row.number, weight=500, right=Cell(share, "text2", role="note"), below=Cell(f"{row.number} · {row.analyst}", "text2", role="note"))


def _unit_of(words: str) -> str:
    """Return the unit at the end of what an input is called: `g` of `test portion (g)`; empty where it names none."""
    found = re.search(r"[（(]([^()（）]+)[)）]\s*$", words)
    return found[1] if found else ""


def _limit(row: GridRow, code: str) -> str:
    one = row.cells.get(code)
    return why.requirement(one).words() if one else ""


def _text(one: AnalysisRow | None, place: int, weighing: str) -> str:
    if one is None:
        return ""
    return one.entered[place - 1].get(weighing, "") if weighing else one.values[place - 1]


def _reported(one: AnalysisRow | None) -> Cell | str:
    if one is None:
        return dash()
    return number(one.reported, one.verdict.value, _("from nine tenths of the limit on") if one.near else "")


def _verdict(one: AnalysisRow | None) -> Cell | str:
    if one is None:
        return dash()
    if not one.reported and one.verdict is Verdict.UNDECIDED:
        return Cell(_("No value yet"), chip="wait") if any(one.values) else ""
    return verdict(one.verdict.value, tip=why.because(one))
