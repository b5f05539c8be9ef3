"""MT-SICS, and what every link that asks promises: one answer a command, none taken for another's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.core.asking import LONGEST
from drivers.core.form import Wrong, filled
from drivers.core.link import FAILURES, Done, Event, Failed, Link, Message, Quarantine, Send
from drivers.core.profile import Profile, Serial, read
from drivers.core.reading import Reading
from drivers.links.sics import SicsSettings
from drivers.stored import decode
from drivers.transport import open_transport
from drivers.virtual import FAULTS, UNPLUG, Device, Shown, compose, device
from drivers.virtual.served import serve
from tests.turns import turns

PROFILES = Path(__file__).parents[2] / "resources" / "instruments"
METTLER, METER = read(PROFILES / "mettler-sics.toml"), read(PROFILES / "ph-meter-sics.toml")
STABLE, DYNAMIC = b"S S     100.00 g\r\n", b"S D     100.02 g\r\n"
Value = tuple[str, Decimal | None, str | None, bool | None]


def values(readings: Iterable[Reading]) -> list[Value]:
    return [(reading.test or "", reading.value, reading.unit, reading.stable) for reading in readings]


def messages(profile: Profile, events: Iterable[Event]) -> list[Reading]:
    return [reading for event in events if isinstance(event, Message) for reading in profile.readings(event.text, "b")]


def ends(events: Iterable[Event]) -> list[str]:
    """Return how what was submitted ended: empty when it is done, else the reason."""
    return [event.reason if isinstance(event, Failed) else "" for event in events if isinstance(event, Done | Failed)]


def every_cut(data: bytes) -> list[list[bytes]]:
    """Return *data* whole, byte by byte, and in two parts at every place."""
    return [[data], [data[at : at + 1] for at in range(len(data))], *([data[:at], data[at:]] for at in range(1, len(data)))]


def together(link: Link, instrument: Device, orders: Sequence[tuple[float, str]] = (), seconds: float = 100.0) -> list[Event]:
    """Let both talk on an invented clock, asking at the given moments; a pulled plug takes the wire from both."""
    events: list[Event] = []
    asked = list(orders)
    for tick in range(int(seconds / 0.05)):
        now = tick * 0.05
        said = link.poll(now)
        while asked and asked[0][0] <= now:
            said += link.submit([asked.pop(0)[1]], now)[1]
        while True:
            events += said
            written = [part for event in said if isinstance(event, Send) for part in instrument.feed(event.data, now)] + instrument.poll(now)
            if not written:
                break
            said = [event for data in written for event in _carried(link, instrument, data, now)]
    assert instrument.idle
    return events


def _carried(link: Link, instrument: Device, data: bytes, now: float) -> list[Event]:
    if data == UNPLUG:
        instrument.unplug()
        return link.abort()
    return link.feed(data, now)


# -- the worked examples -----------------------------------------------------------------------------------------------

CODES = {"not_executable": "busy", "overload": "over-range", "underload": "under-range", "syntax": "refused", "transmission": "garbled", "logical": "refused"}


def test_every_example_ends_as_its_vector_says(example: Callable[[str], dict[str, Any]]) -> None:
    cases = example("mtsics_public")["cases"]
    for case in cases:
        expect, data = case["expect"], bytes.fromhex(case["hex"])
        for parts in every_cut(data):
            link = METTLER.new_link()
            sent = link.submit([case["send"]], 0.0)[1]
            assert sent == [Send(f"{case['send']}\r\n".encode())]
            events = [event for part in parts for event in link.feed(part, 1.0)]
            assert ends(events) == [CODES[expect["code"]] if expect["kind"] == "error" else ""], case["id"]
            readings = messages(METTLER, events)
            if expect["kind"] in ("weight", "tare"):
                assert values(readings) == [(expect["kind"], Decimal(expect["value"]), expect["unit"], expect["stable"])]
                assert readings[0].text == expect["value"], "the decimals are those sent"
                assert [(event.start, event.end) for event in events if isinstance(event, Message)] == [(0, len(data))]
            else:
                assert [reading.value for reading in readings] in ([], [None])
            assert (link.counts.noise, link.counts.unknown, link.counts.received) == (0, 0, len(data))
            assert link.next_deadline() is None and link.begun_at is None
    assert len(cases) == 17


def test_the_meter_sends_value_and_temperature_and_says_when_it_is_not_stable() -> None:
    line = b"MF06 A D 7.02 pH 25.2 0 0\r\n"
    assert values(decode(METER, line)) == [("ph", Decimal("7.02"), "", False), ("temperature", Decimal("25.2"), "°C", False)]
    settled = decode(METER, line.replace(b" D ", b" S "))
    assert [reading.stable for reading in settled] == [True, True]
    fahrenheit = decode(METER, line.replace(b"25.2 0", b"77.4 1"))
    assert values(fahrenheit)[1] == ("temperature", None, None, False) and fahrenheit[1].text == "77.4", "a unit nobody told us of"
    link = METER.new_link()
    assert link.submit(["ask"], 0.0)[1] == [Send(b"MF06\r\n")]
    assert ends(link.feed(line, 0.5)) == ["not-stable"]


# -- what is not a value -----------------------------------------------------------------------------------------------


def test_a_line_that_lost_a_byte_is_never_another_number() -> None:
    line = STABLE.removesuffix(b"\r\n")
    for at in range(len(line)):
        for reading in decode(METTLER, line[:at] + line[at + 1 :] + b"\r\n"):
            assert (reading.value, reading.unit) in ((None, None), (Decimal("100.00"), "g"))


@pytest.mark.parametrize(
    ("line", "test", "status"),
    [
        (b"S +", "weight", "failed"),
        (b"S -", "weight", "failed"),
        (b"S S Error 10b", "weight", "failed"),
        (b"S S     1q0.00 g", "weight", "final"),
        (b"S S     100.00", "weight", "final"),
        (b"S S     100,00 g", "weight", "final"),
        (b"S S 100.00 g", "weight", "final"),
        (b"S S     100.00 gS S     101.00 g", "weight", "final"),
    ],
)
def test_what_holds_no_weight_arrives_without_a_value(line: bytes, test: str, status: str) -> None:
    (reading,) = decode(METTLER, line + b"\r\n")
    assert (reading.test, reading.value, reading.unit, reading.stable, reading.status) == (test, None, None, None, status)
    assert reading.text in line.decode() and reading.result


def test_lines_nobody_knows_are_counted_and_bytes_before_a_line_are_noise() -> None:
    link = METTLER.new_link()
    events = link.feed(b"\x00\xff\r\nHELLO\r\n" + STABLE + "皮重\r\n".encode("gbk") + b"\x13\x11" + DYNAMIC, 0.0)
    assert values(messages(METTLER, events)) == [("weight", Decimal("100.00"), "g", True), ("weight", Decimal("100.02"), "g", False)]
    assert (link.counts.unknown, link.counts.noise, link.counts.messages) == (2, 6, 2)
    assert [(event.start, event.end) for event in events if isinstance(event, Message)] == [(11, 29), (37, 55)]


# -- asking ------------------------------------------------------------------------------------------------------------


def test_one_command_at_a_time_and_unasked_lines_are_readings_too() -> None:
    link = METTLER.new_link()
    first, sent = link.submit(["zero"], 0.0)
    second, nothing = link.submit(["ask"], 0.1)
    assert (sent, nothing) == ([Send(b"Z\r\n")], [])
    (pressed,) = link.feed(STABLE, 0.2)
    assert isinstance(pressed, Message), "the print key does not answer Z"
    assert link.feed(b"Z A\r\n", 0.3) == [Done(first), Send(b"S\r\n")]
    (streamed,) = link.feed(DYNAMIC, 0.4)
    assert isinstance(streamed, Message), "a dynamic value does not answer S"
    assert link.feed(STABLE, 0.5)[1:] == [Done(second)]


def test_an_answer_goes_on_until_its_last_line() -> None:
    link = METTLER.new_link()
    ticket, _ = link.submit(["I0"], 0.0)
    assert link.feed(b'I0 B 0 "I0"\r\n', 50.0) == [] and link.feed(b'I0 B 0 "@"\r\n', 100.0) == []
    assert link.feed(b'I0 A 1 "SIR"\r\n', 150.0) == [Done(ticket)]
    assert link.counts.unknown == 0


def test_without_an_answer_the_command_is_cancelled_and_a_late_answer_is_nobodys() -> None:
    link = METTLER.new_link()
    lost, _ = link.submit(["ask"], 0.0)
    asked, _ = link.submit(["ask"], 1.0)
    assert link.next_deadline() == 60.0 and link.poll(59.9) == []
    assert link.poll(60.0) == [Failed(lost, "no-answer"), Send(b"@\r\n")]
    (late,) = link.feed(STABLE, 60.5)
    assert isinstance(late, Message)
    assert link.feed(b'I4 A "B1"\r\n', 61.0) == [Send(b"S\r\n")]
    assert link.feed(STABLE, 62.0)[1:] == [Done(asked)]
    assert link.counts.silences == 1


def test_a_balance_that_is_off_keeps_nobody_waiting_for_ever() -> None:
    link = METTLER.new_link()
    for _ in range(2):
        link.submit(["ask"], 0.0)
    events, due = [], link.next_deadline()
    while due is not None:
        events += link.poll(due)
        due = link.next_deadline()
    assert ends(events) == ["no-answer", "no-answer"]
    assert [event.data for event in events if isinstance(event, Send)] == [b"@\r\n", b"S\r\n", b"@\r\n"]


def test_a_balance_switched_on_again_has_forgotten_the_command() -> None:
    link = METTLER.new_link()
    link.submit(["ask"], 0.0)
    assert ends(link.feed(b'I4 A "B021002593"\r\n', 5.0)) == ["interrupted"]


def test_nothing_is_sent_that_is_no_command() -> None:
    link = METTLER.new_link()
    for records in ([], ["ask", "ask"], ["S\r\nZ"], [""], [" "], ["零"]):
        assert ends(link.submit(records, 0.0)[1]) == ["refused"]
    assert ends(METER.new_link().submit(["tare"], 0.0)[1]) == ["one-way"]
    assert link.next_deadline() is None


def test_after_the_wire_is_gone_the_link_is_as_new() -> None:
    link = METTLER.new_link()
    link.submit(["ask"], 0.0)
    link.submit(["tare"], 0.0)
    link.feed(STABLE[:9], 0.0)
    assert link.begun_at == 0
    assert link.abort() == [Quarantine("lost", 0, 9), Failed(1, "lost"), Failed(2, "lost")]
    assert link.begun_at is None and link.next_deadline() is None and link.abort() == []
    assert link.submit(["ask"], 1.0)[1] == [Send(b"S\r\n")]
    (message, done) = link.feed(STABLE, 1.0)
    assert isinstance(message, Message) and (message.start, message.end) == (9, 27) and done == Done(3)


def test_a_line_without_an_end_goes_to_quarantine() -> None:
    link = METTLER.new_link()
    link.feed(b"S S  ", 0.0)
    assert link.next_deadline() == 2.0 and link.poll(1.9) == []
    assert link.poll(2.0) == [Quarantine("timed-out", 0, 5)]
    for parts in ([b"x" * (LONGEST + 50) + b"\r\n" + STABLE], [b"x" * LONGEST, b"x" * 50, b"\r", b"\n", STABLE]):
        link = METTLER.new_link()
        events = [event for part in parts for event in link.feed(part, 0.0)]
        assert events[0] == Quarantine("too-long", 0, LONGEST)
        assert values(messages(METTLER, events)) == [("weight", Decimal("100.00"), "g", True)]
        assert link.counts.noise == 52 and link.begun_at is None


@pytest.mark.parametrize(
    ("name", "value"), [("answer_s", 0.0), ("answer_s", float("nan")), ("line_s", 1e9), ("line_end", ";"), ("ask", "S\r"), ("cancel", "取消")]
)
def test_settings_that_cannot_be_are_refused(name: str, value: object) -> None:
    with pytest.raises(Wrong) as caught:
        filled(SicsSettings, {name: value}, "quirks")
    assert (caught.value.code, caught.value.path) == ("unknown-value", f"quirks.{name}")


# -- noise -------------------------------------------------------------------------------------------------------------

PIECES = [STABLE, DYNAMIC, b"S I\r\n", b"Z A\r\n", b"ES\r\n", b'I4 A "x"\r\n', b"S S ", b"\r", b"\n", b"\x00\xff", b"MF06 A D 7.02 pH 25.2 0 0\r\n"]
traffic = st.lists(st.tuples(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), st.sampled_from([0.0, 0.1, 2.5, 61.0])), max_size=25)


def survives(link: Link, heard: Sequence[tuple[bytes, float]], orders: Sequence[str]) -> list[Event]:
    """Feed anything with pauses; whatever comes, offsets rise, every order ends once and with a known reason, and the link ends as new."""
    events, now = [event for order in orders for event in link.submit([order], 0.0)[1]], 0.0
    for data, pause in heard:
        assert b"".join(link.cut(data)) == data
        events += link.feed(data, now)
        now += pause
        events += link.poll(now)
        assert link.begun_at is None or 0 <= link.begun_at <= link.counts.received
    events += link.abort()
    places = [(event.start, event.end) for event in events if isinstance(event, Message | Quarantine)]
    assert all(start < end for start, end in places) and all(before[1] <= after[0] for before, after in pairwise(places))
    finished = [event for event in events if isinstance(event, Done | Failed)]
    assert sorted(event.ticket for event in finished) == list(range(1, len(orders) + 1))
    assert all(event.reason in FAILURES for event in finished if isinstance(event, Failed))
    assert link.next_deadline() is None and link.begun_at is None
    return events


@settings(max_examples=200, derandomize=True, deadline=None)
@given(traffic, st.lists(st.sampled_from(["ask", "tare", "zero", "SIR", "I0", "@", "nonsense"]), max_size=4))
def test_anything_may_come(heard: list[tuple[bytes, float]], orders: list[str]) -> None:
    asked = survives(METTLER.new_link(), heard, orders)
    unasked = survives(METTLER.new_link(), heard, [])
    assert [event for event in asked if isinstance(event, Message)] == [event for event in unasked if isinstance(event, Message)], "replay asks nothing"


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=20), st.data())
def test_any_split_gives_the_same(pieces: list[bytes], data: st.DataObject) -> None:
    heard = b"".join(pieces)
    places = sorted(data.draw(st.lists(st.integers(0, len(heard)), max_size=6)))
    whole, parts = METTLER.new_link(), METTLER.new_link()
    events = [event for begin, end in pairwise([0, *places, len(heard)]) for event in parts.feed(heard[begin:end], 0.0)]
    assert events == whole.feed(heard, 0.0) and parts.counts == whole.counts and parts.begun_at == whole.begun_at


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text(alphabet="S DTAI+-0123456789.gpH\r\n", max_size=40).map(str.encode)))
def test_the_codec_reads_anything(text: bytes) -> None:
    for profile in (METTLER, METER):
        for reading in profile.readings(text, "b"):
            assert reading.value is None or reading.unit is not None


# -- the virtual balance -----------------------------------------------------------------------------------------------

KEYS = [["100.00", "g", "stable"], ["100.02", "g", "dynamic"], ["-0.05", "g", "stable"]]
MEANT = [("weight", Decimal(value), unit, state == "stable") for value, unit, state in KEYS]


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_every_press_of_the_key_arrives_as_it_was_meant(fault: str | None) -> None:
    instrument, link = device(METTLER, fault), METTLER.new_link()
    instrument.send(KEYS)
    events = together(link, instrument)
    read = values(messages(METTLER, events))
    if fault == "drop":
        # CR LF of the first line is lost: two lines run together and are no value.
        assert read == [("weight", None, None, None), MEANT[2]]
    elif fault == "flip-bit":
        assert read == [("weight", None, None, None), *MEANT[1:]]
    else:
        assert read == [MEANT[0], *MEANT] if fault == "duplicate" else MEANT
    reasons = [event.reason for event in events if isinstance(event, Quarantine)]
    assert reasons == {"silence": ["timed-out"], "restart": ["timed-out"], "unplug": ["lost"]}.get(fault or "", [])


@pytest.mark.parametrize(
    ("fault", "ended"),
    [
        (None, ["", ""]),
        ("split", ["", ""]),
        ("join", ["", ""]),
        ("drop", ["no-answer", ""]),
        ("flip-bit", ["", ""]),
        ("duplicate", ["", ""]),
        ("wrong-number", ["no-answer", ""]),
        ("nak", ["busy", "busy"]),
        ("silence", ["no-answer", ""]),
        ("restart", ["interrupted", ""]),
        ("gbk", ["", ""]),
        ("unplug", ["lost", ""]),
    ],
)
def test_what_is_asked_is_answered_or_fails(fault: str | None, ended: list[str]) -> None:
    instrument, link = device(METTLER, fault), METTLER.new_link()
    instrument.put("12.345", "g", stable=False, now=0.0)  # type: ignore[attr-defined]
    events = together(link, instrument, [(0.0, "ask"), (70.0, "ask")])
    assert ends(events) == ended
    answer = ("weight", Decimal("12.345"), "g", True)
    read = values(messages(METTLER, events))
    if fault == "wrong-number":
        assert read == [("tare", *answer[1:]), answer], "a tare is no weight"
    elif fault == "flip-bit":
        assert read == [("weight", None, None, None), answer]
    else:
        assert read == [answer] * {"duplicate": 3, "nak": 0}.get(fault or "", 1 if ended[0] else 2)


def test_the_balance_answers_its_commands() -> None:
    instrument, link = device(METTLER), METTLER.new_link()
    orders = ["I2", "SI", "tare", "ask", "zero", "nonsense", "I4", "@"]
    events = together(link, instrument, [(float(at), order) for at, order in enumerate(orders)])
    assert ends(events) == ["", "", "", "", "", "refused", "", ""]
    assert values(messages(METTLER, events)) == [
        ("weight", Decimal("100.00"), "g", True),
        ("tare", Decimal("100.00"), "g", True),
        ("weight", Decimal("0.00"), "g", True),
    ]


def test_naks_end_after_three() -> None:
    instrument, link = device(METTLER, "nak"), METTLER.new_link()
    assert ends(together(link, instrument, [(float(at), "ask") for at in range(4)])) == ["busy", "busy", "busy", ""]


def test_the_meter_shows_what_it_measured() -> None:
    instrument, link = device(METER), METER.new_link()
    shown = [Shown("", "pH", "7.02", "pH", datetime(2026, 2, 8)), Shown("", "pH", "4.0", "pH", datetime(2026, 2, 8), stable=False)]
    instrument.send(compose(METER, shown))
    read = [each for each in values(messages(METER, together(link, instrument, [(5.0, "ask")]))) if each[0] == "ph"]
    assert read == [("ph", Decimal("7.02"), "", True), ("ph", Decimal("4.0"), "", False), ("ph", Decimal("4.0"), "", True)]


def test_a_link_is_cheap() -> None:
    """A minute at 115200 baud."""
    data = STABLE * (691_200 // len(STABLE))

    def feed() -> None:
        link = METTLER.new_link()
        for at in range(0, len(data), 512):
            link.feed(data[at : at + 512], 0.0)
        assert link.counts.messages == 38_400

    assert turns(feed) < 100 * len(data)


def test_what_was_laid_on_before_the_question_is_what_is_weighed() -> None:
    """However late the balance's own thread comes to it."""
    link, found, until = METTLER.new_link(), [], monotonic() + 10.0
    with serve(METTLER, haste=10.0) as served:
        wire = open_transport(served.address, Serial())
        try:
            for value in ("25.1234", "3.0021", "27.7512"):
                served.send([[value, "g", "asked"]])
                (asked,) = (event.data for event in link.submit(["ask"], monotonic())[1] if isinstance(event, Send))
                wire.write(asked)
                had = len(found)
                while len(found) == had and monotonic() < until:
                    found += messages(METTLER, link.feed(wire.read(), monotonic()))
        finally:
            wire.close()
    assert [format(one.value, "f") for one in found] == ["25.1234", "3.0021", "27.7512"]


@pytest.mark.parametrize("name", ["mettler-sics", "ph-meter-sics", "sartorius-sbi", "and-balance", "ohaus-balance", "radwag-balance", "barcode-scanner"])
def test_on_a_real_wire_what_is_shown_is_what_is_read(name: str) -> None:
    profile = read(PROFILES / f"{name}.toml")
    test, value, unit = {"barcode-scanner": ("code", "", ""), "ph-meter-sics": ("pH", "7.02", "")}.get(name, ("weight", "12.345", "g"))
    link, found, until = profile.new_link(), [], monotonic() + 10.0
    with serve(profile, haste=10.0) as served:
        served.show([Shown(sample, test, value, unit, datetime(2026, 2, 8)) for sample in ("NC-1", "NC-2")])
        wire = open_transport(served.address, Serial())
        try:
            while len(found) < 2 and monotonic() < until:
                found += [one for one in messages(profile, link.feed(wire.read(), monotonic())) if one.test != "temperature"]
        finally:
            wire.close()
    if name == "barcode-scanner":
        assert [one.sample for one in found] == ["NC-1", "NC-2"]
    else:
        assert values(found) == [(profile.tests.get(test, test), Decimal(value), unit, True)] * 2
