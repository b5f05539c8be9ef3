"""The two faces of paper, embedded as subsets: Song for text, Hei for titles and heads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics, ttfonts

from lims.errors import Refusal
from lims.i18n import _
from resources import FOLDER

SONG, HEI = "Lims Song", "Lims Hei"
FILES = {SONG: "LimsSong-Regular.ttf", HEI: "LimsHei-Regular.ttf"}


@cache
def register() -> tuple[ttfonts.TTFont, ...]:
    """Register both faces once in this process (a tenth of a second) and return them."""
    rl_config.useA85 = 0  # PDF has carried plain bytes since 1.0; ASCII costs time and a quarter more room
    ttfonts.makeToUnicodeCMap = _to_unicode
    fonts = tuple(ttfonts.TTFont(name, FOLDER / "fonts" / file, asciiReadable=False, shapable=False) for name, file in FILES.items())
    for font in fonts:
        font.face.__class__ = _Face
        pdfmetrics.registerFont(font)
    return fonts


def missing(texts: Iterable[str]) -> str:
    """Return the characters of *texts* that one of the faces lacks, each once, in the order of their codes.

    ReportLab would print each as an empty box without a word.
    """
    faces = [font.face.charToGlyph for font in register()]
    used = {char for text in texts for char in text} - {"\n", "\t", "\u00a0"}
    return "".join(sorted(char for char in used if any(ord(char) not in face for face in faces)))


def refuse_missing(texts: Iterable[str]) -> None:
    """Raise Refusal with the characters named where *texts* could not be printed whole."""
    if lacking := missing(texts):
        names = _(", ").join(char if char.isprintable() else f"U+{ord(char):04X}" for char in lacking)
        words = _("The typefaces have no “{characters}”; it would be printed as an empty box, so nothing was made. Write it another way.")
        raise Refusal(words.format(characters=names))


def width(text: str, face: str, size: float) -> float:
    """Return how wide *text* is set on one line, in points."""
    return float(pdfmetrics.stringWidth(text, face, size))


class _Face(ttfonts.TTFontFace):
    """A face that hands out single outlines instead of copying all of its nine megabytes for each subset."""

    _ttf_data: bytes

    def get_table(self, tag: str) -> bytes | _Slices:
        """Return a table of the font file; the outlines as something that copies only what is asked for."""
        start, length = self.get_table_pos(tag)
        return _Slices(self._ttf_data, start) if tag == "glyf" else self._ttf_data[start : start + length]


class _Slices:
    def __init__(self, content: bytes, start: int) -> None:
        self._content, self._start = content, start

    def __getitem__(self, place: slice) -> bytes:
        return self._content[self._start + place.start : self._start + place.stop]


def _to_unicode(fontname: str, subset: Sequence[int]) -> str:
    """Return the map from codes to text that makes a page searchable.

    ReportLab 5.1 maps the unused code 0 to U+0000, which PDF/A forbids, and writes characters above U+FFFF with five
    digits, so that 𬭊 is read as another character.
    """
    codes = [(code, chr(char).encode("utf-16-be").hex().upper()) for code, char in enumerate(subset) if char]
    blocks = [codes[start : start + 100] for start in range(0, len(codes), 100)]  # a block holds 100 at most
    return "\n".join(
        (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            f"/CIDSystemInfo << /Registry ({fontname}) /Ordering ({fontname}) /Supplement 0 >> def",
            f"/CMapName /{fontname} def /CMapType 2 def",
            "1 begincodespacerange <00> <FF> endcodespacerange",
            *(f"{len(block)} beginbfchar\n" + "\n".join(f"<{code:02X}> <{text}>" for code, text in block) + "\nendbfchar" for block in blocks),
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        )
    )
