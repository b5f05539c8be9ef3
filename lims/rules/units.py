"""Units that may be turned into one another, by exact factors; everything else is refused, never guessed."""

from __future__ import annotations

from decimal import Decimal, localcontext

from lims.errors import Refusal
from lims.i18n import _
from lims.rules.rounding import EXACT

FACTORS: tuple[dict[str, Decimal], ...] = (
    {"g/100g": Decimal(10000), "%": Decimal(10000), "g/kg": Decimal(1000), "mg/kg": Decimal(1), "μg/kg": Decimal("0.001")},
    {"g/L": Decimal(1000), "mg/L": Decimal(1), "μg/L": Decimal("0.001")},
)
"""Mass fractions in mg/kg; mass concentrations in mg/L, all powers of ten. Fraction and concentration never mix: the density is not known."""

SPELLINGS = {"ug/kg": "μg/kg", "µg/kg": "μg/kg", "ug/L": "μg/L", "µg/L": "μg/L", "g/100 g": "g/100g", "mg/l": "mg/L", "g/l": "g/L"}


def spelt(unit: str) -> str:
    """Return our spelling of *unit*."""
    return SPELLINGS.get(unit.strip(), unit.strip())


def convert(value: Decimal, unit: str, target: str) -> Decimal:
    """Return *value* in *target*, its digits kept (0.050 mg/kg is 50 μg/kg); raises Refusal where no exact factor is known."""
    unit, target = spelt(unit), spelt(target)
    if unit == target:
        return value
    for family in FACTORS:
        if unit in family and target in family:
            with localcontext(prec=EXACT):
                return value.scaleb((family[unit] / family[target]).adjusted())
    raise Refusal(_("{unit} cannot be turned into {target}.").format(unit=unit or _("no unit"), target=target or _("no unit")))
