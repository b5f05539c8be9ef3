"""Reads pages back as others do: text by poppler, pictures by PDFium, codes by ZXing."""

from __future__ import annotations

import io
import subprocess

import pikepdf
import pypdfium2
import zxingcpp
from PIL.Image import Image


def texts(pdf: bytes) -> list[str]:
    """Return the text of each page, laid out as on the page."""
    return _poppler(pdf, "-layout")


def flowing(pdf: bytes) -> str:
    """Return the text of all pages in the order it was written, without any white space: how lines were broken does not matter."""
    return "".join("".join(_poppler(pdf, "-raw")).split())


def tight(text: str) -> str:
    """Return *text* without any white space: poppler guesses the blanks between characters that stand apart."""
    return "".join(text.split())


def _poppler(pdf: bytes, order: str) -> list[str]:
    done = subprocess.run(["pdftotext", order, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def picture(pdf: bytes, page: int, dots: float = 150) -> Image:
    """Return page *page*, counted from 0, at so many dots an inch."""
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].render(scale=dots / 72).to_pil()


def codes(pdf: bytes, page: int, dots: float = 150) -> list[tuple[str, str]]:
    """Return kind and text of each code on the page."""
    return [(str(one.format), one.text) for one in zxingcpp.read_barcodes(picture(pdf, page, dots))]


def fonts(pdf: bytes) -> dict[str, bool]:
    """Return every font of the document and whether its outlines are carried in it."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        dictionaries = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font"]
        return {str(one["/BaseFont"]): "/FontDescriptor" in one and "/FontFile2" in one["/FontDescriptor"] for one in dictionaries}
