"""Businesses and clients: one name once, kept as written."""

from __future__ import annotations

from lims.services import businesses
from lims.services.businesses import BusinessDraft
from lims.views import businesses as view
from lims.views.businesses import BusinessRow
from tests.services.small import Small


def named(small: Small, name: str) -> BusinessRow:
    """Return the business of this name."""
    (row,) = [row for row in small.do(view.rows) if row.name == name]
    return row


def test_a_business_is_kept_as_it_was_written(small: Small) -> None:
    draft = BusinessDraft("<b>甲</b> & 乙", client=True, sampled=False, link="=1+1", credit_code="9111", address="{路} 1 号", contact="'马'", phone="010-1")
    key = small.do(businesses.save, draft, by="shou")
    assert named(small, "<b>甲</b> & 乙") == BusinessRow(key, "<b>甲</b> & 乙", True, False, "=1+1", "9111", "", "", "", "{路} 1 号", "'马'", "010-1", 0)


def test_a_business_is_changed_in_place_and_the_trail_has_both(small: Small) -> None:
    key = small.do(businesses.save, BusinessDraft("甲市场", phone="1"), by="shou")
    assert small.do(businesses.save, BusinessDraft("甲市场", phone="2"), by="shou", number=key) == key
    assert named(small, "甲市场").phone == "2"


def test_the_name_is_needed_and_taken_once(small: Small) -> None:
    small.do(businesses.save, BusinessDraft("甲市场"), by="shou")
    other = small.do(businesses.save, BusinessDraft("乙市场"), by="shou")
    taken = {"name": "There is a business of this name already."}
    assert small.mistaken(businesses.save, BusinessDraft("  "), by="shou") == {"name": "The name is needed."}
    assert small.mistaken(businesses.save, BusinessDraft(" 甲市场 "), by="shou") == taken
    assert small.mistaken(businesses.save, BusinessDraft("甲市场"), by="shou", number=other) == taken
    assert small.mistaken(businesses.save, BusinessDraft("店" * 201), by="shou") == {"name": "At most 200 characters."}


def test_it_is_counted_how_often_a_business_was_sampled(small: Small) -> None:
    small.do(businesses.save, BusinessDraft("桃山粮库"), by="shou")
    small.registered(business_name="桃山粮库")
    small.registered(business_name="桃山粮库")
    assert named(small, "桃山粮库").samplings == 2
