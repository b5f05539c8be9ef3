"""The trail: who, when, what, from, to, why; read from the first line on it gives what stands in the database."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from lims.domain.samples import Sample
from lims.domain.trail import TrailLine
from lims.services import analyses, businesses, catalogue, certificates, placements, readings, samples, scope, settings
from lims.services.businesses import BusinessDraft
from lims.services.readings import Sent
from lims.services.scope import ScopeDraft
from lims.views import scope as scope_view
from tests.services.replay import told_and_standing
from tests.services.small import PASSWORD, Small
from tests.services.stating import Stated, state


def library(small: Small) -> None:
    """Do to the library what can be done to it."""
    small.do(placements.add_product, "rice", "大米", prefix="DM", by="ji")
    small.do(placements.place, "rice", "GB 2761", ["gb2761-h20", "gb2761-h1"], by="ji", remark="暂按玉米")
    small.do(placements.place, "rice", "GB 2761", [], by="ji")
    small.do(placements.confirm, "rice", ["GB 2761"], by="ji")
    small.do(catalogue.confirm_standard, "GB 2763-2021", by="ji")
    small.do(catalogue.date_edition, "GB 1353-2018", date(2019, 2, 1), date(2030, 1, 1), reason="公告", by="ji")
    small.do(catalogue.change_procedure, "aflatoxin-b1-reader", {"detection_limit": "0.5"}, reason="验证", by="ji")
    small.do(scope.add, [ScopeDraft("粮食", "moisture", "GB 5009.3-2016", date(2026, 1, 1))], by="ji")
    small.do(scope.end, [row.id for row in small.do(scope_view.scope, date(2026, 11, 23))], date(2026, 12, 1), reason="缩减", by="ji")
    state(small, stricter := Stated("gb9001-so2", "sulphur-dioxide", "≤0.1", "g/L"), product="wine")
    (key,) = small.keys(small.begun("wine")).values()
    small.do(analyses.hold_against, key, stricter.code, reason="合同约定", by="ji")


def a_day(small: Small) -> None:
    """Work a day in the laboratory: everything that can happen to a sample happens to one."""
    number = small.begun()
    keys = small.keys(number)
    matched, unknown = small.send(Sent(number, "aflatoxin-b1", "4.7", "μg/kg"), Sent("?", "aflatoxin-b1", "1", "μg/kg"))
    small.do(readings.accept, [matched], by="jian")
    small.do(readings.reject, [unknown], reason="编号录错", by="jian")
    small.fill(number)
    small.do(analyses.repeat, keys["moisture"], reason="重新称量", by="jian")
    small.fill(number)
    small.do(analyses.submit, list(keys.values()), by="jian")
    small.do(analyses.recall, [keys["moisture"]], by="jian")
    small.do(analyses.submit, [keys["moisture"]], by="jian")
    small.do(analyses.return_, [keys["deoxynivalenol"]], reason="附图谱", by="shen")
    small.do(analyses.enter, keys["deoxynivalenol"], 1, "<100", by="jian")
    small.do(analyses.submit, [keys["deoxynivalenol"]], by="jian")
    small.do(analyses.review, list(keys.values()), by="shen")
    small.confirm()
    report = small.certificate(number)
    small.do(certificates.approve_and_issue, report, PASSWORD, by=small.people["pi"])
    second = small.do(certificates.revise, report, reason="地址写错", by="pi")
    small.do(certificates.approve_and_issue, second, PASSWORD, by=small.people["pi"])
    small.do(certificates.void, second, PASSWORD, reason="作废重出", by="pi")
    small.do(samples.refuse, small.registered(), reason="封条破损", by="shou")
    small.do(settings.change, {"objection_days": "10"}, by="guan")
    small.do(settings.change, {"objection_days": "9"}, by="guan")


def test_replaying_the_trail_gives_everything_as_it_stands(small: Small) -> None:
    a_day(small)
    library(small)
    with small.store.work() as work:
        for key, told, stands in told_and_standing(work):
            assert told == stands, key


def test_every_line_says_who_when_and_what(small: Small) -> None:
    a_day(small)
    library(small)
    with small.store.work() as work:
        lines = list(work.scalars(select(TrailLine).order_by(TrailLine.id)))
    names = {actor.id: actor.name for actor in small.people.values()}
    for line in lines:
        assert line.person == ("" if line.person_id == 0 else names[line.person_id])
        assert line.verb
        assert line.name or line.kind == "setting"
        assert line.old != line.new
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert {line.verb for line in lines if line.person_id == 0} == {"people.found", "laboratory.found", "readings.land", "test.library"}


def test_a_reason_stands_beside_what_was_done_for_it(small: Small) -> None:
    a_day(small)
    library(small)
    with small.store.work() as work:
        reasons = {(line.verb, line.reason) for line in work.scalars(select(TrailLine)) if line.reason}
    assert reasons == {
        ("readings.reject", "编号录错"),
        ("analyses.repeat", "重新称量"),
        ("analyses.return", "附图谱"),
        ("certificates.revise", "地址写错"),
        ("certificates.void", "作废重出"),
        ("samples.refuse", "封条破损"),
        ("catalogue.date", "公告"),
        ("catalogue.change_procedure", "验证"),
        ("scope.end", "缩减"),
        ("analyses.hold_against", "合同约定"),
    }


def test_a_change_says_from_what_to_what(small: Small) -> None:
    key = small.do(businesses.save, BusinessDraft("甲", phone="1"), by="shou")
    small.do(businesses.save, BusinessDraft("甲", phone="<2>"), by="shou", number=key)
    with small.store.work() as work:
        last = work.scalars(select(TrailLine).order_by(TrailLine.id.desc())).first()
    assert (last.kind, last.name, last.field, last.old, last.new) == ("business", "甲", "phone", "1", "<2>")
    assert (last.person, last.verb) == ("姓shou", "businesses.save")


def test_nobody_changes_anything_unsigned(small: Small) -> None:
    number = small.received()

    def rename(work: Any) -> None:
        work.scalars(select(Sample).where(Sample.number == number)).one().name = "forged"

    with pytest.raises(RuntimeError, match="a change nobody signed for"):
        small.do(rename)
    assert small.card(number).row.name == "玉米"
