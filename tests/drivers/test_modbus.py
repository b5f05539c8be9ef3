"""Modbus RTU: the worked examples, every split, every fault of the virtual slaves, and what a profile may not say."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import Trouble
from drivers.codecs.registers import RegistersSettings, Value, number_of, readings, shortest
from drivers.core.link import FAILURES, Counts, Done, Event, Failed, Message, Quarantine, Send, Warn
from drivers.core.profile import Profile, of_text, read
from drivers.core.reading import Reading
from drivers.delivery import Delivery
from drivers.links.modbus_rtu import MOST_READ, ModbusLink, ModbusSettings, Poll, crc16, framed, silence_s
from drivers.listen import listen
from drivers.stored import decode, pieces, replay
from drivers.transport import has_pty
from drivers.virtual import FAULTS, UNPLUG, Device, Shown, compose, device
from drivers.virtual.modbus import Slaves
from drivers.virtual.served import example as shown_at_first
from drivers.virtual.served import serve

FOLDER = Path(__file__).parents[2] / "resources" / "instruments"
VECTORS = {case["id"]: case for case in json.loads((Path(__file__).parent / "vectors/examples/modbus_public.json").read_text("utf-8"))["cases"]}
READS = ["t_read", "t_negative", "th_read", "float_be"]
NAMES = ["temperature-humidity-logger", "cold-store-logger", "grain-temperature-cable"]
AT = datetime(2026, 2, 8, 14, 44)
ROOM, COLD, CABLES = (read(FOLDER / f"{name}.toml") for name in NAMES)


def frames(name: str) -> tuple[bytes, bytes]:
    return bytes.fromhex(VECTORS[name]["request"]), bytes.fromhex(VECTORS[name]["response"])


def poll_of(request: bytes) -> Poll:
    address, function, start, count = struct.unpack(">BBHH", request[:6])
    return Poll(address, function, start, count)


def asking(*polls: Poll, now: float = 0.0, **more: Any) -> ModbusLink:
    """A link that has just asked the first of *polls*."""
    link = ModbusLink(ModbusSettings(polls, **more))
    assert link.poll(now) == [Send(polls[0].request)]
    return link


def messages(events: Sequence[Event]) -> list[bytes]:
    return [event.text for event in events if isinstance(event, Message)]


# -- the worked examples -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READS)
def test_each_request_is_asked_and_each_answer_read_at_every_split(name: str) -> None:
    request, response = frames(name)
    poll = poll_of(request)
    assert poll.request == request
    for cuts in [[], *([at] for at in range(1, len(response))), list(range(1, len(response)))]:
        link = asking(poll)
        parts = [response[start:end] for start, end in pairwise([0, *cuts, len(response)])]
        events = [event for part in parts for event in link.feed(part, 0.5)]
        assert events == [Message(response, 0, len(response))]
        assert link.counts == Counts(received=len(response), messages=1)


@pytest.mark.parametrize("name", READS)
def test_each_answer_has_the_values_of_its_example(name: str) -> None:
    request, response = frames(name)
    case, poll = VECTORS[name], poll_of(request)
    said = case["decode"] if isinstance(case["decode"], list) else [case["decode"]]
    values, register = [], poll.start
    for number, one in enumerate(said):
        kind, scale = one["type"], Decimal(one.get("scale", "1"))
        values.append(Value(f"v{number}", poll.address, poll.function, register, kind, one.get("order", "ABCD"), scale))
        register += values[-1].size
    found = readings(response, "latin-1", RegistersSettings((poll,), tuple(values)))
    expect = case["expect"]
    if "value_close" in expect:
        assert abs(found[0].value - Decimal(expect["value_close"])) <= Decimal(2) ** -19, "one step of a float32 near 27"
    else:
        assert [reading.text for reading in found] == expect.get("values", [expect.get("value")])
    assert [reading.test for reading in found] == [value.test for value in values]
    assert readings(response[:-1] + b"\0", "latin-1", RegistersSettings((poll,), tuple(values))) == [], "a wrong sum gives nothing"


@pytest.mark.parametrize(("name", "record"), [("fc6", "write 1 0x101 8"), ("fc16", "write 1 257 0x20 9600")])
@pytest.mark.parametrize("echo", [False, True])
def test_writing_is_done_when_the_answer_came(name: str, record: str, echo: bool) -> None:
    request, response = frames(name)
    link = ModbusLink(ModbusSettings((Poll(1, 3, 0, 1),), every_s=1e9, echo=echo, unasked=True))
    for now in (0.0, 1.0):
        ticket, events = link.submit([record], now)
        assert events == [Send(request)]
        if echo:
            assert link.feed(request, now + 0.1) == [], "what the adapter repeats is no answer, be it the same bytes"
        assert link.feed(response, now + 0.2) == [Done(ticket)]
    assert link.counts.unknown == link.counts.noise == link.counts.messages == 0


def test_a_write_repeated_by_an_adapter_nobody_named_is_not_done() -> None:
    request, response = frames("fc16")
    link = ModbusLink(ModbusSettings((Poll(1, 3, 0, 1),), unasked=True))
    ticket, _ = link.submit(["write 1 257 32 9600"], 0.0)
    assert link.feed(request, 0.1) == [] and link.counts.unknown == 1
    assert link.feed(response, 0.1) == [Done(ticket)]


def test_an_exception_ends_the_poll_and_not_the_round() -> None:
    request, response = frames("exception")
    link = asking(poll_of(request), Poll(1, 3, 0, 2), gap_s=0.0)
    assert link.feed(response, 0.1) == [Warn(VECTORS["exception"]["expect"]["name"].replace(" ", "-"))]
    assert link.counts == Counts(received=5, refused=1)
    assert link.poll(0.1) == [Send(Poll(1, 3, 0, 2).request)]


def test_a_wrong_sum_is_counted_and_asked_again() -> None:
    request, response = frames("bad_crc")
    link = asking(poll_of(request))
    assert link.feed(response, 0.1) == []
    assert (link.counts.wrong_sums, link.counts.noise, link.counts.messages) == (1, len(response), 0)
    assert link.poll(1.0) == [Send(request)] and link.counts.silences == 0, "it was not silent"


@pytest.mark.parametrize(("baudrate", "milliseconds"), [(int(baud), ms) for baud, ms in VECTORS["silence"]["bauds"].items()])
def test_the_least_silence(baudrate: int, milliseconds: float) -> None:
    assert silence_s(baudrate) * 1000 == pytest.approx(milliseconds, abs=0.005)


@pytest.mark.parametrize("name", ["t_read", "t_negative", "th_read", "fc6", "fc16", "exception"])
def test_the_virtual_slaves_answer_as_in_the_examples(name: str) -> None:
    request, response = frames(name)
    slaves = Slaves(None, 1.0, replace(ROOM, codec_settings=RegistersSettings((Poll(1, 4, 1, 1), Poll(1, 3, 0, 2)), ())))
    if name.startswith("t"):
        content = response[3:-2]
        words = struct.unpack(f">{len(content) // 2}H", content)
        slaves.send([[f"1 {request[1]} {request[3] + place} {word}" for place, word in enumerate(words)]])
    assert slaves.feed(request, 0.0) == [response]
    assert Slaves(None, 1.0, ROOM).feed(request[:-1] + b"\0", 0.0) == [], "a slave does not answer a wrong sum"


def test_an_independent_master_and_slave_agree() -> None:
    """pymodbus: its sums, its requests, and its framer at both ends."""
    from pymodbus.framer.rtu import FramerRTU
    from pymodbus.pdu import DecodePDU
    from pymodbus.pdu.register_message import ReadHoldingRegistersRequest, ReadInputRegistersRequest

    kinds = {3: ReadHoldingRegistersRequest, 4: ReadInputRegistersRequest}
    for address, function, start, count in ((1, 3, 0, 1), (247, 4, 0xFFFE, 2), (17, 3, 0x03EA, MOST_READ)):
        poll = Poll(address, function, start, count)
        pdu = kinds[function](address=start, count=count, dev_id=address)
        assert FramerRTU(DecodePDU(True)).encode(bytes((function,)) + pdu.encode(), address, 0) == poll.request
        used, found, _, body = FramerRTU(DecodePDU(True)).decode(poll.request)
        assert (used, found, body) == (8, address, poll.request[1:-2])
    for answer in Slaves(None, 1.0, CABLES).feed(CABLES.codec_settings.polls[1].request, 0.0):
        used, found, _, body = FramerRTU(DecodePDU(False)).decode(answer)
        assert (used, found, body) == (len(answer), 2, answer[1:-2])

    @settings(max_examples=100, derandomize=True)
    @given(st.binary(max_size=256))
    def same_sums(data: bytes) -> None:
        assert framed(data)[-2:] == FramerRTU.compute_CRC(data).to_bytes(2, "big")
        assert crc16(framed(data)) == 0

    same_sums()


# -- what the line does --------------------------------------------------------------------------------------------------

PAIR = Poll(1, 3, 0, 2)
REQUEST, ANSWER = frames("th_read")
assert PAIR.request == REQUEST


@pytest.mark.parametrize(
    "before", [b"\x00", b"\xff", b"\x00\xff\x00", b"\x01", b"\x01\x03", b"\x01\x03\x04", ANSWER[:-1] + b"\0", b"\xf7\x04\xfa", b"\x05\x83"]
)
def test_noise_before_an_answer_does_not_hide_it(before: bytes) -> None:
    """pymodbus 3.16 waits for ever after one 00 or FF, and forgets everything at a wrong sum."""
    link = asking(PAIR)
    events = link.feed(before + ANSWER, 0.5)
    events += link.poll(0.6)  # 0.1 s after the last byte, long before the answer would be given up
    assert [event for event in events if isinstance(event, Message)] == [Message(ANSWER, len(before), len(before) + len(ANSWER))]
    quarantined = sum(event.end - event.start for event in events if isinstance(event, Quarantine))
    assert link.counts.noise + quarantined == len(before)
    assert link.next_deadline() == 300.0, "nothing more is waited for in this round"


@pytest.mark.parametrize("echo", [False, True])
def test_a_request_that_comes_back_is_dropped_and_its_answer_taken(echo: bool) -> None:
    for poll in (PAIR, Poll(1, 3, 0x0400, 2), Poll(1, 3, 0xFA00, 125)):
        answer = framed(poll.head + bytes(2 * poll.count))
        for cut in range(len(poll.request) + 1):
            link, whole = asking(poll, echo=echo), poll.request + answer
            events = link.feed(whole[:cut], 0.1) + link.feed(whole[cut:], 0.1)
            assert events == [Message(answer, 8, 8 + len(answer))]
            assert (link.counts.unknown, link.counts.noise) == (0 if echo else 1, 0)


def test_the_request_to_another_register_is_no_answer() -> None:
    """Its first three bytes are those of an answer with one register."""
    one, other = Poll(1, 3, 0, 1), Poll(1, 3, 0x0200, 5)
    link = asking(one, other)
    assert link.feed(other.request, 0.1) == [] and link.counts.unknown == 1
    assert messages(link.feed(framed(b"\x01\x03\x02\x00\x07"), 0.2)) == [framed(b"\x01\x03\x02\x00\x07")]


def test_a_frame_that_breaks_off_is_kept_from_its_first_byte() -> None:
    link = asking(PAIR)
    assert link.feed(b"\xff" + ANSWER[:3] + ANSWER[:4], 0.1) == [] and link.begun_at == 1
    assert link.feed(ANSWER, 0.3) == [Quarantine("timed-out", 1, 8), Message(ANSWER, 8, 17)]
    assert (link.counts.noise, link.counts.quarantined) == (1, 1)


def test_an_answer_that_has_begun_is_waited_for() -> None:
    link = asking(PAIR)
    assert link.feed(ANSWER[:4], 0.95) == [] and link.poll(1.0) == []
    assert messages(link.feed(ANSWER[4:], 1.04)) == [ANSWER]


def test_late_doubled_and_foreign_answers_are_no_messages() -> None:
    other = Poll(2, 3, 0, 2)
    foreign = framed(other.head + bytes(4))
    link = asking(PAIR, other, retries=0)
    assert link.feed(foreign, 0.1) == [] and link.counts.unknown == 1, "the other slave was not asked yet"
    assert link.poll(1.0) == [Send(other.request)]
    assert link.feed(ANSWER, 1.1) == [] and link.counts.unknown == 2, "too late"
    assert messages(link.feed(foreign + foreign, 1.2)) == [foreign] and link.counts.unknown == 3, "one question, one answer"
    assert link.counts.messages == 1


def test_a_round_goes_one_after_the_other_with_silence_between() -> None:
    other = Poll(2, 3, 0, 2)
    link = asking(PAIR, other, every_s=10.0, gap_s=0.2)
    assert messages(link.feed(ANSWER, 0.5)) == [ANSWER]
    assert link.next_deadline() == 0.7 and link.poll(0.69) == []
    assert link.poll(0.7) == [Send(other.request)]
    assert messages(link.feed(framed(other.head + bytes(4)), 0.9))
    assert link.next_deadline() == 10.0 and link.poll(9.9) == []
    assert link.poll(10.0) == [Send(PAIR.request)]


def test_rounds_that_were_slept_through_are_not_made_up_for() -> None:
    link = asking(PAIR, every_s=10.0)
    link.feed(ANSWER, 0.1)
    assert link.poll(95.0) == [Send(PAIR.request)] and messages(link.feed(ANSWER, 95.1))
    assert link.next_deadline() == 105.0


def test_silence_is_counted_and_given_up_after_the_retries() -> None:
    link = asking(PAIR, Poll(2, 3, 0, 2), retries=2, timeout_s=0.5)
    sent = [link.poll(moment) for moment in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)]
    assert sent == [[Send(PAIR.request)]] * 2 + [[Send(Poll(2, 3, 0, 2).request)]] * 3 + [[]]
    assert link.counts.silences == 6


def test_busy_waits_and_asks_again() -> None:
    for code in (5, 6):
        link = asking(PAIR, retries=1, timeout_s=0.5)
        busy = framed(bytes((1, 0x83, code)))
        assert link.feed(busy, 0.1) == [] and link.poll(0.59) == []
        assert link.poll(0.6) == [Send(PAIR.request)]
        assert messages(link.feed(ANSWER, 0.7)) == [ANSWER]


@pytest.mark.parametrize(
    ("answers", "end"),
    [([ANSWER], None), ([framed(b"\x01\x83\x06")] * 2, "busy"), ([framed(b"\x01\x83\x02")], "refused"), ([b"", b""], "no-answer")],
)
def test_a_round_on_demand_ends_in_one_word(answers: list[bytes], end: str | None) -> None:
    link = ModbusLink(ModbusSettings((PAIR,), retries=1, unasked=True))
    ticket, events = link.submit(["read"], 5.0)
    assert events == [Send(PAIR.request)]
    now = 5.0
    for answer in answers:
        events = link.feed(answer, now + 0.1) if answer else []
        now += 2.0
        events += link.poll(now)
    assert events[-1] == (Done(ticket) if end is None else Failed(ticket, end))
    assert messages(events) == ([ANSWER] if end is None else [])
    assert end is None or end in FAILURES


def test_a_round_on_demand_with_one_silent_slave_has_failed_and_the_others_are_read() -> None:
    other = Poll(2, 3, 0, 2)
    link = ModbusLink(ModbusSettings((other, PAIR), retries=0, unasked=True))
    ticket, _ = link.submit(["read"], 0.0)
    assert link.poll(1.0) == [Send(PAIR.request)]
    assert link.feed(ANSWER, 1.1) == [Message(ANSWER, 0, len(ANSWER)), Failed(ticket, "no-answer")]


def test_broadcasts_are_not_answered() -> None:
    link = ModbusLink(ModbusSettings((PAIR,), unasked=True))
    ticket, events = link.submit(["write 0 1 2", "write 0 1 2 3"], 0.0)
    assert events == [Send(framed(b"\x00\x06\x00\x01\x00\x02"))]
    assert link.poll(0.1) == [], "the slaves need their time"
    assert link.poll(0.2) == [Send(framed(b"\x00\x10\x00\x01\x00\x02\x04\x00\x02\x00\x03")), Done(ticket)]


@pytest.mark.parametrize(
    "record", ["", "READ", "read 1", "write", "write 1 2", "write 248 1 1", "write 1 65536 1", "write 1 1 65536", "write 1 65535 1 1", "write 1 1" + " 1" * 124]
)
def test_what_is_no_command_is_refused_and_nothing_sent(record: str) -> None:
    link = ModbusLink(ModbusSettings((PAIR,)))
    assert link.submit(["read", record], 0.0) == (1, [Failed(1, "refused")])
    assert link.poll(0.0) == [Send(PAIR.request)], "the schedule goes on"


def test_after_the_wire_is_gone_the_link_is_as_new() -> None:
    link = asking(PAIR)
    ticket, _ = link.submit(["read"], 0.1)
    assert link.feed(ANSWER[:5], 0.2) == [] and link.begun_at == 0
    assert link.abort() == [Quarantine("lost", 0, 5), Failed(ticket, "lost")]
    assert link.begun_at is None and link.next_deadline() == 0.0
    assert link.poll(0.3) == [Send(PAIR.request)]
    assert link.feed(ANSWER, 0.4) == [Message(ANSWER, 5, 5 + len(ANSWER))]


def test_noise_without_end_does_not_stop_the_asking() -> None:
    link, sent = asking(PAIR, retries=0, every_s=5.0), 0
    for tick in range(1, 400):
        link.feed(b"\x01\x03\x04", tick * 0.05)
        sent += link.poll(tick * 0.05).count(Send(PAIR.request))
    assert sent == 3, "rounds at 5, 10 and 15 s of 20"


# -- any bytes ------------------------------------------------------------------------------------------------------------

POLLS = (PAIR, Poll(1, 3, 0x0400, 1), Poll(2, 4, 0, 125))
GOOD = [framed(poll.head + bytes(range(2 * poll.count))) for poll in POLLS]
PIECES = [
    *GOOD,
    *(poll.request for poll in POLLS),
    *(frame[:-1] for frame in GOOD),
    framed(b"\x01\x83\x06"),
    framed(b"\x01\x83\x02"),
    framed(b"\x09\x03\x02\x00\x00"),
]
PIECES += [b"\x00", b"\xff", b"\x01", b"\x01\x03", b"\x02\x04\xfa", b"\x01\x10", b"\x01\x06\x00\x01"]
pieces_of_traffic = st.one_of(st.sampled_from(PIECES), st.binary(max_size=10))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(pieces_of_traffic, max_size=12), st.booleans(), st.data())
def test_however_it_is_split_the_events_are_the_same(heard: list[bytes], unasked: bool, data: st.DataObject) -> None:
    stream = b"".join(heard)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    outcomes = []
    for parts in ([stream], [stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])], [stream[at : at + 1] for at in range(len(stream))]):
        link = ModbusLink(ModbusSettings(POLLS, unasked=unasked))
        link.poll(0.0)
        events = [event for part in parts for event in link.feed(part, 0.5)]
        outcomes.append((events, link.begun_at, link.next_deadline(), events + link.poll(0.7), link.abort(), link.counts))
    assert outcomes[0] == outcomes[1] == outcomes[2]
    found = [event for event in outcomes[0][3] + outcomes[0][4] if isinstance(event, Message | Quarantine)]
    assert outcomes[0][5].noise + sum(event.end - event.start for event in found) <= len(stream)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.lists(
        st.tuples(pieces_of_traffic, st.sampled_from([0.0, 0.01, 0.15, 1.5, 31.0]), st.sampled_from(["", "", "read", "write 1 0 7", "write 0 0 7"])),
        max_size=25,
    ),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0.0, 10.0]),
)
def test_the_link_survives_anything(heard: list[tuple[bytes, float, str]], echo: bool, unasked: bool, every_s: float) -> None:
    link, now, events = ModbusLink(ModbusSettings(POLLS, every_s=every_s, echo=echo, unasked=unasked)), 0.0, list[Event]()
    tickets = []
    for data, pause, record in heard:
        if record:
            ticket, more = link.submit([record], now)
            tickets.append(ticket)
            events += more
        assert b"".join(link.cut(data)) == data
        events += link.feed(data, now)
        now += pause
        for _ in range(64):
            due = link.next_deadline()
            if due is None or due > now:
                break
            events += link.poll(now)
        due = link.next_deadline()
        assert due is None or due > now, "time gets somewhere"
        begun = link.begun_at
        assert begun is None or link.counts.received - 256 < begun < link.counts.received, "little is kept"
    events += link.abort()
    ends = [(event.start, event.end) for event in events if isinstance(event, Message | Quarantine)]
    assert all(start < end for start, end in ends)
    assert all(before[1] <= after[0] for before, after in pairwise(ends)), "no byte in two messages"
    assert [event.text for event in events if isinstance(event, Message)] == [
        b"".join(data for data, _, _ in heard)[event.start : event.end] for event in events if isinstance(event, Message)
    ]
    assert all(message in GOOD or (crc16(message) == 0 and message[:3] in {poll.head for poll in POLLS}) for message in messages(events))
    assert sorted(event.ticket for event in events if isinstance(event, Done | Failed)) == tickets
    assert link.begun_at is None


# -- values ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "order", "number"),
    [
        ("ff33", "uint16", "ABCD", "65331"),
        ("ff33", "int16", "ABCD", "-205"),
        ("33ff", "int16", "BADC", "-205"),
        ("00012345", "uint32", "ABCD", "74565"),
        ("23450001", "uint32", "CDAB", "74565"),
        ("01004523", "uint32", "BADC", "74565"),
        ("45230100", "uint32", "DCBA", "74565"),
        ("fffffffe", "int32", "ABCD", "-2"),
        ("fffefeff", "int32", "CDAB", "-16777218"),
        ("3dcccccd", "float32", "ABCD", "0.1"),
        ("cccd3dcc", "float32", "CDAB", "0.1"),
        ("cc3dcdcc", "float32", "BADC", "0.1"),
        ("cdcccc3d", "float32", "DCBA", "0.1"),
        ("42f6e979", "float32", "ABCD", "123.456"),
        ("c1480000", "float32", "ABCD", "-12.5"),
        ("00000001", "float32", "ABCD", "1E-45"),
        ("7f7fffff", "float32", "ABCD", "3.4028235E+38"),
        ("7fc00000", "float32", "ABCD", None),
        ("7fc00001", "float32", "ABCD", None),
        ("ff800000", "float32", "ABCD", None),
        ("1234", "bcd", "ABCD", "1234"),
        ("0070", "bcd", "ABCD", "70"),
        ("12a4", "bcd", "ABCD", None),
        ("00fa", "offset10000", "ABCD", "250"),
        ("280a", "offset10000", "ABCD", "-250"),
    ],
)
def test_kinds_and_orders(content: str, kind: Any, order: Any, number: str | None) -> None:
    found = number_of(bytes.fromhex(content), kind, order)
    assert (None if found is None else str(found)) == number


@settings(max_examples=200, derandomize=True)
@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_float_has_the_fewest_digits_that_are_it(number: float) -> None:
    content = struct.pack(">f", number)
    found = shortest(content)
    assert found is not None and struct.pack(">f", float(found)) == content
    digits = len(found.as_tuple().digits)
    assert digits <= 9
    if digits > 1:
        assert struct.pack(">f", float(f"{number:.{digits - 2}e}")) != content if abs(number) < 3e38 else True


def test_scale_digits_and_what_is_no_value() -> None:
    poll = Poll(1, 3, 10, 6)
    values = (
        Value("a", 1, 3, 10, "float32", scale=Decimal("0.01"), digits=2, unit="°C", position="2"),
        Value("b", 1, 3, 12, scale=Decimal("0.10"), unit="%"),
        Value("row", 1, 3, 13, count=3, position="7", unit="°C"),
    )
    frame = framed(poll.head + struct.pack(">fHHHH", 1234.5, 305, 0x8000, 7, 0xFFFF))
    found = readings(frame, "latin-1", RegistersSettings((poll,), values, missing=(0x8000,)))
    blank = Reading(instrument="", sample=None, test="row", unit="°C")
    assert found == [
        replace(blank, test="a", value=Decimal("12.34"), text="12.34", position="2"),  # 12.345 to even
        replace(blank, test="b", value=Decimal("30.50"), text="30.50", unit="%"),
        replace(blank, unit=None, result="8000", status="failed", position="7/1"),
        replace(blank, value=Decimal(7), text="7", position="7/2"),
        replace(blank, value=Decimal(-1), text="-1", position="7/3"),
    ]
    for broken in (frame[:-1], frame + b"\0", b"", frame[:5], framed(b"\x01\x83\x02"), framed(Poll(1, 3, 10, 5).head + bytes(10)), poll.request):
        assert readings(broken, "latin-1", RegistersSettings((poll,), values)) == []


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["ABCD", "CDAB", "BADC", "DCBA"]), st.binary(min_size=8, max_size=8))
def test_the_codec_survives_anything(text: bytes, order: Any, content: bytes) -> None:
    poll = Poll(1, 3, 0, 4)
    values = [
        Value(f"{kind}{digits}", 1, 3, 0, kind, "ABCD" if kind in ("bcd", "offset10000") else order, digits=digits, scale=Decimal("0.000001"))
        for kind in ("int32", "uint32", "float32", "bcd", "offset10000")
        for digits in (None, 9)
    ]
    known = RegistersSettings((poll,), tuple(values))
    readings(text, "auto", known)
    found = readings(framed(poll.head + content), "auto", known)
    assert len(found) == len(values)
    assert all((reading.value is None) == (reading.text == "") == (reading.result is not None) for reading in found)


# -- profiles ------------------------------------------------------------------------------------------------------------

ROOM_TEXT = (FOLDER / "temperature-humidity-logger.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("start = 1, count = 2 }", "start = 1, count = 2 }, { address = 1, function = 4, start = 9, count = 2 }", "quirks.polls[1].count"),
        ("[{ address = 1, function = 4, start = 1, count = 2 }]", "[]", "quirks.polls"),
        ("{ address = 1, function", "{ address = 248, function", "quirks.polls[0].address"),
        ("{ address = 1, function", "{ address = 0, function", "quirks.polls[0].address"),
        ("count = 2", "count = 126", "quirks.polls[0].count"),
        ("count = 2", "count = 0", "quirks.polls[0].count"),
        ("function = 4, start", "function = 2, start", "quirks.polls[0].function"),
        ("start = 1", "start = 65535", "quirks.polls[0].count"),
        ("register = 2", "register = 3", "quirks.values[1].register"),
        ("count = 2", "count = 1", "quirks.values[1].register"),
        ('kind = "uint16"', 'kind = "int32"', "quirks.values[1].register"),
        ('kind = "uint16"', 'kind = "int64"', "quirks.values[1].kind"),
        ('kind = "uint16"', 'kind = "uint16", order = "CDAB"', "quirks.values[1].order"),
        ('kind = "uint16"', 'kind = "uint16", digits = 10', "quirks.values[1].digits"),
        ('kind = "uint16"', 'kind = "uint16", count = 0', "quirks.values[1].count"),
        ('kind = "uint16", scale = "0.1"', 'kind = "uint16", scale = "0"', "quirks.values[1].scale"),
        ('kind = "uint16", scale = "0.1"', 'kind = "uint16", scale = "NaN"', "quirks.values[1].scale"),
        ('kind = "uint16", scale = "0.1"', 'kind = "uint16", scale = "1E+999"', "quirks.values[1].scale"),
        ("every_s = 300", "every_s = -1", "quirks.every_s"),
        ("timeout_s = 1.0", "timeout_s = 0", "quirks.timeout_s"),
        ("timeout_s = 1.0", "timeout_s = nan", "quirks.timeout_s"),
        ("retries = 3", "retries = 11", "quirks.retries"),
        ("gap_s = 0.25", "gap_s = -0.1", "quirks.gap_s"),
        ("gap_s = 0.25", "pause_s = 0", "quirks.pause_s"),
    ],
)
def test_a_profile_that_cannot_be_is_refused_at_its_place(old: str, new: str, key: str) -> None:
    assert old in ROOM_TEXT
    with pytest.raises(Trouble) as caught:
        of_text(ROOM_TEXT.replace(old, new, 1), Path("x.toml"))
    assert caught.value.code == "profile-unknown-value" and caught.value.facts["key"] == key


@pytest.mark.parametrize("profile", [ROOM, COLD, CABLES], ids=NAMES)
def test_the_shipped_loggers_keep_the_silences_and_are_about_places(profile: Profile) -> None:
    assert profile.link_settings.gap_s > max(0.2, silence_s(profile.serial.baudrate)), "cheap probes: more than 200 ms"
    assert profile.about == "places" and not profile.tests and profile.not_verified
    assert {value.unit for value in profile.codec_settings.values} <= {"°C", "%"}


# -- against the virtual slaves -------------------------------------------------------------------------------------------

SHOWN = {
    ROOM.name: [("temperature", "", "-20.5", "°C"), ("humidity", "", "48.6", "%")],
    COLD.name: [("temperature", str(place), text, "°C" if text else "") for place, text in enumerate(("-18.2", "-17.9", "", "-0.1"), start=1)]
    + [("humidity", "1", "100.0", "%")],
    CABLES.name: [("grain temperature", f"{cable}/{point}", f"{cable}{point}.{point}", "°C") for cable in range(1, 5) for point in range(1, 9)],
}


def shown(profile: Profile) -> list[list[str]]:
    return compose(profile, [Shown("", test, value, unit, AT, position=position) for test, position, value, unit in SHOWN[profile.name]])


def said(found: Sequence[Reading]) -> list[tuple[str | None, str, str, str]]:
    return [(reading.test, reading.position or "", reading.text, reading.unit or "") for reading in found]


class Line:
    """The link and the slaves on one line, and everything as a journal would have it: (moment, what, bytes)."""

    def __init__(self, profile: Profile, instrument: Device, **changes: object) -> None:
        self.link, self.instrument = profile.new_link(**changes), instrument
        self.events: list[Event] = []
        self.rows: list[tuple[float, str, bytes]] = []

    def run(self, begin: float, end: float, step: float = 0.05) -> None:
        now = begin
        while now < end:
            self.pass_time(now)
            now += step

    def pass_time(self, now: float) -> None:
        while (due := self.link.next_deadline()) is not None and due <= now:
            self.do(self.link.poll(now), now)

    def do(self, events: list[Event], now: float) -> None:
        self.events += events
        for event in events:
            if not isinstance(event, Send):
                continue
            self.rows.append((now, "tx", event.data))
            for data in self.instrument.feed(event.data, now):
                if data == UNPLUG:
                    self.rows.append((now, "mark", b""))
                    self.events += self.link.abort()
                    self.instrument.unplug()
                    continue
                self.rows.append((now, "rx", data))
                self.do(self.link.feed(data, now), now)


QUARANTINED = {"drop": ["timed-out"], "restart": ["timed-out"], "unplug": ["lost"]}
COUNTED = {
    "join": ("unknown", 1), "flip-bit": ("wrong_sums", 1), "duplicate": ("unknown", 1), "wrong-number": ("unknown", 1),
    "nak": ("refused", 3), "silence": ("silences", 5),
}  # fmt: skip


@pytest.mark.parametrize("fault", [None, *FAULTS])
@pytest.mark.parametrize("profile", [ROOM, COLD, CABLES], ids=NAMES)
def test_every_value_arrives_once_whatever_goes_wrong(profile: Profile, fault: str | None) -> None:
    instrument = device(profile, fault)
    instrument.send(shown(profile))
    # 5 s of silence are five of a second each: the sixth request is the first that is heard.
    line = Line(profile, instrument, retries=7)
    line.run(0.0, 60.0)
    assert said([reading for text in messages(line.events) for reading in profile.readings(text, "x")]) == SHOWN[profile.name]
    assert instrument.idle
    assert [event.reason for event in line.events if isinstance(event, Quarantine)] == QUARANTINED.get(fault or "", [])
    counts = {name: getattr(line.link.counts, name) for name in ("unknown", "wrong_sums", "refused", "silences")}
    name, number = COUNTED.get(fault or "", ("unknown", 0))
    if fault == "restart":
        name, number = "silences", counts["silences"]
        assert number in (5, 6) and line.link.counts.noise == 2, "the garbage of switching on"
    assert counts == {**dict.fromkeys(counts, 0), name: number}


@pytest.mark.parametrize("fault", [None, *FAULTS])
@pytest.mark.parametrize("step", [0.05, 0.37, 1.9])
def test_a_replay_says_the_same(fault: str | None, step: float) -> None:
    """Only what came is fed, at its moment; the link was told the time then, when it sent, and when it was told to read."""
    instrument = device(CABLES, fault)
    line = Line(CABLES, instrument, every_s=20.0, retries=2)
    line.run(0.0, 30.0, step)
    line.rows.append((31.0, "submit", b"read"))
    line.do(line.link.submit(["read"], 31.0)[1], 31.0)
    line.run(31.0, 90.0, step)
    again, events = CABLES.new_link(every_s=20.0, retries=2), list[Event]()
    for now, what, data in line.rows:
        while what != "mark" and (due := again.next_deadline()) is not None and due <= now:
            events += again.poll(now)
        events += {"rx": lambda: again.feed(data, now), "mark": again.abort, "submit": lambda: again.submit([data.decode()], now)[1]}.get(what, list)()  # noqa: B023
    assert len(messages(line.events)) >= 12, "three rounds of four cables"
    assert [event for event in events if isinstance(event, Message | Quarantine)] == [event for event in line.events if isinstance(event, Message | Quarantine)]


def test_kinds_survive_the_way_over_the_line() -> None:
    """The slaves mix the bytes by the letters of the order, the codec by words: the same numbers."""
    kinds = [("uint16", "ABCD"), ("int16", "BADC"), ("bcd", "ABCD"), ("offset10000", "ABCD")]
    kinds += [(kind, order) for kind in ("int32", "uint32", "float32") for order in ("ABCD", "CDAB", "BADC", "DCBA")]
    values, register = [], 0
    for kind, order in kinds:
        values.append(Value(f"{kind} {order}", 9, 3, register, kind, order, Decimal("0.1"), "°C"))  # type: ignore[arg-type]
        register += values[-1].size
    polls = (Poll(9, 3, 0, register),)
    profile = replace(ROOM, link_settings=replace(ROOM.link_settings, polls=polls), codec_settings=RegistersSettings(polls, tuple(values), (0x8000,)))
    numbers = [f"{place}12.3" if value.kind in ("bcd", "uint16", "uint32") else f"-{place}12.3" for place, value in enumerate(values)]
    instrument = device(profile)
    instrument.send(compose(profile, [Shown("", value.test, number, "°C", AT) for value, number in zip(values, numbers, strict=True)]))
    line = Line(profile, instrument)
    line.run(0.0, 2.0)
    (text,) = messages(line.events)
    found = profile.readings(text, "x")
    assert [reading.value for reading in found] == [Decimal(number) for number in numbers]


@pytest.mark.skipif(not has_pty(), reason="this system has no pseudo-terminals")
@pytest.mark.parametrize("fault", [None, "split", "flip-bit", "join"])
@pytest.mark.parametrize("profile", [ROOM, CABLES], ids=[NAMES[0], NAMES[2]])
def test_whole_way_over_a_real_wire(profile: Profile, fault: str | None, tmp_path: Path) -> None:
    path, live = tmp_path / "a.sqlite3", list[Delivery]()
    with serve(profile, fault=fault) as instrument:
        instrument.show(shown_at_first(profile, AT))
        for delivery in listen(profile, instrument.address, path, lambda: datetime.now(UTC), print, seconds=20):
            live.append(delivery)
            if len(live) == len(profile.codec_settings.polls):
                assert instrument.wait(5)
                break
    found = [reading for delivery in live for reading in delivery.readings]
    assert len(found) == sum(value.count for value in profile.codec_settings.values)
    assert (found[0].text, found[0].unit) == ("18.5", "°C"), "a probe nobody set reads something"
    assert list(replay(path, profile)) == live, "replayed, the journal says the same"
    assert [tuple(decode(profile, delivery.raw)) for delivery in live] == [
        tuple(replace(reading, instrument=profile.name) for reading in delivery.readings) for delivery in live
    ]


def test_stored_bytes_are_read_without_asking() -> None:
    request, response = frames("t_read")
    one = of_text(ROOM_TEXT.replace("count = 2 }", "count = 1 }").replace('    { test = "humidity"', "    # {"), Path("x.toml"))
    found = pieces(one, b"\xff" + request + response + b"\0" + response + response[:4])
    assert [(piece.start, piece.end, piece.quarantined, [reading.text for reading in piece.readings]) for piece in found] == [
        (9, 16, "", ["30.5"]),
        (17, 24, "", ["30.5"]),
        (24, 28, "timed-out", []),
    ]
