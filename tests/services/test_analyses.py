"""Determinations: exact, judged at once, never overwritten; and the way from the bench through review."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from sqlalchemy import func, select

from lims.domain.analyses import Attempt, Basis, Determination, Judged
from lims.domain.certificates import Certificate, Signature
from lims.domain.trail import TrailLine
from lims.errors import Refusal
from lims.rules.flows import AnalysisState
from lims.rules.judgement import Reason
from lims.rules.verdict import Verdict
from lims.services import analyses, catalogue, certificates, placements, readings, samples, worksheets
from lims.services.analyses import Typed
from lims.services.readings import Sent
from lims.services.samples import Asked
from lims.services.signing import content_of, digest
from lims.views import analyses as view
from lims.views import certificates as report_view
from tests.reports.reading import flowing, tight
from tests.services.small import INTAKE, PASSWORD, VALUES, WEIGHINGS, Apart, Small
from tests.services.stating import Stated, asked, state


def counted(small: Small) -> tuple[int, int, int]:
    """Return how many attempts, determinations and judgements there are."""
    with small.store.work() as work:
        attempts, determinations, judgements = (work.scalar(select(func.count()).select_from(kind)) or 0 for kind in (Attempt, Determination, Judged))
    return attempts, determinations, judgements


def entered(small: Small, key: int) -> list[tuple[int, int, str, str]]:
    """Return everything ever entered for an analysis: attempt, place, text, unit."""
    query = (
        select(Attempt.number, Determination.place, Determination.text, Determination.unit)
        .join(Attempt, Determination.attempt_id == Attempt.id)
        .where(Attempt.analysis_id == key)
        .order_by(Determination.id)
    )
    with small.store.work() as work:
        return [tuple(row) for row in work.execute(query)]


# -- the worked example of GB 5009.3-2016: 12.47 and 12.55, reported 12.5, limit 14.0


def test_moisture_is_calculated_from_weighings_as_in_the_worked_example(small: Small) -> None:
    key = small.keys(small.begun())["moisture"]
    first = small.do(analyses.weigh, key, 1, WEIGHINGS[0], by="jian")
    assert (first.determined, first.verdict, first.reason) == (("12.47", ""), Verdict.UNDECIDED, Reason.INCOMPLETE)
    said = small.do(analyses.weigh, key, 2, WEIGHINGS[1], by="jian")
    assert said.determined == ("12.47", "12.55")
    assert (said.value, said.reported, said.compared, said.operator, said.limit, said.unit) == ("12.51", "12.5", "12.5", "≤", "14.0", "%")
    assert (said.verdict, said.reason, said.standard, said.clause) == (Verdict.PASS, Reason.WITHIN, "GB 1353-2018", "表1")
    row = small.row(key)
    assert (row.values, row.entered, row.reported, row.lacks) == (("12.47", "12.55"), WEIGHINGS, "12.5", None)


def test_a_weighing_that_is_missing_leaves_the_determination_open(small: Small) -> None:
    key = small.keys(small.begun())["moisture"]
    small.do(analyses.weigh, key, 1, {"W0": "25.1234", "W1": ""}, by="jian")
    row = small.row(key)
    assert (row.values, row.entered[0], row.lacks) == (("", ""), {"W0": "25.1234"}, "2 values are missing.")


def test_weighings_are_kept_as_they_were_typed(small: Small) -> None:
    key = small.keys(small.begun())["moisture"]
    small.do(analyses.weigh, key, 1, {**WEIGHINGS[0], "W1": " 3.00210 "}, by="jian")
    assert small.row(key).entered[0]["W1"] == "3.00210"


NO_WEIGHINGS = (
    ({"W1": "heavy"}, "“heavy” is no number. Write it like 3.0021."),
    ({"W1": "<3"}, "“<3” is no number. Write it like 3.0021."),
    ({"W1": "未检出"}, "“未检出” is no number. Write it like 3.0021."),
    ({"W1": "0"}, "Something would be divided by zero. Check the weighings."),
    ({"W9": "1"}, "The formula does not ask for W9."),
    ({"W1": "NaN"}, "“NaN” is no number. Write it like 3.0021."),
    ({"W1": "3,0021"}, "“3,0021” is no number. Write it like 3.0021."),
    ({"W1": "3.0021 g"}, "“3.0021 g” is no number. Write it like 3.0021."),
)


def test_a_weighing_that_is_no_number_is_refused_with_nothing_written(small: Small, subtests: pytest.Subtests) -> None:
    key = small.keys(small.begun())["moisture"]
    for weighings, words in NO_WEIGHINGS:
        with subtests.test(str(weighings)):
            assert small.refused(analyses.weigh, key, 1, {**WEIGHINGS[0], **weighings}, by="jian") == words
            assert counted(small) == (3, 0, 0)


def test_a_calculated_value_is_not_typed_and_a_typed_one_is_not_weighed(small: Small) -> None:
    keys = small.keys(small.begun())
    assert small.refused(analyses.enter, keys["moisture"], 1, "12.5", by="jian") == "This value is calculated. Enter the weighings it comes from."
    assert small.refused(analyses.weigh, keys["aflatoxin-b1"], 1, {"W0": "1"}, by="jian") == "The formula does not ask for W0."


# -- values typed in


JUDGED = (
    ("aflatoxin-b1", "4.7", "4.7", Verdict.PASS, Reason.WITHIN),
    ("aflatoxin-b1", "20", "20", Verdict.PASS, Reason.WITHIN),
    ("aflatoxin-b1", "20.0001", "20.0001", Verdict.FAIL, Reason.BEYOND),
    ("aflatoxin-b1", "7.10", "7.10", Verdict.PASS, Reason.WITHIN),
    ("aflatoxin-b1", "２０．５", "20.5", Verdict.FAIL, Reason.BEYOND),
    ("deoxynivalenol", "<100", "<100", Verdict.PASS, Reason.BELOW_DETECTION),
    ("deoxynivalenol", ">1000", ">1000", Verdict.FAIL, Reason.BEYOND),
    ("deoxynivalenol", "<2000", "<2000", Verdict.UNDECIDED, Reason.DETECTION_ABOVE_LIMIT),
    ("aflatoxin-b1", "未检出", "未检出", Verdict.PASS, Reason.DETECTION_UNKNOWN),
)


def test_a_value_is_judged_as_it_is_entered(small: Small, subtests: pytest.Subtests) -> None:
    keys = small.keys(small.begun())
    for item, text, reported, verdict, reason in JUDGED:
        with subtests.test(text):
            said = small.do(analyses.enter, keys[item], 1, text, by="jian")
            row = small.row(keys[item])
            assert (said.reported, said.verdict, said.reason) == (reported, verdict, reason)
            assert (row.values, row.reported, row.verdict) == ((text,), reported, verdict)


def test_a_value_that_is_no_number_is_refused_with_nothing_written(small: Small, subtests: pytest.Subtests) -> None:
    key = small.keys(small.begun())["aflatoxin-b1"]
    for text in ("lots", "1.2.3", "1e", "--5", "12 ppm", "NaN", "Infinity", "0x10", "<", "1_000", "４,7"):
        with subtests.test(text):
            assert small.refused(analyses.enter, key, 1, text, by="jian") == f"“{text}” is no value. Write a number like 0.035, or <0.01, or 未检出."
            assert counted(small) == (3, 0, 0)


def test_a_value_in_another_unit_is_turned_into_the_procedures_by_an_exact_factor(small: Small) -> None:
    key = small.keys(small.begun())["aflatoxin-b1"]
    said = small.do(analyses.enter, key, 1, "0.0047", by="jian", unit="mg/kg")
    assert (said.determined, said.reported, said.unit) == (("4.7",), "4.7", "μg/kg")
    assert entered(small, key) == [(1, 1, "0.0047", "mg/kg")]


def test_a_unit_written_with_the_value_is_its_unit(small: Small) -> None:
    key = small.keys(small.begun())["aflatoxin-b1"]
    for said in (small.do(analyses.enter, key, 1, "0.0210 mg/kg", by="jian"), small.do(analyses.enter, key, 1, "0.0210 mg/kg", by="jian", unit="g/kg")):
        assert (said.reported, said.unit, said.verdict) == ("21.0", "μg/kg", Verdict.FAIL)


def test_a_unit_without_an_exact_factor_is_refused(small: Small) -> None:
    key = small.keys(small.begun())["aflatoxin-b1"]
    assert small.refused(analyses.enter, key, 1, "4.7", by="jian", unit="μg/L") == "μg/L cannot be turned into μg/kg."
    assert small.refused(analyses.enter, key, 1, "4.7 μg/L", by="jian") == "μg/L cannot be turned into μg/kg."
    (problem,) = small.do(analyses.fill, [Typed(key, 1, "4.7 μg/L")], by="jian")
    assert (problem.words, counted(small)) == ("μg/L cannot be turned into μg/kg.", (3, 0, 0))


def test_a_correction_only_adds_rows_and_the_last_one_counts(small: Small) -> None:
    key = small.keys(small.begun())["aflatoxin-b1"]
    for text in ("47", "4.7", "4.7"):
        small.do(analyses.enter, key, 1, text, by="jian")
    assert entered(small, key) == [(1, 1, "47", "μg/kg"), (1, 1, "4.7", "μg/kg")]
    with small.store.work() as work:
        assert list(work.scalars(select(Judged.verdict).order_by(Judged.id))) == [Verdict.FAIL, Verdict.PASS]
    assert (small.row(key).values, small.row(key).verdict) == (("4.7",), Verdict.PASS)


def test_a_value_taken_back_stays_on_record(small: Small) -> None:
    key = small.keys(small.begun())["aflatoxin-b1"]
    small.do(analyses.enter, key, 1, "4.7", by="jian")
    small.do(analyses.enter, key, 1, " ", by="jian")
    row = small.row(key)
    assert (row.values, row.verdict, row.lacks) == (("",), Verdict.UNDECIDED, "1 value is missing.")
    assert [text for _attempt, _place, text, _unit in entered(small, key)] == ["4.7", ""]


def test_an_item_is_determined_as_often_as_its_procedure_says(small: Small) -> None:
    key = small.keys(small.begun())["aflatoxin-b1"]
    for place in (0, 2, -1):
        assert small.refused(analyses.enter, key, place, "4.7", by="jian") == "Aflatoxin B1 is determined 1 times, not more."


def test_only_the_analyst_at_the_bench_enters_values(small: Small) -> None:
    key = small.keys(small.begun())["aflatoxin-b1"]
    assert small.refused(analyses.enter, key, 1, "4.7", by="jian2") == "This is another analyst's work. Have it assigned to you first."


def test_values_are_entered_only_while_it_is_in_test(small: Small) -> None:
    def said(number: str) -> str:
        return small.refused(analyses.enter, small.keys(number)["aflatoxin-b1"], 1, "4.7", by="jian")

    number, words = small.received(), "Aflatoxin B1 is {}; values are entered only while it is in test."
    assert said(number) == words.format("requested")
    small.assigned(number)
    assert said(number) == words.format("assigned")
    small.do(analyses.cancel, list(small.keys(number).values()), reason="x", by="jian")
    assert said(number) == words.format("cancelled")
    number = small.submitted()
    assert said(number) == words.format("submitted")
    small.do(analyses.review, list(small.keys(number).values()), by="shen")
    assert said(number) == words.format("reviewed")


def test_the_smallest_and_the_largest_value_that_can_be_written_are_shown_as_any_other(small: Small) -> None:
    number = small.begun()
    key = small.keys(number)["aflatoxin-b1"]
    for text, verdict in (("1e-99", Verdict.PASS), ("0.000000000000000000000000000001", Verdict.PASS), ("9e99", Verdict.FAIL), ("<1e-99", Verdict.PASS)):
        small.do(analyses.enter, key, 1, text, by="jian")
        assert (small.row(key).verdict, small.row(key).near) == (verdict, False)


def test_weighings_that_give_no_possible_value_are_refused_and_leave_the_worksheet_whole(small: Small) -> None:
    number = small.begun()
    key = small.keys(number)["moisture"]
    words = "The weighings give a value that cannot be. Check them."
    assert small.refused(analyses.weigh, key, 1, {"W0": "9e99", "W1": "1e-99", "W2": "1"}, by="jian") == words
    small.do(analyses.fill, [Typed(key, 1, text, name) for name, text in (("W0", "9e99"), ("W2", "1"))], by="jian")
    (problem,) = small.do(analyses.fill, [Typed(key, 1, "1e-99", "W1")], by="jian")
    assert problem.words == words
    assert small.row(key).values == ("", "")


# -- a block typed or pasted


def test_of_a_pasted_block_what_can_be_taken_is_taken_and_the_rest_comes_back_with_the_reason(small: Small) -> None:
    keys = small.keys(small.begun())
    cells = [
        Typed(keys["aflatoxin-b1"], 1, "4.7"),
        Typed(keys["deoxynivalenol"], 1, "viel"),
        Typed(keys["aflatoxin-b1"], 2, "5"),
        *(Typed(keys["moisture"], place, text, name) for place, weighings in enumerate(WEIGHINGS, 1) for name, text in weighings.items()),
        Typed(keys["moisture"], 1, "12.5"),
        Typed(keys["moisture"], 1, "x", "W1"),
    ]
    problems = small.do(analyses.fill, cells, by="jian")
    assert [(problem.typed, problem.words) for problem in problems] == [
        (cells[1], "“viel” is no value. Write a number like 0.035, or <0.01, or 未检出."),
        (cells[2], "Aflatoxin B1 is determined 1 times, not more."),
        (cells[9], "This value is calculated. Enter the weighings it comes from."),
        (cells[10], "“x” is no number. Write it like 3.0021."),
    ]
    assert small.row(keys["moisture"]).values == ("12.47", "12.55")
    assert small.row(keys["moisture"]).entered == WEIGHINGS
    assert small.row(keys["aflatoxin-b1"]).values == ("4.7",)


def test_a_single_weighing_typed_over_changes_the_determination_and_the_old_row_stays(small: Small) -> None:
    key = small.keys(small.begun())["moisture"]
    small.do(analyses.weigh, key, 1, WEIGHINGS[0], by="jian")
    small.do(analyses.fill, [Typed(key, 1, "27.7513", "W2")], by="jian")
    small.do(analyses.fill, [Typed(key, 1, "", "W2")], by="jian")
    assert [text for _attempt, _place, text, _unit in entered(small, key)] == ["12.47", "12.46", ""]


# -- handing in


def test_nothing_half_done_is_submitted(small: Small) -> None:
    number = small.begun()
    keys = small.keys(number)
    small.do(analyses.weigh, keys["moisture"], 1, WEIGHINGS[0], by="jian")
    assert small.refused(analyses.submit, [keys["moisture"]], by="jian") == "1 value is missing."
    assert small.refused(analyses.submit, [keys["aflatoxin-b1"]], by="jian") == "1 value is missing."


def test_several_are_submitted_all_or_none(small: Small) -> None:
    number = small.begun()
    keys = small.keys(number)
    small.do(analyses.enter, keys["aflatoxin-b1"], 1, "4.7", by="jian")
    assert small.refused(analyses.submit, list(keys.values()), by="jian")
    assert {row.state for row in small.rows(number).values()} == {AnalysisState.IN_TEST}


def test_determinations_too_far_apart_block_submission_until_the_analysis_is_repeated_with_a_reason(small: Small) -> None:
    key = small.keys(small.begun())["moisture"]
    small.do(analyses.weigh, key, 1, WEIGHINGS[0], by="jian")
    said = small.do(analyses.weigh, key, 2, {**WEIGHINGS[1], "W2": "27.6135"}, by="jian")
    assert (said.determined, said.verdict, said.reason) == (("12.47", "12.78"), Verdict.UNDECIDED, Reason.APART)
    words = "The determinations differ by 0.31 %, more than the 0.2 % allowed. Repeat the analysis; both stay on record."
    assert small.refused(analyses.submit, [key], by="jian") == words
    assert small.refused(analyses.repeat, key, reason=" ", by="jian") == "“Repeat” needs a reason. Write why."
    small.do(analyses.repeat, key, reason="两次测定超差", by="jian")
    assert small.row(key).values == ("", "")
    for place, weighings in enumerate(WEIGHINGS, 1):
        small.do(analyses.weigh, key, place, weighings, by="jian")
    small.do(analyses.submit, [key], by="jian")
    first, second = small.row(key).attempts
    assert (first.determinations, first.verdict, first.cause) == (("12.47", "12.78"), Verdict.UNDECIDED, "")
    assert (second.determinations, second.reported, second.cause) == (("12.47", "12.55"), "12.5", "两次测定超差")


def test_determinations_exactly_as_far_apart_as_allowed_are_submitted(small: Small) -> None:
    key = small.keys(small.begun())["moisture"]
    small.do(analyses.weigh, key, 1, {"W0": "10", "W1": "10.00", "W2": "18.60"}, by="jian")
    said = small.do(analyses.weigh, key, 2, {"W0": "10", "W1": "10.00", "W2": "18.58"}, by="jian")
    assert (said.determined, said.value, said.reported, said.verdict) == (("14.00", "14.20"), "14.10", "14.1", Verdict.FAIL)
    small.do(analyses.submit, [key], by="jian")


def test_only_the_analyst_who_submitted_recalls_and_only_until_somebody_acted(small: Small) -> None:
    number = small.submitted()
    keys = list(small.keys(number).values())
    assert small.refused(analyses.recall, keys, by="jian2") == "Only the analyst who submitted it can recall it."
    small.do(analyses.recall, keys, by="jian")
    assert {row.state for row in small.rows(number).values()} == {AnalysisState.IN_TEST}
    assert counted(small)[0] == 3
    small.do(analyses.submit, keys, by="jian")
    small.do(analyses.review, keys, by="shen")
    assert small.refused(analyses.recall, keys, by="jian") == "“Recall” is not possible: it is reviewed."


def test_returned_work_is_done_again_in_a_further_attempt_and_the_first_stays(small: Small) -> None:
    number = small.submitted()
    key = small.keys(number)["aflatoxin-b1"]
    assert small.refused(analyses.return_, [key], reason="", by="shen") == "“Return to bench” needs a reason. Write why."
    small.do(analyses.return_, [key], reason=" 请附图谱 ", by="shen")
    row = small.row(key)
    assert (row.state, row.values, [(one.number, one.reported, one.cause) for one in row.attempts]) == (
        AnalysisState.IN_TEST,
        ("",),
        [(1, "4.7", ""), (2, "", "请附图谱")],
    )
    assert small.refused(analyses.submit, [key], by="jian") == "1 value is missing."
    small.do(analyses.enter, key, 1, "4.9", by="jian")
    small.do(analyses.submit, [key], by="jian")
    small.do(analyses.review, [key], by="shen")
    assert [one.reported for one in small.row(key).attempts] == ["4.7", "4.9"]
    assert entered(small, key) == [(1, 1, "4.7", "μg/kg"), (2, 1, "4.9", "μg/kg")]


def test_a_reviewed_result_is_returned_until_its_report_is_approved(small: Small) -> None:
    key = small.reviewed()
    number = small.do(view.rows)[0].sample_number
    moisture = small.keys(number)["moisture"]
    small.do(analyses.return_, [moisture], reason="复核称量", by="shen")
    small.confirm()
    assert small.row(moisture).reviewed_by == ""
    assert small.refused(certificates.approve, key, PASSWORD, by="pi") == "Not reviewed yet: Moisture."
    for place, weighings in enumerate(WEIGHINGS, 1):
        small.do(analyses.weigh, moisture, place, weighings, by="jian")
    small.do(analyses.submit, [moisture], by="jian")
    small.do(analyses.review, [moisture], by="shen")
    small.do(certificates.approve, key, PASSWORD, by="pi")
    said = small.refused(analyses.return_, [moisture], reason="x", by="shen")
    assert said == "Report BG2026-00001 rests on this result. A signatory must begin a revision of the report first."


def test_a_cancelled_analysis_says_why_and_comes_back_no_more(small: Small) -> None:
    number = small.begun()
    key = small.keys(number)["moisture"]
    assert small.refused(analyses.cancel, [key], reason="", by="jian") == "“Cancel” needs a reason. Write why."
    small.do(analyses.cancel, [key], reason="样品不足", by="jian")
    for job, options in ((analyses.submit, {}), (analyses.cancel, {"reason": "x"}), (worksheets.create, {})):
        assert small.refused(job, [key], by="jian", **options).endswith("is not possible: it is cancelled.")


def test_nothing_chosen_is_said(small: Small) -> None:
    for job, login in ((analyses.submit, "jian"), (analyses.recall, "jian"), (analyses.review, "shen")):
        assert small.refused(job, [], by=login) == "Nothing is chosen."


def test_no_value_slips_in_at_one_workstation_while_the_work_is_handed_in_at_another(small: Small, apart: Apart) -> None:
    number = small.begun("wine")
    (key,) = small.keys(number).values()
    small.do(analyses.enter, key, 1, "0.18", by="jian")
    by = small.people["jian"]
    said = apart(lambda work: analyses.submit(work, [key], by=by), lambda work: analyses.enter(work, key, 1, "0.31", by=by))
    assert isinstance(said, Refusal)
    assert said.words == "Sulphur dioxide residue is submitted; values are entered only while it is in test."
    assert small.row(key).values == ("0.18",)


# -- three people


def test_tester_reviewer_and_approver_are_three_people(small: Small) -> None:
    small.confirm()
    people = ("quan1", "quan2", "quan3")
    for tester, reviewer, approver in combinations(people):
        number = small.submitted("wine", tester)
        (key,) = small.keys(number).values()
        if reviewer == tester:
            assert small.refused(analyses.review, [key], by=reviewer) == "You entered this result, so you cannot review it. Reviewer can."
            continue
        small.do(analyses.review, [key], by=reviewer)
        report = small.certificate(number)
        if approver in (tester, reviewer):
            word = "tested" if approver == tester else "reviewed"
            words = f"You {word} this sample, so you cannot approve its report. Another authorised signatory can."
            assert small.refused(certificates.approve, report, PASSWORD, by=approver) == words
        else:
            small.do(certificates.approve, report, PASSWORD, by=approver)


def combinations(people: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Return every way to give three tasks to three people, but for names that only change places."""
    return [trio for trio in product(people, repeat=3) if trio[0] == "quan1" and (trio[1] != "quan3" or trio[2] == "quan2")]


def test_who_entered_a_value_once_does_not_review_a_later_attempt_of_somebody_else(small: Small) -> None:
    number = small.received("wine")
    (key,) = small.keys(number).values()
    small.do(worksheets.start, small.assigned(number, "quan1"), by="quan1")
    small.do(analyses.enter, key, 1, "0.2", by="quan1")
    with small.store.work() as work, work.acting(small.people["ji"], "test"):  # taken over: no verb does that yet
        view.load(work, [key])[0].assigned_to = small.people["quan2"].id
    small.do(analyses.repeat, key, reason="换人复测", by="quan2")
    small.do(analyses.enter, key, 1, "0.18", by="quan2")
    small.do(analyses.submit, [key], by="quan2")
    for login in ("quan1", "quan2"):
        assert small.refused(analyses.review, [key], by=login) == "You entered this result, so you cannot review it. Reviewer can."
    small.do(analyses.review, [key], by="quan3")


def test_a_signature_covers_what_was_seen(small: Small) -> None:
    number = small.submitted("wine")
    (key,) = small.keys(number).values()
    small.do(analyses.review, [key], by="shen")
    with small.store.work() as work:
        signatures = work.scalars(select(Signature).order_by(Signature.id)).all()
        judged = work.scalars(select(Judged).order_by(Judged.id.desc())).first()
    covered = {
        "sample": number,
        "item": "sulphur-dioxide",
        "attempt": 1,
        "determinations": [{"place": 1, "text": VALUES["sulphur-dioxide"], "unit": "g/L", "inputs": {}}],
        "judgement": judged.explanation,
    }
    assert [(one.step, one.person_id, one.analysis_id) for one in signatures] == [
        ("test", small.people["jian"].id, key),
        ("review", small.people["shen"].id, key),
    ]
    assert {one.digest for one in signatures} == {digest(content_of(covered))}


def test_the_report_is_drafted_when_the_last_result_is_passed_or_cancelled(small: Small) -> None:
    number = small.submitted()
    aflatoxin, don, moisture = (small.keys(number)[item] for item in ("aflatoxin-b1", "deoxynivalenol", "moisture"))
    small.do(analyses.review, [aflatoxin], by="shen")
    small.do(analyses.recall, [don], by="jian")
    small.do(analyses.review, [moisture], by="shen")
    assert small.do(report_view.rows) == []
    small.do(analyses.cancel, [don], reason="试剂过期", by="ji")
    (draft,) = small.do(report_view.rows)
    assert (draft.number, draft.sample_number, draft.verdict) == ("BG2026-00001", number, Verdict.PASS)


# -- against which limit


LATER = Stated("gb9001-2020-afb1", "aflatoxin-b1", "≤5", procedure="aflatoxin-b1-reader")
OLDER = Stated("gb9001-2010-afb1", "aflatoxin-b1", "≤10", standard="GB 9001-2010", in_force=date(2010, 1, 1), abolished=date(2020, 1, 1))
AFB1 = "gb2761-2017-aflatoxin-b1-maize"


def lines(small: Small, verb: str) -> dict[str, tuple[str | None, str | None, str]]:
    """Return what the trail says of a verb: from, to and why, by field."""
    with small.store.work() as work:
        return {line.field: (line.old, line.new, line.reason) for line in work.scalars(select(TrailLine).where(TrailLine.verb == verb))}


def test_an_analysis_is_held_against_a_limit_that_the_day_does_not_give_with_the_reason_in_the_trail(small: Small) -> None:
    state(small, OLDER)
    number = small.begun()
    key = small.keys(number)["aflatoxin-b1"]
    small.do(analyses.enter, key, 1, "12", by="jian")
    assert small.row(key).verdict is Verdict.PASS
    small.do(analyses.hold_against, key, OLDER.code, reason=" 2019 年生产，按旧版判定 ", by="ji")
    row = small.row(key)
    assert (row.verdict, row.requirement, row.limit_place, row.values) == (Verdict.FAIL, "≤ 10", "GB 9001-2010", ("12",))
    assert [step.detail for step in row.steps if step.title == "Limit"] == ["GB 9001-2010"]
    said = lines(small, "analyses.hold_against")
    assert said["limit_cause"] == ("", "2019 年生产，按旧版判定", " 2019 年生产，按旧版判定 ")
    assert said["limit_id"][0] != said["limit_id"][1]
    with small.store.work() as work:
        assert [one.verdict for one in work.scalars(select(Judged).order_by(Judged.id))] == [Verdict.PASS, Verdict.FAIL], "the verdict before stays on record"


def test_a_day_corrected_later_leaves_a_limit_that_was_chosen_with_a_reason(small: Small) -> None:
    state(small, OLDER)
    number = small.registered(product_date="2026-11-01")
    form = small.card(number).form
    keys = small.keys(number)
    small.do(analyses.cancel, [keys["deoxynivalenol"], keys["moisture"]], reason="x", by="ji")
    small.do(analyses.hold_against, keys["aflatoxin-b1"], OLDER.code, reason="旧版", by="ji")
    small.do(samples.correct, number, {**form, "product_date": "2026-11-02"}, form, reason="抄错", by="shou")
    assert small.card(number).form["product_date"] == "2026-11-02"


def test_a_limit_is_chosen_before_anything_is_entered_and_judges_what_is_entered_then(small: Small) -> None:
    state(small, LATER)
    number = small.received()
    key = small.keys(number)["aflatoxin-b1"]
    small.do(analyses.hold_against, key, LATER.code, reason="合同约定", by="ji")
    assert counted(small)[2] == 0
    small.do(worksheets.start, small.assigned(number), by="jian")
    assert small.do(analyses.enter, key, 1, "5.1", by="jian").verdict is Verdict.FAIL


def test_a_limit_without_a_reason_or_not_of_the_item_under_a_heading_of_the_product_is_not_chosen(small: Small) -> None:
    state(small, LATER)
    state(small, elsewhere := Stated("gb9003-afb1", "aflatoxin-b1", "≤5", standard="GB 9003-2020", heading="gb9003-h1"), product="wine")
    key = small.keys(small.begun())["aflatoxin-b1"]
    assert small.refused(analyses.hold_against, key, LATER.code, reason=" \n", by="ji") == "Choosing another limit needs a reason. Write it down."
    words = "Aflatoxin B1 has no such limit under a heading of this product. Place the product first."
    for code in ("gb0-x", "", "gb1353-2018-moisture-maize", elsewhere.code, "gb2760-2024-sulphur-dioxide-wine"):
        assert small.refused(analyses.hold_against, key, code, reason="x", by="ji") == words
    assert small.refused(analyses.hold_against, key, AFB1, reason="x", by="ji") == "Aflatoxin B1 is held against this limit already."
    assert small.refused(analyses.hold_against, 999, LATER.code, reason="x", by="ji") == "Nothing is chosen."
    small.do(placements.place, "maize", "GB 9003", [elsewhere.heading], by="ji")
    small.do(analyses.hold_against, key, elsewhere.code, reason="x", by="ji")


def test_no_other_limit_is_chosen_once_a_result_is_handed_in(small: Small) -> None:
    state(small, LATER)

    def said(key: int) -> str:
        return small.refused(analyses.hold_against, key, LATER.code, reason="x", by="ji")

    words = "Aflatoxin B1 is {}. Another limit can be chosen only before it is handed in."
    number = small.submitted()
    key = small.keys(number)["aflatoxin-b1"]
    assert said(key) == words.format("submitted")
    small.do(analyses.review, [key], by="shen")
    assert said(key) == words.format("reviewed")
    gone = small.keys(small.begun())["aflatoxin-b1"]
    small.do(analyses.cancel, [gone], reason="x", by="jian")
    assert said(gone) == words.format("cancelled")
    small.do(analyses.return_, [key], reason="按合同判定", by="shen")
    small.do(analyses.hold_against, key, LATER.code, reason="合同约定", by="ji")
    assert small.row(key).verdict is Verdict.UNDECIDED, "the further attempt has no value yet"


def test_a_limit_in_a_unit_that_the_values_cannot_be_turned_into_leaves_everything_as_it_was(small: Small) -> None:
    state(small, litre := Stated("gb9001-afb1-l", "aflatoxin-b1", "≤5", unit="μg/L"))
    key = small.keys(small.begun())["aflatoxin-b1"]
    small.do(analyses.enter, key, 1, "4.7", by="jian")
    small.do(analyses.hold_against, key, litre.code, reason="x", by="ji")
    row = small.row(key)
    assert (row.verdict, row.steps[-1].detail) == (
        Verdict.UNDECIDED,
        "The unit of the value cannot be turned into the limit's. Enter the value in μg/L.",
    )


# -- without a limit


def test_where_no_limit_was_asked_for_the_explanation_names_the_headings_that_may_cover_the_product(small: Small) -> None:
    number = small.do(samples.register, replace(small.draft(), asked=(Asked("aflatoxin-b1", "aflatoxin-b1-reader"),)), by="shou")
    small.do(samples.receive, number, INTAKE, by="shou")
    (key,) = small.keys(number).values()
    small.do(worksheets.start, small.assigned(number), by="jian")
    said = small.do(analyses.enter, key, 1, "4.7", by="jian")
    assert (said.verdict, said.reason, said.reported) == (Verdict.UNDECIDED, Reason.NO_LIMIT, "4.7")
    assert " ".join(small.row(key).steps[-1].detail.split()) == (
        "The library has no limit for this item in this product. Choose one or report the value without a verdict. "
        "玉米 may stand under: GB 2761-2017 谷物及其制品 · 玉米、玉米面(渣、片)及玉米制品. Place it in the library, then choose the limit."
    )
    small.do(analyses.hold_against, key, AFB1, reason="登记时漏选", by="ji")
    assert small.row(key).verdict is Verdict.PASS


def test_where_no_heading_may_cover_the_product_the_explanation_says_so(small: Small) -> None:
    number = small.do(samples.register, replace(small.draft("wine"), asked=(Asked("aflatoxin-b1", "aflatoxin-b1-reader"),)), by="shou")
    small.do(samples.receive, number, INTAKE, by="shou")
    (key,) = small.keys(number).values()
    small.do(worksheets.start, small.assigned(number), by="jian")
    small.do(analyses.enter, key, 1, "4.7", by="jian")
    assert small.row(key).steps[-1].detail.endswith("No heading of the library that may cover 葡萄酒 states a limit for it.")


# -- words, plans, several limits


def on_the_bench(small: Small, *wanted: Asked, product: str = "maize") -> tuple[str, int]:
    """Bring a sample with these asked to the bench; return its number and the key of its first analysis."""
    number = small.do(samples.register, replace(small.draft(product), asked=wanted), by="shou")
    small.do(samples.receive, number, INTAKE, by="shou")
    small.do(worksheets.start, small.assigned(number), by="jian")
    return number, next(iter(small.keys(number).values()))


def reported(small: Small, number: str, *limits: str) -> report_view.SheetLine:
    """Bring a tested sample of one analysis to its approved report; return the line that was signed."""
    keys = list(small.keys(number).values())
    small.do(analyses.submit, keys, by="jian")
    small.do(analyses.review, keys, by="shen")
    small.do(catalogue.confirm, limits, by="ji")
    report = small.certificate(number)
    small.do(certificates.approve, report, PASSWORD, by="pi")
    (line,) = small.do(report_view.sheet, report, small.clock()).lines
    with small.store.work() as work:
        (signed,) = work.get_one(Certificate, report).content["lines"]
    assert (signed["result"], signed["requirement"], signed["unit"]) == (line.result, line.requirement, line.unit)
    return line


COLOUR = Stated("gb9001-colour", "colour", "正常", unit="", entered_in="")


def test_where_the_limit_is_in_words_words_are_values(small: Small, subtests: pytest.Subtests) -> None:
    state(small, COLOUR)
    number, key = on_the_bench(small, asked(COLOUR))
    for text, verdict in (("正常", Verdict.PASS), ("符合要求", Verdict.PASS), ("异常", Verdict.FAIL), ("不合格", Verdict.FAIL), ("略暗", Verdict.UNDECIDED)):
        with subtests.test(text):
            said = small.do(analyses.enter, key, 1, text, by="jian")
            assert (said.verdict, said.reported) == (verdict, text)
            assert (small.row(key).values, small.row(key).lacks) == ((text,), None)
    assert small.do(analyses.fill, [Typed(key, 1, "正常")], by="jian") == []
    line = reported(small, number, COLOUR.code)
    assert (line.result, line.requirement, line.verdict) == ("正常", "正常", Verdict.PASS)


def test_words_are_no_value_where_the_limit_is_a_number(small: Small) -> None:
    key = small.keys(small.begun())["aflatoxin-b1"]
    assert small.refused(analyses.enter, key, 1, "正常", by="jian") == "“正常” is no value. Write a number like 0.035, or <0.01, or 未检出."


PLAN = Stated("gb9001-coliforms", "coliforms", "n=5,c=2,m=10,M=100", unit="CFU/g", entered_in="CFU/g")


def test_a_sampling_plan_asks_for_a_value_of_each_unit_from_entry_to_report(small: Small) -> None:
    state(small, PLAN)
    number, key = on_the_bench(small, asked(PLAN))
    row = small.row(key)
    assert (row.places, row.values, row.lacks) == (5, ("",) * 5, "5 values are missing.")
    for place, text in enumerate(("<10", "20", "<10", "100"), 1):
        said = small.do(analyses.enter, key, place, text, by="jian")
        assert (said.verdict, said.reason) == (Verdict.UNDECIDED, Reason.INCOMPLETE)
    assert small.refused(analyses.enter, key, 6, "1", by="jian") == "coliforms is determined 5 times, not more."
    assert small.refused(analyses.submit, [key], by="jian") == "1 value is missing."
    assert small.do(analyses.fill, [Typed(key, 5, "10")], by="jian") == []
    row = small.row(key)
    assert (row.verdict, row.reported, row.lacks) == (Verdict.PASS, "<10 / 20 / <10 / 100 / 10", None)
    assert "Sampling plan: n = 5, c = 2, m = 10, M = 100." in row.steps[-1].detail
    line = reported(small, number, PLAN.code)
    assert (line.result, line.requirement, line.unit, line.verdict) == ("<10 / 20 / <10 / 100 / 10", "n=5, c=2, m=10, M=100", "CFU/g", Verdict.PASS)


def test_one_value_above_what_the_plan_allows_at_most_fails_at_once(small: Small) -> None:
    state(small, PLAN)
    _number, key = on_the_bench(small, asked(PLAN))
    assert small.do(analyses.enter, key, 3, "101", by="jian").verdict is Verdict.FAIL
    assert small.refused(analyses.submit, [key], by="jian") == "4 values are missing."


def test_readings_of_a_sampling_plan_go_into_the_next_free_place(small: Small) -> None:
    state(small, PLAN)
    number, key = on_the_bench(small, asked(PLAN))
    sent = [Sent(number, "coliforms", text, "CFU/g") for text in ("1", "2", "3", "4", "5")]
    assert small.do(readings.accept, small.send(*sent), by="jian") == 5
    assert small.row(key).values == ("1", "2", "3", "4", "5")
    extra = small.send(Sent(number, "coliforms", "6", "CFU/g"), content=b"2")
    assert small.refused(readings.accept, extra, by="jian").startswith(f"coliforms of sample {number} has all its values.")


STRICT = Stated("gb9001-so2", "sulphur-dioxide", "≤100", unit="mg/L", procedure="sulphur-dioxide-reader", heading="gb9001-h1")
SO2 = Asked("sulphur-dioxide", "sulphur-dioxide-reader", "gb2760-2024-sulphur-dioxide-wine")


def test_of_several_limits_the_worst_decides_and_the_report_shows_them_all(small: Small) -> None:
    """0.180 g/L keeps 0.25 g/L of the one standard and not 100 mg/L of the other: it fails, printed in the unit of the limit that decides."""
    state(small, STRICT, product="wine")
    number, key = on_the_bench(small, SO2, asked(STRICT), product="wine")
    said = small.do(analyses.enter, key, 1, "0.180", by="jian")
    assert (said.verdict, said.standard, said.reported, said.unit) == (Verdict.FAIL, "GB 9001-2020", "180", "mg/L")
    assert [(one.verdict, one.standard, one.reported) for one in said.others] == [(Verdict.PASS, "GB 2760-2024", "0.180")]
    row = small.row(key)
    assert (row.reported, row.unit, row.verdict) == ("180", "mg/L", Verdict.FAIL)
    assert row.requirement.splitlines() == ["≤ 0.25 g/L", "≤ 100"]
    assert row.limit_place.splitlines() == ["GB 2760-2024 表A.1", "GB 9001-2020"]
    assert [(step.value, step.detail) for step in row.steps if step.title == "Limit"] == [
        ("≤ 100 mg/L", "GB 9001-2020"),
        ("≤ 0.25 g/L", "GB 2760-2024 表A.1 最大使用量以二氧化硫残留量计"),
    ]
    line = reported(small, number, SO2.limit or "", STRICT.code)
    assert (line.result, line.unit, line.requirement.splitlines(), line.verdict) == ("180", "mg/L", ["≤ 0.25 g/L", "≤ 100"], Verdict.FAIL)
    sheet = small.do(report_view.sheet, small.certificate(number), small.clock())
    assert len(sheet.standards) == 2 and any("GB 9001-2020" in one for one in sheet.standards)
    assert "GB 9001-2020《虚拟标准》" in sheet.conclusion and "GB 2760-2024" not in sheet.conclusion, "what it does not meet is named, and nothing else"
    printed = flowing(small.do(certificates.pages, small.certificate(number)))
    assert all(tight(each) in printed for each in ("≤ 0.25 g/L", "≤ 100", "GB 2760-2024《", "GB 9001-2020《", "mg/L"))


def test_of_several_limits_each_has_to_be_confirmed(small: Small) -> None:
    state(small, STRICT, product="wine")
    number, key = on_the_bench(small, SO2, asked(STRICT), product="wine")
    small.do(analyses.enter, key, 1, "0.05", by="jian")
    small.do(analyses.submit, [key], by="jian")
    small.do(analyses.review, [key], by="shen")
    small.do(catalogue.confirm, [SO2.limit], by="ji")
    report = small.certificate(number)
    assert "has not confirmed the limit of Sulphur dioxide residue, so" in small.refused(certificates.approve, report, PASSWORD, by="pi")
    small.do(catalogue.confirm, [STRICT.code], by="ji")
    small.do(placements.place, "wine", "GB 9001", [], by="ji")
    assert "(the product's place in GB 9001)" in small.refused(certificates.approve, report, PASSWORD, by="pi")
    small.do(placements.place, "wine", "GB 9001", [STRICT.heading], by="ji")
    small.do(placements.confirm, "wine", ["GB 9001"], by="ji")
    small.do(certificates.approve, report, PASSWORD, by="pi")
    sheet = small.do(report_view.sheet, report, small.clock())
    assert "GB 2760-2024" in sheet.conclusion and "GB 9001-2020" in sheet.conclusion


def test_several_limits_that_cannot_all_be_judged_leave_it_undecided(small: Small) -> None:
    state(small, litre := Stated("gb9001-so2-kg", "sulphur-dioxide", "≤100", unit="mg/kg", procedure="sulphur-dioxide-reader"), product="wine")
    _number, key = on_the_bench(small, SO2, asked(litre), product="wine")
    said = small.do(analyses.enter, key, 1, "0.18", by="jian")
    assert (said.verdict, said.reason, [one.verdict for one in said.others]) == (Verdict.UNDECIDED, Reason.UNIT, [Verdict.PASS])


def test_a_limit_held_against_already_as_a_further_one_is_not_chosen_again(small: Small) -> None:
    state(small, STRICT, product="wine")
    _number, key = on_the_bench(small, SO2, asked(STRICT), product="wine")
    assert small.refused(analyses.hold_against, key, STRICT.code, reason="x", by="ji") == "Sulphur dioxide residue is held against this limit already."


def test_what_a_label_claims_is_a_further_limit(small: Small) -> None:
    _number, key = on_the_bench(small, SO2, product="wine")
    with small.store.work() as work, work.acting(small.people["ji"], "test"):  # no verb enters a claim yet
        work.add(Basis(analysis_id=key, requirement="≤0.1", unit="g/L", origin="产品标签"))
    said = small.do(analyses.enter, key, 1, "0.18", by="jian")
    assert (said.verdict, said.standard, said.limit) == (Verdict.FAIL, "产品标签", "0.1")
    assert small.row(key).limit_place.splitlines() == ["GB 2760-2024 表A.1", "产品标签"]


def test_a_methods_uncertainty_has_the_part_in_a_verdict_that_its_decision_rule_gives_it(small: Small) -> None:
    """U = 10 %: 19 μg/kg against ≤20 lies in the guard band of 1.9, 18 does not (18 ≤ 20 − 1.8)."""
    key = small.keys(small.begun())["aflatoxin-b1"]
    said = {"uncertainty": "10%", "decision": "guarded"}
    small.do(catalogue.change_procedure, "aflatoxin-b1-reader", said, reason="方法确认报告 2026-03", by="ji")
    assert small.do(analyses.enter, key, 1, "19", by="jian").verdict is Verdict.UNDECIDED
    assert "guard band" in small.row(key).steps[-1].detail
    assert small.do(analyses.enter, key, 1, "18", by="jian").verdict is Verdict.PASS
    wrong = small.mistaken(catalogue.change_procedure, "aflatoxin-b1-reader", {"uncertainty": "much", "decision": "hopeful"}, reason="x", by="ji")
    assert set(wrong) == {"uncertainty", "decision"}
