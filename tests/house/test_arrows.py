"""Who may import whom: the contracts of pyproject.toml hold, and every room keeps to its few outside packages."""

from __future__ import annotations

import ast
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

import lims

ROOT = Path(lims.__file__).parents[1]

OUTSIDE = {
    "drivers": {"serial"},
    "drivers.codecs.table": {"python_calamine"},
    "lims.rules": {"lark"},
    "lims.domain": {"sqlalchemy"},
    "lims.db": {"sqlalchemy", "alembic"},
    "lims.views": {"sqlalchemy", "rfc8785"},
    "lims.reports": {"reportlab", "pikepdf", "segno"},
    "lims.services": {"sqlalchemy", "argon2", "rfc8785", "python_calamine"},
    "lims.laboratory": {"sqlalchemy"},
    "lims.i18n": {"babel"},
    "lims.machine": {"platformdirs"},
    "lims.pinyin": {"pypinyin"},
    "lims.place": {"click", "platformdirs"},
    "lims.cli": {"click"},
    "lims.cli_instruments": {"click"},
    "ui.kit": {"PySide6", "shiboken6", "pypdfium2"},
    "ui": {"PySide6", "shiboken6"},
    "resources": set(),
    "lims": set(),
}
"""Room -> what it may import that neither we nor Python made. A module belongs to the longest name that fits."""

NOT_A_NOUNS = {"Session", "select", "create_engine", "Engine", "sessionmaker", "insert", "update", "delete"}
"""Names that would let a mapped thing read or write by itself."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("lims", "ui", "drivers", "resources", include_external_packages=True, cache_dir=None)


@pytest.fixture
def listened() -> Iterator[None]:
    """import-linter silences every logger there is: whoever comes next on this worker has to hear them again."""
    yield
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.disabled = False


@pytest.mark.usefixtures("listened")
def test_the_contracts_hold(capsys: pytest.CaptureFixture[str]) -> None:
    broken = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert not broken, capsys.readouterr().out


def room(module: str) -> str:
    return max((name for name in OUTSIDE if f"{module}.".startswith(f"{name}.")), key=len)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_room_keeps_to_its_outside_packages(name: str, graph: grimp.ImportGraph) -> None:
    ours = {module for module in graph.modules if not graph.is_module_squashed(module)}
    outside = {
        (module, package)
        for module in ours
        if room(module) == name
        for package in graph.find_modules_directly_imported_by(module) - ours
        if package not in sys.stdlib_module_names | OUTSIDE[name]
    }
    assert outside == set()


def test_formulas_alone_need_a_grammar(graph: grimp.ImportGraph) -> None:
    assert graph.find_modules_that_directly_import("lark") == {"lims.rules.formula"}


@pytest.mark.parametrize("path", sorted((ROOT / "lims" / "domain").glob("*.py")), ids=lambda path: path.stem)
def test_a_noun_never_reads_the_database(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    named |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert named & NOT_A_NOUNS == set()


@pytest.mark.parametrize("module", ["lims.cli", "lims.demo", "drivers.port"])
def test_without_a_window_no_window_is_loaded(module: str) -> None:
    code = f"import sys, {module}; print(*(name for name in sys.modules if name.split('.')[0] in ('PySide6', 'shiboken6', 'ui')))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == ""
