"""Views are tested on a real SQLite file and on a private PostgreSQL, in the words of the code."""

from __future__ import annotations

import pytest

from tests.services.small import copies, laboratory, small, store

__all__ = ["copies", "laboratory", "small", "store"]


@pytest.fixture(autouse=True)
def _in_english(english: None) -> None:
    """The process speaks English."""
