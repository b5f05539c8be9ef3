#!/usr/bin/env python3
"""The one door for a newcomer: sets up everything in .venv beside itself, then runs the program or its tests.

python3 run.py            the demonstration laboratory (lims demo)
python3 run.py WORDS      lims WORDS
python3 run.py test ...   the test suite (pytest ...)
python3 run.py bench ...  the benchmarks

Standard library only; what was done before is not done again; talk of the setup goes to stderr.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "set-up"
LEAST = (3, 11)

WINDOW_PACKAGES = {  # a library that must be found -> the Debian package that brings it
    "EGL": "libegl1",
    "GL": "libgl1",
    "fontconfig": "libfontconfig1",
    "glib-2.0": "libglib2.0-0",
    "dbus-1": "libdbus-1-3",
    "xkbcommon": "libxkbcommon0",
    "xkbcommon-x11": "libxkbcommon-x11-0",
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-shape": "libxcb-shape0",
}

WORDS = {
    "old": (
        "食验需要 Python 3.11 以上，这里是 {found}。装好新版本后，用它运行本文件。",
        "Shiyan needs Python 3.11 or newer; this is {found}. Install one and run this file with it.",
    ),
    "packages": ("安装系统软件包：{names}", "Installing system packages: {names}"),
    "ask": ("缺少系统软件包。运行下面这一行，再试一次：", "System packages are missing. Run this line, then try again:"),
    "apt": ("系统软件包没有装上，原因见上面几行。", "The system packages could not be installed; the lines above say why."),
    "venv": ("建立运行环境 {folder}", "Making the environment {folder}"),
    "no venv": ("运行环境没有建成，原因见上面几行。", "The environment could not be made; the lines above say why."),
    "install": ("安装所需的库（第一次需要几分钟）", "Installing the libraries (a few minutes the first time)"),
    "pip": (
        "库没有装上，原因见上面几行。连上网络后再运行一次。",
        "The libraries could not be installed; the lines above say why. Run this again with a network.",
    ),
}


def main(words: Sequence[str]) -> int:
    """Set up what is missing and run *words*; return the exit code."""
    if sys.version_info < LEAST:
        return fail("old", found=".".join(str(part) for part in sys.version_info[:3]))
    command = words[0] if words else ""
    if code := system_packages(command == "test"):
        return code
    if code := environment():
        return code
    return started([str(python_of(VENV, os.name)), *arguments(words)], ROOT if command in ("test", "bench") else None)


WHOLE = ("-q", "-n", "auto", "--dist", "loadfile")
"""The whole suite takes every core; a file stays with one, so that what it sets up is set up once."""


def arguments(words: Sequence[str]) -> list[str]:
    """Return what Python is called with for *words*."""
    if not words:
        return ["-m", "lims", "demo"]
    if words[0] == "test":
        return ["-m", "pytest", "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), *(words[1:] or [*WHOLE, str(ROOT / "tests")])]
    if words[0] == "bench":
        return ["-m", "tests.benchmarks", *words[1:]]
    return ["-m", "lims", *words]


def python_of(folder: Path, system: str) -> Path:
    """Return the Python of an environment: *system* is os.name."""
    return folder / ("Scripts/python.exe" if system == "nt" else "bin/python")


# -- system packages ---------------------------------------------------------------------------------------------------


def system_packages(testing: bool) -> int:
    """Install, or ask for, what Debian and Ubuntu keep as packages; other systems bring it along."""
    if not (sys.platform.startswith("linux") and shutil.which("apt-get")):
        return 0
    ensurepip, pdftotext = importlib.util.find_spec("ensurepip") is not None, shutil.which("pdftotext") is not None
    needed = missing_packages(testing, found_library, ensurepip, VENV.exists(), has_postgres(), pdftotext)
    if not needed:
        return 0
    if os.geteuid() != 0:
        say("ask")
        print(f"    sudo apt-get install --no-install-recommends {' '.join(needed)}", file=sys.stderr)
        return 1
    say("packages", names=" ".join(needed))
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], stdout=sys.stderr, env=quiet, check=False)
    done = subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *needed], stdout=sys.stderr, env=quiet, check=False)
    return 0 if done.returncode == 0 else fail("apt")


def missing_packages(testing: bool, found: Callable[[str], bool], ensurepip: bool, set_up: bool, postgres: bool, pdftotext: bool) -> list[str]:
    """Return the Debian packages that are missing; *found* tells whether a library is there, *set_up* whether an environment was finished before."""
    needed = [package for library, package in WINDOW_PACKAGES.items() if not found(library)]
    if not ensurepip and not set_up:
        needed.append("python3-venv")
    if testing and not postgres:
        needed.append("postgresql")
    if testing and not pdftotext:
        needed.append("poppler-utils")
    return needed


def found_library(name: str) -> bool:
    """Tell whether the system has a shared library; ldconfig is asked where find_library has no tools to look with."""
    if ctypes.util.find_library(name):
        return True
    folders = ("/usr/lib", "/lib", "/usr/local/lib")
    return any(True for folder in folders for _file in Path(folder).glob(f"**/lib{name}.so.*"))


def has_postgres() -> bool:
    """Tell whether a PostgreSQL server can be started here."""
    return shutil.which("initdb") is not None or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


# -- the environment ---------------------------------------------------------------------------------------------------


def environment() -> int:
    """Make .venv and install the program with its tests, unless exactly this was done before."""
    wanted = fingerprint((ROOT / "pyproject.toml").read_bytes(), (ROOT / "constraints.txt").read_bytes(), sys.version, str(ROOT))
    if STAMP.exists() and STAMP.read_text("utf-8") == wanted:
        return 0
    STAMP.unlink(missing_ok=True)  # from here to the end it is neither the old one nor the new one
    python = python_of(VENV, os.name)
    if not python.exists() or subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        say("venv", folder=VENV)
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], stdout=sys.stderr, check=False)
        if made.returncode:
            return fail("no venv")
    say("install")
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-c", str(ROOT / "constraints.txt"), "-e", f"{ROOT}[test]"]
    if subprocess.run(pip, stdout=sys.stderr, check=False).returncode:
        return fail("pip")
    STAMP.write_text(wanted, "utf-8")
    return 0


def fingerprint(*parts: bytes | str) -> str:
    """Return what an environment was made from, in short."""
    return hashlib.sha256(b"\0".join(part.encode() if isinstance(part, str) else part for part in parts)).hexdigest()


def started(command: Sequence[str], folder: Path | None = None) -> int:
    """Run *command* in place of this program, where the caller stands unless *folder* is given; pass its code on."""
    child = subprocess.Popen(list(command), cwd=folder, env={**os.environ, "PYTHONUTF8": "1"})
    signal.signal(signal.SIGTERM, lambda _number, _frame: child.terminate())
    while True:
        try:
            return exit_code(child.wait())
        except KeyboardInterrupt:
            continue


def exit_code(returned: int) -> int:
    """Return the code a shell would show: a child ended by signal 2 is 130."""
    return returned if returned >= 0 else 128 - returned


# -- words -------------------------------------------------------------------------------------------------------------


def fail(key: str, **facts: object) -> int:
    """Say why it ends here, and return 1."""
    say(key, **facts)
    return 1


def say(key: str, **facts: object) -> None:
    """Write one sentence to stderr in the person's language."""
    print(WORDS[key][language(sys.argv, os.environ)].format(**facts), file=sys.stderr, flush=True)


def language(words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Return 0 for Chinese, 1 for English: from --language, else LIMS_LANGUAGE."""
    asked = environment.get("LIMS_LANGUAGE", "")
    for place, word in enumerate(words):
        if word == "--language" and place + 1 < len(words):
            asked = words[place + 1]
        elif word.startswith("--language="):
            asked = word.partition("=")[2]
    return 1 if asked == "en" else 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
