"""The program's log: rotating files in the laboratory's folder, and nothing on the screen of a person who asked for results."""

from __future__ import annotations

import logging
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILES, SIZE = 5, 2_000_000


class _Quiet(RotatingFileHandler):
    """A log that cannot be written costs its lines, nothing else: no traceback on the screen of a person with a full disk."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's own name)
        """Let the line go."""


def to_folder(folder: Path) -> logging.Handler:
    """Write the log into *folder*; returns the handler, to be closed with the laboratory."""
    handler = _Quiet(folder / "lims.log", maxBytes=SIZE, backupCount=FILES, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    return handler


def close(handler: logging.Handler) -> None:
    """Let go of the log file."""
    logging.getLogger().removeHandler(handler)
    with suppress(OSError):
        handler.close()
