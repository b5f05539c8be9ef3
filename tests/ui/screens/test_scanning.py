"""Laws of the scanner: a number that is scanned opens its thing wherever the cursor is, and leaves nothing behind there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lims.rules.rights import Right
from lims.services.readings import Sent
from tests.ui.screens.reception import Reception, Seat
from tests.ui.screens.test_bench import AFLATOXIN, kept
from ui.kit.scan import Scanner
from ui.navigation import PLACES

Key = Qt.Key


class Gun:
    """A scanner on a clock of its own: five milliseconds from one character to the next."""

    def __init__(self, app: QApplication) -> None:
        self.now, self._app = 100.0, app
        self.scanner = Scanner(app, lambda: self.now)
        app.installEventFilter(self.scanner)

    def shoot(self, seat: Seat, code: str) -> None:
        """Scan *code* into whatever has the focus."""
        self.now += 10
        for sign in code:
            self.now += 0.005
            QTest.keyClicks(seat.focus, sign)
        self.now += 0.005
        QTest.keyClick(seat.focus, Key.Key_Return)
        seat.settled()

    def away(self) -> None:
        self._app.removeEventFilter(self.scanner)
        self.scanner.deleteLater()
        self._app.processEvents()


@pytest.fixture
def gun(qapp: QApplication) -> Iterator[Gun]:
    made = Gun(qapp)
    yield made
    made.away()


@pytest.fixture
def number(reception: Reception) -> str:
    """A sample in test, and a reading for it."""
    made = reception.received()
    reception.begun(made, {"aflatoxin-b1": "4.7"})
    reception.instrument()
    reception.landed(Sent(made, "deoxynivalenol", "900", "µg/kg"))
    reception.people["all"] = replace(reception.people["jian"], rights=frozenset(Right))
    return made


@pytest.fixture
def seat(sit: Callable[..., Seat], gun: Gun, number: str) -> Seat:
    made = sit("all")
    gun.scanner.scanned.connect(made.window.scanned)
    return made


def test_a_sample_is_opened_from_every_place(seat: Seat, gun: Gun, number: str, reception: Reception) -> None:
    for place in PLACES:
        if place.name not in ("samples", "intake"):
            seat.go(place.name)
            gun.shoot(seat, number)
            front = seat.window.screen_in_front
            assert front is seat.window.screen_of("samples") and front.card.row.number == number, place.name
            assert not seat.said and kept(reception, number) == ["4.7"] and kept(reception, number, "deoxynivalenol") == []
    seat.go("intake")
    gun.shoot(seat, number)
    assert seat.window.screen_in_front.table.current().number == number, "intake has it in its own list"


def test_a_portion_and_a_form_open_their_sample(seat: Seat, gun: Gun, number: str) -> None:
    for code in ("LS2026-00001-1", "LS2026-00001-B", "XBJ26110116383000412"):
        seat.go("today")
        gun.shoot(seat, code)
        assert seat.window.screen_in_front.card.row.number == number


def test_a_field_that_is_being_written_is_left_as_it_was(seat: Seat, gun: Gun, number: str) -> None:
    seat.go("settings")
    seat.to("laboratory_phone")
    gun.now += 10
    seat.write("010-1")
    gun.shoot(seat, number)
    assert seat.window.screen_of("settings").form.editors["laboratory_phone"].get() == "010-1"


def test_a_cell_is_left_as_it_was(seat: Seat, gun: Gun, number: str, reception: Reception) -> None:
    bench = seat.go("bench")
    bench.table.select(number, AFLATOXIN)
    bench.table.setFocus()
    gun.shoot(seat, "LS2026-99999")
    assert kept(reception, number) == ["4.7"] and not bench.problems
    assert seat.said == "没有编号为 LS2026-99999 的东西。"


def test_letters_of_a_code_are_no_commands(seat: Seat, gun: Gun, number: str, reception: Reception) -> None:
    seat.go("inbox")
    gun.shoot(seat, "AMA-2026")
    seat.qtbot.wait(80)
    seat.settled()
    assert kept(reception, number, "deoxynivalenol") == [] and seat.dialog is None
    assert seat.said == "没有编号为 AMA-2026 的东西。"


def test_an_unknown_code_is_said_in_full(seat: Seat, gun: Gun) -> None:
    seat.go("today")
    for code in ("LS2026-0027", "<b>9999</b>", "{0}%s&amp;"):
        gun.shoot(seat, code)
        assert seat.said == f"没有编号为 {code} 的东西。"


def test_an_expected_sample_that_is_scanned_is_checked_in_at_once(sit: Callable[..., Seat], gun: Gun, reception: Reception) -> None:
    number = reception.registered()
    seat = sit("shou")
    gun.scanner.scanned.connect(seat.window.scanned)
    intake = seat.go("intake")
    reception.registered()
    seat.settled()
    gun.shoot(seat, number)
    assert intake.receipt is not None and number in intake.receipt.heading
    seat.to("delivered_by")
    gun.now += 10
    seat.write("甲")
    gun.shoot(seat, "LS2026-00002")
    assert number in intake.receipt.heading and number in seat.said, "a check that was begun is finished first"


def test_a_form_number_goes_into_its_field_wherever_the_cursor_is_in_the_form(sit: Callable[..., Seat], gun: Gun, reception: Reception) -> None:
    seat = sit("shou")
    gun.scanner.scanned.connect(seat.window.scanned)
    intake = seat.go("intake")
    seat.control(Key.Key_N)
    seat.to("client")
    gun.shoot(seat, "XBJ26110116383009999")
    assert intake.registration.form.editors["form_number"].get() == "XBJ26110116383009999"
    assert intake.registration.form.editors["client"].get() == ""
    seat.to("form_number")
    gun.shoot(seat, "XBJ26110116383008888")
    assert "XBJ26110116383008888" in intake.registration.form.editors["form_number"].get()
