"""Run one long test by name."""

from __future__ import annotations

import importlib
import pkgutil
import sys

from tests import long

names = [module.name for module in pkgutil.iter_modules(long.__path__) if not module.name.startswith("_")]
if len(sys.argv) < 2 or sys.argv[1] not in names:
    sys.exit(f"Name a long test: {', '.join(names)}.")
importlib.import_module(f"tests.long.{sys.argv[1]}").main(*map(int, sys.argv[2:]))
