"""Which laboratory a command is about, and in which language it answers: the options every subcommand takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import platformdirs
from click.core import ParameterSource

from lims import i18n
from lims.i18n import N_, _

APP = "shiyan"


@dataclass(slots=True)
class Place:
    """Which laboratory a command is about; options may stand before or after the subcommand."""

    folder: str = ""
    database: str = ""

    def path(self, default: str = "laboratory") -> Path:
        """Return the folder: as named, relative to where the command was called, else under the platform's data folder."""
        return Path(self.folder) if self.folder else platformdirs.user_data_path(APP, appauthor=False) / default


def speak(words: Sequence[str], environment: Mapping[str, str]) -> None:
    """Take up the language a call names, before anything can be wrong with its other words."""
    asked = [environment.get("LIMS_LANGUAGE", "")]
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if name == "--language":
            asked.append(value if equals else following)
    for language in asked:
        if language in i18n.LANGUAGES:
            i18n.use(language)


def _keep(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    place = context.ensure_object(Place)
    if value and _said(context, option):
        setattr(place, option.name or "", value)
    return value


def _said(context: click.Context, option: click.Parameter) -> bool:
    """Tell whether an option counts here: the environment is asked once, by the outermost command, so that it never overrules a word before the subcommand."""
    return context.parent is None or context.get_parameter_source(option.name or "") is not ParameterSource.ENVIRONMENT


OPTIONS = (
    click.option("--folder", metavar="DIR", envvar="LIMS_FOLDER", callback=_keep, expose_value=False, help=N_("The laboratory's folder.")),
    click.option("--database", metavar="URL", envvar="LIMS_DATABASE", callback=_keep, expose_value=False, help=N_("Address of a PostgreSQL database.")),
    click.option("--language", type=click.Choice(list(i18n.LANGUAGES)), envvar="LIMS_LANGUAGE", expose_value=False, help=N_("Language of this call.")),
)


def anywhere(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the global options, so that they may follow its name."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


CLICKS_OWN = (N_("Options"), N_("Commands"), N_("Show this message and exit."), N_("required"))
"""Words of click itself that its help pages hold."""


class Page(click.HelpFormatter):
    """A help page in the person's language: whatever is written on it is looked up first."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        super().write_usage(prog, args, prefix or _("Usage: "))

    def write_heading(self, heading: str) -> None:
        """Write the name of a section."""
        self.write(_("{heading}:").format(heading=_(heading)) + "\n")

    def write_text(self, text: str) -> None:
        """Write what a command does."""
        super().write_text(_(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write options or commands; what click adds in brackets is looked up apart."""
        super().write_dl([(name, _words(words)) for name, words in rows], col_max, col_spacing)


def _words(words: str) -> str:
    said, opened, added = words.partition("  [")
    return f"{_(said)}  [{_(added.removesuffix(']'))}]" if opened else _(said)


class Context(click.Context):
    """A call whose help is told in the person's language."""

    formatter_class = Page


class Command(click.Command):
    """A command whose help is told in the person's language."""

    context_class = Context

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return what the command does, whole."""
        return _(self.help or "")


class Group(Command, click.Group):
    """Commands under one name."""

    command_class = Command
    group_class = type
