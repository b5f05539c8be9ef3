"""Laws of accounts: made with a first password, changed, given a new one; roles that cannot meet are said; one's own password is changed by its owner."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from lims.errors import Refusal
from lims.rules.rights import Role
from lims.services import people as service
from lims.views import people as view
from tests.ui.screens.looking import words
from tests.ui.screens.reception import PASSWORD, Reception, Seat
from ui.screens.people import People, change_password

Key = Qt.Key


@pytest.fixture
def seat(sit) -> Seat:
    made = sit("guan")
    made.go("people")
    return made


@pytest.fixture
def people(seat: Seat) -> People:
    return seat.window.screen_in_front


def row(reception: Reception, login: str) -> view.PersonRow:
    return next(one for one in reception.do(view.rows) if one.login == login)


def tick(seat: Seat, *names: str) -> None:
    for name in names:
        seat.to(name)
        seat.press(Key.Key_Space)


def new(seat: Seat, login: str = "yi", name: str = "检验员 乙", password: str = "first-2026", roles: tuple[str, ...] = ("analyst",)) -> None:
    seat.control(Key.Key_N)
    for field, typed in (("login", login), ("name", name), ("password", password)):
        seat.to(field)
        seat.write(typed)
    tick(seat, *roles)
    seat.control(Key.Key_Return)


def test_an_account_is_made_by_keys_and_its_password_must_be_changed(seat: Seat, people: People, reception: Reception) -> None:
    new(seat)
    made = row(reception, "yi")
    assert made.roles == frozenset({Role.ANALYST}) and made.must_change and made.active
    assert people.table.current().login == "yi" and people.table.hasFocus()
    assert {"检验员 乙", "须改密码"} <= set(words(people.panel))


def test_roles_that_cannot_meet_are_said_and_nothing_is_written(seat: Seat, people: People, reception: Reception) -> None:
    new(seat, roles=("analyst", "administrator"))
    assert "管理员" in people.form._above.words
    assert "yi" not in {one.login for one in reception.do(view.rows)}
    assert people.form.editors["name"].get() == "检验员 乙", "nothing has to be typed again"
    tick(seat, "administrator")
    seat.control(Key.Key_Return)
    assert row(reception, "yi").roles == frozenset({Role.ANALYST})


def test_no_role_at_all_is_said(seat: Seat, people: People) -> None:
    new(seat, roles=())
    assert people.form._above.words


@pytest.mark.parametrize(("field", "typed"), [("login", "jian"), ("login", "a b"), ("password", "short"), ("password", "yi-yi-yi"), ("name", " ")])
def test_a_mistake_stands_beside_its_field(field: str, typed: str, seat: Seat, people: People, reception: Reception) -> None:
    before = len(reception.do(view.rows))
    new(seat, **{field: typed})
    assert people.form.notes[field].words, people.form._above.words
    assert len(reception.do(view.rows)) == before


def test_an_account_is_closed_and_opened_again(seat: Seat, people: People, reception: Reception) -> None:
    people.table.select("jian")
    seat.press(Key.Key_F2)
    tick(seat, "active")
    seat.control(Key.Key_Return)
    assert not row(reception, "jian").active
    assert "已停用" in words(people.panel)
    with pytest.raises(Refusal):
        reception.do(service.sign_in, "jian", PASSWORD)


def test_the_last_administrator_stays(seat: Seat, people: People, reception: Reception) -> None:
    people.table.select("guan")
    seat.press(Key.Key_F2)
    tick(seat, "active")
    seat.control(Key.Key_Return)
    assert "管理员" in people.form._above.words and row(reception, "guan").active


def test_a_new_first_password_ends_a_wait(seat: Seat, people: People, reception: Reception) -> None:
    for _try in range(6):
        with pytest.raises(Refusal):
            reception.do(service.sign_in, "jian", "wrong")
    seat.settled()
    people.table.select("jian")
    seat.settled()
    assert row(reception, "jian").locked_until
    people.acts.do("people.reset")
    seat.settled()
    seat.type("first-2027")
    seat.press(Key.Key_Return)
    assert seat.dialog is None and "检验员甲" in seat.done
    assert reception.do(service.sign_in, "jian", "first-2027").must_change


def test_ones_own_password_is_changed_with_the_present_one(sit, reception: Reception) -> None:
    seat = sit("jian")
    seat.go("today")
    dialog = change_password(seat.window, seat.desk, reception.people["jian"])
    seat.settled()

    def answer(old: str, first: str, again: str) -> None:
        for name, typed in (("old", old), ("new", first), ("again", again)):
            seat.to(name)
            seat.write(typed)
        seat.press(Key.Key_Return)

    answer(PASSWORD, "mine-2026", "mine-2027")
    assert dialog.form.notes["again"].words == "两次密码不一样。"
    answer("wrong", "mine-2026", "mine-2026")
    assert "还可试" in dialog.form.notes["old"].words
    answer(PASSWORD, "short", "short")
    assert dialog.form.notes["new"].words
    answer(PASSWORD, "mine-2026", "mine-2026")
    assert seat.dialog is None and seat.done
    assert reception.do(service.sign_in, "jian", "mine-2026").actor.login == "jian"


def test_a_dialog_given_up_while_its_answer_is_on_the_way_is_missed_by_nobody(sit, reception: Reception) -> None:
    seat = sit("jian")
    seat.go("today")
    dialog = change_password(seat.window, seat.desk, reception.people["jian"])
    for name, typed in (("old", "wrong"), ("new", "mine-2026"), ("again", "mine-2026")):
        dialog.form.editors[name].put(typed)
    dialog.send()
    dialog.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    seat.settled()
    assert seat.dialog is None and not seat.fallen


def test_what_a_role_may_do_is_told(seat: Seat, people: People) -> None:
    people.table.select("jian")
    seat.settled()
    said = " ".join(words(people.panel))
    assert "检验员" in said and "录入结果" in said


def test_a_form_that_was_begun_is_not_lost_to_the_cursor(seat: Seat, people: People) -> None:
    people.table.select("jian")
    seat.press(Key.Key_F2)
    seat.to("name")
    seat.write("检验员丁")
    people.table.select("shen")
    seat.settled()
    assert people.form.editors["name"].get() == "检验员丁" and people.unfinished()
    seat.press(Key.Key_Escape)
    assert people.form is None and people.unfinished() is None
