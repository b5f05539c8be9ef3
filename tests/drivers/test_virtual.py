"""The host's link against the virtual instrument with each fault: nothing is lost, nothing is doubled."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from drivers.core.link import Done, Message, Quarantine, Send
from drivers.core.profile import Profile, read
from drivers.virtual import FAULTS, Shown, compose, device
from tests.drivers.talking import together

READER = read(Path(__file__).parents[2] / "resources" / "instruments" / "mycotoxin-reader-lis.toml")
CUBE = read(Path(__file__).parents[2] / "resources" / "instruments" / "rida-cube.toml")
AT = datetime(2026, 2, 8, 14, 44)
MESSAGES = compose(READER, [Shown("S-1", "AFB1", "4.7", "ug/kg", AT), Shown("S-1", "DON", "<100", "ug/kg", AT)])
MESSAGES += compose(READER, [Shown("S-2", "AFB1", "0.50", "ug/kg", AT)])
SETS = compose(CUBE, [Shown(f"W-{n}", "TotSO2", f"{n}.0", "mg/l", AT) for n in (1, 2)])


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_analyser(fault: str | None, profiles: dict[str, Profile]) -> None:
    instrument = device(READER, fault)
    instrument.send(MESSAGES)
    link = profiles["mycotoxin-reader-lis"].new_link()
    events = together(link, instrument)
    messages = [event.text.decode("gb18030").rstrip("\r").split("\r") for event in events if isinstance(event, Message)]
    sent = [list(message) for message in MESSAGES]
    if fault == "gbk":
        sent[0].insert(4, "C|1|I|样品：玉米|G")
    assert messages == sent, "each message once, in order, unchanged"
    quarantined = [event.reason for event in events if isinstance(event, Quarantine)]
    assert quarantined == {"silence": ["timed-out"], "restart": ["started-again"], "unplug": ["lost"]}.get(fault or "", [])
    counted = (link.counts.refused, link.counts.wrong_sums, link.counts.unknown, link.counts.silences)
    assert counted == {"drop": (1, 1, 0, 0), "flip-bit": (1, 1, 0, 0), "wrong-number": (1, 0, 1, 0), "silence": (0, 0, 0, 1)}.get(fault or "", (0, 0, 0, 0))


@pytest.mark.parametrize(
    ("fault", "samples", "quarantined"),
    [
        (None, ["W-1", "W-2"], []),
        ("split", ["W-1", "W-2"], []),
        ("join", ["W-1", "W-2"], []),
        ("duplicate", ["W-1", "W-1", "W-2"], []),
        ("flip-bit", ["W-1", "W-2"], []),
        ("wrong-number", ["W-1", "W-2"], []),
        ("drop", [None, None], []),
        ("silence", ["W-1", "W-2"], ["timed-out"]),
    ],
)
def test_printer(fault: str | None, samples: list[str | None], quarantined: list[str], profiles: dict[str, Profile]) -> None:
    """One-way: a doubled set comes twice, and two sets run together belong to nobody."""
    profile, instrument = profiles["rida-cube"], device(CUBE, fault)
    instrument.send(SETS)
    events = together(profile.new_link(), instrument)
    texts = [event.text for event in events if isinstance(event, Message)]
    assert [reading.sample for text in texts for reading in profile.readings(text, "cube")] == samples
    assert [event.reason for event in events if isinstance(event, Quarantine)] == quarantined


def test_orders_reach_the_instrument_even_when_both_call(profiles: dict[str, Profile]) -> None:
    instrument = device(READER)
    instrument.send(MESSAGES)
    link = profiles["mycotoxin-reader-lis"].new_link()
    order = ["H|\\^&|||LIMS", "P|1", "O|1|S-9||^^^AFB1|R||||||A", "L|1|N"]
    ticket, first = link.submit(order, 0.0)
    written = [part for data in instrument.poll(0.0) for part in (data,)]
    assert first == [Send(b"\x05")] and written == [b"\x05"], "both call at once"
    assert instrument.feed(b"\x05", 0.0) == [] and link.feed(b"\x05", 0.0) == []
    events = together(link, instrument)
    assert Done(ticket) in events and instrument.orders == [order]  # type: ignore[attr-defined]
    assert len([event for event in events if isinstance(event, Message)]) == len(MESSAGES)


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="gremlins"):
        device(CUBE, "gremlins")
