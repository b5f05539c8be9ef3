"""What people do with reports: drafts come by themselves; approve, issue, revise, void."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from lims.db.store import Work
from lims.domain.analyses import Analysis
from lims.domain.certificates import Certificate, Document, Signature
from lims.domain.samples import Sample
from lims.errors import Refusal, Trouble
from lims.i18n import N_, _, speaking
from lims.rules.flows import CERTIFICATE_FLOW, AnalysisState, CertificateFacts, CertificateState
from lims.rules.rights import Actor, Right
from lims.services import numbers, people
from lims.services.signing import content_of, digest
from lims.services.verb import verb
from lims.views import certificates as view
from lims.views.certificates import Copy

ALIVE = (CertificateState.DRAFT, CertificateState.APPROVED, CertificateState.ISSUED)


def draft_where_ready(work: Work, samples: Iterable[int]) -> None:
    """Draft the report of every sample whose analyses are all reviewed and that has no draft or report in force yet."""
    waiting = sorted(samples)
    work.execute(select(Sample.id).where(Sample.id.in_(waiting)).order_by(Sample.id).with_for_update())  # two reviewers at once: the second sees the first
    states: dict[int, set[AnalysisState]] = defaultdict(set)
    for sample, state in work.execute(
        select(Analysis.sample_id, Analysis.state).where(Analysis.sample_id.in_(waiting), Analysis.state != AnalysisState.CANCELLED)
    ):
        states[sample].add(state)
    alive = set(work.scalars(select(Certificate.sample_id).where(Certificate.sample_id.in_(waiting), Certificate.state.in_(ALIVE))))
    for sample in waiting:
        if states[sample] == {AnalysisState.REVIEWED} and sample not in alive:
            work.add(Certificate(number=numbers.free(work, "certificate_mask", Certificate.number), sample_id=sample, drafted_at=work.now()))


OVERLAYS = {CertificateState.VOID: N_("VOID"), CertificateState.REPLACED: N_("REPLACED")}
"""What is laid over the copy of a report that is no longer in force."""


@verb("certificates.approve")
def approve(work: Work, key: int, password: str, *, by: Actor) -> str:
    """Sign a report with the password entered again: a third person. Its bytes are frozen. Returns number and revision."""
    certificate = work.get_one(Certificate, key)
    # meanwhile none is returned, none is added and the form is not corrected; in the order in which a review locks them
    work.execute(select(Analysis.id).where(Analysis.sample_id == certificate.sample_id).order_by(Analysis.id).with_for_update())
    work.execute(select(Sample.id).where(Sample.id == certificate.sample_id).with_for_update())
    target = CERTIFICATE_FLOW.make("approve", _facts(work, certificate, "approve"), by)
    people.confirm(work, password, by)
    _freeze(work, certificate, by)
    certificate.state, certificate.approved_by, certificate.approved_at = target, by.id, work.now()
    work.add(Signature(sample_id=certificate.sample_id, certificate_id=key, step="approve", person_id=by.id, at=work.now(), digest=certificate.digest))
    if certificate.replaces_id:
        _replace(work, certificate.replaces_id, certificate.cause, by)
    return certificate.called()


@verb("certificates.issue")
def issue(work: Work, key: int, *, by: Actor) -> None:
    """Release an approved report to its recipients; no byte of it changes."""
    certificate = work.get_one(Certificate, key)
    certificate.state = CERTIFICATE_FLOW.make("issue", _facts(work, certificate, "issue"), by)
    certificate.issued_at = work.now()


def approve_and_issue(work: Work, key: int, password: str, *, by: Actor) -> str:
    """Approve and issue in one unit of work."""
    called = approve(work, key, password, by=by)
    issue(work, key, by=by)
    return called


@verb("certificates.void")
def void(work: Work, key: int, password: str, *, reason: str, by: Actor) -> None:
    """Declare a report void with a reason and the password; its frozen bytes stay."""
    certificate = work.get_one(Certificate, key)
    target = CERTIFICATE_FLOW.make("void", _facts(work, certificate, "void"), by, reason)
    people.confirm(work, password, by)
    certificate.state, certificate.cause = target, reason.strip()
    work.add(Signature(sample_id=certificate.sample_id, certificate_id=key, step="void", person_id=by.id, at=work.now(), digest=certificate.digest))


@verb("certificates.revise", Right.APPROVE)
def revise(work: Work, key: int, *, reason: str, by: Actor) -> int:
    """Begin a new revision of an issued report; the old one stays in force until the new one is approved. Returns its key."""
    certificate = work.get_one(Certificate, key)
    if refusal := CERTIFICATE_FLOW.refusal("replace", _facts(work, certificate, "replace"), by):
        raise Refusal(refusal)
    if not reason.strip():
        raise Refusal(_("A revision says what it corrects and why. Write the reason."))
    if work.scalar(select(Certificate.id).where(Certificate.replaces_id == key, Certificate.state == CertificateState.DRAFT)):
        raise Refusal(_("A revision of this report is being drafted already."))
    following = Certificate(
        number=certificate.number,
        revision=certificate.revision + 1,
        sample_id=certificate.sample_id,
        replaces_id=key,
        cause=reason.strip(),
        drafted_at=work.now(),
    )
    work.add(following)
    work.flush()
    return following.id


def pages(work: Work, key: int) -> bytes:
    """Return the pages of a report to look at or print. Raises Refusal when a glyph is missing.

    A draft is marked 草稿; an approved report is the frozen bytes themselves; one void or replaced is a copy with 作废 laid over.
    """
    from lims.reports import food, overlay

    frozen = view.pdf(work, key)
    if frozen is None:
        return food.pages(view.sheet(work, key, work.now()))
    content, state = frozen
    return overlay.stamped(content, _(OVERLAYS[state])) if state in OVERLAYS else content


def write_copies(work: Work, folder: Path) -> list[Path]:
    """Write the PDF of every approved report that *folder* lacks, and return the paths of all. Raises Trouble."""
    rows = work.execute(
        select(Certificate.number, Certificate.revision, Certificate.document).where(Certificate.document.is_not(None)).order_by(Certificate.id)
    )
    paths = []
    for number, revision, document in rows:
        path = folder / f"{number}-{revision}.pdf"
        paths.append(path)
        if not path.exists():
            save(path, work.get_one(Document, document).content)
    return paths


def save(path: Path, content: bytes) -> None:
    """Write a document whole or not at all. Raises Trouble."""
    unfinished = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise Trouble(_("{file} could not be written: {why}. The report is safe in the database.").format(file=path, why=error.strerror)) from None


def _freeze(work: Work, certificate: Certificate, by: Actor) -> None:
    from lims.reports import food  # ReportLab costs half a second; only who signs pays it

    with speaking(work.setting("report_language")):
        meaning = _(view.STEPS["approve"][1])
    sheet = view.sheet(work, certificate.id, work.now(), view.Signature("approve", by.name, work.now(), work.today(), meaning))
    content = content_of(dataclasses.replace(sheet, copy=Copy.ORIGINAL))
    del content["digest"]
    certificate.content, certificate.digest, certificate.verdict = content, digest(content), sheet.verdict.value
    pages = food.pages(dataclasses.replace(sheet, copy=Copy.ORIGINAL, digest=certificate.digest))
    sha256 = hashlib.sha256(pages).hexdigest()
    work.add(Document(sha256=sha256, content=pages))
    work.flush()
    certificate.document = sha256


def _replace(work: Work, key: int, reason: str, by: Actor) -> None:
    before = work.get_one(Certificate, key)
    if before.state is CertificateState.VOID:  # declared void while its revision was drafted: void it stays
        return
    before.state = CERTIFICATE_FLOW.make("replace", _facts(work, before, "replace"), by, reason)


def _facts(work: Work, certificate: Certificate, verb: str) -> CertificateFacts:
    """Return what a move asks about; one without guards asks for the state alone, and nothing else is read."""
    return view.facts_of(work, certificate.id) if CERTIFICATE_FLOW.by_verb[verb].guards else CertificateFacts(certificate.state)
