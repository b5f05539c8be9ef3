"""Numbers are given out once, in order, and never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from lims.db.store import Work
from lims.domain.samples import Sample
from lims.domain.settings import Counter
from lims.errors import Refusal
from lims.services import numbers, samples, settings
from lims.views import certificates as certificate_view
from lims.views import worksheets as worksheet_view
from tests.services.small import Apart, Small


def test_serials_follow_one_another_in_each_series(small: Small) -> None:
    with small.store.work() as work:
        given = [numbers.following(work, "sample_mask", prefix) for prefix in ("LS", "NC", "LS")]
        given += [numbers.following(work, "worksheet_mask"), numbers.following(work, "certificate_mask")]
    assert given == ["LS2026-00001", "NC2026-00001", "LS2026-00002", "W2026-0001", "BG2026-00001"]
    assert small.do(numbers.following, "sample_mask", "LS") == "LS2026-00003"


def test_a_new_year_begins_a_new_series(small: Small) -> None:
    assert small.do(numbers.following, "worksheet_mask") == "W2026-0001"
    small.clock.forward(timedelta(days=60))
    assert small.do(numbers.following, "worksheet_mask") == "W2027-0001"


def test_the_year_is_the_laboratorys_not_greenwichs(small: Small) -> None:
    small.clock.forward(datetime(2026, 12, 31, 16, 0, tzinfo=UTC) - small.clock())
    assert small.do(numbers.following, "worksheet_mask") == "W2027-0001"


def test_a_refused_unit_of_work_uses_no_number_up(small: Small) -> None:
    def refused(work: Work) -> None:
        numbers.following(work, "sample_mask", "LS")
        raise Refusal("not now")

    with pytest.raises(Refusal, match="not now"):
        small.do(refused)
    assert small.do(numbers.following, "sample_mask", "LS") == "LS2026-00001"


@pytest.mark.parametrize("before", [0, 1], ids=["first of the series", "series begun"])
def test_two_workstations_at_once_get_two_numbers(small: Small, apart: Apart, before: int) -> None:
    for _given in range(before):
        small.do(numbers.following, "sample_mask", "LS")
    given: list[str] = []
    given.append(apart(lambda work: given.append(numbers.following(work, "sample_mask", "LS")), lambda work: numbers.following(work, "sample_mask", "LS")))
    assert given == [f"LS2026-{before + 1:05}", f"LS2026-{before + 2:05}"]


def test_two_workstations_registering_at_once_get_two_samples(small: Small, apart: Apart) -> None:
    by = small.people["shou"]
    drafts = [small.draft(business_name="甲市场"), small.draft(business_name="乙市场")]
    second = apart(*(lambda work, draft=draft: samples.register(work, draft, by=by) for draft in drafts))
    with small.store.work() as work:
        assert list(work.scalars(select(Sample.number).order_by(Sample.number))) == ["LS2026-00001", "LS2026-00002"]
    assert second == "LS2026-00002"


def test_another_mask_numbers_from_then_on(small: Small) -> None:
    small.registered()
    small.do(settings.change, {"sample_mask": "{year}.{serial:03}.{prefix}"}, by="guan")
    assert small.registered() == "2026.001.LS"
    small.do(settings.change, {"sample_mask": "{prefix}{year}-{serial:05}"}, by="guan")
    assert small.registered() == "LS2026-00002"


def test_a_number_somebody_typed_by_hand_is_passed_over(small: Small) -> None:
    small.registered(number="LS2026-00001")
    small.registered(number="LS2026-00002")
    assert small.registered() == "LS2026-00003"


def test_where_two_masks_give_the_same_number_it_is_still_given_once(small: Small) -> None:
    def far(series: str) -> None:
        with small.store.work() as work:
            work.add(Counter(series=series, last=999))

    far("worksheet_mask W2026-0000")
    far("certificate_mask BG2026-00000")
    first = small.reviewed("wine")
    assert small.do(certificate_view.card, first).row.number == "BG2026-01000"
    small.do(settings.change, {"worksheet_mask": "W{year}-{serial}", "certificate_mask": "BG{year}-0{serial}"}, by="guan")
    far("worksheet_mask W2026-0")
    far("certificate_mask BG2026-00")
    second = small.reviewed("wine")
    assert small.do(certificate_view.card, second).row.number == "BG2026-01001"
    assert [row.number for row in small.do(worksheet_view.rows)] == ["W2026-1001", "W2026-1000"]
