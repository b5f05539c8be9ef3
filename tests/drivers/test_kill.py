"""Killed in mid-session: everything the program acknowledged is in the journal and is found again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from drivers.core.profile import Profile, read
from drivers.journal import entries
from drivers.stored import replay
from drivers.transport import PtyTransport, has_pty
from drivers.virtual import Shown, compose, device

ROOT = Path(__file__).parents[2]
CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from drivers.core.profile import read
from drivers.listen import listen
profile, address, journal = sys.argv[1:]
for _ in listen(read(Path(profile)), address, Path(journal), lambda: datetime.now(UTC), lambda state: None):
    pass
"""
ENQ, ACK = b"\x05", b"\x06"
READER = read(Path(__file__).parents[2] / "resources" / "instruments" / "mycotoxin-reader-lis.toml")
AT = datetime(2026, 2, 8, 14, 44)
MESSAGES = compose(READER, [Shown(f"S-{n}", "AFB1", f"{n}.0", "ug/kg", AT) for n in range(4)])


@pytest.mark.skipif(not has_pty(), reason="this system has no pseudo-terminals")
@pytest.mark.parametrize("frames", [1, 4, 11])
def test_killed_after_so_many_acknowledged_frames(frames: int, profiles: dict[str, Profile], tmp_path: Path) -> None:
    profile, path, wire = profiles["mycotoxin-reader-lis"], tmp_path / "a.sqlite3", PtyTransport()
    instrument = device(READER)
    instrument.send(MESSAGES)
    acknowledged = b""
    assert len(MESSAGES[0]) == 11
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(profile.file), wire.address, str(path)], cwd=ROOT)
    try:
        (data,) = instrument.poll(0.0)
        for _ in range(1 + frames):
            wire.write(data)
            assert answer(wire) == ACK
            acknowledged += data
            (data,) = instrument.feed(ACK, 0.0)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        wire.close()
    assert b"".join(entry.data for entry in entries(path) if entry.direction == "rx") == acknowledged
    (found,) = replay(path, profile)
    whole = frames == len(MESSAGES[0])
    assert (found.raw, found.quarantined) == (acknowledged, "" if whole else "lost")
    assert [reading.sample for reading in found.readings] == (["S-0", "S-1", "S-2", "S-3"] if whole else [])


def answer(wire: PtyTransport) -> bytes:
    for _ in range(100):
        if data := wire.read():
            return data
    return b""
