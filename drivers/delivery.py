"""What a port hands over: one message with its readings, and where its bytes lie."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from drivers.core.link import Event, Link, Message, Quarantine
from drivers.core.profile import Profile
from drivers.core.reading import Reading
from drivers.journal import Entry

MOST_POLLS = 64
"""A link may have so many moments due at once; one that always has another does not hold the port up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message, whole or kept for a person. `(journal, first_row, last_row)` names it for good."""

    instrument: str
    journal: str
    """Identity of the journal file."""
    first_row: int
    last_row: int
    raw: bytes
    """As it came over the wire, framing included: `decode` reads it again."""
    sha256: str
    received: datetime
    """UTC, when its last byte was on the disk."""
    readings: tuple[Reading, ...] = ()
    quarantined: str = ""
    """Why the message is not whole or not readable (QUARANTINE_REASONS); empty for a whole one."""

    def as_json(self, journal: str) -> list[dict[str, object]]:
        """Return its readings as JSON lines that point to the rows of the file *journal*."""
        source = {"journal": journal, "from": self.first_row, "to": self.last_row}
        return [reading.as_json(self.received, source) for reading in self.readings]


class Feeder:
    """Feeds a link from the journal's rows and makes deliveries of what it says; the same live and in replay."""

    def __init__(self, link: Link, profile: Profile, instrument: str, journal: str) -> None:
        self.link = link
        self._profile, self._instrument, self._journal = profile, instrument, journal
        self._rows: deque[tuple[int, Entry]] = deque()
        """(offset of its first byte in the stream, row) of every row the link may still need."""
        self._offset = 0

    def feed(self, entry: Entry) -> tuple[list[Event], list[Delivery]]:
        """Take one received row that is on the disk: the link's events, and the messages that end with it."""
        self._rows.append((self._offset, entry))
        self._offset += len(entry.data)
        return self.settle(self.link.feed(entry.data, entry.elapsed))

    def pass_time(self, now: float) -> tuple[list[Event], list[Delivery]]:
        """Let the link know the time until it waits for none that is past."""
        events: list[Event] = []
        made: list[Delivery] = []
        for _ in range(MOST_POLLS):
            due = self.link.next_deadline()
            if due is None or due > now:
                break
            more, delivered = self.settle(self.link.poll(now))
            events += more
            made += delivered
        return events, made

    def settle(self, events: list[Event]) -> tuple[list[Event], list[Delivery]]:
        """Turn the messages among *events* into deliveries and forget the rows nobody needs any more."""
        made = [self._delivery(event) for event in events if isinstance(event, Message | Quarantine)]
        begun = self.link.begun_at
        keep = self._offset if begun is None else begun
        while self._rows and self._rows[0][0] + len(self._rows[0][1].data) <= keep:
            self._rows.popleft()
        return events, made

    def _delivery(self, event: Message | Quarantine) -> Delivery:
        rows = [(start, row) for start, row in self._rows if start < event.end and start + len(row.data) > event.start]
        before, first, last = rows[0][0], rows[0][1], rows[-1][1]
        raw = b"".join(row.data for _, row in rows)[event.start - before : event.end - before]
        readings, reason = read(event, self._profile, self._instrument)
        return Delivery(
            instrument=self._instrument,
            journal=self._journal,
            first_row=first.row,
            last_row=last.row,
            raw=raw,
            sha256=hashlib.sha256(raw).hexdigest(),
            received=last.at,
            readings=readings,
            quarantined=reason,
        )


def read(event: Message | Quarantine, profile: Profile, instrument: str) -> tuple[tuple[Reading, ...], str]:
    """Return the readings of *event* and why there are none."""
    if isinstance(event, Quarantine):
        return (), event.reason
    try:
        return profile.readings(event.text, instrument), ""
    except Exception:  # noqa: BLE001
        # The instrument was told that we have it. Whatever the codec's fault, the bytes go to a person.
        return (), "undecodable"
