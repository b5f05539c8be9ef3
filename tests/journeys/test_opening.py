"""Opening what cannot be opened: one clear sentence on the page, a way to try again, nothing changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from lims import i18n
from lims.db.folder import Folder, Lock
from lims.machine import Machine
from ui.app import Program
from ui.kit.crash import Watch


@pytest.fixture
def opened(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Callable[[Path], list[str]]:
    """Open the program on a folder and return what its page says when it has given up."""

    def open_(folder: Path) -> list[str]:
        i18n.use("zh_CN")
        program = Program(folder, "", Machine(tmp_path / "machine.json"), Watch())
        program.show()
        failures: list[object] = []
        program.failed.connect(failures.append)
        qtbot.waitUntil(lambda: bool(failures), timeout=30_000)
        words = [label.text() for label in program.findChildren(QLabel) if label.text()]
        program.hide()
        program.close_laboratory()
        program.deleteLater()
        return words

    return open_


def test_a_file_that_is_no_database_is_said_and_left_as_it_was(opened: Callable[[Path], list[str]], tmp_path: Path) -> None:
    folder = Folder(tmp_path / "laboratory")
    folder.make()
    folder.database.write_bytes(b"this is no database, and it is long enough to be read as one" * 50)
    before = folder.database.read_bytes()
    assert any("不能作为实验室数据库读取" in words or "laboratory.sqlite3" in words for words in opened(folder.path))
    assert folder.database.read_bytes() == before


def test_a_database_of_a_newer_program_is_said(opened: Callable[[Path], list[str]], tmp_path: Path) -> None:
    folder = Folder(tmp_path / "laboratory")
    folder.make()
    with sqlite3.connect(folder.database) as base:
        base.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        base.execute("INSERT INTO alembic_version VALUES ('9999')")
    base.close()
    assert any("更新" in words or "新版本" in words for words in opened(folder.path))


def test_who_has_the_laboratory_open_is_said(opened: Callable[[Path], list[str]], tmp_path: Path) -> None:
    folder = Folder(tmp_path / "laboratory")
    folder.make()
    with Lock(folder):
        assert any("进程" in words for words in opened(folder.path))
