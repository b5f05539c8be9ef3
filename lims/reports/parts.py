"""What pages are made of: ruled tables, passages, codes, places for seals. Text is always text, never markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

import segno
from reportlab.lib.colors import HexColor, black
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Preformatted, Table, TableStyle

from lims.reports.fonts import HEI, SONG, width
from lims.reports.lines import SIZE, pieces, shortened

LEADING = 12.0
PADDING = 3.0
ABOVE, BELOW = 2.5, 3.3
"""Between a rule and what stands in its cell, points."""
RULE = 0.6
SMALLEST = 0.7
"""A line of one piece is set smaller by this factor at most; what is longer still is cut."""
GREY = HexColor("#808080")

Cell = str | Sequence[Flowable]
Block = Sequence[Sequence[Cell]]
"""What stands between two rules of a table: one row, or the pieces of one that is too long for that."""
Command = tuple[Any, ...]


def filled(cells: Sequence[str], widths: Sequence[float], face: str = SONG, size: float = SIZE) -> list[list[str]]:
    """Return the block of a table with one row of *cells*, each broken to the width of its column."""
    columns = [pieces(text, room - 2 * PADDING, face, size) for text, room in zip(cells, widths, strict=True)]
    return [list(row) for row in zip_longest(*columns, fillvalue="")]


def ruled(blocks: Sequence[Block], widths: Sequence[float], *commands: Command, heads: int = 0) -> LongTable:
    """Return a table with even rules between *blocks*; *heads* rows are repeated on every page.

    ReportLab can part a row itself, but needs gigabytes for a long one; so it only ever parts tables between rows.
    """
    rows = [list(row) for block in blocks for row in block]
    style: list[Command] = [
        ("FONT", (0, 0), (-1, -1), SONG, SIZE, LEADING),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), ABOVE),
        ("BOTTOMPADDING", (0, 0), (-1, -1), BELOW),
    ]
    if len(rows) == len(blocks):
        style.append(("GRID", (0, 0), (-1, -1), RULE, black))
    else:
        style.extend(_parted(blocks))
    return _Framed(rows, colWidths=widths, style=[*style, *commands], repeatRows=heads)


def passage(lines: str, size: float, leading: float) -> Preformatted:
    """Return broken *lines* set in Song."""
    return Preformatted(lines, ParagraphStyle("passage", fontName=SONG, fontSize=size, leading=leading))


def line(canvas: Canvas, text: str, x: float, y: float, room: float, face: str = SONG, size: float = SIZE, *, align: float = 0.0) -> None:
    """Draw one line at *x*, *y*, set smaller or cut where it is wider than *room*; *align* 0 begins at x, 0.5 centres on it, 1 ends at it."""
    size *= max(SMALLEST, min(1.0, room / max(width(text, face, size), 1.0)))
    text = shortened(text, room + 0.01, face, size)
    canvas.setFont(face, size)
    canvas.drawString(x - align * width(text, face, size), y, text)


def qr(canvas: Canvas, text: str, x: float, y: float, side: float) -> None:
    """Draw *text* as a QR code (error correction M) with its quiet zone into the square at *x*, *y*."""
    # Trying all eight masks costs a third of a whole report; a digest is even enough for any of them.
    matrix = [bytes(row) for row in segno.make(text, error="m", micro=False, mask=3).matrix_iter(border=4)]
    module = side / len(matrix)
    path = canvas.beginPath()
    for place, row in enumerate(matrix, 1):
        for run in re.finditer(b"\x01+", row):
            path.rect(x + run.start() * module, y + side - place * module, (run.end() - run.start()) * module, module)
    canvas.drawPath(path, stroke=0, fill=1)


class SealPlace(Flowable):
    """Where the laboratory's seal goes, over its words and the day, in the lower right corner."""

    LEAST = 23 * mm

    def __init__(self, words: str, day: str, hint: str, height: float) -> None:
        super().__init__()
        self._words, self._day, self._hint, self.height = words, day, hint, height

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        """Take all the room there is."""
        self.width = room
        return room, self.height

    def draw(self) -> None:
        """Draw the words; on a draft also the dashed circle where the seal will be."""
        centre = self.width - 28 * mm
        line(self.canv, self._words, centre, 9 * mm, 54 * mm, align=0.5)
        line(self.canv, self._day, centre, 3 * mm, 54 * mm, align=0.5)
        if self._hint:
            self.canv.saveState()
            _dashed(self.canv)
            self.canv.circle(centre, 11.5 * mm, 11 * mm)
            line(self.canv, self._hint, centre, 16 * mm, 16 * mm, SONG, 8, align=0.5)
            self.canv.restoreState()


class CodePlace(Flowable):
    """The QR code at the foot of the first page with the words beside it, or the empty place where it will be."""

    SIDE = 23 * mm

    def __init__(self, code: str, words: Sequence[str], hint: str) -> None:
        super().__init__()
        self._code, self._words, self._hint, self.height = code, words, hint, self.SIDE

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        """Take all the room there is."""
        self.width = room
        return room, self.height

    def draw(self) -> None:
        """Draw the words on the left and the code on the right."""
        for place, words in enumerate(self._words):
            line(self.canv, words, 0, self.height - (6 + 4.5 * place) * mm, self.width - self.SIDE - 4 * mm, SONG, 8)
        left = self.width - self.SIDE
        if self._code:
            qr(self.canv, self._code, left + 1.6 * mm, -1.6 * mm, self.SIDE)  # its quiet zone reaches into the margin
            return
        self.canv.saveState()
        _dashed(self.canv)
        self.canv.rect(left + 2 * mm, 2 * mm, self.SIDE - 4 * mm, self.SIDE - 4 * mm)
        lines = self._hint.splitlines()
        for place, words in enumerate(lines):
            height = self.SIDE / 2 + (2 * len(lines) - 3 - 4 * place) * mm
            line(self.canv, words, left + self.SIDE / 2, height, self.SIDE - 6 * mm, SONG, 8, align=0.5)
        self.canv.restoreState()


def centred(first: tuple[int, int], last: tuple[int, int]) -> Command:
    """Return the command that centres cells."""
    return ("ALIGN", first, last, "CENTER")


def headed(first: tuple[int, int], last: tuple[int, int], size: float = SIZE) -> Command:
    """Return the command that sets cells in Hei."""
    return ("FONT", first, last, HEI, size, size * 1.4)


def _dashed(canvas: Canvas) -> None:
    canvas.setStrokeColor(GREY)
    canvas.setFillColor(GREY)
    canvas.setDash(3, 2)
    canvas.setLineWidth(0.6)


class _Framed(LongTable):
    """A table whose frame is closed on every page, also where a block goes on on the next."""

    def onSplit(self, T: Table, byRow: int = 1) -> None:  # noqa: N802, N803  (ReportLab's names)
        """Close the frame of one page's part."""
        T.setStyle(TableStyle([("LINEABOVE", (0, 0), (-1, 0), RULE, black), ("LINEBELOW", (0, -1), (-1, -1), RULE, black)]))


def _parted(blocks: Sequence[Block]) -> Iterator[Command]:
    """Yield the rules of a table with a block of several rows: none between these."""
    yield ("BOX", (0, 0), (-1, -1), RULE, black)
    yield ("LINEBEFORE", (1, 0), (-1, -1), RULE, black)
    start = 0
    for block in blocks:
        last = start + len(block) - 1
        yield ("LINEABOVE", (0, start), (-1, start), RULE, black)
        if last > start:
            yield ("BOTTOMPADDING", (0, start), (-1, last - 1), BELOW / 2)
            yield ("TOPPADDING", (0, start + 1), (-1, last), ABOVE / 2)
        start = last + 1
