"""Laws of commands: a name and a key are taken once, a refused button says why, and a reader hears it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ui.kit.command import Bar, Button, Command, Commands, button, icon_button


@pytest.fixture
def room(qtbot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    QVBoxLayout(made)
    return made


def front(widget: QWidget) -> None:
    widget.show()
    widget.activateWindow()
    QApplication.processEvents()


def test_a_name_is_taken_once(room):
    with pytest.raises(ValueError, match="two commands are called a"):
        Commands(room, Command("a", "A", print), Command("a", "B", print))


def test_a_key_is_taken_once_however_it_is_written(room):
    with pytest.raises(ValueError, match="taken by a"):
        Commands(room, Command("a", "A", print, "Ctrl+D"), Command("b", "B", print, "ctrl+d"))


def test_a_screen_cannot_take_a_key_of_the_program(room):
    program = Commands(room, Command("again", "Again", print, "F5"))
    with pytest.raises(ValueError, match="taken by again"):
        Commands(QWidget(room), Command("mine", "Mine", print, "F5"), within=program)


def test_a_screen_has_one_primary_command(room):
    with pytest.raises(ValueError, match="one primary"):
        Commands(room, Command("a", "A", print, kind="primary"), Command("b", "B", print, "F7", kind="primary"))


def test_keys_of_chinese_input_are_nobodys(room):
    with pytest.raises(ValueError, match="Chinese input"):
        Commands(room, Command("a", "A", print, "Ctrl+Space"))


def test_a_refused_button_does_nothing_and_says_why(room, qtbot):
    done, refusal = [], ["You entered one of these results <yourself>."]
    commands = Commands(room, Command("pass", "Pass", lambda: done.append(1), refusal=lambda: refusal[0]))
    made = button(commands["pass"], commands=commands)
    room.layout().addWidget(made)
    front(room)
    made.setFocus()
    assert made.hasFocus(), "it is reached by Tab, so that a reader hears it"
    QTest.mouseClick(made, Qt.MouseButton.LeftButton)
    QTest.keyClick(made, Qt.Key.Key_Space)
    QTest.keyClick(made, Qt.Key.Key_Return)
    assert not done
    assert made.accessibleDescription() == refusal[0] and "&lt;yourself&gt;" in made.toolTip()
    refusal[0] = None
    commands.refresh()
    QTest.keyClick(made, Qt.Key.Key_Return)
    assert done == [1] and not made.accessibleDescription()


def test_a_refused_key_says_why(room, qtbot):
    commands = Commands(room, Command("submit", "Submit", print, refusal=lambda: "1 cell is empty."))
    with qtbot.waitSignal(commands.refused) as refused:
        commands.do("submit")
    assert refused.args == ["1 cell is empty."]


def test_a_key_runs_its_command(room, qtbot):
    done = []
    Commands(room, Command("submit", "Submit", lambda: done.append(1), kind="primary"))
    field = Button("x")
    room.layout().addWidget(field)
    front(room)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert done == [1]


def test_the_reason_stands_beside_the_primary_and_then_what_remains(room):
    refusal = ["1 cell is empty."]
    commands = Commands(room, Command("submit", "Submit", print, kind="primary", refusal=lambda: refusal[0]))
    bar = Bar(commands)
    room.layout().addWidget(bar)
    commands.refresh()
    assert bar.reason.text() == "1 cell is empty."
    refusal[0] = None
    bar.remain("Row 8 stays.")
    assert bar.reason.text() == "Row 8 stays."


def test_at_most_five_commands_stand_at_the_left(room):
    commands = Commands(room, *(Command(str(number), "A", print) for number in range(6)))
    with pytest.raises(ValueError, match="at most 5"):
        Bar(commands)


def test_a_label_may_count(room):
    count = [13]
    made = button(Command("receive", lambda: f"Receive {count[0]}", print))
    count[0] = 12
    made.refresh()
    assert made.words == made.accessibleName() == "Receive 12"


def test_a_button_without_words_has_a_name(qtbot):
    made = icon_button("x", "Close")
    qtbot.addWidget(made)
    assert made.accessibleName() == "Close" and made.toolTip()
