"""The two faces of paper, registered once, and what they cannot print."""

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
INVISIBLE = frozenset("\n\t\u200b")


@cache
def register() -> None:
    """Make the faces known to ReportLab; bold is Hei, and nothing falls back to a face that is not carried."""
    ttfonts.makeToUnicodeCMap = to_unicode
    rl_config.useA85 = 0
    for name, file in FILES.items():
        pdfmetrics.registerFont(ttfonts.TTFont(name, str(FOLDER / "fonts" / file)))
    pdfmetrics.registerFontFamily(SONG, normal=SONG, bold=HEI, italic=SONG, boldItalic=HEI)


def missing(texts: Iterable[str]) -> str:
    """Return the characters of *texts* that the paper's faces do not hold, each once."""
    register()
    known = pdfmetrics.getFont(SONG).face.charToGlyph
    return "".join(dict.fromkeys(char for text in texts for char in text if char not in INVISIBLE and ord(char) not in known))


def refuse_missing(texts: Iterable[str]) -> None:
    """Raise Refusal with the characters named that would come out as empty boxes: ReportLab draws those without a word."""
    if lacking := missing(texts):
        raise Refusal(_("The font has no “{characters}”; it would print as a box, so the report was not made. Write it another way.").format(characters=lacking))


def to_unicode(name: str, subset: Sequence[int]) -> str:
    """Return the map from codes back to text. ReportLab 5.1's own maps code 0 and cuts characters beyond the first plane."""
    rows = [(code, value) for code, value in enumerate(subset) if value not in (0, 0xFEFF, 0xFFFE)]
    head = ["/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap", "/CIDSystemInfo", f"<< /Registry ({name})", f"/Ordering ({name})", "/Supplement 0", ">> def"]
    head += [f"/CMapName /{name} def", "/CMapType 2 def", "1 begincodespacerange", "<00> <FF>", "endcodespacerange"]
    for start in range(0, len(rows), 100):
        part = rows[start : start + 100]
        head += [f"{len(part)} beginbfchar", *(f"<{code:02X}> <{chr(value).encode('utf-16-be').hex().upper()}>" for code, value in part), "endbfchar"]
    return "\n".join([*head, "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"])
