"""What holds of every form and every dialog, opened in every language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt

from lims import i18n
from tests.ui.screens import looking
from tests.ui.screens.reception import Reception, Seat
from ui.kit.command import Button
from ui.screens.people import change_password

LANGUAGES = [*i18n.LANGUAGES, "pseudo"]
FORMS: dict[str, tuple[str, Any, str]] = {
    "a new account": ("people", None, "people.add"),
    "an account": ("people", "jian", "people.change"),
    "an instrument": ("instruments", "GC-01", "instruments.change"),
    "a new instrument": ("instruments", None, "instruments.add"),
    "a business": ("businesses", None, "businesses.change"),
    "a day": ("calendar", date(2026, 10, 1), "calendar.change"),
    "a new day": ("calendar", None, "calendar.add"),
    "an edition's dates": ("standards", "GB 2763-2026", "standards.change"),
    "a new edition": ("standards", None, "standards.add"),
    "a new product": ("products", None, "products.add"),
    "a method": ("items", "carbofuran", "items.change"),
    "a line of the scope": ("scope", None, "scope.add"),
    "several lines of the scope": ("scope", None, "scope.paste"),
    "a product being placed": ("products", ("maize", "GB 2763"), "products.place"),
    "a sampling form": ("intake", None, "intake.new"),
    "a check": ("intake", "LS2026-00001", "intake.go"),
}
DIALOGS: dict[str, tuple[str, Any, str]] = {
    "a first password": ("people", "jian", "people.reset"),
    "a refusal": ("intake", "LS2026-00001", "intake.refuse"),
    "a confirmation": ("limits", "gb2760-2024-sulphur-dioxide-wine", "limits.confirm"),
    "a confirmed standard": ("standards", "GB 2760-2024", "standards.confirm"),
    "a confirmed placement": ("products", ("maize", "GB 2763"), "products.go"),
    "an ended line of the scope": ("scope", None, "scope.end"),
    "a cleared day": ("calendar", date(2026, 10, 1), "calendar.clear"),
    "a rejection": ("inbox", None, "inbox.reject"),
    "what a code means": ("inbox", None, "inbox.map"),
    "a kit lot": ("instruments", "GC-01", "instruments.lots"),
    "readings by rule": ("instruments", "GC-01", "instruments.let_in"),
    "a return": ("review", None, "review.return"),
    "a repetition": ("bench", "W2026-0001", "bench.repeat"),
    "a cancellation": ("bench", "W2026-0001", "bench.cancel"),
    "a void": ("certificates", 2, "certificates.void"),
    "a revision": ("certificates", 2, "certificates.revise"),
}


@pytest.fixture
def laboratory(laboratories: dict[str, Reception]) -> Reception:
    return laboratories["filled"]


def opened(seat: Seat, place: str, key: Any, command: str) -> Any:
    screen = seat.go(place, key)
    seat.settled()
    refusal = screen.acts[command].refusal()
    assert refusal is None, refusal
    screen.acts[command].run()
    seat.settled()
    return screen


def closed(seat: Seat, screen: Any) -> None:
    if seat.dialog:
        seat.dialog.reject()
    elif "leave" in {name.split(".")[1] for name in (command.name for command in screen.acts)}:
        leave = next(command for command in screen.acts if command.name.endswith(".leave"))
        leave.run()
    seat.settled()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_nameless_out_of_reach_or_left_untranslated(language: str, laboratory: Reception, sit: Callable[..., Seat]) -> None:
    i18n.use(language)
    seat, wrong, data = sit("all", laboratory), {}, looking.own_words(laboratory)
    for name, (place, key, command) in {**FORMS, **DIALOGS}.items():
        screen = opened(seat, place, key, command)
        whole = seat.dialog or seat.window
        found = [*looking.cut_labels(whole), *looking.marked_up(whole), *looking.nameless(whole), *cut_buttons(whole)]
        if seat.dialog is None:
            found += looking.unreached(seat.window, screen)
        if language == "pseudo":
            found += looking.left_over(looking.words(whole), data)
        if found:
            wrong[name] = found
        closed(seat, screen)
    assert wrong == {}


def cut_buttons(whole: Any) -> list[str]:
    return [one.words for one in looking.seen(whole, Button) if one.words and one.width() < one.sizeHint().width()]


def test_what_is_needed_is_said_and_the_cursor_goes_there(laboratory: Reception, sit: Callable[..., Seat]) -> None:
    seat = sit("all", laboratory)
    for place, key, command in DIALOGS.values():
        screen = seat.go(place, key)
        seat.settled()
        before = seat.focus
        screen.acts[command].run()
        seat.settled()
        dialog = seat.dialog
        assert dialog is not None, command
        editors = dialog.form.editors
        needed = [name for name, field in dialog.form.fields.items() if not field.optional and editors[name].get() in ("", None)]
        assert dialog.form.isAncestorOf(seat.focus), "a dialog has the cursor in its first field"
        if needed:
            seat.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            assert seat.dialog is dialog
            assert all(dialog.form.notes[name].words == "这一项要填。" for name in needed)
            assert seat.focus.objectName() == needed[0] or seat.focus.parentWidget().objectName() == needed[0]
        seat.press(Qt.Key.Key_Escape)
        assert seat.dialog is None and seat.focus is before, "Esc gives it up, and the cursor is where it was"


@pytest.mark.parametrize("language", LANGUAGES)
def test_ones_own_password(language: str, laboratory: Reception, sit: Callable[..., Seat]) -> None:
    i18n.use(language)
    seat = sit("jian", laboratory)
    seat.go("today")
    change_password(seat.window, seat.desk, laboratory.people["jian"])
    seat.settled()
    assert looking.cut_labels(seat.dialog) == [] and looking.nameless(seat.dialog) == []
