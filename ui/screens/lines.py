"""The sample's line of stations, drawn alike wherever a sample stands on it."""

from __future__ import annotations

from collections.abc import Sequence

from lims.views.samples import StationRow
from ui.kit.paint import Station
from ui.screens.moments import short


def stations(rows: Sequence[StationRow]) -> list[Station]:
    """Return stations for painting: done with moment and person, the first open one now, the rest to come."""
    drawn, now = [], True
    for row in rows:
        state = "done" if row.at else "now" if now else "later"
        now = now and bool(row.at)
        drawn.append(Station(row.name, state, " · ".join(part for part in (short(row.at), row.by) if part)))
    return drawn
