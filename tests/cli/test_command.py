"""The contract of the command: options anywhere, codes, streams, one sentence, two languages."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from lims import i18n
from lims.cli import no_screen
from lims.db.folder import Folder, Lock
from lims.demo import folder as demonstration
from lims.laboratory import Laboratory
from lims.place import speak
from tests.cli.conftest import ROOT, Lims, Said, child

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "laboratory"
    with Laboratory(Folder(folder)):
        return folder


@pytest.fixture
def laboratory(made: Path, home: Path) -> Path:
    """The folder of a laboratory in which nobody has an account yet."""
    return Path(shutil.copytree(made, home / "laboratory"))


# -- what it answers ---------------------------------------------------------------------------------------------------------


def test_its_version_is_one_line_and_opens_nothing(lims: Lims, home: Path) -> None:
    said = lims("--version")
    assert (said.code, said.out, said.err) == (0, f"shiyan-lims {version('shiyan-lims')}\n", "")
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "interval", "rounded"),
    [
        ("60.25", "0.5", "60.0"),
        ("60.38", "0.5", "60.5"),
        ("60.28", "0.5", "60.5"),
        ("-60.75", "0.5", "-61.0"),
        ("830", "20", "840"),
        ("842", "20", "840"),
        ("-930", "20", "-920"),
        ("-0.0365", "0.001", "-0.036"),
        ("-0.0355", "0.001", "-0.036"),
        ("0.0355", "2s", "0.036"),
        ("12.51", "0.1", "12.5"),
        ("-.5", "1", None),
        ("1e2", "1", "100"),
    ],
)
def test_rounding_prints_the_value_and_then_its_explanation(value: str, interval: str, rounded: str | None, lims: Lims) -> None:
    """GB/T 8170-2008: the examples of its clauses on rounding to half and to 0.2 of a unit, and half to even."""
    if rounded is None:
        assert value in lims("round", value, interval, "--language", "en").complaint
        return
    for words in (("round", value, interval), ("round", "--", value, interval)):
        said = lims(*words, *(() if "--" in words else ("--language", "en")))
        assert said.code == 0 and said.err == ""
        first, second = said.out.splitlines()
        assert first == rounded and "GB/T 8170-2008" in second and second.endswith(rounded)


def test_what_was_said_last_is_explained_in_the_persons_language(lims: Lims) -> None:
    assert lims("round", "0.0365", "0.001").out.splitlines()[1] == "0.0365 按 GB/T 8170-2008 修约到 0.001（四舍六入五成双，一次修约）：0.036"
    assert lims("round", "0.0365", "0.001", "--language", "en").out.splitlines()[1].startswith("0.0365 rounded to 0.001 by GB/T 8170-2008")


UNROUNDABLE = [("abc", "0.1"), ("1", "0.3"), ("1", "0"), ("1", "0s"), ("1", "-0.1"), ("NaN", "1"), ("1e999", "1"), ("", "1"), ("<5", "1")]


@pytest.mark.parametrize(("value", "interval"), UNROUNDABLE)
def test_what_cannot_be_rounded_is_said_in_one_sentence(value: str, interval: str, lims: Lims) -> None:
    assert lims("round", value, interval).complaint != lims("round", value, interval, "--language", "en").complaint


@pytest.mark.parametrize(
    ("product", "item", "limit"),
    [
        ("cowpea", "carbofuran", "≤ 0.02 mg/kg\tGB 2763-2021\t"),
        ("豇豆", "噻虫嗪", "≤ 0.3 mg/kg\tGB 2763-2021\t"),
        ("Maize", "Aflatoxin B1", "≤ 20 μg/kg\tGB 2761-2017 表1\t"),
        ("玉米", "水分", "≤ 14.0 %\tGB 1353-2018 表1\t"),
        ("wine", "二氧化硫残留量", "≤ 0.25 g/L\tGB 2760-2024 表A.1\t"),
    ],
)
def test_limits_come_from_the_shipped_library_where_no_laboratory_is(product: str, item: str, limit: str, lims: Lims, home: Path) -> None:
    said = lims("limits", product, item)
    assert said.code == 0 and limit in said.out and "未经本实验室核对" in said.out and said.err == ""
    assert list(home.iterdir()) == [], "asking makes nothing"


def test_a_limit_that_is_not_in_force_that_day_is_none(lims: Lims) -> None:
    assert lims("limits", "wine", "sulphur-dioxide", "--date", "2025-02-08").code == 0
    assert "限量" in lims("limits", "wine", "sulphur-dioxide", "--date", "2025-02-07").complaint
    assert "no limit" in lims("limits", "wine", "carbofuran", "--language", "en").complaint


# -- where its options stand -------------------------------------------------------------------------------------------------


def test_options_may_stand_before_or_after_every_subcommand(lims: Lims) -> None:
    words = ["instruments", "list"]
    listed = {lims(*words[:place], "--language", "en", *words[place:]).out for place in range(3)}
    assert len(listed) == 1 and "reader" in listed.pop()
    assert lims(*words).out != lims("--language", "en", *words).out


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_word_overrules_the_environment_wherever_it_stands(place: int, lims: Lims, laboratory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMS_FOLDER", "nowhere")
    monkeypatch.setenv("LIMS_LANGUAGE", "zh_CN")
    words = ["backup", "copy.sqlite3"]
    said = lims(*words[:place], "--folder", laboratory, "--language", "en", *words[place:])
    assert said.code == 0, said.err


def test_the_environment_names_what_no_word_names(lims: Lims, laboratory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMS_FOLDER", "laboratory")  # counted from where the command is called
    monkeypatch.setenv("LIMS_LANGUAGE", "en")
    assert lims("backup", "copy.sqlite3").out == f"{Path.cwd() / 'copy.sqlite3'}\n"
    assert lims("backup", "copy.sqlite3").complaint.endswith("is not written over. Name a new file.")


def test_the_last_word_counts(lims: Lims, laboratory: Path) -> None:
    assert lims("--folder", "nowhere", "backup", "copy.sqlite3", "--folder", laboratory).code == 0


# -- its codes and its complaints --------------------------------------------------------------------------------------------


SHOWS = " shows how it is called."


@pytest.mark.parametrize(
    ("words", "english"),
    [
        (["nonsense"], "There is no command nonsense. `lims --help`" + SHOWS),
        (["instruments", "nonsense"], "There is no command nonsense. `lims instruments --help`" + SHOWS),
        (["--nonsense"], "There is no option --nonsense. `lims --help`" + SHOWS),
        (["round"], "VALUE is missing. `lims round --help`" + SHOWS),
        (["round", "1"], "INTERVAL is missing. `lims round --help`" + SHOWS),
        (["round", "1", "2", "3"], "There are more words than this command takes. `lims round --help`" + SHOWS),
        (["limits", "cowpea", "carbofuran", "--date", "2026-02-30"], "--date cannot be this value. `lims limits --help`" + SHOWS),
        (["--language", "fr", "round", "1", "1"], "--language is one of zh_CN, en. `lims --help`" + SHOWS),
        (["round", "1", "1", "--folder"], "--folder needs a value. `lims --help`" + SHOWS),
        (["demo", "--size", "enormous"], "--size is one of small. `lims demo --help`" + SHOWS),
        (["instruments", "listen", "rida-cube"], "--port is missing. `lims instruments listen --help`" + SHOWS),
        (["instruments", "listen", "x", "--port", "x", "--count", "0"], "--count cannot be this value. `lims instruments listen --help`" + SHOWS),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_wrong_usage_is_2_and_one_sentence_in_either_language(words: list[str], english: str, lims: Lims, monkeypatch: pytest.MonkeyPatch) -> None:
    chinese = lims(*words)
    monkeypatch.setenv("LIMS_LANGUAGE", "en")
    said = lims(*words)
    assert said == Said(2, "", f"{english}\n")
    assert chinese.code == 2 and chinese.out == "" and chinese.err.count("\n") == 1 and "用法" in chinese.err


def test_called_without_words_and_after_two_hyphens_no_language_is_named() -> None:
    before = i18n.language()
    for words in ([], ["round", "--", "--language", "en"], ["--language", "fr"], ["--language"]):
        speak(words, {})
        assert i18n.language() == before


@pytest.mark.parametrize("words", ["", "demo", "limits", "instruments", "instruments listen", "instruments simulate", "journal export"])
def test_a_help_page_is_whole_in_either_language(words: str, lims: Lims) -> None:
    chinese, english = lims(*words.split(), "--help"), lims("--language", "en", *words.split(), "--help")
    assert chinese.code == english.code == 0 and chinese.err == english.err == ""
    assert english.out.isascii() and english.out.startswith(f"Usage: lims {words}".rstrip())
    told = [re.split(r" {2,}(?!\[)", line.strip())[-1] for line in chinese.out.splitlines() if line.strip()]
    assert [line for line in told if not line.startswith("-") and not any("\u4e00" <= sign <= "\u9fff" for sign in line)] == []


def test_a_group_without_its_command_shows_what_there_is(lims: Lims) -> None:
    said = lims("instruments")
    assert said.code == 2 and all(name in said.out + said.err for name in ("list", "decode", "listen", "simulate", "replay"))


@pytest.mark.parametrize(
    ("words", "english"),
    [
        (["backup", "x"], "There is no laboratory in"),
        (["--folder", "laboratory", "backup", "."], "is a folder. Name the file the backup goes into."),
        (["--folder", "laboratory", "backup", "taken"], "exists already and is not written over. Name a new file."),
        (["--folder", "laboratory", "backup", "laboratory/laboratory.sqlite3"], "exists already and is not written over."),
        (["--folder", "laboratory", "backup", "taken/below"], "could not be written: a file stands where a folder is needed."),
        (["--folder", "taken", "backup", "x"], "There is no laboratory in"),
        (["--folder", "~nobody-of-this-name", "backup", "x"], "There is no laboratory in"),
        (["--folder", "实" * 200, "backup", "x"], "the name is too long"),
        (["--database", "postgresql://server/lab", "backup", "x"], "is backed up with the server's own pg_dump."),
        (["--database", "nonsense", "limits", "cowpea", "carbofuran"], "This is no address of a database."),
        (["--database", "mysql://server/lab", "limits", "cowpea", "carbofuran"], "mysql is neither."),
        (["instruments", "decode", "nothing", "taken"], "There is no profile nothing."),
        (["instruments", "decode", "rida-cube", "missing"], "missing cannot be read: there is no such file or folder."),
        (["instruments", "decode", "rida-cube", "."], ". cannot be read: it is a folder."),
        (["instruments", "replay", "missing", "--profile", "rida-cube"], "There is no journal missing."),
        (["instruments", "replay", "taken", "--profile", "rida-cube"], "taken is not a journal of this program."),
        (["instruments", "replay", "taken"], "taken is not a journal of this program."),
        (["instruments", "simulate", "rida-cube", "--port", "/dev/tty-none"], "There is no port /dev/tty-none."),
        (["journal", "export", "missing"], "There is no journal missing."),
        (["--folder", "full", "demo", "--headless"], "is not empty and is not a demonstration. Choose a new or empty folder."),
        (["--folder", "full", "demo", "--headless", "--fresh"], "is not empty and is not a demonstration."),
        (["--folder", "taken", "demo", "--headless"], "cannot be read: a file stands where a folder is needed."),
        (["--folder", "laboratory", "demo", "--headless"], "is not empty and is not a demonstration."),
        (["--database", "postgresql://server/lab", "demo", "--headless", "--fresh"], "in a new, empty database."),
    ],
    ids=lambda part: " ".join(part)[:60] if isinstance(part, list) else "",
)
def test_what_cannot_be_done_is_1_with_one_sentence_in_either_language(words: list[str], english: str, lims: Lims, laboratory: Path, home: Path) -> None:
    (home / "taken").write_bytes(b"somebody's thesis\n" * 100)
    (home / "full").mkdir()
    (home / "full" / "demo").mkdir()
    (home / "full" / "notes.txt").touch()
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert english in lims(*words, "--language", "en").complaint
    chinese = lims(*words).complaint
    assert english not in chinese and any("\u4e00" <= sign <= "\u9fff" for sign in chinese)
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before, "nothing was written"


def test_a_file_that_cannot_be_written_is_1(lims: Lims, home: Path) -> None:
    from datetime import UTC, datetime

    from drivers.journal import Journal

    with Journal(home / "j.sqlite3", lambda: datetime.now(UTC)) as journal:
        journal.add("rx", (b"x",))
    said = lims("journal", "export", "j.sqlite3", "--out", "no/such/folder/file")
    assert said.complaint == "no/such/folder/file 打不开。检查名称和权限。"


@POSIX
def test_interrupted_is_130(home: Path) -> None:
    process = child("--folder", home / "new", "instruments", "listen", "rida-cube", "--port", "pty")
    assert process.stderr and process.stderr.readline().startswith(b"/dev/")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err.strip()) == (130, b"", b"")


@POSIX
def test_a_reader_that_leaves_is_no_fault(home: Path) -> None:
    process = child("instruments", "list")
    assert process.stdout and process.stderr
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(20) in (0, 1) and err == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_results_that_cannot_be_written_are_said(home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-m", "lims", "round", "1", "1"], stdout=full, stderr=subprocess.PIPE, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr.decode("utf-8")) == (1, "结果写不出去：磁盘已满。\n")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="locales are named otherwise")
def test_it_speaks_utf_8_whatever_the_locale(home: Path) -> None:
    out, err = child("limits", "豇豆", "克百威", LC_ALL="C").communicate(timeout=60)
    assert "豇豆\t克百威\t≤ 0.02 mg/kg" in out.decode("utf-8") and err == b""
    process = child("backup", b"\xff.sqlite3".decode("utf-8", "surrogateescape"), LC_ALL="C", LIMS_FOLDER=str(home))
    assert "没有实验室" in process.communicate(timeout=60)[1].decode("utf-8")


# -- backup -------------------------------------------------------------------------------------------------------------------


def test_a_backup_is_taken_while_the_laboratory_is_in_use(lims: Lims, home: Path) -> None:
    with Laboratory(Folder(home / "laboratory")) as open_, open_.store.work() as work:
        work.connection()
        said = lims("--folder", "laboratory", "backup", "usb/copy.sqlite3")
    assert (said.code, said.out, said.err) == (0, f"{home / 'usb' / 'copy.sqlite3'}\n", "")
    with Laboratory(Folder(home / "elsewhere"), f"sqlite:///{home / 'usb' / 'copy.sqlite3'}") as restored:
        assert restored.new


@POSIX
def test_a_backup_that_finds_no_room_leaves_nothing_behind(laboratory: Path, home: Path) -> None:
    call = [sys.executable, "-m", "lims", "--folder", str(laboratory), "backup", str(home / "copy.sqlite3")]
    limited = [sys.executable, "-c", f"import os, resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)); os.execv({call[0]!r}, {call!r})"]
    done = subprocess.run(limited, cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode("utf-8") == f"备份 {home / 'copy.sqlite3'} 写不进去：磁盘已满。换个位置再试。\n"
    assert [path.name for path in home.iterdir()] == ["laboratory"]


def test_a_backup_of_what_is_no_database_is_not_made(lims: Lims, home: Path) -> None:
    (home / "laboratory.sqlite3").write_bytes(b"minutes of the meeting\n" * 500)
    assert "cannot be read as a laboratory's database" in lims("--folder", home, "backup", "copy", "--language", "en").complaint
    assert sorted(path.name for path in home.iterdir()) == ["laboratory.sqlite3"]


@POSIX
def test_reading_leaves_nothing_that_would_stand_in_the_owners_way(lims: Lims, laboratory: Path) -> None:
    """A WAL file of another account's could not be opened by the laboratory's own."""
    before = sorted(path.name for path in laboratory.iterdir())
    for words in (["backup", "copy"], ["limits", "cowpea", "carbofuran"], ["instruments", "list"]):
        lims("--folder", laboratory, *words)
    assert sorted(path.name for path in laboratory.iterdir()) == before


# -- the demonstration's folder ------------------------------------------------------------------------------------------------


def test_a_missing_and_an_empty_folder_become_a_demonstration(home: Path) -> None:
    (home / "empty").mkdir()
    (home / "empty" / "lock").touch()
    for name in ("new/deep", "empty"):
        assert demonstration(home / name, fresh=False).demo_marker.is_file()
        assert demonstration(home / name, fresh=False).demo_marker.is_file(), "and is one the next time"


def test_made_anew_it_loses_its_own_rooms_and_nothing_else(home: Path) -> None:
    place = demonstration(home / "demo", fresh=False)
    place.make()
    (place.reports / "BG2026-00001-1.pdf").touch()
    place.database.touch()
    (place.path / "thesis.docx").write_text("three years of work")
    (home / "far").mkdir()
    (home / "far" / "BG.pdf").touch()
    shutil.rmtree(place.backups)
    place.backups.symlink_to(home / "far")
    demonstration(home / "demo", fresh=True)
    assert (home / "far" / "BG.pdf").exists() and (place.path / "thesis.docx").exists()
    assert not place.database.exists() and not place.reports.exists() and place.demo_marker.is_file()


def test_one_in_use_is_not_made_anew(lims: Lims, home: Path) -> None:
    place = demonstration(home / "demo", fresh=False)
    place.database.touch()
    with Lock(place):
        assert f"process {os.getpid()}" in lims("--folder", place.path, "demo", "--headless", "--fresh", "--language", "en").complaint
    assert place.database.exists()


@pytest.mark.parametrize(
    ("platform", "environment", "headless"),
    [
        ("linux", {}, True),
        ("linux", {"DISPLAY": ":0"}, False),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, False),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, False),
        ("linux", {"DISPLAY": ""}, True),
        ("win32", {}, False),
        ("darwin", {}, False),
    ],
)
def test_without_a_screen_it_walks_by_itself(platform: str, environment: dict[str, str], headless: bool) -> None:
    assert no_screen(platform, environment) is headless


def test_python_m_lims_is_the_command(home: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "lims", "--version"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("shiyan-lims ")
