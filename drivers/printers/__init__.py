"""Label printers: what stands on a label, put into the language of the printer. Nothing a label says can end its field and command the printer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from drivers.printers import tspl, zpl
from drivers.printers.parts import Layout, arranged


@dataclass(frozen=True, slots=True)
class Label:
    """One label: lines of text, and below them a code; a bar code has its figures below, a QR code has none."""

    lines: tuple[str, ...]
    """A line too long for the label is cut; control characters become blanks."""
    code: str
    """Printable ASCII, 1 to 64 characters; the number of a sample."""
    kind: Literal["code128", "qr"] = "code128"
    copies: int = 1
    width_mm: int = 50
    height_mm: int = 30
    dpi: Literal[203, 300, 600] = 203
    font: str = ""
    """ZPL: a font stored in the printer, `E:SIMSUN.FNT`; without one the printer's own is used, which has no Chinese characters."""

    def __post_init__(self) -> None:
        """Raise ValueError with the name of the field that cannot be."""
        if not (1 <= len(self.code) <= 64 and self.code.isascii() and self.code.isprintable()):
            raise ValueError("code")
        if self.kind not in ("code128", "qr"):
            raise ValueError("kind")
        if not 1 <= self.copies <= 999:
            raise ValueError("copies")
        if not 10 <= self.width_mm <= 200:
            raise ValueError("width_mm")
        if not 10 <= self.height_mm <= 300:
            raise ValueError("height_mm")
        if self.dpi not in (203, 300, 600):
            raise ValueError("dpi")
        if self.font and not zpl.FONT.fullmatch(self.font):
            raise ValueError("font")


@dataclass(frozen=True, slots=True)
class Language:
    """A printer's language: how a label is said, and in which encoding the printer reads it."""

    written: Callable[[Label, Layout], list[str]]
    encoding: str


LANGUAGES: Mapping[str, Language] = {
    "tspl": Language(tspl.written, "gbk"),
    "zpl": Language(zpl.written, "utf-8"),
}
"""Name -> language."""


def lines(language: str, what: Label) -> list[str]:
    """Return *what* as the lines of a printer's language, as a port's `submit` takes them.

    Raises KeyError for an unknown language, ValueError `code` or `lines` where they have no room on the label.
    """
    return LANGUAGES[language].written(what, arranged(what))


def label(language: str, what: Label) -> bytes:
    """Return *what* as the bytes a printer is sent; raises what `lines` raises. A character the printer's encoding lacks becomes `?`."""
    return "".join(f"{line}\r\n" for line in lines(language, what)).encode(LANGUAGES[language].encoding, "replace")
