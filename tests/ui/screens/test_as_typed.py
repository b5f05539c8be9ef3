"""Names and remarks that look like markup, a formula or a placeholder are shown, told, said and copied as they were typed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from lims.rules.rights import Right, Role
from lims.services import analyses, people, samples, worksheets
from lims.services.readings import Sent
from lims.views import analyses as analysis_view
from tests.ui.screens import looking
from tests.ui.screens.looking import words
from tests.ui.screens.reception import Reception, Seat
from ui.kit import grid
from ui.kit.table import Table
from ui.navigation import PLACES

Key = Qt.Key
ODD = "<b>甲</b> & {乙} &amp; %s =1+1 <a href='x'>"
"""Everything that Qt, Python, a spreadsheet or a browser might take for something else."""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, founded: Reception) -> Iterator[Reception]:
    """A laboratory in which everything that can be named is called so; nobody changes anything in it."""
    reception = Reception(tmp_path_factory.mktemp("odd"), founded)
    do, by = reception.do, reception.people
    form = {"sample_name": ODD, "business_name": ODD, "client": ODD, "remark": ODD, "stall": ODD, "business_address": ODD, "samplers": ODD}
    do(samples.refuse, reception.registered(**form), reason=ODD, by=by["shou"])
    reception.registered(**form)
    number = reception.received(items=("aflatoxin-b1",), **form)
    waiting = [row.id for row in do(analysis_view.waiting) if row.sample_number == number]
    sheet = do(worksheets.create, waiting, by=by["jian"], title=ODD)
    do(worksheets.start, sheet, by=by["jian"])
    do(analyses.enter, waiting[0], 1, "23.7", by=by["jian"])
    do(analyses.repeat, waiting[0], reason=ODD, by=by["jian"])
    reception.submitted({"aflatoxin-b1": "23.7"}, **form)
    reception.reviewed({"aflatoxin-b1": "4.7"}, **form)
    reception.instrument(name=ODD, model=ODD, serial=ODD)
    reception.landed(Sent(ODD, ODD, ODD, "µg/kg", flags=ODD))
    do(people.amend, "shen", ODD, frozenset({Role.REVIEWER}), True, by=by["guan"])
    reception.people["all"] = replace(by["jian"], name=ODD, rights=frozenset(Right))
    yield reception
    reception.close()


@pytest.fixture
def seat(sit: Callable[..., Seat], odd: Reception) -> Seat:
    return sit("all", odd)


SHOWING = {"intake", "samples", "bench", "inbox", "review", "certificates", "businesses", "instruments", "people", "trail", "today"}
"""Places in which something of it is in sight at once."""


def test_in_lists_panels_and_tips(seat: Seat) -> None:
    for place in PLACES:
        seat.go(place.name)
        told = words(seat.window)
        assert looking.marked_up(seat.window) == []
        assert place.name not in SHOWING or any(ODD in text for text in told), place
        assert [text for text in told if "&lt;" in text or "<span>" in text] == [], "nothing is escaped twice"
        assert raw_tips(seat.window) == []


def raw_tips(whole: QWidget) -> list[str]:
    """Tool tips that Qt would take for markup by itself."""
    return [tip for one in whole.findChildren(QWidget) if (tip := one.toolTip()) and not (tip.startswith("<span>") and "<b>" not in tip and "<a " not in tip)]


def test_in_one_sample_in_full(seat: Seat) -> None:
    samples_ = seat.go("samples", "LS2026-00003")
    seat.press(Key.Key_F3)
    told = words(samples_)
    assert ODD in told
    assert looking.marked_up(samples_) == [] and raw_tips(samples_) == []


def test_in_every_line_of_the_trail(seat: Seat) -> None:
    trail = seat.go("trail")
    for row in trail.table.rows():
        trail.table.select(row.id)
        assert not [text for text in words(trail.panel) if "&lt;" in text or "<span>" in text]
    assert looking.marked_up(trail) == []


def test_in_messages_toasts_and_dialogs(seat: Seat) -> None:
    seat.go("today")
    seat.window.message("warn", ODD, ODD, ODD, print)
    seat.window.toast(ODD, ODD, print)
    seat.settled()
    assert {ODD} <= set(words(seat.window.strip)) and {ODD} <= set(words(seat.window._toast))
    assert looking.marked_up(seat.window) == [] and raw_tips(seat.window) == []
    seat.window.strip.clear()
    review = seat.go("review")
    review.table.selectAll()
    review.acts.do("review.return")
    seat.settled()
    assert looking.marked_up(seat.dialog) == []
    seat.press(Key.Key_Escape)


def test_in_the_palette(seat: Seat) -> None:
    seat.go("today")
    seat.control(Key.Key_K)
    seat.window.palette_.field.setText("<b>甲")
    seat.window._look_up("<b>甲")
    seat.settled()
    found = [entry for entry in seat.window.palette_.shown() if ODD in entry.title or ODD in entry.note]
    assert found
    seat.window.palette_.hide()


def test_in_the_menu_a_person_opens(seat: Seat) -> None:
    seat.go("today")
    seat.window._show_person_menu()
    (menu,) = [one for one in seat.window.findChildren(QMenu) if one.isVisible()]
    assert all("&" not in action.text().replace("&&", "") for action in menu.actions())
    menu.close()


def test_in_what_is_copied_from_a_table(seat: Seat) -> None:
    """Read back as a spreadsheet reads it."""
    for place in ("intake", "samples", "inbox", "businesses", "instruments", "people", "bench"):
        table: Table = seat.go(place).table
        if place == "people":
            table.select("shen")
        else:
            table.selectAll()
        grid.copy(table)
        lines = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text()), delimiter="\t"))
        assert len(lines) == len(table.selected()) > 0
        assert any(ODD in cell for line in lines for cell in line), place


def test_in_the_window_the_laboratory_and_the_person(seat: Seat) -> None:
    assert any(ODD in text for text in words(seat.window)), "who is at work"
