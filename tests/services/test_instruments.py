"""Instruments: the register, and the ports of a workstation that hand over what came in, once, also after a crash."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from drivers.virtual import Shown
from drivers.virtual.served import Served, serve
from lims.errors import Refusal, Trouble
from lims.i18n import speaking
from lims.rules.flows import ReadingState
from lims.services import instruments
from lims.services.instruments import InstrumentDraft
from lims.services.ports import SHIPPED, Ports, profiles
from lims.views import instruments as view
from lims.views.instruments import InstrumentRow, ReadingRow
from tests.services.small import Small

PATIENCE = 20.0


def registered(small: Small, code: str) -> InstrumentRow:
    """Return one instrument of the register."""
    (row,) = [row for row in small.do(view.rows) if row.code == code]
    return row


def test_an_instrument_is_registered_and_changed_by_its_code(small: Small) -> None:
    draft = InstrumentDraft("MB-2", "<读数仪> & 1", "M", "S", "mycotoxin-reader-lis", date(2027, 5, 1))
    assert small.do(instruments.save, draft, by="ji") == "MB-2"
    assert registered(small, "MB-2").name == "<读数仪> & 1"
    small.do(instruments.save, InstrumentDraft("MB-2", "读数仪", active=False), by="ji")
    row = registered(small, "MB-2")
    assert (row.name, row.model, row.calibrated_until, row.active, row.readings) == ("读数仪", "", None, False, 0)


def test_a_mistake_about_an_instrument_is_noted_beside_its_field(small: Small) -> None:
    assert small.mistaken(instruments.save, InstrumentDraft("../x", " "), by="ji").keys() == {"code", "name"}
    assert small.mistaken(instruments.save, InstrumentDraft("lm-1", "另一台"), by="ji") == {"code": "There is an instrument LM-1 already."}


@pytest.fixture
def ports(small: Small, tmp_path: Path) -> Iterator[Callable[[], Ports]]:
    """Open the ports of one workstation, as often as the program is started."""
    made: list[Ports] = []

    def start() -> Ports:
        made.append(Ports(small.store, tmp_path / "journal", tmp_path / "profiles", small.clock))
        return made[-1]

    yield start
    for each in made:
        each.close()


@pytest.fixture
def chromatograph() -> Iterator[Served]:
    """A virtual chromatography workstation on a TCP port."""
    with serve(profiles(SHIPPED).profiles["chromatography-lis"], tcp=True) as served:
        yield served


def until(holds: Callable[[], Any]) -> None:
    """Look again until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def inbox(small: Small) -> list[ReadingRow]:
    """Return every reading."""
    return small.do(view.inbox, tuple(ReadingState))


def test_what_an_instrument_sends_lands_in_the_inbox_with_its_bytes(small: Small, ports: Callable[[], Ports], chromatograph: Served) -> None:
    number, opened, rung = small.begun("cowpea"), ports(), []
    opened.on_arrival.append(lambda: rung.append(1))
    opened.open("LM-1", chromatograph.address)
    until(lambda: [row.state for row in opened.rows()] == ["live"])
    chromatograph.show([Shown(number, "carbofuran", "0.035", "mg/kg", datetime(2026, 11, 23, 8, 0))])
    until(opened.collect)
    (row,) = inbox(small)
    assert (row.sample, row.test, row.value, row.unit, row.state) == (number, "carbofuran", "0.035", "mg/kg", ReadingState.MATCHED)
    card = small.do(view.message, row.message_id)
    assert number.encode() in card.content
    assert (card.workstation, card.instrument) == (opened.workstation, "液质联用仪")
    assert rung
    assert opened.collect() == 0
    opened.shut("LM-1")
    assert [(one.code, one.state, one.words) for one in opened.rows()] == [("LM-1", "stopped", "not connected")]


def test_what_a_killed_program_left_in_the_journal_lands_when_the_port_is_opened_again_and_only_once(
    small: Small, ports: Callable[[], Ports], chromatograph: Served
) -> None:
    number, first = small.begun("cowpea"), ports()
    first.open("LM-1", chromatograph.address)
    chromatograph.show([Shown(number, "carbofuran", "0.035", "mg/kg", datetime(2026, 11, 23, 8, 0))])
    until(lambda: first._queue)
    first.shut("LM-1")
    first._queue.clear()
    assert inbox(small) == []
    for landed in (1, 0):
        again = ports()
        again.open("LM-1", chromatograph.address)
        assert again.collect() == landed
        again.shut("LM-1")
    assert [row.value for row in inbox(small)] == ["0.035"]


def test_a_delivery_leaves_the_queue_only_when_it_is_committed(small: Small, ports: Callable[[], Ports], chromatograph: Served) -> None:
    number, opened = small.begun("cowpea"), ports()
    opened.open("LM-1", chromatograph.address)
    chromatograph.show([Shown(number, "carbofuran", "0.035", "mg/kg", datetime(2026, 11, 23, 8, 0))])
    until(lambda: opened._queue)

    def shaken(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO reading"):
            raise Trouble("disk full")

    event.listen(small.store.engine, "before_cursor_execute", shaken)
    with pytest.raises(Trouble):
        opened.collect()
    event.remove(small.store.engine, "before_cursor_execute", shaken)
    assert inbox(small) == []
    assert opened.collect() == 1


def test_a_port_that_cannot_be_opened_says_why(small: Small, ports: Callable[[], Ports], tmp_path: Path) -> None:
    opened = ports()
    small.do(instruments.save, InstrumentDraft("EYE-1", "目视"), by="ji")
    small.do(instruments.save, InstrumentDraft("OLD-1", "旧", profile="chromatography-lis", active=False), by="ji")
    small.do(instruments.save, InstrumentDraft("OWN-1", "自编", profile="own"), by="ji")
    for code, words in (
        ("ZZ-9", "There is no instrument ZZ-9 in use."),
        ("OLD-1", "There is no instrument OLD-1 in use."),
        ("EYE-1", "Instrument EYE-1 has no profile that tells how it speaks. Choose one in Instruments."),
    ):
        with pytest.raises(Refusal) as caught:
            opened.open(code, "/dev/null")
        assert caught.value.words == words
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "own.toml").write_text("name = \n", "utf-8")
    with pytest.raises(Trouble, match=r"The profile .*own\.toml is no TOML"):
        opened.open("OWN-1", "/dev/null")


def test_a_port_that_does_not_exist_is_told_and_the_program_goes_on(small: Small, ports: Callable[[], Ports], tmp_path: Path) -> None:
    opened, missing = ports(), str(tmp_path / "ttyUSB9")
    opened.open("LM-1", missing)
    until(lambda: any(row.trouble for row in opened.rows()))
    (row,) = opened.rows()
    assert row.trouble == f"There is no port {missing}. Check the cable and choose the port again."


def test_kinds_of_instrument_are_named_in_the_readers_language(ports: Callable[[], Ports]) -> None:
    opened = ports()
    assert [row.name for row in opened.profiles()] == sorted(profiles(SHIPPED).profiles)
    english = {row.name: row.title for row in opened.profiles()}
    with speaking("zh_CN"):
        chinese = {row.name: row.title for row in opened.profiles()}
    assert english["chromatography-lis"].isascii()
    assert not chinese["chromatography-lis"].isascii()
