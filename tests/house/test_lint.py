"""The manner of writing, as far as a tool can read it: ruff over everything, mypy without mercy over lims and drivers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import lims

ROOT = Path(lims.__file__).parents[1]


def run(*command: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    code, words = run("ruff", "check", "--output-format=concise", ".")
    assert code == 0, words


def test_ruff_would_set_every_line_as_it_stands() -> None:
    code, words = run("ruff", "format", "--check", "--output-format=concise", ".")
    assert code == 0, words


def test_mypy_finds_nothing_in_lims_and_drivers() -> None:
    code, words = run("mypy")
    assert code == 0, words
