"""What a reading belongs to, and why a person has to look: by number, by position, held back by controls, watched for places."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from lims.domain.instruments import Reading
from lims.i18n import speaking
from lims.rules.flows import ReadingState
from lims.rules.inbox import Cause, Control, Demands, Span
from lims.services import instruments, readings, worksheets
from lims.services.instruments import InstrumentDraft
from lims.services.readings import Sent
from lims.views.instruments import ReadingRow
from tests.services.small import Small, statements

D = Decimal
_others = count()
QC = Demands(controls=(Control("QC-[0-9]+", "aflatoxin-b1", Span(D(3), D(7))),))
EVERY = Demands(controls=(Control("QC-[0-9]+", "*", Span(D(3), D(7))),))
RANGED = Demands(ranges={"aflatoxin-b1": Span(D(1), D(50), "μg/kg")})
COLD = Demands(about="places", ranges={"temperature": Span(D(2), D(8), "°C")})


def afb(number: str, value: str = "4.7", unit: str = "μg/kg", **other: Any) -> Sent:
    """Return an aflatoxin reading of a sample."""
    return Sent(number, "aflatoxin-b1", value, unit, **other)


def don(number: str, value: str = "200", **other: Any) -> Sent:
    """Return a deoxynivalenol reading of a sample."""
    return Sent(number, "deoxynivalenol", value, "μg/kg", **other)


def qc(value: str, number: str = "QC-1", **other: Any) -> Sent:
    """Return a reading of the control as the drivers name it."""
    return afb(number, value, status=other.pop("status", "control"), **other)


def landed(small: Small, *sent: Sent, demands: Demands = QC, content: bytes | None = None, **other: Any) -> list[ReadingRow]:
    """Let an instrument send one message, of bytes that never came before unless given; return its readings in order."""
    keys = small.send(*sent, demands=demands, content=content or b"%d" % next(_others), **other)
    inbox = small.inbox()
    return [inbox[key] for key in keys]


def causes(rows: Sequence[ReadingRow]) -> list[Cause | None]:
    """Return why each needs a person, None where it does not."""
    return [row.cause for row in rows]


def another(small: Small, code: str = "MB-2") -> str:
    """Register another instrument; return its code."""
    return small.do(instruments.save, InstrumentDraft(code, "读数仪", profile="mycotoxin-reader-lis"), by="ji")


# -- causes


def every_cause(small: Small) -> dict[Cause, ReadingRow]:
    """Let every cause arise once; return the reading of each."""
    number = small.begun()
    found: dict[Cause, ReadingRow] = {}

    def take(*rows: ReadingRow) -> None:
        found.update({row.cause: row for row in rows if row.cause})

    take(*landed(small, problem="The line was lost in the middle of a message.", demands=Demands()))
    landed(small, don(number), content=b"again", demands=Demands())
    take(*landed(small, don(number), content=b"again", demands=Demands()))
    take(*landed(small, afb(number, status="preliminary"), afb(number, stable=False), afb(number, "", flags="missing:value")))
    take(*landed(small, afb("X-1"), Sent(number, "AF", "1", "μg/kg"), afb(number, "60"), demands=RANGED))
    take(*landed(small, afb(number, unit="IU")))
    take(*landed(small, qc("9"), afb(number)))
    landed(small, don(number, said_at="2026-11-23T07:00:00"))
    take(*landed(small, don(number, said_at="2026-11-23T07:00:00")))
    take(*landed(small, Sent("", "temperature", "9.0", "°C", position="1"), demands=COLD, instrument=another(small)))
    return found


TOLD = {
    Cause.BROKEN: "The line was lost in the middle of a message.",
    Cause.AGAIN: "The instrument sent the very same message before, at 2026-11-23 08:00. Match it only if it is a further determination.",
    Cause.NOT_FINAL: "The instrument calls this value preliminary; it does not enter a result by itself.",
    Cause.CONTROL: "The control QC-1 reads 9 μg/kg, outside 3 to 7. Look for the cause; values after it wait.",
    Cause.CONTROL_FAILED: "The last control of aflatoxin-b1 on this instrument, QC-1, failed. Repeat the control before values are taken.",
    Cause.UNSTABLE: "The instrument had not settled when it sent this value. Send it again when it is stable.",
    Cause.NO_RESULT: "The message lacks the value. Compare it with the profile, or teach it anew.",
    Cause.UNKNOWN_SAMPLE: "No sample has the number X-1.",
    Cause.UNKNOWN_TEST: "Nothing called AF is asked of sample LS2026-00001.",
    Cause.OUTSIDE_RANGE: "60 μg/kg lies outside the instrument's measuring range, 1 μg/kg to 50 μg/kg. Dilute or concentrate, and measure again.",
    Cause.OUT_OF_BOUNDS: "读数仪 1 reads 9.0 °C, outside 2 °C to 8 °C. See to it now.",
    Cause.UNFIT: "IU cannot be turned into μg/kg.",
    Cause.TWICE: "The same value of the same sample, said at the same time, came before. Match it only if it is a further determination.",
}
"""Cause -> its sentence as it arises above; that bytes read otherwise now (DIFFERS) arises in test_ports."""


def test_every_cause_arises_and_is_told_in_both_languages(small: Small) -> None:
    found = every_cause(small)
    assert {cause: row.reason for cause, row in found.items()} == TOLD
    assert {row.state for row in found.values()} == {ReadingState.NEEDS_PERSON}
    with speaking("zh_CN"):
        chinese = {row.cause: row.reason for row in small.inbox().values() if row.id in {one.id for one in found.values()}}
    assert set(chinese) == set(TOLD)
    assert all(any("\u4e00" <= each <= "\u9fff" for each in words) and words != TOLD[cause] for cause, words in chinese.items() if cause)


def test_what_stands_in_the_gaps_is_kept_as_plain_words(small: Small) -> None:
    every_cause(small)
    with small.store.work() as work:
        for facts in work.scalars(select(Reading.facts)):
            assert json.loads(json.dumps(facts)) == facts
            assert all(isinstance(fact, str) for fact in facts.values())


MATCHED_BY_HAND = {Cause.BROKEN, Cause.AGAIN, Cause.NOT_FINAL, Cause.UNKNOWN_SAMPLE, Cause.OUTSIDE_RANGE, Cause.TWICE}
MEASURED_AGAIN = {Cause.CONTROL, Cause.CONTROL_FAILED, Cause.UNSTABLE}


def test_a_person_can_reject_whatever_the_cause_and_match_where_a_value_is_there_and_nobody_must_measure_again(small: Small, subtests: pytest.Subtests) -> None:
    found, number = every_cause(small), small.begun()
    again = "This value cannot be a result: measure again, and reject this reading with a reason."
    for cause, row in found.items():
        with subtests.test(str(cause)):
            key = small.keys(number).get(row.test, small.keys(number)["aflatoxin-b1"])
            if cause in MEASURED_AGAIN:
                assert small.refused(readings.match, row.id, key, by="jian") == again
            elif cause in MATCHED_BY_HAND and row.value:
                small.do(readings.match, row.id, key, by="jian")
                assert (small.inbox()[row.id].state, small.inbox()[row.id].reason) == (ReadingState.MATCHED, "")
            else:
                small.refused(readings.match, row.id, key, by="jian")
            small.do(readings.reject, [row.id], reason="原因", by="jian")
            assert small.inbox()[row.id].reason == "原因"


def test_of_several_causes_what_nobody_can_set_aside_is_told_first(small: Small) -> None:
    number = small.begun()
    landed(small, afb(number, said_at="2026-11-23T07:00:00", status="preliminary"), content=b"x")
    everything = afb("X-1", "60", "IU", status="preliminary", stable=False)
    assert causes(landed(small, qc("9"), everything, problem="The line was lost in the middle of a message.")) == [Cause.CONTROL, Cause.UNSTABLE]
    steady = afb("X-1", "60", "IU", status="preliminary")
    assert causes(landed(small, steady, problem="The line was lost in the middle of a message.")) == [Cause.CONTROL_FAILED]
    landed(small, qc("5"))
    assert causes(landed(small, steady, problem="The line was lost in the middle of a message.")) == [Cause.BROKEN]
    assert causes(landed(small, steady)) == [Cause.NOT_FINAL]
    assert causes(landed(small, afb("X-1", "60"), demands=RANGED)) == [Cause.UNKNOWN_SAMPLE]
    assert causes(landed(small, afb(number, "60"), demands=RANGED)) == [Cause.OUTSIDE_RANGE]
    assert causes(landed(small, afb(number, "60", "IU"), demands=RANGED)) == [Cause.UNFIT]


def test_a_value_outside_the_range_is_said_before_what_else_does_not_fit(small: Small) -> None:
    number = small.received()
    assert causes(landed(small, afb(number, "60"), demands=RANGED)) == [Cause.OUTSIDE_RANGE]
    assert causes(landed(small, afb(number, "40"), demands=RANGED)) == [Cause.UNFIT]


@pytest.mark.parametrize("demands", [QC, RANGED, EVERY, COLD, Demands()], ids=["controls", "ranges", "every", "places", "nothing"])
def test_a_message_of_a_hundred_values_is_recognised_in_as_many_statements_as_one_of_one(small: Small, demands: Demands) -> None:
    number = small.begun()

    def selects(times: int) -> int:
        kinds = (afb(number), afb("X-1"), qc("9"), afb(number, "60"), Sent("", "temperature", "9", "°C", position="1"))
        sent = [kind for place in range(times) for kind in (*kinds, afb("", position=f"CH{place}", said_at="2026-11-23T07:00:00"))]
        with statements(small.store) as seen:
            landed(small, *sent, demands=demands)
        return sum(each.lstrip().startswith("SELECT") for each in seen)

    assert selects(1) == selects(20)


def test_a_message_without_a_value_leaves_nothing_in_the_inbox_however_often_it_comes(small: Small) -> None:
    for _time in range(2):
        assert landed(small, content=b"Q|1|^X-1||ALL") == []
    assert small.inbox() == {}


# -- position


def placed(small: Small, *, instrument: str = "LM-1", by: str = "jian") -> list[str]:
    """Begin a worksheet of two samples on an instrument; return their numbers by position."""
    numbers = [small.received() for _each in range(2)]
    keys = [key for number in numbers for key in small.keys(number).values()]
    small.do(worksheets.start, small.do(worksheets.create, keys, by=by, instrument=instrument), by=by)
    return numbers


@pytest.mark.parametrize("position", ["2", "02", " 2 ", "CH2", "CH 2", "Pos 02", "pos. 2", "通道2", "通道：2"])
def test_a_value_without_a_number_is_matched_by_its_position_on_the_open_worksheet(small: Small, position: str) -> None:
    numbers = placed(small)
    (row,) = landed(small, afb("", position=position))
    assert (row.state, row.matched_number) == (ReadingState.MATCHED, numbers[1])


@pytest.mark.parametrize("position", ["", "0", "3", "CH", "2A", "B2", "A1", "1-2", "12", "00002", "R1P2", "2.5"])
def test_a_position_that_is_none_of_the_worksheet_or_one_of_a_plate_needs_a_person(small: Small, position: str) -> None:
    placed(small)
    (row,) = landed(small, afb("", position=position))
    assert (row.cause, row.reason) == (Cause.UNKNOWN_SAMPLE, f"No sample has the number {position or '—'}.")


def test_a_number_that_was_sent_counts_and_not_its_position(small: Small) -> None:
    first, _second = placed(small)
    by_number, strange = landed(small, afb(first, position="2"), afb("X-1", position="2"))
    assert (by_number.matched_number, strange.cause) == (first, Cause.UNKNOWN_SAMPLE)


def test_without_an_open_worksheet_on_the_instrument_or_with_two_a_position_says_nothing(small: Small) -> None:
    placed(small, instrument="")
    placed(small, instrument=another(small))
    assert causes(landed(small, afb("", position="1"))) == [Cause.UNKNOWN_SAMPLE]
    placed(small)
    assert causes(landed(small, afb("", position="1"))) == [None]
    placed(small)
    assert causes(landed(small, afb("", position="1"))) == [Cause.UNKNOWN_SAMPLE]


def test_a_worksheet_that_was_not_begun_is_not_open(small: Small) -> None:
    number = small.received()
    small.do(worksheets.create, list(small.keys(number).values()), by="jian", instrument="LM-1")
    assert causes(landed(small, afb("", position="1"))) == [Cause.UNKNOWN_SAMPLE]


def test_a_person_matches_a_position_nobody_knows(small: Small) -> None:
    number = small.begun()
    (row,) = landed(small, afb("", position="7"))
    small.do(readings.match, row.id, small.keys(number)["aflatoxin-b1"], by="jian")
    assert small.do(readings.accept, [row.id], by="jian") == 1


# -- controls


def test_a_control_that_held_is_recorded_and_nobody_can_make_it_a_result(small: Small) -> None:
    number = small.begun()
    control, sample = landed(small, qc("5"), afb(number))
    assert (control.state, control.cause, sample.state) == (ReadingState.RECORDED, None, ReadingState.MATCHED)
    assert small.refused(readings.match, control.id, small.keys(number)["aflatoxin-b1"], by="jian") == "“Match” is not possible: it is recorded."


@pytest.mark.parametrize(("value", "held"), [("3", True), ("7.0", True), ("2.99", False), ("7.01", False), ("<5", False), ("POS", False), ("", False)])
def test_a_control_holds_by_a_number_within_its_bounds_ends_included(small: Small, value: str, held: bool) -> None:
    control, sample = landed(small, qc(value), afb(small.begun()))
    assert (control.state, sample.cause) == ((ReadingState.RECORDED, None) if held else (ReadingState.NEEDS_PERSON, Cause.CONTROL_FAILED))


def test_a_failed_control_holds_back_its_item_in_the_same_message_wherever_it_stands_and_no_other_item(small: Small) -> None:
    number = small.begun()
    rows = landed(small, afb(number), don(number), qc("9"), afb(number))
    assert causes(rows) == [Cause.CONTROL_FAILED, None, Cause.CONTROL, Cause.CONTROL_FAILED]


def test_a_failed_control_holds_back_later_messages_until_one_passes(small: Small) -> None:
    number = small.begun()
    landed(small, qc("9"))
    assert causes(landed(small, afb(number), don(number))) == [Cause.CONTROL_FAILED, None]
    assert causes(landed(small, qc("2"), qc("5", "QC-2"), afb(number))) == [Cause.CONTROL, None, Cause.CONTROL_FAILED]
    assert causes(landed(small, afb(number))) == [Cause.CONTROL_FAILED]
    assert causes(landed(small, qc("5"))) == [None]
    assert causes(landed(small, afb(number))) == [None]


def test_a_rejected_control_still_failed(small: Small) -> None:
    number = small.begun()
    (control,) = landed(small, qc("9"))
    small.do(readings.reject, [control.id], reason="气泡", by="jian")
    assert causes(landed(small, afb(number))) == [Cause.CONTROL_FAILED]


def test_an_old_control_sent_again_clears_nothing(small: Small) -> None:
    number = small.begun()
    landed(small, qc("5", said_at="2026-11-23T07:00:00"), content=b"first")
    landed(small, qc("9"))
    assert causes(landed(small, qc("5", said_at="2026-11-23T07:00:00"), content=b"first")) == [Cause.AGAIN]
    assert causes(landed(small, afb(number))) == [Cause.CONTROL_FAILED]
    landed(small, qc("5", said_at="2026-11-23T07:00:00"), content=b"in another wrapping")
    assert causes(landed(small, afb(number))) == [Cause.CONTROL_FAILED]


def test_a_control_of_every_item_is_held_against_each_item_by_itself(small: Small) -> None:
    number = small.begun()
    rows = landed(small, qc("9"), don("QC-1", "5", status="control"), afb(number), don(number), demands=EVERY)
    assert causes(rows) == [Cause.CONTROL, None, Cause.CONTROL_FAILED, None]
    assert rows[1].state is ReadingState.RECORDED


def test_another_instruments_control_does_not_matter(small: Small) -> None:
    landed(small, qc("9"), instrument=another(small))
    assert causes(landed(small, afb(small.begun()))) == [None]


def test_a_control_the_instrument_could_not_measure_says_nothing_of_the_run(small: Small) -> None:
    control, sample = landed(small, qc("9", status="failed"), afb(small.begun()))
    assert causes([control, sample]) == [Cause.NOT_FINAL, None]


def test_a_control_of_an_item_no_rule_is_about_stays_out_of_the_results(small: Small) -> None:
    (row,) = landed(small, don("QC-1", "5", status="control"))
    assert row.reason == "The instrument calls this value a control; it does not enter a result by itself."


# -- places


def cold(value: str, position: str = "1", **other: Any) -> Sent:
    """Return a value of a probe in a cold store."""
    return Sent("", "temperature", value, "°C", position=position, **other)


def test_the_values_of_places_are_recorded_however_often_they_are_the_same(small: Small) -> None:
    for _poll in range(3):
        (row,) = landed(small, cold("4.0"), demands=COLD, content=b"\x01\x04\x02\x00\x28")
        assert (row.state, row.cause, row.analysis_id) == (ReadingState.RECORDED, None, None)


def test_a_place_out_of_its_bounds_alarms_once_until_somebody_has_dealt_with_it(small: Small) -> None:
    (first,) = landed(small, cold("8.1"), demands=COLD)
    assert (first.state, first.reason) == (ReadingState.NEEDS_PERSON, "液质联用仪 1 reads 8.1 °C, outside 2 °C to 8 °C. See to it now.")
    second, other = landed(small, cold("9"), cold("1.9", "2"), demands=COLD)
    assert (second.state, second.cause, other.state) == (ReadingState.RECORDED, Cause.OUT_OF_BOUNDS, ReadingState.NEEDS_PERSON)
    assert landed(small, cold("5"), demands=COLD)[0].state is ReadingState.RECORDED
    assert landed(small, cold("9"), demands=COLD)[0].state is ReadingState.RECORDED
    small.do(readings.reject, [first.id], reason="关门", by="jian")
    assert landed(small, cold("9"), demands=COLD)[0].state is ReadingState.NEEDS_PERSON


def test_a_place_alarms_once_in_a_message_that_names_it_twice(small: Small) -> None:
    rows = landed(small, cold("9"), cold("9.5"), cold("9", "2"), demands=COLD)
    assert [row.state for row in rows] == [ReadingState.NEEDS_PERSON, ReadingState.RECORDED, ReadingState.NEEDS_PERSON]


def test_a_probe_that_failed_alarms_as_a_place_out_of_bounds_does(small: Small) -> None:
    (first,) = landed(small, cold("", status="failed"), demands=COLD)
    assert (first.state, first.cause) == (ReadingState.NEEDS_PERSON, Cause.NOT_FINAL)
    assert landed(small, cold("", status="failed"), demands=COLD)[0].state is ReadingState.RECORDED


def test_the_alarm_of_another_instrument_is_not_this_ones(small: Small) -> None:
    landed(small, cold("9"), demands=COLD, instrument=another(small))
    assert landed(small, cold("9"), demands=COLD)[0].state is ReadingState.NEEDS_PERSON


def test_a_message_of_a_logger_that_is_not_whole_needs_a_person_each_time(small: Small) -> None:
    for _time in range(2):
        (row,) = landed(small, problem="The line was lost in the middle of a message.", demands=COLD)
        assert (row.state, row.cause) == (ReadingState.NEEDS_PERSON, Cause.BROKEN)


# -- ranges


@pytest.mark.parametrize(
    ("value", "unit", "cause"),
    [
        ("1", "μg/kg", None), ("50", "μg/kg", None), ("0.05", "mg/kg", None), ("<1", "μg/kg", None), (">50", "μg/kg", None), ("未检出", "", None),
        ("0.9", "μg/kg", Cause.OUTSIDE_RANGE), ("0.0501", "mg/kg", Cause.OUTSIDE_RANGE), ("50.1", "μg/kg", Cause.OUTSIDE_RANGE),
    ],
)  # fmt: skip
def test_a_value_beyond_the_measuring_range_needs_a_person_whatever_its_unit(small: Small, value: str, unit: str, cause: Cause | None) -> None:
    assert causes(landed(small, afb(small.begun(), value, unit), demands=RANGED)) == [cause]


def test_what_the_laboratory_does_not_name_has_no_range(small: Small) -> None:
    assert causes(landed(small, don(small.begun(), "9999"), demands=RANGED)) == [None]


# -- codes


def sent(number: str, code: str, value: str = "4.7", **other: Any) -> Sent:
    """Return a reading under a code of the instrument's own."""
    return Sent(number, code, value, "μg/kg", sent_test=code, **other)


def mapped(small: Small, reading: int, item: str, demands: Demands = QC) -> int:
    """Say what a code means, as the person at the inbox does."""
    return small.do(readings.map_code, reading, item, demands_of=lambda instrument: demands, by="ji")


def test_a_code_that_is_mapped_counts_for_this_reading_for_all_that_wait_and_for_all_to_come(small: Small) -> None:
    number, other = small.begun(), small.begun()
    (first,), (second, strange) = landed(small, sent(number, "AF")), landed(small, sent(other, "AF"), sent(other, "ZZ"))
    assert causes([first, second, strange]) == [Cause.UNKNOWN_TEST] * 3
    assert mapped(small, first.id, "aflatoxin-b1") == 2
    inbox = small.inbox()
    assert [(inbox[row.id].state, inbox[row.id].test, inbox[row.id].sent_test) for row in (first, second)] == [(ReadingState.MATCHED, "aflatoxin-b1", "AF")] * 2
    assert inbox[strange.id].cause is Cause.UNKNOWN_TEST
    assert causes(landed(small, sent(number, "AF"))) == [None]


def test_readings_with_a_moment_that_wait_under_a_code_are_not_taken_for_themselves_said_twice(small: Small) -> None:
    number = small.begun()
    keys = [landed(small, sent(number, "AF", said_at=f"2026-11-23T07:0{each}:00"))[0].id for each in range(3)]
    assert mapped(small, keys[1], "aflatoxin-b1") == 3
    again = [landed(small, sent(number, "DN", said_at="2026-11-23T07:00:00"))[0].id for _each in range(2)]
    assert mapped(small, again[0], "deoxynivalenol") == 1
    assert [small.inbox()[key].cause for key in again] == [None, Cause.TWICE]


def test_what_waits_for_another_reason_keeps_its_reason_and_can_be_matched_by_its_item(small: Small) -> None:
    number = small.begun()
    landed(small, sent(number, "AF"), content=b"same")
    (again,) = landed(small, sent(number, "AF"), content=b"same")
    (stray,) = landed(small, sent("X-1", "AF"))
    assert mapped(small, stray.id, "aflatoxin-b1") == 1
    inbox = small.inbox()
    assert (inbox[again.id].cause, inbox[again.id].test) == (Cause.AGAIN, "aflatoxin-b1")
    assert (inbox[stray.id].cause, inbox[stray.id].state) == (Cause.UNKNOWN_SAMPLE, ReadingState.NEEDS_PERSON)
    small.do(readings.match, again.id, small.keys(number)["aflatoxin-b1"], by="jian")


def test_a_mapped_reading_is_held_back_by_a_failed_control_and_checked_for_its_range(small: Small) -> None:
    number = small.begun()
    (row,) = landed(small, sent(number, "AF"))
    landed(small, qc("9"))
    assert mapped(small, row.id, "aflatoxin-b1") == 0
    assert small.inbox()[row.id].cause is Cause.CONTROL_FAILED
    (row,) = landed(small, sent(number, "DN", "9000"))
    assert mapped(small, row.id, "deoxynivalenol", Demands(ranges={"deoxynivalenol": Span(D(1), D(500), "μg/kg")})) == 0
    assert small.inbox()[row.id].cause is Cause.OUTSIDE_RANGE


def test_a_code_can_mean_something_else_later_and_what_was_accepted_stays(small: Small) -> None:
    number = small.begun()
    (first,) = landed(small, sent(number, "T1"))
    mapped(small, first.id, "aflatoxin-b1")
    small.do(readings.accept, [first.id], by="jian")
    (second,) = landed(small, sent(number, "T1", status="preliminary"))
    assert mapped(small, second.id, "deoxynivalenol") == 0
    assert (small.inbox()[first.id].state, small.inbox()[first.id].test) == (ReadingState.ACCEPTED, "aflatoxin-b1")
    assert landed(small, sent(number, "T1"))[0].test == "deoxynivalenol"


def test_the_laboratorys_own_word_goes_before_the_profiles_and_only_for_that_code_and_instrument(small: Small) -> None:
    number = small.begun()
    (stray,) = landed(small, sent(number, "AF"))
    mapped(small, stray.id, "aflatoxin-b1")
    by_profile = Sent(number, "deoxynivalenol", "200", "μg/kg", sent_test="DON")
    assert [row.test for row in landed(small, by_profile, sent(number, "AF"))] == ["deoxynivalenol", "aflatoxin-b1"]
    assert causes(landed(small, sent(number, "AF"), instrument=another(small))) == [Cause.UNKNOWN_TEST]
    assert landed(small, Sent(number, "deoxynivalenol", "4", "μg/kg", sent_test="AF"))[0].test == "aflatoxin-b1"


def test_a_code_cannot_mean_an_item_the_library_does_not_have_and_no_code_means_nothing(small: Small) -> None:
    number = small.begun()
    stray, without = landed(small, sent(number, "AF"), Sent(number, "", "1", "μg/kg"))
    options = {"demands_of": lambda instrument: QC, "by": "ji"}
    assert small.refused(readings.map_code, stray.id, "gold", **options) == "There is no item gold in the library."
    words = "The instrument sent no code with this reading. Match it to its sample instead."
    assert small.refused(readings.map_code, without.id, "aflatoxin-b1", **options) == words
