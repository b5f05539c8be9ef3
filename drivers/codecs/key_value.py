"""Sets of lines `identifier value` with an identifier of fixed width, as the RIDA CUBE SCAN prints them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from drivers.core.encoding import decoded
from drivers.core.reading import Reading, number


@dataclass(frozen=True, slots=True)
class KeyValueSettings:
    """The identifiers of one maker; every line with another identifier is a test."""

    key_width: int = 7
    key_sample: str = "ID"
    key_kind: str = "Type"
    key_date: str = "Date"
    key_time: str = "Time"
    key_operator: str = "Operat"
    key_lot: str = "Lot No"
    key_serial: str = "Ser No"
    other_keys: str = "Name Applic"
    """Identifiers that are neither of the above nor a test, separated by blanks."""
    control_kind: str = "Control"
    date_format: str = "%d-%m-%Y"
    time_format: str = "%H:%M"


def readings(data: bytes, encoding: str, settings: KeyValueSettings) -> list[Reading]:
    """Return one reading for each test line of one data set."""
    lines = [_line(line, settings) for line in re.split(r"[\r\n]+", decoded(data, encoding)[0]) if line.strip("\0 ")]
    known = _known(settings)
    said: dict[str, str] = {}
    for key, value in lines:
        if key in known:
            # Said twice and differently (the end of a set was lost): nobody can tell which test it belongs to.
            said[key] = value if said.get(key, value) == value else ""
    return [_reading(key, value, said, settings) for key, value in lines if key not in known]


def _known(settings: KeyValueSettings) -> set[str]:
    named = (
        settings.key_sample, settings.key_kind, settings.key_date, settings.key_time, settings.key_operator,
        settings.key_lot, settings.key_serial,
    )  # fmt: skip
    return {*named, *settings.other_keys.split()}


def _line(line: str, settings: KeyValueSettings) -> tuple[str, str]:
    key = line[: settings.key_width].strip("\0 ").removesuffix(":").rstrip()
    return key, line[settings.key_width :].strip("\0 ")


def _reading(key: str, sent: str, said: dict[str, str], settings: KeyValueSettings) -> Reading:
    value, _, unit = sent.partition(" ")
    if value in ("<", ">"):
        after, _, unit = unit.strip().partition(" ")
        value = f"{value} {after}"
    found = number(value)
    return Reading(
        instrument="",
        sample=said.get(settings.key_sample) or None,
        test=key or None,
        value=found[1] if found else None,
        text=value if found else sent,
        comparator=found[0] if found else None,
        unit=(unit.strip() or None) if found else None,
        result=None if found else sent or None,
        status="control" if said.get(settings.key_kind) == settings.control_kind else "final",
        at=_at(said, settings),
        operator=said.get(settings.key_operator) or None,
        lot=said.get(settings.key_lot) or None,
        serial=said.get(settings.key_serial) or None,
    )


def _at(said: dict[str, str], settings: KeyValueSettings) -> datetime | None:
    moment = f"{said.get(settings.key_date, '')} {said.get(settings.key_time, '')}"
    try:
        return datetime.strptime(moment, f"{settings.date_format} {settings.time_format}")
    except ValueError:
        return None
