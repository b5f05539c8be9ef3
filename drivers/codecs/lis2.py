"""The records of CLSI LIS2-A2 (ASTM E1394): header, order, result; readings out of O and R."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from drivers.core.encoding import decoded
from drivers.core.reading import Reading, Status, number

Field = tuple[tuple[str, ...], ...]
"""Repeats of components."""
EMPTY: Field = (("",),)


@dataclass(frozen=True, slots=True)
class Lis2Settings:
    """Where an instrument departs from LIS2-A2."""

    test_component: int = 4
    """Which component of R.3 and O.5 holds the test code: `^^^CODE`."""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four characters every header record declares anew."""

    field: str = "|"
    repeat: str = "\\"
    component: str = "^"
    escape: str = "&"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its letter and its fields, counted from 1 as the standard does."""

    letter: str
    fields: tuple[Field, ...]

    def __getitem__(self, place: int) -> Field:
        return self.fields[place - 1] if place <= len(self.fields) else EMPTY

    def text(self, place: int) -> str:
        """Return the first component of the first repeat."""
        return self[place][0][0].strip()


STATUS: dict[str, Status] = {
    "F": "final", "V": "final", "R": "final", "": "final", "P": "preliminary", "I": "preliminary",
    "S": "preliminary", "M": "preliminary", "C": "corrected", "X": "failed", "Q": "control",
}  # fmt: skip
"""R.9; a letter the standard does not list is preliminary, so that a person looks."""
CONTROL_SPECIMENS = ("CTRL", "QC")
"""O.16 of a control sample begins like this."""
FAILED_WORDS = ("", "NA", "N/A")
"""With flag A in R.7 these stand for a test that did not work."""


def readings(data: bytes, encoding: str, settings: Lis2Settings) -> list[Reading]:
    """Return one reading for each R record, with the sample and the control mark of the records above it.

    Bytes are decoded before they are split: in GBK the second byte of a character may look like a delimiter.
    """
    text, used = decoded(data, encoding)
    page = _Page(settings)
    for record in records(text, used):
        _ON.get(record.letter, _Page.other)(page, record)
    return page.readings


def records(text: str, encoding: str = "latin-1") -> Iterator[Record]:
    """Split *text* at CR into records, each by the delimiters of the last header before it."""
    delimiters = Delimiters()
    for line in re.split(r"[\r\n]+", text):
        line = line.strip("\0 ")
        if line[:1] == "H":
            delimiters = declared(line, delimiters)
        if line:
            yield split(line, delimiters, encoding)


def declared(header: str, before: Delimiters) -> Delimiters:
    """Return the delimiters *header* declares, those *before* it where it declares none."""
    separator = header[1:2]
    marks = header[2:].partition(separator)[0][:3] if separator else ""
    names = ("repeat", "component", "escape")
    found = replace(before, **{"field": separator or before.field, **dict(zip(names, marks, strict=False))})
    return found if len({found.field, found.repeat, found.component, found.escape}) == 4 else before


def split(line: str, delimiters: Delimiters, encoding: str = "latin-1") -> Record:
    """Split one record; field 2 of a header is the declaration itself and is never split."""
    whole = line.split(delimiters.field)
    parsed = [_field(text, delimiters, encoding) for text in whole]
    if line[:1] == "H" and len(whole) > 1:
        parsed[1] = ((whole[1],),)
    return Record(line[:1], tuple(parsed))


def _field(text: str, delimiters: Delimiters, encoding: str) -> Field:
    return tuple(
        tuple(unescaped(component, delimiters, encoding) for component in repeat.split(delimiters.component)) for repeat in text.split(delimiters.repeat)
    )


def unescaped(text: str, delimiters: Delimiters, encoding: str = "latin-1") -> str:
    """Return *text* with its escape sequences resolved; sequences the standard does not know stay as they are."""
    if delimiters.escape not in text:
        return text
    mark = re.escape(delimiters.escape)
    return re.sub(f"{mark}([^{mark}]*){mark}", lambda found: _meaning(found, delimiters, encoding), text)


def _meaning(found: re.Match[str], delimiters: Delimiters, encoding: str) -> str:
    plain = {
        "F": delimiters.field, "S": delimiters.component, "R": delimiters.repeat, "E": delimiters.escape,
        "H": "", "N": "",
    }  # fmt: skip
    name = found[1]
    if name in plain:
        return plain[name]
    if re.fullmatch(r"X(?:[0-9A-Fa-f]{2})+", name):
        return bytes.fromhex(name[1:]).decode(encoding, errors="replace")
    return found[0]


def moment(text: str) -> datetime | None:
    """Return the moment of `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, None for anything else."""
    shape = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(text))
    try:
        return datetime.strptime(text, shape) if shape and text.isascii() and text.isdigit() else None
    except ValueError:
        return None


class _Page:
    """A message read from the top: each record resets what the records below it said."""

    def __init__(self, settings: Lis2Settings) -> None:
        self.readings: list[Reading] = []
        self._settings = settings
        self._control_message = False
        self._control = False
        self._sample: str | None = None
        self._below_result = False

    def header(self, record: Record) -> None:
        self._control_message = record.text(12) == "Q"
        self.patient(record)

    def patient(self, record: Record) -> None:
        self._sample, self._control, self._below_result = None, self._control_message, False

    def order(self, record: Record) -> None:
        specimen = record.text(16).upper()
        self._sample = record.text(3) or None
        self._control = self._control_message or record.text(12) == "Q" or specimen.startswith(CONTROL_SPECIMENS)
        self._below_result = False

    def result(self, record: Record) -> None:
        self._below_result = True
        sent, words = _value(record[4])
        found = number(sent)
        flags = tuple(flag for repeat in record[7] if (flag := repeat[0].strip()) and flag != "N")
        self.readings.append(
            Reading(
                instrument="",
                sample=self._sample,
                test=self._test(record[3]),
                value=found[1] if found else None,
                text=sent,
                comparator=found[0] if found else None,
                unit=record.text(5) or None,
                result=words or (None if found else sent or None),
                status=self._status(record, sent, flags),
                flags=flags,
                at=moment(record.text(13)) or moment(record.text(12)),
                operator=record.text(11) or None,
            )
        )

    def comment(self, record: Record) -> None:
        """A comment belongs to the record before it; only those below a result are a reading's."""
        if self._below_result:
            last = self.readings[-1]
            self.readings[-1] = replace(last, comment="\n".join(filter(None, (last.comment, record.text(4)))))

    def other(self, record: Record) -> None:
        """Q, M, S, L and what nobody knows carry no readings; their bytes are kept with the message."""

    def _test(self, universal: Field) -> str | None:
        parts = [part.strip() for part in universal[0]]
        place = self._settings.test_component - 1
        return (parts[place] if place < len(parts) else "") or next(filter(None, parts), None)

    def _status(self, record: Record, sent: str, flags: tuple[str, ...]) -> Status:
        if "A" in flags and sent.upper() in FAILED_WORDS:
            return "failed"
        status = STATUS.get(record.text(9), "preliminary")
        return "control" if self._control and status != "failed" else status


def _value(measured: Field) -> tuple[str, str | None]:
    """Return value and words of R.4, which may be `4.7`, `<100`, `NEGATIVE`, or words and number as `call^number`."""
    parts = [part.strip() for part in measured[0]]
    numbers = [part for part in parts if number(part)]
    words = [part for part in parts if part and not number(part)]
    return (numbers[0], words[0] if words else None) if numbers else (words[0] if words else "", None)


_ON: dict[str, Callable[[_Page, Record], None]] = {
    "H": _Page.header, "P": _Page.patient, "O": _Page.order, "R": _Page.result, "C": _Page.comment,
}  # fmt: skip
