"""Sixteen instruments at once from one separate process: no byte lost, no message changed, and what of a core the host takes for it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from drivers.delivery import Delivery
from drivers.journal import entries
from drivers.port import Port
from tests.drivers.sixteen import COUNT, kind, shown

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Day:
    """What the instruments sent and what came of it, by wire."""

    sent: list[int]
    messages: list[int]
    journalled: list[int]
    deliveries: list[list[Delivery]]
    core: float
    """Share of one core the host took while they sent."""
    rows: int
    """Transactions of received bytes."""

    def __str__(self) -> str:
        return (
            f"sixteen: {sum(self.sent)} bytes and {sum(self.messages)} messages over {COUNT} wires, {sum(self.journalled)} bytes in the journals "
            f"({self.rows} rows); the host took {self.core:.0%} of a core"
        )

    def wrong(self) -> list[str]:
        """Say what was lost or changed."""
        found = [f"wire {wire}: {sent} sent, {kept} kept" for wire, (sent, kept) in enumerate(zip(self.sent, self.journalled, strict=True)) if sent != kept]
        for wire, deliveries in enumerate(self.deliveries):
            said = [[(one.sample, one.text) for one in delivery.readings] for delivery in deliveries]
            meant = [[(one.sample, one.value) for one in shown(wire, number)] for number in range(1, self.messages[wire] + 1)]
            found += [f"wire {wire}: {len(said)} messages, not the {len(meant)} that were sent"] if said != meant else []
        return found


def hear(seconds: float, folder: Path) -> Day:
    """Hear sixteen instruments for *seconds* with sixteen ports and journals."""
    deliveries = defaultdict[int, list[Delivery]](list)
    command = [sys.executable, "-m", "tests.drivers.sixteen", str(seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as others:
        assert others.stdin and others.stdout
        addresses = json.loads(others.stdout.readline())
        journals = [folder / f"{wire}.sqlite3" for wire in range(COUNT)]
        ports = [
            Port(kind(wire), address, journals[wire], lambda: datetime.now(UTC), deliveries[wire].append, lambda state: None)
            for wire, address in enumerate(addresses)
        ]
        for port in ports:
            port.start()
        before, began = _core(), time.monotonic()
        print(file=others.stdin, flush=True)
        said = json.loads(others.stdout.readline())
        taken, lasted = _core() - before, time.monotonic() - began
        time.sleep(0.5)
        for port in ports:
            assert port.stop()
        others.stdin.close()
    rows = [[len(entry.data) for entry in entries(journal) if entry.direction == "rx"] for journal in journals]
    return Day(
        [one["sent"] for one in said],
        [one["messages"] for one in said],
        [sum(each) for each in rows],
        [deliveries[wire] for wire in range(COUNT)],
        taken / lasted,
        sum(map(len, rows)),
    )


def main(seconds: int = 60) -> None:
    """Hear them for *seconds* and print how it went; leave with 1 where anything was lost."""
    with tempfile.TemporaryDirectory() as folder:
        day = hear(seconds, Path(folder))
    print(day)
    if wrong := day.wrong():
        sys.exit("\n".join(wrong))


def _core() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
