"""DY frames: the length rules and never the 7E in data, requests and replies to the byte, and what a module's fault costs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codecs.dy import DySettings, readings
from drivers.core.form import Wrong
from drivers.core.link import Done, Event, Failed, Message, Quarantine, Send
from drivers.core.profile import Profile
from drivers.links.dy7e import LONGEST, Dy7eLink, Dy7eSettings, crc8
from drivers.stored import pieces
from drivers.virtual import FAULTS, Device, Shown, compose, device

AT = datetime(2026, 2, 8, 14, 44)
STRIP = Dy7eSettings()
ASK_CARD, IN_AND_SCAN, ASK_DATA = "7e130000137e", "7e11000101137e", "7e150000157e"
CARD_IN, CARD_OUT, SCANNED = "7e14000101167e", "7e14000102177e", "7e120000127e"
PHOTOMETER = Dy7eSettings(dialect="sum", end_byte="aa", module="photometer", answer_s=2.0, pauses_s=(30.0, 180.0))


def h(text: str) -> bytes:
    return bytes.fromhex(text)


def framed(code: int, data: bytes, dialect: str = "S", end: str = "7e") -> bytes:
    """Written out once more: a table for CRC-8 is in the link, long division here."""
    length = len(data).to_bytes(2, "big" if dialect == "S" else "little")
    counted = bytes((code,)) + length + data
    if dialect != "P":
        return b"\x7e" + counted + bytes((sum(counted) % 256,)) + h(end)
    rest = 0
    for bit in (byte >> place & 1 for byte in counted + b"\0" for place in range(7, -1, -1)):
        rest = rest << 1 | bit
        rest ^= 0x131 if rest & 0x100 else 0
    return b"\x7e" + counted + bytes((rest,)) + h(end)


def sent(events: list[Event]) -> list[str]:
    return [event.data.hex() for event in events if isinstance(event, Send)]


def example_cases(example: Any) -> dict[str, str]:
    return {case["id"]: case["hex"] for case in example("dy_reader_public")["cases"]}


def test_the_examples_requests_to_the_byte(example) -> None:  # type: ignore[no-untyped-def]
    cases = example_cases(example)
    assert (cases["card_state_S"], cases["enter_and_scan_S"]) == (ASK_CARD, IN_AND_SCAN)
    link = Dy7eLink(STRIP)
    assert sent(link.poll(5.0)) == [ASK_CARD]
    assert sent(link.feed(h(cases["state_reply_card_in"]), 5.1)) == [IN_AND_SCAN]
    assert sent(link.feed(h(SCANNED), 6.0)) == [ASK_DATA]
    reading = Dy7eLink(Dy7eSettings(dialect="P"))
    reading.poll(0.0)
    reading.feed(framed(0x14, b"\x01", "P"), 0.1)
    assert sent(reading.feed(framed(0x12, b"", "P"), 0.2)) == [cases["data_request_P"]]
    dry = Dy7eLink(Dy7eSettings(dialect="sum", end_byte="aa", module="dry"))
    assert sent(dry.submit(["read"], 0.0)[1]) == [cases["dry_pesticide_data"]]


@pytest.mark.parametrize(("data", "right"), [("150000", 0xCB), ("200000", 0x79), ("1A0000", 0x7A)])
def test_crc8_as_measured(data: str, right: int) -> None:
    assert crc8(h(data)) == right


def test_no_card_is_waited_for(example) -> None:  # type: ignore[no-untyped-def]
    link = Dy7eLink(STRIP)
    link.poll(0.0)
    assert link.feed(h(example_cases(example)["state_reply_no_card"]), 0.1) == []
    assert link.next_deadline() == pytest.approx(1.1)
    assert (link.poll(1.0), sent(link.poll(1.1))) == ([], [ASK_CARD])


def scan(points: list[int]) -> bytes:
    return b"".join(point.to_bytes(2, "little") for point in points)


FULL_OF_7E = framed(0x16, b"\x7e" * 100)


def reading_strip(settings: Dy7eSettings = STRIP) -> Dy7eLink:
    link = Dy7eLink(settings)
    link.poll(0.0)
    link.feed(h(CARD_IN), 0.1)
    link.feed(h(SCANNED), 0.2)
    return link


def test_7e_in_the_data_ends_nothing_at_any_split() -> None:
    before = len(h(CARD_IN) + h(SCANNED))
    expected = [Message(b"\x7e" * 100, before, before + len(FULL_OF_7E))]
    for places in ([], list(range(1, len(FULL_OF_7E))), *([place] for place in range(1, len(FULL_OF_7E)))):
        link = reading_strip()
        got = [event for start, end in pairwise([0, *places, len(FULL_OF_7E)]) for event in link.feed(FULL_OF_7E[start:end], 0.3)]
        assert got == expected and link.counts.noise == link.counts.wrong_sums == 0


@pytest.mark.parametrize("end", ["7e", "aa"])
@pytest.mark.parametrize("dialect", ["S", "P", "sum"])
def test_every_dialect_and_either_end_of_a_reply(dialect: Any, end: str) -> None:
    data = bytes(range(256)) + b"\x01"
    link = Dy7eLink(Dy7eSettings(dialect=dialect, unasked=True))
    assert link.feed(framed(0x16, data, dialect, end), 0.0) == [Message(data, 0, len(data) + 6)]


@pytest.mark.parametrize(("place", "wrong_sums"), [(4, 1), (-2, 1), (-1, 0)])
def test_a_spoilt_answer_is_asked_for_three_times_and_never_read(place: int, wrong_sums: int) -> None:
    good = framed(0x16, scan([9] * 50))
    spoilt = bytearray(good)
    spoilt[place] ^= 0x01
    link, events = reading_strip(), []
    for now in (1.0, 4.0, 7.0, 10.0):
        events += link.poll(now)
        events += link.feed(bytes(spoilt), now)
    assert sent(events).count(ASK_DATA) == 2, "besides the first"
    assert not any(isinstance(event, Message) for event in events)
    assert link.counts.wrong_sums == 4 * wrong_sums and link.counts.messages == 0 and link.counts.silences == 3


def test_a_card_is_read_once_until_it_is_taken_out() -> None:
    link = reading_strip()
    data = framed(0x16, scan([9] * 50))
    assert [type(event) for event in link.feed(data, 0.3)] == [Message]
    assert link.feed(data, 0.4) == [] and link.counts.unknown == 1, "an answer nobody asked for"
    assert sent(link.poll(1.3)) == [ASK_CARD]
    assert link.feed(h(CARD_IN), 1.4) == []
    assert sent(link.poll(2.4)) == [ASK_CARD]
    assert link.feed(h(CARD_OUT), 2.5) == []
    link.poll(3.5)
    assert sent(link.feed(h(CARD_IN), 3.6)) == [IN_AND_SCAN]


def test_without_the_reply_to_the_scan_nothing_is_read() -> None:
    link = Dy7eLink(STRIP)
    link.poll(0.0)
    link.feed(h(CARD_IN), 0.1)
    assert sent(link.poll(3.1)) == [] and link.counts.silences == 1
    assert sent(link.poll(4.1)) == [ASK_CARD]
    assert sent(link.feed(h(CARD_IN), 4.2)) == [], "it waits until the card is put in again"
    assert link.feed(h(SCANNED), 4.3) == [] and link.counts.unknown == 1


def test_one_request_after_a_long_sleep() -> None:
    link = Dy7eLink(STRIP)
    link.poll(0.0)
    # Every 4 s: 3 s without an answer, 1 s until the next.
    assert sent(link.poll(3600.0)) == [ASK_CARD]
    assert link.next_deadline() == pytest.approx(3603.0)


def lights(*channels: tuple[int, int]) -> bytes:
    return b"".join(light.to_bytes(2, "little") for first, second in channels for light in (first, second, 0, 0))


def photometer_run(link: Dy7eLink, answers: list[bytes]) -> Iterator[tuple[float, list[Event]]]:
    yield 0.0, link.submit(["read"], 0.0)[1]
    yield 0.1, link.feed(framed(0x16, answers[0], "sum", "aa"), 0.1)
    yield 30.1, link.poll(30.1)
    yield 30.2, link.feed(framed(0x16, answers[1], "sum", "aa"), 30.2)
    yield 210.2, link.poll(210.2)
    yield 210.3, link.feed(framed(0x16, answers[2], "sum", "aa"), 210.3)


def test_a_photometer_is_read_empty_at_the_begin_and_at_the_end() -> None:
    link = Dy7eLink(PHOTOMETER)
    answers = [lights((60000, 1)), lights((50000, 2)), lights((5000, 3))]
    run = dict(photometer_run(link, answers))
    assert [sent(events) for events in run.values()] == [["7e15000015aa"], [], ["7e15000015aa"], [], ["7e15000015aa"], []]
    assert run[210.3] == [Message(b"".join(answers), 0, 3 * 14), Done(1)]
    assert (link.next_deadline(), link.begun_at, link.poll(10_000.0)) == (None, None, [])


def test_a_photometer_moment_early_asks_nothing() -> None:
    link = Dy7eLink(PHOTOMETER)
    link.submit(["read"], 0.0)
    link.feed(framed(0x16, lights((1, 1)), "sum", "aa"), 0.1)
    assert (link.begun_at, link.next_deadline()) == (0, pytest.approx(30.1))
    assert link.poll(30.0) == []
    assert link.submit(["read"], 30.0)[1] == [Failed(2, "busy")]
    assert link.feed(framed(0x16, lights((1, 1)), "sum", "aa"), 30.05) == [] and link.counts.unknown == 1


@pytest.mark.parametrize("answers", [0, 1, 2])
def test_a_photometer_that_falls_silent_leaves_what_it_said_in_quarantine(answers: int) -> None:
    link, events = Dy7eLink(PHOTOMETER), []
    ticket, _ = link.submit(["read"], 0.0)
    for place in range(answers):
        events += link.poll(place * 30.5)
        events += link.feed(framed(0x16, lights((9, 9)), "sum", "aa"), place * 30.5)
    events += link.poll(10_000.0)
    assert events[-1] == Failed(ticket, "no-answer")
    assert [event for event in events if isinstance(event, Quarantine)] == ([Quarantine("timed-out", 0, 14 * answers)] if answers else [])
    assert link.counts.silences == 3


def test_answers_of_other_channels_are_not_mixed() -> None:
    link = Dy7eLink(PHOTOMETER)
    link.submit(["read"], 0.0)
    link.feed(framed(0x16, lights((9, 9)), "sum", "aa"), 0.1)
    link.poll(30.1)
    assert link.feed(framed(0x16, lights((9, 9), (9, 9)), "sum", "aa"), 30.2) == [Quarantine("ended-early", 0, 14), Failed(1, "no-answer")]
    assert link.counts.messages == 0


def test_a_lost_wire_fails_what_was_asked_and_keeps_what_came() -> None:
    link = Dy7eLink(PHOTOMETER)
    assert link.submit(["read"], 0.0)[0] == 1
    link.feed(framed(0x16, lights((9, 9)), "sum", "aa") + b"\x7e\x16\x08", 0.1)
    assert link.abort() == [Quarantine("lost", 0, 17), Failed(1, "lost")]
    assert (link.begun_at, link.next_deadline(), link.abort()) == (None, None, [])
    strip = reading_strip()
    strip.feed(FULL_OF_7E[:50], 0.3)
    assert strip.abort() == [Quarantine("lost", 13, 63)]
    assert sent(strip.poll(100.0)) == [ASK_CARD], "as new"


def test_what_cannot_be_submitted_is_refused() -> None:
    assert Dy7eLink(STRIP).submit(["read"], 0.0)[1] == [Failed(1, "refused")]
    assert Dy7eLink(PHOTOMETER).submit(["7e"], 0.0)[1] == [Failed(1, "refused")]


@pytest.mark.parametrize("noise", [b"\x00\xff", b"\x7e", b"\x7e\x16", b"\x7e\x16\x00\x40", b"\x7e\x16\xff\xff", b"\x7e\x7e\x7e", framed(0x27, b"\1\2")[:-2]])
def test_noise_before_a_frame_costs_no_more_than_a_pause(noise: bytes) -> None:
    link = reading_strip()
    events = [*link.feed(noise + FULL_OF_7E, 0.3), *link.poll(0.7)]
    assert [event.text for event in events if isinstance(event, Message)] == [b"\x7e" * 100]
    assert link.begun_at is None


def test_a_frame_said_to_be_too_long_is_none() -> None:
    link = Dy7eLink(Dy7eSettings(unasked=True))
    assert link.feed(framed(0x16, bytes(LONGEST)), 0.0) == [Message(bytes(LONGEST), 0, LONGEST + 6)]
    assert link.feed(framed(0x16, bytes(LONGEST + 1), end="aa"), 0.0) == []
    assert (link.counts.noise, link.begun_at) == (LONGEST + 7, None)


def test_stored_answers_are_read(profiles: dict[str, Profile]) -> None:
    strip = framed(0x16, scan([100] * 15 + [40] + [100] * 19 + [70] + [100] * 14))
    found = pieces(profiles["dy-gold-strip-module"], h(CARD_IN) + h(SCANNED) + strip + b"\x00" + strip)
    assert [(piece.start, piece.end) for piece in found] == [(13, 13 + 106), (14 + 106, 14 + 212)]
    assert [one.raw for piece in found for one in piece.readings] == [(("test line", Decimal(30)), ("control line", Decimal(60)))] * 2
    run = [framed(0x16, lights(*channels), "sum", "aa") for channels in ([(60000, 0)], [(50000, 0)], [(5000, 0)])]
    (piece,) = pieces(profiles["dy-photometer-pesticide"], b"".join(run))
    assert [(one.position, one.raw) for one in piece.readings] == [("1", (("absorbance change", Decimal("1.0000")),))]
    link = profiles["dy-photometer-pesticide"].new_link(unasked=True)
    assert (link.feed(run[0], 0.0), link.next_deadline()) == ([], None), "nothing is asked of stored bytes"


@pytest.mark.parametrize(
    "wrong", [{"pauses_s": (1.0,)}, {"module": "photometer"}, {"module": "photometer", "pauses_s": (1.0, 0.0)}, {"poll_s": 0.0}, {"answer_s": -1.0}]
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Wrong):
        Dy7eSettings(**wrong)


# -- the codec ---------------------------------------------------------------------------------------------------------


def strip_readings(points: list[int]) -> list[Any]:
    return readings(scan(points), "latin-1", DySettings())


def test_peak_rule() -> None:
    # Trough C 300 at 12, peak 1000 at 25, trough T 850 at 38; the lower points outside the spans are not looked at.
    points = [0] * 50
    points[10:41] = [900] * 31
    points[12], points[25], points[38] = 300, 1000, 850
    (one,) = strip_readings(points)
    assert one.raw == (("test line", Decimal(150)), ("control line", Decimal(700)))
    assert (one.value, one.sample, one.test, one.result) == (None, None, "strip", None)


@pytest.mark.parametrize(("at", "control"), [(9, 0), (10, 100), (20, 100), (21, 0)])
def test_the_borders_of_the_control_trough(at: int, control: int) -> None:
    points = [500] * 50
    points[at] = 400
    assert strip_readings(points)[0].raw[1] == ("control line", Decimal(control))


def test_points_above_the_peak_outside_the_two_troughs_do_not_count() -> None:
    points = [500] * 50
    points[5] = points[45] = 9999
    points[15], points[35] = 100, 200
    assert strip_readings(points)[0].raw == (("test line", Decimal(300)), ("control line", Decimal(400)))


@pytest.mark.parametrize("data", [b"", b"\x01", bytes(80), bytes(101)])
def test_a_scan_of_another_form_says_nothing(data: bytes) -> None:
    (one,) = readings(data, "latin-1", DySettings())
    assert (one.raw, one.value, one.result) == ((), None, f"{len(data)} bytes")


def test_41_points_are_enough() -> None:
    assert strip_readings([7] * 41)[0].raw == (("test line", Decimal(0)), ("control line", Decimal(0)))


def channels(empty: int, begin: int, end: int) -> list[Any]:
    text = b"".join(lights((1000, 1000), (light, 1)) for light in (empty, begin, end))
    return readings(text, "latin-1", DySettings(module="photometer", test="inhibition", printed=Decimal("0.001")))


@pytest.mark.parametrize(
    ("empty", "begin", "end", "change", "flags"),
    [
        (1000, 900, 90, "1.000", ()),
        # lg 2 = 0.30103
        (1000, 900, 450, "0.301", ()),
        (1000, 450, 900, "-0.301", ()),
        (1000, 969, 969, "0.000", ()),
        (1000, 970, 970, None, None),
        (1000, 1010, 1010, None, None),
        (1000, 1011, 900, None, ("channel fault",)),
        (1000, 900, 1011, None, ("channel fault",)),
        (1000, 900, 970, None, ("cuvette moved",)),
        (1000, 970, 900, None, ("cuvette moved",)),
        (0, 900, 900, None, ("channel fault",)),
        (1000, 900, 0, None, ("channel fault",)),
        (0, 0, 0, None, None),
    ],
)
def test_a_channel(empty: int, begin: int, end: int, change: str | None, flags: tuple[str, ...] | None) -> None:
    """The first channel stands empty, the second is looked at."""
    found = channels(empty, begin, end)
    if flags is None:
        assert found == []
        return
    (one,) = found
    assert (one.position, one.test, one.flags, one.value) == ("2", "inhibition", flags, None)
    assert one.raw == ((("absorbance change", Decimal(change)),) if change else ())
    assert one.status == ("failed" if flags else "final")
    assert change is None or str(one.raw[0][1]) == change


@pytest.mark.parametrize("data", [b"", bytes(23), bytes(25), bytes(16)])
def test_lights_of_another_form_say_nothing(data: bytes) -> None:
    (one,) = readings(data, "latin-1", DySettings(module="photometer"))
    assert (one.raw, one.result) == ((), f"{len(data)} bytes")


def test_the_wavelength_is_a_setting() -> None:
    text = b"".join(lights((60000, light)) for light in (1000, 900, 90))
    assert readings(text, "latin-1", DySettings(module="photometer", wavelength=2))[0].raw == (("absorbance change", Decimal("1.0000")),)


def test_dry_channels_are_colours() -> None:
    found = readings(bytes((1, 2, 3, 4, 5, 6)), "latin-1", DySettings(module="dry"))
    assert [(one.position, [int(value) for _, value in one.raw]) for one in found] == [("1", [1, 2, 3]), ("2", [4, 5, 6])]
    assert readings(b"1234", "latin-1", DySettings(module="dry"))[0].raw == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"control_trough": (10,)},
        {"control_trough": (20, 10)},
        {"test_trough": (15, 40)},
        {"control_trough": (-1, 20)},
        {"printed": Decimal("NaN")},
        {"printed": Decimal(0)},
        {"present_below": Decimal("1.02")},
        {"fault_above": Decimal("Infinity")},
    ],
)
def test_limits_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Wrong):
        DySettings(**wrong)


# -- any bytes ---------------------------------------------------------------------------------------------------------

PIECES = [
    b"\x7e",
    b"\xaa",
    b"\x7e\x16",
    b"\x7e\x16\x00\x02",
    h(CARD_IN),
    h(CARD_OUT),
    h(SCANNED),
    framed(0x16, b"\x7e\1"),
    framed(0x16, lights((9, 9)), "sum", "aa"),
]
traffic = st.lists(st.tuples(st.one_of(st.sampled_from(PIECES), st.binary(max_size=10)), st.sampled_from([0.0, 0.1, 0.5, 4.0, 200.0])), max_size=20)
departures = st.sampled_from([STRIP, Dy7eSettings(dialect="P"), Dy7eSettings(unasked=True), PHOTOMETER, Dy7eSettings(dialect="sum", module="dry")])


@settings(max_examples=200, derandomize=True, deadline=None)
@given(traffic, departures, st.integers(0, 9), st.booleans())
def test_any_bytes_in_any_split(heard, used, seed, asked) -> None:  # type: ignore[no-untyped-def]
    whole, cut, now = Dy7eLink(used), Dy7eLink(used), 0.0
    events: list[Event] = []
    if asked:
        events += whole.submit(["read"], now)[1]
        cut.submit(["read"], now)
    for data, pause in heard:
        assert b"".join(whole.cut(data)) == data
        found = whole.feed(data, now)
        places = [place for place in range(1, len(data)) if random.Random(seed + place).random() < 0.5]
        assert [event for start, end in pairwise([0, *places, len(data)]) for event in cut.feed(data[start:end], now)] == found
        now += pause
        overdue = whole.poll(now)
        assert overdue == cut.poll(now) and whole.counts == cut.counts and whole.begun_at == cut.begun_at
        events += [*found, *overdue]
    events += whole.abort()
    assert whole.begun_at is None
    spans = [(event.start, event.end) for event in events if isinstance(event, Message | Quarantine)]
    assert all(start < end for start, end in spans) and all(before[1] <= after[0] for before, after in pairwise(spans))
    assert sum(isinstance(event, Done | Failed) for event in events) == asked
    assert whole.counts.messages + whole.counts.quarantined == len(spans)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["strip", "photometer", "dry"]))
def test_the_codec_survives_anything(data: bytes, module: Any) -> None:
    for one in readings(data, "latin-1", DySettings(module=module)):
        assert one.value is None and one.sample is None
        assert all(value.is_finite() for _, value in one.raw)


# -- against the virtual instrument ------------------------------------------------------------------------------------


def together(link: Dy7eLink, instrument: Device, seconds: float) -> list[Event]:
    events: list[Event] = []
    for now in (tick * 0.05 for tick in range(int(seconds / 0.05))):
        said = link.poll(now)
        while said:
            events += said
            written = [part for event in said if isinstance(event, Send) for part in instrument.feed(event.data, now)]
            said = [event for data in written for event in (link.feed(data, now) if data else pulled(link, instrument))]
    assert instrument.idle
    return events


def pulled(link: Dy7eLink, instrument: Device) -> list[Event]:
    instrument.unplug()
    return link.abort()


def lines_of(control: int, test: int) -> tuple[tuple[str, Decimal], ...]:
    return (("test line", Decimal(test)), ("control line", Decimal(control)))


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_each_strip_is_read_once_whatever_happens(fault: str | None, profiles: dict[str, Profile]) -> None:
    profile = profiles["dy-gold-strip-module"]
    shown = [Shown("", "strip", "", "", AT, raw=lines_of(*pair)) for pair in ((4000, 126), (3000, 0), (0x7E7E // 2, 7000))]
    instrument, link = device(profile, fault), profile.new_link()
    instrument.send(compose(profile, shown))
    events = together(link, instrument, 60.0)  # type: ignore[arg-type]
    found = [one for event in events if isinstance(event, Message) for one in profile.readings(event.text, "strip")]
    assert [one.raw for one in found] == [one.raw for one in shown]
    assert {one.test for one in found} == {"aflatoxin-b1"}
    reasons = {"drop": ["timed-out"], "unplug": ["lost"]}
    assert [event.reason for event in events if isinstance(event, Quarantine)] == reasons.get(fault or "", [])
    assert link.counts.silences == (1 if fault in ("drop", "flip-bit", "silence", "wrong-number") else 0)
    assert link.counts.unknown == (1 if fault in ("join", "duplicate", "wrong-number") else 0)
    assert link.counts.wrong_sums == (1 if fault == "flip-bit" else 0)


@pytest.mark.parametrize("fault", [None, *(fault for fault in FAULTS if fault != "unplug")])
def test_a_run_of_the_photometer_whatever_happens(fault: str | None, profiles: dict[str, Profile]) -> None:
    profile = profiles["dy-photometer-pesticide"]
    shown = [
        Shown("", "inhibition", "", "", AT, position=place, raw=(("absorbance change", Decimal(change)),))
        for place, change in (("1", "0.4000"), ("2", "0.1234"), ("4", "-0.0123"))
    ]
    instrument, link = device(profile, fault), profile.new_link()
    instrument.send(compose(profile, shown))
    ticket, said = link.submit(["read"], 0.0)
    events = [event for part in said if isinstance(part, Send) for data in instrument.feed(part.data, 0.0) for event in link.feed(data, 0.0)]
    events += together(link, instrument, 230.0)  # type: ignore[arg-type]
    assert Done(ticket) in events
    (message,) = (event for event in events if isinstance(event, Message))
    found = profile.readings(message.text, "photometer")
    assert [(one.position, one.raw) for one in found] == [(one.position, one.raw) for one in shown], "channel 3 is empty"
    assert {one.test for one in found} == {"op-carbamate-inhibition"}
