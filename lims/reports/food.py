"""The report of a food or grain test: cover, notes, first page, results.

The code on the first page holds one line: ``SHIYAN|<number>|<revision>|<digest>``, the digest being the SHA-256 (hex) of
the canonical JSON of what was signed. Whoever holds that JSON can check the paper without asking anybody.

Sources: usual form of Chinese supervisory-sampling reports; ISO/IEC 17025:2017 7.8.2, 7.8.6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from reportlab.lib.colors import black
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, LongTable, Spacer, Table

from lims.i18n import _, speaking
from lims.reports.fields import BASIS, COLUMNS, CONTACTS, COVER, FIRST_PAGE, REMARK, SIGNATURES
from lims.reports.fonts import HEI, SONG, refuse_missing, width
from lims.reports.lines import SIZE, pieces, wrapped
from lims.reports.parts import LEADING, PADDING, Block, CodePlace, SealPlace, centred, filled, headed, passage, ruled
from lims.reports.sheet import ATTACHED, FIRST, HEIGHT, NOTES, ROOM, Paper, built, opened, room_of
from lims.views.certificates import Copy, Sheet

LABEL = 34 * mm
PAIR = (LABEL, ROOM / 2 - LABEL + 3 * mm, LABEL, ROOM / 2 - LABEL - 3 * mm)
WIDE = (LABEL, ROOM - LABEL)


def pages(sheet: Sheet) -> bytes:
    """Return the report as PDF, in the sheet's language; the same sheet gives the same bytes.

    Raises:
        Refusal: a character that a face lacks would be printed as an empty box; it is named.
    """
    with speaking(sheet.language):
        refuse_missing(_written(sheet))
        paper = Paper(
            institution=sheet.laboratory.name,
            number=called(sheet),
            sample_number=sheet.sample_number,
            sample_name=sheet.form.get("sample_name", ""),
            language=sheet.language,
            draft=sheet.copy is Copy.DRAFT,
            demonstration=sheet.demonstration,
            cover_counted=sheet.cover_counted,
        )
        return built(paper, [*_cover(sheet), *opened(NOTES), *_notes(sheet), *opened(FIRST), *_first(sheet), *opened(ATTACHED), *_results(sheet)])


def called(sheet: Sheet) -> str:
    """Return number and revision as printed."""
    return f"{sheet.number}-{sheet.revision}"


def code(sheet: Sheet) -> str:
    """Return what the QR code says; nothing on a draft."""
    return f"SHIYAN|{sheet.number}|{sheet.revision}|{sheet.digest}" if sheet.copy is Copy.ORIGINAL else ""


def _written(sheet: Sheet) -> Iterator[str]:
    """Yield every text on the paper that somebody wrote."""
    for field in (*COVER, *BASIS, REMARK):
        yield from field.cells(sheet)
    for row in FIRST_PAGE:
        yield from row.cells(sheet) if row.shown(sheet) else ()
    yield from (column.show(one) for one in sheet.lines for column in COLUMNS)
    yield from (one.name for one in sheet.signatures)
    yield from (called(sheet), sheet.sample_number, sheet.conclusion, sheet.decision_rule, *sheet.notes, *_contacts(sheet))


def _cover(sheet: Sheet) -> Iterator[Flowable]:
    title = _("TEST REPORT")
    yield _centred(title, HEI, 34)
    if title != "TEST REPORT":
        yield _centred("TEST REPORT", SONG, 15)
    yield Spacer(0, 26 * mm)
    fields = [field.cells(sheet) for field in COVER if field.shown(sheet)]
    label = max(width(name, SONG, 13) for name, _value in fields) + 6 * mm
    widths = (label, 135 * mm - label)
    style = (
        ("FONT", (0, 0), (-1, -1), SONG, 13, 18),
        ("LINEBELOW", (1, 0), (1, -1), 0.6, black),
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ("TOPPADDING", (0, 0), (-1, -1), 10),
    )
    yield Table([row for cells in fields for row in filled(cells, widths, SONG, 13)], colWidths=widths, style=style)
    yield Spacer(0, 38 * mm)
    yield _centred(sheet.laboratory.name, HEI, 16)
    yield _centred(_("(seal for inspection and testing)"), SONG, 11)
    yield _centred(_("Day of issue: {day}").format(day=_day(sheet.approved_on)), SONG, 13)


def _notes(sheet: Sheet) -> Iterator[Flowable]:
    widths = (8 * mm, ROOM - 8 * mm)
    rows = [row for place, note in enumerate(sheet.notes, 1) for row in filled((f"{place}.", note), widths, SONG, 11)]
    style = (
        ("FONT", (0, 0), (-1, -1), SONG, 11, 18),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    )
    notes = Table(rows, colWidths=widths, style=style)
    contacts = [passage(wrapped(words, ROOM, SONG, 10), 10, 17) for words in _contacts(sheet)]
    yield notes
    yield Spacer(0, max(14 * mm, room_of(NOTES) - sum(map(_height, (notes, *contacts))) - 12 * mm))
    yield from contacts


def _first(sheet: Sheet) -> Iterator[Flowable]:
    pairs = [filled(row.cells(sheet), PAIR) for row in FIRST_PAGE if row.shown(sheet)]
    basis = [filled(field.cells(sheet), WIDE) for field in BASIS]
    remark = filled(REMARK.cells(sheet), WIDE)
    below = [_signatures(sheet), _foot(sheet)]
    room = room_of(FIRST) - sum(map(_height, (_framed(pairs, [*basis, remark]), *below)))
    conclusion, least = _conclusion(sheet, room)
    if least <= room:
        yield _framed(pairs, [*basis, conclusion, remark])
        yield from below
    else:
        yield _framed(pairs, basis)
        yield KeepTogether([_framed([], [conclusion, remark]), *below])


def _results(sheet: Sheet) -> Iterator[Flowable]:
    widths = [column.width * mm for column in COLUMNS]
    head = filled([_(column.title) for column in COLUMNS], widths, HEI, 9)
    blocks = [filled([column.show(one) for column in COLUMNS], widths, SONG, 9) for one in sheet.lines]
    lefts = [("ALIGN", (place, 1), (place, -1), "LEFT") for place, column in enumerate(COLUMNS) if column.left]
    body = ("FONT", (0, 1), (-1, -1), SONG, 9, 12.5)
    yield ruled([head, *blocks], widths, body, headed((0, 0), (-1, 0), 9), centred((0, 0), (-1, -1)), *lefts, heads=1)
    yield Spacer(0, 5 * mm)
    yield _centred(_("The rest of the page is blank"), SONG, SIZE)


def _framed(pairs: Sequence[Block], wide: Sequence[Block]) -> LongTable:
    """Return rows of two fields, and below them rows of one, in one frame."""
    start = sum(map(len, pairs))
    below = [[[*row, "", ""] for row in block] for block in wide]
    rows = [row for block in below for row in block]
    spans = [("SPAN", (1, place), (3, place)) for place in range(start, start + len(rows))]
    high = [(place, row) for place, row in enumerate(rows, start) if not isinstance(row[1], str)]
    inset = [("LEFTPADDING", (1, place), (1, place), 2 * PADDING) for place, _row in high]
    inset += [("TOPPADDING", (1, place), (1, place), 2 * PADDING) for place, row in high if row[0]]
    right = [centred((2, 0), (2, start - 1))] if pairs else []
    return ruled([*pairs, *below], PAIR, centred((0, 0), (0, -1)), *right, *spans, *inset)


def _conclusion(sheet: Sheet, room: float) -> tuple[Block, float]:
    """Return the block of the conclusion, which takes all the *room* of the page, and the height it needs at least."""
    inside = WIDE[1] - 4 * PADDING
    said = (passage(lines, 11, 17) for lines in pieces(sheet.conclusion, inside, SONG, 11))
    rule = (passage(lines, 9, 13) for lines in pieces(sheet.decision_rule, inside, SONG, 9))
    texts: list[Flowable] = [*said, Spacer(0, 4), *rule]
    used = sum(map(_height, texts)) + 6 * PADDING
    hint = _("Sealed on issue") if sheet.copy is Copy.DRAFT else ""
    seal = SealPlace(_("(seal for inspection and testing)"), _day(sheet.approved_on), hint, max(SealPlace.LEAST, room - used))
    rows = [[*texts, seal]] if used <= room_of(ATTACHED) / 2 else [[part] for part in (*texts, seal)]  # a page may have to part a high one
    return [["" if place else _("Conclusion"), row] for place, row in enumerate(rows)], used + SealPlace.LEAST


def _signatures(sheet: Sheet) -> Table:
    signed = [(title, [one for one in sheet.signatures if one.step == step]) for step, title in SIGNATURES]
    names = [_("{title}: {name}").format(title=_(title), name=_(", ").join(one.name for one in some)) for title, some in signed]
    days = [_("Date: {day}").format(day=max((one.day.isoformat() for one in some), default="")) for _title, some in signed]
    style = (
        ("FONT", (0, 0), (-1, -1), SONG, SIZE, LEADING),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("TOPPADDING", (0, 0), (-1, 0), 8),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    )
    widths = [ROOM / len(signed)] * len(signed)
    return Table([*filled(names, widths), days], colWidths=widths, style=style)


def _foot(sheet: Sheet) -> CodePlace:
    original = sheet.copy is Copy.ORIGINAL
    laboratory = sheet.laboratory
    words = (
        _("Scan the code to check this report without a network.") if original else _("The code and the digest are made on approval."),
        f"SHA-256 {sheet.digest}" if original else "",
        _("/ means not given, — means no requirement."),
        " · ".join(filter(None, (laboratory.name, laboratory.address, laboratory.phone))),
    )
    return CodePlace(code(sheet), [line for line in words if line], _("Code\nmade on\napproval"))


def _contacts(sheet: Sheet) -> Iterator[str]:
    yield sheet.laboratory.name
    for label, show in CONTACTS:
        if value := show(sheet.laboratory):
            yield _("{label}: {value}").format(label=_(label), value=value)


def _centred(text: str, face: str, size: float) -> Table:
    style = (("FONT", (0, 0), (0, -1), face, size, size * 1.4), centred((0, 0), (0, -1)))
    return Table([[line] for line in wrapped(text, ROOM - 12, face, size).split("\n")], colWidths=[ROOM], style=style)


def _height(part: Flowable) -> float:
    return float(part.wrap(ROOM, HEIGHT)[1])


def _day(day: date | None) -> str:
    """Return a day as it stands beside a seal, or the gaps to be filled."""
    year, month, number = day.isoformat().split("-") if day else ("____", "__", "__")
    return _("{year}-{month}-{day}").format(year=year, month=month, day=number)
