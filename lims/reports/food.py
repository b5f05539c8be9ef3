"""The test report for food and grain: cover, notes, first page, results page.

Order and wording follow the usual form of Chinese supervisory-sampling reports; contents ISO/IEC 17025:2017 7.8.2.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, NextPageTemplate, PageBreak, Spacer

from lims.i18n import N_, _, speaking
from lims.reports import fonts, parts
from lims.reports.fonts import HEI, SONG
from lims.reports.parts import BODY, CENTRED, HEAD, LABEL, RIGHT, SMALL, SMALL_CENTRED, TITLE, ruled, words
from lims.reports.sheet import HEIGHT, INNER, LEFT, RIGHT as RIGHT_MARGIN, WIDTH, document
from lims.rules.verdict import WORDS
from lims.views.certificates import Copy, Sheet

PLAIN = 2
"""Cover and notes: without head, not counted in page x of y."""
NOTHING = "/"

Getter = Callable[[Sheet], str]


def pages(sheet: Sheet, *, count_cover: bool = False) -> bytes:
    """Return the report as PDF in the sheet's language. Raises Refusal when the faces lack a character."""
    with speaking(sheet.language):
        fonts.refuse_missing(_texts(sheet))
        story = [*_cover(sheet), NextPageTemplate("plain"), PageBreak(), *_notes(sheet), NextPageTemplate("body"), PageBreak(), *_first_page(sheet), PageBreak(), *_results(sheet)]
        title = f"{_('Test report')} {sheet.number}-{sheet.revision}"
        return document(story, title=title, author=sheet.laboratory.name, language=sheet.language, plain_pages=PLAIN, on_page=_frame(sheet, 0 if count_cover else PLAIN))


def code(sheet: Sheet) -> str:
    """Return what the QR code says: number, revision and the digest of the canonical JSON of what was signed."""
    return f"SHIYAN|{sheet.number}|{sheet.revision}|{sheet.digest}"


def _of(*names: str) -> Getter:
    """Return the filled answers of the sampling form under these names, joined."""
    return lambda sheet: " ".join(_(answer) for name in names if (answer := sheet.form.get(name, "")))


def _seen(name: str) -> Getter:
    return lambda sheet: _(sheet.intake.get(name, ""))


def _product_date(sheet: Sheet) -> str:
    kind, day, batch = (sheet.form.get(name, "") for name in ("date_kind", "product_date", "batch"))
    dated = day or (sheet.form.get("harvest_year", "") if kind == "Harvest year" else "")
    said = f"{dated}（{_(kind)}）" if dated and kind and sheet.language == "zh_CN" else f"{dated} ({_(kind)})" if dated and kind else dated
    return " ".join(part for part in (said, batch) if part)


def _tested(sheet: Sheet) -> str:
    if sheet.tested_from == sheet.tested_to:
        return sheet.tested_from.isoformat()
    return _("{first} to {last}").format(first=sheet.tested_from.isoformat(), last=sheet.tested_to.isoformat())


FIRST_PAGE: tuple[tuple[tuple[str, Getter], tuple[str, Getter]], ...] = (
    ((N_("Sample name"), _of("sample_name")), (N_("Specification and model"), _of("model"))),
    ((N_("Brand"), _of("brand")), (N_("Quality grade"), _of("grade"))),
    ((N_("Production date or batch"), _product_date), (N_("Shelf life"), _of("shelf_life"))),
    ((N_("Sampling form number"), _of("form_number")), (N_("Kind of test"), _of("test_kind"))),
    ((N_("Client"), _of("client", "client_address")), (N_("Source of the task"), _of("task_source"))),
    ((N_("Sampled business"), _of("business_name")), (N_("Address and phone"), _of("business_address", "business_phone"))),
    ((N_("Labelled producer"), _of("producer")), (N_("Producer's address and phone"), _of("producer_address", "producer_phone"))),
    ((N_("Sampling body"), _of("sampling_body")), (N_("Samplers"), _of("samplers"))),
    ((N_("Sampling date"), _of("sampled_on")), (N_("Sampling place and link"), _of("place", "link", "stall"))),
    ((N_("Sample amount"), _of("sample_amount")), (N_("Backup and where it is sealed"), _of("backup_amount", "backup_kept_at"))),
    ((N_("Lot size"), _of("lot_size")), (N_("Seal on arrival"), _seen("seal"))),
    ((N_("Date of receipt"), lambda sheet: sheet.received_on.isoformat()), (N_("State of the sample"), _seen("appearance"))),
    ((N_("Dates of test"), _tested), (N_("Date of issue"), lambda sheet: sheet.approved_on.isoformat() if sheet.approved_on else "")),
)
"""Label and answer, left and right, row by row."""

MERGED: tuple[tuple[str, Getter], ...] = (
    (N_("Items tested"), lambda sheet: _(", ").join(line.item for line in sheet.lines)),
    (N_("Methods"), lambda sheet: _("; ").join(sheet.methods)),
    (N_("Judged by"), lambda sheet: _("; ").join(sheet.standards)),
)
"""Rows whose answer takes the whole width."""

RESULTS: tuple[tuple[str, float, Callable[[Any], str], bool], ...] = (
    (N_("No."), 10, lambda line: str(line.number), True),
    (N_("Item"), 34, lambda line: line.item, False),
    (N_("Unit"), 16, lambda line: line.unit, True),
    (N_("Requirement"), 20, lambda line: line.requirement or "—", True),
    (N_("Result"), 20, lambda line: line.result, True),
    (N_("Verdict on the item"), 18, lambda line: _(WORDS[line.verdict]), True),
    (N_("Method"), 36, lambda line: line.method, True),
    (N_("Remark"), 16, lambda line: line.remark or NOTHING, True),
)
"""Title, width in mm, value, centred."""

COVER: tuple[tuple[str, Getter], ...] = (
    (N_("Sample name"), _of("sample_name")),
    (N_("Client"), _of("client")),
    (N_("Sampled business"), _of("business_name")),
    (N_("Labelled producer"), _of("producer")),
    (N_("Kind of test"), _of("test_kind")),
)


def _cover(sheet: Sheet) -> Iterator[Flowable]:
    spaced = " ".join(_("Test report")) if sheet.language == "zh_CN" else _("Test report")
    yield words(f"No. {sheet.number}-{sheet.revision}", RIGHT)
    yield Spacer(0, 40 * mm)
    yield words(spaced, _sized(TITLE, 34, 46))
    if sheet.language == "zh_CN":
        yield words("TEST REPORT", _sized(CENTRED, 14, 20))
    yield Spacer(0, 26 * mm)
    rows = [[words(_(label), _sized(RIGHT, 13, 20)), words(getter(sheet) or NOTHING, _sized(CENTRED, 13, 20))] for label, getter in COVER]
    yield ruled(rows, (46 * mm, INNER - 66 * mm), pad=7, spans=[("GRID", (0, 0), (-1, -1), 0, colors.white), ("LINEBELOW", (1, 0), (1, -1), parts.LINE, colors.black), ("VALIGN", (0, 0), (-1, -1), "BOTTOM")])
    yield Spacer(0, 34 * mm)
    yield words(sheet.laboratory.name, _sized(TITLE, 16, 24))
    yield Spacer(0, 4 * mm)
    yield words(_day(sheet.approved_on) if sheet.approved_on else _("Date of issue:          "), _sized(CENTRED, 13, 20))


def _notes(sheet: Sheet) -> Iterator[Flowable]:
    yield Spacer(0, 14 * mm)
    yield words(" ".join(_("Notes")) if sheet.language == "zh_CN" else _("Notes"), TITLE)
    yield Spacer(0, 10 * mm)
    for place, note in enumerate(sheet.notes, 1):
        yield words(f"{place}. {note}", _sized(BODY, 11.5, 20))
        yield Spacer(0, 2.5 * mm)
    yield Spacer(0, 14 * mm)
    laboratory = sheet.laboratory
    for label, value in (
        (N_("Address"), laboratory.address),
        (N_("Postcode"), laboratory.postcode),
        (N_("Phone"), laboratory.phone),
        (N_("Fax"), laboratory.fax),
        (N_("E-mail"), laboratory.email),
        (N_("Website"), laboratory.website),
    ):
        if value:
            yield words(_("{label}: {value}").format(label=_(label), value=value), BODY)


def _first_page(sheet: Sheet) -> Iterator[Flowable]:
    yield from _body_title(sheet)
    narrow = (25 if sheet.language == "zh_CN" else 32) * mm
    wide = INNER / 2 - narrow
    rows: list[list[Any]] = [
        [words(_(one), _label(sheet)), words(get_one(sheet) or NOTHING, SMALL), words(_(other), _label(sheet)), words(get_other(sheet) or NOTHING, SMALL)]
        for (one, get_one), (other, get_other) in FIRST_PAGE
    ]
    rows += [[words(_(label), _label(sheet)), words(getter(sheet) or NOTHING, SMALL), "", ""] for label, getter in MERGED]
    rows.append([words(_("Conclusion"), _label(sheet)), [words(sheet.conclusion, BODY), Spacer(0, 3), words(sheet.decision_rule, SMALL), Spacer(0, 3), _Seal(sheet)], "", ""])
    rows.append([words(_("Remark"), _label(sheet)), words(_remark(sheet) or NOTHING, SMALL), "", ""])
    spans = [("SPAN", (1, place), (3, place)) for place in range(len(FIRST_PAGE), len(rows))]
    yield ruled(rows, (narrow, wide, narrow, wide), spans=spans, pad=2.6)
    yield Spacer(0, 5)
    yield _signatures(sheet)


def _results(sheet: Sheet) -> Iterator[Flowable]:
    yield from _body_title(sheet)
    yield words(_("Sample name: {name}      Sample number: {number}").format(name=sheet.form.get("sample_name", ""), number=sheet.sample_number), SMALL)
    yield Spacer(0, 4)
    share = INNER / sum(width * mm for _title, width, _get, _centred in RESULTS)
    head = [words(_(title), HEAD) for title, _width, _get, _centred in RESULTS]
    rows = [[words(get(line), SMALL_CENTRED if centred else SMALL) for _title, _width, get, centred in RESULTS] for line in sheet.lines]
    yield ruled([head, *rows], [width * mm * share for _title, width, _get, _centred in RESULTS], head=1, pad=5)
    yield Spacer(0, 8)
    yield KeepTogether([words(_("(nothing follows)"), CENTRED), Spacer(0, 6), _Code(sheet)])


def _body_title(sheet: Sheet) -> Iterator[Flowable]:
    name = " ".join(_("Test report")) if sheet.language == "zh_CN" else _("Test report")
    yield words(name, _sized(TITLE, 18, 26))
    yield Spacer(0, 3)


def _signatures(sheet: Sheet) -> Flowable:
    cells = []
    for step, label in (("approve", N_("Approved by")), ("review", N_("Reviewed by")), ("test", N_("Tested by"))):
        signed = [one for one in sheet.signatures if one.step == step]
        names = _(", ").join(dict.fromkeys(one.name for one in signed))
        when = max((one.day.isoformat() for one in signed), default="")
        cells.append([words(_("{label}: {value}").format(label=_(label), value=names), SMALL), words(_("Date: {day}").format(day=when), SMALL)])
    return ruled([cells], (INNER / 3,) * 3, spans=[("GRID", (0, 0), (-1, -1), 0, colors.white), ("VALIGN", (0, 0), (-1, -1), "TOP")], pad=1)


def _remark(sheet: Sheet) -> str:
    return "\n".join(part for part in (sheet.replaces, sheet.form.get("remark", ""), sheet.remark) if part)


def _frame(sheet: Sheet, uncounted: int) -> Callable[[Canvas, int, int], None]:
    """Return what is drawn on every finished page: head of the body, 草稿, the line of a demonstration."""

    def draw(canvas: Canvas, page: int, count: int) -> None:
        if page > PLAIN:
            _head(canvas, sheet, page - uncounted, count - uncounted)
        if sheet.copy is Copy.DRAFT:
            parts.across(canvas, _("DRAFT"), WIDTH, HEIGHT)
        if sheet.demonstration:
            canvas.setFont(HEI, 9)
            canvas.setFillColor(colors.Color(0.7, 0.14, 0.12))
            canvas.drawCentredString(WIDTH / 2, 9 * mm, _("Demonstration data, reports are not valid"))
            canvas.setFillColor(colors.black)

    return draw


def _head(canvas: Canvas, sheet: Sheet, page: int, count: int) -> None:
    top = HEIGHT - 17 * mm
    canvas.setFont(HEI, 11)
    canvas.drawCentredString(WIDTH / 2, top, f"{sheet.laboratory.name}  {_('Test report')}")
    canvas.setFont(SONG, 9.5)
    canvas.drawString(LEFT, top - 8 * mm, _("Report No.: {number}").format(number=f"{sheet.number}-{sheet.revision}"))
    canvas.drawRightString(WIDTH - RIGHT_MARGIN, top - 8 * mm, _("{count} pages, page {page}").format(count=count, page=page))
    canvas.setLineWidth(parts.LINE)
    canvas.line(LEFT, top - 10 * mm, WIDTH - RIGHT_MARGIN, top - 10 * mm)


class _Seal(Flowable):
    """The place of the seal with the date, at the right of the conclusion."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self._sheet = sheet
        self.width, self.height = INNER - 34 * mm, 27 * mm

    def wrap(self, *_room: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas, x = self.canv, self.width - 24 * mm
        if self._sheet.copy is Copy.DRAFT:
            parts.seal_place(canvas, _("sealed on approval"), x, 13.5 * mm, 12.5 * mm)
            return
        canvas.setFont(SONG, 10)
        canvas.drawCentredString(x, 13 * mm, _("(seal of the laboratory)"))
        canvas.drawCentredString(x, 6 * mm, _day(self._sheet.approved_on) if self._sheet.approved_on else "")


class _Code(Flowable):
    """The QR code with the digest beside it; a draft keeps an empty place."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self._sheet = sheet
        self.width, self.height = INNER, 27 * mm

    def wrap(self, *_room: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas, sheet = self.canv, self._sheet
        canvas.setFont(SONG, 8.5)
        if sheet.copy is Copy.DRAFT:
            canvas.setDash(2, 2)
            canvas.rect(self.width - 26 * mm, 0, 26 * mm, 26 * mm)
            canvas.drawCentredString(self.width - 13 * mm, 12 * mm, _("code on approval"))
            return
        parts.qr(canvas, code(sheet), self.width - 26 * mm, 0, 26 * mm)
        canvas.drawString(0, 18 * mm, _("The code carries number, revision and the digest of what was signed:"))
        canvas.drawString(0, 13 * mm, f"SHA-256 {sheet.digest[:32]}")
        canvas.drawString(0, 9 * mm, f"        {sheet.digest[32:]}")


def _label(sheet: Sheet) -> Any:
    return LABEL if sheet.language == "zh_CN" else _sized(LABEL, 8.5, 10.5)


def _day(on: date | None) -> str:
    return _("{year}-{month:02}-{day:02}").format(year=on.year, month=on.month, day=on.day) if on else ""


def _sized(style: Any, size: float, leading: float) -> Any:
    return style.clone(f"{style.name}{size}", fontSize=size, leading=leading)


def _texts(thing: Any) -> Iterator[str]:
    """Yield every text of a sheet: all of it is looked up in the faces before anything is drawn."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from _texts(_(value) if isinstance(value, str) else value)
    elif isinstance(thing, tuple | list):
        for value in thing:
            yield from _texts(value)
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield from _texts(getattr(thing, field.name))
