"""Results in one line, `test value  unit` again and again after a head, as the Arkray Spotchem EL sends them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from drivers.core.encoding import decoded
from drivers.core.form import unknown_value
from drivers.core.reading import Reading, number


@dataclass(frozen=True, slots=True)
class SpacedSettings:
    """Regular expressions of the head and of one result; the defaults are those of the Spotchem EL SE-1520 (senaite.astm, capture)."""

    head: str = r"(?P<at>\S{8} \S{5}) ID# (?P<sample>\S{0,40}) +\[[^\]]{0,40}\]"
    """Begins the text; groups `sample` and `at`, either may be missing. Without the head nothing is read."""
    one: str = r"(?<!\S)(?P<test>\S{1,20}) {1,20}(?P<value>\S{1,20}) {2}(?P<unit>\S{1,20})(?!\S)"
    """Groups `test`, `value`, `unit`. Two blanks stand between value and unit, so that a missing unit is not taken from the next test."""
    at_format: str = "%y/%m/%d %H:%M"

    def __post_init__(self) -> None:
        for name, needed in (("head", set[str]()), ("one", {"test", "value", "unit"})):
            try:
                groups = set(re.compile(getattr(self, name)).groupindex)
            except re.error:
                raise unknown_value(name, getattr(self, name)) from None
            if not needed <= groups:
                raise unknown_value(name, getattr(self, name))


def readings(data: bytes, encoding: str, settings: SpacedSettings) -> list[Reading]:
    """Return one reading a result; words that belong to none, and a text without the head, are a reading without a value."""
    text = decoded(data, encoding)[0]
    head = re.match(settings.head, text)
    if head is None:
        return _words(text, None, None)
    groups = head.groupdict()
    sample, at = groups.get("sample") or None, _at(groups.get("at") or "", settings.at_format)
    found: list[Reading] = []
    end = head.end()
    for one in re.compile(settings.one).finditer(text, end):
        found += [*_words(text[end : one.start()], sample, at), _result(one, sample, at)]
        end = one.end()
    return found + _words(text[end:], sample, at)


def _result(one: re.Match[str], sample: str | None, at: datetime | None) -> Reading:
    sent = one["value"] or ""
    value = number(sent)
    return Reading(
        instrument="",
        sample=sample,
        test=one["test"],
        value=value[1] if value else None,
        text=sent,
        comparator=value[0] if value else None,
        unit=one["unit"] if value else None,
        result=None if value else sent or None,
        at=at,
    )


def _words(text: str, sample: str | None, at: datetime | None) -> list[Reading]:
    words = " ".join(text.strip("\0 \r\n").split())
    return [Reading(instrument="", sample=sample, test=None, text=words, result=words, at=at)] if words else []


def _at(text: str, written: str) -> datetime | None:
    try:
        return datetime.strptime(text, written)
    except ValueError:
        return None
