"""The inbox's laws: every cause has a sentence in both languages, and a span, a control and a flag say what a profile means by them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

import pytest

from lims.i18n import N_, _, speaking
from lims.rules.inbox import CAUSE_WORDS, FLAGS, Cause, Control, Demands, Problem, Span, first, lacking, problem, unfit, why

FACTS: Mapping[Cause, Mapping[str, str]] = {
    Cause.BROKEN: {"words": "The line was lost in the middle of a message."},
    Cause.AGAIN: {"time": "2026-11-23 08:00"},
    Cause.NOT_FINAL: {"status": "preliminary"},
    Cause.CONTROL: {"sample": "QC-1", "value": "8 μg/kg", "low": "3", "high": "7"},
    Cause.CONTROL_FAILED: {"test": "aflatoxin-b1", "sample": "QC-1"},
    Cause.UNSTABLE: {},
    Cause.NO_RESULT: {"words": "The control changed by {control} only: the enzyme is not fit. Repeat with fresh enzyme.", "control": "0"},
    Cause.UNKNOWN_SAMPLE: {"number": "X-1"},
    Cause.UNKNOWN_TEST: {"test": "AF", "number": "X-1"},
    Cause.OUTSIDE_RANGE: {"value": "90 μg/kg", "low": "1 μg/kg", "high": "50 μg/kg"},
    Cause.OUT_OF_BOUNDS: {"place": "冷库 1", "value": "9 °C", "low": "2 °C", "high": "8 °C"},
    Cause.UNFIT: {"en": "Not in test.", "zh_CN": "未在检。"},
    Cause.TWICE: {},
    Cause.DIFFERS: {"value": "4.7 μg/kg"},
}
"""Cause -> facts it comes with."""

SENTENCES: Mapping[Cause, str] = {
    Cause.BROKEN: "The line was lost in the middle of a message.",
    Cause.CONTROL: "The control QC-1 reads 8 μg/kg, outside 3 to 7. Look for the cause; values after it wait.",
    Cause.NO_RESULT: "The control changed by 0 only: the enzyme is not fit. Repeat with fresh enzyme.",
    Cause.UNKNOWN_SAMPLE: "No sample has the number X-1.",
    Cause.OUT_OF_BOUNDS: "冷库 1 reads 9 °C, outside 2 °C to 8 °C. See to it now.",
    Cause.UNFIT: "Not in test.",
    Cause.DIFFERS: "4.7 μg/kg was taken into the result from these bytes before. Repeat the analysis if this reading is the right one.",
}


def chinese(text: str) -> bool:
    """Tell whether a sentence holds a Chinese character."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def test_every_cause_has_a_sentence_and_facts_are_known_here() -> None:
    assert set(CAUSE_WORDS) == set(Cause) == set(FACTS)


@pytest.mark.parametrize("cause", Cause)
def test_a_cause_is_told_whole_in_both_languages_also_after_its_facts_were_json(cause: Cause) -> None:
    facts = json.loads(json.dumps(FACTS[cause]))
    english = why(cause, facts)
    with speaking("zh_CN"):
        translated = why(cause, facts)
    assert english and "{" not in english and "{" not in translated
    assert chinese(translated) and translated.endswith("。")
    assert all(fact in english and fact in translated for name, fact in facts.items() if name not in ("words", "status", "en", "zh_CN"))


@pytest.mark.parametrize("cause", SENTENCES)
def test_the_sentence_of_a_cause_is_this(cause: Cause) -> None:
    assert why(cause, FACTS[cause]) == SENTENCES[cause]


def test_an_empty_fact_is_a_dash() -> None:
    assert why(Cause.UNKNOWN_SAMPLE, {"number": ""}) == "No sample has the number —."


def test_a_status_is_told_in_the_readers_language_one_nobody_knows_as_it_was_sent() -> None:
    assert why(Cause.NOT_FINAL, {"status": "Z"}) == "The instrument calls this value Z; it does not enter a result by itself."
    with speaking("zh_CN"):
        assert "preliminary" not in why(Cause.NOT_FINAL, {"status": "preliminary"})


def test_what_does_not_fit_is_kept_in_each_language() -> None:
    found = unfit(lambda: _(N_("The weighings give a value that cannot be. Check them.")))
    assert found is not None and found.cause is Cause.UNFIT
    assert set(found.facts) == {"en", "zh_CN"} and chinese(found.facts["zh_CN"])
    assert why(found.cause, found.facts) == "The weighings give a value that cannot be. Check them."
    with speaking("pseudo"):
        assert why(found.cause, found.facts) == found.facts["en"]
    assert unfit(lambda: None) is None
    told = iter(("x", None, None))
    assert unfit(lambda: next(told)) == Problem(Cause.UNFIT, {"zh_CN": "", "en": ""})


# -- flags


@pytest.mark.parametrize("flag", FLAGS)
def test_what_a_codec_could_not_read_has_a_sentence_in_both_languages(flag: str) -> None:
    found = lacking(f"H {flag}")
    assert found == problem(Cause.NO_RESULT, words=FLAGS[flag])
    with speaking("zh_CN"):
        assert chinese(why(found.cause, found.facts))


def test_the_first_known_flag_is_told_and_strange_ones_say_nothing() -> None:
    assert lacking("") is None and lacking("H A1 missing") is None
    assert lacking("x missing:unit no-header") == problem(Cause.NO_RESULT, words=FLAGS["missing:unit"])


# -- spans

D = Decimal
RANGE = Span(D(1), D(50), "μg/kg")


@pytest.mark.parametrize(
    ("span", "text", "unit", "misses", "holds"),
    [
        (RANGE, "1", "μg/kg", False, True),
        (RANGE, "50.0", "μg/kg", False, True),
        (RANGE, "0.99", "μg/kg", True, False),
        (RANGE, "50.1", "μg/kg", True, False),
        (RANGE, "0.05", "mg/kg", False, True),
        (RANGE, "0.0501", "mg/kg", True, False),
        (RANGE, "60", "", True, False),
        (RANGE, "60", "IU", False, False),
        (RANGE, "<1", "μg/kg", False, False),
        (RANGE, "<0.5", "μg/kg", False, False),
        (RANGE, ">50", "μg/kg", False, False),
        (RANGE, ">80", "μg/kg", False, False),
        (RANGE, "未检出", "", False, False),
        (RANGE, "POS", "", False, False),
        (RANGE, "ERR 3", "μg/kg", False, False),
        (RANGE, "", "", False, False),
        (Span(D(3), D(7)), "5", "anything", False, True),
        (Span(D(3)), "2.9", "", True, False),
        (Span(D(3)), "1E9", "", False, True),
        (Span(None, D(7)), "-5", "", False, True),
        (Span(None, D(7)), "7.01", "", True, False),
        (Span(), "5", "", False, True),
    ],
)
def test_a_number_lies_within_or_outside_and_what_is_no_number_does_neither(span: Span, text: str, unit: str, misses: bool, holds: bool) -> None:
    assert (span.misses(text, unit), span.holds(text, unit)) == (misses, holds)


def test_the_ends_of_a_span_are_shown_with_their_unit_an_open_one_is_empty() -> None:
    assert RANGE.facts() == {"low": "1 μg/kg", "high": "50 μg/kg"}
    assert Span(None, D("0.50")).facts() == {"low": "", "high": "0.50"}


# -- controls


@pytest.mark.parametrize(
    ("sample", "test", "covers"),
    [("QC-1", "a", True), ("QC-2", "a", True), ("QC-10", "a", False), ("xQC-1", "a", False), ("qc-1", "a", False), ("QC-1", "b", False), ("", "a", False)],
)
def test_a_control_is_known_by_its_whole_number_and_its_item(sample: str, test: str, covers: bool) -> None:
    assert Control("QC-[0-9]", "a", Span()).covers(sample, test) is covers
    assert Control("QC-[0-9]", "*", Span()).covers(sample, "whatever") is (sample in ("QC-1", "QC-2"))


def test_of_several_rules_the_first_that_covers_counts() -> None:
    own, every = Control("QC", "a", Span(D(1))), Control("QC", "*", Span(D(2)))
    demands = Demands(controls=(own, every))
    assert (demands.control("QC", "a"), demands.control("QC", "b"), demands.control("X", "a")) == (own, every, None)


def test_of_several_problems_the_first_counts() -> None:
    one, other = problem(Cause.TWICE), problem(Cause.UNSTABLE)
    assert first([None, one, other]) is one
    assert first([None]) is None and first([]) is None
    assert Problem(Cause.TWICE).facts == {}
