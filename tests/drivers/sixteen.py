"""Sixteen virtual analysers in a process of their own, each on a pseudo-terminal that carries 11.5 KB/s, as 115200 baud do.

python -m tests.drivers.sixteen SECONDS: prints the addresses, waits for a line, sends for so long, finishes the messages it is at and prints how many
bytes and messages each wire carried, all as JSON. Every other one waits for acknowledgements (LIS1-A), the rest print without a pause and hear nothing.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

from drivers.core.profile import Profile, read
from drivers.transport import PtyTransport
from drivers.virtual import Shown, compose, device

RATE = 11_520.0
"""Bytes a second: 115200 baud, ten bits a byte."""
COUNT = 16
PROFILES = Path(__file__).parents[2] / "resources" / "instruments"
KINDS = [read(PROFILES / "mycotoxin-reader-lis.toml"), read(PROFILES / "rida-cube.toml")]
AT = datetime(2026, 2, 8, 14, 44)


def kind(wire: int) -> Profile:
    return KINDS[wire % len(KINDS)]


def shown(wire: int, number: int) -> list[Shown]:
    """One sample: with 24 results of an analyser, with one of a printer."""
    test, unit, count = (("AFB1", "ug/kg", 24), ("TotSO2", "mg/l", 1))[wire % len(KINDS)]
    return [Shown(f"S{wire}-{number}", test, f"{number}.{place:02}", unit, AT) for place in range(count)]


class Line:
    """One instrument on its wire."""

    def __init__(self, wire: int) -> None:
        self.wire, self.pty, self.instrument = wire, PtyTransport(), device(kind(wire), haste=1000.0 if wire % len(KINDS) else 1.0)
        self.sent, self.messages = 0, 0

    def run(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end or not self.instrument.idle:
            if self.instrument.idle:
                self.messages += 1
                self.instrument.send(compose(kind(self.wire), shown(self.wire, self.messages)))
            written = self.instrument.poll(time.monotonic())
            for data in written or self.instrument.feed(self.pty.read(), time.monotonic()):
                time.sleep(len(data) / RATE)  # for so long the bytes are on the line
                self.pty.write(data)
                self.sent += len(data)


def main(seconds: float) -> None:
    lines = [Line(number) for number in range(COUNT)]
    print(json.dumps([line.pty.address for line in lines]), flush=True)
    sys.stdin.readline()
    threads = [threading.Thread(target=line.run, args=(seconds,)) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps([{"sent": line.sent, "messages": line.messages} for line in lines]), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main(float(sys.argv[1]))
