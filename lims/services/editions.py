"""A new edition of a standard, taken in from a table: held against the present edition first, written when nothing is wrong."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Result, func, select
from sqlalchemy.orm import joinedload

from lims.db.store import Work
from lims.domain.analyses import Analysis, Basis
from lims.domain.catalogue import Heading, Item, Limit, Product, Standard
from lims.domain.certificates import Certificate
from lims.domain.samples import Sample
from lims.errors import Mistakes, Refusal
from lims.i18n import N_, _
from lims.rules.flows import AnalysisState, CertificateState, SampleState
from lims.rules.limits import Bounds, Comparison, demanded, requirement
from lims.rules.rights import Actor, Right
from lims.services import limit_tables
from lims.services.grids import Grid
from lims.services.limit_tables import LONGEST_CODE, Known, Limits, NewHeading, Row, Wrong, kept, tidy
from lims.services.verb import verb
from lims.views.names import folded, named
from lims.views.placements import placements

COMPARED = ("requirement", "unit", "condition")
"""By what two editions are held against each other."""
COMPARED_WHERE_STATED = ("basis", "comparison", "rounding")
"""What is compared only where the table has a column for it: what it does not speak of is no change of the standard."""


class Change(StrEnum):
    """How a limit of the new edition stands to the present one."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SAME = "same"


CHANGE_WORDS = {Change.ADDED: N_("added"), Change.REMOVED: N_("removed"), Change.CHANGED: N_("changed"), Change.SAME: N_("as before")}


@dataclass(frozen=True, slots=True)
class EditionDraft:
    """What a person says of an edition beside its table."""

    standard: str
    """Number with year: GB 2762-2027."""
    title_zh: str
    title_en: str = ""
    issued: date | None = None
    in_force: date | None = None
    abolished: date | None = None
    replaces: str = ""
    """Number of the edition it takes the place of; empty for the one of the same number that is in force now."""
    classification: str = ""
    """The tree of headings; empty for that of the edition it replaces, else its number without the year."""
    source: str = ""
    """Where the table comes from; stands with every row that names no source of its own."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What an edition demands, as far as editions are compared by it."""

    requirement: str
    unit: str
    condition: str
    basis: str
    comparison: Comparison | None
    rounding: str

    def words(self) -> str:
        """Return it in one line, as printed."""
        return _("; ").join(part for part in (f"{demanded(self.requirement)} {self.unit}".strip(), self.basis, self.condition) if part)


@dataclass(frozen=True, slots=True)
class Difference:
    """One limit of the new edition, of the present one, or of both."""

    change: Change
    item: str
    item_code: str
    heading: str
    """Group, number and name in one line."""
    heading_code: str
    level: str
    old: Stated | None
    new: Stated | None
    old_limit: str = ""
    """Code of the present limit; empty where there is none."""
    line: int = 0
    """Of the table; 0 where a limit is removed."""


@dataclass(frozen=True, slots=True)
class Affected:
    """An analysis of a sample not yet reported: the new edition holds on the sample's day and says otherwise of what was asked."""

    number: str
    name: str
    product: str
    product_on: date
    limits: tuple[str, ...]
    """Codes of the limits that it is held against now; none where it was asked without."""
    difference: Difference


@dataclass(frozen=True, slots=True)
class Dry:
    """What taking an edition in would do; nothing is written yet."""

    draft: EditionDraft
    """With the edition it replaces and its classification."""
    errors: tuple[Wrong, ...]
    rows: int
    good: int
    """Rows without an error."""
    left_out: tuple[str, ...]
    """Columns of the table that the library has no place for."""
    headings: tuple[NewHeading, ...]
    replaced: str
    """The edition it is compared with; empty where there is none."""
    ends: date | None
    """The day on which that one will end by it; None where its end is known already, or this one's beginning is not."""
    differences: tuple[Difference, ...]
    """In the table's order, then what is removed; while there are errors nobody can tell what that is."""
    affected: tuple[Affected, ...]

    def count(self, change: Change) -> int:
        """Return how many limits stand so to the present edition."""
        return sum(one.change is change for one in self.differences)


def dry_run(work: Work, draft: EditionDraft, table: Grid) -> Dry:
    """Read an edition's table and say what taking it in would do. Raises Mistakes for the draft, Refusal for a table without its columns or rows."""
    draft, replaced = _edition(work, draft)
    known = _known(work, draft.classification)
    return _dry(work, draft, replaced, known, limit_tables.read(table, known, draft.standard, draft.source))


@verb("editions.take", Right.CATALOGUE)
def take(work: Work, draft: EditionDraft, table: Grid, *, by: Actor) -> int:
    """Add an edition with its headings and limits, all unconfirmed; the one it replaces ends when it begins. Nothing judged is changed.

    Returns how many limits it has. Raises Mistakes for the draft, Refusal while anything in the table is wrong.
    """
    draft, replaced = _edition(work, draft, lock=True)
    known = _known(work, draft.classification)
    read = limit_tables.read(table, known, draft.standard, draft.source)
    if read.errors:
        raise Refusal(_refusal(read.errors))
    (standard,) = work.write_many(Standard, [_standard_row(draft)])
    made = work.write_many(Heading, [_heading_row(one, draft) for one in read.headings])
    headings = {code: row.id for code, row in known.headings.items()} | dict(zip((one.code for one in read.headings), made, strict=True))
    work.write_many(Limit, [_limit_row(row, known.items[row.item].id, headings[row.heading], standard) for row in read.rows])
    if replaced and (ends := _ends(draft, replaced)):
        replaced.abolished = ends
    return len(read.rows)


def _refusal(errors: Sequence[Wrong]) -> str:
    words = _("Nothing was taken in. Mistakes in the table: {count}. Line {line}, {column}: {words}")
    return words.format(count=len(errors), line=errors[0].line, column=errors[0].column or _("whole row"), words=errors[0].words)


def _standard_row(draft: EditionDraft) -> dict[str, Any]:
    said = asdict(draft)
    return {"code": said.pop("standard"), **said, "evidence": "", "confidence": ""}


def _heading_row(one: NewHeading, draft: EditionDraft) -> dict[str, Any]:
    said = {"code": one.code, "group": one.group, "number": one.number, "name": one.name}
    return {**said, "classification": draft.classification, "parent": "", "note": "", "source": draft.source, "evidence": "", "confidence": ""}


_STORED = tuple(field.name for field in fields(Row) if field.name not in ("line", "item", "heading"))


def _limit_row(row: Row, item: int, heading: int, standard: int) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in _STORED}, "item_id": item, "heading_id": heading, "standard_id": standard}


def _known(work: Work, classification: str) -> Known:
    headings = list(work.scalars(select(Heading).order_by(Heading.id)))
    return Known(
        {row.code: row for row in work.scalars(select(Item).order_by(Item.id))},
        classification,
        {row.code: row for row in headings if row.classification == classification},
        {row.code: row.classification for row in headings if row.classification != classification},
        frozenset(work.scalars(select(Limit.code))),
    )


# -- the edition -------------------------------------------------------------------------------------------------------------


def _edition(work: Work, draft: EditionDraft, *, lock: bool = False) -> tuple[EditionDraft, Standard | None]:
    """Return the draft with what it leaves open, and the edition it replaces. Raises Mistakes."""
    words: dict[str, Any] = {name: tidy(said) for name, said in asdict(draft).items() if isinstance(said, str)}
    draft, query = replace(draft, **words), select(Standard).order_by(Standard.id)
    library = list(work.scalars(query.with_for_update() if lock else query))
    replaced = _replaced(draft, library, work.today())
    unkept = {name: _("It holds a sign that no text has. Type it again.") for name, said in words.items() if not kept(said)}
    if wrong := {**unkept, **_replaces_mistakes(draft, library, replaced), **_draft_mistakes(draft, library)}:
        raise Mistakes(wrong)
    tree = draft.classification or (replaced.classification if replaced else "") or _series(draft.standard)
    spelt = {folded(row.classification): row.classification for row in library}
    return replace(draft, classification=spelt.get(folded(tree), tree), replaces=replaced.code if replaced else draft.replaces), replaced


def _replaced(draft: EditionDraft, library: Iterable[Standard], today: date) -> Standard | None:
    """Return the edition that is named, else the one of the same number in force now. What stands beside others in one tree must be named."""
    if draft.replaces:
        return next((row for row in library if folded(row.code) == folded(draft.replaces)), None)
    return max((row for row in _siblings(draft, library) if row.edition().holds(today)), key=lambda row: row.in_force or date.min, default=None)


def _siblings(draft: EditionDraft, library: Iterable[Standard]) -> list[Standard]:
    own = folded(draft.standard)
    return [row for row in library if folded(_series(row.code)) == folded(_series(draft.standard)) and folded(row.code) != own]


def _series(standard: str) -> str:
    """Return a standard's number without its year."""
    return re.sub(r"[-—–\s]+(?:19|20)[0-9]{2}$", "", standard)


def _ends(draft: EditionDraft, replaced: Standard) -> date | None:
    return None if replaced.abolished else draft.in_force


def _draft_mistakes(draft: EditionDraft, library: Iterable[Standard]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not draft.standard:
        wrong["standard"] = _("Write its number with the year.")
    elif len(draft.standard) > LONGEST_CODE:
        wrong["standard"] = _("At most {count} characters.").format(count=LONGEST_CODE)
    elif there := next((row.code for row in library if folded(row.code) == folded(draft.standard)), None):
        wrong["standard"] = _("The library has {standard} already. An edition is taken in once.").format(standard=there)
    if not draft.title_zh:
        wrong["title_zh"] = _("Write its Chinese title.")
    if draft.issued and draft.in_force and draft.in_force < draft.issued:
        wrong["in_force"] = _("It would be in force before it was issued.")
    if draft.in_force and draft.abolished and draft.abolished <= draft.in_force:
        wrong["abolished"] = _("It would end before it begins.")
    return wrong


def _replaces_mistakes(draft: EditionDraft, library: Iterable[Standard], replaced: Standard | None) -> dict[str, str]:
    if replaced is None:
        siblings = [row.code for row in _siblings(draft, library)]
        words = _("The library has no {standard}. Of this standard it has {others}.").format(standard=draft.replaces, others=_(", ").join(siblings))
        return {"replaces": words} if draft.replaces and siblings else {}
    if draft.classification and replaced.classification and folded(draft.classification) != folded(replaced.classification):
        words = _("The headings of {standard} are those of {classification}. Name the same, or none.")
        return {"classification": words.format(standard=replaced.code, classification=replaced.classification)}
    if draft.in_force and replaced.in_force and not replaced.abolished and draft.in_force <= replaced.in_force:
        words = _("{standard} came into force on {day}. What replaces it begins later.")
        return {"in_force": words.format(standard=replaced.code, day=replaced.in_force.isoformat())}
    return {}


# -- what would change -------------------------------------------------------------------------------------------------------


def _dry(work: Work, draft: EditionDraft, replaced: Standard | None, known: Known, read: Limits) -> Dry:
    differences = tuple(_differences(read, _limits(work, replaced), known))
    return Dry(
        draft,
        read.errors,
        read.count,
        len(read.rows),
        read.left_out,
        read.headings,
        replaced.code if replaced else "",
        _ends(draft, replaced) if replaced else None,
        differences,
        tuple(_affected(work, draft, differences)),
    )


def _limits(work: Work, standard: Standard | None) -> list[Limit]:
    query = select(Limit).where(Limit.standard_id == (standard.id if standard else 0)).order_by(Limit.id)
    return list(work.scalars(query.options(joinedload(Limit.item), joinedload(Limit.heading))))


def _differences(read: Limits, present: Sequence[Limit], known: Known) -> Iterator[Difference]:
    compared = (*COMPARED, *(name for name in COMPARED_WHERE_STATED if name in read.columns))
    headings = {code: row.words() for code, row in known.headings.items()} | {one.code: one.words() for one in read.headings}
    before = _paired(read.rows, present)
    for row in read.rows:
        old, new = before.get(row.line), _stated(row)
        change = Change.ADDED if old is None else Change.SAME if _meaning(_stated(old), compared) == _meaning(new, compared) else Change.CHANGED
        yield Difference(
            change,
            named(known.items[row.item]),
            row.item,
            headings[row.heading],
            row.heading,
            row.level,
            _stated(old) if old else None,
            new,
            old.code if old else "",
            row.line,
        )
    if not read.errors:
        yield from _removed(present, before.values())


def _removed(present: Iterable[Limit], kept: Iterable[Limit]) -> Iterator[Difference]:
    codes = {limit.code for limit in kept}
    for one in present:
        if one.code not in codes:
            yield Difference(Change.REMOVED, named(one.item), one.item.code, one.heading.words(), one.heading.code, one.level, _stated(one), None, one.code)


def _paired(rows: Sequence[Row], present: Iterable[Limit]) -> dict[int, Limit]:
    """Return by line the present limit of the same item, heading and level; of several the one with the same condition, else the next that is left."""
    left: dict[tuple[str, ...], list[Limit]] = defaultdict(list)
    for limit in present:
        left[limit.item.code, limit.heading.code, folded(limit.level)].append(limit)
    found: dict[int, Limit] = {}
    for alike in (True, False):
        for row in rows:
            same = left[row.item, row.heading, folded(row.level)]
            old = next((one for one in same if not alike or folded(one.condition) == folded(row.condition)), None)
            if old and row.line not in found:
                found[row.line] = old
                same.remove(old)
    return found


def _stated(one: Row | Limit) -> Stated:
    return Stated(one.requirement, one.unit, one.condition, one.basis, one.comparison, one.rounding)


def _meaning(stated: Stated, compared: Iterable[str]) -> tuple[object, ...]:
    """Return what is compared: how it is written does not count, save for the digits of a number."""
    said = asdict(stated)
    asked = requirement(stated.requirement)
    return asked, asked.figures() if isinstance(asked, Bounds) else "", *(folded(str(said[name] or "")) for name in compared if name != "requirement")


# -- whom it concerns --------------------------------------------------------------------------------------------------------

_OPEN = (SampleState.EXPECTED, SampleState.RECEIVED)
_SIGNED = (CertificateState.APPROVED, CertificateState.ISSUED)


def _affected(work: Work, draft: EditionDraft, differences: Iterable[Difference]) -> Iterator[Affected]:
    """Find what was asked under a heading that changes, of samples without a signed report: that rests on the edition it names."""
    stated: dict[tuple[str, str], list[Difference]] = defaultdict(list)
    for one in differences:
        stated[one.heading_code, one.item_code].append(one)
    changed = {heading for (heading, _item), those in stated.items() if any(one.change is not Change.SAME for one in those)}
    headings = _placed(work, draft.classification, changed)
    concerned = _concerned(draft, headings)
    further = _further(work, concerned)
    for row in _asked(work, concerned):
        held = (*([row.limit] if row.limit else []), *further.get(row.id, ()))
        for heading in headings[row.Product.id]:
            those = stated.get((heading, row.item), [])
            own = [one for one in those if one.old_limit in held] or those  # of several levels the one that was asked for
            changes = (one for one in own if one.change is not Change.SAME)
            yield from (Affected(row.number, row.name, named(row.Product), row.product_on, held, one) for one in changes)


def _placed(work: Work, classification: str, headings: Collection[str]) -> dict[int, list[str]]:
    """Return by product those of some headings under which it has been placed."""
    placed = {product: trees[classification].headings for product, trees in placements(work).items() if classification in trees}
    return {product: those for product, codes in placed.items() if (those := [code for code in codes if code in headings])}


def _concerned(draft: EditionDraft, products: Iterable[int]) -> tuple[ColumnElement[bool], ...]:
    """Return what makes an analysis one of these products' open samples whose day lies in the edition's time."""
    last = select(func.max(Certificate.id)).where(Certificate.sample_id == Sample.id).correlate(Sample).scalar_subquery()
    return (
        Sample.product_id.in_(list(products)),
        Sample.product_on >= (draft.in_force or date.max),
        Sample.product_on < (draft.abolished or date.max),
        Sample.stage.in_(_OPEN),
        Analysis.state != AnalysisState.CANCELLED,
        ~select(Certificate.id).where(Certificate.id == last, Certificate.state.in_(_SIGNED)).exists(),
    )


def _asked(work: Work, concerned: Iterable[ColumnElement[bool]]) -> Result[Any]:
    query = (
        select(Analysis.id, Sample.number, Sample.name, Sample.product_on, Product, Item.code.label("item"), Limit.code.label("limit"))
        .join(Sample, Analysis.sample_id == Sample.id)
        .join(Product, Sample.product_id == Product.id)
        .join(Item, Analysis.item_id == Item.id)
        .outerjoin(Limit, Analysis.limit_id == Limit.id)
    )
    return work.execute(query.where(*concerned).order_by(Sample.id, Analysis.id))


def _further(work: Work, concerned: Iterable[ColumnElement[bool]]) -> dict[int, list[str]]:
    """Return by analysis the codes of its further limits."""
    query = select(Basis.analysis_id, Limit.code).join(Limit, Basis.limit_id == Limit.id).join(Analysis, Basis.analysis_id == Analysis.id)
    found: dict[int, list[str]] = defaultdict(list)
    for analysis, limit in work.execute(query.join(Sample, Analysis.sample_id == Sample.id).where(*concerned).order_by(Basis.id)):
        found[analysis].append(limit)
    return found
