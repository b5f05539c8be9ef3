"""Laws of the window: places by rights, keys from everywhere, nothing heavy at start, everything has a name."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from shiboken6 import isValid

from lims import i18n
from lims.errors import Refusal, Trouble
from tests.ui.gallery import page
from tests.ui.rooms import Worker, window
from ui.kit import ask, crash
from ui.kit.scan import Scanner
from ui.kit.screen import Screen
from ui.navigation import PLACES
from ui.theme import TABLES, theme
from ui.window import Window


@pytest.fixture
def shown(desk, qtbot) -> Window:
    made = window(desk)
    qtbot.addWidget(made)
    made.open("bench")
    made.show()
    made.activateWindow()
    QApplication.processEvents()
    return made


def key(window: Window, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifier)


def test_opening_the_program_loads_no_database_and_no_report():
    """Each of them costs half a second or more; the window stands before they are needed."""
    code = "import sys, ui.window; print(sorted({'sqlalchemy', 'reportlab', 'alembic', 'pikepdf', 'pypdfium2', 'serial'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_person_sees_the_places_their_rights_use(desk, qtbot):
    made = window(desk, Worker("收样员", frozenset({"receive"})))
    qtbot.addWidget(made)
    assert list(made.navigation.rows) == ["today", "intake", "samples", "certificates", "businesses", "panels"]
    made.open("people")
    assert "人员" in made.strip.messages[0].title and made.screen_in_front is None


def test_places_stand_in_one_order_and_their_names_are_single():
    assert len({place.name for place in PLACES}) == len(PLACES)
    assert PLACES[0].name == "today" and PLACES[-1].name == "settings"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_every_place_has_its_screen_and_its_words(place):
    screen = place.load()
    assert issubclass(screen, Screen) and screen.title
    assert i18n._(place.title) != place.title, "the navigation speaks Chinese"


def test_a_key_opens_each_place_and_alt_left_goes_back(shown):
    key(shown, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
    assert shown.screen_in_front.heading() == "审核"
    key(shown, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shown.screen_in_front.heading() == "检验台"
    key(shown, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert shown.screen_in_front.heading() == "审核"


def test_ctrl_tab_goes_through_the_areas_and_comes_back_to_where_one_was(shown):
    shown.screen_in_front.table.setFocus()
    table = shown.focusWidget()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    seen = []
    for _area in range(4):
        key(shown, Qt.Key.Key_Tab, control)
        here = shown.focusWidget()
        seen.append(
            next(
                name for name, area in (("navigation", shown.navigation), ("panel", shown.screen_in_front.panel), ("screen", shown)) if area.isAncestorOf(here)
            )
        )
        if here is table:
            break
    assert shown.focusWidget() is table
    assert "navigation" in seen and seen[-1] == "screen"
    key(shown, Qt.Key.Key_Tab, control | shift)
    assert shown.focusWidget() is not table
    key(shown, Qt.Key.Key_Tab, control)
    assert shown.focusWidget() is table


def test_going_back_finds_the_same_row(shown):
    shown.screen_in_front.table.select("LS2026-00211", "result")
    shown.open("review")
    shown.back()
    assert shown.screen_in_front.table.current()[0] == "LS2026-00211"


def test_a_screen_fills_itself_when_what_it_watches_changes_and_only_then(shown, store):
    bench = shown.screen_in_front
    before = bench.filled
    store.tell("analysis")
    QApplication.processEvents()
    assert bench.filled == before + 1
    store.tell("person")
    QApplication.processEvents()
    assert bench.filled == before + 1
    shown.open("review")
    store.tell("analysis")
    QApplication.processEvents()
    assert bench.filled == before + 1, "what nobody sees is filled when it is seen again"
    shown.back()
    assert bench.filled == before + 2


def test_the_palette_lists_commands_with_their_refusals_and_places(shown):
    key(shown, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert shown.palette_.isVisible()
    entries = {entry.title: entry for entry in shown.palette_.shown()}
    assert entries["提交复核"].refusal.startswith("还差 1 格") and "限量" in entries
    shown.palette_.field.setText("审核")
    QTest.keyClick(shown.palette_.field, Qt.Key.Key_Return)
    assert shown.screen_in_front.heading() == "审核" and not shown.palette_.isVisible()


def test_a_refused_line_of_the_palette_cannot_be_chosen(shown):
    shown.show_palette()
    shown.palette_.field.setText("提交复核")
    QTest.keyClick(shown.palette_.field, Qt.Key.Key_Return)
    assert shown.palette_.isVisible() and not shown.screen_in_front.done
    QTest.keyClick(shown.palette_.field, Qt.Key.Key_Escape)
    assert not shown.palette_.isVisible()


def test_the_panel_can_be_hidden_and_asked_for(shown):
    panel = shown.screen_in_front.panel
    key(shown, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert not panel.isVisible()
    key(shown, Qt.Key.Key_F3)
    assert panel.isVisible()


def test_in_the_smallest_window_the_panel_leaves_the_primary_free(shown):
    shown.resize(theme.size("window_width"), theme.size("window_height"))
    QApplication.processEvents()
    front = shown.screen_in_front
    assert not front.panel.isVisible()
    front.why()
    assert front.panel.geometry().top() >= front.bar.geometry().bottom()
    shown.resize(1440, 900)
    QApplication.processEvents()
    assert front.panel.isVisible()


def test_errors_of_the_desk_become_messages(shown, desk, qtbot):
    def job(_work, error):
        raise error

    desk.ask(job, Refusal("你录入过其中一项结果。"))
    qtbot.waitUntil(lambda: bool(shown.strip.messages))
    assert shown.strip.messages[0].title == "你录入过其中一项结果。" and shown.strip.isVisible()
    desk.ask(job, Trouble("打印机没有接收。"))
    qtbot.waitUntil(lambda: len(shown.strip.messages) == 2)
    assert shown.strip.messages[0].label == "再试" and shown.strip._more.text() == "另有 1 条"
    shown.strip.dismiss()
    shown.strip.dismiss()
    assert not shown.strip.isVisible()


def test_another_language_makes_everything_anew_and_stays_where_one_is(shown):
    shown.open("review")
    shown.speak("en")
    assert i18n.language() == "en"
    assert shown.screen_in_front.heading() == "审核", "an invented screen has no English"
    assert shown.navigation.rows["limits"].accessibleName() == "Limits"
    key(shown, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert shown.screen_in_front.heading() == "检验台"


def test_a_window_that_is_gone_hears_nothing_more(desk, store, qtbot):
    """Another person signs in at the same desk: the first person's window and screens are thrown away."""
    made = window(desk)
    made.open("bench")
    made.deleteLater()
    QApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    assert not isValid(made)
    desk.refused.emit("No.")
    desk.troubled.emit("No.", print)
    desk.busy.emit(True)
    store.tell("analysis")
    QApplication.processEvents()
    theme.use("dark")


def test_counts_stand_beside_their_places(shown):
    shown.navigation.count({"matched": 3, "unmatched": 2})
    assert shown.navigation.rows["inbox"].accessibleName() == "仪器收件箱 5"


class Hand:
    """A clock that a test moves."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def scanner(qapp):
    hand = Hand()
    made = Scanner(qapp, hand)
    qapp.installEventFilter(made)
    made.hand = hand
    yield made
    qapp.removeEventFilter(made)
    made.deleteLater()


def type_code(scanner: Scanner, field: QWidget, code: str, apart: float) -> None:
    for letter in code:
        scanner.hand.now += apart
        QTest.keyClicks(field, letter)
    scanner.hand.now += apart
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_scan_is_heard_and_leaves_the_field_as_it_was(scanner, qtbot):
    field = QLineEdit("remark")
    qtbot.addWidget(field)
    field.show()
    field.activateWindow()
    QApplication.processEvents()
    field.setFocus()
    entered = []
    field.returnPressed.connect(lambda: entered.append(1))
    with qtbot.waitSignal(scanner.scanned) as heard:
        type_code(scanner, field, "LS2026-00207", 0.005)
    assert heard.args == ["LS2026-00207"] and field.text() == "remark" and not entered


def test_a_person_typing_is_no_scanner(scanner, qtbot):
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    field.activateWindow()
    QApplication.processEvents()
    field.setFocus()
    with qtbot.assertNotEmitted(scanner.scanned):
        type_code(scanner, field, "LS2026-00207", 0.080)
    assert field.text() == "LS2026-00207"


def test_a_field_for_scans_takes_the_scan_as_typing(scanner, qtbot):
    field = QLineEdit()
    field.setProperty("scans", True)
    qtbot.addWidget(field)
    field.show()
    field.activateWindow()
    QApplication.processEvents()
    field.setFocus()
    with qtbot.assertNotEmitted(scanner.scanned):
        type_code(scanner, field, "LS2026-00207", 0.005)
    assert field.text() == "LS2026-00207"


def test_an_unknown_code_is_said_in_full(shown):
    shown.scanned("LS2026-0027")
    assert "LS2026-0027" in shown.strip.messages[0].title


def test_a_reason_is_asked_until_it_is_given(shown, qtbot):
    heard = []
    dialog = ask.reason(shown, "退回检验台", then=lambda reason, asked: heard.append((reason, asked)))
    dialog.act.click()
    assert not heard and dialog.form.notes["reason"].words == "这一项要填。"
    dialog.form.editors["reason"].setPlainText("附图谱")
    dialog.act.click()
    assert heard[0][0] == "附图谱"
    heard[0][1].done_with(None)(None)
    assert not dialog.isVisible()


def test_a_wrong_password_is_said_in_the_dialog_and_can_be_given_again(shown, desk, qtbot):
    signed = []

    def sign(_work, password):
        if password != "right":
            raise Refusal("密码不对。还可试 2 次。")
        return "digest"

    def then(password, dialog):
        desk.ask(sign, password, then=dialog.done_with(signed.append), form=dialog)

    dialog = ask.signature(shown, meaning="我核对了原始记录", thing="NC2026-00412", then=then)
    dialog.activateWindow()
    QApplication.processEvents()
    QTest.keyClicks(dialog.form.editors["password"], "wrong")
    QTest.keyClick(dialog.form.editors["password"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.form._above.words == "密码不对。还可试 2 次。")
    assert dialog.isVisible() and not shown.strip.messages
    QTest.keyClicks(dialog.form.editors["password"], "right")
    QTest.keyClick(dialog.form.editors["password"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: signed == ["digest"])


def test_what_nobody_foresaw_is_shown_with_a_report_to_copy(qtbot, caplog):
    watch = crash.Watch()
    with caplog.at_level("CRITICAL"):
        watch.report(ZeroDivisionError("a bug"))
    qtbot.addWidget(watch.window)
    watch.report(KeyError("another"))
    text = watch.window.text.toPlainText()
    assert "ZeroDivisionError: a bug" in text and "KeyError" in text and "PySide6" in text
    watch.window.reject()
    assert watch.window is None


def nameless(whole: QWidget) -> list[str]:
    """Return what a reader would meet without a name."""
    wanted = (QAbstractButton, QLineEdit)
    return [
        f"{type(widget).__name__} {widget.objectName()}"
        for kind in wanted
        for widget in whole.findChildren(kind)
        if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not _name(widget)
    ]


def _name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


def test_everything_that_takes_the_focus_has_a_name(shown):
    for place in ("bench", "review", "inbox"):
        shown.open(place)
        assert nameless(shown) == []


def small_chinese(whole: QWidget) -> list[str]:
    """Return labels with Chinese in less than 12 px."""
    return [label.text() for label in whole.findChildren(QLabel) if any(sign > "\u2e80" for sign in label.text()) and label.font().pixelSize() < 12]


@pytest.mark.parametrize("look", TABLES)
def test_every_part_is_drawn_in_every_look(look, qtbot):
    theme.use(look)
    whole = page()
    qtbot.addWidget(whole)
    whole.show()
    picture = whole.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)}
    assert {theme.hex(token).lower() for token in ("surface", "window", "bad_solid", "warn_solid", "hold_solid", "accent")} <= colours
    assert small_chinese(whole) == []


def test_the_looks_change_under_an_open_window(shown):
    shown.look("dark")
    QApplication.processEvents()
    picture = shown.grab().toImage()
    assert picture.pixelColor(picture.width() // 2, picture.height() - 150).name() == theme.tokens["surface"].values["dark"].lower()
