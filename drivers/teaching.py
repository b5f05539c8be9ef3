"""Teach mode: a person marks what is what in one captured message; a rule is proposed, tried on earlier ones, and written as a profile."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from itertools import pairwise
from typing import Any, Literal

from drivers.codecs import CODECS
from drivers.codecs.columns import ColumnsSettings
from drivers.codecs.delimited import BLANKS, DelimitedSettings, divided
from drivers.codecs.said import TIMES, decimal_number, moment, with_unit
from drivers.codecs.template import Table, TemplateSettings
from drivers.core.form import Wrong
from drivers.core.profile import Serial
from drivers.core.reading import Outcome, Reading

FIELDS = ("sample", "test", "position", "value", "unit", "words", "time")
"""What may be marked; `words` is the verdict."""

NOTHING_MARKED = "nothing-marked"
"""Neither a value nor a verdict is marked, or a mark holds nothing or goes over the end of its line."""
CONFLICT = "marks-conflict"
"""Two marks overlap, or say the same of different places."""
NOT_A_NUMBER = "not-a-number"
"""What is marked as value is none, with the decimal sign that was chosen."""
TIME_UNKNOWN = "time-unknown"
"""No way of writing a date reads what is marked, or several do and differ."""
NOT_DISTINCT = "not-distinct"
"""Nothing around the mark distinguishes it from the rest of the message."""
CODES = (NOTHING_MARKED, CONFLICT, NOT_A_NUMBER, TIME_UNKNOWN, NOT_DISTINCT)

_SEPARATORS = ";,\t|"
_OTHER_TIMES = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%m-%d-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M",
    "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%y-%m-%d %H:%M:%S", "%y-%m-%d %H:%M", "%y/%m/%d %H:%M")  # fmt: skip
_NUMBER = r"[<>≤≥]?\s*[-+]?[0-9.,]+"
_UNIT = r"[^0-9\s]\S*"
_WORD = r"\S+"
_ROW_WORDS = {"value": rf"(?P<value>{_NUMBER})", "unit": rf"(?P<unit>{_UNIT})", "words": r"(?P<result>\S+)"}
_ENDS = re.compile(r"\r\n|\n|\r")


class Unclear(Exception):  # noqa: N818  (it is a question back to the person, not a failure)
    """No rule can be made of these marks: *code* (CODES) says why, *field* of which mark."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code, field)
        self.code, self.field = code, field


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters *start* to *end* (excluded) of the message's text are *field* (FIELDS)."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A codec and its settings, as a profile names them."""

    codec: str
    settings: Any

    def readings(self, text: str) -> list[Reading]:
        """Return what the rule finds in the decoded *text* of one message, codes and units as sent."""
        codec = CODECS[self.codec][1]
        return codec(text.encode("utf-8", errors="replace"), "utf-8", self.settings)


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule finds in one message, and whether all that is required is there."""

    text: str
    readings: tuple[Reading, ...]
    complete: bool


def proposed(text: str, marks: Sequence[Mark], *, decimal: Literal[".", ","] = ".", test: str = "", direction: Literal["down", "up"] = "down") -> Rule:
    """Return a rule that finds in *text* what is marked; raises Unclear.

    *text* is one message, decoded. *decimal* is the person's choice and never guessed; *test* is the code where the message
    does not say it. What was marked is required of every later message, save the verdict beside a value.
    """
    marked = _checked(text, marks, decimal)
    lines = [line for line in _ENDS.split(text) if line.strip("\0 \t")]
    terms = _terms(marked, decimal, test)
    rules: tuple[Callable[..., Rule | None], ...] = (_divided, _fixed) if len(lines) == 1 else (_table,)
    for make in (*rules, _labelled):
        rule = make(text, marks, terms | ({"direction": direction} if make in (_table, _labelled) else {}))
        if rule is not None and _finds(rule, text, marked, decimal):
            return rule
    raise Unclear(NOT_DISTINCT, next((mark.field for mark in marks if mark.field == "value"), marks[0].field))


def tried(rule: Rule, texts: Sequence[str]) -> list[Tried]:
    """Return what *rule* finds in each earlier message."""
    found = ((text, tuple(rule.readings(text))) for text in texts)
    return [Tried(text, readings, bool(readings) and not any(reading.flags for reading in readings)) for text, readings in found]


def profile_text(
    rule: Rule,
    *,
    name: str,
    maker: str,
    model: str,
    title: Mapping[str, str],
    link: str,
    link_settings: Any = None,
    encoding: str = "auto",
    serial: Serial | None = None,
    tests: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    words: Mapping[str, Outcome] | None = None,
) -> str:
    """Return a whole profile (TOML) with *rule*; *link_settings* are of the link's kind, None for its defaults.

    `drivers.core.profile.of_text` reads it back, or names the key that cannot be: a name that is none, an unknown link.
    """
    quirks = (_changed(link_settings) if link_settings is not None else {}) | _changed(rule.settings)
    tables = {"title": dict(title), "serial": _changed(serial or Serial()), "tests": tests, "units": units, "words": words, "quirks": quirks}
    top = {"name": name, "maker": maker, "model": model, "link": link, "codec": rule.codec, "encoding": encoding, "sources": []}
    return "\n".join([*_toml(top), *(line for key, table in tables.items() if table for line in ("", f"[{key}]", *_toml(table, key)))]) + "\n"


# -- what is marked ------------------------------------------------------------------------------------------------


def _checked(text: str, marks: Sequence[Mark], decimal: str) -> dict[str, str]:
    """Return field -> what is marked."""
    marked = {mark.field: text[mark.start : mark.end] for mark in marks}
    in_order = sorted(marks, key=lambda mark: mark.start)
    if len(marked) != len(marks) or any(one.end > other.start for one, other in pairwise(in_order)):
        raise Unclear(CONFLICT)
    for mark in marks:
        within = 0 <= mark.start < mark.end <= len(text) and mark.field in FIELDS
        if not within or marked[mark.field] != marked[mark.field].strip() or re.search(r"[\r\n]", marked[mark.field]):
            raise Unclear(NOTHING_MARKED, mark.field)
    if not {"value", "words"} & set(marked):
        raise Unclear(NOTHING_MARKED)
    if "value" in marked and decimal_number(marked["value"], decimal) is None:
        raise Unclear(NOT_A_NUMBER, "value")
    return marked


def _terms(marked: Mapping[str, str], decimal: str, test: str) -> dict[str, Any]:
    needed = tuple(name for name in ("sample", "test", "value") if name in marked) + (() if "value" in marked else ("words",))
    terms: dict[str, Any] = {"decimal": decimal, "test_code": test, "required": needed}
    return terms | ({"time_formats": (_time_format(marked["time"]),)} if "time" in marked else {})


def _time_format(text: str) -> str:
    fitting = [each for each in (*TIMES, *_OTHER_TIMES) if moment({"time": text}, (each,)) is not None]
    # Day and month could be either way round, even where both are five today.
    if len({tuple(re.findall("%[dmyY]", each)) for each in fitting}) != 1:
        raise Unclear(TIME_UNKNOWN, "time")
    return fitting[0]


def _finds(rule: Rule, text: str, marked: Mapping[str, str], decimal: str) -> bool:
    """Say whether *rule* finds in *text* exactly what is marked."""
    names = {"value": "text", "words": "result"}
    at = moment({"time": marked.get("time", "")}, rule.settings.time_formats)
    number = decimal_number(marked.get("value", ""), decimal)
    for reading in rule.readings(text):
        same = all(getattr(reading, names.get(name, name)) == said for name, said in marked.items() if name != "time")
        if same and reading.at == at and not reading.flags and reading.value == (number[1] if number else None):
            return True
    return False


# -- one line ------------------------------------------------------------------------------------------------------


def _divided(text: str, marks: Sequence[Mark], terms: Mapping[str, Any]) -> Rule | None:
    """Return the rule of a line with separators, where every mark is a whole column, or a value with its unit behind it."""
    start, line = _line_of(text, marks[0].start)
    for separator in (*_SEPARATORS, BLANKS):
        cells = divided(line, separator)
        columns = {mark.field: _column(line, mark.start - start, separator) for mark in marks}
        if len(cells) < 2 or separator == terms["decimal"] or max(columns.values()) >= len(cells):
            continue
        if "unit" in columns and columns["unit"] == columns.get("value") and with_unit(cells[columns["value"]], terms["decimal"])[1]:
            columns.pop("unit")
        # A value may have its unit behind it: whether it is read as marked is tried afterwards.
        whole = all(cells[columns[mark.field]] == text[mark.start : mark.end] for mark in marks if mark.field in columns and mark.field != "value")
        if whole and len(set(columns.values())) == len(columns):
            numbers = {name: str(column + 1) for name, column in columns.items()}
            return _made("delimited", DelimitedSettings, **terms, separator=separator, width=len(cells), columns=numbers)
    return None


def _column(line: str, place: int, separator: str) -> int:
    return len(line[:place].split()) if separator == BLANKS else line[:place].count(separator)


def _fixed(text: str, marks: Sequence[Mark], terms: Mapping[str, Any]) -> Rule | None:
    """Return the rule of a line of fixed columns: each mark, and the blanks to the left of a number, to the right of words."""
    start, line = _line_of(text, marks[0].start)
    columns: dict[str, str] = {}
    for mark in marks:
        first, last = mark.start - start, mark.end - start
        before, after = line[:first], line[last:]
        if (before and not before.endswith(" ")) or (after and not after.startswith(" ")):
            return None
        if mark.field == "value":
            first -= max(0, len(before) - len(before.rstrip(" ")) - 1)
        else:
            last += max(0, len(after) - len(after.lstrip(" ")) - 1)
        columns[mark.field] = f"{len(line[:first].encode()) + 1}-{len(line[:last].encode())}"
    return _made("columns", ColumnsSettings, **terms, columns=columns) if line.isascii() else None


# -- tickets -------------------------------------------------------------------------------------------------------


def _table(text: str, marks: Sequence[Mark], terms: Mapping[str, Any]) -> Rule | None:
    """Return the rule of a table: value or verdict stand in a row of words without labels, below a heading of as many words."""
    core = next((mark for mark in marks if mark.field == "value"), None) or next(mark for mark in marks if mark.field == "words")
    start, line = _line_of(text, core.start)
    below = text[start + len(line) :] if terms["direction"] == "up" else text[:start]
    beyond = [each for each in _ENDS.split(below) if re.search(r"\w", each)]
    heading = (beyond[0] if terms["direction"] == "up" else beyond[-1]).split() if beyond else []
    in_row = [mark for mark in marks if start <= mark.start < start + len(line)]
    pieces = _pieces(line, in_row, start)
    if pieces is None or len(pieces) < 2 or len(pieces) != len(heading) or any(re.search("[0-9:：]", word) for word in heading):
        return None
    labels = _patterns(text, [mark for mark in marks if mark not in in_row], marks, terms["direction"])
    row_specimen = _specimen(line, in_row, start)
    specimen = _specimen(text[:start], marks) + "{table}" + _specimen(text[start + len(line) :], marks, start + len(line))
    table = {"row": r"\s+".join(pieces), "header": "^" + r"\s+".join(map(_literal, heading)) + "$", "specimen": row_specimen}
    try:
        return _template(terms, labels, specimen, Table(**table))
    except Wrong:
        return None


def _pieces(line: str, marks: Sequence[Mark], start: int) -> list[str] | None:
    """Return the pattern of each column of a row; a unit is of one column with the value before it. None where marks cut words."""
    groups = {mark.start - start: mark for mark in marks}
    pieces: list[str] = []
    at, before = 0, ""
    for word in re.finditer(r"\S+", line):
        if word.start() < at:
            continue
        at = word.start()
        if at not in groups:
            pieces.append(r"\S+")
            before, at = "", word.end()
        while at < word.end():
            mark = groups.pop(at, None)
            if mark is None and before == "value":
                # A unit right behind its value that nobody marked.
                pieces[-1] += _UNIT
                break
            if mark is None or mark.field == "time" or (at > word.start() and before != "value"):
                return None
            pattern = _ROW_WORDS.get(mark.field, rf"(?P<{mark.field}>\S+)")
            if mark.field == "unit" and before == "value":
                pieces[-1] += r"\s*" + pattern
            else:
                pieces.append(pattern)
            before, at = mark.field, mark.end - start
    return None if groups else pieces


def _labelled(text: str, marks: Sequence[Mark], terms: Mapping[str, Any]) -> Rule | None:
    """Return the rule of a ticket: each mark after its label, or where there is none on its line of the ticket."""
    return _template(terms, _patterns(text, marks, marks, terms["direction"]), _specimen(text, marks))


def _template(terms: Mapping[str, Any], fields: Mapping[str, str], specimen: str, table: Table | None = None) -> Rule | None:
    shown = "\n".join(_ENDS.split(specimen)[:: -1 if terms["direction"] == "up" else 1])
    rule = _made("template", TemplateSettings, **terms, fields=fields, table=table, specimen=shown)
    return rule or _made("template", TemplateSettings, **terms, fields=fields, table=table)


def _specimen(text: str, marks: Sequence[Mark], start: int = 0) -> str:
    """Return *text*, which begins at *start* of the message, with a place for what is marked."""
    made, at = "", 0
    for mark in sorted((mark for mark in marks if start <= mark.start < start + len(text)), key=lambda mark: mark.start):
        made += _escaped(text[at : mark.start - start]) + "{" + mark.field + "}"
        at = mark.end - start
    return made + _escaped(text[at:])


def _escaped(text: str) -> str:
    return text.replace("\0", "").replace("{", "{{").replace("}", "}}")


def _patterns(text: str, wanted: Sequence[Mark], marks: Sequence[Mark], direction: str) -> dict[str, str]:
    """Return field -> pattern of each mark *wanted*; a unit right behind the value goes with it."""
    value = next((mark for mark in wanted if mark.field == "value"), None)
    beside = next((mark for mark in wanted if value and mark.field == "unit" and not text[value.end : mark.start].strip(" ") and mark.start >= value.end), None)
    return {mark.field: _pattern(text, mark, marks, beside if mark is value else None, direction) for mark in wanted if mark is not beside}


def _pattern(text: str, mark: Mark, marks: Sequence[Mark], unit: Mark | None, direction: str) -> str:
    start, line = _line_of(text, mark.start)
    begin = max([start, *(other.end for other in marks if start <= other.end <= mark.start)])
    label = text[begin : mark.start].strip()
    end = (unit or mark).end
    after = text[end : start + len(line)]
    group = "w" if mark.field == "words" else "v"
    if mark.field == "value":
        what = rf"(?P<v>{_NUMBER})" + (rf"\s*(?P<u>{_UNIT})" if unit else "")
    elif after[:1].strip():
        what = rf"(?P<{group}>[^{re.escape(_normal(after[0]))}]+){_literal(after[0])}"
    elif " " in text[mark.start : mark.end] and not after.strip():
        what = rf"(?P<{group}>\S.*)"
    else:
        words = text[mark.start : mark.end].split()
        what = rf"(?P<{group}>{' +'.join([_WORD] * len(words))})"
    if label:
        first = "^" if begin == start else ""
        return rf"{first}{_literal(label)}\s*{what}"
    above = len(_ENDS.findall(text[start:] if direction == "up" else text[:start]))
    # The line feed makes it a pattern of the whole ticket even on the first line.
    return "\\A" + ".*\\n" * above + " *" + what + "\\n?"


def _literal(words: str) -> str:
    return r"\s*".join(re.escape(_normal(word)) for word in words.split())


def _normal(words: str) -> str:
    return "".join(unicodedata.normalize("NFKC", character) for character in words)


def _line_of(text: str, place: int) -> tuple[int, str]:
    """Return where the line of *place* begins, and the line."""
    start = max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1
    found = re.compile(r"[^\r\n]*").match(text, start)
    return start, found[0] if found else ""


def _made(codec: str, kind: type[Any], **values: Any) -> Rule | None:
    try:
        return Rule(codec, kind(**values))
    except Wrong:
        return None


# -- TOML ----------------------------------------------------------------------------------------------------------


def _changed(settings: Any) -> dict[str, Any]:
    """Return the settings that are not the defaults."""
    made: dict[str, Any] = {}
    for each in fields(settings):
        value = getattr(settings, each.name)
        default = each.default if each.default_factory is MISSING else each.default_factory()
        if value != default and value is not None:
            made[each.name] = value
    return made


def _toml(table: Mapping[str, Any], path: str = "") -> list[str]:
    """Return the lines of a table: plain values first, then the tables below it."""
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping) or is_dataclass(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in table.items() if key not in inner]
    for key, value in inner.items():
        below = f"{path}.{_key(key)}" if path else _key(key)
        lines += ["", f"[{below}]", *_toml(value if isinstance(value, Mapping) else _changed(value), below)]
    return lines


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, Mapping) or is_dataclass(value):
        table = value if isinstance(value, Mapping) else _changed(value)
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in table.items()) + " }"
    return str(value) if isinstance(value, int | float) else _quoted(str(value))


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _quoted(text: str) -> str:
    # A JSON string is a basic string of TOML, save for DEL and lone surrogates.
    plain = text.encode("utf-8", errors="replace").decode("utf-8")
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
