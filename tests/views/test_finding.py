"""What a typed or scanned text finds, and where it leads."""

from __future__ import annotations

import pytest

from lims.views import finding
from tests.services.small import Small


def hits(small: Small, text: str) -> list[tuple[str, object, str]]:
    """Return place, key and title of what is found."""
    return [(hit.place, hit.key, hit.title) for hit in small.do(finding.find, text, by=small.people["jian"])]


def test_a_scanned_label_finds_its_sample(small: Small) -> None:
    number = small.received()
    for code in (number, f"{number}-1", f" {number}-B "):
        assert hits(small, code)[0] == ("samples", number, code.strip())


def test_numbers_and_names_are_found_by_how_they_begin(small: Small) -> None:
    key = small.issued("wine")
    number = "SP2026-00001"
    assert hits(small, "CY-")[0] == ("samples", number, "CY-00001")
    assert hits(small, "BG2026") == [("certificates", key, "BG2026-00001")]
    assert hits(small, "W2026") == [("bench", "W2026-0001", "W2026-0001")]
    assert [place for place, _key, _title in hits(small, "桃山")] == ["businesses"]
    assert hits(small, "葡萄")[0] == ("samples", number, number)


def test_the_exact_number_comes_first(small: Small) -> None:
    small.registered(number="JY-10")
    small.registered(number="JY-1A")
    small.registered(number="JY-1")
    assert hits(small, "jy-1".upper())[0] == ("samples", "JY-1", "JY-1")


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "' OR 1=1 --", "Z"])
def test_what_is_not_there_is_not_found(small: Small, text: str) -> None:
    small.received()
    assert hits(small, text) == []
