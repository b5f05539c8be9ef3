"""A full disk, in processes that are given no more room: one sentence, nothing half-written, nothing acknowledged that was not kept."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lims.db.folder import Folder
from lims.laboratory import Laboratory
from lims.views import samples
from tests.db.conftest import CHEAP

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process's files cannot be limited here")
ROOT = Path(__file__).parents[2]
SENTENCE = "The disk is full: nothing was saved. Make room and try again."
ENQ, H = b"\x05", b"\x021H|\\^&\r\x03E5\r\n"


def filled(how: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "tests.db.filling", how, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.parametrize(("how", "count"), [("largest", 24), ("pages", 6)])
def test_a_sample_is_registered_whole_or_the_disk_is_said_to_be_full(how: str, count: int, tmp_path: Path) -> None:
    """RLIMIT_FSIZE, and SQLite's max_page_count, each with a page more than the time before."""
    child = filled(how, tmp_path)
    assert child.returncode == 0, "with room again it goes on"
    tries = [json.loads(line) for line in child.stdout.splitlines()]
    assert len(tries) == count and {one["code"] for one in tries} == {1}
    assert all(one["same"] for one in tries), "every table as it was before"
    assert child.stderr.splitlines() == [SENTENCE] * count
    with Laboratory(Folder(tmp_path), passwords=CHEAP) as laboratory, laboratory.store.work() as work:
        assert len(samples.rows(work, limit=10_000)) == sum(one["registered"] for one in tries) + 1
        assert work.connection().exec_driver_sql("PRAGMA integrity_check").all() == [("ok",)]


def test_what_the_disk_has_no_room_for_is_not_acknowledged(tmp_path: Path) -> None:
    child = filled("listen", tmp_path)
    said = json.loads(child.stdout)
    assert said["full"] == {"code": "disk-full", "answered": False, "journal": ENQ.hex()}
    assert said["journal"] == (ENQ + H + ENQ).hex(), "kept as soon as there was room"
    assert said["answers"] == ["06", "06"], "one answer to each start, none to what came too late"
    assert child.returncode == 0 and child.stderr == ""
