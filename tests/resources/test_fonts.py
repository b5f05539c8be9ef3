"""What the carried typefaces and icons promise: every character, straight columns, TrueType outlines, one colour."""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from fontTools.ttLib import TTFont
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QTextLayout
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase import ttfonts as reportlab_fonts

ROOT = Path(__file__).parents[2]
RESOURCES = ROOT / "resources"
FILES = sorted((RESOURCES / "fonts").glob("*.ttf"))
PAPER = ("LimsSong-Regular", "LimsHei-Regular")
LATIN = [file.stem for file in FILES if "Inter" in file.stem or "Mono" in file.stem]
ICONS = sorted((RESOURCES / "icons").glob("*.svg"))


@cache
def font(stem: str) -> TTFont:
    return TTFont(RESOURCES / "fonts" / f"{stem}.ttf", lazy=True)


@cache
def characters(stem: str) -> frozenset[str]:
    return frozenset(chr(code) for code in font(stem).getBestCmap())


def printable(text: str) -> set[str]:
    return {char for char in text if unicodedata.category(char) not in ("Cc", "Cf")}


def catalogue() -> set[str]:
    """Every character of the catalogue's cells."""
    found: set[str] = set()
    for file in (RESOURCES / "catalogue").glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as lines:
            found |= {char for row in csv.reader(lines) for cell in row for char in printable(cell)}
    return found


def words() -> set[str]:
    """Every character of the translations."""
    found: set[str] = set()
    for file in (RESOURCES / "translations").rglob("*.po"):
        with file.open("rb") as lines:
            for message in read_po(lines):
                found |= printable(" ".join([str(message.id), str(message.string)]))
    return found


@pytest.mark.parametrize("stem", PAPER)
@pytest.mark.parametrize("written", [catalogue, words])
def test_paper_holds_every_character_that_is_written(stem: str, written) -> None:
    assert "".join(sorted(written() - characters(stem))) == ""


@pytest.mark.parametrize("stem", PAPER)
def test_paper_holds_rare_names_and_laboratory_signs(stem: str) -> None:
    rare = "噁䓛䓬䗪㕮䴘㸆㛃䶮𬭊鳡鲀苝镕堃旻昇犇玥頔赟垚"
    signs = "≤≥±×÷℃°μµΩ‰√≈≠①ⅠαβγΔ→←↑↓□✓⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉“”‘’—…·（）：；"
    assert set(rare + signs) <= characters(stem)


def test_chinese_faces_hold_the_same_characters() -> None:
    """Otherwise a rare name is refused only in a bold line of a report, or drawn by a strange face in a heading."""
    assert characters("LimsSong-Regular") == characters("LimsHei-Regular") == characters("LimsHei-Medium")


def test_chinese_faces_hold_gbk() -> None:
    codes = (bytes((high, low)) for high in range(0x81, 0xFF) for low in range(0x40, 0xFF))
    hanzi = {char for char in (code.decode("gbk", "ignore") for code in codes) if "\u4e00" <= char <= "\u9fff"}
    assert len(hanzi) == 20902
    assert hanzi <= characters("LimsSong-Regular")


@pytest.mark.parametrize("stem", [file.stem for file in FILES])
def test_digits_have_one_advance(stem: str) -> None:
    cmap, metrics = font(stem).getBestCmap(), font(stem)["hmtx"].metrics
    assert len({metrics[cmap[ord(digit)]][0] for digit in "0123456789"}) == 1


@pytest.mark.parametrize("stem", [file.stem for file in FILES])
def test_outlines_are_truetype(stem: str) -> None:
    """ReportLab refuses cubic outlines, and Qt draws them too heavy on dark grounds."""
    assert "glyf" in font(stem) and "CFF " not in font(stem)


@pytest.mark.parametrize("stem", PAPER)
def test_reportlab_takes_the_paper_faces(stem: str) -> None:
    pdfmetrics.registerFont(reportlab_fonts.TTFont(stem, str(RESOURCES / "fonts" / f"{stem}.ttf")))
    assert pdfmetrics.stringWidth("食品", stem, 10) == pytest.approx(20)
    assert ord("䶮") in pdfmetrics.getFont(stem).face.charToGlyph


@pytest.mark.parametrize("stem", [file.stem for file in FILES])
def test_changed_faces_carry_our_name_and_their_copyright(stem: str) -> None:
    names = font(stem)["name"]
    ours = {number: names.getDebugName(number) or "" for number in (1, 3, 4, 6, 16)}
    assert all(not name or name.startswith("Lims") for name in ours.values())
    assert names.getDebugName(21) is None and names.getDebugName(22) is None
    assert re.search("Adobe|Inter Project|JetBrains Mono Project", names.getDebugName(0))


@pytest.fixture
def families(qapp) -> dict[str, list[str]]:
    """The carried faces loaded into Qt, and the theme's lists of families."""
    for file in FILES:
        assert QFontDatabase.addApplicationFont(str(file)) >= 0
    return tomllib.loads((RESOURCES / "theme.toml").read_text("utf-8"))["families"]


def drawn(text: str, families: list[str], weight: int) -> list[tuple[str, str]]:
    """Which family and style Qt takes for each run of *text*."""
    face = QFont(families)
    face.setPixelSize(13)
    face.setWeight(QFont.Weight(weight))
    layout = QTextLayout(text, face)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    faces = [run.rawFont() for run in layout.glyphRuns()]
    return [(face.familyName(), face.styleName()) for face in faces]


@pytest.mark.parametrize("weight", [400, 500, 600])
def test_quotes_are_full_width_in_chinese_and_narrow_in_english(families, weight: int) -> None:
    for mark in "“”‘’—…":
        assert [family for family, _ in drawn(mark, families["zh"], weight)] == ["Lims Hei"]
        assert [family for family, _ in drawn(mark, families["en"], weight)] == ["Lims Inter"]
    assert [family for family, _ in drawn("·", families["zh"], weight)] == ["Lims Inter Zh"]


@pytest.mark.parametrize(("weight", "style"), [(400, "Regular"), (500, "Medium"), (600, "SemiBold")])
def test_each_weight_has_its_own_file(families, weight: int, style: str) -> None:
    assert drawn("12.0", families["zh"], weight) == [("Lims Inter Zh", style)]
    assert drawn("12.0", families["en"], weight) == [("Lims Inter", style)]


@pytest.mark.parametrize("weight", [400, 500, 600])
def test_rare_characters_stay_in_the_face(families, weight: int) -> None:
    assert {family for family, _ in drawn("噁䓛𬭊", families["zh"], weight)} == {"Lims Hei"}


@pytest.mark.parametrize("language", ["zh", "en", "bytes"])
@pytest.mark.parametrize("weight", [400, 500, 600])
def test_numbers_of_one_length_are_drawn_in_one_width(families, language: str, weight: int) -> None:
    face = QFont(families[language])
    face.setPixelSize(13)
    face.setWeight(QFont.Weight(weight))
    width = QFontMetricsF(face).horizontalAdvance
    assert width("11.17") == pytest.approx(width("88.04")) == pytest.approx(width("40.71"))


@pytest.mark.parametrize("icon", ICONS, ids=lambda file: file.stem)
def test_icons_are_drawn_in_the_colour_of_the_theme(icon: Path) -> None:
    text = icon.read_text("utf-8")
    box = ET.fromstring(text)
    assert box.get("viewBox") == "0 0 24 24"
    assert ("currentColor" in text) == (icon.stem != "mark")
    assert bool(re.search("#[0-9A-Fa-f]{6}", text)) == (icon.stem == "mark")


def test_third_parties_are_all_named() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    told = (ROOT / "THIRD-PARTY.md").read_text("utf-8").lower()
    names = {re.split(r"[<>=;\[ ]", line)[0].lower() for line in declared}
    assert {name for name in names if name not in told} == set()
