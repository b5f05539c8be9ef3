"""Sums over several items: shares of their own limits (GB 2760-2024 annex A), totals of residue definitions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Refusal
from lims.rules.quantity import read
from lims.rules.sums import NotFound, Part, SumKind, shares, sum_of, total
from lims.rules.verdict import Verdict

D = Decimal
BENZOIC, SORBIC = ("benzoic acid", "1.0"), ("sorbic acid", "0.5")


def parts(*found: tuple[tuple[str, str], str], lod: str = "") -> list[Part]:
    return [Part(name, read(text), D(limit), D(lod) if lod else None) for (name, limit), text in found]


@pytest.mark.parametrize(
    ("benzoic", "sorbic", "verdict", "sum_"),
    [
        ("0.6", "0.2", Verdict.PASS, "1"),  # 0.6/1.0 + 0.2/0.5 = 1
        ("0.6", "0.201", Verdict.FAIL, "1.002"),
        ("0.5", "0.2", Verdict.PASS, "0.9"),
        ("1.0", "0.5", Verdict.FAIL, "2"),  # each keeps its own limit, together they do not
        ("未检出", "0.5", Verdict.PASS, "1"),
        ("<0.01", "0.5", Verdict.PASS, "1"),
    ],
)
def test_the_shares_of_each_in_its_own_maximum_add_up_to_at_most_one(benzoic: str, sorbic: str, verdict: Verdict, sum_: str) -> None:
    decision = shares(parts((BENZOIC, benzoic), (SORBIC, sorbic)))
    assert decision.verdict is verdict
    assert f"= {sum_}; at most 1 is allowed." in decision.why()
    assert sum_of(parts((BENZOIC, benzoic), (SORBIC, sorbic)), SumKind.SHARES) == D(sum_)


def test_thirds_are_compared_exactly() -> None:
    third = ("x", "0.3")
    assert shares(parts((third, "0.1"), (third, "0.1"), (third, "0.1"))).verdict is Verdict.PASS
    assert shares(parts((third, "0.1"), (third, "0.1"), (third, "0.1000000001"))).verdict is Verdict.FAIL
    assert sum_of(parts((third, "0.1"), (third, "0.1"), (third, "0.1000000001")), SumKind.SHARES) > 1


@pytest.mark.parametrize(("rule", "counted"), [(NotFound.NOTHING, "0.5"), (NotFound.HALF, "0.55"), (NotFound.WHOLE, "0.6")])
def test_what_was_not_found_counts_as_the_method_says(rule: NotFound, counted: str) -> None:
    value, because = total(parts((BENZOIC, "0.5"), (SORBIC, "未检出"), lod="0.1"), rule)
    assert value == D(counted) == sum_of(parts((BENZOIC, "0.5"), (SORBIC, "未检出"), lod="0.1"), SumKind.TOTAL, rule)
    assert any("sorbic acid" in one.shown() and "Not detected" in one.shown() for one in because)
    assert because[-1].shown() == "At most the sum is 0.6."


def test_an_unknown_limit_of_detection_cannot_be_counted_with() -> None:
    unknown = parts((BENZOIC, "0.5"), (SORBIC, "未检出"))
    assert shares(unknown).verdict is Verdict.PASS
    decision = shares(unknown, NotFound.WHOLE)
    assert decision.verdict is Verdict.UNDECIDED
    assert "its limit of detection is not stated" in decision.why()


def test_a_value_above_what_can_be_measured_leaves_the_sum_open_unless_it_is_over_already() -> None:
    assert shares(parts((BENZOIC, ">0.2"), (SORBIC, "0.1"))).verdict is Verdict.UNDECIDED
    assert shares(parts((BENZOIC, ">0.9"), (SORBIC, "0.1"))).verdict is Verdict.FAIL
    with pytest.raises(Refusal, match="benzoic acid is only known to lie above"):
        total(parts((BENZOIC, ">0.2")))
    with pytest.raises(Refusal, match="Dilute and measure it again"):
        sum_of(parts((BENZOIC, ">0.2")), SumKind.SHARES)


@pytest.mark.parametrize("text", ["阳性", "检出", "words", "1/2", "-0.1"])
def test_what_is_no_number_is_not_added_up(text: str) -> None:
    decision = shares(parts((BENZOIC, text), (SORBIC, "0.1")))
    assert (decision.verdict, decision.why()) == (Verdict.UNDECIDED, "benzoic acid: no number that can be added up.")
    with pytest.raises(Refusal, match="no number that can be added up"):
        total(parts((BENZOIC, text)))


def test_a_sum_of_nothing_is_not_judged() -> None:
    assert shares([]).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("limit", [None, D(0), D(-1)])
def test_a_share_needs_its_limit(limit: Decimal | None) -> None:
    with pytest.raises(Refusal, match="x has no limit to take a share of"):
        shares([Part("x", read("1"), limit)])


AMOUNTS = st.decimals(0, 10, places=3)


@given(st.lists(st.tuples(AMOUNTS, st.decimals("0.001", 10, places=3)), min_size=1, max_size=6))
def test_the_verdict_is_that_of_the_exact_sum(pairs: list[tuple[D, D]]) -> None:
    exact = sum((Fraction(found) / Fraction(limit) for found, limit in pairs), Fraction(0))
    rows = [Part(str(place), read(f"{found:f}"), limit) for place, (found, limit) in enumerate(pairs)]
    assert shares(rows).verdict is (Verdict.PASS if exact <= 1 else Verdict.FAIL)
    assert (sum_of(rows, SumKind.SHARES) <= 1) == (exact <= 1)
    assert total(rows)[0] == sum(found for found, _limit in pairs)


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_more_of_a_part_never_improves_the_verdict(first: D, second: D, more: D) -> None:
    def said(value: D) -> Verdict:
        return shares(parts((BENZOIC, f"{value:f}"), (SORBIC, f"{second:f}"))).verdict

    assert not (said(first) is Verdict.FAIL and said(first + more) is Verdict.PASS)
