"""Laws of instruments: the register, and ports that are opened, missing, held or lost, each said in one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from drivers import folder
from drivers.virtual import Shown
from drivers.virtual.served import serve
from lims.services.ports import AddressRow, ProfileRow
from lims.services.profiles import SHIPPED, profiles
from lims.views import instruments as view
from lims.views import trail
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.screens.instruments import Instruments, Shelf

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
    (profile,) = [one for one in profiles(reception.folder.profiles).profiles.values() if one.name == "mycotoxin-reader-lis"]
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


def test_the_rule_is_switched_on_with_a_reason_and_off_again_and_the_trail_knows(seat: Seat, place: Instruments, reception: Reception) -> None:
    def on() -> str:
        return reception.do(view.rows)[0].automatic

    for reason, words_, then in (("三个月比对全部相符", "启用自动接收", "技术负责人甲"), ("仪器送修", "停用自动接收", "")):
        assert place.acts["instruments.let_in"].words() == words_
        place.acts.do("instruments.let_in")
        seat.settled()
        seat.control(Key.Key_Return)
        assert seat.dialog is not None, "a reason is needed"
        seat.type(reason)
        seat.control(Key.Key_Return)
        assert seat.dialog is None and on() == then
        assert any("由技术负责人甲启用" in text for text in words(place.panel)) is bool(then)
    reasons = [row.reason for row in reception.do(trail.rows) if row.verb == "instruments.let_in"]
    assert sorted(set(reasons)) == ["三个月比对全部相符", "仪器送修"]


def test_a_kit_lot_is_entered_by_keys_and_stands_on_the_card(seat: Seat, place: Instruments, reception: Reception) -> None:
    """Cut-off and curve of an invented leaflet: 1 -> 0.95, 5 -> 0.62, 20 -> 0.31."""
    place.acts.do("instruments.lots")
    seat.settled()
    seat.choose("item", "aflatoxin-b1")
    for field, typed in (("number", "B2611"), ("expires", "2099-12-31"), ("cutoff", "0.62"), ("curve", "1 0.95\n5 0.62\n20 0.31"), ("unit", "ug/kg")):
        seat.to(field)
        for line, words_ in enumerate(typed.split("\n")):
            if line:
                seat.press(Key.Key_Return)  # a line of its own, not the end of the dialog
            seat.type(words_)
    seat.control(Key.Key_Return)
    assert seat.dialog is None, seat.dialog and [note.words for note in seat.dialog.form.notes.values()]
    (lot,) = reception.do(view.lots, "GC-01")
    assert (lot.number, lot.cutoff, dict(lot.curve)) == ("B2611", "0.62", {"1": "0.95", "5": "0.62", "20": "0.31"})
    assert any("B2611" in text and "2099-12-31" in text for text in words(place.panel))


def test_a_lot_that_has_run_out_and_a_code_of_the_laboratory_stand_on_the_card(sit, laboratories: dict[str, Reception]) -> None:
    seat = sit("all", laboratories["filled"])
    said = words(seat.go("instruments", "GC-01").panel)
    assert any("B2501" in text and "2026-01-31" in text for text in said)
    assert "AFB" in said and "黄曲霉毒素B1" in said


def test_a_broken_profile_of_the_laboratory_is_told_to_whoever_can_mend_it(sit, reception: Reception) -> None:
    reception.instrument()
    broken = reception.folder.profiles / "broken.toml"
    broken.parent.mkdir(exist_ok=True)
    broken.write_text("name = ", "utf-8")
    try:
        told = {login: " ".join(words(sit(login).go("instruments").panel)) for login in ("ji", "jian")}
    finally:
        broken.unlink()
    assert "broken.toml" in told["ji"] and "broken.toml" not in told["jian"]


@needs_pty
def test_a_new_instrument_is_plugged_in_named_saved_and_watched(seat: Seat, place: Instruments, reception: Reception) -> None:
    """Port first, then who speaks there; saving opens the port and shows its line with what to do next."""
    seat.control(Key.Key_N)
    assert next(iter(place.form.fields)) == "port" and "port" in (seat.focus.objectName(), seat.focus.parentWidget().objectName())
    with serve(profiles(SHIPPED).profiles["mycotoxin-reader-lis"]) as instrument:
        seat.write(instrument.address)
        for field, typed in (("code", "MT-01"), ("name", "毒素读数仪")):
            seat.to(field)
            seat.write(typed)
        seat.choose("profile", "mycotoxin-reader-lis")
        seat.control(Key.Key_Return)
        seat.qtbot.waitUntil(lambda: type(seat.window.screen_in_front).__name__ == "Monitor", timeout=10_000)
        monitor = seat.window.screen_in_front
        seat.qtbot.waitUntil(lambda: any(text.startswith("请在仪器上打印或发送一次") for text in words(monitor.panel)), timeout=10_000)
        assert [port.code for port in reception.ports.rows() if port.state == "live"] == ["MT-01"]
        reception.ports.close()


def test_a_file_that_a_watched_folder_left_is_told_with_its_reason(seat: Seat, place: Instruments, reception: Reception, tmp_path: Path) -> None:
    """A workbook of more than the most that is taken stays where it is."""
    reception.instrument("NIR-1", name="近红外", profile="nir-grain-analyser-file")
    seat.settled()
    place.table.select("NIR-1")
    with (tmp_path / "grain.csv").open("wb") as file:
        file.truncate(folder.LONGEST + 1)
    connect(seat, place, f"folder://{tmp_path}")
    seat.qtbot.waitUntil(lambda: bool(place.port_of("NIR-1") and place.port_of("NIR-1").left), timeout=15_000)
    place._live()
    seat.settled()
    assert any("grain.csv" in text and "文件太大" in text for text in words(place.panel))
    reception.ports.close()


def test_those_known_to_come_with_an_adapter_stand_first() -> None:
    """A Rice Lake indicator and a Mettler balance: whose profile names the adapter is offered first, the others follow by name."""
    kinds = {name: ProfileRow(name, name, "", "", (), usb=usb) for name, usb in (("a", ()), ("b", ("0403:6001",)), ("c", ("067b:2303", "0403:6001")))}
    shelf = Shelf(kinds, {"usb:0403:6001:A1": AddressRow("usb:0403:6001:A1", "COM7", "0403:6001"), "usb:1": AddressRow("usb:1", "COM8", "")})
    assert list(shelf.kinds("usb:0403:6001:A1")) == ["b", "c", "a"]
    assert list(shelf.kinds("usb:1")) == list(shelf.kinds()) == ["a", "b", "c"]
