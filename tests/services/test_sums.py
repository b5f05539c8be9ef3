"""Preservatives of one product, each within its own maximum and together: the sum follows its parts by itself (GB 2760-2024 annex A)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from lims.db import seed
from lims.domain.analyses import Determination
from lims.rules.flows import AnalysisState
from lims.rules.verdict import Verdict
from lims.services import analyses, placements, samples, worksheets
from lims.services.samples import Asked
from tests.services.small import INTAKE, Small

TREE, PICKLES, ANY_FOOD = "GB 2760", "gb2760-h4", "gb2760-h117"
ASKED = (
    Asked("benzoic-acid", "benzoic-acid-gb5009-28", "gb2760-2024-benzoic-acid-h4"),
    Asked("sorbic-acid", "sorbic-acid-gb5009-28", "gb2760-2024-sorbic-acid-h4"),
    Asked("preservatives-ratio-sum", "preservatives-ratio-sum-gb-2760", "gb2760-2024-preservatives-ratio-sum-h117"),
)
"""Pickled vegetables: benzoic acid and sorbic acid at most 1.0 g/kg each, the shares of both at most 1."""


@pytest.fixture
def pickles(small: Small) -> dict[str, int]:
    """Pickled vegetables on the bench; keys of their analyses by item."""
    with small.store.work() as work, work.acting(small.people["ji"], "test"):
        seed.load(work)
    small.do(placements.place, "wine", TREE, [PICKLES, ANY_FOOD], by="ji")
    number = small.do(samples.register, replace(small.draft("wine"), asked=ASKED), by="shou")
    small.do(samples.receive, number, INTAKE, by="shou")
    keys = small.keys(number)
    small.do(worksheets.start, small.do(worksheets.create, list(keys.values()), by="jian"), by="jian")
    return keys


def total(small: Small, keys: dict[str, int]) -> tuple[tuple[str, ...], str, Verdict]:
    row = small.row(keys["preservatives-ratio-sum"])
    return row.values, row.reported, row.verdict


def test_the_sum_comes_out_when_its_last_part_is_entered(small: Small, pickles: dict[str, int]) -> None:
    small.do(analyses.enter, pickles["benzoic-acid"], 1, "0.6", by="jian")
    assert total(small, pickles) == (("",), "", Verdict.UNDECIDED)
    small.do(analyses.enter, pickles["sorbic-acid"], 1, "0.4", by="jian")
    assert total(small, pickles) == (("1",), "1", Verdict.PASS)
    assert small.row(pickles["preservatives-ratio-sum"]).entered == ({"benzoic-acid": "0.6", "sorbic-acid": "0.4"},)


def test_each_keeps_its_own_maximum_and_both_together_do_not(small: Small, pickles: dict[str, int]) -> None:
    for item in ("benzoic-acid", "sorbic-acid"):
        small.do(analyses.enter, pickles[item], 1, "0.7", by="jian")
        assert small.row(pickles[item]).verdict is Verdict.PASS
    assert total(small, pickles) == (("1.4",), "1.4", Verdict.FAIL)


def test_the_sum_follows_a_correction_and_what_is_taken_back(small: Small, pickles: dict[str, int]) -> None:
    for item, text in (("benzoic-acid", "0.7"), ("sorbic-acid", "0.7"), ("sorbic-acid", "未检出")):
        small.do(analyses.enter, pickles[item], 1, text, by="jian")
    assert total(small, pickles) == (("0.7",), "0.7", Verdict.PASS)
    small.do(analyses.enter, pickles["benzoic-acid"], 1, "", by="jian")
    assert total(small, pickles) == (("",), "", Verdict.UNDECIDED)
    with small.store.work() as work:
        texts = list(work.scalars(select(Determination.text).where(Determination.unit == "").order_by(Determination.id)))
    assert texts == ["1.4", "0.7", ""], "every sum that came out stays on record"


def test_nobody_types_a_sum(small: Small, pickles: dict[str, int]) -> None:
    words = "This value is added up from other items of the sample. Enter those."
    key = pickles["preservatives-ratio-sum"]
    assert small.refused(analyses.enter, key, 1, "0.5", by="jian") == words
    (problem,) = small.do(analyses.fill, [analyses.Typed(key, 1, "0.5")], by="jian")
    assert problem.words == words


def test_a_part_that_is_cancelled_is_no_longer_waited_for(small: Small, pickles: dict[str, int]) -> None:
    small.do(analyses.cancel, [pickles["sorbic-acid"]], reason="未添加", by="ji")
    small.do(analyses.enter, pickles["benzoic-acid"], 1, "0.6", by="jian")
    assert small.row(pickles["sorbic-acid"]).state is AnalysisState.CANCELLED
    assert total(small, pickles) == (("0.6",), "0.6", Verdict.PASS)


def entered(small: Small, keys: dict[str, int]) -> list[int]:
    """Enter both parts; return the keys of all three."""
    for item in ("benzoic-acid", "sorbic-acid"):
        small.do(analyses.enter, keys[item], 1, "0.4", by="jian")
    return list(keys.values())


def states(small: Small, keys: dict[str, int]) -> set[AnalysisState]:
    return {small.row(key).state for key in keys.values()}


def test_a_sum_is_handed_in_with_its_parts_or_after_them(small: Small, pickles: dict[str, int]) -> None:
    keys = entered(small, pickles)
    said = small.refused(analyses.submit, [pickles["preservatives-ratio-sum"], pickles["sorbic-acid"]], by="jian")
    assert said.endswith("is added up from Benzoic acid and its sodium salt. Hand those in first, or with it.")
    small.do(analyses.submit, keys, by="jian")
    assert states(small, pickles) == {AnalysisState.SUBMITTED}


def test_a_sum_goes_back_to_the_bench_with_its_part(small: Small, pickles: dict[str, int]) -> None:
    """Otherwise it would say what its parts no longer say."""
    small.do(analyses.submit, entered(small, pickles), by="jian")
    small.do(analyses.recall, [pickles["benzoic-acid"]], by="jian")
    assert (small.row(pickles["preservatives-ratio-sum"]).state, small.row(pickles["sorbic-acid"]).state) == (AnalysisState.IN_TEST, AnalysisState.SUBMITTED)
    small.do(analyses.enter, pickles["benzoic-acid"], 1, "0.9", by="jian")
    assert total(small, pickles) == (("1.3",), "1.3", Verdict.FAIL)
    small.do(analyses.submit, [pickles["benzoic-acid"], pickles["preservatives-ratio-sum"]], by="jian")
    small.do(analyses.review, list(pickles.values()), by="shen")
    small.do(analyses.return_, [pickles["sorbic-acid"]], reason="峰形异常", by="shen")
    assert small.row(pickles["preservatives-ratio-sum"]).state is AnalysisState.IN_TEST
    small.do(analyses.enter, pickles["sorbic-acid"], 1, "0.05", by="jian")
    assert total(small, pickles) == (("0.95",), "0.95", Verdict.PASS)


def test_a_part_of_a_sum_that_was_handed_in_is_not_taken_off(small: Small, pickles: dict[str, int]) -> None:
    small.do(analyses.submit, entered(small, pickles), by="jian")
    said = small.refused(analyses.cancel, [pickles["benzoic-acid"]], reason="不做了", by="ji")
    assert said == "A sum that was handed in rests on this item. Have the sum returned to the bench first."
