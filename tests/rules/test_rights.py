"""Who may do what: the keeper of accounts holds no right of the bench."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pytest

from lims.rules.rights import RIGHT_WORDS, ROLES, Actor, Right, Role, holders, right_refusal, rights_of, roles_mistake
from lims.services.people import wait_after

BENCH = {Right.RECEIVE, Right.ASSIGN, Right.TEST, Right.REVIEW, Right.APPROVE, Right.CATALOGUE, Right.INSTRUMENTS}


def actor(*roles: Role) -> Actor:
    return Actor(1, "a", "A", rights_of(roles))


def test_the_administrator_holds_no_right_of_the_bench() -> None:
    assert not rights_of([Role.ADMINISTRATOR]) & BENCH


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_the_administrator_cannot_be_anything_else_too(role: Role) -> None:
    assert roles_mistake([Role.ADMINISTRATOR, role])
    assert roles_mistake([role]) is None
    assert roles_mistake([Role.ADMINISTRATOR]) is None


def test_nobody_is_nothing() -> None:
    assert roles_mistake([])


def test_no_allowed_set_of_roles_holds_both_the_benchs_and_the_keepers_rights() -> None:
    for size in range(1, len(Role) + 1):
        for roles in combinations(Role, size):
            if roles_mistake(roles) is None:
                rights = rights_of(roles)
                assert not (rights & BENCH and rights & {Right.PEOPLE, Right.SETTINGS})


def test_every_right_is_held_by_some_role_and_has_words() -> None:
    for right in Right:
        assert RIGHT_WORDS[right]
        assert holders(right)


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("role", list(Role))
def test_a_refused_right_says_who_holds_it(role: Role, right: Right) -> None:
    words = right_refusal(right, actor(role))
    assert (words is None) == (right in ROLES[role][1])
    if words:
        assert holders(right) in words


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 30), (7, 60), (8, 120), (9, 240), (10, 480), (11, 900), (12, 900), (1000, 900)],
)
def test_the_wait_after_wrong_passwords_doubles_from_the_sixth_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert wait_after(failures) == timedelta(seconds=seconds)
