"""The link of barcode scanners: a code and its suffix, or a code and a pause; some are started by a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from drivers.core.asking import DONE, AskingLink, AskingSettings, Heard


@dataclass(frozen=True, slots=True)
class ScannerSettings(AskingSettings):
    """How a code ends. Without a suffix (`line_end` empty) set *line_s* to 0.05 to 0.1: the pause that ends it."""

    line_end: Literal["\r\n", "\r", "\n", "\t", ""] = "\r"
    answer_s: float = 10.0
    """A started scanner has read by then, or is stopped with `cancel`."""
    no_read: tuple[str, ...] = ("NG", "ERR99")
    """What it says instead of a code (Keyence BL, host commands)."""


def link(settings: ScannerSettings | None = None, encoding: str = "latin-1") -> AskingLink:
    """Return the host's end of a scanner's wire. The stopping command gets no answer."""
    settings = settings or ScannerSettings()

    def understand(line: str, command: str) -> Heard:
        if line.strip() in settings.no_read:
            return Heard(answer="not-read" if command else "")
        return Heard(True, DONE if command and command != settings.cancel else "")

    return AskingLink(settings, understand, unanswered=lambda command: command == settings.cancel)
