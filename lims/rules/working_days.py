"""Working days: Monday to Friday but for what the calendar holds, and deadlines counted in them; no holiday of a year it does not hold is guessed.

Sources: the yearly notice of the General Office of the State Council on holidays and make-up days (国务院办公厅关于部分节假日安排的通知);
《全国年节及纪念日放假办法》, Article 2 (the holidays everybody has); 《民法典》, Article 201 (the day on which a period begins is not counted).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules.verdict import Said, said

HOLIDAYS = {
    "元旦": N_("New Year's Day"),
    "春节": N_("Spring Festival"),
    "清明节": N_("Tomb-sweeping Day"),
    "劳动节": N_("Labour Day"),
    "端午节": N_("Dragon Boat Festival"),
    "中秋节": N_("Mid-autumn Festival"),
    "国庆节": N_("National Day"),
}
"""The holidays everybody has, by the names under which the notice of every year arranges them."""

MOST = 10_000
"""Working days that can be counted at once: some forty years."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """The day on which a period ends."""

    date: date
    provisional: bool
    """Whether the calendar did not hold every day that was counted: the date may still move."""
    because: Said | None = None
    """Why it is provisional."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which the laboratory works."""

    days: Mapping[date, bool]
    """Exceptions to Monday to Friday: whether one works on them."""
    known_to: date
    """The last day whose holidays are known."""
    known_from: date = date.min
    """The first one."""

    def is_working(self, day: date) -> bool:
        """Return whether one works on a day; beyond the known years that is what its weekday says."""
        return self.days.get(day, ordinary(day))

    def after(self, day: date, count: int) -> Due:
        """Return the *count*-th working day after a day, which does not count itself (《民法典》, Article 201).

        A negative count goes back; nought is the day itself, whatever day it is. Raises Refusal for a count or a date beyond all calendars.
        """
        if abs(count) > MOST:
            raise Refusal(_("{count} working days cannot be counted. Write at most {most}.").format(count=count, most=MOST))
        due = day
        for _turn in range(abs(count)):
            due = self._next(due, DAY if count > 0 else -DAY)
        return self._due(day, due)

    def between(self, first: date, last: date) -> int:
        """Return how many working days lie after *first* up to and with *last*: nought for the same day, negative where *last* comes before."""
        if last < first:
            return -self._count(last.toordinal() - 1, first.toordinal() - 1)
        return self._count(first.toordinal(), last.toordinal())

    def unknown(self, first: date, last: date) -> date | None:
        """Return the earliest day from *first* to *last* whose holidays the calendar does not know, or None."""
        if first < self.known_from:
            return first
        return None if last <= self.known_to else max(first, self.known_to + DAY)

    def _next(self, day: date, step: timedelta) -> date:
        try:
            day += step
            while not self.is_working(day):
                day += step
        except OverflowError:
            raise Refusal(_("There are not so many working days in the calendar. Write fewer.")) from None
        return day

    def _due(self, day: date, due: date) -> Due:
        if day == due:
            return Due(due, False)
        unknown = self.unknown(day + DAY, due) if due > day else self.unknown(due, day - DAY)
        return Due(due, False) if unknown is None else Due(due, True, said(PROVISIONAL, year=unknown.year))

    def _count(self, before: int, last: int) -> int:
        """Count the working days after *before* up to *last*, both as ordinals, without walking through them."""
        moved = sum(working - ordinary(day) for day, working in self.days.items() if before < day.toordinal() <= last)
        return _ordinary_to(last) - _ordinary_to(before) + moved


PROVISIONAL = N_("The working-day calendar does not hold the holidays of {year}, so this date is provisional.")


def ordinary(day: date) -> bool:
    """Return whether a day is one of Monday to Friday."""
    return day.weekday() < 5


def known(named: Iterable[tuple[date, str]]) -> tuple[date, date]:
    """Return the first and the last day whose holidays are known; the last comes before the first where nothing is.

    *named* are the days of a calendar with their names. A year is known when each of the seven holidays of everybody stands in it; what counts
    is the last unbroken run of such years.
    """
    found: dict[int, set[str]] = defaultdict(set)
    for day, name in named:
        found[day.year].update(holiday for holiday in HOLIDAYS if holiday in name)
    years = {year for year, holidays in found.items() if len(holidays) == len(HOLIDAYS)}
    if not years:
        return date.max, date.min
    first = last = max(years)
    while first - 1 in years:
        first -= 1
    return date(first, 1, 1), date(last, 12, 31)


def _ordinary_to(ordinal: int) -> int:
    """Count the days from Monday to Friday up to an ordinal; 1 January of the year 1, which is 1, was a Monday."""
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)
