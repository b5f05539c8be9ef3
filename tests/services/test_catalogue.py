"""The library: nothing shipped is confirmed; a confirmation is a row with person, moment and the digest of what was read."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from lims.domain.catalogue import Confirmation, Item, Limit, Procedure, Standard
from lims.domain.trail import TrailLine
from lims.rules import limits
from lims.rules.verdict import Verdict
from lims.services import analyses, catalogue, samples, worksheets
from lims.services.analyses import Typed
from lims.services.samples import Asked
from lims.views import catalogue as view
from lims.views import standards
from lims.views.digests import limit_digest
from tests.services.small import INTAKE, LIMITS, TODAY, Apart, Small
from tests.services.stating import Stated, asked, state

ON = date.fromisoformat(TODAY)
MOISTURE, CARBOFURAN, WINE = "gb1353-2018-moisture-maize", "gb2763-2021-carbofuran-cowpea", "gb2760-2024-sulphur-dioxide-wine"


def confirmations(small: Small) -> list[Confirmation]:
    """Return every confirmation of a limit ever made, the oldest first."""
    with small.store.work() as work:
        return list(work.scalars(select(Confirmation).where(Confirmation.limit_id.is_not(None)).order_by(Confirmation.id)))


def limit(small: Small, code: str) -> Limit:
    """Return a limit with all it says."""
    with small.store.work() as work:
        return work.scalars(select(Limit).where(Limit.code == code).options(*view._loaded())).one()


def standard(small: Small, code: str) -> Standard:
    """Return an edition."""
    with small.store.work() as work:
        return work.scalars(select(Standard).where(Standard.code == code)).one()


def last_lines(small: Small, verb: str) -> list[TrailLine]:
    """Return what the trail says of a verb."""
    with small.store.work() as work:
        return list(work.scalars(select(TrailLine).where(TrailLine.verb == verb).order_by(TrailLine.id)))


# -- confirming


def test_no_shipped_limit_is_confirmed(small: Small) -> None:
    rows = small.do(view.limit_rows, ON)
    assert {row.code for row in rows} == LIMITS
    assert {(row.confirmed_by, row.confirmed_at, row.remark) for row in rows} == {("", None, "")}
    assert not any(row.confirmed for product in ("maize", "cowpea", "wine") for row in small.do(view.offers, product, ON))


def test_what_waits_for_a_confirmation_are_the_limits_that_analyses_rest_on(small: Small) -> None:
    assert small.do(view.unconfirmed) == 0, "nothing is asked of any sample yet, and every placement is confirmed"
    small.registered("wine")
    small.registered("wine")
    assert (small.do(view.unconfirmed), [row.code for row in small.do(view.asked_limits, ON)]) == (1, [WINE])
    small.registered("maize")
    assert small.do(view.unconfirmed) == 4
    small.do(catalogue.confirm, [WINE, MOISTURE], by="ji")
    assert small.do(view.unconfirmed) == 2
    assert {row.code for row in small.do(view.asked_limits, ON)[2:]} == {MOISTURE, WINE}, "those nobody has confirmed stand first"


def test_a_further_limit_of_an_analysis_waits_for_its_confirmation_too(small: Small) -> None:
    state(small, further := Stated("gb9001-afb1", "aflatoxin-b1", "≤5"))
    first = Asked("aflatoxin-b1", "aflatoxin-b1-reader", "gb2761-2017-aflatoxin-b1-maize")
    small.do(samples.register, replace(small.draft(), asked=(first, replace(first, limit=further.code))), by="shou")
    assert {row.code for row in small.do(view.asked_limits, ON)} == {first.limit, further.code}
    assert small.do(view.unconfirmed) == 2


def test_a_confirmation_holds_person_moment_remark_and_the_digest_of_the_limit(small: Small) -> None:
    small.registered()
    assert small.do(catalogue.confirm, [MOISTURE], by="ji", remark="实验室文本第 3 页") == 1
    (kept,) = confirmations(small)
    assert (kept.person_id, kept.remark, kept.digest) == (small.people["ji"].id, "实验室文本第 3 页", limit_digest(limit(small, MOISTURE).rule()))
    (row,) = [row for row in small.do(view.limit_rows, ON) if row.confirmed_by]
    assert (row.code, row.confirmed_by, row.remark, row.confirmed_at) == (MOISTURE, "姓ji", "实验室文本第 3 页", kept.at)
    assert small.do(view.unconfirmed) == 2
    assert {row.limit for row in small.do(view.offers, "maize", ON) if row.confirmed} == {MOISTURE}


@pytest.mark.parametrize("login", ["shou", "jian", "shen", "pi", "guan", "quan1"])
def test_only_the_technical_manager_confirms(small: Small, login: str) -> None:
    words = "You may not confirm limits and placements. Technical manager can."
    assert small.refused(catalogue.confirm, [MOISTURE], by=login) == words
    assert small.refused(catalogue.confirm_standard, "GB 1353-2018", by=login) == words


def test_the_very_same_words_are_confirmed_once_and_their_first_confirmation_stays(small: Small) -> None:
    assert small.do(catalogue.confirm, [MOISTURE, CARBOFURAN], by="ji", remark="第一次") == 2
    assert small.do(catalogue.confirm, [MOISTURE], by="ji", remark="第二次") == 0
    assert [row.remark for row in confirmations(small)] == ["第一次", "第一次"]


def test_a_limit_chosen_twice_is_confirmed_once(small: Small) -> None:
    assert small.do(catalogue.confirm, [MOISTURE, MOISTURE], by="ji") == 1
    assert len(confirmations(small)) == 1


def test_an_unknown_limit_is_named_and_nothing_is_confirmed(small: Small) -> None:
    assert small.refused(catalogue.confirm, [MOISTURE, "gb0-x"], by="ji") == "The library has no limit gb0-x."
    assert confirmations(small) == []


def otherwise(small: Small, code: str) -> None:
    """Let a limit have been confirmed by words that do not stand there."""
    with small.store.work() as work, work.acting(small.people["ji"], "test"):
        row = work.scalars(select(Limit).where(Limit.code == code)).one()
        work.add(Confirmation(limit_id=row.id, person_id=small.people["ji"].id, at=work.now(), digest="0" * 64, remark="旧文本"))


def test_a_confirmation_of_what_does_not_stand_there_does_not_count(small: Small) -> None:
    small.registered()
    otherwise(small, MOISTURE)
    assert small.do(view.confirmed_codes) == frozenset()
    assert not any(row.confirmed_by for row in small.do(view.limit_rows, ON))
    assert small.do(view.unconfirmed) == 3
    assert {row.code: row.confirmed for row in small.do(standards.standards, ON)}["GB 1353-2018"] == 0


def test_the_last_confirmation_counts_and_the_text_can_be_confirmed_again(small: Small) -> None:
    small.do(catalogue.confirm, [MOISTURE], by="ji", remark="第 3 页")
    otherwise(small, MOISTURE)
    assert small.do(view.confirmed_codes) == frozenset()
    assert small.do(catalogue.confirm, [MOISTURE], by="ji", remark="重新核对") == 1
    assert small.do(view.confirmed_codes) == {MOISTURE}
    assert [row.remark for row in small.do(view.limit_rows, ON) if row.code == MOISTURE] == ["重新核对"]
    assert [row.remark for row in confirmations(small)] == ["第 3 页", "旧文本", "重新核对"]


def test_the_digest_covers_every_word_of_a_limit(small: Small) -> None:
    rule = limit(small, MOISTURE).rule()
    digests = {limit_digest(replace(rule, **{field.name: f"{getattr(rule, field.name)}x"})) for field in fields(rule)}
    assert len(digests | {limit_digest(rule)}) == len(fields(limits.Limit)) + 1


def test_two_technical_managers_at_once_leave_one_confirmation(small: Small, apart: Apart) -> None:
    by = small.people["ji"]
    assert apart(*(lambda work: catalogue.confirm(work, [MOISTURE], by=by) for _twice in range(2))) == 0
    assert len(confirmations(small)) == 1


def test_a_whole_edition_is_confirmed_at_once(small: Small) -> None:
    small.do(catalogue.confirm, ["gb2761-2017-aflatoxin-b1-maize"], by="ji")
    assert small.do(catalogue.confirm_standard, "GB 2761-2017", by="ji", remark="对照 2017 年版全文") == 1
    assert small.do(view.confirmed_codes) == {"gb2761-2017-aflatoxin-b1-maize", "gb2761-2017-deoxynivalenol-maize"}
    assert small.do(catalogue.confirm_standard, "GB 2761-2017", by="ji") == 0


def test_an_edition_without_limits_is_not_confirmed(small: Small) -> None:
    for code in ("GB 0-1900", "GB 2760-2014"):
        assert small.refused(catalogue.confirm_standard, code, by="ji") == f"The library has no limits of {code}."


# -- editions


def test_only_editions_in_force_on_the_products_day_are_offered(small: Small) -> None:
    assert {row.item_code for row in small.do(view.offers, "maize", date(2019, 2, 1))} == {"moisture", "aflatoxin-b1", "deoxynivalenol"}
    assert {row.item_code for row in small.do(view.offers, "maize", date(2019, 1, 31))} == {"aflatoxin-b1", "deoxynivalenol"}
    assert small.do(view.offers, "wine", date(2025, 2, 7)) == []
    assert {row.limit for row in small.do(view.offers, "wine", date(2025, 2, 8))} == {WINE}


def test_a_limit_is_offered_by_every_method_that_may_stand_in_a_report_and_by_no_rapid_one(small: Small) -> None:
    offered = {row.procedure for row in small.do(view.offers, "maize", ON) if row.item_code == "aflatoxin-b1"}
    with small.store.work() as work:
        known = work.scalars(select(Procedure).join(Procedure.item).where(Item.code == "aflatoxin-b1")).all()
    assert offered == {row.code for row in known if not row.rapid}
    assert offered < {row.code for row in known}


def test_an_edition_without_a_first_day_is_never_chosen_until_somebody_dates_it(small: Small) -> None:
    state(small, undated := Stated("gb9001-afb1", "aflatoxin-b1", "≤5", in_force=None))
    first = Asked("aflatoxin-b1", "aflatoxin-b1-reader", undated.code)
    draft = replace(small.draft(), asked=(first,))
    assert undated.code not in [row.limit for row in small.do(view.offers, "maize", ON)]
    assert small.mistaken(samples.register, draft, by="shou") == {"asked": "Aflatoxin B1 is not in the library in this way. Choose again."}
    small.do(catalogue.date_edition, undated.standard, date(2026, 11, 20), None, reason="公告 2020 年第 7 号", by="ji")
    assert undated.code in [row.limit for row in small.do(view.offers, "maize", ON)]
    small.do(samples.register, draft, by="shou")


def test_an_edition_holds_from_its_first_day_until_the_day_before_its_last(small: Small) -> None:
    small.do(catalogue.date_edition, "GB 2760-2024", date(2025, 2, 8), date(2026, 11, 23), reason="虚拟", by="ji")
    said = {day: bool(small.do(view.offers, "wine", date(2026, 11, day))) for day in (22, 23, 24)}
    assert said == {22: True, 23: False, 24: False}


def test_a_date_says_why_and_from_what_to_what(small: Small) -> None:
    assert small.refused(catalogue.date_edition, "GB 1353-2018", ON, None, reason=" ", by="ji") == "A date needs a reason. Write where it is stated."
    small.do(catalogue.date_edition, "GB 1353-2018", date(2019, 2, 1), date(2027, 1, 1), reason="国家标准公告", by="ji")
    (line,) = last_lines(small, "catalogue.date")
    assert (line.kind, line.name, line.field, line.old, line.new, line.reason) == (
        "standard",
        "GB 1353-2018",
        "abolished",
        None,
        "2027-01-01",
        "国家标准公告",
    )
    small.do(catalogue.date_edition, "GB 1353-2018", None, None, reason="日期有误", by="ji")
    assert (standard(small, "GB 1353-2018").in_force, standard(small, "GB 1353-2018").abolished) == (None, None)


def test_an_edition_does_not_end_before_it_begins(small: Small) -> None:
    for end in (date(2019, 2, 1), date(2019, 1, 31)):
        said = small.mistaken(catalogue.date_edition, "GB 1353-2018", date(2019, 2, 1), end, reason="x", by="ji")
        assert said == {"abolished": "It would end before it begins."}
    assert small.refused(catalogue.date_edition, "GB 0-1900", ON, None, reason="x", by="ji") == "The library has no standard GB 0-1900."


# -- procedures


def procedure(small: Small, code: str = "aflatoxin-b1-reader") -> Procedure:
    """Return a procedure."""
    with small.store.work() as work:
        return work.scalars(select(Procedure).where(Procedure.code == code)).one()


def changed(small: Small, **said: str) -> None:
    """Let the technical manager change the aflatoxin reader's procedure."""
    small.do(catalogue.change_procedure, "aflatoxin-b1-reader", said, reason="本实验室验证报告", by="ji")


def mistakes(small: Small, **said: str) -> dict[str, str]:
    """Return what is wrong with a change of the aflatoxin reader's procedure; nothing of it is kept."""
    return small.mistaken(catalogue.change_procedure, "aflatoxin-b1-reader", said, reason="x", by="ji")


def test_the_laboratory_enters_what_it_knows_of_its_method(small: Small) -> None:
    changed(small, unit="μg/kg", rounding=" 0.1 ", detection_limit="0.5", quantitation_limit="1.5")
    row = procedure(small)
    assert (row.unit, row.rounding, row.detection_limit, row.quantitation_limit) == ("μg/kg", "0.1", Decimal("0.5"), Decimal("1.5"))
    lines = {line.field: (line.name, line.new, line.reason) for line in last_lines(small, "catalogue.change_procedure")}
    assert lines["detection_limit"] == ("aflatoxin-b1-reader", "0.5", "本实验室验证报告")
    changed(small, detection_limit="", quantitation_limit="")
    assert (procedure(small).detection_limit, procedure(small).quantitation_limit) == (None, None)


def test_a_unit_is_kept_in_the_programs_spelling(small: Small) -> None:
    changed(small, unit="ug/kg")
    assert procedure(small).unit == "μg/kg"


WRONG: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
    ({"unit": "ppm"}, {"unit": "ppm is no unit this program knows."}),
    ({"rounding": "0.03"}, {"rounding": "“0.03” is no rounding interval. Write 0.1, 0.5, 20 or 3s."}),
    ({"detection_limit": "<1"}, {"detection_limit": "“<1” is no number. Write it like 3.0021."}),
    ({"quantitation_limit": "NaN"}, {"quantitation_limit": "“NaN” is no number. Write it like 3.0021."}),
    ({"detection_limit": "-1"}, {"detection_limit": "Nothing lies below 0. Enter it again."}),
    (
        {"detection_limit": "2", "quantitation_limit": "1"},
        {"detection_limit": "The limit of detection lies above the limit of quantitation."},
    ),
    (
        {"unit": "ppm", "rounding": "0.03"},
        {"unit": "ppm is no unit this program knows.", "rounding": "“0.03” is no rounding interval. Write 0.1, 0.5, 20 or 3s."},
    ),
)


@pytest.mark.parametrize(("said", "words"), WRONG, ids=lambda part: " ".join(part))
def test_what_is_wrong_with_a_change_is_said_field_by_field_and_nothing_is_kept(small: Small, said: dict[str, str], words: dict[str, str]) -> None:
    before = procedure(small)
    assert mistakes(small, **said) == words
    after = procedure(small)
    assert [getattr(after, name) for name in catalogue._READS] == [getattr(before, name) for name in catalogue._READS]


def test_a_change_of_a_method_needs_its_reason_and_a_method_of_the_library(small: Small) -> None:
    said = small.refused(catalogue.change_procedure, "aflatoxin-b1-reader", {"rounding": "0.1"}, reason="", by="ji")
    assert said == "A change needs a reason. Write what it rests on."
    said = small.refused(catalogue.change_procedure, "nothing", {"rounding": "0.1"}, reason="x", by="ji")
    assert said == "The library has no procedure nothing."


def test_values_on_the_bench_are_never_left_in_a_unit_that_no_longer_turns(small: Small) -> None:
    number = small.begun()
    key = small.keys(number)["aflatoxin-b1"]
    small.do(analyses.enter, key, 1, "4.7", by="jian")
    assert mistakes(small, unit="μg/L") == {"unit": "Values in μg/kg stand on the bench and cannot be turned into μg/L. Have them handed in first."}
    changed(small, unit="mg/kg")
    assert (small.row(key).reported, small.row(key).unit, small.row(key).lacks) == ("4.7", "μg/kg", None)
    small.do(analyses.submit, [key], by="jian")
    changed(small, unit="μg/L")
    row = small.row(key)
    assert (row.reported, row.unit, row.lacks) == ("4.7", "μg/kg", "μg/kg cannot be turned into μg/L."), "what was judged stays as it was judged"
    small.do(analyses.recall, [key], by="jian")
    assert small.refused(analyses.submit, [key], by="jian") == "μg/kg cannot be turned into μg/L."
    small.do(analyses.enter, key, 1, "4.7", by="jian")
    assert (small.row(key).values, small.row(key).lacks, small.row(key).verdict) == (("4.7",), None, Verdict.UNDECIDED), "a fraction is no concentration"


def test_a_value_is_not_added_beside_one_whose_unit_no_longer_turns(small: Small) -> None:
    state(small, twice := Stated("gb9001-x", "x", "≤5", determinations=2))
    number = small.do(samples.register, replace(small.draft(), asked=(asked(twice),)), by="shou")
    small.do(samples.receive, number, INTAKE, by="shou")
    (key,) = small.keys(number).values()
    small.do(worksheets.start, small.assigned(number), by="jian")
    for place in (1, 2):
        small.do(analyses.enter, key, place, "4.7", by="jian")
    small.do(analyses.submit, [key], by="jian")
    small.do(catalogue.change_procedure, "x", {"unit": "μg/L"}, reason="x", by="ji")
    small.do(analyses.recall, [key], by="jian")
    (problem,) = small.do(analyses.fill, [Typed(key, 1, "4.8")], by="jian")
    assert problem.words == "μg/kg cannot be turned into μg/L."
    assert small.row(key).values == ("4.7", "4.7"), "nothing of it was kept"
    small.do(analyses.repeat, key, reason="换算单位", by="jian")
    assert small.do(analyses.fill, [Typed(key, 1, "4.8")], by="jian") == []
