"""The places of the program in their order; a screen is one file in ui/screens and one line here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module

from lims.i18n import N_
from ui.kit.screen import Screen

SAMPLES, OVERSIGHT, LIBRARY, LABORATORY, FOOT = N_("Samples"), N_("Oversight"), N_("Standards library"), N_("Laboratory"), "foot"


@dataclass(frozen=True, slots=True)
class Place:
    """One place: its words, icon and group, who uses it, and the screen that is loaded when it is first opened."""

    name: str
    title: str
    icon: str
    group: str
    screen: str
    """module:Class"""
    rights: tuple[str, ...] = ()
    """Any of these rights uses it; nobody in particular where empty."""
    counts: tuple[str, ...] = ()
    """Names of the counts whose sum stands beside it."""
    warns: tuple[str, ...] = ()
    """Counts that put a triangle there."""

    def used_by(self, rights: Iterable[str]) -> bool:
        """Return whether somebody with *rights* has anything to do here."""
        return not self.rights or bool(set(self.rights) & set(rights))

    def load(self) -> type[Screen]:
        """Return the screen's class; its module is imported now."""
        module, name = self.screen.split(":")
        return getattr(import_module(module), name)  # type: ignore[no-any-return]


PLACES = (
    Place("today", N_("Today"), "sun", "", "ui.screens.today:Today"),
    Place("intake", N_("Intake"), "package-check", SAMPLES, "ui.screens.intake:Intake", ("receive",), ("expected",)),
    Place("samples", N_("All samples"), "list", SAMPLES, "ui.screens.samples:Samples"),
    Place("bench", N_("Bench"), "test-tube", SAMPLES, "ui.screens.bench:Bench", ("test", "assign"), ("in_test", "waiting")),
    Place("inbox", N_("Instrument inbox"), "inbox", SAMPLES, "ui.screens.inbox:Inbox", ("test", "instruments"), ("matched", "unmatched"), ("unmatched",)),
    Place("review", N_("Review"), "clipboard-check", SAMPLES, "ui.screens.review:Review", ("review",), ("submitted",)),
    Place("certificates", N_("Reports"), "file-check", SAMPLES, "ui.screens.certificates:Certificates", ("approve", "review", "receive"), ("drafts",)),
    Place("businesses", N_("Businesses"), "building-2", OVERSIGHT, "ui.screens.businesses:Businesses", ("receive", "approve", "catalogue")),
    Place(
        "limits", N_("Limits"), "book-open-check", LIBRARY, "ui.screens.limits:Limits", ("confirm", "catalogue", "test", "review", "approve"), ("unconfirmed",)
    ),
    Place("standards", N_("Editions"), "book-open", LIBRARY, "ui.screens.standards:Standards", ("catalogue", "confirm")),
    Place("products", N_("Products"), "tag", LIBRARY, "ui.screens.products:Products", ("catalogue", "confirm")),
    Place("items", N_("Items and methods"), "flask-conical", LIBRARY, "ui.screens.items:Items", ("catalogue", "test")),
    Place("panels", N_("Sampling rules"), "clipboard-list", LIBRARY, "ui.screens.panels:Panels", ("catalogue", "receive")),
    Place("scope", N_("Accreditation"), "shield-check", LIBRARY, "ui.screens.scope:Scope", ("catalogue", "approve")),
    Place("calendar", N_("Working days"), "calendar", LIBRARY, "ui.screens.calendar:Calendar", ("catalogue",)),
    Place("instruments", N_("Instruments"), "microscope", LABORATORY, "ui.screens.instruments:Instruments", ("instruments", "test")),
    Place("monitor", N_("Line monitor"), "activity", LABORATORY, "ui.screens.monitor:Monitor", ("instruments", "test")),
    Place("teaching", N_("Teach a reader"), "pen-line", LABORATORY, "ui.screens.teaching:Teaching", ("instruments",)),
    Place("people", N_("People"), "users", LABORATORY, "ui.screens.people:People", ("people",)),
    Place("trail", N_("Audit trail"), "history", FOOT, "ui.screens.trail:Trail", ("trail",)),
    Place("settings", N_("Settings"), "settings", FOOT, "ui.screens.settings:Settings", ("settings",)),
)

BY_NAME = {place.name: place for place in PLACES}


def places_for(rights: Iterable[str]) -> tuple[Place, ...]:
    """Return the places that somebody with *rights* uses, in their order."""
    held = frozenset(rights)
    return tuple(place for place in PLACES if place.used_by(held))
