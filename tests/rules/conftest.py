"""Rules are tested in the words of the code; every Chinese word is held by tests/house/test_words.py."""

from __future__ import annotations

import pytest

from lims.rules import limits, units


@pytest.fixture(autouse=True)
def _in_english(english: None) -> None:
    """The process speaks English."""


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What was read before is read again: a law that was changed meanwhile must show."""
    limits.demand.cache_clear()
    units.spelt.cache_clear()
