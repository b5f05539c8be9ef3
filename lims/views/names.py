"""The name of a thing of the library in the language of the present reader, and how it is found by whatever somebody types of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Protocol

from lims.i18n import language
from lims.pinyin import initials


class Named(Protocol):
    """Anything with a Chinese and an English name."""

    name_zh: str
    name_en: str


def named(thing: Named) -> str:
    """Return the Chinese name to a Chinese reader, else the English one where there is one."""
    return thing.name_zh if language() == "zh_CN" or not thing.name_en else thing.name_en


def sought(names: Iterable[str]) -> str:
    """Return all by which a thing is found while somebody types: its names folded, and their pinyin initials. `found` reads it."""
    told = [folded(name) for name in names]
    return "\n".join(dict.fromkeys([*told, *map(initials, told)]))


def found(text: str, among: str) -> bool:
    """Tell whether *text* means the thing sought by *among*: a part of a name or its initials, quick enough for thousands of rows at each key."""
    return folded(text) in among


def folded(text: str) -> str:
    """Return *text* without blanks, case and full-width signs: what two spellings of a name have in common."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
