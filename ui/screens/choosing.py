"""Another limit for one analysis: of another heading or another edition, with the reason in writing."""

from __future__ import annotations

from typing import Any

from lims.i18n import N_, _
from lims.services import analyses
from lims.views import catalogue
from lims.views.analyses import AnalysisRow
from lims.views.catalogue import LimitRow
from ui.kit.ask import Dialog
from ui.kit.form import Field
from ui.kit.screen import Screen


def choose_limit(screen: Screen, row: AnalysisRow) -> None:
    """Ask by which limit an analysis is judged from now on, and why."""

    def ask(found: list[LimitRow]) -> None:
        if not found:
            screen.shell.message("say", _("The library has no limit of {item} under a heading of this product. Place the product first.").format(item=row.item))
            return
        fields = (
            Field("limit", N_("Limit"), kind="choice", options={one.code: _words(one) for one in found}),
            Field("reason", N_("Reason"), kind="lines", lines=3),
        )

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            done = dialog.done_with(lambda _none: screen.shell.toast(_("{item} is judged by the limit you chose.").format(item=row.item)))
            screen.desk.ask(analyses.hold_against, row.id, answer["limit"], reason=answer["reason"], by=screen.person, then=done, form=dialog)

        note = _("Limit and reason stand in the trail. What was judged before stays on record.")
        dialog = Dialog(screen, _("Another limit"), f"{row.item} · {row.sample_number}", note, fields, _("Choose"), _("Back"), False, send)
        dialog.open()
        dialog.form.focus()

    screen.desk.ask(lambda work: catalogue.choices(work, row.id, work.today()), then=ask)


def _words(one: LimitRow) -> str:
    """Return a limit as it is chosen from a list: what is demanded, by which edition, under which heading."""
    demanded = f"{one.requirement} {one.unit} {one.level}".strip()
    edition = one.standard if one.in_force else _("{standard}, not in force today").format(standard=one.standard)
    return f"{demanded} · {edition} · {one.classification}"
