"""Sixteen instruments at once for five seconds (a minute: python -m tests.long sixteen): no byte lost, every message as it was sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.transport import has_pty
from tests.long.sixteen import hear


@pytest.mark.skipif(not has_pty(), reason="this system has no pseudo-terminals")
def test_no_byte_of_sixteen_wires_is_lost(tmp_path: Path) -> None:
    day = hear(5.0, tmp_path)
    print(day)
    assert day.wrong() == []
    assert min(day.messages) > 5
