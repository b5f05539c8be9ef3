"""A host's link and a virtual instrument, talking on no wire and by an invented clock."""

from __future__ import annotations

from drivers.core.link import Event, Link, Send
from drivers.virtual import UNPLUG, Device

TICK_S = 0.05


def together(link: Link, instrument: Device, seconds: float = 200.0) -> list[Event]:
    """Let both talk until the instrument has got rid of everything, for *seconds* of the clock, and return what the link made of it."""
    events: list[Event] = []
    for tick in range(int(seconds / TICK_S)):
        now = tick * TICK_S
        said = link.poll(now)
        while True:
            answers = [part for event in said if isinstance(event, Send) for part in instrument.feed(event.data, now)]
            written = [*answers, *instrument.poll(now)]
            events += said
            if not written:
                break
            said = [event for data in written for event in (_pulled(link, instrument) if data == UNPLUG else link.feed(data, now))]
    assert instrument.idle
    return events


def _pulled(link: Link, instrument: Device) -> list[Event]:
    instrument.unplug()
    return link.abort()
