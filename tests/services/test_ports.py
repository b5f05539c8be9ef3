"""The ports of a workstation against virtual instruments on real pseudo-terminals, and what is read anew when a profile was mended."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

import drivers
from drivers import stored
from drivers.core.form import NAMES
from drivers.core.link import FAILURES, QUARANTINE_REASONS
from drivers.delivery import Delivery as Received
from drivers.folder import REASONS
from drivers.virtual import Shown
from drivers.virtual.served import Served, serve
from lims.domain.instruments import Message, Reading
from lims.errors import Refusal, Trouble
from lims.i18n import speaking
from lims.rules.flows import ReadingState
from lims.rules.inbox import Cause, Control, Demands, Reckoning, Span
from lims.services import instruments, readings, wire_words, worksheets
from lims.services import ports as room
from lims.services.analyses import Typed
from lims.services.instruments import InstrumentDraft, KitLotDraft
from lims.services.ports import Ports
from lims.services.profiles import SHIPPED, profiles
from lims.services.readings import Sent
from lims.views import instruments as view
from lims.views import samples as sample_view
from lims.views.instruments import ReadingRow
from tests.services.small import MORNING, Small

PATIENCE = 20.0
AT = datetime(2026, 11, 23, 8, 0)


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


def shipped(name: str) -> Any:
    """Return a shipped profile."""
    return profiles(SHIPPED).profiles[name]


def own(folder: Path, name: str, like: str, *changes: tuple[str, str]) -> Any:
    """Write a profile of the laboratory's own, a shipped one with changes; return it where it can be used."""
    text = (SHIPPED / f"{like}.toml").read_text("utf-8").replace(f'name = "{like}"', f'name = "{name}"')
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, "utf-8")
    return profiles(folder).profiles.get(name)


def connected(small: Small, opened: Ports, code: str, served: Served, profile: str) -> None:
    """Register an instrument, open its port and wait until it is live."""
    small.do(instruments.save, InstrumentDraft(code, f"仪器 {code}", profile=profile), by="ji")
    opened.open(code, served.address)
    until(lambda: [row.state for row in opened.rows() if row.code == code] == ["live"])


def row_of(opened: Ports, code: str) -> Any:
    """Return the port of an instrument as it stands."""
    return next(row for row in opened.rows() if row.code == code)


# -- what a port shows


def test_a_port_shows_what_came_and_its_monitor_the_bytes(small: Small, ports: Callable[[], Ports], chromatograph: Served) -> None:
    opened, number = ports(), small.begun("cowpea")
    assert opened.tail("LM-1") == []
    opened.open("LM-1", chromatograph.address)
    chromatograph.show([Shown(number, "carbofuran", "0.035", "mg/kg", AT)])
    until(opened.collect)
    row = row_of(opened, "LM-1")
    assert (row.messages, row.quarantined, row.wrong_sums, row.unknown, row.silences, row.hint, row.left) == (1, 0, 0, 0, 0, "", ())
    assert row.received == chromatograph.bytes_sent and row.last_byte is not None and row.last_message is not None
    assert (row.asked, row.prints) == (False, False)
    until(lambda: {"rx", "tx", "mark"} <= {each.direction for each in opened.tail("LM-1")})
    rows = opened.tail("LM-1")
    assert number.encode() in b"".join(each.data for each in rows if each.direction == "rx")
    assert opened.tail("LM-1", after=rows[-1].row) == []
    assert [each.row for each in opened.tail("LM-1", most=2)] == [rows[-2].row, rows[-1].row]


def test_a_journal_that_is_none_is_said_by_the_monitor(ports: Callable[[], Ports], tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "LM-1.sqlite3").write_bytes(b"no journal at all" * 100)
    with pytest.raises(Trouble, match=r"LM-1\.sqlite3 is not a journal of this program"):
        ports().tail("LM-1")


def test_the_profiles_that_understand_what_came_are_named_the_best_first(small: Small, ports: Callable[[], Ports], chromatograph: Served) -> None:
    opened = ports()
    assert opened.understood("LM-1") == []
    opened.open("LM-1", chromatograph.address)
    chromatograph.show([Shown("X-1", "carbofuran", "0.035", "mg/kg", AT)])
    until(opened.collect)
    names = [row.name for row in opened.understood("LM-1")]
    assert "chromatography-lis" in names and "mettler-sics" not in names


def test_a_port_is_opened_again_on_another_address(small: Small, ports: Callable[[], Ports], chromatograph: Served) -> None:
    opened = ports()
    opened.open("LM-1", "/dev/tty-none")
    opened.open("LM-1", chromatograph.address)
    until(lambda: row_of(opened, "LM-1").state == "live")
    assert row_of(opened, "LM-1").address == chromatograph.address


# -- asked for a value


def test_a_balance_is_asked_and_its_value_goes_into_the_cell_and_lands_once(small: Small, ports: Callable[[], Ports]) -> None:
    opened, number = ports(), small.begun()
    with serve(shipped("mettler-sics")) as served:
        connected(small, opened, "BAL-1", served, "mettler-sics")
        assert row_of(opened, "BAL-1").asked
        served._device.put("25.1234", "g", stable=True, now=time.monotonic())  # type: ignore[attr-defined]
        answer = opened.read("BAL-1")
        assert answer.delivery is not None and answer.words == ""
        cell = Typed(small.keys(number)["moisture"], 1, "", "W0")
        assert small.do(readings.weigh, answer.delivery, cell, "g", by="jian") == "25.1234"
        assert opened.collect() == 0
        assert [row.state for row in inbox(small)] == [ReadingState.ACCEPTED]


def test_a_balance_that_has_not_settled_is_waited_for(small: Small, ports: Callable[[], Ports]) -> None:
    opened = ports()
    with serve(shipped("mettler-sics"), haste=10.0) as served:
        connected(small, opened, "BAL-1", served, "mettler-sics")
        served._device.put("3.0021", "g", stable=False, now=time.monotonic())  # type: ignore[attr-defined]
        answer = opened.read("BAL-1")
        assert answer.delivery is not None and [(one.value, one.stable) for one in answer.delivery.readings] == [("3.0021", True)]


def test_a_balance_that_is_busy_or_not_connected_says_so(small: Small, ports: Callable[[], Ports]) -> None:
    opened = ports()
    assert opened.read("BAL-1").words == "BAL-1 is not connected. Connect it in Instruments."
    with serve(shipped("mettler-sics"), fault="nak") as served:
        connected(small, opened, "BAL-1", served, "mettler-sics")
        assert opened.read("BAL-1").words == "仪器 BAL-1 is busy. Wait a moment and read again."


def test_a_balance_that_cannot_be_asked_is_waited_for_until_its_print_key_sends_a_stable_value(
    small: Small, ports: Callable[[], Ports], tmp_path: Path
) -> None:
    profile, opened = own(tmp_path / "profiles", "own-balance", "mettler-sics", ('ask = "S"', 'ask = ""')), ports()
    with serve(profile) as served, ThreadPoolExecutor(1) as pool:
        connected(small, opened, "BAL-1", served, "own-balance")
        waiting = pool.submit(opened.read, "BAL-1")
        until(lambda: "BAL-1" in opened._readers)
        served.show([Shown("", "", "3.0", "g", AT, stable=False)])
        until(opened.collect)
        assert not waiting.done()
        served.show([Shown("", "", "3.0021", "g", AT)])
        answer = waiting.result(PATIENCE)
        assert answer.delivery is not None and [one.value for one in answer.delivery.readings] == ["3.0021"]
        opened.collect()
        assert [row.cause for row in inbox(small)] == [Cause.UNKNOWN_SAMPLE, Cause.UNSTABLE]


def test_waiting_for_a_balance_is_given_up_from_another_thread(small: Small, ports: Callable[[], Ports], tmp_path: Path) -> None:
    profile, opened = own(tmp_path / "profiles", "own-balance", "mettler-sics", ('ask = "S"', 'ask = ""')), ports()
    opened.give_up("BAL-1")
    with serve(profile) as served, ThreadPoolExecutor(1) as pool:
        connected(small, opened, "BAL-1", served, "own-balance")
        waiting = pool.submit(opened.read, "BAL-1")
        until(lambda: "BAL-1" in opened._readers)
        opened.give_up("BAL-1")
        assert waiting.result(PATIENCE).words == "Reading was given up."
        served.show([Shown("", "", "3.0021", "g", AT)])
        until(opened.collect)
        assert opened._readers == {}


def test_a_balance_whose_port_is_closed_meanwhile_is_lost(small: Small, ports: Callable[[], Ports], tmp_path: Path) -> None:
    opened = ports()
    with serve(shipped("mettler-sics")) as served, ThreadPoolExecutor(1) as pool:
        connected(small, opened, "BAL-1", served, "mettler-sics")
        served._device.put("3.0", "g", stable=False, now=time.monotonic() + 1000)  # type: ignore[attr-defined]
        waiting = pool.submit(opened.read, "BAL-1")
        until(lambda: "BAL-1" in opened._readers)
        opened.shut("BAL-1")
        assert waiting.result(PATIENCE).words == "The line to 仪器 BAL-1 was lost. It is opened again by itself; then read again."


# -- worklists


def sheet_of(small: Small, number: str, *items: str) -> str:
    """Put items of a sample on a worksheet; return its number."""
    keys = small.keys(number)
    return small.do(worksheets.create, [keys[item] for item in items or keys], by="jian")


def test_a_worklist_is_sent_to_its_instrument_with_what_it_measures(small: Small, ports: Callable[[], Ports], chromatograph: Served) -> None:
    opened, numbers = ports(), [small.received("cowpea") for _two in range(2)]
    keys = [key for number in numbers for key in small.keys(number).values()]
    sheet = small.do(worksheets.create, keys, by="jian")
    opened.open("LM-1", chromatograph.address)
    until(lambda: row_of(opened, "LM-1").state == "live")
    assert opened.send_worklist("LM-1", sheet) == 2
    until(lambda: chromatograph._device.orders)  # type: ignore[attr-defined]
    (told,) = chromatograph._device.orders  # type: ignore[attr-defined]
    assert [[number in record for number in numbers] for record in told if record.startswith("O|")] == [[True, False], [False, True]]
    assert all("^^^CARBOFURAN" in record and "^^^THIAMETHOXAM" in record for record in told if record.startswith("O|"))


def test_a_worklist_without_anything_to_measure_or_for_one_that_takes_none_is_refused(small: Small, ports: Callable[[], Ports], chromatograph: Served) -> None:
    opened, sheet = ports(), sheet_of(small, small.received())

    def refused(code: str, number: str) -> str:
        with pytest.raises(Refusal) as caught:
            opened.send_worklist(code, number)
        return caught.value.words

    assert refused("LM-1", sheet) == "LM-1 is not connected. Connect it in Instruments."
    opened.open("LM-1", chromatograph.address)
    assert refused("LM-1", sheet) == f"Nothing on worksheet {sheet} is measured by 液质联用仪."
    assert refused("LM-1", "W-none") == "Nothing on worksheet W-none is measured by 液质联用仪."
    with serve(shipped("mettler-sics")) as served:
        connected(small, opened, "BAL-1", served, "mettler-sics")
        assert refused("BAL-1", sheet) == "The profile of 仪器 BAL-1 knows no worklists."


def test_an_instrument_that_asks_is_told_what_is_still_to_be_measured(small: Small, ports: Callable[[], Ports], chromatograph: Served) -> None:
    opened, number, done = ports(), small.begun("cowpea"), small.submitted("cowpea")
    opened.open("LM-1", chromatograph.address)

    def answer(sample: str, tests: str = "ALL") -> list[str]:
        before = len(chromatograph._device.orders)  # type: ignore[attr-defined]
        chromatograph.send([["H|\\^&|||VIRTUAL|||||LIMS||P|LIS2-A2", f"Q|1|^{sample}||{tests}||||||||O", "L|1|N"]])
        until(lambda: len(chromatograph._device.orders) > before)  # type: ignore[attr-defined]
        return chromatograph._device.orders[-1]  # type: ignore[attr-defined]

    told = answer(number)
    assert [record.split("|")[2] for record in told if record.startswith("O|")] == [number]
    assert any("CARBOFURAN" in record and "THIAMETHOXAM" in record for record in told)
    portion = answer(f"{number}-1", "^^^CARBOFURAN")
    assert [record.split("|")[2] for record in portion if record.startswith("O|")] == [f"{number}-1"]
    assert not any("THIAMETHOXAM" in record for record in portion)
    for strange in ("X-1", done):
        assert answer(strange)[-1] == "L|1|I"
    opened.collect()
    assert inbox(small) == []


# -- labels, codes, files


def test_labels_are_printed_on_a_label_printer(small: Small, ports: Callable[[], Ports], tmp_path: Path) -> None:
    asking = own(tmp_path / "profiles", "own-labels", "label-zpl", ("dpi = 203", "dpi = 203\nasks = true"))
    opened, number = ports(), small.received()
    labels = small.do(sample_view.labels, number)
    small.do(instruments.save, InstrumentDraft("LP-1", "标签机", profile="own-labels"), by="ji")
    with pytest.raises(Refusal, match=r"not connected"):
        opened.print_labels("LP-1", labels)
    with serve(asking) as served:
        connected(small, opened, "LP-1", served, "own-labels")
        assert row_of(opened, "LP-1").prints
        assert opened.print_labels("LP-1", labels) == len(labels) == 2
        until(lambda: len(served._device.printed) == 2)  # type: ignore[attr-defined]
        assert [label.number.encode() in printed for label, printed in zip(labels, served._device.printed, strict=True)] == [True, True]  # type: ignore[attr-defined]
        with pytest.raises(Refusal, match=r"has no room on the label of"):
            opened.print_labels("LP-1", [replace(labels[0], number="X" * 300)])
        opened.shut("LP-1")
    assert opened.collect() == 0
    assert inbox(small) == []


def test_scanned_codes_go_to_whoever_listens_and_never_into_the_inbox(small: Small, ports: Callable[[], Ports]) -> None:
    opened, heard = ports(), []
    opened.on_scan.append(heard.append)
    with serve(shipped("barcode-scanner")) as served:
        connected(small, opened, "SC-1", served, "barcode-scanner")
        assert not row_of(opened, "SC-1").asked
        served.show([Shown("LS2026-00001-1", "", "", "", AT)])
        until(lambda: heard)
        assert heard == ["LS2026-00001-1"]
        assert opened.collect() == 0
        opened.open("SC-1", served.address)
        assert opened.collect() == 0
    assert inbox(small) == []


CSV = "Sample Name,Component Name,Calculated Concentration,Concentration Units\r\n"


def test_files_left_in_a_folder_are_taken_once_whole_and_what_is_not_taken_says_why(small: Small, ports: Callable[[], Ports], tmp_path: Path) -> None:
    profile = own(tmp_path / "profiles", "own-files", "lc-ms-csv", ("needs_sample = true", "needs_sample = true\nsettle_s = 0.1"))
    folder, opened, number = tmp_path / "results", ports(), small.begun("cowpea")
    folder.mkdir()
    small.do(instruments.save, InstrumentDraft("MS-1", "质谱", profile=profile.name), by="ji")
    opened.open("MS-1", f"folder://{folder}")
    content = f"{CSV}{number},Carbofuran,0.035,mg/kg\r\n".encode()
    (folder / "run 1.csv").write_bytes(content)
    until(opened.collect)
    (row,) = inbox(small)
    assert (row.sample, row.test, row.value, row.unit, row.state) == (number, "carbofuran", "0.035", "mg/kg", ReadingState.MATCHED)
    assert small.do(view.message, row.message_id).content == content
    (folder / "copy.csv").write_bytes(content)
    (folder / "table.csv").write_bytes(b"nothing,here\r\n1,2\r\n")
    with (folder / "huge.csv").open("wb") as huge:
        huge.truncate(64_000_001)
    until(lambda: row_of(opened, "MS-1").left)
    assert row_of(opened, "MS-1").left == (("huge.csv", "The file is too large to be taken."),)
    with speaking("zh_CN"):
        assert "large" not in row_of(opened, "MS-1").left[0][1]
    until(lambda: opened.collect() or len(inbox(small)) > 1)
    words = "The columns the profile asks for were not found in the file. Compare the file's first line with the profile."
    assert [one.reason for one in inbox(small)] == [words, ""]
    assert sorted(file.name for file in folder.iterdir()) == ["copy.csv", "huge.csv", "run 1.csv", "table.csv"]
    (folder / "huge.csv").unlink()
    until(lambda: not row_of(opened, "MS-1").left)


# -- read anew


READS = 'DON = "deoxynivalenol"'


def records(*results: str, sample: str) -> bytes:
    """Return the records of one message, bare, with results as `code|value|unit`."""
    made = [f"R|{place}|^^^{each}||N||F" for place, each in enumerate(results, 1)]
    return "".join(f"{record}\r" for record in ("H|\\^&", "P|1", f"O|1|{sample}||^^^AFB1", *made, "L|1|N")).encode()


class Mended:
    """An instrument whose profile is the laboratory's own and is mended again and again."""

    def __init__(self, small: Small, folder: Path) -> None:
        self.small, self.folder = small, folder
        self.mend((READS, ""))
        small.do(instruments.save, InstrumentDraft("MB-1", "读数仪", profile="own-reader"), by="ji")

    def mend(self, *changes: tuple[str, str]) -> None:
        """Write the profile anew."""
        own(self.folder, "own-reader", "mycotoxin-reader-lis", *changes)

    def received(self, content: bytes, row: int = 0) -> Received:
        """Return the delivery a port makes of bytes now."""
        pieces = stored.pieces(profiles(self.folder).profiles["own-reader"], content, "MB-1")
        found = tuple(reading for piece in pieces for reading in piece.readings)
        quarantined = "" if found else next((piece.quarantined for piece in pieces), "")
        digest = hashlib.sha256(content).hexdigest()
        return Received(
            instrument="MB-1", journal="journal-1", first_row=row, last_row=row + 3, raw=content, sha256=digest, received=MORNING, readings=found,
            quarantined=quarantined,
        )  # fmt: skip

    def lands(self, content: bytes) -> list[int]:
        """Let bytes arrive and be read with the present profile; return the keys of the readings."""
        sent = tuple(room._sent(reading) for reading in self.received(content).readings)
        problem = "" if sent else wire_words.QUARANTINED.get(self.received(content).quarantined, "")
        demands = room.demands(profiles(self.folder).profiles["own-reader"])
        return self.small.send(*sent, instrument="MB-1", content=content, problem=problem, demands=demands)

    def again(self) -> int:
        """Read the bytes of everything that waits anew."""
        return self.small.do(room.read_anew, "MB-1", self.folder, by="ji")

    def passes(self) -> list[tuple[int, str, ReadingState, Cause | None]]:
        """Return pass, value, state and cause of every reading, in order."""
        with self.small.store.work() as work:
            rows = work.scalars(select(Reading).order_by(Reading.message_id, Reading.pass_no, Reading.place)).all()
            return [(one.pass_no, one.value, one.state, one.cause) for one in rows]

    def differs(self, content: bytes) -> bool:
        """Tell whether a replay of these bytes says otherwise than the laboratory holds."""
        with self.small.store.work() as work:
            row = work.scalars(select(Message.first_row).where(Message.content == content)).first()
            return room.differs(work, self.received(content, row or 0))


@pytest.fixture
def mended(small: Small, tmp_path: Path) -> Mended:
    """An instrument whose profile does not know deoxynivalenol yet."""
    return Mended(small, tmp_path / "profiles")


S = ReadingState


def test_what_waits_is_read_anew_and_what_was_read_before_stays_on_record(small: Small, mended: Mended) -> None:
    content = records("DON|200|ppb", sample=small.begun())
    mended.lands(content)
    assert not mended.differs(content)
    mended.mend()
    assert mended.differs(content)
    assert mended.again() == 1
    assert mended.passes() == [(1, "200", S.REPLACED, Cause.UNKNOWN_TEST), (2, "200", S.MATCHED, None)]
    assert not mended.differs(content)
    assert mended.again() == 0
    assert len(mended.passes()) == 2
    with small.store.work() as work:
        assert {one.decided_by for one in work.scalars(select(Reading))} == {None}


def test_what_was_accepted_stays_accepted_and_is_not_read_a_second_time(small: Small, mended: Mended) -> None:
    content = records("AFB1|4.7|ppb", "DON|200|ppb", sample=small.begun())
    first, _other = mended.lands(content)
    small.do(readings.accept, [first], by="jian")
    mended.mend()
    assert (mended.again(), mended.again()) == (1, 0)
    assert mended.passes() == [(1, "4.7", S.ACCEPTED, None), (1, "200", S.REPLACED, Cause.UNKNOWN_TEST), (2, "200", S.MATCHED, None)]
    assert not mended.differs(content)


def test_bytes_that_gave_a_result_and_read_otherwise_now_need_a_person(small: Small, mended: Mended) -> None:
    number = small.begun()
    content = records("AFB1|4.7|ppb", "DON|200|ppb", sample=number)
    first, _other = mended.lands(content)
    small.do(readings.accept, [first], by="jian")
    mended.mend(('"ppb" = "μg/kg"', '"ppb" = "mg/kg"'))
    assert (mended.again(), mended.again()) == (2, 0)
    assert mended.passes()[0] == (1, "4.7", S.ACCEPTED, None)
    assert [each for each in mended.passes() if each[0] == 2] == [(2, "4.7", S.NEEDS_PERSON, Cause.DIFFERS), (2, "200", S.MATCHED, None)]
    (words,) = [row.reason for row in small.inbox().values() if row.cause is Cause.DIFFERS]
    assert words == "4.7 μg/kg was taken into the result from these bytes before. Repeat the analysis if this reading is the right one."
    assert small.rows(number)["aflatoxin-b1"].values == ("4.7",)
    assert mended.differs(content)


def test_of_two_equal_determinations_in_one_message_the_open_one_is_not_lost(small: Small, mended: Mended) -> None:
    content = records("AFB1|4.7|ppb", "AFB1|4.7|ppb", "DON|200|ppb", sample=small.begun())
    first, *_others = mended.lands(content)
    small.do(readings.accept, [first], by="jian")
    mended.mend()
    assert mended.again() == 2
    assert [each[1:3] for each in mended.passes() if each[2] is not S.REPLACED] == [("4.7", S.ACCEPTED), ("4.7", S.MATCHED), ("200", S.MATCHED)]
    assert mended.again() == 0


def test_what_a_person_matched_or_rejected_stays_as_long_as_it_reads_the_same(small: Small, mended: Mended) -> None:
    number = small.begun()
    content = records("AFB1|4.7|ppb", "AFB1|4.8|ppb", "DON|200|ppb", sample="X-1")
    matched, rejected, _other = mended.lands(content)
    small.do(readings.match, matched, small.keys(number)["aflatoxin-b1"], by="jian")
    small.do(readings.reject, [rejected], reason="漏样", by="jian")
    mended.mend()
    assert (mended.again(), mended.again()) == (1, 0)
    standing = [each[1:] for each in mended.passes() if each[2] is not S.REPLACED]
    assert standing == [("4.7", S.MATCHED, None), ("4.8", S.REJECTED, Cause.UNKNOWN_SAMPLE), ("200", S.NEEDS_PERSON, Cause.UNKNOWN_SAMPLE)]
    assert not mended.differs(content)


def test_the_same_bytes_twice_stay_the_same_bytes_twice(small: Small, mended: Mended) -> None:
    content = records("DON|200|ppb", sample=small.begun())
    mended.lands(content)
    mended.lands(content)
    mended.mend()
    assert mended.again() == 2
    assert [each[2:] for each in mended.passes() if each[0] == 2] == [(S.MATCHED, None), (S.NEEDS_PERSON, Cause.AGAIN)]
    assert mended.again() == 0


def test_a_message_that_gave_no_reading_is_read_too_and_one_that_holds_none_is_left_alone(small: Small, mended: Mended) -> None:
    number = small.begun()
    small.send(instrument="MB-1", content=records("AFB1|4.7|ppb", sample=number))
    small.send(instrument="MB-1", content=f"H|\\^&\rQ|1|^{number}||ALL||||||||O\rL|1|N\r".encode())
    assert inbox(small) == []
    assert (mended.again(), mended.again()) == (1, 0)
    assert [(row.value, row.state) for row in inbox(small)] == [("4.7", S.MATCHED)]


def test_a_profile_that_can_read_nothing_says_why_and_one_that_can_again_reads_again(small: Small, mended: Mended) -> None:
    content = records("AFB1|4.7|ppb", sample=small.begun())
    mended.lands(content)
    mended.mend(('codec = "lis2"', 'codec = "nothing"'))
    assert (mended.again(), mended.again()) == (0, 0)
    assert mended.passes() == [(1, "4.7", S.REPLACED, None), (2, "", S.NEEDS_PERSON, Cause.BROKEN)]
    assert [row.reason for row in inbox(small) if row.state is S.NEEDS_PERSON] == ["The message is whole, but its profile cannot read it."]
    mended.mend()
    assert mended.again() == 1
    assert mended.passes()[2:] == [(3, "4.7", S.MATCHED, None)]


def test_the_laboratorys_own_codes_hold_when_bytes_are_read_anew_and_replayed(small: Small, mended: Mended) -> None:
    content = records("DON|200|ppb", sample=small.begun())
    (key,) = mended.lands(content)
    small.do(readings.map_code, key, "deoxynivalenol", demands_of=lambda instrument: Demands(), by="ji")
    assert not mended.differs(content)
    assert mended.again() == 0
    assert mended.passes() == [(1, "200", S.MATCHED, None)]


def test_a_message_that_is_not_whole_does_not_differ_from_itself(small: Small, mended: Mended) -> None:
    content = b"\x05\x021H|\\^&\r"
    mended.lands(content)
    assert [row.cause for row in inbox(small)] == [Cause.BROKEN]
    assert not mended.differs(content)
    assert mended.again() == 0
    assert not mended.differs(b"never landed")


def test_a_range_or_a_control_that_was_mended_is_held_against_what_waits(small: Small, mended: Mended) -> None:
    number = small.begun()
    ranged = '[ranges]\naflatoxin-b1 = {{ high = "{}", unit = "μg/kg" }}\n\n[units]'
    mended.mend(("[units]", ranged.format(4)))
    mended.lands(records("AFB1|4.7|ppb", sample=number))
    assert [each[2:] for each in mended.passes()] == [(S.NEEDS_PERSON, Cause.OUTSIDE_RANGE)]
    mended.mend(("[units]", ranged.format(50)))
    assert (mended.again(), mended.again()) == (1, 0)
    assert mended.passes()[-1] == (2, "4.7", S.MATCHED, None)


def test_an_instrument_without_a_profile_or_with_a_broken_one_is_not_read_anew(small: Small, mended: Mended) -> None:
    small.do(instruments.save, InstrumentDraft("EYE-1", "目视"), by="ji")
    assert "has no profile" in small.refused(room.read_anew, "EYE-1", mended.folder, by="ji")
    (mended.folder / "own-reader.toml").write_text("name = \n", "utf-8")
    with pytest.raises(Trouble, match=r"own-reader\.toml is no TOML"):
        mended.again()
    assert "instruments" in (room.refusal_to_read_anew(small.people["jian"]) or "")
    assert room.refusal_to_read_anew(small.people["ji"]) is None


def direct(small: Small, key: int, sent: Sequence[Sent], demands: Demands) -> int:
    """Read one message anew as it would be sent now."""
    with small.store.work() as work, work.acting(small.people["ji"], "readings.read_anew"):
        return readings.read_anew(work, work.get_one(Message, work.get_one(Reading, key).message_id), sent, demands)


def test_a_strip_without_a_lot_is_worked_out_once_the_lot_is_entered(small: Small, mended: Mended) -> None:
    demands = Demands(reckoning=Reckoning("line-ratio"))
    sent = [Sent(small.begun(), "aflatoxin-b1", "", "", raw={"test line": "100", "control line": "200"})]
    (key,) = small.send(*sent, demands=demands)
    assert small.inbox()[key].cause is Cause.NO_RESULT
    small.do(instruments.save_lot, KitLotDraft("LM-1", "aflatoxin-b1", "L-1", date(2027, 1, 1), "0.8"), by="ji")
    assert (direct(small, key, sent, demands), direct(small, key, sent, demands)) == (1, 0)
    assert mended.passes() == [(1, "", S.REPLACED, Cause.NO_RESULT), (2, "阳性", S.MATCHED, None)]
    small.do(readings.accept, [max(small.inbox())], by="jian")
    assert direct(small, key, sent, demands) == 0
    other = [replace(sent[0], raw={"test line": "190", "control line": "200"})]
    assert direct(small, key, other, demands) == 1
    assert mended.passes()[-1] == (2 + 1, "阴性", S.NEEDS_PERSON, Cause.DIFFERS)


def test_controls_that_were_recorded_stay_and_serve_when_the_rest_is_read_anew(small: Small, mended: Mended) -> None:
    demands = Demands(reckoning=Reckoning("inhibition", control="CK"))
    sent = [Sent(name, "a", "", "", raw={"absorbance change": change}) for name, change in (("CK", "0.4"), ("X-1", "0.1"), ("X-2", "0.2"))]
    key, *_others = small.send(*sent, demands=demands)
    assert direct(small, key, sent, demands) == 0
    changed = [*sent[:2], replace(sent[2], raw={"absorbance change": "0.3"})]
    assert direct(small, key, changed, demands) == 2
    assert [each[1:3] for each in mended.passes() if each[2] is not S.REPLACED] == [
        ("0.4", S.RECORDED), ("75.00", S.NEEDS_PERSON), ("25.00", S.NEEDS_PERSON),
    ]  # fmt: skip


def test_the_alarm_of_a_place_is_not_lost_when_its_message_is_read_anew(small: Small, mended: Mended) -> None:
    demands = Demands(about="places", ranges={"temperature": Span(high=8)})  # type: ignore[arg-type]
    (key,) = small.send(Sent("", "temperature", "9", "", position="1"), demands=demands)
    assert direct(small, key, [Sent("", "temperature", "9.0", "", position="1")], demands) == 1
    assert mended.passes() == [(1, "9", S.REPLACED, Cause.OUT_OF_BOUNDS), (2, "9.0", S.NEEDS_PERSON, Cause.OUT_OF_BOUNDS)]


def test_a_control_that_failed_and_is_read_anew_holds_back_until_it_reads_right(small: Small, mended: Mended) -> None:
    demands = Demands(controls=(Control("QC", "aflatoxin-b1", Span(high=7)),))  # type: ignore[arg-type]
    number = small.begun()
    sent = [Sent("QC", "aflatoxin-b1", "9", "", status="control"), Sent(number, "aflatoxin-b1", "4.7", "μg/kg")]
    key, _other = small.send(*sent, demands=demands)
    assert direct(small, key, sent, demands) == 0
    assert direct(small, key, [replace(sent[0], value="5"), sent[1]], demands) == 2
    assert [each[2] for each in mended.passes()] == [S.REPLACED, S.REPLACED, S.RECORDED, S.MATCHED]


# -- words


def chinese(say: Callable[[], str]) -> str:
    """Return a sentence as a Chinese reader sees it."""
    with speaking("zh_CN"):
        return say()


def test_whatever_a_driver_says_has_a_sentence_in_both_languages(subtests: pytest.Subtests) -> None:
    assert set(wire_words.TROUBLES) == set(drivers.CODES)
    for code, facts in drivers.CODES.items():
        with subtests.test(code):
            trouble = drivers.Trouble(code, **dict.fromkeys(facts, "text"))
            english, translated = wire_words.said(trouble), chinese(lambda trouble=trouble: wire_words.said(trouble))  # type: ignore[misc]
            assert "{" not in english + translated and english.isascii() and not translated.isascii()


def test_every_kind_of_value_a_profile_can_want_is_named_in_the_persons_language() -> None:
    assert set(wire_words.EXPECTED) == set(NAMES.values())
    for name in NAMES.values():
        trouble = drivers.Trouble("profile-wrong-type", file="a.toml", key="k", expected=name)
        assert wire_words.said(trouble) == f"In the profile a.toml, k should be of type {wire_words.EXPECTED[name]}. Mend the file."
        assert name not in chinese(lambda trouble=trouble: wire_words.said(trouble))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("words", "known"),
    [(wire_words.FAILED, FAILURES), (wire_words.QUARANTINED, QUARANTINE_REASONS), (wire_words.LEFT, REASONS), (wire_words.HINTS, ("speed", "parity", "echo"))],
    ids=["failures", "quarantine", "left", "hints"],
)
def test_every_word_of_the_drivers_has_a_sentence(words: dict[str, str], known: Sequence[str]) -> None:
    assert set(words) == set(known)


def test_a_profile_that_is_wrong_is_told_with_its_file_and_key(ports: Callable[[], Ports], tmp_path: Path) -> None:
    own(tmp_path / "profiles", "own-reader", "mycotoxin-reader-lis", ("baudrate = 9600", 'baudrate = "fast"'))
    (words,) = ports().faults()
    assert words.endswith("own-reader.toml, serial.baudrate should be of type whole number. Mend the file.")
