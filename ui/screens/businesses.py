"""Businesses: who is sampled and who asks for tests."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict
from typing import Any

from lims.i18n import N_, _, n_
from lims.rules.rights import Right
from lims.rules.sampling import FORM
from lims.services import businesses
from lims.services.businesses import BusinessDraft
from lims.views import businesses as view
from lims.views.businesses import BusinessRow
from ui.kit.cell import Cell
from ui.kit.form import Field
from ui.kit.panel import Head, Rows
from ui.kit.table import Column
from ui.screens.register import Register, Sheet

CHOICES = {question.name: {choice: choice for choice in question.choices} for section in FORM for question in section.questions}
"""The answers the sampling form offers, by question."""

FIELDS = (
    Field("name", N_("Name")),
    Field("sampled", N_("Samples are taken there"), kind="tick"),
    Field("client", N_("Asks for tests and gets reports"), kind="tick"),
    Field("link", N_("Link"), kind="open", options=CHOICES["link"], optional=True),
    Field("credit_code", N_("Unified social credit code"), optional=True),
    Field("licence_kind", N_("Kind of licence"), kind="open", options=CHOICES["licence_kind"], optional=True),
    Field("licence_number", N_("Licence number"), optional=True),
    Field("legal_person", N_("Legal representative"), optional=True),
    Field("address", N_("Address"), kind="lines", lines=2, optional=True),
    Field("contact", N_("Contact"), optional=True),
    Field("phone", N_("Phone"), optional=True),
)


class Businesses(Register):
    """The list of businesses and clients."""

    title = N_("Businesses")
    watches = frozenset({"business", "sampling"})
    icon = "building"
    right = Right.RECEIVE
    adding = N_("Add business")
    empty = (N_("No businesses yet."), N_("A business is added by itself with its first sampling form, or here."))
    columns = (
        Column(N_("Name"), lambda row: row, lambda row: Cell(row.name, weight=500, tip=row.name), 190, stretch=True, name="name"),
        Column(N_("What it is"), lambda row: _kinds(row), width=96),
        Column(N_("Link"), lambda row: _answer("link", row.link), str, 76),
        Column(N_("Unified social credit code"), lambda row: row.credit_code, lambda code: Cell(code, role="bytes"), 168),
        Column(N_("Contact"), lambda row: row.contact, width=84),
        Column(N_("Phone"), lambda row: row.phone, width=112),
        Column(N_("Sampled"), lambda row: row.samplings, lambda count: str(count) if count else "", 72, "right", tip=N_("How many sampling forms")),
    )

    def key(self, row: BusinessRow) -> Hashable:
        return row.id

    def read(self, work: Any) -> list[BusinessRow]:
        return view.rows(work)

    def card(self, row: BusinessRow) -> None:
        assert self.panel is not None
        said = ((field.label, _answer(field.name, getattr(row, field.name))) for field in FIELDS[3:])
        rows = [(_(N_("What it is")), _kinds(row)), *((_(label), words) for label, words in said if words)]
        note = n_("{count} sampling form", "{count} sampling forms", row.samplings).format(count=row.samplings) if row.samplings else _("Never sampled here.")
        self.panel.put(self.heading(), Head(row.name, note), Rows(rows), foot=(self.acts["businesses.change"],))

    def sheet(self, row: BusinessRow | None) -> Sheet:
        values = asdict(row) if row else asdict(BusinessDraft(name=""))
        asked = {field.name: values[field.name] for field in FIELDS}
        return Sheet(FIELDS, BusinessDraft, asked, row.name if row else _("New business"))

    def keep(self, draft: BusinessDraft, row: BusinessRow | None) -> None:
        self.desk.ask(businesses.save, draft, number=row.id if row else None, by=self.person, then=self.saved, form=self.form)


def _answer(name: str, words: str) -> str:
    """A choice of the form is a word of the program; everything else stands as it was written."""
    return _(words) if words in CHOICES.get(name, {}) else words


def _kinds(row: BusinessRow) -> str:
    words = [_(N_("sampled"))] if row.sampled else []
    return _(", ").join([*words, _(N_("client"))] if row.client else words)
