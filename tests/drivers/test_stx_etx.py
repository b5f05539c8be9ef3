"""STX text ETX: any split gives the same messages, wrong sums and lost ends go to quarantine, and a meter that insists on ACK is answered."""

from __future__ import annotations

import random
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codecs.spaced import SpacedSettings, readings
from drivers.core.form import Wrong
from drivers.core.framed import LONGEST
from drivers.core.link import QUARANTINE_REASONS, Event, Failed, Message, Quarantine, Send
from drivers.core.profile import Profile
from drivers.links.rs_text import RsTextLink
from drivers.links.stx_etx import StxEtxLink, StxEtxSettings
from drivers.stored import decode
from drivers.virtual import FAULTS, Shown, compose, device
from tests.drivers.talking import together

ACK, NAK = Send(b"\x06"), Send(b"\x15")
SUMMED = StxEtxSettings(checksum="sum", acknowledges=True)
AT = datetime(2026, 1, 15, 13, 8)
RESULTS = [Shown(f"S-{place}", "moisture", f"1{place}.5", "%", AT) for place in (1, 2, 3)]


def fed(link: StxEtxLink | RsTextLink, data: bytes, *cuts: int) -> list[Event]:
    ends = [0, *sorted(cuts), len(data)]
    return [event for start, end in pairwise(ends) for event in link.feed(data[start:end], 0.0)]


def spotchem(example) -> tuple[bytes, dict]:  # type: ignore[no-untyped-def, type-arg]
    found = example("stx_etx_text_01")
    return bytes.fromhex(found["steps"][0]["hex"]), found["expect"]


def test_the_example_whole_bytewise_and_at_every_split(example) -> None:  # type: ignore[no-untyped-def]
    frame, expect = spotchem(example)
    message = Message(expect["text"].encode("ascii"), 0, len(frame))
    assert fed(StxEtxLink(), frame) == [message]
    assert fed(StxEtxLink(), frame, *range(1, len(frame))) == [message]
    for place in range(1, len(frame)):
        assert fed(StxEtxLink(), frame, place) == [message]


def test_the_results_of_the_example(example) -> None:  # type: ignore[no-untyped-def]
    _, expect = spotchem(example)
    found = readings(expect["text"].encode("ascii"), "latin-1", SpacedSettings())
    assert {one.test: one.text for one in found} == expect["results"]
    assert [one.value for one in found] == [Decimal(131), Decimal("9.7"), Decimal(96)]
    assert {(one.sample, one.unit, one.at, one.result) for one in found} == {(expect["sample"], "mmol/L", AT, None)}


HEAD = "26/01/15 13:08 ID# S-1   [x] "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + "K ----  mmol/L ", [("K", None, "----", None)]),
        (HEAD + "K  < 9  mmol/L", [(None, None, "K", None), ("<", Decimal(9), None, "mmol/L")]),
        (HEAD + "K <9  mmol/L", [("K", Decimal(9), None, "mmol/L")]),
        (HEAD + "Na 131 K 9.7  mmol/L", [(None, None, "Na 131", None), ("K", Decimal("9.7"), None, "mmol/L")]),
        (HEAD + "K 9.7  mmol/L E21", [("K", Decimal("9.7"), None, "mmol/L"), (None, None, "E21", None)]),
        (HEAD, []),
        ("26/01/15 K 9.7  mmol/L", [(None, None, "26/01/15 K 9.7 mmol/L", None)]),
        ("", []),
    ],
)
def test_what_is_no_result_has_no_value(text: str, expected: list[tuple[object, ...]]) -> None:
    found = readings(text.encode("ascii"), "latin-1", SpacedSettings())
    assert [(one.test, one.value, one.result, one.unit) for one in found] == expected


@pytest.mark.parametrize(("head", "one"), [("(", None), (None, "(?P<test>a"), (None, r"(?P<test>\S) (?P<value>\S)")])
def test_a_broken_pattern_is_refused(head: str | None, one: str | None) -> None:
    with pytest.raises(Wrong) as caught:
        SpacedSettings(**{key: value for key, value in {"head": head, "one": one}.items() if value is not None})
    assert caught.value.path == ("head" if head else "one")


def test_hanna_sum_stands_before_etx_in_either_case() -> None:
    # "7.01": 0x37 + 0x2E + 0x30 + 0x31 = 0xC6
    assert fed(StxEtxLink(StxEtxSettings(checksum="sum")), b"\x0200\x03") == [Message(b"", 0, 4)]
    for written in (b"C6", b"c6"):
        assert fed(StxEtxLink(StxEtxSettings(checksum="sum")), b"\x027.01" + written + b"\x03") == [Message(b"7.01", 0, 8)]


@pytest.mark.parametrize("frame", [b"\x027.01C7\x03", b"\x027.02C6\x03", b"\x02\x03", b"\x026\x03", b"\x027.01\x03"])
def test_a_wrong_sum_is_refused_and_a_one_way_frame_is_kept(frame: bytes) -> None:
    link = StxEtxLink(StxEtxSettings(checksum="sum"))
    assert fed(link, frame) == [Quarantine("undecodable", 0, len(frame))]
    assert (link.counts.wrong_sums, link.counts.quarantined, link.counts.noise) == (1, 1, 0)
    asking = StxEtxLink(SUMMED)
    assert fed(asking, frame + b"\x027.01C6\x03") == [NAK, Message(b"7.01", len(frame), len(frame) + 8), ACK]
    assert (asking.counts.refused, asking.counts.messages, asking.counts.quarantined) == (1, 1, 0)


def test_the_end_of_a_block_is_acknowledged() -> None:
    link = StxEtxLink(StxEtxSettings(acknowledges=True))
    assert fed(link, b"\x021\x03\x04") == [Message(b"1", 0, 3), ACK, ACK]
    assert link.counts.noise == 0
    silent = StxEtxLink()
    assert fed(silent, b"\x021\x03\x04") == [Message(b"1", 0, 3)]
    assert silent.counts.noise == 1


def test_what_was_begun_and_not_ended_goes_to_quarantine() -> None:
    link = StxEtxLink()
    assert fed(link, b"xx\x02half\x02whole\x03y\x02late") == [Quarantine("started-again", 2, 7), Message(b"whole", 7, 14)]
    assert (link.begun_at, link.next_deadline()) == (15, 5.0)
    assert link.poll(4.99) == []
    assert link.poll(5.0) == [Quarantine("timed-out", 15, 20)]
    assert (link.begun_at, link.next_deadline(), link.counts.noise) == (None, None, 3)
    link.feed(b"\x02lost", 6.0)
    assert link.abort() == [Quarantine("lost", 20, 25)]
    assert link.abort() == []


def test_a_frame_without_an_end_is_cut_off_at_the_same_byte_whatever_the_split() -> None:
    data = b"\x02" + b"a" * (LONGEST + 10) + b"\x03\x02b\x03"
    expected = [Quarantine("too-long", 0, LONGEST), Message(b"b", LONGEST + 12, LONGEST + 15)]
    assert fed(StxEtxLink(), data) == expected
    assert fed(StxEtxLink(), data, *range(1000, LONGEST, 1000)) == expected
    assert fed(StxEtxLink(), data, LONGEST - 1, LONGEST, LONGEST + 1) == expected


def test_a_frame_without_an_end_is_not_kept_longer() -> None:
    link = StxEtxLink()
    assert link.feed(b"\x02" + b"a" * (LONGEST - 2), 0.0) == []
    assert link.feed(b"a", 0.0) == [Quarantine("too-long", 0, LONGEST)]
    assert link.begun_at is None


def test_the_longest_frame_just_fits() -> None:
    data = b"\x02" + b"a" * (LONGEST - 2) + b"\x03"
    assert fed(StxEtxLink(), data) == [Message(data[1:-1], 0, LONGEST)]


def test_nothing_is_sent_to_it() -> None:
    assert StxEtxLink().submit(["x"], 0.0) == (1, [Failed(1, "one-way")])


def test_a_row_of_the_journal_never_holds_two_messages() -> None:
    for link, frame in ((StxEtxLink(), b"\x02a\x03"), (RsTextLink(), b"\x02\x1eab\x1d12")):
        parts = link.cut(b"no" + frame + frame + b"ise" + frame)
        assert b"".join(parts) == b"no" + frame + frame + b"ise" + frame
        assert all(part.count(b"\x02") <= 1 for part in parts) and parts.count(frame) == 3


PIECES = [b"\x02", b"\x03", b"\x04", b"\x1d", b"\x1e", b"\x027.01C6\x03", b"\x02\x1eci1|\x1d7a", b"\x1d\x02", b"ab"]
traffic = st.lists(st.tuples(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)), st.sampled_from([0.0, 0.2, 6.0])), max_size=20)
links = st.sampled_from([lambda: StxEtxLink(), lambda: StxEtxLink(SUMMED), lambda: RsTextLink()])


@settings(max_examples=200, derandomize=True, deadline=None)
@given(traffic, links, st.integers(0, 9))
def test_any_bytes_in_any_split(heard, make, seed) -> None:  # type: ignore[no-untyped-def]
    whole, cut, now = make(), make(), 0.0
    events: list[Event] = []
    for data, pause in heard:
        assert b"".join(whole.cut(data)) == data
        found = whole.feed(data, now)
        places = [place for place in range(1, len(data)) if random.Random(seed + place).random() < 0.5]
        assert [event for start, end in pairwise([0, *places, len(data)]) for event in cut.feed(data[start:end], now)] == found
        events += found
        now += pause
        overdue = whole.poll(now)
        assert overdue == cut.poll(now)
        events += overdue
        assert whole.counts == cut.counts and whole.begun_at == cut.begun_at
    events += whole.abort()
    assert whole.begun_at is None and whole.next_deadline() is None
    spans = [(event.start, event.end) for event in events if isinstance(event, Message | Quarantine)]
    assert all(start < end for start, end in spans) and all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(event.reason in QUARANTINE_REASONS for event in events if isinstance(event, Quarantine))
    counts = whole.counts
    assert counts.messages == sum(isinstance(event, Message) for event in events)
    ends = sum(event == ACK for event in events) - counts.messages if make()._acknowledges else 0
    refused = counts.received - counts.noise - ends - sum(end - start for start, end in spans)
    assert refused >= 2 * counts.refused and (counts.refused or refused == 0), "every byte is in a message, in quarantine, refused, or noise"


# -- against the virtual instrument ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_a_meter_that_insists_on_ack(fault: str | None, profiles: dict[str, Profile]) -> None:
    profile = profiles["moisture-sanko-mr300"]
    instrument = device(profile, fault)
    instrument.send(compose(profile, RESULTS))
    events = together(profile.new_link(), instrument)  # type: ignore[arg-type]
    found = [one for event in events if isinstance(event, Message) for one in profile.readings(event.text, "meter")]
    samples = ["S-1", "S-2", "S-3"] if fault != "duplicate" else ["S-1", "S-1", "S-2", "S-3"]
    values = {"S-1": Decimal("11.5"), "S-2": Decimal("12.5"), "S-3": Decimal("13.5")}
    assert [(one.sample, one.test, one.value, one.unit) for one in found] == [(sample, "moisture", values[sample], "%") for sample in samples]
    reasons = {"drop": ["started-again"], "flip-bit": ["started-again"], "silence": ["timed-out"], "unplug": ["lost"]}
    assert [event.reason for event in events if isinstance(event, Quarantine)] == reasons.get(fault or "", [])


def test_a_meter_whose_ack_is_lost_sends_again(profiles: dict[str, Profile]) -> None:
    profile = profiles["moisture-sanko-mr300"]
    instrument = device(profile)
    instrument.send(compose(profile, RESULTS[:1]))
    (first,) = instrument.poll(0.0)
    assert instrument.poll(2.99) == []
    assert instrument.poll(3.0) == [first]
    assert instrument.poll(6.0) == [first]
    assert instrument.poll(9.0) == [] and instrument.idle, "it gives up after three"


def test_stored_bytes_are_read(profiles: dict[str, Profile]) -> None:
    profile = profiles["moisture-sanko-mr300"]
    instrument = device(profile)
    instrument.send(compose(profile, RESULTS[:1]))
    (one,) = decode(profile, b"".join(instrument.poll(0.0)))
    assert (one.sample, one.value) == ("S-1", Decimal("11.5"))
