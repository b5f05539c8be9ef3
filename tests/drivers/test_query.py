"""An instrument asks for the orders of a sample and is answered; orders are written so that what is read is what was meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codecs.lis2 import Lis2Settings, Order, Query, orders, queries, records
from drivers.core.link import Done, Event, Link, Message, Quarantine, Send
from drivers.core.profile import Profile, of_text
from drivers.links.astm_lis1 import Lis1Link
from drivers.virtual import FAULTS, UNPLUG, Shown, compose
from drivers.virtual.analyser import Analyser

AT = datetime(2026, 1, 15, 10, 10, 11)
SETTINGS = Lis2Settings()
ASKED = "H|\\^&|||GX-AFQ^1\rQ|1|{}||{}||||||||{}\rL|1|N\r"


# -- the worked example --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [10_000, 1, 2, 3, 7, 20])
def test_the_worked_example_from_call_to_hang_up(size: int, example: Callable[[str], dict[str, Any]]) -> None:
    """Every frame we send stands in it byte for byte, our header included."""
    session = example("astm_query_01")
    link, unsent, heard = Lis1Link(), b"", []
    for step in session["steps"]:
        data = bytes.fromhex(step["hex"])
        if step["dir"] == "tx":
            assert unsent[: len(data)] == data, step["show"]
            unsent = unsent[len(data) :]
            continue
        assert unsent == b""
        for at in range(0, len(data), size):
            events = link.feed(data[at : at + size], 0.0)
            for message in [event for event in events if isinstance(event, Message)]:
                heard.append(message.text.decode().rstrip("\r").split("\r"))
                events += link.submit(answer_of(session["orders"], message.text), 0.0)[1]
            unsent += b"".join(event.data for event in events if isinstance(event, Send))
    assert unsent == b"" and heard == session["expect"]["messages"]


def answer_of(known: dict[str, list[str]], text: bytes) -> list[str]:
    (query,) = queries(text, "latin-1", SETTINGS)
    asked = [Order(sample, tuple(known[sample]), "MAIZE") for sample in query.samples]
    return orders(asked, answer=True, sender="LIMS", receiver=query.sender, at=AT)


# -- what is asked -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "tests", "component", "expected"),
    [
        ("^S-1", "ALL", 2, Query(("S-1",), (), "GX-AFQ")),
        ("S-1", "", 2, Query(("S-1",), (), "GX-AFQ")),
        ("P-1^S-1", "^^^AFB1", 2, Query(("S-1",), ("AFB1",), "GX-AFQ")),
        ("^S-1\\^S-2", "^^^AFB1\\^^^DON", 2, Query(("S-1", "S-2"), ("AFB1", "DON"), "GX-AFQ")),
        ("S-1^7^1^3^N", "^^^ALL", 1, Query(("S-1",), (), "GX-AFQ")),
        ("^S&S&1", "ALL", 2, Query(("S^1",), (), "GX-AFQ")),
        ("", "ALL", 2, Query((), (), "GX-AFQ")),
    ],
    ids=["specimen", "plain", "patient and specimen", "several", "place on the disk", "escaped", "nobody named"],
)
def test_what_is_asked(who: str, tests: str, component: int, expected: Query) -> None:
    text = ASKED.format(who, tests, "O").encode()
    assert queries(text, "latin-1", Lis2Settings(query_component=component)) == (expected,)


def test_a_request_taken_back_and_results_ask_nothing() -> None:
    assert queries(ASKED.format("^S-1", "ALL", "A").encode(), "latin-1", SETTINGS) == ()
    assert queries(b"H|\\^&\rO|1|S-1||^^^AFB1\rR|1|^^^AFB1|4\rL|1|N\r", "latin-1", SETTINGS) == ()


def test_several_queries_in_one_message_and_other_delimiters() -> None:
    found = queries("H!`$~!!!GX\rQ!1!$样品1!!ALL\rQ!2!$B!!ALL\rL!1!N\r".encode("gb18030"), "auto", SETTINGS)
    assert [query.samples for query in found] == [("样品1",), ("B",)]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["auto", "latin-1", "gb18030", "utf-8"]))
def test_any_bytes_may_ask(text: bytes, encoding: str) -> None:
    for data in (text, b"H|\\^&\rQ|1|" + text):
        for query in queries(data, encoding, SETTINGS):
            assert all(query.samples) and all(query.tests)


# -- what is answered ----------------------------------------------------------------------------------------------


def test_nothing_known() -> None:
    assert orders([], answer=True, sender="LIMS", receiver="GX", at=AT)[1:] == ["L|1|I"]


def test_a_download_is_no_answer() -> None:
    """As in the session astm_tx_01_order_download."""
    made = orders([Order("GR26-000118", ("AFB1",), "MAIZE")], answer=False, sender="LIMS", receiver="GX-AFQ", at=datetime(2026, 1, 15, 10))
    assert made == [
        "H|\\^&|||LIMS|||||GX-AFQ||P|LIS2-A2|20260115100000",
        "P|1",
        "O|1|GR26-000118||^^^AFB1|R||||||A||||MAIZE||||||||||O",
        "L|1|N",
    ]


def test_each_sample_has_its_order_and_the_instruments_way_is_kept() -> None:
    given_ = [Order("A", ("X",), priority="S"), Order("B", ("X", "Y"))]
    made = orders(given_, answer=True, sender="", receiver="", at=AT, settings=Lis2Settings(test_component=1, order_action="N"))
    assert made[2:4] == ["O|1|A||X|S||||||N||||||||||||||Q", "O|2|B||X\\Y|R||||||N||||||||||||||Q"]
    sent = [record for record in records("\r".join(made)) if record.letter == "O"]
    assert [(order.text(6), order.text(12), order.text(26)) for order in sent] == [("S", "N", "Q"), ("R", "N", "Q")]


words = st.text(max_size=20).map(str.strip)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(words, st.lists(words, min_size=1, max_size=3), words)
def test_any_words_come_back_as_they_were(sample: str, tests: list[str], specimen: str) -> None:
    made = orders([Order(sample, tuple(tests), specimen)], answer=True, sender="LIMS", receiver="", at=AT)
    assert all(character >= " " for line in made for character in line), "a control character would break the frame"
    (order,) = (record for record in records("\r".join(made)) if record.letter == "O")
    assert (order[3], order[16]) == (((sample,),), ((specimen,),))
    assert [repeat[3] for repeat in order[5]] == tests


def test_a_profile_speaks_the_instruments_words(profiles: dict[str, Profile]) -> None:
    reader = profiles["mycotoxin-reader-lis"]
    (query,) = reader.queries(ASKED.format("^S-1", "^^^DON\\^^^NEW", "O").encode())
    assert query == Query(("S-1",), ("deoxynivalenol", "NEW"), "GX-AFQ")
    made = reader.answer([Order("S-1", ("deoxynivalenol", "AFB1", "lead"))], AT, query.sender)
    assert made[2].split("|")[4] == "^^^DON\\^^^AFB1", "what the reader has no code for is left out"
    assert made[0].split("|")[4:10] == ["LIMS", "", "", "", "", "GX-AFQ"]
    assert reader.answer([Order("S-2", ("lead",))], AT)[1:] == ["L|1|I"]


def test_of_two_codes_of_one_item_the_first_is_sent(profiles: dict[str, Profile]) -> None:
    reader = profiles["mycotoxin-reader-lis"]
    twice = of_text(reader.file.read_text("utf-8").replace("[tests]\n", '[tests]\nAFLA = "aflatoxin-b1"\n'), reader.file)
    assert twice.answer([Order("S-1", ("aflatoxin-b1",))], AT)[2].split("|")[4] == "^^^AFLA"


def test_an_instrument_that_prints_asks_nothing(profiles: dict[str, Profile]) -> None:
    assert profiles["rida-cube"].queries(b"Q|1|^S-1||ALL\r") == ()


# -- against the virtual instrument --------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_asked_and_answered_under_every_fault(fault: str | None, profiles: dict[str, Profile]) -> None:
    """A result, a question, a result: each arrives once, and the answer is the sample's order."""
    reader = profiles["mycotoxin-reader-lis"]
    instrument, link = Analyser(fault, 1.0, reader), reader.new_link()
    results = [compose(reader, [Shown(sample, "DON", "4.70", "ug/kg", AT)]) for sample in ("S-1", "S-3")]
    instrument.send(results[0])
    instrument.ask("S|2")
    instrument.send(results[1])
    events, waited = talk(link, instrument, reader)
    messages = [event.text for event in events if isinstance(event, Message)]
    read = [(reading.sample, reading.text) for text in messages for reading in reader.readings(text, "reader 1")]
    assert len(messages) == 3 and read == [("S-1", "4.70"), ("S-3", "4.70")]
    assert [(order[0][:1], order[2], order[3]) for order in instrument.orders] == [("H", "O|1|S&F&2||^^^AFB1\\^^^DON|R||||||A||||||||||||||Q", "L|1|F")]
    assert Done(1) in events and len([event for event in events if isinstance(event, Quarantine)]) == (fault in ("silence", "restart", "unplug"))
    # Both want the line when the answer is due: the instrument goes first, its next message 1 s later, the host 20 s.
    assert waited < 45.0


@pytest.mark.parametrize(("fault", "longest"), [(None, 1.0), ("nak", 11.0)])
def test_an_instrument_that_waits_is_answered_in_time(fault: str | None, longest: float, profiles: dict[str, Profile]) -> None:
    """Most give up within 5 to 20 s; one that is busy is called again after 10 s."""
    reader = profiles["mycotoxin-reader-lis"]
    instrument = Analyser(fault, 1.0, reader)
    instrument.ask("S-1")
    assert talk(reader.new_link(), instrument, reader)[1] <= longest


def talk(link: Link, instrument: Analyser, profile: Profile) -> tuple[list[Event], float]:
    """Let both talk for two minutes of an invented clock: the host's events, and the seconds from a question to its answer."""
    events: list[Event] = []
    asked = answered = 0.0
    for tick in range(2400):
        now = tick * 0.05
        said = link.poll(now)
        while True:
            events += said
            written = [part for event in said if isinstance(event, Send) for part in instrument.feed(event.data, now)] + instrument.poll(now)
            answered = answered or (now if instrument.orders else 0.0)
            said = []
            for data in written:
                if data == UNPLUG:
                    instrument.unplug()
                    said += link.abort()
                    continue
                heard = link.feed(data, now)
                for query in [query for event in heard if isinstance(event, Message) for query in profile.queries(event.text)]:
                    asked = now
                    heard += link.submit(profile.answer([Order(sample, ("aflatoxin-b1", "deoxynivalenol")) for sample in query.samples], AT), now)[1]
                said += heard
            if not said:
                break
    assert instrument.idle
    return events, answered - asked
