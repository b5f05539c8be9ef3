"""Laws of instruments: the register, and ports that are opened, missing, held or lost, each said in one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from PySide6.QtCore import Qt

from drivers.virtual import Shown
from drivers.virtual.served import serve
from lims.services import ports
from lims.views import instruments as view
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.screens.instruments import Instruments

Key = Qt.Key
pytestmark = pytest.mark.qt_log_ignore(r"This plugin does not support (raise|grabbing)", extend=True)
needs_pty = pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")


@pytest.fixture
def seat(sit, reception: Reception) -> Seat:
    reception.instrument()
    made = sit("ji")
    made.go("instruments")
    return made


@pytest.fixture
def place(seat: Seat) -> Instruments:
    return seat.window.screen_in_front


@pytest.fixture
def wire() -> Iterator[str]:
    """The far end of a pseudo-terminal."""
    near, far = os.openpty()
    yield os.ttyname(far)
    os.close(far)
    os.close(near)


def connect(seat: Seat, place: Instruments, address: str) -> None:
    """Type the address and press Enter."""
    seat.to_widget(place.address)
    seat.write(address)
    seat.press(Key.Key_Return)


def state(place: Instruments) -> str:
    place._live()
    return place.table.rows_model.cell(0, place.table.column_place("port")).words()


def test_an_instrument_is_added_by_keys(seat: Seat, place: Instruments, reception: Reception) -> None:
    seat.control(Key.Key_N)
    for field, typed in (("code", "MB-03"), ("name", "酶标仪 <三> & 号"), ("calibrated_until", "2027-06-30")):
        seat.to(field)
        seat.write(typed)
    seat.control(Key.Key_Return)
    made = next(one for one in reception.do(view.rows) if one.code == "MB-03")
    assert made.name == "酶标仪 <三> & 号" and str(made.calibrated_until) == "2027-06-30" and made.active
    assert place.table.current().code == "MB-03"
    assert "酶标仪 <三> & 号" in words(place.panel)


@pytest.mark.parametrize(("field", "typed"), [("code", "GC-01"), ("code", "a b"), ("name", ""), ("calibrated_until", "2026-02-30")])
def test_a_mistake_stands_beside_its_field(field: str, typed: str, seat: Seat, place: Instruments, reception: Reception) -> None:
    seat.control(Key.Key_N)
    for name, words_ in {"code": "MB-03", "name": "酶标仪", "calibrated_until": "2027-06-30", field: typed}.items():
        seat.to(name)
        seat.write(words_) if words_ else None
    seat.control(Key.Key_Return)
    assert place.form.notes[field].words
    assert len(reception.do(view.rows)) == 1


def test_its_number_stays(seat: Seat, place: Instruments) -> None:
    seat.press(Key.Key_F2)
    assert not place.form.editors["code"].isEnabled() and place.form.editors["code"].get() == "GC-01"


def test_a_calibration_that_has_run_out_is_said(seat: Seat, place: Instruments, reception: Reception) -> None:
    reception.instrument("OLD", calibrated_until=date(2026, 1, 31))
    seat.settled()
    place.table.select("OLD")
    seat.settled()
    assert any("2026-01-31" in text and "检定" in text for text in words(place.panel))
    assert place.table.rows_model.cell(place.table.place_of("OLD"), place.table.column_place("calibrated")).mark == "warn"


def test_a_port_that_is_not_there_is_said_beside_it_and_tried_again_until_it_is_closed(seat: Seat, place: Instruments) -> None:
    connect(seat, place, "/dev/ttyNOWHERE")
    seat.qtbot.waitUntil(lambda: place.trouble.isVisible(), timeout=10_000)
    assert "/dev/ttyNOWHERE" in place.trouble.text() and place.trouble.text().endswith("。")
    assert place.table.rows_model.cell(0, place.table.column_place("port")).mark == "warn"
    assert place.acts["instruments.disconnect"].refusal() is None
    place.acts.do("instruments.disconnect")
    seat.settled()
    seat.qtbot.waitUntil(lambda: place.acts["instruments.disconnect"].refusal() is not None, timeout=10_000)


@needs_pty
def test_a_port_is_opened_and_its_state_stands_in_the_register(seat: Seat, place: Instruments, wire: str) -> None:
    connect(seat, place, wire)
    seat.qtbot.waitUntil(lambda: "已连接" in state(place), timeout=10_000)
    assert wire in state(place) and not seat.said
    assert place.acts["instruments.disconnect"].refusal() is None
    place.acts.do("instruments.disconnect")
    seat.settled()
    seat.qtbot.waitUntil(lambda: "未连接" in state(place), timeout=10_000)
    assert place.address.get() == wire, "remembered for the next time"


@needs_pty
@pytest.mark.skipif(sys.platform == "win32", reason="no exclusive pseudo-terminals")
def test_a_port_that_another_program_holds_is_said(seat: Seat, place: Instruments, wire: str) -> None:
    import fcntl

    with open(wire, "rb+", buffering=0) as held:  # noqa: PTH123
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        connect(seat, place, wire)
        seat.qtbot.waitUntil(lambda: "占用" in state(place) or "占用" in seat.said, timeout=10_000)
        assert wire in (place.trouble.text() + seat.said)


def test_an_instrument_without_a_profile_cannot_be_connected_and_says_what_to_do(seat: Seat, place: Instruments, reception: Reception) -> None:
    reception.instrument("HAND", name="手工天平", profile="")
    seat.settled()
    place.table.select("HAND")
    refusal = place.acts["instruments.connect"].refusal()
    assert "手工天平" in refusal and "F2" in refusal
    connect(seat, place, "/dev/ttyS9")
    assert seat.said == refusal


def test_the_analyst_connects_but_keeps_no_register(sit, reception: Reception) -> None:
    reception.instrument()
    seat = sit("jian")
    place = seat.go("instruments")
    assert "技术负责人" in place.acts["instruments.add"].refusal()
    assert "技术负责人" in place.acts["instruments.change"].refusal()


def test_a_place_that_was_made_anew_is_told_alone(seat: Seat, place: Instruments, reception: Reception) -> None:
    """Another language makes every screen again; ports go on ringing."""
    seat.window.speak("en")
    seat.settled()
    assert len(reception.ports.on_arrival) == 1
    reception.ports.on_arrival[0]()
    seat.settled()
    assert seat.window.screen_in_front is not place and not seat.fallen


@needs_pty
def test_a_reading_that_comes_over_a_port_lands_by_itself(seat: Seat, place: Instruments, reception: Reception) -> None:
    number = reception.received(items=("aflatoxin-b1",))
    reception.begun(number, {})
    reception.instrument("MT-01", name="毒素读数仪", profile="mycotoxin-reader-lis")
    seat.settled()
    place.table.select("MT-01")
    (profile,) = [one for one in ports.profiles(reception.folder.profiles).profiles.values() if one.name == "mycotoxin-reader-lis"]
    with serve(profile) as instrument:
        connect(seat, place, instrument.address)
        seat.qtbot.waitUntil(lambda: place.port_of("MT-01") and place.port_of("MT-01").state == "live", timeout=10_000)
        instrument.show([Shown(number, "aflatoxin-b1", "4.7", "μg/kg", datetime(2026, 11, 26, 10, 0))])
        assert instrument.wait(10)
        seat.qtbot.waitUntil(lambda: reception.ports.collect() > 0, timeout=10_000)
        seat.qtbot.waitUntil(lambda: any(row.code == "MT-01" and row.readings for row in place.table.rows()), timeout=10_000)
    place.acts.do("instruments.disconnect")
    seat.settled()


def test_what_nobody_has_verified_is_told(place: Instruments) -> None:
    said = words(place.panel)
    profile = place.shelf.profiles["chromatography-lis"]
    assert profile.not_verified and set(profile.not_verified) <= set(said)
