"""Every verb of the program: refused without its right in words that name who can, and signed in the trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from drivers.teaching import Mark
from lims import services
from lims.domain.trail import TrailLine
from lims.rules.inbox import Demands
from lims.rules.rights import ROLES, Right, Role, holders, right_refusal
from lims.services import certificates, readings
from lims.services.analyses import Typed
from lims.services.businesses import BusinessDraft
from lims.services.catalogue import confirm
from lims.services.editions import EditionDraft
from lims.services.grids import Grid
from lims.services.instruments import InstrumentDraft, KitLotDraft
from lims.services.people import AccountDraft
from lims.services.readings import Sent
from lims.services.scope import ScopeDraft
from lims.services.teaching import TaughtDraft, lesson
from lims.services.verb import VERBS, verb
from lims.views import samples as sample_view
from lims.views.scope import scope
from tests.services.small import FIRST, INTAKE, PASSWORD, Small, message
from tests.services.stating import Stated, state

R = Right

RIGHTS: dict[str, tuple[Right | None, str]] = {
    "samples.register": (R.RECEIVE, "shou"),
    "samples.correct": (R.RECEIVE, "shou"),
    "samples.ask": (R.RECEIVE, "shou"),
    "samples.receive": (R.RECEIVE, "shou"),
    "samples.refuse": (R.RECEIVE, "shou"),
    "samples.archive": (R.RECEIVE, "shou"),
    "businesses.save": (R.RECEIVE, "shou"),
    "worksheets.create": (R.ASSIGN, "jian"),
    "worksheets.start": (R.TEST, "jian"),
    "worksheets.hand_over": (R.ASSIGN, "ji"),
    "worksheets.note": (R.TEST, "jian"),
    "analyses.enter": (R.TEST, "jian"),
    "analyses.weigh": (R.TEST, "jian"),
    "analyses.fill": (R.TEST, "jian"),
    "analyses.submit": (R.TEST, "jian"),
    "analyses.recall": (R.TEST, "jian"),
    "analyses.repeat": (R.TEST, "jian"),
    "analyses.return": (R.REVIEW, "shen"),
    "analyses.review": (R.REVIEW, "shen"),
    "analyses.cancel": (R.ASSIGN, "ji"),
    "readings.match": (R.TEST, "jian"),
    "readings.accept": (R.TEST, "jian"),
    "readings.accept_mine": (R.TEST, "jian"),
    "readings.reject": (R.TEST, "jian"),
    "readings.weigh": (R.TEST, "jian"),
    "readings.map_code": (R.INSTRUMENTS, "ji"),
    "readings.read_anew": (R.INSTRUMENTS, "ji"),
    "certificates.approve": (R.APPROVE, "pi"),
    "certificates.issue": (R.APPROVE, "pi"),
    "certificates.revise": (R.APPROVE, "pi"),
    "certificates.void": (R.APPROVE, "pi"),
    "analyses.hold_against": (R.CATALOGUE, "ji"),
    "catalogue.confirm": (R.CONFIRM, "ji"),
    "catalogue.confirm_standard": (R.CONFIRM, "ji"),
    "catalogue.date": (R.CATALOGUE, "ji"),
    "catalogue.change_procedure": (R.CATALOGUE, "ji"),
    "placements.add_product": (R.CATALOGUE, "ji"),
    "placements.place": (R.CATALOGUE, "ji"),
    "placements.confirm": (R.CONFIRM, "ji"),
    "scope.add": (R.CATALOGUE, "ji"),
    "scope.end": (R.CATALOGUE, "ji"),
    "editions.take": (R.CATALOGUE, "ji"),
    "calendar.set": (R.CATALOGUE, "ji"),
    "calendar.clear": (R.CATALOGUE, "ji"),
    "instruments.save": (R.INSTRUMENTS, "ji"),
    "instruments.let_in": (R.INSTRUMENTS, "ji"),
    "instruments.save_lot": (R.INSTRUMENTS, "ji"),
    "teaching.keep": (R.INSTRUMENTS, "ji"),
    "people.create": (R.PEOPLE, "guan"),
    "people.amend": (R.PEOPLE, "guan"),
    "people.reset": (R.PEOPLE, "guan"),
    "settings.change": (R.SETTINGS, "guan"),
    "people.password": (None, "jian2"),
}
"""Verb -> the right it needs, by hand from the design, and somebody who has it. One's own password needs none."""

for path in Path(services.__file__).parent.glob("*.py"):  # a verb is known once its module is read
    import_module(f"lims.services.{path.stem}")

ONE_ROLE = {"shou": Role.RECEPTIONIST, "jian": Role.ANALYST, "shen": Role.REVIEWER, "pi": Role.SIGNATORY, "ji": Role.TECHNICAL, "guan": Role.ADMINISTRATOR}
BENCH = {R.RECEIVE, R.ASSIGN, R.TEST, R.REVIEW, R.APPROVE, R.CATALOGUE, R.CONFIRM, R.INSTRUMENTS}

NEW_EDITION = Grid(("item", "heading", "requirement", "unit"), ((2, ("moisture", "玉米", "≤13.0", "%")),))

Calls = dict[str, tuple[tuple[Any, ...], dict[str, Any]]]


TICKET = "样品编号：A1\n结果：1.2 mg/kg\n"
RECORDS = b"H|\\^&\rP|1\rO|1|X||^^^AFB1\rR|1|^^^AFB1|4.7|ug/kg||N||F\rL|1|N\r"


def prepared(small: Small, own: Path) -> Calls:
    """Bring a laboratory to where every verb can be done to something, each to a thing of its own; return the calls."""
    moisture = "gb1353-2018-moisture-maize"
    state(small, other_limit := Stated("gb9001-afb1", "aflatoxin-b1", "≤5"))
    small.do(VERBS["placements.place"], "wine", "GB 2761", (), by="ji")
    small.do(VERBS["scope.add"], [ScopeDraft("酒类 葡萄酒", "sulphur-dioxide", "GB 5009.34-2022", date(2026, 1, 1))], by="ji")
    (accredited,) = [row.id for row in small.do(scope, date(2026, 11, 23))]
    small.do(confirm, ["gb2760-2024-sulphur-dioxide-wine"], by="ji")
    waiting, assigned, given = small.keys(small.received()), small.assigned(small.received()), small.assigned(small.received())
    bench, other = small.keys(small.begun()), small.keys(small.begun())
    for place, weighings in enumerate(({"W0": "10", "W1": "10", "W2": "18.6"}, {"W0": "10", "W1": "10", "W2": "18.6"}), 1):
        small.do(VERBS["analyses.weigh"], other["moisture"], place, weighings, by="jian")
    handed_in = small.keys(small.submitted())
    draft, approved, issued, revised, reported = (small.reviewed("wine") for _five in range(5))
    for key in (approved, issued, revised, reported):
        small.do(certificates.approve, key, PASSWORD, by="pi")
    for key in (issued, revised, reported):
        small.do(certificates.issue, key, by="pi")
    sample = small.do(certificates.view.card, reported).row.sample_number
    on_bench = small.begun()
    unknown, rejected = small.send(Sent("?", "aflatoxin-b1", "4.7", "μg/kg"), Sent("??", "aflatoxin-b1", "4.7", "μg/kg"))
    matched, mine = small.send(Sent(on_bench, "aflatoxin-b1", "4.7", "μg/kg"), Sent(on_bench, "deoxynivalenol", "4.7", "μg/kg"), content=b"2")
    coded, _weight = small.send(Sent("?", "AF", "4.7", "μg/kg"), weight := Sent("", "", "10", "g", stable=True), content=b"3")
    small.do(readings.land, weighed := message(weight, content=b"4"))
    for instrument, profile in (("MB-1", "mycotoxin-reader-lis"), ("TK-1", "capture-ticket")):
        small.do(VERBS["instruments.save"], InstrumentDraft(instrument, "仪器", profile=profile), by="ji")
    small.send(instrument="MB-1", content=RECORDS)
    taught = lesson(TICKET, [Mark("sample", 5, 7), Mark("value", 11, 14)], [TICKET])
    why = {"reason": "原因 <b>"}
    full = small.draft()
    short = small.do(VERBS["samples.register"], replace(full, asked=full.asked[:1]), by="shou")
    wrong = small.registered()
    written = small.do(sample_view.card, wrong).form
    return {
        "samples.register": ((small.draft(),), {}),
        "samples.correct": ((wrong, {**written, "business_name": "桃山粮库二库"}, written), why),
        "samples.ask": ((short, full.asked[1:]), {}),
        "samples.receive": ((small.registered(), INTAKE), {}),
        "samples.refuse": ((small.registered(),), why),
        "samples.archive": ((sample,), {}),
        "businesses.save": ((BusinessDraft("新市场"),), {}),
        "worksheets.create": ((list(waiting.values()),), {"analyst": "jian"}),
        "worksheets.start": ((assigned,), {}),
        "worksheets.note": ((assigned, "23 °C"), {}),
        "worksheets.hand_over": ((given, "jian2"), why),
        "analyses.enter": ((bench["aflatoxin-b1"], 1, "4.7"), {}),
        "analyses.weigh": ((bench["moisture"], 1, {"W0": "10", "W1": "10", "W2": "18.6"}), {}),
        "analyses.fill": (([Typed(bench["deoxynivalenol"], 1, "<100")],), {}),
        "analyses.submit": (([other["moisture"]],), {}),
        "analyses.recall": (([handed_in["moisture"]],), {}),
        "analyses.repeat": ((other["aflatoxin-b1"],), why),
        "analyses.return": (([handed_in["aflatoxin-b1"]],), why),
        "analyses.review": (([handed_in["deoxynivalenol"]],), {}),
        "analyses.cancel": (([other["deoxynivalenol"]],), why),
        "readings.match": ((unknown, small.keys(on_bench)["aflatoxin-b1"]), {}),
        "readings.accept": (([matched],), {}),
        "readings.accept_mine": (([mine],), {}),
        "readings.reject": (([rejected],), why),
        "readings.weigh": ((weighed, Typed(bench["moisture"], 2, "", "W0"), "g"), {}),
        "readings.map_code": ((coded, "carbofuran"), {"demands_of": lambda instrument: Demands()}),
        "readings.read_anew": (("MB-1", own), {}),
        "certificates.approve": ((draft, PASSWORD), {}),
        "certificates.issue": ((approved,), {}),
        "certificates.revise": ((revised,), why),
        "certificates.void": ((issued, PASSWORD), why),
        "analyses.hold_against": ((waiting["aflatoxin-b1"], other_limit.code), why),
        "catalogue.confirm": (([moisture],), {}),
        "catalogue.confirm_standard": (("GB 2763-2021",), {}),
        "catalogue.date": (("GB 1353-2018", date(2019, 2, 1), date(2030, 1, 1)), why),
        "catalogue.change_procedure": (("aflatoxin-b1-reader", {"rounding": "0.1"}), why),
        "placements.add_product": (("rice", "大米"), {}),
        "placements.place": (("wine", "GB 2763", ()), {}),
        "placements.confirm": (("wine", ["GB 2761"]), {}),
        "scope.add": (([ScopeDraft("粮食 玉米", "moisture", "GB 5009.3-2016", date(2026, 1, 1))],), {}),
        "scope.end": (([accredited], date(2026, 12, 1)), why),
        "editions.take": ((EditionDraft("GB 9002-2026", "虚拟标准"), NEW_EDITION), {}),
        "calendar.set": ((date(2026, 11, 30), False, "停电检修"), why),
        "calendar.clear": ((date(2026, 10, 7),), why),
        "instruments.save": ((InstrumentDraft("MB-2", "读数仪"),), {}),
        "instruments.let_in": (("LM-1", True), why),
        "instruments.save_lot": ((KitLotDraft("LM-1", "aflatoxin-b1", "L-1", date(2027, 1, 1), "0.8"),), {}),
        "teaching.keep": ((taught, TaughtDraft("TK-1", "own-reader", "自编"), own), {}),
        "people.create": ((AccountDraft("xin", "新人", frozenset({Role.ANALYST}), FIRST),), {}),
        "people.amend": (("quan3", "改名", frozenset({Role.ANALYST}), True), {}),
        "people.reset": (("quan3", FIRST), {}),
        "settings.change": (({"laboratory_phone": "010-1"},), {}),
        "people.password": ((PASSWORD, "another-2026"), {}),
    }


def test_every_verb_there_is_stands_in_the_table() -> None:
    assert set(RIGHTS) == set(VERBS)


def test_the_administrator_can_do_nothing_of_the_bench_and_the_bench_nothing_of_the_administrators() -> None:
    for name, (right, _login) in RIGHTS.items():
        assert right is None or (right in BENCH) == (right not in ROLES[Role.ADMINISTRATOR][1]), name


def test_every_verb_is_refused_without_its_right_or_reason_and_says_who_can_and_done_with_it_is_signed(
    small: Small, subtests: pytest.Subtests, tmp_path: Path
) -> None:
    calls = prepared(small, tmp_path)
    assert set(calls) == set(VERBS)
    for name, (right, login) in RIGHTS.items():
        arguments, options = calls[name]
        with subtests.test(name):
            for other, role in ONE_ROLE.items():
                if right and right not in ROLES[role][1]:
                    said = small.refused(VERBS[name], *arguments, **options, by=other)
                    assert said == right_refusal(right, small.people[other])
                    assert said.endswith(f"{holders(right)} can.")
            if "reason" in options:
                assert "reason" in small.refused(VERBS[name], *arguments, by=login, reason=" \n").casefold()
            before, begun = small.trail_length(), small.clock()
            small.do(VERBS[name], *arguments, **options, by=login)
            with small.store.work() as work:
                lines = work.scalars(select(TrailLine).order_by(TrailLine.id).offset(before)).all()
            assert lines, "every verb leaves a line"
            nested = {"readings.accept_mine": "readings.accept"}
            assert {(line.person_id, line.person, line.verb) for line in lines} == {(small.people[login].id, small.people[login].name, nested.get(name, name))}
            assert {line.reason for line in lines} == {options.get("reason", "")}
            assert all(begun < line.at <= small.clock() for line in lines)


def test_two_verbs_cannot_bear_one_name() -> None:
    with pytest.raises(ValueError, match=r"two verbs are called samples\.receive"):
        verb("samples.receive")(lambda work, *, by: None)
