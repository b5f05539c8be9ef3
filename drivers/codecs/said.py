"""What an instrument said of one result, by name, into a reading: shared by the codecs that are told what stands where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from drivers.core.form import unknown_value
from drivers.core.reading import Reading, number

RAW = {"absorbance_change": "absorbance change", "test_line": "test line", "control_line": "control line"}
"""Raw channels -> what a reading calls them."""
NAMES = ("sample", "test", "value", "unit", "words", "position", "date", "time", "operator", "lot", "serial", "comment", *RAW)
"""What may be said; `words` is the verdict."""
TIMES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M",
    "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y-%m-%d",
)  # fmt: skip
"""Year first: the only order that cannot be taken for another."""

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width forms of ASCII, as Chinese instruments print them."""
_WITH_UNIT = re.compile(r"([<>]?\s*[+-]?[0-9.,]+(?:[eE][+-]?[0-9]+)?)\s*([A-Za-z\u00b5\u03bc\u4e00-\u9fff%‰°℃]\S*)")
_POWER = re.compile(r"[xX×*^eE]\s*[0-9]")
"""What stands behind a number that is not whole without it: no unit begins so."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all results of a profile, and what a result must have."""

    test_code: str = ""
    """The test's code where the instrument does not say it."""
    fixed_unit: str = ""
    """The unit where the instrument does not say it."""
    decimal: Literal[".", ","] = "."
    required: tuple[str, ...] = ("sample", "value")
    """Without these (NAMES) a reading has a flag `missing:NAME` and no value: a person decides."""
    time_formats: tuple[str, ...] = TIMES
    """Of date and time joined by a blank; the first that reads it."""

    def __post_init__(self) -> None:
        for at, name in enumerate(self.required):
            if name not in NAMES:
                raise unknown_value(f"required[{at}]", name, *NAMES)
        for at, each in enumerate(self.time_formats):
            try:
                datetime.strptime(datetime(2026, 2, 8, tzinfo=UTC).strftime(each), each)
            except (ValueError, re.error):
                raise unknown_value(f"time_formats[{at}]", each) from None


def reading(said: Mapping[str, str], terms: Terms, faults: Sequence[str] = ()) -> Reading:
    """Return the reading of what is *said*; with *faults*, or where something required is missing, it has no value."""
    value = said.get("value", "")
    sent, unit = with_unit(value, terms.decimal)
    found = None if _POWER.match(said.get("unit") or unit) else decimal_number(sent, terms.decimal)
    flags = (*faults, *(f"missing:{name}" for name in terms.required if not said.get(name)))
    comparator, decimal = found if found and not flags else (None, None)
    return Reading(
        instrument="",
        sample=said.get("sample") or None,
        test=said.get("test") or terms.test_code or None,
        value=decimal,
        text=sent if found else value,
        comparator=comparator,
        unit=(said.get("unit") or unit or terms.fixed_unit or None) if found else None,
        result=said.get("words") or (None if found else value or None),
        position=said.get("position") or None,
        raw=() if flags else _raw(said, terms.decimal),
        flags=flags,
        at=moment(said, terms.time_formats),
        comment=said.get("comment", ""),
        operator=said.get("operator") or None,
        lot=said.get("lot") or None,
        serial=said.get("serial") or None,
    )


def with_unit(sent: str, decimal: str) -> tuple[str, str]:
    """Return a value and the unit behind it; all of it as value where it is not a number and a word."""
    both = _WITH_UNIT.fullmatch(sent) if decimal_number(sent, decimal) is None else None
    return (both[1], both[2]) if both else (sent, "")


def decimal_number(text: str, decimal: str) -> tuple[Literal["<", ">"] | None, Decimal] | None:
    """Return comparator and number of *text*, written with the sign *decimal*; None for any other writing."""
    narrow = text.translate(_WIDE)
    if decimal == ",":
        narrow = "?" if "." in narrow else narrow.replace(",", ".")
    return number(narrow)


def moment(said: Mapping[str, str], formats: Sequence[str]) -> datetime | None:
    """Return the moment of *said* date and time, None when no format reads it."""
    text = " ".join(filter(None, (said.get("date", ""), said.get("time", "")))).translate(_WIDE)
    for each in formats if text else ():
        try:
            return datetime.strptime(text, each).replace(tzinfo=None)
        except ValueError:
            continue
    return None


def _raw(said: Mapping[str, str], decimal: str) -> tuple[tuple[str, Decimal], ...]:
    channels = ((name, decimal_number(said[key], decimal)) for key, name in RAW.items() if key in said)
    return tuple((name, found[1]) for name, found in channels if found and found[0] is None)
