"""A word laid over a copy of frozen pages: 作废, 已被代替. The frozen bytes stay as they are."""

from __future__ import annotations

import io

import pikepdf
from reportlab.pdfgen.canvas import Canvas

from lims.reports.fonts import SONG, register
from lims.reports.sheet import across

RED = "#c00000"
NAME = pikepdf.Name("/Stamp")


def stamped(pdf: bytes, word: str) -> bytes:
    """Return a copy of *pdf* with *word* across every page; the same input gives the same bytes."""
    register()
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        laid = {size: _stamp(document, word, *size) for size in sorted({_size(page) for page in document.pages})}
        for page in document.pages:
            # pikepdf's own overlay gives the stamp a random name.
            page.add_resource(laid[_size(page)], pikepdf.Name.XObject, NAME)
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(f"\nQ q {NAME} Do Q".encode())
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _size(page: pikepdf.Page) -> tuple[float, float]:
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    return round(right - left, 3), round(top - bottom, 3)


def _stamp(document: pikepdf.Pdf, word: str, width: float, height: float) -> pikepdf.Object:
    """Return the stamp as a thing of *document* that its pages can show."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height), invariant=1, initialFontName=SONG)  # type: ignore[arg-type]  # the stubs say float
    across(canvas, word, width, height, RED, 0.4)
    canvas.save()
    with pikepdf.open(out) as stamp:
        return document.copy_foreign(stamp.pages[0].as_form_xobject())
