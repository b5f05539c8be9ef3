"""From the start of the process to the first painted window: the program on a new folder, beside a bare QMainWindow."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 7
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

WATCH = """
import os, sys, time
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

class First(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            os.write(1, f"{time.monotonic()} {time.process_time()} {len(sys.modules)}".encode())
            os._exit(0)
        return False

app = QApplication([])
first = First()
app.installEventFilter(first)
"""
BARE = WATCH + "from PySide6.QtWidgets import QMainWindow\nwindow = QMainWindow()\nwindow.show()\napp.exec()"
OURS = WATCH + "from lims.cli import main\nmain(['--folder', sys.argv[1]])"


def main() -> None:
    """Print both times, wall and processor, and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        _first_paint(OURS, Path(folder) / "warm")  # what Python compiles once is compiled, as on anybody's machine
        runs = [(_first_paint(OURS, Path(folder) / str(turn)), _first_paint(BARE, Path(folder))) for turn in range(ROUNDS)]
    (wall, cpu, modules), (bare_wall, bare_cpu, bare_modules) = (tuple(map(min, zip(*each, strict=True))) for each in zip(*runs, strict=True))
    print(f"window: first paint after {wall:.0f} ms, bare QMainWindow {bare_wall:.0f} ms, ratio {wall / bare_wall:.2f}")
    print(f"window: {cpu:.0f} ms cpu, bare {bare_cpu:.0f} ms cpu, ratio {cpu / bare_cpu:.2f}; {modules:.0f} modules loaded, bare {bare_modules:.0f}")


def _first_paint(code: str, folder: Path) -> tuple[float, float, float]:
    """Return milliseconds to the first paint by the clock and by the processor, and the modules loaded by then."""
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        env=ENVIRONMENT | {"QT_QPA_PLATFORM": "offscreen", "LIMS_MACHINE": str(folder / "machine.json")},
    )
    painted, cpu, modules = map(float, done.stdout.split())
    return (painted - start) * 1000, cpu * 1000, modules
