"""Bytes of an instrument into text, without ever failing."""

from __future__ import annotations

AUTO = "auto"


def decoded(data: bytes, encoding: str) -> tuple[str, str]:
    """Return the text of *data* and the encoding used; `auto` tries UTF-8, GB18030, Latin-1 in this order.

    Bytes the encoding does not know become U+FFFD: the raw bytes are kept elsewhere, and a person sees the mark.
    """
    if encoding != AUTO:
        return data.decode(encoding, errors="replace"), encoding
    for candidate in ("utf-8", "gb18030"):
        try:
            return data.decode(candidate), candidate
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"
