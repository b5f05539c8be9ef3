"""A small laboratory over a real store, with a window for whoever sits at reception."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lims.clock import system_clock
from lims.db.folder import Folder
from lims.db.store import Store
from lims.demo import ASKED, PLACED
from lims.errors import Refusal
from lims.rules.flows import ReadingState
from lims.rules.rights import Actor, Role
from lims.services import analyses, certificates, founding, instruments, people, placements, readings, samples, scope, worksheets
from lims.services import catalogue as standards
from lims.services.founding import FoundingDraft
from lims.services.instruments import InstrumentDraft, KitLotDraft
from lims.services.passwords import Argon2
from lims.services.people import AccountDraft
from lims.services.ports import Ports
from lims.services.readings import Delivery, Sent
from lims.services.samples import SampleDraft
from lims.services.scope import ScopeDraft
from lims.views import analyses as analysis_view
from lims.views import catalogue, finding, today
from lims.views import instruments as instrument_view
from lims.views import samples as sample_view
from tests.services.rules import sampling_rules
from tests.services.small import INTAKE, library
from ui.kit.ask import Dialog
from ui.kit.desk import Desk
from ui.kit.table import Table
from ui.screens import moments
from ui.window import Window

PASSWORD, FIRST = "demo-2026", "first-2026"
PEOPLE = {
    "shou": ("收样员甲", Role.RECEPTIONIST),
    "jian": ("检验员甲", Role.ANALYST),
    "shen": ("审核员甲", Role.REVIEWER),
    "pi": ("签字人甲", Role.SIGNATORY),
    "ji": ("技术负责人甲", Role.TECHNICAL),
}

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

WHY_BY_RULE = "三个月比对全部相符"
TICKET = ("检测报告", "样品:LS2026-00001", "值:4.7")
"""A reason somebody gave, and a ticket nobody has taught."""


class Reception:
    """The laboratory, and a way to do things in it by services."""

    left_open: frozenset[str] = frozenset()
    """Limits that nobody confirms."""
    _forms = 411
    """Last number of a sampling form."""
    _rows = 0
    """Messages that have landed."""

    def __init__(self, folder: Path, like: Reception | None = None) -> None:
        """Found a laboratory, or take over one as it was founded."""
        self.folder = Folder(folder)
        self.folder.make()
        self.first_day = folder / "first-day.sqlite3"
        if like:
            shutil.copy(like.first_day, self.folder.database)
        self.store = Store(self.folder.url, Argon2(PasswordHasher(1, 8, 1)))
        self.ports = Ports(self.store, self.folder.journal, self.folder.profiles, system_clock)
        self.people: dict[str, Actor] = dict(like.people) if like else {}
        if not like:
            self._found()
            self._founders = dict(self.people)
            with closing(sqlite3.connect(self.folder.database)) as now, closing(sqlite3.connect(self.first_day)) as kept:
                now.backup(kept)

    def begin_again(self) -> None:
        """Be as on the first day; the store stays open and knows its statements."""
        self.ports.close()
        with closing(sqlite3.connect(self.first_day)) as kept, closing(sqlite3.connect(self.folder.database)) as now:
            kept.backup(now)
        for journal in self.folder.journal.iterdir():
            journal.unlink()
        self.ports = Ports(self.store, self.folder.journal, self.folder.profiles, system_clock)
        self.people, self.left_open = dict(self._founders), Reception.left_open
        self._forms, self._rows = Reception._forms, Reception._rows

    def _found(self) -> None:
        draft = FoundingDraft("示范实验室", "示范路 1 号", "guan", "管理员", PASSWORD, PASSWORD)
        self.people["guan"] = self.do(founding.found, draft, library())
        for login, (name, role) in PEOPLE.items():
            self.hired(login, name, role)
        for product, classification, headings in PLACED:
            self.do(placements.place, product, classification, headings, by=self.people["ji"])
            self.do(placements.confirm, product, [classification], by=self.people["ji"])

    def close(self) -> None:
        """Close ports and store."""
        self.ports.close()
        self.store.close()

    def do(self, job: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Do one job in a unit of work of its own."""
        with self.store.work() as work:
            return job(work, *args, **options)

    def registered(self, product: str = "maize", items: Sequence[str] = (), **form: str) -> str:
        """Register a sample with what the library holds for it, or some of its items; return its number."""
        today = moments.today()
        asked = tuple(one for one in ASKED[product] if not items or one.item in items)
        self._forms += 1
        typed = {**FORM, "form_number": f"XBJ261101163830{self._forms:05}", "sampled_on": today.isoformat(), **form}
        return self.do(samples.register, SampleDraft(product, typed, asked), by=self.people["shou"])

    def received(self, product: str = "maize", items: Sequence[str] = (), **form: str) -> str:
        """Register and receive a sample; return its number."""
        return self.do(samples.receive, self.registered(product, items, **form), INTAKE, by=self.people["shou"])

    def hired(self, login: str, name: str, role: Role = Role.ANALYST) -> Actor:
        """Give somebody an account of their own."""
        self.do(people.create, AccountDraft(login, name, frozenset({role}), FIRST), by=self.people["guan"])
        actor = self.do(people.sign_in, login, FIRST).actor
        self.do(people.change_password, FIRST, PASSWORD, by=actor)
        self.people[login] = actor
        return actor

    def begun_together(self, numbers: Sequence[str]) -> str:
        """Put samples on one worksheet and start it; return its number."""
        by = self.people["jian"]
        waiting = [row.id for row in self.do(analysis_view.waiting) if row.sample_number in numbers]
        sheet = self.do(worksheets.create, waiting, by=by)
        self.do(worksheets.start, sheet, by=by)
        return sheet

    def begun(self, number: str, values: Mapping[str, str]) -> dict[str, int]:
        """Put a sample on the bench and enter values by item; return the keys of its analyses."""
        by = self.people["jian"]
        self.begun_together([number])
        keys = {row.item_code: row.id for row in self.card(number).analyses}
        for item, value in values.items():
            self.do(analyses.enter, keys[item], 1, value, by=by)
        return keys

    def submitted(self, values: Mapping[str, str], **form: str) -> str:
        """Take a sample of maize through intake and bench; return its number."""
        number = self.received(items=tuple(values), **form)
        keys = self.begun(number, values)
        self.do(analyses.submit, list(keys.values()), by=self.people["jian"])
        return number

    def reviewed(self, values: Mapping[str, str] = {"aflatoxin-b1": "4.7"}, **form: str) -> int:
        """Take a sample of maize up to the draft of its report; return the report's key."""
        number = self.submitted(values, **form)
        self.do(analyses.review, [row.id for row in self.card(number).analyses], by=self.people["shen"])
        return self.card(number).certificates[-1][0]

    def issued(self, values: Mapping[str, str] = {"aflatoxin-b1": "4.7"}, **form: str) -> int:
        """Take a sample of maize up to its issued report; return the report's key."""
        key = self.reviewed(values, **form)
        self.confirmed()
        self.do(certificates.approve_and_issue, key, PASSWORD, by=self.people["pi"])
        return key

    def confirmed(self) -> None:
        """Confirm every limit but what is left open."""
        codes = [row.code for row in self.do(catalogue.limit_rows, moments.today()) if row.code not in self.left_open]
        self.do(standards.confirm, codes, by=self.people["ji"], remark="本所标准文本")

    def instrument(self, code: str = "GC-01", **facts: Any) -> str:
        """Put an instrument into the register."""
        draft = InstrumentDraft(**{"code": code, "name": "色谱工作站", "profile": "chromatography-lis", **facts})
        return self.do(instruments.save, draft, by=self.people["ji"])

    def landed(self, *sent: Sent, problem: str = "") -> list[int]:
        """Let readings land in the inbox; return their keys."""
        self._rows += 1
        content = b"\x02" + "|".join(f"{one.sample}{one.sent_test}" for one in sent).encode() + b"\r\x03"
        self.do(readings.land, Delivery("GC-01", "desk", "journal-1", self._rows, self._rows, content, self.store.clock(), sent, problem))
        rows = self.do(instrument_view.inbox, tuple(ReadingState))
        return sorted(row.id for row in rows)[-max(len(sent), 1) :]

    def card(self, number: str) -> Any:
        """Return one sample in full."""
        return self.do(sample_view.card, number)

    def busy(self) -> None:
        """Fill the laboratory with something in every state."""
        self.left_open = frozenset({"gb2760-2024-sulphur-dioxide-wine"})
        jian, shou, pi = (self.people[login] for login in ("jian", "shou", "pi"))
        sampling_rules(self.store)
        self.do(placements.place, "maize", "GB 2763", ("gb2763-h5",), remark="按谷物归类", by=self.people["ji"])
        self.do(scope.add, [ScopeDraft("粮食及制品", "moisture", "GB 5009.3-2016", date(2024, 1, 1), None, "只做玉米")], by=self.people["ji"])
        self.registered()
        self.do(samples.refuse, self.registered(), reason="Seal broken or unsigned", by=shou)
        self.received()
        keys = self.begun(tested := self.received(), {"aflatoxin-b1": "18.6", "deoxynivalenol": "1500"})
        for place, weighed in enumerate((("25.1234", "3.0021", "27.7512"), ("24.9876", "3.0105", "27.6204")), 1):
            self.do(analyses.weigh, keys["moisture"], place, dict(zip(("W0", "W1", "W2"), weighed, strict=True)), by=jian)
        self.do(analyses.repeat, keys["deoxynivalenol"], reason="进样针堵塞", by=jian)
        self.submitted({"aflatoxin-b1": "23.7", "deoxynivalenol": "<100"})
        self.instrument(calibrated_until=date(2026, 1, 31), model="GC-2030", serial="C1146")
        self.instrument("MB-02", name="酶标仪", profile="", active=False)
        number = self.received(items=("aflatoxin-b1",))
        self.begun(number, {})
        self.landed(Sent(number, "aflatoxin-b1", "4.7", "µg/kg", said_at="2026-11-26T10:00:00"))
        self.landed(Sent("LS2026-0027", "aflatoxin-b1", "5.1", "µg/kg", flags="H"))
        self.do(readings.reject, self.landed(Sent(tested, "aflatoxin-b1", "5.1", "µg/kg")), reason="进样错误", by=jian)
        self.instruments_speak(number)
        self.reviewed({"aflatoxin-b1": "21"})
        self.issued()
        void, replaced = self.issued(), self.issued()
        self.do(certificates.void, void, PASSWORD, reason="样品名称写错", by=pi)
        self.do(certificates.revise, replaced, reason="地址写错", by=pi)
        guan = self.people["guan"]
        for login, name, active in (("jian2", "检验员乙", True), ("jian3", "检验员丙", False)):
            self.do(people.create, AccountDraft(login, name, frozenset({Role.ANALYST}), FIRST), by=guan)
            self.do(people.amend, login, name, frozenset({Role.ANALYST}), active, by=guan)
        for _try in range(6):
            with suppress(Refusal):
                self.do(people.sign_in, "jian2", "wrong")

    def instruments_speak(self, number: str) -> None:
        """Codes that are known and unknown, a lot in use and one that has run out, a rule that is on, and a reader whose ticket is captured."""
        ji = self.people["ji"]
        self.do(readings.map_code, self.landed(Sent(number, "AFB", "4.7", "µg/kg", sent_test="AFB"))[0], "aflatoxin-b1", demands_of=self.ports.demands, by=ji)
        self.landed(Sent(number, "XYZ", "3.2", "µg/kg", sent_test="XYZ"))
        for lot, expires in (("B2611", date(2099, 12, 31)), ("B2501", date(2026, 1, 31))):
            curve = {"1": "0.95", "5": "0.62", "20": "0.31"}
            self.do(instruments.save_lot, KitLotDraft("GC-01", "aflatoxin-b1", lot, expires, "0.62", curve, "logarithmic", "µg/kg"), by=ji)
        self.do(instruments.let_in, "GC-01", True, reason=WHY_BY_RULE, by=ji)
        self.instrument("TK-01", name="读数仪", profile="capture-ticket")
        content = "".join(f"{line}\r\n" for line in TICKET).encode("gb18030") + b"\x1dV\x00"
        self.do(readings.land, Delivery("TK-01", "desk", "journal-2", 1, 1, content, self.store.clock(), ()))


class Seat:
    """A window with somebody in front of it who has only a keyboard."""

    def __init__(self, qtbot: QtBot, reception: Reception, login: str) -> None:
        self.qtbot, self.reception = qtbot, reception
        QGuiApplication.clipboard().clear()  # what somebody copied before is nobody's here
        self.desk = Desk(reception.store)
        self.fallen: list[BaseException] = []
        self.desk.crashed.connect(self.fallen.append)
        moments.use("Asia/Shanghai")
        self.window = Window(self.desk, reception.people[login], laboratory="示范实验室", database="本机", counts=today.counts, find=finding.find)
        self.window.laboratory = reception
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()

    def settled(self) -> None:
        """Wait until every answer has come and been shown."""
        for _again in range(4):
            self.qtbot.waitUntil(self.desk.idle, timeout=30_000)
            QApplication.processEvents()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if self.dialog is None:  # the screen nobody sees has no window manager to bring the window back
            self.window.activateWindow()
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
        """Type into whatever has the focus, in place of what stands there; Chinese comes from an input method."""
        QTest.keyClick(self.focus, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.type(words)

    def letter(self, key: Qt.Key) -> None:
        """Press a letter and wait until it is sure that it was no scan."""
        self.press(key)
        self.qtbot.wait(80)
        self.settled()

    def type(self, words: str) -> None:
        """Type where the cursor is."""
        if words.isascii():
            for sign in words:  # the first may have opened an editor
                QTest.keyClicks(self.focus, sign)
        else:
            event = QInputMethodEvent()
            event.setCommitString(words)
            QApplication.sendEvent(self.focus, event)

    def to(self, name: str) -> None:
        """Tab on until the field *name* has the focus."""
        for _field in range(150):
            if name in (self.focus.objectName(), self.focus.parentWidget().objectName() if self.focus.parentWidget() else ""):
                return
            QTest.keyClick(self.focus, Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not reach {name}")

    def choose(self, name: str, value: str) -> None:
        """Go to a choice and press Down until *value* is chosen."""
        self.to(name)
        form = self.dialog.form if self.dialog else self.window.screen_in_front.form
        for _option in range(300):
            if form.editors[name].get() == value:
                return
            QTest.keyClick(self.focus, Qt.Key.Key_Down)
        raise AssertionError(f"{name} does not offer {value}")

    def to_widget(self, wanted: QWidget) -> None:
        """Tab on until *wanted* has the focus; out of a grid with Ctrl."""
        for _step in range(150):
            if self.focus is wanted:
                return
            grid = isinstance(self.focus, Table) and self.focus.grid
            QTest.keyClick(self.focus, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier if grid else Qt.KeyboardModifier.NoModifier)
        raise AssertionError(f"Tab does not reach {wanted}")

    @property
    def said(self) -> str:
        """What the message strip says now."""
        return self.window.strip.messages[0].title if self.window.strip.messages else ""

    @property
    def done(self) -> str:
        """What the toast says now."""
        return self.window._toast._words.text() if self.window._toast.isVisible() else ""

    @property
    def dialog(self) -> Dialog | None:
        """The open dialog."""
        return next((one for one in self.window.findChildren(Dialog) if one.isVisible()), None)

    @property
    def focus(self) -> QWidget:
        """What has the focus."""
        widget = (self.dialog or self.window).focusWidget()
        assert widget is not None
        return widget

    def close(self) -> None:
        """Leave."""
        self.window.hide()
        self.desk.close()


__all__ = ["FORM", "INTAKE", "Reception", "Seat"]
