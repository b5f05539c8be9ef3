"""The commands about instruments: list, decode, listen, simulate, replay, and the export of a journal."""

from __future__ import annotations

import json
import math
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import click

import drivers
from drivers import journal as journals
from drivers.core.profile import Profile
from drivers.delivery import Delivery
from drivers.identity import USB, resolved
from drivers.listen import listen as listening
from drivers.port import PortState, Sent
from drivers.stored import pieces
from drivers.stored import replay as replaying
from drivers.transport import PTY
from drivers.virtual import FAULTS
from drivers.virtual.served import example, serve
from lims.clock import local, system_clock
from lims.db.folder import Folder, Lock
from lims.errors import Refusal, Trouble
from lims.i18n import N_, _, language, why
from lims.place import Group, Place, anywhere
from lims.services.profiles import profiles
from lims.services.wire_words import FAILED, said

SHORT_WAIT = 0.1
TAKEN_S = 0.5
"""Who leaves a pseudo-terminal takes along what the other end has not read yet."""
LEFT_S = 30.0
"""An instrument nobody takes anything from for so long has been left: no protocol pauses longer while both ends are there."""
BROKEN = N_("Rows {start} to {end} of the journal are no whole message.")
SILENT = N_("Rows {start} to {end} of the journal are a message without readings.")
OPENED = re.compile(r"open .* profile (\S+) [0-9a-f]*")
"""What a port marks in its journal when it opens."""


class Address(click.ParamType[str]):
    """Where an instrument is: names of devices are the system's affair, everything with a scheme is complete."""

    name = "address"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> str:
        """Return the address as it stands."""
        if not _is_address(str(value)):
            self.fail(str(value), parameter, context)
        return str(value)


class Seconds(click.FloatRange):
    """A span of time; no number is none."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> float:
        """Return the seconds."""
        seconds = float(super().convert(value, parameter, context))
        if math.isnan(seconds):
            self.fail(str(value), parameter, context)
        return seconds


@click.group(cls=Group, help=N_("Instruments: what the program can speak with, and raw bytes in and out."))
@anywhere
def instruments() -> None:
    """Group the commands about instruments."""


@instruments.command("list", help=N_("List the kinds of instrument the program can speak with."))
@anywhere
@click.pass_obj
def _list(place: Place) -> None:
    shelf = profiles(Folder(place.path()).profiles)
    for one in sorted(shelf.profiles.values(), key=lambda one: one.name):
        click.echo("\t".join((one.name, _title(one), one.maker, one.model, one.link)))
    for fault in shelf.faults:
        click.echo(said(fault), err=True)


@instruments.command("decode", help=N_("Print the readings in FILE, raw bytes as received, one JSON object a line."))
@anywhere
@click.argument("profile")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def _decode(place: Place, profile: str, file: Path) -> None:
    known = _profile(place, profile)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Refusal(_("{file} cannot be read: {why}.").format(file=file, why=why(error))) from None
    for piece in pieces(known, data):
        if piece.quarantined:
            click.echo(_("Bytes {start} to {end} are no whole message.").format(start=piece.start, end=piece.end), err=True)
        _print(piece.as_json(str(file)))


@instruments.command("listen", help=N_("Journal and print what an instrument sends; every byte is on disk before it is acknowledged."))
@anywhere
@click.argument("profile")
@click.option(
    "--port",
    required=True,
    type=Address(),
    metavar="PORT",
    help=N_("Name of a port, usb:VID:PID:SERIAL, socket://host:port, listen://host:port, a folder, or pty."),
)
@click.option(
    "--count",
    type=click.IntRange(1),
    help=N_("Stop after so many readings. A balance or reader that speaks only when asked is asked once when it has said nothing for two seconds."),
)
@click.option("--seconds", type=Seconds(0), help=N_("Stop after so many seconds."))
@click.pass_obj
def _listen(place: Place, profile: str, port: str, count: int | None, seconds: float | None) -> None:
    known, folder = _profile(place, profile), Folder(place.path())
    folder.make_rooms(folder.journal)
    journal_ = folder.journal / f"{known.name}.sqlite3"
    seen = 0
    with Lock(folder), _told():
        report, span = _Report(known, port), math.inf if seconds is None else seconds
        for delivery in listening(known, port, journal_, system_clock, report.tell, seconds=span, asks=count is not None, sent=report.sent):
            seen += _told_of(delivery, journal_)
            if count and seen >= count:
                return
    if count:
        raise Refusal(_("Only {seen} of {count} readings came.").format(seen=seen, count=count))


@instruments.command("simulate", help=N_("Be an instrument: print the path to connect to, then send an example to whoever connects."))
@anywhere
@click.argument("profile")
@click.option("--port", type=Address(), metavar="PORT", help=N_("Port to speak on; without it a pseudo-terminal is opened."))
@click.option("--fault", type=click.Choice(FAULTS), help=N_("What the instrument does wrong."))
@click.option("--once", is_flag=True, help=N_("Leave when everything is sent, or nobody has taken the rest for half a minute."))
@click.pass_obj
def _simulate(place: Place, profile: str, port: str | None, fault: str | None, once: bool) -> None:
    known = _profile(place, profile)
    with _told():
        served = serve(known, port=None if port == PTY else port, fault=fault)
    with served:
        served.show(example(known, local(system_clock()).replace(tzinfo=None, microsecond=0)))
        click.echo(served.address)
        sys.stdout.flush()
        before, since = 0, time.monotonic()
        while not (once and (served.wait(SHORT_WAIT) or (before and time.monotonic() > since + LEFT_S))):
            time.sleep(SHORT_WAIT)
            if served.bytes_sent != before:
                before, since = served.bytes_sent, time.monotonic()
        time.sleep(TAKEN_S)


@instruments.command("replay", help=N_("Print the readings of a JOURNAL as the program reads its bytes now; exit 1 where the laboratory holds others."))
@anywhere
@click.argument("journal_file", metavar="JOURNAL", type=click.Path(path_type=Path))
@click.option("--profile", help=N_("Profile to read it with; the one it was written with unless given."))
@click.pass_obj
def _replay(place: Place, journal_file: Path, profile: str | None) -> None:
    from lims.db.store import reading
    from lims.services.ports import differs

    with _told():
        known, folder = _profile(place, profile or _written_with(journal_file)), Folder(place.path())
    laboratory = reading(place.database or folder.url) if place.database or folder.there() else nullcontext()
    with _told(), laboratory as session:
        others = 0
        for delivery in replaying(journal_file, known):
            _told_of(delivery, journal_file)
            others += session is not None and differs(session, delivery)
    if others:
        raise Refusal(_("{count} messages of this journal stand in the laboratory with other readings than these.").format(count=others))


def _written_with(journal_file: Path) -> str:
    """Return the profile a journal was last opened with, or its own name where it does not say: its file bears the name of an instrument."""
    opened = [found[1] for entry in journals.entries(journal_file) if (found := OPENED.fullmatch(entry.note))]
    return opened[-1] if opened else journal_file.stem


@click.group(cls=Group, help=N_("Journals: the bytes as they came."))
@anywhere
def journal() -> None:
    """Group the commands about journals."""


@journal.command("export", help=N_("Print every row of a JOURNAL, one JSON object a line."))
@anywhere
@click.argument("journal_file", metavar="JOURNAL", type=click.Path(path_type=Path))
@click.option("--from", "begin", type=click.DateTime(), help=N_("First moment, UTC."))
@click.option("--to", "end", type=click.DateTime(), help=N_("First moment no more, UTC."))
@click.option("--out", type=click.File("w", encoding="utf-8"), default="-", help=N_("File to write to."))
def _export(journal_file: Path, begin: datetime | None, end: datetime | None, out: TextIO) -> None:
    with _told():
        for entry in journals.entries(journal_file, 0, begin and begin.replace(tzinfo=UTC), end and end.replace(tzinfo=UTC)):
            print(json.dumps(entry.as_json(), ensure_ascii=False), file=out)


class _Report:
    """Says on stderr how the port stands; with ``pty`` the path to connect to comes first."""

    def __init__(self, profile: Profile, address: str) -> None:
        self._name = _title(profile)
        self._pty = address == PTY

    def tell(self, state: PortState) -> None:
        """Take a change of the port's state; from its thread."""
        if self._pty and state.state == "live":
            click.echo(state.address, err=True)
            self._pty = False
        if state.trouble:
            click.echo(said(state.trouble), err=True)

    def sent(self, sent: Sent) -> None:
        """Take what became of the question."""
        if sent.reason:
            click.echo(_(FAILED[sent.reason]).format(name=self._name), err=True)


def _title(profile: Profile) -> str:
    return profile.title["zh" if language() == "zh_CN" else "en"]


def _told_of(delivery: Delivery, journal_file: Path) -> int:
    """Print the readings of a message, or say that it has none; return how many there are."""
    lines = delivery.as_json(str(journal_file))
    _print(lines)
    if not lines:
        click.echo(_(BROKEN if delivery.quarantined else SILENT).format(start=delivery.first_row, end=delivery.last_row), err=True)
    return len(lines)


def _is_address(text: str) -> bool:
    """Say whether *text* can be the address of a port at all."""
    try:
        parts = urlsplit(text)
        if parts.scheme in ("socket", "listen"):
            return parts.port is not None and bool(parts.hostname or parts.scheme == "listen")
        if text.lower().startswith(USB):
            resolved(text, ())
    except ValueError:
        return False
    except LookupError:
        return True  # plugged nowhere yet: it is waited for
    return text.isprintable() and text.strip() not in ("", "folder://")


def _profile(place: Place, name: str) -> Profile:
    found = profiles(Folder(place.path()).profiles).profiles.get(name)
    if found is None:
        raise Refusal(_("There is no profile {name}. `lims instruments list` shows them.").format(name=name))
    return found


def _print(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        click.echo(json.dumps(line, ensure_ascii=False))
    sys.stdout.flush()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except drivers.Trouble as trouble:
        raise Trouble(said(trouble)) from None
