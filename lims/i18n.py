"""Words in the person's language: English in the code, other languages in resources/translations.

`N_` marks words where they are declared (tables, module level); `_` turns them into the person's language where they
are shown, `n_` those that count something. A catalogue is every `resources/translations/<language>/*.po` together, one file for each room; the compiled
form is made beside them when it is missing or older, so that it can never be out of date.
"""

from __future__ import annotations

import errno
import gettext
import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from resources import FOLDER

LANGUAGES = {"zh_CN": "中文", "en": "English"}
DEFAULT_LANGUAGE = "zh_CN"

TRANSLATIONS = FOLDER / "translations"

_override: ContextVar[str | None] = ContextVar("language", default=None)
_current = DEFAULT_LANGUAGE


def N_(words: str) -> str:  # noqa: N802  (gettext's own name)
    """Mark *words* for translation without translating them yet."""
    return words


def _(words: str) -> str:
    """Return *words* in the present language; the empty string stays empty."""
    return _words(language())(words) if words else ""


SAID_BY_SYSTEM = {
    errno.EACCES: N_("no permission"),
    errno.EPERM: N_("no permission"),
    errno.EROFS: N_("the disk is write-protected"),
    errno.ENOSPC: N_("the disk is full"),
    errno.EDQUOT: N_("the disk is full"),
    errno.EFBIG: N_("the disk is full"),
    errno.ENOENT: N_("there is no such file or folder"),
    errno.ENOTDIR: N_("a file stands where a folder is needed"),
    errno.EEXIST: N_("a file stands where a folder is needed"),
    errno.EISDIR: N_("it is a folder"),
    errno.ENAMETOOLONG: N_("the name is too long"),
    errno.EIO: N_("the disk reports an error"),
}
"""What an operating system says of files and folders, in words that can be translated."""


def why(error: OSError) -> str:
    """Return the reason the system gives, in the present language where it is one of the usual ones."""
    return _(SAID_BY_SYSTEM.get(error.errno or 0, "")) or error.strerror or str(error)


def n_(one: str, many: str, count: int) -> str:
    """Return the words for *count* things. English tells one from many; Chinese says both alike."""
    return _(one if count == 1 else many)


def joined(sentences: Iterable[str]) -> str:
    """Return sentences one after the other; Chinese ones need no blank between them."""
    return ("" if language() == "zh_CN" else " ").join(sentences)


def use(name: str) -> None:
    """Set the language of this process: a key of LANGUAGES, or ``pseudo`` for finding untranslated words."""
    global _current  # noqa: PLW0603  (one process, one person, one language)
    if name not in LANGUAGES and name != "pseudo":
        raise ValueError(f"no language {name}")
    _current = name


def language() -> str:
    """Return the language in which words are shown now."""
    return _override.get() or _current


class speaking:  # noqa: N801  (reads as a statement: with speaking("en"))
    """A context in which `_` speaks another language: a report in the report's own, whatever the screen shows."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._token = _override.set(self._name)

    def __exit__(self, *_error: object) -> None:
        _override.reset(self._token)


@cache
def _words(name: str) -> Callable[[str], str]:
    if name == "en":
        return lambda words: words
    if name == "pseudo":
        return lambda words: f"[{words}·····]"
    return gettext.GNUTranslations(io.BytesIO(_compiled(TRANSLATIONS / name))).gettext


def _compiled(folder: Path) -> bytes:
    sources = sorted(folder.glob("*.po"))
    target = folder / "lims.mo"
    if target.exists() and target.stat().st_mtime >= max(source.stat().st_mtime for source in sources):
        return target.read_bytes()
    compiled = _compile(sources)
    with suppress(OSError):  # a read-only installation compiles at each start: slower, never wrong
        target.write_bytes(compiled)
    return compiled


def _compile(sources: list[Path]) -> bytes:
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale="zh_CN", fuzzy=False)
    for source in sources:
        with source.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    whole.add(message.id, message.string)
    out = io.BytesIO()
    write_mo(out, whole)
    return out.getvalue()
