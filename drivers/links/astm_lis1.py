"""The link of CLSI LIS1-A (ASTM E1381): ENQ, numbered frames with a checksum, EOT; both as receiver and as sender."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from drivers.core.link import Counts, Done, Event, Failed, Message, Quarantine, Send, Warn

STX, ETX, EOT, ENQ, ACK, LF, CR, NAK, ETB = 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A, 0x0D, 0x15, 0x17
FORBIDDEN = frozenset((0x01, STX, ETX, EOT, ENQ, ACK, 0x10, NAK, 0x16, ETB, LF, 0x11, 0x12, 0x13, 0x14))
"""Characters the text of a frame may not hold (LIS1-A); STX, ETX, ETB and LF end it before they could."""

ANSWER_S = 15.0
"""A sender waits this long for an answer."""
SILENCE_S = 30.0
"""A receiver waits this long for the next byte of its frame."""
BUSY_S = 10.0
"""After NAK to ENQ."""
CONTENTION_S = 20.0
"""Both called: the instrument goes first, the host keeps away this long."""
INTERRUPT_S = 15.0
"""The instrument stopped us with EOT."""
LENIENT_END_S = 0.2
GAP_S = 1.0
"""A pause after which ENQ or EOT inside a broken-off frame is believed."""
TRANSMISSIONS = 6
CALLS = 6
LONGEST = 128_000
"""Twice the 64,000 characters of LIS1-A; a longer frame is refused."""
LONGEST_MESSAGE = 4_000_000
"""Bytes from a message's beginning after which no further frame of it is taken: nobody sends that much, and it is kept in memory."""

_ROW = re.compile(rb"\x02?[^\x02\x04\n]*[\x04\n]?")
_TEXT = rb"[^\x01-\x06\n\x10-\x17]"
_WHOLE = re.compile(rb"\x02([0-7]" + _TEXT + rb"{0,%d}[\x03\x17])([0-9A-Fa-f]{2})\r\n" % (LONGEST - 1))
"""A frame nothing is wrong with but, perhaps, its checksum or its number."""
_ACK, _NAK = Send(bytes((ACK,))), Send(bytes((NAK,)))


@dataclass(frozen=True, slots=True)
class Lis1Settings:
    """Where an instrument departs from LIS1-A."""

    lenient_frame_end: bool = False
    """CR LF after the checksum may be missing or be a lone LF."""
    number_check: Literal["strict", "warn", "off"] = "strict"
    never_sends_l: bool = False
    """EOT completes a message although no L record came."""
    frames_without_enq: bool = False
    """Frames may come without a call; also makes a stored piece of a session readable."""
    bare_records: bool = False
    """Records may come without any framing, from H to L."""
    answers_contention: bool = False
    """The instrument expects its colliding ENQ to be acknowledged at once."""
    frame_text: int = 240
    """Characters of text in a frame we send."""


class _State(Enum):
    NEUTRAL = auto()
    SESSION = auto()
    FRAME = auto()
    BARE = auto()
    CALLING = auto()
    SENDING = auto()


_NEUTRAL, _SESSION, _FRAME, _BARE, _CALLING, _SENDING = _State
_PLAIN = {
    _NEUTRAL: re.compile(rb"[^\x02\x05H]+"),
    _SESSION: re.compile(rb"[^\x02\x04\x05]+"),
    _FRAME: re.compile(_TEXT + rb"+"),
    _BARE: re.compile(rb"[^\x02\x04\x05\n\r]+"),
    _CALLING: re.compile(rb"[^\x05\x06\x15]+"),
}
"""What decides nothing in a state is taken in one piece: text of a frame or record, noise in the others. A sender weighs every byte."""


@dataclass(slots=True)
class _Job:
    ticket: int
    frames: list[bytes]
    calls: int = 0
    place: int = 0
    transmissions: int = 0


class Lis1Link:
    """The host's end of a LIS1-A wire."""

    def __init__(self, settings: Lis1Settings | None = None, encoding: str = "latin-1") -> None:
        self.counts = Counts()
        self._settings = settings or Lis1Settings()
        self._encoding = "latin-1" if encoding == "auto" else encoding
        self._state = _NEUTRAL
        self._offset = 0
        self._heard = 0.0
        self._deadline: float | None = None
        self._events: list[Event] = []
        # receiving
        self._start: int | None = None
        self._text = bytearray()
        self._record_at = 0
        """Where in the text the record that may be the last begins: all before it is looked through already."""
        self._expected: int | None = 1
        self._last: bytes | None = None
        self._ended_etx = False
        self._spoiled = False
        self._body = bytearray()
        self._tail = bytearray()
        self._bad = False
        self._before = CR
        # sending
        self._jobs: deque[_Job] = deque()
        self._tickets = 0
        self._not_before = 0.0
        self._on_byte: dict[_State, Callable[[int, float], None]] = {
            _NEUTRAL: self._neutral,
            _SESSION: self._session,
            _FRAME: self._frame,
            _BARE: self._bare,
            _CALLING: self._calling,
            _SENDING: self._sending,
        }

    @property
    def begun_at(self) -> int | None:
        """See Link."""
        return self._start

    def cut(self, data: bytes) -> list[bytes]:
        """One frame a row: after LF and EOT, before STX."""
        return [row for row in _ROW.findall(data) if row]

    def feed(self, data: bytes, now: float) -> list[Event]:
        """See Link."""
        if self._state is _FRAME and data[:1] in (b"\x04", b"\x05") and now - self._heard >= GAP_S:
            self._drop_frame()
        place, begin = 0, self._offset
        while place < len(data):
            if frame := self._whole_frame(data, place):
                place = frame.end()
                self._offset = begin + place
                if self._start is None:
                    self._start = begin + frame.start()
                self._judge(frame[1], frame[2], now)
            elif plain := self._plain(data, place):
                place = plain.end()
                self._offset = begin + place
                self._take_plain(plain[0], now)
            else:
                place += 1
                self._offset = begin + place
                self._on_byte[self._state](data[place - 1], now)
            self._before = data[place - 1]
        self.counts.received += len(data)
        self._heard = now
        self._call(now)
        return self._take()

    def poll(self, now: float) -> list[Event]:
        """See Link."""
        if self._lenient_due() is not None and now >= self._heard + LENIENT_END_S:
            self._frame_over(now)
        elif self._deadline is not None and now >= self._deadline:
            self._too_late(now)
        self._call(now)
        return self._take()

    def next_deadline(self) -> float | None:
        """See Link."""
        waiting = self._not_before if self._jobs and self._state is _NEUTRAL else None
        moments = [moment for moment in (self._deadline, self._lenient_due(), waiting) if moment is not None]
        return min(moments, default=None)

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """Queue one message for the instrument, one record a frame."""
        self._tickets += 1
        self._jobs.append(_Job(self._tickets, frames(records, self._encoding, self._settings.frame_text)))
        self._call(now)
        return self._tickets, self._take()

    def abort(self) -> list[Event]:
        """See Link."""
        self._quarantine("lost", self._offset)
        self._events.extend(Failed(job.ticket, "lost") for job in self._jobs)
        self._jobs.clear()
        self._to_neutral()
        self._not_before, self._before = 0.0, CR
        return self._take()

    # -- receiving ---------------------------------------------------------------------------------------------

    def _whole_frame(self, data: bytes, place: int) -> re.Match[bytes] | None:
        return _WHOLE.match(data, place) if self._state is _SESSION and not self._overlong(self._offset) else None

    def _plain(self, data: bytes, place: int) -> re.Match[bytes] | None:
        """Return the longest run from *place* that decides nothing, as far as there is room for it."""
        room = len(data)
        if self._state is _FRAME:
            room = 0 if self._body and self._body[-1] in (ETX, ETB) else LONGEST + 1 - len(self._body)
        elif self._state is _BARE:
            room = LONGEST + 1 - len(self._text)
        pattern = _PLAIN.get(self._state)
        return pattern.match(data, place, place + room) if pattern and room > 0 else None

    def _take_plain(self, run: bytes, now: float) -> None:
        if self._state is _FRAME:
            self._body += run
            self._deadline = now + SILENCE_S
        elif self._state is _BARE:
            self._text += run
            self._deadline = now + SILENCE_S
        else:
            self.counts.noise += len(run)

    def _overlong(self, offset: int) -> bool:
        return self._start is not None and offset - self._start > LONGEST_MESSAGE

    def _neutral(self, byte: int, now: float) -> None:
        if byte == ENQ:
            self._open(now)
        elif byte == STX and self._settings.frames_without_enq:
            self._begin_session(self._offset - 1, None, now)
            self._begin_frame(now)
        elif byte == ord("H") and self._settings.bare_records and self._before in (CR, LF, EOT):
            self._begin_session(self._offset - 1, None, now)
            self._text.append(byte)
            self._state = _BARE
        else:
            self.counts.noise += 1

    def _session(self, byte: int, now: float) -> None:
        if byte == STX and self._overlong(self._offset - 1):
            self._quarantine("too-long", self._offset - 1)
            self._to_neutral()
            self._neutral(byte, now)
        elif byte == STX:
            self._begin_frame(now)
        elif byte == EOT:
            self._close()
        elif byte == ENQ:
            self._quarantine("started-again", self._offset - 1)
            self._open(now)
        else:
            self.counts.noise += 1

    def _frame(self, byte: int, now: float) -> None:
        # A long frame at 1200 baud lasts minutes: every byte of it shows that the sender lives.
        self._deadline = now + SILENCE_S
        if byte == STX and self._lenient_due() is None:
            self._drop_frame()
            self._begin_frame(now)
        elif self._body and self._body[-1] in (ETX, ETB):
            self._frame_tail(byte, now)
        elif byte == LF or len(self._body) > LONGEST:
            self._refuse(now)
        else:
            self._body.append(byte)
            self._bad = self._bad or (byte in FORBIDDEN and byte not in (ETX, ETB))

    def _frame_tail(self, byte: int, now: float) -> None:
        place, lenient = len(self._tail), self._settings.lenient_frame_end
        fits = (chr(byte) in "0123456789ABCDEFabcdef") if place < 2 else byte == (CR, LF)[place - 2]
        if fits or (lenient and place == 2 and byte == LF):
            self._tail.append(byte)
            if byte == LF:
                self._frame_over(now)
        elif lenient and place >= 2:
            self._offset -= 1  # this byte is no part of the frame that is over
            self._frame_over(now)
            self._offset += 1
            self._on_byte[self._state](byte, now)
        else:
            self._refuse(now)

    def _frame_over(self, now: float) -> None:
        """Decide on a whole frame in the order end, checksum, number."""
        body = bytes(self._body)
        if self._bad or not 0x30 <= body[0] <= 0x37:
            self._refuse(now)
        else:
            self._judge(body, bytes(self._tail[:2]), now)

    def _judge(self, body: bytes, digits: bytes, now: float) -> None:
        if sum(body) & 0xFF != int(digits, 16):
            self.counts.wrong_sums += 1
            self._refuse(now)
        elif body == self._last:
            # The same number and the same bytes again: our ACK was lost.
            self._spoiled = self._spoiled and bool(self._text)
            self._answer(_ACK, now)
            self._forget_start()
        elif body[0] - 0x30 == self._expected or self._number_fits():
            self._keep(body, now)
        else:
            self._refuse(now)

    def _number_fits(self) -> bool:
        """Say whether a number other than the expected one is let through."""
        if self._expected is None or self._settings.number_check == "off":
            return True
        self.counts.unknown += 1
        if self._settings.number_check == "warn":
            self._events.append(Warn("frame-number"))
            return True
        return False

    def _keep(self, body: bytes, now: float) -> None:
        self._last, self._expected, self._spoiled = body, (body[0] - 0x30 + 1) % 8, False
        self._text += body[1:-1]
        self._ended_etx = body[-1] == ETX
        if self._ended_etx and self._text[-1:] != b"\r":
            self._text.append(CR)
        self._answer(_ACK, now)
        if self._ended_etx:
            self._end_record()

    def _end_record(self) -> bool:
        """Complete the message when its terminator record is here; say whether it was."""
        text, begin = self._text, self._record_at
        last = text.find(b"L", begin) >= 0 and ends_with_l(bytes(text[begin:]), bytes(text[1:2]))
        self._record_at = len(self._text)
        if last:
            self._complete()
        return last

    def _complete(self) -> None:
        assert self._start is not None
        self._events.append(Message(bytes(self._text), self._start, self._offset))
        self.counts.messages += 1
        self._forget_text()
        self._start = None

    def _close(self) -> None:
        """EOT: what is not complete by now never will be."""
        if self._settings.never_sends_l and self._text and self._ended_etx:
            self._complete()
        self._quarantine("ended-early", self._offset)
        self._to_neutral()

    def _bare(self, byte: int, now: float) -> None:
        self._deadline = now + SILENCE_S
        if byte in (CR, LF, EOT) and self._end_record():
            self._to_neutral()
        elif byte in (STX, ENQ, EOT) or len(self._text) > LONGEST:
            self._quarantine("too-long" if len(self._text) > LONGEST else "ended-early", self._offset - 1)
            self._to_neutral()
            self._neutral(byte, now)
        else:
            self._text.append(CR if byte == LF else byte)

    def _open(self, now: float) -> None:
        self._begin_session(self._offset - 1, 1, now)
        self._answer(_ACK, now)

    def _begin_session(self, start: int, expected: int | None, now: float) -> None:
        self._state, self._start, self._expected, self._last = _SESSION, start, expected, None
        self._forget_text()
        self._spoiled, self._ended_etx, self._deadline = False, False, now + SILENCE_S

    def _begin_frame(self, now: float) -> None:
        self._state, self._bad = _FRAME, False
        self._body.clear()
        self._tail.clear()
        self._deadline = now + SILENCE_S
        if self._start is None:
            self._start = self._offset - 1

    def _drop_frame(self) -> None:
        self.counts.noise += 1 + len(self._body) + len(self._tail)
        self._spoiled, self._state = True, _SESSION

    def _refuse(self, now: float) -> None:
        self.counts.refused += 1
        self._spoiled = True
        self._answer(_NAK, now)

    def _answer(self, said: Send, now: float) -> None:
        self._events.append(said)
        self._state, self._deadline = _SESSION, now + SILENCE_S

    def _forget_start(self) -> None:
        if not self._text:
            self._start = None

    def _quarantine(self, reason: str, end: int) -> None:
        """Keep for a person what was begun; a call without a frame (a keep-alive) was not."""
        begun = self._text or self._spoiled or self._state is _FRAME
        if begun and self._start is not None:
            self._events.append(Quarantine(reason, self._start, end))
            self.counts.quarantined += 1
        self._forget_text()
        self._start, self._spoiled = None, False

    def _forget_text(self) -> None:
        self._text.clear()
        self._record_at = 0

    # -- sending -----------------------------------------------------------------------------------------------

    def _call(self, now: float) -> None:
        if self._jobs and self._state is _NEUTRAL and now >= self._not_before:
            self._jobs[0].calls += 1
            self._events.append(Send(bytes((ENQ,))))
            self._state, self._deadline = _CALLING, now + ANSWER_S

    def _calling(self, byte: int, now: float) -> None:
        if byte == ACK:
            self._transmit(now)
        elif byte == NAK:
            self._busy(now)
        elif byte == ENQ:
            self._not_before = now + CONTENTION_S
            self._to_neutral()
            if self._settings.answers_contention:
                self._open(now)
        else:
            self.counts.noise += 1

    def _busy(self, now: float) -> None:
        self._not_before = now + BUSY_S
        self._to_neutral()
        if self._jobs[0].calls >= CALLS:
            self._events.append(Failed(self._jobs.popleft().ticket, "busy"))

    def _sending(self, byte: int, now: float) -> None:
        job = self._jobs[0]
        self.counts.unknown += byte not in (ACK, NAK, EOT)
        if byte in (ACK, EOT):
            job.place, job.transmissions = job.place + 1, 0
        if job.place == len(job.frames):
            self._hang_up(Done(job.ticket))
        elif byte == EOT:
            self._not_before = now + INTERRUPT_S
            self._hang_up(Failed(job.ticket, "interrupted"))
        elif job.transmissions >= TRANSMISSIONS:
            self._hang_up(Failed(job.ticket, "refused"))
        else:
            self._transmit(now)

    def _transmit(self, now: float) -> None:
        job = self._jobs[0]
        job.transmissions += 1
        self._events.append(Send(job.frames[job.place]))
        self._state, self._deadline = _SENDING, now + ANSWER_S

    def _hang_up(self, outcome: Done | Failed) -> None:
        self._jobs.popleft()
        self._events += [Send(bytes((EOT,))), outcome]
        self._to_neutral()

    # -- both --------------------------------------------------------------------------------------------------

    def _too_late(self, now: float) -> None:
        self.counts.silences += 1
        if self._state in (_CALLING, _SENDING):
            self._not_before = now + ANSWER_S
            self._hang_up(Failed(self._jobs[0].ticket, "no-answer"))
        else:
            self._quarantine("timed-out", self._offset)
            self._to_neutral()

    def _to_neutral(self) -> None:
        self._state, self._deadline, self._start = _NEUTRAL, None, None

    def _lenient_due(self) -> float | None:
        waits = self._settings.lenient_frame_end and self._state is _FRAME and len(self._tail) >= 2
        return self._heard + LENIENT_END_S if waits else None

    def _take(self) -> list[Event]:
        events, self._events = self._events, []
        return events


def checksum(body: bytes) -> bytes:
    """Return the two hex digits over *body*: frame number up to and including ETX or ETB."""
    return b"%02X" % (sum(body) & 0xFF)


def frames(records: Sequence[str], encoding: str, longest: int) -> list[bytes]:
    """Return *records* as frames, one record a frame; a record longer than *longest* goes over several with ETB."""
    made: list[bytes] = []
    for record in records:
        text = record.encode(encoding, errors="replace") + b"\r"
        pieces = [text[at : at + longest] for at in range(0, len(text), longest)]
        for place, piece in enumerate(pieces, start=1):
            end = ETX if place == len(pieces) else ETB
            body = b"%d" % ((len(made) + 1) % 8) + piece + bytes((end,))
            made.append(bytes((STX,)) + body + checksum(body) + b"\r\n")
    return made


def ends_with_l(text: bytes, separator: bytes = b"|") -> bool:
    """Say whether the last record of *text* is the terminator record; *separator* is what the header declares beside `|`."""
    last = text.rstrip(b"\r\n\0 ").rsplit(b"\r", 1)[-1].lstrip(b"\n\0")
    return last == b"L" or (last[:1] == b"L" and last[1:2] in (b"|", separator))
