"""Pages of a PDF on the screen and on paper: drawn off the screen's thread, white in the dark, on the desk's ground.

    preview = Preview(desk)
    preview.put(pdf_bytes)            # or preview.clear()
    preview.print()                   # the system's dialog, 300 dpi

pypdfium2 is not safe on several threads at once: everything that touches a document holds one lock.
"""

from __future__ import annotations

import threading
from typing import Any

from PySide6.QtCore import QMarginsF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from lims.errors import Trouble
from lims.i18n import _
from ui.kit.command import Button, icon_button
from ui.kit.desk import Desk
from ui.kit.label import Label, Rule, ground
from ui.theme import theme

SCREEN_DPI, PAPER_DPI, POINTS = 96, 300, 72
STEPS = (0.5, 0.67, 0.75, 0.9, 1.0, 1.25, 1.5, 2.0, 3.0)
GAP = 16

_pdfium = threading.Lock()


class Preview(QWidget):
    """A bar (page x of y, zoom, print) over pages that scroll."""

    printed = Signal()
    shown = Signal()
    """Other pages are here, or none: what can be done with them has changed."""

    def __init__(self, desk: Desk, title: str = "") -> None:
        super().__init__()
        self._desk, self._title = desk, title
        self.pdf, self.zoom = b"", 0.0
        self.sizes: list[QSizeF] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar())
        column.addWidget(Rule())
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._pages = ground(QWidget(), "desk")
        self._column = QVBoxLayout(self._pages)
        self._column.setContentsMargins(GAP, GAP, GAP, GAP)
        self._column.setSpacing(GAP)
        self._scroll.setWidget(self._pages)
        self._scroll.verticalScrollBar().valueChanged.connect(self._scrolled)
        column.addWidget(self._scroll, 1)
        self._tell()

    def put(self, pdf: bytes) -> None:
        """Show the document *pdf*; the same bytes again change nothing."""
        if pdf == self.pdf:
            return
        self.clear()
        self.pdf = pdf
        self._desk.run(page_sizes, pdf, then=lambda sizes: self._measured(pdf, sizes), once=f"preview-{id(self)}")

    def clear(self) -> None:
        """Show no pages."""
        self.pdf, self.sizes = b"", []
        while self._column.count():
            if widget := self._column.takeAt(0).widget():
                widget.deleteLater()
        self._tell()
        self.shown.emit()

    def print(self) -> None:
        """Ask where, then print at 300 dpi; what the printer says no to becomes a message."""
        if not self.pdf:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setResolution(PAPER_DPI)
        printer.setDocName(self._title or "Shiyan")
        dialog = QPrintDialog(printer, self)
        dialog.setMinMax(1, len(self.sizes))
        dialog.accepted.connect(lambda: self._print_on(printer))
        dialog.open()

    def page(self) -> int:
        """Return the number of the page in view, from 1; 0 where nothing is shown."""
        middle = self._scroll.verticalScrollBar().value() + self._scroll.viewport().height() // 2
        views = self._views()
        return next((place + 1 for place, view in enumerate(views) if middle <= view.geometry().bottom() + GAP), len(views))

    def zoom_to(self, zoom: float) -> None:
        """Show pages at *zoom* (1 is paper size); 0 fits the width."""
        self.zoom = zoom
        self._resize()

    def fit_zoom(self) -> float:
        """Return the zoom at which the widest page fills the width."""
        wide = max((size.width() for size in self.sizes), default=595) / POINTS * SCREEN_DPI
        return max((self._scroll.viewport().width() - 2 * GAP - 2) / wide, 0.2)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._step(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._resize()

    def _bar(self) -> QWidget:
        bar = ground(QWidget(), "surface")
        bar.setFixedHeight(44)
        line = QHBoxLayout(bar)
        line.setContentsMargins(16, 0, 16, 0)
        self._where, self._size = Label(ink="text2"), Label(ink="text2")
        self._size.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._size.setFixedWidth(52)
        line.addWidget(self._where)
        line.addStretch(1)
        line.addWidget(icon_button("minus", _("Smaller"), lambda: self._step(-1)))
        line.addWidget(self._size)
        line.addWidget(icon_button("plus", _("Larger"), lambda: self._step(1)))
        fit = Button(_("Fit width"))
        fit.clicked.connect(lambda: self.zoom_to(0))
        line.addWidget(fit)
        line.addStretch(1)
        self.tools = QHBoxLayout()
        line.addLayout(self.tools)
        self._print = Button(_("Print"), "plain", "Ctrl+P", "printer")
        self._print.clicked.connect(self.print)
        line.addWidget(self._print)
        return bar

    def _measured(self, pdf: bytes, sizes: list[tuple[float, float]]) -> None:
        if pdf is not self.pdf:
            return  # put away meanwhile
        self.sizes = [QSizeF(*size) for size in sizes]
        for place in range(len(sizes)):
            self._column.addWidget(_Page(self._desk, self.pdf, place, len(sizes)), 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch(1)
        self._scroll.verticalScrollBar().setValue(0)
        self._resize()
        self.shown.emit()

    def _views(self) -> list[_Page]:
        widgets = (self._column.itemAt(place).widget() for place in range(self._column.count()))
        return [widget for widget in widgets if isinstance(widget, _Page)]

    def _resize(self) -> None:
        zoom = self.zoom or self.fit_zoom()
        for view, size in zip(self._views(), self.sizes, strict=False):
            view.show_at(QSize(round(size.width() / POINTS * SCREEN_DPI * zoom), round(size.height() / POINTS * SCREEN_DPI * zoom)))
        self._tell()

    def _step(self, way: int) -> None:
        now = self.zoom or self.fit_zoom()
        wanted = [step for step in STEPS if (step > now + 0.01 if way > 0 else step < now - 0.01)]
        if wanted:
            self.zoom_to(wanted[0] if way > 0 else wanted[-1])

    def _scrolled(self) -> None:
        self._tell()

    def _tell(self) -> None:
        count = len(self.sizes)
        self._where.setText(_("Page {page} of {count}").format(page=self.page(), count=count) if count else "")
        self._size.setText(f"{round((self.zoom or self.fit_zoom()) * 100)} %" if count else "")
        self._print.refuse(None if self.pdf else _("There is no page to print."))

    def _print_on(self, printer: QPrinter) -> None:
        self._desk.run(print_pages, self.pdf, printer, then=lambda _pages: self.printed.emit())


class _Page(QWidget):
    """One page: white paper with a hairline, drawn when it is first seen at a size."""

    def __init__(self, desk: Desk, pdf: bytes, place: int, count: int) -> None:
        super().__init__()
        self._desk, self._pdf, self._place = desk, pdf, place
        self._image: QImage | None = None
        self._asked = 0
        self.setAccessibleName(_("Page {page} of {count}").format(page=place + 1, count=count))

    def show_at(self, size: QSize) -> None:
        """Take another size; the old drawing is stretched until the new one has come."""
        if size != self.size():
            self.setFixedSize(size)
            self._asked = 0
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        wide = round(self.width() * self.devicePixelRatioF())
        if self._asked != wide:
            self._asked = wide
            self._desk.run(draw_page, self._pdf, self._place, wide, then=self._drawn, once=f"page-{id(self)}")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        if self._image:
            painter.drawImage(QRectF(self.rect()), self._image)
        painter.setPen(QPen(theme.colour("line2"), 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _drawn(self, image: QImage | None) -> None:
        if image is not None:
            self._image = image
            self.update()


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Return width and height of every page in points; raises Trouble for what is no PDF."""
    import pypdfium2

    with _pdfium:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise Trouble(_("The document cannot be shown: {why}.").format(why=error)) from error
        try:
            return [page.get_size() for page in document]
        finally:
            document.close()


def draw_page(pdf: bytes, place: int, wide: int) -> QImage:
    """Return page *place* (from 0) as a picture *wide* pixels wide."""
    import pypdfium2

    with _pdfium:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[place]
            bitmap = page.render(scale=wide / page.get_width(), rev_byteorder=True, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGRx)
            return QImage(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGBX8888).copy()
        finally:
            document.close()


def print_pages(pdf: bytes, printer: QPrinter) -> int:
    """Draw the chosen pages on *printer*; return how many. Raises Trouble when the printer takes none."""
    sizes = page_sizes(pdf)
    first, last = (printer.fromPage() or 1), (printer.toPage() or len(sizes))
    _turn(printer, sizes[first - 1])
    painter = QPainter()
    if not painter.begin(printer):
        raise Trouble(_("The printer does not take the job. Check that it is switched on and try again."))
    try:
        for place in range(first - 1, min(last, len(sizes))):
            if place >= first:
                _turn(printer, sizes[place])
                printer.newPage()
            area = printer.paperRect(QPrinter.Unit.DevicePixel)
            image = draw_page(pdf, place, round(sizes[place][0] / POINTS * PAPER_DPI))
            painter.drawImage(QRectF(0, 0, area.width(), area.width() * sizes[place][1] / sizes[place][0]), image)
    finally:
        painter.end()
    return min(last, len(sizes)) - first + 1


def _turn(printer: QPrinter, size: tuple[float, float]) -> None:
    """Give the printer the page's own size without margins, so that nothing is scaled."""
    printer.setFullPage(True)
    wide = size[0] > size[1]
    paper = QPageSize(QSizeF(min(size), max(size)), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.FuzzyMatch)
    way = QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait
    printer.setPageLayout(QPageLayout(paper, way, QMarginsF(0, 0, 0, 0)))
