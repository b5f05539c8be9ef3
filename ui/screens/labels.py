"""The labels of a sample's portions, shown in a screen's panel and from there to the label printer of this workstation, or to the system's."""

from __future__ import annotations

from lims.i18n import _, n_
from lims.services import samples
from ui.kit.preview import Preview
from ui.kit.screen import Screen
from ui.screens.wires import laboratory

HEIGHT, WIDTH = 420, 440
"""Px in which two labels and the preview's own bar are in sight."""


def show_labels(screen: Screen, number: str) -> None:
    """Show the labels of a sample in the panel; where they stand there already, ask for the printer."""
    if shown := _shown(screen, number):
        ports = laboratory(screen).ports
        printer = next((port.code for port in ports.rows() if port.prints and port.state == "live"), "")
        if printer:
            screen.desk.ask(
                samples.label_rows, number, then=lambda rows: screen.desk.run(ports.print_labels, printer, rows, then=lambda count: _sent(screen, count))
            )
        else:
            shown.print()
    else:
        screen.desk.ask(samples.label_pages, number, then=lambda pdf: _put(screen, number, pdf), once="labels")


def _shown(screen: Screen, number: str) -> Preview | None:
    preview = screen.panel.findChild(Preview, number) if screen.panel else None
    return preview if isinstance(preview, Preview) and preview.isVisible() else None


def _sent(screen: Screen, count: int) -> None:
    screen.shell.toast(n_("{count} label sent to the printer.", "{count} labels sent to the printer.", count).format(count=count))


def _put(screen: Screen, number: str, pdf: bytes) -> None:
    if screen.panel:
        preview = Preview(screen.desk, number)
        preview.setObjectName(number)
        preview.setMinimumHeight(HEIGHT)
        preview.put(pdf)
        screen.panel.drag_to(max(screen.panel.width(), WIDTH))
        screen.panel.put(_("Labels of {number}").format(number=number), preview)
        screen.show_panel(True)
