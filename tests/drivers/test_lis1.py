"""The laws of LIS1-A that no recorded session shows: timers, broken sessions, contention, and the host as sender."""

from __future__ import annotations

import pytest

from drivers.core.link import Done, Event, Failed, Message, Quarantine, Send, Warn
from drivers.links.astm_lis1 import Lis1Link, Lis1Settings

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


def test_sent() -> None:
    link = calling()
    assert answers(link.feed(ACK, 0)) == H and answers(link.feed(ACK, 0)) == L
    assert link.feed(ACK, 0) == [Send(EOT), Done(1)]
