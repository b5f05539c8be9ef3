"""A reader nobody knows, by keyboard on the real window: its tickets are captured, taught, kept as a profile, and its next ticket stands in a result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.virtual.served import Served, serve
from lims.i18n import _
from lims.rules.flows import ReadingState
from lims.services.profiles import SHIPPED, profiles
from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from tests.ui.screens.reception import PASSWORD, Reception
from ui.kit.scan import SURE

TICKETS = (("MYC-7", "11.3", "阴性"), ("MYC-8", "23.9", "阳性"))
"""Number on the ticket, aflatoxin B1 in µg/kg, verdict: printed before anybody knows how the reader speaks."""


def ticket(sample: str, value: str, verdict: str) -> list[str]:
    """Return the lines of one ticket; no maker's format, invented."""
    return ["快检结果单", f"样品编号：{sample}", "检测项目：AFB1", f"测定值：{value} μg/kg", f"结论：{verdict}", "检验者："]


@pytest.fixture
def number(tmp_path: Path) -> str:
    """A sample of maize in test, in a laboratory nobody has open."""
    reception = Reception(tmp_path / "laboratory")
    made = reception.received(items=("aflatoxin-b1",))
    reception.begun_together([made])
    reception.close()
    return made


def test_an_unknown_reader_is_captured_taught_and_read(sit: Sit, tmp_path: Path, number: str) -> None:
    seat = sit(tmp_path / "laboratory")
    with serve(profiles(SHIPPED).profiles["capture-ticket"]) as device:
        register(seat)
        capture(seat, device)
        teach(seat)
        read_anew(seat)
        accept_the_next(seat, device, number)


def register(seat: Seat) -> None:
    """The technical manager puts it into the register as a reader whose tickets are only captured."""
    seat.sign_in("ji", PASSWORD)
    instruments = seat.go("instruments")
    seat.press("Ctrl+N")
    seat.fill(code="MYC", name="真菌毒素读数仪")
    seat.tab_to("profile")
    seat.press_until("Down", lambda: instruments.form.editors["profile"].get() == "capture-ticket")
    seat.picture("new-instrument")
    seat.press("Ctrl+Return")
    assert instruments.table.current().code == "MYC"


def capture(seat: Seat, device: Served) -> None:
    """The analyst connects it and watches two tickets come in, byte by byte."""
    seat.sign_in("jian", PASSWORD)
    instruments = seat.go("instruments")
    seat.press_until("Tab", lambda: seat.focus in (instruments.address, instruments.address.lineEdit()))
    seat.write(device.address)
    seat.press("Return")
    seat.wait(lambda: instruments.port_of("MYC") and instruments.port_of("MYC").state == "live")
    seat.picture("connected")
    seat.press("F8")
    monitor = seat.screen
    for printed in TICKETS:
        device.send([ticket(*printed)])
        assert device.wait(10)
    seat.wait(lambda: monitor.ports.rows()[0].messages == len(TICKETS) and any("MYC-8" in line.text for line in monitor.table.rows()))
    seat.settled()
    seat.picture("captured")


def mark(seat: Seat, words: str, key: str) -> None:
    """Go to *words* in the message with the arrows, select them with Shift, and say by a letter what they are."""
    line, column = next((place, text.index(words)) for place, text in enumerate(seat.screen.message.toPlainText().split("\n")) if words in text)
    seat.press("Ctrl+Home", *["Down"] * line, *["Right"] * column, *["Shift+Right"] * len(words))
    assert seat.screen.message.textCursor().selectedText() == words
    letter(seat, key, lambda: words in seat.words(seat.screen.panel))


def letter(seat: Seat, key: str, holds: Callable[[], bool]) -> None:
    """Press a letter; it counts when it is sure that no scan begins with it."""
    seat.press(key)
    seat.wait(holds)
    seat.settled()
    assert SURE < 100


def teach(seat: Seat) -> None:
    """The technical manager marks one ticket; the rule reads both, and is kept as a profile by which the reader speaks at once."""
    seat.sign_in("ji", PASSWORD)
    teaching = seat.go("teaching")
    assert len(teaching.list.rows()) == len(TICKETS)
    seat.press_until("Tab", teaching.message.hasFocus)
    for words, key in (("MYC-8", "S"), ("AFB1", "T"), ("23.9", "V"), ("μg/kg", "U"), ("阳性", "W")):
        mark(seat, words, key)
    seat.picture("marked")
    assert [one.complete for one in teaching.tried.rows()] == [True, True]
    assert {dict(one.found)["value"] for one in teaching.tried.rows()} == {"11.3", "23.9"}
    seat.press("Ctrl+Return")
    seat.wait(seat.dialog)
    dialog = seat.dialog()
    assert dialog.form.editors["word 阳性"].get() == "positive", "what the word says is proposed"
    seat.fill(name="myc-ticket", title="真菌毒素读数仪票据")
    seat.tab_to("test AFB1")
    seat.press_until("Down", lambda: dialog.form.editors["test AFB1"].get() == "aflatoxin-b1")
    seat.answer()
    assert (seat.program.folder / "instruments" / "myc-ticket.toml").is_file()


def read_anew(seat: Seat) -> None:
    """What it sent before it was known is read from its bytes; no sample has these numbers, so a person is asked."""
    seat.go("monitor")
    seat.press("Ctrl+K")
    seat.write(_("Read anew"))
    seat.press("Return")
    inbox = seat.go("inbox")
    assert {row.sample for row in inbox.table.rows()} == {"MYC-7", "MYC-8"}
    assert {row.state for row in inbox.table.rows()} == {ReadingState.NEEDS_PERSON}


def accept_the_next(seat: Seat, device: Served, number: str) -> None:
    """The next ticket is read, matched, accepted by a person, and stands on the bench as it was printed."""
    seat.sign_in("jian", PASSWORD)
    inbox = seat.go("inbox")
    seat.wait(lambda: any(port.code == "MYC" and port.state == "live" for port in seat.program.laboratory.ports.rows()))
    device.send([ticket(number, "4.70", "阴性")])
    seat.wait(lambda: [row.sample for row in inbox.table.rows() if row.state is ReadingState.MATCHED] == [number])
    seat.settled()
    seat.picture("matched")
    seat.press("A")
    seat.wait(lambda: not [row for row in inbox.table.rows() if row.state is ReadingState.MATCHED])
    seat.picture("accepted")
    bench = seat.go("bench")
    (row,) = bench.sheet.rows
    assert row.sample_number == number
    assert row.cells["aflatoxin-b1"].values == ("4.70",)
    assert row.cells["aflatoxin-b1"].from_reading == (True,)
