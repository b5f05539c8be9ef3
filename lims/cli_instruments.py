"""The commands about instruments: list, decode, listen, simulate, replay, and the export of a journal."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click

import drivers
from drivers import journal as journals
from drivers.core.profile import Profile
from drivers.listen import listen as listening
from drivers.port import PortState
from drivers.stored import pieces
from drivers.stored import replay as replaying
from drivers.virtual import FAULTS
from drivers.virtual.served import example, serve
from lims.clock import local, system_clock
from lims.db.folder import Folder, Lock
from lims.db.store import reading
from lims.errors import Refusal, Trouble
from lims.i18n import N_, _, language, why
from lims.place import Group, Place, anywhere
from lims.services.ports import differs, profiles, said

SHORT_WAIT = 0.2


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
        click.echo("\t".join((one.name, one.title["zh" if language() == "zh_CN" else "en"], one.maker, one.model, one.link)))
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
@click.option("--port", required=True, help=N_("Port name, socket://host:port, or pty."))
@click.option("--count", type=click.IntRange(1), help=N_("Stop after so many readings."))
@click.option("--seconds", type=click.FloatRange(0), help=N_("Stop after so many seconds."))
@click.pass_obj
def _listen(place: Place, profile: str, port: str, count: int | None, seconds: float | None) -> None:
    known, folder = _profile(place, profile), Folder(place.path())
    folder.make_rooms(folder.journal)
    journal_ = folder.journal / f"{known.name}.sqlite3"
    seen = 0
    with Lock(folder), _told():
        for delivery in listening(known, port, journal_, system_clock, _Report(port).tell, seconds=seconds):
            lines = delivery.as_json(str(journal_))
            _print(lines)
            seen += len(lines)
            if count and seen >= count:
                return
    if count:
        raise Refusal(_("Only {seen} of {count} readings came.").format(seen=seen, count=count))


@instruments.command("simulate", help=N_("Be an instrument: print the path to connect to, then send an example to whoever connects."))
@anywhere
@click.argument("profile")
@click.option("--port", help=N_("Port to speak on; without it a pseudo-terminal is opened."))
@click.option("--fault", type=click.Choice(FAULTS), help=N_("What the instrument does wrong."))
@click.option("--once", is_flag=True, help=N_("Leave when everything is sent."))
@click.pass_obj
def _simulate(place: Place, profile: str, port: str | None, fault: str | None, once: bool) -> None:
    known = _profile(place, profile)
    with _told():
        served = serve(known, port=port, fault=fault)
    with served:
        served.show(example(known, local(system_clock()).replace(tzinfo=None, microsecond=0)))
        click.echo(served.address)
        sys.stdout.flush()
        while not (served.wait(SHORT_WAIT) and once):
            time.sleep(SHORT_WAIT / 4)


@instruments.command("replay", help=N_("Print the readings of a JOURNAL as the program reads its bytes now; exit 1 where the laboratory holds others."))
@anywhere
@click.argument("journal_file", metavar="JOURNAL", type=click.Path(path_type=Path))
@click.option("--profile", help=N_("Profile to read it with; the journal's own name unless given."))
@click.pass_obj
def _replay(place: Place, journal_file: Path, profile: str | None) -> None:
    known, folder = _profile(place, profile or journal_file.stem), Folder(place.path())
    laboratory = reading(place.database or folder.url) if place.database or folder.there() else nullcontext()
    with _told(), laboratory as session:
        others = 0
        for delivery in replaying(journal_file, known):
            _print(delivery.as_json(str(journal_file)))
            others += session is not None and differs(session, delivery)
    if others:
        raise Refusal(_("{count} messages of this journal stand in the laboratory with other readings than these.").format(count=others))


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

    def __init__(self, port: str) -> None:
        self._pty = port == "pty"

    def tell(self, state: PortState) -> None:
        if self._pty and state.state == "live":
            click.echo(state.address, err=True)
            self._pty = False
        if state.trouble:
            click.echo(said(state.trouble), err=True)


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
