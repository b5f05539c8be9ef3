"""A whole working day on the real window, by keyboard: three samples from the inbox to three signed certificates, by five people."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lims import demo
from lims.rules.flows import AnalysisState, ReadingState
from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat

WEIGHINGS = (("25.1234", "3.0021", "27.7512"), ("24.9876", "3.0105", "27.6204"))
"""Moisture by GB 5009.3-2016, worked by hand: 12.47 and 12.55, difference within 0.2, mean 12.51, reported 12.5 g/100 g."""


@pytest.fixture
def seat(sit: Sit, tmp_path: Path) -> Seat:
    return sit(tmp_path / "demo", demonstration=True)


def test_the_first_sample_from_inbox_to_signed_certificate(seat: Seat) -> None:
    walk(seat)
    papers = sorted((seat.program.folder / "reports").glob("*.pdf"))
    said = [words_of(paper) for paper in papers]
    assert len(said) == 3
    assert sum("检验结论为不合格" in words and "克百威" in words for words in said) == 1
    assert sum("检验结论为合格" in words for words in said) == 2


def walk(seat: Seat) -> None:
    """Do everything the demonstration leaves to people."""
    seat.picture("sign-in")
    seat.sign_in("jian1", demo.PASSWORD)
    seat.go("today")
    reject_the_unknown(seat)
    accept(seat)
    type_moisture(seat)
    submit_own(seat)

    seat.sign_in("jian2", demo.PASSWORD)
    accept(seat)
    submit_own(seat)

    seat.sign_in("shen", demo.PASSWORD)
    return_carbofuran(seat)
    seat.sign_in("jian1", demo.PASSWORD)
    do_carbofuran_again(seat)
    seat.sign_in("shen", demo.PASSWORD)
    pass_everything(seat)

    seat.sign_in("pi", demo.PASSWORD)
    reports = seat.go("certificates")
    seat.wait(lambda: reports.preview.pdf)
    assert len(reports.list.rows()) == 3
    seat.press("Ctrl+Return")
    assert seat.dialog() is None
    assert "未经本实验室" in seat.words() or "not confirmed" in seat.words()
    seat.picture("unconfirmed")

    seat.sign_in("ji", demo.PASSWORD)
    confirm_limits(seat)
    seat.sign_in("pi", demo.PASSWORD)
    approve_everything(seat)
    one_sample_in_full(seat)
    trail = seat.go("trail")
    assert len(trail.table.rows()) > 50
    seat.picture("trail")


def reject_the_unknown(seat: Seat) -> None:
    inbox = seat.go("inbox")
    seat.press_until("Down", lambda: inbox.table.current() and inbox.table.current().state is ReadingState.NEEDS_PERSON)
    seat.picture("unknown-number")
    seat.press("Del")
    seat.answer(reason="样品号录入有误")


def accept(seat: Seat) -> None:
    inbox = seat.go("inbox")
    seat.press("A")
    seat.picture("accepted")
    assert not [row for row in inbox.table.rows() if row.state is ReadingState.NEEDS_PERSON]


def worksheets_of(seat: Seat) -> list[str]:
    bench = seat.go("bench")
    return [row.number for row in bench.list.rows() if row.analyst_login == bench.person.login]


def open_worksheet(seat: Seat, number: str) -> None:
    """Find the worksheet by its number, as anybody would: Ctrl+K."""
    seat.press("Ctrl+K")
    seat.write(number)
    seat.wait(lambda: [one for one in seat.window.palette_.shown() if number in f"{one.title} {one.note}"])
    seat.press("Return")
    assert seat.screen.sheet.row.number == number


def worksheet_with(seat: Seat, item: str) -> None:
    for number in worksheets_of(seat):
        open_worksheet(seat, number)
        if item in seat.screen.sheet.rows[0].cells:
            return
    raise AssertionError(item)


def to_cell(seat: Seat, item: str, weighing: str = "") -> None:
    """Go along the row until the first determination of an item."""
    table = seat.screen.table
    seat.press_until("Tab", table.hasFocus)
    seat.press("Home")
    seat.press_until("Right", lambda: table.column() and table.column().name == f"{item}|1|{weighing}")


def type_moisture(seat: Seat) -> None:
    worksheet_with(seat, "moisture")
    to_cell(seat, "moisture", "W0")
    for weighed in WEIGHINGS:
        for grams in weighed:
            seat.write(grams)
            seat.press("Tab")
        seat.press("Tab")  # past what is computed
    moisture = seat.screen.sheet.rows[0].cells["moisture"]
    assert moisture.values == ("12.47", "12.55")
    assert moisture.reported == "12.5"
    seat.press("F3")
    seat.picture("moisture")


def submit_own(seat: Seat) -> None:
    for number in worksheets_of(seat):
        open_worksheet(seat, number)
        seat.picture("bench")
        seat.press("Ctrl+Return")
        assert {one.state for row in seat.screen.sheet.rows for one in row.cells.values()} == {AnalysisState.SUBMITTED}


def return_carbofuran(seat: Seat) -> None:
    review = seat.go("review")
    seat.press_until("Shift+Tab", review.list.hasFocus)
    seat.press_until("Down", lambda: review.list.current().sample_name == "豇豆")
    seat.press_until("Tab", review.table.hasFocus)
    seat.press_until("Down", lambda: review.table.current() and review.table.current().item_code == "carbofuran")
    seat.press("F3")
    seat.picture("why-it-fails")
    seat.press("Del")
    seat.answer(reason="请附复测图谱")


def do_carbofuran_again(seat: Seat) -> None:
    worksheet_with(seat, "carbofuran")
    to_cell(seat, "carbofuran")
    seat.write("三点五")
    seat.press("Return")
    assert "三点五" in seat.words(), "words are no value, and it is said"
    seat.picture("no-value")
    assert not seat.screen.sheet.rows[0].cells["carbofuran"].values[0], "nothing is kept of them"
    to_cell(seat, "carbofuran")
    seat.write("0.035")
    seat.press("Return")
    carbofuran = seat.screen.sheet.rows[0].cells["carbofuran"]
    assert [one.reported for one in carbofuran.attempts] == ["0.035", "0.035"]
    seat.press("Ctrl+Return")


def pass_everything(seat: Seat) -> None:
    review = seat.go("review")
    while review.list.rows():
        before = len(review.list.rows())
        seat.press("Ctrl+Return")
        assert len(review.list.rows()) == before - 1


def confirm_limits(seat: Seat) -> None:
    limits = seat.go("limits")
    seat.press("Ctrl+A", "Ctrl+Return")
    seat.answer(remark="本所标准文本")
    assert not limits.table.rows()
    seat.picture("confirmed")


def approve_everything(seat: Seat) -> None:
    reports = seat.go("certificates")
    while reports.list.rows():
        before = len(reports.list.rows())
        seat.wait(lambda: reports.preview.pdf)
        seat.picture("draft")
        seat.press("Ctrl+Return")
        seat.answer(password=demo.PASSWORD)
        assert len(reports.list.rows()) == before - 1
    seat.press_until("Shift+Tab", reports.which.hasFocus)
    seat.press("Right")
    seat.wait(lambda: reports.preview.pdf)
    seat.picture("issued")


def one_sample_in_full(seat: Seat) -> None:
    seat.go("samples")
    seat.press("Return")
    assert seat.screen.card.certificates
    seat.picture("sample")


def words_of(paper: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", str(paper), "-"], capture_output=True, text=True, check=True)
    return "".join(done.stdout.split())
