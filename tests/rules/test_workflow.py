"""A workflow is a table of moves: what is not in it cannot be done, and every refusal says why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pytest

from lims.errors import Refusal
from lims.rules.rights import Actor, Right, Role, rights_of
from lims.rules.workflow import Move, Offer, Workflow


class Lamp(StrEnum):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


@dataclass(frozen=True)
class Facts:
    state: Lamp
    warm: bool = False


def cooled(lamp: Facts, _person: Actor) -> str | None:
    return "It is too warm. Wait." if lamp.warm else None


FLOW = Workflow[Facts, Lamp](
    "lamp",
    Lamp.OFF,
    {Lamp.OFF: "off", Lamp.ON: "on", Lamp.BROKEN: "broken"},
    Move("light", "Light", (Lamp.OFF,), Lamp.ON, Right.TEST, (cooled,)),
    Move("smash", "Smash", (Lamp.OFF, Lamp.ON), Lamp.BROKEN, Right.REVIEW, needs_reason=True, needs_password=True),
    Move("burn", "Burn out", (Lamp.ON,), Lamp.BROKEN, Right.REVIEW, by_itself=True),
)
ANALYST = Actor(1, "jian", "甲", rights_of([Role.ANALYST]))
REVIEWER = Actor(2, "shen", "乙", rights_of([Role.REVIEWER]))


def test_a_move_leads_where_the_table_says() -> None:
    assert FLOW.make("light", Facts(Lamp.OFF), ANALYST) is Lamp.ON


def test_a_move_from_another_state_is_refused_and_says_where_it_stands() -> None:
    assert FLOW.refusal("light", Facts(Lamp.BROKEN), ANALYST) == "“Light” is not possible: it is broken."


def test_a_move_without_the_right_is_refused_and_says_who_can() -> None:
    assert FLOW.refusal("light", Facts(Lamp.OFF), REVIEWER) == "You may not enter results. Analyst can."


def test_a_guard_refuses_in_its_own_words_for_the_call_and_for_the_button() -> None:
    words = "It is too warm. Wait."
    with pytest.raises(Refusal, match=words):
        FLOW.make("light", Facts(Lamp.OFF, warm=True), ANALYST)
    assert next(FLOW.offers(Facts(Lamp.OFF, warm=True), ANALYST)) == Offer("light", "Light", words)


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_move_that_needs_a_reason_is_refused_without_one(reason: str) -> None:
    with pytest.raises(Refusal, match=r"“Smash” needs a reason\. Write why\."):
        FLOW.make("smash", Facts(Lamp.ON), REVIEWER, reason)
    assert FLOW.make("smash", Facts(Lamp.ON), REVIEWER, "old") is Lamp.BROKEN


def test_what_happens_by_itself_needs_no_right_and_is_offered_to_nobody() -> None:
    assert FLOW.make("burn", Facts(Lamp.ON), ANALYST) is Lamp.BROKEN
    assert [offer.verb for offer in FLOW.offers(Facts(Lamp.ON), REVIEWER)] == ["smash"]


def test_an_offer_says_what_the_person_will_be_asked_for() -> None:
    (_light, smash) = FLOW.offers(Facts(Lamp.OFF), REVIEWER)
    assert (smash.refusal, smash.needs_reason, smash.needs_password) == (None, True, True)


def test_an_end_state_offers_nothing() -> None:
    assert list(FLOW.offers(Facts(Lamp.BROKEN), REVIEWER)) == []


def test_two_moves_cannot_share_a_verb() -> None:
    with pytest.raises(ValueError, match="lamp: two moves share a verb"):
        Workflow[Facts, Lamp]("lamp", Lamp.OFF, {}, *(Move("light", "Light", (Lamp.OFF,), Lamp.ON, Right.TEST) for _twice in range(2)))


def test_a_misspelt_verb_cannot_mean_yes() -> None:
    with pytest.raises(KeyError):
        FLOW.refusal("ligth", Facts(Lamp.OFF), ANALYST)


def test_the_table_draws_itself() -> None:
    assert FLOW.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> off",
        "    off --> on: light",
        "    off --> broken: smash",
        "    on --> broken: smash",
        "    on --> broken: burn",
    ]
