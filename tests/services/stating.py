"""More of a library than the small laboratory has: what a test needs stated, written as the program itself would add it. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.catalogue import Heading, Item, Limit, Procedure, Standard
from lims.domain.thing import Thing
from lims.rules.limits import Comparison
from lims.rules.rights import PROGRAM
from lims.services import placements
from lims.services.samples import Asked
from tests.services.small import Small

SINCE = date(2020, 1, 1)


@dataclass(frozen=True)
class Stated:
    """One limit of an invented standard, and how its item is determined. Standard, heading, item and procedure are added where the library lacks them."""

    code: str
    item: str
    requirement: str
    unit: str = "μg/kg"
    standard: str = "GB 9001-2020"
    heading: str = "gb9001-h1"
    level: str = ""
    in_force: date | None = SINCE
    abolished: date | None = None
    procedure: str = ""
    entered_in: str = "μg/kg"
    determinations: int = 1
    comparison: Comparison | None = None

    @property
    def classification(self) -> str:
        """The tree of its headings."""
        return self.standard.rpartition("-")[0]


def state(small: Small, *rows: Stated, product: str = "maize") -> None:
    """Let the library state limits, and place a product under their headings."""
    trees: dict[str, list[str]] = {}
    with small.store.work() as work, work.acting(PROGRAM, "test.library"):
        for row in rows:
            _add(work, row)
            trees.setdefault(row.classification, []).append(row.heading)
    for classification, headings in trees.items():
        small.do(placements.place, product, classification, list(dict.fromkeys(headings)), by="ji")
        small.do(placements.confirm, product, [classification], by="ji")


def asked(row: Stated) -> Asked:
    """Return what is asked of a sample."""
    return Asked(row.item, row.procedure or row.item, row.code)


def _add(work: Work, row: Stated) -> None:
    item = _there(work, Item, row.item, name_zh=row.item, group="other")
    heading = _there(work, Heading, row.heading, name=row.heading, classification=row.classification)
    edition = {"title_zh": "虚拟标准", "classification": row.classification, "in_force": row.in_force, "abolished": row.abolished}
    standard = _there(work, Standard, row.standard, **edition)
    method = {"item_id": item, "method": "GB 9000.1-2020", "unit": row.entered_in, "determinations": row.determinations}
    _there(work, Procedure, row.procedure or row.item, **method)
    said = {"requirement": row.requirement, "unit": row.unit, "level": row.level, "comparison": row.comparison, "source": "虚拟"}
    _there(work, Limit, row.code, item_id=item, heading_id=heading, standard_id=standard, **said)


def _there(work: Work, kind: type[Thing], code: str, **said: Any) -> int:
    """Return the key of a row by its code, of a new one where there is none."""
    key = work.scalar(select(kind.id).where(kind.code == code))  # type: ignore[attr-defined]
    if key is None:
        work.add(row := kind(code=code, **said))
        work.flush()
        key = row.id  # type: ignore[attr-defined]
    return key
