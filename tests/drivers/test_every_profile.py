"""Every shipped profile against its virtual instrument under every fault, over real wires.

What is accepted (whole, and with a value or a verdict) is what the instrument meant; every byte it sent is in the journal; the journal replayed says
the same. Host and instrument live on one clock that runs many times as fast as ours, so that their time-outs keep their proportions.
"""

from __future__ import annotations

import queue
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from drivers import journal
from drivers.core.profile import Profile, shelf
from drivers.core.reading import Reading
from drivers.delivery import Delivery
from drivers.journal import entries
from drivers.port import Port, PortState
from drivers.stored import replay
from drivers.transport import MemoryTransport, has_pty
from drivers.virtual import FAULTS, Shown
from drivers.virtual.served import Served, example, serve
from tests.drivers.conftest import PROFILES

needs_pty = pytest.mark.skipif(not has_pty(), reason="this system has no pseudo-terminals")
KNOWN = dict(shelf([PROFILES]).profiles)
AT = datetime(2026, 2, 8, 14, 44)
HASTE, GREAT_HASTE, LITTLE_HASTE = 8.0, 16.0, 2.0
"""How many times faster the clock of a one-way and a TWO_WAY wire runs: the latter waits for half a minute and never for less than a second.

A DY module is timed by the answer, 0.3 s between two bytes at most: run faster, a busy machine would look like a silent module.
"""
QUIET_S = 1.0
"""Real seconds after the last byte: eight of the common clock, longer than any set or ticket may pause."""
LIMIT_S, MASTER_LIMIT_S, AFTER_S = 12.0, 8.0, 2.0
MASTERS = {"dy7e", "modbus_rtu"}
"""The host asks and asks again: what a fault spoiled for all repeats comes in the next round, minutes later."""
INCOMPLETE = ("missing:", "no-line-end")
"""Beginnings of flags by which a codec says that part of a message is not there."""
LAST = 64
"""Bytes a master's last question may have been answered with when it hung up already."""
TCP, MEMORY = "over tcp", "in memory"
SHORT = {"pauses_s": lambda pauses: tuple(min(pause, 0.5) for pause in pauses), "settle_s": lambda _: 0.1}
"""Settings of links that wait for a person or for a disk, shortened."""
AGAIN = {"duplicate", "silence", "restart", "unplug"}
"""One-way instruments print the whole message again after these: the inbox tells what came twice, the wire cannot."""
SENT_AGAIN = {"mllp": {"duplicate", "nak"}}
"""HL7 knows no frame numbers: a message sent again with the same MSH-10, its acknowledgement unheard, is the inbox's to tell."""
SPOILT = {"drop", "flip-bit", "restart"}
"""Without a sum nobody can tell a changed or added character from a meant one: at most the one message that was spoilt is read otherwise."""
UNSUMMED = {"lines", "ticket", "scanner", "sics", "sbi", "balance", "files", "stx_etx", "mllp", "printer"}
MISSED = {False: {"drop", "flip-bit", "wrong-number", "gbk", "restart"}, True: {"silence", "restart", "wrong-number", "unplug"}}
"""Faults after which something of what was meant may never come: of an instrument that speaks by itself, and of one that is asked."""
TWO_WAY = {"astm_lis1", "mllp"}
"""They wait for an acknowledgement: whatever the fault, every result arrives in the end."""


@dataclass(frozen=True)
class Heard:
    """One run: what was handed over, what the journal holds, how many bytes the instrument wrote."""

    deliveries: list[Delivery]
    replayed: list[Delivery]
    journalled: int
    sent: int
    troubles: list[str]
    asked: list[Reading]
    """What came as the answer to a question, where the instrument can be asked."""

    @property
    def accepted(self) -> list[Reading]:
        return [reading for delivery in self.deliveries for reading in told(delivery)]


def told(delivery: Delivery) -> list[Reading]:
    """What could be accepted: not what its own flags call incomplete, nor what U+FFFD marks as garbled."""
    known = [reading for reading in delivery.readings if reading.value is not None or reading.outcome or reading.raw]
    return [reading for reading in known if "\ufffd" not in str(reading) and not any(flag.startswith(INCOMPLETE) for flag in reading.flags)]


def run(profile: Profile, way: str | None, path: Path) -> Heard:
    """Let the instrument show three samples to a host and hear until it is quiet; *way* is a fault or another wire."""
    fault, tcp, memory = (None if way in (TCP, MEMORY) else way), way == TCP, way == MEMORY
    profile = shortened(profile)
    held = MemoryTransport() if memory else None
    deliveries: queue.Queue[Delivery] = queue.Queue()
    states: queue.Queue[PortState] = queue.Queue()
    asked: list[Reading] = []
    with serve(profile, fault=fault, haste=haste(profile), tcp=tcp, held=held) as served:
        port = Port(
            profile,
            served.address,
            path,
            lambda: datetime.now(UTC),
            deliveries.put,
            states.put,
            opener=(lambda _address, _line: held) if held and profile.link != "files" else None,
            backoff=(0.05,),
        )
        port.start()
        if any(each.name == "ask" for each in fields(profile.link_settings)):
            answer = port.ask(["ask"]).result(LIMIT_S).answer
            asked = list(answer.readings) if answer else []
        for number in (1, 2, 3):
            served.show([other(shown, number) for shown in example(profile, AT) if not shown.control])
            if profile.link == "dy7e":
                port.submit(["read"])
        quiet(served, port, profile.link in MASTERS)
        assert port.stop()
    troubles = [str(state.trouble) for state in (states.get() for _ in range(states.qsize())) if state.trouble]
    found = [deliveries.get() for _ in range(deliveries.qsize())]
    rows = [len(entry.data) for entry in entries(path) if entry.direction == "rx"]
    return Heard(found, list(replay(path, profile)), sum(rows), served.bytes_sent, troubles, asked)


def other(shown: Shown, number: int) -> Shown:
    """The result of another sample, with numbers of its own that have the same decimals: some instruments name no sample."""
    last = Decimal(shown.value).as_tuple().exponent
    assert isinstance(last, int)
    value = format(Decimal(shown.value) + (number - 1) * Decimal(1).scaleb(last), "f")
    raw = tuple((name, Decimal(f"{amount + (number - 1) * Decimal('0.001'):.3f}") if amount < 1 else amount + number - 1) for name, amount in shown.raw)
    return replace(shown, sample=f"DEMO-{number}", value=value, raw=raw)


def shortened(profile: Profile) -> Profile:
    had = {each.name: getattr(profile.link_settings, each.name) for each in fields(profile.link_settings)}
    return replace(profile, link_settings=replace(profile.link_settings, **{name: change(had[name]) for name, change in SHORT.items() if name in had}))


def quiet(served: Served, port: Port, master: bool) -> None:
    """Wait until everything is shown and nothing came for a while."""
    assert served.wait(MASTER_LIMIT_S if master else LIMIT_S) or master, "the instrument gets rid of its results"
    before, since, end = -1, time.monotonic(), time.monotonic() + AFTER_S
    while time.monotonic() < min(end, since + QUIET_S):
        if port.health.received != before:
            before, since = port.health.received, time.monotonic()
        time.sleep(0.02)


def key(reading: Reading) -> tuple[object, ...]:
    return (
        reading.sample, reading.test, reading.text, reading.unit, reading.result, reading.outcome,
        reading.position, reading.raw, reading.stable, reading.status,
    )  # fmt: skip


def haste(profile: Profile) -> float:
    return LITTLE_HASTE if profile.link == "dy7e" else GREAT_HASTE if profile.link in TWO_WAY else HASTE


HURRIED = [[name for name in sorted(KNOWN) if haste(KNOWN[name]) == one] for one in (HASTE, GREAT_HASTE, LITTLE_HASTE)]
BATCHES = [names[at : at + 3] for names in HURRIED for at in range(0, len(names), 3)]
"""Three profiles at a time: each run is mostly waiting."""


@needs_pty
@pytest.mark.parametrize("batch", BATCHES, ids=" ".join)
def test_what_is_accepted_is_what_was_meant(batch: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under every fault on a pseudo-terminal, and without one over TCP and in memory; what stood on the display stands in the readings."""
    # The clock of every journal, and with it of every link, runs as fast as the instruments'.
    monkeypatch.setattr(journal, "time", SimpleNamespace(monotonic=lambda: time.monotonic() * haste(KNOWN[batch[0]])))
    with ThreadPoolExecutor(len(batch) * (len(FAULTS) + 3)) as pool:
        runs = {(name, way): pool.submit(run, KNOWN[name], way, tmp_path / f"{name} {way}.sqlite3") for name in batch for way in ways(KNOWN[name])}
    wrong = [why for name in batch for why in broken(KNOWN[name], {way: each.result() for (one, way), each in runs.items() if one == name})]
    assert wrong == []


def ways(profile: Profile) -> list[str | None]:
    """Every fault, and every other wire; files come through a folder and nothing else."""
    return [None, *FAULTS] if profile.link == "files" else [None, *FAULTS, TCP, MEMORY]


def broken(profile: Profile, runs: dict[str | None, Heard]) -> list[str]:
    clean = runs[None]
    found = [f"{profile.name} {way}: {why}" for way, heard in runs.items() if (why := law_broken(profile, way, heard, clean))]
    return found + [f"{profile.name}: {shown} is not in {clean.accepted}" for shown in example(profile, AT) if shown.test and not stands(shown, profile, clean)]


def stands(shown: Shown, profile: Profile, heard: Heard) -> bool:
    """Say whether a result on the display stands in exactly one reading, with its number, its unit and its sample."""
    if shown.control or profile.calculation:
        return bool(heard.accepted)  # what it measured raw is reckoned elsewhere
    unit = profile.units.get(shown.unit, shown.unit)
    said = [(one.sample or shown.sample, one.test, one.text, one.unit or "") for one in heard.accepted]
    return said.count((shown.sample, profile.tests[shown.test], shown.value, unit)) == 1


def law_broken(profile: Profile, way: str | None, heard: Heard, clean: Heard) -> str:
    """Say which law a run breaks; empty where it breaks none."""
    if heard.troubles and way != "unplug":
        return f"the port was troubled: {heard.troubles}"
    # A file with the content of another is taken once; what was on the wire when the plug went is gone.
    unheard = heard.sent - heard.journalled
    if not 0 <= unheard <= (LAST if profile.link in MASTERS else 0) and way != "unplug" and (way, profile.link) != ("duplicate", "files"):
        return f"{heard.sent} bytes sent, {heard.journalled} in the journal"
    if heard.replayed != heard.deliveries:
        return f"replayed it says {heard.replayed} instead of {heard.deliveries}"
    meant = set(map(key, clean.accepted))
    foreign = [delivery for delivery in heard.deliveries if any(key(reading) not in meant for reading in told(delivery))]
    if way == "wrong-number":  # the answer to another command is read for what it says it is: a tare, no weight
        foreign = [delivery for delivery in foreign if {reading.test for reading in told(delivery)} & {reading.test for reading in clean.accepted}]
    if foreign and not (way in SPOILT and profile.link in UNSUMMED and len(foreign) == 1):
        return f"never meant: {foreign}"
    times = Counter(tuple(map(key, told(delivery))) for delivery in heard.deliveries if delivery not in foreign)
    twice = [readings for readings, often in times.items() if readings and often > 1]
    again = SENT_AGAIN.get(profile.link, set()) if profile.link in TWO_WAY else AGAIN
    if twice and profile.about == "samples" and way not in again:
        return f"twice: {twice}"
    missing = meant - {reading for readings in times for reading in readings} - set(map(key, clean.asked))
    if missing and (profile.link in TWO_WAY or way not in MISSED[profile.link in MASTERS]):
        return f"never came: {missing}"
    return ""
