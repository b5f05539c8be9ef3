"""Cuts the typefaces in this folder out of their open sources; run by hand, its products are committed.

    python resources/fonts/build.py CJK INTER MONO [FILE ...]

CJK is the folder of Debian's fonts-noto-cjk and fonts-noto-cjk-extra, INTER and MONO are the unpacked npm packages
inter-ui and @fontsource/jetbrains-mono. With file names (LimsSong-Regular.ttf ...) only those are built. Needs the
extra `fonts` of pyproject.toml. The Chinese faces take about a minute each, because their cubic outlines are turned
into the TrueType outlines that ReportLab asks for and that Qt draws lighter on dark grounds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import category

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont, newTable

HERE = Path(__file__).parent


def spans(*ends: tuple[int, int]) -> frozenset[str]:
    """The assigned characters of inclusive ranges of code points."""
    chars = (chr(code) for first, last in ends for code in range(first, last + 1))
    return frozenset(char for char in chars if category(char) != "Cn")


def gbk() -> Iterator[str]:
    """Every two-byte character of GBK, hanzi and symbols."""
    for high in range(0x81, 0xFF):
        for low in range(0x40, 0xFF):
            try:
                yield bytes((high, low)).decode("gbk")
            except UnicodeDecodeError:
                continue


LATIN = spans((0x20, 0x7E), (0xA0, 0x17F))
GREEK = spans((0x370, 0x3CF))
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+−", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+−", strict=True))
LABORATORY = frozenset("≤≥≠≈±×÷−∞√∑∏∂∆Ω∅Å℃℉µμ‰′″¼½¾→←↑↓■□●○◎△▲▽▼◇◆★☆✓℡№㎎㎏㎜㎝㎞㎡㏄")
CHINESE = spans(
    (0x2000, 0x206F),  # general punctuation
    (0x2160, 0x216B),  # Roman numerals
    (0x2460, 0x2473),  # circled numbers
    (0x3000, 0x301F),  # Chinese punctuation
    (0x3380, 0x33DF),  # squared units
    (0xFF01, 0xFF5E),  # full-width forms
)
RARE = frozenset((HERE / "rare.txt").read_text(encoding="utf-8").split("\n", 1)[1]) - {"\n"}
# One list for all Chinese faces: Qt does not fall back to another weight of the same family, but to any other family.
HAN = LATIN | GREEK | LABORATORY | CHINESE | frozenset(gbk()) | RARE

MATHEMATICS = frozenset("≤≥≠≈±×÷−∞√∑∏∂∆Ω→←↑↓€™")
WESTERN = LATIN | GREEK | MATHEMATICS | spans((0x2010, 0x2027), (0x2030, 0x203A)) | RAISED.keys() | LOWERED.keys()
# A Latin face that comes first would draw these half-width inside Chinese sentences.
FULL_WIDTH_IN_CHINESE = frozenset("“”‘’—…")


@dataclass(frozen=True)
class Face:
    """One file to build: its family and weight, where it is cut from, and what it keeps."""

    family: str
    style: str
    weight: int
    source: str
    kept: frozenset[str]
    features: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"{self.family.replace(' ', '')}-{self.style}.ttf"


# Inter's contextual forms are left out: they turn 3x4 into 3×4. JetBrains Mono's are left out: they join -> and !=.
FACES = (
    Face("Lims Song", "Regular", 400, "{cjk}/NotoSerifCJK-Regular.ttc", HAN),
    Face("Lims Hei", "Regular", 400, "{cjk}/NotoSansCJK-Regular.ttc", HAN),
    Face("Lims Hei", "Medium", 500, "{cjk}/NotoSansCJK-Medium.ttc", HAN),
    *(
        Face(family, style, weight, f"{{inter}}/web/Inter-{style}.woff2", kept, ("kern",))
        for family, kept in (("Lims Inter", WESTERN), ("Lims Inter Zh", WESTERN - FULL_WIDTH_IN_CHINESE))
        for style, weight in (("Regular", 400), ("Medium", 500), ("SemiBold", 600))
    ),
    *(
        Face("Lims Mono", style, weight, f"{{mono}}/files/jetbrains-mono-latin-{weight}-normal.woff2", WESTERN)
        for style, weight in (("Regular", 400), ("Medium", 500))
    ),
)


def main(arguments: list[str]) -> None:
    """Build the faces named on the command line, or all."""
    cjk, inter, mono, *only = arguments
    for face in FACES:
        if not only or face.file in only:
            build(face, Path(face.source.format(cjk=cjk, inter=inter, mono=mono)))


def build(face: Face, source: Path) -> None:
    """Open, cut, convert, name and save one face."""
    font = opened(source)
    tabular_digits(font)
    cut(font, face)
    if "CFF " in font:
        to_truetype(font)
        even_digits(font)
        scripts(font)
    rename(font, face)
    font.flavor = None
    font.recalcTimestamp = False  # the same sources give the same bytes
    font.save(HERE / face.file)
    missing = "".join(sorted(face.kept - {chr(code) for code in font.getBestCmap()}))
    print(face.file, len(font.getGlyphOrder()), "glyphs; the source lacks:", missing or "nothing")


def opened(source: Path) -> TTFont:
    """The font of a file; of a collection the simplified Chinese face."""
    if source.suffix != ".ttc":
        return TTFont(source)
    return next(font for font in TTCollection(source).fonts if " CJK SC" in font["name"].getDebugName(4))


def tabular_digits(font: TTFont) -> None:
    """Point the digits at the face's own tabular figures, so that no widget can forget to ask for them."""
    if "GSUB" not in font:
        return
    table = font["GSUB"].table
    features = [record.Feature for record in table.FeatureList.FeatureRecord if record.FeatureTag == "tnum"]
    swaps: dict[str, str] = {}
    for index in {index for feature in features for index in feature.LookupListIndex}:
        for sub in table.LookupList.Lookup[index].SubTable:
            swaps |= getattr(getattr(sub, "ExtSubTable", sub), "mapping", {})
    for part in font["cmap"].tables:
        if part.isUnicode():
            digits = {code: glyph for code, glyph in part.cmap.items() if 0x30 <= code <= 0x39}
            part.cmap |= {code: swaps.get(glyph, glyph) for code, glyph in digits.items()}


def cut(font: TTFont, face: Face) -> None:
    """Keep the characters and layout features of *face*, and nothing else."""
    options = Options(
        layout_features=list(face.features),
        name_IDs=["*"],
        notdef_outline=True,
        desubroutinize=True,
        hinting=False,
    )
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "GDEF", "GSUB", "STAT"] + ([] if face.features else ["GPOS"])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(char) for char in face.kept])
    subsetter.subset(font)


def to_truetype(font: TTFont) -> None:
    """Replace cubic outlines by quadratic ones, at most one unit in a thousand away."""
    order = font.getGlyphOrder()
    drawn = font.getGlyphSet()
    outlines: dict[str, Any] = {}
    for name in order:
        pen = TTGlyphPen(None)
        drawn[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        outlines[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = table = newTable("glyf")
    table.glyphOrder, table.glyphs = order, outlines
    del font["CFF "]
    font.sfntVersion = "\0\1\0\0"
    for name in order:
        settle(font, name)
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    for field in ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements", "ComponentElements"):
        setattr(limits, f"max{field}", 0)
    limits.maxZones, limits.maxSizeOfInstructions = 1, 0
    names = font["post"]
    names.formatType, names.extraNames, names.mapping, names.glyphOrder = 3.0, [], {}, order
    smooth = font["gasp"] = newTable("gasp")  # unhinted: let Windows smooth in both directions at every size
    smooth.version, smooth.gaspRange = 1, {0xFFFF: 0x000F}


def even_digits(font: TTFont) -> None:
    """Give every digit the advance of the nought, so that a column of results on paper stands straight."""
    table, metrics, cmap = font["glyf"], font["hmtx"].metrics, font.getBestCmap()
    width = metrics[cmap[ord("0")]][0]
    for name in (cmap[code] for code in range(0x30, 0x3A)):
        table[name].coordinates.translate(((width - metrics[name][0]) // 2, 0))
        metrics[name] = (width, 0)
        settle(font, name)


def scripts(font: TTFont) -> None:
    """Make the raised and lowered figures, most of which the source lacks, out of the face's own digits."""
    cmap = font.getBestCmap()
    table, metrics = font["glyf"], font["hmtx"].metrics
    two, raised_two = table[cmap[ord("2")]], table[cmap[ord("²")]]
    scale = (raised_two.yMax - raised_two.yMin) / (two.yMax - two.yMin)
    for pairs, rise in ((RAISED, raised_two.yMin), (LOWERED, -round(two.yMax * scale / 4))):
        for char, plain in pairs.items():
            base = cmap[ord(plain)]
            pen = TTGlyphPen(table)
            pen.addComponent(base, (scale, 0, 0, scale, 0, rise))
            name = f"small{ord(char):04x}"
            font.setGlyphOrder([*font.getGlyphOrder(), name])
            table[name] = pen.glyph()
            metrics[name] = (round(metrics[base][0] * scale), 0)
            settle(font, name)
            for part in font["cmap"].tables:
                if part.isUnicode():
                    part.cmap[ord(char)] = name


def settle(font: TTFont, name: str) -> None:
    """Work out a glyph's box and left bearing anew."""
    glyph = font["glyf"][name]
    glyph.recalcBounds(font["glyf"])
    font["hmtx"].metrics[name] = (font["hmtx"].metrics[name][0], glyph.xMin if glyph.numberOfContours else 0)


def rename(font: TTFont, face: Face) -> None:
    """Give the face our family name, as its licence asks of a changed font; copyright and licence records stay.

    Records 21 and 22 go too: left in, Qt joins the two cuts of Inter into one family.
    """
    names = font["name"]
    kept = [record for record in names.names if record.nameID in (0, 5, 9, 13, 14) and record.platformID == 3]
    names.names = kept
    full = f"{face.family} {face.style}"
    plain = face.style == "Regular"
    records = {1: face.family if plain else full, 2: "Regular", 3: full, 4: full, 6: face.file.removesuffix(".ttf")}
    if not plain:
        records |= {16: face.family, 17: face.style}
    for number, text in records.items():
        names.setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = face.weight


if __name__ == "__main__":
    main(sys.argv[1:])
