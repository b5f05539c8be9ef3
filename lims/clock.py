"""The only clock of the program: moments in UTC, days in the laboratory's time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Shanghai"

Clock = Callable[[], datetime]
"""Returns the present moment: an aware datetime in UTC."""


def system_clock() -> datetime:
    """Return the present moment as the computer knows it."""
    return datetime.now(UTC)


class SteppingClock:
    """A clock for demonstrations and tests: starts at a moment and moves on by *step* each time it is read."""

    def __init__(self, start: datetime, step: timedelta = timedelta(seconds=1)) -> None:
        if start.tzinfo is None:
            raise ValueError("a moment needs its zone")
        self._now, self._step = start.astimezone(UTC), step

    def __call__(self) -> datetime:
        """Move on and return the moment."""
        self._now += self._step
        return self._now

    def forward(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by


def day_of(moment: datetime, zone: str = DEFAULT_ZONE) -> date:
    """Return the calendar day of *moment* where the laboratory stands."""
    return moment.astimezone(ZoneInfo(zone)).date()


def local(moment: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """Return *moment* as the clock on the laboratory's wall shows it."""
    return moment.astimezone(ZoneInfo(zone))
