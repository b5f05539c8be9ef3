"""Fields of bioMérieux instruments: RS, a tag of two letters, the value, `|`; one result a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from drivers.core.encoding import decoded
from drivers.core.reading import Reading, number

RS = "\x1e"


@dataclass(frozen=True, slots=True)
class RsFieldsSettings:
    """Which tag says what, as the miniVidas sends them (senaite.astm, mini_vidas adapter and its capture)."""

    tag_sample: str = "ci"
    tag_test: str = "rt"
    tag_words: str = "ql"
    tag_value: str = "qn"
    tag_unit: str = "y3"
    tag_date: str = "td"
    tag_time: str = "tt"
    tag_flags: str = "nc"
    tag_operator: str = "m4"
    tag_serial: str = "sn"
    date_format: str = "%m/%d/%y"
    time_format: str = "%H:%M"


def readings(data: bytes, encoding: str, settings: RsFieldsSettings) -> list[Reading]:
    """Return the reading of one message, none where it names neither a test nor a result."""
    said = _said(decoded(data, encoding)[0])
    test, words, value = (said.get(tag) or None for tag in (settings.tag_test, settings.tag_words, settings.tag_value))
    if test is None and words is None and value is None:
        return []
    found = number(value or "")
    return [
        Reading(
            instrument="",
            sample=said.get(settings.tag_sample) or None,
            test=test,
            value=found[1] if found else None,
            text=value or "",
            comparator=found[0] if found else None,
            unit=(said.get(settings.tag_unit) or None) if found else None,
            result=words if found or words else value,
            flags=tuple(filter(None, (said.get(settings.tag_flags),))),
            at=_at(said, settings),
            operator=said.get(settings.tag_operator) or None,
            serial=said.get(settings.tag_serial) or None,
        )
    ]


def _said(text: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for field in text.split(RS)[1:]:
        tag, value = field[:2], field[2:].rstrip("\r\n").removesuffix("|").strip()
        # Said twice and differently: nobody can tell which holds.
        said[tag] = value if said.get(tag, value) == value else ""
    return said


def _at(said: dict[str, str], settings: RsFieldsSettings) -> datetime | None:
    moment = f"{said.get(settings.tag_date, '')} {said.get(settings.tag_time, '')}"
    try:
        return datetime.strptime(moment, f"{settings.date_format} {settings.time_format}")
    except ValueError:
        return None
