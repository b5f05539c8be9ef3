"""Profiles: what kind of instrument speaks how, one TOML file each, checked when read."""

from __future__ import annotations

import codecs
import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from drivers import Trouble
from drivers.codecs import CODECS, QUERIES
from drivers.codecs.lis2 import Order, Query
from drivers.core.form import Wrong, filled, unknown_value
from drivers.core.link import Link
from drivers.core.reading import Outcome, Reading
from drivers.links import LINKS

NAME = r"[a-z0-9][a-z0-9-]*"
"""A profile's name, and the code of an item."""
SENDER = "LIMS"
"""Who we are in what we send."""


@dataclass(frozen=True, slots=True)
class Serial:
    """Line settings as the maker ships the instrument; a virtual port ignores them."""

    baudrate: int = 9600
    bytesize: Literal[7, 8] = 8
    parity: Literal["N", "E", "O", "M", "S"] = "N"
    stopbits: Literal[1, 2] = 1
    xonxoff: bool = False
    rtscts: bool = False


@dataclass(frozen=True, slots=True)
class Both:
    """Words in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Span:
    """From *low* to *high*, both included; either end may be open."""

    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    """In our spelling; empty where it is whatever the instrument sends."""

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise unknown_value("high", str(self.high))

    def holds(self, value: Decimal) -> bool:
        """Say whether *value*, in the span's unit, lies within."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Control:
    """A control sample: which numbers are controls, and what they must read. A failed control holds back the samples after it."""

    sample: str
    """Regular expression the whole sample number fits; it makes any such reading a control."""
    test: str
    """Item code, or `*` for every test."""
    low: Decimal | None = None
    high: Decimal | None = None

    def __post_init__(self) -> None:
        try:
            re.compile(self.sample)
        except re.error:
            raise unknown_value("sample", self.sample) from None


@dataclass(frozen=True, slots=True)
class Calculation:
    """How a result is worked out from the raw channels an instrument sends; thresholds belong to the method, cut-offs to the kit's lot."""

    kind: Literal["inhibition", "line-ratio"]
    control: str = ""
    """Inhibition: regular expression of the sample numbers or positions that are the day's control."""
    least_control: Decimal | None = None
    """Inhibition: the least change of absorbance the control must show."""
    threshold: Decimal = Decimal(50)
    """Inhibition: per cent from which a sample is positive."""
    competitive: bool = True
    """Line ratio: a strong test line means little of the substance."""
    least_line: Decimal | None = None
    """Line ratio: the least control line; below it the strip says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How one kind of instrument is connected, framed and read."""

    name: str
    maker: str
    model: str
    title: Mapping[str, str]
    """Language -> name on screen; `zh` and `en`."""
    link: str
    codec: str
    encoding: str
    about: Literal["samples", "places", "codes", "nothing"]
    """What a reading is about: samples, the place the instrument stands in (a logger), a scanned code; or it only prints (a label printer)."""
    serial: Serial
    link_settings: Any
    codec_settings: Any
    tests: Mapping[str, str]
    """Test code as sent -> item code of the catalogue."""
    units: Mapping[str, str]
    """Unit as sent -> our spelling."""
    words: Mapping[str, Outcome]
    """Verdict as sent -> what it means."""
    ranges: Mapping[str, Span]
    """Item code -> the instrument's measuring range."""
    controls: tuple[Control, ...]
    calculation: Calculation | None
    usb: tuple[str, ...]
    """`VID:PID` of the adapters this instrument is known to come with."""
    sources: tuple[str, ...]
    not_verified: tuple[Mapping[str, str], ...]
    """What nobody has seen on the real instrument yet, each in both languages."""
    virtual: bool
    """Tried against our virtual instrument only."""
    file: Path = field(compare=False)
    digest: str = field(compare=False, default="")
    """SHA-256 of the file: which revision read a message."""

    def new_link(self, **changes: object) -> Link:
        """Return a fresh link; *changes* are settings that differ from the profile's, where the link knows them."""
        kind, make = LINKS[self.link]
        values = {each.name: getattr(self.link_settings, each.name) for each in fields(kind)}
        return make(kind(**values | {key: value for key, value in changes.items() if key in values}), self.encoding)

    def readings(self, text: bytes, instrument: str) -> tuple[Reading, ...]:
        """Return the readings in the text of one message, with our item codes, spellings of units and meanings of words."""
        _, codec = CODECS[self.codec]
        return tuple(self._ours(reading, instrument) for reading in codec(text, self.encoding, self.codec_settings))

    def queries(self, text: bytes) -> tuple[Query, ...]:
        """Return what the instrument asks in the text of one message, with our item codes; nothing where its codec knows no queries."""
        if self.codec not in QUERIES:
            return ()
        asked = QUERIES[self.codec][0](text, self.encoding, self.codec_settings)
        return tuple(replace(query, tests=tuple(self.tests.get(test, test) for test in query.tests)) for query in asked)

    @property
    def commands(self) -> tuple[str, ...]:
        """Return what `Link.submit` can be told besides messages: `ask` for a stable value, `read` to measure now."""
        return tuple(getattr(self.link_settings, "commands", ()))

    @property
    def takes_orders(self) -> bool:
        """Say whether its instruments can be told what to measure."""
        return self.codec in QUERIES

    def answer(self, orders: Sequence[Order], at: datetime, receiver: str = "") -> list[str]:
        """Return the records that answer a query of *receiver* (`Query.sender`); *at* is local time. `Link.submit` takes them.

        Tests are item codes or the instrument's own; one it has no code for is left out, and an order of which nothing is left.
        Without orders the answer says that nothing is known. Raises KeyError where the codec knows no queries.
        """
        return self._told(orders, at, receiver, answer=True)

    def download(self, orders: Sequence[Order], at: datetime) -> list[str]:
        """Return the records that tell an instrument unasked what to measure; else as `answer`."""
        return self._told(orders, at, "", answer=False)

    def _told(self, orders: Sequence[Order], at: datetime, receiver: str, *, answer: bool) -> list[str]:
        codes = {item: sent for sent, item in reversed(tuple(self.tests.items()))} | {sent: sent for sent in self.tests}
        known = [replace(order, tests=tuple(codes[test] for test in order.tests if test in codes)) for order in orders]
        told = [order for order in known if order.tests]
        return QUERIES[self.codec][1](told, answer=answer, sender=SENDER, receiver=receiver, at=at, settings=self.codec_settings)

    def _ours(self, reading: Reading, instrument: str) -> Reading:
        ours = replace(
            reading,
            instrument=instrument,
            test=self.tests.get(reading.test or "", reading.test),
            sent_test=reading.test,
            unit=self.units.get(reading.unit or "", reading.unit),
            outcome=self.words.get((reading.result or "").strip()) or reading.outcome,
        )
        is_control = ours.status not in ("control", "failed") and any(re.fullmatch(control.sample, ours.sample or "") for control in self.controls)
        return replace(ours, status="control") if is_control else ours


@dataclass(frozen=True, slots=True)
class Shelf:
    """The profiles of several folders: those that can be used, and why the others cannot."""

    profiles: Mapping[str, Profile]
    faults: tuple[Trouble, ...]


def shelf(folders: Iterable[Path]) -> Shelf:
    """Read every `*.toml` of *folders* in turn. A broken profile, or a name taken before, is a fault beside the rest."""
    found: dict[str, Profile] = {}
    faults: list[Trouble] = []
    for file in (file for folder in folders for file in sorted(folder.glob("*.toml"))):
        try:
            profile = read(file)
            if profile.name in found:
                raise Trouble("profile-doubled", file=str(file), key="name", other=str(found[profile.name].file))
            found[profile.name] = profile
        except Trouble as trouble:
            faults.append(trouble)
    return Shelf(MappingProxyType(found), tuple(faults))


def read(file: Path) -> Profile:
    """Read one profile; raises Trouble `profile-...` with the file and the key's full path, or the line of broken TOML."""
    try:
        content = file.read_bytes()
        return of_text(content.decode("utf-8-sig"), file, hashlib.sha256(content).hexdigest())
    except UnicodeDecodeError as error:
        raise Trouble("profile-broken", file=str(file), key="", detail=str(error)) from error
    except OSError as error:
        raise Trouble("profile-unreadable", file=str(file), key="", detail=str(error)) from error


def of_text(text: str, file: Path, digest: str = "") -> Profile:
    """Return the profile *text* says; raises the Trouble that `read` raises. *file* is where it stands, or will."""
    try:
        table = tomllib.loads(text)
        return _profile(_filled(_Written, table), table.get("quirks", {}), file, digest)
    except tomllib.TOMLDecodeError as error:
        raise Trouble("profile-broken", file=str(file), key="", detail=str(error)) from error
    except Wrong as wrong:
        raise Trouble(f"profile-{wrong.code}", file=str(file), key=wrong.path, **wrong.facts) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """The keys of a file, as they stand there."""

    name: str
    maker: str
    model: str
    title: Both
    link: str
    codec: str
    encoding: str = "latin-1"
    about: Literal["samples", "places", "codes", "nothing"] = "samples"
    serial: Serial = Serial()
    tests: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Outcome] = field(default_factory=dict)
    ranges: Mapping[str, Span] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    calculation: Calculation | None = None
    usb: tuple[str, ...] = ()
    sources: tuple[str, ...]
    not_verified: tuple[Both, ...] = ()
    virtual: bool = False

    def __post_init__(self) -> None:
        _fits(self.name, NAME, "name")
        for key, known in (("link", LINKS), ("codec", CODECS)):
            if getattr(self, key) not in known:
                raise unknown_value(key, getattr(self, key), *sorted(known))
        for sent, item in self.tests.items():
            _fits(item, NAME, f"tests.{sent}")
        for place, adapter in enumerate(self.usb):
            _fits(adapter, r"[0-9A-F]{4}:[0-9A-F]{4}", f"usb[{place}]")
        if self.encoding != "auto":
            try:
                codecs.lookup(self.encoding)
            except LookupError:
                raise unknown_value("encoding", self.encoding) from None


def _filled(kind: type[Any], table: Mapping[str, Any]) -> Any:
    return filled(kind, {key: value for key, value in table.items() if key != "quirks"})


def _fits(value: str, pattern: str, path: str) -> None:
    if not re.fullmatch(pattern, value):
        raise unknown_value(path, value)


def _profile(written: _Written, quirks: Any, file: Path, digest: str) -> Profile:
    link, codec = LINKS[written.link][0], CODECS[written.codec][0]
    link_names, codec_names = ({each.name for each in fields(kind)} for kind in (link, codec))
    if not isinstance(quirks, dict):
        raise Wrong("wrong-type", "quirks", expected="table")
    for key in quirks:
        if key not in link_names | codec_names:
            raise Wrong("unknown-key", f"quirks.{key}")
    return Profile(
        **{each.name: getattr(written, each.name) for each in fields(written) if each.name not in {"title", "not_verified"}},
        title=_by_language(written.title),
        not_verified=tuple(map(_by_language, written.not_verified)),
        link_settings=filled(link, {key: value for key, value in quirks.items() if key in link_names}, "quirks"),
        codec_settings=filled(codec, {key: value for key, value in quirks.items() if key in codec_names}, "quirks"),
        file=file,
        digest=digest,
    )


def _by_language(words: Both) -> Mapping[str, str]:
    return MappingProxyType({"zh": words.zh, "en": words.en})
