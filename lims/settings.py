"""Everything a laboratory can set, declared once: the settings page, its checks and its defaults are read from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from lims.i18n import LANGUAGES, N_, _
from lims.rules.numbering import mask_mistake


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the database, words, default, and what is wrong with a value."""

    name: str
    label: str
    default: str = ""
    mistake: Callable[[str], str | None] = lambda _value: None
    choices: Mapping[str, str] = field(default_factory=dict)
    """Value -> its words; any value where empty."""
    lines: bool = False
    group: str = ""


def _needed(value: str) -> str | None:
    return None if value.strip() else _("This is needed; it stands on every report.")


def _zone(value: str) -> str | None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return _("“{zone}” is no time zone. Write it like Asia/Shanghai.").format(zone=value)
    return None


def _days(value: str) -> str | None:
    return None if value.isascii() and value.isdigit() and 0 < int(value) < 366 else _("Write a whole number of days, like 7.")


COUNTED = {"body": N_("from the first page on"), "all": N_("cover and notes too")}
LAB, REPORT, NUMBERS = N_("Laboratory"), N_("Report"), N_("Numbers")

SETTINGS: tuple[Setting, ...] = (
    Setting("laboratory_name", N_("Name of the laboratory"), mistake=_needed, group=LAB),
    Setting("laboratory_address", N_("Address"), mistake=_needed, group=LAB),
    Setting("laboratory_postcode", N_("Postcode"), group=LAB),
    Setting("laboratory_phone", N_("Phone"), group=LAB),
    Setting("laboratory_fax", N_("Fax"), group=LAB),
    Setting("laboratory_email", N_("E-mail"), group=LAB),
    Setting("laboratory_website", N_("Website"), group=LAB),
    Setting("time_zone", N_("Time zone"), "Asia/Shanghai", _zone, group=LAB),
    Setting("report_language", N_("Language of reports"), "zh_CN", choices=LANGUAGES, group=REPORT),
    Setting("pages_counted", N_("Pages counted in “page x of y”"), "body", choices=COUNTED, group=REPORT),
    Setting("report_remark", N_("Remark on every report"), lines=True, group=REPORT),
    Setting("objection_days", N_("Working days for an objection"), "7", _days, group=REPORT),
    Setting("objection_days_farm", N_("Working days for an objection, farm products"), "5", _days, group=REPORT),
    Setting("sample_mask", N_("Sample numbers"), "{prefix}{year}-{serial:05}", mask_mistake, group=NUMBERS),
    Setting("worksheet_mask", N_("Worksheet numbers"), "W{year}-{serial:04}", mask_mistake, group=NUMBERS),
    Setting("certificate_mask", N_("Report numbers"), "BG{year}-{serial:05}", mask_mistake, group=NUMBERS),
    Setting("demonstration", N_("Demonstration laboratory"), ""),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}
HIDDEN = frozenset({"demonstration"})
