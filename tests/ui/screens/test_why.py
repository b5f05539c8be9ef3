"""Laws of the explanation: every limit a value is held against is told with its own verdict, and why there is none where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt

from lims import i18n
from lims.domain.analyses import Basis
from lims.rules.rights import PROGRAM
from lims.rules.verdict import Verdict
from lims.services import samples
from lims.services.samples import Asked, SampleDraft
from lims.views.analyses import AnalysisRow
from tests.services.small import INTAKE
from tests.ui.screens.looking import words
from tests.ui.screens.reception import FORM, Reception, Seat
from ui.kit.panel import Steps
from ui.screens import moments, why

Key = Qt.Key
CLAIM = "标签明示"


def held_twice(reception: Reception, value: str, claim: str = "≤1", unit: str = "μg/kg") -> str:
    """A sample of maize whose label claims less than the standard allows, with a value; return its number."""
    number = reception.received(items=("aflatoxin-b1",))
    key = reception.card(number).analyses[0].id
    with reception.store.work() as work, work.acting(PROGRAM, "laboratory.library"):
        work.write_many(Basis, [{"analysis_id": key, "limit_id": None, "requirement": claim, "unit": unit, "origin": CLAIM}])
    reception.begun(number, {"aflatoxin-b1": value})
    return number


def without_limit(reception: Reception) -> str:
    """A sample of cowpea that is tested for carbofuran against no limit, with a value; return its number."""
    draft = SampleDraft("cowpea", {**FORM, "sampled_on": moments.today().isoformat()}, (Asked("carbofuran", "carbofuran-lcms", None),))
    number = reception.do(samples.register, draft, by=reception.people["shou"])
    reception.do(samples.receive, number, INTAKE, by=reception.people["shou"])
    reception.begun(number, {"carbofuran": "0.035"})
    return number


def row(reception: Reception, number: str) -> AnalysisRow:
    return reception.card(number).analyses[0]


def explained(parts: list[Any]) -> list[tuple[str, str, str]]:
    """The stations of an explanation: title, value, mark."""
    steps = next(part for part in parts if isinstance(part, Steps))
    return [(one._step.title, one._step.value, one._step.mark) for one in steps.children() if hasattr(one, "_step")]


def test_every_limit_is_told_with_its_own_verdict_and_the_one_that_decides_stands_first(reception: Reception, sit: Callable[..., Seat]) -> None:
    number = held_twice(reception, "4.7")
    sit("jian")
    told = explained(why.explanation(row(reception, number)))
    marked = [(title, value, mark) for title, value, mark in told if mark]
    assert [mark for _title, _value, mark in marked] == ["bad", "done"]
    limits = [value for title, value, _mark in told if title == i18n._("Limit")]
    assert limits == ["≤ 1 μg/kg", "≤ 20 μg/kg"]
    assert row(reception, number).verdict is Verdict.FAIL
    assert why.because(row(reception, number)) == i18n._("The value does not keep the limit.")


@pytest.mark.parametrize("value", ["0.5", "4.7"])
def test_several_demands_stand_on_one_line_and_are_told_whole(value: str, reception: Reception, sit: Callable[..., Seat]) -> None:
    one = row(reception, held_twice(reception, value))
    sit("jian")
    cell = why.requirement(one)
    assert cell.text == "≤ 20" and "1" in cell.after.text and "\n" not in cell.words()
    assert cell.tip.splitlines() == ["≤ 20 μg/kg · GB 2761-2017 表1", f"≤ 1 μg/kg · {CLAIM}"]
    assert why.demands(one) == "≤ 20 μg/kg\n≤ 1 μg/kg"
    alone = why.requirement(replace(one, requirement="≤ 20", limit_place="GB 2761-2017 表1", demands=("≤ 20 μg/kg",)))
    assert (alone.after, alone.text, alone.tip) == (None, "≤ 20", "≤ 20 μg/kg · GB 2761-2017 表1")
    assert why.requirement(replace(one, requirement="", limit_place="", demands=())).words() == why.demands(replace(one, demands=())) == ""


def test_bench_and_review_show_no_broken_line(reception: Reception, sit: Callable[..., Seat]) -> None:
    number = held_twice(reception, "4.7")
    seat = sit("jian")
    bench = seat.go("bench")
    group = next(column.group for column in bench.table.columns if column.group)
    assert group.limit(bench.table.current()).startswith("≤ 20") and "\n" not in group.limit(bench.table.current())
    bench.table.select(number, "aflatoxin-b1|verdict")
    verdict = bench.table.columns[-1].cell(bench.table.current())
    assert verdict.tip == i18n._("The value does not keep the limit."), "the verdict that decides, not the last one told"
    page = seat.go("samples", number).page
    limit = page.results.columns[page.results.column_place("limit")].cell(page.results.rows()[0])
    assert limit.text == "≤ 20" and CLAIM in limit.tip


def test_where_there_is_no_limit_the_headings_it_may_stand_under_are_told(reception: Reception, sit: Callable[..., Seat]) -> None:
    number = without_limit(reception)
    seat = sit("jian")
    bench = seat.go("bench")
    bench.table.select(number, "carbofuran|verdict")
    seat.press(Key.Key_F3)
    said = words(bench.panel)
    assert any("GB 2763-2021 蔬菜 · 豇豆" in text for text in said), said
    assert any(text == i18n._("The library has no limit for this item in this product. Choose one or report the value without a verdict.") for text in said)
    one = row(reception, number)
    assert one.verdict is Verdict.UNDECIDED and len(why.because(one).splitlines()) == 2
    page = seat.go("samples", number).page
    chip = next(column.cell(page.results.rows()[0]) for column in page.results.columns if column.cell(page.results.rows()[0]).chip)
    assert "GB 2763-2021 蔬菜 · 豇豆" in chip.tip


@pytest.mark.parametrize(("claim", "unit", "edge"), [("≤1", "μg/kg", "1"), ("≤0.001", "mg/kg", "0.001"), ("≤30", "μg/kg", "20")])
def test_a_value_is_drawn_against_the_limit_that_decides(claim: str, unit: str, edge: str, reception: Reception, sit: Callable[..., Seat]) -> None:
    """Drawn within one limit, a value that breaks another would look as if it kept both."""
    one = row(reception, held_twice(reception, "4.7", claim, unit))
    sit("jian")
    drawn, number = why.limits(one), Decimal(one.reported)
    assert drawn.high == Decimal(edge) and drawn.low is None
    assert (number > drawn.high) is (one.verdict is Verdict.FAIL) is (drawn.verdict == "bad")
    assert {line.split()[-1] for line in why.demands(one).splitlines()} == {"μg/kg", unit}


def test_a_least_value_is_drawn_as_one(reception: Reception, sit: Callable[..., Seat]) -> None:
    one = row(reception, held_twice(reception, "4.7", "≥30"))
    sit("jian")
    drawn = why.limits(one)
    assert one.verdict is Verdict.FAIL and (drawn.low, drawn.high) == (Decimal(30), None)
    assert why.limits(replace(one, reported="")) is None is why.limits(replace(one, limit=""))
