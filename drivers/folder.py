"""A folder as a wire: each file an instrument's program leaves there is read once, whole; the files stay as they are."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType

from drivers import Trouble
from drivers.links.files import FilesSettings

FOLDER = "folder://"
"""What the address of a folder begins with; its absolute path follows, not encoded in any way."""
WAIT_S = 0.1
"""A read returns after this long at the latest, as every transport's does."""
LONGEST = 64_000_000
"""Bytes; a larger file is left."""
LOOK_S = 1.0
"""Between two looks at the folder, at the most."""
TEMPORARY = ("*.tmp", "*.part", "*.crdownload", "~$*", ".*")
"""Names of files that somebody is still at."""

REASONS = ("too-long", "held", "unreadable")
"""Why a file is left: larger than LONGEST; another program has it open and lets nobody in (tried again); the system's refusal (tried again)."""

Look = tuple[int, int]
"""Size and time of change (ns) of a file."""


@dataclass(slots=True)
class _Seen:
    look: Look
    since: float


class FolderTransport:
    """A watched folder. A file counts as taken when the next one is asked for: until then whoever read it may have lost it.

    Files are known by the SHA-256 of their content, whatever they are called: `knows` says which are in the journal. A file that was
    added to has a new content and is taken again, whole. Sub-folders and links are not followed; hidden, temporary and empty files
    are no files. Nothing is written, moved or deleted; `left` says which files are not taken, and why.
    """

    def __init__(self, address: str, settings: object = None) -> None:
        """Raise Trouble: `settings-refused` for a relative path, `wrong-kind` for a link that takes no files, `no-such-port` where there is no folder."""
        self.address = address
        self._folder = Path(address.removeprefix(FOLDER))
        if not isinstance(settings, FilesSettings | None):
            raise Trouble("wrong-kind", port=address, detail="the link takes no files")
        if not self._folder.is_absolute():
            raise Trouble("settings-refused", port=address, detail=f"{FOLDER}ABSOLUTE-PATH")
        if not self._folder.is_dir():
            raise Trouble("no-such-port", port=address, detail="no such folder")
        self._settings = settings or FilesSettings()
        self._patterns = self._settings.pattern.lower().split()
        self._digests: set[str] = set()
        self._done: dict[str, Look] = {}
        """Name -> how the file looked when its content was known."""
        self._seen: dict[str, _Seen] = {}
        self._left: dict[str, str] = {}
        self._whole: deque[str] = deque()
        """Names of files that were whole at the last look."""
        self._given: tuple[str, Look, str] | None = None
        """Name, look and digest of the file last returned."""
        self._next_look = 0.0

    @property
    def left(self) -> MappingProxyType[str, str]:
        """Return the files that lie there and are not taken: name -> one of REASONS."""
        return MappingProxyType(self._left)

    def knows(self, digests: set[str]) -> None:
        """Take note of the SHA-256 (64 hexadecimal digits) of every file that is in the journal."""
        self._digests |= digests

    def read(self) -> bytes:
        """Return the content of one file, empty after WAIT_S without a new one. Raises Trouble `port-lost` when the folder is gone."""
        if self._given is not None:
            name, look, digest = self._given
            self._given, self._done[name] = None, look
            self._digests.add(digest)
        end = time.monotonic() + WAIT_S
        if not self._whole and time.monotonic() >= self._next_look:
            self._look()
        while self._whole and time.monotonic() < end:
            if content := self._taken(self._whole.popleft()):
                return content
        if not self._whole:
            time.sleep(max(0.0, end - time.monotonic()))
        return b""

    def write(self, data: bytes) -> None:
        """Raise Trouble `settings-refused`: nothing is written into an instrument's folder."""
        raise Trouble("settings-refused", port=self.address, detail="nothing is written into a watched folder")

    def close(self) -> None:
        """See Transport."""

    def _look(self) -> None:
        """List the folder: what has not changed for long enough is whole, the oldest first."""
        try:
            found = dict(self._listed())
        except OSError as error:
            raise Trouble("port-lost", port=self.address, detail=str(error)) from error
        now = time.monotonic()
        self._next_look = now + min(LOOK_S, self._settings.settle_s / 2)
        seen, self._seen = self._seen, {}
        for name, look in found.items():
            before = seen.get(name)
            self._seen[name] = before if before is not None and before.look == look else _Seen(look, now)
        self._done = {name: look for name, look in self._done.items() if name in found}
        self._left = {name: reason for name, reason in self._left.items() if name in found}
        whole = [name for name, each in self._seen.items() if now - each.since >= self._settings.settle_s and self._done.get(name) != each.look]
        self._whole.extend(sorted(whole, key=lambda name: (self._seen[name].look[1], name)))

    def _listed(self) -> Iterator[tuple[str, Look]]:
        with os.scandir(self._folder) as entries:
            for entry in entries:
                name = entry.name.lower()
                if not any(fnmatchcase(name, each) for each in self._patterns) or any(fnmatchcase(name, each) for each in TEMPORARY):
                    continue
                with suppress(FileNotFoundError):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(found.st_mode) and found.st_size and not _hidden(found):
                        yield entry.name, (found.st_size, found.st_mtime_ns)

    def _taken(self, name: str) -> bytes:
        """Return the content of a file that is whole, empty when it is known or has to be left."""
        look = self._seen[name].look
        self._left.pop(name, None)
        if look[0] > LONGEST:
            self._left[name], self._done[name] = "too-long", look
            return b""
        try:
            content = self._content(name, look)
        except FileNotFoundError:
            return b""
        except OSError as error:
            self._left[name] = "held" if isinstance(error, PermissionError) and os.name == "nt" else "unreadable"
            return b""
        if not content:
            return b""
        digest = hashlib.sha256(content).hexdigest()
        if digest in self._digests:
            self._done[name] = look
            return b""
        self._given = name, look, digest
        return content

    def _content(self, name: str, look: Look) -> bytes:
        """Return the content, empty when the file changed meanwhile: somebody is at it."""
        with (self._folder / name).open("rb") as file:
            before = _look_of(os.fstat(file.fileno()))
            content = file.read(LONGEST + 1)
            after = _look_of(os.fstat(file.fileno()))
        return content if look == before == after and len(content) == look[0] else b""


def _look_of(found: os.stat_result) -> Look:
    return found.st_size, found.st_mtime_ns


def _hidden(found: os.stat_result) -> bool:
    """Say whether the file has Windows' mark of a hidden one."""
    return bool(getattr(found, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN)
