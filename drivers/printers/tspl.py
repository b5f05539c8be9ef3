"""Labels in TSPL, the language of TSC, Gprinter and many Chinese printers (Gprinter GP-2120T, manual: SIZE, GAP, TEXT, BARCODE, QRCODE, PRINT)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.printers.parts import Layout

if TYPE_CHECKING:
    from drivers.printers import Label

GAP_MM = 2
"""Between two labels."""
FACE = "TSS24.BF2"
"""Simplified Chinese, 24 x 24 dots, text in GBK."""
_FULL = str.maketrans({'"': "\uff02", "\\": "\uff3c", "~": "\uff5e"})
"""In a text: the signs that end it, escape in it or command are printed full-width, which no make understands as anything else."""


def written(label: Label, layout: Layout) -> list[str]:
    r"""Return the label's commands; a code's quotation mark is `\["]`."""
    times = max(1, layout.text // 24)
    return [
        f"SIZE {label.width_mm} mm,{label.height_mm} mm",
        f"GAP {GAP_MM} mm,0 mm",
        "CLS",
        *(f'TEXT {layout.edge},{y},"{FACE}",0,{times},{times},"{_gbk(line)}"' for y, line in layout.lines if line),
        _code(label, layout),
        f"PRINT {label.copies}",
    ]


def _code(label: Label, layout: Layout) -> str:
    if label.kind == "qr":
        return f'QRCODE {layout.code_x},{layout.code_y},M,{layout.module},A,0,"{_said(label.code)}"'
    return f'BARCODE {layout.code_x},{layout.code_y},"128",{layout.code_height},1,0,{layout.module},{layout.module},"{_said(label.code)}"'


def _gbk(line: str) -> str:
    return line.translate(_FULL)


def _said(code: str) -> str:
    r"""Return *code* with its quotation marks escaped; raises ValueError for a backslash: `\[R]` would be a line end, and none stands for itself."""
    if "\\" in code:
        raise ValueError("code")
    return code.replace('"', '\\["]')
