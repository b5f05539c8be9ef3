"""A port is known by its adapter or its place: rows of invented computers, no hardware."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from drivers import Trouble, transport
from drivers.core.profile import Serial
from drivers.identity import Plugged, SerialPort, named, resolved
from drivers.transport import open_transport

FTDI = Plugged("COM7", "USB Serial Port (COM7)", 0x0403, 0x6001, "A50285BI", "1-1.4")
CH340 = [Plugged(f"/dev/ttyUSB{n}", "USB Serial", 0x1A86, 0x7523, None, place) for n, place in enumerate(("1-1.1", "1-1.2"))]
CLONES = [Plugged(f"COM{n}", "CP2102", 0x10C4, 0xEA60, "0001", place) for n, place in ((3, "1-2"), (12, "1-3"))]
FOUR = [Plugged(f"/dev/ttyUSB{n}", "FT4232H", 0x0403, 0x6011, "FT5X", f"3-1:1.{n}") for n in range(4)]
BUILT_IN = Plugged("/dev/ttyS0", "ttyS0")


def test_an_adapter_with_a_serial_number_is_known_by_it() -> None:
    assert named([FTDI]) == (SerialPort("COM7", "USB Serial Port (COM7)", "usb:0403:6001:A50285BI", "0403:6001"),)


@pytest.mark.parametrize("ports", [CH340, CLONES, FOUR], ids=["no serial number", "the same for both", "four ports of one adapter"])
def test_where_the_serial_number_does_not_tell_them_apart_the_place_does(ports: list[Plugged]) -> None:
    assert [port.address.partition("@")[2] for port in named(ports)] == [port.location for port in ports]


def test_a_port_that_is_no_adapter_keeps_its_name() -> None:
    assert named([BUILT_IN]) == (SerialPort("/dev/ttyS0", "ttyS0", "/dev/ttyS0"),)


def test_a_serial_number_windows_invented_is_none() -> None:
    (port,) = named([Plugged("COM5", "", 0x1A86, 0x7523, "5&2C5A&0&2", "1-4")])
    assert port.address == "usb:1A86:7523@1-4"


def test_ports_stand_in_the_order_people_count() -> None:
    assert [port.device for port in named([*CLONES[::-1], FTDI])] == ["COM3", "COM7", "COM12"]


def test_addresses_are_unlike_and_survive_new_numbers() -> None:
    """Unplugged and plugged in any order, the system numbers anew; every address still finds its adapter."""
    ports = [FTDI, *CH340, *CLONES, *FOUR]
    addresses = {port.address: (at.serial, at.location) for at, port in ((next(p for p in ports if p.device == row.device), row) for row in named(ports[:1]))}
    addresses |= {row.address: (found.serial, found.location) for group in (CH340, CLONES, FOUR) for row, found in zip(named(group), group, strict=True)}
    assert len(addresses) == len(ports)
    chance = random.Random(1)
    for _ in range(20):
        chance.shuffle(ports)
        now = [Plugged(f"COM{n}", port.words, port.vid, port.pid, port.serial, port.location) for n, port in enumerate(ports, start=1)]
        for address, who in addresses.items():
            found = next(port for port in now if port.device == resolved(address, now))
            assert (found.serial, found.location) == who


def test_the_same_adapter_in_another_socket_is_the_same_port_and_another_in_its_socket_is_not() -> None:
    moved = [Plugged("COM9", "", 0x0403, 0x6001, "A50285BI", "2-1")]
    assert resolved("usb:0403:6001:A50285BI", moved) == "COM9"
    with pytest.raises(LookupError):
        resolved("usb:0403:6001:A50285BI", [Plugged("COM7", "", 0x0403, 0x6001, "B0000000", "1-1.4")])


def test_a_serial_number_that_two_bear_opens_neither() -> None:
    with pytest.raises(LookupError, match="2 adapters"):
        resolved("usb:10C4:EA60:0001", CLONES)


@pytest.mark.parametrize("serial", ["A B/C", "x@y:z", "序列", "%41"])
def test_any_serial_number_is_found_again(serial: str) -> None:
    port = Plugged("COM1", "", 1, 2, serial, "1-1")
    (row,) = named([port])
    assert row.address.isascii() and " " not in row.address and resolved(row.address, [port]) == "COM1"


def test_nowhere_plugged_is_no_such_port_and_resolved_at_every_opening(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def said() -> tuple[str, object, bool]:
        with pytest.raises(Trouble) as caught:
            open_transport("usb:0403:6001:A50285BI", Serial())
        return caught.value.code, caught.value.facts["port"], "ttyUSB3" in str(caught.value.facts["detail"])

    monkeypatch.setattr(transport, "_plugged", list)
    assert said() == ("no-such-port", "usb:0403:6001:A50285BI", False)
    monkeypatch.setattr(transport, "_plugged", lambda: [Plugged(str(tmp_path / "ttyUSB3"), "", 0x0403, 0x6001, "A50285BI")])
    assert said() == ("no-such-port", "usb:0403:6001:A50285BI", True), "now it is looked for where it is plugged in"


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Trouble) as caught:
        open_transport("usb:0403", Serial())
    assert caught.value.code == "settings-refused"
