"""Rapid tests: which reading is positive, which says nothing, and that a positive is a suspicion only."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules import rapid
from lims.rules.rapid import Colour, Enzyme, Kit, Line, Lot, Outcome, Reading, Screened, Step, Strip
from lims.rules.verdict import Verdict

D = Decimal
POSITIVE, WEAK, NEGATIVE, INVALID = Outcome.POSITIVE, Outcome.WEAK, Outcome.NEGATIVE, Outcome.INVALID

GB = rapid.gb_5009_199(None)
GB_WITH_LEAST = rapid.gb_5009_199(D("0.3"))


def test_inhibition_is_the_lost_part_of_the_controls_change() -> None:
    assert rapid.inhibition(D("0.400"), D("0.100")) == 75
    assert rapid.inhibition(D("0.400"), D("0.440")) == -10
    assert rapid.inhibition(D("0.400"), D("-0.010")) == D("102.5")


@pytest.mark.parametrize("control", ["0", "-0.1"])
def test_without_a_change_of_the_control_there_is_no_inhibition(control: str) -> None:
    with pytest.raises(Refusal):
        rapid.inhibition(D(control), D("0.1"))


@pytest.mark.parametrize(
    ("sample", "outcome"), [("0.2000", POSITIVE), ("0.2001", NEGATIVE), ("0.1999", POSITIVE), ("0.440", NEGATIVE), ("0.000", POSITIVE), ("-0.010", POSITIVE)]
)
def test_half_of_the_change_lost_is_positive(sample: str, outcome: Outcome) -> None:
    assert rapid.enzyme(D("0.400"), D(sample), GB, interfering=False).outcome is outcome


def test_inhibition_is_compared_before_it_is_rounded() -> None:
    screened = rapid.enzyme(D("1"), D("0.50001"), GB, interfering=False)
    assert screened.outcome is NEGATIVE
    assert screened.why() == "The inhibition is 50.00 %; positive is 50 % and more."


def test_the_threshold_belongs_to_the_method() -> None:
    other = Enzyme(D(70), None, 1)
    assert rapid.enzyme(D("0.400"), D("0.121"), other, interfering=False).outcome is NEGATIVE
    assert rapid.enzyme(D("0.400"), D("0.120"), other, interfering=False).outcome is POSITIVE


def test_a_positive_is_repeated_twice_and_confirmed_otherwise() -> None:
    screened = rapid.enzyme(D("0.400"), D("0.100"), GB, interfering=False)
    assert screened.further == 2
    assert screened.why() == (
        "The inhibition is 75.00 %; positive is 50 % and more. Repeat the test; repetitions at least: 2. "
        "A positive rapid test is a suspicion only: confirm it by another method before anything is judged."
    )


def test_a_negative_asks_for_nothing_more() -> None:
    screened = rapid.enzyme(D("0.400"), D("0.390"), GB, interfering=False)
    assert (screened.outcome, screened.further) == (NEGATIVE, 0)


@pytest.mark.parametrize(("control", "outcome"), [("0.299", INVALID), ("0.300", NEGATIVE), ("0.301", NEGATIVE)])
def test_a_control_that_changes_too_little_makes_the_test_invalid(control: str, outcome: Outcome) -> None:
    assert rapid.enzyme(D(control), D("0.290"), GB_WITH_LEAST, interfering=False).outcome is outcome


def test_an_invalid_test_is_repeated_whatever_the_sample_shows() -> None:
    screened = rapid.enzyme(D("0.2"), D("0"), GB_WITH_LEAST, interfering=True)
    assert (screened.outcome, screened.further) == (INVALID, 1)
    assert screened.why() == "The control changed by 0.2, less than the 0.3 asked for: the enzyme is not fit. Repeat with fresh enzyme."


def test_without_a_known_least_change_only_a_dead_control_is_invalid() -> None:
    assert rapid.enzyme(D("0.001"), D("0"), GB, interfering=False).outcome is POSITIVE
    screened = rapid.enzyme(D("0"), D("0"), GB, interfering=False)
    assert screened.outcome is INVALID
    assert screened.why() == "The control changed by 0 only: the enzyme is not fit. Repeat with fresh enzyme."


@pytest.mark.parametrize("sample", ["0.1", "0.39"])
def test_a_sample_that_disturbs_the_enzyme_is_marked_whatever_comes_out(sample: str) -> None:
    disturbed = rapid.enzyme(D("0.4"), D(sample), GB, interfering=True)
    plain = rapid.enzyme(D("0.4"), D(sample), GB, interfering=False)
    assert disturbed.outcome is plain.outcome
    assert "This kind of sample disturbs the enzyme, so the result may be false." in disturbed.why()
    assert "disturbs" not in plain.why()


@pytest.mark.parametrize("name", ["洋葱", "大蒜", "韭菜", "白萝卜", "西芹", "香菇", "番茄", "西红柿", "Cherry tomato", "Onion"])
def test_samples_known_to_disturb_the_enzyme_are_recognised(name: str) -> None:
    assert rapid.interferes(name)


@pytest.mark.parametrize("name", ["菠菜", "黄瓜", "Lettuce", ""])
def test_other_samples_are_not_marked(name: str) -> None:
    assert not rapid.interferes(name)


@pytest.mark.parametrize(
    ("threshold", "least", "repeats"),
    [
        *(("0", None, 2), ("-1", None, 2), ("100.1", None, 2), ("NaN", None, 2)),
        *(("50", "0", 2), ("50", "-0.1", 2), ("50", "NaN", 2), ("50", None, 0), ("50", None, 10)),
    ],
)
def test_a_method_that_cannot_be_is_refused(threshold: str, least: str | None, repeats: int) -> None:
    with pytest.raises(Refusal):
        Enzyme(D(threshold), least and D(least), repeats)


@pytest.mark.parametrize(("threshold", "repeats"), [("0.5", 1), ("100", 9)])
def test_a_method_may_lie_at_the_ends_of_what_can_be(threshold: str, repeats: int) -> None:
    screened = rapid.enzyme(D(1), D(0), Enzyme(D(threshold), None, repeats), interfering=False)
    assert (screened.outcome, screened.further) == (POSITIVE, repeats)


@pytest.mark.parametrize(("sample", "outcome", "further"), [(Colour.WHITE, POSITIVE, 2), (Colour.PALE_BLUE, WEAK, 2), (Colour.SKY_BLUE, NEGATIVE, 0)])
def test_a_card_is_read_beside_a_control_that_turned_blue(sample: Colour, outcome: Outcome, further: int) -> None:
    screened = rapid.card(Colour.SKY_BLUE, sample, interfering=False)
    assert (screened.outcome, screened.further) == (outcome, further)


@pytest.mark.parametrize("control", [Colour.WHITE, Colour.PALE_BLUE])
@pytest.mark.parametrize("sample", list(Colour))
def test_a_card_whose_control_did_not_turn_blue_says_nothing(control: Colour, sample: Colour) -> None:
    screened = rapid.card(control, sample, interfering=True)
    assert (screened.outcome, screened.further) == (INVALID, 1)
    assert screened.why() == "The control did not turn blue, so the card says nothing. Repeat with a new card."


def test_a_card_says_what_was_seen() -> None:
    assert rapid.card(Colour.SKY_BLUE, Colour.SKY_BLUE, interfering=True).why() == (
        "The tablet turned sky blue like the control. This kind of sample disturbs the enzyme, so the result may be false."
    )


COMPARED, DISAPPEARING = Strip(Kit.COMPETITIVE, Reading.COMPARED), Strip(Kit.COMPETITIVE, Reading.DISAPPEARING)


@pytest.mark.parametrize(
    ("strip", "line", "outcome"),
    [
        (COMPARED, Line.DARKER, NEGATIVE),
        (COMPARED, Line.EQUAL, NEGATIVE),
        (COMPARED, Line.LIGHTER, POSITIVE),
        (COMPARED, Line.ABSENT, POSITIVE),
        (DISAPPEARING, Line.DARKER, NEGATIVE),
        (DISAPPEARING, Line.EQUAL, NEGATIVE),
        (DISAPPEARING, Line.LIGHTER, NEGATIVE),
        (DISAPPEARING, Line.ABSENT, POSITIVE),
    ],
)
def test_a_competitive_strip_is_read_by_its_test_line(strip: Strip, line: Line, outcome: Outcome) -> None:
    assert rapid.look(strip, control_line=True, test_line=line).outcome is outcome


COMPETITIVE, SANDWICH = (Strip(kit, Reading.RATIO, D("0.85")) for kit in (Kit.COMPETITIVE, Kit.SANDWICH))


@pytest.mark.parametrize(
    ("strip", "ratio", "outcome"),
    [
        (COMPETITIVE, "0.8499", POSITIVE),
        (COMPETITIVE, "0.85", NEGATIVE),
        (COMPETITIVE, "0.8501", NEGATIVE),
        (COMPETITIVE, "0", POSITIVE),
        (SANDWICH, "0.8499", NEGATIVE),
        (SANDWICH, "0.85", NEGATIVE),
        (SANDWICH, "0.8501", POSITIVE),
        (SANDWICH, "0", NEGATIVE),
    ],
)
def test_a_ratio_is_positive_below_or_above_the_cutoff_and_never_at_it(strip: Strip, ratio: str, outcome: Outcome) -> None:
    assert rapid.measure(strip, control_line=True, ratio=D(ratio)).outcome is outcome


@pytest.mark.parametrize("line", list(Line))
@pytest.mark.parametrize("strip", [COMPARED, DISAPPEARING])
def test_no_control_line_no_result_for_the_eye(strip: Strip, line: Line) -> None:
    screened = rapid.look(strip, control_line=False, test_line=line)
    assert (screened.outcome, screened.further) == (INVALID, 1)


@pytest.mark.parametrize("ratio", [D(0), D("0.85"), D(2), None])
@pytest.mark.parametrize("strip", [COMPETITIVE, SANDWICH])
def test_no_control_line_no_result_for_the_reader(strip: Strip, ratio: D | None) -> None:
    screened = rapid.measure(strip, control_line=False, ratio=ratio)
    assert (screened.outcome, screened.further) == (INVALID, 1)
    assert screened.why() == "There is no control line, so the strip says nothing. Repeat with a new one."


def test_a_positive_strip_is_repeated_with_a_fresh_portion_and_confirmed() -> None:
    screened = rapid.measure(SANDWICH, control_line=True, ratio=D("1.2"))
    assert screened.further == 1
    assert screened.why() == (
        "The ratio is 1.2; positive is what lies above the cut-off 0.85. Repeat the test with a fresh portion. "
        "A positive rapid test is a suspicion only: confirm it by another method before anything is judged."
    )


def test_a_negative_strip_says_what_was_seen_and_asks_for_nothing() -> None:
    screened = rapid.look(COMPARED, control_line=True, test_line=Line.EQUAL)
    assert (screened.why(), screened.further) == ("The test line is as dark as the control line.", 0)
    measured = rapid.measure(COMPETITIVE, control_line=True, ratio=D("0.9"))
    assert measured.why() == "The ratio is 0.9; positive is what lies below the cut-off 0.85."


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Strip(Kit.SANDWICH, Reading.COMPARED),
        lambda: Strip(Kit.SANDWICH, Reading.DISAPPEARING),
        lambda: Strip(Kit.COMPETITIVE, Reading.RATIO),
        lambda: Strip(Kit.COMPETITIVE, Reading.COMPARED, D(1)),
        lambda: Strip(Kit.COMPETITIVE, Reading.RATIO, D(0)),
        lambda: Strip(Kit.COMPETITIVE, Reading.RATIO, D(-1)),
        lambda: Strip(Kit.COMPETITIVE, Reading.RATIO, D("NaN")),
        lambda: rapid.look(COMPETITIVE, control_line=True, test_line=Line.EQUAL),
        lambda: rapid.measure(COMPARED, control_line=True, ratio=D(1)),
        lambda: rapid.measure(COMPETITIVE, control_line=True, ratio=None),
        lambda: rapid.measure(COMPETITIVE, control_line=True, ratio=D("-0.1")),
    ],
)
def test_a_strip_that_cannot_be_or_is_read_the_wrong_way_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(Refusal):
        wrong()


STEPS = (Step("A", D("1.0")), Step("B", D("0.7")), Step("C", D("0.3")), Step("D", D(0)))


@pytest.mark.parametrize(("ratio", "name"), [("5", "A"), ("1.0", "A"), ("0.999", "B"), ("0.7", "B"), ("0.699", "C"), ("0.3", "C"), ("0.299", "D"), ("0", "D")])
def test_a_ratio_falls_in_one_step_and_a_border_belongs_to_the_step_it_begins(ratio: str, name: str) -> None:
    assert rapid.step(STEPS, D(ratio)).name == name


@pytest.mark.parametrize("steps", [(), STEPS[:3], STEPS[::-1], (STEPS[0], *STEPS), (Step("A", D("NaN")), STEPS[3]), (Step("A", D(-1)),)])
def test_steps_that_leave_a_gap_or_do_not_fall_are_refused(steps: tuple[Step, ...]) -> None:
    with pytest.raises(Refusal):
        rapid.step(steps, D("0.5"))


def test_a_positive_is_a_fail_of_the_rapid_sheet_a_weak_one_too_and_an_invalid_one_decides_nothing() -> None:
    assert {outcome: Screened(outcome, ()).verdict for outcome in Outcome} == {
        POSITIVE: Verdict.FAIL,
        WEAK: Verdict.FAIL,
        NEGATIVE: Verdict.PASS,
        INVALID: Verdict.UNDECIDED,
    }


def test_a_lot_is_used_up_to_its_last_day() -> None:
    lot = Lot("20260301", date(2026, 11, 30))
    rapid.check_lot(lot, date(2026, 11, 30))
    with pytest.raises(Refusal) as refusal:
        rapid.check_lot(lot, date(2026, 12, 1))
    assert refusal.value.words == "Lot 20260301 expired on 2026-11-30. Take one that is in date."


RESULTS = (Screened(POSITIVE, ()), Screened(NEGATIVE, ()), Screened(INVALID, ()))


def test_a_run_whose_controls_read_as_they_should_stands() -> None:
    assert rapid.run(RESULTS, positive=POSITIVE, negative=NEGATIVE) == RESULTS


@pytest.mark.parametrize("positive", list(Outcome))
@pytest.mark.parametrize("negative", list(Outcome))
def test_a_run_with_a_wrong_control_has_no_result(positive: Outcome, negative: Outcome) -> None:
    outcomes = {one.outcome for one in rapid.run(RESULTS, positive=positive, negative=negative)}
    assert (outcomes == {INVALID}) is not (positive is POSITIVE and negative is NEGATIVE)


def test_a_run_says_which_control_was_wrong() -> None:
    (only,) = rapid.run(RESULTS[:1], positive=WEAK, negative=NEGATIVE)
    assert only.further == 1
    assert only.why() == "The positive control did not read positive. No result of this run counts. Repeat it with controls that read as they should."
    (only,) = rapid.run(RESULTS[:1], positive=POSITIVE, negative=INVALID)
    assert only.why() == "The negative control did not read negative. No result of this run counts. Repeat it with controls that read as they should."


SUSPICION = {NEGATIVE: 0, WEAK: 1, POSITIVE: 2}
ratios = st.decimals(0, 3, places=3)
changes = st.decimals(-1, 3, places=4)


@given(ratios, ratios)
def test_a_ratio_that_moves_to_the_positive_side_never_becomes_negative(one: D, other: D) -> None:
    low, high = sorted((one, other))
    for strip, better, worse in ((COMPETITIVE, high, low), (SANDWICH, low, high)):
        first, second = (rapid.measure(strip, control_line=True, ratio=ratio).outcome for ratio in (better, worse))
        assert SUSPICION[first] <= SUSPICION[second]


@given(st.decimals(D("0.001"), 3, places=3), changes, changes)
def test_a_smaller_change_of_the_sample_is_never_less_suspicious(control: D, one: D, other: D) -> None:
    low, high = sorted((one, other))
    less, more = (rapid.enzyme(control, sample, GB, interfering=False).outcome for sample in (high, low))
    assert SUSPICION[less] <= SUSPICION[more]


CALLS: list[Callable[[D], object]] = [
    lambda odd: rapid.inhibition(odd, D(1)),
    lambda odd: rapid.inhibition(D(1), odd),
    lambda odd: rapid.enzyme(odd, D(1), GB, interfering=False),
    lambda odd: rapid.enzyme(D(1), odd, GB_WITH_LEAST, interfering=False),
    lambda odd: Enzyme(odd, None, 2),
    lambda odd: Enzyme(D(50), odd, 2),
    lambda odd: Strip(Kit.SANDWICH, Reading.RATIO, odd),
    lambda odd: rapid.measure(COMPETITIVE, control_line=True, ratio=odd),
    lambda odd: rapid.step(STEPS, odd),
    lambda odd: rapid.step((Step("A", odd), STEPS[3]), D(1)),
]


@pytest.mark.parametrize("odd", ["NaN", "sNaN", "Infinity", "-Infinity", "1e999999", "1e-999999"])
@pytest.mark.parametrize("call", CALLS)
def test_what_cannot_be_reckoned_with_is_refused(call: Callable[[D], object], odd: str) -> None:
    with pytest.raises(Refusal) as refusal:
        call(D(odd))
    assert str(D(odd)) in refusal.value.words


@given(st.sampled_from(CALLS), st.decimals())
def test_no_number_raises_anything_but_a_refusal(call: Callable[[D], object], odd: D) -> None:
    with suppress(Refusal):
        call(odd)
