"""Bytes that are stored already: decoding a captured file, replaying a journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from drivers import journal
from drivers.core.link import Event, Message, Quarantine
from drivers.core.profile import Profile
from drivers.core.reading import Reading
from drivers.delivery import Delivery, Feeder, read


@dataclass(frozen=True, slots=True)
class Piece:
    """One message found in stored bytes, from offset *start* to *end* (excluded)."""

    start: int
    end: int
    readings: tuple[Reading, ...]
    quarantined: str = ""

    def as_json(self, file: str) -> list[dict[str, object]]:
        """Return its readings as JSON lines that point into *file*."""
        source = {"file": file, "from": self.start, "to": self.end}
        return [reading.as_json(None, source) for reading in self.readings]


def pieces(profile: Profile, data: bytes, instrument: str | None = None) -> list[Piece]:
    """Find the messages in raw bytes as received: a whole session, one message of it, or bare records."""
    link = profile.new_link(frames_without_enq=True, bare_records=True)
    events: list[Event] = link.feed(data, 0.0)
    due = link.next_deadline()
    if due is not None and due < 1.0:
        events += link.poll(due)
    return [
        Piece(event.start, event.end, *read(event, profile, instrument or profile.name))
        for event in (*events, *link.abort())
        if isinstance(event, Message | Quarantine)
    ]


def decode(profile: Profile, data: bytes, instrument: str | None = None) -> list[Reading]:
    """Return the readings in raw bytes as received; what is not whole has none (see `pieces`)."""
    return [reading for piece in pieces(profile, data, instrument) for reading in piece.readings]


def replay(path: Path, profile: Profile, instrument: str | None = None, after: int = 0) -> Iterator[Delivery]:
    """Feed a journal to the present code: the same deliveries as when it was written, those that end after row *after*.

    Whoever keeps deliveries asks with the last row kept, before opening the port: what was acknowledged and not kept
    (the computer died in between) is among them, unfinished messages included.
    """
    name, identity = instrument or profile.name, journal.identity(path)
    feeder = Feeder(profile.new_link(), profile, name, identity)
    begin = journal.session_before(path, after)
    for entry in journal.entries(path, begin):
        if entry.direction == "mark":
            made = feeder.pass_time(entry.elapsed)[1] + feeder.settle(feeder.link.abort())[1]
            feeder = Feeder(profile.new_link(), profile, name, identity)
        elif entry.direction == "rx":
            made = feeder.pass_time(entry.elapsed)[1] + feeder.feed(entry)[1]
        else:
            continue
        yield from (delivery for delivery in made if delivery.last_row > after)
    yield from (delivery for delivery in feeder.settle(feeder.link.abort())[1] if delivery.last_row > after)
