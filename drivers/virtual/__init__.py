"""The instrument's side of the wire, written from the protocols and not from the host's code; with faults to order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

FAULTS = ("split", "join", "drop", "flip-bit", "duplicate", "wrong-number", "silence")
"""What a virtual instrument can do wrong; each device says in its docstring what it makes of them."""


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


Compose = Callable[[Sequence[Shown]], list[list[str]]]
Make = Callable[[str | None, float, str], Device]
"""(fault, haste, encoding) -> device."""


def device(link: str, fault: str | None = None, haste: float = 1.0, encoding: str = "latin-1") -> Device:
    """Return the device of a link; *haste* divides every timer of the protocol. Raises ValueError for a wrong name."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(fault)
    return _makers()[link][0](fault, haste, encoding)


def compose(link: str, results: Sequence[Shown]) -> list[list[str]]:
    """Return *results* as messages in the words of the devices of a link."""
    return _makers()[link][1](results)


def _makers() -> Mapping[str, tuple[Make, Compose]]:
    from drivers.virtual import analyser, printer

    return {
        "astm_lis1": (analyser.Analyser, analyser.compose),
        "lines": (printer.Printer, printer.compose),
    }
