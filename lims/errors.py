"""The four kinds of error a person can meet; whatever is not one of these is a bug."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):  # noqa: N818  (the field's word: a refusal is not a fault of the program)
    """Why something may not be done now, in one sentence of the person's language that says what changes it."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Mistakes(Exception):  # noqa: N818
    """What is wrong in a draft: field name -> one sentence, shown beside the field."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {words}" for name, words in fields.items()))
        self.fields = dict(fields)


class Trouble(Exception):  # noqa: N818
    """The world outside said no: a port, a printer, a file, a disk. Trying again may help; nothing was changed."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Stale(Exception):  # noqa: N818
    """Somebody else changed the thing meanwhile; *words* says what to do, the present state is read again."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words
