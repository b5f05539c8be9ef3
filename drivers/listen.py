"""Listening to one port from a plain program: start, wait for messages, stop."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Generator
from pathlib import Path

from drivers.core.profile import Profile
from drivers.delivery import Delivery
from drivers.journal import Clock
from drivers.port import Port, PortState


def listen(
    profile: Profile,
    address: str,
    journal: Path,
    clock: Clock,
    report: Callable[[PortState], None],
    *,
    instrument: str | None = None,
    seconds: float | None = None,
) -> Generator[Delivery]:
    """Yield messages as they come, for *seconds* or forever; leaving the loop closes the port. No port is no end.

    *report* is called from the port's thread.
    """
    found: queue.Queue[Delivery] = queue.Queue()
    port = Port(profile, address, journal, clock, found.put, report, instrument=instrument)
    end = None if seconds is None else time.monotonic() + seconds
    port.start()
    try:
        while end is None or time.monotonic() < end:
            try:
                yield found.get(timeout=0.1 if end is None else max(0.0, min(0.1, end - time.monotonic())))
            except queue.Empty:
                continue
    finally:
        port.stop()
