"""Laws of the first run: a laboratory is set up from one page, mistakes stand beside their fields, and its administrator signs in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lims import i18n
from lims.db.store import Store
from lims.rules.rights import Right
from lims.services import people
from lims.services.passwords import Argon2
from lims.views import catalogue, settings
from lims.views import people as people_view
from tests.ui.screens import looking
from tests.ui.screens.test_entry import Door
from ui.kit.desk import Desk
from ui.screens import moments
from ui.screens.entry import Entry
from ui.screens.founding import Founding

ANSWERS = {
    "laboratory_name": "<b>某区</b>检测所 & {甲}",
    "laboratory_address": "示范路 1 号",
    "login": "guan",
    "name": "管理员",
    "password": "demo-2026",
    "again": "demo-2026",
}


@pytest.fixture
def new_desk(tmp_path: Path, qapp: QApplication) -> Iterator[Desk]:
    """A desk over a store in which nobody is."""
    store = Store(f"sqlite:///{tmp_path / 'new.sqlite3'}", Argon2(PasswordHasher(1, 8, 1)))
    made = Desk(store)
    yield made
    made.close()
    store.close()


@pytest.fixture
def door(qtbot: QtBot, new_desk: Desk) -> Door:
    return Door(qtbot, new_desk, Founding(new_desk))


def accounts(desk: Desk) -> list[str]:
    with desk.store.work() as work:
        return [row.login for row in people_view.rows(work)]


def test_a_laboratory_is_founded_and_its_administrator_signs_in(door: Door, qtbot: QtBot) -> None:
    assert door.page.focusWidget().objectName() == "laboratory_name"
    founded = []
    door.page.founded.connect(founded.append)
    door.write(**ANSWERS)
    door.send()
    (administrator,) = founded
    assert administrator.rights == {Right.PEOPLE, Right.SETTINGS, Right.TRAIL}, "no right of the bench"
    with door.desk.store.work() as work:
        assert settings.values(work)["laboratory_name"] == ANSWERS["laboratory_name"]
        assert catalogue.limit_rows(work, moments.today()) and not [row for row in catalogue.limit_rows(work, moments.today()) if row.confirmed_by]
    entry = Door(qtbot, door.desk, Entry(door.desk, ANSWERS["laboratory_name"]))
    entered = []
    entry.page.entered.connect(entered.append)
    entry.write(login="guan", password="demo-2026")
    entry.send()
    assert [one.login for one in entered] == ["guan"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("laboratory_name", ""),
        ("laboratory_address", " "),
        ("login", "a b"),
        ("login", ""),
        ("name", ""),
        ("password", "short"),
        ("password", "guan-guan"),
        ("again", "other-2026"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_nobody_is_there_yet(field: str, typed: str, door: Door) -> None:
    answers = ANSWERS | {field: typed} | ({"again": typed} if field == "password" else {})
    door.write(**answers)
    door.send()
    assert door.note(field), door.page.card.form._above.words
    assert accounts(door.desk) == []
    assert door.page.card.form.editors["laboratory_name"].get() == answers["laboratory_name"].strip(), "nothing has to be typed again"


def test_who_was_quicker_is_said(door: Door) -> None:
    with door.desk.store.work() as work:
        people.found_laboratory(work, "first", "先到", "demo-2026")
    door.write(**ANSWERS)
    door.send()
    assert "登录" in door.page.card.form._above.words and accounts(door.desk) == ["first"]


@pytest.mark.parametrize("language", [*i18n.LANGUAGES, "pseudo"])
def test_nothing_is_cut_in_any_language(language: str, qtbot: QtBot, new_desk: Desk) -> None:
    i18n.use(language)
    shown = Door(qtbot, new_desk, Founding(new_desk))
    assert looking.cut_labels(shown.page) == [] and looking.nameless(shown.page) == [] and looking.unreached(shown.page, shown.page) == []
