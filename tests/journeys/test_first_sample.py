"""A whole working day on the real window: three samples from the inbox to three signed certificates, by seven people."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from lims import demo
from lims.rules.flows import AnalysisState, ReadingState
from tests.journeys.conftest import Seat

PASSWORD = demo.PASSWORD
WEIGHINGS = (("25.1234", "3.0021", "27.7512"), ("24.9876", "3.0105", "27.6204"))
"""Worked example of moisture by drying: 12.47 and 12.55, reported 12.5."""


@pytest.fixture
def seat(sit: Callable[..., Seat], tmp_path: Path) -> Seat:
    return sit(demo.folder(tmp_path / "demo", fresh=False).path, demo)


def test_the_first_sample_from_intake_to_signed_certificate(seat: Seat, tmp_path: Path) -> None:
    seat.enter("jian1", PASSWORD)
    accept_readings(seat, reject_unknown=True)
    type_moisture(seat)
    submit_everything(seat, own_worksheets(seat))

    seat.enter("jian2", PASSWORD)
    accept_readings(seat)
    submit_everything(seat, own_worksheets(seat))

    seat.enter("shen", PASSWORD)
    return_carbofuran(seat)

    seat.enter("jian1", PASSWORD)
    do_carbofuran_again(seat)

    seat.enter("shen", PASSWORD)
    pass_everything(seat)

    seat.enter("pi", PASSWORD)
    refused_while_limits_are_unconfirmed(seat)

    seat.enter("ji", PASSWORD)
    confirm_limits(seat)

    seat.enter("pi", PASSWORD)
    approve_everything(seat)
    papers = sorted((seat.program.folder / "reports").glob("*.pdf"))
    assert len(papers) == 3
    said = [words_of(paper) for paper in papers]
    assert sum("检验结论为不合格" in words and "克百威" in words for words in said) == 1
    assert sum("检验结论为合格" in words for words in said) == 2

    seat.enter("ji", PASSWORD)
    trail = seat.go("trail")
    assert len(trail.table.rows()) > 50


def accept_readings(seat: Seat, *, reject_unknown: bool = False) -> None:
    inbox = seat.go("inbox")
    if reject_unknown:
        (unknown,) = [row for row in inbox.table.rows() if row.state is ReadingState.NEEDS_PERSON]
        inbox.table.select(unknown.id)
        seat.settled()
        seat.do("inbox.reject")
        seat.answer(reason="样品号录入有误")
    seat.do("inbox.accept")
    left = [row for row in inbox.table.rows() if row.state is ReadingState.NEEDS_PERSON]
    assert not left


def own_worksheets(seat: Seat) -> list[str]:
    bench = seat.go("bench")
    return [row.number for row in bench.list.rows() if row.analyst_login == bench.person.login]


def worksheet_with(seat: Seat, item: str) -> Any:
    bench = seat.go("bench")
    for number in own_worksheets(seat):
        bench.show_thing(number)
        seat.settled()
        if item in bench.sheet.rows[0].cells:
            return bench
    raise AssertionError(item)


def type_moisture(seat: Seat) -> None:
    bench = worksheet_with(seat, "moisture")
    for place, weighed in enumerate(WEIGHINGS, 1):
        bench.table.select(bench.sheet.rows[0].sample_number, f"moisture|{place}|W0")
        QGuiApplication.clipboard().setText("\t".join(weighed))
        bench.table.paste()
        seat.settled()
    moisture = bench.sheet.rows[0].cells["moisture"]
    assert moisture.values == ("12.47", "12.55")
    assert moisture.reported == "12.5"
    bench.why()
    seat.picture("moisture")


def submit_everything(seat: Seat, numbers: list[str]) -> None:
    bench = seat.go("bench")
    for number in numbers:
        bench.show_thing(number)
        seat.settled()
        seat.do("bench.go")
        assert {one.state for row in bench.sheet.rows for one in row.cells.values()} == {AnalysisState.SUBMITTED}


def return_carbofuran(seat: Seat) -> None:
    review = seat.go("review")
    sample = next(row.sample_number for row in review.list.rows() if row.sample_name == "豇豆")
    review.show_thing(sample)
    seat.settled()
    carbofuran = next(row for row in review.table.rows() if row.item_code == "carbofuran")
    review.table.select(carbofuran.id)
    seat.settled()
    seat.do("review.return")
    seat.answer(reason="请附复测图谱")


def do_carbofuran_again(seat: Seat) -> None:
    bench = worksheet_with(seat, "carbofuran")
    number = bench.sheet.rows[0].sample_number
    bench.table.select(number, "carbofuran|1|")
    QGuiApplication.clipboard().setText("三点五")
    bench.table.paste()
    seat.settled()
    assert not bench.sheet.rows[0].cells["carbofuran"].values[0], "words are no value and nothing is kept of them"
    QGuiApplication.clipboard().setText("0.035")
    bench.table.paste()
    seat.settled()
    carbofuran = bench.sheet.rows[0].cells["carbofuran"]
    assert [one.reported for one in carbofuran.attempts] == ["0.035", "0.035"]
    seat.do("bench.go")


def pass_everything(seat: Seat) -> None:
    review = seat.go("review")
    while review.list.rows():
        seat.do("review.pass")


def refused_while_limits_are_unconfirmed(seat: Seat) -> None:
    reports = seat.go("certificates")
    seat.wait(lambda: reports.preview.pdf)
    assert len(reports.list.rows()) == 3
    assert "限量" in (reports.acts["certificates.approve"].refusal() or "")


def confirm_limits(seat: Seat) -> None:
    limits = seat.go("limits")
    limits.table.selectAll()
    seat.do("limits.confirm")
    seat.answer(remark="本所标准文本")
    seat.picture("limits-confirmed")


def approve_everything(seat: Seat) -> None:
    reports = seat.go("certificates")
    while reports.list.rows():
        before = len(reports.list.rows())
        seat.do("certificates.approve")
        seat.answer(password=PASSWORD)
        assert len(reports.list.rows()) == before - 1
    reports.which.choose("issued")
    seat.settled()
    seat.wait(lambda: reports.preview.pdf)
    seat.picture("issued")


def words_of(paper: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", str(paper), "-"], capture_output=True, text=True, check=True).stdout.replace("\n", "").replace(" ", "")
