"""The trail speaks to people: no column, kind or verb of the store is shown by its bare name."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from lims import domain, services
from lims.domain.thing import Thing
from lims.services.verb import VERBS as DECLARED
from ui.screens.trail_words import FIELDS, KINDS, VERBS

assert domain
for module in pkgutil.iter_modules(services.__path__):
    importlib.import_module(f"lims.services.{module.name}")

TRAILED = sorted({mapper.class_.__table__ for mapper in Thing.registry.mappers if mapper.class_.trailed}, key=lambda table: table.name)
SILENT = {"id", "version"}
"""What the trail never shows."""


@pytest.mark.parametrize("verb", sorted(DECLARED))
def test_every_verb_has_its_words(verb: str) -> None:
    assert VERBS[verb]


@pytest.mark.parametrize("table", TRAILED, ids=lambda table: table.name)
def test_every_kind_and_column_has_its_words(table) -> None:
    assert KINDS[table.name]
    assert [column.name for column in table.columns if column.name not in FIELDS.keys() | SILENT] == []
