"""The wires of this workstation as every screen sees them: the open laboratory behind the window, the light of a port, and its bell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast

from PySide6.QtCore import QObject, Qt, Signal

from lims.services.ports import Ports
from ui.kit.screen import Screen

PORT_MARKS = {"opening": "wait", "live": "live", "lost": "warn", "held": "warn", "stopped": "none"}
"""State of a port -> its mark."""


class Laboratory(Protocol):
    """What a screen needs of the open laboratory."""

    @property
    def ports(self) -> Ports: ...
    @property
    def folder(self) -> Any: ...


def laboratory(screen: Screen) -> Laboratory:
    """Return the open laboratory, which the window knows."""
    return cast(Any, screen.shell).laboratory  # type: ignore[no-any-return]


class Bell(QObject):
    """Rings on a port's thread when something came in or a port changed its state; who listens is told on the screen's."""

    rung = Signal()

    def __init__(self, screen: Screen, heard: Callable[[], None]) -> None:
        super().__init__(screen)
        ring, listeners = self.rung.emit, laboratory(screen).ports.on_arrival
        self.rung.connect(heard, Qt.ConnectionType.QueuedConnection)
        listeners.append(ring)
        self.destroyed.connect(lambda: listeners.remove(ring))
