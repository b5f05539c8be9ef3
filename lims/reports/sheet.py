"""The frame of a report's pages: size, margins, what stands at the head of each, draft mark, number of pages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate

from lims.i18n import _
from lims.reports import fonts
from lims.reports.fonts import HEI, SONG
from lims.reports.parts import line

WIDTH, HEIGHT = A4
LEFT, RIGHT, FOOT = 25 * mm, 20 * mm, 12 * mm
ROOM = WIDTH - LEFT - RIGHT
"""Width of what stands between the margins."""
MIDDLE = LEFT + ROOM / 2

COVER, NOTES, FIRST, ATTACHED = "cover", "notes", "first", "attached"
HEAD = {COVER: 88 * mm, NOTES: 48 * mm, FIRST: 44 * mm, ATTACHED: 41 * mm}
"""From the upper edge of the page to where its text begins."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What the frame of one report says."""

    institution: str
    number: str
    sample_number: str
    sample_name: str
    language: str
    draft: bool
    demonstration: bool
    cover_counted: bool = False
    """Whether cover and notes are counted in the number of pages."""


def built(paper: Paper, story: Sequence[Flowable]) -> bytes:
    """Return the PDF of *story*, which goes through cover, notes, first page and attached pages; the same story gives the same bytes."""
    fonts.register()
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        pageTemplates=[_template(kind, paper) for kind in HEAD],
        title=" ".join((_("Test report"), paper.number)),
        author=paper.institution,
        subject=paper.sample_name,
        creator="Shiyan",
        lang=paper.language.replace("_", "-"),
        initialFontName=SONG,
        invariant=1,
    )
    document.build(list(story), canvasmaker=partial(_Numbered, paper=paper))
    return out.getvalue()


def opened(kind: str) -> list[Flowable]:
    """Return what begins a page of this kind; what does not fit on the first page goes on to attached ones."""
    return [NextPageTemplate(kind), PageBreak(), NextPageTemplate(ATTACHED if kind == FIRST else kind)]


def room_of(kind: str) -> float:
    """Return the height of the text on a page of this kind."""
    return HEIGHT - HEAD[kind] - FOOT


class _Numbered(Canvas):
    """A canvas that draws the heads when it knows how many pages there are."""

    kind: str
    """Of the page that is being drawn."""

    def __init__(self, *arguments: Any, paper: Paper, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._paper, self._finished = paper, list[dict[str, Any]]()

    def showPage(self) -> None:  # noqa: N802  (ReportLab's name)
        """Put a page aside until all are there."""
        self._finished.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        """Head every page of the body and write them all."""
        before = sum(state["kind"] in (COVER, NOTES) for state in self._finished)
        skipped = 0 if self._paper.cover_counted else before
        for page, state in enumerate(self._finished, 1):
            self.__dict__.update(state)
            if state["kind"] in (FIRST, ATTACHED):
                _head(self, self._paper, page - skipped, len(self._finished) - skipped, first=state["kind"] == FIRST)
            super().showPage()
        super().save()


def _template(kind: str, paper: Paper) -> PageTemplate:
    frame = Frame(LEFT, FOOT, ROOM, room_of(kind), leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    return PageTemplate(kind, [frame], onPage=lambda canvas, _document: _ground(cast(_Numbered, canvas), paper, kind))


def _head(canvas: Canvas, paper: Paper, page: int, pages: int, *, first: bool) -> None:
    if first:
        line(canvas, paper.institution, MIDDLE, HEIGHT - 21 * mm, ROOM, SONG, 13, align=0.5)
        line(canvas, _("TEST REPORT"), MIDDLE, HEIGHT - 32 * mm, ROOM, HEI, 21, align=0.5)
    else:
        line(canvas, "  ".join((paper.institution, _("Test report"))), MIDDLE, HEIGHT - 21 * mm, ROOM, HEI, 13, align=0.5)
        line(canvas, _("Sample name: {name}").format(name=paper.sample_name), LEFT, HEIGHT - 37.5 * mm, ROOM)
    height = HEIGHT - (41.5 if first else 31) * mm
    third = ROOM / 3 - 2 * mm
    line(canvas, _("Report No.: {number}").format(number=paper.number), LEFT, height, third)
    line(canvas, _("Sample No.: {number}").format(number=paper.sample_number), MIDDLE, height, third, align=0.5)
    line(canvas, _("Page {page} of {pages}").format(pages=pages, page=page), WIDTH - RIGHT, height, third, align=1)


def _ground(canvas: _Numbered, paper: Paper, kind: str) -> None:
    canvas.kind = kind
    if paper.draft:
        across(canvas, _("DRAFT"), WIDTH, HEIGHT, "#000000", 0.09)
    if paper.demonstration:
        canvas.setFillColor(HexColor("#fbe3e0"))
        canvas.rect(0, HEIGHT - 14 * mm, WIDTH, 7 * mm, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#b00000"))
        line(canvas, _("Demonstration data, reports are not valid"), MIDDLE, HEIGHT - 11.8 * mm, ROOM, HEI, 10.5, align=0.5)
        canvas.setFillColor(HexColor("#000000"))
    if kind == NOTES:
        line(canvas, _("NOTES"), MIDDLE, HEIGHT - 34 * mm, ROOM, HEI, 18, align=0.5)
    if kind in (COVER, NOTES):
        line(canvas, _("Report No.: {number}").format(number=paper.number), WIDTH - RIGHT, HEIGHT - 22 * mm, ROOM, align=1)


def across(canvas: Canvas, word: str, width: float, height: float, colour: str, ink: float) -> None:
    """Draw *word* across a page of *width* by *height* points; *ink* from 0 (nothing) to 1 covers what lies below."""
    canvas.saveState()
    canvas.setFillColor(HexColor(colour), alpha=ink)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(45)
    size = min(130.0, 0.85 * width / max(fonts.width(word, HEI, 1), 0.1))
    canvas.setFont(HEI, size)
    canvas.drawCentredString(0, -size * 0.38, word)
    canvas.restoreState()
