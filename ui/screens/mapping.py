"""What an instrument means by a code: asked once at a reading, remembered for all to come."""

from __future__ import annotations

from typing import Any

from lims.i18n import N_, _, n_
from lims.services import readings
from lims.services.ports import Ports
from lims.views import items
from lims.views.instruments import ReadingRow
from ui.kit.ask import Dialog
from ui.kit.form import Field
from ui.kit.screen import Screen


def map_code(screen: Screen, row: ReadingRow, ports: Ports) -> None:
    """Ask which item the code of a reading means, and look for its analysis anew."""

    def ask(known: dict[str, str]) -> None:
        fields = (Field("item", N_("Item"), kind="choice", options=known),)

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            done = dialog.done_with(lambda count: _mapped(screen, count))
            screen.desk.ask(readings.map_code, row.id, answer["item"], demands_of=ports.demands, by=screen.person, then=done, form=dialog)

        title = _("What does {instrument} mean by {code}?").format(instrument=row.instrument, code=row.sent_test or row.test)
        note = _("It holds for every reading of this instrument from now on, and for those that wait. The trail keeps who said so.")
        dialog = Dialog(screen, title, "", note, fields, _("Remember"), _("Back"), False, send)
        dialog.open()
        dialog.form.focus()

    screen.desk.ask(items.items, then=lambda rows: ask({one.code: one.name for one in rows}))


def _mapped(screen: Screen, count: int) -> None:
    words = n_("{count} reading found its analysis by it.", "{count} readings found their analysis by it.", count)
    screen.shell.toast(words.format(count=count))
