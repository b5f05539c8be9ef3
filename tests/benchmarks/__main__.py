"""Run one benchmark by name, or all of them."""

from __future__ import annotations

import importlib
import pkgutil
import sys

from tests import benchmarks

names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")]
asked = sys.argv[1:] or names
if unknown := [name for name in asked if name not in names]:
    sys.exit(f"No benchmark {', '.join(unknown)}. There are: {', '.join(names)}.")
for name in asked:
    importlib.import_module(f"tests.benchmarks.{name}").main()
