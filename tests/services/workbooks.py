"""Workbooks for tests: the least that Excel itself would open, written part by part."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"

TYPES = "application/vnd.openxmlformats-package.relationships+xml"

PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="{TYPES}"/>
        <Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{SHEET}.sheet.main+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{PACKAGE}/relationships">
        <Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="限量" sheetId="1" r:id="r1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{PACKAGE}/relationships">
        <Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
        <Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{MAIN}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>""",
}
"""Everything but the sheet; of three styles the first is a number, the second a day, the third a moment."""

FIRST_DAY = date(1899, 12, 30)
"""Day nought of Excel's count."""

Value = str | int | float | bool | date | None


def xlsx(rows: Sequence[Sequence[Value]]) -> bytes:
    """Return a workbook with one sheet, its first row in line 1."""
    return workbook_of(
        "".join(f'<row r="{line}">{"".join(_cell(value, line, place) for place, value in enumerate(row))}</row>' for line, row in enumerate(rows, 1))
    )


def workbook_of(sheet: str) -> bytes:
    """Return a workbook whose sheet holds these rows, as XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        for name, content in {**PARTS, "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>'}.items():
            parts.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{content}')
    return out.getvalue()


def locked() -> bytes:
    """Return a compound file with a stream called EncryptedPackage, as Excel makes it of a workbook with a password ([MS-OFFCRYPTO] 2.3.4.4)."""
    head = struct.pack("<8s16sHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, LAST, 0, LAST, 0, 0)
    table = struct.pack("<III", FAT, LAST, LAST)
    folder = _entry("Root Entry", 5, LAST, 0, 1) + _entry("EncryptedPackage", 2, 2, 512, FREE) + bytes(256)
    return head.ljust(512, b"\xff") + table.ljust(512, b"\xff") + folder + bytes(512)


FREE, LAST, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
"""What a compound file's table of sectors says of a sector ([MS-CFB] 2.1)."""


def _entry(name: str, kind: int, sector: int, size: int, child: int) -> bytes:
    return struct.pack("<64sHBBIII36xIQ", name.encode("utf-16-le"), 2 * len(name) + 2, kind, 1, FREE, FREE, child, sector, size)


def _cell(value: Value, line: int, place: int) -> str:
    where = f'r="{chr(65 + place)}{line}"'
    match value:
        case None:
            return ""
        case bool():
            return f'<c {where} t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f"<c {where}><v>{value!r}</v></c>"
        case datetime():
            return f'<c {where} s="2"><v>{(value.date() - FIRST_DAY).days + value.hour / 24}</v></c>'
        case date():
            return f'<c {where} s="1"><v>{(value - FIRST_DAY).days}</v></c>'
        case _:
            return f'<c {where} t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'
