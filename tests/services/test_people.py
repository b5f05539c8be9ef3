"""Accounts: who comes in, who does not, and how often one may guess."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from lims.db.store import Store
from lims.domain.people import Person
from lims.domain.trail import TrailLine
from lims.errors import Refusal
from lims.rules.rights import Role
from lims.services import analyses, certificates, people
from lims.services.passwords import Argon2
from lims.services.people import AccountDraft
from lims.views import people as view
from tests.services.small import FIRST, PASSWORD, PASSWORDS, Apart, Small

WRONG = "wrong-2026"
BENCH_ROLES = frozenset({Role.ANALYST})


def guess(small: Small, times: int, login: str = "jian") -> list[str]:
    """Try a wrong password so often, each time after any wait is over; return what is said."""
    said = []
    for _time in range(times):
        with pytest.raises(Refusal) as caught:
            small.do(people.sign_in, login, WRONG)
        said.append(caught.value.words)
        with small.store.work() as work:
            until = work.scalar(select(Person.locked_until).where(Person.login == login))
            wait = until - work.now() if until else timedelta()
        if wait > timedelta() and len(said) < times:
            small.clock.forward(wait)
    return said


def test_who_knows_the_password_comes_in_with_the_rights_of_the_roles(small: Small) -> None:
    entry = small.do(people.sign_in, " jian ", PASSWORD)
    assert entry.actor == small.people["jian"]
    assert not entry.must_change


def test_an_unknown_name_and_a_wrong_password_do_not_tell_accounts_apart_by_what_is_hashed(small: Small) -> None:
    assert small.refused(people.sign_in, "nobody", PASSWORD) == "The sign-in name or the password is wrong."


def test_five_wrong_passwords_are_free_and_each_says_how_many_are_left(small: Small) -> None:
    assert guess(small, 5) == [f"Wrong password. {left} tries left, then a wait of 30 seconds." for left in (5, 4, 3, 2, 1)]
    assert small.do(people.sign_in, "jian", PASSWORD).actor.login == "jian"


def test_from_the_sixth_wrong_password_on_the_wait_is_thirty_seconds_doubling_to_fifteen_minutes(small: Small) -> None:
    guess(small, 5)
    waits = [30, 60, 120, 240, 480, 900, 900]
    assert guess(small, len(waits)) == [f"Wrong password. Wait {wait} s." for wait in waits]


def test_during_a_wait_even_the_right_password_is_refused_and_afterwards_it_opens(small: Small) -> None:
    guess(small, 6)
    assert small.refused(people.sign_in, "jian", PASSWORD).startswith("Too many wrong passwords. Wait ")
    small.clock.forward(timedelta(seconds=30))
    assert small.do(people.sign_in, "jian", PASSWORD)
    assert guess(small, 1) == ["Wrong password. 5 tries left, then a wait of 30 seconds."]


def test_wrong_passwords_are_counted_by_account(small: Small) -> None:
    guess(small, 6)
    assert small.do(people.sign_in, "jian2", PASSWORD)
    assert guess(small, 1, "jian2") == ["Wrong password. 5 tries left, then a wait of 30 seconds."]


def test_a_wait_survives_closing_and_opening_the_laboratory(small: Small) -> None:
    guess(small, 6)
    url = small.store.url
    small.store.close()
    with closing(Store(url, PASSWORDS, small.clock)) as again:
        opened = Small(again, small.clock)
        assert opened.refused(people.sign_in, "jian", PASSWORD).startswith("Too many wrong passwords.")


def test_a_wrong_password_at_a_signature_counts_although_its_unit_of_work_is_undone(small: Small) -> None:
    key = small.reviewed()
    small.confirm()
    for left in (5, 4, 3, 2, 1):
        with pytest.raises(Refusal, match=f"{left} tries left"):
            small.do(certificates.approve, key, WRONG, by="pi")
    with pytest.raises(Refusal, match="Wait 30 s"):
        small.do(certificates.approve, key, WRONG, by="pi")
    with pytest.raises(Refusal, match="Too many wrong passwords"):
        small.do(certificates.approve, key, PASSWORD, by="pi")
    small.clock.forward(timedelta(seconds=30))
    assert small.do(certificates.approve, key, PASSWORD, by="pi")


def test_a_wrong_old_password_counts_too(small: Small) -> None:
    with pytest.raises(Refusal, match="5 tries left"):
        small.do(people.change_password, WRONG, "another-2026", by="jian")
    assert guess(small, 1) == ["Wrong password. 4 tries left, then a wait of 30 seconds."]


def test_guesses_at_once_from_two_workstations_are_counted_one_by_one(small: Small, apart: Apart) -> None:
    said = apart(lambda work: people._count_failure(work, "jian"), lambda work: people.sign_in(work, "jian", WRONG))
    assert isinstance(said, Refusal)
    with small.store.work() as work:
        assert work.scalar(select(Person.failures).where(Person.login == "jian")) == 2


def test_a_closed_account_neither_signs_in_nor_signs(small: Small) -> None:
    small.do(people.amend, "pi", "姓pi", frozenset({Role.SIGNATORY}), False, by="guan")
    closed = "This account is closed. The administrator can open it again."
    assert small.refused(people.sign_in, "pi", PASSWORD) == closed
    assert small.refused(people.change_password, PASSWORD, "another-2026", by="pi") == closed


def test_who_is_signed_in_when_the_account_is_closed_can_do_nothing_more(small: Small) -> None:
    number = small.submitted()
    small.do(people.amend, "shen", "姓shen", frozenset({Role.REVIEWER}), False, by="guan")
    said = small.refused(analyses.review, list(small.keys(number).values()), by="shen")
    assert said == "This account is closed. The administrator can open it again."


def test_a_role_taken_away_or_given_counts_at_once_for_who_is_signed_in(small: Small) -> None:
    number = small.submitted()
    keys = list(small.keys(number).values())
    small.do(people.amend, "shen", "姓shen", frozenset({Role.ANALYST}), True, by="guan")
    assert small.refused(analyses.review, keys, by="shen") == "You may not review. Reviewer can."
    small.do(people.amend, "shen", "姓shen", frozenset({Role.REVIEWER}), True, by="guan")
    small.do(analyses.review, keys, by="shen")


def test_a_password_given_by_somebody_else_opens_nothing_but_its_own_change(small: Small) -> None:
    key = small.reviewed()
    small.confirm()
    small.do(people.reset_password, "pi", FIRST, by="guan")
    assert small.do(people.sign_in, "pi", FIRST).must_change
    said = "Your password was set by somebody else. Change it before you sign anything."
    assert small.refused(certificates.approve, key, FIRST, by="pi") == said
    assert small.refused(certificates.revise, key, reason="x", by="pi") == said
    small.do(people.change_password, FIRST, "mine-2026", by="pi")
    assert not small.do(people.sign_in, "pi", "mine-2026").must_change
    assert small.do(certificates.approve, key, "mine-2026", by="pi")


def test_a_new_account_must_change_its_first_password(small: Small) -> None:
    small.do(people.create, AccountDraft("xin", "新人", BENCH_ROLES, FIRST), by="guan")
    assert small.do(people.sign_in, "xin", FIRST).must_change


def test_a_new_first_password_ends_a_wait(small: Small) -> None:
    guess(small, 6)
    small.do(people.reset_password, "jian", FIRST, by="guan")
    assert small.do(people.sign_in, "jian", FIRST)


def test_a_poor_password_is_noted_beside_its_field(small: Small, subtests: pytest.Subtests) -> None:
    for new, words in (
        ("short-7", "At least 8 characters."),
        ("my-JIAN-2026", "The password must not hold the sign-in name."),
        (PASSWORD, "This is the password you have already."),
    ):
        with subtests.test(words):
            assert small.mistaken(people.change_password, PASSWORD, new, by="jian") == {"new": words}


DRAFT = AccountDraft("ding", "丁", BENCH_ROLES, FIRST)
DRAFT_MISTAKES = (
    ({"login": "j"}, "Two or more letters or digits, without blanks."),
    ({"login": "a b"}, "Two or more letters or digits, without blanks."),
    ({"login": "JIAN"}, "This sign-in name is taken."),
    ({"name": " "}, "The name is needed."),
    ({"name": "丁" * 121}, "At most 120 characters."),
    ({"roles": frozenset()}, "Choose at least one role."),
    ({"roles": frozenset({Role.ADMINISTRATOR, Role.ANALYST})}, "The administrator holds no right of the bench. Give the other roles to another account."),
    ({"password": "1234567"}, "At least 8 characters."),
)


def test_a_mistake_in_a_new_account_is_noted_beside_its_field(small: Small, subtests: pytest.Subtests) -> None:
    for change, words in DRAFT_MISTAKES:
        with subtests.test(words):
            assert small.mistaken(people.create, replace(DRAFT, **change), by="guan") == {next(iter(change)): words}


def test_a_name_too_long_for_the_trail_is_refused_in_a_change_too(small: Small) -> None:
    assert small.mistaken(people.amend, "jian", "检" * 121, BENCH_ROLES, True, by="guan") == {"name": "At most 120 characters."}


def test_the_only_administrator_stays_one(small: Small) -> None:
    said = "This is the only administrator. Make another one first."
    assert small.refused(people.amend, "guan", "管理员", frozenset({Role.ADMINISTRATOR}), False, by="guan") == said
    assert small.refused(people.amend, "guan", "管理员", BENCH_ROLES, True, by="guan") == said
    small.do(people.create, AccountDraft("guan2", "管理员二", frozenset({Role.ADMINISTRATOR}), FIRST), by="guan")
    small.do(people.amend, "guan", "管理员", frozenset({Role.ADMINISTRATOR}), False, by="guan")
    assert [row.login for row in small.do(view.rows) if not row.active] == ["guan"]


def test_two_administrators_cannot_close_each_other_at_once(small: Small, apart: Apart) -> None:
    keeper = frozenset({Role.ADMINISTRATOR})
    small.do(people.create, AccountDraft("guan2", "管理员二", keeper, FIRST), by="guan")
    small.people["guan2"] = small.do(people.sign_in, "guan2", FIRST).actor
    small.do(people.change_password, FIRST, PASSWORD, by="guan2")
    said = apart(
        lambda work: people.amend(work, "guan2", "管理员二", keeper, False, by=small.people["guan"]),
        lambda work: people.amend(work, "guan", "管理员", keeper, False, by=small.people["guan2"]),
    )
    assert isinstance(said, Refusal)
    assert [row.login for row in small.do(view.rows) if row.active and Role.ADMINISTRATOR in row.roles] == ["guan"]


def test_nobody_is_amended_who_is_not_there(small: Small) -> None:
    assert small.refused(people.amend, "nobody", "x", BENCH_ROLES, True, by="guan") == "There is no account nobody."


def test_no_password_and_no_hash_ever_stands_in_the_trail(small: Small) -> None:
    small.do(people.create, AccountDraft("xin", "新人", BENCH_ROLES, FIRST), by="guan")
    small.people["xin"] = small.do(people.sign_in, "xin", FIRST).actor
    small.do(people.change_password, FIRST, "mine-2026", by="xin")
    small.do(people.reset_password, "jian", FIRST, by="guan")
    with small.store.work() as work:
        hashes = set(work.scalars(select(Person.password_hash)))
        written = "\n".join(f"{one.old} {one.new} {one.name} {one.reason}" for one in work.scalars(select(TrailLine)))
        changed = work.scalars(select(TrailLine).where(TrailLine.field == "password_hash", TrailLine.person_id == small.people["guan"].id)).one()
    assert (changed.old, changed.new, changed.name) == (None, "•••", "jian")
    for secret in (FIRST, PASSWORD, "mine-2026", "argon2", *hashes):
        assert secret not in written


def test_a_password_is_kept_as_an_argon2id_hash_only(small: Small) -> None:
    with small.store.work() as work:
        kept = work.scalar(select(Person.password_hash).where(Person.login == "jian"))
    assert kept.startswith("$argon2id$")
    assert PASSWORDS.verify(kept, PASSWORD)
    assert not PASSWORDS.verify(kept, PASSWORD + " ")
    assert not PASSWORDS.verify("not a hash", PASSWORD)


def test_the_shipped_cost_of_a_password_is_the_librarys_own() -> None:
    from argon2.profiles import RFC_9106_LOW_MEMORY

    hasher = Argon2()._hasher
    assert (hasher.time_cost, hasher.memory_cost) >= (RFC_9106_LOW_MEMORY.time_cost, RFC_9106_LOW_MEMORY.memory_cost)
