"""A table of TOML into a frozen dataclass, field by field; whatever does not fit is named by its full path.

What a field may be: `str`, `int`, `float`, `bool`, a `Literal`, a `Decimal` (written as text), `Mapping[str, str]`, another dataclass (a table),
`tuple[X, ...]` of any of these (a list), or any of them `| None`. A dataclass may refuse what fits its types in `__post_init__` by raising `Wrong`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

NAMES: dict[Any, str] = {str: "text", int: "whole number", float: "number", bool: "true or false", Decimal: "number as text", dict: "table", tuple: "list"}
"""What a kind is called in a fault."""


class Wrong(Exception):  # noqa: N818  (a word of the profile's author, not of a programmer)
    """What stands at *path* cannot be: *code* is `unknown-key`, `missing-key`, `wrong-type` or `unknown-value`."""

    def __init__(self, code: str, path: str, **facts: object) -> None:
        super().__init__(code, path)
        self.code, self.path, self.facts = code, path, facts


def unknown_value(path: str, value: object, *known: object) -> Wrong:
    """Return the fault of a *value* that cannot stand at *path*; *known* are those that can, none where they are a pattern."""
    return Wrong("unknown-value", path, value=value, known=list(known))


def filled(kind: type[Any], table: Mapping[str, Any], path: str = "") -> Any:
    """Return the dataclass *kind* with the fields *table* gives; raises Wrong with the path below *path*."""
    hints = get_type_hints(kind)
    known = {each.name: each for each in fields(kind)}
    for name in table:
        if name not in known:
            raise Wrong("unknown-key", _below(path, name))
    for name, each in known.items():
        if name not in table and each.default is MISSING and each.default_factory is MISSING:
            raise Wrong("missing-key", _below(path, name))
    values = {name: fitting(value, hints[name], _below(path, name)) for name, value in table.items()}
    try:
        return kind(**values)
    except Wrong as wrong:
        raise Wrong(wrong.code, _below(path, wrong.path), **wrong.facts) from None


def fitting(value: Any, hint: Any, path: str) -> Any:
    """Return *value* as the type *hint*; raises Wrong."""
    kind, inner = get_origin(hint), get_args(hint)
    if kind in (Union, UnionType):
        return fitting(value, next(one for one in inner if one is not NoneType), path)
    if kind is Literal:
        if value not in inner or type(value) not in {type(one) for one in inner}:
            raise unknown_value(path, value, *inner)
        return value
    if kind is tuple:
        _of_kind(value, list, path, NAMES[tuple])
        return tuple(fitting(one, inner[0], f"{path}[{place}]") for place, one in enumerate(value))
    if kind is not None and issubclass(kind, Mapping):
        _of_kind(value, dict, path, NAMES[dict])
        return MappingProxyType({name: fitting(one, inner[1], _below(path, name)) for name, one in value.items()})
    if is_dataclass(hint):
        _of_kind(value, dict, path, NAMES[dict])
        return filled(hint, value, path)  # type: ignore[arg-type]
    return _plain(value, hint, path)


def _plain(value: Any, hint: Any, path: str) -> Any:
    if hint is Decimal:
        _of_kind(value, str, path, NAMES[Decimal])
        try:
            return Decimal(value)
        except InvalidOperation:
            raise unknown_value(path, value) from None
    if hint is float and type(value) is int:
        return float(value)
    _of_kind(value, hint, path, NAMES[hint])
    return value


def _of_kind(value: Any, kind: Any, path: str, name: str) -> None:
    # bool is a kind of int: the kind must be the very one.
    if type(value) is not kind:
        raise Wrong("wrong-type", path, expected=name)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
