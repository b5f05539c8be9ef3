"""Random bytes, cut at random: no link ever raises, and the journal holds every byte."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codecs import CODECS
from drivers.core.profile import Profile, shelf
from drivers.delivery import Delivery, Feeder
from drivers.journal import Journal, entries
from drivers.links.astm_lis1 import Lis1Link, Lis1Settings
from drivers.stored import replay
from tests.long.fuzz import link_survives

PROFILES = dict(shelf([Path(__file__).parents[2] / "resources" / "instruments"]).profiles)
H, L = b"\x021H|\\^&\r\x03E5\r\n", b"\x022L|1|N\r\x0305\r\n"
RESULT = b"\x022R|1|^^^DON|5|ug/kg\r\x03"
PIECES = [
    b"\x05",
    b"\x04",
    b"\x06",
    b"\x15",
    b"\x02",
    b"\x03",
    b"\x17",
    b"\r\n",
    b"\r\n\r\n\r\n",
    H,
    L,
    RESULT,
    b"ID:    7\r\n",
    b"S S     100.00 g\r\n",
    b"\x0bMSH|^~\\&|A\rOBX|1|NM|X||5\r\x1c\r",
    b"\x01\x04\x04\x00\xb9\x02'k\x1b",
    b"~\x14\x00\x01\x01\x16~",
    b"\x1b@\x1ba\x01" + "样品：1\r\n".encode("gbk") + b"\x1dV\x00",
    b"\x1dv0\x00\xff\xff\xff\xff",
    b"\x02\x1esp5\x1d33\x03",
]
pieces = st.one_of(st.sampled_from(PIECES), st.binary(max_size=12))
traffic = st.lists(st.tuples(pieces, st.sampled_from([0.0, 0.01, 0.3, 1.5, 31.0])), max_size=30)
lis1 = st.builds(
    Lis1Settings,
    lenient_frame_end=st.booleans(),
    number_check=st.sampled_from(["strict", "warn", "off"]),
    never_sends_l=st.booleans(),
    frames_without_enq=st.booleans(),
    bare_records=st.booleans(),
    answers_contention=st.booleans(),
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(traffic, lis1, st.integers(0, 2))
def test_lis1_survives_anything(heard: list[tuple[bytes, float]], departures: Lis1Settings, orders: int) -> None:
    link, now, events = Lis1Link(departures), 0.0, []
    for _ in range(orders):
        events += link.submit(["H|\\^&", "L|1|N"], now)[1]
    for data, pause in heard:
        assert b"".join(link.cut(data)) == data
        events += link.feed(data, now)
        now += pause
        events += link.poll(now)
        assert link.begun_at is None or 0 <= link.begun_at <= link.counts.received
    events += link.abort()
    ends = [(event.start, event.end) for event in events if hasattr(event, "start")]
    assert all(start < end for start, end in ends)
    assert all(before[1] <= after[0] for before, after in pairwise(ends)), "no byte in two messages"
    assert link.next_deadline() is None and link.begun_at is None


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.tuples(pieces, st.integers(0, 7)), max_size=20), st.booleans())
def test_every_link_survives_anything(heard: list[tuple[bytes, int]], asked: bool) -> None:
    """Each piece with its length and the pause after it before it, as the fuzzer has them."""
    said = b"".join(bytes((len(data), pause)) + data for data, pause in heard)
    for profile in PROFILES.values():
        link_survives(profile, said if asked else b"\xff\x00" + said)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(sorted(PROFILES)))
def test_codecs_survive_anything(text: bytes, name: str) -> None:
    profile = PROFILES[name]
    for encoding in ("auto", "latin-1", "gb18030", "utf-8"):
        CODECS[profile.codec][1](b"H|\\^&\rR|1|" + text, encoding, profile.codec_settings)
        CODECS[profile.codec][1](text, encoding, profile.codec_settings)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(pieces, max_size=12), st.sampled_from(sorted(PROFILES)))
def test_the_journal_holds_every_byte_and_replays_the_same(tmp_path_factory, heard, name) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("journal") / "a.sqlite3"
    profile, live = PROFILES[name], []
    with Journal(path, lambda: datetime.now(UTC)) as journal:
        feeder = feeder_of(profile, journal)
        for data in filter(None, heard):
            for entry in journal.add("rx", feeder.link.cut(data)):
                live += feeder.pass_time(entry.elapsed)[1] + feeder.feed(entry)[1]
        live += feeder.settle(feeder.link.abort())[1]
    rows = {entry.row: entry.data for entry in entries(path)}
    assert b"".join(rows.values()) == b"".join(heard)
    assert live == list(replay(path, profile))
    assert all(delivery.raw in joined(rows, delivery) for delivery in live)
    names = [(delivery.first_row, delivery.last_row) for delivery in live if not delivery.quarantined]
    assert len(set(names)) == len(names), "rows name a message"


def feeder_of(profile: Profile, journal: Journal) -> Feeder:
    return Feeder(profile.new_link(), profile, profile.name, journal.identity)


def joined(rows: dict[int, bytes], delivery: Delivery) -> bytes:
    return b"".join(rows[row] for row in range(delivery.first_row, delivery.last_row + 1))
