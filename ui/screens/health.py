"""How the line of an instrument fares, in words: for its card and for the monitor."""

from __future__ import annotations

from lims.i18n import _
from lims.services.ports import PortRow
from ui.screens.moments import minute


def health(port: PortRow, whole: bool = True) -> list[tuple[str, str]]:
    """Return what a port has counted, in words; not *whole*, what went wrong is told only where anything did."""
    arrived = [
        (_("Last byte"), minute(port.last_byte) or "—"),
        (_("Last message"), minute(port.last_message) or "—"),
        (_("Bytes received"), str(port.received)),
        (_("Messages"), str(port.messages)),
    ]
    wrong = [
        (_("Not whole"), str(port.quarantined)),
        (_("Wrong checksum"), str(port.wrong_sums)),
        (_("Refused frames"), str(port.refused)),
        (_("Unknown frames"), str(port.unknown)),
        (_("Fell silent"), str(port.silences)),
        (_("Bytes between frames"), str(port.noise)),
    ]
    return [*arrived, *(row for row in wrong if whole or row[1] != "0")]
