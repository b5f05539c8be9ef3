"""How text is broken into lines, as Chinese is set: exactly the characters that were typed, and never markup."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate

from lims.reports.fonts import SONG, width

SIZE = 9.5
"""Of ordinary text, points."""
LINES = 8
"""So many lines stay together on a page; what is longer can go on on the next one after each of them."""

OPENING = "（［｛〈《「『【〔“‘"
CLOSING = "，。、；：！？）］｝〉》」』】〕”’％℃‰…"
HAN = "\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\uffef\U00020000-\U0003ffff"
AFTER = rf"[{CLOSING}]{{0,3}}(?:[,.;:!?)]{{1,3}}(?=\s|$))?"
WORDS = rf"\s+|[{OPENING}]{{0,3}}(?:[{HAN}]|[^\s{HAN}{OPENING}{CLOSING}]+){AFTER}|."
"""What stays together on a line: a Chinese character or a Latin word with the signs that may not begin or end a line."""
PHRASES = rf"（[^（）]{{1,10}}）{AFTER}|{WORDS}"
"""Also a few words in brackets: 未检出（检出限 0.01） is broken before its bracket."""
BREAKS = tuple(map(re.compile, (PHRASES, WORDS, ".")))
"""From the best to the last: a piece wider than a whole line is broken by the next."""


def wrapped(text: str, room: float, face: str = SONG, size: float = SIZE) -> str:
    """Return *text* broken into lines no wider than *room* points, exactly the characters that were typed."""
    return "\n".join(line for paragraph in text.replace("\t", " ").splitlines() for line in _lines(paragraph, room, face, size))


def pieces(text: str, room: float, face: str = SONG, size: float = SIZE) -> list[str]:
    """Return *text* broken into lines, in pieces that are low enough for any page; one empty piece where there is none."""
    lines = wrapped(text, room, face, size).split("\n")
    return ["\n".join(lines[start : start + LINES]) for start in range(0, len(lines), LINES)]


def shortened(text: str, room: float, face: str, size: float) -> str:
    """Return *text* as far as it fits into *room*, with a sign where it was cut."""
    if width(text, face, size) <= room:
        return text
    ends = list(accumulate(width(char, face, size) for char in text))
    return f"{text[: bisect(ends, room - width('…', face, size))]}…"


def _lines(paragraph: str, room: float, face: str, size: float) -> Iterator[str]:
    if width(paragraph, face, size) <= room:
        yield paragraph
        return
    held, used = "", 0.0
    for piece, needed in _pieces(paragraph, room, face, size):
        if held and used + needed > room and not piece.isspace():
            yield held.rstrip()
            held, used = "", 0.0
        held, used = held + piece, used + needed
    yield held.rstrip()


def _pieces(text: str, room: float, face: str, size: float, level: int = 0) -> Iterator[tuple[str, float]]:
    """Yield the pieces of *text* with their widths, none wider than *room* unless it is a single character."""
    for piece in BREAKS[level].findall(text):
        if (needed := width(piece, face, size)) <= room or len(piece) == 1:
            yield piece, needed
        else:
            yield from _pieces(piece, room, face, size, level + 1)
