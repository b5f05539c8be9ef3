"""The codecs a profile can name, each with its settings: the text of one message into readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drivers.codecs.key_value import KeyValueSettings
from drivers.codecs.key_value import readings as key_value
from drivers.codecs.lis2 import Lis2Settings
from drivers.codecs.lis2 import readings as lis2
from drivers.core.reading import Reading

Codec = Callable[[bytes, str, Any], list[Reading]]
"""(text of one message, encoding, settings) -> readings with codes and units as sent; never raises on any bytes."""

CODECS: Mapping[str, tuple[type[Any], Codec]] = {
    "lis2": (Lis2Settings, lis2),
    "key_value": (KeyValueSettings, key_value),
}
"""Name -> (settings, codec)."""
