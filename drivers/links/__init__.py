"""The links a profile can name, each with its settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drivers.core.link import Link
from drivers.links.astm_lis1 import Lis1Link, Lis1Settings
from drivers.links.lines import LinesLink, LinesSettings

LINKS: dict[str, tuple[type[Any], Callable[[Any, str], Link]]] = {
    "astm_lis1": (Lis1Settings, Lis1Link),
    "lines": (LinesSettings, LinesLink),
}
"""Name -> (settings, the link made of its settings and the encoding of its text)."""
