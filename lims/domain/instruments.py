"""Instruments, the messages they sent and the readings in them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.domain.thing import Thing, key, version, words
from lims.rules.flows import READING_FLOW, ReadingState


class Instrument(Thing, kw_only=True):
    """One instrument of the register and how it is reached."""

    __tablename__ = "instrument"

    id: Mapped[int] = key()
    code: Mapped[str] = mapped_column(String(60), unique=True)
    """The laboratory's own number for it; names its journal file."""
    name: Mapped[str]
    model: Mapped[str] = words()
    serial: Mapped[str] = words()
    profile: Mapped[str] = words()
    """Name of the profile that tells how it speaks; empty for one that is read by eye."""
    calibrated_until: Mapped[date | None] = mapped_column(default=None)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = version()
    __mapper_args__ = {"version_id_col": version}


class Message(Thing, kw_only=True):
    """One whole message as it came over the wire, bytes and all."""

    __tablename__ = "message"
    added_only = True
    __table_args__ = (UniqueConstraint("instrument_id", "workstation", "journal", "first_row", "last_row"),)
    secret = frozenset({"content"})

    id: Mapped[int] = key()
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"), index=True)
    workstation: Mapped[str] = mapped_column(String(80))
    journal: Mapped[str] = mapped_column(String(80))
    """Identity of the journal file on that workstation."""
    first_row: Mapped[int]
    last_row: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    received_at: Mapped[datetime]
    problem: Mapped[str] = words()
    """Why it could not be read whole; empty for a complete message."""

    def called(self) -> str:
        return f"{self.workstation}:{self.first_row}-{self.last_row}"


class Reading(Thing, kw_only=True):
    """One value an instrument sent. It enters a result only when a person accepts it."""

    __tablename__ = "reading"
    flow = READING_FLOW

    id: Mapped[int] = key()
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"), index=True)
    place: Mapped[int]
    """Order within the message."""
    sample: Mapped[str] = words()
    """Sample number as sent."""
    test: Mapped[str] = words()
    """Item code after the profile's map, or as sent."""
    value: Mapped[str] = words()
    """Value with its comparator, as sent; or the words that were sent."""
    unit: Mapped[str] = words()
    status: Mapped[str] = mapped_column(String(20), default="final")
    flags: Mapped[str] = words()
    said_at: Mapped[str] = words()
    """The moment as the instrument says it, without a zone."""
    received_at: Mapped[datetime]
    state: Mapped[ReadingState] = mapped_column(default=ReadingState.NEW, index=True)
    analysis_id: Mapped[int | None] = mapped_column(ForeignKey("analysis.id"), default=None, index=True)
    reason: Mapped[str] = words()
    """Why it needs a person, or why it was rejected."""
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    version: Mapped[int] = version()
    instrument: Mapped[Instrument] = relationship(lazy="raise", init=False, repr=False)
    message: Mapped[Message] = relationship(lazy="raise", init=False, repr=False)
    __mapper_args__ = {"version_id_col": version}

    def called(self) -> str:
        return f"{self.id} {self.sample} {self.test}".strip()
