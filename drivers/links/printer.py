"""The link of a label printer: what is submitted is sent as it is; the printer says how it is when it is asked, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from drivers.core.form import unknown_value
from drivers.core.link import Counts, Done, Event, Send, Warn

CONDITIONS = ("paper-out", "head-open", "paused", "ribbon-out")
"""Codes of a Warn: what keeps the printer from printing. `no-answer` is one too: it was asked and said nothing."""
QUESTION = {"zpl": b"~HS\r\n", "tspl": b"\x1b!?"}
LONGEST = 256
"""Bytes of one line of an answer, at the most."""
_LINE = re.compile(rb"\x02([^\x02\x03]{0,%d})\x03" % (LONGEST - 2))
_FLAGS: tuple[Mapping[int, str], ...] = ({1: "paper-out", 2: "paused"}, {2: "head-open", 3: "ribbon-out"}, {})
"""ZPL ~HS: what the fields of its three lines say, counted from 0 (ZPL II Programming Guide, ~HS)."""
_BITS = {0x04: "paper-out", 0x01: "head-open", 0x10: "paused", 0x08: "ribbon-out"}
"""TSPL ESC !?: what the bits of its one byte say (Gprinter GP-2120T, manual, status polling)."""


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """What the printer speaks and what is in it; the media are for whoever makes the labels."""

    language: Literal["tspl", "zpl"] = "zpl"
    asks: bool = False
    """Ask for the printer's condition behind every label: only where its answer comes back over the same wire."""
    answer_s: float = 3.0
    width_mm: int = 50
    height_mm: int = 30
    dpi: Literal[203, 300, 600] = 203
    font: str = ""
    """ZPL: a font with Chinese characters stored in the printer, `E:SIMSUN.FNT`."""

    def __post_init__(self) -> None:
        if not 0 < self.answer_s <= 60:
            raise unknown_value("answer_s", self.answer_s)


class PrinterLink:
    """The host's end of a printer's wire. Done says that the label was sent: a printer that is paused or empty keeps it and prints it later."""

    def __init__(self, settings: PrinterSettings | None = None, encoding: str = "utf-8") -> None:
        self.counts = Counts()
        self._settings = settings or PrinterSettings()
        self._encoding = "utf-8" if encoding == "auto" else encoding
        self._heard = b""
        self._line = 0
        """Which of its lines the printer says next."""
        self._due: float | None = None
        self._tickets = 0

    @property
    def begun_at(self) -> int | None:
        """See Link: a printer sends no messages."""
        return None

    def cut(self, data: bytes) -> list[bytes]:
        """An answer is in no message: it may stand in one row."""
        return [data] if data else []

    def feed(self, data: bytes, now: float) -> list[Event]:
        """See Link: only Warn comes of it."""
        self.counts.received += len(data)
        codes = self._of_byte(data) if self._settings.language == "tspl" else list(self._of_lines(data))
        return [Warn(code) for code in codes]

    def poll(self, now: float) -> list[Event]:
        """See Link."""
        if self._due is None or now < self._due:
            return []
        self._due, self._heard, self._line = None, b"", 0
        self.counts.silences += 1
        return [Warn("no-answer")]

    def next_deadline(self) -> float | None:
        """See Link."""
        return self._due

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """Send the lines of one label, in the printer's language (see drivers.printers)."""
        self._tickets += 1
        sent: list[Event] = [Send("".join(f"{line}\r\n" for line in records).encode(self._encoding, "replace")), Done(self._tickets)]
        if self._settings.asks:
            # An answer that is still on its way is not waited for any longer; the next one says the same, or better.
            self._heard, self._line, self._due = b"", 0, now + self._settings.answer_s
            sent.append(Send(QUESTION[self._settings.language]))
        return self._tickets, sent

    def abort(self) -> list[Event]:
        """See Link."""
        self._heard, self._line, self._due = b"", 0, None
        return []

    def _of_byte(self, data: bytes) -> list[str]:
        if self._due is None or not data:
            self.counts.noise += len(data)
            return []
        self._due = None
        self.counts.noise += len(data) - 1
        return [code for bit, code in _BITS.items() if data[0] & bit]

    def _of_lines(self, data: bytes) -> Iterator[str]:
        heard, at = self._heard + data, 0
        for found in _LINE.finditer(heard):
            self._noise(heard[at : found.start()])
            at = found.end()
            said = found[1].split(b",")
            yield from (code for field, code in _FLAGS[self._line].items() if said[field : field + 1] == [b"1"])
            self._line = (self._line + 1) % len(_FLAGS)
            if self._line == 0:
                self._due = None
        rest = heard[at:]
        begun = rest.rfind(b"\x02")
        kept = rest[begun:] if begun >= 0 and len(rest) - begun <= LONGEST else b""
        self._noise(rest[: len(rest) - len(kept)])
        self._heard = kept

    def _noise(self, data: bytes) -> None:
        """Count what is in no line; line ends are between them."""
        self.counts.noise += len(data.translate(None, b"\r\n"))
