"""The absorbances of a microplate, as the Bio-Rad 680 sends them: rows of wells between `begin` and `end`.

Source: Bio-Rad, Model 680 microplate reader, accessories user manual, p. 64.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.core.encoding import decoded
from drivers.core.form import unknown_value
from drivers.core.reading import Reading, number

_WELL = re.compile(r"-?[^\s,-]+")
"""A minus sign takes the place of the blank before it."""


@dataclass(frozen=True, slots=True)
class PlateSettings:
    """The plate, and the words around its values."""

    plate_rows: int = 8
    plate_columns: int = 12
    plate_begin: str = "begin"
    plate_end: str = "end"
    test_code: str = ""
    """The code of what the kit on the plate finds; the reader does not say it."""

    def __post_init__(self) -> None:
        for name, most in (("plate_rows", 26), ("plate_columns", 99)):
            if not 1 <= getattr(self, name) <= most:
                raise unknown_value(name, getattr(self, name))
        for name in ("plate_begin", "plate_end"):
            if not getattr(self, name):
                raise unknown_value(name, "")


def readings(data: bytes, encoding: str, settings: PlateSettings) -> list[Reading]:
    """Return a reading with the raw channel `absorbance` for each well, A1 first.

    A result it is not: that takes the kit's curve. A plate with too few or too many rows, or such a row, has no places
    to trust: each row is a reading without any number.
    """
    text = decoded(data, encoding)[0]
    _, _, after = text.partition(settings.plate_begin)
    inside = (after or text).partition(settings.plate_end)[0]
    rows = [row.strip("\0 \t") for row in re.split(r"[,\r\n]+", inside) if row.strip("\0 \t")]
    wells = [_WELL.findall(row) for row in rows]
    if len(rows) != settings.plate_rows or any(len(row) != settings.plate_columns for row in wells):
        return [Reading(instrument="", sample=None, test=settings.test_code or None, text=row, result=row, flags=("missing:wells",)) for row in rows]
    return [_well(chr(ord("A") + row) + str(column), sent, settings) for row, cells in enumerate(wells) for column, sent in enumerate(cells, start=1)]


def _well(position: str, sent: str, settings: PlateSettings) -> Reading:
    found = number(sent)
    absorbance = found[1] if found and found[0] is None else None
    return Reading(
        instrument="",
        sample=None,
        test=settings.test_code or None,
        text=sent,
        result=sent if absorbance is None else None,
        position=position,
        raw=() if absorbance is None else (("absorbance", absorbance),),
    )
