"""The report of a food or grain test: cover, notes, first page, results.

The code on the first page holds one line: ``SHIYAN|<number>|<revision>|<digest>``, the digest being the SHA-256 (hex) of
the canonical JSON of what was signed. Whoever holds that JSON can check the paper without asking anybody.

Sources: usual form of Chinese supervisory-sampling reports; ISO/IEC 17025:2017 7.8.2, 7.8.6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from reportlab.lib.colors import black
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, LongTable, PageBreak, Spacer, Table

from lims.i18n import N_, _, speaking
from lims.reports import fonts
from lims.reports.fonts import HEI, SONG
from lims.reports.parts import LEADING, PADDING, SIZE, CodePlace, SealPlace, centred, filled, headed, passage, ruled, wrapped
from lims.reports.sheet import FIRST, HEAD, HEIGHT, ROOM, Paper, built, room_of
from lims.rules.sampling import FORM_QUESTIONS, INTAKE_QUESTIONS, Kind, Question
from lims.rules.verdict import WORDS, Verdict
from lims.views.certificates import Copy, Sheet, SheetLine

UNFILLED = "/"
NO_REQUIREMENT = "—"
ITEMS_NAMED = 6
"""So many items stand on the first page by name; more are counted."""

Words = Callable[[Sheet], str]


def pages(sheet: Sheet, *, cover_counted: bool = False) -> bytes:
    """Return the report as PDF, in the sheet's language; the same sheet gives the same bytes.

    Raises:
        Refusal: a character that a face lacks would be printed as an empty box; it is named.
    """
    with speaking(sheet.language):
        fonts.refuse_missing(_printed(sheet))
        paper = Paper(
            sheet.laboratory.name, called(sheet), sheet.sample_number, sheet.form.get("sample_name", ""), sheet.language, sheet.copy is Copy.DRAFT, sheet.demonstration, cover_counted
        )
        return built(paper, [*_cover(sheet), PageBreak(), *_notes(sheet), PageBreak(), *_first(sheet), PageBreak(), *_results(sheet)])


def called(sheet: Sheet) -> str:
    """Return number and revision as printed."""
    return f"{sheet.number}-{sheet.revision}"


def code(sheet: Sheet) -> str:
    """Return what the QR code says; nothing on a draft."""
    return f"SHIYAN|{sheet.number}|{sheet.revision}|{sheet.digest}" if sheet.copy is Copy.ORIGINAL else ""


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


@dataclass(frozen=True, slots=True)
class Row:
    """Two fields side by side, where the report has them."""

    left: Field
    right: Field
    shown: Callable[[Sheet], bool] = always


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
    Row(Field(N_("Sampling form number"), asked("form_number")), Field(N_("Kind of test"), asked("test_kind"))),
    Row(Field(N_("Client and address"), joined("\n", asked("client"), asked("client_address"))), Field(N_("Source of the task"), asked("task_source"))),
    Row(Field(N_("Sampled business"), asked("business_name")), Field(N_("Its address and phone"), joined("\n", asked("business_address"), asked("business_phone"))), sampled),
    Row(Field(N_("Labelled producer"), asked("producer")), Field(N_("Producer's address and phone"), joined("\n", asked("producer_address"), asked("producer_phone")))),
    Row(Field(N_("Place of origin"), asked("origin")), Field(N_("Stall or bin"), asked("stall")), answered("origin", "stall")),
    Row(Field(N_("Harvest year"), asked("harvest_year")), Field(N_("Represented quantity (t)"), asked("represented_quantity")), answered("harvest_year", "represented_quantity")),
    Row(Field(N_("Sampling body"), asked("sampling_body")), Field(N_("Samplers"), asked("samplers")), sampled),
    Row(Field(N_("Sampling date"), asked("sampled_on")), Field(N_("Sampling place and link"), joined(" · ", asked("place"), asked("link"))), sampled),
    Row(Field(N_("Delivered by"), checked("delivered_by")), Field(N_("Day of delivery"), on(lambda sheet: sheet.received_on)), sent_in),
    Row(Field(N_("Amount of sample"), either(checked("test_amount"), asked("sample_amount"))), Field(N_("Backup and where it is sealed"), backup)),
    Row(Field(N_("Lot size"), asked("lot_size")), Field(N_("State of the seal"), checked("seal")), sampled),
    Row(Field(N_("Day of receipt"), on(lambda sheet: sheet.received_on)), Field(N_("State of the sample"), joined(", ", checked("appearance"), asked("packing"), asked("storage")))),
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
    Field(N_("Sampled business"), asked("business_name")),
    Field(N_("Labelled producer"), asked("producer")),
    Field(N_("Kind of test"), asked("test_kind")),
)

SIGNATURES = (("approve", N_("Approved by")), ("review", N_("Reviewed by")), ("test", N_("Tested by")))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the results: its head, its share of the width, what stands in it."""

    title: str
    share: float
    show: Callable[[SheetLine], str]
    left: bool = False


COLUMNS = (
    Column(N_("No."), 10, lambda one: str(one.number)),
    Column(N_("Item"), 35, lambda one: one.item, left=True),
    Column(N_("Unit"), 16, lambda one: one.unit or NO_REQUIREMENT),
    Column(N_("Requirement"), 25, lambda one: one.requirement or NO_REQUIREMENT),
    Column(N_("Result"), 25, lambda one: one.result),
    Column(N_("Verdict on the item"), 16, lambda one: NO_REQUIREMENT if one.verdict is Verdict.NONE else _(WORDS[one.verdict])),
    Column(N_("Method"), 25, lambda one: one.method),
    Column(N_("Remark"), 13, lambda one: one.remark),
)

LABEL = 28 * mm
PAIR = (LABEL, ROOM / 2 - LABEL + 4 * mm, LABEL, ROOM / 2 - LABEL - 4 * mm)
WIDE = (LABEL, ROOM - LABEL)
SEAL_LEAST = 27 * mm


def _printed(sheet: Sheet) -> Iterator[str]:
    """Yield every text on the paper that somebody wrote."""
    rows = (row for row in FIRST_PAGE if row.shown(sheet))
    fields = (*COVER, *BASIS, REMARK, *(field for row in rows for field in (row.left, row.right)))
    yield from (_value(field, sheet) for field in fields)
    yield from (column.show(one) for one in sheet.lines for column in COLUMNS)
    yield from (one.name for one in sheet.signatures)
    yield from (called(sheet), sheet.sample_number, sheet.conclusion, sheet.decision_rule, *sheet.notes, *_contacts(sheet))


def _cover(sheet: Sheet) -> Iterator[Flowable]:
    title = _("TEST REPORT")
    yield _centred(title, HEI, 34)
    if title != "TEST REPORT":
        yield _centred("TEST REPORT", SONG, 15)
    yield Spacer(0, 26 * mm)
    widths = (38 * mm, 92 * mm)
    rows = [filled((_label(field, sheet), _value(field, sheet)), widths, SONG, 13) for field in COVER]
    yield Table(
        rows,
        colWidths=widths,
        hAlign="CENTER",
        style=(("FONT", (0, 0), (-1, -1), SONG, 13, 18), ("LINEBELOW", (1, 0), (1, -1), 0.6, black), ("VALIGN", (0, 0), (-1, -1), "BOTTOM"), ("TOPPADDING", (0, 0), (-1, -1), 10)),
    )
    yield Spacer(0, 22 * mm)
    yield _centred(sheet.laboratory.name, HEI, 16)
    yield _centred(_("(seal for inspection and testing)"), SONG, 11)
    yield _centred(_("Day of issue: {day}").format(day=_written(sheet.approved_on)), SONG, 13)


def _notes(sheet: Sheet) -> Iterator[Flowable]:
    for place, note in enumerate(sheet.notes, 1):
        yield passage(f"{place}. {note}", ROOM, 11, 18, after=7)
    yield Spacer(0, 14 * mm)
    for words in _contacts(sheet):
        yield passage(words, ROOM, SIZE, 17)


def _first(sheet: Sheet) -> Iterator[Flowable]:
    pairs = [filled([_label(row.left, sheet), _value(row.left, sheet), _label(row.right, sheet), _value(row.right, sheet)], PAIR) for row in FIRST_PAGE if row.shown(sheet)]
    above = [ruled(pairs, PAIR, centred((0, 0), (0, -1)), centred((2, 0), (2, -1))), _wide(sheet, BASIS)]
    below = [_wide(sheet, (REMARK,)), _signatures(sheet), _foot(sheet)]
    others = sum(part.wrap(ROOM, HEIGHT)[1] for part in (*above, *below))
    yield from above
    yield _conclusion(sheet, room_of(FIRST) - others - 1)
    yield from below


def _results(sheet: Sheet) -> Iterator[Flowable]:
    widths = [column.share * mm for column in COLUMNS]
    head = filled([_(column.title) for column in COLUMNS], widths, HEI, 9)
    rows = [filled([column.show(one) for column in COLUMNS], widths, SONG, 9) for one in sheet.lines]
    lefts = [("ALIGN", (place, 1), (place, -1), "LEFT") for place, column in enumerate(COLUMNS) if column.left]
    body = ("FONT", (0, 1), (-1, -1), SONG, 9, 12.5)
    yield ruled([head, *rows], widths, body, headed((0, 0), (-1, 0), 9), centred((0, 0), (-1, -1)), *lefts, heads=1)
    yield Spacer(0, 5 * mm)
    yield _centred(_("The rest of the page is blank"), SONG, SIZE)


def _conclusion(sheet: Sheet, room: float) -> LongTable:
    """Return the cell of the conclusion, as high as the page has *room*."""
    inside = WIDE[1] - 4 * PADDING
    texts = [passage(sheet.conclusion, inside, 11, 17, after=4), passage(sheet.decision_rule, inside, 9, 13)]
    used = sum(text.wrap(inside, HEIGHT)[1] for text in texts) + 6 * PADDING
    draft = sheet.copy is Copy.DRAFT
    seal = SealPlace(_("(seal for inspection and testing)"), _written(sheet.approved_on), _("Sealed on issue") if draft else "", max(SEAL_LEAST, room - used))
    sides = [(side, (1, 0), (1, 0), 2 * PADDING) for side in ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING")]
    return ruled([[_narrow(_("Conclusion")), [*texts, seal]]], WIDE, centred((0, 0), (0, -1)), *sides)


def _signatures(sheet: Sheet) -> Table:
    cells = [_signature(sheet, step, _(title)) for step, title in SIGNATURES]
    return Table([cells], colWidths=[ROOM / 3] * 3, style=(("FONT", (0, 0), (-1, -1), SONG, SIZE, LEADING + 2), ("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 8)))


def _signature(sheet: Sheet, step: str, title: str) -> str:
    signed = [one for one in sheet.signatures if one.step == step]
    day = max((one.day for one in signed), default=None)
    names = _("{title}: {name}").format(title=title, name=_(", ").join(one.name for one in signed))
    return wrapped(names, ROOM / 3 - 12) + "\n" + _("Date: {day}").format(day=day.isoformat() if day else "")


def _foot(sheet: Sheet) -> CodePlace:
    original = sheet.copy is Copy.ORIGINAL
    words = (
        _("Scan the code to check this report without a network.") if original else _("The code and the digest are made on approval."),
        f"SHA-256 {sheet.digest}" if original else "",
        _("“/” means not given, “—” means no requirement."),
        " · ".join(filter(None, (sheet.laboratory.name, sheet.laboratory.address, sheet.laboratory.phone))),
    )
    return CodePlace(code(sheet), [line for line in words if line], _("Code\nmade on approval"))


def _contacts(sheet: Sheet) -> Iterator[str]:
    laboratory = sheet.laboratory
    yield laboratory.name
    for label, value in (
        (_("Address"), laboratory.address),
        (_("Postcode"), laboratory.postcode),
        (_("Phone"), laboratory.phone),
        (_("Fax"), laboratory.fax),
        (_("E-mail"), laboratory.email),
        (_("Website"), laboratory.website),
    ):
        if value:
            yield _("{label}: {value}").format(label=label, value=value)


def _wide(sheet: Sheet, fields: tuple[Field, ...]) -> LongTable:
    return ruled([filled((_label(field, sheet), _value(field, sheet)), WIDE) for field in fields], WIDE, centred((0, 0), (0, -1)))


def _centred(text: str, face: str, size: float) -> Table:
    return Table([[wrapped(text, ROOM - 12, face, size)]], colWidths=[ROOM], style=(("FONT", (0, 0), (0, 0), face, size, size * 1.4), centred((0, 0), (0, 0))))


def _narrow(label: str) -> str:
    return wrapped(label, LABEL - 2 * PADDING)


def _label(field: Field, sheet: Sheet) -> str:
    return _(field.label) if isinstance(field.label, str) else field.label(sheet)


def _value(field: Field, sheet: Sheet) -> str:
    return field.value(sheet) or field.empty


def _answer(answers: Mapping[str, str], question: Question) -> str:
    answer = answers.get(question.name, "").strip()
    return _(answer) if question.kind is Kind.CHOICE else answer


def _written(day: date | None) -> str:
    """Return a day as it stands beside a seal, or the gaps to be filled."""
    gap = "\u3000"
    return _("{year} - {month} - {day}").format(year=day.year if day else 2 * gap, month=day.month if day else gap, day=day.day if day else gap)
