"""Teach mode: what a reader printed is shown, a person marks what is what, the rule is tried on everything captured before and kept as a profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import select

import drivers
from drivers import stored, teaching
from drivers.core.encoding import decoded
from drivers.core.profile import of_text
from drivers.core.reading import Outcome, Reading
from drivers.teaching import Mark
from lims.db.store import Work
from lims.domain.instruments import Message
from lims.errors import Mistakes, Refusal, Trouble
from lims.i18n import N_, _, why
from lims.rules.numbering import number_mistake
from lims.rules.rights import Actor, Right
from lims.services import ports
from lims.services.instruments import load
from lims.services.profiles import profiles
from lims.services.verb import verb
from lims.services.wire_words import said

FIELD_WORDS: Mapping[str, str] = {
    "sample": N_("sample number"),
    "test": N_("test"),
    "position": N_("position"),
    "value": N_("value"),
    "unit": N_("unit"),
    "words": N_("verdict"),
    "time": N_("time"),
}
"""What can be marked in a message."""

UNCLEAR: Mapping[str, str] = {
    teaching.NOTHING_MARKED: N_("Mark the value or the verdict first, each on one line and without the blanks around it."),
    teaching.CONFLICT: N_("Two marks lie over each other, or say the same of two places. Take one of them away."),
    teaching.NOT_A_NUMBER: N_("What is marked as value is no number. Mark the digits alone, or choose the other decimal sign."),
    teaching.TIME_UNKNOWN: N_("This way of writing date and time is not known, or can be read in two ways. Take the mark away."),
    teaching.NOT_DISTINCT: N_("Nothing beside it tells the value from the rest of the message. Mark the sample number or the test too."),
}
"""Why no rule can be made of the marks."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One captured message as text, without what only steers a printer."""

    message: int
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class TriedRow:
    """What a rule finds in one captured message."""

    place: int
    text: str
    """First line of the message."""
    found: tuple[tuple[str, str], ...]
    """Field -> what was found, of its readings one after the other."""
    readings: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """A rule a person taught, and what it finds in everything captured."""

    rule: teaching.Rule
    tried: tuple[TriedRow, ...]

    @property
    def complete(self) -> int:
        """How many messages it reads whole."""
        return sum(one.complete for one in self.tried)


@dataclass(frozen=True, slots=True)
class TaughtDraft:
    """What was typed about a profile that is kept."""

    instrument: str
    """Code of the instrument it was captured from."""
    name: str
    title: str
    item: str = ""
    """Code of the item it measures, where the message does not say it."""
    maker: str = ""
    model: str = ""
    tests: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Outcome] = field(default_factory=dict)


def captured(work: Work, code: str, own: Path, most: int = 200) -> list[Captured]:
    """Return the last messages of an instrument as text, newest first. Raises Refusal and Trouble."""
    instrument = load(work, code)
    profile = ports.profile_of(instrument, own)
    query = select(Message).where(Message.instrument_id == instrument.id).order_by(Message.id.desc()).limit(most)
    found = [(one, text) for one in work.scalars(query) for text in stored.texts(profile, one.content)]
    return [Captured(one.id, one.received_at, decoded(text, profile.encoding)[0]) for one, text in found if text.strip()]


def lesson(text: str, marks: Sequence[Mark], others: Sequence[str], decimal: Literal[".", ","] = ".", test: str = "") -> Lesson:
    """Return the rule that the *marks* in *text* mean, tried on *others*. Raises Refusal where they are not clear."""
    try:
        rule = teaching.proposed(text, marks, decimal=decimal, test=test)
    except teaching.Unclear as unclear:
        raise Refusal(_(UNCLEAR[unclear.code])) from None
    return Lesson(rule, tuple(_row(place, one) for place, one in enumerate(teaching.tried(rule, others))))


def tried_out(text: str, marks: Sequence[Mark], others: Sequence[str], decimal: Literal[".", ","] = ".") -> tuple[Lesson | None, str]:
    """Return the lesson of *marks*, or why there is none yet: while somebody marks that is no refusal."""
    try:
        return lesson(text, marks, others, decimal), ""
    except Refusal as refusal:
        return None, refusal.words


@verb("teaching.keep", Right.INSTRUMENTS)
def keep(work: Work, taught: Lesson, draft: TaughtDraft, own: Path, *, by: Actor) -> str:
    """Keep a rule as a profile of the laboratory and let the instrument speak by it. Returns its name. Raises Mistakes, Refusal and Trouble."""
    instrument = load(work, draft.instrument)
    spoken = ports.profile_of(instrument, own)
    if wrong := _mistakes(draft, own):
        raise Mistakes(wrong)
    rule = replace(taught.rule, settings=replace(taught.rule.settings, test_code=draft.item)) if draft.item else taught.rule
    text = teaching.profile_text(
        rule,
        name=draft.name,
        maker=draft.maker.strip() or spoken.maker,
        model=draft.model.strip() or instrument.model or spoken.model,
        title={"zh": draft.title.strip(), "en": draft.title.strip()},
        link=spoken.link,
        link_settings=spoken.link_settings,
        encoding=spoken.encoding,
        serial=spoken.serial,
        tests=draft.tests,
        units=draft.units,
        words=draft.words,
    )
    _write(own / f"{draft.name}.toml", text)
    instrument.profile, instrument.automatic_by = draft.name, None
    return draft.name


def _mistakes(draft: TaughtDraft, own: Path) -> dict[str, str]:
    wrong = {}
    if words := number_mistake(draft.name):
        wrong["name"] = words
    elif draft.name in profiles(own).profiles or (own / f"{draft.name}.toml").exists():
        wrong["name"] = _("There is a profile {name} already. Choose another name.").format(name=draft.name)
    if not draft.title.strip():
        wrong["title"] = _("The name is needed.")
    return wrong


def _write(file: Path, text: str) -> None:
    """Write a profile that was read back first: nothing half-written, nothing that cannot be used."""
    try:
        of_text(text, file)
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        part.write_text(text, "utf-8")
        part.replace(file)
    except drivers.Trouble as trouble:
        if trouble.facts.get("key") == "name":
            raise Mistakes({"name": _("Write the name with small letters, digits and hyphens.")}) from None
        raise Trouble(said(trouble)) from None
    except OSError as error:
        with suppress(OSError):
            file.with_suffix(".part").unlink()
        raise Trouble(_("{file} could not be written: {why}.").format(file=file, why=why(error))) from None


def _row(place: int, one: teaching.Tried) -> TriedRow:
    first = next((line.strip() for line in one.text.splitlines() if line.strip()), "")
    found = tuple((name, said) for reading in one.readings for name, said in _found(reading) if said)
    return TriedRow(place, first, found, len(one.readings), one.complete)


def _found(reading: Reading) -> list[tuple[str, str]]:
    return [
        ("sample", reading.sample or ""),
        ("position", reading.position or ""),
        ("test", reading.test or ""),
        ("value", reading.text if reading.value is not None else ""),
        ("unit", reading.unit or ""),
        ("words", reading.result or ""),
        ("time", f"{reading.at:%Y-%m-%d %H:%M}" if reading.at else ""),
    ]
