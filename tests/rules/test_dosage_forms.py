"""ChP 0101-0123, 0921, 0922 and 0942, unit by unit: variation, volume, minimum fill, disintegration, retests."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.dosage_forms import disintegration, minimum_fill, retested, single_dose_volume, variation, variation_of_each
from lims.rules.limits import Operator
from lims.rules.verdict import Decision, Verdict

D = Decimal
PASS, FAIL, UNDECIDED = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED
RANK = {PASS: 0, UNDECIDED: 1, FAIL: 2}
LABEL = D(100)


def units(text: str) -> list[Decimal]:
    return [D(one) for one in text.split()]


def tablets(weights: str, *, outside: int = 2, rounding: str = "", label: Decimal | None = LABEL, limit: str = "5") -> Decision:
    found = units(weights)
    found += [D(100)] * (20 - len(found))
    return variation(found, D(limit), count=20, outside=outside, rounding=rounding, chapter="0101", label=label)


@pytest.mark.parametrize(
    ("weights", "verdict"),
    [
        ("100", PASS),
        ("105 95 105 95", PASS),
        ("106 94", PASS),
        ("106 94 105.0001", FAIL),
        ("110 90", PASS),
        ("110.0001", FAIL),
        ("89.9999", FAIL),
        ("0", FAIL),
    ],
)
def test_two_of_twenty_may_deviate_more_and_none_twice_as_much(weights: str, verdict: Verdict) -> None:
    assert tablets(weights).verdict is verdict


@pytest.mark.parametrize(("weights", "outside", "verdict"), [("106", 1, PASS), ("106 94", 1, FAIL), ("106", 0, FAIL), ("105", 0, PASS)])
def test_how_many_may_deviate_more_is_the_chapter_s(weights: str, outside: int, verdict: Verdict) -> None:
    assert tablets(weights, outside=outside).verdict is verdict


def test_the_deviation_is_compared_as_it_is_rounded() -> None:
    assert tablets("105.04 105.04 105.04").verdict is FAIL
    assert tablets("105.04 105.04 105.04", rounding="0.1").verdict is PASS
    assert tablets("110.04", rounding="0.1").verdict is PASS
    assert tablets("110.06", rounding="0.1").verdict is FAIL


def test_units_are_held_against_their_mean_where_there_is_no_label() -> None:
    """Nine of 100 and one of 110 have the mean 101: 9 / 101 is 8.91 %, against the label it is 10 %."""
    found = [*[D(100)] * 9, D(110)]
    against_mean = variation(found, D("4.95"), count=10, outside=1, rounding="", chapter="0107")
    against_label = variation(found, D("4.95"), count=10, outside=1, rounding="", chapter="0107", label=D(100))
    assert (against_mean.verdict, against_label.verdict) == (PASS, FAIL)
    assert against_mean.because[0].shown() == "10 units against their mean; the largest deviation is 8.910891089 %."
    assert against_label.because[0].shown() == "10 units against the labelled amount; the largest deviation is 10 %."


def test_a_deviation_exactly_at_the_limit_keeps_it_whatever_the_mean() -> None:
    """Mean of 2.85, 3.15 and eight of 3.00 is 3.00: both deviate by exactly 5 %."""
    assert variation(units("2.85 3.15" + " 3.00" * 8), D(5), count=10, outside=0, rounding="", chapter="0104").verdict is PASS
    assert variation(units("2.84 3.16" + " 3.00" * 8), D(5), count=10, outside=0, rounding="", chapter="0104").verdict is FAIL


def test_the_explanation_of_a_variation_counts_both_kinds() -> None:
    assert tablets("106 111", rounding="0.1").because[1].shown() == (
        "2 beyond ±5 %, where 2 may be; 1 beyond twice that, where none may be (ChP general chapter 0101)."
    )


@pytest.mark.parametrize(("count", "further"), [(1, 19), (19, 1)])
def test_missing_weights_are_asked_for(count: int, further: int) -> None:
    decision = variation([D("0.2")] * count, D(5), count=20, outside=2, rounding="", chapter="0101")
    assert (decision.verdict, decision.further) == (UNDECIDED, further)


def powders(weights: str, label: Decimal | None = LABEL) -> Decision:
    return variation_of_each(units(weights), D(5), first=5, again=10, rounding="", chapter="0102", label=label)


@pytest.mark.parametrize(
    ("weights", "verdict", "further"),
    [
        ("100 105 95 100 100", PASS, 0),
        ("106 100 100 100 100", UNDECIDED, 10),
        ("150 100 100 100 100", UNDECIDED, 10),
        ("106 94 100 100 100", FAIL, 0),
        ("106 100 100 100 100" + " 105" * 10, PASS, 0),
        ("106 100 100 100 100" + " 105" * 9 + " 106", FAIL, 0),
        ("106 100 100 100 100 100", UNDECIDED, 9),
        ("100 100 100", UNDECIDED, 2),
    ],
)
def test_one_sterile_powder_outside_asks_for_ten_more(weights: str, verdict: Verdict, further: int) -> None:
    decision = powders(weights)
    assert (decision.verdict, decision.further) == (verdict, further)


def test_the_retest_is_held_against_its_own_mean() -> None:
    """The first mean is 101.6, so that 108 deviates by 6.3 %; ten of 130 do not deviate from one another."""
    assert powders("108 100 100 100 100" + " 130" * 10, label=None).verdict is PASS
    assert powders("108 100 100 100 100" + " 130" * 10).verdict is FAIL


@pytest.mark.parametrize(
    ("kept", "verdict", "further"),
    [
        ("++++++", PASS, 0),
        ("+++++-", UNDECIDED, 6),
        ("++++--", FAIL, 0),
        ("------", FAIL, 0),
        ("-+++++++++++", PASS, 0),
        ("-++++++++++-", FAIL, 0),
        ("-++++++-----", FAIL, 0),
        ("-++++++++++", UNDECIDED, 1),
        ("+++++", UNDECIDED, 1),
        ("-----", UNDECIDED, 1),
        ("++++++------", PASS, 0),
        ("--++++++++++", FAIL, 0),
    ],
)
def test_one_of_six_asks_for_six_more_which_must_all_pass(kept: str, verdict: Verdict, further: int) -> None:
    decision = retested([one == "+" for one in kept], first=6, again=6, chapter="0921")
    assert (decision.verdict, decision.further) == (verdict, further)


@pytest.mark.parametrize(("kept", "verdict"), [("--+", UNDECIDED), ("---", FAIL), ("--+++", PASS), ("--++-", FAIL), ("+++", PASS)])
def test_more_may_fail_where_the_rule_allows_it(kept: str, verdict: Verdict) -> None:
    assert retested([one == "+" for one in kept], first=3, again=2, chapter="0922", allowed=2).verdict is verdict


def test_none_may_fail_where_the_rule_allows_none() -> None:
    assert retested([True, False, True], first=3, again=3, chapter="0922", allowed=0).verdict is FAIL
    assert retested([True, True, True], first=3, again=3, chapter="0922", allowed=0).verdict is PASS


def test_a_retest_is_explained() -> None:
    assert retested([True] * 5 + [False], first=6, again=6, chapter="0921").why() == (
        "5 of the first 6 units keep the limit (ChP general chapter 0921). 6 more units are tested, and all must keep it."
    )
    assert retested([True] * 5 + [False] * 2 + [True] * 5, first=6, again=6, chapter="0921").because[-1].shown() == "5 of 6 units of the retest keep it."
    assert "those after them do not count" in retested([True] * 7, first=6, again=6, chapter="0921").why()


@pytest.mark.parametrize(
    ("times", "verdict", "further"),
    [
        ("15 15 15 15 15 15", PASS, 0),
        ("15 15 15 15 15 15.1", UNDECIDED, 6),
        ("15 15 15 15 16 16", FAIL, 0),
        ("16 1 1 1 1 1 15 15 15 15 15 15", PASS, 0),
        ("16 1 1 1 1 1 15 15 15 15 15 15.01", FAIL, 0),
        ("never 1 1 1 1 1", UNDECIDED, 6),
        ("never never 1 1 1 1", FAIL, 0),
        ("never never never never never never", FAIL, 0),
        ("1 1 1", UNDECIDED, 3),
    ],
)
def test_tablets_come_apart_within_the_time(times: str, verdict: Verdict, further: int) -> None:
    decision = disintegration([None if one == "never" else D(one) for one in times.split()], D(15))
    assert (decision.verdict, decision.further) == (verdict, further)


def test_the_longest_time_is_told() -> None:
    assert disintegration([D(3), D(4), D(5), None, D(2), D(1)], D(15)).because[0].shown() == "Limit ≤ 15; longest time 5; not at all: 1."
    assert disintegration([None] * 6, D(15)).because[0].shown() == "Limit ≤ 15; longest time —; not at all: 6."


@pytest.mark.parametrize(
    ("operator", "at_limit", "never"),
    [(Operator.AT_MOST, PASS, FAIL), (Operator.BELOW, FAIL, FAIL), (Operator.AT_LEAST, PASS, PASS), (Operator.ABOVE, FAIL, PASS)],
)
def test_a_lozenge_outlasts_its_time_and_a_tablet_does_not(operator: Operator, at_limit: Verdict, never: Verdict) -> None:
    assert disintegration([D(10)] * 6, D(10), operator=operator).verdict is at_limit
    assert disintegration([None] * 6, D(10), operator=operator).verdict is never


def test_a_time_is_not_held_against_words() -> None:
    with pytest.raises(Refusal, match="Choose one of them"):
        disintegration([D(10)] * 6, D(10), operator=Operator.ABSENT)


def test_suppositories_melt_three_and_three() -> None:
    assert disintegration(units("31 20 20"), D(30), first=3, again=3, chapter="0922").further == 3
    assert disintegration(units("31 20 20 20 20 20"), D(30), first=3, again=3, chapter="0922").verdict is PASS


def fill(found: str, rounding: str = "") -> Decision:
    return minimum_fill(units(found), D(20), D(93), count=5, rounding=rounding)


@pytest.mark.parametrize(
    ("found", "verdict", "further"),
    [
        # 18.6 is 93 % of 20
        ("20 20 20 20 20", PASS, 0),
        ("18.6 18.6 20.9 20.9 21", PASS, 0),
        ("18.6 18.6 20.9 20.9 20.9", FAIL, 0),
        ("18.5 20 20 20 21.5", UNDECIDED, 5),
        ("18.5 20 20 20 21.4", FAIL, 0),
        ("18.5 18.5 21 21 21", FAIL, 0),
        ("18.5 20 20 20 21.5 20 20 20 20 20", PASS, 0),
        ("18.5 20 20 20 21.5 18.6 20 20 20 21.4", PASS, 0),
        ("18.5 20 20 20 21.5 18.5 20 20 20 30", FAIL, 0),
        ("18.5 20 20 20 21.5 20 20 20 20 19.9", FAIL, 0),
        ("18.5 20 20 20 21.5 20 20", UNDECIDED, 3),
        ("20 20", UNDECIDED, 3),
        ("20 20 20 20 20 1 1 1 1 1", PASS, 0),
    ],
)
def test_the_mean_is_at_the_label_and_one_container_below_its_share_is_tested_again(found: str, verdict: Verdict, further: int) -> None:
    decision = fill(found)
    assert (decision.verdict, decision.further) == (verdict, further)


def test_a_mean_exactly_at_the_label_keeps_it_though_no_share_comes_out_even() -> None:
    """29.9 and 30.1 of 30 are 99.666... and 100.333... %."""
    assert minimum_fill(units("29.9 30.1 29.9 30.1 30"), D(30), D(95), count=5, rounding="").verdict is PASS


def test_shares_are_compared_with_three_digits_where_that_is_stated() -> None:
    """18.59 is 92.95 % and 19.99 is 99.95 %: 93.0 and, to the even digit, 100."""
    assert fill("18.59 19.99 19.99 20 21.38").verdict is FAIL
    assert fill("18.59 19.99 19.99 20 21.38", rounding="3s").verdict is PASS


def test_a_minimum_fill_is_explained() -> None:
    assert [one.shown() for one in fill("18.5 20 20 20 21.5").because] == [
        "Mean 100.0 % of the label, where 100 % must be; 1 of 5 containers below 93 % (ChP general chapter 0942).",
        "5 more units are tested, and all must keep it.",
    ]
    assert "do not count" in fill("20 20 20 20 20 20").why()


def doses(found: str, *, least: str = "95", outside: int = 1, rounding: str = "") -> Decision:
    return single_dose_volume(units(found), D(10), D(least), count=10, outside=outside, rounding=rounding, chapter="0123")


@pytest.mark.parametrize(
    ("found", "verdict"),
    [("10 " * 10, PASS), ("9.5 " + "10 " * 9, PASS), ("9.49 " + "10 " * 9, FAIL), ("9.9 9.9 " + "10 " * 8, FAIL)],
)
def test_one_dose_of_ten_may_be_short_but_not_by_more_than_its_share(found: str, verdict: Verdict) -> None:
    assert doses(found).verdict is verdict


def test_an_injection_is_never_below_its_label() -> None:
    assert doses("10 " * 10, least="100", outside=0).verdict is PASS
    assert doses("9.99 " + "10 " * 9, least="100", outside=0).verdict is FAIL
    assert doses("9.9999 " + "10 " * 9, least="100", outside=0, rounding="0.1").verdict is PASS


def test_missing_doses_are_asked_for_and_the_count_is_told() -> None:
    assert (doses("10 10").verdict, doses("10 10").further) == (UNDECIDED, 8)
    assert doses("9.4 " + "10 " * 9).why() == ("1 below the labelled amount, where 1 may be; 1 below 95 % of it, where none may be (ChP general chapter 0123).")


@pytest.mark.parametrize("wrong", ["NaN", "sNaN", "Infinity", "-1", "1e999999", "1e-999999"])
def test_what_nobody_can_have_weighed_or_timed_is_refused(wrong: str) -> None:
    found = [D(wrong), *[D(10)] * 4]
    calls = [
        lambda: variation(found, D(5), count=5, outside=0, rounding="", chapter="0102"),
        lambda: variation(found, D(5), count=5, outside=0, rounding="", chapter="0102", label=D(10)),
        lambda: variation([D(10)] * 5, D(wrong), count=5, outside=0, rounding="", chapter="0102"),
        lambda: variation([D(10)] * 5, D(5), count=5, outside=0, rounding="", chapter="0102", label=D(wrong)),
        lambda: variation_of_each([D(10)] * 5, D(wrong), first=5, again=10, rounding="", chapter="0102"),
        lambda: variation_of_each(found, D(5), first=5, again=10, rounding="", chapter="0102"),
        lambda: disintegration([*found, D(10)], D(15)),
        lambda: disintegration([D(10)] * 6, D(wrong)),
        lambda: minimum_fill(found, D(10), D(93), count=5, rounding=""),
        lambda: minimum_fill([D(10)] * 5, D(wrong), D(93), count=5, rounding=""),
        lambda: minimum_fill([D(10)] * 5, D(10), D(wrong), count=5, rounding=""),
        lambda: single_dose_volume(found, D(10), D(95), count=5, outside=0, rounding="", chapter="0102"),
    ]
    for call in calls:
        with pytest.raises(Refusal):
            call()


def test_units_that_all_weigh_nothing_are_refused() -> None:
    with pytest.raises(Refusal, match="All weights are zero"):
        variation([D(0)] * 5, D(5), count=5, outside=0, rounding="", chapter="0102")


def test_no_units_and_more_than_the_rule_knows_are_refused() -> None:
    for found in ([], [D(10)] * 16):
        with pytest.raises(Refusal, match="values were entered"):
            variation(found, D(5), count=15, outside=2, rounding="", chapter="0101")
        with pytest.raises(Refusal, match="values were entered"):
            variation_of_each(found, D(5), first=5, again=10, rounding="", chapter="0102")
        with pytest.raises(Refusal, match="values were entered"):
            disintegration(found, D(15))
        with pytest.raises(Refusal, match="values were entered"):
            minimum_fill(found[:11], D(10), D(93), count=5, rounding="")
        with pytest.raises(Refusal, match="values were entered"):
            single_dose_volume(found, D(10), D(95), count=10, outside=1, rounding="", chapter="0123")


def test_a_rule_may_test_a_single_unit() -> None:
    assert variation([D(10)], D(5), count=1, outside=0, rounding="", chapter="0101").verdict is PASS
    assert retested([False, True], first=1, again=1, chapter="0921").verdict is PASS


def test_a_rule_without_units_or_with_fewer_than_none_outside_is_refused() -> None:
    ten = [D(10)]
    calls = [
        lambda: variation(ten, D(5), count=0, outside=0, rounding="", chapter="0101"),
        lambda: variation(ten, D(5), count=1, outside=-1, rounding="", chapter="0101"),
        lambda: variation_of_each(ten, D(5), first=1, again=0, rounding="", chapter="0102"),
        lambda: retested([False], first=1, again=0, chapter="0921"),
        lambda: retested([True], first=1, again=1, chapter="0921", allowed=-1),
        lambda: minimum_fill(ten, D(10), D(93), count=0, rounding=""),
        lambda: single_dose_volume(ten, D(10), D(95), count=1, outside=-1, rounding="", chapter="0123"),
    ]
    for call in calls:
        with pytest.raises(Refusal, match="tests at least one unit"):
            call()


weight = st.decimals(min_value=0, max_value=200, places=1)


@given(st.lists(weight, min_size=10, max_size=10), st.integers(0, 9), st.decimals(min_value=0, max_value=50, places=1))
def test_a_verdict_never_improves_when_a_unit_moves_away_from_its_label(found: list[Decimal], place: int, by: Decimal) -> None:
    away = list(found)
    away[place] += by if found[place] >= 100 else -min(by, found[place])
    for limit in (D(5), D(30)):
        before, after = (variation(one, limit, count=10, outside=1, rounding="", chapter="0107", label=D(100)) for one in (found, away))
        assert RANK[after.verdict] >= RANK[before.verdict]


@given(st.lists(st.decimals(min_value=85, max_value=120, places=1), min_size=5, max_size=10), st.data())
def test_a_verdict_never_improves_when_a_container_holds_less(found: list[Decimal], data: st.DataObject) -> None:
    if len(found) not in (5, 10):
        found = found[:5]
    place = data.draw(st.integers(0, len(found) - 1))
    less = [*found[:place], found[place] - data.draw(st.decimals(min_value=0, max_value=20, places=1)), *found[place + 1 :]]
    before, after = (minimum_fill(one, D(100), D(93), count=5, rounding="3s") for one in (found, less))
    assert RANK[after.verdict] >= RANK[before.verdict]


@given(st.lists(st.decimals(min_value=0, max_value=30, places=1), min_size=6, max_size=12), st.data())
def test_a_verdict_never_improves_when_a_unit_takes_longer(times: list[Decimal], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(times) - 1))
    longer = [*times[:place], times[place] + data.draw(st.decimals(min_value=0, max_value=30, places=1)), *times[place + 1 :]]
    assert RANK[disintegration(longer, D(15)).verdict] >= RANK[disintegration(times, D(15)).verdict]


anything = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True), st.decimals(min_value=0, max_value=200, places=3), st.just(D("1e-40")), st.just(D("1e40"))
)
count = st.integers(-1, 12)


@given(st.lists(anything, max_size=14), anything, st.none() | anything, count, count, st.sampled_from(["", "0.1", "3s", "x"]), st.sampled_from(Operator))
def test_nothing_but_a_refusal_is_raised(
    found: list[Decimal], limit: Decimal, label: Decimal | None, first: int, again: int, rounding: str, operator: Operator
) -> None:
    calls = [
        lambda: variation(found, limit, count=first, outside=again, rounding=rounding, chapter="0101", label=label),
        lambda: variation_of_each(found, limit, first=first, again=again, rounding=rounding, chapter="0102", label=label),
        lambda: disintegration([*found, None], limit, operator=operator, first=first, again=again),
        lambda: minimum_fill(found, limit, limit, count=first, rounding=rounding),
        lambda: single_dose_volume(found, limit, limit, count=first, outside=again, rounding=rounding, chapter="0123"),
    ]
    for call in calls:
        with suppress(Refusal):
            assert call().why()
