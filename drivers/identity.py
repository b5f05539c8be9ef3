"""Which serial port is which: a port is known by its USB adapter or by the place that is plugged into, never by a number that changes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

USB = "usb:"
"""What an address begins with that names an adapter: `usb:1A86:7523:A50285BI` by its serial number, `usb:1A86:7523@1-1.4` by its place."""
_ADDRESS = re.compile(r"usb:([0-9A-F]{4}):([0-9A-F]{4})([:@])(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Plugged:
    """One serial port as the system lists it (pySerial, `serial.tools.list_ports`, class ListPortInfo)."""

    device: str
    """The name it is opened by today: `COM7`, `/dev/ttyUSB0`."""
    words: str = ""
    vid: int | None = None
    pid: int | None = None
    serial: str | None = None
    location: str | None = None
    """Place on the bus, hubs included: `1-1.4`; with the interface behind it where one adapter has several ports."""


@dataclass(frozen=True, slots=True)
class SerialPort:
    """One port to choose. *address* stays true when the system numbers its ports anew; *device* does not."""

    device: str
    words: str
    """The system's words for it."""
    address: str
    usb: str = ""
    """`VID:PID` of its adapter as profiles write it, empty for a port that is no USB adapter."""


def named(plugged: Iterable[Plugged]) -> tuple[SerialPort, ...]:
    """Return *plugged* with an address each: by serial number where it tells them apart, else by place, else the device itself."""
    ports = sorted(plugged, key=lambda port: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", port.device)])
    serials = Counter((_usb(port), _serial(port)) for port in ports)
    return tuple(SerialPort(port.device, port.words, _address(port, alone=serials[_usb(port), _serial(port)] == 1), _usb(port)) for port in ports)


def resolved(address: str, plugged: Sequence[Plugged]) -> str:
    """Return the device among *plugged* that bears the `usb:` *address* at this moment.

    Raises LookupError when it is plugged nowhere, or when two adapters would fit; ValueError when the address is none.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError("usb:VID:PID:SERIAL, usb:VID:PID@PLACE")
    usb, by_place, name = f"{found[1]}:{found[2]}".upper(), found[3] == "@", unquote(found[4])
    fits = [port.device for port in plugged if _usb(port) == usb and (port.location if by_place else _serial(port)) == name]
    if len(fits) != 1:
        raise LookupError(f"{len(fits)} adapters bear {address}")
    return fits[0]


def _address(port: Plugged, alone: bool) -> str:
    serial = _serial(port)
    if serial and alone:
        return f"{USB}{_usb(port)}:{quote(serial, safe='')}"
    if port.location and _usb(port):
        return f"{USB}{_usb(port)}@{quote(port.location, safe=':.-')}"
    return port.device


def _serial(port: Plugged) -> str:
    # An adapter without a serial number gets one of Windows' own making, with an ampersand; it changes with the socket.
    return "" if port.serial is None or "&" in port.serial else port.serial.strip()


def _usb(port: Plugged) -> str:
    return "" if port.vid is None or port.pid is None else f"{port.vid:04X}:{port.pid:04X}"
