"""Verdicts a second: a laboratory's judgement and a bulletin's printed row, beside bare comparisons of two Decimals in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal

from lims.rules.bulletin import judge_printed
from lims.rules.judgement import Procedure, judge
from lims.rules.limits import Comparison, Limit
from lims.rules.quantity import read
from lims.rules.replicates import Kind, Tolerance

ROUNDS, TURNS = 7, 2000

NUMBER = Procedure("p", "i", "m", "mg/kg", comparison=Comparison.FULL, detection_limit=Decimal("0.001"))
TWICE = Procedure("p", "i", "m", "%", 2, "0.01", "0.1", Comparison.ROUNDED, Tolerance(Kind.ABSOLUTE, Decimal("0.2"), "%"))
PLANNED = Procedure("p", "i", "m", "CFU/g")
RESIDUE = Limit("l", "i", "h", "≤0.02", "mg/kg", "GB 2763-2021")
MOISTURE = Limit("l", "i", "h", "≤14.0", "%", "GB 1353-2018")
COLONIES = Limit("l", "i", "h", "n=5,c=2,m=10000,M=100000", "CFU/g", "GB 7099-2015")

CASES: dict[str, Callable[[], object]] = {
    "one value against a maximum": lambda: judge([read("0.035")], NUMBER, RESIDUE),
    "two determinations, rounded": lambda: judge([read("12.47"), read("12.55")], TWICE, MOISTURE),
    "a plan of five": lambda: judge([read(text) for text in ("<10", "20", "3.0×10³", "15", "1.2×10⁴")], PLANNED, COLONIES),
    "a printed row": lambda: judge_printed("0.12mg/kg", "≤0.05mg/kg"),
}
"""Each from text to verdict, as the bench and a bulletin give it."""


def main() -> None:
    """Print verdicts a second and the ratio to the floor: the two texts made Decimals and compared."""
    floor = _least(lambda: Decimal("0.035") <= Decimal("0.02"))
    print(f"rules: floor, two Decimals read and compared: {1 / floor:,.0f} a second of processor time")
    for name, case in CASES.items():
        cost = _least(case)
        print(f"rules: {name}: {1 / cost:,.0f} verdicts a second, {cost / floor:.0f} times the floor")


def _least(job: Callable[[], object]) -> float:
    """Return the least processor seconds a call."""
    rounds = []
    for _round in range(ROUNDS):
        start = time.process_time()
        for _turn in range(TURNS):
            job()
        rounds.append((time.process_time() - start) / TURNS)
    return min(rounds)
