"""What people do with the laboratory's settings."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.settings import SettingValue
from lims.errors import Mistakes
from lims.i18n import _
from lims.rules.rights import Actor, Right
from lims.services.verb import verb
from lims.settings import BY_NAME, HIDDEN


@verb("settings.change", Right.SETTINGS)
def change(work: Work, values: Mapping[str, str], *, by: Actor) -> None:
    """Set what differs from what is set now; a value that cannot be is noted beside its field.

    What no page shows is set at founding and never after: asking for it is a bug and raises KeyError.
    """
    if hidden := HIDDEN & set(values):
        raise KeyError(", ".join(sorted(hidden)))
    put(work, values)


def put(work: Work, values: Mapping[str, str]) -> None:
    """Check and keep *values* within a unit of work that somebody has signed."""
    wrong = {name: words for name, value in values.items() if (words := _mistake(name, value))}
    if wrong:
        raise Mistakes(wrong)
    present = {row.name: row for row in work.scalars(select(SettingValue).where(SettingValue.name.in_(values)))}
    for name, value in values.items():
        if name in present:
            present[name].value = value
        elif value != BY_NAME[name].default:
            work.add(SettingValue(name=name, value=value))


def _mistake(name: str, value: str) -> str | None:
    setting = BY_NAME[name]
    if setting.choices and value not in setting.choices:
        return _("Choose one of {choices}.").format(choices=_(", ").join(_(words) for words in setting.choices.values()))
    return setting.mistake(value)
