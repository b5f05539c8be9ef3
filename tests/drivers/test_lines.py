"""The link of lines: where a set begins and ends, however its bytes are cut."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.core.form import Wrong, filled
from drivers.core.link import Event, Message, Quarantine
from drivers.links.lines import LONGEST, LinesLink, LinesSettings
from tests.turns import turns


def fed(pieces: list[bytes], pause: float | None = None, **changes: Any) -> tuple[list[Event], LinesLink]:
    link = LinesLink(LinesSettings(**changes))
    events = [event for piece in pieces for event in link.feed(piece, 1.0)]
    return events + (link.poll(1.0 + pause) if pause is not None else []), link


def ways(data: bytes) -> list[list[bytes]]:
    return [[data], [data[at : at + 1] for at in range(len(data))], *([data[:at], data[at:]] for at in range(1, len(data)))]


@pytest.mark.parametrize(
    ("sent", "changes", "messages", "noise"),
    [
        (b"a,1\r\nb,2\r\n", {"block_end": "\n"}, [b"a,1\r\n", b"b,2\r\n"], 0),
        (b"a,1\r\nb,2\r\n", {"block_end": "\r"}, [b"a,1\r", b"b,2\r"], 2),
        (b"\0\r\n  a 1\r\n", {"block_end": "\n"}, [b"  a 1\r\n"], 3),
        (b"xx begin 1,\r\n2 end\r\nbegin 3 end", {"block_start": "begin", "block_end": "end"}, [b"begin 1,\r\n2 end", b"begin 3 end"], 5),
        (b"x: 1\r\n\r\n\r\ny: 2\r\n\r\n\r\n", {}, [b"x: 1\r\n\r\n\r\n", b"y: 2\r\n\r\n\r\n"], 0),
        (b"   \r\n  \r\n", {"block_end": "\n"}, [], 9),
    ],
)
def test_sets(sent: bytes, changes: dict[str, Any], messages: list[bytes], noise: int) -> None:
    for pieces in ways(sent):
        events, link = fed(pieces, **changes)
        assert [event.text for event in events if isinstance(event, Message)] == messages
        assert all(sent[event.start : event.end] == event.text for event in events if isinstance(event, Message))
        assert (link.counts.noise, link.counts.messages, link.counts.received, link.begun_at) == (noise, len(messages), len(sent), None)


def test_a_set_that_begins_again_was_not_complete() -> None:
    for pieces in ways(b"begin 1 begin 2 begin 3 end"):
        events, _ = fed(pieces, block_start="begin", block_end="end")
        assert events == [Quarantine("started-again", 0, 8), Quarantine("started-again", 8, 16), Message(b"begin 3 end", 16, 27)]


def test_a_pause() -> None:
    assert fed([b"a,1"], 5.0)[0] == [Quarantine("timed-out", 0, 3)]
    assert fed([b"a,1"], 4.9)[0] == []
    assert fed([b"a,1\n"], 5.0, block_end="\r", idle_ends=True)[0] == [Message(b"a,1\n", 0, 4)]
    assert fed([b"a,1"], 5.0, block_end="", idle_ends=True)[0] == [Message(b"a,1", 0, 3)]
    torn, link = fed([b"a,13."], 5.0, block_end="\r", idle_ends=True)
    assert torn == [Quarantine("timed-out", 0, 5)] and link.counts.silences == 1, "13. may have been 13.5"


def test_the_wire_is_lost_or_the_file_is_over() -> None:
    assert fed([b"a,1\n"], block_end="\r", idle_ends=True)[1].abort() == [Quarantine("lost", 0, 4)]
    assert fed([b"a,1\n"], block_end="\r", idle_ends=True, bare_records=True)[1].abort() == [Message(b"a,1\n", 0, 4)]
    assert fed([b"a,1\n"], bare_records=True)[1].abort() == [Quarantine("lost", 0, 4)]
    link = fed([b"  "])[1]
    assert link.abort() == [] and link.counts.noise == 2


def test_a_set_that_never_ends_is_cut_at_the_same_byte() -> None:
    data = b"x" * (LONGEST + 5) + b"\n"
    for pieces in ([data], [data[at : at + 997] for at in range(0, len(data), 997)]):
        assert fed(pieces, block_end="\n")[0] == [Quarantine("too-long", 0, LONGEST + 1), Message(b"xxxx\n", LONGEST + 1, len(data))]


def test_a_megabyte_in_chunks_costs_little() -> None:
    data = (b"GR26-000117,2026-02-08 14:44,maize,13.2,21.5,75.1\r\n" * 21_000)[: 2**20]

    def feed() -> None:
        link = LinesLink(LinesSettings(block_end="\n"))
        for at in range(0, len(data), 64):
            for row in link.cut(data[at : at + 64]):
                link.feed(row, 0.0)
        assert link.counts.messages == data.count(b"\n")

    assert turns(feed) < 100 * len(data)


@pytest.mark.parametrize(
    ("key", "table"),
    [
        ("block_end", {"block_end": ""}),
        ("block_end", {"block_end": "完"}),
        ("block_start", {"block_start": "始"}),
        ("idle_s", {"idle_s": 0}),
    ],
)
def test_settings_that_cannot_be(key: str, table: dict[str, Any]) -> None:
    with pytest.raises(Wrong) as caught:
        filled(LinesSettings, table, "quirks")
    assert (caught.value.code, caught.value.path) == ("unknown-value", f"quirks.{key}")


FORMS = [
    {},
    {"block_end": "\n"},
    {"block_end": "\r", "idle_ends": True},
    {"block_end": "", "idle_ends": True},
    {"block_start": "be", "block_end": "en"},
    {"block_start": "be", "block_end": "en", "idle_ends": True, "bare_records": True},
]
PIECES = [b"\r\n", b"\r\n\r\n\r\n", b"be", b"en", b"b", b"e", b"n", b" ", b"\0", b"1,2"]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6)), max_size=25), st.sampled_from(FORMS), st.randoms(use_true_random=False))
def test_any_bytes_cut_anywhere_are_the_same_events(parts: list[bytes], changes: dict[str, Any], chance: Any) -> None:
    data = b"".join(parts)
    places = sorted({0, len(data), *(chance.randrange(len(data) + 1) for _ in range(4))})
    results = []
    for pieces in ([data], [data[first:last] for first, last in pairwise(places)], [data[at : at + 1] for at in range(len(data))]):
        events, link = fed(pieces, **changes)
        events += link.abort()
        ends = [(event.start, event.end) for event in events if isinstance(event, Message | Quarantine)]
        assert all(start < end for start, end in ends) and all(one[1] <= other[0] for one, other in pairwise(ends))
        assert link.begun_at is None and link.next_deadline() is None and b"".join(link.cut(data)) == data
        assert link.counts.received == len(data) == link.counts.noise + sum(end - start for start, end in ends)
        results.append(events)
    assert results[0] == results[1] == results[2]
