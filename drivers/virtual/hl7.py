"""An instrument that sends HL7 v2 messages in blocks (MLLP) and waits for the acknowledgement of each."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import groupby

from drivers.core.profile import Profile
from drivers.virtual import UNPLUG, Shown, encoding

VT, FS, CR = b"\x0b", b"\x1c", b"\r"
ANSWER_S = 30.0
"""Without an acknowledgement for this long, the message is sent again."""
SILENT_S, RESTART_S, PAUSE_S = 40.0, 15.0, 0.2
REFUSALS = 3
"""A message answered AE or AR is sent again so often, then it stays in the instrument's own memory."""
DEAF = 3


class Instrument:
    """Sends one message after the other, each until the host answers it with AA.

    Faults, on the first message and once: `split` every byte a write of its own (always); `join` noise and all messages in one write;
    `drop` FS and CR are missing; `flip-bit` one bit of the segment name MSH wrong (HL7 has no checksum: in a value nobody would see it);
    `duplicate` the same block once more although acknowledged; `wrong-number` the second message bears the MSH-10 of the first;
    `nak` three acknowledgements are not heard, so it sends four times; `silence` it stops in the middle and sends the whole 40 s later;
    `restart` the same with 15 s and the garbage of switching on; `unplug` the same with the plug pulled;
    `gbk` everything is in GBK (always), whatever MSH-18 says.
    """

    def __init__(self, fault: str | None, haste: float, profile: Profile) -> None:
        self.refused: list[list[str]] = []
        """Messages the host would not take."""
        self._fault, self._haste = fault, haste
        self._encoding = "gbk" if fault == "gbk" else encoding(profile)
        self._waits: bool = profile.link_settings.acknowledge
        self._queue: deque[list[str]] = deque()
        self._asked = 0
        """How many from the head of the queue are on the wire and not answered."""
        self._until = 0.0
        self._refusals = 0
        self._deaf = DEAF if fault == "nak" else 0
        self._heard = bytearray()
        self._garbage = b""

    def send(self, messages: Sequence[Sequence[str]]) -> None:
        """See Device."""
        self._queue.extend(list(message) for message in messages)
        if len(self._queue) > 1 and self._once("wrong-number"):
            header = self._queue[1][0].split("|")
            self._queue[1][0] = "|".join([*header[:9], _number(self._queue[0]), *header[10:]])

    @property
    def idle(self) -> bool:
        """See Device."""
        return not self._queue

    def unplug(self) -> None:
        """See Device."""
        self._asked, self._until = 0, 0.0
        self._heard.clear()

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """See Device."""
        self._heard += data
        *blocks, rest = self._heard.split(FS)
        self._heard = rest
        for block in blocks:
            code, number = _answer(bytes(block.partition(VT)[2]).decode(self._encoding, errors="replace"))
            if self._asked and number in ("", _number(self._queue[0])):
                self._answered(code, now)
        return []

    def poll(self, now: float) -> list[bytes]:
        """See Device."""
        if now < self._until or not self._queue:
            return []
        whole, self._garbage = self._garbage + self._block(self._queue[0]), b""
        for fault, pause in (("silence", SILENT_S), ("restart", RESTART_S), ("unplug", RESTART_S)):
            if self._once(fault):
                self._until, self._garbage = now + pause / self._haste, b"\x00\xff" if fault == "restart" else b""
                return [whole[: len(whole) // 2], *((UNPLUG,) if fault == "unplug" else ())]
        self._asked, self._until = 1, now + ANSWER_S / self._haste
        if self._once("join"):
            whole, self._asked = b"\x00\xff" + b"".join(map(self._block, self._queue)), len(self._queue)
        elif self._once("drop"):
            whole = whole.removesuffix(FS + CR)
        elif self._once("flip-bit"):
            whole = whole.replace(b"MSH", b"LSH", 1)
        while self._asked and not self._waits:
            self._taken(now)
        return [whole[at : at + 1] for at in range(len(whole))] if self._fault == "split" else [whole]

    def _answered(self, code: str, now: float) -> None:
        if self._deaf:
            self._deaf -= 1
        elif code == "AA":
            self._taken(now)
        elif code in ("AE", "AR"):
            self._refusals += 1
            if self._refusals > REFUSALS:
                self.refused.append(self._queue[0])
                self._taken(now)
            self._until = now + PAUSE_S / self._haste

    def _taken(self, now: float) -> None:
        """The first message is done with; the next follows after a pause."""
        self._asked, self._refusals = self._asked - 1, 0
        if not self._once("duplicate"):
            self._queue.popleft()
        if not self._asked:
            self._until = now + PAUSE_S / self._haste

    def _block(self, message: list[str]) -> bytes:
        return VT + "".join(f"{line}\r" for line in message).encode(self._encoding, errors="replace") + FS + CR

    def _once(self, fault: str) -> bool:
        if self._fault != fault:
            return False
        self._fault = None
        return True


def compose(results: Sequence[Shown], profile: Profile) -> list[list[str]]:
    """Return one ORU^R01 for each sample with an OBX for each test, one OUL^R21 in QC mode for each control."""
    return [_message(place, list(mine), profile) for place, (_, mine) in enumerate(groupby(results, lambda shown: (shown.sample, shown.control)), start=1)]


def _message(place: int, results: list[Shown], profile: Profile) -> list[str]:
    first = results[0]
    stamp = f"{first.at:%Y%m%d%H%M%S}"
    kind, mode = ("OUL^R21", "P^LJ") if first.control else ("ORU^R01", "P")
    orders = {"PID": {1: "1", 5: "^玉米"}, "OBR": {1: "1", 7: stamp}}
    name, number = profile.codec_settings.sample_fields.split()[0].partition(".")[0].split("-")
    orders.setdefault(name, {1: "1"})[int(number)] = _escaped(first.sample)
    return [
        f"MSH|^~\\&|VIRTUAL|Shiyan|||{stamp}||{kind}|{stamp}-{place}|{mode}|2.4||||||UTF-8",
        *(_segment(each, orders[each]) for each in ("PID", "SPM", "OBR") if each in orders),
        *(_segment("OBX", _result(row, shown)) for row, shown in enumerate(results, start=1)),
    ]


def _result(row: int, shown: Shown) -> dict[int, str]:
    kind, sent = ("NM", shown.value) if shown.value else ("ST", shown.words)
    return {1: str(row), 2: kind, 3: _escaped(shown.test), 5: _escaped(sent), 6: _escaped(shown.unit), 11: "F", 14: f"{shown.at:%Y%m%d%H%M%S}"}


def _segment(name: str, fields: dict[int, str]) -> str:
    return "|".join([name, *(fields.get(place, "") for place in range(1, max(fields) + 1))])


def _escaped(text: str) -> str:
    for mark, name in (("\\", "E"), ("|", "F"), ("^", "S"), ("&", "T"), ("~", "R")):
        text = text.replace(mark, f"\\{name}\\")
    return text


def _number(message: list[str]) -> str:
    """Return MSH-10."""
    return (message[0].split("|") + [""] * 10)[9]


def _answer(text: str) -> tuple[str, str]:
    """Return MSA-1 and MSA-2 of an acknowledgement."""
    found = next((line.split("|") for line in text.split("\r") if line.startswith("MSA|")), [])
    return (found[1], found[2]) if len(found) > 2 else ("", "")
