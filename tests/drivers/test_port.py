"""The port's thread: journal, then answer; lost, held and missing ports; real pseudo-terminals."""

from __future__ import annotations

import os
import queue
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import serial

from drivers import Trouble
from drivers.core.profile import Profile, Serial, read
from drivers.delivery import Delivery
from drivers.journal import Journal, entries
from drivers.listen import listen
from drivers.port import Port, PortState, Sent, State
from drivers.stored import decode, pieces, replay
from drivers.transport import MemoryTransport, SerialTransport, Transport, has_pty, is_virtual, open_transport
from drivers.virtual import Shown, compose
from drivers.virtual.served import example, serve

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
        ("mark", "open memory profile mycotoxin-reader-lis"),
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


@needs_pty
def test_every_shipped_profile_can_be_simulated(profiles: dict[str, Profile], tmp_path: Path) -> None:
    for name, profile in profiles.items():
        with serve(profile) as instrument:
            instrument.show(example(profile, AT))
            found = listen(profile, instrument.address, tmp_path / name, lambda: datetime.now(UTC), print, seconds=10)
            readings = next(found).readings
            found.close()
        assert [reading.test for reading in readings] == list(profile.tests.values())
        assert all(reading.unit in profile.units.values() for reading in readings)


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
