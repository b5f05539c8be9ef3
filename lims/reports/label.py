"""Labels of sample portions, 50 x 30 mm, one a page: what it is, and the number as Code 128 and in figures."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from lims.errors import Refusal
from lims.i18n import _
from lims.reports.fonts import HEI, SONG, refuse_missing
from lims.reports.parts import line
from lims.views.labels import LabelRow

WIDTH, HEIGHT = 50 * mm, 30 * mm
EDGE = 2.5 * mm
ROOM = WIDTH - 2 * EDGE
MODULE = 0.25 * mm
"""Two dots of a label printer with eight a millimetre; longer numbers get narrower bars."""
QUIET = 10
"""So many modules stay white on either side of the bars (ISO/IEC 15417)."""


def labels(rows: Sequence[LabelRow]) -> bytes:
    """Return one page for each label; the same rows give the same bytes.

    Raises:
        Refusal: a face lacks a character, or a number has characters that Code 128 has not.
    """
    for row in rows:
        if not (row.number.isascii() and row.number.isprintable()):
            words = _("The number {number} has characters that a bar code cannot hold. Use letters without accents, digits and signs.")
            raise Refusal(words.format(number=row.number))
    refuse_missing(text for row in rows for text in (row.number, row.name, row.kind, row.storage))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, initialFontName=SONG)  # type: ignore[arg-type]  # the stubs say float
    for row in rows:
        _draw(canvas, row)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, row: LabelRow) -> None:
    line(canvas, row.name, EDGE, 25 * mm, ROOM, HEI, 10)
    line(canvas, " · ".join(filter(None, (row.kind, row.received_on.isoformat(), row.storage))), EDGE, 20.8 * mm, ROOM, SONG, 7.5)
    modules = Code128(row.number, barWidth=1, quiet=False).width
    code = Code128(row.number, barHeight=11 * mm, barWidth=min(MODULE, WIDTH / (modules + 2 * QUIET)), quiet=False)
    code.drawOn(canvas, (WIDTH - code.width) / 2, 7.5 * mm)
    line(canvas, row.number, WIDTH / 2, 3 * mm, ROOM, HEI, 9.5, align=0.5)
