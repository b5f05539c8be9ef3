"""Slaves on a Modbus RTU line: probes, loggers and cables whose registers hold what they are shown."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from drivers.core.profile import Profile
from drivers.virtual import UNPLUG, Shown

SILENT_S, RESTART_S = 5.0, 6.0
BUSY_TIMES = 3
SPOILING = ("drop", "flip-bit", "wrong-number", "silence", "restart", "unplug")
"""Faults that keep an answer from the host."""
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, BUSY = 1, 2, 3, 6
EXAMPLES = {"°C": Decimal("18.5"), "%": Decimal("55.0")}
"""Unit -> what a probe reads when nothing was shown; each further one reads a tenth more."""


class Slaves:
    """Every slave of a profile on one line; they answer at once and only when asked rightly.

    A message is a list of lines `address function register value`. Reading registers the profile does not poll is an illegal
    address; whatever is written is kept and can be read by function 3. Address 0 writes to all and is not answered.

    Faults, once, on the first answer: `split` every byte a write of its own (always); `join` the request comes back right before the
    answer, in one write; `drop` the answer lacks its fourth byte; `flip-bit` one bit of it wrong; `duplicate` it comes twice;
    `wrong-number` another slave's address in it, with a right checksum; `nak` busy, three times; `silence` nobody answers for 5 s;
    `restart` half the answer, nothing for 6 s, then the garbage of switching on before the next one; `unplug` half the answer, and
    the plug is pulled. `gbk` does nothing: there is no text.
    """

    def __init__(self, fault: str | None, haste: float, profile: Profile) -> None:
        self.registers: dict[tuple[int, int, int], int] = {}
        """(address, function that reads it, register) -> the word it holds."""
        self._fault, self._haste = fault, haste
        self._heard = bytearray()
        self._busy = BUSY_TIMES if fault == "nak" else 0
        self._deaf_until = 0.0
        self._first = b""
        """What goes before the next answer."""
        settings = profile.codec_settings
        for poll in settings.polls:
            self.registers |= {(poll.address, poll.function, poll.start + place): 0 for place in range(poll.count)}
        self._addresses = {poll.address for poll in settings.polls}
        self._unread: set[tuple[int, int, int]] = set()
        self.send(_lines((value, place, _example(value, number)) for number, (value, place) in enumerate(_all(settings.values))))

    def send(self, messages: Sequence[Sequence[str]]) -> None:
        """Set registers; they are sent when the host asks for them."""
        for line in (line for message in messages for line in message):
            address, function, register, word = map(int, line.split())
            self.registers[address, function, register] = word
            self._unread.add((address, function, register))

    @property
    def idle(self) -> bool:
        """See Device."""
        return not self._unread

    def unplug(self) -> None:
        """See Device."""
        self._heard.clear()

    def poll(self, now: float) -> list[bytes]:
        """A slave says nothing by itself."""
        return []

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """See Device."""
        if now < self._deaf_until:
            return []
        self._heard += data
        written: list[bytes] = []
        while self._heard and (size := _size(self._heard)) <= len(self._heard):
            request, self._heard = bytes(self._heard[:size]), self._heard[size:]
            if _sum(request[:-2]) != request[-2:]:
                self._heard.clear()  # whatever it is: a slave waits for the next silence
                break
            written += self._answer(request, now)
        return written

    def _answer(self, request: bytes, now: float) -> list[bytes]:
        if request[0] == 0:
            for address in self._addresses:
                self._said(address, request[1:-2])
            return []
        if request[0] not in self._addresses:
            return []
        if self._busy:
            self._busy -= 1
            return [_whole(bytes((request[0], request[1] | 0x80, BUSY)))]
        answer = _whole(bytes((request[0],)) + self._said(request[0], request[1:-2]))
        return self._spoilt(request, answer, now)

    def _said(self, address: int, asked: bytes) -> bytes:
        """Do what *asked* says, function and data, and return function and data of the answer."""
        function, first, count = asked[0], *struct.unpack(">HH", asked[1:5])
        if function in (3, 4):
            keys = [(address, function, first + place) for place in range(count)]
            if not 1 <= count <= 125:
                return bytes((function | 0x80, ILLEGAL_VALUE))
            if any(key not in self.registers for key in keys):
                return bytes((function | 0x80, ILLEGAL_ADDRESS))
            if self._fault not in SPOILING:
                self._unread -= set(keys)
            return bytes((function, 2 * count)) + struct.pack(f">{count}H", *(self.registers[key] for key in keys))
        if function == 6:
            self.registers[address, 3, first] = count
            return asked
        if function == 16:
            if not 1 <= count <= 123 or asked[5] != 2 * count:
                return bytes((function | 0x80, ILLEGAL_VALUE))
            words = struct.unpack(f">{count}H", asked[6:])
            self.registers |= {(address, 3, first + place): word for place, word in enumerate(words)}
            return asked[:5]
        return bytes((function | 0x80, ILLEGAL_FUNCTION))

    def _spoilt(self, request: bytes, answer: bytes, now: float) -> list[bytes]:
        fault, whole, self._first = self._fault, self._first + answer, b""
        self._fault = fault if fault == "split" else None
        if fault == "split":
            return [whole[at : at + 1] for at in range(len(whole))]
        if fault in ("silence", "restart"):
            self._deaf_until = now + (SILENT_S if fault == "silence" else RESTART_S) / self._haste
            self._first = b"\x00\xff" if fault == "restart" else b""
            return [] if fault == "silence" else [answer[: len(answer) // 2]]
        return _SPOILS[fault](request, answer) if fault in _SPOILS else [whole]


_SPOILS: Mapping[str | None, Callable[[bytes, bytes], list[bytes]]] = {
    "join": lambda request, answer: [request + answer],
    "drop": lambda _, answer: [answer[:3] + answer[4:]],
    "flip-bit": lambda _, answer: [answer[:3] + bytes((answer[3] ^ 0x40,)) + answer[4:]],
    "duplicate": lambda _, answer: [answer, answer],
    "wrong-number": lambda _, answer: [_whole(bytes((answer[0] % 247 + 1,)) + answer[1:-2])],
    "unplug": lambda _, answer: [answer[: len(answer) // 2], UNPLUG],
}


def compose(results: Sequence[Shown], profile: Profile) -> list[list[str]]:
    """Return *results* as the registers that hold them, by test and position; a result that is no number as `no probe`.

    Raises KeyError for a test or position the profile has no register for.
    """
    settings = profile.codec_settings
    known = {(value.test, position): (value, (register, position)) for value, (register, position) in _all(settings.values)}
    found = [(known[shown.test, shown.position], shown.value) for shown in results]
    missing = next(iter(settings.missing), 0)
    return _lines((value, place, _content(value, Decimal(text)) if _is_number(text) else _missing(value, missing)) for (value, place), text in found)


def _lines(shown: Iterator[tuple[Any, tuple[int, str], bytes]]) -> list[list[str]]:
    """Return one message for the bytes of each value."""
    return [
        [
            f"{value.address} {value.function} {register + at // 2} {int.from_bytes(content[at : at + 2], 'big')}"
            for at in range(0, len(content), 2)
        ]
        for value, (register, _), content in shown
    ]  # fmt: skip


def _all(values: Sequence[Any]) -> Iterator[tuple[Any, tuple[int, str]]]:
    """Return each value with the first register and the position of each of its row."""
    for value in values:
        wide = 2 if value.kind in ("int32", "uint32", "float32") else 1
        for place in range(value.count):
            yield value, (value.register + place * wide, f"{value.position}/{place + 1}" if value.count > 1 else value.position)


def _example(value: Any, number: int) -> bytes:
    return _content(value, EXAMPLES.get(value.unit, Decimal("1.0")) + Decimal(number) / 10)


def _content(value: Any, shown: Decimal) -> bytes:
    """Return the bytes of one value as they go over the wire."""
    steps = shown / value.scale
    if value.kind == "float32":
        return _mixed(struct.pack(">f", float(steps)), value.order)
    whole = int(steps.to_integral_value())
    if value.kind == "bcd":
        return _mixed(bytes.fromhex(f"{whole:04d}"), value.order)
    if value.kind == "offset10000" and whole < 0:
        whole = 10_000 - whole
    return _mixed((whole % (1 << 32)).to_bytes(4, "big")[0 if value.kind in ("int32", "uint32") else 2 :], value.order)


def _missing(value: Any, word: int) -> bytes:
    return _mixed(word.to_bytes(4 if value.kind in ("int32", "uint32", "float32") else 2, "big"), value.order)


def _mixed(high_first: bytes, order: str) -> bytes:
    """Return the bytes A, B, C, D in the order they are sent; of one register only A and B."""
    places = ("ABCD" if len(high_first) == 4 else "AB").index
    return bytes(high_first[places(letter)] for letter in order if letter in "ABCD"[: len(high_first)])


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def _size(heard: bytearray) -> int:
    """Return the bytes of the request that begins so; the least there are while its count has not come."""
    if heard[1:2] == b"\x10":
        return 9 + heard[6] if len(heard) > 6 else 9
    return 8


def _whole(body: bytes) -> bytes:
    return body + _sum(body)


def _sum(body: bytes) -> bytes:
    """Return the checksum bit by bit, low byte first."""
    register = 0xFFFF
    for byte in body:
        register ^= byte
        for _ in range(8):
            register, out = register >> 1, register & 1
            register ^= 0xA001 if out else 0
    return struct.pack("<H", register)
