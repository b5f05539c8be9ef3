"""The words of the trail: what was done, to what, in which field, and values as people read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lims.i18n import N_, _
from lims.rules.flows import ANALYSIS_FLOW, CERTIFICATE_FLOW, PORTION_WORDS, READING_FLOW, SAMPLE_FLOW
from lims.rules.rapid import OUTCOME_WORDS
from lims.rules.rights import ROLES
from lims.rules.sampling import FORM, INTAKE
from lims.rules.verdict import WORDS, Said
from lims.settings import BY_NAME
from lims.views.trail import TrailRow
from ui.screens.inbox import CAUSES
from ui.screens.lots import SCALES
from ui.screens.moments import second

VERBS: Mapping[str, str] = {
    "samples.register": N_("registered a sample"),
    "samples.correct": N_("corrected a sampling form"),
    "samples.ask": N_("asked more of a sample"),
    "samples.receive": N_("received a sample"),
    "samples.refuse": N_("refused a sample"),
    "samples.archive": N_("archived a sample"),
    "analyses.enter": N_("entered a value"),
    "analyses.fill": N_("entered values on a worksheet"),
    "analyses.weigh": N_("entered readings for a formula"),
    "analyses.submit": N_("submitted a result"),
    "analyses.recall": N_("took a result back"),
    "analyses.repeat": N_("began another attempt"),
    "analyses.return": N_("returned to the bench"),
    "analyses.review": N_("reviewed a result"),
    "analyses.cancel": N_("cancelled an analysis"),
    "businesses.save": N_("saved a business"),
    "worksheets.create": N_("made a worksheet"),
    "worksheets.start": N_("started a worksheet"),
    "worksheets.hand_over": N_("handed a worksheet over"),
    "worksheets.note": N_("noted conditions"),
    "calendar.set": N_("set a day of the calendar"),
    "calendar.clear": N_("cleared a day of the calendar"),
    "settings.change": N_("changed settings"),
    "instruments.save": N_("saved an instrument"),
    "instruments.let_in": N_("switched readings by rule"),
    "instruments.save_lot": N_("entered a kit lot"),
    "people.create": N_("made an account"),
    "people.amend": N_("changed an account"),
    "people.reset": N_("set a first password"),
    "people.password": N_("changed the password"),
    "people.found": N_("made the first account"),
    "people.sign_in": N_("signed in after wrong passwords"),
    "people.wrong_password": N_("wrong password"),
    "readings.land": N_("received from an instrument"),
    "readings.match": N_("matched to a sample"),
    "readings.accept": N_("accepted a reading"),
    "readings.accept_mine": N_("accepted readings"),
    "readings.reject": N_("rejected a reading"),
    "readings.map_code": N_("said what a code means"),
    "readings.read_anew": N_("read an instrument's bytes anew"),
    "readings.take": N_("took a reading by rule"),
    "readings.weigh": N_("read a value into a cell"),
    "teaching.keep": N_("kept a taught profile"),
    "certificates.approve": N_("approved a report"),
    "certificates.issue": N_("issued a report"),
    "certificates.void": N_("made a report void"),
    "certificates.revise": N_("began a new revision"),
    "analyses.hold_against": N_("chose another limit"),
    "catalogue.confirm": N_("confirmed a limit"),
    "catalogue.confirm_standard": N_("confirmed an edition"),
    "catalogue.date": N_("dated an edition"),
    "catalogue.change_procedure": N_("changed a procedure"),
    "editions.take": N_("took in an edition of a standard"),
    "placements.add_product": N_("added a product"),
    "placements.place": N_("placed a product"),
    "placements.confirm": N_("confirmed a placement"),
    "scope.add": N_("added to the accreditation scope"),
    "scope.end": N_("ended a line of the accreditation scope"),
    "laboratory.found": N_("set up the laboratory"),
    "laboratory.library": N_("added to the library"),
}
"""What was done, by the name under which the trail knows it."""

KINDS: Mapping[str, str] = {
    "sample": N_("sample"),
    "sampling": N_("sampling form"),
    "portion": N_("portion"),
    "analysis": N_("analysis"),
    "attempt": N_("attempt"),
    "determination": N_("determination"),
    "judgement": N_("judgement"),
    "worksheet": N_("worksheet"),
    "reading": N_("reading"),
    "message": N_("instrument message"),
    "certificate": N_("report"),
    "document": N_("report file"),
    "signature": N_("signature"),
    "instrument": N_("instrument"),
    "instrument_code": N_("code of an instrument"),
    "kit_lot": N_("kit lot"),
    "business": N_("business"),
    "person": N_("account"),
    "setting": N_("setting"),
    "day": N_("day of the calendar"),
    "limit": N_("limit"),
    "basis": N_("further limit"),
    "heading": N_("heading of a classification"),
    "placement": N_("placement of a product"),
    "panel": N_("item of the sampling rules"),
    "method": N_("method"),
    "scope": N_("line of the accreditation scope"),
    "sum_rule": N_("sum"),
    "confirmation": N_("confirmation of a limit"),
    "procedure": N_("procedure"),
    "item": N_("test item"),
    "product": N_("product"),
    "standard": N_("standard"),
}
"""Kinds of thing, by the store's name for them."""

FIELDS: Mapping[str, str] = {
    "state": N_("state"),
    "stage": N_("state"),
    "name": N_("name"),
    "number": N_("number"),
    "code": N_("number"),
    "login": N_("sign-in name"),
    "roles": N_("roles"),
    "active": N_("in use"),
    "automatic_by": N_("readings by rule, switched on by"),
    "weighed": N_("read from the instrument"),
    "sent": N_("code as sent"),
    "item": N_("item"),
    "expires": N_("expires"),
    "cutoff": N_("cut-off"),
    "curve": N_("curve"),
    "scale": N_("between the points"),
    "sent_test": N_("code as sent"),
    "result": N_("verdict as sent"),
    "outcome": N_("what the verdict means"),
    "lot": N_("lot"),
    "stable": N_("stable"),
    "raw": N_("channel"),
    "because": N_("how it was worked out"),
    "facts": N_("particulars"),
    "control_held": N_("control in bounds"),
    "pass_no": N_("how often read"),
    "must_change": N_("must change the password"),
    "password_hash": N_("password"),
    "failures": N_("wrong passwords"),
    "locked_until": N_("waits until"),
    "value": N_("value"),
    "unit": N_("unit"),
    "text": N_("value"),
    "reason": N_("reason"),
    "cause": N_("cause"),
    "remark": N_("remark"),
    "model": N_("model"),
    "serial": N_("serial number"),
    "profile": N_("profile"),
    "calibrated_until": N_("calibrated until"),
    "amount": N_("amount"),
    "place": N_("place"),
    "kind": N_("kind"),
    "verdict": N_("verdict"),
    "reported": N_("reported result"),
    "refusal": N_("reason for refusal"),
    "title": N_("title"),
    "conditions": N_("room conditions"),
    "digest": N_("digest"),
    "document": N_("report file"),
    "content": N_("content"),
    "revision": N_("revision"),
    "step": N_("step"),
    "sample": N_("sample"),
    "test": N_("item"),
    "flags": N_("flags"),
    "client": N_("asks for tests"),
    "sampled": N_("is sampled"),
    "phone": N_("phone"),
    "contact": N_("contact"),
    "address": N_("address"),
    "credit_code": N_("unified social credit code"),
    "licence_kind": N_("kind of licence"),
    "licence_number": N_("licence number"),
    "legal_person": N_("legal representative"),
    "link": N_("link"),
    "at": N_("moment"),
    "registered_at": N_("registered at"),
    "received_at": N_("received at"),
    "drafted_at": N_("drafted at"),
    "approved_at": N_("approved at"),
    "issued_at": N_("issued at"),
    "submitted_at": N_("submitted at"),
    "reviewed_at": N_("reviewed at"),
    "created_at": N_("made at"),
    "begun_at": N_("begun at"),
    "product_on": N_("day that chooses the edition"),
    "sampled_on": N_("sampled on"),
    "position": N_("position"),
    "requirement": N_("requirement"),
    "limit_cause": N_("why another limit"),
    "note": N_("note"),
    "placement_id": N_("placement"),
    "heading_id": N_("heading"),
    "headings": N_("headings"),
    "group": N_("group"),
    "aliases": N_("other names"),
    "parent": N_("heading above"),
    "level": N_("grade or class"),
    "confidence": N_("confidence"),
    "issued": N_("issued"),
    "replaces": N_("replaces"),
    "matrix": N_("matrix"),
    "technique": N_("technique"),
    "rapid": N_("rapid test"),
    "uncertainty": N_("expanded uncertainty"),
    "coverage": N_("coverage factor"),
    "decision": N_("decision rule"),
    "analyte": N_("determines"),
    "bases": N_("judged by"),
    "methods": N_("methods"),
    "object": N_("object"),
    "restriction": N_("restriction"),
    "valid_from": N_("valid from"),
    "valid_to": N_("valid to"),
    "parts": N_("parts"),
    "not_found": N_("counts where not found"),
    "origin": N_("where it is claimed"),
    "classification": N_("classification"),
    "clause": N_("clause"),
    "source": N_("source"),
    "evidence": N_("rests on"),
    "day": N_("day"),
    "working": N_("working day"),
    "abolished": N_("no longer in force from"),
    "analysis_id": N_("analysis"),
    "analyst_id": N_("analyst"),
    "approved_by": N_("approved by"),
    "assigned_to": N_("assigned to"),
    "attempt_id": N_("attempt"),
    "basis": N_("expressed as"),
    "begun_by": N_("begun by"),
    "business_id": N_("business"),
    "certificate_id": N_("report"),
    "comparison": N_("comparison"),
    "condition": N_("condition"),
    "decided_by": N_("decided by"),
    "detection_limit": N_("limit of detection"),
    "determinations": N_("determinations"),
    "explanation": N_("explanation"),
    "first_row": N_("first row of the journal"),
    "form": N_("sampling form"),
    "formula": N_("formula"),
    "in_force": N_("in force from"),
    "inputs": N_("weighings"),
    "instrument_id": N_("instrument"),
    "intake": N_("intake check"),
    "item_id": N_("test item"),
    "journal": N_("journal"),
    "last_row": N_("last row of the journal"),
    "limit": N_("limit"),
    "limit_id": N_("limit"),
    "message_id": N_("instrument message"),
    "method": N_("method"),
    "name_en": N_("English name"),
    "name_zh": N_("Chinese name"),
    "operator": N_("operator"),
    "person_id": N_("person"),
    "prefix": N_("prefix of numbers"),
    "problem": N_("problem"),
    "procedure_id": N_("procedure"),
    "product_id": N_("product"),
    "quantitation_limit": N_("limit of quantitation"),
    "reading_id": N_("reading"),
    "received_by": N_("received by"),
    "replaces_id": N_("replaces"),
    "reviewed_by": N_("reviewed by"),
    "rounding": N_("rounding"),
    "said_at": N_("instrument's own time"),
    "sample_id": N_("sample"),
    "sampling_id": N_("sampling form"),
    "sha256": N_("SHA-256"),
    "single_rounding": N_("rounding of single values"),
    "standard_id": N_("standard"),
    "status": N_("status as sent"),
    "submitted_by": N_("submitted by"),
    "title_en": N_("English title"),
    "title_zh": N_("Chinese title"),
    "tolerance": N_("tolerance"),
    "tolerance_kind": N_("kind of tolerance"),
    "worksheet_id": N_("worksheet"),
    "workstation": N_("workstation"),
}
"""Columns of the store, by the words people know them by."""

MOMENTS = frozenset(name for name in FIELDS if name.endswith("_at")) | {"at", "locked_until"}
QUESTIONS = {question.name: question.label for section in (*FORM, *INTAKE) for question in section.questions}
YES_NO = {"True": N_("yes"), "False": N_("no")}
VALUES: Mapping[tuple[str, str], Mapping[Any, str]] = {
    ("sample", "stage"): SAMPLE_FLOW.words,
    ("analysis", "state"): ANALYSIS_FLOW.words,
    ("certificate", "state"): CERTIFICATE_FLOW.words,
    ("reading", "state"): READING_FLOW.words,
    ("portion", "state"): PORTION_WORDS,
    ("reading", "cause"): CAUSES,
    ("reading", "outcome"): OUTCOME_WORDS,
    ("kit_lot", "scale"): SCALES,
    ("judgement", "verdict"): WORDS,
    ("certificate", "verdict"): WORDS,
}
"""Values that have words, by kind and field."""


def verb_words(name: str) -> str:
    """Return what was done, in words."""
    return _(VERBS.get(name, name))


def kind_words(name: str) -> str:
    """Return what kind of thing it is, in words."""
    return _(KINDS.get(name, name))


def thing_words(row: TrailRow) -> str:
    """Return what people call the thing: a setting by its label, everything else by its number or name."""
    return _(BY_NAME[row.name].label) if row.kind == "setting" and row.name in BY_NAME else row.name


def field_words(kind: str, field: str) -> str:
    """Return the words of a field; an answer of a form has those of its question."""
    head, _dot, rest = field.partition(".")
    if head in ("raw", "curve", "weighed"):  # what follows is data: a channel, a concentration
        return " ".join(filter(None, (_(FIELDS[head]), rest)))
    if rest:
        return _(QUESTIONS.get(rest, rest))
    return _(FIELDS.get(head, head))


def value_words(kind: str, field: str, value: str) -> str:
    """Return a value as people read it: states, roles, yes and no in words, moments by the laboratory's clock."""
    if field in MOMENTS and value:
        return second(datetime.fromisoformat(value))
    if field == "roles":
        return _(", ").join(_(ROLES[role][0]) for role in ROLES if role in value.split(","))
    words = VALUES.get((kind, field), YES_NO).get(value)
    if words is None and (field.startswith(("form.", "intake.")) or field in ("link", "licence_kind")):
        return _(value)
    return value if words is None else _(words)


def unfolded(made: str) -> list[tuple[str, str]]:
    """Return the values of a thing that was made, forms answer by answer."""
    values: dict[str, Any] = json.loads(made) if made else {}
    return [pair for name, value in values.items() for pair in _pairs(name, value)]


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if name == "because" and isinstance(value, dict):
        return [(name, " ".join(Said(one["words"], one["facts"]).shown() for one in value.get("said", ())))]
    if name == "facts" and isinstance(value, dict):
        return [(name, _(", ").join(_(fact) for fact in value.values() if fact))]
    if isinstance(value, dict):
        return [(f"{name}.{inner}", _flat(said)) for inner, said in value.items() if said not in (None, "")]
    return [(name, _flat(value))]


def _flat(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
