"""Moments as the clock on the laboratory's wall shows them, and days as they stand in a record: always with the year."""

from __future__ import annotations

from datetime import date, datetime

from lims.clock import DEFAULT_ZONE, local, system_clock
from lims.i18n import _

_zone = DEFAULT_ZONE


def use(zone: str) -> None:
    """Set the laboratory's time zone for this window."""
    global _zone  # noqa: PLW0603  (one process, one laboratory)
    _zone = zone


def second(at: datetime, zone: str = "") -> str:
    """Return day and time to the second, for a record."""
    return f"{local(at, zone or _zone):%Y-%m-%d %H:%M:%S}"


def minute(at: datetime | None, zone: str = "") -> str:
    """Return day and time to the minute; empty where nothing happened yet."""
    return f"{local(at, zone or _zone):%Y-%m-%d %H:%M}" if at else ""


def clock_time(at: datetime | None) -> str:
    """Return the time to the second."""
    return f"{local(at, _zone):%H:%M:%S}" if at else ""


def day(on: datetime | date | None) -> str:
    """Return the day."""
    return f"{local(on, _zone):%Y-%m-%d}" if isinstance(on, datetime) else on.isoformat() if on else ""


def either(at: datetime | date | None) -> str:
    """Return day and time, or the day alone where no time is known."""
    return minute(at) if isinstance(at, datetime) else day(at)


def short(at: datetime | date | None) -> str:
    """Return month and day, with the time where there is one: for a line of stations."""
    if isinstance(at, datetime):
        return f"{local(at, _zone):%m-%d %H:%M}"
    return f"{at:%m-%d}" if at else ""


def today() -> date:
    """Return the day it is on the laboratory's wall."""
    return local(system_clock(), _zone).date()


def in_words(on: date) -> str:
    """Return a day for a sentence: 2026年11月23日 周一, or Monday, 23 November 2026."""
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    months = (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"),
        _("July"), _("August"), _("September"), _("October"), _("November"), _("December"),
    )  # fmt: skip
    return _("{weekday}, {day} {month} {year}").format(weekday=days[on.weekday()], day=on.day, month=months[on.month - 1], year=on.year)
