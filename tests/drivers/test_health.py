"""What the bytes say about the line: real text through an invented UART at the wrong speed and parity, and good traffic of every profile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from drivers.core.link import Counts, Message, Send
from drivers.core.profile import Profile, shelf
from drivers.health import BINARY, LEAST, UNSEEN, Health, Pulse, echoes, hint
from drivers.virtual import compose, device
from drivers.virtual.served import example
from tests.drivers.conftest import PROFILES

AT = datetime(2026, 2, 8, 14, 44)
NOW = datetime(2026, 2, 8, 6, 44, tzinfo=UTC)
KNOWN = dict(shelf([PROFILES]).profiles)
CUBE = b"Name:  sample\r\nID:    W-1\r\nType:  Sample\r\nApplic:TotSO2\r\nTotSO2:103 mg/l\r\nTime:  14:44\r\nDate:  08-02-2026\r\n\r\n\r\n"
LIS = b"\x021H|\\^&|||VIRTUAL^Shiyan^1|||||LIMS||P|LIS2-A2|20260208144400\r\x03C1\r\n\x022R|1|^^^AFB1|4.7|ug/kg||N||F||||20260208144400\r\x031A\r\n"
SCALE = b"S S     100.00 g\r\nS D     101.25 g\r\nS S       0.07 g\r\n"
TICKET = "检测报告\r\n样品编号：SP-0001\r\n检测项目：有机磷类\r\n抑制率：12.5 %\r\n结论：合格\r\n".encode("gb18030")
TEXTS = {"cube": CUBE, "lis": LIS, "scale": SCALE}


def wire(data: bytes, bits: int, parity: str) -> list[int]:
    """The line, one level a bit time of the sender: idle, start bit, data bits low first, parity, stop bit."""
    levels = [1] * 5
    for byte in data:
        low = [byte >> place & 1 for place in range(bits)]
        ends = {"N": [], "E": [sum(low) % 2], "O": [1 - sum(low) % 2]}[parity]
        levels += [0, *low, *ends, 1]
    return levels + [1] * 20


def heard(levels: list[int], speed: float, bits: int = 8) -> bytes:
    """What a UART without parity makes of the line that runs *speed* times as fast as it thinks, sampled in the middle of its bits."""
    made, at, step = bytearray(), 0.0, 1.0 / speed
    while (at := falling(levels, at)) + (bits + 1.5) * step < len(levels):
        made.append(sum(levels[int(at + (1.5 + place) * step)] << place for place in range(bits)))
        at += (bits + 1.5) * step  # half into the stop bit it looks for the next edge
    return bytes(made)


def falling(levels: list[int], start: float) -> float:
    place = int(start)
    while place + 1 < len(levels) and not (levels[place] == 1 and levels[place + 1] == 0):
        place += 1
    return float(place + 1)


def test_the_invented_uart_hears_what_was_said() -> None:
    assert heard(wire(CUBE, 8, "N"), 1.0) == CUBE
    # 7E1, by hand: A = 41h has two ones, parity bit 0: 41h. C = 43h has three, parity bit 1: C3h.
    assert heard(wire(b"AC", 7, "E"), 1.0) == b"\x41\xc3" and heard(wire(b"AC", 7, "O"), 1.0) == b"\xc1\x43"


@pytest.mark.parametrize("parity", ["E", "O"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_seven_bits_with_parity_read_as_eight_without(text: bytes, parity: str) -> None:
    assert hint(heard(wire(text, 7, parity), 1.0)) == "parity"


@pytest.mark.parametrize("speed", [0.25, 0.5, 2.0, 4.0])
@pytest.mark.parametrize("text", [*TEXTS.values(), TICKET], ids=[*TEXTS, "ticket"])
def test_another_speed(text: bytes, speed: float) -> None:
    said = heard(wire(text * 4, 8, "N"), speed)
    assert len(said) >= LEAST and hint(said) == "speed"


@pytest.mark.parametrize("text", [*TEXTS.values(), TICKET, CUBE.replace(b"mg/l", "µg/l °C".encode("latin-1")), "温度：25.3 ℃\r\n".encode() * 5])
def test_good_text_cut_anywhere_gives_no_hint(text: bytes) -> None:
    for start in range(0, 40, 3):
        assert hint(text[start:]) == "" and hint(text[: len(text) - start]) == ""


def test_little_says_nothing() -> None:
    assert hint(b"\xff" * (LEAST - 1)) == "" and hint(b"\xff" * LEAST) == "speed"


def test_what_we_said_ourselves_is_an_echo() -> None:
    said = b"S\r\nSI\r\nS\r\n"
    assert echoes(b"S\r\nSI\r", said) and not echoes(b"S\r\n", said), "too little"
    assert not echoes(b"S S 100.00 g\r\n", said) and not echoes(b"\x06\x06\x06\x06\x06\x06\x06", b"\x06" * 9), "answers alike are no echo"


def test_the_counts_go_on_over_openings_and_the_hint_begins_anew() -> None:
    pulse, first, second = Pulse("lines"), Counts(received=5, messages=1), Counts(received=7, noise=2)
    assert pulse.health == Health()
    pulse.opened(first)
    pulse.heard(b"\xff\x80\x00\xfe" * 20, NOW)
    pulse.message(b"x", NOW)
    assert pulse.health == Health(NOW, NOW, received=5, messages=1, hint="speed")
    pulse.opened(second)
    assert pulse.health == Health(NOW, NOW, received=12, noise=2, messages=1)
    second.silences += 1
    assert pulse.health.silences == 1


def test_a_binary_link_is_judged_by_what_it_recognises() -> None:
    pulse, junk, counts = Pulse("modbus_rtu"), bytes(range(256)), Counts()
    pulse.opened(counts)
    pulse.heard(junk, NOW)
    assert pulse.health.hint == "", "frames that are no message are no noise"
    counts.noise = UNSEEN // 2 + 1
    assert pulse.health.hint == "speed"
    pulse.message(junk[:7], NOW)
    assert pulse.health.hint == ""
    pulse.heard(junk[1:], NOW)
    counts.noise += UNSEEN - 1
    assert pulse.health.hint == "", "too little since"
    pulse.heard(b"x", NOW)
    assert pulse.health.hint == "speed"


@pytest.mark.parametrize("name", ["dy-gold-strip-module", "temperature-humidity-logger"])
@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_a_binary_link_at_another_speed(name: str, speed: float) -> None:
    link, pulse = KNOWN[name].new_link(), Pulse(KNOWN[name].link)
    assert KNOWN[name].link in BINARY
    pulse.opened(link.counts)
    good = b"".join(data for data, _ in traffic(KNOWN[name]))
    for number in range(20):
        data = heard(wire(good * 4, 8, "N"), speed)
        for event in [*link.poll(number * 400.0), *link.feed(data, number * 400.0)]:
            assert not isinstance(event, Message)
        pulse.heard(data, NOW)
    assert pulse.health.hint == "speed"


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_good_traffic_of_every_profile_gives_no_hint(name: str) -> None:
    pulse = Pulse(KNOWN[name].link)
    pulse.opened(Counts())
    for data, text in traffic(KNOWN[name]):
        pulse.heard(data, NOW)
        if text is not None:
            pulse.message(text, NOW)
        assert pulse.health.hint == "", pulse._heard


def traffic(profile: Profile) -> Iterator[tuple[bytes, bytes | None]]:
    """What the virtual instrument of a profile writes and what the host's link takes for a message, over ten minutes of an invented clock."""
    link, instrument = profile.new_link(), device(profile)
    for _ in range(3):
        instrument.send(compose(profile, example(profile, AT)))
    for tick in range(6000):
        now = tick * 0.1
        said = link.poll(now)
        while written := [part for event in said if isinstance(event, Send) for part in instrument.feed(event.data, now)] + instrument.poll(now):
            said = []
            for data in written:
                events = link.feed(data, now)
                said += events
                yield data, next((event.text for event in events if isinstance(event, Message)), None)
