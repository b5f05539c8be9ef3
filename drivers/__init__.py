"""How instruments talk: links, codecs, profiles, journals and ports; knows neither the window nor the laboratory."""

from __future__ import annotations


class Trouble(Exception):  # noqa: N818  (the bench's word; whoever shows it puts it into a sentence)
    """The world outside said no: *code* names what happened, *facts* what it happened to. No words for persons."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{name}={value!r}" for name, value in self.facts.items())])
