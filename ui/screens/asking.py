"""What more is asked of a sample than was asked when it was registered, chosen in a screen's panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lims.i18n import _
from lims.services.samples import Asked
from lims.views.catalogue import OfferRow
from lims.views.samples import SampleCard
from ui.kit.form import Note
from ui.screens.offers import Offers

WIDTH = 520
"""Px in which an offer is read without being cut."""
SEEN = 6
"""Offers in sight at once; more of them scroll."""


class Asking(QWidget):
    """What the library holds for a sample and is not asked of it yet; like a sheet it knows whether its answer is on the way."""

    changed = Signal()

    def __init__(self, card: SampleCard, rows: Sequence[OfferRow]) -> None:
        super().__init__()
        self.heading, self.sent = _("Add items to {number}").format(number=card.row.number), False
        self.offers, self.about = Offers(), Note("")
        self.offers.offer_rows(rows, card.product_code, card.product_on)
        self.offers.setMinimumHeight(
            self.offers.horizontalHeader().sizeHint().height() + self.offers.verticalHeader().defaultSectionSize() * min(len(rows), SEEN) + 8
        )
        self.offers.ticked.connect(self._ticked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.about)
        column.addWidget(self.offers, 1)

    def asked(self) -> tuple[Asked, ...]:
        """Return what is chosen."""
        return self.offers.asked()

    def dirty(self) -> bool:
        """Return whether anything is chosen."""
        return bool(self.asked())

    def focus(self) -> None:
        """Go to the first offer."""
        self.offers.setFocus()

    def note(self, mistakes: Mapping[str, str]) -> None:
        """Show why it is not asked; the choice stays."""
        self.sent = False
        self.about.say(" ".join(mistakes.values()), "bad")
        self.changed.emit()

    def _ticked(self, _taken: int) -> None:
        self.sent = False
        self.about.say("", "")
        self.changed.emit()
