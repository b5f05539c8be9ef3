"""A new laboratory from its first-run page to its first report, without the demonstration: everything typed, nothing prepared."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from drivers.virtual import Shown
from drivers.virtual.served import Served, serve
from lims.clock import local, system_clock
from lims.rules.flows import AnalysisState, ReadingState
from lims.rules.rights import Role
from lims.services.profiles import SHIPPED, profiles
from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from tests.journeys.test_first_sample import to_cell, words_of
from ui.screens.entry import Entry
from ui.screens.founding import Founding

LABORATORY, ADDRESS = "<b>沙河</b>镇检测站 & {实验室}", "示范县沙河镇 1 号"
"""A name that looks like markup comes out as it was typed."""

FIRST, OWN = "first-2026", "own-2026-x"
PEOPLE = (
    ("guan", "甲", Role.ADMINISTRATOR),
    ("shou", "乙", Role.RECEPTIONIST),
    ("jian", "丙", Role.ANALYST),
    ("shen", "丁", Role.REVIEWER),
    ("pi", "戊", Role.SIGNATORY),
    ("ji", "己", Role.TECHNICAL),
)


def test_a_new_laboratory_reaches_its_first_report(sit: Sit, tmp_path: Path) -> None:
    seat = sit(tmp_path / "laboratory")
    found(seat)
    make_accounts(seat)
    with serve(profiles(SHIPPED).profiles["chromatography-lis"]) as device:
        everybody_chooses_a_password(seat)
        connect(seat, device)
        place_product(seat)
        number = register_and_receive(seat)
        begin_worksheet(seat)
        measure(seat, device, number)
        review(seat)
        confirm_limits(seat)
        approve(seat)
    (paper,) = (seat.program.folder / "reports").glob("*.pdf")
    words = words_of(paper)
    for said in (LABORATORY, ADDRESS, "克百威", "≤0.02", "0.035", "噻虫嗪", "0.12", "检验结论为不合格", "批准：戊", "审核：丁", "主检：丙", "=1+1"):
        assert "".join(said.split()) in words, said


def found(seat: Seat) -> None:
    assert isinstance(seat.page, Founding)
    seat.picture("first-run")
    seat.fill(laboratory_name=LABORATORY, laboratory_address=ADDRESS, login="guan", name="甲", password=OWN, again=OWN)
    seat.press("Return")
    seat.wait(lambda: isinstance(seat.page, Entry))
    assert LABORATORY in seat.words()
    seat.sign_in("guan", OWN)


def make_accounts(seat: Seat) -> None:
    people = seat.go("people")
    for login, name, role in PEOPLE[1:]:
        seat.press("Ctrl+N")
        seat.fill(login=login, name=name, password=FIRST)
        seat.tab_to(role.value)
        seat.press("Space")
        seat.picture(f"account-{login}")
        seat.press("Ctrl+Return")
        assert people.table.current().login == login
    assert len(people.table.rows()) == len(PEOPLE)


def everybody_chooses_a_password(seat: Seat) -> None:
    for login, _name, _role in PEOPLE[1:]:
        seat.sign_in(login, FIRST)
        seat.fill(new=OWN, again=OWN)
        seat.press("Return")
        assert seat.window.person.login == login


def connect(seat: Seat, device: Served) -> None:
    seat.sign_in("ji", OWN)
    instruments = seat.go("instruments")
    seat.press("Ctrl+N")
    seat.fill(code="LM-9", name="液质联用仪")
    seat.tab_to("profile")
    seat.press_until("Down", lambda: instruments.form.editors["profile"].get() == "chromatography-lis")
    seat.press("Ctrl+Return")
    seat.press_until("Tab", lambda: seat.focus in (instruments.address, instruments.address.lineEdit()))
    seat.write(device.address)
    seat.press("Return")
    seat.wait(lambda: instruments.port_of("LM-9") and instruments.port_of("LM-9").state == "live")
    seat.settled()
    seat.picture("connected")


def place_product(seat: Seat) -> None:
    """Say under which heading of GB 2763 the cowpea stands, and confirm it."""
    products = seat.go("products")
    seat.press_until("Tab", products.list.hasFocus)
    seat.press_until("Down", lambda: products.list.current().code == "cowpea")
    seat.press("Return")
    seat.press_until("Down", lambda: products.table.current().classification == "GB 2763")
    seat.press("F2")
    seat.press_until("Down", lambda: products.page.table.current().name == "豇豆")
    seat.press("Space")
    seat.picture("placing")
    seat.press("Ctrl+Return")
    seat.wait(lambda: products.table.current().placed)
    seat.press("Ctrl+Return")
    seat.answer(remark="示范县检验所")
    seat.wait(lambda: products.table.current().confirmed_by == "己")
    assert [row.name for row in products.table.current().headings] == ["豇豆"]
    seat.picture("placed")


def confirm_limits(seat: Seat) -> None:
    seat.sign_in("ji", OWN)
    limits = seat.go("limits")
    seat.wait(lambda: len(limits.table.rows()) == 2)
    seat.press_until("Tab", limits.table.hasFocus)
    seat.press("Shift+Down", "Ctrl+Return")
    seat.answer(remark="本站标准文本第 3 页")
    seat.wait(lambda: not limits.table.rows())


def register_and_receive(seat: Seat) -> str:
    seat.sign_in("shou", OWN)
    intake = seat.go("intake")
    seat.press("Ctrl+N")
    seat.press("Ctrl+Return")
    seat.picture("needed-answers")
    assert not intake.table.rows(), "an empty form is not registered"
    today = local(system_clock()).date()
    seat.fill(
        form_number="XBJ26110116383000500",
        test_kind="监督抽检",
        client="示范县市场监管局",
        business_name="<i>青春路</i>农贸市场",
        product="豇豆",
        sample_name="豇豆",
        product_date=(today - timedelta(days=1)).isoformat(),
        sample_amount="6 kg",
        backup_amount="3 kg",
        sampling_body="示范县抽样队",
        samplers="庚、辛",
        sampled_on=(today + timedelta(days=1)).isoformat(),
        remark="=1+1",
    )
    offers = intake.registration.offers
    seat.press_until("Tab", offers.hasFocus)
    for item in ("thiamethoxam", "carbofuran"):
        seat.press_until("Down", lambda item=item: offers.current().procedure == f"{item}-lcms")
        seat.press("Space")
    seat.press("Ctrl+Return")
    assert not intake.table.rows(), "a day in the future is not registered"
    assert "未来" in seat.words() or "今天" in seat.words()
    seat.picture("future")
    seat.fill(sampled_on=today.isoformat())
    seat.press("Ctrl+Return")
    (row,) = intake.table.rows()
    assert row.business == "<i>青春路</i>农贸市场"
    seat.press("Ctrl+Return")
    seat.fill(delivered_by="庚", appearance="鲜，无腐烂", test_amount="3 kg", test_place="A1", backup_place="B1")
    seat.picture("intake-check")
    seat.press("Ctrl+Return")
    assert intake.table.rows()[0].received_at
    seat.picture("received")
    return str(row.number)


def begin_worksheet(seat: Seat) -> None:
    seat.sign_in("jian", OWN)
    bench = seat.go("bench")
    seat.press_until("Shift+Tab", bench.which.hasFocus)
    seat.press("Right")
    seat.press_until("Tab", bench.waiting.hasFocus)
    seat.press("Ctrl+A")
    seat.picture("waiting")
    seat.press("Ctrl+Return")
    seat.answer(title="豇豆农残")
    seat.wait(lambda: bench.sheet and bench.sheet.rows)
    assert {one.state for one in bench.sheet.rows[0].cells.values()} == {AnalysisState.IN_TEST}


def measure(seat: Seat, device: Served, number: str) -> None:
    device.show([Shown(number, "carbofuran", "0.035", "mg/kg", local(system_clock()).replace(tzinfo=None, microsecond=0))])
    inbox = seat.go("inbox")
    seat.wait(lambda: inbox.table.rows())
    seat.settled()
    assert [row.state for row in inbox.table.rows()] == [ReadingState.MATCHED]
    seat.press("A")
    bench = seat.go("bench")
    to_cell(seat, "thiamethoxam")
    seat.write("0.12")
    seat.press("Return")
    assert {one.reported for one in bench.sheet.rows[0].cells.values()} == {"0.035", "0.12"}
    seat.picture("filled")
    seat.press("Ctrl+Return")


def review(seat: Seat) -> None:
    seat.sign_in("shen", OWN)
    screen = seat.go("review")
    seat.press("Ctrl+Return")
    assert not screen.list.rows()


def approve(seat: Seat) -> None:
    seat.sign_in("pi", OWN)
    reports = seat.go("certificates")
    seat.wait(lambda: reports.preview.pdf)
    seat.picture("draft")
    seat.press("Ctrl+Return")
    seat.fill(password="not-the-one")
    seat.press("Return")
    assert "密码不对" in seat.words(seat.dialog())
    seat.picture("wrong-password")
    seat.answer(password=OWN)
    assert not reports.list.rows()
    seat.picture("issued")
