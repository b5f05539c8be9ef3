"""A laboratory with an open port is killed while an instrument sends, again and again (tests/long/kills.py: a thousand times)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import func, select

from drivers.core.profile import read
from drivers.journal import Journal, entries
from drivers.transport import PtyTransport
from drivers.virtual import Shown, compose, device
from lims.db.folder import Folder
from lims.domain.instruments import Message, Reading
from lims.laboratory import Laboratory
from lims.rules.rights import Role
from lims.services import founding, instruments, people
from lims.services.founding import FoundingDraft
from lims.services.instruments import InstrumentDraft
from lims.services.passwords import Argon2
from lims.services.people import AccountDraft

ROOT = Path(__file__).parents[2]
CODE = "MB-2"
ACK = b"\x06"
READER = read(Path(__file__).parents[2] / "resources" / "instruments" / "mycotoxin-reader-lis.toml")
AT = datetime(2026, 2, 8, 14, 44)
MOST = 40
"""Frames acknowledged before a kill, at most: some eight messages."""


@dataclass
class Round:
    """What the instrument saw in one life of the laboratory."""

    acknowledged: bytearray = field(default_factory=bytearray)
    waiting: bytes = b""
    """What was sent and not acknowledged when the laboratory died."""
    whole: list[str] = field(default_factory=list)
    """Sample numbers of the messages whose every frame was acknowledged."""


def open_(folder: Path) -> Laboratory:
    return Laboratory(Folder(folder), passwords=Argon2(PasswordHasher(1, 8, 1)))


def prepare(folder: Path) -> None:
    """Found a laboratory with one instrument in its register."""
    with open_(folder) as laboratory, laboratory.store.work() as work:
        keeper = founding.found(work, FoundingDraft("检验所", "青春路 1 号", "guan", "钱程", "own-2026", "own-2026"))
        people.create(work, AccountDraft("ji", "孙浩", frozenset({Role.TECHNICAL}), "first-2026"), by=keeper)
        people.change_password(work, "first-2026", "own-2026", by=(manager := people.sign_in(work, "ji", "first-2026").actor))
        instruments.save(work, InstrumentDraft(CODE, "真菌毒素读数仪", profile="mycotoxin-reader-lis", calibrated_until=date(2030, 1, 1)), by=manager)


def write(journal: Path, data: bytes) -> None:
    """Write a journal as a port would have."""
    with Journal(journal, lambda: datetime(2026, 2, 8, 6, 44, tzinfo=UTC)) as one:
        one.add("rx", (data,))


def nursery(folder: Path) -> None:
    """Start a laboratory for every address read, each in a process of its own; a fork is quicker than a start."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            live(folder, line.strip())
        print(child, flush=True)
        os.waitpid(child, 0)


def live(folder: Path, address: str) -> None:
    with open_(folder) as laboratory:
        laboratory.ports.open(CODE, address)
        while True:
            laboratory.ports.collect()
            time.sleep(0.05)  # a clerk with other work: some messages have not landed when the end comes


def one_life(wire: PtyTransport, number: int, frames: int, longer: float, pid: int) -> Round:
    """Send until so many frames are acknowledged and a moment longer, kill the laboratory, and hear what it said last."""
    seen, serial = Round(), 0
    instrument = device(READER)
    sample, answered, end = "", 0, time.monotonic() + 20
    while time.monotonic() < end:
        if instrument.idle:
            seen.whole += [sample] if sample else []
            serial, sample = serial + 1, f"S{number}-{serial + 1}"
            instrument.send(compose(READER, [Shown(sample, "AFB1", "4.7", "ug/kg", AT)]))
        for data in instrument.poll(time.monotonic()):
            wire.write(data)
            seen.waiting += data
        heard = wire.read()
        answered += hear(seen, heard, instrument, wire)
        if answered >= frames and end - time.monotonic() > longer:
            end = time.monotonic() + longer
    os.kill(pid, signal.SIGKILL)
    assert answered >= frames, "the laboratory does not answer"
    while heard := wire.read():
        hear(seen, heard, instrument, None)
    seen.whole += [sample] if instrument.idle else []
    return seen


def hear(seen: Round, heard: bytes, instrument: object, wire: PtyTransport | None) -> int:
    """Note what is acknowledged and send what comes next, while somebody is there. Returns how many answers there were."""
    for byte in (heard[at : at + 1] for at in range(len(heard))):
        assert byte == ACK, f"the laboratory answered {byte.hex()}"
        seen.acknowledged += seen.waiting
        seen.waiting = b""
        for data in instrument.feed(byte, time.monotonic()):  # type: ignore[attr-defined]
            if wire is not None:
                wire.write(data)
                seen.waiting += data
    return len(heard)


def kill(folder: Path, count: int, seed: int) -> dict[str, Round]:
    """Let the laboratory live and die *count* times; return what its instrument saw, by address."""
    chance, rounds, wires = random.Random(seed), dict[str, Round](), list[PtyTransport]()
    command = [sys.executable, "-m", "tests.cli.killing", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as children:
        assert children.stdin and children.stdout
        for number in range(count):
            wires.append(PtyTransport())  # none is closed before the end: each life has an address of its own
            print(wires[-1].address, file=children.stdin, flush=True)
            pid = int(children.stdout.readline())
            rounds[wires[-1].address] = one_life(wires[-1], number, chance.randrange(MOST), chance.random() * 0.03, pid)
        children.stdin.close()
    for wire in wires:
        wire.close()
    return rounds


def after(folder: Path) -> dict[str, list[str]]:
    """Open the laboratory once more, let land what its journal holds, and return by sample the state of each reading."""
    wire, found = PtyTransport(), defaultdict[str, list[str]](list)
    with open_(folder) as laboratory:
        laboratory.ports.open(CODE, wire.address)
        laboratory.ports.collect()
        with laboratory.store.work() as work:
            for sample, state in work.execute(select(Reading.sample, Reading.state)):
                found[sample].append(state)
            once = work.execute(select(func.count(Message.id)).group_by(Message.journal, Message.first_row, Message.last_row)).scalars()
            assert set(once) <= {1}
    wire.close()
    return found


def received(folder: Path) -> dict[str, bytes]:
    """Return what the journal holds by the address it came from."""
    found, address = defaultdict[str, bytes](bytes), ""
    for entry in entries(Folder(folder).journal / f"{CODE}.sqlite3"):
        if entry.note.startswith("open "):
            address = entry.note.split()[1]
        if entry.direction == "rx":
            found[address] += entry.data
    return found


def check(folder: Path, rounds: dict[str, Round]) -> int:
    """Hold the laboratory to what it acknowledged; returns how many messages that were."""
    readings, journal = after(folder), received(folder)
    for address, seen in rounds.items():
        kept = journal[address]
        assert kept.startswith(seen.acknowledged), f"{address}: acknowledged {bytes(seen.acknowledged)!r}, kept {kept!r}"
        assert seen.waiting.startswith(kept[len(seen.acknowledged) :]), f"{address}: kept more than was sent"
        assert {sample: len(readings[sample]) for sample in seen.whole} == dict.fromkeys(seen.whole, 1)
    assert all(len(states) == 1 for sample, states in readings.items() if sample), "no message lands twice"
    return sum(len(seen.whole) for seen in rounds.values())


if __name__ == "__main__":
    nursery(Path(sys.argv[1]))
