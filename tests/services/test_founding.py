"""A new laboratory: its name, its library, its first administrator, once."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from lims.clock import SteppingClock
from lims.db import seed
from lims.db.store import Store
from lims.domain.catalogue import Heading, Item, Limit, Panel, Procedure, Product
from lims.domain.thing import Thing
from lims.domain.trail import TrailLine
from lims.rules.rights import PROGRAM, Right
from lims.services import founding, people
from lims.services.founding import FoundingDraft
from lims.views import people as people_view
from lims.views import settings as settings_view
from tests.services.small import ITEMS, LIMITS, MORNING, PASSWORD, PASSWORDS, Copies, Small, library

DRAFT = FoundingDraft("示范区检验所", "迎宾路 8 号", "guan", "管理员", PASSWORD, PASSWORD, {"laboratory_phone": "010-1"})


@pytest.fixture
def new(laboratory: Copies) -> Iterator[Small]:
    """An empty database."""
    clock = SteppingClock(MORNING)
    with closing(Store(laboratory.address(laboratory.empty()), PASSWORDS, clock)) as store:
        yield Small(store, clock)


def test_a_laboratory_is_founded_with_its_library_and_one_administrator(new: Small) -> None:
    assert not new.do(people_view.any_account)
    actor = new.do(founding.found, DRAFT, library())
    assert (actor.login, actor.rights) == ("guan", {Right.PEOPLE, Right.SETTINGS, Right.TRAIL})
    assert new.do(people.sign_in, "guan", PASSWORD).must_change is False
    said = new.do(settings_view.values)
    assert (said["laboratory_name"], said["laboratory_address"], said["laboratory_phone"]) == ("示范区检验所", "迎宾路 8 号", "010-1")
    with new.store.work() as work:
        assert set(work.scalars(select(Limit.code))) == LIMITS
        assert set(work.scalars(select(Item.code))) == ITEMS
        assert set(work.scalars(select(Product.code))) == {"cowpea", "maize", "wine"}


def test_a_mistake_founds_nothing(new: Small, subtests: pytest.Subtests) -> None:
    for change, wrong in (
        ({"again": "other-2026"}, {"again": "The two passwords differ."}),
        ({"laboratory_name": " "}, {"laboratory_name": "This is needed; it stands on every report."}),
        ({"laboratory_address": ""}, {"laboratory_address": "This is needed; it stands on every report."}),
        ({"password": "short", "again": "short"}, {"password": "At least 8 characters."}),
        ({"login": "g g"}, {"login": "Two or more letters or digits, without blanks."}),
        ({"name": ""}, {"name": "The name is needed."}),
    ):
        with subtests.test(next(iter(change))):
            assert new.mistaken(founding.found, replace(DRAFT, **change)) == wrong
    assert not new.do(people_view.any_account)


def shipped(file: str) -> int:
    """Return how many rows a file of the shipped library has."""
    return sum(len(list(csv.DictReader(path.read_text("utf-8").splitlines()))) for path in seed.CATALOGUE.glob(file))


def counted(new: Small, kind: type[Thing]) -> int:
    """Return how many rows there are of a kind."""
    with new.store.work() as work:
        return work.scalar(select(func.count()).select_from(kind)) or 0


def test_a_new_laboratory_gets_the_whole_shipped_library_and_is_founded_once(new: Small) -> None:
    new.do(founding.found, DRAFT)
    for kind, file in ((Item, "items.csv"), (Heading, "headings.csv"), (Limit, "limits/*.csv"), (Panel, "panels.csv"), (Procedure, "procedures.csv")):
        assert counted(new, kind) == shipped(file) > len(LIMITS)
    assert new.refused(founding.found, replace(DRAFT, login="other")) == "This laboratory has accounts already. Sign in."


def test_the_library_of_a_newer_program_is_added_without_touching_what_is_there(new: Small) -> None:
    new.do(founding.found, DRAFT, library())
    with new.store.work() as work, work.acting(PROGRAM, "test.rename"):
        work.scalars(select(Product).where(Product.code == "maize")).one().prefix = "YM"
    new.do(founding.refresh_library)
    with new.store.work() as work:
        lines = work.scalars(select(TrailLine).where(TrailLine.kind == "limit").order_by(TrailLine.id)).all()
        assert work.scalars(select(Product.prefix).where(Product.code == "maize")).one() == "YM"
    assert [(line.verb, line.person_id) for line in lines] == [("laboratory.found", 0)] * len(LIMITS) + [("laboratory.library", 0)] * (
        shipped("limits/*.csv") - len(LIMITS)
    )
    before = new.trail_length()
    new.do(founding.refresh_library)
    assert new.trail_length() == before
