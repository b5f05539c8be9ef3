"""The label of a portion: small, exact, readable by every scanner."""

from __future__ import annotations

import dataclasses
import io
from datetime import date

import pikepdf
import pytest

from lims.errors import Refusal
from lims.reports.label import labels
from lims.views.labels import LabelRow
from tests.reports.reading import codes, fonts, picture, texts

ROW = LabelRow("NC2026-00409-1", "豇豆", "检样", date(2026, 11, 18), "常温")
BACKUP = dataclasses.replace(ROW, number="NC2026-00409-2", kind="备样", storage="冷冻")


def test_one_page_of_fifty_by_thirty_millimetres_for_each_portion() -> None:
    with pikepdf.open(io.BytesIO(labels([ROW, BACKUP]))) as document:
        sizes = [[round(float(edge) / 72 * 25.4, 1) for edge in page.mediabox[2:]] for page in document.pages]  # type: ignore[index]
    assert sizes == [[50.0, 30.0], [50.0, 30.0]]


def test_a_label_says_what_it_sticks_on() -> None:
    first, second = texts(labels([ROW, BACKUP]))
    assert "豇豆" in first
    assert "检样 · 2026-11-18 · 常温" in first
    assert "NC2026-00409-1" in first
    assert "备样 · 2026-11-18 · 冷冻" in second


@pytest.mark.parametrize("number", ["1", "NC2026-00409-1", "XBJ26110116383000395", "lower/case_#7"])
@pytest.mark.parametrize("dots", [8 * 25.4, 300, 600])
def test_a_scanner_reads_the_number(number: str, dots: float) -> None:
    """Label printers have eight dots a millimetre (sold as 203 an inch), 300 or 600 an inch."""
    assert codes(labels([dataclasses.replace(ROW, number=number)]), 0, dots) == [("Code 128", number)]


@pytest.mark.parametrize("dots", [300, 600])
def test_a_number_of_twenty_two_characters_needs_a_finer_printer(dots: float) -> None:
    number = "XBJ26110116383000395-2"
    assert codes(labels([dataclasses.replace(ROW, number=number)]), 0, dots) == [("Code 128", number)]


def test_a_long_name_is_cut_and_the_number_is_not() -> None:
    (page,) = texts(labels([dataclasses.replace(ROW, name="某某牌名字特别长的复合调味料（固态）礼盒装")]))
    assert "某某牌" in page
    assert "…" in page
    assert "NC2026-00409-1" in page


@pytest.mark.parametrize("typed", ["<b>豆</b>", "A&B &amp;", "{name} {}", "=1+1", "%s \\n"])
def test_what_looks_like_markup_comes_out_as_typed(typed: str) -> None:
    (page,) = texts(labels([dataclasses.replace(ROW, name=typed, storage=typed)]))
    assert page.count(typed) == 2


def test_no_text_is_too_long_for_a_label() -> None:
    (page,) = texts(labels([dataclasses.replace(ROW, name="长" * 6000, kind="长" * 6000, storage="X" * 6000)]))
    assert page.count("…") == 2


def test_the_bars_keep_ten_modules_of_white_on_either_side() -> None:
    """ISO/IEC 15417. The number has 14 characters in 189 modules; 4 dots of the picture stand for one at least."""
    page = picture(labels([ROW]), 0, 600).convert("1")
    bars = [x for x in range(page.width) if page.getpixel((x, page.height // 2)) == 0]
    module = (bars[-1] + 1 - bars[0]) / 189
    assert module >= 4
    assert min(bars[0], page.width - 1 - bars[-1]) >= 10 * module - 1


def test_a_number_that_no_bar_code_holds_is_refused() -> None:
    with pytest.raises(Refusal, match="粮2026-1"):
        labels([dataclasses.replace(ROW, number="粮2026-1")])


def test_a_missing_glyph_is_refused() -> None:
    with pytest.raises(Refusal, match="😀"):
        labels([dataclasses.replace(ROW, name="豇豆😀")])


def test_the_same_rows_give_the_same_bytes_in_our_faces() -> None:
    assert labels([ROW, BACKUP]) == labels([ROW, BACKUP])
    used = fonts(labels([ROW]))
    assert {name.split("+")[1] for name in used} == {"LimsSong-Regular", "LimsHei-Regular"}
    assert all(used.values())
