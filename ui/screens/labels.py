"""The labels of a sample's portions, shown in a screen's panel and from there to the printer."""

from __future__ import annotations

from lims.i18n import _
from lims.services import samples
from ui.kit.preview import Preview
from ui.kit.screen import Screen

HEIGHT, WIDTH = 420, 440
"""Px in which two labels and the preview's own bar are in sight."""


def show_labels(screen: Screen, number: str) -> None:
    """Show the labels of a sample in the panel; where they stand there already, ask for the printer."""
    if shown := _shown(screen, number):
        shown.print()
    else:
        screen.desk.ask(samples.label_pages, number, then=lambda pdf: _put(screen, number, pdf), once="labels")


def _shown(screen: Screen, number: str) -> Preview | None:
    preview = screen.panel.findChild(Preview, number) if screen.panel else None
    return preview if isinstance(preview, Preview) and preview.isVisible() else None


def _put(screen: Screen, number: str, pdf: bytes) -> None:
    if screen.panel:
        preview = Preview(screen.desk, number)
        preview.setObjectName(number)
        preview.setMinimumHeight(HEIGHT)
        preview.put(pdf)
        screen.panel.drag_to(max(screen.panel.width(), WIDTH))
        screen.panel.put(_("Labels of {number}").format(number=number), preview)
        screen.show_panel(True)
