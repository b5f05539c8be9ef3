"""Laws of the desk: one clerk in order, answers on the screen's thread, and each kind of error in its own sight."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel

from lims.errors import Mistakes, Refusal, Stale, Trouble
from ui.kit.desk import Desk


def test_work_is_done_in_one_unit_on_one_other_thread_and_answered_here(desk, store, qtbot):
    seen = []

    def job(work, number):
        seen.append((threading.current_thread().name, work.open))
        return number

    answers = []
    for number in range(20):
        desk.ask(job, number, then=lambda answer: answers.append((answer, threading.current_thread())))
    qtbot.waitUntil(desk.idle)
    assert [answer for answer, _thread in answers] == list(range(20))
    assert {thread for _answer, thread in answers} == {threading.main_thread()}
    assert len({name for name, _open in seen}) == 1 and {count for _name, count in seen} == {1}
    assert "MainThread" not in {name for name, _open in seen}


def test_the_person_is_handed_on_as_by(desk, qtbot):
    heard = []
    desk.ask(lambda work, *, by, reason: (by, reason), by="ana", reason="spilt", then=heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("ana", "spilt")]


def fail(error):
    def job(_work):
        raise error

    return job


@pytest.mark.parametrize(("error", "signal"), [(Refusal("No."), "refused"), (Stale("Changed."), "stale"), (Mistakes({"a": "Wrong."}), "refused")])
def test_an_error_becomes_its_words(desk, qtbot, error, signal):
    with qtbot.waitSignal(getattr(desk, signal)) as heard:
        desk.ask(fail(error), then=lambda _answer: pytest.fail("there is no answer"))
    assert heard.args[0] in {"No.", "Changed.", "Wrong."}


def test_trouble_can_be_tried_again(desk, qtbot):
    tries, answers = [], []

    def job(_work):
        tries.append(1)
        if len(tries) == 1:
            raise Trouble("The disk is full.")
        return "saved"

    with qtbot.waitSignal(desk.troubled) as heard:
        desk.ask(job, then=answers.append)
    heard.args[1]()
    qtbot.waitUntil(lambda: answers == ["saved"])


def test_a_bug_goes_to_the_crash_window_and_the_desk_works_on(desk, qtbot):
    with qtbot.waitSignal(desk.crashed) as heard:
        desk.ask(fail(ZeroDivisionError("bug")))
    assert isinstance(heard.args[0], ZeroDivisionError)
    with qtbot.waitSignal(desk.refused):
        desk.ask(fail(Refusal("No.")))


class Form(QObject):
    """Whoever shows mistakes."""

    def __init__(self):
        super().__init__()
        self.noted = {}

    def note(self, mistakes):
        self.noted = mistakes


def test_mistakes_and_refusals_go_to_the_form_that_asked(desk, qtbot):
    form = Form()
    desk.ask(fail(Mistakes({"name": "Needed."})), form=form)
    qtbot.waitUntil(lambda: form.noted == {"name": "Needed."})
    desk.ask(fail(Refusal("Not now.")), form=form)
    qtbot.waitUntil(lambda: form.noted == {"": "Not now."})


def test_an_answer_for_a_screen_that_is_gone_is_dropped(desk, qtbot):
    label = QLabel()
    go = threading.Event()
    desk.ask(lambda _work: go.wait(5) and "late", then=label.setText)
    label.deleteLater()
    qtbot.wait(10)
    go.set()
    qtbot.waitUntil(desk.idle)


def test_an_answer_through_a_function_that_holds_a_gone_screen_is_dropped(desk, qtbot):
    label = QLabel()
    go = threading.Event()

    def further(then):
        return lambda answer: then(answer)

    desk.ask(lambda _work: go.wait(5) and "late", then=lambda answer: label.setText(answer))
    desk.ask(lambda _work: "late", then=further(label.setText))
    label.deleteLater()
    qtbot.wait(10)
    go.set()
    qtbot.waitUntil(desk.idle)


def test_of_questions_asked_while_typing_only_the_newest_is_answered(desk, qtbot):
    heard, done = [], []
    go = threading.Event()
    desk.ask(lambda _work: go.wait(5))
    for text in ("l", "le", "lea"):
        desk.ask(lambda _work, text=text: done.append(text) or text, then=heard.append, once="find")
    go.set()
    qtbot.waitUntil(desk.idle)
    assert heard == ["lea"] and done == ["lea"]


def test_what_changed_is_told_on_the_screens_thread(desk, store, qtbot):
    heard = []
    desk.changed.connect(lambda kinds: heard.append((kinds, threading.current_thread())))
    thread = threading.Thread(target=store.tell, args=("sample", "analysis"))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(frozenset({"sample", "analysis"}), threading.main_thread())]


def test_a_person_is_told_when_work_lasts(desk, qtbot):
    go = threading.Event()
    with qtbot.waitSignal(desk.busy, timeout=2000) as busy:
        desk.ask(lambda _work: go.wait(5))
    assert busy.args == [True]
    with qtbot.waitSignal(desk.busy) as busy:
        go.set()
    assert busy.args == [False]


def test_a_closed_desk_hears_nothing_more(store, qapp):
    made = Desk(store)
    made.close()
    assert not store.on_change
