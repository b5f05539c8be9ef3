"""Lines of fixed columns, counted from 1; a shifted line has no value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codecs.columns import ColumnsSettings, readings
from drivers.core.form import Wrong, filled

COLUMNS = {"columns": {"sample": "1-8", "value": "10-16", "unit": "18-22", "position": "24"}}


def form(**table: Any) -> ColumnsSettings:
    return filled(ColumnsSettings, COLUMNS | table, "quirks")  # type: ignore[no-any-return]


def found(line: bytes, encoding: str = "gb18030", **table: Any) -> list[tuple[object, ...]]:
    return [(each.sample, each.value, each.unit, each.position, each.flags) for each in readings(line, encoding, form(**table))]


def test_columns_as_manuals_count() -> None:
    #         1234567890123456789012345
    line = b"GR26-117   13.20 %     7\r\n"
    assert found(line) == [("GR26-117", Decimal("13.20"), "%", "7", ())]
    assert str(readings(line, "ascii", form())[0].value) == "13.20"


def test_a_chinese_character_takes_two_places_of_gbk() -> None:
    line = "玉米117     4.7  μg/kg".encode("gb18030")
    columns = {"sample": "1-8", "value": "10-16", "unit": "18-23"}
    assert found(line, columns=columns) == [("玉米117", Decimal("4.7"), "μg/kg", None, ())]


@pytest.mark.parametrize("shift", [-3, -2, -1, 1, 2, 3])
def test_a_shifted_number_is_none(shift: int) -> None:
    """Half of 1234.567 would be a number too."""
    line = b"GR26-117 1234.56 %     7"
    line = line[-shift:] if shift < 0 else b" " * shift + line
    assert all(value in (None, Decimal("1234.56")) for _, value, *_ in found(line))


def test_neighbouring_columns_may_touch() -> None:
    table = {"columns": {"sample": "1-4"}, "measured": [{"test": "A", "column": "5-8"}, {"test": "B", "column": "9-12"}]}
    made = readings(b"S-0113.20780", "ascii", filled(ColumnsSettings, table))
    assert [(each.test, each.value) for each in made] == [("A", Decimal("13.2")), ("B", Decimal(780))]


@pytest.mark.parametrize("column", ["0-4", "4-3", "a", "", "-4", "4-", "1-99999"])
def test_columns_that_cannot_be(column: str) -> None:
    with pytest.raises(Wrong) as caught:
        form(columns={"value": column})
    assert caught.value.path == "quirks.columns.value"


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["auto", "latin-1", "gb18030", "utf-8"]))
def test_any_bytes(data: bytes, encoding: str) -> None:
    for reading in readings(data, encoding, form()):
        assert reading.value is None or (reading.sample and not reading.flags)
