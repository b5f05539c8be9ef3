"""Samples as they are shown: pages, states, and the line of stations with who was there."""

from __future__ import annotations

from lims.rules.flows import SampleState
from lims.rules.verdict import Verdict
from lims.services import analyses, certificates, worksheets
from lims.views import samples as view
from tests.services.small import PASSWORD, Small


def test_a_page_begins_below_the_last_row_of_the_page_above(small: Small) -> None:
    numbers = [small.registered() for _five in range(5)]
    first = small.do(view.rows, limit=2)
    second = small.do(view.rows, limit=2, before=first[-1].id)
    third = small.do(view.rows, limit=2, before=second[-1].id)
    assert [row.number for row in (*first, *second, *third)] == numbers[::-1]


def test_samples_are_found_by_the_beginning_of_their_number_and_by_state(small: Small) -> None:
    maize, wine = small.received(), small.registered("wine")
    assert [row.number for row in small.do(view.rows, find="SP")] == [wine]
    assert [row.number for row in small.do(view.rows, find=maize)] == [maize]
    assert [row.number for row in small.do(view.rows, find="%")] == []
    assert [row.number for row in small.do(view.rows, state=SampleState.EXPECTED)] == [wine]


def test_the_counts_of_states_are_those_of_the_rows(small: Small) -> None:
    small.registered()
    small.received()
    small.begun()
    small.issued("wine")
    counts = small.do(view.counts)
    assert counts == {SampleState.EXPECTED: 1, SampleState.RECEIVED: 1, SampleState.IN_TEST: 1, SampleState.REPORTED: 1}
    assert all(len(small.do(view.rows, state=state)) == count for state, count in counts.items())


def test_an_unknown_sample_has_no_card(small: Small) -> None:
    assert small.do(view.card, "XX-1") is None


def test_the_line_shows_when_and_by_whom_each_station_was_passed(small: Small) -> None:
    number = small.registered()
    assert [bool(one.at) for one in small.card(number).stations] == [True, False, False, False, False, False]
    key = small.issued()
    stations = small.card(small.do(certificates.view.card, key).row.sample_number).stations
    assert [one.name for one in stations] == ["Sampling", "Intake", "Test", "Review", "Approval", "Issue"]
    assert [one.by for one in stations] == ["甲、乙", "姓shou", "姓jian", "姓shen", "姓pi", ""]
    moments = [one.at for one in stations[1:]]
    assert all(moments)
    assert moments == sorted(moments)


def test_a_station_names_everybody_who_was_there_and_the_moment_of_the_last(small: Small) -> None:
    number = small.received()
    aflatoxin, don, moisture = (small.keys(number)[item] for item in ("aflatoxin-b1", "deoxynivalenol", "moisture"))
    for login, keys in (("jian2", [aflatoxin]), ("jian", [don])):
        small.do(worksheets.start, small.do(worksheets.create, keys, by=login), by=login)
        small.do(analyses.enter, keys[0], 1, "4.7", by=login)
        small.do(analyses.submit, keys, by=login)
    small.do(analyses.cancel, [moisture], reason="不测", by="ji")
    small.do(analyses.review, [don], by="quan3")
    small.do(analyses.review, [aflatoxin], by="shen")
    test, review = small.card(number).stations[2:4]
    rows = small.rows(number)
    assert (test.by, review.by) == ("姓jian2, 姓jian", "姓quan3, 姓shen")
    assert test.at is not None
    assert review.at is not None
    assert test.at < review.at
    assert {row.reviewed_by for row in rows.values() if row.reviewed_by} == {"姓quan3", "姓shen"}


def test_a_station_is_passed_only_when_everything_has_passed_it(small: Small) -> None:
    number = small.submitted()
    keys = list(small.keys(number).values())
    small.do(analyses.review, keys[:2], by="shen")
    test, review = small.card(number).stations[2:4]
    assert test.at is not None
    assert review.at is None
    small.do(analyses.recall, keys[2:], by="jian")
    assert small.card(number).stations[2].at is None


def test_a_sample_conforms_only_when_everything_asked_of_it_does(small: Small) -> None:
    number = small.begun("cowpea")
    keys = small.keys(number)
    small.do(analyses.enter, keys["thiamethoxam"], 1, "0.12", by="jian")
    assert small.card(number).verdict is Verdict.UNDECIDED
    small.do(analyses.enter, keys["carbofuran"], 1, "0.035", by="jian")
    assert small.card(number).verdict is Verdict.FAIL
    small.do(analyses.cancel, [keys["carbofuran"]], reason="x", by="ji")
    assert small.card(number).verdict is Verdict.PASS


def test_a_card_lists_every_revision_of_its_report(small: Small) -> None:
    first = small.issued("wine")
    second = small.do(certificates.revise, first, reason="x", by="pi")
    small.do(certificates.approve, second, PASSWORD, by="pi")
    card = small.card(small.do(certificates.view.card, first).row.sample_number)
    assert [(number, revision, str(state)) for _key, number, revision, state in card.certificates] == [
        ("BG2026-00001", 1, "replaced"),
        ("BG2026-00001", 2, "approved"),
    ]
