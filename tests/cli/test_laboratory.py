"""An open laboratory and its workstation: what opens is closed again, also when opening fails; the log and the machine's own settings."""

from __future__ import annotations

import json
import logging
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from lims import log
from lims.db.folder import Folder, Lock
from lims.errors import Refusal, Trouble
from lims.laboratory import Laboratory, backup, library
from lims.machine import Machine
from lims.settings import BY_NAME, SETTINGS
from tests.cli import killing


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "laboratory")


def test_a_new_laboratory_has_nobody_and_a_founded_one_has(folder: Folder) -> None:
    with Laboratory(folder) as laboratory:
        assert laboratory.new
    killing.prepare(folder.path)
    with killing.open_(folder.path) as laboratory:
        assert not laboratory.new


def test_while_it_is_open_it_is_open_once(folder: Folder) -> None:
    with Laboratory(folder), pytest.raises(Refusal, match="正开着"), Laboratory(folder):
        pytest.fail("opened twice")
    with Laboratory(folder):
        pass


def test_one_that_cannot_be_opened_gives_back_lock_and_log(folder: Folder) -> None:
    """Try again, in the same window, must not find the lock of the first try."""
    with Laboratory(folder):
        pass
    with closing(sqlite3.connect(folder.database)) as base, base:
        base.execute("UPDATE alembic_version SET version_num = 'later'")
    handlers = list(logging.getLogger().handlers)
    for _ in range(2):
        with pytest.raises(Trouble), Laboratory(folder):
            pytest.fail("opened a newer one")
    assert logging.getLogger().handlers == handlers
    with Lock(folder):
        pass


def test_a_bug_inside_closes_it_too(folder: Folder) -> None:
    with pytest.raises(KeyError), Laboratory(folder):
        raise KeyError("a bug")
    with Laboratory(folder):
        pass
    assert not folder.database.with_name("laboratory.sqlite3-wal").exists(), "nothing is left open"


def test_a_laboratory_lives_in_a_folder_of_any_name(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "实验室 50% off? #1 'a' \"b\" & <c>")
    killing.prepare(folder.path)
    backup(folder, tmp_path / "copy?.sqlite3")
    with killing.open_(folder.path) as laboratory:
        assert not laboratory.new
    assert library(folder, "", "cowpea", "carbofuran", date(2026, 11, 1))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["copy?.sqlite3", folder.path.name])


def test_a_laboratory_is_never_backed_up_onto_itself(folder: Folder) -> None:
    with Laboratory(folder):
        for target in (folder.database, folder.path / "." / "laboratory.sqlite3", folder.database.with_name("laboratory.sqlite3-wal")):
            with pytest.raises(Refusal):
                backup(folder, target)
    with Laboratory(folder):
        pass


# -- the log ----------------------------------------------------------------------------------------------------------------------


def test_what_happens_is_written_to_the_log(folder: Folder) -> None:
    with Laboratory(folder):
        logging.getLogger("lims.test").warning("检验 %s", "done")
    written = (folder.logs / "lims.log").read_text("utf-8")
    assert f"opened {folder.path}" in written and "WARNING MainThread lims.test: 检验 done" in written


def test_the_log_turns_over_and_keeps_the_last_files(tmp_path: Path) -> None:
    handler = log.to_folder(tmp_path)
    try:
        for _ in range(8):
            logging.getLogger("lims.test").info("x" * (log.SIZE // 2 + 1))
    finally:
        log.close(handler)
    assert len(list(tmp_path.iterdir())) == 1 + log.FILES
    assert all(path.stat().st_size < log.SIZE for path in tmp_path.iterdir())


def test_a_log_that_cannot_be_written_costs_its_lines_and_nothing_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lims.log").mkdir()
    handler = log.to_folder(tmp_path)
    logging.getLogger("lims.test").warning("lost")
    log.close(handler)
    assert "Traceback" not in capfd.readouterr().err


# -- the machine --------------------------------------------------------------------------------------------------------------------


def test_a_workstation_remembers_what_it_was_told(tmp_path: Path) -> None:
    file = tmp_path / "config" / "machine.json"
    machine = Machine(file)
    assert machine.get("ports", "/lab", "MB-2") == "" and machine.get("language", default="zh_CN") == "zh_CN"
    machine.put("ports", "/实验室", "MB-2", value="COM3")
    machine.put("language", value="en")
    again = Machine(file)
    assert (again.get("ports", "/实验室", "MB-2"), again.get("language"), again.get("ports")) == ("COM3", "en", "")
    assert [path.name for path in file.parent.iterdir()] == ["machine.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b'{"ports": "none"}'], ids=repr)
def test_settings_that_cannot_be_read_are_as_if_none_were_set(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "machine.json"
    file.write_bytes(content)
    machine = Machine(file)
    assert machine.get("ports", "/lab", "MB-2") == ""
    machine.put("ports", "/lab", "MB-2", value="COM3")
    assert json.loads(file.read_text("utf-8"))["ports"] == {"/lab": {"MB-2": "COM3"}}


@pytest.mark.parametrize("name", ["/lab", b"/\xff".decode("utf-8", "surrogateescape")], ids=ascii)
def test_a_workstation_that_cannot_keep_it_goes_on(name: str, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file stands here")
    machine = Machine(tmp_path / "config" / "machine.json")
    machine.put("ports", name, "MB-2", value="COM3")
    assert machine.get("ports", name, "MB-2") == "COM3"
    Machine(tmp_path / "machine.json").put("ports", name, "MB-2", value="COM3")


# -- what can be set ----------------------------------------------------------------------------------------------------------------


def test_every_default_could_be_typed() -> None:
    assert {setting.name: setting.mistake(setting.default) for setting in SETTINGS if setting.default and setting.mistake(setting.default)} == {}
    assert all(setting.default in setting.choices for setting in SETTINGS if setting.choices)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("laboratory_name", ["示范区检验所"], ["", "  "]),
        ("laboratory_address", ["青春路 1 号"], [""]),
        ("time_zone", ["Asia/Shanghai", "Europe/Lisbon", "UTC"], ["", "Asia", "Shanghai", "../etc/passwd", "/etc/localtime", "+8"]),
        ("objection_days", ["1", "7", "30"], ["", "0", "-1", "seven", "7.5", "７", "400"]),
        ("objection_days_farm", ["5"], ["", "five"]),
        ("sample_mask", ["{prefix}{year}-{serial:05}", "{year}-{serial}"], ["", "{year}", "{serial", "{serial}{0}", "{secret}{serial}"]),
    ],
)
def test_a_setting_takes_what_it_can_be_and_says_what_it_cannot(name: str, good: list[str], bad: list[str]) -> None:
    assert {value: BY_NAME[name].mistake(value) for value in good} == dict.fromkeys(good)
    assert [value for value in bad if not BY_NAME[name].mistake(value)] == []
