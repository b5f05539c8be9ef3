"""Analyses as they are shown: the explanation step by step, and what lies near its limit."""

from __future__ import annotations

from lims.rules.verdict import Verdict
from lims.services import analyses
from lims.views import analyses as view
from tests.services.small import WEIGHINGS, Small


def test_a_verdict_is_explained_step_by_step(small: Small) -> None:
    key = small.keys(small.begun())["moisture"]
    for place, weighings in enumerate(WEIGHINGS, 1):
        small.do(analyses.weigh, key, place, weighings, by="jian")
    assert [(step.title, step.value, step.detail) for step in small.row(key).steps] == [
        ("Determined", "12.47 · 12.55", "Formula (W1 + W0 − W2) / W1 × 100"),
        ("Allowed difference", "0.2 %", ""),
        ("Calculated", "12.51", "not rounded"),
        ("Reported", "12.5 %", "rounded to 0.1, GB/T 8170-2008"),
        (
            "Edition",
            "GB 1353-2018",
            "in force on the product's day\nTechnical manager may choose another limit or edition, with the reason in writing.",
        ),
        ("Limit", "≤ 14.0 %", "GB 1353-2018 表1"),
        ("Compared", "12.5", "rounded value comparison (GB/T 8170-2008)"),
        ("Verdict", "Conforms", "The value keeps the limit."),
    ]


def test_a_limit_without_a_clause_is_named_by_its_standard_alone(small: Small) -> None:
    key = small.keys(small.begun("cowpea"))["carbofuran"]
    small.do(analyses.enter, key, 1, "0.035", by="jian")
    row = small.row(key)
    assert row.limit_place == "GB 2763-2021"
    assert [(step.value, step.detail) for step in row.steps if step.title == "Limit"] == [("≤ 0.02 mg/kg", "GB 2763-2021")]
    assert row.verdict is Verdict.FAIL


def test_a_conforming_value_from_nine_tenths_of_its_limit_on_lies_near_it(small: Small) -> None:
    keys = small.keys(small.begun())
    for text, near in (("17.9", False), ("18", True), ("20", True), ("20.1", False), ("<20", False), ("0", False)):
        small.do(analyses.enter, keys["aflatoxin-b1"], 1, text, by="jian")
        assert small.row(keys["aflatoxin-b1"]).near is near, text


def test_results_to_review_come_in_the_order_in_which_they_were_handed_in(small: Small) -> None:
    first, second = small.begun("wine"), small.submitted("wine")
    small.fill(first)
    small.do(analyses.submit, list(small.keys(first).values()), by="jian")
    third = small.submitted()
    small.do(analyses.review, [small.keys(third)["moisture"]], by="shen")
    rows = small.do(view.review_rows)
    assert [row.sample_number for row in rows] == [second, first, third]
    assert (rows[2].submitted, rows[2].reviewed, rows[2].total, rows[2].verdict) == (2, 1, 3, Verdict.PASS)


def test_results_recalled_and_handed_in_again_queue_anew(small: Small) -> None:
    first, second = small.submitted("wine"), small.submitted("wine")
    keys = list(small.keys(first).values())
    small.do(analyses.recall, keys, by="jian")
    assert [row.sample_number for row in small.do(view.review_rows)] == [second]
    small.do(analyses.submit, keys, by="jian")
    assert [row.sample_number for row in small.do(view.review_rows)] == [second, first]


def test_the_grid_shows_the_limit_as_the_standard_writes_it(small: Small) -> None:
    rows = small.rows(small.begun())
    assert {item: (row.requirement, row.unit, row.limit) for item, row in rows.items()} == {
        "aflatoxin-b1": ("≤ 20", "μg/kg", "20"),
        "deoxynivalenol": ("≤ 1000", "μg/kg", "1000"),
        "moisture": ("≤ 14.0", "%", "14.0"),
    }
    assert rows["moisture"].inputs == (("W0", "empty dish (g)"), ("W1", "test portion (g)"), ("W2", "dish and dried portion (g)"))
