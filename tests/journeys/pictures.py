"""Every place of the demonstration as pictures, to look at: `python -m tests.journeys.pictures FOLDER [zh_CN|en] [light|dark|contrast] [SCALE]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(folder: str = "pictures", language: str = "zh_CN", look: str = "light", scale: str = "1") -> None:
    """Walk the first sample's day and visit every place as somebody who uses it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = scale
    from PySide6.QtWidgets import QApplication

    from lims import demo, i18n
    from tests.journeys.conftest import opened
    from tests.journeys.test_first_sample import walk
    from ui.kit.message import Toast
    from ui.theme import theme

    Toast.put = lambda *_words: None  # a picture shows the screen, not what passes over it
    app = QApplication([])
    i18n.use(language)
    theme.start(app, look)
    target = Path(folder).absolute()
    target.mkdir(parents=True, exist_ok=True)
    seat = opened(demo.folder(target / "demo", fresh=True).path, True, target / "machine.json", target)
    walk(seat)
    for login, places in REST.items():
        seat.sign_in(login, demo.PASSWORD)
        for place in places:
            seat.go(place)
            if place == "intake":
                seat.press("Ctrl+N")
                seat.picture("sampling-form")
                seat.press("Esc")
    seat.program.hide()
    seat.program.close_laboratory()


REST = {
    "shou": ("today", "intake", "samples", "certificates", "businesses"),
    "jian1": ("bench", "inbox", "instruments", "limits"),
    "shen": ("today", "review"),
    "ji": ("limits", "standards", "products", "items", "panels", "scope", "calendar"),
    "guan": ("people", "trail", "settings"),
}
"""What the day has not shown yet, and by whom."""

if __name__ == "__main__":
    main(*sys.argv[1:])
