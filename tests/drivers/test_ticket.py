"""The link that plays a printer: where a ticket ends, what of it is text, and what is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codecs.template import TemplateSettings
from drivers.core.form import Wrong, filled
from drivers.core.link import Event, Message, Quarantine, Send
from drivers.core.profile import Profile, read
from drivers.links.ticket import LONGEST, TicketLink, TicketSettings
from drivers.virtual import Device, Shown, compose, device

FOLDER = Path(__file__).parents[2] / "resources" / "instruments"
GOLD, CHANNELS = read(FOLDER / "colloidal-gold-reader-ticket.toml"), read(FOLDER / "pesticide-reader-ticket.toml")
AT = datetime(2026, 2, 8, 14, 44, 7)
CUT = b"\x1dV\x00"


def fed(data: bytes, pieces: Sequence[bytes] | None = None, idle: bool = False, **changes: Any) -> tuple[list[Event], TicketLink]:
    link = TicketLink(TicketSettings(**changes), "gb18030")
    events = [event for piece in pieces or [data] for event in link.feed(piece, 1.0)]
    return events + (link.poll(1.0 + 3.0) if idle else []), link


def texts(events: list[Event]) -> list[bytes]:
    return [event.text for event in events if isinstance(event, Message)]


def test_the_worked_example(example: Callable[[str], dict[str, Any]]) -> None:
    """One ticket, whole, bytewise and cut at every place."""
    vector = example("ticket_public")
    data = bytes.fromhex(vector["steps"][0]["hex"])
    ways = [[data], [data[at : at + 1] for at in range(len(data))], *([data[:at], data[at:]] for at in range(1, len(data)))]
    for pieces in ways:
        events, link = fed(data, pieces)
        (message,) = events
        assert isinstance(message, Message) and (message.start, message.end) == (0, len(data))
        assert message.text.replace(b"\n", b"").replace(b"\r", b"").decode("gbk") == "".join(
            f"{label}：{said}" if label else said
            for label, said in (
                ("", "黄曲霉毒素B1检测报告"),
                ("样品编号", "GR26-000117"),
                ("样品名称", "玉米"),
                ("检测结果", "4.7 μg/kg"),
                ("结论", "合格"),
                ("检测时间", "2026-01-15 09:30:01"),
                ("仪器", "胶体金读卡仪"),
            )
        )
        assert link.begun_at is None and link.next_deadline() is None


def test_the_worked_example_is_read_by_the_stock_profile(example: Callable[[str], dict[str, Any]]) -> None:
    vector = example("ticket_public")
    (event,), _ = fed(bytes.fromhex(vector["steps"][0]["hex"]))
    assert isinstance(event, Message)
    (reading,) = GOLD.readings(event.text, "gold")
    expected = vector["expect"]["fields"]
    found = (reading.sample, reading.comment, reading.text, reading.unit, reading.result, f"{reading.at}")
    assert found == tuple(expected[name] for name in ("sample", "product", "value", "unit", "verdict", "time"))
    assert (str(reading.value), reading.test, reading.outcome, reading.flags) == ("4.7", "aflatoxin-b1", "negative", ())


@pytest.mark.parametrize(
    ("sent", "changes", "expected"),
    [
        (b"a\r\n\x1dV\x01b\r\n" + CUT, {}, [b"a\r\n", b"b\r\n"]),
        (b"a\r\n\x1dVB\x03b\r\n\x1bi", {}, [b"a\r\n", b"b\r\n"]),
        (b"a\n\n\n\nb\n\n\n", {"empty_lines": 2}, [b"a\n\n\n", b"b\n\n\n"]),
        (b"a\r\n\x1bd\x03b\r\n\x1bd\x03", {"empty_lines": 3}, [b"a\r\n\n\n\n", b"b\r\n\n\n\n"]),
        (b"a\n\nb\n" + CUT, {"empty_lines": 2}, [b"a\n\nb\n"]),
        ("甲报告\n1\n乙报告\n2\n".encode("gbk") + CUT, {"first_line": "报告"}, ["甲报告\n1\n".encode("gbk"), "乙报告\n2\n".encode("gbk")]),
        ("1\n甲报告\n2\n乙报告\n".encode("gbk"), {"last_line": "报告"}, ["1\n甲报告\n".encode("gbk"), "2\n乙报告\n".encode("gbk")]),
        (CUT + b"\r\n\x1b@\x1bd\x04" + CUT, {}, []),
    ],
)
def test_where_a_ticket_ends(sent: bytes, changes: dict[str, Any], expected: list[bytes]) -> None:
    for pieces in ([sent], [sent[at : at + 1] for at in range(len(sent))]):
        events, link = fed(sent, pieces, **changes)
        assert texts(events) == expected
        assert link.counts.messages == len(expected) and link.counts.quarantined == 0
    if not expected:
        assert link.counts.noise == len(sent)


@pytest.mark.parametrize(
    "sequence",
    [
        b"\x1b@", b"\x1ba\x01", b"\x1b!A", b"\x1bJ\x08", b"\x1b1A", b"\x1b{A", b"\x1b9A", b"\x1c!A", b"\x1c&", b"\x1c.", b"\x1d!A",
        b"\x1d(kAA\x00"[:3] + b"\x02\x00AA", b"\x1dv0\x00\x02\x00\x03\x00ABCDEF", b"\x1b*\x00\x03\x00ABC", b"\x1b*\x21\x02\x00ABCDEF",
        b"\x1bp\x00AA", b"\x1dkI\x03ABC", b"\x1dk\x04ABC\x00", b"\x1bDAB\x00",
    ],
)  # fmt: skip
def test_controls_and_pictures_are_no_text(sequence: bytes) -> None:
    """By the length of each: the letters within would be taken for text."""
    sent = b"4" + sequence + b".7\n" + CUT
    for pieces in ([sent], [sent[at : at + 1] for at in range(len(sent))]):
        events, link = fed(sent, pieces)
        assert [text.replace(b"\n", b"") for text in texts(events)] == [b"4.7"]
        assert link.counts.unknown == 0


def test_unknown_and_broken_controls_are_counted() -> None:
    events, link = fed(b"a\x1b\x7fb\x1d\x1b@c\n" + CUT)
    assert texts(events) == [b"abc\n"] and link.counts.unknown == 2


def test_the_question_for_the_state_is_answered_and_keeps_no_ticket_open() -> None:
    link = TicketLink(TicketSettings(status=0x16), "gb18030")
    assert link.feed(b"\x10\x04\x01", 0.0) == [Send(b"\x16")] and link.counts.noise == 3 and link.next_deadline() is None
    assert link.feed(b"a\n", 1.0) == [] and link.feed(b"\x10\x04\x02", 3.9) == [Send(b"\x16")]
    assert link.next_deadline() == 4.0
    assert link.poll(4.0) == [Message(b"a\n", 3, 8)]


def test_idle_ends_a_ticket_unless_a_control_is_incomplete() -> None:
    assert fed(b"a\n", idle=True)[0] == [Message(b"a\n", 0, 2)]
    assert fed(b"a\n\x1dv0\x00\x02\x00\x03\x00AB", idle=True)[0] == [Quarantine("timed-out", 0, 12)]
    events, link = fed(b"a\n\x1b", idle=True)
    assert events == [Quarantine("timed-out", 0, 3)] and link.counts.silences == 1
    assert link.feed(b"@b\n" + CUT, 9.0) == [Message(b"@b\n", 3, 9)], "the picture's rest does not swallow the next ticket"


def test_a_lost_wire_and_stored_bytes() -> None:
    assert fed(b"a\n")[1].abort() == [Quarantine("lost", 0, 2)]
    assert fed(b"a\n", bare_records=True)[1].abort() == [Message(b"a\n", 0, 2)]
    assert fed(b"a\n\x1b", bare_records=True)[1].abort() == [Quarantine("lost", 0, 3)]


def test_a_ticket_that_never_ends_is_cut_at_the_same_byte() -> None:
    data = b"x" * (LONGEST + 10) + CUT
    for pieces in ([data], [data[at : at + 999] for at in range(0, len(data), 999)]):
        assert fed(data, pieces)[0] == [Quarantine("too-long", 0, LONGEST + 1), Message(b"x" * 9, LONGEST + 1, len(data))]


@pytest.mark.parametrize(("key", "value"), [("idle_s", 0.0), ("empty_lines", -1), ("status", 17)])
def test_settings_that_cannot_be(key: str, value: object) -> None:
    with pytest.raises(Wrong) as caught:
        filled(TicketSettings, {key: value}, "quirks")
    assert caught.value.path == f"quirks.{key}"


# -- against the virtual instrument --------------------------------------------------------------------------------

SHOWN = [Shown(f"GR-{n}", "黄曲霉毒素B1", f"{n}.70", "ug/kg", AT, words="阴性") for n in (1, 2)]
BOTH = [(f"GR-{n}", "aflatoxin-b1", f"{n}.70", "μg/kg", "negative", AT) for n in (1, 2)]


def together(profile: Profile, instrument: Device, seconds: float = 40.0) -> list[Event]:
    """Let both talk on an invented clock; where the plug is pulled the link is told so."""
    link, events = profile.new_link(), []
    for tick in range(int(seconds / 0.05)):
        now = tick * 0.05
        events += link.poll(now)
        for data in instrument.poll(now):
            events += link.feed(data, now) if data else link.abort()
    assert instrument.idle
    return events


def readings(profile: Profile, events: list[Event]) -> list[Any]:
    found = [reading for event in events if isinstance(event, Message) for reading in profile.readings(event.text, "x")]
    return [(each.sample, each.test, str(each.value), each.unit, each.outcome, each.at) for each in found if each.value is not None]


@pytest.mark.parametrize(
    ("fault", "expected", "quarantined"),
    [
        (None, BOTH, []),
        ("split", BOTH, []),
        ("join", BOTH, []),
        ("flip-bit", BOTH, []),
        ("duplicate", [BOTH[0], *BOTH], []),
        ("gbk", BOTH, []),
        ("drop", [], []),
        ("silence", BOTH, ["timed-out"]),
        ("restart", BOTH, ["timed-out"]),
        ("unplug", BOTH, ["lost"]),
        ("wrong-number", BOTH, []),
        ("nak", BOTH, []),
    ],
)
def test_faults(fault: str | None, expected: list[Any], quarantined: list[str]) -> None:
    """A lost cut runs two tickets together: what stands there twice belongs to nobody. A torn half has no value."""
    instrument = device(GOLD, fault)
    instrument.send(compose(GOLD, SHOWN))
    events = together(GOLD, instrument)
    found = readings(GOLD, events)
    if fault in ("flip-bit", "restart"):
        # The ninth byte, and the garbage of switching on, are of the title, which names the test: one that nobody knows.
        assert [row[2:] for row in found] == [row[2:] for row in expected] and found[0][1] != "aflatoxin-b1" and found[1] == expected[1]
    else:
        assert found == expected
    assert [event.reason for event in events if isinstance(event, Quarantine)] == quarantined


def test_a_torn_ticket_has_no_value_and_says_what_is_missing() -> None:
    """Torn within the number it is quarantined, torn after its line it is a ticket without a verdict."""
    sent = "样品编号：S-1\r\n检测结果：12.50 ug/kg\r\n".encode("gbk")
    for end in range(sent.index(b"12.50"), len(sent) - 1):
        assert fed(sent[:end], idle=True)[0] == [Quarantine("timed-out", 0, end)]
    ((message,), _) = fed(sent, idle=True)
    assert isinstance(message, Message)
    (torn,) = GOLD.readings(message.text, "x")
    assert (torn.value, torn.text, torn.flags) == (None, "12.50", ("missing:words",))


def test_a_table_has_a_reading_for_each_channel() -> None:
    instrument = device(CHANNELS)
    words = {1: "合格", 2: "不合格", 3: "合格"}
    shown = [
        Shown(name, "抑制率", value, "%", AT, position=str(n), words=words[n])
        for n, (name, value) in enumerate([("对照", "-0.8"), ("S-1", "63.20"), ("S-2", "4")], 1)
    ]
    instrument.send(compose(CHANNELS, shown))
    (message,) = together(CHANNELS, instrument)
    assert isinstance(message, Message)
    found = CHANNELS.readings(message.text, "x")
    assert [(each.position, each.sample, str(each.value), each.outcome, each.status) for each in found] == [
        ("1", "对照", "-0.8", "negative", "control"),
        ("2", "S-1", "63.20", "positive", "final"),
        ("3", "S-2", "4", "negative", "final"),
    ]


def test_the_settings_of_a_template_are_those_of_the_profile() -> None:
    assert isinstance(GOLD.codec_settings, TemplateSettings) and GOLD.codec_settings.required == ("sample", "value", "words")


# -- anything ------------------------------------------------------------------------------------------------------

TOKENS = [
    b"\r\n",
    b"\n\n\n",
    b"\x1b@",
    b"\x1bd\x04",
    CUT,
    b"\x1d",
    b"\x1b",
    b"\x10\x04\x01",
    b"\x1dv0\x00\x02\x00\x02\x00abcd",
    "报告\n".encode("gbk"),
    b"\x1d(k\xff\xff",
    b"a",
]


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=12)), max_size=20), st.integers(0, 4), st.booleans(), st.randoms(use_true_random=False))
def test_any_bytes_cut_anywhere_are_the_same_events(parts: list[bytes], empty: int, marked: bool, chance: Any) -> None:
    data = b"".join(parts)
    places = sorted({0, len(data), *(chance.randrange(len(data) + 1) for _ in range(4))})
    changes: dict[str, Any] = {"empty_lines": empty, "first_line": "报告" if marked else ""}
    results = []
    for pieces in ([data], [data[first:last] for first, last in pairwise(places)], [data[at : at + 1] for at in range(len(data))]):
        events, link = fed(data, pieces or [b""], idle=True, **changes)
        events += link.abort()
        ends = [(event.start, event.end) for event in events if not isinstance(event, Send)]  # type: ignore[union-attr]
        assert all(start < end for start, end in ends) and all(one[1] <= other[0] for one, other in pairwise(ends))
        assert link.begun_at is None and link.next_deadline() is None and b"".join(link.cut(data)) == data
        assert link.counts.received == len(data) == link.counts.noise + sum(end - start for start, end in ends)
        results.append(events)
    assert results[0] == results[1] == results[2]
