"""Laws of teaching: marked by keyboard alone, the rule is tried on everything captured, and what is kept reads what came before and what comes next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor

from drivers.virtual import Shown, compose
from drivers.virtual.served import Served, serve
from lims.services import readings
from lims.services.profiles import SHIPPED, profiles
from lims.services.readings import Delivery
from lims.views import instruments as view
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.kit.command import Button
from ui.screens.teaching import Teaching
from ui.theme import theme

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
pytestmark = [
    pytest.mark.qt_log_ignore(r"This plugin does not support (raise|grabbing)", extend=True),
    pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals"),
]
AT = datetime(2026, 11, 26, 10, 0)
ROWS = (("NC2026-00011", "12.4", "阴性"), ("NC2026-00012", "61.8", "阳性"))
"""Two channels of one ticket: sample, inhibition in percent, verdict (GB/T 5009.199: positive from 50 % on)."""


def printed(*rows: tuple[str, str, str]) -> list[list[str]]:
    """Return the ticket of the virtual pesticide-residue reader."""
    shown = [Shown(sample, "抑制率", value, "%", AT, position=str(place), words=verdict) for place, (sample, value, verdict) in enumerate(rows, 1)]
    return compose(profiles(SHIPPED).profiles["pesticide-reader-ticket"], shown)


@pytest.fixture
def reader(reception: Reception) -> Iterator[Served]:
    """A pesticide-residue reader nobody knows: its two tickets are captured."""
    reception.instrument("NC-01", name="农残检测仪", profile="capture-ticket")
    with serve(profiles(SHIPPED).profiles["pesticide-reader-ticket"]) as made:
        reception.ports.open("NC-01", made.address)
        for rows in (ROWS, (("NC2026-00013", "8.7", "阴性"),)):
            made.send(printed(*rows))
            assert made.wait(10)
        yield made
    reception.ports.close()


@pytest.fixture
def seat(sit, reception: Reception, reader: Served) -> Seat:
    made = sit("ji")
    made.go("teaching", "NC-01")
    made.qtbot.waitUntil(lambda: bool(reception.ports.collect()) or captured(made) == 2, timeout=10_000)
    made.qtbot.waitUntil(lambda: reception.ports.collect() == 0 and captured(made) == 2, timeout=10_000)
    made.settled()
    return made


def captured(seat: Seat) -> int:
    return len(seat.window.screen_in_front.list.rows())


@pytest.fixture
def teaching(seat: Seat) -> Teaching:
    return seat.window.screen_in_front


def select(seat: Seat, teaching: Teaching, piece: str, place: int = 0) -> None:
    """Go to a piece of the message with the arrows and select it with Shift."""
    seat.to_widget(teaching.message)
    text = teaching.message.toPlainText()
    start = -1
    for _again in range(place + 1):
        start = text.index(piece, start + 1)
    before = text[:start]
    seat.press(Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    seat.press(Key.Key_Down, times=before.count("\n"))
    seat.press(Key.Key_Right, times=len(before) - before.rfind("\n") - 1)
    seat.press(Key.Key_Right, Shift, times=len(piece))
    assert teaching.message.textCursor().selectedText() == piece


def teach(seat: Seat, teaching: Teaching) -> None:
    """Mark what the first captured ticket says of its first channel."""
    teaching.list.select(teaching.list.rows()[-1].message)
    seat.settled()
    for piece, key in ((ROWS[0][0], Key.Key_S), ("抑制率", Key.Key_T), ("12.4", Key.Key_V), ("%", Key.Key_U), ("阴性", Key.Key_W)):
        select(seat, teaching, piece)
        seat.letter(key)


def kept(seat: Seat, teaching: Teaching) -> None:
    """Teach it and keep it under a name."""
    teach(seat, teaching)
    seat.control(Key.Key_Return)
    assert seat.dialog is not None
    for field, typed in (("name", "nc-ticket"), ("title", "农残检测仪票据")):
        seat.to(field)
        seat.write(typed)
    seat.control(Key.Key_Return)
    assert seat.dialog is None


def test_every_captured_ticket_is_there_as_text_the_newest_first(teaching: Teaching) -> None:
    assert [("NC2026-00013" in one.text, "NC2026-00011" in one.text) for one in teaching.list.rows()] == [(True, False), (False, True)]
    assert "\x1b" not in teaching.list.rows()[0].text and "检验者" in teaching.list.rows()[0].text


def test_a_rule_is_worked_out_with_every_mark_and_tried_on_everything(seat: Seat, teaching: Teaching) -> None:
    """Three rows stand on the two tickets, and nobody marked but one of them."""
    teach(seat, teaching)
    assert [one.readings for one in teaching.tried.rows()] == [1, 2] and all(one.complete for one in teaching.tried.rows())
    found = [dict(pair for pair in one.found)["value"] for one in teaching.tried.rows()]
    assert found == ["8.7", "61.8"], "the last of each"
    assert "收下的 2 份报文能读出 2 份。" in words(teaching.panel)


def test_what_is_marked_is_seen_in_the_message_in_every_look(seat: Seat, teaching: Teaching) -> None:
    select(seat, teaching, "NC2026-00013")
    seat.letter(Key.Key_S)
    for look in ("light", "dark", "light"):
        theme.use(look)
        (mark,) = teaching.message.extraSelections()
        assert mark.cursor.selectedText() == "NC2026-00013"
        assert mark.format.background().color() == theme.colour("selected") != theme.colour("surface")
        assert mark.format.fontUnderline()


def test_blanks_around_a_selection_are_not_marked(seat: Seat, teaching: Teaching) -> None:
    start = teaching.message.toPlainText().index("8.7")
    cursor = QTextCursor(teaching.message.document())
    cursor.setPosition(start - 2)
    cursor.setPosition(start + 3, QTextCursor.MoveMode.KeepAnchor)
    assert cursor.selectedText() == "  8.7"
    teaching.message.setTextCursor(cursor)
    seat.to_widget(teaching.message)
    seat.letter(Key.Key_V)
    assert "8.7" in words(teaching.panel), "as it is, without them"


def test_without_a_selection_a_letter_says_what_to_do(seat: Seat, teaching: Teaching) -> None:
    seat.to_widget(teaching.message)
    seat.letter(Key.Key_V)
    assert seat.said == "先选中报文中的一段，值才能标出。"


def test_a_selection_lets_the_buttons_of_the_panel_be_pressed(seat: Seat, teaching: Teaching) -> None:
    button = teaching.panel.findChild(Button, "teaching.sample")
    assert button.refusal
    select(seat, teaching, "NC2026-00013")
    assert button.refusal is None
    button.click()
    seat.settled()
    assert "NC2026-00013" in words(teaching.panel)


def test_a_mark_that_is_no_number_is_said_and_nothing_can_be_kept(seat: Seat, teaching: Teaching) -> None:
    select(seat, teaching, "检验者")
    seat.letter(Key.Key_V)
    assert any(text.startswith("标为值的不是数字") for text in words(teaching.panel))
    assert teaching.acts["teaching.keep"].refusal()
    seat.press(Key.Key_Delete)
    assert teaching.acts["teaching.clear"].refusal() == "还没有标出任何值。"


def test_what_the_verdict_means_is_proposed_and_a_name_that_is_taken_is_refused(seat: Seat, teaching: Teaching) -> None:
    teach(seat, teaching)
    seat.control(Key.Key_Return)
    form = seat.dialog.form
    assert (form.editors["word 阴性"].get(), form.editors["word 阳性"].get()) == ("negative", "positive")
    assert "test 抑制率" in form.editors
    for field, typed in (("name", "pesticide-reader-ticket"), ("title", "票据")):
        seat.to(field)
        seat.write(typed)
    seat.control(Key.Key_Return)
    assert "pesticide-reader-ticket" in seat.dialog.form.notes["name"].words


def test_what_is_kept_reads_what_came_before_and_what_comes_next(seat: Seat, teaching: Teaching, reader: Served, reception: Reception) -> None:
    kept(seat, teaching)
    assert (reception.folder.profiles / "nc-ticket.toml").is_file()
    assert reception.do(view.rows)[0].profile == "nc-ticket"
    inbox = seat.go("inbox")
    assert inbox.table.rows() == [], "captured is not read"
    monitor = seat.go("monitor", "NC-01")
    monitor.acts.do("monitor.read_anew")
    seat.settled()
    inbox = seat.go("inbox")
    assert {(row.sample, row.value, row.outcome) for row in inbox.table.rows()} == {
        ("NC2026-00011", "12.4", "negative"),
        ("NC2026-00012", "61.8", "positive"),
        ("NC2026-00013", "8.7", "negative"),
    }
    seat.qtbot.waitUntil(lambda: any(port.state == "live" for port in reception.ports.rows()), timeout=10_000)
    reader.send(printed(("NC2026-00014", "33.3", "阴性")))
    seat.qtbot.waitUntil(lambda: reception.ports.collect() > 0 or "NC2026-00014" in {row.sample for row in inbox.table.rows()}, timeout=10_000)
    seat.settled()
    assert "NC2026-00014" in {row.sample for row in inbox.table.rows()}, "the reader speaks by it without being connected again"


def test_an_empty_place_says_which_profile_captures(sit, reception: Reception) -> None:
    seat = sit("ji")
    said = " ".join(words(seat.go("teaching")))
    assert "capture-ticket" in said and "capture-line" in said


def test_instruments_whose_messages_nobody_reads_are_offered_first(sit, reception: Reception) -> None:
    reception.instrument("A-01", name="色谱")
    reception.instrument("B-01", name="标签打印机", profile="label-zpl")
    reception.instrument("Z-01", name="未知读数仪", profile="capture-line")
    seat = sit("ji")
    assert list(seat.go("teaching")._names) == ["Z-01", "A-01"], "and a label printer is none"


def test_bytes_that_a_reader_sent_under_another_profile_are_taught_too(sit, reception: Reception) -> None:
    """A message that landed and could not be read is shown all the same."""
    reception.instrument("T-01", name="读数仪", profile="capture-ticket")
    content = "样品:LS2026-00001\r\n值:4.7\r\n".encode("gb18030") + b"\x1dV\x00"
    reception.do(readings.land, Delivery("T-01", "desk", "journal-9", 1, 1, content, reception.store.clock(), (), ""))
    seat = sit("ji")
    teaching = seat.go("teaching", "T-01")
    assert teaching.message.toPlainText().startswith("样品:LS2026-00001")
