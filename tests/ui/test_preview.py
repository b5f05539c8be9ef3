"""Laws of the preview: every page at its size, drawn away from the screen's thread, printed at 300 dpi as it is."""

from __future__ import annotations

import pypdfium2
import pytest
from PySide6.QtPrintSupport import QPrinter
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from lims.errors import Trouble
from ui.kit.preview import Preview, draw_page, page_sizes, print_pages


def paper(*pages: tuple[float, float]) -> bytes:
    """Return a document with a black square, 100 points wide, at the lower left of every page."""
    canvas = Canvas("")
    for size in pages:
        canvas.setPageSize(size)
        canvas.rect(0, 0, 100, 100, fill=1)
        canvas.showPage()
    return canvas.getpdfdata()


TWO = paper(A4, landscape(A4))


def test_every_page_has_its_own_size():
    sizes = page_sizes(TWO)
    assert [(round(width), round(height)) for width, height in sizes] == [(595, 842), (842, 595)]


def test_what_is_no_document_is_said():
    with pytest.raises(Trouble, match="无法显示"):
        page_sizes(b"no document")


def test_a_page_is_drawn_as_wide_as_asked_in_its_own_colours():
    image = draw_page(TWO, 0, 595)
    assert (image.width(), image.height()) == (595, 842)
    assert image.pixelColor(50, 841 - 50).name() == "#000000" and image.pixelColor(300, 100).name() == "#ffffff"


@pytest.fixture
def preview(desk, qtbot) -> Preview:
    made = Preview(desk)
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    made.put(TWO)
    qtbot.waitUntil(lambda: len(made._views()) == 2 and made._views()[0]._image is not None)
    return made


def test_pages_fill_the_width_and_zoom_keeps_their_shape(preview):
    assert preview.page() == 1 and preview._where.text() == "第 1 页，共 2 页"
    preview.zoom_to(2.0)
    view = preview._views()[0]
    assert view.width() == round(A4[0] / 72 * 96 * 2) and view.height() == round(A4[1] / 72 * 96 * 2)


def test_the_same_document_again_changes_nothing(preview):
    views = preview._views()
    preview.put(TWO)
    assert preview._views() == views


def test_no_document_no_printing(preview):
    preview.clear()
    assert preview._print.refusal and preview.page() == 0


def test_a_print_has_the_pages_own_sizes_without_scaling(tmp_path, qapp):
    target = tmp_path / "printed.pdf"
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(target))
    printer.setResolution(300)
    assert print_pages(TWO, printer) == 2
    printed = pypdfium2.PdfDocument(target)
    assert [tuple(round(side, -1) for side in printed[place].get_size()) for place in range(2)] == [(600, 840), (840, 600)]
    image = draw_page(target.read_bytes(), 0, 595)
    assert image.pixelColor(97, 842 - 97).name() == "#000000" and image.pixelColor(104, 842 - 104).name() == "#ffffff"
    printed.close()
