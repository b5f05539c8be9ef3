"""The first run: the laboratory's name and address and its first administrator, on a page of its own."""

from __future__ import annotations

from PySide6.QtCore import Signal

from lims.i18n import N_, _
from lims.services import founding
from lims.services.founding import FoundingDraft
from ui.kit.desk import Desk
from ui.kit.form import Field
from ui.screens.entry import Card, Page, head

STANDS = N_("It stands on every report and can be changed later in Settings.")

FIELDS = (
    Field("laboratory_name", N_("Name of the laboratory"), section=N_("Laboratory"), note=STANDS),
    Field("laboratory_address", N_("Address")),
    Field("login", N_("Sign-in name"), section=N_("Administrator"), note=N_("Keeps accounts and settings; tests, reviews and signs nothing.")),
    Field("name", N_("Full name")),
    Field("password", N_("Password"), kind="password", note=N_("At least 8 characters, without the sign-in name.")),
    Field("again", N_("Password again"), kind="password"),
)


class Founding(Page):
    """Asks what a new laboratory needs and sets it up."""

    founded = Signal(object)
    """The Actor who is the administrator now."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.card = Card(FIELDS, _("Set up"), self._found, make=FoundingDraft)
        self.put(head(_("Set up a new laboratory"), _("The standards library comes with it; limits wait to be confirmed by the laboratory.")), self.card)

    def _found(self, draft: FoundingDraft) -> None:
        self.desk.ask(founding.found, draft, then=self.founded.emit, form=self.card)
