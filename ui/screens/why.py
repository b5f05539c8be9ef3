"""Why a value is judged as it is: the same parts in every panel that explains one."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from lims.i18n import _
from lims.rules.quantity import parse
from lims.rules.verdict import Verdict
from lims.views.analyses import AnalysisRow
from ui.kit import paint
from ui.kit.paint import Limits
from ui.kit.panel import Bar, Divider, Head, Rows, Step, Steps, Title, Words
from ui.theme import theme

MARKS = {Verdict.PASS: "done", Verdict.FAIL: "bad", Verdict.UNDECIDED: "ask", Verdict.NONE: "none"}


def limits(one: AnalysisRow) -> Limits | None:
    """Return the value against its limit for drawing, or None where there is nothing to draw."""
    if not one.limit or not one.reported:
        return None
    found = parse(one.reported)
    mark = "warn" if one.near else theme.verdicts[one.verdict.value]
    return Limits(
        found.value,
        high=parse(one.limit).value,
        below=found.comparator == "<" or found.not_detected,
        verdict=mark if mark in {"good", "warn", "bad"} else "good",
    )


def explanation(one: AnalysisRow) -> list[QWidget]:
    """Return the parts that explain an analysis: value against limit, and every step from determination to verdict."""
    parts: list[QWidget] = [Head(f"{one.sample_name} · {one.item}", f"{one.sample_number} · {one.method}")]
    if drawn := limits(one):
        parts.append(Bar(drawn, one.reported, one.requirement, one.unit))
    if one.steps:
        last, mark = len(one.steps) - 1, MARKS[one.verdict]
        ink = paint.MARKS[theme.verdicts[one.verdict.value]].token
        parts.append(
            Steps(
                [
                    Step(step.title, step.value, [step.detail] if step.detail else [], mark if place == last else "", ink if place == last else "text")
                    for place, step in enumerate(one.steps)
                ]
            )
        )
    if one.limit_place and not one.limit_confirmed:
        parts.append(Words(_("The laboratory has not confirmed this limit, so it cannot decide a report yet."), "warn", "warn"))
    if one.lacks:
        parts.append(Words(one.lacks, "warn", "warn"))
    return parts


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
