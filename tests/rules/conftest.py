"""Rules are tested in the words of the code; every Chinese word is held by tests/house/test_words.py."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _in_english(english: None) -> None:
    """The process speaks English."""
