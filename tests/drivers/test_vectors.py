"""Recorded sessions, played whole and cut at every place, must give the same messages and the same answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from drivers.codecs.lis2 import Delimiters, split
from drivers.core.link import Done, Event, Failed, Link, Message, Quarantine, Send
from drivers.core.profile import Profile
from drivers.links.astm_lis1 import Lis1Link, Lis1Settings

Cut = Callable[[bytes], Iterator[bytes]]


class Played:
    """What a link did with one session, and whether it answered at the right places."""

    def __init__(self, link: Link, session: dict[str, Any], cut: Cut) -> None:
        self.events: list[Event] = []
        self.received = b""
        self._link, self._now, self._unsent = link, 0.0, b""
        for records in session.get("send", []):
            self._take(link.submit(records, self._now)[1])
        for step in session["steps"]:
            getattr(self, step["dir"])(step, cut)
        assert self._unsent == b"", "left over: the driver said more than the session has"
        self._take(link.abort())

    def rx(self, step: dict[str, Any], cut: Cut) -> None:
        assert self._unsent == b"", "the driver must have been silent before this step"
        for part in cut(bytes.fromhex(step["hex"])):
            self.received += part
            self._take(self._link.feed(part, self._now))

    def tx(self, step: dict[str, Any], cut: Cut) -> None:
        expected = bytes.fromhex(step["hex"])
        assert self._unsent[: len(expected)] == expected
        self._unsent = self._unsent[len(expected) :]

    def wait(self, step: dict[str, Any], cut: Cut) -> None:
        self._take(self._link.poll(self._now + step["seconds"] - 0.001))
        assert self._unsent == b"", "too early"
        self._now += step["seconds"]
        self._take(self._link.poll(self._now))

    def _take(self, events: list[Event]) -> None:
        self.events += events
        self._unsent += b"".join(event.data for event in events if isinstance(event, Send))

    def all(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def test_session_at_every_split(session: dict[str, Any]) -> None:
    longest = max(len(step.get("hex", "")) // 2 for step in session["steps"])
    for place in range(1, longest + 1):
        check(session, lambda data, place=place: (part for part in (data[:place], data[place:]) if part))


def test_session_byte_by_byte(session: dict[str, Any]) -> None:
    check(session, lambda data: (data[at : at + 1] for at in range(len(data))))


def check(session: dict[str, Any], cut: Cut) -> None:
    encoding = session.get("encoding", "latin-1")
    played = Played(Lis1Link(Lis1Settings(**session.get("profile", {})), encoding), session, cut)
    expect = session["expect"]
    messages = [event.text.decode(encoding).rstrip("\r").split("\r") for event in played.all(Message)]
    assert messages == expect.get("messages", [])
    assert len(played.all(Quarantine)) == expect.get("quarantined", 0)
    assert bytes.fromhex(expect.get("journal_must_contain_hex", "")) in played.received
    outcomes = [outcome(event) for event in played.events if isinstance(event, Done | Failed)]
    assert outcomes == ([expect["status"]] if "status" in expect else [])


def outcome(event: Done | Failed) -> str:
    return "sent" if isinstance(event, Done) else "interrupted" if event.reason == "interrupted" else "failed"


def test_a_message_is_the_bytes_between_call_and_its_last_frame(session: dict[str, Any]) -> None:
    """Stored bytes of one message, cut out of the stream, read the same again."""
    played = Played(Lis1Link(Lis1Settings(**session.get("profile", {}))), session, lambda data: iter((data,)))
    for message in played.all(Message):
        again = Lis1Link(Lis1Settings(frames_without_enq=True)).feed(played.received[message.start : message.end], 0.0)
        assert [event.text for event in again if isinstance(event, Message)] == [message.text]


def test_lis2_fields(example: Callable[[str], dict[str, Any]]) -> None:
    cases = example("astm_records_public")
    field, repeat, component, escape = cases["delimiters"]
    for case in cases["cases"]:
        record = split(case["record"], Delimiters(field, repeat, component, escape))
        for place, expected in case["fields"].items():
            assert plain(record[int(place)]) == expected, (case["id"], place)


def plain(value: tuple[tuple[str, ...], ...]) -> object:
    """A field in the vectors' shape: text, a list of components, or a list of those."""
    lists = [list(repeat) for repeat in value]
    return lists if len(lists) > 1 else lists[0] if len(lists[0]) > 1 else lists[0][0]


def test_rida_cube_at_every_split(example: Callable[[str], dict[str, Any]], profiles: dict[str, Profile]) -> None:
    case, profile = example("rida_cube_public"), profiles["rida-cube"]
    data = bytes.fromhex(case["steps"][0]["hex"])
    for place in range(len(data) + 1):
        link = profile.new_link()
        events = link.feed(data[:place], 0.0) + link.feed(data[place:], 0.1) + link.poll(100.0)
        assert [type(event) for event in events] == [Message]
        (reading,) = profile.readings(events[0].text, "cube")  # type: ignore[union-attr]
    expect = case["expect"]
    assert (reading.sample, reading.lot, reading.serial) == (expect["sample"], expect["lot"], expect["serial"])
    assert [[reading.sent_test, reading.text, "mg/l"]] == expect["results"]
    assert reading.at is not None and reading.at.isoformat(timespec="minutes") == expect["datetime"]
    assert reading.unit == "mg/L"
