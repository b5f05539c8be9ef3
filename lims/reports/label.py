"""Sample labels, 50 x 30 mm, one a page: number as Code 128 and in figures, name, portion, day, storage."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from lims.reports.fonts import HEI, SONG, refuse_missing
from lims.views.labels import LabelRow

WIDTH, HEIGHT = 50 * mm, 30 * mm
SIDE = 2.5 * mm


def labels(rows: Sequence[LabelRow]) -> bytes:
    """Return one page a label. Raises Refusal when the faces lack a character."""
    refuse_missing(text for row in rows for text in (row.number, row.name, row.kind, row.storage))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, initialFontName=SONG)
    for row in rows:
        _draw(canvas, row)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, row: LabelRow) -> None:
    canvas.setFont(HEI, 9)
    canvas.drawString(SIDE, HEIGHT - 5.5 * mm, _cut(row.name, HEI, 9, WIDTH - 2 * SIDE))
    canvas.setFont(SONG, 7)
    canvas.drawString(SIDE, HEIGHT - 9.5 * mm, _cut(" · ".join(part for part in (row.kind, row.received_on.isoformat(), row.storage) if part), SONG, 7, WIDTH - 2 * SIDE))
    room = WIDTH - 2 * SIDE
    code = Code128(row.number, barHeight=10 * mm, barWidth=0.3 * mm, quiet=False, humanReadable=False)
    if code.width > room:
        code = Code128(row.number, barHeight=10 * mm, barWidth=0.3 * mm * room / code.width, quiet=False, humanReadable=False)
    code.drawOn(canvas, (WIDTH - code.width) / 2, 7 * mm)
    canvas.setFont(HEI, 9)
    canvas.drawCentredString(WIDTH / 2, 2.8 * mm, row.number)


def _cut(text: str, face: str, size: float, room: float) -> str:
    """Return *text* as far as it fits; the number below names the portion in full."""
    if stringWidth(text, face, size) <= room:
        return text
    while text and stringWidth(text + "…", face, size) > room:
        text = text[:-1]
    return text + "…"
