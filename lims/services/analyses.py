"""What people do with analyses: enter values, submit, recall, repeat, review, return, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from lims.db.store import Work
from lims.domain.analyses import Analysis, Attempt, Determination, Judged
from lims.domain.catalogue import Limit, Product
from lims.domain.certificates import Signature
from lims.errors import Refusal
from lims.i18n import N_, _
from lims.rules import formula
from lims.rules.flows import ANALYSIS_FLOW, AnalysisFacts, AnalysisState
from lims.rules.judgement import Judgement, judge
from lims.rules.limits import Worded, requirement
from lims.rules.quantity import Measured, number, parse, read
from lims.rules.rights import Actor, Right
from lims.rules.rounding import plain, round_to
from lims.rules.verdict import Said, said
from lims.services import certificates, sums
from lims.services.signing import content_of, digest
from lims.services.verb import verb
from lims.views.analyses import counting, facts_of, load, measured, present
from lims.views.names import named
from lims.views.placements import placements, proposed


@verb("analyses.enter", Right.TEST)
def enter(work: Work, analysis: int, place: int, text: str, *, by: Actor, unit: str = "") -> Judgement:
    """Type one determination in (empty takes it back); the verdict is worked out at once. Raises Refusal."""
    row = _open_row(work, analysis, place, by)
    if sums.added_up(work, row.item_id):
        raise Refusal(_("This value is added up from other items of the sample. Enter those."))
    if row.procedure.formula:
        raise Refusal(_("This value is calculated. Enter the weighings it comes from."))
    if text.strip():
        value(row, text).into(unit or row.unit, row.unit)
    return put(work, row, Determination(attempt_id=present(row).id, place=place, text=text.strip(), unit=unit or row.unit, person_id=by.id, at=work.now()))


@verb("analyses.weigh", Right.TEST)
def weigh(work: Work, analysis: int, place: int, inputs: Mapping[str, str], *, by: Actor) -> Judgement:
    """Type in what a calculated determination comes from, by the formula's names; missing ones leave it open."""
    row = _open_row(work, analysis, place, by)
    typed = {name: text.strip() for name, text in inputs.items() if text.strip()}
    if strange := set(typed) - set(formula.names(row.procedure.formula) if row.procedure.formula else ()):
        raise Refusal(_("The formula does not ask for {names}.").format(names=", ".join(sorted(strange))))
    return put(
        work,
        row,
        Determination(attempt_id=present(row).id, place=place, text=calculated(row, typed), unit=row.unit, inputs=typed, person_id=by.id, at=work.now()),
    )


@dataclass(frozen=True, slots=True)
class Typed:
    """One cell of a worksheet as typed: a determination, or one weighing of it."""

    analysis: int
    place: int
    text: str
    weighing: str = ""
    """The formula's name for it; empty for the determination itself."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell that could not be taken, and why."""

    typed: Typed
    words: str


@verb("analyses.fill", Right.TEST)
def fill(work: Work, cells: Sequence[Typed], *, by: Actor) -> list[Problem]:
    """Take a typed or pasted block: what can be taken is taken, the rest is returned with the reason. One unit of work."""
    asked = {row.id: (row, facts) for row, facts in rows(work, sorted({cell.analysis for cell in cells}))}
    problems = []
    for cell in cells:
        row, facts = asked[cell.analysis]
        try:
            open_for_values(row, facts, cell.place, by)
            put(work, row, entry(work, row, cell, by))
        except Refusal as refusal:
            problems.append(Problem(cell, refusal.words))
    return problems


@verb("analyses.submit")
def submit(work: Work, analyses: Sequence[int], *, by: Actor) -> None:
    """Hand in what was tested: the analyst signs every one of them. All or none."""
    for row, facts in rows(work, analyses):
        if missing := sums.waiting_for(work, row, analyses):
            raise Refusal(_("{item} is added up from {parts}. Hand those in first, or with it.").format(item=named(row.item), parts=_(", ").join(missing)))
        row.state = ANALYSIS_FLOW.make("submit", facts, by)
        row.submitted_by, row.submitted_at = by.id, work.now()
        work.add(_signature(work, row, "test", by))


@verb("analyses.recall")
def recall(work: Work, analyses: Sequence[int], *, by: Actor) -> None:
    """Take back what nobody has acted on yet; a sum goes with its part."""
    for row, facts in rows(work, [*analyses, *sums.resting_on(work, analyses)]):
        row.state = ANALYSIS_FLOW.make("recall", facts, by)


@verb("analyses.repeat")
def repeat(work: Work, analysis: int, *, reason: str, by: Actor) -> None:
    """Begin a further attempt; the one before stays as it is."""
    for row, facts in rows(work, [analysis]):
        row.state = ANALYSIS_FLOW.make("repeat", facts, by, reason)
        _further(work, row, by, reason)


@verb("analyses.return")
def return_(work: Work, analyses: Sequence[int], *, reason: str, by: Actor) -> None:
    """Send results back to the bench with a reason: a further attempt begins, the first one stays; a sum goes with its part."""
    for row, facts in rows(work, [*analyses, *sums.resting_on(work, analyses)]):
        row.state = ANALYSIS_FLOW.make("return", facts, by, reason)
        row.reviewed_by = row.reviewed_at = None
        _further(work, row, by, reason)


@verb("analyses.review")
def review(work: Work, analyses: Sequence[int], *, by: Actor) -> None:
    """Pass results: never one's own. When a sample has nothing left to review, its report is drafted."""
    found = rows(work, analyses)
    for row, facts in found:
        row.state = ANALYSIS_FLOW.make("review", facts, by)
        row.reviewed_by, row.reviewed_at = by.id, work.now()
        work.add(_signature(work, row, "review", by))
    work.flush()
    certificates.draft_where_ready(work, {row.sample_id for row, _facts in found})


@verb("analyses.hold_against", Right.CATALOGUE)
def hold_against(work: Work, analysis: int, limit: str, *, reason: str, by: Actor) -> None:
    """Choose the limit an analysis is judged by, also of an edition that the product's day does not give, with the reason; it is judged anew.

    Raises Refusal once the analysis has been handed in, or where the limit is not one of the item under a heading of the product.
    """
    (row, facts), *_none = rows(work, [analysis])
    if row.state not in (AnalysisState.REQUESTED, AnalysisState.ASSIGNED, AnalysisState.IN_TEST) or facts.reported:
        raise Refusal(
            _("{item} is {state}. Another limit can be chosen only before it is handed in.").format(
                item=named(row.item), state=_(ANALYSIS_FLOW.words[row.state])
            )
        )
    if not reason.strip():
        raise Refusal(_("Choosing another limit needs a reason. Write it down."))
    chosen = work.scalars(_limit(row, limit)).first()
    if chosen is None or chosen.heading.code not in _placed(work, row.sample.product_id):
        raise Refusal(_("{item} has no such limit under a heading of this product. Place the product first.").format(item=named(row.item)))
    if chosen.id in (row.limit_id, *(basis.limit_id for basis in row.bases)):
        raise Refusal(_("{item} is held against this limit already.").format(item=named(row.item)))
    row.limit_id, row.limit, row.limit_cause = chosen.id, chosen, reason.strip()
    if row.attempts and present(row).determinations:
        _judge_anew(work, row)


def _limit(row: Analysis, code: str) -> Select[Limit]:
    whole = joinedload(Limit.item), joinedload(Limit.heading), joinedload(Limit.standard)
    return select(Limit).where(Limit.code == code, Limit.item_id == row.item_id).options(*whole)


def _placed(work: Work, product: int) -> frozenset[str]:
    return frozenset(code for one in placements(work, product).get(product, {}).values() for code in one.headings)


@verb("analyses.cancel")
def cancel(work: Work, analyses: Sequence[int], *, reason: str, by: Actor) -> None:
    """Take an analysis off, with the reason."""
    found = rows(work, analyses)
    if sums.resting_on(work, analyses):
        raise Refusal(_("A sum that was handed in rests on this item. Have the sum returned to the bench first."))
    for row, facts in found:
        row.state = ANALYSIS_FLOW.make("cancel", facts, by, reason)
    work.flush()
    certificates.draft_where_ready(work, {row.sample_id for row, _facts in found})


def put(work: Work, row: Analysis, determination: Determination) -> Judgement:
    """Add a determination to the present attempt and judge it anew."""
    attempt = present(row)
    if determination.text and (determination.text, determination.unit) == _last(attempt, determination.place) and not determination.inputs:
        return _judged(work, row)
    for one in counting(attempt, row.places):
        if one and one.place != determination.place:
            measured(one, row.unit)  # in a unit that no longer turns into the procedure's: refused before anything is added
    attempt.determinations.append(determination)
    judgement = _judge_anew(work, row)
    for added in sums.depending(work, row):
        _put_sum(work, added, determination)
    return judgement


def _put_sum(work: Work, added: sums.Added, part: Determination) -> None:
    """Let a sum follow its parts: the person who entered the part has changed the sum."""
    row, attempt = added.analysis, present(added.analysis)
    last = next((one for one in reversed(attempt.determinations)), None)
    if (last.text if last else "") != added.text or (last and last.inputs != added.inputs):
        attempt.determinations.append(
            Determination(attempt_id=attempt.id, place=1, text=added.text, unit=row.unit, inputs=added.inputs, person_id=part.person_id, at=part.at)
        )
        _judge_anew(work, row)


def _judge_anew(work: Work, row: Analysis) -> Judgement:
    attempt, judgement = present(row), _judged(work, row)
    content = content_of(judgement)
    if not attempt.judgements or attempt.judgements[-1].explanation != content:
        judged = Judged(attempt_id=attempt.id, at=work.now(), verdict=judgement.verdict, reported=judgement.reported, explanation=content)
        attempt.judgements.append(judged)
    return judgement


def calculated(row: Analysis, inputs: Mapping[str, str]) -> str:
    """Return the determination that a formula gives, rounded as the procedure says, or nothing while an input is missing."""
    asked = formula.names(row.procedure.formula)
    values = {name: number(text) for name, text in inputs.items()}
    if any(name not in values for name in asked):
        return ""
    text = plain(round_to(formula.evaluate(row.procedure.formula, values), row.procedure.single_rounding))
    try:
        parse(text)
    except Refusal:
        raise Refusal(_("The weighings give a value that cannot be. Check them.")) from None
    return text


def open_for_values(row: Analysis, facts: AnalysisFacts, place: int, by: Actor) -> None:
    """Raise Refusal unless this person may put a value into this place now."""
    if row.state is not AnalysisState.IN_TEST:
        raise Refusal(
            _("{item} is {state}; values are entered only while it is in test.").format(item=named(row.item), state=_(ANALYSIS_FLOW.words[row.state]))
        )
    if facts.assigned_to not in (None, by.id):
        raise Refusal(_("This is another analyst's work. Have it assigned to you first."))
    if not 1 <= place <= row.places:
        raise Refusal(_("{item} is determined {count} times, not more.").format(item=named(row.item), count=row.places))


def found(row: Analysis) -> list[Measured | None]:
    """Return the value that counts at each place of the present attempt, the last one entered, in the unit values are entered in."""
    return [measured(one, row.unit) for one in counting(present(row), row.places)]


def value(row: Analysis, text: str) -> Measured:
    """Read what was typed for an analysis; words are a value where the limit is stated in words. Raises Refusal."""
    worded = row.limit and isinstance(requirement(row.limit.requirement), Worded)
    return read(text) if worded else parse(text)


def entry(work: Work, row: Analysis, cell: Typed, by: Actor, reading: int | None = None) -> Determination:
    """Return the determination a typed cell makes, or with *reading* one that an instrument sent for it. Raises Refusal."""
    attempt, text = present(row), cell.text.strip()
    if sums.added_up(work, row.item_id):
        raise Refusal(_("This value is added up from other items of the sample. Enter those."))
    inputs: dict[str, str] = {}
    weighed: dict[str, str] = {}
    if row.procedure.formula:
        if cell.weighing not in formula.names(row.procedure.formula):
            raise Refusal(_("This value is calculated. Enter the weighings it comes from."))
        before = next((one for one in reversed(attempt.determinations) if one.place == cell.place), None)
        inputs = {name: value for name, value in {**(before.inputs if before else {}), cell.weighing: text}.items() if value}
        sent = {**(before.weighed if before else {}), cell.weighing: str(reading or "")}
        weighed = {name: key for name, key in sent.items() if key and name in inputs}
        text = calculated(row, inputs)
    elif text:
        value(row, text).into(row.unit, row.unit)
    return Determination(
        attempt_id=attempt.id,
        place=cell.place,
        text=text,
        unit=row.unit,
        inputs=inputs,
        weighed=weighed,
        reading_id=None if cell.weighing else reading,
        person_id=by.id,
        at=work.now(),
    )


def _judged(work: Work, row: Analysis) -> Judgement:
    judgement = judge(found(row), row.procedure.rule(row.item.code), *row.rules())
    return judgement if row.limit else replace(judgement, said=(*judgement.said, _unplaced(work, row)))


def _unplaced(work: Work, row: Analysis) -> Said:
    """Say under which headings a limit may stand: a person has to place the product, the program never does."""
    product = work.get_one(Product, row.sample.product_id)
    headings = proposed(work, product, row.item_id, row.sample.product_on)
    if not headings:
        return said(N_("No heading of the library that may cover {product} states a limit for it."), product=product.name_zh)
    words = N_("{product} may stand under: {headings}. Place it in the library, then choose the limit.")
    return said(words, product=product.name_zh, headings="; ".join(headings))


def _last(attempt: Attempt, place: int) -> tuple[str, str]:
    return next(((one.text, one.unit) for one in reversed(attempt.determinations) if one.place == place), ("", ""))


def _open_row(work: Work, analysis: int, place: int, by: Actor) -> Analysis:
    (row, facts), *_none = rows(work, [analysis])
    open_for_values(row, facts, place, by)
    return row


def rows(work: Work, analyses: Sequence[int]) -> list[tuple[Analysis, AnalysisFacts]]:
    """Return analyses with the facts their moves ask about. Raises Refusal where nothing is chosen."""
    found = load(work, analyses)
    if not found:
        raise Refusal(_("Nothing is chosen."))
    facts = facts_of(work, found)
    return [(row, facts[row.id]) for row in found]


def _further(work: Work, row: Analysis, by: Actor, reason: str) -> None:
    row.attempts.append(Attempt(analysis_id=row.id, number=present(row).number + 1, begun_at=work.now(), begun_by=by.id, cause=reason.strip()))


def _signature(work: Work, row: Analysis, step: str, by: Actor) -> Signature:
    attempt = present(row)
    covered = {
        "sample": row.sample.number,
        "item": row.item.code,
        "attempt": attempt.number,
        "determinations": [{"place": one.place, "text": one.text, "unit": one.unit, "inputs": one.inputs} for one in attempt.determinations],
        "judgement": attempt.judgements[-1].explanation,
    }
    return Signature(sample_id=row.sample_id, analysis_id=row.id, step=step, person_id=by.id, at=work.now(), digest=digest(content_of(covered)))
