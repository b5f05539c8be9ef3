"""The first frame stands before anything heavy is loaded: counted in modules, which no busy machine can blur."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lims import i18n

FIRST = """
import os, sys
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

class First(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            os.write(1, " ".join(sys.modules).encode())
            os._exit(0)
        return False

app = QApplication([])
first = First()
app.installEventFilter(first)
from lims.cli import main
main(sys.argv[1:])
"""
HEAVY = {"sqlalchemy", "alembic", "reportlab", "pikepdf", "pypdfium2", "serial", "argon2", "babel", "drivers"}


@pytest.mark.parametrize("words", [["--folder", "new"], ["demo", "--folder", "demo"]], ids=["a laboratory", "the demonstration"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_nothing_heavy_is_loaded_before_the_first_frame(words: list[str], language: str, tmp_path: Path) -> None:
    with i18n.speaking("zh_CN"):
        assert i18n._("Today") == "今日", "words are compiled by the first who asks, once"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LIMS_LANGUAGE": language, "LIMS_MACHINE": str(tmp_path / "machine.json")}
    done = subprocess.run([sys.executable, "-c", FIRST, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "ui" in loaded
    assert loaded & HEAVY == set()
