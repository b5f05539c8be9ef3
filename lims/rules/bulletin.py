"""Results and limits as official bulletins print them, judged: a value, a limit, perhaps a unit and a limit of detection, all as text.

What is printed differs from what a laboratory knows: a printed value is a detection, a missing unit is that of its neighbour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from lims.i18n import N_, _, joined
from lims.rules import units
from lims.rules.judgement import COMPARISON_WORDS, Judgement, Procedure, Reason, judge
from lims.rules.limits import Bounds, Comparison, Demand, Forbidden, Limit, demand, demanded
from lims.rules.microbiology import Plan
from lims.rules.quantity import Kind, Measured, normal, read, read_several
from lims.rules.rounding import plain
from lims.rules.verdict import Said, Verdict, said

WAYS: Mapping[str, Comparison] = {
    **dict.fromkeys(("", "full", "全数值", "全数值比较", "全数值比较法"), Comparison.FULL),
    **dict.fromkeys(("rounded", "修约值", "修约值比较", "修约值比较法"), Comparison.ROUNDED),
}
"""What a column may say of the comparison (GB/T 8170-2008, 4.3)."""

_EMPTY = ("", "-", "--", "—", "——", "–", "/")
"""What is printed in a column where there is nothing to say."""


def judge_printed(result: str, limit: str, unit: str = "", lod: str = "", rule: str = "") -> Judgement:
    """Judge one printed row. Whatever the texts hold, a judgement comes back: unknown is undecided with its reason."""
    unit, lod, rule = _column(unit), _column(lod), _column(rule)
    asked, measured = demand(limit), _read(result, demand(limit))
    way = WAYS.get(normal(rule).casefold())
    if way is None:
        return _undecided(result, limit, said(N_("“{rule}” is no way to compare. Write full or rounded."), rule=rule))
    detection = read(lod)
    own = _unit(measured) or units.spelt(unit) or asked.unit or (detection.unit if detection.kind is Kind.NUMBER else "")
    target = asked.unit or units.spelt(unit)
    procedure = Procedure("", "", "", own, comparison=way, rounding=_interval(asked, way), detection_limit=_known(detection, own))
    judgement = _judged(measured, procedure, Limit("", "", "", limit.strip(), target, ""))
    if judgement.reason is Reason.UNIT:
        judgement = replace(judgement, reported=measured.printed() if _unit(measured) else _with_unit(measured.shown(), own))
    notes = _notes(measured, asked, unit, lod, procedure)
    return replace(_detections(judgement, measured, asked, procedure), said=(*judgement.said, *notes))


def explanation(judgement: Judgement) -> str:
    """Return the judgement in one line: value, limit, comparison, why."""
    unit = "" if judgement.reason is Reason.UNIT else judgement.unit
    parts = [_("found {value}").format(value=_with_unit(judgement.reported, unit) or "—")]
    if text := judgement.operator + judgement.limit:
        numbers = isinstance(demand(text).requirement, Bounds)
        parts.append(_("limit {limit}").format(limit=f"{demanded(text)} {judgement.unit if numbers else ''}".strip()))
    if judgement.reason in (Reason.WITHIN, Reason.BEYOND):
        parts.append(_("{compared}, {way}").format(compared=judgement.compared, way=_(COMPARISON_WORDS[judgement.comparison])))
    return _("; ").join(parts) + _(". ") + joined((judgement.why(), *(one.shown() for one in judgement.said)))


def _with_unit(text: str, unit: str) -> str:
    """Put the unit behind numbers; words have none."""
    one = read(text)
    numbers = any(part.kind in (Kind.NUMBER, Kind.BELOW, Kind.ABOVE) for part in one.several or (one,))
    return f"{text} {unit}".strip() if numbers else text


def _column(text: str) -> str:
    return "" if normal(text) in _EMPTY else text.strip()


def _read(result: str, asked: Demand) -> Measured:
    text = _without_basis(result)
    if not isinstance(asked.requirement, Plan):
        return replace(read(text), text=result.strip())
    if text.startswith("均"):  # every unit gave the same
        one = read(text.removeprefix("均"))
        return replace(one, text=result.strip(), kind=Kind.SEVERAL, several=(one,) * asked.requirement.n)
    return replace(read_several(text), text=result.strip())


def _without_basis(text: str) -> str:
    words = text.strip()
    opened = max(words.rfind("(以"), words.rfind("（以"))
    return words[:opened].strip() if opened > 0 and words.endswith((")", "）")) else words


def _unit(measured: Measured) -> str:
    return measured.unit or next((one.unit for one in measured.several if one.unit), "")


def _known(detection: Measured, unit: str) -> Decimal | None:
    """Return the limit of detection in the value's unit, or None where it is none or no factor is known."""
    if detection.kind is not Kind.NUMBER or detection.value is None or detection.value <= 0:
        return None
    own = detection.unit or unit
    return units.convert(detection.value, own, unit) if units.turns(own, unit) else None


def _interval(asked: Demand, way: Comparison) -> str:
    """Return the interval of the limit's last digit (GB/T 8170-2008, 4.3.3); of two bounds the finer one."""
    if way is Comparison.FULL or not isinstance(asked.requirement, Bounds):
        return ""
    figures = [one.as_tuple().exponent for one in (asked.requirement.low, asked.requirement.high) if one is not None]
    return plain(Decimal(1).scaleb(min(exponent for exponent in figures if isinstance(exponent, int))))


def _judged(measured: Measured, procedure: Procedure, row: Limit) -> Judgement:
    several = measured.several
    if not several:
        return judge([measured], procedure, row)
    if isinstance(row.demands, Plan):
        return judge(several, procedure, row)
    return _all_alike([judge([one], procedure, row) for one in several], measured) or judge([measured], procedure, row)


def _all_alike(each: list[Judgement], measured: Measured) -> Judgement | None:
    """Several values decide where every one says the same: then their mean does too."""
    if len({(one.verdict, one.reason) for one in each}) > 1 or (each[0].verdict is Verdict.FAIL and not each[0].operator):
        return None
    reported, compared = " / ".join(one.reported for one in each), " / ".join(one.compared for one in each)
    return replace(each[0], determined=tuple(one.shown() for one in measured.several), reported=reported, compared=compared, value="")


def _detections(judgement: Judgement, measured: Measured, asked: Demand, procedure: Procedure) -> Judgement:
    """A printed positive number is a detection where the limit of detection is not stated; of several all are."""
    printed = all(one.kind is Kind.NUMBER and one.value is not None and one.value > 0 for one in measured.several or (measured,))
    if isinstance(asked.requirement, Forbidden) and printed and procedure.detection_limit is None:
        return replace(judgement, verdict=Verdict.FAIL, reason=Reason.DETECTED)
    if judgement.verdict is Verdict.NONE:
        return replace(judgement, verdict=Verdict.UNDECIDED)
    return judgement


def _notes(measured: Measured, asked: Demand, unit: str, lod: str, procedure: Procedure) -> tuple[Said, ...]:
    notes = []
    one = measured.several[0] if measured.several else measured
    if one.value is not None and bool(_unit(measured)) != bool(asked.unit) and not unit and isinstance(asked.requirement, Bounds | Plan):
        notes.append(said(N_("One of value and limit has no unit; it is taken to be the other's.")))
    if lod and procedure.detection_limit is None:
        notes.append(said(N_("“{lod}” is no limit of detection this program can read; it was left out."), lod=lod))
    return tuple(notes)


def _undecided(result: str, limit: str, why: Said) -> Judgement:
    text = result.strip()
    return Judgement(Verdict.UNDECIDED, Reason.NO_WAY, Comparison.FULL, (text,), reported=text, limit=limit.strip(), said=(why,))
