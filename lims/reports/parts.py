"""Parts of a page: text that comes out as it was typed, ruled tables, codes, words laid across."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import segno
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, Paragraph, TableStyle

from lims.reports.fonts import HEI, SONG

LINE = 0.6
"""Weight of every rule, in points."""

BODY = ParagraphStyle("body", fontName=SONG, fontSize=10.5, leading=15, wordWrap="CJK", alignment=TA_LEFT)
CENTRED = ParagraphStyle("centred", parent=BODY, alignment=TA_CENTER)
RIGHT = ParagraphStyle("right", parent=BODY, alignment=TA_RIGHT)
LABEL = ParagraphStyle("label", parent=CENTRED, fontSize=9.5, leading=13)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=9, leading=13)
SMALL_CENTRED = ParagraphStyle("small_centred", parent=SMALL, alignment=TA_CENTER)
HEAD = ParagraphStyle("head", parent=SMALL_CENTRED, fontName=HEI)
TITLE = ParagraphStyle("title", parent=CENTRED, fontName=HEI, fontSize=20, leading=28)


def words(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Return a paragraph that shows *text* exactly as it was typed, markup characters and line breaks included."""
    return Paragraph(escape(text).replace("\n", "<br/>"), style)


def ruled(rows: Sequence[Sequence[Any]], widths: Sequence[float], *, head: int = 0, spans: Sequence[tuple[Any, ...]] = (), heights: Sequence[float | None] | None = None, pad: float = 4) -> LongTable:
    """Return a table with even rules; *head* rows repeat on each page; lines break over pages between rows."""
    style = [
        ("GRID", (0, 0), (-1, -1), LINE, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), pad),
        ("BOTTOMPADDING", (0, 0), (-1, -1), pad),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        *spans,
    ]
    return LongTable(rows, colWidths=list(widths), rowHeights=heights, repeatRows=head, style=TableStyle(style))


def qr(canvas: Canvas, content: str, left: float, bottom: float, size: float) -> None:
    """Draw *content* as a QR code with its quiet zone, as rectangles: no font, no picture."""
    matrix = [list(row) for row in segno.make(content, error="m", micro=False).matrix]
    module = size / (len(matrix) + 8)
    canvas.saveState()
    canvas.setFillColor(colors.black)
    for down, row in enumerate(matrix):
        start = 0
        while start < len(row):
            if not row[start]:
                start += 1
                continue
            end = start
            while end < len(row) and row[end]:
                end += 1
            canvas.rect(left + (start + 4) * module, bottom + size - (down + 5) * module, (end - start) * module, module, stroke=0, fill=1)
            start = end
    canvas.restoreState()


def across(canvas: Canvas, text: str, width: float, height: float) -> None:
    """Lay *text* across the page in pale grey."""
    canvas.saveState()
    canvas.setFillColor(colors.Color(0, 0, 0, alpha=0.12))
    canvas.setFont(HEI, 96)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(45)
    canvas.drawCentredString(0, -30, "  ".join(text) if len(text) <= 3 else text)
    canvas.restoreState()


def seal_place(canvas: Canvas, label: str, x: float, y: float, radius: float = 19 * mm) -> None:
    """Draw the empty place where the seal will go."""
    canvas.saveState()
    canvas.setDash(3, 3)
    canvas.setStrokeColor(colors.grey)
    canvas.setFillColor(colors.grey)
    canvas.circle(x, y, radius, stroke=1, fill=0)
    canvas.setFont(SONG, 9)
    canvas.drawCentredString(x, y - 3, label)
    canvas.restoreState()
