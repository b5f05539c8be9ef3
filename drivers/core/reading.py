"""One value an instrument sent, exactly as it sent it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

Status = Literal["final", "preliminary", "corrected", "control", "failed"]
Outcome = Literal["positive", "weak positive", "negative", "invalid"]
"""What a rapid test says, in one word each."""

_NUMBER = re.compile(r"([<>])?\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one instrument says about one test of one sample. A number and words may both be there, or neither."""

    instrument: str
    sample: str | None
    """Sample number as sent."""
    test: str | None
    """Item code after the profile's map, or the code as sent where the map does not know it."""
    sent_test: str | None = None
    value: Decimal | None = None
    text: str = ""
    """The value as sent, comparator and decimals included."""
    comparator: Literal["<", ">"] | None = None
    unit: str | None = None
    """In our spelling where the profile's map knows it, else as sent."""
    result: str | None = None
    """Words sent instead of, or beside, a number."""
    outcome: Outcome | None = None
    """What the words mean, where the profile knows."""
    position: str | None = None
    """Channel, well, cup or row of a run, as sent."""
    raw: tuple[tuple[str, Decimal], ...] = ()
    """Named raw channels the instrument sends beside or instead of a result: `absorbance change`, `test line`, `control line`."""
    stable: bool | None = None
    status: Status = "final"
    flags: tuple[str, ...] = ()
    at: datetime | None = None
    """The moment as the instrument says it, without a zone."""
    comment: str = ""
    operator: str | None = None
    lot: str | None = None
    serial: str | None = None

    def as_json(self, received: datetime | None = None, source: Mapping[str, object] | None = None) -> dict[str, object]:
        """Return the reading as the keys of one JSON line; numbers are strings so that their decimals survive."""
        return {
            "instrument": self.instrument,
            "sample": self.sample,
            "test": self.test,
            "value": None if self.value is None else format(self.value, "f"),
            "comparator": self.comparator,
            "unit": self.unit,
            "result": self.result,
            "stable": self.stable,
            "status": self.status,
            "flags": list(self.flags),
            "at": None if self.at is None else self.at.isoformat(),
            "received": None if received is None else utc_text(received),
            "source": dict(source or {}),
        }


def number(text: str) -> tuple[Literal["<", ">"] | None, Decimal] | None:
    """Return comparator and number of *text*, None when it is anything else. `4,7` and `<=5` are not guessed at."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    sign: Literal["<", ">"] | None = "<" if found[1] == "<" else ">" if found[1] == ">" else None
    return sign, Decimal(found[2])


def utc_text(moment: datetime) -> str:
    """Return an aware *moment* as `2026-02-08T06:44:00.123456Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
