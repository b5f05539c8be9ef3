"""What links share whose instrument speaks in lines, unasked as well, and is asked one command at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from drivers.core.form import unknown_value
from drivers.core.link import Counts, Done, Event, Failed, Message, Quarantine, Send, Warn

LONGEST = 1_000
"""Bytes of a line; no line of these instruments comes near it."""
CANCEL_S = 2.0
"""What cancels a command is answered within this, or not at all."""
PAUSE_S = 0.3
"""A command without an answer has been heard when no refusal came within this; a late answer is waited for as long."""

NOISE = bytes({*range(0x20), 0x7F, 0xFF} - {0x1D})
"""What no line begins with: control characters, and the line breaks of switching on. GS begins the data of a GS1 barcode."""

DONE, MORE = "done", "more"


@dataclass(frozen=True, slots=True)
class Heard:
    """What one line is to the link; a line that is neither a reading nor an answer is one nobody knows."""

    reading: bool = False
    """A value stands in it, or the word that there is none: it is a message, whether somebody asked or not."""
    answer: str = ""
    """Empty where it does not answer the command; DONE, MORE where the answer goes on, else why the command failed (FAILURES)."""


Understand = Callable[[str, str], Heard]
"""(line, the command whose answer is waited for, empty when none) -> what it is."""


@dataclass(frozen=True, slots=True)
class AskingSettings:
    """The commands an instrument knows, and how long it may take."""

    ask: str = ""
    """A stable value, now. Empty: it cannot be asked."""
    tare: str = ""
    zero: str = ""
    cancel: str = ""
    """Sent when an answer did not come in time."""
    answer_s: float = 60.0
    line_end: Literal["\r\n", "\r", "\n", "\t", ""] = "\r\n"
    """Both ways. Empty: a pause of *line_s* ends a line, and CR a command."""
    line_s: float = 2.0
    """A line that pauses this long before its end is not complete and goes to quarantine."""

    def __post_init__(self) -> None:
        for name in ("answer_s", "line_s"):
            if not 0.0 < getattr(self, name) < 3600.0:
                raise unknown_value(name, getattr(self, name))
        for name in ("ask", "tare", "zero", "cancel"):
            if not _is_command(getattr(self, name)):
                raise unknown_value(name, getattr(self, name))

    @property
    def commands(self) -> tuple[str, ...]:
        """See Profile."""
        return tuple(name for name in ("ask", "tare", "zero") if getattr(self, name))


class AskingLink:
    """The host's end of such a wire.

    *understand* says what a line is, *unanswered* which commands get no answer; *prefix* goes before every command. On a wire of *seven_bit*
    a byte above 7F is a parity bit: `Warn("parity")`, and such a line is never a reading.
    """

    def __init__(
        self,
        settings: AskingSettings,
        understand: Understand,
        *,
        unanswered: Callable[[str], bool] = lambda command: False,
        prefix: str = "",
        seven_bit: bool = False,
    ) -> None:
        self.counts = Counts()
        self._settings, self._understand, self._unanswered = settings, understand, unanswered
        self._prefix, self._seven_bit = prefix, seven_bit
        self._named: Mapping[str, str] = {"ask": settings.ask, "tare": settings.tare, "zero": settings.zero}
        self._end = settings.line_end[-1:].encode("ascii")
        self._line = b""
        self._offset = 0
        """Where the line now arriving begins in the stream."""
        self._overlong = False
        self._heard = 0.0
        self._tickets = 0
        self._queue: deque[tuple[int, str]] = deque()
        self._asked: _Asked | None = None

    @property
    def begun_at(self) -> int | None:
        """See Link."""
        return self._offset if self._line else None

    def cut(self, data: bytes) -> list[bytes]:
        """One line a row."""
        *lines, rest = data.split(self._end) if self._end else [data]
        return [part for part in (*(line + self._end for line in lines), rest) if part]

    def feed(self, data: bytes, now: float) -> list[Event]:
        """See Link."""
        events = self.poll(now)
        self.counts.received += len(data)
        if data:
            self._heard = now
        *lines, rest = (self._line + data).split(self._end) if self._end else [self._line + data]
        for line in lines:
            events += self._taken(line, len(self._end), now)
        return events + self._begun(rest)

    def poll(self, now: float) -> list[Event]:
        """See Link."""
        events: list[Event] = []
        silent, overdue = self._silent_at(), self._asked
        if silent is not None and now >= silent:
            events += self._silence(now)
        if overdue is not None and overdue is self._asked and now >= overdue.due:
            events += self._overdue(overdue, now)
        return events

    def next_deadline(self) -> float | None:
        """See Link."""
        due = (self._silent_at(), self._asked.due if self._asked else None)
        return min((moment for moment in due if moment is not None), default=None)

    def submit(self, records: Sequence[str], now: float) -> tuple[int, list[Event]]:
        """Ask one command: `ask`, `tare`, `zero`, or the instrument's own words. What it answers with a value is a Message as well."""
        self._tickets += 1
        command = self._named.get(records[0], records[0]) if len(records) == 1 else ""
        if not command.strip() or not _is_command(command):
            return self._tickets, [Failed(self._tickets, "one-way" if list(records) in (["ask"], ["tare"], ["zero"]) else "refused")]
        self._queue.append((self._tickets, command))
        return self._tickets, self._next(now)

    def abort(self) -> list[Event]:
        """See Link."""
        events = self._spoilt("lost", len(self._line))
        if self._asked is not None and self._asked.ticket is not None:
            events.append(Failed(self._asked.ticket, "lost"))
        events += [Failed(ticket, "lost") for ticket, _ in self._queue]
        self._asked, self._overlong = None, False
        self._queue.clear()
        return events

    # -- lines -----------------------------------------------------------------------------------------------------

    def _begun(self, rest: bytes) -> list[Event]:
        """Keep the bytes of a line that has not ended."""
        self._line = b"" if self._overlong else rest.lstrip(NOISE)
        self.counts.noise += len(rest) - len(self._line)
        self._offset += len(rest) - len(self._line)
        return self._spoilt("too-long", LONGEST) if len(self._line) > LONGEST else []

    def _taken(self, line: bytes, end: int, now: float) -> list[Event]:
        """Take a line that has ended, without the *end* bytes that ended it."""
        events = self._begun(line)
        text, start = self._line.rstrip(b"\r\n"), self._offset
        self._offset += len(self._line) + end
        self._line, self._overlong = b"", False
        if not text.strip():
            self.counts.noise += self._offset - start
            return events
        return events + self._read(text, start, now)

    def _read(self, text: bytes, start: int, now: float) -> list[Event]:
        asked = self._asked
        garbled = self._seven_bit and not text.isascii()
        heard = Heard() if garbled else self._understand(text.decode("latin-1"), asked.command if asked else "")
        events: list[Event] = [Warn("parity")] if garbled else []
        if heard.reading:
            self.counts.messages += 1
            events.append(Message(text, start, self._offset))
        elif not (asked and heard.answer):
            self.counts.unknown += 1
        return events + self._answered(asked, heard.answer, now) if asked and heard.answer else events

    def _silence(self, now: float) -> list[Event]:
        if not self._end:
            return self._taken(self._line, 0, now)
        self.counts.silences += 1
        events = self._spoilt("timed-out", len(self._line))
        self._overlong = False
        return events

    def _silent_at(self) -> float | None:
        return self._heard + self._settings.line_s if self._line or self._overlong else None

    def _spoilt(self, reason: str, length: int) -> list[Event]:
        """Put the first *length* bytes of the line aside; what is left of it until its end is noise."""
        if not self._line:
            return []
        events: list[Event] = [Warn("parity")] if self._seven_bit and not self._line.isascii() else []
        events.append(Quarantine(reason, self._offset, self._offset + length))
        self.counts.quarantined += 1
        self.counts.noise += len(self._line) - length
        self._offset += len(self._line)
        self._line, self._overlong = b"", True
        return events

    # -- commands --------------------------------------------------------------------------------------------------

    def _next(self, now: float) -> list[Event]:
        if self._asked is not None or not self._queue:
            return []
        ticket, command = self._queue.popleft()
        unanswered = self._unanswered(command)
        return self._ask(_Asked(ticket, command, now + (PAUSE_S if unanswered else self._settings.answer_s), unanswered))

    def _ask(self, asked: _Asked) -> list[Event]:
        self._asked = asked
        return [Send((self._prefix + asked.command + (self._settings.line_end or "\r")).encode("ascii"))]

    def _answered(self, asked: _Asked, answer: str, now: float) -> list[Event]:
        if answer == MORE:
            asked.due = now + self._settings.answer_s
            return []
        self._asked = None
        ended: list[Event] = []
        if asked.ticket is not None:
            ended = [Done(asked.ticket) if answer == DONE else Failed(asked.ticket, answer)]
        return ended + self._next(now)

    def _overdue(self, asked: _Asked, now: float) -> list[Event]:
        if asked.unanswered or asked.ticket is None:
            return self._answered(asked, DONE, now)
        self.counts.silences += 1
        failed = Failed(asked.ticket, "no-answer")
        cancel = self._settings.cancel
        if cancel:
            return [failed, *self._ask(_Asked(None, cancel, now + CANCEL_S))]
        # Its answer may yet come: it must not be taken for that of the next command.
        self._asked = _Asked(None, "", now + PAUSE_S)
        return [failed]


@dataclass(slots=True, eq=False)
class _Asked:
    """The command whose answer is waited for; without a *ticket* it is the link's own."""

    ticket: int | None
    command: str
    due: float
    unanswered: bool = False


def _is_command(text: str) -> bool:
    return text.isascii() and text.isprintable()
