"""Moments as the clock on the wall of this laboratory shows them, always with the year: 2026-11-24 09:30."""

from __future__ import annotations

from datetime import datetime

from lims.clock import local


def second(at: datetime, zone: str) -> str:
    """Return day and time to the second, for a record."""
    return f"{local(at, zone):%Y-%m-%d %H:%M:%S}"


def minute(at: datetime | None, zone: str) -> str:
    """Return day and time to the minute; empty where nothing happened yet."""
    return f"{local(at, zone):%Y-%m-%d %H:%M}" if at else ""
