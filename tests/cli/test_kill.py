"""kill -9 during reception: what the instrument was told is kept is kept, and lands once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from drivers.transport import has_pty
from tests.cli import killing

pytestmark = pytest.mark.skipif(not has_pty() or sys.platform == "win32", reason="this system has no pseudo-terminals or no kill -9")


def test_every_acknowledged_byte_is_kept_and_every_acknowledged_message_lands_once(tmp_path: Path) -> None:
    killing.prepare(tmp_path)
    rounds = killing.kill(tmp_path, 15, seed=1)
    assert len(rounds) == 15 and killing.check(tmp_path, rounds) > 15
