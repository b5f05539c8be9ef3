"""Laws of the line monitor: every byte of the journal by digits and by name, what the line counts, and what to do until the first reading is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from drivers.virtual import Shown
from drivers.virtual.served import Served, serve
from lims.clock import system_clock
from lims.services.ports import JournalRow
from lims.services.profiles import SHIPPED, profiles
from tests.ui.screens.looking import seen, words
from tests.ui.screens.reception import Reception, Seat
from ui.kit.command import Button
from ui.screens.bytes import lines, told
from ui.screens.monitor import Monitor

Key = Qt.Key
pytestmark = [
    pytest.mark.qt_log_ignore(r"This plugin does not support (raise|grabbing)", extend=True),
    pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals"),
]
AT = datetime(2026, 11, 26, 10, 0)


@pytest.fixture
def reader(reception: Reception) -> Iterator[Served]:
    """A mycotoxin reader on a pseudo-terminal, in the register and not connected."""
    reception.instrument("MT-01", name="毒素读数仪", profile="mycotoxin-reader-lis")
    with serve(profiles(SHIPPED).profiles["mycotoxin-reader-lis"]) as made:
        yield made
    reception.ports.close()


@pytest.fixture
def seat(sit, reader: Served) -> Seat:
    made = sit("ji")
    made.go("monitor")
    return made


@pytest.fixture
def monitor(seat: Seat) -> Monitor:
    return seat.window.screen_in_front


def came(seat: Seat, monitor: Monitor, text: str) -> None:
    seat.qtbot.waitUntil(lambda: any(text in line.text for line in monitor.table.rows()), timeout=10_000)
    seat.settled()


def measured(reader: Served, reception: Reception, sample: str = "LS2026-00001") -> None:
    """Let the reader send one value, and land it."""
    reader.show([Shown(sample, "aflatoxin-b1", "4.7", "μg/kg", AT)])
    assert reader.wait(10)


def shown_bytes(monitor: Monitor, way: str) -> bytes:
    return bytes.fromhex("".join(line.digits for line in monitor.table.rows() if line.direction == way))


def test_every_byte_of_the_journal_stands_there_by_digits_and_by_name(seat: Seat, monitor: Monitor, reader: Served, reception: Reception) -> None:
    reception.ports.open("MT-01", reader.address)
    measured(reader, reception)
    came(seat, monitor, "<EOT>")
    journal = reception.ports.tail("MT-01")
    for way in ("rx", "tx"):
        assert shown_bytes(monitor, way) == b"".join(row.data for row in journal if row.direction == way)
    assert shown_bytes(monitor, "rx").startswith(b"\x05") and shown_bytes(monitor, "tx")[:1] == b"\x06"
    assert next(one for one in seen(monitor.bar, Button) if one.objectName() == "monitor.halt").refusal is None
    assert any(line.text == "<ACK>" and line.direction == "tx" for line in monitor.table.rows())


def test_what_to_do_next_is_said_until_the_first_reading_is_there(seat: Seat, monitor: Monitor, reader: Served, reception: Reception) -> None:
    assert "请在“仪器”里选择端口并连接。" in words(monitor.panel)
    reception.ports.open("MT-01", reader.address)
    seat.qtbot.waitUntil(lambda: any(text.startswith("请在仪器上打印或发送一次") for text in words(monitor.panel)), timeout=10_000)
    measured(reader, reception)
    seat.qtbot.waitUntil(lambda: reception.ports.collect() > 0, timeout=10_000)
    seat.settled()
    seat.qtbot.waitUntil(lambda: "最新读数" in words(monitor.panel), timeout=10_000)
    said = words(monitor.panel)
    assert any(text.startswith("4.7 ") and text.endswith("g/kg") for text in said) and "LS2026-00001" in said
    assert not any(text.startswith("请在仪器上打印") for text in said)


def test_the_first_reading_leads_to_the_inbox(seat: Seat, monitor: Monitor, reader: Served, reception: Reception) -> None:
    reception.ports.open("MT-01", reader.address)
    measured(reader, reception)
    seat.qtbot.waitUntil(lambda: reception.ports.collect() > 0, timeout=10_000)
    seat.settled()
    seat.to_widget(monitor.panel.findChild(Button, "monitor.to.inbox"))
    seat.press(Key.Key_Return)
    inbox = seat.window.screen_in_front
    assert inbox.table.current().sample == "LS2026-00001"


def test_a_button_of_the_panel_stays_under_the_cursor_while_the_line_is_watched(seat: Seat, monitor: Monitor) -> None:
    """The monitor looks several times a second; what says the same stays the same."""
    wanted = monitor.panel.findChild(Button, "monitor.to.instruments")
    seat.to_widget(wanted)
    seat.qtbot.wait(1000)
    seat.settled()
    assert seat.focus is wanted


def test_h_halts_and_goes_on_where_it_was(seat: Seat, monitor: Monitor, reader: Served, reception: Reception) -> None:
    seat.letter(Key.Key_H)
    assert monitor.acts["monitor.halt"].words() == "继续"
    reception.ports.open("MT-01", reader.address)
    measured(reader, reception)
    seat.qtbot.wait(600)
    assert monitor.table.rows() == []
    seat.letter(Key.Key_H)
    came(seat, monitor, "<EOT>")


def test_space_presses_a_button_and_never_the_line(seat: Seat, monitor: Monitor, reader: Served, reception: Reception) -> None:
    reception.ports.open("MT-01", reader.address)
    measured(reader, reception)
    came(seat, monitor, "<EOT>")
    seat.to_widget(monitor.table)
    where = monitor.table.verticalScrollBar().value()
    QTest.keyClick(seat.focus, Key.Key_Space)
    seat.settled()
    assert monitor.table.verticalScrollBar().value() == where and monitor.acts["monitor.halt"].words() == "暂停"


def test_it_finds_who_understands_the_bytes(seat: Seat, monitor: Monitor, reader: Served, reception: Reception) -> None:
    """Bytes of a mycotoxin reader on an instrument of another kind."""
    reception.instrument("MT-01", name="毒素读数仪", profile="chromatography-lis")
    reception.ports.open("MT-01", reader.address)
    measured(reader, reception)
    came(seat, monitor, "<EOT>")
    monitor.acts.do("monitor.understand")
    seat.settled()
    assert "mycotoxin-reader-lis" in words(monitor.panel)


def test_who_keeps_no_instruments_watches_and_does_not_read_anew(sit, reader: Served) -> None:
    seat = sit("jian")
    monitor = seat.go("monitor")
    assert "技术负责人" in monitor.acts["monitor.read_anew"].refusal()
    assert monitor.acts["monitor.halt"].refusal() is None


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_is_read_as_it_was_printed_and_no_byte_is_lost(encoding: str) -> None:
    """样品编号 is 12 bytes in UTF-8 and 8 in GBK: a sign stands in the line where it begins."""
    content = "样品编号：LS2026-00001 结论：阴性\r\n".encode(encoding)
    made = list(lines([JournalRow(7, system_clock(), "rx", content, "")]))
    assert "".join(line.text for line in made) == "样品编号：LS2026-00001 结论：阴性<CR><LF>"
    assert bytes.fromhex("".join(line.digits for line in made)) == content
    assert [line.at is None for line in made] == [False, *[True] * (len(made) - 1)], "the time stands once"


def test_what_happened_to_the_port_is_said_in_words() -> None:
    notes = ("open /dev/ttyUSB0 profile mettler-sics 0123456789ab", "closed", "lost port-lost", 'submit ["S"]')
    said = [line.text for line in lines([JournalRow(1, system_clock(), "mark", b"", note) for note in notes])]
    assert said == ["已打开 /dev/ttyUSB0，按 mettler-sics 通信", "端口已关闭", "端口断开", '已询问 ["S"]']


def test_what_is_no_text_is_shown_by_its_digits() -> None:
    (made,) = lines([JournalRow(1, system_clock(), "rx", b"\xff\x02A\x7f", "")])
    assert made.text == "<FF><STX>A<DEL>" and made.digits == "FF 02 41 7F"
    assert told(b"1\x02\r\n2") == "1<STX><CR><LF>\n2"
