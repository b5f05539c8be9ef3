"""Working days: what the calendar holds of a year, the holidays and make-up days of the State Council's notice and the laboratory's own days."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lims.i18n import N_, _
from lims.rules.rights import Right
from lims.rules.working_days import HOLIDAYS, ordinary
from lims.services import calendar
from lims.views import calendar as view
from lims.views.calendar import DayRow
from ui.kit import ask
from ui.kit.ask import Dialog
from ui.kit.cell import Cell
from ui.kit.command import Command, icon_button
from ui.kit.form import Field
from ui.kit.label import Label, Rule
from ui.kit.panel import Head, MarkView, Rows, Words
from ui.kit.table import Column
from ui.screens.moments import in_words, today
from ui.screens.register import Register, Sheet
from ui.theme import theme

WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
WORKS = {False: N_("Day off"), True: N_("Working day")}
FIRST, LAST = date.min.year, date.max.year


class Calendar(Register):
    """One year of the calendar, its days in order."""

    title = N_("Working days")
    watches = frozenset({"day"})
    icon = "calendar"
    right = Right.CATALOGUE
    adding = N_("Set a day")
    empty = (
        N_("The calendar holds no day of this year."),
        N_("Set the days of the State Council's notice here: the days off, and the days at weekends on which one works."),
    )
    columns: tuple[Column[Any], ...] = (
        Column(N_("Date"), lambda row: row.day, lambda day: Cell(day.isoformat(), weight=500), 104, name="day"),
        Column(N_("Weekday"), lambda row: row.day, lambda day: Cell(_(WEEKDAYS[day.weekday()]), "text2"), 90),
        Column(N_("The laboratory has"), lambda row: row.working, lambda working: _works(working), 126, name="working"),
        Column(N_("Name"), lambda row: row.name, lambda name: Cell(name, tip=name), 236, name="name"),
        Column(N_("Source"), lambda row: row.source, lambda source: _source(source), 200, stretch=True, name="source"),
    )

    def start(self) -> None:
        super().start()
        self.year = today().year

    def more(self) -> Sequence[Command]:
        return (
            Command("calendar.clear", N_("Clear the day"), self.clear, "", "rotate-ccw", self.why_not_change),
            Command("calendar.before", N_("Year before"), lambda: self.turn(self.year - 1), "Ctrl+PgUp", "chevron-left", self._why_not_before, side="menu"),
            Command("calendar.next", N_("Next year"), lambda: self.turn(self.year + 1), "Ctrl+PgDown", "chevron-right", self._why_not_next, side="menu"),
        )

    def build(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.gap = Gap()
        column.addWidget(self.gap)
        column.addWidget(super().build(), 1)
        return page

    def built(self) -> None:
        super().built()
        self.years = Years(self.acts["calendar.before"], self.acts["calendar.next"])
        self.years.say(self.year)
        self.bar.lead(self.years)

    def turn(self, year: int) -> None:
        """Show another year."""
        self.year = year
        self.years.say(year)
        self.refill()

    def key(self, row: DayRow) -> Hashable:
        return row.day

    def read(self, work: Any) -> tuple[tuple[DayRow, ...], bool]:
        year = self.year
        return view.days(work, year), view.calendar(work).unknown(date(year, 1, 1), date(year, 12, 31)) is None

    def take(self, answer: Any) -> Sequence[DayRow]:
        rows, known = answer
        self.gap.setVisible(not known)
        if self._wanted is None and self.form is None and self.table.current() is None:
            self._wanted = next((row.day for row in rows if row.day >= today()), None)
        return rows  # type: ignore[no-any-return]

    def show_thing(self, key: Hashable) -> None:
        if isinstance(key, date) and key.year != self.year:
            self._wanted = key
            self.turn(key.year)
        else:
            super().show_thing(key)

    def card(self, row: DayRow) -> None:
        assert self.panel is not None
        counted = _("Periods in working days count it.") if row.working else _("Periods in working days pass over it.")
        facts = [(_("By its weekday"), _(WORKS[ordinary(row.day)])), (_("Source"), _source(row.source).text)]
        self.panel.put(
            self.heading(),
            Head(in_words(row.day), row.name),
            Rows([(_("The laboratory has"), _(WORKS[row.working])), *facts]),
            Words(counted),
            foot=(self.acts["calendar.change"], self.acts["calendar.clear"]),
        )

    def sheet(self, row: DayRow | None) -> Sheet:
        if row is None:
            return Sheet((DAY, *_fields(self.year)), dict, {}, _("Set a day"))
        form = Sheet(_fields(row.day.year), dict, {"working": row.working, "name": row.name, "source": row.source}, in_words(row.day))
        form.editors["source"].lineEdit().home(False)
        return form

    def keep(self, draft: Any, row: DayRow | None) -> None:
        day = draft.pop("day") if row is None else row.day
        self.desk.ask(calendar.set_day, day, **draft, by=self.person, then=lambda _answer: self.saved(day), form=self.form)

    def saved(self, key: Hashable) -> None:
        assert isinstance(key, date)
        self.year = key.year
        self.years.say(key.year)
        super().saved(key)

    def clear(self) -> None:
        """Leave the day under the cursor to its weekday again, with the reason."""
        if (row := self.table.current()) is not None:
            self._ask_reason(row)

    def _ask_reason(self, row: DayRow) -> None:

        def send(reason: str, dialog: Dialog) -> None:
            done = dialog.done_with(lambda _answer: self.shell.toast(_("{day} is what its weekday says again.").format(day=row.day.isoformat())))
            self.desk.ask(calendar.clear_day, row.day, reason=reason, by=self.person, then=done, form=dialog)

        note = _("Then it is what its weekday says: {what}.").format(what=_(WORKS[ordinary(row.day)]))
        ask.reason(self, _("Clear the day"), f"{in_words(row.day)} · {row.name}", then=send, note=note)

    def _why_not_before(self) -> str | None:
        return None if self.year > FIRST else _("The years of the calendar end here.")

    def _why_not_next(self) -> str | None:
        return None if self.year < LAST else _("The years of the calendar end here.")


class Years(QWidget):
    """The year that is shown, between the ways to the one before and the one after."""

    def __init__(self, before: Command, after: Command) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 8, 0)
        line.setSpacing(2)
        self._year = Label("", "section", weight=500)
        line.addWidget(icon_button(before.icon, before.words(), before.run))
        line.addWidget(self._year)
        line.addWidget(icon_button(after.icon, after.words(), after.run))

    def say(self, year: int) -> None:
        """Show another year."""
        self._year.say(str(year))


class Gap(QWidget):
    """Stands above a year whose holidays are not known."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(theme.size("margin"), 10, 16, 10)
        line.setSpacing(8)
        words = _("The State Council's notice for this year is not in the calendar. Until its seven holidays stand here, dates of this year are provisional.")
        line.addWidget(MarkView("warn"), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(Label(words, wrap=True), 1)
        column.addLayout(line)
        column.addWidget(Rule())
        self.hide()


DAY = Field("day", N_("Date"), kind="date")


def _fields(year: int) -> tuple[Field, ...]:
    notice = f"国务院办公厅关于{year}年部分节假日安排的通知"
    return (
        Field("working", N_("The laboratory has"), kind="choice", options=WORKS),
        Field("name", N_("Name"), kind="open", options=HOLIDAYS),
        Field("source", N_("Source"), kind="open", optional=True, options={notice: notice}, note=N_("The notice; empty where the laboratory arranges it.")),
        Field("reason", N_("Reason"), kind="lines", lines=2),
    )


def _works(working: bool) -> Cell:
    return Cell(_(WORKS[working]), tag=True) if working else Cell(_(WORKS[working]), "text2")


def _source(source: str) -> Cell:
    return Cell(source, "text2", tip=source) if source else Cell(_("the laboratory"), "text2")
