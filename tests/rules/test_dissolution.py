"""ChP 0931 in two stages and USP <711> in three: every condition of each stage from both sides."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.dissolution import Point, acid_stage, dissolution, release, usp_dissolution
from lims.rules.verdict import Verdict

D = Decimal
PASS, FAIL, UNDECIDED = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED
RANK = {PASS: 0, UNDECIDED: 1, FAIL: 2}
Q = D(80)


def units(text: str) -> list[Decimal]:
    return [D(one) for one in text.split()]


@pytest.mark.parametrize(
    ("found", "verdict", "further"),
    [
        # all at Q or above
        ("80 80 80 80 80 80", PASS, 0),
        ("99 98 97 96 95 94", PASS, 0),
        # one or two below Q, none below Q - 10, mean at Q
        ("79 80 80 80 80 81", PASS, 0),
        ("70 70 85 85 85 85", PASS, 0),
        ("70 90 80 80 80 80", PASS, 0),
        # the mean below Q: 478 / 6 = 79.67 is compared as 80, 476 / 6 = 79.33 as 79
        ("78 80 80 80 80 80", PASS, 0),
        ("76 80 80 80 80 80", FAIL, 0),
        # three below Q
        ("79 79 79 99 99 99", FAIL, 0),
        # one of them below Q - 10 and not below Q - 20
        ("69 95 95 95 95 95", UNDECIDED, 6),
        ("60 95 95 95 95 95", UNDECIDED, 6),
        ("69 79 95 95 95 95", UNDECIDED, 6),
        ("59 95 95 95 95 95", FAIL, 0),
        ("69 69 95 95 95 95", FAIL, 0),
        ("69 79 79 95 95 95", FAIL, 0),
        # 476 / 6 = 79.33
        ("69 87 80 80 80 80", FAIL, 0),
    ],
)
def test_stage_1_is_decided_on_six(found: str, verdict: Verdict, further: int) -> None:
    decision = dissolution(units(found), Q)
    assert (decision.verdict, decision.further) == (verdict, further)


@pytest.mark.parametrize(
    ("later", "verdict"),
    [
        ("95 95 95 95 95 95", PASS),
        ("79 79 95 95 95 95", PASS),
        ("70 70 95 95 95 95", PASS),
        ("79 79 79 95 95 95", FAIL),
        ("69 95 95 95 95 95", FAIL),
        ("59 95 95 95 95 95", FAIL),
    ],
)
def test_stage_2_is_decided_on_all_twelve(later: str, verdict: Verdict) -> None:
    decision = dissolution(units("69 95 95 95 95 95 " + later), Q)
    assert (decision.verdict, decision.further) == (verdict, 0)


@pytest.mark.parametrize(("later", "verdict"), [("80 80 80 80 80 79", PASS), ("74 79 80 80 80 80", PASS), ("73 79 80 80 80 80", FAIL)])
def test_the_mean_of_all_twelve_is_at_q(later: str, verdict: Verdict) -> None:
    """The first six sum to 481; with the others 960, 954 and 953: 80, 79.5 (compared as 80) and 79.42."""
    assert dissolution(units("69 92 80 80 80 80 " + later), Q).verdict is verdict


def test_values_are_rounded_to_the_digits_of_q() -> None:
    assert dissolution(units("79.5 80 80 80 80 80"), Q).because[0].facts["outside"] == "0"
    assert dissolution(units("79.5 80 80 80 80 80"), D("80.0")).because[0].facts["outside"] == "1"
    assert dissolution(units("69.6 95 95 95 95 95"), Q).verdict is PASS
    assert dissolution(units("69.6 95 95 95 95 95"), Q, rounding="").verdict is UNDECIDED


def test_the_explanation_counts_and_names_the_stage() -> None:
    assert dissolution(units("69 79 95 95 95 95"), Q).why() == (
        "2 of 6 units do not keep ≥ 80 %, 1 by more than 10 %, 0 by more than 20 %; mean 88 %. Stage 1 asks for 6 more units (ChP general chapter 0931)."
    )
    assert dissolution(units("80 80 80 80 80 80"), Q).because[-1].shown() == "Stage 1 is met (ChP general chapter 0931)."
    assert dissolution(units("59 95 95 95 95 95"), Q).because[-1].shown() == "Stage 1 is not met (ChP general chapter 0931)."
    assert dissolution(units("69" + " 95" * 11), Q).because[-1].shown() == "Stage 2 is met (ChP general chapter 0931)."
    assert dissolution(units("69" + " 95" * 10 + " 59"), Q).because[-1].shown() == "Stage 2 is not met (ChP general chapter 0931)."


@pytest.mark.parametrize(("count", "further"), [(1, 5), (5, 1), (6, 6), (7, 5), (11, 1)])
def test_missing_units_are_asked_for(count: int, further: int) -> None:
    decision = dissolution(units("69" + " 95" * 11)[:count], Q)
    assert (decision.verdict, decision.further) == (UNDECIDED, further)


@pytest.mark.parametrize(("first", "verdict"), [("95 95 95 95 95 95", PASS), ("59 95 95 95 95 95", FAIL)])
def test_units_after_a_decision_do_not_count(first: str, verdict: Verdict) -> None:
    for later in ("", " 10", " 10 10 10 10 10 10", " 99 99 99 99 99 99"):
        decision = dissolution(units(first + later), Q)
        assert (decision.verdict, decision.further) == (verdict, 0)
        assert ("do not count" in decision.why()) is bool(later)


TWO_HOURS = "30 30 30 30 30 30"


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ("20 40 30 30 30 30", PASS),
        ("50 30 30 30 30 30", PASS),
        ("10 50 30 30 30 30", PASS),
        ("10 10 10 30 30 30", FAIL),
        ("51 30 30 30 30 30", UNDECIDED),
        ("9 30 30 30 30 30", UNDECIDED),
        ("60 30 30 30 30 30", UNDECIDED),
        ("61 30 30 30 30 30", FAIL),
        ("9 51 30 30 30 30", FAIL),
        ("50 50 40 40 40 40", FAIL),
        ("10 10 20 20 20 20", FAIL),
    ],
)
def test_extended_release_keeps_its_range_from_both_sides(found: str, verdict: Verdict) -> None:
    """Range 20-40: 10 and 50 are outside by ten, 0 and 60 by twenty; the mean keeps the range too."""
    assert release([Point(units(found), D(20), D(40))]).verdict is verdict


@pytest.mark.parametrize(
    ("later", "verdict"), [("50 10 30 30 30 30", PASS), ("50 10 10 30 30 30", FAIL), ("51 30 30 30 30 30", FAIL), ("61 30 30 30 30 30", FAIL)]
)
def test_extended_release_is_judged_on_twelve_after_one_far_outside(later: str, verdict: Verdict) -> None:
    assert release([Point(units("51 30 30 30 30 30 " + later), D(20), D(40))]).verdict is verdict


def test_the_mean_of_twelve_keeps_the_range() -> None:
    """The first six sum to 231 and the others to 251: 482 / 12 = 40.17, compared as 40 and in full."""
    point = Point(units("51 36 36 36 36 36 50 50 40 37 37 37"), D(20), D(40))
    assert release([point]).verdict is PASS
    assert release([point], rounding="").verdict is FAIL


def test_every_time_is_judged_and_one_that_fails_fails() -> None:
    kept, asks, fails = "30 30 30 30 30 30", "51 30 30 30 30 30", "61 30 30 30 30 30"
    for texts, verdict in (((kept, kept), PASS), ((kept, asks), UNDECIDED), ((asks, fails), FAIL), ((fails, kept), FAIL)):
        decision = release([Point(units(text), D(20), D(40), time) for text, time in zip(texts, ("2 h", "4 h"), strict=True)])
        assert decision.verdict is verdict
        assert [one.facts["time"] for one in decision.because[:2]] == ["2 h", "4 h"]


def test_twelve_units_must_keep_every_time() -> None:
    asks, kept, late = "51" + " 30" * 11, "30 " * 12, "30 30 30 30 30 30 9 9 30 30 30 30"
    assert release([Point(units(asks), D(20), D(40)), Point(units(kept), D(20), D(40))]).verdict is PASS
    assert release([Point(units(asks), D(20), D(40)), Point(units(late), D(20), D(40))]).verdict is FAIL


def test_a_time_is_named_with_its_range() -> None:
    assert release([Point(units(TWO_HOURS), D(20), D(40), "2 h")]).because[0].shown() == (
        "2 h: 0 of 6 units do not keep 20–40 %, 0 by more than 10 %, 0 by more than 20 %; mean 30 %."
    )


def test_the_finer_digits_of_a_range_count() -> None:
    assert release([Point(units("40.4 30 30 30 30 30"), D("20.0"), D(40))]).because[0].facts["outside"] == "1"
    assert release([Point(units("40.4 30 30 30 30 30"), D(20), D(40))]).because[0].facts["outside"] == "0"


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ("10 10 10 10 10 10", PASS),
        ("11 9 9 9 9 9", PASS),
        ("30 20 2 2 2 2", PASS),
        ("11 11 11 1 1 1", FAIL),
        ("30 10 10 10 10 10", FAIL),
        ("10.5 10 10 10 10 10", PASS),
    ],
)
def test_in_acid_two_may_release_more_when_the_mean_does_not(found: str, verdict: Verdict) -> None:
    decision = acid_stage(units(found), D(10))
    assert decision.verdict is verdict
    assert decision.because[0].facts["limit"] == "≤ 10"
    assert ("is met" in decision.why()) is (verdict is PASS)


def test_the_acid_stage_has_six_units() -> None:
    assert (acid_stage(units("5 5 5"), D(10)).verdict, acid_stage(units("5 5 5"), D(10)).further) == (UNDECIDED, 3)
    with pytest.raises(Refusal, match="at most"):
        acid_stage(units("5 5 5 5 5 5 5"), D(10))


@pytest.mark.parametrize(
    ("found", "verdict", "further"),
    [
        # S1: each at Q + 5
        ("85 85 85 85 85 85", PASS, 0),
        ("84 99 99 99 99 99", UNDECIDED, 6),
        ("20 20 20 20 20 20", UNDECIDED, 6),
        # S2: mean of 12 at Q, none below Q - 15
        ("84" + " 85" * 11, PASS, 0),
        ("65 95" + " 80" * 10, PASS, 0),
        ("64 99" + " 85" * 10, UNDECIDED, 12),
        ("74" + " 80" * 11, UNDECIDED, 12),
        # S3: mean of 24 at Q, at most 2 below Q - 15, none below Q - 25
        ("64 64" + " 85" * 22, PASS, 0),
        ("55 64" + " 85" * 22, PASS, 0),
        ("64 64 65" + " 85" * 21, PASS, 0),
        ("64 64 64" + " 85" * 21, FAIL, 0),
        ("54" + " 85" * 23, FAIL, 0),
        ("64" + " 80" * 23, FAIL, 0),
        ("69 79" + " 80" * 22, PASS, 0),
    ],
)
def test_the_usp_has_three_stages(found: str, verdict: Verdict, further: int) -> None:
    """74 + 11 x 80 is 954, over 12 is 79.5: compared as 80 by the digits of Q, in full below it. 64 + 23 x 80 over 24 is 79.33, 69 + 79 + 22 x 80 is 79.5."""
    rounding = "" if found.startswith("74") else None
    decision = usp_dissolution(units(found), Q, rounding=rounding)
    assert (decision.verdict, decision.further) == (verdict, further)


def test_the_chinese_and_the_american_rule_differ() -> None:
    found = units("80 80 80 80 80 80")
    assert (dissolution(found, Q).verdict, usp_dissolution(found, Q).verdict) == (PASS, UNDECIDED)


@pytest.mark.parametrize(("count", "further"), [(1, 5), (6, 6), (7, 5), (12, 12), (13, 11), (23, 1)])
def test_the_usp_asks_for_missing_units(count: int, further: int) -> None:
    decision = usp_dissolution(units("64" + " 85" * 23)[:count], Q)
    assert (decision.verdict, decision.further) == (UNDECIDED, further)


def test_the_usp_stages_are_named_one_after_the_other() -> None:
    decision = usp_dissolution(units("84" + " 85" * 11 + " 85"), Q)
    assert decision.why() == (
        "Stage S1 is not met: 6 units against ≥ 80 %, mean 85 %, lowest 84 % (USP <711>). "
        "Stage S2 is met: 12 units against ≥ 80 %, mean 85 %, lowest 84 % (USP <711>). "
        "The first 12 units decide already; those after them do not count."
    )


@pytest.mark.parametrize("found", ["", "80 " * 25, "NaN 80 80 80 80 80", "80 80 80 80 80 Infinity", "1e999999 80 80 80 80 80"])
def test_values_that_cannot_be_are_refused(found: str) -> None:
    for rule in (dissolution, usp_dissolution, acid_stage):
        with pytest.raises(Refusal):
            rule(units(found), Q)


def test_more_units_than_the_pharmacopoeia_knows_are_refused() -> None:
    with pytest.raises(Refusal, match="13 values were entered where the rule knows 12"):
        dissolution(units("80 " * 13), Q)


def test_no_time_uneven_times_and_times_without_limits_are_refused() -> None:
    good = Point(units(TWO_HOURS), D(20))
    with pytest.raises(Refusal, match="No sampling time"):
        release([])
    with pytest.raises(Refusal, match="the same units"):
        release([good, Point(units("30 30"), D(20))])
    with pytest.raises(Refusal, match="a lower or an upper limit"):
        release([good, Point(units(TWO_HOURS), None)])
    with pytest.raises(Refusal, match="lower limit lies above"):
        release([good, Point(units(TWO_HOURS), D(40), D(20))])
    with pytest.raises(Refusal, match="no value"):
        release([good, Point(units(TWO_HOURS), D("NaN"))])
    with pytest.raises(Refusal, match="no value"):
        release([good, Point(units("30 30 30 30 30 NaN"), D(20))])


one_unit = st.decimals(min_value=50, max_value=100, places=1)
one_range = st.decimals(min_value=0, max_value=70, places=1)


@given(st.lists(one_unit, min_size=6, max_size=12), st.data())
def test_a_verdict_never_improves_when_a_unit_dissolves_less(found: list[Decimal], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(found) - 1))
    less = [*found[:place], found[place] - data.draw(st.decimals(min_value=0, max_value=30, places=1)), *found[place + 1 :]]
    for rule in (dissolution, usp_dissolution):
        if len(found) in (6, 12):
            assert RANK[rule(less, Q).verdict] >= RANK[rule(found, Q).verdict]


@given(st.lists(one_range, min_size=6, max_size=6), st.decimals(min_value=0, max_value=15, places=1))
def test_a_verdict_never_improves_when_the_range_narrows(found: list[Decimal], by: Decimal) -> None:
    wide, narrow = Point(found, D("20.0"), D("50.0")), Point(found, D("20.0") + by, D("50.0") - by)
    assert RANK[release([narrow]).verdict] >= RANK[release([wide]).verdict]


anything = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True), st.decimals(min_value=0, max_value=120, places=2), st.just(D("1e-40")), st.just(D("1e40"))
)


@given(st.lists(anything, max_size=26), anything, st.none() | anything, st.sampled_from([None, "", "1", "2s", "x"]))
def test_nothing_but_a_refusal_is_raised(found: list[Decimal], low: Decimal, high: Decimal | None, rounding: str | None) -> None:
    with suppress(Refusal):
        assert release([Point(found, low, high), Point(found, low)], rounding=rounding).why()
    for rule in (dissolution, usp_dissolution, acid_stage):
        with suppress(Refusal):
            assert rule(found, low, rounding=rounding).why()
