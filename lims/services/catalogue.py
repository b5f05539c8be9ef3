"""What people do with the standards library: confirm limits against the laboratory's own copy, date editions, keep methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from lims.db.store import Work
from lims.domain.analyses import Analysis, Attempt, Determination
from lims.domain.catalogue import Confirmation, Limit, Procedure, Standard
from lims.errors import Mistakes, Refusal
from lims.i18n import _
from lims.rules import uncertainty, units
from lims.rules.flows import AnalysisState
from lims.rules.quantity import number
from lims.rules.rights import Actor, Right
from lims.rules.rounding import round_to
from lims.services.verb import verb
from lims.views.digests import LAST, limit_digest


@verb("catalogue.confirm", Right.CONFIRM)
def confirm(work: Work, codes: Sequence[str], *, by: Actor, remark: str = "") -> int:
    """Confirm limits: they were read in the laboratory's own copy of the standard. Returns how many were not confirmed before."""
    rows = list(work.scalars(_whole().where(Limit.code.in_(codes))))
    if missing := set(codes) - {row.code for row in rows}:
        raise Refusal(_("The library has no limit {code}.").format(code=", ".join(sorted(missing))))
    return _confirm(work, rows, by, remark)


@verb("catalogue.confirm_standard", Right.CONFIRM)
def confirm_standard(work: Work, standard: str, *, by: Actor, remark: str = "") -> int:
    """Confirm every limit of an edition at once. Returns how many were not confirmed before."""
    rows = list(work.scalars(_whole().join(Standard, Limit.standard_id == Standard.id).where(Standard.code == standard)))
    if not rows:
        raise Refusal(_("The library has no limits of {standard}.").format(standard=standard))
    return _confirm(work, rows, by, remark)


@verb("catalogue.date", Right.CATALOGUE)
def date_edition(work: Work, standard: str, in_force: date | None, abolished: date | None, *, reason: str, by: Actor) -> None:
    """Say from when until when an edition is in force. Results that were judged keep what they were judged by."""
    row = work.scalars(select(Standard).where(Standard.code == standard)).first()
    if row is None:
        raise Refusal(_("The library has no standard {standard}.").format(standard=standard))
    if not reason.strip():
        raise Refusal(_("A date needs a reason. Write where it is stated."))
    if in_force and abolished and abolished <= in_force:
        raise Mistakes({"abolished": _("It would end before it begins.")})
    row.in_force, row.abolished = in_force, abolished


@verb("catalogue.change_procedure", Right.CATALOGUE)
def change_procedure(work: Work, code: str, said: Mapping[str, str], *, reason: str, by: Actor) -> None:
    """Set what the laboratory knows of a method itself: unit, rounding, limits of detection and quantitation, uncertainty and its part in a verdict.

    Raises Mistakes field by field.
    """
    row = work.scalars(select(Procedure).where(Procedure.code == code)).first()
    if row is None:
        raise Refusal(_("The library has no procedure {code}.").format(code=code))
    if not reason.strip():
        raise Refusal(_("A change needs a reason. Write what it rests on."))
    wrong: dict[str, str] = {}
    for name, text in said.items():
        try:
            setattr(row, name, _READS[name](text.strip()))
        except Refusal as refusal:
            wrong[name] = refusal.words
    detection, quantitation = row.detection_limit, row.quantitation_limit
    if detection is not None and quantitation is not None and detection > quantitation:
        wrong["detection_limit"] = _("The limit of detection lies above the limit of quantitation.")
    if "unit" in said and "unit" not in wrong and (words := _unit_mistake(work, row)):
        wrong["unit"] = words
    if wrong:
        raise Mistakes(wrong)


def _unit_mistake(work: Work, procedure: Procedure) -> str | None:
    """Say that values which stand on the bench could not be read in the procedure's new unit, or return None."""
    query = select(Determination.unit).join(Attempt, Determination.attempt_id == Attempt.id).join(Analysis, Attempt.analysis_id == Analysis.id)
    used = work.scalars(query.where(Analysis.procedure_id == procedure.id, Analysis.state == AnalysisState.IN_TEST, Determination.text != "").distinct())
    if stuck := next((unit for unit in used if procedure.unit and not units.turns(unit, procedure.unit)), None):
        return _("Values in {unit} stand on the bench and cannot be turned into {target}. Have them handed in first.").format(unit=stuck, target=procedure.unit)
    return None


def _unit(text: str) -> str:
    if text and not units.known(text):
        raise Refusal(_("{unit} is no unit this program knows.").format(unit=text))
    return units.spelt(text)


def _interval(text: str) -> str:
    round_to(Decimal(1), text)
    return text


def _number(text: str) -> Decimal | None:
    value = number(text) if text else None
    if value is not None and value < 0:
        raise Refusal(_("Nothing lies below 0. Enter it again."))
    return value


def _uncertainty(text: str) -> str:
    uncertainty.read(text, Decimal(2))
    return text


def _decision(text: str) -> uncertainty.Decide:
    try:
        return uncertainty.Decide(text)
    except ValueError:
        raise Refusal(_("“{text}” is no decision rule. Choose one of {rules}.").format(text=text, rules=_(", ").join(uncertainty.Decide))) from None


_READS = {
    "unit": _unit,
    "rounding": _interval,
    "detection_limit": _number,
    "quantitation_limit": _number,
    "uncertainty": _uncertainty,
    "decision": _decision,
}


def _whole() -> Select[Limit]:
    return select(Limit).options(joinedload(Limit.item), joinedload(Limit.heading), joinedload(Limit.standard)).with_for_update(of=Limit)


def _confirm(work: Work, rows: Sequence[Limit], by: Actor, remark: str) -> int:
    keys = [row.id for row in rows]
    query = select(Confirmation.limit_id, Confirmation.digest).where(Confirmation.limit_id.in_(keys), Confirmation.id.in_(LAST))
    confirmed = {tuple(row) for row in work.execute(query)}
    fresh = [(row.id, covered) for row in rows if (row.id, covered := limit_digest(row.rule())) not in confirmed]
    work.write_many(Confirmation, [{"limit_id": key, "person_id": by.id, "at": work.now(), "digest": covered, "remark": remark} for key, covered in fresh])
    return len(fresh)
