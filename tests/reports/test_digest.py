"""What the code on the paper proves: the digest of the canonical JSON of everything that was signed."""

from __future__ import annotations

import dataclasses
import hashlib
import json

from lims.reports import food
from lims.services.signing import content_of, digest
from lims.views.certificates import Sheet
from tests.reports import sheets
from tests.reports.reading import codes


def signed(sheet: Sheet) -> Sheet:
    """Return the sheet with its digest, as approval makes it."""
    content = content_of(sheets.original(sheet))
    del content["digest"]
    return dataclasses.replace(sheets.original(sheet), digest=digest(content))


def test_canonical_json_is_sorted_as_rfc_8785_says() -> None:
    """Its own example, section 3.2.3: names are sorted by UTF-16 units, an emoji before a Hebrew letter."""
    example = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    canonical = (
        r'{"\r":"Carriage Return","1":"One",' + '"\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign",'
        '"\U0001f600":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}'
    )
    assert digest(example) == hashlib.sha256(canonical.encode()).hexdigest()


def test_the_paper_carries_the_digest_of_everything_it_says() -> None:
    sheet = signed(sheets.cowpea())
    content = {name: value for name, value in content_of(sheet).items() if name != "digest"}
    assert set(content) == {field.name for field in dataclasses.fields(Sheet)} - {"digest"}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    sha256 = hashlib.sha256(canonical.encode()).hexdigest()
    assert codes(food.pages(sheet), 2) == [("QR Code", f"SHIYAN|NC2026-00409|1|{sha256}")]


def test_one_changed_word_is_another_digest() -> None:
    sheet = sheets.cowpea()
    lines = (dataclasses.replace(sheet.lines[0], result="0.0350"), *sheet.lines[1:])
    digests = {signed(one).digest for one in (sheet, dataclasses.replace(sheet, remark=""), dataclasses.replace(sheet, lines=lines))}
    assert len(digests) == 3
