"""国粮发〔2010〕178号: bonus and deduction by full steps at intake; and the quantity of a pile against the books."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.intake import (
    Deduction,
    Direction,
    books,
    checked_quantity,
    computed_quantity,
    deducted,
    difference_rate,
    full_steps,
    mean_density,
    moisture_loss,
    natural_loss,
    real_volume,
    represented,
    settled,
)
from lims.rules.rounding import plain
from lims.rules.verdict import Verdict

D = Decimal
BELOW, ABOVE = Direction.BELOW, Direction.ABOVE

DRY = Deduction("水分", BELOW, D("12.5"), D("0.5"), D("0.75"), D("2.5"))
MOIST = Deduction("水分", ABOVE, D("12.5"), D("0.5"), D("-1.0"))
CLEAN = Deduction("杂质", BELOW, D("1.0"), D("0.5"), D("0.75"))
FOREIGN = Deduction("杂质", ABOVE, D("1.0"), D("0.5"), D("-1.5"))
UNSOUND = Deduction("不完善粒", ABOVE, D("8.0"), D(1), D("-0.5"))
HEAD = Deduction("整精米率", BELOW, D("44.0"), D(1), D("-0.75"))
OUTSIDE = Deduction("谷外糙米", ABOVE, D("2.0"), D(2), D("-1.0"))
WHEAT = (DRY, MOIST, CLEAN, FOREIGN, UNSOUND)
NET = D(28400)


def test_the_worked_truck_comes_out() -> None:
    truck = settled({"水分": D("13.6"), "杂质": D("1.6"), "不完善粒": D("8.0")}, WHEAT, NET)
    assert [
        (line.index, line.steps, plain(line.percent), plain(line.weight)) for line in truck.lines if line.percent is not None and line.weight is not None
    ] == [
        ("水分", 0, "0.00", "0.000"),
        ("水分", 2, "-2.0", "-568.000"),
        ("杂质", 0, "0.00", "0.000"),
        ("杂质", 1, "-1.5", "-426.000"),
        ("不完善粒", 0, "0.0", "0.000"),
    ]
    assert truck.weight == D("-994.000")
    assert truck.lines[1].because.shown() == "水分: 13.6 % against 12.5 %, full steps above: 2, -2.0 % of the net weight, -568.000 kg."
    assert truck.lines[0].because.shown() == "水分: 13.6 % against 12.5 %, full steps below: 0, 0.00 % of the net weight, 0.000 kg."


def test_a_bonus_is_added_and_says_so() -> None:
    line = deducted(D("11.4"), DRY, NET)  # 1.1 below: two steps, +1.50 %
    assert (line.steps, line.percent, line.weight) == (2, D("1.50"), D("426.000"))
    assert line.because.shown() == "水分: 11.4 % against 12.5 %, full steps below: 2, +1.50 % of the net weight, +426.000 kg."


@pytest.mark.parametrize(
    ("rate", "value", "steps"),
    [
        (MOIST, "12.5", 0),
        (MOIST, "12.9", 0),
        (MOIST, "13.0", 1),
        (MOIST, "13.4", 1),
        (MOIST, "13.5", 2),
        (MOIST, "13.6", 2),
        (MOIST, "22.5", 20),
        (MOIST, "11.0", 0),
        (DRY, "12.5", 0),
        (DRY, "12.1", 0),
        (DRY, "12.0", 1),
        (DRY, "13.5", 0),
        (DRY, "10.1", 4),
        (DRY, "10.0", 5),
        (DRY, "9.0", 5),
        (DRY, "0", 5),
        (CLEAN, "0.5", 1),
        (CLEAN, "0.0", 2),
        (FOREIGN, "1.6", 1),
        (UNSOUND, "8.9", 0),
        (UNSOUND, "9.0", 1),
        (HEAD, "43.1", 0),
        (HEAD, "43.0", 1),
        (HEAD, "40.5", 3),
        (HEAD, "50.0", 0),
        (OUTSIDE, "3.9", 0),
        (OUTSIDE, "4.0", 1),
        (OUTSIDE, "6.0", 2),
    ],
)
def test_full_steps_count_and_part_steps_do_not(rate: Deduction, value: str, steps: int) -> None:
    assert full_steps(D(value), rate) == steps


def test_tenths_are_never_lost_as_they_are_with_binary_numbers() -> None:
    tenth = Deduction("水分", ABOVE, D(0), D("0.1"), D("-1.0"))
    assert [full_steps(D(one).scaleb(-1), tenth) for one in range(101)] == list(range(101))


def test_the_bonus_for_dryness_ends_at_2_5_points() -> None:
    assert [deducted(D(value), DRY, D(1000)).percent for value in ("10.0", "9.9", "5.0")] == [D("3.75")] * 3


def test_little_head_rice_is_deducted_and_much_is_no_bonus() -> None:
    assert deducted(D("42.0"), HEAD, D(1000)).weight == D("-15.000")
    assert deducted(D("60.0"), HEAD, D(1000)).weight == 0


def test_the_weight_is_rounded_once_to_the_gram() -> None:
    assert plain(deducted(D("13.0"), MOIST, D("1000.050")).weight or D(0)) == "-10.000"  # 10.0005: the even one
    assert plain(deducted(D("13.0"), MOIST, D("1000.150")).weight or D(0)) == "-10.002"  # 10.0015


@pytest.mark.parametrize("found", [{"水分": D("13.6")}, {"水分": D("13.6"), "杂质": None}])
def test_without_a_value_there_is_no_sum(found: dict[str, D | None]) -> None:
    truck = settled(found, (MOIST, FOREIGN), NET)
    assert truck.weight is None
    assert truck.lines[0].weight == D("-568.000")
    missing = truck.lines[1]
    assert (missing.steps, missing.percent, missing.weight, missing.because.shown()) == (None, None, None, "杂质: not determined yet.")


def test_without_rates_nothing_is_settled() -> None:
    with pytest.raises(Refusal, match="No rates are given"):
        settled({"水分": D(13)}, (), NET)


@pytest.mark.parametrize("rate", [Deduction("水分", ABOVE, D(12), D(0), D(-1)), Deduction("水分", ABOVE, D(12), D(1), D("-100.1"))])
def test_a_rate_that_is_none_is_refused(rate: Deduction) -> None:
    with pytest.raises(Refusal, match="Correct it in the library"):
        full_steps(D(13), rate)
    assert full_steps(D(13), Deduction("水分", ABOVE, D(12), D(1), D(-100))) == 1


@given(st.decimals(0, 30, places=1), st.decimals(0, 10, places=1), st.decimals(0, 60000, places=1))
def test_worse_grain_never_weighs_more(value: D, worse: D, net: D) -> None:
    for rates in ((DRY, MOIST), (CLEAN, FOREIGN), (UNSOUND,), (OUTSIDE,)):
        name = rates[0].index
        before, after = (settled({name: each}, rates, net).weight for each in (value, value + worse))
        assert before is not None
        assert after is not None
        assert after <= before


@given(st.decimals(0, 100, places=1), st.decimals(0, 10, places=1), st.decimals(0, 60000, places=1))
def test_more_head_rice_never_weighs_less(value: D, more: D, net: D) -> None:
    before, after = (deducted(each, HEAD, net).weight for each in (value, value + more))
    assert before is not None
    assert after is not None
    assert before <= after <= 0


@given(st.integers(0, 1000), st.integers(1, 50), st.integers(0, 500))
def test_steps_are_the_whole_quotient_of_tenths(value: int, step: int, base: int) -> None:
    rate = Deduction("水分", ABOVE, D(base).scaleb(-1), D(step).scaleb(-1), D(-1))
    assert full_steps(D(value).scaleb(-1), rate) == max(value - base, 0) // step


def test_a_sample_stands_for_so_many_tonnes_and_above_it_nobody_knows() -> None:
    assert represented(D("2000.000"), D(2000)).verdict is Verdict.PASS
    above = represented(D("2000.001"), D(2000))
    assert above.verdict is Verdict.UNDECIDED
    assert above.why() == "The sample stands for 2000.001 t, more than 2000 t. Take several samples and judge them together, or say why one is enough."
    assert represented(D(150), D(200)).why() == "The sample stands for 150 t, at most 200 t are allowed."


def test_a_pile_is_checked_step_by_step() -> None:
    """By hand: 2530.00 - 30.00 = 2500.00 m3; 780 x 1.01 = 787.8 kg/m3; 1 969 500 kg; 2 000 000 x 0.5/88 = 11 363.6; 2 000 000 x 0.2 % x 1.5 = 6 000."""
    volume = real_volume(D("2530.00"), D("30.00"))
    density = mean_density(D(780), D("1.01"))
    computed = computed_quantity(volume, density)
    drying = moisture_loss(D(2000000), intake=D("12.5"), present=D("12.0"))
    keeping = natural_loss(D(2000000), D("1.5"), D("0.2"))
    checked = checked_quantity(computed, drying, keeping)
    rate = difference_rate(D(2000000), checked)
    assert [plain(one) for one in (volume, density, computed, drying, keeping, checked, rate)] == [
        "2500.00",
        "787.8",
        "1969500",
        "11364",
        "6000",
        "1986864",
        "0.7",  # 13 136/2 000 000 = 0.6568 %
    ]
    decision = books(rate, D(3))
    assert (decision.verdict, decision.why()) == (Verdict.PASS, "The difference is +0.7 %, within ±3 %: the books are taken as right.")


def test_figures_of_a_pile_are_rounded_to_the_even_digit() -> None:
    assert plain(mean_density(D(785), D("1.01"))) == "792.8"  # 792.85
    assert plain(computed_quantity(D("0.5"), D("785.0"))) == "392"  # 392.5
    assert plain(natural_loss(D(250), D(1), D("0.2"))) == "0"  # 0.5
    assert plain(difference_rate(D(2000), D(1999))) == "0.0"  # 0.05 %


def test_grain_that_became_moister_has_gained() -> None:
    gain = moisture_loss(D(1000000), intake=D("12.0"), present=D("12.5"))
    assert gain == D(-5714)  # 1 000 000 x -0.5/87.5 = -5714.3
    assert checked_quantity(D(1000000), gain) == D(994286)
    assert checked_quantity(D(1000000)) == D(1000000)


@pytest.mark.parametrize(
    ("rate", "verdict"), [("3.0", Verdict.PASS), ("-3.0", Verdict.PASS), ("0.0", Verdict.PASS), ("3.1", Verdict.FAIL), ("-3.1", Verdict.FAIL)]
)
def test_the_books_are_right_within_the_allowed_difference_on_either_side(rate: str, verdict: Verdict) -> None:
    assert books(D(rate), D(3)).verdict is verdict


def test_books_that_are_wrong_ask_for_the_cause() -> None:
    assert books(D("-3.1"), D(3)).why() == "The difference is -3.1 %, more than ±3 %. Find the cause and check again."


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (lambda: real_volume(D(10), D("10.01")), "Check the lengths"),
        (lambda: moisture_loss(D(1), intake=D(100), present=D(1)), "Check the weighings"),
        (lambda: moisture_loss(D(1), intake=D(1), present=D(100)), "Check the weighings"),
        (lambda: natural_loss(D(1), D(1), D("100.1")), "Correct the setting"),
        (lambda: difference_rate(D(0), D(1)), "the pile is empty"),
        (lambda: deducted(D(1), MOIST, D(-1)), "cannot have been measured"),
        (lambda: deducted(None, MOIST, D(-1)), "cannot have been measured"),
    ],
)
def test_what_cannot_be_is_refused_in_words(figure, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        figure()


def test_a_pile_may_be_all_taken_off_and_a_year_may_cost_all() -> None:
    assert real_volume(D(10), D(10)) == 0
    assert natural_loss(D(10), D(1), D(100)) == 10


WILD = st.one_of(
    st.decimals(),
    st.sampled_from(
        [D("NaN"), D("sNaN"), D("-Infinity"), D("1e999999"), D("1e-999999"), D("0e-999999"), D("-0"), D(-1), D("9" * 200), D("1e-30"), D("9.9e12")]
    ),
    st.decimals(0, 100, places=3),
)


@given(st.lists(WILD, min_size=5, max_size=5), st.sampled_from(Direction))
def test_nothing_but_a_refusal_is_ever_raised(v: list[D], direction: Direction) -> None:
    rate = Deduction("水分", direction, v[0], v[1], v[2], v[3])
    calls = (
        lambda: settled({"水分": v[4]}, (rate,), v[0]),
        lambda: settled({"水分": v[4]}, (DRY, MOIST), v[0]).lines[0].because.shown(),
        lambda: represented(v[0], v[1]).why(),
        lambda: real_volume(v[0], v[1]),
        lambda: mean_density(v[0], v[1]),
        lambda: computed_quantity(v[0], v[1]),
        lambda: moisture_loss(v[0], intake=v[1], present=v[2]),
        lambda: natural_loss(v[0], v[1], v[2]),
        lambda: checked_quantity(v[0], v[1], v[2]),
        lambda: difference_rate(v[0], v[1]),
        lambda: books(v[0], v[1]).why(),
    )
    for call in calls:
        with suppress(Refusal):
            call()
