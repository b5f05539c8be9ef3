"""Lines of fixed columns: every value from one place to another, counted from 1 as manuals count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.codecs.rows import RowSettings, readings_of, skipped
from drivers.core.encoding import decoded
from drivers.core.reading import Reading

_PLACES = re.compile(r"([1-9][0-9]{0,3})(?:-([1-9][0-9]{0,3}))?")


@dataclass(frozen=True, slots=True)
class ColumnsSettings(RowSettings):
    """A column is `first-last`, both included, or one place; a place is one byte: a Chinese character of GBK takes two, as on paper."""

    def can_be(self, column: str) -> bool:
        """Two places in order, or one."""
        return places(column) is not None

    def forms(self) -> tuple[str, ...]:
        """See RowSettings."""
        return ("1-10", "7")


def readings(data: bytes, encoding: str, settings: ColumnsSettings) -> list[Reading]:
    """Return the readings of every line."""
    _, used = decoded(data, encoding)
    made: list[Reading] = []
    for line in re.split(rb"[\r\n\0]+", data):
        if not skipped(line.decode(used, errors="replace"), settings):
            made += readings_of({column: _cell(line, column, settings, used) for _, column, _ in settings.named()}, settings)
    return made


def places(column: str) -> tuple[int, int] | None:
    """Return first and last place of *column*, None when it is none."""
    found = _PLACES.fullmatch(column)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    return (first, last) if first <= last else None


def _cell(line: bytes, column: str, settings: ColumnsSettings, encoding: str) -> str:
    """Return what stands in *column*; nothing where a number reaches over its edge and no other column begins there: the line has shifted."""
    first, last = places(column) or (1, 0)
    edges = [places(each) or (1, 0) for _, each, _ in settings.named()]
    torn = first - 1 not in {end for _, end in edges} and _one_number(line[first - 2 : first] if first > 1 else b"")
    torn = torn or (last + 1 not in {begin for begin, _ in edges} and _one_number(line[last - 1 : last + 1]))
    return "" if torn else line[first - 1 : last].decode(encoding, errors="replace").strip(" \t")


def _one_number(neighbours: bytes) -> bool:
    return len(neighbours) == 2 and not neighbours.strip(b"0123456789.,")
