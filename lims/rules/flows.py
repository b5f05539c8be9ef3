"""The life of samples, analyses, certificates, readings and portions, declared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lims.i18n import N_, _
from lims.rules.rights import Actor, Right, holders
from lims.rules.workflow import Move, Workflow


class SampleState(StrEnum):
    """How far a sample has come."""

    EXPECTED = "expected"
    RECEIVED = "received"
    REFUSED = "refused"
    IN_TEST = "in_test"
    REPORTED = "reported"
    ARCHIVED = "archived"


class AnalysisState(StrEnum):
    """How far one thing asked of a sample has come."""

    REQUESTED = "requested"
    ASSIGNED = "assigned"
    IN_TEST = "in_test"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    CANCELLED = "cancelled"


class CertificateState(StrEnum):
    """How far a report has come; after approval nothing moves back."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    REPLACED = "replaced"
    VOID = "void"


class ReadingState(StrEnum):
    """What became of something an instrument said."""

    NEW = "new"
    MATCHED = "matched"
    NEEDS_PERSON = "needs_person"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RECORDED = "recorded"
    REPLACED = "replaced"


class PortionState(StrEnum):
    """Where a portion of a sample stands."""

    SEALED = "sealed"
    OPENED = "opened"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """What the moves of a sample ask about."""

    state: SampleState
    analyses: int = 0


@dataclass(frozen=True, slots=True)
class AnalysisFacts:
    """What the moves of an analysis ask about."""

    state: AnalysisState
    assigned_to: int | None = None
    entered_by: frozenset[int] = frozenset()
    """Everybody who entered or accepted anything, in any attempt."""
    submitted_by: int | None = None
    lacks: str | None = None
    """Why the present attempt is not complete, in words."""
    reported: str = ""
    """Number of the approved report that rests on it, unless a revision of it is being drafted."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What the moves of a report ask about."""

    state: CertificateState
    results: int = 0
    """How many results it would report."""
    testers: frozenset[int] = frozenset()
    reviewers: frozenset[int] = frozenset()
    unreviewed: tuple[str, ...] = ()
    """Items not reviewed yet."""
    unconfirmed: tuple[str, ...] = ()
    """Items decided by a limit the laboratory has not confirmed."""
    undecided: tuple[str, ...] = ()
    """Items without a verdict."""


@dataclass(frozen=True, slots=True)
class ReadingFacts:
    """What the moves of a reading ask about."""

    state: ReadingState
    problem: str | None = None
    """Why the reading cannot go into a result as it stands, in words."""


def has_analyses(sample: SampleFacts, _person: Actor) -> str | None:
    """A sample is received for something."""
    return None if sample.analyses else _("Nothing is asked of this sample. Choose what to test first.")


def own_work(analysis: AnalysisFacts, person: Actor) -> str | None:
    """Only the person at the bench hands in the work."""
    if analysis.assigned_to in (None, person.id):
        return None
    return _("This is another analyst's work. Have it assigned to you first.")


def complete(analysis: AnalysisFacts, _person: Actor) -> str | None:
    """Nothing half done is handed in."""
    return analysis.lacks


def submitter(analysis: AnalysisFacts, person: Actor) -> str | None:
    """Only who handed in takes back."""
    return None if analysis.submitted_by == person.id else _("Only the analyst who submitted it can recall it.")


def four_eyes(analysis: AnalysisFacts, person: Actor) -> str | None:
    """Nobody reviews what they entered themselves (ISO/IEC 17025:2017, 7.7 and 7.11)."""
    if person.id in analysis.entered_by or analysis.submitted_by == person.id:
        return _("You entered this result, so you cannot review it. {holders} can.").format(holders=holders(Right.REVIEW))
    return None


def not_reported(analysis: AnalysisFacts, _person: Actor) -> str | None:
    """After approval nothing moves back."""
    if analysis.reported:
        return _("Report {number} rests on this result. A signatory must begin a revision of the report first.").format(number=analysis.reported)
    return None


def has_results(certificate: CertificateFacts, _person: Actor) -> str | None:
    """An empty report says nothing."""
    return None if certificate.results else _("Nothing was tested of this sample, so there is nothing to report.")


def correction_refusal(stage: SampleState, reported: str) -> str | None:
    """Say why a sampling form, or what is asked of its sample, cannot change any more, or return None.

    *reported* is the number of the approved report that rests on it.
    """
    if stage in (SampleState.REFUSED, SampleState.ARCHIVED):
        return _("The sample is {state}; its form stays as it is.").format(state=_(SAMPLE_FLOW.words[stage]))
    if reported:
        return _("Report {number} rests on this form. A signatory must begin a revision of the report first.").format(number=reported)
    return None


def all_reviewed(certificate: CertificateFacts, _person: Actor) -> str | None:
    """Nothing issued rests on unreviewed results."""
    if certificate.unreviewed:
        return _("Not reviewed yet: {items}.").format(items=_(", ").join(certificate.unreviewed))
    return None


def third_person(certificate: CertificateFacts, person: Actor) -> str | None:
    """Tester, reviewer and approver are three people."""
    if person.id in certificate.testers:
        return _("You tested this sample, so you cannot approve its report. Another authorised signatory can.")
    if person.id in certificate.reviewers:
        return _("You reviewed this sample, so you cannot approve its report. Another authorised signatory can.")
    return None


def limits_confirmed(certificate: CertificateFacts, _person: Actor) -> str | None:
    """No unconfirmed limit decides a signed report."""
    if certificate.unconfirmed:
        return _("The laboratory has not confirmed the limit of {items}, so it cannot decide a report. {holders} can confirm it under Limits.").format(
            items=_(", ").join(certificate.unconfirmed), holders=holders(Right.CONFIRM)
        )
    return None


def everything_decided(certificate: CertificateFacts, _person: Actor) -> str | None:
    """A verdict that is not known is not signed."""
    if certificate.undecided:
        return _("No verdict yet on {items}. Open it with F3 to see what is missing.").format(items=_(", ").join(certificate.undecided))
    return None


def no_problem(reading: ReadingFacts, _person: Actor) -> str | None:
    """A reading that does not fit needs a person first."""
    return reading.problem


S, A, C, D = SampleState, AnalysisState, CertificateState, ReadingState

SAMPLE_FLOW = Workflow[SampleFacts, SampleState](
    "sample",
    S.EXPECTED,
    {
        S.EXPECTED: N_("expected"),
        S.RECEIVED: N_("received"),
        S.REFUSED: N_("refused"),
        S.IN_TEST: N_("in test"),
        S.REPORTED: N_("reported"),
        S.ARCHIVED: N_("archived"),
    },
    Move("receive", N_("Receive"), (S.EXPECTED,), S.RECEIVED, Right.RECEIVE, (has_analyses,)),
    Move("refuse", N_("Refuse"), (S.EXPECTED,), S.REFUSED, Right.RECEIVE, needs_reason=True),
    Move("start", N_("Testing started"), (S.RECEIVED,), S.IN_TEST, Right.TEST, by_itself=True),
    Move("report", N_("Report issued"), (S.IN_TEST,), S.REPORTED, Right.APPROVE, by_itself=True),
    Move("archive", N_("Archive"), (S.REPORTED,), S.ARCHIVED, Right.RECEIVE),
)

ANALYSIS_FLOW = Workflow[AnalysisFacts, AnalysisState](
    "analysis",
    A.REQUESTED,
    {
        A.REQUESTED: N_("requested"),
        A.ASSIGNED: N_("assigned"),
        A.IN_TEST: N_("in test"),
        A.SUBMITTED: N_("submitted"),
        A.REVIEWED: N_("reviewed"),
        A.CANCELLED: N_("cancelled"),
    },
    Move("assign", N_("Assign"), (A.REQUESTED, A.ASSIGNED), A.ASSIGNED, Right.ASSIGN),
    Move("start", N_("Start"), (A.ASSIGNED,), A.IN_TEST, Right.TEST, (own_work,)),
    Move("repeat", N_("Repeat"), (A.IN_TEST,), A.IN_TEST, Right.TEST, (own_work,), needs_reason=True),
    Move("submit", N_("Submit"), (A.IN_TEST,), A.SUBMITTED, Right.TEST, (own_work, complete)),
    Move("recall", N_("Recall"), (A.SUBMITTED,), A.IN_TEST, Right.TEST, (submitter,)),
    Move("return", N_("Return to bench"), (A.SUBMITTED, A.REVIEWED), A.IN_TEST, Right.REVIEW, (not_reported,), needs_reason=True),
    Move("review", N_("Pass"), (A.SUBMITTED,), A.REVIEWED, Right.REVIEW, (four_eyes,)),
    Move("cancel", N_("Cancel"), (A.REQUESTED, A.ASSIGNED, A.IN_TEST), A.CANCELLED, Right.ASSIGN, needs_reason=True),
)

CERTIFICATE_FLOW = Workflow[CertificateFacts, CertificateState](
    "certificate",
    C.DRAFT,
    {
        C.DRAFT: N_("to approve"),
        C.APPROVED: N_("approved"),
        C.ISSUED: N_("issued"),
        C.REPLACED: N_("replaced"),
        C.VOID: N_("void"),
    },
    Move(
        "approve",
        N_("Approve"),
        (C.DRAFT,),
        C.APPROVED,
        Right.APPROVE,
        (has_results, all_reviewed, third_person, everything_decided, limits_confirmed),
        needs_password=True,
    ),
    Move("issue", N_("Issue"), (C.APPROVED,), C.ISSUED, Right.APPROVE),
    Move("replace", N_("Replace"), (C.ISSUED,), C.REPLACED, Right.APPROVE, needs_reason=True, by_itself=True),
    Move("void", N_("Void"), (C.APPROVED, C.ISSUED), C.VOID, Right.APPROVE, needs_reason=True, needs_password=True),
)

READING_FLOW = Workflow[ReadingFacts, ReadingState](
    "reading",
    D.NEW,
    {
        D.NEW: N_("new"),
        D.MATCHED: N_("matched"),
        D.NEEDS_PERSON: N_("needs a person"),
        D.ACCEPTED: N_("accepted"),
        D.REJECTED: N_("rejected"),
        D.RECORDED: N_("recorded"),
        D.REPLACED: N_("read anew"),
    },
    Move("recognise", N_("Recognise"), (D.NEW, D.NEEDS_PERSON), D.MATCHED, Right.TEST, by_itself=True),
    Move("query", N_("Ask a person"), (D.NEW,), D.NEEDS_PERSON, Right.TEST, by_itself=True),
    Move("record", N_("Record"), (D.NEW,), D.RECORDED, Right.TEST, by_itself=True),
    Move("take", N_("Take by rule"), (D.MATCHED,), D.ACCEPTED, Right.TEST, (no_problem,), by_itself=True),
    Move("read_anew", N_("Read anew"), (D.MATCHED, D.NEEDS_PERSON), D.REPLACED, Right.TEST, by_itself=True),
    Move("match", N_("Match"), (D.NEEDS_PERSON, D.MATCHED), D.MATCHED, Right.TEST),
    Move("accept", N_("Accept"), (D.MATCHED,), D.ACCEPTED, Right.TEST, (no_problem,)),
    Move("weigh", N_("Take into the cell"), (D.MATCHED, D.NEEDS_PERSON), D.ACCEPTED, Right.TEST, (no_problem,)),
    Move("reject", N_("Reject"), (D.MATCHED, D.NEEDS_PERSON), D.REJECTED, Right.TEST, needs_reason=True),
)

PORTION_WORDS = {PortionState.SEALED: N_("sealed"), PortionState.OPENED: N_("opened"), PortionState.KEPT: N_("kept")}

FLOWS: tuple[Workflow[Any, Any], ...] = (SAMPLE_FLOW, ANALYSIS_FLOW, CERTIFICATE_FLOW, READING_FLOW)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a sample's state follows from: counts as numbers, or the same counts as columns of a query."""

    begun: Any
    """Analyses that anybody has started."""
    issued: Any
    """Certificates in force."""


FOLLOWS: tuple[tuple[SampleState, Callable[[Progress], Any]], ...] = (
    (S.REPORTED, lambda progress: progress.issued > 0),
    (S.IN_TEST, lambda progress: progress.begun > 0),
)
"""First condition that holds gives the state of a received sample; the same rows serve Python and SQL."""


def sample_state(stage: SampleState, progress: Progress) -> SampleState:
    """Return the state of a sample: what persons moved it to, or what followed from its analyses and certificate."""
    if stage is not S.RECEIVED:
        return stage
    return next((state for state, holds in FOLLOWS if holds(progress)), stage)
