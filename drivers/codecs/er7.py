"""The segments of HL7 v2 (ER7, its form with delimiters): readings out of the OBX of ORU and OUL messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from drivers.core.encoding import decoded
from drivers.core.form import unknown_value
from drivers.core.reading import Reading, Status, number

RESULTS = ("ORU", "OUL", "")
"""MSH-9.1 of messages that bring results; no header says nothing else."""
STATUS: Mapping[str, Status] = {
    "F": "final", "U": "final", "": "final", "P": "preliminary", "R": "preliminary", "S": "preliminary", "I": "preliminary",
    "C": "corrected", "X": "failed", "D": "failed", "W": "failed",
}  # fmt: skip
"""OBX-11, HL7 v2.5.1 table 0085; any other letter is preliminary, so that a person looks."""
NUMERIC = "SN"
"""OBX-2 of a structured numeric: comparator ^ number ^ separator ^ number."""
COMPARATORS = ("", "=", "<", ">")
"""Those a reading can bear; `>=` and `<>` are not guessed at."""
CONTROL_SPECIMEN = "Q"
"""SPM-11 of a control sample, HL7 v2.5.1 table 0369."""
NOTHING = '""'
"""A field that says: there is no value."""

_PLACE = re.compile(r"(PID|SPM|OBR|OBX)-([1-9]\d?)(?:\.([1-9]\d?))?(?:\.([1-9]\d?))?", re.ASCII)
_MOMENT = re.compile(r"(\d{8})((?:\d\d){0,3})(?:\.(\d{1,4}))?(?:[+-]\d{4})?", re.ASCII)
_HEX = re.compile(r"X(?:[0-9A-Fa-f]{2})+")


@dataclass(frozen=True, slots=True)
class Er7Settings:
    """Where an instrument puts what. Lists are separated by blanks; a place is `OBR-3`, `OBX-3.4` or `SPM-2.1.1`, the first that is filled counts."""

    sample_fields: str = "OBR-3 OBR-2 PID-3"
    test_fields: str = "OBX-3.1 OBX-3.4"
    moment_fields: str = "OBX-14 OBR-7 OBR-22"
    value_types: str = "NM ST SN"
    """OBX-2 of rows that are results; others carry modes, remarks and pictures."""
    control_modes: str = "LJ XB"
    """MSH-11.2 of a message of control results."""
    control_messages: str = "OUL^R21"
    """MSH-9 of messages of control results, whatever MSH-11 says."""

    def __post_init__(self) -> None:
        for name in ("sample_fields", "test_fields", "moment_fields"):
            for place in getattr(self, name).split():
                if not _PLACE.fullmatch(place):
                    raise unknown_value(name, place)


class Marks(NamedTuple):
    """The delimiters of MSH-2."""

    component: str = "^"
    repeat: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"


Segment = list[str]
"""The fields of a segment as sent: the place in the list is the field's number, 0 the name."""
Found = tuple[Literal["<", ">"] | None, Decimal] | None


def readings(data: bytes, encoding: str, settings: Er7Settings) -> list[Reading]:
    """Return one reading for each OBX that is a result, with the sample and the control mark of the segments above it.

    HL7 v2.5.1 chapter 7 (ORU, OUL, OBR, OBX, SPM) and chapter 2 (delimiters, escapes).
    """
    text, used = decoded(data, encoding)
    page = _Page(settings, used)
    for segment in segments(text.replace("\0", "")):
        _ON.get(segment[0].strip(), _Page.other)(page, segment)
    return page.readings


def segments(text: str) -> list[Segment]:
    """Split *text* at CR, LF or CR LF into segments, and each into fields by the delimiter of the MSH before it.

    Bytes are decoded before they are split: in GBK the second byte of a character may look like a delimiter. MSH-18 is not asked.
    """
    if "\n" in text:
        text = text.replace("\r\n", "\r").replace("\n", "\r")
    first, *others = text.strip("\r ").split("\rMSH")
    found: list[Segment] = []
    for message in (first, *(f"MSH{other}" for other in others)):
        separator = message[3:4] if message[:3] == "MSH" else ""
        is_declared = separator and not separator.isalnum() and not separator.isspace()
        rows = [line.split(separator if is_declared else "|") for line in message.split("\r")]
        if is_declared:
            rows[0].insert(1, separator)
        found += rows
    return found


def declared(header: Segment) -> Marks:
    """Return the delimiters an MSH declares; the usual ones for those it leaves out, and for all where two are the same."""
    separator, sent = _field(header, 1), _field(header, 2)[:4]
    marks = Marks(*sent, *Marks()[len(sent) :])
    return marks if len({separator, *marks}) == 5 else Marks()


def unescaped(text: str, separator: str, marks: Marks, encoding: str = "latin-1") -> str:
    r"""Return *text* with its escape sequences (`\F\`, `\X2D\`, `\.br\`) resolved; sequences nobody knows stay as they are."""
    if marks.escape not in text:
        return text
    return _escapes(marks.escape).sub(lambda found: _meaning(found, separator, marks, encoding), text)


def moment(text: str) -> datetime | None:
    """Return the moment of `YYYYMMDD[HH[MM[SS[.S]]]][+ZZZZ]` without its zone, None for anything else."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    day, clock, fraction = found.groups(default="")
    try:
        return datetime.fromisoformat(f"{day}T{clock:0<6}.{fraction:0<6}")
    except ValueError:
        return None


@lru_cache
def _escapes(mark: str) -> re.Pattern[str]:
    mark = re.escape(mark)
    return re.compile(f"{mark}([^{mark}]*){mark}")


def _meaning(found: re.Match[str], separator: str, marks: Marks, encoding: str) -> str:
    name = found[1]
    plain = {
        "F": separator, "S": marks.component, "R": marks.repeat, "E": marks.escape, "T": marks.subcomponent,
        ".br": "\n", "H": "", "N": "",
    }  # fmt: skip
    if _HEX.fullmatch(name):
        return bytes.fromhex(name[1:]).decode(encoding, errors="replace")
    return plain.get(name, found[0])


class _Place(NamedTuple):
    segment: str
    field: int
    component: int = 1
    subcomponent: int = 0


@lru_cache
def _places(listed: str) -> tuple[_Place, ...]:
    found = filter(None, map(_PLACE.fullmatch, listed.split()))
    return tuple(_Place(each[1], *(int(part) for part in each.groups()[1:] if part)) for each in found)


class _Page:
    """A message read from the top: each segment resets what the segments below it said."""

    def __init__(self, settings: Er7Settings, encoding: str) -> None:
        self.readings: list[Reading] = []
        self._settings, self._encoding = settings, encoding
        self._separator, self._marks = "|", Marks()
        self._above: dict[str, Segment] = {}
        """PID, SPM, OBR and OBX that hold at present."""
        self._kind = ""
        self._control_message = False
        self._below_result = False

    def header(self, segment: Segment) -> None:
        self._separator, self._marks = _field(segment, 1) or "|", declared(segment)
        kind, mode = (_field(segment, place).split(self._marks.component) for place in (9, 11))
        self._kind = kind[0]
        is_control = not {*mode[1:2]}.isdisjoint(self._settings.control_modes.split())
        self._control_message = is_control or "^".join(kind[:2]) in self._settings.control_messages.split()
        self._begin("MSH", segment, "PID", "SPM", "OBR", "OBX")

    def patient(self, segment: Segment) -> None:
        self._begin("PID", segment, "SPM", "OBR", "OBX")

    def specimen(self, segment: Segment) -> None:
        """In OUL a specimen stands above its results; in ORU it stands below them and says nothing about what follows."""
        if self._kind == "OUL":
            self._begin("SPM", segment, "OBR", "OBX")

    def order(self, segment: Segment) -> None:
        self._begin("OBR", segment, "OBX")

    def result(self, segment: Segment) -> None:
        self._begin("OBX", segment)
        kind = _field(segment, 2).strip()
        if self._kind not in RESULTS or kind not in self._settings.value_types.split():
            return
        self._below_result = True
        sent, found = self._value(_field(segment, 5), kind)
        flags = tuple(text for repeat in _field(segment, 8).split(self._marks.repeat) if (text := self._part(repeat)) and text != "N")
        self.readings.append(
            Reading(
                instrument="",
                sample=self._first(self._settings.sample_fields),
                test=self._first(self._settings.test_fields),
                value=found[1] if found else None,
                text=sent,
                comparator=found[0] if found else None,
                unit=self._text("OBX", 6) or None,
                result=None if found else sent or None,
                status=self._status(),
                flags=flags,
                at=next((at for place in _places(self._settings.moment_fields) if (at := moment(self._text(*place)))), None),
                operator=self._text("OBX", 16) or None,
                serial=self._text("OBX", 18) or None,
            )
        )

    def comment(self, segment: Segment) -> None:
        """A comment belongs to the segment before it; only those below a result are a reading's."""
        if self._below_result:
            last = self.readings[-1]
            lines = (self._unescaped(line) for line in _field(segment, 3).split(self._marks.repeat))
            self.readings[-1] = replace(last, comment="\n".join(filter(None, (last.comment, *lines))))

    def other(self, segment: Segment) -> None:
        """What nobody knows carries no readings; its bytes are kept with the message."""

    def _begin(self, name: str, segment: Segment, *below: str) -> None:
        for each in below:
            self._above.pop(each, None)
        self._above[name] = segment
        self._below_result = False

    def _value(self, sent: str, kind: str) -> tuple[str, Found]:
        """Return OBX-5 as sent and the number in it: nothing is taken out of words, of a ratio, a range or a grade."""
        if kind == NUMERIC:
            parts = [self._unescaped(part) for part in sent.split(self._marks.component)]
            text = "".join(parts)
            return text, None if any(parts[2:]) or parts[0] not in COMPARATORS else number(text.removeprefix("="))
        text = self._unescaped(sent.strip().strip(self._marks.component))
        return text, number(text)

    def _status(self) -> Status:
        status = STATUS.get(self._text("OBX", 11), "preliminary")
        is_control = self._control_message or self._text("SPM", 11) == CONTROL_SPECIMEN
        return "control" if is_control and status != "failed" else status

    def _first(self, places: str) -> str | None:
        return next(filter(None, (self._text(*place) for place in _places(places))), None)

    def _text(self, name: str, place: int, component: int = 1, subcomponent: int = 0) -> str:
        """Return a part of the first repeat of a field above, empty where there is none; the whole component where *subcomponent* is 0."""
        sent = _field(self._above.get(name, []), place)
        return self._part(sent.split(self._marks.repeat, 1)[0], component, subcomponent) if sent else ""

    def _part(self, repeat: str, component: int = 1, subcomponent: int = 0) -> str:
        part = _nth(repeat.split(self._marks.component, component), component)
        return self._unescaped(_nth(part.split(self._marks.subcomponent), subcomponent) if subcomponent else part)

    def _unescaped(self, sent: str) -> str:
        text = unescaped(sent, self._separator, self._marks, self._encoding).strip()
        return "" if text == NOTHING else text


def _field(segment: Segment, place: int) -> str:
    return segment[place] if place < len(segment) else ""


def _nth(parts: list[str], place: int) -> str:
    return parts[place - 1] if place <= len(parts) else ""


_ON: Mapping[str, Callable[[_Page, Segment], None]] = {
    "MSH": _Page.header, "PID": _Page.patient, "SPM": _Page.specimen, "OBR": _Page.order, "OBX": _Page.result, "NTE": _Page.comment,
}  # fmt: skip
