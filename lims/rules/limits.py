"""A limit: what a standard demands of an item in a product, with everything needed to find it again in the standard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from lims.i18n import N_, _
from lims.rules.rounding import plain


class Operator(StrEnum):
    """How a value is held against a limit."""

    AT_MOST = "≤"
    BELOW = "<"
    AT_LEAST = "≥"
    ABOVE = ">"
    ABSENT = "不得检出"
    UNUSED = "不得使用"


FORBIDDEN = (Operator.ABSENT, Operator.UNUSED)
OPERATOR_WORDS = {Operator.ABSENT: N_("not to be detected"), Operator.UNUSED: N_("not to be used")}


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the catalogue's limits; what is empty was empty in its source."""

    code: str
    item: str
    product: str
    operator: Operator
    limit: Decimal | None
    """None where nothing at all is allowed."""
    unit: str
    standard: str
    classification: str = ""
    """The standard's own words for the product's place in its tree."""
    basis: str = ""
    """What the value is expressed as or on."""
    condition: str = ""
    clause: str = ""
    source: str = ""
    evidence: str = ""

    def requirement(self) -> str:
        """Return the limit as printed: ≤ 0.02."""
        if self.limit is None:
            return _(OPERATOR_WORDS[self.operator])
        return f"{self.operator} {plain(self.limit)}"

    def place(self) -> str:
        """Return standard and clause; without a clause in the catalogue the standard alone."""
        return f"{self.standard} {self.clause}".strip()


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
