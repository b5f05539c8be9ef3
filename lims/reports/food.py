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
from reportlab.platypus import Flowable, LongTable, PageBreak, Spacer, Table

from lims.i18n import _, speaking
from lims.reports.fields import BASIS, COLUMNS, CONTACTS, COVER, FIRST_PAGE, REMARK, SIGNATURES
from lims.reports.fonts import HEI, SONG, refuse_missing
from lims.reports.parts import LEADING, PADDING, SIZE, Cell, CodePlace, SealPlace, centred, filled, headed, passage, ruled, wrapped
from lims.reports.sheet import ATTACHED, FIRST, HEIGHT, NOTES, ROOM, Paper, built, opened, room_of
from lims.views.certificates import Copy, Sheet

LABEL = 30 * mm
PAIR = (LABEL, ROOM / 2 - LABEL + 4 * mm, LABEL, ROOM / 2 - LABEL - 4 * mm)
WIDE = (LABEL, ROOM - LABEL)


def pages(sheet: Sheet, *, cover_counted: bool = False) -> bytes:
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
            cover_counted=cover_counted,
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
    widths = (38 * mm, 92 * mm)
    style = (
        ("FONT", (0, 0), (-1, -1), SONG, 13, 18),
        ("LINEBELOW", (1, 0), (1, -1), 0.6, black),
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ("TOPPADDING", (0, 0), (-1, -1), 10),
    )
    yield Table([filled(field.cells(sheet), widths, SONG, 13) for field in COVER], colWidths=widths, style=style)
    yield Spacer(0, 30 * mm)
    yield _centred(sheet.laboratory.name, HEI, 16)
    yield _centred(_("(seal for inspection and testing)"), SONG, 11)
    yield _centred(_("Day of issue: {day}").format(day=_day(sheet.approved_on)), SONG, 13)


def _notes(sheet: Sheet) -> Iterator[Flowable]:
    for place, note in enumerate(sheet.notes, 1):
        yield passage(f"{place}. {note}", ROOM, 11, 18, after=7)
    yield Spacer(0, 14 * mm)
    for words in _contacts(sheet):
        yield passage(words, ROOM, 10, 17)


def _first(sheet: Sheet) -> Iterator[Flowable]:
    pairs = [filled(row.cells(sheet), PAIR) for row in FIRST_PAGE if row.shown(sheet)]
    basis = [filled(field.cells(sheet), WIDE) for field in BASIS]
    remark = filled(REMARK.cells(sheet), WIDE)
    below = [_signatures(sheet), _foot(sheet)]
    room = room_of(FIRST) - sum(map(_height, (_framed(pairs, [*basis, remark]), *below)))
    conclusion, least = _conclusion(sheet, room)
    if least <= room:
        yield _framed(pairs, [*basis, conclusion, remark])
    else:  # conclusion, signatures and code stay together
        yield from (_framed(pairs, basis), PageBreak(), _framed([], [conclusion, remark]))
    yield from below


def _results(sheet: Sheet) -> Iterator[Flowable]:
    widths = [column.width * mm for column in COLUMNS]
    head = filled([_(column.title) for column in COLUMNS], widths, HEI, 9)
    rows = [filled([column.show(one) for column in COLUMNS], widths, SONG, 9) for one in sheet.lines]
    lefts = [("ALIGN", (place, 1), (place, -1), "LEFT") for place, column in enumerate(COLUMNS) if column.left]
    body = ("FONT", (0, 1), (-1, -1), SONG, 9, 12.5)
    yield ruled([head, *rows], widths, body, headed((0, 0), (-1, 0), 9), centred((0, 0), (-1, -1)), *lefts, heads=1)
    yield Spacer(0, 5 * mm)
    yield _centred(_("The rest of the page is blank"), SONG, SIZE)


def _framed(pairs: Sequence[Sequence[Cell]], wide: Sequence[Sequence[Cell]]) -> LongTable:
    """Return rows of two fields, and below them rows of one, in one frame."""
    start = len(pairs)
    spans = [("SPAN", (1, place), (3, place)) for place in range(start, start + len(wide))]
    high = [place for place, row in enumerate(wide, start) if not isinstance(row[1], str)]
    inset = [(side, (1, place), (1, place), 2 * PADDING) for place in high for side in ("LEFTPADDING", "TOPPADDING")]
    right = [centred((2, 0), (2, start - 1))] if pairs else []
    return ruled([*pairs, *([*row, "", ""] for row in wide)], PAIR, centred((0, 0), (0, -1)), *right, *spans, *inset)


def _conclusion(sheet: Sheet, room: float) -> tuple[list[Cell], float]:
    """Return the row of the conclusion, which takes all the *room* of the page, and the height it needs at least."""
    inside = WIDE[1] - 4 * PADDING
    texts = [passage(sheet.conclusion, inside, 11, 17, after=4), passage(sheet.decision_rule, inside, 9, 13)]
    used = sum(map(_height, texts)) + 6 * PADDING
    hint = _("Sealed on issue") if sheet.copy is Copy.DRAFT else ""
    seal = SealPlace(_("(seal for inspection and testing)"), _day(sheet.approved_on), hint, max(SealPlace.LEAST, room - used))
    return [wrapped(_("Conclusion"), LABEL - 2 * PADDING), [*texts, seal]], used + SealPlace.LEAST


def _signatures(sheet: Sheet) -> Table:
    style = (
        ("FONT", (0, 0), (-1, -1), SONG, SIZE, LEADING + 2),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 8),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    )
    return Table([[_signature(sheet, step, _(title)) for step, title in SIGNATURES]], colWidths=[ROOM / 3] * 3, style=style)


def _signature(sheet: Sheet, step: str, title: str) -> str:
    signed = [one for one in sheet.signatures if one.step == step]
    names = _("{title}: {name}").format(title=title, name=_(", ").join(one.name for one in signed))
    day = max((one.day.isoformat() for one in signed), default="")
    return f"{wrapped(names, ROOM / 3 - 12)}\n{_('Date: {day}').format(day=day)}"


def _foot(sheet: Sheet) -> CodePlace:
    original = sheet.copy is Copy.ORIGINAL
    laboratory = sheet.laboratory
    words = (
        _("Scan the code to check this report without a network.") if original else _("The code and the digest are made on approval."),
        f"SHA-256 {sheet.digest}" if original else "",
        _("“/” means not given, “—” means no requirement."),
        " · ".join(filter(None, (laboratory.name, laboratory.address, laboratory.phone))),
    )
    return CodePlace(code(sheet), [line for line in words if line], _("Code\nmade on approval"))


def _contacts(sheet: Sheet) -> Iterator[str]:
    yield sheet.laboratory.name
    for label, show in CONTACTS:
        if value := show(sheet.laboratory):
            yield _("{label}: {value}").format(label=_(label), value=value)


def _centred(text: str, face: str, size: float) -> Table:
    style = (("FONT", (0, 0), (0, 0), face, size, size * 1.4), centred((0, 0), (0, 0)))
    return Table([[wrapped(text, ROOM - 12, face, size)]], colWidths=[ROOM], style=style)


def _height(part: Flowable) -> float:
    return float(part.wrap(ROOM, HEIGHT)[1])


def _day(day: date | None) -> str:
    """Return a day as it stands beside a seal, or the gaps to be filled."""
    gap = "\u3000"
    return _("{year} - {month} - {day}").format(year=day.year if day else 2 * gap, month=day.month if day else gap, day=day.day if day else gap)
