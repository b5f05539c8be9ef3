"""Whether the tests of the laws reach every line and every branch of lims/rules.

python -m tests.long coverage
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Run tests/rules under coverage and print what was not reached; leave with 1 where anything was not."""
    if not find_spec("coverage"):
        sys.exit("This long form needs coverage: install the package with its extra `long`.")
    with tempfile.TemporaryDirectory() as folder:
        kept = ["--data-file", str(Path(folder) / "coverage")]
        run = [sys.executable, "-m", "coverage", "run", *kept, "--branch", "--source=lims/rules", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/rules"]
        subprocess.run(run, cwd=ROOT, check=True)
        report = [sys.executable, "-m", "coverage", "report", *kept, "--show-missing", "--fail-under=100"]
        sys.exit(subprocess.run(report, cwd=ROOT, check=False).returncode)
