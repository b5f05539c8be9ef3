"""The sampling form and the intake check, question by question, as the paper forms have them.

The form changes by year and by programme, so it is a table: an answer is kept as it was written, under the question's
name. Source: 食品安全抽样检验抽样单 and 接样 as used for supervisory sampling (national sampling rules, 2026).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lims.i18n import N_, _


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LINES = "lines"
    DATE = "date"
    CHOICE = "choice"
    """One of the choices; another answer may be written, as on paper."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form: where its answer is kept, its words, how it is answered."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    needed: bool = False
    past: bool = False
    """A day that cannot lie in the future."""


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a form."""

    title: str
    questions: tuple[Question, ...]


T, C, D, L = Kind.TEXT, Kind.CHOICE, Kind.DATE, Kind.LINES

# fmt: off
FORM: tuple[Section, ...] = (
    Section(N_("Task"), (
        Question("form_number", N_("Sampling form number"), needed=True),
        Question("task_source", N_("Source of the task")),
        Question("task_kind", N_("Kind of task"), C, (N_("Supervisory sampling"), N_("Risk monitoring"), N_("Evaluative sampling"))),
        Question("test_kind", N_("Kind of test"), C, (N_("Supervisory sampling"), N_("Risk monitoring"), N_("Commissioned test"), N_("Re-inspection")), needed=True),
        Question("client", N_("Client"), needed=True),
        Question("client_address", N_("Client's address")),
    )),
    Section(N_("Sampled business"), (
        Question("business_name", N_("Sampled business"), needed=True),
        Question("area_kind", N_("Kind of area"), C, (N_("Town"), N_("Village"), N_("Scenic area"))),
        Question("business_address", N_("Address of the business")),
        Question("legal_person", N_("Legal representative")),
        Question("business_contact", N_("Contact of the business")),
        Question("business_phone", N_("Phone of the business")),
        Question("business_fax", N_("Fax of the business")),
        Question("business_postcode", N_("Postcode of the business")),
        Question("credit_code", N_("Unified social credit code")),
        Question("licence_kind", N_("Kind of licence"), C, (N_("Production licence"), N_("Trading licence"), N_("Small workshop"), N_("Catering licence"))),
        Question("licence_number", N_("Licence number")),
        Question("annual_sales", N_("Annual sales (10,000 yuan)")),
        Question("ownership", N_("Nature of the business")),
        Question("coordinates", N_("Longitude and latitude")),
    )),
    Section(N_("Sampling place"), (
        Question("link", N_("Link"), C, (N_("Production"), N_("Circulation"), N_("Catering"), N_("Online trade"))),
        Question("place", N_("Sampling place"), C, (
            N_("Raw material store"), N_("Production line"), N_("Semi-finished store"), N_("Finished store, to be tested"), N_("Finished store, tested"),
            N_("Farm produce market"), N_("Vegetable market"), N_("Wholesale market"), N_("Department store"), N_("Supermarket"), N_("Small food shop"), N_("Online shop"),
            N_("Restaurant"), N_("Canteen of an authority"), N_("Canteen of a school or nursery"), N_("Canteen of a company"), N_("Canteen of a building site"),
            N_("Snack bar"), N_("Fast food"), N_("Drinks shop"), N_("Collective meal delivery"), N_("Central kitchen"), N_("Grain depot"))),
        Question("stall", N_("Stall or bin")),
    )),
    Section(N_("Sample"), (
        Question("sample_name", N_("Sample name"), needed=True),
        Question("sample_kind", N_("Kind of sample"), C, (
            N_("Edible farm product"), N_("Industrially processed food"), N_("Catering food"), N_("Food additive"), N_("Food-related product"), N_("Reserve grain"))),
        Question("sample_source", N_("Where the sample comes from"), C, (N_("Made here"), N_("Made by order"), N_("Bought in"))),
        Question("sample_trait", N_("Trait of the sample"), C, (N_("Ordinary"), N_("Special dietary"), N_("Seasonal"), N_("Major event"))),
        Question("category", N_("Food category, from large to fine")),
        Question("brand", N_("Brand")),
        Question("model", N_("Specification and model")),
        Question("date_kind", N_("Which date"), C, (N_("Production date"), N_("Processing date"), N_("Purchase date"), N_("Quarantine date"), N_("Harvest year"))),
        Question("product_date", N_("Production or purchase date"), D, past=True),
        Question("batch", N_("Batch number")),
        Question("shelf_life", N_("Shelf life")),
        Question("product_standard", N_("Product standard or technical document")),
        Question("grade", N_("Quality grade")),
        Question("production_licence", N_("Production licence number")),
        Question("unit_price", N_("Unit price")),
        Question("foreign_origin", N_("Exported or imported (country of origin)")),
        Question("lot_size", N_("Lot size")),
        Question("sample_amount", N_("Sample amount (test and backup)"), needed=True),
        Question("backup_amount", N_("Backup amount")),
        Question("sample_form", N_("Form of the sample"), C, (N_("Solid"), N_("Semi-solid"), N_("Liquid"), N_("Gas"))),
        Question("packing", N_("Packing of the goods"), C, (N_("Prepacked"), N_("Bulk"))),
        Question("storage", N_("Storage at sampling"), C, (N_("Room temperature"), N_("Chilled"), N_("Frozen"), N_("Dark"), N_("Airtight"))),
        Question("send_by", N_("Latest day to send the sample"), D),
        Question("send_to", N_("Address to send the sample to")),
        Question("sample_pack", N_("Packing of the sample"), C, (N_("Glass bottle"), N_("Plastic bottle"), N_("Plastic bag"), N_("Sterile bag"))),
        Question("sampling_way", N_("Way of sampling"), C, (N_("Not aseptic"), N_("Aseptic"))),
    )),
    Section(N_("Labelled producer"), (
        Question("producer", N_("Labelled producer")),
        Question("producer_address", N_("Producer's address")),
        Question("producer_contact", N_("Producer's contact")),
        Question("producer_phone", N_("Producer's phone")),
        Question("third_party", N_("Ordering party, importer or repacker")),
        Question("third_party_address", N_("Its address")),
        Question("third_party_phone", N_("Its phone")),
    )),
    Section(N_("Farm products and grain"), (
        Question("origin", N_("Place of origin")),
        Question("supplier", N_("Supplier")),
        Question("purchase_voucher", N_("Purchase voucher")),
        Question("promise_certificate", N_("Certificate of promised conformity")),
        Question("quarantine_number", N_("Quarantine certificate number")),
        Question("harvest_year", N_("Harvest year")),
        Question("represented_quantity", N_("Represented quantity (t)")),
    )),
    Section(N_("Sampling"), (
        Question("sampling_body", N_("Sampling body"), needed=True),
        Question("sampling_body_address", N_("Its address")),
        Question("sampling_body_contact", N_("Its contact")),
        Question("sampling_body_phone", N_("Its phone")),
        Question("sampling_body_fax", N_("Its fax")),
        Question("sampling_body_postcode", N_("Its postcode")),
        Question("samplers", N_("Samplers (two at least)"), needed=True),
        Question("sampled_on", N_("Sampling date"), D, needed=True, past=True),
        Question("backup_kept_at", N_("Where the backup is sealed and kept")),
        Question("objection", N_("Business objects to the sampling"), C, (N_("No objection"), N_("Objection"))),
        Question("attachments", N_("Attachments")),
        Question("remark", N_("Remark"), L),
    )),
)

SEALS = {"intact": N_("Seal intact"), "broken": N_("Seal broken"), "unsigned": N_("Seal not signed"), "none": N_("No seal")}

INTAKE: tuple[Section, ...] = (
    Section(N_("Intake"), (
        Question("delivered_by", N_("Delivered by"), needed=True),
        Question("transport", N_("Transport"), C, (N_("Delivered by the samplers"), N_("Cold chain"), N_("Courier"))),
        Question("temperature", N_("Temperature on arrival (°C)")),
        Question("logger", N_("Temperature logger number")),
        Question("seal", N_("Seal on arrival"), C, tuple(SEALS.values()), needed=True),
        Question("agrees", N_("Sample agrees with the form"), C, (N_("Agrees"), N_("Differs")), needed=True),
        Question("appearance", N_("State of the sample on arrival"), needed=True),
        Question("test_amount", N_("Test portion"), needed=True),
        Question("backup_amount", N_("Backup portion"), needed=True),
        Question("test_place", N_("Where the test portion lies"), needed=True),
        Question("backup_place", N_("Where the backup portion lies"), needed=True),
        Question("intake_remark", N_("Remark"), L),
    )),
)

REFUSAL_REASONS = (
    N_("Seal broken or unsigned"), N_("Sample and form disagree"), N_("No form or the wrong form"), N_("Package damaged or leaking"),
    N_("Not enough sample or backup"), N_("Wrong temperature on the way"), N_("Past or near the end of shelf life"), N_("Past the delivery date"),
    N_("Microbiological sample not aseptic or too few units"), N_("Delivered by the business itself"), N_("Not in the plan or scope"),
)
# fmt: on


UNPRINTABLE = ("Cc", "Cs")
"""Control signs and halves of signs (Unicode categories): pasted by accident, and no server keeps them as text."""


def questions(sections: tuple[Section, ...]) -> dict[str, Question]:
    """Return the questions of a form by name."""
    return {question.name: question for section in sections for question in section.questions}


FORM_QUESTIONS = questions(FORM)
INTAKE_QUESTIONS = questions(INTAKE)


def mistakes(answers: Mapping[str, str], asked: Mapping[str, Question], today: date) -> dict[str, str]:
    """Return what is wrong in *answers*: question name -> one sentence. A name nobody asked for is a bug and raises."""
    if strange := set(answers) - set(asked):
        raise KeyError(", ".join(sorted(strange)))
    return {name: words for name, question in asked.items() if (words := _mistake(answers.get(name, "").strip(), question, today))}


def _mistake(answer: str, question: Question, today: date) -> str | None:
    if not answer:
        return _("{label} is needed.").format(label=_(question.label)) if question.needed else None
    if any(unicodedata.category(sign) in UNPRINTABLE and sign not in "\n\r\t" for sign in answer):
        return _("{label} holds a sign that cannot be printed. Type it again.").format(label=_(question.label))
    if question.kind is Kind.DATE:
        return date_mistake(answer, today if question.past else None)
    return None


def date_mistake(text: str, latest: date | None = None) -> str | None:
    """Say why *text* is no day (ISO form) or lies after *latest*, or return None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _("“{text}” is not a day. Write it like 2026-11-23.").format(text=text)
    if latest and day > latest:
        return _("{day} lies in the future. Today is {today}.").format(day=day.isoformat(), today=latest.isoformat())
    return None
