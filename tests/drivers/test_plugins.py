"""Links, codecs and profiles of other packages: found by entry points, and a broken one stops nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

from drivers import plugins
from drivers.codecs import CODECS
from drivers.core.profile import shelf
from drivers.links import LINKS

CODE = """
from dataclasses import dataclass
from drivers.core.reading import Reading
from drivers.links.lines import LinesLink, LinesSettings
from drivers.plugins import Plugin
@dataclass(frozen=True)
class Said:
    loud: bool = False
def readings(text, encoding, settings):
    word = text.decode(encoding).strip()
    return [Reading(instrument="", sample=None, test=None, result=word.upper() if settings.loud else word)]
WIRE = Plugin(LinesSettings, LinesLink)
SHOUT = Plugin(Said, readings)
OLD = Plugin(Said, readings, api=0)
"""
PROFILE = """
name = "acme-shouter"
maker = "Acme"
model = "Shouter"
link = "acme_wire"
codec = "acme_shout"
sources = []
[title]
zh = "喊"
en = "Shouter"
[quirks]
block_end = "\\n"
loud = true
"""
POINTS = """
[shiyan.links]
acme_wire = acme_for_tests:WIRE
lines = acme_for_tests:WIRE
[shiyan.codecs]
acme_shout = acme_for_tests:SHOUT
acme_old = acme_for_tests:OLD
acme_gone = acme_for_tests:NOBODY
[shiyan.profiles]
acme = acme_for_tests
"""


@pytest.fixture
def brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """Install a package as pip would: its code, its profiles, its entry points."""
    package, installed = tmp_path / "acme_for_tests", tmp_path / "acme_for_tests-1.0.dist-info"
    package.mkdir()
    installed.mkdir()
    (package / "__init__.py").write_text(CODE, "utf-8")
    (package / "shouter.toml").write_text(PROFILE, "utf-8")
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-for-tests\nVersion: 1.0\n", "utf-8")
    (installed / "entry_points.txt").write_text(POINTS, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    links, codecs = dict(LINKS), dict(CODECS)
    groups = (plugins.LINK_GROUP, plugins.CODEC_GROUP, plugins.PROFILE_GROUP)
    yield [each for group in groups for each in entry_points(group=group) if each.value.startswith("acme_for_tests")]
    for table, before in ((LINKS, links), (CODECS, codecs)):
        table.clear()
        table.update(before)
    sys.modules.pop("acme_for_tests", None)


def test_what_another_package_brings_is_used_like_our_own(brought: list[EntryPoint]) -> None:
    found = plugins.taken_in(brought)
    profile = shelf(found.folders).profiles["acme-shouter"]
    (event,) = profile.new_link().feed(b"positive\n", 0.0)
    assert [reading.result for reading in profile.readings(event.text, "a")] == ["POSITIVE"]  # type: ignore[union-attr]


def test_a_broken_one_is_told_with_its_traceback_and_stops_nothing(brought: list[EntryPoint]) -> None:
    ours = LINKS["lines"]
    found = plugins.taken_in(brought)
    told = {str(fault.facts["name"]): str(fault.facts["detail"]) for fault in found.faults}
    assert set(told) == {"lines", "acme_old", "acme_gone"}
    assert "API 0" in told["acme_old"] and "NOBODY" in told["acme_gone"] and "there already" in told["lines"]
    assert LINKS["lines"] is ours and "acme_old" not in CODECS
