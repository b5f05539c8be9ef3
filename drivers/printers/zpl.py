"""Labels in ZPL II, the language of Zebra printers (ZPL II Programming Guide, 45541L-004, 45541L-005: ^BC, ^BQ, ^CI, ^FH, ^FO, ^PQ)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from drivers.printers.parts import Layout

if TYPE_CHECKING:
    from drivers.printers import Label

FONT = re.compile(r"[A-Z]:[A-Z0-9_]{1,16}\.(?:FNT|TTF|TTE)")
"""Drive and name of a font in the printer, as ^A@ takes it."""
_SPECIAL = re.compile(r"[\^~_\x00-\x1f\x7f]")
_CODE128 = str.maketrans({"^": "><", ">": ">0", "~": ">="})
"""Invocation codes of ^BC for the three characters that subset B does not take as they are (Table 6)."""


def written(label: Label, layout: Layout) -> list[str]:
    """Return the label's commands, one field a line."""
    face = f"^A@N,{layout.text},{layout.text},{label.font}" if label.font else f"^A0N,{layout.text},{layout.text}"
    return [
        "^XA",
        "^CI28",
        f"^PW{layout.width}",
        f"^LL{layout.height}",
        "^LH0,0",
        *(f"^FO{layout.edge},{y}{face}{_field(line)}" for y, line in layout.lines if line),
        f"^FO{layout.code_x},{layout.code_y}{_code(label, layout)}",
        f"^PQ{label.copies}",
        "^XZ",
    ]


def _code(label: Label, layout: Layout) -> str:
    if label.kind == "qr":
        return f"^BQN,2,{layout.module}{_field('MA,' + label.code)}"
    return f"^BY{layout.module}^BCN,{layout.code_height},Y,N,N{_field('>:' + label.code.translate(_CODE128))}"


def _field(text: str) -> str:
    """Return *text* as a field. ^FH: an underscore and two hexadecimal digits stand for a byte, so that no command can begin in the text."""
    return f"^FH^FD{_SPECIAL.sub(lambda found: f'_{ord(found[0]):02X}', text)}^FS"
