"""The link of STX text ETX: one frame a message, with a checksum or without, acknowledged or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from drivers.core.framed import Framed


@dataclass(frozen=True, slots=True)
class StxEtxSettings:
    """How a frame is checked and answered."""

    checksum: Literal["none", "sum"] = "none"
    """`sum`: the two characters before ETX are the byte sum of the text, mod 256, in hex (Hanna bench meters, manual of the HI981914, RS232 protocol)."""
    acknowledges: bool = False
    """Answer ACK after ETX and after EOT, NAK on a wrong sum: the Sanko MR-300 sends three times, 3 s apart, until it hears ACK (manual, page 26)."""
    idle_s: float = 5.0
    """A frame that pauses this long is not complete and goes to quarantine."""


class StxEtxLink(Framed):
    """The host's end of a wire that carries STX text ETX. A frame sent again because our ACK was lost is a message again: nothing numbers them."""

    def __init__(self, settings: StxEtxSettings | None = None, encoding: str = "latin-1") -> None:
        used = settings or StxEtxSettings()
        super().__init__(b"\x03", _summed if used.checksum == "sum" else _plain, used.idle_s, acknowledges=used.acknowledges)


def _plain(frame: bytes) -> bytes:
    return frame[1:-1]


def _summed(frame: bytes) -> bytes | None:
    text, written = frame[1:-3], frame[-3:-1]
    return text if written.upper() == b"%02X" % (sum(text) % 256) else None
