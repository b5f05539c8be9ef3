"""Colours can be read, states can be told apart without colour, and every state has its word, mark and token."""

from __future__ import annotations

import re
from itertools import product

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontDatabase, QFontMetricsF, QImage, QPainter

from lims import i18n
from lims.i18n import LANGUAGES, _
from lims.rules.flows import FLOWS, PORTION_WORDS
from lims.rules.verdict import WORDS, Verdict
from resources import FOLDER
from ui import navigation
from ui.kit import paint
from ui.theme import TABLES, theme

GROUNDS = ("surface", "window", "sunken", "hover", "selected", "qc", "raised")
WORD_PAIRS = [
    *product(("text", "text2", "text3", "accent_text", "good", "bad", "warn", "wait", "hold"), GROUNDS),
    *product(("disabled",), ("surface", "window", "sunken")),
    *product(("on_accent",), ("accent", "accent_hover", "accent_press", "bad_fill", "bad_hover")),
    *product(("text", "text2"), ("good_soft", "bad_soft", "warn_soft", "wait_soft", "hold_soft", "accent_soft")),
    *((state, f"{state}_soft") for state in ("good", "bad", "warn", "wait", "hold")),
    ("accent_text", "accent_soft"),
    ("on_strip", "ink_strip"),
]
MARK_PAIRS = [
    *((f"{state}_solid", "surface") for state in ("good", "bad", "warn", "wait", "hold")),
    ("focus", "surface"),
    ("focus", "selected"),
    ("field", "surface"),
]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_of_contrast_is_the_standards():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("ink", "ground"), WORD_PAIRS)
def test_words_reach_four_and_a_half_to_one(table: str, ink: str, ground: str):
    assert contrast(theme.tokens[ink].values[table], theme.tokens[ground].values[table]) >= 4.5


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("mark", "ground"), MARK_PAIRS)
def test_marks_and_outlines_reach_three_to_one(table: str, mark: str, ground: str):
    assert contrast(theme.tokens[mark].values[table], theme.tokens[ground].values[table]) >= 3


def test_every_colour_says_what_it_is_for():
    assert all(len(token.purpose) > 5 and re.fullmatch(r"#[0-9A-F]{6}", value) for token in theme.tokens.values() for value in token.values.values())


def test_every_verdict_has_a_word_a_mark_and_a_token():
    for verdict in Verdict:
        mark = paint.MARKS[theme.verdicts[verdict]]
        assert _(WORDS[verdict])
        assert f"{mark.token}_solid" in theme.tokens


def test_every_state_of_every_flow_has_a_station():
    states = {state for flow in FLOWS for state in flow.words} | set(PORTION_WORDS)
    assert {str(state) for state in states} == set(theme.stations)
    assert set(theme.stations.values()) <= {"done", "now", "later", "gone"}


def silhouette(name: str) -> bytes:
    """Return which dots a mark covers, without its colours."""
    image = QImage(56, 56, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint.mark(painter, name, QRectF(0, 0, 56, 56))
    painter.end()
    ground = theme.hex("surface").lower()
    return bytes(image.pixelColor(x, y).alpha() > 127 and image.pixelColor(x, y).name() != ground for x in range(56) for y in range(56))


def test_every_mark_has_a_silhouette_of_its_own(qapp):
    shapes = {name: silhouette(name) for name in paint.MARKS}
    for one, other in product(shapes, repeat=2):
        if one < other:
            apart = sum(a != b for a, b in zip(shapes[one], shapes[other], strict=True))
            assert apart > 0.04 * 56 * 56, f"{one} looks like {other} without colour"


@pytest.mark.parametrize("role", [role for role in theme.type if role != "key"])
def test_nothing_chinese_is_smaller_than_twelve(role: str):
    assert theme.type[role].px >= 12


def test_the_key_cap_carries_latin_only():
    assert paint.keys_words("Ctrl+Return").isascii() or paint.keys_words("Ctrl+Return") == "Ctrl ↵"


def test_digits_have_one_advance(qapp):
    for language in LANGUAGES:
        i18n.use(language)
        theme.dress()
        for weight in (400, 500, 600):
            assert len({theme.metrics("body", weight).horizontalAdvance(digit) for digit in "0123456789"}) == 1


def test_the_program_depends_on_no_typeface_of_the_system(qapp):
    carried = {family for names in theme.families.values() for family in names}
    assert carried <= set(QFontDatabase.families())
    assert {QFontMetricsF(theme.font(role)).height() > 0 for role in theme.type} == {True}


def test_every_icon_named_in_the_program_is_carried():
    names = {place.icon for place in navigation.PLACES}
    for file in (FOLDER.parent / "ui").rglob("*.py"):
        names |= set(re.findall(r'(?:icon=|Picture\(|Empty\(|icon_button\(|theme\.pixmap\()"([a-z0-9-]+)"', file.read_text("utf-8")))
    missing = {name for name in names if not (FOLDER / "icons" / f"{name}.svg").exists()}
    assert not missing


def test_an_icon_takes_the_colour_of_its_token(qapp):
    drawn = theme.pixmap("x", "bad", 16, 2.0).toImage()
    inks = {drawn.pixelColor(x, y).name() for x in range(32) for y in range(32) if drawn.pixelColor(x, y).alpha() == 255}
    assert inks == {theme.hex("bad").lower()}


def test_dark_is_set_in_palette_and_painted_parts_alike(qapp):
    theme.use("dark")
    assert qapp.palette().window().color().name() == theme.tokens["window"].values["dark"].lower()
    assert theme.colour("surface").name() == theme.tokens["surface"].values["dark"].lower()


def test_an_unknown_look_is_an_error():
    with pytest.raises(ValueError, match="sepia"):
        theme.use("sepia")
