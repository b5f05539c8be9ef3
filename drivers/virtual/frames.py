"""Instruments that send frames: STX text ETX, bioMérieux RS fields, and the modules of Dayuan's DY readers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from itertools import groupby

from drivers.core.profile import Profile
from drivers.virtual import UNPLUG, Device, Shown, encoding
from drivers.virtual.printer import Printer

STX, ETX, EOT, ACK, NAK, RS, GS = b"\x02", b"\x03", b"\x04", b"\x06", b"\x15", b"\x1e", b"\x1d"
AGAIN_S, TRIES, SILENT_S = 3.0, 3, 8.0


def of_stx_etx(fault: str | None, haste: float, profile: Profile) -> Device:
    """Return a printer of STX text ETX, or a meter that insists on ACK."""
    used, summed = encoding(profile), profile.link_settings.checksum == "sum"

    def encode(lines: Sequence[str]) -> bytes:
        text = "\r\n".join(lines).encode(used, errors="replace")
        return STX + text + (f"{sum(text) & 0xFF:02X}".encode("ascii") if summed else b"") + ETX

    return (Meter if profile.link_settings.acknowledges else Printer)(encode, fault, haste)


def of_rs_text(fault: str | None, haste: float, profile: Profile) -> Printer:
    """Return a printer of RS fields."""
    used = encoding(profile)

    def encode(lines: Sequence[str]) -> bytes:
        counted = b"".join(RS + f"{line}|".encode(used, errors="replace") for line in lines) + GS
        return STX + counted + f"{sum(counted) & 0xFF:02x}".encode("ascii")

    return Printer(encode, fault, haste)


class Meter:
    """Sends a frame, waits 3 s for ACK, three times in all, as the Sanko MR-300 does; ends a block with EOT.

    Faults, once, at the first transmission of the first message: `split` every byte a write of its own (always); `join` noise and the frame
    in one write; `drop` ETX is missing; `flip-bit` one bit of ETX wrong; `duplicate` the frame once more although acknowledged; `silence`
    it stops in the middle and sends the whole again after 8 s; `restart` garbage goes before it; `unplug` the plug is pulled in the middle.
    `wrong-number`, `nak` and `gbk` do nothing.
    """

    def __init__(self, encode: Callable[[Sequence[str]], bytes], fault: str | None = None, haste: float = 1.0) -> None:
        self._encode, self._fault, self._haste = encode, fault, haste
        self._queue: deque[list[str]] = deque()
        self._tries = 0
        self._until = 0.0
        self._ending = False
        """EOT is sent and not acknowledged yet."""

    def send(self, messages: Sequence[Sequence[str]]) -> None:
        """See Device."""
        self._queue.extend(list(message) for message in messages)

    @property
    def idle(self) -> bool:
        """See Device."""
        return not self._queue and not self._ending

    def unplug(self) -> None:
        """See Device."""
        self._tries, self._until, self._ending = 0, 0.0, False

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """See Device."""
        written: list[bytes] = []
        for byte in (data[at : at + 1] for at in range(len(data))):
            if byte == ACK and self._tries and self._once("duplicate"):
                written.append(self._encode(self._queue[0]))
            elif byte == ACK and self._tries:
                self._queue.popleft()
                self._tries, self._until, self._ending = 0, now, not self._queue
                written += [EOT] if self._ending else []
            elif byte == ACK:
                self._ending = False
            elif byte == NAK:
                self._until = now
        return self._as_written(written)

    def poll(self, now: float) -> list[bytes]:
        """See Device."""
        if now < self._until or not self._queue:
            return []
        if self._tries == TRIES:
            self._queue.popleft()
            self._tries = 0
            return []
        self._tries += 1
        self._until = now + AGAIN_S / self._haste
        return self._as_written(self._spoilt(self._encode(self._queue[0]), now))

    def _spoilt(self, frame: bytes, now: float) -> list[bytes]:
        if self._once("silence"):
            self._until = now + SILENT_S / self._haste
            return [frame[: len(frame) // 2]]
        if self._once("unplug"):
            return [frame[: len(frame) // 2], UNPLUG]
        if self._once("drop"):
            return [frame[:-1]]
        if self._once("flip-bit"):
            return [frame[:-1] + b"\x43"]
        return [b"\x00\xff" + frame] if self._once("join") or self._once("restart") else [frame]

    def _once(self, fault: str) -> bool:
        happens = self._fault == fault
        if happens:
            self._fault = None
        return happens

    def _as_written(self, written: list[bytes]) -> list[bytes]:
        if self._fault != "split":
            return written
        return [part[at : at + 1] for part in written for at in range(len(part))]


class Module:
    """A DY module: answers 14 to 13 (a card is there while something is queued), 12 to 11 01, and the data, one queued line of hex each, to 15 or 20.

    A message of several lines is read in as many answers. A strip is scanned before it is read, and taken out once it was read.
    Faults, once, at the first answer that holds data: `split` every byte a write of its own (always); `join` a temperature nobody asked for in
    the same write; `drop` one byte missing; `flip-bit` one bit wrong; `duplicate` twice; `wrong-number` its command one too high; `silence` no
    answer; `restart` garbage goes before it; `unplug` the plug is pulled in the middle. `nak` and `gbk` do nothing.
    """

    def __init__(self, fault: str | None, haste: float, profile: Profile) -> None:
        settings = profile.link_settings
        self._fault = fault
        self._high_first, self._crc = settings.dialect == "S", settings.dialect == "P"
        self._end = bytes.fromhex(settings.end_byte)
        self._strip = settings.module == "strip"
        self._queue: deque[list[str]] = deque()
        self._place = 0
        self._scanned = self._empty = False
        self._heard = bytearray()

    def send(self, messages: Sequence[Sequence[str]]) -> None:
        """See Device; each line is the data of one answer in hex."""
        self._queue.extend(list(message) for message in messages)

    @property
    def idle(self) -> bool:
        """See Device."""
        return not self._queue

    def unplug(self) -> None:
        """See Device."""
        self._place, self._scanned = 0, False
        self._heard.clear()

    def poll(self, now: float) -> list[bytes]:
        """It speaks only when asked."""
        return []

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """See Device."""
        self._heard += data
        written: list[bytes] = []
        while len(self._heard) >= 6:
            first, second = self._heard[2], self._heard[3]
            size = 6 + (first * 256 + second if self._high_first else second * 256 + first)
            if len(self._heard) < size:
                break
            request = bytes(self._heard[:size])
            if request != self._frame(request[1], request[4:-2]):
                del self._heard[0]
                continue
            del self._heard[:size]
            written += self._answer(request[1], request[4:-2])
        if self._fault == "split":
            return [part[at : at + 1] for part in written for at in range(len(part))]
        return written

    def _answer(self, code: int, data: bytes) -> list[bytes]:
        if code == 0x13:
            there = bool(self._queue) and not self._empty
            self._empty = False
            return [self._frame(0x14, b"\x01" if there else b"\x02")]
        if code == 0x11 and data == b"\x01":
            self._scanned = bool(self._queue)
            return [self._frame(0x12, b"\x01")]
        if code not in (0x15, 0x20) or not self._queue or (self._strip and not self._scanned):
            return []
        return self._data(code)

    def _data(self, code: int) -> list[bytes]:
        data = bytes.fromhex(self._queue[0][self._place])
        frame, fault = self._frame(code + 1, data), self._fault
        self._fault = fault if fault == "split" else None
        spoilt = {
            "drop": [frame[:5] + frame[6:]],
            "flip-bit": [frame[:5] + bytes((frame[5] ^ 0x10,)) + frame[6:]],
            "wrong-number": [self._frame(code + 2, data)],
            "silence": [],
            "unplug": [frame[: len(frame) // 2], UNPLUG],
        }
        if fault in spoilt:
            return spoilt[fault]
        self._place += 1
        if self._place == len(self._queue[0]):
            self._queue.popleft()
            self._place, self._scanned, self._empty = 0, False, self._strip
        whole = {"join": [frame + self._frame(0x27, b"\x29\x29")], "duplicate": [frame, frame], "restart": [b"\x00\xff\x7e" + frame]}
        return whole.get(fault or "", [frame])

    def _frame(self, code: int, data: bytes) -> bytes:
        high, low = divmod(len(data), 256)
        counted = bytes((code, *((high, low) if self._high_first else (low, high)))) + data
        return b"\x7e" + counted + bytes((_divided(counted) if self._crc else sum(counted) & 0xFF,)) + self._end


def _divided(counted: bytes) -> int:
    """Return the remainder of the message polynomial divided by x^8 + x^5 + x^4 + 1."""
    remainder = int.from_bytes(counted, "big") << 8
    for place in range(remainder.bit_length() - 1, 7, -1):
        if remainder >> place & 1:
            remainder ^= 0x131 << (place - 8)
    return remainder


def spaced(results: Sequence[Shown], _profile: Profile) -> list[list[str]]:
    """Return one line a sample, as the Spotchem EL prints it."""
    return [
        [f"{group[0].at:%y/%m/%d %H:%M} ID# {sample}   [Sample] " + "".join(f"{one.test} {one.value:>10}  {one.unit or '-'} " for one in group)]
        for sample, group in ((sample, list(shown)) for sample, shown in groupby(results, key=lambda one: one.sample))
    ]


def rs_fields(results: Sequence[Shown], _profile: Profile) -> list[list[str]]:
    """Return the fields of one message a result, as a miniVidas sends them; the unit only where there is one."""
    return [
        [
            *("mtrsl", "pi", "pn", "si", f"ci{one.sample}", f"rt{one.test}", f"rn{one.test}", f"tt{one.at:%H:%M}", f"td{one.at:%m/%d/%y}"),
            *(f"ql{one.words}", f"qn{one.value}"),
            *((f"y3{one.unit}",) if one.unit else ()),
        ]
        for one in results
    ]


BRIGHT, EMPTY, BEGIN = 20_000, 60_000, 50_000
"""Light beside the lines of a strip; through an empty channel of the photometer; through a cuvette as the reaction begins."""


def dy(results: Sequence[Shown], profile: Profile) -> list[list[str]]:
    """Return lines of hex for `Module`: a strip a message, or all results of a photometer in one, a channel each, by position where there is one.

    What is shown are the raw channels; where there are none, the value is the ratio of the lines or the change of absorbance (-0.05 to 0.7).
    """
    module = profile.link_settings.module
    if module == "strip":
        return [[_scan(one)] for one in results]
    if module == "dry":
        return [[bytes(int(dict(one.raw).get(colour, Decimal(0))) for one in results for colour in ("red", "green", "blue")).hex()]] if results else []
    changes = {int(one.position or place): dict(one.raw).get("absorbance change", _number(one.value)) for place, one in enumerate(results, start=1)}
    channels = range(1, max(changes, default=0) + 1)
    ends = [round(BEGIN / 10 ** changes[channel]) if channel in changes else EMPTY for channel in channels]
    begins = [BEGIN if channel in changes else EMPTY for channel in channels]
    return [[_lights([EMPTY] * len(ends)), _lights(begins), _lights(ends)]] if ends else []


def _scan(shown: Shown) -> str:
    raw = dict(shown.raw)
    depths = {15: raw.get("control line", Decimal(1000)), 35: raw.get("test line", 1000 * _number(shown.value))}
    points = [BRIGHT] * 50
    for place, depth in depths.items():
        for beside, share in ((-2, 4), (-1, 2), (0, 1), (1, 2), (2, 4)):
            points[place + beside] = BRIGHT - int(depth) // share
    return b"".join(point.to_bytes(2, "little") for point in points).hex()


def _lights(channels: Sequence[int]) -> str:
    """Return four lights a channel; the second to fourth are as bright as nothing else, so that a wrong one shows."""
    return b"".join(light.to_bytes(2, "little") for first in channels for light in (first, 11, 22, 33)).hex()


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.strip("<> "))
    except InvalidOperation:
        return Decimal(0)
