"""A million inputs for every link and every codec without an exception, chosen by what they reach (atheris).

    python -m tests.long fuzz [COUNT]

Each link and each codec is driven in a process of its own, with the settings of every shipped profile that uses it. A link hears the bytes as a port
would feed them: cut into rows, with pauses and polls between; what it says must lie in the stream in order, and after `abort` nothing may be begun.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAUSES = (0.0, 0.001, 0.05, 0.3, 2.5, 6.0, 31.0, 400.0)
LONGEST = 512
"""Bytes of an input: a message of every protocol finds room, and a million inputs take minutes."""
SEED = [b"\x05\x021H|\\^&\r\x03E5\r\n\x022L|1|N\r\x0305\r\n\x04", b"S S     100.00 g\r\n", b"\x01\x04\x04\x00\xb9\x02'k\x1b", b"\x0bMSH|^~\\&|A\r\x1c\r"]
"""Something of each kind to begin with."""


def main(count: int = 1_000_000) -> None:
    """Fuzz each of them *count* times; leave with 1 where one raised, its input printed."""
    if not find_spec("atheris"):
        sys.exit("This long form needs atheris: install the package with its extra `long`.")
    names = [f"link {link}" for link in _profiles("link")] + [f"codec {codec}" for codec in _profiles("codec")]
    with ThreadPoolExecutor(os.cpu_count()) as hands:
        failed = [name for name, well in zip(names, hands.map(lambda name: _fuzzed(name, count), names), strict=True) if not well]
    print(f"fuzz: {len(names)} links and codecs, {count} inputs each; raised: {', '.join(failed) or 'none'}")
    sys.exit(bool(failed))


def _fuzzed(name: str, count: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        for place, data in enumerate(SEED):
            (Path(folder) / str(place)).write_bytes(bytes((place, 255, 0)) + data)
        limits = [f"-runs={count}", f"-max_len={LONGEST}", "-timeout=10", "-seed=1", "-verbosity=0", f"-artifact_prefix={folder}/", folder]
        command = [sys.executable, "-m", "tests.long.fuzz", name, *limits]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        print(f"{name}: {'as it should' if run.returncode == 0 else run.stdout + run.stderr}", flush=True)
        for found in sorted(Path(folder).glob("*-*")):
            print(f"  {found.name}: {found.read_bytes().hex()}")
    return run.returncode == 0


def _profiles(key: str) -> dict[str, list]:  # type: ignore[type-arg]
    """Link or codec -> the shipped profiles that use it."""
    from drivers.core.profile import shelf

    found: dict[str, list] = {}  # type: ignore[type-arg]
    for profile in shelf([ROOT / "resources" / "instruments"]).profiles.values():
        found.setdefault(getattr(profile, key), []).append(profile)
    return dict(sorted(found.items()))


def drive(name: str) -> None:
    """Hand one link or codec to atheris; never returns."""
    import atheris

    with atheris.instrument_imports(include=["drivers.links", "drivers.codecs", "drivers.core"]):
        import drivers.core.profile  # noqa: F401
    kind, which = name.split()
    profiles = _profiles(kind)[which]
    one = link_survives if kind == "link" else codec_survives
    atheris.Setup([sys.argv[0], *sys.argv[2:]], lambda data: one(profiles[data[0] % len(profiles)], data[1:]) if data else None)
    atheris.Fuzz()


def link_survives(profile, data: bytes) -> None:  # type: ignore[no-untyped-def]
    """Let a link of *profile* hear *data*: what it says must lie in the stream, in order."""
    link, now, events, heard = profile.new_link(unasked=bool(data[:1] > b"\x7f")), 0.0, [], 0
    if data[:1] and data[0] % 4 == 0:
        events += link.submit(["ask"], now)[1]
    while data:
        # Each piece says in two bytes how long it is and how long the pause after it.
        size, pause, data = data[0], PAUSES[data[1] % len(PAUSES)] if len(data) > 1 else 0.0, data[2:]
        piece, data = data[:size], data[size:]
        rows = link.cut(piece)
        assert b"".join(rows) == piece, "the rows joined are the data"
        for row in rows:
            events += link.feed(row, now)
            heard += len(row)
            assert link.counts.received == heard
            assert link.begun_at is None or 0 <= link.begun_at <= heard
        now += pause
        for _ in range(64):
            due = link.next_deadline()
            if due is None or due > now:
                break
            events += link.poll(now)
    events += link.abort()
    assert link.begun_at is None
    spans = [(event.start, event.end) for event in events if hasattr(event, "start")]
    assert all(0 <= start < end <= heard for start, end in spans), spans
    assert all(before[1] <= after[0] for before, after in pairwise(spans)), spans
    counts = link.counts
    assert min(counts.noise, counts.messages, counts.quarantined) >= 0 and counts.noise <= heard


def codec_survives(profile, data: bytes) -> None:  # type: ignore[no-untyped-def]
    """Let the codec of *profile* read *data*."""
    for reading in profile.readings(data, "fuzz"):
        assert reading.value is None or reading.value.is_finite()
        json.dumps(reading.as_json(), ensure_ascii=True)


if __name__ == "__main__":
    drive(sys.argv[1])
