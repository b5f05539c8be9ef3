"""Lines whose columns are divided by a separator, as comma-separated values; one test or several in a line."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from drivers.codecs.rows import RowSettings, readings_of, skipped
from drivers.core.encoding import decoded
from drivers.core.form import unknown_value
from drivers.core.reading import Reading

BLANKS = " "
"""As separator: any run of blanks."""


@dataclass(frozen=True, slots=True)
class DelimitedSettings(RowSettings):
    """How a line is divided; a column is its number, counted from 1, or its name in the header line."""

    separator: str = ","
    """One character; a blank stands for any run of blanks."""
    header: bool = False
    """The first line of a message names the columns."""
    width: int = 0
    """So many columns has every line; with any other number nobody can tell which is which. 0: not known."""

    def __post_init__(self) -> None:
        if len(self.separator) != 1 or self.separator in '"\r\n\0':
            raise unknown_value("separator", self.separator)
        if self.decimal == self.separator:
            raise unknown_value("decimal", self.decimal)
        if self.width < 0:
            raise unknown_value("width", self.width)
        RowSettings.__post_init__(self)

    def can_be(self, column: str) -> bool:
        """A number from 1 to the width, or with a header a name."""
        number = int(column) if re.fullmatch("[0-9]{1,4}", column) else None
        return (1 <= number <= (self.width or number)) if number is not None else bool(self.header and column)

    def forms(self) -> tuple[str, ...]:
        """See RowSettings."""
        return ("1", "2")


def readings(data: bytes, encoding: str, settings: DelimitedSettings) -> list[Reading]:
    """Return the readings of every line; those of a line with too few or too many columns have a flag and no value."""
    made: list[Reading] = []
    names: dict[str, int] | None = None
    for line in re.split(r"[\r\n]+", decoded(data, encoding)[0]):
        if skipped(line, settings):
            continue
        cells = divided(line, settings.separator)
        if settings.header and names is None:
            # A name that stands there twice names neither column.
            names = {name: place for place, name in enumerate(cells) if cells.count(name) == 1}
            continue
        faults = ("missing:columns",) if settings.width and len(cells) != settings.width else ()
        made += readings_of({column: _cell(cells, column, names or {}) for _, column, _ in settings.named()}, settings, faults)
    return made


def divided(line: str, separator: str) -> list[str]:
    """Return the columns of *line*, without blanks and quotation marks around them."""
    line = line.strip("\0" if separator == "\t" else "\0 \t")
    if separator == BLANKS:
        return line.split()
    try:
        return [cell.strip() for row in csv.reader([line], delimiter=separator, skipinitialspace=True) for cell in row]
    except csv.Error:
        return [cell.strip() for cell in line.split(separator)]


def _cell(cells: list[str], column: str, names: dict[str, int]) -> str:
    place = names[column] if column in names else int(column) - 1 if column.isascii() and column.isdigit() else len(cells)
    return cells[place] if 0 <= place < len(cells) else ""
