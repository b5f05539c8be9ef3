"""What was measured, as it was written: a number with its sign and unit, words that mean something, or text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from lims.errors import Refusal
from lims.i18n import _
from lims.rules import units
from lims.rules.rounding import scaled, shown


class Kind(StrEnum):
    """What sort of result a text is."""

    NUMBER = "number"
    BELOW = "below"
    """Below the number that follows: ``<0.01``."""
    ABOVE = "above"
    """Above what can be told: ``>300``."""
    NOT_DETECTED = "not detected"
    TRACE = "trace"
    """Found, but below the limit of quantitation."""
    DETECTED = "detected"
    POSITIVE = "positive"
    WEAK = "weak positive"
    NEGATIVE = "negative"
    INVALID = "invalid"
    SEVERAL = "several"
    """Values of several determinations or units, one after the other."""
    TEXT = "text"
    """Anything else: kept as it is, understood by nobody but a person."""


_SAID: Mapping[Kind, tuple[str, ...]] = {
    Kind.NOT_DETECTED: ("未检出", "未检测出", "未测出", "nd", "n.d", "n.d.", "notdetected", "<lod", "<mdl", "<检出限", "低于检出限", "小于检出限"),
    Kind.TRACE: ("<loq", "<定量限", "低于定量限", "小于定量限", "检出但低于定量限"),
    Kind.DETECTED: ("检出", "检测出", "detected"),
    Kind.POSITIVE: ("阳性", "positive", "pos", "pos."),
    Kind.WEAK: ("弱阳性", "weakpositive"),
    Kind.NEGATIVE: ("阴性", "negative", "neg", "neg."),
    Kind.INVALID: ("无效", "invalid"),
}
"""Words that laboratories and analyzers write, compared without blanks, case and full-width signs."""

NOT_DETECTED = _SAID[Kind.NOT_DETECTED]

_WORDS = {word: kind for kind, words in _SAID.items() for word in words}
_SIGNS = {"": Kind.NUMBER, "<": Kind.BELOW, "小于": Kind.BELOW, "低于": Kind.BELOW, ">": Kind.ABOVE, "大于": Kind.ABOVE, "高于": Kind.ABOVE}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_POWER = re.compile(r"([1１][0０])([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})(?![⁰¹²³⁴⁵⁶⁷⁸⁹])")
_DIGITS = r"[+-]?[0-9]{1,60}(?:\.[0-9]{1,60})?"
_NUMBER = rf"(?:(?P<digits>{_DIGITS})(?:[eE](?P<e>[+-]?[0-9]{{1,2}})|\s?[×x*·]\s?10\^(?P<power>[+-]?[0-9]{{1,2}}))?|10\^(?P<bare>[+-]?[0-9]{{1,2}}))"
_WHOLE = re.compile(rf"(?P<sign>[<>]|小于|低于|大于|高于|)\s*{_NUMBER}(?P<mark>\([+-]\))?(?P<unit>(?:\s.*|[^\s0-9.(+\-^].*)?)")
_NOTED = re.compile(rf"(?P<word><?[^()0-9<=:]+?)\((?P<mark>[^0-9()]*?)[<=:]?\s*(?P<number>{_DIGITS}[^()]*(?:\([^()]*\))?)\)")
_AMOUNT = re.compile(r"(?P<word>\D+?)\s*(?P<amount>/\s*[0-9]+\s*[^\W\d]\S*)")
_BETWEEN = (re.compile(r"\s*[;、,\n]\s*|\s+/\s+"), re.compile(r"\s+"), re.compile(r"\s*[;、,/]\s*|\s+"))
"""What stands between several values: first what no unit contains, then blanks, then everything."""

_PER = re.compile(r"/\s*[0-9]+\s*[^\W\d]")
"""An amount of sample, /25g: there a slash stands between no values."""

_GROUPED = re.compile(r"[^0-9,;、/]*[0-9]{1,3}(?:(?:,[0-9]{3}){1,2}|(?: [0-9]{3}){1,2})(?![0-9,]|\s[0-9]).*")
"""One number with its thousands set apart, or two or three values: not told apart, so it is text."""

_FOOTED = re.compile("[^²³¹⁰-⁹₀-₉①-⒛⓪-⓿❶-➓㉑-㉟㊱-㊿]+")
"""Raised, lowered and circled digits are marks of a note where they are no power of ten; they never become digits of the number before them."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One value as written beside what it means."""

    text: str
    value: Decimal | None = None
    kind: Kind = Kind.NUMBER
    unit: str = ""
    """As written with the value, in our spelling; empty where none was."""
    several: tuple[Measured, ...] = ()
    mark: str = ""
    """(+) a little more was measured than the rounded value says, (-) a little less (GB/T 8170-2008, 4.3.2)."""

    @property
    def comparator(self) -> str:
        """``<`` below what can be told, ``>`` above what can be told, or empty."""
        return {Kind.BELOW: "<", Kind.ABOVE: ">"}.get(self.kind, "")

    @property
    def not_detected(self) -> bool:
        """Whether the words say that nothing was found; *value* then is the limit of detection where it was written beside them."""
        return self.kind is Kind.NOT_DETECTED

    def into(self, unit: str, target: str) -> Measured:
        """Return it in another unit, its own where it has one; words stay as they are. Raises Refusal where no exact factor is known."""
        if self.value is None:
            return self
        value = units.convert(self.value, self.unit or unit, target)
        return self if value == self.value else replace(self, value=value, unit=units.spelt(target) if self.unit else "")

    def shown(self) -> str:
        """Return it as it is printed: digits with their sign, or the words."""
        if self.kind in (Kind.NUMBER, Kind.BELOW, Kind.ABOVE) and self.value is not None:
            return f"{self.comparator}{shown(self.value)}{self.mark}"
        return self.text

    def printed(self) -> str:
        """Return it with its unit: what is read back as the same."""
        return f"{self.shown()} {self.unit}".strip() if self.kind in _SIGNS.values() else self.text


def read(text: str) -> Measured:
    """Read a result as people and analyzers write it, trailing zeros kept; what is not understood is text. Never raises."""
    written = text.strip()
    plain = normal(written)
    return _number(written, plain) or _words(written, plain) or _several(written, plain) or Measured(written, kind=Kind.TEXT)


def read_several(text: str) -> Measured:
    """Read a text in which several values are meant: a comma or a blank parts them and never groups digits. Never raises."""
    written = text.strip()
    plain = normal(written)
    return _number(written, plain) or _words(written, plain) or _parted(written, plain) or Measured(written, kind=Kind.TEXT)


def parse(text: str) -> Measured:
    """Read one value as typed or sent. Raises Refusal for text without a meaning and for several values at once."""
    measured = read(text)
    if measured.kind in (Kind.TEXT, Kind.SEVERAL):
        raise Refusal(_("“{text}” is no value. Write a number like 0.035, or <0.01, or 未检出.").format(text=measured.text))
    return measured


def number(text: str) -> Decimal:
    """Read a plain number (a weight, a volume). Raises Refusal."""
    measured = read(text)
    if measured.kind is not Kind.NUMBER or measured.unit or measured.value is None:
        raise Refusal(_("“{text}” is no number. Write it like 3.0021.").format(text=measured.text))
    return measured.value


def normal(text: str) -> str:
    """Return *text* with powers written as ^ and full-width signs as half-width ones."""
    raised = _POWER.sub(lambda found: f"{found[1]}^{found[2].translate(_RAISED)}", text)
    return _FOOTED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), raised).replace("−", "-").strip()


def _number(written: str, plain: str) -> Measured | None:
    found = _WHOLE.fullmatch(plain)
    if not found:
        return None
    unit = found["unit"].strip()
    if unit and not units.known(unit):
        return None
    exponent = int(found["e"] or found["power"] or found["bare"] or 0)
    value = scaled(Decimal(found["digits"] or 1), exponent)
    return Measured(written, value, _SIGNS[found["sign"]], units.spelt(unit), mark=found["mark"] or "")


def _words(written: str, plain: str) -> Measured | None:
    if kind := _kind(plain):
        return Measured(written, kind=kind)
    if (found := _NOTED.fullmatch(plain)) and (kind := _kind(found["word"])) in (Kind.NOT_DETECTED, Kind.TRACE):
        return _beside(written, kind, found["mark"], found["number"].strip())
    if (found := _AMOUNT.fullmatch(plain)) and (kind := _kind(found["word"])) and units.known(found["amount"]):
        return Measured(written, kind=kind, unit=units.spelt(found["amount"]))
    return None


def _beside(written: str, kind: Kind, mark: str, number: str) -> Measured | None:
    """Read the limit of detection or quantitation written beside words; that of detection says nothing of a trace."""
    beside = _number(written, number)
    if not beside or not beside.value or beside.value < 0 or beside.mark:
        return None
    if kind is Kind.TRACE and mark.strip().casefold().startswith(_OF_DETECTION):
        return Measured(written, kind=kind)
    return replace(beside, kind=kind)


_OF_DETECTION = ("检出限", "方法检出限", "lod", "mdl")


def _kind(words: str) -> Kind | None:
    return _WORDS.get(re.sub(r"\s", "", words).casefold())


def _several(written: str, plain: str) -> Measured | None:
    return None if _GROUPED.fullmatch(plain) else _parted(written, plain)


def _parted(written: str, plain: str) -> Measured | None:
    for between in _BETWEEN[:2] if _PER.search(plain) else _BETWEEN:
        parts = between.split(plain.strip(" ;、,/"))
        values = tuple(one for one in (_number(part, part) or _words(part, part) for part in parts) if one)
        if len(values) == len(parts) > 1:
            return Measured(written, kind=Kind.SEVERAL, several=values)
    return None
