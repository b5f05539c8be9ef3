"""Units that may be turned into one another, by exact factors; everything else is refused, never guessed."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, localcontext
from functools import cache, lru_cache

from lims.errors import Refusal
from lims.i18n import _
from lims.rules.rounding import EXACT

D = Decimal

# fmt: off
FACTORS: tuple[dict[str, Decimal], ...] = (
    {
        "g/100g": D(10000), "%": D(10000), "g/kg": D(1000), "mg/g": D(1000), "‰": D(1000), "mg/100g": D(10), "mg/kg": D(1),
        "μg/g": D(1), "μg/100g": D("0.01"), "μg/kg": D("0.001"), "ng/g": D("0.001"), "ng/kg": D("0.000001"),
    },
    {
        "g/100mL": D(10000), "g/L": D(1000), "mg/mL": D(1000), "mg/100mL": D(10), "mg/L": D(1), "μg/mL": D(1),
        "μg/L": D("0.001"), "ng/mL": D("0.001"), "ng/L": D("0.000001"),
    },
    {"MPN/g": D(100), "MPN/100g": D(1)},
    {"MPN/mL": D(100), "MPN/100mL": D(1)},
    {"kg": D(1000), "g": D(1), "mg": D("0.001"), "μg": D("0.000001")},
    {"L": D(1000), "mL": D(1), "μL": D("0.001")},
)
"""Mass fractions in mg/kg; mass concentrations in mg/L; MPN in 100 g or mL; mass in g; volume in mL. All are powers of ten, so that digits stay.

Fraction and concentration never mix: the density is not known. A number of germs in 25 g is not 25 times the number in 1 g.
"""

ALONE = (
    "%vol", "CFU/g", "CFU/mL", "CFU/cm²", "CFU/g(mL)", "CFU/100mL", "CFU/250mL", "MPN/g(mL)", "个/g", "个/mL", "粒/kg", "粒/mL", "粒/容器",
    "/g", "/mL", "/10g", "/25g", "/25mL", "/25g(mL)", "/100g", "/100mL", "/250mL", "/50cm²", "mg/100cm²", "mg/dm²", "mg/m³", "mg/片", "mg/粒",
    "%(g/mL)", "g/cm³", "g/mL", "mL/100g", "mL/g", "kJ/100g", "kJ/100mL", "Bq/kg", "IU/100g", "IU/g", "U/g", "μgRE/100g", "mgα-TE/100g",
    "mol/L", "mmol/L", "mmol/kg", "mS/cm", "μS/cm", "℃", "min", "s", "h", "d", "mm", "cm", "m", "μm", "NTU", "度", "倍", "分", "秒", "片",
    "粒",
)
# fmt: on
"""Units that are turned into nothing else."""

KEPT = 4096
"""Spellings that are remembered: a laboratory uses some dozens."""

_CHINESE = (
    *(("毫克", "mg"), ("微克", "μg"), ("纳克", "ng"), ("千克", "kg"), ("公斤", "kg"), ("克", "g"), ("毫升", "mL"), ("微升", "μL"), ("升", "L")),
    *(("摄氏度", "℃"), ("分钟", "min"), ("小时", "h"), ("菌落形成单位", "CFU"), ("体积", "vol"), ("平方厘米", "cm²"), ("每", "/")),
)


@lru_cache(maxsize=KEPT)
def spelt(unit: str) -> str:
    """Return our spelling of *unit*; one we do not know stays as it is written, without the blanks around it."""
    return _known().get(_key(unit), unit.strip())


def known(unit: str) -> bool:
    """Tell whether *unit* is a unit in one of its usual spellings."""
    return _key(unit) in _known()


def convert(value: Decimal, unit: str, target: str) -> Decimal:
    """Return *value* in *target*, its digits kept (0.050 mg/kg is 50 μg/kg); raises Refusal where no exact factor is known."""
    unit, target = spelt(unit), spelt(target)
    if unit == target or _either(unit, target):
        return value
    for family in FACTORS:
        if unit in family and target in family:
            with localcontext(prec=EXACT):
                return value.scaleb((family[unit] / family[target]).adjusted())
    raise Refusal(_("{unit} cannot be turned into {target}.").format(unit=unit or _("no unit"), target=target or _("no unit")))


def turns(unit: str, target: str) -> bool:
    """Tell whether a value in *unit* can be turned into *target*."""
    unit, target = spelt(unit), spelt(target)
    return unit == target or _either(unit, target) or any(unit in family and target in family for family in FACTORS)


def _either(unit: str, target: str) -> bool:
    """Tell whether *target* stands for both forms a sample can have: CFU/g(mL) takes CFU/g and CFU/mL."""
    return target.endswith("g(mL)") and unit in (target.removesuffix("(mL)"), target.removesuffix("g(mL)") + "mL")


@cache
def _known() -> dict[str, str]:
    return {_key(unit): unit for unit in (*ALONE, *(unit for family in FACTORS for unit in family))}


def _key(unit: str) -> str:
    """Return what is left of a unit when case, blanks, full-width signs and other ways to write the same are taken away."""
    for words, short in _CHINESE:
        unit = unit.replace(words, short)
    text = unicodedata.normalize("NFKC", unit)
    text = re.sub(r"([A-Za-zμ0-9])[·*.]?([A-Za-z]{1,2})\^?[-−⁻]1\b", r"\1/\2", text)
    text = re.sub(r"\s", "", text).replace("∕", "/").replace("^", "").casefold()
    return re.sub(r"(?<![a-z])u(?=[gl]\b|[gl]/|m\b|s/)", "μ", text)
