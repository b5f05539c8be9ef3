"""Laws of reports: a draft says what it lacks, approval asks for the password, what is signed is shown as it was frozen."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.ui.screens.looking import words
from tests.ui.screens.reception import PASSWORD, Reception, Seat
from ui.kit.command import CommandButton
from ui.kit.preview import Preview
from ui.screens.certificates import Certificates

Key = Qt.Key


@pytest.fixture
def key(reception: Reception) -> int:
    """A report that waits for its signatory; every limit is confirmed."""
    reception.confirmed()
    return reception.reviewed()


@pytest.fixture
def seat(sit, key: int) -> Seat:
    made = sit("pi")
    opened(made)
    return made


@pytest.fixture
def reports(seat: Seat) -> Certificates:
    return seat.window.screen_in_front


def opened(seat: Seat) -> Certificates:
    made = seat.go("certificates")
    seat.qtbot.waitUntil(lambda: bool(made.preview.sizes), timeout=30_000)
    seat.settled()
    return made


def said_on(preview: Preview, folder: Path) -> str:
    (folder / "shown.pdf").write_bytes(preview.pdf)
    run = subprocess.run(["pdftotext", str(folder / "shown.pdf"), "-"], capture_output=True, text=True, check=True)
    return run.stdout.replace("\n", "").replace(" ", "")


def sign(seat: Seat, password: str, reason: str = "") -> None:
    if reason:
        seat.to("reason")
        seat.type(reason)
    seat.to("password")
    seat.write(password)
    seat.press(Key.Key_Return)


def test_a_draft_is_marked_on_every_page_and_lists_its_checks(reports: Certificates, tmp_path: Path) -> None:
    pages = len(reports.preview.sizes)
    assert pages >= 3
    text = said_on(reports.preview, tmp_path)
    assert min(text.count("草"), text.count("稿")) >= pages, "one across every page"
    assert "批准前检查" in words(reports.panel)
    assert all(one.holds for one in reports.card.checks)


def test_pages_can_be_saved_and_printed_as_soon_as_they_are_shown(reports: Certificates) -> None:
    assert reports.acts["certificates.export"].refusal() is None
    (shown,) = [one for one in reports.bar.findChildren(CommandButton) if one.objectName() == "certificates.export"]
    assert shown.refusal is None, "the button has heard of it too"


def test_pages_of_another_report_are_never_taken_for_this_ones(reports: Certificates, seat: Seat, reception: Reception) -> None:
    other = reception.reviewed({"aflatoxin-b1": "23.7"})
    seat.settled()
    before = reports.preview.pdf
    reports.show_thing(other)
    assert not reports.preview.pdf and reports.acts["certificates.export"].refusal(), "until its own pages have come there are none"
    seat.settled()
    assert reports.preview.pdf not in (b"", before) and reports.card.row.id == other


def test_an_unconfirmed_limit_stops_approval_and_says_who_can_confirm(sit, reception: Reception) -> None:
    reception.reviewed()
    seat = sit("pi")
    reports = opened(seat)
    refusal = reports.acts["certificates.approve"].refusal()
    assert "黄曲霉毒素" in refusal and "技术负责人" in refusal and reports.bar.reason.text() == refusal
    assert any("黄曲霉毒素" in (one.detail or "") for one in reports.card.checks if not one.holds)
    seat.control(Key.Key_Return)
    assert seat.dialog is None and seat.said == refusal


@pytest.mark.parametrize("login", ["shou", "shen"])
def test_who_may_not_approve_hears_who_can(login: str, sit, reception: Reception, key: int) -> None:
    reports = opened(sit(login))
    assert "授权签字人" in reports.acts["certificates.approve"].refusal()


def test_approval_asks_for_the_password_and_freezes_the_pages(seat: Seat, reports: Certificates, key: int, tmp_path: Path) -> None:
    seat.control(Key.Key_Return)
    said = words(seat.dialog)
    assert any(reports.card.row.number in text for text in said)
    sign(seat, PASSWORD)
    assert seat.dialog is None and reports.card.row.number in seat.done
    reports.show_thing(key)
    seat.settled()
    seat.qtbot.waitUntil(lambda: bool(reports.preview.sizes), timeout=30_000)
    text = said_on(reports.preview, tmp_path)
    assert "草稿" not in text and "签字人甲" in text
    told = "".join(words(reports.panel)).replace("\u200b", "").replace(" ", "").replace("\n", "")
    assert reports.card.document in told, "the digest of the file stands beside it"


def test_a_wrong_password_is_counted_said_and_can_be_given_again(seat: Seat, reports: Certificates) -> None:
    seat.control(Key.Key_Return)
    sign(seat, "wrong-1")
    assert "还可试 5 次" in seat.dialog.form._above.words and seat.dialog.form.editors["password"].hasSelectedText()
    for left in (4, 3, 2, 1):
        sign(seat, "wrong-2")
        assert f"还可试 {left} 次" in seat.dialog.form._above.words
    sign(seat, "wrong-3")
    assert "等 30 秒" in seat.dialog.form._above.words, "from the sixth on one waits"
    sign(seat, PASSWORD)
    assert "等" in seat.dialog.form._above.words
    seat.press(Key.Key_Escape)
    assert seat.dialog is None and reports.acts["certificates.approve"].refusal() is None, "nothing is signed"


def test_a_void_report_needs_a_reason_and_is_marked(sit, reception: Reception, tmp_path: Path) -> None:
    key = reception.issued()
    seat = sit("pi")
    reports = seat.go("certificates", key)
    seat.qtbot.waitUntil(lambda: bool(reports.preview.sizes), timeout=30_000)
    frozen = reports.preview.pdf
    reports.acts.do("certificates.void")
    seat.settled()
    sign(seat, PASSWORD)
    assert seat.dialog and seat.dialog.form.notes["reason"].words == "这一项要填。"
    sign(seat, PASSWORD, "样品名称写错 <甲> & 乙")
    assert seat.dialog is None
    seat.qtbot.waitUntil(lambda: reports.preview.pdf and reports.preview.pdf != frozen, timeout=30_000)
    assert "作废" in said_on(reports.preview, tmp_path)
    assert "样品名称写错 <甲> & 乙" in words(reports.panel)


def test_a_revision_is_drafted_beside_the_report_in_force(sit, reception: Reception) -> None:
    key = reception.issued()
    seat = sit("pi")
    reports = seat.go("certificates", key)
    reports.acts.do("certificates.revise")
    seat.settled()
    seat.type("地址写错")
    seat.control(Key.Key_Return)
    assert reports.card.row.revision == 2 and reports.card.row.id != key
    assert "地址写错" in words(reports.panel)


def test_the_pages_turn_and_grow_by_keys(reports: Certificates, seat: Seat) -> None:
    seat.to_widget(reports.preview._scroll)
    assert reports.preview.page() == 1
    seat.press(Key.Key_End)
    seat.press(Key.Key_PageDown, times=8)
    assert reports.preview.page() > 1


def test_no_report_says_what_will_make_one(sit) -> None:
    seat = sit("pi")
    reports = seat.go("certificates")
    assert any("草稿" in text for text in words(reports))
    for command in reports.acts:
        assert command.refusal(), command.name
