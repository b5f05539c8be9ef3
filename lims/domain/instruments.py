"""Instruments, the messages they sent and the readings in them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lims.domain.thing import Thing, key, version, words
from lims.rules.flows import READING_FLOW, ReadingState
from lims.rules.inbox import Cause


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
    automatic_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    """Who let its matched readings enter results by themselves; None where every one waits for a person."""
    version: Mapped[int] = version()
    __mapper_args__ = {"version_id_col": version}


class Code(Thing, kw_only=True):
    """What one instrument calls an item: the laboratory's own word beside the profile's map."""

    __tablename__ = "instrument_code"
    __table_args__ = (UniqueConstraint("instrument_id", "sent"),)

    id: Mapped[int] = key()
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"), index=True)
    sent: Mapped[str] = mapped_column(String(200))
    item: Mapped[str] = mapped_column(String(60))
    """Code of the item in the catalogue."""
    version: Mapped[int] = version()
    __mapper_args__ = {"version_id_col": version}

    def called(self) -> str:
        return f"{self.instrument_id}/{self.sent}"


class KitLot(Thing, kw_only=True):
    """A lot of a kit as an instrument reads it: from its leaflet, for one item."""

    __tablename__ = "kit_lot"
    __table_args__ = (UniqueConstraint("instrument_id", "item", "number"),)

    id: Mapped[int] = key()
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"), index=True)
    item: Mapped[str] = mapped_column(String(60))
    """Code of the item in the catalogue."""
    number: Mapped[str] = mapped_column(String(80))
    expires: Mapped[date]
    cutoff: Mapped[Decimal | None] = mapped_column(default=None)
    """Ratio of test line to control line from which on it is positive."""
    curve: Mapped[dict[str, str]] = mapped_column(default_factory=dict)
    """Concentration -> ratio, both as written; empty for a lot that only says positive or negative."""
    scale: Mapped[str] = words()
    """How to read between two points of the curve: `linear` or `logarithmic`, as the leaflet says."""
    unit: Mapped[str] = words()
    """Of the curve's concentrations."""
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = version()
    __mapper_args__ = {"version_id_col": version}

    def called(self) -> str:
        return self.number


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
    sent_test: Mapped[str] = words()
    """Test code as sent."""
    value: Mapped[str] = words()
    """Value with its comparator, as sent; or the words that were sent; or what was worked out from the raw channels."""
    unit: Mapped[str] = words()
    result: Mapped[str] = words()
    """Words sent beside or instead of the number."""
    outcome: Mapped[str] = words()
    """What they mean: positive, weak positive, negative, invalid."""
    position: Mapped[str] = words()
    """Channel, well or place of a run, as sent."""
    lot: Mapped[str] = words()
    stable: Mapped[bool | None] = mapped_column(default=None)
    raw: Mapped[dict[str, str]] = mapped_column(default_factory=dict)
    """Raw channels by name, as sent."""
    because: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    """How the value was worked out from them: sentences of the law, in order, under `said`."""
    status: Mapped[str] = mapped_column(String(20), default="final")
    flags: Mapped[str] = words()
    said_at: Mapped[str] = words()
    """The moment as the instrument says it, without a zone."""
    received_at: Mapped[datetime]
    state: Mapped[ReadingState] = mapped_column(default=ReadingState.NEW, index=True)
    analysis_id: Mapped[int | None] = mapped_column(ForeignKey("analysis.id"), default=None, index=True)
    cause: Mapped[Cause | None] = mapped_column(default=None)
    """Why it needs a person."""
    facts: Mapped[dict[str, str]] = mapped_column(default_factory=dict)
    """What stands in the gaps of the cause's sentence."""
    reason: Mapped[str] = words()
    """Why it was rejected, in the person's words; of older readings, why they needed a person."""
    control_held: Mapped[bool | None] = mapped_column(default=None)
    """Of a control: whether it read what it must."""
    pass_no: Mapped[int] = mapped_column(default=1)
    """Which reading of the same bytes: a further one is made after its profile was mended."""
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    version: Mapped[int] = version()
    instrument: Mapped[Instrument] = relationship(lazy="raise", init=False, repr=False)
    message: Mapped[Message] = relationship(lazy="raise", init=False, repr=False)
    __mapper_args__ = {"version_id_col": version}

    def called(self) -> str:
        return f"{self.id} {self.sample} {self.test}".strip()
