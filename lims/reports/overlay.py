"""A word laid over a copy of frozen pages: 作废, 已被代替. The frozen bytes stay as they are."""

from __future__ import annotations

import io

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from lims.reports.fonts import SONG, register
from lims.reports.sheet import across

RED = "#c00000"


def stamped(pdf: bytes, word: str) -> bytes:
    """Return a copy of *pdf* with *word* across every page; the same input gives the same bytes."""
    register()
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document, pikepdf.new() as stamps:
        for size in sorted({_size(page) for page in document.pages}):
            with pikepdf.open(io.BytesIO(_stamp(word, *size))) as stamp:
                stamps.pages.extend(stamp.pages)
        laid = {_size(page): page for page in stamps.pages}
        for page in document.pages:
            page.add_overlay(laid[_size(page)], None)
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _size(page: pikepdf.Page) -> tuple[float, float]:
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    return round(right - left, 3), round(top - bottom, 3)


def _stamp(word: str, width: float, height: float) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height), invariant=1, initialFontName=SONG)  # type: ignore[arg-type]  # the stubs say float
    across(canvas, word, width, height, RED, 0.4)
    canvas.save()
    return out.getvalue()
