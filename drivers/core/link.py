"""What every link promises: bytes in, events out. A link owns no port, no clock, no thread and no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes to write to the instrument, now."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One complete message: its joined text without framing, and where its bytes lie in the stream."""

    text: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A message that was begun and not completed: why, and where its bytes lie in the stream."""

    reason: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Done:
    """A submitted message reached the instrument."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A submitted message did not reach the instrument."""

    ticket: int
    reason: str


@dataclass(frozen=True, slots=True)
class Warn:
    """Something odd that did no harm."""

    code: str


Event = Send | Message | Quarantine | Done | Failed | Warn

QUARANTINE_REASONS = ("ended-early", "timed-out", "started-again", "lost", "too-long", "undecodable")
"""Every reason of a Quarantine; `undecodable`: it ended, but its sum is wrong, its head cannot be read, or no codec could read it."""

FAILURES = ("no-answer", "busy", "refused", "interrupted", "lost", "one-way", "not-stable", "over-range", "under-range", "garbled", "not-read")
"""Every reason of a Failed."""


@dataclass(slots=True)
class Counts:
    """What a link has seen since it was made."""

    received: int = 0
    """Bytes, all of them."""
    noise: int = 0
    """Bytes outside every frame or block."""
    messages: int = 0
    quarantined: int = 0
    refused: int = 0
    """Frames answered with NAK."""
    wrong_sums: int = 0
    """Frames whose checksum was wrong."""
    unknown: int = 0
    """Frames, lines or answers that nobody asked for or the link does not know."""
    silences: int = 0
    """Times the instrument fell silent where something had to come."""


class Link(Protocol):
    """One end of a wire. Moments are seconds of any clock that never runs backwards; offsets count received bytes."""

    counts: Counts

    @property
    def begun_at(self) -> int | None:
        """Offset of the first byte of the message now arriving, None between messages."""

    def cut(self, data: bytes) -> list[bytes]:
        """Cut received bytes where one message may end and another begin; joined again they are *data*."""

    def feed(self, data: bytes, now: float) -> list[Event]:
        """Take received bytes. The caller has them on disk: a Send may acknowledge them."""

    def poll(self, now: float) -> list[Event]:
        """Let time pass."""

    def next_deadline(self) -> float | None:
        """The moment `poll` should be called at the latest, None when nothing is waited for."""

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """Send a message to the instrument: its ticket, and what happens first. Ends in Done or Failed."""

    def abort(self) -> list[Event]:
        """The wire is gone: what was begun goes to quarantine, what was submitted fails."""
