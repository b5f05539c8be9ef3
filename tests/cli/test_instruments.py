"""The commands about instruments: one JSON object a reading, the same live, decoded and replayed."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import shutil
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from drivers import listen
from drivers.core.profile import read, shelf
from drivers.transport import has_pty
from drivers.virtual import FAULTS
from drivers.virtual.served import example, serve
from lims import cli_instruments
from lims.cli import main
from lims.db.folder import Folder, Lock
from lims.laboratory import Laboratory
from lims.services.profiles import SHIPPED
from tests.cli import killing
from tests.cli.conftest import Lims, child

needs_pty = pytest.mark.skipif(not has_pty(), reason="this system has no pseudo-terminals")
PROFILES = shelf([SHIPPED]).profiles
KEYS = ["instrument", "sample", "test", "value", "comparator", "unit", "result", "stable", "status", "flags", "at", "received", "source"]
READER = "mycotoxin-reader-lis"


def frame(number: int, record: str, last: bool = False) -> bytes:
    """LIS1-A: STX, number, text, CR, ETX, the sum of all behind STX by 256 as two hexadecimal digits, CR LF."""
    body = f"{number}{record}\r\x03".encode("latin-1")
    return b"\x02" + body + f"{sum(body) % 256:02X}".encode() + b"\r\n"


RECORDS = ["H|\\^&", "P|1", "O|1|LS2026-00001", "R|1|^^^AFB1|4.7|ug/kg||||F||||20260208144400", "R|2|^^^DON|<100|ug/kg||||F||||20260208144400", "L|1|N"]
SESSION = b"\x05" + b"".join(frame((place + 1) % 8, record) for place, record in enumerate(RECORDS)) + b"\x04"


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def simulated(home: Path) -> Iterator[str]:
    """A simulated reader in a process of its own; gives the path it opened."""
    process = child("instruments", "simulate", READER)
    assert process.stdout
    yield process.stdout.readline().decode().strip()
    process.terminate()
    process.communicate(timeout=20)


def test_the_list_names_every_shipped_profile_and_says_what_is_wrong_with_an_own_one(lims: Lims, home: Path) -> None:
    own = home / "laboratory" / "instruments"
    own.mkdir(parents=True)
    (own / "broken.toml").write_text('name = "broken\n')
    said = lims("--folder", "laboratory", "instruments", "list", "--language", "en")
    assert {line.split("\t")[0] for line in said.out.splitlines()} == set(PROFILES)
    assert said.code == 0 and "broken.toml" in said.err and said.err.count("\n") == 1


def test_a_decoded_reading_has_every_key_of_the_contract(lims: Lims, home: Path) -> None:
    (home / "captured.bin").write_bytes(b"noise" + SESSION)
    said = lims("instruments", "decode", READER, "captured.bin")
    first, second = objects(said.out)
    assert said.code == 0 and list(first) == list(second) == KEYS
    assert [first[name] for name in KEYS[1:7]] == ["LS2026-00001", "aflatoxin-b1", "4.7", None, "μg/kg", None]
    assert (first["status"], first["flags"]) == ("final", [])
    assert (second["test"], second["value"], second["comparator"]) == ("deoxynivalenol", "100", "<")
    assert first["at"] == "2026-02-08T14:44:00" and first["received"] is None
    assert first["source"] == {"file": "captured.bin", "from": 5, "to": 5 + len(SESSION) - 1}, "offsets in the file, the end excluded"


def test_bytes_that_are_no_message_are_said_and_no_fault(lims: Lims, home: Path) -> None:
    (home / "captured.bin").write_bytes(SESSION[:40])
    said = lims("instruments", "decode", READER, "captured.bin", "--language", "en")
    assert (said.code, said.out) == (0, "") and said.err.endswith("are no whole message.\n")


@needs_pty
def test_what_is_heard_is_what_is_replayed_and_stands_in_the_export(lims: Lims, home: Path, simulated: str) -> None:
    heard = lims("--folder", "new", "instruments", "listen", READER, "--port", simulated, "--count", 2, "--seconds", 30)
    assert heard.code == 0 and heard.err == ""
    live = objects(heard.out)
    assert len(live) >= 2 and all(list(line) == KEYS and line["received"].endswith("Z") for line in live)
    assert sorted(path.name for path in (home / "new").iterdir()) == ["journal", "lock"]
    journal = home / "new" / "journal" / f"{READER}.sqlite3"
    assert objects(lims("instruments", "replay", journal).out) == live
    assert objects(lims("instruments", "replay", journal, "--profile", READER).out) == live
    exported = objects(lims("journal", "export", journal, "--out", "export.jsonl").out or (home / "export.jsonl").read_text("utf-8"))
    assert {line["dir"] for line in exported} == {"rx", "tx", "mark"}
    assert all(set(line) == {"at", "dir", "hex"} | ({"note"} if line["dir"] == "mark" else set()) for line in exported)
    assert all((line["hex"] == "") == (line["dir"] == "mark") and line["at"].endswith("Z") for line in exported)
    received = bytes.fromhex("".join(line["hex"] for line in exported if line["dir"] == "rx"))
    assert received.startswith(b"\x05\x02") and objects(lims("journal", "export", journal, "--from", "2099-01-01").out) == []
    assert objects(lims("journal", "export", journal, "--to", "2099-01-01").out) == exported


@needs_pty
def test_who_waits_for_more_than_comes_is_told_so(lims: Lims) -> None:
    listening = ("--folder", "new", "instruments", "listen", READER, "--port", "pty", "--seconds", 0.2, "--language", "en")
    said = lims(*listening, "--count", 3)
    assert (said.code, said.out) == (1, "")
    address, words = said.err.splitlines()
    assert address.startswith("/dev/") and words == "Only 0 of 3 readings came."
    assert lims(*listening).code == 0


def test_a_port_that_is_not_there_is_said_and_waited_for(lims: Lims) -> None:
    said = lims("--folder", "new", "instruments", "listen", READER, "--port", "/dev/tty-none", "--seconds", 0.2, "--language", "en")
    assert (said.code, said.out) == (0, "") and said.err == "There is no port /dev/tty-none. Check the cable and choose the port again.\n"


def test_no_second_program_listens_in_a_folder(lims: Lims, home: Path) -> None:
    folder = Folder(home / "laboratory")
    folder.make()
    with Lock(folder):
        assert "正开着这个实验室" in lims("--folder", folder.path, "instruments", "listen", READER, "--port", "pty").complaint


@needs_pty
def test_once_sent_a_simulated_instrument_may_leave(lims: Lims) -> None:
    process = child("instruments", "simulate", "rida-cube", "--once")
    assert process.stdout
    address = process.stdout.readline().decode().strip()
    heard = lims("--folder", "new", "instruments", "listen", "rida-cube", "--port", address, "--count", 1, "--seconds", 30)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, b"", b"") and objects(heard.out)


@needs_pty
def test_a_journal_that_now_reads_otherwise_than_the_laboratory_holds_is_1(lims: Lims, home: Path) -> None:
    killing.prepare(home / "laboratory")
    with Laboratory(Folder(home / "laboratory")) as laboratory:
        journal = laboratory.folder.journal / f"{killing.CODE}.sqlite3"
        killing.write(journal, SESSION)
        laboratory.ports.open(killing.CODE, "/dev/tty-none")
        laboratory.ports.collect()
    place = ("--folder", home / "laboratory", "--language", "en", "instruments", "replay", journal, "--profile")
    same = lims(*place, READER)
    assert same.code == 0 and len(objects(same.out)) == 2 and same.err == ""
    other = lims(*place, "chromatography-lis")
    assert other.code == 1 and len(objects(other.out)) == 2
    assert other.err == "1 messages of this journal stand in the laboratory with other readings than these.\n"
    assert lims("--folder", "none", "instruments", "replay", journal, "--profile", "chromatography-lis").code == 0


# -- every shipped profile ------------------------------------------------------------------------------------------------

SHOWN = {
    "and-balance": 1, "atp-meter-ticket": 1, "barcode-scanner": 1, "chromatography-lis": 2, "cold-store-logger": 5, "colloidal-gold-reader-ticket": 6,
    "dy-export-csv": 5, "dy-gold-strip-module": 1, "elisa-reader": 96, "finecare-csv": 2, "fluorescence-reader-hl7": 4, "fluorescence-reader-ticket": 9,
    "gehaka-g810": 1, "grain-analyser-line": 2, "grain-temperature-cable": 32, "icp-ms-file": 6, "lc-ms-csv": 7, "mettler-sics": 1, "minividas": 2,
    "moisture-sanko-mr300": 1, "mycotoxin-reader-lis": 2, "nir-grain-analyser-file": 3, "ohaus-balance": 1, "pesticide-reader-ticket": 2,
    "ph-meter-sics": 2, "radwag-balance": 1, "refractometer-line": 5, "rida-cube": 1, "sartorius-sbi": 1, "temperature-humidity-logger": 2, "xrf-line": 4,
}  # fmt: skip
"""Readings of one example: a value for each test and each control a profile names, each well of a plate, each point of a logger."""
SILENT = ["capture-line", "capture-ticket", "label-tspl", "label-zpl"]
"""They have nothing to show, or nothing that is a reading."""
ASKED = {"and-balance", "mettler-sics", "ohaus-balance", "ph-meter-sics", "radwag-balance", "sartorius-sbi"}
FILES = {name for name, profile in PROFILES.items() if profile.link == "files"}
PHOTOMETER = "dy-photometer-pesticide"
"""It needs a person for half a minute and a reaction of three."""
AT_ONCE = 8
LIMIT_S = 20
STARTING = threading.Lock()
"""multiprocessing looks after all its processes whenever it starts one: not from several threads at once."""


Ended = tuple[int | None, str, str]
"""Code (None where it did not end by itself), results, complaints."""


def own_process(words: list[str], out: str, constants: dict[str, float]) -> None:
    """Be the command, in a process of its own: what it says goes into files. Some of its waiting may be shortened."""
    for constant, seconds in constants.items():
        setattr(cli_instruments, constant, seconds)
    for number, end in ((1, ".out"), (2, ".err")):
        os.dup2(os.open(out + end, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    try:
        main(words)
    except SystemExit as left:
        sys.stdout.flush()
        Path(out + ".code").write_text(str(left.code or 0))


@dataclass
class Running:
    """A command that runs, where it writes to, and what it left."""

    process: BaseProcess
    place: str

    def first_line(self) -> str:
        self.wait(lambda: "\n" in self.text(".out"))
        return self.text(".out").partition("\n")[0]

    def ended(self, seconds: float = LIMIT_S) -> Ended:
        self.wait(lambda: self.text(".code") != "", seconds)
        code = self.text(".code")
        with STARTING:
            self.process.kill()
        return int(code) if code else None, self.text(".out"), self.text(".err")

    def wait(self, done: Callable[[], bool], seconds: float = LIMIT_S) -> None:
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            time.sleep(0.02)

    def text(self, end: str) -> str:
        path = Path(self.place + end)
        return path.read_text("utf-8") if path.exists() else ""


@dataclass
class Session:
    """How an instrument was simulated and listened to."""

    simulated: Ended
    heard: Ended
    journal: Path


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Running]:
    """Starts the command in a process of its own, forked off one that has loaded everything."""
    home, forks = tmp_path_factory.mktemp("said"), multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload([__name__])
    numbers = itertools.count()

    def begin(*words: object, **constants: float) -> Running:
        place = str(home / str(next(numbers)))
        process = forks.Process(target=own_process, args=([*map(str, words)], place, constants), daemon=True)
        with STARTING:
            process.start()
        return Running(process, place)

    return begin


@pytest.fixture(scope="module")
def sessions(start: Callable[..., Running], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Session]]]:
    """Every profile simulated to one who listens for all it has to show, several at once: most of it is waiting."""
    home = tmp_path_factory.mktemp("every")

    def session(name: str) -> Session:
        once = () if name in FILES else ("--once",)  # the folder goes with who leaves files in it
        simulated = start("--folder", home / "none", "instruments", "simulate", name, *once)
        asked = ("--port", simulated.first_line(), "--count", SHOWN[name], "--seconds", LIMIT_S)
        heard = start("--folder", home / name, "instruments", "listen", name, *asked).ended(2 * LIMIT_S)
        return Session(simulated.ended(0.0 if name in FILES else LIMIT_S), heard, home / name / "journal" / f"{name}.sqlite3")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(session, name) for name in SHOWN}


def test_every_shipped_profile_is_simulated() -> None:
    assert sorted([*SHOWN, *SILENT, PHOTOMETER]) == sorted(PROFILES)


@needs_pty
@pytest.mark.parametrize("name", SHOWN)
def test_what_is_simulated_is_heard_decoded_and_replayed_alike(name: str, lims: Lims, home: Path, sessions: dict[str, Future[Session]]) -> None:
    session = sessions[name].result(4 * LIMIT_S)
    code, out, err = session.heard
    assert (code, err) == (0, "")
    live = objects(out)
    assert len(live) == SHOWN[name]
    assert all(list(line) == KEYS and line["instrument"] == name and line["received"].endswith("Z") for line in live)
    assert all(isinstance(line["value"], str | None) and line["source"]["journal"] == str(session.journal) for line in live)
    if name not in FILES:
        assert session.simulated[::2] == (0, ""), "once everything is sent it leaves"

    replayed = lims("instruments", "replay", session.journal)
    assert (replayed.code, replayed.out, replayed.err) == (0, out, "")

    exported = lims("journal", "export", session.journal)
    assert exported.code == 0
    (home / "captured.bin").write_bytes(b"".join(bytes.fromhex(line["hex"]) for line in objects(exported.out) if line["dir"] == "rx"))
    decoded = lims("instruments", "decode", name, "captured.bin")
    assert (decoded.code, decoded.err) == (0, "")
    assert measured(objects(decoded.out)) == measured(live)
    assert all(line["received"] is None and list(line["source"]) == ["file", "from", "to"] for line in objects(decoded.out))


def measured(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everything but when and where it was received."""
    return [{name: what for name, what in line.items() if name not in ("received", "source")} for line in lines]


@needs_pty
@pytest.mark.parametrize("name", SILENT)
def test_who_has_nothing_to_send_leaves_when_somebody_came(name: str, start: Callable[..., Running], home: Path) -> None:
    silent = start("--folder", home / "none", "instruments", "simulate", name, "--once")
    heard = start("--folder", home / "new", "instruments", "listen", name, "--port", silent.first_line(), "--seconds", 0.5).ended()
    assert heard[:2] == (0, "") and silent.ended()[::2] == (0, "")


@pytest.mark.parametrize("name", sorted(FILES))
def test_who_leaves_files_waits_for_nobody(name: str, lims: Lims) -> None:
    said = lims("instruments", "simulate", name, "--once")
    assert (said.code, said.err) == (0, "") and said.out.startswith("folder://") and said.out.count("\n") == 1


@needs_pty
def test_a_simulated_instrument_that_was_left_in_the_middle_leaves_too(start: Callable[..., Running], home: Path) -> None:
    """The first of four cables is heard, then nobody asks any more."""
    cables = start("--folder", "none", "instruments", "simulate", "grain-temperature-cable", "--once", LEFT_S=0.5)
    heard = start("--folder", home / "new", "instruments", "listen", "grain-temperature-cable", "--port", cables.first_line(), "--count", 8)
    assert heard.ended()[0] == 0
    assert cables.ended()[::2] == (0, "")


# -- asking ---------------------------------------------------------------------------------------------------------------


@needs_pty
@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_balance_that_says_nothing_is_asked_once_for_who_waits_for_a_reading(name: str, lims: Lims, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "ASK_S", 0.2)
    with serve(PROFILES[name]) as balance:
        only = lims("--folder", "new", "instruments", "listen", name, "--port", balance.address, "--seconds", 0.6)
        assert (only.code, only.out, only.err) == (0, "", ""), "who only listens sends nothing"
        waited = lims("--folder", "new", "instruments", "listen", name, "--port", balance.address, "--count", 1, "--seconds", LIMIT_S)
        assert waited.code == 0 and objects(waited.out)
    journal = Path("new") / "journal" / f"{name}.sqlite3"
    told = [line for line in objects(lims("journal", "export", journal).out) if line["dir"] == "tx"]
    assert len(told) == 1
    assert measured(objects(lims("instruments", "replay", journal).out)) == measured(objects(waited.out))


@needs_pty
def test_a_photometer_is_told_to_read(lims: Lims, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "ASK_S", 0.2)
    own = home / "new" / "instruments"
    own.mkdir(parents=True)
    text = (SHIPPED / f"{PHOTOMETER}.toml").read_text("utf-8").replace(f'"{PHOTOMETER}"', '"quick"').replace("[30.0, 180.0]", "[0.2, 0.2]")
    (own / "quick.toml").write_text(text, "utf-8")
    with serve(quick := read(own / "quick.toml")) as photometer:
        photometer.show(example(quick, datetime(2026, 2, 8, 14, 44)))
        heard = lims("--folder", "new", "instruments", "listen", "quick", "--port", photometer.address, "--count", 1, "--seconds", LIMIT_S)
    assert heard.code == 0 and objects(heard.out) and heard.err == ""


@needs_pty
def test_why_a_question_failed_is_said(lims: Lims, monkeypatch: pytest.MonkeyPatch) -> None:
    """`S I`: the command is understood and cannot be executed at present (MT-SICS)."""
    import tty

    monkeypatch.setattr(listen, "ASK_S", 0.1)
    near, far = os.openpty()
    tty.setraw(far)
    busy = threading.Thread(target=lambda: (os.read(near, 16), os.write(near, b"S I\r\n")))
    busy.start()
    words = ("--folder", "new", "instruments", "listen", "mettler-sics", "--port", os.ttyname(far), "--count", 1, "--seconds", 1, "--language", "en")
    said = lims(*words)
    busy.join(5)
    os.close(near)
    os.close(far)
    assert (said.code, said.out) == (1, "")
    question, *_, last = said.err.splitlines()
    assert question.endswith("is busy. Wait a moment and read again.") and last == "Only 0 of 1 readings came."


# -- what is no reading ---------------------------------------------------------------------------------------------------


def test_bytes_without_a_reading_are_said_live_and_replayed(lims: Lims, home: Path) -> None:
    journal = home / "capture-line.sqlite3"
    killing.write(journal, b"moisture 12.3\r\n")
    said = lims("instruments", "replay", journal, "--language", "en")
    assert (said.code, said.out) == (0, "") and said.err.endswith("of the journal are a message without readings.\n")
    broken = home / f"{READER}.sqlite3"
    killing.write(broken, SESSION[:40])
    said = lims("instruments", "replay", broken, "--language", "en")
    assert (said.code, said.out) == (0, "") and said.err.endswith("of the journal are no whole message.\n")


@needs_pty
def test_a_journal_says_what_it_was_written_with(lims: Lims, home: Path, sessions: dict[str, Future[Session]]) -> None:
    """A laboratory's journals bear the names of its instruments."""
    session = sessions["xrf-line"].result(4 * LIMIT_S)
    shutil.copy(session.journal, home / "XRF-01.sqlite3")
    said = lims("instruments", "replay", "XRF-01.sqlite3")
    assert said.code == 0 and measured(objects(said.out)) == measured(objects(session.heard[1]))


# -- what cannot be -------------------------------------------------------------------------------------------------------

FOREIGN: dict[str, Callable[[Path], object]] = {
    "text": lambda path: path.write_text("no journal"),
    "noise": lambda path: path.write_bytes(bytes(range(256)) * 40),
    "empty": lambda path: path.write_bytes(b""),
    "database": lambda path: sqlite3.connect(path).executescript("CREATE TABLE other (a)").connection.close(),
    "folder": lambda path: path.mkdir(),
    "nothing": lambda path: None,
}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("kind", FOREIGN)
def test_a_journal_that_is_none_is_one_sentence(kind: str, language: str, lims: Lims, home: Path) -> None:
    FOREIGN[kind](home / "a.sqlite3")
    for words in (("instruments", "replay", "a.sqlite3", "--profile", "rida-cube"), ("instruments", "replay", "a.sqlite3"), ("journal", "export", "a.sqlite3")):
        complaint = lims(*words, "--language", language).complaint
        assert "a.sqlite3" in complaint and complaint.isascii() == (language == "en")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("decode", "none-such", "file"), "none-such"),
        (("listen", "none-such", "--port", "pty"), "none-such"),
        (("simulate", "none-such"), "none-such"),
        (("replay", "a.sqlite3", "--profile", "none-such"), "none-such"),
        (("decode", "rida-cube", "none-such"), "none-such"),
        (("decode", "rida-cube", "."), "."),
        (("simulate", "rida-cube", "--port", "/dev/tty-none"), "/dev/tty-none"),
    ],
)
def test_what_is_not_there_is_one_sentence(words: tuple[object, ...], names: str, language: str, lims: Lims) -> None:
    complaint = lims("instruments", *words, "--language", language).complaint
    assert names in complaint and complaint.isascii() == (language == "en")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("option", "value"),
    [("--seconds", value) for value in ("nan", "-1", "-inf", "soon", "")]
    + [("--count", value) for value in ("0", "-1", "1.5", "many")]
    + [
        ("--port", value)
        for value in ("", " ", "socket://", "socket://host", "socket://host:99999", "listen://", "listen://:port", "usb:", "usb:1A86", "folder://")
    ],
)
def test_what_an_option_cannot_be_is_wrong_usage(option: str, value: str, language: str, lims: Lims) -> None:
    options = {"--port": "pty", "--count": "1", "--seconds": "0"} | {option: value}
    said = lims("instruments", "listen", "rida-cube", "--language", language, *(word for pair in options.items() for word in pair))
    assert (said.code, said.out) == (2, "") and said.err.startswith(option) and said.err.count("\n") == 1
    assert not Path("laboratory").exists()


@pytest.mark.parametrize("port", ["COM3", "/dev/tty-none", "socket://127.0.0.1:1", "usb:1A86:7523:AB12", "listen://127.0.0.1:0", "folder:///none/such"])
def test_every_kind_of_address_is_waited_for_where_nothing_is_there(port: str, lims: Lims) -> None:
    profile = "icp-ms-file" if port.startswith("folder:") else "rida-cube"
    said = lims("--folder", "new", "instruments", "listen", profile, "--port", port, "--seconds", 0.2, "--language", "en")
    assert (said.code, said.out) == (0, "")
    assert said.err == ("" if port.startswith("listen:") else f"There is no port {port}. Check the cable and choose the port again.\n")


def test_broken_own_profiles_leave_the_others_alone(lims: Lims, home: Path) -> None:
    own = home / "laboratory" / "instruments"
    (own / "folder.toml").mkdir(parents=True)
    (own / "bytes.toml").write_bytes(b"\xff\xfe")
    (own / "key.toml").write_text('name = "a"\n', "utf-8")
    (own / "twice.toml").write_bytes((SHIPPED / "rida-cube.toml").read_bytes())
    for language in ("zh_CN", "en"):
        said = lims("--folder", "laboratory", "instruments", "list", "--language", language)
        assert said.code == 0 and {line.split("\t")[0] for line in said.out.splitlines()} == set(PROFILES)
        assert [next(name for name in ("bytes", "folder", "key", "twice") if f"{name}.toml" in line) for line in said.err.splitlines()] == [
            "bytes", "folder", "key", "twice",
        ]  # fmt: skip
    (home / "captured.bin").write_bytes(SESSION)
    decoded = lims("--folder", "laboratory", "instruments", "decode", READER, "captured.bin")
    assert decoded.code == 0 and len(objects(decoded.out)) == 2


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_help_names_every_fault_and_every_kind_of_port(language: str, lims: Lims) -> None:
    simulate = lims("instruments", "simulate", "--help", "--language", language)
    assert simulate.code == 0 and f"[{'|'.join(FAULTS)}]" in simulate.out
    listen = "".join(lims("instruments", "listen", "--help", "--language", language).out.split())
    assert all(form in listen for form in ("usb:VID:PID:SERIAL", "socket://host:port", "listen://host:port", "pty"))
