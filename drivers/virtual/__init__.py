"""The instrument's side of the wire, written from the protocols and not from the host's code; with faults to order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from drivers.core.profile import Profile

FAULTS = ("split", "join", "drop", "flip-bit", "duplicate", "wrong-number", "nak", "silence", "restart", "gbk", "unplug")
"""What a virtual instrument can do wrong; each device says in its docstring what it makes of them."""

UNPLUG = b""
"""Among the writes of a device: here the plug is pulled. Whoever carries the bytes takes the wire away and brings it back."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One result on the display of an instrument. *test* is the code the instrument knows."""

    sample: str
    test: str
    value: str
    unit: str
    at: datetime
    """Local time without a zone, as an instrument prints it."""
    control: bool = False
    position: str = ""
    words: str = ""
    """The verdict it prints, where it prints one."""
    stable: bool = True
    raw: tuple[tuple[str, Decimal], ...] = ()


class Device(Protocol):
    """An instrument without a wire: it is told of bytes and time and returns the writes it makes, one by one."""

    def send(self, messages: Sequence[Sequence[str]]) -> None:
        """Queue messages, each a list of records or lines."""

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """Hear the host."""

    def poll(self, now: float) -> list[bytes]:
        """Let time pass; also starts what is queued."""

    def unplug(self) -> None:
        """The host is gone: what was being sent is sent again from the start."""

    @property
    def idle(self) -> bool:
        """Say whether everything queued is sent."""


Compose = Callable[[Sequence[Shown], Profile], list[list[str]]]
"""(results in the instrument's words, its profile) -> messages for `Device.send`."""
Make = Callable[[str | None, float, Profile], Device]
"""(fault, haste, profile) -> device."""


def device(profile: Profile, fault: str | None = None, haste: float = 1.0) -> Device:
    """Return the device of a profile's link; *haste* divides every timer of the protocol. Raises ValueError for an unknown fault."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(fault)
    return _devices()[profile.link](fault, haste, profile)


def compose(profile: Profile, results: Sequence[Shown]) -> list[list[str]]:
    """Return *results* as messages in the words of a profile's codec."""
    return _composers()[profile.codec](results, profile)


def encoding(profile: Profile) -> str:
    """Return the encoding a device of this profile writes."""
    return "utf-8" if profile.encoding == "auto" else profile.encoding


def _devices() -> Mapping[str, Make]:
    """Link -> its device."""
    from drivers.virtual import analyser, balances, folder, frames, hl7, labels, modbus, printer, scanner, tickets

    return {
        "astm_lis1": analyser.Analyser,
        "balance": balances.of_lines,
        "dy7e": frames.Module,
        "files": folder.of_files,
        "lines": printer.of_lines,
        "mllp": hl7.Instrument,
        "modbus_rtu": modbus.Slaves,
        "printer": labels.LabelPrinter,
        "rs_text": frames.of_rs_text,
        "sbi": balances.of_sbi,
        "scanner": scanner.Scanner,
        "sics": balances.of_sics,
        "stx_etx": frames.of_stx_etx,
        "ticket": tickets.of_ticket,
    }


def _composers() -> Mapping[str, Compose]:
    """Codec -> what an instrument that is read by it would print."""
    from drivers.virtual import analyser, balances, folder, frames, hl7, modbus, printer, scanner, tickets

    return {
        "balance": balances.compose,
        "barcode": scanner.compose,
        "columns": tickets.columns,
        "delimited": tickets.delimited,
        "dy": frames.dy,
        "er7": hl7.compose,
        "key_value": printer.key_value,
        "lis2": analyser.compose,
        "nothing": lambda results, profile: [],
        "plate": tickets.plate,
        "registers": modbus.compose,
        "rs_fields": frames.rs_fields,
        "sbi": balances.compose,
        "sics": balances.compose,
        "spaced": frames.spaced,
        "table": folder.table,
        "template": tickets.template,
    }
