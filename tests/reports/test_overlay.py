"""作废 over a copy; the frozen bytes stay frozen."""

from __future__ import annotations

import hashlib

import pytest

from lims.reports import food
from lims.reports.overlay import stamped
from tests.reports import sheets
from tests.reports.reading import codes, picture, texts


@pytest.fixture(scope="module")
def frozen() -> bytes:
    return food.pages(sheets.original(sheets.cowpea()))


@pytest.mark.parametrize("word", ["作废", "已被替代", "VOID", "REPLACED"])
def test_the_word_lies_over_every_page(frozen: bytes, word: str) -> None:
    pages = texts(stamped(frozen, word))
    assert len(pages) == len(texts(frozen))
    assert all(set(word) <= set(page) for page in pages)


def test_the_word_is_red_and_large(frozen: bytes) -> None:
    for page in range(4):
        red = sum(r > 200 and g < 200 and b < 200 for r, g, b in picture(stamped(frozen, "作废"), page, 40).convert("RGB").get_flattened_data())
        assert red > 2000


def test_what_was_signed_stays_readable_and_untouched(frozen: bytes) -> None:
    before = hashlib.sha256(frozen).hexdigest()
    copy = stamped(frozen, "作废")
    assert hashlib.sha256(frozen).hexdigest() == before
    assert copy != frozen
    assert "克百威" in texts(copy)[3]
    assert codes(copy, 2) == codes(frozen, 2) != []


def test_the_same_copy_is_the_same_bytes(frozen: bytes) -> None:
    assert stamped(frozen, "作废") == stamped(frozen, "作废")
