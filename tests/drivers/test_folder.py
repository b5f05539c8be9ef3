"""A watched folder: every file once, whole, by content; nothing in it is touched; what cannot be taken stays with a reason."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drivers.folder
from drivers import Trouble
from drivers.core.form import Wrong
from drivers.core.link import Failed, Message
from drivers.core.profile import Profile, Serial
from drivers.delivery import Delivery
from drivers.folder import FolderTransport
from drivers.journal import entries
from drivers.links.files import FilesLink, FilesSettings
from drivers.links.lines import LinesSettings
from drivers.port import Port, PortState, State
from drivers.stored import pieces, replay
from drivers.transport import Keeping, open_transport
from drivers.virtual import Shown, compose, device
from drivers.virtual.folder import OfFolder
from drivers.virtual.served import Served

AT = datetime(2026, 2, 8, 14, 44)
QUICK = FilesSettings(settle_s=0.0)


def watched(folder: Path, how: FilesSettings = QUICK) -> FolderTransport:
    return FolderTransport(f"folder://{folder}", how)


def taken(transport: FolderTransport, seconds: float = 0.5) -> list[bytes]:
    end, found = time.monotonic() + seconds, []
    while time.monotonic() < end:
        if data := transport.read():
            found.append(data)
    return found


# -- what is taken -----------------------------------------------------------------------------------------------------


def test_each_file_is_taken_once_and_stays_as_it_is(tmp_path: Path) -> None:
    for place, name in enumerate(("c.csv", "B.CSV", "a.txt", "d.xlsx")):
        (tmp_path / name).write_bytes(b"%d" % place)
        os.utime(tmp_path / name, (place, place))
    before = {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in tmp_path.iterdir()}
    assert taken(watched(tmp_path)) == [b"0", b"1", b"2", b"3"], "the oldest first"
    assert {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in tmp_path.iterdir()} == before


def test_what_is_no_result_is_passed_over(tmp_path: Path) -> None:
    for name in (".hidden.csv", "~$open.xlsx", "a.csv.part", "b.tmp", "c.pdf", "d.csv.crdownload"):
        (tmp_path / name).write_bytes(b"no")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "folder.csv" / "inner.csv").write_bytes(b"no")
    (tmp_path / "good.csv").write_bytes(b"yes")
    (tmp_path / "link.csv").symlink_to(tmp_path / "c.pdf")
    os.mkfifo(tmp_path / "pipe.csv")
    transport = watched(tmp_path)
    assert taken(transport) == [b"yes"]
    assert transport.left == {}
    assert taken(watched(tmp_path, FilesSettings("*.PDF *.tmp", 0.0))) == [b"no"]


def test_a_content_is_known_whatever_the_file_is_called(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"one")
    (tmp_path / "copy.csv").write_bytes(b"one")
    (tmp_path / "b.csv").write_bytes(b"two")
    transport = watched(tmp_path)
    transport.knows({hashlib.sha256(b"two").hexdigest()})
    assert taken(transport) == [b"one"]
    (tmp_path / "a.csv").rename(tmp_path / "c.csv")
    assert taken(transport) == []
    with (tmp_path / "c.csv").open("ab") as file:
        file.write(b" more")
    assert taken(transport) == [b"one more"], "a file that was added to is a new content"


def test_a_file_counts_as_taken_only_when_the_next_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"one")
    first, second = watched(tmp_path), watched(tmp_path)
    assert first.read() == b"one"
    assert taken(second) == [b"one"], "another transport, made after the first one broke, reads it again"
    assert taken(first) == []


def test_a_file_is_whole_when_nothing_changed_for_the_time_set(tmp_path: Path) -> None:
    transport = watched(tmp_path, FilesSettings(settle_s=0.6))
    file = tmp_path / "a.csv"
    for part in (b"1", b"12", b"123", b"1234"):
        file.write_bytes(part)
        assert taken(transport, 0.3) == []
    began = time.monotonic()
    assert taken(transport, 1.5) == [b"1234"]
    assert time.monotonic() - began >= 0.3


def test_a_file_that_changes_while_it_is_read_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer comes back at the worst moment: after the look, before the end of the reading."""
    file = tmp_path / "a.csv"
    file.write_bytes(b"half")
    transport, real, looks = watched(tmp_path), drivers.folder._look_of, iter([None, b"half and more"])

    def look_of(found: os.stat_result) -> tuple[int, int]:
        if content := next(looks, None):
            file.write_bytes(content)
            found = file.stat()
        return real(found)

    monkeypatch.setattr(drivers.folder, "_look_of", look_of)
    assert taken(transport) == [b"half and more"]


def test_a_file_that_is_known_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.csv", "copy.csv"):
        (tmp_path / name).write_bytes(b"one")
    transport, read, real = watched(tmp_path), list[str](), Path.open

    def opened(path: Path, *how: str) -> object:
        read.append(path.name)
        return real(path, *how)

    monkeypatch.setattr(Path, "open", opened)
    assert taken(transport, 1.0) == [b"one"] and read == ["a.csv", "copy.csv"]


# -- what is left ------------------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_taken_is_left_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drivers.folder, "LONGEST", 1000)
    (tmp_path / "long.csv").write_bytes(bytes(1001))
    (tmp_path / "fits.csv").write_bytes(bytes(1000))
    (tmp_path / "shut.csv").write_bytes(b"shut")
    real = Path.open

    def opened(path: Path, *how: str) -> object:
        if path.name == "shut.csv":
            raise PermissionError(13, "held")
        return real(path, *how)

    monkeypatch.setattr(Path, "open", opened)
    transport = watched(tmp_path)
    assert taken(transport) == [bytes(1000)]
    assert transport.left == {"long.csv": "too-long", "shut.csv": "held" if os.name == "nt" else "unreadable"}
    assert set(transport.left.values()) <= set(drivers.folder.REASONS)
    monkeypatch.setattr(Path, "open", real)
    assert taken(transport) == [b"shut"], "tried again"
    (tmp_path / "long.csv").unlink()
    assert taken(transport) == [] and transport.left == {}


def test_a_folder_that_is_gone_is_a_lost_port(tmp_path: Path) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    transport = watched(folder)
    assert transport.read() == b""
    folder.rename(tmp_path / "away")
    with pytest.raises(Trouble) as caught:
        taken(transport)
    assert caught.value.code == "port-lost"
    with pytest.raises(Trouble) as caught:
        watched(folder)
    assert caught.value.code == "no-such-port"


def test_addresses(tmp_path: Path) -> None:
    assert isinstance(open_transport(str(tmp_path), Serial(), QUICK), FolderTransport)
    assert isinstance(open_transport(f"folder://{tmp_path}", Serial()), Keeping)
    cases = (("folder://relative", QUICK, "settings-refused"), (str(tmp_path), LinesSettings(), "wrong-kind"), ("/dev/ttyS0", QUICK, "wrong-kind"))
    for address, how, code in cases:
        with pytest.raises(Trouble) as caught:
            open_transport(address, Serial(), how)
        assert caught.value.code == code
    with pytest.raises(Trouble) as caught:
        watched(tmp_path).write(b"x")
    assert caught.value.code == "settings-refused"
    for wrong in ({"pattern": " "}, {"pattern": "../*.csv"}, {"settle_s": -1.0}):
        with pytest.raises(Wrong):
            FilesSettings(**wrong)  # type: ignore[arg-type]


# -- the link ----------------------------------------------------------------------------------------------------------


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_every_file_is_one_message(files: list[bytes]) -> None:
    link, events = FilesLink(), []
    for data in files:
        assert b"".join(link.cut(data)) == data and len(link.cut(data)) <= 1
        events += link.feed(data, 0.0)
    found = [event for event in events if isinstance(event, Message)]
    assert [event.text for event in found] == [data for data in files if data]
    assert all(event.end - event.start == len(event.text) for event in found) and all(a.end == b.start for a, b in pairwise(found))
    assert link.submit(["x"], 0.0) == (1, [Failed(1, "one-way")])
    assert link.abort() == [] and link.begun_at is None and link.next_deadline() is None
    assert link.counts.received == sum(map(len, files)) and link.counts.messages == len(found)


# -- the whole way: program, folder, port, journal ---------------------------------------------------------------------


@pytest.fixture
def opened(
    tmp_path: Path, profiles: dict[str, Profile], clock: Callable[[], datetime]
) -> Iterator[Callable[[str], tuple[Port, list[Delivery], list[PortState]]]]:
    ports: list[Port] = []

    def make(address: str) -> tuple[Port, list[Delivery], list[PortState]]:
        made: list[Delivery] = []
        states: list[PortState] = []
        port = Port(profiles["finecare-csv"], address, tmp_path / "journal.sqlite3", clock, made.append, states.append, opener=_quick, backoff=(0.1,))
        ports.append(port)
        port.start()
        return port, made, states

    yield make
    stopped = [port.stop() for port in ports]
    assert all(stopped)


def _quick(address: str, line: Serial) -> FolderTransport:
    transport = open_transport(address, line, FilesSettings("*.csv", 0.2))
    assert isinstance(transport, FolderTransport)
    return transport


def until(true: Callable[[], bool], seconds: float = 8.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not true():
        time.sleep(0.02)
    return true()


@pytest.mark.parametrize("fault", [None, "split", "duplicate", "unplug"])
def test_from_the_program_to_the_readings(
    fault: str | None, opened: Callable[..., tuple[Port, list[Delivery], list[PortState]]], profiles: dict[str, Profile]
) -> None:
    profile = profiles["finecare-csv"]
    wire = OfFolder()
    with Served(profile, device(profile, fault, 10.0), wire) as instrument:
        port, made, states = opened(wire.address)
        assert until(lambda: any(state.state is State.LIVE for state in states))
        for sample in ("W-1", "W-2"):
            instrument.send(compose(profile, [Shown(sample, "DON", "5.0", "ppb", AT), Shown(sample, "AFB1", "0.70", "ppb", AT)]))
        whole = lambda: [each for each in made if len(each.readings) == 2]  # noqa: E731
        assert until(lambda: len(whole()) == 2)
        time.sleep(0.5)
        assert [(each.sample, each.text, each.unit) for delivery in whole() for each in delivery.readings] == [
            ("W-1", "5.0", "μg/kg"), ("W-1", "0.70", "μg/kg"), ("W-2", "5.0", "μg/kg"), ("W-2", "0.70", "μg/kg"),
        ]  # fmt: skip
        assert len(made) == (3 if fault == "unplug" else 2), "half a file was left before the share went away"
        if fault == "unplug":
            assert State.LOST in {state.state for state in states}
        port.stop()


def test_the_journal_is_the_memory(tmp_path: Path, opened: Callable[..., tuple[Port, list[Delivery], list[PortState]]], profiles: dict[str, Profile]) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    text = b"Sample Number,Test Name,Result\r\nA-1,DON,5.0\r\n"
    (folder / "a.csv").write_bytes(text)
    port, made, _ = opened(f"folder://{folder}")
    assert until(lambda: len(made) == 1) and port.stop()
    again, more, _ = opened(f"folder://{folder}")
    (folder / "b.csv").write_bytes(text.replace(b"A-1", b"A-2"))
    assert until(lambda: len(more) == 1) and again.stop()
    assert [each.readings[0].sample for each in (*made, *more)] == ["A-1", "A-2"]
    assert made[0].raw == text and made[0].sha256 == hashlib.sha256(text).hexdigest()
    assert [each.data for each in entries(tmp_path / "journal.sqlite3") if each.direction == "rx"] == [text, text.replace(b"A-1", b"A-2")]
    assert list(replay(tmp_path / "journal.sqlite3", profiles["finecare-csv"])) == [*made, *more]
    assert [(piece.start, piece.end) for piece in pieces(profiles["finecare-csv"], text)] == [(0, len(text))]


def test_what_could_not_be_journalled_is_read_again(tmp_path: Path, opened: Callable[..., tuple[Port, list[Delivery], list[PortState]]]) -> None:
    folder, journal = tmp_path / "results", tmp_path / "journal.sqlite3"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"Sample Number,Test Name,Result\r\nA-1,DON,5.0\r\n")
    journal.mkdir()
    _, made, states = opened(f"folder://{folder}")
    assert until(lambda: any(state.trouble and state.trouble.code == "journal-unusable" for state in states)) and made == []
    journal.rmdir()
    assert until(lambda: len(made) == 1)
    time.sleep(0.5)
    assert [each.readings[0].sample for each in made] == ["A-1"]
    assert datetime(2026, 1, 1, tzinfo=UTC) < made[0].received
