"""The commands about instruments: one JSON object a reading, the same live, decoded and replayed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.core.profile import shelf
from drivers.transport import has_pty
from lims.db.folder import Folder, Lock
from lims.laboratory import Laboratory
from lims.services.ports import SHIPPED
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
