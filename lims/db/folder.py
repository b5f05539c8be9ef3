"""A laboratory's folder: what lies where, and the lock that lets one writing program in."""

from __future__ import annotations

import getpass
import json
import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from lims.errors import Refusal, Trouble
from lims.i18n import _, why

if TYPE_CHECKING:
    from sqlalchemy import URL

NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "afpfs", "ncpfs", "davfs", "webdav", "ceph", "lustre", "glusterfs"}
    | {"fuse.sshfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs"}
)
DRIVE_REMOTE = 4
"""GetDriveTypeW's answer for a network drive."""


class Folder:
    """Paths of one laboratory's folder."""

    def __init__(self, path: Path) -> None:
        self.path = _at_home(path).absolute()
        self.database = self.path / "laboratory.sqlite3"
        self.journal = self.path / "journal"
        self.profiles = self.path / "instruments"
        self.backups = self.path / "backups"
        self.reports = self.path / "reports"
        self.logs = self.path / "logs"
        self.lock_file = self.path / "lock"
        self.demo_marker = self.path / "demo"

    @property
    def url(self) -> URL:
        """Address of the database file, whatever signs its path is made of."""
        from sqlalchemy import URL

        return URL.create("sqlite", database=str(self.database))

    def empty(self) -> bool:
        """Tell whether nothing lies here yet; a lock left behind does not count. Raises Trouble for what is no folder or may not be read."""
        try:
            return not self.path.exists() or not any(entry != self.lock_file for entry in self.path.iterdir())
        except OSError as error:
            raise Trouble(_("The folder {folder} cannot be read: {why}. Choose another one.").format(folder=self.path, why=why(error))) from None

    def make(self) -> None:
        """Make the folder and its rooms. Raises Trouble when that is not possible, Refusal on a network share."""
        self.make_rooms(self.journal, self.backups, self.reports, self.logs, self.profiles)

    def make_rooms(self, *rooms: Path) -> None:
        """Make the folder with these rooms alone. Raises as `make` does."""
        if any("\ud800" <= sign <= "\udfff" for sign in str(self.path)):  # bytes that are no UTF-8, which SQLite cannot be told
            raise Refusal(_("The name of the folder {folder} holds signs that are no text. Choose another one.").format(folder=ascii(str(self.path))))
        try:
            refuse_network(self.path)
            for room in (self.path, *rooms):
                room.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Trouble(_("The folder {folder} cannot be made: {why}. Choose another one.").format(folder=self.path, why=why(error))) from None

    def there(self) -> bool:
        """Tell whether a laboratory lives here. Raises Trouble when that cannot be seen."""
        try:
            return self.database.exists()
        except OSError as error:
            raise Trouble(_("The folder {folder} cannot be read: {why}. Choose another one.").format(folder=self.path, why=why(error))) from None

    def existing(self) -> Folder:
        """Return itself if a laboratory lives here, or raise Refusal."""
        if not self.there():
            raise Refusal(_("There is no laboratory in {folder}. Check the folder's name, or open the program there to set one up.").format(folder=self.path))
        refuse_network(self.path)
        return self


class Lock:
    """One writing program a folder. The system gives it back when the program ends, killed or not."""

    def __init__(self, folder: Folder) -> None:
        self._path = folder.lock_file
        self._file: IO[str] | None = None

    def __enter__(self) -> Lock:
        try:
            self._file = self._path.open("a+", encoding="utf-8")  # held until the program ends
        except OSError as error:
            raise Trouble(_("The folder {folder} cannot be written: {why}.").format(folder=self._path.parent, why=why(error))) from None
        if not _lock(self._file):
            holder = _holder(self._path)
            self._file.close()
            raise Refusal(_("{holder} has this laboratory open. Close it there first.").format(holder=holder))
        with suppress(OSError):  # on a full disk the lock holds all the same, it only cannot say whose it is
            self._file.seek(0)
            self._file.truncate()
            self._file.write(json.dumps({"user": _user(), "host": socket.gethostname(), "pid": os.getpid()}))
            self._file.flush()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file:
            with suppress(OSError):  # what a full disk did not take is written once more on closing
                _unlock(self._file)
                self._file.close()


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # ~somebody, whom this computer does not know: a folder may be called so
        return path


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as containers have them
        return "?"


def _holder(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            said = json.loads(file.read(1000))
        return _("{user} on {host} (process {pid})").format(**said)
    except (OSError, ValueError, KeyError, TypeError):
        return _("Another program")


if sys.platform == "win32":
    import msvcrt

    _BYTE = 1 << 30  # far behind the words, which others must be able to read

    def _lock(file: IO[str]) -> bool:
        try:
            file.seek(_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: IO[str]) -> None:
        file.seek(_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


def refuse_network(path: Path, mounts: str | None = None) -> None:
    """Refuse a folder on a network share: a database file there loses data. *mounts* stands in for /proc/mounts."""
    if _on_network(path.resolve(), mounts):
        raise Refusal(
            _(
                "{folder} lies on a network share, where a database file can be damaged. "
                "Use a folder of this computer, or a PostgreSQL server for several workstations."
            ).format(folder=path)
        )


def _on_network(path: Path, mounts: str | None) -> bool:
    if sys.platform == "win32":
        import ctypes

        return str(path).startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(path.anchor) == DRIVE_REMOTE
    if mounts is None:
        mounts = _mounts()
    kinds = {place: kind for place, kind in map(_mount, mounts.split("\n")) if kind}
    holding = next((place for place in (path, *path.parents) if place in kinds), None)
    return holding is not None and kinds[holding] in NETWORK_FILE_SYSTEMS


def _mounts() -> str:
    try:
        if sys.platform == "darwin":
            return subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False).stdout
        return Path("/proc/mounts").read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def _mount(line: str) -> tuple[Path, str]:
    """Return where something is mounted and of which kind it is, from a line of /proc/mounts or of the Mac's mount."""
    if mac := _MAC.fullmatch(line):
        return Path(mac["place"]), mac["kind"]
    parts = line.split(" ")
    if len(parts) < 4:
        return Path(), ""
    far = parts[2] == "9p" and not {"trans=tcp", "trans=rdma"}.isdisjoint(parts[3].split(","))  # 9p is mostly the drive of a virtual computer's host
    return Path(_unescape(parts[1])), "nfs" if far else parts[2]


_MAC = re.compile(r"\S+ on (?P<place>/.*) \((?P<kind>\w+)[,)].*")


def _unescape(place: str) -> str:
    """Undo the octal escapes of /proc/mounts; without an escape a Chinese name must come through untouched."""
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), place)
