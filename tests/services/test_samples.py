"""Samples: registered once, received whole or refused with a reason, kept as they were written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from lims.db.store import Work
from lims.domain.businesses import Business
from lims.domain.certificates import Certificate
from lims.domain.samples import Portion, Sample
from lims.domain.samplings import Sampling
from lims.domain.trail import TrailLine
from lims.errors import Mistakes, Refusal, Stale
from lims.rules.flows import CertificateState, SampleState
from lims.services import analyses, certificates, placements, samples, settings, worksheets
from lims.services.samples import Asked
from lims.views import samples as view
from tests.services.small import INTAKE, PASSWORD, Apart, Small
from tests.services.stating import Stated, state

MARKUP = ["<b>玉米</b>", "玉米 & 大豆", "{prefix}", "=1+1", "%s %(x)s", "\\n'\"", "玉米\t🌽"]


def stored(small: Small, number: str) -> Sample:
    """Return the row itself."""
    with small.store.work() as work:
        return work.scalars(select(Sample).where(Sample.number == number)).one()


def test_a_registered_sample_is_expected_with_everything_asked_of_it(small: Small) -> None:
    number = small.registered()
    card = small.card(number)
    assert (number, card.row.state, card.row.form_number, card.product_code) == ("LS2026-00001", SampleState.EXPECTED, "CY-00001", "maize")
    assert {(one.item_code, str(one.state), one.limit) for one in card.analyses} == {
        ("aflatoxin-b1", "requested", "20"),
        ("deoxynivalenol", "requested", "1000"),
        ("moisture", "requested", "14.0"),
    }
    assert card.portions == ()


def test_numbers_of_samples_follow_one_another_by_kind_of_product(small: Small) -> None:
    assert [small.registered(), small.registered("cowpea"), small.registered()] == ["LS2026-00001", "NC2026-00001", "LS2026-00002"]


def test_a_form_number_is_registered_once_and_the_refusal_says_where(small: Small) -> None:
    number = small.registered(form_number="XBJ-1")
    said = small.mistaken(samples.register, small.draft(form_number=" XBJ-1 "), by="shou")
    assert said == {"form_number": f"This form number was registered on 2026-11-23 as {number}."}


def test_a_sample_number_is_taken_once(small: Small) -> None:
    assert small.registered(number=" JY-7 ") == "JY-7"
    said = small.mistaken(samples.register, small.draft(number="JY-7"), by="shou")
    assert said == {"number": "The number JY-7 is taken. Leave the field empty for the next free one."}


def test_no_sample_has_the_number_of_another_ones_portion(small: Small, subtests: pytest.Subtests) -> None:
    for first, second in (("JY-7", "JY-7-1"), ("JY-8", "JY-8-B"), ("JY-9-1", "JY-9"), ("JY-10-B", "JY-10")):
        with subtests.test(f"{first} {second}"):
            small.registered(number=first)
            said = small.mistaken(samples.register, small.draft(number=second), by="shou")
            assert said == {"number": f"The number {second} is taken. Leave the field empty for the next free one."}


def test_a_number_given_by_itself_is_no_portions_either(small: Small) -> None:
    small.do(settings.change, {"sample_mask": "LSX-{serial}"}, by="guan")
    small.registered(number="LSX")
    assert small.registered() == "LSX-2"


def test_a_number_that_cannot_stand_on_a_label_is_noted(small: Small, subtests: pytest.Subtests) -> None:
    for number in ("A", "中文号", "A B", "-A1", "A" * 41, "A/1", "A\n1"):
        with subtests.test(number):
            assert small.mistaken(samples.register, small.draft(number=number), by="shou").keys() == {"number"}


def test_two_workstations_cannot_register_one_form_at_once(small: Small, apart: Apart) -> None:
    by = small.people["shou"]
    first, second = (small.draft(form_number="XBJ-1", number=number) for number in ("JY-1", "JY-2"))
    said = apart(lambda work: samples.register(work, first, by=by), lambda work: samples.register(work, second, by=by))
    assert isinstance(said, (Stale, Mistakes))
    with small.store.work() as work:
        assert list(work.scalars(select(Sample.number))) == ["JY-1"]


FORM_MISTAKES: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"sampled_on": "2026-11-24"}, {"sampled_on": "2026-11-24 lies in the future. Today is 2026-11-23."}),
    ({"product_date": "2026-11-24"}, {"product_date": "2026-11-24 lies in the future. Today is 2026-11-23."}),
    ({"sampled_on": "23.11.2026"}, {"sampled_on": "“23.11.2026” is not a day. Write it like 2026-11-23."}),
    ({"sampled_on": "2026-02-30"}, {"sampled_on": "“2026-02-30” is not a day. Write it like 2026-11-23."}),
    ({"sampled_on": ""}, {"sampled_on": "Sampling date is needed."}),
    ({"sample_name": "  "}, {"sample_name": "Sample name is needed."}),
    ({"form_number": ""}, {"form_number": "Sampling form number is needed."}),
    ({"remark": "A\0B"}, {"remark": "Remark holds a sign that cannot be printed. Type it again."}),
    ({"sample_name": "玉\ud83c米"}, {"sample_name": "Sample name holds a sign that cannot be printed. Type it again."}),
    ({"samplers": "甲\x1b[A"}, {"samplers": "Samplers (two at least) holds a sign that cannot be printed. Type it again."}),
    ({"form_number": "号" * 61}, {"form_number": "At most 60 characters."}),
    ({"business_name": "店" * 201}, {"business_name": "At most 200 characters."}),
    ({"sampled_on": "2026-11-19", "product_date": "20261120"}, {"product_date": "20261120 lies after the sampling on 2026-11-19."}),
    ({"sampled_on": "2026-11-19", "product_date": "2026-11-20"}, {"product_date": "2026-11-20 lies after the sampling on 2026-11-19."}),
]


def test_a_mistake_in_the_form_is_noted_beside_its_question(small: Small, subtests: pytest.Subtests) -> None:
    for answers, wrong in FORM_MISTAKES:
        with subtests.test(str(wrong)):
            assert small.mistaken(samples.register, small.draft(**answers), by="shou") == wrong


def test_the_longest_answers_that_are_taken_are_kept_whole(small: Small) -> None:
    number = small.registered(form_number="号" * 60, business_name="店" * 200)
    assert small.card(number).row.form_number == "号" * 60
    assert small.card(number).row.business == "店" * 200


def test_everything_wrong_is_said_at_once(small: Small) -> None:
    draft = replace(small.draft(sampled_on="", samplers=""), product="unicorn", asked=(), number="?")
    assert small.mistaken(samples.register, draft, by="shou").keys() == {"sampled_on", "samplers", "product", "asked", "number"}


NOT_IN_THE_LIBRARY = {
    "procedure of another item": Asked("moisture", "carbofuran-lcms", "gb1353-2018-moisture-maize"),
    "limit of another item": Asked("moisture", "moisture-drying", "gb2761-2017-aflatoxin-b1-maize"),
    "unknown item": Asked("gold", "gold-by-eye"),
    "method that only screens": Asked("aflatoxin-b1", "aflatoxin-b1-kj201708", "gb2761-2017-aflatoxin-b1-maize"),
    "unknown limit": Asked("moisture", "moisture-drying", "gb0-0-nothing"),
}


def test_what_the_library_does_not_hold_in_this_way_is_not_asked(small: Small, subtests: pytest.Subtests) -> None:
    for why, asked in NOT_IN_THE_LIBRARY.items():
        with subtests.test(why):
            said = small.mistaken(samples.register, replace(small.draft(), asked=(asked,)), by="shou")
            called = {"moisture": "Moisture", "aflatoxin-b1": "Aflatoxin B1"}.get(asked.item, asked.item)
            assert said == {"asked": f"{called} is not in the library in this way. Choose again."}


def test_an_item_is_asked_of_a_sample_once_by_one_method(small: Small) -> None:
    asked = Asked("moisture", "moisture-drying", "gb1353-2018-moisture-maize")
    for twice, words in (
        (asked, "Moisture is chosen twice against the same limit."),
        (replace(asked, procedure="moisture-reader"), "Moisture is chosen by two methods. Choose one."),
    ):
        assert small.mistaken(samples.register, replace(small.draft(), asked=(asked, twice)), by="shou") == {"asked": words}
    bare = replace(small.draft(), asked=(replace(asked, limit=None),) * 2)
    assert small.mistaken(samples.register, bare, by="shou") == {"asked": "Moisture is chosen twice against the same limit."}


def test_an_item_may_be_asked_without_a_limit(small: Small) -> None:
    number = small.do(samples.register, replace(small.draft(), asked=(Asked("moisture", "moisture-drying"),)), by="shou")
    (row,) = small.card(number).analyses
    assert (row.limit, row.requirement, row.limit_place) == ("", "", "")


@pytest.mark.parametrize(("answers", "day"), [({"product_date": "2026-11-01"}, date(2026, 11, 1)), ({}, date(2026, 11, 20))])
def test_the_day_that_chooses_the_edition_is_the_products_else_the_samplings(small: Small, answers: dict[str, str], day: date) -> None:
    assert stored(small, small.registered(**answers)).product_on == day


def test_what_looks_like_markup_is_kept_as_it_was_written(small: Small, subtests: pytest.Subtests) -> None:
    for text in MARKUP:
        with subtests.test(text):
            number = small.registered(sample_name=text, remark=text, business_name=text, samplers=text)
            small.do(samples.receive, number, {**INTAKE, "appearance": text, "intake_remark": text}, by="shou")
            card = small.card(number)
            assert (card.row.name, card.row.business, card.form["remark"], card.form["samplers"]) == (text,) * 4
            assert (card.intake["appearance"], card.intake["intake_remark"]) == (text,) * 2


def test_a_question_nobody_asked_is_a_fault_of_the_program(small: Small) -> None:
    with pytest.raises(KeyError, match="colour_of_hat"):
        small.do(samples.register, small.draft(colour_of_hat="red"), by="shou")


def test_receiving_divides_the_sample_into_two_labelled_portions(small: Small) -> None:
    number = small.received()
    card = small.card(number)
    assert [(one.number, one.kind, one.amount, one.place, str(one.state)) for one in card.portions] == [
        (f"{number}-1", "test", "2 kg", "A 柜 2 层", "sealed"),
        (f"{number}-B", "backup", "1 kg", "B 柜 1 层", "sealed"),
    ]
    assert (card.row.state, card.received_by, card.intake) == (SampleState.RECEIVED, "姓shou", INTAKE)
    assert card.row.received_at is not None


def test_every_question_of_the_intake_check_is_answered(small: Small, subtests: pytest.Subtests) -> None:
    number = small.registered()
    for name in INTAKE:
        with subtests.test(name):
            assert small.mistaken(samples.receive, number, {**INTAKE, name: " "}, by="shou").keys() == {name}
    assert small.card(number).portions == ()


def test_a_sample_that_deviates_is_received_only_with_a_word_about_it(small: Small, subtests: pytest.Subtests) -> None:
    for name, answer in (("seal", "Seal broken"), ("seal", "封条撕开一半"), ("agrees", "Differs"), ("agrees", "少一瓶")):
        with subtests.test(answer):
            number = small.registered()
            said = small.mistaken(samples.receive, number, {**INTAKE, name: answer}, by="shou")
            assert said == {"intake_remark": "The sample deviates. Write why it is received all the same, or refuse it."}
            assert small.do(samples.receive, number, {**INTAKE, name: answer, "intake_remark": "客户同意"}, by="shou") == number


def test_nothing_is_received_of_which_nothing_is_asked_any_more(small: Small) -> None:
    number = small.registered()
    small.do(analyses.cancel, list(small.keys(number).values()), reason="客户撤回", by="ji")
    assert small.refused(samples.receive, number, INTAKE, by="shou") == "Nothing is asked of this sample. Choose what to test first."


def test_a_sample_is_received_once(small: Small) -> None:
    number = small.received()
    assert small.refused(samples.receive, number, INTAKE, by="shou") == "“Receive” is not possible: it is received."
    with small.store.work() as work:
        assert len(work.scalars(select(Portion)).all()) == 2


def test_a_sample_is_refused_with_the_reason_in_writing(small: Small) -> None:
    number = small.registered()
    assert small.refused(samples.refuse, number, reason=" ", by="shou") == "“Refuse” needs a reason. Write why."
    small.do(samples.refuse, number, reason=" 封条破损 ", by="shou")
    card = small.card(number)
    assert (card.row.state, card.refusal) == (SampleState.REFUSED, "封条破损")
    assert small.refused(samples.receive, number, INTAKE, by="shou") == "“Receive” is not possible: it is refused."
    assert small.do(view.rows, state=SampleState.REFUSED)[0].number == number


def test_a_received_sample_is_not_refused_any_more(small: Small) -> None:
    assert small.refused(samples.refuse, small.received(), reason="x", by="shou") == "“Refuse” is not possible: it is received."


def test_an_unknown_number_is_named(small: Small) -> None:
    for job, options in ((samples.receive, {"intake": INTAKE}), (samples.refuse, {"reason": "x"}), (samples.archive, {})):
        assert small.refused(job, number="XX-1", by="shou", **options) == "No sample has the number XX-1."


def test_only_a_reported_sample_is_put_aside(small: Small) -> None:
    number = small.begun()
    assert small.refused(samples.archive, number, by="shou") == "“Archive” is not possible: it is in test."
    key = small.issued()
    reported = small.do(view.rows, state=SampleState.REPORTED)[0].number
    small.do(samples.archive, reported, by="shou")
    assert small.card(reported).row.state is SampleState.ARCHIVED
    assert small.do(certificates.pages, key)


def test_the_state_follows_the_work(small: Small) -> None:
    number = small.registered()
    seen = [small.card(number).row.state]
    small.do(samples.receive, number, INTAKE, by="shou")
    seen.append(small.card(number).row.state)
    small.assigned(number)
    seen.append(small.card(number).row.state)
    small.do(worksheets.start, "W2026-0001", by="jian")
    seen.append(small.card(number).row.state)
    small.fill(number)
    keys = list(small.keys(number).values())
    small.do(analyses.submit, keys, by="jian")
    small.do(analyses.review, keys, by="shen")
    small.confirm()
    key = small.certificate(number)
    small.do(certificates.approve_and_issue, key, PASSWORD, by=small.people["pi"])
    seen.append(small.card(number).row.state)
    small.do(certificates.void, key, PASSWORD, reason="编号有误", by="pi")
    seen.append(small.card(number).row.state)
    assert [str(state) for state in seen] == ["expected", "received", "received", "in_test", "reported", "in_test"]


def test_labels_are_printed_of_what_was_received(small: Small) -> None:
    number = small.registered()
    assert small.refused(samples.label_pages, number) == f"Sample {number} has no portions to label yet. Receive it first."
    small.do(samples.receive, number, INTAKE, by="shou")
    assert small.do(samples.label_pages, number).startswith(b"%PDF")


def test_a_business_is_known_by_its_name_and_filled_from_the_form_once(small: Small) -> None:
    small.registered(business_name="桃山粮库", business_address="桃山村东", credit_code="9111")
    small.registered(business_name="桃山粮库", business_address="别处")
    with small.store.work() as work:
        (business,) = work.scalars(select(Business).where(Business.name == "桃山粮库"))
        assert (business.address, business.credit_code) == ("桃山村东", "9111")
        assert {one.business_id for one in work.scalars(select(Sampling))} == {business.id}


# -- correcting


def corrected(small: Small, number: str, **changes: str) -> dict[str, Any]:
    """Return what it takes to correct a form: the form with *changes*, and as it was seen."""
    seen = small.do(view.card, number).form
    return {"form": {**seen, **changes}, "seen": seen, "reason": "名称写错", "by": "shou"}


def test_a_form_is_corrected_with_a_reason_and_the_trail_keeps_both(small: Small) -> None:
    number = small.received()
    small.do(samples.correct, number, **corrected(small, number, sample_name="<b>黄玉米</b>", business_name="桃山粮库 & 二库", remark="=1+1"))
    card = small.do(view.card, number)
    assert (card.row.name, card.row.business, card.form["remark"]) == ("<b>黄玉米</b>", "桃山粮库 & 二库", "=1+1")
    with small.store.work() as work:
        told = {
            (line.field, line.old, line.new, line.reason, line.person) for line in work.scalars(select(TrailLine).where(TrailLine.verb == "samples.correct"))
        }
    assert ("form.sample_name", "玉米", "<b>黄玉米</b>", "名称写错", "姓shou") in told
    assert ("form.business_name", "桃山粮库", "桃山粮库 & 二库", "名称写错", "姓shou") in told


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"sample_name": ""}, "sample_name", "needed"),
        ({"sampled_on": "2027-01-01"}, "sampled_on", "future"),
        ({"product_date": "2026-11-22", "sampled_on": "2026-11-20"}, "product_date", "lies after the sampling"),
        ({"product_date": "2010-01-01"}, "product_date", "not in force, so other limits hold"),
    ],
)
def test_a_correction_is_checked_like_a_new_form(small: Small, changes: dict[str, str], field: str, words: str) -> None:
    number = small.registered()
    wrong = small.mistaken(samples.correct, number, **corrected(small, number, **changes))
    assert words in wrong[field].casefold()


def test_a_form_number_stays_its_own_and_cannot_become_anothers(small: Small) -> None:
    first, second = small.registered(), small.registered()
    taken = small.do(view.card, first).form["form_number"]
    assert first in small.mistaken(samples.correct, second, **corrected(small, second, form_number=taken))["form_number"]
    small.do(samples.correct, second, **corrected(small, second, form_number="CY-NEW"))
    assert small.do(view.card, second).row.form_number == "CY-NEW"


def test_nothing_different_is_no_correction_and_a_faster_colleague_is_not_overwritten(small: Small) -> None:
    number = small.registered()
    assert small.refused(samples.correct, number, **corrected(small, number)) == "Nothing is different. Change what was wrong."
    late = corrected(small, number, samplers="丙、丁")
    small.do(samples.correct, number, **corrected(small, number, remark="两袋"))
    with pytest.raises(Stale):
        small.do(samples.correct, number, **late)
    assert small.do(view.card, number).form["remark"] == "两袋"


def test_what_is_reported_is_corrected_only_with_a_revision(small: Small) -> None:
    key = small.approved("wine")
    small.do(certificates.issue, key, by="pi")
    number = small.do(certificates.view.card, key).row.sample_number
    said = small.refused(samples.correct, number, **corrected(small, number, sample_name="干红葡萄酒"))
    assert said == "Report BG2026-00001 rests on this form. A signatory must begin a revision of the report first."
    revised = small.do(certificates.revise, key, reason="样品名称写错", by="pi")
    small.do(samples.correct, number, **corrected(small, number, sample_name="干红葡萄酒"))
    small.do(certificates.approve, revised, PASSWORD, by="pi")
    with small.store.work() as work:
        names = [one.content["form"]["sample_name"] for one in work.scalars(select(Certificate).order_by(Certificate.id))]
    assert names == ["葡萄酒", "干红葡萄酒"], "the first report stays as it was signed"


def test_a_limit_of_another_product_or_of_an_edition_not_in_force_on_the_product_day_is_not_asked(small: Small) -> None:
    older = small.mistaken(samples.register, small.draft(product_date="2015-01-01"), by="shou")
    foreign = small.mistaken(samples.register, replace(small.draft(), product="wine"), by="shou")
    assert older == foreign == {"asked": "Aflatoxin B1 is not in the library in this way. Choose again."}
    number = small.registered("wine")
    assert small.mistaken(samples.ask, number, small.draft().asked, by="shou").keys() == {"asked"}


AFB1 = Asked("aflatoxin-b1", "aflatoxin-b1-reader", "gb2761-2017-aflatoxin-b1-maize")


def test_an_item_asked_against_several_limits_is_one_analysis_that_keeps_them_all(small: Small) -> None:
    state(small, first := Stated("gb9001-afb1", "aflatoxin-b1", "≤5"), second := Stated("gb9001-afb1-2", "aflatoxin-b1", "≤2", level="优级"))
    wanted = (AFB1, *(replace(AFB1, limit=one.code) for one in (first, second)))
    number = small.do(samples.register, replace(small.draft(), asked=wanted), by="shou")
    (row,) = small.card(number).analyses
    assert row.requirement.splitlines() == ["≤ 20", "≤ 5", "≤ 2 优级"]
    assert row.limit_place.splitlines() == ["GB 2761-2017 表1", "GB 9001-2020", "GB 9001-2020"]


def test_an_item_asked_with_a_limit_and_without_one_is_held_against_the_limit(small: Small) -> None:
    number = small.do(samples.register, replace(small.draft(), asked=(replace(AFB1, limit=None), AFB1)), by="shou")
    (row,) = small.card(number).analyses
    assert (row.requirement, row.limit) == ("≤ 20", "20")


def test_a_further_limit_is_checked_as_the_first(small: Small) -> None:
    state(small, gone := Stated("gb9001-afb1", "aflatoxin-b1", "≤5", abolished=date(2026, 11, 20)))
    for code in (gone.code, "gb1353-2018-moisture-maize", "nothing"):
        said = small.mistaken(samples.register, replace(small.draft(), asked=(AFB1, replace(AFB1, limit=code))), by="shou")
        assert said == {"asked": "Aflatoxin B1 is not in the library in this way. Choose again."}


def test_a_day_on_which_a_further_limit_does_not_hold_is_no_correction(small: Small) -> None:
    state(small, new := Stated("gb9001-afb1", "aflatoxin-b1", "≤5", in_force=date(2026, 11, 1)))
    number = small.do(samples.register, replace(small.draft(), asked=(AFB1, replace(AFB1, limit=new.code))), by="shou")
    said = small.mistaken(samples.correct, number, **corrected(small, number, product_date="2026-10-31"))
    assert said == {"product_date": "On that day GB 9001-2020 is not in force, so other limits hold. Register the sample anew with this day."}
    small.do(samples.correct, number, **corrected(small, number, product_date="2026-11-01"))


def test_where_the_product_is_not_placed_nothing_is_asked_against_a_limit(small: Small) -> None:
    small.do(placements.place, "maize", "GB 2761", [], by="ji")
    assert small.mistaken(samples.register, replace(small.draft(), asked=(AFB1,)), by="shou") == {
        "asked": "Aflatoxin B1 is not in the library in this way. Choose again."
    }
    assert small.do(samples.register, replace(small.draft(), asked=(replace(AFB1, limit=None),)), by="shou")


def test_a_placement_nobody_has_confirmed_yet_is_enough_to_ask(small: Small) -> None:
    small.do(placements.place, "maize", "GB 2761", ["gb2761-h20", "gb2761-h1"], by="ji")
    number = small.do(samples.register, replace(small.draft(), asked=(AFB1,)), by="shou")
    assert [row.limit_confirmed for row in small.card(number).analyses] == [False]


# -- asking more


def short(small: Small) -> str:
    """Receive a maize of which only the first item is asked; return its number."""
    full = small.draft()
    number = small.do(samples.register, replace(full, asked=full.asked[:1]), by="shou")
    return small.do(samples.receive, number, INTAKE, by="shou")


def test_an_item_that_was_forgotten_is_asked_later_and_the_report_waits_for_it(small: Small) -> None:
    number, draft = short(small), small.draft()
    small.do(samples.ask, number, draft.asked[1:], by="shou")
    assert len(small.keys(number)) == 3
    (item,) = {one.item for one in draft.asked[:1]}
    assert small.mistaken(samples.ask, number, draft.asked[:1], by="shou")["asked"].endswith("is asked of this sample already.")
    assert small.mistaken(samples.ask, number, (), by="shou") == {"asked": "Choose what to test."}
    small.do(worksheets.start, small.assigned(number), by="jian")
    small.fill(number)
    keys = small.keys(number)
    small.do(analyses.submit, list(keys.values()), by="jian")
    small.do(analyses.review, [keys[item]], by="shen")
    assert small.do(certificates.view.rows) == [], "no report while what was added later is not reviewed"


def test_nothing_more_is_asked_of_what_is_reported_or_refused(small: Small) -> None:
    key = small.approved("wine")
    number = small.do(certificates.view.card, key).row.sample_number
    asked = small.draft("maize").asked
    assert small.refused(samples.ask, number, asked, by="shou").startswith("Report BG2026-00001 rests on this form.")
    refused = small.registered()
    small.do(samples.refuse, refused, reason="封条破损", by="shou")
    assert small.refused(samples.ask, refused, asked, by="shou") == "The sample is refused; its form stays as it is."


# -- at two workstations


@pytest.fixture
def signing(small: Small) -> tuple[str, int, Callable[[Work], Any]]:
    """A maize with one item, reviewed; its number, its report, and the signature."""
    number = short(small)
    small.do(worksheets.start, small.assigned(number), by="jian")
    small.fill(number)
    keys = list(small.keys(number).values())
    small.do(analyses.submit, keys, by="jian")
    small.do(analyses.review, keys, by="shen")
    small.confirm()
    report = small.certificate(number)
    return number, report, lambda work: certificates.approve(work, report, PASSWORD, by=small.people["pi"])


def test_no_report_is_signed_without_the_item_that_is_just_being_asked(small: Small, apart: Apart, signing: Any) -> None:
    number, report, sign = signing
    more = small.draft().asked[1:2]
    said = apart(lambda work: samples.ask(work, number, more, by=small.people["shou"]), sign)
    assert isinstance(said, Refusal) and "Not reviewed yet" in str(said)
    assert small.do(certificates.view.card, report).row.state is CertificateState.DRAFT


def test_nothing_is_asked_while_the_report_is_just_being_signed(small: Small, apart: Apart, signing: Any) -> None:
    number, _report, sign = signing
    more = small.draft().asked[1:2]
    said = apart(sign, lambda work: samples.ask(work, number, more, by=small.people["shou"]))
    assert isinstance(said, Refusal) and "rests on this form" in str(said)
    assert len(small.keys(number)) == 1


def correction(small: Small, number: str) -> Callable[[Work], Any]:
    """Return the correction of a sample's name."""
    written = small.card(number).form
    change = {**written, "sample_name": "白玉米"}
    return lambda work: samples.correct(work, number, change, written, reason="错字", by=small.people["shou"])


def test_no_form_is_corrected_while_the_report_is_just_being_signed(small: Small, apart: Apart, signing: Any) -> None:
    number, _report, sign = signing
    said = apart(sign, correction(small, number))
    assert isinstance(said, Refusal) and "rests on this form" in str(said)
    assert stored(small, number).name == "玉米"


def test_a_report_that_is_signed_while_its_form_is_just_being_corrected_says_what_is_right(small: Small, apart: Apart, signing: Any) -> None:
    number, report, sign = signing
    assert apart(correction(small, number), sign) == "BG2026-00001-1"
    assert stored(small, number).name == "白玉米"
    with small.store.work() as work:
        assert work.get_one(Certificate, report).content["form"]["sample_name"] == "白玉米"
