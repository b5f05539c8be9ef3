"""An instrument's program that leaves its results as files in a folder, as separated text."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from drivers import Trouble
from drivers.core.profile import Profile
from drivers.transport import WAIT_S, Transport
from drivers.virtual import Shown, encoding, printer


def of_files(fault: str | None, haste: float, profile: Profile) -> printer.Printer:
    """Return a printer whose every write is one file (see Printer for the faults).

    `drop` cuts the file off in its last line end; `join` writes one table below the other into one file; `silence`, `restart` and `unplug`
    leave half a file first; `gbk` and `restart` leave a file that is no table. `split` does nothing: what a write is, is a file.
    """
    used = encoding(profile)
    return printer.Printer(lambda lines: "".join(f"{line}\r\n" for line in lines).encode(used, "replace"), None if fault == "split" else fault, haste)


class OfFolder:
    """A wire (see served.Wire) that is a folder of its own: what is written becomes a file, complete at once under its last name."""

    def __init__(self) -> None:
        self._around = TemporaryDirectory(prefix="shiyan-")
        self._folder = Path(self._around.name) / "results"
        self._folder.mkdir()
        self.address = f"folder://{self._folder}"
        self._written = 0

    def host(self) -> Transport | None:
        """Return itself: nobody sees who looks into a folder."""
        return self

    def read(self) -> bytes:
        """Hear nothing, for a moment."""
        time.sleep(WAIT_S / 10)
        return b""

    def write(self, data: bytes) -> None:
        """Leave one file."""
        self._written += 1
        unfinished = self._folder / f"{self._written:04}.part"
        try:
            unfinished.write_bytes(data)
            unfinished.replace(unfinished.with_suffix(".csv"))
        except OSError as error:
            raise Trouble("port-lost", port=self.address, detail=str(error)) from error

    def gone(self) -> None:
        """See Wire."""

    def pull(self) -> None:
        """The share is gone."""
        self._folder.rename(self._folder.with_name("away"))

    def plug(self) -> None:
        """It is back."""
        self._folder.with_name("away").rename(self._folder)

    def close(self) -> None:
        """See Wire."""
        self._around.cleanup()


def table(results: Sequence[Shown], profile: Profile) -> list[list[str]]:
    """Return one file with a row for each result, or for each sample where every test has a column; headed as the profile names them."""
    settings = profile.codec_settings
    named = {each.name: getattr(settings.columns, each.name)[0] for each in fields(settings.columns) if getattr(settings.columns, each.name)}
    groups = [[shown] for shown in results]
    if settings.values:
        groups = [[shown for shown in results if shown.sample == sample] for sample in dict.fromkeys(shown.sample for shown in results)]
    rows = [[*named.values(), *(column.names[0] for column in settings.values)]]
    for group in groups:
        values = {shown.test: _number(shown, settings) for shown in group}
        said = _said(group[0], settings)
        rows.append([*(said[role] for role in named), *(values.get(column.test, "") for column in settings.values)])
    out = io.StringIO()
    csv.writer(out, delimiter=settings.separator or ",", lineterminator="\n").writerows(rows)
    return [out.getvalue().splitlines()] if results else []


def _number(shown: Shown, settings: Any) -> str:
    return shown.value.replace(".", settings.decimal_sign)


def _said(shown: Shown, settings: Any) -> dict[str, str]:
    """Return what stands in the row's columns, by their role."""
    day, _, clock = settings.time_formats[0].partition(" ")
    both = bool(settings.columns.date and settings.columns.time)
    moment = shown.at.strftime(settings.time_formats[0])
    controls = [word for word, status in settings.statuses.items() if status == "control"]
    return {
        "sample": shown.sample,
        "test": shown.test,
        "value": f"{_number(shown, settings)} {shown.unit}".strip() if settings.unit_in_value else _number(shown, settings),
        "unit": shown.unit,
        "result": shown.words,
        "date": shown.at.strftime(day) if both else moment,
        "time": shown.at.strftime(clock) if both else moment,
        "position": shown.position,
        "operator": "virtual",
        "lot": "",
        "status": controls[0] if shown.control else "",
        "comment": "",
    }
