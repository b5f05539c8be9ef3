"""A word laid over a copy of frozen pages: 作废; the frozen bytes stay as they are."""

from __future__ import annotations

import io

import pikepdf
from reportlab.lib import colors
from reportlab.pdfgen.canvas import Canvas

from lims.reports.fonts import HEI, SONG, register


def stamped(pdf: bytes, word: str) -> bytes:
    """Return a copy of *pdf* with *word* across every page."""
    register()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            box = page.mediabox
            width, height = float(box[2] - box[0]), float(box[3] - box[1])
            with pikepdf.open(io.BytesIO(_word(word, width, height))) as stamp:
                page.add_overlay(stamp.pages[0])
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _word(word: str, width: float, height: float) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height), invariant=1, initialFontName=SONG)
    canvas.setFillColor(colors.Color(0.77, 0.13, 0.1, alpha=0.35))
    canvas.setFont(HEI, 120)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(45)
    canvas.drawCentredString(0, -40, word)
    canvas.save()
    return out.getvalue()
