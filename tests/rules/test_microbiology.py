"""Sampling plans n, c, m, M, and the count that plates give."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.microbiology import Dilution, Plan, PlateCount, judge, plate_count, rounded
from lims.rules.quantity import Kind, Measured, parse
from lims.rules.rounding import plain
from lims.rules.verdict import Decision, Verdict

D = Decimal
PASS, FAIL, UNDECIDED = Verdict.PASS, Verdict.FAIL, Verdict.UNDECIDED

COLIFORMS = Plan(5, 2, D(10), D(100))
SALMONELLA = Plan(5, 0, D(0), unit="/25g")
LISTERIA = Plan(5, 0, D(100))
WATER = Plan(5, 0, D(0), unit="CFU/250mL")


def judged(plan: Plan, *values: str) -> Decision:
    return judge(plan, [parse(text) for text in values])


@pytest.mark.parametrize(
    ("plan", "values", "verdict"),
    [
        # three classes, n = 5, c = 2, m = 10, M = 100
        (COLIFORMS, "<10 <10 <10 <10 <10", PASS),
        (COLIFORMS, "10 10 10 10 10", PASS),  # exactly m
        (COLIFORMS, "100 100 10 10 10", PASS),  # exactly M, and c of them above m
        (COLIFORMS, "11 11 11 10 10", FAIL),  # one more than c above m
        (COLIFORMS, "101 0 0 0 0", FAIL),  # one above M
        (COLIFORMS, "1.1×10² 0 0 0 0", FAIL),
        # two classes with a count, n = 5, c = 0, m = 100
        (LISTERIA, "100 0 0 0 0", PASS),
        (LISTERIA, "101 0 0 0 0", FAIL),
        # two classes, nothing in 25 g
        (SALMONELLA, "未检出 未检出 未检出 未检出 未检出", PASS),
        (SALMONELLA, "ND 0 0 未检出/25g 阴性", PASS),
        (SALMONELLA, "未检出 未检出 未检出 未检出 检出", FAIL),
        (SALMONELLA, "阳性 未检出 未检出 未检出 未检出", FAIL),
        (SALMONELLA, "1 0 0 0 0", FAIL),
        (SALMONELLA, "<LOQ 0 0 0 0", FAIL),  # a trace was found
        # two classes, m = 0 in a unit
        (WATER, "0 0 0 未检出 0", PASS),
        (WATER, "1 0 0 0 0", FAIL),
    ],
)
def test_a_plan_allows_c_values_above_m_and_none_above_M(plan: Plan, values: str, verdict: Verdict) -> None:
    assert judged(plan, *values.split()).verdict is verdict


@pytest.mark.parametrize(
    ("plan", "values", "verdict"),
    [
        (COLIFORMS, "<100 10 10 10 10", PASS),  # above m or not, it is one of two
        (COLIFORMS, "<100 <100 <100 10 10", UNDECIDED),
        (COLIFORMS, "11 11 <100 10 10", UNDECIDED),
        (COLIFORMS, "11 11 <10 10 10", PASS),
        (COLIFORMS, "11 11 11 <100 <1000", FAIL),
        (COLIFORMS, "<101 10 10 10 10", UNDECIDED),  # it may lie above M
        (COLIFORMS, ">100 10 10 10 10", FAIL),
        (COLIFORMS, ">99 10 10 10 10", UNDECIDED),
        (COLIFORMS, "11 11 >10 10 10", FAIL),
        (COLIFORMS, "11 11 >9 10 10", UNDECIDED),
        (LISTERIA, "<100 <100 <100 <100 <100", PASS),
        (LISTERIA, "<101 0 0 0 0", UNDECIDED),
        (LISTERIA, ">100 0 0 0 0", FAIL),
        (SALMONELLA, "<10 0 0 0 0", UNDECIDED),
        (SALMONELLA, ">0 0 0 0 0", FAIL),
        # words say nothing of a number that is not 0, unless the limit of detection stands beside them
        (COLIFORMS, "未检出 0 0 0 0", UNDECIDED),
        (COLIFORMS, "检出 0 0 0 0", UNDECIDED),
        (COLIFORMS, "未检出(检出限:10) 0 0 0 0", PASS),
        (COLIFORMS, "未检出(检出限:101) 0 0 0 0", UNDECIDED),
        # nor do words of another kind
        (SALMONELLA, "弱阳性 0 0 0 0", UNDECIDED),
        (LISTERIA, "无效 0 0 0 0", UNDECIDED),
        # 10 and a little more, as GB/T 8170-2008 marks it
        (LISTERIA, "100(+) 0 0 0 0", FAIL),
        (LISTERIA, "100(-) 0 0 0 0", PASS),
    ],
)
def test_what_cannot_be_told_decides_only_where_it_makes_no_difference(plan: Plan, values: str, verdict: Verdict) -> None:
    assert judged(plan, *values.split()).verdict is verdict


def test_found_is_not_known_to_lie_above_an_M() -> None:
    assert judged(Plan(5, 1, D(0), D(10)), "检出", "0", "0", "0", "0").verdict is UNDECIDED
    assert judged(Plan(5, 1, D(0), D(10)), "检出", "检出", "0", "0", "0").verdict is FAIL


@pytest.mark.parametrize(
    ("unit", "value", "verdict"),
    [
        ("MPN/g", "3 MPN/g", PASS),
        ("MPN/g", "300 MPN/100g", PASS),
        ("MPN/g", "301 MPN/100g", FAIL),
        ("MPN/g", "3", PASS),
        ("MPN/g", "3 CFU/g", UNDECIDED),
        ("CFU/g(mL)", "4 CFU/mL", FAIL),
        ("CFU/g(mL)", "2 CFU/g", PASS),
        ("", "3 CFU/g", PASS),  # the caller has seen to the unit
    ],
)
def test_a_value_in_a_unit_that_does_not_turn_into_the_plans_is_not_judged(unit: str, value: str, verdict: Verdict) -> None:
    assert judged(Plan(1, 0, D(3), unit=unit), value).verdict is verdict


@pytest.mark.parametrize(("value", "verdict"), [("未检出/25g", PASS), ("未检出/25mL", PASS), ("未检出/10g", UNDECIDED), ("检出/10g", UNDECIDED)])
def test_absence_in_another_amount_says_nothing(value: str, verdict: Verdict) -> None:
    assert judged(Plan(1, 0, D(0), unit="/25g(mL)"), value).verdict is verdict


@pytest.mark.parametrize(("values", "further"), [("", 5), ("0", 4), ("0 0 11 12", 1)])
def test_missing_values_are_asked_for(values: str, further: int) -> None:
    decision = judged(COLIFORMS, *values.split())
    assert (decision.verdict, decision.further) == (UNDECIDED, further)


@pytest.mark.parametrize("values", ["101", "11 11 11"])
def test_values_that_fail_already_need_no_others(values: str) -> None:
    decision = judged(COLIFORMS, *values.split())
    assert (decision.verdict, decision.further) == (FAIL, 0)


def test_more_values_than_the_plan_asks_for_decide_nothing() -> None:
    decision = judged(COLIFORMS, *["1000"] * 6)
    assert (decision.verdict, decision.further) == (UNDECIDED, 0)
    assert decision.why().endswith("The plan asks for 5 values, 6 are entered. Take out those that do not belong to it.")


def test_a_fail_names_the_plan_and_the_counts_and_that_nothing_is_inspected_again() -> None:
    assert judged(COLIFORMS, "11", "200", "<100", "0", "0").why() == (
        "Sampling plan: n = 5, c = 2, m = 10, M = 100. Of 5 values 2 lie above m, 1 of them above M. "
        "These cannot be told from m or M: <100. Enter counts in the plan's unit, from a dilution that decides. "
        "A value lies above M. Microbiological items are not re-inspected."
    )
    assert judged(COLIFORMS, "11", "11", "11").why() == (
        "Sampling plan: n = 5, c = 2, m = 10, M = 100. Of 3 values 3 lie above m, 0 of them above M. "
        "More than c values lie above m. Microbiological items are not re-inspected."
    )


def test_a_pass_and_a_missing_value_are_explained() -> None:
    assert judged(SALMONELLA, *["0"] * 5).why() == "Sampling plan: n = 5, c = 0, m = 0/25g. Of 5 values 0 lie above m. The plan is kept."
    assert judged(WATER, "0").why() == "Sampling plan: n = 5, c = 0, m = 0. Of 1 values 0 lie above m. Values still missing: 4."


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Plan(0, 0, D(1)),
        lambda: Plan(-5, 0, D(1)),
        lambda: Plan(1001, 0, D(1)),
        lambda: Plan(5, -1, D(1)),
        lambda: Plan(5, 5, D(1)),
        lambda: Plan(5, 0, D(-1)),
        lambda: Plan(5, 0, D(10), D(10)),
        lambda: Plan(5, 0, D(10), D(9)),
        lambda: Plan(5, 0, D("NaN")),
        lambda: Plan(5, 0, D(1), D("Infinity")),
        lambda: Plan(5, 0, D("1e999")),
        lambda: judged(COLIFORMS, "-1"),
        lambda: judged(COLIFORMS, "<0"),
        lambda: judge(COLIFORMS, [Measured("?", D("sNaN"))]),
        lambda: judge(COLIFORMS, [Measured("?", D("1e999"), Kind.ABOVE)]),
    ],
)
def test_a_plan_or_a_count_that_cannot_be_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(Refusal):
        wrong()


def test_the_largest_plan_has_a_thousand_values() -> None:
    assert judged(Plan(1000, 999, D(1)), *["2"] * 999, "1").verdict is PASS


def test_a_measured_thing_without_a_value_is_not_judged() -> None:
    assert judge(Plan(1, 0, D(10)), [Measured("?")]).verdict is UNDECIDED


def counted(rows: dict[int, tuple[int | None, ...]]) -> PlateCount:
    return plate_count([Dilution(tenfold, plates) for tenfold, plates in rows.items()], blank=0)


def test_the_worked_example_of_the_standard_comes_out() -> None:
    count = counted({2: (232, 244), 3: (33, 35)})
    assert plain(count.exact).startswith("24727.2727")
    assert (count.reported.kind, plain(count.reported.value), count.reported.shown()) == (Kind.NUMBER, "25000", "2.5×10⁴")
    assert count.because[0].shown() == ("1:100 and 1:1000 lie between 30 and 300 colonies: N = ΣC / ((n1 + 0.1 n2) d) = 544 / ((2 + 0.1 × 2) × 0.01).")


@pytest.mark.parametrize(
    ("rows", "exact", "reported"),
    [
        # one dilution in the range
        ({1: (None, None), 2: (164, 164), 3: (20, 20)}, "16400", "16000"),
        ({2: (30, 31)}, "3050", "3100"),
        ({2: (300, 300), 3: (29, 29)}, "30000", "30000"),
        ({1: (55,)}, "550", "550"),
        # two, of which one has a single plate: (100 + 30 + 30) / (1 + 0.2) x 10 = 1333, and (100 + 102 + 31) / (2 + 0.1) x 10 = 1109.5
        ({1: (100,), 2: (30, 30)}, None, "1300"),
        ({1: (100, 102), 2: (31,)}, None, "1100"),
        # all above 300: the highest dilution
        ({1: (None, None), 2: (None, None), 3: (313, 313)}, "313000", "310000"),
        ({1: (400, 400), 2: (301, 302)}, "30150", "30000"),
        # all below 30: the lowest dilution
        ({1: (27, 27), 2: (11, 11), 3: (5, 5)}, "270", "270"),
        ({1: (1, 0), 2: (0, 0)}, "5", "5"),
        ({0: (3, 4)}, "3.5", "4"),
        # none in the range: the mean nearest to 30 or 300
        ({1: (None, None), 2: (305, 305), 3: (12, 12)}, "30500", "31000"),
        ({2: (350, 350), 3: (29, 29)}, "29000", "29000"),
        ({2: (None, None), 3: (3, 4)}, "3500", "3500"),
        ({2: (310, 310), 3: (0, 0)}, "31000", "31000"),
    ],
)
def test_plates_are_counted_by_the_range_they_lie_in(rows: dict[int, tuple[int | None, ...]], exact: str | None, reported: str) -> None:
    count = counted(rows)
    assert plain(count.reported.value) == reported
    assert exact is None or count.exact == D(exact)


@pytest.mark.parametrize(("tenfold", "reported"), [(0, "<1"), (1, "<10"), (2, "<100")])
def test_no_colony_at_all_is_less_than_one_times_the_lowest_dilution(tenfold: int, reported: str) -> None:
    count = counted({tenfold: (0, 0), tenfold + 1: (0, 0)})
    assert (count.reported.shown(), count.reported.text, count.reported.kind) == (reported, reported, Kind.BELOW)


def test_more_than_can_be_counted_at_the_highest_dilution_is_more_than_three_hundred_times_it() -> None:
    count = counted({2: (None, None), 3: (301, None)})
    assert (count.reported.shown(), count.reported.kind, count.exact) == (">3.0×10⁵", Kind.ABOVE, 300000)


def test_a_reported_count_is_judged_by_its_plan() -> None:
    plan = Plan(1, 0, D(10), D(100))
    assert judge(plan, [counted({1: (0, 0)}).reported]).verdict is PASS
    assert judge(plan, [counted({3: (None, None)}).reported]).verdict is FAIL


@pytest.mark.parametrize(
    "rows",
    [
        {},
        {1: (32, 29)},  # one plate in the range, the other not
        {1: (300, 301)},
        {1: (310, 12)},
        {1: (None, 12)},
        {1: (0, 30)},
        {1: (40, 41), 2: (None, None)},  # more at the higher dilution
        {1: (0, 0), 2: (1, 0)},
        {1: (12, 12), 2: (31, 31)},
        {1: (290, 290), 3: (31, 31)},  # not neighbours
        {1: (290, 290), 2: (200, 200), 3: (31, 31)},  # three in the range
        {1: (310, 310), 2: (20, 20)},  # as near to one end as to the other
        {1: (None, None), 2: (0, 0)},
        {1: (400, 400), 2: (0, 0)},
    ],
)
def test_plates_that_contradict_one_another_or_have_no_rule_are_refused(rows: dict[int, tuple[int | None, ...]]) -> None:
    with pytest.raises(Refusal):
        counted(rows)


@pytest.mark.parametrize(
    ("tenfold", "plates"), [(-1, (1,)), (13, (1,)), (10**9, (1,)), (1, ()), (1, (1, 2, 3)), (1, (-1,)), (1, (40, -1)), (1, (100_001,)), (1, (10**5000,))]
)
def test_plates_that_cannot_be_are_refused(tenfold: int, plates: tuple[int | None, ...]) -> None:
    with pytest.raises(Refusal):
        Dilution(tenfold, plates)


def test_the_highest_dilution_and_the_fullest_plate_can_be_entered() -> None:
    assert counted({12: (100_000,)}).exact == 10**17


def test_a_dilution_is_entered_once() -> None:
    with pytest.raises(Refusal):
        plate_count([Dilution(1, (40,)), Dilution(1, (41,))], blank=0)


def test_a_blank_that_grew_makes_the_count_invalid() -> None:
    with pytest.raises(Refusal):
        plate_count([Dilution(1, (40, 41))], blank=1)


def test_dilutions_may_be_entered_in_any_order() -> None:
    assert counted({3: (33, 35), 2: (232, 244)}) == counted({2: (232, 244), 3: (33, 35)})


@pytest.mark.parametrize(
    ("count", "reported"),
    [
        ("0.4", "0"),
        ("0.5", "1"),
        ("27.5", "28"),
        ("26.5", "27"),
        ("99.4", "99"),
        ("99.5", "100"),
        ("100", "100"),
        ("104.9", "100"),
        ("105", "110"),  # upwards, where GB/T 8170 would go to the even 100
        ("115", "120"),
        ("996", "1000"),
        ("24727.27", "25000"),
    ],
)
def test_a_count_below_a_hundred_is_whole_and_has_two_digits_from_there_on_with_halves_upwards(count: str, reported: str) -> None:
    assert plain(rounded(D(count))) == reported


def test_a_rounded_count_shows_its_two_digits() -> None:
    assert rounded(D(996)).as_tuple() == D("1.0E+3").as_tuple()
    assert rounded(D(270)).as_tuple() == D("2.7E+2").as_tuple()
    assert rounded(D(100)).as_tuple() == D("1.0E+2").as_tuple()


@pytest.mark.parametrize("count", ["-1", "NaN", "sNaN", "Infinity", "1e999"])
def test_what_is_no_count_is_refused(count: str) -> None:
    with pytest.raises(Refusal):
        rounded(D(count))


ORDER = {FAIL: 0, UNDECIDED: 1, PASS: 2}
PLANS = st.sampled_from([COLIFORMS, LISTERIA, SALMONELLA, Plan(3, 1, D(0), D(10)), Plan(5, 2, D(1), D(5)), Plan(5, 0, D(10), D(100))])
figures = st.integers(0, 130).map(D)
known = st.builds(lambda figure: Measured(plain(figure), figure), figures)
open_ends = st.builds(lambda figure, kind: Measured("?", figure + 1, kind), figures, st.sampled_from([Kind.BELOW, Kind.ABOVE]))
words = st.sampled_from([Measured("?", kind=kind) for kind in Kind if kind not in (Kind.NUMBER, Kind.BELOW, Kind.ABOVE)])


@given(PLANS, st.lists(known | open_ends | words, max_size=4), figures, figures)
def test_a_verdict_never_improves_when_a_count_rises(plan: Plan, others: list[Measured], figure: D, more: D) -> None:
    for kind in (Kind.NUMBER, Kind.ABOVE):
        low, high = (judge(plan, [*others, Measured("?", each, kind)]) for each in (figure, figure + more))
        assert ORDER[high.verdict] <= ORDER[low.verdict]
    low, high = (judge(plan, [*others, Measured("?", each, Kind.BELOW)]) for each in (figure + 1, figure + 1 + more))
    assert ORDER[high.verdict] <= ORDER[low.verdict]


@given(PLANS, st.lists(known | open_ends, max_size=5), st.data())
def test_a_verdict_stands_whatever_the_untold_values_turn_out_to_be(plan: Plan, values: list[Measured], data: st.DataObject) -> None:
    before = judge(plan, values).verdict
    after = judge(plan, [data.draw(figures_of(value)) for value in values]).verdict
    if before is not UNDECIDED:
        assert after is before


def figures_of(value: Measured) -> st.SearchStrategy[Measured]:
    assert value.value is not None
    end = int(value.value)
    spans = {Kind.NUMBER: st.just(end), Kind.BELOW: st.integers(0, end - 1), Kind.ABOVE: st.integers(end + 1, end + 200)}
    return spans[value.kind].map(lambda figure: Measured("?", D(figure)))


@given(PLANS, st.lists(known | open_ends | words, max_size=5))
def test_fewer_values_than_the_plan_asks_for_never_pass(plan: Plan, values: list[Measured]) -> None:
    decision = judge(plan, values)
    if len(values) < plan.n:
        assert decision.verdict is not PASS
        assert decision.further == (0 if decision.verdict is FAIL else plan.n - len(values))


@given(PLANS, st.lists(st.builds(Measured, st.text(), st.none() | st.decimals(), st.sampled_from(Kind), st.sampled_from(["", "/25g", "CFU/g"])), max_size=6))
def test_no_value_raises_anything_but_a_refusal(plan: Plan, values: list[Measured]) -> None:
    with suppress(Refusal):
        judge(plan, values)


plates = st.lists(st.none() | st.integers(-1, 400), max_size=3).map(tuple)


@given(st.lists(st.tuples(st.integers(-1, 6), plates), max_size=4), st.integers(0, 1))
def test_no_plate_raises_anything_but_a_refusal(rows: list[tuple[int, tuple[int | None, ...]]], blank: int) -> None:
    with suppress(Refusal):
        plate_count([Dilution(*row) for row in rows], blank=blank)


@given(st.integers(30, 300), st.integers(30, 300), st.integers(0, 6))
def test_a_single_dilution_gives_its_mean_times_the_dilution(one: int, other: int, tenfold: int) -> None:
    assert counted({tenfold: (one, other)}).exact * 2 == (one + other) * 10**tenfold


@given(st.decimals(0, 10**9, places=3))
def test_a_reported_count_is_never_farther_off_than_half_of_its_last_digit(count: D) -> None:
    step = D(1) if count < 100 else D(10) ** (count.adjusted() - 1)
    assert abs(rounded(count) - count) * 2 <= step
