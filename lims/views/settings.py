"""What the laboratory has set, with the defaults filled in."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from lims.domain.settings import SettingValue
from lims.settings import SETTINGS


def values(work: Session) -> dict[str, str]:
    """Return every setting by name."""
    kept = dict(work.execute(select(SettingValue.name, SettingValue.value)).all())
    return {setting.name: kept.get(setting.name, setting.default) for setting in SETTINGS}
