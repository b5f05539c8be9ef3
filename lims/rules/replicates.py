"""Determinations made twice: how far they may lie apart, and what they give together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from lims.errors import Refusal
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
        if self._allows(difference, values):
            return None
        return _("The determinations differ by {difference} {unit}, more than the {allowed} allowed. Repeat the analysis; both stay on record.").format(
            difference=plain(difference), allowed=self.shown(), unit=self.unit
        )

    def _allows(self, difference: Decimal, values: Sequence[Decimal]) -> bool:
        """Compare without dividing, so that a mean that does not come out even cannot decide at the border."""
        with localcontext(prec=EXACT):
            if self.kind is Kind.ABSOLUTE:
                return difference <= self.value
            return difference * len(values) * 100 <= self.value * abs(sum(values, Decimal(0)))

    def shown(self) -> str:
        """Return the tolerance as printed."""
        return f"{plain(self.value)} {self.unit}".strip() if self.kind is Kind.ABSOLUTE else _("{value} % of the mean").format(value=plain(self.value))


def spread(values: Sequence[Decimal]) -> Decimal:
    """Return the largest less the smallest. Raises Refusal where there is none."""
    _some(values)
    with localcontext(prec=EXACT):
        return max(values) - min(values)


def mean(values: Sequence[Decimal]) -> Decimal:
    """Return the arithmetic mean, not rounded. Raises Refusal where there is no value."""
    _some(values)
    with localcontext(prec=EXACT):
        total = sum(values, Decimal(0))
    with localcontext(prec=len(total.as_tuple().digits) + FURTHER):
        return total / len(values)


def _some(values: Sequence[Decimal]) -> None:
    if not values:
        raise Refusal(_("There is no determination. Enter at least one."))
