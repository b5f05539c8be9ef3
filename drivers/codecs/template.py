"""Tickets and lines read by a template: a pattern for each field, and one for the rows of a table."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from drivers.codecs.pattern import LINE, TEXT, checked, over_lines
from drivers.codecs.said import NAMES, RAW, Terms, reading
from drivers.core.encoding import decoded
from drivers.core.form import unknown_value
from drivers.core.reading import Reading

GROUPS = {"v": "", "u": "unit", "w": "words"}
"""Groups of a field's pattern: its value, and the unit and the verdict that stand beside it."""
ROW_GROUPS = {**{name: name for name in NAMES if name != "words"}, "result": "words"}
"""Groups of a row's pattern -> what they say."""
EXAMPLE = dict.fromkeys(("sample", "test", "value", "unit", "words", "position", "time", "operator", "lot", "serial", "table"), "1")
"""What a specimen may ask for."""
_RULE = re.compile(r"[\s\W_]*")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a heading, each a result."""

    row: str
    """Pattern of a whole row, blanks around it left out; groups ROW_GROUPS."""
    header: str = ""
    """Pattern found in the heading; empty: any line may be a row."""
    footer: str = ""
    """Pattern found in the first line below the table; empty: the last row ends it."""
    specimen: str = ""
    """A row with places such as `{value:>8}`: what the virtual instrument prints."""

    def __post_init__(self) -> None:
        checked(self.row, "row", ROW_GROUPS, ("value", "result", *RAW))
        checked(self.header, "header", ())
        checked(self.footer, "footer", ())
        for name, pattern in (("row", self.row), ("header", self.header), ("footer", self.footer)):
            if over_lines(pattern):
                raise unknown_value(name, pattern)
        _printable("specimen", self.specimen)


@dataclass(frozen=True, slots=True)
class TemplateSettings(Terms):
    """How a ticket is read."""

    fields: Mapping[str, str] = field(default_factory=dict)
    """What is said (NAMES) -> pattern with a group `v` (for `words` also `w`). Searched line by line, or where it names `\\n` over lines."""
    table: Table | None = None
    direction: Literal["down", "up"] = "down"
    """`up`: the paper leaves upside down and the last line comes first."""
    specimen: str = ""
    """A ticket with places such as `{sample}`, `{table}` where the rows are: what the virtual instrument prints."""

    def __post_init__(self) -> None:
        Terms.__post_init__(self)
        for name, pattern in self.fields.items():
            if name not in NAMES:
                raise unknown_value(f"fields.{name}", name, *NAMES)
            checked(pattern, f"fields.{name}", GROUPS, ("v", "w") if name == "words" else ("v",))
        if self.table is None and not {"value", "words", *RAW} & set(self.fields):
            raise unknown_value("fields", dict(self.fields), "value", "words")
        _printable("specimen", self.specimen)


def readings(data: bytes, encoding: str, settings: TemplateSettings) -> list[Reading]:
    """Return the readings of one ticket: one for each row of its table, else one.

    Patterns see the text in Unicode's form NFKC, so that `：` is a colon; what they find is returned as sent. A field
    found twice with different words says nothing: nobody can tell which one holds.
    """
    lines = [_Line(line) for line in re.split(r"\r\n|\n|\r", decoded(data, encoding)[0])]
    if settings.direction == "up":
        lines.reverse()
    said = _said(lines, settings.fields)
    if settings.table is None:
        return [reading(said, settings)]
    rows, unread = _rows(lines, settings.table)
    made = [reading(said | row, settings) for row in rows]
    made += [reading(said | {"words": line}, settings, ("missing:row",)) for line in unread]
    return made or [reading(said, settings, ("missing:table",))]


def _said(lines: Sequence[_Line], fields: Mapping[str, str]) -> dict[str, str]:
    heard: dict[str, set[str]] = {}
    whole = _Line("\n".join(line.text for line in lines))
    for name, pattern in fields.items():
        for line, match in _matches(pattern, lines, whole):
            for group, beside in GROUPS.items():
                if text := line.sent(match, group):
                    heard.setdefault(beside or name, set()).add(text)
    return {name: texts.pop() for name, texts in heard.items() if len(texts) == 1}


def _matches(pattern: str, lines: Sequence[_Line], whole: _Line) -> Iterator[tuple[_Line, re.Match[str]]]:
    """Yield the first match in each line, or for a pattern that goes over lines those in the *whole* text."""
    compiled = re.compile(pattern, re.MULTILINE)
    if over_lines(pattern):
        yield from ((whole, match) for match in compiled.finditer(whole.normal[:TEXT]))
        return
    for line in lines:
        match = compiled.search(line.normal) if len(line.normal) <= LINE else None
        if match:
            yield line, match


def _rows(lines: Sequence[_Line], table: Table) -> tuple[list[dict[str, str]], list[str]]:
    """Return what the rows say, and the lines between them that are no rows: one of them was a result, perhaps."""
    inside = _inside(lines, table)
    matches = [re.fullmatch(table.row, line.normal) if len(line.normal) <= LINE else None for line in inside]
    places = [place for place, match in enumerate(matches) if match]
    last = places[-1] if places and not table.footer else len(inside) - 1
    rows = [
        {name: line.sent(match, group) for group, name in ROW_GROUPS.items() if group in match.groupdict() and line.sent(match, group)}
        for line, match in zip(inside, matches, strict=True)
        if match
    ]
    if not table.header:
        return rows, []
    unread = [line.text for line, match in zip(inside[: last + 1], matches, strict=False) if not match and not _RULE.fullmatch(line.text)]
    return rows, unread if rows or table.footer else []


def _inside(lines: Sequence[_Line], table: Table) -> Sequence[_Line]:
    begin = next((place for place, line in enumerate(lines, start=1) if _finds(table.header, line)), len(lines)) if table.header else 0
    end = next((place for place, line in enumerate(lines[begin:], start=begin) if _finds(table.footer, line)), len(lines)) if table.footer else len(lines)
    return lines[begin:end]


def _finds(pattern: str, line: _Line) -> bool:
    return len(line.normal) <= LINE and re.search(pattern, line.normal) is not None


class _Line:
    """A line as sent and as patterns see it."""

    __slots__ = ("_places", "normal", "text")

    def __init__(self, text: str) -> None:
        self.text = text.strip("\0 \t\u3000")
        forms = [unicodedata.normalize("NFKC", character) for character in self.text] if not self.text.isascii() else list(self.text)
        self.normal = "".join(forms)
        self._places = [place for place, form in enumerate(forms) for _ in form]

    def sent(self, match: re.Match[str], group: str) -> str:
        """Return what *group* of *match* found, as sent."""
        if group not in match.re.groupindex or match.start(group) == match.end(group):
            return ""
        return self.text[self._places[match.start(group)] : self._places[match.end(group) - 1] + 1].strip()


def _printable(name: str, specimen: str) -> None:
    try:
        if re.search(r"[0-9]{3}[^{}]*\}", specimen):
            raise ValueError(specimen)
        specimen.format(**EXAMPLE)
    except (KeyError, ValueError, IndexError, AttributeError, TypeError):
        raise unknown_value(name, specimen, *("{" + each + "}" for each in EXAMPLE)) from None
