"""Readings: they land once, matched by sample number, and nothing enters a result without a person."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from lims.domain.analyses import Determination
from lims.domain.instruments import Message, Reading
from lims.domain.trail import TrailLine
from lims.errors import Refusal
from lims.rules.flows import ReadingState
from lims.rules.verdict import Verdict
from lims.services import analyses, instruments, readings
from lims.services.instruments import InstrumentDraft
from lims.services.readings import Sent
from lims.views import instruments as view
from lims.views.instruments import ReadingRow
from tests.services.small import Small, message, statements


def afb(number: str, value: str = "4.7", unit: str = "μg/kg", **other: str) -> Sent:
    """Return an aflatoxin reading of a sample."""
    return Sent(number, "aflatoxin-b1", value, unit, **other)


def inbox(small: Small) -> dict[int, ReadingRow]:
    """Return every reading by key."""
    return {row.id: row for row in small.do(view.inbox, tuple(ReadingState))}


def one(small: Small, *sent: Sent, **other: object) -> ReadingRow:
    """Let an instrument send one message of one value; return the reading."""
    (key,) = small.send(*sent, **other)
    return inbox(small)[key]


def values_entered(small: Small) -> int:
    """Return how many determinations there are."""
    with small.store.work() as work:
        return work.scalar(select(func.count(Determination.id))) or 0


# -- landing


def test_a_message_lands_with_its_bytes_and_their_digest(small: Small) -> None:
    number, content = small.begun(), bytes(range(256)) * 3
    row = one(small, afb(number, said_at="2026-11-23T07:59:00", flags="H"), content=content)
    card = small.do(view.message, row.message_id)
    assert (card.content, card.sha256, card.instrument, card.workstation) == (content, hashlib.sha256(content).hexdigest(), "液质联用仪", "bench-pc")
    assert (row.sample, row.value, row.unit, row.said_at, row.flags) == (number, "4.7", "μg/kg", "2026-11-23T07:59:00", "H")


def test_a_message_lands_once_however_often_it_is_delivered(small: Small) -> None:
    delivery = message(afb(small.begun()), Sent("X", "y", "1", ""))
    assert [small.do(readings.land, delivery) for _time in range(3)] == [2, 0, 0]
    with small.store.work() as work:
        assert (work.scalar(select(func.count(Message.id))), work.scalar(select(func.count(Reading.id)))) == (1, 2)


def test_the_same_rows_of_another_journal_are_another_message(small: Small) -> None:
    delivery = message(afb(small.begun()))
    others = (replace(delivery, journal="journal-2"), replace(delivery, workstation="other-pc"), replace(delivery, last_row=delivery.last_row + 1))
    assert [small.do(readings.land, each) for each in (delivery, *others)] == [1, 1, 1, 1]


def test_the_very_same_bytes_sent_again_are_not_taken_for_a_second_determination(small: Small) -> None:
    number = small.begun()
    first, second = one(small, afb(number), content=b"same"), one(small, afb(number), content=b"same")
    assert (first.state, second.state) == (ReadingState.MATCHED, ReadingState.NEEDS_PERSON)
    assert second.reason == "The instrument sent the very same message before, at 2026-11-23 08:00. Match it only if it is a further determination."
    assert one(small, afb(number), content=b"other").state is ReadingState.MATCHED


def test_a_reading_is_matched_by_the_number_of_its_sample_or_portion(small: Small) -> None:
    number = small.begun()
    for sent in (number, f"{number}-1", f"{number}-B", f" {number} "):
        row = one(small, afb(sent), content=sent.encode())
        assert (row.state, row.matched_number, row.item, row.reason) == (ReadingState.MATCHED, number, "Aflatoxin B1", "")


def test_an_unknown_number_needs_a_person(small: Small, subtests: pytest.Subtests) -> None:
    small.begun()
    for wrong in ("", "LS2026-1", "LS2026-00001x", "ls2026-00001", "%", "' OR 1=1"):
        with subtests.test(wrong):
            row = one(small, afb(wrong), content=wrong.encode())
            assert (row.state, row.analysis_id, row.reason) == (ReadingState.NEEDS_PERSON, None, f"No sample has the number {wrong or '—'}.")


def test_what_does_not_fit_needs_a_person_and_says_why(small: Small, subtests: pytest.Subtests) -> None:
    number = small.begun()
    for sent, words in (
        (Sent(number, "carbofuran", "1", "mg/kg"), f"Nothing called carbofuran is asked of sample {number}."),
        (Sent(number, "", "1", "mg/kg"), f"Nothing called — is asked of sample {number}."),
        (afb(number, "4.7", "μg/L"), "μg/L cannot be turned into μg/kg."),
        (afb(number, "4.7", ""), "no unit cannot be turned into μg/kg."),
        (afb(number, "ERR 3"), "“ERR 3” is no value. Write a number like 0.035, or <0.01, or 未检出."),
        (afb(number, ""), "“” is no value. Write a number like 0.035, or <0.01, or 未检出."),
        (Sent(number, "moisture", "12.5", "%"), "Moisture is calculated from weighings; a reading cannot stand in for them."),
        (afb(number, status="preliminary"), "The instrument calls this value preliminary; it does not enter a result by itself."),
        (afb(number, status="control"), "The instrument calls this value a control; it does not enter a result by itself."),
        (afb(number, status="failed"), "The instrument calls this value failed; it does not enter a result by itself."),
    ):
        with subtests.test(words):
            row = one(small, sent, content=words.encode())
            assert (row.state, row.analysis_id, row.reason) == (ReadingState.NEEDS_PERSON, None, words)


def test_found_or_not_found_is_a_value_that_decides_nothing_where_the_limit_is_a_number(small: Small) -> None:
    number = small.begun()
    row = one(small, afb(number, "POS"))
    assert (row.state, row.reason) == (ReadingState.MATCHED, "")
    small.do(readings.accept, [row.id], by="jian")
    analysis = small.rows(number)["aflatoxin-b1"]
    assert (analysis.values, analysis.verdict) == (("POS",), Verdict.UNDECIDED)


def test_a_reading_of_an_analysis_that_is_not_in_test_needs_a_person(small: Small) -> None:
    def said(number: str, stage: str) -> tuple[ReadingState, str]:
        row = one(small, afb(number), content=stage.encode())
        return row.state, row.reason.replace(stage, "…")

    number, words = small.received(), (ReadingState.NEEDS_PERSON, "The analysis is …; a value can come in only while it is in test.")
    assert said(number, "requested") == words
    small.assigned(number)
    assert said(number, "assigned") == words
    small.do(analyses.cancel, list(small.keys(number).values()), reason="x", by="jian")
    assert said(number, "cancelled") == words
    number = small.submitted()
    assert said(number, "submitted") == words
    small.do(analyses.review, list(small.keys(number).values()), by="shen")
    assert said(number, "reviewed") == words


def test_a_message_that_could_not_be_read_whole_stands_in_the_inbox_for_a_person(small: Small) -> None:
    row = one(small, problem="The line was lost in the middle of a message.", content=b"\x05\x021H")
    assert (row.state, row.value, row.reason) == (ReadingState.NEEDS_PERSON, "", "The line was lost in the middle of a message.")
    number = small.begun()
    assert one(small, afb(number), problem="The line was lost in the middle of a message.").state is ReadingState.NEEDS_PERSON


def test_a_message_of_an_instrument_nobody_registered_is_refused_and_named(small: Small) -> None:
    assert small.refused(readings.land, message(afb("X"), instrument="ZZ-9")) == "There is no instrument ZZ-9 in the register."


def test_what_no_server_can_keep_as_text_still_lands_and_its_bytes_stay(small: Small) -> None:
    row = one(small, afb("A\0B", "4\0", flags="\0"), content=b"A\x00B")
    assert (row.sample, row.value, row.state) == ("A␀B", "4␀", ReadingState.NEEDS_PERSON)
    assert small.do(view.message, row.message_id).content == b"A\x00B"


def test_landing_signs_in_nobodys_name(small: Small) -> None:
    one(small, afb(small.begun()))
    with small.store.work() as work:
        lines = work.scalars(select(TrailLine).where(TrailLine.kind.in_(("message", "reading")))).all()
    assert {(line.person_id, line.person, line.verb) for line in lines} == {(0, "", "readings.land")}


def test_a_full_run_lands_and_is_accepted_in_as_many_queries_as_a_single_value(small: Small) -> None:
    def queries(count: int) -> tuple[int, int]:
        numbers = [small.begun("wine") for _each in range(count)]
        delivery = message(*(Sent(number, "sulphur-dioxide", "0.18", "g/L") for number in numbers), content=bytes([count]))
        with statements(small.store) as landing:
            small.do(readings.land, delivery)
        with statements(small.store) as accepting:
            assert small.do(readings.accept_mine, small.landed(delivery), by="jian") == count
        return tuple(sum(each.lstrip().startswith("SELECT") for each in sent) for sent in (landing, accepting))

    assert queries(2) == queries(12)


# -- accepting


def test_nothing_enters_a_result_without_being_accepted(small: Small) -> None:
    number = small.begun()
    row = one(small, afb(number))
    assert values_entered(small) == 0
    assert small.rows(number)["aflatoxin-b1"].values == ("",)
    assert small.do(readings.accept, [row.id], by="jian") == 1
    analysis = small.rows(number)["aflatoxin-b1"]
    assert (analysis.values, analysis.from_reading, analysis.reported, analysis.verdict) == (("4.7",), (True,), "4.7", Verdict.PASS)
    assert inbox(small)[row.id].state is ReadingState.ACCEPTED


def test_an_accepted_value_is_kept_as_sent_and_judged_in_the_procedures_unit(small: Small) -> None:
    number = small.begun()
    row = one(small, afb(number, "0.0210", "mg/kg"))
    small.do(readings.accept, [row.id], by="jian")
    with small.store.work() as work:
        kept = work.scalars(select(Determination)).one()
    assert (kept.text, kept.unit, kept.reading_id, kept.person_id) == ("0.0210", "mg/kg", row.id, small.people["jian"].id)
    analysis = small.rows(number)["aflatoxin-b1"]
    assert (analysis.reported, analysis.verdict) == ("21.0", Verdict.FAIL)


@pytest.mark.parametrize("unit", ["", "μg/kg"])
def test_not_detected_needs_no_unit(small: Small, unit: str) -> None:
    number = small.begun()
    row = one(small, afb(number, "未检出", unit))
    assert row.state is ReadingState.MATCHED
    small.do(readings.accept, [row.id], by="jian")
    assert small.rows(number)["aflatoxin-b1"].reported == "未检出"


def test_only_the_analyst_at_the_bench_accepts(small: Small) -> None:
    row = one(small, afb(small.begun()))
    assert small.refused(readings.accept, [row.id], by="jian2") == "This is another analyst's work. Have it assigned to you first."
    said = "These readings belong to another analyst's work. That analyst can accept them."
    assert small.refused(readings.accept_mine, [row.id], by="jian2") == said


def test_of_a_mixed_inbox_everybody_takes_their_own(small: Small) -> None:
    mine, other = one(small, afb(small.begun()), content=b"1"), one(small, afb(small.begun(by="jian2")), content=b"2")
    assert small.do(readings.accept_mine, [mine.id, other.id], by="jian") == 1
    assert [inbox(small)[row.id].state for row in (mine, other)] == [ReadingState.ACCEPTED, ReadingState.MATCHED]


def test_two_readings_for_one_place_are_refused_together(small: Small) -> None:
    number = small.begun()
    keys = [one(small, afb(number, value), content=value.encode()).id for value in ("4.7", "4.9")]
    words = f"Aflatoxin B1 of sample {number} has all its values. Repeat the analysis, or reject the reading."
    assert small.refused(readings.accept, keys, by="jian") == words
    assert values_entered(small) == 0
    small.do(readings.accept, keys[:1], by="jian")
    assert small.refused(readings.accept, keys[1:], by="jian") == words
    small.do(analyses.repeat, small.keys(number)["aflatoxin-b1"], reason="复测", by="jian")
    small.do(readings.accept, keys[1:], by="jian")
    assert [attempt.determinations for attempt in small.rows(number)["aflatoxin-b1"].attempts] == [("4.7",), ("4.9",)]


def test_a_reading_is_accepted_once(small: Small) -> None:
    row = one(small, afb(small.begun()))
    small.do(readings.accept, [row.id], by="jian")
    assert small.refused(readings.accept, [row.id], by="jian") == "“Accept” is not possible: it is accepted."
    assert small.refused(readings.reject, [row.id], reason="x", by="jian") == "“Reject” is not possible: it is accepted."


def test_several_are_accepted_all_or_none(small: Small) -> None:
    number = small.begun()
    good, bad = small.send(afb(number), Sent(number, "deoxynivalenol", "HIGH", "μg/kg"))
    assert small.refused(readings.accept, [good, bad], by="jian") == "“Accept” is not possible: it is needs a person."
    assert values_entered(small) == 0


def test_what_was_matched_before_the_work_was_handed_in_is_not_accepted_after(small: Small) -> None:
    number = small.begun()
    row = one(small, afb(number))
    key = small.keys(number)["aflatoxin-b1"]
    small.do(analyses.enter, key, 1, "4.8", by="jian")
    small.do(analyses.submit, [key], by="jian")
    assert small.refused(readings.accept, [row.id], by="jian") == "The analysis is submitted; a value can come in only while it is in test."


def test_nothing_chosen_is_said(small: Small) -> None:
    for keys in ([], [999]):
        assert small.refused(readings.accept, keys, by="jian") == "Nothing is chosen."
        assert small.refused(readings.reject, keys, reason="x", by="jian") == "Nothing is chosen."


# -- a person looks


def test_a_person_says_what_an_unknown_number_belongs_to_and_it_still_has_to_be_accepted(small: Small) -> None:
    number = small.begun()
    row = one(small, afb("LS2026-0001"))
    assert [candidate.sample_number for candidate in small.do(view.candidates, row.id)] == [number]
    small.do(readings.match, row.id, small.keys(number)["aflatoxin-b1"], by="jian")
    matched = inbox(small)[row.id]
    assert (matched.state, matched.matched_number, matched.sample, matched.reason) == (ReadingState.MATCHED, number, "LS2026-0001", "")
    assert values_entered(small) == 0
    assert small.do(readings.accept, [row.id], by="jian") == 1


def test_a_wrong_match_is_put_right(small: Small) -> None:
    first, second = small.begun(), small.begun()
    row = one(small, afb(first))
    small.do(readings.match, row.id, small.keys(second)["aflatoxin-b1"], by="jian")
    assert inbox(small)[row.id].matched_number == second


def test_a_person_cannot_match_what_does_not_fit(small: Small, subtests: pytest.Subtests) -> None:
    number = small.begun()
    keys = small.keys(number)
    for sent, item, words in (
        (afb("?"), "deoxynivalenol", "The reading is of aflatoxin-b1, the analysis of Deoxynivalenol. Choose the analysis of this item."),
        (Sent("?", "moisture", "12", "%"), "moisture", "Moisture is calculated from weighings; a reading cannot stand in for them."),
        (afb("?", "HIGH"), "aflatoxin-b1", "“HIGH” is no value. Write a number like 0.035, or <0.01, or 未检出."),
        (afb("?", "1", "IU"), "aflatoxin-b1", "IU cannot be turned into μg/kg."),
        (
            afb(number, status="control"),
            "aflatoxin-b1",
            "The instrument calls this value a control; it cannot be a sample's result. Reject it with a reason.",
        ),
        (afb(number, status="failed"), "aflatoxin-b1", "The instrument calls this value failed; it cannot be a sample's result. Reject it with a reason."),
    ):
        with subtests.test(words):
            row = one(small, sent, content=words.encode())
            assert small.refused(readings.match, row.id, keys[item], by="jian") == words
            assert inbox(small)[row.id].state is ReadingState.NEEDS_PERSON


def test_a_preliminary_value_enters_only_by_a_persons_own_match(small: Small) -> None:
    number = small.begun()
    row = one(small, afb(number, status="preliminary"))
    small.do(readings.match, row.id, small.keys(number)["aflatoxin-b1"], by="jian")
    assert small.do(readings.accept, [row.id], by="jian") == 1


def test_a_rejected_reading_stays_on_record_with_the_reason(small: Small) -> None:
    row = one(small, afb("LS2026-0001"))
    assert small.refused(readings.reject, [row.id], reason=" ", by="jian") == "“Reject” needs a reason. Write why."
    small.do(readings.reject, [row.id], reason=" 编号录错 ", by="jian")
    rejected = inbox(small)[row.id]
    assert (rejected.state, rejected.reason, rejected.value) == (ReadingState.REJECTED, "编号录错", "4.7")
    for job, options in ((readings.accept, {}), (readings.reject, {"reason": "x"})):
        with pytest.raises(Refusal):
            small.do(job, [row.id], by="jian", **options)


def test_an_instrument_out_of_use_still_delivers_what_it_has_sent(small: Small) -> None:
    small.do(instruments.save, InstrumentDraft("LM-1", "液质联用仪", active=False), by="ji")
    assert small.do(readings.land, message(afb(small.begun()))) == 1
