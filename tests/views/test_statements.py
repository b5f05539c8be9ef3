"""Views: a fixed number of statements however many rows, frozen rows, and no relation read behind the reader's back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Row, select

from lims.db.store import Work
from lims.domain.instruments import Reading
from lims.domain.people import Person
from lims.domain.thing import Thing
from lims.rules.flows import ReadingState
from lims.rules.inbox import Demands
from lims.rules.rights import Actor
from lims.services import analyses, catalogue, instruments, people, placements, readings, samples, scope, worksheets
from lims.services.instruments import InstrumentDraft, KitLotDraft
from lims.services.people import AccountDraft
from lims.services.readings import Sent
from lims.services.scope import ScopeDraft
from lims.views import analyses as analysis_view
from lims.views import businesses as business_view
from lims.views import calendar as calendar_view
from lims.views import catalogue as catalogue_view
from lims.views import certificates as certificate_view
from lims.views import finding, labels, today, trail
from lims.views import instruments as instrument_view
from lims.views import items as item_view
from lims.views import people as people_view
from lims.views import placements as placement_view
from lims.views import samples as sample_view
from lims.views import scope as scope_view
from lims.views import settings as setting_view
from lims.views import standards as standard_view
from lims.views import worksheets as worksheet_view
from tests.services.small import FIRST, INTAKE, KINDS, ROLES, Copies, Small, message, statements
from tests.services.stating import Stated, state

ON = date(2026, 11, 23)
View = Callable[[Work], Any]

VIEWS: dict[str, View] = {
    "samples.rows": sample_view.rows,
    "samples.counts": sample_view.counts,
    "samples.card": lambda work: sample_view.card(work, "SP2026-00001"),
    "samples.labels": lambda work: sample_view.labels(work, "SP2026-00002"),
    "analyses.waiting": analysis_view.waiting,
    "analyses.rows of a worksheet": lambda work: analysis_view.rows(work, worksheet=1),
    "analyses.review_rows": analysis_view.review_rows,
    "worksheets.rows": worksheet_view.rows,
    "worksheets.card": lambda work: worksheet_view.card(work, "W2026-0001"),
    "certificates.rows": certificate_view.rows,
    "certificates.counts": certificate_view.counts,
    "certificates.card": lambda work: certificate_view.card(work, 1),
    "instruments.rows": instrument_view.rows,
    "instruments.inbox": lambda work: instrument_view.inbox(work, tuple(ReadingState)),
    "instruments.inbox_counts": instrument_view.inbox_counts,
    "instruments.newest": lambda work: instrument_view.newest(work, "LM-1"),
    "instruments.message": lambda work: instrument_view.message(work, 1),
    "instruments.lots": lambda work: instrument_view.lots(work, "I-0"),
    "instruments.codes": lambda work: instrument_view.codes(work, "LM-1"),
    "instruments.orders of a worksheet": lambda work: instrument_view.orders(work, worksheet="W2026-0001"),
    "instruments.orders": lambda work: instrument_view.orders(work, samples=[f"SP2026-{number:05}" for number in range(1, 400)]),
    "instruments.candidates": lambda work: instrument_view.candidates(work, 1),
    "people.rows": people_view.rows,
    "businesses.rows": business_view.rows,
    "catalogue.limit_rows": lambda work: catalogue_view.limit_rows(work, ON),
    "catalogue.find_limits": lambda work: catalogue_view.find_limits(work, "maize", "水分", ON),
    "catalogue.offers": lambda work: catalogue_view.offers(work, "maize", ON),
    "catalogue.products": catalogue_view.products,
    "catalogue.asked_limits": lambda work: catalogue_view.asked_limits(work, ON),
    "catalogue.limit_page": lambda work: catalogue_view.limit_page(work, ON, "all", "gb"),
    "catalogue.choices": lambda work: catalogue_view.choices(work, 1, ON),
    "catalogue.confirmed_codes": catalogue_view.confirmed_codes,
    "catalogue.unconfirmed": catalogue_view.unconfirmed,
    "placements.placing": lambda work: placement_view.placing(work, "wine"),
    "standards.standards": lambda work: standard_view.standards(work, ON),
    "standards.headings_in": lambda work: standard_view.headings_in(work, "GB 9001"),
    "standards.rules": standard_view.rules,
    "standards.panel": lambda work: standard_view.panel(work, "gb9001-h0"),
    "items.items": item_view.items,
    "items.procedures": lambda work: item_view.procedures(work, ON),
    "items.methods": item_view.methods,
    "items.item_codes": item_view.item_codes,
    "scope.scope": lambda work: scope_view.scope(work, ON),
    "calendar.days": lambda work: calendar_view.days(work, 2026),
    "calendar.calendar": calendar_view.calendar,
    "settings.values": setting_view.values,
    "today.card": lambda work: today.card(work, analyst(work)),
    "today.counts": today.counts,
    "trail.rows": lambda work: trail.rows(work, kind="analysis", limit=10_000),  # names are read with one statement a kind of thing
    "trail.rows of a sample": lambda work: trail.rows(work, name="SP2026-00001"),
    "finding.find": lambda work: finding.find(work, "S", by=analyst(work)),
}
"""Every view a screen uses."""

GROW = {
    "samples.rows", "analyses.waiting", "analyses.rows of a worksheet", "analyses.review_rows", "certificates.rows", "instruments.rows", "instruments.inbox",
    "instruments.lots", "instruments.codes", "instruments.orders of a worksheet", "instruments.orders",
    "instruments.candidates", "people.rows", "businesses.rows", "trail.rows", "catalogue.products", "catalogue.limit_rows",
    "catalogue.confirmed_codes", "standards.standards", "standards.headings_in", "items.items", "items.procedures", "scope.scope",
}  # fmt: skip
"""Those whose rows are counted too, so that the comparison means something."""


def analyst(work: Work) -> Actor:
    """Return who is at the bench."""
    return work.scalars(select(Person).where(Person.login == "jian")).one().actor()


def fill(small: Small, count: int) -> None:
    """Make so many of everything: samples expected, waiting, on one worksheet with readings, submitted, and with a draft report."""
    shou, jian, shen, ji, guan = (small.people[login] for login in ("shou", "jian", "shen", "ji", "guan"))
    drafts = [[small.draft("wine", business_name=f"店 {number}-{stage}") for number in range(count)] for stage in range(5)]
    with small.store.work() as work:
        _expected, waiting, bench, submitted, reviewed = ([samples.register(work, draft, by=shou) for draft in stage] for stage in drafts)
        for number in (*waiting, *bench, *submitted, *reviewed):
            samples.receive(work, number, INTAKE, by=shou)
        for number in range(count):
            instruments.save(work, InstrumentDraft(f"I-{number}", f"仪器 {number}", profile="rida-cube"), by=ji)
            people.create(work, AccountDraft(f"person{number}", f"人 {number}", ROLES["jian"], FIRST), by=guan)
        keys = {row.sample_number: row.id for row in analysis_view.waiting(work)}
        handed_in = [keys[number] for number in (*submitted, *reviewed)]
        for chosen in ([keys[number] for number in bench], handed_in):
            worksheets.start(work, worksheets.create(work, chosen, by=jian), by=jian)
        for number in range(count):
            worksheets.create(work, [keys[waiting[number]]], by=jian)
        for key in handed_in:
            analyses.enter(work, key, 1, "0.18", by=jian)
        analyses.submit(work, handed_in, by=jian)
        analyses.review(work, [keys[number] for number in reviewed], by=shen)
        for number in bench:
            readings.land(work, message(Sent(number, "sulphur-dioxide", "0.18", "g/L"), content=number.encode()))
        for number in range(count):
            code = f"S{number}"
            readings.land(work, message(Sent("?", code, "0.18", "g/L", sent_test=code), content=code.encode()))
            (stray,) = work.scalars(select(Reading.id).where(Reading.sent_test == code))
            readings.map_code(work, stray, "sulphur-dioxide", demands_of=lambda instrument: Demands(), by=ji)
            instruments.save_lot(work, KitLotDraft("I-0", "sulphur-dioxide", f"L-{number}", ON, "0.8", {"1": "2", "2": "1"}), by=ji)
    state(small, *(Stated(f"gb{year}-x", f"x{year}", "≤1", standard=f"GB 9001-{year}", heading=f"gb9001-h{year}") for year in range(1950, 1950 + count)))
    with small.store.work() as work:
        for number in range(count):
            placements.add_product(work, f"product{number}", f"产品 {number}", by=ji)
            placements.place(work, f"product{number}", "GB 9001", [f"gb9001-h{1950 + number}"], by=ji)
            placements.confirm(work, f"product{number}", ["GB 9001"], by=ji)
        catalogue.confirm(work, [f"gb{1950 + number}-x" for number in range(count)], by=ji)
        scope.add(work, [ScopeDraft(f"对象 {number}", "moisture", "GB 5009.3-2016", ON) for number in range(count)], by=ji)
    for draft in drafts[0]:
        small.do(samples.receive, small.do(samples.register, small.draft("wine", business_name=draft.form["business_name"]), by="shou"), INTAKE, by="shou")


@dataclass(frozen=True)
class Seen:
    """What a view returned and how many statements it took."""

    statements: int
    result: Any


@pytest.fixture(scope="module", params=KINDS)
def seen(request: pytest.FixtureRequest, copies: Callable[[str], Copies]) -> dict[int, dict[str, Seen]]:
    """Every view over 3 and over 30 of everything; on the server over 3: it is asked the same, and does not mind how often."""
    laboratory, found = copies(request.param), {}
    for count in (3, 30) if request.param == "sqlite" else (3,):
        laboratory.renew()
        small = Small(laboratory.store, laboratory.clock, laboratory.people)
        fill(small, count)
        found[count] = {name: looked(small, view) for name, view in VIEWS.items()}
    return found


def looked(small: Small, view: View) -> Seen:
    """Open a unit of work for one view."""
    with statements(small.store) as sent:
        result = small.do(view)
    return Seen(len(sent), result)


@pytest.mark.parametrize("name", VIEWS)
def test_the_number_of_statements_does_not_grow_with_the_rows(seen: dict[int, dict[str, Seen]], name: str) -> None:
    few = seen[3][name]
    many = seen.get(30, {}).get(name, few)
    assert few.statements == many.statements
    if name in GROW:
        assert len(few.result) >= 3
        assert many is few or len(many.result) >= 10 * 3


@pytest.mark.parametrize("name", VIEWS)
def test_what_a_view_returns_is_frozen_and_free_of_the_database(seen: dict[int, dict[str, Seen]], name: str) -> None:
    for part in parts(seen[3][name].result):
        assert not isinstance(part, (Thing, Row, list)) or part is seen[3][name].result, name
        if dataclasses.is_dataclass(part):
            assert type(part).__dataclass_params__.frozen, type(part)  # type: ignore[attr-defined]


def parts(thing: Any) -> Iterator[Any]:
    """Yield everything within a result."""
    yield thing
    if dataclasses.is_dataclass(thing):
        within: Any = [getattr(thing, field.name) for field in dataclasses.fields(thing)]
    elif isinstance(thing, Mapping):
        within = thing.values()
    else:
        within = thing if isinstance(thing, (list, tuple, set, frozenset)) else ()
    for one in within:
        yield from parts(one)


def test_every_dataclass_of_a_view_is_frozen() -> None:
    modules = (
        analysis_view, business_view, calendar_view, catalogue_view, certificate_view, finding, instrument_view, item_view, labels, people_view, placement_view,
        sample_view, scope_view, setting_view, standard_view, today, trail, worksheet_view,
    )  # fmt: skip
    kinds = [kind for module in modules for kind in vars(module).values() if dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__]
    assert len(kinds) > 20
    assert [kind for kind in kinds if not kind.__dataclass_params__.frozen] == []


def test_no_relation_is_ever_loaded_by_itself() -> None:
    relations = [relation for mapper in Thing.registry.mappers for relation in mapper.relationships]
    assert len(relations) > 10
    assert {str(relation) for relation in relations if relation.lazy != "raise"} == set()
