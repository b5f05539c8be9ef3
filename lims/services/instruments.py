"""What people do with the register of instruments: keep it, let readings in by rule, enter the lots of their kits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import func, select

from lims.db.store import Work
from lims.domain.catalogue import Item
from lims.domain.instruments import Instrument, KitLot
from lims.errors import Mistakes, Refusal
from lims.i18n import _
from lims.rules.numbering import number_mistake
from lims.rules.rapid import Kit, Reading, Strip
from lims.rules.rights import Actor, Right
from lims.services import reckoning
from lims.services.verb import verb

SCALES = ("linear", "logarithmic")
"""How the concentration is read between two points of a lot's curve."""


@dataclass(frozen=True, slots=True)
class InstrumentDraft:
    """What was typed about an instrument."""

    code: str
    name: str
    model: str = ""
    serial: str = ""
    profile: str = ""
    calibrated_until: date | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class KitLotDraft:
    """What was typed about a lot of a kit, from its leaflet."""

    instrument: str
    """Code of the instrument that reads it."""
    item: str
    number: str
    expires: date
    cutoff: str
    curve: Mapping[str, str] = field(default_factory=dict)
    """Concentration -> ratio, both as written."""
    scale: str = "linear"
    unit: str = ""
    active: bool = True


@verb("instruments.save", Right.INSTRUMENTS)
def save(work: Work, draft: InstrumentDraft, *, by: Actor) -> str:
    """Add an instrument to the register, or change the one with this code. Returns its code."""
    wrong = {}
    if words := number_mistake(draft.code):
        wrong["code"] = words
    elif other := work.scalar(select(Instrument.code).where(func.lower(Instrument.code) == draft.code.lower(), Instrument.code != draft.code)):
        wrong["code"] = _("There is an instrument {code} already.").format(code=other)  # one journal file on systems that do not tell case
    if not draft.name.strip():
        wrong["name"] = _("The name is needed.")
    if wrong:
        raise Mistakes(wrong)
    instrument = work.scalars(select(Instrument).where(Instrument.code == draft.code)).first()
    if instrument is None:
        work.add(Instrument(**asdict(draft)))
    else:
        if instrument.profile != draft.profile:
            instrument.automatic_by = None  # the rule was given to an instrument that spoke otherwise
        for name, value in asdict(draft).items():
            setattr(instrument, name, value)
    return draft.code


@verb("instruments.let_in", Right.INSTRUMENTS)
def let_in(work: Work, code: str, on: bool, *, reason: str, by: Actor) -> None:
    """Let matched, final, stable readings of an instrument enter results by themselves, or stop it. The trail keeps who and why."""
    if not reason.strip():
        raise Refusal(_("This rule needs a reason. Write why."))
    instrument = load(work, code)
    if on and not instrument.profile:
        raise Refusal(_("Instrument {code} has no profile that tells how it speaks. Choose one in Instruments.").format(code=code))
    instrument.automatic_by = by.id if on else None


@verb("instruments.save_lot", Right.INSTRUMENTS)
def save_lot(work: Work, draft: KitLotDraft, *, by: Actor) -> str:
    """Enter a lot of a kit, or change the one with this number. Returns its number. Raises Mistakes."""
    instrument = load(work, draft.instrument)
    wrong = _mistakes_of(work, draft)
    if wrong:
        raise Mistakes(wrong)
    known = work.scalars(select(KitLot).where(KitLot.instrument_id == instrument.id, KitLot.item == draft.item, KitLot.number == draft.number.strip())).first()
    values: dict[str, Any] = {
        "expires": draft.expires,
        "cutoff": Decimal(draft.cutoff),
        "curve": dict(draft.curve),
        "scale": draft.scale,
        "unit": draft.unit.strip(),
        "active": draft.active,
    }
    if known is None:
        work.add(KitLot(instrument_id=instrument.id, item=draft.item, number=draft.number.strip(), **values))
    else:
        for name, value in values.items():
            setattr(known, name, value)
    return draft.number.strip()


def load(work: Work, code: str) -> Instrument:
    """Return the instrument, or raise Refusal."""
    instrument = work.scalars(select(Instrument).where(Instrument.code == code)).first()
    if instrument is None:
        raise Refusal(_("There is no instrument {code} in the register.").format(code=code))
    return instrument


def _mistakes_of(work: Work, draft: KitLotDraft) -> dict[str, str]:
    wrong = {}
    if not draft.number.strip():
        wrong["number"] = _("The number is needed.")
    if work.scalar(select(Item.id).where(Item.code == draft.item)) is None:
        wrong["item"] = _("There is no item {code} in the library.").format(code=draft.item)
    try:
        Strip(Kit.COMPETITIVE, Reading.RATIO, Decimal(draft.cutoff))
    except InvalidOperation:
        wrong["cutoff"] = _("Enter the cut-off of the leaflet, a number.")
    except Refusal as refusal:
        wrong["cutoff"] = refusal.words
    if draft.scale not in SCALES:
        wrong["scale"] = _("Choose how the leaflet reads between two points: linear or logarithmic.")
    try:
        reckoning.curve(draft.curve, draft.unit, draft.scale)
    except Refusal as refusal:
        wrong["curve"] = refusal.words
    return wrong
