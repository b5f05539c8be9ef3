"""How instruments talk: links, codecs, profiles, journals and ports; knows neither the window nor the laboratory."""

from __future__ import annotations

CODES: dict[str, tuple[str, ...]] = {
    "no-such-port": ("port", "detail"),
    "port-held": ("port", "detail"),
    "port-lost": ("port", "detail"),
    "not-permitted": ("port", "detail"),
    "settings-refused": ("port", "detail"),
    "wrong-kind": ("port", "detail"),
    "disk-full": ("path", "detail"),
    "journal-held": ("path", "detail"),
    "journal-foreign": ("path", "detail"),
    "journal-unusable": ("path", "detail"),
    "no-such-journal": ("path",),
    "profile-unreadable": ("file", "key", "detail"),
    "profile-broken": ("file", "key", "detail"),
    "profile-doubled": ("file", "key", "other"),
    "profile-unknown-key": ("file", "key"),
    "profile-missing-key": ("file", "key"),
    "profile-wrong-type": ("file", "key", "expected"),
    "profile-unknown-value": ("file", "key", "value", "known"),
    "plugin-broken": ("name", "detail"),
    "bug": ("detail",),
}
"""Every code of a Trouble and the facts it comes with; *detail* is the system's own text, for a log.

In `profile-unknown-value` *known* is the list of what may stand there, empty where that is a pattern.
"""


class Trouble(Exception):  # noqa: N818  (the bench's word; whoever shows it puts it into a sentence)
    """The world outside said no: *code* names what happened, *facts* what it happened to. No words for persons."""

    def __init__(self, code: str, **facts: object) -> None:
        if set(facts) != set(CODES[code]):
            raise ValueError(f"{code} comes with {CODES[code]}")
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{name}={value!r}" for name, value in self.facts.items())])
