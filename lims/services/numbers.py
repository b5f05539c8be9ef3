"""Giving out numbers: each serial once, in order, also when several workstations ask."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from lims.db.store import Work
from lims.domain.settings import Counter
from lims.rules.numbering import fill


def free(work: Work, mask_setting: str, column: InstrumentedAttribute[str], prefix: str = "") -> str:
    """Return the next number that does not stand in *column* yet: masks change, and two may give the same."""
    while True:
        number = following(work, mask_setting, prefix)
        if not work.scalar(select(exists().where(column == number))):
            return number


def following(work: Work, mask_setting: str, prefix: str = "") -> str:
    """Return the next number of the series that the mask gives now: what is alike but for the serial is one series."""
    year = work.today().year
    mask = work.setting(mask_setting)
    series = f"{mask_setting} {fill(mask, year=year, serial=0, prefix=prefix)}"
    counter = _counter(work, series) or _begun(work, series)
    counter.last += 1
    return fill(mask, year=year, serial=counter.last, prefix=prefix)


def _counter(work: Work, series: str) -> Counter | None:
    return work.scalars(select(Counter).where(Counter.series == series).with_for_update()).first()


def _begun(work: Work, series: str) -> Counter:
    """Begin a series, unless another workstation has begun it at this very moment."""
    try:
        with work.begin_nested():
            counter = Counter(series=series)
            work.add(counter)
    except IntegrityError:
        return work.scalars(select(Counter).where(Counter.series == series).with_for_update()).one()
    return counter
