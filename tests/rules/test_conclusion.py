"""What a report says in whole sentences: conclusion, decision rule (ISO/IEC 17025:2017 7.8.6), notes."""

from __future__ import annotations

import pytest

from lims.rules.conclusion import COMMISSIONED, MONITORING, Finding, conclusion, decision_rule, notes
from lims.rules.limits import Comparison
from lims.rules.uncertainty import Decide
from lims.rules.verdict import Verdict

RESIDUES, GRAIN = "GB 2763-2021", "GB 1353-2018"


def finding(item: str, verdict: Verdict = Verdict.PASS, comparison: Comparison = Comparison.FULL, decision: Decide = Decide.SIMPLE) -> Finding:
    return Finding(item, verdict, RESIDUES, comparison, decision)


def test_a_batch_that_was_sampled_conforms_to_every_standard_it_was_judged_by() -> None:
    said = conclusion([finding("lead")], Verdict.PASS, "Supervisory sampling", [RESIDUES, GRAIN])
    assert said == "On test of the sample taken, the items tested meet GB 2763-2021; GB 1353-2018. Conclusion: conforms."


def test_a_sample_that_was_sent_in_answers_for_itself_alone() -> None:
    assert "(for the sample received only)" in conclusion([finding("lead")], Verdict.PASS, COMMISSIONED, [RESIDUES])


def test_what_does_not_conform_names_each_failing_item_with_its_standard() -> None:
    found = [finding("lead"), finding("carbofuran", Verdict.FAIL), finding("omethoate", Verdict.FAIL)]
    said = conclusion(found, Verdict.FAIL, COMMISSIONED, [RESIDUES])
    assert said == ("On test of the sample taken, carbofuran does not meet GB 2763-2021; omethoate does not meet GB 2763-2021. Conclusion: does not conform.")


def test_what_could_not_be_judged_has_no_conclusion() -> None:
    said = conclusion([finding("lead", Verdict.UNDECIDED)], Verdict.UNDECIDED, "Supervisory sampling", [RESIDUES])
    assert said == "No conclusion can be given: not every item could be judged."


@pytest.mark.parametrize("verdict", Verdict)
def test_risk_monitoring_gives_data_only(verdict: Verdict) -> None:
    assert conclusion([finding("lead", verdict)], verdict, MONITORING, [RESIDUES]).endswith("Data only, no verdict is given.")


SIMPLE = "measurement uncertainty is not taken into account (simple acceptance)."


@pytest.mark.parametrize(
    ("found", "rule"),
    [
        ([finding("lead")], f"Decision rule: full value comparison by GB/T 8170-2008, the unrounded value against the limit; {SIMPLE}"),
        (
            [finding("moisture", comparison=Comparison.ROUNDED)],
            f"Decision rule: rounded value comparison by GB/T 8170-2008, the reported value against the limit; {SIMPLE}",
        ),
        (
            [finding("lead"), finding("moisture", comparison=Comparison.ROUNDED)],
            (
                "Decision rule: full value comparison by GB/T 8170-2008, the unrounded value against the limit; "
                f"for moisture rounded value comparison, the reported value against the limit; {SIMPLE}"
            ),
        ),
        (
            [finding("lead"), finding("cadmium", decision=Decide.GUARDED), finding("arsenic", decision=Decide.QUOTED)],
            (
                "Decision rule: full value comparison by GB/T 8170-2008, the unrounded value against the limit; "
                "for cadmium the limit is drawn in by the expanded uncertainty (guard band); for the others it is not taken into account (simple acceptance)."
            ),
        ),
    ],
)
def test_the_decision_rule_says_which_value_was_compared_and_what_part_the_uncertainty_has(found: list[Finding], rule: str) -> None:
    assert decision_rule(found) == rule


def test_the_notes_name_the_days_for_objections_as_they_are_set() -> None:
    said = notes("7", "5")
    assert any("within 7 working days" in note and "(5 working days for supervisory sampling of edible farm products)" in note for note in said)
    assert not any("{" in note for note in said)
