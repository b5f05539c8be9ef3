"""The frame of a report's pages: size, margins, head with number and page x of y, what lies across."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from lims.reports.fonts import SONG, register

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 22 * mm, 18 * mm, 34 * mm, 22 * mm
INNER = WIDTH - LEFT - RIGHT

Drawing = Callable[[Canvas, int, int], None]
"""Draws on a page that stands finished: canvas, number of the page, number of all pages."""


def document(story: Sequence[Flowable], *, title: str, author: str, on_page: Drawing, language: str, plain_pages: int = 0) -> bytes:
    """Return the PDF: the first *plain_pages* pages have the whole height, the others room for their head.

    Two builds of the same content are the same bytes.
    """
    register()
    out = io.BytesIO()
    template = BaseDocTemplate(out, pagesize=A4, title=title, author=author, creator="Shiyan", lang=language.replace("_", "-"), invariant=1, initialFontName=SONG)
    plain = Frame(LEFT, BOTTOM, INNER, HEIGHT - 22 * mm - BOTTOM, 0, 0, 0, 0, id="plain")
    body = Frame(LEFT, BOTTOM, INNER, HEIGHT - TOP - BOTTOM, 0, 0, 0, 0, id="body")
    templates = [PageTemplate("body", [body])]
    template.addPageTemplates([PageTemplate("plain", [plain]), *templates] if plain_pages else templates)
    template.build(list(story), canvasmaker=lambda *args, **options: Numbered(*args, on_page=on_page, **options))
    return out.getvalue()


class Numbered(Canvas):
    """A canvas that draws head and foot when the number of all pages is known."""

    def __init__(self, *args: Any, on_page: Drawing, **options: Any) -> None:
        super().__init__(*args, **options)
        self._on_page, self._done = on_page, list[dict[str, Any]]()

    def showPage(self) -> None:  # noqa: N802  (ReportLab's name)
        self._done.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for place, state in enumerate(self._done, 1):
            self.__dict__.update(state)
            self._on_page(self, place, len(self._done))
            super().showPage()
        super().save()
