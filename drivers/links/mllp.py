"""The link of HL7 v2 messages in blocks (MLLP): VT, segments, FS, CR; each message is acknowledged by one of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.core.encoding import decoded
from drivers.core.form import unknown_value
from drivers.core.link import Counts, Event, Failed, Message, Quarantine, Send

VT, FS, CR = b"\x0b", b"\x1c", b"\r"
LONGEST = 4_000_000
"""Bytes of one block: a dozen histograms or pictures in Base64."""
APPLICATION = "LIS"
"""Who we are: MSH-3 of every acknowledgement."""
QUERIES = ("QRY", "QBP")
"""Messages that ask for orders; the instrument would wait for them after an AA."""
CONDITIONS = {"AL": "AR", "NE": "", "ER": "R", "SU": "A"}
"""MSH-15 and MSH-16 of enhanced mode: the verdicts (accepted, rejected) they want to hear. HL7 v2.5.1 table 0155."""

Header = list[str]
"""The fields of MSH; the place in the list is the field's number, and there are always MSH-1 to MSH-16."""
_BLANK = b"\r\n\0 "
_FIELDS = 17
_NO_HEADER: Header = ["MSH", "|", "^~\\&", *[""] * (_FIELDS - 3)]


@dataclass(frozen=True, slots=True)
class MllpSettings:
    """Where an instrument departs from HL7 v2 over MLLP."""

    acknowledge: bool = True
    enhanced: bool = True
    """MSH-15 and MSH-16 are obeyed where they hold a condition of table 0155 (some instruments put other things there); False: always original mode."""
    silence_s: float = 10.0
    """A block that pauses this long is not complete and goes to quarantine."""

    def __post_init__(self) -> None:
        if not self.silence_s > 0:
            raise unknown_value("silence_s", self.silence_s)


class MllpLink:
    """The host's end of a wire that carries HL7 messages in blocks. HL7 v2.5.1 chapter 2; HL7 transport specification MLLP, release 1.

    A block ends with FS: the CR after it belongs to it but is not waited for, some leave it out. A block without a readable MSH is
    answered AR and goes to quarantine. The link has no clock: an acknowledgement bears the time of the message it answers.
    """

    def __init__(self, settings: MllpSettings | None = None, encoding: str = "auto") -> None:
        self.counts = Counts()
        self._settings = settings or MllpSettings()
        self._encoding = encoding
        self._block = bytearray()
        self._start: int | None = None
        self._offset = 0
        self._just_ended = False
        self._heard = 0.0
        self._answers = 0
        self._tickets = 0

    @property
    def begun_at(self) -> int | None:
        """See Link."""
        return self._start

    def cut(self, data: bytes) -> list[bytes]:
        """One block a row, with what follows it."""
        before, *begun = data.split(VT)
        return [*([before] if before else []), *(VT + text for text in begun)]

    def feed(self, data: bytes, now: float) -> list[Event]:
        """See Link."""
        self.counts.received += len(data)
        self._heard = now
        events: list[Event] = []
        at, end = 0, -1
        while at < len(data):
            if end < at:
                end = data.find(FS, at)
                end = len(data) if end < 0 else end
            begin = data.find(VT, at, end)
            if begin >= 0:
                events += self._more(data[at:begin]) + self._begin()
                at = begin + 1
            else:
                events += self._more(data[at:end])
                events += self._end() if end < len(data) else ()
                at = end + 1
        return events

    def poll(self, now: float) -> list[Event]:
        """See Link."""
        due = self.next_deadline()
        if due is None or now < due:
            return []
        self.counts.silences += 1
        return self._quarantine("timed-out")

    def next_deadline(self) -> float | None:
        """See Link."""
        return None if self._start is None else self._heard + self._settings.silence_s

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """Nothing is sent to these instruments but acknowledgements."""
        self._tickets += 1
        return self._tickets, [Failed(self._tickets, "one-way")]

    def abort(self) -> list[Event]:
        """See Link."""
        self._just_ended, self._answers = False, 0
        return self._quarantine("lost")

    # -- bytes -----------------------------------------------------------------------------------------------------

    def _more(self, data: bytes) -> list[Event]:
        """Take bytes of the open block, or noise where none is open."""
        events: list[Event] = []
        room = LONGEST - len(self._block)
        if self._start is not None and len(data) > room:
            self._offset += room
            data = data[room:]
            events = self._quarantine("too-long")
        self._offset += len(data)
        if self._start is not None:
            self._block += data
        elif data:
            self.counts.noise += len(data) - (self._just_ended and data[:1] == CR)
            self._just_ended = False
        return events

    def _begin(self) -> list[Event]:
        """Take VT."""
        events = self._quarantine("started-again")
        self._start, self._just_ended = self._offset, False
        self._offset += 1
        return events

    def _end(self) -> list[Event]:
        """Take FS."""
        self._offset += 1
        text, start = bytes(self._block), self._start
        self._block.clear()
        self._start = None
        self._just_ended = start is not None
        if start is None or not text.strip(_BLANK):
            # An empty block asks for nothing.
            self.counts.noise += 1 if start is None else self._offset - start
            return []
        header, encoding = _header(text, self._encoding)
        if header is None:
            self.counts.quarantined += 1
            return [Quarantine("undecodable", start, self._offset), *self._answer(_NO_HEADER, ["AR"], encoding)]
        self.counts.messages += 1
        return [Message(text, start, self._offset), *self._answer(header, self._codes(header), encoding)]

    def _quarantine(self, reason: str) -> list[Event]:
        if self._start is None:
            return []
        event = Quarantine(reason, self._start, self._offset)
        self.counts.quarantined += 1
        self._block.clear()
        self._start = None
        return [event]

    # -- answers ---------------------------------------------------------------------------------------------------

    def _codes(self, header: Header) -> list[str]:
        """Return MSA-1 of each answer: one in original mode, up to two (commit, application) in enhanced mode."""
        kind = header[9].split(header[2][0])[0]
        if kind == "ACK":
            # Nobody asked it anything, and an acknowledgement is never acknowledged.
            self.counts.unknown += 1
            return []
        verdict = "R" if kind in QUERIES else "A"
        self.counts.unknown += verdict == "R"
        commit, application = header[15].strip(), header[16].strip()
        if not self._settings.enhanced or (commit not in CONDITIONS and application not in CONDITIONS):
            return ["A" + verdict]
        wanted = (("CA", commit), ("A" + verdict, application))
        return [code for code, condition in wanted if code[1] in CONDITIONS.get(condition, "")]

    def _answer(self, header: Header, codes: list[str], encoding: str) -> list[Event]:
        if not self._settings.acknowledge:
            return []
        events: list[Event] = []
        for code in codes:
            self._answers += 1
            self.counts.refused += code[1] != "A"
            text = acknowledgement(header, code, self._answers)
            events.append(Send(VT + text.encode(encoding, errors="replace") + FS + CR))
        return events


def acknowledgement(header: Header, code: str, number: int) -> str:
    """Return the segments that answer the message of *header* with MSA-1 *code*, in its own delimiters; MSH-10 is *number*."""
    separator, marks = header[1], header[2]
    _, *event = header[9].split(marks[0])[:3]
    # `ORU^R01` is answered `ACK^R01`, `OUL^R22^OUL_R22` is answered `ACK^R22^ACK`.
    kind = marks[0].join(("ACK", *event[:1], *(("ACK",) if len(event) == 2 else ())))
    msh = ("MSH", marks, APPLICATION, "", header[3], header[4], header[7], "", kind, str(number), "P", header[12])
    return separator.join(msh) + "\r" + separator.join(("MSA", code, header[10])) + "\r"


def _header(text: bytes, encoding: str) -> tuple[Header | None, str]:
    """Return the fields of MSH, None where it cannot be read, and the encoding they are in."""
    line, used = decoded(text.lstrip(_BLANK).partition(CR)[0].partition(b"\n")[0], encoding)
    separator = line[3:4]
    if line[:3] != "MSH" or not separator or separator.isalnum() or separator.isspace():
        return None, used
    header = line.split(separator)
    header.insert(1, separator)
    header += [""] * (_FIELDS - len(header))
    return (header if header[2] else None), used
