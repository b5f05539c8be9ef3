"""The profiles a laboratory can choose from: shipped, brought by extensions, its own."""

from __future__ import annotations

from pathlib import Path

from drivers import plugins
from drivers.core.profile import Shelf, shelf
from resources import FOLDER

SHIPPED = FOLDER / "instruments"


def profiles(own: Path) -> Shelf:
    """Return the shipped profiles, those of extensions, and the laboratory's own."""
    brought = plugins.found()
    known = shelf(dict.fromkeys((SHIPPED, *brought.folders, own)))
    return Shelf(known.profiles, (*brought.faults, *known.faults))
