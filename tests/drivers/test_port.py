"""The port's thread: journal, then answer; lost, held and missing ports; real pseudo-terminals."""

from __future__ import annotations

import hashlib
import os
import queue
import sqlite3
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import serial

from drivers import Trouble
from drivers.codecs import CODECS
from drivers.codecs.lis2 import Order, Query
from drivers.core.profile import Profile, Serial, read
from drivers.delivery import Delivery
from drivers.health import Health
from drivers.journal import Journal, entries
from drivers.links.files import FilesSettings
from drivers.listen import listen
from drivers.port import WORKLIST_S, Port, PortState, Sent, State
from drivers.stored import decode, pieces, replay
from drivers.transport import MemoryTransport, SerialTransport, Transport, has_pty, is_virtual, open_transport
from drivers.virtual import Shown, compose
from drivers.virtual.served import serve

needs_pty = pytest.mark.skipif(not has_pty(), reason="this system has no pseudo-terminals")
READER = read(Path(__file__).parents[2] / "resources" / "instruments" / "mycotoxin-reader-lis.toml")
AT = datetime(2026, 2, 8, 14, 44)
RESULTS = [Shown("S-1", "aflatoxin-b1", "4.7", "μg/kg", AT), Shown("S-1", "deoxynivalenol", "<100", "μg/kg", AT)]
MESSAGES = compose(READER, [Shown("S-1", "AFB1", "4.7", "ug/kg", AT)])
ENQ, ACK, EOT = b"\x05", b"\x06", b"\x04"
H, L = b"\x021H|\\^&\r\x03E5\r\n", b"\x022L|1|N\r\x0305\r\n"


class Desk:
    """A running port and everything it told."""

    def __init__(self, profile: Profile, address: str, path: Path, **more: object) -> None:
        self.deliveries: queue.Queue[Delivery] = queue.Queue()
        self.states: queue.Queue[PortState] = queue.Queue()
        self.sent: queue.Queue[Sent] = queue.Queue()
        self.port = Port(
            profile,
            address,
            path,
            lambda: datetime.now(UTC),
            self.deliveries.put,
            self.states.put,
            sent=self.sent.put,
            backoff=(0.05,),
            **more,  # type: ignore[arg-type]
        )
        self.port.start()

    def until(self, state: State, code: str | None = None) -> PortState:
        while True:
            said = self.states.get(timeout=5)
            if said.state is state:
                assert code == (said.trouble.code if said.trouble else None)
                return said


@contextmanager
def desk(profile: Profile, address: str, path: Path, **more: object) -> Iterator[Desk]:
    opened = Desk(profile, address, path, **more)
    try:
        yield opened
    finally:
        assert opened.port.stop()


class Watching(MemoryTransport):
    """At every write, looks from outside what is on the disk by then."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.seen = path, list[tuple[bytes, bytes]]()

    def write(self, data: bytes) -> None:
        self.seen.append((data, b"".join(entry.data for entry in entries(self.path) if entry.direction == "rx")))
        super().write(data)


def opener(transport: Transport) -> Callable[[str, Serial], Transport]:
    return lambda address, line: transport


@pytest.fixture
def reader(profiles: dict[str, Profile]) -> Profile:
    return profiles["mycotoxin-reader-lis"]


def test_every_answer_is_given_to_bytes_that_are_committed(reader: Profile, tmp_path: Path) -> None:
    wire = Watching(tmp_path / "a.sqlite3")
    with desk(reader, "memory", wire.path, opener=opener(wire)) as running:
        for part in (ENQ, H, L):
            wire.inbox.put(part)
            assert wire.outbox.get(timeout=5) == ACK
        wire.inbox.put(EOT)
        delivery = running.deliveries.get(timeout=5)
    assert wire.seen == [(ACK, ENQ), (ACK, ENQ + H), (ACK, ENQ + H + L)]
    assert [(entry.direction, entry.data or entry.note) for entry in entries(wire.path)] == [
        ("mark", f"open memory profile mycotoxin-reader-lis {reader.digest[:12]}"),
        ("rx", ENQ), ("tx", ACK), ("rx", H), ("tx", ACK), ("rx", L), ("tx", ACK), ("rx", EOT), ("mark", "closed"),
    ]  # fmt: skip
    assert (delivery.first_row, delivery.last_row, delivery.raw) == (2, 6, ENQ + H + L)


def test_what_cannot_be_journalled_is_not_acknowledged_and_not_forgotten(reader: Profile, tmp_path: Path) -> None:
    path, wire = tmp_path / "a.sqlite3", MemoryTransport()
    Journal(path, lambda: datetime.now(UTC)).close()
    base = sqlite3.connect(path, isolation_level=None)
    stop = "CREATE TRIGGER full BEFORE INSERT ON entry WHEN NEW.direction = 'rx' BEGIN SELECT RAISE(ABORT, 'full'); END"
    base.execute(stop)
    with desk(reader, "memory", path, opener=opener(wire)) as running:
        running.until(State.LIVE)
        wire.inbox.put(ENQ + H + L)
        running.until(State.LOST, "journal-unusable")
        with pytest.raises(queue.Empty):
            wire.outbox.get(timeout=0.3)
        base.execute("DROP TRIGGER full")
        assert running.deliveries.get(timeout=5).raw == ENQ + H + L
        assert wire.outbox.empty(), "too late to answer"
    base.close()


def test_a_lost_port_quarantines_the_part_and_comes_back(reader: Profile, tmp_path: Path) -> None:
    wire = MemoryTransport()
    with desk(reader, "memory", tmp_path / "a.sqlite3", opener=opener(wire)) as running:
        running.until(State.LIVE)
        wire.inbox.put(ENQ + H)
        assert wire.outbox.get(timeout=5) == ACK and wire.outbox.get(timeout=5) == ACK
        wire.broken = True
        running.until(State.LOST, "port-lost")
        assert running.deliveries.get(timeout=5).quarantined == "lost"
        wire.broken = False
        running.until(State.LIVE)
        wire.inbox.put(ENQ + H + L)
        assert running.deliveries.get(timeout=5).quarantined == ""


def test_a_message_to_the_instrument(reader: Profile, profiles: dict[str, Profile], tmp_path: Path) -> None:
    wire = MemoryTransport()
    with desk(reader, "memory", tmp_path / "a.sqlite3", opener=opener(wire)) as running:
        ticket = running.port.submit(["H|\\^&", "L|1|N"])
        for expected in (ENQ, H, L):
            assert wire.outbox.get(timeout=5) == expected
            wire.inbox.put(ACK)
        assert running.sent.get(timeout=5) == Sent("mycotoxin-reader-lis", ticket)
    wire = MemoryTransport()
    with desk(profiles["rida-cube"], "memory", tmp_path / "b.sqlite3", opener=opener(wire)) as running:
        assert running.sent.empty() and running.port.submit(["x"]) == 1
        assert running.sent.get(timeout=5).reason == "one-way"


def test_the_shipped_opener_reports_a_missing_port(reader: Profile, tmp_path: Path) -> None:
    with desk(reader, str(tmp_path / "ttyNONE"), tmp_path / "a.sqlite3") as running:
        assert running.until(State.LOST, "no-such-port").address == str(tmp_path / "ttyNONE")
        time.sleep(0.3)
        assert running.states.empty(), "vain attempts are not reported one by one"


@pytest.mark.parametrize("address", ["socket://127.0.0.1:1", "socket://", "/dev/null"])
def test_addresses_that_cannot_be_opened(address: str) -> None:
    with pytest.raises(Trouble) as caught:
        open_transport(address, Serial())
    assert caught.value.code in ("no-such-port", "settings-refused")


@needs_pty
def test_a_port_of_another_program_is_held_until_it_lets_go(reader: Profile, tmp_path: Path) -> None:
    with serve(reader) as instrument:
        other = serial.Serial(instrument.address, exclusive=True)
        with desk(reader, instrument.address, tmp_path / "a.sqlite3") as running:
            running.until(State.HELD, "port-held")
            other.close()
            running.until(State.LIVE)


@needs_pty
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may open everything")
def test_a_port_we_may_not_open(reader: Profile) -> None:
    with serve(reader) as instrument:
        Path(instrument.address).chmod(0)
        with pytest.raises(Trouble) as caught:
            open_transport(instrument.address, Serial())
    assert caught.value.code == "not-permitted"


@needs_pty
def test_a_virtual_port_ignores_the_line_settings(reader: Profile) -> None:
    with serve(reader) as instrument:
        assert is_virtual(instrument.address) and not is_virtual("/dev/ttyS0")
        wire = open_transport(instrument.address, Serial(baudrate=1200, parity="E", bytesize=7, stopbits=2))
        assert isinstance(wire, SerialTransport) and wire.settings == Serial()
        wire.close()


@pytest.mark.parametrize("tcp", [pytest.param(False, marks=needs_pty), True], ids=["pty", "tcp"])
@pytest.mark.parametrize("fault", [None, "flip-bit", "duplicate", "join", "split"])
def test_whole_way_over_a_real_wire(fault: str | None, tcp: bool, reader: Profile, tmp_path: Path) -> None:
    path, live = tmp_path / "a.sqlite3", list[Delivery]()
    with serve(reader, fault=fault, tcp=tcp, haste=20) as instrument:
        instrument.show(RESULTS)
        instrument.send(MESSAGES)
        for delivery in listen(reader, instrument.address, path, lambda: datetime.now(UTC), print, seconds=10):
            live.append(delivery)
            if len(live) == 2:
                assert instrument.wait(5)
                break
    first = live[0]
    assert [(reading.sample, reading.test, reading.text, reading.unit) for reading in first.readings] == [
        ("S-1", "aflatoxin-b1", "4.7", "μg/kg"),
        ("S-1", "deoxynivalenol", "<100", "μg/kg"),
    ]
    assert list(replay(path, reader)) == live, "replayed, the journal says the same"
    assert list(replay(path, reader, after=first.last_row)) == live[1:]
    assert tuple(decode(reader, first.raw)) == first.readings
    line = first.as_json(str(path))[0]
    assert line["source"] == {"journal": str(path), "from": first.first_row, "to": first.last_row}


@needs_pty
def test_the_rida_cube_over_a_pseudo_terminal(profiles: dict[str, Profile], tmp_path: Path) -> None:
    profile = profiles["rida-cube"]
    with serve(profile) as instrument:
        instrument.show([Shown("W-1", "sulphur-dioxide", "103", "mg/L", AT)])
        found = listen(profile, instrument.address, tmp_path / "a.sqlite3", lambda: datetime.now(UTC), print, seconds=10)
        (reading,) = next(found).readings
        found.close()
    assert (reading.sample, reading.test, reading.text, reading.unit, reading.at) == (
        "W-1", "sulphur-dioxide", "103", "mg/L", AT,
    )  # fmt: skip


def framed(records: list[str]) -> list[bytes]:
    """LIS1-A: STX, number, record, CR, ETX, the sum of all behind STX by 256 in two hexadecimal digits, CR LF."""
    bodies = [f"{number % 8}{record}\r\x03".encode("latin-1") for number, record in enumerate(records, start=1)]
    return [b"\x02" + body + f"{sum(body) % 256:02X}".encode() + b"\r\n" for body in bodies]


QUERY = b"".join([ENQ, *framed(["H|\\^&|||READER", "Q|1|^S-7||ALL", "L|1|N"]), EOT])
NOTHING_KNOWN = b"L|1|I\r\x03"


def heard_after_query(wire: MemoryTransport) -> bytes:
    """Ask, take everything the host says by acknowledging it, and return what it said after its own call."""
    wire.inbox.put(QUERY)
    said = b""
    while not said.endswith(EOT):
        part = wire.outbox.get(timeout=8)
        said += part
        if part[:1] in (ENQ, b"\x02"):
            wire.inbox.put(ACK)
    return said.partition(ENQ)[2]


def test_a_query_is_answered_with_the_worklist(reader: Profile, tmp_path: Path) -> None:
    asked, wire = list[tuple[Query, ...]](), MemoryTransport()

    def worklist(queries: tuple[Query, ...]) -> list[Order]:
        asked.append(queries)
        return [Order("S-7", ("aflatoxin-b1",))]

    with desk(reader, "memory", tmp_path / "a.sqlite3", opener=opener(wire), worklist=worklist):
        said = heard_after_query(wire)
    assert [query.samples for (query,) in asked] == [("S-7",)]
    assert b"O|1|S-7||^^^AFB1|" in said and b"L|1|F\r\x03" in said, "in the instrument's own words"
    assert said.count(b"\x02") == 4, "H, P, O and L"


@pytest.mark.parametrize(
    "worklist", [None, lambda queries: [], lambda queries: 1 / 0, lambda queries: time.sleep(60)], ids=["none", "empty", "raises", "hangs"]
)
def test_a_query_nobody_can_answer_is_told_so_in_time(worklist: object, reader: Profile, tmp_path: Path) -> None:
    wire, began = MemoryTransport(), time.monotonic()
    with desk(reader, "memory", tmp_path / "a.sqlite3", opener=opener(wire), worklist=worklist) as running:
        assert NOTHING_KNOWN in heard_after_query(wire)
        assert time.monotonic() - began < WORKLIST_S + 1.5, "an instrument gives up after 5 s"
        wire.inbox.put(ENQ)
        assert wire.outbox.get(timeout=5) == ACK, "and the wire was never held up"
        assert running.deliveries.get(timeout=5).quarantined == ""


def test_a_worklist_that_hangs_does_not_hold_up_the_wire(reader: Profile, tmp_path: Path) -> None:
    wire = MemoryTransport()
    with desk(reader, "memory", tmp_path / "a.sqlite3", opener=opener(wire), worklist=lambda queries: time.sleep(60)) as running:
        wire.inbox.put(QUERY)
        running.deliveries.get(timeout=5)
        began = time.monotonic()
        for part in (ENQ, H, L, EOT):
            wire.inbox.put(part)
        assert running.deliveries.get(timeout=5).raw == ENQ + H + L
        assert time.monotonic() - began < 1.0


def test_who_asks_gets_the_answer_and_a_wire_that_is_away_says_so(profiles: dict[str, Profile], tmp_path: Path) -> None:
    profile, wire = profiles["mettler-sics"], MemoryTransport()
    with desk(profile, "memory", tmp_path / "a.sqlite3", opener=opener(wire)) as running:
        future = running.port.ask(["ask"])
        assert wire.outbox.get(timeout=5) == b"S\r\n"
        wire.inbox.put(b"S S     100.00 g\r\n")
        sent = future.result(5)
        assert sent.reason == "" and sent.answer is not None
        assert [(reading.text, reading.unit, reading.stable) for reading in sent.answer.readings] == [("100.00", "g", True)]
        waiting = running.port.ask(["ask"])
        assert wire.outbox.get(timeout=5) == b"S\r\n"
        wire.broken = True
        assert waiting.result(5).reason == "lost"
        assert running.port.ask(["ask"]).result(5).reason == "lost"
    assert running.port.ask(["ask"]).result(5).reason == "lost", "nobody waits for a port that is closed"


def test_what_came_while_the_disk_was_full_is_kept_and_read_when_there_is_room(profiles: dict[str, Profile], tmp_path: Path) -> None:
    path, wire, profile = tmp_path / "a.sqlite3", MemoryTransport(), profiles["rida-cube"]
    sets = [b"ID:    W-%d\r\n\r\n\r\n" % number for number in range(3)]
    Journal(path, lambda: datetime.now(UTC)).close()
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("CREATE TRIGGER full BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'full'); END")
    with desk(profile, "memory", path, opener=opener(wire)) as running:
        running.until(State.LOST, "journal-unusable")
        for one in sets:
            wire.inbox.put(one)
            time.sleep(0.1)
        assert wire.inbox.empty(), "the wire is read although nothing can be written"
        base.execute("DROP TRIGGER full")
        assert [running.deliveries.get(timeout=5).raw for _ in sets] == sets
        running.until(State.LIVE)
    base.close()


class Folder(MemoryTransport):
    """A wire whose other end keeps what was read."""

    def __init__(self) -> None:
        super().__init__()
        self.known = list[set[str]]()

    def knows(self, digests: set[str]) -> None:
        self.known.append(digests)


def test_a_wire_that_keeps_what_was_read_is_told_what_is_known_and_asked_again(profiles: dict[str, Profile], tmp_path: Path) -> None:
    path, wires, profile = tmp_path / "a.sqlite3", list[Folder](), profiles["rida-cube"]
    one, two = b"ID:    W-1\r\n\r\n\r\n", b"ID:    W-2\r\n\r\n\r\n"
    profile = replace(profile, link="files", codec="nothing", link_settings=FilesSettings(), codec_settings=CODECS["nothing"][0]())

    def opened(address: str, line: Serial) -> Transport:
        wires.append(Folder())
        return wires[-1]

    with desk(profile, "memory", path, opener=opened) as running:
        running.until(State.LIVE)
        wires[0].inbox.put(one)
        running.deliveries.get(timeout=5)
        base = sqlite3.connect(path, isolation_level=None)
        base.execute("CREATE TRIGGER full BEFORE INSERT ON entry WHEN NEW.direction = 'rx' BEGIN SELECT RAISE(ABORT, 'full'); END")
        wires[0].inbox.put(two)
        running.until(State.LOST, "journal-unusable")
        base.execute("DROP TRIGGER full")
        running.until(State.LIVE)
        base.close()
        assert running.deliveries.empty(), "what could not be written is forgotten"
        wires[-1].inbox.put(two)
        assert running.deliveries.get(timeout=5).raw == two
    assert wires[0].known == [set()] and wires[-1].known == [{hashlib.sha256(one).hexdigest()}]


def test_the_health_of_a_wire_goes_on_over_its_losses(reader: Profile, tmp_path: Path) -> None:
    wire = MemoryTransport()
    with desk(reader, "memory", tmp_path / "a.sqlite3", opener=opener(wire)) as running:
        assert running.port.health == Health()
        wire.inbox.put(b"xyz" + ENQ + H + L + EOT)
        first = running.deliveries.get(timeout=5)
        wire.broken = True
        running.until(State.LOST, "port-lost")
        wire.broken = False
        running.until(State.LIVE)
        wire.inbox.put(ENQ + H)
        while wire.outbox.qsize() < 5:
            time.sleep(0.01)
        health = running.port.health
    assert (health.received, health.noise, health.messages, health.hint) == (3 + 2 * len(ENQ + H) + len(L + EOT), 3, 1, "")
    assert health.last_message == first.received and health.last_byte is not None and health.last_byte > first.received


@pytest.mark.parametrize("error", [serial.SerialException("gone"), OSError(5, "gone"), termios.error(5, "gone"), TypeError("closed"), ValueError("closed")])
def test_however_a_port_breaks_it_is_lost_and_tried_again(error: Exception, reader: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(reader) as instrument, desk(reader, instrument.address, tmp_path / "a.sqlite3") as running:
        running.until(State.LIVE)
        with monkeypatch.context() as patch:
            patch.setattr(serial.Serial, "read", lambda port, size=1: (_ for _ in ()).throw(error))
            running.until(State.LOST, "port-lost")
        running.until(State.LIVE)


@needs_pty
def test_a_plug_pulled_in_mid_message_leaves_its_bytes_and_the_message_comes_again(reader: Profile, tmp_path: Path) -> None:
    with serve(reader, fault="unplug", haste=20, messages=MESSAGES) as instrument, desk(reader, instrument.address, tmp_path / "a.sqlite3") as running:
        part, whole = running.deliveries.get(timeout=5), running.deliveries.get(timeout=5)
        assert instrument.wait(5) and is_virtual(instrument.address), "it came back at the same address"
    assert part.quarantined == "lost" and part.raw.startswith(ENQ + b"\x021H|")
    assert whole.quarantined == "" and [reading.text for reading in whole.readings] == ["4.7"]


@needs_pty
def test_an_unplugged_port_is_lost_and_never_stops_the_thread(reader: Profile, tmp_path: Path) -> None:
    instrument = serve(reader)
    with desk(reader, instrument.address, tmp_path / "a.sqlite3") as running:
        running.until(State.LIVE)
        instrument.close()
        running.until(State.LOST, "port-lost")


@needs_pty
def test_the_host_makes_the_pseudo_terminal_and_the_instrument_comes_to_it(reader: Profile, tmp_path: Path) -> None:
    with desk(reader, "pty", tmp_path / "a.sqlite3") as running:
        address = running.until(State.LIVE).address
        for _ in range(2):
            with serve(reader, port=address, messages=MESSAGES) as instrument:
                assert running.deliveries.get(timeout=5).readings[0].text == "4.7"
                assert instrument.wait(5)


def test_stored_bytes_tell_where_each_message_lies(reader: Profile) -> None:
    session, record = ENQ + H + L + EOT, b"H|\\^&\rO|1|S-2\rR|1|^^^DON|7\rL|1|N\r"
    found = pieces(reader, b"xx" + session + record + ENQ + H)
    assert [(piece.start, piece.end, piece.quarantined) for piece in found] == [
        (2, 2 + len(session) - 1, ""),
        (2 + len(session), 2 + len(session) + len(record), ""),
        (2 + len(session) + len(record), 2 + len(session) + len(record) + 1 + len(H), "lost"),
    ]
    (line,) = found[1].as_json("x.bin")
    assert line["value"] == "7" and line["received"] is None
    assert line["source"] == {"file": "x.bin", "from": found[1].start, "to": found[1].end}
