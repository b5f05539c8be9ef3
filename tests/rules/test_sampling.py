"""The sampling form and the intake check refuse what cannot be, beside the field it stands in."""

from __future__ import annotations

from datetime import date

import pytest

from lims.rules.sampling import FORM, FORM_QUESTIONS, INTAKE, INTAKE_QUESTIONS, Kind, date_mistake, mistakes

TODAY = date(2026, 11, 24)

FILLED = {
    "form_number": "XBJ1",
    "test_kind": "Supervisory sampling",
    "client": "区市场监管局",
    "business_name": "农贸市场",
    "sample_name": "豇豆",
    "sample_amount": "3 kg",
    "sampling_body": "抽样队",
    "samplers": "甲、乙",
    "sampled_on": "2026-11-20",
}


def test_a_filled_form_has_no_mistakes() -> None:
    assert mistakes(FILLED, FORM_QUESTIONS, TODAY) == {}


@pytest.mark.parametrize("name", sorted(FILLED))
def test_a_needed_answer_is_asked_for_by_its_label(name: str) -> None:
    for empty in ("", "   "):
        wrong = mistakes({**FILLED, name: empty}, FORM_QUESTIONS, TODAY)
        assert list(wrong) == [name]
        assert FORM_QUESTIONS[name].label in wrong[name]


@pytest.mark.parametrize(
    ("name", "day", "word"),
    [
        ("sampled_on", "2026-11-25", "future"),
        ("product_date", "2030-01-01", "future"),
        ("sampled_on", "2026-11-31", "not a day"),
        ("product_date", "yesterday", "not a day"),
        ("send_by", "31/11/2026", "not a day"),
    ],
)
def test_a_day_that_cannot_be_is_refused_beside_its_field(name: str, day: str, word: str) -> None:
    wrong = mistakes({**FILLED, name: day}, FORM_QUESTIONS, TODAY)
    assert list(wrong) == [name]
    assert word in wrong[name]


def test_today_is_not_the_future_and_a_last_day_may_be() -> None:
    assert mistakes({**FILLED, "sampled_on": "2026-11-24", "send_by": "2026-12-24"}, FORM_QUESTIONS, TODAY) == {}


def test_a_day_is_shown_how_to_write() -> None:
    assert "2026-11-23" in str(date_mistake("31.11.2026"))


def test_an_answer_to_a_question_nobody_asked_is_a_bug() -> None:
    with pytest.raises(KeyError):
        mistakes({**FILLED, "smaple_name": "豇豆"}, FORM_QUESTIONS, TODAY)


def test_another_answer_than_the_choices_may_be_written_as_on_paper() -> None:
    assert mistakes({**FILLED, "place": "路边"}, FORM_QUESTIONS, TODAY) == {}


@pytest.mark.parametrize("form", [FORM, INTAKE])
def test_no_question_stands_twice_and_each_has_words(form: tuple[object, ...]) -> None:
    asked = [question for section in form for question in section.questions]  # type: ignore[attr-defined]
    assert len({question.name for question in asked}) == len(asked)
    assert all(question.label for question in asked)
    assert all((question.kind is Kind.CHOICE) == bool(question.choices) for question in asked)


def test_the_intake_check_asks_for_seal_agreement_and_both_portions() -> None:
    assert {"seal", "agrees", "appearance", "test_amount", "backup_amount", "test_place", "backup_place", "delivered_by"} == set(
        mistakes({}, INTAKE_QUESTIONS, TODAY)
    )


@pytest.mark.parametrize("answer", ["王\x00芳", "a\x1bb"])
def test_a_sign_that_cannot_be_printed_is_refused_beside_its_field(answer: str) -> None:
    name = next(name for name, question in FORM_QUESTIONS.items() if question.kind is Kind.TEXT)
    assert "holds a sign that cannot be printed" in mistakes({name: answer}, FORM_QUESTIONS, date(2026, 11, 23))[name]
