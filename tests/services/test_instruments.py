"""Instruments: the register, and the ports of a workstation that hand over what came in, once, also after a crash."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lims.domain.analyses import Determination
from lims.domain.catalogue import Procedure
from lims.domain.instruments import Reading
from lims.domain.trail import TrailLine
from lims.rules.flows import ReadingState
from lims.rules.inbox import Control, Demands, Span
from lims.rules.rights import Role
from lims.services import analyses, instruments, people, readings
from lims.services.instruments import InstrumentDraft
from lims.services.readings import Sent
from lims.views import instruments as view
from lims.views.instruments import InstrumentRow
from tests.services.small import Small, message

PATIENCE = 20.0


def registered(small: Small, code: str) -> InstrumentRow:
    """Return one instrument of the register."""
    (row,) = [row for row in small.do(view.rows) if row.code == code]
    return row


def test_an_instrument_is_registered_and_changed_by_its_code(small: Small) -> None:
    draft = InstrumentDraft("MB-2", "<读数仪> & 1", "M", "S", "mycotoxin-reader-lis", date(2027, 5, 1))
    assert small.do(instruments.save, draft, by="ji") == "MB-2"
    assert registered(small, "MB-2").name == "<读数仪> & 1"
    small.do(instruments.save, InstrumentDraft("MB-2", "读数仪", active=False), by="ji")
    row = registered(small, "MB-2")
    assert (row.name, row.model, row.calibrated_until, row.active, row.readings) == ("读数仪", "", None, False, 0)


def test_a_mistake_about_an_instrument_is_noted_beside_its_field(small: Small) -> None:
    assert small.mistaken(instruments.save, InstrumentDraft("../x", " "), by="ji").keys() == {"code", "name"}
    assert small.mistaken(instruments.save, InstrumentDraft("lm-1", "另一台"), by="ji") == {"code": "There is an instrument LM-1 already."}


# -- let in by rule


def afb(number: str, value: str = "4.7", **other: Any) -> Sent:
    """Return an aflatoxin reading of a sample."""
    return Sent(number, "aflatoxin-b1", value, "μg/kg", **other)


def switched_on(small: Small, by: str = "ji") -> None:
    """Let readings of the chromatograph in."""
    small.do(instruments.let_in, "LM-1", True, reason="方法已确认", by=by)


def values(small: Small, number: str) -> tuple[str, ...]:
    """Return what was determined of a sample's aflatoxin."""
    return small.rows(number)["aflatoxin-b1"].values


def test_nothing_enters_by_itself_until_somebody_lets_it_in_and_after_it_is_stopped(small: Small) -> None:
    first, second, third = (small.begun() for _each in range(3))
    assert registered(small, "LM-1").automatic == ""
    small.send(afb(first), content=b"1")
    switched_on(small)
    assert registered(small, "LM-1").automatic == small.people["ji"].name
    (taken,) = small.send(afb(second), content=b"2")
    small.do(instruments.let_in, "LM-1", False, reason="停用", by="ji")
    small.send(afb(third), content=b"3")
    assert [values(small, number) for number in (first, second, third)] == [("",), ("4.7",), ("",)]
    assert small.inbox()[taken].state is ReadingState.ACCEPTED
    assert registered(small, "LM-1").automatic == ""


def test_what_was_let_in_is_in_the_name_of_who_switched_it_on_and_the_program_signs_with_the_rule(small: Small) -> None:
    number = small.begun()
    switched_on(small)
    before = small.trail_length()
    (key,) = small.send(afb(number))
    with small.store.work() as work:
        made = work.scalars(select(Determination)).one()
        lines = work.scalars(select(TrailLine).order_by(TrailLine.id).offset(before)).all()
        kept = work.get_one(Reading, key)
        switched = work.scalars(select(TrailLine).where(TrailLine.verb == "instruments.let_in")).all()
    assert (made.text, made.person_id, made.reading_id, kept.decided_by) == ("4.7", small.people["ji"].id, key, small.people["ji"].id)
    name = small.people["ji"].name
    taken = {(line.person_id, line.reason) for line in lines if line.verb == "readings.take"}
    assert taken == {(0, f"by the rule {name} switched on for LM-1")}
    assert {line.kind for line in lines if line.verb == "readings.take"} >= {"determination", "reading"}
    assert {(line.person, line.reason) for line in switched} == {(name, "方法已确认")}


def test_only_what_a_person_could_accept_unseen_is_let_in(small: Small, subtests: pytest.Subtests) -> None:
    number = small.begun()
    switched_on(small)
    demands = Demands(ranges={"aflatoxin-b1": Span(Decimal(1), Decimal(50), "μg/kg")}, controls=(Control("QC", "aflatoxin-b1", Span(Decimal(3), Decimal(7))),))
    for place, sent in enumerate(
        (
            afb("X-1"), Sent(number, "AF", "4.7", "μg/kg"), afb(number, status="preliminary"), afb(number, status="control"), afb(number, stable=False),
            afb(number, "60"), afb(number, "ERR"), afb(number, "", flags="missing:value"), Sent(number, "moisture", "12", "%"), afb("QC", "5"), afb("QC", "9"),
            afb(number),
        )
    ):  # fmt: skip
        with subtests.test(str(sent)):
            small.send(sent, content=b"%d" % place, demands=demands)
            assert values(small, number) == ("",)
    small.send(afb("QC", "5"), afb(number), content=b"12", demands=demands)
    assert values(small, number) == ("4.7",)


def test_the_same_bytes_again_and_a_message_that_is_not_whole_are_not_let_in(small: Small) -> None:
    number = small.begun()
    small.send(afb(number), content=b"same")
    switched_on(small)
    small.send(afb(number), content=b"same")
    small.send(afb(number), content=b"x", problem="The line was lost in the middle of a message.")
    assert values(small, number) == ("",)


def test_two_determinations_in_one_message_are_let_in_in_the_order_they_were_sent_and_a_third_waits(small: Small) -> None:
    number = small.begun()
    with small.store.work() as work, work.acting(small.people["ji"], "catalogue.change_procedure", "双平行"):
        work.scalars(select(Procedure).where(Procedure.code == "aflatoxin-b1-reader")).one().determinations = 2
    switched_on(small)
    keys = small.send(afb(number, "4.7"), afb(number, "4.8"), afb(number, "4.9"))
    assert values(small, number) == ("4.7", "4.8")
    assert [small.inbox()[key].state for key in keys] == [ReadingState.ACCEPTED, ReadingState.ACCEPTED, ReadingState.MATCHED]


def test_where_there_is_no_room_or_the_account_is_closed_nothing_is_taken_and_nothing_fails(small: Small) -> None:
    full, number = small.begun(), small.begun()
    small.do(analyses.enter, small.keys(full)["aflatoxin-b1"], 1, "4.6", by="jian")
    switched_on(small)
    (waits,) = small.send(afb(full), content=b"1")
    assert (values(small, full), small.inbox()[waits].state) == (("4.6",), ReadingState.MATCHED)
    assert small.do(readings.land, message(afb(small.received()), content=b"2")) == 1
    small.do(people.amend, "ji", "姓ji", frozenset({Role.TECHNICAL}), False, by="guan")
    (waits,) = small.send(afb(number), content=b"3")
    assert (values(small, number), small.inbox()[waits].state) == (("",), ReadingState.MATCHED)


def test_another_profile_ends_the_rule_and_another_name_does_not(small: Small) -> None:
    switched_on(small)
    small.do(instruments.save, InstrumentDraft("LM-1", "另名", profile="chromatography-lis"), by="ji")
    assert registered(small, "LM-1").automatic != ""
    small.do(instruments.save, InstrumentDraft("LM-1", "另名", profile="mycotoxin-reader-lis"), by="ji")
    assert registered(small, "LM-1").automatic == ""


def test_letting_in_needs_a_reason_and_an_instrument_with_a_profile(small: Small) -> None:
    small.do(instruments.save, InstrumentDraft("EYE-1", "目视"), by="ji")
    assert small.refused(instruments.let_in, "LM-1", True, reason=" ", by="ji") == "This rule needs a reason. Write why."
    words = "Instrument EYE-1 has no profile that tells how it speaks. Choose one in Instruments."
    assert small.refused(instruments.let_in, "EYE-1", True, reason="x", by="ji") == words
    assert small.refused(instruments.let_in, "ZZ-9", True, reason="x", by="ji") == "There is no instrument ZZ-9 in the register."


def test_who_let_a_value_in_does_not_review_it(small: Small) -> None:
    number = small.begun()
    small.do(people.amend, "ji", "姓ji", frozenset({Role.TECHNICAL, Role.REVIEWER}), True, by="guan")
    switched_on(small)
    small.send(afb(number))
    key = small.keys(number)["aflatoxin-b1"]
    small.do(analyses.submit, [key], by="jian")
    assert small.refused(analyses.review, [key], by="ji") == "You entered this result, so you cannot review it. Reviewer can."
    small.do(analyses.review, [key], by="shen")
