"""Setting up a new laboratory: its name and address, the shipped library, the first administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lims.db import seed
from lims.db.store import Work
from lims.errors import Mistakes
from lims.i18n import _
from lims.rules.rights import PROGRAM, Actor
from lims.services import people, settings


@dataclass(frozen=True, slots=True)
class FoundingDraft:
    """What the first-run page asks."""

    laboratory_name: str
    laboratory_address: str
    login: str
    name: str
    password: str
    again: str
    more: Mapping[str, str] = field(default_factory=dict)
    """Further settings by name."""


def found(work: Work, draft: FoundingDraft, library: Path = seed.CATALOGUE) -> Actor:
    """Make the laboratory with a *library*; refused as soon as anybody has an account. Raises Mistakes. Returns its administrator."""
    if draft.password != draft.again:
        raise Mistakes({"again": _("The two passwords differ.")})
    administrator = people.found_laboratory(work, draft.login, draft.name, draft.password)
    with work.acting(PROGRAM, "laboratory.found"):
        settings.put(work, {"laboratory_name": draft.laboratory_name, "laboratory_address": draft.laboratory_address, **draft.more})
        seed.load(work, library)
    return administrator


def refresh_library(work: Work) -> None:
    """Add rows of the library that came with a newer program; rows the laboratory has are never touched."""
    with work.acting(PROGRAM, "laboratory.library"):
        seed.load(work)
