"""Items that are not tested but added up: worked out anew whenever one of their parts is judged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lims.db.store import Work
from lims.domain.analyses import Analysis
from lims.domain.catalogue import Item, SumRule
from lims.errors import Refusal
from lims.rules.flows import AnalysisState
from lims.rules.limits import Bounds, requirement
from lims.rules.quantity import Measured, read
from lims.rules.rounding import plain
from lims.rules.sums import NotFound, Part, SumKind, sum_of
from lims.views.analyses import load, present
from lims.views.items import parts
from lims.views.names import named


@dataclass(frozen=True, slots=True)
class Rule:
    """A sum rule as this unit of work found it."""

    item: int
    kind: SumKind
    parts: tuple[str, ...]
    not_found: NotFound


@dataclass(frozen=True, slots=True)
class Added:
    """A sum that came out, or no longer does: the analysis it belongs to, its text, and what it was added up from."""

    analysis: Analysis
    text: str
    inputs: dict[str, str]


def added_up(work: Work, item: int) -> bool:
    """Tell whether an item is added up from others, so that nobody types it."""
    return any(rule.item == item for rule in _rules(work))


def waiting_for(work: Work, row: Analysis, with_it: Collection[int]) -> tuple[str, ...]:
    """Return the names of the parts of a sum that are still in test and not handed in with it."""
    parts_ = {code for rule in _rules(work) if rule.item == row.item_id for code in rule.parts}
    if not parts_:
        return ()
    query = select(Analysis).join(Item, Analysis.item_id == Item.id).where(Analysis.sample_id == row.sample_id, Item.code.in_(parts_))
    found = work.scalars(query.options(joinedload(Analysis.item)))
    return tuple(named(one.item) for one in found if one.state in OPEN and one.id not in with_it)


def resting_on(work: Work, analyses: Collection[int]) -> list[int]:
    """Return the sums, handed in or reviewed, that rest on any of *analyses*: when a part goes back to the bench they go with it."""
    rules = _rules(work)
    query = select(Analysis.sample_id, Item.code).join(Item, Analysis.item_id == Item.id).where(Analysis.id.in_(analyses))
    asked = {(sample, rule.item) for sample, code in work.execute(query) for rule in rules if code in rule.parts} if rules else set()
    if not asked:
        return []
    later = select(Analysis.id, Analysis.sample_id, Analysis.item_id).where(Analysis.state.in_((AnalysisState.SUBMITTED, AnalysisState.REVIEWED)))
    rows = work.execute(later.where(Analysis.sample_id.in_({sample for sample, _item in asked})))
    return [key for key, sample, item in rows if (sample, item) in asked and key not in analyses]


OPEN = (AnalysisState.REQUESTED, AnalysisState.ASSIGNED, AnalysisState.IN_TEST)


def depending(work: Work, row: Analysis) -> Iterator[Added]:
    """Return the sums of the same sample that *row* is a part of, as they come out now."""
    rules = [rule for rule in _rules(work) if row.item.code in rule.parts]
    if not rules:
        return
    wanted = {row.item_id, *(rule.item for rule in rules)}
    query = select(Analysis.id).join(Item, Analysis.item_id == Item.id).where(Analysis.sample_id == row.sample_id, Analysis.state != AnalysisState.CANCELLED)
    named = {code for rule in rules for code in rule.parts}
    keys = work.scalars(query.where(Item.code.in_(named) | Analysis.item_id.in_(wanted)))
    siblings = load(work, keys.all())
    for one in siblings:
        mine = [rule for rule in rules if rule.item == one.item_id]
        if mine and one.state is AnalysisState.IN_TEST:
            yield _added(one, siblings, mine)


def _added(one: Analysis, siblings: Sequence[Analysis], rules: Sequence[Rule]) -> Added:
    """Return the largest of the sums that rules give; nothing while a part is missing or cannot be added."""
    sums: list[Decimal] = []
    inputs: dict[str, str] = {}
    for rule in rules:
        rows = [row for row in siblings if row.item.code in rule.parts]
        try:
            found = [_part(row) for row in rows]
            if None in found:
                return Added(one, "", {})
            if ready := [part for part in found if part]:
                sums.append(sum_of(ready, rule.kind, rule.not_found))
                inputs |= {row.item.code: part.found.shown() for row, part in zip(rows, ready, strict=True)}
        except Refusal:
            return Added(one, "", {})
    return Added(one, plain(max(sums)) if sums else "", inputs)


def _part(row: Analysis) -> Part | None:
    """Return what an analysis found, exactly and in its limit's unit, beside that limit; None where there is no judged value yet."""
    judged = present(row).judgements[-1].explanation if row.attempts and present(row).judgements else None
    bounds = requirement(row.limit.requirement) if row.limit else None
    if not judged or not judged["reported"] or not row.limit or not isinstance(bounds, Bounds) or bounds.high is None:
        return None
    found = read(judged["reported"])
    exact = Measured(found.text, Decimal(judged["value"])) if judged["value"] and not found.comparator and found.value is not None else found
    return Part(row.item.code, exact.into(judged["unit"], row.limit.unit), bounds.high)  # a further limit may have decided, in a unit of its own


def _rules(work: Work) -> list[Rule]:
    known: list[Rule] | None = work.info.get("sum_rules")
    if known is None:
        with work.no_autoflush:  # what is being entered goes to the database in one piece
            known = [Rule(row.item_id, row.kind, parts(row.parts), row.not_found) for row in work.scalars(select(SumRule))]
        work.info["sum_rules"] = known
    return known
