"""A value on another basis: dry matter, fresh product of a dried one, ready-to-use product of a concentrate, pure alcohol, volume and mass.

Sources: GB 2762-2025, 3.5 (dried products by their dehydration), notes on 干重计 and on liquid infant formula (8 : 1); GB 2757-2012 (per 100 % vol alcohol).
Each returns the exact quotient to CARRIED digits; rounding is the report's. Raises Refusal for shares and ratios that cannot be.
"""

from __future__ import annotations

from decimal import Decimal, localcontext

from lims.errors import Refusal
from lims.i18n import _

CARRIED = 50
"""Significant digits of a result that does not come out even."""

FORMULA_DILUTION = Decimal(8)
"""Powdered infant formula to ready liquid: a limit for the solid is eight times that of the liquid (GB 2762-2025)."""


def on_dry_matter(value: Decimal, water: Decimal) -> Decimal:
    """Return what is in the dry matter; *water* in per cent of the sample."""
    return _divided(value * 100, 100 - _share(water))


def as_is(value: Decimal, water: Decimal) -> Decimal:
    """Return what is in the sample as it is, from what is in its dry matter; *water* in per cent."""
    return _divided(value * (100 - _share(water)), Decimal(100))


def as_fresh(value: Decimal, water_dried: Decimal, water_fresh: Decimal) -> Decimal:
    """Return what a dried product's value is for the fresh one it was made of; water contents in per cent (GB 2762-2025, 3.5)."""
    return _divided(value * (100 - _share(water_fresh)), 100 - _share(water_dried))


def as_made_up(value: Decimal, times: Decimal) -> Decimal:
    """Return what is in the product ready for use; *times* is the mass of it that one mass of concentrate gives."""
    if not times.is_finite() or times < 1:
        raise Refusal(_("A concentrate gives at least as much as it is. Enter how many times its mass it makes."))
    return _divided(value, times)


def of_pure_alcohol(value: Decimal, alcohol: Decimal) -> Decimal:
    """Return a spirit's value per litre of pure alcohol; *alcohol* in % vol (GB 2757-2012)."""
    if not alcohol.is_finite() or not 0 < alcohol <= 100:
        raise Refusal(_("The alcoholic strength lies above 0 and at most at 100 % vol. Check it."))
    return _divided(value * 100, alcohol)


def by_mass(value: Decimal, density: Decimal) -> Decimal:
    """Return mg/kg from mg/L; *density* in kg/L as measured."""
    if not density.is_finite() or density <= 0:
        raise Refusal(_("A density is larger than 0. Enter it in kg/L as measured."))
    return _divided(value, density)


def _share(water: Decimal) -> Decimal:
    if not water.is_finite() or not 0 <= water < 100:
        raise Refusal(_("A water content lies between 0 and 100 %. Check it."))
    return water


def _divided(value: Decimal, by: Decimal) -> Decimal:
    if not value.is_finite():
        raise Refusal(_("There is no value to turn. Enter it first."))
    with localcontext(prec=CARRIED):
        return value / by
