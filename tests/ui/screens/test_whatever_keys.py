"""Whatever keys are pressed wherever the cursor is, nothing falls, nothing hangs, and the laboratory's record stays whole."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from lims.rules.rights import Right
from lims.views import samples, trail
from tests.ui.screens.reception import Reception, Seat
from ui.kit.preview import Preview
from ui.navigation import PLACES

Key, Modifier = Qt.Key, Qt.KeyboardModifier
MOVES = ("Tab", "Backtab", "Down", "Up", "Left", "Right", "Home", "End", "PageDown", "Return", "Escape", "Space", "Delete")
PLAIN = [getattr(Key, f"Key_{name}") for name in (*MOVES, "F2", "F3", "F4", "F5", "N", "A", "M", "5")]
CONTROL = [getattr(Key, f"Key_{name}") for name in (*"NFZYCVADRIBKL", "Return", "Tab")]
TYPED = ("4.7", "abc", "2026-11-26", "<b>")
PRESSES = 400


@pytest.mark.qt_log_ignore(r"This plugin does not support (raise|grabbing)", extend=True)
@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_falls(seed: int, reception: Reception, sit: Callable[..., Seat], monkeypatch: pytest.MonkeyPatch) -> None:
    for choice in ("getOpenFileName", "getSaveFileName"):  # the system's own choices wait for a person
        monkeypatch.setattr(QFileDialog, choice, lambda *_arguments: ("", ""))
    monkeypatch.setattr(Preview, "print", lambda _preview: None)
    reception.busy()
    reception.people["all"] = replace(reception.people["jian"], rights=frozenset(Right))
    seat, chance = sit("all"), random.Random(seed)
    before = {row.number for row in reception.do(samples.rows)}
    written = len(reception.do(trail.rows, limit=100_000))
    seat.go("today")
    for press in range(PRESSES):
        one_step(seat, chance)
        if press % 5 == 0:
            seat.settled()
    seat.settled()
    assert before <= {row.number for row in reception.do(samples.rows)}
    assert len(reception.do(trail.rows, limit=100_000)) >= written


def one_step(seat: Seat, chance: random.Random) -> None:
    if chance.random() < 0.06:
        seat.window.open(chance.choice(PLACES).name)
    palette = seat.window.palette_
    front = seat.dialog or (palette if palette.isVisible() else seat.window)
    focus, kind = front.focusWidget() or front, chance.random()
    if kind < 0.25:
        QTest.keyClick(focus, chance.choice(CONTROL), Modifier.ControlModifier)
    elif kind < 0.3:
        QTest.keyClick(focus, chance.choice((Key.Key_Left, Key.Key_Right)), Modifier.AltModifier)
    elif kind < 0.4:
        QTest.keyClicks(focus, chance.choice(TYPED))
    else:
        QTest.keyClick(focus, chance.choice(PLAIN))
    QApplication.processEvents()
