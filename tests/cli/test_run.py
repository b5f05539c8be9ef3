"""run.py, the one door: what it does on each system, told by its pure functions; what was done before is not done again."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import run

POSIX = pytest.mark.skipif(os.name != "posix", reason="stands in for Python with a shell script")
FILE = Path(run.__file__)


@pytest.mark.parametrize(("system", "place"), [("posix", "bin/python"), ("nt", "Scripts/python.exe")])
def test_an_environments_python_lies_where_the_system_puts_it(system: str, place: str) -> None:
    assert run.python_of(Path("some") / ".venv", system) == Path("some") / ".venv" / place


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ["-m", "lims", "demo"]),
        (["demo", "--headless"], ["-m", "lims", "demo", "--headless"]),
        (["--version"], ["-m", "lims", "--version"]),
        (["round", "-0.0365", "0.001"], ["-m", "lims", "round", "-0.0365", "0.001"]),
        (["bench", "window"], ["-m", "tests.benchmarks", "window"]),
        (["bench"], ["-m", "tests.benchmarks"]),
    ],
)
def test_words_are_those_of_lims_but_for_its_own_two(words: list[str], expected: list[str]) -> None:
    assert run.arguments(words) == expected


@pytest.mark.parametrize(("words", "last"), [(["test"], [str(FILE.parent / "tests")]), (["test", "-x", "tests/db"], ["-x", "tests/db"])])
def test_the_suite_is_run_whole_unless_words_name_a_part(words: list[str], last: list[str]) -> None:
    asked = run.arguments(words)
    assert asked[:2] == ["-m", "pytest"] and asked[-len(last) :] == last and str(FILE.parent / "pyproject.toml") in asked


@pytest.mark.parametrize(
    ("words", "environment", "chosen"),
    [
        ([], {}, 0),
        ([], {"LIMS_LANGUAGE": "en"}, 1),
        ([], {"LIMS_LANGUAGE": "zh_CN"}, 0),
        (["demo", "--language", "en"], {}, 1),
        (["--language=en", "demo"], {}, 1),
        (["--language", "zh_CN"], {"LIMS_LANGUAGE": "en"}, 0),
        (["--language"], {"LIMS_LANGUAGE": "en"}, 1),
    ],
)
def test_it_speaks_the_persons_language_and_chinese_else(words: list[str], environment: dict[str, str], chosen: int) -> None:
    assert run.language(words, environment) == chosen


@pytest.mark.parametrize(("returned", "code"), [(0, 0), (1, 1), (2, 2), (130, 130), (-signal.SIGINT, 130), (-9, 137)])
def test_a_childs_end_is_passed_on_as_a_shell_would(returned: int, code: int) -> None:
    assert run.exit_code(returned) == code


def test_another_environment_has_another_fingerprint() -> None:
    made = [(b"a", b"b", "3.11"), (b"a", b"c", "3.11"), (b"a", b"b", "3.12"), (b"ab", b"", "3.11"), (b"b", b"a", "3.11")]
    assert len({run.fingerprint(*parts) for parts in made}) == len(made)
    assert run.fingerprint(*made[0]) == run.fingerprint(*made[0])


@pytest.mark.parametrize(
    ("testing", "there", "ensurepip", "set_up", "postgres", "pdftotext", "needed"),
    [
        (False, True, True, False, False, False, []),
        (True, True, True, False, True, True, []),
        (True, True, True, True, False, False, ["postgresql", "poppler-utils"]),
        (False, True, False, False, True, True, ["python3-venv"]),
        (False, True, False, True, True, True, []),
        (False, False, True, True, True, True, list(run.WINDOW_PACKAGES.values())),
        (True, False, False, False, False, False, [*run.WINDOW_PACKAGES.values(), "python3-venv", "postgresql", "poppler-utils"]),
    ],
)
def test_only_what_is_missing_is_asked_for(
    testing: bool, there: bool, ensurepip: bool, set_up: bool, postgres: bool, pdftotext: bool, needed: list[str]
) -> None:
    assert run.missing_packages(testing, lambda _name: there, ensurepip, set_up, postgres, pdftotext) == needed


@pytest.mark.parametrize(("platform", "apt"), [("win32", None), ("darwin", None), ("linux", None), ("win32", "/usr/bin/apt-get")])
def test_other_systems_bring_along_what_debian_packs_apart(platform: str, apt: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(run.shutil, "which", lambda name: apt if name == "apt-get" else None)
    assert run.system_packages(testing=True) == 0


def test_who_may_not_install_gets_the_one_line_to_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys, "argv", ["run.py", "--language", "en"])
    monkeypatch.setattr(run.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(run.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(run, "found_library", lambda name: name != "xcb-cursor")
    assert run.system_packages(testing=False) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first == "System packages are missing. Run this line, then try again:"
    assert second.strip() == "sudo apt-get install --no-install-recommends libxcb-cursor0"


def test_an_older_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(sys, "argv", ["run.py"])
    assert run.main([]) == 1
    assert capsys.readouterr().err == "食验需要 Python 3.11 以上，这里是 3.9.2。装好新版本后，用它运行本文件。\n"


def test_an_older_python_can_read_the_file_and_needs_nothing_else() -> None:
    """3.8 is the oldest that a Debian or macOS of these years brings."""
    tree = ast.parse(FILE.read_text("utf-8"), feature_version=(3, 8))
    named = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    named += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {name.split(".")[0] for name in named} <= sys.stdlib_module_names


def test_every_sentence_is_there_in_both_languages() -> None:
    calls = [node for node in ast.walk(ast.parse(FILE.read_text("utf-8"))) if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("say", "fail")]
    assert {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)} == set(run.WORDS)
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in chinese) and english.isascii() for chinese, english in run.WORDS.values())


# -- the environment --------------------------------------------------------------------------------------------------------------


class Checkout:
    """A checkout whose Python only writes down what it was asked."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch, self._asked = folder, patch, folder.with_name("asked")
        (folder / ".venv" / "bin").mkdir(parents=True)
        self.stand_at(folder)
        self.constrain("click==8.5.1")
        (folder / "pyproject.toml").write_text("[project]")
        self.python()

    def stand_at(self, folder: Path) -> None:
        self.folder = folder
        for name, path in (("ROOT", folder), ("VENV", folder / ".venv"), ("STAMP", folder / ".venv" / "set-up")):
            self._patch.setattr(run, name, path)

    def constrain(self, words: str) -> None:
        (self.folder / "constraints.txt").write_text(words)

    def python(self, *, fails: str = "nothing", python: str = ".venv/bin/python") -> Path:
        """Put a Python in place; *fails* is the third word it fails at."""
        path = self.folder / python
        path.write_text(f'#!/bin/sh\necho "$@" >> "{self._asked}"\ntest "$3" != "{fails}"\n')
        path.chmod(0o755)
        return path

    def asked(self) -> list[str]:
        """Return what Python was asked since the last time."""
        lines = self._asked.read_text().splitlines() if self._asked.exists() else []
        self._asked.unlink(missing_ok=True)
        return lines


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    monkeypatch.setattr(sys, "argv", ["run.py", "--language", "en"])
    return Checkout(tmp_path / "checkout", monkeypatch)


@POSIX
def test_what_was_done_before_is_not_done_again(checkout: Checkout) -> None:
    assert run.environment() == 0
    first, second = checkout.asked()
    place = checkout.folder
    assert first == "-m pip --version" and second.startswith("-m pip install ") and second.endswith(f" -c {place / 'constraints.txt'} -e {place}[test]")
    assert run.environment() == 0 and checkout.asked() == []
    checkout.constrain("click==8.5.2")
    assert run.environment() == 0 and len(checkout.asked()) == 2
    assert run.environment() == 0 and checkout.asked() == []


@POSIX
def test_a_checkout_that_was_moved_is_set_up_again(checkout: Checkout) -> None:
    """What was installed points to where it was."""
    run.environment()
    checkout.asked()
    checkout.stand_at(checkout.folder.rename(checkout.folder.with_name("moved")))
    assert run.environment() == 0
    assert checkout.asked()[-1].endswith(f"{checkout.folder}[test]")


@POSIX
def test_an_install_that_failed_is_said_and_begun_again(checkout: Checkout, capfd: pytest.CaptureFixture[str]) -> None:
    run.environment()
    checkout.constrain("click==8.5.2")
    checkout.python(fails="install")
    assert run.environment() == 1
    assert capfd.readouterr().err.splitlines()[-1].startswith("The libraries could not be installed")
    checkout.constrain("click==8.5.1")
    checkout.python()
    checkout.asked()
    assert run.environment() == 0 and len(checkout.asked()) == 2, "half of another set does not count as this one"


@POSIX
@pytest.mark.parametrize("fails", ["nothing", "--clear"])
def test_an_environment_without_pip_is_made_anew(fails: str, checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    checkout.python(fails="--version")
    monkeypatch.setattr(sys, "executable", str(checkout.python(fails=fails, python="system-python")))
    assert run.environment() == (fails == "--clear")
    assert checkout.asked()[1] == f"-m venv --clear {checkout.folder / '.venv'}"
    assert ("The environment could not be made" in capfd.readouterr().err) is (fails == "--clear")


# -- the program it runs ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def undisturbed() -> Iterator[None]:
    """What run.py does with signals is over with the test."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


SLEEPING = "import time; print(1, flush=True); time.sleep(60)"


@POSIX
def test_what_ends_run_ends_the_program_too() -> None:
    code = f"import sys; sys.path.insert(0, {str(FILE.parent)!r}); import run; sys.exit(run.started([sys.executable, '-c', {SLEEPING!r}]))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"1\n"
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM
        assert process.stdout.read() == b"", "nobody holds its other end any more"


@POSIX
@pytest.mark.parametrize(("ends", "code"), [("sys.exit(3)", 3), ("os.kill(os.getpid(), 2)", 130)])
def test_a_programs_code_is_runs_code(ends: str, code: int, tmp_path: Path, undisturbed: None) -> None:
    assert run.started([sys.executable, "-c", f"import os, signal, sys; signal.signal(2, signal.SIG_DFL); {ends}"], tmp_path) == code
