"""What belongs to this workstation, not to the laboratory: window, language, which port an instrument hangs on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import platformdirs

APP = "shiyan"


class Machine:
    """A small file of settings in the platform's folder for them; unreadable or missing, it is as if nothing were set."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or Path(os.environ.get("LIMS_MACHINE") or platformdirs.user_config_path(APP, appauthor=False) / "machine.json")
        self._values = self._read()

    def get(self, *names: str, default: str = "") -> str:
        """Return one value: ``get("ports", folder, code)``."""
        table: Any = self._values
        for name in names:
            table = table.get(name) if isinstance(table, dict) else None
        return table if isinstance(table, str) else default

    def put(self, *names: str, value: str) -> None:
        """Keep one value; a disk that cannot be written costs nothing but the memory of it."""
        table = self._values
        for name in names[:-1]:
            if not isinstance(table.get(name), dict):
                table[name] = {}
            table = table[name]
        table[names[-1]] = value
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._file.with_suffix(".part")
            unfinished.write_text(json.dumps(self._values, ensure_ascii=False, indent=1), "utf-8")
            unfinished.replace(self._file)
        except (OSError, ValueError):  # ValueError: a folder's name that is no text
            pass

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return values if isinstance(values, dict) else {}
