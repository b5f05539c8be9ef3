"""The sentences of a report that are not data: conclusion, decision rule, notes.

Sources: ISO/IEC 17025:2017 7.8.2, 7.8.6; 食品安全法 art. 88; usual form of Chinese supervisory-sampling reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lims.i18n import N_, _
from lims.rules.limits import Comparison
from lims.rules.uncertainty import Decide
from lims.rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """One judged item as the conclusion names it."""

    item: str
    verdict: Verdict
    standard: str
    comparison: Comparison
    decision: Decide = Decide.SIMPLE


MONITORING = "Risk monitoring"
COMMISSIONED = "Commissioned test"


def conclusion(findings: Sequence[Finding], verdict: Verdict, test_kind: str, titles: Sequence[str]) -> str:
    """Return the conclusion; *titles* are the standards judged by, with number and title."""
    if test_kind in (MONITORING, _(MONITORING)):
        return _("Tested; the results are on the attached page. Data only, no verdict is given.")
    if verdict is Verdict.FAIL:
        failed = _("; ").join(
            _("{item} does not meet {standard}").format(item=one.item, standard=one.standard) for one in findings if one.verdict is Verdict.FAIL
        )
        return _("On test of the sample taken, {failed}. Conclusion: does not conform.").format(failed=failed)
    if verdict is Verdict.PASS:
        words = N_("The items tested of the sample sent in meet {standards} (for the sample received only). Conclusion: conforms.")
        if test_kind not in (COMMISSIONED, _(COMMISSIONED)):
            words = N_("On test of the sample taken, the items tested meet {standards}. Conclusion: conforms.")
        return _(words).format(standards=_("; ").join(titles))
    return _("No conclusion can be given: not every item could be judged.")


def decision_rule(findings: Sequence[Finding]) -> str:
    """Return the decision rule: how values were compared and what part the uncertainty has, item by item where it differs."""
    rounded = [one.item for one in findings if one.comparison is Comparison.ROUNDED]
    if not rounded:
        words = _("Decision rule: full value comparison by GB/T 8170-2008, the unrounded value against the limit; ")
    elif len(rounded) == len(findings):
        words = _("Decision rule: rounded value comparison by GB/T 8170-2008, the reported value against the limit; ")
    else:
        words = _(
            "Decision rule: full value comparison by GB/T 8170-2008, the unrounded value against the limit; "
            "for {items} rounded value comparison, the reported value against the limit; "
        ).format(items=_(", ").join(rounded))
    return words + _uncertainty(findings)


def _uncertainty(findings: Sequence[Finding]) -> str:
    guarded = [one.item for one in findings if one.decision is Decide.GUARDED]
    if not guarded:
        return _("measurement uncertainty is not taken into account (simple acceptance).")
    words = _("for {items} the limit is drawn in by the expanded uncertainty (guard band); for the others it is not taken into account (simple acceptance).")
    return words.format(items=_(", ").join(guarded))


def notes(objection_days: str, farm_days: str) -> tuple[str, ...]:
    """Return the notes page, one entry a paragraph."""
    return tuple(
        words.format(days=objection_days, farm=farm_days)
        for words in (
            _("The report is void without the seal of the laboratory."),
            _("The report is void without the signatures of tester, reviewer and approver."),
            _("The report is void when altered. It may be copied only in full, and only with the laboratory's written consent."),
            _("A commissioned test answers for the sample sent in only; supervisory sampling answers for the batch the sample was taken from."),
            _(
                "Objections go to the department that organised the sampling within {days} working days of receiving the report "
                "({farm} working days for supervisory sampling of edible farm products); "
                "after that the report counts as accepted. Microbiological items are not tested again."
            ),
            _("The report may not be used for advertising without consent."),
            _("Items marked * are outside the accredited scope; items marked # were subcontracted."),
            _("Not detected means below the method's limit of detection; < means below the value that follows."),
            _("What is said about the sample was given by the client or taken from the sampling form; the laboratory does not answer for it."),
        )
    )
