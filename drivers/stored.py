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
from drivers.journal import SUBMIT, submitted

LONGEST_PAUSE_S = 15.0
"""No instrument ends a message by a longer pause; what waits longer waits for an answer."""


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
    return [
        Piece(event.start, event.end, *read(event, profile, instrument or profile.name))
        for event in _said(profile, data)
        if isinstance(event, Message | Quarantine)
    ]


def texts(profile: Profile, data: bytes) -> list[bytes]:
    """Return the texts of the whole messages in raw bytes as received, without what frames them."""
    return [event.text for event in _said(profile, data) if isinstance(event, Message)]


def _said(profile: Profile, data: bytes) -> list[Event]:
    link = profile.new_link(frames_without_enq=True, bare_records=True, unasked=True)
    events: list[Event] = link.feed(data, 0.0)
    due = link.next_deadline()
    if due is not None and due < LONGEST_PAUSE_S:
        events += link.poll(due)  # nothing more comes: what a pause ends has ended
    return [*events, *link.abort()]


def decode(profile: Profile, data: bytes, instrument: str | None = None) -> list[Reading]:
    """Return the readings in raw bytes as received; what is not whole has none (see `pieces`)."""
    return [reading for piece in pieces(profile, data, instrument) for reading in piece.readings]


def replay(path: Path, profile: Profile, instrument: str | None = None, after: int = 0) -> Iterator[Delivery]:
    """Feed a journal to the present code: the same deliveries as when it was written, those that end after row *after*.

    Whoever keeps deliveries asks with the last row kept, before opening the port: what was acknowledged and not kept
    (the computer died in between) is among them, unfinished messages included. What was submitted is submitted again,
    so that answers are known as answers; nothing is sent.
    """
    feeder: Feeder | None = None
    name, identity = instrument or profile.name, journal.identity(path)
    for entry in journal.entries(path, journal.session_before(path, after)):
        # Where we said something the link was told the time, as it is now.
        feeder = feeder or Feeder(profile.new_link(), profile, name, identity)
        made = feeder.pass_time(entry.elapsed)[1]
        if entry.direction == "rx":
            made += feeder.feed(entry)[1]
        elif entry.note.startswith(SUBMIT):
            made += feeder.settle(feeder.link.submit(submitted(entry.note), entry.elapsed)[1])[1]
        elif entry.direction == "mark":
            made += _ended(feeder)
            feeder = None
        yield from (delivery for delivery in made if delivery.last_row > after)
    yield from (delivery for delivery in _ended(feeder) if delivery.last_row > after)


def _ended(feeder: Feeder | None) -> list[Delivery]:
    return feeder.settle(feeder.link.abort())[1] if feeder else []
