"""What a taught profile is called, and what its words and codes mean: asked once before it is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lims.i18n import N_, _
from lims.rules.rapid import OUTCOME_WORDS, WRITTEN
from lims.services.teaching import Lesson, TaughtDraft
from lims.views import items
from ui.kit.ask import Dialog
from ui.kit.form import Field
from ui.kit.screen import Screen

MOST = 6
"""So many verdict words and codes are asked about at once, the most frequent first; the rest a person maps in the inbox."""


def ask_name(screen: Screen, code: str, lesson: Lesson, then: Callable[[TaughtDraft, Dialog], Any]) -> None:
    """Ask for the name of a profile and the meaning of what was found by it."""
    verdicts = _said(lesson, "words")[:MOST]
    tests = _said(lesson, "test")[: MOST - len(verdicts)]

    def ask(known: list[items.ItemRow]) -> None:
        options = {one.code: one.name for one in known}
        unsaid = N_("The message does not say it.")
        meanings = {str(one): words for one, words in OUTCOME_WORDS.items()}
        fields = (
            Field("name", N_("Name of the profile"), note=N_("Small letters, digits and hyphens.")),
            Field("title", N_("What people call it")),
            *([] if tests else [Field("item", N_("What it measures"), kind="choice", options=options, optional=True, note=unsaid)]),
            *(Field(f"test {word}", _("Item of {code}").format(code=word), kind="choice", options=options, optional=True) for word in tests),
            *(Field(f"word {word}", _("{word} means").format(word=word), kind="choice", options=meanings, optional=True) for word in verdicts),
        )

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            meant = {word: answer[f"word {word}"] for word in verdicts if answer[f"word {word}"]}
            coded = {word: answer[f"test {word}"] for word in tests if answer[f"test {word}"]}
            then(TaughtDraft(code, answer["name"].strip(), answer["title"], item=answer.get("item") or "", tests=coded, words=meant), dialog)

        words = _("It reads {whole} of {all} captured messages.").format(whole=lesson.complete, all=len(lesson.tried))
        dialog = Dialog(screen, _("Keep as profile"), words, "", fields, _("Keep"), _("Back"), False, send)
        dialog.form.put(
            {f"word {word}": next((str(one) for one, text in WRITTEN.items() if text == word), None) for word in verdicts}
            | {f"test {word}": next((one.code for one in known if word in (one.code, one.name)), None) for word in tests}
        )
        dialog.open()
        dialog.form.focus()

    screen.desk.ask(items.items, then=ask)


def _said(lesson: Lesson, name: str) -> list[str]:
    """Return the different words found for a field, the most frequent first."""
    found = [said for one in lesson.tried for kind, said in one.found if kind == name]
    return sorted(dict.fromkeys(found), key=lambda word: -found.count(word))
