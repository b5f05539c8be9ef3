"""What people do with analyses: enter values, submit, recall, repeat, review, return, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lims.db.store import Work
from lims.domain.analyses import Analysis, Attempt, Determination, Judged
from lims.domain.catalogue import Procedure
from lims.domain.certificates import Signature
from lims.errors import Refusal
from lims.i18n import _
from lims.rules import formula
from lims.rules.flows import ANALYSIS_FLOW, AnalysisFacts, AnalysisState
from lims.rules.judgement import Judgement, judge
from lims.rules.quantity import Measured, number, parse
from lims.rules.rights import Actor, Right
from lims.rules.rounding import plain, round_to
from lims.services import certificates
from lims.services.signing import content_of, digest
from lims.services.verb import verb
from lims.views.analyses import counting, facts_of, load, measured, present
from lims.views.names import named


@verb("analyses.enter", Right.TEST)
def enter(work: Work, analysis: int, place: int, text: str, *, by: Actor, unit: str = "") -> Judgement:
    """Type one determination in (empty takes it back); the verdict is worked out at once. Raises Refusal."""
    row = _open_row(work, analysis, place, by)
    if row.procedure.formula:
        raise Refusal(_("This value is calculated. Enter the weighings it comes from."))
    if text.strip():
        parse(text).into(unit or row.procedure.unit, row.procedure.unit)
    return put(
        work, row, Determination(attempt_id=present(row).id, place=place, text=text.strip(), unit=unit or row.procedure.unit, person_id=by.id, at=work.now())
    )


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
        Determination(
            attempt_id=present(row).id, place=place, text=calculated(row, typed), unit=row.procedure.unit, inputs=typed, person_id=by.id, at=work.now()
        ),
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
    rows = {row.id: (row, facts) for row, facts in _rows(work, sorted({cell.analysis for cell in cells}))}
    problems = []
    for cell in cells:
        row, facts = rows[cell.analysis]
        try:
            open_for_values(row, facts, cell.place, by)
            put(work, row, _cell(work, row, cell, by))
        except Refusal as refusal:
            problems.append(Problem(cell, refusal.words))
    return problems


@verb("analyses.submit")
def submit(work: Work, analyses: Sequence[int], *, by: Actor) -> None:
    """Hand in what was tested: the analyst signs every one of them. All or none."""
    for row, facts in _rows(work, analyses):
        row.state = ANALYSIS_FLOW.make("submit", facts, by)
        row.submitted_by, row.submitted_at = by.id, work.now()
        work.add(_signature(work, row, "test", by))


@verb("analyses.recall")
def recall(work: Work, analyses: Sequence[int], *, by: Actor) -> None:
    """Take back what nobody has acted on yet."""
    for row, facts in _rows(work, analyses):
        row.state = ANALYSIS_FLOW.make("recall", facts, by)


@verb("analyses.repeat")
def repeat(work: Work, analysis: int, *, reason: str, by: Actor) -> None:
    """Begin a further attempt; the one before stays as it is."""
    for row, facts in _rows(work, [analysis]):
        row.state = ANALYSIS_FLOW.make("repeat", facts, by, reason)
        _further(work, row, by, reason)


@verb("analyses.return")
def return_(work: Work, analyses: Sequence[int], *, reason: str, by: Actor) -> None:
    """Send results back to the bench with a reason: a further attempt begins, the first one stays."""
    for row, facts in _rows(work, analyses):
        row.state = ANALYSIS_FLOW.make("return", facts, by, reason)
        row.reviewed_by = row.reviewed_at = None
        _further(work, row, by, reason)


@verb("analyses.review")
def review(work: Work, analyses: Sequence[int], *, by: Actor) -> None:
    """Pass results: never one's own. When a sample has nothing left to review, its report is drafted."""
    rows = _rows(work, analyses)
    for row, facts in rows:
        row.state = ANALYSIS_FLOW.make("review", facts, by)
        row.reviewed_by, row.reviewed_at = by.id, work.now()
        work.add(_signature(work, row, "review", by))
    work.flush()
    certificates.draft_where_ready(work, {row.sample_id for row, _facts in rows})


@verb("analyses.cancel")
def cancel(work: Work, analyses: Sequence[int], *, reason: str, by: Actor) -> None:
    """Take an analysis off, with the reason."""
    rows = _rows(work, analyses)
    for row, facts in rows:
        row.state = ANALYSIS_FLOW.make("cancel", facts, by, reason)
    work.flush()
    certificates.draft_where_ready(work, {row.sample_id for row, _facts in rows})


def put(work: Work, row: Analysis, determination: Determination) -> Judgement:
    """Add a determination to the present attempt and judge it anew."""
    attempt = present(row)
    if determination.text and (determination.text, determination.unit) == _last(attempt, determination.place) and not determination.inputs:
        return _judged(row, attempt)
    attempt.determinations.append(determination)
    judgement = _judged(row, attempt)
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
    if not 1 <= place <= row.procedure.determinations:
        raise Refusal(_("{item} is determined {count} times, not more.").format(item=named(row.item), count=row.procedure.determinations))


def found(attempt: Attempt, procedure: Procedure) -> list[Measured | None]:
    """Return the value that counts at each place of an attempt, the last one entered, in the procedure's unit."""
    return [measured(one, procedure.unit) for one in counting(attempt, procedure)]


def _cell(work: Work, row: Analysis, cell: Typed, by: Actor) -> Determination:
    attempt, text = present(row), cell.text.strip()
    inputs: dict[str, str] = {}
    if row.procedure.formula:
        if cell.weighing not in formula.names(row.procedure.formula):
            raise Refusal(_("This value is calculated. Enter the weighings it comes from."))
        before = next((one.inputs for one in reversed(attempt.determinations) if one.place == cell.place), {})
        inputs = {name: value for name, value in {**before, cell.weighing: text}.items() if value}
        text = calculated(row, inputs)
    elif text:
        parse(text)
    return Determination(attempt_id=attempt.id, place=cell.place, text=text, unit=row.procedure.unit, inputs=inputs, person_id=by.id, at=work.now())


def _judged(row: Analysis, attempt: Attempt) -> Judgement:
    return judge(found(attempt, row.procedure), row.procedure.rule(row.item.code), row.limit.rule() if row.limit else None)


def _last(attempt: Attempt, place: int) -> tuple[str, str]:
    return next(((one.text, one.unit) for one in reversed(attempt.determinations) if one.place == place), ("", ""))


def _open_row(work: Work, analysis: int, place: int, by: Actor) -> Analysis:
    (row, facts), *_none = _rows(work, [analysis])
    open_for_values(row, facts, place, by)
    return row


def _rows(work: Work, analyses: Sequence[int]) -> list[tuple[Analysis, AnalysisFacts]]:
    rows = load(work, analyses)
    if not rows:
        raise Refusal(_("Nothing is chosen."))
    facts = facts_of(work, rows)
    return [(row, facts[row.id]) for row in rows]


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
