"""PySide6 6.12 on CPython 3.11 loses a reference to None at every void call and aborts after some ten thousand paints."""

from __future__ import annotations

import sys

from PySide6.QtGui import QImage, QPainter


def test_a_thousand_draw_calls_leave_the_count_of_none_alone(qapp):
    image = QImage(16, 16, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _each in range(1000):
        painter.drawLine(0, 0, 15, 15)
    after = sys.getrefcount(None)
    painter.end()
    assert abs(after - before) < 100
