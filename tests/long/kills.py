"""A laboratory with an open port is killed while an instrument sends, a thousand times."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.cli.killing import check, kill, prepare


def main(count: int = 1000, seed: int = 1) -> None:
    """Kill *count* times at random moments and print what was acknowledged; a lost byte fails."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        lives = kill(Path(folder), count, seed)
        messages, kept = check(Path(folder), lives), sum(len(seen.acknowledged) for seen in lives.values())
    print(f"{len(lives)} kills, {kept} bytes and {messages} messages acknowledged, all there")
