"""A label printer: it keeps what it would print, and says how it is when it is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from drivers.core.profile import Profile

ZPL_FIELDS = (
    ["030", "0", "0", "0245", "000", "0", "0", "0", "000", "0", "0", "0"],
    ["000", "0", "0", "0", "0", "2", "4", "0", "00000000", "1", "000"],
    ["1234", "0"],
)
"""The three lines of an answer to ~HS when all is well."""
ZPL_PLACES = {"paper-out": (0, 1), "paused": (0, 2), "head-open": (1, 2), "ribbon-out": (1, 3)}
"""Condition -> its line and field."""
TSPL_BITS = {"head-open": 1, "paper-out": 4, "ribbon-out": 8, "paused": 16}


class LabelPrinter:
    """Prints everything it is sent, in order.

    Faults: `split` its answers come byte by byte; `silence` it never answers; `drop` the last byte of its first answer is missing.
    The others do nothing: it sends nothing of itself.
    """

    def __init__(self, fault: str | None, haste: float, profile: Profile) -> None:
        self.printed: list[bytes] = []
        """Every label, from its first command to its last."""
        self.conditions: set[str] = set()
        """What keeps it from printing: keys of TSPL_BITS."""
        self._fault, self._language = fault, profile.link_settings.language
        self._heard = b""

    def send(self, messages: Sequence[Sequence[str]]) -> None:
        """There is nothing a printer says unasked."""

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """See Device."""
        self._heard += data
        return [part for answer in (self._zpl() if self._language == "zpl" else self._tspl()) for part in self._as_written(answer)]

    def poll(self, now: float) -> list[bytes]:
        """See Device."""
        return []

    def unplug(self) -> None:
        """See Device."""
        self._heard = b""

    @property
    def idle(self) -> bool:
        """See Device."""
        return True

    def _zpl(self) -> list[bytes]:
        """A question counts wherever it stands, in the midst of a label too: a tilde begins a command that is carried out at once."""
        asked = self._heard.count(b"~HS")
        self._heard = self._heard.replace(b"~HS", b"")
        labels = re.findall(rb"\^XA.*?\^XZ", self._heard, re.DOTALL)
        self.printed += labels
        self._heard = self._heard.rpartition(b"^XZ")[2] if labels else self._heard
        lines = [list(line) for line in ZPL_FIELDS]
        for condition in self.conditions:
            line, place = ZPL_PLACES[condition]
            lines[line][place] = "1"
        return [b"".join(b"\x02" + ",".join(line).encode("ascii") + b"\x03\r\n" for line in lines)] * asked

    def _tspl(self) -> list[bytes]:
        asked = self._heard.count(b"\x1b!?")
        self._heard = self._heard.replace(b"\x1b!?", b"")
        while found := re.search(rb"(?:\A|\n)PRINT [0-9,]+\r\n", self._heard):
            self.printed.append(self._heard[: found.end()])
            self._heard = self._heard[found.end() :]
        return [bytes((sum(TSPL_BITS[condition] for condition in self.conditions),))] * asked

    def _as_written(self, answer: bytes) -> list[bytes]:
        if self._fault == "silence":
            return []
        if self._fault == "drop":
            self._fault = None
            return [answer[:-1]] if answer[:-1] else []
        return [answer[at : at + 1] for at in range(len(answer))] if self._fault == "split" else [answer]
