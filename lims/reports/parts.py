"""What pages are made of: broken lines, ruled tables, codes, places for seals. Text is always text, never markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import segno
from reportlab.lib.colors import HexColor, black
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Preformatted

from lims.reports.fonts import HEI, SONG, width

SIZE, LEADING = 9.5, 12.0
PADDING = 3.0
"""Between a rule and what stands in its cell, points."""
RULE = 0.6
LINES_OF_A_PAGE = 45
"""A cell with more lines is continued on the next page; a lower one stays whole."""
GREY = HexColor("#808080")

Cell = str | Sequence[Flowable]
Command = tuple[Any, ...]

OPENING = "（［｛〈《「『【〔“‘"
CLOSING = "，。、；：！？）］｝〉》」』】〕”’％℃‰…"
HAN = "\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\uffef\U00020000-\U0003ffff"
PIECES = re.compile(rf"\s+|[{OPENING}]*(?:[{HAN}]|[^\s{HAN}{OPENING}{CLOSING}]+)[{CLOSING}]*|.")
"""What stays together on a line: a Chinese character or a Latin word with the signs that may not begin or end a line."""


def wrapped(text: str, room: float, face: str = SONG, size: float = SIZE) -> str:
    """Return *text* broken into lines no wider than *room* points, exactly the characters that were typed."""
    return "\n".join(line for paragraph in text.replace("\t", " ").splitlines() for line in _lines(paragraph, room, face, size))


def ruled(rows: Sequence[Sequence[Cell]], widths: Sequence[float], *commands: Command, heads: int = 0) -> LongTable:
    """Return a table with even rules; *heads* rows are repeated on every page, a cell too long for a page is continued."""
    style = (
        ("GRID", (0, 0), (-1, -1), RULE, black),
        ("FONT", (0, 0), (-1, -1), SONG, SIZE, LEADING),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.3),
        *commands,
    )
    tall = int(any(isinstance(cell, str) and cell.count("\n") > LINES_OF_A_PAGE for row in rows for cell in row))
    return LongTable([list(row) for row in rows], colWidths=widths, style=style, repeatRows=heads, splitInRow=tall)


def filled(cells: Sequence[str], widths: Sequence[float], face: str = SONG, size: float = SIZE) -> list[str]:
    """Return one row of a table, each cell broken to the width of its column."""
    return [wrapped(text, room - 2 * PADDING, face, size) for text, room in zip(cells, widths, strict=True)]


def passage(text: str, room: float, size: float = SIZE, leading: float = LEADING, after: float = 0.0) -> Preformatted:
    """Return a paragraph set in Song, with *after* points below it."""
    return Preformatted(wrapped(text, room, SONG, size), ParagraphStyle("passage", fontName=SONG, fontSize=size, leading=leading, spaceAfter=after))


def line(canvas: Canvas, text: str, x: float, y: float, room: float, face: str = SONG, size: float = SIZE, *, align: float = 0.0) -> None:
    """Draw one line at *x*, *y*, set smaller where it is wider than *room*; *align* 0 begins at x, 0.5 centres on it, 1 ends at it."""
    size = min(size, size * room / max(width(text, face, size), 1.0))
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

    LEAST = 25 * mm

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
            self.canv.circle(centre, 12.5 * mm, 12 * mm)
            line(self.canv, self._hint, centre, 17 * mm, 22 * mm, SONG, 8, align=0.5)
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
        for place, words in enumerate(self._hint.splitlines()):
            line(self.canv, words, left + self.SIDE / 2, self.SIDE / 2 + (1 - 5 * place) * mm, self.SIDE - 6 * mm, SONG, 8, align=0.5)
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


def _lines(paragraph: str, room: float, face: str, size: float) -> Iterator[str]:
    if width(paragraph, face, size) <= room:
        yield paragraph
        return
    held, used = "", 0.0
    for piece in _pieces(PIECES.findall(paragraph), room, face, size):
        needed = width(piece, face, size)
        if held and used + width(piece.rstrip(), face, size) > room:
            yield held.rstrip()
            held, used = "", 0.0
            if piece.isspace():
                continue
        held, used = held + piece, used + needed
    if held:
        yield held.rstrip()


def _pieces(pieces: Iterable[str], room: float, face: str, size: float) -> Iterator[str]:
    """Yield *pieces*, those wider than a whole line character by character."""
    for piece in pieces:
        yield from (piece,) if width(piece, face, size) <= room else piece
