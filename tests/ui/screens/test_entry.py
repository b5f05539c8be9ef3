"""Laws of signing in: what is wrong is said and counted, a password that somebody else set is changed first, the language can be chosen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lims import i18n
from lims.services import people as service
from tests.ui.screens import looking
from tests.ui.screens.reception import FIRST, PASSWORD, Reception
from ui.kit.desk import Desk
from ui.screens.entry import Account, Entry, Page

Key = Qt.Key


class Door:
    """A page before the window, with somebody before it who has only a keyboard."""

    def __init__(self, qtbot: QtBot, desk: Desk, page: Page) -> None:
        self.qtbot, self.desk, self.page = qtbot, desk, page
        qtbot.addWidget(page)
        page.resize(1440, 900)
        page.show()
        self.settled()
        page.begin()

    def settled(self) -> None:
        for _again in range(3):
            self.qtbot.waitUntil(self.desk.idle, timeout=30_000)
            QApplication.processEvents()
            self.page.activateWindow()

    def to(self, name: str) -> None:
        for _field in range(30):
            if self.page.focusWidget().objectName() == name:
                return
            QTest.keyClick(self.page.focusWidget(), Key.Key_Tab)
        raise AssertionError(f"Tab does not reach {name}")

    def write(self, **fields: str) -> None:
        for name, words in fields.items():
            self.to(name)
            self.page.focusWidget().selectAll()
            self.page.focusWidget().insert(words)
            self.page.focusWidget().textEdited.emit(words)

    def send(self) -> None:
        QTest.keyClick(self.page.focusWidget(), Key.Key_Return)
        self.settled()

    def note(self, name: str) -> str:
        return self.page.card.form.notes[name].words


@pytest.fixture
def store_desk(reception: Reception, qapp: QApplication) -> Iterator[Desk]:
    made = Desk(reception.store)
    yield made
    made.close()


@pytest.fixture
def door(qtbot: QtBot, store_desk: Desk) -> Door:
    return Door(qtbot, store_desk, Entry(store_desk, "<b>示范</b> & 实验室"))


def test_the_sign_in_name_has_the_cursor_and_enter_signs_in(door: Door) -> None:
    assert door.page.focusWidget().objectName() == "login"
    entered = []
    door.page.entered.connect(entered.append)
    door.write(login="jian", password=PASSWORD)
    door.send()
    assert [one.login for one in entered] == ["jian"]


def test_an_unknown_name_and_a_wrong_password_are_told_apart_by_nobody_outside(door: Door) -> None:
    door.write(login="niemand", password=PASSWORD)
    door.send()
    assert door.note("password") == "登录名或密码不对。"


def test_wrong_passwords_are_counted_down_and_from_the_sixth_on_one_waits(door: Door) -> None:
    door.write(login="jian")
    for left in (5, 4, 3, 2, 1):
        door.write(password="wrong")
        door.send()
        assert f"还可试 {left} 次" in door.note("password") and "30 秒" in door.note("password")
    door.write(password="wrong")
    door.send()
    assert "等 30 秒" in door.note("password")
    door.write(password=PASSWORD)
    door.send()
    assert "等" in door.note("password"), "the right one waits too"
    assert door.page.focusWidget().objectName() == "password" and door.page.focusWidget().hasSelectedText()


def test_empty_fields_are_said_before_anything_is_asked(door: Door) -> None:
    door.send()
    assert door.note("login") == door.note("password") == "这一项要填。"


def test_a_password_that_somebody_else_set_is_changed_first(door: Door, reception: Reception) -> None:
    reception.do(service.reset_password, "jian", FIRST, by=reception.people["guan"])
    entered = []
    door.page.entered.connect(entered.append)
    door.write(login="jian", password=FIRST)
    door.send()
    assert not entered and door.page.focusWidget().objectName() == "new"
    door.write(new="mine-2026", again="mine-2027")
    door.send()
    assert door.note("again") and not entered
    door.write(new=FIRST, again=FIRST)
    door.send()
    assert door.note("new") and not entered, "the first password is no own password"
    door.write(new="mine-2026", again="mine-2026")
    door.send()
    assert [one.login for one in entered] == ["jian"]


def test_a_closed_account_says_who_can_open_it(door: Door, reception: Reception) -> None:
    from lims.rules.rights import Role

    reception.do(service.amend, "jian", "检验员甲", frozenset({Role.ANALYST}), False, by=reception.people["guan"])
    door.write(login="jian", password=PASSWORD)
    door.send()
    assert "管理员" in door.note("password")


def test_another_language_is_asked_for_by_keys(door: Door) -> None:
    spoken = []
    door.page.spoken.connect(spoken.append)
    for _step in range(20):
        if door.page.focusWidget() is door.page.language:
            break
        QTest.keyClick(door.page.focusWidget(), Key.Key_Tab)
    QTest.keyClick(door.page.focusWidget(), Key.Key_Right)
    assert spoken == ["en"]


def test_accounts_are_offered_in_a_demonstration_only(qtbot: QtBot, store_desk: Desk, door: Door) -> None:
    assert not door.page.findChildren(Account)
    shown = Door(qtbot, store_desk, Entry(store_desk, "示范实验室", [("jian", "检验员", PASSWORD), ("pi", "授权签字人", PASSWORD)]))
    offered = list(looking.seen(shown.page, Account))
    assert [one.accessibleName() for one in offered] == ["检验员 jian", "授权签字人 pi"]
    offered[1].setFocus()
    QTest.keyClick(offered[1], Key.Key_Space)
    assert shown.page.card.form.editors["login"].get() == "pi" and shown.page.card.form.editors["password"].get() == PASSWORD
    entered = []
    shown.page.entered.connect(entered.append)
    shown.send()
    assert [one.login for one in entered] == ["pi"]


def test_the_laboratorys_name_is_shown_as_it_was_typed(door: Door) -> None:
    assert "<b>示范</b> & 实验室" in looking.words(door.page)
    assert looking.marked_up(door.page) == [] and looking.nameless(door.page) == [] and looking.cut_labels(door.page) == []


@pytest.mark.parametrize("language", [*i18n.LANGUAGES, "pseudo"])
def test_nothing_is_cut_in_any_language(language: str, qtbot: QtBot, store_desk: Desk) -> None:
    i18n.use(language)
    shown = Door(qtbot, store_desk, Entry(store_desk, "示范实验室", [("jian", i18n._("Analyst"), PASSWORD)]))
    assert looking.cut_labels(shown.page) == []


def test_a_page_that_is_gone_hears_nothing_more(qtbot: QtBot, store_desk: Desk) -> None:
    """Whoever has signed in works at the same desk: its refusals are no longer the page's."""
    page = Entry(store_desk, "示范实验室")
    page.deleteLater()
    QApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete)
    store_desk.refused.emit("No.")
    store_desk.troubled.emit("No.", print)
