"""One message of an instrument, from bytes to fields and to readings, beside a bare loop that splits the same bytes in the same run."""

from __future__ import annotations

import importlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from types import ModuleType

from drivers.codecs.er7 import Er7Settings, segments
from drivers.codecs.er7 import readings as er7_readings
from drivers.codecs.lis2 import Lis2Settings, Record, records
from drivers.codecs.lis2 import readings as lis2_readings
from drivers.core.link import Event, Message, Send
from drivers.links.astm_lis1 import Lis1Link
from drivers.links.mllp import MllpLink
from drivers.links.modbus_rtu import ModbusLink, ModbusSettings, Poll

ROUNDS, TURNS = 15, 100
RESULTS = 24
READ = 64
"""Bytes a serial port hands over at a time."""
FASTEST = 11_520
"""Bytes a second at 115200 baud."""
TRANSACTIONS = 500
"""In each of the rounds."""

ASTM = (
    "H|\\^&|||GX-AFQ^Reader^1.0|||||LIMS||P|LIS2-A2|20260115093000",
    "P|1",
    "O|1|GR26-000117||^^^PANEL|R||||||N",
    *(f"R|{n}|^^^T{n:02}^1|{n}.70|ug/kg|0.0^10.0|N||F||op1||20260115093001|GX-AFQ" for n in range(1, RESULTS + 1)),
    "L|1|N",
)
HL7 = (
    "MSH|^~\\&|Reader|GX|LIS|Lab|20260115093000||ORU^R01|117|P|2.4||||||UNICODE",
    "PID|1",
    "OBR|1|GR26-000117||PANEL^Panel|R|20260115092900|20260115093000",
    *(f"OBX|{n}|NM|T{n:02}^Test {n}^GX||{n}.70|ug/kg|0.0-10.0|N|||F|||20260115093001" for n in range(1, RESULTS + 1)),
)
REGISTERS = 10
REQUEST = bytes.fromhex("01030000000ac5cd")
ANSWER = bytes.fromhex("010314000100020003000400050006000700080009000a8f16")
"""Function 3, address 1: registers 0 to 9 hold 1 to 10."""
SLAVE = f"""
import os, sys
line, heard = int(sys.argv[1]), b""
while True:
    heard += os.read(line, 64)
    while len(heard) >= {len(REQUEST)}:
        heard = heard[{len(REQUEST)}:]
        os.write(line, bytes.fromhex("{ANSWER.hex()}"))
"""


def main() -> None:
    """Print what a message costs, the floor, the ratio, and what others take."""
    _astm()
    _hl7()
    if os.name == "posix":
        _modbus()
    else:
        print("instruments: Modbus: no pseudo-terminals here")


# -- ASTM --------------------------------------------------------------------------------------------------------------


def _astm() -> None:
    frames = [_framed(place, record) for place, record in enumerate(ASTM, start=1)]
    wire, session = b"".join(frames), [b"\x05", *frames, b"\x04"]
    reads = [b"".join(session)[at : at + READ] for at in range(0, len(wire) + 2, READ)]
    floor, whole, single, split, pieces, read = _least(
        lambda: _bare_astm(wire),
        lambda: _records([b"".join(session)]),
        lambda: _records(session),
        lambda: [[record[place] for place in range(1, len(record.whole) + 1)] for record in _records([b"".join(session)])],
        lambda: _text(Lis1Link(), reads),
        lambda: lis2_readings(_text(Lis1Link(), session), "latin-1", Lis2Settings()),
    )
    print(f"instruments: ASTM, {len(ASTM)} records, {RESULTS} results, least processor time of many turns")
    print(f"instruments: ASTM: floor, a loop finds STX and ETX, compares the sum, splits fields and components; nothing is answered or watched: {_us(floor)}")
    _say("ASTM: ours, the link (order, sums, numbers, timers, answers, offsets) and records whose fields are split when asked for", whole, floor)
    _say("ASTM: ours, the same, one frame a read as an instrument sends it", single, floor)
    _say("ASTM: ours, the same in one read, every field of every record asked for", split, floor)
    _say(f"ASTM: ours, the link and {RESULTS} finished readings (numbers, units, moments, flags)", read, floor)
    share = pieces / sum(map(len, session)) * FASTEST
    print(f"instruments: ASTM: link alone at 115200 baud without a pause, {READ} bytes a read: {share:.2%} of a core")


def _records(reads: Sequence[bytes]) -> list[Record]:
    return list(records(_text(Lis1Link(), reads).decode("latin-1")))


def _framed(place: int, record: str) -> bytes:
    body = b"%d" % (place % 8) + record.encode("ascii") + b"\r\x03"
    return b"\x02" + body + b"%02X" % (sum(body) % 256) + b"\r\n"


def _bare_astm(wire: bytes) -> list[list[list[str]]]:
    found, place = [], 0
    while (begin := wire.find(b"\x02", place)) >= 0:
        end = wire.find(b"\x03", begin)
        if sum(wire[begin + 1 : end + 1]) & 0xFF != int(wire[end + 1 : end + 3], 16):
            raise ValueError(begin)
        found.append([field.split("^") for field in wire[begin + 2 : end].decode("latin-1").split("|")])
        place = end + 5
    return found


# -- HL7 ---------------------------------------------------------------------------------------------------------------


def _hl7() -> None:
    text = "".join(f"{segment}\r" for segment in HL7)
    block = b"\x0b" + text.encode("ascii") + b"\x1c\r"
    peer = _installed("hl7")
    jobs: list[Callable[[], object]] = [
        lambda: [segment.split("|") for segment in block[1:-2].decode("latin-1").split("\r")],
        lambda: segments(_text(MllpLink(), [block]).decode("latin-1")),
        lambda: er7_readings(_text(MllpLink(), [block]), "latin-1", Er7Settings()),
    ]
    if peer is not None:
        jobs.append(lambda: peer.parse(text))
    floor, split, read, *theirs = _least(*jobs)
    print(f"instruments: HL7, ORU with {RESULTS} OBX, least processor time of many turns")
    print(f"instruments: HL7: floor, one block decoded and split at CR and |; its ends are not looked for, nothing is answered: {_us(floor)}")
    _say("HL7: ours, the link (block, header, encoding, acknowledgement written) and segments by the header's delimiters", split, floor)
    _say(f"HL7: ours, the link and {RESULTS} finished readings (places, escapes, numbers, moments, control marks)", read, floor)
    for cost in theirs:
        _say("HL7: python-hl7, the text parsed, no block and no answer", cost, floor)


# -- Modbus ------------------------------------------------------------------------------------------------------------


def _modbus() -> None:
    with _line() as (line, port):
        link = ModbusLink(ModbusSettings((Poll(1, 3, 0, REGISTERS),), every_s=0.0, gap_s=0.0))
        floor, ours = _turns(lambda: _bare_modbus(line), lambda: _transaction(link, line))
        print(f"instruments: Modbus, {REGISTERS} registers, whole round trips by the clock; a process of its own answers at the other end of a pseudo-terminal")
        print(f"instruments: Modbus: floor, the request written with os.write, {len(ANSWER)} bytes read with os.read and not looked at: {floor}")
        print(f"instruments: Modbus: ours, the same with one poll and one feed of the link (length, sum, question checked), no silence kept: {ours}")
        _say("Modbus: ours, the least", ours.least, floor.least)
        _say("Modbus: ours, the median", ours.median, floor.median)
        wire = (len(REQUEST) + len(ANSWER)) * 10 / 115_200
        print(f"instruments: Modbus: the link adds {_us(ours.least - floor.least)} to the {_us(wire)} these bytes take at 115200 baud")
        if (peer := _installed("pymodbus.client")) is not None:
            client = peer.ModbusSerialClient(port, baudrate=115_200)
            client.connect()
            (theirs,) = _turns(lambda: client.read_holding_registers(0, count=REGISTERS).registers[9], turns=20)
            _say("Modbus: pymodbus, a client's read with the silence it keeps, the median", theirs.median, floor.median)
            client.close()


@contextmanager
def _line() -> Iterator[tuple[int, str]]:
    """Give one end of a pseudo-terminal and its name; a process of its own answers at the other."""
    import tty

    near, far = os.openpty()
    tty.setraw(far)
    slave = subprocess.Popen([sys.executable, "-c", SLAVE, str(near)], pass_fds=(near,))
    try:
        yield far, os.ttyname(far)
    finally:
        slave.kill()
        slave.wait()
        os.close(near)
        os.close(far)


def _bare_modbus(line: int) -> bytes:
    os.write(line, REQUEST)
    heard = os.read(line, 256)
    while len(heard) < len(ANSWER):
        heard += os.read(line, 256)
    return heard


def _transaction(link: ModbusLink, line: int) -> None:
    """Ask once through *link*; raises AssertionError when what comes is not the answer."""
    (asking,) = link.poll(time.monotonic())
    assert isinstance(asking, Send)
    os.write(line, asking.data)
    events: list[Event] = []
    while not events:
        events = link.feed(os.read(line, 256), time.monotonic())
    (answer,) = events
    assert isinstance(answer, Message)
    assert answer.text == ANSWER


# -- all ---------------------------------------------------------------------------------------------------------------


def _text(link: Lis1Link | MllpLink, reads: Sequence[bytes]) -> bytes:
    """Return the text of the one message in *reads*; raises AssertionError when there is none."""
    events: list[Event] = []
    for data in reads:
        events += link.feed(data, 0.0)
    (message,) = (event for event in events if isinstance(event, Message))
    return message.text


def _least(*jobs: Callable[[], object]) -> list[float]:
    """Return the least processor seconds a call of each; they take turns, so that a slow minute is every job's."""
    rounds: list[list[float]] = []
    for _round in range(ROUNDS):
        rounds.append([])
        for job in jobs:
            start = time.process_time()
            for _turn in range(TURNS):
                job()
            rounds[-1].append((time.process_time() - start) / TURNS)
    return [min(each) for each in zip(*rounds, strict=True)]


@dataclass(frozen=True)
class _RoundTrip:
    """What one call takes, in seconds: most of it is waiting for the other end."""

    least: float
    median: float
    own: float
    """Of this process's processor time."""

    def __str__(self) -> str:
        return f"least {_us(self.least)}, median {_us(self.median)}, {_us(self.own)} of our processor time"


def _turns(*jobs: Callable[[], object], turns: int = TRANSACTIONS) -> list[_RoundTrip]:
    """Time each job call by call, in turns; of the rounds' medians the least counts, for the other end may be kept waiting by anybody."""
    rounds: list[list[_RoundTrip]] = []
    for _round in range(ROUNDS):
        rounds.append([])
        for job in jobs:
            times, own = [], time.process_time()
            for _turn in range(turns):
                start = time.perf_counter()
                job()
                times.append(time.perf_counter() - start)
            rounds[-1].append(_RoundTrip(min(times), statistics.median(times), (time.process_time() - own) / turns))
    return [_RoundTrip(*(min(getattr(one, each.name) for one in said) for each in fields(_RoundTrip))) for said in zip(*rounds, strict=True)]


def _installed(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"instruments: {name.partition('.')[0]} is not installed, nothing to compare with")
        return None


def _say(what: str, cost: float, floor: float) -> None:
    print(f"instruments: {what}: {_us(cost)}, {1 / cost:,.0f} a second, {cost / floor:.2f} times the floor")


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} μs"
