"""What the laboratory has set, and the counters its numbers come from."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lims.domain.thing import Thing, version, words


class SettingValue(Thing, kw_only=True):
    """One setting that differs from its default; the table of all settings is lims.settings.SETTINGS."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = words()
    version: Mapped[int] = version()
    __mapper_args__ = {"version_id_col": version}

    def called(self) -> str:
        return self.name


class Counter(Thing, kw_only=True):
    """The last serial given out of a series; a serial is never given twice."""

    __tablename__ = "counter"
    trailed = False

    series: Mapped[str] = mapped_column(String(80), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
