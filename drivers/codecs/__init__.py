"""The codecs a profile can name, each with its settings: the text of one message into readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from drivers.codecs.balance import BalanceSettings
from drivers.codecs.balance import readings as balance
from drivers.codecs.barcode import BarcodeSettings
from drivers.codecs.barcode import readings as barcode
from drivers.codecs.columns import ColumnsSettings
from drivers.codecs.columns import readings as columns
from drivers.codecs.delimited import DelimitedSettings
from drivers.codecs.delimited import readings as delimited
from drivers.codecs.dy import DySettings
from drivers.codecs.dy import readings as dy
from drivers.codecs.er7 import Er7Settings
from drivers.codecs.er7 import readings as er7
from drivers.codecs.key_value import KeyValueSettings
from drivers.codecs.key_value import readings as key_value
from drivers.codecs.lis2 import Lis2Settings, Order, Query, orders, queries
from drivers.codecs.lis2 import readings as lis2
from drivers.codecs.nothing import NothingSettings
from drivers.codecs.nothing import readings as nothing
from drivers.codecs.plate import PlateSettings
from drivers.codecs.plate import readings as plate
from drivers.codecs.registers import RegistersSettings
from drivers.codecs.registers import readings as registers
from drivers.codecs.rs_fields import RsFieldsSettings
from drivers.codecs.rs_fields import readings as rs_fields
from drivers.codecs.sbi import SbiSettings
from drivers.codecs.sbi import readings as sbi
from drivers.codecs.sics import SicsSettings
from drivers.codecs.sics import readings as sics
from drivers.codecs.spaced import SpacedSettings
from drivers.codecs.spaced import readings as spaced
from drivers.codecs.table import TableSettings
from drivers.codecs.table import readings as table
from drivers.codecs.template import TemplateSettings
from drivers.codecs.template import readings as template
from drivers.core.reading import Reading

Codec = Callable[[bytes, str, Any], list[Reading]]
"""(text of one message, encoding, settings) -> readings with codes and units as sent; never raises on any bytes."""

CODECS: dict[str, tuple[type[Any], Codec]] = {
    "balance": (BalanceSettings, balance),
    "barcode": (BarcodeSettings, barcode),
    "columns": (ColumnsSettings, columns),
    "delimited": (DelimitedSettings, delimited),
    "dy": (DySettings, dy),
    "er7": (Er7Settings, er7),
    "key_value": (KeyValueSettings, key_value),
    "lis2": (Lis2Settings, lis2),
    "nothing": (NothingSettings, nothing),
    "plate": (PlateSettings, plate),
    "registers": (RegistersSettings, registers),
    "rs_fields": (RsFieldsSettings, rs_fields),
    "sbi": (SbiSettings, sbi),
    "sics": (SicsSettings, sics),
    "spaced": (SpacedSettings, spaced),
    "table": (TableSettings, table),
    "template": (TemplateSettings, template),
}
"""Name -> (settings, codec)."""

Ask = Callable[[bytes, str, Any], tuple[Query, ...]]
"""(text of one message, encoding, settings) -> what the instrument asks in it."""


class Tell(Protocol):
    """Orders in the instrument's codes -> the records that bring them, as an answer to its query or unasked; *at* is local time."""

    def __call__(self, given: Sequence[Order], *, answer: bool, sender: str, receiver: str, at: datetime, settings: Any) -> list[str]:
        """See `lis2.orders`."""


QUERIES: Mapping[str, tuple[Ask, Tell]] = {
    "lis2": (queries, orders),
}
"""Codec -> how its instruments ask for orders and are told them; those of the other codecs take none."""
