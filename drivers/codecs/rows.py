"""Lines of columns into readings, whatever divides a line: shared by the codecs of delimited and of fixed columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drivers.codecs.pattern import LINE, checked
from drivers.codecs.said import NAMES, Terms, reading
from drivers.core.form import unknown_value
from drivers.core.reading import Reading


@dataclass(frozen=True, slots=True)
class Measured:
    """One test of a line that holds several: its code, its column, and its unit."""

    test: str
    column: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class RowSettings(Terms):
    """What the columns of a line are."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """What is said (NAMES) -> its column."""
    measured: tuple[Measured, ...] = ()
    """Several tests in one line, instead of the columns test, value and unit."""
    skip: tuple[str, ...] = ()
    """Patterns found in lines that hold no result."""

    def __post_init__(self) -> None:
        Terms.__post_init__(self)
        for name in self.columns:
            if name not in NAMES:
                raise unknown_value(f"columns.{name}", name, *NAMES)
        for at, pattern in enumerate(self.skip):
            checked(pattern, f"skip[{at}]", ())
        for name, column, path in self.named():
            if not self.can_be(column):
                raise unknown_value(path, column, *self.forms())
            if self.measured and name in ("test", "value", "unit") and path.startswith("columns"):
                raise unknown_value(path, column)

    def named(self) -> list[tuple[str, str, str]]:
        """Return (what is said, column, path of the setting) of every column."""
        singles = [(name, column, f"columns.{name}") for name, column in self.columns.items()]
        return singles + [("value", each.column, f"measured[{at}].column") for at, each in enumerate(self.measured)]

    def can_be(self, column: str) -> bool:
        """Say whether *column* names one."""
        return bool(column)

    def forms(self) -> tuple[str, ...]:
        """Return examples of what names a column."""
        return ()


def skipped(line: str, settings: RowSettings) -> bool:
    """Say whether *line* holds no result."""
    return not line.strip("\0 \t") or (len(line) <= LINE and any(re.search(pattern, line) for pattern in settings.skip))


def readings_of(cells: Mapping[str, str], settings: RowSettings, faults: Sequence[str] = ()) -> list[Reading]:
    """Return the readings of one line; *cells* are the texts of its columns, and *faults* leave them all without a value."""
    said = {name: cells[column] for name, column in settings.columns.items()}
    if not settings.measured:
        return [reading(said, settings, faults)]
    several = [said | {"test": each.test, "value": cells[each.column], "unit": each.unit} for each in settings.measured]
    return [reading(one, settings, faults) for one in several]
