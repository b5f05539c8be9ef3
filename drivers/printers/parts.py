"""Where things stand on a label, in dots, whatever the printer's language."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivers.printers import Label

EDGE_MM = 2
TEXT_MM = 3
"""Height of a letter: the 24 dots of a TSS24 face at 203 dots an inch."""
LINE_MM = 4
CODE_MM = 8
"""The least height of a bar code."""
QUIET = 10
"""So many modules stay white on either side of a Code 128 (ISO/IEC 15417)."""
WIDEST_MODULE_MM = 0.25
QR_MEDIUM = (14, 26, 42, 62, 84)
"""Bytes that fit in a QR code of version 1, 2, ... with error correction M (ISO/IEC 18004, table 7)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything in dots from the upper left corner."""

    width: int
    height: int
    edge: int
    text: int
    """Height of a letter; a Latin one is half as wide, a Chinese one as wide."""
    lines: tuple[tuple[int, str], ...]
    """(y, what stands there), cut to the label's width."""
    code_x: int
    code_y: int
    code_height: int
    """Of the bars, or of the whole QR code at the most."""
    module: int


def arranged(label: Label) -> Layout:
    """Arrange *label*; raises ValueError `lines` or `code` where they have no room."""
    width, height, edge, text, step = (_dots(label, mm) for mm in (label.width_mm, label.height_mm, EDGE_MM, TEXT_MM, LINE_MM))
    rows = tuple((edge + place * step, _cut(_clean(line), 2 * (width - 2 * edge) // text)) for place, line in enumerate(label.lines))
    top = edge + len(rows) * step
    # The figures take a line of their own below the bars or beside the square.
    room = height - edge - top - (step if label.kind == "code128" else 0)
    if room < _dots(label, CODE_MM):
        raise ValueError("lines")
    modules = 11 * len(label.code) + 35 + 2 * QUIET if label.kind == "code128" else _qr_modules(len(label.code)) + 8
    module = min(_dots(label, WIDEST_MODULE_MM), width // modules) if label.kind == "code128" else min(10, min(room, width - 2 * edge) // modules)
    if module < 1:
        raise ValueError("code")
    x = (width - (modules - 2 * QUIET) * module) // 2 if label.kind == "code128" else edge + 4 * module
    return Layout(width, height, edge, text, rows, x, top + (0 if label.kind == "code128" else 4 * module), room, module)


def _dots(label: Label, mm: float) -> int:
    return round(mm * label.dpi / 25.4)


def _qr_modules(characters: int) -> int:
    return 17 + 4 * next(version for version, most in enumerate(QR_MEDIUM, start=1) if characters <= most)


def _clean(line: str) -> str:
    """Return *line* with a blank for every character that is none to be seen: controls, halves of pairs, line and paragraph ends."""
    return "".join(" " if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else char for char in line).strip()


def _cut(line: str, columns: int) -> str:
    """Return as much of *line* as *columns* letters of half width hold."""
    kept, used = [], 0
    for char in line:
        used += 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        if used > columns:
            break
        kept.append(char)
    return "".join(kept)
