"""The codec of Modbus registers: which register of which slave holds which value, said by the profile and never by code."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

from drivers.core.form import unknown_value
from drivers.core.reading import Reading
from drivers.links.modbus_rtu import Poll, check_polls, crc16

Kind = Literal["uint16", "int16", "int32", "uint32", "float32", "bcd", "offset10000"]
Order = Literal["ABCD", "CDAB", "BADC", "DCBA"]

_EXACT = Context(prec=100)
"""A float32 has at most 39 digits before the point and 149 behind it, of which nine tell it from its neighbours."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value, or a row of them, in registers that are polled."""

    test: str
    address: int
    function: Literal[3, 4]
    register: int
    """The first one as it goes over the wire, from 0."""
    kind: Kind = "int16"
    """`bcd`: four decimal digits; `offset10000`: 10250 means -250 (KinCony SHT30 probes)."""
    order: Order = "ABCD"
    """How the bytes of the number, A the highest, come over the wire; one register knows ABCD and BADC."""
    scale: Decimal = Decimal(1)
    """What one step of the number is worth in *unit*."""
    unit: str = ""
    position: str = ""
    digits: int | None = None
    """Decimals it is rounded to; None: as they come."""
    count: int = 1
    """So many follow one another; their positions are `position/1`, `position/2` and so on."""

    def __post_init__(self) -> None:
        if self.size == 1 and self.order in ("CDAB", "DCBA"):
            raise unknown_value("order", self.order, "ABCD", "BADC")
        if not self.scale.is_finite() or self.scale == 0 or abs(self.scale.adjusted()) > 9:
            raise unknown_value("scale", str(self.scale))
        if self.digits is not None and not 0 <= self.digits <= 9:
            raise unknown_value("digits", self.digits)
        if self.count < 1:
            raise unknown_value("count", self.count)

    @property
    def size(self) -> int:
        """Registers one value takes."""
        return 2 if self.kind in ("int32", "uint32", "float32") else 1

    def lies_in(self, poll: Poll) -> bool:
        """Say whether the answer to *poll* holds all of it."""
        same = (self.address, self.function) == (poll.address, poll.function)
        return same and poll.start <= self.register and self.register + self.size * self.count <= poll.start + poll.count

    def places(self) -> Iterator[tuple[int, str]]:
        """Return register and position of each."""
        for number in range(self.count):
            yield self.register + number * self.size, f"{self.position}/{number + 1}" if self.count > 1 else self.position


@dataclass(frozen=True, slots=True)
class RegistersSettings:
    """The register map of one kind of slave."""

    polls: tuple[Poll, ...]
    """What the link asks: an answer does not say where its registers begin."""
    values: tuple[Value, ...]
    missing: tuple[int, ...] = ()
    """Numbers that mean `no probe`, unsigned and in the order ABCD: 0x8000. They give a failed reading without a value."""

    def __post_init__(self) -> None:
        check_polls(self.polls)
        for place, value in enumerate(self.values):
            if not any(value.lies_in(poll) for poll in self.polls):
                raise unknown_value(f"values[{place}].register", value.register)


def readings(data: bytes, _encoding: str, settings: RegistersSettings) -> list[Reading]:
    """Return the values in one answer frame, none of a broken or a foreign one."""
    content = registers_of(data)
    poll = next((poll for poll in settings.polls if poll.head == data[:3]), None)
    if content is None or poll is None:
        return []
    return [
        _reading(content[2 * (register - poll.start) :][: 2 * value.size], position, value, settings.missing)
        for value in settings.values
        if value.lies_in(poll)
        for register, position in value.places()
    ]


def registers_of(frame: bytes) -> bytes | None:
    """Return the bytes of the registers in a whole answer to function 3 or 4, None where it is anything else."""
    if len(frame) < 7 or frame[1] not in (3, 4) or frame[2] % 2 or len(frame) != 5 + frame[2] or crc16(frame):
        return None
    return frame[3:-2]


def number_of(content: bytes, kind: Kind, order: Order = "ABCD") -> Decimal | None:
    """Return the number in the bytes of one value; None where they are none: a BCD digit above 9, a float that is no number."""
    return _NUMBERS[kind](ordered(content, order))


def ordered(content: bytes, order: Order) -> bytes:
    """Return the bytes of one value from the highest to the lowest."""
    words = [content[at : at + 2][:: -1 if order in ("BADC", "DCBA") else 1] for at in range(0, len(content), 2)]
    return b"".join(words[:: -1 if order in ("CDAB", "DCBA") else 1])


def shortest(content: bytes) -> Decimal | None:
    """Return the number with the fewest digits that is this float32 and no other; None for infinities and what is no number."""
    found: float = struct.unpack(">f", content)[0]
    for digits in range(1, 10):
        text = f"{found:.{digits}g}"
        try:
            if struct.pack(">f", float(text)) == content:
                number = Decimal(text)
                return number if number.is_finite() else None
        except OverflowError:
            continue  # rounded up it is beyond the largest float32
    return None


def _reading(content: bytes, position: str, value: Value, missing: tuple[int, ...]) -> Reading:
    high_first = ordered(content, value.order)
    found = None if int.from_bytes(high_first, "big") in missing else number_of(content, value.kind, value.order)
    number = None if found is None else _scaled(found, value)
    return Reading(
        instrument="",
        sample=None,
        test=value.test,
        value=number,
        text="" if number is None else format(number, "f"),
        unit=(value.unit or None) if number is not None else None,
        result=high_first.hex().upper() if number is None else None,
        position=position or None,
        status="final" if number is not None else "failed",
    )


def _scaled(number: Decimal, value: Value) -> Decimal:
    scaled = _EXACT.multiply(number, value.scale)
    return scaled if value.digits is None else _EXACT.quantize(scaled, Decimal(1).scaleb(-value.digits))


def _integer(content: bytes) -> Decimal:
    return Decimal(int.from_bytes(content, "big", signed=True))


def _unsigned(content: bytes) -> Decimal:
    return Decimal(int.from_bytes(content, "big"))


def _bcd(content: bytes) -> Decimal | None:
    digits = content.hex()
    return Decimal(digits) if digits.isdecimal() else None


def _offset(content: bytes) -> Decimal:
    sent = int.from_bytes(content, "big")
    return Decimal(sent if sent < 10_000 else 10_000 - sent)


_NUMBERS: Mapping[str, Callable[[bytes], Decimal | None]] = {
    "uint16": _unsigned,
    "int16": _integer,
    "int32": _integer,
    "uint32": _unsigned,
    "float32": shortest,
    "bcd": _bcd,
    "offset10000": _offset,
}
