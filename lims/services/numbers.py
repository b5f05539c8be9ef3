"""Giving out numbers: each serial once, in order, also when several workstations ask."""

from __future__ import annotations

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.settings import Counter
from lims.rules.numbering import fill


def following(work: Work, mask_setting: str, prefix: str = "") -> str:
    """Return the next number of the series that the mask gives now: what is alike but for the serial is one series."""
    year = work.today().year
    mask = work.setting(mask_setting)
    series = f"{mask_setting} {fill(mask, year=year, serial=0, prefix=prefix)}"
    counter = work.scalars(select(Counter).where(Counter.series == series).with_for_update()).first()
    if counter is None:
        counter = Counter(series=series)
        work.add(counter)
    counter.last += 1
    return fill(mask, year=year, serial=counter.last, prefix=prefix)
