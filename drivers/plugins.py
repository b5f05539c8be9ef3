"""What other packages bring: links, codecs and profiles by entry points. A broken one is told and stops nothing.

In a package's pyproject.toml, below `[project.entry-points."shiyan.links"]` or `"shiyan.codecs"`, a name leads to a Plugin, whose *make* is
`link(settings, encoding)` or `codec(text, encoding, settings)`; below `"shiyan.profiles"` it leads to a package that holds profiles.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any

from drivers import Trouble
from drivers.codecs import CODECS
from drivers.links import LINKS

API = 1
"""What links and codecs promise each other; raised when a promise changes."""
LINK_GROUP, CODEC_GROUP, PROFILE_GROUP = "shiyan.links", "shiyan.codecs", "shiyan.profiles"


@dataclass(frozen=True, slots=True)
class Plugin:
    """A link or a codec of another package."""

    settings: type[Any]
    """Frozen dataclass of what a profile's `[quirks]` may say to it."""
    make: Callable[..., Any]
    api: int = API


@dataclass(frozen=True, slots=True)
class Found:
    """What was brought: folders of profiles, and why the rest cannot be used."""

    folders: tuple[Path, ...] = ()
    faults: tuple[Trouble, ...] = ()


@cache
def found() -> Found:
    """Take in what is installed, once; links and codecs can be named by profiles from then on."""
    return taken_in([each for group in (LINK_GROUP, CODEC_GROUP, PROFILE_GROUP) for each in entry_points(group=group)])


def taken_in(brought: Iterable[EntryPoint]) -> Found:
    """Take in *brought* one by one: a name that is ours, another API or an error is a fault beside the rest."""
    folders: list[Path] = []
    faults: list[Trouble] = []
    for each in brought:
        try:
            if each.group == PROFILE_GROUP:
                folders.append(Path(str(files(each.value))))
            else:
                _register(each.name, each.load(), LINKS if each.group == LINK_GROUP else CODECS)
        except Exception:  # noqa: BLE001  (somebody else's code: whatever it does, the laboratory opens)
            faults.append(Trouble("plugin-broken", name=each.name, detail=traceback.format_exc(limit=-3)))
    return Found(tuple(folders), tuple(faults))


def _register(name: str, plugin: Plugin, table: dict[str, Any]) -> None:
    if name in table:
        raise ValueError(f"{name} is the name of one that is there already")
    if plugin.api != API:
        raise ValueError(f"made for API {plugin.api}, this is {API}")
    table[name] = (plugin.settings, plugin.make)
