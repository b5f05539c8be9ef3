"""Services are tested on a real SQLite file and on a private PostgreSQL, in the words of the code."""

from __future__ import annotations

import pytest

from tests.services.small import Apart, Small, copies, laboratory, small, store

__all__ = ["copies", "laboratory", "small", "store"]


@pytest.fixture(autouse=True)
def _in_english(english: None) -> None:
    """The process speaks English."""


@pytest.fixture
def apart(small: Small) -> Apart:
    """Two workstations at once: the second begins while the first has not committed."""
    return Apart(small)
