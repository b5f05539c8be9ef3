"""Who does the work: asked when a worksheet is made, and when unfinished work is handed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lims.i18n import N_, _, n_
from lims.services import worksheets
from lims.views import worksheets as view
from lims.views.worksheets import Hands, WorksheetRow
from ui.kit.ask import Dialog
from ui.kit.form import Field
from ui.kit.screen import Screen


def new_worksheet(screen: Screen, chosen: Sequence[int], then: Callable[[str, str], Any]) -> None:
    """Ask who tests the *chosen* analyses and on what; *then* gets the number and the analyst's sign-in name."""

    def ask(found: Hands) -> None:
        fields = (
            _analyst(found.analysts),
            Field("title", N_("Title"), optional=True, hint=N_("the worksheet's number")),
            Field("instrument", N_("Instrument"), kind="choice", options=dict(found.instruments), optional=True),
        )

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            given = {"analyst": answer["analyst"], "title": answer["title"], "instrument": answer["instrument"] or ""}
            done = dialog.done_with(lambda number: then(number, answer["analyst"]))
            screen.desk.ask(worksheets.create, chosen, **given, by=screen.person, then=done, form=dialog)

        words = n_("{count} analysis", "{count} analyses", len(chosen)).format(count=len(chosen))
        dialog = Dialog(screen, _("New worksheet"), words, "", fields, _("Make"), _("Back"), False, send)
        dialog.form.put({"analyst": screen.person.login})
        dialog.open()
        dialog.form.focus()

    screen.desk.ask(view.hands, then=ask)


def hand_over(screen: Screen, sheet: WorksheetRow) -> None:
    """Ask to whom the unfinished work of a worksheet goes, and why."""

    def ask(found: Hands) -> None:
        others = [(login, name) for login, name in found.analysts if login != sheet.analyst_login]
        fields = (_analyst(others), Field("reason", N_("Reason"), kind="lines", lines=3))

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            screen.desk.ask(
                worksheets.hand_over, sheet.number, answer["analyst"], reason=answer["reason"], by=screen.person, then=dialog.done_with(), form=dialog
            )

        words, note = f"{sheet.title or sheet.number} · {sheet.analyst}", _("What was entered stays under the name of who entered it.")
        dialog = Dialog(screen, _("Hand over"), words, note, fields, _("Hand over"), _("Back"), False, send)
        dialog.open()
        dialog.form.focus()

    screen.desk.ask(view.hands, then=ask)


def _analyst(people: Sequence[tuple[str, str]]) -> Field:
    return Field("analyst", N_("Analyst"), kind="choice", options=dict(people))
