"""Items judged in two steps: the total first, its species only where the total does not settle it.

Source: GB 2762-2025, notes of tables 3 (methylmercury) and 4 (inorganic arsenic): where the total does not exceed the species' limit the product
conforms; otherwise the species is determined and judged.
"""

from __future__ import annotations

from lims.i18n import N_
from lims.rules.judgement import Procedure, judge
from lims.rules.limits import Limit
from lims.rules.quantity import Measured
from lims.rules.verdict import Decision, Verdict, said

SPECIES = {"inorganic-arsenic": "total-arsenic", "methylmercury": "total-mercury"}
"""Species and the total that may stand in for it, by item."""


def tiered(total: Measured, species: Measured | None, by_total: Procedure, by_species: Procedure, limit: Limit) -> Decision:
    """Judge a species by its total where that suffices; *further* asks for the species where it does not."""
    first = judge([total], by_total, limit)
    if first.verdict is Verdict.PASS:
        return Decision(Verdict.PASS, (said(N_("The total {value} keeps the species' limit {limit}."), value=first.reported, limit=limit.demanded()),))
    if species is None:
        words = N_("The total {value} does not settle it against the species' limit {limit}. Determine the species.")
        return Decision(Verdict.UNDECIDED, (said(words, value=first.reported or total.text, limit=limit.demanded()),), 1)
    second = judge([species], by_species, limit)
    return Decision(second.verdict, (said(N_("The species {value} decides against {limit}."), value=second.reported or species.text, limit=limit.demanded()),))
