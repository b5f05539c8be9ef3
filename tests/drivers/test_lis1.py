"""The laws of LIS1-A that no recorded session shows: timers, broken sessions, contention, and the host as sender."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.core.link import Counts, Done, Event, Failed, Message, Quarantine, Send, Warn
from drivers.links.astm_lis1 import LONGEST, LONGEST_MESSAGE, Lis1Link, Lis1Settings

ENQ, ACK, NAK, EOT = b"\x05", b"\x06", b"\x15", b"\x04"
H = b"\x021H|\\^&\r\x03E5\r\n"
L = b"\x022L|1|N\r\x0305\r\n"
"""Sums by hand: 49+72+124+92+94+38+13+3 = 485 = 1E5 hex, and 50+76+124+49+124+78+13+3 = 517 = 205 hex."""


def answers(events: list[Event]) -> bytes:
    return b"".join(event.data for event in events if isinstance(event, Send))


def of(kind: type[Event], events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


def framed(number: int, text: bytes, end: bytes = b"\x03") -> bytes:
    body = b"%d" % number + text + end
    return b"\x02" + body + b"%02X" % (sum(body) % 256) + b"\r\n"


def test_the_message_of_the_manual_is_acknowledged_frame_by_frame() -> None:
    link = Lis1Link()
    events = [*link.feed(ENQ, 0), *link.feed(H, 0), *link.feed(L, 0), *link.feed(EOT, 0)]
    assert answers(events) == ACK * 3
    assert of(Message, events) == [Message(b"H|\\^&\rL|1|N\r", 0, 1 + len(H) + len(L))]


def test_a_message_is_complete_with_its_l_record_though_the_wire_breaks_before_eot() -> None:
    link = Lis1Link()
    assert len(of(Message, link.feed(ENQ + H + L, 0))) == 1
    assert link.abort() == []


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (ENQ + H + EOT, "ended-early"),
        (ENQ + framed(1, b"H|\\^&\rL|1|N", b"\x17") + EOT, "ended-early"),
        (ENQ + H[:-1] + b"x" + EOT, "ended-early"),
        (ENQ + H + ENQ + H + L, "started-again"),
    ],
    ids=["no L record", "ended after ETB", "only a refused frame", "called again"],
)
def test_what_was_begun_and_not_completed_goes_to_quarantine(sent: bytes, reason: str) -> None:
    events = Lis1Link().feed(sent, 0)
    assert [event.reason for event in of(Quarantine, events)] == [reason]  # type: ignore[union-attr]


def test_quarantined_bytes_are_exactly_the_part_that_was_begun() -> None:
    events = Lis1Link().feed(b"noise" + ENQ + H + ENQ, 0)
    assert of(Quarantine, events) == [Quarantine("started-again", 5, 5 + 1 + len(H))]


def test_thirty_seconds_of_silence_end_a_session() -> None:
    link = Lis1Link()
    link.feed(ENQ + H, 100.0)
    assert link.next_deadline() == 130.0
    assert link.poll(129.9) == []
    assert link.poll(130.0) == [Quarantine("timed-out", 0, 1 + len(H))]
    assert answers(link.feed(L, 131.0)) == b"", "the session is over: the sender must call again"


def test_a_silent_call_is_no_quarantine() -> None:
    link = Lis1Link()
    link.feed(ENQ, 0.0)
    assert link.poll(30.0) == [] and link.next_deadline() is None


def test_a_slow_long_frame_does_not_time_out() -> None:
    """64,000 characters at 9600 baud last longer than the 30 s timer."""
    link, frame = Lis1Link(), framed(1, b"H|\\^&|" + b"x" * 63_000 + b"\rL|1|N\r")
    link.feed(ENQ, 0.0)
    events: list[Event] = []
    for place in range(0, len(frame), 1000):
        events += link.poll(place / 960.0) + link.feed(frame[place : place + 1000], place / 960.0)
    assert len(of(Message, events)) == 1


def test_a_frame_without_end_is_refused_in_the_end() -> None:
    assert answers(Lis1Link().feed(ENQ + b"\x021" + b"x" * 200_000, 0)) == ACK + NAK


@pytest.mark.parametrize(
    "frame",
    [
        b"\x021H|\\^&\r\x03E6\r\n",
        b"\x021H|\\^&\r\x03XX\r\n",
        b"\x021H|\\^&\r\x03E5\n\r",
        framed(8, b"H|\\^&\r"),
        framed(1, b"H|\\^&\x13\r"),
        b"\x021H|\\^&\rE5\r\n",
    ],
    ids=["checksum", "no hex", "end", "number 8", "DC3 in the text", "ETX lost"],
)
def test_a_frame_that_is_not_right_is_refused_and_its_repetition_kept_once(frame: bytes) -> None:
    link = Lis1Link()
    assert answers(link.feed(ENQ + frame, 0)) == ACK + NAK
    events = link.feed(H + L + EOT, 0)
    assert answers(events) == ACK * 2 and len(of(Message, events)) == 1 and of(Quarantine, events) == []


def test_lower_case_hex_is_accepted() -> None:
    assert answers(Lis1Link().feed(ENQ + b"\x021H|\\^&\r\x03e5\r\n", 0)) == ACK * 2


def test_stx_inside_a_frame_begins_it_anew() -> None:
    assert answers(Lis1Link().feed(ENQ + H[:5] + H, 0)) == ACK * 2


def test_the_last_number_with_other_bytes_is_no_duplicate() -> None:
    """Acknowledging it would lose it."""
    link = Lis1Link()
    assert answers(link.feed(ENQ + H + framed(1, b"P|1\r"), 0)) == ACK + ACK + NAK


def test_numbers_go_from_seven_to_nought() -> None:
    link = Lis1Link()
    records = [b"H|\\^&\r", *(b"R|%d\r" % place for place in range(9)), b"L|1|N\r"]
    events = link.feed(ENQ + b"".join(framed((n + 1) % 8, record) for n, record in enumerate(records)), 0)
    assert answers(events) == ACK * 12 and len(of(Message, events)) == 1


@pytest.mark.parametrize(("check", "warned"), [("warn", 1), ("off", 0)])
def test_an_instrument_that_miscounts_can_be_let_through(check: str, warned: int) -> None:
    link = Lis1Link(Lis1Settings(number_check=check))  # type: ignore[arg-type]
    events = link.feed(ENQ + H + framed(5, b"L|1|N\r"), 0)
    assert len(of(Message, events)) == 1 and len(of(Warn, events)) == warned


@pytest.mark.parametrize("end", [b"", b"\n", b"\r"], ids=["nothing", "LF", "CR"])
def test_lenient_frame_end(end: bytes) -> None:
    frames = [frame[:-2] + end for frame in (H, L)]
    link = Lis1Link(Lis1Settings(lenient_frame_end=True))
    events = link.feed(ENQ + frames[0] + frames[1], 0)
    assert answers(events)[:2] == ACK * 2, "the next STX ends the frame"
    events += link.poll(0.2)
    assert answers(events) == ACK * 3 and len(of(Message, events)) == 1


def test_an_instrument_that_never_sends_l() -> None:
    events = Lis1Link(Lis1Settings(never_sends_l=True)).feed(ENQ + H + framed(2, b"R|1|^^^A|5") + EOT, 0)
    assert [event.text for event in of(Message, events)] == [b"H|\\^&\rR|1|^^^A|5\r"]  # type: ignore[union-attr]


def test_records_without_any_framing() -> None:
    link = Lis1Link(Lis1Settings(bare_records=True))
    events = link.feed(b"\r\nH|\\^&\r\nR|1\r\nL|1|N\r\n", 0)
    assert answers(events) == b"" and [event.text for event in of(Message, events)] == [b"H|\\^&\r\rR|1\r\rL|1|N"]  # type: ignore[union-attr]


def test_a_sender_that_broke_off_inside_a_frame_is_heard_when_it_calls_again() -> None:
    link = Lis1Link()
    link.feed(ENQ + H + L[:4], 0.0)
    events = link.feed(EOT, 15.0) + link.feed(ENQ + H + L, 16.0)
    assert len(of(Quarantine, events)) == 1 and len(of(Message, events)) == 1


def test_a_byte_turned_into_enq_inside_a_frame_is_never_acknowledged() -> None:
    """An ACK there would be taken for the frame's."""
    link = Lis1Link()
    assert answers(link.feed(ENQ + H[:4] + ENQ + H[5:], 0.0)) == ACK + NAK


@pytest.mark.parametrize("padding", [b"\0\0\0", b"\r\0", b" \0\r"])
def test_nul_padding_hides_no_terminator(padding: bytes) -> None:
    events = Lis1Link().feed(ENQ + H + framed(2, b"L|1|N" + padding), 0)
    assert len(of(Message, events)) == 1


@pytest.mark.parametrize("terminator", [b"R|1|^^^L|5|mg/L", b"C|1|I|L", b"LX|1|N"])
def test_a_letter_l_elsewhere_ends_no_message(terminator: bytes) -> None:
    assert of(Message, Lis1Link().feed(ENQ + H + framed(2, terminator + b"\r"), 0)) == []


def test_a_terminator_cut_over_two_frames() -> None:
    events = Lis1Link().feed(ENQ + H + framed(2, b"P|1\rL|", b"\x17") + framed(3, b"1|N\r"), 0)
    assert [event.text for event in of(Message, events)] == [b"H|\\^&\rP|1\rL|1|N\r"]  # type: ignore[union-attr]


def test_the_terminator_of_another_separator() -> None:
    events = Lis1Link().feed(ENQ + framed(1, b"H!`$~\r") + framed(2, b"L!1!N\r"), 0)
    assert len(of(Message, events)) == 1


def test_noise_between_frames_is_counted_and_never_answered() -> None:
    link = Lis1Link()
    events = link.feed(b"\xff\x00" + ENQ + b"\r\n~" + H + b"\x15\x06\x11" + L + b"\0" + EOT + b"\0", 0)
    assert answers(events) == ACK * 3 and len(of(Message, events)) == 1
    assert link.counts == Counts(received=1 + len(H + L) + 11, noise=10, messages=1)


def test_frames_without_a_call() -> None:
    link = Lis1Link(Lis1Settings(frames_without_enq=True))
    events = link.feed(H + L + EOT, 0)
    assert answers(events) == ACK * 2 and of(Message, events) == [Message(b"H|\\^&\rL|1|N\r", 0, len(H + L))]
    assert answers(Lis1Link().feed(H + L + EOT, 0)) == b"", "without the switch they are noise"


def test_what_is_counted() -> None:
    link = Lis1Link()
    link.feed(ENQ + H[:-3] + b"6\r\n" + H + framed(7, b"P|1\r") + H[:-3] + b"X\r\n", 0.0)
    link.poll(30.0)
    assert (link.counts.refused, link.counts.wrong_sums, link.counts.unknown, link.counts.silences) == (3, 1, 1, 1)
    link.submit(["L|1|N"], 31.0)
    link.poll(46.0)
    assert link.counts.silences == 2, "nobody answered our call"


def test_a_message_without_end_is_let_go() -> None:
    """Neither the link nor whoever keeps its rows may fill the memory."""
    link, number = Lis1Link(), 1
    filler = b"C|1|I|" + b"x" * 60_000 + b"\r"
    events = link.feed(ENQ, 0)
    while not of(Quarantine, events):
        events = link.feed(framed(number % 8, filler), 0)
        number += 1
        assert number < LONGEST_MESSAGE / 50_000
    (event,) = events
    assert isinstance(event, Quarantine) and event.reason == "too-long" and LONGEST_MESSAGE < event.end - event.start < LONGEST_MESSAGE + 70_000
    assert link.begun_at is None and len(of(Message, link.feed(ENQ + H + L, 0))) == 1


def test_records_without_framing_and_without_end_are_let_go() -> None:
    link = Lis1Link(Lis1Settings(bare_records=True))
    events = link.feed(b"H|\\^&\r" + b"R|1\r" * LONGEST, 0)
    assert [event.reason for event in of(Quarantine, events)] == ["too-long"]  # type: ignore[union-attr]


def test_records_without_framing_begin_at_a_line_and_end_by_silence() -> None:
    link = Lis1Link(Lis1Settings(bare_records=True))
    assert link.feed(b"noise H|\\^&", 0.0) == [] and link.begun_at is None and link.counts.noise == 11
    link.feed(b"\r", 0.0)
    for moment in (1.0, 21.0, 41.0):
        assert link.feed(b"H|\\^&", moment) == link.poll(moment + 29.9) == []
    assert link.poll(71.0) == [Quarantine("timed-out", 12, 12 + 15)]


def test_a_short_message_after_a_long_one_is_complete_as_well() -> None:
    events = Lis1Link().feed(ENQ + framed(1, b"H|\\^&\rC|1|I|" + b"x" * 90 + b"\rL|1|N\r") + EOT + ENQ + framed(1, b"H|\\^&\rL|1|N\r") + EOT, 0)
    assert [len(event.text) for event in of(Message, events)] == [109, 12]  # type: ignore[union-attr]


@pytest.mark.parametrize(("longer", "answer", "noise"), [(0, ACK, 0), (1, NAK, 4), (5, NAK, 8)])
@pytest.mark.parametrize("size", [1_000_000, 1000, 1])
def test_the_longest_frame_is_the_same_however_it_comes(longer: int, answer: bytes, noise: int, size: int) -> None:
    data = framed(1, b"x" * (LONGEST - 1 + longer))
    link = Lis1Link()
    events = [event for at in range(0, len(data) + 1, size) for event in link.feed((ENQ + data)[at : at + size], 0)]
    assert answers(events) == ACK + answer and link.counts.noise == noise


@pytest.mark.parametrize("size", [1_000_000, 1000])
def test_the_longest_record_without_framing_is_the_same_however_it_comes(size: int) -> None:
    data, link = b"H" + b"x" * (LONGEST + 10), Lis1Link(Lis1Settings(bare_records=True))
    events = [event for at in range(0, len(data), size) for event in link.feed(data[at : at + size], 0)]
    assert events == [Quarantine("too-long", 0, LONGEST + 1)] and link.counts.noise == 10


# -- whole, in pieces, byte by byte --------------------------------------------------------------------------------

HEARD = (
    ENQ, EOT, ACK, NAK, b"\x02", b"\x03", b"\x17", b"\r\n", b"\n", b"\r", H, L, H[:6], H[6:], H[:-2], L[:-1], H[:-3] + b"0\r\n", H.lower(),
    framed(2, b"R|1|^^^A|5\r"), framed(2, b"R|1|^^^", b"\x17"), framed(3, b"A|5\rL|1", b"\x17"), framed(3, b"L|1\0\r"), framed(3, b"P|1"), framed(9, b"P|1"),
    framed(2, b"P|1\x11"), b"H|\\^&\r", b"L|1|N\r", b"noise H", b"\0",
)  # fmt: skip
burst = st.lists(st.one_of(st.sampled_from(HEARD), st.binary(max_size=4)), max_size=8).map(b"".join)
heard = st.lists(st.tuples(burst, st.sampled_from([0.0, 0.2, 1.5, 31.0])), max_size=6)
departures = st.builds(
    Lis1Settings,
    lenient_frame_end=st.booleans(),
    number_check=st.sampled_from(["strict", "warn", "off"]),
    never_sends_l=st.booleans(),
    frames_without_enq=st.booleans(),
    bare_records=st.booleans(),
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(heard, departures, st.integers(2, 9))
def test_the_same_comes_of_the_same_bytes_however_they_are_cut(segments: list[tuple[bytes, float]], quirks: Lis1Settings, size: int) -> None:
    """Whole frames are taken at once, pieces of them byte by byte: nobody may see a difference."""
    whole, pieces, single = (played(segments, quirks, each) for each in (10_000, size, 1))
    assert whole == pieces == single


def played(segments: list[tuple[bytes, float]], quirks: Lis1Settings, size: int) -> tuple[list[Event], Counts, list[object]]:
    link, now = Lis1Link(quirks), 0.0
    events: list[Event] = []
    between: list[object] = []
    for data, pause in segments:
        for at in range(0, len(data), size):
            events += link.feed(data[at : at + size], now)
        between += [link.begun_at, link.next_deadline()]
        now += pause
        events += link.poll(now)
    return events + link.abort(), link.counts, between


@pytest.mark.parametrize("data", [framed(1, b"x" * 60_000), b"\0" * 60_000, b"H|" + b"x" * 60_000], ids=["frame", "noise", "bare"])
def test_text_and_noise_cost_no_call_a_byte(data: bytes) -> None:
    """A read of 100 bytes may cost a dozen calls, never a hundred."""
    link, calls = Lis1Link(Lis1Settings(bare_records=True)), 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    link.feed(ENQ if data[:1] == b"\x02" else b"\r", 0.0)
    sys.setprofile(count)
    try:
        for at in range(0, len(data), 100):
            link.feed(data[at : at + 100], 0.0)
    finally:
        sys.setprofile(None)
    assert calls <= 12 * len(data) / 100


# -- the host sends ------------------------------------------------------------------------------------------------


def calling() -> Lis1Link:
    link = Lis1Link()
    assert link.submit(["H|\\^&", "L|1|N"], 0.0) == (1, [Send(ENQ)])
    return link


def test_six_transmissions_and_no_more() -> None:
    link = calling()
    assert answers(link.feed(ACK, 0)) == H
    for _ in range(5):
        assert answers(link.feed(NAK, 0)) == H
    assert link.feed(NAK, 0) == [Send(EOT), Failed(1, "refused")]


def test_an_answer_nobody_knows_is_counted_and_means_no() -> None:
    link = calling()
    link.feed(ACK, 0)
    assert answers(link.feed(b"?", 0)) == H and link.counts.unknown == 1


@pytest.mark.parametrize("heard", [b"", ACK])
def test_no_answer_for_fifteen_seconds(heard: bytes) -> None:
    link = calling()
    link.feed(heard, 0.0)
    assert link.poll(14.9) == []
    assert link.poll(15.0) == [Send(EOT), Failed(1, "no-answer")]


def test_eot_as_answer_asks_us_to_stop() -> None:
    link = calling()
    link.feed(ACK, 0)
    assert link.feed(EOT, 0) == [Send(EOT), Failed(1, "interrupted")]
    link.submit(["H|\\^&", "L|1|N"], 1.0)
    assert link.poll(14.9) == [] and link.poll(15.0) == [Send(ENQ)]


def test_when_both_call_the_instrument_goes_first() -> None:
    link = calling()
    assert link.feed(ENQ, 1.0) == []
    events = link.feed(ENQ + H + L + EOT, 2.0)
    assert answers(events) == ACK * 3 and len(of(Message, events)) == 1
    assert link.poll(20.9) == [] and link.poll(21.0) == [Send(ENQ)]


def test_an_instrument_that_wants_its_colliding_call_answered() -> None:
    link = Lis1Link(Lis1Settings(answers_contention=True))
    link.submit(["H|\\^&"], 0.0)
    assert link.feed(ENQ, 1.0) == [Send(ACK)]


def test_a_long_record_goes_over_several_frames() -> None:
    link, record = Lis1Link(), "C|1|I|" + "x" * 500
    link.submit([record], 0.0)
    sent = [answers(link.feed(ACK, 0)) for _ in range(4)]
    assert [frame[-5:-4] for frame in sent[:3]] == [b"\x17", b"\x17", b"\x03"] and sent[3] == EOT
    assert max(len(frame) for frame in sent) == 247
    assert b"".join(frame[2:-5] for frame in sent[:3]) == record.encode() + b"\r"


def test_what_was_submitted_fails_when_the_wire_is_gone() -> None:
    link = calling()
    link.submit(["H"], 0.0)
    assert link.abort() == [Failed(1, "lost"), Failed(2, "lost")]


@pytest.mark.parametrize("before", [b"", NAK, ENQ, ACK, b"noise", ENQ + ENQ + H, ENQ + ENQ + H[:5]])
def test_after_the_wire_was_gone_a_link_is_as_new(before: bytes) -> None:
    link = Lis1Link(Lis1Settings(bare_records=True))
    link.submit(["L|1|N"], 0.0)
    link.feed(before, 0.0)
    link.abort()
    text = b"H|\\^&\rL|1|N\r"
    assert link.feed(text, 0.0) == [Message(text[:-1], len(before), len(before + text))]
    assert link.submit(["L|1|N"], 0.0) == (2, [Send(ENQ)])


def test_sent() -> None:
    link = calling()
    assert answers(link.feed(ACK, 0)) == H and answers(link.feed(ACK, 0)) == L
    assert link.feed(ACK, 0) == [Send(EOT), Done(1)]


def test_the_byte_that_shows_a_lenient_frame_to_be_over_belongs_to_what_it_begins() -> None:
    """Found by the fuzzer: no CR LF after the checksum, and a new call at once."""
    data = b"\x05\x021H|\\^&\r\x03E5\x022L|1|N\r\x0305\x05\x021H|\\^&\r\x03E5\x022L|1|N\r\x0305\x04"
    link = Lis1Link(Lis1Settings(lenient_frame_end=True))
    spans = [(event.start, event.end) for event in [*link.feed(data, 0.0), *link.abort()] if isinstance(event, Message | Quarantine)]
    middle = data.rindex(b"\x05")
    assert spans == [(0, middle), (middle, len(data) - 1)]
