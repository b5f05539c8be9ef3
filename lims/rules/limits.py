"""A limit: what a standard demands of an item in a product, with everything needed to find it again in the standard.

What is demanded is kept in the words of the standard, in one grammar that files, screens and bulletins share:

    ≤0.05   ＜5   ≥80   不得超过 0.1   0.80~2.00   35±1.0   n=5,c=2,m=10⁴,M=10⁵   n=5,c=0,m=0/25g   不得检出   不得使用   正常   —

A bare number says neither "at most" nor "at least": it is never judged by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum
from functools import lru_cache

from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules import units
from lims.rules.microbiology import Plan
from lims.rules.quantity import Kind, normal, read
from lims.rules.rounding import EXACT, shown


class Operator(StrEnum):
    """How a value is held against a limit with one side, or what is forbidden altogether."""

    AT_MOST = "≤"
    BELOW = "<"
    AT_LEAST = "≥"
    ABOVE = ">"
    ABSENT = "不得检出"
    UNUSED = "不得使用"


class Comparison(StrEnum):
    """Which value is held against the limit (GB/T 8170-2008, 4.3)."""

    FULL = "full"
    ROUNDED = "rounded"


OPERATOR_WORDS = {Operator.ABSENT: N_("not to be detected"), Operator.UNUSED: N_("not to be used")}


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number on one side or on both; a standard's own range includes both of its ends."""

    low: Decimal | None = None
    high: Decimal | None = None
    open: bool = False
    """Whether the bound itself is no longer allowed: < and >."""
    written: str = ""
    """The number as printed, where it is not the one that is compared: a pharmacopoeia's 10² accepts 200."""

    def keeps(self, value: Decimal) -> bool:
        """Tell whether *value* lies within."""
        return self.above_low(value) and self.below_high(value)

    def above_low(self, value: Decimal) -> bool:
        """Tell whether *value* does not fall below the lower bound."""
        return self.low is None or value > self.low or (value == self.low and not self.open)

    def below_high(self, value: Decimal) -> bool:
        """Tell whether *value* does not pass the upper bound."""
        return self.high is None or value < self.high or (value == self.high and not self.open)

    @property
    def operator(self) -> str:
        """The sign of a limit with one side; empty for a range."""
        if self.low is not None and self.high is not None:
            return ""
        signs = (Operator.BELOW, Operator.ABOVE) if self.open else (Operator.AT_MOST, Operator.AT_LEAST)
        return signs[self.high is None]

    def figures(self) -> str:
        """Return the number or the two, without the sign."""
        return self.written or "~".join(shown(one) for one in (self.low, self.high) if one is not None)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Nothing of it may be there."""

    operator: Operator
    amount: str = ""
    """In how much of the sample: /25g; empty where the standard names none."""


@dataclass(frozen=True, slots=True)
class Worded:
    """What the sample has to be, in words."""

    words: str


@dataclass(frozen=True, slots=True)
class Free:
    """The standard demands nothing of this item."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Nothing a program can judge by: a bare number, a rule of its own, or a figure the library does not have."""

    words: str = ""


Requirement = Bounds | Forbidden | Plan | Worded | Free | Unread

_FREE = ("—", "-", "--", "——", "/", "不作要求", "无要求", "不作规定")
_FORBIDDEN = {
    **dict.fromkeys(("不得检出", "不应检出", "不可检出"), Operator.ABSENT),
    **dict.fromkeys(("不得使用", "禁止使用", "不得添加"), Operator.UNUSED),
}
_SIGNS = {
    **dict.fromkeys(("≤", "<=", "≦", "⩽", "不超过", "不得超过", "不得过", "不大于", "不高于", "不多于"), Operator.AT_MOST),
    **dict.fromkeys(("≥", ">=", "≧", "⩾", "不低于", "不得低于", "不少于", "不得少于", "不小于"), Operator.AT_LEAST),
    **dict.fromkeys(("<", "小于", "低于"), Operator.BELOW),
    **dict.fromkeys((">", "大于", "高于"), Operator.ABOVE),
}
_SIGN = re.compile("|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True)))
_RANGE = re.compile(r"(?P<low>[^~～±]+?)\s*(?:~|～|—|–|至|(?<=[0-9%])-(?=[0-9]))\s*(?P<high>.+)")
_AROUND = re.compile(r"(?P<middle>[^±]+?)\s*±\s*(?P<way>[^±]+)")
_PLAN = re.compile(r"n=(?P<n>[0-9]{1,3})[,;、]c=(?P<c>[0-9]{1,3})[,;、]m=(?P<m>[^,;、]+)(?:[,;、]M=(?P<top>[^,;、]+))?")
_ACCEPTED = re.compile(r"(?:≤|<=|不得过)\s*(?P<written>[^()]+)\(可接受最大菌数:?(?P<most>[0-9]+)\)")
_GROUPS = re.compile(r"(?<![0-9.] )(?<![0-9.])([0-9]{1,3}(?: [0-9]{3})+)(?![0-9.]| [0-9])")
_BASIS = re.compile(r"\((?:以|按|KOH)[^()]*(?:\([^()]*\)[^()]*)*\)$")


KEPT = 8192
"""Texts that are remembered as they were read: the whole shipped library holds some hundreds."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A requirement as a bulletin prints it: what is demanded, and the unit that stands with it."""

    requirement: Requirement
    unit: str = ""


@lru_cache(maxsize=KEPT)
def demand(text: str) -> Demand:
    """Read what is demanded, with its unit. What is not understood is Unread or, where no number stands in it, Worded. Never raises."""
    words = _GROUPS.sub(lambda found: found[0].replace(" ", ""), _BASIS.sub("", normal(text)).strip())
    if not words:
        return Demand(Unread())
    if words in _FREE:
        return Demand(Free())
    return _forbidden(words) or _plan(words) or _accepted(words) or _one_side(words) or _between(words) or Demand(_unread(words, text.strip()))


def requirement(text: str) -> Requirement:
    """Return what is demanded, without its unit."""
    return demand(text).requirement


def _forbidden(words: str) -> Demand | None:
    for said, operator in _FORBIDDEN.items():
        amount = words.removeprefix(said).strip()
        if words.startswith(said) and (not amount or units.known(amount)):
            return Demand(Forbidden(operator, units.spelt(amount)))
    return None


def _plan(words: str) -> Demand | None:
    found = _PLAN.fullmatch(re.sub(r"\s", "", words))
    if not found:
        return None
    three = found["top"] is not None and found["top"] not in _FREE
    pair = _pair(found["m"], found["top"]) if three else _pair(found["m"], found["m"])
    if pair is None:
        return None
    least, top, unit = pair
    amount = unit if unit.startswith("/") else ""
    try:
        plan = Plan(int(found["n"]), int(found["c"]), least, top if three else None, amount)
    except Refusal:
        return None
    return Demand(plan, "" if amount else unit)


def _accepted(words: str) -> Demand | None:
    """A count of the pharmacopoeia accepts more than it prints (general chapter 1107: twice the power of ten)."""
    if (found := _ACCEPTED.fullmatch(words)) and (one := _figure(found["written"])):
        written, unit = one
        return Demand(Bounds(high=Decimal(found["most"]), written=shown(written).removeprefix("1×")), unit)
    return None


def _one_side(words: str) -> Demand | None:
    found = _SIGN.match(words)
    if not found:
        return None
    one, operator = _figure(words[found.end() :]), _SIGNS[found[0]]
    if one is None:
        return None
    value, unit = one
    open_ = operator in (Operator.BELOW, Operator.ABOVE)
    return Demand(Bounds(high=value, open=open_) if operator in (Operator.AT_MOST, Operator.BELOW) else Bounds(low=value, open=open_), unit)


def _between(words: str) -> Demand | None:
    if (found := _AROUND.fullmatch(words)) and (pair := _pair(found["middle"], found["way"])):
        middle, way, unit = pair
        if way < 0 or (unit == "%" and "%" not in found["middle"]):  # 250 ± 5 %: of what it is, or of the 250?
            return None
        with localcontext(prec=EXACT):
            return Demand(Bounds(middle - way, middle + way), unit)
    if (found := _RANGE.fullmatch(words)) and (pair := _pair(found["low"], found["high"])):
        low, high, unit = pair
        return Demand(Bounds(low, high), unit) if low <= high else None
    return None


def _pair(first: str, second: str) -> tuple[Decimal, Decimal, str] | None:
    """Return two numbers and the unit they share, which may stand with one of them alone."""
    one, other = _figure(first), _figure(second)
    if one is None or other is None or len({one[1], other[1]} - {""}) > 1:
        return None
    return one[0], other[0], one[1] or other[1]


def _figure(text: str) -> tuple[Decimal, str] | None:
    """Return a plain number and its unit; none where it is no figure a standard could print."""
    one = read(text)
    if one.kind is not Kind.NUMBER or one.value is None or one.mark:
        return None
    last = int(one.value.as_tuple().exponent)
    return (one.value, one.unit) if last >= -LARGEST and one.value.adjusted() <= LARGEST else None


LARGEST = 30
"""Powers of ten, up or down, that a limit may reach."""


def _unread(words: str, text: str) -> Requirement:
    """Words that hold a figure may be a limit this program cannot read; only such without one are compared as words."""
    figure = any((one.isnumeric() and not one.isalpha()) or one in "=±" for one in words)
    return Unread(text) if figure or _SIGN.match(words) or not any(map(str.isalpha, words)) else Worded(text)


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the library's limits; what is empty was empty in its source."""

    code: str
    item: str
    heading: str
    """Code of the place in the standard's own classification."""
    requirement: str
    """What is demanded, in the grammar of this module."""
    unit: str
    standard: str
    level: str = ""
    """Grade or class where the standard states several: 一等, 宜存."""
    classification: str = ""
    """The standard's own words for that place."""
    basis: str = ""
    """What the value is expressed as or on."""
    condition: str = ""
    comparison: Comparison | None = None
    """None where the method says which value is compared."""
    rounding: str = ""
    """Interval of the compared value where the standard fixes it."""
    clause: str = ""
    source: str = ""
    evidence: str = ""

    @property
    def demands(self) -> Requirement:
        """What is demanded, as the rules read it."""
        return requirement(self.requirement)

    def demanded(self) -> str:
        """Return the limit as printed: ≤ 0.02."""
        return demanded(self.requirement)

    def place(self) -> str:
        """Return standard and clause; without a clause in the library the standard alone."""
        return f"{self.standard} {self.clause}".strip()


def demanded(text: str) -> str:
    """Return a requirement as printed in the present language."""
    match requirement(text):
        case Bounds() as bounds:
            return f"{bounds.operator} {bounds.figures()}".strip()
        case Forbidden(operator, amount):
            return f"{_(OPERATOR_WORDS[operator])} {amount}".strip()
        case Plan():
            return re.sub(r"\s*[,;、，；]\s*", ", ", text)  # a line breaks between the parts, never inside a number
        case _:
            return text


@dataclass(frozen=True, slots=True)
class Edition:
    """When an edition of a standard holds. One without a first day is never chosen by itself."""

    standard: str
    title_zh: str = ""
    title_en: str = ""
    in_force: date | None = None
    abolished: date | None = None

    def holds(self, on: date) -> bool:
        """Tell whether the edition is in force on a day."""
        return self.in_force is not None and self.in_force <= on and (self.abolished is None or on < self.abolished)
