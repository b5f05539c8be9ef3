"""A table of limits that comes from outside, read row by row in the library's own words; what is wrong is said with line and column."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from difflib import get_close_matches
from itertools import count
from typing import Any

from lims.domain.catalogue import Heading, Item
from lims.errors import Refusal
from lims.i18n import _
from lims.rules import units
from lims.rules.bulletin import WAYS
from lims.rules.limits import Comparison, Unread, demand
from lims.rules.quantity import Kind, normal
from lims.rules.quantity import read as read_value
from lims.rules.rounding import round_to
from lims.services.grids import Grid
from lims.views.items import parts
from lims.views.names import folded, named

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "编号", "代码"),
    "item": ("item", "项目", "检验项目", "项目名称"),
    "heading": ("heading", "食品类别/名称", "食品类别(名称)", "食品名称", "名称"),
    "group": ("group", "食品大类", "大类", "食品类别", "类别"),
    "number": ("number", "食品分类号", "分类号"),
    "standard": ("standard", "标准", "标准号", "标准编号"),
    "level": ("level", "等级", "级别"),
    "requirement": ("requirement", "限量", "限量值", "最大残留限量", "标准值", "标准指标", "技术要求", "指标"),
    "unit": ("unit", "单位"),
    "basis": ("basis", "表示方式", "残留物"),
    "condition": ("condition", "条件", "适用条件"),
    "comparison": ("comparison", "比较方式"),
    "rounding": ("rounding", "修约间隔"),
    "clause": ("clause", "条款", "章条号", "表号"),
    "note": ("note", "备注", "注"),
    "source": ("source", "来源"),
    "evidence": ("evidence", "依据类型"),
    "confidence": ("confidence", "可信度"),
}
"""What each column may be called: first as in the shipped library, then in Chinese. The first name found counts."""

NEEDED = ("item", "heading", "requirement")
LONGEST_CODE = 60
NEAR = 3
"""How many names are named beside one that is not known."""
MOST_SOUGHT = 200
"""For how many unknown names such are sought: whoever has more has taken the wrong column."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the library holds, as far as a table of limits names it."""

    items: Mapping[str, Item]
    """By code."""
    classification: str
    headings: Mapping[str, Heading]
    """Those of the classification, by code."""
    elsewhere: Mapping[str, str]
    """Code of any other heading -> its classification."""
    limits: frozenset[str]
    """Codes that are taken."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong in one field of a table, or with a whole row."""

    line: int
    column: str
    """As the table calls it; empty for the whole row."""
    words: str


@dataclass(frozen=True, slots=True)
class NewHeading:
    """A heading that the classification does not have yet."""

    code: str
    group: str
    number: str
    name: str
    line: int
    """Where it stands first."""
    near: tuple[str, ...]
    """Headings of a similar name: it may be one of them, written otherwise."""

    def words(self) -> str:
        """Return group, number and name in one line."""
        return " · ".join(part for part in (self.group, f"{self.number} {self.name}".strip()) if part)


@dataclass(frozen=True, slots=True)
class Row:
    """One good row; *item* and *heading* are codes."""

    line: int
    item: str
    heading: str
    code: str
    level: str
    requirement: str
    unit: str
    basis: str
    condition: str
    comparison: Comparison | None
    rounding: str
    clause: str
    note: str
    source: str
    evidence: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Limits:
    """A whole table as it was read."""

    rows: tuple[Row, ...]
    errors: tuple[Wrong, ...]
    count: int
    """Rows of the table, good and bad."""
    headings: tuple[NewHeading, ...]
    columns: frozenset[str]
    """Those of COLUMNS that the table has."""
    left_out: tuple[str, ...]
    """Names of columns that nothing is read from."""


def read(table: Grid, known: Known, standard: str, source: str = "") -> Limits:
    """Read the limits of one edition; *source* stands where a row names none. Raises Refusal where a column is missing, or every row."""
    places = _places(table.header)
    filled = [(line, said) for line, said in table.rows if any(field.strip() for field in said)]
    if not filled:
        raise Refusal(_("The table has no rows below its header. Nothing can be taken in."))
    reader = _Reader(known, standard, source, table.header, places)
    rows = [row for line, said in filled if (row := reader.row(line, said))]
    left_out = (name for place, name in enumerate(table.header) if name.strip() and place not in places.values())
    return Limits(tuple(rows), tuple(reader.errors), len(filled), tuple(reader.headings.values()), frozenset(places), tuple(left_out))


def tidy(text: str) -> str:
    """Return text in one line; where a narrow cell broke Chinese in two, nothing is put between."""
    return re.sub(r"\s*[\r\n]+\s*", " ", re.sub(r"(?<![\x00-\x7f])\s*[\r\n]+\s*(?![\x00-\x7f])", "", text.strip()))


def kept(text: str) -> bool:
    """Tell whether a database can keep *text*: no NUL, no half of a sign."""
    return not re.search("[\0\ud800-\udfff]", text)


def short(name: str) -> str:
    """Return what codes begin with: gb2762-2027 for GB 2762-2027."""
    return "".join(re.findall(r"[\w.-]+", name.casefold()))


def _places(header: Sequence[str]) -> dict[str, int]:
    """Return where each column stands. Raises Refusal where one is missing that nothing can be understood without."""
    said = {folded(name): place for place, name in reversed(list(enumerate(header)))}
    places = {column: next((said[folded(name)] for name in names if folded(name) in said), -1) for column, names in COLUMNS.items()}
    if places["heading"] < 0:  # 食品类别 alone names the food; beside a column of names it is their group
        places["heading"], places["group"] = places["group"], -1
    if missing := [column for column in NEEDED if places[column] < 0]:
        words = _("; ").join(" / ".join(COLUMNS[column]) for column in missing)
        raise Refusal(_("The table has no column {names}. Name its columns in the first line.").format(names=words))
    return {column: place for column, place in places.items() if place >= 0}


# -- one field ---------------------------------------------------------------------------------------------------------------


def _requirement(text: str) -> str:
    if not text:
        raise Refusal(_("The limit is empty. Write — where the standard demands nothing."))
    if read_value(text).kind is Kind.NUMBER:
        raise Refusal(_("“{text}” says neither at most nor at least. Write ≤{text} or ≥{text}.").format(text=text))
    asked = demand(text)
    if isinstance(asked.requirement, Unread):
        words = _("“{text}” is no limit this program can read. Write it like ≤0.2, 0.80~2.00, n=5,c=2,m=10,M=100 or 不得检出.")
        raise Refusal(words.format(text=text))
    if asked.unit:
        raise Refusal(_("“{text}” holds a unit. Write it into the column of units.").format(text=text))
    return text


def _unit(text: str) -> str:
    if text and not units.known(text):
        raise Refusal(_("{unit} is no unit this program knows.").format(unit=text))
    return units.spelt(text)


def _comparison(text: str) -> Comparison | None:
    if text and normal(text).casefold() not in WAYS:
        raise Refusal(_("“{rule}” is no way to compare. Write full or rounded.").format(rule=text))
    return WAYS[normal(text).casefold()] if text else None


def _rounding(text: str) -> str:
    round_to(Decimal(1), text)
    return text


_READS: Mapping[str, Callable[[str], Any]] = {"requirement": _requirement, "unit": _unit, "comparison": _comparison, "rounding": _rounding}
"""How a column is read that is more than words. Each raises Refusal."""
_FOUND = ("line", "item", "heading", "code", "source")
"""Fields of a row that are more than a column of their own."""
_SAID = tuple(field.name for field in fields(Row) if field.name not in _FOUND)


# -- one row -----------------------------------------------------------------------------------------------------------------


class _Reader:
    """Reads rows one after the other; remembers what was wrong, which headings are new, and what stood there before."""

    def __init__(self, known: Known, standard: str, source: str, header: Sequence[str], places: Mapping[str, int]) -> None:
        self.errors: list[Wrong] = []
        self.headings: dict[tuple[str, ...], NewHeading] = {}
        self._known, self._standard, self._source, self._header, self._places = known, standard, source, header, places
        self._items = _by_name((row.code, (row.code, row.name_zh, row.name_en, *parts(row.aliases))) for row in known.items.values())
        self._names = _by_name((row.code, (row.name, f"{row.number} {row.name}", row.words())) for row in known.headings.values())
        self._codes, self._heading_codes = set(known.limits), {*known.headings, *known.elsewhere}
        self._stated: dict[tuple[str, ...], int] = {}
        self._near: dict[tuple[str, bool], tuple[str, ...]] = {}

    def row(self, line: int, said: Sequence[str]) -> Row | None:
        """Return one row, or None where anything is wrong in it."""
        if words := self._unfit(said):
            self._wrong(line, "", words)
            return None
        text = {column: tidy(said[place]) for column, place in self._places.items()}
        before = len(self.errors)
        item = self._read(line, "item", text, self._item)
        heading = self._read(line, "heading", text, lambda name: self._heading(name, text.get("group", ""), text.get("number", ""), line))
        values = {column: self._read(line, column, text, _READS.get(column, str)) for column in _SAID}
        self._read(line, "standard", text, self._own)
        if len(self.errors) > before:
            return None
        self._read(line, "item", text, lambda _name: self._once(line, item, heading, values["level"], values["condition"]))
        code = self._read(line, "code", text, lambda given: self._code(given, item, heading))
        if len(self.errors) > before:
            return None
        return Row(line=line, item=item, heading=heading, code=code, source=text.get("source") or self._source, **values)

    def _unfit(self, said: Sequence[str]) -> str | None:
        if len(said) != len(self._header):
            return _("The row has {count} fields where the header has {width}.").format(count=len(said), width=len(self._header))
        if not all(map(kept, said)):
            return _("The row holds a sign that no text has. Write it anew.")
        return None

    def _read(self, line: int, column: str, text: Mapping[str, str], reads: Callable[[str], Any]) -> Any:
        try:
            return reads(text.get(column, ""))
        except Refusal as refusal:
            self._wrong(line, column, refusal.words)
            return None

    def _wrong(self, line: int, column: str, words: str) -> None:
        self.errors.append(Wrong(line, tidy(self._header[self._places[column]]) if column in self._places else "", words))

    def _item(self, name: str) -> str:
        if not name:
            raise Refusal(_("The item is empty. Where cells are merged, write it into every row."))
        found = self._items.get(folded(name), ())
        if len(found) == 1:
            return found[0]
        if found:
            raise Refusal(_("“{name}” may be {items}. Write the code of one.").format(name=name, items=_(", ").join(found)))
        near = self._alike(name, self._items, lambda code: named(self._known.items[code]))
        words = _("The library has no item {item}. Near to it: {near}.") if near else _("The library has no item {item}.")
        raise Refusal(words.format(item=name, near=_(", ").join(near)))

    def _heading(self, name: str, group: str, number: str, line: int) -> str:
        known, tree = self._known.headings, self._known.classification
        if not name:
            raise Refusal(_("The heading is empty. Where cells are merged, write it into every row."))
        if name in known:
            return name
        if name in self._known.elsewhere:
            words = _("{code} is a heading of {other}, not of {classification}.")
            raise Refusal(words.format(code=name, other=self._known.elsewhere[name], classification=tree))
        if re.fullmatch(r"[\w.-]+-(?:h|own-)[0-9]+", name):
            raise Refusal(_("{classification} has no heading {code}.").format(classification=tree, code=name))
        found = [code for code in self._names.get(folded(name), ()) if _meets(group, known[code].group) and _meets(number, known[code].number)]
        if len(found) > 1:
            places = _("; ").join(known[code].words() for code in found)
            raise Refusal(_("“{name}” stands in several places: {places}. Write its group or number, or its code.").format(name=name, places=places))
        return found[0] if found else self._new(name, group, number, line)

    def _new(self, name: str, group: str, number: str, line: int) -> str:
        key = folded(group), folded(number), folded(name)
        if key not in self.headings:
            stem = f"{short(self._known.classification)[:40]}-own-"
            free = next(code for each in count(len(self.headings) + 1) if (code := f"{stem}{each}") not in self._heading_codes)
            self._heading_codes.add(free)
            near = self._alike(name, self._names, lambda code: self._known.headings[code].words())
            self.headings[key] = NewHeading(free, group, number, name, line, near)
        return self.headings[key].code

    def _own(self, standard: str) -> None:
        if standard and folded(standard) != folded(self._standard):
            raise Refusal(_("The row is of {other}, not of {standard}. Take one edition in at a time.").format(other=standard, standard=self._standard))

    def _once(self, line: int, *stated: str) -> None:
        first = self._stated.setdefault(tuple(folded(part) for part in stated), line)
        if first != line:
            raise Refusal(_("The same item, heading, level and condition stand in line {line} already.").format(line=first))

    def _code(self, given: str, item: str, heading: str) -> str:
        if not given:
            place = heading.removeprefix(f"{short(self._known.classification)}-")
            stem = f"{short(self._standard)[:20]}-{item}-{place}"[: LONGEST_CODE - 5]
            given = next(code for each in count(1) if (code := f"{stem}-{each}" if each > 1 else stem) not in self._codes)
        elif len(given) > LONGEST_CODE:
            raise Refusal(_("At most {count} characters.").format(count=LONGEST_CODE))
        elif given in self._codes:
            raise Refusal(_("{code} is taken. Leave the field empty for a code of its own.").format(code=given))
        self._codes.add(given)
        return given

    def _alike(self, name: str, names: Mapping[str, Sequence[str]], words: Callable[[str], str]) -> tuple[str, ...]:
        """Return the words for those whose names are like one that is not known."""
        wanted = folded(name), names is self._items
        if wanted not in self._near:
            close = get_close_matches(wanted[0], names, NEAR, 0.5) if len(self._near) < MOST_SOUGHT else ()
            self._near[wanted] = tuple(dict.fromkeys(words(code) for one in close for code in names[one]))[:NEAR]
        return self._near[wanted]


def _by_name(things: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    """Return the codes of things by each of their names."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for code, names in things:
        for name in names:
            if folded(name):
                found[folded(name)][code] = None
    return {name: tuple(codes) for name, codes in found.items()}


def _meets(written: str, known: str) -> bool:
    return not written or folded(written) == folded(known)
