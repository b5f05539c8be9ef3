"""Small paint functions shared by tables and panels: marks, chips, stations, limit bars, histories, corners, key caps.

Every function takes a painter and a place and leaves the painter as it was. Colours come from the theme by token.
A mark has a silhouette of its own, so that nobody needs its colour to tell it from another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from lims.i18n import N_, _
from ui.theme import theme

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
ALIGN = {"left": LEFT, "right": RIGHT, "centre": CENTRE}

CHIP_HEIGHT, MARK, GAP, PAD = 22, 14, 5, 6


@dataclass(frozen=True, slots=True)
class Mark:
    """One state for the eye: its word where nothing better is said, its token, its silhouette."""

    word: str
    token: str
    draw: Callable[[QPainter, QRectF], None]
    ground: bool = True
    """Whether it stands on its soft ground; what is right stays quiet."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A value against what is allowed, for the limit bar. Exact numbers; they become places on the screen here only."""

    value: Decimal | None
    high: Decimal | None = None
    low: Decimal | None = None
    below: bool = False
    """Below the limit of detection: the point sits at zero."""
    verdict: str = "good"
    """Name of a mark: good, warn or bad. The bar shows it and does not judge."""


@dataclass(frozen=True, slots=True)
class Station:
    """One stop of the sample's line: done, now, later or gone."""

    name: str
    state: str
    note: str = ""


def mark(painter: QPainter, name: str, rect: QRectF) -> None:
    """Draw mark *name* into *rect*, a square."""
    if name:
        with _keeping(painter):
            MARKS[name].draw(painter, rect)


def chip(painter: QPainter, name: str, words: str, left: float, middle: float) -> float:
    """Draw a chip from *left*, centred on height *middle*; return its width. What passed has no ground: a bare tick and a grey word."""
    said = MARKS[name]
    width = chip_width(name, words)
    with _keeping(painter):
        rect = QRectF(left, middle - CHIP_HEIGHT / 2, width, CHIP_HEIGHT)
        if said.ground:
            painter.setBrush(theme.colour(f"{said.token}_soft"))
            painter.setPen(QPen(theme.colour(said.token), 1) if theme.contrast else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(rect, theme.size("corner_chip"), theme.size("corner_chip"))
        said.draw(painter, QRectF(left + PAD, middle - MARK / 2, MARK, MARK))
        painter.setFont(theme.font("note", 500 if said.ground else 400))
        painter.setPen(theme.colour(said.token if said.ground else "text2"))
        painter.drawText(QRectF(left + PAD + MARK + GAP, rect.top(), width, CHIP_HEIGHT), int(LEFT), words)
    return width


def chip_width(name: str, words: str) -> float:
    """Return how wide a chip with *words* is."""
    return 2 * PAD + MARK + GAP + theme.width(words, "note", 500 if MARKS[name].ground else 400)


def tag(painter: QPainter, words: str, left: float, middle: float) -> float:
    """Draw an outlined word without colour (control sample, blank); return its width."""
    width = theme.width(words, "note") + 12
    with _keeping(painter):
        painter.setPen(QPen(theme.colour("line2"), 1))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(QRectF(left + 0.5, middle - 10.5, width, 21), 4, 4)
        painter.setPen(theme.colour("text2"))
        painter.setFont(theme.font("note"))
        painter.drawText(QRectF(left, middle - 11, width + 1, 22), int(CENTRE), words)
    return width + 1


def station(painter: QPainter, state: str, centre: QPointF, radius: float = 5) -> None:
    """Draw one station: filled is done, a ring with a halo is now, hollow is to come, a dash is replaced or void."""
    with _keeping(painter):
        match state:
            case "done":
                _disc(painter, centre, radius, "accent")
            case "now":
                _disc(painter, centre, radius + 3, "accent_line")
                _disc(painter, centre, radius, "surface", "accent", 2)
            case "gone":
                painter.setPen(QPen(theme.colour("text3"), 1.6))
                painter.drawLine(QPointF(centre.x() - 4.5, centre.y()), QPointF(centre.x() + 4.5, centre.y()))
            case "later":
                _disc(painter, centre, radius - 0.5, "surface", "wait_solid", 1.6)
            case _:
                raise ValueError(f"no station {state}")


def stations(painter: QPainter, line: Sequence[Station], rect: QRectF) -> None:
    """Draw the sample's line: stations at equal distance, joined, with name and note below."""
    step = rect.width() / max(len(line), 1)
    height = rect.top() + 12
    with _keeping(painter):
        for place, stop in enumerate(line):
            x = rect.left() + place * step + 6
            if place + 1 < len(line):
                token = "accent" if stop.state == "done" else "line2"
                painter.setPen(QPen(theme.colour(token), 2))
                painter.drawLine(QPointF(x + 10, height), QPointF(x + step - 10, height))
            station(painter, stop.state, QPointF(x, height))
            painter.setPen(theme.colour("text" if stop.state in {"done", "now"} else "text2"))
            painter.setFont(theme.font("note", 500 if stop.state in {"done", "now"} else 400))
            painter.drawText(QRectF(x - 6, height + 10, step - 8, 18), int(LEFT), shortened(painter, stop.name, step - 8))
            painter.setFont(theme.font("note"))
            painter.setPen(theme.colour("text2"))
            painter.drawText(QRectF(x - 6, height + 27, step - 8, 18), int(LEFT), shortened(painter, stop.note, step - 8))


def limit_bar(painter: QPainter, limits: Limits, rect: QRectF) -> None:
    """Draw track, allowed part, tick at each limit and a point at the value: a disc inside, a square outside the limits."""
    if not _whole(limits):
        return

    def at(number: Decimal | None) -> float:
        return limit_place(limits, number or Decimal(0), rect)

    token = MARKS[limits.verdict].token
    middle = rect.center().y()
    with _keeping(painter):
        _rod(painter, rect.left(), rect.right(), middle, theme.colour("line") if theme.dark else theme.colour("sunken"))
        if limits.low is not None:
            _rod(painter, at(limits.low), at(limits.high) if limits.high is not None else rect.right(), middle, theme.colour("line2"))
        point = at(Decimal(0) if limits.below else limits.value)
        if limits.value is not None and not limits.below and limits.low is None:
            faded = QColor(theme.colour(f"{token}_solid"))
            faded.setAlphaF(0.42)
            _rod(painter, rect.left(), point, middle, faded)
        painter.setPen(QPen(theme.colour("text2"), 1.5))
        for number in (limits.low, limits.high):
            if number is not None:
                painter.drawLine(QPointF(at(number), middle - 6), QPointF(at(number), middle + 6))
        if limits.value is not None or limits.below:
            painter.setPen(QPen(theme.colour("surface"), 1.5))
            painter.setBrush(theme.colour(f"{token}_solid"))
            if limits.verdict == "bad":
                painter.drawRect(QRectF(point - 4.5, middle - 4.5, 9, 9))
            else:
                painter.drawEllipse(QPointF(point, middle), 5, 5)


def limit_place(limits: Limits, number: Decimal, rect: QRectF) -> float:
    """Return where *number* lies on the limit bar drawn into *rect*."""
    share = float(max(number, Decimal(0)) / (_whole(limits) or Decimal(1)))
    return rect.left() + 5 + min(share, 1.0) * (rect.width() - 10)


def history(painter: QPainter, values: Sequence[Decimal | None], rect: QRectF) -> None:
    """Draw the last values as a thin line, the present one filled; None is below detection and lies on the base line."""
    if not values:
        return
    numbers = [max(value or Decimal(0), Decimal(0)) for value in values]
    top = max(numbers)
    step = (rect.width() - 6) / max(len(numbers) - 1, 1)
    points = [
        QPointF(rect.left() + 3 + place * step, rect.bottom() - 3 - (float(number / top) if top else 0.0) * (rect.height() - 6))
        for place, number in enumerate(numbers)
    ]
    with _keeping(painter):
        painter.setPen(QPen(theme.colour("text3"), 1.3))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("text2"))
        painter.drawEllipse(points[-1], 2.4, 2.4)


def progress(painter: QPainter, share: float, rect: QRectF) -> None:
    """Draw how much is done, 0 to 1, as a rod."""
    with _keeping(painter):
        middle = rect.center().y()
        _rod(painter, rect.left(), rect.right(), middle, theme.colour("line"))
        if share > 0:
            _rod(painter, rect.left(), rect.left() + max(rect.width() * min(share, 1.0), 4), middle, theme.colour("accent"))


def corner(painter: QPainter, kind: str, rect: QRectF) -> None:
    """Draw a cell's corner: `edited` blue at the top left, `remark` amber at the top right."""
    left = kind == "edited"
    x, way = (rect.left(), 1) if left else (rect.right(), -1)
    with _keeping(painter):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("focus" if left else "warn_solid"))
        size = 7 if left else 6
        painter.drawPolygon(QPolygonF([QPointF(x, rect.top()), QPointF(x + way * size, rect.top()), QPointF(x, rect.top() + size)]))


def outline(painter: QPainter, token: str, rect: QRectF, width: float = 2, corners: float = 0) -> None:
    """Draw a frame inside *rect*."""
    with _keeping(painter):
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour(token), width, j=Qt.PenJoinStyle.MiterJoin))
        half = width / 2
        painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), corners, corners)


def identifier(painter: QPainter, prefix: str, tail: str, rect: QRectF, align: Qt.AlignmentFlag = LEFT, ink: str = "text") -> float:
    """Draw a number whose prefix is grey and whose tail is not; when short of room the middle goes, never the tail."""
    tail_width, prefix_width = theme.width(tail, "body", 500), theme.width(prefix)
    with _keeping(painter):
        room = rect.width() - tail_width
        if prefix_width > room + 0.5:
            prefix = QFontMetricsF(theme.font("body")).elidedText(prefix, Qt.TextElideMode.ElideMiddle, max(room, 0))
            prefix_width = theme.width(prefix)
        left = rect.right() - prefix_width - tail_width if align & Qt.AlignmentFlag.AlignRight else rect.left()
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour("text3"))
        painter.drawText(QRectF(left, rect.top(), prefix_width + 1, rect.height()), int(LEFT), prefix)
        painter.setFont(theme.font("body", 500))
        painter.setPen(theme.colour(ink))
        painter.drawText(QRectF(left + prefix_width, rect.top(), tail_width + 2, rect.height()), int(LEFT), tail)
    return prefix_width + tail_width


def key_cap(painter: QPainter, keys: str, right: float, middle: float, ink: str, edge: str) -> float:
    """Draw the keys of a command in a small cap that ends at *right*; return its width."""
    words = keys_words(keys)
    width = key_cap_width(keys)
    with _keeping(painter):
        painter.setFont(theme.font("key"))
        painter.setPen(QPen(theme.colour(edge), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rect = QRectF(right - width + 0.5, middle - 8.5, width - 1, 17)
        painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(theme.colour(ink))
        painter.drawText(rect, int(CENTRE), words)
    return width


def key_cap_width(keys: str) -> float:
    """Return how wide the cap of *keys* is."""
    return max(theme.width(keys_words(keys), "key") + 10, 18)


def keys_words(keys: str) -> str:
    """Return keys as a cap shows them: Ctrl+Return becomes Ctrl with an arrow."""
    return keys.replace("Return", "↵").replace("Enter", "↵").replace("+", " ")


def shortened(painter: QPainter, text: str, width: float, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> str:
    """Return *text* cut to *width* in the painter's font. Not for identifiers: their tail is what differs."""
    return QFontMetricsF(painter.font()).elidedText(text, mode, max(width, 0))


class _keeping:
    """Leave the painter as it was, and smooth in between."""

    def __init__(self, painter: QPainter) -> None:
        self._painter = painter

    def __enter__(self) -> None:
        self._painter.save()
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def __exit__(self, *_error: object) -> None:
        self._painter.restore()


def _disc(painter: QPainter, centre: QPointF, radius: float, fill: str, edge: str = "", width: float = 0) -> None:
    painter.setBrush(theme.colour(fill))
    painter.setPen(QPen(theme.colour(edge), width) if edge else Qt.PenStyle.NoPen)
    painter.drawEllipse(centre, radius - width / 2, radius - width / 2)


def _whole(limits: Limits) -> Decimal:
    """Return what the whole track stands for: the limits reach four fifths of it, a value outside fits in."""
    limit = max(limits.high or Decimal(0), limits.low or Decimal(0))
    return max(limit * Decimal("1.25"), (limits.value or Decimal(0)) * Decimal("1.06"))


def _rod(painter: QPainter, left: float, right: float, middle: float, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(left, middle - 2, max(right - left, 0), 4), 2, 2)


def _strokes(painter: QPainter, rect: QRectF, token: str, width: float, *lines: Sequence[tuple[float, float]]) -> None:
    """Draw lines given in shares of *rect*."""
    pen = QPen(theme.colour(token), width * rect.width() / 14, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in lines:
        painter.drawPolyline(QPolygonF([QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height()) for x, y in line]))


def _fill(painter: QPainter, token: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(token))


TICK = ((0.29, 0.52), (0.44, 0.67), (0.72, 0.36))


def _good(painter: QPainter, rect: QRectF) -> None:
    _fill(painter, "good_solid")
    painter.drawEllipse(rect)
    _strokes(painter, rect, "surface", 1.8, TICK)


def _tick(painter: QPainter, rect: QRectF) -> None:
    _strokes(painter, rect, "good_solid", 1.9, ((0.16, 0.53), (0.40, 0.76), (0.86, 0.28)))


def _bad(painter: QPainter, rect: QRectF) -> None:
    _fill(painter, "bad_solid")
    painter.drawRoundedRect(rect, rect.width() * 0.16, rect.width() * 0.16)
    _strokes(painter, rect, "surface", 1.8, ((0.32, 0.32), (0.68, 0.68)), ((0.68, 0.32), (0.32, 0.68)))


def _warn(painter: QPainter, rect: QRectF) -> None:
    token = theme.colour("warn_solid")
    painter.setPen(QPen(token, rect.width() * 0.12, j=Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(token)
    corners = ((0.5, 0.1), (0.95, 0.88), (0.05, 0.88))
    painter.drawPolygon(QPolygonF([QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height()) for x, y in corners]))
    _strokes(painter, rect, "surface", 1.6, ((0.5, 0.38), (0.5, 0.60)))
    _fill(painter, "surface")
    painter.drawEllipse(QPointF(rect.center().x(), rect.top() + rect.height() * 0.77), rect.width() * 0.065, rect.width() * 0.065)


def _wait(painter: QPainter, rect: QRectF) -> None:
    pen = QPen(theme.colour("wait_solid"), rect.width() * 0.13)
    radius = rect.width() / 2 - pen.widthF() / 2
    around = 2 * 3.14159 * radius / pen.widthF()
    pen.setDashPattern([around / 8 * 0.62, around / 8 * 0.38])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(rect.center(), radius, radius)


def _diamond(painter: QPainter, rect: QRectF) -> None:
    token = theme.colour("hold_solid")
    painter.setPen(QPen(token, rect.width() * 0.12, j=Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(token)
    c, r = rect.center(), rect.width() * 0.47
    painter.drawPolygon(QPolygonF([QPointF(c.x(), c.y() - r), QPointF(c.x() + r, c.y()), QPointF(c.x(), c.y() + r), QPointF(c.x() - r, c.y())]))


def _hold(painter: QPainter, rect: QRectF) -> None:
    _diamond(painter, rect)
    _strokes(painter, rect, "surface", 1.5, ((0.41, 0.35), (0.41, 0.65)), ((0.59, 0.35), (0.59, 0.65)))


def _ask(painter: QPainter, rect: QRectF) -> None:
    _diamond(painter, rect)
    path = QPainterPath()
    x, y, w = rect.left(), rect.top(), rect.width()
    path.moveTo(x + 0.40 * w, y + 0.40 * w)
    path.cubicTo(x + 0.41 * w, y + 0.24 * w, x + 0.64 * w, y + 0.26 * w, x + 0.60 * w, y + 0.42 * w)
    path.quadTo(x + 0.58 * w, y + 0.49 * w, x + 0.5 * w, y + 0.56 * w)
    pen = QPen(theme.colour("surface"), 1.4 * w / 14, c=Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    _fill(painter, "surface")
    painter.drawEllipse(QPointF(x + 0.5 * w, y + 0.70 * w), w * 0.06, w * 0.06)


def _none(painter: QPainter, rect: QRectF) -> None:
    _strokes(painter, rect, "text3", 1.6, ((0.12, 0.5), (0.88, 0.5)))


def _say(painter: QPainter, rect: QRectF) -> None:
    _fill(painter, "accent")
    painter.drawEllipse(rect)
    _strokes(painter, rect, "on_accent", 1.7, ((0.5, 0.47), (0.5, 0.72)))
    _fill(painter, "on_accent")
    painter.drawEllipse(QPointF(rect.center().x(), rect.top() + rect.height() * 0.29), rect.width() * 0.07, rect.width() * 0.07)


def _live(painter: QPainter, rect: QRectF) -> None:
    _fill(painter, "good_solid")
    painter.drawEllipse(rect.center(), rect.width() * 0.32, rect.width() * 0.32)


MARKS = {
    "good": Mark(N_("Conforms"), "good", _tick, ground=False),
    "done": Mark(N_("Done"), "good", _good),
    "bad": Mark(N_("Does not conform"), "bad", _bad),
    "warn": Mark(N_("Look at this"), "warn", _warn),
    "wait": Mark(N_("No value yet"), "wait", _wait),
    "hold": Mark(N_("Held back"), "hold", _hold),
    "ask": Mark(N_("Undecided"), "hold", _ask),
    "none": Mark(N_("Not judged"), "wait", _none, ground=False),
    "say": Mark(N_("Note"), "accent", _say),
    "live": Mark(N_("Online"), "good", _live, ground=False),
}
"""Name -> mark. `good` is the bare tick of tables; `done` the filled disc of lists, slots and checks."""


def mark_words(name: str) -> str:
    """Return the word of a mark, for a reader who cannot see it."""
    return _(MARKS[name].word) if name else ""
