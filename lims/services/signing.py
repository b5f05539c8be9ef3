"""What a signature covers: the digest of the canonical JSON (RFC 8785) of exactly what was seen."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

import rfc8785


def content_of(thing: Any) -> Any:
    """Return dataclasses, mappings, moments and enums as plain JSON values."""
    match thing:
        case Enum():
            return thing.value
        case datetime() | date():
            return thing.isoformat()
        case Mapping():
            return {str(key): content_of(value) for key, value in thing.items()}
        case list() | tuple():
            return [content_of(part) for part in thing]
        case _ if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
            return {field.name: content_of(getattr(thing, field.name)) for field in dataclasses.fields(thing)}
        case _:
            return thing


def digest(content: Any) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of *content*."""
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()
