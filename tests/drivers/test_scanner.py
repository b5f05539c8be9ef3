"""Barcode scanners: where a code ends, what stands before it, and what is no code."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codecs.barcode import BarcodeSettings, readings
from drivers.core.link import Done, Failed, Link, Message, Quarantine, Send
from drivers.core.profile import Profile, of_text, read
from drivers.links.scanner import ScannerSettings, link
from drivers.stored import decode
from drivers.virtual import FAULTS, Shown, compose, device
from tests.drivers.test_sics import ends, every_cut, messages, survives, together

FILE = Path(__file__).parents[2] / "resources" / "instruments" / "barcode-scanner.toml"
SCANNER = read(FILE)
QUIRKS = 'line_end = "\\r"\n'


def other(quirks: str) -> Profile:
    text = FILE.read_text("utf-8")
    assert QUIRKS in text
    return of_text(text.replace(QUIRKS, quirks), FILE)


KEYENCE = other('line_end = "\\r"\nask = "LON"\ncancel = "LOFF"\n')
NO_SUFFIX = other('line_end = ""\nline_s = 0.08\n')


@pytest.mark.parametrize(
    ("sent", "code", "flags"),
    [
        (b"NC20260208001", "NC20260208001", ()),
        (b"]C1NC20260208001", "NC20260208001", ("]C1", "Code 128")),
        (b"]C101069012345678921726123110A7\x1d21S5", "01069012345678921726123110A7\x1d21S5", ("]C1", "Code 128")),
        (b"]A0LS-7", "LS-7", ("]A0", "Code 39")),
        (b"]E06901234567892", "6901234567892", ("]E0", "EAN")),
        (b"]d2LS-7", "LS-7", ("]d2", "DataMatrix")),
        (b"]L0LS-7", "LS-7", ("]L0", "PDF417")),
        (b"]X0LS-7", "LS-7", ("]X0",)),
        ("]Q3玉米-7".encode(), "玉米-7", ("]Q3", "QR")),
        ("玉米-7".encode("gbk"), "玉米-7", ()),
        (b"A]C1", "A]C1", ()),
        (b"NG7", "NG7", ()),
    ],
)
def test_a_code_is_a_sample_without_what_the_scanner_says_of_it(sent: bytes, code: str, flags: tuple[str, ...]) -> None:
    for parts in every_cut(sent + b"\r"):
        line = SCANNER.new_link()
        (reading,) = messages(SCANNER, [event for part in parts for event in line.feed(part, 0.0)])
        assert (reading.sample, reading.test, reading.flags, reading.value, reading.status) == (code, "code", flags, None, "final")


def test_the_identifier_may_be_left_where_it_stands() -> None:
    kept = of_text(FILE.read_text("utf-8").replace("aim = true", "aim = false"), FILE)
    assert [(reading.sample, reading.flags) for reading in decode(kept, b"]C1A\r")] == [("]C1A", ())]


@pytest.mark.parametrize("sent", [b"NG\r", b"ERR99\r", b"\r", b"\r\n\r\n", b"  \r"])
def test_no_code_is_no_reading(sent: bytes) -> None:
    assert decode(SCANNER, sent) == []


@pytest.mark.parametrize("sent", [b"LS\x01-7\r", b"]C1 \r"])
def test_what_cannot_be_a_code_names_no_sample(sent: bytes) -> None:
    (reading,) = decode(SCANNER, sent)
    assert (reading.sample, reading.status) == (None, "failed")
    assert reading.text


def codes(line: Link, *heard: tuple[bytes, float]) -> list[bytes]:
    return [event.text for data, now in heard for event in line.feed(data, now) if isinstance(event, Message)]


def test_a_code_ends_with_its_suffix() -> None:
    assert codes(link(ScannerSettings(line_end="\r\n")), (b"A\r\nB\r\n", 0.0)) == [b"A", b"B"]
    assert codes(link(ScannerSettings(line_end="\t")), (b"A\tB\t", 0.0)) == [b"A", b"B"]
    both = link()
    assert codes(both, (b"A\r\nB\r\n", 0.0)) == [b"A", b"B"] and both.counts.noise == 2, "CR LF where CR was set"
    slow = link()
    assert codes(slow, (b"NC2026", 0.0), (b"0208001\r", 1.9)) == [b"NC20260208001"], "a pause within a code does not end it"
    assert slow.feed(b"NC", 5.0) == [] and slow.poll(7.0) == [Quarantine("timed-out", 14, 16)]


def test_without_a_suffix_a_pause_ends_a_code() -> None:
    line = NO_SUFFIX.new_link()
    assert line.feed(b"NC2026", 0.0) == [] and line.feed(b"0208001", 0.05) == []
    assert line.poll(0.129) == [] and line.begun_at == 0
    assert line.poll(0.131) == [Message(b"NC20260208001", 0, 13)]
    assert line.next_deadline() is None
    assert line.feed(b"A\r\n", 1.0) == [] and line.poll(2.0) == [Message(b"A", 13, 16)], "a suffix nobody told us of"
    assert [reading.sample for reading in decode(NO_SUFFIX, b"NC1")] == ["NC1"]


def test_a_scanner_that_is_started_reads_or_is_stopped() -> None:
    line = KEYENCE.new_link()
    assert line.submit(["ask"], 0.0)[1] == [Send(b"LON\r")]
    assert line.feed(b"A7\r", 1.0) == [Message(b"A7", 0, 3), Done(1)]
    line.submit(["ask"], 2.0)
    assert line.feed(b"NG\r", 3.0) == [Failed(2, "not-read")]
    line.submit(["ask"], 4.0)
    assert line.poll(14.0) == [Failed(3, "no-answer"), Send(b"LOFF\r")]
    line.submit(["ask"], 14.1)
    assert line.feed(b"A8\r", 14.2) == [Message(b"A8", 6, 9)], "read just before it was stopped"
    assert line.poll(16.0) == [Send(b"LON\r")]
    assert ends(SCANNER.new_link().submit(["ask"], 0.0)[1]) == ["one-way"]


scans = st.one_of(st.sampled_from([b"A7\r", b"]C1A\x1dB\r\n", b"NG\r", b"\n"]), st.binary(max_size=12))
traffic = st.lists(st.tuples(scans, st.sampled_from([0.0, 0.1, 2.5, 61.0])), max_size=25)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.sampled_from([SCANNER, KEYENCE, NO_SUFFIX]), traffic, st.lists(st.just("ask"), max_size=2))
def test_anything_may_come(profile: Profile, heard: list[tuple[bytes, float]], orders: list[str]) -> None:
    for reading in messages(profile, survives(profile.new_link(), heard, orders)):
        assert reading.sample is None or not set(reading.sample) & set("\r\n\0\ufffd")


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.sampled_from([b"", b"]", b"]C1", b"]z9"]), st.binary(max_size=30), st.sampled_from(["auto", "latin-1", "utf-8", "gb18030", "ascii"]))
def test_the_codec_reads_anything(prefix: bytes, text: bytes, encoding: str) -> None:
    for reading in readings(prefix + text, encoding, BarcodeSettings()):
        assert reading.value is None and (reading.sample is None or not set(reading.sample) & set("\r\n\0\ufffd"))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.one_of(st.sampled_from([b"A7\r", b"\r", b"\n", b"\x1d", b"NG\r"]), st.binary(max_size=12)), max_size=20), st.data())
def test_any_split_gives_the_same(pieces: list[bytes], data: st.DataObject) -> None:
    heard = b"".join(pieces)
    places = sorted(data.draw(st.lists(st.integers(0, len(heard)), max_size=6)))
    for profile in (SCANNER, NO_SUFFIX):
        whole, parts = profile.new_link(), profile.new_link()
        events = [event for begin, end in pairwise([0, *places, len(heard)]) for event in parts.feed(heard[begin:end], 0.0)]
        assert events + parts.poll(0.1) == whole.feed(heard, 0.0) + whole.poll(0.1) and parts.counts == whole.counts


SHOWN = [Shown(f"NC-2026-02-08-000{n}", "code", "", "", datetime(2026, 2, 8)) for n in (1, 2, 3)]
FIRST, SECOND, THIRD = (shown.sample for shown in SHOWN)


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_every_scan_arrives(fault: str | None) -> None:
    instrument, line = device(SCANNER, fault), SCANNER.new_link()
    instrument.send(compose(SCANNER, SHOWN))
    events = together(line, instrument)
    read = [reading.sample for reading in messages(SCANNER, events)]
    # Nothing guards a code on the wire but its suffix: a bit that flips, a suffix that is lost, make another code, which names no sample.
    assert read == {
        "drop": [FIRST[:-1] + SECOND, THIRD],
        "flip-bit": [FIRST[:8] + chr(ord(FIRST[8]) ^ 1) + FIRST[9:], SECOND, THIRD],
        "duplicate": [FIRST, FIRST, SECOND, THIRD],
        "gbk": ["样品：玉米", FIRST, SECOND, THIRD],
    }.get(fault or "", [FIRST, SECOND, THIRD])
    reasons = [event.reason for event in events if isinstance(event, Quarantine)]
    assert reasons == {"silence": ["timed-out"], "restart": ["timed-out"], "unplug": ["lost"]}.get(fault or "", [])


def test_a_started_scanner_with_nothing_before_it_says_so() -> None:
    instrument, line = device(KEYENCE), KEYENCE.new_link()
    assert ends(together(line, instrument, [(1.0, "ask")], seconds=5.0)) == ["not-read"]
