"""The links a profile can name, each with its settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drivers.core.link import Link
from drivers.links.astm_lis1 import Lis1Link, Lis1Settings
from drivers.links.balance import BalanceSettings
from drivers.links.balance import link as balance
from drivers.links.dy7e import Dy7eLink, Dy7eSettings
from drivers.links.files import FilesLink, FilesSettings
from drivers.links.lines import LinesLink, LinesSettings
from drivers.links.mllp import MllpLink, MllpSettings
from drivers.links.modbus_rtu import ModbusLink, ModbusSettings
from drivers.links.printer import PrinterLink, PrinterSettings
from drivers.links.rs_text import RsTextLink, RsTextSettings
from drivers.links.sbi import SbiSettings
from drivers.links.sbi import link as sbi
from drivers.links.scanner import ScannerSettings
from drivers.links.scanner import link as scanner
from drivers.links.sics import SicsSettings
from drivers.links.sics import link as sics
from drivers.links.stx_etx import StxEtxLink, StxEtxSettings
from drivers.links.ticket import TicketLink, TicketSettings

LINKS: dict[str, tuple[type[Any], Callable[[Any, str], Link]]] = {
    "astm_lis1": (Lis1Settings, Lis1Link),
    "balance": (BalanceSettings, balance),
    "dy7e": (Dy7eSettings, Dy7eLink),
    "files": (FilesSettings, FilesLink),
    "lines": (LinesSettings, LinesLink),
    "mllp": (MllpSettings, MllpLink),
    "modbus_rtu": (ModbusSettings, ModbusLink),
    "printer": (PrinterSettings, PrinterLink),
    "rs_text": (RsTextSettings, RsTextLink),
    "sbi": (SbiSettings, sbi),
    "scanner": (ScannerSettings, scanner),
    "sics": (SicsSettings, sics),
    "stx_etx": (StxEtxSettings, StxEtxLink),
    "ticket": (TicketSettings, TicketLink),
}
"""Name -> (settings, the link made of its settings and the encoding of its text)."""
