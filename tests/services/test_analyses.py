"""Determinations: exact, judged at once, never overwritten; and the way from the bench through review."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import func, select

from lims.domain.analyses import Attempt, Determination, Judged
from lims.domain.certificates import Signature
from lims.errors import Refusal
from lims.rules.flows import AnalysisState
from lims.rules.judgement import Reason
from lims.rules.verdict import Verdict
from lims.services import analyses, certificates, worksheets
from lims.services.analyses import Typed
from lims.services.signing import content_of, digest
from lims.views import analyses as view
from lims.views import certificates as report_view
from tests.services.small import PASSWORD, VALUES, WEIGHINGS, Apart, Small


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
    ({"W1": "heavy"}, "“heavy” is no value. Write a number like 0.035, or <0.01, or 未检出."),
    ({"W1": "<3"}, "“<3” is no number. Write it like 3.0021."),
    ({"W1": "未检出"}, "“未检出” is no number. Write it like 3.0021."),
    ({"W1": "0"}, "Something would be divided by zero. Check the weighings."),
    ({"W9": "1"}, "The formula does not ask for W9."),
    ({"W1": "NaN"}, "“NaN” is no value. Write a number like 0.035, or <0.01, or 未检出."),
    ({"W1": "3,0021"}, "“3,0021” is no value. Write a number like 0.035, or <0.01, or 未检出."),
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
    for text in ("lots", "1.2.3", "1e", "--5", "12 %", "NaN", "Infinity", "0x10", "<", "1_000", "４,7"):
        with subtests.test(text):
            assert small.refused(analyses.enter, key, 1, text, by="jian") == f"“{text}” is no value. Write a number like 0.035, or <0.01, or 未检出."
            assert counted(small) == (3, 0, 0)


def test_a_value_in_another_unit_is_turned_into_the_procedures_by_an_exact_factor(small: Small) -> None:
    key = small.keys(small.begun())["aflatoxin-b1"]
    said = small.do(analyses.enter, key, 1, "0.0047", by="jian", unit="mg/kg")
    assert (said.determined, said.reported, said.unit) == (("4.7",), "4.7", "μg/kg")
    assert entered(small, key) == [(1, 1, "0.0047", "mg/kg")]


def test_a_unit_without_an_exact_factor_is_refused(small: Small) -> None:
    key = small.keys(small.begun())["aflatoxin-b1"]
    assert small.refused(analyses.enter, key, 1, "4.7", by="jian", unit="μg/L") == "μg/L cannot be turned into μg/kg."


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
        (cells[10], "“x” is no value. Write a number like 0.035, or <0.01, or 未检出."),
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
