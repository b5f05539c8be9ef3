"""Frames that begin with STX and end where a pattern says, of an instrument that speaks unasked: what `stx_etx` and `rs_text` share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from drivers.core.link import Counts, Event, Failed, Message, Quarantine, Send

STX, EOT, ACK, NAK = 0x02, 0x04, b"\x06", b"\x15"
LONGEST = 64_000
"""Bytes of a frame; where no end came within them, they go to quarantine."""


class Framed:
    """The host's end of a wire that carries frames.

    *end* finds the end of a frame and is at most three bytes long; *text* returns the text of a whole frame, None where its checksum is wrong.
    With *acknowledges* a frame is answered ACK, or NAK on a wrong sum and the instrument sends it again; else a wrong frame goes to quarantine.
    """

    def __init__(self, end: bytes, text: Callable[[bytes], bytes | None], idle_s: float, *, acknowledges: bool = False) -> None:
        self.counts = Counts()
        self._ends = re.compile(b"\x02|" + end, re.DOTALL)
        self._rows = re.compile(b"(?=\x02)|(?<=" + end + b")", re.DOTALL)
        self._text, self._idle_s, self._acknowledges = text, idle_s, acknowledges
        self._held = bytearray()
        self._start = 0
        self._sought = 1
        self._heard = 0.0
        self._tickets = 0

    @property
    def begun_at(self) -> int | None:
        """See Link."""
        return self._start if self._held else None

    def cut(self, data: bytes) -> list[bytes]:
        """One frame a row."""
        return [part for part in self._rows.split(data) if part]

    def feed(self, data: bytes, now: float) -> list[Event]:
        """See Link."""
        self.counts.received += len(data)
        self._held += data
        self._heard = now
        events: list[Event] = []
        while self._held:
            if self._held[0] != STX:
                events += self._outside()
                continue
            found = self._ends.search(self._held, self._sought, LONGEST)
            if found is None and len(self._held) < LONGEST:
                self._sought = max(1, len(self._held) - 2)
                break
            if found is None:
                events += self._quarantine("too-long", LONGEST)
            elif found[0] == b"\x02":
                events += self._quarantine("started-again", found.start())
            else:
                events += self._whole(found.end())
        return events

    def poll(self, now: float) -> list[Event]:
        """See Link."""
        due = self.next_deadline()
        return self._quarantine("timed-out", len(self._held)) if due is not None and now >= due else []

    def next_deadline(self) -> float | None:
        """See Link."""
        return self._heard + self._idle_s if self._held else None

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """Nothing is sent to this kind of instrument."""
        self._tickets += 1
        return self._tickets, [Failed(self._tickets, "one-way")]

    def abort(self) -> list[Event]:
        """See Link."""
        return self._quarantine("lost", len(self._held)) if self._held else []

    def _outside(self) -> list[Event]:
        begins = self._held.find(STX)
        outside = self._taken(begins if begins >= 0 else len(self._held))
        # A block of an instrument that insists on ACK ends with EOT.
        ends = outside.count(EOT) if self._acknowledges else 0
        self.counts.noise += len(outside) - ends
        return [Send(ACK)] * ends

    def _whole(self, size: int) -> list[Event]:
        text = self._text(bytes(self._held[:size]))
        if text is not None:
            self.counts.messages += 1
            self._taken(size)
            message = Message(text, self._start - size, self._start)
            return [message, Send(ACK)] if self._acknowledges else [message]
        self.counts.wrong_sums += 1
        if not self._acknowledges:
            return self._quarantine("undecodable", size)
        self.counts.refused += 1
        self._taken(size)
        return [Send(NAK)]

    def _quarantine(self, reason: str, size: int) -> list[Event]:
        self.counts.quarantined += 1
        self._taken(size)
        return [Quarantine(reason, self._start - size, self._start)]

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        self._start += size
        self._sought = 1
        return taken
