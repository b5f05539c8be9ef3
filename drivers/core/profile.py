"""Profiles: what kind of instrument speaks how, one TOML file each, checked when read."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

from drivers import Trouble
from drivers.codecs import CODECS
from drivers.core.link import Link
from drivers.core.reading import Reading
from drivers.links import LINKS


@dataclass(frozen=True, slots=True)
class Serial:
    """Line settings as the maker ships the instrument; a virtual port ignores them."""

    baudrate: int = 9600
    bytesize: int = 8
    parity: str = "N"
    stopbits: int = 1
    xonxoff: bool = False
    rtscts: bool = False


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
    serial: Serial
    link_settings: Any
    codec_settings: Any
    tests: Mapping[str, str]
    """Test code as sent -> item code of the catalogue."""
    units: Mapping[str, str]
    """Unit as sent -> our spelling."""
    sources: tuple[str, ...]
    not_verified: tuple[Mapping[str, str], ...]
    """What nobody has seen on the real instrument yet, each in both languages."""
    virtual: bool
    """Tried against our virtual instrument only."""
    file: Path = field(compare=False)

    def new_link(self, **changes: object) -> Link:
        """Return a fresh link; *changes* are settings that differ from the profile's, where the link knows them."""
        kind, make = LINKS[self.link]
        values = {each.name: getattr(self.link_settings, each.name) for each in fields(kind)}
        return make(kind(**values | {key: value for key, value in changes.items() if key in values}), self.encoding)

    def readings(self, text: bytes, instrument: str) -> tuple[Reading, ...]:
        """Return the readings in the text of one message, with our item codes and spellings of units."""
        _, codec = CODECS[self.codec]
        return tuple(
            replace(
                reading,
                instrument=instrument,
                test=self.tests.get(reading.test or "", reading.test),
                sent_test=reading.test,
                unit=self.units.get(reading.unit or "", reading.unit),
            )
            for reading in codec(text, self.encoding, self.codec_settings)
        )


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
        table = tomllib.loads(file.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Trouble("profile-broken", file=str(file), key="", detail=str(error)) from error
    except OSError as error:
        raise Trouble("profile-unreadable", file=str(file), key="", detail=str(error)) from error
    return _Checked(file, table).profile()


@dataclass(frozen=True, slots=True)
class Law:
    """What one top key must be."""

    kind: type[Any]
    required: bool = False
    choices: Callable[[], Iterable[str]] | None = None
    match: str = ""


LAWS: dict[str, Law] = {
    "name": Law(str, required=True, match=r"[a-z0-9][a-z0-9-]*"),
    "maker": Law(str, required=True),
    "model": Law(str, required=True),
    "title": Law(dict, required=True),
    "link": Law(str, required=True, choices=lambda: LINKS),
    "codec": Law(str, required=True, choices=lambda: CODECS),
    "encoding": Law(str),
    "serial": Law(dict),
    "quirks": Law(dict),
    "tests": Law(dict),
    "units": Law(dict),
    "sources": Law(list, required=True),
    "not_verified": Law(list),
    "virtual": Law(bool),
}
SERIAL_CHOICES: dict[str, tuple[object, ...]] = {
    "bytesize": (7, 8), "parity": ("N", "E", "O", "M", "S"), "stopbits": (1, 2),
}  # fmt: skip
LANGUAGES = ("zh", "en")
ITEM_CODE = r"[a-z0-9][a-z0-9-]*"


class _Checked:
    """One table of one file on its way to becoming a Profile."""

    def __init__(self, file: Path, table: dict[str, Any]) -> None:
        self._file, self._table = file, table

    def profile(self) -> Profile:
        self._top()
        table, (link_kind, _), (codec_kind, _) = self._table, *self._kinds()
        return Profile(
            name=table["name"],
            maker=table["maker"],
            model=table["model"],
            title=self._both("title", self._table["title"]),
            link=table["link"],
            codec=table["codec"],
            encoding=self._encoding(),
            serial=self._settings("serial", Serial, self._known("serial", Serial)),
            link_settings=self._settings("quirks", link_kind, self._known("quirks", link_kind, codec_kind)),
            codec_settings=self._settings("quirks", codec_kind, self._known("quirks", link_kind, codec_kind)),
            tests=self._words("tests", ITEM_CODE),
            units=self._words("units"),
            sources=self._list("sources"),
            not_verified=tuple(self._both(f"not_verified[{place}]", each) for place, each in enumerate(self._table.get("not_verified", []))),
            virtual=table.get("virtual", False),
            file=self._file,
        )

    def _top(self) -> None:
        for key in self._table:
            if key not in LAWS:
                raise self._fault("unknown-key", key)
        for key, law in LAWS.items():
            if key in self._table:
                self._obeys(key, self._table[key], law)
            elif law.required:
                raise self._fault("missing-key", key)

    def _obeys(self, key: str, value: Any, law: Law) -> None:
        # bool is a kind of int: the kind must be the very one.
        if type(value) is not law.kind:
            raise self._fault("wrong-type", key, expected=law.kind.__name__)
        self._chosen(key, value, law)

    def _chosen(self, key: str, value: Any, law: Law) -> None:
        if law.choices is not None and value not in law.choices():
            raise self._fault("unknown-value", key, value=value, known=sorted(law.choices()))
        if law.match and not re.fullmatch(law.match, value):
            raise self._fault("unknown-value", key, value=value, known=[])

    def _kinds(self) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        return LINKS[self._table["link"]], CODECS[self._table["codec"]]

    def _both(self, path: str, said: Any) -> Mapping[str, str]:
        """Read what is said in both languages."""
        self._obeys(path, said, Law(dict))
        for language in LANGUAGES:
            if language not in said:
                raise self._fault("missing-key", f"{path}.{language}")
        return self._texts(path, said)

    def _encoding(self) -> str:
        encoding = str(self._table.get("encoding", "latin-1"))
        try:
            if encoding != "auto":
                codecs.lookup(encoding)
        except LookupError as error:
            raise self._fault("unknown-value", "encoding", value=encoding, known=[]) from error
        return encoding

    def _known(self, key: str, *kinds: type[Any]) -> set[str]:
        return {each.name for kind in kinds for each in fields(kind)}

    def _settings(self, key: str, kind: type[Any], known: set[str]) -> Any:
        given, hints = self._table.get(key, {}), get_type_hints(kind)
        for name, value in given.items():
            if name not in known:
                raise self._fault("unknown-key", f"{key}.{name}")
            if name in hints:
                self._fits(f"{key}.{name}", value, hints[name])
        return kind(**{name: value for name, value in given.items() if name in hints})

    def _fits(self, path: str, value: Any, hint: Any) -> None:
        choices = get_args(hint) or SERIAL_CHOICES.get(path.removeprefix("serial."), ())
        if choices and value not in choices:
            raise self._fault("unknown-value", path, value=value, known=list(choices))
        if not choices and type(value) is not hint and not (hint is float and type(value) is int):
            raise self._fault("wrong-type", path, expected=hint.__name__)

    def _words(self, key: str, match: str = "") -> Mapping[str, str]:
        return self._texts(key, self._table.get(key, {}), match)

    def _texts(self, path: str, table: Mapping[str, Any], match: str = "") -> Mapping[str, str]:
        for name, value in table.items():
            self._obeys(f"{path}.{name}", value, Law(str, match=match))
        return MappingProxyType(dict(table))

    def _list(self, key: str) -> tuple[str, ...]:
        values: Sequence[Any] = self._table.get(key, [])
        for place, value in enumerate(values):
            self._obeys(f"{key}[{place}]", value, Law(str))
        return tuple(values)

    def _fault(self, code: str, key: str, **facts: object) -> Trouble:
        return Trouble(f"profile-{code}", file=str(self._file), key=key, **facts)
