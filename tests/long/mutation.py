"""Whether the tests of the laws would notice a changed law: every mutant of rounding, limits and judgement that survives them is printed.

    python -m tests.long mutation

mutmut (extra `long`) changes one thing at a time in a copy of the checkout; a mutant counts as noticed when a test of tests/rules fails.
What is left means the same or only sounds otherwise: half-even named or left to the context, where it is the rule too; sizes of guards against absurd
input moved by one; `<` for `<=` where both give the same digits; the wording of a refusal; an argument that the branch it is handed to does not read.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = ("rounding", "limits", "judgement")
ROOMS = ("lims", "tests", "resources", "ui", "drivers")

SETTINGS = """

[tool.mutmut]
source_paths = ["lims/"]
only_mutate = [{files}]
pytest_add_cli_args_test_selection = [{tests}]
pytest_add_cli_args = ["-p", "no:cacheprovider"]
also_copy = ["resources", "ui", "drivers", "tests"]
"""

TESTS = ("rounding", "quantity", "units", "limits", "judgement", "bulletin")


def main() -> None:
    """Run mutmut over the three rules and print every mutant that no test noticed."""
    if not find_spec("mutmut"):
        sys.exit("This long form needs mutmut: install the package with its extra `long`.")
    with tempfile.TemporaryDirectory() as folder:
        copy = _copied(Path(folder))
        subprocess.run([sys.executable, "-m", "mutmut", "run", "--max-children", str(os.cpu_count())], cwd=copy, capture_output=True, check=False)
        results = subprocess.run([sys.executable, "-m", "mutmut", "results", "--all", "true"], cwd=copy, capture_output=True, text=True, check=True).stdout
        states = dict(re.findall(r"^\s*(\S+): (.+)$", results, re.MULTILINE))
        survivors = [name for name, state in states.items() if state != "killed"]
        for name in survivors:
            shown = subprocess.run([sys.executable, "-m", "mutmut", "show", name], cwd=copy, capture_output=True, text=True, check=True).stdout
            print(f"{states[name]}\n" + "\n".join(line for line in shown.splitlines() if line[:1] in "+-#@"), flush=True)
    print(f"mutation: {len(states)} mutants of {', '.join(RULES)}, {len(states) - len(survivors)} noticed, {len(survivors)} left")


def _copied(folder: Path) -> Path:
    """Copy what the tests of the rules need, with mutmut's settings."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    files = ", ".join(f'"lims/rules/{name}.py"' for name in RULES)
    tests = ", ".join(f'"tests/rules/test_{name}.py"' for name in TESTS)
    settings = (ROOT / "pyproject.toml").read_text("utf-8") + SETTINGS.format(files=files, tests=tests)
    (folder / "pyproject.toml").write_text(settings, "utf-8")
    return folder
