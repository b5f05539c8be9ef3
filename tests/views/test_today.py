"""The first screen: what waits for whom, counted from what is really there."""

from __future__ import annotations

from lims.services import certificates, placements, readings
from lims.services.readings import Sent
from lims.views import today
from tests.services.small import Small, message


def day(small: Small) -> None:
    """Bring something to every station."""
    small.registered("wine")
    small.received()
    bench = small.begun()
    small.submitted("wine")
    small.reviewed("wine")
    small.do(readings.land, message(Sent(bench, "aflatoxin-b1", "4.7", "μg/kg"), Sent("?", "aflatoxin-b1", "4.7", "μg/kg")))


def test_stations_count_where_samples_stand(small: Small) -> None:
    day(small)
    small.issued("wine")
    card = small.do(today.card, small.people["jian"])
    assert {one.name: one.count for one in card.stations} == {"To receive": 1, "In test": 1, "To review": 1, "To approve": 1, "Issued": 1}


def test_everybody_is_shown_what_they_can_do(small: Small) -> None:
    day(small)

    def tasks(login: str) -> set[tuple[str, int]]:
        return {(one.many, one.count) for one in small.do(today.card, small.people[login]).tasks}

    assert {login: tasks(login) for login in ("shou", "jian", "shen", "pi", "ji", "guan")} == {
        "shou": {("samples to receive", 1)},
        "jian": {("analyses to put on a worksheet", 3), ("readings that need a person", 1), ("readings to accept", 1)},
        "shen": {("samples to review", 1)},
        "pi": {("reports to approve", 1)},
        "ji": {("analyses to put on a worksheet", 3), ("limits to confirm", 4)},
        "guan": set(),
    }


def test_a_limit_waits_for_its_confirmation_once_a_sample_rests_on_it_and_a_placement_at_once(small: Small) -> None:
    def waiting() -> int:
        return small.do(today.counts)["unconfirmed"]

    assert waiting() == 0
    small.registered("wine")
    assert waiting() == 1
    small.do(placements.place, "wine", "GB 2763", [], by="ji")
    assert waiting() == 2
    small.do(placements.confirm, "wine", ["GB 2763"], by="ji")
    small.confirm()
    assert waiting() == 0


def test_an_analyst_sees_the_own_worksheets_until_everything_on_them_is_handed_in(small: Small) -> None:
    small.begun("wine")
    small.begun("wine", by="jian2")
    small.submitted("wine")
    assert [row.number for row in small.do(today.card, small.people["jian"]).worksheets] == ["W2026-0001"]
    assert small.do(today.card, small.people["shen"]).worksheets == ()


def test_an_empty_laboratory_counts_nothing(small: Small) -> None:
    assert {name: count for name, count in small.do(today.counts).items() if count} == {}
    key = small.issued("wine")
    assert small.do(certificates.view.counts) == {small.do(certificates.view.card, key).row.state: 1}
