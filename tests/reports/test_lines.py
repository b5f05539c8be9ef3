"""How lines are broken, and that nothing typed is lost by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.reports.fonts import SONG, register, width
from lims.reports.lines import CLOSING, OPENING, pieces, shortened, wrapped

register()
ROOM = 100.0


def broken(text: str, room: float = ROOM) -> list[str]:
    return wrapped(text, room, SONG, 10).split("\n")


def test_chinese_fills_the_line() -> None:
    assert broken("一" * 25) == ["一" * 10, "一" * 10, "一" * 5]


def test_a_latin_word_stays_whole() -> None:
    assert broken("按照标准 GB 23200.121-2021 检验") == ["按照标准 GB", "23200.121-2021 检验"]


def test_no_line_begins_with_a_closing_sign_or_ends_with_an_opening_one() -> None:
    text = "一二三四五六七八九十，一二三四五六七八（九十）。一二三四五六七“八九十”；一二三四五六七八九《十》"
    lines = broken(text)
    assert not any(line[0] in CLOSING or line[-1] in OPENING for line in lines)
    assert "".join(lines) == text


def test_no_line_begins_with_a_latin_stop_after_a_chinese_word() -> None:
    assert broken("一二三四五六七八《十》; 一二") == ["一二三四五六七八", "《十》; 一二"]
    assert broken("GB 23200.121-2021, GB 2763") == ["GB 23200.121-2021,", "GB 2763"]


def test_a_word_wider_than_the_line_is_broken_anywhere() -> None:
    lines = broken("X" * 60)
    assert "".join(lines) == "X" * 60
    assert all(width(line, SONG, 10) <= ROOM for line in lines)


def test_lines_that_were_typed_stay_lines() -> None:
    assert broken("甲\n乙\r\n丙") == ["甲", "乙", "丙"]


def test_a_remark_in_brackets_stays_together() -> None:
    assert broken("未检出（检出限 0.01）") == ["未检出", "（检出限 0.01）"]


def test_brackets_wider_than_the_line_are_broken_as_other_words() -> None:
    assert broken("（检出限一二三，四五六）", 50) == ["（检出限一", "二三，四五", "六）"]


def test_long_text_comes_in_pieces_that_fit_any_page() -> None:
    assert pieces("一" * 95, ROOM, SONG, 10) == ["\n".join(["一" * 10] * 8), "一" * 10 + "\n" + "一" * 5]
    assert pieces("", ROOM) == [""]


@given(st.text(alphabet="豇豆abc 1.（", max_size=80), st.floats(min_value=25, max_value=200))
def test_what_is_cut_fits_and_says_so(text: str, room: float) -> None:
    short = shortened(text, room, SONG, 10)
    assert width(short, SONG, 10) <= room
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(st.text(alphabet="豇豆克百威，。（）《》“”abc123 .-<>&\t", max_size=120), st.floats(min_value=25, max_value=200))
def test_breaking_lines_loses_nothing_and_keeps_the_room(text: str, room: float) -> None:
    lines = broken(text, room)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert [line for line in lines if width(line, SONG, 10) > room + 0.001] == []


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_nothing_is_nothing(text: str) -> None:
    assert wrapped(text, ROOM).strip() == ""
