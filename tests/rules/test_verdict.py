"""What is said of results together, and sentences that can be read in either language at any time."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims import i18n
from lims.rules.verdict import WORDS, Decision, Said, Verdict, said, together

PASS, FAIL, UNDECIDED, NONE = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED, Verdict.NONE
several = st.lists(st.sampled_from(Verdict), max_size=8)


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        ([], NONE),
        ([NONE], NONE),
        ([PASS], PASS),
        ([PASS, NONE], PASS),
        ([PASS, UNDECIDED], UNDECIDED),
        ([NONE, UNDECIDED], UNDECIDED),
        ([PASS, UNDECIDED, FAIL], FAIL),
        ([NONE, FAIL], FAIL),
    ],
)
def test_one_failing_result_fails_a_sample_and_one_undecided_leaves_it_undecided(verdicts: list[Verdict], whole: Verdict) -> None:
    assert together(verdicts) is whole
    assert together(reversed(verdicts)) is whole


@given(several)
def test_a_sample_passes_only_where_something_passed_and_nothing_else_was_said(verdicts: list[Verdict]) -> None:
    assert (together(verdicts) is PASS) == (PASS in verdicts and set(verdicts) <= {PASS, NONE})


@given(several, several)
def test_samples_taken_together_say_what_all_their_results_say(one: list[Verdict], other: list[Verdict]) -> None:
    assert together([*one, *other]) is together([together(one), together(other)])


def test_each_verdict_has_its_words_in_both_languages() -> None:
    assert set(WORDS) == set(Verdict)
    assert [i18n._(WORDS[verdict]) for verdict in (PASS, FAIL)] == ["Conforms", "Does not conform"]
    with i18n.speaking("zh_CN"):
        assert [i18n._(WORDS[verdict]) for verdict in (PASS, FAIL, UNDECIDED, NONE)] == ["合格", "不合格", "待判定", "不判定"]


def test_a_sentence_keeps_its_facts_and_writes_decimals_without_a_power() -> None:
    sentence = said("{value} of {count} in {unit}: {words}", value=Decimal("2.60E+4"), count=5, unit="mg/kg", words="{no gap}")
    assert sentence == Said("{value} of {count} in {unit}: {words}", {"value": "26000", "count": "5", "unit": "mg/kg", "words": "{no gap}"})
    assert sentence.shown() == "26000 of 5 in mg/kg: {no gap}"


def test_a_sentence_is_shown_in_the_language_of_the_moment() -> None:
    sentence = said("{unit} cannot be turned into {target}.", unit="ppm", target="mg/kg")
    assert sentence.shown() == "ppm cannot be turned into mg/kg."
    with i18n.speaking("zh_CN"):
        assert sentence.shown() == "ppm 换算不到 mg/kg。"


def test_a_decision_explains_itself_sentence_by_sentence_in_their_order() -> None:
    decision = Decision(FAIL, (said("First {n}.", n=1), Said("Second.")))
    assert (decision.why(), decision.further) == ("First 1. Second.", 0)
    assert Decision(UNDECIDED, (), 2).why() == ""
