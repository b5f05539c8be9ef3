"""Why a value is judged as it is: the same parts in every panel that explains one."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from lims.i18n import _
from lims.rules.quantity import parse
from lims.rules.verdict import Verdict
from lims.views.analyses import AnalysisRow
from lims.views.analyses import Step as Line
from ui.kit import paint
from ui.kit.cell import Cell
from ui.kit.paint import Limits
from ui.kit.panel import Bar, Divider, Head, Rows, Step, Steps, Title, Words
from ui.theme import theme

MARKS = {Verdict.PASS: "done", Verdict.FAIL: "bad", Verdict.UNDECIDED: "ask", Verdict.NONE: "none"}


def limits(one: AnalysisRow) -> Limits | None:
    """Return the value against its limit for drawing, or None where there is nothing to draw."""
    if not one.limit or not one.reported:
        return None
    found, edge = parse(one.reported), parse(one.limit).value
    least = _decides(one).startswith(("≥", ">"))
    mark = "warn" if one.near else theme.verdicts[one.verdict.value]
    return Limits(
        found.value,
        high=None if least else edge,
        low=edge if least else None,
        below=found.comparator == "<" or found.not_detected,
        verdict=mark if mark in {"good", "warn", "bad"} else "good",
    )


def explanation(one: AnalysisRow) -> list[QWidget]:
    """Return the parts that explain an analysis: value against limit, and every step from determination to verdict."""
    parts: list[QWidget] = [Head(f"{one.sample_name} · {one.item}", f"{one.sample_number} · {one.method}")]
    if drawn := limits(one):
        parts.append(Bar(drawn, one.reported, _decides(one), one.unit))
    if one.steps:
        parts.append(Steps([_step(step) for step in one.steps]))
    if one.limit_place and not one.limit_confirmed:
        parts.append(Words(_("The laboratory has not confirmed this limit, so it cannot decide a report yet."), "warn", "warn"))
    if one.lacks:
        parts.append(Words(one.lacks, "warn", "warn"))
    return parts


def _step(step: Line) -> Step:
    notes = step.detail.splitlines()
    if step.verdict is None:
        return Step(step.title, step.value, notes)
    return Step(step.title, step.value, notes, MARKS[step.verdict], paint.MARKS[theme.verdicts[step.verdict.value]].token)


def because(one: AnalysisRow) -> str:
    """Return the sentences of the verdict that decides."""
    return next((step.detail for step in one.steps if step.verdict is not None), "")


def demands(one: AnalysisRow) -> str:
    """Return every demand with its unit, a line each."""
    return "\n".join(one.demands)


def requirement(one: AnalysisRow) -> Cell:
    """Return the demand that was asked for, and how many further ones there are; all of them with their places in the tip."""
    first, *others = one.requirement.splitlines() or [""]
    tip = "\n".join(f"{demand} · {place}" for demand, place in zip(one.demands, one.limit_place.splitlines(), strict=False))
    more = Cell(_("and {count} more").format(count=len(others)), "text2", role="note") if others else None
    return Cell(first, after=more, tip=tip)


def _decides(one: AnalysisRow) -> str:
    return one.decides or one.requirement.partition("\n")[0]


def attempts(one: AnalysisRow) -> list[QWidget]:
    """Return every attempt with its values, analyst and cause; nothing where there is only the first."""
    if len(one.attempts) < 2:
        return []
    parts: list[QWidget] = [Divider(), Title(_("Every attempt is kept"))]
    for attempt in one.attempts:
        rows = [(_("Values"), " · ".join(attempt.determinations) or "—"), (_("Reported"), attempt.reported or "—"), (_("Analyst"), attempt.analyst)]
        if attempt.cause:
            rows.append((_("Cause"), attempt.cause))
        parts.append(Rows(rows, _("Attempt {number}").format(number=attempt.number)))
    return parts
