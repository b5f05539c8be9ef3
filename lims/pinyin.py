"""Initials of Chinese names in pinyin, by which people find them from a keyboard without an input method."""

from __future__ import annotations

from functools import cache


@cache
def initials(name: str) -> str:
    """Return the first letter of each character's usual reading, other signs as they are: 克百威 is kbw."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).casefold()
