"""Moments as a person at the laboratory reads them."""

from __future__ import annotations

from datetime import date, datetime

from lims.clock import local
from lims.i18n import _


def moment(at: datetime | None) -> str:
    """Return day and time with the year: what stands in a record."""
    return f"{local(at):%Y-%m-%d %H:%M}" if at else ""


def clock_time(at: datetime | None) -> str:
    """Return the time to the second."""
    return f"{local(at):%H:%M:%S}" if at else ""


def day(on: datetime | date | None) -> str:
    """Return the day with the year."""
    if isinstance(on, datetime):
        return f"{local(on):%Y-%m-%d}"
    return on.isoformat() if on else ""


def short(at: datetime | date | None) -> str:
    """Return month and day, with the time where there is one: for a line of stations."""
    if isinstance(at, datetime):
        return f"{local(at):%m-%d %H:%M}"
    return f"{at:%m-%d}" if at else ""


def in_words(on: date) -> str:
    """Return a day for a sentence: 11月23日 周一, or 23 November 2026."""
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    months = (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"),
        _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
    )  # fmt: skip
    return _("{weekday}, {day} {month_name} {year}").format(weekday=days[on.weekday()], day=on.day, month=on.month, month_name=months[on.month - 1], year=on.year)
