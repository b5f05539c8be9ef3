"""The whole matrix: every state, every move, every role of samples, analyses, reports and readings."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from lims.errors import Refusal
from lims.rules.flows import (
    ANALYSIS_FLOW,
    CERTIFICATE_FLOW,
    FLOWS,
    READING_FLOW,
    SAMPLE_FLOW,
    AnalysisFacts,
    AnalysisState,
    CertificateFacts,
    CertificateState,
    Progress,
    ReadingFacts,
    ReadingState,
    SampleFacts,
    SampleState,
    correction_refusal,
    sample_state,
)
from lims.rules.rights import ROLES, Actor, Role, rights_of

R = Role

TABLE: dict[str, dict[str, tuple[str, str, frozenset[Role]]]] = {
    "sample": {
        "receive": ("expected", "received", frozenset({R.RECEPTIONIST})),
        "refuse": ("expected", "refused", frozenset({R.RECEPTIONIST})),
        "archive": ("reported", "archived", frozenset({R.RECEPTIONIST})),
    },
    "analysis": {
        "assign": ("requested assigned", "assigned", frozenset({R.ANALYST, R.TECHNICAL})),
        "start": ("assigned", "in_test", frozenset({R.ANALYST})),
        "repeat": ("in_test", "in_test", frozenset({R.ANALYST})),
        "submit": ("in_test", "submitted", frozenset({R.ANALYST})),
        "recall": ("submitted", "in_test", frozenset({R.ANALYST})),
        "return": ("submitted reviewed", "in_test", frozenset({R.REVIEWER})),
        "review": ("submitted", "reviewed", frozenset({R.REVIEWER})),
        "cancel": ("requested assigned in_test", "cancelled", frozenset({R.ANALYST, R.TECHNICAL})),
    },
    "certificate": {
        "approve": ("draft", "approved", frozenset({R.SIGNATORY})),
        "issue": ("approved", "issued", frozenset({R.SIGNATORY})),
        "void": ("approved issued", "void", frozenset({R.SIGNATORY})),
    },
    "reading": {
        "match": ("needs_person matched", "matched", frozenset({R.ANALYST})),
        "accept": ("matched", "accepted", frozenset({R.ANALYST})),
        "weigh": ("matched needs_person", "accepted", frozenset({R.ANALYST})),
        "reject": ("matched needs_person", "rejected", frozenset({R.ANALYST})),
    },
}
"""What persons do, by hand from the design: where from, where to, by whom."""

BY_ITSELF = {
    "sample": {"start": ("received", "in_test"), "report": ("in_test", "reported")},
    "analysis": {},
    "certificate": {"replace": ("issued", "replaced")},
    "reading": {
        "recognise": ("new needs_person", "matched"),
        "query": ("new", "needs_person"),
        "record": ("new", "recorded"),
        "take": ("matched", "accepted"),
        "read_anew": ("matched needs_person", "replaced"),
    },
}
ENDS = {
    "sample": {"refused", "archived"},
    "analysis": {"cancelled"},
    "certificate": {"replaced", "void"},
    "reading": {"accepted", "rejected", "recorded", "replaced"},
}
NEED_REASON = {"refuse", "repeat", "return", "cancel", "void", "replace", "reject"}
NEED_PASSWORD = {"approve", "void"}

BY_NAME = {flow.name: flow for flow in FLOWS}
ME, OTHER = 7, 8


def person(*roles: Role) -> Actor:
    return Actor(ME, "wo", "我", rights_of(roles))


EVERYBODY = person(*(role for role in Role if role is not Role.ADMINISTRATOR))


def willing(flow: str, state: str) -> Any:
    """Facts that no guard objects to."""
    return {
        "sample": lambda: SampleFacts(SampleState(state), analyses=1),
        "analysis": lambda: AnalysisFacts(AnalysisState(state), assigned_to=ME, submitted_by=ME if state == "submitted" else None),
        "certificate": lambda: CertificateFacts(CertificateState(state), results=1),
        "reading": lambda: ReadingFacts(ReadingState(state)),
    }[flow]()


def cases() -> list[tuple[str, str, str, Role]]:
    return [(name, verb, str(state), role) for name, moves in TABLE.items() for verb, state, role in product(moves, BY_NAME[name].words, Role)]


@pytest.mark.parametrize(("name", "verb", "state", "role"), cases(), ids="-".join)
def test_every_state_move_and_role_is_allowed_or_refused_in_words_that_name_who_can(name: str, verb: str, state: str, role: Role) -> None:
    sources, target, roles = TABLE[name][verb]
    flow, facts = BY_NAME[name], willing(name, state)
    if (name, verb) == ("analysis", "review"):
        facts = replace(facts, submitted_by=OTHER)
    refusal = flow.refusal(verb, facts, person(role))
    if state not in sources.split():
        assert refusal == f"“{flow.by_verb[verb].label}” is not possible: it is {flow.words[facts.state]}."
    elif role not in roles:
        assert refusal is not None
        assert refusal.startswith("You may not ")
        assert all(ROLES[holder][0] in refusal for holder in roles)
    else:
        assert refusal is None
        assert flow.make(verb, facts, person(role), "why") == target


def test_the_hand_written_table_names_every_move_there_is() -> None:
    assert {name: set(moves) | set(BY_ITSELF[name]) for name, moves in TABLE.items()} == {flow.name: set(flow.by_verb) for flow in FLOWS}
    assert [(flow.name, move.verb) for flow in FLOWS for move in flow.moves if move.by_itself] == [(name, verb) for name in TABLE for verb in BY_ITSELF[name]]


@pytest.mark.parametrize(("name", "verb"), [(name, verb) for name, moves in BY_ITSELF.items() for verb in moves])
def test_what_follows_by_itself_comes_from_its_states_and_is_offered_to_nobody(name: str, verb: str) -> None:
    sources, target = BY_ITSELF[name][verb]
    for state in BY_NAME[name].words:
        facts = willing(name, str(state))
        assert verb not in {offer.verb for offer in BY_NAME[name].offers(facts, EVERYBODY)}
        if str(state) in sources.split():
            assert BY_NAME[name].make(verb, facts, EVERYBODY, "why") == target
        else:
            assert BY_NAME[name].refusal(verb, facts, EVERYBODY)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_every_state_is_reached_from_the_first_and_end_states_are_final(flow: Any) -> None:
    reached, size = {flow.initial}, 0
    while len(reached) > size:
        size = len(reached)
        reached |= {move.target for move in flow.moves if reached & set(move.sources)}
    assert reached == set(type(flow.initial)) == set(flow.words)
    assert {state for state in flow.words if not any(state in move.sources for move in flow.moves)} == ENDS[flow.name]
    for state in ENDS[flow.name]:
        assert list(flow.offers(willing(flow.name, state), EVERYBODY)) == []


@pytest.mark.parametrize(("flow", "move"), [pytest.param(flow, move, id=f"{flow.name}-{move.verb}") for flow in FLOWS for move in flow.moves])
def test_a_reason_and_a_password_are_asked_where_the_design_says(flow: Any, move: Any) -> None:
    assert (move.needs_reason, move.needs_password) == (move.verb in NEED_REASON, move.verb in NEED_PASSWORD)
    if move.needs_reason:
        facts = willing(flow.name, str(move.sources[0]))
        with pytest.raises(Refusal, match=f"“{move.label}” needs a reason"):
            flow.make(move.verb, facts, EVERYBODY, " ")


def test_a_sample_nothing_is_asked_of_is_not_received() -> None:
    said = SAMPLE_FLOW.refusal("receive", SampleFacts(SampleState.EXPECTED, analyses=0), person(R.RECEPTIONIST))
    assert said == "Nothing is asked of this sample. Choose what to test first."


@pytest.mark.parametrize(("verb", "state"), [("start", AnalysisState.ASSIGNED), ("repeat", AnalysisState.IN_TEST), ("submit", AnalysisState.IN_TEST)])
@pytest.mark.parametrize(("assigned", "open_"), [(ME, True), (None, True), (OTHER, False)])
def test_only_the_person_at_the_bench_works_on_it(verb: str, state: AnalysisState, assigned: int | None, open_: bool) -> None:
    said = ANALYSIS_FLOW.refusal(verb, AnalysisFacts(state, assigned_to=assigned), person(R.ANALYST))
    assert said == (None if open_ else "This is another analyst's work. Have it assigned to you first.")


def test_nothing_half_done_is_handed_in() -> None:
    assert ANALYSIS_FLOW.refusal("submit", AnalysisFacts(AnalysisState.IN_TEST, lacks="1 value is missing."), person(R.ANALYST)) == "1 value is missing."


def test_only_who_submitted_recalls() -> None:
    said = ANALYSIS_FLOW.refusal("recall", AnalysisFacts(AnalysisState.SUBMITTED, submitted_by=OTHER), person(R.ANALYST))
    assert said == "Only the analyst who submitted it can recall it."


@pytest.mark.parametrize(
    "facts",
    [
        AnalysisFacts(AnalysisState.SUBMITTED, entered_by=frozenset({ME}), submitted_by=OTHER),
        AnalysisFacts(AnalysisState.SUBMITTED, entered_by=frozenset({OTHER}), submitted_by=ME),
    ],
    ids=["entered", "submitted"],
)
def test_nobody_reviews_what_they_entered_or_submitted(facts: AnalysisFacts) -> None:
    assert ANALYSIS_FLOW.refusal("review", facts, EVERYBODY) == "You entered this result, so you cannot review it. Reviewer can."


def test_after_approval_no_result_moves_back() -> None:
    said = ANALYSIS_FLOW.refusal("return", AnalysisFacts(AnalysisState.REVIEWED, reported="BG2026-00001"), person(R.REVIEWER))
    assert said == "Report BG2026-00001 rests on this result. A signatory must begin a revision of the report first."


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"results": 0}, "Nothing was tested of this sample, so there is nothing to report."),
        ({"unreviewed": ("水分", "镉")}, "Not reviewed yet: 水分, 镉."),
        ({"testers": frozenset({ME})}, "You tested this sample, so you cannot approve its report. Another authorised signatory can."),
        ({"reviewers": frozenset({ME})}, "You reviewed this sample, so you cannot approve its report. Another authorised signatory can."),
        ({"undecided": ("水分",)}, "No verdict yet on 水分. Open it with F3 to see what is missing."),
        (
            {"unconfirmed": ("水分",)},
            "The laboratory has not confirmed the limit of 水分, so it cannot decide a report. Technical manager can confirm it under Limits.",
        ),
    ],
)
def test_a_report_is_not_approved_while_anything_speaks_against_it(facts: dict[str, Any], words: str) -> None:
    assert CERTIFICATE_FLOW.refusal("approve", CertificateFacts(CertificateState.DRAFT, **{"results": 2, **facts}), person(R.SIGNATORY)) == words


def test_a_reading_with_a_problem_is_not_accepted() -> None:
    assert READING_FLOW.refusal("accept", ReadingFacts(ReadingState.MATCHED, "It does not fit."), person(R.ANALYST)) == "It does not fit."


@pytest.mark.parametrize(("begun", "issued", "state"), [(0, 0, SampleState.RECEIVED), (1, 0, SampleState.IN_TEST), (2, 1, SampleState.REPORTED)])
def test_the_state_of_a_received_sample_follows_from_its_analyses_and_report(begun: int, issued: int, state: SampleState) -> None:
    assert sample_state(SampleState.RECEIVED, Progress(begun, issued)) is state


@pytest.mark.parametrize("stage", [SampleState.EXPECTED, SampleState.REFUSED, SampleState.ARCHIVED])
def test_where_persons_put_a_sample_it_stays(stage: SampleState) -> None:
    assert sample_state(stage, Progress(3, 1)) is stage


@pytest.mark.parametrize(
    ("stage", "report", "words"),
    [
        (SampleState.RECEIVED, "", None),
        (SampleState.EXPECTED, "", None),
        (SampleState.REFUSED, "", "The sample is refused; its form stays as it is."),
        (SampleState.ARCHIVED, "BG-1", "The sample is archived; its form stays as it is."),
        (SampleState.RECEIVED, "BG-1", "Report BG-1 rests on this form. A signatory must begin a revision of the report first."),
    ],
)
def test_a_form_is_corrected_until_something_rests_on_it(stage: SampleState, report: str, words: str | None) -> None:
    assert correction_refusal(stage, report) == words
