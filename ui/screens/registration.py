"""The sampling form as it is typed in, with what is asked of its sample beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from lims.i18n import N_, _
from lims.rules.sampling import FORM
from lims.services.samples import SampleDraft
from lims.views import businesses, catalogue, samples
from lims.views.businesses import BusinessRow
from lims.views.catalogue import OfferRow, ProductRow
from ui.kit.command import Button
from ui.kit.desk import Desk
from ui.kit.form import Field, Form, Note
from ui.kit.label import Label, Rule, ground
from ui.screens.moments import today
from ui.screens.offers import Offers
from ui.screens.questions import answers, fields

ASIDE = 540
"""Px of what is asked, beside the form."""

KNOWN = {
    "business_address": "address",
    "legal_person": "legal_person",
    "business_contact": "contact",
    "business_phone": "phone",
    "credit_code": "credit_code",
    "licence_kind": "licence_kind",
    "licence_number": "licence_number",
    "link": "link",
}
"""Questions of the form that a known business answers, by its own field."""

KEPT = ("sampling_body", "samplers")
"""What a new form begins with is what the last one said here: a team brings many forms."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What a form is filled from: the library's products, known businesses, and the last form."""

    products: tuple[ProductRow, ...] = ()
    businesses: tuple[BusinessRow, ...] = ()
    last: Mapping[str, str] | None = None


def offered(work: Any) -> Offered:
    """Read what a new form is filled from."""
    newest = samples.rows(work, limit=1)
    last = samples.card(work, newest[0].number) if newest else None
    return Offered(tuple(catalogue.products(work)), tuple(businesses.rows(work)), last.form if last else None)


class Registration(QWidget):
    """One form; what was typed stays until it is registered or emptied."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.offered, self.sent, self.begun = Offered(), False, False
        self._poured: dict[str, str] = {}
        self._asked: tuple[str, date] | None = None
        self.form: Form[SampleDraft] = Form(self._fields(), self._make, columns=2)
        self.form.setContentsMargins(24, 0, 24, 24)
        self.form.editors["form_number"].setProperty("scans", True)
        self.form.changed.connect(self._changed)
        self.offers = Offers()
        self.offers.ticked.connect(self._ticked)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._paper(), 1)
        line.addWidget(Rule(vertical=True))
        line.addWidget(self._aside())

    def offer(self, buttons: Sequence[QWidget]) -> None:
        """Put buttons beside the heading."""
        for each in buttons:
            self._head.addWidget(each)

    def begin(self) -> None:
        """Begin an empty form, or go on with the one that is being filled in."""
        self._desk.ask(offered, then=self._put, once="intake.offered")
        self.form.focus("form_number")

    def clear(self) -> None:
        """Empty the form but for what the last one said."""
        self.begun, self.sent, self._asked = False, False, None
        self.offers.clear_ticks()
        self.offers.offer_rows([], "", today())
        self.begin()

    def draft(self) -> SampleDraft | None:
        """Return what was typed, or None after saying beside the fields what is wrong."""
        self.about.say("", "bad")
        return self.form.draft()

    def note(self, mistakes: Mapping[str, str]) -> None:
        """Show what was wrong beside the fields, and what was wrong with the tests above them."""
        self.sent = False
        self.form.note({name: words for name, words in mistakes.items() if name != "asked"})
        self.about.say(mistakes.get("asked", ""), "bad")
        if set(mistakes) == {"asked"}:
            self.offers.setFocus()
        self.changed.emit()

    def dirty(self) -> bool:
        """Return whether anything was typed or ticked."""
        return self.begun and (self.form.dirty() or bool(self.offers.asked()))

    def put_number(self, number: str) -> None:
        """Take a scanned form number."""
        self.form.editors["form_number"].put(number)
        self.form.editors["form_number"].changed.emit()

    # -- parts -----------------------------------------------------------------------------------------------------------

    def _fields(self) -> list[Field]:
        """The paper's questions; the product of the library and the laboratory's number stand before the sample's name."""
        asked = []
        for field in fields(FORM):
            match field.name:
                case "business_name":
                    asked.append(Field(field.name, field.label, "open", options=self._businesses, section=field.section))
                case "sample_name":
                    asked += [
                        Field("product", N_("Product in the library"), "open", options=self._products, section=field.section, check=self._no_product),
                        Field("number", N_("Sample number"), optional=True, hint=N_("empty: the next one")),
                        Field(field.name, field.label),
                    ]
                case _:
                    asked.append(field)
        return asked

    def _paper(self) -> QWidget:
        page = ground(QWidget(), "surface")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(24, 16, 24, 8)
        self._head.addWidget(Label(_("New sampling form"), "headline"))
        self._head.addStretch(1)
        column.addLayout(self._head)
        column.addWidget(self.form)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        return scroll

    def _aside(self) -> QWidget:
        side = ground(QWidget(), "surface")
        side.setFixedWidth(ASIDE)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(20, 0, 16, 0)
        self._title, every = Label(role="section"), Button(_("All or none"), "plain", size="control_in_row")
        every.clicked.connect(self.offers.take_all)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(every)
        column.addLayout(head)
        self.about = Note("")
        told = QVBoxLayout()
        told.setContentsMargins(20, 0, 16, 0)
        told.addWidget(self.about)
        column.addLayout(told)
        column.addWidget(self.offers, 1)
        self._ticked(0)
        return side

    # -- what is typed -----------------------------------------------------------------------------------------------------

    def _put(self, found: Offered) -> None:
        self.offered = found
        if self.begun:
            for name in ("product", "business_name"):
                self.form.editors[name].refill()
        else:
            self.begun, self._poured = True, {}
            self.form.put({name: words for name, words in (found.last or {}).items() if name.startswith(KEPT)})
        self.changed.emit()

    def _changed(self, name: str) -> None:
        if name == "business_name":
            self._pour_business(self.form.editors[name].get())
        elif name == "product":
            self._pour({"sample_name": self._products().get(self.form.editors[name].get(), "")})
        if name in {"product", "product_date", "sampled_on"}:
            self._ask_offers()
        self.changed.emit()

    def _pour_business(self, name: str) -> None:
        if known := next((one for one in self.offered.businesses if one.name == name), None):
            self._pour({question: getattr(known, field) for question, field in KNOWN.items()})

    def _pour(self, words: Mapping[str, str]) -> None:
        """Answer questions that nobody has answered by hand."""
        for name, value in words.items():
            editor = self.form.editors[name]
            if value and editor.get() in ("", self._poured.get(name)):
                editor.put(value)
                self._poured[name] = value
                editor.changed.emit()

    def _ask_offers(self) -> None:
        typed = self.form.values()
        product, on = typed.get("product", ""), typed.get("product_date") or typed.get("sampled_on") or today()
        product = product if product in self._products() else ""
        if (product, on) != self._asked:
            self._asked = product, on
            self._desk.ask(catalogue.offers, product, on, then=lambda rows: self._put_offers(rows, product, on), once="intake.offers")

    def _put_offers(self, rows: Sequence[OfferRow], product: str, on: date) -> None:
        self.offers.offer_rows(rows, product, on)

    def _ticked(self, count: int) -> None:
        self._title.setText(_("What to test: {count}").format(count=count) if count else _("What to test"))
        if count:
            self.about.say("", "bad")
        self.changed.emit()

    def _make(self, product: str, number: str, **form: Any) -> SampleDraft:
        return SampleDraft(product, answers(form), self.offers.asked(), number)

    def _products(self) -> dict[str, str]:
        return {one.code: one.name for one in self.offered.products}

    def _businesses(self) -> dict[str, str]:
        return {one.name: one.name for one in self.offered.businesses}

    def _no_product(self, product: str) -> str | None:
        return None if product in self._products() else _("Choose the product from the library.")
