"""Determinations made twice: how far they may lie apart, and what they give together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from lims.i18n import _
from lims.rules.rounding import EXACT, plain

FURTHER = 20
"""Digits beyond the written ones to which a mean that does not come out even is carried."""


class Kind(StrEnum):
    """How a tolerance is meant."""

    ABSOLUTE = "abs"
    RELATIVE = "rel"
    """Per cent of the mean."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far determinations may lie apart."""

    kind: Kind
    value: Decimal
    unit: str = ""

    def refusal(self, values: Sequence[Decimal]) -> str | None:
        """Say why *values* lie too far apart, or return None."""
        difference = spread(values)
        allowed = self.value if self.kind is Kind.ABSOLUTE else self.value * abs(mean(values)) / 100
        if difference <= allowed:
            return None
        return _("The determinations differ by {difference} {unit}, more than the {allowed} allowed. Repeat the analysis; both stay on record.").format(
            difference=plain(difference), allowed=self.shown(), unit=self.unit
        )

    def shown(self) -> str:
        """Return the tolerance as printed."""
        return f"{plain(self.value)} {self.unit}".strip() if self.kind is Kind.ABSOLUTE else _("{value} % of the mean").format(value=plain(self.value))


def spread(values: Sequence[Decimal]) -> Decimal:
    """Return the largest less the smallest."""
    with localcontext(prec=EXACT):
        return max(values) - min(values)


def mean(values: Sequence[Decimal]) -> Decimal:
    """Return the arithmetic mean, not rounded."""
    with localcontext(prec=EXACT):
        total = sum(values, Decimal(0))
    with localcontext(prec=len(total.as_tuple().digits) + FURTHER):
        return total / len(values)
