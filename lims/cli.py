"""The command `lims`: every subcommand is a few lines over services; results on stdout, everything else on stderr."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import click
from click import exceptions

from lims.errors import Mistakes, Refusal, Stale, Trouble
from lims.i18n import N_, _, why
from lims.place import Group, Place, anywhere, speak

DEMO_SIZES = ("small",)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

LATER = {"instruments": "lims.cli_instruments", "journal": "lims.cli_instruments"}
"""Groups of commands that are loaded when somebody asks for them: the window is there before the database is."""


class Lims(Group):
    """The command with its groups, of which some are loaded late."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return every name, loaded or not."""
        return sorted({*super().list_commands(context), *LATER})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command by name."""
        if name in LATER:
            return cast(click.Command, getattr(import_module(LATER[name]), name))
        return super().get_command(context, name)


def _version(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        click.echo(f"shiyan-lims {version('shiyan-lims')}")
        context.exit()


@click.group(
    cls=Lims,
    help=N_("Shiyan: the laboratory. Without a subcommand the desktop opens."),
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help=N_("Print the version and leave."))
@anywhere
@click.pass_context
def lims(context: click.Context) -> None:
    """Open the desktop where no subcommand is named."""
    if context.invoked_subcommand is None:
        sys.exit(_desktop(context.obj))


@lims.command("demo", help=N_("Open the demonstration laboratory."))
@anywhere
@click.option("--headless", is_flag=True, help=N_("Walk the whole path without a window and print the reports."))
@click.option("--fresh", is_flag=True, help=N_("Make the demonstration anew."))
@click.option("--size", type=click.Choice(DEMO_SIZES), default="small", help=N_("How much there is in it."))
@click.pass_obj
def _demo(place: Place, headless: bool, fresh: bool, size: str) -> None:
    del size  # one size yet
    if fresh and place.database:
        raise Refusal(_("A demonstration on a server is begun anew in a new, empty database. Name one without --fresh."))
    if not (headless or no_screen(sys.platform, os.environ)):
        sys.exit(_desktop(place, demonstration=True, fresh=fresh))
    from lims import demo as demonstration

    folder = demonstration.folder(place.path("demo"), fresh=fresh)
    for number, verdict, path in demonstration.walk(folder, place.database, say=lambda words: click.echo(words, err=True)):
        click.echo(f"{number}\t{verdict}\t{path}")


@lims.command("backup", help=N_("Copy the laboratory's database to FILE, also while it is in use."))
@anywhere
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def _backup(place: Place, file: Path) -> None:
    from lims.db.folder import Folder
    from lims.laboratory import backup

    if place.database:
        raise Refusal(_("A PostgreSQL laboratory is backed up with the server's own pg_dump."))
    backup(Folder(place.path()), file)
    click.echo(str(file.absolute()))


@lims.command("round", help=N_("Round VALUE to INTERVAL (0.1, 0.5, 3s) by GB/T 8170-2008."), context_settings={"ignore_unknown_options": True})
@anywhere
@click.argument("value")
@click.argument("interval")
def _round(value: str, interval: str) -> None:
    from lims.rules.quantity import number
    from lims.rules.rounding import plain, round_to

    exact = number(value)
    rounded = plain(round_to(exact, interval))
    click.echo(rounded)
    click.echo(
        _("{value} rounded to {interval} by GB/T 8170-2008 (half to even, one step): {rounded}").format(value=plain(exact), interval=interval, rounded=rounded)
    )


@lims.command("judge", help=N_("Judge printed results: FILE, or - for standard input, holds a table with results and limits."))
@anywhere
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--out", type=click.Path(path_type=Path), help=N_("Write the table to this file instead of standard output."))
def _judge(file: Path, out: Path | None) -> None:
    from lims.services import bulletins, grids

    table = grids.grid(_standard_input(), _("Standard input")) if str(file) == "-" else grids.grid_of(file)
    rows = bulletins.judged(table)
    if out is None:
        bulletins.write(rows, sys.stdout, table.delimiter)
    else:
        bulletins.save(rows, out, table.delimiter)


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise Trouble(_("There is no standard input. Name a file."))
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise Trouble(_("{file} cannot be read: {why}.").format(file=_("Standard input"), why=why(error))) from None


@lims.command("limits", help=N_("Print the limits of ITEM in PRODUCT in the editions in force."))
@anywhere
@click.argument("product")
@click.argument("item")
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help=N_("The product's day; today unless given."))
@click.pass_obj
def _limits(place: Place, product: str, item: str, on: Any) -> None:
    from lims.db.folder import Folder
    from lims.laboratory import library

    rows = library(Folder(place.path()), place.database, product, item, on.date() if on else date.today())  # noqa: DTZ011  (the caller's own day)
    if not rows:
        raise Refusal(_("The library has no limit for {item} in {product} on that day.").format(item=item, product=product))
    for row in rows:
        confirmed = _("confirmed by {person}").format(person=row.confirmed_by) if row.confirmed_by else _("not confirmed by the laboratory")
        requirement, clause = f"{row.requirement} {row.unit} {row.level}".strip(), f"{row.standard} {row.clause}".strip()
        click.echo(f"{product}\t{row.item}\t{requirement}\t{clause}\t{row.classification}\t{confirmed}")


def no_screen(platform: str, environment: Any) -> bool:
    """Tell whether there is no screen to open a window on: Linux with none of the three variables set."""
    return platform.startswith("linux") and not any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _desktop(place: Place, *, demonstration: bool = False, fresh: bool = False) -> int:
    from ui import app

    return app.run(place.path("demo" if demonstration else "laboratory"), place.database, demonstration=demonstration, fresh=fresh)


def said(function: Callable[[], Any]) -> int:
    """Do *function* and return the exit code; a refusal is one sentence on stderr, never a traceback."""
    try:
        function()
        sys.stdout.flush()
    except (Refusal, Trouble, Stale) as error:
        click.echo(error.words, err=True)
        return 1
    except Mistakes as mistakes:
        click.echo(" ".join(mistakes.fields.values()), err=True)
        return 1
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except exceptions.NoArgsIsHelpError as help_:
        help_.show()
        return 2
    except click.UsageError as error:
        click.echo(usage(error), err=True)
        return 2
    except click.FileError as error:
        click.echo(_("{file} cannot be opened. Check its name and rights.").format(file=error.ui_filename), err=True)
        return 1
    except BrokenPipeError:
        _let_go()
        return 1
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        _let_go()
        click.echo(_("The results could not be written: {why}.").format(why=why(error)), err=True)
        return 1
    return 0


def _let_go() -> None:
    """Write no more to where nobody reads or nothing fits: the last flush must not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def usage(error: click.UsageError) -> str:
    """Say in one line what is wrong with the words of a call, and who knows the right ones."""
    name = error.param.opts[0] if isinstance(error, click.BadParameter) and isinstance(error.param, click.Option) else ""
    if isinstance(error, click.BadParameter) and isinstance(error.param, click.Argument):
        name = error.param.make_metavar(error.ctx or click.Context(lims))
    match error:
        case exceptions.NoSuchCommand():
            wrong = _("There is no command {name}.").format(name=error.command_name)
        case exceptions.NoSuchOption():
            wrong = _("There is no option {name}.").format(name=error.option_name)
        case exceptions.BadOptionUsage():
            wrong = _("{name} needs a value.").format(name=error.option_name)
        case exceptions.MissingParameter():
            wrong = _("{name} is missing.").format(name=name)
        case click.BadParameter(param=click.Parameter(type=click.Choice() as choice)):
            wrong = _("{name} is one of {choices}.").format(name=name, choices=_(", ").join(choice.choices))
        case click.BadParameter():
            wrong = _("{name} cannot be this value.").format(name=name)
        case _:
            wrong = _("There are more words than this command takes.")
    path = error.ctx.command_path if error.ctx else "lims"
    return _("{wrong} `{command} --help` shows how it is called.").format(wrong=wrong, command=path)


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave with its code."""
    for stream, errors in ((sys.stdout, "surrogateescape"), (sys.stderr, "backslashreplace")):  # a file's name need not be text
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)
    words = sys.argv[1:] if arguments is None else arguments
    speak(words, os.environ)
    sys.exit(said(lambda: lims.main(words, prog_name="lims", standalone_mode=False)))
