"""Rows of reports: the sheet that is printed and signed, and the lines of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lims.clock import DEFAULT_ZONE, day_of
from lims.domain.analyses import Analysis, Attempt
from lims.domain.certificates import Certificate, Document
from lims.domain.people import Person
from lims.domain.samples import Sample
from lims.i18n import N_, _, speaking
from lims.rules import conclusion
from lims.rules.flows import AnalysisState, CertificateFacts, CertificateState
from lims.rules.verdict import Verdict, together
from lims.views import analyses, settings


class Copy(StrEnum):
    """What kind of paper a sheet is printed as."""

    DRAFT = "draft"
    """Not approved: 草稿 across every page, no digest, no code, an empty seal place."""
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class LaboratoryRow:
    """Who tests: as printed on cover and foot."""

    name: str
    address: str
    postcode: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row of the results page, every value as it is printed."""

    number: int
    item: str
    unit: str
    requirement: str
    result: str
    verdict: Verdict
    method: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed which step, when, and what the signature means in the first person."""

    step: str
    """test, review or approve."""
    name: str
    at: datetime
    day: date
    """The day where the laboratory stands."""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a report says. Its canonical JSON is what is signed; printing adds nothing to it but the digest."""

    number: str
    revision: int
    language: str
    laboratory: LaboratoryRow
    demonstration: bool
    sample_number: str
    form: Mapping[str, str]
    """Answers of the sampling form by question name (lims.rules.sampling.FORM)."""
    intake: Mapping[str, str]
    """Answers of the intake check by question name (lims.rules.sampling.INTAKE)."""
    received_on: date
    tested_from: date
    tested_to: date
    approved_on: date | None
    lines: tuple[SheetLine, ...]
    standards: tuple[str, ...]
    """What was judged by, each as printed: GB 2763-2021《...》."""
    methods: tuple[str, ...]
    """What was tested by, each as printed."""
    verdict: Verdict
    conclusion: str
    decision_rule: str
    notes: tuple[str, ...]
    """The notes page, one entry a paragraph, without their numbers."""
    remark: str
    signatures: tuple[Signature, ...]
    cover_counted: bool = False
    """Whether cover and notes are counted in “page x of y”."""
    replaces: str = ""
    """Number and revision of the report this one replaces, with the reason."""
    copy: Copy = Copy.DRAFT
    digest: str = ""
    """SHA-256 (hex) of the canonical JSON (RFC 8785) of what was signed; empty on a draft."""


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """One line of the list of reports."""

    id: int
    number: str
    revision: int
    sample_number: str
    sample_name: str
    verdict: Verdict
    state: CertificateState
    drafted_at: datetime
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Check:
    """One check before approval: what it asks, whether it holds, and a word about it."""

    title: str
    holds: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One signature slot: done with name and moment, or waiting."""

    step: str
    title: str
    name: str
    at: datetime | None
    digest: str
    meaning: str


@dataclass(frozen=True, slots=True)
class CertificateCard:
    """One report in full, but for its pages."""

    row: CertificateRow
    slots: tuple[Slot, ...]
    checks: tuple[Check, ...]
    facts: CertificateFacts
    business: str
    cause: str
    replaces: str
    digest: str
    document: str
    """SHA-256 of the frozen bytes; empty on a draft."""


STEPS = {
    "test": (N_("Test"), N_("I did these tests; the data are true.")),
    "review": (N_("Review"), N_("I checked the records, calculations and verdicts.")),
    "approve": (N_("Approval"), N_("I approve this report for issue.")),
}
"""Step -> its title and what the signature means, in the first person."""


def rows(work: Session, *, states: Sequence[CertificateState] = (), limit: int = 200) -> list[CertificateRow]:
    """Return reports, newest first."""
    query = select(Certificate, Sample).join(Sample, Certificate.sample_id == Sample.id).order_by(Certificate.id.desc()).limit(limit)
    if states:
        query = query.where(Certificate.state.in_(states))
    found = work.execute(query).all()
    verdicts = _verdicts(work, [sample.id for certificate, sample in found if not certificate.verdict])
    return [_row(certificate, sample, verdicts) for certificate, sample in found]


def counts(work: Session) -> dict[CertificateState, int]:
    """Return how many reports stand in each state."""
    return dict(work.execute(select(Certificate.state, func.count()).group_by(Certificate.state)).all())


def card(work: Session, key: int) -> CertificateCard:
    """Return one report in full."""
    certificate = work.get_one(Certificate, key)
    sample = work.scalars(select(Sample).where(Sample.id == certificate.sample_id).options(joinedload(Sample.sampling))).one()
    facts = facts_of(work, key)
    before = work.get(Certificate, certificate.replaces_id) if certificate.replaces_id else None
    return CertificateCard(
        _row(certificate, sample, _verdicts(work, [sample.id])),
        _slots(work, certificate),
        _checks(facts),
        facts,
        sample.sampling.form.get("business_name", ""),
        certificate.cause,
        f"{before.number}-{before.revision}" if before else "",
        certificate.digest,
        certificate.document or "",
    )


def pdf(work: Session, key: int) -> tuple[bytes, CertificateState] | None:
    """Return the frozen bytes of an approved report and its state, or None for a draft."""
    certificate = work.get_one(Certificate, key)
    if certificate.document is None:
        return None
    return work.get_one(Document, certificate.document).content, certificate.state


def facts_of(work: Session, key: int) -> CertificateFacts:
    """Return what the moves of a report ask about."""
    certificate = work.get_one(Certificate, key)
    found = analyses.rows(work, ids=_counted(work, certificate.sample_id))
    return CertificateFacts(
        certificate.state,
        len(found),
        frozenset().union(*(one.facts.entered_by | {one.facts.submitted_by or 0} for one in found if one.facts)),
        frozenset(_reviewers(work, certificate.sample_id)),
        tuple(one.item for one in found if one.state is not AnalysisState.REVIEWED),
        tuple(_unsure(one) for one in found if one.limit_place and not one.limit_confirmed),
        tuple(one.item for one in found if one.verdict is Verdict.UNDECIDED),
    )


def _unsure(one: analyses.AnalysisRow) -> str:
    """Name an item whose limit is not confirmed; where it is the product's place that is not, say so."""
    return _("{item} (the product's place in {classification})").format(item=one.item, classification=one.unplaced) if one.unplaced else one.item


def sheet(work: Session, key: int, now: datetime, approver: Signature | None = None) -> Sheet:
    """Return everything the report says, in the report's language; with *approver* it is the sheet to be signed."""
    certificate = work.get_one(Certificate, key)
    chosen = settings.values(work)
    with speaking(chosen["report_language"]):
        return _sheet(work, certificate, chosen, now, approver)


def _sheet(work: Session, certificate: Certificate, chosen: Mapping[str, str], now: datetime, approver: Signature | None) -> Sheet:
    sample = work.scalars(select(Sample).where(Sample.id == certificate.sample_id).options(joinedload(Sample.sampling))).one()
    found = analyses.rows(work, ids=_counted(work, sample.id))
    query = select(Analysis).where(Analysis.sample_id == sample.id, Analysis.state != AnalysisState.CANCELLED)
    asked = {row.id: row for row in work.scalars(query.options(joinedload(Analysis.procedure)))}
    standards = {standard for one in found for standard in one.standards}
    methods = {(row.procedure.method, row.procedure.title_zh) for row in asked.values()}
    findings = [_finding(one, asked[one.id]) for one in found]
    verdict = together(one.verdict for one in found)
    titles = [titled(code, title) for code, title in sorted(standards)]
    zone = chosen["time_zone"]
    signed = (*_signed(work, sample.id, zone), *((approver,) if approver else ()))
    before = work.get(Certificate, certificate.replaces_id) if certificate.replaces_id else None
    begun = [attempt.begun_at for one in found for attempt in one.attempts[-1:]]
    return Sheet(
        number=certificate.number,
        revision=certificate.revision,
        language=chosen["report_language"],
        laboratory=laboratory(chosen),
        demonstration=bool(chosen["demonstration"]),
        sample_number=sample.number,
        form=sample.sampling.form,
        intake=sample.intake,
        received_on=day_of(sample.received_at or now, zone),
        tested_from=day_of(min(begun, default=now), zone),
        tested_to=day_of(max((row.submitted_at for row in asked.values() if row.submitted_at), default=now), zone),
        approved_on=approver.day if approver else None,
        lines=tuple(_line(place, one) for place, one in enumerate(found, 1)),
        standards=tuple(titles),
        methods=tuple(titled(code, title) for code, title in sorted(methods)),
        verdict=verdict,
        conclusion=conclusion.conclusion(findings, verdict, sample.sampling.form.get("test_kind", ""), titles),
        decision_rule=conclusion.decision_rule(findings),
        notes=conclusion.notes(chosen["objection_days"], chosen["objection_days_farm"]),
        remark=chosen["report_remark"],
        signatures=signed,
        cover_counted=chosen["pages_counted"] == "all",
        replaces=_("This report replaces No. {number}. Reason: {reason}").format(number=f"{before.number}-{before.revision}", reason=certificate.cause)
        if before
        else "",
    )


def laboratory(chosen: Mapping[str, str]) -> LaboratoryRow:
    """Return who tests, as set."""
    return LaboratoryRow(*(chosen[f"laboratory_{part}"] for part in ("name", "address", "postcode", "phone", "fax", "email", "website")))


def titled(code: str, title: str) -> str:
    """Return a standard as printed: number and title in book marks; the number alone where no title is known."""
    return f"{code}《{title}》" if title else code


def _line(place: int, one: analyses.AnalysisRow) -> SheetLine:
    return SheetLine(place, one.item, one.unit, one.requirement, one.reported, one.verdict, one.method)


def _finding(one: analyses.AnalysisRow, row: Analysis) -> conclusion.Finding:
    titles = [titled(code, title) for code, title in one.standards if code in one.broken] or [titled(*standard) for standard in one.standards]
    return conclusion.Finding(one.item, one.verdict, _(", ").join(dict.fromkeys(titles)), one.comparison or row.procedure.comparison, row.procedure.decision)


def _counted(work: Session, sample: int) -> list[int]:
    return list(work.scalars(select(Analysis.id).where(Analysis.sample_id == sample, Analysis.state != AnalysisState.CANCELLED)))


def _reviewers(work: Session, sample: int) -> set[int]:
    return {who for who in work.scalars(select(Analysis.reviewed_by).where(Analysis.sample_id == sample)) if who}


def _signed(work: Session, sample: int, zone: str = DEFAULT_ZONE) -> tuple[Signature, ...]:
    """Return the signatures under the present results: everybody who tested, everybody who reviewed, each once, last moment."""
    query = select(Analysis.submitted_by, Analysis.submitted_at, Analysis.reviewed_by, Analysis.reviewed_at).where(
        Analysis.sample_id == sample, Analysis.state == AnalysisState.REVIEWED
    )
    people = dict(work.execute(select(Person.id, Person.name)).all())
    last: dict[tuple[str, int], datetime] = {}
    for tester, tested, reviewer, reviewed in work.execute(query):
        for step, who, at in (("test", tester, tested), ("review", reviewer, reviewed)):
            if who and at:
                last[step, who] = max(at, last.get((step, who), at))
    return tuple(
        Signature(step, people[who], at, day_of(at, zone), _(STEPS[step][1]))
        for (step, who), at in sorted(last.items(), key=lambda one: (one[0][0] != "test", one[1]))
    )


def _slots(work: Session, certificate: Certificate) -> tuple[Slot, ...]:
    signed: dict[str, Slot] = {}
    for one in _signed(work, certificate.sample_id):
        held = signed.get(one.step)
        name = f"{held.name}{_(', ')}{one.name}" if held else one.name
        signed[one.step] = Slot(one.step, _(STEPS[one.step][0]), name, one.at, "", _(STEPS[one.step][1]))
    if certificate.approved_at and certificate.approved_by:
        name = work.scalar(select(Person.name).where(Person.id == certificate.approved_by)) or ""
        signed["approve"] = Slot("approve", _(STEPS["approve"][0]), name, certificate.approved_at, certificate.digest, _(STEPS["approve"][1]))
    return tuple(signed.get(step, Slot(step, _(title), "", None, "", _(meaning))) for step, (title, meaning) in STEPS.items())


def _checks(facts: CertificateFacts) -> tuple[Check, ...]:
    joined = _(", ").join
    return (
        Check(_("Every result is reviewed"), not facts.unreviewed, joined(facts.unreviewed)),
        Check(_("Tester and reviewer are different people"), not facts.testers & facts.reviewers),
        Check(_("Every item has a verdict"), not facts.undecided, joined(facts.undecided)),
        Check(_("Every deciding limit is confirmed"), not facts.unconfirmed, joined(facts.unconfirmed)),
    )


def _row(certificate: Certificate, sample: Sample, verdicts: Mapping[int, Verdict]) -> CertificateRow:
    verdict = Verdict(certificate.verdict) if certificate.verdict else verdicts.get(sample.id, Verdict.UNDECIDED)
    return CertificateRow(
        certificate.id,
        certificate.number,
        certificate.revision,
        sample.number,
        sample.name,
        verdict,
        certificate.state,
        certificate.drafted_at,
        certificate.approved_at,
    )


def _verdicts(work: Session, samples: Sequence[int]) -> dict[int, Verdict]:
    query = (
        select(Analysis)
        .where(Analysis.sample_id.in_(samples), Analysis.state != AnalysisState.CANCELLED)
        .options(selectinload(Analysis.attempts).selectinload(Attempt.judgements))
    )
    said: dict[int, list[Verdict]] = {}
    for one in work.scalars(query):
        judged = one.attempts[-1].judgements if one.attempts else []
        said.setdefault(one.sample_id, []).append(judged[-1].verdict if judged else Verdict.UNDECIDED)
    return {sample: together(verdicts) for sample, verdicts in said.items()}
