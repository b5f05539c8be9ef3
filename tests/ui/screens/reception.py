"""A small laboratory over a real store, with a window for whoever sits at reception."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lims.db.store import Store
from lims.rules.rights import Actor, Role
from lims.services import analyses, founding, people, samples, worksheets
from lims.services.founding import FoundingDraft
from lims.services.passwords import Argon2
from lims.services.people import AccountDraft
from lims.services.samples import Asked, SampleDraft
from lims.views import analyses as analysis_view
from lims.views import catalogue, finding
from lims.views import samples as sample_view
from ui.kit.desk import Desk
from ui.screens import moments
from ui.window import Window

PASSWORD, FIRST = "demo-2026", "first-2026"
PEOPLE = {"shou": Role.RECEPTIONIST, "jian": Role.ANALYST, "shen": Role.REVIEWER, "pi": Role.SIGNATORY, "ji": Role.TECHNICAL}

FORM = {
    "form_number": "XBJ26110116383000412",
    "test_kind": "Supervisory sampling",
    "client": "示范区市场监督管理局",
    "business_name": "青春路农贸市场",
    "sample_name": "玉米",
    "sample_amount": "3 kg",
    "backup_amount": "1 kg",
    "sampling_body": "示范区食品抽样队",
    "samplers": "甲、乙",
}
INTAKE = {
    "delivered_by": "甲",
    "seal": "Seal intact",
    "agrees": "Agrees",
    "appearance": "干燥，无霉变",
    "test_amount": "2 kg",
    "backup_amount": "1 kg",
    "test_place": "A 柜 2 层",
    "backup_place": "B 柜 1 层",
}


class Reception:
    """The laboratory, and a way to do things in it by services."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(f"sqlite:///{folder / 'lims.sqlite3'}", Argon2(PasswordHasher(1, 8, 1)))
        moments.use("Asia/Shanghai")
        draft = FoundingDraft("示范实验室", "示范路 1 号", "guan", "管理员", PASSWORD, PASSWORD)
        administrator = self.do(founding.found, draft)
        self.people: dict[str, Actor] = {}
        for login, role in PEOPLE.items():
            self.do(people.create, AccountDraft(login, login, frozenset({role}), FIRST), by=administrator)
            actor = self.do(people.sign_in, login, FIRST).actor
            self.do(people.change_password, FIRST, PASSWORD, by=actor)
            self.people[login] = actor

    def do(self, job: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Do one job in a unit of work of its own."""
        with self.store.work() as work:
            return job(work, *args, **options)

    def registered(self, **form: str) -> str:
        """Register a sample of maize with everything the library holds for it; return its number."""
        today = moments.today()
        offers = self.do(catalogue.offers, "maize", today)
        asked = tuple(Asked(one.item_code, one.procedure, one.limit) for one in offers)
        return self.do(samples.register, SampleDraft("maize", {**FORM, "sampled_on": today.isoformat(), **form}, asked), by=self.people["shou"])

    def received(self, **form: str) -> str:
        """Register and receive a sample; return its number."""
        return self.do(samples.receive, self.registered(**form), INTAKE, by=self.people["shou"])

    def begun(self, number: str, values: Mapping[str, str]) -> dict[str, int]:
        """Put a sample on the bench and enter values by item; return the keys of its analyses."""
        by = self.people["jian"]
        waiting = [row.id for row in self.do(analysis_view.waiting) if row.sample_number == number]
        sheet = self.do(worksheets.create, waiting, by=by)
        self.do(worksheets.start, sheet, by=by)
        keys = {row.item_code: row.id for row in self.card(number).analyses}
        for item, value in values.items():
            self.do(analyses.enter, keys[item], 1, value, by=by)
        return keys

    def card(self, number: str) -> Any:
        """Return one sample in full."""
        return self.do(sample_view.card, number)


class Seat:
    """A window with somebody in front of it who has only a keyboard."""

    def __init__(self, qtbot: QtBot, reception: Reception, login: str) -> None:
        self.qtbot, self.reception = qtbot, reception
        self.desk = Desk(reception.store)
        self.fallen: list[BaseException] = []
        self.desk.crashed.connect(self.fallen.append)
        self.window = Window(self.desk, reception.people[login], laboratory="示范实验室", database="本机", find=finding.find)
        qtbot.addWidget(self.window)
        self.window.show()

    def settled(self) -> None:
        """Wait until every answer has come and been shown."""
        for _again in range(4):
            self.qtbot.waitUntil(self.desk.idle, timeout=30_000)
            QApplication.processEvents()
        assert not self.fallen, self.fallen

    def go(self, place: str, key: Any = None) -> Any:
        """Open a place; return its screen."""
        self.window.open(place, key)
        self.settled()
        return self.window.screen_in_front

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, times: int = 1) -> None:
        """Press a key where the focus is."""
        for _time in range(times):
            QTest.keyClick(self.focus, key, modifiers)
        self.settled()

    def control(self, key: Qt.Key) -> None:
        """Press a key with Ctrl."""
        self.press(key, Qt.KeyboardModifier.ControlModifier)

    def write(self, words: str) -> None:
        """Type into whatever has the focus, in place of what stands there; Chinese comes as from an input method."""
        QTest.keyClick(self.focus, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.focus.insert(words) if hasattr(self.focus, "insert") and not words.isascii() else QTest.keyClicks(self.focus, words)
        if not words.isascii() and hasattr(self.focus, "textEdited"):
            self.focus.textEdited.emit(words)

    def to(self, name: str) -> None:
        """Tab on until the field *name* has the focus."""
        for _field in range(90):
            if name in (self.focus.objectName(), self.focus.parentWidget().objectName() if self.focus.parentWidget() else ""):
                return
            QTest.keyClick(self.focus, Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not reach {name}")

    @property
    def focus(self) -> QWidget:
        """What has the focus."""
        widget = self.window.focusWidget()
        assert widget is not None
        return widget

    def close(self) -> None:
        """Leave."""
        self.window.hide()
        self.desk.close()
        self.reception.store.close()


__all__ = ["FORM", "INTAKE", "Reception", "Seat"]
