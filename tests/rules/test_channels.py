"""Raw channels: the day's control rules a run, a weak control line rules a strip, and a curve is never followed beyond its ends."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules import rapid
from lims.rules.channels import Concluded, Curve, Cuvette, Lines, Point, concentration, inhibition_run, lines
from lims.rules.rapid import Kit, Outcome, Reading, Strip, gb_5009_199
from lims.rules.verdict import Verdict

D = Decimal
POSITIVE, NEGATIVE, INVALID = Outcome.POSITIVE, Outcome.NEGATIVE, Outcome.INVALID
METHOD = gb_5009_199(D("0.15"))
CONTROL = Cuvette("1", "CK", D("0.400"))


def run(*changes: str | None, control: Cuvette | None = CONTROL) -> tuple[Concluded, ...]:
    cuvettes = [Cuvette(str(place), f"S-{place}", None if change is None else D(change)) for place, change in enumerate(changes, start=2)]
    return inhibition_run([*([control] if control else []), *cuvettes], control, METHOD)


def why(one: Concluded) -> str:
    return " ".join(sentence.shown() for sentence in one.because)


def test_each_sample_of_a_run_against_the_control() -> None:
    # (0.400 - 0.100) / 0.400 = 75 %; 0.2001 leaves 49.975 %; 0.440 is 10 % more than the control.
    found = run("0.100", "0.2001", "0.200", "0.440")
    assert [(one.position, one.sample, str(one.inhibition), one.outcome) for one in found] == [
        ("2", "S-2", "75.00", POSITIVE),
        ("3", "S-3", "49.98", NEGATIVE),
        ("4", "S-4", "50.00", POSITIVE),
        ("5", "S-5", "-10.00", NEGATIVE),
    ]
    assert [one.verdict for one in found] == [Verdict.FAIL, Verdict.PASS, Verdict.FAIL, Verdict.PASS]


def test_the_sentences_are_those_of_a_test_entered_by_hand() -> None:
    (one,) = inhibition_run([Cuvette("2", "leek", D("0.100"), interfering=True)], CONTROL, METHOD)
    assert one.screened == rapid.enzyme(D("0.400"), D("0.100"), METHOD, interfering=True)
    assert one.because == one.screened.because
    assert "75.00 %" in why(one)


def test_a_control_of_an_earlier_run_of_the_day_serves_as_well() -> None:
    (one,) = inhibition_run([Cuvette("1", "S-1", D("0.100"))], CONTROL, METHOD)
    assert (one.sample, one.outcome) == ("S-1", POSITIVE)


@pytest.mark.parametrize("control", [None, Cuvette("1", "CK", None)])
def test_without_a_control_all_are_undecided(control: Cuvette | None) -> None:
    found = run("0.100", None, control=control)
    assert [(one.outcome, one.verdict, one.inhibition, one.screened) for one in found] == [(None, Verdict.UNDECIDED, None, None)] * 2
    assert why(found[0]) == "There is no control of this day, so the inhibition cannot be worked out. Measure a control first."


@pytest.mark.parametrize(("change", "outcome"), [("0.1499", INVALID), ("0.1500", POSITIVE), ("0", INVALID), ("-0.1", INVALID)])
def test_a_control_below_the_minimum_makes_all_invalid(change: str, outcome: Outcome) -> None:
    found = run("0.010", "0.001", control=Cuvette("1", "CK", D(change)))
    assert [one.outcome for one in found] == [outcome] * 2
    assert [one.inhibition is None for one in found] == [outcome is INVALID] * 2
    assert ("less than the 0.15 asked for" in why(found[0])) is (outcome is INVALID)


def test_a_channel_without_a_change_leaves_its_sample_undecided_alone() -> None:
    without, other = run(None, "0.390")
    assert (without.outcome, without.verdict, other.outcome) == (None, Verdict.UNDECIDED, NEGATIVE)
    assert why(without) == "The reader sent no change of absorbance for this position. Measure it again."


@pytest.mark.parametrize("change", ["NaN", "Infinity", "1e99"])
def test_what_is_no_number_is_refused(change: str) -> None:
    with pytest.raises(Refusal):
        run(change)


COMPETITIVE = Strip(Kit.COMPETITIVE, Reading.RATIO, D("0.45"))
SANDWICH = Strip(Kit.SANDWICH, Reading.RATIO, D("0.45"))


def struck(control: str | None, test: str | None, strip: Strip = COMPETITIVE, least: str | None = "100", curve: Curve | None = None) -> Concluded:
    one = Lines("1", "S-1", None if control is None else D(control), None if test is None else D(test))
    return lines(one, strip, least_line=None if least is None else D(least), curve=curve)


@pytest.mark.parametrize(
    ("control", "test", "strip", "outcome", "ratio"),
    [
        ("1000", "449", COMPETITIVE, POSITIVE, "0.4490"),
        ("1000", "450", COMPETITIVE, NEGATIVE, "0.4500"),
        ("1000", "451", COMPETITIVE, NEGATIVE, "0.4510"),
        ("1000", "0", COMPETITIVE, POSITIVE, "0.0000"),
        ("1000", "450", SANDWICH, NEGATIVE, "0.4500"),
        ("1000", "451", SANDWICH, POSITIVE, "0.4510"),
        ("100000", "44999", COMPETITIVE, POSITIVE, "0.4500"),
        ("3", "2", COMPETITIVE, NEGATIVE, "0.6667"),
    ],
)
def test_the_ratio_against_the_lots_cutoff(control: str, test: str, strip: Strip, outcome: Outcome, ratio: str) -> None:
    one = struck(control, test, strip, least=None)
    assert (one.outcome, str(one.ratio), one.concentration) == (outcome, ratio, None)
    assert f"The ratio is {ratio}; " in why(one) and one.because == one.screened.because  # type: ignore[union-attr]


@pytest.mark.parametrize(("last", "test", "strip"), [("09", "4", COMPETITIVE), ("11", "5", SANDWICH)])
def test_a_ratio_that_does_not_come_out_even_is_never_the_cutoff(last: str, test: str, strip: Strip) -> None:
    """0.45 times ..09 is ..04.05 and times ..11 is ..04.95: the ratio lies 5 in 10^102 below or above the cut-off."""
    control, line = "9" + "0" * 60 + "." + "0" * 37 + last, "405" + "0" * 58 + "." + "0" * 38 + test
    assert struck(control, line, strip).outcome is POSITIVE


@pytest.mark.parametrize(
    ("control", "least", "invalid"), [("99.9", "100", True), ("100", "100", False), ("0", None, True), ("-5", None, True), ("0.1", None, False)]
)
def test_a_weak_control_line_says_nothing_whatever_the_test_line(control: str, least: str | None, invalid: bool) -> None:
    for test in ("0", "45", "1000"):
        one = struck(control, test, least=least)
        assert (one.outcome is INVALID, one.ratio is None) == (invalid, invalid)
        assert ("There is no control line" in why(one)) is invalid


@pytest.mark.parametrize(("control", "test"), [(None, "5"), ("5", None), (None, None)])
def test_without_lines_a_strip_is_undecided(control: str | None, test: str | None) -> None:
    one = struck(control, test)
    assert (one.outcome, one.verdict, why(one)) == (None, Verdict.UNDECIDED, "The reader sent no lines for this strip. Measure it again.")


def test_a_negative_test_line_and_a_strip_for_the_eye_are_refused() -> None:
    with pytest.raises(Refusal):
        struck("1000", "-1")
    with pytest.raises(Refusal):
        struck("1000", "1", Strip(Kit.COMPETITIVE, Reading.COMPARED))
    with pytest.raises(Refusal):
        struck("NaN", "1")


LINEAR = Curve((Point(D(0), D("1.0")), Point(D(10), D("0.5")), Point(D(30), D("0.1"))), "μg/kg", logarithmic=False)
LOG = Curve((Point(D(1), D("0.9")), Point(D(100), D("0.1"))), "μg/kg", logarithmic=True)
RISING = Curve((Point(D(1), D("0.1")), Point(D(2), D("0.3"))), "μg/kg", logarithmic=False)


@pytest.mark.parametrize(
    ("curve", "ratio", "comparator", "value"),
    [
        (LINEAR, "1.0", None, "0"),
        (LINEAR, "0.75", None, "5"),
        (LINEAR, "0.5", None, "10"),
        (LINEAR, "0.3", None, "20"),
        (LINEAR, "0.1", None, "30"),
        (LINEAR, "1.0001", "<", "0"),
        (LINEAR, "0.0999", ">", "30"),
        # Half way from lg 1 = 0 to lg 100 = 2 is 10; a quarter is the root of 10.
        (LOG, "0.5", None, "10.0"),
        (LOG, "0.7", None, "3.16"),
        (LOG, "0.9", None, "1"),
        (LOG, "0.1", None, "100"),
        (LOG, "0.91", "<", "1"),
        (LOG, "0.09", ">", "100"),
        (RISING, "0.2", None, "1.5"),
        (RISING, "0.05", "<", "1"),
        (RISING, "0.35", ">", "2"),
    ],
)
def test_a_curve_and_its_ends(curve: Curve, ratio: str, comparator: str | None, value: str) -> None:
    assert concentration(curve, D(ratio)) == (comparator, D(value))


def test_a_concentration_is_rounded_once_to_the_digits_of_the_leaflet() -> None:
    # 1 + (0.15 - 0.1) / 0.2 = 1.25, to even 1.2
    curve = Curve(RISING.points, "μg/kg", logarithmic=False, printed="0.1")
    assert str(concentration(curve, D("0.15"))[1]) == "1.2"


def test_the_curve_speaks_beside_the_cutoff() -> None:
    one = struck("1000", "300", curve=LINEAR)
    assert (one.outcome, one.concentration, one.comparator, str(one.ratio)) == (POSITIVE, D(20), None, "0.3000")
    assert why(one).endswith("The lot's curve gives 20 μg/kg.")
    beyond = struck("1000", "50", curve=LINEAR)
    assert (beyond.concentration, beyond.comparator) == (D(30), ">")
    assert why(beyond).endswith("The ratio lies beyond the lot's curve, which ends at 30 μg/kg.")
    assert why(struck("1000", "1200", curve=LINEAR)).endswith("The ratio lies beyond the lot's curve, which begins at 0 μg/kg.")
    assert struck("99", "300", curve=LINEAR).concentration is None, "an invalid strip has no concentration"


@pytest.mark.parametrize(
    ("points", "logarithmic"),
    [
        ([], False),
        ([("1", "0.5")], False),
        ([("1", "0.5"), ("1", "0.4")], False),
        ([("2", "0.5"), ("1", "0.4")], False),
        ([("1", "0.5"), ("2", "0.5")], False),
        ([("1", "0.5"), ("2", "0.4"), ("3", "0.6")], False),
        ([("-1", "0.5"), ("2", "0.4")], False),
        ([("0", "0.5"), ("2", "0.4")], True),
        ([("1", "NaN"), ("2", "0.4")], False),
    ],
)
def test_a_curve_that_cannot_be_is_refused(points: list[tuple[str, str]], logarithmic: bool) -> None:
    with pytest.raises(Refusal):
        Curve(tuple(Point(D(c), D(r)) for c, r in points), "μg/kg", logarithmic=logarithmic)


def test_a_rounding_that_cannot_be_is_refused_with_the_curve() -> None:
    with pytest.raises(Refusal):
        Curve(LINEAR.points, "μg/kg", logarithmic=False, printed="0.3")


curves = st.builds(
    lambda rises, falls, start, logarithmic: (rises[: len(falls)], falls[: len(rises)], start, logarithmic),
    st.lists(st.integers(1, 50), min_size=2, max_size=6),
    st.lists(st.integers(1, 50), min_size=2, max_size=6),
    st.integers(1, 9),
    st.booleans(),
)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(curves, st.integers(0, 400), st.integers(1, 40))
def test_more_ratio_never_means_more_on_a_falling_curve(made, ratio, step) -> None:  # type: ignore[no-untyped-def]
    rises, falls, start, logarithmic = made
    top = sum(falls) + 5
    points = [Point(D(start + sum(rises[:place])), D(top - sum(falls[:place]))) for place in range(len(rises) + 1)]
    curve = Curve(tuple(points), "μg/kg", logarithmic=logarithmic)
    (_, high), (_, low) = (concentration(curve, D(at)) for at in (ratio, ratio + step))
    assert low <= high
    assert points[0].concentration <= low and high <= points[-1].concentration
    assert all(concentration(curve, point.ratio) == (None, point.concentration) for point in points)
    assert all(before.concentration < after.concentration for before, after in pairwise(points))
