"""bioMérieux RS fields: the capture's checksum, what the tags say, and a one-way instrument with every fault."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import pytest

from drivers.codecs.rs_fields import RsFieldsSettings, readings
from drivers.core.link import Event, Message, Quarantine
from drivers.core.profile import Profile
from drivers.links.rs_text import RsTextLink
from drivers.virtual import FAULTS, Shown, compose, device

SHAPE = ["mtrsl", "pi", "pn", "si", "ciZ1G021SCR", "rtHBCT", "rnAnti-HBc Total II", "tt18:35", "td10/25/24", "qlPositif", "qn0.05"]
"""The fields of the capture in senaite.astm; its checksum is b0."""
AT = datetime(2026, 2, 8, 14, 44)


def frame(fields: list[str], checksum: str) -> bytes:
    return b"\x02" + "".join(f"\x1e{field}|" for field in fields).encode("latin-1") + b"\x1d" + checksum.encode("ascii")


def fed(data: bytes, *cuts: int) -> list[Event]:
    link = RsTextLink()
    return [event for start, end in pairwise([0, *cuts, len(data)]) for event in link.feed(data[start:end], 0.0)]


def test_the_captures_checksum_whole_bytewise_and_at_every_split() -> None:
    data = frame(SHAPE, "b0")
    message = Message(data[1:-3], 0, len(data))
    assert fed(data) == [message] == fed(data, *range(1, len(data)))
    for place in range(1, len(data)):
        assert fed(data, place) == [message]


@pytest.mark.parametrize("checksum", ["b1", "B0", "0b", "zz"])
def test_another_checksum_is_kept_for_a_person(checksum: str) -> None:
    assert fed(frame(SHAPE, checksum)) == [Quarantine("undecodable", 0, len(frame(SHAPE, "b0")))]


def test_a_frame_that_begins_within_another_is_a_new_one() -> None:
    data = frame(SHAPE, "b0")
    for place in (1, 20, len(data) - 3, len(data) - 2, len(data) - 1):
        assert fed(data[:place] + data) == [Quarantine("started-again", 0, place), Message(data[1:-3], place, place + len(data))], place


def test_what_the_tags_say() -> None:
    (one,) = readings(frame([*SHAPE, "y3UI/ml", "ncDIL", "sn123", "m4ann"], "00")[1:-3], "latin-1", RsFieldsSettings())
    assert (one.sample, one.test, one.value, one.text, one.unit, one.result) == ("Z1G021SCR", "HBCT", Decimal("0.05"), "0.05", "UI/ml", "Positif")
    assert (one.at, one.flags, one.serial, one.operator) == (datetime(2024, 10, 25, 18, 35), ("DIL",), "123", "ann")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["ciS-1", "rtSLM", "qlNegative", "qn"], ("S-1", "SLM", None, "Negative", None)),
        (["ciS-1", "rtSLM", "qn<0.10"], ("S-1", "SLM", Decimal("0.10"), None, "<")),
        (["ciS-1", "rtSLM", "qninvalid"], ("S-1", "SLM", None, "invalid", None)),
        (["ciS-1", "ciS-2", "rtSLM", "qn5"], (None, "SLM", Decimal(5), None, None)),
        (["ciS-1", "ciS-1", "rtSLM", "qn5"], ("S-1", "SLM", Decimal(5), None, None)),
        (["qn5"], (None, None, Decimal(5), None, None)),
    ],
)
def test_what_cannot_be_understood_has_no_value(fields: list[str], expected: tuple[object, ...]) -> None:
    (one,) = readings(frame(fields, "00")[1:-3], "latin-1", RsFieldsSettings())
    assert (one.sample, one.test, one.value, one.result, one.comparator) == expected


@pytest.mark.parametrize("text", [b"", b"\x1e", b"qn5", b"\x1emtrsl|\x1eciS-1|"])
def test_a_message_without_a_test_or_a_result_has_no_reading(text: bytes) -> None:
    assert readings(text, "latin-1", RsFieldsSettings()) == []


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_the_instrument_with_every_fault(fault: str | None, profiles: dict[str, Profile]) -> None:
    profile = profiles["minividas"]
    shown = [Shown(f"S-{n}", "SLM", f"0.{n}0", "UI/ml", AT, words="Positif") for n in (1, 2, 3)]
    instrument, link = device(profile, fault), profile.new_link()
    instrument.send(compose(profile, shown))
    events: list[Event] = []
    for now in (tick * 0.05 for tick in range(400)):
        events += link.poll(now)
        for data in instrument.poll(now):
            events += link.feed(data, now) if data else link.abort()
    events += link.abort()
    assert instrument.idle
    found = [one for event in events if isinstance(event, Message) for one in profile.readings(event.text, "vidas")]
    samples = {"duplicate": [1, 1, 2, 3], "drop": [2, 3], "flip-bit": [2, 3]}.get(fault or "", [1, 2, 3])
    assert [(one.sample, one.test, one.value, one.outcome, one.at) for one in found] == [
        (f"S-{n}", "salmonella", Decimal(f"0.{n}0"), "positive", AT) for n in samples
    ]
    reasons = {"drop": ["started-again"], "flip-bit": ["undecodable"], "silence": ["timed-out"], "restart": ["timed-out"], "unplug": ["lost"]}
    assert [event.reason for event in events if isinstance(event, Quarantine)] == reasons.get(fault or "", [])
