"""Where products stand in each standard's own classification, who said so, and what the program proposes but never decides."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from lims.domain.catalogue import Heading, Product
from lims.rules.rights import PROGRAM
from lims.services import placements
from lims.views import catalogue as library
from lims.views import placements as view
from tests.services.small import TODAY, Small

ON = date.fromisoformat(TODAY)


def row(small: Small, product: str, classification: str) -> view.PlacementRow:
    """Return where a product stands, or may stand."""
    (found,) = [one for one in small.do(view.placing, product) if one.classification == classification]
    return found


def test_a_placement_says_who_placed_and_who_confirmed_it_and_when(small: Small) -> None:
    maize = row(small, "maize", "GB 2761")
    assert [one.code for one in maize.headings] == ["gb2761-h1", "gb2761-h20"]
    assert (maize.placed, maize.placed_by, maize.confirmed_by, maize.standards) == (True, "姓ji", "姓ji", ("GB 2761-2017",))
    assert maize.placed_at and maize.confirmed_at and maize.placed_at <= maize.confirmed_at
    small.do(placements.place, "maize", "GB 2761", ["gb2761-h20"], by="ji", remark="只按玉米渣")
    moved = row(small, "maize", "GB 2761")
    assert ([one.code for one in moved.headings], moved.remark, moved.confirmed_by, moved.confirmed_at) == (["gb2761-h20"], "只按玉米渣", "", None)


def test_a_product_nobody_has_placed_and_one_the_standard_does_not_treat_of_are_told_apart(small: Small) -> None:
    assert (row(small, "wine", "GB 2761").placed, row(small, "wine", "GB 2761").headings) == (False, ())
    small.do(placements.place, "wine", "GB 2761", [], by="ji")
    assert (row(small, "wine", "GB 2761").placed, row(small, "wine", "GB 2761").headings) == (True, ())


def test_every_classification_of_the_library_is_there_with_its_editions_the_sampling_rules_first(small: Small) -> None:
    rows = small.do(view.placing, "maize")
    assert rows[0].classification == view.SAMPLING
    editions = {one.classification: one.standards for one in rows}
    assert editions["GB 2763"] == ("GB 2763-2021", "GB 2763.1-2022", "GB 2763-2026")
    assert len(editions) == len(rows) and "" not in editions


def test_the_program_proposes_the_most_likely_first_with_the_reason_and_places_nothing(small: Small) -> None:
    before = small.trail_length()
    found = row(small, "maize", "GB 2763").candidates
    assert (found[0].code, found[0].because) == ("gb2763-h5", "“玉米” names the product.")
    assert all(one.because for one in found) and len(found) <= view.MOST_PROPOSED
    assert not row(small, "maize", "GB 2763").placed
    assert small.trail_length() == before


def test_where_a_product_stands_in_the_sampling_rules_its_wider_names_are_searched_too(small: Small) -> None:
    with small.store.work() as work, work.acting(PROGRAM, "test.library"):
        work.add_all(
            [
                Heading(code="s-h1", classification=view.SAMPLING, number="1", name="蔬菜"),
                Heading(code="s-h2", classification=view.SAMPLING, parent="s-h1", number="1.1", name="豆类蔬菜"),
            ]
        )
    small.do(placements.add_product, "sword", "刀豆", by="ji")
    small.do(placements.place, "sword", view.SAMPLING, ["s-h2"], by="ji")
    with small.store.work() as work:
        product = work.scalars(select(Product).where(Product.code == "sword")).one()
        headings = list(work.scalars(select(Heading)))
        placed = view.placements(work, product.id)[product.id][view.SAMPLING]
    assert view.names_of(product, placed, headings) == ("刀豆", "豆类蔬菜", "蔬菜")
    assert "gb2763-h128" in [one.code for one in row(small, "sword", "GB 2763").candidates], "蔬菜 · 豆类蔬菜"


def test_headings_proposed_for_an_item_are_those_that_state_a_limit_on_the_day(small: Small) -> None:
    with small.store.work() as work:
        maize, wine = (work.scalars(select(Product).where(Product.code == code)).one() for code in ("maize", "wine"))
    keys = {one.item_code: one for one in small.do(library.limit_rows, ON)}
    assert keys.keys() >= {"moisture", "aflatoxin-b1"}
    with small.store.work() as work:
        from lims.domain.catalogue import Item

        items = dict(work.execute(select(Item.code, Item.id)).all())
        assert view.proposed(work, maize, items["moisture"], ON) == ("GB 1353-2018 玉米 · 各类玉米",)
        assert view.proposed(work, maize, items["moisture"], date(2019, 1, 31)) == ()
        assert view.proposed(work, wine, items["moisture"], ON) == ()


def test_products_are_counted_with_their_placements_and_those_still_open(small: Small) -> None:
    rows = {one.code: (one.placed, one.open) for one in small.do(library.products)}
    assert rows == {"maize": (2, 0), "cowpea": (1, 0), "wine": (1, 0)}
    small.do(placements.place, "wine", "GB 2761", [], by="ji")
    assert {one.code: (one.placed, one.open) for one in small.do(library.products)}["wine"] == (2, 1)


def test_what_a_products_headings_give_is_offered_and_says_whether_it_is_confirmed(small: Small) -> None:
    small.confirm()
    assert all(one.confirmed for one in small.do(library.offers, "maize", ON))
    small.do(placements.place, "maize", "GB 1353", ["gb1353-h1"], by="ji")
    small.do(placements.place, "maize", "GB 2761", ["gb2761-h20", "gb2761-h1"], by="ji")
    confirmed = {one.item_code: one.confirmed for one in small.do(library.offers, "maize", ON)}
    assert confirmed == {"moisture": True, "aflatoxin-b1": False, "deoxynivalenol": False}, "a limit under a place nobody has confirmed is not sure"
    assert small.do(library.offers, "nothing", ON) == []
