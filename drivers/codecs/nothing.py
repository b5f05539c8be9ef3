"""The codec of what says nothing: a label printer."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.core.reading import Reading


@dataclass(frozen=True, slots=True)
class NothingSettings:
    """There is nothing to set."""


def readings(data: bytes, encoding: str, settings: NothingSettings) -> list[Reading]:
    """Return no reading, whatever comes."""
    return []
