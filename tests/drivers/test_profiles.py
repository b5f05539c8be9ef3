"""Profiles: the shipped ones, and what is wrong with a broken one, by file and key."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from drivers import Trouble
from drivers.core.profile import Profile, read, shelf

GOOD = """
name = "a"
maker = "m"
model = "x"
link = "lines"
codec = "key_value"
sources = []
[title]
zh = "一"
en = "one"
"""


def test_the_shipped_profiles_map_to_items_of_the_catalogue(profiles: dict[str, Profile]) -> None:
    root = Path(__file__).parents[2] / "resources"
    with (root / "catalogue" / "items.csv").open(encoding="utf-8-sig") as file:
        items = {row["code"] for row in csv.DictReader(file)}
    assert {"chromatography-lis", "mycotoxin-reader-lis", "rida-cube"} <= profiles.keys()
    for profile in profiles.values():
        assert set(profile.tests.values()) <= items
        assert not any("\u00b5" in unit for unit in profile.units.values()), "our μ is U+03BC"
    assert any("TotSO2" in each["zh"] for each in profiles["rida-cube"].not_verified)


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        (GOOD.replace('maker = "m"', ""), "missing-key", "maker"),
        (GOOD.replace('en = "one"', ""), "missing-key", "title.en"),
        ('colour = "red"' + GOOD, "unknown-key", "colour"),
        (GOOD + "[serial]\nbaud = 9600", "unknown-key", "serial.baud"),
        (GOOD + "[serial]\nbaudrate = '9600'", "wrong-type", "serial.baudrate"),
        (GOOD + "[serial]\nparity = 'even'", "unknown-value", "serial.parity"),
        (GOOD + "[serial]\nxonxoff = 1", "wrong-type", "serial.xonxoff"),
        (GOOD + "[quirks]\nlenient_frame_end = true", "unknown-key", "quirks.lenient_frame_end"),
        (GOOD + "[quirks]\nkey_width = true", "wrong-type", "quirks.key_width"),
        (GOOD.replace('"lines"', '"astm_lis1"') + "[quirks]\nnumber_check = 'no'", "unknown-value", "quirks.number_check"),
        (GOOD.replace('"lines"', '"telepathy"'), "unknown-value", "link"),
        (GOOD.replace('"key_value"', '"runes"'), "unknown-value", "codec"),
        ('encoding = "klingon"' + GOOD, "unknown-value", "encoding"),
        (GOOD.replace('name = "a"', 'name = "A b"'), "unknown-value", "name"),
        (GOOD + "[tests]\nDON = 'Deoxy Nivalenol'", "unknown-value", "tests.DON"),
        (GOOD + "[tests]\nDON = 3", "wrong-type", "tests.DON"),
        (GOOD.replace("sources = []", "sources = [1]"), "wrong-type", "sources[0]"),
    ],
)  # fmt: skip
def test_a_broken_profile_is_refused_with_file_and_key(text: str, code: str, key: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(Trouble) as caught:
        read(file)
    assert (caught.value.code, caught.value.facts["file"], caught.value.facts["key"]) == (
        f"profile-{code}",
        str(file),
        key,
    )


def test_broken_toml_and_doubled_keys_tell_the_line(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(GOOD + 'en = "two"\n', "utf-8")
    with pytest.raises(Trouble) as caught:
        read(tmp_path / "b.toml")
    assert caught.value.code == "profile-broken" and "line 11" in str(caught.value.facts["detail"])


def test_one_broken_profile_does_not_stop_the_rest(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for folder, name, text in ((shipped, "a", GOOD), (own, "b", "nonsense"), (own, "c", GOOD)):
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.toml").write_text(text, "utf-8")
    found = shelf([shipped, own, tmp_path / "missing"])
    assert list(found.profiles) == ["a"]
    assert [(fault.code, fault.facts["file"]) for fault in found.faults] == [
        ("profile-broken", str(own / "b.toml")),
        ("profile-doubled", str(own / "c.toml")),
    ]


def test_the_example_of_the_handbook_is_a_profile_that_reads(tmp_path: Path) -> None:
    book = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")
    (tmp_path / "acme-reader.toml").write_text(book.split("```toml\n")[1].split("```")[0], "utf-8")
    profile = read(tmp_path / "acme-reader.toml")
    (reading,) = profile.readings("样品编号：A-1\n浓度：4.7 ug/kg\n结论：阳性\n".encode("gb18030"), "r-1")
    assert (reading.sample, reading.test, str(reading.value), reading.unit, reading.outcome) == ("A-1", "aflatoxin-b1", "4.7", "μg/kg", "positive")
