"""Rows of labels: what stands on a portion's sticker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label, 50 x 30 mm."""

    number: str
    """The portion's number: printed, and in the bar code."""
    name: str
    kind: str
    received_on: date
    storage: str = ""
