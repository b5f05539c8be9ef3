"""What stands on a report's pages, row by row and column by column: the tables that the layout reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from lims.i18n import N_, _
from lims.rules.sampling import FORM_QUESTIONS, INTAKE_QUESTIONS, Kind, Question
from lims.rules.verdict import WORDS, Verdict
from lims.views.certificates import LaboratoryRow, Sheet, SheetLine

UNFILLED = "/"
NO_REQUIREMENT = "—"
ITEMS_NAMED = 6
"""So many items stand on the first page by name; more are counted."""

Words = Callable[[Sheet], str]


def asked(name: str) -> Words:
    """Return the getter of an answer of the sampling form; a chosen answer is put into the report's words."""
    return lambda sheet: _answer(sheet.form, FORM_QUESTIONS[name])


def checked(name: str) -> Words:
    """Return the getter of an answer of the intake check."""
    return lambda sheet: _answer(sheet.intake, INTAKE_QUESTIONS[name])


def joined(separator: str, *parts: Words) -> Words:
    """Return the getter of several answers with *separator* between those that were given."""
    return lambda sheet: _(separator).join(filter(None, (part(sheet) for part in parts)))


def either(*parts: Words) -> Words:
    """Return the getter of the first answer that was given."""
    return lambda sheet: next(filter(None, (part(sheet) for part in parts)), "")


def on(day: Callable[[Sheet], date | None]) -> Words:
    """Return the getter of a day, empty where there is none yet."""
    return lambda sheet: found.isoformat() if (found := day(sheet)) else ""


def always(_sheet: Sheet) -> bool:
    """Return that a row stands on every report."""
    return True


def sampled(sheet: Sheet) -> bool:
    """Return whether the sample was taken, not sent in."""
    return sheet.form.get("test_kind") not in ("Commissioned test", _("Commissioned test"))


def sent_in(sheet: Sheet) -> bool:
    """Return whether the client sent the sample in."""
    return not sampled(sheet)


def answered(*names: str) -> Callable[[Sheet], bool]:
    """Return whether one of the questions was answered."""
    return lambda sheet: any(sheet.form.get(name) for name in names)


@dataclass(frozen=True, slots=True)
class Field:
    """A label and what stands beside it. What is empty is printed as “/”, or left empty to be filled by approval."""

    label: str | Words
    value: Words
    empty: str = UNFILLED
    shown: Callable[[Sheet], bool] = always

    def cells(self, sheet: Sheet) -> tuple[str, str]:
        """Return label and value as printed."""
        label = _(self.label) if isinstance(self.label, str) else self.label(sheet)
        return label, self.value(sheet) or self.empty


@dataclass(frozen=True, slots=True)
class Row:
    """Two fields side by side, where the report has them."""

    left: Field
    right: Field
    shown: Callable[[Sheet], bool] = always

    def cells(self, sheet: Sheet) -> tuple[str, ...]:
        """Return both fields as printed."""
        return (*self.left.cells(sheet), *self.right.cells(sheet))


def dated(sheet: Sheet) -> str:
    """Return the label of the product's day: what kind of day it is, with the batch where there is one."""
    kind = asked("date_kind")(sheet) or _("Production date")
    return _("{date}/batch").format(date=kind) if sheet.form.get("batch") else kind


def span(sheet: Sheet) -> str:
    """Return the days of testing, from and to."""
    if sheet.tested_from == sheet.tested_to:
        return sheet.tested_to.isoformat()
    return _("{first} to {last}").format(first=sheet.tested_from.isoformat(), last=sheet.tested_to.isoformat())


def backup(sheet: Sheet) -> str:
    """Return how much is kept as backup and where."""
    amount, place = either(checked("backup_amount"), asked("backup_amount"))(sheet), asked("backup_kept_at")(sheet)
    return _("{amount}, sealed at {place}").format(amount=amount, place=place) if amount and place else amount


def items(sheet: Sheet) -> str:
    """Return the items tested: by name, or the first of them and how many there are."""
    names = [one.item for one in sheet.lines]
    if len(names) <= ITEMS_NAMED:
        return _(", ").join(names)
    return _("{items} and others, {count} items, see the attached pages").format(items=_(", ").join(names[:ITEMS_NAMED]), count=len(names))


FIRST_PAGE = (
    Row(Field(N_("Sample name"), asked("sample_name")), Field(N_("Specification and model"), asked("model"))),
    Row(Field(N_("Brand"), asked("brand")), Field(N_("Quality grade"), asked("grade"))),
    Row(Field(dated, joined(" / ", either(asked("product_date"), asked("harvest_year")), asked("batch"))), Field(N_("Shelf life"), asked("shelf_life"))),
    Row(Field(N_("Sampling form No."), asked("form_number")), Field(N_("Kind of test"), asked("test_kind"))),
    Row(Field(N_("Client and address"), joined("\n", asked("client"), asked("client_address"))), Field(N_("Source of the task"), asked("task_source"))),
    Row(
        Field(N_("Sampled business"), asked("business_name")),
        Field(N_("Address and phone"), joined("\n", asked("business_address"), asked("business_phone"))),
        sampled,
    ),
    Row(
        Field(N_("Labelled producer"), asked("producer")),
        Field(N_("Its address, phone"), joined("\n", asked("producer_address"), asked("producer_phone"))),
    ),
    Row(Field(N_("Place of origin"), asked("origin")), Field(N_("Stall or bin"), asked("stall")), answered("origin", "stall")),
    Row(
        Field(N_("Supplier"), asked("supplier")),
        Field(N_("Purchase voucher"), asked("purchase_voucher")),
        lambda sheet: bool(sheet.form.get("supplier")) and not sheet.form.get("represented_quantity"),
    ),
    Row(
        Field(N_("Supplier"), asked("supplier")),
        Field(N_("Represented quantity (t)"), asked("represented_quantity")),
        answered("represented_quantity"),
    ),
    Row(Field(N_("Sampling body"), asked("sampling_body")), Field(N_("Samplers"), asked("samplers")), sampled),
    Row(Field(N_("Sampling date"), asked("sampled_on")), Field(N_("Place of sampling"), joined(" · ", asked("place"), asked("link"))), sampled),
    Row(Field(N_("Delivered by"), checked("delivered_by")), Field(N_("Day of delivery"), on(lambda sheet: sheet.received_on)), sent_in),
    Row(Field(N_("Amount of sample"), either(checked("test_amount"), asked("sample_amount"))), Field(N_("Backup and place"), backup)),
    Row(Field(N_("Lot size"), asked("lot_size")), Field(N_("State of the seal"), checked("seal")), sampled),
    Row(
        Field(N_("Day of receipt"), on(lambda sheet: sheet.received_on)),
        Field(N_("State of the sample"), joined("; ", checked("appearance"), asked("packing"), asked("storage"))),
    ),
    Row(Field(N_("Days of testing"), span), Field(N_("Day of issue"), on(lambda sheet: sheet.approved_on), "")),
)
"""The first page, row by row in the order of the usual form."""

BASIS = (
    Field(N_("Items tested"), items),
    Field(N_("Test methods"), lambda sheet: _("; ").join(sheet.methods)),
    Field(N_("Judged by"), lambda sheet: _("; ").join(sheet.standards)),
)
REMARK = Field(N_("Remark"), lambda sheet: "\n".join(filter(None, (sheet.replaces, sheet.form.get("remark"), sheet.remark))))

COVER = (
    Field(N_("Sample name"), asked("sample_name")),
    Field(N_("Specification and model"), asked("model")),
    Field(N_("Client"), asked("client")),
    Field(N_("Sampled business"), asked("business_name"), shown=sampled),
    Field(N_("Labelled producer"), asked("producer")),
    Field(N_("Kind of test"), asked("test_kind")),
)

SIGNATURES = (("approve", N_("Approved by")), ("review", N_("Reviewed by")), ("test", N_("Tested by")))
"""Step and its title, from left to right."""

CONTACTS: tuple[tuple[str, Callable[[LaboratoryRow], str]], ...] = (
    (N_("Address"), lambda laboratory: laboratory.address),
    (N_("Postcode"), lambda laboratory: laboratory.postcode),
    (N_("Phone"), lambda laboratory: laboratory.phone),
    (N_("Fax"), lambda laboratory: laboratory.fax),
    (N_("E-mail"), lambda laboratory: laboratory.email),
    (N_("Website"), lambda laboratory: laboratory.website),
)
"""How the laboratory is reached, as the foot of the notes has it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the results: its head, its width in millimetres, what stands in it."""

    title: str
    width: float
    show: Callable[[SheetLine], str]
    left: bool = False


COLUMNS = (
    Column(N_("No."), 8.5, lambda one: str(one.number)),
    Column(N_("Item"), 32, lambda one: one.item, left=True),
    Column(N_("Unit"), 14, lambda one: one.unit or NO_REQUIREMENT),
    Column(N_("Requirement"), 22, lambda one: one.requirement or NO_REQUIREMENT),
    Column(N_("Result"), 26, lambda one: one.result),
    Column(N_("Verdict on the item"), 17.5, lambda one: NO_REQUIREMENT if one.verdict is Verdict.NONE else _(WORDS[one.verdict])),
    Column(N_("Method"), 31, lambda one: one.method),
    Column(N_("Remark"), 14, lambda one: one.remark),
)


def _answer(answers: Mapping[str, str], question: Question) -> str:
    answer = answers.get(question.name, "").strip()
    return _(answer) if question.kind is Kind.CHOICE else answer
