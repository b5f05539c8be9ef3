"""HL7 blocks and their acknowledgements: the worked examples, broken blocks, the virtual instrument with each fault, a listening TCP port."""

from __future__ import annotations

import queue
import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import Trouble
from drivers.core.link import Event, Failed, Message, Quarantine, Send
from drivers.core.profile import Profile, Serial, of_text
from drivers.delivery import Delivery
from drivers.links.mllp import LONGEST, MllpLink, MllpSettings
from drivers.port import Port, PortState, State
from drivers.stored import pieces, replay
from drivers.transport import ListenTransport, open_transport
from drivers.virtual import FAULTS, Shown, compose, device
from drivers.virtual.served import serve
from tests.drivers.talking import together
from tests.turns import turns

AT = datetime(2026, 2, 8, 14, 44)
NAME = "fluorescence-reader-hl7"
Example = Callable[[str], dict[str, Any]]


def block(text: str, encoding: str = "utf-8") -> bytes:
    return b"\x0b" + text.encode(encoding) + b"\x1c\r"


def message(control: str = "7", **header: str) -> str:
    """An ORU with MSH-*n* as `f<n>`."""
    fields = {3: "FIA", 4: "SN1", 7: "20260115150421", 9: "ORU^R01", 10: control, 11: "P", 12: "2.4"} | {int(name[1:]): text for name, text in header.items()}
    return "|".join(["MSH", "^~\\&", *(fields.get(place, "") for place in range(3, max(fields) + 1))]) + "\rOBR|1||S-1\rOBX|1|NM|DON||5\r"


def answers(events: list[Event]) -> list[str]:
    """MSA-1 and MSA-2 of each answer, which must be whole blocks of two segments."""
    sent = [event.data.decode() for event in events if isinstance(event, Send)]
    found = [re.fullmatch(r"\x0bMSH\|[^\r\n]*\rMSA\|([^\r\n]*)\r\x1c\r", text) for text in sent]
    assert all(found)
    return [each[1] for each in found if each]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Quarantine)]


def texts(events: list[Event]) -> list[bytes]:
    return [event.text for event in events if isinstance(event, Message)]


# -- the worked examples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["oru", "obx_component4", "vendor_99mrc"])
def test_worked_examples_at_every_split(case: str, example: Example, profiles: dict[str, Profile]) -> None:
    cases = {each["id"]: each for each in example("hl7_public")["cases"]}
    data, expect = bytes.fromhex(cases[case]["hex"]), cases[case]["expect"]
    whole = MllpLink().feed(data, 0.0)
    assert [(event.start, event.end) for event in whole if isinstance(event, Message)] == [(0, len(data) - 1)]
    assert answers(whole) == [f"AA|{expect['control_id']}"]
    for at in range(1, len(data)):
        link = MllpLink()
        assert link.feed(data[:at], 0.0) + link.feed(data[at:], 0.0) == whole
    link = MllpLink()
    assert [event for byte in data for event in link.feed(bytes((byte,)), 0.0)] == whole
    assert (link.counts.received, link.counts.noise, link.counts.messages) == (len(data), 0, 1)
    readings = profiles[NAME].readings(texts(whole)[0], "reader")
    assert [[reading.sent_test, reading.text, reading.unit] for reading in readings] == [
        [test, value, profiles[NAME].units.get(unit, unit)] for test, value, unit in expect["results"]
    ]
    assert {reading.sample for reading in readings} == {expect["sample"]}


def test_the_answer_has_the_shape_of_the_example(example: Example) -> None:
    cases = {each["id"]: each for each in example("hl7_public")["cases"]}
    (sent,) = [event.data for event in MllpLink().feed(bytes.fromhex(cases["oru"]["hex"]), 0.0) if isinstance(event, Send)]
    assert re.search(cases["ack_shape"]["expect"]["ack_regex"], sent.decode())
    assert sent == block("MSH|^~\\&|LIS||FIA-8000|SN123456|20260115150421||ACK^R01|1|P|2.4\rMSA|AA|8\r")


# -- answers -----------------------------------------------------------------------------------------------------------


def test_the_answer_speaks_in_the_delimiters_it_heard_and_is_numbered() -> None:
    link = MllpLink()
    heard = "MSH#*~\\&#X#Y###20260101##OUL*R22*OUL_R22#A|1#P#2.5.1\r"
    first = link.feed(block(heard), 0.0)[-1]
    second = link.feed(block(message("8")), 0.0)[-1]
    assert first == Send(block("MSH#*~\\&#LIS##X#Y#20260101##ACK*R22*ACK#1#P#2.5.1\rMSA#AA#A|1\r"))
    assert second == Send(block("MSH|^~\\&|LIS||FIA|SN1|20260115150421||ACK^R01|2|P|2.4\rMSA|AA|8\r"))


@pytest.mark.parametrize(("encoding", "word"), [("gb18030", "瑋"), ("utf-8", "玉米"), ("gb18030", "鋅")])
def test_the_answer_is_in_the_encoding_it_heard(encoding: str, word: str) -> None:
    r"""瑋 is AC 7C in GBK and 鋅 is E4 5C: cut at the bytes | and \, the fields after it would shift."""
    sent = MllpLink().feed(block(message("9", f3=word), encoding), 0.0)[-1]
    assert sent == Send(block(f"MSH|^~\\&|LIS||{word}|SN1|20260115150421||ACK^R01|1|P|2.4\rMSA|AA|9\r", encoding))


@pytest.mark.parametrize(
    ("commit", "application", "codes"),
    [
        ("", "", ["AA"]),
        ("AL", "", ["CA"]),
        ("AL", "NE", ["CA"]),
        ("NE", "AL", ["AA"]),
        ("AL", "AL", ["CA", "AA"]),
        ("SU", "SU", ["CA", "AA"]),
        ("ER", "ER", []),
        ("NE", "NE", []),
        ("", "2", ["AA"]),
    ],
)
def test_enhanced_mode_answers_what_msh_15_and_16_ask_for(commit: str, application: str, codes: list[str]) -> None:
    heard = block(message("7", f15=commit, f16=application))
    assert answers(MllpLink().feed(heard, 0.0)) == [f"{code}|7" for code in codes]
    assert answers(MllpLink(MllpSettings(enhanced=False)).feed(heard, 0.0)) == ["AA|7"]


def test_nothing_is_answered_where_the_instrument_wants_no_answer() -> None:
    events = MllpLink(MllpSettings(acknowledge=False)).feed(block(message()) + block("nonsense"), 0.0)
    assert [type(event) for event in events] == [Message, Quarantine]


@pytest.mark.parametrize("text", ["nonsense", "LSH|^~\\&|X", "MSH", "MSH|", "MSH||X", "MSHA^~\\&", "\rOBX|1|NM|DON||5\r", "\x00\xff"])
def test_what_has_no_readable_header_is_never_accepted(text: str) -> None:
    link = MllpLink()
    events = link.feed(block(text), 0.0)
    assert (texts(events), reasons(events), answers(events)) == ([], ["undecodable"], ["AR|"])
    assert (link.counts.quarantined, link.counts.refused, link.counts.messages) == (1, 1, 0)


def test_an_acknowledgement_is_not_acknowledged_and_a_query_is_rejected() -> None:
    link = MllpLink()
    assert answers(link.feed(block(message("1", f9="ACK^R01")), 0.0)) == []
    assert answers(link.feed(block(message("2", f9="QRY^Q02")), 0.0)) == ["AR|2"]
    assert (link.counts.messages, link.counts.unknown, link.counts.refused) == (2, 2, 1)


def test_the_same_number_twice_is_delivered_twice() -> None:
    events = MllpLink().feed(block(message("1")) * 2 + block(message("1", f3="other")), 0.0)
    assert len(texts(events)) == 3 and answers(events) == ["AA|1"] * 3


# -- blocks ------------------------------------------------------------------------------------------------------------


def test_a_block_ends_with_fs_even_when_no_cr_follows() -> None:
    text, link = message().encode(), MllpLink()
    events = link.feed(b"\x0b" + text + b"\x1c\x0b" + text + b"\x1c\r\r", 0.0)
    assert [(event.start, event.end) for event in events if isinstance(event, Message)] == [(0, len(text) + 2), (len(text) + 2, 2 * len(text) + 4)]
    assert link.counts.noise == 1, "the second CR"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r\r"])
def test_segments_may_end_otherwise(ends: str) -> None:
    assert answers(MllpLink().feed(block(message().replace("\r", ends)), 0.0)) == ["AA|7"]
    assert answers(MllpLink().feed(block(ends + message()), 0.0)) == ["AA|7"]


def test_bytes_outside_blocks_and_empty_blocks_are_noise() -> None:
    link = MllpLink()
    events = link.feed(b"\x00\xffab\x1c\r" + block("") + b"x" + block("\r\n") + block(message()), 0.0)
    assert (len(texts(events)), reasons(events), answers(events)) == (1, [], ["AA|7"])
    assert link.counts.noise == 6 + 2 + 1 + 4


def test_a_new_block_inside_a_block_ends_it() -> None:
    events = MllpLink().feed(b"ab\x0bMSH|half" + block(message()), 0.0)
    assert [event for event in events if isinstance(event, Quarantine)] == [Quarantine("started-again", 2, 11)]
    assert answers(events) == ["AA|7"]


def test_silence_inside_a_block() -> None:
    link = MllpLink(MllpSettings(silence_s=4.0))
    assert link.next_deadline() is None
    link.feed(b"x\x0bMSH|", 1.0)
    link.feed(b"^~", 2.0)
    assert (link.begun_at, link.next_deadline()) == (1, 6.0)
    assert link.poll(5.9) == []
    assert link.poll(6.0) == [Quarantine("timed-out", 1, 8)]
    assert (link.counts.silences, link.begun_at, link.next_deadline()) == (1, None, None)
    assert link.feed(b"\\&|\x1c\r", 7.0) == [], "the rest is no block"


def test_a_block_without_end_is_kept_up_to_its_limit() -> None:
    part = b"a" * 1_000_003
    whole, link = MllpLink(), MllpLink()
    events = whole.feed(b"\x0b" + part * 5 + b"\x1c", 0.0)
    in_parts = link.feed(b"\x0b", 0.0)
    for _ in range(5):
        in_parts += link.feed(part, 0.0)
    assert events == in_parts == [Quarantine("too-long", 0, LONGEST + 1)]
    assert whole.counts.noise == 5 * len(part) - LONGEST + 1, "the rest and FS"
    assert answers(link.feed(block(message()), 0.0)) == ["AA|7"]
    assert answers(link.feed(block(message().ljust(LONGEST, "x")), 0.0)) == ["AA|7"], "the very limit"


def test_a_lost_wire_leaves_the_link_as_new() -> None:
    link = MllpLink()
    link.feed(block(message()) + b"\x0bMSH|", 0.0)
    assert reasons(link.abort()) == ["lost"] and link.abort() == [] and link.begun_at is None
    assert b"|ACK^R01|1|" in link.feed(block(message()), 0.0)[-1].data  # type: ignore[union-attr]


def test_nothing_can_be_submitted() -> None:
    assert MllpLink().submit(["MSH"], 0.0) == (1, [Failed(1, "one-way")])


def test_a_silence_that_cannot_be_is_refused() -> None:
    text = (Path(__file__).parents[2] / "resources" / "instruments" / f"{NAME}.toml").read_text("utf-8")
    with pytest.raises(Trouble) as caught:
        of_text(text.replace("silence_s = 10.0", "silence_s = 0"), Path("x.toml"))
    assert (caught.value.code, caught.value.facts["key"]) == ("profile-unknown-value", "quirks.silence_s")


PIECES = [b"\x0b", b"\x1c", b"\r", b"\n", block(message()), block("nonsense"), b"MSH|^~\\&|", b"\x0bMSH|^~\\&|A||||||ACK\r"]
part = st.one_of(st.sampled_from(PIECES), st.binary(max_size=12))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(part, max_size=20), st.sampled_from(["auto", "latin-1", "gb18030", "utf-8"]), st.data())
def test_any_bytes_at_any_cut(heard: list[bytes], encoding: str, data: st.DataObject) -> None:
    stream = b"".join(heard)
    whole, cut = MllpLink(None, encoding), MllpLink(None, encoding)
    assert b"".join(whole.cut(stream)) == stream and all(whole.cut(stream))
    events = whole.feed(stream, 0.0)
    places = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    again = [event for start, end in pairwise([0, *places, len(stream)]) for event in cut.feed(stream[start:end], 0.0)]
    assert (again, cut.counts, cut.begun_at) == (events, whole.counts, whole.begun_at)
    events += whole.abort()
    spans = [(event.start, event.end) for event in events if isinstance(event, Message | Quarantine)]
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(stream[start : start + 1] == b"\x0b" for start, _ in spans)
    assert all(stream[event.start + 1 : event.end - 1] == event.text for event in events if isinstance(event, Message))


def test_a_stream_of_starts_takes_no_time_by_the_square() -> None:
    """Each start must not look for the end anew."""

    def starts(tail: int) -> None:
        link = MllpLink()
        assert len(link.feed(b"\x0b" * 5_000 + b"a" * tail, 0.0)) == link.counts.quarantined == 4_999

    assert turns(lambda: starts(3_900_000)) < 10 * turns(lambda: starts(0)) + 3_900_000


# -- the virtual instrument --------------------------------------------------------------------------------------------

RESULTS = [Shown("S-1", "AFB1", "4.7", "ug/kg", AT), Shown("S-1", "DON", "<100", "ug/kg", AT), Shown("S-2", "AFB1", "0.50", "ug/kg", AT)]


@pytest.mark.parametrize(
    ("fault", "samples", "quarantined"),
    [
        (None, "112", []),
        ("split", "112", []),
        ("join", "112", []),
        ("drop", "112", ["timed-out"]),
        ("flip-bit", "112", ["undecodable"]),
        ("duplicate", "11112", []),
        ("wrong-number", "112", []),
        ("nak", "111111112", []),
        ("silence", "112", ["timed-out"]),
        ("restart", "112", ["timed-out"]),
        ("gbk", "112", []),
        ("unplug", "112", ["lost"]),
    ],
)
def test_the_virtual_instrument(fault: str | None, samples: str, quarantined: list[str], profiles: dict[str, Profile]) -> None:
    """What it sends twice comes twice, with the same bytes: the inbox tells."""
    profile = profiles[NAME]
    instrument = device(profile, fault)
    instrument.send(compose(profile, RESULTS))
    events = together(profile.new_link(), instrument)
    assert instrument.idle and instrument.refused == []  # type: ignore[attr-defined]
    readings = [reading for text in texts(events) for reading in profile.readings(text, "reader")]
    assert [reading.sample for reading in readings] == [f"S-{number}" for number in samples]
    meant = [("S-1", "aflatoxin-b1", "4.7"), ("S-1", "deoxynivalenol", "<100"), ("S-2", "aflatoxin-b1", "0.50")]
    assert list(dict.fromkeys((reading.sample, reading.test, reading.text) for reading in readings)) == meant
    assert {(reading.unit, reading.at) for reading in readings} == {("μg/kg", AT)}
    assert reasons(events) == quarantined
    assert len(set(texts(events))) == 2, "a repeated message has the same bytes"


def test_every_fault_is_tried() -> None:
    marks = test_the_virtual_instrument.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {row[0] for row in marks} == {None, *FAULTS}


def test_an_instrument_that_is_refused_gives_up_after_three_repeats(profiles: dict[str, Profile]) -> None:
    instrument = device(profiles[NAME])
    bad, good = ["no header"], compose(profiles[NAME], RESULTS[2:])[0]
    instrument.send([bad, good])
    events = together(profiles[NAME].new_link(), instrument)
    assert reasons(events) == ["undecodable"] * 4
    assert instrument.refused == [bad]  # type: ignore[attr-defined]
    assert answers(events) == ["AR|"] * 4 + ["AA|20260208144400-1"]


def test_a_control_is_a_control(profiles: dict[str, Profile]) -> None:
    profile = profiles[NAME]
    instrument = device(profile)
    instrument.send(compose(profile, [Shown("QC-1", "DON", "500", "ug/kg", AT, control=True)]))
    (text,) = texts(together(profile.new_link(), instrument, 1.0))
    assert [(reading.sample, reading.status) for reading in profile.readings(text, "reader")] == [("QC-1", "control")]


def test_stored_bytes_are_read(profiles: dict[str, Profile]) -> None:
    first, second = block(message("1")), block(message("2"))
    found = pieces(profiles[NAME], b"xx" + first + second + b"\x0bMSH|")
    assert [(piece.start, piece.end, piece.quarantined != "", len(piece.readings)) for piece in found] == [
        (2, 1 + len(first), False, 1),
        (2 + len(first), 1 + len(first + second), False, 1),
        (2 + len(first + second), 7 + len(first + second), True, 0),
    ]


# -- the listening port ------------------------------------------------------------------------------------------------


def test_instruments_connect_to_a_listening_port_one_after_the_other(profiles: dict[str, Profile], tmp_path: Path) -> None:
    profile, path = profiles[NAME], tmp_path / "a.sqlite3"
    deliveries: queue.Queue[Delivery] = queue.Queue()
    states: queue.Queue[PortState] = queue.Queue()
    port = Port(profile, "listen://127.0.0.1:0", path, lambda: datetime.now(UTC), deliveries.put, states.put)
    port.start()
    try:
        while (said := states.get(timeout=5)).state is not State.LIVE:
            pass
        assert not said.address.endswith(":0")
        for sample in ("S-1", "S-2"):
            shown = Shown(sample, "aflatoxin-b1", "4.7", "μg/kg", AT)
            with serve(profile, port=said.address.replace("listen", "socket")) as instrument:
                instrument.show([shown])
                (reading,) = deliveries.get(timeout=5).readings
                assert instrument.wait(5), "acknowledged"
            assert (reading.sample, reading.test, reading.text, reading.unit) == (sample, "aflatoxin-b1", "4.7", "μg/kg")
        assert states.empty(), "an instrument that hangs up is no lost port"
    finally:
        assert port.stop()
    assert len(list(replay(path, profile))) == 2


def test_a_listening_port_waits_answers_and_takes_the_next() -> None:
    wire = open_transport("listen://127.0.0.1:0", Serial())
    assert isinstance(wire, ListenTransport)
    place = ("127.0.0.1", int(wire.address.rpartition(":")[2]))
    assert wire.read() == b""
    wire.write(b"to nobody")
    with socket.create_connection(place) as first, socket.create_connection(place) as second:
        second.sendall(b"two")
        first.sendall(b"one")
        assert wire.read() == b"one"
        wire.write(b"ack")
        assert first.recv(9) == b"ack"
        first.close()
        assert wire.read() == b"", "it hung up"
        assert wire.read() == b"two"
    with pytest.raises(Trouble) as caught:
        open_transport(wire.address, Serial())
    assert caught.value.code == "port-held"
    wire.close()
    wire.close()
    with pytest.raises(Trouble) as caught:
        wire.read()
    assert caught.value.code == "port-lost"


@pytest.mark.parametrize(
    ("address", "code"), [("listen://", "settings-refused"), ("listen://127.0.0.1:99999", "settings-refused"), ("listen://203.0.113.1:0", "no-such-port")]
)
def test_places_nobody_can_listen_at(address: str, code: str) -> None:
    with pytest.raises(Trouble) as caught:
        open_transport(address, Serial())
    assert caught.value.code == code
