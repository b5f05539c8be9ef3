"""The records of CLSI LIS2-A2 (ASTM E1394): readings out of O and R, queries out of Q, and the orders that answer them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from drivers.core.encoding import decoded
from drivers.core.form import unknown_value
from drivers.core.reading import Reading, Status, number

Field = tuple[tuple[str, ...], ...]
"""Repeats of components."""
EMPTY: Field = (("",),)


@dataclass(frozen=True, slots=True)
class Lis2Settings:
    """Where an instrument departs from LIS2-A2."""

    test_component: int = 4
    """Which component of R.3, O.5 and Q.5 holds the test code: `^^^CODE`."""
    query_component: int = 2
    """Which component of Q.3 holds the sample number: `patient^specimen`. Where it is empty, the first that is not."""
    order_action: Literal["A", "N"] = "A"
    """O.12 of an order we send: add to what the instrument has of the sample, or a new order."""

    def __post_init__(self) -> None:
        for name in ("test_component", "query_component"):
            if getattr(self, name) < 1:
                raise unknown_value(name, getattr(self, name))


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four characters every header record declares anew."""

    field: str = "|"
    repeat: str = "\\"
    component: str = "^"
    escape: str = "&"


@dataclass(slots=True)
class Record:
    """One record: its letter and its fields, counted from 1 as the standard does; a field is split when it is asked for."""

    letter: str
    whole: list[str]
    """The fields as sent."""
    delimiters: Delimiters
    encoding: str

    def __getitem__(self, place: int) -> Field:
        sent = self._sent(place)
        if not sent:
            return EMPTY
        # Field 2 of a header is the declaration itself.
        return ((sent,),) if place == 2 and self.letter == "H" else _field(sent, self.delimiters, self.encoding)

    def text(self, place: int) -> str:
        """Return the first component of the first repeat."""
        sent, marks = self._sent(place), self.delimiters
        if not sent:
            return ""
        first = sent.partition(marks.repeat)[0].partition(marks.component)[0]
        return unescaped(first, marks, self.encoding).strip()

    def _sent(self, place: int) -> str:
        return self.whole[place - 1] if place <= len(self.whole) else ""


@dataclass(frozen=True, slots=True)
class Query:
    """What an instrument asks: the orders of these samples."""

    samples: tuple[str, ...]
    """Sample numbers as sent; none where the instrument names none."""
    tests: tuple[str, ...] = ()
    """Test codes; none for all."""
    sender: str = ""
    """Who asks, as it calls itself in H.5."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be measured of one sample."""

    sample: str
    tests: tuple[str, ...]
    """Test codes."""
    specimen: str = ""
    """What the sample is, in a word (O.16)."""
    priority: Literal["R", "S", "A"] = "R"
    """Routine, stat, as soon as possible (O.6)."""


STATUS: dict[str, Status] = {
    "F": "final", "V": "final", "R": "final", "": "final", "P": "preliminary", "I": "preliminary",
    "S": "preliminary", "M": "preliminary", "C": "corrected", "X": "failed", "Q": "control",
}  # fmt: skip
"""R.9; a letter the standard does not list is preliminary, so that a person looks."""
CONTROL_SPECIMENS = ("CTRL", "QC")
"""O.16 of a control sample begins like this."""
FAILED_WORDS = ("", "NA", "N/A")
"""With flag A in R.7 these stand for a test that did not work."""
_ESCAPES = {ord("|"): "&F&", ord("^"): "&S&", ord("\\"): "&R&", ord("&"): "&E&"} | {code: f"&X{code:02X}&" for code in (*range(32), 127)}


def readings(data: bytes, encoding: str, settings: Lis2Settings) -> list[Reading]:
    """Return one reading for each R record, with the sample and the control mark of the records above it.

    Bytes are decoded before they are split: in GBK the second byte of a character may look like a delimiter.
    """
    text, used = decoded(data, encoding)
    page = _Page(settings)
    for record in records(text, used):
        _ON.get(record.letter, _Page.other)(page, record)
    return page.readings


def queries(data: bytes, encoding: str, settings: Lis2Settings) -> tuple[Query, ...]:
    """Return what each Q record asks; one that takes back the last request (Q.13 = A) asks nothing.

    Of a range (Q.4) only the beginning is asked: nobody knows which numbers lie between.
    """
    text, used = decoded(data, encoding)
    found: list[Query] = []
    sender = ""
    for record in records(text, used):
        if record.letter == "H":
            sender = record.text(5)
        elif record.letter == "Q" and record.text(13) != "A":
            samples = (_component(repeat, settings.query_component) for repeat in record[3])
            tests = [_component(repeat, settings.test_component) for repeat in record[5]]
            found.append(Query(tuple(filter(None, samples)), () if "ALL" in tests else tuple(filter(None, tests)), sender))
    return tuple(found)


def orders(given: Sequence[Order], *, answer: bool, sender: str, receiver: str, at: datetime, settings: Lis2Settings | None = None) -> list[str]:
    """Return the records that bring orders to an instrument, as *answer* to its query or unasked; tests are the instrument's own codes.

    LIS2-A2: O.26 is Q and L.3 F in an answer, L.3 I where nothing is known of what it asked; O and N in a download. *at* is local time.
    """
    known = settings or Lis2Settings()
    header = f"H|\\^&|||{escaped(sender)}|||||{escaped(receiver)}||P|LIS2-A2|{at:%Y%m%d%H%M%S}"
    if answer and not given:
        return [header, "L|1|I"]
    lines = [_order(place, order, "Q" if answer else "O", known) for place, order in enumerate(given, start=1)]
    return [header, "P|1", *lines, f"L|1|{'F' if answer else 'N'}"]


def _order(place: int, order: Order, report: str, settings: Lis2Settings) -> str:
    tests = "\\".join("^" * (settings.test_component - 1) + escaped(test) for test in order.tests)
    specimen = escaped(order.specimen)
    return f"O|{place}|{escaped(order.sample)}||{tests}|{order.priority}||||||{settings.order_action}||||{specimen}||||||||||{report}"


def escaped(text: str) -> str:
    """Return *text* with the usual delimiters and every control character written as escape sequences."""
    return text.translate(_ESCAPES)


def records(text: str, encoding: str = "latin-1") -> Iterator[Record]:
    """Split *text* at CR into records, each by the delimiters of the last header before it."""
    delimiters = Delimiters()
    for line in text.replace("\n", "\r").split("\r"):
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
    """Return one record of the fields that *delimiters* separate."""
    return Record(line[:1], line.split(delimiters.field), delimiters, encoding)


def _field(text: str, delimiters: Delimiters, encoding: str) -> Field:
    if delimiters.repeat not in text and delimiters.escape not in text:
        return (tuple(text.split(delimiters.component)),)
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
    if len(text) not in (8, 12, 14) or not (text.isascii() and text.isdigit()):
        return None
    try:
        return datetime.fromisoformat(f"{text[:8]}T{text[8:]}".rstrip("T"))
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
        self._position: str | None = None
        self._below_result = False

    def header(self, record: Record) -> None:
        self._control_message = record.text(12) == "Q"
        self.patient(record)

    def patient(self, record: Record) -> None:
        self._sample, self._position, self._control, self._below_result = None, None, self._control_message, False

    def order(self, record: Record) -> None:
        specimen = record.text(16).upper()
        self._sample = record.text(3) or None
        self._position = "^".join(record[4][0]).strip() or None
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
                test=_component(record[3][0], self._settings.test_component) or None,
                position=self._position,
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

    def _status(self, record: Record, sent: str, flags: tuple[str, ...]) -> Status:
        if "A" in flags and sent.upper() in FAILED_WORDS:
            return "failed"
        status = STATUS.get(record.text(9), "preliminary")
        return "control" if self._control and status != "failed" else status


def _component(parts: tuple[str, ...], place: int) -> str:
    """Return the component at *place*, the first that says anything where it is empty."""
    said = [part.strip() for part in parts]
    return (said[place - 1] if place <= len(said) else "") or next(filter(None, said), "")


def _value(measured: Field) -> tuple[str, str | None]:
    """Return value and words of R.4, which may be `4.7`, `<100`, `NEGATIVE`, or words and number as `call^number`."""
    parts = [said for part in measured[0] if (said := part.strip())]
    if len(parts) < 2:
        return (parts or [""])[0], None
    numbers, words = ([part for part in parts if bool(number(part)) is numeric] for numeric in (True, False))
    return (numbers[0], words[0] if words else None) if numbers else (words[0], None)


_ON: dict[str, Callable[[_Page, Record], None]] = {
    "H": _Page.header, "P": _Page.patient, "O": _Page.order, "R": _Page.result, "C": _Page.comment,
}  # fmt: skip
