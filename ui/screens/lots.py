"""Lots of kits as an instrument reads them: cut-off and curve from the leaflet, one lot an item at a time."""

from __future__ import annotations

from typing import Any

from lims.i18n import N_, _
from lims.services import instruments
from lims.services.instruments import KitLotDraft
from lims.views import instruments as view
from lims.views import items
from lims.views.instruments import InstrumentRow, KitLotRow
from ui.kit.ask import Dialog
from ui.kit.form import Field
from ui.kit.screen import Screen

SCALES = {"linear": N_("straight between two points"), "logarithmic": N_("logarithmic between two points")}


def enter_lot(screen: Screen, row: InstrumentRow) -> None:
    """Ask for a lot of a kit; a number that is there already is changed."""

    def ask(answer: tuple[list[KitLotRow], list[items.ItemRow]]) -> None:
        lots, known = answer
        fields = (
            Field("item", N_("Item"), kind="choice", options={one.code: one.name for one in known}),
            Field("number", N_("Lot number")),
            Field("expires", N_("Expires"), kind="date"),
            Field("cutoff", N_("Cut-off (test line / control line)"), kind="number"),
            Field("curve", N_("Curve"), kind="lines", optional=True, note=N_("One point a line: concentration, then ratio."), lines=4),
            Field("scale", N_("Between the points"), kind="choice", options=SCALES),
            Field("unit", N_("Unit of the concentrations"), optional=True),
            Field("active", N_("In use"), kind="tick"),
        )

        def send(answer: dict[str, Any], dialog: Dialog) -> None:
            done = dialog.done_with(lambda number: screen.shell.toast(_("Lot {number} is kept.").format(number=number)))
            screen.desk.ask(instruments.save_lot, _draft(row.code, answer), by=screen.person, then=done, form=dialog)

        in_use = _("; ").join(f"{lot.item_name} {lot.number}" for lot in lots if lot.active)
        words = _("In use: {lots}").format(lots=in_use) if in_use else _("No lot is in use yet.")
        dialog = Dialog(screen, _("Kit lot of {name}").format(name=row.name), words, "", fields, _("Save"), _("Back"), False, send)
        dialog.form.put({"scale": "linear", "active": True})
        dialog.open()
        dialog.form.focus()

    screen.desk.ask(lambda work: (view.lots(work, row.code), items.items(work)), then=ask)


def _draft(code: str, answer: dict[str, Any]) -> KitLotDraft:
    points = dict(line.split(maxsplit=1) for line in answer.pop("curve").replace(",", " ").splitlines() if len(line.split()) > 1)
    answer["cutoff"] = str(answer["cutoff"])
    return KitLotDraft(instrument=code, curve=points, **answer)
