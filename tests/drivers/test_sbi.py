"""Sartorius SBI: fixed columns, no unit while the balance moves, status words, the wrong parity."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.core.link import Done, Failed, Message, Quarantine, Send, Warn
from drivers.core.profile import read
from drivers.stored import decode
from drivers.virtual import FAULTS, Device, device
from tests.drivers.test_sics import ends, every_cut, messages, survives, together, values

SBI = read(Path(__file__).parents[2] / "resources" / "instruments" / "sartorius-sbi.toml")
STABLE, MOVING = b"+   123.56 g  \r\n", b"+    123.5    \r\n"
KEYS = [["123.56", "g", "stable"], ["123.5", "g", "dynamic"], ["-0.0021", "g", "stable"]]
MEANT = [("weight", Decimal("123.56"), "g", True), ("weight", Decimal("123.5"), None, False), ("weight", Decimal("-0.0021"), "g", True)]


def test_every_example_reads_as_its_vector_says(example: Callable[[str], dict[str, Any]]) -> None:
    cases = example("sbi_public")["cases"]
    for case in cases:
        expect, data = case["expect"], bytes.fromhex(case["hex"])
        if "command" in expect:
            order = {"print": "ask", "tare+zero": "tare", "model": "x1_"}[expect["command"]]
            assert SBI.new_link().submit([order], 0.0)[1] == [Send(data)]
            continue
        for parts in every_cut(data):
            link = SBI.new_link()
            readings = messages(SBI, [event for part in parts for event in link.feed(part, 0.0)])
            if "error" in expect:
                assert [(one.result, one.value, one.status) for one in readings] == [(expect["error"], None, "failed")]
            else:
                assert values(readings) == [("weight", Decimal(expect["value"]), expect["unit"], expect["stable"])]
                assert readings[0].text.lstrip("+") == expect["value"]
            assert (link.counts.messages, link.counts.unknown, link.counts.noise, link.begun_at) == (1, 0, 0, None)
    assert len(cases) == 9


def test_a_line_of_another_length_is_no_value() -> None:
    named = b"N     " + STABLE
    for line in (STABLE.rstrip(b"\r\n"), MOVING.rstrip(b"\r\n"), named.rstrip(b"\r\n")):
        for at in range(len(line)):
            assert all(reading.value is None for reading in decode(SBI, line[:at] + line[at + 1 :] + b"\r\n"))
    joined = STABLE.rstrip(b"\r\n") + STABLE
    assert [reading.value for reading in decode(SBI, joined)] == [None]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"G#    +   123.56 g  ", ("G#", Decimal("123.56"), "g", True)),
        (b"T1    +    10.00 g  ", ("T1", Decimal("10.00"), "g", True)),
        (b"Qnt   +      253 pcs", ("Qnt", Decimal(253), "pcs", True)),
        (b"      -   123.56 g  ", ("weight", Decimal("-123.56"), "g", True)),
        (b"+ 12q.56   g  ", ("weight", None, None, None)),
    ],
)
def test_an_identification_names_what_is_not_the_net_weight(line: bytes, expected: tuple[str, Decimal | None, str | None, bool | None]) -> None:
    assert values(decode(SBI, line + b"\r\n")) == [expected]


def test_digits_in_brackets_are_not_verified() -> None:
    (reading,) = decode(SBI, b"+ 123.5[6] g  \r\n")
    assert (reading.value, reading.text, reading.unit, reading.flags) == (Decimal("123.56"), "+123.5[6]", "g", ("[]",))


@pytest.mark.parametrize(
    ("line", "word", "reason"),
    [
        (b"Stat      High      ", "High", "over-range"),
        (b"Stat     ERR 055    ", "ERR 055", "over-range"),
        (b"      Low     ", "Low", "under-range"),
        (b"Stat     ERR 54     ", "ERR 54", "under-range"),
        (b"Stat   Cal. Ext.    ", "Cal. Ext.", "busy"),
        (b"Stat     APP.ERR    ", "APP.ERR", "refused"),
        (b"Stat        TR      ", "TR", "refused"),
    ],
)
def test_a_status_is_a_failed_reading_and_the_reason_of_a_command(line: bytes, word: str, reason: str) -> None:
    asked, unasked = SBI.new_link(), SBI.new_link()
    asked.submit(["ask"], 0.0)
    assert ends(asked.feed(line + b"\r\n", 0.0)) == [reason]
    (reading,) = messages(SBI, unasked.feed(line + b"\r\n", 0.0))
    assert (reading.result, reading.value, reading.status) == (word, None, "failed")


def test_a_moving_balance_has_not_answered_and_tare_has_no_answer() -> None:
    link = SBI.new_link()
    assert link.submit(["ask"], 0.0)[1] == [Send(b"\x1bP\r\n")]
    message, failed = link.feed(MOVING, 0.1)
    assert isinstance(message, Message) and failed == Failed(1, "not-stable")
    assert link.submit(["tare"], 1.0)[1] == [Send(b"\x1bT\r\n")]
    assert link.submit(["zero"], 1.0)[1] == []
    assert link.poll(1.3) == [Done(2), Send(b"\x1bV\r\n")]
    message, failed = link.feed(b"Stat     ERR 010    \r\n", 1.4)
    assert isinstance(message, Message) and failed == Failed(3, "refused"), "a refusal within the pause"
    assert link.submit(["x2_"], 2.0)[1] == [Send(b"\x1bx2_\r\n")]
    assert link.feed(b"     00000000 \r\n", 2.1) == [Done(4)], "a serial number is no weight"


def test_a_late_line_is_not_the_answer_to_the_next_command() -> None:
    link = SBI.new_link()
    link.submit(["ask"], 0.0)
    link.submit(["ask"], 0.0)
    assert link.poll(60.0) == [Failed(1, "no-answer")]
    (late,) = link.feed(STABLE, 60.1)
    assert isinstance(late, Message)
    assert link.poll(60.3) == [Send(b"\x1bP\r\n")]
    assert link.feed(STABLE, 61.0)[1:] == [Done(2)]


@pytest.mark.parametrize("odd", [True, False])
def test_the_wrong_parity_shows_and_reads_as_nothing(odd: bool) -> None:
    """Seven bits with parity, read as eight: the parity is the eighth bit."""
    heard = bytes(byte | (0x80 if (byte.bit_count() % 2 == 0) is odd else 0) for byte in STABLE)
    link = SBI.new_link()
    events = [*link.feed(heard, 0.0), *link.poll(2.0)]
    assert Warn("parity") in events and messages(SBI, events) == []
    assert [event.reason for event in events if isinstance(event, Quarantine)] == (["timed-out"] if odd else [])


pieces = st.one_of(st.sampled_from([STABLE, MOVING, b"Stat     ERR 054    \r\n", b"\r\n"]), st.binary(max_size=22))
traffic = st.lists(st.tuples(pieces, st.sampled_from([0.0, 0.2, 2.5, 61.0])), max_size=25)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(traffic, st.lists(st.sampled_from(["ask", "tare", "zero", "x1_"]), max_size=4))
def test_anything_may_come(heard: list[tuple[bytes, float]], orders: list[str]) -> None:
    events = survives(SBI.new_link(), heard, orders)
    for reading in messages(SBI, events):
        assert reading.value is None or reading.stable is (reading.unit is not None)


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_every_press_of_the_key_arrives_as_it_was_meant(fault: str | None) -> None:
    instrument, link = device(SBI, fault), SBI.new_link()
    instrument.send(KEYS)
    events = together(link, instrument)
    found = values(messages(SBI, events))
    if fault in ("drop", "flip-bit"):
        assert found == [("weight", None, None, None), *MEANT[2 if fault == "drop" else 1 :]]
    else:
        assert found == [MEANT[0], *MEANT] if fault == "duplicate" else MEANT
    reasons = [event.reason for event in events if isinstance(event, Quarantine)]
    assert reasons == {"silence": ["timed-out"], "restart": ["timed-out"], "unplug": ["lost"]}.get(fault or "", [])


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_what_is_asked_is_answered_or_fails(fault: str | None) -> None:
    instrument: Device = device(SBI, fault)
    link = SBI.new_link()
    events = together(link, instrument, [(0.0, "ask"), (70.0, "ask"), (75.0, "tare"), (76.0, "ask"), (77.0, "x1_")])
    first = {"drop": "no-answer", "silence": "no-answer", "restart": "no-answer", "unplug": "lost"}.get(fault or "", "")
    assert ends(events) == [first, "", "", "", ""]
    read = [each for each in values(messages(SBI, events)) if each[1] is not None]
    full, tared = ("weight", Decimal("100.00"), "g", True), ("weight", Decimal("0.00"), "g", True)
    assert read == [full] * {"duplicate": 3, "flip-bit": 1}.get(fault or "", 1 if first else 2) + [tared]
