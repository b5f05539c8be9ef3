"""Balances and a pH meter: they answer the commands of their dialect and print when their key is pressed."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from drivers.core.profile import Profile
from drivers.virtual import UNPLUG, Shown

SETTLE_S = 2.0
"""A load laid on the pan is stable after this."""
PRINT_S, REPEAT_S = 0.2, 0.1
"""Between two presses of the key; between two values of a stream."""
SILENT_S, RESTART_S = 8.0, 6.0
NAKS = 3
GARBAGE = b"\x00\xff"
GBK = "皮重：零\r\n".encode("gbk")

Deed = Literal["stable", "now", "repeat", "stop", "tare", "zero", "reset", "model", "serial"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one maker's balance hears and says."""

    line: Callable[[str, str, bool, str], str]
    """(value, unit, stable, command) -> its line; the command is empty when the key was pressed."""
    deeds: Mapping[str, Deed]
    """Command -> what it does."""
    says: Mapping[str, str] = field(default_factory=dict)
    """Deed -> its answer, where it is no weight; `accepted`, `unknown`, `busy` and `start` (switched on) beside the deeds. `{}` is the command."""
    tare_weighs: bool = False
    """The answer to the tare command is the tare."""
    escaped: bool = False
    """Commands begin with ESC, and need no line end."""
    other: str = ""
    """A command with an identification of its own, for answers that carry the wrong one."""


class Balance:
    """Weighs what `send` or `put` lays on it.

    A message is `[value, unit, "stable" | "dynamic"]`: laid on, and printed with the key; with `"asked"` nobody presses the key, and it is laid
    on when the weight is asked for.

    Faults, once, on the first line printed or answered: `split` every byte a write of its own (always); `join` all presses of the key in one
    write, garbage before them; `drop` its CR LF is missing; `flip-bit` one bit of its first digit wrong; `duplicate` it comes twice;
    `wrong-number` it answers with the identification of another command, where there are any; `nak` it is busy three times, where it can say
    so; `silence` it stops in the middle for 8 s; `restart` it is switched on again after 6 s and says so where it does; `unplug` the plug is
    pulled in the middle; `gbk` a Chinese line goes before. A line broken off is printed again when a key was pressed; an answer is not.
    """

    def __init__(self, dialect: Dialect, fault: str | None = None, haste: float = 1.0) -> None:
        self._dialect, self._fault, self._haste = dialect, fault, haste
        self._naks = NAKS if fault == "nak" else 0
        self._value, self._unit, self._stable_at = "100.00", "g", 0.0
        self._queue: deque[list[str]] = deque()
        self._loads: deque[list[str]] = deque()
        self._heard = ""
        self._waiting = self._stream = ""
        """The command that waits for a stable weight; the one that repeats."""
        self._repeat_at = self._print_at = self._off_until = 0.0
        self._first: list[bytes] = []
        """What it says when it is on again."""

    def put(self, value: str, unit: str, *, stable: bool, now: float) -> None:
        """Lay a load on the pan; one that is not stable settles."""
        self._value, self._unit = value, unit
        self._stable_at = now if stable else now + SETTLE_S / self._haste

    def send(self, messages: Sequence[Sequence[str]]) -> None:
        """See Device."""
        self._queue.extend(list(message) for message in messages if message[2] != "asked")
        self._loads.extend(list(message) for message in messages if message[2] == "asked")

    @property
    def idle(self) -> bool:
        """See Device."""
        return not self._queue and not self._waiting

    def unplug(self) -> None:
        """See Device."""
        self._heard = self._waiting = self._stream = ""

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """See Device."""
        if now < self._off_until:
            return []
        self._heard += data.decode("latin-1")
        found = re.compile(r"\x1b(x\d_|[^x])(?:\r\n)?" if self._dialect.escaped else r"([^\r\n]*)[\r\n]+")
        written: list[bytes] = []
        end = 0
        for each in found.finditer(self._heard):
            end = each.end()
            written += self._told(each[1], now) if each[1] else []
        self._heard = self._heard[end:]
        return written

    def poll(self, now: float) -> list[bytes]:
        """See Device."""
        if now < self._off_until:
            return []
        written, self._first = self._first, []
        if self._waiting and now >= self._stable_at:
            command, self._waiting = self._waiting, ""
            written += self._answer(command, now)
        if self._stream and now >= self._repeat_at:
            self._repeat_at = now + REPEAT_S / self._haste
            written += self._answer(self._stream, now)
        if self._queue and now >= self._print_at and now >= self._off_until:
            self._print_at = now + PRINT_S / self._haste
            written += self._print(now)
        return written

    # -- what it is told -------------------------------------------------------------------------------------------

    def _told(self, command: str, now: float) -> list[bytes]:
        deed = self._dialect.deeds.get(command)
        if deed is None:
            return self._say("unknown", command, now)
        if (self._waiting and deed != "reset") or (self._naks and "busy" in self._dialect.says):
            self._naks = max(0, self._naks - 1)
            return self._say("busy", command, now)
        self._stream = ""
        if deed == "stable" and self._loads:
            value, unit, _asked = self._loads.popleft()
            self.put(value, unit, stable=False, now=now)
        if deed == "stable" and now < self._stable_at:
            self._waiting = command
            return self._say("accepted", command, now)
        if deed in ("stable", "now", "repeat"):
            self._stream, self._repeat_at = (command if deed == "repeat" else ""), now + REPEAT_S / self._haste
            return self._answer(command, now)
        return self._done(deed, command, now)

    def _done(self, deed: Deed, command: str, now: float) -> list[bytes]:
        if deed == "reset":
            self._waiting = ""
        if deed not in ("tare", "zero"):
            return self._say(deed, command, now)
        tare, self._value = self._value, re.sub(r"\d", "0", self._value.lstrip("-"))
        line = self._dialect.line(tare, self._unit, True, command) if deed == "tare" and self._dialect.tare_weighs else ""
        return self._written(line, now) if line else self._say(deed, command, now)

    def _say(self, what: str, command: str, now: float) -> list[bytes]:
        said = self._dialect.says.get(what, "").replace("{}", command)
        return self._written(said, now) if said else []

    def _answer(self, command: str, now: float) -> list[bytes]:
        if self._fault == "wrong-number" and self._dialect.other:
            self._fault, command = None, self._dialect.other
        return self._written(self._dialect.line(self._value, self._unit, now >= self._stable_at, command), now)

    # -- what it writes --------------------------------------------------------------------------------------------

    def _print(self, now: float) -> list[bytes]:
        if self._fault == "join":
            self._fault = None
            lines = [self._pressed(message, now) for message in self._queue]
            self._queue.clear()
            return [GARBAGE + b"".join(line.encode("latin-1") + b"\r\n" for line in lines)]
        broken = self._fault in ("silence", "restart", "unplug")
        written = self._written(self._pressed(self._queue[0], now), now)
        if not broken:
            self._queue.popleft()
        return written

    def _pressed(self, message: Sequence[str], now: float) -> str:
        value, unit, state = message[:3]
        self.put(value, unit, stable=state == "stable", now=now)
        return self._dialect.line(value, unit, state == "stable", "")

    def _written(self, line: str, now: float) -> list[bytes]:
        whole, fault = line.encode("latin-1") + b"\r\n", self._fault
        if fault == "split":
            return [whole[at : at + 1] for at in range(len(whole))]
        self._fault = fault if fault == "wrong-number" else None
        if fault in ("silence", "restart", "unplug"):
            self._off_until = now + (SILENT_S if fault == "silence" else RESTART_S) / self._haste
            self._waiting = self._stream = ""
            start = self._dialect.says.get("start", "")
            self._first = [GARBAGE + (f"{start}\r\n".encode("latin-1") if start else b"")] if fault == "restart" else []
            return [whole[: len(whole) // 2], *([UNPLUG] if fault == "unplug" else [])]
        if fault == "flip-bit":
            return [re.sub(rb"\d", lambda digit: bytes((digit[0][0] ^ 0x40,)), whole, count=1)]
        return {"drop": [whole[:-2]], "duplicate": [whole, whole], "gbk": [GBK, whole], "join": [GARBAGE + whole]}.get(fault or "", [whole])


def _sics(value: str, unit: str, stable: bool, command: str) -> str:
    """MT-SICS reference manuals; the meter's form: SevenMulti command set, an invented 25.2 degrees."""
    if unit == "pH":
        return f"MF06 A {'S' if stable else 'D'} {value} pH 25.2 0 0"
    return f"{command if command.startswith('T') else 'S'} {'S' if stable else 'D'} {value:>10} {unit}"


def _sbi(value: str, unit: str, stable: bool, command: str) -> str:
    """Sartorius, Entris II: data interface, 16 characters; no unit is not stable."""
    return f"{'-' if value.startswith('-') else '+'}{value.lstrip('-'):>9} {unit if stable else '':<3}"


def _and(value: str, unit: str, stable: bool, command: str) -> str:
    """A&D GC series: data format."""
    return f"{'ST' if stable else 'US'},{'-' if value.startswith('-') else '+'}{value.lstrip('-').zfill(8)}{unit:>3}"


def _ohaus(value: str, unit: str, stable: bool, command: str) -> str:
    """Ohaus RS232 interface and Explorer manuals: examples."""
    return f"{value:>11} {unit}{'' if stable else ' ?'}"


def _radwag(value: str, unit: str, stable: bool, command: str) -> str:
    """Radwag PS and MA series: frame of 20 columns."""
    return f"{command or 'S':<3} {' ' if stable else '?'} {'-' if value.startswith('-') else ' '}{value.lstrip('-'):>9} {unit:<3}"


def _cas(value: str, unit: str, stable: bool, command: str) -> str:
    """CAS CBL series: output format."""
    return f"{'S' if stable else 'U'}{value:>9}{unit}"


SICS = Dialect(
    _sics,
    {
        "S": "stable", "SI": "now", "SIR": "repeat", "T": "tare", "Z": "zero", "@": "reset", "I2": "model", "I4": "serial", "MF06": "now",
    },
    {
        "zero": "Z A", "reset": 'I4 A "VIRTUAL"', "model": 'I2 A "VIRTUAL 220.0090 g"', "serial": 'I4 A "VIRTUAL"', "start": 'I4 A "VIRTUAL"',
        "busy": "{} I", "unknown": "ES",
    },
    tare_weighs=True,
    other="T",
)  # fmt: skip
SBI = Dialect(
    _sbi,
    {"P": "now", "T": "tare", "U": "tare", "V": "zero", "x1_": "model", "x2_": "serial"},
    {"model": "VIRTUAL", "serial": "00000000"},
    escaped=True,
)
DIALECTS: Mapping[str, Dialect] = {
    "and": Dialect(_and, {"Q": "now", "S": "stable", "SI": "now", "SIR": "repeat", "C": "stop", "R": "tare", "Z": "zero"}),
    "cas": Dialect(_cas, {}),
    "ohaus": Dialect(
        _ohaus,
        {"IP": "now", "SP": "stable", "CP": "repeat", "0P": "stop", "T": "tare", "Z": "zero", "PV": "model"},
        {"model": "VIRTUAL", "busy": "ES", "unknown": "ES"},
    ),
    "radwag": Dialect(
        _radwag,
        {"S": "stable", "SI": "now", "T": "tare", "Z": "zero"},
        {"accepted": "{} A", "tare": "T A", "zero": "Z A", "busy": "{} I"},
        other="SU",
    ),
}


def of_sics(fault: str | None, haste: float, profile: Profile) -> Balance:
    """Return a balance, or a meter whose probe stands in a buffer, that speaks MT-SICS."""
    made = Balance(SICS, fault, haste)
    if "pH" in profile.units:
        made.put("7.00", "pH", stable=True, now=0.0)
    return made


def of_sbi(fault: str | None, haste: float, profile: Profile) -> Balance:
    """Return a Sartorius balance."""
    return Balance(SBI, fault, haste)


def of_lines(fault: str | None, haste: float, profile: Profile) -> Balance:
    """Return a balance of the profile's dialect."""
    return Balance(DIALECTS[profile.link_settings.dialect], fault, haste)


def compose(results: Sequence[Shown], _profile: Profile) -> list[list[str]]:
    """Return one press of the key for each result."""
    return [[shown.value, shown.unit or ("pH" if shown.test == "pH" else "g"), "stable" if shown.stable else "dynamic"] for shown in results]
