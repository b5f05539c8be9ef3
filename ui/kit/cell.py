"""One cell as frozen data, and how it is painted: the same in every table, list and panel.

A column's `show` returns a Cell (or plain text). Cells nest: `after` follows on the same line, `right` stands at the
right edge, `below` is a second line. Ready-made ones: `number`, `identifier`, `verdict`, `state`, `check`, `dash`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from lims.i18n import _
from ui.kit import paint
from ui.kit.paint import ALIGN, GAP, LEFT, MARK, Limits
from ui.theme import theme

PAD = 8
"""Space between a cell's edge and what it says."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell shows. Everything is optional; an empty cell shows nothing."""

    text: str = ""
    ink: str = "text"
    weight: int = 400
    role: str = "body"
    align: str = ""
    """left, right or centre; the column's where empty."""
    prefix: str = ""
    """The grey beginning of an identifier; *text* is the tail that differs."""
    mark: str = ""
    """Name of a mark drawn before the text."""
    chip: str = ""
    """Name of a mark: the text stands in that mark's chip."""
    tag: bool = False
    """The text stands in an outlined tag."""
    station: str = ""
    """done, now, later or gone, drawn before the text."""
    icon: str = ""
    corner: str = ""
    """`edited`, `remark`, or both with a space."""
    error: str = ""
    """What is wrong with this cell, in words: a red outline, and the words in the tool tip."""
    limits: Limits | None = None
    history: tuple[Decimal | None, ...] | None = None
    progress: float | None = None
    tip: str = ""
    indent: int = 0
    """Px at the left, for what stands below something else in a tree."""
    after: Cell | None = None
    right: Cell | None = None
    below: Cell | None = None

    def words(self) -> str:
        """Return all that is said, in reading order, for search, copying and screen readers."""
        return " ".join(part for part in self._parts() if part)

    def _parts(self) -> Iterator[str]:
        yield self.prefix + self.text or (paint.mark_words(self.mark) if self.mark else "")
        for cell in (self.after, self.right, self.below):
            if cell:
                yield cell.words()


EMPTY = Cell()


def number(text: str, verdict: str = "", remark: str = "", edited: bool = False) -> Cell:
    """A result as it stands on paper: Medium, SemiBold and red when it fails, an amber corner when there is something to say."""
    corner = " ".join(name for name, wanted in (("edited", edited), ("remark", bool(remark))) if wanted)
    failing = theme.verdicts.get(verdict, verdict) == "bad"
    return Cell(text, "bad" if failing else "text", 600 if failing else 500, align="right", corner=corner, tip=remark)


def identifier(whole: str, tail: int = 0) -> Cell:
    """A number such as LS2026-00198: what differs stands out, and is never cut. The tail begins after the last hyphen, or *tail* from the end."""
    cut = len(whole) - tail if tail else whole.rfind("-") + 1
    return Cell(whole[cut:], prefix=whole[:cut])


def verdict(value: str, words: str = "", tip: str = "") -> Cell:
    """What is said of a result: *value* is pass, fail, undecided or none (or a mark's own name)."""
    name = theme.verdicts.get(value, value)
    return Cell(words or paint.mark_words(name), chip=name, tip=tip)


def state(value: str, words: str, ink: str = "") -> Cell:
    """How far a thing has come: *value* is a state of a workflow, *words* what it is called."""
    name = theme.stations[value]
    return Cell(words, ink or {"now": "accent_text", "done": "text"}.get(name, "text2"), station=name, role="note")


def check(passed: bool, words: str, tip: str = "") -> Cell:
    """A check of a row: a tick and a word, or an error and why."""
    return Cell(words, chip="good" if passed else "bad", tip=tip)


def dash() -> Cell:
    """Not applicable."""
    return Cell("—", "text3")


def as_cell(shown: Cell | str | None) -> Cell:
    """Return what a column shows as a cell; nothing is the empty cell."""
    if shown is None or shown == "":
        return EMPTY
    return shown if isinstance(shown, Cell) else Cell(str(shown))


def draw(painter: QPainter, cell: Cell, rect: QRectF, align: str = "left") -> None:
    """Paint *cell* into *rect*: two lines where something is below, else centred on its height."""
    inner = rect.adjusted(PAD + cell.indent, 0, -PAD, 0)
    if cell.below:
        middle = rect.center().y()
        _line(painter, cell, QRectF(inner.left(), middle - 20, inner.width(), 20), align)
        _line(painter, cell.below, QRectF(inner.left(), middle + 1, inner.width(), 18), align)
    else:
        _line(painter, cell, inner, align)
    for corner in cell.corner.split():
        paint.corner(painter, corner, rect)
    if cell.error:
        paint.outline(painter, "bad_solid", rect, 1.5)


def wanted_width(cell: Cell) -> float:
    """Return how wide *cell* would like to be on its first line, without the padding of its edges."""
    if cell.chip:
        return cell.indent + paint.chip_width(cell.chip, cell.text)
    lead = (MARK + GAP) if cell.mark or cell.station else (theme.size("icon") + GAP) if cell.icon else 0
    text = theme.width(cell.prefix) + theme.width(cell.text, cell.role, cell.weight)
    after = GAP + 3 + wanted_width(cell.after) if cell.after else 0
    return cell.indent + lead + text + after + (12 if cell.tag else 0)


def _line(painter: QPainter, cell: Cell, rect: QRectF, align: str) -> None:
    if cell.right:
        width = min(wanted_width(cell.right) + 1, rect.width())
        _line(painter, cell.right, QRectF(rect.right() - width, rect.top(), width, rect.height()), "right")
        rect = rect.adjusted(0, 0, -width - 8, 0)
    if cell.limits or cell.history is not None or cell.progress is not None:
        _picture(painter, cell, rect)
        return
    side = cell.align or align
    middle = rect.center().y()
    left = rect.left()
    if side != "left":
        spare = max(rect.width() - wanted_width(cell), 0)
        left += spare if side == "right" else spare / 2
    if cell.chip:
        paint.chip(painter, cell.chip, cell.text, left if side == "right" else left - 5, middle)
        return
    if cell.tag:
        left += paint.tag(painter, cell.text, left, middle)
    else:
        left = _lead(painter, cell, left, middle)
        left += _words(painter, cell, QRectF(left, rect.top(), rect.right() - left, rect.height()))
    if cell.after:
        _line(painter, cell.after, QRectF(left + GAP + 3, rect.top(), rect.right() - left - GAP - 3, rect.height()), "left")


def _lead(painter: QPainter, cell: Cell, left: float, middle: float) -> float:
    """Draw what stands before the words; return where the words begin."""
    if cell.mark:
        paint.mark(painter, cell.mark, QRectF(left, middle - MARK / 2, MARK, MARK))
        return left + MARK + GAP
    if cell.station:
        paint.station(painter, cell.station, QPointF(left + MARK / 2, middle), 4.5)
        return left + MARK + GAP
    if cell.icon:
        size = theme.size("icon")
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(QPointF(left, middle - size / 2), theme.pixmap(cell.icon, cell.ink, size, ratio))
        return left + size + GAP
    return left


def _words(painter: QPainter, cell: Cell, rect: QRectF) -> float:
    if cell.prefix:
        return paint.identifier(painter, cell.prefix, cell.text, rect, LEFT, cell.ink)
    painter.setFont(theme.font(cell.role, cell.weight))
    painter.setPen(theme.colour(cell.ink))
    mode = Qt.TextElideMode.ElideMiddle if cell.align == "right" else Qt.TextElideMode.ElideRight
    wide = theme.width(cell.text, cell.role, cell.weight)
    text = cell.text if wide <= rect.width() + 0.5 else paint.shortened(painter, cell.text, rect.width(), mode)
    painter.drawText(QRectF(rect.left(), rect.top(), rect.width() + 2, rect.height()), int(LEFT), text)
    return min(wide, rect.width())


def _picture(painter: QPainter, cell: Cell, rect: QRectF) -> None:
    if cell.limits:
        paint.limit_bar(painter, cell.limits, rect)
    elif cell.history is not None:
        if cell.history:
            paint.history(painter, cell.history, QRectF(rect.left(), rect.center().y() - 10, min(rect.width(), 78), 20))
        else:
            _words(painter, Cell(_("first"), "text2", role="note"), rect)
    elif cell.progress is not None:
        bar = 88 if cell.text else rect.width()
        paint.progress(painter, cell.progress, QRectF(rect.left(), rect.top(), min(bar, rect.width()), rect.height()))
        _words(painter, Cell(cell.text, "text2", role="note"), rect.adjusted(bar + 10, 0, 0, 0))


__all__ = ["ALIGN", "Cell", "as_cell", "check", "dash", "draw", "identifier", "number", "state", "verdict", "wanted_width"]
