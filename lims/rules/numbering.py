"""Numbers of samples, portions, worksheets and reports: masks that are filled once and never twice."""

from __future__ import annotations

import re
from string import Formatter

from lims.errors import Refusal
from lims.i18n import _

_ALLOWED = {"prefix", "year", "serial"}
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{2,39}")


def fill(mask: str, *, year: int, serial: int, prefix: str = "") -> str:
    """Return the number that *mask* gives, for example ``{prefix}{year}-{serial:05}``."""
    return mask.format(prefix=prefix, year=year, serial=serial)


def mask_mistake(mask: str) -> str | None:
    """Say why *mask* cannot number anything, or return None."""
    try:
        names = {name for _text, name, _spec, _conversion in Formatter().parse(mask) if name is not None}
        sample = fill(mask, year=2026, serial=1, prefix="SP")
    except (ValueError, KeyError, IndexError, AttributeError):
        names, sample = {""}, ""
    if "serial" not in names or not names <= _ALLOWED or number_mistake(sample):
        return _("A mask holds {{serial}}, and may hold {{prefix}} and {{year}}, like {example}.").format(example="{prefix}{year}-{serial:05}")
    return None


def number_mistake(number: str) -> str | None:
    """Say why *number* cannot stand on a label, or return None."""
    if _NUMBER.fullmatch(number):
        return None
    return _("“{number}” is no number for a label. Use 3 to 40 letters, digits, points and hyphens.").format(number=number)


def checked(number: str) -> str:
    """Return *number* if it can stand on a label, or raise Refusal."""
    if words := number_mistake(number):
        raise Refusal(words)
    return number
