"""What was measured, as it was written: a number, a number with < or >, or words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal

from lims.errors import Refusal
from lims.i18n import _
from lims.rules.rounding import plain
from lims.rules.units import convert

NOT_DETECTED = ("未检出", "未检测出", "nd", "n.d.", "not detected")

_NUMBER = re.compile(r"([<>]?)\s*([+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?)")


@dataclass(frozen=True, slots=True)
class Measured:
    """One value as written beside what it means."""

    text: str
    value: Decimal | None = None
    comparator: str = ""
    """``<`` below what can be told, ``>`` above what can be told, or empty."""

    @property
    def not_detected(self) -> bool:
        """Whether the words say that nothing was found, without a number."""
        return self.value is None

    def into(self, unit: str, target: str) -> Measured:
        """Return it in another unit; words stay as they are. Raises Refusal where no exact factor is known."""
        value = None if self.value is None else convert(self.value, unit, target)
        return self if value == self.value else replace(self, value=value)

    def shown(self) -> str:
        """Return it as it is printed: digits without exponent, or the words."""
        return self.text if self.value is None else f"{self.comparator}{plain(self.value)}"


def parse(text: str) -> Measured:
    """Read a value as typed or sent, trailing zeros kept; full-width signs are read as half-width. Raises Refusal."""
    written = text.strip()
    normal = unicodedata.normalize("NFKC", written)
    if normal.lower() in NOT_DETECTED:
        return Measured(written)
    if match := _NUMBER.fullmatch(normal):
        return Measured(written, Decimal(match[2]), match[1])
    raise Refusal(_("“{text}” is no value. Write a number like 0.035, or <0.01, or 未检出.").format(text=written))


def number(text: str) -> Decimal:
    """Read a plain number (a weight, a volume). Raises Refusal."""
    measured = parse(text)
    if measured.value is None or measured.comparator:
        raise Refusal(_("“{text}” is no number. Write it like 3.0021.").format(text=text.strip()))
    return measured.value
