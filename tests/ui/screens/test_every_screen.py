"""What holds of every place, empty and filled, in every language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QSize, Qt

from lims import i18n
from tests.ui.screens import looking
from tests.ui.screens.reception import PEOPLE, Reception, Seat
from ui.kit.label import Label
from ui.kit.screen import Screen
from ui.navigation import PLACES, places_for
from ui.theme import theme

LANGUAGES = [*i18n.LANGUAGES, "pseudo"]
PLACE_NAMES = [place.name for place in PLACES]
PRIMARY = {"intake", "samples", "bench", "inbox", "review", "certificates", "limits", "products", "teaching", "settings"}
"""Places with one thing to do; a register saves from its panel, today and the trail are read."""


@pytest.fixture(params=["empty", "filled"])
def laboratory(laboratories: dict[str, Reception], request: pytest.FixtureRequest) -> Reception:
    return laboratories[request.param]


@pytest.fixture
def data(laboratory: Reception) -> list[str]:
    return looking.own_words(laboratory)


def all_words(seat: Seat) -> list[str]:
    """Words in sight and those of commands, which a menu or the palette shows."""
    told = [words for command in seat.window.screen_in_front.acts for words in (command.words(), i18n._(command.tip), command.refusal() or "")]
    return [*looking.words(seat.window), *told]


def everywhere(seat: Seat, wrong: Callable[[Any], list[Any]], places: Iterable[str] = PLACE_NAMES) -> dict[str, list[Any]]:
    """What is wrong in each place, where anything is; *wrong* is asked with the place's screen in front."""
    found = {place: wrong(seat.go(place)) for place in places}
    return {place: each for place, each in found.items() if each}


def test_no_word_is_left_untranslated(laboratory: Reception, data: list[str], sit: Callable[..., Seat]) -> None:
    i18n.use("pseudo")
    seat = sit("all", laboratory)
    assert everywhere(seat, lambda _screen: looking.left_over(all_words(seat), data)) == {}


def test_no_english_word_stands_in_the_chinese(laboratory: Reception, data: list[str], sit: Callable[..., Seat]) -> None:
    """What the store calls a thing or a field is a word of the program too."""
    seat, latin = sit("all", laboratory), [CHINESE.sub(" ", one) for one in data if re.search(r"[A-Za-z]", one)]
    assert everywhere(seat, lambda _screen: looking.left_over([CHINESE.sub(" ", text) for text in all_words(seat)], latin)) == {}


CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]+")


@pytest.mark.parametrize(("language", "name"), [*((language, "filled") for language in LANGUAGES), ("pseudo", "empty")])
def test_nothing_is_cut_and_nothing_is_taken_for_markup(language: str, name: str, laboratories: dict[str, Reception], sit: Callable[..., Seat]) -> None:
    i18n.use(language)
    seat = sit("all", laboratories[name])
    laws = (looking.cut_identifiers, looking.cut_labels, looking.marked_up, *([looking.cut_titles] if language != "pseudo" else []))
    assert everywhere(seat, lambda _screen: [words for law in laws for words in law(seat.window)]) == {}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_smallest_window_holds_every_place(language: str, laboratories: dict[str, Reception], sit: Callable[..., Seat]) -> None:
    i18n.use(language)
    seat = sit("all", laboratories["filled"])
    small = QSize(theme.size("window_width"), theme.size("window_height"))
    seat.window.resize(small)

    def wrong(_screen: Screen) -> list[Any]:
        wanted = seat.window.minimumSizeHint()
        too_wide = [] if wanted.width() <= small.width() and wanted.height() <= small.height() else [wanted.toTuple()]
        return [*too_wide, *looking.cut_identifiers(seat.window), *looking.cut_labels(seat.window)]

    assert everywhere(seat, wrong) == {}


def test_esc_puts_a_panel_away_that_lies_over_the_content_and_else_says_nothing(laboratories: dict[str, Reception], sit: Callable[..., Seat]) -> None:
    seat = sit("all", laboratories["filled"])
    seat.window.resize(theme.size("window_width"), theme.size("window_height"))

    def wrong(screen: Screen) -> list[Any]:
        found: list[Any] = []
        if screen.panel:
            screen.why()
            seat.settled()
            if screen.panel.isVisible():
                seat.press(Qt.Key.Key_Escape)
                found += ["the panel stays"] * screen.panel.isVisible()
        seat.press(Qt.Key.Key_Escape)
        said, _none = seat.said, seat.window.strip.clear()
        return [*found, said] if said else found

    assert everywhere(seat, wrong) == {}


def test_keys_reach_everything_and_everything_has_a_name(laboratory: Reception, sit: Callable[..., Seat]) -> None:
    seat = sit("all", laboratory)
    assert everywhere(seat, lambda screen: [*looking.nameless(seat.window), *looking.unreached(seat.window, screen)]) == {}


def test_a_place_has_one_primary_command(laboratory: Reception, sit: Callable[..., Seat]) -> None:
    seat = sit("all", laboratory)
    assert dict.fromkeys(PRIMARY, 1) == {place: len(found) for place, found in everywhere(seat, looking.primaries).items()}


@pytest.mark.parametrize("login", [*PEOPLE, "guan"])
def test_what_cannot_be_done_says_why_and_names_a_person_a_right_or_a_thing(login: str, laboratory: Reception, sit: Callable[..., Seat]) -> None:
    seat = sit(login, laboratory)
    places = [place.name for place in places_for(str(right) for right in laboratory.people[login].rights)]

    def vague(screen: Screen) -> list[tuple[str, str]]:
        told = [(command.name, refusal) for command in screen.acts if (refusal := command.refusal()) is not None]
        return [(name, words) for name, words in told if not words.endswith("。") or not any(thing in words for thing in NAMED)]

    assert everywhere(seat, vague, places) == {}


NAMED = (
    *("收样员", "检验员", "审核员", "签字人", "技术负责人", "管理员"),
    *("样品", "报告", "结果", "工作单", "读数", "限量", "仪器", "端口", "抽样单", "账户", "列表", "值", "行", "页", "设置", "表单", "色谱工作站", "F2", "“"),
)
"""People and things of a laboratory."""


def test_in_the_dark_nothing_stays_light(laboratories: dict[str, Reception], sit: Callable[..., Seat]) -> None:
    theme.use("dark")
    seat = sit("all", laboratories["filled"])

    def light(screen: Screen) -> list[Any]:
        picture = seat.window.grab().toImage()
        paper = getattr(screen, "preview", None)
        spots = [QPoint(x, y) for x in range(0, picture.width(), 12) for y in range(0, picture.height(), 12)]
        dark = [spot for spot in spots if picture.pixelColor(spot).lightness() < 128 or (paper and paper.rect().contains(paper.mapFrom(seat.window, spot)))]
        labels = [one.text() for one in looking.seen(seat.window, Label) if one.text() and one.palette().windowText().color() != theme.colour(one._ink)]
        return labels if len(dark) > 0.95 * len(spots) else [*labels, len(dark) / len(spots)]

    assert everywhere(seat, light) == {}
