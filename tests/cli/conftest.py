"""The command `lims`, within this process where that tells the same, in a process of its own where it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lims import i18n
from lims.cli import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """What a command left behind: its code, its results, its complaints."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one sentence of a command that was refused."""
        assert (self.code, self.out) == (1, ""), self
        assert self.err.count("\n") == 1 and "Traceback" not in self.err, self.err
        return self.err.strip()


Lims = Callable[..., Said]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command is called, with nothing said by the environment."""
    for name in ("LIMS_FOLDER", "LIMS_DATABASE", "LIMS_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def lims(home: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Lims]:
    """Calls the command in this process."""

    def call(*words: object) -> Said:
        i18n.use(i18n.DEFAULT_LANGUAGE)
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        said = capsys.readouterr()
        return Said(int(left.value.code or 0), said.out, said.err)

    before = i18n.language()
    yield call
    i18n.use(before)


def child(*words: object, **environment: str) -> subprocess.Popen[bytes]:
    """Call the command in a process of its own; its streams are bytes."""
    return subprocess.Popen(
        [sys.executable, "-m", "lims", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
