"""The link of bioMérieux instruments: STX, fields that each begin with RS, GS, and a checksum of two hex digits."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.core.framed import Framed


@dataclass(frozen=True, slots=True)
class RsTextSettings:
    """What belongs to the wire."""

    idle_s: float = 5.0
    """A frame that pauses this long is not complete and goes to quarantine."""


class RsTextLink(Framed):
    """The host's end of a wire that carries RS fields; whatever stands between two frames, an ETX too, is noise."""

    def __init__(self, settings: RsTextSettings | None = None, encoding: str = "latin-1") -> None:
        super().__init__(rb"\x1d[^\x02]{2}", _fields, (settings or RsTextSettings()).idle_s)


def _fields(frame: bytes) -> bytes | None:
    """Return the fields; the sum runs from the first RS to GS, both included, mod 256, lower-case hex.

    Measured on the capture in github senaite/senaite.astm, mini_vidas.
    """
    counted, written = frame[frame.find(b"\x1e") : -2], frame[-2:]
    return counted[:-1] if counted[:1] == b"\x1e" and written == b"%02x" % (sum(counted) % 256) else None
