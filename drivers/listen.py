"""Listening to one port from a plain program: start, wait for messages, stop."""

from __future__ import annotations

import math
import queue
import time
from collections.abc import Callable, Generator
from pathlib import Path

from drivers.core.profile import Profile
from drivers.delivery import Delivery
from drivers.journal import Clock
from drivers.port import Port, PortState, Sent, State

WAIT_S = 0.1
ASK_S = 2.0
"""An instrument that was connected so long and has said nothing is asked."""


def listen(
    profile: Profile,
    address: str,
    journal: Path,
    clock: Clock,
    report: Callable[[PortState], None],
    *,
    instrument: str | None = None,
    seconds: float = math.inf,
    asks: bool = False,
    sent: Callable[[Sent], None] = lambda sent: None,
) -> Generator[Delivery]:
    """Yield messages as they come, for *seconds* or forever; leaving the loop closes the port. No port is no end.

    With *asks* one question is put to an instrument that can be asked and has said nothing; *sent* tells what became of it. *report* and *sent*
    are called from the port's thread.
    """
    came: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
    live_at = math.inf

    def told(state: PortState) -> None:
        nonlocal live_at
        live_at = min(live_at, time.monotonic()) if state.state is State.LIVE else live_at
        report(state)

    port = Port(profile, address, journal, clock, came.put, told, instrument=instrument, sent=sent)
    question = next((command for command in ("ask", "read") if asks and command in profile.commands), "")
    end = time.monotonic() + seconds
    port.start()
    try:
        while (left := end - time.monotonic()) > 0:
            try:
                yield came.get(timeout=min(WAIT_S, left))
            except queue.Empty:
                if question and time.monotonic() > live_at + ASK_S:
                    if not port.health.received:
                        port.submit([question])
                    question = ""
    finally:
        port.stop()
