"""Products: added by the laboratory, placed under the headings of each standard by a person, confirmed by somebody who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from lims.domain.analyses import Judged
from lims.domain.catalogue import Confirmation, Placement
from lims.domain.certificates import Certificate
from lims.errors import Refusal
from lims.services import analyses, catalogue, certificates, placements, samples
from lims.services.samples import Asked
from lims.views import catalogue as view
from lims.views import certificates as report_view
from lims.views import placements as placement_view
from lims.views.digests import placement_digest
from tests.services.small import PASSWORD, TODAY, Apart, Small
from tests.services.stating import Stated, state

ON = date.fromisoformat(TODAY)
WINE = "gb2760-2024-sulphur-dioxide-wine"


def placed(small: Small, product: str) -> dict[str, list[str]]:
    """Return the headings of a product as they count, by classification."""
    with small.store.work() as work:
        key = placements._product(work, product).id
        return {name: one.headings for name, one in placement_view.placements(work, key).get(key, {}).items()}


def rows(small: Small) -> list[Placement]:
    """Return every placement ever made, the oldest first."""
    with small.store.work() as work:
        return list(work.scalars(select(Placement).order_by(Placement.id)))


def open_(small: Small, product: str) -> int:
    """Return how many placements of a product nobody has confirmed."""
    return {row.code: row.open for row in small.do(view.products)}[product]


# -- products


def test_a_product_is_added_with_its_names_and_what_its_numbers_begin_with(small: Small) -> None:
    assert small.do(placements.add_product, " rice ", " 大米 ", " Rice ", " DM ", by="ji") == "rice"
    (row,) = [row for row in small.do(view.products) if row.code == "rice"]
    assert (row.name, row.prefix, row.placed, row.open) == ("Rice", "DM", 0, 0)
    assert small.do(samples.register, replace(small.draft(), product="rice", asked=(Asked("moisture", "moisture-drying"),)), by="shou") == "DM2026-00001"


MISTAKEN = (
    (("", "大米"), {"code": "Give it a short name of at most 60 characters."}),
    (("x" * 61, "大米"), {"code": "Give it a short name of at most 60 characters."}),
    (("maize", "大米"), {"code": "maize is taken."}),
    (("rice", " "), {"name_zh": "Write its Chinese name."}),
    (("rice", "玉米"), {"name_zh": "There is a product of this name already."}),
    (("rice", "大米", "", "dm"), {"prefix": "At most six capital letters or digits."}),
    (("rice", "大米", "", "ABCDEFG"), {"prefix": "At most six capital letters or digits."}),
    (("rice", "大米", "", "大米"), {"prefix": "At most six capital letters or digits."}),
    (
        ("", "", "", "-"),
        {
            "code": "Give it a short name of at most 60 characters.",
            "name_zh": "Write its Chinese name.",
            "prefix": "At most six capital letters or digits.",
        },
    ),
)


@pytest.mark.parametrize(("said", "words"), MISTAKEN)
def test_what_is_wrong_with_a_new_product_is_said_field_by_field(small: Small, said: tuple[str, ...], words: dict[str, str]) -> None:
    assert small.mistaken(placements.add_product, *said, by="ji") == words


# -- placing


def test_a_product_is_placed_by_a_person_the_most_specific_heading_first(small: Small) -> None:
    key = small.do(placements.place, "cowpea", "GB 2761", ["gb2761-h20", "gb2761-h1"], by="ji", remark="按玉米")
    (row,) = [row for row in rows(small) if row.id == key]
    assert (row.headings, row.person_id, row.remark) == (["gb2761-h20", "gb2761-h1"], small.people["ji"].id, "按玉米")
    assert placed(small, "cowpea") == {"GB 2763": ["gb2763-h111"], "GB 2761": ["gb2761-h20", "gb2761-h1"]}


def test_a_correction_is_a_further_row_and_has_to_be_confirmed_anew(small: Small) -> None:
    before = len(rows(small))
    key = small.do(placements.place, "maize", "GB 2761", ["gb2761-h20"], by="ji")
    assert [row.headings for row in rows(small)][before:] == [["gb2761-h20"]]
    assert (placed(small, "maize")["GB 2761"], open_(small, "maize"), small.do(view.unconfirmed)) == (["gb2761-h20"], 1, 1)
    assert "gb2761-2017-aflatoxin-b1-maize" not in {row.limit for row in small.do(view.offers, "maize", ON)}, "what is no longer its heading is not asked"
    small.do(placements.confirm, "maize", ["GB 2761"], by="ji")
    assert (open_(small, "maize"), small.do(view.unconfirmed), rows(small)[-1].id) == (0, 0, key)


def test_the_same_place_again_adds_nothing_and_stays_confirmed(small: Small) -> None:
    before = len(rows(small))
    key = small.do(placements.place, "maize", "GB 2761", ["gb2761-h1", "gb2761-h20", "gb2761-h1"], by="ji")
    assert (len(rows(small)), open_(small, "maize")) == (before, 0)
    assert [row.id for row in rows(small) if row.classification == "GB 2761"] == [key]
    small.do(placements.place, "maize", "GB 2761", ["gb2761-h20", "gb2761-h1"], by="ji")
    assert (len(rows(small)), open_(small, "maize")) == (before + 1, 1), "another order is another place: the most specific stands first"


def test_that_a_standard_does_not_treat_of_a_product_is_a_placement_too(small: Small) -> None:
    small.do(placements.place, "wine", "GB 2763", [], by="ji")
    assert (placed(small, "wine")["GB 2763"], open_(small, "wine")) == ([], 1)
    small.do(placements.confirm, "wine", ["GB 2763"], by="ji")
    assert open_(small, "wine") == 0


def test_a_product_is_not_placed_where_there_is_no_place(small: Small) -> None:
    for classification, headings, words in (
        ("GB 2761", ["gb2763-h111"], "GB 2761 has no heading gb2763-h111."),
        ("GB 2761", ["gb2761-h1", "nowhere"], "GB 2761 has no heading nowhere."),
        ("GB 0", [], "The library has no classification GB 0."),
        ("", [], "The library has no classification —."),
    ):
        assert small.refused(placements.place, "maize", classification, headings, by="ji") == words
    assert small.refused(placements.place, "rice", "GB 2761", [], by="ji") == "There is no product rice in the library."


def test_two_who_place_a_product_at_once_leave_the_place_of_the_last(small: Small, apart: Apart) -> None:
    by = small.people["ji"]
    apart(
        lambda work: placements.place(work, "maize", "GB 2761", ["gb2761-h20"], by=by),
        lambda work: placements.place(work, "maize", "GB 2761", ["gb2761-h1"], by=by),
    )
    assert placed(small, "maize")["GB 2761"] == ["gb2761-h1"]


# -- confirming


def test_a_placement_is_confirmed_with_person_moment_and_digest(small: Small) -> None:
    key = small.do(placements.place, "wine", "GB 2761", [], by="ji")
    small.do(placements.confirm, "wine", ["GB 2761"], by="ji", remark="葡萄酒不在其中")
    with small.store.work() as work:
        kept = work.scalars(select(Confirmation).where(Confirmation.placement_id == key)).one()
        assert (kept.person_id, kept.remark, kept.limit_id) == (small.people["ji"].id, "葡萄酒不在其中", None)
        assert kept.digest == placement_digest(work.get_one(Placement, key))


def test_a_placement_is_confirmed_once(small: Small) -> None:
    before = small.trail_length()
    small.do(placements.confirm, "maize", ["GB 2761", "GB 1353"], by="ji")
    assert small.trail_length() == before


def test_nothing_is_confirmed_that_nobody_has_placed(small: Small) -> None:
    said = small.refused(placements.confirm, "wine", ["GB 2760", "GB 2761"], by="ji")
    assert said == "Nobody has placed 葡萄酒 in GB 2761 yet. Place it first."
    assert small.refused(placements.confirm, "rice", [], by="ji") == "There is no product rice in the library."


def test_a_confirmation_of_another_place_does_not_count(small: Small) -> None:
    key = small.do(placements.place, "wine", "GB 2761", [], by="ji")
    with small.store.work() as work, work.acting(small.people["ji"], "test"):
        work.add(Confirmation(placement_id=key, person_id=small.people["ji"].id, at=work.now(), digest="0" * 64))
    assert open_(small, "wine") == 1


@pytest.mark.parametrize("login", ["shou", "jian", "shen", "pi", "guan", "quan1"])
def test_only_the_technical_manager_places_and_confirms(small: Small, login: str) -> None:
    words = "You may not confirm limits and placements. Technical manager can."
    assert small.refused(placements.confirm, "maize", ["GB 2761"], by=login) == words
    words = "You may not keep standards, products and methods. Technical manager can."
    assert small.refused(placements.place, "maize", "GB 2761", [], by=login) == words
    assert small.refused(placements.add_product, "rice", "大米", by=login) == words


# -- what rests on it


def test_no_report_is_decided_where_nobody_has_confirmed_the_products_place(small: Small) -> None:
    key = small.reviewed("wine")
    small.do(catalogue.confirm, [WINE], by="ji")
    small.do(placements.place, "wine", "GB 2760", ["gb2760-h43", "gb2760-h1"], by="ji")
    said = small.refused(certificates.approve, key, PASSWORD, by="pi")
    assert said == (
        "The laboratory has not confirmed the limit of Sulphur dioxide residue (the product's place in GB 2760), so it cannot decide a report. "
        "Technical manager can confirm it under Limits."
    )
    (check,) = [check for check in small.do(report_view.card, key).checks if not check.holds]
    assert (check.title, check.detail) == ("Every deciding limit is confirmed", "Sulphur dioxide residue (the product's place in GB 2760)")
    small.do(placements.confirm, "wine", ["GB 2760"], by="ji")
    assert small.do(certificates.approve, key, PASSWORD, by="pi") == "BG2026-00001-1"


def test_a_product_moved_from_under_a_limit_is_not_judged_by_it_in_a_report(small: Small) -> None:
    key = small.reviewed("wine")
    small.do(catalogue.confirm, [WINE], by="ji")
    small.do(placements.place, "wine", "GB 2760", [], by="ji")
    small.do(placements.confirm, "wine", ["GB 2760"], by="ji")
    assert "the product's place in GB 2760" in small.refused(certificates.approve, key, PASSWORD, by="pi")


def test_neither_limit_nor_place_confirmed_names_the_limit(small: Small) -> None:
    key = small.reviewed("wine")
    small.do(placements.place, "wine", "GB 2760", [], by="ji")
    assert "the limit of Sulphur dioxide residue, so" in small.refused(certificates.approve, key, PASSWORD, by="pi")


def test_what_was_judged_and_signed_stays_whatever_becomes_of_the_library(small: Small) -> None:
    """A further date, a further place, a further limit and a further confirmation leave judgements and report byte for byte."""
    key = small.issued("wine")
    number = small.do(report_view.card, key).row.sample_number
    before = kept(small, key), small.rows(number)
    small.do(catalogue.date_edition, "GB 2760-2024", date(2025, 2, 8), date(2026, 1, 1), reason="虚拟", by="ji")
    small.do(placements.place, "wine", "GB 2760", [], by="ji")
    small.do(placements.confirm, "wine", ["GB 2760"], by="ji")
    state(small, Stated("gb9001-so2", "sulphur-dioxide", "≤0.01", "g/L"), product="wine")
    small.do(catalogue.confirm, ["gb9001-so2"], by="ji")
    small.do(catalogue.change_procedure, "sulphur-dioxide-reader", {"rounding": "1", "detection_limit": "0.2"}, reason="虚拟", by="ji")
    after = kept(small, key), small.rows(number)
    assert after[0] == before[0]
    for item, row in after[1].items():
        told = before[1][item]
        assert (row.reported, row.unit, row.verdict, row.requirement, row.limit_place, row.steps) == (
            told.reported,
            told.unit,
            told.verdict,
            told.requirement,
            told.limit_place,
            told.steps,
        )


def kept(small: Small, key: int) -> tuple[object, ...]:
    """Return everything a report and its judgements say."""
    with small.store.work() as work:
        judged = [(one.id, one.at, one.verdict, one.reported, one.explanation) for one in work.scalars(select(Judged).order_by(Judged.id))]
        report = work.get_one(Certificate, key)
        content, _state = report_view.pdf(work, key) or (b"", None)
        return judged, report.digest, report.content, report.verdict, content


def test_a_judgement_that_is_not_signed_yet_stays_too_until_somebody_judges_anew(small: Small) -> None:
    number = small.submitted("wine")
    before = small.rows(number)["sulphur-dioxide"]
    small.do(catalogue.date_edition, "GB 2760-2024", date(2027, 1, 1), None, reason="虚拟", by="ji")
    small.do(placements.place, "wine", "GB 2760", [], by="ji")
    after = small.rows(number)["sulphur-dioxide"]
    assert (after.verdict, after.reported, after.steps) == (before.verdict, before.reported, before.steps)
    with pytest.raises(Refusal):
        small.do(certificates.approve, reviewed(small, number), PASSWORD, by="pi")


def reviewed(small: Small, number: str) -> int:
    """Review a sample; return its report's key."""
    small.do(analyses.review, list(small.keys(number).values()), by="shen")
    return small.certificate(number)
