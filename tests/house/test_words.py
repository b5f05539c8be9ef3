"""Every word the program says has its Chinese, once, whole, and nothing stands in the catalogue that nobody says."""

from __future__ import annotations

import os
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from lims import i18n

ROOT = Path(i18n.__file__).parents[1]
SAYING = ("lims", "ui")
CATALOGUE = sorted((i18n.TRANSLATIONS / "zh_CN").glob("*.po"))


def said() -> dict[str, str]:
    """Words of the code -> where they are said first."""
    found: dict[str, str] = {}
    for room in SAYING:
        for file, line, words, _comments, _context in extract_from_dir(ROOT / room, [("**.py", "python")], keywords={"_": None, "N_": None, "n_": (1, 2)}):
            for each in (words,) if isinstance(words, str) else words:
                found.setdefault(each, f"{room}/{file}:{line}")
    return found


def entries() -> Iterator[tuple[str, Message]]:
    """Every entry of the catalogue with its file, also those that stand in two."""
    for file in CATALOGUE:
        with file.open("rb") as lines:
            yield from ((file.name, entry) for entry in read_po(lines, abort_invalid=True) if entry.id)


SAID = said()
ENTRIES = list(entries())


def test_the_code_says_something_and_the_catalogue_is_there() -> None:
    assert len(SAID) > 500
    assert len(CATALOGUE) > 1


def test_every_word_has_its_chinese() -> None:
    known = {entry.id for _file, entry in ENTRIES if entry.string and not entry.fuzzy}
    assert {words: place for words, place in SAID.items() if words not in known} == {}


def test_no_entry_is_empty_or_guessed() -> None:
    assert [(file, entry.id) for file, entry in ENTRIES if not entry.string or entry.fuzzy] == []


def test_nothing_is_translated_that_nobody_says() -> None:
    assert sorted((file, entry.id) for file, entry in ENTRIES if entry.id not in SAID) == []


def test_the_same_word_reads_the_same_everywhere() -> None:
    readings: dict[str, set[str]] = defaultdict(set)
    for _file, entry in ENTRIES:
        readings[entry.id].add(entry.string)
    assert {words: read for words, read in readings.items() if len(read) > 1} == {}


def places(words: str) -> set[str]:
    """Names of the placeholders; a brace that closes nothing raises."""
    return {name for _text, name, _spec, _conversion in Formatter().parse(words) if name is not None}


def test_both_languages_have_the_same_placeholders() -> None:
    assert [(file, entry.id) for file, entry in ENTRIES if places(entry.id) != places(entry.string)] == []


HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff”》）])[,.;:!?](?=[\u4e00-\u9fff“《（]|\s*$)")
"""A comma or stop of the Latin script between Chinese characters, or after the last."""
CLOSE = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
"""A Chinese character and a Latin letter or digit without the blank between them."""


@pytest.mark.parametrize("fault", [HALF_WIDTH, CLOSE], ids=["half-width sign", "no blank before Latin"])
def test_chinese_is_set_as_chinese_is_set(fault: re.Pattern[str]) -> None:
    assert [(file, entry.string) for file, entry in ENTRIES if fault.search(entry.string)] == []


def test_a_file_is_sorted_by_its_words() -> None:
    unsorted = [file.name for file in CATALOGUE if (words := [entry.id for name, entry in ENTRIES if name == file.name]) != sorted(words)]
    assert unsorted == []


def test_a_catalogue_older_than_its_words_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "zh_CN"
    folder.mkdir()
    monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path)
    monkeypatch.setattr(i18n, "_words", i18n._words.__wrapped__)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Sample"\nmsgstr "{}"\n'
    (folder / "some.po").write_text(head.format("样品"), "utf-8")
    assert i18n._("Sample") == "样品"
    compiled = folder / "lims.mo"
    (folder / "some.po").write_text(head.format("样本"), "utf-8")
    newer = compiled.stat().st_mtime_ns + 1_000_000_000
    os.utime(folder / "some.po", ns=(newer, newer))
    assert i18n._("Sample") == "样本"
    shutil.rmtree(folder)


def test_the_pseudo_language_and_english_need_no_catalogue() -> None:
    with i18n.speaking("en"):
        assert i18n._("Sample") == "Sample"
    with i18n.speaking("pseudo"):
        assert i18n._("Sample") != "Sample"
