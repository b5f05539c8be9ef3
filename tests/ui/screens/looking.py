"""What a person meets in a window: every word in sight or heard, what is cut off, what keys reach."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QWidget

from lims import i18n
from lims.i18n import _
from tests.ui.screens.reception import FORM, INTAKE, PEOPLE, TICKET, WHY_BY_RULE, Reception
from ui.kit.cell import PAD, Cell, wanted_width
from ui.kit.command import Button
from ui.kit.label import Short
from ui.kit.segments import Segments
from ui.kit.table import Section, Table
from ui.theme import theme

SIGNS = re.compile(r"\[[^\[\]]*·····\]")
"""Words of the pseudo-language."""
NUMBERS = re.compile(r"[A-Z]+[\d/-][\w./-]*|[0-9a-f]{8,}|[0-9a-f]{4}…[0-9a-f]{4}|<[A-Z]{2,3}>|Ctrl\+\w+|Asia/Shanghai")
"""Numbers, digests, control bytes: the same in every language."""
AS_THEY_ARE = (
    "本机",
    "中文 / EN",
    "中文",
    "English",
    "SHA-256",
    "COM3",
    "/dev/ttyUSB0",
    "socket://192.168.1.20:4001",
    "listen://0.0.0.0:5000",
    "folder://D:/export",
)
"""Words of every language at once: names of languages, examples of addresses, what the window was told."""

OWN = {
    "item": "*",
    "product": "*",
    "standard": "*, substr(title_zh, instr(title_zh, ' ') + 1), substr(title_en, instr(title_en, ' - ') + 3)",
    "procedure": "*",
    "day": "name_zh, name_en, source",
    "heading": "*",
    "method": "*",
    "panel": "bases, methods, note, source",
    "placement": "remark",
    "scope": "object, method, restriction",
    '"limit"': "*",
    "person": "name, login",
    "instrument": "code, name, model, serial",
    "instrument_code": "sent",
    "kit_lot": "number, unit",
    "reading": "sample, test, sent_test, result, unit, reason, status, flags, lot, position",
    "message": "workstation, substr(journal, 1, 8)",
    "attempt": "cause",
    "certificate": "cause",
    "setting": "value",
    "confirmation": "remark",
}
"""What the laboratory's own people wrote, and the library: tables and columns."""


def seen(whole: QWidget, kind: type[QWidget] = QWidget) -> Iterator[QWidget]:
    """Everything of a kind that is in sight, itself too."""
    yield from (one for one in (whole, *whole.findChildren(kind)) if isinstance(one, kind) and one.isVisible())


def words(whole: QWidget) -> list[str]:
    """Every word that is painted, heard or told by a tool tip."""
    found = [text for one in seen(whole) for text in (*_shown(one), *_told(one))]
    return [text for text in dict.fromkeys(found) if text.strip()]


def cells(table: Table) -> Iterator[tuple[int, int, Cell]]:
    """Every cell with its place."""
    for place, row in enumerate(table.rows_model.rows):
        if not isinstance(row, Section):
            yield from ((place, column, table.rows_model.cell(place, column)) for column in range(len(table.columns)))


def parts(cell: Cell | None) -> Iterator[Cell]:
    """A cell and what is nested in it."""
    if cell:
        yield cell
        for one in (cell.after, cell.right, cell.below):
            yield from parts(one)


def cut_identifiers(whole: QWidget) -> list[str]:
    """Identifiers that have less room than they need."""

    def room(table: Table, column: int) -> float:
        return table.columnWidth(column) - 2 * PAD - (table.margin if column == 0 else 0) + 1

    shown = ((table, column, cell) for table in seen(whole, Table) for _place, column, cell in cells(table) if cell.prefix)
    return [cell.words() for table, column, cell in shown if theme.width(cell.prefix) + theme.width(cell.text, "body", 500) > room(table, column)]


def cut_titles(whole: QWidget) -> list[str]:
    """Titles of columns, and words in chips, that have less room than they need."""

    def room(table: Table, column: int) -> float:
        return table.columnWidth(column) - 2 * PAD - (table.margin if column == 0 else 0) + 1

    tables = list(seen(whole, Table))
    headed = (table for table in tables if not table.horizontalHeader().isHidden())
    titles = ((table, place, _(one.title)) for table in headed for place, one in enumerate(table.columns))
    marked = ((table, column, cell) for table in tables for _place, column, cell in cells(table))
    chips = [(table, column, cell) for table, column, cell in marked if (cell.chip or cell.station) and (not cell.tip or table.grid)]
    return [
        *(title for table, place, title in titles if theme.width(title, "note", 500) > room(table, place)),
        *(cell.words() for table, column, cell in chips if wanted_width(cell) > room(table, column) + (PAD if cell.chip else 0)),
    ]


def cut_labels(whole: QWidget) -> list[str]:
    """Labels whose words have less room than they need, but for those that shorten themselves and say the whole in a tool tip."""
    return [one.text() for one in seen(whole, QLabel) if one.text() and not isinstance(one, Short) and _wanted(one) > _room(one)]


def marked_up(whole: QWidget) -> list[str]:
    """Labels that would take words for markup."""
    return [f"{type(one).__name__}: {one.text()}" for one in whole.findChildren(QLabel) if one.textFormat() is not Qt.TextFormat.PlainText]


def nameless(whole: QWidget) -> list[str]:
    """What takes the focus, or is pressed, and has no name."""
    kinds = QAbstractButton | QLineEdit | QComboBox | QPlainTextEdit | Table | Segments
    return [f"{type(one).__name__} {one.objectName()}" for one in seen(whole) if isinstance(one, kinds) and not _inner(one) and not _name(one)]


def unreached(seat_window: QWidget, screen: QWidget) -> list[str]:
    """What takes the focus and is not reached by Tab (in a grid Ctrl+Tab)."""
    wanted = {one for one in seen(screen) if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isEnabled() and not one.focusProxy() and not _inner(one)}
    reached = set()
    for _step in range(2 * len(wanted) + 60):
        focus = seat_window.focusWidget() or seat_window
        reached.add(focus)
        grid = isinstance(focus, Table) and focus.grid
        QTest.keyClick(focus, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier if grid else Qt.KeyboardModifier.NoModifier)
        QApplication.processEvents()
        if wanted <= reached:
            break
    return [f"{type(one).__name__} {one.objectName()} {_name(one)}" for one in wanted - reached]


def primaries(whole: QWidget) -> list[str]:
    """Primary buttons in sight."""
    return [one.words for one in seen(whole, Button) if one.kind == "primary"]


def own_words(laboratory: Reception) -> list[str]:
    """What stands as it is in any language: written by the laboratory's people, or in the library. Longest first."""
    found = {*FORM.values(), *INTAKE.values(), *TICKET, WHY_BY_RULE, *AS_THEY_ARE, *laboratory.people, *(name for name, _role in PEOPLE.values())}
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            for profile in laboratory.ports.profiles():
                found |= {profile.name, profile.title, *profile.not_verified}
    found |= {each for port in laboratory.ports.addresses() for each in (port.address, port.words)}
    with closing(sqlite3.connect(laboratory.folder.database)) as base:
        for table, columns in OWN.items():
            for row in base.execute(f"SELECT {columns} FROM {table}"):
                found |= {part for value in row if isinstance(value, str) for part in (value, *value.split(" | ")) if re.search(r"[^\d.,-]", part)}
    return sorted((one for one in found if len(one) > 1 or one > "\u4e00"), key=len, reverse=True)


def left_over(words: list[str], data: list[str]) -> list[str]:
    """What remains of words when data, numbers and the pseudo-language are taken away: letters nobody has translated."""
    found = []
    for text in words:
        rest = text
        for known in data:
            rest = rest.replace(known, " ")
        rest = NUMBERS.sub(" ", rest)
        while SIGNS.search(rest):
            rest = SIGNS.sub(" ", rest)
        if re.search(r"[A-Za-z]{2,}|[\u4e00-\u9fff]", rest):
            found.append(text)
    return found


def _shown(one: QWidget) -> Iterator[str]:
    match one:
        case QLabel():
            yield one.text()
        case Table():
            if not one.horizontalHeader().isHidden():
                for column in one.columns:
                    yield from (_(column.title), _(column.group.title) if column.group else "", _(column.tip))
            yield from (_(row.title) for row in one.rows_model.rows if isinstance(row, Section))
            for _place, _column, cell in cells(one):
                yield cell.words()
                yield from (text for each in parts(cell) for text in (each.tip, each.error))
        case Segments():
            yield from (_(option) for option in one._options.values())
        case QComboBox():
            yield from (one.itemText(place) for place in range(one.count()))
        case QLineEdit() | QPlainTextEdit():
            yield one.placeholderText()
        case QAbstractButton():
            yield getattr(one, "words", "")


def _told(one: QWidget) -> tuple[str, ...]:
    tip = html.unescape(re.sub(r"</?span>", "", one.toolTip()).replace("<br>", "\n"))
    return one.accessibleName(), one.accessibleDescription(), tip, one.statusTip(), one.windowTitle() if one.isWindow() else ""


def _inner(one: QWidget) -> bool:
    """Parts of Qt's own controls: the line of an open choice, a table's corner, a popup."""
    above = one.parentWidget()
    return isinstance(above, QComboBox) or one.objectName().startswith("qt_") or (isinstance(one, Table) is False and type(one).__name__ == "QTableView")


def _name(one: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(one)
    return (interface.text(QAccessible.Text.Name) if interface else "") or one.accessibleName()


def _wanted(one: QLabel) -> float:
    if one.wordWrap():
        return one.width() if one.heightForWidth(one.width()) <= one.height() + 1 else one.width() + 2
    return max(one.fontMetrics().horizontalAdvance(line) for line in one.text().split("\n"))


def _room(one: QLabel) -> float:
    margins = one.contentsMargins()
    return one.width() + 1.5 if one.wordWrap() else one.width() - margins.left() - margins.right() + 1.5
