"""An instrument that calls with ENQ and sends LIS2 records in numbered frames (LIS1-A), one record a frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from drivers.core.profile import Profile
from drivers.virtual import UNPLUG, Shown, encoding

ENQ, ACK, NAK, EOT, STX, ETX = b"\x05", b"\x06", b"\x15", b"\x04", b"\x02", b"\x03"
REPEATS = 6
ANSWER_S, BUSY_S, AGAIN_S, CONTENTION_S, SILENT_S = 15.0, 10.0, 10.0, 1.0, 40.0
BOOT_S = 6.0
"""From switching on, or from the plug put back, to the first call."""
NAKS = 3
GARBAGE = b"\x00\xff\x00"
REMARK = "C|1|I|样品：玉米|G".encode("gbk")
_MARKS = str.maketrans({"|": "&F&", "^": "&S&", "\\": "&R&", "&": "&E&"})


class Analyser:
    """Sends each message in a session of its own until the host has acknowledged every frame; asks for orders and takes them.

    Faults, each at the first transmission of the first message's second frame: `split` every byte a write of its own;
    `join` noise and the call, and the last EOT and the next ENQ, in one write; `drop` one byte missing; `flip-bit` one
    bit wrong; `duplicate` the frame once more although acknowledged; `wrong-number` four too high; `silence` nothing
    more for 40 s, then the whole message again; `restart` half the frame and the garbage of switching on, 6 s later the
    whole message again; `unplug` half the frame and the plug is pulled, then the whole message again. `gbk` a comment in
    GBK below the first result, whatever the encoding; `nak` the host's first call, and twice its first frame, answered
    with NAK. All but `split` happen once.
    """

    def __init__(self, fault: str | None, haste: float, profile: Profile) -> None:
        self.orders: list[list[str]] = []
        """Messages the host sent: downloads and answers."""
        self._fault, self._haste, self._encoding = fault, haste, encoding(profile)
        self._sample_at = getattr(profile.codec_settings, "query_component", 2)
        self._naks = NAKS if fault == "nak" else 0
        self._queue: deque[list[bytes]] = deque()
        self._state = "idle"
        self._place = self._tries = 0
        self._until = 0.0
        self._heard = bytearray()
        self._order: list[bytes] = []
        """Texts of the frames heard."""
        self._joined = False

    def send(self, messages: Sequence[Sequence[str]]) -> None:
        """See Device."""
        for message in messages:
            records = [record.encode(self._encoding, errors="replace") for record in message]
            result = next((place for place, record in enumerate(records) if record[:1] == b"R"), None)
            if result is not None and self._once("gbk"):
                records.insert(result + 1, REMARK)
            self._queue.append(records)

    def ask(self, sample: str) -> None:
        """Ask the host for the orders of *sample*, as after a bar code was read; what it answers is added to `orders`."""
        place = "^" * (self._sample_at - 1) + _escaped(sample)
        self.send([["H|\\^&|||VIRTUAL|||||LIMS||P|LIS2-A2", f"Q|1|{place}||ALL||||||||O", "L|1|N"]])

    @property
    def idle(self) -> bool:
        """See Device."""
        return not self._queue and self._state == "idle"

    def unplug(self) -> None:
        """See Device."""
        self._state, self._until = "idle", 0.0
        self._heard.clear()

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """See Device."""
        written: list[bytes] = []
        for byte in (data[at : at + 1] for at in range(len(data))):
            written += getattr(self, f"_{self._state}")(byte, now)
        return self._as_written(written)

    def poll(self, now: float) -> list[bytes]:
        """See Device."""
        return self._as_written(self._time(now)) if now >= self._until else []

    def _time(self, now: float) -> list[bytes]:
        if self._state == "off":
            self._state = "idle"
        if self._state == "idle":
            return self._call(now) if self._queue else []
        if self._state == "listening":
            self._heard.clear()
            self._state = "idle"
            return []
        # Nobody answers, or the silence is over: hang up and begin anew a while later.
        self._state, self._until = "idle", self._after(now, AGAIN_S)
        return [EOT]

    def _call(self, now: float) -> list[bytes]:
        self._state, self._place, self._tries, self._until = "calling", 0, 0, self._after(now, ANSWER_S)
        return [b"\xff\x00" + ENQ] if self._once("join") else [ENQ]

    # -- what the host says, by state ------------------------------------------------------------------------------

    def _idle(self, byte: bytes, now: float) -> list[bytes]:
        if byte != ENQ:
            return []
        if self._naks == NAKS:
            self._naks -= 1
            return [NAK]
        self._state, self._until, self._order = "listening", self._after(now, 2 * ANSWER_S), []
        return [ACK]

    def _calling(self, byte: bytes, now: float) -> list[bytes]:
        if byte == ACK:
            self._state = "sending"
            return self._transmit(now)
        if byte in (NAK, ENQ):
            # Busy, or both called: the instrument calls again, after 10 s or 1 s.
            self._state, self._until = "idle", self._after(now, BUSY_S if byte == NAK else CONTENTION_S)
        return []

    def _sending(self, byte: bytes, now: float) -> list[bytes]:
        if byte == ACK:
            again = self._frame(self._place) if self._place == 1 and self._once("duplicate") else None
            if again is not None:
                self._until = self._after(now, ANSWER_S)
                return [again]
            self._place, self._tries = self._place + 1, 0
        if self._place == len(self._queue[0]):
            self._queue.popleft()
            self._state, self._until = "idle", now
            return [EOT + self._call(now)[0]] if self._fault == "join" and self._queue else [EOT]
        if byte == EOT or self._tries == REPEATS:
            self._state, self._until = "idle", self._after(now, ANSWER_S)
            return [EOT]
        return self._transmit(now)

    def _silent(self, byte: bytes, now: float) -> list[bytes]:
        return []

    _off = _silent

    def _listening(self, byte: bytes, now: float) -> list[bytes]:
        if byte == EOT and not self._heard:
            self._state, self._until = "idle", self._after(now, CONTENTION_S)
            if self._order:
                self.orders.append(b"".join(self._order).decode(self._encoding, errors="replace").rstrip("\r").split("\r"))
            return []
        self._heard += byte
        if byte != b"\n":
            return []
        frame, self._heard = bytes(self._heard), bytearray()
        self._until = self._after(now, 2 * ANSWER_S)
        right = frame[:1] == STX and len(frame) >= 7 and frame[-4:-2] == _sum(frame[1:-4]) and frame[1:2] == _digit(len(self._order))
        if self._naks or not right:
            self._naks = max(self._naks - 1, 0)
            return [NAK]
        self._order.append(frame[2:-5])
        return [ACK]

    # -- what it says ----------------------------------------------------------------------------------------------

    def _transmit(self, now: float) -> list[bytes]:
        self._tries += 1
        self._until = self._after(now, ANSWER_S)
        frame = self._frame(self._place)
        if self._place != 1:
            return [frame]
        if self._once("silence"):
            self._state, self._until = "silent", self._after(now, SILENT_S)
            return [frame[: len(frame) // 2]]
        if self._once("restart"):
            return self._cut_off(frame, GARBAGE, now)
        if self._once("unplug"):
            return self._cut_off(frame, UNPLUG, now)
        if self._once("drop"):
            return [frame[:3] + frame[4:]]
        if self._once("flip-bit"):
            return [frame[:3] + bytes((frame[3] ^ 0x40,)) + frame[4:]]
        return [self._frame(self._place, 4)] if self._once("wrong-number") else [frame]

    def _cut_off(self, frame: bytes, last: bytes, now: float) -> list[bytes]:
        self._state, self._until = "off", self._after(now, BOOT_S)
        return [frame[: len(frame) // 2], last]

    def _frame(self, place: int, beside: int = 0) -> bytes:
        counted = _digit(place + beside) + self._queue[0][place] + b"\r" + ETX
        return STX + counted + _sum(counted) + b"\r\n"

    def _once(self, fault: str) -> bool:
        happens = self._fault == fault and not (fault == "join" and self._joined)
        if happens and fault == "join":
            self._joined = True
        elif happens:
            self._fault = None
        return happens

    def _as_written(self, written: list[bytes]) -> list[bytes]:
        if self._fault != "split":
            return written
        return [part[at : at + 1] for part in written for at in range(len(part))]

    def _after(self, now: float, seconds: float) -> float:
        return now + seconds / self._haste


def compose(results: Sequence[Shown], profile: Profile) -> list[list[str]]:
    """Return one message with an order for each sample and a result for each of its tests; words beside a number stand before it."""
    if not results:
        return []
    before = "^" * (profile.codec_settings.test_component - 1)
    stamp = max(shown.at for shown in results).strftime("%Y%m%d%H%M%S")
    message = [f"H|\\^&|||VIRTUAL^Shiyan^1|||||LIMS||P|LIS2-A2|{stamp}", "P|1"]
    samples = dict.fromkeys((shown.sample, shown.position, shown.control) for shown in results)
    for order, (sample, position, control) in enumerate(samples, start=1):
        mine = [shown for shown in results if (shown.sample, shown.position, shown.control) == (sample, position, control)]
        tests = "\\".join(before + _escaped(shown.test) for shown in mine)
        message.append(f"O|{order}|{_escaped(sample)}|{_escaped(position)}|{tests}|R||||||{'Q' if control else 'N'}")
        message += [_result(place, before, shown) for place, shown in enumerate(mine, start=1)]
    return [[*message, "L|1|N"]]


def _result(place: int, before: str, shown: Shown) -> str:
    value = "^".join(_escaped(part) for part in (shown.words, shown.value) if part)
    return f"R|{place}|{before}{_escaped(shown.test)}|{value}|{_escaped(shown.unit)}||N||F||||{shown.at:%Y%m%d%H%M%S}"


def _escaped(text: str) -> str:
    return text.translate(_MARKS)


def _digit(place: int) -> bytes:
    """Return the number of the frame at *place*, which begins at 1 and comes to 0 after 7."""
    return b"%d" % ((place + 1) % 8)


def _sum(counted: bytes) -> bytes:
    return f"{sum(counted) % 256:02X}".encode("ascii")
