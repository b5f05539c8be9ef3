"""The name of a thing of the library in the language of the present reader."""

from __future__ import annotations

from typing import Protocol

from lims.i18n import language


class Named(Protocol):
    """Anything with a Chinese and an English name."""

    name_zh: str
    name_en: str


def named(thing: Named) -> str:
    """Return the Chinese name to a Chinese reader, else the English one where there is one."""
    return thing.name_zh if language() == "zh_CN" or not thing.name_en else thing.name_en
