"""A&D, Ohaus, Radwag and CAS: stable, unstable and out of range in each dialect, and what each is asked."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.core.link import Done, Failed, Message, Quarantine, Send, Warn
from drivers.core.profile import Profile, of_text, read
from drivers.stored import decode
from drivers.virtual import FAULTS, device
from tests.drivers.test_sics import ends, every_cut, messages, survives, together, values

PROFILES = Path(__file__).parents[2] / "resources" / "instruments"
AND, OHAUS, RADWAG = (read(PROFILES / f"{name}-balance.toml") for name in ("and", "ohaus", "radwag"))
CAS = of_text(
    """
name = "cas"
maker = "CAS"
model = "CBL"
link = "balance"
codec = "balance"
sources = []
title = { zh = "天平", en = "balance" }
quirks = { dialect = "cas" }
""",
    Path("cas.toml"),
)
SHIPPED = pytest.mark.parametrize("profile", [AND, OHAUS, RADWAG], ids=["and", "ohaus", "radwag"])
G = ("weight", Decimal("100.00"), "g", True)


def test_every_example_reads_as_its_vector_says(example: Callable[[str], dict[str, Any]]) -> None:
    cases = example("balances_other_public")["cases"]
    for case in cases:
        expect, data = case["expect"], bytes.fromhex(case["hex"])
        profile = {"A&D": AND, "Ohaus": OHAUS, "Radwag": RADWAG}[expect["dialect"]]
        for parts in every_cut(data):
            link = profile.new_link()
            link.submit(["ask"], 0.0)
            events = [event for part in parts for event in link.feed(part, 0.0)]
            readings = messages(profile, events)
            if expect.get("error") == "overload":
                assert [(one.value, one.status) for one in readings] == [(None, "failed")] and ends(events) == ["over-range"]
            elif "error" in expect:
                assert readings == [] and ends(events) == ["not-stable"]
            else:
                unit = profile.units.get(expect["unit"], expect["unit"])
                assert values(readings) == [("weight", Decimal(expect["value"]), unit, expect["stable"])]
                assert readings[0].flags == ((expect["comparator"],) if "comparator" in expect else ())
                assert ends(events) == ([""] if expect["stable"] else []), "a value that moves does not answer"
            assert (link.counts.unknown, link.counts.noise) == (0, 0)
    assert len(cases) == 10


@pytest.mark.parametrize(
    ("profile", "line", "value"),
    [
        (AND, b"No.7,2026/02/08,14:44:00,ST,+0001.234 kg", (Decimal("1.234"), "kg", True)),
        (AND, b"US,--,+0001.234 kg", (Decimal("1.234"), "kg", False)),
        (CAS, b"1000.00g", (Decimal("1000.00"), "g", False)),
        (CAS, b"S-  12.5g", (Decimal("-12.5"), "g", True)),
        (CAS, b"U  1000.00g", (Decimal("1000.00"), "g", False)),
        (RADWAG, b"S ^        999.9 g", None),
        (RADWAG, b"S v", None),
        (OHAUS, b"       -0.05 mg ?", (Decimal("-0.05"), "mg", False)),
        (OHAUS, b"     192.21", None),
        (OHAUS, b"     192.21 g     192.30 g", None),
        (OHAUS, b"92.21 g", None),
        (AND, b"ST,+001.234 kg", None),
        (AND, b"ST,OK,HI,+0001.234 kg", None),
        (AND, b"ST,+0001,234 kg", None),
        (AND, b"ST,+0001.234", None),
        (RADWAG, b"S    -      8,5 g", None),
    ],
)
def test_what_else_the_makers_send(profile: Profile, line: bytes, value: tuple[Decimal, str, bool] | None) -> None:
    (reading,) = decode(profile, line + b"\r\n")
    assert (reading.value, reading.unit, reading.stable) == (value or (None, None, None))
    assert reading.test == "weight" and reading.sample is None
    assert (reading.status == "failed") is (b"^" in line or b"v" in line)
    if b"No.7" in line:
        assert reading.comment == "No.7,2026/02/08,14:44:00"


def test_a_digit_lost_where_values_are_aligned_is_no_value() -> None:
    line = b"ST,+0001.234 kg"
    for at in range(len(line)):
        for reading in decode(AND, line[:at] + line[at + 1 :] + b"\r\n"):
            assert reading.value in (None, Decimal("1.234"))


def test_what_each_is_asked_and_how_it_ends() -> None:
    sent = {name: [profile.new_link().submit([order], 0.0)[1] for order in ("ask", "tare", "zero")] for name, profile in
            (("and", AND), ("ohaus", OHAUS), ("radwag", RADWAG))}  # fmt: skip
    assert sent == {
        "and": [[Send(b"S\r\n")], [Send(b"R\r\n")], [Send(b"Z\r\n")]],
        "ohaus": [[Send(b"SP\r\n")], [Send(b"T\r\n")], [Send(b"Z\r\n")]],
        "radwag": [[Send(b"S\r\n")], [Send(b"T\r\n")], [Send(b"Z\r\n")]],
    }
    assert ends(CAS.new_link().submit(["ask"], 0.0)[1]) == ["one-way"]


@pytest.mark.parametrize(
    ("profile", "order", "line", "ended"),
    [
        (AND, "ask", b"US,+0001.234 kg", []),
        (AND, "Q", b"US,+0001.234 kg", [""]),
        (AND, "Q", b"OL,-9999999E+19", ["under-range"]),
        (AND, "?ID", b"LAB-123", [""]),
        (AND, "tare", b"ST,+0001.234 kg", []),
        (OHAUS, "tare", b"ES", ["refused"]),
        (OHAUS, "IP", b"       0.01 g ?", [""]),
        (OHAUS, "PV", b"SR 1.00", [""]),
        (RADWAG, "ask", b"S A", []),
        (RADWAG, "ask", b"S I", ["busy"]),
        (RADWAG, "ask", b"S E", ["not-stable"]),
        (RADWAG, "ask", b"S ^", ["over-range"]),
        (RADWAG, "ask", b"SI        18.5 g", []),
        (RADWAG, "ask", b"T A", []),
        (RADWAG, "tare", b"T A", [""]),
        (RADWAG, "tare", b"T v", ["under-range"]),
        (RADWAG, "SI", b"SI ?       18.5 g", [""]),
    ],
)
def test_what_a_line_says_of_the_command(profile: Profile, order: str, line: bytes, ended: list[str]) -> None:
    link = profile.new_link()
    link.submit([order], 0.0)
    assert ends(link.feed(line + b"\r\n", 0.1)) == ended


def test_accepted_is_not_yet_weighed() -> None:
    link = RADWAG.new_link()
    link.submit(["ask"], 0.0)
    assert link.feed(b"S A\r\n", 50.0) == [] and link.next_deadline() == 110.0
    message, done = link.feed(b"S    -      8.5 g  \r\n", 100.0)
    assert isinstance(message, Message) and done == Done(1)


def test_without_an_answer_a_stream_is_stopped() -> None:
    link = AND.new_link()
    link.submit(["ask"], 0.0)
    assert link.poll(60.0) == [Failed(1, "no-answer"), Send(b"C\r\n")]


def test_the_wrong_parity_shows() -> None:
    """7E1 read as 8N1: every byte with an odd number of ones comes with the eighth bit."""
    heard = bytes(byte | (0x80 if byte.bit_count() % 2 else 0) for byte in b"ST,+0001.234 kg\r\n")
    link = AND.new_link()
    assert link.feed(heard, 0.0) == [Warn("parity")] and link.counts.unknown == 1


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.sampled_from([AND, OHAUS, RADWAG, CAS]),
    st.lists(
        st.tuples(
            st.one_of(st.sampled_from([b"ST,+0001.234 kg\r\n", b"     192.21 g\r\n", b"S A\r\n", b"ES\r\n", b"S ^\r\n"]), st.binary(max_size=20)),
            st.sampled_from([0.0, 0.2, 2.5, 61.0]),
        ),
        max_size=25,
    ),
    st.lists(st.sampled_from(["ask", "tare", "zero", "SI", "?"]), max_size=4),
)
def test_anything_may_come(profile: Profile, heard: list[tuple[bytes, float]], orders: list[str]) -> None:
    asked, unasked = survives(profile.new_link(), heard, orders), survives(profile.new_link(), heard, [])
    assert [event for event in asked if isinstance(event, Message)] == [event for event in unasked if isinstance(event, Message)]
    for reading in messages(profile, asked):
        assert (reading.value is None) is (reading.stable is None) is (reading.unit is None)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.sampled_from([AND, OHAUS, RADWAG, CAS]),
    st.one_of(st.binary(max_size=40), st.text(alphabet="STUQOL,+-?^v 0123456789.kg\r\n", max_size=30).map(str.encode)),
)
def test_the_codec_reads_anything(profile: Profile, text: bytes) -> None:
    for reading in profile.readings(text, "b"):
        assert (reading.value is None) is (reading.unit is None)


@SHIPPED
@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_every_press_of_the_key_arrives_as_it_was_meant(profile: Profile, fault: str | None) -> None:
    instrument, link = device(profile, fault), profile.new_link()
    keys = [["100.00", "g", "stable"], ["100.02", "g", "dynamic"], ["-0.05", "g", "stable"]]
    meant = [("weight", Decimal(value), unit, state == "stable") for value, unit, state in keys]
    instrument.send(keys)
    events = together(link, instrument)
    found = values(messages(profile, events))
    spoilt = ("weight", None, None, None)
    if fault == "drop":
        assert found == [spoilt, meant[2]]
    elif fault == "flip-bit":
        # Ohaus: a line that begins with a letter is nothing it knows.
        assert found == meant[1:] if profile is OHAUS else [spoilt, *meant[1:]]
        assert link.counts.unknown == (1 if profile is OHAUS else 0)
    else:
        assert found == [meant[0], *meant] if fault == "duplicate" else meant
    reasons = [event.reason for event in events if isinstance(event, Quarantine)]
    assert reasons == {"silence": ["timed-out"], "restart": ["timed-out"], "unplug": ["lost"]}.get(fault or "", [])


@SHIPPED
@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_what_is_asked_is_answered_or_fails(profile: Profile, fault: str | None) -> None:
    instrument, link = device(profile, fault), profile.new_link()
    instrument.put("100.00", "g", stable=False, now=0.0)  # type: ignore[attr-defined]
    events = together(link, instrument, [(0.0, "ask"), (70.0, "ask"), (75.0, "tare"), (76.0, "ask")])
    failed = {"drop": "no-answer", "silence": "no-answer", "restart": "no-answer", "unplug": "lost"}
    if profile is RADWAG:
        # The first line is its `S A`: without CR LF it runs together with the weight, which answers without a value.
        failed |= {"drop": "", "nak": "busy", "wrong-number": "no-answer"}
    if profile is OHAUS:
        failed |= {"nak": "not-stable", "flip-bit": "no-answer"}
    found = ends(events)
    assert found[0] == failed.get(fault or "", "")
    read = [each for each in values(messages(profile, events)) if each[1] is not None]
    assert all(each in (G, ("weight", Decimal("0.00"), "g", True)) for each in read)
    if fault != "nak":
        assert found[1:] == ["", "", ""] and read[-1] == ("weight", Decimal("0.00"), "g", True) and G in read
