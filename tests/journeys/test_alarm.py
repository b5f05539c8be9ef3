"""A port in trouble is told in whatever place is open, once, and one key leads there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lims import demo
from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from ui.kit.message import Message
from ui.screens.instruments import Instruments

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")


def test_a_port_that_is_lost_is_told_where_the_person_works(sit: Sit, tmp_path: Path) -> None:
    seat = sit(demo.folder(tmp_path / "demo", fresh=True).path, demonstration=True)
    seat.sign_in("jian1", demo.PASSWORD)
    seat.go("samples")
    near, far = os.openpty()
    address, ports = os.ttyname(far), seat.program.laboratory.ports
    seat.program.desk.run(ports.open, "RC-1", address)  # type: ignore[union-attr]
    seat.wait(lambda: any(port.code == "RC-1" and port.address == address and port.state == "live" for port in ports.rows()))
    os.close(far)
    os.close(near)
    seat.wait(lambda: said(seat))
    assert [message.kind for message in said(seat)] == ["warn"] and address in said(seat)[0].title
    seat.picture("port-lost")
    said(seat)[0].run()
    seat.wait(lambda: isinstance(seat.screen, Instruments) and seat.screen.table.current())
    assert seat.screen.table.current().code == "RC-1"
    assert not seat.fallen


def said(seat: Seat) -> list[Message]:
    return [message for message in seat.window.strip.messages if message.title.startswith("RC-1")]
