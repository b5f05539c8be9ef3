"""The codecs a profile can name, each with its settings: the text of one message into readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drivers.codecs import key_value, lis2
from drivers.core.reading import Reading

Codec = Callable[[bytes, str, Any], list[Reading]]
"""(text of one message, encoding, settings) -> readings with codes and units as sent; never raises on any bytes."""

CODECS: Mapping[str, tuple[type[Any], Codec]] = {
    "lis2": (lis2.Lis2Settings, lis2.readings),
    "key_value": (key_value.KeyValueSettings, key_value.readings),
}
"""Name -> (settings, codec)."""
