"""The total first, the species only where the total does not settle it (GB 2762-2025, notes of tables 3 and 4)."""

from __future__ import annotations

import pytest

from lims.rules.judgement import Procedure
from lims.rules.limits import Limit
from lims.rules.quantity import read
from lims.rules.tiers import tiered
from lims.rules.verdict import Verdict

TOTAL = Procedure("t", "total-arsenic", "GB 5009.11", "mg/kg")
SPECIES = Procedure("s", "inorganic-arsenic", "GB 5009.11", "mg/kg")
RICE = Limit("l", "inorganic-arsenic", "h", "≤0.35", "mg/kg", "GB 2762-2025")


@pytest.mark.parametrize(
    ("total", "species", "verdict", "further", "words"),
    [
        ("0.35", None, Verdict.PASS, 0, "The total 0.35 keeps the species' limit ≤ 0.35."),
        ("0.36", None, Verdict.UNDECIDED, 1, "The total 0.36 does not settle it against the species' limit ≤ 0.35. Determine the species."),
        ("0.36", "0.20", Verdict.PASS, 0, "The species 0.20 decides against ≤ 0.35."),
        ("0.50", "0.36", Verdict.FAIL, 0, "The species 0.36 decides against ≤ 0.35."),
        ("未检出", None, Verdict.PASS, 0, "The total 未检出 keeps the species' limit ≤ 0.35."),
        ("阳性", None, Verdict.UNDECIDED, 1, "The total 阳性 does not settle it against the species' limit ≤ 0.35. Determine the species."),
        ("0.36", "阳性", Verdict.UNDECIDED, 0, "The species 阳性 decides against ≤ 0.35."),
    ],
)
def test_a_total_within_the_limit_of_the_species_suffices(total: str, species: str | None, verdict: Verdict, further: int, words: str) -> None:
    decision = tiered(read(total), read(species) if species else None, TOTAL, SPECIES, RICE)
    assert (decision.verdict, decision.further, decision.why()) == (verdict, further, words)
