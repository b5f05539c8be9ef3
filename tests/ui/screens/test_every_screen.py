"""What holds of every place, empty and filled, in every language."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint

from lims import i18n
from lims.rules.rights import Right
from tests.ui.screens import looking
from tests.ui.screens.reception import FORM, INTAKE, PEOPLE, Reception, Seat
from ui.kit.label import Label
from ui.kit.screen import Screen
from ui.navigation import PLACES, places_for
from ui.theme import theme

LANGUAGES = [*i18n.LANGUAGES, "pseudo"]
PLACE_NAMES = [place.name for place in PLACES]
PRIMARY = {"intake", "samples", "bench", "inbox", "review", "certificates", "limits", "settings"}
"""Places with one thing to do; a register saves from its panel, today and the trail are read."""

SIGNS = re.compile(r"\[[^\[\]]*·····\]")
"""Words of the pseudo-language."""
NUMBERS = re.compile(r"[A-Z]+[\d/-][\w./-]*|[0-9a-f]{8,}|[0-9a-f]{4}…[0-9a-f]{4}|<[A-Z]{2,3}>|Ctrl\+\w+|Asia/Shanghai")
"""Numbers, digests, control bytes: the same in every language."""
AS_THEY_ARE = ("本机", "中文 / EN", "中文", "English", "SHA-256", "COM3", "/dev/ttyUSB0", "socket://192.168.1.20:4001")


@pytest.fixture(scope="session")
def laboratories(tmp_path_factory: pytest.TempPathFactory, founded: Reception) -> Iterator[dict[str, Reception]]:
    """A laboratory where nothing has happened, and one with something in every state; nobody changes anything in them."""
    made = {name: Reception(tmp_path_factory.mktemp(name), founded) for name in ("empty", "filled")}
    made["filled"].busy()
    for one in made.values():
        one.people["all"] = replace(one.people["jian"], rights=frozenset(Right))
    yield made
    for one in made.values():
        one.close()


@pytest.fixture(params=["empty", "filled"])
def laboratory(laboratories: dict[str, Reception], request: pytest.FixtureRequest) -> Reception:
    return laboratories[request.param]


@pytest.fixture
def data(laboratory: Reception) -> list[str]:
    """What the laboratory's own people wrote, and the library: shown as it stands in any language. Longest first."""
    found = {*FORM.values(), *INTAKE.values(), *AS_THEY_ARE, *laboratory.people, *(name for name, _role in PEOPLE.values())}
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            for profile in laboratory.ports.profiles():
                found |= {profile.name, profile.title, *profile.not_verified}
    found |= {device for device, _words in laboratory.ports.addresses()}
    with closing(sqlite3.connect(laboratory.folder.database)) as base:
        for table, columns in OWN.items():
            for row in base.execute(f"SELECT {columns} FROM {table}"):
                found |= {value for value in row if isinstance(value, str) and re.search(r"[^\d.,-]", value)}
    return sorted((one for one in found if len(one) > 1), key=len, reverse=True)


OWN = {
    "item": "*",
    "product": "*",
    "standard": "*",
    "procedure": "*",
    '"limit"': "*",
    "person": "name, login",
    "instrument": "code, name, model, serial",
    "reading": "sample, test, unit, reason, status, flags",
    "message": "workstation, substr(journal, 1, 8)",
    "attempt": "cause",
    "certificate": "cause",
    "setting": "value",
    "confirmation": "remark",
}


def left_over(words: list[str], data: list[str]) -> list[str]:
    """What remains of words when data, numbers and the pseudo-language are taken away: letters nobody has translated."""
    found = []
    for text in words:
        rest = text
        for known in data:
            rest = rest.replace(known, " ")
        rest = NUMBERS.sub(" ", rest)
        while SIGNS.search(rest):
            rest = SIGNS.sub(" ", rest)
        if re.search(r"[A-Za-z]{2,}|[\u4e00-\u9fff]", rest):
            found.append(text)
    return found


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
    assert everywhere(seat, lambda _screen: left_over(all_words(seat), data)) == {}


def test_no_english_word_stands_in_the_chinese(laboratory: Reception, data: list[str], sit: Callable[..., Seat]) -> None:
    """What the store calls a thing or a field is a word of the program too."""
    seat, latin = sit("all", laboratory), [one for one in data if re.search(r"[A-Za-z]", one)]
    assert everywhere(seat, lambda _screen: left_over([CHINESE.sub(" ", text) for text in all_words(seat)], [CHINESE.sub(" ", one) for one in latin])) == {}


CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]+")


@pytest.mark.parametrize(("language", "name"), [*((language, "filled") for language in LANGUAGES), ("pseudo", "empty")])
def test_nothing_is_cut_and_nothing_is_taken_for_markup(language: str, name: str, laboratories: dict[str, Reception], sit: Callable[..., Seat]) -> None:
    i18n.use(language)
    seat = sit("all", laboratories[name])
    laws = (looking.cut_identifiers, looking.cut_labels, looking.marked_up)
    assert everywhere(seat, lambda _screen: [words for law in laws for words in law(seat.window)]) == {}


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
