"""A barcode scanner: it says a code and its suffix, or that it read none when it was started in vain."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.core.profile import Profile
from drivers.virtual import Shown, encoding
from drivers.virtual.printer import Printer


class Scanner(Printer):
    """A Printer of codes. Started by the command of its profile with nothing before it, it says NG."""

    def __init__(self, fault: str | None, haste: float, profile: Profile) -> None:
        self._suffix, self._start = profile.link_settings.line_end, profile.link_settings.ask
        used = encoding(profile)
        super().__init__(lambda lines: ("".join(lines) + self._suffix).encode(used, errors="replace"), fault, haste)

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """Hear only the command that starts it."""
        started = bool(self._start) and data.strip() == self._start.encode("ascii")
        return [b"NG" + self._suffix.encode("ascii")] if started and self.idle else []


def compose(results: Sequence[Shown], _profile: Profile) -> list[list[str]]:
    """Return the sample numbers as codes."""
    return [[shown.sample] for shown in results]
